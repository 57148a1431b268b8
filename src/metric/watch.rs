//! One metric of one subject, ready to be taken trial by trial as a pair of numbers.
//!
//! Every metric but quantiles and extremes is a sum over a sum: of a mean the lower one counts trials. Differences between designs are made of such
//! pairs, trial by trial, whatever the metric.

use super::sample::{Metric, Of, Sample, Shown, Sums};
use super::{About, COST_METRICS, DATASET_METRICS, DOMAIN_METRICS, SCENARIO_METRICS, SERVICE_METRICS};
use crate::cost::{CostTally, Pricing};
use crate::estimate::{Estimate, Moments, RatioMoments};
use crate::id::{Id, IdVec};
use crate::model::{DatasetId, DomainId, MetricPath, Scenario, ServiceId, Subject};
use crate::quantity::{SECONDS_PER_YEAR, Span};
use crate::simulation::{DatasetTally, DomainTally, ScenarioTally, ServiceTally, TrialTally};

/// Points of a distribution that a path may end in.
const POINTS: [&str; 4] = ["p50", "p95", "p99", "max"];

/// Why a metric cannot be watched.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WatchError {
    /// The text has not the shape of a path.
    #[error("`{text}` names no metric")]
    Shape {
        /// As written.
        text: String,
    },
    /// The scenario has no such service, dataset or place.
    #[error("no {kind} `{name}`")]
    Subject {
        /// `service`, `dataset` or `domain`.
        kind: &'static str,
        /// As written.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// Subjects of this kind have no such metric.
    #[error("a {kind} has no metric `{key}`")]
    Metric {
        /// `service`, `dataset`, `domain`, `scenario` or `cost`.
        kind: &'static str,
        /// As written.
        key: String,
        /// Those that there are.
        known: Vec<&'static str>,
    },
    /// The scenario names no price of this.
    #[error("the scenario has no prices that `{key}` could be made of")]
    Unpriced {
        /// As written.
        key: String,
    },
    /// A quantile or an extreme: no sum over trials, so no paired difference.
    #[error("`{text}` is a quantile or an extreme, which has no paired interval")]
    NoSum {
        /// As written.
        text: String,
    },
}

/// Whose metric, and where its row is.
#[derive(Clone, Copy, Debug)]
enum Row {
    Service(ServiceId, &'static Metric<ServiceTally>),
    Dataset(DatasetId, &'static Metric<DatasetTally>),
    Domain(DomainId, &'static Metric<DomainTally>),
    Scenario(&'static Metric<ScenarioTally>),
    Cost(&'static Metric<CostTally>),
}

/// A metric of a subject of one scenario.
///
/// ```
/// use drsim::metric::Watch;
/// let text = "format = 1\nname = \"a\"\nhorizon = \"1 year\"\n[sites.lab]\nnodes = 1\nclass = \"c\"\n[classes.c]\n[services.web]\nreplicas = { lab = 1 }\n";
/// let scenario = drsim::load(&drsim::Source::from_text("a.toml", text), &[])?.scenario;
/// let watch = Watch::named(&scenario, "services.web.outages_per_year")?;
/// assert_eq!(watch.about().key, "outages_per_year");
/// assert!(Watch::named(&scenario, "services.web.recovery_time_s.p95").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    row: Row,
}

impl Watch {
    /// Resolves a path against a scenario.
    ///
    /// # Errors
    /// There is no such subject or metric, or it is a quantile or an extreme.
    pub fn new(scenario: &Scenario, path: &MetricPath) -> Result<Self, WatchError> {
        let key = &path.metric;
        let row = match path.subject {
            Subject::Service(id) => {
                within(id, &scenario.services, "service", |service| service.name.clone())?;
                Row::Service(id, row(&SERVICE_METRICS, "service", key)?)
            }
            Subject::Dataset(id) => {
                within(id, &scenario.datasets, "dataset", |dataset| dataset.name.clone())?;
                Row::Dataset(id, row(&DATASET_METRICS, "dataset", key)?)
            }
            Subject::Domain(id) => {
                within(id, &scenario.domains, "domain", |domain| domain.name.clone())?;
                Row::Domain(id, row(&DOMAIN_METRICS, "domain", key)?)
            }
            Subject::Scenario => Row::Scenario(row(&SCENARIO_METRICS, "scenario", key)?),
            Subject::Cost => {
                let row = row(&COST_METRICS, "cost", key)?;
                let priced = Pricing::of(scenario).is_some_and(|pricing| pricing.measures(key));
                Row::Cost(priced.then_some(row).ok_or_else(|| WatchError::Unpriced { key: key.clone() })?)
            }
        };
        let watch = Self { row };
        match &path.point {
            Some(point) => Err(WatchError::NoSum { text: format!("{}.{point}", watch.path(scenario)) }),
            None if watch.is_extreme() => Err(WatchError::NoSum { text: watch.path(scenario) }),
            None => Ok(watch),
        }
    }

    /// Resolves `services.NAME.METRIC`, `datasets.NAME.METRIC`, `domains.PATH.METRIC`, `scenario.METRIC` or `cost.METRIC`.
    ///
    /// # Errors
    /// As [`Watch::new`], or the text has another shape.
    pub fn named(scenario: &Scenario, text: &str) -> Result<Self, WatchError> {
        Self::new(scenario, &metric_path(scenario, text)?)
    }

    /// The public face of the metric.
    #[must_use]
    pub const fn about(&self) -> &'static About {
        match self.row {
            Row::Service(_, metric) => &metric.about,
            Row::Dataset(_, metric) => &metric.about,
            Row::Domain(_, metric) => &metric.about,
            Row::Scenario(metric) => &metric.about,
            Row::Cost(metric) => &metric.about,
        }
    }

    /// Whose metric it is.
    #[must_use]
    pub const fn subject(&self) -> Subject {
        match self.row {
            Row::Service(id, _) => Subject::Service(id),
            Row::Dataset(id, _) => Subject::Dataset(id),
            Row::Domain(id, _) => Subject::Domain(id),
            Row::Scenario(_) => Subject::Scenario,
            Row::Cost(_) => Subject::Cost,
        }
    }

    /// Its path as one writes it, in the scenario that it was resolved against: `services.pay.unavailability`.
    #[must_use]
    pub fn path(&self, scenario: &Scenario) -> String {
        let key = self.about().key;
        match self.row {
            Row::Service(id, _) => format!("services.{}.{key}", scenario.services[id].name),
            Row::Dataset(id, _) => format!("datasets.{}.{key}", scenario.datasets[id].name),
            Row::Domain(id, _) => format!("domains.{}.{key}", scenario.domains[id].name),
            Row::Scenario(_) => format!("scenario.{key}"),
            Row::Cost(_) => format!("cost.{key}"),
        }
    }

    /// What one trial contributes above and below the line; of a mean over trials the lower number is 1. A metric of the account needs that of the
    /// trial, and is nothing over nothing without.
    #[inline]
    #[must_use]
    pub fn sample(&self, tally: &TrialTally, account: Option<&CostTally>) -> (f64, f64) {
        match self.row {
            Row::Service(id, metric) => metric.sample.pair(&tally.services[id]),
            Row::Dataset(id, metric) => metric.sample.pair(&tally.datasets[id]),
            Row::Domain(id, metric) => metric.sample.pair(&tally.domains[id]),
            Row::Scenario(metric) => metric.sample.pair(&tally.scenario),
            Row::Cost(metric) => account.map_or((0.0, 0.0), |account| metric.sample.pair(account)),
        }
    }

    /// The estimate that sums of the pairs give, the very one of a run; without quantiles.
    #[must_use]
    pub fn estimate(&self, sums: &RatioMoments, horizon: Span) -> Estimate {
        match self.row {
            Row::Service(_, metric) => metric.sample.estimate_of_pairs(sums, horizon),
            Row::Dataset(_, metric) => metric.sample.estimate_of_pairs(sums, horizon),
            Row::Domain(_, metric) => metric.sample.estimate_of_pairs(sums, horizon),
            Row::Scenario(metric) => metric.sample.estimate_of_pairs(sums, horizon),
            Row::Cost(metric) => metric.sample.estimate_of_pairs(sums, horizon),
        }
    }

    /// What the metric is in terms of the ratio of its sums: `offset + factor * ratio`.
    #[must_use]
    pub fn line(&self, sums: &RatioMoments, horizon: Span) -> (f64, f64) {
        match self.row {
            Row::Service(_, metric) => metric.sample.line(sums, horizon),
            Row::Dataset(_, metric) => metric.sample.line(sums, horizon),
            Row::Domain(_, metric) => metric.sample.line(sums, horizon),
            Row::Scenario(metric) => metric.sample.line(sums, horizon),
            Row::Cost(metric) => metric.sample.line(sums, horizon),
        }
    }

    const fn is_extreme(&self) -> bool {
        match self.row {
            Row::Service(_, metric) => matches!(metric.sample, Sample::Least(_)),
            Row::Dataset(_, metric) => matches!(metric.sample, Sample::Least(_)),
            Row::Domain(_, metric) => matches!(metric.sample, Sample::Least(_)),
            Row::Scenario(metric) => matches!(metric.sample, Sample::Least(_)),
            Row::Cost(metric) => matches!(metric.sample, Sample::Least(_)),
        }
    }
}

/// Reads a path with the names of a scenario; a last part `p50`, `p95`, `p99` or `max` is the point of a distribution. The metric itself is not looked up.
///
/// # Errors
/// There is no such service, dataset or place, or the text has another shape.
pub fn metric_path(scenario: &Scenario, text: &str) -> Result<MetricPath, WatchError> {
    let shape = || WatchError::Shape { text: text.chars().take(80).collect() };
    let (whole, point) = match text.rsplit_once('.') {
        Some((whole, point)) if POINTS.contains(&point) => (whole, Some(point.to_owned())),
        _ => (text, None),
    };
    let (whose, metric) = whole.rsplit_once('.').ok_or_else(shape)?;
    let subject = match whose.split_once('.') {
        Some(("services", name)) => Subject::Service(find(name, &scenario.services, "service", |it| &it.name)?),
        Some(("datasets", name)) => Subject::Dataset(find(name, &scenario.datasets, "dataset", |it| &it.name)?),
        Some(("domains", name)) => Subject::Domain(find(name, &scenario.domains, "domain", |it| &it.name)?),
        None if whose == "scenario" => Subject::Scenario,
        None if whose == "cost" => Subject::Cost,
        Some(_) | None => return Err(shape()),
    };
    Ok(MetricPath { subject, metric: metric.to_owned(), point })
}

fn find<I: Id, T>(
    name: &str,
    list: &IdVec<I, T>,
    kind: &'static str,
    name_of: impl Fn(&T) -> &String,
) -> Result<I, WatchError> {
    let found = list.enumerate().find(|(_, item)| name_of(item) == name);
    found.map(|(id, _)| id).ok_or_else(|| WatchError::Subject {
        kind,
        name: name.to_owned(),
        known: list.iter().map(|item| name_of(item).clone()).collect(),
    })
}

fn within<I: Id, T>(
    id: I,
    list: &IdVec<I, T>,
    kind: &'static str,
    name_of: impl Fn(&T) -> String,
) -> Result<(), WatchError> {
    if id.index() < list.len() {
        return Ok(());
    }
    Err(WatchError::Subject { kind, name: id.index().to_string(), known: list.iter().map(name_of).collect() })
}

fn row<T>(metrics: &'static [Metric<T>], kind: &'static str, key: &str) -> Result<&'static Metric<T>, WatchError> {
    let found = metrics.iter().find(|metric| metric.about.key == key);
    found.ok_or_else(|| WatchError::Metric {
        kind,
        key: key.to_owned(),
        known: metrics.iter().map(|metric| metric.about.key).collect(),
    })
}

impl<T> Sample<T> {
    /// What a trial contributes above and below the line. The smallest value over trials has no sum: its pair is nothing over nothing.
    #[inline]
    fn pair(&self, tally: &T) -> (f64, f64) {
        match self {
            Self::Share(value, _) | Self::Events(value) | Self::Mean(value) | Self::Yearly(value, _) => {
                (value(tally), 1.0)
            }
            Self::Proportion(happened, _) => (f64::from(u8::from(happened(tally))), 1.0),
            Self::Part(pair, _)
            | Self::PerEvent(pair)
            | Self::TimeTo(pair)
            | Self::Lost(pair, _)
            | Self::Ratio(pair) => pair(tally),
            Self::Length(totals, _) => {
                let totals = totals(tally);
                (totals.sum.as_seconds(), totals.count as f64)
            }
            Self::Least(_) => (0.0, 0.0),
        }
    }

    fn estimate_of_pairs(&self, pairs: &RatioMoments, horizon: Span) -> Estimate {
        let sums = match self.start() {
            Sums::Mean(_) => Sums::Mean(Moments { n: pairs.n, sum: pairs.x, squares: pairs.xx }),
            Sums::Ratio(_) => Sums::Ratio(*pairs),
            // Ones and noughts: their sum is a whole number, exactly.
            Sums::Proportion { .. } => Sums::Proportion { hits: pairs.x as u64, n: pairs.n },
            least @ Sums::Least { .. } => least,
        };
        self.estimate(&sums, horizon, None)
    }

    fn line(&self, pairs: &RatioMoments, horizon: Span) -> (f64, f64) {
        match self {
            Self::Share(_, shown) | Self::Proportion(_, shown) | Self::Part(_, shown) => match shown {
                Shown::Plain => (0.0, 1.0),
                Shown::Complement => (1.0, -1.0),
                Shown::SecondsPerYear => (0.0, SECONDS_PER_YEAR),
            },
            Self::Events(_) => (0.0, 1.0 / horizon.as_years()),
            // What there is does not depend on chance.
            Self::Lost(_, Of::Trial) => (0.0, pairs.y / pairs.n.max(1) as f64),
            Self::Lost(_, Of::Whole)
            | Self::Mean(_)
            | Self::PerEvent(_)
            | Self::TimeTo(_)
            | Self::Ratio(_)
            | Self::Length(..)
            | Self::Yearly(..)
            | Self::Least(_) => (0.0, 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::toy::{HORIZON, Toy};
    use crate::montecarlo::{Fold, TrialRunner as _};
    use crate::scenario::{Source, load};

    const TEXT: &str = r#"
        format = 1
        name = "pair"
        horizon = "1 year"
        [sites.lab]
        rooms = { hall = { nodes = 2, class = "c" } }
        [classes.c]
        [services.pay]
        replicas = { lab = 1 }
        [services.web]
        replicas = { lab = 1 }
        [datasets.books]
        size = "1 TB"
        on = "lab"
        protect = { replicas = { copies = 1 } }
    "#;

    fn scenario() -> Scenario {
        load(&Source::from_text("pair.toml", TEXT), &[]).unwrap().scenario
    }

    /// Every metric of every kind that is a sum, against the estimate that a run makes of the same trials.
    #[test]
    fn pairs_give_the_estimates_of_a_run() {
        let (scenario, shape, mut toy) = (scenario(), Toy::shape(3), Toy::new(3));
        let mut fold = Fold::start(&shape);
        let mut watches = Vec::new();
        for (kind, about) in crate::metric::all() {
            let path = match kind {
                "service" => format!("services.pay.{}", about.key),
                "dataset" => format!("datasets.books.{}", about.key),
                "domain" => format!("domains.lab/hall.{}", about.key),
                "cost" => continue,
                _ => format!("scenario.{}", about.key),
            };
            match Watch::named(&scenario, &path) {
                Ok(watch) => watches.push((watch, RatioMoments::default())),
                Err(error) => assert!(matches!(error, WatchError::NoSum { .. }) && path.ends_with("_least"), "{path}"),
            }
        }
        assert!(watches.len() > 60);
        for trial in 0..200 {
            let tally = toy.run(trial);
            fold.add(&shape, tally);
            for (watch, sums) in &mut watches {
                let (x, y) = watch.sample(tally, None);
                sums.add(x, y);
            }
        }
        for (watch, pairs) in &watches {
            let of = |sums: &[Sums], at: Option<usize>| sums[at.unwrap()];
            let key = watch.about().key;
            let expected = match watch.row {
                Row::Service(id, metric) => {
                    let sums = of(&fold.services[id.index()].sums, crate::metric::position(&SERVICE_METRICS, key));
                    metric.sample.estimate(&sums, HORIZON, None)
                }
                Row::Dataset(id, metric) => {
                    let sums = of(&fold.datasets[id.index()].sums, crate::metric::position(&DATASET_METRICS, key));
                    metric.sample.estimate(&sums, HORIZON, None)
                }
                Row::Domain(_, metric) => {
                    // The toy reports its second place alone.
                    let sums = of(&fold.domains[0].sums, crate::metric::position(&DOMAIN_METRICS, key));
                    metric.sample.estimate(&sums, HORIZON, None)
                }
                Row::Scenario(metric) => {
                    let sums = of(&fold.whole.sums, crate::metric::position(&SCENARIO_METRICS, key));
                    metric.sample.estimate(&sums, HORIZON, None)
                }
                Row::Cost(_) => unreachable!("the toy has no prices"),
            };
            let estimate = watch.estimate(pairs, HORIZON);
            assert_eq!(estimate, expected, "{}", watch.path(&scenario));
            let (offset, factor) = watch.line(pairs, HORIZON);
            if let (Some(point), Some(ratio)) = (estimate.point, pairs.ratio()) {
                let line = offset + factor * ratio;
                assert!((line - point).abs() <= 1e-12 * point.abs().max(1e-300), "{}", watch.path(&scenario));
            }
        }
    }

    #[test]
    fn what_cannot_be_watched_says_why() {
        let scenario = scenario();
        let refused = |text: &str| Watch::named(&scenario, text).unwrap_err();
        assert_eq!(refused("services.pay.beauty").to_string(), "a service has no metric `beauty`");
        assert_eq!(refused("domains.lab.recovery_time_s").to_string(), "a domain has no metric `recovery_time_s`");
        let WatchError::Subject { known, .. } = refused("services.pya.unavailability") else { panic!() };
        assert_eq!(known, ["pay", "web"]);
        for text in ["unavailability", "services.unavailability", "service.pay.unavailability", "scenario.x.y", ""] {
            assert!(matches!(refused(text), WatchError::Shape { .. }), "{text}");
        }
        for text in ["services.pay.outage_s.p95", "services.pay.redundancy_degree_least"] {
            assert_eq!(refused(text), WatchError::NoSum { text: text.to_owned() });
        }
        let watch = Watch::named(&scenario, "domains.lab.off_share").unwrap();
        assert_eq!(watch.path(&scenario), "domains.lab.off_share");
        assert!(matches!(watch.subject(), Subject::Domain(_)));
    }
}

//! Which metrics a sweep watches, and how they are taken from the findings of a design.

use super::row::{Measure, Objectives};
use crate::cost::Pricing;
use crate::estimate::{Basis, Estimate};
use crate::metric::{self, About, Watch, WatchError, metric_path};
use crate::model::{MetricPath, Scenario, Subject};
use crate::study::{Findings, Judgement, Promiser, SubjectFindings};
use std::collections::BTreeMap;

/// What is watched of every service unless something else is asked for.
const OF_SERVICES: [(&str, Option<&str>); 5] = [
    ("unavailability", None),
    ("recovery_time_s", Some("p95")),
    ("outage_probability", None),
    ("rto_met_share", None),
    ("downtime_s_per_year", None),
];
/// What is watched of every dataset unless something else is asked for.
const OF_DATASETS: [(&str, Option<&str>); 4] = [
    ("data_loss_probability", None),
    ("recovery_point_s", Some("p95")),
    ("rpo_met_share", None),
    ("unavailability", None),
];
/// What is watched of the account where there are prices.
const OF_COSTS: [&str; 3] = ["total_cost", "running_cost", "expected_loss"];

/// A metric that is watched in every design.
#[derive(Clone, Debug)]
pub struct Watched {
    /// As one writes it: `services.pay.recovery_time_s.p95`.
    pub path: String,
    /// Its public face.
    pub about: &'static About,
    /// Title or name of whose metric it is; empty for the whole scenario.
    pub of: String,
    /// Which point of a distribution: `p50`, `p95`, `p99`, `max`.
    pub point: Option<String>,
}

impl Watched {
    /// Finds `services.NAME.METRIC`, also with a point such as `.p95`, and the like; a key alone is that metric of everything that has it.
    ///
    /// # Errors
    /// No such service, dataset, place or metric.
    pub fn named(scenario: &Scenario, text: &str) -> Result<Vec<Self>, WatchError> {
        let (key, point) = text.split_once('.').map_or((text, None), |(key, point)| (key, Some(point)));
        let has = |kind: &str| metric::all().any(|(of, about)| of == kind && about.key == key);
        let points = ["p50", "p95", "p99", "max"];
        if has("cost") && scenario.prices.is_some() && point.is_none_or(|point| points.contains(&point)) {
            return Self::one(scenario, &format!("cost.{text}")).map(|watched| vec![watched]);
        }
        if (has("service") || has("dataset") || has("scenario") || has("cost"))
            && point.is_none_or(|point| points.contains(&point))
        {
            let services =
                scenario.services.iter().filter(|_| has("service")).map(|it| format!("services.{}", it.name));
            let datasets =
                scenario.datasets.iter().filter(|_| has("dataset")).map(|it| format!("datasets.{}", it.name));
            let mut whose: Vec<String> = services.chain(datasets).collect();
            if whose.is_empty() {
                whose.extend(has("scenario").then(|| "scenario".to_owned()));
                whose.extend(has("cost").then(|| "cost".to_owned()));
            }
            if !whose.is_empty() {
                return whose.iter().map(|whose| Self::one(scenario, &format!("{whose}.{text}"))).collect();
            }
        }
        Self::one(scenario, text).map(|watched| vec![watched])
    }

    fn one(scenario: &Scenario, text: &str) -> Result<Self, WatchError> {
        let path = metric_path(scenario, text)?;
        let (kind, of) = match path.subject {
            Subject::Service(id) => ("service", named(&scenario.services[id].title, &scenario.services[id].name)),
            Subject::Dataset(id) => ("dataset", named(&scenario.datasets[id].title, &scenario.datasets[id].name)),
            Subject::Domain(id) => ("domain", named(&scenario.domains[id].title, &scenario.domains[id].name)),
            Subject::Scenario => ("scenario", String::new()),
            // An amount says nothing without its currency.
            Subject::Cost => {
                ("cost", scenario.prices.as_ref().map_or_else(String::new, |prices| prices.currency.to_string()))
            }
        };
        let known = || metric::all().filter(|(of, _)| *of == kind).map(|(_, about)| about);
        let found = known().find(|about| about.key == path.metric && (path.point.is_none() || about.distribution));
        let about = found.ok_or_else(|| WatchError::Metric {
            kind,
            key: path.point.as_ref().map_or_else(|| path.metric.clone(), |point| format!("{}.{point}", path.metric)),
            known: known().map(|about| about.key).collect(),
        })?;
        let priced = || Pricing::of(scenario).is_some_and(|pricing| pricing.measures(about.key));
        if path.subject == Subject::Cost && !priced() {
            return Err(WatchError::Unpriced { key: about.key.to_owned() });
        }
        Ok(Self { path: text.to_owned(), about, of, point: path.point })
    }

    /// What is watched unless something else is asked for: of each service and each dataset what can be measured and was promised.
    #[must_use]
    pub fn usual(scenario: &Scenario) -> Vec<Self> {
        // The price of a design stands before what it buys.
        let costs = OF_COSTS.iter().filter_map(|key| Self::one(scenario, &format!("cost.{key}")).ok());
        let mut found: Vec<Self> = costs.collect();
        let mut add = |whose: &str, key: &str, point: Option<&str>| {
            let point = point.map(|point| format!(".{point}")).unwrap_or_default();
            found.extend(Self::one(scenario, &format!("{whose}.{key}{point}")));
        };
        for service in &scenario.services {
            let promised = service.objective.rto.is_some();
            for (key, point) in OF_SERVICES.iter().filter(|(key, _)| *key != "rto_met_share" || promised) {
                add(&format!("services.{}", service.name), key, *point);
            }
        }
        for dataset in &scenario.datasets {
            let promised = dataset.rpo.is_some();
            for (key, point) in OF_DATASETS.iter().filter(|(key, _)| *key != "rpo_met_share" || promised) {
                add(&format!("datasets.{}", dataset.name), key, *point);
            }
        }
        if found.is_empty() {
            found.extend(Self::one(scenario, "scenario.unavailability"));
        }
        found
    }

    /// The metric in another design of the same names; `None` where a design does not have it.
    fn path_in(&self, scenario: &Scenario) -> Option<MetricPath> {
        metric_path(scenario, &self.path).ok()
    }

    /// Ready to be taken trial by trial; `None` for quantiles and extremes.
    pub(super) fn watch(&self, scenario: &Scenario) -> Option<Watch> {
        Watch::named(scenario, &self.path).ok()
    }

    /// What the findings of a design say.
    pub(super) fn measure(&self, findings: &Findings) -> Measure {
        let Some(path) = self.path_in(&findings.scenario) else { return Measure::NOTHING };
        let found = |subject: Option<&SubjectFindings>| {
            subject.and_then(|found| found.metric(&path.metric)).map(|it| it.estimate)
        };
        let estimate = match path.subject {
            Subject::Service(id) => found(findings.services.iter().find(|(other, _)| *other == id).map(|(_, it)| it)),
            Subject::Dataset(id) => found(findings.datasets.iter().find(|(other, _)| *other == id).map(|(_, it)| it)),
            Subject::Domain(id) => found(findings.domains.iter().find(|(other, _)| *other == id).map(|(_, it)| it)),
            Subject::Scenario => found(Some(&findings.whole)),
            Subject::Cost => findings.cost.as_ref().and_then(|cost| cost.metric(&path.metric)).map(|it| it.estimate),
        };
        let Some(estimate) = estimate else { return Measure::NOTHING };
        let Some(point) = &path.point else { return Measure::of(&estimate) };
        let Some(quantiles) = estimate.quantiles else { return Measure::NOTHING };
        let quantile = match point.as_str() {
            "p50" => quantiles.p50,
            "p95" => quantiles.p95,
            "p99" => quantiles.p99,
            _ => {
                let most = Estimate { point: Some(quantiles.max), basis: Basis::Extreme, ..Estimate::NOTHING };
                return Measure::of(&most);
            }
        };
        let (low, high) = (quantile.low, quantile.high);
        Measure::of(&Estimate { point: Some(quantile.point), low, high, basis: Basis::Interval, ..Estimate::NOTHING })
    }
}

fn named(title: &str, name: &str) -> String {
    if title.trim().is_empty() { name.to_owned() } else { title.to_owned() }
}

/// The promises of a design, each judged by its worst verdict.
pub(super) fn objectives(findings: &Findings) -> Objectives {
    let mut worst: BTreeMap<(String, &str), u8> = BTreeMap::new();
    for verdict in &findings.verdicts {
        let rank = match verdict.judgement {
            Judgement::Met => 1,
            Judgement::AtRisk => 2,
            Judgement::Missed => 3,
            Judgement::NoObjective | Judgement::NotApplicable => continue,
        };
        let name = match verdict.of {
            Promiser::Service(id) => &findings.scenario.services[id].name,
            Promiser::Dataset(id) => &findings.scenario.datasets[id].name,
        };
        let worst = worst.entry((name.clone(), verdict.objective)).or_default();
        *worst = rank.max(*worst);
    }
    let count = |rank| worst.values().filter(|other| **other == rank).count() as u64;
    let missed =
        worst.iter().filter(|(_, rank)| **rank == 3).map(|((name, objective), _)| format!("{name}.{objective}"));
    Objectives { met: count(1), at_risk: count(2), missed: missed.collect() }
}

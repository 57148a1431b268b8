//! From outcomes to findings: every number with its interval, compared and judged.

use super::crosscheck::{Found, checks, expected};
use super::findings::{
    Attribution, Bin, ChosenTrial, Convergence, Findings, Measured, SubjectFindings, TrialRow, Which,
};
use super::verdict::{Evidence, verdicts};
use crate::analytic::Prediction;
use crate::estimate::{Estimate, Histogram, Quantile, Quantiles, Sectioned};
use crate::id::Id as _;
use crate::metric::{DOMAIN_METRICS, Lengths, Metric, SCENARIO_METRICS, SERVICE_METRICS, Sums, position};
use crate::model::{Cause, Disruption, DomainId, Scenario, ServiceId, Subject};
use crate::montecarlo::{Fold, Outcomes, Prefix, SubjectFold};
use crate::quantity::{MICROSECONDS_PER_SECOND, Span};
use crate::simulation::{EventKind, PROFILE_BINS};
use std::sync::Arc;

const MICRO: f64 = 1.0 / MICROSECONDS_PER_SECOND as f64;

/// Median, p95 and worst trial by total downtime of all services: number and downtime, to be run again with the trace on. Empty without trials.
#[must_use]
pub fn chosen_trials(outcomes: &Outcomes) -> Vec<(Which, u64, Span)> {
    let exemplars = &outcomes.counts.exemplars;
    [
        (Which::Median, exemplars.quantile(0.5)),
        (Which::P95, exemplars.quantile(0.95)),
        (Which::Worst, exemplars.worst()),
    ]
    .into_iter()
    .filter_map(|(which, found)| found.map(|(trial, down)| (which, trial, Span::from_microseconds(down))))
    .collect()
}

/// Turns the outcomes of a study into everything that is shown of it; `chosen` are the trials of [`chosen_trials`], run again.
///
/// The outcomes must come from this scenario: their folds are indexed by its services and named domains.
#[must_use]
pub fn findings(
    scenario: Arc<Scenario>,
    outcomes: &Outcomes,
    predictions: &[Prediction],
    chosen: Vec<ChosenTrial>,
) -> Findings {
    let exact = |subject: Subject, key: &str| {
        let found = predictions.iter().find(|prediction| prediction.subject == subject && prediction.metric == key);
        found.map(|prediction| prediction.value)
    };
    let study = Study { scenario: &scenario, outcomes, total: outcomes.total(), exact: &exact };
    let named = scenario.domains.enumerate().filter(|(_, domain)| domain.named).map(|(id, _)| id);
    let services: Vec<(ServiceId, SubjectFindings)> =
        scenario.services.ids().map(|id| (id, study.service(id))).collect();
    let domains: Vec<(DomainId, SubjectFindings)> =
        named.enumerate().map(|(nth, id)| (id, study.domain(nth, id))).collect();
    let whole = study.whole();

    let find = |subject: Subject, key: &str| {
        let measured = match subject {
            Subject::Service(id) => services.get(id.index())?.1.metric(key),
            Subject::Domain(id) => domains.iter().find(|(domain, _)| *domain == id)?.1.metric(key),
            Subject::Scenario => whole.metric(key),
        };
        let edge = match subject {
            Subject::Service(_) => SERVICE_METRICS[position(&SERVICE_METRICS, key)?].sample.edge(),
            Subject::Domain(_) => DOMAIN_METRICS[position(&DOMAIN_METRICS, key)?].sample.edge(),
            Subject::Scenario => SCENARIO_METRICS[position(&SCENARIO_METRICS, key)?].sample.edge(),
        };
        measured.map(|measured| Found { measured, edge })
    };
    let deterministic = same_in_all_trials(&whole);
    let expectations = &scenario.expectations;
    let expected = expectations
        .iter()
        .map(|line| expected(line, find(line.path.subject, &line.path.metric), deterministic))
        .collect();
    let checks = checks(predictions, find);
    let verdicts = services
        .iter()
        .flat_map(|(id, findings)| verdicts(&scenario.services[*id].objective, &study.evidence(*id, findings)))
        .collect();
    Findings {
        trials: outcomes.trials,
        seed: outcomes.seed,
        stopped: outcomes.stopped,
        services,
        domains,
        whole,
        verdicts,
        checks,
        expected,
        rows: rows(outcomes, scenario.services.len()),
        chosen,
        scenario,
    }
}

/// True when neither the number of events nor the time down differs between trials: the scenario leaves nothing to chance.
fn same_in_all_trials(whole: &SubjectFindings) -> bool {
    let still = |key: &str| {
        whole.metric(key).is_some_and(|measured| match measured.estimate.std_error {
            Some(error) => error == 0.0,
            None => key == "unavailability" && measured.estimate.point == Some(0.0),
        })
    };
    still("events_per_trial") && still("unavailability")
}

fn rows(outcomes: &Outcomes, services: usize) -> Vec<TrialRow> {
    let first = outcomes.first_block * crate::montecarlo::BLOCK;
    let seconds = |microseconds: u64| Span::from_microseconds(microseconds).as_seconds();
    (first..)
        .zip(outcomes.counts.rows.chunks_exact(services.max(1)))
        .map(|(trial, row)| TrialRow {
            trial,
            services: row.iter().map(|row| (seconds(row.down), row.outages, seconds(row.longest))).collect(),
        })
        .collect()
}

/// What the findings of every subject are made from.
struct Study<'a> {
    scenario: &'a Scenario,
    outcomes: &'a Outcomes,
    total: Option<Fold>,
    exact: &'a dyn Fn(Subject, &str) -> Option<f64>,
}

impl Study<'_> {
    fn service(&self, id: ServiceId) -> SubjectFindings {
        let fold = self.total.as_ref().map(|total| &total.services[id.index()]);
        let pooled = |lengths| {
            let sections = self.lengths(id, lengths);
            let pooled = sections.pooled();
            (sections, pooled)
        };
        let all = [Lengths::Outages, Lengths::Recoveries, Lengths::Detections].map(pooled);
        let of = |lengths: Lengths| &all[lengths as usize];
        let metrics = self.measured(&SERVICE_METRICS, fold, Subject::Service(id), |lengths| {
            let (sections, pooled) = of(lengths);
            quantiles(sections, pooled)
        });
        SubjectFindings {
            metrics,
            attribution: fold.map(|fold| self.attribution(&fold.charges)).unwrap_or_default(),
            outages: bins(&of(Lengths::Outages).1),
            recoveries: bins(&of(Lengths::Recoveries).1),
            redundancy: fold.map(|fold| self.profile(fold)).unwrap_or_default(),
            convergence: self.convergence(&SERVICE_METRICS, |prefix| prefix.services.get(id.index()).copied()),
        }
    }

    fn domain(&self, nth: usize, id: DomainId) -> SubjectFindings {
        let fold = self.total.as_ref().map(|total| &total.domains[nth]);
        SubjectFindings {
            metrics: self.measured(&DOMAIN_METRICS, fold, Subject::Domain(id), |_| None),
            convergence: self.convergence(&DOMAIN_METRICS, |prefix| prefix.domains.get(nth).copied()),
            ..SubjectFindings::default()
        }
    }

    fn whole(&self) -> SubjectFindings {
        let fold = self.total.as_ref().map(|total| &total.whole);
        let mut charges = vec![0.0; Cause::count(self.scenario)];
        for service in self.total.iter().flat_map(|total| &total.services) {
            for (sum, charge) in charges.iter_mut().zip(&service.charges) {
                *sum += charge;
            }
        }
        SubjectFindings {
            metrics: self.measured(&SCENARIO_METRICS, fold, Subject::Scenario, |_| None),
            attribution: self.attribution(&charges),
            convergence: self.convergence(&SCENARIO_METRICS, |prefix| Some(prefix.whole)),
            ..SubjectFindings::default()
        }
    }

    /// All metrics of a table; nothing to measure without trials.
    fn measured<T>(
        &self,
        metrics: &'static [Metric<T>],
        fold: Option<&SubjectFold>,
        subject: Subject,
        quantiles: impl Fn(Lengths) -> Option<Quantiles>,
    ) -> Vec<Measured> {
        let estimate = |row: usize, metric: &Metric<T>| {
            fold.map_or(Estimate::NOTHING, |fold| {
                let quantiles = metric.sample.lengths().and_then(&quantiles);
                metric.sample.estimate(&fold.sums[row], self.outcomes.horizon(), quantiles)
            })
        };
        metrics
            .iter()
            .enumerate()
            .map(|(row, metric)| Measured {
                about: &metric.about,
                estimate: estimate(row, metric),
                exact: (self.exact)(subject, metric.about.key),
            })
            .collect()
    }

    fn lengths(&self, service: ServiceId, lengths: Lengths) -> Sectioned {
        let kinds = &self.outcomes.counts.lengths[service.index()];
        let mut sections = Sectioned::default();
        match lengths {
            Lengths::Outages => sections.merge(&kinds[EventKind::Outage.index()]),
            Lengths::Detections => sections.merge(&kinds[EventKind::Detection.index()]),
            Lengths::Recoveries => {
                for disruption in Disruption::ALL {
                    sections.merge(&kinds[EventKind::Recovery(disruption).index()]);
                }
            }
        }
        sections
    }

    /// Years simulated.
    fn years(&self) -> f64 {
        self.outcomes.trials as f64 * self.outcomes.horizon().as_years()
    }

    fn attribution(&self, charges: &[f64]) -> Vec<Attribution> {
        let total: f64 = charges.iter().sum();
        let causes = Cause::all(self.scenario);
        let mut parts: Vec<Attribution> = causes
            .into_iter()
            .zip(charges)
            .filter(|&(_, &seconds)| seconds > 0.0)
            .map(|(cause, &seconds)| Attribution {
                cause,
                seconds_per_year: seconds / self.years(),
                share: seconds / total,
            })
            .collect();
        // Stable: equal parts stay in the order of their causes.
        parts.sort_by(|left, right| right.seconds_per_year.total_cmp(&left.seconds_per_year));
        parts
    }

    fn profile(&self, fold: &SubjectFold) -> Vec<f64> {
        let slice = self.outcomes.horizon().as_seconds() / PROFILE_BINS as f64;
        fold.profile.iter().map(|integral| integral / (slice * self.outcomes.trials as f64)).collect()
    }

    fn convergence<T>(&self, metrics: &[Metric<T>], sums: impl Fn(&Prefix) -> Option<Sums>) -> Vec<Convergence> {
        let Some(row) = position(metrics, "availability") else { return Vec::new() };
        // A shard from the middle of a study has no beginning to show.
        let last = self.total.as_ref().filter(|_| self.outcomes.first_block == 0).map(Prefix::of);
        let known = self.outcomes.prefixes.last().map_or(0, |prefix| prefix.trials);
        self.outcomes
            .prefixes
            .iter()
            .chain(last.iter().filter(|last| last.trials > known))
            .filter_map(|prefix| {
                let estimate = metrics[row].sample.estimate(&sums(prefix)?, self.outcomes.horizon(), None);
                let point = estimate.point?;
                Some(Convergence {
                    trials: prefix.trials,
                    point,
                    low: estimate.low.unwrap_or(point),
                    high: estimate.high.unwrap_or(point),
                })
            })
            .collect()
    }

    fn evidence<'f>(&self, id: ServiceId, findings: &'f SubjectFindings) -> Evidence<'f> {
        let kinds = &self.outcomes.counts.lengths[id.index()];
        let recoveries = Disruption::ALL.map(|class| kinds[EventKind::Recovery(class).index()].pooled());
        let row = position(&SERVICE_METRICS, "unrecovered_per_year");
        let sums = self.total.as_ref().zip(row).map(|(total, row)| total.services[id.index()].sums[row]);
        let open = match sums {
            Some(Sums::Mean(moments)) => moments.sum as u64,
            Some(Sums::Ratio(_) | Sums::Proportion { .. } | Sums::Least { .. }) | None => 0,
        };
        Evidence { service: id, findings, recoveries: recoveries.into(), open, trials: self.outcomes.trials }
    }
}

/// Quantiles in seconds of lengths in microseconds; `None` without events.
fn quantiles(sections: &Sectioned, pooled: &Histogram) -> Option<Quantiles> {
    let at = |level: f64| {
        sections.quantile(pooled, level).map(|quantile| Quantile {
            point: quantile.point * MICRO,
            low: quantile.low.map(|low| low * MICRO),
            high: quantile.high.map(|high| high * MICRO),
        })
    };
    let max = pooled.largest()? as f64 * MICRO;
    Some(Quantiles { p50: at(0.5)?, p95: at(0.95)?, p99: at(0.99)?, max })
}

fn bins(histogram: &Histogram) -> Vec<Bin> {
    let seconds = |value: u64| value as f64 * MICRO;
    histogram.bins().into_iter().map(|(from, to, count)| Bin { from: seconds(from), to: seconds(to), count }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{IdRange, IdVec};
    use crate::model::{
        Detection, Distribution, Domain, Expectation, Failover, FailoverMode, Group, Level, MetricPath, Objective,
        Service,
    };
    use crate::montecarlo::toy::{HORIZON, MEAN, Toy};
    use crate::montecarlo::{Plan, Stopped, run};
    use crate::quantity::{Probability, Rate, SECONDS_PER_YEAR};
    use crate::study::Judgement;
    use std::sync::atomic::AtomicBool;

    fn service(name: &str, rto: Option<Span>) -> Service {
        Service {
            name: name.into(),
            title: String::new(),
            groups: vec![Group { domain: DomainId::new(1), replicas: IdRange::new(0, 0), hosts: IdRange::new(0, 0) }],
            need: 1,
            quorum: None,
            hard: Vec::new(),
            soft: Vec::new(),
            needs: Vec::new(),
            load: None,
            failover: Failover {
                mode: FailoverMode::ActiveActive,
                switch: Distribution::Fixed { value: 0.0 },
                scale_up: None,
                standby_capacity: Probability::ONE,
                works: Probability::ONE,
                failback: None,
            },
            detection: Detection {
                probes: Vec::new(),
                person: None,
                decide: None,
                false_alarms: Rate::default(),
                monitors: Vec::new(),
            },
            start_up: None,
            reschedule: None,
            objective: Objective { rto, ..Objective::default() },
            redundancy_unit: Level::Node,
        }
    }

    fn domain(name: &str, named: bool) -> Domain {
        Domain {
            name: name.into(),
            title: String::new(),
            level: Level::Site,
            parent: None,
            subtree: IdRange::new(0, 0),
            units: IdRange::new(0, 0),
            needs: Vec::new(),
            restart: None,
            coordinates: None,
            named,
        }
    }

    /// The scenario whose trials the toy runs: two services, of two domains the second named.
    fn scenario() -> Scenario {
        let expectation = Expectation {
            written: "services.shop.outages_per_year".into(),
            path: MetricPath {
                subject: Subject::Service(ServiceId::new(0)),
                metric: "outages_per_year".into(),
                point: None,
            },
            value: 1.0,
            within: 0.05,
            because: "none, one or two with equal chance".into(),
        };
        Scenario {
            name: "toy".into(),
            title: String::new(),
            question: String::new(),
            horizon: HORIZON,
            start: jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0),
            trials: 1000,
            seed: 17,
            hash: "0123456789abcdef".into(),
            domains: [domain("north/rack-1", false), domain("north", true)].into_iter().collect(),
            classes: IdVec::new(),
            crews: IdVec::new(),
            populations: IdVec::new(),
            unit_population: IdVec::new(),
            unit_domain: IdVec::new(),
            plants: IdVec::new(),
            links: IdVec::new(),
            services: [service("shop", Some(Span::from_seconds(7200.0))), service("site", None)].into_iter().collect(),
            replica_home: IdVec::new(),
            replica_host: IdVec::new(),
            threats: IdVec::new(),
            expectations: vec![expectation],
        }
    }

    fn study(trials: u64, predictions: &[Prediction]) -> Findings {
        let outcomes =
            run(&Toy::shape(17), &Plan::whole(trials, 2), || Toy::new(17), &|_| (), &AtomicBool::new(false)).unwrap();
        findings(Arc::new(scenario()), &outcomes, predictions, Vec::new())
    }

    fn prediction(metric: &'static str, value: f64) -> Prediction {
        Prediction { subject: Subject::Service(ServiceId::new(0)), metric, value, method: "by hand".into() }
    }

    /// What the toy's laws say: one outage a year of an hour each, none in a third of the trials.
    #[test]
    fn findings_agree_with_the_laws_of_the_toy() {
        let predictions = [
            prediction("availability", 1.0 - MEAN / SECONDS_PER_YEAR),
            prediction("outage_probability", 2.0 / 3.0),
            prediction("outages_per_year", 1.0),
            prediction("mttr_s", MEAN),
            prediction("mtbf_s", SECONDS_PER_YEAR),
            prediction("recovery_time_s", MEAN),
            prediction("redundancy_degree", 2.0),
            Prediction { subject: Subject::Service(ServiceId::new(1)), ..prediction("outage_probability", 1e-5) },
            Prediction {
                subject: Subject::Domain(DomainId::new(1)),
                ..prediction("unavailability", MEAN / SECONDS_PER_YEAR / 4.0)
            },
            Prediction { subject: Subject::Scenario, ..prediction("downtime_s_per_year", MEAN) },
            Prediction { subject: Subject::Domain(DomainId::new(0)), ..prediction("unavailability", 0.5) },
        ];
        let study = study(20_000, &predictions);
        assert_eq!(study.checks.len(), 10, "the unnamed domain is not reported");
        for check in &study.checks {
            assert_eq!(check.agrees, Some(true), "{} {:?}", check.about.key, check);
        }
        let shop = &study.services[0].1;
        assert_eq!(shop.metric("mttr_s").unwrap().exact, Some(MEAN));
        let quantiles = shop.metric("outage_s").unwrap().estimate.quantiles.unwrap();
        for (quantile, level) in [(quantiles.p50, 0.5), (quantiles.p95, 0.95), (quantiles.p99, 0.99)] {
            let exact = -MEAN * libm::log1p(-level);
            assert!((quantile.point / exact - 1.0).abs() < 0.05, "{level}: {quantile:?} against {exact}");
            assert!(quantile.low.unwrap() < exact && exact < quantile.high.unwrap(), "{level}: {quantile:?}");
        }
        assert_eq!(study.expected[0].holds, Some(true));
        assert_eq!(study.domains.len(), 1);
        assert_eq!(study.domains[0].0, DomainId::new(1));
    }

    #[test]
    fn wrong_predictions_are_refuted() {
        let wrong = [
            prediction("mttr_s", 1.1 * MEAN),
            prediction("outage_probability", 0.6),
            prediction("availability", 1.0 - 1.1 * MEAN / SECONDS_PER_YEAR),
            prediction("redundancy_degree", 2.000_001),
            Prediction { subject: Subject::Service(ServiceId::new(1)), ..prediction("outage_probability", 1e-2) },
        ];
        assert!(study(20_000, &wrong).checks.iter().all(|check| check.agrees == Some(false)));
    }

    #[test]
    fn parts_add_up() {
        let study = study(3000, &[]);
        let shop = &study.services[0].1;
        let downtime = shop.metric("downtime_s_per_year").unwrap().estimate.point.unwrap();
        // The toy charges to causes 0 and 1, which the scenario has: detection and decision come after its two services.
        let charged: f64 = shop.attribution.iter().map(|part| part.seconds_per_year).sum();
        assert!((charged / downtime - 1.0).abs() < 1e-9, "{charged} against {downtime}");
        assert!((shop.attribution.iter().map(|part| part.share).sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(shop.attribution.windows(2).all(|pair| pair[0].share >= pair[1].share));
        assert_eq!(study.whole.attribution.len(), shop.attribution.len());
        let events = shop.metric("outage_s").unwrap().estimate.n;
        assert_eq!(shop.outages.iter().map(|bin| bin.count).sum::<u64>(), events);
        assert_eq!(shop.recoveries, shop.outages, "every outage of the toy is a recovery");
        assert!(study.services[1].1.outages.is_empty());
        assert!(
            shop.redundancy.len() == PROFILE_BINS && shop.redundancy.iter().all(|degree| (degree - 2.0).abs() < 1e-9)
        );
        assert_eq!(study.rows.len(), 3000);
        let down: f64 = study.rows.iter().map(|row| row.services[0].0).sum();
        assert!((down / 3000.0 / downtime - 1.0).abs() < 1e-9);
        let last = shop.convergence.last().unwrap();
        assert_eq!((last.trials, Some(last.point)), (3000, shop.metric("availability").unwrap().estimate.point));
    }

    #[test]
    fn verdicts_cover_every_service() {
        let study = study(3000, &[]);
        let judged = |service: usize, disruption| {
            let mut all = study.verdicts.iter();
            let mut verdict = all.by_ref().filter(|verdict| verdict.service == ServiceId::new(service));
            verdict.find(|verdict| verdict.disruption == disruption && verdict.objective == "rto").unwrap().judgement
        };
        assert_eq!(judged(0, Some(Disruption::Node)), Judgement::Missed, "p95 of an hour on average is three hours");
        assert_eq!(judged(0, Some(Disruption::Site)), Judgement::NotApplicable);
        assert_eq!(judged(1, None), Judgement::NoObjective);
    }

    #[test]
    fn chosen_trials_are_those_of_the_table() {
        let plan = Plan::whole(5000, 2);
        let outcomes = run(&Toy::shape(17), &plan, || Toy::new(17), &|_| (), &AtomicBool::new(false)).unwrap();
        let mut down: Vec<u64> = outcomes.counts.rows.chunks(2).map(|row| row[0].down + row[1].down).collect();
        let chosen = chosen_trials(&outcomes);
        for (which, trial, downtime) in &chosen {
            assert_eq!(down[*trial as usize], downtime.as_microseconds(), "{which:?}");
        }
        down.sort_unstable();
        let microseconds = |nth: usize| chosen[nth].2.as_microseconds() as f64;
        assert!((microseconds(0) / down[2499] as f64 - 1.0).abs() < 0.01);
        assert!((microseconds(1) / down[4749] as f64 - 1.0).abs() < 0.01);
        assert_eq!(chosen[2].2.as_microseconds(), down[4999]);
    }

    #[test]
    fn an_interrupted_study_has_findings_too() {
        let outcomes =
            run(&Toy::shape(17), &Plan::whole(500, 1), || Toy::new(17), &|_| (), &AtomicBool::new(true)).unwrap();
        let study = findings(Arc::new(scenario()), &outcomes, &[prediction("mttr_s", MEAN)], Vec::new());
        assert_eq!((study.trials, study.stopped), (0, Stopped::Interrupted));
        assert_eq!(study.services[0].1.metric("availability").unwrap().estimate, Estimate::NOTHING);
        assert_eq!((study.checks[0].agrees, study.expected[0].holds), (None, None));
        assert!(chosen_trials(&outcomes).is_empty());
    }
}

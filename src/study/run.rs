//! From outcomes to findings: every number with its interval, compared and judged.

use super::crosscheck::{Found, checks, expected};
use super::findings::{
    Attribution, Bin, ChosenTrial, Convergence, Findings, Measured, SubjectFindings, TrialRow, Which,
};
use super::verdict::{Evidence, verdicts};
use super::verdict_data::{DataEvidence, data_verdicts};
use crate::analytic::{Prediction, Predictions};
use crate::estimate::{Estimate, Quantile, Quantiles, Sectioned};
use crate::id::Id as _;
use crate::metric::{
    COST_METRICS, DATASET_METRICS, DOMAIN_METRICS, Lengths, Metric, SCENARIO_METRICS, SERVICE_METRICS, Sums, position,
};
use crate::model::{Cause, DatasetId, Disruption, DomainId, Scenario, ServiceId, Subject};
use crate::montecarlo::{Fold, Outcomes, Prefix, SubjectFold};
use crate::quantity::{MICROSECONDS_PER_SECOND, Span};
use crate::simulation::{DataEventKind, EventKind, PROFILE_BINS};
use std::sync::Arc;

const MICRO: f64 = 1.0 / MICROSECONDS_PER_SECOND as f64;

/// Median, p95 and worst trial by total downtime of all services, then by bytes lost: number and downtime, to be run again with the trace on. Empty without trials.
#[must_use]
pub fn chosen_trials(outcomes: &Outcomes) -> Vec<(Which, u64, Span)> {
    let exemplars = &outcomes.counts.exemplars;
    [
        (Which::Median, exemplars.quantile(0.5)),
        (Which::P95, exemplars.quantile(0.95)),
        (Which::Worst, exemplars.worst()),
    ]
    .into_iter()
    .filter_map(|(which, found)| found.map(|(trial, (down, _))| (which, trial, Span::from_microseconds(down))))
    .collect()
}

/// Turns the outcomes of a study into everything that is shown of it; `chosen` are the trials of [`chosen_trials`], run again.
///
/// The outcomes must come from this scenario: their folds are indexed by its services and named domains.
#[must_use]
pub fn findings(
    scenario: Arc<Scenario>,
    outcomes: &Outcomes,
    predictions: &Predictions,
    chosen: Vec<ChosenTrial>,
) -> Findings {
    let exact = |subject: Subject, key: &str| predictions.value(subject, key);
    let study = Study { scenario: &scenario, outcomes, total: outcomes.total(), exact: &exact };
    let named = scenario.domains.enumerate().filter(|(_, domain)| domain.named).map(|(id, _)| id);
    let services: Vec<(ServiceId, SubjectFindings)> =
        scenario.services.ids().map(|id| (id, study.service(id))).collect();
    let datasets: Vec<(DatasetId, SubjectFindings)> =
        scenario.datasets.ids().map(|id| (id, study.dataset(id))).collect();
    let domains: Vec<(DomainId, SubjectFindings)> =
        named.enumerate().map(|(nth, id)| (id, study.domain(nth, id))).collect();
    let whole = study.whole();
    let cost = study.cost();

    let find = |subject: Subject, key: &str| {
        let measured = match subject {
            Subject::Service(id) => services.get(id.index())?.1.metric(key),
            Subject::Dataset(id) => datasets.get(id.index())?.1.metric(key),
            Subject::Domain(id) => domains.iter().find(|(domain, _)| *domain == id)?.1.metric(key),
            Subject::Scenario => whole.metric(key),
            Subject::Cost => cost.as_ref()?.metric(key),
        };
        let edge = match subject {
            Subject::Service(_) => SERVICE_METRICS[position(&SERVICE_METRICS, key)?].sample.edge(),
            Subject::Dataset(_) => DATASET_METRICS[position(&DATASET_METRICS, key)?].sample.edge(),
            Subject::Domain(_) => DOMAIN_METRICS[position(&DOMAIN_METRICS, key)?].sample.edge(),
            Subject::Scenario => SCENARIO_METRICS[position(&SCENARIO_METRICS, key)?].sample.edge(),
            Subject::Cost => COST_METRICS[position(&COST_METRICS, key)?].sample.edge(),
        };
        measured.map(|measured| Found { measured, edge })
    };
    let deterministic = same_in_all_trials(&whole);
    let expectations = &scenario.expectations;
    let expected = expectations
        .iter()
        .map(|line| expected(line, find(line.path.subject, &line.path.metric), deterministic))
        .collect();
    let checks = checks(&predictions.list, find, deterministic);
    let verdicts = services
        .iter()
        .flat_map(|(id, findings)| verdicts(&scenario.services[*id].objective, &study.evidence(*id, findings)))
        .chain(scenario.datasets.ids().flat_map(|id| data_verdicts(&scenario.datasets[id], &study.data_evidence(id))))
        .collect();
    Findings {
        trials: outcomes.trials,
        seed: outcomes.seed,
        stopped: outcomes.stopped,
        services,
        datasets,
        domains,
        whole,
        cost,
        verdicts,
        checks,
        unchecked: predictions.skipped.clone(),
        fixed: predictions.list.iter().filter_map(fixed).collect(),
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

/// The service of a prediction that is up or down through a whole trial.
fn fixed(prediction: &Prediction) -> Option<ServiceId> {
    let static_blocks = prediction.metric == "outage_probability" && prediction.method.starts_with("static");
    match prediction.subject {
        Subject::Service(id) if static_blocks && prediction.value > 0.0 && prediction.value < 1.0 => Some(id),
        Subject::Service(_) | Subject::Dataset(_) | Subject::Domain(_) | Subject::Scenario | Subject::Cost => None,
    }
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
pub(super) struct Study<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) outcomes: &'a Outcomes,
    pub(super) total: Option<Fold>,
    pub(super) exact: &'a dyn Fn(Subject, &str) -> Option<f64>,
}

impl Study<'_> {
    fn service(&self, id: ServiceId) -> SubjectFindings {
        let fold = self.total.as_ref().map(|total| &total.services[id.index()]);
        let of = |lengths| self.lengths(id, lengths);
        let metrics = self.measured(&SERVICE_METRICS, fold, Subject::Service(id), |lengths| quantiles(&of(lengths)));
        SubjectFindings {
            metrics,
            attribution: fold.map(|fold| self.attribution(&fold.charges)).unwrap_or_default(),
            outages: bins(&of(Lengths::Outages)),
            recoveries: bins(&of(Lengths::Recoveries)),
            redundancy: fold.map(|fold| self.profile(fold)).unwrap_or_default(),
            convergence: self.convergence(&SERVICE_METRICS, |prefix| prefix.services.get(id.index()).copied()),
            ..SubjectFindings::default()
        }
    }

    fn dataset(&self, id: DatasetId) -> SubjectFindings {
        let fold = self.total.as_ref().map(|total| &total.datasets[id.index()]);
        let of = |lengths| self.data_lengths(id, lengths);
        let seconds = self.outcomes.trials as f64 * self.outcomes.horizon().as_seconds();
        let stored = fold.map(|fold| fold.stored.iter().map(|integral| integral / seconds).collect::<Vec<_>>());
        SubjectFindings {
            metrics: self.measured(&DATASET_METRICS, fold, Subject::Dataset(id), |lengths| quantiles(&of(lengths))),
            recoveries: bins(&of(Lengths::Recoveries)),
            points: bins(&of(Lengths::Points)),
            at_risk: fold.map(|fold| self.profile(fold)).unwrap_or_default(),
            stored: self.scenario.stores.ids().zip(stored.unwrap_or_default()).collect(),
            convergence: self.convergence(&DATASET_METRICS, |prefix| prefix.datasets.get(id.index()).copied()),
            ..SubjectFindings::default()
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
            Lengths::CatchUps => sections.merge(&kinds[EventKind::CatchUp.index()]),
            // Of datasets and of the account only.
            Lengths::Points | Lengths::Phase(_) | Lengths::Years(_) => {}
        }
        sections
    }

    fn data_lengths(&self, dataset: DatasetId, lengths: Lengths) -> Sectioned {
        let kind = match lengths {
            Lengths::Points => DataEventKind::Point,
            Lengths::Recoveries => DataEventKind::Recovery,
            Lengths::Phase(phase) => DataEventKind::Phase(phase),
            // Of services and of the account only.
            Lengths::Outages | Lengths::Detections | Lengths::CatchUps | Lengths::Years(_) => {
                return Sectioned::default();
            }
        };
        self.outcomes.counts.data_lengths[dataset.index()][kind.index()].clone()
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
        let catch_ups = kinds[EventKind::CatchUp.index()].pooled();
        Evidence { service: id, findings, recoveries: recoveries.into(), catch_ups, open, trials: self.outcomes.trials }
    }

    fn data_evidence(&self, id: DatasetId) -> DataEvidence {
        let judged = |key: &str| {
            let row = position(&DATASET_METRICS, key);
            let sums = self.total.as_ref().zip(row).map(|(total, row)| total.datasets[id.index()].sums[row]);
            match sums {
                Some(Sums::Ratio(moments)) => moments.y as u64,
                Some(Sums::Mean(_) | Sums::Proportion { .. } | Sums::Least { .. }) | None => 0,
            }
        };
        DataEvidence {
            dataset: id,
            points: self.data_lengths(id, Lengths::Points).pooled(),
            recoveries: self.data_lengths(id, Lengths::Recoveries).pooled(),
            points_judged: judged("rpo_met_share"),
            recoveries_judged: judged("rto_met_share"),
            trials: self.outcomes.trials,
        }
    }
}

/// Quantiles in seconds of lengths in microseconds; `None` without events.
fn quantiles(sections: &Sectioned) -> Option<Quantiles> {
    let pooled = sections.pooled();
    let at = |level: f64| {
        sections.quantile(&pooled, level).map(|quantile| Quantile {
            point: quantile.point * MICRO,
            low: quantile.low.map(|low| low * MICRO),
            high: quantile.high.map(|high| high * MICRO),
        })
    };
    let max = pooled.largest()? as f64 * MICRO;
    Some(Quantiles { p50: at(0.5)?, p95: at(0.95)?, p99: at(0.99)?, max })
}

fn bins(sections: &Sectioned) -> Vec<Bin> {
    let seconds = |value: u64| value as f64 * MICRO;
    sections
        .pooled()
        .bins()
        .into_iter()
        .map(|(from, to, count)| Bin { from: seconds(from), to: seconds(to), count })
        .collect()
}

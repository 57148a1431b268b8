//! What must come out: subject, metric and point of each line.

use super::{Lowering, Names};
use crate::model::{DatasetId, DomainId, Expectation, MetricPath, Prices, ServiceId, Subject};
use crate::scenario::diagnostic::nearest;
use crate::scenario::source::Place;

/// Keys of the metrics that `[expect]` may name, by the kind of subject they belong to.
///
/// ```
/// let [service, dataset, domain, scenario, cost] = drsim::scenario::METRIC_KEYS;
/// assert_eq!([service.0, dataset.0, domain.0, scenario.0], ["service", "dataset", "domain", "scenario"]);
/// assert!(domain.1.contains(&"off_share") && !service.1.contains(&"off_share"));
/// ```
pub const METRIC_KEYS: [(&str, &[&str]); 5] = [
    (
        "service",
        &[
            "availability",
            "unavailability",
            "outage_probability",
            "downtime_s_per_year",
            "outages_per_year",
            "mtbf_s",
            "mttr_s",
            "outage_s",
            "recovery_time_s",
            "detection_s",
            "unrecovered_per_year",
            "rto_met_share",
            "mtd_met_share",
            "windows_met_share",
            "degraded_share",
            "served_share",
            "resilience_index",
            "utilisation",
            "redundancy_degree",
            "redundancy_degree_least",
            "exposure_share",
            "failovers_per_year",
            "failover_success_share",
            "false_alarms_per_year",
            "split_brain_s_per_year",
            "wrt_s",
        ],
    ),
    (
        "dataset",
        &[
            "availability",
            "recovery_point_s",
            "data_lost_bytes",
            "rpo_met_share",
            "recovery_time_s",
            "detect_s",
            "decide_s",
            "act_s",
            "verify_s",
            "rto_met_share",
            "durability",
            "data_loss_probability",
            "nomdl",
            "mttdl_s",
            "restore_success_share",
            "backup_success_share",
            "backup_overruns_per_year",
            "backup_window_use",
            "redundancy_degree",
            "redundancy_degree_least",
            "exposure_share",
            "at_risk_bytes",
            "storage_bytes",
            "backup_storage_bytes",
        ],
    ),
    (
        "domain",
        &[
            "availability",
            "unavailability",
            "outage_probability",
            "off_share",
            "downtime_s_per_year",
            "outages_per_year",
            "mtbf_s",
            "mttr_s",
        ],
    ),
    (
        "scenario",
        &[
            "availability",
            "unavailability",
            "outage_probability",
            "downtime_s_per_year",
            "outages_per_year",
            "mtbf_s",
            "mttr_s",
            "failures_per_year",
            "repairs_per_year",
            "spare_waits",
            "utilisation",
            "maintenance_preventive_share",
            "strikes_per_year",
            "events_per_trial",
        ],
    ),
    ("cost", &["total_cost", "running_cost", "expected_loss", "sla_credits", "energy_kwh", "carbon_kg"]),
];

/// Metrics that are distributions, of services, of datasets and of the account: only these have points.
const DISTRIBUTIONS: [&str; 12] = [
    "outage_s",
    "recovery_time_s",
    "detection_s",
    "wrt_s",
    "recovery_point_s",
    "detect_s",
    "decide_s",
    "act_s",
    "verify_s",
    "total_cost",
    "running_cost",
    "expected_loss",
];

/// Words that a path may begin with.
const SUBJECTS: [&str; 5] = ["services", "datasets", "domains", "scenario", "cost"];

/// Points of a distribution.
const POINTS: [&str; 4] = ["p50", "p95", "p99", "max"];

impl Lowering<'_> {
    pub(super) fn expectations(
        &mut self,
        services: &Names<ServiceId>,
        datasets: &Names<DatasetId>,
        paths: &Names<DomainId>,
        prices: Option<&Prices>,
    ) -> Vec<Expectation> {
        let list = self.file.expect.as_ref().map_or(&[][..], |expect| expect.value.0.as_slice());
        let mut expectations = Vec::new();
        for item in list {
            let path = self.metric_path(&item.name, item.place, services, datasets, paths);
            let (Some(value), Some(within)) = (&item.value.value, &item.value.within) else { continue };
            if within.value < 0.0 {
                self.problems.error("out-of-range", within.place, "`within` is negative").help("use 0 or more");
            }
            let because = item.value.because.as_ref().map_or_else(String::new, |because| because.value.clone());
            if let Some(path) = path {
                if path.subject == Subject::Cost {
                    self.is_priced(&path.metric, item.place, prices);
                }
                let (value, within) = (value.value, within.value);
                expectations.push(Expectation { written: item.name.clone(), path, value, within, because });
            }
        }
        expectations
    }

    /// Nothing can be expected of an account that nobody keeps.
    fn is_priced(&mut self, metric: &str, place: Place, prices: Option<&Prices>) {
        let energy = prices.and_then(|prices| prices.energy.as_ref());
        let (priced, missing) = match metric {
            "energy_kwh" => (energy.is_some(), "prices.energy"),
            "carbon_kg" => (energy.is_some_and(|energy| energy.carbon.is_some()), "prices.energy.carbon"),
            "sla_credits" => (prices.is_some_and(|prices| !prices.slas.is_empty()), "prices.sla"),
            _ => (prices.is_some(), "prices"),
        };
        if !priced {
            self.problems
                .follows("unknown-metric", place, format!("`cost.{metric}` needs prices that are not here"))
                .help(format!("write `{missing}`"));
        }
    }

    pub(super) fn metric_path(
        &mut self,
        text: &str,
        place: Place,
        services: &Names<ServiceId>,
        datasets: &Names<DatasetId>,
        paths: &Names<DomainId>,
    ) -> Option<MetricPath> {
        let mut parts: Vec<&str> = text.split('.').collect();
        let point = parts.last().copied().filter(|last| POINTS.contains(last)).map(str::to_owned);
        if point.is_some() {
            parts.pop();
        }
        let [of_services, of_datasets, of_domains, of_scenario, of_cost] = METRIC_KEYS.map(|(_, keys)| keys);
        let (subject, metric, keys) = match parts[..] {
            ["services", name, metric] => {
                let service = self.subject(name, place, services, "unknown-service", "service");
                (service.map(Subject::Service), metric, of_services)
            }
            ["datasets", name, metric] => {
                let dataset = self.subject(name, place, datasets, "unknown-dataset", "dataset");
                (dataset.map(Subject::Dataset), metric, of_datasets)
            }
            ["domains", path, metric] => {
                let domain = self.subject(path, place, paths, "unknown-place", "place");
                (domain.map(Subject::Domain), metric, of_domains)
            }
            ["scenario", metric] => (Some(Subject::Scenario), metric, of_scenario),
            ["cost", metric] => (Some(Subject::Cost), metric, of_cost),
            _ => {
                let help = match parts[..] {
                    [first, ..] if !SUBJECTS.contains(&first) => nearest(first, SUBJECTS.into_iter()),
                    _ => {
                        "write `services.NAME.METRIC`, `datasets.NAME.METRIC`, `domains.PATH.METRIC`, `scenario.METRIC` or `cost.METRIC`"
                            .to_owned()
                    }
                };
                let shown: String = text.chars().take(80).collect();
                self.problems.error("unknown-path", place, format!("`{shown}` names no metric")).help(help);
                return None;
            }
        };
        if !keys.contains(&metric) {
            self.problems.unknown("unknown-metric", place, "metric", metric, keys.iter().copied());
            return None;
        }
        if let Some(point) = point.as_deref().filter(|_| !DISTRIBUTIONS.contains(&metric)) {
            let distributions: Vec<&str> = DISTRIBUTIONS.into_iter().filter(|key| keys.contains(key)).collect();
            let known = if distributions.is_empty() {
                String::new()
            } else {
                format!(", or use one of `{}`", distributions.join("`, `"))
            };
            self.problems
                .error("unknown-metric", place, format!("`{metric}` is one number and has no `{point}`"))
                .help(format!("leave `.{point}` out{known}"));
            return None;
        }
        Some(MetricPath { subject: subject?, metric: metric.to_owned(), point })
    }

    fn subject<I: Copy>(
        &mut self,
        name: &str,
        place: Place,
        known: &Names<I>,
        code: &'static str,
        kind: &str,
    ) -> Option<I> {
        let id = known.get(name).copied();
        if id.is_none() {
            self.problems.unknown(code, place, kind, name, known.keys().map(String::as_str));
        }
        id
    }
}

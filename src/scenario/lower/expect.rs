//! What must come out: subject, metric and point of each line.

use super::{Lowering, Names};
use crate::model::{DomainId, Expectation, MetricPath, ServiceId, Subject};
use crate::scenario::diagnostic::nearest;
use crate::scenario::source::Place;

/// Keys of the metrics that `[expect]` may name, by the kind of subject they belong to.
///
/// ```
/// let [service, domain, scenario] = drsim::scenario::METRIC_KEYS;
/// assert_eq!([service.0, domain.0, scenario.0], ["service", "domain", "scenario"]);
/// assert!(domain.1.contains(&"off_share") && !service.1.contains(&"off_share"));
/// ```
pub const METRIC_KEYS: [(&str, &[&str]); 3] = [
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
];

/// Metrics of services that are distributions: only these have points.
const DISTRIBUTIONS: [&str; 3] = ["outage_s", "recovery_time_s", "detection_s"];

/// Points of a distribution.
const POINTS: [&str; 4] = ["p50", "p95", "p99", "max"];

impl Lowering<'_> {
    pub(super) fn expectations(&mut self, services: &Names<ServiceId>, paths: &Names<DomainId>) -> Vec<Expectation> {
        let list = self.file.expect.as_ref().map_or(&[][..], |expect| expect.value.0.as_slice());
        let mut expectations = Vec::new();
        for item in list {
            let path = self.metric_path(&item.name, item.place, services, paths);
            let (Some(value), Some(within)) = (&item.value.value, &item.value.within) else { continue };
            if within.value < 0.0 {
                self.problems.error("out-of-range", within.place, "`within` is negative").help("use 0 or more");
            }
            let because = item.value.because.as_ref().map_or_else(String::new, |because| because.value.clone());
            if let Some(path) = path {
                let (value, within) = (value.value, within.value);
                expectations.push(Expectation { written: item.name.clone(), path, value, within, because });
            }
        }
        expectations
    }

    fn metric_path(
        &mut self,
        text: &str,
        place: Place,
        services: &Names<ServiceId>,
        paths: &Names<DomainId>,
    ) -> Option<MetricPath> {
        let mut parts: Vec<&str> = text.split('.').collect();
        let point = parts.last().copied().filter(|last| POINTS.contains(last)).map(str::to_owned);
        if point.is_some() {
            parts.pop();
        }
        let [of_services, of_domains, of_scenario] = METRIC_KEYS.map(|(_, keys)| keys);
        let (subject, metric, keys) = match parts[..] {
            ["services", name, metric] => {
                let service = self.subject(name, place, services, "unknown-service", "service");
                (service.map(Subject::Service), metric, of_services)
            }
            ["domains", path, metric] => {
                let domain = self.subject(path, place, paths, "unknown-place", "place");
                (domain.map(Subject::Domain), metric, of_domains)
            }
            ["scenario", metric] => (Some(Subject::Scenario), metric, of_scenario),
            _ => {
                let help = match parts[..] {
                    [first, ..] if !["services", "domains", "scenario"].contains(&first) => {
                        nearest(first, ["services", "domains", "scenario"].into_iter())
                    }
                    _ => "write `services.NAME.METRIC`, `domains.PATH.METRIC` or `scenario.METRIC`".to_owned(),
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
            let [one, two, three] = DISTRIBUTIONS;
            self.problems
                .error("unknown-metric", place, format!("`{metric}` is one number and has no `{point}`"))
                .help(format!("leave `.{point}` out, or use one of `{one}`, `{two}`, `{three}`"));
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

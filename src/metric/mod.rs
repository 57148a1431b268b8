//! The one list of what is computed. CSV columns, JSON keys, `explain` and the cross-check follow from it.

mod about;
mod cost;
mod dataset;
mod domain;
mod sample;
mod scenario;
mod service;
mod watch;

pub use about::{About, Better, Unit};
pub use cost::COST_METRICS;
pub use dataset::DATASET_METRICS;
pub use domain::DOMAIN_METRICS;
pub use sample::{Lengths, Metric, Of, Sample, Shown, Sums};
pub use scenario::SCENARIO_METRICS;
pub use service::SERVICE_METRICS;
pub use watch::{Watch, WatchError, metric_path};

/// Every metric with the kind of subject it belongs to: `service`, `dataset`, `domain`, `scenario` or `cost`.
///
/// ```
/// let mut found = drsim::metric::all().filter(|(_, about)| about.key == "recovery_time_s");
/// assert_eq!(found.next().map(|(subject, _)| subject), Some("service"));
/// ```
pub fn all() -> impl Iterator<Item = (&'static str, &'static About)> {
    let services = SERVICE_METRICS.iter().map(|metric| ("service", &metric.about));
    let datasets = DATASET_METRICS.iter().map(|metric| ("dataset", &metric.about));
    let domains = DOMAIN_METRICS.iter().map(|metric| ("domain", &metric.about));
    let whole = SCENARIO_METRICS.iter().map(|metric| ("scenario", &metric.about));
    let cost = COST_METRICS.iter().map(|metric| ("cost", &metric.about));
    services.chain(datasets).chain(domains).chain(whole).chain(cost)
}

/// Position of the metric with this key in a table.
#[must_use]
pub fn position<T>(metrics: &[Metric<T>], key: &str) -> Option<usize> {
    metrics.iter().position(|metric| metric.about.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn keys_are_unique_per_subject_and_say_their_unit() {
        let mut seen = BTreeSet::new();
        for (subject, about) in all() {
            assert!(seen.insert((subject, about.key)), "{subject} has {} twice", about.key);
            assert!(!about.label.is_empty() && !about.definition.is_empty(), "{} is not explained", about.key);
            assert!(!about.label_zh.is_ascii(), "{} has no Chinese label", about.key);
            let ending = match about.unit {
                Unit::Seconds => "_s",
                Unit::SecondsPerYear => "_s_per_year",
                Unit::PerYear => "_per_year",
                Unit::Bytes => "_bytes",
                Unit::KilowattHoursPerYear => "_kwh",
                Unit::KilogramsPerYear => "_kg",
                Unit::Share | Unit::Probability | Unit::Count | Unit::MoneyPerYear => "",
            };
            assert!(about.key.ends_with(ending), "{} does not end in {ending}", about.key);
        }
    }

    #[test]
    fn distributions_are_those_with_lengths() {
        for metric in &SERVICE_METRICS {
            assert_eq!(metric.about.distribution, metric.sample.lengths().is_some(), "{}", metric.about.key);
        }
        for metric in &DATASET_METRICS {
            assert_eq!(metric.about.distribution, metric.sample.lengths().is_some(), "{}", metric.about.key);
        }
        for metric in &COST_METRICS {
            assert_eq!(metric.about.distribution, metric.sample.lengths().is_some(), "{}", metric.about.key);
        }
        let others = all().filter(|(subject, _)| !matches!(*subject, "service" | "dataset" | "cost"));
        assert!(others.into_iter().all(|(_, about)| !about.distribution));
    }

    #[test]
    fn what_is_better_agrees_with_the_sign_of_the_pair() {
        let better =
            |key| SERVICE_METRICS.iter().find(|metric| metric.about.key == key).map(|metric| metric.about.better);
        assert_eq!(better("availability"), Some(Better::Higher));
        assert_eq!(better("unavailability"), Some(Better::Lower));
    }
}

//! What a scenario says must come out.

use super::{DatasetId, DomainId, ServiceId};

/// Whose metric.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Subject {
    /// A service.
    Service(ServiceId),
    /// A failure domain.
    Domain(DomainId),
    /// A dataset.
    Dataset(DatasetId),
    /// The whole scenario.
    Scenario,
    /// The account of a scenario with prices.
    Cost,
}

/// A metric of a subject, and of a distribution one of its points: `services.pay.outage_s.p95`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MetricPath {
    /// Whose.
    pub subject: Subject,
    /// Key of the metric, `outage_s`.
    pub metric: String,
    /// `p50`, `p95`, `p99`, `max`; `None` is the point estimate (the mean).
    pub point: Option<String>,
}

/// One line of `[expect]`.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// As written.
    pub written: String,
    /// What is measured.
    pub path: MetricPath,
    /// The value it must have, in the metric's unit.
    pub value: f64,
    /// How far off it may be.
    pub within: f64,
    /// Why: the calculation in words, or the source.
    pub because: String,
}

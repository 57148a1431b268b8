//! What may be chosen of a scenario, and what every choice has to keep.

use super::{DatasetId, DomainId, MetricPath, ServiceId};
use crate::quantity::PerTime;

/// A value that is open: a design takes one of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// Path as in `--set`.
    pub path: String,
    /// Values as TOML, at least two, in written order.
    pub values: Vec<String>,
}

/// What a design has to keep beside the objectives of services and datasets, and what makes it better than another.
#[derive(Clone, PartialEq, Debug)]
pub struct Requirements {
    /// Most that may be paid whatever happens, in the currency of the prices.
    pub budget: Option<PerTime>,
    /// Where the replicas of a service or the copies and backups of a dataset may lie: within these places.
    pub residency: Vec<(Tenant, Vec<DomainId>)>,
    /// Sites that a service or a dataset has to be at, at least.
    pub sites: Vec<(Tenant, u32)>,
    /// Metrics that may not pass a value.
    pub limits: Vec<Limit>,
    /// Chance that the answer is right, above 0 and below 1.
    pub confidence: f64,
    /// What is to be small.
    pub minimise: Aim,
}

impl Default for Requirements {
    fn default() -> Self {
        Self {
            budget: None,
            residency: Vec::new(),
            sites: Vec::new(),
            limits: Vec::new(),
            confidence: Self::CONFIDENCE,
            minimise: Aim::Cost,
        }
    }
}

impl Requirements {
    /// Confidence unless another is written.
    pub const CONFIDENCE: f64 = 0.95;
}

/// Whose place is required.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tenant {
    /// The replicas of a service.
    Service(ServiceId),
    /// The copies of a dataset and its backups.
    Dataset(DatasetId),
}

/// A bound of a metric.
#[derive(Clone, PartialEq, Debug)]
pub struct Limit {
    /// As written, `services.pay.outages_per_year`.
    pub written: String,
    /// What is measured; no point of a distribution.
    pub path: MetricPath,
    /// The bound, in the metric's unit.
    pub value: f64,
    /// True when the metric may not fall below it, false when it may not rise above.
    pub least: bool,
}

/// What makes one design better than another.
#[derive(Clone, PartialEq, Debug)]
pub enum Aim {
    /// Cost per year: running cost and expected loss; the number of nodes in use where nothing has a price.
    Cost,
    /// The number of nodes that host a replica or hold data.
    Nodes,
    /// A metric that is a mean over trials; small is good.
    Metric(MetricPath),
}

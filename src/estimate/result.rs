//! What an estimator gives.

use serde::{Deserialize, Serialize};

/// What the interval of an estimate rests on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Basis {
    /// A 95 % interval from the scatter between trials.
    Interval,
    /// Nothing was seen in `n` trials: an upper (or lower) bound at 95 %. The point is the edge itself, 0 or 1, and claims nothing: print the bound.
    Bound,
    /// The largest or smallest value seen; carries no interval.
    Extreme,
    /// Nothing to measure: no event of the kind, no load stated.
    Nothing,
}

/// A number with its uncertainty.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Estimate {
    /// The estimate; `None` when there is nothing to measure.
    pub point: Option<f64>,
    /// Lower end of the 95 % interval.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval.
    pub high: Option<f64>,
    /// Standard error, when there is scatter to take it from.
    pub std_error: Option<f64>,
    /// Trials, or events for a metric over events.
    pub n: u64,
    /// What the interval rests on.
    pub basis: Basis,
    /// Set for distributions.
    pub quantiles: Option<Quantiles>,
}

/// One quantile of a distribution.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Quantile {
    /// The value.
    pub point: f64,
    /// Lower end of the 95 % interval, when there are enough events for one.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval, when there are enough events for one.
    pub high: Option<f64>,
}

/// The quantiles that are always reported.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Quantiles {
    /// Median.
    pub p50: Quantile,
    /// 95th percentile.
    pub p95: Quantile,
    /// 99th percentile.
    pub p99: Quantile,
    /// Largest value seen; exact, no interval.
    pub max: f64,
}

impl Estimate {
    /// Nothing to measure.
    pub const NOTHING: Self =
        Self { point: None, low: None, high: None, std_error: None, n: 0, basis: Basis::Nothing, quantiles: None };
}

//! What a closed form says of a scenario.

use crate::model::Subject;

/// An exact value for one metric of one subject.
#[derive(Clone, PartialEq, Debug)]
pub struct Prediction {
    /// Whose.
    pub subject: Subject,
    /// Key of the metric.
    pub metric: &'static str,
    /// Value in the metric's unit.
    pub value: f64,
    /// How far it may be off where the formula leaves something out, in the same unit; 0 when it is exact.
    pub within: f64,
    /// How it was obtained, `k-of-n with one crew, GTH over 4 states`.
    pub method: String,
}

//! What is left of one design of a sweep: small, and the same after a journey through a journal.

use crate::estimate::{Basis, Estimate};
use serde::{Deserialize, Serialize};

/// One design and what came of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Row {
    /// Number of the design, from 0.
    pub nth: u64,
    /// Values that it sets, in the order of the parameters; one at a time: the one value, or none for the scenario as written.
    pub settings: Vec<String>,
    /// What came of it.
    pub status: Status,
}

/// What came of a design.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Status {
    /// It was simulated.
    Ran(Ran),
    /// Its values make no scenario.
    Invalid {
        /// First mistake: its code and message, and how many more there are.
        problem: String,
    },
}

/// A design that was simulated.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Ran {
    /// Hash of its scenario.
    pub hash: String,
    /// What is watched, metric by metric.
    pub measures: Vec<Measure>,
    /// One at a time: the difference to the scenario as written, on the same trials; `None` where no paired interval exists.
    pub differences: Vec<Option<Interval>>,
    /// How the promises fared.
    pub objectives: Objectives,
}

/// An estimate without its quantiles, or one of these.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Measure {
    /// The estimate; `None` when there is nothing to measure.
    pub point: Option<f64>,
    /// Lower end of the 95 % interval.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval.
    pub high: Option<f64>,
    /// What the interval rests on.
    pub basis: Basis,
}

impl Measure {
    /// Nothing to measure.
    pub const NOTHING: Self = Self { point: None, low: None, high: None, basis: Basis::Nothing };

    pub(super) fn of(estimate: &Estimate) -> Self {
        let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
        Self {
            point: finite(estimate.point),
            low: finite(estimate.low),
            high: finite(estimate.high),
            basis: estimate.basis,
        }
    }

    /// As an estimate, to be shown as all others are.
    #[must_use]
    pub const fn estimate(&self) -> Estimate {
        Estimate { point: self.point, low: self.low, high: self.high, basis: self.basis, ..Estimate::NOTHING }
    }
}

/// A difference with its 95 % interval.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Interval {
    /// The difference.
    pub point: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How the promises of a design fared; each is judged over all kinds of disruption, the worst counts.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Objectives {
    /// Kept with room to spare.
    pub met: u64,
    /// Kept, over 80 % used.
    pub at_risk: u64,
    /// Not kept: `pay.rto`.
    pub missed: Vec<String>,
}

impl Row {
    /// What was measured, if it was simulated.
    #[must_use]
    pub const fn ran(&self) -> Option<&Ran> {
        match &self.status {
            Status::Ran(ran) => Some(ran),
            Status::Invalid { .. } => None,
        }
    }

    /// One metric, if it was simulated.
    #[must_use]
    pub fn measure(&self, metric: usize) -> Option<&Measure> {
        self.ran().and_then(|ran| ran.measures.get(metric))
    }

    /// The point estimate of one metric.
    #[must_use]
    pub fn point(&self, metric: usize) -> Option<f64> {
        self.measure(metric).and_then(|measure| measure.point)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_survives_a_journal_to_the_last_bit() {
        let estimate = Estimate {
            point: Some(0.1 + 0.2),
            low: Some(f64::INFINITY),
            high: Some(1e-300),
            basis: Basis::Bound,
            ..Estimate::NOTHING
        };
        let measure = Measure::of(&estimate);
        assert_eq!(measure.low, None, "JSON knows no infinity");
        let ran = Ran {
            hash: "0".to_owned(),
            measures: vec![measure, Measure::NOTHING],
            differences: vec![None, Some(Interval { point: 1.0 / 3.0, low: -1.0, high: 2.0 })],
            objectives: Objectives { met: 1, at_risk: 0, missed: vec!["支付.rto".to_owned()] },
        };
        let row = Row { nth: 7, settings: vec!["{ a = \"x, y\" }".to_owned()], status: Status::Ran(ran) };
        let text = serde_json::to_string(&row).unwrap();
        assert!(!text.contains('\n'));
        assert_eq!(serde_json::from_str::<Row>(&text).unwrap(), row);
    }
}

//! From many trials to a number with an interval.
//!
//! Never sees a scenario: it knows sums, counts and histograms.

mod result;

pub use result::{Basis, Estimate, Quantile, Quantiles};

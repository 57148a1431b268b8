//! From many trials to a number with an interval.
//!
//! Never sees a scenario: it knows sums, counts and histograms.

mod difference;
mod exemplars;
mod front;
mod histogram;
mod interval;
mod moments;
mod result;

pub use difference::{Difference, PairMoments, holm};
pub use exemplars::Exemplars;
pub use front::front;
pub use histogram::{Histogram, Sectioned, bin_edges, bin_of};
pub use interval::{LEVEL, clopper_pearson, mean, normal_bound, proportion, ratio, rule_of_three, student_bound};
pub use moments::{Moments, RatioMoments};
pub use result::{Basis, Estimate, Quantile, Quantiles};

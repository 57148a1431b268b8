//! Sums over trials, from which means and ratios get their scatter.
//!
//! Plain sums, because sums merge: two runs of trials that were added up apart combine into what they would have been together.

use serde::{Deserialize, Serialize};

/// Scatter below this share of the sum of squares is rounding, not scatter: some two hundred additions deep, one half unit in the last place each.
pub(super) const ROUNDING: f64 = 128.0 * f64::EPSILON;

/// Number, sum and sum of squares of one value per trial.
///
/// ```
/// use drsim::estimate::Moments;
/// let mut moments = Moments::default();
/// for value in [1.0, 2.0, 3.0] {
///     moments.add(value);
/// }
/// assert_eq!((moments.mean(), moments.variance()), (Some(2.0), Some(1.0)));
/// ```
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Moments {
    /// Trials.
    pub n: u64,
    /// Sum.
    pub sum: f64,
    /// Sum of squares.
    pub squares: f64,
}

impl Moments {
    /// Adds one trial.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.n += 1;
        self.sum += value;
        self.squares += value * value;
    }

    /// Appends the trials of `later`.
    pub fn merge(&mut self, later: &Self) {
        self.n += later.n;
        self.sum += later.sum;
        self.squares += later.squares;
    }

    /// Mean; `None` without a trial.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum / self.n as f64)
    }

    /// Variance between trials with n - 1 below the line; `None` below two trials, exactly zero when all values are equal.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        if self.n < 2 {
            return None;
        }
        let scatter = self.squares - self.sum * self.sum / self.n as f64;
        Some(above_rounding(scatter, self.squares) / (self.n - 1) as f64)
    }

    /// Standard error of the mean; `None` below two trials.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        self.variance().map(|variance| (variance / self.n as f64).sqrt())
    }
}

/// Sums of a pair of values per trial, for the ratio of their totals.
///
/// Outages cluster within trials, so the trial is the unit of sampling: the ratio is sum over sum and its variance that of the linearised
/// residuals x - R y of the trials (Cochran, Sampling Techniques, 3rd ed. 1977, section 6.4).
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct RatioMoments {
    /// Trials.
    pub n: u64,
    /// Trials in which `y` is not zero.
    pub clusters: u64,
    /// Sum of x.
    pub x: f64,
    /// Sum of y.
    pub y: f64,
    /// Sum of x squared.
    pub xx: f64,
    /// Sum of y squared.
    pub yy: f64,
    /// Sum of x times y.
    pub xy: f64,
}

impl RatioMoments {
    /// Adds one trial.
    #[inline]
    pub fn add(&mut self, x: f64, y: f64) {
        self.n += 1;
        self.clusters += u64::from(y != 0.0);
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.yy += y * y;
        self.xy += x * y;
    }

    /// Appends the trials of `later`.
    pub fn merge(&mut self, later: &Self) {
        self.n += later.n;
        self.clusters += later.clusters;
        self.x += later.x;
        self.y += later.y;
        self.xx += later.xx;
        self.yy += later.yy;
        self.xy += later.xy;
    }

    /// Sum of x over sum of y; `None` when the latter is zero.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        (self.y != 0.0).then(|| self.x / self.y)
    }

    /// Standard error of the ratio by linearisation; `None` unless at least two trials have a y.
    #[must_use]
    pub fn std_error(&self) -> Option<f64> {
        let ratio = self.ratio()?;
        if self.clusters < 2 {
            return None;
        }
        let squares = self.xx + ratio * ratio * self.yy;
        let scatter = above_rounding(squares - 2.0 * ratio * self.xy, squares);
        let n = self.n as f64;
        Some((n / (n - 1.0) * scatter).sqrt() / self.y.abs())
    }
}

fn above_rounding(scatter: f64, squares: f64) -> f64 {
    if scatter <= ROUNDING * squares { 0.0 } else { scatter }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Summed as trials are: pieces of 32, blocks of 32 pieces, pairs of pairs of blocks. Rounding leaves a scatter behind some of these values.
    #[test]
    fn equal_values_have_no_scatter() {
        for value in [0.1, 0.3, 0.7, 1.0 / 3.0, 1e-7, 123.456, 3e9 / 7.0] {
            let mut piece = (Moments::default(), RatioMoments::default());
            for _ in 0..32 {
                piece.0.add(value);
                piece.1.add(3.0 * value, value);
            }
            let mut sums = (Moments::default(), RatioMoments::default());
            for _ in 0..32 {
                sums.0.merge(&piece.0);
                sums.1.merge(&piece.1);
            }
            for _ in 0..7 {
                let other = sums;
                sums.0.merge(&other.0);
                sums.1.merge(&other.1);
            }
            assert_eq!(sums.0.variance(), Some(0.0), "{value}");
            assert_eq!(sums.1.std_error(), Some(0.0), "{value}");
        }
    }

    #[test]
    fn small_scatter_is_not_mistaken_for_rounding() {
        let mut moments = Moments::default();
        for trial in 0..1000 {
            moments.add(1.0 + 1e-5 * f64::from(trial % 2));
        }
        let (variance, exact) = (moments.variance().unwrap(), 0.25e-10 * 1000.0 / 999.0);
        assert!((variance / exact - 1.0).abs() < 1e-2, "{variance}");
    }

    /// By hand: x = 1, 3 and y = 1, 2: R = 4/3, residuals -1/3 and 1/3, scatter 2/9; 2/1 * 2/9 = 4/9, root 2/3, over y = 3 gives 2/9.
    #[test]
    fn ratio_error_by_hand() {
        let mut ratio = RatioMoments::default();
        ratio.add(1.0, 1.0);
        ratio.add(3.0, 2.0);
        assert!((ratio.std_error().unwrap() - 2.0 / 9.0).abs() < 1e-12);
    }

    #[test]
    fn merging_equals_adding() {
        let (mut whole, mut left, mut right) =
            (RatioMoments::default(), RatioMoments::default(), RatioMoments::default());
        for trial in 0..10_u32 {
            let (x, y) = (f64::from(trial * trial), f64::from(trial));
            whole.add(x, y);
            if trial < 4 { left.add(x, y) } else { right.add(x, y) }
        }
        left.merge(&right);
        assert_eq!(left, whole);
        assert_eq!(whole.clusters, 9);
    }
}

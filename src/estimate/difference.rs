//! The difference between two metrics that were measured on the same trials, and which of many differences are real.

use super::moments::ROUNDING;
use super::{LEVEL, RatioMoments, student_bound};
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF as _, Normal, StudentsT};

/// Sums of what two designs differ by in the same trials, each trial giving a pair (x, y) for either.
///
/// Beside the sums of each design on its own, these are all products of (x, y) of the first and of what the second adds to them. Designs that meet
/// the same failures differ in few trials and by little: summing differences keeps every digit that products of the whole would lose.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct PairMoments {
    /// Trials in which the two differ at all, if only in the last bit.
    pub differing: u64,
    /// Sums of the differences of x and of y.
    sums: [f64; 2],
    /// Sums of x and y of the first times the differences of x and of y: `x dx`, `x dy`, `y dx`, `y dy`.
    mixed: [f64; 4],
    /// Sums of the squares and the product of the differences: `dx dx`, `dx dy`, `dy dy`.
    squares: [f64; 3],
}

impl PairMoments {
    /// Adds one trial: (x, y) of the first design and of the second.
    #[inline]
    pub fn add(&mut self, first: (f64, f64), second: (f64, f64)) {
        if first == second {
            return;
        }
        let ((x, y), dx, dy) = (first, second.0 - first.0, second.1 - first.1);
        self.differing += 1;
        for (sum, value) in self.sums.iter_mut().zip([dx, dy]) {
            *sum += value;
        }
        for (sum, value) in self.mixed.iter_mut().zip([x * dx, x * dy, y * dx, y * dy]) {
            *sum += value;
        }
        for (sum, value) in self.squares.iter_mut().zip([dx * dx, dx * dy, dy * dy]) {
            *sum += value;
        }
    }

    /// Appends the trials of `later`.
    pub fn merge(&mut self, later: &Self) {
        self.differing += later.differing;
        let both = self.sums.iter_mut().chain(&mut self.mixed).chain(&mut self.squares);
        let later = later.sums.iter().chain(&later.mixed).chain(&later.squares);
        for (sum, later) in both.zip(later) {
            *sum += later;
        }
    }

    /// The second design minus the first, where a metric is `offset + factor * sum of x / sum of y`; `lines` are (offset, factor) of each.
    ///
    /// The difference of two ratios is linearised (delta method): its variance is that of the sum of residuals `x - R y` of both designs in the
    /// same trial, each over its mean y (Cochran, Sampling Techniques, 3rd ed. 1977, section 6.4; for common random numbers Law, Simulation
    /// Modeling and Analysis, 5th ed. 2015, section 11.2). Of means y is 1 and this is the paired t interval. `None` when either has nothing
    /// below the line.
    #[must_use]
    pub fn difference(
        &self,
        first: &RatioMoments,
        second: &RatioMoments,
        lines: [(f64, f64); 2],
    ) -> Option<Difference> {
        let (ratio_first, ratio_second) = (first.ratio()?, second.ratio()?);
        let [(offset_first, factor_first), (offset_second, factor_second)] = lines;
        let nothing = Difference { differing: self.differing, n: first.n, ..Difference::SAME };
        if self.differing == 0 {
            return Some(nothing);
        }
        let point = if factor_first == factor_second && offset_first == offset_second {
            // Sums of differences have digits that the difference of sums has lost.
            factor_second * (self.sums[0] - ratio_second * self.sums[1]) / first.y
        } else {
            offset_second - offset_first + factor_second * ratio_second - factor_first * ratio_first
        };
        let scatter = self.scatter(first, second, [factor_first, factor_second]);
        let units = first.clusters.min(second.clusters);
        let n = first.n as f64;
        let variance = (units >= 2).then(|| scatter / (n * (n - 1.0)));
        let std_error = variance.map(f64::sqrt);
        let half = std_error.map(|error| if error == 0.0 { 0.0 } else { error * student_bound(units - 1) });
        let alone = first.std_error().zip(second.std_error()).map(|(one, other)| {
            let (one, other) = (factor_first * one, factor_second * other);
            (one * one, other * other)
        });
        let correlation = alone.zip(variance).and_then(|((one, other), paired)| {
            let scale = (one * other).sqrt();
            (scale > 0.0).then(|| ((one + other - paired) / (2.0 * scale)).clamp(-1.0, 1.0))
        });
        let saved = alone.zip(variance).and_then(|((one, other), paired)| {
            let both = one + other;
            match (paired > 0.0, both > 0.0) {
                (true, _) => Some(both / paired),
                (false, true) => Some(f64::INFINITY),
                (false, false) => None,
            }
        });
        Some(Difference {
            point,
            low: half.map(|half| point - half),
            high: half.map(|half| point + half),
            std_error,
            chance: std_error.map(|error| chance(point, error, units - 1).max(fewest(self.differing.min(units)))),
            correlation,
            saved,
            ..nothing
        })
    }

    /// Sum of the squared residuals of the difference over trials.
    fn scatter(&self, first: &RatioMoments, second: &RatioMoments, factors: [f64; 2]) -> f64 {
        let n = first.n as f64;
        let (ratio_first, ratio_second) = (first.x / first.y, second.x / second.y);
        let (weight_first, weight_second) = (factors[0] * n / first.y, factors[1] * n / second.y);
        // The residual is this weight of x, y, dx, dy of the trial.
        let weights = [
            weight_second - weight_first,
            weight_first * ratio_first - weight_second * ratio_second,
            weight_second,
            -weight_second * ratio_second,
        ];
        let [x_dx, x_dy, y_dx, y_dy] = self.mixed;
        let [dx_dx, dx_dy, dy_dy] = self.squares;
        let products = [
            [first.xx, first.xy, x_dx, x_dy],
            [first.xy, first.yy, y_dx, y_dy],
            [x_dx, y_dx, dx_dx, dx_dy],
            [x_dy, y_dy, dx_dy, dy_dy],
        ];
        let (mut scatter, mut size) = (0.0, 0.0);
        for (row, left) in products.iter().zip(weights) {
            for (product, right) in row.iter().zip(weights) {
                let term = left * right * product;
                scatter += term;
                size += term.abs();
            }
        }
        if scatter <= ROUNDING * size { 0.0 } else { scatter }
    }
}

/// Chance of a mean at least so far from zero in either direction when the truth is zero: Student's t.
fn chance(point: f64, std_error: f64, freedom: u64) -> f64 {
    if std_error == 0.0 {
        return if point == 0.0 { 1.0 } else { 0.0 };
    }
    let size = (point / std_error).abs();
    let tail = match StudentsT::new(0.0, 1.0, freedom as f64) {
        Ok(law) if freedom < 100_000 => law.sf(size),
        Ok(_) | Err(_) => Normal::standard().sf(size),
    };
    (2.0 * tail).min(1.0)
}

/// The least chance that so few trials can give, those that differ or those with anything below the line: all of them on one side (sign test). Student's
/// t knows no such limit, and believes three equal differences.
fn fewest(trials: u64) -> f64 {
    libm::exp2(1.0 - trials.min(1000) as f64)
}

/// The second of two designs minus the first, measured on the same trials.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Difference {
    /// The difference in the unit of the metric.
    pub point: f64,
    /// Lower end of the paired 95 % interval.
    pub low: Option<f64>,
    /// Upper end of the paired 95 % interval.
    pub high: Option<f64>,
    /// Standard error.
    pub std_error: Option<f64>,
    /// Chance of a difference at least so large, in either direction, between designs that do not differ: 0 to 1; `None` when there is too little to tell.
    pub chance: Option<f64>,
    /// Correlation of the two over trials, -1 to 1; `None` when either never changes.
    pub correlation: Option<f64>,
    /// How many times the trials two unrelated runs would need for an interval as narrow: variance of the unpaired difference over that of the paired one. Infinite when every trial differs by the same; `None` when neither ever changes.
    pub saved: Option<f64>,
    /// Trials in which the two differ at all.
    pub differing: u64,
    /// Trials.
    pub n: u64,
}

impl Difference {
    /// No trial in which they differ: nothing to take an interval from.
    const SAME: Self = Self {
        point: 0.0,
        low: None,
        high: None,
        std_error: None,
        chance: Some(1.0),
        correlation: None,
        saved: None,
        differing: 0,
        n: 0,
    };
}

/// Which of many hypotheses of "no difference" fall at the level 1 - [`LEVEL`] for all of them together, by the chances of what was seen
/// (Holm, Scandinavian Journal of Statistics 6, 1979).
///
/// ```
/// // By hand: 0.01 < 0.05 / 3, 0.02 < 0.05 / 2, 0.2 > 0.05.
/// assert_eq!(drsim::estimate::holm(&[0.2, 0.01, 0.02]), [false, true, true]);
/// assert_eq!(drsim::estimate::holm(&[0.03, 0.04]), [false, false]);
/// ```
#[must_use]
pub fn holm(chances: &[f64]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|&left, &right| chances[left].total_cmp(&chances[right]).then(left.cmp(&right)));
    let mut falls = vec![false; chances.len()];
    for (nth, &row) in order.iter().enumerate() {
        let left = (chances.len() - nth) as f64;
        if chances[row] > (1.0 - LEVEL) / left {
            break;
        }
        falls[row] = true;
    }
    falls
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt as _;
    use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

    type Pair = (f64, f64);

    const PLAIN: [(f64, f64); 2] = [(0.0, 1.0), (0.0, 1.0)];

    fn sums(trials: &[(Pair, Pair)]) -> (RatioMoments, RatioMoments, PairMoments) {
        let mut sums = (RatioMoments::default(), RatioMoments::default(), PairMoments::default());
        for &(first, second) in trials {
            sums.0.add(first.0, first.1);
            sums.1.add(second.0, second.1);
            sums.2.add(first, second);
        }
        sums
    }

    fn difference(trials: &[(Pair, Pair)]) -> Difference {
        let (first, second, pairs) = sums(trials);
        pairs.difference(&first, &second, PLAIN).unwrap()
    }

    /// The same with the trials kept: difference, standard error, correlation, factor.
    fn plain(trials: &[(Pair, Pair)]) -> [f64; 4] {
        let n = trials.len() as f64;
        let total = |of: fn(&(Pair, Pair)) -> f64| trials.iter().map(of).sum::<f64>();
        let first = (total(|it| it.0.0), total(|it| it.0.1));
        let second = (total(|it| it.1.0), total(|it| it.1.1));
        let residual = |pair: Pair, sums: Pair| (pair.0 - sums.0 / sums.1 * pair.1) * n / sums.1;
        let residuals: Vec<(f64, f64)> =
            trials.iter().map(|trial| (residual(trial.0, first), residual(trial.1, second))).collect();
        let over = |of: &dyn Fn(&(f64, f64)) -> f64| residuals.iter().map(of).sum::<f64>() / (n * (n - 1.0));
        let paired = over(&|(left, right)| (right - left) * (right - left));
        let (one, other) = (over(&|(left, _)| left * left), over(&|(_, right)| right * right));
        let both = over(&|(left, right)| left * right);
        [second.0 / second.1 - first.0 / first.1, paired.sqrt(), both / (one * other).sqrt(), (one + other) / paired]
    }

    fn near(found: &Difference, expected: [f64; 4], within: f64) {
        let [point, error, correlation, saved] = expected;
        let pairs = [
            (found.point, point),
            (found.std_error.unwrap(), error),
            (found.correlation.unwrap(), correlation),
            (found.saved.unwrap(), saved),
        ];
        for (found, expected) in pairs {
            assert!((found - expected).abs() <= within * expected.abs(), "{found} instead of {expected}");
        }
    }

    /// By hand: 1, 2, 6 against 2, 4, 6: differences 1, 2, 0 with mean 1 and variance 1, so the error is the root of a third; variances 7 and 4 alone
    /// save 11 to 1; covariance (7 + 4 - 1) / 2 = 5, correlation 5 over the root of 28.
    #[test]
    fn a_paired_mean_by_hand() {
        let of = |values: [f64; 2]| ((values[0], 1.0), (values[1], 1.0));
        let found = difference(&[[1.0, 2.0], [2.0, 4.0], [6.0, 6.0]].map(of));
        near(&found, [1.0, (1.0_f64 / 3.0).sqrt(), 5.0 / 28.0_f64.sqrt(), 11.0], 1e-12);
        assert_eq!((found.differing, found.n), (2, 3));
        // Two trials that differ cannot tell more than the toss of a coin.
        assert_eq!(found.chance, Some(0.5));
        let half = found.high.unwrap() - found.point;
        assert!((half / found.std_error.unwrap() - 4.302_653).abs() < 1e-5, "Student's t with two degrees of freedom");
    }

    /// Merged sums against trials that are kept, for ratios and means, with and without common parts.
    #[test]
    fn sums_give_what_kept_trials_give() {
        for seed in 0..40 {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let trials: Vec<(Pair, Pair)> = (0..50)
                .map(|_| {
                    let mut draw = || rng.random::<f64>();
                    let common = (10.0 * draw(), 1.0 + 5.0 * draw());
                    let shift = if seed % 2 == 0 || draw() < 0.3 { (draw(), draw()) } else { (0.0, 0.0) };
                    (common, (common.0 + shift.0, common.1 + shift.1))
                })
                .collect();
            near(&difference(&trials), plain(&trials), 1e-9);
            let (left, right) = (sums(&trials[..17]), sums(&trials[17..]));
            let (mut first, mut second, mut pairs) = left;
            first.merge(&right.0);
            second.merge(&right.1);
            pairs.merge(&right.2);
            near(&pairs.difference(&first, &second, PLAIN).unwrap(), plain(&trials), 1e-9);
        }
    }

    /// A hundredth of a second in one of ten thousand trials of years: products of the whole have lost it long before.
    #[test]
    fn a_small_difference_between_large_numbers_keeps_its_digits() {
        let year = 31_557_600.0;
        let trials: Vec<(Pair, Pair)> = (0..10_000)
            .map(|trial| {
                let seen = year + f64::from(trial % 7);
                let shift = if trial == 77 { 0.01 } else { 0.0 };
                ((seen, 1.0), (seen + shift, 1.0))
            })
            .collect();
        let found = difference(&trials);
        assert!((found.point * 1e6 - 1.0).abs() < 1e-3, "{}", found.point);
        // 0.01 in one of n trials: variance 1e-4 (1/n - 1/n^2), so the error is 0.01 / n.
        assert!((found.std_error.unwrap() * 1e6 - 1.0).abs() < 1e-3, "{:?}", found.std_error);
        assert_eq!(found.chance, Some(1.0), "one trial tells nothing");
    }

    #[test]
    fn the_same_in_every_trial_is_exactly_the_same() {
        let trials: Vec<(Pair, Pair)> =
            (1..100).map(|trial| ((0.1 * f64::from(trial), 3.0), (0.1 * f64::from(trial), 3.0))).collect();
        let found = difference(&trials);
        assert_eq!((found.point, found.low, found.chance, found.differing), (0.0, None, Some(1.0), 0));
        // Always more by the same: certain, and no number of trials of unrelated runs would do.
        let shifted: Vec<(Pair, Pair)> = trials.iter().map(|&(first, _)| (first, (first.0 + 1.5, 3.0))).collect();
        let found = difference(&shifted);
        assert!((found.point - 0.5).abs() < 1e-12 && found.std_error == Some(0.0), "{found:?}");
        assert_eq!((found.saved, found.low), (Some(f64::INFINITY), Some(found.point)));
        assert!(found.chance.unwrap() < 1e-29);
    }

    /// Two recoveries within the objective against a third of hundreds: two are too few, however alike.
    #[test]
    fn few_trials_with_anything_to_judge_tell_little() {
        let few: Vec<(Pair, Pair)> = (0..300)
            .map(|trial| ((f64::from(u8::from(trial % 3 > 0)), 1.0), (0.0, f64::from(u8::from(trial < 2)))))
            .collect();
        assert_eq!(difference(&few).chance, Some(0.5));
        let many: Vec<(Pair, Pair)> = few.iter().map(|&(first, _)| (first, (0.0, 1.0))).collect();
        assert!(difference(&many).chance.unwrap() < 1e-50);
    }

    #[test]
    fn factors_and_complements_turn_the_difference() {
        let of = |values: [f64; 2]| ((values[0], 1.0), (values[1], 1.0));
        let (first, second, pairs) = sums(&[[0.1, 0.2], [0.2, 0.4], [0.6, 0.6]].map(of));
        let (bad, good) = (
            pairs.difference(&first, &second, PLAIN).unwrap(),
            pairs.difference(&first, &second, [(1.0, -1.0); 2]).unwrap(),
        );
        assert_eq!((good.point, good.low, good.high), (-bad.point, bad.high.map(|v| -v), bad.low.map(|v| -v)));
        assert_eq!((good.correlation, good.saved), (bad.correlation, bad.saved));
        // Of different factors the lines are subtracted as they are: 10 * 0.4 - 0.3.
        let mixed = pairs.difference(&first, &second, [(0.0, 1.0), (0.0, 10.0)]).unwrap();
        assert!((mixed.point - 3.7).abs() < 1e-12);
        assert_eq!(pairs.difference(&first, &RatioMoments::default(), PLAIN), None);
    }

    /// Two means of five that share noise: the truth lies in the interval in 95 of 100 repetitions, and pairing narrows it.
    #[test]
    fn paired_intervals_cover() {
        let (mut held, mut saved) = (0, 0.0);
        for seed in 0..200 {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let mut exponential = || -libm::log1p(-rng.random::<f64>());
            let trials: Vec<(Pair, Pair)> = (0..200)
                .map(|_| {
                    let (shared, own) = (4.0 * exponential(), exponential());
                    ((shared, 1.0), (shared + own, 1.0))
                })
                .collect();
            let found = difference(&trials);
            held += u32::from(found.low.unwrap() <= 1.0 && 1.0 <= found.high.unwrap());
            saved += found.saved.unwrap() / 200.0;
        }
        assert!((182..200).contains(&held), "{held} of 200");
        // (16 + 17) / 1.
        assert!((saved / 33.0 - 1.0).abs() < 0.1, "{saved}");
    }

    /// Ten hypotheses that hold, a thousand times: one or more fall in at most 5 % of the families, and testing each alone would let far more fall.
    #[test]
    fn a_family_keeps_its_level() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let (mut families, mut alone) = (0, 0);
        for _ in 0..1000 {
            let chances: Vec<f64> = (0..10).map(|_| rng.random()).collect();
            families += u32::from(holm(&chances).contains(&true));
            alone += u32::from(chances.iter().any(|chance| *chance < 0.05));
        }
        assert!((25..=70).contains(&families) && alone > 300, "{families} and {alone} of 1000");
        assert_eq!(holm(&[0.012, 0.012, 0.012, 0.012]), [true; 4], "Holm lets the rest fall with the first");
        assert_eq!(holm(&[]), Vec::<bool>::new());
    }
}

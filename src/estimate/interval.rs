//! Point estimates and their 95 % intervals.

use super::{Basis, Estimate, Moments, RatioMoments};
use statrs::distribution::{Beta, ContinuousCDF as _, Normal, StudentsT};

/// Level of every interval of the crate.
pub const LEVEL: f64 = 0.95;

/// Degrees of freedom from which Student's t is the normal to five digits.
const NORMAL_FROM: u64 = 100_000;

/// Two-sided quantile of the standard normal: the value exceeded in size with chance `chance`, 0 to 1.
///
/// ```
/// assert!((drsim::estimate::normal_bound(0.05) - 1.959964).abs() < 1e-6);
/// ```
#[must_use]
pub fn normal_bound(chance: f64) -> f64 {
    -Normal::standard().inverse_cdf(chance / 2.0)
}

/// Half width of a 95 % Student-t interval in standard errors, for `freedom` degrees of freedom (at least 1).
///
/// ```
/// assert!((drsim::estimate::student_bound(15) - 2.131450).abs() < 1e-6);
/// ```
#[must_use]
pub fn student_bound(freedom: u64) -> f64 {
    let chance = 1.0 - LEVEL;
    match StudentsT::new(0.0, 1.0, freedom as f64) {
        Ok(law) if freedom < NORMAL_FROM => -law.inverse_cdf(chance / 2.0),
        Ok(_) | Err(_) => normal_bound(chance),
    }
}

/// What the chance of something never seen in `n` trials stays below at 95 %: 3/n (the rule of three: Hanley and Lippman-Hand, JAMA 249, 1983), at most 1.
///
/// ```
/// assert_eq!(drsim::estimate::rule_of_three(1000), 0.003);
/// ```
#[must_use]
pub fn rule_of_three(n: u64) -> f64 {
    if n == 0 { 1.0 } else { (3.0 / n as f64).min(1.0) }
}

/// Mean over trials with a Student-t interval, kept within `range`.
#[must_use]
pub fn mean(moments: &Moments, range: (f64, f64)) -> Estimate {
    around(moments.mean(), moments.std_error(), moments.n, moments.n, range)
}

/// Ratio of totals with a Student-t interval, kept within `range`; the degrees of freedom count the trials with something below the line.
#[must_use]
pub fn ratio(moments: &RatioMoments, range: (f64, f64)) -> Estimate {
    around(moments.ratio(), moments.std_error(), moments.n, moments.clusters, range)
}

fn around(point: Option<f64>, std_error: Option<f64>, n: u64, units: u64, range: (f64, f64)) -> Estimate {
    let Some(point) = point else { return Estimate::NOTHING };
    let half = std_error.map(|error| if error == 0.0 { 0.0 } else { error * student_bound(units - 1) });
    Estimate {
        point: Some(point),
        low: half.map(|half| (point - half).max(range.0.min(point))),
        high: half.map(|half| (point + half).min(range.1.max(point))),
        std_error,
        n,
        basis: Basis::Interval,
        quantiles: None,
    }
}

/// Share of `n` trials in which something happened, with a Wilson score interval (Wilson, JASA 22, 1927).
///
/// Never or always seen: a one-sided bound by the rule of three.
///
/// ```
/// use drsim::estimate::{Basis, proportion};
/// let rare = proportion(0, 10_000);
/// assert_eq!((rare.point, rare.high, rare.basis), (Some(0.0), Some(3e-4), Basis::Bound));
/// ```
#[must_use]
pub fn proportion(hits: u64, n: u64) -> Estimate {
    if n == 0 {
        return Estimate::NOTHING;
    }
    if hits == 0 || hits == n {
        let (point, bound) = (f64::from(u8::from(hits == n)), rule_of_three(n));
        let (low, high) = if hits == 0 { (0.0, bound) } else { (1.0 - bound, 1.0) };
        return Estimate {
            point: Some(point),
            low: Some(low),
            high: Some(high),
            n,
            basis: Basis::Bound,
            ..Estimate::NOTHING
        };
    }
    let (share, trials, z) = (hits as f64 / n as f64, n as f64, normal_bound(1.0 - LEVEL));
    let stretch = 1.0 + z * z / trials;
    let centre = (share + z * z / (2.0 * trials)) / stretch;
    let variance = share * (1.0 - share) / trials;
    let half = z * (variance + z * z / (4.0 * trials * trials)).sqrt() / stretch;
    Estimate {
        point: Some(share),
        low: Some((centre - half).max(0.0)),
        high: Some((centre + half).min(1.0)),
        std_error: Some(variance.sqrt()),
        n,
        basis: Basis::Interval,
        quantiles: None,
    }
}

/// Exact interval of a proportion, never too short (Clopper and Pearson, Biometrika 26, 1934): two-sided at `level`, 0 to 1.
///
/// ```
/// let (low, high) = drsim::estimate::clopper_pearson(0, 20, 0.95);
/// assert_eq!(low, 0.0);
/// assert!((high - (1.0 - 0.025_f64.powf(1.0 / 20.0))).abs() < 1e-9);
/// ```
#[must_use]
pub fn clopper_pearson(hits: u64, n: u64, level: f64) -> (f64, f64) {
    let tail = (1.0 - level) / 2.0;
    let quantile = |a: u64, b: u64, chance: f64| Beta::new(a as f64, b as f64).ok().map(|law| law.inverse_cdf(chance));
    let misses = n.saturating_sub(hits);
    let low = if hits == 0 { None } else { quantile(hits, misses + 1, tail) };
    let high = if misses == 0 { None } else { quantile(hits + 1, misses, 1.0 - tail) };
    (low.unwrap_or(0.0), high.unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt as _;
    use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

    /// How many of 200 repetitions hold the truth. A 95 % interval does so in fewer than 180 with chance 2e-3; the seeds are fixed.
    fn coverage(truth: f64, mut repetition: impl FnMut(&mut Xoshiro256PlusPlus) -> Estimate) -> u32 {
        (0..200)
            .map(|seed| {
                let estimate = repetition(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
                u32::from(estimate.low.unwrap() <= truth && truth <= estimate.high.unwrap())
            })
            .sum()
    }

    fn exponential(rng: &mut Xoshiro256PlusPlus) -> f64 {
        -libm::log1p(-rng.random::<f64>())
    }

    #[test]
    fn mean_intervals_cover() {
        let held = coverage(1.0, |rng| {
            let mut moments = Moments::default();
            (0..100).for_each(|_| moments.add(exponential(rng)));
            mean(&moments, (0.0, f64::INFINITY))
        });
        assert!((180..200).contains(&held), "{held} of 200");
    }

    #[test]
    fn proportion_intervals_cover() {
        let held =
            coverage(0.03, |rng| proportion((0..400).filter(|_| rng.random::<f64>() < 0.03).count() as u64, 400));
        assert!((180..200).contains(&held), "{held} of 200");
    }

    /// Events of one trial share a factor: the interval of pooled events would be far too short.
    #[test]
    fn ratio_intervals_cover_clustered_events() {
        let mut pooled = 0;
        let held = coverage(1.0, |rng| {
            let (mut moments, mut events) = (RatioMoments::default(), Moments::default());
            for _ in 0..200 {
                let (factor, count) = (exponential(rng), (5.0 * exponential(rng)) as u32);
                let lengths: Vec<f64> = (0..count).map(|_| factor * exponential(rng)).collect();
                for &length in &lengths {
                    events.add(length);
                }
                moments.add(lengths.iter().sum(), f64::from(count));
            }
            let naive = mean(&events, (0.0, f64::INFINITY));
            pooled += u32::from(naive.low.unwrap() <= 1.0 && 1.0 <= naive.high.unwrap());
            ratio(&moments, (0.0, f64::INFINITY))
        });
        assert!((180..200).contains(&held), "{held} of 200");
        assert!(pooled < 150, "pooled events would hold {pooled} of 200");
    }

    /// Values of Student's t from tables (two-sided 95 %), and no step where the normal takes over.
    #[test]
    fn student_bounds_match_tables() {
        for (freedom, bound) in [(1, 12.706_205), (15, 2.131_450), (100, 1.983_972), (1000, 1.962_339)] {
            assert!((student_bound(freedom) - bound).abs() < 2e-6, "{freedom}: {}", student_bound(freedom));
        }
        assert!((student_bound(NORMAL_FROM - 1) - student_bound(NORMAL_FROM)).abs() < 5e-5);
    }

    /// 17 of 20 000: bounds by bisection of the binomial tails.
    #[test]
    fn clopper_pearson_inverts_the_binomial_tail() {
        let (low, high) = clopper_pearson(17, 20_000, 0.95);
        let tail = |p: f64, hits: std::ops::RangeInclusive<u32>| {
            let log = |k: u32| {
                (0..k).map(|i| libm::log(f64::from(20_000 - i) / f64::from(i + 1))).sum::<f64>()
                    + f64::from(k) * libm::log(p)
                    + f64::from(20_000 - k) * libm::log1p(-p)
            };
            hits.map(|k| libm::exp(log(k))).sum::<f64>()
        };
        assert!((tail(high, 0..=17) - 0.025).abs() < 1e-6);
        assert!((1.0 - tail(low, 0..=16) - 0.025).abs() < 1e-6);
    }

    #[test]
    fn an_interval_stays_in_its_range() {
        let mut moments = Moments::default();
        (0..20).for_each(|trial| moments.add(f64::from(u8::from(trial == 0)) * 0.1));
        let share = mean(&moments, (0.0, 1.0));
        assert_eq!(share.low, Some(0.0));
        assert!(share.high.unwrap() > 0.01);
    }

    #[test]
    fn too_few_trials_give_no_interval() {
        let mut moments = Moments::default();
        assert_eq!(mean(&moments, (0.0, 1.0)), Estimate::NOTHING);
        moments.add(0.5);
        let single = mean(&moments, (0.0, 1.0));
        assert_eq!((single.point, single.low, single.std_error), (Some(0.5), None, None));
    }
}

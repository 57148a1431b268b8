//! Availability of one repairable unit, and what a number of nines allows.
//!
//! Knows no scenario; times are in any one unit, rates per that unit.

/// Hours in the year of 365.25 days that this program uses everywhere.
pub const HOURS_PER_YEAR: f64 = 8766.0;

/// Hours in the common year of 365 days that many tables of nines use.
pub const HOURS_PER_COMMON_YEAR: f64 = 8760.0;

/// Share of time up in the long run: MTTF / (MTTF + MTTR), for any laws of life and repair.
///
/// `None` unless the mean life is above 0, the mean repair 0 or more, and both finite. Source: Birolini,
/// *Reliability Engineering*, one-item structure.
///
/// ```
/// use drsim::analytic::availability::steady;
/// assert!((steady(1000.0, 10.0).unwrap() - 1000.0 / 1010.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn steady(mttf: f64, mttr: f64) -> Option<f64> {
    valid(mttf, mttr).then(|| mttf / (mttf + mttr))
}

/// Share of time down in the long run: MTTR / (MTTF + MTTR), exact even where availability rounds to 1.
///
/// `None` as for [`steady`].
#[must_use]
pub fn steady_unavailability(mttf: f64, mttr: f64) -> Option<f64> {
    valid(mttf, mttr).then(|| mttr / (mttf + mttr))
}

/// Unavailability at time `t` of a unit that was up at 0, exponential life (rate `failure`) and repair (rate `repair`).
///
/// `1 - A(t) = failure / (failure + repair) * (1 - exp(-(failure + repair) t))`; no cancellation near 0.
/// `None` unless both rates are above 0 and `t` is 0 or more. Source: Trivedi, *Probability and Statistics with
/// Reliability, Queuing, and Computer Science Applications*, two-state availability model.
///
/// ```
/// use drsim::analytic::availability::point_unavailability;
/// let up = 1.0 - point_unavailability(0.1, 0.2, 10.0).unwrap();
/// assert!((up - 0.6833).abs() < 5e-5); // printed on ReliaWiki after Ebeling, exercise 11.3
/// ```
#[must_use]
pub fn point_unavailability(failure: f64, repair: f64, t: f64) -> Option<f64> {
    (failure > 0.0 && repair > 0.0 && t >= 0.0).then(|| {
        let both = failure + repair;
        -failure / both * libm::expm1(-both * t)
    })
}

/// Share of `[0, t]` down of a unit that was up at 0, exponential life and repair.
///
/// `failure / (failure + repair) * (1 - (1 - exp(-x)) / x)` with `x = (failure + repair) t`; a series below `x = 0.1`
/// avoids the cancellation. `None` unless both rates and `t` are above 0. Source as [`point_unavailability`].
///
/// ```
/// use drsim::analytic::availability::interval_unavailability;
/// assert!((1.0 - interval_unavailability(0.1, 0.2, 10.0).unwrap() - 0.7722).abs() < 5e-5);
/// ```
#[must_use]
pub fn interval_unavailability(failure: f64, repair: f64, t: f64) -> Option<f64> {
    (failure > 0.0 && repair > 0.0 && t > 0.0).then(|| {
        let both = failure + repair;
        let x = both * t;
        let lost = if x < 0.1 {
            // 1 - (1 - exp(-x)) / x = x/2! - x^2/3! + x^3/4! - ...
            let mut term = x / 2.0;
            let mut sum = term;
            for power in 3..14 {
                term *= -x / f64::from(power);
                sum += term;
            }
            sum
        } else {
            1.0 + libm::expm1(-x) / x
        };
        failure / both * lost
    })
}

/// Nines of a share of time: `-log10(unavailability)`; 0.001 gives 3.
///
/// `None` unless the unavailability is above 0 and at most 1.
#[must_use]
pub fn nines(unavailability: f64) -> Option<f64> {
    (unavailability > 0.0 && unavailability <= 1.0).then(|| -libm::log10(unavailability))
}

/// Time down per `period` that an availability allows, in the period's unit.
///
/// `None` unless the availability is a share and the period 0 or more.
///
/// ```
/// use drsim::analytic::availability::{HOURS_PER_COMMON_YEAR, HOURS_PER_YEAR, allowed_downtime};
/// assert!((allowed_downtime(0.999, HOURS_PER_YEAR).unwrap() - 8.766).abs() < 1e-9);
/// assert!((allowed_downtime(0.999, HOURS_PER_COMMON_YEAR).unwrap() - 8.76).abs() < 1e-9);
/// ```
#[must_use]
pub fn allowed_downtime(availability: f64, period: f64) -> Option<f64> {
    ((0.0..=1.0).contains(&availability) && period >= 0.0).then_some((1.0 - availability) * period)
}

fn valid(mttf: f64, mttr: f64) -> bool {
    mttf > 0.0 && mttr >= 0.0 && mttf.is_finite() && mttr.is_finite()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_after_ebeling() {
        // ReliaWiki, availability reference, after Ebeling 11.3: 0.1 / h, 0.2 / h, 10 h.
        let point = 1.0 - point_unavailability(0.1, 0.2, 10.0).unwrap();
        let mean = 1.0 - interval_unavailability(0.1, 0.2, 10.0).unwrap();
        let long = steady(10.0, 5.0).unwrap();
        assert!((point - 0.6833).abs() < 5e-5 && (mean - 0.7722).abs() < 5e-5 && (long - 0.6667).abs() < 5e-5);
        assert!((long * long - 0.4444).abs() < 5e-5);
        assert!((1.0 - (1.0 - long).powi(2) - 0.8889).abs() < 5e-5);
    }

    #[test]
    fn the_mean_is_the_integral_of_the_points_on_both_sides_of_the_series() {
        for t in [1e-6, 0.01, 0.33, 0.34, 5.0, 400.0] {
            let steps = 20_000;
            let width = t / f64::from(steps);
            let sum: f64 = (0..steps)
                .map(|step| point_unavailability(0.1, 0.2, (f64::from(step) + 0.5) * width).unwrap() * width)
                .sum();
            let mean = interval_unavailability(0.1, 0.2, t).unwrap();
            assert!((sum / t / mean - 1.0).abs() < 1e-6, "{t}: {mean}");
        }
        assert!((interval_unavailability(1e-9, 1e-9, 1.0).unwrap() / 5e-10 - 1.0).abs() < 1e-8);
    }

    #[test]
    fn what_the_nines_allow() {
        // AWS Well-Architected, Reliability Pillar: yearly downtime, shown to the minute, 365 days.
        let minutes = |availability| allowed_downtime(availability, HOURS_PER_COMMON_YEAR).unwrap() * 60.0;
        for (availability, printed) in
            [(0.99, 5256.0), (0.999, 525.6), (0.9995, 262.8), (0.9999, 52.56), (0.99999, 5.256)]
        {
            assert!((minutes(availability) - printed).abs() < 1e-6);
        }
        assert!((nines(1e-5).unwrap() - 5.0).abs() < 1e-12);
        assert_eq!(nines(0.0), None);
    }

    #[test]
    fn outside_the_range_there_is_no_value() {
        assert_eq!(steady(0.0, 1.0), None);
        assert_eq!(steady_unavailability(1.0, -1.0), None);
        assert_eq!(point_unavailability(0.1, 0.0, 1.0), None);
        assert_eq!(interval_unavailability(0.1, 0.1, 0.0), None);
        assert_eq!(allowed_downtime(1.5, 1.0), None);
    }
}

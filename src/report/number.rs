//! Numbers as people read them: no more digits than the estimate supports.
//!
//! Formats what it is given and computes no statistic. Data files do not come here: they hold full precision.

use crate::estimate::{Basis, Estimate};
use crate::metric::Unit;
use crate::quantity::words::{MOST_DECIMALS, trimmed};
pub use crate::quantity::words::{NOTHING, bytes, count, duration, percent, plain};

/// A share with its interval, digits cut where the interval no longer supports them; a bound when nothing was seen.
///
/// ```
/// use drsim::estimate::{Basis, Estimate};
/// use drsim::report::number::share;
/// let seen = Estimate { point: Some(0.999_778), low: Some(0.999_74), high: Some(0.999_81), ..Estimate::NOTHING };
/// assert_eq!(share(&Estimate { basis: Basis::Interval, ..seen }), "99.978 % (99.974–99.981)");
/// let unseen = Estimate { point: Some(1.0), low: Some(0.999_85), high: Some(1.0), ..Estimate::NOTHING };
/// assert_eq!(share(&Estimate { basis: Basis::Bound, ..unseen }), "> 99.985 %");
/// ```
#[must_use]
pub fn share(estimate: &Estimate) -> String {
    let point = estimate.point.filter(|value| value.is_finite());
    let finite = |end: Option<f64>| end.filter(|value| value.is_finite());
    let (low, high) = (finite(estimate.low), finite(estimate.high));
    let ends = match estimate.basis {
        Basis::Bound if low.or(high).is_some() => Some((low.unwrap_or(0.0), high.unwrap_or(1.0))),
        Basis::Bound | Basis::Interval | Basis::Extreme | Basis::Nothing => low.zip(high),
    };
    match (estimate.basis, point, ends) {
        (Basis::Bound, point, Some((low, high))) => bound(point, low, high),
        (Basis::Interval, Some(point), Some((low, high))) if high > low => {
            let half = (high - low) / 2.0 * 100.0;
            let decimals = (-libm::floor(libm::log10(half) + 1e-9)).clamp(0.0, MOST_DECIMALS as f64) as usize;
            // A point that would be rounded to all or nothing gets the digit that shows it is neither.
            let least = point.min(1.0 - point) * 100.0;
            let shown = if least > 0.0 { (-libm::floor(libm::log10(least))).max(0.0) as usize } else { 0 };
            let decimals = decimals.max(shown.min(decimals + 2)).min(MOST_DECIMALS);
            let write = |value: f64| format!("{:.decimals$}", value * 100.0);
            format!("{} % ({}–{})", write(point), write(low), write(high))
        }
        (Basis::Interval | Basis::Extreme | Basis::Bound, Some(point), _) => percent(point),
        (Basis::Nothing, ..) | (Basis::Interval | Basis::Extreme | Basis::Bound, None, _) => NOTHING.to_owned(),
    }
}

/// `> 99.985 %` or `< 0.015 %`, rounded to the cautious side.
fn bound(point: Option<f64>, low: f64, high: f64) -> String {
    let above = point.map_or(1.0 - high <= low, |point| point >= 0.5);
    let missing = if above { 1.0 - low } else { high };
    if missing <= 0.0 {
        return percent(if above { 1.0 } else { 0.0 });
    }
    let scale = libm::pow(10.0, 1.0 - libm::floor(libm::log10(missing * 100.0)));
    // Both are bounds: what is missing is rounded up, lest the promise grow. The small step back undoes binary noise.
    let missing = libm::ceil(missing * 100.0 * scale - 1e-6) / scale;
    let decimals = (libm::log10(scale) + 0.5).clamp(0.0, MOST_DECIMALS as f64) as usize;
    let shown = if above { 100.0 - missing } else { missing };
    format!("{} {} %", if above { '>' } else { '<' }, trimmed(&format!("{shown:.decimals$}")))
}

/// A value in the unit of its metric.
#[must_use]
pub fn value(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Probability if value > 0.0 && value < 1e-6 => format!("{value:.1e}"),
        Unit::Share | Unit::Probability => percent(value),
        Unit::Seconds => duration(value),
        Unit::SecondsPerYear => format!("{} / yr", duration(value)),
        Unit::PerYear | Unit::MoneyPerYear => format!("{} / yr", plain(value)),
        Unit::Count => plain(value),
        Unit::Bytes => bytes(value),
        Unit::KilowattHoursPerYear => format!("{} kWh / yr", plain(value)),
        Unit::KilogramsPerYear => format!("{} kg / yr", plain(value)),
    }
}

/// An estimate with its interval, in the unit of its metric.
#[must_use]
pub fn estimate(unit: Unit, estimate: &Estimate) -> String {
    if matches!(unit, Unit::Share | Unit::Probability) {
        return share(estimate);
    }
    // Something that never ended has no point, but lasts at least so long.
    let point = match (estimate.point, estimate.basis, estimate.low) {
        (Some(point), ..) => point,
        (None, Basis::Bound, Some(low)) => return format!("> {}", value(unit, low)),
        (None, ..) => return NOTHING.to_owned(),
    };
    match (estimate.basis, estimate.low, estimate.high) {
        (Basis::Nothing, ..) => NOTHING.to_owned(),
        (Basis::Bound, _, Some(high)) => format!("< {}", value(unit, high)),
        (Basis::Interval, Some(low), Some(high)) if low < high => {
            if matches!(unit, Unit::PerYear | Unit::Count) && high.abs().max(low.abs()) < 1e4 {
                // One number of decimals for all three: as many as the interval supports.
                let half = libm::log10((high - low) / 2.0);
                let decimals = (-libm::floor(half + 1e-9)).clamp(0.0, MOST_DECIMALS as f64) as usize;
                let per = if unit == Unit::PerYear { " / yr" } else { "" };
                return format!("{point:.decimals$}{per} ({low:.decimals$}–{high:.decimals$})");
            }
            let (low, high) = (value(unit, low), value(unit, high));
            format!("{} ({}–{})", value(unit, point), low.trim_end_matches(" / yr"), high.trim_end_matches(" / yr"))
        }
        (Basis::Interval | Basis::Bound | Basis::Extreme, ..) => value(unit, point),
    }
}

/// A difference in standard errors with its sign: `+0.4`, `-12.1`, `+3e8`.
#[must_use]
pub fn deviation(off: f64) -> String {
    // Less than half a tenth has no sign: `-0.0` looks like a misprint.
    if off.abs() < 0.05 {
        "0.0".to_owned()
    } else if off.abs() < 1e4 {
        format!("{off:+.1}")
    } else {
        format!("{off:+.0e}")
    }
}

/// How many nines a share has: 3 for 99.9 %; infinite for 1, never negative.
///
/// ```
/// assert!((drsim::report::number::nines(0.999) - 3.0).abs() < 1e-9);
/// ```
#[must_use]
pub fn nines(share: f64) -> f64 {
    if share >= 1.0 { f64::INFINITY } else { (-libm::log10(1.0 - share)).max(0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stop_where_the_interval_does() {
        let of = |point, low, high, basis| {
            share(&Estimate { point: Some(point), low: Some(low), high: Some(high), basis, ..Estimate::NOTHING })
        };
        assert_eq!(of(0.9871, 0.9858, 0.9884, Basis::Interval), "98.7 % (98.6–98.8)");
        assert_eq!(of(0.99, 0.6, 1.0, Basis::Interval), "99 % (60–100)");
        assert_eq!(of(1.0, 0.9997, 1.0, Basis::Bound), "> 99.97 %");
        assert_eq!(of(0.0, 0.0, 0.000_3, Basis::Bound), "< 0.03 %");
        assert_eq!(of(1.0, 0.999_701, 1.0, Basis::Bound), "> 99.97 %");
        assert_eq!(of(f64::NAN, f64::NAN, f64::NAN, Basis::Interval), "–");
    }

    #[test]
    fn rates_carry_the_digits_of_their_interval() {
        let rate = Estimate {
            point: Some(1.0274),
            low: Some(1.0048),
            high: Some(1.0499),
            basis: Basis::Interval,
            ..Estimate::NOTHING
        };
        assert_eq!(estimate(Unit::PerYear, &rate), "1.03 / yr (1.00–1.05)");
        assert_eq!(estimate(Unit::Seconds, &rate), "1 s (1 s–1 s)");
        let unseen = Estimate { point: Some(0.0), low: Some(0.0), high: Some(6e-4), basis: Basis::Bound, ..rate };
        assert_eq!(estimate(Unit::PerYear, &unseen), "< 0.0006 / yr");
        let never = Estimate { low: Some(3e9), basis: Basis::Bound, ..Estimate::NOTHING };
        assert_eq!(estimate(Unit::Seconds, &never), "> 95.1 years");
        let lost = Estimate { high: Some(3e9), ..unseen };
        assert_eq!(estimate(Unit::Bytes, &lost), "< 3 GB");
    }
}

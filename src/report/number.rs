//! Numbers as people read them: no more digits than the estimate supports.
//!
//! Formats what it is given and computes no statistic. Data files do not come here: they hold full precision.

use crate::estimate::{Basis, Estimate};
use crate::metric::Unit;
use crate::quantity::SECONDS_PER_YEAR as YEAR;

/// Shown where there is nothing to show.
pub const NOTHING: &str = "–";

/// Most decimals of a percentage: below that a double says little.
const MOST_DECIMALS: usize = 10;

/// A share of a whole, 0 to 1, as a percentage with three significant digits of what is missing or present,
/// whichever is less.
///
/// ```
/// use drsim::report::number::percent;
/// assert_eq!(percent(0.99978), "99.978 %");
/// assert_eq!(percent(0.5), "50 %");
/// assert_eq!(percent(0.00012), "0.012 %");
/// ```
#[must_use]
pub fn percent(share: f64) -> String {
    if !(share * 100.0).is_finite() {
        return NOTHING.to_owned();
    }
    let small = share.abs().min((1.0 - share).abs()) * 100.0;
    let decimals = if small < 1e-10 { 0 } else { (2.0 - libm::floor(libm::log10(small))).max(0.0) as usize };
    format!("{} %", trimmed(&format!("{:.*}", decimals.min(MOST_DECIMALS), share * 100.0)))
}

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

/// A length of time in seconds for people: `3 d 4 h`, `19 min`, `4.2 s`.
///
/// ```
/// use drsim::report::number::duration;
/// assert_eq!(duration(1_140.0), "19 min");
/// assert_eq!(duration(273_700.0), "3 d 4 h");
/// assert_eq!(duration(4.2), "4.2 s");
/// assert_eq!(duration(12_660.0), "3 h 31 min");
/// ```
#[must_use]
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return NOTHING.to_owned();
    }
    if seconds < 0.0 {
        return format!("-{}", duration(-seconds));
    }
    let pair = |total: f64, per: u64, big: &str, small: &str| {
        let total = (total + 0.5) as u64;
        match (total / per, total % per) {
            (0, rest) => format!("{rest} {small}"),
            (whole, 0) => format!("{whole} {big}"),
            (whole, rest) => format!("{whole} {big} {rest} {small}"),
        }
    };
    if seconds == 0.0 {
        "0 s".to_owned()
    } else if seconds < 9.5e-4 {
        format!("{} µs", significant(seconds * 1e6, 2))
    } else if seconds < 0.95 {
        format!("{} ms", significant(seconds * 1e3, 2))
    } else if seconds < 9.95 {
        format!("{} s", trimmed(&format!("{seconds:.1}")))
    } else if seconds < 599.5 {
        pair(seconds, 60, "min", "s")
    } else if seconds < 86_370.0 {
        pair(seconds / 60.0, 60, "h", "min")
    } else if (seconds / YEAR - 1.0).abs() < 1e-5 {
        "1 year".to_owned()
    } else if seconds < 100.0 * 86_400.0 {
        pair(seconds / 3600.0, 24, "d", "h")
    } else if seconds < 2.0 * YEAR {
        format!("{:.0} d", seconds / 86_400.0)
    } else {
        format!("{} years", plain(seconds / YEAR))
    }
}

/// A number with three significant digits: `1.23`, `0.0456`, `4.6e-7`, `12 300`.
///
/// ```
/// use drsim::report::number::plain;
/// assert_eq!(plain(0.045_612), "0.0456");
/// assert_eq!(plain(12_345.0), "12 345");
/// ```
#[must_use]
pub fn plain(value: f64) -> String {
    if !value.is_finite() {
        NOTHING.to_owned()
    } else if value != 0.0 && value.abs() < 1e-4 || value.abs() >= 1e12 {
        format!("{value:.1e}")
    } else if value.abs() >= 999.5 {
        let sign = if value < 0.0 { "-" } else { "" };
        format!("{sign}{}", count((value.abs() + 0.5) as u64))
    } else {
        significant(value, 3)
    }
}

/// A count with its digits in groups of three.
///
/// ```
/// assert_eq!(drsim::report::number::count(20_000), "20 000");
/// ```
#[must_use]
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// A value in the unit of its metric.
#[must_use]
pub fn value(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Probability if value > 0.0 && value < 1e-6 => format!("{value:.1e}"),
        Unit::Share | Unit::Probability => percent(value),
        Unit::Seconds => duration(value),
        Unit::SecondsPerYear => format!("{} / yr", duration(value)),
        Unit::PerYear => format!("{} / yr", plain(value)),
        Unit::Count => plain(value),
    }
}

/// An estimate with its interval, in the unit of its metric.
#[must_use]
pub fn estimate(unit: Unit, estimate: &Estimate) -> String {
    if matches!(unit, Unit::Share | Unit::Probability) {
        return share(estimate);
    }
    let Some(point) = estimate.point else { return NOTHING.to_owned() };
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
    if off.abs() < 1e4 { format!("{off:+.1}") } else { format!("{off:+.0e}") }
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

fn significant(value: f64, digits: i32) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let decimals = (digits - 1 - libm::floor(libm::log10(value.abs())) as i32).max(0) as usize;
    trimmed(&format!("{value:.decimals$}"))
}

/// Without zeros after the decimal point that say nothing.
fn trimmed(number: &str) -> String {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.').to_owned() } else { number.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_carry_into_the_next_unit() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (0.000_25, "250 µs"),
            (0.35, "350 ms"),
            (9.96, "10 s"),
            (59.7, "1 min"),
            (90.0, "1 min 30 s"),
            (599.9, "10 min"),
            (3_599.0, "1 h"),
            (86_399.0, "1 d"),
            (86_400.0 * 400.0, "400 d"),
            (31_557_600.0, "1 year"),
            (31_557_600.0 * 10.0, "10 years"),
            (f64::NAN, "–"),
            (-60.0, "-1 min"),
        ] {
            assert_eq!(duration(seconds), text, "{seconds}");
        }
    }

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
    }

    #[test]
    fn counts_and_numbers_are_grouped() {
        assert_eq!(count(1_234_567), "1 234 567");
        assert_eq!(count(999), "999");
        assert_eq!(plain(0.000_002), "2.0e-6");
        assert_eq!(plain(-1234.4), "-1 234");
        assert_eq!(plain(2.0), "2");
    }
}

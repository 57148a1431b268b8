//! Numbers as people read them, worded in one way wherever they are shown.

use super::SECONDS_PER_YEAR as YEAR;

/// Shown where there is nothing to show.
pub const NOTHING: &str = "–";

/// Most decimals of a percentage: below that a double says little.
pub(crate) const MOST_DECIMALS: usize = 10;

/// A share of a whole, 0 to 1, as a percentage with three significant digits of what is missing or present,
/// whichever is less.
///
/// ```
/// use drsim::quantity::words::percent;
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

/// An amount of data for people, in powers of ten: `1.5 TB`.
///
/// ```
/// use drsim::quantity::words::bytes;
/// assert_eq!(bytes(1.5e12), "1.5 TB");
/// assert_eq!(bytes(812.0), "812 B");
/// ```
#[must_use]
pub fn bytes(bytes: f64) -> String {
    let mut value = bytes;
    for unit in ["B", "kB", "MB", "GB", "TB", "PB"] {
        if value.abs() < 999.5 {
            return format!("{} {unit}", significant(value, 3));
        }
        value /= 1000.0;
    }
    format!("{} EB", significant(value, 3))
}

/// A length of time in seconds for people: `3 d 4 h`, `19 min`, `4.2 s`.
///
/// ```
/// use drsim::quantity::words::duration;
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
/// use drsim::quantity::words::plain;
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
/// assert_eq!(drsim::quantity::words::count(20_000), "20 000");
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

fn significant(value: f64, digits: i32) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let decimals = (digits - 1 - libm::floor(libm::log10(value.abs())) as i32).max(0) as usize;
    trimmed(&format!("{value:.decimals$}"))
}

/// Without zeros after the decimal point that say nothing.
pub(crate) fn trimmed(number: &str) -> String {
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
    fn counts_and_numbers_are_grouped() {
        assert_eq!(count(1_234_567), "1 234 567");
        assert_eq!(count(999), "999");
        assert_eq!(plain(0.000_002), "2.0e-6");
        assert_eq!(plain(-1234.4), "-1 234");
        assert_eq!(plain(2.0), "2");
    }
}

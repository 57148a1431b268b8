//! Text to quantities: a number and a unit, with the known units named when it fails.

use super::{Bandwidth, Bytes, Probability, Rate, Span};
use std::str::FromStr;
use thiserror::Error;

/// Why a text is not the quantity that was asked for; a fragment in lower case.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{message}")]
pub struct QuantityError {
    message: String,
}

impl QuantityError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// Units of time and their seconds; the first of each is the name used in messages.
const TIME_UNITS: &[(&[&str], f64)] = &[
    (&["us", "µs", "microsecond", "microseconds", "微秒"], 1e-6),
    (&["ms", "millisecond", "milliseconds", "毫秒"], 1e-3),
    (&["s", "sec", "secs", "second", "seconds", "秒"], 1.0),
    (&["min", "m", "mins", "minute", "minutes", "分钟", "分"], 60.0),
    (&["h", "hr", "hrs", "hour", "hours", "小时", "时"], 3600.0),
    (&["d", "day", "days", "天", "日"], 86_400.0),
    (&["w", "week", "weeks", "周"], 604_800.0),
    (&["y", "yr", "year", "years", "年"], super::SECONDS_PER_YEAR),
];

const BYTE_UNITS: &[(&str, f64)] = &[
    ("B", 1.0),
    ("KB", 1e3),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
    ("PB", 1e15),
    ("EB", 1e18),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("TiB", 1_099_511_627_776.0),
    ("PiB", 1_125_899_906_842_624.0),
];

const BIT_RATE_UNITS: &[(&str, f64)] =
    &[("bps", 1.0), ("kbps", 1e3), ("Kbps", 1e3), ("Mbps", 1e6), ("Gbps", 1e9), ("Tbps", 1e12)];

/// Splits `"10.5 TB"` into 10.5 and `"TB"`; underscores may group digits. `None` when it does not begin with a number.
///
/// ```
/// use drsim::quantity::number_and_unit;
/// assert_eq!(number_and_unit("1_000 CNY / month"), Some((1000.0, "CNY / month")));
/// assert_eq!(number_and_unit("north"), None);
/// ```
#[must_use]
pub fn number_and_unit(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let mut end = 0;
    let bytes = text.as_bytes();
    while end < bytes.len() {
        let exponent = end > 0 && matches!(bytes[end - 1], b'e' | b'E');
        let digit = bytes[end].is_ascii_digit() || matches!(bytes[end], b'.' | b'_');
        let sign = matches!(bytes[end], b'+' | b'-') && (end == 0 || exponent);
        let marker = matches!(bytes[end], b'e' | b'E')
            && end > 0
            && bytes.get(end + 1).is_some_and(|next| next.is_ascii_digit() || matches!(next, b'+' | b'-'));
        if !(digit || sign || marker) {
            break;
        }
        end += 1;
    }
    let number: f64 = text[..end].replace('_', "").parse().ok()?;
    number.is_finite().then(|| (number, text[end..].trim()))
}

fn seconds_of(unit: &str) -> Option<f64> {
    TIME_UNITS.iter().find(|(names, _)| names.contains(&unit)).map(|(_, seconds)| *seconds)
}

impl FromStr for Span {
    type Err = QuantityError;

    /// One or more numbers with units of time: `4h`, `30 min`, `1h 30m`, `2 days 3h`, `90 秒`.
    ///
    /// # Errors
    /// A missing or unknown unit, a negative value, months (their length differs), more than half a million years.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let known = "use us, ms, s, min, h, d, w or y";
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(QuantityError::new(format!("empty duration, {known}")));
        }
        let mut seconds = 0.0;
        while !rest.is_empty() {
            let Some((number, after)) = number_and_unit(rest) else {
                return Err(QuantityError::new(format!("`{text}` is not a duration such as `4h` or `1h 30m`")));
            };
            if number < 0.0 || rest.starts_with('-') {
                return Err(QuantityError::new(format!("duration `{text}` is negative")));
            }
            let end = after
                .find(|c: char| c.is_ascii_digit() || c.is_whitespace() || c == '.' || c == '-')
                .unwrap_or(after.len());
            let unit = &after[..end];
            if unit.is_empty() {
                return Err(QuantityError::new(format!("`{text}` has no unit, {known}")));
            }
            if matches!(unit, "mo" | "month" | "months" | "月" | "个月") {
                return Err(QuantityError::new(format!("`{unit}` has no fixed length, write days or years")));
            }
            let Some(scale) = seconds_of(unit) else {
                return Err(QuantityError::new(format!("unknown unit of time `{unit}`, {known}")));
            };
            seconds += number * scale;
            rest = after[end..].trim_start();
        }
        if seconds > 500_000.0 * super::SECONDS_PER_YEAR {
            return Err(QuantityError::new(format!("`{text}` is longer than half a million years")));
        }
        Ok(Self::from_seconds(seconds))
    }
}

impl FromStr for Probability {
    type Err = QuantityError;

    /// A percentage, `99.95 %`, a fraction in words, `1 in 250`, or a plain number 0 to 1 as text.
    ///
    /// # Errors
    /// Anything that is not between 0 and 1.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let number = |part: &str| number_and_unit(part).filter(|(_, unit)| unit.is_empty()).map(|(value, _)| value);
        let value = if let Some(percent) = text.trim().strip_suffix(['%', '％']) {
            number(percent).map(|value| value / 100.0)
        } else if let Some((once, among)) = text.split_once(" in ") {
            number(once).zip(number(among)).map(|(once, among)| once / among)
        } else {
            number(text)
        };
        let Some(value) = value else {
            return Err(QuantityError::new(format!("`{text}` is not a share such as `99.5 %` or `1 in 250`")));
        };
        Self::new(value).ok_or_else(|| QuantityError::new(format!("`{text}` is not between 0 % and 100 %")))
    }
}

impl FromStr for Rate {
    type Err = QuantityError;

    /// A number per unit of time: `900 / s`, `1.35 / year`.
    ///
    /// # Errors
    /// No unit of time, or a negative number.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let wrong = || QuantityError::new(format!("`{text}` is not a rate such as `900 / s` or `0.5 / year`"));
        let (number, unit) = text.split_once('/').ok_or_else(wrong)?;
        let (value, rest) = number_and_unit(number).ok_or_else(wrong)?;
        if !rest.is_empty() {
            return Err(wrong());
        }
        let seconds = seconds_of(unit.trim())
            .ok_or_else(|| QuantityError::new(format!("unknown unit of time `{}`", unit.trim())))?;
        Self::new_per_second(value / seconds).ok_or_else(|| QuantityError::new(format!("rate `{text}` is negative")))
    }
}

impl FromStr for Bytes {
    type Err = QuantityError;

    /// A number with a unit of data: `10 TB`, `512 GiB`.
    ///
    /// # Errors
    /// A missing or unknown unit; bare `T` or `M` are refused because they are ambiguous.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let Some((number, unit)) = number_and_unit(text) else {
            return Err(QuantityError::new(format!("`{text}` is not a size such as `10 TB`")));
        };
        let Some((_, scale)) = BYTE_UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(QuantityError::new(format!(
                "unknown unit of data `{unit}`, use B, KB, MB, GB, TB, PB or KiB …"
            )));
        };
        if number < 0.0 || number * scale > 1e19 {
            return Err(QuantityError::new(format!("size `{text}` is out of range")));
        }
        Ok(Self::new((number * scale).round() as u64))
    }
}

impl FromStr for Bandwidth {
    type Err = QuantityError;

    /// Bits per second, or bytes per any unit of time: `10 Gbps`, `200 MB/s`, `80 GB / day`.
    ///
    /// # Errors
    /// A missing or unknown unit, or a negative number.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let wrong = || QuantityError::new(format!("`{text}` is not a data rate such as `10 Gbps` or `200 MB/s`"));
        let (number, unit) = number_and_unit(text).ok_or_else(wrong)?;
        let bits = BIT_RATE_UNITS.iter().find(|(name, _)| *name == unit).map(|(_, scale)| number * scale);
        let bytes = || {
            let (amount, time) = unit.split_once('/')?;
            let (_, scale) = BYTE_UNITS.iter().find(|(name, _)| *name == amount.trim_end())?;
            let (_, seconds) = TIME_UNITS.iter().find(|(names, _)| names.contains(&time.trim_start()))?;
            Some(number * scale * 8.0 / seconds)
        };
        bits.or_else(bytes).and_then(Self::from_bits_per_second).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_in_every_spelling() {
        for (text, seconds) in [
            ("4h", 14_400.0),
            ("30 min", 1_800.0),
            ("1h 30m", 5_400.0),
            ("2 days 3h", 183_600.0),
            ("1.5h", 5_400.0),
            ("90 秒", 90.0),
            ("2 小时", 7_200.0),
            ("1 year", 31_557_600.0),
            ("15 ms", 0.015),
            ("1e3 h", 3_600_000.0),
            ("10_000 h", 36_000_000.0),
        ] {
            assert_eq!(text.parse::<Span>(), Ok(Span::from_seconds(seconds)), "{text}");
        }
    }

    #[test]
    fn mistakes_name_what_would_be_right() {
        let message = |text: &str| text.parse::<Span>().unwrap_err().to_string();
        assert_eq!(message("4"), "`4` has no unit, use us, ms, s, min, h, d, w or y");
        assert_eq!(message("4 fortnights"), "unknown unit of time `fortnights`, use us, ms, s, min, h, d, w or y");
        assert_eq!(message("-4h"), "duration `-4h` is negative");
        assert_eq!(message("2 months"), "`months` has no fixed length, write days or years");
        assert!("10 T".parse::<Bytes>().is_err());
        assert!("120 %".parse::<Probability>().is_err());
        assert_eq!("1 in 250".parse::<Probability>().unwrap().get(), 0.004);
    }
}

//! Values of one parameter as they are written on the command line: lists, ranges in steps, ranges in equal ratios.

use crate::quantity::{Bandwidth, Bytes, Probability, Rate, Span, number_and_unit};

/// Digits that a value in equal steps keeps, and one in ratios or of a sample.
const DIGITS: (i32, i32) = (9, 4);
/// Most values of one list or range.
const MOST: u64 = 1_000_000_000_000;

/// Some values of a parameter, in the order in which they are written.
#[derive(Clone, PartialEq, Debug)]
pub enum Levels {
    /// One value, as written.
    Value(String),
    /// Equal steps in one unit.
    Steps {
        /// First value.
        first: f64,
        /// From one to the next.
        step: f64,
        /// Unit of both; empty for plain numbers.
        unit: String,
        /// How many, at least 1.
        count: u64,
    },
    /// Equal ratios in one unit, both ends included.
    Ratios {
        /// First value, above 0.
        low: f64,
        /// Last value.
        high: f64,
        /// Unit of both; empty for plain numbers.
        unit: String,
        /// How many, at least 2.
        count: u64,
    },
    /// Everything between two values; only for samples, which choose from it.
    Between {
        /// Least.
        low: f64,
        /// Most.
        high: f64,
        /// Unit of both; empty for plain numbers.
        unit: String,
        /// Equally likely are equal ratios, not equal differences.
        logarithmic: bool,
    },
}

impl Levels {
    /// Reads `4`, `0..3`, `10 min..2h/30 min`, `log 1h..1d/5`, `1h..4h`.
    ///
    /// # Errors
    /// A range with one end only, backwards, of two kinds or with steps that lead nowhere.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (logarithmic, range) = match text.strip_prefix("log ") {
            Some(rest) if rest.contains("..") => (true, rest),
            Some(_) | None => (false, text),
        };
        let quoted = text.starts_with(['"', '\'', '[', '{']);
        let Some((low, rest)) = range.split_once("..").filter(|_| !quoted) else {
            return Ok(Self::Value(text.to_owned()));
        };
        let wrong = |why: String| format!("`{text}` {why}");
        let Some((first, unit)) = measure(low) else {
            // Neither end is a number: a path of a file may hold two dots.
            let number_after = measure(rest.trim_start_matches('.')).is_some();
            return if logarithmic || number_after {
                Err(wrong("is not a range such as `0..3`, `10 min..2h/30 min` or `log 1h..1d/5`".to_owned()))
            } else {
                Ok(Self::Value(text.to_owned()))
            };
        };
        let same = |text: &str| {
            let (value, other) = measure(text)?;
            Some(value * factor(&other, &unit)?)
        };
        // A unit may hold a slash too: `1 / year..5 / year/1 / year`.
        let cuts = || rest.match_indices('/').map(|(at, _)| (rest[..at].trim(), rest[at + 1..].trim()));
        let stepped = cuts().find_map(|(high, step)| {
            let step = if logarithmic { step.parse().ok().map(|count: u64| count as f64) } else { same(step) };
            Some((same(high)?, step?))
        });
        let (high, step) = match (stepped, same(rest)) {
            (Some((high, step)), _) => (high, Some(step)),
            (None, Some(high)) => (high, None),
            (None, None) if logarithmic && rest.contains('/') => {
                return Err(wrong("does not say how many: `log 1h..1d/5` are five values".to_owned()));
            }
            (None, None) => return Err(wrong("has ends or steps of different kinds".to_owned())),
        };
        if high < first {
            return Err(wrong("runs backwards".to_owned()));
        }
        if logarithmic && first <= 0.0 {
            return Err(wrong("has no ratios from zero on: begin above zero".to_owned()));
        }
        if logarithmic {
            return match step {
                None => Ok(Self::Between { low: first, high, unit, logarithmic: true }),
                Some(count) if (2.0..1e9).contains(&count) && high > first => {
                    Ok(Self::Ratios { low: first, high, unit, count: count as u64 })
                }
                Some(_) => Err(wrong("needs at least two values".to_owned())),
            };
        }
        let digits =
            |text: &str| text.trim().trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
        let whole = digits(low) && digits(rest);
        let step = match step {
            Some(step) if step > 0.0 => step,
            Some(_) => return Err(wrong("has steps that lead nowhere".to_owned())),
            None if whole => 1.0,
            None => return Ok(Self::Between { low: first, high, unit, logarithmic: false }),
        };
        // What rounding leaves of the last step is a step.
        let steps = ((high - first) / step + 1e-9).floor();
        if steps >= MOST as f64 {
            return Err(wrong("has more values than anybody can count".to_owned()));
        }
        Ok(Self::Steps { first, step, unit, count: steps as u64 + 1 })
    }

    /// Number of values; `None` when it is everything between two of them.
    #[must_use]
    pub const fn count(&self) -> Option<u64> {
        match self {
            Self::Value(_) => Some(1),
            Self::Steps { count, .. } | Self::Ratios { count, .. } => Some(*count),
            Self::Between { .. } => None,
        }
    }

    /// Value number `nth` below [`Levels::count`], as it is set; of everything between two values the lower one.
    #[must_use]
    pub fn value(&self, nth: u64) -> String {
        match self {
            Self::Value(text) => text.clone(),
            Self::Steps { first, step, unit, .. } => shown(nth as f64 * step + first, unit, DIGITS.0),
            Self::Ratios { low, high, unit, count } => {
                if nth + 1 == *count {
                    return shown(*high, unit, DIGITS.0);
                }
                let along = nth as f64 / (count - 1) as f64;
                shown(low * libm::pow(high / low, along), unit, DIGITS.1)
            }
            Self::Between { low, unit, .. } => shown(*low, unit, DIGITS.0),
        }
    }

    /// The value at a share, 0 to 1, of the way through.
    #[must_use]
    pub fn at(&self, share: f64) -> String {
        match self {
            Self::Between { low, high, unit, logarithmic: false } => shown(low + share * (high - low), unit, DIGITS.1),
            Self::Between { low, high, unit, logarithmic: true } => {
                shown(low * libm::pow(high / low, share), unit, DIGITS.1)
            }
            Self::Value(_) | Self::Steps { .. } | Self::Ratios { .. } => {
                let count = self.count().unwrap_or(1);
                self.value(((share * count as f64) as u64).min(count - 1))
            }
        }
    }
}

/// A number in a unit, rounded to digits that a person would write.
fn shown(value: f64, unit: &str, digits: i32) -> String {
    let value = rounded(value, digits);
    if unit.is_empty() { value.to_string() } else { format!("{value} {unit}") }
}

fn rounded(value: f64, digits: i32) -> f64 {
    if value == 0.0 || (value.fract() == 0.0 && value.abs() < 1e15) {
        return value;
    }
    let digits = digits - 1 - libm::floor(libm::log10(value.abs())) as i32;
    // Through text, so that the digits are those that are shown.
    if digits >= 0 { format!("{value:.*}", digits as usize).parse().unwrap_or(value) } else { value.round() }
}

/// Number and unit of a quantity; a length of time in several units becomes seconds.
fn measure(text: &str) -> Option<(f64, String)> {
    let (value, unit) = number_and_unit(text)?;
    if unit.bytes().any(|byte| byte.is_ascii_digit()) {
        return text.parse::<Span>().ok().map(|span| (span.as_seconds(), "s".to_owned()));
    }
    let known = unit.chars().all(|letter| !letter.is_control() && !matches!(letter, '"' | '\'' | '{' | '['));
    known.then(|| (value, unit.to_owned()))
}

/// What a number in `from` must be multiplied with to be one in `to`; `None` for units of different kinds.
fn factor(from: &str, to: &str) -> Option<f64> {
    if from == to {
        return Some(1.0);
    }
    let (from, to) = (scale(from)?, scale(to)?);
    (from.0 == to.0).then(|| from.1 / to.1)
}

/// What a quantity measures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dimension {
    /// A plain number.
    Number,
    /// Time, in seconds.
    Time,
    /// An amount of data, in bytes.
    Amount,
    /// Data per time, in bytes per second.
    Speed,
    /// A share, 0 to 1.
    Share,
    /// Events per second.
    Rate,
    /// Anything else, in the unit that is written.
    Other,
}

/// Dimension of a unit and its size.
fn scale(unit: &str) -> Option<(Dimension, f64)> {
    let one = format!("1 {unit}");
    // A thousand, because times are whole microseconds and at most half a million years.
    let time = format!("1000 {unit}").parse::<Span>().ok().map(|span| (Dimension::Time, span.as_seconds() / 1e3));
    let hundred = || one.parse::<Probability>().ok().map(|share| (Dimension::Share, share.get()));
    time.or_else(|| one.parse::<Bytes>().ok().map(|bytes| (Dimension::Amount, bytes.get() as f64)))
        .or_else(|| one.parse::<Bandwidth>().ok().map(|speed| (Dimension::Speed, speed.bits_per_second() / 8.0)))
        .or_else(|| one.parse::<Rate>().ok().map(|rate| (Dimension::Rate, rate.per_second())))
        .or_else(hundred)
}

/// The size of a value as it is set, for axes; `None` for words, lists and tables. Values of one parameter compare when their dimensions are the same.
///
/// ```
/// use drsim::study::design::{Dimension, size};
/// assert_eq!(size("1h 30m"), Some((Dimension::Time, 5400.0)));
/// assert_eq!(size("4"), Some((Dimension::Number, 4.0)));
/// assert_eq!(size("hot-standby"), None);
/// ```
#[must_use]
pub fn size(text: &str) -> Option<(Dimension, f64)> {
    let text = text.trim().trim_matches('"');
    let (value, unit) = measure(text)?;
    if unit.is_empty() {
        return Some((Dimension::Number, value));
    }
    if let Ok(share) = text.parse::<Probability>() {
        return Some((Dimension::Share, share.get()));
    }
    Some(scale(&unit).map_or((Dimension::Other, value), |(dimension, one)| (dimension, value * one)))
}

/// Sizes of values that can stand on one axis: all of one dimension, and in one unit where that has no scale. `None` for words.
///
/// ```
/// use drsim::study::design::sizes;
/// assert_eq!(sizes(["1h", "90 min"]), Some(vec![3600.0, 5400.0]));
/// assert_eq!(sizes(["1h", "2 GB"]), None);
/// ```
#[must_use]
pub fn sizes<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<Vec<f64>> {
    let mut first: Option<(Dimension, String)> = None;
    let mut found = Vec::new();
    for text in values {
        let (dimension, value) = size(text)?;
        let unit =
            if dimension == Dimension::Other { measure(text.trim().trim_matches('"'))?.1 } else { String::new() };
        match &first {
            None => first = Some((dimension, unit)),
            Some((one, other)) if *one == dimension && *other == unit => {}
            Some(_) => return None,
        }
        found.push(value);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let levels = Levels::parse(text).unwrap();
        (0..levels.count().unwrap()).map(|nth| levels.value(nth)).collect()
    }

    #[test]
    fn ranges_have_the_values_that_one_would_write() {
        assert_eq!(all("0..3"), ["0", "1", "2", "3"]);
        assert_eq!(all("-1..1"), ["-1", "0", "1"]);
        assert_eq!(all("0.1..0.4/0.1"), ["0.1", "0.2", "0.3", "0.4"]);
        assert_eq!(all("10 min..2h/30 min"), ["10 min", "40 min", "70 min", "100 min"]);
        assert_eq!(all("1 / year..3 / year/1 / year"), ["1 / year", "2 / year", "3 / year"]);
        assert_eq!(all("1 TB..2 TB/500 GB"), ["1 TB", "1.5 TB", "2 TB"]);
        assert_eq!(all("log 1..1000/4"), ["1", "10", "100", "1000"]);
        assert_eq!(all("log 1h..1d/3"), ["1 h", "4.899 h", "24 h"]);
        assert_eq!(all("90 %..99 %/9 %"), ["90 %", "99 %"]);
        assert_eq!(all("100 CNY / month..300 CNY / month/100 CNY / month").len(), 3);
        assert_eq!(all("hot-standby"), ["hot-standby"]);
        assert_eq!(all("../times.csv"), ["../times.csv"]);
        assert_eq!(all("[\"a..b\", 2]"), ["[\"a..b\", 2]"]);
        assert_eq!(all("1h 30m..3h/90 min"), ["5400 s", "10800 s"]);
        assert_eq!(all("1 year..5 years/2 years"), ["1 year", "3 year", "5 year"]);
    }

    #[test]
    fn ranges_without_steps_are_for_samples() {
        let levels = Levels::parse("1h..3h").unwrap();
        assert_eq!((levels.count(), levels.at(0.5)), (None, "2 h".to_owned()));
        assert_eq!(Levels::parse("log 1h..100h").unwrap().at(0.5), "10 h");
        assert_eq!(Levels::parse("0..3").unwrap().at(0.99), "3");
    }

    #[test]
    fn ranges_that_lead_nowhere_are_refused() {
        for text in
            ["3..0", "0..3/0", "0..3/-1", "0..1h", "1h..2 GB/1h", "log 0..3/2", "log 1h..2h/x", "log 1..2/1", "..3"]
        {
            assert!(Levels::parse(text).is_err(), "{text}");
        }
        assert!(Levels::parse("0..1e30/1").is_err());
        assert_eq!(Levels::parse("0..999999999").unwrap().count(), Some(1_000_000_000));
    }

    #[test]
    fn units_scale() {
        let close = |text: &str, dimension, value: f64| {
            let (found, size) = size(text).unwrap();
            assert!(found == dimension && (size / value - 1.0).abs() < 1e-12, "{text}: {found:?} {size}");
        };
        close("2 days", Dimension::Time, 172_800.0);
        close("5 us", Dimension::Time, 5e-6);
        close("8 Mbps", Dimension::Speed, 1e6);
        close("3 GB", Dimension::Amount, 3e9);
        close("99.5 %", Dimension::Share, 0.995);
        close("12 CNY / month", Dimension::Other, 12.0);
        assert_eq!(factor("h", "min"), Some(60.0));
        assert_eq!(factor("h", "GB"), None);
    }
}

//! Scales from values to pixels, and the ticks that people expect on them.

use crate::report::number;

/// A straight or logarithmic scale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    log: bool,
}

impl Scale {
    /// Values `low..high` onto pixels `from..to`; an empty or unusable range is widened.
    pub(super) fn linear((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        let low = if low.is_finite() { low } else { 0.0 };
        let high = if high.is_finite() && high > low { high } else { low + 1.0 };
        Self { low, high, from, to, log: false }
    }

    /// Positive values onto pixels by their logarithm; an empty or unusable range is widened.
    pub(super) fn log((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        let low = if low.is_finite() && low > 0.0 { low } else { 1.0 };
        let high = if high.is_finite() && high > low * 1.000_001 { high } else { low * 10.0 };
        Self { low: libm::log10(low), high: libm::log10(high), from, to, log: true }
    }

    /// Pixel of a value, kept within the axis.
    pub(super) fn at(&self, value: f64) -> f64 {
        let value = if self.log { libm::log10(value.max(f64::MIN_POSITIVE)) } else { value };
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        if share.is_nan() { self.from } else { self.from + share * (self.to - self.from) }
    }

    /// True when the value lies on the axis.
    pub(super) fn holds(&self, value: f64) -> bool {
        let value = if self.log { libm::log10(value) } else { value };
        (self.low - 1e-9..=self.high + 1e-9).contains(&value)
    }
}

/// Lengths of time that people have words for.
const TIMES: [f64; 21] = [
    1e-6,
    1e-5,
    1e-4,
    1e-3,
    1e-2,
    0.1,
    1.0,
    10.0,
    60.0,
    600.0,
    3600.0,
    21_600.0,
    86_400.0,
    604_800.0,
    2_592_000.0,
    31_557_600.0,
    315_576_000.0,
    3.155_76e9,
    3.155_76e10,
    3.155_76e11,
    3.155_76e12,
];

/// Ticks of a logarithmic time axis with their names, at least `apart` pixels from one to the next.
pub(super) fn time_ticks(scale: &Scale, apart: f64) -> Vec<(f64, String)> {
    let mut ticks: Vec<(f64, String)> = Vec::new();
    for seconds in TIMES.into_iter().filter(|seconds| scale.holds(*seconds)) {
        let at = scale.at(seconds);
        if ticks.last().is_none_or(|(last, _)| (at - last).abs() >= apart) {
            let name = match seconds {
                604_800.0 => "1 week".to_owned(),
                2_592_000.0 => "30 d".to_owned(),
                31_557_600.0 => "1 year".to_owned(),
                s => number::duration(s),
            };
            ticks.push((at, name));
        }
    }
    ticks
}

/// The range of a logarithmic time axis around some values: whole ticks on both sides.
pub(super) fn time_range(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, 0.0f64);
    for value in values.into_iter().filter(|value| value.is_finite() && *value > 0.0) {
        low = low.min(value);
        high = high.max(value);
    }
    if high == 0.0 {
        return (60.0, 86_400.0);
    }
    let below = TIMES.iter().rev().find(|tick| **tick <= low).copied().unwrap_or(TIMES[0]);
    let above = TIMES.iter().find(|tick| **tick >= high * 1.02).copied().unwrap_or(high * 1.1);
    (below, above.max(below * 10.0))
}

/// About `wanted` round steps of 1, 2 or 5 times a power of ten over a straight axis.
pub(super) fn round_ticks(low: f64, high: f64, wanted: f64) -> Vec<f64> {
    let range = high - low;
    if !(range.is_finite() && range > 0.0) {
        return vec![low];
    }
    let power = libm::pow(10.0, libm::floor(libm::log10(range / wanted)));
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|by| by * power).find(|step| range / step <= wanted);
    let step = step.unwrap_or(10.0 * power);
    let first = libm::ceil(low / step - 1e-9) as i64;
    (0..100).map(|nth| (first + nth) as f64 * step).take_while(|tick| *tick <= high + step * 1e-6).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_swallow_anything() {
        for range in [(f64::NAN, 1.0), (0.0, f64::INFINITY), (5.0, 5.0), (-1.0, -2.0), (0.0, 0.0)] {
            for scale in [Scale::linear(range, (10.0, 20.0)), Scale::log(range, (10.0, 20.0))] {
                for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -3.0, 1e300] {
                    let at = scale.at(value);
                    assert!((10.0..=20.0).contains(&at), "{range:?} {value} {at}");
                }
            }
        }
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(round_ticks(0.0, 2.3, 5.0), [0.0, 0.5, 1.0, 1.5, 2.0]);
        assert_eq!(round_ticks(3.0, 3.0, 5.0), [3.0]);
        let names: Vec<String> =
            time_ticks(&Scale::log((60.0, 86_400.0), (0.0, 500.0)), 40.0).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["1 min", "10 min", "1 h", "6 h", "1 d"]);
    }
}

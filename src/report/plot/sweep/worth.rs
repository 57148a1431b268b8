//! The axis of a metric, and the axis of a parameter.

use crate::metric::Unit;
use crate::report::number;
use crate::report::plot::axis::{Scale, round_ticks, time_range, time_ticks};
use crate::study::design::sizes;

/// A range beyond so many times is shown on a logarithmic axis.
const DECADES: f64 = 20.0;

/// An axis with its ticks.
pub(super) struct Ruler {
    pub(super) scale: Scale,
    pub(super) ticks: Vec<(f64, String)>,
    pub(super) log: bool,
    /// A straight axis that begins elsewhere than at zero: lengths along it mean nothing.
    pub(super) cut: bool,
}

/// Least and greatest of the finite values; without zeros where the rest spans decades, so that it can be shown.
pub(super) fn points_range(values: impl Iterator<Item = f64> + Clone) -> Option<(f64, f64)> {
    let whole = range(values.clone())?;
    let seen = range(values.filter(|value| *value > 0.0));
    Some(seen.filter(|(low, high)| whole.0 == 0.0 && high / low >= DECADES).unwrap_or(whole))
}

/// Least and greatest of the finite values.
pub(super) fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let mut found: Option<(f64, f64)> = None;
    for value in values.filter(|value| value.is_finite()) {
        found = Some(found.map_or((value, value), |(low, high)| (low.min(value), high.max(value))));
    }
    found
}

/// An axis for a metric over values from `low` to `high`, onto pixels; logarithmic where the points span decades and none is zero.
pub(super) fn of_metric(unit: Unit, (low, high): (f64, f64), pixels: (f64, f64), apart: f64) -> Ruler {
    if low <= 0.0 || high / low < DECADES {
        return straight(unit, (low, high), pixels, apart);
    }
    if matches!(unit, Unit::Seconds | Unit::SecondsPerYear) {
        let scale = Scale::log(time_range([low, high]), pixels);
        return Ruler { ticks: time_ticks(&scale, apart), scale, log: true, cut: false };
    }
    let (from, to) = (libm::floor(libm::log10(low) + 1e-9), libm::ceil(libm::log10(high) - 1e-9));
    let to = to.max(from + 1.0);
    let scale = Scale::log((libm::pow(10.0, from), libm::pow(10.0, to)), pixels);
    let room = (pixels.1 - pixels.0).abs() / apart;
    let every = libm::ceil((to - from) / room.max(1.0)).max(1.0);
    let powers = (0..40).map(|nth| from + f64::from(nth) * every).take_while(|power| *power <= to + 1e-9);
    let values = powers.map(|power| libm::pow(10.0, power));
    let ticks = values.map(|value| (scale.at(value), number::value(unit, value))).collect();
    Ruler { scale, ticks, log: true, cut: false }
}

/// A straight axis for a metric over values from `low` to `high`, onto pixels.
pub(super) fn straight(unit: Unit, (low, high): (f64, f64), pixels: (f64, f64), apart: f64) -> Ruler {
    // Round steps of the unit that people would say.
    let by = match unit {
        Unit::Seconds | Unit::SecondsPerYear => {
            [31_557_600.0, 86_400.0, 3600.0, 60.0, 1.0].into_iter().find(|by| high.abs() >= 2.0 * by).unwrap_or(1.0)
        }
        Unit::Share
        | Unit::Probability
        | Unit::PerYear
        | Unit::Count
        | Unit::Bytes
        | Unit::MoneyPerYear
        | Unit::KilowattHoursPerYear
        | Unit::KilogramsPerYear => 1.0,
    };
    // From zero unless that would press everything into a corner.
    let low = if low >= 0.0 && low < 0.6 * high { 0.0 } else { low };
    let wanted = ((pixels.1 - pixels.0).abs() / apart).clamp(2.0, 8.0);
    let (low, high) = if high > low {
        (low, high)
    } else {
        (low - 0.1 * low.abs(), high + 0.1 * high.abs() + f64::from(u8::from(high == 0.0)))
    };
    let steps = round_ticks(low / by, high / by, wanted);
    let step = if steps.len() > 1 { steps[1] - steps[0] } else { (high - low) / by };
    let floor = libm::floor(low / by / step + 1e-9) * step * by;
    let top = libm::ceil(high / by / step - 1e-9) * step * by;
    let scale = Scale::linear((floor, top.max(floor + step * by)), pixels);
    let ticks = round_ticks(floor / by, top / by, wanted + 2.0).into_iter();
    let ticks = ticks.map(|tick| (scale.at(tick * by), number::value(unit, tick * by))).collect();
    Ruler { ticks, scale, log: false, cut: floor > 0.0 }
}

/// Where the values of a parameter stand between two pixels: by size where they have one, by ratios where those are more even; words side by side.
pub(super) struct Stand {
    pub(super) at: Vec<f64>,
    pub(super) sized: bool,
    pub(super) log: bool,
}

pub(super) fn of_parameter(values: &[String], (from, to): (f64, f64)) -> Stand {
    let beside = |nth: usize| from + (nth as f64 + 0.5) / values.len() as f64 * (to - from);
    let Some(sizes) = sizes(values.iter().map(String::as_str)).filter(|sizes| sizes.len() > 1) else {
        return Stand { at: (0..values.len()).map(beside).collect(), sized: false, log: false };
    };
    let mut sorted = sizes.clone();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
    let log = low > 0.0 && high / low >= 8.0 && {
        // The longest gap over the whole way: smaller where values are spread more evenly.
        let longest = |of: fn(f64) -> f64| {
            let gaps = sorted.windows(2).map(|pair| of(pair[1]) - of(pair[0]));
            gaps.fold(0.0, f64::max) / (of(high) - of(low))
        };
        longest(libm::log) < longest(|value| value)
    };
    let inner = (from + 0.04 * (to - from), to - 0.04 * (to - from));
    let scale = if log { Scale::log((low, high), inner) } else { Scale::linear((low, high), inner) };
    Stand { at: sizes.iter().map(|size| scale.at(*size)).collect(), sized: true, log }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stand(values: &[&str]) -> Stand {
        of_parameter(&values.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), (0.0, 100.0))
    }

    #[test]
    fn values_stand_by_size_by_ratio_or_side_by_side() {
        let linear = stand(&["0", "1", "2"]);
        assert!(linear.sized && !linear.log && (linear.at[1] - 50.0).abs() < 1e-9);
        let log = stand(&["1 min", "10 min", "100 min"]);
        assert!(log.log && (log.at[1] - 50.0).abs() < 1e-9);
        assert!(!stand(&["10", "20", "30", "100"]).log, "even steps with one far away");
        let words = stand(&["cold", "hot"]);
        assert_eq!((words.at, words.sized), (vec![25.0, 75.0], false));
    }

    #[test]
    fn axes_hold_what_they_are_made_for() {
        for (unit, low, high) in [
            (Unit::Share, 0.01, 0.03),
            (Unit::Share, 1e-7, 0.5),
            (Unit::Seconds, 40.0, 9e5),
            (Unit::Seconds, 4000.0, 9000.0),
            (Unit::Count, 0.0, 0.0),
            (Unit::Bytes, 5e9, 5e9),
            (Unit::PerYear, 0.0, 12.5),
        ] {
            let ruler = of_metric(unit, (low, high), (300.0, 0.0), 40.0);
            assert!(ruler.scale.holds(high) && (ruler.scale.holds(low) || low == 0.0), "{unit:?} {low} {high}");
            assert!(ruler.ticks.len() >= 2, "{unit:?} {low} {high}: {:?}", ruler.ticks);
            assert!(ruler.ticks.iter().all(|(at, _)| (-1e-6..=300.0 + 1e-6).contains(at)));
        }
    }
}

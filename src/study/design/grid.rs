//! Parameters with their values, and the designs that they make: every combination, or a sample.

use super::levels::Levels;
use crate::engine::TrialKey;
use crate::scenario::Override;
use rand::RngExt as _;

/// Most designs of one study.
pub const DESIGNS_MAX: u64 = 1_000_000;
/// Purpose of the streams that samples are drawn from; trials draw from others.
const SAMPLE: u64 = 0x0073_7765_6570; // "sweep"

/// A parameter and its values.
///
/// ```
/// use drsim::study::design::Axis;
/// let axis: Axis = "services.pay.objective.rto=10 min..2h/30 min,1 day".parse().unwrap();
/// assert_eq!(axis.count(), Some(5));
/// assert_eq!((axis.value(1), axis.value(4)), ("40 min".to_owned(), "1 day".to_owned()));
/// assert_eq!(axis.label(), "pay.objective.rto");
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Axis {
    /// Dotted path, as [`Override::path`].
    pub path: String,
    /// Values as written, one after the other; at least one.
    pub levels: Vec<Levels>,
}

impl std::str::FromStr for Axis {
    type Err = String;

    /// Reads `path=v1,v2,v3`; commas within quotes and brackets part nothing.
    ///
    /// # Errors
    /// No path, no value, an empty value, a range that makes no sense, or a value that comes twice.
    fn from_str(text: &str) -> Result<Self, String> {
        let Override { path, value } = text.parse()?;
        if value.is_empty() {
            return Err(format!("`{path}` has no values: `{path}=1,2,3`"));
        }
        let mut levels = Vec::new();
        for item in items(&value) {
            if item.is_empty() {
                return Err(format!("`{text}` has an empty value between two commas"));
            }
            levels.push(Levels::parse(item)?);
        }
        let endless = levels.iter().any(|levels| levels.count().is_none());
        if endless && levels.len() > 1 {
            return Err(format!("`{value}`: a range without steps stands alone"));
        }
        let axis = Self { path, levels };
        if axis.count().is_some_and(|count| (2..10_000).contains(&count)) {
            let mut values: Vec<String> = axis.values().collect();
            values.sort_unstable();
            if let Some(at) = values.windows(2).position(|pair| pair[0] == pair[1]) {
                return Err(format!("`{}` comes twice among the values of `{}`", values[at], axis.path));
            }
        }
        Ok(axis)
    }
}

/// The parts between the commas that stand outside of quotes and brackets.
fn items(text: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut begin) = (0_u32, None, 0);
    let mut parts = Vec::new();
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match (letter, quote) {
            ('\\', Some('"')) => escaped = true,
            (letter, Some(mark)) => quote = Some(mark).filter(|mark| *mark != letter),
            ('"' | '\'', None) => quote = Some(letter),
            ('[' | '{', None) => depth += 1,
            (']' | '}', None) => depth = depth.saturating_sub(1),
            (',', None) if depth == 0 => {
                parts.push(text[begin..at].trim());
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[begin..].trim());
    parts
}

impl Axis {
    /// Number of values; `None` for a range without steps.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        self.levels.iter().try_fold(0_u64, |sum, levels| Some(sum.saturating_add(levels.count()?)))
    }

    /// Value number `nth`, below [`Axis::count`], as it is set.
    #[must_use]
    pub fn value(&self, mut nth: u64) -> String {
        for levels in &self.levels {
            let count = levels.count().unwrap_or(1);
            if nth < count {
                return levels.value(nth);
            }
            nth -= count;
        }
        String::new()
    }

    /// All values in the order in which they are written; the lower end of a range without steps.
    pub fn values(&self) -> impl Iterator<Item = String> {
        (0..self.count().unwrap_or(1)).map(|nth| self.value(nth))
    }

    /// The two ends of its range, as values: those of least and greatest size, or the first and the last of words.
    #[must_use]
    pub fn ends(&self) -> (String, String) {
        if let [only] = self.levels.as_slice() {
            return (only.at(0.0), only.at(1.0));
        }
        let sized = |value: String| super::size(&value).map(|(_, size)| (size, value));
        let sized: Option<Vec<(f64, String)>> = self.values().map(sized).collect();
        let end = |pair: Option<&(f64, String)>| pair.map_or_else(String::new, |(_, value)| value.clone());
        match sized {
            Some(list) => {
                let least = list.iter().min_by(|left, right| left.0.total_cmp(&right.0));
                let most = list.iter().max_by(|left, right| left.0.total_cmp(&right.0));
                (end(least), end(most))
            }
            None => (self.value(0), self.value(self.count().unwrap_or(1) - 1)),
        }
    }

    /// The value at a share, 0 to 1, of the way through: equal parts of the range, or of the list, are equally likely.
    #[must_use]
    pub fn at(&self, share: f64) -> String {
        match (self.levels.as_slice(), self.count()) {
            ([only], _) => only.at(share),
            (_, count) => {
                let count = count.unwrap_or(1).max(1);
                self.value(((share * count as f64) as u64).min(count - 1))
            }
        }
    }

    /// The path without its section: `services.pay.objective.rto` is `pay.objective.rto`.
    #[must_use]
    pub fn label(&self) -> &str {
        self.path.split_once('.').map_or(self.path.as_str(), |(_, rest)| rest)
    }

    fn set(&self, value: String) -> Override {
        Override { path: self.path.clone(), value }
    }
}

/// Parameters and what is made of them.
#[derive(Clone, PartialEq, Debug)]
pub struct Grid {
    axes: Vec<Axis>,
    /// Number of designs of a sample, and its seed; `None` for every combination.
    sample: Option<(u64, u64)>,
    /// By parameter: which stratum each design of a sample is in, and how far through.
    places: Vec<Vec<f64>>,
}

impl Grid {
    /// Every combination of the values, the last parameter changing fastest.
    ///
    /// ```
    /// use drsim::study::design::Grid;
    /// let axes = ["horizon=1 year,2 years", "sites.a.nodes=1..3"].map(|text| text.parse().unwrap());
    /// let grid = Grid::full(axes.into()).unwrap();
    /// assert_eq!(grid.len(), 6);
    /// assert_eq!(grid.settings(1)[1].value, "2");
    /// ```
    ///
    /// # Errors
    /// No parameter, a parameter that comes twice or lies within another, a range without steps, or more than a million combinations.
    pub fn full(axes: Vec<Axis>) -> Result<Self, String> {
        distinct(&axes)?;
        let mut points = 1_u128;
        for axis in &axes {
            let count = axis.count().ok_or_else(|| {
                format!("`{}` is a range without steps: add them, as in `1h..4h/1h`, or draw a sample with `--sample latin:1000`", axis.path)
            })?;
            points = points.saturating_mul(count.into());
        }
        if points > DESIGNS_MAX.into() {
            let factors: Vec<String> =
                axes.iter().map(|axis| crate::quantity::words::count(axis.count().unwrap_or(1))).collect();
            let points = u64::try_from(points).unwrap_or(u64::MAX);
            let product = if factors.len() > 1 { format!("{} = ", factors.join(" x ")) } else { String::new() };
            return Err(format!(
                "{product}{} designs are more than {}: fewer values, or a sample of them with `--sample latin:1000`",
                crate::quantity::words::count(points),
                crate::quantity::words::count(DESIGNS_MAX),
            ));
        }
        Ok(Self { axes, sample: None, places: Vec::new() })
    }

    /// A Latin hypercube (M. D. `McKay`, R. J. Beckman and W. J. Conover, Technometrics 21, 1979): `count` designs, so that of `count` equal parts of the
    /// range of each parameter every one is met once. The same for the same seed; a parameter's values do not depend on the other parameters.
    ///
    /// ```
    /// use drsim::study::design::Grid;
    /// let axes = vec!["services.web.objective.rto=0h..10h".parse().unwrap()];
    /// let grid = Grid::latin(axes, 10, 1).unwrap();
    /// let mut hours: Vec<u8> = (0..10).map(|nth| grid.settings(nth)[0].value.as_bytes()[0] - b'0').collect();
    /// hours.sort();
    /// assert_eq!(hours, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    /// ```
    ///
    /// # Errors
    /// No parameter, a parameter that comes twice or lies within another, no design or more than a million.
    pub fn latin(axes: Vec<Axis>, count: u64, seed: u64) -> Result<Self, String> {
        distinct(&axes)?;
        if !(1..=DESIGNS_MAX).contains(&count) {
            return Err(format!("a sample of {count} designs is not between 1 and {DESIGNS_MAX}"));
        }
        let places = axes.iter().map(|axis| strata(&axis.path, count, seed)).collect();
        Ok(Self { axes, sample: Some((count, seed)), places })
    }

    /// The parameters.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// True when it is a sample and not every combination.
    #[must_use]
    pub const fn is_sample(&self) -> bool {
        self.sample.is_some()
    }

    /// Number of designs, at least 1.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a grid has at least one design")]
    pub fn len(&self) -> u64 {
        match self.sample {
            Some((count, _)) => count,
            None => self.axes.iter().map(|axis| axis.count().unwrap_or(1)).product(),
        }
    }

    /// Which value of each parameter design `nth` has; `None` for a sample.
    #[must_use]
    pub fn position(&self, nth: u64) -> Option<Vec<u64>> {
        if self.sample.is_some() {
            return None;
        }
        let mut rest = nth;
        let mut found: Vec<u64> = self
            .axes
            .iter()
            .rev()
            .map(|axis| {
                let count = axis.count().unwrap_or(1);
                let at = rest % count;
                rest /= count;
                at
            })
            .collect();
        found.reverse();
        Some(found)
    }

    /// What design `nth`, below [`Grid::len`], sets, in the order of the parameters.
    #[must_use]
    pub fn settings(&self, nth: u64) -> Vec<Override> {
        match self.position(nth) {
            Some(position) => self.axes.iter().zip(position).map(|(axis, at)| axis.set(axis.value(at))).collect(),
            None => self
                .axes
                .iter()
                .zip(&self.places)
                .map(|(axis, places)| axis.set(axis.at(places[nth as usize])))
                .collect(),
        }
    }
}

/// For each of `count` designs a share of the way through, one in each of `count` equal parts, in random order.
fn strata(path: &str, count: u64, seed: u64) -> Vec<f64> {
    let mut stream = TrialKey::new(seed, 0).stream(SAMPLE, crate::engine::name_key(path), 0);
    let mut order: Vec<u64> = (0..count).collect();
    for last in (1..order.len()).rev() {
        let other = (stream.random::<f64>() * (last + 1) as f64) as usize;
        order.swap(last, other.min(last));
    }
    order.into_iter().map(|part| (part as f64 + stream.random::<f64>()) / count as f64).collect()
}

/// Each parameter once, and none within another: setting a table would undo what was set within it.
fn distinct(axes: &[Axis]) -> Result<(), String> {
    if axes.is_empty() {
        return Err("no parameter: `--set services.pay.replicas.north=1,2,3`".to_owned());
    }
    let plain = |axis: &Axis| axis.path.replace('"', "");
    for (nth, axis) in axes.iter().enumerate() {
        for other in &axes[..nth] {
            let (one, two) = (plain(axis), plain(other));
            if one == two {
                return Err(format!(
                    "`{}` is set twice: give all its values at once, `{}=1,2,3`",
                    axis.path, axis.path
                ));
            }
            let within = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
            if within(&one, &two) || within(&two, &one) {
                return Err(format!(
                    "`{}` and `{}` lie within one another: setting one would undo the other",
                    other.path, axis.path
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(texts: &[&str]) -> Vec<Axis> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn commas_in_brackets_and_quotes_part_nothing() {
        let axis: Axis = r#"services.pay.placement={ pinned = ["a", "b"] },spread,"x,y",'u,v'"#.parse().unwrap();
        let values: Vec<String> = axis.values().collect();
        assert_eq!(values, [r#"{ pinned = ["a", "b"] }"#, "spread", r#""x,y""#, "'u,v'"]);
        assert_eq!(items(r#""a\",b",c"#), [r#""a\",b""#, "c"]);
    }

    #[test]
    fn empty_and_repeated_values_are_refused() {
        for text in ["a.b=", "a.b=1,,2", "a.b=1,", "=1", "a.b=1,2,1", "a.b=1,0..3", "a.b=1h..2h,5h"] {
            assert!(text.parse::<Axis>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_combination_comes_once() {
        let grid = Grid::full(axes(&["a.x=1,2", "b.y=u,v,w"])).unwrap();
        let all: Vec<String> =
            (0..grid.len()).map(|nth| grid.settings(nth).iter().map(|set| set.value.as_str()).collect()).collect();
        assert_eq!(all, ["1u", "1v", "1w", "2u", "2v", "2w"]);
        assert_eq!(grid.position(5), Some(vec![1, 2]));
    }

    #[test]
    fn grids_beyond_all_bounds_are_refused_with_the_sum() {
        let why = Grid::full(axes(&["a.x=0..999", "a.y=0..999", "a.z=0..999"])).unwrap_err();
        assert!(why.starts_with("1 000 x 1 000 x 1 000 = 1 000 000 000 designs"), "{why}");
        assert!(why.contains("--sample latin:1000"), "{why}");
        let huge = Grid::full(axes(&["a.x=0..999999999", "a.y=0..999999999", "a.z=0..999999999"]));
        assert!(huge.is_err());
        assert!(Grid::latin(axes(&["a.x=0..999999999", "a.y=0..999999999"]), 10, 1).is_ok());
    }

    #[test]
    fn a_parameter_comes_once() {
        assert!(Grid::full(axes(&["a.x=1", "a.\"x\"=2"])).unwrap_err().contains("set twice"));
        assert!(Grid::full(axes(&["a.b.c=1", "a.b=2"])).unwrap_err().contains("within one another"));
        assert!(Grid::full(axes(&["a.b=1", "a.bc=2"])).is_ok());
        assert!(Grid::full(Vec::new()).is_err());
    }

    #[test]
    fn a_sample_is_the_same_for_the_same_seed_and_meets_every_part_once() {
        let of = |texts: &[&str], seed| Grid::latin(axes(texts), 40, seed).unwrap();
        let value = |grid: &Grid, nth, axis: usize| super::super::size(&grid.settings(nth)[axis].value).unwrap().1;
        let (one, again, other) =
            (of(&["a.x=0.0..40.0", "b.y=1,2"], 1), of(&["a.x=0.0..40.0"], 1), of(&["a.x=0.0..40.0"], 2));
        let mut parts: Vec<u64> = (0..40).map(|nth| value(&one, nth, 0) as u64).collect();
        assert_ne!(parts, (0..40).collect::<Vec<u64>>());
        parts.sort_unstable();
        assert_eq!(parts, (0..40).collect::<Vec<u64>>());
        assert!((0..40).all(|nth| value(&one, nth, 0) == value(&again, nth, 0)));
        assert!((0..40).any(|nth| value(&one, nth, 0) != value(&other, nth, 0)));
        assert_eq!((0..40).filter(|nth| value(&one, *nth, 1) == 1.0).count(), 20);
        assert!(Grid::latin(axes(&["a.x=1,2"]), 0, 1).is_err());
    }

    #[test]
    fn ends_are_the_least_and_the_greatest() {
        let ends = |text: &str| text.parse::<Axis>().unwrap().ends();
        let pair = |low: &str, high: &str| (low.to_owned(), high.to_owned());
        assert_eq!(ends("a.x=90 min,1h,1 day"), pair("1h", "1 day"));
        assert_eq!(ends("a.x=0..3"), pair("0", "3"));
        assert_eq!(ends("a.x=log 1h..1d/5"), pair("1 h", "24 h"));
        assert_eq!(ends("a.x=1h..4h"), pair("1 h", "4 h"));
        assert_eq!(ends("a.x=cold,warm,hot"), pair("cold", "hot"));
    }
}

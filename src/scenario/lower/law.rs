//! Laws of a time: whatever they are parametrised by becomes one form in seconds.

use super::Lowering;
use crate::model::Distribution;
use crate::quantity::{SECONDS_PER_YEAR, Span};
use crate::scenario::source::{Place, Source};
use crate::scenario::written::law::{Empirical, Exponential, Gamma, Law, LogNormal, Shape, Triangular, Weibull};
use crate::scenario::written::read::At;
use statrs::function::gamma::gamma;

/// 95 % quantile of the standard normal law.
const Z95: f64 = 1.644_853_626_951_472_2;
/// Least mean of a life in seconds: time is counted in microseconds.
const MEAN_LEAST: f64 = 1e-6;
/// Most observed values.
const VALUES_MAX: usize = 1_000_000;

impl Lowering<'_> {
    /// A law that may be zero.
    pub(super) fn law(&mut self, law: &At<Law>) -> Option<Distribution> {
        let place = law.place;
        match &law.value.0 {
            Shape::Fixed(span) => Some(Distribution::Fixed { value: span.as_seconds() }),
            Shape::Exponential(written) => self.exponential(written, place),
            Shape::Weibull(written) => self.weibull(written, place),
            Shape::LogNormal(written) => self.log_normal(written, place),
            Shape::Gamma(written) => self.gamma(written, place),
            Shape::Triangular(written) => self.triangular(written, place),
            Shape::Empirical(written) => self.empirical(written, place),
        }
    }

    /// A law whose mean must be above zero.
    pub(super) fn positive_law(&mut self, law: &At<Law>, what: &str) -> Option<Distribution> {
        let lowered = self.law(law)?;
        if lowered.mean() >= MEAN_LEAST && lowered.mean().is_finite() {
            return Some(lowered);
        }
        let mean = if lowered.mean() > 0.0 { "below one microsecond" } else { "of zero" };
        self.problems.error("zero-mean", law.place, format!("{what} has a mean {mean}")).help("give it some time");
        None
    }

    /// An optional law.
    pub(super) fn maybe_law(&mut self, law: Option<&At<Law>>) -> Option<Distribution> {
        law.and_then(|law| self.law(law))
    }

    fn above_zero(&mut self, span: &At<Span>, what: &str) -> Option<f64> {
        if span.value > Span::ZERO {
            return Some(span.value.as_seconds());
        }
        self.problems.error("zero-mean", span.place, format!("{what} is zero")).help("give it some time");
        None
    }

    /// Notes unless exactly one of the keys is there.
    fn exactly_one(&mut self, place: Place, broken: bool, keys: &[(&str, bool)]) -> bool {
        let given = keys.iter().filter(|(_, given)| *given).count();
        if given == 1 {
            return true;
        }
        if !(broken && given == 0) {
            let names: Vec<String> = keys.iter().map(|(name, _)| format!("`{name}`")).collect();
            let found = if given == 0 { "none" } else { "several" };
            self.problems
                .error("one-of", place, format!("expected exactly one of {}, found {found}", names.join(", ")))
                .help(if given == 0 { "write the one that you know" } else { "keep the one that you know" });
        }
        false
    }

    fn exponential(&mut self, written: &Exponential, place: Place) -> Option<Distribution> {
        let keys = [
            ("mttf", written.mttf.is_some()),
            ("mean", written.mean.is_some()),
            ("rate", written.rate.is_some()),
            ("afr", written.afr.is_some()),
            ("half-life", written.half_life.is_some()),
        ];
        if !self.exactly_one(place, written.broken, &keys) {
            return None;
        }
        let mean = if let Some(mean) = written.mttf.as_ref().or(written.mean.as_ref()) {
            self.above_zero(mean, "the mean")?
        } else if let Some(half) = &written.half_life {
            self.above_zero(half, "the half-life")? / std::f64::consts::LN_2
        } else if let Some(rate) = &written.rate {
            let rate_place = rate.place;
            if rate.value.per_second() <= 0.0 {
                self.problems.error("zero-mean", rate_place, "a rate of zero never happens").help("leave the law out");
                return None;
            }
            1.0 / rate.value.per_second()
        } else {
            let afr = written.afr.as_ref()?;
            let share = afr.value.get();
            if !(0.0 < share && share < 1.0) {
                let message = "an annual failure rate lies between 0 % and 100 %, both excluded";
                self.problems.error("out-of-range", afr.place, message).help("use `rate = \"1.2 / year\"` for more");
                return None;
            }
            -SECONDS_PER_YEAR / libm::log1p(-share)
        };
        Some(Distribution::Exponential { mean })
    }

    fn shape(&mut self, shape: &At<f64>) -> Option<f64> {
        if (0.05..=100.0).contains(&shape.value) {
            return Some(shape.value);
        }
        self.problems.error(
            "out-of-range",
            shape.place,
            format!("shape `{}` is not between 0.05 and 100", shape.value),
        );
        None
    }

    fn weibull(&mut self, written: &Weibull, place: Place) -> Option<Distribution> {
        let keys = [
            ("mean", written.mean.is_some()),
            ("scale", written.scale.is_some()),
            ("median", written.median.is_some()),
        ];
        let one = self.exactly_one(place, written.broken, &keys);
        let shape = self.shape(written.shape.as_ref()?)?;
        if !one {
            return None;
        }
        let location = written.location.as_ref().map_or(0.0, |location| location.value.as_seconds());
        let (given, what, factor, from) = if let Some(mean) = &written.mean {
            (mean, "the mean", gamma(1.0 + 1.0 / shape), location)
        } else if let Some(median) = &written.median {
            (median, "the median", libm::pow(std::f64::consts::LN_2, 1.0 / shape), location)
        } else {
            (written.scale.as_ref()?, "the scale", 1.0, 0.0)
        };
        let seconds = self.above_zero(given, what)?;
        if seconds <= from {
            let message = format!("{what} is not above the location");
            self.problems.error("out-of-order", given.place, message).help("the location is the least value");
            return None;
        }
        Some(Distribution::Weibull { shape, scale: (seconds - from) / factor, location })
    }

    fn log_normal(&mut self, written: &LogNormal, place: Place) -> Option<Distribution> {
        let keys =
            [("mean", written.mean.is_some()), ("p95", written.p95.is_some()), ("sigma", written.sigma.is_some())];
        let one = self.exactly_one(place, written.broken, &keys);
        let median = self.above_zero(written.median.as_ref()?, "the median")?;
        if !one {
            return None;
        }
        let sigma = if let Some(sigma) = &written.sigma {
            if !(0.0..=10.0).contains(&sigma.value) {
                let message = format!("sigma `{}` is not between 0 and 10", sigma.value);
                self.problems.error("out-of-range", sigma.place, message).help("it belongs to the natural logarithm");
                return None;
            }
            sigma.value
        } else {
            let (given, what) = match (&written.mean, &written.p95) {
                (Some(mean), _) => (mean, "mean"),
                (_, Some(p95)) => (p95, "p95"),
                _ => return None,
            };
            let ratio = given.value.as_seconds() / median;
            if ratio < 1.0 {
                let message = format!("the {what} of a lognormal is not below its median");
                self.problems.error("out-of-order", given.place, message).help("did you swap the two?");
                return None;
            }
            let log = libm::log(ratio);
            if what == "mean" { libm::sqrt(2.0 * log) } else { log / Z95 }
        };
        Some(Distribution::LogNormal { mu: libm::log(median), sigma })
    }

    fn gamma(&mut self, written: &Gamma, place: Place) -> Option<Distribution> {
        let keys = [("mean", written.mean.is_some()), ("scale", written.scale.is_some())];
        let one = self.exactly_one(place, written.broken, &keys);
        let shape = self.shape(written.shape.as_ref()?)?;
        if !one {
            return None;
        }
        let scale = match (&written.mean, &written.scale) {
            (Some(mean), _) => self.above_zero(mean, "the mean")? / shape,
            (_, Some(scale)) => self.above_zero(scale, "the scale")?,
            _ => return None,
        };
        Some(Distribution::Gamma { shape, scale })
    }

    fn triangular(&mut self, written: &Triangular, place: Place) -> Option<Distribution> {
        let (min, mode, max) = (written.min.as_ref()?, written.mode.as_ref()?, written.max.as_ref()?);
        if min.value <= mode.value && mode.value <= max.value && min.value < max.value {
            let [min, mode, max] = [min, mode, max].map(|span| span.value.as_seconds());
            return Some(Distribution::Triangular { min, mode, max });
        }
        let place = if mode.value < min.value || mode.value > max.value { mode.place } else { place };
        self.problems
            .error("out-of-order", place, "the numbers of a triangular law are out of order")
            .help("they must climb: `min`, `mode`, `max`");
        None
    }

    fn empirical(&mut self, written: &Empirical, place: Place) -> Option<Distribution> {
        let keys = [("values", written.values.is_some()), ("file", written.file.is_some())];
        if !self.exactly_one(place, written.broken, &keys) {
            return None;
        }
        let mut values: Vec<f64> = match (&written.values, &written.file) {
            (Some(values), _) => values.value.iter().map(|value| value.as_seconds()).collect(),
            (_, Some(file)) => self.column(written, file)?,
            _ => return None,
        };
        if written.broken {
            return None;
        }
        if values.len() > VALUES_MAX {
            self.problems.error("too-many", place, "more than 1 000 000 observed values");
            return None;
        }
        if !values.iter().any(|value| *value > 0.0) {
            self.problems.error("zero-mean", place, "no observed value is above zero").help("list at least one");
            return None;
        }
        values.sort_by(f64::total_cmp);
        Some(Distribution::Empirical { values: values.into_boxed_slice() })
    }

    /// Seconds in the column of a CSV file.
    fn column(&mut self, written: &Empirical, file: &At<String>) -> Option<Vec<f64>> {
        let Some(column) = &written.column else {
            self.problems.follows("missing-key", file.place, "`column` is missing").help("name the column of the file");
            return None;
        };
        let unit = written.unit.as_ref().map_or("s", |unit| unit.value.as_str());
        let Ok(scale) = format!("1 {unit}").parse::<Span>() else {
            let place = written.unit.as_ref().map_or(file.place, |unit| unit.place);
            self.problems
                .error("bad-quantity", place, format!("unknown unit of time `{unit}`"))
                .help("use s, min, h or d");
            return None;
        };
        let (name, path) = (&file.value, file.place);
        let full = match crate::scenario::merge::inside(self.source, self.source, name) {
            Ok((full, _)) => full,
            Err(message) => {
                self.problems
                    .error("outside-folder", path, message)
                    .help("put the file beside the scenario or below it");
                return None;
            }
        };
        let text = match crate::scenario::source::read_text(&full, name) {
            Ok(text) => text,
            Err((message, help)) => {
                self.problems.error("unreadable-file", path, message).help(help);
                return None;
            }
        };
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
        let headers = reader.headers().ok()?.clone();
        let Some(position) = headers.iter().position(|header| header == column.value) else {
            self.problems.unknown("unknown-column", column.place, "column", &column.value, headers.iter());
            return None;
        };
        let mut values = Vec::new();
        for (row, record) in reader.records().enumerate() {
            let record = record.ok();
            let cell = record.as_ref().and_then(|record| record.get(position)).unwrap_or_default();
            if cell.is_empty() {
                continue;
            }
            match cell.parse::<f64>() {
                Ok(value) if value >= 0.0 && value * scale.as_seconds() < 1.5e13 => {
                    values.push(Span::from_seconds(value * scale.as_seconds()).as_seconds());
                }
                _ => {
                    let shown: String = cell.chars().take(40).collect();
                    let message = format!("`{shown}` in row {} of `{name}` is not a time", row + 2);
                    self.problems
                        .error("bad-quantity", path, message)
                        .help("the column must hold numbers of 0 or more");
                    return None;
                }
            }
        }
        self.observed.push((path, values.clone()));
        self.sources.push(Source { name: name.clone(), text, folder: None });
        Some(values)
    }
}

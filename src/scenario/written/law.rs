//! How long something takes or lives, as written.

use super::read::{Definitions, Read, choice, record, tag};
use crate::quantity::{Probability, Rate, Span};
use crate::scenario::diagnostic::Problems;
use crate::scenario::tree::{Node, Value};
use serde_json::{Value as Json, json};

/// A distribution of a time: a plain duration, or a named law.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Law(pub(in crate::scenario) Shape);

impl Read for Law {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Text(text) if !text.starts_with(|first: char| first.is_ascii_digit()) && tag_exists(text) => {
                problems
                    .error("wrong-type", node.place, format!("`{text}` needs its parameters"))
                    .help(format!("write `{{ {text} = {{ … }} }}`, or a plain duration such as `\"4h\"`"));
                None
            }
            Value::Table(_) => Shape::read(node, problems).map(Self),
            _ => Span::read(node, problems).map(|span| Self(Shape::Fixed(span))),
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        let shape = Shape::schema(definitions);
        json!({ "anyOf": [Span::schema(definitions), shape] })
    }
}

fn tag_exists(text: &str) -> bool {
    ["fixed", "exponential", "weibull", "lognormal", "gamma", "triangular", "empirical"].contains(&text)
}

choice! {
    /// A law of a time.
    Shape {
        /// Always the same.
        "fixed" Fixed(Span);
        /// Memoryless.
        "exponential" Exponential(Exponential);
        /// Weibull, with two or three parameters.
        "weibull" Weibull(Weibull);
        /// The logarithm is normal.
        "lognormal" LogNormal(LogNormal);
        /// Gamma.
        "gamma" Gamma(Gamma);
        /// Triangular.
        "triangular" Triangular(Triangular);
        /// Observed values.
        "empirical" Empirical(Empirical);
    }
}

record! {
    /// Exactly one of its keys.
    Exponential {
        /// Mean time to failure.
        "mttf" mttf: Span;
        /// Mean.
        "mean" mean: Span;
        /// Failures per unit of time.
        "rate" rate: Rate;
        /// Share that fails within a year.
        "afr" afr: Probability;
        /// Time after which half have failed.
        "half-life" half_life: Span;
    }
}

record! {
    /// Shape and exactly one of mean, scale or median.
    Weibull {
        /// Below 1 the hazard falls with age, above 1 it climbs.
        "shape" shape: f64, required;
        /// Mean, the location included.
        "mean" mean: Span;
        /// Scale, beyond the location.
        "scale" scale: Span;
        /// Median, the location included.
        "median" median: Span;
        /// Least value; default 0.
        "location" location: Span;
    }
}

record! {
    /// Median and exactly one of mean, p95 or sigma.
    LogNormal {
        /// Median.
        "median" median: Span, required;
        /// Mean.
        "mean" mean: Span;
        /// 95th percentile.
        "p95" p95: Span;
        /// Standard deviation of the natural logarithm.
        "sigma" sigma: f64;
    }
}

record! {
    /// Shape and exactly one of mean or scale.
    Gamma {
        /// Shape.
        "shape" shape: f64, required;
        /// Mean.
        "mean" mean: Span;
        /// Scale.
        "scale" scale: Span;
    }
}

record! {
    /// Between min and max, most likely mode.
    Triangular {
        /// Least.
        "min" min: Span, required;
        /// Most likely.
        "mode" mode: Span, required;
        /// Most.
        "max" max: Span, required;
    }
}

record! {
    /// Observed values, in the scenario or in a CSV file below its folder.
    Empirical {
        /// The values.
        "values" values: Vec<Span>;
        /// CSV file with one header row.
        "file" file: String;
        /// Column of the file.
        "column" column: String;
        /// Unit of the column: s, min, h, d.
        "unit" unit: String;
    }
}

/// A share of the year's calendar, `new`, `stationary` or a span.
#[derive(Clone, Copy, Debug)]
pub(in crate::scenario) enum AgeText {
    /// Just installed.
    New,
    /// As found in a plant that has run for ages.
    Stationary,
    /// Of this age.
    Of(Span),
}

impl Read for AgeText {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Text(text) if text.starts_with(|first: char| first.is_ascii_digit()) => {
                Span::read(node, problems).map(Self::Of)
            }
            Value::Text(_) => tag(node, &["new", "stationary"], problems)
                .map(|tag| if tag.word == "new" { Self::New } else { Self::Stationary }),
            _ => Span::read(node, problems).map(Self::Of),
        }
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "string", "description": "`new`, `stationary` or a duration" })
    }
}

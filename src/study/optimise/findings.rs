//! What an optimisation found, ready to be shown.

use super::goal::Promise;
use crate::metric::Unit;
use crate::model::{Choice, Scenario};
use crate::study::Findings;
use std::sync::Arc;

/// The answer of [`super::optimise`].
#[derive(Clone, Debug)]
pub struct OptimiseFindings {
    /// The scenario as written.
    pub scenario: Arc<Scenario>,
    /// Seed of all random streams.
    pub seed: u64,
    /// Chance that all statements hold.
    pub confidence: f64,
    /// Most trials of one design.
    pub cap: u64,
    /// What may be chosen.
    pub choices: Vec<Choice>,
    /// Number of designs that the choices make.
    pub size: u128,
    /// Designs looked at when there are too many for all: the answer is the best of these.
    pub sampled: Option<usize>,
    /// What is to be small.
    pub aim: AimFindings,
    /// What has to be kept.
    pub promises: Vec<Promise>,
    /// Every design looked at, in the order of the choices.
    pub designs: Vec<DesignFindings>,
    /// The answer; `None` when no design keeps everything.
    pub chosen: Option<usize>,
    /// True when the answer holds with the confidence asked for; false when trials ran out before.
    pub sure: bool,
    /// Designs that may still be better than the answer.
    pub rivals: Vec<usize>,
    /// What the best of these may be better by at most; `None` where that is not known, and zero without any.
    pub regret: Option<f64>,
    /// The best of the others that keep everything, as far as was seen.
    pub runner_up: Option<RunnerUp>,
    /// By promise: the answer without it.
    pub relaxed: Vec<Relaxed>,
    /// Nothing keeps everything: by promise, how near any design comes.
    pub shortfalls: Vec<Shortfall>,
    /// Nothing keeps everything: the design that misses by least.
    pub nearest: Option<usize>,
    /// Designs, trials and what became of them.
    pub counts: Counts,
    /// Designs that no other beats in what they are compared by and in time down, from cheap to good.
    pub front: Vec<usize>,
    /// The chosen design, or the nearest one, run as any scenario.
    pub confirmed: Option<Arc<Findings>>,
    /// The same as TOML.
    pub resolved: Option<String>,
    /// Stopped before the end: everything above is what was known then.
    pub interrupted: bool,
}

/// What is to be small.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AimFindings {
    /// `nodes`, or a metric's path.
    pub key: String,
    /// In English.
    pub label: String,
    /// In Chinese.
    pub label_zh: String,
    /// Unit of a metric; `None` for nodes and money.
    pub unit: Option<Unit>,
    /// Currency of money per year.
    pub currency: Option<String>,
}

/// A number as far as it is known.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Known {
    /// By a formula, or by counting.
    Exact(f64),
    /// From trials: seen, least and most that may be true with the confidence of the study.
    Seen(f64, f64, f64),
}

impl Known {
    /// The number itself.
    #[must_use]
    pub const fn point(self) -> f64 {
        match self {
            Self::Exact(point) | Self::Seen(point, _, _) => point,
        }
    }
}

/// One design.
#[derive(Clone, Debug)]
pub struct DesignFindings {
    /// Values of the choices as TOML, in their order.
    pub values: Vec<String>,
    /// What became of it.
    pub fate: Fate,
    /// What it is compared by; `None` when it never ran and no formula knows it.
    pub worth: Option<Known>,
    /// Share of time with any service down; `None` as above.
    pub unavailability: Option<Known>,
    /// What was tested.
    pub goals: Vec<GoalFindings>,
    /// Trials spent on it.
    pub trials: u64,
}

/// One test of a promise.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct GoalFindings {
    /// Position of its promise.
    pub promise: usize,
    /// What is measured.
    pub words: &'static str,
    /// Unit of the measure.
    pub unit: Unit,
    /// As measured or exact; `None` where it was never put to the test.
    pub measured: Option<f64>,
    /// True where it is exact.
    pub exact: bool,
    /// The value that it may not pass.
    pub allowed: f64,
    /// How many times what is allowed it is, above 1 when broken.
    pub times: Option<f64>,
    /// `Some(true)` kept, `Some(false)` broken, `None` not known well enough.
    pub kept: Option<bool>,
}

/// What became of a design.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fate {
    /// The answer.
    Chosen,
    /// No valid scenario: code and message of the first mistake.
    Invalid(String),
    /// Breaks a rule by what it is: promise and why.
    Rule(usize, String),
    /// A closed form says that it breaks a promise.
    Formula(usize),
    /// Cannot be better than the answer, known before any trial of it.
    Bound,
    /// Trials show that it breaks a promise.
    Missed(usize),
    /// Keeps everything, as far as was tried, and is no better than the answer.
    Beaten,
    /// May still be better than the answer.
    Open,
    /// Left out by halving: only where the space is too large for all.
    Halved,
}

impl Fate {
    /// Name in tables.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Chosen => "chosen",
            Self::Invalid(_) => "invalid",
            Self::Rule(..) => "rule",
            Self::Formula(_) => "formula",
            Self::Bound => "bound",
            Self::Missed(_) => "missed",
            Self::Beaten => "beaten",
            Self::Open => "open",
            Self::Halved => "halved",
        }
    }
}

/// The best of the others.
#[derive(Clone, Debug)]
pub struct RunnerUp {
    /// Which design.
    pub design: usize,
    /// What it costs more than the answer, with the ends of what may be true; the ends are equal when it is exact.
    pub more: (f64, f64, f64),
    /// The same to the last bit in what it is compared by: the one that was written first was taken.
    pub alike: bool,
}

/// The answer without one promise.
#[derive(Clone, Debug)]
pub struct Relaxed {
    /// The promise.
    pub promise: usize,
    /// The best design when it does not count; `None` when there is none either.
    pub design: Option<usize>,
    /// What is saved; zero when the promise costs nothing; `None` when nothing keeps everything.
    pub saves: Option<f64>,
    /// True when that holds with the confidence asked for.
    pub sure: bool,
}

/// How near any design comes to a promise.
#[derive(Clone, Debug)]
pub struct Shortfall {
    /// The promise.
    pub promise: usize,
    /// Designs that keep it, as far as was seen.
    pub kept_by: usize,
    /// The design that comes nearest.
    pub best: usize,
    /// Its worst test.
    pub goal: Option<GoalFindings>,
}

/// Designs, trials, and what became of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Designs that are no valid scenario.
    pub invalid: usize,
    /// Designs that break a rule by what they are.
    pub by_rule: usize,
    /// Designs that a closed form discards.
    pub by_formula: usize,
    /// Designs that cannot be better, discarded without a trial.
    pub by_bound: usize,
    /// Designs discarded by their trials: a promise is missed, or another one is better.
    pub by_trials: usize,
    /// Designs that halving left out.
    pub halved: usize,
    /// Trials until the answer stood.
    pub trials: u64,
    /// More trials, for the picture of the front alone.
    pub front_trials: u64,
    /// Rounds of trials.
    pub rounds: u64,
}

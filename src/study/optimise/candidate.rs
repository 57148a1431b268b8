//! One design under study: what is known of it before any trial, and what its trials have shown.

use super::bound::Line;
use super::goal::{Goal, Promises, nodes_in_use};
use super::space::{Picks, Space};
use crate::analytic::{self, Predictions};
use crate::cost::{Pricing, Yearly};
use crate::metric::Watch;
use crate::model::{Aim, Scenario, Subject};
use crate::quantity::Span;

/// What a design is compared by; less is better.
#[derive(Clone, Copy, Debug)]
pub(super) enum Worth {
    /// Known without any trial.
    Fixed(f64),
    /// Measured by trials, with what it cannot be below.
    Sampled { watch: Watch, floor: f64 },
}

impl Worth {
    fn of(scenario: &Scenario, exact: &Predictions) -> Self {
        let nodes = || Self::Fixed(nodes_in_use(scenario) as f64);
        let by = |watch: Watch| match exact.value(watch.subject(), watch.about().key) {
            Some(value) => Self::Fixed(value),
            None => Self::Sampled { watch, floor: floor(scenario, watch) },
        };
        match &scenario.requirements.minimise {
            Aim::Nodes => nodes(),
            Aim::Cost => Watch::named(scenario, "cost.total_cost").map_or_else(|_| nodes(), by),
            Aim::Metric(path) => Watch::new(scenario, path).map_or_else(|_| nodes(), by),
        }
    }

    /// What it cannot be below.
    pub(super) const fn floor(self) -> f64 {
        match self {
            Self::Fixed(value) => value,
            Self::Sampled { floor, .. } => floor,
        }
    }
}

/// What a metric cannot be below: money that is paid whatever happens, else nothing.
fn floor(scenario: &Scenario, watch: Watch) -> f64 {
    let Some(pricing) = Pricing::of(scenario).filter(|_| watch.subject() == Subject::Cost) else { return 0.0 };
    match watch.about().key {
        "total_cost" => pricing.fixed_part(Yearly::Total).as_units(),
        "running_cost" => pricing.fixed_part(Yearly::Running).as_units(),
        _ => 0.0,
    }
}

/// What the trials of a design have shown of one goal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tested {
    pub goal: Goal,
    /// Of what must not be above zero.
    pub line: Line,
    /// Sums above and below the line.
    pub above: f64,
    pub below: f64,
}

/// A design.
#[derive(Debug)]
pub(super) struct Candidate {
    pub picks: Picks,
    pub horizon: Span,
    pub worth: Worth,
    pub goals: Vec<Tested>,
    /// Promises that it breaks by what it is, and why.
    pub broken: Vec<(usize, String)>,
    /// Exact share of time with a service down.
    pub down_exact: Option<f64>,
    /// Share of time with a service down, over the trials.
    pub down: Line,
    /// Events of a trial: the same in all trials where nothing is left to chance.
    pub events: Line,
    /// The metric that is compared, trial by trial: above and below the line.
    pub values: Vec<(f64, f64)>,
    /// Trials run.
    pub trials: u64,
    /// Ran for the picture of the front alone.
    pub pictured: bool,
    /// Left out by halving.
    pub dropped: bool,
}

impl Candidate {
    /// What is known before any trial; closed forms only where `formulas` are wanted.
    pub(super) fn of(scenario: &Scenario, picks: Picks, promises: &mut Promises, formulas: bool) -> Self {
        let exact = if formulas { analytic::predictions(scenario) } else { Predictions::default() };
        let goals = promises.goals(scenario, &exact);
        let tested = |goal| Tested { goal, line: Line::EMPTY, above: 0.0, below: 0.0 };
        Self {
            picks,
            horizon: scenario.horizon,
            worth: Worth::of(scenario, &exact),
            goals: goals.into_iter().map(tested).collect(),
            broken: promises.broken(scenario),
            down_exact: exact.value(Subject::Scenario, "unavailability"),
            down: Line::EMPTY,
            events: Line::EMPTY,
            values: Vec::new(),
            trials: 0,
            pictured: false,
            dropped: false,
        }
    }

    /// Numbers promises anew: by position so far, the new one.
    pub(super) fn renumber(&mut self, positions: &[usize]) {
        for tested in &mut self.goals {
            tested.goal.promise = positions[tested.goal.promise];
        }
        for (promise, _) in &mut self.broken {
            *promise = positions[*promise];
        }
    }

    /// Reads its scenario again: kept only while trials run, because spaces are large.
    pub(super) fn scenario(&self, space: &Space) -> Option<Scenario> {
        space.load(&self.picks).ok().map(|loaded| loaded.scenario)
    }
}

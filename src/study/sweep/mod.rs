//! Many designs of one scenario under the same random numbers: every combination of some values, a sample of them, or one parameter at a time.
//!
//! Designs are run side by side when there are many and trials side by side when there are few; neither changes a bit of the result, nor does being
//! stopped and continued.

mod effect;
mod row;
mod run;
mod view;
mod watched;

pub use effect::{Effect, effects};
pub use row::{Interval, Measure, Objectives, Ran, Row, Status};
pub use run::{Ended, run};
pub use view::{Cell, End, Swing, cells, swings};
pub use watched::Watched;

use super::design::{Axis, Designs, Grid};
use crate::model::Scenario;
use crate::scenario::Override;
use std::sync::Arc;

/// Most values of words or lists that are tried one at a time.
const WORDS_MAX: u64 = 24;

/// Which designs are run.
#[derive(Clone, PartialEq, Debug)]
pub enum Choice {
    /// Those of a grid or a sample.
    Grid(Grid),
    /// One parameter at a time, the others as in the scenario: both ends of its range, of words all of them.
    OneAtATime {
        /// The parameters.
        axes: Vec<Axis>,
        /// Parameter and value of every design after the scenario as written, parameter by parameter.
        cases: Vec<(usize, String)>,
    },
}

impl Choice {
    /// Both ends of the range of each parameter, of words all of them.
    ///
    /// # Errors
    /// Parameters that no grid can have, or more than 24 words for one.
    pub fn one_at_a_time(axes: Vec<Axis>) -> Result<Self, String> {
        // A sample of one has the same demands on its parameters.
        Grid::latin(axes.clone(), 1, 0)?;
        let mut cases = Vec::new();
        for (nth, axis) in axes.iter().enumerate() {
            let words =
                axis.count().is_some_and(|_| axis.values().take(2).any(|value| super::design::size(&value).is_none()));
            if words {
                if axis.count().is_some_and(|count| count > WORDS_MAX) {
                    return Err(format!("`{}` has more than {WORDS_MAX} values to be tried one at a time", axis.path));
                }
                cases.extend(axis.values().map(|value| (nth, value)));
            } else {
                let (low, high) = axis.ends();
                cases.push((nth, low.clone()));
                cases.extend((high != low).then_some((nth, high)));
            }
        }
        Ok(Self::OneAtATime { axes, cases })
    }

    /// The parameters.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        match self {
            Self::Grid(grid) => grid.axes(),
            Self::OneAtATime { axes, .. } => axes,
        }
    }

    /// Number of designs, at least 1.
    #[must_use]
    pub fn designs(&self) -> u64 {
        match self {
            Self::Grid(grid) => grid.len(),
            Self::OneAtATime { cases, .. } => cases.len() as u64 + 1,
        }
    }

    /// What a design sets.
    #[must_use]
    pub fn settings(&self, nth: u64) -> Vec<Override> {
        match self {
            Self::Grid(grid) => grid.settings(nth),
            Self::OneAtATime { axes, cases } => {
                let case = nth.checked_sub(1).and_then(|at| cases.get(at as usize));
                case.map(|(axis, value)| Override { path: axes[*axis].path.clone(), value: value.clone() })
                    .into_iter()
                    .collect()
            }
        }
    }
}

/// What a sweep runs, and how.
#[derive(Clone, Debug)]
pub struct Job {
    /// Makes the designs.
    pub designs: Designs,
    /// Which designs.
    pub choice: Choice,
    /// What is watched.
    pub watched: Vec<Watched>,
    /// Trials of each design.
    pub trials: u64,
    /// Seed of all designs.
    pub seed: u64,
    /// Worker threads, at least 1.
    pub threads: usize,
}

/// Everything a sweep found, ready to be shown.
#[derive(Clone, Debug)]
pub struct SweepFindings {
    /// The scenario as written.
    pub scenario: Arc<Scenario>,
    /// Which designs were run.
    pub choice: Choice,
    /// By parameter: what the scenario itself says; `None` when it leaves it to the default.
    pub own: Vec<Option<String>>,
    /// What was watched.
    pub watched: Vec<Watched>,
    /// Trials of each design.
    pub trials: u64,
    /// Seed of all designs.
    pub seed: u64,
    /// Designs in order.
    pub rows: Vec<Row>,
    /// By metric: how much of what differs between designs is due to each parameter, most first; empty one at a time.
    pub effects: Vec<Vec<Effect>>,
}

impl SweepFindings {
    /// Puts together what a sweep left; `rows` are all its designs in order.
    #[must_use]
    pub fn new(job: &Job, scenario: Arc<Scenario>, rows: Vec<Row>) -> Self {
        let axes = job.choice.axes();
        let own = axes.iter().map(|axis| job.designs.own(axis)).collect();
        let effects = match &job.choice {
            Choice::Grid(grid) => (0..job.watched.len()).map(|metric| effects(grid, &rows, metric)).collect(),
            Choice::OneAtATime { .. } => Vec::new(),
        };
        Self {
            scenario,
            choice: job.choice.clone(),
            own,
            watched: job.watched.clone(),
            trials: job.trials,
            seed: job.seed,
            rows,
            effects,
        }
    }

    /// Metrics of which anything was measured, those that differ between designs first; then how many of them do.
    #[must_use]
    pub fn telling(&self) -> (Vec<usize>, usize) {
        let measures = |metric: usize| self.rows.iter().filter_map(move |row| row.measure(metric));
        let seen = |metric: usize| measures(metric).any(|it| it.point.is_some() || it.low.is_some());
        let differs = |metric: usize| {
            let mut points = measures(metric).map(|it| it.point);
            let first = points.next();
            points.any(|point| Some(point) != first)
        };
        let metrics = || (0..self.watched.len()).filter(|metric| seen(*metric));
        let mut order: Vec<usize> = metrics().filter(|metric| differs(*metric)).collect();
        let moving = order.len();
        order.extend(metrics().filter(|metric| !differs(*metric)));
        (order, moving)
    }

    /// Number of designs whose values make no scenario.
    #[must_use]
    pub fn invalid(&self) -> usize {
        self.rows.iter().filter(|row| row.ran().is_none()).count()
    }

    /// The design that sets what the scenario itself says, if it is among them.
    #[must_use]
    pub fn as_written(&self) -> Option<&Row> {
        if matches!(self.choice, Choice::OneAtATime { .. }) {
            return self.rows.first();
        }
        self.rows.iter().find(|row| {
            row.settings.iter().zip(&self.own).all(|(value, own)| own.as_ref().is_some_and(|own| same(value, own)))
        })
    }
}

/// True when two texts set the same value: `1 h` and `60 min`.
#[must_use]
pub fn same(left: &str, right: &str) -> bool {
    let plain = |text: &str| text.trim().trim_matches('"').to_owned();
    if plain(left) == plain(right) {
        return true;
    }
    match (super::design::size(left), super::design::size(right)) {
        (Some((one, left)), Some((other, right))) => {
            one == other
                && one != super::design::Dimension::Other
                && (left - right).abs() <= 1e-9 * left.abs().max(right.abs())
        }
        _ => false,
    }
}

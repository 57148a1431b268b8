//! The straight line from a scenario to findings: trials, closed forms, chosen trials run again.

use super::findings::{ChosenTrial, Findings};
use super::run::{chosen_trials, findings};
use crate::analytic;
use crate::model::Scenario;
use crate::montecarlo::{self, Outcomes, Plan, RunError, Shape, TrialRunner};
use crate::simulation::{Simulator, TrialTally};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A worker: a simulator under the seed of the study.
pub(super) struct Worker<'a> {
    simulator: Simulator<'a>,
    seed: u64,
}

impl<'a> Worker<'a> {
    /// A workspace for trials of a scenario.
    pub(super) fn new(scenario: &'a Scenario, seed: u64) -> Self {
        Self { simulator: Simulator::new(scenario), seed }
    }
}

impl TrialRunner for Worker<'_> {
    fn run(&mut self, trial: u64) -> &TrialTally {
        self.simulator.run(self.seed, trial)
    }
}

/// Runs the trials of a plan. `progress` hears the number finished; `cancel` ends at the next finished piece and keeps what is finished.
///
/// # Errors
/// Threads cannot be started, or the stopping rule asks for a metric that does not exist.
pub fn simulate(
    scenario: &Scenario,
    seed: u64,
    plan: &Plan,
    progress: &(dyn Fn(u64) + Sync),
    cancel: &AtomicBool,
) -> Result<Outcomes, RunError> {
    let worker = || Worker::new(scenario, seed);
    montecarlo::run(&Shape::of(scenario, seed), plan, worker, progress, cancel)
}

/// Sets outcomes beside the closed forms and judges them; median, p95 and worst trial are run again with the trace on.
///
/// The outcomes must come from this scenario.
#[must_use]
pub fn conclude(scenario: &Arc<Scenario>, outcomes: &Outcomes) -> Findings {
    let mut simulator = Simulator::new(scenario);
    let chosen = chosen_trials(outcomes)
        .into_iter()
        .map(|(which, trial, downtime)| ChosenTrial {
            which,
            downtime,
            trace: simulator.run_traced(outcomes.seed, trial).1,
        })
        .collect();
    findings(Arc::clone(scenario), outcomes, &analytic::predictions(scenario), chosen)
}

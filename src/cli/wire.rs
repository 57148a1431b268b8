//! Every call from the command line into the layers below, in one place.

use super::exit::Failure;
use drsim::metric::About;
use drsim::model::Scenario;
use drsim::simulation::Trace;
use drsim::study::Findings;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What is wrong with a scenario, each problem at its place.
#[derive(Clone, Debug)]
pub struct Problems {
    /// For people, with ANSI colours.
    pub text: String,
    /// For programs: an array.
    pub json: serde_json::Value,
}

/// A scenario that holds.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The scenario.
    pub scenario: Arc<Scenario>,
    /// What may not be as meant.
    pub warnings: Option<Problems>,
    /// The whole scenario as TOML: bases and overrides applied.
    pub resolved: String,
}

/// Stop when the interval of a metric is narrow enough.
#[derive(Clone, PartialEq, Debug)]
pub struct Until {
    /// `services.pay.unavailability`, or the key alone: of the only service, or of the whole scenario.
    pub metric: String,
    /// Largest half width of the 95 % interval, relative to the estimate.
    pub within: f64,
}

/// Part `index` of `count`, counted from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shard {
    /// Which part.
    pub index: u64,
    /// Of how many.
    pub count: u64,
}

/// What to run.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// Trials; with `until` the fewest.
    pub trials: u64,
    /// Seed of every random stream.
    pub seed: u64,
    /// Threads.
    pub threads: usize,
    /// Stopping rule.
    pub until: Option<Until>,
    /// Most trials, with `until`.
    pub most: u64,
    /// Only a part of the trials.
    pub shard: Option<Shard>,
}

/// What trials left behind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcomes {
    trials: u64,
}

impl Outcomes {
    /// Trials that were run.
    pub fn trials(&self) -> u64 {
        self.trials
    }
}

fn not_built(what: &str) -> Failure {
    Failure::failed(format!("{what} is not built in this branch"))
}

/// Reads and checks a scenario file with what it is based on.
pub fn load_file(path: &Path, _overrides: &[String]) -> Result<Loaded, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::at(path, &error))?;
    Err(not_built("the scenario reader"))
}

/// Checks a scenario given as text; `folder` is where files that it names are looked for.
pub fn load_text(_name: &str, _text: &str, _folder: Option<&Path>, _overrides: &[String]) -> Result<Loaded, Failure> {
    Err(not_built("the scenario reader"))
}

/// JSON schema of scenario files.
pub fn schema() -> Result<String, Failure> {
    Err(not_built("the schema"))
}

/// What a diagnostic code means.
pub fn explain_code(_code: &str) -> Option<&'static str> {
    None
}

/// All diagnostic codes.
pub fn codes() -> Vec<&'static str> {
    Vec::new()
}

/// Everything that is computed, and whose it is: `service`, `domain` or `scenario`.
pub fn metrics() -> Vec<(&'static str, &'static About)> {
    Vec::new()
}

/// Runs trials; `progress` hears the number finished, `cancel` ends at the next block border.
pub fn simulate(
    _scenario: &Arc<Scenario>,
    _plan: &Plan,
    _progress: &(dyn Fn(u64) + Sync),
    _cancel: &AtomicBool,
) -> Result<Outcomes, Failure> {
    Err(not_built("the trial runner"))
}

/// Both sides compared and judged.
pub fn findings(_scenario: &Arc<Scenario>, _plan: &Plan, _outcomes: &Outcomes) -> Result<Findings, Failure> {
    Err(not_built("the study"))
}

/// Puts shards together; refuses gaps, overlaps and foreign hashes.
pub fn merge(_parts: Vec<Outcomes>) -> Result<Outcomes, Failure> {
    Err(not_built("merging"))
}

/// Runs one trial with the trace on.
pub fn trace(_scenario: &Scenario, _seed: u64, _trial: u64) -> Result<Trace, Failure> {
    Err(not_built("the simulation"))
}

/// A trace for people.
pub fn trace_text(_scenario: &Scenario, _trace: &Trace) -> String {
    String::new()
}

/// A trace for programs: an array of happenings.
pub fn trace_json(_scenario: &Scenario, _trace: &Trace) -> serde_json::Value {
    serde_json::Value::Null
}

/// The summary for people.
pub fn text(_findings: &Findings) -> String {
    String::new()
}

/// The summary for programs.
pub fn summary(_findings: &Findings) -> String {
    String::new()
}

/// Writes the result folder and returns the paths.
pub fn write(
    _folder: &Path,
    _findings: &Findings,
    _resolved: &str,
    _run_json: &str,
    _force: bool,
) -> Result<Vec<PathBuf>, Failure> {
    Err(not_built("the report"))
}

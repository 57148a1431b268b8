//! Every call from the command line into the layers below, in one place: what fails there becomes a [`Failure`] here.

use super::exit::Failure;
use anstyle::{AnsiColor, Style};
use drsim::catalogue::{PROMISES, TARIFFS};
use drsim::metric::{self, About};
use drsim::model::{Scenario, Subject};
use drsim::montecarlo;
pub use drsim::montecarlo::Outcomes;
use drsim::report::folder::WriteError;
use drsim::report::journal::{Head, Journal, JournalError};
use drsim::report::text::Tone;
use drsim::report::{self, folder};
use drsim::scenario::{self, Diagnostics, Draft, Override, Source};
use drsim::simulation::{Simulator, Trace};
use drsim::study::compare::Compared;
use drsim::study::drill::DrillFindings;
use drsim::study::optimise::{self, OptimiseError, OptimiseFindings, Search};
use drsim::study::recommend::{self, Advice};
use drsim::study::sweep::{Row, SweepFindings};
use drsim::study::{self, Findings};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Version that results carry.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is wrong with a scenario, each problem at its place.
#[derive(Clone, Debug)]
pub struct Problems {
    /// For people, with colours that the terminal layer strips where they are not wanted.
    pub text: String,
    /// For programs: an array.
    pub json: serde_json::Value,
}

impl Problems {
    /// As they are shown.
    pub fn of(problems: &Diagnostics) -> Self {
        Self { text: problems.render(true), json: problems.to_json() }
    }
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

/// Reads and checks a scenario file with what it is based on.
pub fn load_file(path: &Path, overrides: &[String]) -> Result<Loaded, Failure> {
    let source = Source::read(path).map_err(|problem| Failure::unreadable(&problem))?;
    load(&source, overrides)
}

/// The text of a scenario file.
pub fn source_file(path: &Path) -> Result<Source, Failure> {
    Source::read(path).map_err(|problem| Failure::unreadable(&problem))
}

/// Checks a scenario given as text; `folder` is where files that it names are looked for.
pub fn load_text(name: &str, text: &str, folder: Option<&Path>, overrides: &[String]) -> Result<Loaded, Failure> {
    let source = Source { folder: folder.map(Path::to_owned), ..Source::from_text(name, text) };
    load(&source, overrides)
}

/// Checks a source that was read.
pub fn load(source: &Source, overrides: &[String]) -> Result<Loaded, Failure> {
    let overrides: Result<Vec<Override>, String> = overrides.iter().map(|text| text.parse()).collect();
    let loaded = scenario::load(source, &overrides.map_err(Failure::usage)?);
    let loaded = loaded.map_err(|problems| Failure::invalid(Problems::of(&problems)))?;
    Ok(Loaded {
        scenario: Arc::new(loaded.scenario),
        warnings: (!loaded.warnings.items().is_empty()).then(|| Problems::of(&loaded.warnings)),
        resolved: loaded.resolved,
    })
}

/// JSON schema of scenario files.
pub fn schema() -> String {
    scenario::schema()
}

/// What a diagnostic code means.
pub fn explain_code(code: &str) -> Option<&'static str> {
    scenario::explain_code(code)
}

/// All diagnostic codes.
pub fn codes() -> Vec<&'static str> {
    scenario::CODES.iter().map(|(code, _)| *code).collect()
}

/// A row of the catalogue that a scenario can take by name: the key that takes it, the name, and what stands there with source and date.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where the name is written.
    pub takes: &'static str,
    /// The name.
    pub key: &'static str,
    /// What it is.
    pub title: &'static str,
    /// Its figures, one line each.
    pub figures: Vec<String>,
    /// Where they come from, of which day, and how sure that is.
    pub source: String,
}

/// All rows of the catalogue.
pub fn catalogue() -> Vec<Entry> {
    let promises = PROMISES.iter().map(|row| Entry {
        takes: "preset of prices.sla",
        key: row.key,
        title: row.title,
        figures: row.bands.iter().map(|(below, credit)| format!("below {below} % in a month: {credit} %")).collect(),
        source: format!("{}; {}; {}", row.source, row.date, row.standing.words()),
    });
    let band = |micros: i64, currency: &str| format!("{} {currency} / GB / month", micros as f64 / 1e6);
    let tariffs = TARIFFS.iter().map(move |row| Entry {
        takes: "price of stores and datasets",
        key: row.key,
        title: row.title,
        figures: row
            .bands
            .iter()
            .map(|one| match one.up_to {
                Some(end) => format!("up to {end} TB: {}", band(one.micros, row.currency)),
                None if row.bands.len() > 1 => format!("beyond: {}", band(one.micros, row.currency)),
                None => band(one.micros, row.currency),
            })
            .collect(),
        source: format!("{}; {}; {}", row.source, row.date, row.standing.words()),
    });
    promises.chain(tariffs).collect()
}

/// Everything that is computed, and whose it is: `service`, `dataset`, `domain`, `scenario` or `cost`.
pub fn metrics() -> Vec<(&'static str, &'static About)> {
    metric::all().collect()
}

/// Runs trials; `progress` hears the number finished, `cancel` ends at the next finished piece.
pub fn simulate(
    scenario: &Arc<Scenario>,
    plan: &Plan,
    progress: &(dyn Fn(u64) + Sync),
    cancel: &AtomicBool,
) -> Result<Outcomes, Failure> {
    let until = plan.until.as_ref().map(|until| stopping_rule(scenario, until, plan.most)).transpose()?;
    let inner = match plan.shard {
        Some(shard) => montecarlo::Plan::shard(plan.trials, shard.index, shard.count, plan.threads),
        None => montecarlo::Plan { until, ..montecarlo::Plan::whole(plan.trials, plan.threads) },
    };
    study::simulate(scenario, plan.seed, &inner, progress, cancel).map_err(|error| Failure::usage(error.to_string()))
}

/// Whose metric a stopping rule means: the one that is named, else the only service, else the whole scenario.
fn stopping_rule(scenario: &Scenario, until: &Until, cap: u64) -> Result<montecarlo::Until, Failure> {
    let wrong = |text: String| {
        Failure::usage(text).help("write `services.NAME.METRIC`, `datasets.NAME.METRIC`, `domains.PATH.METRIC`, `scenario.METRIC`, `cost.METRIC` or `METRIC`")
    };
    let (whose, key) = until.metric.rsplit_once('.').unwrap_or(("", &until.metric));
    let subject = if let Some(name) = whose.strip_prefix("services.") {
        let found = scenario.services.enumerate().find(|(_, service)| service.name == name);
        Subject::Service(found.ok_or_else(|| wrong(format!("no service `{name}`")))?.0)
    } else if let Some(name) = whose.strip_prefix("domains.") {
        let found = scenario.domains.enumerate().find(|(_, domain)| domain.name == name);
        Subject::Domain(found.ok_or_else(|| wrong(format!("no domain `{name}`")))?.0)
    } else if let Some(name) = whose.strip_prefix("datasets.") {
        let found = scenario.datasets.enumerate().find(|(_, dataset)| dataset.name == name);
        Subject::Dataset(found.ok_or_else(|| wrong(format!("no dataset `{name}`")))?.0)
    } else if whose == "cost" {
        Subject::Cost
    } else if whose.is_empty() && scenario.services.len() == 1 {
        scenario.services.ids().next().map_or(Subject::Scenario, Subject::Service)
    } else if whose.is_empty() || whose == "scenario" {
        Subject::Scenario
    } else {
        return Err(wrong(format!("`{}` is no metric of this scenario", until.metric)));
    };
    Ok(montecarlo::Until { subject, metric: key.to_owned(), relative_half_width: until.within, cap })
}

/// Both sides compared and judged.
pub fn findings(scenario: &Arc<Scenario>, outcomes: &Outcomes) -> Findings {
    study::conclude(scenario, outcomes)
}

/// Puts shards together; refuses gaps, overlaps and foreign hashes.
pub fn merge(parts: Vec<Outcomes>) -> Result<Outcomes, Failure> {
    montecarlo::merge(parts).map_err(|error| Failure::usage(error.to_string()))
}

/// Runs one trial with the trace on.
pub fn trace(scenario: &Scenario, seed: u64, trial: u64) -> Trace {
    Simulator::new(scenario).run_traced(seed, trial).1
}

/// A trace for people.
pub fn trace_text(scenario: &Scenario, trace: &Trace) -> String {
    report::trace::trace_text(scenario, trace)
}

/// A trace for programs: an array of happenings.
pub fn trace_json(scenario: &Scenario, trace: &Trace) -> serde_json::Value {
    report::trace::trace_json(scenario, trace)
}

/// The summary for people.
pub fn text(findings: &Findings) -> String {
    report::text::summary(findings, paint)
}

fn paint(tone: Tone, text: &str) -> String {
    let style = match tone {
        Tone::Strong => Style::new().bold(),
        Tone::Good => AnsiColor::Green.on_default(),
        Tone::Warning => AnsiColor::Yellow.on_default(),
        Tone::Bad => AnsiColor::Red.on_default(),
        Tone::Faint => Style::new().dimmed(),
    };
    format!("{style}{text}{style:#}")
}

/// The summary for programs.
pub fn summary(findings: &Findings) -> String {
    report::json::summary(findings, VERSION)
}

/// Writes the result folder and returns the paths.
pub fn write(
    folder: &Path,
    findings: &Findings,
    resolved: &str,
    run_json: &str,
    force: bool,
) -> Result<Vec<PathBuf>, Failure> {
    write_files(folder, &folder::files(findings, VERSION, resolved, run_json), force)
}

/// Writes the folder of a drill and returns the paths.
pub fn write_drill(
    folder: &Path,
    findings: &DrillFindings,
    resolved: &str,
    run_json: &str,
    force: bool,
) -> Result<Vec<PathBuf>, Failure> {
    write_files(folder, &report::drill::files(findings, VERSION, resolved, run_json), force)
}

/// A drill for people.
pub fn drill_text(findings: &DrillFindings) -> String {
    report::drill::summary(findings, paint)
}

/// A drill for programs.
pub fn drill_json(findings: &DrillFindings) -> String {
    report::drill::tables::json(findings, VERSION)
}

/// Writes the folder of a sweep and returns the paths.
pub fn write_sweep(
    folder: &Path,
    findings: &SweepFindings,
    resolved: &str,
    run_json: &str,
    force: bool,
) -> Result<Vec<PathBuf>, Failure> {
    write_files(folder, &report::sweep::files(findings, VERSION, resolved, run_json), force)
}

/// A sweep for people.
pub fn sweep_text(findings: &SweepFindings) -> String {
    report::sweep::summary(findings, paint)
}

/// A sweep for programs.
pub fn sweep_json(findings: &SweepFindings) -> String {
    report::sweep::json(findings, VERSION)
}

/// Opens the journal of a sweep; with the designs that are finished.
pub fn sweep_journal(folder: &Path, head: &Head, force: bool) -> Result<(Journal, Vec<Row>), Failure> {
    Journal::open(folder, head, force).map_err(|error| match &error {
        JournalError::Other { .. } => Failure::usage(error.to_string())
            .help("give the command of then to go on with it, name another folder with `--output`, or add `--force` to start over"),
        JournalError::Busy(_) => Failure::usage(error.to_string()).help("wait for it, or name another folder with `--output`"),
        JournalError::Io { .. } => Failure::failed(error.to_string()),
    })
}

/// Writes the folder of a comparison and returns the paths.
pub fn write_compare(
    folder: &Path,
    compared: &Compared,
    resolved: &[String],
    run_json: &str,
    force: bool,
) -> Result<Vec<PathBuf>, Failure> {
    write_files(folder, &report::compare::files(compared, VERSION, resolved, run_json), force)
}

/// A comparison for people.
pub fn compare_text(compared: &Compared) -> String {
    report::compare::summary(compared, paint)
}

/// A comparison for programs.
pub fn compare_json(compared: &Compared) -> String {
    report::compare::json(compared, VERSION)
}

/// Searches the designs that a scenario offers; `progress` hears the number of trials finished.
pub fn optimise(
    source: &Source,
    overrides: &[String],
    search: &Search,
    progress: &(dyn Fn(u64) + Sync),
    cancel: &AtomicBool,
) -> Result<OptimiseFindings, Failure> {
    let overrides: Result<Vec<Override>, String> = overrides.iter().map(|text| text.parse()).collect();
    let overrides = overrides.map_err(Failure::usage)?;
    optimise::optimise(source, &overrides, search, progress, cancel).map_err(|error| match error {
        OptimiseError::Invalid(problems) => Failure::invalid(Problems::of(&problems)),
        OptimiseError::NoChoice | OptimiseError::NoneValid { .. } => Failure::usage(error.to_string()),
        OptimiseError::Run(error) => Failure::failed(error.to_string()),
    })
}

/// Simulates single changes that may keep what `findings` say is missed, on the same trials.
pub fn recommend(
    source: &Source,
    overrides: &[String],
    findings: &Findings,
    threads: usize,
    cancel: &AtomicBool,
) -> Result<Advice, Failure> {
    let overrides: Result<Vec<Override>, String> = overrides.iter().map(|text| text.parse()).collect();
    let overrides = overrides.map_err(Failure::usage)?;
    let draft = Draft::read(source).map_err(|problems| Failure::invalid(Problems::of(&problems)))?;
    recommend::recommend(&draft, &overrides, findings, (findings.trials, threads), &|_| (), cancel)
        .map_err(|error| Failure::failed(error.to_string()))
}

/// Recommendations for people.
pub fn advice_text(advice: &Advice) -> String {
    report::advice::text(advice, paint)
}

/// Writes the folder of an optimisation and returns the paths.
pub fn write_optimise(
    folder: &Path,
    found: &OptimiseFindings,
    run_json: &str,
    force: bool,
) -> Result<Vec<PathBuf>, Failure> {
    write_files(folder, &report::optimise::files(found, VERSION, run_json), force)
}

/// An optimisation for people.
pub fn optimise_text(found: &OptimiseFindings) -> String {
    report::optimise::summary(found, paint)
}

/// An optimisation for programs.
pub fn optimise_json(found: &OptimiseFindings) -> String {
    report::optimise::json(found, VERSION)
}

fn write_files(folder: &Path, files: &[(String, String)], force: bool) -> Result<Vec<PathBuf>, Failure> {
    folder::write(folder, files, force).map_err(|error| match error {
        WriteError::Foreign(_) => Failure::usage(error.to_string()),
        WriteError::Name(_) | WriteError::Io { .. } => Failure::failed(error.to_string()),
    })
}

//! `drsim merge`: the parts of one study put together, with the same bits as if it had been run in one.

use super::args::TEMPLATE;
use super::exit::{Exit, Failure};
use super::outcome::{self, Host, Show};
use super::terminal;
use super::wire::{self, Loaded, Outcomes, Plan, Shard};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Arguments of `merge`.
#[derive(clap::Args, Debug)]
#[command(
    help_template = TEMPLATE,
    before_help = "Examples:
  drsim run pay.toml --trials 1e6 --shard 1/2 -o part-1.json    here
  drsim run pay.toml --trials 1e6 --shard 2/2 -o part-2.json    and elsewhere
  drsim merge part-1.json part-2.json\n\n"
)]
pub struct Args {
    /// All parts of one study, in any order
    #[arg(required = true, value_name = "FILE")]
    parts: Vec<PathBuf>,
    #[command(flatten)]
    pub show: Show,
}

/// What `run --shard` writes: the outcomes, and all that is needed to tell whether parts belong together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Part {
    drsim_version: String,
    file: String,
    scenario: String,
    scenario_hash: String,
    seed: u64,
    trials: u64,
    shard: Shard,
    resolved: String,
    outcomes: Outcomes,
}

impl Part {
    /// Part `shard` of a plan.
    pub fn new(file: String, loaded: &Loaded, plan: &Plan, shard: Shard, outcomes: Outcomes) -> Self {
        Self {
            drsim_version: env!("CARGO_PKG_VERSION").to_owned(),
            file,
            scenario: loaded.scenario.name.clone(),
            scenario_hash: loaded.scenario.hash.clone(),
            seed: plan.seed,
            trials: plan.trials,
            shard,
            resolved: loaded.resolved.clone(),
            outcomes,
        }
    }

    /// Writes the part to a sibling first, so that a broken run leaves no half a file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string(self).map_err(|error| Failure::at(path, &error))?;
        let mut sibling = path.as_os_str().to_owned();
        sibling.push(".part");
        std::fs::write(&sibling, text)
            .and_then(|()| std::fs::rename(&sibling, path))
            .map_err(|error| Failure::at(path, &error))
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::at(path, &error))?;
        serde_json::from_str(&text).map_err(|error| {
            Failure::usage(format!("`{}` is not a part of a study: {error}", path.display()))
                .help("parts are written by `drsim run --shard I/K -o FILE`")
        })
    }

    /// What must be the same in all parts of a study.
    fn study(&self) -> (&str, &str, u64, u64, u64) {
        (&self.drsim_version, &self.scenario_hash, self.seed, self.trials, self.shard.count)
    }
}

/// Puts the parts together and shows the result as `run` does.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let host = Host::begins();
    let mut parts = args.parts.iter().map(|path| Part::read(path)).collect::<Result<Vec<_>, _>>()?;
    parts.sort_by_key(|part| part.shard.index);
    complete(&parts)?;
    let first = parts[0].clone();
    let folder = args.show.folder(&first.scenario, false);
    args.show.refuse_foreign(&folder)?;
    let loaded = wire::load_text(&first.file, &first.resolved, &[])?;
    let mut scenario = Arc::unwrap_or_clone(loaded.scenario);
    scenario.hash = first.scenario_hash;
    let scenario = Arc::new(scenario);
    let threads = parts.len();
    let outcomes = wire::merge(parts.into_iter().map(|part| part.outcomes).collect())?;
    let plan = Plan { trials: first.trials, seed: first.seed, threads, until: None, shard: None };
    let findings = wire::findings(&scenario, &plan, &outcomes)?;
    outcome::deliver(&findings, &first.resolved, &plan, &host, &args.show, false)?;
    if !args.show.json {
        outcome::suggest(&findings, &first.file, &folder);
    }
    Ok(outcome::exit_of(&findings, args.show.strict, false))
}

/// Refuses parts of different studies, parts given twice and parts that are missing. `parts` ascend by index.
fn complete(parts: &[Part]) -> Result<(), Failure> {
    let first = &parts[0];
    if let Some(other) = parts.iter().find(|part| part.study() != first.study()) {
        let (one, two) = (first.shard.index, other.shard.index);
        return Err(Failure::usage(format!("parts {one} and {two} are not of the same study"))
            .help("scenario, seed, trials, number of parts and version of drsim must be the same"));
    }
    if let Some(twice) = parts.windows(2).find(|pair| pair[0].shard.index == pair[1].shard.index) {
        return Err(Failure::usage(format!("part {} is given twice", twice[0].shard.index)));
    }
    let given = |index: &u64| parts.binary_search_by_key(index, |part| part.shard.index).is_ok();
    if let Some(missing) = (1..=first.shard.count).find(|index| !given(index)) {
        return Err(Failure::usage(format!("part {missing} of {} is missing", first.shard.count)));
    }
    terminal::note(&format!("merging {} parts of `{}`", parts.len(), first.scenario));
    Ok(())
}

//! `drsim merge`: the parts of one study put together, with the same bits as if it had been run in one.

use super::args::TEMPLATE;
use super::exit::{Exit, Failure};
use super::outcome::{self, Host, Show};
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

/// What `run --shard` writes: the outcomes, and the scenario they are of.
#[derive(Debug, Serialize, Deserialize)]
pub struct Part {
    study: Study,
    shard: Shard,
    outcomes: Outcomes,
}

/// What all parts of a study share.
#[derive(Debug, Serialize, Deserialize)]
struct Study {
    file: String,
    scenario: String,
    scenario_hash: String,
    seed: u64,
    trials: u64,
    resolved: String,
}

impl Part {
    /// Part `shard` of a plan.
    pub fn new(file: String, loaded: &Loaded, plan: &Plan, shard: Shard, outcomes: Outcomes) -> Self {
        let study = Study {
            file,
            scenario: loaded.scenario.name.clone(),
            scenario_hash: loaded.scenario.hash.clone(),
            seed: plan.seed,
            trials: plan.trials,
            resolved: loaded.resolved.clone(),
        };
        Self { study, shard, outcomes }
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
        let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Failure::usage(format!("no such file `{}`", path.display()))
                .help("parts are written by `drsim run --shard I/K -o FILE`"),
            _ => Failure::at(path, &error),
        })?;
        serde_json::from_str(&text).map_err(|error| {
            Failure::usage(format!("`{}` is not a part of a study: {error}", path.display()))
                .help("parts are written by `drsim run --shard I/K -o FILE`")
        })
    }
}

/// Puts the parts together and shows the result as `run` does.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let host = Host::begins();
    let parts = args.parts.iter().map(|path| Part::read(path)).collect::<Result<Vec<_>, _>>()?;
    let (mut studies, outcomes): (Vec<_>, Vec<_>) = parts.into_iter().map(|part| (part.study, part.outcomes)).unzip();
    let outcomes = wire::merge(outcomes)?;
    // They are of one study now, so the first one speaks for all.
    let study = studies.swap_remove(0);
    let folder = args.show.folder(&study.scenario, false);
    args.show.refuse_foreign(&folder)?;
    let loaded = wire::load_text(&study.file, &study.resolved, Path::new(&study.file).parent(), &[])?;
    let mut scenario = Arc::unwrap_or_clone(loaded.scenario);
    scenario.hash = study.scenario_hash;
    let plan =
        Plan { trials: study.trials, seed: study.seed, threads: 1, until: None, most: study.trials, shard: None };
    let findings = wire::findings(&Arc::new(scenario), &outcomes);
    outcome::deliver(&findings, &study.resolved, &plan, &host, &args.show, false)?;
    if !args.show.json {
        outcome::suggest(&findings, &study.file, &folder);
    }
    Ok(outcome::exit_of(&findings, args.show.strict, false))
}

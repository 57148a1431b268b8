//! `drsim optimise`: the cheapest design that keeps every promise.

use super::args::TEMPLATE;
use super::exit::{Exit, Failure};
use super::inputs;
use super::outcome::{Host, Show};
use super::progress::{self, Progress};
use super::study::count;
use super::{terminal, wire};
use drsim::study::optimise::{OptimiseFindings, Search};
use std::path::PathBuf;

/// Arguments of `optimise`.
#[derive(clap::Args, Debug)]
#[command(
    help_template = TEMPLATE,
    before_help = "Examples:
  drsim optimise shop.toml                         the best of what `[choices]` offers
  drsim optimise shop.toml --trials 1e5            more trials for designs that are close to each other
  drsim optimise shop.toml --set requirements.confidence='99 %'
  drsim optimise shop.toml --json > answer.json\n\n"
)]
pub struct Args {
    /// A scenario file with `[choices]`, or `-` for standard input
    #[arg(value_name = "FILE|-")]
    input: Option<PathBuf>,
    /// Most trials of one design [default: 16 times those of the scenario]
    #[arg(long, short = 'n', env = "DRSIM_TRIALS", value_parser = count, value_name = "N")]
    trials: Option<u64>,
    /// Seed of every random stream [default: from the scenario]
    #[arg(long, env = "DRSIM_SEED", value_parser = clap::value_parser!(u64), value_name = "S")]
    seed: Option<u64>,
    /// Threads; the answer does not depend on them [default: all cores]
    #[arg(long, env = "DRSIM_THREADS", value_parser = clap::value_parser!(u16).range(1..=1024), value_name = "T")]
    threads: Option<u16>,
    /// Let trials alone decide: no closed form discards a design or settles a promise
    #[arg(long)]
    no_formulas: bool,
    /// Override a field in all designs, `--set horizon='5 years'`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,
    #[command(flatten)]
    pub show: Show,
}

/// Searches, writes the folder, prints the answer.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let host = Host::begins();
    let input = match &args.input {
        Some(argument) => match inputs::expand(argument)? {
            (mut inputs, false) => inputs.remove(0),
            (_, true) => return Err(Failure::usage("an optimisation is of one scenario, not of a folder")),
        },
        None => inputs::standard_unless_terminal().ok_or_else(|| super::help_of("optimise"))?,
    };
    let source = input.source()?;
    let loaded = wire::load(&source, &args.overrides)?;
    if let Some(warnings) = &loaded.warnings {
        terminal::note(&warnings.text);
    }
    if loaded.scenario.choices.is_empty() {
        return Err(Failure::usage("the scenario offers nothing to choose").help(
            "add what may be chosen: `[choices]` with lines such as `\"services.NAME.replicas.PLACE\" = [1, 2, 3]`",
        ));
    }
    let folder = args.show.folder(&format!("{}-optimise", loaded.scenario.name), false);
    args.show.refuse_foreign(&folder)?;
    let cancel = progress::cancel_on_interrupt();
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let threads = args.threads.map_or_else(cores, usize::from);
    let search = Search { cap: args.trials, seed: args.seed, threads, formulas: !args.no_formulas, front: true };
    // How many trials it takes is what the search finds out.
    let progress = Progress::counting();
    let found = wire::optimise(&source, &args.overrides, &search, &|done| progress.reached(done), &cancel)?;
    drop(progress);
    let trials = found.counts.trials + found.counts.front_trials;
    let written = wire::write_optimise(&folder, &found, &host.facts(threads, trials), args.show.force)?;
    if args.show.json {
        terminal::result(&wire::optimise_json(&found))?;
    } else {
        terminal::result(&wire::optimise_text(&found))?;
        terminal::note(&format!("wrote {} ({} files), start with optimise.md", folder.display(), written.len()));
        let next = if found.chosen.is_some() { "chosen.toml" } else { "nearest.toml" };
        terminal::next(&format!("drsim run {}", folder.join(next).display()));
    }
    Ok(exit_of(&found, args.show.strict))
}

fn exit_of(found: &OptimiseFindings, strict: bool) -> Exit {
    if found.interrupted {
        Exit::Interrupted
    } else if strict && found.chosen.is_none() {
        Exit::Missed
    } else {
        Exit::Done
    }
}

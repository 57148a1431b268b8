//! `drsim compare`: several designs on the same failures.

use super::args::TEMPLATE;
use super::clock::Stopwatch;
use super::exit::{Exit, Failure};
use super::inputs::{self, Input};
use super::outcome::{Host, Show};
use super::progress::{self, Cancel, Progress};
use super::study::{self, Effort};
use super::wire::{self, Loaded, Plan, Until};
use super::{effort, explain, terminal};
use drsim::metric::WatchError;
use drsim::montecarlo::{PairedOutcomes, PairedPlan};
use drsim::quantity::words::count as count_in_words;
use drsim::study::compare::{Candidate, CompareError, Compared, Comparison, PreciseDifference};
use drsim::study::{Judgement, Stopped};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// With `--until`: most trials, as a multiple of those planned.
const MOST: u64 = 50;

/// Most names that are listed where none is near.
const SHOWN: usize = 25;

/// Arguments of `compare`.
#[derive(clap::Args, Debug)]
#[command(
    help_template = TEMPLATE,
    before_help = "Examples:
  drsim compare before.toml after.toml
  drsim compare cheap.toml middle.toml dear.toml --trials 1e5     three designs, differences to the first
  drsim compare scenarios/designs                   every scenario below a folder
  drsim compare a.toml b.toml --metric unavailability --metric datasets.orders.rpo_met_share
  drsim compare a.toml b.toml --until services.pay.unavailability=20%   as many trials as that takes\n\n"
)]
pub struct Args {
    /// Scenario files, the baseline first; a folder is every scenario below it
    #[arg(value_name = "FILE|DIR|-", required = true)]
    inputs: Vec<PathBuf>,
    #[command(flatten)]
    effort: Effort,
    /// Compare this [default: outages, recovery, data loss and promises of what all designs have]; may be repeated
    #[arg(long = "metric", value_name = "METRIC")]
    metrics: Vec<String>,
    /// Stop when half the paired interval of every difference in a metric is within this share of the difference
    #[arg(long, value_parser = study::until, value_name = "METRIC=SHARE")]
    until: Option<Until>,
    /// Most trials that `--until` may run [default: 50 times the trials]
    #[arg(long, value_parser = study::count, value_name = "N")]
    trial_limit: Option<u64>,
    /// Override a field in all designs, `--set horizon='5 years'`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,
    #[command(flatten)]
    pub show: Show,
}

/// Compares, writes the folder, prints the tables.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let host = Host::begins();
    if let Some(until) = &args.until {
        study::known_metric(until)?;
    }
    let mut inputs = Vec::new();
    for argument in &args.inputs {
        inputs.extend(inputs::expand(argument)?.0);
    }
    refuse_doubles(&inputs)?;
    let loaded = inputs.iter().map(|input| input.load(&args.overrides)).collect::<Result<Vec<_>, _>>()?;
    let comparison = comparison(args, &inputs, &loaded)?;
    // Only of designs that can be compared: a refusal should stand alone.
    for warnings in loaded.iter().filter_map(|loaded| loaded.warnings.as_ref()) {
        terminal::note(&warnings.text);
    }
    let folder = args.show.folder(&format!("{}-compare", loaded[0].scenario.name), false);
    args.show.refuse_foreign(&folder)?;
    let plan = args.effort.plan(&loaded[0]);
    let cancel = progress::cancel_on_interrupt();
    let outcomes = trials(args, &comparison, &plan, &cancel)?;
    let compared = comparison.conclude(&outcomes);
    let resolved: Vec<String> = loaded.iter().map(|loaded| loaded.resolved.clone()).collect();
    let facts = host.facts(plan.threads, compared.trials);
    let written = wire::write_compare(&folder, &compared, &resolved, &facts, args.show.force)?;
    if args.show.json {
        terminal::result(&wire::compare_json(&compared))?;
    } else {
        terminal::result(&wire::compare_text(&compared))?;
        terminal::note(&format!("wrote {} ({} files), start with compare.md", folder.display(), written.len()));
        if compared.stopped == Stopped::Interrupted {
            terminal::note(&format!("interrupted: {} trials were finished and are in the result", compared.trials));
        }
        terminal::next(&format!("open {}", folder.join("compare.md").display()));
    }
    Ok(exit_of(&compared, args.show.strict))
}

/// The same file twice is a slip of the hand, whatever way it was written.
fn refuse_doubles(inputs: &[Input]) -> Result<(), Failure> {
    let place = |input: &Input| match input {
        Input::File(path) => std::fs::canonicalize(path).unwrap_or_else(|_| path.clone()),
        Input::Standard => PathBuf::from("-"),
    };
    for (nth, input) in inputs.iter().enumerate() {
        if inputs[..nth].iter().any(|earlier| place(earlier) == place(input)) {
            return Err(Failure::usage(format!("`{}` is given twice", input.name()))
                .help("name each design once; a variant can be laid over it with `base`"));
        }
    }
    Ok(())
}

/// What is compared, or why it cannot be.
fn comparison(args: &Args, inputs: &[Input], loaded: &[Loaded]) -> Result<Comparison, Failure> {
    let names = names(inputs, loaded);
    let candidates = || {
        let pairs = names.iter().zip(loaded);
        pairs
            .map(|(name, loaded)| Candidate { name: name.clone(), scenario: Arc::clone(&loaded.scenario) })
            .collect::<Vec<_>>()
    };
    let comparison = Comparison::new(candidates(), &args.metrics).map_err(|error| refused(&error))?;
    // What ends the run is watched too.
    let Some(until) = args.until.as_ref().filter(|until| !comparison.has(&until.metric)) else {
        return Ok(comparison);
    };
    let mut keys: Vec<String> = comparison.paths().map(str::to_owned).collect();
    keys.push(until.metric.clone());
    Comparison::new(candidates(), &keys).map_err(|error| refused(&error))
}

/// What designs are called: by their scenarios, or by their files where those have the same name.
fn names(inputs: &[Input], loaded: &[Loaded]) -> Vec<String> {
    let named: Vec<&str> = loaded.iter().map(|loaded| loaded.scenario.name.as_str()).collect();
    let alone = |name: &str| named.iter().filter(|other| **other == name).count() == 1;
    let file = |input: &Input| match input {
        Input::File(path) => path.with_extension("").display().to_string(),
        Input::Standard => input.name(),
    };
    let pairs = inputs.iter().zip(&named);
    pairs.map(|(input, name)| if alone(name) { (*name).to_owned() } else { file(input) }).collect()
}

/// Says what is wrong, and what a slip of the hand may have meant.
fn refused(error: &CompareError) -> Failure {
    let failure = Failure::usage(error.to_string());
    let near = match error {
        CompareError::Unknown { key } => {
            explain::nearest(key, wire::metrics().iter().map(|(_, about)| about.key)).first().map(ToString::to_string)
        }
        CompareError::Metric { error: WatchError::Metric { key, known, .. }, .. } => {
            explain::nearest(key, known.iter().copied()).first().map(ToString::to_string)
        }
        CompareError::Metric { error: WatchError::Subject { name, known, .. }, .. } => {
            match explain::nearest(name, known.iter().map(String::as_str)).first() {
                None if (1..=SHOWN).contains(&known.len()) => {
                    return failure.help(format!("there is `{}`", known.join("`, `")));
                }
                near => near.map(ToString::to_string),
            }
        }
        CompareError::Metric { .. }
        | CompareError::TooFew
        | CompareError::Twice { .. }
        | CompareError::Named { .. }
        | CompareError::Differ { .. }
        | CompareError::NothingInCommon => None,
    };
    match near {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(error.help()),
    }
}

/// Runs the trials of all designs: says how long that will take, shows a bar, and listens for Ctrl-C.
fn trials(args: &Args, comparison: &Comparison, plan: &Plan, cancel: &Cancel) -> Result<PairedOutcomes, Failure> {
    let until =
        args.until.as_ref().map(|until| PreciseDifference { metric: until.metric.clone(), within: until.within });
    let most = match until {
        Some(_) => args.trial_limit.unwrap_or_else(|| plan.trials.saturating_mul(MOST)).max(plan.trials),
        None => plan.trials,
    };
    let run = |plan_of: PairedPlan, until: Option<&PreciseDifference>, progress: &(dyn Fn(u64) + Sync)| {
        let ran = comparison.simulate(plan.seed, &plan_of, until, progress, cancel);
        ran.map_err(|error| Failure::usage(error.to_string()))
    };
    let per_trial = effort::pilot(most, |size| {
        let watch = Stopwatch::start();
        run(PairedPlan { trials: size, most: size, threads: 1 }, None, &|_| ()).map(|_| watch.seconds())
    })?;
    if let Some(per_trial) = per_trial {
        let seconds = per_trial * most as f64 / plan.threads as f64;
        let bound = if until.is_some() { "at most " } else { "" };
        let words = format!(
            "{} trials of {} designs take {bound}{}",
            count_in_words(most),
            comparison.candidates().len(),
            effort::in_words(seconds)
        );
        if seconds > effort::LONG && !args.show.force {
            return Err(Failure::usage(words).help("ask for fewer trials, or add `--force`"));
        }
        if seconds > effort::ANNOUNCED {
            terminal::note(&words);
        }
    }
    let progress = Progress::over(most);
    let outcomes = run(PairedPlan { trials: plan.trials, most, threads: plan.threads }, until.as_ref(), &|done| {
        progress.reached(done);
    })?;
    drop(progress);
    if outcomes.fold.trials == 0 && cancel.load(Ordering::Relaxed) {
        let message = "no 32 trials were finished, nothing is written";
        return Err(Failure { exit: Exit::Interrupted, ..Failure::failed(message) });
    }
    Ok(outcomes)
}

/// How a comparison ends the command.
fn exit_of(compared: &Compared, strict: bool) -> Exit {
    let mut verdicts = compared.contenders.iter().flat_map(|contender| &contender.findings.verdicts);
    let missed = verdicts.any(|verdict| verdict.judgement == Judgement::Missed);
    if compared.stopped == Stopped::Interrupted {
        Exit::Interrupted
    } else if strict && missed {
        Exit::Missed
    } else {
        Exit::Done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(name: &str) -> Loaded {
        let text = format!("format = 1\nname = \"{name}\"\nhorizon = \"30 days\"\n");
        wire::load_text("t.toml", &text, None, &[]).unwrap()
    }

    #[test]
    fn designs_of_one_name_are_called_by_their_files() {
        let inputs = ["a/pay.toml", "b/pay.toml", "c/web.toml"].map(|path| Input::File(path.into()));
        let found = names(&inputs, &[loaded("pay"), loaded("pay"), loaded("web")]);
        assert_eq!(found, ["a/pay", "b/pay", "web"]);
    }

    #[test]
    fn a_file_is_not_compared_with_itself() {
        let twice = [Input::File("x/../t.toml".into()), Input::Standard, Input::Standard];
        assert!(refuse_doubles(&twice[..2]).is_ok());
        assert_eq!(refuse_doubles(&twice).unwrap_err().exit, Exit::Usage);
    }
}

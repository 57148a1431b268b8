//! `drsim trace`: one trial told event by event.

use super::args::TEMPLATE;
use super::exit::{Exit, Failure};
use super::study::{self, Effort};
use super::{inputs, progress, terminal, wire};
use drsim::study::Which;
use serde_json::json;
use std::path::PathBuf;

/// Arguments of `trace`.
#[derive(clap::Args, Debug)]
#[command(
    help_template = TEMPLATE,
    before_help = "Examples:
  drsim trace pay.toml --trial worst    the trial with most downtime
  drsim trace pay.toml --trial 17       as numbered in trials.csv\n\n"
)]
pub struct Args {
    /// A scenario file, or `-` for standard input
    #[arg(value_name = "FILE|-")]
    input: Option<PathBuf>,
    /// Which trial: its number, or the median, p95 or worst one by downtime
    #[arg(long, default_value = "worst", value_parser = chosen, value_name = "N|median|p95|worst")]
    trial: Chosen,
    #[command(flatten)]
    effort: Effort,
    /// Override a field, `--set services.pay.replicas.sh-a=4`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Which trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Chosen {
    Number(u64),
    Rank(Which),
}

fn chosen(text: &str) -> Result<Chosen, String> {
    match text {
        "median" => Ok(Chosen::Rank(Which::Median)),
        "p95" => Ok(Chosen::Rank(Which::P95)),
        "worst" => Ok(Chosen::Rank(Which::Worst)),
        number => number.parse().map(Chosen::Number).map_err(|_| "use a number, median, p95 or worst".to_owned()),
    }
}

/// Runs the trial with the trace on; a rank needs a whole study first.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let input = match &args.input {
        Some(argument) => match inputs::expand(argument)? {
            (mut inputs, false) => inputs.remove(0),
            (_, true) => return Err(Failure::usage("a trace is of one scenario, not of a folder")),
        },
        None => inputs::standard_unless_terminal().ok_or_else(|| super::help_of("trace"))?,
    };
    let loaded = input.load(&args.overrides)?;
    if let Some(warnings) = &loaded.warnings {
        terminal::note(&warnings.text);
    }
    let plan = args.effort.plan(&loaded);
    let trace = match args.trial {
        Chosen::Number(trial) => wire::trace(&loaded.scenario, plan.seed, trial),
        Chosen::Rank(which) => {
            let outcomes = study::trials(&loaded, &plan, false, &progress::cancel_on_interrupt())?;
            let findings = wire::findings(&loaded.scenario, &outcomes);
            let found = findings.chosen.into_iter().find(|trial| trial.which == which);
            found.ok_or_else(|| Failure::failed("no trial was chosen"))?.trace
        }
    };
    if args.json {
        let happenings = wire::trace_json(&loaded.scenario, &trace);
        terminal::json(&json!({
            "scenario": loaded.scenario.name,
            "scenario_hash": loaded.scenario.hash,
            "seed": plan.seed,
            "trial": trace.trial,
            "dropped": trace.dropped,
            "events": happenings,
        }))?;
    } else {
        terminal::result(&wire::trace_text(&loaded.scenario, &trace))?;
        terminal::next("drsim explain attribution");
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_is_named_by_number_or_rank() {
        assert_eq!(chosen("17"), Ok(Chosen::Number(17)));
        assert_eq!(chosen("p95"), Ok(Chosen::Rank(Which::P95)));
        assert!(chosen("best").is_err());
    }
}

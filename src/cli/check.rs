//! `drsim check`: are these scenarios valid, and if not, what would be right.

use super::args::TEMPLATE;
use super::exit::{Exit, Failure};
use super::wire::Loaded;
use super::{inputs, terminal};
use serde_json::json;
use std::path::PathBuf;

/// Arguments of `check`.
#[derive(clap::Args, Debug)]
#[command(
    help_template = TEMPLATE,
    before_help = "Examples:
  drsim check pay.toml
  drsim check scenarios --json           every scenario below a folder, as one JSON document
  cat pay.toml | drsim check -\n\n"
)]
pub struct Args {
    /// Scenario files, folders with everything below them, or `-` for standard input
    #[arg(value_name = "FILE|DIR|-")]
    inputs: Vec<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// Override a field, `--set services.pay.replicas.sh-a=4`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,
}

/// Checks them all, the worst ending counts.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let mut inputs = Vec::new();
    let mut worst = Exit::Done;
    let mut files = Vec::new();
    for argument in &args.inputs {
        match inputs::expand(argument) {
            Ok((found, _)) => inputs.extend(found),
            // One name mistyped does not keep the other files from being checked.
            Err(failure) => {
                worst = worst.max(failure.exit);
                if args.json {
                    files.push(json!({ "file": argument.display().to_string(), "valid": false, "diagnostics": null, "message": failure.message }));
                } else {
                    terminal::complain(&failure);
                }
            }
        }
    }
    if args.inputs.is_empty() {
        inputs.push(inputs::standard_unless_terminal().ok_or_else(|| super::help_of("check"))?);
    }
    let mut first_valid = None;
    for input in &inputs {
        let name = input.name();
        match input.load(&args.overrides) {
            Ok(loaded) => {
                first_valid.get_or_insert_with(|| name.clone());
                let warnings = loaded.warnings.as_ref();
                if args.json {
                    let diagnostics = warnings.map_or_else(|| json!([]), |warnings| warnings.json.clone());
                    files.push(json!({ "file": name, "valid": true, "diagnostics": diagnostics }));
                } else {
                    if let Some(warnings) = warnings {
                        terminal::note(&warnings.text);
                    }
                    terminal::result(&format!("{name}: valid: {}", contents(&loaded)))?;
                }
            }
            Err(failure) => {
                worst = worst.max(failure.exit);
                if args.json {
                    let diagnostics = failure.problems.as_ref().map(|problems| problems.json.clone());
                    let message = (!failure.message.is_empty()).then_some(&failure.message);
                    files.push(json!({ "file": name, "valid": false, "diagnostics": diagnostics, "message": message }));
                } else {
                    terminal::complain(&failure);
                    terminal::result(&format!("{name}: not valid"))?;
                }
            }
        }
    }
    if args.json {
        terminal::json(&json!({ "valid": worst == Exit::Done, "files": files }))?;
    } else if let (Exit::Done, Some(name)) = (worst, first_valid) {
        terminal::next(&format!("drsim run {name}"));
    }
    Ok(worst)
}

/// What a scenario holds, in one line.
fn contents(loaded: &Loaded) -> String {
    let scenario = &loaded.scenario;
    let count = |number: usize, one: &str, many: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        number => Some(format!("{number} {many}")),
    };
    [
        count(scenario.services.len(), "service", "services"),
        count(scenario.unit_count(), "unit that can fail", "units that can fail"),
        count(scenario.plants.len(), "piece of plant", "pieces of plant"),
        count(scenario.datasets.len(), "dataset", "datasets"),
        count(scenario.backups.len(), "backup", "backups"),
        count(scenario.threats.len(), "threat", "threats"),
        count(scenario.plans.len(), "recovery plan", "recovery plans"),
        count(scenario.expectations.len(), "expectation", "expectations"),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(", ")
}

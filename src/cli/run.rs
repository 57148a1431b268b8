//! `drsim run`: a scenario, or a folder of them, replayed many times.

use super::args::TEMPLATE;
use super::exit::{Exit, Failure};
use super::inputs::{self, Input};
use super::merge::Part;
use super::outcome::{self, Host, Show};
use super::progress::{self, Cancel};
use super::study::{self, Effort, Ending};
use super::terminal;
use super::wire::{self, Shard};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Arguments of `run`.
#[derive(clap::Args, Debug)]
#[command(
    help_template = TEMPLATE,
    before_help = "Examples:
  drsim run pay.toml
  drsim run pay.toml --trials 1e5 --set services.pay.replicas.sh-a=6
  drsim run pay.toml --until services.pay.unavailability=5%     as many trials as that takes
  drsim run pay.toml --recommend                    what would keep an objective that is missed
  drsim run scenarios --verify                      every scenario below a folder
  drsim run pay.toml --shard 2/8 -o part-2.json     one of eight parts, see `drsim merge`
  drsim run - --json < pay.toml\n\n"
)]
pub struct Args {
    /// A scenario file, a folder with everything below it, or `-` for standard input
    #[arg(value_name = "FILE|DIR|-")]
    input: Option<PathBuf>,
    #[command(flatten)]
    effort: Effort,
    #[command(flatten)]
    ending: Ending,
    /// Override a field, `--set services.pay.replicas.sh-a=4`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,
    /// Simulate single changes that may keep a missed objective, and tell up to three; takes as long as up to 32 more runs
    #[arg(long, conflicts_with = "shard")]
    recommend: bool,
    /// Run only part I of K; write it to the file of `--output` for `drsim merge`
    #[arg(long, value_parser = shard, value_name = "I/K", requires = "output", conflicts_with_all = ["until", "verify", "json"])]
    shard: Option<Shard>,
    #[command(flatten)]
    pub show: Show,
}

/// `2/8`.
fn shard(text: &str) -> Result<Shard, String> {
    let parsed = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
    match parsed {
        Some((index, count)) if 1 <= index && index <= count => Ok(Shard { index, count }),
        _ => Err("use I/K with I from 1 to K, such as 2/8".to_owned()),
    }
}

/// Runs them all, the worst ending counts.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    if let Some(until) = &args.ending.until {
        study::known_metric(until)?;
    }
    let (inputs, many) = match &args.input {
        Some(argument) => inputs::expand(argument)?,
        None => (vec![inputs::standard_unless_terminal().ok_or_else(|| super::help_of("run"))?], false),
    };
    let cancel = progress::cancel_on_interrupt();
    match (inputs.as_slice(), args.shard) {
        (_, Some(_)) if many => Err(Failure::usage("`--shard` takes one scenario, not a folder")),
        ([input], Some(shard)) => run_shard(input, shard, args, &cancel),
        ([input], None) if !many => Ok(run_one(input, args, false, &mut BTreeSet::new(), &cancel)?.exit),
        _ => run_many(&inputs, args, &cancel),
    }
}

/// What is left of one study when it is one of several.
struct Ran {
    exit: Exit,
    line: String,
    summary: String,
}

fn run_one(
    input: &Input,
    args: &Args,
    many: bool,
    folders: &mut BTreeSet<PathBuf>,
    cancel: &Cancel,
) -> Result<Ran, Failure> {
    let host = Host::begins();
    let source = input.source()?;
    let loaded = wire::load(&source, &args.overrides)?;
    if let Some(warnings) = &loaded.warnings {
        terminal::note(&warnings.text);
    }
    let folder = args.show.folder(&loaded.scenario.name, many);
    args.show.refuse_foreign(&folder)?;
    if !folders.insert(folder.clone()) {
        return Err(Failure::usage(format!("another scenario is called `{}` too", loaded.scenario.name))
            .help("give each a `name` of its own: it names the output folder"));
    }
    let plan = args.effort.plan(&loaded);
    let (findings, plan) = study::study(&loaded, plan, &args.ending, args.show.force, cancel)?;
    outcome::deliver(&findings, &loaded.resolved, &plan, &host, &args.show, many)?;
    if args.recommend && !cancel.load(std::sync::atomic::Ordering::Relaxed) {
        let advice = wire::recommend(&source, &args.overrides, &findings, plan.threads, cancel)?;
        if args.show.json {
            terminal::note(&wire::advice_text(&advice));
        } else {
            terminal::result(&wire::advice_text(&advice))?;
        }
    }
    if !many && !args.show.json {
        outcome::suggest(&findings, &input.name(), &folder);
    }
    Ok(Ran {
        exit: outcome::exit_of(&findings, args.show.strict, args.ending.verify),
        line: outcome::line(&findings),
        summary: wire::summary(&findings),
    })
}

/// Runs one scenario after the other; one that fails does not keep the others from running.
fn run_many(inputs: &[Input], args: &Args, cancel: &Cancel) -> Result<Exit, Failure> {
    let mut worst = Exit::Done;
    let mut documents = Vec::new();
    let mut folders = BTreeSet::new();
    for input in inputs {
        let name = input.name();
        let ran = run_one(input, args, true, &mut folders, cancel);
        let exit = ran.as_ref().map_or_else(|failure| failure.exit, |ran| ran.exit);
        worst = worst.max(exit);
        let summary = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        match (ran, args.show.json) {
            (Ok(ran), true) => {
                documents.push(json!({ "file": name, "exit_code": exit.code(), "summary": summary(&ran.summary) }));
            }
            (Err(failure), true) => {
                let mut document = terminal::failure_json(&failure);
                document["file"] = name.into();
                document["exit_code"] = exit.code().into();
                documents.push(document);
            }
            (Ok(ran), false) => terminal::result(&format!("{:>3}  {}", exit.code(), ran.line))?,
            (Err(failure), false) => {
                terminal::complain(&failure);
                terminal::result(&format!("{:>3}  {name}: not run", exit.code()))?;
            }
        }
        if exit == Exit::Interrupted {
            break;
        }
    }
    if args.show.json {
        terminal::json(&json!({ "exit_code": worst.code(), "scenarios": documents }))?;
    } else if worst == Exit::Done {
        terminal::next("drsim explain verdict");
    } else {
        terminal::next(&format!("drsim explain exit-{}", worst.code()));
    }
    Ok(worst)
}

/// Runs a part and writes what `drsim merge` needs.
fn run_shard(input: &Input, shard: Shard, args: &Args, cancel: &Cancel) -> Result<Exit, Failure> {
    let path = args.show.output.as_deref().ok_or_else(|| Failure::usage("`--shard` needs `--output FILE`"))?;
    if path.exists() && !args.show.force {
        return Err(Failure::usage(format!("`{}` exists already", path.display()))
            .help("choose another file, or add `--force` to replace it"));
    }
    let loaded = input.load(&args.overrides)?;
    let plan = wire::Plan { shard: Some(shard), ..args.effort.plan(&loaded) };
    let outcomes = study::trials(&loaded, &plan, args.show.force, cancel)?;
    if cancel.load(std::sync::atomic::Ordering::Relaxed) {
        let message = "a part that is not whole cannot be merged, nothing is written";
        return Err(Failure { exit: Exit::Interrupted, ..Failure::failed(message) });
    }
    Part::new(input.name(), &loaded, &plan, shard, outcomes).write(path)?;
    terminal::result(&path.display().to_string())?;
    terminal::next(&format!("drsim merge, once all {} parts are there", shard.count));
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_from_one() {
        assert_eq!(shard("2/8"), Ok(Shard { index: 2, count: 8 }));
        for wrong in ["0/8", "9/8", "2", "a/b", "1/0"] {
            assert!(shard(wrong).is_err(), "{wrong}");
        }
    }
}

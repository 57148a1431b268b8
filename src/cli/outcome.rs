//! Shows and writes what a study found, and decides how the command ends.

use super::exit::{Exit, Failure};
use super::wire::{self, Plan};
use super::{clock, terminal};
use drsim::study::{Findings, Judgement, Stopped};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Where results go and how they are shown; shared by the commands that have some.
#[derive(clap::Args, Clone, Debug)]
pub struct Show {
    /// Folder to write [default: output/NAME]; of a folder of scenarios one folder each below it; with --shard a file
    #[arg(long, short, env = "DRSIM_OUTPUT", value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Replace a folder that is not an earlier result, and run for more than a day
    #[arg(long)]
    pub force: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// End with exit code 3 when an objective is missed
    #[arg(long)]
    pub strict: bool,
}

impl Show {
    /// The folder for a scenario of this name; `many` when it is one of several.
    pub fn folder(&self, name: &str, many: bool) -> PathBuf {
        match &self.output {
            Some(folder) if many => folder.join(name),
            Some(folder) => folder.clone(),
            None => Path::new("output").join(name),
        }
    }

    /// Refuses a folder with somebody else's files before hours are spent on trials.
    ///
    /// # Errors
    /// The folder holds files and is not an earlier result, or is a file.
    pub fn refuse_foreign(&self, folder: &Path) -> Result<(), Failure> {
        if folder.exists() && !folder.is_dir() {
            let what = if folder.is_file() { "a file" } else { "not a folder" };
            return Err(Failure::usage(format!("`{}` is {what}", folder.display())).help("name a folder"));
        }
        let holds_files = folder.read_dir().is_ok_and(|mut entries| entries.next().is_some());
        let mark = std::fs::read_to_string(folder.join("run.json")).unwrap_or_default();
        if holds_files && !self.force && !mark.contains("\"drsim_version\"") {
            return Err(Failure::usage(format!("`{}` holds files that are not a result", folder.display()))
                .help("name another folder with `--output`, or add `--force` to replace it"));
        }
        writable(folder)
    }
}

/// Refuses a folder that could not be written, by writing an empty file into the nearest folder that is there already.
fn writable(folder: &Path) -> Result<(), Failure> {
    let folder = std::path::absolute(folder).map_err(|error| Failure::at(folder, &error))?;
    let Some(there) = folder.ancestors().skip(1).find(|above| above.exists()) else { return Ok(()) };
    let probe = there.join(format!(".drsim-probe-{}", std::process::id()));
    match std::fs::File::create_new(&probe) {
        Ok(_) => std::fs::remove_file(&probe).map_err(|error| Failure::at(&probe, &error)),
        Err(error) => Err(Failure::failed(format!("cannot write to `{}`: {error}", there.display()))
            .help("name another folder with `--output`")),
    }
}

/// Facts of the machine and the moment; kept apart from the result, which does not depend on them.
#[derive(Clone, Debug)]
pub struct Host {
    started: String,
    watch: clock::Stopwatch,
}

impl Host {
    /// A run that begins now.
    pub fn begins() -> Self {
        Self { started: clock::now(), watch: clock::Stopwatch::start() }
    }

    /// `run.json`.
    fn json(&self, plan: &Plan, findings: &Findings) -> String {
        self.facts(plan.threads, findings.trials)
    }

    /// `run.json` of so many trials on so many threads.
    pub fn facts(&self, threads: usize, trials: u64) -> String {
        let seconds = self.watch.seconds();
        let facts = json!({
            "command": std::env::args().collect::<Vec<_>>(),
            "drsim_version": env!("CARGO_PKG_VERSION"),
            "started": self.started,
            "wall_time_s": seconds,
            "trials_per_s": trials as f64 / seconds,
            "threads": threads,
            "os": std::env::consts::OS,
            "architecture": std::env::consts::ARCH,
        });
        format!("{facts:#}\n")
    }
}

/// Writes the folder; prints the result unless it is one of several.
///
/// # Errors
/// The folder or standard output cannot be written.
pub fn deliver(
    findings: &Findings,
    resolved: &str,
    plan: &Plan,
    host: &Host,
    show: &Show,
    many: bool,
) -> Result<(), Failure> {
    let folder = show.folder(&findings.scenario.name, many);
    let run_json = host.json(plan, findings);
    let written = wire::write(&folder, findings, resolved, &run_json, show.force)?;
    if many {
        return Ok(());
    }
    if show.json {
        terminal::result(&wire::summary(findings))?;
    } else {
        terminal::result(&wire::text(findings))?;
    }
    terminal::note(&format!("wrote {} ({} files), start with report.md", folder.display(), written.len()));
    Ok(())
}

/// How a study ends the command.
pub fn exit_of(findings: &Findings, strict: bool, verify: bool) -> Exit {
    let missed = findings.verdicts.iter().any(|verdict| verdict.judgement == Judgement::Missed);
    let unmet = findings.expected.iter().any(|line| line.holds != Some(true));
    let disagrees = findings.checks.iter().any(|check| check.agrees == Some(false));
    let mut exit = Exit::Done;
    if strict && missed {
        exit = exit.max(Exit::Missed);
    }
    if verify && (unmet || disagrees) {
        exit = exit.max(Exit::Disagrees);
    }
    if findings.stopped == Stopped::Interrupted {
        exit = exit.max(Exit::Interrupted);
    }
    exit
}

/// One line for one of several scenarios.
pub fn line(findings: &Findings) -> String {
    let judged = |judgement| findings.verdicts.iter().any(|verdict| verdict.judgement == judgement);
    let verdict = if judged(Judgement::Missed) {
        "missed"
    } else if judged(Judgement::AtRisk) {
        "at risk"
    } else if judged(Judgement::Met) {
        "met"
    } else {
        "-"
    };
    let held = findings.expected.iter().filter(|line| line.holds == Some(true)).count();
    let agreed = findings.checks.iter().filter(|check| check.agrees == Some(true)).count();
    let open = findings.checks.iter().filter(|check| check.agrees.is_none()).count();
    let mut parts = vec![format!("{:<28} {verdict:<8}", findings.scenario.name)];
    parts.push(format!("{:>9} trials", findings.trials));
    if !findings.expected.is_empty() {
        let open = findings.expected.iter().filter(|line| line.holds.is_none()).count();
        let open = if open > 0 { format!(" ({open} inconclusive)") } else { String::new() };
        parts.push(format!("{held}/{} expectations hold{open}", findings.expected.len()));
    }
    if findings.checks.len() > open {
        parts.push(format!("{agreed}/{} closed forms agree", findings.checks.len() - open));
    }
    parts.join("  ")
}

/// Says what to try after a study, by how it ended.
pub fn suggest(findings: &Findings, file: &str, folder: &Path) {
    if findings.stopped == Stopped::Interrupted {
        terminal::note(&format!("interrupted: {} trials were finished and are in the result", findings.trials));
    }
    let troubled = findings.verdicts.iter().any(|verdict| verdict.judgement == Judgement::Missed);
    if troubled && file != "standard input" {
        terminal::next(&format!("drsim trace {file} --trial worst"));
    } else {
        terminal::next(&format!("open {}", folder.join("report.md").display()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(output: Option<&Path>, force: bool) -> Show {
        Show { output: output.map(Path::to_owned), force, json: false, strict: false }
    }

    #[test]
    fn only_an_earlier_result_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        assert!(show(None, false).refuse_foreign(path).is_ok(), "an empty folder");
        assert!(show(None, false).refuse_foreign(&path.join("new")).is_ok(), "no folder yet");
        std::fs::write(path.join("thesis.docx"), "").unwrap();
        assert_eq!(show(None, false).refuse_foreign(path).unwrap_err().exit, Exit::Usage);
        assert!(show(None, true).refuse_foreign(path).is_ok());
        assert!(show(None, true).refuse_foreign(&path.join("thesis.docx")).is_err());
        std::fs::write(path.join("run.json"), "{}").unwrap();
        assert!(show(None, false).refuse_foreign(path).is_err(), "somebody else's run.json");
        std::fs::write(path.join("run.json"), r#"{ "drsim_version": "0.1.0" }"#).unwrap();
        assert!(show(None, false).refuse_foreign(path).is_ok());
    }

    #[test]
    fn each_of_several_scenarios_has_its_own_folder() {
        let there = Path::new("there");
        assert_eq!(show(None, false).folder("pay", false), Path::new("output/pay"));
        assert_eq!(show(Some(there), false).folder("pay", false), there);
        assert_eq!(show(Some(there), false).folder("pay", true), there.join("pay"));
    }
}

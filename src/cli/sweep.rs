//! `drsim sweep`: many designs of one scenario under the same random numbers.

use super::args::TEMPLATE;
use super::clock::Stopwatch;
use super::exit::{Exit, Failure};
use super::outcome::{Host, Show};
use super::progress::{self, Cancel, Progress};
use super::study::{Effort, count};
use super::wire::{self, Plan, Problems};
use super::{effort, explain, inputs, terminal};
use drsim::Scenario;
use drsim::metric::WatchError;
use drsim::quantity::words::count as count_in_words;
use drsim::report::journal::Head;
use drsim::scenario::Override;
use drsim::study::design::{Axis, CheckError, Design, Designs, Grid};
use drsim::study::sweep::{self, Choice, Ended, Job, SweepFindings, Watched};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Said at the first Ctrl-C.
const STOPPING: &str = "stopping: designs under way are finished and kept; press Ctrl-C again to stop at once";

/// Arguments of `sweep`.
#[derive(clap::Args, Debug)]
#[command(
    help_template = TEMPLATE,
    before_help = "Examples:
  drsim sweep pay.toml --set services.pay.replicas.sh-a=2..6
  drsim sweep pay.toml --set services.pay.replicas.sh-a=2,4,6 --set 'classes.server.repair=1h..9h/4h'
  drsim sweep pay.toml --set 'classes.server.repair=log 1h..4 days' --sample latin:200
  drsim sweep pay.toml --tornado --set 'classes.server.repair=1h..1 day' --set services.pay.replicas.sh-a=2..6
  drsim sweep pay.toml --set 'horizon=1 year,10 years' --metric services.pay.recovery_time_s.p95\n\n"
)]
pub struct Args {
    /// A scenario file, or `-` for standard input
    #[arg(value_name = "FILE|-")]
    input: Option<PathBuf>,
    /// Values of a parameter: a list `1,2,4`, whole numbers `0..3`, steps `10 min..2h/30 min`, ratios `log 1h..1d/5`, for samples also a range `1h..1d`
    #[arg(long = "set", value_name = "PATH=VALUES")]
    set: Vec<String>,
    /// Draw a sample of N designs (Latin hypercube) instead of running every combination
    #[arg(long, value_parser = latin, value_name = "latin:N", conflicts_with = "tornado")]
    sample: Option<u64>,
    /// Change one parameter at a time over its range, the others as in the scenario: which assumption moves the answer most
    #[arg(long)]
    tornado: bool,
    /// What to watch, `services.pay.unavailability` or a key for all that have it; can be repeated [default: the usual ones]
    #[arg(long = "metric", value_name = "METRIC")]
    metrics: Vec<String>,
    #[command(flatten)]
    effort: Effort,
    #[command(flatten)]
    pub show: Show,
}

/// `latin:200`.
fn latin(text: &str) -> Result<u64, String> {
    let number = text.strip_prefix("latin:").ok_or_else(|| "use latin:N, such as latin:200".to_owned())?;
    count(number)
}

/// Runs the designs that are still to be run, writes the folder, prints the table.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let host = Host::begins();
    let input = match &args.input {
        Some(argument) => match inputs::expand(argument)? {
            (mut inputs, false) => inputs.remove(0),
            (_, true) => return Err(Failure::usage("a sweep is of one scenario, not of a folder")),
        },
        None => inputs::standard_unless_terminal().ok_or_else(|| super::help_of("sweep"))?,
    };
    let axes = axes(args)?;
    let (designs, axes) = prepared(Designs::read(&input.source()?).map_err(|it| invalid(&it))?, axes, args.tornado)?;
    let written = designs.design(Vec::new()).map_err(|refused| invalid(&refused.problems))?;
    if !written.warnings.items().is_empty() {
        terminal::note(&Problems::of(&written.warnings).text);
    }
    let folder = args.show.folder(&format!("{}-sweep", written.scenario.name), false);
    args.show.refuse_foreign(&folder)?;
    let plan = args.effort.plan(&wire::Loaded {
        scenario: Arc::clone(&written.scenario),
        warnings: None,
        resolved: String::new(),
    });
    let choice = match args.sample {
        _ if args.tornado => Choice::one_at_a_time(axes),
        Some(designs) => Grid::latin(axes, designs, plan.seed).map(Choice::Grid),
        None => Grid::full(axes).map(Choice::Grid),
    };
    let watched = watched(&written.scenario, &args.metrics)?;
    let (trials, seed, threads) = (plan.trials, plan.seed, plan.threads);
    let job = Job { designs, choice: choice.map_err(Failure::usage)?, watched, trials, seed, threads };
    let (journal, done) = wire::sweep_journal(&folder, &head(args, &job, &written.scenario), args.show.force)?;
    if !done.is_empty() {
        let (done, all) = (count_in_words(done.len() as u64), count_in_words(job.choice.designs()));
        terminal::note(&format!("going on with an unfinished sweep: {done} of {all} designs are there"));
    }
    let left = job.left(&done);
    announce(&job, &written, left, args.show.force)?;

    let cancel: Cancel = progress::cancel_saying(STOPPING);
    let progress = Progress::over(left.saturating_mul(trials));
    let each = |rows: &[sweep::Row]| journal.append(rows).map_err(|error| error.to_string());
    let Ended { rows, whole } =
        sweep::run(&job, done, &each, &|trials| progress.reached(trials), &cancel).map_err(Failure::failed)?;
    drop(progress);
    if !whole {
        let message = format!(
            "{} of {} designs are finished and kept in `{}`",
            count_in_words(rows.len() as u64),
            count_in_words(job.choice.designs()),
            journal.path().display()
        );
        let failure = Failure { exit: Exit::Interrupted, ..Failure::failed(message) };
        return Err(failure.help("the same command goes on from there"));
    }
    if rows.iter().all(|row| row.ran().is_none()) {
        journal.end().map_err(|error| Failure::failed(error.to_string()))?;
        let first = job.designs.design(job.choice.settings(0)).err();
        let problems = first.map(|refused| Problems::of(&refused.problems));
        let message = format!("none of the {} designs is a valid scenario, nothing is written", rows.len());
        return Err(Failure { problems, ..Failure::usage(message) });
    }
    let findings = SweepFindings::new(&job, Arc::clone(&written.scenario), rows);
    let facts = host.facts(threads, left.saturating_mul(trials));
    let files = wire::write_sweep(&folder, &findings, &written.resolved, &facts, args.show.force)?;
    journal.end().map_err(|error| Failure::failed(error.to_string()))?;
    if args.show.json {
        terminal::result(&wire::sweep_json(&findings))?;
    } else {
        terminal::result(&wire::sweep_text(&findings))?;
        terminal::note(&format!("wrote {} ({} files), start with sweep.md", folder.display(), files.len()));
        suggest(args, &findings, &input.name(), &folder);
    }
    Ok(exit_of(&findings, args.show.strict))
}

/// With `strict`, what all designs miss is missed.
fn exit_of(findings: &SweepFindings, strict: bool) -> Exit {
    let mut ran = findings.rows.iter().filter_map(sweep::Row::ran);
    if strict && ran.all(|ran| !ran.objectives.missed.is_empty()) { Exit::Missed } else { Exit::Done }
}

fn invalid(problems: &drsim::Diagnostics) -> Failure {
    Failure::invalid(Problems::of(problems))
}

fn axes(args: &Args) -> Result<Vec<Axis>, Failure> {
    if args.set.is_empty() {
        return Err(Failure::usage("nothing to sweep").help("name values: `--set services.pay.replicas.sh-a=1,2,3`"));
    }
    args.set.iter().map(|text| text.parse().map_err(Failure::usage)).collect()
}

/// Checks paths and values; what has one value is set in all designs, unless each parameter is compared with the scenario as written.
fn prepared(designs: Designs, axes: Vec<Axis>, tornado: bool) -> Result<(Designs, Vec<Axis>), Failure> {
    let wrong = |error: CheckError| match error {
        CheckError::Value(problems) => invalid(&problems),
        CheckError::OfTheStudy { .. } => Failure::usage(error.to_string()),
    };
    designs.check(&axes).map_err(wrong)?;
    if tornado {
        return Ok((designs, axes));
    }
    // Together, so that a parameter that comes twice is found whatever its values.
    Grid::latin(axes.clone(), 1, 0).map_err(Failure::usage)?;
    let (fixed, moving): (Vec<Axis>, Vec<Axis>) = axes.into_iter().partition(|axis| axis.count() == Some(1));
    if moving.is_empty() {
        return Err(Failure::usage("one value of each parameter is one design")
            .help("give several, `--set services.pay.replicas.sh-a=1,2,3`, or use `drsim run`"));
    }
    let set: Vec<Override> = fixed.into_iter().map(|axis| Override { value: axis.value(0), path: axis.path }).collect();
    Ok((designs.set(&set).map_err(|problems| invalid(&problems))?, moving))
}

fn watched(scenario: &Scenario, asked: &[String]) -> Result<Vec<Watched>, Failure> {
    if asked.is_empty() {
        return Ok(Watched::usual(scenario));
    }
    let mut found: Vec<Watched> = Vec::new();
    for text in asked {
        let list = Watched::named(scenario, text.trim()).map_err(|error| {
            let (name, known): (&str, Vec<&str>) = match &error {
                WatchError::Subject { name, known, .. } => (name, known.iter().map(String::as_str).collect()),
                WatchError::Metric { key, known, .. } => (key, known.clone()),
                WatchError::Shape { text } => (text, wire::metrics().iter().map(|(_, about)| about.key).collect()),
                WatchError::NoSum { text } | WatchError::Unpriced { key: text } => (text, Vec::new()),
            };
            let near = explain::nearest(name, known.iter().copied());
            Failure::usage(error.to_string()).help(match near.first() {
                Some(near) => format!("did you mean `{near}`?"),
                None if (1..12).contains(&known.len()) => format!("known are `{}`", known.join("`, `")),
                None => "write `services.NAME.METRIC`, `datasets.NAME.METRIC`, `domains.PATH.METRIC`, `scenario.METRIC`, `cost.METRIC` or \
                         `METRIC`; `drsim explain metrics` lists them"
                    .to_owned(),
            })
        })?;
        for watched in list {
            if !found.iter().any(|other| other.path == watched.path) {
                found.push(watched);
            }
        }
    }
    Ok(found)
}

/// What makes this sweep this sweep.
fn head(args: &Args, job: &Job, written: &Scenario) -> Head {
    let mut settings = args.set.clone();
    settings.extend(args.sample.map(|designs| format!("--sample latin:{designs}")));
    settings.extend(args.tornado.then(|| "--tornado".to_owned()));
    Head {
        drsim_version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario_hash: written.hash.clone(),
        seed: job.seed,
        trials: job.trials,
        settings,
        metrics: job.watched.iter().map(|watched| watched.path.clone()).collect(),
    }
}

/// Times one design, says how long all of them will take, and refuses what nobody would wait for.
fn announce(job: &Job, written: &Design, left: u64, force: bool) -> Result<(), Failure> {
    let once = |trials: u64| {
        let plan = Plan { trials, seed: job.seed, threads: 1, until: None, most: trials, shard: None };
        let watch = Stopwatch::start();
        wire::simulate(&written.scenario, &plan, &|_| (), &AtomicBool::new(false)).map(|_| watch.seconds())
    };
    let per_trial = match effort::pilot(job.trials, once)? {
        Some(seconds) => seconds,
        None => once(1)?,
    };
    let watch = Stopwatch::start();
    let first = job.designs.design(job.choice.settings(0));
    drop(first);
    let per_design = per_trial * job.trials as f64 + watch.seconds();
    let seconds = per_design * left as f64 / job.threads as f64;
    let words = format!(
        "{} designs of {} trials on {} take {}",
        count_in_words(left),
        count_in_words(job.trials),
        if job.threads == 1 { "one thread".to_owned() } else { format!("{} threads", job.threads) },
        effort::in_words(seconds)
    );
    if seconds > effort::LONG && !force {
        return Err(Failure::usage(words)
            .help("ask for fewer values or trials, draw a sample with `--sample latin:100`, or add `--force`"));
    }
    if seconds > effort::ANNOUNCED {
        terminal::note(&words);
    }
    Ok(())
}

/// What to try next.
fn suggest(args: &Args, findings: &SweepFindings, file: &str, folder: &std::path::Path) {
    if args.tornado || file == "standard input" || findings.choice.axes().len() < 2 {
        return terminal::next(&format!("open {}", folder.join("sweep.md").display()));
    }
    let sets: Vec<String> = args.set.iter().map(|set| format!(" --set '{set}'")).collect();
    terminal::next(&format!("drsim sweep {file} --tornado{}", sets.concat()));
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "format = 1\nname = \"t\"\nhorizon = \"1 year\"\n[sites.a]\nnodes = 2\nclass = \"c\"\n[classes.c]\n\
                        life = { exponential = { mttf = \"1 year\" } }\nrepair = \"1 day\"\n[services.pay]\nreplicas = { a = 2 }\n";

    fn designs() -> Designs {
        Designs::read(&drsim::Source::from_text("t.toml", TEXT)).unwrap()
    }

    fn parsed(texts: &[&str]) -> Vec<Axis> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn what_has_one_value_is_set_in_all_designs() {
        let axes = parsed(&["services.pay.replicas.a=1,2", "classes.c.repair=2 days"]);
        let (set, moving) = prepared(designs(), axes.clone(), false).unwrap();
        assert_eq!(moving, axes[..1]);
        let resolved = set.design(Vec::new()).unwrap().resolved;
        assert!(resolved.contains("repair = \"2 days\""), "{resolved}");
        assert_eq!(prepared(designs(), axes, true).unwrap().1.len(), 2);
        assert!(prepared(designs(), parsed(&["classes.c.repair=2 days"]), false).is_err());
        assert!(prepared(designs(), parsed(&["classes.c.repair=2 days", "classes.c.repair=1h,2h"]), false).is_err());
    }

    #[test]
    fn a_metric_is_a_path_or_a_key() {
        let scenario = designs().design(Vec::new()).unwrap().scenario;
        let paths = |asked: &[&str]| {
            let asked: Vec<String> = asked.iter().map(|text| (*text).to_owned()).collect();
            watched(&scenario, &asked).map(|list| list.into_iter().map(|it| it.path).collect::<Vec<_>>())
        };
        assert_eq!(paths(&["recovery_time_s.p95"]).unwrap(), ["services.pay.recovery_time_s.p95"]);
        assert_eq!(paths(&["unavailability", "services.pay.unavailability"]).unwrap(), ["services.pay.unavailability"]);
        assert!(paths(&[]).unwrap().contains(&"services.pay.outage_probability".to_owned()));
        let help = |asked: &str| paths(&[asked]).unwrap_err().help.unwrap();
        assert_eq!(help("services.pya.unavailability"), "known are `pay`");
        assert_eq!(help("unavailabilty"), "did you mean `unavailability`?");
        assert!(paths(&["services.pay.unavailability.p95"]).is_err());
    }

    #[test]
    fn a_sample_says_how_many() {
        assert_eq!(latin("latin:1e3"), Ok(1000));
        for wrong in ["1000", "latin:", "latin:0", "sobol:10"] {
            assert!(latin(wrong).is_err(), "{wrong}");
        }
    }
}

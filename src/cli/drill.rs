//! `drsim drill`: one event walked on paper.

use super::args::TEMPLATE;
use super::exit::{Exit, Failure};
use super::outcome::{Host, Show};
use super::study::Effort;
use super::{explain, inputs, terminal, wire};
use drsim::Scenario;
use drsim::model::ThreatId;
use drsim::quantity::{SimTime, Span};
use drsim::study::drill::{self, At, DrillFindings, Event, Light, Sweep};
use std::path::PathBuf;

/// Most trials of `--at drawn` unless they are asked for.
const DRAWN: u64 = 1_000;

/// Arguments of `drill`.
#[derive(clap::Args, Debug)]
#[command(
    help_template = TEMPLATE,
    before_help = "Examples:
  drsim drill pay.toml                             the scripted threat, every time at its median
  drsim drill pay.toml --threat flood --at p90     every step pessimistic
  drsim drill pay.toml --threat flood --strike '2026-07-14 14:00'
  drsim drill pay.toml --at drawn --trials 1000    the same event with times drawn: distributions
  drsim drill pay.toml --when worst                struck at the worst moment of the backup cycle\n\n"
)]
pub struct Args {
    /// A scenario file, or `-` for standard input
    #[arg(value_name = "FILE|-")]
    input: Option<PathBuf>,
    /// Which threat strikes [default: the first that is scripted, else the first]
    #[arg(long, value_name = "NAME")]
    threat: Option<String>,
    /// When: a local time `2026-07-14 14:00`, or a time from the start `10 days` [default: as scripted]
    #[arg(long, value_name = "WHEN", conflicts_with = "when")]
    strike: Option<String>,
    /// Every time at its median, at its 90 % quantile, or drawn many times
    #[arg(long, value_enum, default_value_t = How::Median)]
    at: How,
    /// Strike at every moment of the backup cycle, and walk the worst or the best of them, or the usual one
    #[arg(long, value_enum)]
    when: Option<When>,
    #[command(flatten)]
    effort: Effort,
    /// Override a field, `--set services.pay.replicas.sh-a=4`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    overrides: Vec<String>,
    #[command(flatten)]
    pub show: Show,
}

/// How the times are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum How {
    /// Every time at its median
    Median,
    /// Every time at its 90 % quantile: more than the 90 % quantile of the whole
    P90,
    /// Many times, drawn
    Drawn,
}

/// Which moment of the cycle is walked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum When {
    /// The worst
    Worst,
    /// The best
    Best,
    /// The usual one, with the table and the picture of all
    Sweep,
}

/// Walks the event, writes the folder, prints the timeline.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let host = Host::begins();
    let input = match &args.input {
        Some(argument) => match inputs::expand(argument)? {
            (mut inputs, false) => inputs.remove(0),
            (_, true) => return Err(Failure::usage("a drill is of one scenario, not of a folder")),
        },
        None => inputs::standard_unless_terminal().ok_or_else(|| super::help_of("drill"))?,
    };
    let loaded = input.load(&args.overrides)?;
    if let Some(warnings) = &loaded.warnings {
        terminal::note(&warnings.text);
    }
    let folder = args.show.folder(&format!("{}-drill", loaded.scenario.name), false);
    args.show.refuse_foreign(&folder)?;
    let mut plan = args.effort.plan(&loaded);
    if !args.effort.says_trials() {
        plan.trials = plan.trials.min(DRAWN);
    }
    let mut scenario = loaded.scenario.as_ref().clone();
    scenario.seed = plan.seed;
    let threat = threat(&scenario, args.threat.as_deref())?;
    let (findings, trials) = walk(args, scenario, threat, plan.trials, plan.threads)?;
    let written =
        wire::write_drill(&folder, &findings, &loaded.resolved, &host.facts(plan.threads, trials), args.show.force)?;
    if args.show.json {
        terminal::result(&wire::drill_json(&findings))?;
    } else {
        terminal::result(&wire::drill_text(&findings))?;
        terminal::note(&format!("wrote {} ({} files), print drill.md", folder.display(), written.len()));
        suggest(args, &findings, &input.name(), &folder);
    }
    let missed = findings.walk.light() == Light::Red;
    Ok(if args.show.strict && missed { Exit::Missed } else { Exit::Done })
}

/// Sweeps when that is asked for, then walks the moment that is meant; with the number of trials run.
fn walk(
    args: &Args,
    scenario: Scenario,
    threat: ThreatId,
    trials: u64,
    threads: usize,
) -> Result<(DrillFindings, u64), Failure> {
    let sweep: Option<Sweep> = match args.when {
        Some(_) => Some(drill::sweep(&scenario, threat, threads).map_err(Failure::failed)?),
        None => None,
    };
    let extreme = sweep.as_ref().and_then(|sweep| match args.when {
        Some(When::Worst) => sweep.worst(),
        Some(When::Best) => sweep.best(),
        Some(When::Sweep) | None => None,
    });
    let usual = || match &args.strike {
        Some(text) => moment(&scenario, text),
        None => Ok(drill::default_strike(&scenario, threat)),
    };
    let strike = extreme.map_or_else(usual, Ok)?;
    let event = Event { threat, strike };
    let register = drill::register(&scenario, strike);
    let swept = sweep.as_ref().map_or(0, |sweep| sweep.moments.len() as u64);
    let at = match args.at {
        How::Median => Some(At::Median),
        How::P90 => Some(At::Pessimistic),
        How::Drawn => None,
    };
    let (drawn, walk) = if let Some(at) = at {
        (None, drill::walk(&drill::fixed(&scenario, at), event))
    } else {
        let (drawn, walk) = drill::drawn(&scenario, event, trials, threads).map_err(Failure::failed)?;
        (Some(drawn), walk)
    };
    let ran = swept + register.len() as u64 + drawn.as_ref().map_or(1, |drawn| drawn.trials);
    Ok((DrillFindings { scenario: scenario.into(), event, at, walk, drawn, sweep, register }, ran))
}

/// The threat of this name, or the one that is meant without a name.
fn threat(scenario: &Scenario, name: Option<&str>) -> Result<ThreatId, Failure> {
    let names = || scenario.threats.iter().map(|threat| threat.name.as_str());
    let Some(name) = name else {
        return drill::default_threat(scenario).ok_or_else(|| {
            Failure::usage("the scenario has no threat to drill")
                .help("add one below `[threats]`, see `scenarios/kinds/`")
        });
    };
    let found = scenario.threats.enumerate().find(|(_, threat)| threat.name == name);
    found.map(|(id, _)| id).ok_or_else(|| {
        let failure = Failure::usage(format!("no threat `{name}`"));
        match explain::nearest(name, names()).first() {
            Some(near) => failure.help(format!("a threat with a similar name exists: `{near}`")),
            None => failure.help(format!("threats: {}", names().collect::<Vec<_>>().join(", "))),
        }
    })
}

/// A local time, or a time from the start, within the horizon.
fn moment(scenario: &Scenario, text: &str) -> Result<SimTime, Failure> {
    let local = text
        .trim()
        .parse::<jiff::civil::DateTime>()
        .or_else(|_| jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M", text.trim()));
    let seconds = match (local, text.parse::<Span>()) {
        (Ok(local), _) => local.duration_since(scenario.start).as_secs_f64(),
        (Err(_), Ok(span)) => span.as_seconds(),
        (Err(_), Err(_)) => {
            return Err(Failure::usage(format!("`{text}` is neither a local time nor a time from the start"))
                .help("write `2026-07-14 14:00` or `10 days`"));
        }
    };
    let (from, until) = (
        scenario.start,
        scenario.start.saturating_add(std::time::Duration::from_secs_f64(scenario.horizon.as_seconds().min(1e11))),
    );
    if seconds < 0.0 || seconds >= scenario.horizon.as_seconds() {
        return Err(Failure::usage(format!("`{text}` lies outside the scenario")).help(format!(
            "it runs from {} to {}",
            from.strftime("%Y-%m-%d %H:%M"),
            until.strftime("%Y-%m-%d %H:%M")
        )));
    }
    Ok(SimTime::ZERO + Span::from_seconds(seconds))
}

/// What to try next.
fn suggest(args: &Args, findings: &DrillFindings, file: &str, folder: &std::path::Path) {
    if file == "standard input" || args.when.is_some() {
        return terminal::next(&format!("open {}", folder.join("drill.md").display()));
    }
    let threat = &findings.scenario.threats[findings.event.threat].name;
    terminal::next(&format!("drsim drill {file} --threat {threat} --when worst"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_local_time_or_a_time_from_the_start() {
        let text = "format = 1\nname = \"t\"\nhorizon = \"30 days\"\nstart = 2026-01-05 00:00\n";
        let scenario = wire::load_text("t.toml", text, None, &[]).unwrap().scenario;
        let hours = |text: &str| moment(&scenario, text).map(|at| at.as_seconds() / 3600.0).ok();
        assert_eq!(hours("2026-01-06 14:30"), Some(38.5));
        assert_eq!(hours("2026-01-06T14:30:00"), Some(38.5));
        assert_eq!(hours("2 days"), Some(48.0));
        assert_eq!(hours("2026-01-04 14:30"), None, "before the start");
        assert_eq!(hours("31 days"), None, "after the end");
        assert_eq!(hours("noon"), None);
        assert_eq!(threat(&scenario, None).unwrap_err().exit, Exit::Usage);
    }
}

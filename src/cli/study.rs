//! Runs one study as the command line asks for it: announced, refused when absurd, watched, repeated for `--verify`.

use super::clock::Stopwatch;
use super::exit::{Exit, Failure};
use super::progress::{Cancel, Progress};
use super::wire::{self, Loaded, Outcomes, Plan, Until};
use super::{effort, terminal};
use drsim::quantity::words::count as count_in_words;
use drsim::study::Findings;
use std::sync::atomic::Ordering;

/// With `--until` and `--verify`: most trials, as a multiple of those planned.
const MOST: u64 = 50;

/// With `--verify`: most wall time for more trials, seconds.
const VERIFIED_WITHIN: f64 = 120.0;

/// How many trials, and how; shared by the commands that run some.
#[derive(clap::Args, Clone, Debug)]
pub struct Effort {
    /// Trials to run [default: from the scenario]
    #[arg(long, short = 'n', env = "DRSIM_TRIALS", value_parser = count, value_name = "N")]
    trials: Option<u64>,
    /// Seed of every random stream [default: from the scenario]
    #[arg(long, env = "DRSIM_SEED", value_parser = seed, allow_negative_numbers = true, value_name = "S")]
    seed: Option<u64>,
    /// Threads; the result does not depend on them [default: all cores]
    #[arg(long, env = "DRSIM_THREADS", value_parser = clap::value_parser!(u16).range(1..=1024), value_name = "T")]
    threads: Option<u16>,
}

impl Effort {
    /// True when the number of trials was asked for.
    pub const fn says_trials(&self) -> bool {
        self.trials.is_some()
    }

    /// The plan for a scenario: flags and environment before what the scenario says.
    pub fn plan(&self, loaded: &Loaded) -> Plan {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let trials = self.trials.unwrap_or(loaded.scenario.trials);
        Plan {
            trials,
            seed: self.seed.unwrap_or(loaded.scenario.seed),
            threads: self.threads.map_or_else(cores, usize::from),
            until: None,
            most: trials,
            shard: None,
        }
    }
}

/// When a study is over.
#[derive(clap::Args, Clone, Debug)]
pub struct Ending {
    /// Stop when half the 95 % interval of a metric is within this share of it
    #[arg(long, value_parser = until, value_name = "METRIC=SHARE")]
    pub until: Option<Until>,
    /// Judge `[expect]` and the closed forms, with more trials where that is needed
    #[arg(long)]
    pub verify: bool,
    /// Most trials that `--until` and `--verify` may run [default: 50 times the trials]
    #[arg(long, value_parser = count, value_name = "N")]
    pub trial_limit: Option<u64>,
}

/// `1000`, `10_000` or `1e6`.
pub fn count(text: &str) -> Result<u64, String> {
    let plain = text.replace('_', "");
    let whole = plain.parse::<u64>().ok().or_else(|| {
        let value = plain.parse::<f64>().ok()?;
        (value.fract() == 0.0 && (1.0..1e18).contains(&value)).then_some(value as u64)
    });
    match whole {
        Some(0) | None => Err("use a whole number above 0, such as 1000, 10_000 or 1e6".to_owned()),
        Some(number) => Ok(number),
    }
}

/// Any whole number that fits.
fn seed(text: &str) -> Result<u64, String> {
    text.replace('_', "").parse().map_err(|_| format!("use a whole number from 0 to {}", u64::MAX))
}

/// `unavailability=5%`.
pub fn until(text: &str) -> Result<Until, String> {
    let wrong = || "use METRIC=SHARE, such as unavailability=5%".to_owned();
    let (metric, share) = text.split_once('=').ok_or_else(wrong)?;
    let share: drsim::quantity::Probability = share.parse().map_err(|error| format!("{error}, write 5% or 0.05"))?;
    if share.get() <= 0.0 || metric.trim().is_empty() {
        return Err(wrong());
    }
    Ok(Until { metric: metric.trim().to_owned(), within: share.get() })
}

/// Refuses a metric that does not exist.
///
/// # Errors
/// It does not exist; the nearest one is named.
pub fn known_metric(until: &Until) -> Result<(), Failure> {
    let metrics = wire::metrics();
    let key = until.metric.rsplit('.').next().unwrap_or_default();
    if metrics.iter().any(|(_, about)| about.key == key) {
        return Ok(());
    }
    let near = super::explain::nearest(key, metrics.iter().map(|(_, about)| about.key));
    let failure = Failure::usage(format!("no metric `{key}`"));
    Err(match near.first() {
        Some(near) => failure.help(format!("a metric with a similar name exists: `{near}`")),
        None => failure.help("`drsim explain` lists all metrics"),
    })
}

/// Runs the plan's trials: says how long it will take, shows a bar, and listens for Ctrl-C.
///
/// # Errors
/// It would take more than a day without `force`, or next to nothing was finished before Ctrl-C.
pub fn trials(loaded: &Loaded, plan: &Plan, force: bool, cancel: &Cancel) -> Result<Outcomes, Failure> {
    announce(loaded, plan, force, cancel)?;
    let progress = Progress::over(here(plan));
    let outcomes = wire::simulate(&loaded.scenario, plan, &|done| progress.reached(done), cancel)?;
    drop(progress);
    if outcomes.trials == 0 && cancel.load(Ordering::Relaxed) {
        let message = "no 32 trials were finished, nothing is written";
        return Err(Failure { exit: Exit::Interrupted, ..Failure::failed(message) });
    }
    Ok(outcomes)
}

/// Trials to run here: all of them, the most of them, or about a part.
fn here(plan: &Plan) -> u64 {
    let all = if plan.until.is_some() { plan.most } else { plan.trials };
    plan.shard.map_or(all, |shard| all.div_ceil(shard.count))
}

/// Times a small pilot, says how long the whole will take, and refuses what nobody would wait for.
fn announce(loaded: &Loaded, plan: &Plan, force: bool, cancel: &Cancel) -> Result<(), Failure> {
    let here = here(plan);
    let per_trial = effort::pilot(here, |size| {
        let small = Plan { trials: size, threads: 1, until: None, shard: None, ..plan.clone() };
        let watch = Stopwatch::start();
        wire::simulate(&loaded.scenario, &small, &|_| (), cancel).map(|_| watch.seconds())
    })?;
    let Some(per_trial) = per_trial else { return Ok(()) };
    let seconds = per_trial * here as f64 / plan.threads as f64;
    let most = if plan.until.is_some() { "at most " } else { "" };
    let words = format!(
        "{} trials on {} take {most}{}",
        count_in_words(here),
        if plan.threads == 1 { "one thread".to_owned() } else { format!("{} threads", plan.threads) },
        effort::in_words(seconds)
    );
    if seconds > effort::LONG && !force {
        return Err(Failure::usage(words).help("ask for fewer trials, split them with `--shard`, or add `--force`"));
    }
    if seconds > effort::ANNOUNCED {
        terminal::note(&words);
    }
    Ok(())
}

/// Runs the study, and for `--verify` runs it again with more trials until every expectation can be judged.
///
/// # Errors
/// As [`trials`].
pub fn study(
    loaded: &Loaded,
    mut plan: Plan,
    ending: &Ending,
    force: bool,
    cancel: &Cancel,
) -> Result<(Findings, Plan), Failure> {
    let limit = ending.trial_limit.unwrap_or_else(|| plan.trials.saturating_mul(MOST));
    if let Some(until) = &ending.until {
        plan.until = Some(until.clone());
        plan.most = limit.max(plan.trials);
    }
    let watch = Stopwatch::start();
    let outcomes = trials(loaded, &plan, force, cancel)?;
    let in_time = (VERIFIED_WITHIN * outcomes.trials as f64 / watch.seconds()) as u64;
    let mut findings = wire::findings(&loaded.scenario, &outcomes);
    let cap = if ending.trial_limit.is_some() { limit } else { limit.min(in_time) };
    while ending.verify && plan.until.is_none() && !cancel.load(Ordering::Relaxed) {
        let Some(more) = effort::more_trials(&findings.expected, plan.trials, cap) else { break };
        terminal::note(&format!(
            "{} trials leave an expectation inconclusive, running {}",
            count_in_words(plan.trials),
            count_in_words(more)
        ));
        plan.trials = more;
        let outcomes = trials(loaded, &plan, force, cancel)?;
        findings = wire::findings(&loaded.scenario, &outcomes);
    }
    Ok((findings, plan))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_may_be_grouped_or_scientific() {
        assert_eq!(["1000", "10_000", "1e6", "2.5e3"].map(count), [Ok(1000), Ok(10_000), Ok(1_000_000), Ok(2500)]);
        for wrong in ["0", "-1", "1.5", "many", "1e30", ""] {
            assert!(count(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_seed_is_any_whole_number() {
        assert_eq!((seed("0"), seed("18446744073709551615")), (Ok(0), Ok(u64::MAX)));
        for wrong in ["-1", "1.5", "18446744073709551616", ""] {
            assert!(seed(wrong).unwrap_err().contains("whole number"), "{wrong}");
        }
    }

    #[test]
    fn precision_is_a_metric_and_a_share() {
        assert_eq!(until("unavailability=5%"), Ok(Until { metric: "unavailability".into(), within: 0.05 }));
        assert!(until("unavailability=5").unwrap_err().ends_with("write 5% or 0.05"));
        for wrong in ["unavailability", "=5%", "unavailability=0", "unavailability=120%"] {
            assert!(until(wrong).is_err(), "{wrong}");
        }
    }
}

//! An optimisation as text, tables, a page and a picture of the front.

mod page;
mod picture;
mod tables;
mod text;

pub use tables::json;
pub use text::summary;

use super::{number, wording};
use crate::quantity::words::{count, percent, plain};
use crate::study::optimise::{DesignFindings, GoalFindings, Known, OptimiseFindings};
use crate::study::{Judgement, Verdict};

/// Every file of an optimisation as (name, content).
#[must_use]
pub fn files(found: &OptimiseFindings, version: &str, run_json: &str) -> Vec<(String, String)> {
    let picture = picture::front(found);
    let mut files = vec![
        ("optimise.json".to_owned(), json(found, version)),
        ("designs.csv".to_owned(), tables::designs(found)),
        ("optimise.md".to_owned(), page::page(found, version, picture.is_some())),
        ("run.json".to_owned(), run_json.to_owned()),
    ];
    if let (Some(resolved), Some(_)) = (&found.resolved, found.chosen) {
        files.push(("chosen.toml".to_owned(), resolved.clone()));
    } else if let (Some(resolved), Some(_)) = (&found.resolved, found.nearest) {
        files.push(("nearest.toml".to_owned(), resolved.clone()));
    }
    files.extend(picture.map(|svg| ("plots/front.svg".to_owned(), svg)));
    files
}

/// `a = 1, b = 2`: a design by its choices, the last parts of paths where those tell them apart.
fn name(found: &OptimiseFindings, design: &DesignFindings) -> String {
    let parts = found
        .choices
        .iter()
        .zip(&design.values)
        .map(|(choice, value)| format!("{} = {}", short(found, &choice.path), value.trim_matches('"')));
    parts.collect::<Vec<_>>().join(", ")
}

/// The shortest end of a path that belongs to no other choice.
fn short<'a>(found: &OptimiseFindings, path: &'a str) -> &'a str {
    let dots = path.rmatch_indices('.').map(|(at, _)| &path[at + 1..]);
    let alone = |end: &&str| {
        let with_dot = format!(".{end}");
        found.choices.iter().filter(|choice| choice.path.ends_with(&with_dot)).count() == 1
    };
    // One part alone says too little: `people` of which crew?
    dots.skip(1).find(alone).unwrap_or(path)
}

/// What designs are compared by, as `612 000 CNY / yr` or `4 nodes`.
fn amount(found: &OptimiseFindings, value: f64) -> String {
    match (&found.aim.currency, found.aim.unit) {
        (Some(currency), _) => format!("{} {currency} / yr", money(value)),
        (None, Some(unit)) => number::value(unit, value),
        (None, None) => format!("{} node{}", plain(value), if value == 1.0 { "" } else { "s" }),
    }
}

/// An amount in whole units, with its sign.
fn money(value: f64) -> String {
    if !value.is_finite() || value.abs() < 999.5 {
        return plain(value);
    }
    format!("{}{}", if value < 0.0 { "-" } else { "" }, count((value.abs() + 0.5) as u64))
}

/// A number with what may be true instead, where it is not exact.
fn known(found: &OptimiseFindings, value: Known) -> String {
    let point = amount(found, value.point());
    match value {
        Known::Seen(_, low, high) if low < high => {
            format!("{point} ({}–{})", amount_bare(found, low), amount_bare(found, high))
        }
        Known::Exact(_) | Known::Seen(..) => point,
    }
}

fn amount_bare(found: &OptimiseFindings, value: f64) -> String {
    if found.aim.currency.is_some() { money(value) } else { amount(found, value) }
}

/// A share of time down as availability.
fn available(value: Known) -> String {
    match value {
        Known::Exact(down) => format!("{} exact", percent(1.0 - down)),
        Known::Seen(0.0, ..) => "never down".to_owned(),
        Known::Seen(down, ..) => percent(1.0 - down),
    }
}

/// A measure in its unit.
fn measure(found: &OptimiseFindings, goal: &GoalFindings, value: f64) -> String {
    match found.scenario.prices.as_ref().filter(|_| goal.unit == crate::metric::Unit::MoneyPerYear) {
        Some(prices) => format!("{} {} / yr", money(value), prices.currency),
        None => number::value(goal.unit, value),
    }
}

/// The hardest test of each promise of a design, by promise.
fn hardest<'d>(found: &OptimiseFindings, design: &'d DesignFindings) -> Vec<Option<&'d GoalFindings>> {
    let of = |promise: usize| {
        let goals = design.goals.iter().filter(|goal| goal.promise == promise);
        goals.max_by(|left, right| left.times.unwrap_or(-1.0).total_cmp(&right.times.unwrap_or(-1.0)))
    };
    (0..found.promises.len()).map(of).collect()
}

/// How the answer stands, in one sentence.
fn certainty(found: &OptimiseFindings) -> String {
    let level = percent(found.confidence);
    if found.interrupted {
        return "interrupted: what was known then".to_owned();
    }
    match (found.chosen, found.sure) {
        (Some(_), true) => format!("{level} sure that no other design is better and keeps every promise"),
        (Some(_), false) if found.rivals.is_empty() => {
            format!(
                "not {level} sure: its promises are kept as far as was seen in {} trials a design",
                count(found.cap)
            )
        }
        (Some(_), false) => {
            let others =
                if found.rivals.len() == 1 { "1 other".to_owned() } else { format!("{} others", found.rivals.len()) };
            let by = found.regret.map_or_else(String::new, |regret| format!(" by up to {}", amount(found, regret)));
            format!("not {level} sure: {others} may still be better{by}; `--trials` above {} tells", count(found.cap))
        }
        (None, true) => format!("{level} sure that no design keeps every promise"),
        (None, false) => format!("no design is seen to keep every promise, though not {level} sure of all"),
    }
}

/// What a plain run of the design judges: how many trials, and every objective that it misses.
fn judged(found: &OptimiseFindings) -> Option<(u64, Vec<String>)> {
    let findings = found.confirmed.as_ref()?;
    let missed = findings.verdicts.iter().filter(|verdict| verdict.judgement == Judgement::Missed);
    let told = |verdict: &Verdict| {
        let class = verdict.class().map_or_else(String::new, |class| format!(" ({class})"));
        let of = wording::promiser(&findings.scenario, verdict.of);
        format!("{of} {}{class}: {}", verdict.objective, verdict.reason)
    };
    Some((findings.trials, missed.map(told).collect()))
}

/// What became of the designs, in one sentence.
fn counts(found: &OptimiseFindings) -> String {
    let tally = &found.counts;
    let parts = [
        (tally.invalid, "no valid scenario"),
        (tally.by_rule, "against a rule"),
        (tally.by_formula, "discarded by formula"),
        (tally.by_bound, "by bound, without a trial"),
        (tally.by_trials, "by trials"),
        (tally.halved, "by halving"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{} {words}", count(*n as u64))).collect();
    let of = match found.sampled {
        Some(sampled) => format!("{} of {} designs looked at", count(sampled as u64), large(found.size)),
        None => format!("{} designs", large(found.size)),
    };
    let trials = format!("{} trials in {} rounds", count(tally.trials), count(tally.rounds));
    format!("{of}: {}; {trials}", if parts.is_empty() { "none discarded".to_owned() } else { parts.join(", ") })
}

fn large(size: u128) -> String {
    u64::try_from(size).map_or_else(|_| format!("{:.1e}", size as f64), count)
}

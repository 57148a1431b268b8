//! Which single change would keep a promise that is missed? Each candidate runs on the same trials as the scenario; nothing is guessed.

mod changes;
#[cfg(test)]
mod tests;

use super::compare::{Candidate, Comparison, Contender};
use super::findings::{Findings, Judgement, Promiser, Verdict};
use crate::estimate::Difference;
use crate::model::{Disruption, Scenario};
use crate::montecarlo::{PairedPlan, RunError};
use crate::scenario::{Draft, Override};
use changes::{Change, Changes};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Most changes that are tried.
const TRIED: usize = 32;
/// Most that are recommended.
const TOLD: usize = 3;

/// What would keep promises that are missed.
#[derive(Clone, Debug)]
pub struct Advice {
    /// Promises missed, each class of disruption counted.
    pub missed: usize,
    /// Changes that were simulated.
    pub tried: usize,
    /// Trials of each.
    pub trials: u64,
    /// At most three, what costs least first.
    pub changes: Vec<Recommendation>,
    /// What money is in; `None` where nothing has a price.
    pub currency: Option<String>,
}

/// A single change that keeps promises that were missed.
#[derive(Clone, Debug)]
pub struct Recommendation {
    /// The change, ready for `--set`.
    pub set: Override,
    /// In words.
    pub words: String,
    /// What is kept now and was missed: service or dataset, objective, class of disruption.
    pub kept: Vec<Kept>,
    /// Promises that are still missed.
    pub still_missed: usize,
    /// What it costs more per year, with a paired 95 % interval; `None` where nothing has a price.
    pub cost: Option<Difference>,
    /// Nodes in use more.
    pub nodes: i64,
}

/// A promise that a change keeps.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Service or dataset.
    pub name: String,
    /// `rto`, `rpo`, `mtd`, `availability`.
    pub objective: &'static str,
    /// Class of disruption; `None` over all of them.
    pub class: Option<&'static str>,
    /// The verdict before.
    pub before: String,
    /// The verdict with the change.
    pub after: String,
    /// Time down per year, after less before, with a paired 95 % interval: seconds; `None` for datasets.
    pub downtime_s: Option<Difference>,
}

/// What a verdict is about; names, because a change may renumber things.
type Question = (String, &'static str, Option<Disruption>, bool);

/// Simulates single changes of a scenario that misses promises. `fixed` is set in all of them; without a missed promise nothing is run.
///
/// # Errors
/// Threads cannot be started.
pub fn recommend(
    draft: &Draft,
    fixed: &[Override],
    findings: &Findings,
    plan: (u64, usize),
    progress: &(dyn Fn(u64) + Sync),
    cancel: &AtomicBool,
) -> Result<Advice, RunError> {
    let scenario = &findings.scenario;
    let missed: Vec<&Verdict> =
        findings.verdicts.iter().filter(|verdict| verdict.judgement == Judgement::Missed).collect();
    let (trials, threads) = plan;
    let currency = scenario.prices.as_ref().map(|prices| prices.currency.to_string());
    let mut advice = Advice { missed: missed.len(), tried: 0, trials, changes: Vec::new(), currency };
    let (changes, candidates) = candidates(draft, fixed, scenario, &missed);
    if changes.is_empty() {
        return Ok(advice);
    }
    let Ok(comparison) = Comparison::new(candidates, &[]) else { return Ok(advice) };
    let plan = PairedPlan { trials, most: trials, threads };
    let outcomes = comparison.simulate(findings.seed, &plan, None, progress, cancel)?;
    let compared = comparison.conclude(&outcomes);
    (advice.tried, advice.trials) = (changes.len(), compared.trials);
    let Some((base, others)) = compared.contenders.split_first() else { return Ok(advice) };
    let difference = |path: &str, design: usize| {
        let row = compared.rows.iter().find(|row| row.path == path)?;
        row.versus.iter().find(|versus| versus.design == design)?.difference
    };
    let mut helpful = BTreeSet::new();
    for (nth, (change, other)) in changes.iter().zip(others).enumerate() {
        let kept = kept(base, other, |name| difference(&format!("services.{name}.downtime_s_per_year"), nth + 1));
        // A smaller change of the family does as much.
        if kept.is_empty() || breaks(base, other) || !helpful.insert((change.family, kept.len())) {
            continue;
        }
        advice.changes.push(Recommendation {
            set: change.set.clone(),
            words: change.words.clone(),
            kept,
            still_missed: count(other),
            cost: difference("cost.total_cost", nth + 1),
            nodes: nodes(other) - nodes(base),
        });
    }
    // What keeps most comes first, then what costs least; kinds of change stay in the order in which they were made.
    let price = |change: &Recommendation| change.cost.map_or(change.nodes as f64, |cost| cost.point);
    advice
        .changes
        .sort_by(|left, right| left.still_missed.cmp(&right.still_missed).then(price(left).total_cmp(&price(right))));
    advice.changes.truncate(TOLD);
    Ok(advice)
}

/// The scenario, then one candidate for each change that makes a valid one.
fn candidates(
    draft: &Draft,
    fixed: &[Override],
    scenario: &Arc<Scenario>,
    missed: &[&Verdict],
) -> (Vec<Change>, Vec<Candidate>) {
    let mut changes = Changes::new(draft, scenario);
    let mut seen = Vec::new();
    for verdict in missed {
        if seen.contains(&verdict.of) {
            continue;
        }
        seen.push(verdict.of);
        match verdict.of {
            Promiser::Service(id) => changes.of_service(id),
            Promiser::Dataset(id) => changes.of_dataset(id),
        }
    }
    let mut valid = Vec::new();
    let mut candidates = vec![Candidate { name: "as written".to_owned(), scenario: Arc::clone(scenario) }];
    for change in changes.into_list() {
        if valid.len() == TRIED {
            break;
        }
        if let Ok(loaded) = draft.with(&[fixed.to_vec(), vec![change.set.clone()]].concat()) {
            let name = format!("{}={}", change.set.path, change.set.value);
            candidates.push(Candidate { name, scenario: Arc::new(loaded.scenario) });
            valid.push(change);
        }
    }
    (valid, candidates)
}

fn question(contender: &Contender, verdict: &Verdict) -> Question {
    let scenario = &contender.findings.scenario;
    let (name, data) = match verdict.of {
        Promiser::Service(id) => (scenario.services[id].name.clone(), false),
        Promiser::Dataset(id) => (scenario.datasets[id].name.clone(), true),
    };
    (name, verdict.objective, verdict.disruption, data)
}

/// Promises that `other` keeps and `base` does not.
fn kept(base: &Contender, other: &Contender, downtime: impl Fn(&str) -> Option<Difference>) -> Vec<Kept> {
    let missed = base.findings.verdicts.iter().filter(|verdict| verdict.judgement == Judgement::Missed);
    let mended = |verdict: &Verdict| {
        let asked = question(base, verdict);
        let now = other.findings.verdicts.iter().find(|now| question(other, now) == asked)?;
        matches!(now.judgement, Judgement::Met | Judgement::AtRisk | Judgement::NotApplicable).then(|| Kept {
            downtime_s: if asked.3 { None } else { downtime(&asked.0) },
            name: asked.0,
            objective: verdict.objective,
            class: verdict.class(),
            before: verdict.reason.clone(),
            after: now.reason.clone(),
        })
    };
    missed.filter_map(mended).collect()
}

/// A promise that was kept is not.
fn breaks(base: &Contender, other: &Contender) -> bool {
    let was_missed = |asked: &Question| {
        let same = |verdict: &&Verdict| question(base, verdict) == *asked;
        base.findings.verdicts.iter().find(same).is_some_and(|verdict| verdict.judgement == Judgement::Missed)
    };
    let missed = other.findings.verdicts.iter().filter(|verdict| verdict.judgement == Judgement::Missed);
    missed.into_iter().any(|verdict| !was_missed(&question(other, verdict)))
}

fn count(contender: &Contender) -> usize {
    contender.findings.verdicts.iter().filter(|verdict| verdict.judgement == Judgement::Missed).count()
}

fn nodes(contender: &Contender) -> i64 {
    super::optimise::nodes_in_use(&contender.findings.scenario).cast_signed()
}

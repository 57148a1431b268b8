//! A comparison for programs: CSV tables and one JSON document.

use super::words;
use crate::estimate::{Difference, Estimate, LEVEL};
use crate::metric::Better;
use crate::report::csv::{Table, maybe, number, text};
use crate::report::wording;
use crate::study::Findings;
use crate::study::compare::{Compared, Row, Versus};
use crate::study::front::{self, Goal, Spend};
use serde_json::{Value, json};

/// Name of the file with the scenario of a design as run.
pub(super) fn scenario_file(nth: usize) -> String {
    format!("scenario-{}.toml", nth + 1)
}

const ROW_HEADS: [&str; 22] = [
    "metric",
    "design",
    "baseline",
    "point",
    "low",
    "high",
    "p50",
    "p95",
    "p99",
    "max",
    "difference",
    "difference_low",
    "difference_high",
    "difference_std_error",
    "p_value",
    "correlation",
    "trials_saved_factor",
    "differing_trials",
    "trials",
    "verdict",
    "better",
    "tests_in_family",
];

/// `compare.csv`: one row per metric and design; differences are empty for the baseline. Values are in the unit that ends the metric's name.
#[must_use]
pub fn rows_csv(compared: &Compared) -> String {
    let mut table = Table::new(&ROW_HEADS);
    for row in &compared.rows {
        for (design, estimate) in row.estimates.iter().enumerate() {
            let versus = design.checked_sub(1).and_then(|nth| row.versus.get(nth));
            let difference = versus.and_then(|versus| versus.difference);
            let of = |value: fn(&Difference) -> Option<f64>| maybe(difference.as_ref().and_then(value));
            let quantiles = estimate.quantiles;
            let better = versus.and_then(|versus| versus.is_better(row.about));
            table.row(&[
                text(&row.path),
                text(words::name(compared, design)),
                text(words::name(compared, 0)),
                maybe(estimate.point),
                maybe(estimate.low),
                maybe(estimate.high),
                maybe(quantiles.map(|of| of.p50.point)),
                maybe(quantiles.map(|of| of.p95.point)),
                maybe(quantiles.map(|of| of.p99.point)),
                maybe(quantiles.map(|of| of.max)),
                of(|it| Some(it.point)),
                of(|it| it.low),
                of(|it| it.high),
                of(|it| it.std_error),
                of(|it| it.chance),
                of(|it| it.correlation),
                of(|it| it.saved),
                difference.map(|it| it.differing.to_string()).unwrap_or_default(),
                compared.trials.to_string(),
                versus.map(|versus| versus.proof.key().to_owned()).unwrap_or_default(),
                better.map(|better| better.to_string()).unwrap_or_default(),
                compared.family.to_string(),
            ]);
        }
    }
    table.end()
}

/// `designs.csv`: one row per design with what is spent and what comes of it.
#[must_use]
pub fn designs_csv(compared: &Compared) -> String {
    let all: Vec<&Findings> = compared.contenders.iter().map(|contender| &contender.findings).collect();
    let spend = front::spend_of(&all);
    let cost = match spend {
        Spend::Cost(currency) => format!("total_cost_per_year_{currency}").to_lowercase(),
        Spend::Nodes => "total_cost_per_year".to_owned(),
    };
    let mut table = Table::new(&[
        "design",
        "title",
        "scenario_hash",
        "nodes",
        cost.as_str(),
        "unavailability",
        "recovery_time_p95_s",
        "recovery_point_p95_s",
        "promises",
        "cheapest_keeping_all",
    ]);
    for (design, contender) in compared.contenders.iter().enumerate() {
        let scenario = &contender.findings.scenario;
        let reached = |goal: Goal| {
            let front = compared.fronts.iter().find(|front| front.goal == goal)?;
            let point = front.points.iter().find(|point| point.design == design)?;
            // A bound is not a value.
            (!point.bound).then_some(point.value)
        };
        table.row(&[
            text(&contender.name),
            text(&scenario.title),
            scenario.hash.clone(),
            number(front::nodes(scenario) as f64),
            match spend {
                Spend::Cost(_) => number(front::spent(&contender.findings, spend)),
                Spend::Nodes => String::new(),
            },
            maybe(reached(Goal::Unavailability)),
            maybe(reached(Goal::RecoveryTime)),
            maybe(reached(Goal::RecoveryPoint)),
            text(words::promises(&contender.findings).split_once(' ').map_or("", |(_, word)| word)),
            (compared.cheapest == Some(design)).to_string(),
        ]);
    }
    table.end()
}

/// `compare.json`: everything at full precision; missing values are `null`.
#[must_use]
pub fn json(compared: &Compared, version: &str) -> String {
    let designs: Vec<Value> = compared
        .contenders
        .iter()
        .enumerate()
        .map(|(nth, contender)| {
            let scenario = &contender.findings.scenario;
            json!({
                "name": contender.name,
                "scenario": scenario.name,
                "title": scenario.title,
                "scenario_hash": scenario.hash,
                "file": scenario_file(nth),
                "nodes": front::nodes(scenario),
                "keeps_every_promise": front::keeps_all(&contender.findings),
            })
        })
        .collect();
    let fronts: Vec<Value> = compared.fronts.iter().map(|front| front_json(compared, front)).collect();
    let alone: Vec<Value> = compared
        .alone
        .iter()
        .map(|alone| {
            let designs: Vec<&str> = alone.designs.iter().map(|&design| words::name(compared, design)).collect();
            json!({ "kind": alone.kind, "name": alone.name, "designs": designs })
        })
        .collect();
    let all: Vec<&Findings> = compared.contenders.iter().map(|contender| &contender.findings).collect();
    let currency = match front::spend_of(&all) {
        Spend::Cost(currency) => Some(currency.to_string()),
        Spend::Nodes => None,
    };
    let horizon = compared.contenders.first().map(|contender| contender.findings.scenario.horizon.as_seconds());
    let document = json!({
        "schema_version": 1,
        "drsim_version": version,
        "baseline": words::name(compared, 0),
        "seed": compared.seed,
        "trials": compared.trials,
        "stopped": wording::stopped(compared.stopped),
        "horizon_s": horizon,
        "currency": currency,
        "level": 1.0 - LEVEL,
        "method": "holm",
        "tests_in_family": compared.family,
        "designs": designs,
        "metrics": compared.rows.iter().map(|row| row_json(compared, row)).collect::<Vec<_>>(),
        "only_in_some": alone,
        "fronts": fronts,
        "cheapest_keeping_all": compared.cheapest.map(|design| words::name(compared, design)),
    });
    format!("{document:#}\n")
}

fn row_json(compared: &Compared, row: &Row) -> Value {
    let estimates: Vec<Value> = row
        .estimates
        .iter()
        .enumerate()
        .map(|(design, estimate)| estimate_json(words::name(compared, design), estimate))
        .collect();
    let differences: Vec<Value> = row.versus.iter().map(|versus| versus_json(compared, row, versus)).collect();
    let better = match row.about.better {
        Better::Higher => "higher",
        Better::Lower => "lower",
        Better::Neither => "neither",
    };
    json!({
        "path": row.path,
        "metric": row.about.key,
        "better": better,
        "estimates": estimates,
        "differences": differences,
    })
}

fn estimate_json(name: &str, estimate: &Estimate) -> Value {
    let of = estimate.quantiles;
    json!({
        "design": name,
        "point": estimate.point,
        "low": estimate.low,
        "high": estimate.high,
        "std_error": estimate.std_error,
        "n": estimate.n,
        "p50": of.map(|of| of.p50.point),
        "p95": of.map(|of| of.p95.point),
        "p99": of.map(|of| of.p99.point),
        "max": of.map(|of| of.max),
    })
}

fn versus_json(compared: &Compared, row: &Row, versus: &Versus) -> Value {
    let of = versus.difference;
    json!({
        "design": words::name(compared, versus.design),
        "point": of.map(|it| it.point),
        "low": of.and_then(|it| it.low),
        "high": of.and_then(|it| it.high),
        "std_error": of.and_then(|it| it.std_error),
        "p_value": of.and_then(|it| it.chance),
        "correlation": of.and_then(|it| it.correlation),
        // Infinite, where every trial differs by the same, is no number in JSON.
        "trials_saved_factor": of.and_then(|it| it.saved).filter(|saved| saved.is_finite()),
        "differing_trials": of.map(|it| it.differing),
        "verdict": versus.proof.key(),
        "better": versus.is_better(row.about),
    })
}

fn front_json(compared: &Compared, front: &front::Front) -> Value {
    let (goal, unit) = match front.goal {
        Goal::Unavailability => ("unavailability", "share"),
        Goal::RecoveryTime => ("recovery_time_p95", "s"),
        Goal::RecoveryPoint => ("recovery_point_p95", "s"),
    };
    let spend = match front.spend {
        Spend::Cost(_) => "total_cost",
        Spend::Nodes => "nodes",
    };
    let points: Vec<Value> = front
        .points
        .iter()
        .enumerate()
        .map(|(nth, point)| {
            json!({
                "design": words::name(compared, point.design),
                "spend": point.spend,
                "value": point.value,
                "low": point.low,
                "high": point.high,
                "bound": point.bound,
                "on_front": front.best.contains(&nth),
            })
        })
        .collect();
    let steps: Vec<Value> = front
        .steps
        .iter()
        .map(|step| {
            json!({
                "from": words::name(compared, step.from),
                "to": words::name(compared, step.to),
                "spend": step.spend,
                "nines": step.nines,
                "spend_per_nine": step.per_nine(),
                "at_most": step.at_least,
            })
        })
        .collect();
    json!({ "goal": goal, "unit": unit, "spend": spend, "points": points, "steps": steps })
}

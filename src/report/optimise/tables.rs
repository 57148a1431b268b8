//! The answer as CSV and JSON.

use super::{certainty, hardest, judged};
use crate::study::optimise::{DesignFindings, Fate, Known, OptimiseFindings};
use serde_json::{Value, json};

/// `designs.csv`: one row for each design looked at, in the order of the choices.
pub(super) fn designs(found: &OptimiseFindings) -> String {
    let mut head: Vec<String> = found.choices.iter().map(|choice| choice.path.clone()).collect();
    let aim = aim_column(found);
    head.extend(["fate".to_owned(), "why".to_owned(), aim.clone(), format!("{aim}_low"), format!("{aim}_high")]);
    head.extend(["unavailability", "unavailability_low", "unavailability_high"].map(str::to_owned));
    for promise in &found.promises {
        head.push(promise.key.clone());
        head.push(format!("{} kept", promise.key));
    }
    head.push("trials".to_owned());
    let mut text = row(&head);
    for design in &found.designs {
        let mut cells: Vec<String> = design.values.iter().map(|value| value.trim_matches('"').to_owned()).collect();
        cells.extend([design.fate.key().to_owned(), why(found, &design.fate)]);
        cells.extend(numbers(design.worth));
        cells.extend(numbers(design.unavailability));
        for goal in hardest(found, design) {
            cells.push(goal.and_then(|goal| goal.measured).map_or_else(String::new, |value| value.to_string()));
            cells.push(goal.and_then(|goal| goal.kept).map_or_else(String::new, |kept| kept.to_string()));
        }
        cells.push(design.trials.to_string());
        text.push_str(&row(&cells));
    }
    text
}

/// The name of what is compared, with its unit.
fn aim_column(found: &OptimiseFindings) -> String {
    let key = found.aim.key.rsplit('.').next().unwrap_or_default();
    match &found.aim.currency {
        Some(currency) => format!("{key}_{}_per_year", currency.to_lowercase()),
        None => key.to_owned(),
    }
}

fn why(found: &OptimiseFindings, fate: &Fate) -> String {
    match fate {
        Fate::Invalid(why) => why.clone(),
        Fate::Rule(promise, why) => format!("{}: {why}", found.promises[*promise].key),
        Fate::Formula(promise) | Fate::Missed(promise) => found.promises[*promise].key.clone(),
        Fate::Chosen | Fate::Bound | Fate::Beaten | Fate::Open | Fate::Halved => String::new(),
    }
}

fn numbers(value: Option<Known>) -> [String; 3] {
    match value {
        None => [String::new(), String::new(), String::new()],
        Some(Known::Exact(point)) => [point, point, point].map(|value| value.to_string()),
        Some(Known::Seen(point, low, high)) => {
            [point, low, high].map(|value| if value.is_finite() { value.to_string() } else { String::new() })
        }
    }
}

fn row(cells: &[String]) -> String {
    let quoted = |cell: &String| {
        if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
    };
    let mut line = cells.iter().map(quoted).collect::<Vec<_>>().join(",");
    line.push('\n');
    line
}

/// `optimise.json`.
#[must_use]
pub fn json(found: &OptimiseFindings, version: &str) -> String {
    let tally = &found.counts;
    let document = json!({
        "schema_version": 1,
        "drsim_version": version,
        "scenario": found.scenario.name,
        "scenario_hash": found.scenario.hash,
        "seed": found.seed,
        "confidence": found.confidence,
        "most_trials_of_a_design": found.cap,
        "minimise": { "key": found.aim.key, "currency": found.aim.currency },
        "choices": found.choices.iter().map(|choice| json!({ "path": choice.path, "values": choice.values })).collect::<Vec<_>>(),
        "designs": found.size.to_string(),
        "designs_looked_at": found.designs.len(),
        "exhaustive": found.sampled.is_none(),
        "sure": found.sure,
        "interrupted": found.interrupted,
        "in_words": certainty(found),
        "chosen": found.chosen.map(|nth| design(found, &found.designs[nth])),
        "plain_run": judged(found).map(|(trials, missed)| json!({ "trials": trials, "missed": missed })),
        "rivals": found.rivals.iter().map(|nth| settings(found, &found.designs[*nth])).collect::<Vec<_>>(),
        "regret_at_most": found.regret,
        "runner_up": found.runner_up.as_ref().map(|second| json!({
            "settings": settings(found, &found.designs[second.design]),
            "more": second.more.0, "more_low": finite(second.more.1), "more_high": finite(second.more.2), "alike": second.alike,
        })),
        "promises": found.relaxed.iter().map(|relaxed| json!({
            "key": found.promises[relaxed.promise].key,
            "promised": found.promises[relaxed.promise].words,
            "costs": relaxed.saves,
            "sure": relaxed.sure,
            "without": relaxed.design.map(|nth| settings(found, &found.designs[nth])),
        })).collect::<Vec<_>>(),
        "nearest": found.nearest.map(|nth| design(found, &found.designs[nth])),
        "shortfalls": found.shortfalls.iter().map(|short| json!({
            "key": found.promises[short.promise].key,
            "kept_by": short.kept_by,
            "best": settings(found, &found.designs[short.best]),
            "measured": short.goal.and_then(|goal| goal.measured),
            "allowed": short.goal.map(|goal| goal.allowed),
            "times": short.goal.and_then(|goal| goal.times).and_then(finite),
        })).collect::<Vec<_>>(),
        "front": found.front.iter().map(|nth| design(found, &found.designs[*nth])).collect::<Vec<_>>(),
        "counts": {
            "invalid": tally.invalid, "by_rule": tally.by_rule, "by_formula": tally.by_formula, "by_bound": tally.by_bound,
            "by_trials": tally.by_trials, "halved": tally.halved, "trials": tally.trials, "front_trials": tally.front_trials,
            "rounds": tally.rounds,
        },
    });
    format!("{document:#}\n")
}

fn settings(found: &OptimiseFindings, design: &DesignFindings) -> Value {
    found.choices.iter().zip(&design.values).map(|(choice, value)| (choice.path.clone(), json!(value))).collect()
}

fn design(found: &OptimiseFindings, design: &DesignFindings) -> Value {
    let number = |value: Option<Known>| match value {
        None => Value::Null,
        Some(Known::Exact(point)) => json!({ "point": point, "exact": true }),
        Some(Known::Seen(point, low, high)) => json!({ "point": point, "low": finite(low), "high": finite(high) }),
    };
    let goals = design.goals.iter().map(|goal| {
        json!({
            "promise": found.promises[goal.promise].key, "measure": goal.words, "measured": goal.measured, "allowed": goal.allowed,
            "exact": goal.exact, "kept": goal.kept,
        })
    });
    json!({
        "settings": settings(found, design),
        "fate": design.fate.key(),
        "worth": number(design.worth),
        "unavailability": number(design.unavailability),
        "tests": goals.collect::<Vec<_>>(),
        "trials": design.trials,
    })
}

fn finite(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}

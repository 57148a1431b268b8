//! `designs.csv` and `sweep.json`: every design at full precision.

use super::{kind, label};
use crate::estimate::Basis;
use crate::metric::Better;
use crate::report::csv::{Table, maybe, text};
use crate::report::json::SCHEMA_VERSION;
use crate::study::design::Axis;
use crate::study::sweep::{Choice, Interval, Measure, Row, Status, SweepFindings};
use serde_json::{Map, Value, json};

/// Most values of one parameter that are listed.
const MOST_VALUES: u64 = 10_000;

/// One row per design: what it sets, how it ended, each metric with its interval, the objectives.
#[must_use]
pub fn designs_csv(findings: &SweepFindings) -> String {
    let axes = findings.choice.axes();
    let alone = matches!(findings.choice, Choice::OneAtATime { .. });
    let mut head = vec!["design".to_owned()];
    if alone {
        head.extend(["parameter", "value"].map(str::to_owned));
    } else {
        head.extend(axes.iter().map(|axis| text(&axis.path)));
    }
    head.extend(["status", "problem"].map(str::to_owned));
    for watched in &findings.watched {
        head.extend(["", "_low", "_high"].map(|suffix| format!("{}{suffix}", watched.path)));
        if alone {
            let suffixes = ["_difference", "_difference_low", "_difference_high"];
            head.extend(suffixes.map(|suffix| format!("{}{suffix}", watched.path)));
        }
    }
    head.extend(
        ["objectives_met", "objectives_at_risk", "objectives_missed", "missed", "scenario_hash"].map(str::to_owned),
    );
    let mut table = Table::new(&head);
    for row in &findings.rows {
        let mut cells = vec![row.nth.to_string()];
        if alone {
            let set = parameter(findings, row);
            cells.extend([
                set.map_or_else(String::new, |(axis, _)| text(&axis.path)),
                set.map_or_else(String::new, |(_, value)| text(value)),
            ]);
        } else {
            cells.extend(row.settings.iter().map(|value| text(value)));
        }
        let (status, problem) = match &row.status {
            Status::Ran(_) => ("ok", ""),
            Status::Invalid { problem } => ("invalid", problem.as_str()),
        };
        cells.extend([status.to_owned(), text(problem)]);
        for metric in 0..findings.watched.len() {
            let measure = row.measure(metric).unwrap_or(&Measure::NOTHING);
            cells.extend([measure.point, measure.low, measure.high].map(maybe));
            if alone {
                let difference = row.ran().and_then(|ran| ran.differences.get(metric).copied().flatten());
                let ends = difference.map(|Interval { point, low, high }| [point, low, high]);
                cells.extend((0..3).map(|end| maybe(ends.map(|ends| ends[end]))));
            }
        }
        match row.ran() {
            Some(ran) => {
                let objectives = &ran.objectives;
                cells.extend(
                    [objectives.met, objectives.at_risk, objectives.missed.len() as u64].map(|count| count.to_string()),
                );
                cells.extend([text(&objectives.missed.join(" ")), ran.hash.clone()]);
            }
            None => cells.extend(std::iter::repeat_n(String::new(), 5)),
        }
        table.row(&cells);
    }
    table.end()
}

/// The parameter that a design of one at a time sets, and its value.
fn parameter<'a>(findings: &'a SweepFindings, row: &Row) -> Option<(&'a Axis, &'a str)> {
    let Choice::OneAtATime { axes, cases } = &findings.choice else { return None };
    let (axis, value) = cases.get((row.nth as usize).checked_sub(1)?)?;
    Some((&axes[*axis], value))
}

/// The whole sweep as one JSON document, ending in a line feed; missing values are `null`.
#[must_use]
pub fn json(findings: &SweepFindings, version: &str) -> String {
    let axes = findings.choice.axes();
    let parameters = axes.iter().zip(&findings.own).map(|(axis, own)| {
        let values = axis.count().filter(|count| *count <= MOST_VALUES).map(|_| axis.values().collect::<Vec<_>>());
        let (low, high) = axis.ends();
        json!({ "path": axis.path, "values": values, "ends": [low, high], "as_written": own })
    });
    let metrics = findings.watched.iter().map(|watched| {
        let better = match watched.about.better {
            Better::Higher => "higher",
            Better::Lower => "lower",
            Better::Neither => "neither",
        };
        json!({ "path": watched.path, "label": label(watched), "better": better })
    });
    let effects: Map<String, Value> = findings
        .watched
        .iter()
        .zip(&findings.effects)
        .map(|(watched, effects)| {
            let list =
                effects.iter().map(|effect| json!({ "parameter": axes[effect.axis].path, "share": effect.share }));
            (watched.path.clone(), list.collect())
        })
        .collect();
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "drsim_version": version,
        "kind": kind(findings),
        "scenario": findings.scenario.name,
        "title": findings.scenario.title,
        "scenario_hash": findings.scenario.hash,
        "seed": findings.seed,
        "trials": findings.trials,
        "parameters": parameters.collect::<Vec<_>>(),
        "metrics": metrics.collect::<Vec<_>>(),
        "designs": findings.rows.iter().map(|row| design(findings, row)).collect::<Vec<_>>(),
        "as_written": findings.as_written().map(|row| row.nth),
        "effects": effects,
    });
    format!("{document:#}\n")
}

fn design(findings: &SweepFindings, row: &Row) -> Value {
    let axes = findings.choice.axes();
    let settings: Map<String, Value> = match parameter(findings, row) {
        Some((axis, value)) => Map::from_iter([(axis.path.clone(), value.into())]),
        None => {
            axes.iter().zip(&row.settings).map(|(axis, value)| (axis.path.clone(), value.as_str().into())).collect()
        }
    };
    let Status::Ran(ran) = &row.status else {
        let Status::Invalid { problem } = &row.status else { return Value::Null };
        return json!({ "design": row.nth, "settings": settings, "status": "invalid", "problem": problem });
    };
    let metrics: Map<String, Value> = findings
        .watched
        .iter()
        .zip(&ran.measures)
        .enumerate()
        .map(|(nth, (watched, measure))| {
            let basis = match measure.basis {
                Basis::Interval => "interval",
                Basis::Bound => "bound",
                Basis::Extreme => "extreme",
                Basis::Nothing => "nothing",
            };
            let mut value = json!({ "point": measure.point, "low": measure.low, "high": measure.high, "basis": basis });
            if let Some(Some(difference)) = ran.differences.get(nth) {
                value["difference"] =
                    json!({ "point": difference.point, "low": difference.low, "high": difference.high });
            }
            (watched.path.clone(), value)
        })
        .collect();
    json!({
        "design": row.nth,
        "settings": settings,
        "status": "ok",
        "metrics": metrics,
        "objectives": { "met": ran.objectives.met, "at_risk": ran.objectives.at_risk, "missed": ran.objectives.missed },
        "scenario_hash": ran.hash,
    })
}

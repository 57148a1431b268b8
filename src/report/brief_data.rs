//! The cells of the table of datasets, for the terminal and the Markdown report.

use super::brief::Row;
use crate::estimate::{Basis, Estimate};
use crate::model::DatasetId;
use crate::quantity::Span;
use crate::report::number::{self, NOTHING};
use crate::report::wording;
use crate::study::{Findings, Promiser, SubjectFindings};

/// Column heads of the table of datasets.
pub(super) const HEADS: [&str; 7] = [
    "dataset",
    "status",
    "durability (95 % interval)",
    "lost / trial",
    "recovery point p95 / RPO",
    "recovery p95 / RTO",
    "at risk",
];

/// What the word durability means here, told wherever it is low: what is missing since the last point counts as lost.
pub(super) const DURABILITY: &str = "durability: chance that a trial loses not one byte; what was written since the point that came back counts as lost";

/// True when some dataset loses something in more than one trial of ten, so that its durability wants an explanation.
pub(super) fn wants_words(findings: &Findings) -> bool {
    findings.datasets.iter().any(|(_, found)| point(found, "durability").is_some_and(|share| share < 0.9))
}

/// Rows for at most `most` datasets: all in order, or the ones that lose most when there are more; and how many are left out.
pub(super) fn rows(findings: &Findings, most: usize) -> (Vec<Row>, usize) {
    let mut datasets: Vec<_> = findings.datasets.iter().collect();
    if datasets.len() > most {
        let lost = |found: &SubjectFindings| point(found, "nomdl").unwrap_or(0.0);
        datasets.sort_by(|(_, a), (_, b)| lost(b).total_cmp(&lost(a)));
        datasets.truncate(most);
        datasets.sort_by_key(|(id, _)| *id);
    }
    let left = findings.datasets.len() - datasets.len();
    (datasets.into_iter().map(|(id, found)| row(findings, *id, found)).collect(), left)
}

fn point(found: &SubjectFindings, key: &str) -> Option<f64> {
    found.metric(key).and_then(|measured| measured.estimate.point)
}

fn row(findings: &Findings, id: DatasetId, found: &SubjectFindings) -> Row {
    let dataset = &findings.scenario.datasets[id];
    let judgement = wording::overall(findings, Promiser::Dataset(id));
    let durability = found.metric("durability").map_or(NOTHING.to_owned(), |found| number::share(&found.estimate));
    let lost = found.metric("data_lost_bytes").map_or(NOTHING.to_owned(), |measured| lost(&measured.estimate));
    let p95 = |key: &str, objective: &str, promised: Option<Span>| {
        let quantiles = found.metric(key).and_then(|measured| measured.estimate.quantiles);
        let p95 = quantiles.map_or(NOTHING.to_owned(), |quantiles| number::duration(quantiles.p95.point));
        let more = if wording::beyond(findings, Promiser::Dataset(id), objective) { "> " } else { "" };
        promised.map_or(p95.clone(), |promised| format!("{more}{p95} / {}", number::duration(promised.as_seconds())))
    };
    let cells = [
        dataset.name.clone(),
        wording::judgement(judgement).to_owned(),
        durability,
        lost,
        p95(wording::RECOVERY_POINT, "rpo", dataset.rpo),
        p95(wording::RECOVERY_TIME, "rto", dataset.rto),
        point(found, "at_risk_bytes").map_or(NOTHING.to_owned(), number::bytes),
    ];
    Row { judgement, cells }
}

/// Bytes lost, or that none were seen to be; the durability beside it says how much that is worth.
fn lost(estimate: &Estimate) -> String {
    match (estimate.basis, estimate.point) {
        (Basis::Bound, _) => "none seen".to_owned(),
        (_, Some(mean)) => number::bytes(mean),
        (_, None) => NOTHING.to_owned(),
    }
}

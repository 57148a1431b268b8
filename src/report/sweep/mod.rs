//! A sweep as files and as text: every renderer is `&SweepFindings -> String`.

mod table;
mod text;

pub use table::{designs_csv, json};
pub use text::{markdown, summary};

use crate::report::number;
use crate::report::plot::sweep as plot;
use crate::study::sweep::{Choice, Measure, SweepFindings, Watched};

/// Every file of a sweep as (name, content).
#[must_use]
pub fn files(findings: &SweepFindings, version: &str, resolved: &str, run_json: &str) -> Vec<(String, String)> {
    let plots = plot::all(findings);
    let names: Vec<&str> = plots.iter().map(|(name, _)| name.as_str()).collect();
    let mut files = vec![
        ("sweep.md".to_owned(), markdown(findings, version, &names)),
        ("sweep.json".to_owned(), json(findings, version)),
        ("designs.csv".to_owned(), designs_csv(findings)),
        ("scenario.toml".to_owned(), resolved.to_owned()),
        ("run.json".to_owned(), run_json.to_owned()),
    ];
    files.extend(plots);
    files
}

/// Whose metric and which: `Payments: recovery time p95`.
pub(super) fn label(watched: &Watched) -> String {
    let point = watched.point.as_ref().map(|point| format!(" {point}")).unwrap_or_default();
    let of = if watched.of.is_empty() { String::new() } else { format!("{}: ", watched.of) };
    format!("{of}{}{point}", watched.about.label)
}

/// The same in Chinese.
pub(super) fn label_zh(watched: &Watched) -> String {
    let point = watched.point.as_ref().map(|point| format!(" {point}")).unwrap_or_default();
    let of = if watched.of.is_empty() { String::new() } else { format!("{}：", watched.of) };
    format!("{of}{}{point}", watched.about.label_zh)
}

/// A measured value with its interval, in the unit of its metric.
pub(super) fn measured(watched: &Watched, measure: Option<&Measure>) -> String {
    measure
        .map_or_else(|| number::NOTHING.to_owned(), |measure| number::estimate(watched.about.unit, &measure.estimate()))
}

/// What kind of sweep it is, in keys.
pub(super) const fn kind(findings: &SweepFindings) -> &'static str {
    match &findings.choice {
        Choice::Grid(grid) if grid.is_sample() => "sample",
        Choice::Grid(_) => "grid",
        Choice::OneAtATime { .. } => "one-at-a-time",
    }
}

/// What the numbers rest on: designs, trials, seed.
pub(super) fn basis(findings: &SweepFindings) -> String {
    let designs = number::count(findings.rows.len() as u64);
    let what = match &findings.choice {
        Choice::Grid(grid) if grid.is_sample() => format!("Latin hypercube sample of {designs} designs"),
        Choice::Grid(_) => format!("{designs} designs"),
        Choice::OneAtATime { .. } => format!("{designs} designs, one parameter at a time"),
    };
    let invalid = match findings.invalid() {
        0 => String::new(),
        some => format!(", {some} of them invalid"),
    };
    format!(
        "{what}{invalid}, {} trials each, seed {}: the same random numbers for all designs",
        number::count(findings.trials),
        findings.seed
    )
}

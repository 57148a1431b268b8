//! `compare.md`: the comparison for wikis and pandoc.

use super::words;
use crate::report::markdown::{code, escape, table};
use crate::report::wording;
use crate::study::compare::Compared;
use std::fmt::Write as _;

/// The page; `plots` are the names of the pictures beside it.
#[must_use]
pub fn page(compared: &Compared, version: &str, plots: &[&str]) -> String {
    let mut out = String::new();
    let names: Vec<String> = compared.contenders.iter().map(|contender| escape(&contender.name)).collect();
    let _ = writeln!(out, "# {}\n", names.join(", "));
    let _ = writeln!(
        out,
        "{} designs {}; all meet the same failures. Baseline: {}. drsim {version}.\n",
        compared.contenders.len(),
        words::basis(compared),
        names.first().map_or("", String::as_str)
    );
    let _ = writeln!(out, "Note: {}.\n", wording::CAVEAT);
    let (heads, rows) = words::designs(compared);
    out.push_str("## Designs\n\n");
    table(&mut out, &heads.iter().map(String::as_str).collect::<Vec<_>>(), rows);
    for (nth, contender) in compared.contenders.iter().enumerate() {
        let scenario = &contender.findings.scenario;
        let _ = writeln!(
            out,
            "- {}: {} (`{}`, hash `{}`)",
            escape(&contender.name),
            escape(wording::titled(&scenario.title, &scenario.name)),
            super::tables::scenario_file(nth),
            code(&scenario.hash)
        );
    }
    let _ = writeln!(out, "\n## Differences\n\n{}.\n", words::verdict(compared));
    for line in words::statements(compared) {
        let _ = writeln!(out, "- {}", escape(&line));
    }
    out.push('\n');
    let mut rows = Vec::new();
    for row in compared.rows.iter().filter(|row| words::is_measured(row)) {
        for (nth, cells) in words::row(compared, row).into_iter().enumerate() {
            let path = if nth == 0 { words::path(compared, row) } else { String::new() };
            // On the terminal names stand in from the path.
            let cells = cells.iter().map(|cell| cell.trim().to_owned());
            rows.push(std::iter::once(path).chain(cells).collect());
        }
    }
    let mut heads = vec!["metric", "design"];
    heads.extend(&words::HEADS[1..]);
    table(&mut out, &heads, rows);
    let _ = writeln!(out, "{}.\n", words::LEGEND);
    let fronts = words::fronts(compared);
    if !fronts.is_empty() {
        out.push_str("## What more gives\n\n");
        for line in fronts {
            let _ = writeln!(out, "- {}", escape(&line));
        }
        out.push('\n');
    }
    let alone = words::alone(compared);
    if !alone.is_empty() {
        out.push_str("## Not compared\n\n");
        for line in alone {
            let _ = writeln!(out, "- {}", escape(&line));
        }
        out.push('\n');
    }
    for plot in plots {
        let name = plot.trim_start_matches("plots/").trim_end_matches(".svg");
        let _ = writeln!(out, "![{}](<{plot}>)\n", escape(name));
    }
    out.push_str("Every number at full precision: `compare.csv`, `designs.csv`, `compare.json`.\n");
    out
}

//! A comparison to text: the terminal, a page, tables and pictures.

mod figures;
mod page;
mod tables;
mod words;

#[cfg(test)]
mod tests;

pub use figures::figures;
pub use page::page;
pub use tables::{designs_csv, json, rows_csv};

use crate::report::number;
use crate::report::text::{Paint, Tone};
use crate::report::wording::shorten;
use crate::study::compare::{Compared, Proof};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// Widest a name may be on the terminal.
const NAME_WIDTH: usize = 44;
/// Most lines of what only some designs have.
const MOST_LINES: usize = 12;

/// Every file of a comparison as (name, content); `resolved` are the scenarios as run, design by design.
#[must_use]
pub fn files(compared: &Compared, version: &str, resolved: &[String], run_json: &str) -> Vec<(String, String)> {
    let plots = figures(compared);
    let names: Vec<&str> = plots.iter().map(|(name, _)| name.as_str()).collect();
    let mut files = vec![
        ("compare.md".to_owned(), page(compared, version, &names)),
        ("compare.json".to_owned(), json(compared, version)),
        ("compare.csv".to_owned(), rows_csv(compared)),
        ("designs.csv".to_owned(), designs_csv(compared)),
        ("run.json".to_owned(), run_json.to_owned()),
    ];
    for (nth, text) in resolved.iter().enumerate() {
        files.push((tables::scenario_file(nth), text.clone()));
    }
    files.extend(plots);
    files
}

/// The summary for the terminal, ending in a line feed.
#[must_use]
pub fn summary(compared: &Compared, paint: Paint) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}  {}",
        paint(Tone::Strong, &format!("{} designs compared", compared.contenders.len())),
        paint(Tone::Faint, &words::basis(compared))
    );
    let _ = writeln!(out, "baseline: {}\n", shorten(words::name(compared, 0), NAME_WIDTH));
    let (heads, rows) = words::designs(compared);
    aligned(&mut out, &heads, &rows.iter().map(|row| (row.clone(), None)).collect::<Vec<_>>(), paint);
    out.push('\n');
    let mut lines: Vec<(Vec<String>, Option<Tone>)> = Vec::new();
    for row in compared.rows.iter().filter(|row| words::is_measured(row)) {
        lines.push((vec![words::path(compared, row)], None));
        for (nth, cells) in words::row(compared, row).into_iter().enumerate() {
            let tone = nth.checked_sub(1).map(|nth| tone(row.versus[nth].proof, row.versus[nth].is_better(row.about)));
            lines.push((cells, tone));
        }
    }
    let heads = words::HEADS.map(str::to_owned);
    aligned(&mut out, &heads, &lines, paint);
    let left = compared.rows.iter().filter(|row| !words::is_measured(row)).count();
    if left > 0 {
        let _ = writeln!(
            out,
            "{}",
            paint(Tone::Faint, &format!("{left} metrics with nothing to measure in any design: compare.csv"))
        );
    }
    let _ = writeln!(out, "\n{}", paint(Tone::Strong, &words::verdict(compared)));
    for line in words::statements(compared) {
        let _ = writeln!(out, "  {line}");
    }
    for line in words::fronts(compared) {
        let _ = writeln!(out, "{line}");
    }
    let alone = words::alone(compared);
    for line in alone.iter().take(MOST_LINES) {
        let _ = writeln!(out, "not compared: {line}");
    }
    if alone.len() > MOST_LINES {
        let _ = writeln!(out, "{} more in compare.md", number::count((alone.len() - MOST_LINES) as u64));
    }
    let _ = writeln!(out, "{}", paint(Tone::Faint, words::LEGEND));
    let _ = writeln!(out, "\n{}", paint(Tone::Faint, crate::report::wording::CAVEAT));
    out
}

const fn tone(proof: Proof, better: Option<bool>) -> Tone {
    match (proof, better) {
        (Proof::Real, Some(true)) => Tone::Good,
        (Proof::Real, Some(false)) => Tone::Bad,
        (Proof::Real, None) => Tone::Strong,
        (Proof::NotShown | Proof::Same | Proof::Unseen | Proof::Nothing, _) => Tone::Faint,
    }
}

/// Columns by display width; a row of one cell runs across, and the tone is that of the last but one column.
fn aligned(out: &mut String, heads: &[String], rows: &[(Vec<String>, Option<Tone>)], paint: Paint) {
    let cut = |cell: &String, column: usize| if column == 0 { shorten(cell, NAME_WIDTH) } else { cell.clone() };
    let full = || rows.iter().map(|(cells, _)| cells).filter(|cells| cells.len() > 1);
    let widths: Vec<usize> = (0..heads.len())
        .map(|column| full().map(|cells| cut(&cells[column], column).width()).fold(heads[column].width(), usize::max))
        .collect();
    let pad = |text: &str, width: usize| format!("{text}{}", " ".repeat(width.saturating_sub(text.width())));
    let head: Vec<String> = heads.iter().zip(&widths).map(|(head, width)| pad(head, *width)).collect();
    let _ = writeln!(out, "{}", paint(Tone::Strong, head.join("  ").trim_end()));
    let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1));
    let _ = writeln!(out, "{}", paint(Tone::Faint, &rule));
    for (cells, tone) in rows {
        if let [across] = cells.as_slice() {
            let _ = writeln!(out, "{}", paint(Tone::Strong, &shorten(across, 100)));
            continue;
        }
        let dressed = cells.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            let text = pad(&cut(cell, column), *width);
            match tone {
                Some(tone) if column + 2 == heads.len() => paint(*tone, &text),
                Some(_) | None => text,
            }
        });
        let _ = writeln!(out, "{}", dressed.collect::<Vec<_>>().join("  ").trim_end());
    }
}

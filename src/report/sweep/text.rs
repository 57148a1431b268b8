//! The sweep on a terminal, and `sweep.md`.

use super::{basis, kind, label, measured};
use crate::metric::Better;
use crate::report::markdown::{code, escape};
use crate::report::number;
use crate::report::text::{Paint, Tone};
use crate::report::wording::{self, shorten};
use crate::study::sweep::{Choice, End, Row, Status, SweepFindings, swings};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// Most designs in a table; beyond, the best and the worst.
const MOST_ROWS: usize = 24;
/// Most metrics beside one another on a terminal, and on a page.
const MOST_METRICS: (usize, usize) = (3, 6);
/// Most invalid designs that are listed.
const MOST_INVALID: usize = 5;
/// Widest a cell may be on a terminal.
const CELL: usize = 34;

/// A table before it is dressed.
struct Sheet {
    heads: Vec<String>,
    rows: Vec<(Tone, Vec<String>)>,
    /// What was left out.
    note: Option<String>,
}

/// The summary that a terminal shows, ending in a line feed.
#[must_use]
pub fn summary(findings: &SweepFindings, paint: Paint) -> String {
    let scenario = &findings.scenario;
    let mut out = String::new();
    let title = shorten(&scenario.title, 80);
    let _ = writeln!(out, "{}  {title}", paint(Tone::Strong, &shorten(&scenario.name, 40)));
    let _ = writeln!(out, "{}\n", paint(Tone::Faint, &basis(findings)));
    if matches!(findings.choice, Choice::OneAtATime { .. }) {
        for metric in shown(findings).into_iter().take(MOST_METRICS.0) {
            let _ = writeln!(out, "{}", paint(Tone::Strong, &headline(findings, metric)));
            dress(&tornado(findings, metric), paint, &mut out);
            out.push('\n');
        }
    } else {
        dress(&designs(findings, MOST_METRICS.0), paint, &mut out);
        for line in effects(findings).into_iter().take(MOST_METRICS.0) {
            let _ = writeln!(out, "{}", paint(Tone::Faint, &line));
        }
    }
    if let Some(line) = still(findings) {
        let _ = writeln!(out, "{}", paint(Tone::Faint, &shorten(&line, 160)));
    }
    for line in invalid(findings) {
        let _ = writeln!(out, "{}", paint(Tone::Warning, &shorten(&line, 160)));
    }
    let _ = writeln!(out, "\n{}", paint(Tone::Faint, wording::CAVEAT));
    out
}

/// `sweep.md`: tables and pictures; `plots` are the names of the pictures beside it.
#[must_use]
pub fn markdown(findings: &SweepFindings, version: &str, plots: &[&str]) -> String {
    let scenario = &findings.scenario;
    let mut out = String::new();
    let _ = writeln!(out, "# {}\n", escape(wording::titled(&scenario.title, &scenario.name)));
    let _ = writeln!(
        out,
        "Sweep ({}) of scenario `{}`: {}. drsim {version}, scenario hash `{}`.\n",
        kind(findings),
        code(&scenario.name),
        basis(findings),
        code(&scenario.hash),
    );
    let _ = writeln!(out, "Note: {}.\n", wording::CAVEAT);
    out.push_str("## Parameters 参数\n\n| parameter | values | in the scenario |\n|---|---|---|\n");
    for (axis, own) in findings.choice.axes().iter().zip(&findings.own) {
        let (low, high) = axis.ends();
        let values = match axis.count() {
            Some(count) if count <= 12 => {
                axis.values().map(|value| format!("`{}`", code(&value))).collect::<Vec<_>>().join(", ")
            }
            Some(count) => format!("{} from `{}` to `{}`", number::count(count), code(&low), code(&high)),
            None => format!("from `{}` to `{}`", code(&low), code(&high)),
        };
        let own = own.as_ref().map_or_else(|| "not written".to_owned(), |own| format!("`{}`", code(own)));
        let _ =
            writeln!(out, "| `{}` | {} | {} |", code(&axis.path), values.replace('|', "\\|"), own.replace('|', "\\|"));
    }
    if matches!(findings.choice, Choice::OneAtATime { .. }) {
        for metric in shown(findings) {
            let _ = writeln!(out, "\n## {}\n", escape(&headline(findings, metric)));
            page(&tornado(findings, metric), &mut out);
        }
    } else {
        out.push_str("\n## Designs 方案\n\n");
        page(&designs(findings, MOST_METRICS.1), &mut out);
        let effects = effects(findings);
        if !effects.is_empty() {
            out.push_str("\n## What moves each metric most 影响最大的参数\n\n");
            for line in effects {
                let _ = writeln!(out, "- {}", escape(&line));
            }
        }
    }
    if let Some(line) = still(findings) {
        let _ = writeln!(out, "\n{}.", escape(&line));
    }
    let invalid = invalid(findings);
    if !invalid.is_empty() {
        out.push_str("\n## Invalid designs 无效方案\n\n");
        for line in invalid {
            let _ = writeln!(out, "- {}", escape(&line));
        }
    }
    if !plots.is_empty() {
        out.push_str("\n## Figures\n\n");
        for plot in plots {
            let name = plot.trim_start_matches("plots/").trim_end_matches(".svg");
            let _ = writeln!(out, "![{}](<{plot}>)\n", escape(name));
        }
    }
    let _ = writeln!(out, "\nEvery design at full precision: `designs.csv`, `sweep.json`.");
    out
}

/// Metrics worth showing: those that differ between designs, or all that were measured when none does.
fn shown(findings: &SweepFindings) -> Vec<usize> {
    let (mut order, moving) = findings.telling();
    if moving > 0 {
        order.truncate(moving);
    }
    order
}

/// One sentence about what was watched in vain.
fn still(findings: &SweepFindings) -> Option<String> {
    let (order, moving) = findings.telling();
    let still: Vec<String> = order[moving..].iter().take(12).map(|metric| label(&findings.watched[*metric])).collect();
    (moving > 0 && !still.is_empty()).then(|| format!("the same in all designs: {}", still.join("; ")))
}

fn designs(findings: &SweepFindings, most: usize) -> Sheet {
    let metrics: Vec<usize> = shown(findings).into_iter().take(most).collect();
    let mut heads: Vec<String> = findings.choice.axes().iter().map(|axis| axis.label().to_owned()).collect();
    heads.extend(metrics.iter().map(|metric| label(&findings.watched[*metric])));
    heads.push("objectives".to_owned());
    let written = findings.as_written().map(|row| row.nth);
    let mut rows: Vec<&Row> = findings.rows.iter().filter(|row| row.ran().is_some()).collect();
    let all = rows.len();
    let mut note = None;
    if all > MOST_ROWS {
        if let Some(&first) = metrics.first() {
            let sign = if findings.watched[first].about.better == Better::Higher { -1.0 } else { 1.0 };
            let rank = |row: &Row| row.point(first).map_or(f64::INFINITY, |point| sign * point);
            rows.sort_by(|left, right| rank(left).total_cmp(&rank(right)));
            let of = label(&findings.watched[first]);
            note =
                Some(format!("the {0} best and the {0} worst of {all} by {of}; all are in designs.csv", MOST_ROWS / 2));
        }
        rows.drain(MOST_ROWS / 2..all - MOST_ROWS / 2);
    }
    let rows = rows.into_iter().map(|row| {
        let mut cells: Vec<String> = row.settings.clone();
        cells.extend(metrics.iter().map(|metric| measured(&findings.watched[*metric], row.measure(*metric))));
        let (tone, judged) = objectives(row);
        let mark = if Some(row.nth) == written { " (as written)" } else { "" };
        cells.push(format!("{judged}{mark}"));
        (tone, cells)
    });
    Sheet { heads, rows: rows.collect(), note }
}

/// How the promises of a design fared, with a symbol and in words.
fn objectives(row: &Row) -> (Tone, String) {
    let Some(ran) = row.ran() else { return (Tone::Faint, String::new()) };
    let of = &ran.objectives;
    match (of.missed.as_slice(), of.at_risk, of.met) {
        ([], 0, 0) => (Tone::Faint, "–".to_owned()),
        ([], 0, met) => (Tone::Good, format!("● {met} met")),
        ([], at_risk, _) => (Tone::Warning, format!("▲ {at_risk} at risk")),
        (missed, _, _) => (Tone::Bad, format!("✖ {}", missed.join(" "))),
    }
}

fn headline(findings: &SweepFindings, metric: usize) -> String {
    let watched = &findings.watched[metric];
    let base = findings.rows.first().and_then(|row| row.measure(metric));
    format!("{}: {} as written", label(watched), measured(watched, base))
}

/// One row per parameter, the greatest swing first.
fn tornado(findings: &SweepFindings, metric: usize) -> Sheet {
    let watched = &findings.watched[metric];
    let heads = ["parameter", "as written", "least", "most", "swing", "against as written"].map(str::to_owned).to_vec();
    let end = |end: &End| {
        format!(
            "{} at {}",
            end.measure
                .point
                .map_or_else(|| number::NOTHING.to_owned(), |point| number::value(watched.about.unit, point)),
            end.value
        )
    };
    let against = |ends: [&End; 2]| {
        let real = |end: &End| end.difference.is_some_and(|it| it.low > 0.0 || it.high < 0.0);
        let known = ends.iter().any(|end| end.difference.is_some());
        match (ends.iter().any(|end| real(end)), known) {
            (true, _) => "differs",
            (false, true) => "not shown",
            (false, false) => number::NOTHING,
        }
    };
    let rows = swings(findings, metric).into_iter().map(|swing| {
        let axis = &findings.choice.axes()[swing.axis];
        let own = findings.own[swing.axis].clone().unwrap_or_else(|| number::NOTHING.to_owned());
        let differs = against([&swing.least, &swing.most]);
        let tone = if differs == "differs" { Tone::Strong } else { Tone::Faint };
        let size = number::value(watched.about.unit, swing.size);
        (tone, vec![axis.label().to_owned(), own, end(&swing.least), end(&swing.most), size, differs.to_owned()])
    });
    Sheet {
        heads,
        rows: rows.collect(),
        note: Some("differs: the paired 95 % interval of an end does not hold zero".to_owned()),
    }
}

/// One sentence per metric: how much of what differs goes with each parameter.
fn effects(findings: &SweepFindings) -> Vec<String> {
    let axes = findings.choice.axes();
    if axes.len() < 2 {
        return Vec::new();
    }
    let lines = findings.watched.iter().zip(&findings.effects).filter(|(_, effects)| !effects.is_empty());
    lines
        .map(|(watched, effects)| {
            let parts: Vec<String> = effects
                .iter()
                .take(4)
                .map(|it| format!("{} {:.0} %", axes[it.axis].label(), 100.0 * it.share))
                .collect();
            format!("what differs in {} goes with {}", label(watched), parts.join(", "))
        })
        .collect()
}

fn invalid(findings: &SweepFindings) -> Vec<String> {
    let axes = findings.choice.axes();
    let mut lines = Vec::new();
    for row in &findings.rows {
        let Status::Invalid { problem } = &row.status else { continue };
        if lines.len() == MOST_INVALID {
            lines.push(format!("and {} more invalid designs, all in designs.csv", findings.invalid() - MOST_INVALID));
            break;
        }
        let set = findings.choice.settings(row.nth);
        let name = |path: &str| {
            axes.iter().find(|axis| axis.path == path).map_or_else(String::new, |axis| axis.label().to_owned())
        };
        let settings: Vec<String> = set.iter().map(|set| format!("{}={}", name(&set.path), set.value)).collect();
        lines.push(format!("invalid: {}: {problem}", settings.join(", ")));
    }
    lines
}

fn dress(sheet: &Sheet, paint: Paint, out: &mut String) {
    let cut = |cell: &String| shorten(cell, CELL);
    let heads: Vec<String> = sheet.heads.iter().map(cut).collect();
    let rows: Vec<(Tone, Vec<String>)> =
        sheet.rows.iter().map(|(tone, cells)| (*tone, cells.iter().map(cut).collect())).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|(_, cells)| cells[column].width());
        cells.chain([heads[column].width()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
        format!("  {}", padded.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    };
    let _ = writeln!(out, "{}", paint(Tone::Strong, &line(&heads)));
    for (tone, cells) in &rows {
        let _ = writeln!(out, "{}", if *tone == Tone::Strong { line(cells) } else { paint(*tone, &line(cells)) });
    }
    if let Some(note) = &sheet.note {
        let _ = writeln!(out, "  {}", paint(Tone::Faint, note));
    }
}

fn page(sheet: &Sheet, out: &mut String) {
    let row =
        |cells: &[String]| format!("| {} |", cells.iter().map(|cell| escape(cell)).collect::<Vec<_>>().join(" | "));
    let _ = writeln!(out, "{}\n|{}", row(&sheet.heads), "---|".repeat(sheet.heads.len()));
    for (_, cells) in &sheet.rows {
        let _ = writeln!(out, "{}", row(cells));
    }
    if let Some(note) = &sheet.note {
        let _ = writeln!(out, "\n{}.", escape(note));
    }
}

//! A drill to paper: the hand-out, tables, pictures and the terminal.

mod bia;
mod kit;
pub mod tables;
pub mod timeline;
pub(in crate::report) mod who;
pub mod wordings;

#[cfg(test)]
mod tests;

pub use kit::handout;

use crate::report::number::duration;
use crate::report::plot;
use crate::report::text::Tone;
use crate::report::wording;
use crate::study::drill::{DrillFindings, Light};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// Every file of a drill as (name, content).
#[must_use]
pub fn files(findings: &DrillFindings, version: &str, resolved: &str, run_json: &str) -> Vec<(String, String)> {
    let mut plots: Vec<(String, String)> = Vec::new();
    plots.extend(plot::gantt(findings).map(|svg| ("plots/gantt.svg".to_owned(), svg)));
    plots.extend(plot::striking(findings).map(|svg| ("plots/recovery-point.svg".to_owned(), svg)));
    let names: Vec<&str> = plots.iter().map(|(name, _)| name.as_str()).collect();
    let mut files = vec![
        ("drill.md".to_owned(), handout(findings, version, &names)),
        ("drill.json".to_owned(), tables::json(findings, version)),
        ("timeline.csv".to_owned(), tables::timeline_csv(findings)),
        ("incidents.csv".to_owned(), tables::incidents_csv(findings)),
        ("ratings.csv".to_owned(), tables::ratings_csv(findings)),
        ("scenario.toml".to_owned(), resolved.to_owned()),
        ("run.json".to_owned(), run_json.to_owned()),
    ];
    if let Some(sweep) = &findings.sweep {
        files.push(("sweep.csv".to_owned(), tables::sweep_csv(findings, sweep)));
    }
    files.extend(plots);
    files
}

/// Rows of the summary: what was touched, phases, objectives; then what would have to change.
#[must_use]
pub fn summary(findings: &DrillFindings, paint: impl Fn(Tone, &str) -> String) -> String {
    let scenario = &findings.scenario;
    let mut out = String::new();
    let title = wording::titled(&scenario.title, &scenario.name);
    let _ = writeln!(out, "{}  {}", paint(Tone::Strong, &scenario.name), title);
    let _ = writeln!(
        out,
        "drill of {} on {}, {}\n",
        paint(Tone::Strong, wordings::threat(findings)),
        timeline::clock(findings, findings.event.strike),
        wordings::walked(findings.at)
    );
    out.push_str(&timeline::text(findings));
    out.push('\n');
    let mut rows = vec![["", "objective", "promised", "measured", "light"].map(str::to_owned)];
    let mut lights = vec![Light::Unpromised];
    for affected in &findings.walk.affected {
        for rating in &affected.ratings {
            let promise = wordings::promise(rating.promise);
            let light = wordings::light(rating.light).to_owned();
            let name = wordings::label(scenario, affected.subject);
            rows.push([
                name,
                promise.to_owned(),
                wordings::promised(rating.promised),
                wordings::measured(affected, rating),
                light,
            ]);
            lights.push(rating.light);
        }
    }
    let widths: Vec<usize> =
        (0..5).map(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0)).collect();
    for (row, light) in rows.iter().zip(lights) {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, width))| {
                let padded = format!("{cell}{}", " ".repeat(width - cell.width()));
                if column == 4 { paint(tone(light), padded.trim_end()) } else { padded }
            })
            .collect();
        let _ = writeln!(out, "{}", cells.join("  ").trim_end());
    }
    for affected in findings.walk.affected.iter().filter(|it| it.point.is_some() || it.gone) {
        let name = wordings::label(scenario, affected.subject);
        let lost = crate::report::number::bytes(affected.lost_bytes);
        let _ = writeln!(out, "{name}: {}, {lost} lost", wordings::point(scenario, affected));
    }
    if let Some(drawn) = &findings.drawn {
        let _ = writeln!(out, "\ndrawn {} times: recovery time p50, p90, longest", drawn.trials);
        for it in drawn.subjects.iter().filter(|it| !it.recovery.is_empty()) {
            let at = |level| it.recovery.quantile(level).map_or_else(String::new, duration);
            let open = if it.open > 0 { format!(", not back in {}", it.open) } else { String::new() };
            let name = wordings::label(scenario, it.subject);
            let _ = writeln!(out, "  {name}: {}, {}, {}{open}", at(0.5), at(0.9), at(1.0));
        }
    }
    if let Some(sweep) = &findings.sweep {
        let _ =
            writeln!(out, "\nstruck at {} moments of {}:", sweep.moments.len(), duration(sweep.cycle.1.as_seconds()));
        for (nth, subject) in sweep.subjects.iter().enumerate() {
            for (what, found) in [("recovery point", sweep.point(nth)), ("recovery time", sweep.recovery(nth))] {
                let Some(found) = found else { continue };
                let _ = writeln!(
                    out,
                    "  {} {what}: best {}, mean {}, worst {} at {}",
                    wordings::label(scenario, *subject),
                    duration(found.best.0.as_seconds()),
                    duration(found.mean),
                    duration(found.worst.0.as_seconds()),
                    timeline::clock(findings, found.worst.1)
                );
            }
        }
    }
    let changes = wordings::changes(findings);
    if !changes.is_empty() {
        let _ = writeln!(out, "\n{}", paint(Tone::Strong, "what would have to change"));
        for change in changes {
            let _ = writeln!(out, "- {change}");
        }
    }
    out
}

const fn tone(light: Light) -> Tone {
    match light {
        Light::Green => Tone::Good,
        Light::Amber => Tone::Warning,
        Light::Red => Tone::Bad,
        Light::Unpromised => Tone::Faint,
    }
}

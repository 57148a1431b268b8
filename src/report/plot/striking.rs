//! Recovery point and recovery time against the moment at which the event strikes.

use super::axis::{Scale, round_ticks};
use super::canvas::{Anchor, BLUE, Canvas, GRID, INK, MUTED, ORANGE, fit, text_width};
use super::sheet::{MARGIN, Sheet, TOP, WIDTH};
use crate::model::Subject;
use crate::quantity::{SimTime, Span};
use crate::report::drill::wordings;
use crate::report::{number, trace};
use crate::study::drill::{DrillFindings, Extremes, Moment, Sweep};
use plotters::style::RGBColor;

const LEFT: f64 = 96.0;
const RIGHT: f64 = WIDTH - MARGIN;
const PLOT: f64 = 120.0;
const PANEL: f64 = PLOT + 62.0;
/// Most panels.
const MOST: usize = 8;

/// One line over the cycle.
struct Curve {
    subject: usize,
    point: bool,
    found: Extremes,
    promised: Option<Span>,
}

/// A panel for each recovery point, then for each recovery time; `None` without a sweep, or when it touched nothing.
#[must_use]
pub fn striking(findings: &DrillFindings) -> Option<String> {
    let sweep = findings.sweep.as_ref()?;
    let mut curves: Vec<Curve> = Vec::new();
    for point in [true, false] {
        for (nth, subject) in sweep.subjects.iter().enumerate() {
            let found = if point { sweep.point(nth) } else { sweep.recovery(nth) };
            let promised = objective(findings, *subject, point);
            curves.extend(found.map(|found| Curve { subject: nth, point, found, promised }));
        }
    }
    let hidden = curves.len().saturating_sub(MOST);
    curves.truncate(MOST);
    if curves.is_empty() {
        return None;
    }
    let mut sheet = Sheet::of(
        &findings.scenario,
        curves.len() as f64 * PANEL + 16.0,
        &format!(
            "{} struck at every moment of the cycle: how old the data are that come back, how long it takes",
            wordings::threat(findings)
        ),
        "事件发生时刻与恢复点（RPO）、恢复时间（RTO）的关系",
    );
    for (nth, curve) in curves.iter().enumerate() {
        panel(findings, sweep, &mut sheet.canvas, curve, TOP + 8.0 + nth as f64 * PANEL);
    }
    if hidden > 0 {
        sheet.note(format!("{hidden} more are in sweep.csv 其余见 sweep.csv"));
    }
    sheet.note("dashed: objective 虚线为目标 · ▼ worst 最差 · ▲ best 最好 · × not back 未恢复");
    Some(sheet.finish_with(&format!(
        "{}: {} moments, every time at its median",
        findings.scenario.name,
        number::count(sweep.moments.len() as u64)
    )))
}

fn objective(findings: &DrillFindings, subject: Subject, point: bool) -> Option<Span> {
    match subject {
        Subject::Service(id) if !point => findings.scenario.services[id].objective.rto,
        Subject::Dataset(id) if point => findings.scenario.datasets[id].rpo,
        Subject::Dataset(id) => findings.scenario.datasets[id].rto,
        Subject::Service(_) | Subject::Domain(_) | Subject::Scenario | Subject::Cost => None,
    }
}

fn panel(findings: &DrillFindings, sweep: &Sweep, canvas: &mut Canvas, curve: &Curve, top: f64) {
    let (from, length) = sweep.cycle;
    let across = Scale::linear((from.as_seconds(), (from + length).as_seconds()), (LEFT, RIGHT));
    let (head, bottom) = (top + 24.0, top + 24.0 + PLOT);
    let most = curve.found.worst.0.as_seconds();
    // An objective far above the curve would press it flat.
    let shown = curve.promised.map(Span::as_seconds).filter(|limit| *limit <= most * 4.0);
    let high = most.max(shown.unwrap_or(0.0)).max(1.0) * 1.12;
    let up = Scale::linear((0.0, high), (bottom, head));
    let what = if curve.point { "recovery point 恢复点" } else { "recovery time 恢复时间" };
    let name = wordings::titled(&findings.scenario, sweep.subjects[curve.subject]);
    let seconds = |span: Span| number::duration(span.as_seconds());
    let off = curve
        .promised
        .filter(|_| shown.is_none())
        .map_or_else(String::new, |limit| format!(" · objective {}", seconds(limit)));
    // A second more or less is how a transfer rounds.
    let flat = curve.found.worst.0.saturating_sub(curve.found.best.0).as_seconds() < 1.0;
    let told = if flat {
        format!("{} at every moment{off}", seconds(curve.found.worst.0))
    } else {
        format!(
            "best {} · mean {} · worst {}{off}",
            seconds(curve.found.best.0),
            number::duration(curve.found.mean),
            seconds(curve.found.worst.0)
        )
    };
    canvas.text((RIGHT, top + 8.0), &told, 12.0, Anchor::End, INK);
    // The heading gets what the figures at the other end leave; when the name is too long, what is shown stays.
    let room = RIGHT - LEFT - text_width(&told, 12.0) - 24.0;
    let heading = fit(&name, 13.0, room - text_width(&format!(": {what}"), 13.0) * 1.1);
    canvas.bold((LEFT, top + 8.0), &format!("{heading}: {what}"), 13.0, Anchor::Start, INK);
    days(findings, canvas, &across, (from, length), (head, bottom));
    let (unit, word) = unit_of(high);
    for tick in round_ticks(0.0, high / unit, 4.0) {
        let at = up.at(tick * unit);
        canvas.line((LEFT, at), (RIGHT, at), GRID, 1);
        canvas.text((LEFT - 8.0, at), &format!("{} {word}", number::plain(tick)), 11.0, Anchor::End, MUTED);
    }
    let value =
        |moment: &Moment| if curve.point { moment.point[curve.subject] } else { moment.recovery[curve.subject] };
    let mut run: Vec<(f64, f64)> = Vec::new();
    for moment in &sweep.moments {
        match value(moment) {
            Some(value) => run.push((across.at(moment.strike.as_seconds()), up.at(value.as_seconds()))),
            None => canvas.path(std::mem::take(&mut run), BLUE, 2),
        }
        if moment.open[curve.subject] {
            canvas.cross((across.at(moment.strike.as_seconds()), head + 6.0), 3.0, INK);
        }
    }
    canvas.path(run, BLUE, 2);
    if let Some(limit) = shown {
        let at = up.at(limit);
        canvas.dashed((LEFT, at), (RIGHT, at), ORANGE, 2);
        let text = format!("{} {}", if curve.point { "RPO" } else { "RTO" }, number::duration(limit));
        canvas.label((RIGHT - 4.0, at - 9.0), &text, 11.0, Anchor::End, ORANGE);
    }
    if !flat {
        mark(canvas, (across.at(curve.found.worst.1.as_seconds()), up.at(most)), false, INK);
        mark(canvas, (across.at(curve.found.best.1.as_seconds()), up.at(curve.found.best.0.as_seconds())), true, INK);
    }
    canvas.line((LEFT, bottom), (RIGHT, bottom), INK, 1);
}

/// A small triangle at a point: from below for the best, from above for the worst.
fn mark(canvas: &mut Canvas, (x, y): (f64, f64), below: bool, color: RGBColor) {
    let base = if below { y + 9.0 } else { y - 9.0 };
    canvas.polygon(
        vec![(x - 5.0, base), (x + 5.0, base), (x, y + if below { 1.0 } else { -1.0 }), (x - 5.0, base)],
        color,
    );
}

/// Midnights with their weekday and date; over more than ten days every few of them.
fn days(
    findings: &DrillFindings,
    canvas: &mut Canvas,
    across: &Scale,
    (from, length): (SimTime, Span),
    (head, bottom): (f64, f64),
) {
    let scenario = &findings.scenario;
    let count = libm::ceil(length.as_seconds() / 86_400.0) as i64;
    let every = (count / 10 + 1).max(1);
    let Some(first) = trace::clock(scenario, from) else { return };
    for nth in (0..=count).step_by(every as usize) {
        let Ok(day) = first.date().checked_add(jiff::Span::new().days(nth)) else { return };
        let seconds = day.at(0, 0, 0, 0).duration_since(scenario.start).as_secs_f64();
        if seconds < from.as_seconds() - 1.0 || seconds > (from + length).as_seconds() + 1.0 {
            continue;
        }
        let at = across.at(seconds);
        canvas.line((at, head), (at, bottom + 4.0), GRID, 1);
        canvas.text((at, bottom + 14.0), &day.strftime("%a %d %b").to_string(), 11.0, Anchor::Middle, MUTED);
    }
}

fn unit_of(seconds: f64) -> (f64, &'static str) {
    let units = [(86_400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s")];
    units.into_iter().find(|(unit, _)| seconds >= 2.0 * unit).unwrap_or((1.0, "s"))
}

//! A drill as bars: what each service and dataset went through, and who did which step. Told by letter and pattern, so that a black and white
//! print on A4 says the same as the screen.

use super::axis::{Scale, round_ticks};
use super::canvas::{Anchor, Canvas, GRID, INK, MUTED, PAPER, fit, text_width};
use super::sheet::{MARGIN, Sheet, TOP, WIDTH};
use crate::id::Id;
use crate::model::{Phase, Subject};
use crate::quantity::{SimTime, Span};
use crate::report::drill::{who, wordings};
use crate::report::{number, trace};
use crate::simulation::Status;
use crate::study::drill::{Affected, DrillFindings, Light, Promise};
use plotters::style::RGBColor;

const LEFT: f64 = 190.0;
const RIGHT: f64 = WIDTH - MARGIN;
const BAR: f64 = 18.0;
/// A service or dataset: its bar and a line of text below.
const ROW: f64 = 48.0;
/// A step of a plan.
const STEP: f64 = 26.0;
/// Legend and the axis of the clock above the rows.
const HEAD: f64 = 92.0;
const TAIL: f64 = 40.0;
/// Most rows: what was touched comes first.
const MOST: usize = 18;

const DARK: RGBColor = RGBColor(0x3A, 0x3A, 0x3A);
const GREY: RGBColor = RGBColor(0xA8, 0xAD, 0xB3);
const LIGHT: RGBColor = RGBColor(0xE4, 0xE7, 0xEA);

/// What a stretch of a bar shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Detect,
    Decide,
    Act,
    Verify,
    CatchUp,
    Degraded,
    Up,
}

impl Look {
    const ALL: [Self; 7] =
        [Self::Detect, Self::Decide, Self::Act, Self::Verify, Self::CatchUp, Self::Degraded, Self::Up];

    const fn of(phase: Phase) -> Self {
        match phase {
            Phase::Detect => Self::Detect,
            Phase::Decide => Self::Decide,
            Phase::Act => Self::Act,
            Phase::Verify => Self::Verify,
        }
    }

    const fn letter(self) -> &'static str {
        match self {
            Self::Detect => "U",
            Self::Decide => "D",
            Self::Act => "A",
            Self::Verify => "V",
            Self::CatchUp => "C",
            Self::Degraded => "G",
            Self::Up => "",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Detect => "U down, not noticed 未发现",
            Self::Decide => "D being decided 决策",
            Self::Act => "A acting, restoring 处置与恢复",
            Self::Verify => "V being verified 验证",
            Self::CatchUp => "C catching up 补录",
            Self::Degraded => "G degraded 降级",
            Self::Up => "up 正常",
        }
    }
}

/// Phases of every service and dataset and the steps of plans against the clock, with RTO and MTD as lines; `None` when nothing was touched and
/// no step was taken.
#[must_use]
pub fn gantt(findings: &DrillFindings) -> Option<String> {
    let touched = |it: &&Affected| !it.recoveries.is_empty() || degraded(findings, it).next().is_some();
    let mut rows: Vec<&Affected> = findings.walk.affected.iter().filter(touched).collect();
    rows.sort_by_key(|it| it.recoveries.is_empty()); // stable: those that were lost first
    let hidden = rows.len().saturating_sub(MOST);
    rows.truncate(MOST);
    let steps = &findings.walk.steps[..findings.walk.steps.len().min(MOST)];
    if rows.is_empty() && steps.is_empty() {
        return None;
    }
    let body = HEAD + rows.len() as f64 * ROW + steps.len() as f64 * STEP + TAIL;
    let mut sheet = Sheet::of(
        &findings.scenario,
        body,
        &format!(
            "Drill of {}: what each service and dataset goes through, and who does what",
            wordings::threat(findings)
        ),
        "演练甘特图：各服务与数据集的恢复阶段及各步骤负责人",
    );
    let canvas = &mut sheet.canvas;
    legend(canvas);
    let (from, to) = window(findings, &rows);
    let scale = Scale::linear((from, to), (LEFT, RIGHT));
    let (top, bottom) = (TOP + HEAD, TOP + body - TAIL);
    axes(findings, canvas, &scale, (from, to), (top, bottom));
    for (nth, row) in rows.iter().enumerate() {
        draw_row(findings, canvas, &scale, row, top + nth as f64 * ROW);
    }
    for (nth, step) in steps.iter().enumerate() {
        let middle = top + rows.len() as f64 * ROW + (nth as f64 + 0.5) * STEP;
        let plan = &findings.scenario.plans[step.step.0];
        let Some(told) = plan.steps.get(step.step.1 as usize) else { continue };
        let name = told.name.as_str();
        canvas.text((LEFT - 10.0, middle), &fit(name, 12.0, LEFT - MARGIN), 12.0, Anchor::End, INK);
        let (begin, end) = (scale.at(step.from.as_seconds()), scale.at(step.to.as_seconds()));
        let size = ((end - begin).max(3.0), 10.0);
        canvas.rect((begin, middle - 5.0), size, GREY);
        let who = who::of_step(&findings.scenario, told);
        let who = if who.is_empty() { who } else { format!("{who}, ") };
        let text = format!("{who}{}", number::duration(step.to.since(step.from).as_seconds()));
        beside(canvas, (begin, begin + size.0), middle, &text);
    }
    let strike = scale.at(findings.event.strike.as_seconds());
    canvas.line((strike, top - 4.0), (strike, bottom), INK, 2);
    if hidden > 0 {
        sheet.note(format!("{hidden} more are in timeline.csv 其余见 timeline.csv"));
    }
    sheet.note("R = RTO, M = MTD, counted from the loss 自失效起计");
    Some(sheet.finish_with(&format!("{}: {}", findings.scenario.name, wordings::walked(findings.at))))
}

/// Stretches of a service that were degraded since the event.
fn degraded<'a>(findings: &'a DrillFindings, row: &Affected) -> impl Iterator<Item = (SimTime, SimTime)> + use<'a> {
    let own = match row.subject {
        Subject::Service(id) => findings.walk.trace.stretches.get(id.index()),
        Subject::Dataset(_) | Subject::Domain(_) | Subject::Scenario | Subject::Cost => None,
    };
    let stretches = own.map(Vec::as_slice).unwrap_or_default().iter();
    let seen = stretches.filter(|it| it.status == Status::Degraded && it.to > findings.event.strike);
    seen.map(|it| (it.from, it.to))
}

/// From shortly before the event to shortly after the last recovery; objectives are on it unless they are far beyond.
fn window(findings: &DrillFindings, rows: &[&Affected]) -> (f64, f64) {
    let strike = findings.event.strike.as_seconds();
    let recoveries = || rows.iter().flat_map(|row| &row.recoveries);
    let ends =
        recoveries().map(|it| it.incident.lost + it.time + it.work).chain(findings.walk.steps.iter().map(|it| it.to));
    let first = recoveries().map(|it| it.incident.lost.as_seconds()).fold(strike, f64::min);
    let mut last = ends.map(SimTime::as_seconds).fold(strike + 60.0, f64::max);
    let near = strike + (last - strike) * 2.5;
    for row in rows {
        for (at, _) in limits(row) {
            if at.as_seconds() <= near {
                last = last.max(at.as_seconds());
            }
        }
    }
    let length = last - first;
    (first - length * 0.03, last + length * 0.06)
}

/// Moments of the RTO and the MTD of a subject, from its worst loss.
fn limits(row: &Affected) -> Vec<(SimTime, &'static str)> {
    let Some(worst) = row.worst() else { return Vec::new() };
    let promised = row.ratings.iter().filter_map(|rating| Some((rating.promise, rating.promised?)));
    let letters = promised.filter_map(|(promise, limit)| match promise {
        Promise::Rto => Some((worst.incident.lost + limit, "R")),
        Promise::Mtd => Some((worst.incident.lost + limit, "M")),
        Promise::Rpo => None,
    });
    letters.collect()
}

fn axes(
    findings: &DrillFindings,
    canvas: &mut Canvas,
    scale: &Scale,
    (from, to): (f64, f64),
    (top, bottom): (f64, f64),
) {
    let strike = findings.event.strike.as_seconds();
    let (unit, name) = unit_of(to - strike);
    canvas.text((LEFT - 10.0, bottom + 14.0), "since the event 事件后", 11.0, Anchor::End, MUTED);
    canvas.text((LEFT - 10.0, top - 14.0), "clock 时钟", 11.0, Anchor::End, MUTED);
    for tick in round_ticks((from - strike) / unit, (to - strike) / unit, 7.0) {
        let seconds = strike + tick * unit;
        if seconds < from {
            continue;
        }
        let at = scale.at(seconds);
        canvas.line((at, top - 4.0), (at, bottom), GRID, 1);
        let text = if tick == 0.0 {
            "0".to_owned()
        } else {
            format!("{}{} {name}", if tick > 0.0 { "+" } else { "" }, number::plain(tick))
        };
        canvas.text((at, bottom + 14.0), &text, 11.0, Anchor::Middle, INK);
        let Some(local) = trace::clock(&findings.scenario, SimTime::ZERO + Span::from_seconds(seconds)) else {
            continue;
        };
        let shape = if unit < 60.0 { "%H:%M:%S" } else { "%H:%M" };
        canvas.text((at, top - 14.0), &local.strftime(shape).to_string(), 11.0, Anchor::Middle, INK);
        if tick == 0.0 || unit > 3600.0 {
            canvas.text((at, top - 28.0), &local.strftime("%a %d %b").to_string(), 11.0, Anchor::Middle, MUTED);
        }
    }
}

fn draw_row(findings: &DrillFindings, canvas: &mut Canvas, scale: &Scale, row: &Affected, top: f64) {
    let middle = top + 15.0;
    // The line below says whether it is data.
    let name = wordings::titled(&findings.scenario, row.subject).replacen(" (data)", "", 1);
    canvas.text((LEFT - 10.0, middle), &fit(&name, 13.0, LEFT - MARGIN), 13.0, Anchor::End, INK);
    let kind = match row.subject {
        Subject::Dataset(_) => "dataset 数据集",
        Subject::Service(_) | Subject::Domain(_) | Subject::Scenario | Subject::Cost => "service 服务",
    };
    canvas.text((LEFT - 10.0, middle + 17.0), kind, 11.0, Anchor::End, MUTED);
    bar(canvas, Look::Up, (LEFT, RIGHT), middle);
    for (from, to) in degraded(findings, row) {
        bar(canvas, Look::Degraded, (scale.at(from.as_seconds()), scale.at(to.as_seconds())), middle);
    }
    for recovery in &row.recoveries {
        for span in &recovery.phases {
            bar(
                canvas,
                Look::of(span.phase),
                (scale.at(span.from.as_seconds()), scale.at(span.to.as_seconds())),
                middle,
            );
        }
        let back = recovery.incident.lost + recovery.time;
        if recovery.work > Span::ZERO {
            bar(
                canvas,
                Look::CatchUp,
                (scale.at(back.as_seconds()), scale.at((back + recovery.work).as_seconds())),
                middle,
            );
        }
    }
    let mut beyond: Vec<String> = Vec::new();
    for (at, letter) in limits(row) {
        if scale.holds(at.as_seconds()) {
            let x = scale.at(at.as_seconds());
            canvas.line((x, middle - BAR / 2.0 - 6.0), (x, middle + BAR / 2.0 + 6.0), INK, 2);
            canvas.label((x + 4.0, middle - BAR / 2.0 - 5.0), letter, 11.0, Anchor::Start, INK);
        } else {
            let limit = row.worst().map_or(0.0, |worst| at.since(worst.incident.lost).as_seconds());
            beyond.push(format!("{letter} {} →", number::duration(limit)));
        }
    }
    let below = middle + BAR / 2.0 + 11.0;
    let room = RIGHT - LEFT - if beyond.is_empty() { 30.0 } else { 130.0 };
    let text = fit(&account(row), 11.0, room);
    canvas.text((scale.at(findings.event.strike.as_seconds()) + 6.0, below), &text, 11.0, Anchor::Start, INK);
    canvas.text((RIGHT, below), &beyond.join("  "), 11.0, Anchor::End, MUTED);
}

/// What is said below a bar: the light, the phases, the limits.
fn account(row: &Affected) -> String {
    let word = match row.light() {
        Light::Green => "● green",
        Light::Amber => "▲ amber",
        Light::Red => "✖ red",
        Light::Unpromised => "– no objective",
    };
    let worst = row.worst().map_or_else(String::new, |worst| {
        let told = if worst.open { "not over after" } else { "back after" };
        format!(" · {told} {}", number::duration(worst.time.as_seconds()))
    });
    let phases = if row.recoveries.is_empty() { "degraded only 仅降级".to_owned() } else { wordings::phases(row) };
    let several =
        if row.recoveries.len() > 1 { format!(" · lost {} times", row.recoveries.len()) } else { String::new() };
    format!("{word}{worst}: {phases}{several}")
}

/// One stretch: colour, pattern, letter where there is room.
fn bar(canvas: &mut Canvas, look: Look, (from, to): (f64, f64), middle: f64) {
    let (at, size) = ((from, middle - BAR / 2.0), (to - from, BAR));
    if size.0 <= 0.0 {
        return;
    }
    match look {
        Look::Up => {
            canvas.rect(at, size, PAPER);
            outline(canvas, at, size, GRID);
            return;
        }
        Look::Detect => canvas.rect(at, size, DARK),
        Look::Decide => {
            canvas.rect(at, size, LIGHT);
            canvas.hatch(at, size, DARK);
        }
        Look::Act => {
            canvas.rect(at, size, GREY);
            rulings(canvas, at, size, 5.0, false);
        }
        Look::Verify => {
            canvas.rect(at, size, PAPER);
            rulings(canvas, at, size, 5.0, true);
        }
        Look::CatchUp => {
            canvas.rect(at, size, PAPER);
            dots(canvas, at, size);
        }
        Look::Degraded => canvas.rect(at, size, LIGHT),
    }
    outline(canvas, at, size, DARK);
    let letter = look.letter();
    if text_width(letter, 11.0) + 8.0 < size.0 {
        let x = from + size.0 / 2.0;
        if look == Look::Detect {
            canvas.bold((x, middle), letter, 11.0, Anchor::Middle, PAPER);
        } else {
            canvas.rect((x - 7.0, middle - 7.0), (14.0, 14.0), PAPER);
            canvas.bold((x, middle), letter, 11.0, Anchor::Middle, INK);
        }
    }
}

fn outline(canvas: &mut Canvas, (x, y): (f64, f64), (width, height): (f64, f64), color: RGBColor) {
    let corners = vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)];
    canvas.path(corners, color, 1);
}

fn rulings(canvas: &mut Canvas, (x, y): (f64, f64), (width, height): (f64, f64), apart: f64, upright: bool) {
    let (mut way, length) = (apart / 2.0, if upright { width } else { height });
    while way < length {
        if upright {
            canvas.line((x + way, y), (x + way, y + height), DARK, 1);
        } else {
            canvas.line((x, y + way), (x + width, y + way), DARK, 1);
        }
        way += apart;
    }
}

fn dots(canvas: &mut Canvas, (x, y): (f64, f64), (width, height): (f64, f64)) {
    let mut way = 3.0;
    // The second dot of a pair stays within the bar too.
    while way + 4.0 < width {
        canvas.dot((x + way, y + height * 0.3), 1, DARK);
        canvas.dot((x + way + 3.0, y + height * 0.7), 1, DARK);
        way += 6.0;
    }
}

/// A text right of a bar, left of it where there is no room, or on it where there is none on either side.
fn beside(canvas: &mut Canvas, (from, to): (f64, f64), middle: f64, text: &str) {
    let width = text_width(text, 11.0);
    if to + 6.0 + width < RIGHT {
        canvas.text((to + 6.0, middle), text, 11.0, Anchor::Start, INK);
    } else if from - 6.0 - width > LEFT {
        canvas.label((from - 6.0, middle), text, 11.0, Anchor::End, INK);
    } else {
        let text = fit(text, 11.0, to - from - 12.0);
        canvas.label((f64::midpoint(from, to), middle), &text, 11.0, Anchor::Middle, INK);
    }
}

fn legend(canvas: &mut Canvas) {
    let (mut x, mut y) = (MARGIN, TOP + 4.0);
    for look in Look::ALL {
        let text = look.words();
        let width = 38.0 + text_width(text, 11.0);
        if x + width > RIGHT {
            (x, y) = (MARGIN, y + 24.0);
        }
        bar(canvas, look, (x, x + 22.0), y);
        canvas.text((x + 28.0, y), text, 11.0, Anchor::Start, INK);
        x += width;
    }
}

/// The largest unit of which there are at least two.
fn unit_of(seconds: f64) -> (f64, &'static str) {
    let units = [(86_400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s")];
    units.into_iter().find(|(unit, _)| seconds >= 2.0 * unit).unwrap_or((1.0, "s"))
}

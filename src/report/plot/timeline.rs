//! When the services were up, degraded and down in the chosen trials.

use super::axis::{Scale, round_ticks};
use super::canvas::{Anchor, Canvas, DEGRADED, DOWN, GRID, INK, MUTED, PAPER, UP, fit, text_width};
use super::sheet::{MARGIN, Sheet, TOP, WIDTH};
use crate::id::Id;
use crate::model::ServiceId;
use crate::quantity::{SECONDS_PER_YEAR, Span};
use crate::report::{number, trace, wording};
use crate::simulation::{Happening, Status, Stretch};
use crate::study::{ChosenTrial, Findings};

const MOST_ROWS: usize = 10;
const ROW: f64 = 26.0;
const BAR: f64 = 16.0;
const LEFT: f64 = 200.0;
const RIGHT: f64 = 590.0;
const ZOOM_LEFT: f64 = 640.0;
const ZOOM_RIGHT: f64 = WIDTH - MARGIN;
/// Room above and below the rows of a trial.
const HEAD: f64 = 66.0;
const TAIL: f64 = 42.0;
/// Narrower bars are drawn as ticks.
const TICK_BELOW: f64 = 3.0;
/// More ticks in a row would merge into a bar: columns tell how much of the time was down instead.
const MOST_TICKS: usize = 60;
/// Width of such a column.
const COLUMN: f64 = 3.0;

/// How short outages had to be drawn.
#[derive(Clone, Copy, Default)]
struct Shown {
    /// Some as ticks.
    ticks: bool,
    /// Some as columns.
    columns: bool,
}

/// One panel per chosen trial, the longest outage enlarged beside it; `None` without a chosen trial.
#[must_use]
pub fn timeline(findings: &Findings) -> Option<String> {
    let mut trials: Vec<(Vec<&str>, &ChosenTrial)> = Vec::new();
    for chosen in &findings.chosen {
        let word = wording::which(chosen.which);
        // With few trials one of them can be the median and the worst at once.
        match trials.iter_mut().find(|(_, other)| other.trace.trial == chosen.trace.trial) {
            Some((words, _)) => words.push(word),
            None => trials.push((vec![word], chosen)),
        }
    }
    let rows = services(findings);
    if trials.is_empty() || rows.is_empty() {
        return None;
    }
    let panel = HEAD + rows.len() as f64 * ROW + TAIL;
    let body = 24.0 + panel * trials.len() as f64;
    let mut sheet = Sheet::new(
        findings,
        body,
        "When the services were down: the whole trial on the left, its longest outage enlarged on the right",
        "服务中断时间线：左为整个试验，右为最长一次中断的放大",
    );
    key(&mut sheet.canvas);
    let mut all = Shown::default();
    for (nth, (words, chosen)) in trials.iter().enumerate() {
        let top = TOP + 24.0 + nth as f64 * panel;
        let shown = overview(findings, &mut sheet.canvas, top, words, chosen, &rows);
        all = Shown { ticks: all.ticks || shown.ticks, columns: all.columns || shown.columns };
        zoom(findings, &mut sheet.canvas, top, chosen, &rows);
    }
    if rows.len() < findings.scenario.services.len() {
        sheet.note(format!(
            "the {} services with most downtime of {} 仅列停机最久者",
            rows.len(),
            findings.scenario.services.len()
        ));
    }
    if all.columns {
        sheet.note(
            "many outages: columns as high as the share of their time that was down or degraded 中断密集：柱高为停机或降级时间占比",
        );
    }
    if all.ticks {
        sheet.note("a tick marks an outage too short for a bar 竖线表示过短而无法按比例画出的中断");
    }
    Some(sheet.finish(findings))
}

/// Rows of the panels: all services, or those with most downtime over the chosen trials.
fn services(findings: &Findings) -> Vec<ServiceId> {
    let mut ids: Vec<ServiceId> = findings.scenario.services.ids().collect();
    if ids.len() > MOST_ROWS {
        let down = |id: ServiceId| -> u64 {
            let stretches =
                findings.chosen.iter().filter_map(|chosen| chosen.trace.stretches.get(id.index())).flatten();
            let lengths = stretches.filter(|stretch| stretch.status == Status::Down).map(length);
            lengths.map(Span::as_microseconds).fold(0, u64::saturating_add)
        };
        ids.sort_by_key(|id| std::cmp::Reverse(down(*id)));
        ids.truncate(MOST_ROWS);
        ids.sort();
    }
    ids
}

fn length(stretch: &Stretch) -> Span {
    stretch.to.since(stretch.from)
}

/// What the three looks mean, in words beside a sample.
fn key(canvas: &mut Canvas) {
    let mut x = LEFT;
    for (status, text) in [(Status::Up, "up 正常"), (Status::Degraded, "degraded 降级"), (Status::Down, "down 中断")]
    {
        bar(canvas, status, (x, x + 26.0), TOP + 6.0, 12.0);
        canvas.text((x + 34.0, TOP + 6.0), text, 12.0, Anchor::Start, INK);
        x += 60.0 + text_width(text, 12.0);
    }
}

/// A stretch told by colour, by height and by hatching.
fn bar(canvas: &mut Canvas, status: Status, (from, to): (f64, f64), middle: f64, height: f64) {
    match status {
        Status::Up => canvas.rect((from, middle - height / 4.0), (to - from, height / 2.0), UP),
        Status::Degraded => {
            canvas.rect((from, middle - height / 2.0), (to - from, height), DEGRADED);
            canvas.hatch((from, middle - height / 2.0), (to - from, height), INK);
        }
        Status::Down => canvas.rect((from, middle - height / 2.0), (to - from, height), DOWN),
    }
}

/// The whole horizon; says how short outages were drawn.
fn overview(
    findings: &Findings,
    canvas: &mut Canvas,
    top: f64,
    words: &[&str],
    chosen: &ChosenTrial,
    rows: &[ServiceId],
) -> Shown {
    let horizon = findings.scenario.horizon.as_seconds();
    let scale = Scale::linear((0.0, horizon), (LEFT, RIGHT));
    let bottom = top + HEAD + rows.len() as f64 * ROW;
    let head = format!("{} trial {}试验", capital(&words.join(", ")), chinese(words));
    let down = number::duration(chosen.downtime.as_seconds());
    // Summed over services it can be longer than the trial itself.
    let whose = if findings.scenario.services.len() > 1 { "down over all services" } else { "down" };
    let rest = format!("no. {}, {down} {whose}", number::count(chosen.trace.trial));
    canvas.bold((MARGIN, top + 18.0), &head, 14.0, Anchor::Start, INK);
    let after = MARGIN + text_width(&head, 14.0) + 18.0;
    canvas.text((after, top + 18.0), &fit(&rest, 13.0, RIGHT - after), 13.0, Anchor::Start, MUTED);
    for (at, text) in elapsed_ticks(&scale, horizon, 5.0) {
        canvas.line((at, top + HEAD - 10.0), (at, bottom), GRID, 1);
        canvas.text((at, bottom + 13.0), &text, 11.0, Anchor::Middle, MUTED);
    }
    let mut shown = Shown::default();
    for (nth, id) in rows.iter().enumerate() {
        let middle = top + HEAD + (nth as f64 + 0.5) * ROW;
        let service = &findings.scenario.services[*id];
        let name = wording::titled(&service.title, &service.name);
        canvas.text((LEFT - 12.0, middle), &fit(name, 13.0, LEFT - 12.0 - MARGIN), 13.0, Anchor::End, INK);
        bar(canvas, Status::Up, (LEFT, RIGHT), middle, BAR);
        let stretches = chosen.trace.stretches.get(id.index()).map(Vec::as_slice).unwrap_or_default();
        let short = |stretch: &&Stretch| {
            let width = scale.at(stretch.to.as_seconds()) - scale.at(stretch.from.as_seconds());
            stretch.status != Status::Up && width < TICK_BELOW
        };
        let dense = stretches.iter().filter(short).count() > MOST_TICKS;
        if dense {
            shown.columns = true;
            columns(canvas, &scale, stretches, middle);
            continue;
        }
        // Degraded first, so that a tick of an outage is never hidden; one mark per pixel is enough.
        for status in [Status::Degraded, Status::Down] {
            let mut last = f64::NEG_INFINITY;
            for stretch in stretches.iter().filter(|stretch| stretch.status == status) {
                let (from, to) = (scale.at(stretch.from.as_seconds()), scale.at(stretch.to.as_seconds()));
                if to - from >= TICK_BELOW {
                    bar(canvas, status, (from, to), middle, BAR);
                } else if from - last >= 1.0 {
                    if status == Status::Down {
                        canvas.rect((from - 1.0, middle - BAR / 2.0 - 3.0), (2.0, BAR + 6.0), DOWN);
                        shown.ticks = true;
                    } else {
                        canvas.rect((from, middle - BAR / 2.0), (1.0, BAR), DEGRADED);
                    }
                    last = from;
                }
            }
        }
    }
    shown
}

/// How much of the time was down and degraded, column by column, one upon the other.
fn columns(canvas: &mut Canvas, scale: &Scale, stretches: &[Stretch], middle: f64) {
    let last = ((RIGHT - LEFT) / COLUMN) as usize - 1;
    let mut shares = vec![(0.0, 0.0); last + 1];
    for stretch in stretches {
        let place = |at: f64| (scale.at(at) - LEFT) / COLUMN;
        let (from, to) = (place(stretch.from.as_seconds()), place(stretch.to.as_seconds()));
        for (nth, (down, degraded)) in
            shares.iter_mut().enumerate().take((to as usize).min(last) + 1).skip((from as usize).min(last))
        {
            let part = ((nth as f64 + 1.0).min(to) - (nth as f64).max(from)).max(0.0);
            match stretch.status {
                Status::Down => *down += part,
                Status::Degraded => *degraded += part,
                Status::Up => {}
            }
        }
    }
    for (nth, (down, degraded)) in shares.into_iter().enumerate() {
        let mut bottom = middle + BAR / 2.0;
        for (share, color) in [(down, DOWN), (degraded, DEGRADED)] {
            if share > 0.0 {
                let height = (f64::min(share, 1.0) * BAR).max(1.0);
                bottom -= height;
                canvas.rect((LEFT + nth as f64 * COLUMN, bottom), (COLUMN - 1.0, height), color);
            }
        }
    }
}

/// The longest outage of the trial with what the other services did meanwhile.
fn zoom(findings: &Findings, canvas: &mut Canvas, top: f64, chosen: &ChosenTrial, rows: &[ServiceId]) {
    let bottom = top + HEAD + rows.len() as f64 * ROW;
    let mut longest: Option<(ServiceId, Stretch)> = None;
    for id in rows {
        let stretches = chosen.trace.stretches.get(id.index()).map(Vec::as_slice).unwrap_or_default();
        for stretch in stretches.iter().filter(|stretch| stretch.status == Status::Down) {
            if longest.is_none_or(|(_, other)| length(stretch) > length(&other)) {
                longest = Some((*id, *stretch));
            }
        }
    }
    let Some((whose, outage)) = longest else {
        canvas.text((ZOOM_LEFT, top + 18.0), "no outage in this trial 无中断", 13.0, Anchor::Start, MUTED);
        return;
    };
    let lasted = length(&outage).as_seconds();
    canvas.bold(
        (ZOOM_LEFT, top + 8.0),
        &format!("Longest outage 最长中断: {}", number::duration(lasted)),
        13.0,
        Anchor::Start,
        INK,
    );
    let began = trace::clock(&findings.scenario, outage.from).map_or_else(
        || format!("after {}", number::duration(outage.from.as_seconds())),
        |at| format!("from {}", at.strftime("%Y-%m-%d %H:%M:%S")),
    );
    let service = &findings.scenario.services[whose];
    let room = ZOOM_RIGHT - ZOOM_LEFT - text_width(&began, 12.0) - 12.0;
    let began = format!("{}, {began}", fit(wording::titled(&service.title, &service.name), 12.0, room));
    canvas.text((ZOOM_LEFT, top + 26.0), &began, 12.0, Anchor::Start, MUTED);
    // The first reason that the trial gives for this very outage.
    let reason = chosen.trace.entries.iter().find_map(|entry| match entry.what {
        Happening::Became(id, Status::Down, Some(cause)) if id == whose && entry.at == outage.from => Some(cause),
        _ => None,
    });
    if let Some(cause) = reason {
        let text = format!("because {}", trace::why(&findings.scenario, cause));
        let text = fit(&text, 12.0, ZOOM_RIGHT - ZOOM_LEFT);
        canvas.text((ZOOM_LEFT, top + 43.0), &text, 12.0, Anchor::Start, INK);
    }
    let begin = outage.from.as_seconds();
    let window = (begin - lasted * 0.12, begin + lasted * 1.3);
    let scale = Scale::linear(window, (ZOOM_LEFT, ZOOM_RIGHT));
    let (unit, name) = unit_of(lasted);
    for tick in round_ticks(0.0, lasted * 1.3 / unit, 5.0) {
        let at = scale.at(begin + tick * unit);
        canvas.line((at, top + HEAD - 10.0), (at, bottom), GRID, 1);
        let text = if tick == 0.0 { "0".to_owned() } else { format!("+{} {name}", number::plain(tick)) };
        canvas.text((at, bottom + 13.0), &text, 11.0, Anchor::Middle, MUTED);
    }
    for (nth, id) in rows.iter().enumerate() {
        let middle = top + HEAD + (nth as f64 + 0.5) * ROW;
        let stretches = chosen.trace.stretches.get(id.index()).map(Vec::as_slice).unwrap_or_default();
        let seen = |stretch: &&Stretch| stretch.to.as_seconds() > window.0 && stretch.from.as_seconds() < window.1;
        let mut last = f64::NEG_INFINITY;
        for stretch in stretches.iter().filter(seen) {
            let (from, to) = (scale.at(stretch.from.as_seconds()), scale.at(stretch.to.as_seconds()));
            if to - from < 1.0 && from - last < 1.0 {
                continue;
            }
            last = from;
            bar(canvas, stretch.status, (from, to), middle, BAR);
            let text = number::duration(length(stretch).as_seconds());
            if stretch.status == Status::Down && text_width(&text, 11.0) + 8.0 < to - from {
                canvas.text((f64::midpoint(from, to), middle), &text, 11.0, Anchor::Middle, PAPER);
            }
        }
    }
    // Where on the left the enlarged outage lies.
    let whole = Scale::linear((0.0, findings.scenario.horizon.as_seconds()), (LEFT, RIGHT));
    let (at, tip) = (whole.at(begin), top + HEAD - 4.0);
    canvas.polygon(vec![(at - 5.0, tip - 9.0), (at + 5.0, tip - 9.0), (at, tip), (at - 5.0, tip - 9.0)], INK);
}

/// Round moments of an axis of elapsed time with their names.
pub(super) fn elapsed_ticks(scale: &Scale, horizon: f64, wanted: f64) -> Vec<(f64, String)> {
    let (unit, name) = unit_of(horizon);
    let ticks = round_ticks(0.0, horizon / unit, wanted);
    let text = |tick: f64| if tick == 0.0 { "0".to_owned() } else { format!("{} {name}", number::plain(tick)) };
    ticks.into_iter().map(|tick| (scale.at(tick * unit), text(tick))).collect()
}

/// The largest unit of which there are at least two.
fn unit_of(seconds: f64) -> (f64, &'static str) {
    let units = [(SECONDS_PER_YEAR, "y"), (86_400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s")];
    units.into_iter().find(|(unit, _)| seconds >= 2.0 * unit).unwrap_or((1.0, "s"))
}

/// The chosen trials in Chinese.
fn chinese(words: &[&str]) -> String {
    let word = |word: &&str| {
        match *word {
            "median" => "中位",
            "p95" => "第 95 百分位",
            "worst" => "最差",
            other => other,
        }
        .to_owned()
    };
    words.iter().map(word).collect::<Vec<_>>().join("、")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

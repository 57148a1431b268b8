//! When the services were up, degraded and down in the chosen trials.

use super::axis::{Scale, round_ticks};
use super::canvas::{Anchor, BLUE, Canvas, DEGRADED, DOWN, GRID, INK, MUTED, PALE, PAPER, UP, fit, text_width};
use super::sheet::{MARGIN, Sheet, TOP, WIDTH};
use super::timeline_rows::{Look, Mark, Row, rows};
use crate::quantity::SECONDS_PER_YEAR;
use crate::report::{number, trace, wording};
use crate::study::{ChosenTrial, Findings};

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
    let rows = rows(findings);
    if trials.is_empty() || rows.is_empty() {
        return None;
    }
    let panel = HEAD + rows.len() as f64 * ROW + TAIL;
    let body = 24.0 + panel * trials.len() as f64;
    let datasets = rows.iter().filter(|row| matches!(row, Row::Dataset(_))).count();
    let (english, chinese) = if datasets == 0 {
        (
            "When the services were down: the whole trial on the left, its longest outage enlarged on the right",
            "服务中断时间线：左为整个试验，右为最长一次中断的放大",
        )
    } else {
        (
            "When services were down and data lost: the whole trial on the left, its longest outage enlarged on the right",
            "服务中断与数据丢失时间线：左为整个试验，右为最长一次中断的放大",
        )
    };
    let mut sheet = Sheet::new(findings, body, english, chinese);
    key(&mut sheet.canvas, datasets > 0);
    let mut all = Shown::default();
    for (nth, (words, chosen)) in trials.iter().enumerate() {
        let top = TOP + 24.0 + nth as f64 * panel;
        let shown = overview(findings, &mut sheet.canvas, top, words, chosen, &rows);
        all = Shown { ticks: all.ticks || shown.ticks, columns: all.columns || shown.columns };
        zoom(findings, &mut sheet.canvas, top, chosen, &rows);
    }
    let services = rows.len() - datasets;
    if services < findings.scenario.services.len() {
        sheet.note(format!(
            "the {services} services with most downtime of {} 仅列停机最久者",
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

/// What the looks mean, in words beside a sample.
fn key(canvas: &mut Canvas, data: bool) {
    let mut x = if data { MARGIN } else { LEFT };
    let looks: &[(Look, &str)] = if data {
        &[
            (Look::Up, "up 正常"),
            (Look::Degraded, "degraded or spoiled 降级或损坏"),
            (Look::Down, "down or lost 中断或丢失"),
            (Look::Restoring, "restoring 恢复中"),
            (Look::Verifying, "verifying 验证中"),
        ]
    } else {
        &[(Look::Up, "up 正常"), (Look::Degraded, "degraded 降级"), (Look::Down, "down 中断")]
    };
    for &(look, text) in looks {
        bar(canvas, look, (x, x + 26.0), TOP + 6.0, 12.0);
        canvas.text((x + 34.0, TOP + 6.0), text, 12.0, Anchor::Start, INK);
        x += 60.0 + text_width(text, 12.0);
    }
}

/// A stretch told by colour, by height and by hatching.
fn bar(canvas: &mut Canvas, look: Look, (from, to): (f64, f64), middle: f64, height: f64) {
    match look {
        Look::Up => canvas.rect((from, middle - height / 4.0), (to - from, height / 2.0), UP),
        Look::Degraded => {
            canvas.rect((from, middle - height / 2.0), (to - from, height), DEGRADED);
            canvas.hatch((from, middle - height / 2.0), (to - from, height), INK);
        }
        Look::Down => canvas.rect((from, middle - height / 2.0), (to - from, height), DOWN),
        Look::Restoring => {
            canvas.rect((from, middle - height / 2.0), (to - from, height), PALE);
            canvas.hatch((from, middle - height / 2.0), (to - from, height), BLUE);
        }
        Look::Verifying => canvas.rect((from, middle - height * 0.3), (to - from, height * 0.6), BLUE),
    }
}

/// The whole horizon; says how short outages were drawn.
fn overview(
    findings: &Findings,
    canvas: &mut Canvas,
    top: f64,
    words: &[&str],
    chosen: &ChosenTrial,
    rows: &[Row],
) -> Shown {
    let horizon = findings.scenario.horizon.as_seconds();
    let scale = Scale::linear((0.0, horizon), (LEFT, RIGHT));
    let bottom = top + HEAD + rows.len() as f64 * ROW;
    let head = format!("{} trial {}试验", capital(&words.join(", ")), chinese(words));
    let down = number::duration(chosen.downtime.as_seconds());
    // Summed over services it can be longer than the trial itself.
    let whose = match findings.scenario.services.len() {
        0 => "without data",
        1 => "down",
        _ => "down over all services",
    };
    let rest = format!("no. {}, {down} {whose}", number::count(chosen.trace.trial));
    canvas.bold((MARGIN, top + 18.0), &head, 14.0, Anchor::Start, INK);
    let after = MARGIN + text_width(&head, 14.0) + 18.0;
    canvas.text((after, top + 18.0), &fit(&rest, 13.0, RIGHT - after), 13.0, Anchor::Start, MUTED);
    for (at, text) in elapsed_ticks(&scale, horizon, 5.0) {
        canvas.line((at, top + HEAD - 10.0), (at, bottom), GRID, 1);
        canvas.text((at, bottom + 13.0), &text, 11.0, Anchor::Middle, MUTED);
    }
    let mut shown = Shown::default();
    for (nth, row) in rows.iter().enumerate() {
        let middle = top + HEAD + (nth as f64 + 0.5) * ROW;
        canvas.text(
            (LEFT - 12.0, middle),
            &fit(row.name(findings), 13.0, LEFT - 12.0 - MARGIN),
            13.0,
            Anchor::End,
            INK,
        );
        bar(canvas, Look::Up, (LEFT, RIGHT), middle, BAR);
        let marks = row.marks(findings, &chosen.trace);
        let short = |mark: &&Mark| {
            let width = scale.at(mark.to.as_seconds()) - scale.at(mark.from.as_seconds());
            mark.look != Look::Up && width < TICK_BELOW
        };
        let dense = marks.iter().filter(short).count() > MOST_TICKS;
        if dense {
            shown.columns = true;
            columns(canvas, &scale, &marks, middle);
            continue;
        }
        // Degraded first and down last, so that a tick of an outage is never hidden; one mark per pixel is enough.
        for look in [Look::Degraded, Look::Verifying, Look::Restoring, Look::Down] {
            let mut last = f64::NEG_INFINITY;
            for mark in marks.iter().filter(|mark| mark.look == look) {
                let (from, to) = (scale.at(mark.from.as_seconds()), scale.at(mark.to.as_seconds()));
                if to - from >= TICK_BELOW {
                    bar(canvas, look, (from, to), middle, BAR);
                } else if from - last >= 1.0 {
                    match look {
                        Look::Down => {
                            canvas.rect((from - 1.0, middle - BAR / 2.0 - 3.0), (2.0, BAR + 6.0), DOWN);
                            shown.ticks = true;
                        }
                        Look::Degraded => canvas.rect((from, middle - BAR / 2.0), (1.0, BAR), DEGRADED),
                        // Beside the tick of the loss that it follows nobody would see it.
                        Look::Up | Look::Restoring | Look::Verifying => {}
                    }
                    last = from;
                }
            }
        }
    }
    shown
}

/// How much of the time was down and degraded, column by column, one upon the other.
fn columns(canvas: &mut Canvas, scale: &Scale, marks: &[Mark], middle: f64) {
    let last = ((RIGHT - LEFT) / COLUMN) as usize - 1;
    let mut shares = vec![(0.0, 0.0); last + 1];
    for mark in marks {
        let place = |at: f64| (scale.at(at) - LEFT) / COLUMN;
        let (from, to) = (place(mark.from.as_seconds()), place(mark.to.as_seconds()));
        for (nth, (down, degraded)) in
            shares.iter_mut().enumerate().take((to as usize).min(last) + 1).skip((from as usize).min(last))
        {
            let part = ((nth as f64 + 1.0).min(to) - (nth as f64).max(from)).max(0.0);
            match mark.look {
                Look::Down | Look::Restoring | Look::Verifying => *down += part,
                Look::Degraded => *degraded += part,
                Look::Up => {}
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

/// The longest outage of the trial with what happened in the other rows meanwhile.
fn zoom(findings: &Findings, canvas: &mut Canvas, top: f64, chosen: &ChosenTrial, rows: &[Row]) {
    let bottom = top + HEAD + rows.len() as f64 * ROW;
    let mut longest: Option<(Row, Mark)> = None;
    for row in rows {
        for outage in row.outages(findings, &chosen.trace) {
            if longest.is_none_or(|(_, other)| outage.length() > other.length()) {
                longest = Some((*row, outage));
            }
        }
    }
    let Some((whose, outage)) = longest else {
        canvas.text((ZOOM_LEFT, top + 18.0), "no outage in this trial 无中断", 13.0, Anchor::Start, MUTED);
        return;
    };
    let lasted = outage.length().as_seconds();
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
    let room = ZOOM_RIGHT - ZOOM_LEFT - text_width(&began, 12.0) - 12.0;
    let began = format!("{}, {began}", fit(whose.name(findings), 12.0, room));
    canvas.text((ZOOM_LEFT, top + 26.0), &began, 12.0, Anchor::Start, MUTED);
    if let Some(cause) = whose.reason(&chosen.trace, outage.from) {
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
    for (nth, row) in rows.iter().enumerate() {
        let middle = top + HEAD + (nth as f64 + 0.5) * ROW;
        let marks = row.marks(findings, &chosen.trace);
        let seen = |mark: &&Mark| mark.to.as_seconds() > window.0 && mark.from.as_seconds() < window.1;
        let mut last = f64::NEG_INFINITY;
        for mark in marks.iter().filter(seen) {
            let (from, to) = (scale.at(mark.from.as_seconds()), scale.at(mark.to.as_seconds()));
            if to - from < 1.0 && from - last < 1.0 {
                continue;
            }
            last = from;
            bar(canvas, mark.look, (from, to), middle, BAR);
            let text = number::duration(mark.length().as_seconds());
            if text_width(&text, 11.0) + 8.0 < to - from {
                match mark.look {
                    Look::Down => canvas.text((f64::midpoint(from, to), middle), &text, 11.0, Anchor::Middle, PAPER),
                    Look::Restoring => {
                        canvas.label((f64::midpoint(from, to), middle), &text, 11.0, Anchor::Middle, INK);
                    }
                    Look::Up | Look::Degraded | Look::Verifying => {}
                }
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

//! Availability of every service with its interval, against what was promised.

use super::axis::Scale;
use super::canvas::{Anchor, BLUE, GRID, INK, MUTED, ORANGE, PALE, fit, text_width};
use super::sheet::{MARGIN, Sheet, TOP, WIDTH};
use crate::estimate::Basis;
use crate::report::number::{self, nines};
use crate::report::{brief, wording};
use crate::study::Findings;

const MOST_ROWS: usize = 30;
const ROW: f64 = 34.0;
const LEFT: f64 = 240.0;
const RIGHT: f64 = 660.0;
/// More nines than this are not drawn.
const MOST_NINES: f64 = 12.0;

/// One row per service on an axis of nines; `None` without a service that has an availability.
#[must_use]
pub fn availability(findings: &Findings) -> Option<String> {
    let mut rows: Vec<_> = brief::worst(findings, MOST_ROWS)
        .into_iter()
        .filter_map(|(id, found)| Some((id, found.metric(wording::AVAILABILITY)?.estimate)))
        .filter(|(_, estimate)| estimate.point.or(estimate.low).is_some())
        .collect();
    if rows.is_empty() {
        return None;
    }
    rows.truncate(MOST_ROWS);
    let objective =
        |id| findings.scenario.services[id].objective.availability.as_ref().map(|promise| promise.share.get());
    let marks = rows.iter().flat_map(|(id, estimate)| {
        [estimate.point, estimate.low, estimate.high, objective(*id)].into_iter().flatten().map(nines)
    });
    let marks: Vec<f64> = marks.filter(|nines| nines.is_finite()).collect();
    let least = marks.iter().copied().fold(f64::INFINITY, f64::min);
    let most = marks.iter().copied().fold(0.0, f64::max);
    let low = if least.is_finite() { (least - 0.02).floor().clamp(0.0, MOST_NINES - 1.0) } else { 0.0 };
    let high = (most + 0.02).ceil().clamp(low + 1.0, MOST_NINES);
    let most_nines = high;
    let scale = Scale::linear((low, high), (LEFT, RIGHT));

    let body = 44.0 + rows.len() as f64 * ROW + 8.0;
    let mut sheet = Sheet::new(
        findings,
        body,
        "Availability of each service with its 95 % interval; diamond: what was promised",
        "各服务的可用性及其 95 % 置信区间；菱形为承诺的目标",
    );
    let canvas = &mut sheet.canvas;
    let bottom = TOP + body - 8.0;
    canvas.text((LEFT - 40.0, TOP + 4.0), "available 可用", 11.0, Anchor::End, MUTED);
    canvas.text((LEFT - 40.0, TOP + 21.0), "down per year 每年停机", 11.0, Anchor::End, MUTED);
    let step = if high - low > 5.0 { 2 } else { 1 };
    for whole in (low as i32..=high as i32).rev() {
        let x = scale.at(f64::from(whole));
        canvas.line((x, TOP + 34.0), (x, bottom), GRID, 1);
        if (whole - low as i32) % step == 0 {
            let share = 1.0 - libm::pow(10.0, f64::from(-whole));
            let decimals = (whole - 2).max(0) as usize;
            canvas.text((x, TOP + 4.0), &format!("{:.decimals$} %", share * 100.0), 12.0, Anchor::Middle, INK);
            let down = (1.0 - share) * crate::quantity::SECONDS_PER_YEAR;
            canvas.text((x, TOP + 21.0), &short(down), 11.0, Anchor::Middle, MUTED);
        }
        for part in [2.0, 5.0] {
            let minor = f64::from(whole) + 1.0 - libm::log10(part);
            if minor < high {
                canvas.line((scale.at(minor), TOP + 38.0), (scale.at(minor), TOP + 44.0), GRID, 1);
                // Few decades leave room for a name between them.
                if part == 5.0 && high - low <= 3.0 && whole > 0 {
                    let decimals = (whole - 1) as usize;
                    let share = 1.0 - part * libm::pow(10.0, f64::from(-whole - 1));
                    let text = format!("{:.decimals$} %", share * 100.0);
                    // The name of the decade before it is a digit shorter at most.
                    if scale.at(minor) - scale.at(f64::from(whole)) < text_width(&text, 12.0) {
                        continue;
                    }
                    canvas.text((scale.at(minor), TOP + 4.0), &text, 12.0, Anchor::Middle, MUTED);
                    let down = short((1.0 - share) * crate::quantity::SECONDS_PER_YEAR);
                    canvas.text((scale.at(minor), TOP + 21.0), &down, 11.0, Anchor::Middle, MUTED);
                }
            }
        }
    }
    for (nth, (id, estimate)) in rows.iter().enumerate() {
        let y = TOP + 44.0 + (nth as f64 + 0.5) * ROW;
        let service = &findings.scenario.services[*id];
        let name = wording::titled(&service.title, &service.name);
        canvas.text((LEFT - 14.0, y), &fit(name, 13.0, LEFT - 14.0 - MARGIN), 13.0, Anchor::End, INK);
        canvas.line((LEFT, y), (RIGHT, y), GRID, 1);
        let at = |share: f64| scale.at(nines(share).min(MOST_NINES));
        if let (Some(low), Some(high)) = (estimate.low, estimate.high) {
            let (from, to) = (at(low), at(high));
            canvas.rect((from, y - 7.0), (to - from, 14.0), PALE);
            if nines(high) > most_nines {
                arrow(canvas, (RIGHT, y));
            }
        }
        if let Some(promise) = objective(*id) {
            canvas.line((at(promise), y - 13.0), (at(promise), y + 13.0), ORANGE, 2);
            canvas.diamond((at(promise), y - 12.0), 5.0, ORANGE, false);
        }
        match (estimate.basis, estimate.point) {
            (Basis::Bound, _) => canvas.ring((at(estimate.low.unwrap_or(0.0)), y), 5, BLUE),
            (_, Some(point)) => canvas.dot((at(point), y), 4, BLUE),
            _ => {}
        }
        let text = number::share(estimate);
        // Many nines take many digits: smaller ones rather than a part of them.
        let room = WIDTH - MARGIN - RIGHT - 22.0;
        let size = [13.0, 12.0, 11.0].into_iter().find(|size| text_width(&text, *size) <= room).unwrap_or(10.0);
        canvas.text((RIGHT + 22.0, y), &fit(&text, size, room), size, Anchor::Start, INK);
    }
    let left = findings.services.len().saturating_sub(rows.len());
    if left > 0 {
        sheet.note(format!(
            "the {} services with the least availability of {} 仅列可用性最低者",
            rows.len(),
            findings.services.len()
        ));
    }
    if rows.iter().any(|(_, estimate)| estimate.basis == Basis::Bound) {
        sheet.note("ring and arrow: no outage was seen, at least this much at 95 % 圆环加箭头：未见中断，只有下界");
    }
    Some(sheet.finish(findings))
}

/// The interval goes on beyond the axis.
fn arrow(canvas: &mut super::canvas::Canvas, (x, y): (f64, f64)) {
    canvas.polygon(vec![(x, y - 8.0), (x + 11.0, y), (x, y + 8.0), (x, y - 8.0)], PALE);
}

/// One unit and two digits are enough on an axis.
pub(super) fn short(seconds: f64) -> String {
    let units = [(86_400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms")];
    let (unit, name) = units.into_iter().find(|(unit, _)| seconds >= 0.95 * unit).unwrap_or((1e-6, "µs"));
    let value = seconds / unit;
    if value >= 9.5 { format!("{value:.0} {name}") } else { format!("{value:.1} {name}") }
}

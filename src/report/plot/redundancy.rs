//! How many further failures each service survives, over the horizon.

use super::axis::Scale;
use super::canvas::{Anchor, GRID, INK, MUTED, fit};
use super::sheet::{MARGIN, Sheet, WIDTH};
use super::strips::Strips;
use crate::report::{brief, number, wording};
use crate::study::Findings;

const MOST_ROWS: usize = 10;
const ROW: f64 = 84.0;
const LEFT: f64 = 250.0;
const RIGHT: f64 = 770.0;

/// One strip per service, averaged over trials; `None` when no service has replicas to count.
#[must_use]
pub fn redundancy(findings: &Findings) -> Option<String> {
    let fine = |values: &[f64]| !values.is_empty() && values.iter().all(|value| value.is_finite() && *value >= 0.0);
    let all = findings.services.iter().filter(|(_, found)| fine(&found.redundancy)).count();
    let mut rows = brief::worst(findings, usize::MAX);
    rows.retain(|(_, found)| fine(&found.redundancy));
    if rows.len() > MOST_ROWS {
        let worst: Vec<_> = brief::worst(findings, MOST_ROWS).into_iter().map(|(id, _)| id).collect();
        rows.retain(|(id, _)| worst.contains(id));
    }
    if rows.is_empty() {
        return None;
    }
    let strips = Strips { rows: rows.len(), row: ROW, left: LEFT, right: RIGHT };
    let mut sheet = Sheet::new(
        findings,
        strips.body(),
        "Redundancy over time: further failures each service survives, mean over trials",
        "冗余度随时间的变化：各服务还能承受的故障数（各试验平均）",
    );
    let canvas = &mut sheet.canvas;
    strips.time_axis(canvas, findings.scenario.horizon.as_seconds());
    for (nth, (id, found)) in rows.iter().enumerate() {
        let service = &findings.scenario.services[*id];
        let (top, floor) = strips.within(nth, 12.0, 8.0);
        let most = found.redundancy.iter().copied().fold(0.0, f64::max);
        let most = libm::ceil(most - 1e-9).max(1.0);
        let y = Scale::linear((0.0, most), (floor, top));
        let middle = f64::midpoint(top, floor);
        let name = wording::titled(&service.title, &service.name);
        canvas.text((LEFT - 44.0, middle - 8.0), &fit(name, 13.0, LEFT - 44.0 - MARGIN), 13.0, Anchor::End, INK);
        let unit = format!("in {}", brief::unit(service.redundancy_unit, 2.0));
        canvas.text((LEFT - 44.0, middle + 10.0), &unit, 11.0, Anchor::End, MUTED);
        canvas.text((LEFT - 10.0, top), &number::plain(most), 11.0, Anchor::End, MUTED);
        canvas.text((LEFT - 10.0, floor), "0", 11.0, Anchor::End, MUTED);
        canvas.line((LEFT, top), (RIGHT, top), GRID, 1);
        strips.area(canvas, &found.redundancy, &y, floor);
        if let Some(degree) = found.metric(wording::REDUNDANCY).and_then(|measured| measured.estimate.point) {
            let text = format!("mean 平均 {}", number::plain(degree));
            canvas.text((RIGHT + 12.0, middle - 8.0), &text, 13.0, Anchor::Start, INK);
        }
        if let Some(share) = found.metric("exposure_share").and_then(|measured| measured.estimate.point) {
            let text = format!("at 0 for 为 0 占 {}", number::percent(share));
            canvas.text(
                (RIGHT + 12.0, middle + 10.0),
                &fit(&text, 11.0, WIDTH - MARGIN - RIGHT),
                11.0,
                Anchor::Start,
                MUTED,
            );
        }
    }
    if all > rows.len() {
        sheet.note(format!("the {} services with the least availability of {all} 仅列可用性最低者", rows.len()));
    }
    sheet.note("at 0 the next failure takes the service down 为 0 时再有一次故障即中断");
    Some(sheet.finish(findings))
}

//! What causes the downtime of a service.

use super::canvas::{Anchor, BLUE, GRID, INK, MUTED, fit};
use super::sheet::{MARGIN, Sheet, TOP, WIDTH, named};
use crate::model::ServiceId;
use crate::report::brief::Per;
use crate::report::number::{duration, percent};
use crate::report::wording;
use crate::study::Findings;

const MOST_ROWS: usize = 14;
const ROW: f64 = 32.0;
const LEFT: f64 = 280.0;
const RIGHT: f64 = 690.0;

/// One bar per cause, largest first; `None` when no downtime was charged.
#[must_use]
pub fn attribution(findings: &Findings, service: ServiceId) -> Option<String> {
    let found = wording::of_service(findings, service)?;
    let parts: Vec<_> =
        found.attribution.iter().filter(|part| part.share.is_finite() && part.seconds_per_year > 0.0).collect();
    let largest = parts.iter().map(|part| part.share).fold(0.0, f64::max);
    if largest <= 0.0 {
        return None;
    }
    let of = &findings.scenario.services[service];
    let name = named(wording::titled(&of.title, &of.name));
    let scenario = &findings.scenario;
    let mut rows: Vec<(String, f64, f64, bool)> = parts
        .iter()
        .take(MOST_ROWS)
        .map(|part| {
            (
                format!("{} {}", part.cause.kind_zh(), part.cause.label(scenario)),
                part.share,
                part.seconds_per_year,
                true,
            )
        })
        .collect();
    let rest = &parts[rows.len()..];
    if !rest.is_empty() {
        let (share, seconds) =
            (rest.iter().map(|part| part.share).sum(), rest.iter().map(|part| part.seconds_per_year).sum());
        rows.push((format!("其他 {} other causes", rest.len()), share, seconds, false));
    }
    let per = Per::of(findings);
    let (english, chinese) = match per {
        Per::Year => ("year", "年"),
        Per::Trial(_) => ("trial", "次试验"),
    };
    let body = rows.len() as f64 * ROW + 12.0;
    let mut sheet = Sheet::new(
        findings,
        body,
        &format!("What causes the downtime of {name}: share of the downtime, and time per {english}"),
        &format!("{name} 停机时间的成因：各原因占比与每{chinese}时长"),
    );
    let canvas = &mut sheet.canvas;
    let longest = rows.iter().map(|row| row.1).fold(largest, f64::max);
    for (nth, (label, share, seconds, single)) in rows.iter().enumerate() {
        let y = TOP + 6.0 + (nth as f64 + 0.5) * ROW;
        canvas.text((LEFT - 14.0, y), &fit(label, 13.0, LEFT - 14.0 - MARGIN), 13.0, Anchor::End, INK);
        let width = (share / longest * (RIGHT - LEFT)).max(1.0);
        canvas.rect((LEFT, y - 9.0), (width, 18.0), if *single { BLUE } else { MUTED });
        let shown = if *share >= 0.1 { format!("{:.0} %", share * 100.0) } else { percent(*share) };
        let text = format!("{shown} · {} / {}", duration(per.amount(*seconds)), per.word());
        canvas.text(
            (LEFT + width + 10.0, y),
            &fit(&text, 13.0, WIDTH - MARGIN - LEFT - width - 10.0),
            13.0,
            Anchor::Start,
            INK,
        );
    }
    canvas.line((LEFT, TOP + 2.0), (LEFT, TOP + body - 2.0), GRID, 2);
    sheet.note(format!("{} 每小时停机由当时造成停机的各原因均摊", wording::ATTRIBUTION_RULE));
    Some(sheet.finish(findings))
}

//! The simulation against closed forms, in standard errors.

use super::axis::Scale;
use super::canvas::{Anchor, BLUE, FAINT, GRID, INK, MUTED, ORANGE, fit};
use super::sheet::{MARGIN, Sheet, TOP, WIDTH};
use crate::report::{brief, number, wording};
use crate::study::Findings;

const MOST_ROWS: usize = 40;
const ROW: f64 = 26.0;
const LEFT: f64 = 360.0;
const RIGHT: f64 = 730.0;
/// Differences beyond this many standard errors end in an arrow.
const REACH: f64 = 6.0;

/// One row per check, those that differ first; `None` when no difference has a size in standard errors: an empty band says nothing.
#[must_use]
pub fn checks(findings: &Findings) -> Option<String> {
    if !findings.checks.iter().any(|check| check.deviation.is_some_and(f64::is_finite)) {
        return None;
    }
    let all = brief::checks(findings);
    let rows = &all[..all.len().min(MOST_ROWS)];
    let body = rows.len() as f64 * ROW + 44.0;
    let mut sheet = Sheet::new(
        findings,
        body,
        "Simulated against exact: difference in standard errors (95 of 100 should lie in the band)",
        "仿真与精确解之差（以标准误为单位；色带内应有约 95 % 的点）",
    );
    let canvas = &mut sheet.canvas;
    let scale = Scale::linear((-REACH, REACH), (LEFT, RIGHT));
    let bottom = TOP + body - 8.0;
    canvas.rect((scale.at(-2.0), TOP + 22.0), (scale.at(2.0) - scale.at(-2.0), bottom - TOP - 22.0), FAINT);
    for tick in [-6i32, -4, -2, 0, 2, 4, 6] {
        let at = scale.at(f64::from(tick));
        canvas.line((at, TOP + 22.0), (at, bottom), if tick == 0 { MUTED } else { GRID }, 1);
        let text = if tick == 0 { "0".to_owned() } else { format!("{tick:+}") };
        canvas.text((at, TOP + 10.0), &text, 12.0, Anchor::Middle, INK);
    }
    for (nth, check) in rows.iter().enumerate() {
        let y = TOP + 32.0 + (nth as f64 + 0.5) * ROW;
        let subject = wording::subject(&findings.scenario, check.subject);
        let label = fit(check.about.label, 13.0, 190.0);
        let room = LEFT - 14.0 - MARGIN - super::canvas::text_width(&label, 13.0) - 8.0;
        let text = format!("{} {label}", fit(&subject, 13.0, room));
        canvas.text((LEFT - 14.0, y), &text, 13.0, Anchor::End, INK);
        canvas.line((LEFT, y), (RIGHT, y), GRID, 1);
        let off = check.deviation.filter(|off| off.is_finite());
        if let Some(off) = off {
            let at = (scale.at(off), y);
            match check.agrees {
                Some(true) => canvas.dot(at, 5, BLUE),
                Some(false) => canvas.cross(at, 6.0, ORANGE),
                None => canvas.ring(at, 5, MUTED),
            }
            if off.abs() > REACH {
                let tip = at.0 + 16.0 * off.signum();
                let base = at.0 + 8.0 * off.signum();
                canvas.polygon(vec![(tip, y), (base, y - 6.0), (base, y + 6.0), (tip, y)], ORANGE);
            }
        }
        let word = wording::agreement(check.agrees);
        let text = off.map_or_else(|| word.to_owned(), |off| format!("{}  {word}", number::deviation(off)));
        canvas.text((RIGHT + 28.0, y), &fit(&text, 13.0, WIDTH - MARGIN - RIGHT - 28.0), 13.0, Anchor::Start, INK);
    }
    if all.len() > rows.len() {
        sheet.note(format!("{} of {} checks, the rest in checks.csv", rows.len(), all.len()));
    }
    sheet.note("agreement is judged for all checks together, by a stricter bound than the band 是否相符按全部检验一并判定，界限比色带更严");
    Some(sheet.finish(findings))
}

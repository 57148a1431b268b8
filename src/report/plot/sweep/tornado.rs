//! Which assumption moves the answer most: one bar per parameter, the others as in the scenario.

use super::worth::{range, straight};
use crate::report::number;
use crate::report::plot::canvas::{Anchor, BLUE, GRID, INK, MUTED, PALE, fit, text_width};
use crate::report::plot::sheet::{MARGIN, Sheet, TOP, WIDTH};
use crate::report::sweep::{basis, label, label_zh};
use crate::study::sweep::{End, SweepFindings, swings};

const MOST_ROWS: usize = 20;
const ROW: f64 = 46.0;
const LEFT: f64 = 330.0;
const RIGHT: f64 = 850.0;

/// `None` when nothing was measured.
#[must_use]
pub(super) fn tornado(findings: &SweepFindings, metric: usize) -> Option<String> {
    let watched = &findings.watched[metric];
    let all = swings(findings, metric);
    let base = findings.rows.first()?.point(metric)?;
    let rows = &all[..all.len().min(MOST_ROWS)];
    let ends = || rows.iter().flat_map(|swing| [&swing.least, &swing.most]);
    // What a value can be by its paired interval against the scenario as written.
    let reach = |end: &End| end.difference.map(|it| (base + it.low, base + it.high));
    let points = range(ends().filter_map(|end| end.measure.point).chain([base]))?;
    let whole = range(ends().filter_map(reach).flat_map(|(low, high)| [low, high]).chain([points.0, points.1]))?;
    let english = format!("{}: how far each assumption moves it, one at a time", label(watched));
    let chinese = format!("{}：逐一改变各项假设时的变动", label_zh(watched));
    let body = rows.len() as f64 * ROW + 74.0;
    let mut sheet = Sheet::of(&findings.scenario, body, &english, &chinese);
    let canvas = &mut sheet.canvas;
    let (top, bottom) = (TOP + 34.0, TOP + 34.0 + rows.len() as f64 * ROW);
    // Straight: the longest bar is the greatest swing. An interval may reach below what can be; the axis does not.
    let low = if points.0 >= 0.0 { whole.0.max(0.0) } else { whole.0 };
    let x = straight(watched.about.unit, (low, whole.1), (LEFT, RIGHT), 95.0);
    for (at, text) in &x.ticks {
        canvas.line((*at, top), (*at, bottom), GRID, 1);
        canvas.text((*at, bottom + 14.0), text, 12.0, Anchor::Middle, INK);
    }
    let centre = x.scale.at(base);
    for (nth, swing) in rows.iter().enumerate() {
        let y = top + (nth as f64 + 0.5) * ROW;
        let axis = &findings.choice.axes()[swing.axis];
        let own = findings.own[swing.axis]
            .as_deref()
            .map_or_else(|| "default 默认".to_owned(), |own| format!("{own} as written 原值"));
        canvas.text((LEFT - 96.0, y - 8.0), &fit(axis.label(), 13.0, LEFT - 96.0 - MARGIN), 13.0, Anchor::End, INK);
        canvas.text((LEFT - 96.0, y + 9.0), &fit(&own, 11.0, LEFT - 96.0 - MARGIN), 11.0, Anchor::End, MUTED);
        let at = |end: &End| x.scale.at(end.measure.point.unwrap_or(base));
        for (end, color) in [(&swing.least, PALE), (&swing.most, BLUE)] {
            let (from, to) = (centre.min(at(end)), centre.max(at(end)));
            canvas.rect((from, y - 9.0), (to - from, 18.0), color);
        }
        // The whiskers lie below the bar's middle for one end and above it for the other, so that they are told apart where they overlap.
        for (end, shift) in [(&swing.least, -3.0), (&swing.most, 3.0)] {
            let Some((low, high)) = reach(end) else { continue };
            let (low, high) = (x.scale.at(low), x.scale.at(high));
            if high - low >= 1.0 {
                canvas.line((low, y + shift), (high, y + shift), INK, 1);
                for tip in [low, high] {
                    canvas.line((tip, y + shift - 3.0), (tip, y + shift + 3.0), INK, 1);
                }
            }
        }
        let same = swing.least.value == swing.most.value;
        let outer = |end: &End, pick: fn(f64, f64) -> f64| {
            let reach = reach(end).map_or(at(end), |(low, high)| pick(x.scale.at(low), x.scale.at(high)));
            pick(reach, at(end))
        };
        let left = outer(&swing.least, f64::min).min(centre);
        let right = outer(&swing.most, f64::max).max(centre);
        if !same {
            let text = fit(&swing.least.value, 12.0, 110.0);
            let room = text_width(&text, 12.0);
            canvas.label(((left - 6.0).max(LEFT - 90.0 + room), y), &text, 12.0, Anchor::End, INK);
        }
        let text = fit(&swing.most.value, 12.0, (WIDTH - MARGIN - right - 6.0).max(60.0));
        canvas.label((right + 6.0, y), &text, 12.0, Anchor::Start, INK);
    }
    canvas.line((centre, top - 6.0), (centre, bottom), INK, 2);
    let text = format!("as written 原方案 {}", number::value(watched.about.unit, base));
    canvas.label((centre, top - 18.0), &text, 12.0, Anchor::Middle, INK);
    if all.len() > rows.len() {
        sheet.note(format!("the {} of {} parameters with the greatest swing 仅列变动最大者", rows.len(), all.len()));
    }
    let paired = ends().any(|end| end.difference.is_some());
    sheet.note("beside each bar: the value of the parameter there 条旁：参数取值");
    if paired {
        sheet.note("whiskers: paired 95 % interval 须线：成对 95 % 区间");
    }
    if x.cut {
        sheet.note("the axis does not begin at zero 坐标轴不从零开始");
    }
    Some(sheet.finish_with(&format!("{}: {}", findings.scenario.name, basis(findings))))
}

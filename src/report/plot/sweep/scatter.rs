//! A metric over a sample of designs: one panel per parameter, those that move it most first.

use super::worth::{of_metric, of_parameter, points_range};
use crate::report::plot::canvas::{Anchor, BLUE, GRID, INK, MUTED, fit};
use crate::report::plot::sheet::{MARGIN, Sheet, TOP, WIDTH};
use crate::report::sweep::{basis, label, label_zh};
use crate::study::sweep::SweepFindings;

/// Most panels.
const MOST: usize = 6;
const ACROSS: usize = 2;
const HEIGHT: f64 = 210.0;
const LEFT: f64 = 96.0;

/// `None` when nothing was measured, or the same everywhere.
#[must_use]
pub(super) fn scatter(findings: &SweepFindings, metric: usize) -> Option<String> {
    let (watched, axes) = (&findings.watched[metric], findings.choice.axes());
    let effects = &findings.effects[metric];
    let seen: Vec<(&[String], f64)> =
        findings.rows.iter().filter_map(|row| Some((row.settings.as_slice(), row.point(metric)?))).collect();
    let points = points_range(seen.iter().map(|(_, point)| *point))?;
    let none = seen.iter().any(|(_, point)| *point < points.0);
    if effects.is_empty() {
        return None;
    }
    let panels: Vec<_> = effects.iter().take(MOST).collect();
    let lines = panels.len().div_ceil(ACROSS);
    let english = format!("{} over a sample, by parameter", label(watched));
    let chinese = format!("{}：抽样方案，按参数", label_zh(watched));
    let mut sheet = Sheet::of(&findings.scenario, lines as f64 * HEIGHT + 10.0, &english, &chinese);
    let canvas = &mut sheet.canvas;
    let width = (WIDTH - 2.0 * MARGIN) / ACROSS as f64;
    let mut log = false;
    for (nth, effect) in panels.iter().enumerate() {
        let left = MARGIN + (nth % ACROSS) as f64 * width + LEFT - MARGIN;
        let right = MARGIN + (nth % ACROSS + 1) as f64 * width - 16.0;
        let top = TOP + (nth / ACROSS) as f64 * HEIGHT + 24.0;
        let bottom = top + HEIGHT - 76.0;
        let y = of_metric(watched.about.unit, points, (bottom, top), 40.0);
        log |= y.log;
        for (at, text) in &y.ticks {
            canvas.line((left, *at), (right, *at), GRID, 1);
            canvas.text((left - 8.0, *at), &fit(text, 11.0, LEFT - MARGIN - 4.0), 11.0, Anchor::End, MUTED);
        }
        let name = format!("{}  {:.0} %", axes[effect.axis].label(), 100.0 * effect.share);
        canvas.text((left, top - 14.0), &fit(&name, 13.0, right - left), 13.0, Anchor::Start, INK);
        let mut values: Vec<String> = seen.iter().map(|(settings, _)| settings[effect.axis].clone()).collect();
        let (low, high) = axes[effect.axis].ends();
        // The ends of the range give all panels of a parameter the same axis, whatever was drawn.
        let distinct = |list: &[String]| {
            let mut list = list.to_vec();
            list.sort();
            list.dedup();
            list
        };
        let words = crate::study::design::sizes(values.iter().map(String::as_str)).is_none();
        if words {
            let known = distinct(&values);
            let x = of_parameter(&known, (left, right));
            for (at, value) in x.at.iter().zip(&known) {
                canvas.text(
                    (*at, bottom + 14.0),
                    &fit(value, 11.0, width / known.len() as f64),
                    11.0,
                    Anchor::Middle,
                    INK,
                );
            }
            for (settings, point) in &seen {
                let Some(which) = known.iter().position(|value| *value == settings[effect.axis]) else { continue };
                canvas.dot((x.at[which], y.scale.at(*point)), 2, BLUE);
            }
        } else {
            values.extend([low.clone(), high.clone()]);
            let x = of_parameter(&values, (left, right));
            for ((_, point), at) in seen.iter().zip(&x.at) {
                canvas.dot((*at, y.scale.at(*point)), 2, BLUE);
            }
            for (at, value) in x.at[values.len() - 2..].iter().zip([&low, &high]) {
                canvas.line((*at, bottom), (*at, bottom + 4.0), INK, 1);
                canvas.text((*at, bottom + 14.0), &fit(value, 11.0, 140.0), 11.0, Anchor::Middle, INK);
            }
            log |= x.log;
        }
        canvas.line((left, bottom), (right, bottom), INK, 1);
    }
    sheet.note("percentage: share of what differs that goes with the parameter 百分数：差异中由该参数解释的部分");
    if axes.len() > panels.len() {
        sheet.note(format!("the {} of {} parameters with most effect 仅列影响最大者", panels.len(), axes.len()));
    }
    if none {
        sheet.note("none seen: on the axis 未出现者落在轴上");
    }
    if log {
        sheet.note("some axes logarithmic 部分坐标为对数");
    }
    Some(sheet.finish_with(&format!("{}: {}", findings.scenario.name, basis(findings))))
}

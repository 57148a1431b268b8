//! A metric over one parameter: a line with its 95 % band; points with whiskers where the values are words.

use super::worth::{of_metric, of_parameter, points_range, range};
use crate::report::number;
use crate::report::plot::canvas::{Anchor, BLUE, GRID, INK, MUTED, ORANGE, PALE, fit, text_width};
use crate::report::plot::sheet::{MARGIN, Sheet, TOP, WIDTH};
use crate::report::sweep::{basis, label, label_zh};
use crate::study::sweep::{SweepFindings, cells, same};

const LEFT: f64 = 130.0;
const RIGHT: f64 = WIDTH - MARGIN - 20.0;
const HEIGHT: f64 = 360.0;
/// Fewer points are named one by one.
const NAMED: usize = 12;

/// `None` when nothing was measured.
#[must_use]
pub(super) fn curve(findings: &SweepFindings, metric: usize) -> Option<String> {
    let (watched, axis) = (&findings.watched[metric], findings.choice.axes().first()?);
    let cells = cells(findings, metric, &[0]);
    let values: Vec<String> = cells.iter().map(|cell| axis.value(cell.at[0])).collect();
    let measures = || cells.iter().filter_map(|cell| cell.measure);
    let points = points_range(measures().filter_map(|measure| measure.point))?;
    let none = measures().filter_map(|measure| measure.point).any(|point| point < points.0);
    let all = range(measures().flat_map(|measure| [measure.point, measure.low, measure.high]).flatten())?;
    // An interval that reaches to zero must not hide decades of points, nor a line through points that of zero.
    let floor = if points.0 > 0.0 { all.0.max(points.0 / 3.0) } else { all.0 };
    let english = format!("{} by {}", label(watched), axis.label());
    let chinese = format!("{}随 {} 的变化", label_zh(watched), axis.label());
    let body = HEIGHT + 70.0;
    let mut sheet = Sheet::of(&findings.scenario, body, &english, &chinese);
    let canvas = &mut sheet.canvas;
    let (top, bottom) = (TOP + 8.0, TOP + HEIGHT);
    let y = of_metric(watched.about.unit, (floor, all.1), (bottom, top), 44.0);
    for (at, text) in &y.ticks {
        canvas.line((LEFT, *at), (RIGHT, *at), GRID, 1);
        canvas.text((LEFT - 10.0, *at), &fit(text, 12.0, LEFT - 10.0 - MARGIN), 12.0, Anchor::End, INK);
    }
    let x = of_parameter(&values, (LEFT, RIGHT));
    let placed: Vec<_> = x.at.iter().copied().zip(&cells).collect();
    let mut sorted: Vec<_> = placed.clone();
    sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
    if x.sized {
        // A band and a line between neighbours that were both measured: nothing is drawn across a gap.
        for pair in sorted.windows(2) {
            let [(left, one), (right, other)] = pair else { continue };
            let (Some(one), Some(other)) = (one.measure, other.measure) else { continue };
            if let (Some(a), Some(b), Some(c), Some(d)) = (one.low, one.high, other.low, other.high) {
                let corner = |at: f64, value: f64| (at, y.scale.at(value));
                let corners =
                    vec![corner(*left, a), corner(*left, b), corner(*right, d), corner(*right, c), corner(*left, a)];
                canvas.polygon(corners, PALE);
            }
        }
        for pair in sorted.windows(2) {
            let ends =
                pair.iter().map(|(at, cell)| Some((*at, y.scale.at(cell.measure?.point?)))).collect::<Option<Vec<_>>>();
            canvas.path(ends.unwrap_or_default(), BLUE, 2);
        }
    }
    let mut last = f64::NEG_INFINITY;
    let mut order: Vec<usize> = (0..placed.len()).collect();
    order.sort_by(|left, right| placed[*left].0.total_cmp(&placed[*right].0));
    let (mut invalid, mut whiskers) = (false, false);
    for nth in order {
        let (at, cell) = placed[nth];
        let own = findings.own[0].as_ref().is_some_and(|own| same(own, &values[nth]));
        if let Some(measure) = cell.measure {
            if let (false, Some(low), Some(high)) = (x.sized, measure.low, measure.high) {
                whiskers = true;
                canvas.line((at, y.scale.at(low)), (at, y.scale.at(high)), BLUE, 2);
                for end in [low, high] {
                    canvas.line((at - 6.0, y.scale.at(end)), (at + 6.0, y.scale.at(end)), BLUE, 2);
                }
            }
            if let Some(point) = measure.point {
                let here = (at, y.scale.at(point));
                if own {
                    canvas.diamond(here, 8.0, ORANGE, true);
                } else {
                    canvas.dot(here, 4, BLUE);
                }
                if cells.len() <= NAMED {
                    let side = if here.1 - top < 26.0 { 18.0 } else { -16.0 };
                    canvas.label(
                        (at, here.1 + side),
                        &number::value(watched.about.unit, point),
                        11.0,
                        Anchor::Middle,
                        INK,
                    );
                }
            }
        } else if cell.invalid > 0 {
            invalid = true;
            canvas.cross((at, bottom - 10.0), 5.0, MUTED);
        } else {
            canvas.text((at, bottom - 10.0), number::NOTHING, 12.0, Anchor::Middle, MUTED);
        }
        let half = text_width(&values[nth], 12.0) / 2.0;
        if at - half > last + 8.0 {
            canvas.line((at, bottom), (at, bottom + 5.0), INK, 1);
            canvas.text((at, bottom + 18.0), &fit(&values[nth], 12.0, 150.0), 12.0, Anchor::Middle, INK);
            last = at + half.min(75.0);
        }
    }
    canvas.line((LEFT, bottom), (RIGHT, bottom), INK, 1);
    let middle = f64::midpoint(LEFT, RIGHT);
    canvas.text((middle, bottom + 44.0), &fit(&axis.path, 12.0, RIGHT - LEFT), 12.0, Anchor::Middle, MUTED);
    if x.sized {
        sheet.note("band: 95 % interval of each point 色带：各点的 95 % 区间");
    } else if whiskers {
        sheet.note("whiskers: 95 % interval 须线：95 % 区间");
    }
    if findings.as_written().is_some() {
        sheet.note("rhombus: as written 菱形：原方案");
    }
    if invalid {
        sheet.note("cross: no such scenario 叉号：无效方案");
    }
    if none {
        sheet.note("none seen: on the axis 未出现者落在轴上");
    }
    if y.cut {
        sheet.note("the axis does not begin at zero 纵轴不从零开始");
    }
    if x.log || y.log {
        let which = match (x.log, y.log) {
            (true, true) => "both axes logarithmic 双对数坐标",
            (true, false) => "parameter on a logarithmic axis 横轴为对数坐标",
            _ => "metric on a logarithmic axis 纵轴为对数坐标",
        };
        sheet.note(which);
    }
    Some(sheet.finish_with(&format!("{}: {}", findings.scenario.name, basis(findings))))
}

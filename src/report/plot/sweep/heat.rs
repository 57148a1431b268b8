//! A metric over two parameters: a map of shades with the values written in; of more parameters the two that move it most.

use super::shade::{is_dark, shade};
use super::worth::range;
use crate::metric::{Better, Unit};
use crate::report::number;
use crate::report::plot::canvas::{Anchor, GRID, INK, MUTED, ORANGE, PAPER, fit, text_width};
use crate::report::plot::sheet::{MARGIN, Sheet, TOP, WIDTH};
use crate::report::sweep::{basis, label, label_zh};
use crate::study::sweep::{Cell, SweepFindings, cells, same};

/// Most rows and columns; of more every so many are shown.
const MOST: (u64, u64) = (40, 60);
const LEFT: f64 = 210.0;
/// Where the map ends and the scale of shades begins.
const RIGHT: f64 = 800.0;
/// A range beyond so many times is shaded by ratios.
const DECADES: f64 = 20.0;

/// `None` when nothing was measured.
#[must_use]
pub(super) fn heat(findings: &SweepFindings, metric: usize) -> Option<String> {
    let (watched, axes) = (&findings.watched[metric], findings.choice.axes());
    let effects = &findings.effects[metric];
    let mut pair: Vec<usize> = effects.iter().map(|effect| effect.axis).take(2).collect();
    pair.extend((0..axes.len()).filter(|axis| !effects.iter().take(2).any(|effect| effect.axis == *axis)));
    pair.truncate(2);
    pair.sort_unstable();
    let &[down, across] = pair.as_slice() else { return None };
    let cells = cells(findings, metric, &pair);
    let points = range(cells.iter().filter_map(|cell| cell.measure?.point))?;
    let least = range(cells.iter().filter_map(|cell| cell.measure?.point.filter(|point| *point > 0.0)));
    let log = least.is_some_and(|(least, most)| most / least >= DECADES);
    let share = |point: f64| match least {
        Some((least, most)) if log => libm::log(point.max(least) / least) / libm::log(most / least),
        _ if points.1 > points.0 => (point - points.0) / (points.1 - points.0),
        _ => 0.0,
    };
    // Dark is bad.
    let turned = watched.about.better == Better::Higher;
    let tint = |point: f64| if turned { 1.0 - share(point) } else { share(point) };

    let count = |axis: usize| axes[axis].count().unwrap_or(1);
    let every = (count(down).div_ceil(MOST.0), count(across).div_ceil(MOST.1));
    let levels = |axis: usize, every: u64| (0..count(axis)).step_by(every as usize).collect::<Vec<u64>>();
    let (rows, columns) = (levels(down, every.0), levels(across, every.1));
    let height = (440.0 / rows.len() as f64).clamp(10.0, 54.0);
    let width = ((RIGHT - LEFT) / columns.len() as f64).min(130.0);
    let english = format!("{} by {} and {}", label(watched), axes[down].label(), axes[across].label());
    let chinese = format!("{}随 {} 与 {} 的变化", label_zh(watched), axes[down].label(), axes[across].label());
    let body = rows.len() as f64 * height + 92.0;
    let mut sheet = Sheet::of(&findings.scenario, body, &english, &chinese);
    let canvas = &mut sheet.canvas;
    let top = TOP + 26.0;
    let end = LEFT + columns.len() as f64 * width;
    let bottom = top + rows.len() as f64 * height;
    canvas.text(
        (MARGIN, TOP + 6.0),
        &fit(&format!("↓ {}", axes[down].path), 12.0, RIGHT - MARGIN),
        12.0,
        Anchor::Start,
        MUTED,
    );
    let find = |at: [u64; 2]| cells.iter().find(|cell| cell.at == at);
    let mut marked = None;
    let mut invalid = false;
    for (row, &level) in rows.iter().enumerate() {
        let y = top + row as f64 * height;
        let value = axes[down].value(level);
        if height >= 14.0 || row % 2 == 0 {
            canvas.text(
                (LEFT - 10.0, y + height / 2.0),
                &fit(&value, 12.0, LEFT - 10.0 - MARGIN),
                12.0,
                Anchor::End,
                INK,
            );
        }
        for (column, &other) in columns.iter().enumerate() {
            let x = LEFT + column as f64 * width;
            let corner = (x + 1.0, y + 1.0);
            let size = (width - 2.0, height - 2.0);
            let Some(cell) = find([level, other]) else { continue };
            let point = cell.measure.and_then(|measure| measure.point);
            if let Some(point) = point {
                canvas.rect(corner, size, shade(tint(point)));
            } else {
                canvas.rect(corner, size, PAPER);
                canvas.hatch(corner, size, GRID);
            }
            invalid |= point.is_none();
            let dark = point.is_some_and(|point| is_dark(tint(point)));
            let ink = if dark { PAPER } else { INK };
            let lines = written(watched.about.unit, watched.about.key, cell);
            let fits = |text: &str, size: f64| text_width(text, size) * 0.9 <= width - 4.0;
            let middle = (x + width / 2.0, y + height / 2.0);
            match lines.as_slice() {
                [first, second] if height >= 36.0 && fits(first, 12.0) => {
                    canvas.text((middle.0, middle.1 - 8.0), first, 12.0, Anchor::Middle, ink);
                    canvas.text((middle.0, middle.1 + 9.0), second, 10.0, Anchor::Middle, ink);
                }
                [first, ..] if height >= 14.0 => {
                    let size = [12.0, 10.0].into_iter().find(|size| fits(first, *size));
                    if let Some(size) = size {
                        canvas.text(middle, first, size, Anchor::Middle, ink);
                    }
                }
                _ => {}
            }
            let own = |axis: usize, value: &str| findings.own[axis].as_ref().is_some_and(|own| same(own, value));
            if own(down, &value) && own(across, &axes[across].value(other)) {
                marked = Some((x, y));
            }
        }
    }
    let mut last = f64::NEG_INFINITY;
    for (column, &level) in columns.iter().enumerate() {
        let (at, value) = (LEFT + (column as f64 + 0.5) * width, axes[across].value(level));
        let value = fit(&value, 12.0, width.max(60.0) - 4.0);
        let half = text_width(&value, 12.0) / 2.0;
        if at - half > last + 4.0 {
            canvas.text((at, bottom + 16.0), &value, 12.0, Anchor::Middle, INK);
            last = at + half;
        }
    }
    canvas.text(
        (LEFT, bottom + 42.0),
        &fit(&format!("→ {}", axes[across].path), 12.0, RIGHT - LEFT),
        12.0,
        Anchor::Start,
        MUTED,
    );
    if let Some((x, y)) = marked {
        for inset in [0.0, 1.0, 2.0] {
            let (left, upper, right, lower) = (x + inset, y + inset, x + width - inset, y + height - inset);
            canvas.path(vec![(left, upper), (right, upper), (right, lower), (left, lower), (left, upper)], ORANGE, 1);
        }
    }
    // The scale of shades, dark above.
    let (from, high) = (end.max(LEFT + 260.0) + 34.0, (bottom - top).clamp(80.0, 260.0));
    let steps = 40;
    for step in 0..steps {
        let part = 1.0 - (f64::from(step) + 0.5) / f64::from(steps);
        let y = top + f64::from(step) / f64::from(steps) * high;
        canvas.rect((from, y), (18.0, high / f64::from(steps) + 1.0), shade(part));
    }
    let (dark, pale) = if turned { points } else { (points.1, points.0) };
    let room = WIDTH - MARGIN - from - 26.0;
    for (y, value) in [(top + 8.0, dark), (top + high - 8.0, pale)] {
        let value = number::value(watched.about.unit, value);
        canvas.text((from + 26.0, y), &fit(&value, 12.0, room), 12.0, Anchor::Start, INK);
    }
    if points.1 == points.0 {
        sheet.note("the same in all designs 各方案相同");
    }
    if marked.is_some() {
        sheet.note("framed: as written 加框：原方案");
    }
    if invalid {
        sheet.note("hatched: invalid, or nothing to measure 斜线：无效或无可测");
    }
    if axes.len() > 2 {
        let rest: Vec<&str> =
            (0..axes.len()).filter(|axis| !pair.contains(axis)).map(|axis| axes[axis].label()).collect();
        let all = axes.len();
        sheet.note(format!(
            "the two of {all} parameters with most effect; mean over {} 其余参数取平均",
            rest.join(", ")
        ));
    }
    if every != (1, 1) {
        sheet.note("not every value is shown 未列全部取值");
    }
    if log {
        sheet.note("shaded by ratios 色阶为对数");
    }
    Some(sheet.finish_with(&format!("{}: {}", findings.scenario.name, basis(findings))))
}

/// What is written in a cell: the value, below it nines or the interval.
fn written(unit: Unit, key: &str, cell: &Cell) -> Vec<String> {
    let Some(measure) = cell.measure else {
        return if cell.invalid > 0 { vec!["invalid 无效".to_owned()] } else { vec![number::NOTHING.to_owned()] };
    };
    let Some(point) = measure.point else { return vec![number::estimate(unit, &measure.estimate())] };
    let bound = measure.basis == crate::estimate::Basis::Bound;
    let first = if bound { number::estimate(unit, &measure.estimate()) } else { number::value(unit, point) };
    let share = match key {
        "availability" => Some(if bound { measure.low.unwrap_or(point) } else { point }),
        "unavailability" => Some(1.0 - if bound { measure.high.unwrap_or(point) } else { point }),
        _ => None,
    };
    if let Some(nines) = share.map(number::nines).filter(|nines| nines.is_finite()) {
        let more = if bound { "> " } else { "" };
        return vec![first, format!("{more}{nines:.1} nines")];
    }
    match (measure.low, measure.high) {
        (Some(low), Some(high)) if !bound && high > low => {
            let (low, high) = (number::value(unit, low), number::value(unit, high));
            vec![first, format!("{}–{}", low.trim_end_matches(" / yr"), high.trim_end_matches(" / yr"))]
        }
        _ => vec![first],
    }
}

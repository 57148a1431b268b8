//! How the estimate of availability settles as trials add up.

use super::axis::{Scale, round_ticks};
use super::canvas::{Anchor, BLUE, FAINT, GRID, INK, MUTED, ORANGE, text_width};
use super::sheet::{MARGIN, Sheet, TOP, WIDTH, named};
use crate::model::ServiceId;
use crate::report::number::{count, percent, share};
use crate::report::wording;
use crate::study::{Convergence, Findings};

const BODY: f64 = 360.0;
const LEFT: f64 = 130.0;
const RIGHT: f64 = WIDTH - MARGIN - 170.0;

/// Estimate and 95 % band against the number of trials; `None` with fewer than two points.
#[must_use]
pub fn convergence(findings: &Findings, service: ServiceId) -> Option<String> {
    let found = wording::of_service(findings, service)?;
    let fine = |point: &&Convergence| {
        point.trials > 0 && point.point.is_finite() && point.low.is_finite() && point.high.is_finite()
    };
    let points: Vec<Convergence> = found.convergence.iter().filter(fine).copied().collect();
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else { return None };
    if points.len() < 2 || first.trials >= last.trials {
        return None;
    }
    let of = &findings.scenario.services[service];
    let name = named(wording::titled(&of.title, &of.name));
    let mut sheet = Sheet::new(
        findings,
        BODY,
        &format!("Availability of {name} as trials add up: estimate and 95 % band"),
        &format!("{name} 的可用性随试验次数的收敛：估计值与 95 % 置信带"),
    );
    let canvas = &mut sheet.canvas;
    let (top, bottom) = (TOP + 12.0, TOP + BODY - 44.0);
    let x = Scale::log((first.trials as f64, last.trials as f64), (LEFT, RIGHT));
    let exact = found
        .metric(wording::AVAILABILITY)
        .and_then(|measured| measured.exact)
        .filter(|value| (0.0..=1.0).contains(value));
    // The first few trials may know next to nothing; the picture is about how the band closes.
    let settled = &points[points.len() / 4..];
    let mut low = settled.iter().map(|point| point.low).fold(f64::INFINITY, f64::min);
    let mut high = settled.iter().map(|point| point.high).fold(0.0, f64::max);
    if let Some(value) = exact {
        low = low.min(value);
        high = high.max(value);
    }
    let pad = ((high - low) * 0.08).max(1e-12);
    let (low, high) = ((low - pad).max(0.0), (high + pad).min(1.0));
    let y = Scale::linear((low, high), (bottom, top));
    let at = |point: &Convergence, value: f64| (x.at(point.trials as f64), y.at(value));
    let mut band: Vec<_> = points.iter().map(|point| at(point, point.low)).collect();
    band.extend(points.iter().rev().map(|point| at(point, point.high)));
    canvas.polygon(band, FAINT);
    let ticks = round_ticks(low, high, 6.0);
    let step = if ticks.len() > 1 { ticks[1] - ticks[0] } else { 0.01 };
    let decimals = (-libm::floor(libm::log10(step * 100.0) + 1e-9)).clamp(0.0, 10.0) as usize;
    for tick in ticks {
        canvas.line((LEFT, y.at(tick)), (RIGHT, y.at(tick)), GRID, 1);
        canvas.text((LEFT - 10.0, y.at(tick)), &format!("{:.decimals$} %", tick * 100.0), 12.0, Anchor::End, INK);
    }
    let mut free = LEFT - 30.0;
    for power in 0..19 {
        for by in [1u64, 2, 5] {
            let trials = by * 10u64.pow(power);
            let (at, text) = (x.at(trials as f64), count(trials));
            let half = text_width(&text, 12.0) / 2.0;
            if x.holds(trials as f64) && at - half > free {
                canvas.line((at, bottom), (at, bottom + 5.0), MUTED, 1);
                canvas.text((at, bottom + 17.0), &text, 12.0, Anchor::Middle, INK);
                free = at + half + 14.0;
            }
        }
    }
    canvas.text((f64::midpoint(LEFT, RIGHT), bottom + 36.0), "trials 试验次数", 12.0, Anchor::Middle, MUTED);
    canvas.path(points.iter().map(|point| at(point, point.point)).collect(), BLUE, 2);
    canvas.line((LEFT, bottom), (RIGHT, bottom), INK, 1);

    // Labels on the right, pushed apart when they meet.
    let simulated = found.metric(wording::AVAILABILITY).map(|measured| share(&measured.estimate));
    let simulated = simulated.unwrap_or_else(|| percent(last.point));
    let simulated = simulated.split(" (").next().unwrap_or_default();
    let mut labels = vec![(y.at(last.point), format!("simulated 仿真 {simulated}"), BLUE)];
    if let Some(exact) = exact {
        canvas.dashed((LEFT, y.at(exact)), (RIGHT, y.at(exact)), INK, 1);
        labels.push((y.at(exact), format!("exact 精确 {}", percent(exact)), INK));
    }
    if let Some(promise) = &of.objective.availability {
        let promised = promise.share.get();
        if y.holds(promised) {
            canvas.dashed((LEFT, y.at(promised)), (RIGHT, y.at(promised)), ORANGE, 2);
            labels.push((y.at(promised), format!("promised 承诺 {}", percent(promised)), ORANGE));
        } else {
            let side =
                if promised > high { "above this picture 在图上方" } else { "below this picture 在图下方" };
            sheet.note(format!("promised 承诺 {}: {side}", percent(promised)));
        }
    }
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut above = f64::NEG_INFINITY;
    for (height, text, color) in labels {
        let height = height.max(above + 18.0);
        sheet.canvas.text((RIGHT + 10.0, height), &text, 13.0, Anchor::Start, color);
        above = height;
    }
    Some(sheet.finish(findings))
}

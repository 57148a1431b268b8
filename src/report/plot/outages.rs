//! How long outages last: the share of outages that last longer, down to the tail.

use super::axis::{Scale, time_range, time_ticks};
use super::canvas::{Anchor, BLUE, FAINT, GRID, INK, MUTED, text_width};
use super::sheet::{MARGIN, Sheet, TOP, WIDTH};
use crate::model::ServiceId;
use crate::report::number::{count, duration};
use crate::report::wording;
use crate::study::{Bin, Findings};

const BODY: f64 = 380.0;
const LEFT: f64 = 112.0;
const RIGHT: f64 = WIDTH - MARGIN - 24.0;

/// Share of outages longer than a time, both axes logarithmic; `None` when no outage was seen.
#[must_use]
pub fn outages(findings: &Findings, service: ServiceId) -> Option<String> {
    let found = wording::of_service(findings, service)?;
    let quantiles = found.metric(wording::OUTAGE_LENGTH).and_then(|measured| measured.estimate.quantiles);
    let bins: Vec<Bin> = clipped(usable(&found.outages), quantiles.map(|quantiles| quantiles.max));
    let total: u64 = bins.iter().map(|bin| bin.count).sum();
    if total == 0 {
        return None;
    }
    let of = &findings.scenario.services[service];
    let name = wording::titled(&of.title, &of.name);
    let mut sheet = Sheet::new(
        findings,
        BODY,
        &format!("How long outages of {} last: share of outages longer than the time below", super::sheet::named(name)),
        &format!("{} 的中断时长：时长超过横轴时间的中断所占比例", super::sheet::named(name)),
    );
    let canvas = &mut sheet.canvas;
    let (top, bottom) = (TOP + 8.0, TOP + BODY - 44.0);
    let x = Scale::log(time_range(extent(&bins)), (LEFT, RIGHT));
    let decades = libm::ceil(libm::log10(total as f64)).clamp(1.0, 6.0);
    let floor = libm::pow(10.0, -decades);
    let y = Scale::log((floor, 1.0), (bottom, top));

    for decade in 0..=decades as i32 {
        let share = libm::pow(10.0, f64::from(-decade));
        canvas.line((LEFT, y.at(share)), (RIGHT, y.at(share)), GRID, 1);
        let decimals = (decade - 2).max(0) as usize;
        let text = format!("{:.decimals$} %", share * 100.0);
        canvas.text((LEFT - 10.0, y.at(share)), &text, 12.0, Anchor::End, INK);
    }
    for (at, text) in time_ticks(&x, 58.0) {
        canvas.line((at, top), (at, bottom), GRID, 1);
        canvas.text((at, bottom + 16.0), &text, 12.0, Anchor::Middle, INK);
    }
    canvas.text(
        (f64::midpoint(LEFT, RIGHT), bottom + 36.0),
        "length of the outage 中断时长",
        12.0,
        Anchor::Middle,
        MUTED,
    );

    let mut curve = vec![(LEFT, y.at(1.0))];
    let mut left = total;
    for bin in &bins {
        // Flat where no outage ends, then down within the bin.
        for (at, count) in [(bin.from, left), (bin.to, left - bin.count)] {
            let point = (x.at(at), y.at((count as f64 / total as f64).max(floor)));
            // Points less than a pixel apart are one.
            if curve.last().is_none_or(|last| (last.0 - point.0).abs() >= 1.0 || (last.1 - point.1).abs() >= 1.0) {
                curve.push(point);
            }
        }
        left -= bin.count;
    }
    if let Some(last) = curve.last().copied() {
        curve.push((last.0, bottom));
    }
    let mut area = vec![(LEFT, bottom)];
    area.extend(curve.iter().copied());
    canvas.polygon(area, FAINT);
    canvas.path(curve, BLUE, 2);
    canvas.line((LEFT, bottom), (RIGHT, bottom), INK, 1);
    if let Some(quantiles) = quantiles {
        let points = [("median", 0.5, quantiles.p50), ("p95", 0.05, quantiles.p95), ("p99", 0.01, quantiles.p99)];
        for (word, share, quantile) in points.into_iter().filter(|(_, share, at)| *share >= floor && x.holds(at.point))
        {
            let at = (x.at(quantile.point), y.at(share));
            canvas.ring(at, 5, BLUE);
            let text = format!("{word} {}", duration(quantile.point));
            // Above the curve on its right is free; near the edge, the text goes to the left, and never below the axis.
            if at.0 + 11.0 + text_width(&text, 13.0) < WIDTH - MARGIN {
                canvas.text((at.0 + 11.0, at.1 - 8.0), &text, 13.0, Anchor::Start, INK);
            } else {
                canvas.text((at.0 - 11.0, (at.1 + 9.0).min(bottom - 9.0)), &text, 13.0, Anchor::End, INK);
            }
        }
        sheet.note(format!("outages seen 中断次数: {}, longest 最长 {}", count(total), duration(quantiles.max)));
    } else {
        sheet.note(format!("outages seen 中断次数: {}", count(total)));
    }
    Some(sheet.finish(findings))
}

/// Where an axis for these bins begins and ends: a few freakishly short events do not stretch it.
pub(super) fn extent(bins: &[Bin]) -> [f64; 2] {
    let total: u64 = bins.iter().map(|bin| bin.count).sum();
    let mut seen = 0;
    let first = bins.iter().find(|bin| {
        seen += bin.count;
        seen as f64 >= total as f64 * 0.005
    });
    let edge = |bin: &Bin| if bin.from > 0.0 { bin.from } else { bin.to };
    [first.map_or(0.0, edge), bins.iter().map(|bin| bin.to).fold(0.0, f64::max)]
}

/// The same bins, none beyond the longest event: the last one is wider than what it holds.
pub(super) fn clipped(mut bins: Vec<Bin>, longest: Option<f64>) -> Vec<Bin> {
    if let (Some(last), Some(longest)) = (bins.last_mut(), longest) {
        last.to = last.to.min(longest).max(last.from);
    }
    bins
}

/// Bins with events and finite edges, in order.
pub(super) fn usable(bins: &[Bin]) -> Vec<Bin> {
    let fine = |bin: &&Bin| bin.count > 0 && bin.from.is_finite() && bin.to.is_finite() && bin.to >= bin.from;
    let mut bins: Vec<Bin> = bins.iter().filter(fine).copied().collect();
    bins.sort_by(|a, b| a.from.total_cmp(&b.from));
    bins
}

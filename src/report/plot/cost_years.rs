//! How bad a year can be.

use super::axis::{Scale, round_ticks};
use super::canvas::{Anchor, BLUE, GRID, INK, MUTED, ORANGE, PALE, text_width};
use super::outages::{clipped, usable};
use super::sheet::{MARGIN, Sheet, TOP, WIDTH};
use crate::report::brief_cost::money;
use crate::report::number::{count, percent};
use crate::study::{Bin, Findings};

const BODY: f64 = 400.0;
const LEFT: f64 = 104.0;
const RIGHT: f64 = WIDTH - MARGIN - 24.0;
/// From this ratio of dearest to cheapest on the axis is logarithmic.
const WIDE: f64 = 50.0;
/// Cheapest year that such an axis shows, as a share of the dearest.
const DEEPEST: f64 = 1e-4;

/// Share of years that cost more than an amount, with mean, p95 and p99 marked; `None` without a whole year, or when every year costs the same.
#[must_use]
pub fn cost_years(findings: &Findings) -> Option<String> {
    let cost = findings.cost.as_ref()?;
    let estimate = &cost.metric("total_cost")?.estimate;
    let (mean, quantiles) = (estimate.point?, estimate.quantiles?);
    let bins = clipped(usable(&cost.years), Some(quantiles.max));
    let total: u64 = bins.iter().map(|bin| bin.count).sum();
    let cheapest = bins.first()?.from;
    if total == 0 || quantiles.max <= cheapest || bins.len() < 2 {
        return None;
    }
    let currency = cost.currency;
    let mut sheet = Sheet::new(
        findings,
        BODY,
        &format!("How bad a year can be: share of years that cost more, {currency}"),
        &format!("坏年份有多坏：成本超过该值的年份占比，{currency}"),
    );
    let canvas = &mut sheet.canvas;
    let (top, bottom) = (TOP + 62.0, TOP + BODY - 44.0);
    let (x, ticks) = money_axis(cheapest, &bins, quantiles.max);
    let rarest = (1.0 / total as f64).clamp(1e-6, 0.1);
    let y = Scale::log((libm::pow(10.0, libm::floor(libm::log10(rarest) + 1e-9)), 1.0), (bottom, top));
    for power in 0..=6 {
        let share = libm::pow(10.0, -f64::from(power));
        if y.holds(share) {
            canvas.line((LEFT, y.at(share)), (RIGHT, y.at(share)), GRID, 1);
            canvas.text((LEFT - 10.0, y.at(share)), &percent(share), 12.0, Anchor::End, INK);
        }
    }
    let mut curve = vec![(LEFT, y.at(1.0))];
    let mut left = total;
    for bin in &bins {
        curve.push((x.at(bin.from), y.at(left as f64 / total as f64)));
        left -= bin.count;
        if left > 0 {
            curve.push((x.at(bin.to), y.at(left as f64 / total as f64)));
        }
    }
    // The dearest year is exceeded by none.
    curve.push((x.at(quantiles.max), bottom));
    let mut area = curve.clone();
    area.push((LEFT, bottom));
    canvas.polygon(area, PALE);
    canvas.path(curve, BLUE, 2);
    for tick in ticks {
        let at = x.at(tick);
        canvas.line((at, bottom), (at, bottom + 5.0), MUTED, 1);
        canvas.text((at, bottom + 17.0), &money(tick), 12.0, Anchor::Middle, INK);
    }
    canvas.line((LEFT, bottom), (RIGHT, bottom), INK, 1);
    let foot = format!("cost of a year 一年的成本, {currency}");
    canvas.text((f64::midpoint(LEFT, RIGHT), bottom + 36.0), &foot, 12.0, Anchor::Middle, MUTED);
    let marks = [("mean 均值", mean), ("p95", quantiles.p95.point), ("p99", quantiles.p99.point)];
    for (nth, (word, amount)) in marks.into_iter().enumerate() {
        let (at, height) = (x.at(amount), TOP + 8.0 + nth as f64 * 18.0);
        canvas.dashed((at, height + 9.0), (at, bottom), ORANGE, 2);
        let text = format!("{word} {}", money(amount));
        if at + 8.0 + text_width(&text, 13.0) < RIGHT {
            canvas.label((at + 8.0, height), &text, 13.0, Anchor::Start, INK);
        } else {
            canvas.label((at - 8.0, height), &text, 13.0, Anchor::End, INK);
        }
    }
    sheet.note(format!("years 年数: {} · dearest 最贵 {}", count(total), money(quantiles.max)));
    Some(sheet.finish(findings))
}

/// A straight axis, or a logarithmic one where years differ widely; with its ticks.
fn money_axis(cheapest: f64, bins: &[Bin], dearest: f64) -> (Scale, Vec<f64>) {
    let positive = bins.iter().map(|bin| if bin.from > 0.0 { bin.from } else { bin.to }).find(|edge| *edge > 0.0);
    let least = positive.unwrap_or(dearest).max(dearest * DEEPEST);
    if dearest / least < WIDE && cheapest > 0.0 || dearest / least < 2.0 {
        let low = if cheapest > dearest / 2.0 { cheapest - (dearest - cheapest) * 0.05 } else { 0.0 };
        let scale = Scale::linear((low, dearest * 1.02), (LEFT, RIGHT));
        return (scale, round_ticks(low, dearest * 1.02, 6.0));
    }
    let low = libm::pow(10.0, libm::floor(libm::log10(least)));
    let scale = Scale::log((low, dearest * 1.1), (LEFT, RIGHT));
    let ticks = (-6..=15).map(|power| libm::pow(10.0, f64::from(power))).filter(|tick| scale.holds(*tick)).collect();
    (scale, ticks)
}

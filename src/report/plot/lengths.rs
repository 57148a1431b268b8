//! How lengths of time are spread, against what was promised of them.

use super::axis::{Scale, time_range, time_ticks};
use super::canvas::{Anchor, BLUE, GRID, INK, MUTED, ORANGE, PALE, fit, text_width};
use super::outages::{clipped, extent, usable};
use super::sheet::{MARGIN, Sheet, TOP, WIDTH};
use crate::estimate::Quantiles;
use crate::report::number::{count, duration, percent};
use crate::study::{Bin, Findings};

const BODY: f64 = 400.0;
const LEFT: f64 = 96.0;
const RIGHT: f64 = WIDTH - MARGIN - 24.0;
/// Columns of the histogram behind the curve.
const COLUMNS: usize = 60;

/// What is drawn.
pub(super) struct Lengths<'a> {
    /// Captions.
    pub english: String,
    pub chinese: String,
    /// How often each length was seen.
    pub bins: &'a [Bin],
    pub quantiles: Option<Quantiles>,
    pub promises: Vec<Promise>,
    /// What the axis shows.
    pub foot: &'a str,
    /// What was counted.
    pub seen: &'a str,
    /// How the largest is called.
    pub largest: &'a str,
}

/// A promise as a line.
pub(super) struct Promise {
    pub word: &'static str,
    pub seconds: f64,
    /// Share of events that kept it.
    pub met: Option<f64>,
    /// So that two promises are told apart.
    pub filled: bool,
}

/// Share of events within a time, and how often each length is; `None` without an event.
pub(super) fn lengths(findings: &Findings, lengths: &Lengths) -> Option<Sheet> {
    let bins = clipped(usable(lengths.bins), lengths.quantiles.map(|quantiles| quantiles.max));
    let total: u64 = bins.iter().map(|bin| bin.count).sum();
    if total == 0 {
        return None;
    }
    let mut sheet = Sheet::new(findings, BODY, &lengths.english, &lengths.chinese);
    let canvas = &mut sheet.canvas;
    let (top, bottom) = (TOP + 44.0, TOP + BODY - 44.0);
    let marks = lengths.promises.iter().map(|promise| promise.seconds);
    let x = Scale::log(time_range(extent(&bins).into_iter().chain(marks)), (LEFT, RIGHT));
    let y = Scale::linear((0.0, 1.0), (bottom, top));

    // Bins of any width, gathered in columns of equal width on the picture.
    let width = (RIGHT - LEFT) / COLUMNS as f64;
    let mut columns = [0.0; COLUMNS];
    // The few below the axis are in the curve; as a bar at its edge they would look like a mode.
    for bin in bins.iter().filter(|bin| x.holds(bin.to)) {
        let (from, to) = ((x.at(bin.from) - LEFT) / width, (x.at(bin.to) - LEFT) / width);
        let (first, last) = ((from as usize).min(COLUMNS - 1), (to as usize).min(COLUMNS - 1));
        for (nth, column) in columns.iter_mut().enumerate().take(last + 1).skip(first) {
            // A bin over several columns is shared out by their widths.
            let part = ((nth as f64 + 1.0).min(to) - (nth as f64).max(from)).max(0.0) / (to - from).max(1e-9);
            *column += bin.count as f64 * if first == last { 1.0 } else { part };
        }
    }
    let tallest = columns.iter().copied().fold(0.0, f64::max).max(1e-9);
    for (nth, column) in columns.into_iter().enumerate().filter(|(_, column)| *column > 0.0) {
        let height = (column / tallest * (bottom - top) * 0.6).max(1.0);
        canvas.rect((LEFT + nth as f64 * width + 1.0, bottom - height), (width - 2.0, height), PALE);
    }
    for quarter in 0..=4 {
        let share = f64::from(quarter) / 4.0;
        canvas.line((LEFT, y.at(share)), (RIGHT, y.at(share)), GRID, 1);
        canvas.text((LEFT - 10.0, y.at(share)), &format!("{} %", quarter * 25), 12.0, Anchor::End, INK);
    }
    for (at, text) in time_ticks(&x, 58.0) {
        canvas.line((at, bottom), (at, bottom + 5.0), MUTED, 1);
        canvas.text((at, bottom + 17.0), &text, 12.0, Anchor::Middle, INK);
    }
    canvas.line((LEFT, bottom), (RIGHT, bottom), INK, 1);
    canvas.text((f64::midpoint(LEFT, RIGHT), bottom + 36.0), lengths.foot, 12.0, Anchor::Middle, MUTED);

    let mut curve = vec![(LEFT, y.at(0.0))];
    let mut done = 0;
    for bin in &bins {
        // Flat where no event lies, then up within the bin.
        for (at, count) in [(bin.from, done), (bin.to, done + bin.count)] {
            let point = (x.at(at), y.at(count as f64 / total as f64));
            if curve.last().is_none_or(|last| (last.0 - point.0).abs() >= 1.0 || (last.1 - point.1).abs() >= 1.0) {
                curve.push(point);
            }
        }
        done += bin.count;
    }
    curve.push((RIGHT, y.at(1.0)));
    canvas.path(curve, BLUE, 2);

    let mut lines = Vec::new();
    for (nth, promise) in lengths.promises.iter().enumerate() {
        let at = x.at(promise.seconds);
        lines.push(at);
        let height = TOP + 6.0 + nth as f64 * 18.0;
        canvas.dashed((at, height + 9.0), (at, bottom), ORANGE, 2);
        canvas.diamond((at, height), 5.0, ORANGE, promise.filled);
        let met = promise.met.map_or_else(String::new, |share| format!(", kept in {}", percent(share)));
        let text = format!("{} {}{met}", promise.word, duration(promise.seconds));
        if at < f64::midpoint(LEFT, RIGHT) {
            canvas.text((at + 11.0, height), &text, 13.0, Anchor::Start, INK);
        } else {
            canvas.text((at - 11.0, height), &text, 13.0, Anchor::End, INK);
        }
    }
    if let Some(quantiles) = lengths.quantiles {
        let points = [("median", 0.5, quantiles.p50), ("p95", 0.95, quantiles.p95)];
        for (word, share, quantile) in points.into_iter().filter(|(_, _, at)| x.holds(at.point)) {
            let at = (x.at(quantile.point), y.at(share));
            canvas.ring(at, 5, BLUE);
            let text = fit(&format!("{word} {}", duration(quantile.point)), 13.0, 170.0);
            let end = at.0 + 12.0 + text_width(&text, 13.0);
            // Right of the curve is free, unless an objective stands there.
            if end < WIDTH - MARGIN && !lines.iter().any(|line| (at.0..end).contains(line)) {
                canvas.label((at.0 + 12.0, at.1 + 13.0), &text, 13.0, Anchor::Start, INK);
            } else {
                canvas.label((at.0 - 12.0, at.1 - 11.0), &text, 13.0, Anchor::End, INK);
            }
        }
        sheet.note(format!("{}: {}, {} {}", lengths.seen, count(total), lengths.largest, duration(quantiles.max)));
    } else {
        sheet.note(format!("{}: {}", lengths.seen, count(total)));
    }
    Some(sheet)
}

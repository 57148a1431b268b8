//! Curves over the time into a trial, one strip above the other over one axis.

use super::axis::Scale;
use super::canvas::{Anchor, BLUE, Canvas, FAINT, GRID, INK, MUTED};
use super::sheet::TOP;
use super::timeline::elapsed_ticks;

/// Room for the axis below the strips.
const FOOT: f64 = 44.0;

/// Where the strips of a figure lie, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strips {
    /// How many.
    pub rows: usize,
    /// Height of each.
    pub row: f64,
    /// Where the time begins.
    pub left: f64,
    /// Where it ends.
    pub right: f64,
}

impl Strips {
    /// Height of all strips with their axis.
    pub(super) fn body(&self) -> f64 {
        self.rows as f64 * self.row + FOOT
    }

    /// Top and floor of a strip with so much room above and below.
    pub(super) fn within(&self, nth: usize, above: f64, below: f64) -> (f64, f64) {
        (TOP + nth as f64 * self.row + above, TOP + (nth + 1) as f64 * self.row - below)
    }

    /// The time axis below all strips, with rulings through them.
    pub(super) fn time_axis(&self, canvas: &mut Canvas, horizon: f64) {
        let bottom = TOP + self.body() - FOOT;
        let x = Scale::linear((0.0, horizon), (self.left, self.right));
        for (at, text) in elapsed_ticks(&x, horizon, 6.0) {
            canvas.line((at, TOP), (at, bottom), GRID, 1);
            canvas.text((at, bottom + 14.0), &text, 12.0, Anchor::Middle, INK);
        }
        let foot = "time into the trial 试验内时间";
        canvas.text((f64::midpoint(self.left, self.right), bottom + 34.0), foot, 12.0, Anchor::Middle, MUTED);
    }

    /// The area under values that each hold for an equal slice of the horizon, on its floor.
    pub(super) fn area(&self, canvas: &mut Canvas, values: &[f64], y: &Scale, floor: f64) {
        let slice = (self.right - self.left) / values.len() as f64;
        let mut steps: Vec<(f64, f64)> = Vec::with_capacity(2 * values.len());
        for (position, value) in values.iter().enumerate() {
            let from = self.left + position as f64 * slice;
            steps.push((from, y.at(*value)));
            steps.push((from + slice, y.at(*value)));
        }
        let mut area = vec![(self.left, floor)];
        area.extend(steps.iter().copied());
        area.push((self.right, floor));
        canvas.polygon(area, FAINT);
        canvas.path(steps, BLUE, 2);
        canvas.line((self.left, floor), (self.right, floor), INK, 1);
    }
}

//! Rows of a sweep as pictures and tables want them: over two parameters, or from one end of a parameter to the other.

use super::row::{Interval, Measure};
use super::{Choice, SweepFindings};
use crate::estimate::Basis;
use std::collections::BTreeMap;

/// One combination of the values of some parameters, over all designs that have it.
#[derive(Clone, PartialEq, Debug)]
pub struct Cell {
    /// Which value of each of these parameters.
    pub at: Vec<u64>,
    /// The estimate of the only design, or the mean over several without an interval; `None` when no design could be measured.
    pub measure: Option<Measure>,
    /// Designs that were simulated.
    pub ran: u64,
    /// Designs whose values make no scenario.
    pub invalid: u64,
}

/// Every combination of the values of some parameters of a full grid, the last changing fastest; the other parameters are averaged over. Empty for samples
/// and for one parameter at a time.
#[must_use]
pub fn cells(findings: &SweepFindings, metric: usize, axes: &[usize]) -> Vec<Cell> {
    let Choice::Grid(grid) = &findings.choice else { return Vec::new() };
    let mut sums: BTreeMap<Vec<u64>, (Option<Measure>, f64, u64, u64, u64)> = BTreeMap::new();
    for row in &findings.rows {
        let Some(position) = grid.position(row.nth) else { return Vec::new() };
        let at = axes.iter().map(|axis| position[*axis]).collect();
        let sum = sums.entry(at).or_default();
        match row.ran() {
            None => sum.4 += 1,
            Some(ran) => {
                sum.3 += 1;
                let measure = ran.measures[metric];
                sum.0 = Some(measure);
                if let Some(point) = measure.point {
                    sum.1 += point;
                    sum.2 += 1;
                }
            }
        }
    }
    sums.into_iter()
        .map(|(at, (last, sum, seen, ran, invalid))| {
            let mean = || Measure { point: Some(sum / seen as f64), low: None, high: None, basis: Basis::Interval };
            let measure = match (ran, seen) {
                (1, _) => last,
                (_, 0) => None,
                _ => Some(mean()),
            };
            Cell { at, measure: measure.filter(|it| it.point.is_some() || it.low.is_some()), ran, invalid }
        })
        .collect()
}

/// One end of the bar of a parameter.
#[derive(Clone, PartialEq, Debug)]
pub struct End {
    /// Value of the parameter.
    pub value: String,
    /// The metric there.
    pub measure: Measure,
    /// Its difference to the scenario as written, on the same trials; `None` for quantiles.
    pub difference: Option<Interval>,
}

/// How far a metric moves with one parameter while the others stay as written.
#[derive(Clone, PartialEq, Debug)]
pub struct Swing {
    /// Which parameter.
    pub axis: usize,
    /// Where the metric is least, over the values of the parameter.
    pub least: End,
    /// Where it is greatest.
    pub most: End,
    /// From the least to the greatest, the scenario as written included.
    pub size: f64,
}

/// The swing of a metric with each parameter, greatest first; without parameters for which nothing could be measured.
#[must_use]
pub fn swings(findings: &SweepFindings, metric: usize) -> Vec<Swing> {
    let Choice::OneAtATime { cases, .. } = &findings.choice else { return Vec::new() };
    let base = findings.rows.first().and_then(|row| row.point(metric));
    let mut ends: BTreeMap<usize, Vec<(f64, End)>> = BTreeMap::new();
    for row in findings.rows.iter().filter(|row| row.nth > 0) {
        let (Some((axis, value)), Some(ran)) = (cases.get(row.nth as usize - 1), row.ran()) else { continue };
        let measure = ran.measures[metric];
        let Some(point) = measure.point else { continue };
        let difference = ran.differences.get(metric).copied().flatten();
        ends.entry(*axis).or_default().push((point, End { value: value.clone(), measure, difference }));
    }
    let mut found: Vec<Swing> = ends
        .into_iter()
        .filter_map(|(axis, ends)| {
            let least = ends.iter().min_by(|left, right| left.0.total_cmp(&right.0))?;
            // Of equals the last, so that a parameter without effect still shows both of its ends.
            let most = ends.iter().max_by(|left, right| left.0.total_cmp(&right.0))?;
            let (low, high) = base.map_or((least.0, most.0), |base| (least.0.min(base), most.0.max(base)));
            Some(Swing { axis, least: least.1.clone(), most: most.1.clone(), size: high - low })
        })
        .collect();
    found.sort_by(|left, right| right.size.total_cmp(&left.size));
    found
}

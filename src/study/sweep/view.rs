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
    let mut found: BTreeMap<Vec<u64>, (Vec<Measure>, u64)> = BTreeMap::new();
    for row in &findings.rows {
        let Some(position) = grid.position(row.nth) else { return Vec::new() };
        let (measures, invalid) = found.entry(axes.iter().map(|axis| position[*axis]).collect()).or_default();
        match row.measure(metric) {
            Some(measure) => measures.push(*measure),
            None => *invalid += 1,
        }
    }
    let cell = |(at, (measures, invalid)): (Vec<u64>, (Vec<Measure>, u64))| Cell {
        at,
        measure: together(&measures).filter(|it| it.point.is_some() || it.low.is_some()),
        ran: measures.len() as u64,
        invalid,
    };
    found.into_iter().map(cell).collect()
}

/// The measure of one design, or what can be said of several.
fn together(measures: &[Measure]) -> Option<Measure> {
    if let [only] = measures {
        return Some(*only);
    }
    let seen: Vec<f64> = measures.iter().filter_map(|measure| measure.point).collect();
    if seen.is_empty() {
        return None;
    }
    let point = Some(seen.iter().sum::<f64>() / seen.len() as f64);
    if measures.iter().all(|measure| measure.basis == Basis::Bound) {
        // Nothing was seen in any of them: the widest bound holds for each, and so for their mean.
        let low = measures.iter().filter_map(|measure| measure.low).reduce(f64::min);
        let high = measures.iter().filter_map(|measure| measure.high).reduce(f64::max);
        return Some(Measure { point, low, high, basis: Basis::Bound });
    }
    Some(Measure { point, low: None, high: None, basis: Basis::Interval })
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

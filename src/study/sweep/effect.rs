//! Which parameter moves a metric most.

use super::row::Row;
use crate::study::design::{Grid, size};
use std::collections::BTreeMap;

/// How much of what differs between designs goes with one parameter.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Effect {
    /// Which parameter.
    pub axis: usize,
    /// Share of the variance between designs, 0 to 1.
    pub share: f64,
}

/// The effect of each parameter on a metric, most first; empty when no two designs differ in it.
///
/// Of values that repeat it is the correlation ratio: the variance between the means by value over the whole variance (Pearson, 1905; the main effect
/// of an analysis of variance in a full grid). Of a sample of a range it is the square of Spearman's rank correlation.
#[must_use]
pub fn effects(grid: &Grid, rows: &[Row], metric: usize) -> Vec<Effect> {
    let seen: Vec<(&Row, f64)> = rows.iter().filter_map(|row| Some((row, row.point(metric)?))).collect();
    let values: Vec<f64> = seen.iter().map(|(_, value)| *value).collect();
    if values.len() < 2 || values.iter().all(|value| *value == values[0]) {
        return Vec::new();
    }
    let mut found: Vec<Effect> = (0..grid.axes().len())
        .map(|axis| {
            let settings: Vec<&str> = seen.iter().map(|(row, _)| row.settings[axis].as_str()).collect();
            let sizes: Option<Vec<f64>> = settings.iter().map(|text| size(text).map(|(_, size)| size)).collect();
            let share = match sizes {
                Some(sizes) if grid.is_sample() => spearman(&sizes, &values),
                _ => between(&settings, &values),
            };
            Effect { axis, share }
        })
        .collect();
    // Stable: equal effects stay in the order of the parameters.
    found.sort_by(|left, right| right.share.total_cmp(&left.share));
    found
}

/// Variance between the means of groups over the whole variance.
fn between(groups: &[&str], values: &[f64]) -> f64 {
    let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (group, value) in groups.iter().zip(values) {
        let sum = sums.entry(group).or_default();
        sum.0 += value;
        sum.1 += 1.0;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let whole: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let part: f64 = sums.values().map(|(sum, count)| count * (sum / count - mean) * (sum / count - mean)).sum();
    if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 }
}

/// Squared correlation of ranks; ties share the mean of their ranks.
fn spearman(x: &[f64], y: &[f64]) -> f64 {
    let (x, y) = (ranks(x), ranks(y));
    let mean = (x.len() as f64 - 1.0) / 2.0;
    let mut sums = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(&y) {
        sums.0 += (x - mean) * (y - mean);
        sums.1 += (x - mean) * (x - mean);
        sums.2 += (y - mean) * (y - mean);
    }
    if sums.1 > 0.0 && sums.2 > 0.0 { (sums.0 * sums.0 / (sums.1 * sums.2)).min(1.0) } else { 0.0 }
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&left, &right| values[left].total_cmp(&values[right]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let mut to = from;
        while to + 1 < order.len() && values[order[to + 1]] == values[order[from]] {
            to += 1;
        }
        for &at in &order[from..=to] {
            ranks[at] = (from + to) as f64 / 2.0;
        }
        from = to + 1;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::super::row::{Measure, Objectives, Ran, Status};
    use super::*;
    use crate::estimate::{Basis, Estimate};

    fn rows(grid: &Grid, value: impl Fn(&[f64]) -> f64) -> Vec<Row> {
        let of = |nth| {
            let settings: Vec<String> = grid.settings(nth).into_iter().map(|set| set.value).collect();
            let numbers: Vec<f64> = settings.iter().map(|text| text.parse().unwrap()).collect();
            let estimate = Estimate { point: Some(value(&numbers)), basis: Basis::Interval, ..Estimate::NOTHING };
            let (measures, differences) = (vec![Measure::of(&estimate)], Vec::new());
            let status =
                Status::Ran(Ran { hash: String::new(), measures, differences, objectives: Objectives::default() });
            Row { nth, settings, status }
        };
        (0..grid.len()).map(of).collect()
    }

    #[test]
    fn shares_of_a_grid_add_up_where_effects_do() {
        let axes = ["a.x=1,2,3", "a.y=1,2", "a.z=5,6"].map(|text| text.parse().unwrap());
        let grid = Grid::full(axes.into()).unwrap();
        // Variances by hand: of 1, 2, 3 it is 2/3; of 3 times 1, 2 it is 9/4.
        let found = effects(&grid, &rows(&grid, |at| at[0] + 3.0 * at[1]), 0);
        let shares: Vec<(usize, f64)> = found.iter().map(|effect| (effect.axis, effect.share)).collect();
        let whole = 2.0 / 3.0 + 9.0 / 4.0;
        for ((axis, share), (other, exact)) in
            shares.iter().zip([(1, 9.0 / 4.0 / whole), (0, 2.0 / 3.0 / whole), (2, 0.0)])
        {
            assert!(*axis == other && (share - exact).abs() < 1e-12, "{shares:?}");
        }
        assert!(effects(&grid, &rows(&grid, |_| 4.0), 0).is_empty());
    }

    #[test]
    fn a_sample_is_judged_by_ranks() {
        let axes = vec!["a.x=0.0..10.0".parse().unwrap(), "a.y=0.0..10.0".parse().unwrap()];
        let grid = Grid::latin(axes, 50, 3).unwrap();
        let found = effects(&grid, &rows(&grid, |at| libm::exp(at[1])), 0);
        assert_eq!((found[0].axis, found[0].share), (1, 1.0));
        assert!(found[1].share < 0.2);
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [2.5, 0.0, 2.5, 1.0]);
    }
}

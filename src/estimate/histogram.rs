//! Distributions of lengths as counts: exact to merge, close to read.
//!
//! A log-linear histogram over whole microseconds: every power of two is cut into 128 equal bins, so that a value is known to better than 0.8 % and
//! two histograms merge by adding counts, in any order.

use super::{Quantile, student_bound};
use serde::{Deserialize, Serialize};

/// Bins per power of two, as a power of two.
const SUB_BITS: u32 = 7;

/// Number of the bin that holds `value`. Values below 128 have a bin of their own.
///
/// ```
/// use drsim::estimate::{bin_edges, bin_of};
/// let (from, to) = bin_edges(bin_of(1_000_000));
/// assert!(from <= 1_000_000 && 1_000_000 < to && to - from < 8_000);
/// ```
#[must_use]
#[inline]
pub const fn bin_of(value: u64) -> u32 {
    if value >> SUB_BITS == 0 {
        return value as u32;
    }
    let octave = value.ilog2() - SUB_BITS;
    ((octave + 1) << SUB_BITS) + ((value >> octave) as u32 & ((1 << SUB_BITS) - 1))
}

/// First value of a bin, and the first one past it (at most `u64::MAX`).
#[must_use]
pub const fn bin_edges(bin: u32) -> (u64, u64) {
    let (row, step) = (bin >> SUB_BITS, (bin & ((1 << SUB_BITS) - 1)) as u64);
    if row == 0 {
        return (step, step + 1);
    }
    let from = ((1 << SUB_BITS) + step) << (row - 1);
    (from, from.saturating_add(1 << (row - 1)))
}

/// Counts of lengths in microseconds.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Histogram {
    /// Bin and count, ascending, no empty bins.
    bins: Vec<(u32, u64)>,
    count: u64,
    least: u64,
    largest: u64,
}

impl Histogram {
    /// Adds one value.
    #[inline]
    pub fn add(&mut self, value: u64) {
        let bin = bin_of(value);
        match self.bins.binary_search_by_key(&bin, |&(bin, _)| bin) {
            Ok(at) => self.bins[at].1 += 1,
            Err(at) => self.bins.insert(at, (bin, 1)),
        }
        self.widen(value, value);
        self.count += 1;
    }

    fn widen(&mut self, least: u64, largest: u64) {
        self.least = if self.count == 0 { least } else { self.least.min(least) };
        self.largest = self.largest.max(largest);
    }

    /// Adds the counts of `other`.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        self.widen(other.least, other.largest);
        self.count += other.count;
        let mut merged = Vec::with_capacity(self.bins.len() + other.bins.len());
        let (mut left, mut right) = (self.bins.iter().copied().peekable(), other.bins.iter().copied().peekable());
        loop {
            merged.push(match (left.peek(), right.peek()) {
                (Some(a), Some(b)) if a.0 == b.0 => {
                    let sum = (a.0, a.1 + b.1);
                    left.next();
                    right.next();
                    sum
                }
                (Some(a), Some(b)) => {
                    let side = if a.0 < b.0 { &mut left } else { &mut right };
                    let Some(bin) = side.next() else { break };
                    bin
                }
                (Some(_), None) => {
                    merged.extend(left);
                    break;
                }
                (None, _) => {
                    merged.extend(right);
                    break;
                }
            });
        }
        self.bins = merged;
    }

    /// Number of values.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Largest value, exact; `None` when empty.
    #[must_use]
    pub fn largest(&self) -> Option<u64> {
        (self.count > 0).then_some(self.largest)
    }

    /// Non-empty bins as (first value, first value past the bin, count), ascending; eight to a power of two, as wide as a plot needs them.
    #[must_use]
    pub fn bins(&self) -> Vec<(u64, u64, u64)> {
        const JOINED: u32 = 16;
        let mut bins: Vec<(u64, u64, u64)> = Vec::new();
        for &(bin, count) in &self.bins {
            let first = bin / JOINED * JOINED;
            let (from, to) = (bin_edges(first).0, bin_edges(first + JOINED - 1).1);
            match bins.last_mut() {
                Some(last) if last.0 == from => last.2 += count,
                _ => bins.push((from, to, count)),
            }
        }
        bins
    }

    /// The value that a share `level` (0 to 1) of the values does not exceed: middle of the bin of rank ⌈level · count⌉, within the values seen;
    /// `None` when empty.
    ///
    /// ```
    /// use drsim::estimate::Histogram;
    /// let mut histogram = Histogram::default();
    /// (1..=100).for_each(|value| histogram.add(value));
    /// assert_eq!(histogram.quantile(0.95), Some(95.0));
    /// ```
    #[must_use]
    pub fn quantile(&self, level: f64) -> Option<f64> {
        // The product may lie a rounding above a whole number, which must not cost a rank.
        let rank = ((level * self.count as f64 * (1.0 - f64::EPSILON)).ceil() as u64).clamp(1, self.count.max(1));
        let mut seen = 0;
        self.bins
            .iter()
            .find(|&&(_, count)| {
                seen += count;
                seen >= rank
            })
            .map(|&(bin, _)| {
                let (from, to) = bin_edges(bin);
                let middle = if to - from <= 1 { from as f64 } else { f64::midpoint(from as f64, to as f64) };
                middle.clamp(self.least as f64, self.largest as f64)
            })
    }
}

/// A histogram in sections by trial, so that its quantiles have intervals although events of one trial belong together.
///
/// Trial `i` counts in section `i mod 16`. The quantile is that of all events; its interval comes from the scatter of the sections' own quantiles
/// about it (sectioning: Asmussen and Glynn, Stochastic Simulation, 2007, section III.5).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Sectioned {
    sections: Vec<Histogram>,
}

impl Default for Sectioned {
    fn default() -> Self {
        Self { sections: vec![Histogram::default(); Self::SECTIONS] }
    }
}

impl Sectioned {
    /// Number of sections.
    pub const SECTIONS: usize = 16;
    /// Fewest sections that can speak for an interval.
    const FEWEST: usize = 8;
    /// Fewest events beyond the quantile, and below it, that a section must have on average.
    const BEYOND: f64 = 2.0;

    /// Adds one value of `trial`.
    #[inline]
    pub fn add(&mut self, trial: u64, value: u64) {
        self.sections[trial as usize % Self::SECTIONS].add(value);
    }

    /// Adds the counts of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (section, other) in self.sections.iter_mut().zip(&other.sections) {
            section.merge(other);
        }
    }

    /// Number of values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.sections.iter().map(Histogram::count).sum()
    }

    /// All sections together.
    #[must_use]
    pub fn pooled(&self) -> Histogram {
        let mut pooled = Histogram::default();
        self.sections.iter().for_each(|section| pooled.merge(section));
        pooled
    }

    /// The quantile at `level` (0 to 1) of the `pooled` events with its 95 % interval, in the histogram's unit; `None` when empty. The interval is
    /// missing when fewer than eight sections have two events on either side of the quantile.
    #[must_use]
    pub fn quantile(&self, pooled: &Histogram, level: f64) -> Option<Quantile> {
        let point = pooled.quantile(level)?;
        let needed = Self::BEYOND / level.min(1.0 - level) * (1.0 - 1e-9);
        let own: Vec<f64> = self
            .sections
            .iter()
            .filter(|section| section.count() as f64 >= needed)
            .filter_map(|section| section.quantile(level))
            .collect();
        if own.len() < Self::FEWEST {
            return Some(Quantile { point, low: None, high: None });
        }
        let sections = own.len() as f64;
        let scatter: f64 = own.iter().map(|value| (value - point) * (value - point)).sum();
        let half = student_bound(own.len() as u64 - 1) * (scatter / (sections * (sections - 1.0))).sqrt();
        Some(Quantile { point, low: Some((point - half).max(0.0)), high: Some(point + half) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt as _;
    use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

    fn exponential(rng: &mut Xoshiro256PlusPlus) -> f64 {
        -libm::log1p(-rng.random::<f64>())
    }

    #[test]
    fn every_value_lies_in_its_bin() {
        let mut values: Vec<u64> = (0..5000).collect();
        values.extend((0..64).flat_map(|bit| [(1 << bit) - 1, 1 << bit, (1_u64 << bit) | 1]));
        values.push(u64::MAX - 1);
        for value in values {
            let (from, to) = bin_edges(bin_of(value));
            assert!(from <= value && value < to, "{value} not in {from}..{to}");
            assert!((to - from) as f64 <= (value as f64 / 128.0).max(1.0), "{value}: {from}..{to} too wide");
            assert!(from == 0 || bin_of(from - 1) + 1 == bin_of(from), "bins before {from} leave a gap");
        }
    }

    #[test]
    fn wide_bins_lose_no_event_and_do_not_overlap() {
        let mut histogram = Histogram::default();
        (0..100_000).step_by(7).for_each(|value| histogram.add(value));
        let bins = histogram.bins();
        assert_eq!(bins.iter().map(|bin| bin.2).sum::<u64>(), histogram.count());
        assert!(bins.windows(2).all(|pair| pair[0].1 == pair[1].0), "{bins:?}");
        let (from, to, count) = bins[bins.len() - 2];
        assert_eq!(count, (from..to).filter(|value| value.is_multiple_of(7)).count() as u64);
    }

    /// hdrhistogram with three digits as oracle: quantiles agree within the bin width of 0.8 %.
    #[test]
    fn quantiles_match_hdrhistogram() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
        let mut oracle = hdrhistogram::Histogram::<u64>::new(3).unwrap();
        let mut ours = Histogram::default();
        for _ in 0..50_000 {
            let value = (1e9 * exponential(&mut rng) * exponential(&mut rng)) as u64;
            oracle.record(value).unwrap();
            ours.add(value);
        }
        for level in [0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999] {
            let (exact, close) = (oracle.value_at_quantile(level) as f64, ours.quantile(level).unwrap());
            assert!((close / exact - 1.0).abs() < 0.008, "{level}: {close} against {exact}");
        }
        assert_eq!(ours.count(), oracle.len());
    }

    #[test]
    fn merging_in_any_order_equals_adding() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let values: Vec<u64> = (0..3000).map(|_| (1e6 * exponential(&mut rng)) as u64).collect();
        let histogram = |values: &[u64]| {
            let mut histogram = Histogram::default();
            for &value in values {
                histogram.add(value);
            }
            histogram
        };
        let (mut left, mut right) = (histogram(&values[..1000]), histogram(&values[1000..]));
        let (first, second) = (left.clone(), right.clone());
        left.merge(&second);
        right.merge(&first);
        assert_eq!(left, histogram(&values));
        assert_eq!(right, left);
        let mut with_nothing = left.clone();
        with_nothing.merge(&Histogram::default());
        assert_eq!(with_nothing, left);
    }

    #[test]
    fn equal_lengths_are_exact() {
        let mut sectioned = Sectioned::default();
        (0..64).for_each(|trial| sectioned.add(trial, 1_234_567));
        let median = sectioned.quantile(&sectioned.pooled(), 0.5).unwrap();
        assert_eq!(median, Quantile { point: 1_234_567.0, low: Some(1_234_567.0), high: Some(1_234_567.0) });
    }

    /// The interval holds the truth in at least 180 of 200 repetitions (95 %: fewer with chance 2e-3), although the events of a trial are all alike.
    #[test]
    fn quantile_intervals_cover_clustered_events() {
        for (level, truth) in [(0.5, libm::log(2.0)), (0.95, libm::log(20.0))] {
            let held: u32 = (0..200)
                .map(|seed| {
                    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
                    let mut sectioned = Sectioned::default();
                    for trial in 0..4000 {
                        let length = (1e9 * exponential(&mut rng)) as u64;
                        (0..5).for_each(|_| sectioned.add(trial, length));
                    }
                    let quantile = sectioned.quantile(&sectioned.pooled(), level).unwrap();
                    u32::from(quantile.low.unwrap() <= truth * 1e9 && truth * 1e9 <= quantile.high.unwrap())
                })
                .sum();
            assert!((180..200).contains(&held), "p{level}: {held} of 200");
        }
    }

    #[test]
    fn few_events_have_a_quantile_without_interval() {
        let mut sectioned = Sectioned::default();
        assert_eq!(sectioned.quantile(&sectioned.pooled(), 0.5), None);
        (0..100).for_each(|trial| sectioned.add(trial, trial));
        let pooled = sectioned.pooled();
        assert!(sectioned.quantile(&pooled, 0.5).unwrap().low.is_some());
        assert_eq!(sectioned.quantile(&pooled, 0.99), Some(Quantile { point: 98.0, low: None, high: None }));
        assert_eq!(pooled.largest(), Some(99));
    }
}

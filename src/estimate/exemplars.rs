//! Which trial is typical, bad or worst, without keeping all trials.

use super::{bin_edges, bin_of};
use serde::{Deserialize, Serialize};

/// One bin of badness: how many trials fell into it and the first of them. The second part is binned by powers of two only: it breaks ties.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Bin {
    at: (u32, u32),
    count: u64,
    first: u64,
    badness: (u64, u64),
}

/// A histogram of trials by badness in two parts, the first before the second, that remembers the first trial of every bin. Merges in any order.
///
/// ```
/// use drsim::estimate::Exemplars;
/// let mut exemplars = Exemplars::default();
/// for (trial, badness) in [(30, 0), (10, 0), (10, 500)].into_iter().enumerate() {
///     exemplars.add(trial as u64, badness);
/// }
/// assert_eq!(exemplars.quantile(0.5), Some((2, (10, 500))));
/// assert_eq!(exemplars.worst(), Some((0, (30, 0))));
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Exemplars {
    bins: Vec<Bin>,
    worst: Option<(u64, (u64, u64))>,
}

/// Number of the power of two that a value lies in; zero has its own.
const fn octave(value: u64) -> u32 {
    u64::BITS - value.leading_zeros()
}

impl Exemplars {
    /// Adds one trial.
    #[inline]
    pub fn add(&mut self, trial: u64, badness: (u64, u64)) {
        self.absorb(Bin { at: (bin_of(badness.0), octave(badness.1)), count: 1, first: trial, badness });
        self.challenge(trial, badness);
    }

    /// Adds the trials of `other`.
    pub fn merge(&mut self, other: &Self) {
        other.bins.iter().for_each(|&bin| self.absorb(bin));
        if let Some((trial, badness)) = other.worst {
            self.challenge(trial, badness);
        }
    }

    fn absorb(&mut self, other: Bin) {
        match self.bins.binary_search_by_key(&other.at, |bin| bin.at) {
            Ok(at) => {
                let bin = &mut self.bins[at];
                bin.count += other.count;
                if other.first < bin.first {
                    (bin.first, bin.badness) = (other.first, other.badness);
                }
            }
            Err(at) => self.bins.insert(at, other),
        }
    }

    /// The worst is exact, not just of the worst bin; the earlier trial wins a tie.
    fn challenge(&mut self, trial: u64, badness: (u64, u64)) {
        let beaten = self.worst.is_none_or(|(held, worst)| badness > worst || (badness == worst && trial < held));
        if beaten {
            self.worst = Some((trial, badness));
        }
    }

    /// First trial of the bin that holds the quantile at `level` (0 to 1), and its badness; `None` without trials.
    #[must_use]
    pub fn quantile(&self, level: f64) -> Option<(u64, (u64, u64))> {
        let total: u64 = self.bins.iter().map(|bin| bin.count).sum();
        let rank = ((level * total as f64 * (1.0 - f64::EPSILON)).ceil() as u64).max(1);
        let mut seen = 0;
        self.bins
            .iter()
            .find(|bin| {
                seen += bin.count;
                seen >= rank
            })
            .map(|bin| {
                debug_assert!((bin_edges(bin.at.0).0..bin_edges(bin.at.0).1).contains(&bin.badness.0));
                (bin.first, bin.badness)
            })
    }

    /// Trial and badness of the worst trial, the first of them in a tie; `None` without trials.
    #[must_use]
    pub const fn worst(&self) -> Option<(u64, (u64, u64))> {
        self.worst
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_chooses_the_same_trials() {
        let badness = |trial: u64| ((trial * 7919) % 1000 * 1000, trial / 1000 * 1000);
        let mut forward = Exemplars::default();
        (0..2000).for_each(|trial| forward.add(trial, badness(trial)));
        let (mut late, mut early) = (Exemplars::default(), Exemplars::default());
        (700..2000).rev().for_each(|trial| late.add(trial, badness(trial)));
        (0..700).rev().for_each(|trial| early.add(trial, badness(trial)));
        late.merge(&early);
        assert_eq!(late, forward);
        assert_eq!(
            forward.worst(),
            (0..2000).find(|&trial| badness(trial) == (999_000, 1000)).map(|trial| (trial, (999_000, 1000)))
        );
        let (median, bad) = (forward.quantile(0.5).unwrap(), forward.quantile(0.95).unwrap());
        assert!(
            (495_000..505_000).contains(&median.1.0) && (940_000..960_000).contains(&bad.1.0),
            "{median:?} {bad:?}"
        );
        assert_eq!(badness(median.0), median.1);
    }

    #[test]
    fn among_equally_long_the_one_that_lost_more_is_worse() {
        let mut exemplars = Exemplars::default();
        for trial in 0..100 {
            exemplars.add(trial, (50, if trial < 60 { 0 } else { 1 << (trial - 60) }));
        }
        exemplars.add(100, (49, u64::MAX));
        assert_eq!(exemplars.worst(), Some((99, (50, 1 << 39))));
        assert_eq!(exemplars.quantile(0.5), Some((0, (50, 0))));
        // 101 trials, one of them shorter: rank 96 is the 95th of those alike, 60 without and the 35th with a loss.
        assert_eq!(exemplars.quantile(0.95), Some((94, (50, 1 << 34))));
    }
}

//! Memoryless populations without one event per part.
//!
//! The slots of a population are split into groups: eight of one slot, then one of 8, 16, 32 … Each group runs a keyed Poisson stream at the rate of its full size and draws
//! its victim uniformly. A victim that is absent or down is ignored by the caller, which is exact because the law is memoryless. Adding a slot leaves
//! the hits of the others untouched.

use super::{Rng, TrialKey};
use crate::quantity::Span;
use rand::{Rng as _, RngExt as _};
use rand_distr::{Distribution as _, Exp1};

/// One group of a pool: its stream, and all that a hit needs, side by side.
#[derive(Clone, Debug)]
pub struct PoolGroup {
    stream: Rng,
    /// Mean time between hits in microseconds.
    mean: f64,
    first: u32,
    size: u32,
    slots: u32,
}

impl PoolGroup {
    /// True when all hits are on one slot.
    #[must_use]
    pub const fn is_single(&self) -> bool {
        self.size == 1
    }

    /// The first slot.
    #[must_use]
    pub const fn first(&self) -> u32 {
        self.first
    }

    /// Time to the next hit.
    #[inline]
    pub fn gap(&mut self) -> Span {
        let unit: f64 = Exp1.sample(&mut self.stream);
        Span::from_microseconds((unit * self.mean + 0.5) as u64)
    }

    /// The slot that is hit, `None` when the group's last part is not filled there.
    #[inline]
    pub fn victim(&mut self) -> Option<u32> {
        let slot = if self.size == 1 { self.first } else { self.first + (self.stream.next_u32() & (self.size - 1)) };
        (slot < self.slots).then_some(slot)
    }
}

/// The shape of a pool: how its slots are grouped.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    slots: u32,
    /// Mean life of one slot in microseconds.
    mean: f64,
}

impl Pool {
    /// Groups of one slot before they double: a power of two. Small populations so waste no hit on slots that are not there.
    pub const SINGLES: u32 = 8;

    /// A pool of `slots` parts with a mean life of `mean` each.
    #[must_use]
    pub fn new(slots: u32, mean_seconds: f64) -> Self {
        Self { slots, mean: mean_seconds * 1e6 }
    }

    /// Number of groups.
    #[must_use]
    pub const fn groups(self) -> u32 {
        match self.slots {
            slots if slots <= Self::SINGLES => slots,
            slots => Self::SINGLES + (u32::BITS - (slots - 1).leading_zeros()) - Self::SINGLES.ilog2(),
        }
    }

    /// First slot and full size of a group: 0+1, 1+1, … 7+1, 8+8, 16+16, 32+32 …
    #[must_use]
    const fn group(group: u32) -> (u32, u32) {
        if group < Self::SINGLES {
            (group, 1)
        } else {
            let size = Self::SINGLES << (group - Self::SINGLES);
            (size, size)
        }
    }

    /// The `nth` group at the start of a trial.
    #[must_use]
    pub fn start(self, nth: u32, key: TrialKey, purpose: u64, entity: u64) -> PoolGroup {
        let (first, size) = Self::group(nth);
        let stream = key.stream(purpose, entity, u64::from(nth));
        PoolGroup { stream, mean: self.mean / f64::from(size), first, size, slots: self.slots }
    }

    /// The slots that are down at a random moment when each is so with chance `share`, by geometric skips: the cost is that of the parts found.
    pub fn found_down(self, share: f64, stream: &mut Rng, mut found: impl FnMut(u32)) {
        if share <= 0.0 {
            return;
        }
        let log_up = libm::log1p(-share);
        let mut slot = 0.0_f64;
        loop {
            let uniform: f64 = stream.random();
            slot += libm::floor(libm::log1p(-uniform) / log_up);
            if slot >= f64::from(self.slots) {
                return;
            }
            found(slot as u32);
            slot += 1.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::SECONDS_PER_YEAR;

    #[test]
    fn groups_cover_every_slot_once() {
        for slots in [0, 1, 2, 3, 8, 9, 16, 17, 1000] {
            let pool = Pool::new(slots, 1.0);
            let mut covered = 0;
            for group in 0..pool.groups() {
                let (first, size) = Pool::group(group);
                assert_eq!(first, covered);
                covered = first + size;
            }
            assert!(covered >= slots && (covered == slots || covered / 2 < slots), "{slots} slots, {covered} covered");
        }
    }

    #[test]
    fn found_down_has_the_binomial_mean() {
        let (pool, share, runs) = (Pool::new(1000, 1.0), 0.03, 2000);
        let mut count = 0;
        for run in 0..runs {
            pool.found_down(share, &mut TrialKey::new(5, run).stream(0, 0, 0), |_| count += 1);
        }
        let (mean, sd) = (30.0 * runs as f64, (30.0 * 0.97 * runs as f64).sqrt());
        assert!((f64::from(count) - mean).abs() < 4.0 * sd, "{count} against {mean}");
    }

    /// A pool's slots are hit at the rate of as many independent parts, each as often as any other.
    #[test]
    fn every_slot_is_hit_at_its_rate() {
        let (pool, years) = (Pool::new(21, SECONDS_PER_YEAR), 10_000.0);
        let mut hits = [0_u32; 21];
        for nth in 0..pool.groups() {
            let mut group = pool.start(nth, TrialKey::new(3, 0), 1, 1);
            let mut now = group.gap();
            while now.as_years() < years {
                if let Some(slot) = group.victim() {
                    hits[slot as usize] += 1;
                }
                now += group.gap();
            }
        }
        // Each count is Poisson with mean 10 000.
        assert!(hits.iter().all(|&count| (f64::from(count) - years).abs() < 5.0 * years.sqrt()), "{hits:?}");
    }
}

//! Chains of backups: a full one and its increments or differentials. Bytes, restore times, chances.
//!
//! Backups are counted in slots of one cycle, 0 is the full one; bytes are logical bytes before compression. The moment at
//! which a copy is usable is [`super::schedule`]'s, how many points are kept [`super::retention`]'s.

/// What follows the full backup of a cycle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chain {
    /// Every slot copies everything.
    Full,
    /// Every slot copies what changed since the slot before: a restore reads the full one and all increments.
    Incremental,
    /// Every slot copies what changed since the full one: a restore reads the full one and the last differential.
    Differential,
}

/// How the changes of different slots lie to each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Overlap {
    /// Always other bytes: differentials grow by the same amount, up to everything.
    None,
    /// Each slot changes an independent random share of all bytes: `1 - (1 - share)^slots` has changed in the end.
    Random,
}

/// One cycle of backups, repeated for ever.
///
/// ```
/// use drsim::analytic::backup_cycle::{Chain, Cycle, Overlap};
/// // Sunday full 10 TB, 0.2 TB of changes a day.
/// let week = Cycle::new(Chain::Incremental, 7, 10e12, 0.2e12, Overlap::None).unwrap();
/// assert_eq!(week.stored_bytes(), 11.2e12); // 10 + 6 * 0.2
/// assert_eq!(week.restored_bytes(6), Some(11.2e12));
/// let week = Cycle::new(Chain::Differential, 7, 10e12, 0.2e12, Overlap::None).unwrap();
/// assert!((week.stored_bytes() / 14.2e12 - 1.0).abs() < 1e-14); // 10 + 0.2 (1 + 2 + .. + 6)
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cycle {
    chain: Chain,
    slots: u32,
    full_bytes: f64,
    changed_bytes: f64,
    overlap: Overlap,
}

impl Cycle {
    /// `slots` backups a cycle, the full one included; `changed_bytes` differ from one slot to the next.
    ///
    /// `None` without slots, unless the bytes are finite and `0 <= changed <= full`.
    #[must_use]
    pub fn new(chain: Chain, slots: u32, full_bytes: f64, changed_bytes: f64, overlap: Overlap) -> Option<Self> {
        let fits = slots > 0 && full_bytes.is_finite() && (0.0..=full_bytes).contains(&changed_bytes);
        fits.then_some(Self { chain, slots, full_bytes, changed_bytes, overlap })
    }

    /// Bytes that the backup of a slot copies; `None` beyond the cycle.
    #[must_use]
    pub fn copied_bytes(&self, slot: u32) -> Option<f64> {
        (slot < self.slots).then(|| match (slot, self.chain) {
            (0, _) | (_, Chain::Full) => self.full_bytes,
            (_, Chain::Incremental) => self.changed_bytes,
            (_, Chain::Differential) => self.changed_since_full(slot),
        })
    }

    /// Bytes of all backups of one cycle.
    #[must_use]
    pub fn stored_bytes(&self) -> f64 {
        (0..self.slots).filter_map(|slot| self.copied_bytes(slot)).sum()
    }

    /// Bytes that a restore to the point of a slot reads; `None` beyond the cycle.
    ///
    /// Incremental: `full + slot * changed`. Differential: `full + changed since`. Full: `full`.
    #[must_use]
    pub fn restored_bytes(&self, slot: u32) -> Option<f64> {
        (slot < self.slots).then(|| self.chain_bytes(slot))
    }

    /// Backups that a restore to the point of a slot reads: 1, slot + 1, or 2; `None` beyond the cycle.
    #[must_use]
    pub fn links(&self, slot: u32) -> Option<u32> {
        (slot < self.slots).then(|| self.chain_links(slot))
    }

    /// Time to restore the point of a slot: bytes over the rate, plus a fixed time per link; `None` beyond the cycle.
    ///
    /// `rate` in bytes per second is that of the slowest stage; `link_s` is for finding, mounting and opening each backup.
    ///
    /// ```
    /// use drsim::analytic::backup_cycle::{Chain, Cycle, Overlap};
    /// let week = Cycle::new(Chain::Incremental, 7, 10e12, 0.2e12, Overlap::None).unwrap();
    /// assert_eq!(week.restore_s(6, 1e9, 300.0), Some(13_300.0)); // 11.2 TB at 1 GB/s, 7 links of 5 min
    /// ```
    #[must_use]
    pub fn restore_s(&self, slot: u32, rate: f64, link_s: f64) -> Option<f64> {
        (slot < self.slots).then(|| self.chain_s(slot, rate, link_s))
    }

    /// Mean time to restore when the event strikes after any slot with the same chance.
    #[must_use]
    pub fn mean_restore_s(&self, rate: f64, link_s: f64) -> f64 {
        (0..self.slots).map(|slot| self.chain_s(slot, rate, link_s)).sum::<f64>() / f64::from(self.slots)
    }

    /// Longest time to restore: the last slot's, for the chain never gets shorter within a cycle.
    #[must_use]
    pub fn worst_restore_s(&self, rate: f64, link_s: f64) -> f64 {
        self.chain_s(self.slots - 1, rate, link_s)
    }

    /// Chance that the point of a slot can be restored when each link is good with chance `good`: `good^links`.
    ///
    /// `None` beyond the cycle or unless `good` is a probability.
    ///
    /// ```
    /// use drsim::analytic::backup_cycle::{Chain, Cycle, Overlap};
    /// let week = Cycle::new(Chain::Incremental, 7, 1e12, 1e10, Overlap::None).unwrap();
    /// assert!((week.restorable(6, 0.99).unwrap() - 0.932_065_35).abs() < 1e-8); // 0.99^7
    /// ```
    #[must_use]
    pub fn restorable(&self, slot: u32, good: f64) -> Option<f64> {
        let links = self.links(slot)?;
        (0.0..=1.0).contains(&good).then(|| libm::pow(good, f64::from(links)))
    }

    /// Mean age, in slots, of the newest restorable point after the backup of a slot; 0 is that backup itself.
    ///
    /// Links are good independently. A restore falls back along its own cycle and then to older ones, all kept.
    /// Incremental: with the first bad link at `j >= 1` the point `j - 1` is left. Differential: the newest good one,
    /// provided the full one is good. With a bad full one the age is `slot + 1` plus that at the end of the cycle before,
    /// which solves its own equation. `None` beyond the cycle or unless `good` is above 0 and at most 1.
    ///
    /// ```
    /// use drsim::analytic::backup_cycle::{Chain, Cycle, Overlap};
    /// let daily = Cycle::new(Chain::Full, 1, 1e12, 0.0, Overlap::None).unwrap();
    /// assert!((daily.mean_age_slots(0, 0.9).unwrap() - 0.1 / 0.9).abs() < 1e-15); // f / (1 - f)
    /// ```
    #[must_use]
    pub fn mean_age_slots(&self, slot: u32, good: f64) -> Option<f64> {
        if slot >= self.slots || !(good > 0.0 && good <= 1.0) {
            return None;
        }
        let bad = 1.0 - good;
        if self.chain == Chain::Full {
            return Some(bad / good);
        }
        // Share of the age that comes from this cycle, its full backup good.
        let within = |slot: u32| -> f64 {
            let last = f64::from(slot);
            match self.chain {
                Chain::Full => 0.0,
                Chain::Incremental => (1..=slot)
                    .map(|broken| libm::pow(good, f64::from(broken)) * bad * (last - f64::from(broken) + 1.0))
                    .sum(),
                Chain::Differential => {
                    let newest: f64 =
                        (1..slot).map(|back| libm::pow(bad, f64::from(back)) * good * f64::from(back)).sum();
                    good * (newest + libm::pow(bad, last) * last)
                }
            }
        };
        let before = (within(self.slots - 1) + bad * f64::from(self.slots)) / good;
        Some(within(slot) + bad * (f64::from(slot) + 1.0 + before))
    }

    /// Bytes kept when `cycles` whole cycles are retained, right before the oldest is dropped: one more is under way.
    ///
    /// A cycle can only be dropped as a whole, and only once the next complete chain is there.
    #[must_use]
    pub fn retained_bytes_max(&self, cycles: u32) -> f64 {
        (f64::from(cycles) + 1.0) * self.stored_bytes()
    }

    fn chain_bytes(&self, slot: u32) -> f64 {
        self.full_bytes
            + match self.chain {
                Chain::Full => 0.0,
                Chain::Incremental => f64::from(slot) * self.changed_bytes,
                Chain::Differential => self.changed_since_full(slot),
            }
    }

    fn chain_links(&self, slot: u32) -> u32 {
        match self.chain {
            Chain::Full => 1,
            Chain::Incremental => slot + 1,
            Chain::Differential => 1 + slot.min(1),
        }
    }

    fn chain_s(&self, slot: u32, rate: f64, link_s: f64) -> f64 {
        self.chain_bytes(slot) / rate + f64::from(self.chain_links(slot)) * link_s
    }

    fn changed_since_full(&self, slots: u32) -> f64 {
        match self.overlap {
            Overlap::None => (f64::from(slots) * self.changed_bytes).min(self.full_bytes),
            Overlap::Random if self.full_bytes == 0.0 => 0.0,
            Overlap::Random => {
                let kept = libm::log1p(-self.changed_bytes / self.full_bytes);
                -self.full_bytes * libm::expm1(f64::from(slots) * kept)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAINS: [Chain; 3] = [Chain::Full, Chain::Incremental, Chain::Differential];

    #[test]
    fn bytes_against_bytes_that_are_really_copied() {
        // 60 blocks; slot s changes blocks 4 s - 3 .. 4 s: a restore must read the newest version of each.
        let slots = 6;
        for chain in CHAINS {
            let cycle = Cycle::new(chain, slots, 60.0, 4.0, Overlap::None).unwrap();
            let mut backups: Vec<Vec<u32>> = Vec::new();
            for slot in 0..slots {
                let since = match chain {
                    Chain::Incremental => slot,
                    Chain::Full | Chain::Differential => 1,
                };
                let changed = (since.max(1)..=slot).flat_map(|s| 4 * s - 3..=4 * s);
                let copied: Vec<u32> =
                    if slot == 0 || chain == Chain::Full { (0..60).collect() } else { changed.collect() };
                assert_eq!(cycle.copied_bytes(slot), Some(copied.len() as f64), "{chain:?} {slot}");
                backups.push(copied);
                let read: Vec<&Vec<u32>> = match chain {
                    Chain::Full => vec![&backups[slot as usize]],
                    Chain::Incremental => backups.iter().collect(),
                    Chain::Differential if slot == 0 => vec![&backups[0]],
                    Chain::Differential => vec![&backups[0], &backups[slot as usize]],
                };
                assert_eq!(cycle.links(slot), Some(read.len() as u32));
                let bytes: usize = read.iter().map(|backup| backup.len()).sum();
                assert_eq!(cycle.restored_bytes(slot), Some(bytes as f64), "{chain:?} {slot}");
            }
            let total: usize = backups.iter().map(Vec::len).sum();
            assert_eq!(cycle.stored_bytes(), total as f64);
            assert_eq!(cycle.retained_bytes_max(2), 3.0 * total as f64);
            assert_eq!(
                (cycle.copied_bytes(slots), cycle.restored_bytes(slots), cycle.links(slots)),
                (None, None, None)
            );
        }
    }

    #[test]
    fn random_changes_meet_each_other() {
        // Each slot changes each of 400 blocks with chance 0.1: expected share by summing over every count of slots hit.
        let cycle = Cycle::new(Chain::Differential, 9, 400.0, 40.0, Overlap::Random).unwrap();
        for slot in 1..9u32 {
            let mut hit = 0.0;
            for pattern in 1u32..1 << slot {
                let times = f64::from(pattern.count_ones());
                hit += libm::pow(0.1, times) * libm::pow(0.9, f64::from(slot) - times);
            }
            assert!((cycle.copied_bytes(slot).unwrap() / (400.0 * hit) - 1.0).abs() < 1e-12, "{slot}");
        }
        let all = Cycle::new(Chain::Differential, 9, 400.0, 400.0, Overlap::Random).unwrap();
        assert_eq!(all.copied_bytes(3), Some(400.0));
        let capped = Cycle::new(Chain::Differential, 9, 400.0, 300.0, Overlap::None).unwrap();
        assert_eq!(capped.copied_bytes(3), Some(400.0));
    }

    #[test]
    fn restore_times_one_by_one() {
        for chain in CHAINS {
            let cycle = Cycle::new(chain, 5, 100.0, 8.0, Overlap::None).unwrap();
            let each: Vec<f64> = (0..5)
                .map(|slot| {
                    let (bytes, links) = match chain {
                        Chain::Full => (100.0, 1.0),
                        Chain::Incremental => (100.0 + 8.0 * f64::from(slot), f64::from(slot) + 1.0),
                        Chain::Differential => (100.0 + 8.0 * f64::from(slot), if slot == 0 { 1.0 } else { 2.0 }),
                    };
                    bytes / 4.0 + links * 3.0
                })
                .collect();
            assert!((cycle.mean_restore_s(4.0, 3.0) - each.iter().sum::<f64>() / 5.0).abs() < 1e-12, "{chain:?}");
            assert_eq!(cycle.worst_restore_s(4.0, 3.0), each.iter().copied().fold(0.0, f64::max));
        }
    }

    /// Age of the newest restorable point, counted in slots back from the newest backup, for a given pattern of good links.
    fn newest(chain: Chain, slots: usize, good: &[bool]) -> Option<usize> {
        (0..good.len()).find(|back| {
            let at = good.len() - 1 - back;
            let full = at / slots * slots;
            match chain {
                Chain::Full => good[at],
                Chain::Incremental => good[full..=at].iter().all(|link| *link),
                Chain::Differential => good[full] && good[at],
            }
        })
    }

    #[test]
    fn ages_and_chances_against_all_patterns() {
        // Four cycles of four: 2^16 patterns; with 90 % good links older cycles are needed once in ten thousand.
        let (slots, good) = (4usize, 0.9);
        for chain in CHAINS {
            let cycle = Cycle::new(chain, slots as u32, 1.0, 0.1, Overlap::None).unwrap();
            for slot in 0..slots {
                let length = 3 * slots + slot + 1;
                let (mut mean, mut fresh, mut none) = (0.0, 0.0, 0.0);
                for pattern in 0u32..1 << length {
                    let links: Vec<bool> = (0..length).map(|link| pattern >> link & 1 == 1).collect();
                    let works = f64::from(pattern.count_ones());
                    let chance = libm::pow(good, works) * libm::pow(1.0 - good, length as f64 - works);
                    match newest(chain, slots, &links) {
                        Some(back) => {
                            mean += chance * back as f64;
                            fresh += chance * f64::from(u8::from(back == 0));
                        }
                        None => none += chance,
                    }
                }
                // Patterns without any point lie before the four cycles: at most some twenty slots each.
                let ours = cycle.mean_age_slots(slot as u32, good).unwrap();
                assert!(ours >= mean - 1e-12 && ours - mean < 20.0 * none + 1e-12, "{chain:?} {slot}: {ours} {mean}");
                assert!((cycle.restorable(slot as u32, good).unwrap() / fresh - 1.0).abs() < 1e-10, "{chain:?} {slot}");
            }
            assert_eq!((cycle.mean_age_slots(4, 0.9), cycle.mean_age_slots(0, 0.0)), (None, None));
            assert_eq!((cycle.mean_age_slots(3, 1.0), cycle.restorable(0, 1.1)), (Some(0.0), None));
        }
    }
}

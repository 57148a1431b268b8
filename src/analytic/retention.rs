//! How many recovery points a grandfather-father-son rule keeps.
//!
//! Counts slots of backups, one after another; knows no bytes and no calendar.

/// One tier of a grandfather-father-son retention.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tier {
    /// Spacing in slots: the multiples of it belong to the tier.
    pub every: u32,
    /// How many of its points are kept.
    pub keep: u32,
}

/// Points that live at the steady state of a retention with several tiers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Retained {
    /// Mean over all slots.
    pub mean: f64,
    /// Fewest.
    pub min: u32,
    /// Most.
    pub max: u32,
    /// Age in slots of the oldest point, right before it is dropped.
    pub oldest_slots_max: u32,
}

/// How many points live when each tier keeps its last ones and one point may serve several tiers.
///
/// A point lives while any tier that it belongs to still keeps it: tier `e, k` keeps the multiples of `e` younger than
/// `e k`. Counted over one period of the longest spacing. `None` without tiers, for a spacing or a number of 0, or where
/// one spacing does not divide the next (sorted): then weeks and months shift against each other.
///
/// ```
/// use drsim::analytic::retention::{Tier, retained};
/// // 7 daily, 4 weekly, 12 of four weeks: 7 + 3 weekly older than a week + 11 older than four weeks.
/// let tiers = [Tier { every: 1, keep: 7 }, Tier { every: 7, keep: 4 }, Tier { every: 28, keep: 12 }];
/// let kept = retained(&tiers).unwrap();
/// assert_eq!((kept.mean, kept.min, kept.max), (21.0, 21, 21));
/// ```
#[must_use]
pub fn retained(tiers: &[Tier]) -> Option<Retained> {
    let mut tiers = tiers.to_vec();
    tiers.sort_by_key(|tier| (tier.every, tier.keep));
    let period = u64::from(tiers.last()?.every);
    if tiers.iter().any(|tier| tier.every == 0 || tier.keep == 0) {
        return None;
    }
    if tiers.windows(2).any(|pair| !pair[1].every.is_multiple_of(pair[0].every)) {
        return None;
    }
    let reach = |tier: &Tier| u64::from(tier.every) * u64::from(tier.keep);
    let longest = tiers.iter().map(reach).max()?;
    // Multiples of a spacing with an age in from..to, seen from slot `now`.
    let between = |every: u32, now: u64, from: u64, to: u64| {
        let multiples = |age: u64| (now + longest + period - age) / u64::from(every);
        multiples(from) - multiples(to)
    };
    let (mut sum, mut min, mut max) = (0u64, u64::MAX, 0u64);
    let base = period - longest % period;
    for phase in 0..period {
        let now = base + phase;
        let (mut count, mut covered) = (0, 0);
        for tier in &tiers {
            let to = reach(tier);
            if to > covered {
                count += between(tier.every, now, covered, to);
                covered = to;
            }
        }
        (sum, min, max) = (sum + count, min.min(count), max.max(count));
    }
    let oldest = u32::try_from(longest - 1).ok()?;
    Some(Retained {
        mean: sum as f64 / period as f64,
        min: u32::try_from(min).ok()?,
        max: u32::try_from(max).ok()?,
        oldest_slots_max: oldest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_day_by_day() {
        let tier = |every, keep| Tier { every, keep };
        for tiers in [
            vec![tier(1, 7), tier(7, 4), tier(28, 12)],
            vec![tier(1, 10), tier(7, 4)],
            vec![tier(1, 3), tier(7, 1)],
            vec![tier(2, 5), tier(6, 3), tier(12, 2)],
            vec![tier(1, 30), tier(7, 2)],
            vec![tier(4, 3)],
        ] {
            // Each day adds a point and drops those that no tier keeps any more.
            let mut alive: Vec<u32> = Vec::new();
            let mut counts = Vec::new();
            for now in 0..2000u32 {
                alive.push(now);
                let kept = |at: &u32| tiers.iter().any(|t| at.is_multiple_of(t.every) && now - at < t.every * t.keep);
                alive.retain(kept);
                if now >= 2000 - 168 {
                    counts.push(alive.len() as u32);
                }
            }
            let ours = retained(&tiers).unwrap();
            let mean = f64::from(counts.iter().sum::<u32>()) / 168.0;
            assert_eq!(
                (ours.min, ours.max),
                (*counts.iter().min().unwrap(), *counts.iter().max().unwrap()),
                "{tiers:?}"
            );
            assert!((ours.mean - mean).abs() < 1e-12, "{tiers:?}: {} {mean}", ours.mean);
        }
        assert_eq!(retained(&[]), None);
        assert_eq!(retained(&[tier(7, 4), tier(30, 12)]), None);
        assert_eq!(retained(&[tier(1, 0)]), None);
    }
}

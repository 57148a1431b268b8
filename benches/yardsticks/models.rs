//! Two models as plain loops, and what they must come to.

use crate::plain::{HOUR, Plain};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

/// What a run of one of the models below has seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run {
    /// Failures and repairs.
    pub events: u64,
    /// Machine time down, or system time down, as a share of the time simulated.
    pub down: f64,
}

/// Machines with lives of Exp(1000 h) and repairs of Exp(10 h) by `crews`, first come first served, all up at time zero.
pub fn repair(machines: u32, crews: u32, hours: f64, seed: u64) -> Run {
    const FAILED: u32 = 0;
    let mut plain = Plain::new(seed);
    let horizon = (hours * HOUR) as u64;
    for machine in 0..machines {
        let at = plain.gap(1000.0 * HOUR);
        plain.push(at, machine << 1);
    }
    let (mut idle, mut waiting) = (crews, std::collections::VecDeque::new());
    let (mut down, mut since, mut area, mut events) = (0_u64, 0, 0_u128, 0);
    while let Some((now, payload)) = plain.pop().filter(|&(at, _)| at < horizon) {
        events += 1;
        area += u128::from(down) * u128::from(now - since);
        since = now;
        let machine = payload >> 1;
        let served = if payload & 1 == FAILED {
            down += 1;
            if idle > 0 {
                idle -= 1;
                Some(machine)
            } else {
                waiting.push_back(machine);
                None
            }
        } else {
            down -= 1;
            let at = now + plain.gap(1000.0 * HOUR);
            plain.push(at, machine << 1);
            let next = waiting.pop_front();
            idle += u32::from(next.is_none());
            next
        };
        if let Some(machine) = served {
            let at = now + plain.gap(10.0 * HOUR);
            plain.push(at, machine << 1 | 1);
        }
    }
    area += u128::from(down) * u128::from(horizon - since);
    Run { events, down: area as f64 / horizon as f64 }
}

/// Machines down on average in [`repair`]'s steady state: the birth-death chain of the finite-source queue M/M/c//N.
pub fn repair_down(machines: u32, crews: u32) -> f64 {
    let (mut weight, mut total, mut mean) = (1.0, 1.0, 0.0);
    for down in 1..=machines {
        weight *= f64::from(machines - down + 1) / 1000.0 / (f64::from(down.min(crews)) / 10.0);
        total += weight;
        mean += f64::from(down) * weight;
    }
    mean / total
}

/// Three replicas with lives of Exp(1000 h) and repairs of Exp(10 h), one is enough: `trials` of ten years, all up at time zero.
pub fn kofn(trials: u64) -> Run {
    const YEARS: u64 = (87_600.0 * HOUR) as u64;
    let mut plain = Plain::new(0);
    let (mut events, mut dark) = (0, 0);
    for trial in 0..trials {
        plain.rng = Xoshiro256PlusPlus::seed_from_u64(trial);
        plain.heap.clear();
        for replica in 0..3 {
            let at = plain.gap(1000.0 * HOUR);
            plain.push(at, replica << 1);
        }
        let (mut up, mut since) = (3, 0);
        while let Some((now, payload)) = plain.pop().filter(|&(at, _)| at < YEARS) {
            events += 1;
            let failed = payload & 1 == 0;
            if failed {
                up -= 1;
                since = now;
            } else {
                dark += if up == 0 { now - since } else { 0 };
                up += 1;
            }
            let at = now + plain.gap(if failed { 10.0 * HOUR } else { 1000.0 * HOUR });
            plain.push(at, payload ^ 1);
        }
        dark += if up == 0 { YEARS - since } else { 0 };
    }
    Run { events, down: dark as f64 / (trials as f64 * YEARS as f64) }
}

//! A plain event loop's parts: the standard library's heap and a generator.
//!
//! A pending event is 16 bytes: the time in the upper half of a `u128`, then the sequence number, then the payload.

use rand_distr::{Distribution as _, Exp1};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Microseconds in an hour.
pub const HOUR: f64 = 3.6e9;

/// Generator and heap of one yardstick.
#[derive(Debug)]
pub struct Plain {
    pub heap: BinaryHeap<Reverse<u128>>,
    sequence: u32,
    pub rng: Xoshiro256PlusPlus,
}

impl Plain {
    /// No events.
    pub fn new(seed: u64) -> Self {
        Self { heap: BinaryHeap::new(), sequence: 0, rng: Xoshiro256PlusPlus::seed_from_u64(seed) }
    }

    /// Adds an event.
    #[inline]
    pub fn push(&mut self, at: u64, payload: u32) {
        self.heap.push(Reverse(u128::from(at) << 64 | u128::from(self.sequence) << 32 | u128::from(payload)));
        self.sequence = self.sequence.wrapping_add(1);
    }

    /// Takes the earliest event.
    #[inline]
    pub fn pop(&mut self) -> Option<(u64, u32)> {
        self.heap.pop().map(|Reverse(entry)| ((entry >> 64) as u64, entry as u32))
    }

    /// See [`gap`].
    #[inline]
    pub fn gap(&mut self, mean: f64) -> u64 {
        gap(&mut self.rng, mean)
    }
}

/// An exponential gap in whole microseconds.
#[inline]
pub fn gap(rng: &mut Xoshiro256PlusPlus, mean: f64) -> u64 {
    let unit: f64 = Exp1.sample(rng);
    (unit * mean + 0.5) as u64
}

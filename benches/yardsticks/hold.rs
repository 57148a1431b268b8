//! The hold model, over a plain heap and over drsim's queue.

use crate::plain::{HOUR, Plain, gap};
use drsim::engine::Queue;
use drsim::quantity::{SimTime, Span};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

/// Seed of the generator, the same for both queues.
const SEED: u64 = 7;

/// The hold model: as many events stay pending as there were at first; each one taken schedules one Exp(1 hour) later.
#[derive(Debug)]
pub struct Hold(Plain);

impl Hold {
    /// `pending` events.
    pub fn new(pending: u32) -> Self {
        let mut plain = Plain::new(SEED);
        for payload in 0..pending {
            let at = plain.gap(HOUR);
            plain.push(at, payload);
        }
        Self(plain)
    }

    /// Takes and schedules `steps` events; returns [`checksum`] over them.
    pub fn run(&mut self, steps: usize) -> u64 {
        let mut sum = 0;
        for _ in 0..steps {
            let (at, payload) = self.0.pop().expect("the queue is never empty");
            sum = checksum(sum, at, payload);
            let gap = self.0.gap(HOUR);
            self.0.push(at + gap, payload);
        }
        sum
    }
}

/// A number that depends on every event and on their order.
#[inline]
fn checksum(sum: u64, at: u64, payload: u32) -> u64 {
    sum.wrapping_mul(31).wrapping_add(at ^ u64::from(payload))
}

/// The hold model over drsim's queue, with an event of the size that its own have.
#[derive(Debug)]
pub struct Ladder {
    queue: Queue<[u32; 2]>,
    rng: Xoshiro256PlusPlus,
}

impl Ladder {
    /// `pending` events.
    pub fn new(pending: u32) -> Self {
        let (mut queue, mut rng) = (Queue::new(), Xoshiro256PlusPlus::seed_from_u64(SEED));
        for payload in 0..pending {
            queue.push(SimTime::from_microseconds(gap(&mut rng, HOUR)), [payload, 0]);
        }
        Self { queue, rng }
    }

    /// See [`Hold::run`].
    pub fn run(&mut self, steps: usize) -> u64 {
        let mut sum = 0;
        for _ in 0..steps {
            let (at, event) = self.queue.pop().expect("the queue is never empty");
            sum = checksum(sum, at.as_microseconds(), event[0]);
            self.queue.push(at + Span::from_microseconds(gap(&mut self.rng, HOUR)), event);
        }
        sum
    }
}

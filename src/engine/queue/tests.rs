//! The ladder against its plain twin, a binary heap over (time, sequence).

use super::*;
use proptest::prelude::*;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Both queues side by side: every answer is compared.
#[derive(Default)]
struct Pair {
    ladder: Queue<u64>,
    twin: BinaryHeap<Reverse<(u64, u64)>>,
    sequence: u64,
    now: u64,
}

impl Pair {
    /// Pushes an event `delay` after the last one taken.
    fn push(&mut self, delay: u64) {
        let at = self.now.saturating_add(delay);
        self.ladder.push(SimTime::from_microseconds(at), self.sequence);
        if at < u64::MAX {
            self.twin.push(Reverse((at, self.sequence)));
        }
        self.sequence += 1;
        assert_eq!(self.ladder.len(), self.twin.len());
    }

    fn pop(&mut self) {
        let expected = self.twin.pop().map(|Reverse((at, sequence))| (SimTime::from_microseconds(at), sequence));
        let (quiet, bottom) = (self.ladder.quiet_until(), self.ladder.bottom.len() > self.ladder.head);
        let next = expected.map_or(SimTime::NEVER, |(at, _)| at);
        assert!(quiet <= next && (quiet == next || !bottom), "quiet until {quiet:?}, but {next:?} comes next");
        assert_eq!(self.ladder.pop(), expected);
        self.now = expected.map_or(self.now, |(at, _)| at.as_microseconds());
        assert_eq!(self.ladder.len(), self.twin.len());
        assert_eq!(self.ladder.is_empty(), self.twin.is_empty());
    }

    fn drain(&mut self) {
        while !self.twin.is_empty() {
            self.pop();
        }
        self.pop();
    }

    fn clear(&mut self) {
        self.ladder.clear();
        *self = Self { ladder: std::mem::take(&mut self.ladder), ..Self::default() };
    }
}

/// Delays as models make them: ties, clusters, all scales, the end of time.
fn delay() -> impl Strategy<Value = u64> {
    prop_oneof![
        3 => Just(0),
        3 => 0..4_u64,
        4 => 0..1000_u64,
        4 => (0..64_u32, any::<u64>()).prop_map(|(scale, word)| word >> scale),
        2 => (0..5_u64).prop_map(|cluster| cluster * 1_000_000_007),
        1 => Just(u64::MAX),
        1 => Just(u64::MAX - 1),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Bursts of pushes, then bursts of pops, with the memory of earlier rounds.
    #[test]
    fn ladder_equals_heap(
        rounds in prop::collection::vec((prop::collection::vec(delay(), 0..300), 0..300_usize, prop::bool::weighted(0.05)), 1..12),
    ) {
        let mut pair = Pair::default();
        for (delays, pops, clear) in rounds {
            if clear {
                pair.clear();
            }
            for delay in delays {
                pair.push(delay);
            }
            for _ in 0..pops {
                pair.pop();
            }
        }
        pair.drain();
    }

    /// The hold model at every size, delays of one kind repeated.
    #[test]
    fn ladder_equals_heap_when_held(pending in 0..400_usize, delays in prop::collection::vec(delay(), 1..40)) {
        let mut pair = Pair::default();
        let mut delays = delays.into_iter().cycle();
        for delay in delays.by_ref().take(pending) {
            pair.push(delay);
        }
        for delay in delays.take(1000) {
            pair.pop();
            pair.push(delay);
        }
        pair.drain();
    }
}

/// Deterministic numbers without a pattern: the orbit of a multiplicative generator.
fn scattered(count: u64) -> impl Iterator<Item = u64> {
    (0..count).map(|index| (index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29))
}

#[test]
fn many_events_at_one_time_stay_in_order() {
    for (early, late) in [(20_000, 0), (0, 20_000), (10_000, 10_000), (BOTTOM_MAX, 1), (BOTTOM_MAX + 1, 300)] {
        let mut pair = Pair::default();
        (0..early).for_each(|_| pair.push(5));
        pair.push(5 + 3); // makes the crowd share its place with another time
        pair.push(4);
        pair.pop(); // now the crowd may already lie sorted when the rest of it comes
        (0..late).for_each(|_| pair.push(1));
        pair.push(0);
        pair.drain();
    }
}

#[test]
fn ascending_descending_and_scattered_times_come_out_sorted() {
    let mut pair = Pair::default();
    for round in 0..3 {
        (0..5000).for_each(|step| pair.push(step * 7));
        (0..5000).rev().for_each(|step| pair.push(step * 7));
        scattered(5000).for_each(|word| pair.push(word >> 20));
        (0..4000 * round).for_each(|_| pair.pop());
    }
    pair.drain();
}

/// Each event lies twice as far as the one before, so every split leaves almost all of them in one bucket.
#[test]
fn heavy_tails_and_the_extremes_of_time() {
    let mut pair = Pair::default();
    for repeat in 0..40 {
        (0..64).for_each(|power| pair.push((1 << power) + repeat));
        (0..64).for_each(|power| pair.push(u64::MAX - (1 << power) - repeat));
        pair.push(u64::MAX - 1);
        pair.push(0);
    }
    pair.drain();
}

/// New events always fall where the queue has just become fine.
#[test]
fn a_swarm_that_follows_the_present() {
    let mut pair = Pair::default();
    scattered(3000).for_each(|word| pair.push(word >> 8));
    for word in scattered(30_000) {
        pair.pop();
        pair.push(word >> 54);
        pair.push(word >> 44);
        pair.pop();
    }
    pair.drain();
}

/// The chunks of a steady queue are used again: its store stops growing.
#[test]
fn memory_stays_bounded() {
    let mut queue = Queue::new();
    let pending: usize = 10_000;
    scattered(pending as u64).for_each(|word| queue.push(SimTime::from_microseconds(word >> 30), ()));
    for word in scattered(500_000) {
        let (now, ()) = queue.pop().unwrap();
        queue.push(SimTime::from_microseconds(now.as_microseconds() + (word >> 30)), ());
    }
    assert!(queue.store.entries.len() < 3 * pending + 2 * BUCKETS_MAX * CHUNK, "{}", queue.store.entries.len());
    let kept = queue.store.entries.capacity();
    queue.clear();
    assert_eq!((queue.len(), queue.pop(), queue.store.entries.capacity()), (0, None, kept));
}

#[test]
fn an_entry_is_a_time_and_an_event() {
    assert_eq!(size_of::<Entry<[u32; 2]>>(), 16);
    assert_eq!(size_of::<Entry<[u32; 3]>>(), 24);
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "scheduled in the past")]
fn the_past_is_a_mistake() {
    let mut queue = Queue::new();
    queue.push(SimTime::from_microseconds(9), ());
    queue.pop();
    queue.push(SimTime::from_microseconds(8), ());
}

#[test]
#[cfg(not(debug_assertions))]
fn the_past_comes_out_first() {
    let mut queue = Queue::new();
    (0..5000).for_each(|step| queue.push(SimTime::from_microseconds(1000 + step * 7), step));
    assert_eq!((0..300).filter_map(|_| queue.pop()).count(), 300);
    (0..500).for_each(|step| queue.push(SimTime::from_microseconds(999 - step), step));
    let past: Vec<_> = std::iter::from_fn(|| queue.pop()).take(501).map(|(at, _)| at.as_microseconds()).collect();
    assert!(past[..500].iter().copied().eq(500..1000) && past[500] == 1000 + 300 * 7, "{past:?}");
}

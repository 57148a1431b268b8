//! Pending events, handed out by (time, sequence): simultaneous events leave in the order in which they came.
//!
//! A ladder queue (Tang, Goh and Thng 2005). The next few events lie sorted in a small *bottom*; later ones lie unsorted in the
//! buckets of *rungs*, each rung splitting the range of one bucket of the rung above. A bucket is looked into when its time has come.
//!
//! Invariants. Every event before `border` lies in the bottom, every other one in the bucket of the finest rung that reaches beyond
//! its time. Finer rungs end before the first unopened bucket of coarser ones has anything to say. No event carries its sequence
//! number: events of equal time are always in the same place, every place keeps the order of arrival, and every move is stable.

mod store;

use crate::quantity::SimTime;
use store::{Bucket, CHUNK, Entry, NONE, Store};

/// Events a bucket may hold to be sorted at once. With so few pending, the bottom is all there is.
const SORTED_MAX: usize = 48;
/// Events from which on the bottom is broken up into a rung; it has room for twice as many, taken ones included.
const BOTTOM_MAX: usize = 32;
/// Up to so many pending, the search for a place begins at the front: there is room for one more.
const FEW: usize = 4;
/// Events per bucket aimed at when a rung is made, and the most buckets a rung may have: their tails should stay in cache.
const PER_BUCKET: usize = 2;
const BUCKETS_MAX: usize = 1024;
/// An event queue.
///
/// ```
/// use drsim::engine::Queue;
/// use drsim::quantity::SimTime;
/// let mut queue = Queue::new();
/// queue.push(SimTime::from_microseconds(7), "late");
/// queue.push(SimTime::from_microseconds(3), "first");
/// queue.push(SimTime::from_microseconds(3), "second");
/// let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(_, event)| event).collect();
/// assert_eq!(order, ["first", "second", "late"]);
/// ```
#[derive(Debug)]
pub struct Queue<E> {
    /// All events before `border`, ascending; those before `head` are gone.
    bottom: Vec<Entry<E>>,
    head: usize,
    /// Length of `bottom` at which to make room.
    limit: usize,
    border: u64,
    /// From coarse to fine.
    rungs: Vec<Rung>,
    /// The buckets of all rungs, those of finer rungs behind.
    buckets: Vec<Bucket>,
    store: Store<E>,
    /// Number of events in the buckets.
    stored: usize,
    /// Time of the last event taken.
    now: u64,
}

/// Buckets of 2^`shift` microseconds each, aligned to their width.
#[derive(Clone, Copy, Debug)]
struct Rung {
    shift: u32,
    /// Time of the first bucket in units of the width.
    start: u64,
    /// First time that is beyond.
    end: u64,
    /// Index of the first bucket in `Queue::buckets`.
    base: usize,
    /// First bucket that may hold events.
    next: usize,
}

impl<E: Copy> Queue<E> {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        let store = Store { entries: Vec::new(), links: Vec::new(), free: NONE };
        let (bottom, rungs, buckets) = (Vec::with_capacity(2 * BOTTOM_MAX), Vec::new(), Vec::new());
        Self { bottom, head: 0, limit: 2 * BOTTOM_MAX, border: u64::MAX, rungs, buckets, store, stored: 0, now: 0 }
    }

    /// Forgets all events, keeps the memory.
    pub fn clear(&mut self) {
        self.bottom.clear();
        self.rungs.clear();
        self.buckets.clear();
        self.store.entries.clear();
        self.store.links.clear();
        self.store.free = NONE;
        (self.head, self.limit, self.border, self.stored, self.now) = (0, 2 * BOTTOM_MAX, u64::MAX, 0, 0);
    }

    /// Adds an event; events at [`SimTime::NEVER`] are dropped.
    ///
    /// An event before the last one taken is a mistake of the caller: debug builds panic, others hand it out first.
    #[inline]
    pub fn push(&mut self, at: SimTime, event: E) {
        if at < SimTime::NEVER {
            let at = at.as_microseconds();
            debug_assert!(at >= self.now, "an event at {at} is scheduled in the past, now is {}", self.now);
            let entry = Entry { at, event };
            let live = self.bottom.len() - self.head;
            if at >= self.border {
                self.stash(entry);
            } else if live <= FEW && self.head > 0 {
                self.insert_from_front(entry);
            } else {
                self.insert(entry);
            }
        }
    }

    /// Takes the earliest event.
    #[inline]
    pub fn pop(&mut self) -> Option<(SimTime, E)> {
        let Entry { at, event } = match self.bottom.get(self.head).copied() {
            Some(entry) => entry,
            None if self.refill() => self.bottom[0],
            None => return None,
        };
        self.head += 1;
        self.now = at;
        Some((SimTime::from_microseconds(at), event))
    }

    /// A time before which nothing is pending: that of the next event unless finding it would take work, [`SimTime::NEVER`] when there is none.
    ///
    /// ```
    /// use drsim::engine::Queue;
    /// use drsim::quantity::SimTime;
    /// let mut queue = Queue::new();
    /// assert_eq!(queue.quiet_until(), SimTime::NEVER);
    /// queue.push(SimTime::from_microseconds(7), "first");
    /// assert_eq!(queue.quiet_until(), SimTime::from_microseconds(7));
    /// ```
    #[must_use]
    #[inline]
    pub fn quiet_until(&self) -> SimTime {
        SimTime::from_microseconds(self.bottom.get(self.head).map_or(self.border, |entry| entry.at))
    }

    /// Number of pending events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bottom.len() - self.head + self.stored
    }

    /// True when nothing is pending.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sorts an event into a short bottom. The place of the last event taken is free: those that go before the new one move there.
    #[inline]
    fn insert_from_front(&mut self, entry: Entry<E>) {
        self.head -= 1;
        let mut place = self.head;
        while let Some(next) = self.bottom.get(place + 1).filter(|next| next.at <= entry.at).copied() {
            self.bottom[place] = next;
            place += 1;
        }
        self.bottom[place] = entry;
    }

    /// Sorts an event into the bottom, behind its equals.
    #[inline(never)]
    fn insert(&mut self, entry: Entry<E>) {
        if self.bottom.len() >= self.limit {
            self.make_room();
            if entry.at >= self.border {
                return self.stash(entry);
            }
        }
        self.bottom.push(entry);
        let live = &mut self.bottom[self.head..];
        let mut place = live.len() - 1;
        while place > 0 && live[place - 1].at > entry.at {
            live[place] = live[place - 1];
            place -= 1;
        }
        live[place] = entry;
    }

    /// Closes the gap before the head; breaks the bottom up when it is too long and not all of one time.
    #[cold]
    fn make_room(&mut self) {
        let live = self.bottom.len() - self.head;
        self.bottom.copy_within(self.head.., 0);
        self.bottom.truncate(live);
        self.head = 0;
        if live < BOTTOM_MAX {
            return;
        }
        let (first, last) = (self.bottom[0].at, self.bottom[live - 1].at);
        // A crowd of one time is in order already and stays: what comes after it goes elsewhere.
        let border = if first == last { last + 1 } else { first };
        if border < self.border {
            self.add_rung(border, self.border - 1, live);
            self.border = border;
        }
        if first == last {
            self.limit = 2 * live;
            return;
        }
        for index in 0..live {
            self.stash(self.bottom[index]);
        }
        self.bottom.clear();
    }

    /// Puts an event at or after the border into its bucket.
    fn stash(&mut self, entry: Entry<E>) {
        for rung in self.rungs.iter().rev() {
            if entry.at < rung.end {
                let index = ((entry.at >> rung.shift) - rung.start) as usize;
                self.store.push(&mut self.buckets[rung.base + index], entry);
                self.stored += 1;
                return;
            }
        }
        unreachable!("an event at {} lies beyond all rungs", entry.at);
    }

    /// A finest rung for `count` events from `first` to `last`.
    fn add_rung(&mut self, first: u64, last: u64, count: usize) {
        let most = (count / PER_BUCKET).clamp(2, BUCKETS_MAX) as u64;
        let mut shift = (u64::BITS - (last - first).leading_zeros()).saturating_sub(most.ilog2());
        // Alignment can add a bucket.
        while (last >> shift) - (first >> shift) >= most {
            shift += 1;
        }
        let (start, base) = (first >> shift, self.buckets.len());
        self.buckets.resize(base + ((last >> shift) - start) as usize + 1, Bucket::EMPTY);
        self.rungs.push(Rung { shift, start, end: last + 1, base, next: 0 });
    }

    /// Moves the earliest bucket into the empty bottom; false when nothing is pending.
    #[cold]
    fn refill(&mut self) -> bool {
        self.bottom.clear();
        (self.head, self.limit) = (0, 2 * BOTTOM_MAX);
        while let Some(rung) = self.rungs.last_mut() {
            let buckets = &mut self.buckets[rung.base..];
            let Some(index) = (rung.next..buckets.len()).find(|&index| buckets[index].len > 0) else {
                self.buckets.truncate(rung.base);
                self.rungs.pop();
                continue;
            };
            let bucket = std::mem::replace(&mut buckets[index], Bucket::EMPTY);
            self.stored -= bucket.len;
            let (mut first, mut last) = (u64::MAX, 0);
            rung.next = index + 1;
            self.border =
                if rung.next == buckets.len() { rung.end } else { (rung.start + rung.next as u64) << rung.shift };
            if bucket.len > SORTED_MAX {
                for entry in self.store.chunks(bucket).flatten() {
                    (first, last) = (first.min(entry.at), last.max(entry.at));
                }
                // What comes later than the last of these finds the bucket unopened.
                rung.next = index;
                self.border = first + 1;
            }
            if bucket.len > SORTED_MAX && first < last {
                self.border = first;
                self.add_rung(first, last, bucket.len);
                self.distribute(bucket);
                continue;
            }
            for entries in self.store.chunks(bucket) {
                self.bottom.extend_from_slice(entries);
            }
            self.store.release(bucket);
            self.bottom.sort_by_key(|entry| entry.at);
            return true;
        }
        self.border = u64::MAX;
        false
    }

    /// Deals the events of a bucket out to the finest rung.
    fn distribute(&mut self, bucket: Bucket) {
        let mut chunk = bucket.first;
        for index in 0..bucket.len {
            let place = index % CHUNK;
            if place == 0 && index > 0 {
                let next = self.store.links[chunk as usize];
                (self.store.links[chunk as usize], self.store.free) = (self.store.free, chunk);
                chunk = next;
            }
            self.stash(self.store.entries[chunk as usize * CHUNK + place]);
        }
        (self.store.links[chunk as usize], self.store.free) = (self.store.free, chunk);
    }
}

impl<E: Copy> Default for Queue<E> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;

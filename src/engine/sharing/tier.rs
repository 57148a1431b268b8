//! One resource as one priority class sees it: who crosses it, who is held up here, and how far each of these has come.

use super::Flow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// No resource: the tier is the cap of one flow.
pub(super) const NONE: u32 = u32::MAX;
/// The level of a tier that holds nobody up.
pub(super) const FREE: u64 = u64::MAX;

/// A flow in the list of a tier that it crosses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub flow: u32,
    /// Which leg of the flow this is.
    pub leg: u32,
    /// The flow's booking, kept here too so that a scan reads one list.
    pub booked: u64,
}

/// The parts of a member list, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// Held up here, and some exact tier elsewhere must hear of every change of rate.
    Watched,
    /// Held up here.
    Held,
    /// Held up elsewhere.
    Passing,
}

#[derive(Debug)]
pub(super) struct Tier {
    pub resource: u32,
    pub priority: u8,
    /// What the classes above left over when this tier was last filled.
    pub capacity: u64,
    /// `[..watched]`, `[watched..held]` and `[held..]` are the three parts.
    pub members: Vec<Member>,
    pub watched: usize,
    pub held: usize,
    /// Sum of the bookings of those passing.
    pub booked: u128,
    /// At least the highest booking of those passing.
    pub top: u64,
    /// At most the lowest booking of those held and not watched.
    pub room: u64,
    /// Rate of everyone held up here.
    pub level: u64,
    /// True when the bookings of those passing are their rates.
    pub exact: bool,
    /// What this class takes, as the classes below were last told; at least that when this tier is loose.
    pub used: u128,
    /// Bookings of a loose tier beyond which it must be filled again.
    pub limit: u128,
    pub queued: bool,
    /// Work done at `level` by each flow that was held up here all the time until `since`.
    work: u128,
    since: u64,
    /// Held flows by the work at which they end. Entries of flows that left are dropped when they surface.
    ends: BinaryHeap<Reverse<(u128, u64, u32)>>,
}

impl Tier {
    pub fn new() -> Self {
        Self {
            resource: NONE,
            priority: 0,
            capacity: 0,
            members: Vec::new(),
            watched: 0,
            held: 0,
            booked: 0,
            top: 0,
            room: FREE,
            level: FREE,
            exact: false,
            used: 0,
            limit: 0,
            queued: false,
            work: 0,
            since: 0,
            ends: BinaryHeap::new(),
        }
    }

    /// As new, with the memory it has.
    pub fn reset(&mut self) {
        let (mut members, mut ends) = (std::mem::take(&mut self.members), std::mem::take(&mut self.ends));
        members.clear();
        ends.clear();
        *self = Self { members, ends, ..Self::new() };
    }

    /// Work at `now`.
    pub fn work(&self, now: u64) -> u128 {
        if self.held == 0 { 0 } else { self.work + u128::from(self.level) * u128::from(now - self.since) }
    }

    /// Sets the rate of everyone held up here.
    pub fn set_level(&mut self, now: u64, level: u64) {
        self.work = self.work(now);
        self.since = now;
        self.level = level;
    }

    /// Rate of everyone held up here if all is as booked.
    pub fn fair(&self) -> u64 {
        let rest = u128::from(self.capacity).saturating_sub(self.booked) as u64;
        if self.held == 0 { rest } else { rest / self.held as u64 }
    }

    /// Adds a member whose leg is known to its flow already.
    pub fn join(&mut self, flows: &mut [Flow], member: Member, part: Part) {
        let mut place = self.members.len();
        self.members.push(member);
        flows[member.flow as usize].legs[member.leg as usize].place = place as u32;
        if part == Part::Passing {
            self.booked += u128::from(member.booked);
            self.top = self.top.max(member.booked);
        } else {
            place = self.swap(flows, place, self.held);
            self.held += 1;
            self.shift(flows, place as u32, part);
        }
    }

    fn part(&self, place: usize) -> Part {
        match place {
            place if place < self.watched => Part::Watched,
            place if place < self.held => Part::Held,
            _ => Part::Passing,
        }
    }

    fn swap(&mut self, flows: &mut [Flow], left: usize, right: usize) -> usize {
        if left != right {
            self.members.swap(left, right);
            for place in [left, right] {
                let member = self.members[place];
                flows[member.flow as usize].legs[member.leg as usize].place = place as u32;
            }
        }
        right
    }

    /// Moves the member at `place` to another part. Who begins to pass here must be booked anew.
    pub fn shift(&mut self, flows: &mut [Flow], place: u32, to: Part) -> usize {
        let (mut place, booked) = (place as usize, u128::from(self.members[place as usize].booked));
        loop {
            match (self.part(place), to) {
                (Part::Passing, Part::Watched | Part::Held) => {
                    place = self.swap(flows, place, self.held);
                    self.held += 1;
                    self.booked -= booked;
                }
                (Part::Held, Part::Watched) => {
                    place = self.swap(flows, place, self.watched);
                    self.watched += 1;
                }
                (Part::Watched, Part::Held | Part::Passing) => {
                    self.watched -= 1;
                    place = self.swap(flows, place, self.watched);
                }
                (Part::Held, Part::Passing) => {
                    self.held -= 1;
                    place = self.swap(flows, place, self.held);
                    self.booked += booked;
                }
                (Part::Watched, Part::Watched) | (Part::Held, Part::Held) | (Part::Passing, Part::Passing) => {
                    return place;
                }
            }
        }
    }

    /// Removes a member.
    pub fn leave(&mut self, flows: &mut [Flow], place: u32) {
        let place = self.shift(flows, place, Part::Passing);
        self.swap(flows, place, self.members.len() - 1);
        if let Some(member) = self.members.pop() {
            self.booked -= u128::from(member.booked);
        }
        if self.held == 0 {
            self.release();
        }
    }

    /// Holds nobody up any more.
    pub fn release(&mut self) {
        self.ends.clear();
        (self.work, self.level, self.room) = (0, FREE, FREE);
    }

    /// Notes where a held flow ends.
    pub fn expect(&mut self, own: u32, flows: &[Flow], slot: u32) {
        let flow = &flows[slot as usize];
        self.ends.push(Reverse((flow.end, flow.sequence, slot)));
        if self.ends.len() > 2 * self.held + 32 {
            self.ends.retain(|&Reverse(entry)| current(own, flows, entry));
        }
    }

    /// Slot of the held flow that ends first, after [`Self::first_end`] has looked.
    pub fn first_slot(&self) -> Option<u32> {
        self.ends.peek().map(|&Reverse((_, _, slot))| slot)
    }

    /// Time and sequence of the held flow that ends first.
    pub fn first_end(&mut self, own: u32, flows: &[Flow]) -> Option<(u64, u64)> {
        while let Some(&Reverse(entry)) = self.ends.peek() {
            if current(own, flows, entry) {
                let left = entry.0.saturating_sub(self.work);
                let wait = match left {
                    0 => 0,
                    _ if self.level == 0 => return None,
                    _ => u64::try_from(left.div_ceil(u128::from(self.level))).ok()?,
                };
                return Some((self.since.checked_add(wait)?, entry.1));
            }
            self.ends.pop();
        }
        None
    }
}

/// Is the flow still held up in tier `own`, with this end?
fn current(own: u32, flows: &[Flow], (end, sequence, slot): (u128, u64, u32)) -> bool {
    let flow = &flows[slot as usize];
    flow.live && flow.sequence == sequence && flow.end == end && flow.legs[flow.home as usize].tier == own
}

//! Filling: brings every tier that heard of a change to its level again, and tells those that must hear of it.

use super::Sharing;
use super::tier::{FREE, Member, NONE, Part, Tier};
use std::cmp::Reverse;

/// A booking above the rate, so that small rises of a level need not be told.
pub(super) const fn loose(rate: u64) -> u64 {
    rate + rate / 8
}

impl Sharing {
    /// Fills until nothing is left to do: class by class, low levels first, as what a tier does concerns those above its level.
    ///
    /// It comes to an end. Let `a` be the lowest capacity per member of a class, and `A` the tier that has it. No tier filled once gives less than
    /// `a`, so all who cross `A` are as fast at least, and `A` holds them up at `a` and never lets them go; without them and what they take the same
    /// is true of the tiers that are left. In practice a tier is filled about once; very many rounds would be a mistake in here.
    pub(super) fn settle(&mut self) {
        let mut rounds = 1000 + 64 * self.tiers.len();
        while let Some(Reverse((_, _, tier))) = self.queue.pop() {
            assert!(rounds > 0, "{} tiers do not come to rest", self.tiers.len());
            rounds -= 1;
            self.tiers[tier as usize].queued = false;
            self.fill(tier);
        }
    }

    /// A change has reached this tier.
    pub(super) fn enqueue(&mut self, index: u32) {
        let tier = &mut self.tiers[index as usize];
        if !tier.queued {
            tier.queued = true;
            self.queue.push(Reverse((tier.priority, tier.fair().min(tier.level), index)));
        }
    }

    /// The tiers of the other classes at the same resource that have flows.
    fn siblings(&self, index: u32) -> impl Iterator<Item = (u32, &Tier)> {
        let resource = self.tiers[index as usize].resource;
        let tiers = if resource == NONE { &[] } else { self.resources[resource as usize].tiers.as_slice() };
        let siblings = tiers.iter().map(|&other| (other, &self.tiers[other as usize]));
        siblings.filter(move |(other, tier)| *other != index && !tier.members.is_empty())
    }

    /// What the classes above leave over.
    pub(super) fn left_over(&self, index: u32) -> u64 {
        let tier = &self.tiers[index as usize];
        if tier.resource == NONE {
            return tier.capacity;
        }
        let above = self.siblings(index).take_while(|(_, other)| other.priority < tier.priority);
        let used: u128 = above.map(|(_, other)| other.used).sum();
        u128::from(self.resources[tier.resource as usize].capacity).saturating_sub(used) as u64
    }

    fn fill(&mut self, index: u32) {
        let capacity = self.left_over(index);
        let priority = self.tiers[index as usize].priority;
        let below = self.siblings(index).filter(|(_, other)| other.priority > priority);
        let (shared, strict, below) =
            below.fold((false, false, 0), |sum, (_, other)| (true, sum.1 || other.exact, sum.2 + other.booked));
        let tier = &mut self.tiers[index as usize];
        tier.capacity = capacity;
        tier.exact &= !tier.members.is_empty();
        if tier.held > 0 || (strict && !tier.members.is_empty()) || tier.booked > u128::from(capacity) {
            self.make_exact(index);
        }
        if self.tiers[index as usize].exact {
            if self.ask_above(index) {
                return;
            }
            self.take_over(index);
        }
        let tier = &self.tiers[index as usize];
        if tier.held > 0 {
            let level = tier.fair();
            self.set_level(index, level);
        } else if tier.exact && !strict && tier.booked + below <= u128::from(capacity / 4 * 3) {
            self.make_loose(index);
        }
        self.tell_below(index, shared);
        self.look_ahead(index);
    }

    /// Exact tiers need exact tiers above them: true when some must be filled first.
    fn ask_above(&mut self, index: u32) -> bool {
        let priority = self.tiers[index as usize].priority;
        let loose = |(_, other): &(u32, &Tier)| other.priority < priority && !other.exact;
        let Some((first, _)) = self.siblings(index).find(loose) else { return false };
        self.enqueue(first);
        self.enqueue(index);
        true
    }

    /// Tells the classes below what this one takes: when it is loose a bound with some air.
    fn tell_below(&mut self, index: u32, shared: bool) {
        let tier = &mut self.tiers[index as usize];
        let used = if tier.exact {
            tier.booked + if tier.held > 0 { u128::from(tier.level) * tier.held as u128 } else { 0 }
        } else if tier.booked > tier.used || tier.booked < tier.used / 2 {
            tier.booked + tier.booked / 16
        } else {
            tier.used
        };
        tier.limit = if shared { used.min(u128::from(tier.capacity)) } else { u128::from(tier.capacity) };
        if tier.used != used {
            tier.used = used;
            let (resource, priority) = (tier.resource as usize, tier.priority);
            for nth in 0..if shared { self.resources[resource].tiers.len() } else { 0 } {
                let other = self.resources[resource].tiers[nth];
                if self.tiers[other as usize].priority > priority {
                    self.enqueue(other);
                }
            }
        }
    }

    /// Sets when this tier's first flow ends.
    pub(super) fn look_ahead(&mut self, index: u32) {
        let first = self.tiers[index as usize].first_end(index, &self.flows);
        self.soonest.set(index, first);
    }

    /// From now on every flow that passes tells its rate.
    pub(super) fn make_exact(&mut self, index: u32) {
        if self.tiers[index as usize].exact {
            return;
        }
        self.tiers[index as usize].exact = true;
        for place in 0..self.tiers[index as usize].members.len() {
            let slot = self.tiers[index as usize].members[place].flow;
            let flow = &mut self.flows[slot as usize];
            flow.watchers += 1;
            if flow.watchers == 1 {
                let leg = flow.legs[flow.home as usize];
                let home = &mut self.tiers[leg.tier as usize];
                home.shift(&mut self.flows, leg.place, Part::Watched);
                let level = home.level;
                self.book(slot, level);
            }
        }
    }

    /// There is room to spare: bookings will do.
    fn make_loose(&mut self, index: u32) {
        self.tiers[index as usize].exact = false;
        for place in 0..self.tiers[index as usize].members.len() {
            let slot = self.tiers[index as usize].members[place].flow;
            let flow = &mut self.flows[slot as usize];
            flow.watchers -= 1;
            if flow.watchers == 0 {
                let leg = flow.legs[flow.home as usize];
                let home = &mut self.tiers[leg.tier as usize];
                home.shift(&mut self.flows, leg.place, Part::Held);
                let booked = loose(home.level);
                home.room = home.room.min(booked);
                self.book(slot, booked);
            }
        }
    }

    /// Holds up those passing faster than the level, the fastest first: each raises the level for the rest.
    fn take_over(&mut self, index: u32) {
        let tier = &mut self.tiers[index as usize];
        let level = if tier.held == 0 && tier.booked <= u128::from(tier.capacity) { FREE } else { tier.fair() };
        let level = if tier.held == 0 && level != FREE { 0 } else { level };
        if level >= tier.top {
            return;
        }
        let mut faster = std::mem::take(&mut self.faster);
        let passing = &tier.members[tier.held..];
        faster.extend(passing.iter().filter(|member| member.booked > level));
        let slower = passing.iter().map(|member| member.booked).filter(|&booked| booked <= level).max();
        tier.top = slower.unwrap_or(0);
        faster.sort_unstable_by_key(|member| (Reverse(member.booked), self.flows[member.flow as usize].sequence));
        let mut rest = faster.drain(..);
        for member in rest.by_ref() {
            let tier = &mut self.tiers[index as usize];
            if tier.held > 0 && member.booked <= tier.fair() {
                tier.top = tier.top.max(member.booked);
                break;
            }
            self.take(index, member);
        }
        drop(rest);
        self.faster = faster;
    }

    /// Moves a flow from where it was held up to this tier.
    fn take(&mut self, index: u32, member: Member) {
        let now = self.now;
        let flow = &mut self.flows[member.flow as usize];
        let (old, new) = (flow.legs[flow.home as usize], flow.legs[member.leg as usize]);
        let home = &mut self.tiers[old.tier as usize];
        let left = flow.end.saturating_sub(home.work(now));
        flow.home = member.leg;
        // One exact tier fewer that it passes, and one more: where it was held up is exact, like every tier that holds up. It hears of this when the
        // new, lower rate is booked.
        home.shift(&mut self.flows, old.place, Part::Passing);
        if home.held == 0 {
            home.release();
        }
        let tier = &mut self.tiers[index as usize];
        if tier.held == 0 {
            tier.set_level(now, 0);
        }
        tier.shift(&mut self.flows, new.place, Part::Watched);
        let flow = &mut self.flows[member.flow as usize];
        flow.end = tier.work(now).saturating_add(left);
        if !flow.endless {
            tier.expect(index, &self.flows, member.flow);
        }
    }

    /// Gives all that are held up here their rate, and tells it where it must be known.
    fn set_level(&mut self, index: u32, level: u64) {
        let tier = &mut self.tiers[index as usize];
        tier.set_level(self.now, level);
        for place in 0..tier.watched {
            let member = self.tiers[index as usize].members[place];
            if member.booked != level {
                self.book(member.flow, level);
            }
        }
        let tier = &mut self.tiers[index as usize];
        if tier.watched == tier.held {
            tier.room = FREE;
        } else if level > tier.room {
            tier.room = loose(level);
            for place in tier.watched..tier.held {
                let slot = self.tiers[index as usize].members[place].flow;
                self.book(slot, loose(level));
            }
        }
    }

    /// Books a rate for a flow wherever it passes.
    fn book(&mut self, slot: u32, booked: u64) {
        for leg in 0..self.flows[slot as usize].legs.len() {
            let flow = &self.flows[slot as usize];
            let (at, home) = (flow.legs[leg], flow.home as usize == leg);
            let tier = &mut self.tiers[at.tier as usize];
            let member = &mut tier.members[at.place as usize];
            let before = std::mem::replace(&mut member.booked, booked);
            if !home && before != booked {
                tier.booked = tier.booked - u128::from(before) + u128::from(booked);
                tier.top = tier.top.max(booked);
                if tier.exact || tier.booked > tier.limit {
                    self.enqueue(at.tier);
                }
            }
        }
    }
}

//! Filling: brings every tier that heard of a change to its level again, and tells those that must hear of it.

use super::Sharing;
use super::tier::{FREE, Member, NONE, Part};
use std::cmp::Reverse;

/// A booking above the rate, so that small rises of a level need not be told.
pub(super) const fn loose(rate: u64) -> u64 {
    rate + rate / 8
}

impl Sharing {
    /// Fills until nothing is left to do: class by class, low levels first, as what a tier does concerns those above its level.
    pub(super) fn settle(&mut self) {
        while let Some(Reverse((_, _, tier))) = self.queue.pop() {
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

    /// What the classes above leave over.
    pub(super) fn left_over(&self, index: u32) -> u64 {
        let tier = &self.tiers[index as usize];
        if tier.resource == NONE {
            return tier.capacity;
        }
        let resource = &self.resources[tier.resource as usize];
        let above = resource.tiers.iter().map(|&other| &self.tiers[other as usize]);
        let used: u128 = above.take_while(|other| other.priority < tier.priority).map(|other| other.used).sum();
        u128::from(resource.capacity).saturating_sub(used) as u64
    }

    /// Does a class below share the resource?
    fn is_above_others(&self, index: u32) -> bool {
        let tier = &self.tiers[index as usize];
        tier.resource != NONE
            && self.resources[tier.resource as usize].tiers.iter().any(|&other| {
                let other = &self.tiers[other as usize];
                other.priority > tier.priority && !other.members.is_empty()
            })
    }

    fn fill(&mut self, index: u32) {
        let capacity = self.left_over(index);
        let must_be_exact = self.is_above_others(index);
        let tier = &mut self.tiers[index as usize];
        tier.capacity = capacity;
        if tier.held > 0 || must_be_exact || tier.booked > u128::from(capacity) {
            self.make_exact(index);
        }
        if self.tiers[index as usize].exact {
            self.take_over(index);
        }
        let tier = &self.tiers[index as usize];
        if tier.held > 0 {
            let level = tier.fair();
            self.set_level(index, level);
        } else if tier.exact && !must_be_exact && tier.booked <= u128::from(capacity / 4 * 3) {
            self.make_loose(index);
        }
        let tier = &mut self.tiers[index as usize];
        let used = tier.booked + if tier.held > 0 { u128::from(tier.level) * tier.held as u128 } else { 0 };
        if tier.used != used {
            tier.used = used;
            if must_be_exact {
                let (resource, priority) = (tier.resource as usize, tier.priority);
                for nth in 0..self.resources[resource].tiers.len() {
                    let other = self.resources[resource].tiers[nth];
                    if self.tiers[other as usize].priority > priority {
                        self.enqueue(other);
                    }
                }
            }
        }
        self.look_ahead(index);
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
        // One exact tier fewer that it passes, and one more: where it was held up is exact, like every tier that holds up.
        home.shift(&mut self.flows, old.place, Part::Passing);
        if home.held == 0 {
            home.release();
        }
        self.enqueue(old.tier);
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
                if tier.exact || tier.booked > u128::from(tier.capacity) {
                    self.enqueue(at.tier);
                }
            }
        }
    }
}

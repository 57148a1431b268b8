//! Flows of bytes that share resources: max-min fair, with caps and strict priorities.
//!
//! A *flow* crosses a few resources at one rate. Classes are served one after the other, a lower number first, each with what the classes above it
//! left over. Within a class the rates are max-min fair (Bertsekas and Gallager 1992, section 6.5.2): every flow runs at its cap or is *held up* at
//! a resource that is full and where no flow of its class is faster.
//!
//! # How
//!
//! A *tier* is one resource as one class sees it, or the cap of one flow. All flows held up in a tier have one rate, its *level*, so a tier keeps the
//! work done per flow, and each flow only the work at which it ends: a new level settles them all at once. When something changes, the tiers
//! concerned are filled again, low levels first; a tier holds up whoever passes faster than its level, and tells its own level where that must be
//! known. What is far from full need not know: there a flow *books* an eighth more than its rate, and is heard of when it outgrows the booking.
//! So a change costs what it changes, not what there is. A flow that shares nothing with any other enters no tier before it does.
//!
//! # Exactness
//!
//! Rates are whole multiples of 2^-16 bytes per second, rounded down, so no resource is ever over its capacity; work is counted in whole units of
//! such a rate times a microsecond, so no number of changes gains or loses a byte. Moments are rounded up to a microsecond: no flow ends early. All
//! arithmetic is in integers, the same on every machine.

mod fill;
mod lone;
mod soonest;
mod tier;

#[cfg(test)]
mod tests;

use crate::id::{Id as _, ids};
use crate::quantity::{MICROSECONDS_PER_SECOND, SimTime};
use lone::Lone;
use soonest::Soonest;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use tier::{Member, NONE, Part, Tier};

ids! {
    /// What flows share: something with a capacity.
    ResourceId
}

/// A flow, until it ends or is cancelled. Places are used again, but an id never comes back until the count of its place wraps after 2^32 flows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FlowId {
    slot: u32,
    incarnation: u32,
}

impl FlowId {
    /// Its place: no other flow has it at the same time, and all are small numbers.
    #[must_use]
    pub const fn place(self) -> usize {
        self.slot as usize
    }
}

/// Units of rate in a byte per second.
const RATE: f64 = 65536.0;
/// Units of work in a byte: units of rate times microseconds.
const WORK: u128 = 65536 * MICROSECONDS_PER_SECOND as u128;
/// Highest capacity in units of rate: 70 TB/s.
const CAPACITY_MAX: u64 = 1 << 62;

#[derive(Clone, Copy, Debug)]
struct Leg {
    tier: u32,
    /// Place in the tier's list of members.
    place: u32,
}

#[derive(Clone, Default, Debug)]
struct Flow {
    incarnation: u32,
    live: bool,
    endless: bool,
    /// Order of start.
    sequence: u64,
    /// The leg at whose tier it is held up.
    home: u32,
    /// Number of exact tiers that it passes.
    watchers: u32,
    /// Work of its home at which it ends.
    end: u128,
    route: Vec<ResourceId>,
    /// Its way is its own: then nothing about tiers holds.
    lone: Option<Lone>,
    legs: Vec<Leg>,
}

#[derive(Clone, Debug)]
struct Resource {
    initial: u64,
    capacity: u64,
    /// By priority.
    tiers: Vec<u32>,
    /// The flow that has it for itself.
    lone: u32,
}

/// Flows over resources.
///
/// Rates are bytes per second as `f64`, of which 2^-16 is the smallest step and 70 TB/s the most. Times must not run backwards.
///
/// ```
/// use drsim::engine::{ResourceId, Sharing};
/// use drsim::id::Id as _;
/// use drsim::quantity::SimTime;
/// let seconds = |seconds: u64| SimTime::from_microseconds(seconds * 1_000_000);
///
/// let link = ResourceId::new(0);
/// let mut sharing = Sharing::new(&[100.0]); // one resource of 100 bytes per second
/// let long = sharing.start(seconds(0), &[link], 1000, None, 0);
/// let short = sharing.start(seconds(0), &[link], 200, None, 0);
/// assert_eq!((sharing.rate(long), sharing.rate(short)), (50.0, 50.0));
/// assert_eq!(sharing.next(), Some((seconds(4), short))); // 200 bytes at 50 per second
///
/// let mut done = Vec::new();
/// sharing.finish(seconds(4), &mut done);
/// assert_eq!(done, [short]);
/// assert_eq!((sharing.rate(long), sharing.remaining(seconds(4), long)), (100.0, 800));
/// assert_eq!(sharing.next(), Some((seconds(12), long)));
/// ```
#[derive(Debug)]
pub struct Sharing {
    resources: Vec<Resource>,
    tiers: Vec<Tier>,
    free_tiers: Vec<u32>,
    flows: Vec<Flow>,
    free_flows: Vec<u32>,
    sequence: u64,
    now: u64,
    /// Tiers to fill: priority, about the level, tier.
    queue: BinaryHeap<Reverse<(u8, u64, u32)>>,
    /// First end in every tier: time, order of start.
    soonest: Soonest,
    /// Ends of the lone flows.
    lone_ends: Soonest,
    /// Some flows met, so that there are tiers.
    met: bool,
    /// Used while a tier is filled.
    faster: Vec<Member>,
}

impl Sharing {
    /// No flows over resources of these `capacities` in bytes per second.
    #[must_use]
    pub fn new(capacities: &[f64]) -> Self {
        let resource =
            |&rate: &f64| Resource { initial: units(rate), capacity: units(rate), tiers: Vec::new(), lone: NONE };
        Self {
            resources: capacities.iter().map(resource).collect(),
            tiers: Vec::new(),
            free_tiers: Vec::new(),
            flows: Vec::new(),
            free_flows: Vec::new(),
            sequence: 0,
            now: 0,
            queue: BinaryHeap::new(),
            soonest: Soonest::default(),
            lone_ends: Soonest::default(),
            met: false,
            faster: Vec::new(),
        }
    }

    /// Back to time zero: no flows, the first capacities, the same memory. Ids from before stay dead.
    pub fn clear(&mut self) {
        for resource in &mut self.resources {
            resource.capacity = resource.initial;
            resource.tiers.clear();
            resource.lone = NONE;
        }
        if std::mem::take(&mut self.met) {
            self.tiers.iter_mut().for_each(Tier::reset);
            self.free_tiers.clear();
            self.free_tiers.extend((0..self.tiers.len() as u32).rev());
        }
        for flow in &mut self.flows {
            flow.incarnation = flow.incarnation.wrapping_add(u32::from(flow.live));
            flow.live = false;
            flow.lone = None;
        }
        self.free_flows.clear();
        self.free_flows.extend((0..self.flows.len() as u32).rev());
        self.now = 0;
        self.queue.clear();
        self.soonest.clear();
        self.lone_ends.clear();
    }

    /// From `now` on the resource carries `rate` bytes per second. At zero its flows stand still until it is more again.
    pub fn set_capacity(&mut self, now: SimTime, resource: ResourceId, rate: f64) {
        self.advance(now);
        let resource = resource.index();
        self.resources[resource].capacity = units(rate);
        if self.resources[resource].lone != NONE {
            return self.pace(self.resources[resource].lone);
        }
        for nth in 0..self.resources[resource].tiers.len() {
            self.enqueue(self.resources[resource].tiers[nth]);
        }
        self.settle();
    }

    /// Starts a flow of `bytes` over the resources of `route`, at `cap` bytes per second at most; [`u64::MAX`] bytes never end. A lower `priority`
    /// is served first. A resource that the route names twice counts once.
    ///
    /// Panics when there is neither a resource nor a cap, as nothing would bound the rate.
    pub fn start(&mut self, now: SimTime, route: &[ResourceId], bytes: u64, cap: Option<f64>, priority: u8) -> FlowId {
        assert!(!route.is_empty() || cap.is_some(), "a flow with neither a resource nor a cap");
        self.advance(now);
        let slot = self.free_flow();
        let flow = &mut self.flows[slot as usize];
        (flow.live, flow.endless, flow.sequence) = (true, bytes == u64::MAX, self.sequence);
        flow.route.clear();
        flow.route.extend_from_slice(route);
        let id = FlowId { slot, incarnation: flow.incarnation };
        self.sequence += 1;
        let (work, cap) = (u128::from(bytes).saturating_mul(WORK), cap.map(units));
        if route.iter().all(|resource| self.is_idle(resource.index())) {
            self.set_out_alone(slot, work, cap, priority);
        } else {
            for resource in route {
                self.meet(resource.index());
            }
            self.enter(slot, work, cap, priority);
            self.settle();
        }
        id
    }

    /// Puts a flow with so much work left into the tiers of its way, which are filled next.
    fn enter(&mut self, slot: u32, left: u128, cap: Option<u64>, priority: u8) {
        self.met = true;
        let mut legs = std::mem::take(&mut self.flows[slot as usize].legs);
        legs.clear();
        for nth in 0..self.flows[slot as usize].route.len() {
            let tier = self.tier_of(self.flows[slot as usize].route[nth], priority);
            if legs.iter().all(|leg: &Leg| leg.tier != tier) {
                legs.push(Leg { tier, place: 0 });
            }
        }
        if let Some(cap) = cap {
            let tier = self.free_tier();
            (self.tiers[tier as usize].priority, self.tiers[tier as usize].capacity) = (priority, cap);
            legs.push(Leg { tier, place: 0 });
        }
        // A first guess where it will be held up. Filling puts it right.
        let shares = legs.iter().enumerate().map(|(leg, at)| {
            let tier = &self.tiers[at.tier as usize];
            let rest = u128::from(tier.capacity).saturating_sub(tier.booked) as u64;
            (rest / (tier.held as u64 + 1), leg)
        });
        let (share, home) = shares.min().unwrap_or((0, 0));
        self.make_exact(legs[home].tier);
        let exact = |&(leg, at): &(usize, &Leg)| leg != home && self.tiers[at.tier as usize].exact;
        let watchers = legs.iter().enumerate().filter(exact).count() as u32;
        let (part, booked) = if watchers > 0 { (Part::Watched, share) } else { (Part::Held, fill::loose(share)) };

        let tier = &mut self.tiers[legs[home].tier as usize];
        if tier.held == 0 {
            tier.set_level(self.now, share);
        }
        if watchers == 0 {
            tier.room = tier.room.min(booked);
        }
        let end = tier.work(self.now).saturating_add(left);
        let (count, home) = (legs.len(), home as u32);
        let flow = &mut self.flows[slot as usize];
        (flow.home, flow.watchers, flow.end, flow.legs) = (home, watchers, end, legs);
        let endless = flow.endless;
        for leg in 0..count {
            let tier = self.flows[slot as usize].legs[leg].tier;
            let member = Member { flow: slot, leg: leg as u32, booked };
            let part = if leg as u32 == home { part } else { Part::Passing };
            self.tiers[tier as usize].join(&mut self.flows, member, part);
            if part != Part::Passing && !endless {
                self.tiers[tier as usize].expect(tier, &self.flows, slot);
            }
            self.enqueue(tier);
        }
    }

    /// Ends a flow before its time; the bytes that it had still to move, rounded up.
    pub fn cancel(&mut self, now: SimTime, flow: FlowId) -> u64 {
        self.advance(now);
        let left = self.remaining(now, flow);
        self.remove(flow.slot);
        self.settle();
        left
    }

    /// Bytes that the flow has still to move at `now`, rounded up; [`u64::MAX`] when it never ends.
    #[must_use]
    pub fn remaining(&self, now: SimTime, flow: FlowId) -> u64 {
        let flow = self.flow(flow);
        if flow.endless {
            return u64::MAX;
        }
        let now = now.as_microseconds();
        let left = match &flow.lone {
            Some(lone) => lone.left_at(now),
            None => flow.end.saturating_sub(self.home(flow).work(now)),
        };
        left.div_ceil(WORK) as u64
    }

    /// Bytes per second at which the flow moves now.
    #[must_use]
    pub fn rate(&self, flow: FlowId) -> f64 {
        let flow = self.flow(flow);
        flow.lone.as_ref().map_or_else(|| self.home(flow).level, |lone| lone.level) as f64 / RATE
    }

    /// The flow that ends first if nothing changes, and when; of several the one that started first.
    #[must_use]
    pub fn next(&self) -> Option<(SimTime, FlowId)> {
        let shared = self.soonest.first().and_then(|(end, tier)| Some((end, self.tiers[tier as usize].first_slot()?)));
        let ((time, sequence), slot) = match (shared, self.lone_ends.first()) {
            (Some(shared), Some(lone)) => shared.min(lone),
            (shared, lone) => shared.or(lone)?,
        };
        let flow = &self.flows[slot as usize];
        debug_assert_eq!(flow.sequence, sequence, "the tier's first end is the one it announced");
        Some((SimTime::from_microseconds(time), FlowId { slot, incarnation: flow.incarnation }))
    }

    /// Ends the flows that have nothing left to move at `now` and appends them to `done` in the order in which they started. A flow that is done
    /// keeps its share until this is called.
    pub fn finish(&mut self, now: SimTime, done: &mut Vec<FlowId>) {
        self.advance(now);
        let first = done.len();
        while let Some((_, flow)) = self.next().filter(|next| next.0 <= now) {
            let state = self.flow(flow);
            let home = if state.lone.is_none() { state.legs[state.home as usize].tier } else { NONE };
            done.push(flow);
            self.remove(flow.slot);
            if home != NONE {
                self.look_ahead(home);
            }
        }
        done[first..].sort_unstable_by_key(|flow| self.flows[flow.slot as usize].sequence);
        self.settle();
    }

    fn advance(&mut self, now: SimTime) {
        let now = now.as_microseconds();
        assert!(now >= self.now, "time runs backwards: {now} after {}", self.now);
        self.now = now;
    }

    fn flow(&self, id: FlowId) -> &Flow {
        let flow = &self.flows[id.slot as usize];
        assert!(flow.live && flow.incarnation == id.incarnation, "{id:?} is over");
        flow
    }

    fn home(&self, flow: &Flow) -> &Tier {
        &self.tiers[flow.legs[flow.home as usize].tier as usize]
    }

    fn remove(&mut self, slot: u32) {
        if self.part(slot).is_none() {
            self.leave(slot);
        }
        let flow = &mut self.flows[slot as usize];
        flow.live = false;
        flow.incarnation = flow.incarnation.wrapping_add(1);
        self.free_flows.push(slot);
    }

    /// Takes a flow out of the tiers of its way, which are filled next.
    fn leave(&mut self, slot: u32) {
        let home = self.flows[slot as usize].home as usize;
        for leg in 0..self.flows[slot as usize].legs.len() {
            let at = self.flows[slot as usize].legs[leg];
            let tier = &mut self.tiers[at.tier as usize];
            tier.leave(&mut self.flows, at.place);
            if tier.resource == NONE {
                tier.reset();
                self.soonest.set(at.tier, None);
                self.free_tiers.push(at.tier);
            } else if leg == home || tier.exact || tier.members.is_empty() {
                self.enqueue(at.tier);
            }
        }
    }

    fn free_flow(&mut self) -> u32 {
        self.free_flows.pop().unwrap_or_else(|| {
            self.flows.push(Flow::default());
            u32::try_from(self.flows.len() - 1).expect("fewer than 2^32 flows at a time")
        })
    }

    fn free_tier(&mut self) -> u32 {
        self.free_tiers.pop().unwrap_or_else(|| {
            self.tiers.push(Tier::new());
            u32::try_from(self.tiers.len() - 1).expect("fewer than 2^32 tiers")
        })
    }

    /// The tier of a class at a resource, a new one if need be. The classes above it must tell from now on what they take.
    fn tier_of(&mut self, resource: ResourceId, priority: u8) -> u32 {
        let tiers = &self.resources[resource.index()].tiers;
        let place = tiers.partition_point(|&tier| self.tiers[tier as usize].priority < priority);
        let found = tiers.get(place).copied().filter(|&tier| self.tiers[tier as usize].priority == priority);
        let index = found.unwrap_or_else(|| {
            let index = self.free_tier();
            let tier = &mut self.tiers[index as usize];
            (tier.resource, tier.priority) = (resource.index() as u32, priority);
            self.resources[resource.index()].tiers.insert(place, index);
            self.tiers[index as usize].capacity = self.left_over(index);
            index
        });
        if self.tiers[index as usize].members.is_empty() {
            for nth in 0..place {
                self.enqueue(self.resources[resource.index()].tiers[nth]);
            }
        }
        index
    }
}

/// A rate in bytes per second as whole units, from zero to the most.
fn units(rate: f64) -> u64 {
    ((rate * RATE) as u64).min(CAPACITY_MAX)
}

//! The short way of most events of most scenarios: a pooled node breaks or is back, and some counts change.
//!
//! Two things make it short.
//!
//! *Calm.* An event is calm when no service stops or starts serving through it, none is down, no replica waits for a host and nobody
//! reads along. The long way (`pool_hit`, `mended`, `settle`) would then ask everyone who could mind, and find that nothing but the
//! books moves. [`World::next_event`] deals with such events in a loop of its own: it looks at the few conditions first, before it
//! changes or draws anything, and then keeps the books, with the same draws and the same sums in the same order. Every other event it
//! leaves to the long way; with the trace on these are all, so that a trial run twice, traced and not, tests one against the other.
//!
//! *Turns.* A hit on a unit under repair does nothing. Where a group of a pool is one slot, its failures and returns therefore take
//! turns in one pending event, on the long way too: the hit sets the next one aside, and [`World::resume_hits`] takes it up again when
//! the unit is back or destroyed, without those hits that found it under repair. All failures come when they would have come anyway.

use super::event::{Event, GroupId, Word};
use super::state::{Origin, Phase, RunningPool, ServiceState, World};
use super::trace::Status;
use crate::engine::Pool;
use crate::id::Id;
use crate::model::{PopulationId, ServiceId, UnitId};
use crate::quantity::{SimTime, Span};

impl ServiceState {
    /// True when a [counted](super::layout::Layout::counted) service goes on serving in full with `up` available replicas.
    #[inline]
    pub fn stays_up(&self, up: u32) -> bool {
        let held_back = self.hard_down | self.soft_down | self.needs_missing | self.suspended | self.data_missing;
        up >= self.need && self.status == Status::Up && !self.dirty && held_back == 0
    }

    /// Books the redundancy degree up to now and takes up the new one; false, and nothing done, when there is more to book than that.
    #[inline]
    fn book_degree(&mut self, now: SimTime) -> bool {
        let simple = now <= self.slice_end && self.degree > 0;
        if simple {
            self.degree_least = self.degree_least.min(self.degree);
            self.slice_degree += f64::from(self.degree) * reckoned(now - self.since);
            self.since = now;
            self.degree = self.up - self.need;
        }
        simple
    }
}

/// Microseconds of a stretch within a trial. The signed conversion costs a fifth of the unsigned one.
#[inline]
fn reckoned(stretch: Span) -> f64 {
    stretch.as_microseconds().cast_signed() as f64
}

impl RunningPool {
    /// Draws when the group is hit next, after a hit or the start at `now`, and who is hit then.
    #[expect(clippy::inline_always, reason = "a fifth of the cost of an event is entering and leaving functions")]
    #[inline(always)]
    pub fn draw_hit(&mut self, now: SimTime) -> SimTime {
        self.next_hit = now + self.group.gap();
        if !self.group.is_single() {
            self.victim = self.group.victim().map(|slot| UnitId::new(self.first.index() + slot as usize));
        }
        self.next_hit
    }

    /// The first hit after `now`: those before it find the unit under repair.
    #[inline]
    fn hit_after(&mut self, now: SimTime) -> SimTime {
        while self.next_hit <= now {
            self.draw_hit(self.next_hit);
        }
        self.next_hit
    }
}

impl World<'_> {
    /// Deals with calm events and takes the first one that is not; the clock stands at its time.
    #[inline(never)]
    pub(super) fn next_event(&mut self) -> Option<Event> {
        let attended = self.trace.is_some() || !self.down.is_empty() || !self.unplaced.is_empty();
        while let Some((at, event)) = self.queue.pop() {
            debug_assert!(at >= self.now && at < self.end, "event at {at:?}, now {:?}, end {:?}", self.now, self.end);
            self.now = at;
            self.tally.scenario.events += 1;
            let follows = if attended { None } else { self.passes_calmly(event) };
            let Some((at, next)) = follows else { return Some(event.unpack()) };
            if at < self.end {
                self.queue.push(at, next.pack());
            }
        }
        None
    }

    /// Deals with an event if it is calm and says what follows from it, and when; does nothing when it is not.
    #[expect(clippy::inline_always, reason = "a fifth of the cost of an event is entering and leaving functions")]
    #[inline(always)]
    fn passes_calmly(&mut self, event: Word) -> Option<(SimTime, Event)> {
        let (group, unit) = match event.unpack() {
            Event::PoolHit { group } => return self.breaks_calmly(group),
            Event::Back { group, incarnation } => {
                let unit = self.pools[group].unit;
                (self.units[unit].incarnation == incarnation).then_some((Some(group), unit))
            }
            Event::Mended { unit, incarnation } => {
                let state = &self.units[unit];
                let current = state.incarnation == incarnation && state.phase == Phase::UnderRepair;
                let calm = current && self.layout.populations[self.scenario.unit_population[unit]].calm;
                calm.then_some((None, unit))
            }
            _ => None,
        }?;
        if !self.counts_calmly::<true>(unit) {
            return None;
        }
        let state = &mut self.units[unit];
        state.phase = Phase::Working;
        state.incarnation += 1;
        self.tally.scenario.repairs += 1;
        if self.layout.wants.repairs {
            self.incur_repair(unit);
        }
        self.room_made = true;
        let Some(group) = group else {
            self.resume_hits(self.scenario.unit_population[unit], unit);
            return Some((SimTime::NEVER, event.unpack()));
        };
        let pool = &mut self.pools[group];
        pool.aside = false;
        Some((pool.hit_after(self.now), Event::PoolHit { group }))
    }

    /// A group is hit, and the repair begins.
    #[expect(clippy::inline_always, reason = "a fifth of the cost of an event is entering and leaving functions")]
    #[inline(always)]
    fn breaks_calmly(&mut self, group: GroupId) -> Option<(SimTime, Event)> {
        let pool = &self.pools[group];
        let unit = pool.victim.filter(|_| pool.calm)?;
        if self.units[unit].phase != Phase::Working || !self.counts_calmly::<false>(unit) {
            return None;
        }
        let now = self.now;
        let pool = &mut self.pools[group];
        let (population, turns, hit) = (pool.population, pool.turns, pool.draw_hit(now));
        pool.aside = turns;
        if !turns {
            self.schedule(hit, Event::PoolHit { group });
        }
        let takes = self.draw_repair(population, unit);
        let state = &mut self.units[unit];
        state.phase = Phase::UnderRepair;
        state.origin = Origin::Life;
        state.incarnation += 1;
        state.occurrence += 1;
        let incarnation = state.incarnation;
        self.tally.scenario.failures += 1;
        let back = if turns { Event::Back { group, incarnation } } else { Event::Mended { unit, incarnation } };
        Some((now + takes, back))
    }

    /// A unit is back or destroyed: the hits on its group, if they were set aside, go on.
    #[inline(never)]
    pub(super) fn resume_hits(&mut self, population: PopulationId, unit: UnitId) {
        let nth = unit.index() - self.layout.populations[population].first.index();
        let Some(first) = self.care[population].groups.filter(|_| nth < Pool::SINGLES as usize) else { return };
        let group = GroupId::new(first.index() + nth);
        let pool = &mut self.pools[group];
        if std::mem::take(&mut pool.aside) {
            let hit = pool.hit_after(self.now);
            self.schedule(hit, Event::PoolHit { group });
        }
    }

    /// Counts a node in or out, at its place and for the one replica it may host; false, and nothing done, when that is not calm.
    #[expect(clippy::inline_always, reason = "a fifth of the cost of an event is entering and leaving functions")]
    #[inline(always)]
    fn counts_calmly<const WORKS: bool>(&mut self, unit: UnitId) -> bool {
        let Some(place) = self.scenario.unit_domain[unit] else { return false };
        let now = self.now;
        let domain = &mut self.domains[place];
        if domain.off || domain.severed > 0 {
            return false;
        }
        let mut booked_late = None;
        if let Some(hosted) = self.units[unit].hosted {
            let replica = &mut self.replicas[hosted];
            let (service, group) = (replica.service, replica.group as usize);
            let state = &mut self.services[service];
            let up = if WORKS { state.up + 1 } else { state.up - 1 };
            let flips = replica.available != WORKS && !replica.moving && replica.next.is_none();
            if !flips || !state.calm || !state.stays_up(up) {
                return false;
            }
            replica.available = WORKS;
            state.up = up;
            state.group_up[group] = if WORKS { state.group_up[group] + 1 } else { state.group_up[group] - 1 };
            if !state.book_degree(now) {
                booked_late = Some(service);
            }
        }
        domain.down_time += f64::from(domain.down) * reckoned(now - domain.since);
        domain.since = now;
        domain.failed = if WORKS { domain.failed - 1 } else { domain.failed + 1 };
        domain.down = domain.failed;
        if let Some(service) = booked_late {
            self.book_late(service);
        }
        true
    }

    /// A service that [stays up](ServiceState::stays_up) has more or fewer available replicas.
    #[inline]
    pub(super) fn book_count(&mut self, service: ServiceId) {
        if !self.services[service].book_degree(self.now) {
            self.book_late(service);
        }
    }

    /// The same where there is more to book than the degree.
    #[inline(never)]
    fn book_late(&mut self, service: ServiceId) {
        self.accrue(service);
        let state = &mut self.services[service];
        state.degree = state.up - state.need;
    }
}

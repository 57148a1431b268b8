//! The short way of most events of most scenarios: a pooled node breaks or is back, and some counts change.
//!
//! Two things make it short.
//!
//! *Calm.* An event is calm when no service stops or starts serving through it, none is down, no replica waits for a host and nobody
//! reads along. The long way (`unit_lost`, `restore`, `settle`) would then ask everyone who could mind, and find that nothing but the
//! books moves. [`World::count_node`] looks at the few conditions under which that is so, all of them before it changes anything, and
//! then keeps the books: the same figures in the same order of sums. With the trace on every event goes the long way, so that a trial
//! run twice, traced and not, tests one against the other.
//!
//! *Turns.* A hit on a unit under repair does nothing. Where a group of a pool is one slot, its failures and returns therefore take
//! turns in one pending event: the hit draws its repair and sets the next hit aside, the return skips those hits that found the unit
//! under repair and schedules the first one after. The draws, and the moments of all failures, are those of a group that does not.
//! Only a threat can break in: it destroys the unit under repair, and [`World::resume_hits`] takes the hit up again.

use super::event::{Event, GroupId, Incarnation};
use super::state::{Origin, Phase, RunningPool, ServiceState, World};
use super::trace::{Happening, Status};
use crate::engine::Pool;
use crate::id::Id;
use crate::model::{PopulationId, ServiceId, UnitId};
use crate::quantity::{SimTime, Span};

impl ServiceState {
    /// True when `up` available replicas instead of those there were are all that changes, and the service goes on serving in full.
    #[inline]
    pub fn stays_up(&self, up: u32) -> bool {
        let held_back = self.hard_down | self.soft_down | self.needs_missing | self.suspended;
        self.counted && up >= self.need && self.status == Status::Up && !self.dirty && held_back == 0
    }

    /// Books the redundancy degree up to now, when that is all there is to book.
    #[inline]
    fn books_degree(&mut self, now: SimTime) -> bool {
        let simple = now <= self.slice_end && self.degree > 0;
        if simple {
            self.degree_least = self.degree_least.min(self.degree);
            self.slice_degree += f64::from(self.degree) * (now - self.since).as_microseconds() as f64;
            self.since = now;
        }
        simple
    }
}

impl RunningPool {
    /// Sets the hits aside that come no later than `now`, for they find the unit under repair; returns the next one.
    #[inline]
    fn hit_after(&mut self, now: SimTime) -> SimTime {
        while self.next_hit <= now {
            self.next_hit = self.next_hit + self.group.gap();
        }
        self.next_hit
    }
}

impl World<'_> {
    /// A unit at work of a population that is [`calm`](super::layout::PopulationPlan::calm) is hit; true when that is calm.
    #[inline]
    pub(super) fn break_node(&mut self, group: GroupId, population: PopulationId, unit: UnitId, gap: Span) -> bool {
        let takes = self.draw_repair(population, unit);
        let state = &mut self.units[unit];
        state.phase = Phase::UnderRepair;
        state.origin = Origin::Life;
        state.incarnation += 1;
        state.occurrence += 1;
        let incarnation = state.incarnation;
        self.tally.scenario.failures += 1;
        let calm = self.count_node::<false>(unit);
        if !calm {
            self.note(Happening::Failed(unit));
            self.unit_lost(unit);
            self.note(Happening::RepairBegan(unit, takes));
        }
        let pool = &mut self.pools[group];
        let (hit, back) = (self.now + gap, self.now + takes);
        if pool.turns && back < self.end {
            (pool.next_hit, pool.aside) = (hit, true);
            self.schedule(back, Event::Back { group, incarnation });
        } else {
            self.schedule(hit, Event::PoolHit { group });
            self.schedule(back, Event::Mended { unit, incarnation });
        }
        calm
    }

    /// The unit of a group that takes turns is back; true when that is calm.
    #[inline]
    pub(super) fn back(&mut self, group: GroupId, incarnation: Incarnation) -> bool {
        let pool = &mut self.pools[group];
        let (population, unit) = (pool.population, pool.unit);
        if self.units[unit].incarnation != incarnation {
            return false;
        }
        pool.aside = false;
        let hit = pool.hit_after(self.now);
        self.schedule(hit, Event::PoolHit { group });
        self.return_node(population, unit)
    }

    /// A unit under repair of a population that is calm works again; true when that is calm.
    #[inline]
    pub(super) fn return_node(&mut self, population: PopulationId, unit: UnitId) -> bool {
        if !self.count_node::<true>(unit) {
            self.restore(population, unit);
            return false;
        }
        let state = &mut self.units[unit];
        state.phase = Phase::Working;
        state.incarnation += 1;
        self.tally.scenario.repairs += 1;
        self.room_made = true;
        true
    }

    /// A unit is destroyed, maybe under repair: its group is hit again as if there had been no repair.
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
    #[inline]
    fn count_node<const WORKS: bool>(&mut self, unit: UnitId) -> bool {
        let Some(place) = self.scenario.unit_domain[unit] else { return false };
        let now = self.now;
        let domain = &mut self.domains[place];
        let waited_for = !self.down.is_empty() || !self.unplaced.is_empty() || self.trace.is_some();
        if domain.off || domain.severed > 0 || waited_for {
            return false;
        }
        if let Some(hosted) = self.units[unit].hosted {
            let replica = &mut self.replicas[hosted];
            let (service, group) = (replica.service, replica.group as usize);
            let state = &mut self.services[service];
            let up = if WORKS { state.up + 1 } else { state.up - 1 };
            let alone = replica.next.is_none() && replica.available != WORKS && !replica.moving;
            if !alone || !state.calm || !state.stays_up(up) {
                return false;
            }
            replica.available = WORKS;
            state.up = up;
            state.group_up[group] = if WORKS { state.group_up[group] + 1 } else { state.group_up[group] - 1 };
            if state.books_degree(now) {
                state.degree = up - state.need;
            } else {
                self.book_count(service, up);
            }
        }
        let domain = &mut self.domains[place];
        domain.down_time += f64::from(domain.down) * (now - domain.since).as_microseconds() as f64;
        domain.since = now;
        domain.failed = if WORKS { domain.failed - 1 } else { domain.failed + 1 };
        domain.down = domain.failed;
        true
    }

    /// Changes the number of available replicas of a service that [stays up](ServiceState::stays_up).
    pub(super) fn book_count(&mut self, service: ServiceId, up: u32) {
        self.accrue(service);
        let state = &mut self.services[service];
        state.degree = up - state.need;
    }
}

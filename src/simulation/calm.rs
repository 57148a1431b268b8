//! The short way of most events of most scenarios: a node breaks or is back, and some counts change.
//!
//! Such an event is *calm* when no service stops or starts serving through it, none is down, no replica waits for a host and nobody
//! reads along. The long way ([`World::fail`], [`World::mended`], [`World::unit_changed`], [`World::settle`]) would then ask everyone
//! who could mind, and find that nothing but the books moves. Here the few conditions under which that is so are looked at first, all
//! of them before anything is changed, and then the books are kept: the same figures in the same order of sums.
//!
//! With the trace on every event goes the long way, so that a trial run twice, traced and not, tests one against the other.

use super::event::Event;
use super::state::{Origin, Phase, ServiceState, World};
use super::trace::Status;
use crate::model::{PopulationId, ServiceId, UnitId};
use crate::quantity::SimTime;

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

impl World<'_> {
    /// Changes the number of available replicas of a service that [stays up](ServiceState::stays_up).
    #[inline]
    pub(super) fn book_count(&mut self, service: ServiceId, up: u32) {
        let now = self.now;
        if !self.services[service].books_degree(now) {
            self.accrue(service);
        }
        let state = &mut self.services[service];
        state.degree = up - state.need;
    }

    /// A node of a population with [`calm`](super::layout::PopulationPlan::calm) set, at work so far, breaks; false when that is not calm.
    #[inline]
    pub(super) fn breaks_calmly(&mut self, population: PopulationId, unit: UnitId) -> bool {
        if !self.count_node::<false>(unit) {
            return false;
        }
        let state = &mut self.units[unit];
        state.phase = Phase::UnderRepair;
        state.origin = Origin::Life;
        state.incarnation += 1;
        state.occurrence += 1;
        let incarnation = state.incarnation;
        self.tally.scenario.failures += 1;
        let takes = self.draw_repair(population, unit);
        self.schedule_in(takes, Event::Mended { unit, incarnation });
        true
    }

    /// The same for one that works again.
    #[inline]
    pub(super) fn returns_calmly(&mut self, unit: UnitId) -> bool {
        if !self.count_node::<true>(unit) {
            return false;
        }
        let state = &mut self.units[unit];
        state.phase = Phase::Working;
        state.hidden = false;
        state.incarnation += 1;
        self.tally.scenario.repairs += 1;
        self.room_made = true;
        true
    }

    /// Counts a node in or out, at its place and for the one replica it may host; false, and nothing done, when that is not calm.
    #[inline]
    fn count_node<const WORKS: bool>(&mut self, unit: UnitId) -> bool {
        let Some(place) = self.scenario.unit_domain[unit] else { return false };
        let domain = &self.domains[place];
        if domain.off
            || domain.severed > 0
            || !self.down.is_empty()
            || !self.unplaced.is_empty()
            || self.trace.is_some()
        {
            return false;
        }
        if let Some(hosted) = self.units[unit].hosted {
            let replica = &mut self.replicas[hosted];
            let (service, group) = (replica.service, replica.group as usize);
            let state = &mut self.services[service];
            let up = if WORKS { state.up + 1 } else { state.up - 1 };
            if replica.available == WORKS
                || replica.moving
                || replica.next.is_some()
                || !state.calm
                || !state.stays_up(up)
            {
                return false;
            }
            replica.available = WORKS;
            state.up = up;
            state.group_up[group] = if WORKS { state.group_up[group] + 1 } else { state.group_up[group] - 1 };
            self.book_count(service, up);
        }
        let now = self.now;
        let domain = &mut self.domains[place];
        domain.down_time += f64::from(domain.down) * (now - domain.since).as_microseconds() as f64;
        domain.since = now;
        domain.failed = if WORKS { domain.failed - 1 } else { domain.failed + 1 };
        domain.down = domain.failed;
        true
    }
}

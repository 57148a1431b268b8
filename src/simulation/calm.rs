//! The short way of most events of most scenarios: a pooled node breaks or is back, and some counts change.
//!
//! Four things make it short.
//!
//! *Calm.* An event is calm when no service stops or starts serving through it, none is down, no replica waits for a host and nobody
//! reads along. The long way (`pool_hit`, `mended`, `settle`) would then ask everyone who could mind, and find that nothing but the
//! books moves. [`World::next_event`] deals with such events in a loop of its own: it looks at the few conditions first, before it
//! changes or draws anything, and then keeps the books, with the same draws and the same sums in the same order. Every other event it
//! leaves to the long way; with the trace on these are all, so that a trial run twice, traced and not, tests one against the other.
//!
//! *Data.* A node that stores data is calm while it is the only one of its copy that is missing, and nobody asks how many more may go: then
//! nothing can be read less than before.
//!
//! *Turns.* A hit on a unit under repair does nothing. Where a group of a pool is one slot, its failures and returns therefore take
//! turns in one pending event, on the long way too: the hit sets the next one aside, and [`World::resume_hits`] takes it up again when
//! the unit is back or destroyed, without those hits that found it under repair. All failures come when they would have come anyway.
//!
//! *Nothing meanwhile.* A unit that is back before anything else is pending was never missed: its failure and its return are one event
//! to the queue, with the same draws and two entries in the books.

use super::event::{Event, GroupId, Word};
use super::ledger::reckoned;
use super::repair::{next_repair, repair_stream};
use super::state::{DomainState, Origin, Phase, ReplicaState, RunningPool, ServiceState, World};
use super::tally::TrialTally;
use super::trace::Status;
use crate::engine::Pool;
use crate::id::{Id, IdVec};
use crate::model::{DomainId, PopulationId, ReplicaId, ServiceId, UnitId};
use crate::quantity::SimTime;

impl ServiceState {
    /// True when a [counted](super::layout::Layout::counted) service goes on serving in full with `up` available replicas.
    #[inline]
    pub fn stays_up(&self, up: u32) -> bool {
        let held_back = self.hard_down | self.soft_down | self.needs_missing | self.suspended | self.data_missing;
        up >= self.need && self.status == Status::Up && !self.dirty && held_back == 0
    }

    /// Books the redundancy degree up to now and takes up the new one.
    #[inline]
    fn book_degree(&mut self, service: ServiceId, now: SimTime, tally: &mut TrialTally) {
        if now <= self.slice_end && self.degree > 0 {
            self.degree_least = self.degree_least.min(self.degree);
            self.slice_degree += f64::from(self.degree) * reckoned(now - self.since);
            self.since = now;
        } else {
            self.accrue(service, now, tally);
        }
        self.degree = self.up - self.need;
    }
}

impl RunningPool<'_> {
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

/// What a calm failure or return of a node changes: the books of its place, and of the one replica that it may host.
struct Books<'w> {
    domain: &'w mut DomainState,
    hosted: Option<(&'w mut ReplicaState, ServiceId, &'w mut ServiceState)>,
}

impl<'w> Books<'w> {
    /// `None` when it is not calm that the node `WORKS` again, or works no more.
    ///
    /// All is settled and no service is down, so nothing holds one back: only the count is left to ask for.
    #[expect(clippy::inline_always, reason = "a fifth of the cost of an event is entering and leaving functions")]
    #[inline(always)]
    fn of<const WORKS: bool>(
        place: Option<DomainId>,
        hosted: Option<ReplicaId>,
        domains: &'w mut IdVec<DomainId, DomainState>,
        replicas: &'w mut IdVec<ReplicaId, ReplicaState>,
        services: &'w mut IdVec<ServiceId, ServiceState>,
    ) -> Option<Self> {
        let domain = &mut domains[place?];
        if domain.off || domain.severed > 0 {
            return None;
        }
        let Some(replica) = hosted.map(|hosted| &mut replicas[hosted]) else {
            return Some(Self { domain, hosted: None });
        };
        let service = replica.service;
        let state = &mut services[service];
        let up = if WORKS { state.up + 1 } else { state.up - 1 };
        if !state.calm || up < state.need || replica.next.is_some() {
            return None;
        }
        debug_assert!(state.stays_up(up), "{service:?} is up and nothing holds it back");
        debug_assert!(replica.available != WORKS && !replica.moving, "a replica stays and is there with its host");
        Some(Self { domain, hosted: Some((replica, service, state)) })
    }

    /// Counts the node in or out.
    #[expect(clippy::inline_always, reason = "a fifth of the cost of an event is entering and leaving functions")]
    #[inline(always)]
    fn count<const WORKS: bool>(&mut self, now: SimTime, tally: &mut TrialTally) {
        if let Some((_, service, state)) = &mut self.hosted {
            state.up = if WORKS { state.up + 1 } else { state.up - 1 };
            state.book_degree(*service, now, tally);
        }
        let domain = &mut *self.domain;
        domain.down_time += f64::from(domain.down) * reckoned(now - domain.since);
        domain.since = now;
        domain.failed = if WORKS { domain.failed - 1 } else { domain.failed + 1 };
        domain.down = domain.failed;
        let total = if WORKS { &mut tally.scenario.repairs } else { &mut tally.scenario.failures };
        *total += 1;
    }

    /// Leaves its replica as it is from now on, for those who come later.
    #[expect(clippy::inline_always, reason = "a fifth of the cost of an event is entering and leaving functions")]
    #[inline(always)]
    fn leave<const WORKS: bool>(&mut self) {
        if let Some((replica, _, state)) = &mut self.hosted {
            replica.available = WORKS;
            let up = &mut state.group_up[replica.group as usize];
            *up = if WORKS { *up + 1 } else { *up - 1 };
        }
    }
}

impl World<'_> {
    /// Deals with calm events and takes the first one that is not; the clock stands at its time.
    #[inline(never)]
    pub(super) fn next_event(&mut self) -> Option<Event> {
        let attended = self.trace.is_some() || !self.down.is_empty() || !self.unplaced.is_empty();
        let (mut at, mut event) = self.queue.pop()?;
        loop {
            debug_assert!(at >= self.now && at < self.end, "event at {at:?}, now {:?}, end {:?}", self.now, self.end);
            self.now = at;
            self.tally.scenario.events += 1;
            if attended {
                return Some(event.unpack());
            }
            let Some((then, next)) = self.passes_calmly(event) else { return Some(event.unpack()) };
            // What comes before all that is pending need not wait with it.
            if then < self.queue.quiet_until().min(self.end) {
                (at, event) = (then, next);
                continue;
            }
            if then < self.end {
                self.queue.push(then, next);
            }
            (at, event) = self.queue.pop()?;
        }
    }

    /// Deals with an event if it is calm and says what follows from it, and when; does nothing when it is not.
    #[expect(clippy::inline_always, reason = "a fifth of the cost of an event is entering and leaving functions")]
    #[inline(always)]
    fn passes_calmly(&mut self, event: Word) -> Option<(SimTime, Word)> {
        let (group, unit) = match event.unpack() {
            Event::PoolHit { group } if self.pools[group].keeps => return self.keeper_breaks_calmly(group),
            Event::PoolHit { group } => return self.breaks_calmly(group),
            Event::Back { group, incarnation } => {
                let unit = self.pools[group].unit;
                (self.units[unit].incarnation == incarnation).then_some((Some(group), unit))
            }
            Event::Mended { unit, incarnation } => {
                let state = &self.units[unit];
                let current = state.incarnation == incarnation && state.phase == Phase::UnderRepair;
                let plan = &self.layout.populations[self.scenario.unit_population[unit]];
                if plan.keeps {
                    let passes = current && self.keeper_returns_calmly(unit);
                    return passes.then_some((SimTime::NEVER, event));
                }
                (current && plan.calm).then_some((None, unit))
            }
            _ => None,
        }?;
        let now = self.now;
        let state = &mut self.units[unit];
        let place = self.scenario.unit_domain[unit];
        let mut books =
            Books::of::<true>(place, state.hosted, &mut self.domains, &mut self.replicas, &mut self.services)?;
        books.count::<true>(now, &mut self.tally);
        books.leave::<true>();
        state.phase = Phase::Working;
        state.incarnation += 1;
        if self.layout.wants.repairs {
            self.incur_repair(unit);
        }
        self.room_made = true;
        let Some(group) = group else {
            self.resume_hits(self.scenario.unit_population[unit], unit);
            return Some((SimTime::NEVER, event));
        };
        let pool = &mut self.pools[group];
        pool.aside = false;
        Some((pool.hit_after(now), Event::PoolHit { group }.pack()))
    }

    /// A group is hit, and the repair begins. Where it ends before anything else happens, the unit is back as well.
    #[expect(clippy::inline_always, reason = "a fifth of the cost of an event is entering and leaving functions")]
    #[inline(always)]
    fn breaks_calmly(&mut self, group: GroupId) -> Option<(SimTime, Word)> {
        let now = self.now;
        let pool = &mut self.pools[group];
        let unit = pool.victim.filter(|_| pool.calm)?;
        let state = &mut self.units[unit];
        if state.phase != Phase::Working {
            return None;
        }
        let place = self.scenario.unit_domain[unit];
        let mut books =
            Books::of::<false>(place, state.hosted, &mut self.domains, &mut self.replicas, &mut self.services)?;
        books.count::<false>(now, &mut self.tally);
        let (trial, layout, population) = (self.key, &self.layout, pool.population);
        let stream = &mut self.repair_streams[unit];
        let back = now + next_repair(pool.repair, stream, || repair_stream(trial, layout.unit_key(population, unit)));
        state.origin = Origin::Life;
        state.occurrence += 1;
        let hit = pool.draw_hit(now);
        let quiet_until = self.queue.quiet_until().min(self.end);
        if back < quiet_until && (pool.turns || back < hit) {
            self.now = back;
            self.tally.scenario.events += 1;
            books.count::<true>(back, &mut self.tally);
            state.incarnation += 2;
            self.room_made = true;
            let hit = if pool.turns { pool.hit_after(back) } else { hit };
            if self.layout.wants.repairs {
                self.incur_repair(unit);
            }
            return Some((hit, Event::PoolHit { group }.pack()));
        }
        books.leave::<false>();
        state.phase = Phase::UnderRepair;
        state.incarnation += 1;
        let incarnation = state.incarnation;
        if pool.turns {
            pool.aside = true;
            return Some((back, Event::Back { group, incarnation }.pack()));
        }
        self.schedule(hit, Event::PoolHit { group });
        Some((back, Event::Mended { unit, incarnation }.pack()))
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

    /// A service that [stays up](ServiceState::stays_up) has more or fewer available replicas.
    #[inline]
    pub(super) fn book_count(&mut self, service: ServiceId) {
        self.services[service].book_degree(service, self.now, &mut self.tally);
    }
}

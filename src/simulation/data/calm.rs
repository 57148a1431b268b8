//! The short way of a node that stores data: it goes while nothing of its copy is missing, and comes back before anything else is.
//!
//! The long way is `rebuild`: it asks what is being rebuilt, in what order, and who can read what. Here the answers are known: nothing, and
//! everybody everything. Nobody but the books asks how many more nodes may go, nothing follows or copies the data, and what is lost is made
//! again where it was. See `simulation/calm.rs` for what else must be calm.

use super::super::event::{Event, GroupId, Word};
use super::super::state::{Origin, Phase, World};
use super::DataStage;
use crate::model::{CopyId, DomainId, UnitId};
use crate::quantity::SimTime;

impl World<'_> {
    /// A node that stores data is hit, and the repair begins; what follows from it, and when. `None`, and nothing done, when that is not calm.
    #[inline(never)]
    pub(in crate::simulation) fn keeper_breaks_calmly(&mut self, group: GroupId) -> Option<(SimTime, Word)> {
        let unit = self.pools[group].victim?;
        let (place, copy, host) = self.calm_keeper(unit)?;
        if self.units[unit].phase != Phase::Working || !self.data.copies[copy].untouched() {
            return None;
        }
        let now = self.now;
        let pool = &mut self.pools[group];
        let (population, hit) = (pool.population, pool.draw_hit(now));
        let state = &mut self.units[unit];
        state.phase = Phase::UnderRepair;
        state.origin = Origin::Life;
        state.incarnation += 1;
        state.occurrence += 1;
        let incarnation = state.incarnation;
        self.tally.scenario.failures += 1;
        self.domains[place].failed += 1;
        self.recount_domain(place);
        self.host_goes_calmly(copy, host, self.loses_data(unit));
        let takes = self.draw_repair(population, unit);
        self.schedule(hit, Event::PoolHit { group });
        Some((now + takes, Event::Mended { unit, incarnation }.pack()))
    }

    /// A node that stores data is back; false, and nothing done, when that is not calm.
    #[inline(never)]
    pub(in crate::simulation) fn keeper_returns_calmly(&mut self, unit: UnitId) -> bool {
        let Some((place, copy, host)) = self.calm_keeper(unit) else { return false };
        if !self.data.copies[copy].misses_only(host) {
            return false;
        }
        let state = &mut self.units[unit];
        state.phase = Phase::Working;
        state.incarnation += 1;
        self.tally.scenario.repairs += 1;
        if self.layout.wants.repairs {
            self.incur_repair(unit);
        }
        self.room_made = true;
        self.domains[place].failed -= 1;
        self.recount_domain(place);
        self.book_data(self.scenario.copies[copy].dataset);
        self.data.copies[copy].set_away(host, false);
        self.plan_rebuild(copy, host); // what it lost is made again
        true
    }

    /// Where a node is that stores data, the one copy that it holds fragments of, and its place among the hosts of that: if it hosts nothing, and
    /// nothing around it or about the data is out of order.
    #[inline]
    fn calm_keeper(&self, unit: UnitId) -> Option<(DomainId, CopyId, usize)> {
        let place = self.scenario.unit_domain[unit]?;
        let domain = &self.domains[place];
        if domain.off || domain.severed > 0 || self.units[unit].hosted.is_some() || self.plans_wait() {
            return None;
        }
        let &[(copy, host)] = self.data.held[unit].as_slice() else { return None };
        let state = &self.data.copies[copy];
        let fine = self.data.datasets[self.scenario.copies[copy].dataset].stage == DataStage::Fine;
        (state.calm && fine && self.data.follow[copy].fresh).then_some((place, copy, host as usize))
    }

    /// A node of a copy of which nothing is missing goes away, and what it stored may be lost.
    fn host_goes_calmly(&mut self, copy: CopyId, host: usize, loses: bool) {
        self.book_data(self.scenario.copies[copy].dataset);
        let (after, now) = (self.scenario.copies[copy].rebuild.after, self.now);
        let state = &mut self.data.copies[copy];
        state.set_away(host, true);
        if loses {
            state.hosts[host].rebuild.credit = 0.0;
            state.hosts[host].rebuild.ready_at = now + after;
            state.lose(host);
        }
    }
}

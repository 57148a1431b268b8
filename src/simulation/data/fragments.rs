//! What every copy has lost, and what of it can be read.
//!
//! A stripe can be read while no more of its fragments are missing than its scheme survives; a fragment is missing while its node is away
//! or has lost it. What is lost stays lost until it is rebuilt, what is only away comes back with its node.

use super::super::state::World;
use super::super::trace::{DataHappening, Happening};
use super::transfer::{Freight, Moves};
use crate::model::{CopyId, DomainId, Placement, RebuildTarget, Scenario, UnitId};

/// One copy.
#[derive(Clone, Debug)]
pub(in crate::simulation) struct CopyState {
    tolerance: u8,
    /// Stripes that have a fragment on each host.
    stripes_of: Vec<Vec<u32>>,
    /// Lost fragments of each stripe, and missing ones: lost or away.
    lost: Vec<u8>,
    missing: Vec<u8>,
    hosts: Vec<Host>,
    /// Stripes that have lost more than their scheme survives.
    pub lost_stripes: u32,
    /// Stripes of which too much is missing.
    pub unreadable_stripes: u32,
}

/// A node as one copy sees it.
#[derive(Clone, Copy, Default, Debug)]
struct Host {
    lost: bool,
    away: bool,
    rebuilding: Option<super::TransferId>,
}

impl CopyState {
    pub fn new(scenario: &Scenario, id: CopyId) -> Self {
        let copy = &scenario.copies[id];
        let (width, hosts) = (copy.scheme.width() as usize, copy.hosts.len());
        let mut stripes_of = vec![Vec::new(); hosts];
        for stripe in 0..copy.stripes as usize {
            for nth in 0..width {
                let host = match copy.placement {
                    Placement::Clustered => {
                        let pools = (hosts / width).max(1);
                        stripe % pools * width + nth
                    }
                    Placement::Random
                    | Placement::Spread(_)
                    | Placement::Copysets { .. }
                    | Placement::Declustered { .. } => (stripe + nth) % hosts.max(1),
                };
                stripes_of[host % hosts.max(1)].push(stripe as u32);
            }
        }
        Self {
            tolerance: copy.scheme.tolerance() as u8,
            stripes_of,
            lost: vec![0; copy.stripes as usize],
            missing: vec![0; copy.stripes as usize],
            hosts: vec![Host::default(); hosts],
            lost_stripes: 0,
            unreadable_stripes: 0,
        }
    }

    pub fn reset(&mut self) {
        self.lost.fill(0);
        self.missing.fill(0);
        self.hosts.fill(Host::default());
        (self.lost_stripes, self.unreadable_stripes) = (0, 0);
    }

    /// True while no stripe has lost too much.
    pub const fn intact(&self) -> bool {
        self.lost_stripes == 0
    }

    /// True while every stripe can be read.
    pub const fn readable(&self) -> bool {
        self.unreadable_stripes == 0
    }

    /// Begins anew with the stripes that have lost too much: what they held is lost for good.
    pub fn write_off(&mut self) {
        for stripe in 0..self.lost.len() {
            if self.lost[stripe] > self.tolerance {
                self.missing[stripe] -= self.lost[stripe];
                self.lost[stripe] = 0;
            }
        }
        self.lost_stripes = 0;
        let over = self.missing.iter().filter(|missing| **missing > self.tolerance);
        self.unreadable_stripes = over.count() as u32;
    }

    /// Share of the stripes that has lost too much.
    pub fn lost_share(&self) -> f64 {
        f64::from(self.lost_stripes) / self.lost.len() as f64
    }

    /// Further fragments of its weakest stripe that may go missing.
    pub fn degree(&self) -> u32 {
        let worst = self.missing.iter().copied().max().unwrap_or(0);
        u32::from(self.tolerance.saturating_sub(worst))
    }

    /// Changes what is known of a host; true when a stripe crossed a border.
    fn set(&mut self, host: usize, lost: bool, away: bool) -> bool {
        let was = self.hosts[host];
        let (missing_before, missing_now) = (was.lost || was.away, lost || away);
        self.hosts[host].lost = lost;
        self.hosts[host].away = away;
        if was.lost == lost && missing_before == missing_now {
            return false;
        }
        let before = (self.lost_stripes, self.unreadable_stripes);
        let limit = self.tolerance;
        for stripe in &self.stripes_of[host] {
            let (mine, gone) = (&mut self.missing[*stripe as usize], &mut self.lost[*stripe as usize]);
            if missing_before != missing_now {
                let over = *mine > limit;
                *mine = if missing_now { *mine + 1 } else { *mine - 1 };
                self.unreadable_stripes =
                    self.unreadable_stripes + u32::from(*mine > limit && !over) - u32::from(over && *mine <= limit);
            }
            if was.lost != lost {
                let over = *gone > limit;
                *gone = if lost { *gone + 1 } else { *gone - 1 };
                self.lost_stripes =
                    self.lost_stripes + u32::from(*gone > limit && !over) - u32::from(over && *gone <= limit);
            }
        }
        before != (self.lost_stripes, self.unreadable_stripes)
    }
}

impl World<'_> {
    /// A node that may hold fragments runs or is reached, or no more.
    pub(in crate::simulation) fn host_changed(&mut self, unit: UnitId) {
        let away = !self.host_serves(unit);
        for nth in 0..self.data.held[unit].len() {
            let (copy, host) = self.data.held[unit][nth];
            let lost = self.data.copies[copy].hosts[host as usize].lost;
            self.set_host(copy, host as usize, lost, away);
            self.follow_rebuild(copy, host as usize);
        }
    }

    /// The same for everything below a place.
    pub(in crate::simulation) fn hosts_below_changed(&mut self, domain: DomainId) {
        for unit in self.scenario.domains[domain].units.iter() {
            self.host_changed(unit);
        }
    }

    /// What a node stored is gone.
    pub(in crate::simulation) fn unit_data_lost(&mut self, unit: UnitId) {
        let away = !self.host_serves(unit);
        for nth in 0..self.data.held[unit].len() {
            let (copy, host) = self.data.held[unit][nth];
            self.set_host(copy, host as usize, true, away);
            self.follow_rebuild(copy, host as usize);
        }
    }

    fn set_host(&mut self, copy: CopyId, host: usize, lost: bool, away: bool) {
        self.book_data(self.scenario.copies[copy].dataset);
        let was_intact = self.data.copies[copy].intact();
        if self.data.copies[copy].set(host, lost, away) {
            if was_intact && !self.data.copies[copy].intact() {
                self.note(Happening::Data(DataHappening::CopyLost(copy)));
            }
            self.data.touch(self.scenario.copies[copy].dataset);
        }
    }

    /// A lost host that can take data again is rebuilt from the others, if enough of them are left.
    fn follow_rebuild(&mut self, copy: CopyId, host: usize) {
        let state = &self.data.copies[copy];
        let Host { lost, away, rebuilding } = state.hosts[host];
        let (model, unit) = (&self.scenario.copies[copy], self.scenario.copies[copy].hosts[host]);
        let can = lost && state.intact() && (!away || model.rebuild.onto == RebuildTarget::Others);
        match (rebuilding, can) {
            (None, true) => {
                let size = self.scenario.datasets[model.dataset].size.get() as f64;
                let share = state.stripes_of[host].len() as f64 / state.lost.len() as f64;
                let bytes = (size * share * model.scheme.fragment_share()) as u64;
                self.note(Happening::Data(DataHappening::RebuildBegan(copy, unit, bytes)));
                let transfer = self.begin_rebuild(copy, unit, bytes);
                self.data.copies[copy].hosts[host].rebuilding = Some(transfer);
            }
            (Some(transfer), false) => {
                self.data.copies[copy].hosts[host].rebuilding = None;
                self.cancel_transfer(transfer);
            }
            (None, false) | (Some(_), true) => {}
        }
    }

    fn begin_rebuild(&mut self, copy: CopyId, unit: UnitId, bytes: u64) -> super::TransferId {
        let model = &self.scenario.copies[copy];
        let disk = self.scenario.class_of(unit).disk;
        let rate = [model.rebuild.rate, disk]
            .into_iter()
            .flatten()
            .min_by(|left, right| left.bits_per_second().total_cmp(&right.bits_per_second()));
        let freight = Freight { bytes, cap: rate, priority: 150, sides: Vec::new(), between: None };
        self.begin_transfer(Moves::Rebuild { copy, unit }, freight, model.rebuild.after)
    }

    /// A rebuild is done.
    pub(super) fn rebuilt(&mut self, copy: CopyId, unit: UnitId) {
        let held = &self.data.held[unit];
        let Some((_, host)) = held.iter().find(|(of, _)| *of == copy).copied() else { return };
        let away = self.data.copies[copy].hosts[host as usize].away;
        self.data.copies[copy].hosts[host as usize].rebuilding = None;
        self.note(Happening::Data(DataHappening::Rebuilt(copy, unit)));
        self.set_host(copy, host as usize, false, away);
    }

    /// A copy has been written anew: every host that works has what it should hold.
    pub(in crate::simulation) fn copy_restored(&mut self, copy: CopyId) {
        for host in 0..self.data.copies[copy].hosts.len() {
            let away = self.data.copies[copy].hosts[host].away;
            if let Some(transfer) = self.data.copies[copy].hosts[host].rebuilding.take() {
                self.cancel_transfer(transfer);
            }
            self.set_host(copy, host, false, away);
        }
        self.note(Happening::Data(DataHappening::CopyWhole(copy)));
    }
}

//! Copies that follow the one that counts.

use super::super::state::World;
use super::super::trace::PointSource;
use super::DataStage;
use super::transfer::{Freight, Moves};
use crate::id::Id;
use crate::model::{CopyId, CopyRole, DatasetId, DomainId};
use crate::quantity::{Bandwidth, SimTime, Span};

/// Data that a dataset can come back from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    pub from: PointSource,
    pub point: SimTime,
    /// The point of a backup that it builds on.
    pub base: SimTime,
}

impl World<'_> {
    /// True while bytes can go from one place to another; without links everything that is on reaches everything.
    pub(in crate::simulation) fn connected(&self, from: DomainId, to: DomainId) -> bool {
        let on = |domain: DomainId| !self.domains[domain].off && self.domains[domain].severed == 0;
        if !on(from) || !on(to) {
            return false;
        }
        match (self.layout.endpoint[from], self.layout.endpoint[to]) {
            (Some(one), Some(other)) => one == other || self.components[one] == self.components[other],
            _ => true,
        }
    }

    /// True when a copy can be written anew: no stripe has more fragments on nodes that are away than its scheme survives.
    pub(super) fn takes_data(&self, copy: CopyId) -> bool {
        let model = &self.scenario.copies[copy];
        let on = !self.domains[model.domain].off && model.hosts.iter().any(|unit| self.host_serves(*unit));
        on && self.data.copies[copy].can_be_written()
    }

    /// A synchronous mirror that can take over at once.
    pub(super) fn synchronous_mirror(&self, dataset: DatasetId) -> Option<CopyId> {
        let state = &self.data.datasets[dataset];
        self.scenario.datasets[dataset].copies.iter().find(|copy| {
            let role = self.scenario.copies[*copy].role;
            let follows = role == CopyRole::Synchronous
                || role == CopyRole::Primary && self.scenario.copies[state.active].role == CopyRole::Synchronous;
            // What was written while nothing crossed is not there; while nobody could write, nothing was.
            let level =
                self.data.follow[*copy].cut_since.is_none_or(|cut| !state.readable && cut >= state.unreadable_since);
            *copy != state.active && follows && level && self.usable(*copy)
        })
    }

    /// The primary copy, when the data live in borrowed room and it has been brought up to date meanwhile.
    pub(super) fn way_home(&self, dataset: DatasetId) -> Option<CopyId> {
        let active = self.data.datasets[dataset].active;
        let primary = self.scenario.datasets[dataset].copies.iter().next()?;
        let borrowed = self.scenario.copies[active].role == CopyRole::Spare;
        (borrowed && self.usable(primary)).then_some(primary)
    }

    /// The usable copy nearest to a place: in the narrowest domain that both share.
    pub(super) fn copy_near(&self, dataset: DatasetId, place: DomainId) -> Option<CopyId> {
        let shared = |copy: CopyId| {
            let mut around = Some(self.scenario.copies[copy].domain);
            while let Some(domain) = around {
                if self.scenario.domains[domain].subtree.contains(place)
                    || self.scenario.domains[place].subtree.contains(domain)
                {
                    return domain.index() + 1;
                }
                around = self.scenario.domains[domain].parent;
            }
            0
        };
        let usable = self.scenario.datasets[dataset].copies.iter().filter(|copy| self.usable(*copy));
        usable.max_by_key(|copy| (shared(*copy), std::cmp::Reverse(copy.index())))
    }

    /// What a mirror could bring back.
    pub(super) fn mirror_source(&self, dataset: DatasetId, copy: CopyId) -> Source {
        let follow = &self.data.follow[copy];
        let last =
            if self.data.datasets[dataset].readable { self.now } else { self.data.datasets[dataset].unreadable_since };
        // An old primary copy follows the one that took over from it without a lag.
        let lag = self.scenario.copies[copy].role.lag();
        let crossed = follow.cut_since.map_or(last, |cut| cut.min(last));
        let queued = self.queued(dataset, copy, crossed);
        let point = crossed.since(SimTime::ZERO).saturating_sub(lag).saturating_sub(queued);
        Source { from: PointSource::Copy(copy), point: SimTime::ZERO + point, base: SimTime::ZERO }
    }

    /// How far an asynchronous mirror has fallen behind by `until` because the links to it carry less than is written: the queue grows by the
    /// difference. Where every write waits for the copy there is no queue.
    pub(super) fn queued(&self, dataset: DatasetId, copy: CopyId, until: SimTime) -> Span {
        if !matches!(self.scenario.copies[copy].role, CopyRole::Asynchronous { .. }) {
            return Span::ZERO;
        }
        let writes = self.scenario.datasets[dataset].writes.bits_per_second();
        let active = self.data.datasets[dataset].active;
        let route = self.route_between(self.scenario.copies[active].domain, self.scenario.copies[copy].domain);
        let carried = route.iter().map(|side| self.link_rate(*side)).fold(f64::INFINITY, f64::min);
        let since = self.data.follow[copy].follows_since.min(until);
        let short = if writes > carried { 1.0 - carried / writes } else { 0.0 };
        Span::from_seconds((until - since).as_seconds() * short)
    }

    /// Every copy but the one that counts has to be brought up to date: what it holds beyond the `point` that counts is not what happened.
    pub(super) fn others_are_stale(&mut self, dataset: DatasetId, point: SimTime) {
        let active = self.data.datasets[dataset].active;
        for copy in self.scenario.datasets[dataset].copies.iter() {
            self.stop_resync(copy); // it came from a copy that does not count any more
            if copy == active {
                self.data.follow[copy].fresh = true;
                self.data.follow[copy].cut_since = None;
            } else {
                let since = if self.data.follow[copy].fresh { point } else { self.data.follow[copy].stale_since };
                self.data.follow[copy].fresh = false;
                self.data.follow[copy].stale_since = since.min(point);
            }
        }
    }

    /// Links that are cut, copies that have fallen behind and can be brought up to date again.
    pub(super) fn follow_copies(&mut self, dataset: DatasetId) {
        let state = &self.data.datasets[dataset];
        let (active, fine) = (state.active, state.stage == DataStage::Fine);
        let source = self.scenario.copies[active].domain;
        let source_usable = fine && self.usable(active);
        for copy in self.scenario.datasets[dataset].copies.iter() {
            if copy == active {
                continue;
            }
            let role = self.scenario.copies[copy].role;
            let place = self.scenario.copies[copy].domain;
            let crosses = source_usable && self.connected(source, place);
            if self.data.follow[copy].fresh {
                self.follow_mirror(dataset, copy, crosses);
            }
            if !self.data.follow[copy].fresh && role != CopyRole::Spare {
                let can = crosses && self.takes_data(copy);
                match (self.data.follow[copy].resync, can) {
                    (None, true) => {
                        self.begin_resync(dataset, copy);
                    }
                    (Some(_), false) => self.stop_resync(copy),
                    (None, false) | (Some(_), true) => {}
                }
            }
        }
    }

    /// A mirror that is level: when its link is cut it falls behind, and what is queued crosses when the link is back.
    fn follow_mirror(&mut self, dataset: DatasetId, copy: CopyId, crosses: bool) {
        if !self.data.copies[copy].intact() {
            self.data.follow[copy].fresh = false; // it has to be copied again
            self.data.follow[copy].stale_since = SimTime::ZERO;
            self.stop_resync(copy);
            self.data.touch(dataset); // which may begin at once
            return;
        }
        let place_on = self.data.copies[copy].readable();
        match (self.data.follow[copy].cut_since, crosses && place_on) {
            (None, false) => self.data.follow[copy].cut_since = Some(self.now),
            (Some(cut), true) => {
                self.data.follow[copy].cut_since = None;
                let synchronous = !matches!(self.scenario.copies[copy].role, CopyRole::Asynchronous { .. });
                if self.now > cut && (synchronous || self.scenario.datasets[dataset].writes.bits_per_second() > 0.0) {
                    // What was written meanwhile crosses as one piece; until then the copy stands where it stood.
                    self.data.follow[copy].fresh = !synchronous;
                    self.data.follow[copy].stale_since = cut;
                    if !synchronous {
                        self.data.follow[copy].cut_since = Some(cut);
                        if self.data.follow[copy].resync.is_none() {
                            self.begin_resync(dataset, copy);
                        }
                    }
                }
            }
            (None, true) => {}
            (Some(_), false) => self.stop_resync(copy),
        }
    }

    /// What a copy was being sent does not arrive.
    pub(super) fn stop_resync(&mut self, copy: CopyId) {
        if let Some(transfer) = self.data.follow[copy].resync.take() {
            self.cancel_transfer(transfer);
        }
    }

    /// Sends a copy what it is behind by.
    fn begin_resync(&mut self, dataset: DatasetId, copy: CopyId) {
        let active = self.data.datasets[dataset].active;
        let cap = Bandwidth::least([self.scenario.disk_rate(active), self.scenario.disk_rate(copy)]);
        let between = Some((self.scenario.copies[active].domain, self.scenario.copies[copy].domain));
        let bytes = self.resync_bytes(dataset, copy);
        let freight = Freight { bytes, cap, priority: 180, sides: [None; 2], between };
        let transfer = self.begin_transfer(Moves::Resync { copy }, freight, Span::ZERO);
        self.data.follow[copy].resync = Some(transfer);
    }

    /// What a copy has to be sent: what changed, if it still holds the rest, else everything.
    fn resync_bytes(&self, dataset: DatasetId, copy: CopyId) -> u64 {
        let model = &self.scenario.datasets[dataset];
        if !self.data.copies[copy].intact() {
            return model.size.get();
        }
        model.changed(self.now - self.data.follow[copy].stale_since.min(self.now)) as u64
    }

    /// A copy is level again.
    pub(super) fn resynchronised(&mut self, copy: CopyId) {
        let dataset = self.scenario.copies[copy].dataset;
        self.data.follow[copy].resync = None;
        self.data.follow[copy].cut_since = None;
        self.data.follow[copy].follows_since = self.now;
        if !self.data.follow[copy].fresh || !self.data.copies[copy].intact() {
            self.data.follow[copy].fresh = true;
            self.copy_restored(copy);
        }
        self.touch_users(dataset); // one may be waiting to return
        self.data.touch(dataset);
    }

    /// True when every dataset that a service uses has a usable copy at a place, or none ever was there.
    pub(in crate::simulation) fn data_ready_at(&self, service: crate::model::ServiceId, place: DomainId) -> bool {
        self.scenario.services[service].uses.iter().all(|dataset| {
            let here = |copy: &CopyId| {
                let copy = &self.scenario.copies[*copy];
                copy.role != CopyRole::Spare
                    && (self.scenario.domains[place].subtree.contains(copy.domain)
                        || self.scenario.domains[copy.domain].subtree.contains(place))
            };
            let copies = self.scenario.datasets[*dataset].copies;
            !copies.iter().any(|copy| here(&copy)) || copies.iter().any(|copy| here(&copy) && self.usable(copy))
        })
    }
}

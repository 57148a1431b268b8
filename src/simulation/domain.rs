//! Failure domains that go off, restart, and what their nodes are worth meanwhile.

use super::draw::{Purpose, draw};
use super::event::{Event, Incarnation};
use super::state::{Phase, World};
use super::trace::Happening;
use crate::id::Id;
use crate::model::{Cause, DomainId, UnitId};
use crate::quantity::MICROSECONDS_PER_SECOND;

impl World<'_> {
    /// Brings the node time lost directly below a domain up to date.
    #[inline]
    pub(super) fn recount_domain(&mut self, domain: DomainId) {
        let now = self.now;
        let state = &mut self.domains[domain];
        state.down_time += f64::from(state.down) * (now - state.since).as_microseconds() as f64;
        state.since = now;
        state.down = if state.off { self.layout.direct_units[domain] } else { state.failed };
    }

    /// Puts a domain on or off, as what it needs says, and everything below with it.
    pub(super) fn reassess_domain(&mut self, domain: DomainId) {
        if self.switch_domain(domain) {
            self.domains_switched(domain);
        }
    }

    /// The same without telling the replicas below; true when the domain went on or off.
    fn switch_domain(&mut self, domain: DomainId) -> bool {
        let parent_off = self.scenario.domains[domain].parent.is_some_and(|parent| self.domains[parent].off);
        let state = &self.domains[domain];
        let can_run = state.needs_missing == 0 && state.suspended == 0 && !parent_off;
        match (state.off, can_run) {
            (false, false) => {
                self.domain_off(domain);
                true
            }
            (true, true) if !state.restarting => self.domain_returns(domain),
            (true, false) if state.restarting => {
                self.domains[domain].restarting = false;
                self.domains[domain].incarnation += 1;
                false
            }
            (false, true) | (true, _) => false,
        }
    }

    /// Tells those who rely on a domain, or on anything below it, that it went on or off: once for all of it.
    fn domains_switched(&mut self, domain: DomainId) {
        self.network_dirty |= self.layout.networked;
        self.clocks_dirty = true;
        self.refresh_replicas_below(domain);
        if !self.domains[domain].off {
            self.watchers_back(self.scenario.domains[domain].units);
        }
    }

    fn domain_off(&mut self, domain: DomainId) {
        let now = self.now;
        let state = &mut self.domains[domain];
        state.off = true;
        state.off_since = now;
        self.note(Happening::DomainOff(domain));
        self.recount_domain(domain);
        for nth in 0..self.layout.children[domain].len() {
            self.switch_domain(self.layout.children[domain][nth]);
        }
    }

    /// What a domain needs is back: it is on at once (true), or after its restart.
    fn domain_returns(&mut self, domain: DomainId) -> bool {
        let Some(law) = &self.scenario.domains[domain].restart else {
            self.domain_on(domain);
            return true;
        };
        let state = &mut self.domains[domain];
        state.restarting = true;
        state.incarnation += 1;
        state.restarts += 1;
        let (incarnation, nth) = (state.incarnation, u64::from(state.restarts));
        let takes = draw(law, &mut self.key.stream(Purpose::Restart as u64, self.layout.domain_keys[domain], nth));
        self.note(Happening::DomainRestarting(domain, takes));
        self.schedule_in(takes, Event::DomainRestarted { domain, incarnation });
        false
    }

    /// A restart is over.
    pub(super) fn domain_restarted(&mut self, domain: DomainId, incarnation: Incarnation) {
        if self.domains[domain].restarting && self.domains[domain].incarnation == incarnation {
            self.domain_on(domain);
            self.domains_switched(domain);
        }
    }

    fn domain_on(&mut self, domain: DomainId) {
        self.room_made = true;
        let now = self.now;
        let state = &mut self.domains[domain];
        state.off = false;
        state.restarting = false;
        state.off_intervals.add(now - state.off_since);
        self.note(Happening::DomainOn(domain));
        self.recount_domain(domain);
        for nth in 0..self.layout.children[domain].len() {
            self.switch_domain(self.layout.children[domain][nth]);
        }
    }

    /// Changes the number of severing effects on a domain and everything below.
    pub(super) fn sever_domain(&mut self, domain: DomainId, change: i32) {
        for below in self.scenario.domains[domain].subtree.iter() {
            self.domains[below].severed = self.domains[below].severed.strict_add_signed(change);
        }
        self.room_made = true;
        self.refresh_replicas_below(domain);
        if change < 0 {
            self.watchers_back(self.scenario.domains[domain].units);
        }
    }

    /// Works out the speed of everything below a domain anew from the effects that run.
    pub(super) fn respeed_domain(&mut self, domain: DomainId) {
        for below in self.scenario.domains[domain].subtree.iter() {
            self.domains[below].speed = self.speed_of(below);
        }
        self.refresh_replicas_below(domain);
        for service in self.scenario.services.ids() {
            self.touch_service(service);
        }
    }

    /// Has every replica that is hosted below a domain looked at again.
    fn refresh_replicas_below(&mut self, domain: DomainId) {
        if self.data.any {
            self.hosts_below_changed(domain);
            self.data.touch_all();
        }
        let below = self.scenario.domains[domain].units;
        if below.len() <= self.replicas.len() {
            for unit in below.iter() {
                let mut next = self.units[unit].hosted;
                while let Some(replica) = next {
                    next = self.replicas[replica].next;
                    self.refresh_replica(replica);
                }
            }
            return;
        }
        for service in self.scenario.services.ids() {
            for group in &self.scenario.services[service].groups {
                let (hosts, range) = (group.hosts.positions(), below.positions());
                if hosts.end <= range.start || range.end <= hosts.start {
                    continue;
                }
                for replica in group.replicas.iter() {
                    if below.contains(self.replicas[replica].host) {
                        self.refresh_replica(replica);
                    }
                }
            }
        }
    }

    /// Causes that keep a domain off.
    pub(super) fn domain_causes(&self, domain: DomainId, causes: &mut Vec<Cause>) {
        let before = causes.len();
        let mut around = Some(domain);
        while let Some(here) = around {
            if self.domains[here].needs_missing > 0 {
                for need in &self.scenario.domains[here].needs {
                    if !self.plants[*need].delivers {
                        self.plant_causes(*need, causes);
                    }
                }
            }
            if self.domains[here].suspended > 0 {
                causes.extend(self.suspenders(here).map(Cause::Threat));
            }
            around = self.scenario.domains[here].parent;
        }
        if causes.len() == before {
            causes.push(Cause::Restart);
        }
    }

    /// Cause that keeps a unit from working.
    pub(super) fn unit_cause(&self, unit: UnitId) -> Option<Cause> {
        let class = self.scenario.populations[self.scenario.unit_population[unit]].class;
        let state = &self.units[unit];
        match state.phase {
            Phase::Working => None,
            Phase::AwaitsSpare => Some(Cause::Spare(class)),
            Phase::AwaitsCrew => self.scenario.classes[class].crew.map(Cause::Crew),
            Phase::Maintained => Some(Cause::Maintenance(class)),
            Phase::AwaitsLogistics | Phase::UnderRepair | Phase::Gone | Phase::Dead => Some(match state.origin {
                super::state::Origin::Life => Cause::Class(class),
                super::state::Origin::WrongRepair => Cause::WrongRepair(class),
                super::state::Origin::Threat(threat) => Cause::Threat(threat),
            }),
        }
    }

    /// Sums up the domains at the end of a trial: node time lost travels from the leaves to the top.
    pub(super) fn settle_domains(&mut self) {
        for index in (0..self.domains.len()).rev() {
            let domain = DomainId::new(index);
            self.recount_domain(domain);
            let now = self.now;
            let state = &mut self.domains[domain];
            if state.off {
                state.off_intervals.add(now - state.off_since);
            }
            let (down, off) = (state.down_time, state.off_intervals);
            if let Some(parent) = self.scenario.domains[domain].parent {
                self.domains[parent].down_time += down;
            }
            let tally = &mut self.tally.domains[domain];
            tally.unit_down = down / MICROSECONDS_PER_SECOND as f64;
            tally.off = off;
        }
    }
}

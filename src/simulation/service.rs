//! Services: what state they are in, and what each stretch of it is worth.

use super::draw::{Purpose, chance, draw};
use super::event::{Event, Incarnation};
use super::state::{Stage, World};
use super::trace::{Happening, Status};
use crate::id::Id;
use crate::model::{Balance, Cause, Disruption, DomainId, Level, Load, Quorum, ServiceId, UnitId};
use crate::quantity::Span;
use std::cmp::Reverse;

/// What a service is worth right now.
#[derive(Clone, Copy, Debug)]
struct Worth {
    status: Status,
    share: f64,
    utilised: f64,
    degree: u32,
}

impl World<'_> {
    /// First evaluation of every service at the start of a trial.
    pub(super) fn start_services(&mut self) {
        for service in self.scenario.services.ids() {
            self.touch_service(service);
            self.plan_false_alarm(service);
        }
    }

    /// Evaluates services until nothing changes any more: dependencies have lower ids and are dealt with first.
    pub(super) fn settle_services(&mut self) {
        while let Some(Reverse(service)) = self.services_dirty.pop() {
            self.services[service].dirty = false;
            self.evaluate_service(service);
        }
    }

    /// True while enough replicas of the serving group are there.
    #[inline]
    pub(super) fn enough(&self, service: ServiceId) -> bool {
        self.serving_replicas(service) >= self.scenario.services[service].need
    }

    /// Available replicas that can serve together.
    #[inline]
    fn serving_replicas(&self, service: ServiceId) -> u32 {
        let state = &self.services[service];
        if self.layout.standby[service] {
            return state.group_up[state.active];
        }
        if self.layout.networked && self.scenario.services[service].quorum.is_some() {
            let (count, side) = self.largest_side(&self.available_hosts(service));
            let reached = self.side_is_reached(side);
            return if reached { count } else { 0 };
        }
        state.up
    }

    /// Hosts of the available replicas of a service.
    fn available_hosts(&self, service: ServiceId) -> impl Iterator<Item = UnitId> + Clone + '_ {
        let replicas = self.scenario.replicas_of(service);
        replicas
            .positions()
            .map(crate::model::ReplicaId::new)
            .filter(|replica| self.replicas[*replica].available)
            .map(|replica| self.replicas[replica].host)
    }

    /// True when nothing but its own replicas could keep the service down.
    #[inline]
    pub(super) fn unobstructed(&self, service: ServiceId) -> bool {
        let state = &self.services[service];
        state.hard_down == 0 && state.needs_missing == 0 && state.suspended == 0 && state.data_missing == 0
    }

    /// A replica more or less. Where that is all there is to the state of a service, and it goes on serving, its redundancy is booked
    /// at once; the long way over [`World::touch_service`] gives the same.
    #[inline]
    pub(super) fn count_changed(&mut self, service: ServiceId) {
        let state = &self.services[service];
        if state.counted && state.stays_up(state.up) {
            self.book_count(service);
        } else {
            self.touch_service(service);
        }
    }

    /// Brings a service up to date after something it relies on changed.
    fn evaluate_service(&mut self, service: ServiceId) {
        self.follow_stage(service);
        if let Some(quorum) = &self.scenario.services[service].quorum {
            self.follow_quorum(service, quorum);
        }
        let worth = self.worth(service);
        let state = &self.services[service];
        let was = state.status;
        if (state.degree, state.share, state.utilised) != (worth.degree, worth.share, worth.utilised)
            || was != worth.status
        {
            self.accrue(service); // and only then: how often a service is looked at must not show in the last digit
        }
        let state = &mut self.services[service];
        state.degree = worth.degree;
        state.share = worth.share;
        state.utilised = worth.utilised;
        if was != worth.status {
            self.become_status(service, was, worth.status);
        }
        if worth.status == Status::Down {
            self.find_causes(service);
        }
        if !self.layout.wants.busy.is_empty() {
            self.meter(service);
        }
    }

    /// Moves the stage of a service on: lost, found, starting.
    fn follow_stage(&mut self, service: ServiceId) {
        let standby = self.layout.standby[service];
        let (enough, clear) = (self.enough(service), self.unobstructed(service));
        if !(enough && clear) {
            self.services[service].started = false;
        }
        match self.services[service].stage {
            Stage::Serving | Stage::StartingUp | Stage::Electing if standby && !enough => self.lose_group(service),
            Stage::Serving => {
                let lost = self.services[service].status == Status::Down && !self.services[service].started;
                if lost && enough && clear && self.scenario.services[service].start_up.is_some() {
                    self.start_up(service);
                }
            }
            Stage::StartingUp if !(enough && clear) => {
                self.services[service].stage = Stage::Serving;
                self.services[service].incarnation += 1;
            }
            Stage::StartingUp | Stage::Electing | Stage::Switching(_) | Stage::Moving(_) | Stage::Returning => {}
            Stage::Unnoticed | Stage::Deciding | Stage::Waiting => self.pursue(service, enough),
        }
        if standby {
            self.follow_first_group(service);
        }
    }

    /// Everything is back: the service starts.
    pub(super) fn start_up(&mut self, service: ServiceId) {
        let Some(law) = &self.scenario.services[service].start_up else {
            self.services[service].stage = Stage::Serving;
            return;
        };
        let state = &mut self.services[service];
        state.stage = Stage::StartingUp;
        state.incarnation += 1;
        let (incarnation, nth) = (state.incarnation, u64::from(state.incidents));
        let key = self.layout.service_keys[service];
        let takes = draw(law, &mut self.key.stream(Purpose::StartUp as u64, key, nth));
        self.schedule_in(takes, Event::Ready { service, incarnation });
    }

    /// The service has started, or has a leader.
    pub(super) fn ready(&mut self, service: ServiceId, incarnation: Incarnation) {
        let state = &mut self.services[service];
        if state.incarnation != incarnation {
            return;
        }
        if state.stage == Stage::Electing {
            self.note(Happening::Elected(service));
        }
        if matches!(self.services[service].stage, Stage::Electing | Stage::StartingUp) {
            self.services[service].stage = Stage::Serving;
            self.services[service].started = true;
            self.touch_service(service);
        }
    }

    /// A new leader is needed when the old one is gone or on the smaller side; a fresh partition may leave both sides active.
    fn follow_quorum(&mut self, service: ServiceId, quorum: &Quorum) {
        let sides = if self.layout.networked { self.sides(self.available_hosts(service)) } else { 1 };
        if sides > 1 && !self.services[service].split {
            let nth = u64::from(self.services[service].incidents) + u64::from(self.services[service].incarnation) * 64;
            let key = self.layout.service_keys[service];
            if quorum.split_brain.get() > 0.0
                && chance(quorum.split_brain.get(), &mut self.key.stream(Purpose::SplitBrain as u64, key, nth))
            {
                self.accrue(service);
                self.services[service].split = true;
                self.note(Happening::SplitBrain(service));
            }
        } else if sides <= 1 && self.services[service].split {
            self.accrue(service);
            self.services[service].split = false;
        }
        if !self.enough(service) {
            self.services[service].leader = None; // it steps down without a majority
            if self.services[service].stage == Stage::Electing {
                self.services[service].stage = Stage::Serving;
                self.services[service].incarnation += 1;
            }
            return;
        }
        if self.services[service].stage != Stage::Serving {
            return;
        }
        let side = self.largest_side(&self.available_hosts(service)).1;
        let leads = self.services[service].leader.is_some_and(|leader| {
            let replica = &self.replicas[leader];
            let there = self.component_of(replica.host);
            replica.available && (!self.layout.networked || side == u32::MAX || there == u32::MAX || there == side)
        });
        if leads {
            return;
        }
        let candidate = self.scenario.replicas_of(service).iter().find(|replica| {
            let there = self.component_of(self.replicas[*replica].host);
            self.replicas[*replica].available && (side == u32::MAX || there == u32::MAX || there == side)
        });
        let state = &mut self.services[service];
        state.leader = candidate;
        state.stage = Stage::Electing;
        state.incarnation += 1;
        let (incarnation, nth) = (state.incarnation, u64::from(state.incarnation));
        let key = self.layout.service_keys[service];
        let takes = draw(&quorum.election, &mut self.key.stream(Purpose::Election as u64, key, nth));
        self.schedule_in(takes, Event::Ready { service, incarnation });
    }

    /// True while a standby group that runs nothing until it is scaled up is being scaled up.
    pub(super) fn nothing_runs_yet(&self, service: ServiceId) -> bool {
        !self.services[service].scaled && self.scenario.services[service].failover.standby_capacity.get() <= 0.0
    }

    /// Status, share of load, utilisation and redundancy degree as they follow from the state.
    #[inline]
    fn worth(&self, service: ServiceId) -> Worth {
        let (model, state) = (&self.scenario.services[service], &self.services[service]);
        let serving = matches!(state.stage, Stage::Serving | Stage::Moving(_));
        let up = self.serving_replicas(service);
        if !serving || up < model.need || !self.unobstructed(service) || self.nothing_runs_yet(service) {
            return Worth { status: Status::Down, share: 0.0, utilised: 0.0, degree: 0 };
        }
        let degree = self.redundancy_degree(service, up);
        if model.load.is_none() && state.scaled && state.soft_down == 0 && !self.layout.any_slow {
            return Worth { status: Status::Up, share: 1.0, utilised: 0.0, degree };
        }
        let scale = if state.scaled { 1.0 } else { model.failover.standby_capacity.get() } * state.speed;
        let (share, utilised) = match &model.load {
            Some(load) => self.served(service, load, scale),
            None => (scale * self.mean_speed(service), 0.0),
        };
        let degraded = state.soft_down > 0 || share < 1.0 - 1e-12;
        Worth { status: if degraded { Status::Degraded } else { Status::Up }, share: share.min(1.0), utilised, degree }
    }

    /// Speed of each available replica of the serving group.
    fn speeds(&self, service: ServiceId) -> impl Iterator<Item = Option<f64>> + '_ {
        let (model, state) = (&self.scenario.services[service], &self.services[service]);
        let groups = if self.layout.standby[service] { state.active..state.active + 1 } else { 0..model.groups.len() };
        let replicas = model.groups[groups].iter().flat_map(|group| group.replicas.iter());
        replicas.map(|replica| {
            let now = &self.replicas[replica];
            let speed = self.scenario.unit_domain[now.host].map_or(1.0, |domain| self.domains[domain].speed);
            now.available.then_some(speed)
        })
    }

    /// Mean speed of the available replicas.
    fn mean_speed(&self, service: ServiceId) -> f64 {
        if !self.layout.any_slow {
            return 1.0;
        }
        let (sum, count) =
            self.speeds(service).flatten().fold((0.0, 0.0), |(sum, count), speed| (sum + speed, count + 1.0));
        if count > 0.0 { sum / count } else { 1.0 }
    }

    /// Share of the load that is served, and requests served over capacity.
    fn served(&self, service: ServiceId, load: &Load, scale: f64) -> (f64, f64) {
        let wanted = load.requests.per_second();
        if wanted <= 0.0 {
            return (1.0, 0.0);
        }
        let each = load.per_replica.per_second() * scale;
        let capacity: f64 = self.speeds(service).flatten().map(|speed| speed * each).sum();
        let served = match load.balance {
            Balance::LeastConnections => wanted.min(capacity),
            Balance::RoundRobin => {
                let available = self.speeds(service).flatten().count();
                let part = wanted / available as f64;
                self.speeds(service).flatten().map(|speed| part.min(speed * each)).sum()
            }
            Balance::Hash => {
                // Every replica is home to an equal part; the part of a lost one goes to the next that is there.
                let speeds: Vec<Option<f64>> = self.speeds(service).collect();
                let part = wanted / speeds.len() as f64;
                let mut parts = vec![0.0; speeds.len()];
                for home in 0..speeds.len() {
                    let next =
                        (0..speeds.len()).map(|step| (home + step) % speeds.len()).find(|at| speeds[*at].is_some());
                    if let Some(at) = next {
                        parts[at] += part;
                    }
                }
                parts.iter().zip(&speeds).map(|(part, speed)| speed.map_or(0.0, |speed| part.min(speed * each))).sum()
            }
        };
        (served / wanted, if capacity > 0.0 { (served / capacity).min(1.0) } else { 0.0 })
    }

    /// Further failures, counted in the unit the service names, that it would survive.
    #[inline]
    fn redundancy_degree(&self, service: ServiceId, up: u32) -> u32 {
        let (model, state) = (&self.scenario.services[service], &self.services[service]);
        let wide = model.redundancy_unit != Level::Node;
        if !self.layout.standby[service] {
            return if wide { self.containers_to_spare(service, None) } else { up - model.need };
        }
        let groups = state.group_up.iter().enumerate().filter(|(_, up)| **up >= model.need);
        let breaks: u32 = groups
            .map(
                |(group, up)| {
                    if wide { self.containers_to_spare(service, Some(group)) + 1 } else { up - model.need + 1 }
                },
            )
            .sum();
        breaks - 1
    }

    /// Racks, rooms or sites whose loss the replicas (of one group) survive when the fullest go first.
    fn containers_to_spare(&self, service: ServiceId, group: Option<usize>) -> u32 {
        let model = &self.scenario.services[service];
        let mut containers: Vec<(Option<DomainId>, u32)> = Vec::new();
        for (nth, here) in model.groups.iter().enumerate() {
            if group.is_some_and(|wanted| wanted != nth) {
                continue;
            }
            for replica in here.replicas.iter().filter(|replica| self.replicas[*replica].available) {
                let container = self.container(self.replicas[replica].host, model.redundancy_unit);
                match containers.iter_mut().find(|(domain, _)| *domain == container) {
                    Some((_, count)) => *count += 1,
                    None => containers.push((container, 1)),
                }
            }
        }
        containers.sort_unstable_by_key(|(_, count)| std::cmp::Reverse(*count));
        let mut left: u32 = containers.iter().map(|(_, count)| count).sum();
        let mut spared = 0;
        for (_, count) in containers {
            left -= count;
            if left < model.need {
                break;
            }
            spared += 1;
        }
        spared
    }

    /// The narrowest domain around a node that is at least as wide as `level`.
    fn container(&self, unit: UnitId, level: Level) -> Option<DomainId> {
        let mut around = self.scenario.unit_domain[unit];
        while let Some(domain) = around {
            if self.scenario.domains[domain].level <= level {
                return Some(domain);
            }
            around = self.scenario.domains[domain].parent;
        }
        None
    }

    /// A service changes state.
    fn become_status(&mut self, service: ServiceId, was: Status, becomes: Status) {
        self.services[service].status = becomes;
        if becomes == Status::Down {
            self.outage_begins(service);
        } else if was == Status::Down {
            self.outage_ends(service);
        }
        if self.trace.is_some() {
            let cause = (becomes == Status::Down).then(|| self.causes(service).first().copied()).flatten();
            self.note(Happening::Became(service, becomes, cause));
        }
        let (down_before, down_now) = (was == Status::Down, becomes == Status::Down);
        if down_before != down_now {
            if self.layout.clocks_stop {
                self.follow_hosts(service);
            }
            for nth in 0..self.layout.hard_dependents[service].len() {
                let other = self.layout.hard_dependents[service][nth];
                let count = &mut self.services[other].hard_down;
                *count = if down_now { *count + 1 } else { *count - 1 };
                self.touch_service(other);
            }
            for nth in 0..self.layout.soft_dependents[service].len() {
                let other = self.layout.soft_dependents[service][nth];
                let count = &mut self.services[other].soft_down;
                *count = if down_now { *count + 1 } else { *count - 1 };
                self.touch_service(other);
            }
        }
    }

    fn outage_begins(&mut self, service: ServiceId) {
        if self.down.is_empty() {
            self.any_down_since = self.now;
        }
        self.down.push(service);
        let causes = self.causes(service);
        // Planned: held down by planned work only, its own or that of what it depends on; that nobody has noticed yet is no trouble of its own.
        let planned = |cause: &Cause| match cause {
            Cause::Maintenance(_) => true,
            Cause::Dependency(other) => self.services[*other].planned,
            _ => false,
        };
        let planned = self.services[service].stage == Stage::Returning
            || causes.iter().any(planned) && causes.iter().all(|cause| planned(cause) || *cause == Cause::Detection);
        let disruption = causes.iter().map(|cause| self.disruption_of(*cause, service)).max();
        self.close_incident(service, None);
        let state = &mut self.services[service];
        state.first_cause = causes.first().copied();
        state.down_since = self.now;
        state.planned = planned;
        state.disruption = disruption.unwrap_or(Disruption::Software);
        if !matches!(state.stage, Stage::Unnoticed) {
            state.incidents += 1; // losing a group has counted already
        }
    }

    fn outage_ends(&mut self, service: ServiceId) {
        self.down.retain(|other| *other != service);
        if self.down.is_empty() && self.now > self.any_down_since {
            self.tally.scenario.any_down.add(self.now - self.any_down_since);
        }
        self.close_outage(service, true);
        let state = &mut self.services[service];
        state.causes.clear();
        state.attempts = 0;
        (state.detected, state.decided, state.work_lost) = (None, None, Span::ZERO);
    }

    /// Services that are down have their causes looked at after every event, for these can change without the status.
    pub(super) fn refresh_causes(&mut self) {
        for nth in 0..self.down.len() {
            self.find_causes(self.down[nth]);
        }
    }
}

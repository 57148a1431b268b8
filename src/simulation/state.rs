//! What is now: the state of one trial, reset between trials.

use super::data::DataState;
use super::event::{Event, GroupId, Incarnation, Word};
use super::incurred::{Incurred, Meter, Wants};
use super::layout::{self, Layout};
use super::plan::PlanStates;
use super::staff::StaffState;
use super::tally::{DatasetTally, DomainTally, PROFILE_BINS, ScenarioTally, ServiceTally, TrialTally};
use super::trace::{Happening, Incident, Trace, TraceEntry};
use crate::engine::{Queue, Rng, TrialKey};
use crate::id::{Id, IdVec};
use crate::model::{
    Cause, ClassId, CrewId, DomainId, LinkId, PlantId, PlantKind, PopulationId, ReplicaId, Scenario, ServiceId,
    StaffId, ThreatId, UnitId,
};
use crate::quantity::{SimTime, Span};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

pub(super) use super::condition::{
    CareState, Clock, CrewState, DomainState, LinkState, Origin, Phase, PlantState, ReplicaState, Running, RunningPool,
    ServiceState, SpareState, Stage, ThreatState, Unit,
};

/// A worker's workspace: the scenario, its look-up tables, and the state of the trial at hand.
#[derive(Debug)]
pub(super) struct World<'a> {
    pub scenario: &'a Scenario,
    pub layout: Layout,
    pub key: TrialKey,
    pub now: SimTime,
    pub end: SimTime,
    pub queue: Queue<Word>,
    /// The groups of all pools that have started.
    pub pools: IdVec<GroupId, RunningPool<'a>>,
    /// Repair times of each unit, one after the other; begun with its first repair in a trial.
    pub repair_streams: IdVec<UnitId, Option<Rng>>,
    pub units: IdVec<UnitId, Unit>,
    /// Only filled when some population does not pool.
    pub clocks: IdVec<UnitId, Clock>,
    pub domains: IdVec<DomainId, DomainState>,
    pub plants: IdVec<PlantId, PlantState>,
    pub links: IdVec<LinkId, LinkState>,
    /// Connected component of each domain that is the end of a link.
    pub components: IdVec<DomainId, u32>,
    pub outside_component: u32,
    pub services: IdVec<ServiceId, ServiceState>,
    pub replicas: IdVec<ReplicaId, ReplicaState>,
    pub crews: IdVec<CrewId, CrewState>,
    pub spares: IdVec<ClassId, SpareState>,
    pub care: IdVec<PopulationId, CareState>,
    pub threats: IdVec<ThreatId, ThreatState>,
    pub data: DataState,
    pub staff: IdVec<StaffId, StaffState>,
    pub plans: PlanStates,
    pub running: Vec<Option<Running>>,
    /// Replicas that wait for a host with room, and whether one may have some now.
    pub unplaced: Vec<(ReplicaId, Incarnation)>,
    pub room_made: bool,
    /// Plant whose inputs changed.
    pub plants_dirty: Vec<PlantId>,
    pub network_dirty: bool,
    /// Something changed that lives which run only while operating depend on.
    pub clocks_dirty: bool,
    /// Lowest id on top: dependencies come before dependents.
    pub services_dirty: BinaryHeap<Reverse<ServiceId>>,
    /// Services that are down.
    pub down: Vec<ServiceId>,
    pub any_down_since: SimTime,
    pub tally: TrialTally,
    /// Power that work draws.
    pub meter: Meter,
    pub trace: Option<Box<Trace>>,
    /// From when on the trace is kept.
    pub trace_from: SimTime,
}

impl<'a> World<'a> {
    pub fn new(scenario: &'a Scenario) -> Self {
        let layout = Layout::new(scenario);
        let own_clocks = layout.populations.iter().any(|plan| plan.pool.is_none());
        let units = scenario.unit_count();
        Self {
            key: TrialKey::new(0, 0),
            now: SimTime::ZERO,
            end: SimTime::ZERO + scenario.horizon,
            queue: Queue::new(),
            pools: IdVec::new(),
            repair_streams: IdVec::filled(None, units),
            units: IdVec::filled(Unit::NEW, units),
            clocks: IdVec::filled(Clock::default(), if own_clocks { units } else { 0 }),
            domains: IdVec::filled(DomainState::default(), scenario.domains.len()),
            plants: IdVec::filled(PlantState::default(), scenario.plants.len()),
            links: IdVec::filled(LinkState::default(), scenario.links.len()),
            components: IdVec::filled(0, scenario.domains.len()),
            outside_component: 0,
            services: scenario.services.iter().map(|service| ServiceState::new(service.groups.len())).collect(),
            replicas: homes(scenario).collect(),
            crews: IdVec::filled(CrewState::default(), scenario.crews.len()),
            spares: IdVec::filled(SpareState::default(), scenario.classes.len()),
            care: IdVec::filled(CareState::default(), scenario.populations.len()),
            threats: IdVec::filled(ThreatState { strikes: 0, arrivals: None }, scenario.threats.len()),
            data: DataState::new(scenario),
            staff: IdVec::filled(StaffState::default(), scenario.staff.len()),
            plans: PlanStates::new(scenario),
            running: Vec::new(),
            unplaced: Vec::new(),
            room_made: false,
            plants_dirty: Vec::new(),
            network_dirty: false,
            clocks_dirty: false,
            services_dirty: BinaryHeap::new(),
            down: Vec::new(),
            any_down_since: SimTime::ZERO,
            tally: TrialTally::new(scenario, &layout.wants),
            meter: Meter::new(scenario, &layout.wants),
            trace: None,
            trace_from: SimTime::ZERO,
            scenario,
            layout,
        }
    }

    /// Everything as at the start of a trial, memory kept.
    pub fn reset(&mut self, seed: u64, trial: u64) {
        let scenario = self.scenario;
        self.key = TrialKey::new(seed, trial);
        self.now = SimTime::ZERO;
        self.queue.clear();
        self.pools.clear();
        self.repair_streams.as_mut_slice().fill(None);
        self.units.as_mut_slice().fill(Unit::NEW);
        self.clocks.as_mut_slice().fill(Clock::default());
        for domain in &mut self.domains {
            *domain = DomainState { speed: 1.0, ..DomainState::default() };
        }
        for (plant, model) in self.plants.iter_mut().zip(&scenario.plants) {
            *plant = PlantState { delivers: true, ..PlantState::default() };
            match &model.kind {
                PlantKind::Parts { population, standby, .. } => {
                    let parts = scenario.populations[*population].units.len() as u32;
                    plant.working = if standby.is_some() { 0 } else { parts };
                    plant.delivers = standby.is_none();
                }
                PlantKind::Gate(gate) => plant.store = gate.hold_up,
            }
        }
        self.links.as_mut_slice().fill(LinkState { up: true, line_down: false, cut: 0 });
        for service in &mut self.services {
            service.reset(scenario.horizon);
        }
        for (replica, host) in self.replicas.iter_mut().zip(&scenario.replica_host) {
            *replica = ReplicaState::new(replica.service, replica.group, *host);
        }
        for index in (0..self.replicas.len()).rev() {
            let replica = ReplicaId::new(index);
            let host = self.replicas[replica].host;
            self.replicas[replica].next = self.units[host].hosted.replace(replica);
        }
        for (id, service) in scenario.services.enumerate() {
            for (up, group) in self.services[id].group_up.iter_mut().zip(&service.groups) {
                *up = group.replicas.len() as u32;
            }
            self.services[id].up = scenario.replicas_of(id).len() as u32;
            self.services[id].need = service.need;
            self.services[id].counted = self.layout.counted[id];
            self.services[id].calm = self.layout.calm[id];
            self.services[id].leader =
                service.quorum.is_some().then(|| scenario.replicas_of(id).iter().next()).flatten();
        }
        for crew in &mut self.crews {
            crew.busy = 0;
            crew.since = SimTime::ZERO;
            crew.busy_seconds = 0.0;
            crew.waiting.clear();
        }
        for (spare, stock) in self.spares.iter_mut().zip(layout::stock(scenario)) {
            spare.stock = stock;
            spare.waiting.clear();
        }
        for care in &mut self.care {
            care.groups = None;
            care.hidden.clear();
            care.queue.clear();
            care.next_turn = 0;
            care.away = 0;
        }
        for threat in &mut self.threats {
            *threat = ThreatState { strikes: 0, arrivals: None };
        }
        self.data.reset(scenario);
        self.staff.iter_mut().for_each(StaffState::reset);
        self.plans.reset();
        self.running.clear();
        self.unplaced.clear();
        self.plants_dirty.clear();
        self.services_dirty.clear();
        self.network_dirty = false;
        self.clocks_dirty = false;
        self.down.clear();
        self.tally.reset(scenario.horizon);
        self.meter.reset();
    }

    /// Schedules an event unless it lies beyond the end of the trial.
    #[inline]
    pub fn schedule(&mut self, at: SimTime, event: Event) {
        if at < self.end {
            self.enqueue(at, event.pack());
        }
    }

    #[inline(never)]
    fn enqueue(&mut self, at: SimTime, event: Word) {
        self.queue.push(at, event);
    }

    /// Schedules an event after a while.
    #[inline]
    pub fn schedule_in(&mut self, after: Span, event: Event) {
        self.schedule(self.now + after, event);
    }

    /// Writes a happening into the trace, if there is one.
    #[inline]
    pub fn note(&mut self, what: Happening) {
        if let Some(trace) = &mut self.trace {
            // Changes of state are kept for longer: the stretches are made of them.
            let limit = if matches!(what, Happening::Became(..)) { 5 * Trace::LIMIT } else { Trace::LIMIT };
            if self.now < self.trace_from {
                return;
            }
            if trace.entries.len() < limit {
                trace.entries.push(TraceEntry { at: self.now, what });
            } else {
                trace.dropped += 1;
            }
        }
    }

    /// Keeps an incident that is over, if there is a trace.
    pub fn note_whole(&mut self, incident: Incident) {
        if let Some(trace) = &mut self.trace
            && self.now >= self.trace_from
            && trace.incidents.len() < Trace::LIMIT
        {
            trace.incidents.push(incident);
        }
    }

    /// Has a service evaluated once the event at hand is dealt with.
    #[inline]
    pub fn touch_service(&mut self, service: ServiceId) {
        if !self.services[service].dirty {
            self.services[service].dirty = true;
            self.services_dirty.push(Reverse(service));
        }
    }
}

/// Replicas at the start of a trial.
fn homes(scenario: &Scenario) -> impl Iterator<Item = ReplicaState> + '_ {
    let homes = scenario.replica_home.iter().zip(&scenario.replica_host);
    homes.map(|((service, group), host)| ReplicaState::new(*service, *group as u32, *host))
}

/// End of the `slice`-th of the equal slices of the horizon.
#[inline]
pub(super) fn slice_end(horizon: Span, slice: usize) -> SimTime {
    let (horizon, nth) = (horizon.as_microseconds(), slice as u64 + 1);
    SimTime::from_microseconds(match horizon.checked_mul(nth) {
        Some(product) => product / PROFILE_BINS as u64,
        None => (u128::from(horizon) * u128::from(nth) / PROFILE_BINS as u128) as u64,
    })
}

impl TrialTally {
    fn new(scenario: &Scenario, wants: &Wants) -> Self {
        let mut tally = Self {
            incurred: Incurred::new(scenario, wants),
            services: IdVec::filled(ServiceTally::default(), scenario.services.len()),
            domains: IdVec::filled(DomainTally::default(), scenario.domains.len()),
            datasets: IdVec::filled(DatasetTally::default(), scenario.datasets.len()),
            redundancy: IdVec::filled(vec![0.0; PROFILE_BINS], scenario.services.len()),
            ..Self::default()
        };
        for service in &mut tally.services {
            service.charged = vec![0.0; Cause::count(scenario)];
        }
        for (domain, model) in tally.domains.iter_mut().zip(&scenario.domains) {
            domain.units = model.units.len() as u64;
            domain.horizon = scenario.horizon;
        }
        for (dataset, model) in tally.datasets.iter_mut().zip(&scenario.datasets) {
            dataset.size = model.size.get() as f64;
            dataset.stored = vec![0.0; scenario.stores.len()];
            dataset.at_risk_profile = vec![0.0; PROFILE_BINS];
        }
        tally.scenario.strikes = vec![0; scenario.threats.len()];
        tally.scenario.crew_people = scenario.crews.iter().map(|crew| u64::from(crew.people)).sum();
        tally
    }

    fn reset(&mut self, horizon: Span) {
        for service in &mut self.services {
            let mut charged = std::mem::take(&mut service.charged);
            if service.outages.count > 0 {
                charged.fill(0.0);
            }
            *service = ServiceTally { horizon, charged, ..Default::default() };
        }
        for dataset in &mut self.datasets {
            let (mut stored, mut at_risk_profile) =
                (std::mem::take(&mut dataset.stored), std::mem::take(&mut dataset.at_risk_profile));
            stored.fill(0.0);
            at_risk_profile.fill(0.0);
            *dataset = DatasetTally {
                horizon,
                size: dataset.size,
                stored,
                at_risk_profile,
                degree_least: u32::MAX,
                ..DatasetTally::default()
            };
        }
        for profile in &mut self.redundancy {
            profile.fill(0.0);
        }
        let (mut strikes, crew_people) = (std::mem::take(&mut self.scenario.strikes), self.scenario.crew_people);
        strikes.fill(0);
        self.scenario = ScenarioTally { horizon, crew_people, strikes, ..ScenarioTally::default() };
        self.events.clear();
        self.data_events.clear();
        self.incurred.reset();
    }
}

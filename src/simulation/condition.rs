//! What each thing is like at the moment: units, places, plant, links, services, replicas, crews, effects.

use super::event::{GroupId, Incarnation};
use super::state::slice_end;
use super::tally::EventTotals;
use super::trace::{Incident, Status};
use crate::engine::{PoolGroup, Rng};
use crate::model::{
    Cause, Disruption, Distribution, DomainId, LinkId, PlantId, PopulationId, ReplicaId, ServiceId, ThreatId, UnitId,
};
use crate::quantity::{SimTime, Span};
use std::collections::VecDeque;

/// What a unit is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Phase {
    Working,
    /// Broken; parts and people are on their way.
    AwaitsLogistics,
    AwaitsSpare,
    AwaitsCrew,
    UnderRepair,
    Maintained,
    /// Destroyed or taken away by a threat until replaced.
    Gone,
    /// Dead through the whole trial.
    Dead,
}

/// Why a unit is not working.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    Life,
    WrongRepair,
    Threat(ThreatId),
}

/// A unit: node, part or line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    pub phase: Phase,
    pub origin: Origin,
    /// Broken, but nobody knows.
    pub hidden: bool,
    /// A part of standby plant that is running.
    pub running: bool,
    /// The clock of an own life is running.
    pub ticking: bool,
    pub holds_crew: bool,
    pub incarnation: Incarnation,
    /// When what is gone comes back.
    pub back_at: SimTime,
    /// Lives and repairs drawn so far: keys their streams.
    pub occurrence: u32,
    /// First replica hosted here.
    pub hosted: Option<ReplicaId>,
}

impl Unit {
    pub const NEW: Self = Self {
        phase: Phase::Working,
        origin: Origin::Life,
        hidden: false,
        running: false,
        ticking: false,
        holds_crew: false,
        incarnation: Incarnation::FIRST,
        back_at: SimTime::ZERO,
        occurrence: 0,
        hosted: None,
    };
}

/// A group of a pooled population, and what a hit on it needs to know.
#[derive(Clone, Debug)]
pub(super) struct RunningPool<'a> {
    pub group: PoolGroup,
    pub population: PopulationId,
    /// How long its repairs take.
    pub repair: &'a Distribution,
    pub first: UnitId,
    /// Hits count only while the unit operates.
    pub guarded: bool,
    /// See [`super::layout::PopulationPlan::calm`].
    pub calm: bool,
    /// See [`super::layout::PopulationPlan::keeps`].
    pub keeps: bool,
    /// Failures and returns of its one unit take turns in one pending event: see `calm.rs`.
    pub turns: bool,
    /// Its first unit.
    pub unit: UnitId,
    /// Time and victim of the next hit, which is pending or, while the one unit is under repair, set aside.
    pub next_hit: SimTime,
    pub victim: Option<UnitId>,
    pub aside: bool,
}

/// Clock of a unit with a life of its own.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    /// What was left when it last started or stopped.
    pub left: Span,
    /// When it started.
    pub since: SimTime,
}

/// A failure domain.
#[derive(Clone, Debug, Default)]
pub(super) struct DomainState {
    pub off: bool,
    pub restarting: bool,
    pub needs_missing: u32,
    pub suspended: u32,
    /// Severing effects on it and above it.
    pub severed: u32,
    /// Product of the slowing effects on it and above it; 1 is full speed.
    pub speed: f64,
    pub incarnation: Incarnation,
    pub restarts: u32,
    pub off_since: SimTime,
    pub off_intervals: EventTotals,
    /// Nodes directly below that do not work.
    pub failed: u32,
    /// Nodes directly below that are down for any reason, its integral in microseconds, and since when.
    pub down: u32,
    pub down_time: f64,
    pub since: SimTime,
}

/// Shared plant.
#[derive(Clone, Debug, Default)]
pub(super) struct PlantState {
    pub delivers: bool,
    /// Parts that work (and run, if standby).
    pub working: u32,
    pub suspended: u32,
    pub needs_missing: u32,
    /// Gates that ask standby plant to run.
    pub demands: u32,
    pub starting: bool,
    pub incarnation: Incarnation,
    pub starts: u32,
    /// The gate asks its standby members to run.
    pub demanding: bool,
    /// The gate lives on its store.
    pub on_store: bool,
    /// Content of the store at `store_since`.
    pub store: Span,
    pub store_since: SimTime,
}

/// A link.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LinkState {
    pub up: bool,
    pub line_down: bool,
    pub cut: u32,
}

/// Stage of a service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    /// Serves if it can.
    Serving,
    /// The active group is lost and nobody knows.
    Unnoticed,
    /// Noticed, not decided.
    Deciding,
    /// Decided, no group to switch to.
    Waiting,
    /// The switch to a group is under way.
    Switching(u32),
    /// A move to a group is under way while the old one still serves: a threat was announced.
    Moving(u32),
    /// The planned return is under way.
    Returning,
    /// Everything is back, it starts.
    StartingUp,
    /// It elects a leader.
    Electing,
}

/// A service.
#[derive(Clone, Debug)]
pub(super) struct ServiceState {
    pub status: Status,
    pub stage: Stage,
    /// Replicas it needs, and whether counting them is all there is to its state: copied from the model to where they are looked at.
    pub need: u32,
    pub counted: bool,
    pub calm: bool,
    /// Available replicas of each group.
    pub group_up: Vec<u32>,
    /// Available replicas of all groups.
    pub up: u32,
    /// The group that serves, under a standby mode, and since when.
    pub active: usize,
    pub active_since: SimTime,
    pub hard_down: u32,
    pub soft_down: u32,
    pub needs_missing: u32,
    /// Datasets it uses that cannot be read.
    pub data_missing: u32,
    /// Work lost with the data that came back in this outage: time over which it was done.
    pub work_lost: Span,
    pub suspended: u32,
    pub speed: f64,
    pub scaled: bool,
    pub leader: Option<ReplicaId>,
    pub split: bool,
    pub incarnation: Incarnation,
    pub failback_incarnation: Incarnation,
    pub failback_pending: bool,
    pub scale_incarnation: Incarnation,
    /// Its start-up or election is behind it: what holds it down now is something else.
    pub started: bool,
    /// When the active group was lost.
    pub lost_since: SimTime,
    /// Losses so far: keys the streams of an incident.
    pub incidents: u32,
    /// Attempts to fail over in this incident.
    pub attempts: u32,
    /// Steps of plans that say when its loss is known and decided.
    pub led: u32,
    /// A plan has it switched although its group is there: its data are not.
    pub ordered: bool,
    /// When the loss of the active group was known, and the failover decided.
    pub detected: Option<SimTime>,
    pub decided: Option<SimTime>,
    /// First cause of the outage.
    pub first_cause: Option<Cause>,
    pub work_incarnation: Incarnation,
    /// Catches up; the incident is over with it.
    pub catching_up: Option<Box<Incident>>,
    pub false_alarms: u32,
    pub dirty: bool,
    /// Since when the figures below hold.
    pub since: SimTime,
    pub degree: u32,
    pub share: f64,
    pub utilised: f64,
    /// Slice of the horizon at hand, its end, and the degree times microseconds booked in it so far.
    pub slice: usize,
    pub slice_end: SimTime,
    pub slice_degree: f64,
    pub degree_least: u32,
    /// Current outage.
    pub down_since: SimTime,
    pub planned: bool,
    pub disruption: Disruption,
    pub causes: Vec<u32>,
    pub window: usize,
    /// Time down within the current availability window.
    pub window_down: Span,
}

/// A replica.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReplicaState {
    pub service: ServiceId,
    pub group: u32,
    pub host: UnitId,
    /// Next replica on the same host.
    pub next: Option<ReplicaId>,
    pub available: bool,
    /// On its way to a new host.
    pub moving: bool,
    pub move_pending: bool,
    pub incarnation: Incarnation,
    pub moves: u32,
}

/// A crew.
#[derive(Clone, Debug, Default)]
pub(super) struct CrewState {
    pub busy: u32,
    pub since: SimTime,
    pub busy_seconds: f64,
    pub waiting: VecDeque<(UnitId, Incarnation)>,
}

/// Spare parts of a class.
#[derive(Clone, Debug, Default)]
pub(super) struct SpareState {
    pub stock: u32,
    pub waiting: VecDeque<(UnitId, Incarnation)>,
}

/// Scheduled work on a population.
#[derive(Clone, Debug, Default)]
pub(super) struct CareState {
    /// First group of a pool.
    pub groups: Option<GroupId>,
    pub hidden: Vec<UnitId>,
    pub next_turn: u32,
    pub away: u32,
    pub queue: VecDeque<UnitId>,
}

/// An effect that is running.
#[derive(Clone, Debug)]
pub(super) struct Running {
    pub threat: ThreatId,
    pub effect: usize,
    pub domains: Vec<DomainId>,
    pub plants: Vec<PlantId>,
    pub links: Vec<LinkId>,
    pub services: Vec<ServiceId>,
}

/// One threat.
#[derive(Clone, Debug)]
pub(super) struct ThreatState {
    pub strikes: u32,
    pub arrivals: Option<Rng>,
}

impl ServiceState {
    pub fn new(groups: usize) -> Self {
        Self {
            status: Status::Up,
            stage: Stage::Serving,
            need: 0,
            counted: false,
            calm: false,
            group_up: vec![0; groups],
            up: 0,
            active: 0,
            active_since: SimTime::ZERO,
            hard_down: 0,
            soft_down: 0,
            needs_missing: 0,
            data_missing: 0,
            work_lost: Span::ZERO,
            suspended: 0,
            speed: 1.0,
            scaled: true,
            leader: None,
            split: false,
            incarnation: Incarnation::FIRST,
            failback_incarnation: Incarnation::FIRST,
            failback_pending: false,
            scale_incarnation: Incarnation::FIRST,
            started: false,
            lost_since: SimTime::ZERO,
            incidents: 0,
            attempts: 0,
            led: 0,
            ordered: false,
            detected: None,
            decided: None,
            first_cause: None,
            work_incarnation: Incarnation::FIRST,
            catching_up: None,
            false_alarms: 0,
            dirty: false,
            since: SimTime::ZERO,
            degree: 0,
            share: 1.0,
            utilised: 0.0,
            slice: 0,
            slice_end: SimTime::ZERO,
            slice_degree: 0.0,
            degree_least: u32::MAX,
            down_since: SimTime::ZERO,
            planned: false,
            disruption: Disruption::Node,
            causes: Vec::new(),
            window: 0,
            window_down: Span::ZERO,
        }
    }

    pub fn reset(&mut self, horizon: Span) {
        let (mut group_up, mut causes) = (std::mem::take(&mut self.group_up), std::mem::take(&mut self.causes));
        group_up.fill(0);
        causes.clear();
        *self = Self { group_up, causes, slice_end: slice_end(horizon, 0), ..Self::new(0) };
    }
}

impl ReplicaState {
    pub const fn new(service: ServiceId, group: u32, host: UnitId) -> Self {
        Self {
            service,
            group,
            host,
            next: None,
            available: true,
            moving: false,
            move_pending: false,
            incarnation: Incarnation::FIRST,
            moves: 0,
        }
    }
}

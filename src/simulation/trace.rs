//! What happened in one trial, for those who want to read it. Off during a study.

use crate::model::{Cause, DomainId, LinkId, PlantId, ReplicaId, ServiceId, ThreatId, UnitId};
use crate::quantity::{SimTime, Span};

/// State of a service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Status {
    /// Serves all of its load.
    Up,
    /// Serves, but less than all: too few replicas for the load, or a soft dependency is down.
    Degraded,
    /// Serves nobody.
    Down,
}

/// One thing that happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Happening {
    /// A unit broke.
    Failed(UnitId),
    /// A unit broke and nobody sees it.
    FailedUnseen(UnitId),
    /// A scrub or a demand found a hidden failure.
    Uncovered(UnitId),
    /// A repair waits for a part.
    AwaitsSpare(UnitId),
    /// A repair waits for people.
    AwaitsCrew(UnitId),
    /// Hands-on repair began; it takes this long.
    RepairBegan(UnitId, Span),
    /// A unit works again.
    Repaired(UnitId),
    /// A wrong repair took this neighbour down.
    TakenDown(UnitId),
    /// Planned work began.
    MaintenanceBegan(UnitId),
    /// Planned work ended.
    MaintenanceEnded(UnitId),
    /// A unit was destroyed by a threat.
    Destroyed(UnitId, ThreatId),
    /// A threat is announced; it strikes after this long.
    Warned(ThreatId, Span),
    /// A threat strikes.
    Struck(ThreatId),
    /// An effect of a threat is over.
    Passed(ThreatId),
    /// Standby plant was asked to start.
    Starting(PlantId),
    /// A part of standby plant did not start.
    StartFailed(UnitId),
    /// A gate lives on its store, which lasts this long.
    OnStore(PlantId, Span),
    /// Plant delivers no more.
    PlantLost(PlantId),
    /// Plant delivers again.
    PlantBack(PlantId),
    /// A domain went off.
    DomainOff(DomainId),
    /// A domain has what it needs and restarts; it takes this long.
    DomainRestarting(DomainId, Span),
    /// A domain is on again.
    DomainOn(DomainId),
    /// A domain cannot be reached.
    Severed(DomainId),
    /// A domain can be reached again.
    Rejoined(DomainId),
    /// A link is down.
    LinkDown(LinkId),
    /// A link is up again.
    LinkUp(LinkId),
    /// A service changed state; the first cause found.
    Became(ServiceId, Status, Option<Cause>),
    /// The loss of the active group was noticed.
    Detected(ServiceId),
    /// A failover that nothing called for.
    FalseAlarm(ServiceId),
    /// The failover was decided.
    Decided(ServiceId),
    /// The service now runs at this group.
    SwitchedTo(ServiceId, u32),
    /// An attempt to fail over did not work.
    FailoverFailed(ServiceId),
    /// The standby group has its full capacity.
    ScaledUp(ServiceId),
    /// A new leader was elected.
    Elected(ServiceId),
    /// Both sides of a partition go on.
    SplitBrain(ServiceId),
    /// A replica moved to this host.
    Rescheduled(ReplicaId, UnitId),
}

/// A dated happening.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TraceEntry {
    /// When.
    pub at: SimTime,
    /// What.
    pub what: Happening,
}

/// A stretch of one state of a service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// First moment.
    pub from: SimTime,
    /// Last moment.
    pub to: SimTime,
    /// The state.
    pub status: Status,
}

/// One trial, event by event.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trace {
    /// Which trial.
    pub trial: u64,
    /// What happened, in order; at most [`Trace::LIMIT`] entries, changes of state up to five times as many.
    pub entries: Vec<TraceEntry>,
    /// Entries beyond the limit, counted only.
    pub dropped: u64,
    /// States of each service in order, covering the horizon.
    pub stretches: Vec<Vec<Stretch>>,
}

impl Trace {
    /// Most entries kept.
    pub const LIMIT: usize = 20_000;
}

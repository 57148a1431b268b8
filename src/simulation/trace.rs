//! What happened in one trial, for those who want to read it. Off during a study.

use crate::model::{
    BackupId, Cause, CopyId, DatasetId, DomainId, JobKind, LinkId, PlanId, PlantId, ReplicaId, ServiceId, StoreId,
    ThreatId, UnitId,
};
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
    /// Something happened to data.
    Data(DataHappening),
    /// Something happened in a recovery plan.
    Plan(PlanHappening),
    /// A service has caught up.
    CaughtUp(ServiceId),
}

/// One thing that happened to data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DataHappening {
    /// A copy lost data beyond what its scheme survives.
    CopyLost(CopyId),
    /// A copy is whole again.
    CopyWhole(CopyId),
    /// Nodes lost fragments of a copy and their rebuild began; it moves so many bytes.
    RebuildBegan(CopyId, UnitId, u64),
    /// A rebuild is done.
    Rebuilt(CopyId, UnitId),
    /// A dataset cannot be read.
    DataLost(DatasetId, Option<Cause>),
    /// A dataset was spoiled; nobody knows yet.
    Spoiled(DatasetId, ThreatId),
    /// That a dataset is lost or spoiled is known.
    LossKnown(DatasetId),
    /// It was decided to restore.
    RestoreDecided(DatasetId),
    /// A mirror takes over.
    Promoted(CopyId),
    /// A restore began from the point of this moment.
    RestoreBegan(DatasetId, PointSource, SimTime),
    /// What was restored is no good: an older point is next.
    RestoreFailed(DatasetId, PointSource, SimTime),
    /// The data are there and are being checked.
    DataBack(DatasetId),
    /// A dataset can be used again.
    DataWhole(DatasetId),
    /// Nothing is left to restore from.
    GaveUp(DatasetId),
    /// A backup job began.
    JobBegan(BackupId, JobKind),
    /// A backup job is done and left a point of its start.
    JobDone(BackupId, JobKind, SimTime),
    /// A backup job failed and said so.
    JobFailed(BackupId, JobKind),
    /// A backup job was left out, or has to wait: the one before still runs.
    JobOverran(BackupId, JobKind),
    /// A test restore found a bad point.
    BadPointFound(BackupId, SimTime),
    /// A threat destroyed what lay in a store.
    StoreSpoiled(StoreId),
}

/// One thing that happened in a recovery plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlanHappening {
    /// A plan was called up.
    Began(PlanId),
    /// A step of a plan began.
    StepBegan(PlanId, u32),
    /// A step of a plan waits for people.
    StepWaits(PlanId, u32),
    /// A step of a plan did not work and is done again.
    StepFailed(PlanId, u32),
    /// A step of a plan is done.
    StepDone(PlanId, u32),
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

/// Where restored data came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PointSource {
    /// A copy elsewhere took over.
    Copy(CopyId),
    /// A point of a backup.
    Backup(BackupId),
}

/// One loss of a service or a dataset, from the loss to the end of its recovery. A moment that did not come is `None`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Incident {
    /// The service that was down, or `None` for a dataset.
    pub service: Option<ServiceId>,
    /// The dataset that was lost, or `None` for a service.
    pub dataset: Option<DatasetId>,
    /// First cause.
    pub cause: Option<Cause>,
    /// Loss.
    pub lost: SimTime,
    /// Somebody knew.
    pub detected: Option<SimTime>,
    /// It was decided what to do.
    pub decided: Option<SimTime>,
    /// It ran again, or the data were back, unchecked.
    pub acted: Option<SimTime>,
    /// Users worked again.
    pub recovered: Option<SimTime>,
    /// All work was caught up.
    pub caught_up: Option<SimTime>,
    /// Source and moment of the data that came back.
    pub point: Option<(PointSource, SimTime)>,
    /// Bytes lost for good.
    pub lost_bytes: u64,
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
    /// Losses of services and datasets in order of their end; at most [`Trace::LIMIT`].
    pub incidents: Vec<Incident>,
}

impl Trace {
    /// Most entries kept.
    pub const LIMIT: usize = 20_000;
}

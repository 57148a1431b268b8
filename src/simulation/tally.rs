//! What one trial leaves behind: sums that metrics are made of.

use super::incurred::Incurred;
use crate::id::IdVec;
use crate::model::{DatasetId, Disruption, DomainId, ServiceId};
use crate::quantity::{SimTime, Span};

/// Equal slices of the horizon in which the redundancy degree is recorded.
pub const PROFILE_BINS: usize = 50;

/// Count, sum and largest of the events of one kind in one trial.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct EventTotals {
    /// Number of events.
    pub count: u64,
    /// Sum of their lengths.
    pub sum: Span,
    /// Longest.
    pub longest: Span,
}

impl EventTotals {
    /// Adds one event.
    #[inline]
    pub fn add(&mut self, length: Span) {
        self.count += 1;
        self.sum += length;
        self.longest = self.longest.max(length);
    }
}

/// Sums of one service over one trial. Times are out of `horizon`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ServiceTally {
    /// Length of the trial.
    pub horizon: Span,
    /// Time down.
    pub down: Span,
    /// Time degraded.
    pub degraded: Span,
    /// Every interval down, planned or not.
    pub outages: EventTotals,
    /// Unplanned outages from loss of service to service, by what disrupted it.
    pub recoveries: [EventTotals; Disruption::ALL.len()],
    /// Unplanned outages still open when the trial ended: not among the recoveries.
    pub unrecovered: u64,
    /// From loss of the active group to its detection.
    pub detections: EventTotals,
    /// Recoveries judged against the RTO, open ones once they are beyond it: (met, judged).
    pub rto: (u64, u64),
    /// Recoveries judged against the MTD: (met, judged).
    pub mtd: (u64, u64),
    /// Full calendar windows judged against the availability objective: (met, judged).
    pub windows: (u64, u64),
    /// Share of load served, integrated over time: share times seconds.
    pub served: f64,
    /// The same over the time not fully up only.
    pub served_in_incidents: f64,
    /// Requests served over capacity of the available replicas, integrated while up or degraded; zero without a load.
    pub utilised: f64,
    /// Time over which `utilised` was integrated.
    pub utilised_time: Span,
    /// Redundancy degree integrated over time: degree times seconds.
    pub degree: f64,
    /// Least redundancy degree.
    pub degree_least: u32,
    /// Time with no failure left to survive, time down included.
    pub exposed: Span,
    /// Failovers tried and failovers that did not work.
    pub failovers: u64,
    /// Attempts that did not work.
    pub failovers_failed: u64,
    /// Needless failovers.
    pub false_alarms: u64,
    /// Time with two sides active.
    pub split_brain: Span,
    /// Work recovery: from service to caught up.
    pub catch_ups: EventTotals,
    /// Time down charged to each cause, by [`crate::model::Cause::index`].
    pub charged: Vec<f64>,
}

/// Sums of one dataset over one trial.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DatasetTally {
    /// Length of the trial.
    pub horizon: Span,
    /// Size of the dataset, bytes.
    pub size: f64,
    /// Time in which it could not be read, whatever the reason.
    pub unreadable: Span,
    /// Incidents in which something was lost for good.
    pub losses: u64,
    /// Bytes lost for good: written since the point that came back, or all of it.
    pub lost_bytes: f64,
    /// Age of the point that came back, when something was lost: from that point to the loss.
    pub points: EventTotals,
    /// The same judged against the RPO: (met, judged). Nothing that came back is never met.
    pub rpo: (u64, u64),
    /// From loss to users at work, for the losses that were mended.
    pub recoveries: EventTotals,
    /// The same judged against the RTO: (met, judged), open ones once they are beyond it.
    pub rto: (u64, u64),
    /// The recoveries by phase: detect, decide, act, verify.
    pub phases: [EventTotals; 4],
    /// Restores from backups: (worked, tried); one that falls back to an older point is tried anew.
    pub restores: (u64, u64),
    /// Backup jobs: (left a good point, were due).
    pub backups: (u64, u64),
    /// Jobs that were left out, or waited, because the one before still ran.
    pub overruns: u64,
    /// Time of the jobs that have a window, and the windows they had: seconds.
    pub window_use: (f64, f64),
    /// Redundancy degree of its readable copies integrated over time: degree times seconds.
    pub degree: f64,
    /// Least redundancy degree.
    pub degree_least: u32,
    /// Time at a redundancy degree of zero, or below.
    pub exposed: Span,
    /// Bytes that would be lost with the primary copy, integrated: bytes times seconds.
    pub at_risk: f64,
    /// The same over each of [`PROFILE_BINS`] equal slices of the horizon.
    pub at_risk_profile: Vec<f64>,
    /// Bytes in its copies, and in each store, integrated: bytes times seconds.
    pub stored_live: f64,
    /// By [`crate::model::StoreId`].
    pub stored: Vec<f64>,
}

/// Sums of one named domain over one trial.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DomainTally {
    /// Length of the trial.
    pub horizon: Span,
    /// Nodes below the domain.
    pub units: u64,
    /// Node time down below the domain, whatever the reason: seconds.
    pub unit_down: f64,
    /// Intervals in which the domain as a whole was off.
    pub off: EventTotals,
}

/// Sums of the whole scenario over one trial.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ScenarioTally {
    /// Length of the trial.
    pub horizon: Span,
    /// Time with at least one service down.
    pub any_down: EventTotals,
    /// Failures of units.
    pub failures: u64,
    /// Repairs that were completed.
    pub repairs: u64,
    /// Turns of planned work.
    pub maintenances: u64,
    /// Repairs that had to wait for a part.
    pub spare_waits: u64,
    /// Repairs that needed a part.
    pub spare_uses: u64,
    /// Crew time at work: seconds times people.
    pub crew_busy: f64,
    /// Crew people over all crews.
    pub crew_people: u64,
    /// Strikes of each threat.
    pub strikes: Vec<u64>,
    /// Events processed.
    pub events: u64,
}

/// What a [`TallyEvent`] is the end of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EventKind {
    /// An interval down, planned or not.
    Outage,
    /// An unplanned outage, from loss of service to service, by what disrupted it.
    Recovery(Disruption),
    /// From loss of the active group to its detection.
    Detection,
    /// From service to caught up.
    CatchUp,
}

impl EventKind {
    /// Number of kinds: the range of [`EventKind::index`].
    pub const COUNT: usize = Disruption::ALL.len() + 3;

    /// Dense position, `0..EventKind::COUNT`.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        match self {
            Self::Outage => 0,
            Self::Detection => 1,
            Self::CatchUp => 2,
            Self::Recovery(disruption) => 3 + disruption as usize,
        }
    }
}

/// One event of one service whose length is kept for the distributions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TallyEvent {
    /// Whose.
    pub service: ServiceId,
    /// Of which kind.
    pub kind: EventKind,
    /// When it began.
    pub began: SimTime,
    /// How long it took.
    pub length: Span,
}

/// What the length of a [`DataEvent`] is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DataEventKind {
    /// Age of the point that came back.
    Point,
    /// From loss to users at work.
    Recovery,
    /// A phase of it.
    Phase(crate::model::Phase),
}

impl DataEventKind {
    /// Number of kinds: the range of [`DataEventKind::index`].
    pub const COUNT: usize = 6;

    /// Dense position, `0..DataEventKind::COUNT`.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Point => 0,
            Self::Recovery => 1,
            Self::Phase(phase) => 2 + phase as usize,
        }
    }
}

/// One event of one dataset whose length is kept for the distributions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DataEvent {
    /// Whose.
    pub dataset: DatasetId,
    /// Of which kind.
    pub kind: DataEventKind,
    /// How long it took.
    pub length: Span,
}

/// Everything one trial leaves behind; reused from trial to trial.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TrialTally {
    /// Sums per service.
    pub services: IdVec<ServiceId, ServiceTally>,
    /// Sums per domain, named or not.
    pub domains: IdVec<DomainId, DomainTally>,
    /// Sums per dataset.
    pub datasets: IdVec<DatasetId, DatasetTally>,
    /// Sums over everything.
    pub scenario: ScenarioTally,
    /// Every outage, recovery and detection of the trial.
    pub events: Vec<TallyEvent>,
    /// Every recovery point and recovery of a dataset.
    pub data_events: Vec<DataEvent>,
    /// Per service: redundancy degree integrated over each of [`PROFILE_BINS`] equal slices of the horizon, degree times seconds.
    pub redundancy: IdVec<ServiceId, Vec<f64>>,
    /// What the account is made from; empty for a scenario without prices.
    pub incurred: Incurred,
}

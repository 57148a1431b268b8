//! What people notice.

use super::{DatasetId, Distribution, DomainId, Level, Objective, PlantId, ReplicaId, ServiceId, UnitId};
use crate::id::IdRange;
use crate::quantity::{Probability, Rate, Span};

/// A service: up while enough replicas are, in the right place, with what they depend on.
#[derive(Clone, Debug)]
pub struct Service {
    /// Name in the scenario.
    pub name: String,
    /// Shown instead of the name where there is room.
    pub title: String,
    /// Where its replicas are, the active group first.
    pub groups: Vec<Group>,
    /// Replicas that must be available, at least 1; with a standby mode within the active group.
    pub need: u32,
    /// Set when the replicas vote.
    pub quorum: Option<Quorum>,
    /// Services it is down with.
    pub hard: Vec<ServiceId>,
    /// Services it is degraded without.
    pub soft: Vec<ServiceId>,
    /// Plant it is down without.
    pub needs: Vec<PlantId>,
    /// Datasets it is down without.
    pub uses: Vec<DatasetId>,
    /// Time from service to caught up, beside the work that is entered again.
    pub catch_up: Option<Distribution>,
    /// Time to enter lost work again, as a share of the time over which it was done.
    pub re_enter: f64,
    /// Requests and capacity.
    pub load: Option<Load>,
    /// How it moves to a standby group.
    pub failover: Failover,
    /// How a loss is noticed.
    pub detection: Detection,
    /// Time to come up again once everything it needs is back after an outage.
    pub start_up: Option<Distribution>,
    /// Moving a lost replica to another host.
    pub reschedule: Option<Reschedule>,
    /// What was promised.
    pub objective: Objective,
    /// Unit in which its redundancy degree counts: node (replica), rack, room or site.
    pub redundancy_unit: Level,
}

/// Replicas at one place.
#[derive(Clone, Debug)]
pub struct Group {
    /// The place.
    pub domain: DomainId,
    /// The replicas.
    pub replicas: IdRange<ReplicaId>,
    /// Nodes that may host them: all nodes below the place that can run services.
    pub hosts: IdRange<UnitId>,
}

/// Replicas that elect a leader by majority.
#[derive(Clone, Debug)]
pub struct Quorum {
    /// Time without a leader after it is lost.
    pub election: Distribution,
    /// Chance that both sides of a partition go on.
    pub split_brain: Probability,
}

/// Requests against capacity.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Requests that come in.
    pub requests: Rate,
    /// Requests that one replica can serve.
    pub per_replica: Rate,
    /// How requests are spread.
    pub balance: Balance,
}

/// How a balancer spreads requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Balance {
    /// Evenly over the available replicas.
    RoundRobin,
    /// To the replica with least work: as round robin, but a slow replica gets less.
    LeastConnections,
    /// By key to a home replica; the share of a lost replica goes to its neighbour.
    Hash,
}

/// The five modes, from slow and cheap to fast and dear.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FailoverMode {
    /// Nothing runs at the other place; everything is restored there.
    BackupRestore,
    /// Core runs small at the other place, the rest is started.
    PilotLight,
    /// A smaller copy runs and is scaled up.
    WarmStandby,
    /// A full copy waits.
    HotStandby,
    /// All groups serve at once; nothing is switched.
    ActiveActive,
}

/// How a service moves to a standby group.
#[derive(Clone, Debug)]
pub struct Failover {
    /// Which mode it was written as.
    pub mode: FailoverMode,
    /// From decision to service at the standby group.
    pub switch: Distribution,
    /// From service at the standby group to full capacity there.
    pub scale_up: Option<Distribution>,
    /// Share of its capacity that the standby group has until scaled up.
    pub standby_capacity: Probability,
    /// Chance that one attempt works; after a failed attempt the next one starts over.
    pub works: Probability,
    /// Return to the first group, if it returns by itself.
    pub failback: Option<Failback>,
}

/// Planned return.
#[derive(Clone, Debug)]
pub struct Failback {
    /// The first group must have been whole for so long.
    pub after: Span,
    /// Interruption by the return.
    pub takes: Distribution,
}

/// How the loss of the active group is noticed, and who decides.
#[derive(Clone, Debug)]
pub struct Detection {
    /// Automatic probes: heartbeats and threshold rules; whichever is first counts.
    pub probes: Vec<Probe>,
    /// Time until a person notices; counts beside the probes.
    pub person: Option<Distribution>,
    /// From detection to the decision to fail over.
    pub decide: Option<Distribution>,
    /// Needless failovers.
    pub false_alarms: Rate,
    /// Monitoring nodes; while all of them are down the probes see nothing. Empty: not modelled.
    pub monitors: Vec<IdRange<UnitId>>,
}

/// A probe at a fixed interval, a heartbeat or a threshold rule. The loss falls at a uniformly drawn phase of the interval.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Probe {
    /// Between probes.
    pub every: Span,
    /// Probes in a row that must fail, at least 1.
    pub missed: u32,
    /// Chance that a series of missed probes is recognised; otherwise another probe is awaited.
    pub detects: Probability,
}

/// Moving a lost replica to another host of its place.
#[derive(Clone, Debug)]
pub struct Reschedule {
    /// How long the host must be gone.
    pub after: Span,
    /// Time to start elsewhere.
    pub takes: Distribution,
}

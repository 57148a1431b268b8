//! Everything that can be pending. One closed enum: every `match` on it is exhaustive.

use crate::model::{ClassId, DomainId, PlantId, PopulationId, ReplicaId, ServiceId, ThreatId, UnitId};

/// Number of an owner's life so far. An event that carries an older one is stale and is dropped when it surfaces.
pub(super) type Incarnation = u32;

/// A pending event.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// A group of a pooled population is hit.
    PoolHit { group: u32 },
    /// A unit's own life ends.
    Fails { unit: UnitId, incarnation: Incarnation },
    /// Travel and paperwork are done.
    LogisticsDone { unit: UnitId, incarnation: Incarnation },
    /// Repair, replacement or planned work is done.
    Mended { unit: UnitId, incarnation: Incarnation },
    /// An ordered part arrives.
    SpareArrives { class: ClassId },
    /// Hidden failures of a population are looked for.
    Scrub { population: PopulationId },
    /// The next unit of a population is due for planned work.
    MaintenanceDue { population: PopulationId },
    /// Standby plant is up to speed.
    Started { plant: PlantId, incarnation: Incarnation },
    /// The store of a gate is empty.
    StoreEmpty { plant: PlantId, incarnation: Incarnation },
    /// A domain has restarted.
    DomainRestarted { domain: DomainId, incarnation: Incarnation },
    /// A threat is announced.
    Warns { threat: ThreatId },
    /// A threat strikes.
    Strikes { threat: ThreatId },
    /// A running effect ends.
    EffectEnds { slot: u32 },
    /// The loss of an active group is noticed.
    Detected { service: ServiceId, incarnation: Incarnation },
    /// The failover is decided.
    Decided { service: ServiceId, incarnation: Incarnation },
    /// The switch to a standby group, or back, is done.
    Switched { service: ServiceId, incarnation: Incarnation },
    /// The standby group has its full capacity.
    ScaledUp { service: ServiceId, incarnation: Incarnation },
    /// The service has started, or has a leader.
    Ready { service: ServiceId, incarnation: Incarnation },
    /// The first group has been whole for long enough to return to it.
    FailbackDue { service: ServiceId, incarnation: Incarnation },
    /// A failover that nothing calls for.
    FalseAlarm { service: ServiceId },
    /// A replica has been gone for long enough to be moved.
    MoveDue { replica: ReplicaId, incarnation: Incarnation },
    /// A moved replica runs at its new host.
    Moved { replica: ReplicaId, incarnation: Incarnation },
}

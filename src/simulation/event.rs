//! Everything that can be pending. One closed enum: every `match` on it is exhaustive.

use super::data::TransferId;
use super::plan::StepId;
use crate::id::{Id, ids};
use crate::model::{
    BackupId, ClassId, DatasetId, DomainId, PlantId, PopulationId, ReplicaId, ServiceId, StaffId, ThreatId, UnitId,
};
use std::ops::AddAssign;

/// Number of an owner's life so far, in 26 bits. An event that carries another one is stale and is dropped when it surfaces; it would have to
/// outlive 2^26 lives of its owner to be mistaken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Incarnation(u32);

const LIVES: u32 = (1 << 26) - 1;

impl Incarnation {
    /// Of a new owner.
    pub const FIRST: Self = Self(0);
}

impl AddAssign<u32> for Incarnation {
    #[inline]
    fn add_assign(&mut self, lives: u32) {
        self.0 = (self.0 + lives) % (LIVES + 1);
    }
}

impl From<Incarnation> for u64 {
    fn from(incarnation: Incarnation) -> Self {
        Self::from(incarnation.0)
    }
}

ids! {
    /// A group of a pooled population that has started.
    GroupId,
    /// A place in the list of running effects.
    SlotId,
}

/// Declares the events with what they are about, and how they fold into one word: the queue moves words, which costs half of moving enums.
///
/// A word is the kind in 6 bits, the incarnation in 26 and the id in 32.
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident { $id:ident: $kind:ty $(, $incarnation:ident)? }),+ $(,)?) => {
        /// A pending event.
        #[derive(Clone, Copy, PartialEq, Debug)]
        pub(super) enum Event {
            $($(#[$doc])* $name { $id: $kind $(, $incarnation: Incarnation)? },)+
        }

        /// Kinds in order of declaration.
        #[repr(u64)]
        enum Kind {
            $($name,)+
            Count,
        }

        const _: () = assert!(Kind::Count as u64 <= 64, "a kind must fit into six bits");

        impl Event {
            /// One word.
            #[inline]
            pub fn pack(self) -> Word {
                match self {
                    $(Self::$name { $id $(, $incarnation)? } => {
                        let incarnation = 0 $(+ u64::from($incarnation))?;
                        Word((Kind::$name as u64) << 58 | incarnation << 32 | $id.index() as u64)
                    })+
                }
            }
        }

        impl Word {
            /// The event again.
            #[inline(always)] // most events are told apart without being unpacked
            pub fn unpack(self) -> Event {
                let (kind, id) = (self.0 >> 58, self.0 as u32 as usize);
                $(if kind == Kind::$name as u64 {
                    return Event::$name { $id: Id::new(id) $(, $incarnation: Incarnation((self.0 >> 32) as u32 & LIVES))? };
                })+
                unreachable!("word {:x} was made by `pack`", self.0)
            }
        }
    };
}

/// An event as the queue holds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word(u64);

events! {
/// A group of a pooled population is hit.
    PoolHit { group: GroupId },
    /// The unit of a group that takes turns (see `calm.rs`) is back.
    Back { group: GroupId, incarnation },
    /// Repair, replacement or planned work is done.
    Mended { unit: UnitId, incarnation },
    /// A unit's own life ends.
    Fails { unit: UnitId, incarnation },
    /// Travel and paperwork are done.
    LogisticsDone { unit: UnitId, incarnation },
    /// An ordered part arrives.
    SpareArrives { class: ClassId },
    /// Hidden failures of a population are looked for.
    Scrub { population: PopulationId },
    /// The next unit of a population is due for planned work.
    MaintenanceDue { population: PopulationId },
    /// Standby plant is up to speed.
    Started { plant: PlantId, incarnation },
    /// The store of a gate is empty.
    StoreEmpty { plant: PlantId, incarnation },
    /// A domain has restarted.
    DomainRestarted { domain: DomainId, incarnation },
    /// A threat is announced.
    Warns { threat: ThreatId },
    /// A threat strikes by its own doing.
    Strikes { threat: ThreatId },
    /// A threat strikes because another set it off.
    SetOff { threat: ThreatId },
    /// A running effect ends.
    EffectEnds { slot: SlotId },
    /// The loss of an active group is noticed.
    Detected { service: ServiceId, incarnation },
    /// The failover is decided.
    Decided { service: ServiceId, incarnation },
    /// The switch to a standby group, or back, is done.
    Switched { service: ServiceId, incarnation },
    /// The standby group has its full capacity.
    ScaledUp { service: ServiceId, incarnation },
    /// The service has started, or has a leader.
    Ready { service: ServiceId, incarnation },
    /// The first group has been whole for long enough to return to it.
    FailbackDue { service: ServiceId, incarnation },
    /// A failover that nothing calls for.
    FalseAlarm { service: ServiceId },
    /// A replica has been gone for long enough to be moved.
    MoveDue { replica: ReplicaId, incarnation },
    /// A moved replica runs at its new host.
    Moved { replica: ReplicaId, incarnation },
    /// A transfer sets out.
    TransferBegins { transfer: TransferId, incarnation },
    /// The last byte of the transfers that are done first arrives.
    TransfersArrive { transfer: TransferId, incarnation },
    /// The time of a stage in the recovery of a dataset is over.
    DataStep { dataset: DatasetId, incarnation },
    /// A backup job is due.
    JobDue { backup: BackupId },
    /// A backup is due for a test restore.
    TestRestore { backup: BackupId },
    /// People are called, or free again.
    StaffCalled { staff: StaffId },
    /// The time of what a step of a plan is doing is over.
    StepMoves { step: StepId, incarnation },
    /// A service has entered again what was lost and has caught up.
    CaughtUp { service: ServiceId, incarnation },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_survive_packing() {
        for event in [
            Event::PoolHit { group: Id::new(7) },
            Event::Mended { unit: Id::new(4_000_000_000), incarnation: Incarnation(LIVES) },
            Event::Moved { replica: Id::new(0), incarnation: Incarnation(1) },
        ] {
            assert_eq!(event.pack().unpack(), event);
        }
        let mut incarnation = Incarnation(LIVES);
        incarnation += 1;
        assert_eq!(incarnation, Incarnation(0));
    }
}

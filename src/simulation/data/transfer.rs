//! Bytes on their way.

use super::super::event::{Event, Incarnation};
use super::super::state::World;
use crate::id::{Id, IdVec, ids};
use crate::model::{BackupId, CopyId, DatasetId, Scenario, UnitId};
use crate::quantity::{Bandwidth, SimTime, Span};

ids! {
    /// A place in the list of transfers; used again when its transfer is over.
    TransferId,
    /// Something that transfers share: a direction of a link, a side of a store, the disk of a node.
    ResourceId,
}

/// What is on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::simulation) enum Moves {
    /// Lost fragments of a node.
    Rebuild { copy: CopyId, unit: UnitId },
    /// A backup job.
    Job { backup: BackupId, run: u32 },
    /// A restore.
    Restore { dataset: DatasetId },
    /// A copy that has fallen behind.
    Resync { copy: CopyId },
}

/// Everything on its way.
#[derive(Debug)]
pub(in crate::simulation) struct Transfers {
    slots: IdVec<TransferId, Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    moves: Option<Moves>,
    incarnation: Incarnation,
    bytes: u64,
    begins: SimTime,
    takes: Span,
}

impl Transfers {
    pub fn new(_scenario: &Scenario) -> Self {
        Self { slots: IdVec::new() }
    }

    pub fn reset(&mut self) {
        self.slots.clear();
    }
}

impl World<'_> {
    /// Sets bytes on their way over what they share, not before `after` has passed.
    pub(in crate::simulation) fn begin_transfer(
        &mut self,
        moves: Moves,
        _over: &[ResourceId],
        bytes: u64,
        cap: Option<Bandwidth>,
        _priority: u8,
        after: Span,
    ) -> TransferId {
        let slots = &mut self.data.transfers.slots;
        let free = slots.enumerate().find(|(_, slot)| slot.moves.is_none()).map(|(id, _)| id);
        let id = free.unwrap_or_else(|| slots.push(Slot {
                moves: None,
                incarnation: Incarnation::FIRST,
                bytes: 0,
                begins: SimTime::ZERO,
                takes: Span::ZERO,
            }));
        slots[id].moves = Some(moves);
        slots[id].incarnation += 1;
        let incarnation = slots[id].incarnation;
        let takes = cap.map_or(Span::ZERO, |cap| Span::from_seconds(bytes as f64 * 8.0 / cap.bits_per_second()));
        (slots[id].bytes, slots[id].begins, slots[id].takes) = (bytes, self.now + after, takes);
        self.schedule_in(after + takes, Event::TransferDone { transfer: id, incarnation });
        id
    }

    /// Bytes of a transfer that have not arrived yet.
    pub(in crate::simulation) fn transfer_left(&self, transfer: TransferId) -> u64 {
        let slot = &self.data.transfers.slots[transfer];
        let passed = self.now.since(slot.begins.min(self.now)).as_seconds();
        match slot.takes.as_seconds() {
            takes if takes > passed => libm::ceil(slot.bytes as f64 * (1.0 - passed / takes)) as u64,
            _ => 0,
        }
    }

    /// Stops what is on its way.
    pub(in crate::simulation) fn cancel_transfer(&mut self, transfer: TransferId) {
        let slot = &mut self.data.transfers.slots[transfer];
        slot.moves = None;
        slot.incarnation += 1;
    }

    /// Everything of a transfer has arrived.
    pub(in crate::simulation) fn transfer_done(&mut self, transfer: TransferId, incarnation: Incarnation) {
        let slot = &mut self.data.transfers.slots[transfer];
        if slot.incarnation != incarnation {
            return;
        }
        match slot.moves.take() {
            Some(Moves::Rebuild { copy, unit }) => self.rebuilt(copy, unit),
            Some(Moves::Job { .. } | Moves::Restore { .. } | Moves::Resync { .. }) | None => {}
        }
    }
}

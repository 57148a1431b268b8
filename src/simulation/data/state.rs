//! What is now, as far as data go.

use super::{CopyState, Transfers};
use crate::id::IdVec;
use crate::model::{CopyId, DatasetId, Scenario, UnitId};

/// Everything about data in one trial.
#[derive(Debug)]
pub(in crate::simulation) struct DataState {
    /// False when the scenario has no data: then nothing here is ever looked at.
    pub any: bool,
    pub copies: IdVec<CopyId, CopyState>,
    /// For each unit the copies that it holds fragments of, with its position among their hosts.
    pub held: IdVec<UnitId, Vec<(CopyId, u32)>>,
    pub transfers: Transfers,
    /// Datasets that something happened to.
    pub dirty: Vec<DatasetId>,
}

impl DataState {
    pub fn new(scenario: &Scenario) -> Self {
        let any = !scenario.datasets.is_empty();
        let mut held = IdVec::filled(Vec::new(), if any { scenario.unit_count() } else { 0 });
        for (id, copy) in scenario.copies.enumerate() {
            for (position, unit) in copy.hosts.iter().enumerate() {
                held[*unit].push((id, position as u32));
            }
        }
        Self {
            any,
            copies: scenario.copies.ids().map(|id| CopyState::new(scenario, id)).collect(),
            held,
            transfers: Transfers::new(scenario),
            dirty: Vec::new(),
        }
    }

    pub fn reset(&mut self) {
        if !self.any {
            return;
        }
        for copy in &mut self.copies {
            copy.reset();
        }
        self.transfers.reset();
        self.dirty.clear();
    }

    /// Has a dataset looked at once the event at hand is dealt with.
    pub fn touch(&mut self, dataset: DatasetId) {
        if !self.dirty.contains(&dataset) {
            self.dirty.push(dataset);
        }
    }
}

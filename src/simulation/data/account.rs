//! What each stretch of the life of data is worth.

use super::super::state::{World, slice_end};
use super::super::tally::PROFILE_BINS;
use super::DataStage;
use crate::id::Id;
use crate::model::{BackupId, CopyId, CopyRole, DatasetId, Scenario};
use crate::quantity::{SimTime, Span};

/// Bytes in the copies of a dataset that are kept as long as one of them counts: borrowed room takes some only while it is in use.
pub(super) fn live_bytes(scenario: &Scenario, dataset: DatasetId, active: CopyId) -> f64 {
    let model = &scenario.datasets[dataset];
    let copies = model.copies.iter();
    let live = copies.filter(|copy| *copy == active || scenario.copies[*copy].role != CopyRole::Spare);
    live.map(|copy| scenario.copies[copy].scheme.overhead()).sum::<f64>() * model.size.get() as f64
}

impl World<'_> {
    /// Brings the sums of a dataset up to date, before anything about it changes.
    pub(super) fn book_data(&mut self, dataset: DatasetId) {
        let now = self.now;
        let state = &mut self.data.datasets[dataset];
        if state.since == now {
            return;
        }
        let since = std::mem::replace(&mut state.since, now);
        let (readable, live, passed) = (state.readable, state.live_bytes, now - since);
        if self.layout.wants.carried {
            self.incur_streams(dataset, passed);
        }
        let degree = if readable { self.degree_of(dataset) } else { 0 };
        let seconds = passed.as_seconds();
        let tally = &mut self.tally.datasets[dataset];
        if !readable {
            tally.unreadable += passed;
        }
        if degree == 0 {
            tally.exposed += passed;
        }
        tally.degree += f64::from(degree) * seconds;
        tally.degree_least = tally.degree_least.min(degree);
        tally.stored_live += live * seconds;
        if self.scenario.datasets[dataset].writes.bits_per_second() > 0.0 {
            self.book_risk(dataset, since, now);
        }
    }

    /// Another copy is the one that counts.
    pub(super) fn set_active(&mut self, dataset: DatasetId, copy: CopyId) {
        let state = &mut self.data.datasets[dataset];
        state.active = copy;
        state.live_bytes = live_bytes(self.scenario, dataset, copy);
    }

    /// Further nodes that may be lost: those of the copy that counts, and of every mirror that is level, one more for each.
    fn degree_of(&self, dataset: DatasetId) -> u32 {
        let copies = self.scenario.datasets[dataset].copies;
        let usable = copies.iter().filter(|copy| self.usable(*copy));
        usable.map(|copy| self.data.copies[copy].degree() + 1).sum::<u32>().saturating_sub(1)
    }

    /// What would be lost with the copy that counts: all that was written since the newest point elsewhere.
    fn book_risk(&mut self, dataset: DatasetId, since: SimTime, now: SimTime) {
        let model = &self.scenario.datasets[dataset];
        let writes = model.writes.bytes_per_second();
        let state = &self.data.datasets[dataset];
        if state.stage != DataStage::Fine {
            return;
        }
        // Behind at the end of the stretch, and whether it grew as fast as time went by.
        let mut behind = now.since(SimTime::ZERO).as_seconds();
        let mut steady = f64::INFINITY;
        for copy in model.copies.iter() {
            if copy == state.active || !self.data.follow[copy].fresh {
                continue;
            }
            let lag = self.scenario.copies[copy].role.lag().as_seconds();
            match self.data.follow[copy].cut_since {
                None => {
                    let queued = self.queued(dataset, copy, now).as_seconds();
                    if queued > 0.0 { behind = behind.min(lag + queued) } else { steady = steady.min(lag) }
                }
                Some(cut) => behind = behind.min(now.since(cut).as_seconds() + lag),
            }
        }
        for backup in &self.data.backed_up[dataset] {
            let (backup_model, backup) = (&self.scenario.backups[*backup], &self.data.backups[*backup]);
            let apart = |kind| kind != crate::model::JobKind::Snapshot;
            let Some(newest) = backup.points.newest_first().find(|point| apart(point.kind) && point.done <= since)
            else {
                continue;
            };
            match backup_model.log.filter(|_| newest.at >= backup.log_from && backup.log_cut.is_none()) {
                Some(every) => steady = steady.min(every.as_seconds() / 2.0), // on average half a piece is still to come
                None => behind = behind.min(now.since(newest.at).as_seconds()),
            }
        }
        let size = model.size.get() as f64;
        let at = |ago: f64| ((behind - ago).max(0.0).min(steady) * writes).min(size);
        let horizon = self.scenario.horizon;
        let width = horizon.as_seconds() / PROFILE_BINS as f64;
        let mut from = since;
        let mut slice = ((since.as_seconds() / width) as usize).min(PROFILE_BINS - 1);
        while from < now {
            let until = if slice + 1 < PROFILE_BINS { now.min(slice_end(horizon, slice)) } else { now };
            if until > from {
                // Linear while it grows: the mean of both ends.
                let mean = f64::midpoint(at(now.since(from).as_seconds()), at(now.since(until).as_seconds()));
                let sum = mean * until.since(from).as_seconds();
                let tally = &mut self.tally.datasets[dataset];
                tally.at_risk += sum;
                tally.at_risk_profile[slice] += sum;
                from = until;
            }
            slice = (slice + 1).min(PROFILE_BINS - 1);
        }
    }

    /// Adds to (or takes from) what a backup has in its store.
    pub(super) fn store_bytes(&mut self, backup: BackupId, bytes: f64) {
        let (store, dataset) = (self.scenario.backups[backup].to, self.scenario.backups[backup].of);
        // Each dataset pays for the rest of the trial at once: what comes and goes sums up without a list of changes.
        let left = self.end.since(self.now).as_seconds();
        self.tally.datasets[dataset].stored[store.index()] += bytes * left;
    }

    /// Closes the books of all datasets at the end of a trial.
    pub(in crate::simulation) fn settle_data_books(&mut self) {
        for dataset in self.scenario.datasets.ids() {
            self.book_data(dataset);
            let state = &self.data.datasets[dataset];
            let open = !matches!(state.stage, DataStage::Fine | DataStage::Gone);
            let length: Span = self.now - state.lost_at;
            if open && self.scenario.datasets[dataset].rto.is_some_and(|rto| length > rto) {
                self.tally.datasets[dataset].rto.1 += 1;
            }
            if open {
                self.note_incident(dataset, None);
            }
            if self.tally.datasets[dataset].degree_least == u32::MAX {
                self.tally.datasets[dataset].degree_least = 0;
            }
        }
    }
}

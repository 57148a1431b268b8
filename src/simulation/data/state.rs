//! What is now, as far as data go.

use super::super::event::Incarnation;
use super::account::live_bytes;
use super::point::Points;
use super::streams::Streams;
use super::{CopyState, TransferId, Transfers};
use crate::id::{Id, IdVec};
use crate::model::{
    BackupId, Cause, CopyId, CopyRole, DatasetId, JobKind, Scenario, ServiceId, StaffId, StoreId, UnitId,
};
use crate::quantity::SimTime;
use crate::simulation::PointSource;
use std::collections::VecDeque;

/// Where the recovery of a dataset stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::simulation) enum DataStage {
    /// Nothing is lost; whether it can be read is another question.
    Fine,
    /// Lost, and nobody knows.
    Unnoticed,
    /// Known, not decided.
    Deciding,
    /// Decided: waits for a place, a point, people or a drive.
    Waiting,
    /// The system is set up, the medium fetched.
    Preparing,
    /// Bytes are on their way.
    Moving,
    /// Log is replayed.
    Replaying,
    /// What came back is checked.
    Verifying,
    /// It is put to use.
    Resuming,
    /// Nothing is left to restore from.
    Gone,
}

/// One dataset.
#[derive(Clone, Debug)]
pub(in crate::simulation) struct DatasetState {
    /// The copy that is read and written.
    pub active: CopyId,
    /// What is stored of it in copies while that one counts.
    pub live_bytes: f64,
    /// Services can use it.
    pub readable: bool,
    pub unreadable_since: SimTime,
    pub stage: DataStage,
    pub incarnation: Incarnation,
    /// Losses so far: keys the streams of an incident.
    pub incidents: u32,
    pub lost_at: SimTime,
    pub detected: Option<SimTime>,
    pub decided: Option<SimTime>,
    pub back: Option<SimTime>,
    pub cause: Option<Cause>,
    /// Wrong since then.
    pub spoiled: Option<SimTime>,
    /// Nothing is lost, but somebody wants it elsewhere because it cannot be read where it is.
    pub wanted: bool,
    /// Steps of plans that say when it is known and decided.
    pub led: u32,
    /// Its restore has taken its place in the queue: all that were decided at the same moment have.
    pub queued: bool,
    /// Whoever ordered the restore does it.
    pub hands: bool,
    /// When the people of the restore are there.
    pub answered: SimTime,
    /// Copy that the restore writes.
    pub target: CopyId,
    pub point: Option<(PointSource, SimTime)>,
    /// The point of a backup that the restore builds on, before any log.
    pub base: SimTime,
    /// Bytes of log to replay.
    pub log_bytes: f64,
    pub transfer: Option<TransferId>,
    /// Attempts with this point.
    pub attempts: u32,
    /// All attempts of all incidents: keys their streams.
    pub tries: u32,
    /// People and a drive that the restore holds.
    pub staff: Option<StaffId>,
    pub drive: Option<StoreId>,
    /// Since when the sums of the tally hold.
    pub since: SimTime,
}

/// How far a copy follows.
#[derive(Clone, Debug)]
pub(in crate::simulation) struct Follow {
    /// It holds the data as they are, but for its lag; the active copy always does.
    pub fresh: bool,
    /// Since when it does not.
    pub stale_since: SimTime,
    pub resync: Option<TransferId>,
    /// Nothing crosses since then.
    pub cut_since: Option<SimTime>,
    /// Since when it follows: on a link that is too slow it falls behind from then on.
    pub follows_since: SimTime,
}

/// A job at work.
#[derive(Clone, Copy, Debug)]
pub(in crate::simulation) struct Run {
    /// Number of the job among all of its backup.
    pub nth: u32,
    pub kind: JobKind,
    pub began: SimTime,
    pub bytes: f64,
    pub needs: Option<SimTime>,
    pub transfer: TransferId,
}

/// One backup.
#[derive(Clone, Debug, Default)]
pub(in crate::simulation) struct BackupState {
    pub runs: u32,
    pub running: Vec<Run>,
    pub waiting: Option<JobKind>,
    /// Position in the starts of each kind of job.
    pub next: Vec<usize>,
    pub points: Points,
    /// Day on which its points were last thinned out.
    pub thinned: Option<u64>,
    /// The key is gone.
    pub key_gone: bool,
    /// The log is whole from then on.
    pub log_from: SimTime,
    /// It has not arrived since.
    pub log_cut: Option<SimTime>,
}

/// One store.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::simulation) struct StoreState {
    /// Drives in use.
    pub busy: u32,
}

/// Everything about data in one trial.
#[derive(Debug)]
pub(in crate::simulation) struct DataState {
    /// False when the scenario has no data: then nothing here is ever looked at.
    pub any: bool,
    pub datasets: IdVec<DatasetId, DatasetState>,
    pub copies: IdVec<CopyId, CopyState>,
    pub follow: IdVec<CopyId, Follow>,
    pub backups: IdVec<BackupId, BackupState>,
    pub stores: IdVec<StoreId, StoreState>,
    /// For each unit the copies that it holds fragments of, with its position among their hosts.
    pub held: IdVec<UnitId, Vec<(CopyId, u32)>>,
    /// Services that use a dataset, and backups of it.
    pub users: IdVec<DatasetId, Vec<ServiceId>>,
    pub backed_up: IdVec<DatasetId, Vec<BackupId>>,
    pub transfers: Transfers,
    pub streams: Streams,
    /// Datasets that something happened to.
    pub dirty: VecDeque<DatasetId>,
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
        let mut users = IdVec::filled(Vec::new(), scenario.datasets.len());
        for (id, service) in scenario.services.enumerate() {
            for dataset in &service.uses {
                users[*dataset].push(id);
            }
        }
        let mut backed_up = IdVec::filled(Vec::new(), scenario.datasets.len());
        for (id, backup) in scenario.backups.enumerate() {
            backed_up[backup.of].push(id);
        }
        let mut state = Self {
            any,
            datasets: scenario.datasets.ids().map(|id| DatasetState::new(scenario, id)).collect(),
            copies: scenario.copies.ids().map(|id| CopyState::new(scenario, id)).collect(),
            follow: scenario.copies.iter().map(|copy| Follow::new(copy.role)).collect(),
            backups: IdVec::filled(BackupState::default(), scenario.backups.len()),
            stores: IdVec::filled(StoreState::default(), scenario.stores.len()),
            held,
            users,
            backed_up,
            transfers: Transfers::new(scenario),
            streams: Streams::new(scenario),
            dirty: VecDeque::new(),
        };
        state.reset(scenario);
        state
    }

    pub fn reset(&mut self, scenario: &Scenario) {
        if !self.any {
            return;
        }
        for id in scenario.datasets.ids() {
            self.datasets[id] = DatasetState::new(scenario, id);
        }
        for copy in &mut self.copies {
            copy.reset();
        }
        for (follow, copy) in self.follow.iter_mut().zip(&scenario.copies) {
            *follow = Follow::new(copy.role);
        }
        for (state, backup) in self.backups.iter_mut().zip(&scenario.backups) {
            let (mut points, mut next) = (std::mem::take(&mut state.points), std::mem::take(&mut state.next));
            points.clear();
            next.clear();
            next.resize(backup.jobs.len(), 0);
            *state = BackupState { next, points, ..BackupState::default() };
        }
        self.stores.as_mut_slice().fill(StoreState::default());
        self.transfers.reset();
        self.streams.reset();
        self.dirty.clear();
    }

    /// Has a dataset looked at once the event at hand is dealt with.
    pub fn touch(&mut self, dataset: DatasetId) {
        if !self.dirty.contains(&dataset) {
            self.dirty.push_back(dataset);
        }
    }

    /// Has all of them looked at: who reaches whom may have changed.
    pub fn touch_all(&mut self) {
        for dataset in self.datasets.ids() {
            self.touch(dataset);
        }
    }
}

impl DatasetState {
    fn new(scenario: &Scenario, id: DatasetId) -> Self {
        let active = CopyId::new(scenario.datasets[id].copies.positions().start);
        Self {
            active,
            live_bytes: live_bytes(scenario, id, active),
            readable: true,
            unreadable_since: SimTime::ZERO,
            stage: DataStage::Fine,
            incarnation: Incarnation::FIRST,
            incidents: 0,
            lost_at: SimTime::ZERO,
            detected: None,
            decided: None,
            back: None,
            cause: None,
            spoiled: None,
            wanted: false,
            led: 0,
            queued: false,
            hands: false,
            answered: SimTime::ZERO,
            target: active,
            point: None,
            base: SimTime::ZERO,
            log_bytes: 0.0,
            transfer: None,
            attempts: 0,
            tries: 0,
            staff: None,
            drive: None,
            since: SimTime::ZERO,
        }
    }
}

impl Follow {
    fn new(role: CopyRole) -> Self {
        Self {
            fresh: role != CopyRole::Spare,
            stale_since: SimTime::ZERO,
            resync: None,
            cut_since: None,
            follows_since: SimTime::ZERO,
        }
    }
}

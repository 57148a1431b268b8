//! Backup jobs: due, under way, done, failed; what they leave and how long it is kept.

use super::super::draw::{Purpose, chance};
use super::super::event::Event;
use super::super::state::World;
use super::super::trace::{DataHappening, Happening};
use super::DataStage;
use super::point::Point;
use super::state::Run;
use super::transfer::{Freight, Moves};
use crate::engine::ResourceId;
use crate::model::{BackupId, DatasetId, DomainId, JobKind, Overrun, StoreId};
use crate::quantity::{Bandwidth, SimTime, Span};

impl World<'_> {
    /// Plans the first jobs and test restores.
    pub(super) fn start_jobs(&mut self) {
        for backup in self.scenario.backups.ids() {
            let mut rng = self.key.stream(Purpose::KeyLost as u64, self.layout.backup_keys[backup], 0);
            self.data.backups[backup].key_gone = chance(self.scenario.backups[backup].key_lost.get(), &mut rng);
            self.plan_job(backup);
            self.plan_test(backup);
        }
    }

    /// The next job of a backup: the first moment of any kind; where two fall together, the one that takes more.
    fn plan_job(&mut self, backup: BackupId) {
        if let Some((at, _)) = self.next_job(backup) {
            self.schedule(at, Event::JobDue { backup });
        }
    }

    fn next_job(&self, backup: BackupId) -> Option<(SimTime, usize)> {
        let jobs = &self.scenario.backups[backup].jobs;
        let due = jobs.iter().enumerate().filter_map(|(nth, job)| {
            let at = job.starts.get(self.data.backups[backup].next[nth])?;
            Some(((*at, job.kind), nth))
        });
        due.min().map(|((at, _), nth)| (at, nth))
    }

    /// A job is due.
    pub(in crate::simulation) fn job_due(&mut self, backup: BackupId) {
        let Some((_, nth)) = self.next_job(backup) else { return };
        let jobs = &self.scenario.backups[backup].jobs;
        let kind = jobs[nth].kind;
        for (other, job) in jobs.iter().enumerate() {
            let next = &mut self.data.backups[backup].next[other];
            if job.starts.get(*next).is_some_and(|at| *at <= self.now) {
                *next += 1;
            }
        }
        self.plan_job(backup);
        let dataset = self.scenario.backups[backup].of;
        self.tally.datasets[dataset].backups.1 += 1;
        if kind == JobKind::Snapshot {
            return self.take_snapshot(backup);
        }
        if !self.data.backups[backup].running.is_empty() {
            match self.scenario.backups[backup].overrun {
                Overrun::Overlap => {}
                overrun @ (Overrun::Wait | Overrun::Skip) => {
                    self.tally.datasets[dataset].overruns += 1;
                    self.note(Happening::Data(DataHappening::JobOverran(backup, kind)));
                    if overrun == Overrun::Wait {
                        let waiting = &mut self.data.backups[backup].waiting;
                        *waiting = Some(waiting.map_or(kind, |other| other.min(kind)));
                    }
                    return;
                }
            }
        }
        self.begin_job(backup, kind);
    }

    /// A view of the data as they are: there at once, if they are.
    fn take_snapshot(&mut self, backup: BackupId) {
        let dataset = self.scenario.backups[backup].of;
        if self.job_fails_to_start(backup) {
            return self.note(Happening::Data(DataHappening::JobFailed(backup, JobKind::Snapshot)));
        }
        let last = self.data.backups[backup].points.newest_first().next().map_or(SimTime::ZERO, |point| point.at);
        let model = &self.scenario.datasets[dataset];
        let bytes = model.changed(self.now - last);
        let run = self.next_run(backup);
        self.leave_point(backup, run, JobKind::Snapshot, self.now, bytes, None);
    }

    fn next_run(&mut self, backup: BackupId) -> u32 {
        self.data.backups[backup].runs += 1;
        self.data.backups[backup].runs
    }

    /// True when there is nothing to read or nowhere to write.
    fn job_fails_to_start(&self, backup: BackupId) -> bool {
        let model = &self.scenario.backups[backup];
        let state = &self.data.datasets[model.of];
        if let Some(source) = model.copies {
            let (from, to) = (self.scenario.backups[source].to, model.to);
            let place = |store: StoreId| self.scenario.stores[store].domain;
            let on = |domain| self.connected(domain, domain);
            return match (place(from), place(to)) {
                (Some(from), Some(to)) => !self.connected(from, to),
                (from, to) => !from.into_iter().chain(to).all(on),
            };
        }
        state.stage != DataStage::Fine || !self.usable(state.active) || !self.store_reached(model.to, state.active)
    }

    /// Starts a job, or has it fail where there is nothing to read or nowhere to write.
    fn begin_job(&mut self, backup: BackupId, kind: JobKind) {
        let (model, run) = (&self.scenario.backups[backup], self.next_run(backup));
        if self.job_fails_to_start(backup) {
            return self.note(Happening::Data(DataHappening::JobFailed(backup, kind)));
        }
        let dataset = &self.scenario.datasets[model.of];
        let points = &self.data.backups[backup].points;
        let since = |point: Option<&Point>| point.map(|point| (point.at, dataset.changed(self.now - point.at)));
        let base = match kind {
            JobKind::Full | JobKind::Snapshot => None,
            JobKind::Differential => since(points.last_of(JobKind::Full)),
            JobKind::Incremental => since(points.last_link()),
        };
        // Without anything to build on it takes everything.
        let (kind, needs, bytes) = match base {
            Some((at, bytes)) => (kind, Some(at), bytes),
            None => (JobKind::Full, None, dataset.size.get() as f64),
        };
        let bytes = if model.copies.is_some() { self.uncopied(backup) } else { bytes / model.reduction };
        self.note(Happening::Data(DataHappening::JobBegan(backup, kind)));
        let disks = self.scenario.disk_rate(self.data.datasets[model.of].active);
        let cap = Bandwidth::least([model.rate, disks.filter(|_| model.copies.is_none())]);
        let cap = cap.map(|rate| rate.scaled(1.0 / model.reduction));
        let (sides, between) = self.job_route(backup);
        let freight = Freight { bytes: bytes as u64, cap, priority: 200, sides, between };
        let transfer = self.begin_transfer(Moves::Job { backup, run }, freight, Span::ZERO);
        let began = self.now;
        self.data.backups[backup].running.push(Run { nth: run, kind, began, bytes, needs, transfer });
        self.slow_users(backup);
    }

    /// Sides of stores and places between which a job moves.
    fn job_route(&self, backup: BackupId) -> ([Option<ResourceId>; 2], Option<(DomainId, DomainId)>) {
        let model = &self.scenario.backups[backup];
        let mut sides = [Some(self.data.transfers.store_side(model.to, false)), None];
        let from = match model.copies {
            Some(source) => {
                let store = self.scenario.backups[source].to;
                sides[1] = Some(self.data.transfers.store_side(store, true));
                self.scenario.stores[store].domain
            }
            None => Some(self.scenario.copies[self.data.datasets[model.of].active].domain),
        };
        (sides, from.zip(self.scenario.stores[model.to].domain))
    }

    /// Bytes of the points that a copy of a backup does not have yet.
    fn uncopied(&self, backup: BackupId) -> f64 {
        self.missing_points(backup, self.now).iter().map(|point| point.bytes).sum()
    }

    /// The newest point that the backup which this one copies had by then, with its chain, as far as it is missing here.
    fn missing_points(&self, backup: BackupId, by: SimTime) -> Vec<Point> {
        let Some(source) = self.scenario.backups[backup].copies else { return Vec::new() };
        let points = &self.data.backups[source].points;
        let newest = points.newest_first().find(|point| point.kind != JobKind::Snapshot && point.done <= by);
        let chain = newest.and_then(|point| points.chain(point.at)).unwrap_or_default();
        chain.into_iter().filter(|point| self.data.backups[backup].points.find(point.at).is_none()).collect()
    }

    /// The bytes of a job are there.
    pub(super) fn job_done(&mut self, backup: BackupId, run: u32) {
        let Some(nth) = self.data.backups[backup].running.iter().position(|other| other.nth == run) else { return };
        let job = self.data.backups[backup].running.remove(nth);
        let (model, took) = (&self.scenario.backups[backup], self.now - job.began);
        if let Some(window) = model.window {
            let used = &mut self.tally.datasets[model.of].window_use;
            used.0 += took.as_seconds();
            used.1 += window.as_seconds();
        }
        if model.copies.is_some() {
            self.leave_copies(backup, job.began);
        } else {
            self.leave_point(backup, run, job.kind, job.began, job.bytes, job.needs);
        }
        self.slow_users(backup);
        if let Some(kind) = self.data.backups[backup].waiting.take() {
            self.begin_job(backup, kind);
        }
    }

    /// A job that copies another backup leaves what was there to copy when it began.
    fn leave_copies(&mut self, backup: BackupId, began: SimTime) {
        let dataset = self.scenario.backups[backup].of;
        self.book_data(dataset);
        self.tally.datasets[dataset].backups.0 += 1;
        for point in self.missing_points(backup, began) {
            let done = self.now;
            self.store_bytes(backup, point.bytes);
            self.data.backups[backup].points.add(Point { done, ..point });
            self.note(Happening::Data(DataHappening::JobDone(backup, point.kind, point.at)));
        }
        self.data.touch(dataset); // a restore may have waited for a point that it can reach
        self.expire(backup);
    }

    /// A job is done: it leaves a point, unless it failed and said so.
    fn leave_point(
        &mut self,
        backup: BackupId,
        run: u32,
        kind: JobKind,
        at: SimTime,
        bytes: f64,
        needs: Option<SimTime>,
    ) {
        let model = &self.scenario.backups[backup];
        let mut rng = self.key.stream(Purpose::Job as u64, self.layout.backup_keys[backup], u64::from(run));
        let loud = chance(model.fails_loudly.get(), &mut rng);
        let bad = chance(model.fails_silently.get(), &mut rng);
        // What it builds on may have been found bad, or destroyed, while it ran.
        let orphaned = needs.is_some_and(|needed| self.data.backups[backup].points.find(needed).is_none());
        if loud || orphaned {
            return self.note(Happening::Data(DataHappening::JobFailed(backup, kind)));
        }
        self.book_data(model.of);
        self.tally.datasets[model.of].backups.0 += u64::from(!bad);
        self.store_bytes(backup, bytes);
        let (done, points) = (self.now, &mut self.data.backups[backup].points);
        points.add(Point { at, done, kind, bytes, needs, bad });
        self.note(Happening::Data(DataHappening::JobDone(backup, kind, at)));
        self.expire(backup);
    }

    fn expire(&mut self, backup: BackupId) {
        let model = &self.scenario.backups[backup];
        // Thinning out looks at every point: once a day is often enough, and for daily jobs it is every time.
        let today = (self.now.as_seconds() / 86_400.0) as u64;
        let thinned = self.data.backups[backup].thinned.replace(today) == Some(today);
        if self.data.datasets[model.of].stage == DataStage::Fine && !thinned {
            let state = &mut self.data.backups[backup];
            let in_use: Vec<SimTime> = state.running.iter().filter_map(|run| run.needs).collect();
            let freed = state.points.expire(&model.keep, self.now, &in_use);
            self.store_bytes(backup, -freed);
        }
    }

    /// Forgets points of a backup, and what they took in its store.
    pub(super) fn forget_points(&mut self, backup: BackupId, goes: impl FnMut(&Point) -> bool) {
        let dataset = self.scenario.backups[backup].of;
        self.book_data(dataset);
        let freed = self.data.backups[backup].points.forget(goes);
        self.store_bytes(backup, -freed);
        self.data.touch(dataset);
    }

    /// The copy that the snapshots of a dataset lie beside is lost, or another one counts.
    pub(super) fn forget_snapshots(&mut self, dataset: DatasetId) {
        for nth in 0..self.data.backed_up[dataset].len() {
            self.forget_points(self.data.backed_up[dataset][nth], |point| point.kind == JobKind::Snapshot);
        }
    }

    /// Jobs that lost their source or their store fail; log that does not arrive leaves a gap.
    pub(super) fn follow_jobs(&mut self, dataset: DatasetId) {
        for nth in 0..self.data.backed_up[dataset].len() {
            let backup = self.data.backed_up[dataset][nth];
            let broken = self.job_fails_to_start(backup);
            if broken {
                while let Some(run) = self.data.backups[backup].running.pop() {
                    self.cancel_transfer(run.transfer);
                    self.note(Happening::Data(DataHappening::JobFailed(backup, run.kind)));
                    self.slow_users(backup);
                }
                self.data.backups[backup].waiting = None;
            }
            let state = &mut self.data.backups[backup];
            match (state.log_cut, broken) {
                (None, true) => state.log_cut = Some(self.now),
                (Some(_), false) => {
                    state.log_cut = None;
                    state.log_from = self.now; // what was written meanwhile is in the next job, not in the log
                }
                (None, false) | (Some(_), true) => {}
            }
        }
    }

    /// Services whose data are being read for a backup are slower.
    fn slow_users(&mut self, backup: BackupId) {
        let model = &self.scenario.backups[backup];
        if model.slows.get() > 0.0 {
            for nth in 0..self.data.users[model.of].len() {
                let service = self.data.users[model.of][nth];
                self.services[service].speed = self.service_speed(service);
                self.touch_service(service);
            }
        }
    }

    /// Speed that the backups under way leave to a service.
    pub(in crate::simulation) fn speed_under_backups(&self, service: crate::model::ServiceId) -> f64 {
        let mut speed = 1.0;
        for dataset in &self.scenario.services[service].uses {
            for backup in &self.data.backed_up[*dataset] {
                if !self.data.backups[*backup].running.is_empty() {
                    speed *= self.scenario.backups[*backup].slows.complement().get();
                }
            }
        }
        speed
    }

    fn plan_test(&mut self, backup: BackupId) {
        if let Some(verify) = self.scenario.backups[backup].verify {
            self.schedule_in(verify.every.max(Span::from_microseconds(1)), Event::TestRestore { backup });
        }
    }

    /// A test restore of the newest point: a bad one may be found, and is then taken again at once.
    pub(in crate::simulation) fn test_restore(&mut self, backup: BackupId) {
        self.plan_test(backup);
        let Some(verify) = self.scenario.backups[backup].verify else { return };
        let points = &self.data.backups[backup].points;
        let chain = points.newest_first().next().and_then(|point| points.chain(point.at)).unwrap_or_default();
        let Some(at) = chain.iter().find(|link| link.bad).map(|link| link.at) else { return };
        let nth = self.now.as_microseconds();
        let mut rng = self.key.stream(Purpose::TestRestore as u64, self.layout.backup_keys[backup], nth);
        if chance(verify.catches.get(), &mut rng) {
            self.note(Happening::Data(DataHappening::BadPointFound(backup, at)));
            self.forget_points(backup, |link| link.at == at);
            if self.data.backups[backup].running.is_empty() {
                self.begin_job(backup, JobKind::Full);
            }
        }
    }
}

//! Bringing data back: where to, from which point, by which steps.

use super::super::draw::{Purpose, chance, draw};
use super::super::event::Event;
use super::super::staff::Duty;
use super::super::state::World;
use super::super::trace::{DataHappening, Happening, PointSource};
use super::DataStage;
use super::replication::Source;
use super::transfer::{Freight, Moves};
use crate::model::{BackupId, CopyId, CopyRole, DatasetId, StaffId, StoreId};
use crate::quantity::{Bandwidth, SimTime, Span};

/// What there is to restore from.
enum Offer {
    /// This, now.
    Now(Source),
    /// Something, once it can be reached.
    Later,
    /// Nothing.
    Never,
}

impl World<'_> {
    /// Moves a recovery on that waits, and breaks one off that has lost its ground.
    pub(super) fn follow_restore(&mut self, dataset: DatasetId) {
        let state = &self.data.datasets[dataset];
        match state.stage {
            DataStage::Fine | DataStage::Unnoticed | DataStage::Deciding | DataStage::Gone => return,
            DataStage::Waiting
            | DataStage::Preparing
            | DataStage::Moving
            | DataStage::Replaying
            | DataStage::Verifying
            | DataStage::Resuming => {}
        }
        if state.wanted && !self.data.copies[state.active].intact() && self.has_source(dataset) {
            // What was only away is lost: it is restored wherever it can be.
            let cause = state.cause;
            self.data.datasets[dataset].wanted = false;
            self.note(Happening::Data(DataHappening::DataLost(dataset, cause)));
        }
        let state = &self.data.datasets[dataset];
        if state.wanted && self.usable(state.active) && state.stage != DataStage::Resuming {
            // It was only away and is there again.
            return self.break_off(dataset);
        }
        if state.stage != DataStage::Waiting {
            let reading = matches!(state.stage, DataStage::Preparing | DataStage::Moving);
            let source_gone = match state.point {
                Some((PointSource::Backup(backup), _)) => {
                    reading && !self.store_reached(self.scenario.backups[backup].to, state.target)
                }
                Some((PointSource::Copy(copy), _)) => !self.data.copies[copy].readable(),
                None => false,
            };
            let target_gone =
                matches!(state.point, Some((PointSource::Backup(_), _))) && !self.takes_data(state.target);
            if source_gone || target_gone {
                self.data.datasets[dataset].back = None;
                self.release_restore(dataset);
                self.move_data(dataset, DataStage::Waiting);
            }
        }
        let state = &self.data.datasets[dataset];
        if state.stage == DataStage::Waiting && state.queued {
            self.try_restore(dataset);
        }
    }

    /// Nobody wants it elsewhere any more: it is there again, or there is nothing to bring elsewhere.
    fn break_off(&mut self, dataset: DatasetId) {
        self.release_restore(dataset);
        self.data.datasets[dataset].wanted = false;
        self.move_data(dataset, DataStage::Fine);
        self.data.touch(dataset); // it may have been lost meanwhile
    }

    /// Begins the restore if there is somewhere to put it, something to take, and somebody to do it.
    fn try_restore(&mut self, dataset: DatasetId) {
        let target = self.restore_target(dataset);
        let source = match self.best_source(dataset, target) {
            Offer::Now(source) => source,
            Offer::Later => {
                self.touch_outranked(dataset);
                return self.dismiss_hands(dataset);
            }
            Offer::Never if self.data.datasets[dataset].wanted => return self.break_off(dataset), // it is only away
            Offer::Never => return self.give_up(dataset),
        };
        if !self.hands_are_there(dataset) {
            return;
        }
        let state = &mut self.data.datasets[dataset];
        if state.point != Some((source.from, source.point)) {
            state.attempts = 0;
        }
        state.point = Some((source.from, source.point));
        state.base = source.base;
        state.tries += 1;
        match source.from {
            PointSource::Copy(copy) => {
                self.data.datasets[dataset].target = copy;
                self.data.datasets[dataset].back = Some(self.now);
                self.resume(dataset);
            }
            PointSource::Backup(backup) => {
                let Some(target) = target else { return };
                self.data.datasets[dataset].target = target;
                self.begin_preparing(dataset, backup);
            }
        }
    }

    /// True when somebody is there to do it; otherwise they are called. Whoever waits for the same drive and goes first goes first.
    fn hands_are_there(&mut self, dataset: DatasetId) -> bool {
        if self.outranked(dataset) {
            self.dismiss_hands(dataset); // whoever goes first may wait for them
            return false;
        }
        let (state, recovery) = (&self.data.datasets[dataset], &self.scenario.datasets[dataset].recovery);
        match recovery.staff.filter(|_| !state.hands) {
            None => true,
            Some(_) if state.staff.is_some() => self.now >= state.answered,
            Some(staff) => {
                if !self.is_called(staff, Duty::Restore(dataset)) {
                    self.call_staff(staff, 1, recovery.order, Duty::Restore(dataset));
                }
                false
            }
        }
    }

    /// Nothing can be done at the moment: nobody stands by.
    pub(super) fn dismiss_hands(&mut self, dataset: DatasetId) {
        if let Some(staff) = self.data.datasets[dataset].staff.take() {
            self.release_staff(staff, 1);
        } else if let Some(staff) = self.scenario.datasets[dataset].recovery.staff
            && self.is_called(staff, Duty::Restore(dataset))
        {
            self.withdraw_call(staff, Duty::Restore(dataset));
        }
    }

    /// The people of a restore are sent; they are there after a while.
    pub(in crate::simulation) fn restore_staffed(&mut self, dataset: DatasetId, staff: StaffId, answer: Span) {
        let state = &mut self.data.datasets[dataset];
        state.staff = Some(staff);
        state.answered = self.now + answer;
        let incarnation = state.incarnation;
        self.schedule_in(answer, Event::DataStep { dataset, incarnation });
    }

    /// True when a restore that goes first waits for the last drives of the same store.
    fn outranked(&self, dataset: DatasetId) -> bool {
        let store = |of: DatasetId| match self.best_source(of, self.restore_target(of)) {
            Offer::Now(Source { from: PointSource::Backup(backup), .. }) => Some(self.scenario.backups[backup].to),
            Offer::Now(_) | Offer::Later | Offer::Never => None,
        };
        let Some(mine) = store(dataset).filter(|store| self.scenario.stores[*store].drives.is_some()) else {
            return false;
        };
        let order = self.scenario.datasets[dataset].recovery.order;
        let ahead = self.scenario.datasets.enumerate().filter(|(other, model)| {
            model.recovery.order < order
                && self.data.datasets[*other].stage == DataStage::Waiting
                && store(*other) == Some(mine)
        });
        let free = self.scenario.stores[mine].drives.map_or(0, |drives| drives - self.data.stores[mine].busy);
        ahead.count() >= free as usize
    }

    /// Whoever waited for this restore to go first is looked at.
    pub(super) fn touch_outranked(&mut self, dataset: DatasetId) {
        let order = self.scenario.datasets[dataset].recovery.order;
        for (other, model) in self.scenario.datasets.enumerate() {
            if model.recovery.order > order && self.data.datasets[other].stage == DataStage::Waiting {
                self.data.touch(other);
            }
        }
    }

    fn begin_preparing(&mut self, dataset: DatasetId, backup: BackupId) {
        let (store, base) = (self.scenario.backups[backup].to, self.data.datasets[dataset].base);
        if self.scenario.stores[store].drives.is_some() {
            self.data.stores[store].busy += 1;
            self.data.datasets[dataset].drive = Some(store);
        }
        let point = self.data.datasets[dataset].point;
        if let Some((from, at)) = point {
            self.note(Happening::Data(DataHappening::RestoreBegan(dataset, from, at)));
        }
        self.incur_restore(dataset);
        let links = self.data.backups[backup].points.chain(base).map_or(1, |chain| chain.len()) as u32;
        let incarnation = self.move_data(dataset, DataStage::Preparing);
        let model = &self.scenario.stores[store];
        let mut rng = self.data_stream(Purpose::DataAccess, dataset, self.data.datasets[dataset].tries);
        let mut takes = model.transport.as_ref().map_or(Span::ZERO, |law| draw(law, &mut rng));
        if let Some(access) = &model.access {
            for _ in 0..links {
                takes += draw(access, &mut rng);
            }
        }
        let prepare = self.scenario.datasets[dataset].recovery.prepare.as_ref();
        // Setting up the system and fetching the medium go on side by side.
        let takes = takes.max(self.maybe_draw(prepare, Purpose::DataPrepare, dataset));
        self.schedule_in(takes, Event::DataStep { dataset, incarnation });
    }

    /// The bytes of the chain and of the log set out.
    pub(super) fn begin_moving(&mut self, dataset: DatasetId) {
        let state = &self.data.datasets[dataset];
        let (Some((PointSource::Backup(backup), point)), base, target) = (state.point, state.base, state.target) else {
            return;
        };
        let model = &self.scenario.backups[backup];
        let chain = self.data.backups[backup].points.chain(base).unwrap_or_default();
        let dataset_model = &self.scenario.datasets[dataset];
        let log = dataset_model.writes.bytes_per_second() * point.since(base).as_seconds();
        let stored: f64 = chain.iter().map(|link| link.bytes).sum::<f64>() + log / model.reduction;
        self.data.datasets[dataset].log_bytes = log;
        self.move_data(dataset, DataStage::Moving);
        let sides = [Some(self.data.transfers.store_side(model.to, true)), None];
        let place = self.scenario.copies[target].domain;
        let between = self.scenario.stores[model.to].domain.map(|from| (from, place));
        // What a restore takes in is counted in data, what it moves in stored bytes.
        let disks = self.scenario.disk_rate(target);
        let cap = Bandwidth::least([dataset_model.recovery.rate, disks]).map(|rate| rate.scaled(1.0 / model.reduction));
        let priority = dataset_model.recovery.order;
        let freight = Freight { bytes: stored as u64, cap, priority, sides, between };
        let transfer = self.begin_transfer(Moves::Restore { dataset }, freight, Span::ZERO);
        self.data.datasets[dataset].transfer = Some(transfer);
    }

    /// The bytes are there: the log is replayed.
    pub(super) fn moved_back(&mut self, dataset: DatasetId) {
        self.data.datasets[dataset].transfer = None;
        let (log, replay) = (self.data.datasets[dataset].log_bytes, self.scenario.datasets[dataset].recovery.replay);
        match replay {
            Some(rate) if log > 0.0 => {
                let incarnation = self.move_data(dataset, DataStage::Replaying);
                let takes = Span::from_seconds(log / rate.bytes_per_second());
                self.schedule_in(takes, Event::DataStep { dataset, incarnation });
            }
            _ => self.data_back(dataset),
        }
        self.data.touch(dataset);
    }

    /// The check is done: it is good, or it is tried again, or an older point is next.
    pub(super) fn verified(&mut self, dataset: DatasetId) {
        let state = &self.data.datasets[dataset];
        let (Some((PointSource::Backup(backup), point)), base, tries) = (state.point, state.base, state.tries) else {
            return self.resume(dataset);
        };
        self.tally.datasets[dataset].restores.1 += 1;
        let chain = self.data.backups[backup].points.chain(base).unwrap_or_default();
        let bad = chain.is_empty() || chain.iter().any(|link| link.bad);
        let recovery = &self.scenario.datasets[dataset].recovery;
        let works = chance(recovery.works.get(), &mut self.data_stream(Purpose::DataWorks, dataset, tries));
        if !bad && works {
            self.tally.datasets[dataset].restores.0 += 1;
            return self.resume(dataset);
        }
        self.note(Happening::Data(DataHappening::RestoreFailed(dataset, PointSource::Backup(backup), point)));
        self.data.datasets[dataset].attempts += 1;
        self.data.datasets[dataset].back = None;
        let last_attempt = self.data.datasets[dataset].attempts >= recovery.attempts.max(1);
        if bad || last_attempt {
            // Whatever is wrong with it: nobody takes this point again, nor what builds on a link that is bad.
            let worst = chain.iter().find(|link| link.bad).map_or(base, |link| link.at);
            self.forget_points(backup, |link| link.at == worst);
        }
        self.release_restore(dataset);
        self.move_data(dataset, DataStage::Waiting);
    }

    /// Where to: the primary place, or else another that has room.
    fn restore_target(&self, dataset: DatasetId) -> Option<CopyId> {
        let copies = self.scenario.datasets[dataset].copies;
        let state = &self.data.datasets[dataset];
        let away = |copy: CopyId| state.wanted && copy == state.active;
        let takes = |copy: &CopyId| self.takes_data(*copy) && !away(*copy);
        let primary = copies.iter().find(|copy| self.scenario.copies[*copy].role == CopyRole::Primary).filter(takes);
        primary.or_else(|| copies.iter().find(|copy| self.scenario.copies[*copy].role == CopyRole::Spare).filter(takes))
    }

    /// The newest clean point of a mirror or of a backup.
    fn best_source(&self, dataset: DatasetId, target: Option<CopyId>) -> Offer {
        let state = &self.data.datasets[dataset];
        let mut best: Option<Source> = None;
        let mut later = false;
        let mut offer = |source: Source| {
            if best.is_none_or(|best| source.point > best.point) {
                best = Some(source);
            }
        };
        if state.spoiled.is_none() {
            for copy in self.scenario.datasets[dataset].copies.iter() {
                if copy == state.active || !self.data.follow[copy].fresh || !self.data.copies[copy].intact() {
                    continue;
                }
                if self.usable(copy) { offer(self.mirror_source(dataset, copy)) } else { later = true }
            }
        }
        for backup in &self.data.backed_up[dataset] {
            let Some(source) = self.newest_point(dataset, *backup) else { continue };
            let reached = target.is_some_and(|target| self.store_reached(self.scenario.backups[*backup].to, target));
            if reached && self.drive_free(self.scenario.backups[*backup].to) { offer(source) } else { later = true }
        }
        match best {
            Some(source) => Offer::Now(source),
            None if later => Offer::Later,
            None => Offer::Never,
        }
    }

    /// The newest moment that a backup can go back to and that is not wrong, its log included.
    fn newest_point(&self, dataset: DatasetId, backup: BackupId) -> Option<Source> {
        let state = &self.data.datasets[dataset];
        let (model, now) = (&self.scenario.backups[backup], &self.data.backups[backup]);
        if now.key_gone {
            return None;
        }
        let clean = |at: SimTime| state.spoiled.is_none_or(|since| at < since) && at <= state.lost_at;
        let base = now.points.newest_first().find(|point| {
            clean(point.at)
                && point.done <= self.now
                && now.points.chain(point.at).is_some()
                && (point.kind != crate::model::JobKind::Snapshot || self.data.copies[state.active].intact())
        })?;
        let from = PointSource::Backup(backup);
        let whole = model.log.filter(|_| base.at >= now.log_from);
        let Some(every) = whole else { return Some(Source { from, point: base.at, base: base.at }) };
        // Log arrives in pieces; the last whole one before the loss, the cut and the spoiling counts.
        let mut until = state.lost_at;
        until = now.log_cut.map_or(until, |cut| until.min(cut));
        until = state.spoiled.map_or(until, |since| until.min(since));
        let pieces = until.since(base.at.min(until)).as_microseconds() / every.as_microseconds().max(1);
        let mut point = base.at + Span::from_microseconds(pieces * every.as_microseconds());
        if !clean(point) && point > base.at {
            point = base.at + Span::from_microseconds((pieces - 1) * every.as_microseconds());
        }
        Some(Source { from, point, base: base.at })
    }

    /// True while a copy can read a store.
    pub(super) fn store_reached(&self, store: StoreId, copy: CopyId) -> bool {
        self.scenario.stores[store]
            .domain
            .is_none_or(|domain| self.connected(domain, self.scenario.copies[copy].domain))
    }

    pub(super) fn drive_free(&self, store: StoreId) -> bool {
        self.scenario.stores[store].drives.is_none_or(|drives| self.data.stores[store].busy < drives)
    }

    /// Lets go of what a restore holds: bytes on the way, people, a drive.
    pub(super) fn release_restore(&mut self, dataset: DatasetId) {
        if let Some(transfer) = self.data.datasets[dataset].transfer.take() {
            self.cancel_transfer(transfer);
        }
        self.dismiss_hands(dataset);
        if let Some(store) = self.data.datasets[dataset].drive.take() {
            self.drive_returned(store);
        }
    }

    /// A drive is free for whoever waits.
    pub(super) fn drive_returned(&mut self, store: StoreId) {
        self.data.stores[store].busy -= 1;
        self.data.touch_all();
    }
}

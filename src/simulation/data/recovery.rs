//! The life of a dataset: readable, lost, found out, decided, brought back.

use super::super::draw::{Purpose, draw};
use super::super::event::{Event, Incarnation};
use super::super::incurred::DataLoss;
use super::super::state::World;
use super::super::tally::{DataEvent, DataEventKind};
use super::super::trace::{DataHappening, Happening, Incident, PointSource};
use super::DataStage;
use super::replication::Source;
use crate::model::{Cause, CopyId, CopyRole, DatasetId, Distribution, DomainId, Phase, ServiceId};
use crate::quantity::{SimTime, Span};

impl World<'_> {
    /// First evaluation of every dataset, first jobs and test restores.
    pub(in crate::simulation) fn start_data(&mut self) {
        if self.data.any {
            self.data.touch_all();
            self.start_jobs();
        }
    }

    /// Brings every dataset that something happened to up to date.
    pub(in crate::simulation) fn settle_data(&mut self) {
        // What one evaluation frees may be what another that is over was waiting for: it is looked at again.
        while let Some(dataset) = self.data.dirty.pop_front() {
            self.evaluate_data(dataset);
        }
    }

    /// True while a copy is up to date, whole, and on nodes that run and are reached.
    #[inline]
    pub(in crate::simulation) fn usable(&self, copy: CopyId) -> bool {
        self.data.follow[copy].fresh && self.data.copies[copy].readable()
    }

    /// True while nothing is lost and every copy follows: then a node more or less matters only as far as stripes can be read.
    pub(super) fn at_rest(&self, dataset: DatasetId) -> bool {
        self.data.datasets[dataset].stage == DataStage::Fine
            && self.scenario.datasets[dataset]
                .copies
                .iter()
                .all(|copy| self.data.follow[copy].fresh || self.scenario.copies[copy].role == CopyRole::Spare)
    }

    /// The stream of the incident at hand of a dataset.
    pub(super) fn data_stream(&self, purpose: Purpose, dataset: DatasetId, nth: u32) -> crate::engine::Rng {
        let incidents = u64::from(self.data.datasets[dataset].incidents);
        self.key.stream(purpose as u64, self.layout.dataset_keys[dataset], incidents << 16 | u64::from(nth & 0xffff))
    }

    fn evaluate_data(&mut self, dataset: DatasetId) {
        self.book_data(dataset);
        let active = self.data.datasets[dataset].active;
        if self.data.datasets[dataset].stage == DataStage::Fine {
            if !self.usable(active)
                && let Some(mirror) = self.synchronous_mirror(dataset)
            {
                self.promote(dataset, mirror, self.now);
            } else if let Some(home) = self.way_home(dataset) {
                self.promote(dataset, home, self.now);
            }
            let active = self.data.datasets[dataset].active;
            if !self.data.copies[active].intact() {
                self.lose_part_or_all(dataset);
            }
        }
        self.follow_restore(dataset);
        self.follow_copies(dataset);
        self.follow_jobs(dataset);
        let state = &self.data.datasets[dataset];
        let readable = state.stage == DataStage::Fine && self.usable(state.active);
        self.set_readable(dataset, readable);
        if self.layout.wants.carried {
            self.follow_streams(dataset);
        }
    }

    /// What is lost for good without anything to restore it from is written off where the rest can go on; else the recovery begins.
    fn lose_part_or_all(&mut self, dataset: DatasetId) {
        let active = self.data.datasets[dataset].active;
        let share = self.data.copies[active].lost_share();
        if share < 1.0 && !self.has_source(dataset) {
            let bytes = self.scenario.datasets[dataset].size.get() as f64 * share;
            self.data.copies[active].write_off();
            self.lost_for_good(dataset, bytes, self.now, None);
        } else {
            let cause = self.copy_cause(active);
            self.lose_data(dataset, cause);
        }
    }

    /// Books bytes that nothing brings back: when they were lost, and how old the point is that came back instead.
    fn lost_for_good(&mut self, dataset: DatasetId, bytes: f64, at: SimTime, age: Option<Span>) {
        if bytes > 0.0 {
            self.incur_loss(DataLoss { dataset, at, bytes, age });
            self.tally.datasets[dataset].losses += 1;
            self.tally.datasets[dataset].lost_bytes += bytes;
        }
    }

    /// The data of the active copy are gone or wrong: the recovery begins.
    pub(super) fn lose_data(&mut self, dataset: DatasetId, cause: Option<Cause>) {
        self.release_restore(dataset);
        self.begin_incident(dataset, cause);
        self.note(Happening::Data(DataHappening::DataLost(dataset, cause)));
        let incarnation = self.move_data(dataset, DataStage::Unnoticed);
        if self.data.datasets[dataset].led == 0 {
            self.await_detection(dataset, incarnation);
        }
    }

    /// Opens the books of an incident.
    fn begin_incident(&mut self, dataset: DatasetId, cause: Option<Cause>) {
        let state = &mut self.data.datasets[dataset];
        state.incidents += 1;
        state.lost_at = if state.readable { self.now } else { state.unreadable_since };
        state.cause = cause;
        (state.wanted, state.hands) = (false, false);
        (state.detected, state.decided, state.back, state.point) = (None, None, None, None);
    }

    fn await_detection(&mut self, dataset: DatasetId, incarnation: Incarnation) {
        let detect = &self.scenario.datasets[dataset].recovery.detect;
        let takes = draw(detect, &mut self.data_stream(Purpose::DataDetect, dataset, 0));
        self.schedule_in(takes, Event::DataStep { dataset, incarnation });
    }

    fn await_decision(&mut self, dataset: DatasetId, incarnation: Incarnation) {
        let decide = &self.scenario.datasets[dataset].recovery.decide;
        let takes = draw(decide, &mut self.data_stream(Purpose::DataDecide, dataset, 0));
        self.schedule_in(takes, Event::DataStep { dataset, incarnation });
    }

    pub(super) fn move_data(&mut self, dataset: DatasetId, stage: DataStage) -> Incarnation {
        if self.data.datasets[dataset].stage == DataStage::Waiting {
            self.touch_outranked(dataset);
        }
        let state = &mut self.data.datasets[dataset];
        state.stage = stage;
        state.incarnation += 1;
        self.touch_users(dataset); // what holds them down has another name now
        self.data.datasets[dataset].incarnation
    }

    /// The time of a stage is over.
    pub(in crate::simulation) fn data_step(&mut self, dataset: DatasetId, incarnation: Incarnation) {
        let state = &self.data.datasets[dataset];
        if state.incarnation != incarnation {
            return;
        }
        match state.stage {
            DataStage::Unnoticed | DataStage::Deciding if state.led > 0 => {}
            DataStage::Unnoticed => self.loss_known(dataset),
            DataStage::Deciding => self.restore_decided(dataset),
            DataStage::Waiting => self.data.datasets[dataset].queued = true,
            DataStage::Preparing => self.begin_moving(dataset),
            DataStage::Replaying => self.data_back(dataset),
            DataStage::Verifying => self.verified(dataset),
            DataStage::Resuming => self.recovered(dataset),
            DataStage::Gone => self.begin_anew(dataset),
            DataStage::Fine | DataStage::Moving => {}
        }
        self.data.touch(dataset);
    }

    fn loss_known(&mut self, dataset: DatasetId) {
        self.data.datasets[dataset].detected = Some(self.now);
        self.note(Happening::Data(DataHappening::LossKnown(dataset)));
        let incarnation = self.move_data(dataset, DataStage::Deciding);
        if self.data.datasets[dataset].led == 0 {
            self.await_decision(dataset, incarnation);
        }
    }

    fn decide_restore(&mut self, dataset: DatasetId) {
        if self.data.datasets[dataset].decided.is_none() {
            self.data.datasets[dataset].decided = Some(self.now);
            self.note(Happening::Data(DataHappening::RestoreDecided(dataset)));
        }
    }

    fn restore_decided(&mut self, dataset: DatasetId) {
        self.decide_restore(dataset);
        let incarnation = self.move_data(dataset, DataStage::Waiting);
        // Whatever is decided at the same moment queues up before anybody is served.
        self.data.datasets[dataset].queued = false;
        self.schedule_in(Span::ZERO, Event::DataStep { dataset, incarnation });
    }

    /// Somebody orders the restore: a plan, or a service that was switched to a place without data. A dataset that is merely away is
    /// restored elsewhere; one that is fine is left alone. With `hands` whoever orders it does it.
    pub(in crate::simulation) fn order_restore(&mut self, dataset: DatasetId, hands: bool) {
        let state = &self.data.datasets[dataset];
        match state.stage {
            DataStage::Fine if !self.usable(state.active) => {
                let cause = self.copy_cause(state.active);
                self.begin_incident(dataset, cause);
                self.data.datasets[dataset].wanted = true;
            }
            DataStage::Unnoticed | DataStage::Deciding => {}
            DataStage::Waiting if hands && !state.hands => {
                // Whoever comes to do it may be those that it waits for.
                self.data.datasets[dataset].hands = true;
                self.dismiss_hands(dataset);
                return self.data.touch(dataset);
            }
            DataStage::Fine
            | DataStage::Gone
            | DataStage::Waiting
            | DataStage::Preparing
            | DataStage::Moving
            | DataStage::Replaying
            | DataStage::Verifying
            | DataStage::Resuming => return,
        }
        let state = &mut self.data.datasets[dataset];
        state.hands = hands;
        if state.detected.is_none() {
            state.detected = Some(self.now);
            self.note(Happening::Data(DataHappening::LossKnown(dataset)));
        }
        self.restore_decided(dataset);
        self.data.touch(dataset);
    }

    /// A plan says from now on when a loss is known and decided, or no more: then the dataset finds out for itself.
    pub(in crate::simulation) fn lead_dataset(&mut self, dataset: DatasetId, leads: bool) {
        let state = &mut self.data.datasets[dataset];
        state.led = if leads { state.led + 1 } else { state.led - 1 };
        if state.led == 0 {
            let incarnation = state.incarnation;
            match state.stage {
                DataStage::Unnoticed => self.await_detection(dataset, incarnation),
                DataStage::Deciding => self.await_decision(dataset, incarnation),
                DataStage::Fine
                | DataStage::Gone
                | DataStage::Waiting
                | DataStage::Preparing
                | DataStage::Moving
                | DataStage::Replaying
                | DataStage::Verifying
                | DataStage::Resuming => {}
            }
        }
    }

    /// A plan found out what is lost.
    pub(in crate::simulation) fn dataset_known(&mut self, dataset: DatasetId) {
        if self.data.datasets[dataset].stage == DataStage::Unnoticed {
            self.loss_known(dataset);
        }
    }

    /// A plan decided on a restore that a later step begins.
    pub(in crate::simulation) fn dataset_decided(&mut self, dataset: DatasetId) {
        if self.data.datasets[dataset].stage == DataStage::Deciding {
            self.decide_restore(dataset);
        }
    }

    /// True while a restore is under way or to come.
    pub(in crate::simulation) fn restoring(&self, dataset: DatasetId) -> bool {
        !matches!(self.data.datasets[dataset].stage, DataStage::Fine | DataStage::Gone)
    }

    /// The data are there and are checked.
    pub(super) fn data_back(&mut self, dataset: DatasetId) {
        self.data.datasets[dataset].back = Some(self.now);
        self.note(Happening::Data(DataHappening::DataBack(dataset)));
        let incarnation = self.move_data(dataset, DataStage::Verifying);
        let verify = self.scenario.datasets[dataset].recovery.verify.as_ref();
        let takes = self.maybe_draw(verify, Purpose::DataVerify, dataset);
        self.schedule_in(takes, Event::DataStep { dataset, incarnation });
    }

    pub(super) fn maybe_draw(&self, law: Option<&Distribution>, purpose: Purpose, dataset: DatasetId) -> Span {
        let tries = self.data.datasets[dataset].tries;
        law.map_or(Span::ZERO, |law| draw(law, &mut self.data_stream(purpose, dataset, tries)))
    }

    /// What came back is good: it is put to use.
    pub(super) fn resume(&mut self, dataset: DatasetId) {
        let incarnation = self.move_data(dataset, DataStage::Resuming);
        let resume = self.scenario.datasets[dataset].recovery.resume.as_ref();
        let takes = self.maybe_draw(resume, Purpose::DataResume, dataset);
        self.schedule_in(takes, Event::DataStep { dataset, incarnation });
    }

    /// Users work again.
    fn recovered(&mut self, dataset: DatasetId) {
        let state = &self.data.datasets[dataset];
        let (target, point) = (state.target, state.point);
        self.release_restore(dataset);
        self.move_data(dataset, DataStage::Fine);
        match point {
            Some((PointSource::Backup(_), _)) => {
                self.data.follow[target].fresh = true;
                self.copy_restored(target);
            }
            Some((PointSource::Copy(copy), _)) => self.note(Happening::Data(DataHappening::Promoted(copy))),
            None => {}
        }
        self.data.datasets[dataset].spoiled = None;
        self.data.datasets[dataset].wanted = false;
        if self.data.datasets[dataset].active != target {
            self.set_active(dataset, target);
            self.forget_snapshots(dataset);
        }
        self.note(Happening::Data(DataHappening::DataWhole(dataset)));
        self.others_are_stale(dataset, point.map_or(self.now, |(_, at)| at));
        let lost_at = self.data.datasets[dataset].lost_at;
        if let Some((_, at)) = point {
            self.book_point(dataset, at.min(lost_at), lost_at);
        }
        self.book_recovery(dataset);
        self.note_incident(dataset, Some(self.now));
    }

    /// How old the data of a `point` are that came back, and what was lost with it.
    fn book_point(&mut self, dataset: DatasetId, point: SimTime, lost_at: SimTime) {
        let age = lost_at - point;
        let model = &self.scenario.datasets[dataset];
        let bytes = model.written(age);
        let tally = &mut self.tally.datasets[dataset];
        tally.points.add(age);
        if let Some(rpo) = model.rpo {
            tally.rpo.0 += u64::from(age <= rpo);
            tally.rpo.1 += 1;
        }
        self.tally.data_events.push(DataEvent { dataset, kind: DataEventKind::Point, length: age });
        self.lost_for_good(dataset, bytes, lost_at, Some(age));
        for nth in 0..self.data.users[dataset].len() {
            let service = self.data.users[dataset][nth];
            let lost = &mut self.services[service].work_lost;
            *lost = (*lost).max(age);
        }
    }

    fn book_recovery(&mut self, dataset: DatasetId) {
        let state = &self.data.datasets[dataset];
        let length = self.now - state.lost_at;
        let detected = state.detected.unwrap_or(state.lost_at);
        let decided = state.decided.unwrap_or(detected).max(detected);
        let back = state.back.unwrap_or(self.now).max(decided);
        let phases = [detected - state.lost_at, decided - detected, back - decided, self.now - back];
        let tally = &mut self.tally.datasets[dataset];
        tally.recoveries.add(length);
        if let Some(rto) = self.scenario.datasets[dataset].rto {
            tally.rto.0 += u64::from(length <= rto);
            tally.rto.1 += 1;
        }
        self.tally.data_events.push(DataEvent { dataset, kind: DataEventKind::Recovery, length });
        for (phase, length) in Phase::ALL.into_iter().zip(phases) {
            self.tally.datasets[dataset].phases[phase as usize].add(length);
            self.tally.data_events.push(DataEvent { dataset, kind: DataEventKind::Phase(phase), length });
        }
    }

    /// Nothing is left to restore from.
    pub(super) fn give_up(&mut self, dataset: DatasetId) {
        self.release_restore(dataset);
        let incarnation = self.move_data(dataset, DataStage::Gone);
        self.note(Happening::Data(DataHappening::GaveUp(dataset)));
        let model = &self.scenario.datasets[dataset];
        self.lost_for_good(dataset, model.size.get() as f64, self.data.datasets[dataset].lost_at, None);
        let tally = &mut self.tally.datasets[dataset];
        tally.rpo.1 += u64::from(model.rpo.is_some());
        tally.rto.1 += u64::from(model.rto.is_some());
        self.note_incident(dataset, None);
        if let Some(law) = &model.recovery.anew {
            let takes = draw(law, &mut self.data_stream(Purpose::DataResume, dataset, 0xffff));
            self.schedule_in(takes, Event::DataStep { dataset, incarnation });
        }
    }

    /// Users go on without what was lost.
    fn begin_anew(&mut self, dataset: DatasetId) {
        let active = self.data.datasets[dataset].active;
        if !self.takes_data(active) {
            let incarnation = self.data.datasets[dataset].incarnation;
            self.schedule_in(Span::from_seconds(3600.0), Event::DataStep { dataset, incarnation });
            return;
        }
        self.move_data(dataset, DataStage::Fine);
        self.data.datasets[dataset].spoiled = None;
        self.data.follow[active].fresh = true;
        self.copy_restored(active);
        self.others_are_stale(dataset, SimTime::ZERO);
        self.note(Happening::Data(DataHappening::DataWhole(dataset)));
    }

    pub(super) fn note_incident(&mut self, dataset: DatasetId, recovered: Option<SimTime>) {
        if self.trace.is_none() {
            return;
        }
        let state = &self.data.datasets[dataset];
        let model = &self.scenario.datasets[dataset];
        let lost = match state.point {
            Some((_, at)) => model.written(state.lost_at.since(at.min(state.lost_at))),
            None => model.size.get() as f64,
        };
        let incident = Incident {
            service: None,
            dataset: Some(dataset),
            cause: state.cause,
            lost: state.lost_at,
            detected: state.detected,
            decided: state.decided,
            acted: state.back,
            recovered,
            caught_up: recovered,
            point: state.point,
            lost_bytes: lost as u64,
        };
        self.note_whole(incident);
    }

    /// Tells the services whether they can use a dataset.
    fn set_readable(&mut self, dataset: DatasetId, readable: bool) {
        if self.data.datasets[dataset].readable == readable {
            return;
        }
        self.data.datasets[dataset].readable = readable;
        if !readable {
            self.data.datasets[dataset].unreadable_since = self.now;
        }
        for nth in 0..self.data.users[dataset].len() {
            let service = self.data.users[dataset][nth];
            let missing = &mut self.services[service].data_missing;
            *missing = if readable { *missing - 1 } else { *missing + 1 };
            self.touch_service(service);
        }
    }

    /// Has every service that uses a dataset looked at.
    pub(super) fn touch_users(&mut self, dataset: DatasetId) {
        for nth in 0..self.data.users[dataset].len() {
            self.touch_service(self.data.users[dataset][nth]);
        }
    }

    /// A service now runs at this place: the data it uses come along, from the best copy, or are ordered from a backup.
    pub(in crate::simulation) fn data_follows(&mut self, service: ServiceId, place: DomainId) {
        for nth in 0..self.scenario.services[service].uses.len() {
            let dataset = self.scenario.services[service].uses[nth];
            self.book_data(dataset);
            let state = &self.data.datasets[dataset];
            if state.stage != DataStage::Fine {
                // Its own recovery is on the way. Who switched the service has decided for a whole mirror, too; what is wrong everywhere
                // or lies in backups alone waits for its own decision.
                let undecided = matches!(state.stage, DataStage::Unnoticed | DataStage::Deciding);
                if undecided && state.led == 0 && state.spoiled.is_none() && self.copy_near(dataset, place).is_some() {
                    self.order_restore(dataset, false);
                }
                continue;
            }
            let (active, readable) = (state.active, self.usable(state.active));
            match self.copy_near(dataset, place) {
                Some(copy) if copy == active && readable => {}
                Some(copy) if readable && self.data.follow[copy].cut_since.is_none() => {
                    self.promote(dataset, copy, self.now);
                } // in good order: what is on the way is waited for
                Some(copy) => {
                    let Source { point, .. } = self.mirror_source(dataset, copy);
                    let lost_at =
                        if readable { self.now } else { self.data.datasets[dataset].unreadable_since.max(point) };
                    self.promote(dataset, copy, point);
                    self.book_point(dataset, point, lost_at);
                }
                None if readable => {}
                None => self.order_restore(dataset, false),
            }
            self.data.touch(dataset);
        }
    }

    /// Another copy is the one that counts, with the data of a `point`.
    pub(super) fn promote(&mut self, dataset: DatasetId, copy: CopyId, point: SimTime) {
        self.set_active(dataset, copy);
        self.data.datasets[dataset].target = copy;
        self.note(Happening::Data(DataHappening::Promoted(copy)));
        self.forget_snapshots(dataset);
        self.others_are_stale(dataset, point);
        self.data.touch(dataset);
    }

    /// What keeps a dataset from being read.
    pub(in crate::simulation) fn data_causes(&self, dataset: DatasetId, causes: &mut Vec<Cause>) {
        let state = &self.data.datasets[dataset];
        match state.stage {
            DataStage::Fine => {}
            DataStage::Unnoticed => causes.push(Cause::Detection),
            DataStage::Deciding => causes.push(Cause::Decision),
            DataStage::Waiting
            | DataStage::Preparing
            | DataStage::Moving
            | DataStage::Replaying
            | DataStage::Resuming => causes.push(Cause::Restore),
            DataStage::Verifying => causes.push(Cause::Verification),
            DataStage::Gone => causes.push(Cause::Data(dataset)),
        }
        match state.cause.filter(|_| state.stage != DataStage::Fine) {
            Some(cause) => causes.push(cause),
            None => causes.extend(self.copy_cause(state.active).or(Some(Cause::Data(dataset)))),
        }
    }

    /// The first thing that keeps a host of a copy away.
    pub(super) fn copy_cause(&self, copy: CopyId) -> Option<Cause> {
        let mut causes = Vec::new();
        self.place_causes(self.scenario.copies[copy].domain, &mut causes);
        if causes.is_empty() {
            for unit in &self.scenario.copies[copy].hosts {
                if !self.host_serves(*unit) {
                    causes.extend(self.unit_cause(*unit));
                    if let Some(domain) = self.scenario.unit_domain[*unit] {
                        self.place_causes(domain, &mut causes);
                    }
                    if !causes.is_empty() {
                        break;
                    }
                }
            }
        }
        causes.first().copied()
    }

    /// True for a dataset that something could bring back.
    pub(super) fn has_source(&self, dataset: DatasetId) -> bool {
        !self.data.backed_up[dataset].is_empty() || self.has_mirror(dataset)
    }

    /// True for a dataset with another copy that could take over.
    fn has_mirror(&self, dataset: DatasetId) -> bool {
        self.scenario.datasets[dataset].copies.iter().any(|copy| {
            copy != self.data.datasets[dataset].active && self.scenario.copies[copy].role != CopyRole::Spare
        })
    }
}

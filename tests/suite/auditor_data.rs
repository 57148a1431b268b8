//! An auditor of what a trial does with data: replays the trace with books of its own on points, losses and recoveries.
//!
//! Knows the scenario, the trace and the tally, and shares no code with the simulation.

use drsim::id::Id as _;
use drsim::model::{
    Action, BackupId, CopyRole, DatasetId, Does, JobKind, Overrun, PlanId, Reach, Scenario, ServiceId, StoreId,
};
use drsim::quantity::{SimTime, Span};
use drsim::simulation::{
    DataEventKind, DataHappening, Happening, PlanHappening, PointSource, Status, Trace, TraceEntry, TrialTally,
};
use std::collections::{BTreeMap, BTreeSet};

const DAY: f64 = 86_400.0;

/// A point as the trace tells of it.
#[derive(Clone, Copy, Debug)]
struct Point {
    kind: JobKind,
    needs: Option<SimTime>,
}

#[derive(Clone, Debug, Default)]
struct Book {
    points: BTreeMap<SimTime, Point>,
    /// Jobs at work: when they began, and what they build on.
    running: Vec<(SimTime, JobKind, Option<SimTime>)>,
    began: u64,
    done: u64,
    failed: u64,
    found: u64,
    /// Which points there are is not known for certain any more.
    unsure: bool,
}

#[derive(Clone, Debug, Default)]
struct Standing {
    lost: Option<SimTime>,
    /// Something happened to its recovery at last.
    moved: SimTime,
    gone: bool,
    spoiled: Option<SimTime>,
    lost_for: Span,
    given_up: u64,
    whole: BTreeSet<SimTime>,
}

struct Auditor<'a> {
    scenario: &'a Scenario,
    now: SimTime,
    backups: Vec<Book>,
    datasets: Vec<Standing>,
    status: Vec<Status>,
    off: Vec<bool>,
    active: Vec<usize>,
    /// Running plans: when they began and steps to go.
    plans: Vec<Option<(SimTime, usize)>>,
    complaints: Vec<String>,
}

/// Everything that does not fit. `calm`: nothing strikes or breaks in the second half of the horizon.
pub fn audit(scenario: &Scenario, trace: &Trace, tally: &TrialTally, calm: bool) -> Vec<String> {
    let mut auditor = Auditor {
        scenario,
        now: SimTime::ZERO,
        backups: vec![Book::default(); scenario.backups.len()],
        datasets: vec![Standing::default(); scenario.datasets.len()],
        status: vec![Status::Up; scenario.services.len()],
        off: vec![false; scenario.domains.len()],
        active: scenario.datasets.iter().map(|dataset| dataset.copies.positions().start).collect(),
        plans: vec![None; scenario.plans.len()],
        complaints: Vec::new(),
    };
    let mut rest = trace.entries.as_slice();
    while let Some(first) = rest.first() {
        let (moment, later) = rest.split_at(rest.iter().take_while(|entry| entry.at == first.at).count());
        auditor.now = first.at;
        for entry in moment {
            auditor.take(entry.what, moment);
        }
        auditor.close_moment();
        rest = later;
    }
    auditor.now = SimTime::ZERO + scenario.horizon;
    if calm {
        auditor.all_is_well();
    }
    auditor.compare(trace, tally);
    auditor.complaints
}

impl Auditor<'_> {
    #[expect(clippy::needless_pass_by_value, reason = "complaints are made to be handed over")]
    fn wrong(&mut self, what: String) {
        self.complaints.push(format!("{:.4} d: {what}", self.now.as_seconds() / DAY));
    }

    fn take(&mut self, what: Happening, moment: &[TraceEntry]) {
        match what {
            Happening::Became(service, status, _) => self.status[service.index()] = status,
            Happening::DomainOff(domain) => self.off[domain.index()] = true,
            Happening::DomainOn(domain) => self.off[domain.index()] = false,
            Happening::Plan(what) => self.take_plan(what),
            Happening::Data(what) => self.take_data(what, moment),
            _ => {}
        }
    }

    fn take_plan(&mut self, what: PlanHappening) {
        match what {
            PlanHappening::Began(plan) => {
                if self.plans[plan.index()].is_some() {
                    self.wrong(format!("{plan:?} began twice"));
                }
                self.plans[plan.index()] = Some((self.now, self.scenario.plans[plan].steps.len()));
            }
            PlanHappening::StepDone(plan, _) => match &mut self.plans[plan.index()] {
                Some((_, left)) => {
                    *left -= 1;
                    if *left == 0 {
                        self.plans[plan.index()] = None;
                    }
                }
                None => self.wrong(format!("a step of {plan:?} is done, which does not run")),
            },
            PlanHappening::StepBegan(..) | PlanHappening::StepWaits(..) | PlanHappening::StepFailed(..) => {}
        }
    }

    fn take_data(&mut self, what: DataHappening, moment: &[TraceEntry]) {
        match what {
            DataHappening::DataLost(dataset, _) => {
                let state = &mut self.datasets[dataset.index()];
                state.moved = self.now;
                if state.lost.replace(self.now).is_some() {
                    self.wrong(format!("{dataset:?} is lost and was lost already"));
                }
            }
            DataHappening::Spoiled(dataset, _) => {
                let state = &mut self.datasets[dataset.index()];
                state.spoiled.get_or_insert(self.now);
            }
            DataHappening::LossKnown(dataset)
            | DataHappening::RestoreDecided(dataset)
            | DataHappening::DataBack(dataset) => self.datasets[dataset.index()].moved = self.now,
            DataHappening::RestoreFailed(dataset, source, _) => {
                self.datasets[dataset.index()].moved = self.now;
                // What is known to be bad now is not told: what later jobs build on is not known any more.
                for backup in self.scenario.backups.ids() {
                    let copied = self.scenario.backups[backup].of == dataset;
                    self.backups[backup.index()].unsure |= copied && matches!(source, PointSource::Backup(_));
                }
            }
            DataHappening::Promoted(copy) => {
                let dataset = self.scenario.copies[copy].dataset;
                self.moves_to(dataset, copy.index());
            }
            DataHappening::CopyLost(copy) => {
                let dataset = self.scenario.copies[copy].dataset;
                if self.active[dataset.index()] == copy.index() {
                    self.drop_snapshots(dataset);
                }
            }
            DataHappening::RestoreBegan(dataset, source, at) => self.restore_began(dataset, source, at),
            DataHappening::DataWhole(dataset) => {
                let now = self.now;
                let state = &mut self.datasets[dataset.index()];
                if let Some(lost) = state.lost.take() {
                    state.lost_for += now - lost;
                }
                (state.spoiled, state.gone) = (None, false);
                state.whole.insert(now);
            }
            DataHappening::GaveUp(dataset) => {
                let state = &mut self.datasets[dataset.index()];
                state.gone = true;
                state.given_up += 1;
            }
            DataHappening::JobBegan(backup, kind) => self.job_began(backup, kind),
            DataHappening::JobDone(backup, kind, at) => self.job_done(backup, kind, at),
            DataHappening::JobFailed(backup, kind) => {
                let book = &mut self.backups[backup.index()];
                book.failed += 1;
                if let Some(nth) = book.running.iter().position(|run| run.1 == kind) {
                    book.running.remove(nth);
                }
            }
            DataHappening::BadPointFound(backup, at) => {
                self.backups[backup.index()].found += 1;
                let points = &mut self.backups[backup.index()].points;
                let mut gone = BTreeSet::from([at]);
                for (later, point) in points.iter() {
                    if point.needs.is_some_and(|needed| gone.contains(&needed)) {
                        gone.insert(*later);
                    }
                }
                points.retain(|at, _| !gone.contains(at));
            }
            DataHappening::StoreSpoiled(store) => self.store_spoiled(store, moment),
            DataHappening::CopyWhole(_)
            | DataHappening::RebuildBegan(..)
            | DataHappening::Rebuilt(..)
            | DataHappening::JobOverran(..) => {}
        }
    }

    /// Snapshots lie beside the copy that counts, and stay there.
    fn moves_to(&mut self, dataset: DatasetId, copy: usize) {
        if std::mem::replace(&mut self.active[dataset.index()], copy) != copy {
            self.drop_snapshots(dataset);
        }
    }

    fn drop_snapshots(&mut self, dataset: DatasetId) {
        for (backup, model) in self.scenario.backups.enumerate() {
            if model.of == dataset {
                self.backups[backup.index()].points.retain(|_, point| point.kind != JobKind::Snapshot);
            }
        }
    }

    fn job_began(&mut self, backup: BackupId, kind: JobKind) {
        let book = &mut self.backups[backup.index()];
        book.began += 1;
        let last = |full: bool| {
            let fits = |point: &Point| point.kind != JobKind::Snapshot && (!full || point.kind == JobKind::Full);
            book.points.iter().rev().find(|(_, point)| fits(point)).map(|(at, _)| *at)
        };
        let needs = match kind {
            JobKind::Full | JobKind::Snapshot => None,
            JobKind::Differential => last(true),
            JobKind::Incremental => last(false),
        };
        if self.scenario.backups[backup].copies.is_none() {
            book.running.push((self.now, kind, needs));
        }
    }

    fn job_done(&mut self, backup: BackupId, kind: JobKind, at: SimTime) {
        let model = &self.scenario.backups[backup];
        if let Some(source) = model.copies {
            let Some(point) = self.backups[source.index()].points.get(&at).copied() else {
                return self.wrong(format!("{backup:?} copied a point of {at:?} that {source:?} does not have"));
            };
            self.backups[backup.index()].points.insert(at, point);
            return;
        }
        let book = &mut self.backups[backup.index()];
        book.done += 1;
        let run = book.running.iter().position(|run| run.0 == at && run.1 == kind);
        let needs = match run {
            Some(nth) => book.running.remove(nth).2,
            None => None,
        };
        book.points.insert(at, Point { kind, needs });
        // Of two that run side by side the trace does not say which failed.
        if run.is_none() && kind != JobKind::Snapshot && model.overrun != Overrun::Overlap {
            self.wrong(format!("{backup:?}: a job of {at:?} is done that never began"));
        }
    }

    /// Points that a threat destroys: by fire all but the snapshots, by an intruder what he reaches.
    fn store_spoiled(&mut self, store: StoreId, moment: &[TraceEntry]) {
        let mut fire = false;
        let mut reaches = Vec::new();
        for entry in moment {
            match entry.what {
                Happening::Struck(threat) => {
                    let effects = &self.scenario.threats[threat].effects;
                    fire |= effects.iter().any(|effect| matches!(effect.action, Action::Destroy(_)));
                    reaches.extend(effects.iter().filter_map(|effect| match &effect.action {
                        Action::Spoil(spoil) => Some((spoil.datasets.clone(), spoil.reach)),
                        _ => None,
                    }));
                }
                Happening::Passed(threat) => {
                    let effects = &self.scenario.threats[threat].effects;
                    reaches.extend(effects.iter().filter_map(|effect| match &effect.action {
                        Action::Spoil(spoil) => Some((spoil.datasets.clone(), spoil.reach)),
                        _ => None,
                    }));
                }
                _ => {}
            }
        }
        if fire {
            return; // which of two at the same moment is not told
        }
        for (backup, model) in self.scenario.backups.enumerate() {
            let reach = reaches.iter().filter(|(of, _)| of.contains(&model.of)).map(|(_, reach)| *reach);
            let reach: Vec<Reach> = reach.collect();
            if model.to != store || reach.len() != 1 {
                continue;
            }
            self.backups[backup.index()].points.retain(|_, point| match reach[0] {
                Reach::Nothing => true,
                // What else of a store was within reach the trace does not tell.
                Reach::Snapshots | Reach::Online | Reach::Place => point.kind != JobKind::Snapshot,
            });
        }
    }

    fn restore_began(&mut self, dataset: DatasetId, source: PointSource, at: SimTime) {
        let now = self.now;
        let state = &mut self.datasets[dataset.index()];
        state.moved = now;
        let (lost, spoiled) = (state.lost, state.spoiled);
        if lost.is_some_and(|lost| at > lost) {
            self.wrong(format!("{dataset:?} goes back to {at:?}, after its loss"));
        }
        if spoiled.is_some_and(|since| at >= since) {
            self.wrong(format!("{dataset:?} goes back to {at:?}, when it was wrong already"));
        }
        let PointSource::Backup(backup) = source else { return };
        let (model, points) = (&self.scenario.backups[backup], &self.backups[backup.index()].points);
        if model.of != dataset {
            return self.wrong(format!("{dataset:?} goes back to a point of {backup:?}"));
        }
        let base = if model.log.is_some() { points.range(..=at).next_back() } else { points.get_key_value(&at) };
        let Some((base, point)) = base else {
            return self.wrong(format!("{dataset:?} goes back to {at:?}: {backup:?} has no such point"));
        };
        let (mut link, mut whole) = (Some(*point), true);
        while let Some(needed) = link.and_then(|link| link.needs) {
            link = points.get(&needed).copied();
            whole &= link.is_some();
        }
        let sure = model.log.is_none() && model.overrun != Overrun::Overlap && !self.backups[backup.index()].unsure;
        if !whole && sure {
            self.wrong(format!("{dataset:?} goes back to {base:?} of {backup:?}, whose chain is broken"));
        }
        let place = self.scenario.stores[model.to].domain;
        if place.is_some_and(|place| self.off[place.index()]) {
            self.wrong(format!("{dataset:?} is restored from {:?}, which is off", model.to));
        }
    }

    fn close_moment(&mut self) {
        for (service, model) in self.scenario.services.enumerate() {
            for dataset in &model.uses {
                if self.datasets[dataset.index()].lost.is_some() && self.status[service.index()] != Status::Down {
                    self.wrong(format!("{service:?} is up, and {dataset:?} that it uses is lost"));
                }
            }
        }
    }

    /// Long after the last strike everything that can be back is back.
    fn all_is_well(&mut self) {
        for dataset in self.scenario.datasets.ids() {
            let state = self.datasets[dataset.index()].clone();
            if state.lost.is_some() && !state.gone {
                self.wrong(format!("{dataset:?} waits to be restored, nothing moved since {:?}", state.moved));
            }
        }
        let plans: Vec<PlanId> = self.scenario.plans.ids().filter(|plan| self.plans[plan.index()].is_some()).collect();
        for plan in plans {
            // A planned return waits for a service whose data are gone for good.
            let returns = self.scenario.plans[plan].steps.iter().any(|step| matches!(step.does, Does::Failback(_)));
            let gone = self.datasets.iter().any(|state| state.gone);
            if !returns || !gone {
                self.wrong(format!("{plan:?} runs since {:?}", self.plans[plan.index()]));
            }
        }
        let services: Vec<ServiceId> = self.scenario.services.ids().collect();
        for service in services {
            let model = &self.scenario.services[service];
            let gone = model.uses.iter().any(|dataset| self.datasets[dataset.index()].gone);
            if self.status[service.index()] == Status::Down && !gone {
                self.wrong(format!("{service:?} is down for ever"));
            }
        }
        for backup in self.scenario.backups.ids() {
            let old = |run: &&(SimTime, JobKind, Option<SimTime>)| (self.now - run.0).as_seconds() > 40.0 * DAY;
            let sure = self.scenario.backups[backup].overrun != Overrun::Overlap;
            if let Some(run) = self.backups[backup.index()].running.iter().find(old).copied().filter(|_| sure) {
                self.wrong(format!("{backup:?}: a job runs since {:?}", run.0));
            }
        }
    }

    fn compare(&mut self, trace: &Trace, tally: &TrialTally) {
        let end = SimTime::ZERO + self.scenario.horizon;
        for dataset in self.scenario.datasets.ids() {
            let (model, books) = (&self.scenario.datasets[dataset], &tally.datasets[dataset]);
            let state = self.datasets[dataset.index()].clone();
            let mut wrong = Vec::new();
            let mut check = |good: bool, what: &str| {
                if !good {
                    wrong.push(format!("{dataset:?}: {what}: {books:?}"));
                }
            };
            let (size, writes) = (model.size.get() as f64, model.writes.bytes_per_second());
            let horizon = self.scenario.horizon.as_seconds();
            let lost_for = state.lost_for + state.lost.map_or(Span::ZERO, |lost| end - lost);
            check(books.unreadable >= lost_for, "readable while it was lost");
            check(books.unreadable <= books.horizon && books.exposed <= books.horizon, "longer than the trial");
            check(books.exposed >= books.unreadable, "unreadable and not exposed");
            check(books.stored.iter().all(|stored| *stored > -1.0), "less than nothing is stored");
            check(books.at_risk >= 0.0 && books.at_risk <= size * horizon * (1.0 + 1e-9), "more at risk than there is");
            let profile: f64 = books.at_risk_profile.iter().sum();
            check((profile - books.at_risk).abs() <= 1e-6 * books.at_risk.max(1.0), "the profile is not the sum");
            check(books.backups.0 <= books.backups.1 && books.restores.0 <= books.restores.1, "more than there were");
            check(books.rpo.0 <= books.rpo.1 && books.rto.0 <= books.rto.1, "more met than judged");
            let phases: Span = books.phases.iter().fold(Span::ZERO, |sum, phase| sum + phase.sum);
            check(phases == books.recoveries.sum, "phases do not sum up");
            let points =
                tally.data_events.iter().filter(|event| event.dataset == dataset && event.kind == DataEventKind::Point);
            let mut bytes = state.given_up as f64 * size;
            let mut count = 0;
            for event in points {
                bytes += (writes * event.length.as_seconds()).min(size);
                count += 1;
            }
            check(count == books.points.count, "points");
            let alone = model.copies.positions().all(|copy| {
                let role = self.scenario.copies[drsim::model::CopyId::new(copy)].role;
                matches!(role, CopyRole::Primary | CopyRole::Spare)
            }) && self.scenario.backups.iter().all(|backup| backup.of != dataset);
            let same = (books.lost_bytes - bytes).abs() <= 1e-6 * bytes.max(1.0);
            check(same || alone && books.lost_bytes >= bytes, "lost bytes");
            let incidents: Vec<_> =
                trace.incidents.iter().filter(|incident| incident.dataset == Some(dataset)).collect();
            let mended = incidents.iter().filter(|incident| incident.recovered.is_some()).count() as u64;
            check(mended == books.recoveries.count, "incidents are not recoveries");
            for incident in incidents {
                let moments =
                    [Some(incident.lost), incident.detected, incident.decided, incident.acted, incident.recovered];
                let told: Vec<SimTime> = moments.into_iter().flatten().collect();
                check(told.is_sorted(), &format!("an incident goes back in time: {incident:?}"));
                check(
                    incident
                        .point
                        .is_none_or(|(_, at)| at <= incident.lost || at <= incident.lost + Span::from_seconds(1e-6)),
                    &format!("a point after the loss: {incident:?}"),
                );
                check(
                    incident.recovered.is_none_or(|at| state.whole.contains(&at)),
                    &format!("not whole: {incident:?}"),
                );
            }
            let due: usize = self
                .scenario
                .backups
                .iter()
                .filter(|backup| backup.of == dataset)
                .map(|backup| {
                    let moments: BTreeSet<SimTime> =
                        backup.jobs.iter().flat_map(|job| job.starts.iter().copied()).filter(|at| *at < end).collect();
                    moments.len()
                })
                .sum();
            check(due as u64 == books.backups.1, &format!("{due} jobs were due"));
            self.complaints.extend(wrong);
        }
        for (backup, book) in self.backups.clone().iter().enumerate() {
            let model = &self.scenario.backups[BackupId::new(backup)];
            let snapshots = model.jobs.iter().any(|job| job.kind == JobKind::Snapshot);
            let ended = book.done + book.failed;
            if model.copies.is_none() && !snapshots && ended < book.began.saturating_sub(book.running.len() as u64) {
                self.wrong(format!("backup {backup}: jobs got lost: {} began, {ended} ended", book.began));
            }
        }
    }
}

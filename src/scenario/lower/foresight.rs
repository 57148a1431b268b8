//! What can be seen of backups and restores before anything runs: jobs that never end, promises that cannot be kept, points that burn with
//! the data.
//!
//! Bounds, not estimates: a mistake is only noted when nothing that can happen would avoid it.

use super::Lowering;
use super::plan::median;
use super::route::Routes;
use crate::id::{Id as _, IdVec};
use crate::model::{
    Action, Backup, BackupId, CopyId, CopyRole, DataCopy, DatasetId, Distribution, DomainId, FailoverMode, Job,
    JobKind, Overrun, Pick, Reach, Retention, Scenario, Spoil, Store, Threat,
};
use crate::quantity::Span;
use crate::quantity::words::{bytes, duration, plain};
use crate::scenario::source::Place;
use std::collections::{BTreeMap, BTreeSet};

/// A rate and what sets it.
type Limit = (f64, String);

/// What the checks look things up in.
pub(super) struct Outlook<'s> {
    scenario: &'s Scenario,
    routes: Routes<'s>,
    by_dataset: IdVec<DatasetId, Vec<BackupId>>,
    /// Where they are written.
    datasets: BTreeMap<&'s str, Place>,
    backups: Vec<Place>,
}

impl Lowering<'_> {
    /// Notes what cannot work or is not worth much.
    pub(super) fn foresee(&mut self, scenario: &Scenario, backup_order: &[usize]) {
        let file = self.file;
        let items = self.items(file.backups.as_ref(), "backups");
        let datasets = self.items(file.datasets.as_ref(), "datasets");
        let mut by_dataset = IdVec::filled(Vec::new(), scenario.datasets.len());
        for (id, backup) in scenario.backups.enumerate() {
            by_dataset[backup.of].push(id);
        }
        let outlook = Outlook {
            scenario,
            by_dataset,
            routes: Routes::of(scenario),
            datasets: datasets.iter().map(|item| (item.name.as_str(), item.place)).collect(),
            backups: backup_order.iter().map(|at| items[*at].place).collect(),
        };
        for backup in scenario.backups.ids() {
            self.endless_jobs(&outlook, backup, &items[backup_order[backup.index()]].value);
            self.short_retention(&outlook, backup, &items[backup_order[backup.index()]].value);
        }
        for dataset in scenario.datasets.ids() {
            self.late_restores(&outlook, dataset);
            self.old_points(&outlook, dataset);
            self.burnt_together(&outlook, dataset);
        }
        self.unlocked_points(&outlook);
        self.untolerable_work(scenario);
        self.switched_in_no_time(scenario);
    }

    /// Jobs that are due again before they can be done.
    fn endless_jobs(
        &mut self,
        outlook: &Outlook<'_>,
        id: BackupId,
        written: &crate::scenario::written::backup::Backup,
    ) {
        let (scenario, backup) = (outlook.scenario, &outlook.scenario.backups[id]);
        if backup.copies.is_some() {
            return;
        }
        let dataset = &scenario.datasets[backup.of];
        let Some((rate, limit)) = outlook.job_rate(backup) else { return };
        let size = dataset.size.get() as f64;
        let changes = dataset.changes.bytes_per_second();
        for job in backup.jobs.iter().filter(|job| job.kind != JobKind::Snapshot) {
            let Some(every) = interval(job, scenario.horizon) else { continue };
            let cycle = backup.jobs.iter().find(|job| job.kind == JobKind::Full);
            let cycle = cycle.and_then(|job| interval(job, scenario.horizon)).unwrap_or(every);
            let moved = match job.kind {
                JobKind::Full | JobKind::Snapshot => size,
                // On average half of what a whole cycle changes.
                JobKind::Differential => (changes * cycle / 2.0).min(size),
                JobKind::Incremental => (changes * every).min(size),
            };
            let takes = moved / rate;
            let place = match job.kind {
                JobKind::Full => written.full.as_ref(),
                JobKind::Differential => written.differential.as_ref(),
                JobKind::Incremental | JobKind::Snapshot => written.incremental.as_ref(),
            };
            let preset = written.preset.as_ref().map(|preset| preset.place);
            let place = place.map(|at| at.place).or(preset).unwrap_or(outlook.backups[id.index()]);
            let article = if job.kind == JobKind::Incremental { "an" } else { "a" };
            let kind = format!("{article} {}", job.kind.key());
            let sum = format!("{} / {}/s ({limit}) = {}", bytes(moved), bytes(rate), duration(takes));
            if takes > every {
                let message = format!(
                    "{kind} of `{}` never ends before the next: {sum}, due every {}",
                    backup.name,
                    duration(every)
                );
                // Who says what happens then has seen it coming; jobs that pile up never end.
                let foreseen = written.overrun.is_some() && backup.overrun != Overrun::Overlap;
                let noted = if foreseen {
                    self.problems.warn("endless-backup", place, message)
                } else {
                    self.problems.error("endless-backup", place, message)
                };
                noted.help("take it less often, move it faster, or let it take less");
            } else if let (Some(window), JobKind::Full) = (backup.window, job.kind)
                && takes > window.as_seconds()
            {
                let place = written.window.as_ref().map_or(place, |window| window.place);
                let message = format!(
                    "{kind} of `{}` never fits its window of {}: {sum}",
                    backup.name,
                    duration(window.as_seconds())
                );
                self.problems.warn("outside-window", place, message).help("widen the window, or move it faster");
            }
        }
    }

    /// Points that go before the next full comes.
    fn short_retention(
        &mut self,
        outlook: &Outlook<'_>,
        id: BackupId,
        written: &crate::scenario::written::backup::Backup,
    ) {
        let backup = &outlook.scenario.backups[id];
        let Some(full) = backup.jobs.iter().find(|job| job.kind == JobKind::Full) else { return };
        let Some(reach) = reach_back(backup, outlook.scenario.horizon) else { return };
        let chained = backup.jobs.iter().any(|job| matches!(job.kind, JobKind::Incremental | JobKind::Differential));
        let Some(every) = interval(full, outlook.scenario.horizon).filter(|_| chained && full.starts.len() > 1) else {
            return;
        };
        if reach < every * (1.0 - 1e-9) {
            let place = written.keep.as_ref().map_or(outlook.backups[id.index()], |keep| keep.place);
            let message = format!(
                "`{}` keeps points for {}, but a full is taken every {}: only the chain on the last full is ever there",
                backup.name,
                duration(reach),
                duration(every)
            );
            self.problems
                .warn("short-retention", place, message)
                .help("keep points for at least two fulls, so that a bad full is not the end");
        }
    }

    /// Restores that take longer than the recovery time objective whatever happens.
    fn late_restores(&mut self, outlook: &Outlook<'_>, id: DatasetId) {
        let scenario = outlook.scenario;
        let dataset = &scenario.datasets[id];
        let (Some(rto), false) = (dataset.rto, outlook.mirrored(id)) else { return };
        let found = outlook.backups_of(id).map(|backup| outlook.least_restore(id, backup));
        let Some((least, sum)) = found.min_by(|a, b| a.0.total_cmp(&b.0)) else { return };
        if least <= rto.as_seconds() {
            return;
        }
        let (owner, place) = self.promise(outlook, id, false);
        let message = format!(
            "{owner} has an RTO of {}, but restoring `{}` takes at least {}: {sum}",
            hours(rto.as_seconds()),
            dataset.name,
            hours(least)
        );
        self.problems
            .warn("rto-out-of-reach", place, message)
            .help("move it faster, keep a mirror, or promise what can be kept");
    }

    /// Recovery points that are older than promised even when all goes well.
    fn old_points(&mut self, outlook: &Outlook<'_>, id: DatasetId) {
        let scenario = outlook.scenario;
        let dataset = &scenario.datasets[id];
        let Some(rpo) = dataset.rpo else { return };
        let mirror = outlook.mirrors(id).map(|copy| copy.role.lag()).min();
        if mirror.is_some_and(|lag| lag <= rpo) {
            return;
        }
        let (owner, place) = self.promise(outlook, id, true);
        let promised = format!("{owner} has an RPO of {}", duration(rpo.as_seconds()));
        let of = &dataset.name;
        let own =
            || outlook.backups_of(id).map(|backup| &scenario.backups[backup]).filter(|backup| backup.copies.is_none());
        let gap = own().filter_map(|backup| backup.log.map(Span::as_seconds).or(widest_gap(backup, scenario.horizon)));
        let gap = gap.min_by(f64::total_cmp);
        match (gap, mirror) {
            (None, None) => {
                self.problems
                    .warn("rpo-out-of-reach", place, format!("{promised}, but `{of}` has neither backup nor mirror"))
                    .help("add `[backups.NAME]` with `of` and `to`, or a `mirror` to another place");
            }
            (gap, Some(lag)) if gap.is_none_or(|gap| gap > rpo.as_seconds()) => {
                let message =
                    format!("{promised}, but the mirror of `{of}` lags {} behind", duration(lag.as_seconds()));
                self.problems
                    .warn("rpo-out-of-reach", place, message)
                    .help("let it follow more closely, or make it `sync`");
            }
            (Some(gap), None) if gap > rpo.as_seconds() => {
                let message = format!("{promised}, but `{of}` has a point only every {}", duration(gap));
                self.problems
                    .warn("rpo-out-of-reach", place, message)
                    .help("ship a `log` at least that often, back up more often, or keep a mirror");
            }
            _ => {}
        }
    }

    /// Backups that a disaster takes together with the data.
    fn burnt_together(&mut self, outlook: &Outlook<'_>, id: DatasetId) {
        let scenario = outlook.scenario;
        let Some(primary) = outlook.primary(id) else { return };
        let stores: Vec<(BackupId, Option<DomainId>)> = outlook
            .backups_of(id)
            .map(|backup| (backup, scenario.stores[scenario.backups[backup].to].domain))
            .collect();
        let Some(first) = stores.first().map(|(backup, _)| *backup) else { return };
        let mirrors: Vec<DomainId> = outlook.mirrors(id).map(|copy| copy.domain).collect();
        let elsewhere: Vec<Option<DomainId>> =
            stores.iter().map(|(_, at)| *at).chain(mirrors.iter().map(|at| Some(*at))).collect();
        let store = &scenario.stores[scenario.backups[first].to];
        let place = self.store_place(&store.name);
        let of = &scenario.datasets[id].name;
        let threat = scenario.threats.iter().find(|threat| {
            destroys(threat)
                && strikes(scenario, threat, primary)
                && elsewhere.iter().all(|at| at.is_some_and(|at| strikes_both(scenario, threat, primary, at)))
        });
        if let Some(threat) = threat {
            let message = format!("`{}` destroys store `{}` together with `{of}`", threat.name, store.name);
            self.problems
                .warn("store-in-blast-radius", place, message)
                .help("keep one copy where it does not strike: another site, or a store without `at`");
        } else if let Some(site) = outlook.site(primary)
            && elsewhere.iter().all(|at| at.is_some_and(|at| outlook.site(at) == Some(site)))
        {
            let site = &scenario.domains[site].name;
            let message = format!("store `{}` stands at `{site}`, as does `{of}` that it protects", store.name);
            self.problems
                .warn("store-beside-data", place, message)
                .help("one disaster takes both: keep one copy at another site, or in a store without `at`");
        }
    }

    /// Points that are gone or wrong before anybody knows of an intruder.
    fn unlocked_points(&mut self, outlook: &Outlook<'_>) {
        let scenario = outlook.scenario;
        for threat in &scenario.threats {
            for effect in &threat.effects {
                let Action::Spoil(spoil) = &effect.action else { continue };
                let dwell = median(&effect.lasts);
                for dataset in &spoil.datasets {
                    let backups: Vec<BackupId> = outlook.backups_of(*dataset).collect();
                    self.short_locks(outlook, threat, (spoil, dwell), &backups);
                    self.no_clean_point(outlook, threat, dwell, &backups);
                }
            }
        }
    }

    /// Every point that an intruder does not reach is younger than he is.
    fn short_locks(
        &mut self,
        outlook: &Outlook<'_>,
        threat: &Threat,
        (spoil, dwell): (&Spoil, f64),
        backups: &[BackupId],
    ) {
        let stores = || backups.iter().map(|id| &outlook.scenario.stores[outlook.scenario.backups[*id].to]);
        let open = |store: &&Store| {
            let inside =
                spoil.segments.is_empty() || store.segment.as_ref().is_none_or(|own| spoil.segments.contains(own));
            inside && !store.offline && store.immutable.is_none_or(|lock| lock.as_seconds() < dwell)
        };
        if spoil.reach != Reach::Online || !stores().all(|store| open(&store)) {
            return;
        }
        if let Some(first) = stores().next()
            && stores().all(|store| store.immutable.is_none())
        {
            let place = self.store_place(&first.name);
            let of = &outlook.scenario.datasets[outlook.scenario.backups[backups[0]].of].name;
            let names: BTreeSet<String> = stores().map(|store| format!("`{}`", store.name)).collect();
            let names = names.into_iter().collect::<Vec<_>>().join(", ");
            self.problems
                .warn("backups-in-reach", place, format!("`{}` reaches every backup of `{of}`: {names}", threat.name))
                .help("keep one store `offline`, `immutable`, or in a `segment` of its own");
        }
        for store in stores() {
            let Some(lock) = store.immutable else { continue };
            let place = self.store_place(&store.name);
            let message = format!(
                "points in `{}` can be deleted after {}, but `{}` is found after {} (median): those from before it are gone",
                store.name,
                duration(lock.as_seconds()),
                threat.name,
                duration(dwell)
            );
            self.problems
                .warn("short-lock", place, message)
                .help("make `immutable` longer than an intruder stays unseen, or keep a store `offline`");
        }
    }

    /// No backup keeps a point for as long as wrong data stay unnoticed.
    fn no_clean_point(&mut self, outlook: &Outlook<'_>, threat: &Threat, dwell: f64, backups: &[BackupId]) {
        let kept = |id: &BackupId| reach_back(&outlook.scenario.backups[*id], outlook.scenario.horizon);
        let longest = backups.iter().map(|id| kept(id).unwrap_or(f64::INFINITY)).max_by(f64::total_cmp);
        let (Some(longest), Some(first)) = (longest, backups.first()) else { return };
        if longest < dwell {
            let message = format!(
                "`{}` keeps points for {}, but `{}` is found after {} (median): none is from before it",
                outlook.scenario.backups[*first].name,
                duration(longest),
                threat.name,
                duration(dwell)
            );
            self.problems
                .warn("no-clean-point", outlook.backups[first.index()], message)
                .help("keep some points longer, such as `keep = { days = 7, weeks = 8 }`");
        }
    }

    /// Recovery in time, but the work is not caught up within what can be tolerated.
    fn untolerable_work(&mut self, scenario: &Scenario) {
        let services = self.items(self.file.services.as_ref(), "services");
        for service in &scenario.services {
            let (Some(rto), Some(mtd)) = (service.objective.rto, service.objective.mtd) else { continue };
            let lost = service.objective.rpo.map_or(0.0, Span::as_seconds) * service.re_enter;
            let catch_up = service.catch_up.as_ref().map_or(0.0, median);
            let work = lost + catch_up;
            if rto > mtd || rto.as_seconds() + work <= mtd.as_seconds() {
                continue;
            }
            let Some(item) = services.iter().find(|item| item.name == service.name) else { continue };
            let written = item.value.objective.as_ref().map(|objective| &objective.value);
            let place = written.and_then(|written| written.mtd.as_ref()).map_or(item.place, |mtd| mtd.place);
            let message = format!(
                "`{}` may be away for {}, but its RTO and the work to catch up are {} + {} = {}",
                service.name,
                duration(mtd.as_seconds()),
                duration(rto.as_seconds()),
                duration(work),
                duration(rto.as_seconds() + work)
            );
            self.problems.warn("mtd-out-of-reach", place, message).help("RTO + WRT ≤ MTD: work recovery counts too");
        }
    }

    /// Nothing may be away for any time, but whatever goes to the standby has to be switched first.
    fn switched_in_no_time(&mut self, scenario: &Scenario) {
        let services = self.items(self.file.services.as_ref(), "services");
        for service in scenario.services.iter().filter(|service| service.objective.rto == Some(Span::ZERO)) {
            let switch = median(&service.failover.switch);
            if service.failover.mode == FailoverMode::ActiveActive || switch <= 0.0 {
                continue;
            }
            let Some(item) = services.iter().find(|item| item.name == service.name) else { continue };
            let written = item.value.objective.as_ref().map(|objective| &objective.value);
            let place = written.and_then(|written| written.rto.as_ref()).map_or(item.place, |rto| rto.place);
            let message = format!(
                "`{}` has an RTO of 0, but its failover takes {} to switch, beside the time until somebody notices",
                service.name,
                duration(switch)
            );
            self.problems
                .warn("rto-out-of-reach", place, message)
                .help("use `active-active`, where nothing is switched, or promise what can be kept");
        }
    }

    /// Where a store is said to stand.
    fn store_place(&mut self, name: &str) -> Place {
        let stores = self.items(self.file.stores.as_ref(), "stores");
        let item = stores.iter().find(|item| item.name == name);
        item.map_or_else(Place::default, |item| item.value.at.as_ref().map_or(item.place, |at| at.place))
    }

    /// Who promises the objective of a dataset, in words, and where.
    fn promise(&mut self, outlook: &Outlook<'_>, id: DatasetId, point: bool) -> (String, Place) {
        let dataset = &outlook.scenario.datasets[id];
        let items = self.items(self.file.datasets.as_ref(), "datasets");
        let own = items.iter().find(|item| item.name == dataset.name);
        let own = own.and_then(|item| item.value.objective.as_ref()).map(|objective| &objective.value);
        let own = own.and_then(|own| if point { own.rpo.as_ref() } else { own.rto.as_ref() });
        let whole = outlook.datasets.get(dataset.name.as_str()).copied().unwrap_or_default();
        if let Some(own) = own {
            return (format!("dataset `{}`", dataset.name), own.place);
        }
        let wanted = if point { dataset.rpo } else { dataset.rto };
        let services = self.items(self.file.services.as_ref(), "services");
        let mut users = outlook.scenario.services.iter().filter(|service| service.uses.contains(&id));
        let strictest =
            users.find(|service| wanted == if point { service.objective.rpo } else { service.objective.rto });
        let item = strictest.and_then(|service| services.iter().find(|item| item.name == service.name));
        let Some(item) = item else { return (format!("dataset `{}`", dataset.name), whole) };
        let written = item.value.objective.as_ref().map(|objective| &objective.value);
        let place = written.and_then(|own| if point { own.rpo.as_ref() } else { own.rto.as_ref() });
        (format!("service `{}`", item.name), place.map_or(item.place, |place| place.place))
    }
}

impl Outlook<'_> {
    fn primary(&self, id: DatasetId) -> Option<DomainId> {
        let copies = self.scenario.datasets[id].copies;
        copies
            .iter()
            .map(|copy| &self.scenario.copies[copy])
            .find(|copy| copy.role == CopyRole::Primary)
            .map(|copy| copy.domain)
    }

    fn mirrors(&self, id: DatasetId) -> impl Iterator<Item = &DataCopy> {
        let copies = self.scenario.datasets[id].copies.iter().map(|copy| &self.scenario.copies[copy]);
        copies.filter(|copy| !matches!(copy.role, CopyRole::Primary | CopyRole::Spare))
    }

    fn mirrored(&self, id: DatasetId) -> bool {
        self.mirrors(id).next().is_some()
    }

    fn backups_of(&self, id: DatasetId) -> impl Iterator<Item = BackupId> {
        self.by_dataset[id].iter().copied()
    }

    /// The site around a place, or the place itself where there is none.
    fn site(&self, place: DomainId) -> Option<DomainId> {
        let mut at = place;
        while self.scenario.domains[at].level > crate::model::Level::Site {
            at = self.scenario.domains[at].parent?;
        }
        Some(at)
    }

    /// Bytes per second of data that a copy's nodes read or write together.
    fn disks(&self, copy: CopyId) -> Option<Limit> {
        let rate = self.scenario.disk_rate(copy)?.bytes_per_second();
        Some((rate, format!("disks of {} nodes", self.scenario.copies[copy].hosts.len())))
    }

    /// The slowest part of a backup job, in bytes of data per second.
    fn job_rate(&self, backup: &Backup) -> Option<Limit> {
        let copy = self.scenario.datasets[backup.of].copies.iter().next()?;
        let store = &self.scenario.stores[backup.to];
        let from = self.scenario.copies[copy].domain;
        let link = store.domain.and_then(|to| self.routes.widest(from, to));
        slowest([
            backup.rate.map(|rate| (rate.bytes_per_second(), "what the job reads".to_owned())),
            self.disks(copy),
            link.map(|(rate, name)| (rate * backup.reduction, shrunk(&name, backup.reduction))),
            store.write_rate.map(|rate| {
                (
                    rate.bytes_per_second() * backup.reduction,
                    shrunk(&format!("store `{}`", store.name), backup.reduction),
                )
            }),
        ])
    }

    /// The least time of a restore of the whole dataset from a backup, and its sum in words.
    fn least_restore(&self, id: DatasetId, backup: BackupId) -> (f64, String) {
        let (scenario, model) = (self.scenario, &self.scenario.backups[backup]);
        let (dataset, store) = (&scenario.datasets[id], &scenario.stores[model.to]);
        let recovery = &dataset.recovery;
        let size = dataset.size.get() as f64;
        let targets = dataset
            .copies
            .iter()
            .filter(|copy| matches!(scenario.copies[*copy].role, CopyRole::Primary | CopyRole::Spare));
        let moved = targets.map(|copy| {
            let link = store.domain.and_then(|from| self.routes.widest(from, scenario.copies[copy].domain));
            slowest([
                recovery.rate.map(|rate| (rate.bytes_per_second(), "`recover.rate`".to_owned())),
                self.disks(copy),
                link.map(|(rate, name)| (rate * model.reduction, shrunk(&name, model.reduction))),
                store.read_rate.map(|rate| {
                    (
                        rate.bytes_per_second() * model.reduction,
                        shrunk(&format!("store `{}`", store.name), model.reduction),
                    )
                }),
            ])
        });
        let best = moved.max_by(|a, b| {
            let rate = |limit: &Option<Limit>| limit.as_ref().map_or(f64::INFINITY, |(rate, _)| *rate);
            rate(a).total_cmp(&rate(b))
        });
        let moving = best.flatten().map(|(rate, limit)| {
            (size / rate, format!("{} / {}/s ({limit}) = {}", bytes(size), bytes(rate), hours(size / rate)))
        });
        let of = |law: Option<&Distribution>| law.map_or(0.0, median);
        let fetch = (of(store.transport.as_ref()) + of(store.access.as_ref())).max(of(recovery.prepare.as_ref()));
        let steps = [
            (median(&recovery.detect), "to detect"),
            (median(&recovery.decide), "to decide"),
            (fetch, "to prepare and fetch"),
            (of(recovery.verify.as_ref()), "to verify"),
            (of(recovery.resume.as_ref()), "to resume"),
        ];
        let mut total = 0.0;
        let mut words = Vec::new();
        if let Some((seconds, sum)) = moving {
            total += seconds;
            words.push(sum);
        }
        for (seconds, what) in steps.into_iter().filter(|(seconds, _)| *seconds > 0.0) {
            total += seconds;
            words.push(format!("{} {what}", hours(seconds)));
        }
        (total, words.join(", "))
    }
}

/// A time as restores are talked about: in hours up to ten days.
fn hours(seconds: f64) -> String {
    if (36_000.0..864_000.0).contains(&seconds) { format!("{} h", plain(seconds / 3600.0)) } else { duration(seconds) }
}

fn shrunk(what: &str, reduction: f64) -> String {
    if reduction > 1.0 { format!("{what}, data shrunk {reduction} times") } else { what.to_owned() }
}

fn slowest<const N: usize>(limits: [Option<Limit>; N]) -> Option<Limit> {
    limits.into_iter().flatten().min_by(|a, b| a.0.total_cmp(&b.0))
}

/// Seconds between two jobs on average; of a single one what is left of the horizon.
fn interval(job: &Job, horizon: Span) -> Option<f64> {
    let (first, last) = (job.starts.first()?.as_seconds(), job.starts.last()?.as_seconds());
    let gaps = job.starts.len() - 1;
    Some(if gaps == 0 { horizon.as_seconds() - first } else { (last - first) / gaps as f64 })
}

/// The longest time between two points of a backup, in seconds; snapshots are lost with the data.
fn widest_gap(backup: &Backup, horizon: Span) -> Option<f64> {
    let jobs = backup.jobs.iter().filter(|job| job.kind != JobKind::Snapshot);
    let mut starts: Vec<f64> = jobs.flat_map(|job| job.starts.iter().map(|at| at.as_seconds())).collect();
    starts.sort_by(f64::total_cmp);
    let last = *starts.last()?;
    // A gap at the end that is cut off by the horizon says nothing of a schedule that repeats.
    let open = if starts.len() == 1 { horizon.as_seconds() - last } else { 0.0 };
    Some(starts.windows(2).map(|pair| pair[1] - pair[0]).fold(open, f64::max))
}

/// How far back the kept points reach at most, in seconds; `None`: for ever.
fn reach_back(backup: &Backup, horizon: Span) -> Option<f64> {
    let keep: &Retention = &backup.keep;
    if *keep == Retention::default() {
        return None;
    }
    let often = backup.jobs.iter().filter_map(|job| interval(job, horizon)).min_by(f64::total_cmp).unwrap_or(0.0);
    let day = 86_400.0;
    let reaches = [
        keep.all.map_or(0.0, Span::as_seconds),
        f64::from(keep.last) * often,
        f64::from(keep.days) * day,
        f64::from(keep.weeks) * 7.0 * day,
        f64::from(keep.months) * 30.4375 * day,
        f64::from(keep.years) * 365.25 * day,
    ];
    reaches.into_iter().max_by(f64::total_cmp)
}

fn destroys(threat: &Threat) -> bool {
    threat.effects.iter().any(|effect| matches!(&effect.action, Action::Destroy(share) if share.get() > 0.0))
}

/// Domains that one strike takes at once; a circle may take every site.
fn strikes(scenario: &Scenario, threat: &Threat, place: DomainId) -> bool {
    struck(threat).any(|domain| scenario.domains[domain].subtree.contains(place))
}

fn strikes_both(scenario: &Scenario, threat: &Threat, one: DomainId, two: DomainId) -> bool {
    match threat.target.pick {
        Pick::All => strikes(scenario, threat, two),
        Pick::One => struck(threat).any(|domain| {
            let subtree = scenario.domains[domain].subtree;
            subtree.contains(one) && subtree.contains(two)
        }),
    }
}

/// Places that a threat lists; a circle reaches some sites but hardly ever all, so that it counts for none.
fn struck(threat: &Threat) -> impl Iterator<Item = DomainId> {
    threat.target.domains.iter().copied()
}

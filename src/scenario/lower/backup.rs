//! Stores and backups.

use super::calendar::Clock;
use super::component::title;
use super::topology::Topology;
use super::{Lowering, Names};
use crate::id::{Id as _, IdVec};
use crate::model::{
    Backup, BackupId, DatasetId, Distribution, Job, JobKind, Medium, Overrun, Retention, Store, StoreId, Verification,
};
use crate::quantity::{Bandwidth, Probability, SimTime, Span};
use crate::scenario::source::Place;
use crate::scenario::written::backup::{
    Backup as Written, Keep, MediumFields, MediumWord, OverrunWord, PresetWord, ReducesFields, Schedule,
    Store as WrittenStore, TestFields,
};
use crate::scenario::written::read::{At, Item};
use std::collections::BTreeSet;

/// Two minutes to load a tape and to find the place on it: an assumption of this project.
const TAPE_ACCESS: Distribution = Distribution::Fixed { value: 120.0 };
/// Four to twenty-four hours, most likely eight, to fetch something from a vault: an assumption of this project.
const VAULT_TRANSPORT: Distribution = Distribution::Triangular { min: 14_400.0, mode: 28_800.0, max: 86_400.0 };

/// What backups refer to.
#[derive(Clone, Copy)]
pub(super) struct Ground<'g> {
    pub(super) datasets: &'g Names<DatasetId>,
    pub(super) stores: &'g Names<StoreId>,
    pub(super) clock: &'g Clock,
    pub(super) horizon: Span,
}

/// Cron lines and retention of a preset.
struct Preset {
    full: &'static str,
    incremental: Option<&'static str>,
    differential: Option<&'static str>,
    log_minutes: Option<f64>,
    keep: Retention,
}

const NOTHING_KEPT: Retention = Retention { all: None, last: 0, days: 0, weeks: 0, months: 0, years: 0 };

/// The classes of data of world-wide practice; the hours are assumptions of this project.
const fn preset(word: &PresetWord) -> Preset {
    match word {
        PresetWord::CriticalDaily => Preset {
            full: "0 1 * * SUN",
            incremental: Some("0 1 * * MON-SAT"),
            differential: None,
            log_minutes: Some(15.0),
            keep: Retention { days: 14, weeks: 8, months: 12, ..NOTHING_KEPT },
        },
        PresetWord::OrdinaryWeekly => Preset {
            full: "0 2 * * SUN",
            incremental: None,
            differential: Some("0 2 * * MON-SAT"),
            log_minutes: None,
            keep: Retention { weeks: 4, months: 6, ..NOTHING_KEPT },
        },
        PresetWord::ArchiveMonthly => Preset {
            full: "0 3 1 * *",
            incremental: None,
            differential: None,
            log_minutes: None,
            keep: Retention { months: 12, years: 7, ..NOTHING_KEPT },
        },
    }
}

impl Lowering<'_> {
    pub(super) fn stores(&mut self, tree: &Topology) -> (IdVec<StoreId, Store>, Names<StoreId>) {
        let (mut stores, mut names) = (IdVec::new(), Names::new());
        for item in self.items(self.file.stores.as_ref(), "stores") {
            self.problems.muted = item.broken;
            let store = self.store(item, tree);
            names.insert(item.name.clone(), stores.push(store));
        }
        self.problems.muted = false;
        (stores, names)
    }

    fn store(&mut self, item: &Item<WrittenStore>, tree: &Topology) -> Store {
        let written = &item.value;
        let empty = MediumFields::default();
        let (medium, own) = match written.medium.as_ref().map(|medium| &medium.value) {
            None => (Medium::Disk, &empty),
            Some(MediumWord::Disk(own)) => (Medium::Disk, own),
            Some(MediumWord::Object(own)) => (Medium::Object, own),
            Some(MediumWord::Tape(own)) => (Medium::Tape, own),
            Some(MediumWord::Vault(own)) => (Medium::Vault, own),
        };
        if let Some(drives) = own.drives.as_ref().filter(|drives| drives.value == 0) {
            self.problems
                .error("out-of-range", drives.place, format!("store `{}` has no drive", item.name))
                .help("use 1 or more, or leave `drives` out: no limit");
        }
        if let Some(capacity) = own.capacity.as_ref().filter(|capacity| capacity.value.get() == 0) {
            self.problems
                .error("out-of-range", capacity.place, format!("store `{}` has no room", item.name))
                .help("leave `capacity` out: no limit");
        }
        let drives = own.drives.as_ref().map(|drives| drives.value.max(1));
        let immutable = written.immutable.as_ref().map(|span| span.value);
        Store {
            name: item.name.clone(),
            title: title(written.title.as_ref(), &item.name),
            domain: written.at.as_ref().and_then(|at| self.domain_named(at, tree)),
            medium,
            write_rate: self.speed(own.write.as_ref()),
            read_rate: self.speed(own.read.as_ref()),
            drives: drives.or((medium == Medium::Tape).then_some(1)),
            access: self.maybe_law(own.access.as_ref()).or((medium == Medium::Tape).then_some(TAPE_ACCESS)),
            transport: self.maybe_law(own.transport.as_ref()).or((medium == Medium::Vault).then_some(VAULT_TRANSPORT)),
            immutable: immutable.filter(|span| *span > Span::ZERO),
            offline: written.offline.as_ref().is_some_and(|offline| offline.value),
            segment: written.segment.as_ref().map(|segment| segment.value.clone()),
            capacity: own.capacity.as_ref().map(|capacity| capacity.value),
        }
    }

    /// Positions of the backups, those that are copied before those that copy them.
    pub(super) fn backup_order(&mut self) -> Vec<usize> {
        let items = self.items(self.file.backups.as_ref(), "backups");
        let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
        let positions: std::collections::BTreeMap<&str, usize> =
            names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let edges: Vec<Vec<(usize, Place)>> = items
            .iter()
            .map(|item| {
                let copied = item.value.copies.as_ref();
                copied.and_then(|name| Some((*positions.get(name.value.as_str())?, name.place))).into_iter().collect()
            })
            .collect();
        self.ordered(&names, &edges, "backup-cycle", "backups copy each other in a circle")
    }

    pub(super) fn backups(&mut self, order: &[usize], ground: Ground<'_>) -> IdVec<BackupId, Backup> {
        let items = self.items(self.file.backups.as_ref(), "backups");
        let known: Names<BackupId> =
            order.iter().enumerate().map(|(id, at)| (items[*at].name.clone(), BackupId::new(id))).collect();
        let mut backups: IdVec<BackupId, Backup> = IdVec::new();
        for at in order {
            let item = &items[*at];
            self.problems.muted = item.broken;
            let backup = self.backup(item, &known, &backups, ground);
            backups.push(backup);
        }
        self.problems.muted = false;
        let used: BTreeSet<&str> =
            items.iter().filter_map(|item| item.value.to.as_ref()).map(|to| to.value.as_str()).collect();
        for store in self.items(self.file.stores.as_ref(), "stores") {
            if !used.contains(store.name.as_str()) && !self.problems.any_error() {
                self.problems
                    .warn("unused-store", store.place, format!("no backup goes to store `{}`", store.name))
                    .help("name it in `to` of a backup");
            }
        }
        backups
    }

    fn backup(
        &mut self,
        item: &Item<Written>,
        known: &Names<BackupId>,
        before: &IdVec<BackupId, Backup>,
        ground: Ground<'_>,
    ) -> Backup {
        let written = &item.value;
        let (of, copies) = self.source(item, known, before, ground);
        let to = written.to.as_ref().and_then(|to| {
            let id = ground.stores.get(&to.value).copied();
            if id.is_none() {
                let names = ground.stores.keys().map(String::as_str);
                self.problems.unknown("unknown-store", to.place, "store", &to.value, names);
            }
            id
        });
        let preset = written.preset.as_ref().map(|word| preset(&word.value));
        let jobs = self.jobs(item, preset.as_ref(), copies.is_some(), ground);
        let log = written.log.as_ref().map(|log| log.value.0).or_else(|| {
            let minutes = preset.as_ref()?.log_minutes?;
            Some(Span::from_seconds(60.0 * minutes))
        });
        if let (Some(log), true) = (&written.log, copies.is_some()) {
            self.problems
                .error("foreign-key", log.place, "a copy of a backup has no log of its own")
                .help("let the backup that it copies ship the log");
        }
        if let (Some(lost), None) = (&written.key_lost, &written.encrypts) {
            self.problems
                .warn(
                    "key-without-encryption",
                    lost.place,
                    format!("`{}` can lose its key, but is it encrypted?", item.name),
                )
                .help("say how fast it is encrypted: `encrypts = \"500 MB/s\"`, or drop `key-lost`");
        }
        let rate = Bandwidth::least([
            self.speed(written.rate.as_ref()),
            self.speed(written.encrypts.as_ref()),
            self.speed(written.compresses.as_ref()),
        ]);
        let fails = written.fails.as_ref().map(|fails| &fails.value);
        let chance = |share: Option<&At<Probability>>| share.map_or(Probability::ZERO, |share| share.value);
        let window = written.window.as_ref().and_then(|window| {
            if window.value == Span::ZERO {
                self.problems
                    .error("zero-interval", window.place, "a window of zero")
                    .help("say how long a job may take");
            }
            Some(window.value).filter(|window| *window > Span::ZERO)
        });
        Backup {
            name: item.name.clone(),
            title: title(written.title.as_ref(), &item.name),
            of: of.unwrap_or(DatasetId::new(0)),
            to: to.unwrap_or(StoreId::new(0)),
            copies,
            jobs,
            log: log.filter(|_| copies.is_none()),
            reduction: self.reduction(written.reduces.as_ref().map(|reduces| &reduces.value)),
            rate,
            key_lost: chance(written.key_lost.as_ref()),
            keep: self.retention(written.keep.as_ref(), preset.as_ref()),
            verify: written.verify.as_ref().and_then(|verify| verification(&verify.value)),
            fails_loudly: chance(fails.and_then(|fails| fails.loudly.as_ref())),
            fails_silently: chance(fails.and_then(|fails| fails.silently.as_ref())),
            window,
            overrun: match written.overrun.as_ref().map(|overrun| &overrun.value) {
                None | Some(OverrunWord::Wait) => Overrun::Wait,
                Some(OverrunWord::Skip) => Overrun::Skip,
                Some(OverrunWord::Overlap) => Overrun::Overlap,
            },
            slows: chance(written.slows.as_ref()),
        }
    }

    /// What is backed up: a dataset, or the points of another backup.
    fn source(
        &mut self,
        item: &Item<Written>,
        known: &Names<BackupId>,
        before: &IdVec<BackupId, Backup>,
        ground: Ground<'_>,
    ) -> (Option<DatasetId>, Option<BackupId>) {
        match (&item.value.of, &item.value.copies) {
            (Some(of), None) => {
                let id = ground.datasets.get(&of.value).copied();
                if id.is_none() {
                    let names = ground.datasets.keys().map(String::as_str);
                    self.problems.unknown("unknown-dataset", of.place, "dataset", &of.value, names);
                }
                (id, None)
            }
            (None, Some(copied)) => match known.get(&copied.value) {
                Some(id) => (before.get(*id).map(|backup| backup.of), Some(*id)),
                None => {
                    let names = known.keys().map(String::as_str);
                    self.problems.unknown("unknown-backup", copied.place, "backup", &copied.value, names);
                    (None, None)
                }
            },
            (of, copies) => {
                let found = if of.is_some() { "both" } else { "none" };
                let place = copies.as_ref().map_or(item.place, |copies| copies.place);
                self.problems
                    .follows(
                        "one-of",
                        place,
                        format!("backup `{}`: expected exactly one of `of`, `copies`, found {found}", item.name),
                    )
                    .help("`of` names a dataset, `copies` another backup");
                (None, None)
            }
        }
    }

    /// Jobs by kind; of two that start at the same moment the one that takes more is kept.
    fn jobs(&mut self, item: &Item<Written>, preset: Option<&Preset>, copies: bool, ground: Ground<'_>) -> Vec<Job> {
        let written = &item.value;
        let place = written.preset.as_ref().map_or(item.place, |preset| preset.place);
        let line = |line: &'static str| At { place, value: Schedule::Cron(line.to_owned()) };
        // A preset fills what is not written, but never two chains: a differential beside one's own incremental.
        let chained = written.incremental.is_some() || written.differential.is_some();
        let filled = preset.filter(|_| !copies);
        let schedules = [
            (JobKind::Full, written.full.clone().or_else(|| filled.map(|preset| line(preset.full)))),
            (
                JobKind::Differential,
                written.differential.clone().or_else(|| filled.filter(|_| !chained)?.differential.map(line)),
            ),
            (
                JobKind::Incremental,
                written.incremental.clone().or_else(|| filled.filter(|_| !chained)?.incremental.map(line)),
            ),
            (JobKind::Snapshot, written.snapshot.clone()),
        ];
        if schedules.iter().all(|(_, schedule)| schedule.is_none()) {
            let help = if copies {
                "write `full = \"0 9 * * *\"`: then what is new is copied"
            } else {
                "write `full = \"weekly\"`, perhaps `incremental = \"daily\"`, or a `preset`"
            };
            self.problems
                .follows("missing-key", item.place, format!("backup `{}` has no schedule", item.name))
                .help(help);
        }
        let mut taken: BTreeSet<SimTime> = BTreeSet::new();
        let mut jobs = Vec::new();
        for (kind, schedule) in schedules {
            let Some(schedule) = schedule else { continue };
            if copies && kind != JobKind::Full {
                self.problems
                    .error(
                        "foreign-key",
                        schedule.place,
                        format!("a copy of a backup has no `{}` of its own", kind.key()),
                    )
                    .help("write `full`: what is new then is copied, whatever its kind");
                continue;
            }
            let mut starts = self.starts(&schedule, ground.clock, ground.horizon);
            if kind != JobKind::Snapshot {
                if starts.iter().any(|at| taken.contains(at)) {
                    starts = starts.iter().copied().filter(|at| !taken.contains(at)).collect::<Vec<_>>().into();
                }
                taken.extend(starts.iter());
            }
            jobs.push(Job { kind, starts });
        }
        let places = [&written.incremental, &written.differential];
        let has = |kind| jobs.iter().any(|job: &Job| job.kind == kind);
        if let (Some(chain), false, false) = (places.into_iter().flatten().next(), has(JobKind::Full), copies) {
            self.problems
                .follows("chain-without-full", chain.place, format!("backup `{}` never takes a full", item.name))
                .help("an incremental or differential needs one: write `full = \"weekly\"`");
        }
        if let (Some(log), false, false) = (&written.log, has(JobKind::Full), copies) {
            self.problems
                .follows(
                    "chain-without-full",
                    log.place,
                    format!("backup `{}` ships a log but never takes a full", item.name),
                )
                .help("a log is replayed on top of a full: write `full = \"weekly\"`");
        }
        jobs
    }

    fn reduction(&mut self, written: Option<&ReducesFields>) -> f64 {
        let Some(written) = written else { return 1.0 };
        let mut reduction = 1.0;
        for ratio in [&written.compression, &written.deduplication].into_iter().flatten() {
            if (1.0..=1000.0).contains(&ratio.value) {
                reduction *= ratio.value;
            } else {
                self.problems
                    .error(
                        "out-of-range",
                        ratio.place,
                        format!("a ratio of `{}` is not between 1 and 1000", ratio.value),
                    )
                    .help("2.0 means that two bytes of data become one");
            }
        }
        reduction
    }

    fn retention(&mut self, written: Option<&At<Keep>>, preset: Option<&Preset>) -> Retention {
        let Some(written) = written else { return preset.map_or(NOTHING_KEPT, |preset| preset.keep) };
        let own = &written.value;
        let count = |count: &Option<At<u32>>| count.as_ref().map_or(0, |count| count.value);
        let keep = Retention {
            all: own.all.as_ref().map(|all| all.value).filter(|all| *all > Span::ZERO),
            last: count(&own.last),
            days: count(&own.days),
            weeks: count(&own.weeks),
            months: count(&own.months),
            years: count(&own.years),
        };
        if keep == NOTHING_KEPT && !own.broken {
            self.problems
                .error("keeps-nothing", written.place, "this retention keeps no point")
                .help("write `keep = { days = 7, weeks = 4, months = 12 }`, or leave it out: for ever");
        }
        keep
    }
}

fn verification(written: &TestFields) -> Option<Verification> {
    let every = written.restore_test.as_ref()?.value.0;
    Some(Verification { every, catches: written.catches.as_ref().map_or(Probability::ONE, |catches| catches.value) })
}

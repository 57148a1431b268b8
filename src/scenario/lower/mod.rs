//! From what is written to what is meant: names become ids, defaults are filled in, and what cannot be meant is noted.

mod backup;
mod calendar;
mod component;
mod currency;
mod data;
mod expect;
mod failover;
mod foresight;
mod law;
mod placement;
mod plan;
mod plant;
mod price;
mod requirement;
mod route;
mod schedule;
mod service;
mod spread;
mod strike;
mod tariff;
mod threat;
mod topology;
mod upkeep;
mod volume;
mod waiting;

pub use expect::METRIC_KEYS;

use super::diagnostic::Problems;
use super::source::{Place, Source, Sources};
use super::written::File;
use super::written::read::{At, Item, Named};
use super::written::site::ClassFields;
use crate::id::{Id, IdVec};
use crate::model::{Backup, BackupId, ClassId, CopyId, CopyRole, DataCopy, DatasetId, DomainId, PlantId, Scenario};
use crate::quantity::{PerTime, SECONDS_PER_YEAR, Span};
use std::collections::{BTreeMap, BTreeSet};
use topology::{Known, Topology};

/// Ids by name.
type Names<I> = BTreeMap<String, I>;
type ClassIds = Names<ClassId>;

/// Most things of one kind.
const ITEMS_MAX: usize = 10_000;
/// Most trials.
const TRIALS_MAX: u64 = 1_000_000_000;

/// What lowering reads from and writes to.
struct Lowering<'a> {
    file: &'a File,
    source: &'a Source,
    sources: &'a mut Sources,
    problems: &'a mut Problems,
    /// Plant that something needs.
    used_plants: BTreeSet<PlantId>,
    /// Something is wrong with places or classes, so that missing hosts need not be missing.
    shaky: bool,
    /// Places that all threats together list.
    struck: usize,
    /// Moments of all schedules so far, and working hours of all staff.
    moments: usize,
    shifts: usize,
    /// Classes that cost something, with what they took from others.
    priced_classes: Vec<(ClassId, ClassFields)>,
    /// What was read from files, by the place of the file's name.
    observed: Observed,
    /// Most that may be paid, in the currency of the prices.
    budget: Option<PerTime>,
}

/// Observed values in seconds by the place where their file is named.
pub(super) type Observed = Vec<(Place, Vec<f64>)>;

/// Lowers a file; the result counts only when no error was noted.
pub(super) fn lower(
    file: &File,
    source: &Source,
    sources: &mut Sources,
    problems: &mut Problems,
) -> (Scenario, Observed) {
    let mut lowering = Lowering {
        file,
        source,
        sources,
        problems,
        used_plants: BTreeSet::new(),
        shaky: false,
        struck: 0,
        moments: 0,
        shifts: 0,
        priced_classes: Vec::new(),
        observed: Vec::new(),
        budget: None,
    };
    let scenario = lowering.scenario();
    (scenario, lowering.observed)
}

impl<'a> Lowering<'a> {
    fn scenario(&mut self) -> Scenario {
        let file = self.file;
        let name = self.name();
        self.format();
        self.distinct_names();
        let horizon = self.horizon();
        let clock = self.clock();
        let (crews, crew_ids) = self.crews();
        let (mut classes, class_ids) = self.classes(&crew_ids);
        let (order, plant_ids) = self.plant_order();
        let before = self.problems.items.len();
        let known = Known { classes: &class_ids, plants: &plant_ids };
        let mut tree = self.topology(&known);
        self.shaky = self.problems.items.len() > before
            || file.sites.as_ref().is_some_and(|sites| sites.value.0.iter().any(|site| site.broken))
            || file.classes.as_ref().is_some_and(|classes| classes.value.0.iter().any(|class| class.broken));
        let plants = self.plants(&order, &plant_ids, &mut tree, (&mut classes, &class_ids), &crew_ids);
        let (links, link_ids) = self.links(&mut tree, (&mut classes, &class_ids), &crew_ids);
        let (staff, staff_ids) = self.staff(&clock, horizon);
        let dataset_ids = self.dataset_ids();
        let ground = service::Ground {
            tree: &tree,
            classes: &classes,
            class_ids: &class_ids,
            plants: &plant_ids,
            datasets: &dataset_ids,
            clock: &clock,
            horizon,
        };
        let served = self.services(&ground);
        let stored = self.datasets(data::Ground {
            tree: &tree,
            classes: &classes,
            class_ids: &class_ids,
            staff: &staff_ids,
            services: &served.services,
        });
        let (stores, store_ids) = self.stores(&tree);
        let backup_order = self.backup_order();
        let ground = backup::Ground { datasets: &dataset_ids, stores: &store_ids, clock: &clock, horizon };
        let backups = self.backups(&backup_order, ground);
        let (mut threats, threat_ids) = self.threats(threat::Ground {
            tree: &tree,
            plants: &plant_ids,
            links: &link_ids,
            services: &served.ids,
            datasets: &dataset_ids,
            threats: BTreeMap::new(),
            clock: &clock,
            horizon,
        });
        self.fruitless(&threats, &plants, &links);
        self.spoiled_by_place(&mut threats, &tree, &stored.copies, &served.services);
        let restorable = restorable(&stored.copies, &backups);
        let plans = self.plans(plan::Ground {
            threats: &threat_ids,
            services: &served.ids,
            datasets: &dataset_ids,
            restorable: &restorable,
            staff_ids: &staff_ids,
            staff: &staff,
        });
        let prices = self.prices(&price::Ground {
            places: &tree.priced,
            plants: &plant_ids,
            links: &link_ids,
            crews: &crew_ids,
            staff: &staff_ids,
            services: &served.ids,
            datasets: &dataset_ids,
            stores: &store_ids,
            clock: &clock,
            horizon,
        });
        let expectations = self.expectations(&served.ids, &dataset_ids, &tree.paths, prices.as_ref());
        let requirements = self.requirements(&served.ids, &dataset_ids, &tree, prices.is_some());
        if self.used_plants.len() < plants.len() && !self.problems.any_error() {
            self.unused_plants(&order, &threats);
        }
        let text = |written: &Option<At<String>>| written.as_ref().map_or_else(String::new, |text| text.value.clone());
        let scenario = Scenario {
            title: if file.title.is_some() { text(&file.title) } else { name.clone() },
            name,
            question: text(&file.question),
            horizon,
            start: clock.start,
            trials: self.trials(),
            seed: file.seed.as_ref().map_or(1, |seed| seed.value),
            hash: String::new(),
            domains: tree.domains,
            classes,
            crews,
            populations: tree.populations,
            unit_population: tree.unit_population,
            unit_domain: tree.unit_domain,
            plants,
            links,
            services: served.services,
            replica_home: served.replica_home,
            replica_host: served.replica_host,
            threats,
            datasets: stored.datasets,
            copies: stored.copies,
            stores,
            backups,
            staff,
            plans,
            prices,
            choices: Vec::new(),
            requirements,
            expectations,
        };
        if !self.problems.any_error() {
            self.foresee(&scenario, &backup_order);
            self.volume(&scenario);
        }
        scenario
    }

    /// The things of a kind, within the limit.
    fn items<T>(&mut self, named: Option<&'a At<Named<T>>>, kind: &str) -> &'a [Item<T>] {
        let list = named.map_or(&[][..], |named| named.value.0.as_slice());
        match list.get(ITEMS_MAX) {
            None => list,
            Some(beyond) => {
                let place = beyond.place;
                if !self.problems.items.iter().any(|item| item.code == "too-many" && item.place == place) {
                    self.problems.error("too-many", place, format!("more than {} {kind}", grouped(ITEMS_MAX as u64)));
                }
                &list[..ITEMS_MAX]
            }
        }
    }

    fn name(&mut self) -> String {
        let Some(name) = &self.file.name else {
            self.problems
                .error("missing-key", Place::default(), "`name` is missing")
                .help("name the scenario: `name = \"two-sites\"`; it names the output folder");
            return String::new();
        };
        let good =
            |letter: char| letter == '-' || letter.is_ascii_digit() || letter.is_ascii_lowercase() || is_han(letter);
        let text = &name.value;
        let count = text.chars().count();
        if count == 0 || count > 100 || text.starts_with('-') || !text.chars().all(good) {
            self.problems
                .error("bad-name", name.place, "the scenario's name cannot name a folder")
                .help("use up to 100 of a-z, 0-9, `-` or Chinese characters, not beginning with `-`");
        }
        text.clone()
    }

    fn format(&mut self) {
        match &self.file.format {
            None => {
                self.problems
                    .error("missing-key", Place::default(), "`format` is missing")
                    .help("begin the file with `format = 1`");
            }
            Some(format) if format.value != 1 => {
                self.problems
                    .error("unknown-format", format.place, format!("format {} is not known", format.value))
                    .help("this version reads `format = 1`");
            }
            Some(_) => {}
        }
    }

    fn horizon(&mut self) -> Span {
        let Some(horizon) = &self.file.horizon else {
            if !self.file.broken {
                self.problems
                    .error("missing-key", Place::default(), "`horizon` is missing")
                    .help("say how long a trial lasts: `horizon = \"5 years\"`");
            }
            return Span::from_seconds(SECONDS_PER_YEAR);
        };
        if horizon.value == Span::ZERO {
            self.problems
                .error("zero-horizon", horizon.place, "the horizon is zero")
                .help("let a trial last some time");
        }
        horizon.value
    }

    fn trials(&mut self) -> u64 {
        let Some(trials) = &self.file.trials else { return 1000 };
        if !(1..=TRIALS_MAX).contains(&trials.value) {
            let message = format!("`{}` trials are not between 1 and 1 000 000 000", trials.value);
            self.problems.error("out-of-range", trials.place, message).help("10 000 is a good start");
        }
        trials.value
    }

    /// Regions, sites, plant and links share one space of names: names key random streams.
    fn distinct_names(&mut self) {
        let file = self.file;
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        let mut all: Vec<(&str, &str, Place)> = Vec::new();
        macro_rules! gather {
            ($($field:ident $kind:literal)+) => {$(
                if let Some(named) = &file.$field {
                    all.extend(named.value.0.iter().map(|item| (item.name.as_str(), $kind, item.place)));
                }
            )+};
        }
        gather!(regions "region" sites "site" plant "plant" links "link");
        for (name, kind, place) in all {
            if let Some(other) = seen.get(name) {
                self.problems
                    .error("same-name", place, format!("{kind} `{name}` has the name of a {other}"))
                    .help("regions, sites, plant and links need names of their own");
            } else if name == "outside" {
                self.problems.error("same-name", place, "`outside` is where the users are").help("choose another name");
            } else {
                seen.insert(name, kind);
            }
        }
    }

    /// Ids of names, each once.
    fn named<I: Id>(
        &mut self,
        written: Option<&[At<String>]>,
        known: &Names<I>,
        code: &'static str,
        kind: &str,
    ) -> Vec<I> {
        let mut ids = Vec::new();
        let mut seen = BTreeSet::new();
        for name in written.unwrap_or_default() {
            match known.get(&name.value) {
                None => self.problems.unknown(code, name.place, kind, &name.value, known.keys().map(String::as_str)),
                Some(id) if seen.insert(*id) => ids.push(*id),
                Some(_) => {
                    self.problems
                        .error("named-twice", name.place, format!("`{}` is named twice", name.value))
                        .help("name it once");
                }
            }
        }
        ids
    }

    fn domain_named(&mut self, path: &At<String>, tree: &Topology) -> Option<DomainId> {
        let id = tree.paths.get(&path.value).copied();
        if id.is_none() {
            self.problems.unknown(
                "unknown-place",
                path.place,
                "place",
                &path.value,
                tree.paths.keys().map(String::as_str),
            );
        }
        id
    }

    /// Positions so that what an edge leads to comes first, otherwise as written; a circle is noted once.
    fn ordered(&mut self, names: &[&str], edges: &[Vec<(usize, Place)>], code: &'static str, what: &str) -> Vec<usize> {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            Open,
            Done,
        }
        let mut marks = vec![Mark::New; names.len()];
        let mut order = Vec::with_capacity(names.len());
        for root in 0..names.len() {
            if marks[root] != Mark::New {
                continue;
            }
            // Depth first without recursion: a chain may be ten thousand long.
            let mut path = vec![(root, 0)];
            marks[root] = Mark::Open;
            while let Some((at, next)) = path.last_mut() {
                let Some((to, place)) = edges[*at].get(*next).copied() else {
                    marks[*at] = Mark::Done;
                    order.push(*at);
                    path.pop();
                    continue;
                };
                *next += 1;
                match marks[to] {
                    Mark::Done => {}
                    Mark::New => {
                        marks[to] = Mark::Open;
                        path.push((to, 0));
                    }
                    Mark::Open => {
                        let from = path.iter().position(|(at, _)| *at == to).unwrap_or(0);
                        let mut circle: Vec<&str> = path[from..].iter().take(8).map(|(at, _)| names[*at]).collect();
                        circle.push(names[to]);
                        let circle = circle.join("` > `");
                        self.problems.error(code, place, format!("{what}: `{circle}`")).help("remove one of these");
                    }
                }
            }
        }
        order
    }

    fn unused_plants(&mut self, order: &[usize], threats: &IdVec<crate::model::ThreatId, crate::model::Threat>) {
        let items = self.items(self.file.plant.as_ref(), "plant");
        let struck: BTreeSet<PlantId> =
            threats.iter().flat_map(|threat| threat.target.plants.iter().copied()).collect();
        for (id, at) in order.iter().enumerate() {
            let id = PlantId::new(id);
            if !self.used_plants.contains(&id) && !struck.contains(&id) {
                let item = &items[*at];
                self.problems
                    .warn("unused-plant", item.place, format!("nothing needs plant `{}`", item.name))
                    .help("name it in `needs` of a place or service, or in `of` of a gate");
            }
        }
    }
}

/// Datasets that can come back from somewhere.
fn restorable(copies: &IdVec<CopyId, DataCopy>, backups: &IdVec<BackupId, Backup>) -> BTreeSet<DatasetId> {
    let mirrors = copies.iter().filter(|copy| !matches!(copy.role, CopyRole::Primary | CopyRole::Spare));
    mirrors.map(|copy| copy.dataset).chain(backups.iter().map(|backup| backup.of)).collect()
}

/// A count with its thousands apart.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let head = digits.len() % 3;
    let tail = digits.as_bytes()[head..].chunks(3).map(|three| String::from_utf8_lossy(three).into_owned());
    let parts = (head > 0).then(|| digits[..head].to_owned()).into_iter().chain(tail);
    parts.collect::<Vec<_>>().join(" ")
}

/// True for a Chinese character (CJK unified ideographs and extension A).
fn is_han(letter: char) -> bool {
    matches!(letter, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

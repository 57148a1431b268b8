//! Datasets: copies, schemes, placement and recovery.

use super::component::title;
use super::topology::Topology;
use super::{ClassIds, Lowering, Names, grouped};
use crate::id::{Id as _, IdRange, IdVec};
use crate::model::{
    Class, ClassId, CopyId, CopyRole, DataCopy, Dataset, DatasetId, Distribution, DomainId, LatentErrors, Level,
    Placement, Rebuild, RebuildTarget, Recovery, Role, Scheme, Service, ServiceId, StaffId, UnitId,
};
use crate::quantity::{Bandwidth, Bytes, Probability, Span};
use crate::scenario::source::Place;
use crate::scenario::written::data::{
    Changes, Dataset as Written, LatentErrorsFields, MirrorFields, OntoWord, PlainFields, Protect, RebuildFields,
    RecoverFields, SpreadWord, Spreading,
};
use crate::scenario::written::read::{At, Item};

/// Most fragments over all copies, and most nodes that they name.
const FRAGMENTS_MAX: u64 = 20_000_000;
/// Most stripes of a copy unless the scenario says otherwise.
const STRIPES_MOST: u64 = 1_000_000;
/// Fragments on a node unless the scenario says otherwise.
const FRAGMENTS_PER_NODE: u64 = 100;
/// Widest stripe.
const WIDTH_MAX: u64 = 255;

/// What datasets refer to.
#[derive(Clone, Copy)]
pub(super) struct Ground<'g> {
    pub(super) tree: &'g Topology,
    pub(super) classes: &'g IdVec<ClassId, Class>,
    pub(super) class_ids: &'g ClassIds,
    pub(super) staff: &'g Names<StaffId>,
    pub(super) services: &'g IdVec<ServiceId, Service>,
}

/// The datasets and their copies.
#[derive(Default)]
pub(super) struct Stored {
    pub(super) datasets: IdVec<DatasetId, Dataset>,
    pub(super) copies: IdVec<CopyId, DataCopy>,
    fragments: u64,
    named: u64,
}

impl Lowering<'_> {
    /// Ids of datasets in written order.
    pub(super) fn dataset_ids(&mut self) -> Names<DatasetId> {
        let items = self.items(self.file.datasets.as_ref(), "datasets");
        items.iter().enumerate().map(|(at, item)| (item.name.clone(), DatasetId::new(at))).collect()
    }

    pub(super) fn datasets(&mut self, ground: Ground<'_>) -> Stored {
        let mut stored = Stored::default();
        for item in self.items(self.file.datasets.as_ref(), "datasets") {
            self.problems.muted = item.broken;
            let dataset = self.dataset(item, ground, &mut stored);
            stored.datasets.push(dataset);
        }
        self.problems.muted = false;
        stored
    }

    fn dataset(&mut self, item: &Item<Written>, ground: Ground<'_>, stored: &mut Stored) -> Dataset {
        let written = &item.value;
        let id = DatasetId::new(stored.datasets.len());
        let size = written.size.as_ref().map_or(Bytes::new(1), |size| {
            if size.value.get() == 0 {
                self.problems
                    .error("out-of-range", size.place, format!("dataset `{}` has a size of zero", item.name))
                    .help("say how much there is, such as `size = \"10 TB\"`");
            }
            Bytes::new(size.value.get().max(1))
        });
        let (writes, changes) = self.written_rates(item, size);
        let copies = self.copies(item, id, ground, stored);
        let users = ground.services.iter().filter(|service| service.uses.contains(&id));
        let strictest = |of: fn(&Service) -> Option<Span>| users.clone().filter_map(of).min();
        let own = written.objective.as_ref().map(|objective| &objective.value);
        let promised = |span: Option<&At<Span>>| span.map(|span| span.value);
        Dataset {
            name: item.name.clone(),
            title: title(written.title.as_ref(), &item.name),
            size,
            writes,
            changes,
            copies,
            rpo: promised(own.and_then(|own| own.rpo.as_ref())).or_else(|| strictest(|service| service.objective.rpo)),
            rto: promised(own.and_then(|own| own.rto.as_ref())).or_else(|| strictest(|service| service.objective.rto)),
            recovery: self.recovery(written.recover.as_ref().map(|recover| &recover.value), ground),
        }
    }

    /// What is written and what of it is new.
    fn written_rates(&mut self, item: &Item<Written>, size: Bytes) -> (Bandwidth, Bandwidth) {
        let written = &item.value;
        let changes = written.changes.as_ref().map(|changes| match changes.value {
            Changes::Rate(rate) => rate,
            Changes::SharePerSecond(share) => {
                Bandwidth::from_bytes_per_second(share * size.get() as f64).unwrap_or_default()
            }
        });
        let writes = written.writes.as_ref().map(|writes| writes.value);
        if let (Some(new), Some(all), Some(changes)) = (changes, writes, &written.changes)
            && new.bits_per_second() > all.bits_per_second() * (1.0 + 1e-9)
        {
            let speed = |rate: Bandwidth| crate::quantity::words::bytes(rate.bytes_per_second());
            let message = format!("`{}` changes by {}/s but only {}/s are written", item.name, speed(new), speed(all));
            self.problems
                .error("changes-over-writes", changes.place, message)
                .help("unique change is a part of what is written; raise `writes` or lower `changes`");
        }
        let writes = writes.or(changes).unwrap_or_default();
        (writes, changes.unwrap_or(writes))
    }

    fn copies(
        &mut self,
        item: &Item<Written>,
        dataset: DatasetId,
        ground: Ground<'_>,
        stored: &mut Stored,
    ) -> IdRange<CopyId> {
        let written = &item.value;
        let first = stored.copies.len();
        let class = self.class_named(written.class.as_ref(), ground.class_ids);
        if let Some(on) = &written.on
            && let Some(domain) = self.domain_named(on, ground.tree)
        {
            let copy = Kept { item, domain, place: on, role: CopyRole::Primary, protect: written.protect.as_ref() };
            self.copy(copy, class, dataset, ground, stored);
        }
        for mirror in written.mirror.iter().flat_map(|mirrors| &mirrors.value.0) {
            let role = self.mirror_role(mirror);
            let Some(to) = &mirror.value.to else { continue };
            let Some(domain) = self.domain_named(to, ground.tree) else { continue };
            let subtree = ground.tree.domains[domain].subtree.positions();
            let taken = (first..stored.copies.len()).map(CopyId::new).find(|copy| {
                let other = ground.tree.domains[stored.copies[*copy].domain].subtree.positions();
                other.start < subtree.end && subtree.start < other.end
            });
            if let Some(taken) = taken {
                let other = &ground.tree.domains[stored.copies[taken].domain].name;
                let message = if *other == to.value {
                    format!("`{}` has two copies at `{other}`", item.name)
                } else {
                    format!("copies of `{}` overlap: `{}` and `{other}`", item.name, to.value)
                };
                self.problems
                    .error("overlapping-places", to.place, message)
                    .help("mirror to another place; more fragments at one place are a matter of `protect`");
                continue;
            }
            let Some(role) = role else { continue };
            let protect = mirror.value.protect.as_ref().or(written.protect.as_ref());
            self.copy(Kept { item, domain, place: to, role, protect }, class, dataset, ground, stored);
        }
        if let Some(to) = written.recover.as_ref().and_then(|recover| recover.value.to.as_ref()) {
            self.spare(item, (to, class), dataset, (ground, first), stored);
        }
        IdRange::new(first, stored.copies.len())
    }

    /// Room at another place, for when the primary one cannot take the data.
    fn spare(
        &mut self,
        item: &Item<Written>,
        (to, class): (&At<String>, Option<ClassId>),
        dataset: DatasetId,
        (ground, first): (Ground<'_>, usize),
        stored: &mut Stored,
    ) {
        let Some(domain) = self.domain_named(to, ground.tree) else { return };
        let primary = stored.copies.get(CopyId::new(first)).filter(|copy| copy.role == CopyRole::Primary);
        if primary.is_some_and(|primary| ground.tree.domains[primary.domain].subtree.contains(domain)) {
            self.problems
                .error("overlapping-places", to.place, format!("`{}` lies at `{}` already", item.name, to.value))
                .help("it is restored there first of all; name a place to go to when that is lost, or drop `to`");
            return;
        }
        // Where there are too few nodes for the scheme, one copy has to do until it is brought home.
        let nodes = hosts(ground.tree, ground.classes, domain, class).len();
        let wide = primary.is_some_and(|primary| primary.scheme.width() as usize > nodes);
        let protect = item.value.protect.as_ref().filter(|_| !wide);
        self.copy(Kept { item, domain, place: to, role: CopyRole::Spare, protect }, class, dataset, ground, stored);
    }

    fn mirror_role(&mut self, mirror: &At<MirrorFields>) -> Option<CopyRole> {
        let written = &mirror.value;
        let sync = written.sync.as_ref().is_some_and(|sync| sync.value);
        match (sync, &written.follows) {
            (true, None) => Some(CopyRole::Synchronous),
            (false, Some(follows)) => Some(CopyRole::Asynchronous { lag: follows.value.lag.as_ref()?.value }),
            (sync, follows) => {
                let found = if sync && follows.is_some() { "both" } else { "none" };
                if found == "both" || !written.broken {
                    self.problems
                        .error(
                            "one-of",
                            mirror.place,
                            format!("expected exactly one of `sync = true`, `async`, found {found}"),
                        )
                        .help("write `{ to = \"PLACE\", sync = true }` or `{ to = \"PLACE\", async = { lag = \"5 s\" } }`");
                }
                None
            }
        }
    }

    fn copy(
        &mut self,
        copy: Kept<'_>,
        class: Option<ClassId>,
        dataset: DatasetId,
        ground: Ground<'_>,
        stored: &mut Stored,
    ) {
        let (item, written) = (copy.item, &copy.item.value);
        let hosts = hosts(ground.tree, ground.classes, copy.domain, class);
        if hosts.is_empty() && !self.shaky {
            let what = class
                .map_or_else(|| "nodes".to_owned(), |class| format!("nodes of class `{}`", ground.classes[class].name));
            self.problems
                .follows(
                    "no-host",
                    copy.place.place,
                    format!("`{}` has no {what} to hold `{}`", copy.place.value, item.name),
                )
                .help("give the place nodes, or the dataset another `class`");
        }
        stored.named += hosts.len() as u64;
        let (scheme, spreading, place) = self.scheme(copy.protect, copy.place.place);
        let (placement, stripes) = self.placement(&copy, (scheme, spreading, place), &hosts, ground.tree);
        stored.fragments += u64::from(stripes) * u64::from(scheme.width());
        if stored.fragments.max(stored.named) > FRAGMENTS_MAX {
            let message = format!(
                "`{}` has {} stripes of {} fragments on {} nodes: with the copies before it more than {} fragments",
                item.name,
                grouped(u64::from(stripes)),
                scheme.width(),
                grouped(hosts.len() as u64),
                grouped(FRAGMENTS_MAX)
            );
            self.problems.error("too-large", place, message).help("use fewer `stripes`: they are the grains of loss");
            stored.fragments = 0;
            stored.named = 0;
        }
        stored.copies.push(DataCopy {
            dataset,
            domain: copy.domain,
            hosts,
            role: copy.role,
            scheme,
            placement,
            stripes,
            rebuild: self.rebuild(written.rebuild.as_ref().map(|rebuild| &rebuild.value)),
            latent: self.latent_errors(written.latent.as_ref().map(|latent| &latent.value)),
        });
    }

    /// Fragments of a stripe, within what makes sense.
    fn scheme(&mut self, protect: Option<&At<Protect>>, otherwise: Place) -> (Scheme, Spreading, Place) {
        let Some(protect) = protect else {
            return (Scheme::Replicas { copies: 1 }, PlainFields::default().spreading(), otherwise);
        };
        let count = |count: &Option<At<u32>>| count.as_ref().map_or(1, |count| count.value);
        let (scheme, spreading, sound) = match &protect.value {
            Protect::Single(own) => (Scheme::Replicas { copies: 1 }, own.spreading(), true),
            Protect::Mirror(own) => (Scheme::Replicas { copies: 2 }, own.spreading(), true),
            Protect::Replicas(own) => {
                let copies = count(&own.copies);
                (Scheme::Replicas { copies }, own.spreading(), copies >= 1)
            }
            Protect::Erasure(own) => {
                let (data, parity) = (count(&own.data), count(&own.parity));
                (Scheme::Erasure { data, parity }, own.spreading(), data >= 1 && parity >= 1)
            }
            Protect::Local(own) => {
                let (data, groups, global) = (count(&own.data), count(&own.groups), count(&own.global));
                let sound = groups >= 1 && data >= groups && data.is_multiple_of(groups);
                (Scheme::Local { data, groups, global }, own.spreading(), sound)
            }
        };
        let width = match scheme {
            Scheme::Replicas { copies } => u64::from(copies),
            Scheme::Erasure { data, parity } => u64::from(data) + u64::from(parity),
            Scheme::Local { data, groups, global } => u64::from(data) + u64::from(groups) + u64::from(global),
        };
        if sound && width <= WIDTH_MAX {
            return (scheme, spreading, protect.place);
        }
        let (message, help) = match scheme {
            _ if width > WIDTH_MAX => (format!("a stripe of {} fragments", grouped(width)), "use at most 255"),
            Scheme::Replicas { .. } => ("no copy at all".to_owned(), "use 1 to 255 copies"),
            Scheme::Erasure { .. } => {
                ("an erasure code needs data and parity fragments".to_owned(), "use 1 or more of each, or `single`")
            }
            Scheme::Local { data, groups, .. } => (
                format!("{data} data fragments do not make {groups} equal groups"),
                "let `groups` divide `data`, such as 12 and 2",
            ),
        };
        self.problems.follows("bad-scheme", protect.place, message).help(help);
        (Scheme::Replicas { copies: 1 }, PlainFields::default().spreading(), protect.place)
    }

    /// Which nodes hold what, and in how many stripes.
    fn placement(
        &mut self,
        copy: &Kept<'_>,
        (scheme, spreading, place): (Scheme, Spreading, Place),
        hosts: &[UnitId],
        tree: &Topology,
    ) -> (Placement, u32) {
        let name = &copy.item.name;
        let (width, nodes) = (scheme.width(), hosts.len() as u64);
        if u64::from(width) > nodes && nodes > 0 && !self.shaky {
            let message =
                format!("a stripe of `{name}` has {width} fragments, but `{}` has {nodes} nodes", copy.place.value);
            self.problems
                .follows("wider-than-nodes", place, message)
                .help("each fragment needs a node of its own: use a narrower scheme or more nodes");
        }
        let clustered = spreading.clustered.filter(|clustered| clustered.value);
        let ways = [
            ("copysets", spreading.copysets.as_ref().map(|at| at.place)),
            ("pool", spreading.pool.as_ref().map(|at| at.place)),
            ("clustered", clustered.as_ref().map(|at| at.place)),
        ];
        let mut given = ways.iter().filter_map(|(key, place)| place.map(|place| (*key, place)));
        if let (Some((one, _)), Some((two, place))) = (given.next(), given.next()) {
            self.problems
                .error("two-placements", place, format!("`{name}` has both `{one}` and `{two}`"))
                .help("keep one of `copysets`, `pool`, `clustered`");
        }
        let level = match spreading.spread.as_ref().map(|spread| &spread.value) {
            None | Some(SpreadWord::Node) => Level::Node,
            Some(SpreadWord::Rack) => Level::Rack,
            Some(SpreadWord::Room) => Level::Room,
            Some(SpreadWord::Site) => Level::Site,
        };
        let mut pools = None;
        let placement = if let Some(scatter) = spreading.copysets {
            let (least, most) = (width.saturating_sub(1).max(1), nodes.saturating_sub(1));
            if nodes >= u64::from(width) && !(u64::from(least)..=most.max(1)).contains(&u64::from(scatter.value)) {
                self.problems
                    .follows("out-of-range", scatter.place, format!("a scatter width of {}", scatter.value))
                    .help(format!("use {least} to {most}: a stripe of {width} on {nodes} nodes"));
            }
            Placement::Copysets { scatter: scatter.value.max(1) }
        } else if let Some(pool) = spreading.pool {
            if nodes >= u64::from(width) && !(u64::from(width)..=nodes).contains(&u64::from(pool.value)) {
                self.problems
                    .follows("out-of-range", pool.place, format!("a pool of {} nodes", pool.value))
                    .help(format!("use {width} to {nodes}: a stripe of {width} on {nodes} nodes"));
            }
            Placement::Declustered { pool: pool.value.max(width) }
        } else if clustered.is_some() {
            pools = Some((nodes / u64::from(width)).max(1));
            Placement::Clustered
        } else if level == Level::Node {
            Placement::Random
        } else {
            Placement::Spread(level)
        };
        if let Some(spread) = spreading.spread.filter(|_| level != Level::Node) {
            if let (Some((key, _)), true) =
                (ways.iter().find(|(_, place)| place.is_some()), placement != Placement::Spread(level))
            {
                self.problems
                    .error("two-placements", spread.place, format!("`{name}` has both `spread` and `{key}`"))
                    .help(format!("`{key}` chooses the nodes itself; keep one of them"));
            } else if nodes >= u64::from(width) {
                self.too_far_apart(copy, width, (level, spread.place), hosts, tree);
            }
        }
        let natural = match pools {
            Some(pools) => pools,
            None if nodes <= u64::from(width) => 1,
            None => (FRAGMENTS_PER_NODE * nodes / u64::from(width)).clamp(1, STRIPES_MOST),
        };
        let stripes = spreading.stripes.map_or(natural as u32, |stripes| {
            if stripes.value == 0 {
                self.problems
                    .error("out-of-range", stripes.place, "no stripe at all")
                    .help("use 1 or more: data are lost in grains of a stripe");
            }
            stripes.value.max(1)
        });
        (placement, stripes)
    }

    /// More fragments than domains to keep them apart.
    fn too_far_apart(
        &mut self,
        copy: &Kept<'_>,
        width: u32,
        (level, place): (Level, Place),
        hosts: &[UnitId],
        tree: &Topology,
    ) {
        let mut domains: Vec<DomainId> =
            hosts.iter().filter_map(|unit| tree.unit_domain[*unit].map(|lowest| around(tree, lowest, level))).collect();
        domains.dedup();
        domains.sort_unstable();
        domains.dedup();
        if domains.len() >= width as usize {
            return;
        }
        let (one, many) = match level {
            Level::Rack => ("rack", "racks"),
            Level::Room => ("room", "rooms"),
            Level::Region | Level::Site | Level::Node => ("site", "sites"),
        };
        let count = domains.len();
        let all = if count == 1 { one } else { many };
        let share = (width as usize).div_ceil(count.max(1));
        let message = format!(
            "{width} fragments of `{}` lie in {count} {all}: up to {share} of them in one {one}",
            copy.item.name
        );
        self.problems
            .warn("spread-too-wide", place, message)
            .help(format!("losing one {one} loses them together; use more {many}, or a narrower scheme"));
    }

    fn rebuild(&mut self, written: Option<&RebuildFields>) -> Rebuild {
        let onto = written.and_then(|rebuild| rebuild.onto.as_ref()).map(|onto| &onto.value);
        Rebuild {
            after: written.and_then(|rebuild| rebuild.after.as_ref()).map_or(Span::ZERO, |after| after.value),
            onto: match onto {
                None | Some(OntoWord::Replacement) => RebuildTarget::Replacement,
                Some(OntoWord::Others) => RebuildTarget::Others,
            },
            rate: self.speed(written.and_then(|rebuild| rebuild.rate.as_ref())),
        }
    }

    fn latent_errors(&mut self, written: Option<&LatentErrorsFields>) -> Option<LatentErrors> {
        let written = written?;
        let errors = written.errors.as_ref()?;
        if let Some(scrub) = written.scrub_every.as_ref().filter(|scrub| scrub.value == Span::ZERO) {
            self.problems.error("zero-interval", scrub.place, "scrubs without a pause").help("give it some time");
            return None;
        }
        if errors.value.per_second() <= 0.0 {
            self.problems.warn("no-effect", errors.place, "a rate of zero never happens").help("leave `latent` out");
            return None;
        }
        let mean_seconds = 1.0 / errors.value.per_second();
        Some(LatentErrors { mean_seconds, scrub_every: written.scrub_every.as_ref().map(|scrub| scrub.value) })
    }

    fn recovery(&mut self, written: Option<&RecoverFields>, ground: Ground<'_>) -> Recovery {
        let empty = RecoverFields::default();
        let own = written.unwrap_or(&empty);
        let fixed = |value: f64| Distribution::Fixed { value };
        if let Some(works) = own.works.as_ref().filter(|works| works.value == Probability::ZERO) {
            self.problems
                .error("out-of-range", works.place, "a restore that never works would be tried for ever")
                .help("use more than 0 %");
        }
        let attempts = own.attempts.as_ref().map_or(1, |attempts| {
            if !(1..=1000).contains(&attempts.value) {
                self.problems
                    .error("out-of-range", attempts.place, format!("`{}` attempts", attempts.value))
                    .help("use 1 to 1000");
            }
            attempts.value.clamp(1, 1000)
        });
        let order = own.order.as_ref().map_or(100, |order| {
            if order.value > 255 {
                self.problems
                    .error("out-of-range", order.place, format!("`{}` is not between 0 and 255", order.value))
                    .help("lower numbers go first; 100 is the default");
            }
            order.value.min(255) as u8
        });
        Recovery {
            detect: self.maybe_law(own.detect.as_ref()).unwrap_or_else(|| fixed(30.0)),
            decide: self.maybe_law(own.decide.as_ref()).unwrap_or_else(|| fixed(0.0)),
            prepare: self.maybe_law(own.prepare.as_ref()),
            rate: self.speed(own.rate.as_ref()),
            replay: self.speed(own.replay.as_ref()),
            verify: self.maybe_law(own.verify.as_ref()),
            resume: self.maybe_law(own.resume.as_ref()),
            works: own.works.as_ref().map_or(Probability::ONE, |works| works.value),
            attempts,
            order,
            staff: own.staff.as_ref().and_then(|staff| self.staff_named(staff, ground.staff)),
            anew: self.maybe_law(own.anew.as_ref()),
        }
    }

    pub(super) fn staff_named(&mut self, name: &At<String>, known: &Names<StaffId>) -> Option<StaffId> {
        let id = known.get(&name.value).copied();
        if id.is_none() {
            self.problems.unknown("unknown-staff", name.place, "staff", &name.value, known.keys().map(String::as_str));
        }
        id
    }

    /// A data rate above zero.
    pub(super) fn speed(&mut self, written: Option<&At<Bandwidth>>) -> Option<Bandwidth> {
        let written = written?;
        if written.value.bits_per_second() > 0.0 {
            return Some(written.value);
        }
        self.problems
            .error("out-of-range", written.place, "at a data rate of zero nothing is ever done")
            .help("leave it out where nothing limits");
        None
    }
}

/// A copy about to be lowered.
#[derive(Clone, Copy)]
struct Kept<'c> {
    item: &'c Item<Written>,
    domain: DomainId,
    place: &'c At<String>,
    role: CopyRole,
    protect: Option<&'c At<Protect>>,
}

/// The domain of a level around a lowest domain; the narrowest wider one where the tree has none of the level.
fn around(tree: &Topology, lowest: DomainId, level: Level) -> DomainId {
    let mut at = lowest;
    while tree.domains[at].level > level {
        match tree.domains[at].parent {
            Some(parent) => at = parent,
            None => break,
        }
    }
    at
}

/// Nodes below a place that hold data: those of the class, or the storage nodes, or all that compute.
pub(super) fn hosts(
    tree: &Topology,
    classes: &IdVec<ClassId, Class>,
    place: DomainId,
    class: Option<ClassId>,
) -> Vec<UnitId> {
    let units = tree.domains[place].units.positions();
    let gather = |fits: &dyn Fn(ClassId) -> bool| {
        let mut found: Vec<UnitId> = Vec::new();
        let mut at = units.start;
        while at < units.end {
            let population = &tree.populations[tree.unit_population[UnitId::new(at)]];
            let end = population.units.positions().end.min(units.end).max(at + 1);
            if fits(population.class) {
                found.extend((at..end).map(UnitId::new));
            }
            at = end;
        }
        found
    };
    if let Some(class) = class {
        return gather(&|of| of == class);
    }
    let storage = gather(&|of| classes[of].role == Role::Storage);
    if storage.is_empty() { gather(&|of| classes[of].role == Role::Compute) } else { storage }
}

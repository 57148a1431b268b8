//! Services: places, hosts, dependencies, objectives.

use super::calendar::Clock;
use super::component::title;
use super::placement::{Hosts, hosts, spread};
use super::topology::Topology;
use super::{ClassIds, Lowering, Names};
use crate::id::{Id as _, IdRange, IdVec};
use crate::model::{
    AvailabilityObjective, Balance, Class, ClassId, DatasetId, DomainId, FailoverMode, Group, Level, Load, Objective,
    Period, PlantId, Quorum, ReplicaId, Reschedule, Service, ServiceId, UnitId,
};
use crate::quantity::{Probability, Span};
use crate::scenario::diagnostic::nearest;
use crate::scenario::source::Place;
use crate::scenario::written::Placement;
use crate::scenario::written::read::{At, Item};
use crate::scenario::written::service::{BalanceWord, RedundancyWord, Service as Written, Up};

/// Most replicas over all services.
const REPLICAS_MAX: u64 = 100_000;

/// The services and where they run.
pub(super) struct Served {
    pub(super) services: IdVec<ServiceId, Service>,
    pub(super) ids: Names<ServiceId>,
    pub(super) replica_home: IdVec<ReplicaId, (ServiceId, usize)>,
    pub(super) replica_host: IdVec<ReplicaId, UnitId>,
}

/// What services refer to.
pub(super) struct Ground<'g> {
    pub(super) tree: &'g Topology,
    pub(super) classes: &'g IdVec<ClassId, Class>,
    pub(super) class_ids: &'g ClassIds,
    pub(super) plants: &'g Names<PlantId>,
    pub(super) datasets: &'g Names<DatasetId>,
    pub(super) clock: &'g Clock,
    pub(super) horizon: Span,
}

impl Lowering<'_> {
    pub(super) fn services(&mut self, ground: &Ground<'_>) -> Served {
        let items = self.items(self.file.services.as_ref(), "services");
        if self.file.services.is_none() && self.file.datasets.is_none() && !self.problems.any_error() {
            self.problems
                .warn("no-service", Place::default(), "there is no service: nobody would notice anything")
                .help("add `[services.NAME]` with `replicas = { PLACE = 2 }`");
        }
        let order = self.service_order();
        let ids: Names<ServiceId> =
            order.iter().enumerate().map(|(id, at)| (items[*at].name.clone(), ServiceId::new(id))).collect();
        let (services, replica_home, replica_host) = (IdVec::new(), IdVec::new(), IdVec::new());
        let mut served = Served { services, ids, replica_home, replica_host };
        let mut load = Occupancy::new();
        for at in order {
            self.problems.muted = items[at].broken;
            let service = self.service(&items[at], ground, &mut served, &mut load);
            served.services.push(service);
        }
        self.problems.muted = false;
        served
    }

    fn service_order(&mut self) -> Vec<usize> {
        let items = self.items(self.file.services.as_ref(), "services");
        let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
        let positions: std::collections::BTreeMap<&str, usize> =
            names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
        let edges: Vec<Vec<(usize, Place)>> = items
            .iter()
            .map(|item| {
                let depends = item.value.depends.as_ref().map(|depends| &depends.value);
                let lists = depends.map(|depends| [depends.hard.as_ref(), depends.soft.as_ref()]);
                let named = lists.into_iter().flatten().flatten().flat_map(|list| &list.value);
                named.filter_map(|name| Some((*positions.get(name.value.as_str())?, name.place))).collect()
            })
            .collect();
        self.ordered(&names, &edges, "dependency-cycle", "services depend on each other in a circle")
    }

    fn service(
        &mut self,
        item: &Item<Written>,
        ground: &Ground<'_>,
        served: &mut Served,
        load: &mut Occupancy,
    ) -> Service {
        let written = &item.value;
        let id = ServiceId::new(served.services.len());
        let groups = self.groups(item, id, ground, served, load);
        let places = written.replicas.as_ref().map_or(0, |replicas| replicas.value.0.len());
        let complete = groups.len() == places;
        let failover = self.failover(item, places);
        let standby = failover.mode != FailoverMode::ActiveActive;
        let all: usize = groups.iter().map(|group| group.replicas.len()).sum();
        let judged = if standby { groups.first().map_or(0, |group| group.replicas.len()) } else { all };
        let need = self.need(item, judged, standby, complete);
        let quorum = self.quorum(item);
        let depends = written.depends.as_ref().map(|depends| &depends.value);
        let list = |named: Option<&At<crate::scenario::written::Names>>| named.map(|named| named.value.clone());
        let hard = depends.and_then(|depends| list(depends.hard.as_ref()));
        let soft = depends.and_then(|depends| list(depends.soft.as_ref()));
        let hard = self.named(hard.as_deref(), &served.ids, "unknown-service", "service");
        let soft = self.named(soft.as_deref(), &served.ids, "unknown-service", "service");
        let detection = self.detection(item, ground.tree, ground.classes, standby);
        Service {
            name: item.name.clone(),
            title: title(written.title.as_ref(), &item.name),
            groups,
            need,
            quorum,
            hard,
            soft,
            needs: self.plants_named(written.needs.as_ref(), ground.plants),
            uses: self.named(
                written.uses.as_ref().map(|uses| uses.value.as_slice()),
                ground.datasets,
                "unknown-dataset",
                "dataset",
            ),
            catch_up: self.maybe_law(written.catch_up.as_ref()),
            re_enter: written.re_enter.as_ref().map_or(0.0, |share| share.value.get()),
            load: self.load(written, all, complete),
            failover,
            detection,
            start_up: self.maybe_law(written.start_up.as_ref()),
            reschedule: self.reschedule(written),
            objective: self.objective(written, ground),
            redundancy_unit: match written.redundancy.as_ref().map(|unit| &unit.value) {
                None | Some(RedundancyWord::Node) => Level::Node,
                Some(RedundancyWord::Rack) => Level::Rack,
                Some(RedundancyWord::Room) => Level::Room,
                Some(RedundancyWord::Site) => Level::Site,
            },
        }
    }

    fn groups(
        &mut self,
        item: &Item<Written>,
        id: ServiceId,
        ground: &Ground<'_>,
        served: &mut Served,
        load: &mut Occupancy,
    ) -> Vec<Group> {
        let written = &item.value;
        let class = self.class_named(written.class.as_ref(), ground.class_ids);
        let places = written.replicas.as_ref().map_or(&[][..], |replicas| replicas.value.0.as_slice());
        if places.is_empty() {
            let place = written.replicas.as_ref().map_or(item.place, |replicas| replicas.place);
            self.problems
                .follows("missing-key", place, format!("service `{}` has no replicas", item.name))
                .help("write `replicas = { PLACE = 2 }`; the first place is the active one");
        }
        let mut groups: Vec<Group> = Vec::new();
        // First domain and end of each place: places lie within each other or apart, so one look backwards is enough.
        let mut taken: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
        let mut pinned = self.pinned(written, ground.tree);
        for entry in places {
            let path = At { place: entry.place, value: entry.name.clone() };
            let Some(domain) = self.domain_named(&path, ground.tree) else { continue };
            let count = entry.value;
            let total = served.replica_host.len() as u64 + u64::from(count);
            if count == 0 || total > REPLICAS_MAX {
                if count == 0 {
                    self.problems
                        .follows("out-of-range", entry.place, format!("no replica at `{}`", entry.name))
                        .help("leave the place out, or use 1 or more");
                } else {
                    self.problems.error(
                        "too-many",
                        entry.place,
                        format!("more than {} replicas", super::grouped(REPLICAS_MAX)),
                    );
                }
                continue;
            }
            let subtree = ground.tree.domains[domain].subtree.positions();
            let before = taken.range(..subtree.end).next_back().filter(|(_, end)| **end > subtree.start);
            if let Some((other, _)) = before {
                let other = &ground.tree.domains[DomainId::new(*other)].name;
                self.problems
                    .error("overlapping-places", entry.place, format!("`{}` and `{other}` overlap", entry.name))
                    .help("let the places of a service lie apart");
                continue;
            }
            taken.insert(subtree.start, subtree.end);
            let run = match hosts(ground.tree, ground.classes, domain, class) {
                Hosts::Run(run) => run,
                found => {
                    self.no_host(item, entry, &found, class.map(|class| ground.classes[class].name.as_str()));
                    continue;
                }
            };
            let first = served.replica_host.len();
            let chosen = match (&mut pinned, written.placement.as_ref().map(|placement| &placement.value)) {
                (Some(list), _) => list.take(run, count as usize),
                (None, Some(Placement::Pack)) => load.pack(run, count, ground),
                (None, _) => load.spread(domain, run, count, ground),
            };
            if chosen.len() < count as usize && !self.shaky {
                self.too_few(item, entry, chosen.len(), pinned.is_some());
            }
            for host in chosen {
                served.replica_home.push((id, groups.len()));
                served.replica_host.push(host);
            }
            let replicas = IdRange::new(first, served.replica_host.len());
            groups.push(Group { domain, replicas, hosts: run });
        }
        if let Some(left) = pinned.as_ref().and_then(Pinned::left) {
            self.problems
                .follows("no-room", left, "no replica is left for this pinned node")
                .help("pin as many nodes as there are replicas, each below its place");
        }
        groups
    }

    fn no_host(&mut self, item: &Item<Written>, entry: &Item<u32>, found: &Hosts, class: Option<&str>) {
        let (name, place) = (&item.name, &entry.name);
        let what = class.map_or_else(|| "compute nodes".to_owned(), |class| format!("nodes of class `{class}`"));
        match found {
            Hosts::Scattered => {
                self.problems
                    .error("scattered-hosts", entry.place, format!("between the {what} of `{place}` there are others"))
                    .help("name the rooms or racks one by one in `replicas`");
            }
            Hosts::None | Hosts::Run(_) if self.shaky => {}
            Hosts::None | Hosts::Run(_) => {
                self.problems
                    .follows("no-host", entry.place, format!("`{place}` has no {what} to host `{name}`"))
                    .help("give the place nodes, or the service another `class`");
            }
        }
    }

    fn too_few(&mut self, item: &Item<Written>, entry: &Item<u32>, found: usize, pinned: bool) {
        let (service, count, place) = (&item.name, entry.value, &entry.name);
        let nodes = if found == 1 { "node" } else { "nodes" };
        let (message, help) = if pinned {
            let message =
                format!("`{service}` wants {count} replicas at `{place}`, but {found} {nodes} there can be pinned");
            (message, "pin one node below the place for each replica".to_owned())
        } else {
            let message = format!("`{service}` wants {count} replicas at `{place}`, but there is room for {found}");
            (message, "use fewer replicas, more nodes, or a larger `room` of their class".to_owned())
        };
        self.problems.follows("no-room", entry.place, message).help(help);
    }

    fn pinned(&mut self, written: &Written, tree: &Topology) -> Option<Pinned> {
        let Some(At { value: Placement::Pinned(names), .. }) = &written.placement else { return None };
        let mut list = Vec::new();
        for name in names {
            match node(tree, &name.value) {
                Some(unit) => list.push((unit, name.place)),
                None => {
                    // Its replica would be missing too; that need not be said.
                    self.shaky = true;
                    let help = known_nodes(tree, &name.value);
                    self.problems
                        .error("unknown-node", name.place, format!("unknown node `{}`", name.value))
                        .help(help);
                }
            }
        }
        Some(Pinned { list })
    }

    fn need(&mut self, item: &Item<Written>, replicas: usize, standby: bool, complete: bool) -> u32 {
        let majority = (replicas / 2 + 1) as u32;
        let Some(up) = &item.value.up else {
            return if item.value.quorum.is_some() { majority } else { 1 };
        };
        if let (Some(_), false) = (&item.value.quorum, matches!(up.value, Up::Majority)) {
            self.problems
                .error("quorum-and-up", up.place, format!("`{}` has a quorum, so a majority must be up", item.name))
                .help("leave `up` out");
        }
        match up.value {
            Up::Any => 1,
            Up::All => replicas.max(1) as u32,
            Up::Majority => majority,
            Up::AtLeast(need) => {
                // With a place missing the number to compare with is missing too.
                if complete && (need == 0 || need as usize > replicas) {
                    let among = if standby { "replicas of its first place" } else { "replicas" };
                    self.problems
                        .follows("k-over-n", up.place, format!("`{}` needs {need} of {replicas} {among}", item.name))
                        .help(format!("use 1 to {replicas}"));
                }
                need.max(1)
            }
        }
    }

    fn quorum(&mut self, item: &Item<Written>) -> Option<Quorum> {
        let quorum = &item.value.quorum.as_ref()?.value;
        let election = self.law(quorum.election.as_ref()?)?;
        let split_brain = quorum.split_brain.as_ref().map_or(Probability::ZERO, |chance| chance.value);
        Some(Quorum { election, split_brain })
    }

    fn load(&mut self, written: &Written, replicas: usize, complete: bool) -> Option<Load> {
        let load = &written.load.as_ref()?.value;
        let (requests, per_replica) = (load.requests.as_ref()?, load.per_replica.as_ref()?);
        if per_replica.value.per_second() <= 0.0 {
            self.problems
                .error("out-of-range", per_replica.place, "a replica that serves nothing")
                .help("use more than 0");
        } else if requests.value.per_second() > per_replica.value.per_second() * replicas as f64 && complete {
            self.problems
                .warn(
                    "overloaded",
                    requests.place,
                    format!("{replicas} replicas cannot serve all requests even when all are up"),
                )
                .help("it will never be fully up; add replicas");
        }
        Some(Load {
            requests: requests.value,
            per_replica: per_replica.value,
            balance: match load.balance.as_ref().map(|balance| &balance.value) {
                None | Some(BalanceWord::RoundRobin) => Balance::RoundRobin,
                Some(BalanceWord::LeastConnections) => Balance::LeastConnections,
                Some(BalanceWord::Hash) => Balance::Hash,
            },
        })
    }

    fn reschedule(&mut self, written: &Written) -> Option<Reschedule> {
        let reschedule = &written.reschedule.as_ref()?.value;
        if let (Some(At { value: Placement::Pinned(_), .. }), Some(written)) = (&written.placement, &written.reschedule)
        {
            self.problems
                .error("pinned-and-moved", written.place, "a pinned replica is not rescheduled")
                .help("drop `reschedule` or the pinned placement");
        }
        Some(Reschedule { after: reschedule.after.as_ref()?.value, takes: self.law(reschedule.takes.as_ref()?)? })
    }

    fn objective(&mut self, written: &Written, ground: &Ground<'_>) -> Objective {
        let Some(objective) = written.objective.as_ref().map(|objective| &objective.value) else {
            return Objective::default();
        };
        if let (Some(rto), Some(mtd)) = (&objective.rto, &objective.mtd)
            && rto.value > mtd.value
        {
            self.problems
                .error("rto-over-mtd", rto.place, "the RTO is longer than the maximum tolerable downtime")
                .help("recovery must be promised within what can be tolerated: RTO ≤ MTD");
        }
        let availability = objective.availability.as_ref().map(|promise| {
            let monthly = promise.value.monthly;
            let ends = ground.clock.windows(monthly, ground.horizon).to_vec();
            let period = if monthly { "month" } else { "year" };
            if ends.is_empty() {
                self.problems.warn(
                    "no-window",
                    promise.place,
                    format!("the horizon holds no full {period}: the promise is not judged"),
                );
            } else if !ground.clock.aligned(monthly) {
                self.problems
                    .warn("unaligned-start", promise.place, format!("the start is not the first moment of a {period}"))
                    .help(format!("windows are counted from the start; set `start` to the beginning of a {period}"));
            }
            let period = if monthly { Period::Month } else { Period::Year };
            AvailabilityObjective { share: promise.value.share, period, ends }
        });
        Objective {
            rto: objective.rto.as_ref().map(|span| span.value),
            rpo: objective.rpo.as_ref().map(|span| span.value),
            mtd: objective.mtd.as_ref().map(|span| span.value),
            availability,
        }
    }
}

/// What would be right instead of a node that does not exist.
fn known_nodes(tree: &Topology, path: &str) -> String {
    let place = path.rsplit_once('/').and_then(|(place, _)| tree.paths.get(place)).map(|id| &tree.domains[*id]);
    match place {
        Some(domain) if domain.subtree.len() > 1 => format!("name a rack or room below `{}` first", domain.name),
        Some(domain) if node(tree, &format!("{}/node-1", domain.name)).is_some() => {
            format!("its nodes are `{0}/node-1` to `{0}/node-{1}`", domain.name, domain.units.len())
        }
        _ => nearest(path, tree.nodes.keys().map(String::as_str).chain(tree.paths.keys().map(String::as_str))),
    }
}

/// A node by path: listed, or generated as `PLACE/node-3`.
fn node(tree: &Topology, path: &str) -> Option<UnitId> {
    if let Some(unit) = tree.nodes.get(path) {
        return Some(*unit);
    }
    let (place, name) = path.rsplit_once('/')?;
    let number = name.strip_prefix("node-")?;
    let nth: usize = number.parse().ok().filter(|_| !number.starts_with('0'))?;
    let domain = &tree.domains[*tree.paths.get(place)?];
    let lowest = domain.subtree.len() == 1;
    let unit = (lowest && (1..=domain.units.len()).contains(&nth)).then(|| domain.units.nth(nth - 1))?;
    let counted = tree.populations[tree.unit_population[unit]].kind == crate::model::PopulationKind::Nodes;
    counted.then_some(unit)
}

/// Pinned nodes that are not yet given a replica.
struct Pinned {
    list: Vec<(UnitId, Place)>,
}

impl Pinned {
    fn take(&mut self, run: IdRange<UnitId>, count: usize) -> Vec<UnitId> {
        let mut taken = Vec::new();
        self.list.retain(|(unit, _)| {
            let take = taken.len() < count && run.contains(*unit);
            if take {
                taken.push(*unit);
            }
            !take
        });
        taken
    }

    fn left(&self) -> Option<Place> {
        self.list.first().map(|(_, place)| *place)
    }
}

/// Replicas on nodes whose room is limited.
struct Occupancy {
    placed: std::collections::BTreeMap<UnitId, u32>,
}

impl Occupancy {
    fn new() -> Self {
        Self { placed: std::collections::BTreeMap::new() }
    }

    fn room(&self, unit: UnitId, ground: &Ground<'_>) -> u32 {
        let class = ground.tree.populations[ground.tree.unit_population[unit]].class;
        let room = ground.classes[class].room;
        room - room.min(self.placed.get(&unit).copied().unwrap_or(0))
    }

    fn put(&mut self, unit: UnitId) -> UnitId {
        *self.placed.entry(unit).or_default() += 1;
        unit
    }

    /// One after another on as few nodes as possible.
    fn pack(&mut self, run: IdRange<UnitId>, count: u32, ground: &Ground<'_>) -> Vec<UnitId> {
        let mut chosen = Vec::new();
        for unit in run.iter() {
            let wanted = count as usize - chosen.len();
            let here = (self.room(unit, ground) as usize).min(wanted);
            chosen.extend((0..here).map(|_| self.put(unit)));
            if chosen.len() == count as usize {
                break;
            }
        }
        chosen
    }

    /// In turns over the nodes in spread order, a second round only when every node has one.
    fn spread(&mut self, place: DomainId, run: IdRange<UnitId>, count: u32, ground: &Ground<'_>) -> Vec<UnitId> {
        let count = count as usize;
        // Only as many second choices are looked at as nodes without room demand.
        let mut wanted = count.min(run.len());
        let mut order = spread(ground.tree, place, run, wanted);
        while wanted < run.len() && order.iter().filter(|unit| self.room(**unit, ground) > 0).count() < count {
            wanted = (2 * wanted).min(run.len());
            order = spread(ground.tree, place, run, wanted);
        }
        let mut chosen = Vec::with_capacity(count);
        while chosen.len() < count {
            let before = chosen.len();
            for unit in &order {
                if chosen.len() < count && self.room(*unit, ground) > 0 {
                    chosen.push(self.put(*unit));
                }
            }
            if chosen.len() == before {
                break;
            }
        }
        chosen
    }
}

//! Shared plant and links.

use super::component::title;
use super::topology::Topology;
use super::{ClassIds, Lowering, Names};
use crate::id::{Id as _, IdVec};
use crate::model::{
    Ages, Class, ClassId, CrewId, DomainId, Endpoint, Gate, Link, LinkId, Plant, PlantId, PlantKind, PopulationKind,
    Standby,
};
use crate::quantity::{Probability, Span};
use crate::scenario::written::Names as WrittenNames;
use crate::scenario::written::network::{Gated, Link as WrittenLink};
use crate::scenario::written::read::{At, Item};
use crate::scenario::written::site::Component;

impl Lowering<'_> {
    /// Plant in the order of ids: members and needs before users, otherwise as written.
    pub(super) fn plant_order(&mut self) -> (Vec<usize>, Names<PlantId>) {
        let items = self.items(self.file.plant.as_ref(), "plant");
        let positions: std::collections::BTreeMap<&str, usize> =
            items.iter().enumerate().map(|(at, item)| (item.name.as_str(), at)).collect();
        let edges: Vec<Vec<(usize, crate::scenario::source::Place)>> = items
            .iter()
            .map(|item| {
                let lists = [item.value.of.as_ref(), item.value.needs.as_ref()];
                let names = lists.into_iter().flatten().flat_map(|list| &list.value);
                names.filter_map(|name| Some((*positions.get(name.value.as_str())?, name.place))).collect()
            })
            .collect();
        let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
        let order = self.ordered(&names, &edges, "plant-cycle", "plant needs itself in a circle");
        let ids = order.iter().enumerate().map(|(id, at)| (items[*at].name.clone(), PlantId::new(id))).collect();
        (order, ids)
    }

    /// Plant by name, each once; what is named here is used.
    pub(super) fn plants_named(&mut self, names: Option<&At<WrittenNames>>, plants: &Names<PlantId>) -> Vec<PlantId> {
        let ids = self.named(names.map(|names| names.value.as_slice()), plants, "unknown-plant", "plant");
        self.used_plants.extend(&ids);
        ids
    }

    pub(super) fn plants(
        &mut self,
        order: &[usize],
        names: &Names<PlantId>,
        tree: &mut Topology,
        (classes, class_ids): (&mut IdVec<ClassId, Class>, &ClassIds),
        crews: &Names<CrewId>,
    ) -> IdVec<PlantId, Plant> {
        let items = self.items(self.file.plant.as_ref(), "plant");
        let mut plants: IdVec<PlantId, Plant> = IdVec::new();
        for at in order {
            let item = &items[*at];
            self.problems.muted = item.broken;
            let written = &item.value;
            let within = written.at.as_ref().and_then(|at| self.domain_named(at, tree));
            let needs = self.plants_named(written.needs.as_ref(), names);
            let id = PlantId::new(plants.len());
            let kind = if written.of.is_some() {
                self.gate(item, names, &plants, tree)
            } else {
                self.parts(item, id, within, tree, (classes, class_ids), crews)
            };
            plants.push(Plant {
                name: item.name.clone(),
                title: title(written.title.as_ref(), &item.name),
                within,
                needs,
                kind,
            });
        }
        self.problems.muted = false;
        self.idle_standby(order, &plants);
        plants
    }

    /// Standby plant runs on demand of a gate; without one it never runs.
    fn idle_standby(&mut self, order: &[usize], plants: &IdVec<PlantId, Plant>) {
        let items = self.items(self.file.plant.as_ref(), "plant");
        let mut listed = std::collections::BTreeSet::<PlantId>::new();
        for plant in plants {
            if let PlantKind::Gate(gate) = &plant.kind {
                listed.extend(&gate.of);
            }
        }
        for (id, plant) in plants.enumerate() {
            if matches!(plant.kind, PlantKind::Parts { standby: Some(_), .. }) && !listed.contains(&id) {
                let item = &items[order[id.index()]];
                let place = item.value.starts.as_ref().map_or(item.place, |starts| starts.place);
                self.problems
                    .warn("idle-standby", place, format!("no gate calls upon `{}`: it never runs", item.name))
                    .help("list it in `of` of a gate, behind what it stands in for");
            }
        }
    }

    fn gate(
        &mut self,
        item: &Item<Gated>,
        names: &Names<PlantId>,
        plants: &IdVec<PlantId, Plant>,
        tree: &Topology,
    ) -> PlantKind {
        let written = &item.value;
        if let Some(place) = own_key(&written.component())
            .or(written.class.as_ref().map(|class| class.place))
            .or(written.count.as_ref().map(|count| count.place))
            .or(written.starts.as_ref().map(|starts| starts.place))
            .or(written.start_delay.as_ref().map(|delay| delay.place))
        {
            self.problems
                .error(
                    "gate-with-parts",
                    place,
                    format!("`{}` has `of` and is a gate: it has no parts of its own", item.name),
                )
                .help("put the parts into plant of their own and name that in `of`");
        }
        let of = self.plants_named(written.of.as_ref(), names);
        let members: u64 = of.iter().filter_map(|id| plants.get(*id)).map(|plant| members(plant, tree)).sum();
        let need = written.any.as_ref().map_or(members, |any| u64::from(any.value));
        if let (Some(any), false) = (&written.any, (1..=members).contains(&need)) {
            self.problems
                .follows("k-over-n", any.place, format!("`{}` needs {need} of {members}", item.name))
                .help(format!("use 1 to {members}: parts count one by one, gates as one"));
        }
        if let (Some(of), true) = (&written.of, of.is_empty()) {
            self.problems.follows("empty-list", of.place, format!("gate `{}` has nothing behind it", item.name));
        }
        if let (Some(recharge), None) = (&written.recharge, &written.hold_up) {
            self.problems.warn("no-effect", recharge.place, "`recharge` has no effect without `hold-up`");
        }
        let span = |span: &Option<At<Span>>| span.as_ref().map_or(Span::ZERO, |span| span.value);
        PlantKind::Gate(Gate {
            need: need.clamp(1, u64::from(u32::MAX)) as u32,
            of,
            hold_up: span(&written.hold_up),
            recharge: span(&written.recharge),
        })
    }

    fn parts(
        &mut self,
        item: &Item<Gated>,
        id: PlantId,
        within: Option<DomainId>,
        tree: &mut Topology,
        (classes, class_ids): (&mut IdVec<ClassId, Class>, &ClassIds),
        crews: &Names<CrewId>,
    ) -> PlantKind {
        let written = &item.value;
        for (place, key) in [
            (written.hold_up.as_ref().map(|span| span.place), "hold-up"),
            (written.recharge.as_ref().map(|span| span.place), "recharge"),
        ] {
            if let Some(place) = place {
                self.problems
                    .error("gate-key", place, format!("`{key}` belongs to a gate, `{}` has no `of`", item.name))
                    .help("make a gate: `of = [\"…\"]` with the plant behind the store");
            }
        }
        let component = written.component();
        let class = self.own_class(
            item.name.as_str(),
            item.place,
            &component,
            written.class.as_ref(),
            (&mut *classes, class_ids),
            crews,
        );
        let count = written.count.as_ref().map_or(1, |count| count.value);
        if let (Some(place), 0) = (written.count.as_ref().map(|count| count.place), count) {
            self.problems.error("out-of-range", place, "no parts at all").help("use 1 or more");
        }
        let need = written.any.as_ref().map_or(count, |any| any.value);
        if let (Some(any), false) = (&written.any, (1..=count.max(1)).contains(&need)) {
            self.problems
                .error("k-over-n", any.place, format!("`{}` needs {need} of {count}", item.name))
                .help(format!("use 1 to {count}"));
        }
        let standby = written.starts.as_ref().map(|starts| starts.value).or_else(|| {
            let delay = written.start_delay.as_ref()?;
            self.problems
                .follows(
                    "delay-without-starts",
                    delay.place,
                    format!("`{}` has a `start-delay` but no `starts`", item.name),
                )
                .help("add `starts = \"98 %\"`: the chance that a start works");
            None
        });
        let standby = standby.map(|starts| Standby {
            starts,
            delay: written.start_delay.as_ref().map_or(Span::ZERO, |delay| delay.value),
        });
        if standby.is_some() && written.class.is_none() && component.ages.is_none() {
            classes[class].ages = Ages::Operating; // what rests does not wear, unless the scenario says so
        }
        let unsure = written.starts.as_ref().filter(|starts| starts.value.get() < 1.0);
        if let (Some(starts), true) = (unsure, written.repair.is_none() && written.class.is_none()) {
            self.problems
                .follows(
                    "missing-repair",
                    starts.place,
                    format!("`{}` may fail to start but has no `repair`", item.name),
                )
                .help("say how long a repair takes, such as `repair = \"4h\"`");
        }
        let kind = PopulationKind::Plant(id);
        let population = tree.parts(self, (&item.name, item.place), (count, class), kind, within);
        PlantKind::Parts { population, need: need.max(1), standby }
    }

    /// The class of plant or a line: a written one, or one of its own.
    fn own_class(
        &mut self,
        name: &str,
        place: crate::scenario::source::Place,
        component: &Component,
        class: Option<&At<String>>,
        (classes, class_ids): (&mut IdVec<ClassId, Class>, &ClassIds),
        crews: &Names<CrewId>,
    ) -> ClassId {
        if let Some(class) = class {
            if let Some(place) = own_key(component) {
                self.problems
                    .error("class-and-keys", place, format!("`{name}` has a `class` and keys of a class"))
                    .help(format!("put them into a class that is `like = \"{}\"`", class.value));
            }
            if let Some(id) = self.class_named(Some(class), class_ids) {
                return id;
            }
        }
        let class = self.component(component, name, place, crews);
        classes.push(class)
    }

    pub(super) fn links(
        &mut self,
        tree: &mut Topology,
        (classes, class_ids): (&mut IdVec<ClassId, Class>, &ClassIds),
        crews: &Names<CrewId>,
    ) -> (IdVec<LinkId, Link>, Names<LinkId>) {
        let (mut links, mut names) = (IdVec::new(), Names::new());
        for item in self.items(self.file.links.as_ref(), "links") {
            self.problems.muted = item.broken;
            let written: &WrittenLink = &item.value;
            let between = self.ends(item, tree);
            let component = written.component();
            let line = own_key(&component).map(|_| {
                let class = self.own_class(&item.name, item.place, &component, None, (classes, class_ids), crews);
                let kind = PopulationKind::Link(LinkId::new(links.len()));
                tree.parts(self, (&item.name, item.place), (1, class), kind, None)
            });
            if let Some(zero) = written.bandwidth.as_ref().filter(|rate| rate.value.bits_per_second() <= 0.0) {
                self.problems
                    .error("out-of-range", zero.place, "a link without bandwidth")
                    .help("leave it out if unknown");
            }
            let id = links.push(Link {
                name: item.name.clone(),
                title: title(written.title.as_ref(), &item.name),
                between,
                bandwidth: written.bandwidth.as_ref().map(|rate| rate.value),
                latency: written.latency.as_ref().map_or(Span::ZERO, |latency| latency.value),
                efficiency: written.efficiency.as_ref().map_or(Probability::ONE, |share| share.value),
                line,
            });
            names.insert(item.name.clone(), id);
        }
        self.problems.muted = false;
        (links, names)
    }

    fn ends(&mut self, item: &Item<WrittenLink>, tree: &Topology) -> [Endpoint; 2] {
        let Some(between) = &item.value.between else {
            let message = format!("link `{}` has no `between`", item.name);
            self.problems.follows("missing-key", item.place, message).help("write `between = [\"a\", \"b\"]`");
            return [Endpoint::Outside; 2];
        };
        let ends: Vec<Endpoint> = between
            .value
            .iter()
            .filter_map(|end| match end.value.as_str() {
                "outside" => Some(Endpoint::Outside),
                path => {
                    let id = tree.paths.get(path).copied();
                    if id.is_none() {
                        let known = std::iter::once("outside").chain(tree.paths.keys().map(String::as_str));
                        self.problems.unknown("unknown-place", end.place, "place", path, known);
                    }
                    id.map(Endpoint::Domain)
                }
            })
            .collect();
        if between.value.len() != 2 {
            self.problems
                .follows("two-ends", between.place, format!("a link has two ends, found {}", between.value.len()))
                .help("name two places, or a place and `outside` for the users");
        }
        let [first, second] = ends[..] else { return [Endpoint::Outside; 2] };
        if first == second {
            self.problems.error("two-ends", between.place, "both ends of the link are the same place");
        }
        [first, second]
    }
}

/// How many count in a gate: parts one by one, gates as one.
fn members(plant: &Plant, tree: &Topology) -> u64 {
    match &plant.kind {
        PlantKind::Parts { population, .. } => tree.populations[*population].units.len() as u64,
        PlantKind::Gate(_) => 1,
    }
}

/// Place of the first key of a class that is written.
fn own_key(component: &Component) -> Option<crate::scenario::source::Place> {
    let places = [
        component.life.as_ref().map(|at| at.place),
        component.works.as_ref().map(|at| at.place),
        component.age.as_ref().map(|at| at.place),
        component.ages.as_ref().map(|at| at.place),
        component.repair.as_ref().map(|at| at.place),
        component.logistics.as_ref().map(|at| at.place),
        component.crew.as_ref().map(|at| at.place),
        component.spares.as_ref().map(|at| at.place),
        component.latent.as_ref().map(|at| at.place),
        component.maintenance.as_ref().map(|at| at.place),
        component.wrong_repair.as_ref().map(|at| at.place),
    ];
    places.into_iter().flatten().min()
}

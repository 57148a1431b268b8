//! The tree of failure domains and the nodes below it, depth first.

use super::component::title;
use super::{ClassIds, Lowering, Names};
use crate::id::{Id as _, IdRange, IdVec};
use crate::model::{
    ClassId, Coordinates, Distribution, Domain, DomainId, Level, PlantId, Population, PopulationId, PopulationKind,
    UnitId,
};
use crate::scenario::source::Place;
use crate::scenario::written::law::Law;
use crate::scenario::written::price::Price;
use crate::scenario::written::read::{At, Item};
use crate::scenario::written::site::{ListedNode, Point, Rack, Room, Site};
use crate::scenario::written::{CountOr, Names as WrittenNames};

/// Most nodes and parts.
pub(super) const UNITS_MAX: u64 = 5_000_000;
/// Most failure domains.
const DOMAINS_MAX: u64 = 200_000;
/// Most alike things in one count of sites, rooms or racks.
const COUNT_MAX: u32 = 200_000;

/// The tree as far as it is built.
#[derive(Default)]
pub(super) struct Topology {
    pub(super) domains: IdVec<DomainId, Domain>,
    pub(super) populations: IdVec<PopulationId, Population>,
    pub(super) unit_population: IdVec<UnitId, PopulationId>,
    pub(super) unit_domain: IdVec<UnitId, Option<DomainId>>,
    /// Domains by path.
    pub(super) paths: Names<DomainId>,
    /// Listed nodes by path.
    pub(super) nodes: Names<UnitId>,
    /// What a threat may select sites by: provider, jurisdiction, segment.
    pub(super) labels: Vec<(DomainId, [Option<String>; 3])>,
    /// Places that cost something, ascending.
    pub(super) priced: Vec<(DomainId, At<Price>)>,
    /// The limit was passed; said once.
    full: bool,
}

/// What a place is like, whatever its level.
struct Fields<'f> {
    title: Option<&'f At<String>>,
    needs: Option<&'f At<WrittenNames>>,
    restart: Option<&'f At<Law>>,
}

/// What is inherited downwards.
#[derive(Clone, Copy)]
struct Below<'f> {
    racks: Option<&'f At<CountOr<Rack>>>,
    nodes: Option<&'f At<CountOr<ListedNode>>>,
    class: Option<ClassId>,
}

/// Names that topology refers to.
pub(super) struct Known<'k> {
    pub(super) classes: &'k ClassIds,
    pub(super) plants: &'k Names<PlantId>,
}

impl Topology {
    /// Room for `domains` and `units` more, or a note.
    fn room(&mut self, lowering: &mut Lowering<'_>, place: Place, domains: u64, units: u64) -> bool {
        if self.full {
            return false;
        }
        let all_domains = self.domains.len() as u64 + domains;
        let all_units = self.unit_population.len() as u64 + units;
        for (all, most, what) in [(all_domains, DOMAINS_MAX, "places"), (all_units, UNITS_MAX, "nodes")] {
            if all > most {
                self.full = true;
                let message = format!("more than {} {what}", super::grouped(most));
                lowering.problems.error("too-many", place, message).help("use smaller counts");
                return false;
            }
        }
        true
    }

    fn open(&mut self, path: String, title: String, level: Level, parent: Option<DomainId>, named: bool) -> DomainId {
        let (empty, units) = (IdRange::new(0, 0), IdRange::new(0, 0));
        let id = self.domains.push(Domain {
            name: path.clone(),
            title,
            level,
            parent,
            subtree: empty,
            units,
            needs: Vec::new(),
            restart: None,
            coordinates: None,
            named,
        });
        self.domains[id].subtree = IdRange::new(id.index(), id.index() + 1);
        let first = self.unit_population.len();
        self.domains[id].units = IdRange::new(first, first);
        self.paths.insert(path, id);
        id
    }

    fn close(&mut self, id: DomainId) {
        let (domains, units) = (self.domains.len(), self.unit_population.len());
        let first = self.domains[id].units.positions().start;
        self.domains[id].subtree = IdRange::new(id.index(), domains);
        self.domains[id].units = IdRange::new(first, units);
    }

    fn units(&mut self, count: u32, population: PopulationId, domain: DomainId) {
        for _ in 0..count {
            self.unit_population.push(population);
            self.unit_domain.push(Some(domain));
        }
    }

    fn population(&mut self, name: String, class: ClassId, kind: PopulationKind) -> PopulationId {
        let first = self.unit_population.len();
        self.populations.push(Population { name, class, units: IdRange::new(first, first), kind })
    }

    fn close_population(&mut self, id: PopulationId) {
        let first = self.populations[id].units.positions().start;
        self.populations[id].units = IdRange::new(first, self.unit_population.len());
    }

    /// Parts of plant or a line.
    pub(super) fn parts(
        &mut self,
        lowering: &mut Lowering<'_>,
        (name, place): (&str, Place),
        (count, class): (u32, ClassId),
        kind: PopulationKind,
        within: Option<DomainId>,
    ) -> PopulationId {
        let id = self.population(name.to_owned(), class, kind);
        let count = if self.room(lowering, place, 0, u64::from(count)) { count } else { 0 };
        for _ in 0..count {
            self.unit_population.push(id);
            self.unit_domain.push(within);
        }
        self.close_population(id);
        id
    }
}

impl Lowering<'_> {
    /// Builds all domains and nodes.
    pub(super) fn topology(&mut self, known: &Known<'_>) -> Topology {
        let mut tree = Topology::default();
        let regions = self.items(self.file.regions.as_ref(), "regions");
        let sites = self.items(self.file.sites.as_ref(), "sites");
        let mut in_region: Vec<Vec<&Item<Site>>> = vec![Vec::new(); regions.len()];
        let positions: std::collections::BTreeMap<&str, usize> =
            regions.iter().enumerate().map(|(at, region)| (region.name.as_str(), at)).collect();
        // Top-level things in written order: regions, and sites that are in none.
        let mut top: Vec<(Place, Result<usize, &Item<Site>>)> =
            regions.iter().enumerate().map(|(at, region)| (region.place, Ok(at))).collect();
        for site in sites {
            match &site.value.region {
                None => top.push((site.place, Err(site))),
                Some(region) => match positions.get(region.value.as_str()) {
                    Some(at) => in_region[*at].push(site),
                    None => {
                        let names = positions.keys().copied();
                        self.problems.unknown("unknown-region", region.place, "region", &region.value, names);
                        top.push((site.place, Err(site)));
                    }
                },
            }
        }
        top.sort_by_key(|(place, _)| *place);
        for (place, what) in top {
            match what {
                Err(site) => self.site(site, None, known, &mut tree),
                Ok(at) => {
                    let region = &regions[at];
                    if !tree.room(self, place, 1, 0) {
                        continue;
                    }
                    let shown = title(region.value.title.as_ref(), &region.name);
                    let id = tree.open(region.name.clone(), shown, Level::Region, None, true);
                    let fields = Fields {
                        title: None,
                        needs: region.value.needs.as_ref(),
                        restart: region.value.restart.as_ref(),
                    };
                    let (needs, restart) = self.conditions(&fields, known);
                    (tree.domains[id].needs, tree.domains[id].restart) = (needs, restart);
                    for site in &in_region[at] {
                        self.site(site, Some(id), known, &mut tree);
                    }
                    tree.close(id);
                }
            }
        }
        tree
    }

    fn conditions(&mut self, fields: &Fields<'_>, known: &Known<'_>) -> (Vec<PlantId>, Option<Distribution>) {
        (self.plants_named(fields.needs, known.plants), self.maybe_law(fields.restart))
    }

    fn coordinates(&mut self, point: Option<&At<Point>>) -> Option<Coordinates> {
        let point = &point?.value;
        let (latitude, longitude) = (point.latitude.as_ref()?, point.longitude.as_ref()?);
        for (value, bound, what) in [(latitude, 90.0, "latitude"), (longitude, 180.0, "longitude")] {
            if !(-bound..=bound).contains(&value.value) {
                let message = format!("{what} `{}` is not between -{bound} and {bound}", value.value);
                self.problems.error("out-of-range", value.place, message).help("use degrees");
                return None;
            }
        }
        Some(Coordinates { latitude: latitude.value, longitude: longitude.value })
    }

    /// A class by name.
    pub(super) fn class_named(&mut self, class: Option<&At<String>>, classes: &ClassIds) -> Option<ClassId> {
        let class = class?;
        let id = classes.get(&class.value).copied();
        if id.is_none() {
            let known = classes.keys().map(String::as_str);
            self.problems.unknown("unknown-class", class.place, "class", &class.value, known);
        }
        id
    }

    /// A count of alike things; zero is a mistake.
    fn count(&mut self, count: Option<&At<u32>>) -> u32 {
        let Some(count) = count else { return 1 };
        if (1..=COUNT_MAX).contains(&count.value) {
            return count.value;
        }
        let message =
            format!("a count of `{}` is not between 1 and {}", count.value, super::grouped(u64::from(COUNT_MAX)));
        self.problems.error("out-of-range", count.place, message).help("leave out what is not there");
        1
    }

    fn site(&mut self, item: &Item<Site>, parent: Option<DomainId>, known: &Known<'_>, tree: &mut Topology) {
        self.problems.muted = item.broken;
        let site = &item.value;
        let coordinates = self.coordinates(site.at.as_ref());
        let fields = Fields { title: site.title.as_ref(), needs: site.needs.as_ref(), restart: site.restart.as_ref() };
        let (needs, restart) = self.conditions(&fields, known);
        let class = self.class_named(site.class.as_ref(), known.classes);
        let below = Below { racks: site.racks.as_ref(), nodes: site.nodes.as_ref(), class };
        if let (Some(rooms), true) = (&site.rooms, site.racks.is_some() || site.nodes.is_some()) {
            self.problems
                .error("rooms-and-nodes", rooms.place, format!("`{}` has rooms and nodes of its own", item.name))
                .help("put `racks` and `nodes` into the rooms");
        }
        let count = self.count(site.count.as_ref());
        for nth in 1..=count {
            if !tree.room(self, item.place, 1, 0) {
                break;
            }
            let path = numbered(&item.name, nth, site.count.as_ref().map_or(1, |_| count));
            let shown = numbered(&title(fields.title, &item.name), nth, count);
            let id = tree.open(path.clone(), shown, Level::Site, parent, true);
            let domain = &mut tree.domains[id];
            (domain.needs, domain.restart, domain.coordinates) = (needs.clone(), restart.clone(), coordinates);
            tree.priced.extend(site.price.map(|price| (id, price)));
            let text = |written: &Option<At<String>>| written.as_ref().map(|written| written.value.clone());
            tree.labels.push((id, [text(&site.provider), text(&site.jurisdiction), text(&site.segment)]));
            match &site.rooms {
                Some(rooms) => {
                    for room in &rooms.value.0 {
                        self.room(room, id, &path, class, known, tree);
                    }
                }
                None => self.fill(&path, item.place, id, below, known, tree),
            }
            tree.close(id);
            // A mistake inside a counted site is the same in each of them.
            if self.problems.any_error() {
                break;
            }
        }
        self.problems.muted = false;
    }

    fn room(
        &mut self,
        item: &Item<Room>,
        site: DomainId,
        site_path: &str,
        class: Option<ClassId>,
        known: &Known<'_>,
        tree: &mut Topology,
    ) {
        let room = &item.value;
        let fields = Fields { title: room.title.as_ref(), needs: room.needs.as_ref(), restart: room.restart.as_ref() };
        let (needs, restart) = self.conditions(&fields, known);
        let class = self.class_named(room.class.as_ref(), known.classes).or(class);
        let count = self.count(room.count.as_ref());
        for nth in 1..=count {
            if !tree.room(self, item.place, 1, 0) {
                return;
            }
            let path = format!("{site_path}/{}", numbered(&item.name, nth, count));
            let shown = numbered(&title(fields.title, &item.name), nth, count);
            let id = tree.open(path.clone(), shown, Level::Room, Some(site), true);
            (tree.domains[id].needs, tree.domains[id].restart) = (needs.clone(), restart.clone());
            tree.priced.extend(room.price.map(|price| (id, price)));
            let below = Below { racks: room.racks.as_ref(), nodes: room.nodes.as_ref(), class };
            self.fill(&path, item.place, id, below, known, tree);
            tree.close(id);
        }
    }

    /// Racks and nodes of a room or site.
    fn fill(&mut self, path: &str, at: Place, id: DomainId, below: Below<'_>, known: &Known<'_>, tree: &mut Topology) {
        match below.racks.map(|racks| (&racks.value, racks.place)) {
            None => self.nodes(path, at, id, below, known, tree, None),
            Some((CountOr::Count(count), place)) => {
                let (count, nodes) = (self.count(Some(&At { place, value: *count })), below.nodes);
                let Some(At { value: CountOr::Count(per_rack), place: nodes_place }) = nodes else {
                    let place = nodes.map_or(place, |nodes| nodes.place);
                    self.problems
                        .follows("racks-without-nodes", place, "counted racks need counted nodes")
                        .help("write `nodes = 8`: so many in each rack; or list the racks by name");
                    return;
                };
                let Some(class) = self.class_of_nodes(below.class, known.classes, *nodes_place, path) else { return };
                if !tree.room(self, place, u64::from(count), u64::from(count) * u64::from(*per_rack)) {
                    return;
                }
                self.some_nodes(*per_rack, *nodes_place);
                let population = tree.population(path.to_owned(), class, PopulationKind::Nodes);
                for nth in 1..=count {
                    let name = format!("rack-{nth}");
                    let rack = tree.open(format!("{path}/{name}"), name, Level::Rack, Some(id), false);
                    tree.units(*per_rack, population, rack);
                    tree.close(rack);
                }
                tree.close_population(population);
            }
            Some((CountOr::Listed(racks), _)) => self.racks(path, id, &racks.0, below, known, tree),
        }
    }

    /// Racks by name: one population for the room, or one each as soon as a rack differs.
    fn racks(
        &mut self,
        path: &str,
        room: DomainId,
        racks: &[Item<Rack>],
        below: Below<'_>,
        known: &Known<'_>,
        tree: &mut Topology,
    ) {
        let alike = racks.iter().all(|rack| rack.value.nodes.is_none() && rack.value.class.is_none());
        let counted = matches!(below.nodes, Some(At { value: CountOr::Count(_), .. }));
        let shared = match (alike && counted, below.class) {
            (true, Some(class)) => Some(tree.population(path.to_owned(), class, PopulationKind::Nodes)),
            _ => None,
        };
        for item in racks {
            if !tree.room(self, item.place, 1, 0) {
                break;
            }
            let rack = &item.value;
            let own = format!("{path}/{}", item.name);
            let shown = title(rack.title.as_ref(), &item.name);
            let id = tree.open(own.clone(), shown, Level::Rack, Some(room), true);
            let fields = Fields { title: None, needs: rack.needs.as_ref(), restart: rack.restart.as_ref() };
            (tree.domains[id].needs, tree.domains[id].restart) = self.conditions(&fields, known);
            tree.priced.extend(rack.price.map(|price| (id, price)));
            let class = self.class_named(rack.class.as_ref(), known.classes).or(below.class);
            let nodes = rack.nodes.as_ref().or(below.nodes);
            self.nodes(&own, item.place, id, Below { racks: None, nodes, class }, known, tree, shared);
            tree.close(id);
        }
        if let Some(population) = shared {
            tree.close_population(population);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the place in the tree and what is inherited down to it")]
    fn nodes(
        &mut self,
        path: &str,
        at: Place,
        id: DomainId,
        below: Below<'_>,
        known: &Known<'_>,
        tree: &mut Topology,
        shared: Option<PopulationId>,
    ) {
        let Some(nodes) = below.nodes else {
            if let (Some(_), Level::Rack) = (below.class, tree.domains[id].level) {
                self.problems
                    .follows("racks-without-nodes", at, format!("`{path}` has no `nodes`"))
                    .help("say how many");
            }
            return;
        };
        match &nodes.value {
            CountOr::Count(count) => {
                let Some(class) = self.class_of_nodes(below.class, known.classes, nodes.place, path) else { return };
                if !tree.room(self, nodes.place, 0, u64::from(*count)) {
                    return;
                }
                self.some_nodes(*count, nodes.place);
                let population =
                    shared.unwrap_or_else(|| tree.population(path.to_owned(), class, PopulationKind::Nodes));
                tree.units(*count, population, id);
                if shared.is_none() {
                    tree.close_population(population);
                }
            }
            CountOr::Listed(list) => {
                for node in &list.0 {
                    let class = self.class_named(node.value.class.as_ref(), known.classes).or(below.class);
                    let Some(class) = self.class_of_nodes(class, known.classes, node.place, path) else { return };
                    if !tree.room(self, node.place, 0, 1) {
                        return;
                    }
                    let name = format!("{path}/{}", node.name);
                    let unit = UnitId::new(tree.unit_population.len());
                    let population = tree.population(name.clone(), class, PopulationKind::Node);
                    tree.units(1, population, id);
                    tree.close_population(population);
                    tree.nodes.insert(name, unit);
                }
            }
        }
    }

    fn some_nodes(&mut self, count: u32, place: Place) {
        if count == 0 {
            self.problems.error("out-of-range", place, "no nodes at all").help("leave `nodes` out, or use 1 or more");
        }
    }

    fn class_of_nodes(
        &mut self,
        class: Option<ClassId>,
        known: &ClassIds,
        place: Place,
        path: &str,
    ) -> Option<ClassId> {
        if class.is_none() && !self.problems.items.iter().any(|item| item.code == "unknown-class") {
            let mut names = known.keys();
            let help = match (names.next(), names.next()) {
                (Some(only), None) => format!("write `class = \"{only}\"` here or on a place around them"),
                _ => "write `class = \"…\"` here or on a place around them".to_owned(),
            };
            self.problems.follows("missing-class", place, format!("nodes of `{path}` have no class")).help(help);
        }
        class
    }
}

/// `name` alone, or `name-3` as one of several.
fn numbered(name: &str, nth: u32, count: u32) -> String {
    if count > 1 { format!("{name}-{nth}") } else { name.to_owned() }
}

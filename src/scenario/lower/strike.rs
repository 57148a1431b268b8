//! What a threat strikes.

use super::Lowering;
use super::threat::Ground;
use super::topology::Topology;
use crate::id::IdVec;
use crate::model::{
    Action, Coordinates, CopyId, CopyRole, DataCopy, DatasetId, Disruption, DomainId, Epicentre, Level, Link, LinkId,
    Pick, Plant, PlantId, PlantKind, Service, ServiceId, Target, Threat, ThreatId,
};
use crate::scenario::source::Place;
use crate::scenario::written::read::{At, Item};
use crate::scenario::written::threat::{LevelWord, Selection, Strikes, Threat as Written};

/// Most places that threats list all in all.
const STRUCK_MAX: usize = 5_000_000;

impl Lowering<'_> {
    /// Whatever a threat names, as ids.
    pub(super) fn target(&mut self, item: &Item<Written>, written: &Written, ground: &Ground<'_>) -> Target {
        let mut target = Target {
            pick: Pick::All,
            domains: Vec::new(),
            nodes_below: Vec::new(),
            plants: Vec::new(),
            links: Vec::new(),
            services: Vec::new(),
            circle: None,
        };
        let Some(strikes) = &written.strikes else {
            self.problems.follows("missing-key", item.place, format!("threat `{}` strikes nothing", item.name)).help(
                "write `strikes = \"PLACE\"`, `{ any = \"rack\" }`, `{ plant = [\"…\"] }` or `{ services = [\"…\"] }`",
            );
            return target;
        };
        match &strikes.value {
            Strikes::Domains(paths) => {
                if paths.is_empty() {
                    self.problems.follows(
                        "empty-list",
                        strikes.place,
                        format!("threat `{}` strikes nothing", item.name),
                    );
                }
                target.domains = paths.iter().filter_map(|path| self.struck(path, ground)).collect();
            }
            Strikes::Selected(selection) => self.select(selection, strikes.place, item, ground, &mut target),
        }
        self.struck += target.domains.len() + target.circle.as_ref().map_or(0, |circle| circle.sites.len());
        if self.struck > STRUCK_MAX {
            self.problems
                .error("too-many", strikes.place, "threats strike more than 5 000 000 places all in all")
                .help("use fewer threats, or narrower ones");
            target.domains.clear();
            target.circle = None;
        }
        target
    }

    /// A domain by path; other things are told apart.
    fn struck(&mut self, path: &At<String>, ground: &Ground<'_>) -> Option<DomainId> {
        if ground.tree.paths.contains_key(&path.value) {
            return ground.tree.paths.get(&path.value).copied();
        }
        let name = &path.value;
        let instead = if ground.plants.contains_key(name) {
            format!("plant: write `strikes = {{ plant = \"{name}\" }}`")
        } else if ground.links.contains_key(name) {
            format!("a link: write `strikes = {{ links = \"{name}\" }}`")
        } else if ground.services.contains_key(name) {
            format!("a service: write `strikes = {{ services = \"{name}\" }}`")
        } else if ground.tree.nodes.contains_key(name) {
            let place = name.rsplit_once('/').map_or("", |(place, _)| place);
            format!("a node: write `strikes = {{ any = \"node\", in = \"{place}\" }}`")
        } else {
            return self.domain_named(path, ground.tree);
        };
        self.problems
            .error("not-a-place", path.place, format!("`{name}` is not a place"))
            .help(format!("it is {instead}"));
        None
    }

    fn select(
        &mut self,
        own: &Selection,
        place: Place,
        item: &Item<Written>,
        ground: &Ground<'_>,
        target: &mut Target,
    ) {
        let ways = [
            ("any", own.any.is_some()),
            ("plant", own.plant.is_some()),
            ("links", own.links.is_some()),
            ("services", own.services.is_some()),
            ("provider", own.provider.is_some()),
            ("segment", own.segment.is_some()),
            ("jurisdiction", own.jurisdiction.is_some()),
            ("within", own.within.is_some()),
        ];
        let given = ways.iter().filter(|(_, given)| *given).count();
        if given != 1 {
            if given > 1 || !own.broken {
                let names: Vec<&str> = ways.iter().map(|(name, _)| *name).collect();
                self.problems
                    .error("one-of", place, format!("expected exactly one way to select, found {given}"))
                    .help(format!("use one of `{}`", names.join("`, `")));
            }
            return;
        }
        for (key, stray, with) in [
            ("in", own.within_domain.as_ref().map(|at| at.place).filter(|_| own.any.is_none()), "any"),
            ("of", own.of.as_ref().map(|at| at.place).filter(|_| own.within.is_none()), "within"),
            ("scatter", own.scatter.as_ref().map(|at| at.place).filter(|_| own.within.is_none()), "within"),
        ] {
            if let Some(stray) = stray {
                self.problems
                    .error("foreign-key", stray, format!("`{key}` belongs to `{with}`"))
                    .help(format!("drop it, or select with `{with}`"));
            }
        }
        let list =
            |texts: &Option<At<crate::scenario::written::Texts>>| texts.as_ref().map(|texts| texts.value.0.clone());
        let lists = (list(&own.plant), list(&own.links), list(&own.services));
        target.plants = self.named(lists.0.as_deref(), ground.plants, "unknown-plant", "plant");
        target.links = self.named(lists.1.as_deref(), ground.links, "unknown-link", "link");
        target.services = self.named(lists.2.as_deref(), ground.services, "unknown-service", "service");
        for (texts, at) in [(&lists.0, &own.plant), (&lists.1, &own.links), (&lists.2, &own.services)] {
            if let (Some(at), true) = (at, texts.as_ref().is_some_and(Vec::is_empty)) {
                self.problems.follows("empty-list", at.place, format!("threat `{}` strikes nothing", item.name));
            }
        }
        for (index, label) in [(0, &own.provider), (1, &own.jurisdiction), (2, &own.segment)] {
            if let Some(label) = label {
                self.labelled(index, label, ground, target);
            }
        }
        if let Some(level) = &own.any {
            self.any(level, own, item, ground, target);
        }
        if own.within.is_some() {
            self.circle(own, place, item, ground, target);
        }
    }

    fn labelled(&mut self, index: usize, label: &At<String>, ground: &Ground<'_>, target: &mut Target) {
        let labels = &ground.tree.labels;
        let matches = |labels: &[Option<String>; 3]| labels[index].as_deref() == Some(label.value.as_str());
        target.domains = labels.iter().filter(|(_, labels)| matches(labels)).map(|(id, _)| *id).collect();
        if target.domains.is_empty() {
            let what = ["provider", "jurisdiction", "segment"][index];
            let known: std::collections::BTreeSet<&str> =
                labels.iter().filter_map(|(_, labels)| labels[index].as_deref()).collect();
            self.problems.unknown("hits-nothing", label.place, what, &label.value, known.into_iter());
        }
    }

    fn any(
        &mut self,
        level: &At<LevelWord>,
        own: &Selection,
        item: &Item<Written>,
        ground: &Ground<'_>,
        target: &mut Target,
    ) {
        target.pick = Pick::One;
        let tree = ground.tree;
        let tops: Vec<DomainId> = match &own.within_domain {
            Some(places) => places.value.0.iter().filter_map(|place| self.struck(place, ground)).collect(),
            None => tree.domains.enumerate().filter(|(_, domain)| domain.parent.is_none()).map(|(id, _)| id).collect(),
        };
        let wanted = match level.value {
            LevelWord::Node => {
                target.nodes_below = tops.into_iter().filter(|top| !tree.domains[*top].units.is_empty()).collect();
                if target.nodes_below.is_empty() {
                    self.nothing(level.place, item, "there is no node");
                }
                return;
            }
            LevelWord::Rack => Level::Rack,
            LevelWord::Room => Level::Room,
            LevelWord::Site => Level::Site,
            LevelWord::Region => Level::Region,
        };
        let found: std::collections::BTreeSet<DomainId> = tops
            .into_iter()
            .flat_map(|top| tree.domains[top].subtree.iter())
            .filter(|id| tree.domains[*id].level == wanted)
            .collect();
        target.domains = found.into_iter().collect();
        if target.domains.is_empty() {
            self.nothing(level.place, item, "there is no place of this level");
        }
    }

    /// Effects that what is struck cannot have: they would pass without a trace.
    pub(super) fn fruitless(
        &mut self,
        threats: &IdVec<ThreatId, Threat>,
        plants: &IdVec<PlantId, Plant>,
        links: &IdVec<LinkId, Link>,
    ) {
        let items = self.items(self.file.threats.as_ref(), "threats");
        for (threat, item) in threats.iter().zip(items) {
            let target = &threat.target;
            let place = item.value.strikes.as_ref().map_or(item.place, |strikes| strikes.place);
            let slows = threat.effects.iter().any(|effect| matches!(effect.action, Action::Slow(_)));
            let destroys = threat.effects.iter().any(|effect| matches!(effect.action, Action::Destroy(_)));
            let rigid = [
                (
                    "single nodes, and a node",
                    "a place around them, such as `{ any = \"rack\" }`",
                    target.nodes_below.is_empty(),
                ),
                ("plant, and plant", "the places or services that need it", target.plants.is_empty()),
                ("links, and a link", "the places or services behind them", target.links.is_empty()),
            ];
            for (what, instead, _) in rigid.iter().filter(|(.., none)| slows && !none) {
                self.problems
                    .error("cannot-slow", place, format!("`{}` slows {what} works or does not", threat.name))
                    .help(format!("strike {instead}, or use `suspend`"));
            }
            if !destroys {
                continue;
            }
            for plant in target.plants.iter().map(|id| &plants[*id]) {
                if let PlantKind::Gate(gate) = &plant.kind {
                    let behind: Vec<&str> = gate.of.iter().take(8).map(|id| plants[*id].name.as_str()).collect();
                    let message = format!("`{}` destroys gate `{}`, which has no parts", threat.name, plant.name);
                    self.problems
                        .error("cannot-destroy", place, message)
                        .help(format!("strike what stands behind it (`{}`), or use `suspend`", behind.join("`, `")));
                }
            }
            for link in target.links.iter().map(|id| &links[*id]).filter(|link| link.line.is_none()) {
                let message = format!("`{}` destroys link `{}`, which has no line to lose", threat.name, link.name);
                self.problems
                    .error("cannot-destroy", place, message)
                    .help("give the link a `life` and a `repair`, or use `sever`");
            }
            if !target.services.is_empty() {
                self.problems
                    .error(
                        "cannot-destroy",
                        place,
                        format!("`{}` destroys services, but only nodes, parts and lines can be lost", threat.name),
                    )
                    .help("strike the places of their replicas, or use `suspend`");
            }
        }
    }

    /// Datasets that a threat spoils when it does not say which: those that lie in what it strikes, and those that the services struck use.
    pub(super) fn spoiled_by_place(
        &mut self,
        threats: &mut IdVec<ThreatId, Threat>,
        tree: &Topology,
        copies: &IdVec<CopyId, DataCopy>,
        services: &IdVec<ServiceId, Service>,
    ) {
        let items = self.items(self.file.threats.as_ref(), "threats");
        let mut spoiled = 0;
        for (threat, item) in threats.iter_mut().zip(items) {
            let target = &threat.target;
            let mut found: Option<Vec<DatasetId>> = None;
            for effect in &mut threat.effects {
                let Action::Spoil(spoil) = &mut effect.action else { continue };
                if spoil.datasets.is_empty() && spoiled <= STRUCK_MAX {
                    let found = found.get_or_insert_with(|| {
                        let circle = target.circle.iter().flat_map(|circle| circle.sites.iter().map(|(site, _)| site));
                        let struck = target.domains.iter().chain(&target.nodes_below).chain(circle);
                        let mut ids: std::collections::BTreeSet<DatasetId> =
                            target.services.iter().flat_map(|service| &services[*service].uses).copied().collect();
                        for subtree in struck.map(|domain| tree.domains[*domain].subtree.positions()) {
                            let lies = copies.iter().filter(|copy| copy.role != CopyRole::Spare).filter(|copy| {
                                let held = tree.domains[copy.domain].subtree.positions();
                                held.start < subtree.end && subtree.start < held.end
                            });
                            ids.extend(lies.map(|copy| copy.dataset));
                        }
                        ids.into_iter().collect()
                    });
                    spoil.datasets.clone_from(found);
                }
                spoiled += spoil.datasets.len();
                let place = item.value.strikes.as_ref().map_or(item.place, |strikes| strikes.place);
                if spoil.datasets.is_empty() && !item.broken && !self.shaky {
                    self.problems
                        .error(
                            "hits-nothing",
                            place,
                            format!("threat `{}` spoils no dataset: none lies there or is used there", threat.name),
                        )
                        .help("name the datasets, or strike the places and services that have some");
                }
            }
        }
        if spoiled > STRUCK_MAX {
            let place = self.file.threats.as_ref().map_or_else(Place::default, |threats| threats.place);
            self.problems
                .error("too-many", place, "threats spoil more than 5 000 000 datasets all in all")
                .help("use fewer threats, or name the datasets");
        }
    }

    fn nothing(&mut self, place: Place, item: &Item<Written>, why: &str) {
        self.problems
            .follows("hits-nothing", place, format!("threat `{}` can hit nothing: {why}", item.name))
            .help("check what it strikes");
    }

    fn circle(
        &mut self,
        own: &Selection,
        place: Place,
        item: &Item<Written>,
        ground: &Ground<'_>,
        target: &mut Target,
    ) {
        let Some(radius) = &own.within else { return };
        let Some(of) = &own.of else {
            self.problems
                .follows("missing-key", place, "`of` is missing: the middle of the circle")
                .help("write `of = { latitude = 31.2, longitude = 121.5 }`");
            return;
        };
        let (Some(latitude), Some(longitude)) = (&of.value.latitude, &of.value.longitude) else { return };
        if latitude.value.abs() > 90.0 || longitude.value.abs() > 180.0 {
            self.problems
                .error("out-of-range", of.place, "these are not coordinates in degrees")
                .help("latitude -90 to 90, longitude -180 to 180");
            return;
        }
        let around = Coordinates { latitude: latitude.value, longitude: longitude.value };
        let scatter = own.scatter.as_ref().map_or(0.0, |scatter| scatter.value.0);
        let mut sites = Vec::new();
        let mut nearest: Option<(f64, &str)> = None;
        for (id, domain) in ground.tree.domains.enumerate().filter(|(_, domain)| domain.level == Level::Site) {
            let Some(at) = domain.coordinates else { continue };
            let distance = kilometres(around, at);
            if nearest.is_none_or(|(least, _)| distance < least) {
                nearest = Some((distance, &domain.name));
            }
            sites.push((id, at));
        }
        match nearest {
            None => self.nothing(radius.place, item, "no site has coordinates"),
            Some((distance, name)) if distance > radius.value.0 + scatter => {
                let why = format!("the nearest site `{name}` is {distance:.0} km away");
                self.nothing(radius.place, item, &why);
            }
            Some(_) => {}
        }
        target.circle = Some(Epicentre { around, scatter_km: scatter, radius_km: radius.value.0, sites });
    }
}

/// Great-circle distance on a sphere of 6371 km (haversine).
fn kilometres(a: Coordinates, b: Coordinates) -> f64 {
    let half = |from: f64, to: f64| libm::sin((to - from).to_radians() / 2.0);
    let (north, east) = (half(a.latitude, b.latitude), half(a.longitude, b.longitude));
    let cosines = libm::cos(a.latitude.to_radians()) * libm::cos(b.latitude.to_radians());
    let chord = (north * north + cosines * east * east).clamp(0.0, 1.0);
    2.0 * 6371.0 * libm::asin(libm::sqrt(chord))
}

/// The widest level that a target has.
pub(super) fn widest(target: &Target, tree: &Topology) -> Disruption {
    if target.circle.is_some() {
        return Disruption::Region;
    }
    let domains = target.domains.iter().map(|id| match tree.domains[*id].level {
        Level::Region => Disruption::Region,
        Level::Site => Disruption::Site,
        Level::Room | Level::Rack => Disruption::Rack,
        Level::Node => Disruption::Node,
    });
    let shared = (!target.plants.is_empty() || !target.links.is_empty()).then_some(Disruption::Site);
    let nodes = (!target.nodes_below.is_empty()).then_some(Disruption::Node);
    domains.chain(shared).chain(nodes).max().unwrap_or(Disruption::Software)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shanghai_to_hangzhou_is_about_165_kilometres() {
        let (shanghai, hangzhou) =
            (Coordinates { latitude: 31.23, longitude: 121.47 }, Coordinates { latitude: 30.27, longitude: 120.15 });
        assert!((kilometres(shanghai, hangzhou) - 165.0).abs() < 2.0);
    }
}

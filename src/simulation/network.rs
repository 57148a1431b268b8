//! What can be reached when a link is cut.

use super::state::World;
use super::trace::Happening;
use crate::id::{DisjointSets, Id};
use crate::model::{Cause, DomainId, Endpoint, LinkId, UnitId};

/// Component label of the place where the users are, and of everything without a link.
const EVERYWHERE: u32 = u32::MAX;

/// Labels of places that are cut off as a whole: each is a side of its own.
const SEVERED: u32 = 1 << 31;

impl World<'_> {
    /// Adds or removes a cut of a link.
    pub(super) fn cut_link(&mut self, link: LinkId, change: i32) {
        self.links[link].cut = self.links[link].cut.strict_add_signed(change);
        self.network_dirty = true;
    }

    /// Works out which links are up and what hangs together, then looks at every replica again.
    pub(super) fn settle_network(&mut self) {
        if !std::mem::take(&mut self.network_dirty) {
            return;
        }
        for (id, link) in self.scenario.links.enumerate() {
            let ends_on = link.between.iter().all(|end| match end {
                Endpoint::Domain(domain) => !self.domains[*domain].off && self.domains[*domain].severed == 0,
                Endpoint::Outside => true,
            });
            let up = ends_on && self.links[id].cut == 0 && !self.links[id].line_down;
            if self.links[id].up != up {
                self.links[id].up = up;
                self.clocks_dirty = true; // a line may age only while it is in use
                self.note(if up { Happening::LinkUp(id) } else { Happening::LinkDown(id) });
            }
        }
        self.join_components();
        if self.data.any {
            self.reroute_transfers();
            self.data.touch_all();
        }
        for service in self.scenario.services.ids() {
            for replica in self.scenario.replicas_of(service).iter() {
                self.refresh_replica(replica);
            }
            self.touch_service(service); // a quorum may have split without losing a replica
        }
    }

    /// Labels the ends of links by what they can reach.
    ///
    /// Everything below an end hangs on it, another end included: a room with a line of its own still has that of its site.
    pub(super) fn join_components(&mut self) {
        let scenario = self.scenario;
        let outside = scenario.domains.len();
        let mut sets = DisjointSets::new(outside + 1);
        for (domain, model) in scenario.domains.enumerate() {
            let around = model.parent.and_then(|parent| self.layout.endpoint[parent]);
            if let (true, Some(around)) = (self.layout.endpoint[domain] == Some(domain), around) {
                sets.join(domain.index(), around.index());
            }
        }
        for (id, link) in scenario.links.enumerate() {
            if self.links[id].up {
                let [left, right] = link.between.map(|end| match end {
                    Endpoint::Domain(domain) => domain.index(),
                    Endpoint::Outside => outside,
                });
                sets.join(left, right);
            }
        }
        for domain in scenario.domains.ids() {
            self.components[domain] = sets.lowest(domain.index()) as u32;
        }
        self.outside_component = sets.lowest(outside) as u32;
    }

    fn component_of_end(&self, end: Endpoint) -> u32 {
        match end {
            Endpoint::Domain(domain) => self.components[domain],
            Endpoint::Outside => self.outside_component,
        }
    }

    /// Component in which a unit lies; units without a link above them reach everything, units of a severed place reach each other.
    pub(super) fn component_of(&self, unit: UnitId) -> u32 {
        let Some(domain) = self.scenario.unit_domain[unit] else { return EVERYWHERE };
        if self.domains[domain].severed > 0 {
            let mut widest = domain;
            while let Some(parent) = self.scenario.domains[widest].parent.filter(|up| self.domains[*up].severed > 0) {
                widest = parent;
            }
            return SEVERED + widest.index() as u32;
        }
        self.layout.endpoint[domain].map_or(EVERYWHERE, |end| self.components[end])
    }

    /// True when users reach a side of the voters.
    pub(super) fn side_is_reached(&self, side: u32) -> bool {
        side == EVERYWHERE || side < SEVERED && (!self.layout.links_to_outside || side == self.outside_component)
    }

    /// True when users reach the unit over links, or when no link leads outside.
    pub(super) fn reached_by_users(&self, unit: UnitId) -> bool {
        if !self.layout.links_to_outside {
            return true;
        }
        let component = self.component_of(unit);
        component == EVERYWHERE || component == self.outside_component
    }

    /// Most available voters of a service that reach each other, and the component they are in. Voters without a link count everywhere.
    pub(super) fn largest_side(&self, voters: &(impl Iterator<Item = UnitId> + Clone)) -> (u32, u32) {
        let everywhere = voters.clone().filter(|unit| self.component_of(*unit) == EVERYWHERE).count() as u32;
        let mut best = (everywhere, EVERYWHERE);
        for unit in voters.clone() {
            let side = self.component_of(unit);
            if side == EVERYWHERE {
                continue;
            }
            let joined = if side < SEVERED { everywhere } else { 0 };
            let count = joined + voters.clone().filter(|other| self.component_of(*other) == side).count() as u32;
            if count > best.0 || (best.1 == EVERYWHERE && count >= best.0) {
                best = (count, side);
            }
        }
        best
    }

    /// Number of sides that available voters are split into.
    pub(super) fn sides(&self, voters: impl Iterator<Item = UnitId>) -> usize {
        let mut seen: Vec<u32> = voters.map(|unit| self.component_of(unit)).collect();
        seen.sort_unstable();
        seen.dedup();
        // Voters that reach everything join any side but a severed one.
        let joins = seen.last() == Some(&EVERYWHERE) && seen.first().is_some_and(|side| *side < SEVERED);
        seen.len() - usize::from(joins)
    }

    /// What keeps a domain from reaching further: links that are down between what it reaches and the rest.
    pub(super) fn link_causes(&self, domain: DomainId, causes: &mut Vec<Cause>) {
        let Some(here) = self.layout.endpoint[domain].map(|end| self.components[end]) else { return };
        for (id, link) in self.scenario.links.enumerate() {
            let reached = link.between.map(|end| self.component_of_end(end) == here);
            if self.links[id].up || reached[0] == reached[1] {
                continue;
            }
            let before = causes.len();
            causes.extend(self.link_cutters(id).map(Cause::Threat));
            if self.links[id].line_down
                && let Some(line) = link.line
            {
                let units = self.scenario.populations[line].units;
                causes.extend(units.iter().filter_map(|unit| self.unit_cause(unit)).map(|cause| match cause {
                    Cause::Class(_) => Cause::Link(id),
                    other => other,
                }));
            }
            for end in link.between {
                if let Endpoint::Domain(end) = end {
                    self.place_causes(end, causes);
                }
            }
            if causes.len() == before {
                causes.push(Cause::Link(id));
            }
        }
    }
}

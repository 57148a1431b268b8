//! What can be reached when a link is cut.

use super::state::World;
use super::trace::Happening;
use crate::id::Id;
use crate::model::{Cause, DomainId, Endpoint, LinkId, UnitId};

/// Component label of the place where the users are, and of everything without a link.
const EVERYWHERE: u32 = u32::MAX;

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
                self.note(if up { Happening::LinkUp(id) } else { Happening::LinkDown(id) });
            }
        }
        self.join_components();
        for service in self.scenario.services.ids() {
            for replica in self.scenario.replicas_of(service).iter() {
                self.refresh_replica(replica);
            }
            self.touch_service(service); // a quorum may have split without losing a replica
        }
    }

    /// Labels the ends of links by what they can reach: repeated relabelling, enough for a few hundred ends.
    pub(super) fn join_components(&mut self) {
        let outside = self.domains.len() as u32;
        self.outside_component = outside;
        for domain in self.scenario.domains.ids() {
            self.components[domain] = domain.index() as u32;
        }
        let mut changed = true;
        while changed {
            changed = false;
            for (id, link) in self.scenario.links.enumerate() {
                if !self.links[id].up {
                    continue;
                }
                let [left, right] = link.between.map(|end| self.component_of_end(end));
                let least = left.min(right);
                for end in link.between {
                    changed |= self.component_of_end(end) != least;
                    match end {
                        Endpoint::Domain(domain) => self.components[domain] = least,
                        Endpoint::Outside => self.outside_component = least,
                    }
                }
            }
        }
    }

    fn component_of_end(&self, end: Endpoint) -> u32 {
        match end {
            Endpoint::Domain(domain) => self.components[domain],
            Endpoint::Outside => self.outside_component,
        }
    }

    /// Component in which a unit lies; units without a link above them reach everything.
    pub(super) fn component_of(&self, unit: UnitId) -> u32 {
        self.scenario.unit_domain[unit]
            .and_then(|domain| self.layout.endpoint[domain])
            .map_or(EVERYWHERE, |end| self.components[end])
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
            let count = everywhere + voters.clone().filter(|other| self.component_of(*other) == side).count() as u32;
            if count > best.0 || (best.1 == EVERYWHERE && count >= best.0) {
                best = (count, side);
            }
        }
        best
    }

    /// Number of sides that available voters are split into.
    pub(super) fn sides(&self, voters: impl Iterator<Item = UnitId>) -> usize {
        let mut seen: Vec<u32> =
            voters.map(|unit| self.component_of(unit)).filter(|side| *side != EVERYWHERE).collect();
        seen.sort_unstable();
        seen.dedup();
        seen.len()
    }

    /// Links that are down at or above a domain: why users do not reach it.
    pub(super) fn link_causes(&self, domain: DomainId, causes: &mut Vec<Cause>) {
        for (id, link) in self.scenario.links.enumerate() {
            if self.links[id].up
                || !link.between.contains(&self.layout.endpoint[domain].map_or(Endpoint::Outside, Endpoint::Domain))
            {
                continue;
            }
            let mut cutters = self.link_cutters(id).map(Cause::Threat).peekable();
            if cutters.peek().is_some() {
                causes.extend(cutters);
            } else {
                causes.push(Cause::Link(id));
            }
        }
    }
}

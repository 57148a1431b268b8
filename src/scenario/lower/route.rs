//! How fast data can move between two places: the widest way over the links.

use crate::id::{DisjointSets, Id as _};
use crate::model::{DomainId, Endpoint, Scenario};
use crate::quantity::Bandwidth;

/// Links from wide to narrow, and where places hang on them.
pub(super) struct Routes<'s> {
    scenario: &'s Scenario,
    /// Ends, bytes per second of payload, and name.
    links: Vec<([usize; 2], f64, &'s str)>,
    /// True for domains at which a link ends.
    ends: Vec<bool>,
}

impl<'s> Routes<'s> {
    pub(super) fn of(scenario: &'s Scenario) -> Self {
        let outside = scenario.domains.len();
        let mut ends = vec![false; outside + 1];
        let mut links: Vec<([usize; 2], f64, &str)> = Vec::new();
        for link in &scenario.links {
            let between = link.between.map(|end| match end {
                Endpoint::Domain(domain) => domain.index(),
                Endpoint::Outside => outside,
            });
            for end in between {
                ends[end] = true;
            }
            let rate = link.payload().map_or(f64::INFINITY, Bandwidth::bytes_per_second);
            links.push((between, rate, &link.name));
        }
        links.sort_by(|a, b| b.1.total_cmp(&a.1));
        Self { scenario, links, ends }
    }

    /// Bytes per second over the widest way and the link that sets it; `None` where nothing limits or nothing leads.
    pub(super) fn widest(&self, from: DomainId, to: DomainId) -> Option<(f64, String)> {
        let (from, to) = (self.end(from)?, self.end(to)?);
        let mut sets = DisjointSets::new(self.ends.len());
        // A place with a line of its own still has that of the places around it.
        for (domain, _) in self.scenario.domains.enumerate().filter(|(domain, _)| self.ends[domain.index()]) {
            if let Some(around) = self.scenario.domains[domain].parent.and_then(|parent| self.end(parent)) {
                sets.join(domain.index(), around);
            }
        }
        if sets.together(from, to) {
            return None;
        }
        for (between, rate, name) in &self.links {
            sets.join(between[0], between[1]);
            if sets.together(from, to) {
                return rate.is_finite().then(|| (*rate, format!("link `{name}`")));
            }
        }
        None
    }

    /// The nearest end of a link around a place.
    fn end(&self, place: DomainId) -> Option<usize> {
        let mut at = Some(place);
        while let Some(domain) = at {
            if self.ends[domain.index()] {
                return Some(domain.index());
            }
            at = self.scenario.domains[domain].parent;
        }
        None
    }
}

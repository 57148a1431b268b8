//! Links between domains, and what can be reached when one is cut.

use super::{DomainId, PopulationId};
use crate::quantity::{Bandwidth, Probability, Span};

/// One end of a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Endpoint {
    /// A failure domain: everything below it hangs on this end.
    Domain(DomainId),
    /// Where the users are.
    Outside,
}

/// A network link. When a scenario has links to the outside, a replica counts only while users reach it over them.
#[derive(Clone, Debug)]
pub struct Link {
    /// Name in the scenario.
    pub name: String,
    /// Shown instead of the name where there is room.
    pub title: String,
    /// Its two ends.
    pub between: [Endpoint; 2],
    /// Line rate.
    pub bandwidth: Option<Bandwidth>,
    /// One way.
    pub latency: Span,
    /// Share of the line rate that carries payload.
    pub efficiency: Probability,
    /// The line itself, if it can fail.
    pub line: Option<PopulationId>,
}

impl Link {
    /// What the line carries of payload; `None`: no limit.
    ///
    /// ```
    /// use drsim::scenario::{Source, load};
    /// let text = r#"
    /// format  = 1
    /// name    = "two-sites"
    /// horizon = "1 year"
    /// sites   = { north = {}, south = {} }
    ///
    /// [links.line]
    /// between    = ["north", "south"]
    /// bandwidth  = "1 Gbps"
    /// efficiency = "80 %"
    /// "#;
    /// let scenario = load(&Source::from_text("two-sites.toml", text), &[]).unwrap().scenario;
    /// assert_eq!(scenario.links.iter().next().unwrap().payload(), Some("100 MB/s".parse().unwrap()));
    /// ```
    #[must_use]
    pub fn payload(&self) -> Option<Bandwidth> {
        self.bandwidth.map(|line| line.scaled(self.efficiency.get()))
    }
}

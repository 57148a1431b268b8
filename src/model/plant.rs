//! What several domains need at once: feeds, generators, batteries, cooling, DNS, control planes.

use super::{DomainId, PlantId, PopulationId};
use crate::quantity::{Probability, Span};

/// A piece of shared plant: it delivers or it does not.
#[derive(Clone, Debug)]
pub struct Plant {
    /// Name in the scenario.
    pub name: String,
    /// Shown instead of the name where there is room.
    pub title: String,
    /// Where it stands; a disaster there takes it along.
    pub within: Option<DomainId>,
    /// Plant that it needs itself.
    pub needs: Vec<PlantId>,
    /// What it is made of.
    pub kind: PlantKind,
}

/// Parts that fail, or a gate over other plant.
#[derive(Clone, Debug)]
pub enum PlantKind {
    /// `population` holds the parts; `need` of them must work.
    Parts {
        /// The parts.
        population: PopulationId,
        /// How many must work for the plant to deliver on its own, at least 1.
        need: u32,
        /// Set when it runs only on demand.
        standby: Option<Standby>,
    },
    /// Delivers while enough of others do.
    Gate(Gate),
}

/// A generator: idle until the gate that lists it runs short.
#[derive(Clone, Debug)]
pub struct Standby {
    /// Chance that a start succeeds; a part that does not start has failed.
    pub starts: Probability,
    /// From demand to delivery.
    pub delay: Span,
}

/// `need` of the working parts of `of`, with a store behind it.
#[derive(Clone, Debug)]
pub struct Gate {
    /// How many must deliver: parts count one by one, gates as one.
    pub need: u32,
    /// In order of preference; standby plant starts when what stands before it falls short.
    pub of: Vec<PlantId>,
    /// How long it still delivers when they do not: battery, thermal mass.
    pub hold_up: Span,
    /// Time to fill an empty store again; zero fills it at once.
    pub recharge: Span,
}

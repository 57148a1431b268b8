//! How things break and get mended.

use super::{ClassId, CrewId, Distribution, LinkId, PlantId, UnitId};
use crate::id::IdRange;
use crate::quantity::{Bandwidth, Probability, Span};

/// What a node is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Runs services.
    Compute,
    /// Holds data.
    Storage,
    /// Carries traffic.
    Network,
    /// Watches the others: while every monitoring node is down only a person notices.
    Monitoring,
}

/// How a class fails.
#[derive(Clone, PartialEq, Debug)]
pub enum Life {
    /// Never on its own.
    Endless,
    /// After a drawn life, then repaired, again and again.
    Drawn(Distribution),
    /// Works through the whole trial with this chance, is dead through the whole trial otherwise: a block of a reliability block diagram.
    Static(Probability),
}

/// How old a unit is when the trial begins.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Age {
    /// Just installed.
    New,
    /// As found in a plant that has run for ages: partly worn, perhaps under repair.
    Stationary,
    /// Of this age, and working.
    Of(Span),
}

/// When the clock of a life runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ages {
    /// From renewal on, whatever happens around it.
    Always,
    /// Only while the unit is powered and, if it hosts replicas, one of their services is up.
    Operating,
}

/// Failures that nobody sees until a scrub, or until the unit is called upon.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Latent {
    /// Share of failures that stay hidden.
    pub share: Probability,
    /// Time between scrubs.
    pub scrub_every: Span,
}

/// Planned work.
#[derive(Clone, PartialEq, Debug)]
pub struct Maintenance {
    /// Time between two turns of the same unit.
    pub every: Span,
    /// How long a unit is away.
    pub takes: Distribution,
    /// How many units of a population may be away at once, at least 1.
    pub at_a_time: u32,
    /// True when the unit comes back as good as new.
    pub renews: bool,
}

/// A repair that takes a neighbour down.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct WrongRepair {
    /// Chance per repair.
    pub chance: Probability,
}

/// Spare parts of a class.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spares {
    /// Parts on the shelf at the start.
    pub stock: u32,
    /// From order to arrival; one part is ordered for each one taken.
    pub lead_time: Span,
}

/// A component class.
#[derive(Clone, Debug)]
pub struct Class {
    /// Name in the scenario; for plant and links the name of the item.
    pub name: String,
    /// Shown instead of the name where there is room.
    pub title: String,
    /// What a node of the class is for.
    pub role: Role,
    /// How it fails.
    pub life: Life,
    /// Age at the start.
    pub age: Age,
    /// When its clock runs.
    pub ages: Ages,
    /// Hands-on repair time.
    pub repair: Distribution,
    /// Time until repair can begin: travel, paperwork.
    pub logistics: Option<Distribution>,
    /// Who repairs; without a crew every repair starts at once.
    pub crew: Option<CrewId>,
    /// Parts; without them a part is always at hand.
    pub spares: Option<Spares>,
    /// Hidden failures.
    pub latent: Option<Latent>,
    /// Planned work.
    pub maintenance: Option<Maintenance>,
    /// Human error in repair.
    pub wrong_repair: Option<WrongRepair>,
    /// Replicas that fit on one node.
    pub room: u32,
    /// A node reads and writes its data at most so fast.
    pub disk: Option<Bandwidth>,
    /// Chance that a failure loses what the unit stores.
    pub loses_data: Probability,
}

/// People who repair.
#[derive(Clone, Debug)]
pub struct Crew {
    /// Name in the scenario.
    pub name: String,
    /// Shown instead of the name where there is room.
    pub title: String,
    /// How many repairs they can do at once.
    pub people: u32,
}

/// What the units of a population are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PopulationKind {
    /// Counted nodes below a domain.
    Nodes,
    /// A node that the scenario lists by name.
    Node,
    /// Members of a piece of plant.
    Plant(PlantId),
    /// The line of a link.
    Link(LinkId),
}

/// Units of one class under one name.
#[derive(Clone, Debug)]
pub struct Population {
    /// Path of the domain, or name of the plant or link: keys its random streams.
    pub name: String,
    /// Class of its units.
    pub class: ClassId,
    /// Its units.
    pub units: IdRange<UnitId>,
    /// What they are.
    pub kind: PopulationKind,
}

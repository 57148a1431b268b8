//! What happens: scripted events, stochastic disasters, cascades.

use super::{Coordinates, DatasetId, Disruption, Distribution, DomainId, LinkId, PlantId, ServiceId, ThreatId};
use crate::quantity::{Probability, Rate, SimTime, Span};

/// A threat: when it strikes, what it strikes and what it does there.
#[derive(Clone, Debug)]
pub struct Threat {
    /// Name in the scenario.
    pub name: String,
    /// Shown instead of the name where there is room.
    pub title: String,
    /// Key of the preset it was written as, `flood`.
    pub kind: &'static str,
    /// Kind of disruption that its incidents count as.
    pub disruption: Disruption,
    /// When.
    pub occurs: Occurs,
    /// Where.
    pub target: Target,
    /// Notice before it strikes.
    pub warning: Span,
    /// What it does.
    pub effects: Vec<Effect>,
    /// What it sets off.
    pub then: Vec<Cascade>,
}

/// When a threat strikes.
#[derive(Clone, Debug)]
pub enum Occurs {
    /// At these moments, ascending.
    At(Vec<SimTime>),
    /// By chance: a Poisson process with this average rate over the year.
    Randomly {
        /// Average over the year.
        rate: Rate,
        /// Part of the year in which it can happen.
        season: Option<Season>,
    },
    /// Only when another threat sets it off.
    Triggered,
}

/// A part of the year of 365.25 days, as shares of the year counted from the scenario's start.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Season {
    /// First moment, 0 to 1.
    pub begins: f64,
    /// Length, above 0 to 1; may run over the year's end.
    pub lasts: f64,
}

/// What a threat strikes.
#[derive(Clone, Debug)]
pub struct Target {
    /// All of it, or one drawn at each strike.
    pub pick: Pick,
    /// Domains.
    pub domains: Vec<DomainId>,
    /// Single nodes, drawn below these domains: with [`Pick::One`] one node each strike.
    pub nodes_below: Vec<DomainId>,
    /// Plant.
    pub plants: Vec<PlantId>,
    /// Links.
    pub links: Vec<LinkId>,
    /// Services themselves: a bad release, a flood of requests.
    pub services: Vec<ServiceId>,
    /// A circle that hits the sites inside it.
    pub circle: Option<Epicentre>,
}

/// How many of the listed things a strike hits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pick {
    /// All.
    All,
    /// One, drawn uniformly.
    One,
}

/// A disaster with a radius.
#[derive(Clone, Debug)]
pub struct Epicentre {
    /// Middle of the area in which the epicentre lies.
    pub around: Coordinates,
    /// The epicentre is drawn uniformly within so many kilometres of it.
    pub scatter_km: f64,
    /// Sites within so many kilometres of the epicentre are hit.
    pub radius_km: f64,
    /// Sites with coordinates.
    pub sites: Vec<(DomainId, Coordinates)>,
}

/// One effect on everything struck.
#[derive(Clone, Debug)]
pub struct Effect {
    /// What.
    pub action: Action,
    /// For how long: until replaced, returned, reconnected or full speed.
    pub lasts: Distribution,
}

/// The five effects.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// Gone until replaced: each node (part, line) that is struck with this chance.
    Destroy(Probability),
    /// Down for a while.
    Suspend,
    /// Up but unreachable.
    Sever,
    /// Capacity falls to this share.
    Slow(Probability),
    /// Data go wrong, hardware stays fine. The effect's length is the time until it shows.
    Spoil(Spoil),
}

/// Data that go wrong: every copy and every backup taken until it is found is wrong too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spoil {
    /// Which; those with a copy in what is struck, and those that the services struck use, when it was not said.
    pub datasets: Vec<DatasetId>,
    /// What it destroys of the backups when it shows.
    pub reach: Reach,
    /// Segments that an intruder is in; empty: that of every store on the struck datasets' side, and those without a segment.
    pub segments: Vec<String>,
}

/// What a spoiling threat destroys of the backups.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// Nothing: a bad release.
    Nothing,
    /// Snapshots beside the data: an operator's delete.
    Snapshots,
    /// Whatever is online and mutable in its segments: ransomware.
    Online,
    /// Whatever lies in the places that are struck, immutable or not: a deleted account.
    Place,
}

/// What a threat sets off.
#[derive(Clone, Debug)]
pub struct Cascade {
    /// The other threat.
    pub threat: ThreatId,
    /// With which chance.
    pub chance: Probability,
    /// How much later.
    pub after: Distribution,
}

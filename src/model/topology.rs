//! Where things are: a tree of failure domains.

use super::{DomainId, PlantId, UnitId};
use crate::id::IdRange;
use crate::model::Distribution;

/// Level of a failure domain, widest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Several sites that share weather, grid or law.
    Region,
    /// A data centre.
    Site,
    /// A room, hall or zone of a site.
    Room,
    /// A rack.
    Rack,
    /// A single node.
    Node,
}

/// A point on the globe, degrees.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Coordinates {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
}

/// One failure domain.
#[derive(Clone, Debug)]
pub struct Domain {
    /// Path from the top, `sh-a/hall-1/rack-2`.
    pub name: String,
    /// Shown instead of the name where there is room.
    pub title: String,
    /// How wide it is.
    pub level: Level,
    /// The domain around it.
    pub parent: Option<DomainId>,
    /// Itself and everything below it.
    pub subtree: IdRange<DomainId>,
    /// Nodes below it.
    pub units: IdRange<UnitId>,
    /// Plant without which it is off; all of them are needed.
    pub needs: Vec<PlantId>,
    /// Time to come back after power, cooling or a suspension returns.
    pub restart: Option<Distribution>,
    /// Where it lies, if a disaster with a radius may hit it.
    pub coordinates: Option<Coordinates>,
    /// True when the scenario names it; false for racks made from a count.
    pub named: bool,
}

//! What was promised, and the kinds of disruption it is judged by.

use crate::quantity::{Probability, Span};

/// Kind of disruption, from narrow to wide: objectives are judged for each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Disruption {
    /// Bad release, operator error, overload, false alarm.
    Software,
    /// A node or a part.
    Node,
    /// A rack, a room or a zone.
    Rack,
    /// A whole site, or plant that a whole site needs.
    Site,
    /// A whole region.
    Region,
}

impl Disruption {
    /// All kinds, narrow to wide.
    pub const ALL: [Self; 5] = [Self::Software, Self::Node, Self::Rack, Self::Site, Self::Region];

    /// Name in keys and tables.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Software => "software",
            Self::Node => "node",
            Self::Rack => "rack",
            Self::Site => "site",
            Self::Region => "region",
        }
    }

    /// Name in Chinese.
    #[must_use]
    pub const fn title_zh(self) -> &'static str {
        match self {
            Self::Software => "软件",
            Self::Node => "节点",
            Self::Rack => "机架或机房",
            Self::Site => "站点",
            Self::Region => "区域",
        }
    }
}

/// Length of the window over which availability is promised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Period {
    /// Calendar month.
    Month,
    /// Calendar year.
    Year,
}

/// A promised availability.
#[derive(Clone, Debug)]
pub struct AvailabilityObjective {
    /// Share of time up, 0 to 1.
    pub share: Probability,
    /// Over which window.
    pub period: Period,
    /// Ends of the full windows within the horizon, ascending.
    pub ends: Vec<crate::quantity::SimTime>,
}

/// What a service promises; `None` where nothing is promised.
#[derive(Clone, Debug, Default)]
pub struct Objective {
    /// Recovery time objective.
    pub rto: Option<Span>,
    /// Recovery point objective: for the datasets it uses.
    pub rpo: Option<Span>,
    /// Maximum tolerable downtime.
    pub mtd: Option<Span>,
    /// Availability.
    pub availability: Option<AvailabilityObjective>,
}

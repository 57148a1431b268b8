//! Places and component classes, as written.

use super::law::AgeText;
use super::price::{PowerFields, Price};
use super::read::{choice, record};
use super::{CountOr, Names, Time};
use crate::quantity::{Money, Probability, Quoted, Span};

record! {
    /// An area that shares weather, grid or law.
    Region {
        /// Shown instead of the name.
        "title" title: String;
        /// Plant without which it is off.
        "needs" needs: Names;
        /// Time to come back once it has what it needs.
        "restart" restart: Time;
    }
}

record! {
    /// A data centre.
    Site {
        /// Shown instead of the name.
        "title" title: String;
        /// Region in which it lies.
        "region" region: String;
        /// How many alike: NAME-1, NAME-2 …
        "count" count: u32;
        /// Where it lies.
        "at" at: Point;
        /// Plant without which it is off.
        "needs" needs: Names;
        /// Time to come back once it has what it needs.
        "restart" restart: Time;
        /// Who runs it.
        "provider" provider: String;
        /// Whose law holds.
        "jurisdiction" jurisdiction: String;
        /// Network segment.
        "segment" segment: String;
        /// Rooms, halls or zones.
        "rooms" rooms: super::read::Named<Room>;
        /// Racks: how many, or by name.
        "racks" racks: CountOr<Rack>;
        /// Nodes (per rack when there are racks): how many, or by name.
        "nodes" nodes: CountOr<ListedNode>;
        /// Class of its nodes.
        "class" class: String;
        /// Rent and running.
        "price" price: Price;
    }
}

record! {
    /// A room, hall or zone.
    Room {
        /// Shown instead of the name.
        "title" title: String;
        /// How many alike: NAME-1, NAME-2 …
        "count" count: u32;
        /// Racks: how many, or by name.
        "racks" racks: CountOr<Rack>;
        /// Nodes (per rack when there are racks): how many, or by name.
        "nodes" nodes: CountOr<ListedNode>;
        /// Class of its nodes.
        "class" class: String;
        /// Plant without which it is off.
        "needs" needs: Names;
        /// Time to come back once it has what it needs.
        "restart" restart: Time;
        /// Rent and running.
        "price" price: Price;
    }
}

record! {
    /// A rack.
    Rack {
        /// Shown instead of the name.
        "title" title: String;
        /// Nodes: how many, or by name.
        "nodes" nodes: CountOr<ListedNode>;
        /// Class of its nodes.
        "class" class: String;
        /// Plant without which it is off.
        "needs" needs: Names;
        /// Time to come back once it has what it needs.
        "restart" restart: Time;
        /// Rent and running.
        "price" price: Price;
    }
}

record! {
    /// A node with a name of its own.
    ListedNode {
        /// Its class; default that of the place.
        "class" class: String;
    }
}

record! {
    /// A point on the globe in degrees.
    Point {
        /// Degrees north.
        "latitude" latitude: f64, required;
        /// Degrees east.
        "longitude" longitude: f64, required;
    }
}

choice! {
    /// What a node is for.
    RoleWord {
        /// Runs services.
        "compute" Compute;
        /// Holds data.
        "storage" Storage;
        /// Carries traffic.
        "network" Network;
        /// Watches the others.
        "monitoring" Monitoring;
    }
}

choice! {
    /// When the clock of a life runs.
    AgesWord {
        /// Always.
        "always" Always;
        /// Only while in operation.
        "operating" Operating;
    }
}

record! {
    /// Spare parts.
    SparesFields {
        /// On the shelf at the start.
        "stock" stock: u32, required;
        /// From order to arrival.
        "lead-time" lead_time: Span, required;
    }
}

record! {
    /// Hidden failures.
    LatentFields {
        /// Share of failures that stay hidden.
        "share" share: Probability, required;
        /// Time between scrubs.
        "scrub-every" scrub_every: Span, required;
    }
}

record! {
    /// Planned work.
    MaintenanceFields {
        /// Time between two turns of one unit.
        "every" every: Span, required;
        /// How long a unit is away.
        "takes" takes: Time, required;
        /// Units away at once; default 1.
        "at-a-time" at_a_time: u32;
        /// Comes back as good as new; default true.
        "renews" renews: bool;
    }
}

/// Declares a record that has the keys of a component class beside its own.
macro_rules! classed {
    ($(#[doc = $doc:literal])* $name:ident { $($own:tt)* }) => {
        record! {
            $(#[doc = $doc])*
            $name {
                $($own)*
                /// Time to failure; endless without it.
                "life" life: crate::scenario::written::Time;
                /// Works through a whole trial with this chance.
                "works" works: crate::quantity::Probability;
                /// Age at the start; default new.
                "age" age: crate::scenario::written::law::AgeText;
                /// When its clock runs; default always.
                "ages" ages: crate::scenario::written::site::AgesWord;
                /// Hands-on repair time.
                "repair" repair: crate::scenario::written::Time;
                /// Time until repair can begin.
                "logistics" logistics: crate::scenario::written::Time;
                /// Who repairs.
                "crew" crew: String;
                /// Spare parts.
                "spares" spares: crate::scenario::written::site::SparesFields;
                /// Failures that nobody sees.
                "latent" latent: crate::scenario::written::site::LatentFields;
                /// Planned work.
                "maintenance" maintenance: crate::scenario::written::site::MaintenanceFields;
                /// Chance that a repair takes a neighbour down.
                "wrong-repair" wrong_repair: crate::quantity::Probability;
            }
        }

        impl $name {
            /// The keys that it shares with a component class.
            pub(in crate::scenario) fn component(&self) -> crate::scenario::written::site::Component {
                crate::scenario::written::site::Component {
                    life: self.life.clone(),
                    works: self.works,
                    age: self.age,
                    ages: self.ages.clone(),
                    repair: self.repair.clone(),
                    logistics: self.logistics.clone(),
                    crew: self.crew.clone(),
                    spares: self.spares.clone(),
                    latent: self.latent.clone(),
                    maintenance: self.maintenance.clone(),
                    wrong_repair: self.wrong_repair,
                }
            }
        }
    };
}
pub(super) use classed;

/// The keys of a class that plant and links have too.
#[derive(Clone, Debug, Default)]
pub(in crate::scenario) struct Component {
    pub(in crate::scenario) life: Option<super::read::At<Time>>,
    pub(in crate::scenario) works: Option<super::read::At<Probability>>,
    pub(in crate::scenario) age: Option<super::read::At<AgeText>>,
    pub(in crate::scenario) ages: Option<super::read::At<AgesWord>>,
    pub(in crate::scenario) repair: Option<super::read::At<Time>>,
    pub(in crate::scenario) logistics: Option<super::read::At<Time>>,
    pub(in crate::scenario) crew: Option<super::read::At<String>>,
    pub(in crate::scenario) spares: Option<super::read::At<SparesFields>>,
    pub(in crate::scenario) latent: Option<super::read::At<LatentFields>>,
    pub(in crate::scenario) maintenance: Option<super::read::At<MaintenanceFields>>,
    pub(in crate::scenario) wrong_repair: Option<super::read::At<Probability>>,
}

classed! {
    /// A component class.
    ClassFields {
        /// Shown instead of the name.
        "title" title: String;
        /// Class from which everything that is not written here is taken.
        "like" like: String;
        /// What a node of the class is for; default compute.
        "role" role: RoleWord;
        /// Replicas that fit on one node; default no limit.
        "room" room: u32;
        /// A node reads and writes its data at most so fast; default no limit.
        "disk" disk: crate::quantity::Bandwidth;
        /// Chance that a failure loses what the unit stores; default 100 %.
        "loses-data" loses_data: Probability;
        /// What each node costs, spread over its life.
        "price" price: Price;
        /// What each node costs to run, beside power.
        "running" running: Price;
        /// Power of each node.
        "power" power: PowerFields;
        /// One repair, parts included.
        "repair-price" repair_price: Quoted<Money>;
    }
}

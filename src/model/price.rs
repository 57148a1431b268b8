//! What things and incidents cost.
//!
//! All amounts are in one currency: what was written in another is converted when the scenario is read.

use super::{ClassId, CrewId, DatasetId, DomainId, LinkId, PlantId, ServiceId, StaffId, StoreId};
use crate::quantity::{Bytes, Currency, Money, PerData, PerDataTime, PerEnergy, PerTime, Probability, SimTime, Span};

/// Prices of a scenario; those of a kind are listed by id, ascending, and only where something is paid.
#[derive(Clone, PartialEq, Debug)]
pub struct Prices {
    /// What every amount is in.
    pub currency: Currency,
    /// Each node of a class: its price spread over its life, and what it costs to run beside power.
    pub nodes: Vec<(ClassId, PerTime)>,
    /// Share of a node's price that is paid while it only stands by, by [`super::FailoverMode`] in its order; all of it for nodes that are owned.
    /// `None`: the [`super::Failover::standby_capacity`] of the service that it stands by for.
    pub standby: [Option<Probability>; 5],
    /// Rent and running of a place.
    pub places: Vec<(DomainId, PerTime)>,
    /// Shared plant, all members together.
    pub plants: Vec<(PlantId, PerTime)>,
    /// Links.
    pub links: Vec<(LinkId, PerTime)>,
    /// Each person of a crew.
    pub crews: Vec<(CrewId, PerTime)>,
    /// Each person of a staff.
    pub staff: Vec<(StaffId, PerTime)>,
    /// Licences and operation of a service.
    pub services: Vec<(ServiceId, PerTime)>,
    /// What lies in a store.
    pub stores: Vec<(StoreId, Tariff)>,
    /// What lies in the copies of a dataset.
    pub datasets: Vec<(DatasetId, Tariff)>,
    /// What crosses a link: forwards (from its first end to its second) and backwards.
    pub carried: Vec<(LinkId, [Option<PerData>; 2])>,
    /// What is read from a store for a restore.
    pub retrieved: Vec<(StoreId, PerData)>,
    /// Electricity.
    pub energy: Option<Energy>,
    /// One repair of a unit of a class, parts included.
    pub repairs: Vec<(ClassId, Money)>,
    /// One restore of a dataset that was begun.
    pub restores: Vec<(DatasetId, Money)>,
    /// Time down of a service.
    pub downtime: Vec<(ServiceId, Downtime)>,
    /// Data of a dataset that are lost for good.
    pub data_lost: Vec<(DatasetId, DataLost)>,
    /// Promises to customers.
    pub slas: Vec<Sla>,
    /// Fines.
    pub fines: Vec<Fine>,
}

/// Price of keeping data, in bands of the amount kept.
#[derive(Clone, PartialEq, Debug)]
pub struct Tariff {
    /// Up to which amount a price holds; ascending, the last without an end. Each price is for the bytes within its band, as object stores bill.
    pub bands: Vec<(Option<Bytes>, PerDataTime)>,
}

/// Electricity.
#[derive(Clone, PartialEq, Debug)]
pub struct Energy {
    /// What it costs.
    pub price: PerEnergy,
    /// Power usage effectiveness: all power over that of the nodes, at least 1.
    pub pue: f64,
    /// Grams of carbon dioxide equivalent for each kilowatt-hour.
    pub carbon: Option<f64>,
    /// Power of each node of a class that stands idle and that is fully busy, watts.
    pub nodes: Vec<(ClassId, Watts)>,
}

/// Power of a node, watts, zero or more.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Watts {
    /// Idle.
    pub idle: f64,
    /// Fully busy, at least as much.
    pub busy: f64,
}

/// What an outage costs by its length.
#[derive(Clone, PartialEq, Debug)]
pub struct Downtime {
    /// Until which length a price holds, counted from the beginning of the outage; ascending, the last without an end.
    pub steps: Vec<(Option<Span>, PerTime)>,
    /// Once for each outage.
    pub each: Money,
    /// Most that one outage costs.
    pub cap: Option<Money>,
}

/// What lost data cost, for each loss.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct DataLost {
    /// By amount.
    pub by_amount: Option<PerData>,
    /// By the time over which the lost work was done: the age of the point that came back, or the time since the start when nothing did.
    pub by_work: Option<PerTime>,
    /// Most that one loss costs.
    pub cap: Option<Money>,
}

/// Credits that are owed when a full calendar month stays below what was promised.
#[derive(Clone, PartialEq, Debug)]
pub struct Sla {
    /// Whose availability.
    pub service: ServiceId,
    /// What the customers pay each month.
    pub charges: Money,
    /// Bounds of availability and the share of the charges that is owed below them, from the highest bound down: a month owes the share of the lowest
    /// bound that it stays below.
    pub bands: Vec<(Probability, Probability)>,
    /// Beginning of the first full calendar month within the horizon and end of each full one, ascending; empty when there is none.
    pub months: Vec<SimTime>,
}

/// A fine, due once for each outage or loss.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Fine {
    /// When.
    pub when: Offence,
    /// How much.
    pub amount: Money,
}

/// What is fined.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Offence {
    /// An outage of a service longer than this.
    Down(ServiceId, Span),
    /// A loss of more than so much of a dataset.
    Lost(DatasetId, Bytes),
}

/// One line of the account.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CostItem {
    /// Nodes of a class.
    Nodes(ClassId),
    /// A place.
    Place(DomainId),
    /// Shared plant.
    Plant(PlantId),
    /// A link, whatever it carries.
    Link(LinkId),
    /// A repair crew.
    Crew(CrewId),
    /// People who answer a call.
    Staff(StaffId),
    /// Licences and operation of a service.
    Service(ServiceId),
    /// What lies in a store.
    Store(StoreId),
    /// What lies in the copies of a dataset.
    Dataset(DatasetId),
    /// Electricity.
    Energy,
    /// What crossed a link.
    Carried(LinkId),
    /// What was read from a store for a restore.
    Retrieved(StoreId),
    /// Repairs of a class.
    Repairs(ClassId),
    /// Restores of a dataset.
    Restores(DatasetId),
    /// Time down of a service.
    Downtime(ServiceId),
    /// Lost data of a dataset.
    DataLost(DatasetId),
    /// Credits to the customers of a service.
    Credits(ServiceId),
    /// Fines for outages of a service.
    DownFines(ServiceId),
    /// Fines for losses of a dataset.
    LossFines(DatasetId),
}

/// Whether a cost is paid whatever happens, or because something happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CostKind {
    /// Running.
    Running,
    /// From incidents.
    Loss,
}

impl CostItem {
    /// What kind of cost it is: what crosses links is running, what an incident brings about is loss.
    #[must_use]
    pub const fn kind(self) -> CostKind {
        match self {
            Self::Nodes(_)
            | Self::Place(_)
            | Self::Plant(_)
            | Self::Link(_)
            | Self::Crew(_)
            | Self::Staff(_)
            | Self::Service(_)
            | Self::Store(_)
            | Self::Dataset(_)
            | Self::Energy
            | Self::Carried(_) => CostKind::Running,
            Self::Retrieved(_)
            | Self::Repairs(_)
            | Self::Restores(_)
            | Self::Downtime(_)
            | Self::DataLost(_)
            | Self::Credits(_)
            | Self::DownFines(_)
            | Self::LossFines(_) => CostKind::Loss,
        }
    }
}

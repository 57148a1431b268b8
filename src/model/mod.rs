//! The scenario as meant: names resolved, ranges checked, dense ids, immutable, shared by all threads.
//!
//! Draws no random number and reads no file. `scenario` builds it, `simulation` and `analytic` read it.

mod backup;
#[cfg(test)]
pub(crate) mod by_hand;
mod cause;
mod choice;
mod component;
mod data;
mod distribution;
mod expectation;
mod network;
mod objective;
mod plan;
mod plant;
mod price;
mod service;
mod threat;
mod topology;

pub use backup::{Backup, Job, JobKind, Medium, Overrun, Retention, Store, Verification};
pub use cause::Cause;
pub use choice::{Aim, Choice, Limit, Requirements, Tenant};
pub use component::{
    Age, Ages, Class, Crew, Latent, Life, Maintenance, Population, PopulationKind, Role, Spares, WrongRepair,
};
pub use data::{CopyRole, DataCopy, Dataset, LatentErrors, Placement, Rebuild, RebuildTarget, Recovery, Scheme};
pub use distribution::Distribution;
pub use expectation::{Expectation, MetricPath, Subject};
pub use network::{Endpoint, Link};
pub use objective::{AvailabilityObjective, Disruption, Objective, Period};
pub use plan::{Does, Phase, Plan, Staff, Step};
pub use plant::{Gate, Plant, PlantKind, Standby};
pub use price::{CostItem, CostKind, DataLost, Downtime, Energy, Fine, Offence, Prices, Sla, Tariff, Watts};
pub use service::{
    Balance, Detection, Failback, Failover, FailoverMode, Group, Load, Probe, Quorum, Reschedule, Service,
};
pub use threat::{Action, Cascade, Effect, Epicentre, Occurs, Pick, Reach, Season, Spoil, Target, Threat};
pub use topology::{Coordinates, Domain, Level};

use crate::id::{Id, IdRange, IdVec, ids};
use crate::quantity::{Bandwidth, Span};

ids! {
    /// A failure domain: region, site, room or rack.
    DomainId,
    /// One thing that fails and is mended: a node, a piece of plant, a link.
    UnitId,
    /// Units of one class under one name.
    PopulationId,
    /// A component class.
    ClassId,
    /// A repair crew.
    CrewId,
    /// Shared plant.
    PlantId,
    /// A network link.
    LinkId,
    /// A service.
    ServiceId,
    /// A replica of a service, numbered over all services.
    ReplicaId,
    /// A threat.
    ThreatId,
    /// A dataset.
    DatasetId,
    /// A copy of a dataset, numbered over all datasets.
    CopyId,
    /// A place where backups lie.
    StoreId,
    /// A backup: what is taken of a dataset when.
    BackupId,
    /// People who answer a call.
    StaffId,
    /// A recovery plan.
    PlanId,
}

/// Everything a study needs to know, fixed before the first trial.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Names the output folder and nothing else.
    pub name: String,
    /// Shown above every result; any language.
    pub title: String,
    /// What the scenario is meant to answer.
    pub question: String,
    /// How long one trial lasts.
    pub horizon: Span,
    /// Local calendar time at which a trial begins.
    pub start: jiff::civil::DateTime,
    /// Trials unless the command line says otherwise.
    pub trials: u64,
    /// Seed of every random stream.
    pub seed: u64,
    /// Hash of everything that was read: bases and overrides included. Sixteen hex digits.
    pub hash: String,

    /// Failure domains in depth-first order: a subtree is a run of ids.
    pub domains: IdVec<DomainId, Domain>,
    /// Component classes.
    pub classes: IdVec<ClassId, Class>,
    /// Repair crews.
    pub crews: IdVec<CrewId, Crew>,
    /// Named populations; every unit belongs to exactly one.
    pub populations: IdVec<PopulationId, Population>,
    /// Population of each unit.
    pub unit_population: IdVec<UnitId, PopulationId>,
    /// Lowest domain of each unit; `None` for plant and links that lie nowhere in particular.
    pub unit_domain: IdVec<UnitId, Option<DomainId>>,
    /// Shared plant, members before the gates that read them.
    pub plants: IdVec<PlantId, Plant>,
    /// Network links. Without any, everything reaches everything.
    pub links: IdVec<LinkId, Link>,
    /// Services, dependencies before dependents.
    pub services: IdVec<ServiceId, Service>,
    /// Service and group (position in its list) of each replica.
    pub replica_home: IdVec<ReplicaId, (ServiceId, usize)>,
    /// First host of each replica.
    pub replica_host: IdVec<ReplicaId, UnitId>,
    /// Threats.
    pub threats: IdVec<ThreatId, Threat>,
    /// Datasets.
    pub datasets: IdVec<DatasetId, Dataset>,
    /// Copies of all datasets, those of one dataset together.
    pub copies: IdVec<CopyId, DataCopy>,
    /// Where backups lie.
    pub stores: IdVec<StoreId, Store>,
    /// Backups, those that are copied before those that copy them.
    pub backups: IdVec<BackupId, Backup>,
    /// People who answer a call.
    pub staff: IdVec<StaffId, Staff>,
    /// Recovery plans.
    pub plans: IdVec<PlanId, Plan>,
    /// What things and incidents cost; `None` when the scenario names no price.
    pub prices: Option<Prices>,
    /// What may be chosen, for `drsim optimise`.
    pub choices: Vec<Choice>,
    /// What every choice has to keep.
    pub requirements: Requirements,
    /// What must come out, checked by `run --verify` and by the tests.
    pub expectations: Vec<Expectation>,
}

impl Scenario {
    /// Number of units.
    #[must_use]
    pub fn unit_count(&self) -> usize {
        self.unit_population.len()
    }

    /// The class of a unit.
    #[must_use]
    pub fn class_of(&self, unit: UnitId) -> &Class {
        &self.classes[self.populations[self.unit_population[unit]].class]
    }

    /// Data that all disks of a copy read or write together; `None`: one of them has no limit.
    #[must_use]
    pub fn disk_rate(&self, copy: CopyId) -> Option<Bandwidth> {
        let copy = &self.copies[copy];
        let mut sum = 0.0;
        for unit in &copy.hosts {
            sum += self.class_of(*unit).disk?.bits_per_second();
        }
        Bandwidth::from_bits_per_second(sum / copy.scheme.overhead())
    }

    /// Name of a unit, `sh-a/hall-1/rack-2/node-7` for nodes, `chiller-a/2` for plant; made on demand.
    #[must_use]
    pub fn unit_name(&self, unit: UnitId) -> String {
        let population = &self.populations[self.unit_population[unit]];
        let nth = unit.index() - population.units.positions().start;
        match (population.kind, self.unit_domain[unit]) {
            (PopulationKind::Nodes, Some(domain)) => {
                let within = unit.index() - self.domains[domain].units.positions().start;
                format!("{}/node-{}", self.domains[domain].name, within + 1)
            }
            _ if population.units.len() == 1 => population.name.clone(),
            _ => format!("{}/{}", population.name, nth + 1),
        }
    }

    /// Replicas of a service, over all its groups.
    #[must_use]
    pub fn replicas_of(&self, service: ServiceId) -> IdRange<ReplicaId> {
        let groups = &self.services[service].groups;
        match (groups.first(), groups.last()) {
            (Some(first), Some(last)) => IdRange::new(first.replicas.positions().start, last.replicas.positions().end),
            _ => IdRange::new(0, 0),
        }
    }
}

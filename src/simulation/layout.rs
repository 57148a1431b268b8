//! What a worker looks up again and again, worked out once from the scenario.

use super::incurred::Wants;
use crate::engine::{Pool, name_key};
use crate::id::{Id, IdRange, IdVec};
use crate::model::{
    Ages, BackupId, ClassId, DatasetId, Distribution, DomainId, Endpoint, FailoverMode, Level, Life, PlantId,
    PlantKind, PopulationId, PopulationKind, ReplicaId, Scenario, ServiceId, Spares, StoreId, ThreatId, UnitId,
};

/// How a population fails, in the form the event loop wants.
#[derive(Clone, Debug)]
pub(super) struct PopulationPlan {
    pub key: u64,
    pub first: UnitId,
    pub kind: PopulationKind,
    pub class: ClassId,
    /// Set when its failures are pooled.
    pub pool: Option<Pool>,
    /// True when a failure goes straight to hands-on repair: no logistics, part, crew, hidden failure or human error.
    pub plain_repair: bool,
    /// Pooled nodes that age always, have plain repairs and store no data: their failures and returns may go the short way of `calm.rs`.
    pub calm: bool,
    /// The same of nodes that store data: a short way of their own, as long as no two of a copy are missing.
    pub keeps: bool,
    pub only_while_operating: bool,
    /// The plant runs on demand.
    pub standby: bool,
}

/// Who must be told when a piece of plant changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Dependents {
    pub plants: Vec<PlantId>,
    pub domains: Vec<DomainId>,
    pub services: Vec<ServiceId>,
}

/// Look-up tables of a scenario.
#[derive(Debug)]
pub(super) struct Layout {
    pub populations: IdVec<PopulationId, PopulationPlan>,
    pub children: IdVec<DomainId, Vec<DomainId>>,
    /// Nodes that hang directly on a domain.
    pub direct_units: IdVec<DomainId, u32>,
    pub plant_dependents: IdVec<PlantId, Dependents>,
    /// Plant that stands in a domain or below it; empty for domains without.
    pub plant_within: IdVec<DomainId, Vec<PlantId>>,
    /// Services that depend on a service, hard and soft.
    pub hard_dependents: IdVec<ServiceId, Vec<ServiceId>>,
    pub soft_dependents: IdVec<ServiceId, Vec<ServiceId>>,
    pub service_keys: IdVec<ServiceId, u64>,
    pub threat_keys: IdVec<ThreatId, u64>,
    pub domain_keys: IdVec<DomainId, u64>,
    pub replica_keys: IdVec<ReplicaId, u64>,
    pub dataset_keys: IdVec<DatasetId, u64>,
    pub backup_keys: IdVec<BackupId, u64>,
    pub store_keys: IdVec<StoreId, u64>,
    /// Nearest domain at or above each one that is the end of a link.
    pub endpoint: IdVec<DomainId, Option<DomainId>>,
    pub links_to_outside: bool,
    /// True when a link or a severed place can matter to who reaches whom.
    pub networked: bool,
    /// True when some life runs only while operating and is not pooled.
    pub clocks_stop: bool,
    pub any_slow: bool,
    /// Services whose state is just a count: all replicas serve at once, nothing starts, votes, carries a load or slows down.
    pub counted: IdVec<ServiceId, bool>,
    /// Counted services whose replicas stay where they are and are reached wherever they run: see `calm.rs`.
    pub calm: IdVec<ServiceId, bool>,
    /// Services with standby groups.
    pub standby: IdVec<ServiceId, bool>,
    /// What the account asks for.
    pub wants: Wants,
}

impl Layout {
    pub fn new(scenario: &Scenario) -> Self {
        let populations: IdVec<PopulationId, PopulationPlan> =
            scenario.populations.ids().map(|id| plan(scenario, id)).collect();
        let mut layout = Self {
            children: IdVec::filled(Vec::new(), scenario.domains.len()),
            direct_units: IdVec::filled(0, scenario.domains.len()),
            plant_dependents: IdVec::filled(Dependents::default(), scenario.plants.len()),
            plant_within: IdVec::filled(Vec::new(), scenario.domains.len()),
            hard_dependents: IdVec::filled(Vec::new(), scenario.services.len()),
            soft_dependents: IdVec::filled(Vec::new(), scenario.services.len()),
            service_keys: scenario.services.iter().map(|service| name_key(&service.name)).collect(),
            threat_keys: scenario.threats.iter().map(|threat| name_key(&threat.name)).collect(),
            domain_keys: scenario.domains.iter().map(|domain| name_key(&domain.name)).collect(),
            replica_keys: replica_keys(scenario),
            dataset_keys: scenario.datasets.iter().map(|dataset| name_key(&dataset.name)).collect(),
            backup_keys: scenario.backups.iter().map(|backup| name_key(&backup.name)).collect(),
            store_keys: scenario.stores.iter().map(|store| name_key(&store.name)).collect(),
            endpoint: endpoints(scenario),
            links_to_outside: scenario.links.iter().any(|link| link.between.contains(&Endpoint::Outside)),
            networked: !scenario.links.is_empty() || parts_voters(scenario),
            clocks_stop: populations.iter().any(|plan| plan.only_while_operating && plan.pool.is_none()),
            any_slow: scenario
                .threats
                .iter()
                .flat_map(|threat| &threat.effects)
                .any(|effect| matches!(effect.action, crate::model::Action::Slow(_)))
                || scenario.backups.iter().any(|backup| backup.slows.get() > 0.0),
            standby: scenario
                .services
                .iter()
                .map(|service| service.failover.mode != FailoverMode::ActiveActive && service.groups.len() > 1)
                .collect(),
            counted: IdVec::new(),
            calm: IdVec::new(),
            wants: Wants::of(scenario),
            populations,
        };
        layout.connect(scenario);
        layout.counted = scenario.services.ids().map(|service| layout.is_counted(scenario, service)).collect();
        let stays = |service: ServiceId| !layout.networked && scenario.services[service].reschedule.is_none();
        layout.calm = scenario.services.ids().map(|service| layout.counted[service] && stays(service)).collect();
        layout
    }

    /// Fills the tables that lead from a thing to those that depend on it.
    fn connect(&mut self, scenario: &Scenario) {
        for (id, domain) in scenario.domains.enumerate() {
            if let Some(parent) = domain.parent {
                self.children[parent].push(id);
            }
            for need in &domain.needs {
                self.plant_dependents[*need].domains.push(id);
            }
        }
        for (unit, domain) in scenario.unit_domain.enumerate() {
            if let (Some(domain), true) = (domain, self.is_node(scenario.unit_population[unit])) {
                self.direct_units[*domain] += 1;
            }
        }
        for (id, plant) in scenario.plants.enumerate() {
            for need in &plant.needs {
                self.plant_dependents[*need].plants.push(id);
            }
            if let PlantKind::Gate(gate) = &plant.kind {
                for member in &gate.of {
                    self.plant_dependents[*member].plants.push(id);
                }
            }
            let mut around = plant.within;
            while let Some(domain) = around {
                self.plant_within[domain].push(id);
                around = scenario.domains[domain].parent;
            }
        }
        for (id, service) in scenario.services.enumerate() {
            for need in &service.needs {
                self.plant_dependents[*need].services.push(id);
            }
            for other in &service.hard {
                self.hard_dependents[*other].push(id);
            }
            for other in &service.soft {
                self.soft_dependents[*other].push(id);
            }
        }
    }

    fn is_counted(&self, scenario: &Scenario, service: ServiceId) -> bool {
        let model = &scenario.services[service];
        !self.standby[service]
            && !self.any_slow
            && model.quorum.is_none()
            && model.start_up.is_none()
            && model.load.is_none()
            && model.redundancy_unit == Level::Node
            && self.wants.busy.is_empty() // what its hosts draw is no count
    }

    /// True for nodes; plant and lines may stand in a domain but are no nodes of it.
    pub fn is_node(&self, population: PopulationId) -> bool {
        matches!(self.populations[population].kind, PopulationKind::Nodes | PopulationKind::Node)
    }

    /// The key of a unit's random streams.
    #[inline]
    pub fn unit_key(&self, population: PopulationId, unit: UnitId) -> u64 {
        let plan = &self.populations[population];
        let nth = (unit.index() - plan.first.index()) as u64;
        plan.key.wrapping_add((nth + 1).wrapping_mul(0xd134_2543_de82_ef95))
    }
}

fn plan(scenario: &Scenario, id: PopulationId) -> PopulationPlan {
    let population = &scenario.populations[id];
    let class = &scenario.classes[population.class];
    let standby = match population.kind {
        PopulationKind::Plant(plant) => {
            matches!(scenario.plants[plant].kind, PlantKind::Parts { standby: Some(_), .. })
        }
        PopulationKind::Nodes | PopulationKind::Node | PopulationKind::Link(_) => false,
    };
    let pool = match &class.life {
        Life::Drawn(Distribution::Exponential { mean }) => Some(Pool::new(population.units.len() as u32, *mean)),
        Life::Drawn(_) | Life::Endless | Life::Static(_) => None,
    };
    let plain_repair = class.logistics.is_none()
        && class.spares.is_none()
        && class.crew.is_none()
        && class.latent.is_none()
        && class.wrong_repair.is_none();
    let only_while_operating = class.ages == Ages::Operating;
    let node = matches!(population.kind, PopulationKind::Nodes | PopulationKind::Node);
    let simple = node && pool.is_some() && plain_repair && !only_while_operating;
    let stores = stores_data(scenario, population.units);
    PopulationPlan {
        key: name_key(&population.name),
        first: first_unit(population.units),
        kind: population.kind,
        class: population.class,
        calm: simple && !stores,
        keeps: simple && stores,
        pool,
        plain_repair,
        only_while_operating,
        standby,
    }
}

/// True when some of these units hold fragments of a copy: what they lose is more than a count.
fn stores_data(scenario: &Scenario, units: IdRange<UnitId>) -> bool {
    scenario.copies.iter().any(|copy| {
        let first = copy.hosts.partition_point(|host| host.index() < units.positions().start);
        copy.hosts.get(first).is_some_and(|host| units.contains(*host))
    })
}

/// True when a place with voters can be cut off without any link being named.
fn parts_voters(scenario: &Scenario) -> bool {
    let severs = |effect: &crate::model::Effect| matches!(effect.action, crate::model::Action::Sever);
    scenario.services.iter().any(|service| service.quorum.is_some())
        && scenario.threats.iter().any(|threat| threat.effects.iter().any(severs))
}

fn first_unit(units: IdRange<UnitId>) -> UnitId {
    UnitId::new(units.positions().start)
}

fn replica_keys(scenario: &Scenario) -> IdVec<ReplicaId, u64> {
    let mut keys = IdVec::new();
    for (id, service) in scenario.services.enumerate() {
        for nth in 0..scenario.replicas_of(id).len() as u64 {
            keys.push(name_key(&service.name).wrapping_add((nth + 1).wrapping_mul(0xd134_2543_de82_ef95)));
        }
    }
    keys
}

fn endpoints(scenario: &Scenario) -> IdVec<DomainId, Option<DomainId>> {
    let mut own: IdVec<DomainId, Option<DomainId>> = IdVec::filled(None, scenario.domains.len());
    for end in scenario.links.iter().flat_map(|link| link.between) {
        if let Endpoint::Domain(domain) = end {
            own[domain] = Some(domain);
        }
    }
    // Parents come first, so one pass carries the ends down.
    for (id, domain) in scenario.domains.enumerate() {
        if own[id].is_none() {
            own[id] = domain.parent.and_then(|parent| own[parent]);
        }
    }
    own
}

/// Spare stock of each class at the start of a trial.
pub(super) fn stock(scenario: &Scenario) -> impl Iterator<Item = u32> + '_ {
    scenario.classes.iter().map(|class| class.spares.map_or(0, |Spares { stock, .. }| stock))
}

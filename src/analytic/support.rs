//! Scenarios built by hand, and random numbers, for the tests of this folder.

use crate::id::{Id, IdRange};
use crate::model::{
    Action, Class, ClassId, Crew, CrewId, Disruption, Distribution, DomainId, Effect, Gate, Life, Occurs, Pick, Plant,
    PlantId, PlantKind, Population, PopulationId, PopulationKind, Scenario, Service, ServiceId, Target, Threat,
    ThreatId, UnitId, by_hand,
};
use crate::quantity::{Probability, Rate, Span};

pub(super) const HOUR: f64 = 3600.0;

pub(super) fn exponential(mean_hours: f64) -> Distribution {
    Distribution::Exponential { mean: mean_hours * HOUR }
}

pub(super) fn share(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

/// Nothing but a horizon.
pub(super) fn empty(horizon_hours: f64) -> Scenario {
    by_hand::scenario("by-hand", horizon_hours * HOUR)
}

/// A class with this life, new, repaired by anybody.
pub(super) fn class(life: Life, repair: Distribution) -> Class {
    by_hand::class("server", life, repair)
}

pub(super) fn exponential_class(mttf_hours: f64, mttr_hours: f64) -> Class {
    class(Life::Drawn(exponential(mttf_hours)), exponential(mttr_hours))
}

pub(super) fn static_class(works: f64) -> Class {
    class(Life::Static(share(works)), Distribution::Fixed { value: 0.0 })
}

pub(super) fn add_crew(scenario: &mut Scenario, people: u32) -> CrewId {
    scenario.crews.push(Crew { name: "field".to_owned(), title: String::new(), people })
}

/// Units of the class as a population of their own.
fn add_population(
    scenario: &mut Scenario,
    name: &str,
    class: ClassId,
    count: usize,
    kind: PopulationKind,
    at: Option<DomainId>,
) -> PopulationId {
    let first = scenario.unit_count();
    let units = IdRange::new(first, first + count);
    let population = scenario.populations.push(Population { name: name.to_owned(), class, units, kind });
    for _ in 0..count {
        scenario.unit_population.push(population);
        scenario.unit_domain.push(at);
    }
    population
}

/// A named site with so many nodes of the class.
pub(super) fn add_site(scenario: &mut Scenario, class: ClassId, nodes: usize) -> DomainId {
    let id: DomainId = Id::new(scenario.domains.len());
    let name = format!("site-{}", id.index() + 1);
    let population = add_population(scenario, &name, class, nodes, PopulationKind::Nodes, Some(id));
    let units = scenario.populations[population].units;
    scenario.domains.push(by_hand::site(&name, id.index(), units))
}

/// A service that needs so many of replicas on these hosts.
pub(super) fn add_service(scenario: &mut Scenario, hosts: &[UnitId], need: u32) -> ServiceId {
    let id: ServiceId = Id::new(scenario.services.len());
    let first = scenario.replica_host.len();
    for host in hosts {
        scenario.replica_home.push((id, 0));
        scenario.replica_host.push(*host);
    }
    let (replicas, hosts) = (IdRange::new(first, first + hosts.len()), scenario.domains[DomainId::new(0)].units);
    let service = by_hand::service(&format!("service-{}", id.index() + 1), DomainId::new(0), replicas, hosts);
    scenario.services.push(Service { need, ..service })
}

/// Plant of so many parts, of which `need` must work.
pub(super) fn add_plant(scenario: &mut Scenario, class: ClassId, parts: usize, need: u32) -> PlantId {
    let id: PlantId = Id::new(scenario.plants.len());
    let name = format!("plant-{}", id.index() + 1);
    let population = add_population(scenario, &name, class, parts, PopulationKind::Plant(id), None);
    let kind = PlantKind::Parts { population, need, standby: None };
    scenario.plants.push(Plant { name, title: String::new(), within: None, needs: Vec::new(), kind })
}

pub(super) fn add_gate(scenario: &mut Scenario, of: &[PlantId], need: u32, hold_up: Span) -> PlantId {
    let kind = PlantKind::Gate(Gate { need, of: of.to_vec(), hold_up, recharge: Span::ZERO });
    scenario.plants.push(Plant { name: "gate".to_owned(), title: String::new(), within: None, needs: Vec::new(), kind })
}

/// Suspends the site by chance.
pub(super) fn add_suspension(
    scenario: &mut Scenario,
    site: DomainId,
    mean_hours: f64,
    lasts: Distribution,
) -> ThreatId {
    scenario.threats.push(Threat {
        name: "blackout".to_owned(),
        title: String::new(),
        kind: "power-loss",
        disruption: Disruption::Site,
        occurs: Occurs::Randomly { rate: Rate::new_per_second(1.0 / (mean_hours * HOUR)).unwrap(), season: None },
        target: Target {
            pick: Pick::All,
            domains: vec![site],
            nodes_below: Vec::new(),
            plants: Vec::new(),
            links: Vec::new(),
            services: Vec::new(),
            circle: None,
        },
        warning: Span::ZERO,
        effects: vec![Effect { action: Action::Suspend, lasts }],
        then: Vec::new(),
    })
}

/// Nodes `0 ..` of the scenario.
pub(super) fn nodes(count: usize) -> Vec<UnitId> {
    (0..count).map(UnitId::new).collect()
}

/// Numbers for plain loops that stand beside a formula (splitmix64): between 0 and 1, 1 left out.
pub(super) fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

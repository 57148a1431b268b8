//! Which exact values a scenario has: one line per metric where mathematics covers everything the scenario says.
//!
//! An outage that is already open when a trial begins counts as one of its outages.

use super::Prediction;
use super::block::Law;
use super::cost::add_cost;
use super::diagram::{Evaluation, Function};
use super::independent::Builder;
use super::outage::{outage_probability, over_time, parts_at};
use super::queue::{self, CrewGroup};
use super::redundancy::{degree_and_exposure, only_hosts_decide, redundancy};
use super::repair::up_counts_of_some;
use super::world::World;
use crate::model::{DomainId, Scenario, ServiceId, Subject, UnitId};
use crate::quantity::SECONDS_PER_YEAR;
use std::collections::BTreeMap;

/// What is known exactly, and what is not and why.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Predictions {
    /// Exact values, services first.
    pub list: Vec<Prediction>,
    /// What has no exact value, and the reason: a fragment in lower case.
    pub skipped: Vec<(Subject, String)>,
}

impl Predictions {
    /// The exact value of a metric, if there is one.
    #[must_use]
    pub fn value(&self, subject: Subject, metric: &str) -> Option<f64> {
        self.list.iter().find(|line| line.subject == subject && line.metric == metric).map(|line| line.value)
    }
}

/// Everything that can be said exactly of a scenario.
///
/// A value is given only when every failure, threat and rule of the scenario that can touch the subject is covered.
#[must_use]
pub fn predictions(scenario: &Scenario) -> Predictions {
    let world = World::new(scenario);
    let mut found = Predictions::default();
    if scenario.horizon.as_microseconds() == 0 {
        found.skipped.push((Subject::Scenario, "the horizon is empty".to_owned()));
        return found;
    }
    for service in scenario.services.ids() {
        let subject = Subject::Service(service);
        match service_line(&world, service) {
            Ok(known) => known.write(scenario, subject, &mut found),
            Err(reason) => found.skipped.push((subject, reason)),
        }
    }
    for (id, domain) in scenario.domains.enumerate().filter(|(_, domain)| domain.named && !domain.units.is_empty()) {
        let subject = Subject::Domain(id);
        match domain_unavailability(&world, id) {
            Ok(down) => {
                let method = format!("mean over {} nodes, each exact", domain.units.len());
                for (metric, value) in [("availability", 1.0 - down), ("unavailability", down)] {
                    found.list.push(Prediction { subject, metric, value, method: method.clone() });
                }
            }
            Err(reason) => found.skipped.push((subject, reason)),
        }
    }
    match whole_line(&world) {
        Ok(known) => known.write(scenario, Subject::Scenario, &mut found),
        Err(reason) => found.skipped.push((Subject::Scenario, reason)),
    }
    add_cost(scenario, &mut found);
    found
}

/// What is known of one service; means over the horizon.
#[derive(Debug)]
struct Known {
    up: f64,
    down: f64,
    /// Outages per trial.
    outages: f64,
    /// (mean redundancy degree, share of time with none); `None` where nothing has replicas.
    redundancy: Option<Result<(f64, f64), String>>,
    outage_probability: Result<(f64, String), String>,
    method: String,
}

impl Known {
    fn write(self, scenario: &Scenario, subject: Subject, found: &mut Predictions) {
        let horizon = scenario.horizon.as_seconds();
        let mut add = |metric, value, method: &str| {
            found.list.push(Prediction { subject, metric, value, method: method.to_owned() });
        };
        add("availability", self.up, &self.method);
        add("unavailability", self.down, &self.method);
        add("downtime_s_per_year", self.down * SECONDS_PER_YEAR, &self.method);
        add("outages_per_year", self.outages * SECONDS_PER_YEAR / horizon, &self.method);
        if self.outages > 0.0 {
            add("mtbf_s", horizon / self.outages, &self.method);
            add("mttr_s", self.down * horizon / self.outages, &self.method);
        }
        match self.redundancy {
            Some(Ok((degree, exposed))) => {
                add("redundancy_degree", degree, &self.method);
                add("exposure_share", exposed, &self.method);
            }
            Some(Err(reason)) => found.skipped.push((subject, format!("redundancy: {reason}"))),
            None => {}
        }
        match self.outage_probability {
            Ok((value, method)) => {
                // Sums of many chances may round past certainty.
                let value = value.min(1.0);
                found.list.push(Prediction { subject, metric: "outage_probability", value, method });
            }
            Err(reason) => found.skipped.push((subject, format!("outage probability: {reason}"))),
        }
    }
}

fn service_line(world: &World<'_>, id: ServiceId) -> Result<Known, String> {
    if let Some(group) = queue::crew_group(world, &world.hosts(id))? {
        return behind_crew(world, id, &group);
    }
    let mut builder = Builder::new(world);
    let root = builder.service(id)?;
    let known = structure_line(&mut builder, root, world.scenario.horizon.as_seconds())?;
    let redundancy = redundancy(world, id, &mut builder, world.scenario.horizon.as_seconds());
    Ok(Known { redundancy: Some(redundancy), ..known })
}

/// All services at once: up while none is down.
fn whole_line(world: &World<'_>) -> Result<Known, String> {
    let services = &world.scenario.services;
    if services.is_empty() {
        return Err("there is no service".to_owned());
    }
    if let (1, Some(only)) = (services.len(), services.ids().next()) {
        return service_line(world, only).map(|known| Known { redundancy: None, ..known });
    }
    let mut builder = Builder::new(world);
    let mut all = Vec::new();
    for (id, service) in services.enumerate() {
        all.push(builder.service(id).map_err(|why| format!("`{}`: {why}", service.name))?);
    }
    let root = builder.diagram.all(&all).ok_or("its structure is too large for an exact diagram")?;
    structure_line(&mut builder, root, world.scenario.horizon.as_seconds())
}

/// What is known of one function of the blocks.
fn structure_line(builder: &mut Builder<'_>, root: Function, horizon: f64) -> Result<Known, String> {
    let structure = builder.diagram.structure(root);
    let at_start = structure.evaluate(&parts_at(&builder.blocks, 0.0));
    let used = structure.parts();
    let [up, down, failing] = over_time(&builder.blocks, &used, horizon, |parts| {
        let Evaluation { up, down, failing } = structure.evaluate(parts);
        [up, down, failing]
    })?;
    let constant = used.iter().all(|block| matches!(builder.blocks[*block].law, Law::Constant(_)));
    let start = if constant { "the same at every moment" } else { "averaged over the horizon by quadrature" };
    Ok(Known {
        up,
        down,
        outages: at_start.down + failing * horizon,
        redundancy: None,
        outage_probability: outage_probability(builder, root, horizon),
        method: format!("decision diagram over {} independent blocks, {start}", used.len()),
    })
}

/// A service all of whose hosts are alike and queue for one crew.
fn behind_crew(world: &World<'_>, id: ServiceId, group: &CrewGroup) -> Result<Known, String> {
    if let Some(reason) = world.service_obstacle(id) {
        return Err(reason);
    }
    only_hosts_decide(world, id, &mut Builder::new(world))?;
    let horizon = world.scenario.horizon.as_seconds();
    let need = world.scenario.services[id].need as usize;
    let (replicas, machines) = (world.scenario.replicas_of(id).len(), group.machines);
    if replicas != machines && machines as f64 * libm::pow(replicas as f64, 2.0) > 1e8 {
        return Err("too many replicas behind one crew".to_owned());
    }
    let shares = group.shares(horizon)?;
    let up = up_counts_of_some(&shares, replicas);
    let [degree, exposed] = degree_and_exposure(&up, need);
    let outage_probability = if replicas == machines {
        let down: Vec<bool> = (0..=machines).map(|down| machines - down < need).collect();
        let chance = group.model.chain().ever_within(&group.start(), &down, horizon);
        chance
            .map(|chance| (chance, format!("absorbing birth-death chain over {} states, uniformisation", machines + 1)))
            .ok_or_else(|| "too many events within the horizon".to_owned())
    } else {
        Err("only some of the crew's units host it".to_owned())
    };
    Ok(Known {
        up: up.iter().skip(need).sum(),
        down: up.iter().take(need).sum(),
        outages: up.get(need).copied().unwrap_or(0.0) * need as f64 * group.failure * horizon,
        redundancy: Some(Ok((degree, exposed))),
        outage_probability,
        method: format!(
            "machine repair, {machines} units and {} crew members, averaged over the horizon",
            group.people
        ),
    })
}

/// Share of node time down in a domain.
fn domain_unavailability(world: &World<'_>, id: DomainId) -> Result<f64, String> {
    let scenario = world.scenario;
    let horizon = scenario.horizon.as_seconds();
    // Nodes of one class in one domain are alike.
    let mut alike: BTreeMap<_, (UnitId, usize)> = BTreeMap::new();
    for unit in scenario.domains[id].units.iter() {
        let class = scenario.populations[scenario.unit_population[unit]].class;
        alike.entry((scenario.unit_domain[unit], class)).or_insert((unit, 0)).1 += 1;
    }
    let mut down = 0.0;
    for (unit, count) in alike.into_values() {
        let mut builder = Builder::new(world);
        let each = if let Some(group) = queue::crew_group(world, &[unit])? {
            if let Some(domain) = scenario.unit_domain[unit]
                && builder.place(domain)? != Function::UP
            {
                return Err("plant or threats and a crew decide together".to_owned());
            }
            let shares = group.shares(horizon)?;
            shares.iter().enumerate().map(|(down, share)| down as f64 * share).sum::<f64>() / group.machines as f64
        } else {
            let root = builder.node(unit)?;
            let structure = builder.diagram.structure(root);
            let [down] =
                over_time(&builder.blocks, &structure.parts(), horizon, |parts| [structure.evaluate(parts).down])?;
            down
        };
        down += each * count as f64;
    }
    Ok(down / scenario.domains[id].units.len() as f64)
}

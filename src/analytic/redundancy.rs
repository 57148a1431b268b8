//! How many further losses of a replica a service would survive, over time.

use super::diagram::{Evaluation, Function, Structure};
use super::independent::Builder;
use super::outage::over_time;
use super::structure::up_counts;
use super::world::World;
use crate::model::{Level, ServiceId};

/// Most replicas whose numbers are convolved at each moment.
const COUNTED_MAX: usize = 300;

/// Most spare replicas where more than the hosts decides: one diagram each.
const SPARE_MAX: usize = 32;

/// Mean redundancy degree in nodes and share of time without any.
pub(super) fn redundancy(
    world: &World<'_>,
    id: ServiceId,
    builder: &mut Builder<'_>,
    horizon: f64,
) -> Result<(f64, f64), String> {
    let need = world.scenario.services[id].need as usize;
    let hosts = world.hosts(id);
    if world.scenario.services[id].redundancy_unit != Level::Node {
        return Err("it does not count in nodes".to_owned());
    }
    if only_hosts_decide(world, id, builder).is_ok() && hosts.len() <= COUNTED_MAX {
        let units: Vec<usize> = hosts.iter().map(|host| builder.unit(*host)).collect::<Result<_, _>>()?;
        let [degree, exposed] = over_time(&builder.blocks, &units, horizon, |parts| {
            let each: Vec<(f64, f64)> = units.iter().map(|unit| (parts[*unit].up, parts[*unit].down)).collect();
            degree_and_exposure(&up_counts(&each), need)
        })?;
        return Ok((degree, exposed));
    }
    if hosts.len() > need + SPARE_MAX {
        return Err(format!("over {SPARE_MAX} spare replicas"));
    }
    let spares = builder.spare_replicas(id)?;
    let spares: Vec<Structure> = spares.into_iter().map(|spare| builder.diagram.structure(spare)).collect();
    let mut used: Vec<usize> = spares.iter().flat_map(Structure::parts).collect();
    used.sort_unstable();
    used.dedup();
    let [degree, exposed] = over_time(&builder.blocks, &used, horizon, |parts| {
        let each: Vec<Evaluation> = spares.iter().map(|spare| spare.evaluate(parts)).collect();
        [each.iter().map(|spare| spare.up).sum(), each.first().map_or(1.0, |one| one.down)]
    })?;
    Ok((degree, exposed))
}

pub(super) fn degree_and_exposure(up: &[f64], need: usize) -> [f64; 2] {
    let degree = up.iter().enumerate().skip(need).map(|(working, chance)| (working - need) as f64 * chance).sum();
    let exposed = if need + 1 >= up.len() { 1.0 } else { up.iter().take(need + 1).sum() };
    [degree, exposed]
}

/// An error unless the service is up exactly while enough of its hosts are, one replica on each.
pub(super) fn only_hosts_decide(world: &World<'_>, id: ServiceId, builder: &mut Builder<'_>) -> Result<(), String> {
    let scenario = world.scenario;
    let service = &scenario.services[id];
    let mut hosts = world.hosts(id);
    if !service.hard.is_empty() || !service.needs.is_empty() {
        return Err("it depends on more than its hosts".to_owned());
    }
    if scenario.threats.iter().any(|threat| threat.target.services.contains(&id)) {
        return Err("a threat strikes the service itself".to_owned());
    }
    for domain in hosts.iter().filter_map(|host| scenario.unit_domain[*host]) {
        if builder.place(domain)? != Function::UP {
            return Err("plant or threats decide beside its hosts".to_owned());
        }
    }
    hosts.sort_unstable();
    if hosts.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("replicas share a node".to_owned());
    }
    Ok(())
}

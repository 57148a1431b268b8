//! How long a dataset of a scenario lasts, where its nodes make one chain towards loss.

use super::durability::any_of;
use super::loss_chain::{LossChain, Step};
use super::world::{World, class_obstacle};
use super::{Prediction, queue};
use crate::model::{
    Action, Age, ClassId, DataCopy, DatasetId, Distribution, Does, FailoverMode, Life, Placement, RebuildTarget,
    Scheme, Subject, UnitId,
};

/// Below this chance of loss the time before it is the horizon, less half of that chance.
const RARE: f64 = 1e-6;

/// Chance of loss, durability and mean time to loss of a dataset.
///
/// Covered are single copies on alike nodes that fail and are mended exponentially, each stripe on all nodes of its pool: a birth-death chain over
/// the nodes whose fragments are missing, for each pool.
pub(super) fn data_loss(world: &World<'_>, id: DatasetId) -> Result<Vec<Prediction>, String> {
    let copy = lone_copy(world, id)?;
    let dataset = &world.scenario.datasets[id];
    if world.scenario.backups.iter().any(|backup| backup.of == id) {
        return Err("what is lost comes back from a backup".to_owned());
    }
    let pools = pools(copy)?;
    let chain = chain(world, id, copy, pools)?;
    let horizon = world.scenario.horizon.as_seconds();
    // A pool among others is written off at once; when all is lost somebody has to find that nothing brings it back.
    let delay = match (pools, &dataset.recovery.detect, &dataset.recovery.decide) {
        (1, Distribution::Fixed { value: detect }, Distribution::Fixed { value: decide }) => detect + decide,
        (1, ..) => return Err("a loss is given up after a time that is drawn".to_owned()),
        _ => 0.0,
    };
    let by = (horizon - delay).max(0.0);
    let out_of_reach = || "too rare, or too many events within the horizon".to_owned();
    let each = chain.loss_by(by).ok_or_else(out_of_reach)?;
    let chance = any_of(each, pools as f64).ok_or_else(out_of_reach)?;
    let states = copy.scheme.tolerance() + 1;
    let what = match pools {
        1 => format!("loss chain of {states} states over {} nodes", copy.scheme.width()),
        _ => format!("loss chains of {states} states, {pools} pools of {} nodes", copy.scheme.width()),
    };
    let subject = Subject::Dataset(id);
    let line = |metric, value| Prediction { subject, metric, value, within: 0.0, method: what.clone() };
    let mut lines = vec![line("durability", 1.0 - chance), line("data_loss_probability", chance)];
    if let (1, None, Some(readable)) = (pools, &dataset.recovery.anew, lasting(&chain, horizon))
        && chance > 0.0
    {
        lines.push(line("mttdl_s", readable / chance));
    }
    Ok(lines)
}

/// The only copy of a dataset that nothing but its nodes makes unreadable.
pub(super) fn lone_copy<'w>(world: &'w World<'_>, id: DatasetId) -> Result<&'w DataCopy, String> {
    let scenario = world.scenario;
    let dataset = &scenario.datasets[id];
    let (1, Some(copy)) = (dataset.copies.len(), dataset.copies.iter().next()) else {
        return Err("another copy can take over".to_owned());
    };
    let spoils = |action: &Action| matches!(action, Action::Spoil(spoil) if spoil.datasets.contains(&id));
    let restores = |does: &Does| matches!(does, Does::Restore(datasets) if datasets.contains(&id));
    if let Some(threat) = scenario.threats.iter().find(|threat| threat.effects.iter().any(|it| spoils(&it.action))) {
        return Err(format!("threat `{}` makes it wrong", threat.name));
    }
    if let Some(plan) = scenario.plans.iter().find(|plan| plan.steps.iter().any(|step| restores(&step.does))) {
        return Err(format!("plan `{}` leads its recovery", plan.name));
    }
    let fails_over = |mode| mode != FailoverMode::ActiveActive;
    if let Some(user) = scenario.services.iter().find(|user| user.uses.contains(&id) && fails_over(user.failover.mode))
    {
        return Err(format!("it follows `{}` when that fails over", user.name));
    }
    let copy = &scenario.copies[copy];
    for unit in &copy.hosts {
        let mut around = scenario.unit_domain[*unit];
        while let Some(domain) = around {
            if !scenario.domains[domain].needs.is_empty() {
                return Err(format!("`{}` needs plant", scenario.domains[domain].name));
            }
            around = scenario.domains[domain].parent;
        }
    }
    Ok(copy)
}

/// Rates per second at which the alike hosts of a copy fail and are mended; they lose what they hold whenever they fail.
pub(super) fn host_rates(world: &World<'_>, copy: &DataCopy) -> Result<Option<(f64, f64)>, String> {
    let class_of = |unit: &UnitId| world.scenario.populations[world.scenario.unit_population[*unit]].class;
    let classes: Vec<ClassId> = copy.hosts.iter().map(class_of).collect();
    let Some(first) = classes.first().filter(|first| classes.iter().all(|class| class == *first)) else {
        return Err("its nodes are of several classes".to_owned());
    };
    let class = &world.scenario.classes[*first];
    if let Some(reason) = class_obstacle(class) {
        return Err(reason);
    }
    if let Some(other) = world.scenario.classes.iter().find(|other| other.wrong_repair.is_some()) {
        return Err(format!("a wrong repair of class `{}` may take a neighbour down", other.name));
    }
    let life = match &class.life {
        Life::Endless => return Ok(None),
        Life::Static(_) => return Err(format!("nodes of class `{}` are dead from the start or never", class.name)),
        Life::Drawn(life) => life,
    };
    let plain = life.is_memoryless()
        && class.repair.is_memoryless()
        && class.logistics.is_none()
        && class.age != Age::Stationary
        && class.loses_data.get() == 1.0;
    if !plain {
        return Err(format!("class `{}` is not new, exponential and empty after each failure", class.name));
    }
    Ok(Some((1.0 / life.mean(), 1.0 / class.repair.mean())))
}

/// Pools in which every stripe lies on all nodes.
fn pools(copy: &DataCopy) -> Result<usize, String> {
    let width = copy.scheme.width() as usize;
    if let Scheme::Local { .. } = copy.scheme {
        return Err("a local code survives some losses beyond its tolerance".to_owned());
    }
    match copy.placement {
        _ if copy.hosts.len() == width => Ok(1),
        Placement::Clustered => Ok((copy.hosts.len() / width).min(copy.stripes as usize)),
        _ => Err("its nodes share stripes in many ways".to_owned()),
    }
}

fn chain(world: &World<'_>, id: DatasetId, copy: &DataCopy, pools: usize) -> Result<LossChain, String> {
    let scenario = world.scenario;
    let dataset = &scenario.datasets[id];
    let Some((failure, mended)) = host_rates(world, copy)? else {
        return Err("its nodes never fail by themselves".to_owned());
    };
    for unit in &copy.hosts {
        if let Some(threat) = scenario.threats.iter().find(|threat| world.strikes_unit(threat, *unit)) {
            return Err(format!("threat `{}` strikes its nodes", threat.name));
        }
    }
    if copy.scheme.tolerance() > 0 {
        let disks = copy.hosts.iter().any(|unit| scenario.class_of(*unit).disk.is_some());
        let obstacles = [
            (copy.latent.is_some(), "bad places show late"),
            (copy.rebuild.onto == RebuildTarget::Others, "lost fragments are made again on other nodes"),
            (copy.rebuild.after.as_microseconds() > 0, "rebuilds begin late"),
            (disks || copy.rebuild.rate.is_some(), "a rebuild takes a time of its own after the repair"),
        ];
        if let Some((_, reason)) = obstacles.iter().find(|(holds, _)| *holds) {
            return Err((*reason).to_owned());
        }
    }
    let width = copy.scheme.width();
    let people = match queue::crew_group(world, &copy.hosts)? {
        None => width as usize,
        Some(group) if pools == 1 && group.machines == copy.hosts.len() => group.people,
        Some(_) => return Err("its crew also mends other nodes".to_owned()),
    };
    let tolerance = copy.scheme.tolerance();
    let steps: Vec<Step> = (0..=tolerance)
        .map(|missing| {
            let fails = f64::from(width - missing) * failure;
            let back = (missing as usize).min(people) as f64 * mended;
            let last = missing == tolerance;
            Step { onward: if last { 0.0 } else { fails }, back, lost: if last { fails } else { 0.0 } }
        })
        .collect();
    LossChain::new(&steps).ok_or_else(|| format!("the rates of `{}` are out of range", dataset.name))
}

/// Mean time within the horizon before the loss.
fn lasting(chain: &LossChain, horizon: f64) -> Option<f64> {
    let lost = chain.loss_by(horizon)?;
    if lost < RARE {
        return Some(horizon * (1.0 - lost / 2.0)); // losses are spread evenly; what follows has no digits here
    }
    if let Some(slowest) = chain.slowest().filter(|slowest| horizon >= slowest.from) {
        // All of it but what comes after the horizon, where the slowest mode alone is left.
        return Some(chain.mttdl() - libm::exp(-slowest.rate * (horizon - slowest.lag)) / slowest.rate);
    }
    let (states, start, lost) = chain.absorbing();
    let shares = states.occupancy(&start, horizon)?;
    let gone: f64 = shares.iter().zip(&lost).filter(|(_, lost)| **lost).map(|(share, _)| share).sum();
    Some(horizon * (1.0 - gone))
}

//! What a scenario costs per year in the mean, where that follows from prices and from exact times down.
//!
//! Only what is linear has a closed form here: rent and people by time, energy by the time that nodes are up, time down by its length.

use super::predict::Predictions;
use super::prediction::Prediction;
use crate::model::{DomainId, Energy, PopulationKind, Prices, Scenario, Subject, UnitId};
use crate::quantity::{PerTime, SECONDS_PER_YEAR};

/// Adds what is known of the account to what is known of services and places.
pub(super) fn add_cost(scenario: &Scenario, found: &mut Predictions) {
    let Some(prices) = &scenario.prices else { return };
    let add = |found: &mut Predictions, metric, value, method: &str| {
        found.list.push(Prediction { subject: Subject::Cost, metric, value, method: method.to_owned() });
    };
    let running = running(scenario, prices, found);
    let loss = loss(scenario, prices, found);
    match &running {
        Ok(value) => {
            let method = "prices times time, and exact times up where energy has a price";
            add(found, "running_cost", *value, method);
        }
        Err(why) => found.skipped.push((Subject::Cost, format!("running cost: {why}"))),
    }
    match &loss {
        Ok(Some(value)) => add(found, "expected_loss", *value, "price times exact time down and number of outages"),
        Ok(None) => {}
        Err(why) => found.skipped.push((Subject::Cost, format!("loss: {why}"))),
    }
    if let (Ok(running), Ok(loss)) = (running, loss) {
        add(found, "total_cost", running + loss.unwrap_or(0.0), "running cost and loss, each exact");
    }
}

/// Units of money a year.
fn yearly(price: PerTime) -> f64 {
    price.amount.as_units() * SECONDS_PER_YEAR / price.per.as_seconds()
}

fn nodes_of(scenario: &Scenario) -> impl Iterator<Item = UnitId> + '_ {
    let nodes = scenario
        .populations
        .iter()
        .filter(|population| matches!(population.kind, PopulationKind::Nodes | PopulationKind::Node));
    nodes.flat_map(|population| population.units.iter())
}

fn running(scenario: &Scenario, prices: &Prices, found: &Predictions) -> Result<f64, String> {
    if !prices.stores.is_empty() || !prices.datasets.is_empty() {
        return Err("how much is stored depends on what happens".to_owned());
    }
    if !prices.carried.is_empty() {
        return Err("how much crosses links depends on what happens".to_owned());
    }
    let mut sum: f64 = 0.0;
    for (class, price) in &prices.nodes {
        let count = nodes_of(scenario)
            .filter(|unit| scenario.populations[scenario.unit_population[*unit]].class == *class)
            .count();
        sum += yearly(*price) * count as f64;
    }
    if !prices.nodes.is_empty() && rented(prices) {
        return Err("what rented nodes cost depends on their use".to_owned());
    }
    sum += prices.places.iter().map(|(_, price)| yearly(*price)).sum::<f64>();
    sum += prices.plants.iter().map(|(_, price)| yearly(*price)).sum::<f64>();
    sum += prices.links.iter().map(|(_, price)| yearly(*price)).sum::<f64>();
    sum += prices.crews.iter().map(|(id, price)| yearly(*price) * f64::from(scenario.crews[*id].people)).sum::<f64>();
    sum += prices.staff.iter().map(|(id, price)| yearly(*price) * f64::from(scenario.staff[*id].people)).sum::<f64>();
    sum += prices.services.iter().map(|(_, price)| yearly(*price)).sum::<f64>();
    if let Some(energy) = &prices.energy {
        let kilowatt_hours = kilowatt_hours(scenario, energy, found)?;
        sum += energy.price.amount.as_units() * kilowatt_hours * 1000.0 / energy.price.watt_hours as f64;
    }
    Ok(sum)
}

/// True when nodes are rented: then those that only stand by, or that nobody uses, may cost less.
fn rented(prices: &Prices) -> bool {
    prices.standby.iter().any(|share| share.is_none_or(|share| share.get() < 1.0))
}

/// Electricity a year of nodes that draw the same whatever they do, while they are up.
fn kilowatt_hours(scenario: &Scenario, energy: &Energy, found: &Predictions) -> Result<f64, String> {
    let idle = |unit: UnitId| {
        let class = scenario.populations[scenario.unit_population[unit]].class;
        energy.nodes.iter().find(|(id, _)| *id == class).map(|(_, watts)| *watts)
    };
    for host in &scenario.replica_host {
        if idle(*host).is_some_and(|watts| watts.busy > watts.idle) {
            return Err("nodes at work draw more than idle ones".to_owned());
        }
    }
    let mut watts = 0.0;
    for (id, domain) in scenario.domains.enumerate().filter(|(_, domain)| domain.parent.is_none()) {
        let mut each = domain.units.iter().map(|unit| idle(unit).map_or(0.0, |watts| watts.idle));
        let Some(first) = each.next() else { continue };
        if each.any(|other| (other - first).abs() > 0.0) {
            return Err(format!("nodes of `{}` draw different power", domain.name));
        }
        if first > 0.0 {
            watts += first
                * domain.units.len() as f64
                * up(found, id)
                    .ok_or_else(|| format!("the time that nodes of `{}` are up has no closed form", domain.name))?;
        }
    }
    Ok(watts * energy.pue * SECONDS_PER_YEAR / 3.6e6)
}

fn up(found: &Predictions, domain: DomainId) -> Option<f64> {
    found.value(Subject::Domain(domain), "availability")
}

/// Loss a year; `None` when no incident has a price.
fn loss(scenario: &Scenario, prices: &Prices, found: &Predictions) -> Result<Option<f64>, String> {
    for (priced, what) in [
        (!prices.repairs.is_empty(), "repairs"),
        (!prices.retrieved.is_empty(), "reading from stores"),
        (!prices.restores.is_empty(), "restores"),
        (!prices.data_lost.is_empty(), "lost data"),
        (!prices.slas.is_empty(), "credits"),
        (!prices.fines.is_empty(), "fines"),
    ] {
        if priced {
            return Err(format!("the cost of {what} has no closed form"));
        }
    }
    if prices.downtime.is_empty() {
        return Ok(None);
    }
    let mut sum = 0.0;
    for (id, price) in &prices.downtime {
        let name = &scenario.services[*id].name;
        let [(None, per)] = price.steps[..] else {
            return Err(format!("the price of an outage of `{name}` is not linear in its length"));
        };
        if price.cap.is_some() {
            return Err(format!("the price of an outage of `{name}` has a cap"));
        }
        let of = |metric: &str| {
            found.value(Subject::Service(*id), metric).ok_or_else(|| format!("`{name}` has no closed form"))
        };
        sum += per.amount.as_units() * of("downtime_s_per_year")? / per.per.as_seconds();
        let each = price.each.as_units();
        if each > 0.0 {
            sum += each * of("outages_per_year")?;
        }
    }
    Ok(Some(sum))
}

//! Electricity: what nodes draw idle while they run, what work draws beyond that, and what cooling adds.

use super::{CostTally, Pricing};
use crate::id::IdVec;
use crate::model::{ClassId, CostItem, DomainId, Energy, PopulationKind, Scenario};
use crate::quantity::Span;
use crate::simulation::TrialTally;

const SECONDS_PER_HOUR: f64 = 3600.0;

/// Idle power of the nodes of a scenario.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct PowerPlan {
    /// All nodes together, watts.
    idle: f64,
    /// Per place with nodes directly below it: places within it, and mean idle watts of those nodes.
    places: Vec<(DomainId, Vec<DomainId>, f64)>,
}

impl PowerPlan {
    pub fn new(scenario: &Scenario, energy: &Energy) -> Self {
        let mut watts: IdVec<ClassId, f64> = IdVec::filled(0.0, scenario.classes.len());
        for (class, power) in &energy.nodes {
            watts[*class] = power.idle;
        }
        let mut direct: IdVec<DomainId, (f64, u32)> = IdVec::filled((0.0, 0), scenario.domains.len());
        for (unit, domain) in scenario.unit_domain.enumerate() {
            let population = &scenario.populations[scenario.unit_population[unit]];
            let node = matches!(population.kind, PopulationKind::Nodes | PopulationKind::Node);
            if let Some(domain) = domain.filter(|_| node) {
                direct[domain].0 += watts[population.class];
                direct[domain].1 += 1;
            }
        }
        let within = |domain: DomainId| {
            scenario.domains.enumerate().filter(|(_, other)| other.parent == Some(domain)).map(|(id, _)| id).collect()
        };
        let places = direct.enumerate().filter(|(_, (watts, _))| *watts > 0.0);
        Self {
            idle: direct.iter().map(|(watts, _)| watts).sum(),
            places: places.map(|(id, (watts, count))| (id, within(id), watts / f64::from(*count))).collect(),
        }
    }

    /// Watt-hours of nodes at rest: a node that is down or without power draws nothing.
    fn at_rest(&self, tally: &TrialTally, horizon: Span) -> f64 {
        let saved: f64 = self
            .places
            .iter()
            .map(|(place, within, watts)| {
                let below: f64 = within.iter().map(|below| tally.domains[*below].unit_down).sum();
                watts * (tally.domains[*place].unit_down - below).max(0.0)
            })
            .sum();
        (self.idle * horizon.as_seconds() - saved) / SECONDS_PER_HOUR
    }
}

impl Pricing {
    /// Electricity of a trial.
    pub(super) fn charge_energy(&self, tally: &TrialTally, account: &mut CostTally) {
        let (Some(energy), Some(plan)) = (&self.prices.energy, &self.power) else { return };
        let nodes = plan.at_rest(tally, self.horizon) + tally.incurred.work_watt_hours;
        let all = nodes * energy.pue;
        account.energy_kwh = all / 1000.0;
        account.carbon_kg = account.energy_kwh * energy.carbon.unwrap_or(0.0) / 1000.0;
        if let Some(line) = self.line(CostItem::Energy) {
            account.items[line] = energy.price.of(all);
        }
    }
}

//! Nodes: paid in full, but for those that are rented and only stand by, or for which there is no use.

use super::running::of_many;
use super::{CostTally, Pricing};
use crate::id::IdVec;
use crate::model::{CopyRole, CostItem, FailoverMode, PopulationKind, Role, Scenario, ServiceId, UnitId};
use crate::quantity::{Money, PerTime, Probability, Span};
use crate::simulation::TrialTally;
use std::collections::BTreeMap;

/// A group of a service, by its position.
type Standing = (ServiceId, usize);

/// What a rented node is there for, if it is paid by that: the groups that it stands by for, none of them when nothing is placed on it.
/// `None` when it is paid in full.
type Use = Option<Vec<Standing>>;

/// Nodes of one class that stand by for the same groups.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct NodePlan {
    line: usize,
    count: usize,
    price: PerTime,
    /// Share that is paid while none of the groups serves.
    share: f64,
    groups: Vec<Standing>,
}

impl Pricing {
    /// Lines of the classes whose nodes are all paid in full.
    pub(super) fn owned_nodes(&self, scenario: &Scenario) -> Vec<(usize, Money)> {
        let standing = self.standing(scenario);
        self.priced_classes(scenario, &standing)
            .filter_map(|(line, price, nodes)| {
                let owned = nodes.keys().all(|of| of.is_none());
                let count: usize = nodes.values().sum();
                owned.then(|| (line, of_many(price, count, self.horizon)))
            })
            .collect()
    }

    /// The nodes of the other classes.
    pub(super) fn node_plans(&self, scenario: &Scenario) -> Vec<NodePlan> {
        let standing = self.standing(scenario);
        self.priced_classes(scenario, &standing)
            .filter(|(_, _, nodes)| nodes.keys().any(|of| of.is_some()))
            .flat_map(|(line, price, nodes)| {
                nodes.into_iter().map(move |(of, count)| {
                    // What stands by for several is kept as ready as the most demanding of them wants it.
                    let wanted = |(service, _): &Standing| {
                        let failover = &scenario.services[*service].failover;
                        self.prices.standby[failover.mode as usize].unwrap_or(failover.standby_capacity).get()
                    };
                    let share = of.as_ref().map_or(1.0, |groups| groups.iter().map(wanted).fold(0.0, f64::max));
                    NodePlan { line, count, price, share, groups: of.clone().unwrap_or_default() }
                })
            })
            .collect()
    }

    /// Each priced class with its nodes by what they stand by for.
    fn priced_classes<'a>(
        &'a self,
        scenario: &'a Scenario,
        standing: &'a IdVec<UnitId, Use>,
    ) -> impl Iterator<Item = (usize, PerTime, BTreeMap<&'a Use, usize>)> {
        self.prices.nodes.iter().filter_map(move |(class, price)| {
            let mut nodes: BTreeMap<&Use, usize> = BTreeMap::new();
            for population in scenario.populations.iter().filter(|population| population.class == *class) {
                if matches!(population.kind, PopulationKind::Nodes | PopulationKind::Node) {
                    for unit in population.units.iter() {
                        *nodes.entry(&standing[unit]).or_default() += 1;
                    }
                }
            }
            Some((self.line(CostItem::Nodes(*class))?, *price, nodes))
        })
    }

    /// What each node is there for. Paid in full is all that is owned; of what is rented, a node with a replica that always serves, with data, or
    /// with a role of its own.
    fn standing(&self, scenario: &Scenario) -> IdVec<UnitId, Use> {
        let owned = |share: &Option<Probability>| share.is_some_and(|share| share.get() >= 1.0);
        if self.prices.standby.iter().all(owned) {
            return IdVec::filled(None, scenario.unit_count());
        }
        let mut standing: IdVec<UnitId, Use> = IdVec::filled(Some(Vec::new()), scenario.unit_count());
        for (replica, (service, group)) in scenario.replica_home.enumerate() {
            let (host, mode) = (scenario.replica_host[replica], scenario.services[*service].failover.mode);
            if *group == 0 || mode == FailoverMode::ActiveActive {
                standing[host] = None;
            } else if let Some(groups) = &mut standing[host]
                && !groups.contains(&(*service, *group))
            {
                groups.push((*service, *group));
            }
        }
        for copy in scenario.copies.iter().filter(|copy| copy.role != CopyRole::Spare) {
            for host in &copy.hosts {
                standing[*host] = None;
            }
        }
        for unit in scenario.unit_population.ids() {
            if matches!(scenario.class_of(unit).role, Role::Network | Role::Monitoring) {
                standing[unit] = None;
            }
        }
        standing
    }

    /// Rented nodes that stand by are paid in full while a group of theirs serves.
    pub(super) fn charge_nodes(&self, tally: &TrialTally, account: &mut CostTally) {
        for plan in &self.nodes {
            let full = of_many(plan.price, plan.count, self.horizon);
            account.items[plan.line] += if plan.share < 1.0 {
                let used = self.time_used(tally, &plan.groups);
                let idle = of_many(plan.price, plan.count, self.horizon.saturating_sub(used));
                of_many(plan.price, plan.count, used) + idle.times(plan.share)
            } else {
                full
            };
        }
    }

    /// Time in which any of the groups served.
    fn time_used(&self, tally: &TrialTally, groups: &[Standing]) -> Span {
        let mut stretches: Vec<_> = tally
            .incurred
            .away
            .iter()
            .filter(|away| groups.contains(&(away.service, away.group)))
            .map(|away| (away.from, away.to))
            .collect();
        stretches.sort_unstable();
        let mut used = Span::ZERO;
        let mut until = crate::quantity::SimTime::ZERO;
        for (from, to) in stretches {
            used += to.since(from.max(until));
            until = until.max(to);
        }
        used.min(self.horizon)
    }
}

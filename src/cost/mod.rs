//! What a trial cost: the prices of a scenario applied to what the trial leaves behind.
//!
//! Everything that is paid by time is spread evenly over the trial; what an incident brings about is charged once and belongs to the year in which
//! that began. Amounts are exact ([`Money`]) until a statistic is made of them. Knows no random number and no event loop.

mod credits;
mod energy;
mod incidents;
mod running;
mod standby;
#[cfg(test)]
mod tests;
mod years;

pub use years::{Yearly, YearlyCost};

use crate::model::{Cause, CostItem, CostKind, Offence, Prices, Scenario, ServiceId};
use crate::quantity::{Currency, Money, Span};
use crate::simulation::TrialTally;
use energy::PowerPlan;
use standby::NodePlan;

/// The prices of a scenario, worked out once for all trials.
#[derive(Clone, PartialEq, Debug)]
pub struct Pricing {
    prices: Prices,
    horizon: Span,
    /// Lines of the account, in the order of [`CostTally::items`].
    items: Vec<CostItem>,
    /// What lines cost over the whole trial whatever happens in it, by position.
    fixed: Vec<(usize, Money)>,
    /// Nodes whose price depends on whether they stand by.
    nodes: Vec<NodePlan>,
    power: Option<PowerPlan>,
    /// Number of causes that downtime is charged to.
    causes: usize,
}

/// The account of one trial; a buffer that is used again.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CostTally {
    /// Years of 365.25 days in the trial.
    pub years: f64,
    /// By line, over the whole trial: [`Pricing::items`] says which.
    pub items: Vec<Money>,
    /// All that is paid whatever happens.
    pub running: Money,
    /// All that incidents brought about.
    pub loss: Money,
    /// Credits to customers, part of the loss.
    pub credits: Money,
    /// The whole years of the trial one by one; empty when it is shorter than a year.
    pub by_year: Vec<YearlyCost>,
    /// What all nodes and their cooling drew, kilowatt-hours; zero where energy has no price.
    pub energy_kwh: f64,
    /// Carbon dioxide equivalent of that, kilograms.
    pub carbon_kg: f64,
    /// Cost of time down by priced service (in the order of [`Pricing::downtime_services`]) and cause.
    pub causes: Vec<Vec<f64>>,
}

impl CostTally {
    /// All of it.
    #[must_use]
    pub fn total(&self) -> Money {
        self.running + self.loss
    }
}

impl Pricing {
    /// The prices of a scenario; `None` when it names none.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Option<Self> {
        let prices = scenario.prices.clone()?;
        let mut pricing = Self {
            items: items(&prices),
            horizon: scenario.horizon,
            fixed: Vec::new(),
            nodes: Vec::new(),
            power: prices.energy.as_ref().map(|energy| PowerPlan::new(scenario, energy)),
            causes: Cause::count(scenario),
            prices,
        };
        pricing.fixed = pricing.fixed_lines(scenario);
        pricing.nodes = pricing.node_plans(scenario);
        Some(pricing)
    }

    /// What every amount is in.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.prices.currency
    }

    /// Lines of the account: running costs first.
    #[must_use]
    pub fn items(&self) -> &[CostItem] {
        &self.items
    }

    /// Services whose time down has a price, in order.
    pub fn downtime_services(&self) -> impl Iterator<Item = ServiceId> + '_ {
        self.prices.downtime.iter().map(|(service, _)| *service)
    }

    /// Number of causes that time down is charged to.
    #[must_use]
    pub const fn causes(&self) -> usize {
        self.causes
    }

    /// True when a metric of the account can be told: energy needs its price, carbon its grams, credits a promise.
    #[must_use]
    pub fn measures(&self, metric: &str) -> bool {
        match metric {
            "energy_kwh" => self.prices.energy.is_some(),
            "carbon_kg" => self.prices.energy.as_ref().is_some_and(|energy| energy.carbon.is_some()),
            "sla_credits" => !self.prices.slas.is_empty(),
            _ => true,
        }
    }

    /// What a whole year costs at least, whatever happens in a trial.
    #[must_use]
    pub fn fixed_part(&self, which: Yearly) -> Money {
        match which {
            Yearly::Loss => Money::ZERO,
            Yearly::Running | Yearly::Total => {
                let fixed: Money = self.fixed.iter().map(|(_, amount)| *amount).sum();
                years::per_year(fixed, self.horizon)
            }
        }
    }

    /// An account to write into.
    #[must_use]
    pub fn blank(&self) -> CostTally {
        CostTally {
            years: self.horizon.as_years(),
            items: vec![Money::ZERO; self.items.len()],
            by_year: vec![YearlyCost::default(); years::whole(self.horizon)],
            causes: vec![vec![0.0; self.causes]; self.prices.downtime.len()],
            ..CostTally::default()
        }
    }

    /// Charges a trial; `account` comes from [`Pricing::blank`] and may hold another trial, which is forgotten.
    pub fn charge(&self, tally: &TrialTally, account: &mut CostTally) {
        account.items.fill(Money::ZERO);
        account.by_year.fill(YearlyCost::default());
        account.causes.iter_mut().for_each(|causes| causes.fill(0.0));
        (account.loss, account.credits) = (Money::ZERO, Money::ZERO);
        for (line, amount) in &self.fixed {
            account.items[*line] = *amount;
        }
        self.charge_nodes(tally, account);
        self.charge_stored(tally, account);
        self.charge_carried(tally, account);
        self.charge_energy(tally, account);
        self.charge_downtime(tally, account);
        self.charge_data(tally, account);
        self.charge_repairs(tally, account);
        self.charge_credits(tally, account);
        self.charge_fines(tally, account);
        let running = self.items.iter().zip(&account.items).filter(|(item, _)| item.kind() == CostKind::Running);
        account.running = running.map(|(_, amount)| *amount).sum();
        let each_year = years::per_year(account.running, self.horizon);
        account.by_year.iter_mut().for_each(|year| year.running = each_year);
    }

    /// Position of a line of the account.
    fn line(&self, item: CostItem) -> Option<usize> {
        self.items.iter().position(|other| *other == item)
    }
}

/// All lines that a scenario can have, running costs first, each kind in the order of its ids.
fn items(prices: &Prices) -> Vec<CostItem> {
    fn all<I: Copy, P>(list: &[(I, P)], item: fn(I) -> CostItem) -> impl Iterator<Item = CostItem> {
        list.iter().map(move |(id, _)| item(*id))
    }
    let mut items: Vec<CostItem> = all(&prices.nodes, CostItem::Nodes)
        .chain(all(&prices.places, CostItem::Place))
        .chain(all(&prices.plants, CostItem::Plant))
        .chain(all(&prices.links, CostItem::Link))
        .chain(all(&prices.crews, CostItem::Crew))
        .chain(all(&prices.staff, CostItem::Staff))
        .chain(all(&prices.services, CostItem::Service))
        .chain(all(&prices.stores, CostItem::Store))
        .chain(all(&prices.datasets, CostItem::Dataset))
        .collect();
    items.extend(prices.energy.as_ref().map(|_| CostItem::Energy));
    items.extend(
        all(&prices.carried, CostItem::Carried)
            .chain(all(&prices.retrieved, CostItem::Retrieved))
            .chain(all(&prices.repairs, CostItem::Repairs))
            .chain(all(&prices.restores, CostItem::Restores))
            .chain(all(&prices.downtime, CostItem::Downtime))
            .chain(all(&prices.data_lost, CostItem::DataLost))
            .chain(prices.slas.iter().map(|sla| CostItem::Credits(sla.service))),
    );
    for fine in &prices.fines {
        let item = match fine.when {
            Offence::Down(service, _) => CostItem::DownFines(service),
            Offence::Lost(dataset, _) => CostItem::LossFines(dataset),
        };
        // Several fines for one thing are one line.
        if !items.contains(&item) {
            items.push(item);
        }
    }
    items
}

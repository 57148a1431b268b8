//! Trials added up: the sums that depend on order, and the counts that do not.

use super::ROWS;
use crate::cost::{CostTally, Pricing, Yearly};
use crate::estimate::{Exemplars, Moments, Sectioned};
use crate::id::Id as _;
use crate::metric::{COST_METRICS, DATASET_METRICS, DOMAIN_METRICS, Metric, SCENARIO_METRICS, SERVICE_METRICS, Sums};
use crate::model::{Cause, DomainId, Scenario};
use crate::quantity::Span;
use crate::simulation::{DataEventKind, EventKind, PROFILE_BINS, TrialTally};
use serde::{Deserialize, Serialize};

/// What must be known of a scenario to add up its trials.
#[derive(Clone, PartialEq, Debug)]
pub struct Shape {
    /// Hash of the scenario.
    pub hash: String,
    /// Seed of the study.
    pub seed: u64,
    /// Length of a trial.
    pub horizon: Span,
    /// Number of services.
    pub services: usize,
    /// Number of datasets.
    pub datasets: usize,
    /// Number of stores.
    pub stores: usize,
    /// Domains that are reported, ascending.
    pub domains: Vec<DomainId>,
    /// Number of causes that downtime is charged to.
    pub causes: usize,
    /// What things and incidents cost, if anything does.
    pub pricing: Option<Pricing>,
}

impl Shape {
    /// The shape of a scenario under `seed`.
    #[must_use]
    pub fn of(scenario: &Scenario, seed: u64) -> Self {
        let named = scenario.domains.enumerate().filter(|(_, domain)| domain.named);
        Self {
            hash: scenario.hash.clone(),
            seed,
            horizon: scenario.horizon,
            services: scenario.services.len(),
            datasets: scenario.datasets.len(),
            stores: scenario.stores.len(),
            domains: named.map(|(id, _)| id).collect(),
            causes: Cause::count(scenario),
            pricing: Pricing::of(scenario),
        }
    }
}

/// Sums of one service, one dataset, one domain or the whole over trials.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SubjectFold {
    /// By metric, in table order.
    pub sums: Vec<Sums>,
    /// Seconds down by cause; empty but for services.
    pub charges: Vec<f64>,
    /// By slice of the horizon: redundancy degree times seconds for services, bytes at risk times seconds for datasets; empty for others.
    pub profile: Vec<f64>,
    /// Bytes times seconds by store; empty but for datasets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stored: Vec<f64>,
}

impl SubjectFold {
    fn start<T>(metrics: &[Metric<T>], causes: usize, slices: usize, stores: usize) -> Self {
        let sums = metrics.iter().map(|metric| metric.sample.start()).collect();
        Self { sums, charges: vec![0.0; causes], profile: vec![0.0; slices], stored: vec![0.0; stores] }
    }

    #[inline]
    fn add<T>(&mut self, metrics: &[Metric<T>], tally: &T) {
        for (sums, metric) in self.sums.iter_mut().zip(metrics) {
            metric.sample.add(sums, tally);
        }
    }

    fn merge(&mut self, later: &Self) {
        for (sums, later) in self.sums.iter_mut().zip(&later.sums) {
            sums.merge(later);
        }
        accumulate(&mut self.charges, &later.charges);
        accumulate(&mut self.profile, &later.profile);
        accumulate(&mut self.stored, &later.stored);
    }
}

#[inline]
fn accumulate(into: &mut [f64], from: &[f64]) {
    for (into, from) in into.iter_mut().zip(from) {
        *into += from;
    }
}

/// Sums over a run of trials. Floating-point sums: the order of merging is part of the determinism contract.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Fold {
    /// Trials.
    pub trials: u64,
    /// By service, in id order.
    pub services: Vec<SubjectFold>,
    /// By dataset, in id order.
    pub datasets: Vec<SubjectFold>,
    /// By named domain, in id order.
    pub domains: Vec<SubjectFold>,
    /// Over everything.
    pub whole: SubjectFold,
    /// The account; only with prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostFold>,
}

/// Sums of the account over trials.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CostFold {
    /// By metric, in table order.
    pub sums: Vec<Sums>,
    /// Money of a whole trial by line of the account, in the order of [`Pricing::items`].
    pub items: Vec<Moments>,
    /// Money for time down by priced service, in the order of [`Pricing::downtime_services`], and cause.
    pub causes: Vec<Vec<f64>>,
}

impl CostFold {
    fn start(pricing: &Pricing) -> Self {
        Self {
            sums: COST_METRICS.iter().map(|metric| metric.sample.start()).collect(),
            items: vec![Moments::default(); pricing.items().len()],
            causes: pricing.downtime_services().map(|_| vec![0.0; pricing.causes()]).collect(),
        }
    }

    fn add(&mut self, account: &CostTally) {
        for (sums, metric) in self.sums.iter_mut().zip(&COST_METRICS) {
            metric.sample.add(sums, account);
        }
        for (moments, amount) in self.items.iter_mut().zip(&account.items) {
            moments.add(amount.as_units());
        }
        for (causes, more) in self.causes.iter_mut().zip(&account.causes) {
            accumulate(causes, more);
        }
    }

    fn merge(&mut self, later: &Self) {
        for (sums, later) in self.sums.iter_mut().zip(&later.sums) {
            sums.merge(later);
        }
        for (moments, later) in self.items.iter_mut().zip(&later.items) {
            moments.merge(later);
        }
        for (causes, later) in self.causes.iter_mut().zip(&later.causes) {
            accumulate(causes, later);
        }
    }
}

impl Fold {
    /// Sums over no trial.
    #[must_use]
    pub fn start(shape: &Shape) -> Self {
        Self {
            trials: 0,
            services: vec![SubjectFold::start(&SERVICE_METRICS, shape.causes, PROFILE_BINS, 0); shape.services],
            datasets: vec![SubjectFold::start(&DATASET_METRICS, 0, PROFILE_BINS, shape.stores); shape.datasets],
            domains: vec![SubjectFold::start(&DOMAIN_METRICS, 0, 0, 0); shape.domains.len()],
            whole: SubjectFold::start(&SCENARIO_METRICS, 0, 0, 0),
            cost: shape.pricing.as_ref().map(CostFold::start),
        }
    }

    /// Adds the account of a trial.
    pub fn add_cost(&mut self, account: &CostTally) {
        if let Some(cost) = &mut self.cost {
            cost.add(account);
        }
    }

    /// Adds one trial.
    pub fn add(&mut self, shape: &Shape, tally: &TrialTally) {
        self.trials += 1;
        for ((fold, service), degree) in self.services.iter_mut().zip(&tally.services).zip(&tally.redundancy) {
            fold.add(&SERVICE_METRICS, service);
            accumulate(&mut fold.charges, &service.charged);
            accumulate(&mut fold.profile, degree);
        }
        for (fold, dataset) in self.datasets.iter_mut().zip(&tally.datasets) {
            fold.add(&DATASET_METRICS, dataset);
            accumulate(&mut fold.profile, &dataset.at_risk_profile);
            accumulate(&mut fold.stored, &dataset.stored);
        }
        for (fold, &domain) in self.domains.iter_mut().zip(&shape.domains) {
            fold.add(&DOMAIN_METRICS, &tally.domains[domain]);
        }
        self.whole.add(&SCENARIO_METRICS, &tally.scenario);
    }

    /// Appends the trials of `later`.
    pub fn merge(&mut self, later: &Self) {
        self.trials += later.trials;
        for (fold, later) in self.services.iter_mut().zip(&later.services) {
            fold.merge(later);
        }
        for (fold, later) in self.datasets.iter_mut().zip(&later.datasets) {
            fold.merge(later);
        }
        for (fold, later) in self.domains.iter_mut().zip(&later.domains) {
            fold.merge(later);
        }
        self.whole.merge(&later.whole);
        if let (Some(cost), Some(later)) = (&mut self.cost, &later.cost) {
            cost.merge(later);
        }
    }
}

/// What one trial did to one service, for the table of trials.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ServiceRow {
    /// Microseconds down.
    pub down: u64,
    /// Outages.
    pub outages: u64,
    /// Longest outage in microseconds.
    pub longest: u64,
}

/// What is counted over trials: integers, the same in any order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Counts {
    /// Lengths in microseconds by service and [`EventKind::index`].
    pub lengths: Vec<Vec<Sectioned>>,
    /// Lengths in microseconds by dataset and [`DataEventKind::index`].
    pub data_lengths: Vec<Vec<Sectioned>>,
    /// Trials by microseconds down, all services together (without a service: time in which datasets could not be read), then by bytes lost.
    pub exemplars: Exemplars,
    /// One row per trial and service, trial by trial; only trials below [`ROWS`].
    pub rows: Vec<ServiceRow>,
    /// Whole years by what they cost, at the positions of [`Yearly::ALL`]: millionths above what is fixed (loss: above nothing); empty without prices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub years: Vec<Sectioned>,
}

impl Counts {
    /// Counts over no trial.
    #[must_use]
    pub fn start(shape: &Shape) -> Self {
        Self {
            lengths: vec![vec![Sectioned::default(); EventKind::COUNT]; shape.services],
            data_lengths: vec![vec![Sectioned::default(); DataEventKind::COUNT]; shape.datasets],
            exemplars: Exemplars::default(),
            rows: Vec::new(),
            years: vec![Sectioned::default(); if shape.pricing.is_some() { Yearly::ALL.len() } else { 0 }],
        }
    }

    /// Adds the whole years of a trial's account.
    pub fn add_cost(&mut self, trial: u64, pricing: &Pricing, account: &CostTally) {
        for (which, years) in Yearly::ALL.into_iter().zip(&mut self.years) {
            let fixed = pricing.fixed_part(which);
            for year in &account.by_year {
                let above = (year.of(which) - fixed).or_nothing().as_micros();
                years.add(trial, u64::try_from(above).unwrap_or(u64::MAX));
            }
        }
    }

    /// Adds one trial.
    pub fn add(&mut self, trial: u64, tally: &TrialTally) {
        for event in &tally.events {
            self.lengths[event.service.index()][event.kind.index()].add(trial, event.length.as_microseconds());
        }
        for event in &tally.data_events {
            self.data_lengths[event.dataset.index()][event.kind.index()].add(trial, event.length.as_microseconds());
        }
        let down = if tally.services.is_empty() {
            tally.datasets.iter().fold(Span::ZERO, |down, dataset| down + dataset.unreadable)
        } else {
            tally.services.iter().fold(Span::ZERO, |down, service| down + service.down)
        };
        let lost: f64 = tally.datasets.iter().map(|dataset| dataset.lost_bytes).sum();
        self.exemplars.add(trial, (down.as_microseconds(), lost as u64));
        if trial < ROWS {
            self.rows.extend(tally.services.iter().map(|service| ServiceRow {
                down: service.down.as_microseconds(),
                outages: service.outages.count,
                longest: service.outages.longest.as_microseconds(),
            }));
        }
    }

    /// Appends the trials of `later`.
    pub fn merge(&mut self, later: &Self) {
        let both = self.lengths.iter_mut().chain(&mut self.data_lengths);
        for (kinds, later) in both.zip(later.lengths.iter().chain(&later.data_lengths)) {
            for (lengths, later) in kinds.iter_mut().zip(later) {
                lengths.merge(later);
            }
        }
        self.exemplars.merge(&later.exemplars);
        self.rows.extend_from_slice(&later.rows);
        for (years, later) in self.years.iter_mut().zip(&later.years) {
            years.merge(later);
        }
    }
}

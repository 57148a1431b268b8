//! The account over all trials: what things and incidents cost per year, and how the years scatter.

use super::findings::{Bin, CostFindings, ItemCost, Measured, ServiceCost};
use super::run::Study;
use crate::cost::{Pricing, Yearly};
use crate::estimate::{Estimate, Quantile, Quantiles, Sectioned, mean};
use crate::metric::{COST_METRICS, Lengths};
use crate::model::{Cause, CostItem, CostKind, ServiceId, Subject};
use crate::montecarlo::CostFold;

/// Units of money in a millionth.
const MICRO: f64 = 1e-6;

impl Study<'_> {
    pub(super) fn cost(&self) -> Option<CostFindings> {
        let pricing = Pricing::of(self.scenario)?;
        let fold = self.total.as_ref().and_then(|total| total.cost.as_ref());
        let items = fold.map(|fold| self.items(&pricing, fold)).unwrap_or_default();
        let parts = fold.map(|fold| self.parts(&pricing, fold)).unwrap_or_default();
        Some(CostFindings {
            currency: pricing.currency(),
            metrics: self.account(&pricing, fold),
            services: services(&items),
            causes: causes(self.scenario, &parts),
            parts,
            items,
            years: self.year_bins(&pricing),
            fixed: pricing.fixed_part(Yearly::Total).as_units(),
        })
    }

    /// The metrics that the prices allow to tell.
    fn account(&self, pricing: &Pricing, fold: Option<&CostFold>) -> Vec<Measured> {
        let told = COST_METRICS.iter().enumerate().filter(|(_, metric)| pricing.measures(metric.about.key));
        told.map(|(row, metric)| {
            let quantiles = match metric.sample.lengths() {
                Some(Lengths::Years(which)) => self.year_quantiles(pricing, which),
                Some(_) | None => None,
            };
            let estimate = fold.map_or(Estimate::NOTHING, |fold| {
                metric.sample.estimate(&fold.sums[row], self.outcomes.horizon(), quantiles)
            });
            Measured { about: &metric.about, estimate, exact: (self.exact)(Subject::Cost, metric.about.key) }
        })
        .collect()
    }

    fn items(&self, pricing: &Pricing, fold: &CostFold) -> Vec<ItemCost> {
        let years = self.outcomes.horizon().as_years();
        let lines = pricing.items().iter().zip(&fold.items);
        lines
            .map(|(item, moments)| {
                let estimate = mean(moments, (0.0, f64::INFINITY));
                let yearly = |amount: f64| amount / years;
                ItemCost {
                    item: *item,
                    yearly: yearly(estimate.point.unwrap_or(0.0)),
                    low: estimate.low.map(yearly),
                    high: estimate.high.map(yearly),
                }
            })
            .collect()
    }

    /// Cost of time down by service and cause.
    fn parts(&self, pricing: &Pricing, fold: &CostFold) -> Vec<(ServiceId, Cause, f64)> {
        let (all, years) =
            (Cause::all(self.scenario), self.outcomes.trials as f64 * self.outcomes.horizon().as_years());
        let mut parts = Vec::new();
        for (service, causes) in pricing.downtime_services().zip(&fold.causes) {
            let first = parts.len();
            let costly = all.iter().zip(causes).filter(|(_, cost)| **cost > 0.0);
            parts.extend(costly.map(|(cause, cost)| (service, *cause, cost / years)));
            parts[first..].sort_by(|left, right| right.2.total_cmp(&left.2));
        }
        parts
    }

    fn year_sections(&self, which: Yearly) -> Option<&Sectioned> {
        let place = Yearly::ALL.iter().position(|other| *other == which)?;
        self.outcomes.counts.years.get(place)
    }

    /// Quantiles over whole years; `None` without any.
    fn year_quantiles(&self, pricing: &Pricing, which: Yearly) -> Option<Quantiles> {
        let (sections, fixed) = (self.year_sections(which)?, pricing.fixed_part(which).as_units());
        let pooled = sections.pooled();
        let at = |level: f64| {
            let above = sections.quantile(&pooled, level)?;
            let amount = |micros: f64| fixed + micros * MICRO;
            Some(Quantile { point: amount(above.point), low: above.low.map(amount), high: above.high.map(amount) })
        };
        let max = fixed + pooled.largest()? as f64 * MICRO;
        Some(Quantiles { p50: at(0.5)?, p95: at(0.95)?, p99: at(0.99)?, max })
    }

    /// Whole years by their total cost.
    fn year_bins(&self, pricing: &Pricing) -> Vec<Bin> {
        let fixed = pricing.fixed_part(Yearly::Total).as_units();
        let amount = |micros: u64| fixed + micros as f64 * MICRO;
        let bins = self.year_sections(Yearly::Total).map(|sections| sections.pooled().bins()).unwrap_or_default();
        bins.into_iter().map(|(from, to, count)| Bin { from: amount(from), to: amount(to), count }).collect()
    }
}

/// All services together, largest first; equal ones in the order of their causes.
fn causes(scenario: &crate::model::Scenario, parts: &[(ServiceId, Cause, f64)]) -> Vec<(Cause, f64)> {
    let mut causes: Vec<(Cause, f64)> = Vec::new();
    for (_, cause, cost) in parts {
        match causes.iter_mut().find(|(other, _)| other == cause) {
            Some((_, sum)) => *sum += cost,
            None => causes.push((*cause, *cost)),
        }
    }
    causes.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.index(scenario).cmp(&right.0.index(scenario))));
    causes
}

/// What has to do with a single service.
fn services(items: &[ItemCost]) -> Vec<ServiceCost> {
    let mut services: Vec<ServiceCost> = Vec::new();
    for line in items {
        let (CostItem::Service(service)
        | CostItem::Downtime(service)
        | CostItem::Credits(service)
        | CostItem::DownFines(service)) = line.item
        else {
            continue;
        };
        let place = services.iter().position(|other| other.service == service).unwrap_or_else(|| {
            services.push(ServiceCost { service, running: 0.0, loss: 0.0 });
            services.len() - 1
        });
        match line.item.kind() {
            CostKind::Running => services[place].running += line.yearly,
            CostKind::Loss => services[place].loss += line.yearly,
        }
    }
    services.sort_by_key(|service| service.service);
    services
}

//! What is paid by time, whatever happens: rent, people, licences, what lies in stores and what crosses links.

use super::{CostTally, Pricing};
use crate::id::Id as _;
use crate::model::{CostItem, Scenario, Tariff};
use crate::quantity::{Money, PerTime, Span};
use crate::simulation::TrialTally;

/// What so many of the same cost together over a time: rounded once.
pub(super) fn of_many(price: PerTime, count: usize, time: Span) -> Money {
    PerTime { amount: price.amount.scaled(count as u64, 1), ..price }.over(time)
}

/// What it costs to keep `byte_seconds` over a `time`: each band has its price for the bytes of the mean amount that lie within it.
fn kept(tariff: &Tariff, byte_seconds: f64, time: Span) -> Money {
    let seconds = time.as_seconds();
    if seconds <= 0.0 {
        return Money::ZERO;
    }
    let mean = byte_seconds / seconds;
    let (mut from, mut cost) = (0.0, Money::ZERO);
    for (until, price) in &tariff.bands {
        let until = until.map_or(f64::INFINITY, |until| until.get() as f64);
        // Within one band alone the product is taken as it is: no rounding on the way there and back.
        let within = if from <= 0.0 && mean <= until { byte_seconds } else { (mean.min(until) - from) * seconds };
        cost += price.of(within);
        from = until;
        if mean <= until {
            break;
        }
    }
    cost
}

impl Pricing {
    /// Lines that no event of a trial changes.
    pub(super) fn fixed_lines(&self, scenario: &Scenario) -> Vec<(usize, Money)> {
        let (prices, time) = (&self.prices, self.horizon);
        let places = prices.places.iter().map(|(id, price)| (CostItem::Place(*id), price.over(time)));
        let plants = prices.plants.iter().map(|(id, price)| (CostItem::Plant(*id), price.over(time)));
        let links = prices.links.iter().map(|(id, price)| (CostItem::Link(*id), price.over(time)));
        let services = prices.services.iter().map(|(id, price)| (CostItem::Service(*id), price.over(time)));
        let crews = prices
            .crews
            .iter()
            .map(|(id, price)| (CostItem::Crew(*id), of_many(*price, scenario.crews[*id].people as usize, time)));
        let staff = prices
            .staff
            .iter()
            .map(|(id, price)| (CostItem::Staff(*id), of_many(*price, scenario.staff[*id].people as usize, time)));
        let lines = places.chain(plants).chain(links).chain(services).chain(crews).chain(staff);
        let mut fixed: Vec<(usize, Money)> =
            lines.filter_map(|(item, amount)| Some((self.line(item)?, amount))).collect();
        fixed.extend(self.owned_nodes(scenario));
        fixed
    }

    /// What lies in stores and in copies.
    pub(super) fn charge_stored(&self, tally: &TrialTally, account: &mut CostTally) {
        for (store, tariff) in &self.prices.stores {
            let stored: f64 = tally.datasets.iter().map(|dataset| dataset.stored[store.index()]).sum();
            if let Some(line) = self.line(CostItem::Store(*store)) {
                account.items[line] = kept(tariff, stored, self.horizon);
            }
        }
        for (dataset, tariff) in &self.prices.datasets {
            if let Some(line) = self.line(CostItem::Dataset(*dataset)) {
                account.items[line] = kept(tariff, tally.datasets[*dataset].stored_live, self.horizon);
            }
        }
    }

    /// What crossed links.
    pub(super) fn charge_carried(&self, tally: &TrialTally, account: &mut CostTally) {
        for (link, prices) in &self.prices.carried {
            let (Some(line), Some(bytes)) = (self.line(CostItem::Carried(*link)), tally.incurred.carried.get(*link))
            else {
                continue;
            };
            account.items[line] =
                prices.iter().zip(bytes).filter_map(|(price, bytes)| Some(price.as_ref()?.of(*bytes))).sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::{Bytes, PerDataTime};

    const MONTH: Span = Span::from_microseconds(2_629_800_000_000);

    fn per_gigabyte_month(micros: i128) -> PerDataTime {
        PerDataTime { amount: Money::from_micros(micros), data: Bytes::new(1_000_000_000), time: MONTH }
    }

    /// 0.02 up to 50 TB, 0.01 beyond: 80 TB for a month cost 50 000 x 0.02 + 30 000 x 0.01 = 1300.
    #[test]
    fn bands_are_billed_as_object_stores_do() {
        let tariff = Tariff {
            bands: vec![
                (Some(Bytes::new(50_000_000_000_000)), per_gigabyte_month(20_000)),
                (None, per_gigabyte_month(10_000)),
            ],
        };
        let month = |bytes: f64| kept(&tariff, bytes * MONTH.as_seconds(), MONTH);
        assert_eq!(month(80e12), Money::from_units(1300));
        assert_eq!(month(50e12), Money::from_units(1000));
        assert_eq!(month(1e12), Money::from_units(20));
        assert_eq!(month(0.0), Money::ZERO);
    }
}

//! What incidents bring about: time down, lost data, repairs, restores, fines.

use super::{CostTally, Pricing};
use crate::model::{CostItem, DataLost, Downtime, Offence};
use crate::quantity::{Money, SimTime, Span};
use crate::simulation::{DataLoss, EventKind, TallyEvent, TrialTally, YEAR};

/// What one outage costs: each step has its price for the part of the outage within it.
pub(super) fn of_outage(price: &Downtime, length: Span) -> Money {
    let mut cost = price.each;
    let mut from = Span::ZERO;
    for (until, per) in &price.steps {
        let until = until.unwrap_or(Span::MAX).min(length);
        cost += per.over(until.saturating_sub(from));
        from = from.max(until);
    }
    price.cap.map_or(cost, |cap| cost.min(cap))
}

/// What one loss of data costs; `size` is that of the dataset.
pub(super) fn of_loss(price: &DataLost, loss: &DataLoss, size: f64) -> Money {
    let amount = price.by_amount.map_or(Money::ZERO, |price| price.of(loss.bytes));
    // When nothing came back, all the work since the start is lost, or that share of it which the lost bytes are of the whole.
    let share = if size > 0.0 { (loss.bytes / size).min(1.0) } else { 1.0 };
    let work = loss.age.unwrap_or_else(|| Span::from_seconds(loss.at.as_seconds() * share));
    let cost = amount + price.by_work.map_or(Money::ZERO, |price| price.over(work));
    price.cap.map_or(cost, |cap| cost.min(cap))
}

/// Outages of all services in a trial, planned ones too.
fn outages(tally: &TrialTally) -> impl Iterator<Item = &TallyEvent> {
    tally.events.iter().filter(|event| event.kind == EventKind::Outage)
}

impl Pricing {
    /// Time down, outage by outage, and its causes.
    pub(super) fn charge_downtime(&self, tally: &TrialTally, account: &mut CostTally) {
        for (nth, (service, price)) in self.prices.downtime.iter().enumerate() {
            let Some(line) = self.line(CostItem::Downtime(*service)) else { continue };
            for outage in outages(tally).filter(|outage| outage.service == *service) {
                account.book_loss(line, outage.began, of_outage(price, outage.length));
            }
            let charged = &tally.services[*service].charged;
            let whole: f64 = charged.iter().sum();
            if whole > 0.0 && account.items[line] != Money::ZERO {
                let per_second = account.items[line].as_units() / whole;
                for (cost, seconds) in account.causes[nth].iter_mut().zip(charged) {
                    *cost = seconds * per_second;
                }
            }
        }
    }

    /// Lost data, restores, and what these read.
    pub(super) fn charge_data(&self, tally: &TrialTally, account: &mut CostTally) {
        for (dataset, price) in &self.prices.data_lost {
            let Some(line) = self.line(CostItem::DataLost(*dataset)) else { continue };
            for loss in tally.incurred.losses.iter().filter(|loss| loss.dataset == *dataset) {
                account.book_loss(line, loss.at, of_loss(price, loss, tally.datasets[*dataset].size));
            }
        }
        for (dataset, price) in &self.prices.restores {
            let Some(line) = self.line(CostItem::Restores(*dataset)) else { continue };
            for (_, at) in tally.incurred.restores.iter().filter(|(other, _)| other == dataset) {
                account.book_loss(line, *at, *price);
            }
        }
        for (store, price) in &self.prices.retrieved {
            let Some(line) = self.line(CostItem::Retrieved(*store)) else { continue };
            for (_, at, bytes) in tally.incurred.retrieved.iter().filter(|(other, ..)| other == store) {
                account.book_loss(line, *at, price.of(*bytes));
            }
        }
    }

    /// Repairs, in the year in which they were done.
    pub(super) fn charge_repairs(&self, tally: &TrialTally, account: &mut CostTally) {
        for (class, price) in &self.prices.repairs {
            let (Some(line), Some(years)) = (self.line(CostItem::Repairs(*class)), tally.incurred.repairs.get(*class))
            else {
                continue;
            };
            for (year, count) in years.iter().enumerate().filter(|(_, count)| **count > 0) {
                let began = SimTime::ZERO + YEAR.times(year as u64);
                account.book_loss(line, began, price.scaled(*count, 1));
            }
        }
    }

    /// Fines, once for each outage or loss that goes too far.
    pub(super) fn charge_fines(&self, tally: &TrialTally, account: &mut CostTally) {
        for fine in &self.prices.fines {
            match fine.when {
                Offence::Down(service, limit) => {
                    let Some(line) = self.line(CostItem::DownFines(service)) else { continue };
                    let guilty = |outage: &&TallyEvent| outage.service == service && outage.length > limit;
                    for outage in outages(tally).filter(guilty) {
                        account.book_loss(line, outage.began, fine.amount);
                    }
                }
                Offence::Lost(dataset, limit) => {
                    let Some(line) = self.line(CostItem::LossFines(dataset)) else { continue };
                    let guilty = |loss: &&DataLoss| loss.dataset == dataset && loss.bytes > limit.get() as f64;
                    for loss in tally.incurred.losses.iter().filter(guilty) {
                        account.book_loss(line, loss.at, fine.amount);
                    }
                }
            }
        }
    }
}

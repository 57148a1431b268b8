//! Credits to customers: each full calendar month owes the share of the lowest bound that its availability stays below.

use super::{CostTally, Pricing};
use crate::model::{CostItem, Sla};
use crate::quantity::{Probability, Span};
use crate::simulation::{EventKind, TallyEvent, TrialTally};

/// Share of the charges that a month of a length owes after so much time down. Bounds are half-open: whoever keeps one to the microsecond stays above it.
fn owed(sla: &Sla, length: Span, down: Span) -> Probability {
    let below = |bound: Probability| {
        let allowed = libm::rint(bound.complement().get() * length.as_microseconds() as f64);
        down.as_microseconds() as f64 > allowed
    };
    sla.bands.iter().rev().find(|(bound, _)| below(*bound)).map_or(Probability::ZERO, |(_, credit)| *credit)
}

impl Pricing {
    /// The full months of a trial, one by one; a month that was never down is skipped.
    pub(super) fn charge_credits(&self, tally: &TrialTally, account: &mut CostTally) {
        for sla in &self.prices.slas {
            let Some(line) = self.line(CostItem::Credits(sla.service)) else { continue };
            let of = |event: &&TallyEvent| event.service == sla.service && event.kind == EventKind::Outage;
            // In the order in which they ended, which is that in which they began: a service has one outage at a time.
            let mut outages = tally.events.iter().filter(of).peekable();
            for month in sla.months.windows(2) {
                let [begin, end] = [month[0], month[1]];
                let mut down = Span::ZERO;
                while let Some(outage) = outages.peek() {
                    let over = outage.began + outage.length;
                    down += over.min(end).since(outage.began.max(begin));
                    if over > end {
                        break; // it goes on into the next month
                    }
                    outages.next();
                }
                let share = owed(sla, end - begin, down);
                if share > Probability::ZERO {
                    let credit = sla.charges.times(share.get());
                    account.credits += credit;
                    account.book_loss(line, begin, credit);
                }
            }
        }
    }
}

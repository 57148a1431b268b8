//! Which year of a trial a cost belongs to.

use super::CostTally;
use crate::quantity::{Money, SimTime, Span};
use crate::simulation::YEAR;

/// What one whole year of a trial cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct YearlyCost {
    /// Paid whatever happens: an even share of the trial's.
    pub running: Money,
    /// Brought about by what began in that year.
    pub loss: Money,
}

/// A sum that is looked at year by year.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Yearly {
    /// What is paid whatever happens.
    Running,
    /// What incidents bring about.
    Loss,
    /// Both.
    Total,
}

impl Yearly {
    /// All of them, at their positions.
    pub const ALL: [Self; 3] = [Self::Running, Self::Loss, Self::Total];
}

impl YearlyCost {
    /// One of its sums.
    #[must_use]
    pub fn of(self, which: Yearly) -> Money {
        match which {
            Yearly::Running => self.running,
            Yearly::Loss => self.loss,
            Yearly::Total => self.running + self.loss,
        }
    }
}

/// Number of whole years in a trial.
pub(super) const fn whole(horizon: Span) -> usize {
    (horizon.as_microseconds() / YEAR.as_microseconds()) as usize
}

/// The even share of a year in what a whole trial cost.
pub(super) fn per_year(amount: Money, horizon: Span) -> Money {
    amount.scaled(YEAR.as_microseconds(), horizon.as_microseconds())
}

impl CostTally {
    /// Charges what an incident brought about that began at a moment; a year that the trial does not finish counts in the sums alone.
    pub(super) fn book_loss(&mut self, line: usize, began: SimTime, amount: Money) {
        self.items[line] += amount;
        self.loss += amount;
        let year = (began.as_microseconds() / YEAR.as_microseconds()) as usize;
        if let Some(year) = self.by_year.get_mut(year) {
            year.loss += amount;
        }
    }
}

//! The drilled threat struck many times with every time drawn: distributions instead of one walk.

use super::{Affected, Event, Walk, play, quiet, strike};
use crate::model::{Scenario, Subject};
use crate::quantity::Span;
use rayon::prelude::*;

/// A sample in order, seconds.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Spread {
    sorted: Vec<f64>,
}

impl Spread {
    /// Of values in any order.
    ///
    /// ```
    /// use drsim::study::drill::Spread;
    /// let spread = Spread::new(vec![3.0, 1.0, 2.0]);
    /// assert_eq!((spread.quantile(0.5), spread.mean(), spread.len()), (Some(2.0), Some(2.0), 3));
    /// ```
    #[must_use]
    pub fn new(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self { sorted: values }
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.sorted.len()
    }

    /// True when there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// The least value that this share of them does not exceed, 0 to 1.
    #[must_use]
    pub fn quantile(&self, level: f64) -> Option<f64> {
        let nth = libm::ceil(level * self.sorted.len() as f64 - 1e-9).max(1.0) as usize;
        self.sorted.get(nth - 1).copied()
    }

    /// Their mean.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (!self.sorted.is_empty()).then(|| self.sorted.iter().sum::<f64>() / self.sorted.len() as f64)
    }
}

/// What many drawn trials did to one service or dataset.
#[derive(Clone, PartialEq, Debug)]
pub struct DrawnSubject {
    /// Which.
    pub subject: Subject,
    /// Recovery times, the worst of each trial that touched it and brought it back.
    pub recovery: Spread,
    /// Recovery points of the trials that left one.
    pub point: Spread,
    /// Trials in which it was not back at the end, or for good.
    pub open: u64,
    /// Trials in which the RTO, the RPO and the MTD were kept, and trials in which they were judged.
    pub kept: [(u64, u64); 3],
}

/// Distributions over drawn trials.
#[derive(Clone, PartialEq, Debug)]
pub struct Drawn {
    /// Trials.
    pub trials: u64,
    /// Every service, then every dataset.
    pub subjects: Vec<DrawnSubject>,
}

/// Strikes `trials` times at the same moment with the laws of the scenario; everything but the drilled threat stays away. The walk returned is the
/// median trial by its longest recovery.
///
/// # Errors
/// Threads cannot be started.
pub fn drawn(scenario: &Scenario, event: Event, trials: u64, threads: usize) -> Result<(Drawn, Walk), String> {
    let mut drilled = scenario.clone();
    quiet(&mut drilled);
    strike(&mut drilled, event.threat, event.strike);
    let drilled = &drilled;
    let all: Vec<(Option<Span>, Vec<Affected>)> = super::sweep::parallel(threads, || {
        (0..trials).into_par_iter().map(|trial| longest(play(drilled, event, trial).affected)).collect()
    })?;
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|nth| (all[*nth].0, *nth));
    let median = order.get(order.len().saturating_sub(1) / 2).copied().unwrap_or(0);
    let of = |nth: usize| {
        let own = || all.iter().map(move |(_, affected)| &affected[nth]);
        let back = own().filter_map(Affected::worst).filter(|it| !it.open).map(|it| it.time.as_seconds());
        let points = own().filter_map(|it| it.point).map(|(age, _)| age.as_seconds());
        let open = own().filter(|it| it.gone || it.worst().is_some_and(|worst| worst.open)).count() as u64;
        let kept = [super::Promise::Rto, super::Promise::Rpo, super::Promise::Mtd].map(|promise| {
            let ratings = || own().flat_map(|it| &it.ratings).filter(move |it| it.promise == promise);
            let judged = ratings().filter(|it| it.promised.is_some());
            let kept = judged.clone().filter(|it| it.light != super::Light::Red).count();
            (kept as u64, judged.count() as u64)
        });
        DrawnSubject {
            subject: all[0].1[nth].subject,
            recovery: Spread::new(back.collect()),
            point: Spread::new(points.collect()),
            open,
            kept,
        }
    };
    let subjects = all.first().map_or(0, |(_, affected)| affected.len());
    let drawn = Drawn { trials, subjects: (0..subjects).map(of).collect() };
    Ok((drawn, play(drilled, event, median as u64)))
}

/// The longest recovery of a trial; one that is open counts as longest of all.
fn longest(affected: Vec<Affected>) -> (Option<Span>, Vec<Affected>) {
    let times = affected.iter().filter_map(Affected::worst);
    let longest = times.map(|it| if it.open { Span::MAX } else { it.time }).max();
    (longest, affected)
}

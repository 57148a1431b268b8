//! How a metric is taken from a trial, summed over trials and turned into an estimate.

use super::About;
use crate::cost::Yearly;
use crate::estimate::{Basis, Estimate, Moments, Quantiles, RatioMoments, mean, proportion, ratio, rule_of_three};
use crate::model::Phase;
use crate::quantity::{SECONDS_PER_YEAR, Span};
use crate::simulation::EventTotals;
use serde::{Deserialize, Serialize};

/// A metric of subjects whose trial leaves a `T`.
#[derive(Debug)]
pub struct Metric<T: 'static> {
    /// Its public face.
    pub about: About,
    /// How it is measured.
    pub sample: Sample<T>,
}

/// How a share is shown. What is summed is always the bad share: small, so that no digit is lost to a one in front of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shown {
    /// As it is.
    Plain,
    /// One minus it.
    Complement,
    /// In seconds per year of 365.25 days.
    SecondsPerYear,
}

/// Which lengths a distribution is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lengths {
    /// Outages, planned or not.
    Outages,
    /// Recoveries from unplanned outages, all disruptions together.
    Recoveries,
    /// Detections.
    Detections,
    /// Catching up with work after an outage.
    CatchUps,
    /// Ages of the points that came back after a loss of data.
    Points,
    /// One phase of the recoveries from losses of data.
    Phase(Phase),
    /// Not lengths but amounts: what each whole year of a trial cost.
    Years(Yearly),
}

/// What an amount refers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Of {
    /// The amount that there is: a share, which several losses in one trial can carry beyond 1.
    Whole,
    /// A trial.
    Trial,
}

/// What one trial contributes.
#[derive(Clone, Copy, Debug)]
pub enum Sample<T: 'static> {
    /// Share of the trial's time, 0 to 1; mean over trials.
    Share(fn(&T) -> f64, Shown),
    /// Number of events in the trial; shown per year.
    Events(fn(&T) -> f64),
    /// Any number; mean over trials.
    Mean(fn(&T) -> f64),
    /// Whether it happened in the trial; share of trials.
    Proportion(fn(&T) -> bool, Shown),
    /// A part and its whole; sum over sum, between 0 and 1.
    Part(fn(&T) -> (f64, f64), Shown),
    /// Time and number of events that it is divided among; sum over sum, in seconds.
    PerEvent(fn(&T) -> (f64, f64)),
    /// Time at risk and the number of events that ended it; sum over sum, in seconds. Without an event at least a third of all that time.
    TimeTo(fn(&T) -> (f64, f64)),
    /// An amount that is lost and the one that there is; sum over sum or over trials. Without a loss at most three trials lose all.
    Lost(fn(&T) -> (f64, f64), Of),
    /// Any two amounts; sum over sum, which may exceed 1.
    Ratio(fn(&T) -> (f64, f64)),
    /// Events with a length; mean and quantiles over events, in seconds.
    Length(fn(&T) -> EventTotals, Lengths),
    /// Smallest value over all trials.
    Least(fn(&T) -> f64),
    /// An amount per year of the trial; mean over trials, quantiles over single years.
    Yearly(fn(&T) -> f64, Yearly),
}

/// Sums of one metric over trials.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum Sums {
    /// Of a value per trial.
    Mean(Moments),
    /// Of a pair per trial.
    Ratio(RatioMoments),
    /// Of trials in which it happened.
    Proportion {
        /// Trials in which it happened.
        hits: u64,
        /// Trials.
        n: u64,
    },
    /// The smallest value so far.
    Least {
        /// The value; `None` before the first trial.
        value: Option<f64>,
        /// Trials.
        n: u64,
    },
}

impl Sums {
    /// Appends the trials of `later`; sums of different metrics do not mix, and the later is then ignored.
    pub fn merge(&mut self, later: &Self) {
        match (self, later) {
            (Self::Mean(sums), Self::Mean(later)) => sums.merge(later),
            (Self::Ratio(sums), Self::Ratio(later)) => sums.merge(later),
            (Self::Proportion { hits, n }, Self::Proportion { hits: more, n: trials }) => {
                *hits += more;
                *n += trials;
            }
            (Self::Least { value, n }, Self::Least { value: other, n: trials }) => {
                *value = value.iter().chain(other).copied().reduce(f64::min);
                *n += trials;
            }
            (sums, later) => debug_assert!(false, "{later:?} does not belong to {sums:?}"),
        }
    }
}

impl<T> Sample<T> {
    /// Sums over no trial.
    #[must_use]
    pub fn start(&self) -> Sums {
        match self {
            Self::Share(..) | Self::Events(_) | Self::Mean(_) | Self::Yearly(..) => Sums::Mean(Moments::default()),
            Self::Part(..)
            | Self::PerEvent(_)
            | Self::TimeTo(_)
            | Self::Lost(..)
            | Self::Ratio(_)
            | Self::Length(..) => Sums::Ratio(RatioMoments::default()),
            Self::Proportion(..) => Sums::Proportion { hits: 0, n: 0 },
            Self::Least(_) => Sums::Least { value: None, n: 0 },
        }
    }

    /// Adds one trial to sums made by [`Sample::start`] of the same metric.
    #[inline]
    pub fn add(&self, sums: &mut Sums, tally: &T) {
        match (self, sums) {
            (
                Self::Share(value, _) | Self::Events(value) | Self::Mean(value) | Self::Yearly(value, _),
                Sums::Mean(moments),
            ) => {
                moments.add(value(tally));
            }
            (
                Self::Part(pair, _)
                | Self::PerEvent(pair)
                | Self::TimeTo(pair)
                | Self::Lost(pair, _)
                | Self::Ratio(pair),
                Sums::Ratio(moments),
            ) => {
                let (x, y) = pair(tally);
                moments.add(x, y);
            }
            (Self::Length(totals, _), Sums::Ratio(moments)) => {
                let totals = totals(tally);
                moments.add(totals.sum.as_seconds(), totals.count as f64);
            }
            (Self::Proportion(happened, _), Sums::Proportion { hits, n }) => {
                *hits += u64::from(happened(tally));
                *n += 1;
            }
            (Self::Least(value), Sums::Least { value: least, n }) => {
                let value = value(tally);
                *least = Some(least.map_or(value, |least| least.min(value)));
                *n += 1;
            }
            (_, sums) => debug_assert!(false, "{sums:?} belong to another metric"),
        }
    }

    /// The lengths that the metric is a distribution of, if it is one.
    #[must_use]
    pub const fn lengths(&self) -> Option<Lengths> {
        match self {
            Self::Length(_, lengths) => Some(*lengths),
            Self::Yearly(_, which) => Some(Lengths::Years(*which)),
            Self::Share(..)
            | Self::Events(_)
            | Self::Mean(_)
            | Self::Proportion(..)
            | Self::Part(..)
            | Self::PerEvent(_)
            | Self::TimeTo(_)
            | Self::Lost(..)
            | Self::Ratio(_)
            | Self::Least(_) => None,
        }
    }

    /// The value that the metric has when what it counts never happens, for shares, probabilities and rates.
    #[must_use]
    pub const fn edge(&self) -> Option<f64> {
        match self {
            Self::Share(_, Shown::Complement)
            | Self::Part(_, Shown::Complement)
            | Self::Proportion(_, Shown::Complement) => Some(1.0),
            Self::Share(..)
            | Self::Part(..)
            | Self::Events(_)
            | Self::Proportion(..)
            | Self::Lost(..)
            | Self::Yearly(_, Yearly::Loss) => Some(0.0),
            Self::Yearly(_, Yearly::Running | Yearly::Total)
            | Self::Mean(_)
            | Self::PerEvent(_)
            | Self::TimeTo(_)
            | Self::Ratio(_)
            | Self::Length(..)
            | Self::Least(_) => None,
        }
    }

    /// The estimate that the sums give for trials of length `horizon`; `quantiles` are those of the metric's lengths, if it has any.
    #[must_use]
    pub fn estimate(&self, sums: &Sums, horizon: Span, quantiles: Option<Quantiles>) -> Estimate {
        match (self, sums) {
            (Self::Share(_, shown), Sums::Mean(moments)) => {
                let never = moments.sum == 0.0;
                show(bounded(mean(moments, (0.0, 1.0)), never, moments.n), *shown)
            }
            (Self::Events(_), Sums::Mean(moments)) => {
                let years = horizon.as_years();
                let count = mean(moments, (0.0, f64::INFINITY));
                // Seen in no trial: as a Poisson count, at most three in all.
                scaled(bounded(count, moments.sum == 0.0, moments.n), 0.0, 1.0 / years)
            }
            (Self::Mean(_), Sums::Mean(moments)) => mean(moments, (f64::NEG_INFINITY, f64::INFINITY)),
            (Self::Yearly(_, which), Sums::Mean(moments)) => {
                let amount = Estimate { quantiles, ..mean(moments, (0.0, f64::INFINITY)) };
                // What was never lost may still be: how much is anybody's guess, so there is no interval.
                let never = *which == Yearly::Loss && moments.n > 0 && moments.sum == 0.0;
                if never { Estimate { high: None, std_error: None, basis: Basis::Bound, ..amount } } else { amount }
            }
            (Self::Part(_, shown), Sums::Ratio(moments)) => {
                show(bounded(ratio(moments, (0.0, 1.0)), moments.x == 0.0, moments.clusters), *shown)
            }
            (Self::PerEvent(_), Sums::Ratio(moments)) => per_event(moments, None),
            (Self::TimeTo(_), Sums::Ratio(moments)) => time_to(moments),
            (Self::Lost(_, of), Sums::Ratio(moments)) => lost(moments, *of),
            (Self::Ratio(_), Sums::Ratio(moments)) => ratio(moments, (0.0, f64::INFINITY)),
            (Self::Length(..), Sums::Ratio(moments)) => per_event(moments, quantiles),
            (Self::Proportion(_, shown), Sums::Proportion { hits, n }) => show(proportion(*hits, *n), *shown),
            (Self::Least(_), Sums::Least { value, n }) => match value {
                Some(_) => Estimate { point: *value, n: *n, basis: Basis::Extreme, ..Estimate::NOTHING },
                None => Estimate::NOTHING,
            },
            (_, sums) => {
                debug_assert!(false, "{sums:?} belong to another metric");
                Estimate::NOTHING
            }
        }
    }
}

/// Replaces the interval of something never seen by the bound that the trials support.
fn bounded(estimate: Estimate, never: bool, n: u64) -> Estimate {
    if !never || estimate.point.is_none() {
        return estimate;
    }
    let high = Some(rule_of_three(n));
    Estimate { point: Some(0.0), low: Some(0.0), high, std_error: None, basis: Basis::Bound, ..estimate }
}

fn per_event(moments: &RatioMoments, quantiles: Option<Quantiles>) -> Estimate {
    Estimate { n: moments.y as u64, quantiles, ..ratio(moments, (0.0, f64::INFINITY)) }
}

/// Without an event: a Poisson process that stays silent for so long has, at 95 %, a mean time of at least a third of that. There is no point then.
fn time_to(moments: &RatioMoments) -> Estimate {
    if moments.y > 0.0 || moments.x <= 0.0 {
        return per_event(moments, None);
    }
    Estimate { low: Some(moments.x / 3.0), basis: Basis::Bound, ..Estimate::NOTHING }
}

fn lost(moments: &RatioMoments, of: Of) -> Estimate {
    let whole = bounded(ratio(moments, (0.0, f64::INFINITY)), moments.x == 0.0, moments.clusters);
    match of {
        Of::Whole => whole,
        // What there is does not depend on chance: no scatter of its own.
        Of::Trial => scaled(whole, 0.0, moments.y / moments.n.max(1) as f64),
    }
}

fn show(estimate: Estimate, shown: Shown) -> Estimate {
    match shown {
        Shown::Plain => estimate,
        Shown::Complement => scaled(estimate, 1.0, -1.0),
        Shown::SecondsPerYear => scaled(estimate, 0.0, SECONDS_PER_YEAR),
    }
}

/// `offset + scale * value`, ends swapped when the scale is negative.
fn scaled(estimate: Estimate, offset: f64, scale: f64) -> Estimate {
    let at = |value: Option<f64>| value.map(|value| offset + scale * value);
    let (low, high) = (at(estimate.low), at(estimate.high));
    let (low, high) = if scale < 0.0 { (high, low) } else { (low, high) };
    let std_error = estimate.std_error.map(|error| error * scale.abs());
    Estimate { point: at(estimate.point), low, high, std_error, ..estimate }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: Span = Span::from_microseconds(31_557_600_000_000);

    fn estimate<T>(sample: &Sample<T>, trials: &[T]) -> Estimate {
        let mut sums = sample.start();
        for trial in trials {
            sample.add(&mut sums, trial);
        }
        sample.estimate(&sums, YEAR, None)
    }

    #[test]
    fn nothing_seen_supports_no_more_nines_than_three_in_n() {
        let availability = estimate(&Sample::Share(|&down: &f64| down, Shown::Complement), &vec![0.0; 3000]);
        assert_eq!((availability.point, availability.low), (Some(1.0), Some(0.999)));
        assert_eq!((availability.basis, availability.std_error), (Basis::Bound, None));
        let rate = estimate(&Sample::Events(|&count: &f64| count), &vec![0.0; 300]);
        assert_eq!((rate.point, rate.high), (Some(0.0), Some(0.01)));
        let judged: Vec<(f64, f64)> = (0..100).map(|trial| (0.0, f64::from(trial % 2) * 4.0)).collect();
        let met = estimate(&Sample::Part(|&pair: &(f64, f64)| pair, Shown::Complement), &judged);
        assert_eq!((met.point, met.low), (Some(1.0), Some(0.94)), "half of the trials had nothing to judge");
    }

    #[test]
    fn complement_keeps_error_and_swaps_ends() {
        let down = [0.1, 0.2, 0.3, 0.2];
        let bad = estimate(&Sample::Share(|&down: &f64| down, Shown::Plain), &down);
        let good = estimate(&Sample::Share(|&down: &f64| down, Shown::Complement), &down);
        assert_eq!(good.std_error, bad.std_error);
        assert_eq!((good.low, good.high), (bad.high.map(|high| 1.0 - high), bad.low.map(|low| 1.0 - low)));
        let yearly = estimate(&Sample::Share(|&down: &f64| down, Shown::SecondsPerYear), &down);
        assert!((yearly.point.unwrap() - 0.2 * SECONDS_PER_YEAR).abs() < 1e-6);
    }

    #[test]
    fn lengths_count_events_not_trials() {
        let totals = |count, seconds| EventTotals { count, sum: Span::from_seconds(seconds), longest: Span::ZERO };
        let sample = Sample::Length(|totals: &EventTotals| *totals, Lengths::Outages);
        let outage = estimate(&sample, &[totals(2, 30.0), totals(0, 0.0), totals(1, 60.0)]);
        assert_eq!((outage.point, outage.n), (Some(30.0), 3));
        assert_eq!(estimate(&sample, &[totals(0, 0.0)]), Estimate::NOTHING);
    }

    #[test]
    fn what_was_never_lost_lasts_at_least_a_third_of_the_time_seen() {
        let sample = Sample::TimeTo(|&pair: &(f64, f64)| pair);
        let never = estimate(&sample, &vec![(10.0, 0.0); 300]);
        assert_eq!((never.point, never.low, never.high, never.basis), (None, Some(1000.0), None, Basis::Bound));
        let seen = estimate(&sample, &[(10.0, 1.0), (4.0, 1.0), (10.0, 0.0)]);
        assert_eq!((seen.point, seen.n, seen.basis), (Some(12.0), 2, Basis::Interval));
        assert_eq!(estimate(&sample, &[]), Estimate::NOTHING);
    }

    #[test]
    fn losses_are_counted_per_byte_and_per_trial() {
        let pairs = [(0.0, 8.0), (16.0, 8.0), (0.0, 8.0), (0.0, 8.0)];
        let of = |of| Sample::Lost(|&pair: &(f64, f64)| pair, of);
        let (share, amount) = (estimate(&of(Of::Whole), &pairs), estimate(&of(Of::Trial), &pairs));
        assert_eq!((share.point, amount.point), (Some(0.5), Some(4.0)));
        // By hand: 0 and 16 bytes have a variance of 64 between four trials, so the mean has an error of 4.
        assert!((amount.std_error.unwrap() - 4.0).abs() < 1e-12, "{amount:?}");
        assert!(share.high.unwrap() > 1.0, "several losses can add up to more than there is at a time");
        let never = vec![(0.0, 8.0); 300];
        let (share, amount) = (estimate(&of(Of::Whole), &never), estimate(&of(Of::Trial), &never));
        assert_eq!((share.high, amount.high, amount.basis), (Some(0.01), Some(0.08), Basis::Bound));
    }

    #[test]
    fn durability_has_no_more_nines_than_the_trials_support() {
        let sample = Sample::Proportion(|&lost: &bool| lost, Shown::Complement);
        let never = estimate(&sample, &vec![false; 3000]);
        assert_eq!((never.point, never.low, never.basis), (Some(1.0), Some(0.999), Basis::Bound));
        let once: Vec<bool> = (0..3000).map(|trial| trial == 7).collect();
        let (kept, lost) = (estimate(&sample, &once), proportion(1, 3000));
        assert_eq!(kept.point, Some(1.0 - 1.0 / 3000.0));
        assert_eq!(kept.low, lost.high.map(|high| 1.0 - high));
    }

    #[test]
    fn extremes_carry_no_interval() {
        let least = estimate(&Sample::Least(|&degree: &f64| degree), &[3.0, 1.0, 2.0]);
        assert_eq!((least.point, least.low, least.basis), (Some(1.0), None, Basis::Extreme));
    }
}

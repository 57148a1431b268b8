//! The event struck at every moment of the backup cycle.

use super::{Affected, At, Event, fixed, walk};
use crate::model::{Scenario, Subject, ThreatId};
use crate::quantity::{SimTime, Span};
use crate::simulation::{DataHappening, Happening, Simulator};
use rayon::prelude::*;

/// Grid points of a sweep, before and after those at the borders of jobs.
const GRID: u64 = 168;
/// Most moments; beyond, every so many of the borders of jobs are left out.
const MOST: usize = 1_500;
const DAY: f64 = 86_400.0;

/// One moment of striking and what came of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Moment {
    /// When it struck.
    pub strike: SimTime,
    /// By subject: worst recovery time, `None` when it was not touched.
    pub recovery: Vec<Option<Span>>,
    /// By subject: true when it was not back at the end.
    pub open: Vec<bool>,
    /// By subject: age of the data that came back.
    pub point: Vec<Option<Span>>,
    /// By subject: bytes lost for good.
    pub lost_bytes: Vec<f64>,
}

/// Best, mean and worst over a cycle, with the first moments of the best and the worst.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Extremes {
    /// Least.
    pub best: (Span, SimTime),
    /// Mean over time, seconds: straight lines between the moments.
    pub mean: f64,
    /// Most.
    pub worst: (Span, SimTime),
}

/// A whole cycle.
#[derive(Clone, PartialEq, Debug)]
pub struct Sweep {
    /// Every service, then every dataset.
    pub subjects: Vec<Subject>,
    /// Moments in order.
    pub moments: Vec<Moment>,
    /// Its first moment and its length.
    pub cycle: (SimTime, Span),
}

impl Sweep {
    /// Recovery times of a subject over the cycle; `None` when it is touched at no moment.
    #[must_use]
    pub fn recovery(&self, nth: usize) -> Option<Extremes> {
        extremes(&self.moments, |moment| moment.recovery[nth])
    }

    /// Recovery points of a subject over the cycle; `None` when none came back at any moment.
    #[must_use]
    pub fn point(&self, nth: usize) -> Option<Extremes> {
        extremes(&self.moments, |moment| moment.point[nth])
    }

    /// The worst moment: most subjects not back, then the oldest point, then the longest recovery; the first of equals.
    #[must_use]
    pub fn worst(&self) -> Option<SimTime> {
        self.moments.iter().rev().max_by_key(|moment| rank(moment)).map(|moment| moment.strike)
    }

    /// The best moment, by the same order.
    #[must_use]
    pub fn best(&self) -> Option<SimTime> {
        self.moments.iter().min_by_key(|moment| rank(moment)).map(|moment| moment.strike)
    }
}

fn rank(moment: &Moment) -> (usize, Option<Span>, Option<Span>) {
    let open = moment.open.iter().filter(|open| **open).count();
    (open, moment.point.iter().flatten().max().copied(), moment.recovery.iter().flatten().max().copied())
}

/// Best, mean over time and worst of what the moments say; where a subject is not touched it counts as zero for the mean.
fn extremes(moments: &[Moment], of: impl Fn(&Moment) -> Option<Span>) -> Option<Extremes> {
    let known = || moments.iter().filter_map(|moment| Some((of(moment)?, moment.strike)));
    let best = known().min_by_key(|(value, at)| (*value, *at))?;
    let worst = known().max_by_key(|(value, at)| (*value, std::cmp::Reverse(*at)))?;
    let value = |moment: &Moment| of(moment).map_or(0.0, Span::as_seconds);
    let (mut area, mut length) = (0.0, 0.0);
    for pair in moments.windows(2) {
        let passed = pair[1].strike.since(pair[0].strike).as_seconds();
        area += passed * f64::midpoint(value(&pair[0]), value(&pair[1]));
        length += passed;
    }
    let mean = if length > 0.0 { area / length } else { best.0.as_seconds() };
    Some(Extremes { best, mean, worst })
}

/// The cycle to sweep: as long as the longest interval between jobs of a backup, a week at least and a month of 30.4375 days at most. It begins
/// at a midnight by which the first such interval is over, as far as the horizon has room.
#[must_use]
pub fn cycle(scenario: &Scenario) -> (SimTime, Span) {
    let jobs = scenario.backups.iter().flat_map(|backup| &backup.jobs);
    let gaps = jobs.flat_map(|job| job.starts.windows(2).map(|pair| pair[1].since(pair[0])));
    let longest = gaps.max().unwrap_or_default().as_seconds();
    let length = longest.clamp(7.0 * DAY, 30.4375 * DAY).min(scenario.horizon.as_seconds() / 2.0);
    let warm = scenario.start.time().duration_until(jiff::civil::Time::MIN).as_secs_f64().rem_euclid(DAY);
    let midnights = libm::ceil((longest.max(length) * 1.25 - warm) / DAY).max(0.0);
    let latest = (scenario.horizon.as_seconds() - length).max(0.0);
    let begins = (warm + midnights * DAY).min(latest);
    (SimTime::ZERO + Span::from_seconds(begins), Span::from_seconds(length))
}

/// Moments to strike at: a grid, and a second before and after the start and the end of every job.
#[must_use]
pub fn moments(scenario: &Scenario, fixed: &Scenario) -> Vec<SimTime> {
    let (begins, length) = cycle(scenario);
    let end = begins + length;
    let within = |at: &SimTime| *at >= begins && *at <= end;
    let second = Span::from_seconds(1.0);
    let around =
        |at: SimTime| [SimTime::from_microseconds(at.as_microseconds().saturating_sub(1_000_000)), at + second];
    let starts = scenario.backups.iter().flat_map(|backup| &backup.jobs).flat_map(|job| job.starts.iter().copied());
    let mut borders: Vec<SimTime> = starts.chain(ends(fixed, begins, end)).filter(within).collect();
    borders.sort_unstable();
    borders.dedup();
    let every = (borders.len() * 2).div_ceil(MOST).max(1);
    let mut moments: Vec<SimTime> = borders.into_iter().step_by(every).flat_map(around).filter(within).collect();
    let step = length.as_microseconds() / GRID;
    moments.extend((0..=GRID).map(|nth| begins + Span::from_microseconds(step * nth)));
    moments.retain(|at| *at < SimTime::ZERO + scenario.horizon);
    moments.sort_unstable();
    moments.dedup();
    moments
}

/// Ends of jobs while nothing happens.
fn ends(fixed: &Scenario, from: SimTime, until: SimTime) -> Vec<SimTime> {
    if fixed.backups.is_empty() {
        return Vec::new();
    }
    let mut calm = fixed.clone();
    for threat in &mut calm.threats {
        threat.occurs = crate::model::Occurs::Triggered;
    }
    calm.horizon = calm.horizon.min(until.since(SimTime::ZERO));
    let (_, trace) = Simulator::new(&calm).run_traced_from(calm.seed, 0, from);
    let done = trace.entries.iter().filter(|entry| matches!(entry.what, Happening::Data(DataHappening::JobDone(..))));
    done.map(|entry| entry.at).collect()
}

/// Strikes at every moment of the cycle, all times at the median.
///
/// # Errors
/// Threads cannot be started.
pub fn sweep(scenario: &Scenario, threat: ThreatId, threads: usize) -> Result<Sweep, String> {
    let certain = fixed(scenario, At::Median);
    let moments = moments(scenario, &certain);
    let certain = &certain;
    let found: Vec<Vec<Affected>> = parallel(threads, || {
        moments.par_iter().map(|strike| walk(certain, Event { threat, strike: *strike }).affected).collect()
    })?;
    let subjects = found.first().map_or_else(Vec::new, |first| first.iter().map(|it| it.subject).collect());
    let told = |(strike, affected): (SimTime, Vec<Affected>)| Moment {
        strike,
        recovery: affected.iter().map(|it| it.worst().map(|worst| worst.time)).collect(),
        open: affected.iter().map(|it| it.gone || it.worst().is_some_and(|worst| worst.open)).collect(),
        point: affected.iter().map(|it| it.point.map(|(age, _)| age)).collect(),
        lost_bytes: affected.iter().map(|it| it.lost_bytes).collect(),
    };
    let moments = moments.iter().copied().zip(found).map(told).collect();
    Ok(Sweep { subjects, moments, cycle: cycle(scenario) })
}

/// Runs something on so many threads.
pub(super) fn parallel<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> Result<T, String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build();
    Ok(pool.map_err(|error| format!("cannot start {threads} threads: {error}"))?.install(run))
}

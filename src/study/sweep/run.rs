//! Runs the designs that are still to be run.

use super::row::{Interval, Measure, Ran, Row, Status};
use super::watched::{Watched, objectives};
use super::{Choice, Job};
use crate::analytic::Predictions;
use crate::montecarlo::{Outcomes, Paired, PairedPlan, Plan, Shape, run_paired};
use crate::study::design::Design;
use crate::study::simulate::{Worker, simulate};
use crate::study::{Findings, findings};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Designs per thread from which on they are run side by side, each by one thread; with fewer, the last ones would keep one thread waiting too long.
const MANY: usize = 4;

/// How a sweep ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Ended {
    /// Designs that are finished, in order.
    pub rows: Vec<Row>,
    /// True when these are all.
    pub whole: bool,
}

/// Runs what is not among `done`. `each` hears the designs that were finished together, in no fixed order and from any thread, and can end the sweep by
/// failing; `progress` hears how many trials of all designs have been run. When `cancel` is set, designs under way are finished and no other is begun.
///
/// The rows depend on designs, trials and seed alone.
///
/// # Errors
/// What `each` says, or threads cannot be started.
pub fn run(
    job: &Job,
    done: Vec<Row>,
    each: &(dyn Fn(&[Row]) -> Result<(), String> + Sync),
    progress: &(dyn Fn(u64) + Sync),
    cancel: &AtomicBool,
) -> Result<Ended, String> {
    let mut rows: BTreeMap<u64, Row> = done.into_iter().map(|row| (row.nth, row)).collect();
    let pending: Vec<Vec<u64>> =
        units(&job.choice).filter(|unit| !unit.iter().all(|nth| rows.contains_key(nth))).collect();
    let trials = AtomicU64::new(0);
    let count = |more: u64| progress(trials.fetch_add(more, Ordering::Relaxed) + more);
    let threads = job.threads.max(1);
    let aside = pending.len() >= MANY * threads;
    let (workers, within) = if aside { (threads, 1) } else { (1, threads) };
    let next = AtomicUsize::new(0);
    let finished: Mutex<Vec<Row>> = Mutex::new(Vec::new());
    let failed: Mutex<Option<String>> = Mutex::new(None);
    let work = || {
        while !cancel.load(Ordering::Relaxed) && lock(&failed).is_none() {
            let Some(unit) = pending.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            match job.unit(unit, within, &count).and_then(|rows| each(&rows).map(|()| rows)) {
                Ok(rows) => lock(&finished).extend(rows),
                Err(why) => *lock(&failed) = Some(why),
            }
        }
    };
    if workers == 1 {
        work();
    } else {
        std::thread::scope(|scope| {
            for _ in 1..workers {
                scope.spawn(work);
            }
            work();
        });
    }
    if let Some(why) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(why);
    }
    rows.extend(finished.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().map(|row| (row.nth, row)));
    let whole = rows.len() as u64 == job.choice.designs();
    Ok(Ended { rows: rows.into_values().collect(), whole })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Designs that are run together: each by itself, or one parameter's together, because they are compared with the scenario as written trial by trial.
fn units(choice: &Choice) -> Box<dyn Iterator<Item = Vec<u64>> + '_> {
    match choice {
        Choice::Grid(grid) => Box::new((0..grid.len()).map(|nth| vec![nth])),
        Choice::OneAtATime { axes, cases } => Box::new((0..axes.len()).map(move |axis| {
            let own = (1..).zip(cases).filter(move |(_, case)| case.0 == axis).map(|(nth, _)| nth);
            // The scenario as written is run with every parameter, and told once.
            (axis == 0).then_some(0).into_iter().chain(own).collect()
        })),
    }
}

impl Job {
    /// Designs that are still to be run, those that are run again beside others counted again: a measure of the time left.
    #[must_use]
    pub fn left(&self, done: &[Row]) -> u64 {
        let done: std::collections::BTreeSet<u64> = done.iter().map(|row| row.nth).collect();
        let open = units(&self.choice).filter(|unit| !unit.iter().all(|nth| done.contains(nth)));
        let again =
            |unit: &Vec<u64>| u64::from(matches!(self.choice, Choice::OneAtATime { .. }) && unit.first() != Some(&0));
        open.map(|unit| unit.len() as u64 + again(&unit)).sum()
    }

    fn unit(&self, unit: &[u64], threads: usize, count: &(dyn Fn(u64) + Sync)) -> Result<Vec<Row>, String> {
        match (&self.choice, unit) {
            (Choice::Grid(_), _) => unit.iter().map(|nth| self.alone(*nth, threads, count)).collect(),
            (Choice::OneAtATime { .. }, _) => self.beside(unit, threads, count),
        }
    }

    /// One design by itself.
    fn alone(&self, nth: u64, threads: usize, count: &(dyn Fn(u64) + Sync)) -> Result<Row, String> {
        let settings = self.choice.settings(nth);
        let values = settings.iter().map(|set| set.value.clone()).collect();
        let design = match self.designs.design(settings) {
            Ok(design) => design,
            Err(refused) => {
                count(self.trials);
                return Ok(Row { nth, settings: values, status: Status::Invalid { problem: refused.first() } });
            }
        };
        let plan = Plan::whole(self.trials, threads);
        let before = AtomicU64::new(0);
        // Trials of one design so far become more trials of all.
        let heard = |done: u64| {
            let last = before.fetch_max(done, Ordering::Relaxed);
            count(done.saturating_sub(last));
        };
        let outcomes = simulate(&design.scenario, self.seed, &plan, &heard, &AtomicBool::new(false));
        let outcomes = outcomes.map_err(|error| error.to_string())?;
        Ok(Row { nth, settings: values, status: Status::Ran(self.ran(&design, &outcomes, Vec::new())) })
    }

    /// The designs of one parameter beside the scenario as written, which is design 0.
    fn beside(&self, unit: &[u64], threads: usize, count: &(dyn Fn(u64) + Sync)) -> Result<Vec<Row>, String> {
        let mut rows = Vec::new();
        let base = self.designs.design(Vec::new()).map_err(|refused| refused.first())?;
        let mut designs: Vec<(u64, Design)> = vec![(0, base)];
        for &nth in unit.iter().filter(|nth| **nth > 0) {
            match self.designs.design(self.choice.settings(nth)) {
                Ok(design) => designs.push((nth, design)),
                Err(refused) => {
                    count(self.trials);
                    let settings = refused.settings.iter().map(|set| set.value.clone()).collect();
                    rows.push(Row { nth, settings, status: Status::Invalid { problem: refused.first() } });
                }
            }
        }
        // Only what every design has can be compared trial by trial.
        let compared: Vec<usize> = (0..self.watched.len())
            .filter(|metric| designs.iter().all(|(_, design)| self.watched[*metric].watch(&design.scenario).is_some()))
            .collect();
        let watches = |design: &Design| {
            compared.iter().filter_map(|metric| self.watched[*metric].watch(&design.scenario)).collect()
        };
        let paired: Vec<Paired> = designs
            .iter()
            .map(|(_, design)| Paired { shape: Shape::of(&design.scenario, self.seed), watches: watches(design) })
            .collect();
        let plan = PairedPlan { trials: self.trials, most: self.trials, threads };
        let before = AtomicU64::new(0);
        let heard = |done: u64| {
            let last = before.fetch_max(done, Ordering::Relaxed);
            count(done.saturating_sub(last) * designs.len() as u64);
        };
        let make = |nth: usize| Worker::new(&designs[nth].1.scenario, self.seed);
        let outcomes = run_paired(&paired, &plan, make, &|_| false, &heard, &AtomicBool::new(false));
        let outcomes = outcomes.map_err(|error| error.to_string())?;
        for (at, (nth, design)) in designs.iter().enumerate() {
            let difference = |metric: usize| {
                let row = compared.iter().position(|other| *other == metric)?;
                let (first, second) = (&outcomes.fold.own[0][row], &outcomes.fold.own[at][row]);
                let pairs = &outcomes.fold.pairs[at.checked_sub(1)?][row];
                let line = |nth: usize, sums| paired[nth].watches[row].line(sums, designs[nth].1.scenario.horizon);
                let found = pairs.difference(first, second, [line(0, first), line(at, second)])?;
                let (low, high) = (found.low.unwrap_or(found.point), found.high.unwrap_or(found.point));
                [found.point, low, high].iter().all(|end| end.is_finite()).then_some(Interval {
                    point: found.point,
                    low,
                    high,
                })
            };
            let differences = if at == 0 { Vec::new() } else { (0..self.watched.len()).map(difference).collect() };
            if at > 0 || unit.contains(&0) {
                let settings = design.settings.iter().map(|set| set.value.clone()).collect();
                let status = Status::Ran(self.ran(design, &outcomes.designs[at], differences));
                rows.push(Row { nth: *nth, settings, status });
            }
        }
        rows.sort_by_key(|row| row.nth);
        Ok(rows)
    }

    fn ran(&self, design: &Design, outcomes: &Outcomes, differences: Vec<Option<Interval>>) -> Ran {
        let found: Findings =
            findings(std::sync::Arc::clone(&design.scenario), outcomes, &Predictions::default(), Vec::new());
        let measures: Vec<Measure> = self.watched.iter().map(|watched: &Watched| watched.measure(&found)).collect();
        Ran { hash: design.scenario.hash.clone(), measures, differences, objectives: objectives(&found) }
    }
}

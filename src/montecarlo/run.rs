//! Trials on all cores, added up as if by one.

use super::outcomes::{Outcomes, Prefix, Stopped, Subtree};
use super::{BLOCK, Counts, Fold, PIECE, Shape};
use crate::cost::{CostTally, Pricing};
use crate::estimate::Estimate;
use crate::id::Id as _;
use crate::metric::{COST_METRICS, DATASET_METRICS, DOMAIN_METRICS, SCENARIO_METRICS, SERVICE_METRICS, Sums, position};
use crate::model::{DomainId, ServiceId, Subject};
use crate::simulation::TrialTally;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Fewest blocks before a stopping rule is looked at.
pub(super) const FEWEST_BLOCKS: u64 = 4;

/// One worker's workspace: runs trials one after the other.
pub trait TrialRunner: Send {
    /// Runs a trial from its number alone; what it leaves is valid until the next.
    fn run(&mut self, trial: u64) -> &TrialTally;
}

/// When to stop before all trials are run.
#[derive(Clone, PartialEq, Debug)]
pub struct Until {
    /// Whose metric.
    pub subject: Subject,
    /// Key of the metric.
    pub metric: String,
    /// Half of the 95 % interval over the point estimate that is enough.
    pub relative_half_width: f64,
    /// Most trials.
    pub cap: u64,
}

/// Which trials to run, and on how many threads.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// Trials of the whole study; with a stopping rule the fewest.
    pub trials: u64,
    /// Blocks to run, of those that the study has; `None` is all.
    pub blocks: Option<Range<u64>>,
    /// Worker threads, at least 1.
    pub threads: usize,
    /// Stopping rule, looked at after every block from the fourth on.
    pub until: Option<Until>,
}

impl Plan {
    /// All of `trials` trials.
    #[must_use]
    pub const fn whole(trials: u64, threads: usize) -> Self {
        Self { trials, blocks: None, threads, until: None }
    }

    /// Shard `index` (1 to `of`) of a study of `trials` trials: whole blocks, as even as they go.
    ///
    /// ```
    /// use drsim::montecarlo::Plan;
    /// assert_eq!(Plan::shard(5000, 1, 2, 4).blocks, Some(0..2));
    /// assert_eq!(Plan::shard(5000, 2, 2, 4).blocks, Some(2..5));
    /// ```
    #[must_use]
    pub fn shard(trials: u64, index: u64, of: u64, threads: usize) -> Self {
        let (blocks, of) = (trials.div_ceil(BLOCK), of.max(1));
        let border = |index: u64| (u128::from(blocks) * u128::from(index.min(of)) / u128::from(of)) as u64;
        Self { trials, blocks: Some(border(index.saturating_sub(1))..border(index)), threads, until: None }
    }
}

/// Why no trial was run.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RunError {
    /// The threads could not be started.
    #[error("cannot start {threads} threads: {why}")]
    Threads {
        /// How many.
        threads: usize,
        /// What the system said.
        why: String,
    },
    /// The stopping rule watches something that does not exist.
    #[error("no metric `{metric}` to stop on: `drsim explain metrics` lists them")]
    NoSuchMetric {
        /// The key.
        metric: String,
    },
    /// A shard cannot know when the whole study is precise enough.
    #[error("a shard cannot stop early: run it whole, or run the study without shards")]
    ShardUntil,
}

/// What one block leaves.
pub(super) struct Block {
    pub(super) fold: Fold,
    pub(super) counts: Counts,
    pub(super) prefixes: Vec<Prefix>,
    /// False when it was cut short.
    whole: bool,
}

/// Runs the trials of `plan` and adds them up; `make` makes a workspace for a worker.
///
/// The result depends on the scenario, the seed and the plan's trials alone: not on the number of threads. `progress` is told the number of trials
/// done so far, from any worker. When `cancel` is set, workers stop at the next piece and the finished prefix of pieces is kept: the same bits as a study
/// of so many trials.
///
/// # Errors
/// When threads cannot be started or the stopping rule makes no sense.
pub fn run<R: TrialRunner>(
    shape: &Shape,
    plan: &Plan,
    make: impl Fn() -> R + Sync,
    progress: &(dyn Fn(u64) + Sync),
    cancel: &AtomicBool,
) -> Result<Outcomes, RunError> {
    let rule = plan.until.as_ref().map(|until| Rule::of(shape, until)).transpose()?;
    if rule.is_some() && plan.blocks.is_some() {
        return Err(RunError::ShardUntil);
    }
    let planned = plan.until.as_ref().map_or(plan.trials, |until| until.cap.max(plan.trials));
    let all = planned.div_ceil(BLOCK);
    let blocks = plan.blocks.clone().map_or(0..all, |blocks| blocks.start.min(all)..blocks.end.min(all));
    let threads = plan.threads.max(1);
    // One thread is the caller's: starting another would cost more than a short study, and many of those are a sweep.
    let pool = (threads > 1).then(|| rayon::ThreadPoolBuilder::new().num_threads(threads).build());
    let pool = pool.transpose().map_err(|error| RunError::Threads { threads, why: error.to_string() })?;

    let idle: Mutex<Vec<R>> = Mutex::new(Vec::new());
    let done = AtomicU64::new(0);
    let piece = |first: u64| -> Option<(Fold, Counts)> {
        if cancel.load(Ordering::Relaxed) {
            return None;
        }
        let idled = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut runner = idled.unwrap_or_else(&make);
        let (mut fold, mut counts) = (Fold::start(shape), Counts::start(shape));
        let mut account = shape.pricing.as_ref().map(Pricing::blank);
        for trial in first..planned.min(first + PIECE) {
            let tally = runner.run(trial);
            charge(shape, trial, tally, &mut account, &mut fold, &mut counts);
        }
        idle.lock().unwrap_or_else(PoisonError::into_inner).push(runner);
        progress(done.fetch_add(fold.trials, Ordering::Relaxed) + fold.trials);
        Some((fold, counts))
    };
    let block = |number: u64| -> Option<Block> {
        let trials = number * BLOCK..planned.min((number + 1) * BLOCK);
        let pieces = (trials.end - trials.start).div_ceil(PIECE);
        let nth = |nth: u64| piece(trials.start + nth * PIECE);
        let pieces: Vec<_> = match &pool {
            Some(_) => (0..pieces).into_par_iter().map(nth).collect(),
            None => (0..pieces).map(nth).collect(),
        };
        let whole = pieces.iter().all(Option::is_some);
        let finished: Vec<_> = pieces.into_iter().map_while(|piece| piece).collect();
        (!finished.is_empty()).then(|| Block { whole, ..join(number, finished) })
    };

    let mut outcomes = Outcomes::start(shape, planned, blocks.start);
    // Enough blocks at once to keep all threads busy, few enough to keep memory small.
    let wave = (threads as u64).div_ceil(2).max(4);
    let mut next = blocks.start;
    'waves: while next < blocks.end {
        let end = blocks.end.min(next + wave);
        let finished: Vec<Option<Block>> = match &pool {
            Some(pool) => pool.install(|| (next..end).into_par_iter().map(block).collect()),
            None => (next..end).map(block).collect(),
        };
        for (number, block) in (next..end).zip(finished) {
            let Some(block) = block else {
                outcomes.stopped = Stopped::Interrupted;
                break 'waves;
            };
            outcomes.prefixes.extend(block.prefixes);
            outcomes.append(Subtree { first: number, blocks: 1, fold: block.fold });
            outcomes.counts.merge(&block.counts);
            if !block.whole {
                outcomes.stopped = Stopped::Interrupted;
                break 'waves;
            }
            let enough = number + 1 >= FEWEST_BLOCKS && outcomes.trials >= plan.trials;
            if enough && rule.as_ref().is_some_and(|rule| rule.holds(&outcomes)) {
                outcomes.stopped = Stopped::Precise;
                break 'waves;
            }
        }
        next = end;
    }
    if outcomes.stopped == Stopped::Planned && rule.is_some() {
        outcomes.stopped = Stopped::Capped;
    }
    Ok(outcomes)
}

/// Adds a trial to the sums and counts of its piece, with its account where there are prices.
pub(super) fn charge(
    shape: &Shape,
    trial: u64,
    tally: &TrialTally,
    account: &mut Option<CostTally>,
    fold: &mut Fold,
    counts: &mut Counts,
) {
    fold.add(shape, tally);
    counts.add(trial, tally);
    if let (Some(pricing), Some(account)) = (&shape.pricing, account) {
        pricing.charge(tally, account);
        fold.add_cost(account);
        counts.add_cost(trial, pricing, account);
    }
}

/// Adds up the pieces of a block in order; the first block of a study records how its sums grow.
pub(super) fn join(number: u64, pieces: Vec<(Fold, Counts)>) -> Block {
    let count = pieces.len();
    let mut pieces = pieces.into_iter();
    let (mut fold, mut counts) = pieces.next().expect("a block has at least one piece");
    let mut prefixes = Vec::new();
    let mut note = |nth: usize, fold: &Fold| {
        // 1, 2, 3, 4, 6, 8, 12, 16, 24, 32: a power of two, or one and a half of it.
        let grown = nth.is_power_of_two() || (nth.is_multiple_of(3) && (nth / 3).is_power_of_two());
        if number == 0 && (grown || nth == count) {
            prefixes.push(Prefix::of(fold));
        }
    };
    note(1, &fold);
    for (nth, (later, more)) in (2..).zip(pieces) {
        fold.merge(&later);
        counts.merge(&more);
        note(nth, &fold);
    }
    Block { fold, counts, prefixes, whole: true }
}

/// A stopping rule, resolved: where its sums are and what they are sums of.
struct Rule<'a> {
    until: &'a Until,
    place: Place,
    row: usize,
}

/// Whose sums.
#[derive(Clone, Copy)]
enum Place {
    Service(usize),
    Dataset(usize),
    Domain(usize),
    Whole,
    Cost,
}

impl<'a> Rule<'a> {
    fn of(shape: &Shape, until: &'a Until) -> Result<Self, RunError> {
        let unknown = || RunError::NoSuchMetric { metric: until.metric.clone() };
        let service = |id: ServiceId| Some(id.index()).filter(|&index| index < shape.services);
        let domain = |id: DomainId| shape.domains.iter().position(|&named| named == id);
        let (place, row) = match until.subject {
            Subject::Service(id) => (service(id).map(Place::Service), position(&SERVICE_METRICS, &until.metric)),
            Subject::Dataset(id) => {
                let index = Some(id.index()).filter(|&index| index < shape.datasets);
                (index.map(Place::Dataset), position(&DATASET_METRICS, &until.metric))
            }
            Subject::Domain(id) => (domain(id).map(Place::Domain), position(&DOMAIN_METRICS, &until.metric)),
            Subject::Scenario => (Some(Place::Whole), position(&SCENARIO_METRICS, &until.metric)),
            Subject::Cost => {
                let measured = shape.pricing.as_ref().is_some_and(|pricing| pricing.measures(&until.metric));
                (measured.then_some(Place::Cost), position(&COST_METRICS, &until.metric))
            }
        };
        Ok(Self { until, place: place.ok_or_else(unknown)?, row: row.ok_or_else(unknown)? })
    }

    fn holds(&self, outcomes: &Outcomes) -> bool {
        let sums = |fold: &Fold| match self.place {
            Place::Service(at) => Some(fold.services[at].sums[self.row]),
            Place::Dataset(at) => Some(fold.datasets[at].sums[self.row]),
            Place::Domain(at) => Some(fold.domains[at].sums[self.row]),
            Place::Whole => Some(fold.whole.sums[self.row]),
            Place::Cost => fold.cost.as_ref().map(|cost| cost.sums[self.row]),
        };
        let total = outcomes.subtrees.iter().filter_map(|subtree| sums(&subtree.fold)).reduce(|mut total, later| {
            total.merge(&later);
            total
        });
        total.is_some_and(|total| self.precise(&self.estimate(&total, outcomes)))
    }

    fn estimate(&self, sums: &Sums, outcomes: &Outcomes) -> Estimate {
        let horizon = outcomes.horizon();
        match self.place {
            Place::Service(_) => SERVICE_METRICS[self.row].sample.estimate(sums, horizon, None),
            Place::Dataset(_) => DATASET_METRICS[self.row].sample.estimate(sums, horizon, None),
            Place::Domain(_) => DOMAIN_METRICS[self.row].sample.estimate(sums, horizon, None),
            Place::Whole => SCENARIO_METRICS[self.row].sample.estimate(sums, horizon, None),
            Place::Cost => COST_METRICS[self.row].sample.estimate(sums, horizon, None),
        }
    }

    fn precise(&self, estimate: &Estimate) -> bool {
        match (estimate.point, estimate.low, estimate.high) {
            // The wider side: ends are cut at the edge of the range.
            (Some(point), Some(low), Some(high)) => {
                (high - point).max(point - low) <= self.until.relative_half_width * point.abs()
            }
            _ => false,
        }
    }
}

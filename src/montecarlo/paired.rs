//! Several designs on the same trials: trial by trial one worker runs all of them, so that differences can be summed where they arise.

use super::outcomes::{Outcomes, Stopped, Subtree};
use super::run::{Block, FEWEST_BLOCKS, RunError, TrialRunner, charge, join};
use super::{BLOCK, Counts, Fold, PIECE, Shape};
use crate::cost::{CostTally, Pricing};
use crate::estimate::{PairMoments, RatioMoments};
use crate::metric::Watch;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// One design of several.
#[derive(Clone, Debug)]
pub struct Paired {
    /// Its shape; the seed is the same for all designs.
    pub shape: Shape,
    /// What is watched, row by row: row 3 of one design is compared with row 3 of the first.
    pub watches: Vec<Watch>,
}

/// Trials of several designs, and when to stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PairedPlan {
    /// Trials of each design; with a stopping rule the fewest.
    pub trials: u64,
    /// Most trials of each design, for a stopping rule; at least `trials`.
    pub most: u64,
    /// Worker threads, at least 1.
    pub threads: usize,
}

/// Sums of what is watched in several designs over the same trials.
#[derive(Clone, PartialEq, Debug)]
pub struct PairFold {
    /// Trials of each design.
    pub trials: u64,
    /// By design and row.
    pub own: Vec<Vec<RatioMoments>>,
    /// By design but the first, and row: against the first.
    pub pairs: Vec<Vec<PairMoments>>,
}

impl PairFold {
    /// Sums over no trial.
    fn start(designs: usize, rows: usize) -> Self {
        Self {
            trials: 0,
            own: vec![vec![RatioMoments::default(); rows]; designs],
            pairs: vec![vec![PairMoments::default(); rows]; designs.saturating_sub(1)],
        }
    }

    /// Adds what all designs left in one trial, design by design and row by row.
    fn add(&mut self, samples: &[Vec<(f64, f64)>]) {
        self.trials += 1;
        for (own, samples) in self.own.iter_mut().zip(samples) {
            for (sums, &(x, y)) in own.iter_mut().zip(samples) {
                sums.add(x, y);
            }
        }
        let Some((first, others)) = samples.split_first() else { return };
        for (pairs, second) in self.pairs.iter_mut().zip(others) {
            for ((sums, &first), &second) in pairs.iter_mut().zip(first).zip(second) {
                sums.add(first, second);
            }
        }
    }

    /// Appends the trials of `later`.
    fn merge(&mut self, later: &Self) {
        self.trials += later.trials;
        for (sums, later) in self.own.iter_mut().flatten().zip(later.own.iter().flatten()) {
            sums.merge(later);
        }
        for (sums, later) in self.pairs.iter_mut().flatten().zip(later.pairs.iter().flatten()) {
            sums.merge(later);
        }
    }
}

/// What several designs left in the same trials.
#[derive(Clone, Debug)]
pub struct PairedOutcomes {
    /// Those of each design: to the bit what a run of that design alone leaves.
    pub designs: Vec<Outcomes>,
    /// What is watched, and what the designs differ by.
    pub fold: PairFold,
}

/// The tree over blocks, as [`Outcomes`] keeps it.
#[derive(Default)]
struct Tree(Vec<(u64, u64, PairFold)>);

impl Tree {
    fn append(&mut self, block: u64, fold: PairFold) {
        let (mut first, mut blocks, mut fold) = (block, 1, fold);
        while let Some((left, _, mut joined)) =
            self.0.pop_if(|(left, wide, _)| *wide == blocks && left.is_multiple_of(2 * blocks))
        {
            joined.merge(&fold);
            (first, blocks, fold) = (left, 2 * blocks, joined);
        }
        self.0.push((first, blocks, fold));
    }

    fn total(&self) -> Option<PairFold> {
        let (first, later) = self.0.split_first()?;
        let mut total = first.2.clone();
        for (_, _, fold) in later {
            total.merge(fold);
        }
        Some(total)
    }
}

/// What one piece or block leaves: one part for each design, and the pairs.
type Part<T> = (Vec<T>, PairFold);

/// Runs the trials of all designs; `make` makes a workspace for the design of that number. `enough` is asked after every block from the fourth on,
/// once the planned trials are done, and ends the run before the most trials are; `progress` and `cancel` are those of [`super::run`], trials counted once.
///
/// The result depends on designs, seed and the numbers of trials alone. All designs must watch as many rows as the first.
///
/// # Errors
/// Threads cannot be started.
pub fn run_paired<R: TrialRunner>(
    designs: &[Paired],
    plan: &PairedPlan,
    make: impl Fn(usize) -> R + Sync,
    enough: &dyn Fn(&PairFold) -> bool,
    progress: &(dyn Fn(u64) + Sync),
    cancel: &AtomicBool,
) -> Result<PairedOutcomes, RunError> {
    let planned = plan.most.max(plan.trials);
    let ruled = plan.most > plan.trials;
    let rows = designs.first().map_or(0, |design| design.watches.len());
    let blocks = planned.div_ceil(BLOCK);
    let threads = plan.threads.max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| RunError::Threads { threads, why: error.to_string() })?;

    let idle: Mutex<Vec<Vec<R>>> = Mutex::new(Vec::new());
    let done = AtomicU64::new(0);
    let piece = |first: u64| -> Option<Part<(Fold, Counts)>> {
        if cancel.load(Ordering::Relaxed) {
            return None;
        }
        let idled = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut runners = idled.unwrap_or_else(|| (0..designs.len()).map(&make).collect());
        let mut folds: Vec<(Fold, Counts)> =
            designs.iter().map(|design| (Fold::start(&design.shape), Counts::start(&design.shape))).collect();
        let mut pairs = PairFold::start(designs.len(), rows);
        let mut samples: Vec<Vec<(f64, f64)>> = vec![Vec::with_capacity(rows); designs.len()];
        let mut accounts: Vec<Option<CostTally>> =
            designs.iter().map(|design| design.shape.pricing.as_ref().map(Pricing::blank)).collect();
        for trial in first..planned.min(first + PIECE) {
            let parts = designs.iter().zip(&mut runners).zip(&mut folds).zip(&mut samples).zip(&mut accounts);
            for ((((design, runner), (fold, counts)), samples), account) in parts {
                let tally = runner.run(trial);
                charge(&design.shape, trial, tally, account, fold, counts);
                samples.clear();
                samples.extend(design.watches.iter().map(|watch| watch.sample(tally, account.as_ref())));
            }
            pairs.add(&samples);
        }
        idle.lock().unwrap_or_else(PoisonError::into_inner).push(runners);
        progress(done.fetch_add(pairs.trials, Ordering::Relaxed) + pairs.trials);
        Some((folds, pairs))
    };
    let block = |number: u64| -> Option<(Part<Block>, bool)> {
        let trials = number * BLOCK..planned.min((number + 1) * BLOCK);
        let pieces = (trials.end - trials.start).div_ceil(PIECE);
        let pieces: Vec<_> = (0..pieces).into_par_iter().map(|nth| piece(trials.start + nth * PIECE)).collect();
        let whole = pieces.iter().all(Option::is_some);
        let mut parts: Vec<Vec<(Fold, Counts)>> = designs.iter().map(|_| Vec::new()).collect();
        let mut total: Option<PairFold> = None;
        for (folds, pairs) in pieces.into_iter().map_while(|piece| piece) {
            for (part, fold) in parts.iter_mut().zip(folds) {
                part.push(fold);
            }
            match &mut total {
                Some(total) => total.merge(&pairs),
                None => total = Some(pairs),
            }
        }
        let total = total?;
        Some(((parts.into_iter().map(|part| join(number, part)).collect(), total), whole))
    };

    let mut outcomes: Vec<Outcomes> = designs.iter().map(|design| Outcomes::start(&design.shape, planned, 0)).collect();
    let mut tree = Tree::default();
    let mut stopped = if ruled { Stopped::Capped } else { Stopped::Planned };
    let wave = (threads as u64).div_ceil(2).max(4);
    let mut next = 0;
    'waves: while next < blocks {
        let end = blocks.min(next + wave);
        let finished: Vec<_> = pool.install(|| (next..end).into_par_iter().map(block).collect());
        for (number, block) in (next..end).zip(finished) {
            let Some(((parts, pairs), whole)) = block else {
                stopped = Stopped::Interrupted;
                break 'waves;
            };
            for (outcomes, part) in outcomes.iter_mut().zip(parts) {
                outcomes.prefixes.extend(part.prefixes);
                outcomes.append(Subtree { first: number, blocks: 1, fold: part.fold });
                outcomes.counts.merge(&part.counts);
            }
            tree.append(number, pairs);
            if !whole {
                stopped = Stopped::Interrupted;
                break 'waves;
            }
            let asked = ruled && number + 1 >= FEWEST_BLOCKS && (number + 1) * BLOCK >= plan.trials;
            if asked && tree.total().is_some_and(|total| enough(&total)) {
                stopped = Stopped::Precise;
                break 'waves;
            }
        }
        next = end;
    }
    for outcomes in &mut outcomes {
        outcomes.stopped = stopped;
    }
    let fold = tree.total().unwrap_or_else(|| PairFold::start(designs.len(), rows));
    Ok(PairedOutcomes { designs: outcomes, fold })
}

#[cfg(test)]
mod tests {
    use super::super::toy::{HORIZON, Toy};
    use super::super::{Plan, run};
    use super::*;
    use crate::metric::Watch;
    use crate::model::{MetricPath, Scenario, ServiceId, Subject};
    use crate::quantity::Span;
    use crate::scenario::{Source, load};
    use crate::simulation::TrialTally;

    const SEED: u64 = 23;

    /// The toy, with every outage in every third trial an hour longer for the designs after the first.
    struct Variant {
        toy: Toy,
        tally: TrialTally,
        longer: bool,
    }

    impl TrialRunner for Variant {
        fn run(&mut self, trial: u64) -> &TrialTally {
            self.tally.clone_from(self.toy.run(trial));
            let service = &mut self.tally.services[<ServiceId as crate::id::Id>::new(0)];
            if self.longer && trial.is_multiple_of(3) {
                let more = Span::from_seconds(3600.0 * service.outages.count as f64);
                service.down += more;
                service.outages.sum += more;
            }
            &self.tally
        }
    }

    fn make(nth: usize) -> Variant {
        Variant { toy: Toy::new(SEED), tally: TrialTally::default(), longer: nth > 0 }
    }

    fn scenario() -> Scenario {
        let text = "format = 1\nname = \"a\"\nhorizon = \"1 year\"\n[sites.lab]\nnodes = 2\nclass = \"c\"\n[classes.c]\n\
                    [services.x]\nreplicas = { lab = 1 }\n[services.y]\nreplicas = { lab = 1 }\n";
        load(&Source::from_text("a.toml", text), &[]).unwrap().scenario
    }

    const KEYS: [&str; 4] = ["unavailability", "outage_probability", "outage_s", "outages_per_year"];

    fn designs(count: usize) -> Vec<Paired> {
        let scenario = scenario();
        let watch = |key: &&str| {
            let subject = Subject::Service(<ServiceId as crate::id::Id>::new(0));
            Watch::new(&scenario, &MetricPath { subject, metric: (*key).to_owned(), point: None }).unwrap()
        };
        let watches: Vec<Watch> = KEYS.iter().map(watch).collect();
        (0..count).map(|_| Paired { shape: Toy::shape(SEED), watches: watches.clone() }).collect()
    }

    fn outcomes(count: usize, trials: u64, threads: usize) -> PairedOutcomes {
        let plan = PairedPlan { trials, most: trials, threads };
        run_paired(&designs(count), &plan, make, &|_| false, &|_| (), &AtomicBool::new(false)).unwrap()
    }

    #[test]
    fn threads_do_not_change_a_bit_and_each_design_is_as_if_alone() {
        for trials in [1, 100, 1024, 7 * 1024 + 5] {
            let one = outcomes(3, trials, 1);
            assert_eq!((one.fold.trials, one.designs.len(), one.fold.pairs.len()), (trials, 3, 2));
            for threads in [2, 8] {
                let many = outcomes(3, trials, threads);
                assert!(one.fold == many.fold && one.designs == many.designs, "{trials} on {threads} threads");
            }
            for (nth, outcomes) in one.designs.iter().enumerate() {
                let plan = Plan::whole(trials, 2);
                let alone = run(&Toy::shape(SEED), &plan, || make(nth), &|_| (), &AtomicBool::new(false)).unwrap();
                assert!(*outcomes == alone, "design {nth} of {trials} trials");
            }
        }
    }

    /// The plain twin: all samples kept, differences and their errors worked out afterwards.
    #[test]
    fn sums_are_those_of_kept_trials() {
        let trials = 3000;
        let (designs, found) = (designs(2), outcomes(2, trials, 2));
        for (row, watch) in designs[0].watches.iter().enumerate() {
            let mut runners = [make(0), make(1)];
            let kept: Vec<[(f64, f64); 2]> = (0..trials)
                .map(|trial| runners.each_mut().map(|runner| watch.sample(runner.run(trial), None)))
                .collect();
            let total = |nth: usize| kept.iter().fold((0.0, 0.0), |(x, y), pair| (x + pair[nth].0, y + pair[nth].1));
            let (first, second) = (total(0), total(1));
            let lines = [0, 1].map(|nth| watch.line(&found.fold.own[nth][row], HORIZON));
            let n = trials as f64;
            let residual = |pair: &[(f64, f64); 2]| {
                let one = lines[0].1 * (pair[0].0 - first.0 / first.1 * pair[0].1) * n / first.1;
                let other = lines[1].1 * (pair[1].0 - second.0 / second.1 * pair[1].1) * n / second.1;
                (other - one).powi(2)
            };
            let error = (kept.iter().map(residual).sum::<f64>() / (n * (n - 1.0))).sqrt();
            let point = lines[1].1 * second.0 / second.1 - lines[0].1 * first.0 / first.1;
            let differing = kept.iter().filter(|pair| pair[0] != pair[1]).count() as u64;
            let pairs = &found.fold.pairs[0][row];
            let difference = pairs.difference(&found.fold.own[0][row], &found.fold.own[1][row], lines).unwrap();
            assert_eq!(difference.differing, differing, "{}", KEYS[row]);
            assert!((difference.point - point).abs() <= 1e-12 + 1e-9 * point.abs(), "{}", KEYS[row]);
            assert!((difference.std_error.unwrap_or(0.0) - error).abs() <= 1e-12 + 1e-9 * error, "{}", KEYS[row]);
        }
        // An hour on every outage of every third trial; their number and the chance of one stay as they are.
        let differ: Vec<bool> = found.fold.pairs[0].iter().map(|pairs| pairs.differing > 0).collect();
        assert_eq!(differ, [true, false, true, false]);
    }

    #[test]
    fn an_interrupt_keeps_the_finished_prefix_and_a_rule_ends_at_a_block() {
        let cancel = AtomicBool::new(false);
        let stop = |done: u64| cancel.store(done > 5 * BLOCK, Ordering::Relaxed);
        let plan = PairedPlan { trials: 40 * BLOCK, most: 40 * BLOCK, threads: 2 };
        let cut = run_paired(&designs(2), &plan, make, &|_| false, &stop, &cancel).unwrap();
        let trials = cut.fold.trials;
        assert!(trials.is_multiple_of(PIECE) && (3 * BLOCK..6 * BLOCK + BLOCK).contains(&trials), "{trials}");
        assert!(cut.designs.iter().all(|it| it.stopped == Stopped::Interrupted && it.trials == trials));
        assert_eq!(cut.fold, outcomes(2, trials, 1).fold);
        let nothing = run_paired(&designs(2), &plan, make, &|_| false, &|_| (), &AtomicBool::new(true)).unwrap();
        assert_eq!((nothing.fold.trials, nothing.designs[1].trials), (0, 0));

        let plan = PairedPlan { trials: 100, most: 40 * BLOCK, threads: 3 };
        let enough = |fold: &PairFold| fold.trials >= 5 * BLOCK;
        let found = run_paired(&designs(2), &plan, make, &enough, &|_| (), &AtomicBool::new(false)).unwrap();
        assert_eq!((found.fold.trials, found.designs[0].stopped), (5 * BLOCK, Stopped::Precise));
        let plan = PairedPlan { trials: 100, most: 2 * BLOCK + 7, threads: 3 };
        let found = run_paired(&designs(2), &plan, make, &enough, &|_| (), &AtomicBool::new(false)).unwrap();
        assert_eq!((found.fold.trials, found.designs[0].stopped), (2 * BLOCK + 7, Stopped::Capped));
    }
}

//! Trials of several designs at once, added up as if by one thread.

use super::bound::Line;
use super::candidate::{Candidate, Tested, Worth};
use super::space::Space;
use crate::cost::Pricing;
use crate::model::Scenario;
use crate::simulation::Simulator;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Trials that one worker runs of one design: the unit of work and of sums.
const PIECE: u64 = 64;

/// What the trials of one piece leave.
struct Piece {
    goals: Vec<Tested>,
    down: Line,
    events: Line,
    values: Vec<(f64, f64)>,
}

/// Runs each of these designs up to its number of trials and adds up what they show. The result depends on neither threads nor chance; `false` when
/// `cancel` came first, and then nothing is added.
pub(super) fn run(
    candidates: &mut [Candidate],
    wanted: &[(usize, u64)],
    space: &Space,
    seed: u64,
    done: (&AtomicU64, &(dyn Fn(u64) + Sync)),
    cancel: &AtomicBool,
) -> bool {
    let scenarios: Vec<Option<Scenario>> = wanted.par_iter().map(|(nth, _)| candidates[*nth].scenario(space)).collect();
    let mut work: Vec<(usize, Range<u64>)> = Vec::new();
    for (at, (nth, until)) in wanted.iter().enumerate() {
        let mut from = candidates[*nth].trials;
        while from < *until {
            let to = (from + PIECE).min(*until);
            work.push((at, from..to));
            from = to;
        }
    }
    let shared: &[Candidate] = candidates;
    let pieces: Vec<Option<Piece>> = work
        .par_iter()
        .map(|(at, trials)| {
            let scenario = scenarios[*at].as_ref().filter(|_| !cancel.load(Ordering::Relaxed))?;
            let piece = piece(scenario, &shared[wanted[*at].0], trials.clone(), seed);
            let ran = trials.end - trials.start;
            (done.1)(done.0.fetch_add(ran, Ordering::Relaxed) + ran);
            Some(piece)
        })
        .collect();
    if pieces.iter().any(Option::is_none) {
        return false;
    }
    for ((at, trials), piece) in work.into_iter().zip(pieces.into_iter().flatten()) {
        let candidate = &mut candidates[wanted[at].0];
        candidate.trials = trials.end;
        candidate.down.merge(&piece.down);
        candidate.events.merge(&piece.events);
        candidate.values.extend(piece.values);
        for (tested, later) in candidate.goals.iter_mut().zip(&piece.goals) {
            tested.line.merge(&later.line);
            tested.above += later.above;
            tested.below += later.below;
        }
    }
    true
}

fn piece(scenario: &Scenario, candidate: &Candidate, trials: Range<u64>, seed: u64) -> Piece {
    let fresh = |tested: &Tested| Tested { line: Line::EMPTY, above: 0.0, below: 0.0, ..*tested };
    let mut piece = Piece {
        goals: candidate.goals.iter().map(fresh).collect(),
        down: Line::EMPTY,
        events: Line::EMPTY,
        values: Vec::new(),
    };
    let mut simulator = Simulator::new(scenario);
    let pricing = Pricing::of(scenario);
    let mut account = pricing.as_ref().map(Pricing::blank);
    for trial in trials {
        let tally = simulator.run(seed, trial);
        if let (Some(pricing), Some(account)) = (&pricing, &mut account) {
            pricing.charge(tally, account);
        }
        for tested in &mut piece.goals {
            let (x, y, bound) = tested.goal.sample(tally, account.as_ref());
            tested.line.add(x - bound * y);
            tested.above += x;
            tested.below += y;
        }
        piece.down.add(tally.scenario.any_down.sum.as_seconds() / tally.scenario.horizon.as_seconds());
        piece.events.add(tally.scenario.events as f64);
        match candidate.worth {
            Worth::Fixed(_) => {}
            Worth::Sampled { watch, .. } => piece.values.push(watch.sample(tally, account.as_ref())),
        }
    }
    piece
}

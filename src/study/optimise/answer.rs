//! From the race to the answer: which design, how sure, what came second, and what each promise costs.

use super::bound::Line;
use super::candidate::{Candidate, Tested, Worth};
use super::findings::{
    Counts, DesignFindings, Fate, GoalFindings, Known, OptimiseFindings, Relaxed, RunnerUp, Shortfall,
};
use super::race::{Referee, Status, compare, looks_feasible, measure, point, seen, worst};
use super::{Study, space};
use crate::estimate::front;
use crate::montecarlo::Plan;
use crate::study::{conclude, simulate};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub(super) fn answer(study: Study, cap: u64, sampled: bool, race_trials: u64) -> OptimiseFindings {
    let best = best_of(&study, None);
    let winner = best.winner;
    let relaxed = relaxed(&study, winner);
    let mut counts = Counts {
        trials: race_trials,
        front_trials: study.trials() - race_trials,
        rounds: study.rounds,
        ..<_>::default()
    };
    let mut designs: BTreeMap<space::Picks, DesignFindings> = BTreeMap::new();
    let open = |nth: usize| Some(nth) != winner && best.rivals.contains(&nth);
    for (nth, candidate) in study.candidates.iter().enumerate() {
        let fate = fate(&study.referee, candidate, Some(nth) == winner, open(nth));
        match &fate {
            Fate::Rule(..) => counts.by_rule += 1,
            Fate::Formula(_) => counts.by_formula += 1,
            Fate::Bound => counts.by_bound += 1,
            Fate::Missed(_) | Fate::Beaten => counts.by_trials += 1,
            Fate::Halved => counts.halved += 1,
            Fate::Invalid(_) | Fate::Chosen | Fate::Open => {}
        }
        designs.insert(candidate.picks.clone(), shown(&study, candidate, fate));
    }
    counts.invalid = study.invalid.len();
    for (picks, why) in &study.invalid {
        designs.insert(picks.clone(), unread(&study, picks, why));
    }
    let order: Vec<space::Picks> = designs.keys().cloned().collect();
    let place = |nth: usize| {
        let picks = &study.candidates[nth].picks;
        order.iter().position(|other| other == picks).unwrap_or_default()
    };
    let designs: Vec<DesignFindings> = designs.into_values().collect();
    let nearest = if winner.is_none() { nearest(&study) } else { None };
    let shortfalls = if winner.is_none() { shortfalls(&study) } else { Vec::new() };
    let runner_up = winner.and_then(|winner| runner_up(&study, winner));
    let (confirmed, resolved) = confirm(&study, winner.or(nearest));
    OptimiseFindings {
        seed: study.seed,
        confidence: study.written.requirements.confidence,
        cap,
        choices: study.written.choices.clone(),
        size: study.space.size(),
        sampled: sampled.then_some(designs.len()),
        aim: study.aim(),
        promises: study.promises.0.clone(),
        chosen: winner.map(place),
        sure: best.sure && !study.cancelled(),
        rivals: best.rivals.iter().filter(|nth| Some(**nth) != winner).map(|nth| place(*nth)).collect(),
        regret: winner.and_then(|winner| regret(&study, winner, &best.rivals)),
        runner_up: runner_up.map(|second| RunnerUp { design: place(second.design), ..second }),
        relaxed: relaxed.into_iter().map(|relaxed| Relaxed { design: relaxed.design.map(place), ..relaxed }).collect(),
        shortfalls: shortfalls.into_iter().map(|short| Shortfall { best: place(short.best), ..short }).collect(),
        nearest: nearest.map(place),
        counts,
        front: front_of(&designs),
        confirmed,
        resolved,
        interrupted: study.cancelled(),
        scenario: study.written,
        designs,
    }
}

/// The winner of a target, whether that is sure, and who may still win.
struct Best {
    winner: Option<usize>,
    sure: bool,
    rivals: Vec<usize>,
}

fn best_of(study: &Study, but: Option<usize>) -> Best {
    let standing = study.referee.standing(&study.candidates, but);
    let tried = |nth: &&usize| {
        let candidate = &study.candidates[**nth];
        let untested = candidate.trials == 0 && study.referee.feasible(candidate, but) == Status::Open;
        looks_feasible(candidate, but) && !untested
    };
    let winner = standing.field.iter().find(tried).copied();
    Best { winner, sure: standing.sure, rivals: if standing.sure { Vec::new() } else { standing.field } }
}

/// What the answer may cost too much: the most by which any rival may be below it.
fn regret(study: &Study, winner: usize, rivals: &[usize]) -> Option<f64> {
    let mut most = 0.0_f64;
    for rival in rivals.iter().filter(|nth| **nth != winner) {
        let (chosen, other) = (&study.candidates[winner], &study.candidates[*rival]);
        let may_save = match compare(chosen, other, study.referee.doubt) {
            Some(compared) => compared.half - compared.more,
            None => {
                seen(chosen, study.referee.doubt).map_or(point(chosen), |(value, half)| value + half)
                    - other.worth.floor()
            }
        };
        most = most.max(may_save);
    }
    most.is_finite().then_some(most)
}

fn relaxed(study: &Study, winner: Option<usize>) -> Vec<Relaxed> {
    (0..study.promises.0.len())
        .map(|promise| {
            let best = best_of(study, Some(promise));
            let saves = winner.zip(best.winner).map(|(winner, without)| {
                let (dear, cheap) = (&study.candidates[winner], &study.candidates[without]);
                compare(cheap, dear, study.referee.doubt).map_or(0.0, |compared| compared.more.max(0.0))
            });
            Relaxed { promise, design: best.winner, saves, sure: best.sure }
        })
        .collect()
}

/// The best of the others that keep everything as far as was seen, with what it costs more.
fn runner_up(study: &Study, winner: usize) -> Option<RunnerUp> {
    let others = (0..study.candidates.len()).filter(|nth| {
        let candidate = &study.candidates[*nth];
        *nth != winner
            && !candidate.dropped
            && looks_feasible(candidate, None)
            && (candidate.trials > 0 || study.referee.feasible(candidate, None) == Status::Met)
    });
    let design = others.min_by(|left, right| {
        let cost = |nth: &usize| point(&study.candidates[*nth]);
        cost(left).total_cmp(&cost(right)).then(left.cmp(right))
    })?;
    let compared = compare(&study.candidates[winner], &study.candidates[design], study.referee.doubt)?;
    let more = (compared.more, compared.more - compared.half, compared.more + compared.half);
    Some(RunnerUp { design, more, alike: compared.alike })
}

fn fate(referee: &Referee, candidate: &Candidate, chosen: bool, open: bool) -> Fate {
    if chosen {
        return Fate::Chosen;
    }
    if let Some((promise, why)) = candidate.broken.first() {
        return Fate::Rule(*promise, why.clone());
    }
    let by_formula = candidate.goals.iter().find(|tested| tested.goal.exact.is_some_and(|exact| exact > 0.0));
    if let Some(tested) = by_formula {
        return Fate::Formula(tested.goal.promise);
    }
    if candidate.dropped {
        return Fate::Halved;
    }
    let missed = (0..candidate.goals.len())
        .filter(|_| !candidate.pictured)
        .find(|nth| referee.status(candidate, *nth) == Status::Missed);
    match missed {
        Some(nth) => Fate::Missed(candidate.goals[nth].goal.promise),
        None if open => Fate::Open,
        // Trials for the picture of the front decide nothing.
        None if candidate.trials == 0 || candidate.pictured => Fate::Bound,
        None => Fate::Beaten,
    }
}

fn shown(study: &Study, candidate: &Candidate, fate: Fate) -> DesignFindings {
    let doubt = study.referee.doubt;
    let around = |point: f64, half: f64| Known::Seen(point, point - half, point + half);
    let worth = match candidate.worth {
        Worth::Fixed(value) => Some(Known::Exact(value)),
        Worth::Sampled { .. } => seen(candidate, doubt).map(|(value, half)| around(value, half)),
    };
    let down = |line: &Line| {
        let (mean, half) = (line.mean(), line.half(line.reach(), doubt));
        Known::Seen(mean, (mean - half).max(0.0), (mean + half).min(1.0))
    };
    let unavailability = match candidate.down_exact {
        Some(exact) => Some(Known::Exact(exact)),
        None if candidate.trials > 0 => Some(down(&candidate.down)),
        None => None,
    };
    DesignFindings {
        values: study.space.settings(&candidate.picks).into_iter().map(|set| set.value).collect(),
        fate,
        worth,
        unavailability,
        goals: (0..candidate.goals.len()).map(|nth| goal(&study.referee, candidate, nth)).collect(),
        trials: candidate.trials,
    }
}

fn unread(study: &Study, picks: &space::Picks, why: &str) -> DesignFindings {
    DesignFindings {
        values: study.space.settings(picks).into_iter().map(|set| set.value).collect(),
        fate: Fate::Invalid(why.to_owned()),
        worth: None,
        unavailability: None,
        goals: Vec::new(),
        trials: 0,
    }
}

fn goal(referee: &Referee, candidate: &Candidate, nth: usize) -> GoalFindings {
    let tested: &Tested = &candidate.goals[nth];
    let measured = measure(candidate, tested);
    GoalFindings {
        promise: tested.goal.promise,
        words: tested.goal.words(),
        unit: tested.goal.unit(),
        measured,
        exact: tested.goal.exact.is_some(),
        allowed: tested.goal.allowed(),
        times: measured.map(|measured| tested.goal.times(measured)),
        kept: match referee.status(candidate, nth) {
            Status::Met => Some(true),
            Status::Missed => Some(false),
            Status::Open => None,
        },
    }
}

/// The design that misses by least: its worst promise is the least broken of all; of those that break no rule.
fn nearest(study: &Study) -> Option<usize> {
    (0..study.candidates.len())
        .filter(|nth| {
            let candidate = &study.candidates[*nth];
            candidate.broken.is_empty() && (candidate.trials > 0 || worst(candidate) > 1.0)
        })
        .min_by(|left, right| {
            let key = |nth: &usize| (worst(&study.candidates[*nth]), point(&study.candidates[*nth]));
            let ((one, cost), (other, dear)) = (key(left), key(right));
            one.total_cmp(&other).then(cost.total_cmp(&dear)).then(left.cmp(right))
        })
}

fn shortfalls(study: &Study) -> Vec<Shortfall> {
    let mut found = Vec::new();
    for promise in 0..study.promises.0.len() {
        let of = |candidate: &Candidate| {
            let rule = candidate.broken.iter().any(|(broken, _)| *broken == promise);
            let goals = candidate.goals.iter().enumerate().filter(|(_, tested)| tested.goal.promise == promise);
            let used = |tested: &Tested| measure(candidate, tested).map_or(0.0, |it| tested.goal.times(it));
            let hardest = goals.max_by(|(_, left), (_, right)| used(left).total_cmp(&used(right)));
            let known = candidate.trials > 0 || hardest.is_some_and(|(_, tested)| tested.goal.exact.is_some());
            let times = if rule { f64::INFINITY } else { hardest.map_or(0.0, |(_, tested)| used(tested)) };
            (known || rule || hardest.is_none()).then_some((times, hardest.map(|(nth, _)| nth)))
        };
        let all: Vec<(usize, (f64, Option<usize>))> =
            study.candidates.iter().enumerate().filter_map(|(nth, candidate)| Some((nth, of(candidate)?))).collect();
        let kept_by = all.iter().filter(|(_, (times, _))| *times <= 1.0).count();
        let best = all.iter().min_by(|left, right| left.1.0.total_cmp(&right.1.0).then(left.0.cmp(&right.0)));
        if let Some((best, (_, hardest))) = best {
            let worst = hardest.map(|nth| goal(&study.referee, &study.candidates[*best], nth));
            found.push(Shortfall { promise, kept_by, best: *best, goal: worst });
        }
    }
    found
}

/// Positions of the designs that nothing beats in what they are compared by and in time down.
fn front_of(designs: &[DesignFindings]) -> Vec<usize> {
    let known: Vec<(usize, [f64; 2])> = designs
        .iter()
        .enumerate()
        .filter(|(_, design)| !matches!(design.fate, Fate::Rule(..) | Fate::Invalid(_)))
        .filter_map(|(nth, design)| Some((nth, [design.worth?.point(), design.unavailability?.point()])))
        .collect();
    let points: Vec<[f64; 2]> = known.iter().map(|(_, point)| *point).collect();
    let mut last = None;
    let unbeaten = front(&points).into_iter().map(|nth| known[nth]);
    // Of designs that are alike one is enough.
    unbeaten.filter(|(_, point)| last.replace(*point) != Some(*point)).map(|(nth, _)| nth).collect()
}

/// Runs a design as any scenario is run, so that its report can be read beside the answer.
fn confirm(study: &Study, design: Option<usize>) -> (Option<Arc<crate::study::Findings>>, Option<String>) {
    let Some(Ok(loaded)) = design.map(|nth| study.space.load(&study.candidates[nth].picks)) else {
        return (None, None);
    };
    if study.cancelled() {
        return (None, Some(loaded.resolved));
    }
    let scenario = Arc::new(loaded.scenario);
    let plan = Plan::whole(scenario.trials, study.search.threads);
    let outcomes = simulate(&scenario, study.seed, &plan, &|_| (), &AtomicBool::new(false));
    (outcomes.ok().map(|outcomes| Arc::new(conclude(&scenario, &outcomes))), Some(loaded.resolved))
}

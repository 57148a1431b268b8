//! Which designs need more trials, and which are out: statements that hold together with the confidence that is asked for.
//!
//! There is one target for all promises and one for all but each: what a promise costs is the difference between two answers. A statement is made of a
//! design and one of its goals, or of two designs and what they are compared by, after 128, 256, 512 … trials. All of them hold at once with the
//! confidence asked for, so that whatever is concluded from them holds with it too, in any order and for all targets.

use super::bound::{Line, doubt};
use super::candidate::{Candidate, Tested, Worth};
use std::collections::{BTreeMap, BTreeSet};

/// Trials before the first look.
pub(super) const FIRST_LOOK: u64 = 128;
/// Trials after which designs that never differed, and what was never put to the test, count as settled.
const SETTLED: u64 = 1024;
/// Designs that begin when nothing is known of any.
const ABREAST: usize = 8;
/// Designs that are left when halving ends.
const HALVED_TO: usize = 16;

/// How a goal stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Status {
    Met,
    Missed,
    Open,
}

/// Whether a design keeps what a target asks for.
pub(super) type Feasible = Status;

/// Borders of looks for designs that may have `cap` trials.
pub(super) fn next_look(trials: u64, cap: u64) -> u64 {
    let mut border = FIRST_LOOK;
    while border <= trials {
        border = border.saturating_mul(2);
    }
    border.min(cap)
}

/// The rules by which trials are read.
#[derive(Clone, Debug)]
pub(super) struct Referee {
    pub doubt: f64,
    pub cap: u64,
    /// Widest distance between two trials of one design, by goal.
    reach: BTreeMap<(usize, &'static str), f64>,
}

impl Referee {
    /// For so many designs with so many goals each.
    pub(super) fn new(confidence: f64, cap: u64, designs: usize, goals: usize) -> Self {
        let (mut looks, mut border) = (1.0, FIRST_LOOK.min(cap));
        while border < cap {
            border = next_look(border, cap);
            looks += 1.0;
        }
        let (designs, goals) = (designs as f64, goals as f64);
        let statements = looks * (designs * goals + designs * (designs - 1.0) / 2.0);
        Self { doubt: doubt(confidence, statements), cap, reach: BTreeMap::new() }
    }

    /// Takes in what the latest trials have shown to be possible.
    pub(super) fn learn(&mut self, candidates: &[Candidate]) {
        for candidate in candidates.iter().filter(|candidate| candidate.trials > 0) {
            for tested in &candidate.goals {
                let reach = self.reach.entry(tested.goal.name()).or_insert(0.0);
                *reach = reach.max(tested.line.reach());
            }
        }
    }

    /// What may be believed of a goal.
    pub(super) fn status(&self, candidate: &Candidate, nth: usize) -> Status {
        let tested = &candidate.goals[nth];
        if let Some(exact) = tested.goal.exact {
            return if exact > 0.0 { Status::Missed } else { Status::Met };
        }
        if candidate.trials == 0 {
            return Status::Open;
        }
        let never = tested.below == 0.0;
        if never {
            return if candidate.trials >= SETTLED.min(self.cap) { Status::Met } else { Status::Open };
        }
        let (mean, half) = (tested.line.mean(), tested.line.half(self.reach_of(candidate, nth), self.doubt));
        if mean - half > 0.0 {
            Status::Missed
        } else if mean + half <= 0.0 || (tested.goal.by_sight && mean <= 0.0) {
            Status::Met
        } else {
            Status::Open
        }
    }

    /// How far trials may be from each other; zero where nothing is left to chance.
    fn reach_of(&self, candidate: &Candidate, nth: usize) -> f64 {
        if candidate.events.reach() == 0.0 && candidate.goals[nth].line.reach() == 0.0 {
            return 0.0;
        }
        let seen = self.reach.get(&candidate.goals[nth].goal.name()).copied().unwrap_or(0.0);
        let seen = seen.max(candidate.goals[nth].line.reach());
        if seen > 0.0 { seen } else { candidate.goals[nth].goal.widest() }
    }

    /// Whether a design keeps everything but promise `but`.
    pub(super) fn feasible(&self, candidate: &Candidate, but: Option<usize>) -> Feasible {
        if candidate.broken.iter().any(|(promise, _)| Some(*promise) != but) {
            return Status::Missed;
        }
        let mut open = false;
        for (nth, tested) in candidate.goals.iter().enumerate() {
            if Some(tested.goal.promise) == but {
                continue;
            }
            match self.status(candidate, nth) {
                Status::Met => {}
                Status::Missed => return Status::Missed,
                Status::Open => open = true,
            }
        }
        if open { Status::Open } else { Status::Met }
    }
}

/// True when nothing that was seen speaks against a design; of what has no trial yet nothing was seen.
pub(super) fn looks_feasible(candidate: &Candidate, but: Option<usize>) -> bool {
    let broken = candidate.broken.iter().any(|(promise, _)| Some(*promise) != but);
    let bad = |tested: &Tested| match tested.goal.exact {
        Some(exact) => exact > 0.0,
        None => tested.line.n > 0 && tested.line.mean() > 0.0,
    };
    !broken && !candidate.goals.iter().any(|tested| Some(tested.goal.promise) != but && bad(tested))
}

/// Something is known of what the design is compared by.
fn is_compared(candidate: &Candidate) -> bool {
    matches!(candidate.worth, Worth::Fixed(_)) || !candidate.values.is_empty()
}

/// What a design is compared by, as far as it was seen; its floor before any trial.
pub(super) fn point(candidate: &Candidate) -> f64 {
    match candidate.worth {
        Worth::Fixed(value) => value,
        Worth::Sampled { floor, .. } if candidate.values.is_empty() => floor,
        Worth::Sampled { .. } => {
            let (x, y) = totals(&candidate.values);
            if y == 0.0 { f64::NEG_INFINITY } else { x / y }
        }
    }
}

fn totals(values: &[(f64, f64)]) -> (f64, f64) {
    values.iter().fold((0.0, 0.0), |(x, y), value| (x + value.0, y + value.1))
}

/// How one design compares with another.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Compared {
    /// What the second costs more than the first, and how far off that may be.
    pub more: f64,
    pub half: f64,
    /// Alike in every trial.
    pub alike: bool,
}

/// The second less the first over the trials that both have run; `None` when either has none.
pub(super) fn compare(first: &Candidate, second: &Candidate, doubt: f64) -> Option<Compared> {
    match (first.worth, second.worth) {
        (Worth::Fixed(one), Worth::Fixed(other)) => {
            Some(Compared { more: other - one, half: 0.0, alike: other == one })
        }
        (Worth::Sampled { .. }, Worth::Sampled { .. }) => {
            let n = first.values.len().min(second.values.len());
            let (one, other) = (&first.values[..n], &second.values[..n]);
            let ((x_one, y_one), (x_other, y_other)) = (totals(one), totals(other));
            if n == 0 || y_one == 0.0 || y_other == 0.0 {
                return None;
            }
            let (ratio_one, ratio_other) = (x_one / y_one, x_other / y_other);
            let (scale_one, scale_other) = (n as f64 / y_one, n as f64 / y_other);
            let mut line = Line::EMPTY;
            for ((x, y), (later_x, later_y)) in one.iter().zip(other) {
                // Linearised where it is a ratio; of means this is the plain difference less its mean.
                line.add(scale_other * (later_x - ratio_other * later_y) - scale_one * (x - ratio_one * y));
            }
            let alike = one == other;
            let half = if alike { 0.0 } else { line.half(line.reach(), doubt) };
            Some(Compared { more: ratio_other - ratio_one, half, alike })
        }
        // Known beside seen: the seen one alone scatters.
        (Worth::Fixed(known), Worth::Sampled { .. }) => {
            seen(second, doubt).map(|(value, half)| Compared { more: value - known, half, alike: false })
        }
        (Worth::Sampled { .. }, Worth::Fixed(known)) => {
            seen(first, doubt).map(|(value, half)| Compared { more: known - value, half, alike: false })
        }
    }
}

/// A sampled worth and how far off it may be.
pub(super) fn seen(candidate: &Candidate, doubt: f64) -> Option<(f64, f64)> {
    let (x, y) = totals(&candidate.values);
    if y == 0.0 {
        return None;
    }
    let (ratio, scale) = (x / y, candidate.values.len() as f64 / y);
    let mut line = Line::EMPTY;
    candidate.values.iter().for_each(|(x, y)| line.add(scale * (x - ratio * y)));
    Some((ratio, line.half(line.reach(), doubt)))
}

/// How a target stands: who may still win it, in the order of what they seem to cost.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub field: Vec<usize>,
    /// True when the first of the field has won.
    pub sure: bool,
}

impl Referee {
    /// True when `rival` is known to be no better than `best`, which is known to keep everything and to be at most at `ceiling`.
    fn beaten(&self, candidates: &[Candidate], (best, ceiling): (usize, f64), rival: usize) -> bool {
        let (one, other) = (&candidates[best], &candidates[rival]);
        if matches!(one.worth, Worth::Sampled { .. }) && other.values.is_empty() {
            return other.worth.floor() > ceiling;
        }
        match compare(one, other, self.doubt) {
            None => false,
            // Of designs that are alike the one that was written first is taken.
            Some(compared) if compared.alike => {
                let long = one.trials.min(other.trials) >= SETTLED.min(self.cap);
                (matches!(one.worth, Worth::Fixed(_)) || long) && best < rival
            }
            Some(compared) => compared.more - compared.half > 0.0,
        }
    }

    /// Who may still win, when promise `but` does not count.
    pub(super) fn standing(&self, candidates: &[Candidate], but: Option<usize>) -> Standing {
        let status: Vec<Feasible> = candidates
            .iter()
            .map(|candidate| if candidate.dropped { Status::Missed } else { self.feasible(candidate, but) })
            .collect();
        let order = |left: &usize, right: &usize| {
            point(&candidates[*left]).total_cmp(&point(&candidates[*right])).then(left.cmp(right))
        };
        let alive = || (0..candidates.len()).filter(|nth| status[*nth] != Status::Missed);
        let best = alive().filter(|nth| status[*nth] == Status::Met && is_compared(&candidates[*nth])).min_by(order);
        let most =
            |best: usize| seen(&candidates[best], self.doubt).map_or(f64::INFINITY, |(value, half)| value + half);
        let bar = best.map(|best| (best, most(best)));
        let mut field: Vec<usize> =
            alive().filter(|nth| bar.is_none_or(|bar| *nth == bar.0 || !self.beaten(candidates, bar, *nth))).collect();
        field.sort_by(order);
        let sure = field.is_empty() || (field.len() == 1 && best == field.first().copied());
        Standing { field, sure }
    }

    /// Designs that should run on, each with the number of trials that it should then have.
    pub(super) fn wanted(&self, candidates: &[Candidate], promises: usize) -> Vec<(usize, u64)> {
        let mut wanted = BTreeSet::new();
        for but in std::iter::once(None).chain((0..promises).map(Some)) {
            let standing = self.standing(candidates, but);
            if standing.sure {
                continue;
            }
            let likely = |nth: &&usize| {
                let candidate = &candidates[**nth];
                (candidate.trials > 0 || self.feasible(candidate, but) == Status::Met)
                    && is_compared(candidate)
                    && looks_feasible(candidate, but)
            };
            let guess = standing.field.iter().find(likely).copied();
            let highest = |guess: usize| match candidates[guess].worth {
                Worth::Fixed(value) => value,
                Worth::Sampled { .. } => {
                    seen(&candidates[guess], self.doubt).map_or(f64::INFINITY, |(value, half)| value + half)
                }
            };
            // Nobody looks right yet: the cheapest begin.
            let cheapest = || {
                let mut floors: Vec<f64> = standing.field.iter().map(|nth| candidates[*nth].worth.floor()).collect();
                floors.sort_by(f64::total_cmp);
                floors.get(ABREAST - 1).copied().unwrap_or(f64::INFINITY)
            };
            let most = guess.map_or_else(cheapest, highest);
            let own = guess.and_then(|guess| match candidates[guess].worth {
                Worth::Fixed(value) => Some((value, guess)),
                Worth::Sampled { .. } => None,
            });
            for nth in standing.field {
                let candidate = &candidates[nth];
                // Written later and alike in cost: only when the guess falls.
                let behind = own.is_some_and(|(value, guess)| candidate.worth.floor() == value && nth > guess);
                let learns =
                    matches!(candidate.worth, Worth::Sampled { .. }) || self.feasible(candidate, but) == Status::Open;
                if candidate.worth.floor() <= most && !behind && learns && candidate.trials < self.cap {
                    wanted.insert((nth, next_look(candidate.trials, self.cap)));
                }
            }
        }
        wanted.into_iter().collect()
    }
}

/// Leaves the better half of the designs that have run, by whether they look right, by how far they miss, then by what they cost (successive
/// halving: Karnin, Koren and Somekh, ICML 2013).
pub(super) fn halve(candidates: &mut [Candidate]) {
    let mut running: Vec<(f64, f64, usize)> = candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.trials > 0 && !candidate.dropped)
        .map(|(nth, candidate)| (worst(candidate).max(1.0), point(candidate), nth))
        .collect();
    if running.len() <= HALVED_TO {
        return;
    }
    running
        .sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1)).then(left.2.cmp(&right.2)));
    let left = running.len().div_ceil(2).max(HALVED_TO);
    running.drain(..left);
    for (_, _, nth) in running {
        candidates[nth].dropped = true;
    }
}

/// How many times what is allowed the worst goal of a design uses.
pub(super) fn worst(candidate: &Candidate) -> f64 {
    let used = |tested: &Tested| measure(candidate, tested).map_or(0.0, |measured| tested.goal.times(measured));
    candidate.goals.iter().map(used).fold(0.0, f64::max)
}

/// What was measured of a goal, exact where it is.
pub(super) fn measure(candidate: &Candidate, tested: &Tested) -> Option<f64> {
    match tested.goal.exact {
        Some(exact) => Some(tested.goal.known_by(exact)),
        None if candidate.trials == 0 => None,
        None => {
            let n = candidate.trials as f64;
            tested.goal.measured(tested.above / n, tested.below / n, candidate.horizon)
        }
    }
}

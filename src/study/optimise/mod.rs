//! Which design is the cheapest that keeps every promise?
//!
//! The choices of a scenario make designs. Those that are no valid scenario or break a rule are set aside; closed forms discard what they cover; what
//! cannot be cheaper than a design that keeps everything never runs; the rest run in rounds on the same random numbers until one is left or trials run
//! out. [`crate::docs::methodology`] says how sure that is and why.

mod answer;
mod bound;
mod candidate;
mod findings;
mod goal;
mod race;
mod space;
mod trials;

#[cfg(test)]
mod tests;

pub use findings::{
    AimFindings, Counts, DesignFindings, Fate, GoalFindings, Known, OptimiseFindings, Relaxed, RunnerUp, Shortfall,
};
pub use goal::Promise;
pub(in crate::study) use goal::nodes_in_use;

use crate::metric::{Unit, Watch};
use crate::model::{Aim, Scenario};
use crate::montecarlo::RunError;
use crate::scenario::{Diagnostics, Draft, Override, Source};
use candidate::Candidate;
use goal::Promises;
use race::{FIRST_LOOK, Referee};
use rayon::prelude::*;
use space::{Picks, Space};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Largest space of which every design is looked at.
pub const EXHAUSTIVE: u128 = 10_000;
/// Designs drawn from a space that is larger.
const SAMPLE: usize = 2_000;
/// Steps to a neighbour that are tried from the best design of a sample.
const STEPS: usize = 32;
/// Most trials of one design, as a multiple of those of the scenario.
const CAP: u64 = 16;
/// Trials for each design of the front's picture that no race has tried, and most such designs.
const PICTURED: (u64, usize) = (512, 64);

/// How to search.
#[derive(Clone, PartialEq, Debug)]
pub struct Search {
    /// Most trials of one design, above 0; `None` is sixteen times those of the scenario.
    pub cap: Option<u64>,
    /// Seed of all random streams; `None` is the scenario's.
    pub seed: Option<u64>,
    /// Worker threads, at least 1; the answer does not depend on them.
    pub threads: usize,
    /// Let closed forms discard designs and settle promises before any trial.
    pub formulas: bool,
    /// Look at other designs for the picture of the front when the answer stands.
    pub front: bool,
}

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OptimiseError {
    /// The scenario does not hold.
    #[error("{0}")]
    Invalid(Diagnostics),
    /// It offers nothing to choose.
    #[error("the scenario offers nothing to choose")]
    NoChoice,
    /// None of the designs is a valid scenario; the first mistake of the first.
    #[error("none of {designs} designs is a valid scenario; the first says: {first}")]
    NoneValid {
        /// How many.
        designs: usize,
        /// First mistake of the first design.
        first: String,
    },
    /// Threads could not be started.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Finds the best design of a scenario with `[choices]`; `fixed` is set for all designs. `progress` hears the trials run so far and where the search is.
///
/// ```
/// use drsim::study::optimise::{Search, optimise};
/// use drsim::Source;
/// let text = r#"
/// format = 1
/// name = "how-many"
/// horizon = "1 year"
/// [sites.a]
/// nodes = 4
/// class = "server"
/// [classes.server]
/// life = { exponential = { mttf = "9 days" } }
/// repair = { exponential = { mean = "1 day" } }
/// age = "stationary"
/// [services.web]
/// replicas = { a = 1 }
/// objective = { availability = "99.5 % / year" }
/// [choices]
/// "services.web.replicas.a" = [1, 2, 3, 4]
/// "#;
/// let search = Search { cap: None, seed: None, threads: 2, formulas: true, front: false };
/// let found = optimise(&Source::from_text("how-many.toml", text), &[], &search, &|_| (), &Default::default())?;
/// // Each replica is down a tenth of the time: two are down together 1 %, three 0.1 %.
/// assert_eq!(found.designs[found.chosen.unwrap()].values, ["3"]);
/// assert_eq!((found.sure, found.counts.trials), (true, 0));
/// # Ok::<(), drsim::study::optimise::OptimiseError>(())
/// ```
///
/// # Errors
/// The scenario does not hold, offers nothing to choose, or none of its designs is valid.
pub fn optimise(
    source: &Source,
    fixed: &[Override],
    search: &Search,
    progress: &(dyn Fn(u64) + Sync),
    cancel: &AtomicBool,
) -> Result<OptimiseFindings, OptimiseError> {
    let threads = search.threads.max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| RunError::Threads { threads, why: error.to_string() })?;
    pool.install(|| within(source, fixed, search, progress, cancel))
}

fn within(
    source: &Source,
    fixed: &[Override],
    search: &Search,
    progress: &(dyn Fn(u64) + Sync),
    cancel: &AtomicBool,
) -> Result<OptimiseFindings, OptimiseError> {
    let draft = Draft::read(source).map_err(OptimiseError::Invalid)?;
    let written = draft.with(fixed).map_err(OptimiseError::Invalid)?.scenario;
    if written.choices.is_empty() {
        return Err(OptimiseError::NoChoice);
    }
    let seed = search.seed.unwrap_or(written.seed);
    let cap = search.cap.unwrap_or_else(|| written.trials.saturating_mul(CAP)).max(1);
    let space = Space::new(draft, fixed.to_vec(), written.choices.clone());
    let exhaustive = space.size() <= EXHAUSTIVE;
    let designs = if exhaustive { space.all() } else { space.sample(SAMPLE, seed) };
    let mut study = Study {
        promises: Promises::default(),
        candidates: Vec::new(),
        invalid: Vec::new(),
        rounds: 0,
        done: AtomicU64::new(0),
        interrupted: false,
        referee: Referee::new(written.requirements.confidence, cap, 1, 1),
        space,
        written: Arc::new(written),
        seed,
        search,
        progress,
        cancel,
    };
    // What the scenario itself promises comes first.
    study.promises.goals(&study.written, &crate::analytic::Predictions::default());
    study.promises.broken(&study.written);
    study.add(designs);
    if study.candidates.is_empty() {
        let first = study.invalid.first().map_or_else(String::new, |(_, why)| why.clone());
        return Err(OptimiseError::NoneValid { designs: study.invalid.len(), first });
    }
    study.race(!exhaustive);
    if !exhaustive {
        study.climb();
    }
    let race_trials = study.trials();
    if search.front && !study.interrupted {
        study.picture();
    }
    Ok(answer::answer(study, cap, !exhaustive, race_trials))
}

/// A search under way.
struct Study<'a> {
    written: Arc<Scenario>,
    space: Space,
    promises: Promises,
    candidates: Vec<Candidate>,
    /// Designs that are no valid scenario, and the first mistake of each.
    invalid: Vec<(Picks, String)>,
    referee: Referee,
    rounds: u64,
    done: AtomicU64,
    interrupted: bool,
    seed: u64,
    search: &'a Search,
    progress: &'a (dyn Fn(u64) + Sync),
    cancel: &'a AtomicBool,
}

impl Study<'_> {
    /// Takes in designs, in the order given.
    fn add(&mut self, designs: Vec<Picks>) {
        let (space, promises, formulas) = (&self.space, &self.promises, self.search.formulas);
        let read = |picks: Picks| match space.load(&picks) {
            Ok(loaded) => {
                let mut own = promises.clone();
                Ok((Candidate::of(&loaded.scenario, picks, &mut own, formulas), own))
            }
            Err(problems) => {
                let first = problems.items().first();
                let why = first.map_or_else(String::new, |item| format!("{}: {}", item.code, item.message));
                Err((picks, why))
            }
        };
        let read: Vec<_> = designs.into_par_iter().map(read).collect();
        for design in read {
            match design {
                Ok((mut candidate, own)) => {
                    let positions = self.promises.take_in(own);
                    candidate.renumber(&positions);
                    self.candidates.push(candidate);
                }
                Err(invalid) => self.invalid.push(invalid),
            }
        }
        let goals = self.candidates.iter().map(|candidate| candidate.goals.len()).max().unwrap_or(0);
        let confidence = self.written.requirements.confidence;
        let cap = self.referee.cap;
        self.referee = Referee::new(confidence, cap, self.candidates.len(), goals);
        self.referee.learn(&self.candidates);
    }

    /// Runs rounds until every target has its winner or trials run out.
    fn race(&mut self, halving: bool) {
        while !self.interrupted {
            let wanted = self.referee.wanted(&self.candidates, self.promises.0.len());
            if wanted.is_empty() {
                break;
            }
            self.run(&wanted);
            if halving {
                race::halve(&mut self.candidates);
            }
        }
    }

    fn run(&mut self, wanted: &[(usize, u64)]) {
        let done = (&self.done, self.progress);
        if trials::run(&mut self.candidates, wanted, &self.space, self.seed, done, self.cancel) {
            self.rounds += 1;
            self.referee.learn(&self.candidates);
        } else {
            self.interrupted = true;
        }
    }

    /// From the best design of a sample to its neighbours, as long as one of them is better.
    fn climb(&mut self) {
        let mut seen: std::collections::BTreeSet<Picks> = self
            .candidates
            .iter()
            .map(|candidate| candidate.picks.clone())
            .chain(self.invalid.iter().map(|(picks, _)| picks.clone()))
            .collect();
        for _ in 0..STEPS {
            let Some(best) = self.best() else { return };
            let new: Vec<Picks> = self
                .space
                .neighbours(&self.candidates[best].picks)
                .into_iter()
                .filter(|picks| seen.insert(picks.clone()))
                .collect();
            if new.is_empty() || self.interrupted {
                return;
            }
            let best = self.candidates[best].picks.clone();
            self.add(new);
            self.race(false);
            if self.best().is_some_and(|nth| self.candidates[nth].picks == best) {
                return;
            }
        }
    }

    /// The best design as far as is known; without one that looks right, the one that misses by least.
    fn best(&self) -> Option<usize> {
        let field = self.referee.standing(&self.candidates, None).field;
        let right = |nth: &&usize| race::looks_feasible(&self.candidates[**nth], None);
        field.iter().find(right).or(field.first()).copied().or_else(|| {
            let worst = |nth: &usize| race::worst(&self.candidates[*nth]);
            (0..self.candidates.len())
                .filter(|nth| self.candidates[*nth].broken.is_empty())
                .min_by(|left, right| worst(left).total_cmp(&worst(right)).then(left.cmp(right)))
        })
    }

    /// A few trials of designs that nobody had to try, so that the front can be drawn.
    fn picture(&mut self) {
        let (trials, most) = PICTURED;
        let mut unknown: Vec<usize> = (0..self.candidates.len())
            .filter(|nth| {
                let candidate = &self.candidates[*nth];
                candidate.trials == 0 && candidate.down_exact.is_none() && candidate.broken.is_empty()
            })
            .collect();
        unknown.sort_by(|left, right| {
            let floor = |nth: &usize| self.candidates[*nth].worth.floor();
            floor(left).total_cmp(&floor(right)).then(left.cmp(right))
        });
        unknown.truncate(most);
        unknown.sort_unstable();
        for nth in &unknown {
            self.candidates[*nth].pictured = true;
        }
        let until = trials.min(self.referee.cap).max(FIRST_LOOK.min(self.referee.cap));
        let wanted: Vec<(usize, u64)> = unknown.into_iter().map(|nth| (nth, until)).collect();
        if !wanted.is_empty() {
            self.run(&wanted);
        }
    }

    fn trials(&self) -> u64 {
        self.candidates.iter().map(|candidate| candidate.trials).sum()
    }

    /// What is to be small, for people.
    fn aim(&self) -> AimFindings {
        let nodes = AimFindings {
            key: "nodes".to_owned(),
            label: "nodes in use".to_owned(),
            label_zh: "在用节点数".to_owned(),
            unit: None,
            currency: None,
        };
        let currency = self.written.prices.as_ref().map(|prices| prices.currency.to_string());
        let by = |watch: Watch| AimFindings {
            key: watch.path(&self.written),
            label: watch.about().label.to_owned(),
            label_zh: watch.about().label_zh.to_owned(),
            unit: Some(watch.about().unit),
            currency: currency.filter(|_| watch.about().unit == Unit::MoneyPerYear),
        };
        match &self.written.requirements.minimise {
            Aim::Nodes => nodes,
            Aim::Cost => Watch::named(&self.written, "cost.total_cost").map_or(nodes, by),
            Aim::Metric(path) => Watch::new(&self.written, path).map_or(nodes, by),
        }
    }

    /// Ended by the user.
    fn cancelled(&self) -> bool {
        self.interrupted || self.cancel.load(Ordering::Relaxed)
    }
}

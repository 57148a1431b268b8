//! Several designs on the same trials: what differs, by how much, and which differences are real.

mod found;
mod rows;
#[cfg(test)]
mod tests;

pub use found::{Alone, Compared, Contender, Proof, Row, Versus};
pub use rows::{COST_KEYS, Candidate, CompareError, DATASET_KEYS, SERVICE_KEYS};

use super::findings::{Findings, Measured, Stopped};
use super::front::{cheapest, fronts};
use super::run::findings;
use super::simulate::Worker;
use crate::analytic;
use crate::estimate::{Basis, Difference, Estimate, RatioMoments, holm};
use crate::metric::Watch;
use crate::model::Subject;
use crate::montecarlo::{PairFold, Paired, PairedOutcomes, PairedPlan, RunError, Shape, run_paired};
use crate::quantity::Span;
use rows::Line;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Designs that can be compared, and what is compared of them.
#[derive(Clone, Debug)]
pub struct Comparison {
    candidates: Vec<Candidate>,
    lines: Vec<Line>,
    alone: Vec<Alone>,
}

/// Stop when differences are known well enough.
#[derive(Clone, PartialEq, Debug)]
pub struct PreciseDifference {
    /// Path or key of what is compared; all its differences count.
    pub metric: String,
    /// Half of the paired 95 % interval over the size of the difference that is enough. Where no trial differs there is nothing to wait for.
    pub within: f64,
}

impl Comparison {
    /// Designs with what all of them have; the first is the baseline. `keys` are paths, or keys of metrics for everything that has them;
    /// without any, [`SERVICE_KEYS`] and [`DATASET_KEYS`] of all services and datasets in common, and [`COST_KEYS`] where all have prices.
    ///
    /// # Errors
    /// Fewer than two designs, two alike or of one name, designs that differ in horizon, start or currency, unknown metrics, or nothing in common.
    pub fn new(candidates: Vec<Candidate>, keys: &[String]) -> Result<Self, CompareError> {
        rows::comparable(&candidates)?;
        let lines = rows::lines(&candidates, keys)?;
        let alone = rows::alone(&candidates);
        Ok(Self { candidates, lines, alone })
    }

    /// The designs, baseline first.
    #[must_use]
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// Paths of what is compared, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| line.path.as_str())
    }

    /// Runs all designs on the same trials under one seed. `progress` and `cancel` are those of [`crate::simulate`]; trials count once for all designs.
    ///
    /// # Errors
    /// Threads cannot be started, or the stopping rule names nothing that is compared.
    pub fn simulate(
        &self,
        seed: u64,
        plan: &PairedPlan,
        until: Option<&PreciseDifference>,
        progress: &(dyn Fn(u64) + Sync),
        cancel: &AtomicBool,
    ) -> Result<PairedOutcomes, RunError> {
        let designs: Vec<Paired> = self
            .candidates
            .iter()
            .enumerate()
            .map(|(nth, candidate)| Paired {
                shape: Shape::of(&candidate.scenario, seed),
                watches: self.lines.iter().map(|line| line.watches[nth]).collect(),
            })
            .collect();
        let wanted: Vec<usize> = match until {
            Some(until) => self.meant(&until.metric),
            None => Vec::new(),
        };
        if let Some(until) = until.filter(|_| wanted.is_empty()) {
            return Err(RunError::NoSuchMetric { metric: until.metric.clone() });
        }
        let enough = |fold: &PairFold| {
            until.is_some_and(|until| {
                let others = 1..self.candidates.len();
                others.flat_map(|nth| wanted.iter().map(move |&row| (nth, row))).all(|(nth, row)| {
                    self.difference(fold, nth, row).is_some_and(|difference| precise(&difference, until.within))
                })
            })
        };
        let worker = |nth: usize| Worker::new(&self.candidates[nth].scenario, seed);
        run_paired(&designs, plan, worker, &enough, progress, cancel)
    }

    /// Judges what the trials left.
    #[must_use]
    pub fn conclude(&self, outcomes: &PairedOutcomes) -> Compared {
        let found: Vec<Findings> = self
            .candidates
            .iter()
            .zip(&outcomes.designs)
            .map(|(candidate, outcomes)| {
                let scenario = &candidate.scenario;
                findings(Arc::clone(scenario), outcomes, &analytic::predictions(scenario), Vec::new())
            })
            .collect();
        let mut rows: Vec<Row> = (0..self.lines.len()).map(|row| self.row(&outcomes.fold, row, &found)).collect();
        let family = judge(&mut rows);
        let all: Vec<&Findings> = found.iter().collect();
        let (fronts, cheapest) = (fronts(&all), cheapest(&all));
        let first = outcomes.designs.first();
        Compared {
            trials: outcomes.fold.trials,
            seed: first.map_or(0, |outcomes| outcomes.seed),
            stopped: first.map_or(Stopped::Interrupted, |outcomes| outcomes.stopped),
            contenders: self
                .candidates
                .iter()
                .zip(found)
                .map(|(candidate, findings)| Contender { name: candidate.name.clone(), findings })
                .collect(),
            rows,
            family,
            alone: self.alone.clone(),
            fronts,
            cheapest,
        }
    }

    /// Whether a path or key means something that is compared.
    #[must_use]
    pub fn has(&self, metric: &str) -> bool {
        !self.meant(metric).is_empty()
    }

    /// Rows that a path or key means.
    fn meant(&self, metric: &str) -> Vec<usize> {
        let means = |line: &Line| line.path == metric || line.watches[0].about().key == metric;
        (0..self.lines.len()).filter(|&row| means(&self.lines[row])).collect()
    }

    fn horizon(&self) -> Span {
        self.candidates.first().map_or(Span::ZERO, |candidate| candidate.scenario.horizon)
    }

    fn difference(&self, fold: &PairFold, nth: usize, row: usize) -> Option<Difference> {
        let (first, second) = (&fold.own[0][row], &fold.own[nth][row]);
        let watches: &[Watch] = &self.lines[row].watches;
        let lines = [watches[0].line(first, self.horizon()), watches[nth].line(second, self.horizon())];
        fold.pairs[nth - 1][row].difference(first, second, lines)
    }

    fn row(&self, fold: &PairFold, row: usize, found: &[Findings]) -> Row {
        let line = &self.lines[row];
        let own = line.watches.iter().zip(&fold.own).zip(found);
        let estimate = |((watch, own), found): ((&Watch, &Vec<RatioMoments>), &Findings)| {
            let quantiles = measured(found, watch).and_then(|measured| measured.estimate.quantiles);
            Estimate { quantiles, ..watch.estimate(&own[row], self.horizon()) }
        };
        let estimates: Vec<Estimate> = own.map(estimate).collect();
        let versus = (1..self.candidates.len()).map(|nth| {
            let difference = self.difference(fold, nth, row);
            // Where every trial has its say, differences of trials scatter by themselves.
            let scatters = |it: &Difference| {
                let judged = [0, nth].iter().all(|&nth| fold.own[nth][row].clusters == fold.own[nth][row].n);
                judged && it.std_error.is_some_and(|error| error > 0.0)
            };
            let widen = |it| if scatters(&it) { it } else { widened(it, &estimates[0], &estimates[nth]) };
            let difference = difference.map(widen);
            Versus { design: nth, difference, proof: Proof::Nothing }
        });
        let versus = versus.collect();
        Row { path: line.path.clone(), about: line.watches[0].about(), versus, estimates }
    }
}

/// What a run of the design alone says of the metric that is watched.
fn measured<'f>(found: &'f Findings, watch: &Watch) -> Option<&'f Measured> {
    let key = watch.about().key;
    let subject = match watch.subject() {
        Subject::Cost => return found.cost.as_ref()?.metric(key),
        Subject::Service(id) => found.services.iter().find(|(other, _)| *other == id).map(|(_, found)| found),
        Subject::Dataset(id) => found.datasets.iter().find(|(other, _)| *other == id).map(|(_, found)| found),
        Subject::Domain(id) => found.domains.iter().find(|(other, _)| *other == id).map(|(_, found)| found),
        Subject::Scenario => Some(&found.whole),
    };
    subject?.metric(key)
}

/// Something that was not seen in one of the two designs leaves no scatter there, but may be as far off as its bound: the interval reaches so much farther.
fn widened(difference: Difference, first: &Estimate, second: &Estimate) -> Difference {
    let slack = |estimate: &Estimate| match (estimate.basis, estimate.point) {
        (Basis::Bound, Some(point)) => {
            (estimate.low.map_or(0.0, |low| point - low), estimate.high.map_or(0.0, |high| high - point))
        }
        _ => (0.0, 0.0),
    };
    let ((below_first, above_first), (below_second, above_second)) = (slack(first), slack(second));
    Difference {
        low: difference.low.map(|low| low - below_second - above_first),
        high: difference.high.map(|high| high + above_second + below_first),
        ..difference
    }
}

/// Whether half of the interval is small enough against the difference.
fn precise(difference: &Difference, within: f64) -> bool {
    let half = difference.high.map(|high| high - difference.point);
    difference.differing == 0 || half.is_some_and(|half| half <= within * difference.point.abs())
}

fn leaves_out_zero(difference: &Difference) -> bool {
    difference.low.is_some_and(|low| low > 0.0) || difference.high.is_some_and(|high| high < 0.0)
}

/// Says of every difference whether it is real, all of them together at one level; returns how many were tested.
fn judge(rows: &mut [Row]) -> usize {
    for row in rows.iter_mut() {
        let estimates = &row.estimates;
        for versus in &mut row.versus {
            // A bound stands for something that was not seen: of two that were not seen nothing is known to be the same.
            let unseen = |nth: usize| estimates[nth].basis == Basis::Bound;
            versus.proof = match versus.difference {
                None => Proof::Nothing,
                Some(it) if it.differing > 0 => Proof::NotShown,
                Some(_) if unseen(0) && unseen(versus.design) => Proof::Unseen,
                Some(_) => Proof::Same,
            };
        }
    }
    let mut tested: Vec<(&mut Versus, f64)> = rows
        .iter_mut()
        .flat_map(|row| &mut row.versus)
        .filter_map(|versus| {
            // What cannot be judged yet belongs to the family too: it was asked.
            let chance = versus.difference?.chance.unwrap_or(1.0);
            Some((versus, chance))
        })
        .collect();
    let chances: Vec<f64> = tested.iter().map(|(_, chance)| *chance).collect();
    for ((versus, _), real) in tested.iter_mut().zip(holm(&chances)) {
        // Nor is what its own interval does not show, bounds of the unseen included.
        if real && versus.difference.is_some_and(|difference| leaves_out_zero(&difference)) {
            versus.proof = Proof::Real;
        }
    }
    chances.len()
}

//! Chains that climb step by step towards loss: how many units are missing, until the data are gone.
//!
//! Times and rates are in any one unit. Only positive numbers are added, multiplied and divided wherever a digit could get
//! lost, so that probabilities of 1e-15 keep theirs; no scenario, no placement.

use super::markov::Chain;

/// After so many times the sum of the mean rebuild times the beginning has died out to 1e-15 of the answer.
const SETTLED: f64 = 40.0;

/// Rounds in which the slowest mode must stand out; each gains the ratio of the slowest to the next rate.
const ROUNDS_MAX: usize = 60;

/// Below this the weights of the uniformisation are cut off.
const CHANCE_MIN: f64 = 1e-28;

/// What happens in one state, in moves per unit of time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step {
    /// One more unit is missing and nothing is lost yet.
    pub onward: f64,
    /// One unit is rebuilt.
    pub back: f64,
    /// Data are lost.
    pub lost: f64,
}

/// States `0..` by the number of missing units; loss is absorbing.
///
/// ```
/// use drsim::analytic::loss_chain::{LossChain, Step};
/// // A mirror: each side fails once in 1000 h, a rebuild takes 10 h.
/// let mirror = LossChain::new(&[
///     Step { onward: 0.002, back: 0.0, lost: 0.0 },
///     Step { onward: 0.0, back: 0.1, lost: 0.001 },
/// ]).unwrap();
/// assert!((mirror.mttdl() - (3.0 * 0.001 + 0.1) / (2.0 * 0.001 * 0.001)).abs() < 1e-8); // 51 500 h
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct LossChain {
    steps: Vec<Step>,
    /// Rate of loss from each state once everything above it is cut out.
    drains: Vec<f64>,
}

/// The slowest mode of a chain: after the beginning, `P(loss by t) = 1 - exp(-rate (t - lag))`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Slowest {
    /// Losses per unit of time among those that have not lost yet.
    pub rate: f64,
    /// How much later the losses come than if that rate held from the beginning.
    pub lag: f64,
    /// From here on the formula is exact to about 1e-14 of itself.
    pub from: f64,
}

impl LossChain {
    /// `None` unless all rates are 0 or more and finite, the first state has no way back, the last none onward, every
    /// other one some, and the last one is lost at a rate above 0.
    #[must_use]
    pub fn new(steps: &[Step]) -> Option<Self> {
        let (last, others) = steps.split_last()?;
        let fits =
            |step: &Step| [step.onward, step.back, step.lost].iter().all(|rate| *rate >= 0.0 && rate.is_finite());
        let climbs = others.iter().all(|step| step.onward > 0.0) && last.onward == 0.0 && last.lost > 0.0;
        if !steps.iter().all(fits) || steps[0].back != 0.0 || !climbs {
            return None;
        }
        // Censor the highest state again and again: what climbed there now comes back or is lost directly.
        let mut drains: Vec<f64> = steps.iter().map(|step| step.lost).collect();
        for state in (0..others.len()).rev() {
            drains[state] += steps[state].onward * drains[state + 1] / (steps[state + 1].back + drains[state + 1]);
        }
        Some(Self { steps: steps.to_vec(), drains })
    }

    /// Mean time to data loss from the state where nothing is missing.
    #[must_use]
    pub fn mttdl(&self) -> f64 {
        let mut start = vec![0.0; self.steps.len()];
        start[0] = 1.0;
        self.times(&start).iter().sum()
    }

    /// Probability of loss by `t`, accurate to about 1e-11 of itself.
    ///
    /// [`LossChain::loss_tail`] where it holds, else uniformisation of the absorbing chain. `None` for negative times, for
    /// chances under 1e-28 before the tail holds, and where both would take too much work.
    #[must_use]
    pub fn loss_by(&self, t: f64) -> Option<f64> {
        if t == 0.0 {
            return Some(0.0);
        }
        if t.is_nan() || t < 0.0 {
            return None;
        }
        self.loss_tail(t).or_else(|| {
            let (chain, start, lost) = self.absorbing();
            chain.ever_within(&start, &lost, t).filter(|chance| *chance >= CHANCE_MIN)
        })
    }

    /// Probability of loss by `t` from the slowest mode: `1 - exp(-rate (t - lag))`, for chances however small.
    ///
    /// For fast rebuilds this is `t / MTTDL` with its corrections: the lag of the beginning and the saturation near 1.
    /// `None` before the beginning has died out (`t < from`), without rebuild, and where failures are no rarer than rebuilds.
    #[must_use]
    pub fn loss_tail(&self, t: f64) -> Option<f64> {
        let slowest = self.slowest().filter(|slowest| t >= slowest.from)?;
        Some(-libm::expm1(-slowest.rate * (t - slowest.lag)))
    }

    /// The slowest mode; `None` where it does not stand out.
    ///
    /// Left and right eigenvectors by inverse iteration; the chance is `1 - r_0 / (q r) exp(-rate t)` with `q` the
    /// distribution among those that have not lost yet and `r` the right vector, and `lag = ln(r_0 / (q r)) / rate`.
    /// Source: van Doorn and Pollett, *European Journal of Operational Research* 230, 2013 (quasi-stationary distributions).
    #[must_use]
    pub fn slowest(&self) -> Option<Slowest> {
        let top = self.steps.len() - 1;
        if self.steps[1..].iter().any(|step| step.back == 0.0) {
            return None;
        }
        let mut first = vec![0.0; top + 1];
        first[0] = 1.0;
        let left = iterate(first, |now| self.times(now), |next| next.iter().sum())?;
        let right = iterate(vec![1.0; top + 1], |now| self.values(now), |next| next[0])?;
        let rate = 1.0 / self.times(&left).iter().sum::<f64>();
        // r_0 - r_i as a sum of differences of neighbours, from the top, where only the tiny rate is subtracted.
        let mut differences = vec![0.0; top];
        for state in (0..top).rev() {
            let above = self.steps[state + 1];
            let beyond = if state + 1 < top { above.onward * differences[state + 1] } else { 0.0 };
            differences[state] = (beyond + (above.lost - rate) * right[state + 1]) / above.back;
        }
        let (mut fallen, mut spread, mut weight) = (0.0, 0.0, left[0] * right[0]);
        for state in 1..=top {
            fallen += differences[state - 1];
            spread += left[state] * fallen;
            weight += left[state] * right[state];
        }
        let from = SETTLED * self.steps[1..].iter().map(|step| 1.0 / step.back).sum::<f64>();
        Some(Slowest { rate, lag: libm::log1p(spread / weight) / rate, from })
    }

    /// The chain for the general solvers; the last state is loss.
    #[must_use]
    pub fn absorbing(&self) -> (Chain, Vec<f64>, Vec<bool>) {
        let gone = self.steps.len();
        let mut chain = Chain::new(gone + 1);
        for (state, step) in self.steps.iter().enumerate() {
            for (to, rate) in [(state + 1, step.onward), (state.wrapping_sub(1), step.back), (gone, step.lost)] {
                if rate > 0.0 {
                    chain.add(state, to, rate);
                }
            }
        }
        let start = (0..=gone).map(|state| if state == 0 { 1.0 } else { 0.0 }).collect();
        (chain, start, (0..=gone).map(|state| state == gone).collect())
    }

    /// Mean time spent in each state before loss, from this starting distribution.
    fn times(&self, start: &[f64]) -> Vec<f64> {
        let mut times = start.to_vec();
        for state in (1..times.len()).rev() {
            let back = self.steps[state].back;
            times[state - 1] += times[state] * back / (back + self.drains[state]);
        }
        times[0] /= self.drains[0];
        for state in 1..times.len() {
            let entered = times[state] + times[state - 1] * self.steps[state - 1].onward;
            times[state] = entered / (self.steps[state].back + self.drains[state]);
        }
        times
    }

    /// Mean sum over time of what a state pays, from each start until loss.
    fn values(&self, paid: &[f64]) -> Vec<f64> {
        let mut values = paid.to_vec();
        for state in (1..values.len()).rev() {
            let leaves = self.steps[state].back + self.drains[state];
            values[state - 1] += self.steps[state - 1].onward * values[state] / leaves;
        }
        values[0] /= self.drains[0];
        for state in 1..values.len() {
            let back = self.steps[state].back;
            values[state] = (values[state] + back * values[state - 1]) / (back + self.drains[state]);
        }
        values
    }
}

/// Applies a positive map, scaled, until the direction stays; `None` if it does not.
fn iterate(mut now: Vec<f64>, map: impl Fn(&[f64]) -> Vec<f64>, scale: impl Fn(&[f64]) -> f64) -> Option<Vec<f64>> {
    for _ in 0..ROUNDS_MAX {
        let mut next = map(&now);
        let size = scale(&next);
        for value in &mut next {
            *value /= size;
        }
        let stays = next.iter().zip(&now).all(|(new, old)| (new - old).abs() <= 1e-15 * new);
        now = next;
        if stays {
            return Some(now);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Replicas `n`, each fails at `failure`, rebuilds one at a time at 1.
    fn replicas(n: usize, failure: f64) -> LossChain {
        let step = |down: usize| {
            let fails = (n - down) as f64 * failure;
            let last = down + 1 == n;
            Step {
                onward: if last { 0.0 } else { fails },
                back: if down > 0 { 1.0 } else { 0.0 },
                lost: if last { fails } else { 0.0 },
            }
        };
        LossChain::new(&(0..n).map(step).collect::<Vec<_>>()).unwrap()
    }

    /// Leaks to loss from every state and rebuilds at different speeds.
    fn leaky(scale: f64) -> LossChain {
        LossChain::new(&[
            Step { onward: 4.0 * scale, back: 0.0, lost: 1e-4 * scale * scale },
            Step { onward: 3.0 * scale, back: 1.3, lost: 0.2 * scale * scale },
            Step { onward: 1.7 * scale, back: 0.7, lost: 0.3 * scale },
            Step { onward: 0.0, back: 2.0, lost: 0.5 },
        ])
        .unwrap()
    }

    /// Mean time to absorption by plain elimination with pivots on the equations `sum of rates * h = 1 + sum rate * h'`.
    fn mean_by_elimination(chain: &LossChain) -> f64 {
        let n = chain.steps.len();
        let mut rows = vec![vec![0.0; n + 1]; n];
        for (state, step) in chain.steps.iter().enumerate() {
            rows[state][state] = step.onward + step.back + step.lost;
            if state + 1 < n {
                rows[state][state + 1] = -step.onward;
            }
            if state > 0 {
                rows[state][state - 1] = -step.back;
            }
            rows[state][n] = 1.0;
        }
        for pivot in 0..n {
            let row = rows[pivot].clone();
            for other in (0..n).filter(|other| *other != pivot) {
                let factor = rows[other][pivot] / row[pivot];
                (0..=n).for_each(|column| rows[other][column] -= factor * row[column]);
            }
        }
        rows[0][n] / rows[0][0]
    }

    #[test]
    fn the_mean_solves_its_equations() {
        for chain in [replicas(1, 0.3), replicas(2, 0.01), replicas(4, 0.2), leaky(0.1), leaky(1.0)] {
            let (ours, plain) = (chain.mttdl(), mean_by_elimination(&chain));
            assert!((ours / plain - 1.0).abs() < 1e-9, "{ours} {plain}");
        }
    }

    #[test]
    fn tail_and_uniformisation_agree_where_both_hold() {
        for chain in [replicas(2, 0.01), replicas(3, 0.02), replicas(5, 0.05), leaky(0.02), leaky(0.1)] {
            let slowest = chain.slowest().unwrap();
            for t in [slowest.from, 3.0 * slowest.from, 2e4] {
                let (absorbing, start, lost) = chain.absorbing();
                let uniform = absorbing.ever_within(&start, &lost, t).unwrap();
                let tail = chain.loss_tail(t).unwrap();
                assert!((tail / uniform - 1.0).abs() < 1e-10, "{t}: {tail:e} {uniform:e}");
            }
            assert_eq!(chain.loss_tail(slowest.from * 0.99), None);
        }
    }

    #[test]
    fn the_mirror_has_two_roots() {
        // Roots of s^2 + (3 l + m) s + 2 l^2; the slow one is 2 l^2 / (l1 + l2 ...) without cancellation.
        let (failure, rebuild) = (1e-9, 1.0);
        let sum: f64 = 3.0 * failure + rebuild;
        let fast = f64::midpoint(sum, (sum * sum - 8.0 * failure * failure).sqrt());
        let slow = 2.0 * failure * failure / fast;
        let slowest = replicas(2, failure).slowest().unwrap();
        assert!((slowest.rate / slow - 1.0).abs() < 1e-14);
        // S(t) = (fast e^(-slow t) - slow e^(-fast t)) / (fast - slow): the lag is ln(fast / (fast - slow)) / slow.
        assert!((slowest.lag * slow / -libm::log1p(-slow / fast) - 1.0).abs() < 1e-9, "{}", slowest.lag);
        let at_50 = replicas(2, failure).loss_tail(50.0).unwrap();
        assert!((at_50 / (slow * (50.0 - 1.0 / fast)) - 1.0).abs() < 1e-13, "{at_50:e}");
    }

    #[test]
    fn tiny_chances_keep_their_digits() {
        // Six replicas, 1e-4: P about 1e-14 per 1000; linear in t once the beginning is over.
        let chain = replicas(6, 1e-4);
        let (one, two) = (chain.loss_by(1e3).unwrap(), chain.loss_by(2e3).unwrap());
        let slowest = chain.slowest().unwrap();
        assert!(one < 1e-15 && ((two - one) / (1e3 * slowest.rate) - 1.0).abs() < 1e-12, "{one:e}");
        assert!((chain.mttdl() * slowest.rate - 1.0).abs() < 1e-3);
    }

    #[test]
    fn short_times_are_left_to_the_uniformisation() {
        // Without time for a rebuild: P(both sides down by t) = (l t)^2 to first order.
        let chance = replicas(2, 1e-3).loss_by(1e-4).unwrap();
        assert!((chance / 1e-14 - 1.0).abs() < 1e-3, "{chance:e}");
        assert_eq!(replicas(2, 1e-3).loss_by(0.0), Some(0.0));
        assert_eq!(replicas(2, 1e-3).loss_by(-1.0), None);
        assert_eq!(replicas(6, 1e-9).loss_by(1e-3), None);
    }

    #[test]
    fn what_is_no_climb_is_refused() {
        let step = |onward, back, lost| Step { onward, back, lost };
        assert_eq!(LossChain::new(&[]), None);
        assert_eq!(LossChain::new(&[step(1.0, 0.0, 0.0)]), None);
        assert_eq!(LossChain::new(&[step(1.0, 0.1, 0.0), step(0.0, 1.0, 1.0)]), None);
        assert_eq!(LossChain::new(&[step(0.0, 0.0, 1.0), step(0.0, 1.0, 1.0)]), None);
        assert_eq!(LossChain::new(&[step(1.0, 0.0, 0.0), step(0.0, -1.0, 1.0)]), None);
        let without_rebuild = LossChain::new(&[step(2.0, 0.0, 0.0), step(0.0, 0.0, 1.0)]).unwrap();
        assert_eq!(without_rebuild.slowest(), None);
        assert!((without_rebuild.mttdl() - 1.5).abs() < 1e-15);
    }
}

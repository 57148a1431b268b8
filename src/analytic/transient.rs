//! What a Markov chain does on the way: uniformisation (Jensen) with stable Poisson weights.
//!
//! Only positive terms are added. Refuses, with `None`, what would take over [`WORK_MAX`] multiplications.

use super::markov::Chain;

/// Most multiplications for one answer: a fraction of a second.
pub const WORK_MAX: f64 = 1e8;

/// Weights below this share of the largest are left out.
const NEGLIGIBLE: f64 = 1e-40;

/// Poisson probabilities of `first ..` with the given mean, scaled to sum 1; computed from the mode outwards.
///
/// ```
/// let (first, weights) = drsim::analytic::transient::poisson(2.0);
/// assert_eq!(first, 0);
/// assert!((weights[0] - (-2.0f64).exp()).abs() < 1e-15);
/// ```
#[must_use]
pub fn poisson(mean: f64) -> (usize, Vec<f64>) {
    let mode = mean.floor();
    let mut below = Vec::new();
    let (mut weight, mut count) = (1.0, mode);
    while count > 0.0 {
        weight *= count / mean;
        if weight < NEGLIGIBLE {
            break;
        }
        below.push(weight);
        count -= 1.0;
    }
    let first = mode as usize - below.len();
    let mut weights: Vec<f64> = below.into_iter().rev().collect();
    (weight, count) = (1.0, mode);
    while weight >= NEGLIGIBLE {
        weights.push(weight);
        count += 1.0;
        weight *= mean / count;
    }
    let total: f64 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= total;
    }
    (first, weights)
}

impl Chain {
    /// Probability of each state at time `t` from the distribution `start`; `None` when it takes too much work.
    ///
    /// Panics unless `start` has one entry per state. Source: Jensen 1953, uniformisation.
    ///
    /// ```
    /// use drsim::analytic::{availability::point_unavailability, markov::Chain};
    /// let mut unit = Chain::new(2);
    /// unit.add(0, 1, 0.1);
    /// unit.add(1, 0, 0.2);
    /// let at_10 = unit.transient(&[1.0, 0.0], 10.0).unwrap();
    /// assert!((at_10[1] / point_unavailability(0.1, 0.2, 10.0).unwrap() - 1.0).abs() < 1e-13);
    /// ```
    #[must_use]
    pub fn transient(&self, start: &[f64], t: f64) -> Option<Vec<f64>> {
        self.weigh(start, t, &vec![false; self.len()], Weighing::AtEnd)
    }

    /// Mean share of `[0, t]` spent in each state from the distribution `start`; `None` when it takes too much work.
    ///
    /// `(1 / q t) * sum over jumps k of P(N(q t) > k) times the distribution after k jumps`. Panics as [`Chain::transient`].
    #[must_use]
    pub fn occupancy(&self, start: &[f64], t: f64) -> Option<Vec<f64>> {
        if t <= 0.0 {
            return None;
        }
        let mut shares = self.weigh(start, t, &vec![false; self.len()], Weighing::Throughout)?;
        let total: f64 = shares.iter().sum();
        for share in &mut shares {
            *share /= total;
        }
        Some(shares)
    }

    /// Probability of having been in the set at any moment of `[0, t]`, the start included; `None` as for `transient`.
    ///
    /// The set is made absorbing. Panics unless both lists have one entry per state.
    #[must_use]
    pub fn ever_within(&self, start: &[f64], within: &[bool], t: f64) -> Option<f64> {
        let at_end = self.weigh(start, t, within, Weighing::AtEnd)?;
        Some(at_end.iter().zip(within).filter(|(_, inside)| **inside).map(|(chance, _)| chance).sum())
    }

    /// Sum over jumps of a weight times the distribution after so many jumps; states in `absorbing` are never left.
    fn weigh(&self, start: &[f64], t: f64, absorbing: &[bool], weighing: Weighing) -> Option<Vec<f64>> {
        let n = self.len();
        assert_eq!((start.len(), absorbing.len()), (n, n), "one entry per state");
        let exit = |state: usize| -> f64 {
            if absorbing[state] { 0.0 } else { self.moves[state].iter().map(|(_, rate)| rate).sum() }
        };
        let fastest = (0..n).map(exit).fold(0.0, f64::max);
        if fastest <= 0.0 || t <= 0.0 {
            return Some(start.to_vec());
        }
        // A little faster than the fastest state, so that no chain is periodic.
        let rate = fastest * 1.02;
        if rate * t > WORK_MAX {
            return None;
        }
        let (first, mut weights) = poisson(rate * t);
        if weighing == Weighing::Throughout {
            let mut beyond = 0.0;
            for weight in weights.iter_mut().rev() {
                beyond += std::mem::replace(weight, beyond);
            }
        }
        let before = if weighing == Weighing::Throughout { 1.0 } else { 0.0 };
        let jumps = first + weights.len();
        let jumps_max = (WORK_MAX / (n + self.move_count()) as f64) as usize;
        // What is absorbed goes on growing to the end; only other chains may settle before.
        if jumps > jumps_max && absorbing.contains(&true) {
            return None;
        }
        let stays: Vec<f64> = (0..n).map(|state| 1.0 - exit(state) / rate).collect();

        let mut now = start.to_vec();
        let mut next = vec![0.0; n];
        let mut sum = vec![0.0; n];
        for jump in 0..jumps {
            if jump > jumps_max {
                return None;
            }
            let weight = if jump < first { before } else { weights[jump - first] };
            for (total, chance) in sum.iter_mut().zip(&now) {
                *total += weight * chance;
            }
            for (state, after) in next.iter_mut().enumerate() {
                *after = now[state] * stays[state];
            }
            for (from, moves) in self.moves.iter().enumerate().filter(|&(from, _)| !absorbing[from]) {
                let share = now[from] / rate;
                if share > 0.0 {
                    for &(to, speed) in moves {
                        next[to] += share * speed;
                    }
                }
            }
            std::mem::swap(&mut now, &mut next);
            // Nothing moves any more beyond rounding: the rest of the weights goes to the same distribution.
            let settled = |(a, b): (&f64, &f64)| (a - b).abs() <= 4.0 * f64::EPSILON * a + NEGLIGIBLE * NEGLIGIBLE;
            if jump % 64 == 63 && now.iter().zip(&next).all(settled) {
                let early = first.saturating_sub(jump + 1);
                let late = &weights[(jump + 1).saturating_sub(first)..];
                let rest = before * early as f64 + late.iter().sum::<f64>();
                for (total, chance) in sum.iter_mut().zip(&now) {
                    *total += rest * chance;
                }
                break;
            }
        }
        Some(sum)
    }
}

/// Which weight a number of jumps gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Weighing {
    /// The chance of exactly so many jumps: the distribution at the end.
    AtEnd,
    /// The chance of more jumps: time spent, times the rate.
    Throughout,
}

#[cfg(test)]
mod tests {
    use super::super::availability::{interval_unavailability, point_unavailability};
    use super::*;

    fn three_replicas() -> Chain {
        let mut chain = Chain::new(4);
        for down in 0..3 {
            chain.add(down, down + 1, (3 - down) as f64 * 1e-3);
            chain.add(down + 1, down, (down + 1) as f64 * 0.1);
        }
        chain
    }

    #[test]
    fn poisson_weights_at_small_and_large_means() {
        for mean in [1e-3, 0.7, 30.0, 26_280.0] {
            let (first, weights) = poisson(mean);
            let average: f64 = weights.iter().enumerate().map(|(nth, weight)| (first + nth) as f64 * weight).sum();
            assert!((average / mean - 1.0).abs() < 1e-12, "{mean}: {average}");
            let spread: f64 = weights
                .iter()
                .enumerate()
                .map(|(nth, weight)| libm::pow((first + nth) as f64 - mean, 2.0) * weight)
                .sum();
            assert!((spread / mean - 1.0).abs() < 1e-10, "{mean}: {spread}");
        }
    }

    #[test]
    fn two_states_follow_their_closed_forms() {
        let mut unit = Chain::new(2);
        unit.add(0, 1, 1e-4);
        unit.add(1, 0, 0.25);
        for t in [0.01, 3.0, 50.0, 5_000.0] {
            let at = unit.transient(&[1.0, 0.0], t).unwrap()[1];
            let mean = unit.occupancy(&[1.0, 0.0], t).unwrap()[1];
            assert!((at / point_unavailability(1e-4, 0.25, t).unwrap() - 1.0).abs() < 1e-11, "{t}: {at}");
            assert!((mean / interval_unavailability(1e-4, 0.25, t).unwrap() - 1.0).abs() < 1e-11, "{t}: {mean}");
        }
    }

    #[test]
    fn outage_of_three_replicas_in_ten_years() {
        // Storm (stormpy 2.0.0): P(outage in 87 600 h) = 0.025054.
        let outage =
            three_replicas().ever_within(&[1.0, 0.0, 0.0, 0.0], &[false, false, false, true], 87_600.0).unwrap();
        assert!((outage - 0.025_054).abs() < 5e-7, "{outage}");
        let down = three_replicas().occupancy(&[1.0, 0.0, 0.0, 0.0], 87_600.0).unwrap()[3];
        assert!((down / 9.705_9e-7 - 1.0).abs() < 1e-3 && down < 9.705_9e-7, "{down:e}");
    }

    #[test]
    fn absorption_without_repair_is_a_product_of_lives() {
        let mut chain = Chain::new(3);
        chain.add(0, 1, 0.2);
        chain.add(1, 2, 0.1);
        let gone = chain.ever_within(&[1.0, 0.0, 0.0], &[false, false, true], 1e-6).unwrap();
        // Both of two parts gone: (1 - exp(-0.1 t))^2, 1e-14 here and still exact.
        assert!((gone / libm::pow(-libm::expm1(-1e-7), 2.0) - 1.0).abs() < 1e-12, "{gone:e}");
    }

    #[test]
    fn starting_within_counts_and_too_much_work_is_refused() {
        let chain = three_replicas();
        let outage = chain.ever_within(&[0.0, 0.0, 0.0, 1.0], &[false, false, false, true], 5.0).unwrap();
        assert!((outage - 1.0).abs() < 1e-14);
        assert_eq!(chain.transient(&[1.0, 0.0, 0.0, 0.0], 1e12), None);
        assert_eq!(chain.occupancy(&[1.0, 0.0, 0.0, 0.0], 0.0), None);
    }
}

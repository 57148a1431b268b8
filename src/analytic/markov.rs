//! Small continuous-time Markov chains: states, rates, steady state without subtraction.
//!
//! What happens on the way, from a given start, is [`super::transient`]'s.

/// Most states for which [`Chain::steady_state`] solves (dense: memory and n^3 / 3 steps).
pub const STATES_MAX: usize = 2_000;

/// A chain under construction: states are `0..len`, moves carry rates.
///
/// ```
/// use drsim::analytic::markov::Chain;
/// let mut unit = Chain::new(2);
/// unit.add(0, 1, 0.001); // fails once in 1000 h
/// unit.add(1, 0, 0.1); // is repaired in 10 h
/// let steady = unit.steady_state().unwrap();
/// assert!((steady[1] - 10.0 / 1010.0).abs() < 1e-15);
/// ```
#[derive(Clone, Debug)]
pub struct Chain {
    pub(super) moves: Vec<Vec<(usize, f64)>>,
}

impl Chain {
    /// A chain of `states` states without moves.
    #[must_use]
    pub fn new(states: usize) -> Self {
        Self { moves: vec![Vec::new(); states] }
    }

    /// Number of states.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.moves.len()
    }

    /// True without states.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.moves.is_empty()
    }

    /// Number of moves.
    #[must_use]
    pub fn move_count(&self) -> usize {
        self.moves.iter().map(Vec::len).sum()
    }

    /// Adds a move at `rate`; panics on an unknown state, a move to itself or a rate that is not above 0 and finite.
    pub fn add(&mut self, from: usize, to: usize, rate: f64) {
        assert!(to < self.len(), "state {to} of {}", self.len());
        assert!(from != to, "state {from} moves to itself");
        assert!(rate > 0.0 && rate.is_finite(), "rate {rate} from {from} to {to}");
        self.moves[from].push((to, rate));
    }

    /// Probability of each state in the long run; `None` when the chain falls apart or has over [`STATES_MAX`] states.
    ///
    /// State reduction of Grassmann, Taksar and Heyman (*Operations Research* 33, 1985): only positive numbers are added,
    /// multiplied and divided, so every entry is accurate to some 1e-15 of itself, however small.
    #[must_use]
    pub fn steady_state(&self) -> Option<Vec<f64>> {
        let n = self.len();
        if n == 0 || n > STATES_MAX {
            return None;
        }
        let mut rates = vec![0.0; n * n];
        for (from, moves) in self.moves.iter().enumerate() {
            for &(to, rate) in moves {
                rates[from * n + to] += rate;
            }
        }
        // Censor the last state again and again: what went through it now goes directly.
        for last in (1..n).rev() {
            let out: f64 = rates[last * n..last * n + last].iter().sum();
            if out <= 0.0 {
                return None;
            }
            for from in 0..last {
                let share = rates[from * n + last] / out;
                rates[from * n + last] = share;
                if share > 0.0 {
                    for to in 0..last {
                        if to != from {
                            rates[from * n + to] += share * rates[last * n + to];
                        }
                    }
                }
            }
        }
        let mut steady = vec![0.0; n];
        steady[0] = 1.0;
        for state in 1..n {
            steady[state] = (0..state).map(|from| steady[from] * rates[from * n + state]).sum();
        }
        let total: f64 = steady.iter().sum();
        for probability in &mut steady {
            *probability /= total;
        }
        Some(steady)
    }

    /// Moves per unit of time from a state outside the set into it, when the states have these probabilities.
    ///
    /// Panics unless both lists have one entry per state.
    #[must_use]
    pub fn entries(&self, probabilities: &[f64], within: &[bool]) -> f64 {
        assert_eq!((probabilities.len(), within.len()), (self.len(), self.len()), "one entry per state");
        let mut rate = 0.0;
        for (from, moves) in self.moves.iter().enumerate().filter(|&(from, _)| !within[from]) {
            rate += probabilities[from] * moves.iter().filter(|(to, _)| within[*to]).map(|(_, r)| r).sum::<f64>();
        }
        rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// n parts, each fails at `failure` and is repaired by its own crew at `repair`; the state is how many are down.
    fn own_crews(n: usize, failure: f64, repair: f64) -> Chain {
        let mut chain = Chain::new(n + 1);
        for down in 0..n {
            chain.add(down, down + 1, (n - down) as f64 * failure);
            chain.add(down + 1, down, (down + 1) as f64 * repair);
        }
        chain
    }

    #[test]
    fn all_down_to_1e_48() {
        for (n, ratio) in [(3, 1e-4), (6, 1e-5), (8, 1e-6)] {
            let steady = own_crews(n, ratio, 1.0).steady_state().unwrap();
            let exact = libm::pow(ratio / (1.0 + ratio), n as f64);
            assert!((steady[n] / exact - 1.0).abs() < 1e-12, "{n}: {:e} {exact:e}", steady[n]);
        }
    }

    #[test]
    fn three_replicas_of_the_peers() {
        // RePyability 9.705901e-7, SCRAM 9.7059e-7: (10 / 1010)^3.
        let steady = own_crews(3, 1e-3, 0.1).steady_state().unwrap();
        assert!((steady[3] - 9.705_901e-7).abs() < 5e-13);
    }

    #[test]
    fn a_ring_has_no_favourite_state() {
        let mut ring = Chain::new(7);
        (0..7).for_each(|state| ring.add(state, (state + 1) % 7, 0.3));
        assert!(ring.steady_state().unwrap().iter().all(|p| (p - 1.0 / 7.0).abs() < 1e-15));
    }

    #[test]
    fn entries_balance_exits() {
        let chain = own_crews(4, 0.02, 0.3);
        let steady = chain.steady_state().unwrap();
        let down: Vec<bool> = (0..5).map(|state| state >= 3).collect();
        let up: Vec<bool> = down.iter().map(|d| !d).collect();
        let (into, out) = (chain.entries(&steady, &down), chain.entries(&steady, &up));
        assert!((into / out - 1.0).abs() < 1e-12 && into > 0.0);
    }

    #[test]
    fn what_cannot_be_solved_is_refused() {
        let mut apart = Chain::new(3);
        apart.add(0, 1, 1.0);
        apart.add(1, 0, 1.0);
        assert_eq!(apart.steady_state(), None);
        assert_eq!(Chain::new(0).steady_state(), None);
        assert_eq!(Chain::new(STATES_MAX + 1).steady_state(), None);
    }
}

//! The machine repair model: identical machines, a limited number of crews.
//!
//! Exponential life and repair, first come first served; which machine is down does not matter, only how many.

use super::markov::Chain;

/// `machines` that each fail at rate `failure` while up and are repaired at rate `repair` by one of `crews`.
///
/// ```
/// use drsim::analytic::repair::MachineRepair;
/// let plant = MachineRepair::new(1000, 12, 1.0 / 1000.0, 1.0 / 10.0).unwrap();
/// assert!((plant.mean_down() - 11.754_148).abs() < 5e-7);
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MachineRepair {
    machines: usize,
    crews: usize,
    failure: f64,
    repair: f64,
}

/// How a system of machines behaves in the long run.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LongRun {
    /// Share of time down.
    pub unavailability: f64,
    /// Failures of the system per unit of time.
    pub frequency: f64,
    /// Mean time from one failure of the system to the next: 1 / frequency.
    pub mtbf: f64,
    /// Mean time down per failure of the system: unavailability / frequency.
    pub mttr: f64,
}

impl MachineRepair {
    /// `None` without machines or crews, or unless both rates are above 0 and finite.
    #[must_use]
    pub fn new(machines: usize, crews: usize, failure: f64, repair: f64) -> Option<Self> {
        let rate = |value: f64| value > 0.0 && value.is_finite();
        (machines > 0 && crews > 0 && rate(failure) && rate(repair)).then_some(Self {
            machines,
            crews,
            failure,
            repair,
        })
    }

    /// Probability that `0, 1 .. machines` are down in the long run.
    ///
    /// Product form of the finite-source queue M/M/c//n: each entry is the one before times
    /// `(n - d) failure / (min(d + 1, c) repair)`. Source: Trivedi, machine repairman model.
    #[must_use]
    pub fn down_counts(&self) -> Vec<f64> {
        let mut counts = vec![1.0];
        for down in 0..self.machines {
            let last = counts[down] * self.breaking(down) / self.mending(down + 1);
            counts.push(last);
            if last > 1e200 {
                for count in &mut counts {
                    *count /= last;
                }
            }
        }
        let total: f64 = counts.iter().sum();
        for count in &mut counts {
            *count /= total;
        }
        counts
    }

    /// Machines down on average in the long run.
    #[must_use]
    pub fn mean_down(&self) -> f64 {
        self.down_counts().iter().enumerate().map(|(down, chance)| down as f64 * chance).sum()
    }

    /// The birth-death chain whose state is the number of machines down.
    #[must_use]
    pub fn chain(&self) -> Chain {
        let mut chain = Chain::new(self.machines + 1);
        for down in 0..self.machines {
            chain.add(down, down + 1, self.breaking(down));
            chain.add(down + 1, down, self.mending(down + 1));
        }
        chain
    }

    /// A system that works while at least `need` machines do; `None` unless `need` is 1 to the number of machines.
    ///
    /// Frequency: the chance that exactly `need` are up times `need * failure`.
    #[must_use]
    pub fn long_run(&self, need: usize) -> Option<LongRun> {
        (1..=self.machines).contains(&need).then(|| {
            let counts = self.down_counts();
            let last_good = self.machines - need;
            let unavailability: f64 = counts[last_good + 1..].iter().sum();
            let frequency = counts[last_good] * self.breaking(last_good);
            LongRun { unavailability, frequency, mtbf: 1.0 / frequency, mttr: unavailability / frequency }
        })
    }

    fn breaking(&self, down: usize) -> f64 {
        (self.machines - down) as f64 * self.failure
    }

    fn mending(&self, down: usize) -> f64 {
        down.min(self.crews) as f64 * self.repair
    }
}

/// Distribution of how many of `some` machines are up, when the chance that `d` of all machines are down is `down[d]`
/// and all machines are alike: which ones are down is then uniform (hypergeometric).
///
/// Entry `u` is the chance that exactly `u` of them are up; panics if `some` exceeds the machines.
#[must_use]
pub fn up_counts_of_some(down: &[f64], some: usize) -> Vec<f64> {
    let machines = down.len() - 1;
    assert!(some <= machines, "{some} of {machines} machines");
    if some == machines {
        return down.iter().rev().copied().collect();
    }
    // Take machines out one by one; state: how many of the taken are up. down_left = d - (taken - up).
    let mut counts = vec![0.0; some + 1];
    for (down_all, chance) in down.iter().enumerate() {
        let mut up = vec![0.0; some + 1];
        up[0] = 1.0;
        for taken in 0..some {
            let mut next = vec![0.0; some + 1];
            for working in 0..=taken {
                let left = machines - taken;
                let Some(down_left) = down_all.checked_sub(taken - working).filter(|d| *d <= left) else { continue };
                next[working] += up[working] * down_left as f64 / left as f64;
                next[working + 1] += up[working] * (left - down_left) as f64 / left as f64;
            }
            up = next;
        }
        for (count, share) in counts.iter_mut().zip(&up) {
            *count += chance * share;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_populations_of_the_peers() {
        // Storm: 11.754151 and 198.029859 at its default precision; exact 11.754148 and 198.029809.
        let small = MachineRepair::new(1000, 12, 1e-3, 0.1).unwrap().mean_down();
        let large = MachineRepair::new(20_000, 240, 1e-3, 0.1).unwrap().mean_down();
        assert!((small - 11.754_148).abs() < 5e-7, "{small}");
        assert!((large - 198.029_809).abs() < 5e-7, "{large}");
    }

    /// A chain over all 2^n up-down states with repairs handed out as `crews / down` of a crew to each machine down:
    /// the same counts as first come first served, because lives and repairs are exponential.
    fn state_by_state(n: usize, crews: usize, failure: f64, repair: f64) -> Chain {
        let mut chain = Chain::new(1 << n);
        for state in 0..1usize << n {
            let down = n - state.count_ones() as usize;
            for machine in 0..n {
                let other = state ^ (1 << machine);
                let rate =
                    if state >> machine & 1 == 1 { failure } else { repair * down.min(crews) as f64 / down as f64 };
                chain.add(state, other, rate);
            }
        }
        chain
    }

    #[test]
    fn every_small_system_against_all_its_states() {
        for n in 1..=6 {
            for crews in 1..=n {
                let chain = state_by_state(n, crews, 0.03, 0.4);
                let steady = chain.steady_state().unwrap();
                let plant = MachineRepair::new(n, crews, 0.03, 0.4).unwrap();
                let start: Vec<f64> = (0..1usize << n).map(|s| f64::from(u8::from(s + 1 == 1 << n))).collect();
                let start_down: Vec<f64> = (0..=n).map(|d| f64::from(u8::from(d == 0))).collect();
                for need in 1..=n {
                    let down: Vec<bool> = (0..1usize << n).map(|s| (s.count_ones() as usize) < need).collect();
                    let chance: f64 = steady.iter().zip(&down).filter(|(_, d)| **d).map(|(p, _)| p).sum();
                    let run = plant.long_run(need).unwrap();
                    let case = format!("{need} of {n}, {crews} crews");
                    assert!((run.unavailability / chance - 1.0).abs() < 1e-12, "{case}");
                    assert!((run.frequency / chain.entries(&steady, &down) - 1.0).abs() < 1e-12, "{case}");
                    let all = chain.ever_within(&start, &down, 20.0).unwrap();
                    let few: Vec<bool> = (0..=n).map(|d| n - d < need).collect();
                    let lumped = plant.chain().ever_within(&start_down, &few, 20.0).unwrap();
                    assert!((lumped / all - 1.0).abs() < 1e-11, "{case}: {lumped} {all}");
                }
            }
        }
    }

    #[test]
    fn the_pair_with_one_crew() {
        // Two-unit chain: P0 = 2 r^2 / (1 + 2 r + 2 r^2) with r = failure / repair.
        let run = MachineRepair::new(2, 1, 0.01, 1.0).unwrap().long_run(1).unwrap();
        assert!((run.unavailability - 2e-4 / (1.0 + 0.02 + 2e-4)).abs() < 1e-15);
        assert!((run.mttr - 1.0).abs() < 1e-12); // one crew at rate 1 ends every outage
        assert!((run.mtbf * run.frequency - 1.0).abs() < 1e-15);
    }

    #[test]
    fn some_of_all_by_enumeration() {
        let down = MachineRepair::new(6, 2, 0.2, 0.3).unwrap().down_counts();
        for some in 0..=6usize {
            let mut expected = vec![0.0; some + 1];
            for state in 0..64usize {
                let d = 6 - state.count_ones() as usize;
                let states_alike = [1.0, 6.0, 15.0, 20.0, 15.0, 6.0, 1.0][d];
                expected[(state & ((1 << some) - 1)).count_ones() as usize] += down[d] / states_alike;
            }
            for (got, want) in up_counts_of_some(&down, some).iter().zip(&expected) {
                assert!((got - want).abs() < 1e-14, "{some}: {got} {want}");
            }
        }
    }

    #[test]
    fn outside_the_range_there_is_no_model() {
        assert_eq!(MachineRepair::new(0, 1, 1.0, 1.0), None);
        assert_eq!(MachineRepair::new(1, 0, 1.0, 1.0), None);
        assert_eq!(MachineRepair::new(1, 1, 0.0, 1.0), None);
        assert_eq!(MachineRepair::new(2, 1, 1.0, 1.0).unwrap().long_run(3), None);
    }
}

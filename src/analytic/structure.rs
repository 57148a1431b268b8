//! Systems of independent parts: series, parallel, k-of-n, common cause, imperfect coverage.
//!
//! Works on probabilities alone; what shares a part is [`super::diagram`]'s.

/// Probability that all parts work: the product.
///
/// ```
/// assert!((drsim::analytic::structure::series(&[0.9, 0.8]) - 0.72).abs() < 1e-15);
/// ```
#[must_use]
pub fn series(up: &[f64]) -> f64 {
    up.iter().product()
}

/// Probability that no part works, from the parts' unavailabilities: the product.
///
/// ```
/// assert!((drsim::analytic::structure::parallel_down(&[0.1, 0.2]) - 0.02).abs() < 1e-15);
/// ```
#[must_use]
pub fn parallel_down(down: &[f64]) -> f64 {
    down.iter().product()
}

/// Distribution of the number of working parts of independent, different parts (Poisson-binomial): entry `u` is the
/// chance that exactly `u` work.
///
/// Takes (up, down) of each part, so that small unavailabilities keep their digits. Source: Barlow and Proschan,
/// *Statistical Theory of Reliability and Life Testing*, k-out-of-n systems; the recursion adds one part at a time.
///
/// ```
/// let counts = drsim::analytic::structure::up_counts(&[(0.9, 0.1), (0.8, 0.2)]);
/// assert!((counts[0] - 0.02).abs() < 1e-15 && (counts[2] - 0.72).abs() < 1e-15);
/// ```
#[must_use]
pub fn up_counts(parts: &[(f64, f64)]) -> Vec<f64> {
    let mut counts = Vec::with_capacity(parts.len() + 1);
    counts.push(1.0);
    for &(up, down) in parts {
        counts.push(0.0);
        for working in (0..counts.len()).rev() {
            let one_less = if working > 0 { counts[working - 1] } else { 0.0 };
            counts[working] = counts[working] * down + one_less * up;
        }
    }
    counts
}

/// Probability that fewer than `k` of `n` identical independent parts work, each down with probability `down`.
///
/// `sum over u < k of C(n, u) up^u down^(n - u)`, all terms positive. `None` unless `down` is a probability.
///
/// ```
/// use drsim::analytic::structure::k_of_n_down;
/// assert!((k_of_n_down(2, 3, 0.1).unwrap() - 0.028).abs() < 1e-15); // 3 * 0.9 * 0.1^2 + 0.1^3
/// ```
#[must_use]
pub fn k_of_n_down(k: usize, n: usize, down: f64) -> Option<f64> {
    (0.0..=1.0).contains(&down).then(|| up_counts(&vec![(1.0 - down, down); n]).iter().take(k).sum())
}

/// A failure rate split by the beta factor: what fails alone and what fails together, `((1 - beta) rate, beta rate)`.
///
/// `None` unless `beta` is a share and the rate 0 or more. Source: Fleming's beta-factor model as given by Birolini.
#[must_use]
pub fn beta_factor(rate: f64, beta: f64) -> Option<(f64, f64)> {
    ((0.0..=1.0).contains(&beta) && rate >= 0.0).then_some(((1.0 - beta) * rate, beta * rate))
}

/// Probability that `n` parts without repair are all down by `t`, under a beta-factor common cause.
///
/// `1 - exp(-beta rate t) (1 - (1 - exp(-(1 - beta) rate t))^n)`: the shared shock, or all alone. `None` outside the range.
#[must_use]
pub fn beta_factor_all_down(rate: f64, beta: f64, n: u32, t: f64) -> Option<f64> {
    let (alone, shared) = beta_factor(rate, beta)?;
    (t >= 0.0).then(|| {
        let all_alone = libm::pow(-libm::expm1(-alone * t), f64::from(n));
        let shock = -libm::expm1(-shared * t);
        shock + (1.0 - shock) * all_alone
    })
}

/// Unavailability in the long run of a 1-of-2 pair whose first failure is covered with probability `coverage`.
///
/// States: both up; one up; down. Both up leaves at `2 failure coverage` to one up and at `2 failure (1 - coverage)` to
/// down; one up fails at `failure` and is repaired at `repair`; down goes to one up at `repair` (one crew).
/// By the balance of flows: `P1 = P2 2 failure / repair`, `P0 = (2 failure (1 - coverage) P2 + failure P1) / repair`.
/// `None` unless rates are above 0 and coverage a probability. Source: Birolini, incomplete coverage, 1-out-of-2
/// redundancy.
#[must_use]
pub fn covered_pair_down(failure: f64, repair: f64, coverage: f64) -> Option<f64> {
    (failure > 0.0 && repair > 0.0 && (0.0..=1.0).contains(&coverage)).then(|| {
        let one = 2.0 * failure / repair;
        let none = (2.0 * failure * (1.0 - coverage) + failure * one) / repair;
        none / (1.0 + one + none)
    })
}

#[cfg(test)]
mod tests {
    use super::super::markov::Chain;
    use super::*;

    #[test]
    fn counts_against_all_states() {
        let up = [0.9, 0.35, 0.999, 0.5, 0.77, 0.1];
        for n in 0..=up.len() {
            let parts: Vec<(f64, f64)> = up[..n].iter().map(|&p| (p, 1.0 - p)).collect();
            let mut expected = vec![0.0; n + 1];
            for state in 0..1usize << n {
                let chance: f64 =
                    (0..n).map(|part| if state >> part & 1 == 1 { parts[part].0 } else { parts[part].1 }).product();
                expected[state.count_ones() as usize] += chance;
            }
            for (working, (got, want)) in up_counts(&parts).iter().zip(&expected).enumerate() {
                assert!((got - want).abs() < 1e-15, "{working} of {n}: {got} {want}");
            }
        }
    }

    #[test]
    fn hughes_and_murray_2004_table_iv() {
        // Drives that fail with pf in the period; one parity survives 1 failure, two survive 2; prediction halves pf.
        let lost = |pf: f64, n: usize, parity: usize| k_of_n_down(n - parity, n, pf).unwrap();
        for (pf, n, printed) in [
            (0.01, 4, [5.9e-4, 1.5e-4, 4.0e-6, 5.0e-7]),
            (0.03, 4, [5.2e-3, 1.3e-3, 1.1e-4, 1.3e-5]),
            (0.01, 14, [8.4e-3, 2.2e-3, 3.4e-4, 4.4e-5]),
            (0.03, 14, [6.4e-2, 1.8e-2, 7.7e-3, 1.1e-3]),
        ] {
            let ours = [lost(pf, n, 1), lost(pf / 2.0, n, 1), lost(pf, n, 2), lost(pf / 2.0, n, 2)];
            for (got, want) in ours.iter().zip(printed) {
                // Two digits are printed; half a unit of the last is at most 5 %.
                assert!((got / want - 1.0).abs() < 0.05, "{pf} {n}: {got:e} {want:e}");
            }
        }
    }

    #[test]
    fn composite_slas() {
        let series_of = |percent: &[f64]| series(&percent.iter().map(|p| p / 100.0).collect::<Vec<_>>()) * 100.0;
        assert!((series_of(&[99.95, 99.99]) - 99.94).abs() < 5e-3);
        let development = [99.99, 99.99, 99.95, 99.9, 99.995, 99.9, 99.99, 99.9];
        assert!((series_of(&development) - 99.616).abs() < 1e-3);
        let production: Vec<f64> = development.iter().copied().chain([99.99; 7]).collect();
        assert!((series_of(&production) - 99.546).abs() < 1e-3);
        let down = 1.0 - 0.99546;
        assert!((series_of(&[99.99, 99.99]) * (1.0 - parallel_down(&[down, down])) - 99.9779).abs() < 1e-4);
        assert!((series_of(&[99.5, 98.7, 97.3]) - 95.55).abs() < 5e-3);
        assert!((parallel_down(&[0.0001, 0.001]) - 1e-7).abs() < 1e-20);
    }

    #[test]
    fn common_cause_lies_between_its_ends() {
        // weibull.com: 0.017 / year, beta 0.08, two disks, one year.
        let all = |beta| beta_factor_all_down(0.017, beta, 2, 1.0).unwrap();
        let single = 1.0 - f64::exp(-0.017);
        assert!((all(0.0) - single * single).abs() < 1e-15);
        assert!((all(1.0) - single).abs() < 1e-15);
        assert!(all(0.0) < all(0.08) && all(0.08) < all(1.0));
        let (alone, shared) = beta_factor(0.017, 0.08).unwrap();
        let mut pair = Chain::new(3); // both up, one up, none
        pair.add(0, 1, 2.0 * alone);
        pair.add(0, 2, shared);
        pair.add(1, 2, alone + shared);
        let gone = pair.transient(&[1.0, 0.0, 0.0], 1.0).unwrap()[2];
        assert!((all(0.08) / gone - 1.0).abs() < 1e-13);
        assert!((alone - 0.01564).abs() < 1e-12 && (shared - 0.00136).abs() < 1e-12);
        assert_eq!(beta_factor(1.0, 1.5), None);
    }

    #[test]
    fn imperfect_coverage_against_its_chain() {
        for coverage in [0.0, 0.5, 0.95, 1.0] {
            let (failure, repair) = (0.002, 0.3);
            let mut chain = Chain::new(3); // both up, one up, down
            chain.add(1, 2, failure);
            chain.add(1, 0, repair);
            chain.add(2, 1, repair);
            for (to, share) in [(1, coverage), (2, 1.0 - coverage)] {
                if share > 0.0 {
                    chain.add(0, to, 2.0 * failure * share);
                }
            }
            let down = chain.steady_state().unwrap()[2];
            assert!((covered_pair_down(failure, repair, coverage).unwrap() / down - 1.0).abs() < 1e-13, "{coverage}");
        }
        assert_eq!(covered_pair_down(0.01, 1.0, 1.1), None);
    }
}

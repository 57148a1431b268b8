//! Local reconstruction codes: groups with a local parity each, and global parities over all data.
//!
//! Counts which patterns of missing fragments can be decoded by the best code of the shape; knows no coefficients.

use super::loss_chain::{LossChain, Step};
use super::placement::combinations;

/// LRC(k, l, r) in papers: `k` data fragments in `l` groups, one local parity per group, `r` global parities.
///
/// ```
/// use drsim::analytic::local_code::LocalCode;
/// let azure = LocalCode::new(6, 2, 2).unwrap();
/// assert_eq!(azure.fragments(), 10);
/// // Four missing decode unless one group of four is untouched: 1 - 2 C(6, 4) / C(10, 4) = 180 / 210.
/// assert!((azure.decodable_share(4) - 180.0 / 210.0).abs() < 1e-15); // published as 86 %
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LocalCode {
    group_size: u32,
    groups: u32,
    globals: u32,
}

impl LocalCode {
    /// `None` unless the groups divide the data, and there are data.
    #[must_use]
    pub fn new(data: u32, groups: u32, globals: u32) -> Option<Self> {
        let even = data > 0 && groups > 0 && data.is_multiple_of(groups);
        even.then(|| Self { group_size: data / groups + 1, groups, globals })
    }

    /// Fragments in all: `k + l + r`.
    #[must_use]
    pub const fn fragments(&self) -> u32 {
        self.group_size * self.groups + self.globals
    }

    /// Fragments read to rebuild one data fragment or local parity: the others of its group.
    #[must_use]
    pub const fn local_fan_in(&self) -> u32 {
        self.group_size - 1
    }

    /// True when a code of this shape can decode: each group repairs one of its missing fragments itself, and what is left,
    /// with the missing global parities, is no more than `r`.
    ///
    /// `missing` per group, local parity included. Holds for maximally recoverable codes (Gopalan and others, *IEEE
    /// Transactions on Information Theory* 60, 2014), which the code of Azure is (Huang and others, USENIX ATC 2012).
    /// Panics unless there is one entry per group.
    #[must_use]
    pub fn decodes(&self, missing: &[u32], globals_missing: u32) -> bool {
        assert_eq!(missing.len(), self.groups as usize, "one entry per group");
        missing.iter().map(|group| group.saturating_sub(1)).sum::<u32>() + globals_missing <= self.globals
    }

    /// Share of all patterns of so many missing fragments that decode; 0 beyond the number of fragments.
    ///
    /// Patterns are counted group by group by the rule of [`LocalCode::decodes`].
    ///
    /// ```
    /// use drsim::analytic::local_code::LocalCode;
    /// // LRC(12, 2, 2): one of two groups of seven untouched, 1 - 2 C(9, 4) / C(16, 4).
    /// let wide = LocalCode::new(12, 2, 2).unwrap();
    /// assert!((wide.decodable_share(4) - 1568.0 / 1820.0).abs() < 1e-15);
    /// ```
    #[must_use]
    pub fn decodable_share(&self, missing: u32) -> f64 {
        if missing > self.fragments() {
            return 0.0;
        }
        // ways[missing so far][fragments that need a global parity]
        let (most, needs) = (missing as usize, self.globals as usize);
        let mut ways = vec![vec![0.0; needs + 1]; most + 1];
        for gone in 0..=self.globals.min(missing) {
            ways[gone as usize][gone as usize] = combinations(self.globals, gone);
        }
        for _ in 0..self.groups {
            let mut next = vec![vec![0.0; needs + 1]; most + 1];
            for (met, row) in ways.iter().enumerate() {
                for (need, count) in row.iter().enumerate().filter(|(_, count)| **count > 0.0) {
                    for gone in 0..=self.group_size.min(missing - met as u32) {
                        let needed = need + gone.saturating_sub(1) as usize;
                        if needed <= needs {
                            next[met + gone as usize][needed] += count * combinations(self.group_size, gone);
                        }
                    }
                }
            }
            ways = next;
        }
        ways[most].iter().sum::<f64>() / combinations(self.fragments(), missing)
    }

    /// The chain of missing fragments: each fails at `failure`, and with `i` missing one is rebuilt at `rebuild(i)`.
    ///
    /// One more failure is a loss with chance `1 - share(i + 1) / share(i)`: exact on the way up, where all decodable
    /// patterns are equally likely; after a rebuild from beyond the sure ones they no longer quite are, as in the published
    /// model. `None` unless the rates are above 0 and finite.
    ///
    /// Table 1 of Huang and others (USENIX ATC 2012) prints no failure rate. With one failure in five years its three rows
    /// come out to 3 %, but only with the repair speed of whole copies for every scheme; with the read fan-in printed beside
    /// it RS(6, 3) and LRC(6, 2, 2) come out six and three and a half times lower.
    ///
    /// ```
    /// use drsim::analytic::local_code::LocalCode;
    /// // One group, no global parity: RAID 5 of three, ((2n - 1) l + m) / (n (n - 1) l^2).
    /// let chain = LocalCode::new(2, 1, 0).unwrap().loss_chain(0.01, |_| 1.0).unwrap();
    /// assert!((chain.mttdl() - 1.05 / 6e-4).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn loss_chain(&self, failure: f64, rebuild: impl Fn(u32) -> f64) -> Option<LossChain> {
        let last = self.groups + self.globals;
        let shares: Vec<f64> = (0..=last + 1).map(|missing| self.decodable_share(missing)).collect();
        let steps: Vec<Step> = (0..=last)
            .map(|missing| {
                let fails = f64::from(self.fragments() - missing) * failure;
                let goes_on = shares[missing as usize + 1] / shares[missing as usize];
                let back = if missing > 0 { rebuild(missing) } else { 0.0 };
                Step { onward: fails * goes_on, back, lost: fails * (1.0 - goes_on) }
            })
            .collect();
        LossChain::new(&steps)
    }
}

#[cfg(test)]
mod tests {
    use super::super::durability::{Rebuild, Stripe};
    use super::*;

    const PRIME: u64 = (1 << 31) - 1;

    /// Rank modulo a prime by elimination.
    fn rank(mut rows: Vec<Vec<u64>>) -> usize {
        let mut rank = 0;
        for column in 0..rows.first().map_or(0, Vec::len) {
            let Some(pivot) = (rank..rows.len()).find(|row| rows[*row][column] != 0) else { continue };
            rows.swap(rank, pivot);
            let (above, below) = rows.split_at_mut(rank + 1);
            let lead = &above[rank];
            for row in below {
                let factor = row[column];
                for (cell, first) in row.iter_mut().zip(lead) {
                    // Cross-multiplied: no inverse is needed.
                    *cell = (*cell * lead[column] + (PRIME - factor) * first) % PRIME;
                }
            }
            rank += 1;
        }
        rank
    }

    /// Parity checks with random coefficients: one row per group over its own fragments, `globals` rows over all.
    fn checks(code: &LocalCode) -> Vec<Vec<u64>> {
        let mut state = 5u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % (PRIME - 1) + 1
        };
        let n = code.fragments();
        let mut rows = Vec::new();
        for row in 0..code.groups + code.globals {
            let local = |at: u32| at / code.group_size == row && at < code.group_size * code.groups;
            rows.push((0..n).map(|at| if row >= code.groups || local(at) { random() } else { 0 }).collect());
        }
        rows
    }

    #[test]
    fn shares_against_ranks_of_random_codes() {
        // A pattern decodes when the checks' columns of the missing fragments are independent; every pattern of each code.
        for code in [LocalCode::new(6, 2, 2), LocalCode::new(4, 2, 1), LocalCode::new(6, 3, 2), LocalCode::new(5, 1, 3)]
        {
            let code = code.unwrap();
            let n = code.fragments();
            let rows = checks(&code);
            let (mut all, mut good) = (vec![0u32; n as usize + 1], vec![0u32; n as usize + 1]);
            for pattern in 0u32..1 << n {
                let gone: Vec<usize> = (0..n as usize).filter(|at| pattern >> at & 1 == 1).collect();
                let columns: Vec<Vec<u64>> = rows.iter().map(|row| gone.iter().map(|at| row[*at]).collect()).collect();
                let decodes = gone.len() <= rows.len() && rank(columns) == gone.len();
                let groups: Vec<u32> = (0..code.groups)
                    .map(|group| (pattern >> (group * code.group_size) & ((1 << code.group_size) - 1)).count_ones())
                    .collect();
                let globals = (pattern >> (code.groups * code.group_size)).count_ones();
                assert_eq!(code.decodes(&groups, globals), decodes, "{code:?} {pattern:b}");
                all[gone.len()] += 1;
                good[gone.len()] += u32::from(decodes);
            }
            for missing in 0..=n {
                let share = f64::from(good[missing as usize]) / f64::from(all[missing as usize]);
                assert!((code.decodable_share(missing) - share).abs() < 1e-14, "{code:?} {missing}");
            }
            assert_eq!(code.decodable_share(n + 1), 0.0);
        }
    }

    #[test]
    fn huang_and_others_2012_table_1() {
        // Rates per year. 400 nodes of 16 TB, 1 Gb/s, a tenth of it for repair; 30 min to notice with two or more missing.
        let rebuild = |fan_in: f64| {
            let alone = 0.1 * 399.0 * 1e9 / 8.0 / (16e12 * fan_in) * 3600.0 * 8760.0;
            move |missing: u32| if missing == 1 { alone } else { 2.0 * 8760.0 }
        };
        let uniform = |units: u32, tolerates: u32, failure: f64, fan_in: f64| {
            let speed = rebuild(fan_in);
            let steps: Vec<Step> = (0..=tolerates)
                .map(|missing| {
                    let fails = f64::from(units - missing) * failure;
                    let back = if missing > 0 { speed(missing) } else { 0.0 };
                    let last = missing == tolerates;
                    Step { onward: if last { 0.0 } else { fails }, back, lost: if last { fails } else { 0.0 } }
                })
                .collect();
            LossChain::new(&steps).unwrap().mttdl()
        };
        let azure = LocalCode::new(6, 2, 2).unwrap();
        let mean = |failure: f64, fan_in: [f64; 3]| {
            let lrc = azure.loss_chain(failure, rebuild(fan_in[2])).unwrap().mttdl();
            [uniform(3, 2, failure, fan_in[0]), uniform(9, 3, failure, fan_in[1]), lrc]
        };
        // The failure rate is not printed: once in five years, within 3 % of the first row; two digits are printed.
        let ours = mean(0.2, [1.0, 1.0, 1.0]);
        for (ours, printed) in ours.iter().zip([3.5e9, 6.1e11, 2.6e12]) {
            assert!((ours / printed - 1.0).abs() < 0.03, "{ours:e} {printed:e}");
        }
        // The ratios do not depend on it: 174 and 743 printed, half of the second digit of each number.
        assert!((ours[1] / ours[0] / (6.1e11 / 3.5e9) - 1.0).abs() < 0.023);
        assert!((ours[2] / ours[0] / (2.6e12 / 3.5e9) - 1.0).abs() < 0.034);
        // With the printed read fan-in (1, 6, 3.6) the table does not come out: six and three and a half times less. The
        // collected figure for the local code, 7.43e11, took 0.86 for the share 180 / 210: 2 % more.
        let printed = mean(0.2, [1.0, 6.0, 3.6]);
        assert!((printed[1] / 1.04e11 - 1.0).abs() < 5e-3 && (printed[2] / 7.43e11 - 1.0).abs() < 0.025, "{printed:?}");
    }

    #[test]
    fn one_group_is_a_plain_code() {
        // LRC(k, 1, r) decodes any r + 1 missing and no more: k + (r + 1).
        let code = LocalCode::new(5, 1, 2).unwrap();
        let plain = Stripe::code(5, 3, 0.01, 0.7, Rebuild::Parallel).unwrap();
        let chain = code.loss_chain(0.01, |missing| 0.7 * f64::from(missing)).unwrap();
        assert!((chain.mttdl() / plain.mttdl() - 1.0).abs() < 1e-13);
        assert_eq!((code.fragments(), code.local_fan_in()), (8, 5));
        assert_eq!(LocalCode::new(5, 2, 2), None);
        assert_eq!(LocalCode::new(0, 1, 2), None);
    }
}

//! Mean time to data loss and chance of loss of replicas and k+m codes, exact for exponential lives and rebuilds.
//!
//! Times and rates are in any one unit. Fixed rebuild times are [`super::rebuild_window`]'s, latent faults
//! [`super::latent`]'s, what shares nodes [`super::placement`]'s.

use super::loss_chain::{LossChain, Step};

/// The textbook approximation is given where all units together fail no oftener than this share of the rebuild rate.
pub const APPROXIMATE_MAX: f64 = 0.01;

/// Most units of one stripe.
pub const UNITS_MAX: u32 = 10_000;

/// How many missing units are rebuilt at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rebuild {
    /// One after the other: the rebuild bandwidth is shared.
    Serial,
    /// All at once, each at its own rate: as many targets as losses.
    Parallel,
}

/// A set of units of which some may be missing: n replicas (n - 1 may be), or the k + m shards of a code (m may be).
///
/// ```
/// use drsim::analytic::durability::{Rebuild, Stripe};
/// // RAID 5 of 10 disks, MTTF 1e6 h, rebuild 10 h: ((2n - 1) l + m) / (n (n - 1) l^2).
/// let raid = Stripe::code(9, 1, 1e-6, 0.1, Rebuild::Serial).unwrap();
/// assert!((raid.mttdl() / ((19e-6 + 0.1) / 90e-12) - 1.0).abs() < 1e-14); // 1.1113e9 h
/// assert!((raid.loss_by(8766.0).unwrap() / 7.884e-6 - 1.0).abs() < 2e-3); // about 8766 h / MTTDL, less the first 10 h
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stripe {
    units: u32,
    tolerates: u32,
    failure: f64,
    rebuild: f64,
    targets: Rebuild,
    unreadable: f64,
}

impl Stripe {
    /// Full copies, all equal, on units that fail at rate `failure` and are rebuilt at rate `rebuild` (0: never).
    ///
    /// `None` without copies or with over [`UNITS_MAX`], or unless the rates are finite (of all units together too),
    /// `failure` above 0 and `rebuild` 0 or more.
    #[must_use]
    pub fn replicas(copies: u32, failure: f64, rebuild: f64, targets: Rebuild) -> Option<Self> {
        Self::code(1, copies.checked_sub(1)?, failure, rebuild, targets)
    }

    /// A code of `data` + `parity` shards on as many units: any `data` of them suffice (RS(n, k) in papers is k + (n - k)).
    ///
    /// `None` without data shards and as for [`Stripe::replicas`].
    #[must_use]
    pub fn code(data: u32, parity: u32, failure: f64, rebuild: f64, targets: Rebuild) -> Option<Self> {
        let units = data.checked_add(parity).filter(|units| data > 0 && *units <= UNITS_MAX)?;
        let all = f64::from(units);
        let fits = failure > 0.0 && (failure * all).is_finite() && rebuild >= 0.0 && (rebuild * all).is_finite();
        fits.then_some(Self { units, tolerates: parity, failure, rebuild, targets, unreadable: 0.0 })
    }

    /// The same where a rebuild without any redundancy left fails with this chance, for want of an unreadable sector.
    ///
    /// The chance applies at the end of each rebuild that starts with all the tolerance used up, and is a loss.
    /// `None` unless it is a probability. See [`super::latent::unreadable`] for its size.
    ///
    /// ```
    /// use drsim::analytic::durability::{Rebuild, Stripe};
    /// let raid = Stripe::code(9, 1, 1e-6, 0.1, Rebuild::Serial).unwrap().with_unreadable(0.3).unwrap();
    /// // ((2n - 1) l + m) / (n l ((n - 1) l + h m)): every third rebuild fails, 3.3 MTTF / 10.
    /// assert!((raid.mttdl() / ((19e-6 + 0.1) / (10e-6 * (9e-6 + 0.03))) - 1.0).abs() < 1e-14);
    /// ```
    #[must_use]
    pub fn with_unreadable(self, chance: f64) -> Option<Self> {
        (0.0..=1.0).contains(&chance).then_some(Self { unreadable: chance, ..self })
    }

    /// The birth-death chain whose state is the number of missing units.
    ///
    /// With `i` missing, `(n - i) failure` one more; back at `rebuild` (serial) or `i rebuild` (parallel).
    #[must_use]
    pub fn chain(&self) -> LossChain {
        let steps: Vec<Step> = (0..=self.tolerates)
            .map(|missing| {
                let fails = f64::from(self.units - missing) * self.failure;
                let rebuilt = self.rebuild
                    * match self.targets {
                        Rebuild::Serial => f64::from(missing.min(1)),
                        Rebuild::Parallel => f64::from(missing),
                    };
                if missing < self.tolerates {
                    Step { onward: fails, back: rebuilt, lost: 0.0 }
                } else {
                    let spoiled = rebuilt * self.unreadable;
                    Step { onward: 0.0, back: rebuilt * (1.0 - self.unreadable), lost: fails + spoiled }
                }
            })
            .collect();
        LossChain::new(&steps).expect("rates were checked when the stripe was made")
    }

    /// Mean time to data loss, all units present at the start; exact.
    ///
    /// Mean passages upwards add up: from `i` to `i + 1` missing it takes `1/b_i + (d_i / b_i)` times the passage below.
    /// Source: Angus, *IEEE Transactions on Reliability* 37, 1988; for one parity `((2n - 1) l + m) / (n (n - 1) l^2)`.
    #[must_use]
    pub fn mttdl(&self) -> f64 {
        self.chain().mttdl()
    }

    /// Probability of data loss by `t`, all units present at the start; exact to about 1e-11 of itself, however small.
    ///
    /// `None` as for [`LossChain::loss_by`]. Where a rebuild takes a large part of `t` the law of its length matters: of the
    /// simulated one-year losses of mlec-sim (Wang and others, SC 2023) those with rebuilds up to 23 days come out to 0.1
    /// nines, those with 116 days (fixed there, exponential here) to 0.2.
    #[must_use]
    pub fn loss_by(&self, t: f64) -> Option<f64> {
        self.chain().loss_by(t)
    }

    /// The textbook mean time to data loss: product of the rebuild rates over product of the failure rates.
    ///
    /// `(n - m - 1)! / n! * rebuild^m / failure^(m + 1)`, times `m!` when rebuilds are parallel. Serial, with `l` and `mu`:
    /// mirror `mu / (2 l^2)`, RAID 5 `mu / (n (n - 1) l^2)`, RAID 6 `mu^2 / (n (n - 1) (n - 2) l^3)`.
    /// It is below the exact value by at most `2 n failure / rebuild` of it to first order, 2 % in its range.
    /// `None` where `n failure > 0.01 rebuild` and with unreadable sectors.
    /// Source: Patterson, Gibson and Katz, SIGMOD 1988; Chen and others, *ACM Computing Surveys* 26, 1994.
    ///
    /// ```
    /// use drsim::analytic::durability::{Rebuild, Stripe};
    /// let mirror = Stripe::replicas(2, 1e-6, 0.1, Rebuild::Serial).unwrap();
    /// assert!((mirror.mttdl_approximate().unwrap() / 5e10 - 1.0).abs() < 1e-14); // 0.1 / (2 * 1e-12)
    /// assert!((mirror.mttdl() / 5.00015e10 - 1.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn mttdl_approximate(&self) -> Option<f64> {
        let rare = f64::from(self.units) * self.failure <= APPROXIMATE_MAX * self.rebuild;
        if self.unreadable > 0.0 || (!rare && self.tolerates > 0) {
            return None;
        }
        let mut mean = 1.0 / (f64::from(self.units) * self.failure);
        for missing in 1..=self.tolerates {
            let rebuilt = match self.targets {
                Rebuild::Serial => self.rebuild,
                Rebuild::Parallel => f64::from(missing) * self.rebuild,
            };
            mean *= rebuilt / (f64::from(self.units - missing) * self.failure);
        }
        Some(mean)
    }
}

/// Chance that at least one of `count` independent things happens, each with chance `each`: `1 - (1 - each)^count`.
///
/// Keeps its digits however small; the count may be any number of 0 or more, also more than fits into an integer.
/// `None` unless `each` is a probability and `count` 0 or more.
///
/// ```
/// use drsim::analytic::durability::any_of;
/// assert!((any_of(0.5, 3.0).unwrap() - 0.875).abs() < 1e-15);
/// assert!((any_of(1e-20, 1e9).unwrap() / 1e-11 - 1.0).abs() < 1e-10);
/// ```
#[must_use]
pub fn any_of(each: f64, count: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&each) || count.is_nan() || count < 0.0 {
        return None;
    }
    Some(if count == 0.0 { 0.0 } else { -libm::expm1(count * libm::log1p(-each)) })
}

#[cfg(test)]
mod tests {
    use super::super::structure::k_of_n_down;
    use super::*;

    const HOURS: f64 = 8766.0;

    fn code(data: u32, parity: u32, failure: f64, rebuild: f64, targets: Rebuild) -> Stripe {
        Stripe::code(data, parity, failure, rebuild, targets).unwrap()
    }

    #[test]
    fn without_rebuild_it_is_the_binomial_tail() {
        for (data, parity) in [(1, 0), (1, 2), (6, 3), (17, 3)] {
            for t in [1e-3, 0.1, 2.0] {
                let n = (data + parity) as usize;
                let exact = k_of_n_down(data as usize, n, -libm::expm1(-t)).unwrap();
                let ours = code(data, parity, 1.0, 0.0, Rebuild::Serial).loss_by(t).unwrap();
                assert!((ours / exact - 1.0).abs() < 1e-11, "{data}+{parity} {t}: {ours:e} {exact:e}");
            }
        }
        // Paris and others 2008: triple mirror 11 / (6 l), 17 of 20 12617 / (58140 l).
        assert!((code(1, 2, 1.0, 0.0, Rebuild::Serial).mttdl() - 11.0 / 6.0).abs() < 1e-14);
        assert!((code(17, 3, 1.0, 0.0, Rebuild::Serial).mttdl() - 12_617.0 / 58_140.0).abs() < 1e-14);
    }

    #[test]
    fn every_unit_by_itself_gives_the_same() {
        // All 2^n states, rebuilds of each unit at its own rate (parallel) or at an even share of one (serial).
        use super::super::markov::Chain;
        for (targets, n, parity) in [
            (Rebuild::Parallel, 5u32, 2u32),
            (Rebuild::Serial, 5, 2),
            (Rebuild::Serial, 4, 3),
            (Rebuild::Parallel, 4, 1),
        ] {
            let mut chain = Chain::new(1 << n);
            let mut gone = vec![false; 1 << n];
            for (state, gone) in gone.iter_mut().enumerate() {
                let missing = state.count_ones();
                *gone = missing > parity;
                for unit in 0..n {
                    let absent = state >> unit & 1 == 1;
                    let share = if targets == Rebuild::Serial { 1.0 / f64::from(missing.max(1)) } else { 1.0 };
                    chain.add(state, state ^ (1 << unit), if absent { 0.7 * share } else { 0.05 });
                }
            }
            let start: Vec<f64> = (0..1 << n).map(|state| f64::from(u8::from(state == 0))).collect();
            for t in [0.5, 5.0, 300.0] {
                let all = chain.ever_within(&start, &gone, t).unwrap();
                let ours = code(n - parity, parity, 0.05, 0.7, targets).loss_by(t).unwrap();
                assert!((ours / all - 1.0).abs() < 1e-10, "{targets:?} {n} {parity} {t}: {ours:e} {all:e}");
            }
        }
    }

    #[test]
    fn paris_and_others_2008_tables_iv_and_viii() {
        // Lives of a mirror with repair until the survival is n nines, in disk lives; six digits are printed.
        for (rebuild, lives) in [
            (1e3, [5.04123, 0.50275, 0.05115, 0.00601, 0.00120]),
            (1e4, [50.2669, 5.00410, 0.50028, 0.05012, 0.00510]),
            (1e5, [502.532, 50.0265, 5.00041, 0.50003, 0.05001]),
        ] {
            for (nth, life) in lives.into_iter().enumerate() {
                let mirror = Stripe::replicas(2, 1.0, rebuild, Rebuild::Serial).unwrap();
                let last_digit = if life > 100.0 {
                    1e-3
                } else if life > 10.0 {
                    1e-4
                } else {
                    1e-5
                };
                let (low, high) = (life - 0.51 * last_digit, life + 0.51 * last_digit);
                let target = libm::pow(10.0, -2.0 - nth as f64);
                assert!(mirror.loss_by(low).unwrap() < target && mirror.loss_by(high).unwrap() > target, "{life}");
            }
        }
        // Table VIII, ten disks, four nines. It comes out when two may be missing (the third is the loss) and rebuilds are
        // parallel, not for three missing: 1.6e-6 to 2.3e-6 then.
        for (rebuild, life) in [(10.0, 0.009_853), (100.0, 0.012_771), (1e3, 0.283_207), (1e4, 27.818_20)] {
            let loss = code(8, 2, 1.0, rebuild, Rebuild::Parallel).loss_by(life).unwrap();
            assert!((loss / 1e-4 - 1.0).abs() < 2e-4, "{rebuild}: {loss:e}");
            assert!(code(7, 3, 1.0, rebuild, Rebuild::Parallel).loss_by(life).unwrap() < 3e-6);
        }
    }

    #[test]
    fn mlec_sim_shared_bandwidth() {
        // Nines of one year, AFR 2, 3 .. %; tolerance 0.1 nines, fixed with the case. 20 TB at 100 and at 10 MB/s.
        let nines = |data, groups: f64, rebuild: f64, percent: usize| {
            let failure = -libm::log1p(-0.01 * percent as f64) / HOURS;
            let loss = code(data, 2, failure, rebuild, Rebuild::Serial).loss_by(HOURS).unwrap();
            -libm::log10(any_of(loss, groups).unwrap())
        };
        let fast = 1e8 * 3600.0 / 20e12;
        let rows: [(u32, f64, f64, &[f64]); 3] = [
            (8, 5.0, fast, &[5.882, 5.335, 4.935, 4.618, 4.389, 4.202, 4.009, 3.842, 3.717, 3.572]),
            (16, 3.0, fast, &[5.301, 4.817, 4.367, 4.035, 3.828, 3.598, 3.422, 3.246, 3.105, 2.984]),
            (8, 1.0, fast / 10.0, &[4.629, 4.129, 3.692, 3.420, 3.175, 2.978, 2.804, 2.638, 2.504, 2.380, 2.260]),
        ];
        for (data, groups, rebuild, printed) in rows {
            for (nth, printed) in printed.iter().enumerate() {
                let ours = nines(data, groups, rebuild, nth + 2);
                assert!((ours - printed).abs() < 0.1, "{data}+2 {} %: {ours} {printed}", nth + 2);
            }
        }
        // 100 TB at 10 MB/s does not come out: a rebuild takes 116 days of the year, so the law of its length (fixed
        // there, exponential here) decides. The chain is 0.2 nines too good throughout.
        for (percent, printed) in [(2, 3.398), (5, 2.249), (8, 1.670), (12, 1.202)] {
            let above = nines(8, 1.0, fast / 50.0, percent) - printed;
            assert!((0.19..0.23).contains(&above), "{percent}: {above}");
        }
    }

    #[test]
    fn the_approximation_is_low_by_what_it_says() {
        for targets in [Rebuild::Serial, Rebuild::Parallel] {
            for (data, parity) in [(1, 0), (1, 1), (1, 2), (9, 1), (8, 2), (17, 3), (10, 6)] {
                for load in [0.01, 1e-3, 1e-6] {
                    let stripe = code(data, parity, load / f64::from(data + parity), 1.0, targets);
                    let missing = 1.0 - stripe.mttdl_approximate().unwrap() / stripe.mttdl();
                    assert!(missing > -1e-14 && missing <= 2.0 * load, "{data}+{parity} {load}: {missing}");
                }
            }
        }
        assert_eq!(code(9, 1, 0.0011, 1.0, Rebuild::Serial).mttdl_approximate(), None);
        assert_eq!(code(9, 1, 1e-6, 1.0, Rebuild::Serial).with_unreadable(0.1).unwrap().mttdl_approximate(), None);
    }

    #[test]
    fn greenan_2010_and_its_unreadable_kin() {
        // MTTDL = (m + (2n - 1) l) / (n (n - 1) l^2); without readable sectors every second failure loses.
        for n in 2..12u32 {
            let (l, m) = (0.013, 0.9);
            let count = f64::from(n);
            let formula = (m + (2.0 * count - 1.0) * l) / (count * (count - 1.0) * l * l);
            let stripe = code(n - 1, 1, l, m, Rebuild::Serial);
            assert!((stripe.mttdl() / formula - 1.0).abs() < 1e-13);
            let doomed = stripe.with_unreadable(1.0).unwrap().mttdl();
            let until = 1.0 / (count * l) + 1.0 / ((count - 1.0) * l + m);
            assert!((doomed / until - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn outside_the_range_there_is_no_value() {
        assert_eq!(Stripe::replicas(0, 1.0, 1.0, Rebuild::Serial), None);
        assert_eq!(Stripe::code(0, 2, 1.0, 1.0, Rebuild::Serial), None);
        assert_eq!(Stripe::code(1, 1, 0.0, 1.0, Rebuild::Serial), None);
        assert_eq!(Stripe::code(3, 1, 1e308, 1.0, Rebuild::Serial), None);
        assert_eq!(Stripe::code(UNITS_MAX, 1, 1.0, 1.0, Rebuild::Serial), None);
        assert_eq!(code(1, 1, 1.0, 1.0, Rebuild::Serial).with_unreadable(1.5), None);
        assert_eq!((any_of(1.5, 1.0), any_of(0.5, -1.0)), (None, None));
        assert_eq!((any_of(1.0, 0.0), any_of(1.0, 2.0)), (Some(0.0), Some(1.0)));
    }
}

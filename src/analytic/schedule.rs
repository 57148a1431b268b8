//! Recovery points of periodic backups, and what fits into a window or an objective.
//!
//! Times in seconds, data in bytes, rates in bytes per second; knows no calendar and no scenario. Chains of increments are
//! [`super::backup_cycle`]'s, continuous copies [`super::replication`]'s.

/// Full backups at fixed intervals; the recovery point is the start of a copy, usable once the copy is complete.
///
/// Each attempt fails with the same chance, independently, loud or silent: for the recovery point it is the same, since
/// nobody tries again before the next interval. The event strikes at a uniformly distributed moment, long after the first
/// backup; a copy may take longer than the interval, copies then overlap.
///
/// ```
/// use drsim::analytic::schedule::Periodic;
/// let nightly = Periodic::new(24.0 * 3600.0, 2.0 * 3600.0, 0.1).unwrap();
/// // 2 h + 24 h (1/2 + 0.1 / 0.9): 16 h 40 min.
/// assert!((nightly.mean_s() - 60_000.0).abs() < 1e-9);
/// assert_eq!(nightly.worst_s(), None); // failures may follow each other without end
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Periodic {
    interval_s: f64,
    duration_s: f64,
    failure: f64,
}

impl Periodic {
    /// `None` unless the interval is above 0, the duration 0 or more, both finite, and the chance of failure in `[0, 1)`.
    #[must_use]
    pub fn new(interval_s: f64, duration_s: f64, failure: f64) -> Option<Self> {
        let fits = interval_s > 0.0 && interval_s.is_finite() && duration_s >= 0.0 && duration_s.is_finite();
        (fits && (0.0..1.0).contains(&failure)).then_some(Self { interval_s, duration_s, failure })
    }

    /// Mean recovery point: `D + T (1/2 + f / (1 - f))`.
    ///
    /// The last completion lies `T / 2` back on average and its copy began `D` before; each failed attempt, `f / (1 - f)` of
    /// them on average, adds an interval.
    #[must_use]
    pub fn mean_s(&self) -> f64 {
        self.duration_s + self.interval_s * (0.5 + self.failure / (1.0 - self.failure))
    }

    /// Largest recovery point, approached just before the next copy completes: `T + D`; `None` when attempts can fail.
    #[must_use]
    pub fn worst_s(&self) -> Option<f64> {
        (self.failure == 0.0).then_some(self.interval_s + self.duration_s)
    }

    /// Chance that more than `age_s` of changes is lost.
    ///
    /// The age beyond `D` is uniform within an interval after a geometric number of failures: with
    /// `j = floor((age - D) / T)` and the rest `x`, the chance is `f^j (1 - (1 - f) x / T)`.
    ///
    /// ```
    /// use drsim::analytic::schedule::Periodic;
    /// let nightly = Periodic::new(24.0, 2.0, 0.1).unwrap(); // in hours, any unit will do
    /// assert!((nightly.exceeds(26.0) - 0.1).abs() < 1e-15); // the last attempt failed
    /// ```
    #[must_use]
    pub fn exceeds(&self, age_s: f64) -> f64 {
        let beyond = age_s - self.duration_s;
        if beyond <= 0.0 {
            return 1.0;
        }
        let failures = (beyond / self.interval_s).floor();
        let part = beyond / self.interval_s - failures;
        libm::pow(self.failure, failures) * (1.0 - (1.0 - self.failure) * part)
    }

    /// The age that is exceeded with chance `1 - share`: the quantile of the recovery point.
    ///
    /// The inverse of [`Periodic::exceeds`]. `None` unless `share` is in `[0, 1)`, or 1 without failures.
    ///
    /// ```
    /// use drsim::analytic::schedule::Periodic;
    /// let nightly = Periodic::new(24.0, 2.0, 0.0).unwrap();
    /// assert!((nightly.quantile_s(0.95).unwrap() - 24.8).abs() < 1e-12); // 2 + 0.95 * 24
    /// ```
    #[must_use]
    pub fn quantile_s(&self, share: f64) -> Option<f64> {
        if share == 1.0 {
            return self.worst_s();
        }
        if !(0.0..1.0).contains(&share) {
            return None;
        }
        let rest = 1.0 - share;
        let failures = if self.failure > 0.0 && rest <= self.failure {
            (libm::log(rest) / libm::log(self.failure)).floor()
        } else {
            0.0
        };
        // Where the logarithm rounds across a whole number the other branch gives the same age.
        let part = (1.0 - rest / libm::pow(self.failure, failures)) / (1.0 - self.failure);
        Some(self.duration_s + self.interval_s * (failures + part))
    }
}

/// Longest interval with which a recovery point of at most `objective_s` is kept when nothing fails: objective - duration.
///
/// `None` when no interval does.
///
/// ```
/// // Four hours at most, a copy takes half an hour: every three and a half hours.
/// assert_eq!(drsim::analytic::schedule::interval_for_worst(14_400.0, 1800.0), Some(12_600.0));
/// ```
#[must_use]
pub fn interval_for_worst(objective_s: f64, duration_s: f64) -> Option<f64> {
    (duration_s >= 0.0 && objective_s > duration_s).then_some(objective_s - duration_s)
}

/// Backups of what changed since the last one: the copy grows with the interval.
///
/// Changes come at a steady unique rate, a copy takes a fixed set-up time plus its bytes over the backup rate.
///
/// ```
/// use drsim::analytic::schedule::Changes;
/// let log = Changes { change_rate: 20e6, backup_rate: 100e6, setup_s: 60.0 };
/// assert_eq!(log.duration_s(1000.0), 260.0); // 60 s + 20 GB at 100 MB/s
/// assert_eq!(log.interval_min_s(), Some(75.0)); // 75 s of changes take 60 + 15 s
/// assert_eq!(log.interval_for_worst_s(1260.0), Some(1000.0)); // 1000 s + 260 s
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Changes {
    /// Bytes per second that become different from the last backup.
    pub change_rate: f64,
    /// Bytes per second that a backup copies.
    pub backup_rate: f64,
    /// Fixed time of each backup.
    pub setup_s: f64,
}

impl Changes {
    /// Time of one copy at this interval: set-up + interval * change rate / backup rate.
    #[must_use]
    pub fn duration_s(&self, interval_s: f64) -> f64 {
        self.setup_s + interval_s * self.change_rate / self.backup_rate
    }

    /// Shortest interval at which a copy ends before the next begins: `setup / (1 - change / backup)`.
    ///
    /// From `duration(T) <= T`. `None` when changes come as fast as they can be copied, or faster.
    #[must_use]
    pub fn interval_min_s(&self) -> Option<f64> {
        let share = self.change_rate / self.backup_rate;
        (share < 1.0).then(|| self.setup_s / (1.0 - share))
    }

    /// Longest interval whose worst recovery point `T + duration(T)` keeps the objective: `(R - setup) / (1 + change / backup)`.
    ///
    /// `None` when that is shorter than [`Changes::interval_min_s`].
    #[must_use]
    pub fn interval_for_worst_s(&self, objective_s: f64) -> Option<f64> {
        let longest = (objective_s - self.setup_s) / (1.0 + self.change_rate / self.backup_rate);
        self.interval_min_s().filter(|shortest| longest >= *shortest && longest > 0.0).map(|_| longest)
    }
}

/// Time of a copy of `bytes` through stages that all work at once, the slowest deciding, plus fixed parts one after another.
///
/// `bytes / min(rates) + sum of fixed`: reading, link, decryption, writing are pipelined. `None` without rates or unless they
/// are above 0. The same sum serves restores (recovery time) and backups.
///
/// ```
/// use drsim::analytic::schedule::transfer_s;
/// // 1 TB over 1 Gb/s (125 MB/s) though the disks read 400 MB/s, 15 min of decisions before: 8 000 s + 900 s.
/// assert_eq!(transfer_s(1e12, &[125e6, 400e6], &[900.0]), Some(8900.0));
/// ```
#[must_use]
pub fn transfer_s(bytes: f64, rates: &[f64], fixed_s: &[f64]) -> Option<f64> {
    let slowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
    let fits = bytes >= 0.0 && !rates.is_empty() && rates.iter().all(|rate| *rate > 0.0);
    fits.then(|| bytes / slowest + fixed_s.iter().sum::<f64>())
}

/// Rate at which `bytes` would fit into `available_s` after the fixed parts; `None` when these alone take all of it.
///
/// A window or an objective is feasible exactly when the slowest stage is at least this fast.
///
/// ```
/// use drsim::analytic::schedule::rate_needed;
/// // 10 TB in a night of 8 h, 30 min of set-up: 370.4 MB/s.
/// assert!((rate_needed(10e12, 8.0 * 3600.0, 1800.0).unwrap() / 370.370_37e6 - 1.0).abs() < 1e-8);
/// assert_eq!(rate_needed(1.0, 600.0, 600.0), None);
/// ```
#[must_use]
pub fn rate_needed(bytes: f64, available_s: f64, fixed_s: f64) -> Option<f64> {
    (bytes >= 0.0 && fixed_s >= 0.0 && available_s > fixed_s).then(|| bytes / (available_s - fixed_s))
}

/// Most bytes that fit into `available_s` after the fixed parts at the rate of the slowest stage; 0 if none do.
///
/// ```
/// assert_eq!(drsim::analytic::schedule::bytes_within(100e6, 3600.0, 600.0), 3e11);
/// ```
#[must_use]
pub fn bytes_within(rate: f64, available_s: f64, fixed_s: f64) -> f64 {
    rate * (available_s - fixed_s).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::super::support::uniform;
    use super::*;

    /// Ages of the newest complete good copy at random moments of a long row of backups.
    fn ages(interval: f64, duration: f64, failure: f64, count: usize) -> Vec<f64> {
        let mut state = 11;
        let backups = 4000;
        let mut good: Vec<(f64, f64)> = Vec::new();
        for nth in 0..backups {
            if uniform(&mut state) >= failure {
                let start = nth as f64 * interval;
                good.push((start, start + duration));
            }
        }
        (0..count)
            .map(|_| {
                let at = interval * backups as f64 * (0.1 + 0.9 * uniform(&mut state));
                good.iter().rev().find(|(_, complete)| *complete <= at).map(|(start, _)| at - start).unwrap()
            })
            .collect()
    }

    #[test]
    fn recovery_points_against_a_loop() {
        // The last case overlaps its copies. 20 000 moments on 4 000 backups: the noise of the backups themselves counts.
        for (interval, duration, failure) in [(24.0, 2.0, 0.0), (24.0, 5.0, 0.1), (6.0, 1.0, 0.4), (4.0, 10.0, 0.2)] {
            let model = Periodic::new(interval, duration, failure).unwrap();
            let ages = ages(interval, duration, failure, 20_000);
            let n = ages.len() as f64;
            let mean = ages.iter().sum::<f64>() / n;
            let spread = (ages.iter().map(|age| (age - mean).powi(2)).sum::<f64>() / n).sqrt();
            let sigma = spread * (1.0 / n + 2.0 / 4000.0).sqrt();
            assert!((mean - model.mean_s()).abs() < 5.0 * sigma, "{interval} {failure}: {mean} {}", model.mean_s());
            for share in [0.1, 0.5, 0.9, 0.95, 0.99] {
                let quantile = model.quantile_s(share).unwrap();
                let below = ages.iter().filter(|age| **age <= quantile).count() as f64 / n;
                let sigma = (share * (1.0 - share) * (1.0 / n + 4.0 / 4000.0)).sqrt();
                assert!((below - share).abs() < 5.0 * sigma, "{interval} {failure} {share}: {below}");
            }
            if let Some(worst) = model.worst_s() {
                assert!(ages.iter().all(|age| *age < worst));
            }
        }
    }

    #[test]
    fn recovery_points_against_all_patterns() {
        // Twelve attempts, every pattern of failures, 400 phases; what is beyond twelve failures is 0.3^12 = 5e-7.
        let (interval, duration, failure) = (10.0, 3.0, 0.3);
        let model = Periodic::new(interval, duration, failure).unwrap();
        let (mut mean, mut late) = (0.0, 0.0);
        for pattern in 1u32..1 << 12 {
            let failed = 12 - pattern.count_ones();
            let chance = libm::pow(failure, f64::from(failed)) * libm::pow(1.0 - failure, f64::from(12 - failed));
            let back = f64::from(pattern.trailing_zeros());
            for phase in 0..400 {
                let age = duration + (f64::from(phase) + 0.5) / 400.0 * interval + back * interval;
                mean += chance * age / 400.0;
                late += chance / 400.0 * f64::from(u8::from(age > 27.0));
            }
        }
        assert!((mean / model.mean_s() - 1.0).abs() < 1e-4, "{mean}");
        assert!((late / model.exceeds(27.0) - 1.0).abs() < 1e-3, "{late}");
    }

    #[test]
    fn the_quantile_inverts_the_chance() {
        for failure in [0.0, 0.001, 0.1, 0.5, 0.97] {
            let model = Periodic::new(7.0, 0.5, failure).unwrap();
            for share in [0.0, 0.02, 0.5, 0.9, 0.99, 0.999, 0.9999] {
                let age = model.quantile_s(share).unwrap();
                assert!((model.exceeds(age) / (1.0 - share) - 1.0).abs() < 1e-9, "{failure} {share}: {age}");
            }
        }
        let model = Periodic::new(7.0, 0.5, 0.1).unwrap();
        assert_eq!((model.quantile_s(1.0), model.quantile_s(1.1)), (None, None));
        assert_eq!((model.exceeds(0.5), model.exceeds(-1.0)), (1.0, 1.0));
        assert_eq!(Periodic::new(7.0, 0.5, 1.0), None);
    }

    #[test]
    fn intervals_by_search() {
        let log = Changes { change_rate: 30e6, backup_rate: 80e6, setup_s: 45.0 };
        // The first interval, in steps of a hundredth of a second, in which the copy ends before the next begins.
        let fits = |step: u32| log.duration_s(f64::from(step) / 100.0) <= f64::from(step) / 100.0;
        let first = (1..1_000_000).find(|step| fits(*step)).unwrap();
        assert!((f64::from(first) / 100.0 - log.interval_min_s().unwrap()).abs() < 0.0101);
        let keeps = |step: u32| f64::from(step) / 100.0 + log.duration_s(f64::from(step) / 100.0) <= 900.0;
        let last = (1..1_000_000).take_while(|step| keeps(*step)).last().unwrap();
        assert!((f64::from(last) / 100.0 - log.interval_for_worst_s(900.0).unwrap()).abs() < 0.0101);
        assert_eq!(log.interval_for_worst_s(100.0), None);
        assert_eq!(Changes { change_rate: 80e6, ..log }.interval_min_s(), None);
        assert_eq!(interval_for_worst(60.0, 60.0), None);
    }

    #[test]
    fn printed_transfer_times_of_backup_lessons() {
        // 1 TB at 100 Mb/s: 80 000 s; at 1 Gb/s: 8 000 s (the lessons print 125 s for both).
        assert_eq!(transfer_s(1e12, &[100e6 / 8.0], &[]), Some(80_000.0));
        assert_eq!(transfer_s(1e12, &[1e9 / 8.0], &[]), Some(8_000.0));
        assert_eq!(transfer_s(1e12, &[], &[]), None);
        assert_eq!(transfer_s(1e12, &[0.0], &[]), None);
        // What fits exactly fits, and no byte more.
        let rate = rate_needed(3e12, 7200.0, 1200.0).unwrap();
        assert!((transfer_s(3e12, &[rate], &[1200.0]).unwrap() - 7200.0).abs() < 1e-9);
        assert!((bytes_within(rate, 7200.0, 1200.0) - 3e12).abs() < 1e-2);
        assert_eq!(bytes_within(rate, 600.0, 1200.0), 0.0);
    }
}

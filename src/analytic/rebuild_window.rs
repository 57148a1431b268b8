//! Data loss when a rebuild takes a fixed time: windows of vulnerability, exact for two replicas.
//!
//! Times and rates are in any one unit; lives are exponential, every missing unit is rebuilt at once in its own window.

use super::durability::any_of;
use super::quadrature;
use super::structure::k_of_n_down;
use statrs::function::gamma::gamma_lr;

/// Most failures within the time asked for: each is a term with an integral of its own.
const FAILURES_MAX: f64 = 10_000.0;

/// Mean time to data loss of `units` of which `tolerates` may be missing, each rebuilt in exactly `window`; approximate.
///
/// A failure is the last straw when `tolerates` of the other units failed within the window before it:
/// `1 / (n failure P(Binomial(n - 1, 1 - exp(-failure window)) >= tolerates))`. To first order in `failure window` this
/// equals the exponential parallel rebuild of the same mean: how many are missing does not depend on the law. High by at
/// most about `tolerates failure window (n + 1)` of itself. `None` unless `n failure window <= 0.1`, the rate and the window are
/// above 0 and `tolerates < units`.
///
/// ```
/// use drsim::analytic::rebuild_window::mttdl_windowed;
/// // Mirror, MTTF 1e6 h, 10 h: each of 2e-6 failures per hour is followed by the other's with chance 1e-5.
/// assert!((mttdl_windowed(2, 1, 1e-6, 10.0).unwrap() / 5e10 - 1.0).abs() < 1e-5);
/// ```
#[must_use]
pub fn mttdl_windowed(units: u32, tolerates: u32, failure: f64, window: f64) -> Option<f64> {
    let all = f64::from(units) * failure;
    let fits = tolerates < units && failure > 0.0 && window > 0.0 && all * window <= 0.1;
    if !fits {
        return None;
    }
    let others = units as usize - 1;
    let within = -libm::expm1(-failure * window);
    let last_straw = k_of_n_down(others + 1 - tolerates as usize, others, within)?;
    Some(1.0 / (all * last_straw))
}

/// Mean time to data loss of two replicas with a rebuild of exactly `window`; exact.
///
/// Each cycle waits `1 / (2 l)` for a failure and then at most the window for the other, which comes with chance
/// `q = 1 - exp(-l window)` and takes `q / l` on average, rebuilt or not: `(1 / (2 l) + q / l) / q`.
/// `None` unless both numbers are above 0 and finite.
///
/// ```
/// use drsim::analytic::rebuild_window::pair_mttdl;
/// // Window without end: 1 / (2 l) + 1 / l.
/// assert!((pair_mttdl(0.5, 1e9).unwrap() - 3.0).abs() < 1e-14);
/// ```
#[must_use]
pub fn pair_mttdl(failure: f64, window: f64) -> Option<f64> {
    let fits = failure > 0.0 && failure.is_finite() && window > 0.0 && window.is_finite();
    fits.then(|| {
        let second = -libm::expm1(-failure * window);
        0.5 / (failure * second) + 1.0 / failure
    })
}

/// Probability that two replicas with a rebuild of exactly `window` lose their data by `t`; exact to about 1e-11 of itself.
///
/// After `k` rebuilt failures the next one comes at `k window` plus an Erlang time of `k + 1` stages at `2 l`, and the
/// other unit `x < window` later: the sum over `k` of `exp(-k l window)` times the integral over `x` of
/// `l exp(-l x) P(Erlang <= t - k window - x)`. `None` outside the ranges of [`pair_mttdl`], for negative times, and
/// where over ten thousand failures are expected.
///
/// ```
/// use drsim::analytic::rebuild_window::pair_loss_by;
/// // Within the first window there is no rebuild: (1 - exp(-l t))^2.
/// assert!((pair_loss_by(0.1, 2.0, 1.0).unwrap() / (1.0 - (-0.1f64).exp()).powi(2) - 1.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn pair_loss_by(failure: f64, window: f64, t: f64) -> Option<f64> {
    pair_mttdl(failure, window)?;
    let expected = 2.0 * failure * t;
    if !(0.0..=FAILURES_MAX).contains(&expected) {
        return None;
    }
    let mut loss = 0.0;
    for rebuilt in 0u32.. {
        let stages = f64::from(rebuilt);
        let left = t - stages * window;
        if left <= 0.0 {
            break;
        }
        let end = left.min(window);
        // The Erlang chance grows like a power of the rest: a small step first, seen from the late end.
        let fastest = (left / (stages + 2.0)).min(end).min(1.0 / failure);
        let [mean] = quadrature::mean(end, fastest, &[], |x| {
            let after = end - x;
            let rest = left - after;
            let arrived = if rest > 0.0 { gamma_lr(stages + 1.0, 2.0 * failure * rest) } else { 0.0 };
            [failure * libm::exp(-failure * after) * arrived]
        })?;
        let term = libm::exp(-stages * failure * window) * mean * end;
        loss += term;
        if stages > expected && term <= 1e-17 * loss {
            break;
        }
    }
    Some(loss)
}

/// Chance of data loss when time is cut into `windows` windows and loss means more than `tolerates` failures of `units`
/// within one of them.
///
/// `1 - (1 - P(Binomial(units, 1 - exp(-failure window)) > tolerates))^windows`. Failures on both sides of a border are
/// not counted together, so this is below the truth by a factor that tends to `tolerates + 1`: use it to repeat published
/// figures only. `None` unless `tolerates < units` and rate, window and count are 0 or more.
/// Source: Backblaze, *erasure-coding-durability*, 2018.
///
/// ```
/// use drsim::analytic::rebuild_window::loss_in_fixed_windows;
/// let loss = loss_in_fixed_windows(20, 3, 0.00405, 6.5 / 365.0, 365.0 / 6.5).unwrap();
/// assert!((loss / 7.354e-12 - 1.0).abs() < 1e-4); // 11 nines, as published
/// ```
#[must_use]
pub fn loss_in_fixed_windows(units: u32, tolerates: u32, failure: f64, window: f64, windows: f64) -> Option<f64> {
    let fits = tolerates < units && failure * window >= 0.0;
    if !fits {
        return None;
    }
    let one = k_of_n_down((units - tolerates) as usize, units as usize, -libm::expm1(-failure * window))?;
    any_of(one, windows)
}

#[cfg(test)]
mod tests {
    use super::super::support::uniform;
    use super::*;

    /// Two replicas followed on a grid of ages: the plain twin of the exact sum. The state is the age of the open window.
    fn pair_on_a_grid(failure: f64, window: f64, t: f64, steps_per_window: usize) -> f64 {
        let step = window / steps_per_window as f64;
        let (none, stay) = ((-2.0 * failure * step).exp(), (-failure * step).exp());
        let (mut both, mut lost) = (1.0, 0.0);
        let mut ages = std::collections::VecDeque::from(vec![0.0f64; steps_per_window]);
        for _ in 0..(t / step).round() as usize {
            lost += ages.iter().sum::<f64>() * (1.0 - stay);
            for share in &mut ages {
                *share *= stay;
            }
            let healed = ages.pop_back().unwrap();
            // A failure within the step has on average half of it for the second one.
            let fails = both * (1.0 - none);
            lost += fails * (1.0 - (-failure * step / 2.0).exp());
            ages.push_front(fails * (-failure * step / 2.0).exp());
            both = both * none + healed;
        }
        lost
    }

    #[test]
    fn the_pair_against_a_grid() {
        for (failure, window) in [(0.05, 1.0), (0.3, 2.0), (0.01, 0.5)] {
            for windows in [0.5, 1.5, 7.0, 40.0] {
                let t = windows * window;
                let exact = pair_loss_by(failure, window, t).unwrap();
                let (coarse, fine) = (pair_on_a_grid(failure, window, t, 200), pair_on_a_grid(failure, window, t, 400));
                // First order in the step: extrapolate.
                let limit = 2.0 * fine - coarse;
                assert!((exact / limit - 1.0).abs() < 2e-5, "{failure} {window} {t}: {exact} {limit}");
            }
        }
    }

    #[test]
    fn the_mean_is_the_integral_of_the_survival() {
        let (failure, window) = (0.4, 1.2);
        // Midpoints; what is left beyond 120 is below e^-20.
        let width = 0.05;
        let sum: f64 = (0..2400)
            .map(|nth| width * (1.0 - pair_loss_by(failure, window, (nth as f64 + 0.5) * width).unwrap()))
            .sum();
        assert!((sum / pair_mttdl(failure, window).unwrap() - 1.0).abs() < 1e-3, "{sum}");
    }

    #[test]
    fn rare_losses_grow_linearly() {
        // 1e-15 per step of time: the slope is the inverse of the mean, the lag about one window.
        let (failure, window) = (1e-9, 5.0);
        let loss = pair_loss_by(failure, window, 1000.0).unwrap();
        let slope = 1.0 / pair_mttdl(failure, window).unwrap();
        // Exact to this order: 2 l (l window (t - window) + l window^2 / 2).
        let expected = 2.0 * failure * failure * (window * (1000.0 - window) + window * window / 2.0);
        assert!((loss / expected - 1.0).abs() < 1e-5 && loss < 1e-14, "{loss:e}");
        assert!(loss < slope * 1000.0 && loss > slope * (1000.0 - window));
    }

    #[test]
    fn windows_against_a_loop() {
        // Ten units, two may be missing, n failure window = 0.1: mean over 4000 losses, five standard errors and the bias.
        let (units, tolerates, failure, window) = (10usize, 2, 0.01, 1.0);
        let mut state = 7;
        let runs = 4000;
        let mut total = 0.0;
        for _ in 0..runs {
            let mut now = 0.0;
            let mut back: Vec<f64> = Vec::new();
            loop {
                let present = units - back.len();
                let wait = -libm::log(1.0 - uniform(&mut state)) / (present as f64 * failure);
                if back.first().is_some_and(|end| *end < now + wait) {
                    now = back.remove(0);
                    continue;
                }
                now += wait;
                back.push(now + window);
                if back.len() > tolerates {
                    break;
                }
            }
            total += now;
        }
        let mean = total / f64::from(runs);
        let formula = mttdl_windowed(units as u32, tolerates as u32, failure, window).unwrap();
        let noise = 5.0 / f64::from(runs).sqrt();
        let bias = tolerates as f64 * failure * window * (units + 1) as f64;
        assert!(((formula - mean) / mean).abs() < noise + bias, "{formula} {mean}");
    }

    #[test]
    fn the_window_is_high_by_little() {
        for window in [0.01, 0.1, 1.0] {
            let over = pair_mttdl(0.05, window).unwrap() / mttdl_windowed(2, 1, 0.05, window).unwrap() - 1.0;
            assert!(over > 0.0 && over < 3.0 * 0.05 * window, "{over}");
        }
    }

    #[test]
    fn mlec_sim_parallel_full_rate() {
        // 5 groups of 8+2, 20 TB at 100 MB/s, nines of one year for AFR 2 .. 11 %; tolerance 0.1.
        let printed = [6.135, 5.620, 5.201, 4.991, 4.745, 4.463, 4.362, 4.157, 4.029, 3.888];
        let missed: Vec<usize> = (2..=11)
            .filter(|percent| {
                let failure = -libm::log1p(-0.01 * *percent as f64) / 8766.0;
                let mean = mttdl_windowed(10, 2, failure, 20e12 / 1e8 / 3600.0).unwrap();
                let nines = -libm::log10(-libm::expm1(-5.0 * 8766.0 / mean));
                (nines - printed[percent - 2]).abs() >= 0.1
            })
            .collect();
        // Their simulated value at 4 % is 0.108 away, about two of its standard errors; the other nine are within.
        assert_eq!(missed, [4]);
    }

    #[test]
    fn backblaze_2018() {
        // (lost in one window, P per window, P per year), four digits printed.
        for (lost, window, year) in [
            (1, 1.441e-3, 7.781e-2),
            (2, 9.874e-7, 5.545e-5),
            (3, 4.273e-10, 2.399e-8),
            (4, 1.310e-13, 7.354e-12),
            // Printed 1.693e-15, which is not 3.022e-17 times 365 / 6.5 windows: digits lost in print, 0.24 %.
            (5, 3.022e-17, 1.697e-15),
        ] {
            let chance = |windows| loss_in_fixed_windows(20, lost - 1, 0.00405, 6.5 / 365.0, windows).unwrap();
            assert!((chance(1.0) / window - 1.0).abs() < 1e-3, "{lost}: {:e}", chance(1.0));
            assert!((chance(365.0 / 6.5) / year - 1.0).abs() < 1e-3, "{lost}: {:e}", chance(365.0 / 6.5));
        }
    }

    #[test]
    fn fixed_windows_miss_what_straddles_a_border() {
        for (units, tolerates) in [(2, 1), (6, 2), (20, 3)] {
            let sliding = 1.0 / mttdl_windowed(units, tolerates, 1e-6, 1.0).unwrap();
            let fixed = loss_in_fixed_windows(units, tolerates, 1e-6, 1.0, 1.0).unwrap();
            assert!((sliding / fixed / f64::from(tolerates + 1) - 1.0).abs() < 1e-4, "{units} {tolerates}");
        }
    }

    #[test]
    fn outside_the_range_there_is_no_value() {
        assert_eq!(mttdl_windowed(2, 2, 1e-3, 1.0), None);
        assert_eq!(mttdl_windowed(10, 2, 0.02, 1.0), None);
        assert_eq!(pair_mttdl(0.0, 1.0), None);
        assert_eq!(pair_loss_by(1.0, 1.0, 1e5), None);
        assert_eq!(pair_loss_by(1.0, 1.0, -1.0), None);
        assert_eq!(pair_loss_by(1.0, 1.0, 0.0), Some(0.0));
        assert_eq!(loss_in_fixed_windows(3, 3, 0.1, 1.0, 1.0), None);
    }
}

//! How long a run will take, whether that is sane, and how many more trials an expectation needs.
//!
//! Reads no clock and runs no trial: both come in as arguments.

use drsim::study::Expected;

/// Longest run that needs no `--force`, seconds.
pub const LONG: f64 = 86_400.0;

/// Shortest run worth announcing, seconds.
pub const ANNOUNCED: f64 = 2.0;

/// Wall time spent on the pilot, seconds.
const PILOT: f64 = 0.2;

/// Seconds per trial on one thread, from doubling batches of at most a sixteenth of `trials` until about 0.2 s are spent;
/// `None` when there are too few trials to be worth a pilot. `batch` runs that many trials and returns seconds.
///
/// # Errors
/// Whatever `batch` meets.
pub fn pilot<E>(trials: u64, mut batch: impl FnMut(u64) -> Result<f64, E>) -> Result<Option<f64>, E> {
    let (mut size, mut spent, mut per_trial) = (1, 0.0, None);
    // The next batch takes about twice the time of the last one: stop before it would pass the budget.
    while size <= trials / 16 && spent < PILOT {
        let seconds = batch(size)?;
        per_trial = Some(seconds / size as f64);
        spent += 2.0 * seconds;
        size *= 2;
    }
    Ok(per_trial)
}

/// A length of wall time as one says it: `about 3 min`.
pub fn in_words(seconds: f64) -> String {
    const STEPS: [(f64, &str); 5] =
        [(60.0, "s"), (60.0, "min"), (24.0, "hours"), (365.25, "days"), (f64::INFINITY, "years")];
    let mut value = seconds;
    for (length, unit) in STEPS {
        // 99.9 min reads better than 1.7 hours, so each unit is used a little beyond its end.
        if value < 1.5 * length {
            let digits = usize::from(value < 10.0);
            return format!("about {value:.digits$} {unit}");
        }
        value /= length;
    }
    unreachable!("{seconds} s is not below infinity")
}

/// Trials that should make every open expectation conclusive, a doubling of `trials`; `None` when nothing is open or
/// `cap` is reached.
pub fn more_trials(expected: &[Expected], trials: u64, cap: u64) -> Option<u64> {
    let open = expected.iter().filter(|line| line.holds.is_none()).map(|line| {
        let within = line.expectation.within;
        match line.std_error {
            // The standard error falls with the square root of the trials; four of them must fit.
            Some(error) if within > 0.0 && error > 0.0 => (4.0 * error / within).powi(2),
            _ => 2.0,
        }
    });
    let factor = open.reduce(f64::max)?;
    // A tenth more, because the standard error is itself an estimate.
    let doublings = (1.1 * factor).log2().ceil().clamp(1.0, 40.0) as u32;
    let wanted = trials.max(1).saturating_mul(1 << doublings).min(cap);
    (wanted > trials).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use drsim::model::{Expectation, MetricPath, Subject};

    fn line(within: f64, std_error: Option<f64>, holds: Option<bool>) -> Expected {
        let path = MetricPath { subject: Subject::Scenario, metric: "outages".into(), point: None };
        let expectation = Expectation { written: String::new(), path, value: 1.0, within, because: String::new() };
        Expected { expectation, measured: Some(1.0), std_error, holds }
    }

    #[test]
    fn trials_grow_until_four_errors_fit() {
        // 4 x 0.01 = 0.04 must fall to 0.02: four times the trials; with the tenth on top, eight.
        assert_eq!(more_trials(&[line(0.02, Some(0.01), None)], 1000, 1_000_000), Some(8000));
        assert_eq!(more_trials(&[line(0.02, Some(0.01), None)], 1000, 5000), Some(5000));
        assert_eq!(more_trials(&[line(0.02, Some(0.01), None)], 5000, 5000), None);
        assert_eq!(more_trials(&[line(0.02, Some(0.01), Some(false))], 1000, 5000), None);
        assert_eq!(more_trials(&[line(0.02, None, None)], 1000, 5000), Some(4000));
    }

    #[test]
    fn the_pilot_is_short() {
        let mut run = Vec::new();
        let per_trial = pilot::<()>(1_000_000, |size| {
            run.push(size);
            Ok(size as f64 * 0.01)
        });
        assert_eq!((per_trial, run), (Ok(Some(0.01)), vec![1, 2, 4, 8]));
        assert_eq!(pilot::<()>(10, |_| panic!("too few trials for a pilot")), Ok(None));
        assert_eq!(pilot(100, |_| Err("broken")), Err("broken"));
    }

    #[test]
    fn times_are_said_as_people_do() {
        for (seconds, words) in [
            (4.21, "about 4.2 s"),
            (80.0, "about 80 s"),
            (600.0, "about 10 min"),
            (7200.0, "about 2.0 hours"),
            (86_400.0 * 3.0, "about 3.0 days"),
            (31_557_600.0 * 40_000.0, "about 40000 years"),
        ] {
            assert_eq!(in_words(seconds), words);
        }
    }
}

//! Simulated against exact, and `[expect]` against what came out.
//!
//! Many comparisons are made at once: the chance that any of them fails although all is well is fixed and shared out among them.

use super::findings::{Check, Expected, Measured};
use crate::analytic::Prediction;
use crate::estimate::{Basis, Estimate, Quantile, Sectioned, normal_bound, student_bound};
use crate::metric::Unit;
use crate::model::{Expectation, Subject};

/// Chance that a right simulation fails any of a study's checks.
pub const FAMILY_LEVEL: f64 = 1e-4;

/// Values without scatter agree when they are this close, relative to the exact one: times are whole microseconds.
const EXACT: f64 = 1e-9;

/// Standard errors that must fit into the tolerance of an expectation.
const FITTING: f64 = 4.0;

/// A metric as measured, with the value it has when what it counts never happens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub measured: &'a Measured,
    pub edge: Option<f64>,
}

/// Compares every prediction with what was measured; predictions of subjects that are not reported are left out.
pub(super) fn checks<'a>(
    predictions: &[Prediction],
    find: impl Fn(Subject, &str) -> Option<Found<'a>>,
    deterministic: bool,
) -> Vec<Check> {
    let found: Vec<_> = predictions
        .iter()
        .filter_map(|prediction| Some((prediction, find(prediction.subject, prediction.metric)?)))
        .collect();
    let level = FAMILY_LEVEL / found.len().max(1) as f64;
    found
        .into_iter()
        .map(|(prediction, found)| {
            let simulated = found.measured.estimate;
            let (deviation, agrees) = compare(&found, prediction.value, level, deterministic);
            Check {
                subject: prediction.subject,
                about: found.measured.about,
                simulated,
                exact: prediction.value,
                method: prediction.method.clone(),
                deviation,
                agrees,
            }
        })
        .collect()
}

/// Deviation in standard errors, and whether that is within reason at `level`.
fn compare(found: &Found, exact: f64, level: f64, deterministic: bool) -> (Option<f64>, Option<bool>) {
    let estimate = &found.measured.estimate;
    let Some(point) = estimate.point else { return (None, never_ended(estimate, exact, level)) };
    match (estimate.basis, estimate.std_error) {
        (Basis::Bound, _) => (None, none_seen(estimate, point, exact, level)),
        (_, Some(0.0)) => {
            // Alike samples prove little where there is chance: what happens to fewer than one in n is not among them, and may move the mean by
            // about its own size.
            let unseen = if deterministic { EXACT } else { (-level.ln() / estimate.n.max(1) as f64).max(EXACT) };
            // Money is whole millionths.
            let grain = if found.measured.about.unit == Unit::MoneyPerYear { 1e-5 } else { 0.0 };
            (None, Some((point - exact).abs() <= unseen * exact.abs().max(point.abs()) + grain))
        }
        (Basis::Interval, Some(_)) => {
            let deviation = (point - exact) / error_under(found, point, exact);
            (Some(deviation), Some(deviation.abs() <= normal_bound(level)))
        }
        (Basis::Extreme | Basis::Nothing, _) | (Basis::Interval, None) => (None, None),
    }
}

/// Nothing was seen where `exact` lets some events be expected: the chance of that is e to minus their number (Poisson). The bound of the estimate
/// is where three are expected.
fn none_seen(estimate: &Estimate, point: f64, exact: f64, level: f64) -> Option<bool> {
    let reach = (estimate.high? - point).max(point - estimate.low?);
    if reach <= 0.0 || estimate.n < 3 {
        return None;
    }
    let expected = 3.0 * (exact - point).abs() / reach;
    Some(expected <= -level.ln())
}

/// What never ended lasts at least a third of the time seen; where `exact` lets some ends be expected, the chance of none is e to minus their number.
fn never_ended(estimate: &Estimate, exact: f64, level: f64) -> Option<bool> {
    let seen = 3.0 * estimate.low.filter(|_| estimate.basis == Basis::Bound)?;
    (exact > 0.0).then(|| seen / exact <= -level.ln())
}

/// Standard error if `exact` were right. Few rare events give few and small squares: the sampled error shrinks together with the estimate, and a
/// run short of events would look certain of it. What is counted scatters with the root of its mean; what is divided by a count, with the mean.
fn error_under(found: &Found, point: f64, exact: f64) -> f64 {
    let sampled = found.measured.estimate.std_error.unwrap_or(f64::NAN);
    let stretch = match found.edge {
        Some(edge) => ((exact - edge) / (point - edge)).sqrt(),
        None if found.measured.about.unit == Unit::Seconds => exact / point,
        None => 1.0,
    };
    // A comparison with NaN is false: an impossible exact value leaves the error as sampled.
    if stretch > 1.0 { sampled * stretch } else { sampled }
}

/// Judges one line of `[expect]`; `deterministic` when all trials were the same, so that no scatter means none.
pub(super) fn expected(expectation: &Expectation, found: Option<Found>, deterministic: bool) -> Expected {
    let judged = |measured, std_error, holds| Expected { expectation: expectation.clone(), measured, std_error, holds };
    let Some(estimate) = found.map(|found| found.measured.estimate) else { return judged(None, None, None) };
    let near = |value: f64| (value - expectation.value).abs() <= expectation.within;
    let fits = |error: f64| FITTING * error <= expectation.within;
    let scattered = |value: f64, error: Option<f64>| match error {
        Some(error) if error > 0.0 => fits(error).then(|| near(value)),
        Some(_) => Some(near(value)),
        None => deterministic.then(|| near(value)),
    };
    let quantile = |quantile: Quantile| {
        // Back from the half width of the sections' interval.
        let error = quantile.high.map(|high| (high - quantile.point) / student_bound(Sectioned::SECTIONS as u64 - 1));
        judged(Some(quantile.point), error, scattered(quantile.point, error))
    };
    match (expectation.path.point.as_deref(), estimate.quantiles, estimate.point) {
        (Some("p50"), Some(quantiles), _) => quantile(quantiles.p50),
        (Some("p95"), Some(quantiles), _) => quantile(quantiles.p95),
        (Some("p99"), Some(quantiles), _) => quantile(quantiles.p99),
        // An extreme is what it is: seed and number of trials fix it.
        (Some("max"), Some(quantiles), _) => judged(Some(quantiles.max), None, Some(near(quantiles.max))),
        (None, _, Some(point)) => match estimate.basis {
            Basis::Bound if !deterministic => {
                let reach = estimate.high.zip(estimate.low).map_or(f64::INFINITY, |(high, low)| high - low);
                judged(
                    Some(point),
                    None,
                    if near(point) && reach > expectation.within { None } else { Some(near(point)) },
                )
            }
            Basis::Bound | Basis::Extreme => judged(Some(point), None, Some(near(point))),
            Basis::Interval | Basis::Nothing => {
                judged(Some(point), estimate.std_error, scattered(point, estimate.std_error))
            }
        },
        // It lasts longer than anything seen: a time below the bound is refuted, one above is not.
        (None, _, None) if estimate.low.is_some_and(|low| expectation.value + expectation.within < low) => {
            judged(None, None, Some(false))
        }
        (Some(_) | None, ..) => judged(None, None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::{Moments, Quantiles, proportion};
    use crate::metric::{SERVICE_METRICS, Sample, position};
    use crate::model::MetricPath;
    use crate::quantity::Span;
    use rand::RngExt as _;
    use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

    fn measured(key: &str, estimate: Estimate) -> Measured {
        let row = position(&SERVICE_METRICS, key).unwrap();
        Measured { about: &SERVICE_METRICS[row].about, estimate, exact: None }
    }

    fn agrees(key: &str, estimate: Estimate, exact: f64) -> Option<bool> {
        let measured = measured(key, estimate);
        let edge = SERVICE_METRICS[position(&SERVICE_METRICS, key).unwrap()].sample.edge();
        let prediction =
            Prediction { subject: Subject::Scenario, metric: measured.about.key, value: exact, method: String::new() };
        checks(&[prediction], |_, _| Some(Found { measured: &measured, edge }), true)[0].agrees
    }

    fn share(values: impl Iterator<Item = f64>) -> Estimate {
        let sample: Sample<f64> = Sample::Share(|&value| value, crate::metric::Shown::Plain);
        let mut sums = sample.start();
        values.for_each(|value| sample.add(&mut sums, &value));
        sample.estimate(&sums, Span::from_seconds(1.0), None)
    }

    #[test]
    fn without_scatter_values_must_be_equal() {
        let fixed = share([0.25; 10].into_iter());
        assert_eq!(agrees("unavailability", fixed, 0.25 * (1.0 + 1e-10)), Some(true));
        assert_eq!(agrees("unavailability", fixed, 0.250_001), Some(false));
    }

    #[test]
    fn nothing_seen_refutes_what_should_have_been_seen() {
        let none = proportion(0, 10_000);
        assert_eq!(agrees("outage_probability", none, 1e-4), Some(true), "one expected");
        assert_eq!(agrees("outage_probability", none, 9e-4), Some(true), "nine expected: e^-9 is above 1e-4");
        assert_eq!(agrees("outage_probability", none, 1e-3), Some(false), "ten expected: e^-10 is below 1e-4");
    }

    #[test]
    fn what_never_ended_refutes_what_should_have_ended() {
        let never = Estimate { low: Some(1000.0), basis: Basis::Bound, ..Estimate::NOTHING };
        assert_eq!(agrees("mtbf_s", never, 3000.0), Some(true), "one expected in the 3000 s seen");
        assert_eq!(agrees("mtbf_s", never, 290.0), Some(false), "ten expected: e^-10 is below 1e-4");
        assert_eq!(agrees("mtbf_s", Estimate::NOTHING, 290.0), None);
        let measured = measured("mtbf_s", never);
        let holds = |value, within| {
            expected(&expectation(None, value, within), Some(Found { measured: &measured, edge: None }), false).holds
        };
        assert_eq!((holds(800.0, 100.0), holds(800.0, 300.0), holds(5000.0, 1.0)), (Some(false), None, None));
    }

    #[test]
    fn a_wrong_closed_form_is_caught() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
        let sampled = share((0..10_000).map(|_| if rng.random::<f64>() < 0.1 { 0.01 } else { 0.0 }));
        assert_eq!(agrees("unavailability", sampled, 0.001), Some(true));
        assert_eq!(agrees("unavailability", sampled, 0.001 * 1.2), Some(false));
        assert_eq!(agrees("unavailability", sampled, 0.001 * 0.8), Some(false));
    }

    /// 2 000 right simulations of 500 trials with an event in 4 % of them, judged at 1e-4: none may fail, 20 events expected or not. With the
    /// sampled error alone several would.
    #[test]
    fn few_events_raise_no_false_alarm() {
        let (mut alarms, mut naive) = (0, 0);
        for seed in 0..2000 {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let estimate = share((0..500).map(|_| if rng.random::<f64>() < 0.04 { 0.5 } else { 0.0 }));
            alarms += u32::from(agrees("unavailability", estimate, 0.02) == Some(false));
            let deviation = (estimate.point.unwrap() - 0.02) / estimate.std_error.unwrap();
            naive += u32::from(deviation.abs() > normal_bound(FAMILY_LEVEL));
        }
        assert_eq!(alarms, 0, "of 2000");
        assert!(naive > 0, "the sampled error alone would do");
    }

    #[test]
    fn checks_share_the_level() {
        let row = |key| {
            measured(
                key,
                Estimate { point: Some(1.0), std_error: Some(0.24), basis: Basis::Interval, ..Estimate::NOTHING },
            )
        };
        let measured = row("redundancy_degree");
        let prediction =
            Prediction { subject: Subject::Scenario, metric: "redundancy_degree", value: 2.0, method: String::new() };
        let judge = |count: usize| {
            checks(&vec![prediction.clone(); count], |_, _| Some(Found { measured: &measured, edge: None }), true)
        };
        // 4.17 standard errors: the bound is 3.89 for one check, 4.42 for ten.
        assert_eq!((judge(1)[0].agrees, judge(10)[0].agrees), (Some(false), Some(true)));
        assert!((judge(1)[0].deviation.unwrap() + 1.0 / 0.24).abs() < 1e-12);
    }

    fn expectation(point: Option<&str>, value: f64, within: f64) -> Expectation {
        let path = MetricPath { subject: Subject::Scenario, metric: String::new(), point: point.map(str::to_owned) };
        Expectation { written: String::new(), path, value, within, because: String::new() }
    }

    #[test]
    fn an_expectation_holds_fails_or_stays_open() {
        let holds = |estimate, value, within, deterministic| {
            let measured = measured("unavailability", estimate);
            expected(
                &expectation(None, value, within),
                Some(Found { measured: &measured, edge: Some(0.0) }),
                deterministic,
            )
            .holds
        };
        let mut moments = Moments::default();
        (0..100).for_each(|trial| moments.add(f64::from(trial % 2)));
        let half = crate::estimate::mean(&moments, (0.0, 1.0)); // standard error 0.0503
        assert_eq!(holds(half, 0.4, 0.21, false), Some(true));
        assert_eq!(holds(half, 0.9, 0.21, false), Some(false));
        assert_eq!(holds(half, 0.5, 0.1, false), None, "four standard errors are 0.2");
        assert_eq!(holds(share([0.25; 4].into_iter()), 0.25, 0.0, false), Some(true));
        let never = share([0.0; 1000].into_iter());
        assert_eq!(holds(never, 0.0, 0.001, false), None, "1000 trials support 0.003");
        assert_eq!(holds(never, 0.0, 0.003, false), Some(true));
        assert_eq!(holds(never, 0.0, 0.0, true), Some(true), "all trials are the same");
        assert_eq!(holds(never, 0.1, 0.001, false), Some(false));
        assert_eq!(expected(&expectation(None, 0.0, 1.0), None, true).holds, None);
    }

    #[test]
    fn quantiles_are_judged_by_their_own_interval() {
        let with = |high| Quantile { point: 60.0, low: None, high };
        let quantiles = Quantiles { p50: with(Some(60.0)), p95: with(Some(64.0)), p99: with(None), max: 90.0 };
        let measured =
            measured("outage_s", Estimate { point: Some(50.0), quantiles: Some(quantiles), ..Estimate::NOTHING });
        let holds = |point, value, within| {
            expected(&expectation(Some(point), value, within), Some(Found { measured: &measured, edge: None }), false)
                .holds
        };
        assert_eq!(holds("p50", 60.0, 0.0), Some(true));
        assert_eq!((holds("p95", 61.0, 8.0), holds("p95", 61.0, 5.0)), (Some(true), None));
        assert_eq!(holds("p99", 60.0, 10.0), None);
        assert_eq!((holds("max", 90.0, 0.0), holds("max", 80.0, 1.0)), (Some(true), Some(false)));
    }
}

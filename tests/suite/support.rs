//! What the tests share: scenarios from text, means with standard errors.

use drsim::id::Id as _;
use drsim::model::{Scenario, ServiceId};
use drsim::scenario::{Source, load};
use drsim::simulation::{ServiceTally, Simulator, TrialTally};

/// A scenario from text; panics with the diagnostics.
pub fn scenario(text: &str) -> Scenario {
    let head = if text.contains("format") { String::new() } else { "format = 1\nname = \"test\"\n".to_owned() };
    match load(&Source::from_text("test.toml", head + text), &[]) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(false)),
    }
}

/// Mean and standard error.
#[derive(Clone, Copy, Debug)]
pub struct Mean {
    pub value: f64,
    pub error: f64,
}

impl Mean {
    /// Within `sigmas` standard errors of `exact`, or equal to it to nine digits.
    #[track_caller]
    pub fn is(self, exact: f64, sigmas: f64) {
        let off = (self.value - exact).abs();
        assert!(
            off <= sigmas * self.error || off <= 1e-9 * exact.abs(),
            "{} ± {} against {exact}: {:.2} standard errors",
            self.value,
            self.error,
            off / self.error
        );
    }
}

/// Mean of a figure over trials.
pub fn mean(scenario: &Scenario, trials: u64, mut figure: impl FnMut(&TrialTally) -> f64) -> Mean {
    let mut simulator = Simulator::new(scenario);
    let (mut sum, mut squares) = (0.0, 0.0);
    for trial in 0..trials {
        let value = figure(simulator.run(scenario.seed, trial));
        sum += value;
        squares += value * value;
    }
    let n = trials as f64;
    let value = sum / n;
    Mean { value, error: ((squares / n - value * value).max(0.0) / (n - 1.0).max(1.0)).sqrt() }
}

/// Mean of a figure of the first service over trials.
pub fn service_mean(scenario: &Scenario, trials: u64, mut figure: impl FnMut(&ServiceTally) -> f64) -> Mean {
    mean(scenario, trials, |tally| figure(&tally.services[ServiceId::new(0)]))
}

/// Tally of the only trial of a deterministic scenario, first service.
pub fn only(scenario: &Scenario) -> ServiceTally {
    Simulator::new(scenario).run(scenario.seed, 0).services[ServiceId::new(0)].clone()
}

/// Hours.
pub const HOUR: f64 = 3600.0;

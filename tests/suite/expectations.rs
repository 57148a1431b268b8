//! Does every scenario do what it says, and run at all?
//!
//! The rule is that of `run --verify`: trials are doubled until four standard errors fit into `within`, up to a cap.

use crate::support::{scenario_files, scenario_in, study};
use drsim::simulation::Simulator;

/// Most trials, as a multiple of those that the scenario asks for.
const MOST: u64 = 8;

#[test]
fn every_expectation_holds() {
    let (mut wrong, mut lines) = (Vec::new(), 0);
    for path in scenario_files("scenarios") {
        let scenario = scenario_in(&path);
        if scenario.expectations.is_empty() {
            continue;
        }
        let name = scenario.name.clone();
        let most = scenario.trials * MOST;
        let mut trials = scenario.trials;
        let findings = loop {
            let findings = study(scenario.clone(), trials);
            if trials == most || findings.expected.iter().all(|line| line.holds.is_some()) {
                break findings;
            }
            trials = (2 * trials).min(most);
        };
        assert_eq!(findings.expected.len(), findings.scenario.expectations.len(), "{name}");
        lines += findings.expected.len();
        for line in &findings.expected {
            if line.holds != Some(true) {
                wrong.push(format!(
                    "{name}, {} trials: `{}` is {:?} ± {:?}, expected {} within {}",
                    findings.trials,
                    line.expectation.written,
                    line.measured,
                    line.std_error,
                    line.expectation.value,
                    line.expectation.within
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(lines >= 30, "only {lines} expectations found");
}

/// Each says why: a number without a reason proves nothing.
#[test]
fn every_expectation_gives_its_reason() {
    for path in scenario_files("scenarios") {
        for line in &scenario_in(&path).expectations {
            assert!(line.because.len() > 10, "{} in {}", line.written, path.display());
        }
    }
}

/// A few trials of everything that is shipped, with debug assertions on unless the tests are built without.
#[test]
fn every_scenario_runs() {
    for path in scenario_files("scenarios") {
        let scenario = scenario_in(&path);
        let mut simulator = Simulator::new(&scenario);
        for trial in 0..3 {
            let (tally, trace) = simulator.run_traced(scenario.seed, trial);
            assert_eq!(tally.services.len(), scenario.services.len(), "{}", path.display());
            assert_eq!(trace.stretches.len(), scenario.services.len(), "{}", path.display());
        }
    }
}

//! Does the simulation agree with mathematics, on the scenarios that are shipped and on random ones?

use crate::generator::{Feature, generate};
use crate::support::{scenario, scenario_files, scenario_in, service_mean, study};
use drsim::analytic::predictions;
use drsim::model::Subject;
use drsim::study::{FAMILY_LEVEL, Findings};
use std::collections::BTreeMap;

/// Most trials of a shipped scenario here; `run --verify` runs all of them.
const TRIALS_MOST: u64 = 2000;

/// Random scenarios, and trials of each. Each is judged at [`FAMILY_LEVEL`] over its own checks: 80 right ones raise a false alarm with a
/// chance of at most 0.8 %, once and for all, because seeds are fixed.
const GENERATED: u64 = 80;
const TRIALS: u64 = 600;

/// Scenarios of the two folders that mathematics does not cover: clockwork lives that stop while the system is down.
const WITHOUT_CLOSED_FORM: [&str; 3] = ["priced-outages", "reliawiki-series-drill", "reliawiki-series-drill-cut"];

/// The checks that disagree, in words.
fn disagreements(findings: &Findings) -> Vec<String> {
    let subject = |subject: Subject| match subject {
        Subject::Service(id) => findings.scenario.services[id].name.clone(),
        Subject::Dataset(id) => findings.scenario.datasets[id].name.clone(),
        Subject::Domain(id) => findings.scenario.domains[id].name.clone(),
        Subject::Scenario => "the whole".to_owned(),
        Subject::Cost => "the account".to_owned(),
    };
    let wrong = findings.checks.iter().filter(|check| check.agrees == Some(false));
    wrong
        .map(|check| {
            format!(
                "{} of {}: simulated {:?} ± {:?}, exact {} ({}), {:?} standard errors",
                check.about.key,
                subject(check.subject),
                check.simulated.point,
                check.simulated.std_error,
                check.exact,
                check.method,
                check.deviation
            )
        })
        .collect()
}

#[test]
fn textbook_and_published_cases_agree_with_their_closed_forms() {
    const { assert!(FAMILY_LEVEL <= 1e-4) };
    for path in ["scenarios/textbook", "scenarios/published"].into_iter().flat_map(scenario_files) {
        let scenario = scenario_in(&path);
        let trials = scenario.trials.min(TRIALS_MOST);
        let name = scenario.name.clone();
        if scenario.services.is_empty() && !scenario.datasets.is_empty() {
            continue; // data are held against their closed forms in `[expect]` and in `backups`
        }
        let findings = study(scenario, trials);
        let wrong = disagreements(&findings);
        assert!(wrong.is_empty(), "{name}, {trials} trials:\n{}", wrong.join("\n"));
        let agreed = findings.checks.iter().filter(|check| check.agrees == Some(true)).count();
        if WITHOUT_CLOSED_FORM.contains(&name.as_str()) {
            assert_eq!(findings.checks.len(), 0, "{name} has a closed form by now");
        } else if !findings.scenario.datasets.is_empty() {
            // What data come to is held to closed forms by `backups.rs` and `durability.rs`, and here by what each file expects.
            assert!(!findings.scenario.expectations.is_empty(), "{name} expects nothing");
        } else {
            assert!(agreed > 0 && !findings.services.is_empty(), "{name} agrees in nothing");
        }
    }
}

#[test]
fn random_scenarios_agree_with_their_closed_forms() {
    let (mut wrong, mut judged, mut covered) = (Vec::new(), 0, BTreeMap::<Feature, u32>::new());
    for number in 0..GENERATED {
        let generated = generate(number);
        let findings = study(scenario(&generated.text), TRIALS);
        let found = disagreements(&findings);
        if !found.is_empty() {
            wrong.push(format!("# scenario {number}\n{}\n{}", generated.text, found.join("\n")));
        }
        let here = findings.checks.iter().filter(|check| check.agrees.is_some()).count();
        judged += here;
        if here > 0 {
            for feature in generated.features {
                *covered.entry(feature).or_default() += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {GENERATED} disagree:\n\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(judged > 1000, "only {judged} comparisons");
    assert!(covered.len() == 13 && covered.values().all(|count| *count >= 5), "{covered:?}");
}

/// One node, 100 h up, 20 h until somebody comes, 1 h of work: in its stationary state it is down 21 h out of 121 at every moment of the first day.
#[test]
fn a_stationary_start_knows_of_logistics() {
    let text = "horizon = \"1 day\"\n[sites.s]\nnodes = 1\nclass = \"node\"\n[services.web]\nreplicas = { s = 1 }\n[classes.node]\n\
        life = { exponential = { mttf = \"100 h\" } }\nrepair = \"1 h\"\nlogistics = \"20 h\"\nage = \"stationary\"\n";
    let scenario = scenario(text);
    service_mean(&scenario, 4000, |tally| tally.down.as_seconds() / 86_400.0).is(21.0 / 121.0, 4.0);
}

/// What is always the same length but is cut short by the end of one trial in hundreds: a sample without scatter proves nothing.
#[test]
fn equal_samples_are_no_proof() {
    let text = "horizon = \"400 days\"\n[sites.s]\nnodes = 1\nclass = \"node\"\n[services.web]\nreplicas = { s = 1 }\n[classes.node]\n\
        life = { exponential = { mttf = \"2000 h\" } }\nrepair = \"1 h\"\nage = \"stationary\"\n";
    for trials in [20, 40, 80, 160, 320, 640] {
        let findings = study(scenario(text), trials);
        let wrong = disagreements(&findings);
        assert!(wrong.is_empty(), "{trials} trials:\n{}", wrong.join("\n"));
    }
}

/// The generator stays inside the range: what it writes is predicted for all services.
#[test]
fn random_scenarios_are_covered() {
    for number in 0..GENERATED {
        let generated = generate(number);
        let scenario = scenario(&generated.text);
        let predicted = predictions(&scenario);
        for service in scenario.services.ids() {
            let known = predicted.value(Subject::Service(service), "availability");
            assert!(known.is_some(), "{number}: {:?}\n{}", predicted.skipped, generated.text);
        }
    }
}

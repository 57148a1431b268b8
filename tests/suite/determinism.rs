//! Are results a function of scenario, seed and number of trials alone? Threads, batches and shards change no bit.

use crate::generator_data::generate;
use crate::support::{BUSY, root, scenario, scenario_in};
use drsim::id::Id as _;
use drsim::model::{Scenario, ServiceId, Subject};
use drsim::montecarlo::{Outcomes, Plan, Stopped, Until, merge};
use drsim::report::{folder, json};
use drsim::scenario::{Source, load};
use drsim::simulation::{Simulator, TrialTally};
use drsim::study::{conclude, simulate};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const SEED: u64 = 20;

/// The busy scenario, two months of it, so that thousands of trials are cheap.
fn busy() -> Arc<Scenario> {
    Arc::new(scenario(&BUSY.replace("horizon = \"3 years\"", "horizon = \"61 days\"")))
}

/// Mirrors, backups, restores, people and a plan, in a study of a file.
fn bank() -> Arc<Scenario> {
    Arc::new(scenario_in(&root().join("scenarios/quickstart/city-bank.toml")))
}

fn run(scenario: &Scenario, plan: &Plan) -> Outcomes {
    simulate(scenario, SEED, plan, &|_| (), &AtomicBool::new(false)).unwrap()
}

/// Every file of a result but the facts of the run.
fn files(scenario: &Arc<Scenario>, outcomes: &Outcomes) -> Vec<(String, String)> {
    let findings = conclude(scenario, outcomes);
    let files = folder::files(&findings, "0.0.0", "resolved", "facts of the run");
    let files: Vec<_> = files.into_iter().filter(|(name, _)| name != "run.json").collect();
    assert!(files.len() > 15, "{} files", files.len());
    assert_eq!(files[0], ("summary.json".to_owned(), json::summary(&findings, "0.0.0")));
    files
}

fn assert_same_files(left: &[(String, String)], right: &[(String, String)], what: &str) {
    let names = |files: &[(String, String)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(left), names(right), "{what}");
    for ((name, left), (_, right)) in left.iter().zip(right) {
        assert!(left == right, "{name} differs: {what}");
    }
}

fn assert_threads_change_nothing(scenario: &Arc<Scenario>) {
    // Two blocks, the second with a short piece.
    let one = files(scenario, &run(scenario, &Plan::whole(1100, 1)));
    for threads in [2, 3, 8] {
        let many = files(scenario, &run(scenario, &Plan::whole(1100, threads)));
        assert_same_files(&one, &many, &format!("{threads} threads"));
    }
    let other_seed = simulate(scenario, SEED + 1, &Plan::whole(1100, 1), &|_| (), &AtomicBool::new(false)).unwrap();
    assert_ne!(one, files(scenario, &other_seed), "the comparison sees differences");
}

#[test]
fn threads_change_no_byte_of_any_file() {
    assert_threads_change_nothing(&busy());
}

#[test]
fn threads_change_no_byte_where_there_are_data() {
    let bank = bank();
    assert!(!bank.datasets.is_empty() && !bank.backups.is_empty() && !bank.plans.is_empty());
    assert_threads_change_nothing(&bank);
}

/// Each trial of a batch is what it is alone, in whatever order a worker meets them; returns the batch.
fn assert_alone_as_in_a_batch(scenario: &Scenario, trials: u64) -> Vec<TrialTally> {
    let mut worker = Simulator::new(scenario);
    let batch: Vec<_> = (0..trials).map(|trial| worker.run(SEED, trial).clone()).collect();
    for (trial, in_batch) in batch.iter().enumerate().rev() {
        let name = &scenario.name;
        assert_eq!(worker.run(SEED, trial as u64), in_batch, "{name}: trial {trial} from last to first");
        assert_eq!(Simulator::new(scenario).run(SEED, trial as u64), in_batch, "{name}: trial {trial} alone");
    }
    batch
}

#[test]
fn a_trial_alone_is_the_trial_in_a_batch() {
    for scenario in [&scenario(BUSY), &bank()] {
        let batch = assert_alone_as_in_a_batch(scenario, 24);
        assert!(batch.windows(2).all(|pair| pair[0] != pair[1]), "trials differ");
    }
}

/// Every scheme, mirror, store and schedule: nothing of a dataset, a backup or a transfer survives its trial.
#[test]
fn a_trial_of_random_data_alone_is_the_trial_in_a_batch() {
    let mut restored = 0;
    for number in 0..40 {
        // The generator also writes what is refused.
        let Ok(loaded) = load(&Source::from_text("data.toml", generate(number).0), &[]) else { continue };
        let batch = assert_alone_as_in_a_batch(&loaded.scenario, 4);
        restored += batch.iter().flat_map(|tally| &tally.datasets).map(|dataset| dataset.restores.1).sum::<u64>();
    }
    assert!(restored > 20, "{restored} restores in all of them");
}

/// 4196 trials are five blocks, the last one short.
#[test]
fn shards_make_the_same_study() {
    const TRIALS: u64 = 4196;
    let scenario = busy();
    let whole = run(&scenario, &Plan::whole(TRIALS, 2));
    let expected = files(&scenario, &whole);
    for count in [1, 2, 5] {
        let mut shards: Vec<Outcomes> =
            (1..=count).map(|index| run(&scenario, &Plan::shard(TRIALS, index, count, 1))).collect();
        assert!(shards.iter().all(|shard| count == 1 || shard.trials < TRIALS));
        shards.reverse();
        let merged = merge(shards).unwrap();
        assert_eq!(merged, whole, "{count} shards");
        assert_same_files(&expected, &files(&scenario, &merged), &format!("{count} shards"));
    }
}

/// A stopping rule looks at block borders only, so the number of threads cannot move where it stops.
#[test]
fn stopping_early_does_not_depend_on_threads() {
    let scenario = busy();
    let until = |relative_half_width| Plan {
        until: Some(Until {
            subject: Subject::Service(ServiceId::new(0)),
            metric: "unavailability".to_owned(),
            relative_half_width,
            cap: 8192,
        }),
        ..Plan::whole(100, 1)
    };
    let rule = until(0.06);
    let one = run(&scenario, &rule);
    assert_eq!(one.stopped, Stopped::Precise);
    assert!(one.trials > 4096 && one.trials < 8192, "{} trials: choose a rule that stops in between", one.trials);
    for threads in [2, 3, 8] {
        assert_eq!(run(&scenario, &Plan { threads, ..rule.clone() }), one, "{threads} threads");
    }
}

/// Two designs that differ in how fast they switch meet the same failures, strikes and repairs in every trial.
#[test]
fn designs_under_one_seed_meet_the_same_failures() {
    // Nodes that age only while operating age with the service they host: here all age always.
    let text = BUSY.replace("age = \"stationary\"\nages = \"operating\"", "age = \"stationary\"");
    assert_ne!(text, BUSY);
    let slow = scenario(&text.replace("switch = \"5 min\"", "switch = \"4h\""));
    let fast = scenario(&text);
    let plain = |scenario: &Scenario| {
        let mut simulator = Simulator::new(scenario);
        (0..60)
            .map(|trial| {
                let tally = simulator.run(SEED, trial);
                (
                    tally.scenario.failures,
                    tally.scenario.repairs,
                    tally.scenario.strikes.clone(),
                    tally.services[ServiceId::new(0)].down,
                )
            })
            .collect::<Vec<_>>()
    };
    let (slow, fast) = (plain(&slow), plain(&fast));
    for (trial, (slow, fast)) in slow.iter().zip(&fast).enumerate() {
        assert_eq!((slow.0, slow.1, &slow.2), (fast.0, fast.1, &fast.2), "trial {trial}");
    }
    let longer = slow.iter().zip(&fast).filter(|(slow, fast)| slow.3 > fast.3).count();
    assert!(longer > 10, "switching slowly cost time in {longer} of 60 trials");
}

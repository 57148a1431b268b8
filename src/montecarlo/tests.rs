//! The determinism contract, tried on a toy.

use super::toy::Toy;
use super::*;
use crate::id::Id as _;
use crate::metric::Sums;
use crate::model::{DatasetId, Subject};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const SEED: u64 = 17;

fn outcomes(plan: &Plan) -> Outcomes {
    run(&Toy::shape(SEED), plan, || Toy::new(SEED), &|_| (), &AtomicBool::new(false)).unwrap()
}

/// Every float by its bits: the shortest decimal that reads back is one to one.
fn bits(outcomes: &Outcomes) -> String {
    serde_json::to_string(outcomes).unwrap()
}

fn down(fold: &Fold) -> f64 {
    match fold.services[0].sums[1] {
        Sums::Mean(moments) => moments.sum,
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    for trials in [1, 31, 1000, 1024, 5000, 9 * 1024 + 1] {
        let alone = outcomes(&Plan::whole(trials, 1));
        assert_eq!(alone.trials, trials);
        for threads in [2, 3, 8] {
            let many = outcomes(&Plan::whole(trials, threads));
            assert_eq!(down(&alone.total().unwrap()).to_bits(), down(&many.total().unwrap()).to_bits());
            assert!(bits(&alone) == bits(&many), "{trials} trials on {threads} threads");
        }
    }
}

#[test]
fn shards_in_any_order_give_the_bits_of_a_single_run() {
    for (trials, of) in [(1000, 1), (5000, 2), (5000, 7), (20 * 1024 + 5, 3), (13 * 1024, 5)] {
        let single = outcomes(&Plan::whole(trials, 2));
        let mut shards: Vec<Outcomes> =
            (1..=of).map(|index| outcomes(&Plan::shard(trials, index, of, 1 + index as usize % 3))).collect();
        shards.reverse();
        shards.rotate_left(1);
        // As they travel: through JSON.
        let shards = shards.iter().map(|shard| serde_json::from_str(&bits(shard)).unwrap()).collect();
        assert!(bits(&merge(shards).unwrap()) == bits(&single), "{of} shards of {trials} trials");
    }
}

/// The contract, written down once more by a plain loop.
#[test]
fn sums_follow_pieces_blocks_and_the_tree() {
    let (shape, mut toy, trials) = (Toy::shape(SEED), Toy::new(SEED), 6 * BLOCK + 100);
    let mut blocks: Vec<Fold> = Vec::new();
    for first in (0..trials).step_by(BLOCK as usize) {
        let mut pieces = Vec::new();
        for first in (first..trials.min(first + BLOCK)).step_by(PIECE as usize) {
            let mut piece = Fold::start(&shape);
            (first..trials.min(first + PIECE)).for_each(|trial| piece.add(&shape, toy.run(trial)));
            pieces.push(piece);
        }
        blocks.push(pieces.into_iter().reduce(|left, right| joined(left, &right)).unwrap());
    }
    let [first, second, third, fourth, fifth, sixth, last] = <[Fold; 7]>::try_from(blocks).unwrap();
    let four = joined(joined(first, &second), &joined(third, &fourth));
    let tree = joined(joined(four, &joined(fifth, &sixth)), &last);
    let total = outcomes(&Plan::whole(trials, 2)).total().unwrap();
    assert_eq!(down(&total).to_bits(), down(&tree).to_bits());
    // Every sum of the dataset, its profile and its stores: equal floats that are not zero have equal bits.
    assert_eq!(total.datasets, tree.datasets);
    assert!(total.datasets[0].profile.iter().chain(&total.datasets[0].stored).all(|sum| *sum > 0.0));
}

fn joined(mut left: Fold, right: &Fold) -> Fold {
    left.merge(right);
    left
}

#[test]
fn merge_refuses_what_is_not_one_study() {
    let shard = |index| outcomes(&Plan::shard(5000, index, 4, 1));
    let (first, second, third, fourth) = (shard(1), shard(2), shard(3), shard(4));
    let refused = |shards: &[&Outcomes]| merge(shards.iter().copied().cloned().collect()).unwrap_err().to_string();
    assert_eq!(refused(&[]), "nothing to merge: give at least one shard");
    assert_eq!(refused(&[&first, &third, &fourth]), "trials 1024 to 2047 are missing: run the shard that holds them");
    assert_eq!(refused(&[&second, &third]), "trials 0 to 1023 are missing: run the shard that holds them");
    assert_eq!(refused(&[&first, &second, &third]), "trials 3072 to 4999 are missing: run the shard that holds them");
    assert_eq!(
        refused(&[&first, &second, &second, &third, &fourth]),
        "trials 1024 to 2047 come twice: give each shard once"
    );
    let changed = |change: fn(&mut Outcomes)| {
        let mut shard = second.clone();
        change(&mut shard);
        refused(&[&first, &shard, &third, &fourth])
    };
    assert!(changed(|shard| shard.hash = "f".into()).contains("differ in scenario hash"));
    assert!(changed(|shard| shard.seed += 1).contains("differ in seed: `17` and `18`"));
    assert!(changed(|shard| shard.planned = 6000).contains("number of trials"));
    assert!(changed(|shard| shard.version = "0.0.9".into()).contains("drsim 0.0.9"));
    assert!(changed(|shard| shard.subtrees[0].fold.trials -= 1).contains("damaged"));
    assert!(changed(|shard| shard.subtrees[0].first = 7).contains("damaged"));
}

#[test]
fn never_more_workspaces_than_threads() {
    for threads in [1, 3] {
        let made = AtomicUsize::new(0);
        let make = || {
            made.fetch_add(1, Ordering::Relaxed);
            Toy::new(SEED)
        };
        run(&Toy::shape(SEED), &Plan::whole(9000, threads), make, &|_| (), &AtomicBool::new(false)).unwrap();
        let made = made.into_inner();
        assert!((1..=threads).contains(&made), "{made} made for {threads} threads");
    }
}

#[test]
fn an_interrupt_keeps_the_finished_prefix() {
    let cancel = AtomicBool::new(false);
    let stop = |done: u64| cancel.store(done > 6 * BLOCK, Ordering::Relaxed);
    let cut = run(&Toy::shape(SEED), &Plan::whole(40 * BLOCK, 2), || Toy::new(SEED), &stop, &cancel).unwrap();
    assert_eq!(cut.stopped, Stopped::Interrupted);
    assert!(cut.trials.is_multiple_of(PIECE) && (4 * BLOCK..=7 * BLOCK).contains(&cut.trials), "{}", cut.trials);
    let same = outcomes(&Plan::whole(cut.trials, 1));
    assert!(bits(&Outcomes { stopped: Stopped::Planned, planned: cut.trials, ..cut.clone() }) == bits(&same));
    // A study of less than a block is not lost either.
    let cancel = AtomicBool::new(false);
    let stop = |done: u64| cancel.store(done > 100, Ordering::Relaxed);
    let short = run(&Toy::shape(SEED), &Plan::whole(500, 1), || Toy::new(SEED), &stop, &cancel).unwrap();
    assert_eq!((short.trials, short.stopped), (128, Stopped::Interrupted));
    assert!(
        bits(&Outcomes { stopped: Stopped::Planned, planned: 128, ..short.clone() })
            == bits(&outcomes(&Plan::whole(128, 1)))
    );
    let nothing =
        run(&Toy::shape(SEED), &Plan::whole(500, 1), || Toy::new(SEED), &|_| (), &AtomicBool::new(true)).unwrap();
    assert_eq!((nothing.trials, nothing.total()), (0, None));
}

#[test]
fn stopping_looks_at_block_borders_only() {
    let until = |width, cap| Plan {
        until: Some(Until {
            subject: Subject::Scenario,
            metric: "unavailability".into(),
            relative_half_width: width,
            cap,
        }),
        ..Plan::whole(1000, 1)
    };
    let loose = outcomes(&until(0.5, 100_000));
    assert_eq!((loose.trials, loose.stopped), (4 * BLOCK, Stopped::Precise));
    let tight = outcomes(&until(0.02, 100_000));
    assert!(tight.stopped == Stopped::Precise && tight.trials > 8 * BLOCK && tight.trials.is_multiple_of(BLOCK));
    for threads in [2, 8] {
        assert!(bits(&outcomes(&Plan { threads, ..until(0.02, 100_000) })) == bits(&tight));
    }
    let data = |metric: &str, trials| {
        let subject = Subject::Dataset(DatasetId::new(0));
        let until = Until { subject, metric: metric.into(), relative_half_width: 0.08, cap: trials };
        outcomes(&Plan { until: Some(until), ..Plan::whole(1000, 1) }).stopped
    };
    assert_eq!((data("durability", 5000), data("mttdl_s", 5000)), (Stopped::Precise, Stopped::Capped));
    assert_eq!(data("mttdl_s", 20_000), Stopped::Precise, "some 600 losses: 8 % and a little");
    let capped = outcomes(&until(1e-6, 5000));
    assert_eq!((capped.trials, capped.stopped), (5000, Stopped::Capped));
    let unknown = Plan {
        until: Some(Until { subject: Subject::Scenario, metric: "beauty".into(), relative_half_width: 0.1, cap: 9 }),
        ..Plan::whole(9, 1)
    };
    let refused = run(&Toy::shape(SEED), &unknown, || Toy::new(SEED), &|_| (), &AtomicBool::new(false));
    assert_eq!(refused.unwrap_err(), RunError::NoSuchMetric { metric: "beauty".into() });
}

#[test]
fn prefixes_grow_and_rows_are_capped() {
    let study = outcomes(&Plan::whole(12 * BLOCK, 2));
    let trials: Vec<u64> = study.prefixes.iter().map(|prefix| prefix.trials).collect();
    assert_eq!(trials, [32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096, 8192]);
    assert_eq!(study.counts.rows.len() as u64, 2 * ROWS);
    let short = outcomes(&Plan::whole(80, 1));
    assert_eq!(short.prefixes.iter().map(|prefix| prefix.trials).collect::<Vec<_>>(), [32, 64, 80]);
    assert_eq!(short.prefixes.last(), Some(&super::outcomes::Prefix::of(&short.total().unwrap())));
}

#[test]
fn progress_ends_at_the_number_of_trials() {
    let seen = Mutex::new(Vec::new());
    run(
        &Toy::shape(SEED),
        &Plan::whole(3000, 2),
        || Toy::new(SEED),
        &|done| seen.lock().unwrap().push(done),
        &AtomicBool::new(false),
    )
    .unwrap();
    let mut seen = seen.into_inner().unwrap();
    seen.sort_unstable();
    assert_eq!((seen.len(), seen.last()), (94, Some(&3000)));
}

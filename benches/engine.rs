//! The event queue against a plain heap, in the hold model; shared flows against a plain recalculation of everything.

#[path = "yardsticks/contention.rs"]
mod contention;
#[path = "yardsticks/hold.rs"]
mod hold;
#[path = "yardsticks/plain.rs"]
mod plain;
#[path = "yardsticks/sharing.rs"]
mod sharing;

use contention::{PlainFlows, Shape, SharedFlows};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use drsim::engine::{Pool, TrialKey};
use hold::{Hold, Ladder};
use rand::Rng as _;

fn queues(criterion: &mut Criterion) {
    const STEPS: usize = 1000;
    let testing = std::env::args().any(|argument| argument == "--test");
    for (name, pending) in [("5", 5), ("30", 30), ("1e3", 1000), ("1e5", 100_000), ("1e6", 1_000_000)] {
        let pending = if testing { pending.min(1000) } else { pending };
        let (mut heap, mut ladder) = (Hold::new(pending), Ladder::new(pending));
        // Twice round, so that what is pending has its steady distribution, and the two agree event by event.
        for _ in 0..2 {
            assert_eq!(heap.run(pending as usize), ladder.run(pending as usize), "{name} pending");
        }
        let mut group = criterion.benchmark_group(format!("hold/{name}"));
        group.throughput(Throughput::Elements(STEPS as u64));
        group.bench_function(BenchmarkId::from_parameter("heap"), |bencher| bencher.iter(|| heap.run(STEPS)));
        group.bench_function(BenchmarkId::from_parameter("drsim"), |bencher| bencher.iter(|| ladder.run(STEPS)));
        group.finish();
    }
}

/// What randomness costs: a fresh stream with its first word, and one hit on a pool.
fn draws(criterion: &mut Criterion) {
    let key = TrialKey::new(1, 4711);
    let mut group = criterion.benchmark_group("draws");
    assert_ne!(key.stream(1, 0, 0).next_u64(), key.stream(1, 1, 0).next_u64());
    let mut entity = 0_u64;
    group.bench_function("stream", |bencher| {
        bencher.iter(|| {
            entity += 1;
            key.stream(1, entity, 0).next_u64()
        });
    });
    let (mut pool, mut total) = (Pool::new(1000, 3.6e6).start(14, key, 1, 1), 0.0);
    let hits = 1_000_000;
    for _ in 0..hits {
        total += pool.gap().as_seconds();
    }
    // The group of 512 slots is hit every 3.6e6 s / 512; the mean of a million gaps has a relative error of 1e-3.
    assert!((total / f64::from(hits) / (3.6e6 / 512.0) - 1.0).abs() < 5e-3, "{total} s");
    group.bench_function("pool", |bencher| bencher.iter(|| (pool.gap(), pool.victim())));
    group.finish();
}

/// One of 1000 flows ends and another starts.
fn flows(criterion: &mut Criterion) {
    let testing = std::env::args().any(|argument| argument == "--test");
    let count = if testing { 50 } else { 1000 };
    for (name, shape) in [("one-link", Shape::OneLink), ("disks", Shape::Disks), ("uplinks", Shape::Uplinks)] {
        let (mut plain, mut shared) = (PlainFlows::new(shape, count), SharedFlows::new(shape, count));
        let (slow, fast) = (plain.run(count), shared.run(count));
        assert!((slow - fast).abs() <= 1e-6 * slow, "{name}: {count} ends after {slow} s and {fast} s");
        let mut group = criterion.benchmark_group(format!("sharing/{name}"));
        group.bench_function(BenchmarkId::from_parameter("plain"), |bencher| bencher.iter(|| plain.run(1)));
        group.bench_function(BenchmarkId::from_parameter("drsim"), |bencher| bencher.iter(|| shared.run(1)));
        group.finish();
    }
}

criterion_group!(benches, queues, draws, flows);
criterion_main!(benches);

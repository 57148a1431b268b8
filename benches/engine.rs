//! The event queue against a plain heap, in the hold model.

#[path = "yardsticks/hold.rs"]
mod hold;
#[path = "yardsticks/plain.rs"]
mod plain;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hold::{Hold, Ladder};

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

criterion_group!(benches, queues);
criterion_main!(benches);

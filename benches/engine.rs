//! The event queue against a plain heap, in the hold model.

mod yardsticks;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use drsim::engine::Queue;
use drsim::quantity::{SimTime, Span};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};
use yardsticks::{HOUR, Hold, checksum, gap};

/// The hold model over drsim's queue, with an event of the size that its own have.
struct Ladder {
    queue: Queue<[u32; 2]>,
    rng: Xoshiro256PlusPlus,
}

impl Ladder {
    fn new(pending: u32) -> Self {
        let (mut queue, mut rng) = (Queue::new(), Xoshiro256PlusPlus::seed_from_u64(Hold::SEED));
        for payload in 0..pending {
            queue.push(SimTime::from_microseconds(gap(&mut rng, HOUR)), [payload, 0]);
        }
        Self { queue, rng }
    }

    fn run(&mut self, steps: usize) -> u64 {
        let mut sum = 0;
        for _ in 0..steps {
            let (at, event) = self.queue.pop().expect("the queue is never empty");
            sum = checksum(sum, at.as_microseconds(), event[0]);
            self.queue.push(at + Span::from_microseconds(gap(&mut self.rng, HOUR)), event);
        }
        sum
    }
}

fn hold(criterion: &mut Criterion) {
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

criterion_group!(benches, hold);
criterion_main!(benches);

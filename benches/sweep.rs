//! What a design of a sweep costs beside its trials: the same number of trials in one study, and in many short ones.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use drsim::scenario::Source;
use drsim::study::design::{Designs, Grid};
use drsim::study::sweep::{self, Choice, Job, Watched};
use drsim::{Plan, simulate};
use std::hint::black_box;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

const TEXT: &str = include_str!("../scenarios/quickstart/two-sites.toml");
const DESIGNS: u64 = 20;
const TRIALS: u64 = 1000;

fn sweeps(criterion: &mut Criterion) {
    let designs = Designs::read(&Source::from_text("two-sites.toml", TEXT)).expect("the quick start can be read");
    let written = designs.design(Vec::new()).expect("the quick start is a scenario").scenario;
    let axes = vec!["crews.field.people=1..20".parse().expect("a range of whole numbers")];
    let choice = Choice::Grid(Grid::full(axes).expect("twenty designs"));
    let never = AtomicBool::new(false);
    let mut group = criterion.benchmark_group("sweep");
    group.throughput(Throughput::Elements(DESIGNS * TRIALS)).sample_size(10).measurement_time(Duration::from_secs(10));
    for threads in [1, 2] {
        group.bench_function(format!("one study, {threads} threads"), |bencher| {
            let plan = Plan::whole(DESIGNS * TRIALS, threads);
            bencher.iter(|| black_box(simulate(&written, 1, &plan, &|_| (), &never).expect("threads start")));
        });
        group.bench_function(format!("designs, {threads} threads"), |bencher| {
            let watched = Watched::usual(&written);
            let job =
                Job { designs: designs.clone(), choice: choice.clone(), watched, trials: TRIALS, seed: 1, threads };
            bencher.iter(|| black_box(sweep::run(&job, Vec::new(), &|_| Ok(()), &|_| (), &never).expect("it runs")));
        });
    }
    group.bench_function("a design without trials", |bencher| {
        let mut nth = 0;
        bencher.iter(|| {
            nth = (nth + 1) % DESIGNS;
            black_box(designs.design(choice.settings(nth)).expect("a scenario"))
        });
    });
    group.finish();
}

criterion_group!(benches, sweeps);
criterion_main!(benches);

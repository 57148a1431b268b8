//! Whole models: plain loops written for one model each, and drsim on the same model as a scenario.

#[path = "yardsticks/data.rs"]
mod data;
#[path = "yardsticks/plain.rs"]
mod plain;
#[path = "yardsticks/scenarios.rs"]
mod scenarios;
#[path = "yardsticks/models.rs"]
mod yardsticks;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use drsim::simulation::Simulator;
use yardsticks::{kofn, repair, repair_down};

/// A thousand machines, twelve crews.
fn repairs(criterion: &mut Criterion) {
    let closed = repair_down(1000, 12);
    assert!((closed - 11.754).abs() < 5e-4, "{closed} machines down");
    // Machines down keep their value for about 60 h (they return at 1 / 10 h, queueing slows that), with a standard
    // deviation of 5.3: over 4e5 h the mean has an error of 5.3 (2 * 60 / 4e5)^0.5 = 0.09, and four of these are allowed.
    let long = repair(1000, 12, 4e5, 1);
    assert!((long.down - closed).abs() < 0.36, "{} machines down, {closed} expected", long.down);

    let hours = 10_000.0;
    let mut group = criterion.benchmark_group("repair");
    group.throughput(Throughput::Elements(repair(1000, 12, hours, 2).events));
    group.bench_function("plain", |bencher| bencher.iter(|| repair(1000, 12, hours, 2)));
    let scenario = scenarios::scenario(&scenarios::repair(hours));
    let mut simulator = Simulator::new(&scenario);
    let mut trial = 0;
    group.bench_function("drsim", |bencher| {
        bencher.iter(|| {
            trial += 1;
            scenarios::run(&mut simulator, hours * 3600.0, trial, 1)
        });
    });
    group.finish();
}

/// Three replicas over ten years.
fn replicas(criterion: &mut Criterion) {
    // A replica is down a share 10 / 1010 of the time, all three at once its cube. The start with all up matters little:
    // it costs about 10 of 87 600 hours.
    let closed = (10.0_f64 / 1010.0).powi(3);
    assert!((closed - 9.7059e-7).abs() < 5e-12, "{closed}");
    // Outages come about every 3.4e6 h (10 h / 3 / 9.7e-7) and last Exp(10 h / 3): 1e4 trials see 255 of them, their total
    // has a relative error of (2 / 255)^0.5 = 9 %, and four of these are allowed.
    let many = kofn(10_000);
    assert!((many.down / closed - 1.0).abs() < 0.36, "unavailability {}, {closed} expected", many.down);

    let trials = 100;
    let mut group = criterion.benchmark_group("kofn");
    group.throughput(Throughput::Elements(kofn(trials).events));
    group.bench_function("plain", |bencher| bencher.iter(|| kofn(trials)));
    let scenario = scenarios::scenario(scenarios::KOFN);
    let mut simulator = Simulator::new(&scenario);
    let seen = scenarios::run(&mut simulator, 87_600.0 * 3600.0, 0, 10_000);
    assert!((seen.service_down / closed - 1.0).abs() < 0.36, "unavailability {}, {closed} expected", seen.service_down);
    group.bench_function("drsim", |bencher| {
        bencher.iter(|| scenarios::run(&mut simulator, 87_600.0 * 3600.0, 0, trials));
    });
    group.finish();
}

/// Five voters over thirty days: trials per second on one core is what matters here.
fn voters(criterion: &mut Criterion) {
    let scenario = scenarios::scenario(scenarios::QUORUM);
    let mut simulator = Simulator::new(&scenario);
    let mut group = criterion.benchmark_group("quorum");
    group.throughput(Throughput::Elements(100));
    group.bench_function("trials", |bencher| bencher.iter(|| scenarios::run(&mut simulator, 30.0 * 86_400.0, 0, 100)));
    group.finish();
}

/// Data: a year of ten pools of 7+3, ten years of a thousand nodes, and the placement of a million stripes.
fn durability(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("durability");
    for (name, text, trials) in [("raid", data::RAID, 1000), ("cells", data::CELLS, 1)] {
        let scenario = scenarios::scenario(text);
        let (mut simulator, mut trial) = (Simulator::new(&scenario), 0);
        group.throughput(Throughput::Elements(trials));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for _ in 0..trials {
                    trial += 1;
                    assert!(simulator.run(1, trial).scenario.failures < 1_000_000);
                }
            });
        });
    }
    let scenario = scenarios::scenario(data::MILLION);
    group.throughput(Throughput::Elements(1_000_000));
    group.sample_size(10).bench_function("placement", |bencher| bencher.iter(|| Simulator::new(&scenario)));
    group.finish();
}

criterion_group!(benches, repairs, replicas, voters, durability);
criterion_main!(benches);

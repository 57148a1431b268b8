//! `cargo bench --bench ratios`: how many times as fast drsim is as a plain loop, as a table.
//!
//! Passes of the two take turns in one process, so that what else the machine does meets both, and CPU time is counted.
//! The ratio is the median over the pairs of passes. A word after `--` keeps to the rows whose names contain it.

#![expect(clippy::print_stdout, reason = "the table is the result")]

#[path = "yardsticks/contention.rs"]
mod contention;
#[path = "yardsticks/hold.rs"]
mod hold;
#[path = "yardsticks/plain.rs"]
mod plain;
#[path = "yardsticks/scenarios.rs"]
mod scenarios;
#[path = "yardsticks/sharing.rs"]
mod sharing;
#[path = "yardsticks/models.rs"]
mod yardsticks;

use contention::{PlainFlows, Shape, SharedFlows};
use drsim::simulation::Simulator;
use hold::{Hold, Ladder};
use std::time::Duration;

/// What one pass did: its cost is counted per event, its answer must agree with that of the other side.
struct Pass {
    events: u64,
    answer: f64,
}

/// One row: the same work done by a yardstick and by a candidate.
struct Case {
    name: &'static str,
    yardstick: Box<dyn FnMut() -> Pass>,
    candidate: Box<dyn FnMut() -> Pass>,
    /// Relative difference of the answers that is allowed.
    within: f64,
}

/// Both queues on the same events: every pass must have the same checksum.
fn hold_case(name: &'static str, pending: u32, steps: usize) -> Case {
    let (mut heap, mut ladder) = (Hold::new(pending), Ladder::new(pending));
    let pass = move |sum: u64| Pass { events: steps as u64, answer: sum as f64 };
    Case {
        name,
        yardstick: Box::new(move || pass(heap.run(steps))),
        candidate: Box::new(move || pass(ladder.run(steps))),
        within: 0.0,
    }
}

/// Both sides end and start the same flows, so they end at the same time.
fn sharing_case(name: &'static str, shape: Shape, flows: usize, steps: usize) -> Case {
    let (mut plain, mut shared) = (PlainFlows::new(shape, flows), SharedFlows::new(shape, flows));
    let pass = move |answer: f64| Pass { events: steps as u64, answer };
    Case {
        name,
        yardstick: Box::new(move || pass(plain.run(steps))),
        candidate: Box::new(move || pass(shared.run(steps))),
        within: 1e-6,
    }
}

#[cfg(unix)]
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "the nearest thing to CPU time that the standard library has")]
fn cpu_time() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

/// Nanoseconds per event of one pass, and its answer.
fn measure(run: &mut dyn FnMut() -> Pass) -> (f64, f64) {
    let start = cpu_time();
    let pass = run();
    (cpu_time().saturating_sub(start).as_nanos() as f64 / pass.events as f64, pass.answer)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn compare(case: &mut Case, passes: usize) {
    let (mut yardstick, mut candidate, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for pass in 0..=passes {
        let (ours, theirs) = (measure(&mut case.candidate), measure(&mut case.yardstick));
        let difference = (ours.1 - theirs.1).abs();
        assert!(difference <= case.within * theirs.1.abs(), "{}: {} against {}", case.name, ours.1, theirs.1);
        // The first pass warms up.
        if pass > 0 || passes == 0 {
            yardstick.push(theirs.0);
            candidate.push(ours.0);
            ratios.push(theirs.0 / ours.0);
        }
    }
    let (yardstick, candidate, ratio) = (median(yardstick), median(candidate), median(ratios));
    println!("| {:<12} | {yardstick:>12.1} | {candidate:>12.1} | {ratio:>5.2} |", case.name);
}

/// Whole models: the loops of `yardsticks/models.rs` against drsim on the same model as a scenario. Answers are random on both sides.
fn models(size: u64) -> [Case; 2] {
    let hours = 10_000.0 * size as f64;
    let leak = |text: &str| -> &'static drsim::model::Scenario { Box::leak(Box::new(scenarios::scenario(text))) };
    let mut machines = Simulator::new(leak(&scenarios::repair(hours)));
    let mut replicas = Simulator::new(leak(scenarios::KOFN));
    let trials = 500 * size;
    [
        Case {
            name: "repair",
            yardstick: Box::new(move || {
                let run = yardsticks::repair(1000, 12, hours, 1);
                Pass { events: run.events, answer: run.down }
            }),
            candidate: Box::new(move || {
                let seen = scenarios::run(&mut machines, hours * 3600.0, 0, 1);
                Pass { events: seen.events, answer: seen.nodes_down }
            }),
            within: 0.25,
        },
        Case {
            name: "kofn",
            yardstick: Box::new(move || {
                let run = yardsticks::kofn(trials);
                Pass { events: run.events, answer: 1.0 + run.down }
            }),
            candidate: Box::new(move || {
                let seen = scenarios::run(&mut replicas, 87_600.0 * 3600.0, 0, trials);
                Pass { events: seen.events, answer: 1.0 + seen.service_down }
            }),
            within: 0.001,
        },
    ]
}

/// Trials per second of CPU time: five voters over thirty days, a failure every 8 h each, 15 min of repair.
fn voters(trials: u64) -> f64 {
    let scenario = scenarios::scenario(scenarios::QUORUM);
    let mut simulator = Simulator::new(&scenario);
    let start = cpu_time();
    let seen = scenarios::run(&mut simulator, 30.0 * 86_400.0, 0, trials);
    assert!(seen.service_down > 0.0, "three of five are down at some time");
    trials as f64 / cpu_time().saturating_sub(start).as_secs_f64()
}

fn main() {
    let testing = std::env::args().any(|argument| argument == "--test");
    let word = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let wanted = |name: &str| name.contains(&word);
    let (passes, steps, many) = if testing { (0, 1000, 1000) } else { (9, 1_000_000, 1_000_000) };
    if wanted("voters") {
        println!("five voters, 30 days: {:.0} trials/s on one core\n", voters(if testing { 1000 } else { 50_000 }));
    }
    let down = yardsticks::repair_down(1000, 12);
    assert!((down - 11.754).abs() < 5e-4, "{down} machines down");
    println!("| {:<12} | plain, ns/ev | drsim, ns/ev | ratio |", "case");
    println!("|{:-<14}|-------------:|-------------:|------:|", "");
    for mut case in models(if testing { 1 } else { 20 }).into_iter().filter(|case| wanted(case.name)) {
        compare(&mut case, passes);
    }
    for (name, pending) in [
        ("hold/3", 3),
        ("hold/5", 5),
        ("hold/10", 10),
        ("hold/20", 20),
        ("hold/30", 30),
        ("hold/100", 100),
        ("hold/1e3", 1000),
        ("hold/1e4", 10_000),
        ("hold/1e5", 100_000),
        ("hold/1e6", many),
    ]
    .into_iter()
    .filter(|case| wanted(case.0))
    {
        compare(&mut hold_case(name, pending, steps), passes);
    }
    for (name, shape) in
        [("sharing/link", Shape::OneLink), ("sharing/disk", Shape::Disks), ("sharing/1000", Shape::Uplinks)]
            .into_iter()
            .filter(|case| wanted(case.0))
    {
        let (flows, steps) = if testing { (50, 50) } else { (1000, 1000) };
        compare(&mut sharing_case(name, shape, flows, steps), passes);
    }
}

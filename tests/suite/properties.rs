//! What must hold whatever the scenario says.

use crate::support::{BUSY, scenario};
use drsim::id::Id as _;
use drsim::model::{Cause, Scenario, ServiceId};
use drsim::simulation::{ServiceTally, Simulator, TrialTally};
use std::collections::BTreeMap;

/// The charges of a service by cause, wherever the cause stands in the list.
fn charges(scenario: &Scenario, tally: &mut ServiceTally) -> BTreeMap<String, f64> {
    let charged = std::mem::take(&mut tally.charged);
    let labels = Cause::all(scenario).into_iter().map(|cause| cause.label(scenario));
    labels.zip(charged).filter(|(_, seconds)| *seconds > 0.0).collect()
}

/// Services of two scenarios agree to the bit, whatever their positions.
fn assert_same(left: (&Scenario, &TrialTally), right: (&Scenario, &TrialTally), name: &str) {
    let of = |(scenario, tally): (&Scenario, &TrialTally)| {
        let id = scenario.services.ids().find(|id| scenario.services[*id].name == name).unwrap();
        let mut service = tally.services[id].clone();
        (charges(scenario, &mut service), service)
    };
    assert_eq!(of(left), of(right), "service {name}");
}

fn tallies(text: &str, seed: u64, trials: u64) -> Vec<TrialTally> {
    let scenario = scenario(text);
    let mut simulator = Simulator::new(&scenario);
    (0..trials).map(|trial| simulator.run(seed, trial).clone()).collect()
}

/// Time up, degraded and down add up; charges add up to the time down; shares stay within bounds; events agree with sums.
#[test]
fn the_books_balance() {
    for tally in tallies(BUSY, 11, 60) {
        for (id, service) in tally.services.enumerate() {
            let horizon = service.horizon.as_seconds();
            assert!((service.down + service.degraded) <= service.horizon);
            let charged: f64 = service.charged.iter().sum();
            assert!(
                (charged - service.down.as_seconds()).abs() < 1e-3,
                "{charged} charged, {} down",
                service.down.as_seconds()
            );
            assert!(
                service.served <= horizon + 1e-6
                    && service.served >= horizon - (service.down + service.degraded).as_seconds() - 1e-6
            );
            assert!(service.exposed >= service.down, "no failure is survived while down");
            assert!(
                service.outages.sum == service.down,
                "{:?} of outages, {:?} down",
                service.outages.sum,
                service.down
            );
            let listed = tally
                .events
                .iter()
                .filter(|event| event.service == id && event.kind == drsim::simulation::EventKind::Outage);
            assert_eq!(listed.count() as u64, service.outages.count);
            let recovered: u64 = service.recoveries.iter().map(|totals| totals.count).sum();
            assert!(recovered + service.unrecovered <= service.outages.count);
            assert!(service.windows.1 == 35 || service.windows.1 == 0, "{:?}", service.windows);
        }
        for domain in &tally.domains {
            assert!(domain.unit_down <= domain.units as f64 * domain.horizon.as_seconds() + 1e-3);
            assert!(domain.off.sum <= domain.horizon);
        }
    }
}

/// Trial 7 alone, after others, and in a fresh workspace is the same trial.
#[test]
fn trials_do_not_depend_on_what_ran_before() {
    let scenario = scenario(BUSY);
    let mut worker = Simulator::new(&scenario);
    for trial in 0..7 {
        worker.run(5, trial);
    }
    let after_others = worker.run(5, 7).clone();
    let alone = Simulator::new(&scenario).run(5, 7).clone();
    assert_eq!(after_others, alone);
    let (traced, trace) = worker.run_traced(5, 7);
    assert_eq!(*traced, alone, "the trace changes nothing");
    assert!(!trace.entries.is_empty());
    for (service, stretches) in trace.stretches.iter().enumerate() {
        let down: f64 = stretches
            .iter()
            .filter(|stretch| stretch.status == drsim::simulation::Status::Down)
            .map(|stretch| (stretch.to - stretch.from).as_seconds())
            .sum();
        assert!((down - alone.services[ServiceId::new(service)].down.as_seconds()).abs() < 1e-6);
    }
}

/// Titles, and the order in which things are written, are not part of the result.
#[test]
fn retitling_and_reordering_change_nothing() {
    let plain = tallies(BUSY, 3, 20);
    let titled = tallies(&BUSY.replace("[sites.a]\n", "[sites.a]\ntitle = \"北京一号\"\n"), 3, 20);
    assert_eq!(plain, titled);
    let (head, sites) = BUSY.split_once("[sites.a]").unwrap();
    let (sites, threats) = sites.split_once("[threats.flood]").unwrap();
    let (flood, rest) = threats.split_once("[threats.heat]").unwrap();
    let reordered = format!("{head}[threats.heat]{rest}[sites.a]{sites}[threats.flood]{flood}");
    let (one, other) = (scenario(BUSY), scenario(&reordered));
    for (left, right) in plain.iter().zip(&tallies(&reordered, 3, 20)) {
        for name in ["pay", "db", "web"] {
            assert_same((&one, left), (&other, right), name);
        }
    }
}

/// Another replica never hurts a service that needs one, trial by trial, under the same streams.
#[test]
fn more_replicas_never_lower_availability() {
    let text = |replicas: u32| {
        format!(
            "horizon = \"10 years\"\n[sites.s]\nnodes = {replicas}\nclass = \"node\"\n[services.web]\nreplicas = {{ s = {replicas} }}\n\
             [classes.node]\nlife = {{ exponential = {{ mttf = \"20 days\" }} }}\nrepair = {{ lognormal = {{ median = \"2 days\", p95 = \"9 days\" }} }}\n"
        )
    };
    for replicas in 1..5 {
        let (few, more) = (tallies(&text(replicas), 9, 50), tallies(&text(replicas + 1), 9, 50));
        for (few, more) in few.iter().zip(&more) {
            assert!(more.services[ServiceId::new(0)].down <= few.services[ServiceId::new(0)].down);
        }
    }
}

/// Adding a site with a service that nothing depends on leaves the others alone.
#[test]
fn a_stranger_changes_nothing() {
    let plain = tallies(BUSY, 3, 20);
    let with = tallies(
        &(BUSY.to_owned()
            + "[sites.z]\nnodes = 1\nclass = \"free\"\n[classes.free]\nlife = { exponential = { mttf = \"9 days\" } }\nrepair = \"1 day\"\n[services.zoo]\nreplicas = { z = 1 }\n"),
        3,
        20,
    );
    let (one, other) = (
        scenario(BUSY),
        scenario(
            &(BUSY.to_owned()
                + "[sites.z]\nnodes = 1\nclass = \"free\"\n[classes.free]\nlife = { exponential = { mttf = \"9 days\" } }\nrepair = \"1 day\"\n[services.zoo]\nreplicas = { z = 1 }\n"),
        ),
    );
    for (left, right) in plain.iter().zip(&with) {
        for name in ["pay", "db", "web"] {
            assert_same((&one, left), (&other, right), name);
        }
    }
}

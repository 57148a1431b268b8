//! Predictions against printed numbers and against all states.

use super::availability::{interval_unavailability, steady_unavailability};
use super::markov::Chain;
use super::predict::{Predictions, predictions};
use super::support::*;
use crate::id::Id;
use crate::model::{
    Age, Ages, Distribution, DomainId, FailoverMode, Latent, Life, Occurs, Pick, PlantId, Reschedule, Scenario,
    ServiceId, Subject, UnitId,
};
use crate::quantity::{SimTime, Span};

const YEARS_10: f64 = 87_600.0;

fn value(found: &Predictions, service: ServiceId, metric: &str) -> f64 {
    found.value(Subject::Service(service), metric).unwrap_or_else(|| panic!("{metric}: {:?}", found.skipped))
}

fn close(got: f64, want: f64, relative: f64) {
    assert!((got / want - 1.0).abs() < relative, "{got:e} is not {want:e}");
}

/// So many alike nodes, all hosting one service.
fn replicas(horizon: f64, class: crate::model::Class, count: usize, need: u32) -> (Scenario, ServiceId) {
    let mut scenario = empty(horizon);
    let class = scenario.classes.push(class);
    add_site(&mut scenario, class, count);
    let service = add_service(&mut scenario, &nodes(count), need);
    (scenario, service)
}

fn reasons(scenario: &Scenario) -> String {
    let found = predictions(scenario);
    assert!(!found.list.iter().any(|line| matches!(line.subject, Subject::Service(_))), "{:?}", found.list);
    found.skipped.iter().map(|(_, reason)| reason.as_str()).collect::<Vec<_>>().join("; ")
}

#[test]
fn three_replicas_over_ten_years() {
    let (scenario, service) = replicas(YEARS_10, exponential_class(1000.0, 10.0), 3, 1);
    let found = predictions(&scenario);
    assert!((value(&found, service, "outage_probability") - 0.025_054).abs() < 5e-7);
    // The mean over the horizon is a little below the steady 9.705901e-7: all start up.
    let down = value(&found, service, "unavailability");
    close(down, 9.705_9e-7, 1e-3);
    let mut chain = Chain::new(4);
    for down in 0..3 {
        chain.add(down, down + 1, (3 - down) as f64 * 1e-3);
        chain.add(down + 1, down, (down + 1) as f64 * 0.1);
    }
    let shares = chain.occupancy(&[1.0, 0.0, 0.0, 0.0], YEARS_10).unwrap();
    close(down, shares[3], 1e-10);
    let outages = shares[2] * 1e-3 * YEARS_10;
    close(value(&found, service, "outages_per_year"), outages * 8766.0 / YEARS_10, 1e-10);
    close(value(&found, service, "mttr_s"), shares[3] * YEARS_10 * HOUR / outages, 1e-10);
    close(value(&found, service, "mtbf_s"), YEARS_10 * HOUR / outages, 1e-10);
    close(value(&found, service, "redundancy_degree"), 2.0 * shares[0] + shares[1], 1e-12);
    close(value(&found, service, "exposure_share"), shares[2] + shares[3], 1e-10);
    let site = found.value(Subject::Domain(DomainId::new(0)), "availability").unwrap();
    close(1.0 - site, interval_unavailability(1e-3, 0.1, YEARS_10).unwrap(), 1e-9);
}

#[test]
fn a_stationary_start_needs_only_means() {
    let life = Life::Drawn(Distribution::Weibull { shape: 1.7, scale: 3e6, location: 0.0 });
    let mut server = class(life, Distribution::Fixed { value: 20.0 * HOUR });
    server.logistics = Some(Distribution::Fixed { value: 4.0 * HOUR });
    let (scenario, _) = replicas(1000.0, server.clone(), 2, 1);
    assert!(reasons(&scenario).contains("does not start in its stationary state"));

    server.age = Age::Stationary;
    let (mttf, mttr) = (Distribution::Weibull { shape: 1.7, scale: 3e6, location: 0.0 }.mean(), 24.0 * HOUR);
    let (scenario, service) = replicas(1000.0, server, 2, 1);
    let found = predictions(&scenario);
    let down = steady_unavailability(mttf, mttr).unwrap();
    close(value(&found, service, "unavailability"), down * down, 1e-12);
    // Two ways into an outage, each while the other is down, and the chance to begin within one.
    let outages = 2.0 * down / (mttf + mttr) * 1000.0 * HOUR + down * down;
    close(value(&found, service, "outages_per_year"), outages * 8.766, 1e-12);
    assert_eq!(found.value(Subject::Service(service), "outage_probability"), None);
}

#[test]
fn every_small_system_with_and_without_enough_crew() {
    for n in 1..=6usize {
        for people in 1..=n {
            for need in 1..=n {
                let mut scenario = empty(500.0);
                let crew = add_crew(&mut scenario, people as u32);
                let mut server = exponential_class(50.0, 4.0);
                server.crew = Some(crew);
                let server = scenario.classes.push(server);
                add_site(&mut scenario, server, n);
                let service = add_service(&mut scenario, &nodes(n), need as u32);
                let found = predictions(&scenario);
                let mut chain = Chain::new(n + 1);
                for down in 0..n {
                    chain.add(down, down + 1, (n - down) as f64 / 50.0);
                    chain.add(down + 1, down, (down + 1).min(people) as f64 / 4.0);
                }
                let start: Vec<f64> = (0..=n).map(|down| f64::from(u8::from(down == 0))).collect();
                let failed: Vec<bool> = (0..=n).map(|down| n - down < need).collect();
                let shares = chain.occupancy(&start, 500.0).unwrap();
                close(value(&found, service, "unavailability"), shares[n - need + 1..].iter().sum(), 1e-10);
                close(value(&found, service, "outages_per_year"), chain.entries(&shares, &failed) * 8766.0, 1e-10);
                let outage = chain.ever_within(&start, &failed, 500.0).unwrap();
                close(value(&found, service, "outage_probability"), outage, 1e-10);
                let site = found.value(Subject::Domain(DomainId::new(0)), "availability").unwrap();
                let down: f64 = shares.iter().enumerate().map(|(d, s)| d as f64 * s).sum();
                close(1.0 - site, down / n as f64, 1e-9);
            }
        }
    }
}

#[test]
fn a_thousand_machines_and_twelve_people() {
    let mut scenario = empty(YEARS_10);
    let mut machine = exponential_class(1000.0, 10.0);
    machine.crew = Some(add_crew(&mut scenario, 12));
    let machine = scenario.classes.push(machine);
    let site = add_site(&mut scenario, machine, 1000);
    let service = add_service(&mut scenario, &nodes(3), 1);
    let found = predictions(&scenario);
    let down = 1000.0 * (1.0 - found.value(Subject::Domain(site), "availability").unwrap());
    // 11.754148 in the long run; ten years begin with none down.
    assert!(down < 11.754_148 && down > 11.74, "{down}");
    assert!(value(&found, service, "availability") < 1.0);
}

#[test]
fn static_blocks_are_the_block_diagram() {
    // Hughes and Murray 2004: 14 drives, pf 3 %, two parities: 7.7e-3 lost.
    let (scenario, service) = replicas(8766.0, static_class(0.97), 14, 12);
    let found = predictions(&scenario);
    let lost = value(&found, service, "unavailability");
    assert!((lost - 7.7e-3).abs() < 5e-5, "{lost}");
    assert_eq!(value(&found, service, "outage_probability"), lost);
    close(value(&found, service, "availability"), 1.0 - lost, 1e-14);
}

#[test]
fn two_regions_of_a_composite_sla() {
    // Azure reliable web app: 99.99 x 99.99 shared, 99.546 % twice in parallel: 99.9779 %.
    let mut scenario = empty(8766.0);
    let [shared, region] = [0.9999, 0.99546].map(|works| scenario.classes.push(static_class(works)));
    add_site(&mut scenario, shared, 2);
    add_site(&mut scenario, region, 2);
    let common = add_service(&mut scenario, &nodes(2), 2);
    let web = add_service(&mut scenario, &[UnitId::new(2), UnitId::new(3)], 1);
    scenario.services.as_mut_slice()[web.index()].hard.push(common);
    let found = predictions(&scenario);
    assert!((value(&found, web, "availability") - 0.999_779).abs() < 1e-6);
}

#[test]
fn a_shared_database_is_counted_once() {
    let mut scenario = empty(YEARS_10);
    let mut node = exponential_class(900.0, 30.0);
    node.age = Age::Stationary;
    let node = scenario.classes.push(node);
    add_site(&mut scenario, node, 3);
    let database = add_service(&mut scenario, &[UnitId::new(0)], 1);
    let [orders, users] = [1, 2].map(|host| {
        let service = add_service(&mut scenario, &[UnitId::new(host)], 1);
        scenario.services.as_mut_slice()[service.index()].hard.push(database);
        service
    });
    let shop = add_service(&mut scenario, &[UnitId::new(0), UnitId::new(0)], 2);
    scenario.services.as_mut_slice()[shop.index()].hard.extend([orders, users]);
    let found = predictions(&scenario);
    let up: f64 = 900.0 / 930.0;
    close(value(&found, orders, "availability"), up * up, 1e-13);
    let whole = found.value(Subject::Scenario, "unavailability").unwrap();
    close(whole, 1.0 - up.powi(3), 1e-12); // no service is down while all three servers work
    close(value(&found, shop, "availability"), up.powi(3), 1e-13); // blind multiplication gives up^5 and less
    close(
        value(&found, shop, "outages_per_year"),
        (3.0 * up * up / 930.0 + (1.0 - up.powi(3)) / YEARS_10) * 8766.0,
        1e-12,
    );
}

#[test]
fn plant_is_part_of_the_structure() {
    let mut scenario = empty(YEARS_10);
    let [node, feed] = [0.9, 0.8].map(|works| scenario.classes.push(static_class(works)));
    let site = add_site(&mut scenario, node, 2);
    let feeds = add_plant(&mut scenario, feed, 3, 3);
    let gate = add_gate(&mut scenario, &[feeds], 2, Span::ZERO);
    scenario.domains.as_mut_slice()[site.index()].needs.push(gate);
    let service = add_service(&mut scenario, &nodes(2), 1);
    // Two of three feeds: 0.896; one of two nodes: 0.99.
    let found = predictions(&scenario);
    close(value(&found, service, "availability"), 0.896 * 0.99, 1e-14);
    close(found.value(Subject::Domain(site), "availability").unwrap(), 0.896 * 0.9, 1e-14);
    // Degree 1 while both nodes and the plant work, else 0.
    close(value(&found, service, "redundancy_degree"), 0.896 * 0.81, 1e-14);
    close(value(&found, service, "exposure_share"), 1.0 - 0.896 * 0.81, 1e-14);

    scenario.domains.as_mut_slice()[site.index()].restart = Some(Distribution::Fixed { value: 60.0 });
    assert!(reasons(&scenario).contains("takes time to restart"));
    scenario.domains.as_mut_slice()[site.index()].restart = None;
    let store = add_gate(&mut scenario, &[feeds], 2, Span::from_seconds(60.0));
    scenario.domains.as_mut_slice()[site.index()].needs = vec![store];
    assert!(reasons(&scenario).contains("lives on a store"));
    scenario.domains.as_mut_slice()[site.index()].needs = vec![PlantId::new(0)];
    close(value(&predictions(&scenario), service, "availability"), 0.8f64.powi(3) * 0.99, 1e-14);
}

#[test]
fn suspensions_may_overlap() {
    for lasts in [Distribution::Fixed { value: 30.0 * HOUR }, exponential(30.0)] {
        let (mut scenario, service) = replicas(1000.0, class(Life::Endless, Distribution::Fixed { value: 0.0 }), 1, 1);
        let blackout = add_suspension(&mut scenario, DomainId::new(0), 100.0, lasts.clone());
        let found = predictions(&scenario);
        // Midpoint rule on exp(-open / 100 h), open = integral of 1 - F.
        let steps = 1_000_000;
        let width = 1000.0 / f64::from(steps);
        let up: f64 = (0..steps)
            .map(|step| {
                let t = (f64::from(step) + 0.5) * width;
                let open = match lasts {
                    Distribution::Fixed { .. } => t.min(30.0),
                    _ => 30.0 * (1.0 - f64::exp(-t / 30.0)),
                };
                f64::exp(-open / 100.0) / f64::from(steps)
            })
            .sum();
        close(value(&found, service, "availability"), up, 1e-9);
        close(value(&found, service, "outages_per_year"), up * 87.66, 1e-9);
        // One of two targets drawn at each strike: half the rate each.
        let (mut rarer, _) = replicas(1000.0, class(Life::Endless, Distribution::Fixed { value: 0.0 }), 1, 1);
        add_suspension(&mut rarer, DomainId::new(0), 200.0, lasts.clone());
        let half = value(&predictions(&rarer), service, "unavailability");
        let site = add_site(&mut scenario, Id::new(0), 1);
        let threat = &mut scenario.threats.as_mut_slice()[blackout.index()];
        threat.target.pick = Pick::One;
        threat.target.domains.push(site);
        close(value(&predictions(&scenario), service, "unavailability"), half, 1e-12);
        // Both sites at each strike: one process, however many replicas it takes down.
        scenario.threats.as_mut_slice()[blackout.index()].target.pick = Pick::All;
        let both = add_service(&mut scenario, &nodes(2), 1);
        close(value(&predictions(&scenario), both, "availability"), up, 1e-9);
        scenario.threats.as_mut_slice()[blackout.index()].occurs = Occurs::At(vec![SimTime::ZERO]);
        assert!(reasons(&scenario).contains("threat `blackout` touches it"));
    }
}

#[test]
fn a_common_cause_beside_single_failures() {
    let mut server = exponential_class(1000.0, 10.0);
    server.age = Age::Stationary;
    let (mut scenario, service) = replicas(1e9, server, 2, 1);
    add_suspension(&mut scenario, DomainId::new(0), 20_000.0, exponential(10.0));
    let found = predictions(&scenario);
    let alone: f64 = 10.0 / 1010.0;
    let up = (1.0 - alone * alone) * f64::exp(-10.0 / 20_000.0);
    close(value(&found, service, "unavailability"), 1.0 - up, 1e-7);
}

#[test]
fn replicas_may_share_a_node() {
    let mut scenario = empty(YEARS_10);
    let node = scenario.classes.push(static_class(0.9));
    add_site(&mut scenario, node, 2);
    let [a, b] = [UnitId::new(0), UnitId::new(1)];
    let service = add_service(&mut scenario, &[a, a, b], 2);
    let found = predictions(&scenario);
    close(value(&found, service, "availability"), 0.9, 1e-14); // only node a carries two
    close(value(&found, service, "redundancy_degree"), 0.81, 1e-14); // three of two needed: both nodes
}

#[test]
fn many_alike_replicas_have_a_chain_of_their_number() {
    let (scenario, service) = replicas(2000.0, exponential_class(1000.0, 10.0), 40, 36);
    let found = predictions(&scenario);
    let model = super::repair::MachineRepair::new(40, 40, 1e-3, 0.1).unwrap();
    let mut start = vec![0.0; 41];
    start[0] = 1.0;
    let down: Vec<bool> = (0..41).map(|down| down > 4).collect();
    close(
        value(&found, service, "outage_probability"),
        model.chain().ever_within(&start, &down, 2000.0).unwrap(),
        1e-12,
    );
}

#[test]
fn what_is_not_covered_is_named() {
    type Change = fn(&mut Scenario);
    let changes: [(Change, &str); 10] = [
        (|s| s.services.as_mut_slice()[0].failover.mode = FailoverMode::HotStandby, "standby group"),
        (|s| s.services.as_mut_slice()[0].start_up = Some(exponential(1.0)), "takes time to start"),
        (|s| s.services.as_mut_slice()[0].uses.push(crate::model::DatasetId::new(0)), "uses data"),
        (
            |s| {
                let takes = Distribution::Fixed { value: 1.0 };
                s.services.as_mut_slice()[0].reschedule = Some(Reschedule { after: Span::ZERO, takes });
            },
            "move to other hosts",
        ),
        (|s| s.classes.as_mut_slice()[0].ages = Ages::Operating, "only while operating"),
        (
            |s| s.classes.as_mut_slice()[0].latent = Some(Latent { share: share(0.1), scrub_every: Span::ZERO }),
            "hidden failures",
        ),
        (
            |s| s.classes.as_mut_slice()[0].wrong_repair = Some(crate::model::WrongRepair { chance: share(0.1) }),
            "wrong repairs",
        ),
        (
            |s| {
                s.classes.as_mut_slice()[0].spares =
                    Some(crate::model::Spares { stock: 1, lead_time: Span::from_seconds(1.0) });
            },
            "spare parts",
        ),
        (|s| s.classes.as_mut_slice()[0].repair = Distribution::Fixed { value: 0.0 }, "zero or not finite"),
        (
            |s| {
                let threat = add_suspension(s, DomainId::new(0), 100.0, exponential(1.0));
                s.threats.as_mut_slice()[threat.index()].warning = Span::from_seconds(60.0);
            },
            "no plain random suspension",
        ),
    ];
    for (change, reason) in changes {
        let (mut scenario, _) = replicas(1000.0, exponential_class(1000.0, 10.0), 3, 2);
        assert!(!predictions(&scenario).list.is_empty());
        change(&mut scenario);
        assert!(reasons(&scenario).contains(reason), "{reason}: {}", reasons(&scenario));
    }
}

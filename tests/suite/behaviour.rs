//! What each thing in a scenario means, one small scenario at a time, against arithmetic that fits into a comment.
//! Deterministic where possible; the others state how many standard errors they allow (4: one false alarm in 16 000).

use crate::support::{HOUR, mean, only, scenario, service_mean};
use drsim::id::Id as _;
use drsim::model::{Cause, DomainId, PlantId, ServiceId, ThreatId};
use drsim::simulation::Simulator;

const NODE: &str = "[classes.node]\n";

fn close(value: f64, exact: f64) {
    assert!((value - exact).abs() < 1e-6 * exact.abs().max(1.0), "{value} against {exact}");
}

/// Two units in series fail after every 100 h and 120 h of operation; repairs take 10 h; nobody ages while the system is down (`ReliaWiki`).
#[test]
fn series_of_ageing_units_stops_four_times() {
    let text = "horizon = \"300 h\"\n[sites.s]\nrooms = { a = { nodes = 1, class = \"a\" }, b = { nodes = 1, class = \"b\" } }\n\
        [classes.a]\nlife = \"100 h\"\nrepair = \"10 h\"\nages = \"operating\"\n[classes.b]\nlike = \"a\"\nlife = \"120 h\"\n\
        [services.system]\nreplicas = { \"s/a\" = 1, \"s/b\" = 1 }\nup = \"all\"\n";
    let scenario = scenario(text);
    let tally = only(&scenario);
    assert_eq!(tally.outages.count, 4);
    close(tally.down.as_seconds(), 40.0 * HOUR);
    let (_, trace) = Simulator::new(&scenario).run_traced(1, 0);
    let starts: Vec<f64> = trace.stretches[0]
        .iter()
        .filter(|stretch| stretch.status == drsim::simulation::Status::Down)
        .map(|stretch| stretch.from.as_seconds() / HOUR)
        .collect();
    assert_eq!(starts, [100.0, 130.0, 220.0, 270.0]);
}

/// A feed is away for an hour; the battery carries ten minutes; the site restarts for five: 50 + 5 minutes down.
#[test]
fn a_store_bridges_its_own_time_and_no_more() {
    let text = "horizon = \"1 day\"\n[sites.s]\nneeds = [\"power\"]\nrestart = \"5 min\"\nnodes = 1\nclass = \"node\"\n\
        [plant.feed]\n[plant.power]\nany = 1\nof = [\"feed\"]\nhold-up = \"10 min\"\n\
        [threats.cut]\nat = \"2h\"\nstrikes = { plant = [\"feed\"] }\neffects = [{ suspend = { lasts = \"1h\" } }]\n\
        [services.web]\nreplicas = { s = 1 }\n";
    let tally = only(&scenario(&(text.to_owned() + NODE)));
    close(tally.down.as_seconds(), 55.0 * 60.0);
    assert_eq!(tally.outages.count, 1);
}

/// A second interruption ten minutes after the first finds the battery a third full: 10 min used, refilled at 10 min per 30 min.
#[test]
fn a_store_that_has_not_filled_again_holds_for_less() {
    let cut = |name: &str, at: &str| {
        format!(
            "[threats.{name}]\nat = \"{at}\"\nstrikes = {{ plant = [\"feed\"] }}\neffects = [{{ suspend = {{ lasts = \"10 min\" }} }}]\n"
        )
    };
    let text = "horizon = \"1 day\"\n[sites.s]\nneeds = [\"power\"]\nnodes = 1\nclass = \"node\"\n[plant.feed]\n\
        [plant.power]\nany = 1\nof = [\"feed\"]\nhold-up = \"10 min\"\nrecharge = \"30 min\"\n[services.web]\nreplicas = { s = 1 }\n";
    let text = text.to_owned() + &cut("one", "2h") + &cut("two", "2h 20m") + NODE;
    // First: 10 min, carried to its last second. Then 10 min of filling give 10/30 of 10 min = 200 s; the second lasts 600 s.
    close(only(&scenario(&text)).down.as_seconds(), 400.0);
}

/// A generator takes over while the battery lasts; if it does not start (one in ten) the site is off for the rest of the hour.
#[test]
fn generators_start_on_demand_or_fail_to() {
    let text = "horizon = \"1 day\"\n[sites.s]\nneeds = [\"power\"]\nnodes = 1\nclass = \"node\"\n[plant.feed]\n\
        [plant.generator]\nstarts = \"90 %\"\nstart-delay = \"1 min\"\nlife = { exponential = { mttf = \"1000 years\" } }\nrepair = \"5 days\"\nages = \"operating\"\n\
        [plant.power]\nany = 1\nof = [\"feed\", \"generator\"]\nhold-up = \"10 min\"\n\
        [threats.cut]\nat = \"2h\"\nstrikes = { plant = [\"feed\"] }\neffects = [{ suspend = { lasts = \"1h\" } }]\n\
        [services.web]\nreplicas = { s = 1 }\n";
    let scenario = scenario(&(text.to_owned() + NODE));
    service_mean(&scenario, 4000, |tally| tally.outages.count as f64).is(0.1, 4.0);
    service_mean(&scenario, 4000, |tally| tally.down.as_seconds()).is(0.1 * 50.0 * 60.0, 4.0);
    let mut simulator = Simulator::new(&scenario);
    let lost = (0..100)
        .map(|trial| simulator.run(1, trial).services[ServiceId::new(0)].clone())
        .find(|tally| tally.outages.count > 0);
    let charged = lost.expect("one in ten").charged;
    // The feed is held by the threat, the generator is broken: half each.
    let threat = charged[Cause::Threat(ThreatId::new(0)).index(&scenario)];
    let generator = charged[Cause::Plant(PlantId::new(1)).index(&scenario)];
    close(threat, 25.0 * 60.0);
    close(generator, 25.0 * 60.0);
}

const TWO_GROUPS: &str = "[sites.a]\nnodes = 2\nclass = \"node\"\n[sites.b]\nnodes = 2\nclass = \"node\"\n[classes.node]\n\
    [threats.fire]\nat = \"1 day\"\nstrikes = \"a\"\neffects = [{ suspend = { lasts = \"2 days\" } }]\n";

/// Heartbeat 3 x 10 s: found after 20 s plus a uniform part of 10 s; decision 5 min; switch 10 min.
#[test]
fn failover_takes_detection_decision_and_switch() {
    let text = "horizon = \"5 days\"\n[services.pay]\nreplicas = { a = 2, b = 2 }\nup = { at-least = 2 }\n\
        failover = { hot-standby = { switch = \"10 min\" } }\ndetection = { heartbeat = { every = \"10 s\", missed = 3 }, decide = \"5 min\" }\n\
        objective = { rto = \"16 min\", mtd = \"1h\" }\n";
    let scenario = scenario(&(text.to_owned() + TWO_GROUPS));
    let mut simulator = Simulator::new(&scenario);
    for trial in 0..200 {
        let tally = &simulator.run(3, trial).services[ServiceId::new(0)];
        assert_eq!(tally.outages.count, 1);
        let detection = tally.detections.sum.as_seconds();
        assert!((20.0..=30.0).contains(&detection), "{detection}");
        close(tally.down.as_seconds(), detection + 900.0);
        assert_eq!((tally.rto, tally.mtd), ((1, 1), (1, 1)));
    }
    service_mean(&scenario, 2000, |tally| tally.detections.sum.as_seconds()).is(25.0, 4.0);
}

/// A switch that works every second time is tried until it works: two tries on average.
#[test]
fn failed_switches_are_tried_again() {
    let text = "horizon = \"5 days\"\n[services.pay]\nreplicas = { a = 2, b = 2 }\n\
        failover = { hot-standby = { switch = \"10 min\", works = \"50 %\" } }\n";
    let scenario = scenario(&(text.to_owned() + TWO_GROUPS));
    service_mean(&scenario, 4000, |tally| tally.failovers as f64).is(2.0, 4.0);
    service_mean(&scenario, 4000, |tally| tally.down.as_seconds()).is(25.0 + 1200.0, 4.0);
}

/// A warm standby serves half until it is scaled up, and the way back interrupts once more, as planned work.
#[test]
fn warm_standby_is_degraded_until_scaled_up_and_returns() {
    let text = "horizon = \"5 days\"\n[services.pay]\nreplicas = { a = 2, b = 2 }\n\
        failover = { warm-standby = { switch = \"10 min\", scale-up = \"30 min\", capacity = \"50 %\", failback = { after = \"3h\", takes = \"2 min\" } } }\n";
    let scenario = scenario(&(text.to_owned() + TWO_GROUPS));
    let tally = only(&scenario);
    close(tally.degraded.as_seconds(), 1800.0);
    assert_eq!(tally.outages.count, 2);
    assert_eq!(tally.recoveries.iter().map(|totals| totals.count).sum::<u64>(), 1, "the return is planned");
    close(tally.served_in_incidents, 900.0);
    let charged = tally.charged[Cause::Failover.index(&scenario)];
    assert!(charged > 120.0, "the return and half the switch are charged to failover, got {charged}");
}

/// Announced a day ahead, the service moves before the fire and never stops.
#[test]
fn a_warning_lets_a_service_move_in_time() {
    let text = "horizon = \"5 days\"\n[services.pay]\nreplicas = { a = 2, b = 2 }\nfailover = { hot-standby = { switch = \"10 min\" } }\n";
    let warned =
        scenario(&(text.to_owned() + TWO_GROUPS).replace("at = \"1 day\"", "at = \"1 day\"\nwarning = \"6h\""));
    assert_eq!(only(&warned).outages.count, 0);
    let late =
        scenario(&(text.to_owned() + TWO_GROUPS).replace("at = \"1 day\"", "at = \"1 day\"\nwarning = \"5 min\""));
    close(only(&late).down.as_seconds(), 300.0); // five minutes of the switch were left
}

/// While its only watcher is down with the site, only a person notices.
#[test]
fn without_monitoring_a_person_must_notice() {
    let text = "horizon = \"5 days\"\n[services.pay]\nreplicas = { a = 2, b = 2 }\nfailover = { hot-standby = { switch = \"10 min\" } }\n\
        detection = { heartbeat = { every = \"10 s\", missed = 3 }, person = \"2h\", monitors = [\"a/noc\"] }\n\
        [classes.watcher]\nrole = \"monitoring\"\n[sites.a.rooms.noc]\nnodes = 1\nclass = \"watcher\"\n[sites.a.rooms.hall]\nnodes = 2\nclass = \"node\"\n";
    let sites = TWO_GROUPS.replace("[sites.a]\nnodes = 2\nclass = \"node\"\n", "");
    close(only(&scenario(&(text.to_owned() + &sites))).down.as_seconds(), 7200.0 + 600.0);
}

/// Two false alarms a year interrupt for one switch each.
#[test]
fn false_alarms_cost_needless_failovers() {
    let text = "horizon = \"10 years\"\n[sites.a]\nnodes = 1\nclass = \"node\"\n[sites.b]\nnodes = 1\nclass = \"node\"\n[classes.node]\n\
        [services.pay]\nreplicas = { a = 1, b = 1 }\nfailover = { hot-standby = { switch = \"10 min\" } }\ndetection = { false-alarms = \"2 / year\" }\n";
    service_mean(&scenario(text), 500, |tally| tally.down.as_seconds()).is(20.0 * 600.0, 4.0);
}

/// Three voters on three sites; losing the leader's site costs an election, losing two costs the majority.
#[test]
fn quorum_elects_and_stops_without_majority() {
    let text = "horizon = \"5 days\"\n[sites.a]\nnodes = 1\nclass = \"node\"\n[sites.b]\nnodes = 1\nclass = \"node\"\n[sites.c]\nnodes = 1\nclass = \"node\"\n[classes.node]\n\
        [services.db]\nreplicas = { a = 1, b = 1, c = 1 }\nquorum = { election = \"20 s\" }\n\
        [threats.one]\nat = \"1 day\"\nstrikes = \"a\"\neffects = [{ suspend = { lasts = \"2 days\" } }]\n\
        [threats.two]\nat = \"2 days\"\nstrikes = \"c\"\neffects = [{ suspend = { lasts = \"3h\" } }]\n";
    let tally = only(&scenario(text));
    // 20 s at day 1; 3 h without majority at day 2, then a leader must be elected again.
    close(tally.down.as_seconds(), 20.0 + 3.0 * HOUR + 20.0);
}

/// Cutting one voter off: the majority goes on (with an election if the leader sits on the other side); with certainty of split brain both do.
#[test]
fn partitions_leave_the_majority_or_both() {
    let text = "horizon = \"5 days\"\n[sites.a]\nnodes = 1\nclass = \"node\"\n[sites.b]\nnodes = 1\nclass = \"node\"\n[sites.c]\nnodes = 1\nclass = \"node\"\n[classes.node]\n\
        [links.ab]\nbetween = [\"a\", \"b\"]\n[links.bc]\nbetween = [\"b\", \"c\"]\n\
        [services.db]\nreplicas = { a = 1, b = 1, c = 1 }\nquorum = { election = \"20 s\", split-brain = \"SPLIT\" }\n\
        [threats.cut]\nat = \"1 day\"\nstrikes = { links = [\"ab\"] }\nkind = { fibre-cut = { lasts = \"4h\" } }\n";
    let clean = only(&scenario(&text.replace("SPLIT", "0 %")));
    close(clean.down.as_seconds(), 20.0);
    assert_eq!(clean.split_brain.as_seconds(), 0.0);
    let split = only(&scenario(&text.replace("SPLIT", "100 %")));
    close(split.split_brain.as_seconds(), 4.0 * HOUR);
}

/// Users reach the site over one line only.
#[test]
fn a_site_without_its_line_is_unreachable() {
    let text = "horizon = \"5 days\"\n[sites.a]\nnodes = 2\nclass = \"node\"\n[classes.node]\n[links.uplink]\nbetween = [\"a\", \"outside\"]\n\
        [services.web]\nreplicas = { a = 2 }\n[threats.cut]\nat = \"1 day\"\nstrikes = { links = [\"uplink\"] }\nkind = { fibre-cut = { lasts = \"4h\" } }\n";
    let scenario = scenario(text);
    let tally = only(&scenario);
    close(tally.down.as_seconds(), 4.0 * HOUR);
    close(tally.charged[Cause::Threat(ThreatId::new(0)).index(&scenario)], 4.0 * HOUR);
}

/// A hard dependency takes its dependents down, a soft one degrades them, at the same moments.
#[test]
fn dependencies_pull_down_or_degrade() {
    let text = "horizon = \"5 days\"\n[sites.a]\nnodes = 1\nclass = \"node\"\n[sites.b]\nnodes = 2\nclass = \"node\"\n[classes.node]\n\
        [services.base]\nreplicas = { a = 1 }\n[services.hard]\nreplicas = { b = 1 }\ndepends = { hard = [\"base\"] }\n\
        [services.soft]\nreplicas = { b = 1 }\ndepends = { soft = [\"base\"] }\n\
        [threats.fire]\nat = \"1 day\"\nstrikes = \"a\"\neffects = [{ suspend = { lasts = \"3h\" } }]\n";
    let scenario = scenario(text);
    let mut simulator = Simulator::new(&scenario);
    let tally = simulator.run(1, 0);
    let of = |name: &str| {
        let id = scenario.services.ids().find(|id| scenario.services[*id].name == name).unwrap();
        &tally.services[id]
    };
    close(of("hard").down.as_seconds(), 3.0 * HOUR);
    close(of("soft").down.as_seconds(), 0.0);
    close(of("soft").degraded.as_seconds(), 3.0 * HOUR);
    let base = scenario.services.ids().find(|id| scenario.services[*id].name == "base").unwrap();
    close(of("hard").charged[Cause::Dependency(base).index(&scenario)], 3.0 * HOUR);
}

/// Four replicas of 300/s under 900/s: with two left 600/900 are served; a hash balancer sends three quarters of the load to one of two.
#[test]
fn capacity_decides_what_is_served() {
    let text = "horizon = \"1 day\"\n[sites.s]\nrooms = { a = { nodes = 2, class = \"node\" }, b = { nodes = 2, class = \"node\" } }\n[classes.node]\n\
        [services.web]\nreplicas = { \"s/a\" = 2, \"s/b\" = 2 }\nload = { requests = \"900 / s\", per-replica = \"300 / s\", balance = \"BALANCE\" }\n\
        [threats.fire]\nat = \"2h\"\nstrikes = \"s/a\"\neffects = [{ suspend = { lasts = \"3h\" } }]\n";
    for (balance, share) in
        [("round-robin", 600.0 / 900.0), ("least-connections", 600.0 / 900.0), ("hash", (300.0 + 225.0) / 900.0)]
    {
        let tally = only(&scenario(&text.replace("BALANCE", balance)));
        close(tally.degraded.as_seconds(), 3.0 * HOUR);
        close(tally.served_in_incidents, share * 3.0 * HOUR);
        assert_eq!(tally.outages.count, 0);
    }
}

/// A room at half speed: half of it is lost to a balancer that knows.
#[test]
fn slow_rooms_serve_their_share() {
    let text = "horizon = \"1 day\"\n[sites.s]\nrooms = { a = { nodes = 2, class = \"node\" }, b = { nodes = 2, class = \"node\" } }\n[classes.node]\n\
        [services.web]\nreplicas = { \"s/a\" = 2, \"s/b\" = 2 }\nload = { requests = \"1200 / s\", per-replica = \"300 / s\" }\n\
        [threats.heat]\nat = \"2h\"\nstrikes = \"s/a\"\neffects = [{ slow = { to = \"50 %\", lasts = \"4h\" } }]\n";
    let tally = only(&scenario(text));
    close(tally.degraded.as_seconds(), 4.0 * HOUR);
    close(tally.served_in_incidents, 0.75 * 4.0 * HOUR);
}

/// Twelve people for a thousand machines: the finite-source queue, 11.754148 down on average.
#[test]
fn crews_make_repairs_queue() {
    let text = "horizon = \"20000 h\"\n[sites.s]\nnodes = 1000\nclass = \"machine\"\n[crews.field]\npeople = 12\n\
        [classes.machine]\nlife = { exponential = { mttf = \"1000 h\" } }\nrepair = { exponential = { mean = \"10 h\" } }\ncrew = \"field\"\nage = \"stationary\"\n";
    mean(&scenario(text), 150, |tally| tally.domains[DomainId::new(0)].unit_down / (20_000.0 * HOUR))
        .is(11.754_148, 4.0);
}

/// No part on the shelf: every repair waits five days for one, then takes a day.
#[test]
fn missing_parts_make_repairs_wait() {
    let text = "horizon = \"1000 years\"\n[sites.s]\nnodes = 1\nclass = \"node\"\n[services.web]\nreplicas = { s = 1 }\n\
        [classes.node]\nlife = \"94 days\"\nrepair = \"1 day\"\nspares = { stock = 0, lead-time = \"5 days\" }\n";
    let tally = only(&scenario(text));
    let exact = 6.0 / 100.0;
    assert!((tally.down.as_seconds() / tally.horizon.as_seconds() - exact).abs() < 1e-4);
}

/// A Weibull life of shape 1.2 and mean 3 years: 0.25 failures in the first year of a new unit, 1/3 a year in the long run.
#[test]
fn new_units_fail_less_than_old_ones() {
    let text = "horizon = \"1 year\"\n[sites.s]\nnodes = 100\nclass = \"node\"\n\
        [classes.node]\nlife = { weibull = { shape = 1.2, mean = \"3 years\" } }\nrepair = \"1 s\"\nage = \"AGE\"\n";
    let failures =
        |age: &str| mean(&scenario(&text.replace("AGE", age)), 400, |tally| tally.scenario.failures as f64 / 100.0);
    failures("stationary").is(1.0 / 3.0, 4.0);
    let new = failures("new");
    assert!((new.value - 0.25).abs() < 0.005 + 4.0 * new.error, "{new:?}"); // the design's two-digit figure
}

/// Planned work takes each of four nodes away for six hours a quarter, one at a time.
#[test]
fn maintenance_takes_turns() {
    let text = "horizon = \"400 days\"\n[sites.s]\nnodes = 4\nclass = \"node\"\n[services.web]\nreplicas = { s = 4 }\nup = \"all\"\n\
        [classes.node]\nmaintenance = { every = \"100 days\", takes = \"6h\", at-a-time = 1 }\n";
    let tally = only(&scenario(text));
    // Turns at 25, 50, …, 375 days: fifteen of them, each an outage of a service that needs all four; planned, so no recovery.
    assert_eq!(tally.outages.count, 15);
    close(tally.down.as_seconds(), 15.0 * 6.0 * HOUR);
    assert_eq!(tally.recoveries.iter().map(|totals| totals.count).sum::<u64>(), 0);
}

/// Every failure hides until the scrub; until then the service does not notice, afterwards the repair counts.
#[test]
fn hidden_failures_wait_for_the_scrub() {
    let text = "horizon = \"10 days\"\n[sites.s]\nnodes = 1\nclass = \"node\"\n[services.web]\nreplicas = { s = 1 }\n\
        [classes.node]\nlife = \"3 days\"\nrepair = \"2h\"\nlatent = { share = \"100 %\", scrub-every = \"7 days\" }\n";
    let tally = only(&scenario(text));
    assert_eq!(tally.outages.count, 1, "failed at day 3, found at day 7");
    close(tally.down.as_seconds(), 2.0 * HOUR);
}

/// Every repair takes the neighbour down for its own repair.
#[test]
fn wrong_repairs_take_a_neighbour_down() {
    let text = "horizon = \"105 h\"\n[sites.s]\nrooms = { r = { nodes = { bad = { class = \"bad\" }, good = { class = \"good\" } } } }\n\
        [services.web]\nreplicas = { s = 2 }\nclass = \"good\"\nup = \"any\"\n\
        [classes.bad]\nlife = \"99 h\"\nrepair = \"1 h\"\nwrong-repair = \"100 %\"\n[classes.good]\nrepair = \"2 h\"\n";
    let scenario = scenario(&text.replace("s = 2", "s = 1"));
    let tally = only(&scenario);
    close(tally.down.as_seconds(), 2.0 * HOUR);
}

/// A lost replica starts on the spare node after ten minutes and two more.
#[test]
fn lost_replicas_move_to_free_hosts() {
    let text = "horizon = \"10 days\"\n[sites.s]\nrooms = { r = { racks = { one = { nodes = 1, class = \"node\" }, two = { nodes = 1, class = \"node\" } } } }\n\
        [classes.node]\nroom = 1\n[services.web]\nreplicas = { s = 1 }\nreschedule = { after = \"10 min\", takes = \"2 min\" }\n\
        [threats.fire]\nat = \"1 day\"\nstrikes = \"s/r/one\"\neffects = [{ suspend = { lasts = \"2 days\" } }]\n";
    close(only(&scenario(text)).down.as_seconds(), 720.0);
}

/// One rack of four, drawn at each strike, is down for a day: a quarter of all strikes hit the replica's rack.
#[test]
fn a_strike_can_pick_one_of_many() {
    let text = "horizon = \"10 days\"\n[sites.s]\nrooms = { r = { racks = 4, nodes = 1, class = \"node\" } }\n[classes.node]\n\
        [services.web]\nreplicas = { s = 1 }\n\
        [threats.rack]\nat = \"1 day\"\nstrikes = { any = \"rack\", in = \"s\" }\neffects = [{ suspend = { lasts = \"1 day\" } }]\n";
    service_mean(&scenario(text), 4000, |tally| tally.outages.count as f64).is(0.25, 4.0);
}

/// Half of the nodes are destroyed and replaced after a week; the rest go on at once.
#[test]
fn destruction_takes_a_share() {
    let text = "horizon = \"30 days\"\n[sites.s]\nnodes = 100\nclass = \"node\"\n[classes.node]\n\
        [threats.fire]\nat = \"1 day\"\nstrikes = \"s\"\neffects = [{ destroy = { share = \"50 %\", lasts = \"7 days\" } }]\n";
    let lost = mean(&scenario(text), 400, |tally| tally.domains[DomainId::new(0)].unit_down / (7.0 * 24.0 * HOUR));
    lost.is(50.0, 4.0);
}

/// An earthquake sets off a fire with one chance in four, two hours later.
#[test]
fn cascades_follow_with_their_chance() {
    let text = "horizon = \"30 days\"\n[sites.s]\nnodes = 1\nclass = \"node\"\n[classes.node]\n[services.web]\nreplicas = { s = 1 }\n\
        [threats.quake]\nat = \"1 day\"\nstrikes = \"s\"\neffects = [{ sever = { lasts = \"1h\" } }]\nthen = [{ threat = \"blaze\", chance = \"25 %\", after = \"2h\" }]\n\
        [threats.blaze]\nstrikes = \"s\"\neffects = [{ suspend = { lasts = \"10h\" } }]\n";
    service_mean(&scenario(text), 4000, |tally| tally.down.as_seconds()).is(HOUR + 0.25 * 10.0 * HOUR, 4.0);
}

/// An epicentre drawn within 200 km hits sites within 100 km of it: a quarter of all draws reach the site in the middle.
#[test]
fn circles_hit_what_lies_inside() {
    let text = "horizon = \"30 days\"\n[sites.s]\nnodes = 1\nclass = \"node\"\nat = { latitude = 0.0, longitude = 10.0 }\n[classes.node]\n[services.web]\nreplicas = { s = 1 }\n\
        [threats.quake]\nat = \"1 day\"\nstrikes = { within = \"100 km\", of = { latitude = 0.0, longitude = 10.0 }, scatter = \"200 km\" }\neffects = [{ suspend = { lasts = \"1h\" } }]\n";
    service_mean(&scenario(text), 4000, |tally| tally.outages.count as f64).is(0.25, 4.0);
}

/// The objective holds in windows without the fire and fails in the month that has it.
#[test]
fn availability_is_judged_by_calendar_month() {
    let text = "horizon = \"1 year\"\n[sites.s]\nnodes = 1\nclass = \"node\"\n[classes.node]\n\
        [services.web]\nreplicas = { s = 1 }\nobjective = { availability = \"99 % / month\" }\n\
        [threats.fire]\nat = 2026-03-10 12:00\nstrikes = \"s\"\neffects = [{ suspend = { lasts = \"8h\" } }]\n";
    // 8 h of the 744 h of March are 1.08 %; twelve full months lie within 365.25 days.
    let tally = only(&scenario(text));
    assert_eq!(tally.windows, (11, 12));
}

/// An outage that the end of the trial cuts off is an outage, but no recovery; it misses an RTO it has already exceeded.
#[test]
fn outages_cut_off_by_the_end_are_not_recoveries() {
    let text = "horizon = \"2 days\"\n[sites.s]\nnodes = 1\nclass = \"node\"\n[classes.node]\n[services.web]\nreplicas = { s = 1 }\nobjective = { rto = \"1h\", mtd = \"3 days\" }\n\
        [threats.fire]\nat = \"1 day\"\nstrikes = \"s\"\neffects = [{ suspend = { lasts = \"5 days\" } }]\n";
    let tally = only(&scenario(text));
    assert_eq!((tally.outages.count, tally.unrecovered), (1, 1));
    assert_eq!((tally.rto, tally.mtd), ((0, 1), (0, 0)));
}

/// A pilot light without any capacity serves nobody until it is scaled up: 30 s detection at most, 10 min of switching and 30 min of scaling up.
#[test]
fn a_standby_that_runs_nothing_is_down_until_it_is_scaled_up() {
    let text = "horizon = \"2 days\"\n[sites.a]\nnodes = 1\nclass = \"node\"\n[sites.b]\nnodes = 1\nclass = \"node\"\n\
        [services.web]\nreplicas = { a = 1, b = 1 }\nfailover = { pilot-light = { switch = \"10 min\", scale-up = \"30 min\", capacity = \"0 %\" } }\n\
        detection = { person = \"1 min\" }\n\
        [threats.dark]\nat = \"1h\"\nstrikes = \"a\"\neffects = [{ suspend = { lasts = \"1 day\" } }]\n";
    let tally = only(&scenario(&(text.to_owned() + NODE)));
    let down = tally.down.as_seconds();
    assert_eq!(tally.outages.count, 1);
    close(down, 41.0 * 60.0);
}

//! Two troubles at once on one unit, and whose time is whose: the longer one decides, and nothing is mended by being hit again.

use crate::auditor::audit;
use crate::support::{only, scenario, study};
use drsim::simulation::{ServiceTally, Simulator};

const ONE: &str = "[sites.s]\nnodes = 1\nclass = \"node\"\n[services.web]\nreplicas = { s = 1 }\n";

fn hours_down(text: &str) -> (f64, u64) {
    let tally: ServiceTally = only(&scenario(&(text.to_owned() + ONE)));
    (tally.down.as_seconds() / 3600.0, tally.outages.count)
}

/// A feed that stands in a site is no node of it: the node is never down.
#[test]
fn plant_is_no_node_of_the_place_where_it_stands() {
    let text = "horizon = \"1 year\"\n[plant.feed]\nat = \"s\"\nlife = { exponential = { mttf = \"10 days\" } }\nrepair = \"1 day\"\n[classes.node]\n";
    let findings = study(scenario(&(text.to_owned() + ONE)), 50);
    let measured = findings.domains[0].1.metric("unavailability").unwrap();
    assert_eq!((measured.exact, measured.estimate.point), (Some(0.0), Some(0.0)));
}

/// A hidden failure is mended with the planned work; a scrub meanwhile must not break the unit a second time.
#[test]
fn planned_work_mends_what_is_hidden() {
    let text = "horizon = \"1 year\"\n[sites.s]\nnodes = 2\nclass = \"node\"\n[classes.node]\nlife = { exponential = { mttf = \"20 days\" } }\nrepair = \"10 days\"\n\
        latent = { share = \"100 %\", scrub-every = \"1 day\" }\nmaintenance = { every = \"5 days\", takes = \"3 days\" }\n[services.web]\nreplicas = { s = 1 }\n";
    let scenario = scenario(text);
    let mut simulator = Simulator::new(&scenario);
    for trial in 0..20 {
        let (tally, trace) = simulator.run_traced(7, trial);
        let found = audit(&scenario, &trace, tally);
        assert!(found.is_empty(), "trial {trial}: {found:#?}");
    }
}

/// A node that never works does not come to life because somebody switched it off for an hour.
#[test]
fn a_dead_node_stays_dead() {
    let text = "horizon = \"10 days\"\n[classes.node]\nworks = \"0 %\"\n[threats.t]\nat = \"1 day\"\nstrikes = { any = \"node\" }\neffects = [{ suspend = { lasts = \"1h\" } }]\n";
    assert_eq!(hours_down(text), (240.0, 1));
}

/// A broken node that is switched off for an hour is not mended an hour later: fails at 24 h, mended at 144 h, fails again at 168 h.
#[test]
fn a_suspension_shortens_no_repair() {
    let text = "horizon = \"7 days\"\n[classes.node]\nlife = \"1 day\"\nrepair = \"5 days\"\n[threats.t]\nat = \"2 days\"\nstrikes = { any = \"node\" }\neffects = [{ suspend = { lasts = \"1h\" } }]\n";
    assert_eq!(hours_down(text), (120.0, 1));
}

/// Destroyed for 20 days, and again a day later by something that takes one day: gone for 20 days, not for two.
#[test]
fn a_second_destruction_shortens_no_replacement() {
    let text = "horizon = \"40 days\"\n[classes.node]\n[threats.a]\nat = \"1 day\"\nstrikes = \"s\"\neffects = [{ destroy = { share = \"100 %\", lasts = \"20 days\" } }]\n\
        [threats.b]\nat = \"2 days\"\nstrikes = \"s\"\neffects = [{ destroy = { share = \"100 %\", lasts = \"1 day\" } }]\n";
    assert_eq!(hours_down(text), (480.0, 1));
}

/// Two suspensions of one place that overlap: down from the first beginning to the last end.
#[test]
fn overlapping_suspensions_of_a_place_add_up() {
    let text = "horizon = \"10 days\"\n[classes.node]\n[threats.a]\nat = \"1 day\"\nstrikes = \"s\"\neffects = [{ suspend = { lasts = \"5h\" } }]\n\
        [threats.b]\nat = \"26h\"\nstrikes = \"s\"\neffects = [{ suspend = { lasts = \"1h\" } }, { sever = { lasts = \"6h\" } }]\n";
    assert_eq!(hours_down(text), (8.0, 1));
}

//! Corners in which two rules meet: what a scenario says there is what a trial does.

use crate::support::{HOUR, only, scenario};
use drsim::id::Id as _;
use drsim::model::DomainId;
use drsim::simulation::Simulator;

#[track_caller]
fn close(value: f64, exact: f64) {
    assert!((value - exact).abs() < 1e-6 * exact.abs().max(1.0), "{value} against {exact}");
}

/// Each tide sets off the flood; the flood also comes by itself once a year. Forty years: 40 + 40 floods, however often it was set off.
#[test]
fn what_is_set_off_keeps_its_own_rate() {
    let text = "horizon = \"40 years\"\n[sites.s]\nnodes = 1\nclass = \"node\"\n[classes.node]\n[services.web]\nreplicas = { s = 1 }\n\
        [threats.tide]\noccurs = { rate = \"1 / year\" }\nstrikes = \"s\"\neffects = [{ suspend = { lasts = \"1 s\" } }]\nthen = [{ threat = \"flood\" }]\n\
        [threats.flood]\noccurs = { rate = \"1 / year\" }\nstrikes = \"s\"\neffects = [{ suspend = { lasts = \"1 s\" } }]\n";
    let scenario = scenario(text);
    let flood = scenario.threats.ids().find(|id| scenario.threats[*id].name == "flood").unwrap();
    crate::support::mean(&scenario, 400, |tally| tally.scenario.strikes[flood.index()] as f64).is(80.0, 4.0);
}

/// A chiller that stands in a site is no node of it: with its one node always on, no node time is lost.
#[test]
fn plant_in_a_site_is_no_node_of_it() {
    let text = "horizon = \"10 days\"\n[sites.s]\nnodes = 1\nclass = \"node\"\n[classes.node]\n\
        [plant.chillers]\nat = \"s\"\ncount = 4\nany = 1\nlife = \"5 days\"\nrepair = \"1 day\"\nages = \"operating\"\n";
    let scenario = scenario(text);
    let mut simulator = Simulator::new(&scenario);
    close(simulator.run(1, 0).domains[DomainId::new(0)].unit_down, 0.0);
}

/// A generator that ages always and whose failures hide breaks while it rests and is found when it is called upon: rate 1 a day for twenty
/// days, so it is practically certain to be broken when the feed goes.
#[test]
fn resting_plant_that_ages_always_breaks_unseen() {
    let text = "horizon = \"30 days\"\n[sites.s]\nneeds = [\"power\"]\nnodes = 1\nclass = \"node\"\n[classes.node]\n[services.web]\nreplicas = { s = 1 }\n[plant.feed]\n\
        [plant.power]\nany = 1\nof = [\"feed\", \"set\"]\n[plant.set]\nstarts = \"100 %\"\nlife = { exponential = { mttf = \"1 day\" } }\nrepair = \"1 day\"\nages = \"always\"\n\
        latent = { share = \"100 %\", scrub-every = \"1 year\" }\n\
        [threats.cut]\nat = \"20 days\"\nstrikes = { plant = \"feed\" }\neffects = [{ suspend = { lasts = \"3h\" } }]\n";
    close(only(&scenario(text)).down.as_seconds(), 3.0 * HOUR);
}

/// The kind that is called a partition parts the voters: with certainty of split brain both sides go on.
#[test]
fn a_partition_of_places_can_split_a_quorum() {
    let text = "horizon = \"5 days\"\n[sites.a]\nnodes = 1\nclass = \"node\"\n[sites.b]\nnodes = 2\nclass = \"node\"\n[classes.node]\n\
        [services.db]\nreplicas = { a = 1, b = 2 }\nquorum = { election = \"20 s\", split-brain = \"100 %\" }\n\
        [threats.part]\nat = \"1 day\"\nstrikes = \"a\"\nkind = { network-partition = { lasts = \"4h\" } }\n";
    close(only(&scenario(text)).split_brain.as_seconds(), 4.0 * HOUR);
}

/// Who depends on a service that is down for planned work is down for planned work.
#[test]
fn planned_work_is_planned_for_dependents() {
    let text = "horizon = \"6 days\"\n[sites.s]\nrooms = { a = { nodes = 1, class = \"node\" }, b = { nodes = 1, class = \"other\" } }\n\
        [classes.node]\nmaintenance = { every = \"5 days\", takes = \"3h\" }\n[classes.other]\n\
        [services.base]\nreplicas = { \"s/a\" = 1 }\n[services.top]\nreplicas = { \"s/b\" = 1 }\ndepends = { hard = [\"base\"] }\n";
    let scenario = scenario(text);
    let mut simulator = Simulator::new(&scenario);
    let tally = simulator.run(1, 0);
    let unplanned = |nth: usize| {
        tally.services[drsim::model::ServiceId::new(nth)].recoveries.iter().map(|totals| totals.count).sum::<u64>()
    };
    assert_eq!((unplanned(0), unplanned(1)), (0, 0));
}

/// The same for the active group of a service with a standby.
#[test]
fn planned_work_on_the_active_group_is_planned() {
    let text = "horizon = \"6 days\"\n[sites.a]\nnodes = 1\nclass = \"node\"\n[sites.b]\nnodes = 1\nclass = \"other\"\n\
        [classes.node]\nmaintenance = { every = \"5 days\", takes = \"3h\" }\n[classes.other]\n\
        [services.pay]\nreplicas = { a = 1, b = 1 }\nfailover = \"hot-standby\"\n";
    let tally = only(&scenario(text));
    assert_eq!(tally.recoveries.iter().map(|totals| totals.count).sum::<u64>(), 0);
}

/// A node destroyed for thirty days and struck again on the second for one hour is away for thirty.
#[test]
fn a_shorter_loss_does_not_end_a_longer_one() {
    let text = "horizon = \"60 days\"\n[sites.s]\nnodes = 1\nclass = \"node\"\n[classes.node]\n[services.web]\nreplicas = { s = 1 }\n\
        [threats.one]\nat = \"1 day\"\nstrikes = \"s\"\neffects = [{ destroy = { lasts = \"30 days\" } }]\n\
        [threats.two]\nat = \"2 days\"\nstrikes = \"s\"\neffects = [{ destroy = { lasts = \"1h\" } }]\n";
    close(only(&scenario(text)).down.as_seconds(), 30.0 * 24.0 * HOUR);
}

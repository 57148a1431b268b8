//! Are the fast ways and the plain ways the same? Twins that differ only in how they are computed.
//!
//! Twins with other random streams are compared by their means: every comparison of a test shares a family-wise level of 1e-4.

use crate::support::{Mean, mean, scenario};
use drsim::id::Id as _;
use drsim::model::{DomainId, Scenario, ServiceId};
use drsim::simulation::{Simulator, TrialTally};
use std::fmt::Write as _;

/// Standard errors of a difference that thirty comparisons may reach at a level of 1e-4 together: normal, 1e-4 / 30 on two sides.
const BOUND: f64 = 4.65;

/// A number that a trial leaves.
type Figure = fn(&TrialTally) -> f64;

/// What of a tally twins must have in common, with a name each.
const FIGURES: [(&str, Figure); 6] = [
    ("time down", |tally| tally.services[ServiceId::new(0)].down.as_seconds()),
    ("outages", |tally| tally.services[ServiceId::new(0)].outages.count as f64),
    ("redundancy", |tally| tally.services[ServiceId::new(0)].degree),
    ("failures", |tally| tally.scenario.failures as f64),
    ("node time down", |tally| tally.domains[DomainId::new(0)].unit_down),
    ("waits for parts", |tally| tally.scenario.spare_waits as f64),
];

fn assert_alike(left: &str, right: &str, trials: u64) {
    let (one, other) = (scenario(left), scenario(right));
    for (what, figure) in FIGURES {
        let means: [Mean; 2] = [mean(&one, trials, figure), mean(&other, trials, figure)];
        let off = (means[0].value - means[1].value).abs();
        let error = means[0].error.hypot(means[1].error);
        assert!(off <= BOUND * error, "{what}: {means:?}, {:.2} standard errors\n{left}\n{right}", off / error);
    }
}

/// A pool draws its victims from one stream; a gamma life of shape 1 is the same law, drawn by each part for itself.
#[test]
fn pooled_populations_are_parts_with_lives_of_their_own() {
    let base = "horizon = \"1 year\"\n[sites.s]\nnodes = 7\nclass = \"node\"\n[services.web]\nreplicas = { s = 5 }\nup = { at-least = 4 }\n";
    let variants = [
        ("plain", "", ""),
        ("stationary", "age = \"stationary\"\n", ""),
        ("crew", "crew = \"field\"\n", "[crews.field]\npeople = 1\n"),
        (
            "parts and errors",
            "spares = { stock = 1, lead-time = \"4 days\" }\nwrong-repair = \"20 %\"\nlogistics = \"3h\"\n",
            "",
        ),
        ("hidden", "latent = { share = \"40 %\", scrub-every = \"6 days\" }\nages = \"operating\"\n", ""),
    ];
    for (nth, (_, class, rest)) in variants.into_iter().enumerate() {
        let text = |life: &str, seed: usize| {
            format!(
                "seed = {seed}\n{base}{rest}[classes.node]\nlife = {life}\nrepair = {{ lognormal = {{ median = \"10h\", p95 = \"40h\" }} }}\n{class}"
            )
        };
        let pooled = text("{ exponential = { mttf = \"15 days\" } }", 2 * nth + 1);
        let parts = text("{ gamma = { shape = 1.0, mean = \"15 days\" } }", 2 * nth + 2);
        assert_alike(&pooled, &parts, 2500);
    }
}

/// A generator that starts on demand, pooled and not.
#[test]
fn pooled_standby_plant_is_parts_with_lives_of_their_own() {
    let text = |law: &str, seed: u32| {
        format!(
            "seed = {seed}\nhorizon = \"1 year\"\n[sites.s]\nneeds = [\"power\"]\nnodes = 2\nclass = \"node\"\n[classes.node]\n[services.web]\nreplicas = {{ s = 2 }}\n\
             [plant.feed]\nlife = {{ exponential = {{ mttf = \"20 days\" }} }}\nrepair = \"2 days\"\n\
             [plant.generator]\ncount = 2\nany = 1\nstarts = \"90 %\"\nstart-delay = \"1 min\"\nlife = {law}\nrepair = \"3 days\"\nages = \"operating\"\n\
             [plant.power]\nany = 1\nof = [\"feed\", \"generator\"]\nhold-up = \"5 min\"\n"
        )
    };
    assert_alike(
        &text("{ exponential = { mttf = \"3 days\" } }", 1),
        &text("{ gamma = { shape = 1.0, mean = \"3 days\" } }", 2),
        2500,
    );
}

/// Trials of two texts, without what a load books, trial by trial.
fn books(text: &str, trials: u64) -> Vec<TrialTally> {
    let scenario = scenario(text);
    let mut simulator = Simulator::new(&scenario);
    let run = |trial| {
        let mut tally = simulator.run(5, trial).clone();
        for service in scenario.services.ids() {
            let service = &mut tally.services[service];
            (service.utilised, service.utilised_time) = (0.0, drsim::quantity::Span::ZERO);
        }
        tally
    };
    (0..trials).map(run).collect()
}

/// Services that are a plain count are evaluated by a short way. A load that is always met, or racks of one node each as the unit of
/// redundancy, take the long way and change no book.
#[test]
fn the_short_way_of_counting_replicas_is_the_long_way() {
    let base = "horizon = \"2 years\"\n[sites.s]\nneeds = [\"power\"]\nrooms = { r = { racks = 5, nodes = 1, class = \"node\" } }\n[sites.t]\nrooms = { r = { racks = 3, nodes = 1, class = \"node\" } }\n\
        [plant.power]\nlife = { exponential = { mttf = \"50 days\" } }\nrepair = \"5h\"\n[crews.field]\npeople = 2\n\
        [classes.node]\nlife = { exponential = { mttf = \"10 days\" } }\nrepair = { lognormal = { median = \"12h\", p95 = \"40h\" } }\ncrew = \"field\"\nwrong-repair = \"10 %\"\n\
        [threats.storm]\noccurs = { rate = \"4 / year\" }\nstrikes = \"t\"\nkind = \"storm\"\n\
        [services.base]\nreplicas = { s = 3 }\nup = \"majority\"\n\
        [services.web]\nreplicas = { s = 4, t = 3 }\nup = { at-least = 4 }\ndepends = { soft = [\"base\"] }\n[services.web.objective]\nrto = \"2h\"\navailability = \"99 % / month\"\n";
    // The service `web` ends the text, so that keys before its sub-table can be put in.
    let with = |key: &str| base.replace("[services.web.objective]", &format!("{key}[services.web.objective]"));
    let short = books(base, 40);
    for key in ["redundancy = \"rack\"\n", "load = { requests = \"1 / s\", per-replica = \"1000 / s\" }\n"] {
        let long = books(&with(key), 40);
        for (trial, (short, long)) in short.iter().zip(&long).enumerate() {
            assert_eq!(short, long, "trial {trial} with {key}");
        }
    }
    let outages: u64 = short.iter().map(|tally| tally.services[ServiceId::new(1)].outages.count).sum();
    let degraded =
        short.iter().filter(|tally| tally.services[ServiceId::new(1)].degraded > drsim::quantity::Span::ZERO);
    assert!(outages > 100 && degraded.count() == 40, "{outages} outages: something happens");
    // Two nodes to a rack do matter.
    let wide = base.replace("racks = 5, nodes = 1", "racks = 2, nodes = 3");
    let racks = wide.replace("[services.web.objective]", "redundancy = \"rack\"\n[services.web.objective]");
    assert_ne!(books(&wide, 3), books(&racks, 3));
}

/// Shares of time with `0..=n` machines down: birth and death with `people` repairers, in the long run.
fn machine_repair(n: u32, people: u32, ratio: f64) -> Vec<f64> {
    let mut weights = vec![1.0];
    for down in 0..n {
        let born = f64::from(n - down) * ratio;
        weights.push(weights[down as usize] * born / f64::from((down + 1).min(people)));
    }
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// Queues for a crew against birth and death; ten years begin with all machines up, which moves a mean by less than the 10 h of a repair in
/// 87 660 h times the number of machines that may be down.
#[test]
fn queues_for_people_are_birth_and_death() {
    for (seed, (machines, people, mttf)) in
        [(3, 1, 40.0), (8, 2, 60.0), (12, 3, 50.0), (5, 4, 20.0)].into_iter().enumerate()
    {
        let text = format!(
            "seed = {}\nhorizon = \"10 years\"\n[sites.s]\nnodes = {machines}\nclass = \"node\"\n[crews.field]\npeople = {people}\n[services.web]\nreplicas = {{ s = {machines} }}\n\
             [classes.node]\nlife = {{ exponential = {{ mttf = \"{mttf} h\" }} }}\nrepair = {{ exponential = {{ mean = \"10 h\" }} }}\ncrew = \"field\"\n",
            seed + 1
        );
        let scenario = scenario(&text);
        let seconds = scenario.horizon.as_seconds();
        let shares = machine_repair(machines, people, 10.0 / mttf);
        let over = |figure: fn(u32, u32) -> u32| -> f64 {
            shares.iter().zip(0..).map(|(share, down)| share * f64::from(figure(down, people))).sum()
        };
        let start = f64::from(machines) * 10.0 / 87_660.0;
        let near = |found: Mean, exact: f64, what: &str| {
            let off = (found.value - exact).abs();
            assert!(off <= BOUND * found.error + start, "{what} of {machines}: {found:?} against {exact}");
            assert!(
                BOUND * found.error + start < 0.05 * exact,
                "{what} of {machines} is compared too roughly: {found:?}"
            );
        };
        near(
            mean(&scenario, 60, |tally| tally.domains[DomainId::new(0)].unit_down / seconds),
            over(|down, _| down),
            "down",
        );
        near(mean(&scenario, 60, |tally| tally.scenario.crew_busy / seconds), over(u32::min), "at work");
    }
}

/// Nodes by count, and the same nodes one by one.
///
/// Random streams hang on the name of the population: counted nodes are one, listed nodes each their own. So the trials differ and only the
/// law is the same. (Counted and listed *sites* or *racks* with the same names are one population or several in the same way.)
#[test]
fn counted_and_listed_nodes_obey_one_law() {
    let text = |nodes: &str, seed: u32| {
        format!(
            "seed = {seed}\nhorizon = \"1 year\"\n[sites.s]\nrooms = {{ r = {{ nodes = {nodes}, class = \"node\" }} }}\n[services.web]\nreplicas = {{ s = 4 }}\nup = {{ at-least = 3 }}\n[crews.field]\npeople = 1\n\
             [classes.node]\nlife = {{ exponential = {{ mttf = \"12 days\" }} }}\nrepair = {{ gamma = {{ shape = 2.0, mean = \"15h\" }} }}\ncrew = \"field\"\nspares = {{ stock = 1, lead-time = \"3 days\" }}\n"
        )
    };
    let listed = (1..=5).fold(String::new(), |mut list, node| {
        write!(list, "{}node-{node} = {{}}", if node > 1 { ", " } else { "" }).unwrap();
        list
    });
    assert_alike(&text("5", 1), &text(&format!("{{ {listed} }}"), 2), 2500);
}

/// Two names for one population of one node: with the name the streams are the same too, so every trial is.
#[test]
fn a_single_node_is_the_same_however_it_is_written() {
    let text = |place: &str, names: &str| {
        format!(
            "horizon = \"1 year\"\n[sites.s]\n{place}\nclass = \"node\"\n[services.web]\nreplicas = {{ s = 1 }}\n{names}[classes.node]\nlife = {{ weibull = {{ shape = 1.4, mean = \"9 days\" }} }}\nrepair = \"20h\"\n"
        )
    };
    let run = |text: &str| -> Vec<TrialTally> {
        let scenario: Scenario = scenario(text);
        let mut simulator = Simulator::new(&scenario);
        (0..20).map(|trial| simulator.run(3, trial).clone()).collect()
    };
    let plain = run(&text("nodes = { only = {} }", ""));
    assert_eq!(plain, run(&text("nodes = { only = { class = \"node\" } }", "")));
    assert_eq!(plain, run(&text("nodes = { only = {} }", "up = \"all\"\nplacement = { pinned = [\"s/only\"] }\n")));
    assert_ne!(plain, run(&text("nodes = { other = {} }", "")), "names key the streams");
}

/// With the trace on nothing goes the short way of calm events: both ways leave the same to the last bit, whatever breaks in.
#[test]
fn calm_events_leave_what_the_long_way_leaves() {
    let base = "horizon = \"2 years\"\n[classes.node]\nlife = { exponential = { mttf = \"20 days\" } }\nrepair = { exponential = { mean = \"10 h\" } }\n";
    let variants = [
        "[sites.s]\nnodes = 3\nclass = \"node\"\n[services.web]\nreplicas = { s = 3 }\n",
        "[sites.s]\nnodes = 21\nclass = \"node\"\n[services.web]\nreplicas = { s = 5 }\nup = \"majority\"\n",
        "[sites.s]\nnodes = 12\nclass = \"node\"\n[services.web]\nreplicas = { s = 4 }\nup = { at-least = 2 }\n\
         [threats.fire]\noccurs = { mean-interval = \"30 days\" }\nstrikes = \"s\"\nkind = { fire = { destroys = \"40 %\", lasts = \"3h\" } }\n",
        // Back almost always before anything else happens, and never alone: fixed repairs, rests of groups, a place that goes off.
        "[sites.s]\nnodes = 19\nclass = \"quick\"\n[classes.quick]\nlife = { exponential = { mttf = \"20 days\" } }\nrepair = \"20 min\"\n\
         [services.web]\nreplicas = { s = 17 }\nup = { at-least = 16 }\n\
         [threats.outage]\noccurs = { mean-interval = \"9 days\" }\nstrikes = \"s\"\neffects = [{ suspend = { lasts = \"2 h\" } }]\n",
        "[sites.s]\nnodes = 40\nclass = \"node\"\n[services.web]\nreplicas = { s = 2 }\n[services.back]\nreplicas = { s = 3 }\nup = \"all\"\n",
        // Nodes that store data: mostly alone, mostly back at once.
        "[classes.disk]\nlife = { exponential = { mttf = \"40 days\" } }\nrepair = \"1 min\"\ndisk = \"20 MB/s\"\n[sites.s]\nnodes = 12\nclass = \"disk\"\n\
         [datasets.d]\nsize = \"12 TB\"\non = \"s\"\nprotect = { erasure = { data = 2, parity = 2, clustered = true } }\n",
        "[classes.box]\nlife = { exponential = { mttf = \"40 days\" } }\nrepair = { exponential = { mean = \"5 h\" } }\nloses-data = \"50 %\"\ndisk = \"20 MB/s\"\n\
         [sites.s]\nracks = 4\nnodes = 4\nclass = \"box\"\n[datasets.d]\nsize = \"12 TB\"\non = \"s\"\nwrites = \"1 MB/s\"\n\
         protect = { erasure = { data = 2, parity = 2, stripes = 50 } }\n[threats.dark]\noccurs = { mean-interval = \"60 days\" }\n\
         strikes = { any = \"rack\", in = \"s\" }\neffects = [{ suspend = { lasts = \"9 h\" } }]\n",
    ];
    for variant in variants {
        let scenario = scenario(&format!("{base}{variant}"));
        let (mut short, mut long) = (Simulator::new(&scenario), Simulator::new(&scenario));
        for trial in 0..40 {
            let (traced, _) = long.run_traced(3, trial);
            assert_eq!(short.run(3, trial), traced, "trial {trial} of {variant}");
        }
    }
}

//! All small structures: every k of n up to four, every set of dead nodes, from the text of a scenario to the books, against counting.

use crate::support::{only, scenario, service_mean};
use drsim::simulation::ServiceTally;

/// One site, a node of its own class per rack place; bit `i` of `dead` tells whether node `i` is dead.
fn text(racks: &[usize], dead: u32, need: usize, unit: &str) -> String {
    let (mut places, mut node) = (Vec::new(), 0);
    for (rack, nodes) in racks.iter().enumerate() {
        let list: Vec<String> = (0..*nodes)
            .map(|_| {
                let class = if dead & (1 << node) == 0 { "alive" } else { "dead" };
                node += 1;
                format!("n{node} = {{ class = \"{class}\" }}")
            })
            .collect();
        places.push(format!("r{rack} = {{ nodes = {{ {} }} }}", list.join(", ")));
    }
    format!(
        "horizon = \"100 s\"\n[sites.s]\nrooms = {{ hall = {{ racks = {{ {} }} }} }}\n[classes.alive]\nworks = \"100 %\"\n[classes.dead]\nworks = \"0 %\"\n\
         [services.web]\nreplicas = {{ s = {node} }}\nup = {{ at-least = {need} }}\nredundancy = \"{unit}\"\n",
        places.join(", ")
    )
}

/// Most units (given the working nodes in each) that may be lost, whichever they are, with `need` nodes left; by trying every set of units.
fn degree(working: &[u32], need: u32) -> u32 {
    let survives = |lost: u32| {
        (0..1_u32 << working.len()).filter(|set| set.count_ones() == lost).all(|set| {
            let left = working.iter().enumerate().filter(|(unit, _)| set & (1 << unit) == 0).map(|(_, nodes)| nodes);
            left.sum::<u32>() >= need
        })
    };
    (1..=working.len() as u32).take_while(|lost| survives(*lost)).last().unwrap_or(0)
}

fn assert_static(tally: &ServiceTally, up: bool, degree: u32, what: &str) {
    let horizon = tally.horizon.as_seconds();
    assert_eq!(tally.down.as_seconds(), if up { 0.0 } else { horizon }, "time down of {what}");
    assert_eq!(tally.outages.count, u64::from(!up), "outages of {what}");
    assert_eq!(tally.degree_least, degree, "least degree of {what}");
    assert!((tally.degree - f64::from(degree) * horizon).abs() < 1e-6, "degree {} of {what}", tally.degree / horizon);
    let exposed = if degree == 0 { horizon } else { 0.0 };
    assert_eq!(tally.exposed.as_seconds(), exposed, "exposure of {what}");
}

/// Every k of n up to four with every set of dead nodes, nodes as the unit: 98 scenarios.
#[test]
fn k_of_n_with_every_set_of_dead_nodes() {
    let mut seen = 0;
    for n in 1..=4_usize {
        for need in 1..=n {
            for dead in 0..1_u32 << n {
                let text = text(&[n], dead, need, "node");
                let working: Vec<u32> = (0..n).map(|node| u32::from(dead & (1 << node) == 0)).collect();
                let up = working.iter().sum::<u32>() as usize >= need;
                let degree = if up { degree(&working, need as u32) } else { 0 };
                assert_static(&only(&scenario(&text)), up, degree, &text);
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 2 + 2 * 4 + 3 * 8 + 4 * 16);
}

/// The same with racks, the room and the site as the unit that may be lost: what counts is how the nodes share racks.
#[test]
fn racks_rooms_and_sites_as_the_unit() {
    for racks in [&[1, 1][..], &[2, 1], &[1, 3], &[2, 2], &[1, 1, 1], &[2, 1, 1], &[1, 1, 1, 1]] {
        let n: usize = racks.iter().sum();
        for need in 1..=n {
            for dead in 0..1_u32 << n {
                let mut node = 0;
                let in_racks: Vec<u32> = racks
                    .iter()
                    .map(|nodes| {
                        let alive = (node..node + nodes).filter(|node| dead & (1 << node) == 0).count();
                        node += nodes;
                        alive as u32
                    })
                    .collect();
                let all: u32 = in_racks.iter().sum();
                let up = all as usize >= need;
                for (unit, working) in [("rack", in_racks.clone()), ("room", vec![all]), ("site", vec![all])] {
                    // A rack without a working node is not there to be lost.
                    let working: Vec<u32> = working.into_iter().filter(|nodes| *nodes > 0).collect();
                    let text = text(racks, dead, need, unit);
                    let degree = if up { degree(&working, need as u32) } else { 0 };
                    assert_static(&only(&scenario(&text)), up, degree, &text);
                }
            }
        }
    }
}

/// Nodes that work with a chance: the share of trials in which the service is up, against the sum over all sets. Four standard errors, twelve cases.
#[test]
fn chances_of_k_of_n_are_those_of_counting() {
    let chances = [0.9, 0.8, 0.5, 0.95];
    for n in 2..=4_usize {
        for need in 1..=n {
            let nodes: Vec<String> = (0..n).map(|node| format!("n{node} = {{ class = \"c{node}\" }}")).collect();
            let classes: Vec<String> =
                (0..n).map(|node| format!("[classes.c{node}]\nworks = \"{}\"\n", chances[node])).collect();
            let text = format!(
                "horizon = \"100 s\"\nseed = {}\n[sites.s]\nnodes = {{ {} }}\n[services.web]\nreplicas = {{ s = {n} }}\nup = {{ at-least = {need} }}\n{}",
                10 * n + need,
                nodes.join(", "),
                classes.concat()
            );
            let (mut up, mut degree) = (0.0, 0.0);
            for working in 0..1_u32 << n {
                let chance: f64 = (0..n)
                    .map(|node| if working & (1 << node) == 0 { 1.0 - chances[node] } else { chances[node] })
                    .product();
                let spare = f64::from(working.count_ones()) - need as f64;
                up += if spare >= 0.0 { chance } else { 0.0 };
                degree += chance * spare.max(0.0);
            }
            let scenario = scenario(&text);
            service_mean(&scenario, 4000, |tally| 1.0 - tally.down.as_seconds() / tally.horizon.as_seconds())
                .is(up, 4.0);
            service_mean(&scenario, 4000, |tally| tally.degree / tally.horizon.as_seconds()).is(degree, 4.0);
        }
    }
}

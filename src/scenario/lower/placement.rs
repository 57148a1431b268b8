//! Which node hosts which replica at the start.
//!
//! Each service fills nodes from the first one on, whatever other services do, so that adding a service moves no other; only `room` binds them.

use super::topology::Topology;
use crate::id::{Id as _, IdRange, IdVec};
use crate::model::{Class, ClassId, DomainId, Role, UnitId};

/// Nodes below `place` that can host a service: those of `class`, or every compute node.
pub(super) fn hosts(
    tree: &Topology,
    classes: &IdVec<ClassId, Class>,
    place: DomainId,
    class: Option<ClassId>,
) -> Hosts {
    let units = tree.domains[place].units;
    let fits = |class_of: ClassId| match class {
        Some(class) => class_of == class,
        None => classes[class_of].role == Role::Compute,
    };
    // Populations are runs of units in order, so that the cost does not grow with counts.
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let positions = units.positions();
    let mut at = positions.start;
    while at < positions.end {
        let population = &tree.populations[tree.unit_population[UnitId::new(at)]];
        let end = population.units.positions().end.min(positions.end);
        if fits(population.class) {
            match runs.last_mut() {
                Some(last) if last.1 == at => last.1 = end,
                _ => runs.push((at, end)),
            }
        }
        at = end.max(at + 1);
    }
    match runs[..] {
        [] => Hosts::None,
        [(from, to)] => Hosts::Run(IdRange::new(from, to)),
        _ => Hosts::Scattered,
    }
}

/// What was found.
pub(super) enum Hosts {
    /// No node.
    None,
    /// These.
    Run(IdRange<UnitId>),
    /// Other nodes stand in between.
    Scattered,
}

/// Up to `count` of `hosts` below `place`, as far apart as the tree allows: rooms in turn, in each room racks in turn.
pub(super) fn spread(tree: &Topology, place: DomainId, hosts: IdRange<UnitId>, count: usize) -> Vec<UnitId> {
    let (place_domain, hosts_at) = (&tree.domains[place], hosts.positions());
    let clip = |domain: DomainId| {
        let units = tree.domains[domain].units.positions();
        (units.start.max(hosts_at.start), units.end.min(hosts_at.end))
    };
    let (from, to) = clip(place);
    let mut parts: Vec<Vec<UnitId>> = Vec::new();
    let mut child = place.index() + 1;
    let end = place_domain.subtree.positions().end;
    if child == end {
        return (from..to).take(count).map(UnitId::new).collect();
    }
    // With as many parts as replicas the rest can only be second choices.
    while child < end && parts.len() < count {
        let id = DomainId::new(child);
        let (from, to) = clip(id);
        if from < to {
            parts.push(spread(tree, id, hosts, count));
        }
        child = tree.domains[id].subtree.positions().end;
    }
    let longest = parts.iter().map(Vec::len).max().unwrap_or(0);
    let mut order = Vec::with_capacity(count);
    for turn in 0..longest {
        for part in &parts {
            if order.len() == count {
                return order;
            }
            order.extend(part.get(turn));
        }
    }
    order
}

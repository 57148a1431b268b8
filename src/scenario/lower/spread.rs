//! What follows from strikes and failures: how often plant, places and services change, as expectations.

use super::volume::{Places, Roots, Sum, about, times, turns};
use super::waiting::within;
use crate::id::{Id as _, IdVec};
use crate::model::{
    Action, DomainId, FailoverMode, Occurs, Pick, PlantId, PlantKind, Scenario, Service, Threat, ThreatId,
};
use crate::quantity::words::duration;
use crate::quantity::{SECONDS_PER_YEAR, Span};

/// Running effects that are looked through in the time of an event.
const LOOKED_THROUGH: f64 = 100.0;

/// Strikes of each threat: its own, and those that others set off, in the order of the cascades.
fn strikes(scenario: &Scenario) -> IdVec<ThreatId, f64> {
    let horizon = scenario.horizon.as_seconds();
    let mut strikes = IdVec::filled(0.0, scenario.threats.len());
    let mut waits_for: IdVec<ThreatId, u32> = IdVec::filled(0, scenario.threats.len());
    for (id, threat) in scenario.threats.enumerate() {
        strikes[id] = match &threat.occurs {
            Occurs::At(moments) => moments.len() as f64,
            Occurs::Randomly { rate, season: None } => rate.per_second() * horizon,
            // In its season it is more frequent, and a horizon may begin and end in one.
            Occurs::Randomly { rate, season: Some(season) } => {
                rate.per_second() * (horizon / season.lasts).min(horizon + SECONDS_PER_YEAR)
            }
            Occurs::Triggered => 0.0,
        };
        for cascade in &threat.then {
            waits_for[cascade.threat] += 1;
        }
    }
    let mut ready: Vec<ThreatId> = scenario.threats.ids().filter(|id| waits_for[*id] == 0).collect();
    while let Some(id) = ready.pop() {
        for cascade in &scenario.threats[id].then {
            strikes[cascade.threat] += strikes[id] * cascade.chance.get();
            waits_for[cascade.threat] -= 1;
            if waits_for[cascade.threat] == 0 {
                ready.push(cascade.threat);
            }
        }
    }
    strikes
}

/// Units and things that one strike touches.
struct Reach {
    units: f64,
    things: f64,
}

/// Chance that a listed thing is struck: all are, or one of them.
fn share(scenario: &Scenario, threat: &Threat) -> f64 {
    let target = &threat.target;
    match target.pick {
        Pick::All => 1.0,
        Pick::One => {
            let nodes: usize = target.nodes_below.iter().map(|below| scenario.domains[*below].units.len()).sum();
            let listed = target.domains.len() + target.plants.len() + target.links.len() + target.services.len();
            1.0 / (listed + nodes).max(1) as f64
        }
    }
}

/// What one strike touches; a circle is taken to reach every site.
fn reach(scenario: &Scenario, threat: &Threat, parts: &IdVec<DomainId, f64>) -> Reach {
    let (target, share) = (&threat.target, share(scenario, threat));
    let circle = target.circle.iter().flat_map(|circle| circle.sites.iter().map(|(site, _)| *site));
    let mut reach = Reach { units: 0.0, things: (target.links.len() + target.services.len()) as f64 * share };
    for (domain, share) in target.domains.iter().map(|id| (*id, share)).chain(circle.map(|id| (id, 1.0))) {
        let place = &scenario.domains[domain];
        reach.units += (place.units.len() as f64 + parts[domain]) * share;
        reach.things += place.subtree.len() as f64 * share;
    }
    for below in &target.nodes_below {
        reach.units += scenario.domains[*below].units.len() as f64 * share;
    }
    for plant in &target.plants {
        reach.things += share;
        if let PlantKind::Parts { population, .. } = &scenario.plants[*plant].kind {
            reach.units += scenario.populations[*population].units.len() as f64 * share;
        }
    }
    reach.units += target.links.len() as f64 * share;
    reach
}

/// Parts of plant that stand below each domain.
fn parts_below(scenario: &Scenario) -> IdVec<DomainId, f64> {
    let mut parts = IdVec::filled(0.0, scenario.domains.len());
    for plant in &scenario.plants {
        if let (Some(domain), PlantKind::Parts { population, .. }) = (plant.within, &plant.kind) {
            parts[domain] += scenario.populations[*population].units.len() as f64;
        }
    }
    for (id, domain) in scenario.domains.enumerate().rev() {
        if let Some(parent) = domain.parent {
            let below: f64 = parts[id];
            parts[parent] += below;
        }
    }
    parts
}

/// Passing effects that are running at a time.
fn running(scenario: &Scenario, strikes: &IdVec<ThreatId, f64>) -> f64 {
    let horizon = scenario.horizon.as_seconds();
    let mut running = 0.0;
    for (id, threat) in scenario.threats.enumerate() {
        for effect in threat.effects.iter().filter(|effect| !matches!(effect.action, Action::Destroy(_))) {
            running += times(strikes[id], within(&effect.lasts, horizon) / horizon);
        }
    }
    running
}

/// Strikes and what they do at once.
pub(super) fn threats(scenario: &Scenario, places: &Places, roots: &mut Roots, sum: &mut Sum, pending: &mut Sum) {
    let horizon = scenario.horizon.as_seconds();
    roots.strikes = strikes(scenario);
    let parts = parts_below(scenario);
    let running = running(scenario, &roots.strikes);
    for (id, threat) in scenario.threats.enumerate() {
        let (strikes, place) = (roots.strikes[id], places.threats[id.index()]);
        let reach = reach(scenario, threat, &parts);
        let warned = threat.warning > Span::ZERO;
        let mut each = if warned { 2.0 } else { 1.0 };
        let mut kept = strikes.min(1.0);
        for effect in &threat.effects {
            let lasting = times(strikes, within(&effect.lasts, horizon) / horizon);
            let (touched, entries) = match &effect.action {
                Action::Destroy(chance) => (reach.units * (1.0 + chance.get()), reach.units * chance.get()),
                Action::Suspend | Action::Sever | Action::Slow(_) => {
                    (1.0 + 2.0 * reach.things + reach.units, 1.0 + reach.things)
                }
                Action::Spoil(_) => (1.0, 1.0),
            };
            each += touched;
            kept += lasting * entries;
        }
        for cascade in &threat.then {
            kept += times(strikes, within(&cascade.after, horizon) / horizon);
        }
        if matches!(threat.occurs, Occurs::At(_)) {
            kept += strikes;
        }
        each += running / LOOKED_THROUGH;
        sum.add(times(strikes, each), place, |count| {
            let why = match &threat.occurs {
                Occurs::At(moments) => format!("{} moments", moments.len()),
                Occurs::Randomly { rate, .. } if rate.per_second() > 1e-3 => format!("{:.2e} / s", rate.per_second()),
                Occurs::Randomly { rate, .. } => format!("{:.2e} / year", rate.per_year()),
                Occurs::Triggered => "set off by others".to_owned(),
            };
            format!(
                "`{}` would make {count} events in a trial: {} strikes ({why}, over {}), each worth {} events",
                threat.name,
                about(strikes),
                duration(horizon),
                about(each)
            )
        });
        pending.add(kept, place, |count| format!("`{}` would have {count} things struck or awaited", threat.name));
        roots.all += times(strikes, 1.0 + reach.units + reach.things);
        mark(scenario, threat, strikes, roots);
    }
    // From steps along the units to the sum at each of them.
    let mut level = 0.0;
    for step in &mut roots.destroyed {
        level += *step;
        *step = level.max(0.0);
    }
}

/// Notes which domains and units the strikes take down.
fn mark(scenario: &Scenario, threat: &Threat, strikes: f64, roots: &mut Roots) {
    let (target, share) = (&threat.target, share(scenario, threat));
    let circle = target.circle.iter().flat_map(|circle| circle.sites.iter().map(|(site, _)| (*site, 1.0)));
    for (domain, share) in target.domains.iter().map(|id| (*id, share)).chain(circle) {
        roots.struck[domain] += strikes * share;
    }
    for below in &target.nodes_below {
        let units = scenario.domains[*below].units.positions();
        roots.destroyed[units.start] += strikes * share;
        roots.destroyed[units.end] -= strikes * share;
    }
}

/// How often each piece of plant changes.
pub(super) fn plants(scenario: &Scenario, places: &Places, roots: &Roots, sum: &mut Sum) -> IdVec<PlantId, f64> {
    let horizon = scenario.horizon.as_seconds();
    let mut flaps: IdVec<PlantId, f64> = IdVec::filled(0.0, scenario.plants.len());
    for (id, threat) in scenario.threats.enumerate() {
        for plant in &threat.target.plants {
            flaps[*plant] += roots.strikes[id] * share(scenario, threat);
        }
    }
    let mut demands: IdVec<PlantId, f64> = IdVec::filled(0.0, scenario.plants.len());
    for (id, plant) in scenario.plants.enumerate() {
        let mut own = flaps[id] + plant.within.map_or(0.0, |domain| roots.struck[domain]);
        own += plant.needs.iter().map(|need| flaps[*need]).sum::<f64>();
        match &plant.kind {
            PlantKind::Parts { population, .. } => {
                let population = &scenario.populations[*population];
                own += times(population.units.len() as f64, roots.losses[population.class]);
            }
            PlantKind::Gate(gate) => {
                own += gate.of.iter().map(|member| flaps[*member]).sum::<f64>();
                for member in &gate.of {
                    demands[*member] += own.min(roots.all);
                }
            }
        }
        flaps[id] = own.min(roots.all);
        if matches!(plant.kind, PlantKind::Gate(_)) {
            sum.add(flaps[id], places.other(&plant.name), |count| {
                format!("`{}` would run short or full {count} times in a trial", plant.name)
            });
        }
    }
    for (id, plant) in scenario.plants.enumerate() {
        let PlantKind::Parts { population, standby: Some(standby), .. } = &plant.kind else { continue };
        let population = &scenario.populations[*population];
        let class = &scenario.classes[population.class];
        let away = within(&class.repair, horizon) + class.logistics.as_ref().map_or(0.0, |law| within(law, horizon));
        // A start that fails is mended and tried again: at most as often as repairs fit into the horizon.
        let again = (1.0 / standby.starts.get() - 1.0).max(0.0) * demands[id].max(1.0);
        let starts = demands[id] + again.min(turns(horizon, away + standby.delay.as_seconds()));
        sum.add(times(population.units.len() as f64, starts), places.other(&plant.name), |count| {
            format!(
                "`{}` would be started {count} times in a trial: a start works with {} %, a repair takes {}",
                plant.name,
                standby.starts.get() * 100.0,
                duration(class.repair.mean())
            )
        });
    }
    flaps
}

/// How often each domain goes off.
pub(super) fn domains(
    scenario: &Scenario,
    places: &Places,
    roots: &Roots,
    flaps: &IdVec<PlantId, f64>,
    sum: &mut Sum,
) -> IdVec<DomainId, f64> {
    let mut off: IdVec<DomainId, f64> = IdVec::filled(0.0, scenario.domains.len());
    let mut restarts = 0.0;
    for (id, domain) in scenario.domains.enumerate() {
        let around = domain.parent.map_or(0.0, |parent| off[parent]);
        let own = around + roots.struck[id] + domain.needs.iter().map(|need| flaps[*need]).sum::<f64>();
        off[id] = own.min(roots.all);
        // Places that hold others and places that restart make events; the rest is brought up to date with them.
        restarts += off[id];
    }
    sum.add(restarts, places.sites, |count| {
        format!("places would go off and come back {count} times in a trial, for want of what they need")
    });
    off
}

/// Outages of services and what is done about them.
pub(super) fn services(
    scenario: &Scenario,
    places: &Places,
    roots: &Roots,
    (flaps, off): (&IdVec<PlantId, f64>, &IdVec<DomainId, f64>),
    sum: &mut Sum,
) {
    let horizon = scenario.horizon.as_seconds();
    let mut outages = IdVec::filled(0.0, scenario.services.len());
    for (id, threat) in scenario.threats.enumerate() {
        for service in &threat.target.services {
            outages[*service] += roots.strikes[id] * share(scenario, threat);
        }
    }
    let alarms = |service: &Service| service.detection.false_alarms.per_second() * horizon;
    let most = roots.all + scenario.services.iter().map(alarms).sum::<f64>();
    for (id, service) in scenario.services.enumerate() {
        let mut lost = 0.0;
        for replica in scenario.replicas_of(id).iter() {
            let host = scenario.replica_host[replica];
            let class = scenario.populations[scenario.unit_population[host]].class;
            lost += roots.losses[class] + roots.destroyed[host.index()];
            lost += scenario.unit_domain[host].map_or(0.0, |domain| off[domain]);
        }
        let depends: f64 = service.hard.iter().map(|other| outages[*other]).sum();
        let needs: f64 = service.needs.iter().map(|plant| flaps[*plant]).sum();
        let own: f64 = outages[id];
        let down = (own + lost + depends + needs).min(most);
        outages[id] = down;
        let failover = &service.failover;
        let alarms = if alarms(service) > horizon * 1e6 { f64::INFINITY } else { alarms(service) };
        let standby = failover.mode != FailoverMode::ActiveActive;
        let attempts = (1.0 / failover.works.get()).min(1.0 + turns(horizon, within(&failover.switch, horizon)));
        let mut events = lost * if service.reschedule.is_some() { 3.0 } else { 1.0 };
        events += down * f64::from(u8::from(service.start_up.is_some()) + u8::from(service.quorum.is_some()));
        if standby {
            events += alarms + times(down + alarms, 4.0 + attempts);
        }
        sum.add(events, places.service(&service.name), |count| {
            let mut why = format!("its replicas are lost {} times", about(lost));
            if standby && alarms > 0.0 {
                why = format!("{why}, {} false alarms", about(alarms));
            }
            if standby && attempts > 1.5 {
                why = format!("{why}, a failover is tried {} times", about(attempts));
            }
            format!("`{}` would have {count} events in a trial: {why}, over {}", service.name, duration(horizon))
        });
    }
}

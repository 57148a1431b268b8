//! How much there is to do: events of a trial and memory, estimated before anything runs, because a scenario may come from a stranger.
//!
//! Expectations from means, right within a small factor and rather too high; nothing is drawn. What circles could multiply without end is capped
//! by the number of all root events.

use super::Lowering;
use super::spread::{domains, plants, services, threats};
use super::upkeep;
use super::waiting::within;
use crate::id::{Id as _, IdVec};
use crate::model::{Cause, Class, ClassId, Distribution, DomainId, Life, Scenario, ThreatId};
use crate::quantity::words::duration;
use crate::scenario::source::Place;
use crate::scenario::written::read::Item;
use std::collections::BTreeMap;

/// Most events of a trial.
const EVENTS_MAX: f64 = 1e9;
/// Events of a trial that call for patience.
const EVENTS_MANY: f64 = 1e8;
/// Most pending events and things under running effects at once.
const PENDING_MAX: f64 = 1e8;
/// Most pairs of a service and a cause.
const CHARGES_MAX: u64 = 200_000_000;
/// Half a microsecond: what rounding may take from a time, in seconds.
const TICK: f64 = 5e-7;

/// The sum so far and its largest term.
#[derive(Default)]
pub(super) struct Sum {
    total: f64,
    largest: f64,
    place: Place,
    words: String,
}

impl Sum {
    pub(super) fn add(&mut self, events: f64, place: Place, words: impl FnOnce(String) -> String) {
        self.total += events;
        if events > self.largest {
            (self.largest, self.place, self.words) = (events, place, words(about(events)));
        }
    }
}

/// What happens how often in a trial, before it spreads.
pub(super) struct Roots {
    /// Losses of one unit, by class.
    pub(super) losses: IdVec<ClassId, f64>,
    /// By threat.
    pub(super) strikes: IdVec<ThreatId, f64>,
    /// Strikes that switch a domain off and on, by domain.
    pub(super) struck: IdVec<DomainId, f64>,
    /// Destructions of a unit, as steps along the units.
    pub(super) destroyed: Vec<f64>,
    /// Everything together: nothing that follows can change state more often.
    pub(super) all: f64,
}

/// Where the things of a scenario are written.
pub(super) struct Places {
    pub(super) classes: Vec<Place>,
    other: BTreeMap<String, Place>,
    pub(super) threats: Vec<Place>,
    services: BTreeMap<String, Place>,
    datasets: BTreeMap<String, Place>,
    backups: BTreeMap<String, Place>,
    plans: BTreeMap<String, Place>,
    pub(super) sites: Place,
}

impl Lowering<'_> {
    /// Refuses what would run for ever or not fit into memory.
    pub(super) fn volume(&mut self, scenario: &Scenario) {
        let places = self.places();
        let charges = scenario.services.len() as u64 * Cause::count(scenario) as u64;
        if charges > CHARGES_MAX {
            let place = self.file.services.as_ref().map_or_else(Place::default, |services| services.place);
            let message = format!(
                "downtime of {} services would be charged to {} causes each; at most {} pairs",
                super::grouped(scenario.services.len() as u64),
                super::grouped(Cause::count(scenario) as u64),
                super::grouped(CHARGES_MAX)
            );
            self.problems
                .error("too-large", place, message)
                .help("use fewer services, classes, plant, links, datasets or threats: each of these is a cause");
        }
        let (mut events, mut pending) = (Sum::default(), Sum::default());
        let mut roots = units(scenario, &places, &mut events);
        threats(scenario, &places, &mut roots, &mut events, &mut pending);
        let flaps = plants(scenario, &places, &roots, &mut events);
        let off = domains(scenario, &places, &roots, &flaps, &mut events);
        services(scenario, &places, &roots, (&flaps, &off), &mut events);
        upkeep::data(scenario, &places, &roots, &mut events);
        if beyond(events.total, EVENTS_MAX) {
            let message = format!("{}; at most {EVENTS_MAX:e} events a trial", events.words);
            self.problems
                .error("too-many-events", events.place, message)
                .help("check the units, or use a shorter horizon");
        } else if beyond(pending.total, PENDING_MAX) {
            let message = format!("{}; at most {PENDING_MAX:e} at a time", pending.words);
            self.problems
                .error("too-many-events", pending.place, message)
                .help("let it strike less, or last less long");
        } else if events.total > EVENTS_MANY {
            let message = format!("a trial has {} events: {}", about(events.total), events.words);
            self.problems.warn("many-events", events.place, message).help("check the units; a trial may take minutes");
        }
    }

    fn places(&mut self) -> Places {
        let file = self.file;
        let mut other = BTreeMap::new();
        for item in self.items(file.plant.as_ref(), "plant") {
            other.insert(item.name.clone(), item.place);
        }
        for item in self.items(file.links.as_ref(), "links") {
            other.insert(item.name.clone(), item.place);
        }
        Places {
            classes: self.items(file.classes.as_ref(), "classes").iter().map(|item| item.place).collect(),
            other,
            threats: self.items(file.threats.as_ref(), "threats").iter().map(|item| item.place).collect(),
            services: by_name(self.items(file.services.as_ref(), "services")),
            datasets: by_name(self.items(file.datasets.as_ref(), "datasets")),
            backups: by_name(self.items(file.backups.as_ref(), "backups")),
            plans: by_name(self.items(file.plans.as_ref(), "plans")),
            sites: file.sites.as_ref().map_or_else(Place::default, |sites| sites.place),
        }
    }
}

impl Places {
    /// Classes of their own stand behind the written ones and are named as their plant or link.
    fn class(&self, id: ClassId, name: &str) -> Place {
        self.classes.get(id.index()).copied().unwrap_or_else(|| self.other(name))
    }

    pub(super) fn other(&self, name: &str) -> Place {
        self.other.get(name).copied().unwrap_or_default()
    }

    pub(super) fn service(&self, name: &str) -> Place {
        self.services.get(name).copied().unwrap_or_default()
    }

    pub(super) fn dataset(&self, name: &str) -> Place {
        self.datasets.get(name).copied().unwrap_or_default()
    }

    pub(super) fn backup(&self, name: &str) -> Place {
        self.backups.get(name).copied().unwrap_or_default()
    }

    pub(super) fn plan(&self, name: &str) -> Place {
        self.plans.get(name).copied().unwrap_or_default()
    }
}

/// Where things of a kind are written.
fn by_name<T>(items: &[Item<T>]) -> BTreeMap<String, Place> {
    items.iter().map(|item| (item.name.clone(), item.place)).collect()
}

/// What is no number is too many.
fn beyond(count: f64, most: f64) -> bool {
    count > most || count.is_nan()
}

/// How often something of `seconds` fits into the horizon; without end when it takes no time.
pub(super) fn turns(horizon: f64, seconds: f64) -> f64 {
    if seconds > TICK { horizon / (seconds - TICK) } else { f64::INFINITY }
}

/// `0 * infinity` is nothing at all.
pub(super) fn times(count: f64, each: f64) -> f64 {
    if count == 0.0 || each == 0.0 { 0.0 } else { count * each }
}

/// A large number for people.
pub(super) fn about(count: f64) -> String {
    if !count.is_finite() {
        "endlessly many".to_owned()
    } else if count < 1e4 {
        format!("about {}", count.round())
    } else {
        format!("about {}", format!("{count:.1e}").replace(".0e", "e"))
    }
}

/// Failures, scrubs and planned work.
fn units(scenario: &Scenario, places: &Places, sum: &mut Sum) -> Roots {
    let horizon = scenario.horizon.as_seconds();
    let over = duration(horizon);
    // Units, populations, slots of pools and the largest group of a pool, by class.
    let mut sizes: IdVec<ClassId, [f64; 4]> = IdVec::filled([0.0; 4], scenario.classes.len());
    for population in &scenario.populations {
        let units = population.units.len();
        let slots = if units > 8 { units.next_power_of_two() } else { units };
        let size = &mut sizes[population.class];
        size[0] += units as f64;
        size[1] += 1.0;
        size[2] += slots as f64;
        size[3] = size[3].max(if units > 8 { slots as f64 / 2.0 } else { 1.0 });
    }
    let mut losses = IdVec::filled(0.0, scenario.classes.len());
    let mut all = 0.0;
    for (id, class) in scenario.classes.enumerate() {
        let ([units, populations, slots, group], place) = (sizes[id], places.class(id, &class.name));
        if units == 0.0 {
            continue;
        }
        if let Life::Drawn(law) = &class.life {
            let (failures, extra) = failures(class, law, horizon);
            let steps = 1.0 + f64::from(u8::from(class.logistics.is_some()) + u8::from(class.spares.is_some()));
            let hits = match law {
                Distribution::Exponential { mean } if *mean < group * 1e-6 => f64::INFINITY,
                Distribution::Exponential { mean } => slots * horizon / mean,
                _ => units * failures,
            };
            sum.add(hits + times(units, failures * extra * steps), place, |count| {
                let lives = format!("{} to failure, {} to repair", duration(law.mean()), duration(class.repair.mean()));
                let wrong = if extra > 1.0 { ", each repair may break a neighbour" } else { "" };
                format!(
                    "`{}` would break and be mended {count} times in a trial: {} units, {lives}{wrong}, over {over}",
                    class.name,
                    super::grouped(units as u64)
                )
            });
            losses[id] += failures * extra;
        }
        if let Some(latent) = &class.latent {
            sum.add(populations * turns(horizon, latent.scrub_every.as_seconds()), place, |count| {
                let every = duration(latent.scrub_every.as_seconds());
                format!("`{}` would be scrubbed {count} times in a trial: every {every} over {over}", class.name)
            });
        }
        if let Some(maintenance) = &class.maintenance {
            let due = turns(horizon, maintenance.every.as_seconds());
            sum.add(2.0 * units * due, place, |count| {
                let every = duration(maintenance.every.as_seconds());
                let units = super::grouped(units as u64);
                format!(
                    "planned work on `{}` would make {count} events in a trial: {units} units every {every} over {over}",
                    class.name
                )
            });
            losses[id] += due;
        }
        all += times(units, losses[id]);
    }
    Roots {
        losses,
        strikes: IdVec::filled(0.0, scenario.threats.len()),
        struck: IdVec::filled(0.0, scenario.domains.len()),
        destroyed: vec![0.0; scenario.unit_count() + 1],
        all,
    }
}

/// Failures of one unit, and how many losses each makes when a repair may break a neighbour.
fn failures(class: &Class, law: &Distribution, horizon: f64) -> (f64, f64) {
    let away = within(&class.repair, horizon) + class.logistics.as_ref().map_or(0.0, |law| within(law, horizon));
    let failures = turns(horizon, within(law, horizon) + away);
    let failures = if let Distribution::Exponential { mean } = law { failures.min(horizon / mean) } else { failures };
    let chain = class.wrong_repair.map_or(1.0, |wrong| 1.0 / (1.0 - wrong.chance.get()));
    // A chain of wrong repairs goes on at most as long as the horizon, one repair after the other.
    (failures, chain.min(1.0 + turns(horizon, away)))
}

//! How units get mended: logistics, parts, people, hands-on work, human error, planned work.

use super::draw::{Purpose, chance, draw, draw_exponential};
use super::event::{Event, Incarnation};
use super::state::{Origin, Phase, World};
use super::trace::Happening;
use crate::engine::{Rng, TrialKey};
use crate::id::{Id, IdRange};
use crate::model::{ClassId, CrewId, Distribution, PopulationId, PopulationKind, Role, UnitId};
use crate::quantity::{SimTime, Span};

/// The stream of all repairs of a unit, one after the other: its nth takes the same time in every design, at half the cost of a stream a repair.
pub(super) fn repair_stream(trial: TrialKey, unit_key: u64) -> Rng {
    trial.stream(Purpose::Repair as u64, unit_key, 0)
}

/// The next repair time out of a unit's stream, which begins with its first repair in a trial.
#[expect(clippy::inline_always, reason = "see `calm.rs`")]
#[inline(always)]
pub(super) fn next_repair(law: &Distribution, stream: &mut Option<Rng>, begin: impl FnOnce() -> Rng) -> Span {
    match law {
        Distribution::Exponential { mean } => draw_exponential(*mean, stream.get_or_insert_with(begin)),
        Distribution::Fixed { value } => Span::from_seconds(*value),
        law => draw(law, stream.get_or_insert_with(begin)),
    }
}

impl World<'_> {
    /// First step of a repair: travel and paperwork.
    pub(super) fn order_repair(&mut self, population: PopulationId, unit: UnitId) {
        let class = &self.scenario.classes[self.layout.populations[population].class];
        let incarnation = self.units[unit].incarnation;
        match &class.logistics {
            Some(law) => {
                let (key, nth) = (self.layout.unit_key(population, unit), u64::from(self.units[unit].occurrence));
                let delay = draw(law, &mut self.key.stream(Purpose::Logistics as u64, key, nth));
                self.schedule_in(delay, Event::LogisticsDone { unit, incarnation });
            }
            None => self.take_spare(population, unit),
        }
    }

    /// Travel and paperwork are done.
    pub(super) fn logistics_done(&mut self, unit: UnitId, incarnation: Incarnation) {
        if self.units[unit].incarnation == incarnation {
            self.take_spare(self.scenario.unit_population[unit], unit);
        }
    }

    /// Second step: a part.
    fn take_spare(&mut self, population: PopulationId, unit: UnitId) {
        let class = self.layout.populations[population].class;
        let Some(spares) = self.scenario.classes[class].spares else {
            self.take_crew(population, unit);
            return;
        };
        self.tally.scenario.spare_uses += 1;
        self.schedule_in(spares.lead_time, Event::SpareArrives { class }); // one is ordered for each one taken
        if self.spares[class].stock > 0 {
            self.spares[class].stock -= 1;
            self.take_crew(population, unit);
        } else {
            self.tally.scenario.spare_waits += 1;
            self.units[unit].phase = Phase::AwaitsSpare;
            let incarnation = self.units[unit].incarnation;
            self.spares[class].waiting.push_back((unit, incarnation));
            self.note(Happening::AwaitsSpare(unit));
        }
    }

    /// A part arrives: for the one who waits longest, or for the shelf.
    pub(super) fn spare_arrives(&mut self, class: ClassId) {
        while let Some((unit, incarnation)) = self.spares[class].waiting.pop_front() {
            if self.units[unit].incarnation == incarnation {
                self.take_crew(self.scenario.unit_population[unit], unit);
                return;
            }
        }
        self.spares[class].stock += 1;
    }

    /// Third step: people.
    fn take_crew(&mut self, population: PopulationId, unit: UnitId) {
        let class = self.layout.populations[population].class;
        let Some(crew) = self.scenario.classes[class].crew else {
            self.begin_repair(population, unit);
            return;
        };
        if self.crews[crew].busy < self.scenario.crews[crew].people {
            self.occupy(crew, 1);
            self.units[unit].holds_crew = true;
            self.begin_repair(population, unit);
        } else {
            self.units[unit].phase = Phase::AwaitsCrew;
            let incarnation = self.units[unit].incarnation;
            self.crews[crew].waiting.push_back((unit, incarnation));
            self.note(Happening::AwaitsCrew(unit));
        }
    }

    /// Changes the number of people at work, with their hours.
    pub(super) fn occupy(&mut self, crew: CrewId, change: i32) {
        let now = self.now;
        let state = &mut self.crews[crew];
        state.busy_seconds += f64::from(state.busy) * (now - state.since).as_seconds();
        state.since = now;
        state.busy = state.busy.strict_add_signed(change);
    }

    /// Gives the people of a unit to the one who waits longest.
    #[inline(never)]
    pub(super) fn release_crew(&mut self, unit: UnitId) {
        if !std::mem::take(&mut self.units[unit].holds_crew) {
            return;
        }
        let Some(crew) = self.scenario.class_of(unit).crew else { return };
        self.occupy(crew, -1);
        while let Some((next, incarnation)) = self.crews[crew].waiting.pop_front() {
            if self.units[next].incarnation == incarnation {
                self.occupy(crew, 1);
                self.units[next].holds_crew = true;
                self.begin_repair(self.scenario.unit_population[next], next);
                return;
            }
        }
    }

    /// Last step: hands-on repair.
    #[inline]
    pub(super) fn begin_repair(&mut self, population: PopulationId, unit: UnitId) {
        let takes = self.draw_repair(population, unit);
        let state = &mut self.units[unit];
        state.phase = Phase::UnderRepair;
        let incarnation = state.incarnation;
        self.schedule_in(takes, Event::Mended { unit, incarnation });
        self.note(Happening::RepairBegan(unit, takes));
    }

    /// How long the next hands-on repair of a unit takes.
    #[expect(clippy::inline_always, reason = "see `calm.rs`")]
    #[inline(always)]
    pub(super) fn draw_repair(&mut self, population: PopulationId, unit: UnitId) -> Span {
        let law = &self.scenario.classes[self.layout.populations[population].class].repair;
        let (trial, layout) = (self.key, &self.layout);
        next_repair(law, &mut self.repair_streams[unit], || repair_stream(trial, layout.unit_key(population, unit)))
    }

    /// Repair, replacement or planned work is done.
    #[inline]
    pub(super) fn mended(&mut self, unit: UnitId, incarnation: Incarnation) {
        if self.units[unit].incarnation != incarnation {
            return;
        }
        let population = self.scenario.unit_population[unit];
        let was = std::mem::replace(&mut self.units[unit].phase, Phase::Working);
        self.units[unit].hidden = false;
        if was == Phase::Maintained {
            self.maintained(population, unit);
            return;
        }
        self.units[unit].incarnation += 1;
        self.tally.scenario.repairs += 1;
        if self.layout.wants.repairs {
            self.incur_repair(unit);
        }
        self.note(Happening::Repaired(unit));
        if self.layout.populations[population].pool.is_none() {
            self.renew_clock(population, unit);
        }
        self.unit_back(unit);
        self.watcher_back(unit);
        if self.layout.populations[population].pool.is_none() {
            self.start_clock(unit);
        } else if self.layout.populations[population].calm {
            self.resume_hits(population, unit);
        }
        if !self.layout.populations[population].plain_repair {
            self.release_crew(unit);
            self.maybe_wrong(population, unit);
        }
    }

    /// A monitoring node that works again may be the only one.
    #[inline]
    fn watcher_back(&mut self, unit: UnitId) {
        if !self.down.is_empty() && self.scenario.class_of(unit).role == Role::Monitoring {
            self.watchers_back(IdRange::new(unit.index(), unit.index() + 1));
        }
    }

    /// Human error: a repair takes a working neighbour down.
    #[inline(never)]
    fn maybe_wrong(&mut self, population: PopulationId, unit: UnitId) {
        let class = self.layout.populations[population].class;
        let Some(wrong) = self.scenario.classes[class].wrong_repair else { return };
        let (key, nth) = (self.layout.unit_key(population, unit), u64::from(self.units[unit].occurrence));
        if !chance(wrong.chance.get(), &mut self.key.stream(Purpose::WrongRepair as u64, key, nth)) {
            return;
        }
        if let Some(victim) = self.neighbour(unit)
            && self.units[victim].phase == Phase::Working
        {
            let population = self.scenario.unit_population[victim];
            self.forget_hidden(population, victim, false);
            self.stop_clock(victim);
            self.fail(population, victim, Origin::WrongRepair);
        }
    }

    /// The next node in the same rack, or the next part of the same plant wherever that stands, round robin.
    fn neighbour(&self, unit: UnitId) -> Option<UnitId> {
        let population = &self.scenario.populations[self.scenario.unit_population[unit]];
        let units = match (population.kind, self.scenario.unit_domain[unit]) {
            (PopulationKind::Nodes | PopulationKind::Node, Some(domain)) => self.scenario.domains[domain].units,
            _ => population.units,
        };
        let (first, count) = (units.positions().start, units.len());
        (count > 1).then(|| UnitId::new(first + (unit.index() - first + 1) % count))
    }

    /// Plans the next turn of planned work: the units of a population take turns, evenly spaced.
    pub(super) fn schedule_maintenance(&mut self, population: PopulationId) {
        let model = &self.scenario.populations[population];
        if let Some(maintenance) = &self.scenario.classes[model.class].maintenance {
            let turn = u64::from(self.care[population].next_turn) + 1;
            let gap = u128::from(maintenance.every.as_microseconds()) * u128::from(turn) / model.units.len() as u128;
            let at = SimTime::from_microseconds(u64::try_from(gap).unwrap_or(u64::MAX));
            self.schedule(at.max(self.now), Event::MaintenanceDue { population });
        }
    }

    /// The next unit is due.
    pub(super) fn maintenance_due(&mut self, population: PopulationId) {
        let units = self.scenario.populations[population].units;
        let unit = units.nth(self.care[population].next_turn as usize % units.len());
        self.care[population].next_turn += 1;
        self.schedule_maintenance(population);
        let class = self.layout.populations[population].class;
        let Some(maintenance) = &self.scenario.classes[class].maintenance else { return };
        if self.care[population].away >= maintenance.at_a_time {
            if self.care[population].queue.len() < units.len() {
                self.care[population].queue.push_back(unit); // turns go round: a full queue holds every unit once
            }
        } else {
            self.begin_maintenance(population, unit);
        }
    }

    /// Takes a unit away for planned work; one that is broken is skipped this time.
    fn begin_maintenance(&mut self, population: PopulationId, unit: UnitId) {
        if self.units[unit].phase != Phase::Working {
            return;
        }
        let class = &self.scenario.classes[self.layout.populations[population].class];
        let Some(maintenance) = &class.maintenance else { return };
        self.stop_clock(unit);
        self.forget_hidden(population, unit, true);
        let (key, turn) = (self.layout.unit_key(population, unit), u64::from(self.care[population].next_turn));
        let takes = draw(&maintenance.takes, &mut self.key.stream(Purpose::Maintenance as u64, key, turn));
        self.care[population].away += 1;
        self.tally.scenario.maintenances += 1;
        let state = &mut self.units[unit];
        state.phase = Phase::Maintained;
        state.incarnation += 1;
        let incarnation = state.incarnation;
        self.note(Happening::MaintenanceBegan(unit));
        self.unit_lost(unit);
        self.schedule_in(takes.max(Span::from_microseconds(1)), Event::Mended { unit, incarnation });
    }

    /// A hidden failure is dealt with otherwise than by a repair of its own; planned work that finds it mends it, with a new life.
    fn forget_hidden(&mut self, population: PopulationId, unit: UnitId, renews: bool) {
        if std::mem::take(&mut self.units[unit].hidden) {
            self.care[population].hidden.retain(|other| *other != unit);
            if renews {
                self.units[unit].occurrence += 1;
                self.renew_clock(population, unit);
            }
        }
    }

    /// Planned work is done; what was found broken when it began has been mended with it.
    #[cold]
    fn maintained(&mut self, population: PopulationId, unit: UnitId) {
        let class = &self.scenario.classes[self.layout.populations[population].class];
        let renews = class.maintenance.as_ref().is_some_and(|maintenance| maintenance.renews);
        self.note(Happening::MaintenanceEnded(unit));
        self.units[unit].incarnation += 1;
        if renews {
            self.units[unit].occurrence += 1;
            self.renew_clock(population, unit);
        }
        self.unit_back(unit);
        self.watcher_back(unit);
        self.start_clock(unit);
        self.maintenance_slot_free(population);
    }

    /// Lets the next waiting unit have its turn.
    pub(super) fn maintenance_slot_free(&mut self, population: PopulationId) {
        self.care[population].away -= 1;
        while let Some(next) = self.care[population].queue.pop_front() {
            if self.units[next].phase == Phase::Working {
                self.begin_maintenance(population, next);
                return;
            }
        }
    }
}

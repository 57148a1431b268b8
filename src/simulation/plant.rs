//! Shared plant: parts, gates with a store behind them, standby that runs on demand.

use super::draw::{Purpose, chance};
use super::event::{Event, Incarnation};
use super::state::{Origin, Phase, World};
use super::trace::Happening;
use crate::model::{Cause, Gate, PlantId, PlantKind, PopulationId};
use crate::quantity::Span;

impl World<'_> {
    /// Has a piece of plant evaluated once the event at hand is dealt with.
    pub(super) fn touch_plant(&mut self, plant: PlantId) {
        if !self.plants_dirty.contains(&plant) {
            self.plants_dirty.push(plant);
        }
    }

    /// Evaluates all plant, members before gates: the state at the start of a trial.
    pub(super) fn start_plant(&mut self) {
        for plant in self.scenario.plants.ids() {
            self.touch_plant(plant);
        }
        self.settle_plants();
    }

    /// Counts the working parts of a plant anew.
    pub(super) fn recount_plant(&mut self, plant: PlantId) {
        let PlantKind::Parts { population, standby, .. } = &self.scenario.plants[plant].kind else { return };
        let units = &self.units.as_slice()[self.scenario.populations[*population].units.positions()];
        let works = |phase: Phase| phase == Phase::Working;
        self.plants[plant].working = match standby {
            None => units.iter().filter(|unit| works(unit.phase)).count() as u32,
            Some(_) => units.iter().filter(|unit| works(unit.phase) && unit.running).count() as u32,
        };
        self.touch_plant(plant);
        if self.plants[plant].demands > 0 {
            self.start_standby(plant); // a part that came back from repair is asked to run at once
        }
    }

    /// Evaluates plant until nothing changes any more: lowest id first, so members settle before their gates.
    pub(super) fn settle_plants(&mut self) {
        while let Some(position) = (0..self.plants_dirty.len()).min_by_key(|index| self.plants_dirty[*index]) {
            let plant = self.plants_dirty.swap_remove(position);
            self.evaluate_plant(plant);
        }
    }

    /// What a plant contributes to a gate: its working parts one by one, a gate as one.
    fn contribution(&self, plant: PlantId) -> u32 {
        let state = &self.plants[plant];
        if state.suspended > 0 || state.needs_missing > 0 {
            return 0;
        }
        match &self.scenario.plants[plant].kind {
            PlantKind::Parts { .. } => state.working,
            PlantKind::Gate(_) => u32::from(state.delivers),
        }
    }

    fn is_standby(&self, plant: PlantId) -> bool {
        matches!(self.scenario.plants[plant].kind, PlantKind::Parts { standby: Some(_), .. })
    }

    fn evaluate_plant(&mut self, plant: PlantId) {
        let scenario = self.scenario;
        let delivers = match &scenario.plants[plant].kind {
            PlantKind::Parts { need, .. } => self.contribution(plant) >= *need,
            PlantKind::Gate(gate) => self.gate_delivers(plant, gate),
        };
        let changed = self.plants[plant].delivers != delivers;
        self.plants[plant].delivers = delivers;
        self.clocks_dirty = true;
        if changed && !self.is_standby(plant) {
            self.note(if delivers { Happening::PlantBack(plant) } else { Happening::PlantLost(plant) });
        }
        // Gates count parts one by one: they are told of every change, the others only of a change of delivery.
        for nth in 0..self.layout.plant_dependents[plant].plants.len() {
            let other = self.layout.plant_dependents[plant].plants[nth];
            if changed && scenario.plants[other].needs.contains(&plant) {
                self.plants[other].needs_missing =
                    scenario.plants[other].needs.iter().filter(|need| !self.plants[**need].delivers).count() as u32;
            }
            self.touch_plant(other);
        }
        if !changed {
            return;
        }
        for nth in 0..self.layout.plant_dependents[plant].domains.len() {
            let domain = self.layout.plant_dependents[plant].domains[nth];
            let needs = &scenario.domains[domain].needs;
            self.domains[domain].needs_missing =
                needs.iter().filter(|need| !self.plants[**need].delivers).count() as u32;
            self.reassess_domain(domain);
        }
        for nth in 0..self.layout.plant_dependents[plant].services.len() {
            let service = self.layout.plant_dependents[plant].services[nth];
            let needs = &scenario.services[service].needs;
            self.services[service].needs_missing =
                needs.iter().filter(|need| !self.plants[**need].delivers).count() as u32;
            self.touch_service(service);
        }
    }

    /// Supply against need, then the store.
    fn gate_delivers(&mut self, plant: PlantId, gate: &Gate) -> bool {
        if self.plants[plant].suspended > 0 || self.plants[plant].needs_missing > 0 {
            self.demand(plant, gate, false);
            self.leave_store(plant);
            return false;
        }
        let supply = |world: &Self, with_standby: bool| -> u32 {
            let counts = gate.of.iter().filter(|member| with_standby || !world.is_standby(**member));
            counts.map(|member| world.contribution(*member)).sum()
        };
        self.demand(plant, gate, supply(self, false) < gate.need);
        if supply(self, true) >= gate.need {
            self.leave_store(plant);
            return true;
        }
        self.live_on_store(plant, gate)
    }

    /// Begins to live on the store, or goes on; true while there is something in it.
    fn live_on_store(&mut self, plant: PlantId, gate: &Gate) -> bool {
        let now = self.now;
        if self.plants[plant].on_store {
            let state = &self.plants[plant];
            return now - state.store_since < state.store;
        }
        if !self.plants[plant].delivers {
            return false; // once off it stays off until supply is back
        }
        let level = self.store_level(plant, gate);
        if level == Span::ZERO {
            return false;
        }
        let state = &mut self.plants[plant];
        state.on_store = true;
        state.store = level;
        state.store_since = now;
        state.incarnation += 1;
        let incarnation = state.incarnation;
        self.note(Happening::OnStore(plant, level));
        self.schedule_in(level, Event::StoreEmpty { plant, incarnation });
        true
    }

    /// Content of a store that is being filled.
    fn store_level(&self, plant: PlantId, gate: &Gate) -> Span {
        let state = &self.plants[plant];
        if gate.recharge == Span::ZERO {
            return gate.hold_up;
        }
        let filled = (self.now - state.store_since).as_seconds() / gate.recharge.as_seconds();
        let gained = Span::from_seconds(filled.min(1.0) * gate.hold_up.as_seconds());
        (state.store + gained).min(gate.hold_up)
    }

    /// Supply is back: the store begins to fill.
    fn leave_store(&mut self, plant: PlantId) {
        let now = self.now;
        let state = &mut self.plants[plant];
        if std::mem::take(&mut state.on_store) {
            state.store = state.store.saturating_sub(now - state.store_since);
            state.store_since = now;
            state.incarnation += 1;
        }
    }

    /// A store is empty: the gate goes off unless supply came back at this very moment.
    pub(super) fn store_empty(&mut self, plant: PlantId, incarnation: Incarnation) {
        let now = self.now;
        let state = &mut self.plants[plant];
        if state.on_store && state.incarnation == incarnation {
            state.store_since = now;
            state.store = Span::ZERO; // still marked as on the store, now with nothing in it
            self.touch_plant(plant);
        }
    }

    /// A gate asks its standby members to run, or lets them rest.
    fn demand(&mut self, plant: PlantId, gate: &Gate, wanted: bool) {
        if std::mem::replace(&mut self.plants[plant].demanding, wanted) == wanted {
            return;
        }
        for member in &gate.of {
            if !self.is_standby(*member) {
                continue;
            }
            if wanted {
                self.plants[*member].demands += 1;
                self.start_standby(*member);
            } else {
                self.plants[*member].demands -= 1;
                if self.plants[*member].demands == 0 {
                    self.stop_standby(*member);
                }
            }
        }
    }

    fn standby_population(&self, plant: PlantId) -> Option<PopulationId> {
        match &self.scenario.plants[plant].kind {
            PlantKind::Parts { population, standby: Some(_), .. } => Some(*population),
            PlantKind::Parts { standby: None, .. } | PlantKind::Gate(_) => None,
        }
    }

    /// Asks standby plant to start; parts that run or are broken are left alone.
    fn start_standby(&mut self, plant: PlantId) {
        let PlantKind::Parts { population, standby: Some(standby), .. } = &self.scenario.plants[plant].kind else {
            return;
        };
        let parts = self.scenario.populations[*population].units;
        let ready = parts.iter().any(|unit| self.units[unit].phase == Phase::Working && !self.units[unit].running);
        if self.plants[plant].starting || !ready {
            return;
        }
        let state = &mut self.plants[plant];
        state.starting = true;
        state.incarnation += 1;
        let incarnation = state.incarnation;
        self.note(Happening::Starting(plant));
        self.schedule_in(standby.delay, Event::Started { plant, incarnation });
    }

    fn stop_standby(&mut self, plant: PlantId) {
        let Some(population) = self.standby_population(plant) else { return };
        self.plants[plant].starting = false;
        self.plants[plant].incarnation += 1;
        for unit in self.scenario.populations[population].units.iter() {
            self.units[unit].running = false;
            self.stop_clock(unit);
        }
        self.recount_plant(plant);
    }

    /// Standby plant is up to speed: each part runs, or did not start and has failed.
    pub(super) fn standby_started(&mut self, plant: PlantId, incarnation: Incarnation) {
        if !self.plants[plant].starting || self.plants[plant].incarnation != incarnation {
            return;
        }
        self.plants[plant].starting = false;
        let PlantKind::Parts { population, standby: Some(standby), .. } = &self.scenario.plants[plant].kind else {
            return;
        };
        let population = *population;
        for unit in self.scenario.populations[population].units.iter() {
            if self.units[unit].phase != Phase::Working || self.units[unit].running {
                continue;
            }
            if self.units[unit].hidden {
                self.note(Happening::StartFailed(unit));
                self.uncover(unit);
                continue;
            }
            let key = self.layout.unit_key(population, unit);
            self.plants[plant].starts += 1;
            let nth = u64::from(self.plants[plant].starts);
            if chance(standby.starts.get(), &mut self.key.stream(Purpose::Start as u64, key, nth)) {
                self.units[unit].running = true;
                self.start_clock(unit);
            } else {
                self.note(Happening::StartFailed(unit));
                self.fail(population, unit, Origin::Life);
            }
        }
        self.recount_plant(plant);
    }

    /// Causes that keep a plant from delivering: its broken parts, the threats on it, or what it lacks itself.
    pub(super) fn plant_causes(&self, plant: PlantId, causes: &mut Vec<Cause>) {
        let (model, state) = (&self.scenario.plants[plant], &self.plants[plant]);
        if state.suspended > 0 {
            causes.extend(self.plant_suspenders(plant).map(Cause::Threat));
        }
        for need in &model.needs {
            if !self.plants[*need].delivers {
                self.plant_causes(*need, causes);
            }
        }
        match &model.kind {
            PlantKind::Gate(gate) => {
                for member in &gate.of {
                    if !self.plants[*member].delivers {
                        self.plant_causes(*member, causes);
                    }
                }
            }
            PlantKind::Parts { population, .. } => {
                for unit in self.scenario.populations[*population].units.iter() {
                    causes.extend(self.unit_cause(unit).map(|cause| match cause {
                        Cause::Class(_) => Cause::Plant(plant),
                        other => other,
                    }));
                }
            }
        }
        if causes.is_empty() {
            causes.push(Cause::Plant(plant)); // a generator that is still starting, say
        }
    }

    /// Suspends or releases a piece of plant.
    pub(super) fn suspend_plant(&mut self, plant: PlantId, change: i32) {
        self.plants[plant].suspended = self.plants[plant].suspended.strict_add_signed(change);
        self.touch_plant(plant);
    }
}

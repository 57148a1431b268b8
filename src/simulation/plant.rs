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
        // Kept in descending order, so that the lowest id is taken from the end.
        if let Err(place) = self.plants_dirty.binary_search_by(|other| plant.cmp(other)) {
            self.plants_dirty.insert(place, plant);
        }
    }

    /// Evaluates all plant, members before gates: the state at the start of a trial.
    pub(super) fn start_plant(&mut self) {
        self.plants_dirty.clear();
        self.plants_dirty.extend(self.scenario.plants.ids().rev());
        self.settle_plants();
        // Standby plant rests from the first moment on: who needs it directly is told, although nothing has changed.
        for plant in self.scenario.plants.ids() {
            if self.is_standby(plant) && !self.plants[plant].delivers {
                self.tell_dependents(plant);
                self.settle_plants();
            }
        }
    }

    /// Counts the working parts of a plant anew.
    pub(super) fn recount_plant(&mut self, plant: PlantId) {
        let PlantKind::Parts { population, standby, .. } = &self.scenario.plants[plant].kind else { return };
        let units = &mut self.units.as_mut_slice()[self.scenario.populations[*population].units.positions()];
        let works = |phase: Phase| phase == Phase::Working;
        for unit in units.iter_mut().filter(|unit| unit.running && !works(unit.phase)) {
            unit.running = false; // when it is mended it has to be started again
        }
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
        while let Some(plant) = self.plants_dirty.pop() {
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
            PlantKind::Parts { need, standby, .. } => {
                if standby.is_some() {
                    self.follow_demand(plant);
                }
                self.contribution(plant) >= *need
            }
            PlantKind::Gate(gate) => self.gate_delivers(plant, gate),
        };
        let changed = self.plants[plant].delivers != delivers;
        self.plants[plant].delivers = delivers;
        self.clocks_dirty = true;
        if changed && !self.is_standby(plant) {
            self.note(if delivers { Happening::PlantBack(plant) } else { Happening::PlantLost(plant) });
        }
        if changed {
            self.tell_dependents(plant);
        } else {
            // Gates count parts one by one: they are told of every change, the others only of a change of delivery.
            for nth in 0..self.layout.plant_dependents[plant].plants.len() {
                self.touch_plant(self.layout.plant_dependents[plant].plants[nth]);
            }
        }
    }

    /// Tells all that need a plant whether it delivers.
    fn tell_dependents(&mut self, plant: PlantId) {
        let scenario = self.scenario;
        for nth in 0..self.layout.plant_dependents[plant].plants.len() {
            let other = self.layout.plant_dependents[plant].plants[nth];
            self.plants[other].needs_missing = self.missing(&scenario.plants[other].needs);
            self.touch_plant(other);
        }
        for nth in 0..self.layout.plant_dependents[plant].domains.len() {
            let domain = self.layout.plant_dependents[plant].domains[nth];
            self.domains[domain].needs_missing = self.missing(&scenario.domains[domain].needs);
            self.reassess_domain(domain);
        }
        for nth in 0..self.layout.plant_dependents[plant].services.len() {
            let service = self.layout.plant_dependents[plant].services[nth];
            self.services[service].needs_missing = self.missing(&scenario.services[service].needs);
            self.touch_service(service);
        }
    }

    /// How many of these do not deliver.
    fn missing(&self, needs: &[PlantId]) -> u32 {
        needs.iter().filter(|need| !self.plants[**need].delivers).count() as u32
    }

    /// Supply against need, then the store.
    fn gate_delivers(&mut self, plant: PlantId, gate: &Gate) -> bool {
        if self.plants[plant].suspended > 0 || self.plants[plant].needs_missing > 0 {
            self.demand(plant, gate, false);
            self.leave_store(plant);
            return false;
        }
        self.demand(plant, gate, true);
        if gate.of.iter().map(|member| self.contribution(*member)).sum::<u32>() >= gate.need {
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

    /// A gate that can use it asks its standby members to run as long as those before them in its list fall short, and lets the others rest.
    fn demand(&mut self, plant: PlantId, gate: &Gate, able: bool) {
        if !gate.of.iter().any(|member| self.is_standby(*member)) {
            return;
        }
        self.plants[plant].demanding = able;
        for member in &gate.of {
            if self.is_standby(*member) {
                self.follow_demand(*member);
            }
        }
    }

    /// True when a gate falls short without this standby member: with all that does not stand by, and with the standby plant listed before it.
    fn is_short_without(&self, gate: &Gate, member: PlantId) -> bool {
        let always = gate.of.iter().filter(|other| !self.is_standby(**other));
        let before = gate.of.iter().take_while(|other| **other != member).filter(|other| self.is_standby(**other));
        always.chain(before).map(|other| self.contribution(*other)).sum::<u32>() < gate.need
    }

    /// Starts standby plant that some gate asks for and that can run, stops it otherwise.
    fn follow_demand(&mut self, plant: PlantId) {
        let asked = self.layout.plant_dependents[plant].plants.iter().filter(|other| {
            matches!(&self.scenario.plants[**other].kind, PlantKind::Gate(gate)
                if self.plants[**other].demanding && self.is_short_without(gate, plant))
        });
        let able = self.plants[plant].suspended == 0 && self.plants[plant].needs_missing == 0;
        let demands = if able { asked.count() as u32 } else { 0 };
        let before = std::mem::replace(&mut self.plants[plant].demands, demands);
        if demands > 0 && before == 0 {
            self.start_standby(plant);
        } else if demands == 0 && before > 0 {
            self.stop_standby(plant);
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
        }
        self.recount_plant(plant);
        self.follow_clocks_of(population);
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
                self.start_clock(unit); // a clock that always runs is running already
            } else {
                self.note(Happening::StartFailed(unit));
                self.fail(population, unit, Origin::Life);
            }
        }
        self.recount_plant(plant);
    }

    /// Causes that keep a plant from delivering: its broken parts, the threats on it, or what it lacks itself.
    pub(super) fn plant_causes(&self, plant: PlantId, causes: &mut Vec<Cause>) {
        let before = causes.len();
        self.faults(plant, causes);
        if causes.len() == before {
            causes.push(Cause::Plant(plant)); // a generator that is still starting, say
        }
    }

    /// What is broken, struck or at work in a plant and in what it relies on; nothing when it only rests or starts.
    fn faults(&self, plant: PlantId, causes: &mut Vec<Cause>) {
        let (model, state) = (&self.scenario.plants[plant], &self.plants[plant]);
        if state.suspended > 0 {
            causes.extend(self.plant_suspenders(plant).map(Cause::Threat));
        }
        for need in &model.needs {
            if !self.plants[*need].delivers {
                self.faults(*need, causes);
            }
        }
        match &model.kind {
            PlantKind::Gate(gate) => {
                // Parts count one by one: one that is missing is a cause although its plant may still deliver on its own.
                for member in &gate.of {
                    if self.contribution(*member) < self.whole(*member) {
                        self.faults(*member, causes);
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
    }

    /// What a plant contributes to a gate when nothing is wrong with it.
    fn whole(&self, plant: PlantId) -> u32 {
        match &self.scenario.plants[plant].kind {
            PlantKind::Parts { population, .. } => self.scenario.populations[*population].units.len() as u32,
            PlantKind::Gate(_) => 1,
        }
    }

    /// Suspends or releases a piece of plant.
    pub(super) fn suspend_plant(&mut self, plant: PlantId, change: i32) {
        self.plants[plant].suspended = self.plants[plant].suspended.strict_add_signed(change);
        self.touch_plant(plant);
    }
}

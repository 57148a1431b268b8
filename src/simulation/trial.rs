//! The event loop: one trial from its first moment to the end of the horizon.

use super::event::Event;
use super::state::World;
use super::tally::TrialTally;
use super::trace::{Happening, Status, Stretch, Trace};
use crate::model::Scenario;
use crate::quantity::SimTime;

/// A worker's workspace: set up once, then trial after trial.
///
/// Trial `n` under a seed is the same whatever ran before it in the same workspace.
#[derive(Debug)]
pub struct Simulator<'a> {
    world: World<'a>,
}

impl<'a> Simulator<'a> {
    /// A workspace for a scenario.
    #[must_use]
    pub fn new(scenario: &'a Scenario) -> Self {
        Self { world: World::new(scenario) }
    }

    /// Runs one trial and returns what it leaves behind.
    pub fn run(&mut self, seed: u64, trial: u64) -> &TrialTally {
        self.world.reset(seed, trial);
        self.world.trace = None;
        self.world.run();
        &self.world.tally
    }

    /// Runs one trial and writes down what happens.
    pub fn run_traced(&mut self, seed: u64, trial: u64) -> (&TrialTally, Trace) {
        self.run_traced_from(seed, trial, SimTime::ZERO)
    }

    /// Runs one trial and writes down what happens from a moment on, so that a long time before it does not fill the trace.
    pub fn run_traced_from(&mut self, seed: u64, trial: u64, from: SimTime) -> (&TrialTally, Trace) {
        self.world.reset(seed, trial);
        self.world.trace_from = from;
        self.world.trace = Some(Box::new(Trace { trial, ..Trace::default() }));
        self.world.run();
        let mut trace = self.world.trace.take().map(|trace| *trace).unwrap_or_default();
        trace.stretches = stretches(self.world.scenario, &trace);
        (&self.world.tally, trace)
    }
}

impl World<'_> {
    fn run(&mut self) {
        if self.layout.networked {
            self.join_components();
        }
        self.start_units();
        for population in self.scenario.populations.ids() {
            self.schedule_scrub(population);
            self.schedule_maintenance(population);
        }
        self.start_plant();
        self.start_threats();
        self.start_data();
        self.start_services();
        self.settle();
        while let Some(event) = self.next_event() {
            self.handle(event);
            self.settle();
        }
        self.now = self.end;
        self.settle_domains();
        self.settle_data_books();
        self.settle_ledgers();
        self.settle_incurred();
    }

    /// Brings everything that an event touched up to date: most events touch nothing that waits.
    #[inline]
    fn settle(&mut self) {
        let quiet = self.services_dirty.is_empty()
            && self.plants_dirty.is_empty()
            && self.down.is_empty()
            && self.data.dirty.is_empty()
            && !self.plans_wait();
        if !quiet || self.network_dirty || self.clocks_dirty || !self.unplaced.is_empty() {
            self.settle_all();
        }
    }

    /// Plant first, then network, then services.
    #[inline(never)]
    fn settle_all(&mut self) {
        if !self.unplaced.is_empty() && std::mem::take(&mut self.room_made) {
            self.place_again();
        }
        if !self.plants_dirty.is_empty() {
            self.settle_plants();
        }
        if self.network_dirty {
            self.settle_network();
        }
        if !self.data.dirty.is_empty() {
            self.settle_data();
        }
        if !self.services_dirty.is_empty() {
            self.settle_services();
            // Calling on a standby group may have brought hidden failures to light, and with them plant or links; it may have moved data.
            if !self.plants_dirty.is_empty() || self.network_dirty || !self.data.dirty.is_empty() {
                return self.settle_all();
            }
        }
        if self.plans_wait() && self.follow_plans() {
            return self.settle_all();
        }
        if !self.down.is_empty() {
            self.refresh_causes();
        }
        if std::mem::take(&mut self.clocks_dirty) && self.layout.clocks_stop {
            self.follow_clocks();
        }
    }

    /// Pooled failures and repairs are most of all events: their way stays free of the rest.
    #[inline]
    fn handle(&mut self, event: Event) {
        match event {
            Event::PoolHit { group } => self.pool_hit(group),
            Event::Mended { unit, incarnation } => self.mended(unit, incarnation),
            Event::Back { group, incarnation } => self.mended(self.pools[group].unit, incarnation),
            other => self.handle_other(other),
        }
    }

    #[inline(never)]
    fn handle_other(&mut self, event: Event) {
        match event {
            Event::PoolHit { group } => self.pool_hit(group),
            Event::Back { group, incarnation } => self.mended(self.pools[group].unit, incarnation),
            Event::Fails { unit, incarnation } => self.life_ends(unit, incarnation),
            Event::LogisticsDone { unit, incarnation } => self.logistics_done(unit, incarnation),
            Event::Mended { unit, incarnation } => self.mended(unit, incarnation),
            Event::SpareArrives { class } => self.spare_arrives(class),
            Event::Scrub { population } => self.scrub(population),
            Event::MaintenanceDue { population } => self.maintenance_due(population),
            Event::Started { plant, incarnation } => self.standby_started(plant, incarnation),
            Event::StoreEmpty { plant, incarnation } => self.store_empty(plant, incarnation),
            Event::DomainRestarted { domain, incarnation } => self.domain_restarted(domain, incarnation),
            Event::Warns { threat } => self.warn(threat),
            Event::Strikes { threat } => {
                self.strike(threat);
                self.plan_strike(threat);
            }
            Event::SetOff { threat } => self.strike(threat),
            Event::EffectEnds { slot } => self.effect_ends(slot),
            Event::Detected { service, incarnation } => self.detected(service, incarnation),
            Event::Decided { service, incarnation } => self.decided(service, incarnation),
            Event::Switched { service, incarnation } => self.switched(service, incarnation),
            Event::ScaledUp { service, incarnation } => self.scaled_up(service, incarnation),
            Event::Ready { service, incarnation } => self.ready(service, incarnation),
            Event::FailbackDue { service, incarnation } => self.failback_due(service, incarnation),
            Event::FalseAlarm { service } => self.false_alarm(service),
            Event::MoveDue { replica, incarnation } => self.move_due(replica, incarnation),
            Event::Moved { replica, incarnation } => self.moved(replica, incarnation),
            Event::TransferBegins { transfer, incarnation } => self.transfer_begins(transfer, incarnation),
            Event::TransfersArrive { transfer: _, incarnation } => self.transfers_arrive(incarnation),
            Event::DataStep { dataset, incarnation } => self.data_step(dataset, incarnation),
            Event::JobDue { backup } => self.job_due(backup),
            Event::TestRestore { backup } => self.test_restore(backup),
            Event::StaffCalled { staff } => self.staff_called(staff),
            Event::StepMoves { step, incarnation } => self.step_moves(step, incarnation),
            Event::CaughtUp { service, incarnation } => self.caught_up(service, incarnation),
        }
    }
}

/// States of each service over the whole horizon, from the changes in a trace.
fn stretches(scenario: &Scenario, trace: &Trace) -> Vec<Vec<Stretch>> {
    let end = SimTime::ZERO + scenario.horizon;
    let of = |service| {
        let mut list = Vec::new();
        let (mut from, mut status) = (SimTime::ZERO, Status::Up);
        for entry in &trace.entries {
            if let Happening::Became(other, becomes, _) = entry.what
                && other == service
            {
                if entry.at > from {
                    list.push(Stretch { from, to: entry.at, status });
                }
                (from, status) = (entry.at, becomes);
            }
        }
        list.push(Stretch { from, to: end, status });
        list
    };
    scenario.services.ids().map(of).collect()
}

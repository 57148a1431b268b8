//! What a trial leaves behind for the account: what happened that costs money, and how much was used of what is billed.
//!
//! Knows no price. Nothing is written down when the scenario has none.

use super::state::World;
use super::trace::Status;
use crate::id::IdVec;
use crate::model::{ClassId, DatasetId, LinkId, Scenario, ServiceId, StoreId, UnitId};
use crate::quantity::{SECONDS_PER_YEAR, SimTime, Span};

/// A year of the account, 365.25 days.
pub const YEAR: Span = Span::from_microseconds(31_557_600_000_000);

/// Data that nothing brings back.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DataLoss {
    /// Whose.
    pub dataset: DatasetId,
    /// When they were lost.
    pub at: SimTime,
    /// How much.
    pub bytes: f64,
    /// Age of the point that came back; `None` when nothing did.
    pub age: Option<Span>,
}

/// A stretch in which a service ran at another group than its first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Away {
    /// Which service.
    pub service: ServiceId,
    /// Position of the group in its list.
    pub group: usize,
    /// Since when.
    pub from: SimTime,
    /// Until when.
    pub to: SimTime,
}

/// What one trial leaves for the account; empty for a scenario without prices.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Incurred {
    /// Losses of data, in the order in which they were booked.
    pub losses: Vec<DataLoss>,
    /// Restores that were begun, every attempt.
    pub restores: Vec<(DatasetId, SimTime)>,
    /// Bytes that a restore read from a store, and when it had them.
    pub retrieved: Vec<(StoreId, SimTime, f64)>,
    /// Stretches away from the first group.
    pub away: Vec<Away>,
    /// Repairs done by year of the trial, the last one perhaps not whole; empty unless a repair has a price.
    pub repairs: IdVec<ClassId, Vec<u64>>,
    /// Bytes that crossed each link, forwards and backwards; empty unless that has a price.
    pub carried: IdVec<LinkId, [f64; 2]>,
    /// Energy that work drew beyond that of idle nodes, watt-hours.
    pub work_watt_hours: f64,
}

impl Incurred {
    pub(super) fn new(scenario: &Scenario, wants: &Wants) -> Self {
        let years = libm::ceil(scenario.horizon.as_seconds() / SECONDS_PER_YEAR) as usize;
        Self {
            repairs: IdVec::filled(vec![0; years], if wants.repairs { scenario.classes.len() } else { 0 }),
            carried: IdVec::filled([0.0; 2], if wants.carried { scenario.links.len() } else { 0 }),
            ..Self::default()
        }
    }

    pub(super) fn reset(&mut self) {
        self.losses.clear();
        self.restores.clear();
        self.retrieved.clear();
        self.away.clear();
        self.repairs.iter_mut().for_each(|years| years.fill(0));
        self.carried.as_mut_slice().fill([0.0; 2]);
        self.work_watt_hours = 0.0;
    }
}

/// What the account of a scenario asks of the simulation.
#[derive(Clone, Debug, Default)]
pub(super) struct Wants {
    /// The scenario has prices.
    pub any: bool,
    pub repairs: bool,
    /// What crosses links.
    pub carried: bool,
    /// Microwatts of a node of each class that is fully busy beyond those of an idle one; empty unless energy is billed and work draws more.
    pub busy: IdVec<ClassId, u64>,
}

impl Wants {
    pub fn of(scenario: &Scenario) -> Self {
        let Some(prices) = &scenario.prices else { return Self::default() };
        let mut busy = IdVec::new();
        if let Some(energy) = prices.energy.as_ref().filter(|it| it.nodes.iter().any(|(_, it)| it.busy > it.idle)) {
            busy = IdVec::filled(0, scenario.classes.len());
            for (class, watts) in &energy.nodes {
                busy[*class] = libm::rint((watts.busy - watts.idle).max(0.0) * 1e6) as u64;
            }
        }
        Self { any: true, repairs: !prices.repairs.is_empty(), carried: !prices.carried.is_empty(), busy }
    }
}

/// Power that work draws now, and what it drew so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    since: SimTime,
    microwatts: u64,
    /// Microwatts times microseconds: whole numbers, so that the order of changes leaves no trace.
    drawn: u128,
    by_unit: IdVec<UnitId, u64>,
}

impl Meter {
    pub fn new(scenario: &Scenario, wants: &Wants) -> Self {
        let units = if wants.busy.is_empty() { 0 } else { scenario.unit_count() };
        Self { by_unit: IdVec::filled(0, units), ..Self::default() }
    }

    pub fn reset(&mut self) {
        (self.since, self.microwatts, self.drawn) = (SimTime::ZERO, 0, 0);
        self.by_unit.as_mut_slice().fill(0);
    }

    fn advance(&mut self, now: SimTime) {
        self.drawn += u128::from(self.microwatts) * u128::from((now - self.since).as_microseconds());
        self.since = now;
    }

    fn set(&mut self, now: SimTime, unit: UnitId, draws: u64) {
        let was = std::mem::replace(&mut self.by_unit[unit], draws);
        if was != draws {
            self.advance(now);
            self.microwatts = self.microwatts - was + draws;
        }
    }

    /// Watt-hours until `now`.
    fn read(&mut self, now: SimTime) -> f64 {
        self.advance(now);
        self.drawn as f64 / 3.6e15
    }
}

impl World<'_> {
    /// A unit was mended or replaced.
    #[cold]
    pub(super) fn incur_repair(&mut self, unit: UnitId) {
        let class = self.scenario.populations[self.scenario.unit_population[unit]].class;
        let year = (self.now.as_microseconds() / YEAR.as_microseconds()) as usize;
        if let Some(repairs) = self.tally.incurred.repairs[class].get_mut(year) {
            *repairs += 1;
        }
    }

    /// Data are lost for good.
    pub(super) fn incur_loss(&mut self, loss: DataLoss) {
        if self.layout.wants.any {
            self.tally.incurred.losses.push(loss);
        }
    }

    /// A restore begins.
    pub(super) fn incur_restore(&mut self, dataset: DatasetId) {
        if self.layout.wants.any {
            self.tally.incurred.restores.push((dataset, self.now));
        }
    }

    /// A restore has read bytes from a store.
    pub(super) fn incur_retrieval(&mut self, store: StoreId, bytes: u64) {
        if self.layout.wants.any && bytes > 0 {
            self.tally.incurred.retrieved.push((store, self.now, bytes as f64));
        }
    }

    /// A service leaves the group at which it ran, or the trial ends.
    pub(super) fn incur_away(&mut self, service: ServiceId) {
        let state = &mut self.services[service];
        let (group, from, to) = (state.active, state.active_since, self.now);
        state.active_since = to;
        if self.layout.wants.any && group > 0 && to > from {
            self.tally.incurred.away.push(Away { service, group, from, to });
        }
    }

    /// Something about a service has changed: so may have what its hosts draw.
    pub(super) fn meter(&mut self, service: ServiceId) {
        for replica in self.scenario.replicas_of(service).iter() {
            let host = self.replicas[replica].host;
            let draws = self.draws_for_work(host);
            self.meter.set(self.now, host, draws);
        }
    }

    /// Microwatts that a node draws for the replicas that serve on it, beyond what it draws when idle.
    fn draws_for_work(&self, unit: UnitId) -> u64 {
        let class = self.scenario.populations[self.scenario.unit_population[unit]].class;
        let (most, mut used) = (self.layout.wants.busy[class], 0.0);
        let mut next = self.units[unit].hosted;
        while let Some(replica) = next {
            let now = &self.replicas[replica];
            let state = &self.services[now.service];
            let serves = now.available && (!self.layout.standby[now.service] || state.active == now.group as usize);
            if serves && state.status != Status::Down {
                let loaded = self.scenario.services[now.service].load.is_some();
                used += if loaded { state.utilised } else { 1.0 };
            }
            next = now.next;
        }
        libm::rint(f64::min(used, 1.0) * most as f64) as u64
    }

    /// Closes what is still open at the end of a trial.
    pub(super) fn settle_incurred(&mut self) {
        if !self.layout.wants.any {
            return;
        }
        for service in self.scenario.services.ids() {
            self.incur_away(service);
        }
        self.settle_transfers();
        self.tally.incurred.work_watt_hours = self.meter.read(self.now);
    }
}

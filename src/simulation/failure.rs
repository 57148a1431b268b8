//! How units break: pooled hits, own lives, hidden failures, and the accounting of what no longer works.

use super::draw::{Purpose, chance, draw, equilibrium_residual, remaining};
use super::event::{Event, GroupId, Incarnation};
use super::state::{Origin, Phase, RunningPool, World};
use super::trace::{Happening, Status};
use crate::engine::Pool;
use crate::id::Id;
use crate::model::{Age, DomainId, Life, PlantKind, PopulationId, PopulationKind, ServiceId, UnitId};
use crate::quantity::{SimTime, Span};

impl World<'_> {
    /// Ages and first failures of all units.
    pub(super) fn start_units(&mut self) {
        for population in self.scenario.populations.ids() {
            match self.scenario.classes[self.scenario.populations[population].class].life.clone() {
                Life::Endless => {}
                Life::Static(works) => self.start_static(population, works.get()),
                Life::Drawn(law) => {
                    if let Some(pool) = self.layout.populations[population].pool {
                        self.start_pool(population, pool);
                    } else {
                        for unit in self.scenario.populations[population].units.iter() {
                            self.start_life(population, unit, &law);
                        }
                    }
                }
            }
        }
    }

    fn start_static(&mut self, population: PopulationId, works: f64) {
        for unit in self.scenario.populations[population].units.iter() {
            let mut rng = self.key.stream(Purpose::Static as u64, self.layout.unit_key(population, unit), 0);
            if !chance(works, &mut rng) {
                self.units[unit].phase = Phase::Dead;
                self.unit_lost(unit);
            }
        }
    }

    fn start_pool(&mut self, population: PopulationId, pool: Pool) {
        let plan = &self.layout.populations[population];
        let (key, first, calm, guarded) = (plan.key, plan.first, plan.calm, plan.only_while_operating);
        let (keeps, repair) = (plan.keeps, &self.scenario.classes[plan.class].repair);
        for nth in 0..pool.groups() {
            let group = pool.start(nth, self.key, Purpose::Pool as u64, key);
            let (turns, unit) = (calm && group.is_single(), UnitId::new(first.index() + group.first() as usize));
            let (next_hit, victim, aside) = (SimTime::ZERO, Some(unit), false);
            let mut pool = RunningPool {
                group,
                population,
                repair,
                first,
                guarded,
                calm,
                keeps,
                turns,
                unit,
                next_hit,
                victim,
                aside,
            };
            let hit = pool.draw_hit(SimTime::ZERO);
            let group = self.pools.push(pool);
            self.care[population].groups.get_or_insert(group);
            self.schedule(hit, Event::PoolHit { group });
        }
        let class = self.scenario.populations[population].class;
        if self.scenario.classes[class].age == Age::Stationary && !self.layout.populations[population].standby {
            let share = self.share_down(population);
            let first = self.layout.populations[population].first.index();
            let mut down = Vec::new();
            let mut rng = self.key.stream(Purpose::InitialState as u64, key, 0);
            pool.found_down(share, &mut rng, |slot| down.push(UnitId::new(first + slot as usize)));
            for unit in down {
                self.start_under_repair(population, unit);
            }
        }
    }

    /// Long-run share of time under repair: mean repair over mean cycle, waiting for people and parts not counted.
    fn share_down(&self, population: PopulationId) -> f64 {
        let class = &self.scenario.classes[self.scenario.populations[population].class];
        let repair = class.repair.mean() + class.logistics.as_ref().map_or(0.0, crate::model::Distribution::mean);
        match &class.life {
            Life::Drawn(law) => repair / (repair + law.mean()),
            Life::Endless | Life::Static(_) => 0.0,
        }
    }

    fn start_under_repair(&mut self, population: PopulationId, unit: UnitId) {
        let class = &self.scenario.classes[self.scenario.populations[population].class];
        let mut rng = self.key.stream(Purpose::InitialState as u64, self.layout.unit_key(population, unit), 1);
        // Met at a random moment it is on the way with the share of the way in the whole, and then all hands-on work is still to come.
        let left = match &class.logistics {
            Some(way) if chance(way.mean() / (way.mean() + class.repair.mean()), &mut rng) => {
                equilibrium_residual(way, &mut rng) + draw(&class.repair, &mut rng)
            }
            _ => equilibrium_residual(&class.repair, &mut rng),
        };
        let state = &mut self.units[unit];
        state.phase = Phase::UnderRepair;
        state.incarnation += 1;
        let incarnation = state.incarnation;
        self.unit_lost(unit);
        self.schedule(SimTime::ZERO + left, Event::Mended { unit, incarnation });
    }

    fn start_life(&mut self, population: PopulationId, unit: UnitId, law: &crate::model::Distribution) {
        let class = &self.scenario.classes[self.scenario.populations[population].class];
        let mut rng = self.key.stream(Purpose::InitialState as u64, self.layout.unit_key(population, unit), 0);
        let left = match class.age {
            Age::New => {
                self.renew_clock(population, unit);
                self.start_clock(unit);
                return;
            }
            Age::Of(age) => remaining(law, age, &mut rng),
            Age::Stationary if chance(self.share_down(population), &mut rng) => {
                self.start_under_repair(population, unit);
                return;
            }
            Age::Stationary => equilibrium_residual(law, &mut rng),
        };
        self.clocks[unit].left = left;
        self.start_clock(unit);
    }

    /// A group of a pool is hit: one of its slots, if that is there and at work.
    #[inline]
    pub(super) fn pool_hit(&mut self, group: GroupId) {
        let pool = &mut self.pools[group];
        let (population, victim, guarded, turns) = (pool.population, pool.victim, pool.guarded, pool.turns);
        let hit = pool.draw_hit(self.now);
        let strikes = |unit: &UnitId| {
            let state = &self.units[*unit];
            state.phase == Phase::Working && !state.hidden && (!guarded || self.operates(*unit))
        };
        let victim = victim.filter(strikes);
        if turns && victim.is_some() {
            self.pools[group].aside = true;
        } else {
            self.schedule(hit, Event::PoolHit { group });
        }
        if let Some(unit) = victim {
            self.fail(population, unit, Origin::Life);
        }
    }

    /// What a failed unit stored is lost with the chance of its class.
    #[inline(never)]
    fn data_of_failed(&mut self, unit: UnitId) {
        if !self.data.held[unit].is_empty() && self.loses_data(unit) {
            self.unit_data_lost(unit);
        }
    }

    /// True when a failed unit has lost what it stored.
    pub(super) fn loses_data(&self, unit: UnitId) -> bool {
        let population = self.scenario.unit_population[unit];
        let loses = self.scenario.class_of(unit).loses_data.get();
        let (key, nth) = (self.layout.unit_key(population, unit), u64::from(self.units[unit].occurrence));
        loses >= 1.0 || chance(loses, &mut self.key.stream(Purpose::LosesData as u64, key, nth))
    }

    /// The life of a unit with a clock of its own ends.
    pub(super) fn life_ends(&mut self, unit: UnitId, incarnation: Incarnation) {
        let state = &mut self.units[unit];
        if state.incarnation != incarnation || state.phase != Phase::Working || state.hidden {
            return;
        }
        state.ticking = false;
        self.fail(self.scenario.unit_population[unit], unit, Origin::Life);
    }

    /// A working unit breaks.
    #[inline]
    pub(super) fn fail(&mut self, population: PopulationId, unit: UnitId, origin: Origin) {
        self.tally.scenario.failures += 1;
        let state = &mut self.units[unit];
        state.incarnation += 1;
        state.occurrence += 1;
        state.origin = origin;
        state.ticking = false;
        let class = self.layout.populations[population].class;
        if origin == Origin::Life
            && !self.layout.populations[population].plain_repair
            && let Some(latent) = self.scenario.classes[class].latent
        {
            let (key, nth) = (self.layout.unit_key(population, unit), u64::from(self.units[unit].occurrence));
            if chance(latent.share.get(), &mut self.key.stream(Purpose::Latent as u64, key, nth)) {
                self.units[unit].hidden = true;
                self.care[population].hidden.push(unit);
                self.note(Happening::FailedUnseen(unit));
                return;
            }
        }
        self.note(match origin {
            Origin::Life => Happening::Failed(unit),
            Origin::WrongRepair => Happening::TakenDown(unit),
            Origin::Threat(threat) => Happening::Destroyed(unit, threat),
        });
        self.break_down(population, unit);
    }

    /// A failure becomes effective: the unit stops and its repair begins.
    #[inline]
    fn break_down(&mut self, population: PopulationId, unit: UnitId) {
        if self.layout.populations[population].plain_repair {
            self.units[unit].phase = Phase::UnderRepair;
            self.unit_lost(unit);
            if self.data.any {
                self.data_of_failed(unit);
            }
            self.begin_repair(population, unit);
        } else {
            self.units[unit].phase = Phase::AwaitsLogistics;
            self.unit_lost(unit);
            if self.data.any {
                self.data_of_failed(unit);
            }
            self.order_repair(population, unit);
        }
    }

    /// A hidden failure comes to light.
    pub(super) fn uncover(&mut self, unit: UnitId) {
        if !std::mem::take(&mut self.units[unit].hidden) {
            return;
        }
        let population = self.scenario.unit_population[unit];
        self.care[population].hidden.retain(|other| *other != unit);
        self.note(Happening::Uncovered(unit));
        self.break_down(population, unit);
    }

    /// All hidden failures of a population come to light.
    pub(super) fn scrub(&mut self, population: PopulationId) {
        for unit in std::mem::take(&mut self.care[population].hidden) {
            self.uncover(unit);
        }
        self.schedule_scrub(population);
    }

    /// Plans the next scrub.
    pub(super) fn schedule_scrub(&mut self, population: PopulationId) {
        let class = self.scenario.populations[population].class;
        if let Some(latent) = self.scenario.classes[class].latent {
            self.schedule_in(latent.scrub_every.max(Span::from_microseconds(1)), Event::Scrub { population });
        }
    }

    /// Accounts for a unit that stopped working.
    #[inline]
    pub(super) fn unit_lost(&mut self, unit: UnitId) {
        if let Some(domain) = self.place_of_node(unit) {
            self.domains[domain].failed += 1;
            self.recount_domain(domain);
        }
        self.unit_changed(unit);
    }

    /// Accounts for a unit that works again.
    #[inline]
    pub(super) fn unit_back(&mut self, unit: UnitId) {
        self.room_made = true;
        if let Some(domain) = self.place_of_node(unit) {
            self.domains[domain].failed -= 1;
            self.recount_domain(domain);
        }
        self.unit_changed(unit);
    }

    /// The domain that counts a unit among its nodes.
    #[inline]
    fn place_of_node(&self, unit: UnitId) -> Option<DomainId> {
        self.scenario.unit_domain[unit].filter(|_| self.layout.is_node(self.scenario.unit_population[unit]))
    }

    /// Tells those who rely on a unit.
    #[inline]
    pub(super) fn unit_changed(&mut self, unit: UnitId) {
        match self.layout.populations[self.scenario.unit_population[unit]].kind {
            PopulationKind::Nodes | PopulationKind::Node => {
                let mut next = self.units[unit].hosted;
                while let Some(replica) = next {
                    next = self.replicas[replica].next;
                    self.refresh_replica(replica);
                }
                if self.data.any {
                    self.host_changed(unit);
                }
            }
            PopulationKind::Plant(plant) => self.recount_plant(plant),
            PopulationKind::Link(link) => {
                self.links[link].line_down = self.units[unit].phase != Phase::Working;
                self.network_dirty = true;
            }
        }
    }

    /// True while a unit is in use: what "operating" means for its age.
    pub(super) fn operates(&self, unit: UnitId) -> bool {
        let state = &self.units[unit];
        if state.phase != Phase::Working || state.hidden {
            return false;
        }
        match self.layout.populations[self.scenario.unit_population[unit]].kind {
            PopulationKind::Plant(plant) => {
                let now = &self.plants[plant];
                let standby = matches!(self.scenario.plants[plant].kind, PlantKind::Parts { standby: Some(_), .. });
                (!standby || state.running) && now.suspended == 0 && now.needs_missing == 0
            }
            PopulationKind::Link(link) => self.links[link].up,
            PopulationKind::Nodes | PopulationKind::Node => {
                if self.scenario.unit_domain[unit].is_some_and(|domain| self.domains[domain].off) {
                    return false;
                }
                let mut next = state.hosted;
                let hosts = next.is_some();
                while let Some(replica) = next {
                    if self.services[self.scenario.replica_home[replica].0].status != Status::Down {
                        return true;
                    }
                    next = self.replicas[replica].next;
                }
                !hosts
            }
        }
    }

    /// Draws a new life for a unit with a clock of its own; the clock stands.
    pub(super) fn renew_clock(&mut self, population: PopulationId, unit: UnitId) {
        let class = &self.scenario.classes[self.scenario.populations[population].class];
        if let (Life::Drawn(law), None) = (&class.life, self.layout.populations[population].pool) {
            let (key, nth) = (self.layout.unit_key(population, unit), u64::from(self.units[unit].occurrence));
            self.clocks[unit].left = draw(law, &mut self.key.stream(Purpose::Life as u64, key, nth));
        }
    }

    /// Starts the clock of a unit, if it has one and it may run now.
    pub(super) fn start_clock(&mut self, unit: UnitId) {
        let population = self.scenario.unit_population[unit];
        let plan = &self.layout.populations[population];
        let class = &self.scenario.classes[self.scenario.populations[population].class];
        if plan.pool.is_some() || !matches!(class.life, Life::Drawn(_)) || self.units[unit].ticking {
            return;
        }
        if plan.only_while_operating && !self.operates(unit) {
            return;
        }
        self.units[unit].ticking = true;
        self.units[unit].incarnation += 1;
        self.clocks[unit].since = self.now;
        let incarnation = self.units[unit].incarnation;
        self.schedule_in(self.clocks[unit].left, Event::Fails { unit, incarnation });
    }

    /// Stops a running clock and keeps what is left.
    pub(super) fn stop_clock(&mut self, unit: UnitId) {
        if std::mem::take(&mut self.units[unit].ticking) {
            self.units[unit].incarnation += 1;
            let clock = &mut self.clocks[unit];
            clock.left = clock.left.saturating_sub(self.now - clock.since);
        }
    }

    /// Lets the clocks that run only while operating follow what just changed.
    pub(super) fn follow_clocks(&mut self) {
        for population in self.scenario.populations.ids() {
            self.follow_clocks_of(population);
        }
    }

    /// The same for one population.
    pub(super) fn follow_clocks_of(&mut self, population: PopulationId) {
        for unit in self.scenario.populations[population].units.iter() {
            self.follow_clock(unit);
        }
    }

    /// The same for the hosts of a service whose state changed.
    pub(super) fn follow_hosts(&mut self, service: ServiceId) {
        for replica in self.scenario.replicas_of(service).iter() {
            self.follow_clock(self.replicas[replica].host);
        }
    }

    fn follow_clock(&mut self, unit: UnitId) {
        let plan = &self.layout.populations[self.scenario.unit_population[unit]];
        if plan.pool.is_none() && plan.only_while_operating && self.units[unit].phase == Phase::Working {
            if self.operates(unit) { self.start_clock(unit) } else { self.stop_clock(unit) }
        }
    }
}

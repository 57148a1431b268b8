//! Threats: when they strike, what they hit, and what passes again.

use super::draw::{Purpose, chance, draw};
use super::event::{Event, SlotId};
use super::state::{Origin, Phase, Running, World};
use super::trace::Happening;
use crate::engine::Rng;
use crate::id::Id;
use crate::model::{
    Action, Coordinates, DomainId, Effect, LinkId, Occurs, Pick, PlantId, PlantKind, Season, ServiceId, ThreatId,
    UnitId,
};
use crate::quantity::{MICROSECONDS_PER_SECOND, Rate, SECONDS_PER_YEAR, SimTime, Span};
use rand::RngExt as _;
use rand_distr::{Distribution as _, Exp1};

/// What one strike hits.
#[derive(Debug, Default)]
struct Struck {
    domains: Vec<DomainId>,
    nodes: Vec<UnitId>,
    plants: Vec<PlantId>,
    links: Vec<LinkId>,
    services: Vec<ServiceId>,
}

impl World<'_> {
    /// Plans the first strike of every threat.
    pub(super) fn start_threats(&mut self) {
        for threat in self.scenario.threats.ids() {
            match &self.scenario.threats[threat].occurs {
                Occurs::At(times) => {
                    for at in times {
                        self.announce(threat, *at, Event::Strikes { threat });
                    }
                }
                Occurs::Randomly { .. } => {
                    let key = self.layout.threat_keys[threat];
                    self.threats[threat].arrivals = Some(self.key.stream(Purpose::Strike as u64, key, 0));
                    self.plan_strike(threat);
                }
                Occurs::Triggered => {}
            }
        }
    }

    /// Plans the next strike of a stochastic threat.
    pub(super) fn plan_strike(&mut self, threat: ThreatId) {
        let Occurs::Randomly { rate, season } = &self.scenario.threats[threat].occurs else { return };
        let now = self.now;
        let Some(arrivals) = &mut self.threats[threat].arrivals else { return };
        let at = next_strike(now, *rate, *season, arrivals);
        self.announce(threat, at, Event::Strikes { threat });
    }

    /// Schedules a strike, and its warning before it.
    fn announce(&mut self, threat: ThreatId, at: SimTime, strike: Event) {
        let warning = self.scenario.threats[threat].warning;
        if warning > Span::ZERO && at < SimTime::NEVER {
            let warned = at.as_microseconds().saturating_sub(warning.as_microseconds());
            self.schedule(SimTime::from_microseconds(warned).max(self.now), Event::Warns { threat });
        }
        self.schedule(at, strike);
    }

    /// A threat is announced: services that stand in its way and can move, move.
    pub(super) fn warn(&mut self, threat: ThreatId) {
        let model = &self.scenario.threats[threat];
        self.note(Happening::Warned(threat, model.warning));
        let mut threatened = match model.target.pick {
            Pick::All => model.target.domains.clone(),
            Pick::One => Vec::new(), // nobody knows yet where it will strike
        };
        if let Some(circle) = model.target.circle.as_ref().filter(|circle| circle.scatter_km <= 0.0) {
            let inside = circle.sites.iter().filter(|(_, at)| distance_km(circle.around, *at) <= circle.radius_km);
            threatened.extend(inside.map(|(domain, _)| *domain));
        }
        self.evacuate(&threatened);
    }

    /// A threat strikes.
    pub(super) fn strike(&mut self, threat: ThreatId) {
        let nth = self.threats[threat].strikes;
        self.threats[threat].strikes += 1;
        self.tally.scenario.strikes[threat.index()] += 1;
        self.note(Happening::Struck(threat));
        self.call_up_plans(threat, false);
        let struck = self.struck(threat, nth);
        // Destruction first: what is gone is not merely away, whatever the order in which the effects are written.
        let effects = &self.scenario.threats[threat].effects;
        for destroys in [true, false] {
            for (index, effect) in effects.iter().enumerate() {
                if matches!(effect.action, Action::Destroy(_)) == destroys {
                    self.apply(threat, nth, index, &struck);
                }
            }
        }
        for (index, cascade) in self.scenario.threats[threat].then.iter().enumerate() {
            let key = self.layout.threat_keys[threat].wrapping_add(index as u64);
            let mut rng = self.key.stream(Purpose::Cascade as u64, key, u64::from(nth));
            if chance(cascade.chance.get(), &mut rng) {
                let after = draw(&cascade.after, &mut rng);
                let threat = cascade.threat;
                self.announce(threat, self.now + after, Event::SetOff { threat });
            }
        }
    }

    /// What the strike hits.
    fn struck(&mut self, threat: ThreatId, nth: u32) -> Struck {
        let target = &self.scenario.threats[threat].target;
        let mut rng = self.key.stream(Purpose::Victim as u64, self.layout.threat_keys[threat], u64::from(nth));
        let mut struck = Struck::default();
        if let Some(circle) = &target.circle {
            let epicentre = scattered(circle.around, circle.scatter_km, &mut rng);
            let inside = circle.sites.iter().filter(|(_, place)| distance_km(epicentre, *place) <= circle.radius_km);
            struck.domains.extend(inside.map(|(domain, _)| *domain));
        }
        match target.pick {
            Pick::All => {
                struck.domains.extend(&target.domains);
                struck.plants.extend(&target.plants);
                struck.links.extend(&target.links);
                struck.services.extend(&target.services);
                for domain in &target.nodes_below {
                    struck.nodes.extend(self.scenario.domains[*domain].units.iter());
                }
            }
            Pick::One => {
                let nodes: usize =
                    target.nodes_below.iter().map(|domain| self.scenario.domains[*domain].units.len()).sum();
                let things =
                    target.domains.len() + target.plants.len() + target.links.len() + target.services.len() + nodes;
                if things > 0 {
                    self.pick(threat, rng.random_range(0..things), &mut struck);
                }
            }
        }
        struck
    }

    /// The `nth` of all things a threat may strike.
    fn pick(&self, threat: ThreatId, mut nth: usize, struck: &mut Struck) {
        let target = &self.scenario.threats[threat].target;
        if let Some(domain) = target.domains.get(nth) {
            return struck.domains.push(*domain);
        }
        nth -= target.domains.len();
        if let Some(plant) = target.plants.get(nth) {
            return struck.plants.push(*plant);
        }
        nth -= target.plants.len();
        if let Some(link) = target.links.get(nth) {
            return struck.links.push(*link);
        }
        nth -= target.links.len();
        if let Some(service) = target.services.get(nth) {
            return struck.services.push(*service);
        }
        nth -= target.services.len();
        for domain in &target.nodes_below {
            let units = self.scenario.domains[*domain].units;
            if nth < units.len() {
                return struck.nodes.push(units.nth(nth));
            }
            nth -= units.len();
        }
    }

    /// One effect of a strike.
    fn apply(&mut self, threat: ThreatId, nth: u32, index: usize, struck: &Struck) {
        let scenario = self.scenario;
        let Effect { action, lasts } = &scenario.threats[threat].effects[index];
        let key = self.layout.threat_keys[threat].wrapping_add(index as u64);
        let mut rng = self.key.stream(Purpose::Effect as u64, key, u64::from(nth));
        if let Action::Destroy(share) = action {
            if self.data.any {
                self.destroy_stores(threat, nth, *share, &struck.domains);
            }
            for unit in self.destructible(struck) {
                if self.units[unit].phase != Phase::Dead && chance(share.get(), &mut rng) {
                    let replaced_after = draw(lasts, &mut rng);
                    self.destroy(unit, threat, replaced_after);
                }
            }
            return;
        }
        // Single nodes cannot be suspended as a domain: they are away like a destroyed one, for the same time. One that does not work
        // anyway is left to its repair, which the end of a passing effect does not shorten.
        let hardware = !matches!(action, Action::Spoil(_));
        for unit in struck.nodes.iter().filter(|_| hardware) {
            let away = draw(lasts, &mut rng);
            if self.units[*unit].phase == Phase::Working {
                self.destroy(*unit, threat, away);
            }
        }
        let mut plants = struck.plants.clone();
        if matches!(action, Action::Suspend) {
            for domain in &struck.domains {
                plants.extend(&self.layout.plant_within[*domain]);
            }
        }
        let running = Running {
            threat,
            effect: index,
            domains: struck.domains.clone(),
            plants,
            links: struck.links.clone(),
            services: struck.services.clone(),
        };
        let slot = self.running.iter().position(Option::is_none).unwrap_or(self.running.len());
        if slot == self.running.len() {
            self.running.push(None);
        }
        self.running[slot] = Some(running.clone());
        self.turn(&running, action, 1);
        let ends = draw(lasts, &mut rng);
        self.schedule_in(ends, Event::EffectEnds { slot: Id::new(slot) });
    }

    /// An effect passes.
    pub(super) fn effect_ends(&mut self, slot: SlotId) {
        let Some(running) = self.running[slot.index()].take() else { return };
        let scenario = self.scenario;
        let action = &scenario.threats[running.threat].effects[running.effect].action;
        self.note(Happening::Passed(running.threat));
        if matches!(action, Action::Spoil(_)) {
            self.call_up_plans(running.threat, true);
        }
        self.turn(&running, action, -1);
    }

    /// Turns an effect on (+1) or off (-1).
    fn turn(&mut self, running: &Running, action: &Action, change: i32) {
        match action {
            Action::Destroy(_) => {}
            Action::Spoil(spoil) if change > 0 => self.begin_spoil(running.threat, spoil),
            Action::Spoil(spoil) => self.end_spoil(running.threat, spoil, &running.domains),
            Action::Suspend => {
                for domain in &running.domains {
                    self.domains[*domain].suspended = self.domains[*domain].suspended.strict_add_signed(change);
                    self.reassess_domain(*domain);
                }
                self.stop_things(running, change);
            }
            Action::Sever => {
                for domain in &running.domains {
                    self.note(if change > 0 { Happening::Severed(*domain) } else { Happening::Rejoined(*domain) });
                    self.sever_domain(*domain, change);
                    self.network_dirty |= self.layout.networked;
                }
                self.stop_things(running, change);
            }
            Action::Slow(_) => {
                for domain in &running.domains {
                    self.respeed_domain(*domain);
                }
                for service in &running.services {
                    self.services[*service].speed = self.service_speed(*service);
                    self.touch_service(*service);
                }
            }
        }
    }

    /// Plant, links and services that are suspended or severed: for them both mean that nobody can use them.
    fn stop_things(&mut self, running: &Running, change: i32) {
        for plant in &running.plants {
            self.suspend_plant(*plant, change);
        }
        for link in &running.links {
            self.cut_link(*link, change);
        }
        for service in &running.services {
            self.services[*service].suspended = self.services[*service].suspended.strict_add_signed(change);
            self.touch_service(*service);
        }
    }

    /// Units that a destroying strike may take: nodes below, parts of plant there, lines of links.
    fn destructible(&self, struck: &Struck) -> Vec<UnitId> {
        let mut units: Vec<UnitId> =
            struck.domains.iter().flat_map(|domain| self.scenario.domains[*domain].units.iter()).collect();
        units.extend(&struck.nodes);
        let within = struck.domains.iter().flat_map(|domain| &self.layout.plant_within[*domain]);
        for plant in struck.plants.iter().chain(within) {
            if let PlantKind::Parts { population, .. } = &self.scenario.plants[*plant].kind {
                units.extend(self.scenario.populations[*population].units.iter());
            }
        }
        for link in &struck.links {
            if let Some(line) = self.scenario.links[*link].line {
                units.extend(self.scenario.populations[line].units.iter());
            }
        }
        units.sort_unstable();
        units.dedup();
        units
    }

    /// A unit is gone until replaced; work on it is broken off.
    fn destroy(&mut self, unit: UnitId, threat: ThreatId, replaced_after: Span) {
        let (population, back_at) = (self.scenario.unit_population[unit], self.now + replaced_after);
        if self.units[unit].phase == Phase::Gone && self.units[unit].back_at >= back_at {
            return; // gone for longer already
        }
        self.stop_clock(unit);
        self.resume_hits(population, unit);
        self.release_crew(unit);
        let was = self.units[unit].phase;
        if was == Phase::Maintained {
            self.units[unit].phase = Phase::Gone; // so that the free slot is not given back to it
            self.maintenance_slot_free(population);
        }
        if self.units[unit].hidden {
            self.care[population].hidden.retain(|other| *other != unit);
        }
        let state = &mut self.units[unit];
        state.phase = Phase::Gone;
        state.origin = Origin::Threat(threat);
        state.hidden = false;
        state.running = false;
        state.back_at = back_at;
        state.incarnation += 1;
        state.occurrence += 1;
        let incarnation = state.incarnation;
        self.tally.scenario.failures += 1;
        self.note(Happening::Destroyed(unit, threat));
        if was == Phase::Working {
            self.unit_lost(unit);
        } else {
            self.unit_changed(unit);
        }
        if self.data.any {
            self.unit_data_lost(unit);
        }
        self.schedule_in(replaced_after, Event::Mended { unit, incarnation });
    }

    fn running_on<'s>(
        &'s self,
        hit: impl Fn(&Running) -> bool + 's,
        stops: bool,
    ) -> impl Iterator<Item = ThreatId> + 's {
        self.running.iter().flatten().filter_map(move |running| {
            let slows = matches!(self.scenario.threats[running.threat].effects[running.effect].action, Action::Slow(_));
            (slows != stops && hit(running)).then_some(running.threat)
        })
    }

    /// Threats that suspend or sever a domain.
    pub(super) fn suspenders(&self, domain: DomainId) -> impl Iterator<Item = ThreatId> + '_ {
        self.running_on(move |running| running.domains.contains(&domain), true)
    }

    /// Threats that suspend a piece of plant.
    pub(super) fn plant_suspenders(&self, plant: PlantId) -> impl Iterator<Item = ThreatId> + '_ {
        self.running_on(move |running| running.plants.contains(&plant), true)
    }

    /// Threats that cut a link.
    pub(super) fn link_cutters(&self, link: LinkId) -> impl Iterator<Item = ThreatId> + '_ {
        self.running_on(move |running| running.links.contains(&link), true)
    }

    /// Threats that stop a service itself.
    pub(super) fn service_suspenders(&self, service: ServiceId) -> impl Iterator<Item = ThreatId> + '_ {
        self.running_on(move |running| running.services.contains(&service), true)
    }

    /// Product of the slowing effects that `hit` something.
    fn speed(&self, hit: impl Fn(&Running) -> bool) -> f64 {
        let slow = self.running.iter().flatten().filter(|running| hit(running));
        slow.filter_map(|running| match &self.scenario.threats[running.threat].effects[running.effect].action {
            Action::Slow(to) => Some(to.get()),
            Action::Destroy(_) | Action::Suspend | Action::Sever | Action::Spoil(_) => None,
        })
        .product()
    }

    /// Speed of a domain: all that slows it or anything around it.
    pub(super) fn speed_of(&self, domain: DomainId) -> f64 {
        self.speed(|running| running.domains.iter().any(|hit| self.scenario.domains[*hit].subtree.contains(domain)))
    }

    pub(super) fn service_speed(&self, service: ServiceId) -> f64 {
        self.speed(|running| running.services.contains(&service)) * self.speed_under_backups(service)
    }
}

/// The next moment of a Poisson process that runs only within its season, at the rate that gives the average over the year.
fn next_strike(now: SimTime, rate: Rate, season: Option<Season>, rng: &mut Rng) -> SimTime {
    if rate.per_second() <= 0.0 {
        return SimTime::NEVER;
    }
    let unit: f64 = Exp1.sample(rng);
    let Some(season) = season else {
        return now + Span::from_seconds(unit / rate.per_second());
    };
    // Time is mapped to time within the season and back, so that one draw gives one strike.
    let year = SECONDS_PER_YEAR;
    let position = now.as_seconds() / year - season.begins;
    let (cycle, phase) = (libm::floor(position), position - libm::floor(position));
    let used = cycle * season.lasts + phase.min(season.lasts);
    let target = used + unit / (rate.per_second() * year) * season.lasts;
    // Before the first whole season of the trial `target` is below zero: what is left over is measured from the floor, not from zero.
    let whole = libm::floor(target / season.lasts);
    let part = target - whole * season.lasts;
    let seconds = (whole + part + season.begins) * year;
    let at = seconds * MICROSECONDS_PER_SECOND as f64;
    if at >= u64::MAX as f64 { SimTime::NEVER } else { SimTime::from_microseconds(at.max(0.0) as u64).max(now) }
}

const EARTH_RADIUS_KM: f64 = 6371.0;

/// Great-circle distance (haversine).
fn distance_km(from: Coordinates, to: Coordinates) -> f64 {
    let (phi, psi) = (from.latitude.to_radians(), to.latitude.to_radians());
    let (north, east) = ((psi - phi) / 2.0, (to.longitude - from.longitude).to_radians() / 2.0);
    let chord = libm::sin(north).powi(2) + libm::cos(phi) * libm::cos(psi) * libm::sin(east).powi(2);
    2.0 * EARTH_RADIUS_KM * libm::asin(libm::sqrt(chord.min(1.0)))
}

/// A point drawn uniformly within `scatter_km` of another; flat, good to a few per cent below a thousand kilometres.
fn scattered(around: Coordinates, scatter_km: f64, rng: &mut Rng) -> Coordinates {
    if scatter_km <= 0.0 {
        return around;
    }
    let (away, angle) = (scatter_km * libm::sqrt(rng.random::<f64>()), std::f64::consts::TAU * rng.random::<f64>());
    let (north, east) = (away * libm::cos(angle), away * libm::sin(angle));
    let narrowing = libm::cos(around.latitude.to_radians()).max(0.01);
    Coordinates {
        latitude: around.latitude + (north / EARTH_RADIUS_KM).to_degrees(),
        longitude: around.longitude + (east / (EARTH_RADIUS_KM * narrowing)).to_degrees(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::TrialKey;

    #[test]
    fn seasonal_strikes_keep_their_yearly_rate_and_stay_in_season() {
        let rate = Rate::new_per_second(2.0 / SECONDS_PER_YEAR).unwrap();
        let season = Season { begins: 0.9, lasts: 0.25 }; // runs over the year's end
        let mut rng = TrialKey::new(1, 1).stream(0, 0, 0);
        let (mut now, years, mut count) = (SimTime::ZERO, 20_000.0, 0);
        loop {
            now = next_strike(now, rate, Some(season), &mut rng);
            if now.as_seconds() > years * SECONDS_PER_YEAR {
                break;
            }
            count += 1;
            let phase = (now.as_seconds() / SECONDS_PER_YEAR).fract();
            assert!(phase >= 0.9 - 1e-9 || phase <= 0.15 + 1e-9, "struck at {phase} of the year");
        }
        let expected = 2.0 * years;
        assert!((f64::from(count) - expected).abs() < 4.5 * expected.sqrt(), "{count} strikes, {expected} expected");
    }

    #[test]
    fn distances_on_the_globe() {
        let shanghai = Coordinates { latitude: 31.23, longitude: 121.47 };
        let hangzhou = Coordinates { latitude: 30.27, longitude: 120.15 };
        assert!((distance_km(shanghai, hangzhou) - 164.8).abs() < 1.0);
    }
}

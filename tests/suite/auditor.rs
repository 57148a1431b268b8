//! An auditor of single trials: replays a trace against the rules of the world and keeps books of its own.
//!
//! Knows the scenario, the trace and the tally, and shares no code with the simulation.

use drsim::id::Id;
use drsim::model::{Action, Age, CrewId, Distribution, Life, PopulationKind, Scenario, ThreatId, UnitId};
use drsim::quantity::{SimTime, Span};
use drsim::simulation::{Happening, Status, Trace, TraceEntry, TrialTally};
use std::collections::BTreeMap;

/// What a unit is up to.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Care {
    Works,
    /// Broken, and nobody knows.
    Hidden,
    /// Broken; waits for people, parts or the beginning of the work.
    Broken,
    AwaitsSpare,
    AwaitsCrew,
    /// In hand until this moment.
    UnderRepair(SimTime),
    /// Broken from the first moment on, in a stationary start.
    BrokenAtStart,
    /// Destroyed at the first moment by a threat.
    Gone(SimTime, ThreatId),
    Maintained,
}

/// Everything that does not fit.
pub fn audit(scenario: &Scenario, trace: &Trace, tally: &TrialTally) -> Vec<String> {
    let mut auditor = Auditor::new(scenario, trace);
    let mut rest = trace.entries.as_slice();
    while let Some(first) = rest.first() {
        // What happens at one moment is written down in the order of causes, so people and places are counted when the moment is over.
        let (moment, later) = rest.split_at(rest.iter().take_while(|entry| entry.at == first.at).count());
        if first.at < auditor.now || first.at > SimTime::ZERO + scenario.horizon {
            auditor.wrong(format!("{:?} is out of order", first.at));
            return auditor.complaints;
        }
        auditor.pass_to(first.at);
        for entry in moment {
            auditor.take(*entry);
        }
        auditor.close_moment();
        rest = later;
    }
    auditor.pass_to(SimTime::ZERO + scenario.horizon);
    auditor.compare(trace, tally);
    auditor.complaints
}

struct Auditor<'a> {
    scenario: &'a Scenario,
    now: SimTime,
    units: Vec<Care>,
    off: Vec<bool>,
    severed: Vec<i32>,
    lost: Vec<bool>,
    cut: Vec<bool>,
    status: Vec<Status>,
    /// Strikes that were announced and have to come.
    announced: Vec<(SimTime, ThreatId)>,
    /// Effects of each threat that still run.
    running: Vec<usize>,
    struck: Vec<u64>,
    counts: BTreeMap<&'static str, u64>,
    /// Unit-seconds away, per domain that holds the units directly.
    away: Vec<f64>,
    off_for: Vec<Span>,
    /// Per service: down, degraded, intervals down.
    books: Vec<(Span, Span, u64)>,
    down_since: Vec<SimTime>,
    any_down: Span,
    busy_seconds: f64,
    complaints: Vec<String>,
}

impl<'a> Auditor<'a> {
    fn new(scenario: &'a Scenario, trace: &Trace) -> Self {
        let mut units = vec![Care::Works; scenario.unit_count()];
        for unit in scenario.unit_population.ids().filter(|unit| scenario.class_of(*unit).age == Age::Stationary) {
            let first = trace.entries.iter().find(|entry| unit_of(entry.what) == Some(unit));
            if first.is_some_and(|entry| matches!(entry.what, Happening::Repaired(_))) {
                units[unit.index()] = Care::BrokenAtStart;
            }
        }
        Self {
            scenario,
            now: SimTime::ZERO,
            units,
            off: vec![false; scenario.domains.len()],
            severed: vec![0; scenario.domains.len()],
            lost: vec![false; scenario.plants.len()],
            cut: vec![false; scenario.links.len()],
            status: vec![Status::Up; scenario.services.len()],
            announced: Vec::new(),
            running: vec![0; scenario.threats.len()],
            struck: vec![0; scenario.threats.len()],
            counts: BTreeMap::new(),
            away: vec![0.0; scenario.domains.len()],
            off_for: vec![Span::ZERO; scenario.domains.len()],
            books: vec![(Span::ZERO, Span::ZERO, 0); scenario.services.len()],
            down_since: vec![SimTime::ZERO; scenario.services.len()],
            any_down: Span::ZERO,
            busy_seconds: 0.0,
            complaints: Vec::new(),
        }
    }

    fn wrong(&mut self, what: String) {
        self.complaints.push(what);
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// Books the time until `at` under the state that held.
    fn pass_to(&mut self, at: SimTime) {
        let passed = at - self.now;
        let seconds = passed.as_seconds();
        for domain in (0..self.off.len()).filter(|domain| self.off[*domain]) {
            self.off_for[domain] += passed;
        }
        for (unit, domain) in self.scenario.unit_domain.enumerate() {
            let Some(domain) = domain else { continue };
            let is_node = matches!(
                self.scenario.populations[self.scenario.unit_population[unit]].kind,
                PopulationKind::Nodes | PopulationKind::Node
            );
            let works = matches!(self.units[unit.index()], Care::Works | Care::Hidden);
            if is_node && (!works || self.off[domain.index()]) {
                self.away[domain.index()] += seconds;
            }
        }
        for (status, books) in self.status.iter().zip(&mut self.books) {
            match status {
                Status::Up => {}
                Status::Degraded => books.1 += passed,
                Status::Down => books.0 += passed,
            }
        }
        if self.status.contains(&Status::Down) {
            self.any_down += passed;
        }
        self.busy_seconds += self.busy().map(|(_, busy)| f64::from(busy)).sum::<f64>() * seconds;
        self.now = at;
    }

    /// People at work per crew.
    fn busy(&self) -> impl Iterator<Item = (CrewId, u32)> + '_ {
        self.scenario.crews.ids().map(|crew| {
            let at_work = |unit: &UnitId| {
                matches!(self.units[unit.index()], Care::UnderRepair(_))
                    && self.scenario.class_of(*unit).crew == Some(crew)
            };
            (crew, self.scenario.unit_population.ids().filter(at_work).count() as u32)
        })
    }

    fn take(&mut self, entry: TraceEntry) {
        match entry.what {
            Happening::Failed(unit) => self.step(unit, "failed", &[Care::Works], Care::Broken),
            Happening::FailedUnseen(unit) => self.step(unit, "failed", &[Care::Works], Care::Hidden),
            Happening::Uncovered(unit) => self.step(unit, "uncovered", &[Care::Hidden], Care::Broken),
            Happening::TakenDown(unit) => self.step(unit, "failed", &[Care::Works, Care::Hidden], Care::Broken),
            Happening::AwaitsSpare(unit) => self.step(unit, "awaits a part", &[Care::Broken], Care::AwaitsSpare),
            Happening::AwaitsCrew(unit) => {
                self.step(unit, "awaits people", &[Care::Broken, Care::AwaitsSpare], Care::AwaitsCrew);
                let crew = self.scenario.class_of(unit).crew;
                let idle = self.busy().any(|(id, busy)| Some(id) == crew && busy < self.scenario.crews[id].people);
                if crew.is_none() || idle {
                    self.wrong(format!("{unit:?} waits for people who are there"));
                }
            }
            Happening::RepairBegan(unit, takes) => self.step(
                unit,
                "repair began",
                &[Care::Broken, Care::AwaitsSpare, Care::AwaitsCrew],
                Care::UnderRepair(self.now + takes),
            ),
            Happening::Repaired(unit) => self.repaired(unit),
            Happening::MaintenanceBegan(unit) => {
                self.step(unit, "planned work", &[Care::Works, Care::Hidden], Care::Maintained);
            }
            Happening::MaintenanceEnded(unit) => {
                self.step(unit, "planned work ended", &[Care::Maintained], Care::Works);
            }
            Happening::Destroyed(unit, threat) => {
                self.count("failed");
                if self.struck[threat.index()] == 0 {
                    self.wrong(format!("{unit:?} was destroyed by a threat that never struck"));
                }
                self.units[unit.index()] = Care::Gone(self.now, threat);
            }
            Happening::Warned(threat, ahead) => self.announced.push((self.now + ahead, threat)),
            Happening::Struck(threat) => self.strike(threat),
            Happening::Passed(threat) => match self.running[threat.index()].checked_sub(1) {
                Some(left) => self.running[threat.index()] = left,
                None => self.wrong(format!("an effect of {threat:?} passed that never began")),
            },
            Happening::PlantLost(plant) => {
                flip(&mut self.lost[plant.index()], true, "plant lost", &mut self.complaints);
            }
            Happening::PlantBack(plant) => {
                flip(&mut self.lost[plant.index()], false, "plant back", &mut self.complaints);
            }
            Happening::DomainOff(domain) => {
                flip(&mut self.off[domain.index()], true, "domain off", &mut self.complaints);
            }
            Happening::DomainOn(domain) => {
                flip(&mut self.off[domain.index()], false, "domain on", &mut self.complaints);
            }
            Happening::DomainRestarting(domain, _) => {
                if !self.off[domain.index()] {
                    self.wrong(format!("{domain:?} restarts and is on"));
                }
            }
            Happening::Severed(domain) => self.severed[domain.index()] += 1,
            Happening::Rejoined(domain) => {
                self.severed[domain.index()] -= 1;
                if self.severed[domain.index()] < 0 {
                    self.wrong(format!("{domain:?} rejoins and was never severed"));
                }
            }
            Happening::LinkDown(link) => flip(&mut self.cut[link.index()], true, "link down", &mut self.complaints),
            Happening::LinkUp(link) => flip(&mut self.cut[link.index()], false, "link up", &mut self.complaints),
            Happening::Became(service, status, cause) => {
                let was = std::mem::replace(&mut self.status[service.index()], status);
                if was == status {
                    self.wrong(format!("{service:?} became {status:?} and was that already"));
                }
                if (status == Status::Down) != cause.is_some() {
                    self.wrong(format!("{service:?} became {status:?} because of {cause:?}"));
                }
                if status == Status::Down {
                    self.down_since[service.index()] = self.now;
                } else if was == Status::Down && self.down_since[service.index()] < self.now {
                    self.books[service.index()].2 += 1;
                }
            }
            Happening::FalseAlarm(_) => self.count("false alarms"),
            Happening::FailoverFailed(_) => self.count("failovers failed"),
            Happening::Rescheduled(_, host) => {
                let away = !matches!(self.units[host.index()], Care::Works | Care::Hidden);
                if away || self.scenario.unit_domain[host].is_some_and(|domain| self.off[domain.index()]) {
                    self.wrong(format!("a replica moved to {host:?}, which is away"));
                }
            }
            Happening::Starting(_)
            | Happening::StartFailed(_)
            | Happening::OnStore(..)
            | Happening::Detected(_)
            | Happening::Decided(_)
            | Happening::SwitchedTo(..)
            | Happening::ScaledUp(_)
            | Happening::Elected(_)
            | Happening::SplitBrain(_)
            | Happening::CaughtUp(_)
            | Happening::Data(_)
            | Happening::Plan(_) => {}
        }
    }

    /// A unit goes from one of the states that allow it to the next one.
    fn step(&mut self, unit: UnitId, what: &'static str, from: &[Care], to: Care) {
        self.count(what);
        let was = std::mem::replace(&mut self.units[unit.index()], to);
        if !from.contains(&was) {
            self.wrong(format!("{unit:?} {what} at {:?} and was {was:?}", self.now));
        }
    }

    fn repaired(&mut self, unit: UnitId) {
        self.count("repaired");
        match std::mem::replace(&mut self.units[unit.index()], Care::Works) {
            Care::UnderRepair(due) if due == self.now => {}
            Care::BrokenAtStart => {}
            Care::Gone(since, threat) => {
                let least = least_absence(self.scenario, threat);
                if (self.now - since).as_seconds() < least - 1e-6 {
                    self.wrong(format!("{unit:?} was replaced after {:?}, never before {least} s", self.now - since));
                }
            }
            was => self.wrong(format!("{unit:?} was repaired at {:?} and was {was:?}", self.now)),
        }
    }

    fn strike(&mut self, threat: ThreatId) {
        let model = &self.scenario.threats[threat];
        self.struck[threat.index()] += 1;
        self.running[threat.index()] += model.effects.len();
        let warned = self.announced.iter().position(|announced| *announced == (self.now, threat));
        match warned {
            Some(at) => {
                self.announced.swap_remove(at);
            }
            // A warning would have come before the beginning.
            None if model.warning > Span::ZERO && self.now >= SimTime::ZERO + model.warning => {
                self.wrong(format!("{threat:?} struck at {:?} without its warning", self.now));
            }
            None => {}
        }
    }

    fn close_moment(&mut self) {
        let over: Vec<_> = self.busy().filter(|(crew, busy)| *busy > self.scenario.crews[*crew].people).collect();
        if !over.is_empty() {
            self.wrong(format!("too many people at work at {:?}: {over:?}", self.now));
        }
        for population in &self.scenario.populations {
            if let Some(maintenance) = &self.scenario.classes[population.class].maintenance {
                let away = population.units.iter().filter(|unit| self.units[unit.index()] == Care::Maintained).count();
                if away > maintenance.at_a_time as usize {
                    self.wrong(format!("{away} units of {} in planned work at {:?}", population.name, self.now));
                }
            }
        }
        for (domain, model) in self.scenario.domains.enumerate() {
            if model.parent.is_some_and(|parent| self.off[parent.index()]) && !self.off[domain.index()] {
                self.wrong(format!("{} is on inside of what is off at {:?}", model.name, self.now));
            }
        }
        let late: Vec<_> = self.announced.iter().filter(|(at, _)| *at < self.now).collect();
        if !late.is_empty() {
            self.wrong(format!("announced and did not strike: {late:?}"));
        }
        let overdue = self.units.iter().position(|unit| matches!(unit, Care::UnderRepair(due) if *due < self.now));
        if let Some(unit) = overdue {
            self.wrong(format!("unit {unit} is still under repair at {:?}", self.now));
        }
    }

    /// The own books against those of the simulation.
    fn compare(&mut self, trace: &Trace, tally: &TrialTally) {
        let of = |key: &str| self.counts.get(key).copied().unwrap_or(0);
        let totals = &tally.scenario;
        let alarms: u64 = tally.services.iter().map(|service| service.false_alarms).sum();
        let attempts: u64 = tally.services.iter().map(|service| service.failovers_failed).sum();
        let mut wrong: Vec<String> = [
            ("failures", of("failed"), totals.failures),
            ("repairs", of("repaired"), totals.repairs),
            ("planned work", of("planned work"), totals.maintenances),
            ("waits for parts", of("awaits a part"), totals.spare_waits),
            ("false alarms", of("false alarms"), alarms),
            ("failovers that did not work", of("failovers failed"), attempts),
        ]
        .into_iter()
        .filter(|(_, own, theirs)| own != theirs)
        .map(|(what, own, theirs)| format!("{own} {what}, the tally has {theirs}"))
        .collect();
        if self.struck != totals.strikes {
            wrong.push(format!("strikes {:?}, the tally has {:?}", self.struck, totals.strikes));
        }
        if self.any_down != totals.any_down.sum {
            wrong.push(format!("any service down for {:?}, the tally has {:?}", self.any_down, totals.any_down.sum));
        }
        if (self.busy_seconds - totals.crew_busy).abs() > 1e-3 {
            wrong.push(format!("people at work for {} s, the tally has {}", self.busy_seconds, totals.crew_busy));
        }
        for (domain, model) in self.scenario.domains.enumerate() {
            let theirs = &tally.domains[domain];
            let own: f64 = model.subtree.positions().map(|below| self.away[below]).sum();
            // What never works from the first moment on leaves no entry.
            let written = model.units.iter().all(|unit| !matches!(self.scenario.class_of(unit).life, Life::Static(_)));
            if written && (own - theirs.unit_down).abs() > 1e-2 {
                wrong.push(format!("nodes of {} away for {own} s, the tally has {}", model.name, theirs.unit_down));
            }
            if self.off_for[domain.index()] != theirs.off.sum {
                wrong.push(format!(
                    "{} off for {:?}, the tally has {:?}",
                    model.name,
                    self.off_for[domain.index()],
                    theirs.off.sum
                ));
            }
        }
        for service in self.scenario.services.ids() {
            let theirs = &tally.services[service];
            let (down, degraded, mut outages) = self.books[service.index()];
            let open = self.status[service.index()] == Status::Down && self.down_since[service.index()] < self.now;
            outages += u64::from(open);
            let own = (down, degraded, outages);
            if own != (theirs.down, theirs.degraded, theirs.outages.count) {
                wrong.push(format!("{service:?}: (down, degraded, outages) {own:?}, the tally has {theirs:?}"));
            }
            wrong.extend(stretches(self.scenario, trace, service.index(), (down, degraded)));
        }
        self.complaints.extend(wrong);
    }
}

/// The stretches of a service follow one another without a gap from the beginning to the end, and add up.
fn stretches(scenario: &Scenario, trace: &Trace, service: usize, books: (Span, Span)) -> Vec<String> {
    let (mut at, mut down, mut degraded, mut wrong) = (SimTime::ZERO, Span::ZERO, Span::ZERO, Vec::new());
    let list = trace.stretches.get(service).map_or(&[][..], Vec::as_slice);
    for stretch in list {
        if stretch.from != at || stretch.to < stretch.from {
            wrong.push(format!("service {service}: a stretch from {:?} follows {at:?}", stretch.from));
            return wrong;
        }
        at = stretch.to;
        match stretch.status {
            Status::Up => {}
            Status::Degraded => degraded += stretch.to - stretch.from,
            Status::Down => down += stretch.to - stretch.from,
        }
    }
    if at != SimTime::ZERO + scenario.horizon {
        wrong.push(format!("service {service}: stretches end at {at:?}"));
    }
    if (down, degraded) != books {
        wrong.push(format!("service {service}: stretches add up to {down:?} and {degraded:?}, not to {books:?}"));
    }
    wrong
}

fn flip(state: &mut bool, to: bool, what: &str, complaints: &mut Vec<String>) {
    if *state == to {
        complaints.push(format!("{what} twice"));
    }
    *state = to;
}

/// The unit that an entry is about.
pub fn unit_of(what: Happening) -> Option<UnitId> {
    match what {
        Happening::Failed(unit)
        | Happening::FailedUnseen(unit)
        | Happening::Uncovered(unit)
        | Happening::AwaitsSpare(unit)
        | Happening::AwaitsCrew(unit)
        | Happening::RepairBegan(unit, _)
        | Happening::Repaired(unit)
        | Happening::TakenDown(unit)
        | Happening::MaintenanceBegan(unit)
        | Happening::MaintenanceEnded(unit)
        | Happening::Destroyed(unit, _)
        | Happening::StartFailed(unit) => Some(unit),
        _ => None,
    }
}

/// Least seconds for which something struck by a threat is away.
fn least_absence(scenario: &Scenario, threat: ThreatId) -> f64 {
    let model = &scenario.threats[threat];
    let least = |law: &Distribution| match law {
        Distribution::Fixed { value } => *value,
        Distribution::Triangular { min, .. } => *min,
        Distribution::Weibull { location, .. } => *location,
        Distribution::Empirical { values } => values[0],
        Distribution::Exponential { .. } | Distribution::LogNormal { .. } | Distribution::Gamma { .. } => 0.0,
    };
    let destroying = model.effects.iter().filter(|effect| matches!(effect.action, Action::Destroy(_)));
    let picks_nodes = !model.target.nodes_below.is_empty();
    let laws = destroying.chain(model.effects.iter().filter(|_| picks_nodes));
    laws.map(|effect| least(&effect.lasts)).reduce(f64::min).unwrap_or(0.0)
}

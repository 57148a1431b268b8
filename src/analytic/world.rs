//! What of a scenario the closed forms cover, asked unit by unit, threat by threat, service by service.
//!
//! Conservative: whatever is not covered becomes a reason, a fragment in lower case, not a guess.

use crate::id::Id;
use crate::model::{
    Action, Ages, Class, CrewId, Distribution, DomainId, FailoverMode, Life, Occurs, Pick, Scenario, ServiceId, Threat,
    ThreatId, UnitId,
};

/// Facts about the whole scenario that every structure asks for.
#[derive(Debug)]
pub(super) struct World<'a> {
    pub(super) scenario: &'a Scenario,
    /// Per threat: rate per process and duration, for those that are plain on-off processes.
    pub(super) strikes: Vec<Option<(f64, Distribution)>>,
    /// Per crew: units whose class names it.
    pub(super) crew_users: Vec<Vec<UnitId>>,
}

impl<'a> World<'a> {
    /// Looks through the scenario once.
    pub(super) fn new(scenario: &'a Scenario) -> Self {
        let mut crew_users = vec![Vec::new(); scenario.crews.len()];
        for unit in scenario.unit_population.ids() {
            if let Some(crew) = scenario.class_of(unit).crew {
                crew_users[crew.index()].push(unit);
            }
        }
        let strikes = scenario.threats.enumerate().map(|(id, threat)| plain_strikes(scenario, id, threat)).collect();
        Self { scenario, strikes, crew_users }
    }

    /// The crew for which repairs of this unit may have to queue.
    pub(super) fn short_crew(&self, unit: UnitId) -> Option<CrewId> {
        let crew = self.scenario.class_of(unit).crew?;
        ((self.scenario.crews[crew].people as usize) < self.crew_users[crew.index()].len()).then_some(crew)
    }

    /// First host of each replica of a service.
    pub(super) fn hosts(&self, id: ServiceId) -> Vec<UnitId> {
        self.scenario.replicas_of(id).iter().map(|replica| self.scenario.replica_host[replica]).collect()
    }

    /// Why the unit's own failures have no closed form, crews apart.
    pub(super) fn unit_obstacle(&self, unit: UnitId) -> Option<String> {
        let class = self.scenario.class_of(unit);
        if let Some(reason) = class_obstacle(class) {
            return Some(reason);
        }
        if let Some(other) = self.scenario.classes.iter().find(|other| other.wrong_repair.is_some()) {
            return Some(format!("a wrong repair of class `{}` may take a neighbour down", other.name));
        }
        self.intricate()
            .find(|threat| self.strikes_unit(threat, unit))
            .map(|threat| format!("threat `{}` touches it and is no plain random suspension", threat.name))
    }

    fn intricate(&self) -> impl Iterator<Item = &Threat> {
        self.scenario.threats.iter().zip(&self.strikes).filter(|(_, plain)| plain.is_none()).map(|(threat, _)| threat)
    }

    /// Domains that a strike may hit.
    pub(super) fn struck_domains(threat: &Threat) -> impl Iterator<Item = DomainId> {
        let target = &threat.target;
        let circle = target.circle.iter().flat_map(|circle| circle.sites.iter().map(|(site, _)| *site));
        target.domains.iter().chain(&target.nodes_below).copied().chain(circle)
    }

    /// True when a strike may hit a unit by its place.
    pub(super) fn strikes_unit(&self, threat: &Threat, unit: UnitId) -> bool {
        Self::struck_domains(threat).any(|domain| self.scenario.domains[domain].units.contains(unit))
    }

    /// Why a service has no closed form whatever its hosts do.
    pub(super) fn service_obstacle(&self, id: ServiceId) -> Option<String> {
        let service = &self.scenario.services[id];
        let obstacles = [
            (!self.scenario.links.is_empty(), "links decide what can be reached"),
            (service.failover.mode != FailoverMode::ActiveActive, "it fails over to a standby group"),
            (service.quorum.is_some(), "its replicas elect a leader"),
            (service.start_up.is_some(), "it takes time to start"),
            (service.reschedule.is_some(), "its replicas move to other hosts"),
            (!service.uses.is_empty(), "it uses data, which can be lost or out of reach"),
            (service.detection.false_alarms.per_second() > 0.0, "false alarms disturb it"),
        ];
        if let Some((_, reason)) = obstacles.iter().find(|(holds, _)| *holds) {
            return Some((*reason).to_owned());
        }
        self.intricate()
            .find(|threat| threat.target.services.contains(&id))
            .map(|threat| format!("threat `{}` strikes the service itself", threat.name))
    }
}

/// Why a class has no closed form, crews apart.
pub(super) fn class_obstacle(class: &Class) -> Option<String> {
    let name = &class.name;
    let told = |what: &str| Some(format!("class `{name}` {what}"));
    if class.maintenance.is_some() {
        return told("has planned maintenance");
    }
    if class.wrong_repair.is_some() {
        return told("has wrong repairs");
    }
    if !matches!(class.life, Life::Drawn(_)) {
        return None;
    }
    if class.latent.is_some() {
        return told("has hidden failures");
    }
    if class.spares.is_some() {
        return told("waits for spare parts");
    }
    if class.ages == Ages::Operating {
        return told("ages only while operating");
    }
    None
}

/// Rate per process and duration of a threat that only suspends domains or services, by chance, at any time of the year.
fn plain_strikes(scenario: &Scenario, id: ThreatId, threat: &Threat) -> Option<(f64, Distribution)> {
    let Occurs::Randomly { rate, season: None } = threat.occurs else { return None };
    let [effect] = threat.effects.as_slice() else { return None };
    let target = &threat.target;
    let targets = target.domains.len() + target.services.len();
    let plain = effect.action == Action::Suspend
        && matches!(effect.lasts, Distribution::Fixed { .. } | Distribution::Exponential { .. })
        && effect.lasts.mean() > 0.0
        && threat.warning.as_microseconds() == 0
        && threat.then.is_empty()
        && target.nodes_below.is_empty()
        && target.plants.is_empty()
        && target.links.is_empty()
        && target.circle.is_none()
        && targets > 0
        && (target.pick == Pick::All || target.domains.is_empty() || target.services.is_empty())
        && !scenario.threats.iter().any(|other| other.then.iter().any(|cascade| cascade.threat == id));
    // All targets share one process; one drawn uniformly at each strike is an independent process for each.
    let processes = if target.pick == Pick::All { 1 } else { targets };
    plain.then(|| (rate.per_second() / processes as f64, effect.lasts.clone()))
}

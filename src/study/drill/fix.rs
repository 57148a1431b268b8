//! A scenario made certain: every time at one quantile of its law, every chance decided, nothing but the drilled threat happens.

use crate::model::{
    Action, Age, Cascade, Distribution, Effect, Life, Occurs, Probe, Recovery, Scenario, Service, Step, ThreatId,
};
use crate::quantity::{Probability, SimTime, Span};

/// At which quantile a drill is walked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum At {
    /// Every time at its median; what is likelier than not happens.
    Median,
    /// Every time at its 90 % quantile; bad things with a chance of 10 % or more happen, good ones below 90 % do not. All of it together is
    /// worse than the 90 % quantile of the whole.
    Pessimistic,
}

impl At {
    /// Name in keys and tables.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Median => "median",
            Self::Pessimistic => "p90",
        }
    }

    /// Probability at which the quantiles are taken.
    #[must_use]
    pub const fn level(self) -> f64 {
        match self {
            Self::Median => 0.5,
            Self::Pessimistic => 0.9,
        }
    }

    /// What one would rather not have.
    fn bad(self, chance: Probability) -> Probability {
        let happens = match self {
            Self::Median => chance.get() > 0.5,
            Self::Pessimistic => chance.get() >= 0.1,
        };
        if happens { Probability::ONE } else { Probability::ZERO }
    }

    /// What one hopes for.
    fn good(self, chance: Probability) -> Probability {
        let happens = match self {
            Self::Median => chance.get() > 0.5,
            Self::Pessimistic => chance.get() >= 0.9,
        };
        if happens { Probability::ONE } else { Probability::ZERO }
    }

    /// How often something with this chance is tried until it works: the quantile of a geometric law. Without any chance, never.
    fn tries(self, chance: Probability) -> Option<u64> {
        let p = chance.get();
        if p <= 0.0 {
            return None;
        }
        let needed = libm::log1p(-self.level()) / libm::log1p(-p.min(1.0 - 1e-12));
        Some(libm::ceil(needed - 1e-9).clamp(1.0, 1000.0) as u64)
    }
}

/// A copy of the scenario in which nothing is left to chance: lives are endless and no other trouble is about ([`quiet`]), every law is fixed at
/// its quantile and every chance is decided.
///
/// A probe becomes one that takes the quantile of its delay: the phase of the loss within its interval, uniform, and the series that go unnoticed,
/// geometric. What is tried until it works (a failover, a step of a plan) works at the first attempt and takes as long as the quantile of the
/// number of attempts. A share of nodes to destroy stays a share at the median where more than one thing is struck, since about so many are hit;
/// which ones is drawn from the scenario's seed, as is the one thing struck of several.
#[must_use]
pub fn fixed(scenario: &Scenario, at: At) -> Scenario {
    let mut fixed = scenario.clone();
    quiet(&mut fixed);
    for class in &mut fixed.classes {
        set(&mut class.repair, at);
        maybe(&mut class.logistics, at);
        class.loses_data = at.bad(class.loses_data);
    }
    for domain in &mut fixed.domains {
        maybe(&mut domain.restart, at);
    }
    for plant in &mut fixed.plants {
        if let crate::model::PlantKind::Parts { standby: Some(standby), .. } = &mut plant.kind {
            standby.starts = at.good(standby.starts);
        }
    }
    for service in &mut fixed.services {
        fix_service(service, at);
    }
    for threat in &mut fixed.threats {
        let target = &threat.target;
        let nodes: usize = target.nodes_below.iter().map(|domain| scenario.domains[*domain].units.len()).sum();
        let below: usize = target.domains.iter().map(|domain| scenario.domains[*domain].units.len()).sum();
        let many = nodes + below + target.plants.len() + target.links.len() > 1 || target.circle.is_some();
        for effect in &mut threat.effects {
            fix_effect(effect, at, many);
        }
        for Cascade { chance, after, .. } in &mut threat.then {
            *chance = at.bad(*chance);
            set(after, at);
        }
        if let Some(circle) = &mut threat.target.circle {
            circle.scatter_km = 0.0;
        }
    }
    for dataset in &mut fixed.datasets {
        fix_recovery(&mut dataset.recovery, at);
    }
    for store in &mut fixed.stores {
        maybe(&mut store.access, at);
        maybe(&mut store.transport, at);
    }
    for backup in &mut fixed.backups {
        backup.key_lost = at.bad(backup.key_lost);
        backup.fails_loudly = at.bad(backup.fails_loudly);
        backup.fails_silently = at.bad(backup.fails_silently);
        if let Some(verify) = &mut backup.verify {
            verify.catches = at.good(verify.catches);
        }
    }
    for staff in &mut fixed.staff {
        maybe(&mut staff.answer, at);
    }
    for step in fixed.plans.iter_mut().flat_map(|plan| &mut plan.steps) {
        fix_step(step, at);
    }
    fixed
}

/// Takes away everything that could happen beside the drilled threat: failures, hidden failures, planned work, wrong repairs and false alarms.
pub fn quiet(scenario: &mut Scenario) {
    for class in &mut scenario.classes {
        class.life = Life::Endless;
        class.age = Age::New;
        class.latent = None;
        class.maintenance = None;
        class.wrong_repair = None;
    }
    for service in &mut scenario.services {
        service.detection.false_alarms = crate::quantity::Rate::default();
        service.objective.availability = None;
    }
    for copy in &mut scenario.copies {
        copy.latent = None;
    }
    scenario.expectations.clear();
}

/// Has one threat strike once, at this moment, and no other unless it sets it off. The horizon ends early where nothing more can come.
pub fn strike(scenario: &mut Scenario, threat: ThreatId, at: SimTime) {
    for id in scenario.threats.ids() {
        scenario.threats[id].occurs = if id == threat { Occurs::At(vec![at]) } else { Occurs::Triggered };
    }
    let end = at + aftermath(scenario);
    scenario.horizon = scenario.horizon.min(end.since(SimTime::ZERO));
}

/// How long after a strike a drill is watched: ninety days, four times the longest objective, three times the longest effect.
#[must_use]
pub fn aftermath(scenario: &Scenario) -> Span {
    let services = scenario.services.iter().flat_map(|service| [service.objective.rto, service.objective.mtd]);
    let longest = services.chain(scenario.datasets.iter().map(|data| data.rto)).flatten().max().unwrap_or_default();
    let effects = scenario.threats.iter().flat_map(|threat| &threat.effects);
    let lasts = effects.map(|effect| effect.lasts.quantile(At::Pessimistic.level())).fold(0.0, f64::max);
    Span::from_seconds(90.0 * 86_400.0) + longest.times(4) + Span::from_seconds(3.0 * lasts)
}

fn set(law: &mut Distribution, at: At) {
    *law = Distribution::Fixed { value: law.quantile(at.level()) };
}

fn maybe(law: &mut Option<Distribution>, at: At) {
    if let Some(law) = law {
        set(law, at);
    }
}

/// As many times as long.
fn repeat(law: &mut Distribution, times: u64) {
    if let Distribution::Fixed { value } = law {
        *value *= times as f64;
    }
}

fn fix_service(service: &mut Service, at: At) {
    maybe(&mut service.catch_up, at);
    maybe(&mut service.start_up, at);
    if let Some(quorum) = &mut service.quorum {
        set(&mut quorum.election, at);
        quorum.split_brain = at.bad(quorum.split_brain);
    }
    if let Some(reschedule) = &mut service.reschedule {
        set(&mut reschedule.takes, at);
    }
    let failover = &mut service.failover;
    set(&mut failover.switch, at);
    maybe(&mut failover.scale_up, at);
    if let Some(failback) = &mut failover.failback {
        set(&mut failback.takes, at);
    }
    if let Some(tries) = at.tries(failover.works) {
        repeat(&mut failover.switch, tries);
        failover.works = Probability::ONE;
    }
    let detection = &mut service.detection;
    maybe(&mut detection.person, at);
    maybe(&mut detection.decide, at);
    for probe in &mut detection.probes {
        *probe = certain(*probe, at);
    }
}

fn fix_effect(effect: &mut Effect, at: At, many: bool) {
    set(&mut effect.lasts, at);
    if let Action::Destroy(chance) = &mut effect.action
        && !(many && at == At::Median)
    {
        *chance = at.bad(*chance);
    }
}

fn fix_recovery(recovery: &mut Recovery, at: At) {
    set(&mut recovery.detect, at);
    set(&mut recovery.decide, at);
    maybe(&mut recovery.prepare, at);
    maybe(&mut recovery.verify, at);
    maybe(&mut recovery.resume, at);
    maybe(&mut recovery.anew, at);
    // One attempt after the other with the same point, before an older one is taken.
    let fails = libm::pow(1.0 - recovery.works.get(), f64::from(recovery.attempts.max(1)));
    recovery.works = Probability::new(1.0 - fails).map_or(recovery.works, |works| at.good(works));
}

fn fix_step(step: &mut Step, at: At) {
    maybe(&mut step.takes, at);
    maybe(&mut step.parts, at);
    if let Some(tries) = at.tries(step.succeeds) {
        if let Some(takes) = &mut step.takes {
            repeat(takes, tries);
        }
        step.succeeds = Probability::ONE;
    }
}

/// A probe that takes the quantile of its delay: ticks so short that the phase of the loss within one of them does not show.
fn certain(probe: Probe, at: At) -> Probe {
    const MOST_TICKS: f64 = 1e9;
    let Some(intervals) = probe_intervals(probe.detects.get(), at.level()) else { return probe };
    let delay = probe.every.as_seconds() * (f64::from(probe.missed.max(1) - 1) + intervals);
    let tick = Span::from_seconds((delay / MOST_TICKS).max(1e-6));
    // The loss falls somewhere into the first of them.
    let missed = libm::round(delay / tick.as_seconds()) as u32 + 1;
    Probe { every: tick, missed, detects: Probability::ONE }
}

/// Quantile of the intervals until a probe fails and is recognised: a uniform phase plus a geometric number of series that go unnoticed.
fn probe_intervals(detects: f64, level: f64) -> Option<f64> {
    if detects <= 0.0 {
        return None;
    }
    if detects >= 1.0 {
        return Some(level);
    }
    let whole = libm::floor(libm::log1p(-level) / libm::log1p(-detects));
    let unnoticed = libm::pow(1.0 - detects, whole);
    Some(whole + (level - (1.0 - unnoticed)) / (detects * unnoticed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(value: f64) -> Probability {
        Probability::new(value).unwrap()
    }

    #[test]
    fn chances_are_decided_by_what_they_do() {
        let (median, worse) = (At::Median, At::Pessimistic);
        assert_eq!([0.5, 0.51].map(|p| median.good(share(p)).get()), [0.0, 1.0]);
        assert_eq!([0.5, 0.51].map(|p| median.bad(share(p)).get()), [0.0, 1.0]);
        assert_eq!([0.89, 0.9].map(|p| worse.good(share(p)).get()), [0.0, 1.0]);
        assert_eq!([0.09, 0.1].map(|p| worse.bad(share(p)).get()), [0.0, 1.0]);
    }

    #[test]
    fn attempts_follow_the_geometric_law() {
        // One attempt works with 95 %: one is enough nine times in ten. With 80 % it takes two: 1 - 0.2² = 0.96.
        assert_eq!([0.95, 0.9, 0.8, 0.0].map(|p| At::Pessimistic.tries(share(p))), [Some(1), Some(1), Some(2), None]);
        assert_eq!([1.0, 0.6, 0.4].map(|p| At::Median.tries(share(p))), [Some(1), Some(1), Some(2)]);
    }

    #[test]
    fn probes_take_the_quantile_of_their_delay() {
        let probe = |detects| Probe { every: Span::from_seconds(10.0), missed: 3, detects: share(detects) };
        let delay = |probe: Probe| probe.every.as_seconds() * f64::from(probe.missed);
        assert!((delay(certain(probe(1.0), At::Median)) - 25.0).abs() < 1e-5); // 2 intervals and half of one
        assert!((delay(certain(probe(1.0), At::Pessimistic)) - 29.0).abs() < 1e-5);
        // Half of the series are recognised: 0.9 = 0.5 + 0.25 + 0.125 + 0.0625 * 0.4.
        assert!((delay(certain(probe(0.5), At::Pessimistic)) - 54.0).abs() < 1e-5);
        assert_eq!(certain(probe(0.0), At::Median), probe(0.0));
    }
}

//! Business impact analysis in the order of NIST SP 800-34, and the risk register.

use super::wordings;
use crate::id::Id;
use crate::model::{Scenario, ServiceId, Subject};
use crate::quantity::Span;
use crate::report::markdown::table;
use crate::study::drill::{Affected, DrillFindings};

/// Services in the order in which they have to come back: what others need first, then the least MTD, then the least RTO.
#[must_use]
pub fn priority(scenario: &Scenario) -> Vec<ServiceId> {
    // A service inherits the urgency of those that need it; dependencies have lower ids.
    let own = |id: ServiceId| {
        let objective = &scenario.services[id].objective;
        (objective.mtd.unwrap_or(Span::MAX), objective.rto.unwrap_or(Span::MAX))
    };
    let mut urgency: Vec<(Span, Span)> = scenario.services.ids().map(own).collect();
    for id in scenario.services.ids().rev() {
        for needed in &scenario.services[id].hard {
            urgency[needed.index()] = urgency[needed.index()].min(urgency[id.index()]);
        }
    }
    let mut order: Vec<ServiceId> = scenario.services.ids().collect();
    order.sort_by_key(|id| (urgency[id.index()], *id));
    order
}

/// The BIA table: process, impact, MTD, RTO, RPO, resources, recovery priority.
pub(super) fn analysis(findings: &DrillFindings, out: &mut String) {
    let scenario = &findings.scenario;
    let order = priority(scenario);
    let rows = scenario.services.enumerate().map(|(id, service)| {
        let rank = order.iter().position(|other| *other == id).map_or(0, |nth| nth + 1);
        vec![
            wordings::titled(scenario, Subject::Service(id)),
            impact(findings, id),
            wordings::promised(service.objective.mtd),
            wordings::promised(service.objective.rto),
            wordings::promised(service.objective.rpo.or_else(|| tightest(scenario, id))),
            resources(scenario, id),
            rank.to_string(),
        ]
    });
    let heads = ["process 业务", "impact 影响", "MTD", "RTO", "RPO", "resources 资源", "priority 优先级"];
    table(out, &heads, rows.collect());
}

/// The strictest recovery point objective of the data a service uses.
fn tightest(scenario: &Scenario, id: ServiceId) -> Option<Span> {
    scenario.services[id].uses.iter().filter_map(|data| scenario.datasets[*data].rpo).min()
}

/// What the drill did to it, and whom it takes along.
fn impact(findings: &DrillFindings, id: ServiceId) -> String {
    let scenario = &findings.scenario;
    let own = findings.walk.affected.iter().find(|it| it.subject == Subject::Service(id));
    let mut parts = vec![match own.and_then(Affected::worst) {
        Some(worst) if worst.open => "down to the end of the drill".to_owned(),
        Some(worst) => format!("down {} in this drill", crate::report::number::duration(worst.time.as_seconds())),
        None => "not down in this drill".to_owned(),
    }];
    let with: Vec<&str> =
        scenario.services.iter().filter(|other| other.hard.contains(&id)).map(|other| other.name.as_str()).collect();
    if !with.is_empty() {
        parts.push(format!("takes along {}", with.join(", ")));
    }
    parts.push("category and value: ____".to_owned());
    parts.join("; ")
}

fn resources(scenario: &Scenario, id: ServiceId) -> String {
    let service = &scenario.services[id];
    let mut parts: Vec<String> = Vec::new();
    let places: Vec<String> = service
        .groups
        .iter()
        .map(|group| format!("{} × {}", scenario.domains[group.domain].name, group.replicas.len()))
        .collect();
    parts.push(places.join(", "));
    let names = |label: &str, names: Vec<&str>| (!names.is_empty()).then(|| format!("{label}: {}", names.join(", ")));
    parts.extend(names("data", service.uses.iter().map(|id| scenario.datasets[*id].name.as_str()).collect()));
    parts.extend(names("services", service.hard.iter().map(|id| scenario.services[*id].name.as_str()).collect()));
    parts.extend(names("plant", service.needs.iter().map(|id| scenario.plants[*id].name.as_str()).collect()));
    parts.join("; ")
}

/// The risk register: threat, likelihood, consequence, owner.
pub(super) fn register(findings: &DrillFindings, out: &mut String) {
    let scenario = &findings.scenario;
    let rows = findings.register.iter().map(|risk| {
        let threat = &scenario.threats[risk.threat];
        let title = if threat.title.is_empty() || threat.title == threat.name {
            threat.name.clone()
        } else {
            format!("{} {}", threat.name, threat.title)
        };
        vec![
            title,
            wordings::disruption(risk.disruption),
            wordings::likelihood(scenario, risk),
            wordings::consequence(scenario, risk),
            wordings::light(risk.light).to_owned(),
            String::new(),
        ]
    });
    let heads = ["threat 威胁", "kind 类别", "likelihood 可能性", "consequence 后果", "light 等级", "owner 负责人"];
    table(out, &heads, rows.collect());
}

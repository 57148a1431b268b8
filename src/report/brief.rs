//! The few cells and sentences that the terminal and the Markdown report both show.

use crate::model::{Level, ServiceId};
use crate::report::number::{self, NOTHING};
use crate::report::wording;
use crate::study::{Check, Expected, Findings, Judgement, Stopped, SubjectFindings, Verdict};
use std::cmp::Reverse;

/// Column heads of the table of services.
pub(super) const HEADS: [&str; 7] = [
    "service",
    "status",
    "availability (95 % interval)",
    "outages / yr",
    "downtime / yr",
    "recovery p95 / RTO",
    "redundancy",
];

/// One service in the table.
pub(super) struct Row {
    /// Worst judgement.
    pub judgement: Judgement,
    /// Texts under [`HEADS`].
    pub cells: [String; 7],
}

/// Rows for at most `most` services: all in order, or the worst when there are more; and how many are left out.
pub(super) fn rows(findings: &Findings, most: usize) -> (Vec<Row>, usize) {
    let chosen = worst(findings, most);
    let left = findings.services.len() - chosen.len();
    (chosen.into_iter().map(|(id, found)| row(findings, id, found)).collect(), left)
}

/// At most `most` services with the least availability, in their own order.
pub(super) fn worst(findings: &Findings, most: usize) -> Vec<(ServiceId, &SubjectFindings)> {
    let mut services: Vec<_> = findings.services.iter().map(|(id, found)| (*id, found)).collect();
    if services.len() > most {
        let availability = |found: &SubjectFindings| {
            found.metric(wording::AVAILABILITY).and_then(|measured| measured.estimate.point).unwrap_or(1.0)
        };
        services.sort_by(|(_, a), (_, b)| availability(a).total_cmp(&availability(b)));
        services.truncate(most);
        services.sort_by_key(|(id, _)| *id);
    }
    services
}

fn row(findings: &Findings, id: ServiceId, found: &SubjectFindings) -> Row {
    let service = &findings.scenario.services[id];
    let judgement = wording::overall(findings, id);
    let shown = |key: &str| {
        found.metric(key).map_or(NOTHING.to_owned(), |measured| {
            let text = number::estimate(measured.about.unit, &measured.estimate);
            // The head says per year, and an interval beside every cell would drown the table.
            text.split(" (").next().unwrap_or_default().trim_end_matches(" / yr").to_owned()
        })
    };
    let availability =
        found.metric(wording::AVAILABILITY).map_or(NOTHING.to_owned(), |measured| number::share(&measured.estimate));
    let recovery = found
        .metric(wording::RECOVERY_TIME)
        .and_then(|measured| measured.estimate.quantiles)
        .map_or(NOTHING.to_owned(), |quantiles| number::duration(quantiles.p95.point));
    let recovery = match service.objective.rto {
        Some(rto) => format!("{recovery} / {}", number::duration(rto.as_seconds())),
        None => recovery,
    };
    let redundancy = match found.metric(wording::REDUNDANCY).and_then(|measured| measured.estimate.point) {
        Some(degree) => format!("{} {}", number::plain(degree), unit(service.redundancy_unit, degree)),
        None => NOTHING.to_owned(),
    };
    let cells = [
        service.name.clone(),
        wording::judgement(judgement).to_owned(),
        availability,
        shown(wording::OUTAGES),
        shown(wording::DOWNTIME),
        recovery,
        redundancy,
    ];
    Row { judgement, cells }
}

/// `node` or `nodes`.
pub(super) const fn unit(level: Level, degree: f64) -> &'static str {
    let one = degree == 1.0;
    match level {
        Level::Node if one => "node",
        Level::Node => "nodes",
        Level::Rack if one => "rack",
        Level::Rack => "racks",
        Level::Room if one => "room",
        Level::Room => "rooms",
        Level::Site if one => "site",
        Level::Site => "sites",
        Level::Region if one => "region",
        Level::Region => "regions",
    }
}

/// `20 000 trials of 10 years each, seed 1`, with the reason where the trials ended early.
pub(super) fn basis(findings: &Findings) -> String {
    let horizon = number::duration(findings.scenario.horizon.as_seconds());
    let trials = if findings.trials == 1 { "trial" } else { "trials" };
    let ended = match findings.stopped {
        Stopped::Planned => "",
        Stopped::Precise => ", stopped at the wanted precision",
        Stopped::Capped => ", stopped at the cap before the wanted precision",
        Stopped::Interrupted => ", interrupted: finished blocks only",
    };
    format!("{} {trials} of {horizon} each, seed {}{ended}", number::count(findings.trials), findings.seed)
}

/// Simulated against exact, in one line.
pub(super) fn check(findings: &Findings, check: &Check) -> String {
    let unit = check.about.unit;
    let simulated = number::estimate(unit, &check.simulated);
    let off = check
        .deviation
        .filter(|off| off.is_finite())
        .map_or_else(String::new, |off| format!(", {} s.e.", number::deviation(off)));
    let subject = wording::subject(&findings.scenario, check.subject);
    let exact = exact(check);
    format!("{subject} {}: {simulated} simulated, {exact} exact{off} ({})", check.about.label, check.method)
}

/// An exact value, with as many digits as the simulated one beside it needs.
pub(super) fn exact(check: &Check) -> String {
    number::value(check.about.unit, check.exact)
}

/// Checks, those that differ first.
pub(super) fn checks(findings: &Findings) -> Vec<&Check> {
    let mut checks: Vec<&Check> = findings.checks.iter().collect();
    checks.sort_by_key(|check| Reverse(check.agrees == Some(false)));
    checks
}

/// Verdicts that need attention: missed first, then at risk.
pub(super) fn troubled(findings: &Findings) -> Vec<&Verdict> {
    let of = |judgement| findings.verdicts.iter().filter(move |verdict| verdict.judgement == judgement);
    of(Judgement::Missed).chain(of(Judgement::AtRisk)).collect()
}

/// `pay, site: rto`, what a verdict is about.
pub(super) fn about(findings: &Findings, verdict: &Verdict) -> String {
    let service = &findings.scenario.services[verdict.service].name;
    let name =
        if verdict.objective.len() == 3 { verdict.objective.to_uppercase() } else { verdict.objective.to_owned() };
    match verdict.disruption {
        Some(disruption) => format!("{service}, {} disruption, {name}", disruption.key()),
        None => format!("{service}, {name}"),
    }
}

/// One line of `[expect]`, judged.
pub(super) fn expected(line: &Expected) -> String {
    let measured = line.measured.map_or(NOTHING.to_owned(), |value| format!("{value}"));
    let expectation = &line.expectation;
    format!("{} = {measured}, expected {} within {}", expectation.written, expectation.value, expectation.within)
}

/// Symbol and word for an expectation.
pub(super) const fn holds(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "● holds",
        Some(false) => "✖ fails",
        None => "▲ inconclusive",
    }
}

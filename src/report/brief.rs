//! The few cells and sentences that the terminal and the Markdown report both show.

use crate::estimate::Estimate;
use crate::model::{Level, ServiceId, Subject};
use crate::quantity::words::trimmed;
use crate::report::number::{self, NOTHING};
use crate::report::wording;
use crate::study::{Check, Expected, Findings, Judgement, Promiser, Stopped, SubjectFindings, Verdict};
use std::cmp::Reverse;

/// Column heads of the table of services.
pub(super) fn heads(findings: &Findings) -> [&'static str; 7] {
    let [outages, downtime] = match Per::of(findings) {
        Per::Year => ["outages / yr", "downtime / yr"],
        Per::Trial(_) => ["outages / trial", "downtime / trial"],
    };
    ["service", "status", "availability (95 % interval)", outages, downtime, "recovery p95 / RTO", "redundancy"]
}

/// What amounts of downtime and outages refer to: nobody thinks of a drill of two weeks in hours per year.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Per {
    /// A year.
    Year,
    /// A trial, which is this part of a year.
    Trial(f64),
}

impl Per {
    /// A trial where it is shorter than a year.
    pub(super) fn of(findings: &Findings) -> Self {
        let years = findings.scenario.horizon.as_years();
        if years > 0.0 && years < 0.99 { Self::Trial(years) } else { Self::Year }
    }

    /// How many of a yearly amount.
    pub(super) const fn amount(self, yearly: f64) -> f64 {
        match self {
            Self::Year => yearly,
            Self::Trial(years) => yearly * years,
        }
    }

    /// `yr` or `trial`.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Year => "yr",
            Self::Trial(_) => "trial",
        }
    }
}

/// One service in the table.
pub(super) struct Row {
    /// Worst judgement.
    pub judgement: Judgement,
    /// Texts under [`heads`].
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
    let judgement = wording::overall(findings, Promiser::Service(id));
    let shown = |key: &str| {
        found.metric(key).map_or(NOTHING.to_owned(), |measured| {
            let text = number::estimate(measured.about.unit, &amounts(Per::of(findings), measured.estimate));
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
        Some(rto) => {
            let more = if wording::beyond(findings, Promiser::Service(id), "rto") { "> " } else { "" };
            format!("{more}{recovery} / {}", number::duration(rto.as_seconds()))
        }
        None => recovery,
    };
    let redundancy = match found.metric(wording::REDUNDANCY).and_then(|measured| measured.estimate.point) {
        Some(degree) => {
            let shown = number::plain(degree);
            let one = if shown == "1" { 1.0 } else { degree };
            format!("{shown} {}", unit(service.redundancy_unit, one))
        }
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

/// An estimate of a yearly amount as it is shown.
fn amounts(per: Per, estimate: Estimate) -> Estimate {
    let amount = |value: Option<f64>| value.map(|value| per.amount(value));
    Estimate { point: amount(estimate.point), low: amount(estimate.low), high: amount(estimate.high), ..estimate }
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
        Stopped::Interrupted => ", interrupted: finished trials only",
    };
    format!("{} {trials} of {horizon} each, seed {}{ended}", number::count(findings.trials), findings.seed)
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

/// The checks that say most, those that differ first; and how many are left out. Left out before others are those that agree and only repeat
/// another one: downtime beside availability, the whole beside its only service.
pub(super) fn telling(findings: &Findings, most: usize) -> (Vec<&Check>, usize) {
    let only_service = findings.services.len() == 1;
    let repeats = |check: &Check| {
        check.agrees != Some(false)
            && (matches!(check.about.key, "unavailability" | "downtime_s_per_year" | "mtbf_s")
                || (only_service && check.subject == Subject::Scenario))
    };
    let rank = |check: &Check| {
        let subject = match check.subject {
            Subject::Service(_) => 0,
            Subject::Dataset(_) => 1,
            Subject::Domain(_) => 2,
            Subject::Scenario => 3,
            Subject::Cost => 4,
        };
        // Availability of every service before the rest of any.
        let metric = ["availability", "outages_per_year", "mttr_s", "outage_probability"]
            .iter()
            .position(|key| *key == check.about.key);
        (check.agrees != Some(false), subject, metric.unwrap_or(4))
    };
    let mut places: Vec<usize> =
        (0..findings.checks.len()).filter(|place| !repeats(&findings.checks[*place])).collect();
    places.sort_by_key(|place| rank(&findings.checks[*place]));
    places.truncate(most);
    // What belongs together stands together.
    places.sort_by_key(|place| (findings.checks[*place].agrees != Some(false), *place));
    let told: Vec<&Check> = places.into_iter().map(|place| &findings.checks[place]).collect();
    let left = findings.checks.len() - told.len();
    (told, left)
}

/// Services and datasets without any closed form, and why.
pub(super) fn unchecked(findings: &Findings) -> Vec<(Subject, String)> {
    let checked = |subject| findings.checks.iter().any(|check| check.subject == subject);
    let mut told: Vec<(Subject, String)> = Vec::new();
    for (subject, why) in &findings.unchecked {
        match (subject, told.last_mut()) {
            (Subject::Domain(_) | Subject::Scenario | Subject::Cost, _) => {}
            (_, Some((last, reasons))) if last == subject => {
                reasons.push_str("; ");
                reasons.push_str(why);
            }
            _ if checked(*subject) => {}
            _ => told.push((*subject, why.clone())),
        }
    }
    told
}

/// Verdicts that need attention: missed first, then at risk. A kind of disruption is told apart only where it fares worse than all of them
/// together.
pub(super) fn troubled(findings: &Findings) -> Vec<&Verdict> {
    let same = |verdict: &&Verdict| {
        verdict.disruption.is_none()
            || !findings.verdicts.iter().any(|all| {
                all.disruption.is_none()
                    && all.of == verdict.of
                    && all.objective == verdict.objective
                    && (all.judgement == Judgement::Missed || all.judgement == verdict.judgement)
            })
    };
    let of = |judgement| findings.verdicts.iter().filter(move |verdict| verdict.judgement == judgement).filter(same);
    of(Judgement::Missed).chain(of(Judgement::AtRisk)).collect()
}

/// `pay, site: rto`, what a verdict is about.
pub(super) fn about(findings: &Findings, verdict: &Verdict) -> String {
    let name_of = wording::promiser(&findings.scenario, verdict.of);
    let name_of = match verdict.of {
        Promiser::Service(_) => name_of.to_owned(),
        Promiser::Dataset(_) => format!("dataset {name_of}"),
    };
    let name =
        if verdict.objective.len() == 3 { verdict.objective.to_uppercase() } else { verdict.objective.to_owned() };
    match verdict.disruption {
        Some(disruption) => format!("{name_of}, {} disruption, {name}", disruption.key()),
        None => format!("{name_of}, {name}"),
    }
}

/// One line of `[expect]`, judged.
pub(super) fn expected(line: &Expected) -> String {
    let expectation = &line.expectation;
    // Two digits more than the tolerance asks for; `summary.json` has all of them.
    let decimals = (2.0 - libm::floor(libm::log10(expectation.within))).clamp(0.0, 12.0) as usize;
    let shown =
        |value: f64| if expectation.within > 0.0 { trimmed(&format!("{value:.decimals$}")) } else { value.to_string() };
    let measured = line.measured.map_or(NOTHING.to_owned(), shown);
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

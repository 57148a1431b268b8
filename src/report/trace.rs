//! One trial told in plain English, with the names of the scenario.

use crate::id::Id;
use crate::model::{Cause, DomainId, LinkId, PlantId, Scenario, ServiceId, ThreatId, UnitId};
use crate::quantity::{SimTime, Span};
use crate::report::number::{self, count, duration};
use crate::report::{trace_data, wording};
use crate::simulation::{Happening, Status, Trace, TraceEntry};
use jiff::civil::DateTime;
use std::fmt::Write as _;

/// A happening in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Kind of event, a key for data files: `unit-failed`.
    pub event: &'static str,
    /// Name of what it happened to.
    pub subject: String,
    /// One sentence without a full stop.
    pub text: String,
}

/// Puts a happening into words.
#[must_use]
pub fn tell(scenario: &Scenario, what: Happening) -> Told {
    let unit = |id: UnitId| scenario.unit_name(id);
    let plant = |id: PlantId| scenario.plants[id].name.clone();
    let domain = |id: DomainId| scenario.domains[id].name.clone();
    let link = |id: LinkId| scenario.links[id].name.clone();
    let threat = |id: ThreatId| scenario.threats[id].name.clone();
    let service = |id: ServiceId| scenario.services[id].name.clone();
    let takes = |span: Span| duration(span.as_seconds());
    let (event, subject, rest) = match what {
        Happening::Data(what) => return trace_data::tell_data(scenario, what),
        Happening::Plan(what) => return trace_data::tell_plan(scenario, what),
        Happening::CaughtUp(id) => ("caught-up", service(id), "has caught up with its work".to_owned()),
        Happening::Failed(id) => ("unit-failed", unit(id), "fails".to_owned()),
        Happening::FailedUnseen(id) => ("unit-failed-unseen", unit(id), "fails, and nobody sees it".to_owned()),
        Happening::Uncovered(id) => ("failure-uncovered", unit(id), "is found to have failed earlier".to_owned()),
        Happening::AwaitsSpare(id) => ("awaits-spare", unit(id), "waits for a spare part".to_owned()),
        Happening::AwaitsCrew(id) => ("awaits-crew", unit(id), "waits for a repair crew".to_owned()),
        Happening::RepairBegan(id, span) => {
            ("repair-began", unit(id), format!("is being repaired, which takes {}", takes(span)))
        }
        Happening::Repaired(id) => ("unit-repaired", unit(id), "works again".to_owned()),
        Happening::TakenDown(id) => ("taken-down", unit(id), "is taken down by a wrong repair nearby".to_owned()),
        Happening::MaintenanceBegan(id) => {
            ("maintenance-began", unit(id), "is taken away for planned maintenance".to_owned())
        }
        Happening::MaintenanceEnded(id) => ("maintenance-ended", unit(id), "is back from maintenance".to_owned()),
        Happening::Destroyed(id, by) => ("unit-destroyed", unit(id), format!("is destroyed by {}", threat(by))),
        Happening::Warned(id, Span::ZERO) => ("threat-warned", threat(id), "is announced".to_owned()),
        Happening::Warned(id, span) => {
            ("threat-warned", threat(id), format!("is announced and will strike in {}", takes(span)))
        }
        Happening::Struck(id) => ("threat-struck", threat(id), "strikes".to_owned()),
        Happening::Passed(id) => ("threat-passed", threat(id), "has passed: one of its effects is over".to_owned()),
        Happening::Starting(id) => ("plant-starting", plant(id), "is asked to start".to_owned()),
        Happening::StartFailed(id) => ("start-failed", unit(id), "does not start".to_owned()),
        Happening::OnStore(id, span) => ("on-store", plant(id), format!("lives on its store for {}", takes(span))),
        Happening::PlantLost(id) => ("plant-lost", plant(id), "delivers no more".to_owned()),
        Happening::PlantBack(id) => ("plant-back", plant(id), "delivers again".to_owned()),
        Happening::DomainOff(id) => ("domain-off", domain(id), "goes off".to_owned()),
        Happening::DomainRestarting(id, span) => {
            ("domain-restarting", domain(id), format!("has what it needs again and restarts within {}", takes(span)))
        }
        Happening::DomainOn(id) => ("domain-on", domain(id), "is on again".to_owned()),
        Happening::Severed(id) => ("domain-severed", domain(id), "cannot be reached".to_owned()),
        Happening::Rejoined(id) => ("domain-rejoined", domain(id), "can be reached again".to_owned()),
        Happening::LinkDown(id) => ("link-down", link(id), "carries no traffic".to_owned()),
        Happening::LinkUp(id) => ("link-up", link(id), "carries traffic again".to_owned()),
        Happening::Became(id, status, cause) => {
            let (event, became) = match status {
                Status::Up => ("service-up", "is up"),
                Status::Degraded => ("service-degraded", "is degraded"),
                Status::Down => ("service-down", "is down"),
            };
            (
                event,
                service(id),
                cause.map_or_else(|| became.to_owned(), |by| format!("{became}: {}", why(scenario, by))),
            )
        }
        Happening::Detected(id) => {
            ("loss-detected", service(id), "is noticed to have lost its active group".to_owned())
        }
        Happening::FalseAlarm(id) => {
            ("false-alarm", service(id), "raises a false alarm: a failover that nothing called for".to_owned())
        }
        Happening::Decided(id) => ("failover-decided", service(id), "is to fail over: the decision is made".to_owned()),
        Happening::SwitchedTo(id, group) => {
            let place = scenario.services[id].groups.get(group as usize);
            let place = place.map_or_else(|| format!("group {}", group + 1), |group| domain(group.domain));
            ("switched", service(id), format!("now runs at {place}"))
        }
        Happening::FailoverFailed(id) => ("failover-failed", service(id), "fails to fail over".to_owned()),
        Happening::ScaledUp(id) => ("scaled-up", service(id), "has full capacity at the standby group".to_owned()),
        Happening::Elected(id) => ("leader-elected", service(id), "has elected a new leader".to_owned()),
        Happening::SplitBrain(id) => {
            ("split-brain", service(id), "runs on both sides of a partition: split brain".to_owned())
        }
        Happening::Rescheduled(replica, host) => {
            let (owner, _) = scenario.replica_home[replica];
            let nth = replica.index() - scenario.replicas_of(owner).positions().start + 1;
            ("replica-rescheduled", format!("{}/replica-{nth}", service(owner)), format!("moves to {}", unit(host)))
        }
    };
    let text = format!("{subject} {rest}");
    Told { event, subject, text }
}

/// What a cause does to a service, as half a sentence.
#[must_use]
pub fn why(scenario: &Scenario, cause: Cause) -> String {
    let class = |id: crate::model::ClassId| &scenario.classes[id].name;
    match cause {
        Cause::Class(id) => format!("broken units of class {}", class(id)),
        Cause::Crew(id) => format!("a repair waits for crew {}", scenario.crews[id].name),
        Cause::Spare(id) => format!("a repair waits for a spare of class {}", class(id)),
        Cause::Maintenance(id) => format!("planned maintenance of class {}", class(id)),
        Cause::WrongRepair(id) => format!("a wrong repair of class {}", class(id)),
        Cause::Plant(id) => format!("{} does not deliver", scenario.plants[id].name),
        Cause::Link(id) => format!("link {} is down", scenario.links[id].name),
        Cause::Threat(id) => format!("{} struck", scenario.threats[id].name),
        Cause::Dependency(id) => format!("{}, which it needs, is down", scenario.services[id].name),
        Cause::Detection => "the loss has not been noticed yet".to_owned(),
        Cause::Decision => "the failover has not been decided yet".to_owned(),
        Cause::Failover => "a failover is under way".to_owned(),
        Cause::StartUp => "it is starting".to_owned(),
        Cause::Election => "it has no leader yet".to_owned(),
        Cause::Restart => "what it stands on is restarting".to_owned(),
        Cause::Data(id) => format!("dataset {}, which it uses, cannot be read", scenario.datasets[id].name),
        Cause::Restore => "data are being restored".to_owned(),
        Cause::Verification => "restored data are being checked".to_owned(),
    }
}

/// Local calendar time of a moment; `None` beyond the year 9999.
#[must_use]
pub fn clock(scenario: &Scenario, at: SimTime) -> Option<DateTime> {
    let since = jiff::SignedDuration::from_micros(i64::try_from(at.as_microseconds()).ok()?);
    scenario.start.checked_add(since).ok()
}

/// One trial as a readable list of events with a closing account of every service.
#[must_use]
pub fn trace_text(scenario: &Scenario, trace: &Trace) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text.trim_end());
        out.push('\n');
    };
    line(&format!("trial {} of {}  {}", trace.trial, scenario.name, scenario.title));
    let started = scenario.start.strftime("%Y-%m-%d %H:%M");
    line(&format!("begins {started} local time, lasts {}", duration(scenario.horizon.as_seconds())));
    line("");
    if trace.entries.is_empty() {
        line("nothing happened");
    } else {
        line(&format!("{:>6}  {:<19}  {:>12}  what happened", "day", "clock", "since last"));
    }
    let (mut day_before, mut before) = (None, SimTime::ZERO);
    for entry in &trace.entries {
        let day = entry.at.as_microseconds() / 86_400_000_000 + 1;
        // The day is written when it changes: the eye finds the busy ones.
        let shown = if day_before.replace(day) == Some(day) { String::new() } else { count(day) };
        let at = clock(scenario, entry.at);
        let at = at.map_or_else(|| number::NOTHING.to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string());
        let since = entry.at.since(before);
        before = entry.at;
        let since = if since == Span::ZERO { String::new() } else { format!("+{}", duration(since.as_seconds())) };
        line(&format!("{shown:>6}  {at:<19}  {since:>12}  {}{}", mark(entry.what), tell(scenario, entry.what).text));
    }
    if trace.dropped > 0 {
        line(&format!("{} later events are not listed", count(trace.dropped)));
    }
    line("");
    for (id, service) in scenario.services.enumerate() {
        let account = account(trace, id);
        line(&format!("{}: {account}", service.name));
    }
    out
}

/// The events of one trial for programs: an array of `{time_s, clock, event, subject, text}` in order.
#[must_use]
pub fn trace_json(scenario: &Scenario, trace: &Trace) -> serde_json::Value {
    let told = |entry: &TraceEntry| {
        let told = tell(scenario, entry.what);
        serde_json::json!({
            "time_s": entry.at.as_seconds(),
            "clock": clock(scenario, entry.at).map(|at| iso(&at)),
            "event": told.event,
            "subject": told.subject,
            "text": told.text,
        })
    };
    trace.entries.iter().map(told).collect()
}

/// ISO 8601 with milliseconds: one shape for every row, so that tables parse it as one type.
#[must_use]
pub fn iso(at: &DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string()
}

/// Sets changes of a service off from their reasons.
fn mark(what: Happening) -> &'static str {
    if let Happening::Became(_, status, _) = what {
        match status {
            Status::Up => "● ",
            Status::Degraded => "▲ ",
            Status::Down => "✖ ",
        }
    } else {
        "  "
    }
}

fn account(trace: &Trace, service: ServiceId) -> String {
    let Some(stretches) = trace.stretches.get(service.index()) else { return "nothing recorded".to_owned() };
    let (mut down, mut degraded, mut longest, mut outages) = (Span::ZERO, Span::ZERO, Span::ZERO, 0u64);
    let mut current = Span::ZERO;
    for stretch in stretches {
        let length = stretch.to.since(stretch.from);
        match stretch.status {
            Status::Up => current = Span::ZERO,
            Status::Degraded => {
                degraded += length;
                current = Span::ZERO;
            }
            Status::Down => {
                outages += u64::from(current == Span::ZERO);
                current += length;
                down += length;
                longest = longest.max(current);
            }
        }
    }
    let mut text = String::new();
    if outages == 0 {
        text.push_str("never down");
    } else {
        let times = match outages {
            1 => "once".to_owned(),
            2 => "twice".to_owned(),
            more => format!("{} times", count(more)),
        };
        let total = duration(down.as_seconds());
        let _ = write!(text, "down {times}, {total} in all");
        if outages > 1 {
            let _ = write!(text, ", longest {}", duration(longest.as_seconds()));
        }
    }
    if degraded > Span::ZERO {
        let _ = write!(text, "; degraded for {}", duration(degraded.as_seconds()));
    }
    let last = stretches.last().map_or("nothing recorded", |stretch| wording::status(stretch.status));
    let _ = write!(text, "; {last} at the end");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ReplicaId;
    use crate::report::fixtures::ordinary;

    /// One of each; a new happening is missed here only if `tell`, which is exhaustive, was extended without a look.
    fn every() -> Vec<Happening> {
        let (unit, plant, domain, link) = (UnitId::new(1), PlantId::new(0), DomainId::new(1), LinkId::new(0));
        let (service, threat, span) = (ServiceId::new(0), ThreatId::new(0), Span::from_seconds(480.0));
        vec![
            Happening::Failed(unit),
            Happening::FailedUnseen(unit),
            Happening::Uncovered(unit),
            Happening::AwaitsSpare(unit),
            Happening::AwaitsCrew(unit),
            Happening::RepairBegan(unit, span),
            Happening::Repaired(unit),
            Happening::TakenDown(unit),
            Happening::MaintenanceBegan(unit),
            Happening::MaintenanceEnded(unit),
            Happening::Destroyed(unit, threat),
            Happening::Warned(threat, span),
            Happening::Warned(threat, Span::ZERO),
            Happening::Struck(threat),
            Happening::Passed(threat),
            Happening::Starting(plant),
            Happening::StartFailed(unit),
            Happening::OnStore(plant, span),
            Happening::PlantLost(plant),
            Happening::PlantBack(plant),
            Happening::DomainOff(domain),
            Happening::DomainRestarting(domain, span),
            Happening::DomainOn(domain),
            Happening::Severed(domain),
            Happening::Rejoined(domain),
            Happening::LinkDown(link),
            Happening::LinkUp(link),
            Happening::Became(service, Status::Up, None),
            Happening::Became(service, Status::Degraded, Some(Cause::StartUp)),
            Happening::Became(service, Status::Down, Some(Cause::Plant(plant))),
            Happening::Detected(service),
            Happening::FalseAlarm(service),
            Happening::Decided(service),
            Happening::SwitchedTo(service, 0),
            Happening::SwitchedTo(service, 9),
            Happening::FailoverFailed(service),
            Happening::ScaledUp(service),
            Happening::Elected(service),
            Happening::SplitBrain(service),
            Happening::Rescheduled(ReplicaId::new(1), unit),
        ]
    }

    #[test]
    fn every_happening_reads_as_a_sentence() {
        let scenario = ordinary().scenario;
        let told: Vec<String> = every().into_iter().map(|what| tell(&scenario, what).text).collect();
        insta::assert_snapshot!("happenings", told.join("\n"));
        let mut events: Vec<&str> = every().into_iter().map(|what| tell(&scenario, what).event).collect();
        events.sort_unstable();
        events.dedup();
        // Two announcements and two switches share a key; up, degraded and down do not.
        assert_eq!(events.len(), told.len() - 2);
    }

    #[test]
    fn every_cause_has_its_reason() {
        let scenario = ordinary().scenario;
        let reasons: Vec<String> = Cause::all(&scenario).into_iter().map(|cause| why(&scenario, cause)).collect();
        insta::assert_snapshot!("reasons", reasons.join("\n"));
    }

    #[test]
    fn programs_get_the_same_words_and_moments() {
        let findings = ordinary();
        let events = trace_json(&findings.scenario, &findings.chosen[0].trace);
        assert_eq!(events.as_array().map(Vec::len), Some(12));
        assert_eq!(events[1]["text"], "flood strikes");
        assert_eq!(events[5]["time_s"], 110_000_000.25);
        assert_eq!(events[5]["clock"], "2029-06-27T03:33:20.250");
    }

    #[test]
    fn clocks_end_with_the_calendar() {
        let scenario = ordinary().scenario;
        assert_eq!(clock(&scenario, SimTime::NEVER), None);
        let noon = clock(&scenario, SimTime::ZERO + Span::from_seconds(43_200.0)).unwrap();
        assert_eq!(noon.to_string(), "2026-01-01T12:00:00");
    }
}

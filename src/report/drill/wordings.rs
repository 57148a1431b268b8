//! Words of a drill: names of what was touched, lights, and what would have to change.

use crate::model::{Disruption, Occurs, Phase, Scenario, Subject};
use crate::quantity::Span;
use crate::report::number::{NOTHING, bytes, duration};
use crate::report::{trace_data, wording};
use crate::study::drill::{Affected, At, Change, DrillFindings, Light, Likelihood, Promise, Rating, Risk};
use std::fmt::Write as _;

/// The rule of the lights, printed wherever they are.
pub const LIGHTS: &str = "● green: at most 80 % of the objective is used · ▲ amber: up to 100 % · ✖ red: beyond it or not over · – no objective";

/// What every page of a drill says of itself.
pub const CAUTION: &str = "This is a model walked on paper, not a test: times are those the scenario states, at one quantile each. Use your own tests to confirm them. 本页为模型推演，非实测；请以自身演练验证。";

/// A light for people: a symbol and a word, never a colour alone.
#[must_use]
pub const fn light(light: Light) -> &'static str {
    match light {
        Light::Green => "● green 绿",
        Light::Amber => "▲ amber 黄",
        Light::Red => "✖ red 红",
        Light::Unpromised => "– no objective 无目标",
    }
}

/// Name of a service or dataset.
#[must_use]
pub fn name(scenario: &Scenario, subject: Subject) -> &str {
    match subject {
        Subject::Service(id) => &scenario.services[id].name,
        Subject::Dataset(id) => &scenario.datasets[id].name,
        Subject::Domain(id) => &scenario.domains[id].name,
        Subject::Scenario | Subject::Cost => &scenario.name,
    }
}

/// Name of a service or dataset, the latter marked: both may have the same name.
#[must_use]
pub fn label(scenario: &Scenario, subject: Subject) -> String {
    let mark = if matches!(subject, Subject::Dataset(_)) { " (data)" } else { "" };
    format!("{}{mark}", name(scenario, subject))
}

/// Name and title of a service or dataset.
#[must_use]
pub fn titled(scenario: &Scenario, subject: Subject) -> String {
    let title = match subject {
        Subject::Service(id) => &scenario.services[id].title,
        Subject::Dataset(id) => &scenario.datasets[id].title,
        Subject::Domain(id) => &scenario.domains[id].title,
        Subject::Scenario | Subject::Cost => &scenario.title,
    };
    let name = label(scenario, subject);
    if title.trim().is_empty() || *title == name { name } else { format!("{name} {title}") }
}

/// `service` or `dataset`.
#[must_use]
pub const fn kind(subject: Subject) -> &'static str {
    match subject {
        Subject::Service(_) => "service",
        Subject::Dataset(_) => "dataset",
        Subject::Domain(_) => "domain",
        Subject::Scenario => "scenario",
        Subject::Cost => "cost",
    }
}

/// What was measured: a time, a lower bound, or why there is none.
#[must_use]
pub fn measured(affected: &Affected, rating: &Rating) -> String {
    match (rating.measured, rating.open) {
        (Some(span), false) => against(span, rating.promised),
        (Some(span), true) => format!("not over after {}", duration(span.as_seconds())),
        (None, true) => "nothing came back".to_owned(),
        (None, false) if affected.recoveries.is_empty() => "not touched 未受影响".to_owned(),
        (None, false) => "nothing lost 无丢失".to_owned(),
    }
}

/// A time beside the objective it is held against: to the second where rounding would make them look the same.
fn against(span: Span, limit: Option<Span>) -> String {
    let (text, whole) = (duration(span.as_seconds()), span.as_seconds().round());
    if limit.is_none_or(|limit| limit == span || duration(limit.as_seconds()) != text || limit.as_seconds() == whole) {
        return text;
    }
    let parts = [("d", whole / 86_400.0), ("h", whole % 86_400.0 / 3600.0), ("min", whole % 3600.0 / 60.0)];
    let mut words: Vec<String> = parts
        .into_iter()
        .filter(|(_, many)| *many >= 1.0)
        .map(|(unit, many)| format!("{} {unit}", many as u64))
        .collect();
    words.push(format!("{} s", whole % 60.0));
    words.join(" ")
}

/// A promise, or that there is none.
#[must_use]
pub fn promised(span: Option<Span>) -> String {
    span.map_or_else(|| NOTHING.to_owned(), |span| duration(span.as_seconds()))
}

/// Name of an objective.
#[must_use]
pub const fn promise(promise: Promise) -> &'static str {
    match promise {
        Promise::Rto => "RTO",
        Promise::Rpo => "RPO",
        Promise::Mtd => "MTD",
    }
}

/// How it was walked.
#[must_use]
pub const fn walked(at: Option<At>) -> &'static str {
    match at {
        Some(At::Median) => "every time at its median; what is likelier than not happens 各步取中位数",
        Some(At::Pessimistic) => {
            "every time at its 90 % quantile and every bad chance of 10 % or more taken: worse than the 90 % quantile of the whole 各步取 90% 分位，整体比 90% 分位更悲观"
        }
        None => "times drawn; shown is the median trial by its longest recovery 随机抽样，所示为中位试验",
    }
}

/// Whence the data came, and from when: `backup nightly, point 2026-07-14 01:00:00`.
#[must_use]
pub fn point(scenario: &Scenario, affected: &Affected) -> String {
    match &affected.point {
        Some((_, Some((source, at)))) => {
            format!("{}, point {}", trace_data::source_name(scenario, *source), trace_data::moment(scenario, *at))
        }
        Some((age, None)) => format!("a point {} old", duration(age.as_seconds())),
        None if affected.gone => "nothing left to restore from".to_owned(),
        None => NOTHING.to_owned(),
    }
}

/// Phases of the worst recovery as a line: `detect 25 s · decide 10 min · act 7 min`.
#[must_use]
pub fn phases(affected: &Affected) -> String {
    let Some(worst) = affected.worst() else { return NOTHING.to_owned() };
    let mut parts: Vec<String> = Phase::ALL
        .into_iter()
        .filter(|phase| worst.took(*phase) > Span::ZERO)
        .map(|phase| format!("{} {}", phase.key(), duration(worst.took(phase).as_seconds())))
        .collect();
    if worst.work > Span::ZERO {
        parts.push(format!("catch up {}", duration(worst.work.as_seconds())));
    }
    if worst.open {
        parts.push("not over".to_owned());
    }
    parts.join(" · ")
}

/// What would have to change, one sentence for each objective that is missed: arithmetic and no more.
#[must_use]
pub fn changes(findings: &DrillFindings) -> Vec<String> {
    let scenario = &findings.scenario;
    let mut sentences = Vec::new();
    for affected in &findings.walk.affected {
        for rating in &affected.ratings {
            // What its data lack is said of the data.
            let told_there = rating.promise == Promise::Rpo
                && matches!(affected.subject, Subject::Service(id) if lacking(findings, id));
            if told_there {
                continue;
            }
            if let (Some(change), Some(limit)) = (&rating.change, rating.promised) {
                let head = format!(
                    "{} {} {}",
                    kind(affected.subject),
                    name(scenario, affected.subject),
                    promise(rating.promise)
                );
                sentences.push(format!("{head}: {}", told(findings, affected, rating, limit, change)));
            }
        }
    }
    sentences
}

/// True when some dataset of a service misses its own RPO.
fn lacking(findings: &DrillFindings, id: crate::model::ServiceId) -> bool {
    let uses = &findings.scenario.services[id].uses;
    let red = |it: &&Affected| it.ratings.iter().any(|it| it.promise == Promise::Rpo && it.light == Light::Red);
    let own = |it: &&Affected| matches!(it.subject, Subject::Dataset(data) if uses.contains(&data));
    findings.walk.affected.iter().filter(own).any(|it| red(&it))
}

fn told(findings: &DrillFindings, affected: &Affected, rating: &Rating, limit: Span, change: &Change) -> String {
    let span = |span: Span| duration(span.as_seconds());
    let took = rating.measured.map_or_else(String::new, |measured| against(measured, Some(limit)));
    match change {
        Change::Shrink(short) => {
            let mut text = format!("took {took} of {}, {} too long; ", span(limit), span(short.over));
            let phase = short.phase.key();
            let _ = match short.may_take {
                Some(may) => write!(
                    text,
                    "`{phase}` took longest, {}: it would have to take {} or less, all else as it is",
                    span(short.took),
                    span(may)
                ),
                None => write!(
                    text,
                    "`{phase}` took longest, {}: even without it the rest is {} too long",
                    span(short.took),
                    span(short.over.saturating_sub(short.took))
                ),
            };
            if let Some(moved) = &short.transfer {
                let _ = write!(
                    text,
                    "; restoring {} took {}, {} on average",
                    bytes(moved.bytes),
                    span(moved.took),
                    bits(moved.rate())
                );
                if let (Some(rate), Some(may)) = (moved.needed(), moved.may_take) {
                    let _ = write!(text, "; within {} it needs {}", span(may), bits(rate));
                }
            }
            if let Some(cause) = affected.worst().and_then(crate::study::drill::Recovery::cause) {
                let _ = write!(text, " (cause: {})", cause.label(&findings.scenario));
            }
            text
        }
        Change::Sum { recovery, work, recovery_broke, work_broke, over } => {
            let broke = match (recovery_broke, work_broke) {
                (true, false) => "the recovery time broke it",
                (false, true) => "the work recovery time broke it",
                (true, true) | (false, false) => "recovery time and work recovery time broke it, each of them",
            };
            format!(
                "recovery {} + work recovery {} = {took} of {}, {} too long; {broke}",
                span(*recovery),
                span(*work),
                span(limit),
                span(*over)
            )
        }
        Change::Younger { since } => format!(
            "the data that came back were {took} old, {} allowed; the point would have to be of {} or later (it was: {})",
            span(limit),
            trace_data::moment(&findings.scenario, *since),
            point(&findings.scenario, affected)
        ),
        Change::Nothing => "nothing was left to restore from: a copy out of reach of this event is needed".to_owned(),
        Change::Unended(phase) => format!(
            "not over after {took}, {} allowed{}",
            span(limit),
            phase.map_or_else(String::new, |phase| format!("; it is still in `{}`", phase.key()))
        ),
    }
}

/// A rate in bits per second for people.
fn bits(rate: f64) -> String {
    for (unit, size) in [("Tbps", 1e12), ("Gbps", 1e9), ("Mbps", 1e6), ("kbps", 1e3)] {
        if rate >= size {
            return format!("{} {unit}", crate::report::number::plain(rate / size));
        }
    }
    format!("{} bps", crate::report::number::plain(rate))
}

/// How likely a threat is, with the word that its rate stands for.
#[must_use]
pub fn likelihood(scenario: &Scenario, risk: &Risk) -> String {
    match risk.likelihood {
        Likelihood::Rate(rate) => {
            let yearly = rate.per_year();
            let word = match yearly {
                rate if rate >= 1.0 => "frequent 频繁",
                rate if rate >= 0.1 => "likely 较可能",
                rate if rate >= 0.01 => "possible 可能",
                _ => "rare 罕见",
            };
            format!("{} a year: {word}", crate::report::number::plain(yearly))
        }
        Likelihood::Scripted(1) => "scripted, once 设定".to_owned(),
        Likelihood::Scripted(times) => format!("scripted, {times} times 设定"),
        Likelihood::Triggered => {
            let sets = |other: &&crate::model::Threat| other.then.iter().any(|cascade| cascade.threat == risk.threat);
            let by: Vec<&str> = scenario.threats.iter().filter(sets).map(|other| other.name.as_str()).collect();
            if by.is_empty() { "never on its own".to_owned() } else { format!("set off by {}", by.join(", ")) }
        }
    }
}

/// What a threat came to when it was struck at the moment of the drill.
#[must_use]
pub fn consequence(scenario: &Scenario, risk: &Risk) -> String {
    let mut parts = Vec::new();
    if let Some((subject, time, open)) = risk.recovery {
        let (name, time) = (name(scenario, subject), duration(time.as_seconds()));
        parts.push(if open { format!("{name} not back after {time}") } else { format!("{name} back after {time}") });
    }
    match risk.point {
        Some((id, Some(age))) => {
            parts.push(format!("{} loses {} of work", scenario.datasets[id].name, duration(age.as_seconds())));
        }
        Some((id, None)) => parts.push(format!("{} lost for good", scenario.datasets[id].name)),
        None => {}
    }
    if parts.is_empty() { "nobody notices 无人察觉".to_owned() } else { parts.join("; ") }
}

/// A kind of disruption in both languages.
#[must_use]
pub fn disruption(disruption: Disruption) -> String {
    format!("{} {}", disruption.key(), disruption.title_zh())
}

/// Title or name of the drilled threat.
#[must_use]
pub fn threat(findings: &DrillFindings) -> &str {
    let threat = &findings.scenario.threats[findings.event.threat];
    wording::titled(&threat.title, &threat.name)
}

/// Why the event strikes when it does.
#[must_use]
pub fn occurs(findings: &DrillFindings) -> &'static str {
    match &findings.scenario.threats[findings.event.threat].occurs {
        Occurs::At(_) => "scripted in the scenario",
        Occurs::Randomly { .. } => "by chance in the scenario, struck here once",
        Occurs::Triggered => "set off by others in the scenario, struck here once",
    }
}

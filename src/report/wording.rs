//! Words that several renderers share.

use crate::model::{DatasetId, Scenario, ServiceId, Subject};
use crate::simulation::Status;
use crate::study::{Findings, Judgement, Promiser, Stopped, SubjectFindings, Verdict, Which};

/// How downtime is divided among causes; printed with every attribution.
pub const ATTRIBUTION_RULE: &str =
    "an hour down is charged in equal parts to the causes that hold the service down in that hour";

/// What every report says of itself.
pub const CAVEAT: &str = "figures come from a model of the scenario, not from a test of the site";

/// What is said of services that are up or down through a whole trial.
pub const FIXED: &str = "static probabilities: the closed form is the answer, the trials check it";

/// Key of the share of time up.
pub const AVAILABILITY: &str = "availability";
/// Key of outages per year.
pub const OUTAGES: &str = "outages_per_year";
/// Key of time down per year.
pub const DOWNTIME: &str = "downtime_s_per_year";
/// Key of the distribution of outage lengths.
pub const OUTAGE_LENGTH: &str = "outage_s";
/// Key of the distribution of recovery times.
pub const RECOVERY_TIME: &str = "recovery_time_s";
/// Key of the distribution of recovery points.
pub const RECOVERY_POINT: &str = "recovery_point_s";
/// Key of the mean redundancy degree.
pub const REDUNDANCY: &str = "redundancy_degree";

/// Key of the reason why trials ended.
#[must_use]
pub const fn stopped(stopped: Stopped) -> &'static str {
    match stopped {
        Stopped::Planned => "planned",
        Stopped::Precise => "precise",
        Stopped::Capped => "capped",
        Stopped::Interrupted => "interrupted",
    }
}

/// Key of a judgement in data files.
#[must_use]
pub const fn judgement_key(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Met => "met",
        Judgement::AtRisk => "at-risk",
        Judgement::Missed => "missed",
        Judgement::NoObjective => "no-objective",
        Judgement::NotApplicable => "not-applicable",
    }
}

/// A judgement for people: a symbol and a word, never a colour alone.
#[must_use]
pub const fn judgement(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Met => "● met",
        Judgement::AtRisk => "▲ at risk",
        Judgement::Missed => "✖ missed",
        Judgement::NoObjective => "– no objective",
        Judgement::NotApplicable => "– not applicable",
    }
}

/// The worst judgement of a service or dataset over all its verdicts.
#[must_use]
pub fn overall(findings: &Findings, of: Promiser) -> Judgement {
    let rank = |judgement: Judgement| match judgement {
        Judgement::Missed => 4,
        Judgement::AtRisk => 3,
        Judgement::Met => 2,
        Judgement::NotApplicable => 1,
        Judgement::NoObjective => 0,
    };
    let own = findings.verdicts.iter().filter(|verdict| verdict.of == of);
    own.map(|verdict| verdict.judgement).max_by_key(|each| rank(*each)).unwrap_or(Judgement::NoObjective)
}

/// `s` or `share`: what the numbers of a verdict are.
#[must_use]
pub fn objective_unit(verdict: &Verdict) -> &'static str {
    if verdict.objective == AVAILABILITY { "share" } else { "s" }
}

/// A number of a verdict for people.
#[must_use]
pub fn objective_value(verdict: &Verdict, value: Option<f64>) -> String {
    let Some(value) = value else { return super::number::NOTHING.to_owned() };
    if verdict.objective == AVAILABILITY { super::number::percent(value) } else { super::number::duration(value) }
}

/// Path of a subject as `[expect]` writes it: `services.pay`, `domains.sh-a/hall-1`, `scenario`.
#[must_use]
pub fn subject(scenario: &Scenario, subject: Subject) -> String {
    match subject {
        Subject::Service(service) => format!("services.{}", scenario.services[service].name),
        Subject::Dataset(dataset) => format!("datasets.{}", scenario.datasets[dataset].name),
        Subject::Domain(domain) => format!("domains.{}", scenario.domains[domain].name),
        Subject::Scenario => "scenario".to_owned(),
        Subject::Cost => "cost".to_owned(),
    }
}

/// Why a trial was chosen.
#[must_use]
pub const fn which(which: Which) -> &'static str {
    match which {
        Which::Median => "median",
        Which::P95 => "p95",
        Which::Worst => "worst",
    }
}

/// State of a service.
#[must_use]
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Up => "up",
        Status::Degraded => "degraded",
        Status::Down => "down",
    }
}

/// The title, or the name where there is none.
#[must_use]
pub fn titled<'a>(title: &'a str, name: &'a str) -> &'a str {
    if title.trim().is_empty() { name } else { title }
}

/// Simulated against exact in words.
#[must_use]
pub const fn agreement(agrees: Option<bool>) -> &'static str {
    match agrees {
        Some(true) => "● agrees",
        Some(false) => "✖ differs",
        None => "– too little to tell",
    }
}

/// Name of who made a promise.
#[must_use]
pub fn promiser(scenario: &Scenario, of: Promiser) -> &str {
    match of {
        Promiser::Service(id) => &scenario.services[id].name,
        Promiser::Dataset(id) => &scenario.datasets[id].name,
    }
}

/// True when too many events never ended, or left nothing to come back to, for the p95 of an objective to be known: it lies beyond that of those
/// that did.
#[must_use]
pub fn beyond(findings: &Findings, of: Promiser, objective: &str) -> bool {
    findings.verdicts.iter().any(|verdict| {
        let about = verdict.of == of && verdict.disruption.is_none() && verdict.objective == objective;
        about && verdict.judgement == Judgement::Missed && verdict.measured.is_none()
    })
}

/// The findings of a dataset.
#[must_use]
pub fn of_dataset(findings: &Findings, dataset: DatasetId) -> Option<&SubjectFindings> {
    findings.datasets.iter().find(|(id, _)| *id == dataset).map(|(_, found)| found)
}

/// The findings of a service.
#[must_use]
pub fn of_service(findings: &Findings, service: ServiceId) -> Option<&SubjectFindings> {
    findings.services.iter().find(|(id, _)| *id == service).map(|(_, found)| found)
}

/// At most `width` columns of a terminal, cut with an ellipsis; control characters become spaces.
///
/// ```
/// use drsim::report::wording::shorten;
/// assert_eq!(shorten("一二三四", 5), "一二…");
/// assert_eq!(shorten("abcd", 4), "abcd");
/// ```
#[must_use]
pub fn shorten(text: &str, width: usize) -> String {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.width() <= width {
        return text;
    }
    let mut kept = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > width {
            break;
        }
        kept.push(character);
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

//! Objectives against what happened, each with its reason.

use super::findings::{Judgement, SubjectFindings, Verdict};
use crate::estimate::{Basis, Histogram};
use crate::model::{AvailabilityObjective, Disruption, Objective, Period, ServiceId};

/// Share of an objective from which it counts as at risk.
const RISKY: f64 = 0.8;

/// Share of windows that must keep a promised availability for it not to be at risk.
const WINDOWS: f64 = 0.95;

const MICRO: f64 = 1e-6;

/// What a service's objectives are judged by.
#[derive(Debug)]
pub(super) struct Evidence<'a> {
    pub service: ServiceId,
    pub findings: &'a SubjectFindings,
    /// Recovery times in microseconds by [`Disruption::ALL`].
    pub recoveries: Vec<Histogram>,
    /// Unplanned outages that were open when their trial ended.
    pub open: u64,
    pub trials: u64,
}

/// How an objective on the length of recoveries is measured.
struct Measure {
    objective: &'static str,
    words: &'static str,
    level: f64,
    point: &'static str,
}

const RTO: Measure = Measure { objective: "rto", words: "recovery time objective", level: 0.95, point: "p95" };
const MTD: Measure = Measure { objective: "mtd", words: "maximum tolerable downtime", level: 0.99, point: "p99" };

/// All verdicts on one service: RTO by p95 and MTD by p99 of the recovery times, over all disruptions and for each class; then availability.
pub(super) fn verdicts(objective: &Objective, evidence: &Evidence) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (measure, promised) in [(&RTO, objective.rto), (&MTD, objective.mtd)] {
        let Some(promised) = promised.map(crate::quantity::Span::as_seconds) else {
            verdicts.push(unpromised(evidence, measure.objective, measure.words));
            continue;
        };
        let mut all = Histogram::default();
        evidence.recoveries.iter().for_each(|class| all.merge(class));
        verdicts.push(recovery(evidence, measure, promised, None, &all));
        for (disruption, class) in Disruption::ALL.into_iter().zip(&evidence.recoveries) {
            verdicts.push(recovery(evidence, measure, promised, Some(disruption), class));
        }
    }
    verdicts.push(match &objective.availability {
        Some(promised) => availability(evidence, promised),
        None => unpromised(evidence, "availability", "availability"),
    });
    verdicts
}

fn unpromised(evidence: &Evidence, objective: &'static str, words: &str) -> Verdict {
    Verdict {
        service: evidence.service,
        disruption: None,
        objective,
        judgement: Judgement::NoObjective,
        promised: None,
        measured: None,
        reason: format!("no {words} is promised"),
    }
}

fn recovery(
    evidence: &Evidence,
    measure: &Measure,
    promised: f64,
    disruption: Option<Disruption>,
    recoveries: &Histogram,
) -> Verdict {
    let verdict = |judgement, measured, reason| Verdict {
        service: evidence.service,
        disruption,
        objective: measure.objective,
        judgement,
        promised: Some(promised),
        measured,
        reason,
    };
    let kind = disruption.map_or(String::new(), |disruption| format!("{} ", disruption.key()));
    // The class of an outage that is still open is not known: it counts among all of them only.
    let open = if disruption.is_none() { evidence.open } else { 0 };
    let (ended, total) = (recoveries.count(), recoveries.count() + open);
    if total == 0 {
        let rest = match evidence.open {
            0 => String::new(),
            open => format!(" that ended; {} still open at the end", counted(open, "outage was", "outages were")),
        };
        let reason = format!("no {kind}disruption{rest} in {}", counted(evidence.trials, "trial", "trials"));
        return verdict(Judgement::NotApplicable, None, reason);
    }
    let reach = measure.level * total as f64 / ended as f64;
    let point = if reach <= 1.0 { recoveries.quantile(reach) } else { None };
    let Some(seconds) = point.map(|point| point * MICRO) else {
        let reason = format!(
            "{} of {} still open when the trial ended: {} lies beyond it",
            counted(open, "recovery was", "recoveries were"),
            counted(total, "recovery", "recoveries"),
            measure.point
        );
        return verdict(Judgement::Missed, None, reason);
    };
    let longest = recoveries.largest().map_or(seconds, |longest| longest as f64 * MICRO);
    let still = if open > 0 { format!(", {open} of them still open") } else { String::new() };
    let reason = format!(
        "{} of {} from {kind}disruptions{still} is {}, {} of the {} promised; the longest took {}",
        measure.point,
        counted(total, "recovery", "recoveries"),
        length(seconds),
        percent(seconds / promised),
        length(promised),
        length(longest)
    );
    verdict(used(seconds / promised), Some(seconds), reason)
}

fn availability(evidence: &Evidence, promised: &AvailabilityObjective) -> Verdict {
    let share = promised.share.get();
    let verdict = |judgement, measured, reason| Verdict {
        service: evidence.service,
        disruption: None,
        objective: "availability",
        judgement,
        promised: Some(share),
        measured,
        reason,
    };
    let unavailability = evidence.findings.metric("unavailability").map(|measured| measured.estimate);
    let Some((down, estimate)) = unavailability.and_then(|estimate| Some((estimate.point?, estimate))) else {
        return verdict(Judgement::NotApplicable, None, "no trial was run".to_owned());
    };
    let allowed = 1.0 - share;
    let windows = evidence.findings.metric("windows_met_share").and_then(|measured| measured.estimate.point);
    let period = match promised.period {
        Period::Month => "months",
        Period::Year => "years",
    };
    let kept = windows.map_or_else(
        || format!("no full {period} within the horizon to judge"),
        |kept| format!("{} of full {period} kept it", percent(kept)),
    );
    // Compared as times down: near one, a share has no digits left to compare.
    let over_time = if down <= 0.0 { Judgement::Met } else { used(down / allowed) };
    let straddles = estimate.high.is_some_and(|high| high > allowed) && estimate.basis == Basis::Interval;
    let few_kept = windows.is_some_and(|kept| kept < WINDOWS);
    let judgement = match over_time {
        Judgement::Met if straddles || few_kept => Judgement::AtRisk,
        other => other,
    };
    let found = match (estimate.basis, estimate.low, estimate.high) {
        (Basis::Bound, _, Some(high)) => format!(
            "never down in {}, which supports {} and no more",
            counted(evidence.trials, "trial", "trials"),
            nines(high)
        ),
        (_, Some(low), Some(high)) => {
            format!("{} ({} to {}) against {}", nines(down), nines(high), nines(low), nines(allowed))
        }
        _ => format!("{} against {}", nines(down), nines(allowed)),
    };
    verdict(judgement, Some(1.0 - down), format!("availability {found}; {kept}"))
}

fn used(share: f64) -> Judgement {
    if share <= RISKY {
        Judgement::Met
    } else if share <= 1.0 {
        Judgement::AtRisk
    } else {
        Judgement::Missed
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn percent(share: f64) -> String {
    format!("{} %", rounded(100.0 * share, 3))
}

/// An availability in per cent from the unavailability, to two digits of the latter.
fn nines(down: f64) -> String {
    let percent = 100.0 * down;
    let digits = if percent > 0.0 { (1.0 - percent.log10().floor()).clamp(0.0, 12.0) as usize } else { 0 };
    format!("{:.digits$} %", 100.0 - percent)
}

fn length(seconds: f64) -> String {
    let (scale, unit) = match seconds {
        seconds if seconds < 120.0 => (1.0, "s"),
        seconds if seconds < 7200.0 => (60.0, "min"),
        seconds if seconds < 172_800.0 => (3600.0, "h"),
        _ => (86_400.0, "days"),
    };
    format!("{} {unit}", rounded(seconds / scale, 3))
}

/// `value` to so many significant digits, without an exponent and without trailing zeros.
fn rounded(value: f64, digits: i32) -> String {
    let place = if value == 0.0 { 0 } else { digits - 1 - value.abs().log10().floor() as i32 };
    let text = format!("{:.*}", place.clamp(0, 12) as usize, value);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

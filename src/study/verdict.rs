//! Objectives against what happened, each with its reason.

use super::findings::{Judgement, Promiser, SubjectFindings, Verdict};
use crate::estimate::{Basis, Histogram};
use crate::model::{AvailabilityObjective, Disruption, Objective, Period, ServiceId};
use crate::quantity::words::{count, duration, percent, plain};

/// Share of an objective from which it counts as at risk.
const RISKY: f64 = 0.8;

/// Share of windows that must keep a promised availability for it not to be at risk.
const WINDOWS: f64 = 0.95;

pub(super) const MICRO: f64 = 1e-6;

/// What a service's objectives are judged by.
#[derive(Debug)]
pub(super) struct Evidence<'a> {
    pub service: ServiceId,
    pub findings: &'a SubjectFindings,
    /// Recovery times in microseconds by [`Disruption::ALL`].
    pub recoveries: Vec<Histogram>,
    /// Times from service to caught up in microseconds.
    pub catch_ups: Histogram,
    /// Unplanned outages that were open when their trial ended.
    pub open: u64,
    pub trials: u64,
}

/// How an objective on the length of recoveries is measured.
pub(super) struct Measure {
    pub objective: &'static str,
    pub words: &'static str,
    pub level: f64,
    pub point: &'static str,
}

pub(super) const RTO: Measure =
    Measure { objective: "rto", words: "recovery time objective", level: 0.95, point: "p95" };
const MTD: Measure = Measure { objective: "mtd", words: "maximum tolerable downtime", level: 0.99, point: "p99" };

/// All verdicts on one service: RTO by p95 of the recovery times and MTD by p99 of the recovery times and that of the work recovery times together,
/// over all disruptions and for each class; then availability.
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
        of: Promiser::Service(evidence.service),
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
        of: Promiser::Service(evidence.service),
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
            "{} of {} {} still open when the trial ended: {} lies beyond its end",
            count(open),
            counted(total, "unplanned outage", "unplanned outages"),
            if open == 1 { "was" } else { "were" },
            measure.point
        );
        return verdict(Judgement::Missed, None, reason);
    };
    // Long outages leave much to catch up with: the two quantiles add up, and where the lengths do not go together this is on the safe side.
    let caught_up = (measure.objective == MTD.objective)
        .then(|| evidence.catch_ups.quantile(measure.level))
        .flatten()
        .map_or(0.0, |point| point * MICRO);
    let longest = recoveries.largest().map_or(seconds, |longest| longest as f64 * MICRO);
    let events = match open {
        0 if disruption.is_none() => counted(total, "recovery", "recoveries"),
        0 => format!("{} from {kind}disruptions", counted(total, "recovery", "recoveries")),
        open => format!(
            "{} ({} still open at the end)",
            counted(total, "unplanned outage", "unplanned outages"),
            count(open)
        ),
    };
    let whole = seconds + caught_up;
    let work = if caught_up > 0.0 {
        format!(", and {} more until work is caught up: {} in all", duration(caught_up), duration(whole))
    } else {
        String::new()
    };
    let reason = format!(
        "{} of {events} is {}{work}, {} the {} promised; the longest took {}",
        measure.point,
        duration(seconds),
        of_promise(whole / promised),
        duration(promised),
        duration(longest)
    );
    verdict(used(whole / promised), Some(whole), reason)
}

fn availability(evidence: &Evidence, promised: &AvailabilityObjective) -> Verdict {
    let share = promised.share.get();
    let verdict = |judgement, measured, reason| Verdict {
        of: Promiser::Service(evidence.service),
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
    let (period_one, period) = match promised.period {
        Period::Month => ("month", "months"),
        Period::Year => ("year", "years"),
    };
    let kept = windows.map_or_else(
        || format!("no full {period_one} within the horizon to judge"),
        |kept| match kept {
            1.0 => format!("all full {period} kept it"),
            0.0 => format!("no full {period_one} kept it"),
            kept => format!("{} of full {period} kept it", percent(kept)),
        },
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
            let (high, low) = (nines(high), nines(low));
            format!("{} ({}–{}) against the {} promised", nines(down), bare(&high), bare(&low), percent(share))
        }
        _ => format!("{} against the {} promised", nines(down), percent(share)),
    };
    verdict(judgement, Some(1.0 - down), format!("{found}; {kept}"))
}

pub(super) fn used(share: f64) -> Judgement {
    if share <= RISKY {
        Judgement::Met
    } else if share <= 1.0 {
        Judgement::AtRisk
    } else {
        Judgement::Missed
    }
}

pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A percentage within a range: the sign stands once.
fn bare(percentage: &str) -> &str {
    percentage.trim_end_matches(" %")
}

/// What part of a promise was used: in per cent, and as a multiple where nobody thinks in per cent any more.
pub(super) fn of_promise(share: f64) -> String {
    match share {
        // Nothing was promised to be down at all.
        share if !share.is_finite() => "more than".to_owned(),
        share if share >= 9.5 => format!("{} times", plain(share.round())),
        share if share >= 1.995 => format!("{} times", plain((share * 10.0).round() / 10.0)),
        share => format!("{:.0} % of", share * 100.0),
    }
}

/// An availability in per cent from the unavailability, to two digits of the latter.
fn nines(down: f64) -> String {
    let percent = 100.0 * down;
    let digits = if percent > 0.0 { (1.0 - percent.log10().floor()).clamp(0.0, 12.0) as usize } else { 0 };
    format!("{:.digits$} %", 100.0 - percent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::Estimate;
    use crate::id::Id as _;
    use crate::metric::{SERVICE_METRICS, position};
    use crate::quantity::{Probability, Span};
    use crate::study::Measured;

    fn minutes(lengths: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        for length in lengths {
            histogram.add(length * 60_000_000);
        }
        histogram
    }

    /// Recoveries from node disruptions of the given minutes, judged against an RTO of an hour.
    fn rto(lengths: &[u64], open: u64) -> Vec<Verdict> {
        judged(lengths, open, None)
    }

    fn judged(lengths: &[u64], open: u64, mtd: Option<Span>) -> Vec<Verdict> {
        let findings = SubjectFindings::default();
        let mut recoveries = vec![Histogram::default(); Disruption::ALL.len()];
        recoveries[Disruption::Node as usize] = minutes(lengths);
        let catch_ups = minutes(&[40; 10]);
        let evidence =
            Evidence { service: ServiceId::new(0), findings: &findings, recoveries, catch_ups, open, trials: 500 };
        let objective = Objective { rto: Some(Span::from_seconds(3600.0)), mtd, ..Objective::default() };
        verdicts(&objective, &evidence)
    }

    #[test]
    fn the_mtd_holds_until_work_is_caught_up() {
        let verdicts = judged(&[30; 20], 0, Some(Span::from_seconds(3600.0)));
        let mtd = verdicts.iter().find(|verdict| verdict.objective == "mtd" && verdict.disruption.is_none()).unwrap();
        assert_eq!((mtd.judgement, mtd.measured), (Judgement::Missed, Some(70.0 * 60.0)));
        assert_eq!(
            mtd.reason,
            "p99 of 20 recoveries is 30 min, and 40 min more until work is caught up: 1 h 10 min in all, \
             117 % of the 1 h promised; the longest took 30 min"
        );
        assert_eq!(of(&verdicts, None).judgement, Judgement::Met, "the RTO ends with service");
    }

    fn of(verdicts: &[Verdict], disruption: Option<Disruption>) -> &Verdict {
        verdicts.iter().find(|verdict| verdict.objective == "rto" && verdict.disruption == disruption).unwrap()
    }

    #[test]
    fn recovery_is_judged_by_p95_of_its_class() {
        let node = Some(Disruption::Node);
        for (length, judgement) in
            [(48, Judgement::Met), (49, Judgement::AtRisk), (60, Judgement::AtRisk), (61, Judgement::Missed)]
        {
            assert_eq!(of(&rto(&[length; 20], 0), node).judgement, judgement, "{length} min of 60");
        }
        let mut lengths = vec![30; 19];
        lengths.push(600);
        let verdicts = rto(&lengths, 0);
        let verdict = of(&verdicts, node);
        assert_eq!(verdict.judgement, Judgement::Met, "one in twenty may be longer");
        assert_eq!(
            verdict.reason,
            "p95 of 20 recoveries from node disruptions is 30 min, 50 % of the 1 h promised; the longest took 10 h"
        );
        assert_eq!(of(&verdicts, Some(Disruption::Site)).judgement, Judgement::NotApplicable);
        assert_eq!(of(&verdicts, Some(Disruption::Site)).reason, "no site disruption in 500 trials");
    }

    #[test]
    fn what_never_recovered_is_not_forgotten() {
        let verdicts = rto(&[30; 18], 2);
        assert_eq!(of(&verdicts, Some(Disruption::Node)).judgement, Judgement::Met);
        let all = of(&verdicts, None);
        assert_eq!((all.judgement, all.measured), (Judgement::Missed, None));
        assert!(all.reason.starts_with("2 of 20 unplanned outages were still open"), "{}", all.reason);
        let nothing = rto(&[], 3);
        assert_eq!(of(&nothing, None).judgement, Judgement::Missed);
        assert!(of(&nothing, Some(Disruption::Site)).reason.contains("3 outages were still open"));
    }

    #[test]
    fn no_promise_no_judgement() {
        let verdicts = rto(&[30; 20], 0);
        let mtd = verdicts.iter().find(|verdict| verdict.objective == "mtd").unwrap();
        assert_eq!(
            (mtd.judgement, mtd.reason.as_str()),
            (Judgement::NoObjective, "no maximum tolerable downtime is promised")
        );
    }

    /// Judges a promise of 99.9 % a month: unavailability with its interval, share of months kept.
    fn promised(down: (f64, f64, f64), basis: Basis, kept: f64) -> (Judgement, String) {
        let measured = |key, point, low, high, basis| Measured {
            about: &SERVICE_METRICS[position(&SERVICE_METRICS, key).unwrap()].about,
            estimate: Estimate { point: Some(point), low: Some(low), high: Some(high), basis, ..Estimate::NOTHING },
            exact: None,
        };
        let metrics = vec![
            measured("unavailability", down.0, down.1, down.2, basis),
            measured("windows_met_share", kept, kept, kept, Basis::Interval),
        ];
        let findings = SubjectFindings { metrics, ..SubjectFindings::default() };
        let recoveries = vec![Histogram::default(); Disruption::ALL.len()];
        let catch_ups = Histogram::default();
        let evidence =
            Evidence { service: ServiceId::new(0), findings: &findings, recoveries, catch_ups, open: 0, trials: 1000 };
        let objective =
            AvailabilityObjective { share: Probability::new(0.999).unwrap(), period: Period::Month, ends: Vec::new() };
        let verdict = availability(&evidence, &objective);
        (verdict.judgement, verdict.reason)
    }

    #[test]
    fn availability_is_judged_by_time_interval_and_windows() {
        let judge = |down, kept| promised(down, Basis::Interval, kept).0;
        assert_eq!(judge((2e-4, 1e-4, 3e-4), 0.99), Judgement::Met);
        assert_eq!(judge((2e-4, 1e-4, 3e-4), 0.90), Judgement::AtRisk, "one month in ten broke it");
        assert_eq!(judge((5e-4, 1e-6, 2e-3), 0.99), Judgement::AtRisk, "the interval reaches beyond it");
        assert_eq!(judge((9e-4, 8.9e-4, 9.1e-4), 0.99), Judgement::AtRisk, "90 % of the allowed time is used");
        assert_eq!(judge((2e-3, 1e-3, 3e-3), 0.99), Judgement::Missed);
        let (judgement, reason) = promised((0.0, 0.0, 3e-3), Basis::Bound, 1.0);
        assert_eq!(judgement, Judgement::Met);
        assert_eq!(reason, "never down in 1 000 trials, which supports 99.70 % and no more; all full months kept it");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!([0.0, 0.000_3, 0.000_31, 0.123].map(nines), ["100 %", "99.970 %", "99.969 %", "88 %"]);
        assert_eq!(
            [f64::INFINITY, 0.683, 1.5, 1.994, 2.0, 9.44, 12.3, 1484.0].map(of_promise),
            ["more than", "68 % of", "150 % of", "199 % of", "2 times", "9.4 times", "12 times", "1 484 times"]
        );
    }
}

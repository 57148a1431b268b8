//! Objectives of datasets against what happened: how old the data are that come back, and when.

use super::findings::{Judgement, Promiser, Verdict};
use super::verdict::{MICRO, Measure, RTO, counted, of_promise, used};
use crate::estimate::Histogram;
use crate::model::{Dataset, DatasetId};
use crate::quantity::Span;
use crate::quantity::words::{count, duration};

/// What a dataset's objectives are judged by.
#[derive(Clone, Debug)]
pub(super) struct DataEvidence {
    pub dataset: DatasetId,
    /// Ages of the points that came back, in microseconds.
    pub points: Histogram,
    /// From loss to users at work, in microseconds.
    pub recoveries: Histogram,
    /// Losses judged against the RPO: beside the points, those that nothing came back from.
    pub points_judged: u64,
    /// Losses judged against the RTO: beside the recoveries, those still open and beyond it.
    pub recoveries_judged: u64,
    pub trials: u64,
}

const RPO: Measure = Measure { objective: "rpo", words: "recovery point objective", level: 0.95, point: "p95" };

/// How the events of one objective are worded.
struct Words {
    one: &'static str,
    many: &'static str,
    /// What is said of the ends that are missing, after their number and that of all losses.
    missing: &'static str,
    /// How the largest is told.
    largest: &'static str,
}

const POINTS: Words = Words {
    one: "recovery point",
    many: "recovery points",
    missing: "left nothing to come back to",
    largest: "the oldest was",
};
const RECOVERIES: Words =
    Words { one: "recovery", many: "recoveries", missing: "were not mended", largest: "the longest took" };

/// Both verdicts on one dataset: RPO by p95 of the recovery points, RTO by p95 of the recovery times.
pub(super) fn data_verdicts(dataset: &Dataset, evidence: &DataEvidence) -> [Verdict; 2] {
    [
        judge(evidence, &RPO, dataset.rpo, &evidence.points, evidence.points_judged, &POINTS),
        judge(evidence, &RTO, dataset.rto, &evidence.recoveries, evidence.recoveries_judged, &RECOVERIES),
    ]
}

fn judge(
    evidence: &DataEvidence,
    measure: &Measure,
    promised: Option<Span>,
    lengths: &Histogram,
    judged: u64,
    words: &Words,
) -> Verdict {
    let promised = promised.map(Span::as_seconds);
    let verdict = |judgement, measured, reason| Verdict {
        of: Promiser::Dataset(evidence.dataset),
        disruption: None,
        objective: measure.objective,
        judgement,
        promised,
        measured,
        reason,
    };
    let Some(promised) = promised else {
        return verdict(Judgement::NoObjective, None, format!("no {} is promised", measure.words));
    };
    let (ended, total) = (lengths.count(), judged.max(lengths.count()));
    let missing = total - ended;
    if total == 0 {
        let reason = format!("no data were lost in {}", counted(evidence.trials, "trial", "trials"));
        return verdict(Judgement::NotApplicable, None, reason);
    }
    // What has no end is longer than anything that has one.
    let reach = measure.level * total as f64 / ended as f64;
    let point = if reach <= 1.0 { lengths.quantile(reach) } else { None };
    let lost = counted(total, "loss", "losses");
    let Some(seconds) = point.map(|point| point * MICRO) else {
        let reason = format!("{} of {lost} {}: {} lies beyond any", count(missing), words.missing, measure.point);
        return verdict(Judgement::Missed, None, reason);
    };
    let events = match missing {
        0 => counted(total, words.one, words.many),
        missing => format!("{lost} ({} {})", count(missing), words.missing),
    };
    let largest = lengths.largest().map_or(seconds, |largest| largest as f64 * MICRO);
    let reason = format!(
        "{} of {events} is {}, {} the {} promised; {} {}",
        measure.point,
        duration(seconds),
        of_promise(seconds / promised),
        duration(promised),
        words.largest,
        duration(largest)
    );
    verdict(used(seconds / promised), Some(seconds), reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id as _;

    /// Losses that came back from points of the given hours, judged against an RPO of a day, and in as many hours against an RTO of a day.
    fn verdicts(hours: &[u64], lost: u64) -> [Verdict; 2] {
        let mut lengths = Histogram::default();
        for hours in hours {
            lengths.add(hours * 3_600_000_000);
        }
        let judged = hours.len() as u64 + lost;
        let evidence = DataEvidence {
            dataset: DatasetId::new(0),
            points: lengths.clone(),
            recoveries: lengths,
            points_judged: judged,
            recoveries_judged: judged,
            trials: 500,
        };
        let day = Some(Span::from_seconds(86_400.0));
        let one = |promised, measure, words| judge(&evidence, measure, promised, &evidence.points, judged, words);
        [one(day, &RPO, &POINTS), one(day, &RTO, &RECOVERIES)]
    }

    #[test]
    fn recovery_points_are_judged_by_their_p95() {
        for (hours, judgement) in
            [(19, Judgement::Met), (20, Judgement::AtRisk), (24, Judgement::AtRisk), (25, Judgement::Missed)]
        {
            let [rpo, rto] = verdicts(&[hours; 20], 0);
            assert_eq!((rpo.judgement, rto.judgement), (judgement, judgement), "{hours} h of 24");
        }
        let [rpo, rto] = verdicts(&[12; 20], 0);
        assert_eq!(rpo.reason, "p95 of 20 recovery points is 12 h, 50 % of the 1 d promised; the oldest was 12 h");
        assert_eq!(rto.reason, "p95 of 20 recoveries is 12 h, 50 % of the 1 d promised; the longest took 12 h");
        assert_eq!((rpo.class(), rpo.objective), (Some("data"), "rpo"));
    }

    #[test]
    fn nothing_that_came_back_is_never_within_the_objective() {
        let [rpo, rto] = verdicts(&[12; 18], 2);
        assert_eq!((rpo.judgement, rpo.measured), (Judgement::Missed, None));
        assert_eq!(rpo.reason, "2 of 20 losses left nothing to come back to: p95 lies beyond any");
        assert_eq!(rto.reason, "2 of 20 losses were not mended: p95 lies beyond any");
        let [rpo, _] = verdicts(&[12; 99], 1);
        assert_eq!(rpo.judgement, Judgement::Met, "one in a hundred may");
        assert!(rpo.reason.contains("of 100 losses (1 left nothing to come back to) is 12 h"), "{}", rpo.reason);
    }

    #[test]
    fn no_loss_and_no_promise_are_told_apart() {
        let [rpo, _] = verdicts(&[], 0);
        assert_eq!((rpo.judgement, rpo.reason.as_str()), (Judgement::NotApplicable, "no data were lost in 500 trials"));
        let nothing = DataEvidence {
            dataset: DatasetId::new(0),
            points: Histogram::default(),
            recoveries: Histogram::default(),
            points_judged: 0,
            recoveries_judged: 0,
            trials: 500,
        };
        let verdict = judge(&nothing, &RPO, None, &nothing.points, 0, &POINTS);
        assert_eq!(verdict.reason, "no recovery point objective is promised");
    }
}

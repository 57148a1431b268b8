//! A drill for programs: CSV tables and one JSON document.

use super::timeline;
use super::wordings;
use crate::model::{Phase, Subject};
use crate::quantity::{SimTime, Span};
use crate::report::csv::{Table, maybe, number, seconds, text};
use crate::report::{incidents, trace, trace_data};
use crate::study::drill::{At, Drawn, DrillFindings, Extremes, Promise, Spread, Sweep};
use serde_json::{Value, json};

fn iso(findings: &DrillFindings, at: Option<SimTime>) -> String {
    at.and_then(|at| trace::clock(&findings.scenario, at)).map(|at| trace::iso(&at)).unwrap_or_default()
}

fn span(span: Option<Span>) -> String {
    maybe(span.map(Span::as_seconds))
}

/// `timeline.csv`: what happened, in order, and who did it.
#[must_use]
pub fn timeline_csv(findings: &DrillFindings) -> String {
    let mut table = Table::new(&["since_event_s", "time_s", "clock", "part", "event", "subject", "text", "who"]);
    for line in timeline::lines(findings) {
        let since = line.at.as_seconds() - findings.event.strike.as_seconds();
        table.row(&[
            number(since),
            seconds(line.at),
            iso(findings, Some(line.at)),
            line.part.key().to_owned(),
            line.event.to_owned(),
            text(&line.subject),
            text(&line.text),
            text(&line.who),
        ]);
    }
    table.end()
}

/// `incidents.csv`: as that of a study, one row per loss of a service or dataset.
#[must_use]
pub fn incidents_csv(findings: &DrillFindings) -> String {
    // What is still open was watched until the end of the walk, not of the scenario.
    let horizon = findings.walk.end.since(SimTime::ZERO);
    let watched = crate::model::Scenario { horizon, ..findings.scenario.as_ref().clone() };
    incidents::of_trials(&watched, [(findings.at.map_or("drawn", At::key), &findings.walk.trace)])
}

/// `ratings.csv`: every objective against what happened.
#[must_use]
pub fn ratings_csv(findings: &DrillFindings) -> String {
    let mut table = Table::new(&["kind", "name", "objective", "promised_s", "measured_s", "margin_s", "over", "light"]);
    for affected in &findings.walk.affected {
        for rating in &affected.ratings {
            let margin =
                rating.promised.zip(rating.measured).map(|(limit, took)| limit.as_seconds() - took.as_seconds());
            table.row(&[
                wordings::kind(affected.subject).to_owned(),
                text(wordings::name(&findings.scenario, affected.subject)),
                rating.promise.key().to_owned(),
                span(rating.promised),
                span(rating.measured),
                maybe(margin),
                (!rating.open).to_string(),
                rating.light.key().to_owned(),
            ]);
        }
    }
    table.end()
}

/// `sweep.csv`: one row per moment of striking and subject.
#[must_use]
pub fn sweep_csv(findings: &DrillFindings, sweep: &Sweep) -> String {
    let mut table = Table::new(&[
        "strike_s",
        "strike_clock",
        "kind",
        "name",
        "recovery_time_s",
        "over",
        "recovery_point_s",
        "data_lost_bytes",
    ]);
    for moment in &sweep.moments {
        for (nth, subject) in sweep.subjects.iter().enumerate() {
            table.row(&[
                seconds(moment.strike),
                iso(findings, Some(moment.strike)),
                wordings::kind(*subject).to_owned(),
                text(wordings::name(&findings.scenario, *subject)),
                span(moment.recovery[nth]),
                (!moment.open[nth]).to_string(),
                span(moment.point[nth]),
                if matches!(subject, Subject::Dataset(_)) { number(moment.lost_bytes[nth]) } else { String::new() },
            ]);
        }
    }
    table.end()
}

/// `drill.json`: everything at full precision.
#[must_use]
pub fn json(findings: &DrillFindings, version: &str) -> String {
    let scenario = &findings.scenario;
    let subjects: Vec<Value> = findings.walk.affected.iter().map(|it| affected(findings, it)).collect();
    let register: Vec<Value> = findings
        .register
        .iter()
        .map(|risk| {
            json!({
                "threat": scenario.threats[risk.threat].name,
                "likelihood": wordings::likelihood(scenario, risk),
                "disruption": risk.disruption.key(),
                "consequence": wordings::consequence(scenario, risk),
                "light": risk.light.key(),
            })
        })
        .collect();
    let timeline: Vec<Value> = timeline::lines(findings)
        .into_iter()
        .map(|line| {
            json!({
                "since_event_s": line.at.as_seconds() - findings.event.strike.as_seconds(),
                "clock": iso(findings, Some(line.at)),
                "part": line.part.key(),
                "event": line.event,
                "subject": line.subject,
                "text": line.text,
                "who": line.who,
            })
        })
        .collect();
    let document = json!({
        "schema_version": 1,
        "drsim_version": version,
        "scenario": scenario.name,
        "scenario_hash": scenario.hash,
        "seed": scenario.seed,
        "threat": scenario.threats[findings.event.threat].name,
        "strike": iso(findings, Some(findings.event.strike)),
        "strike_s": findings.event.strike.as_seconds(),
        "at": findings.at.map_or("drawn", At::key),
        "light": findings.walk.light().key(),
        "subjects": subjects,
        "changes": wordings::changes(findings),
        "timeline": timeline,
        "drawn": findings.drawn.as_ref().map(|drawn| drawn_json(findings, drawn)),
        "sweep": findings.sweep.as_ref().map(|sweep| sweep_json(findings, sweep)),
        "risk_register": register,
    });
    format!("{document:#}\n")
}

fn affected(findings: &DrillFindings, it: &crate::study::drill::Affected) -> Value {
    let scenario = &findings.scenario;
    let ratings: serde_json::Map<String, Value> = it
        .ratings
        .iter()
        .map(|rating| {
            let value = json!({
                "promised_s": rating.promised.map(Span::as_seconds),
                "measured_s": rating.measured.map(Span::as_seconds),
                "over": !rating.open,
                "light": rating.light.key(),
            });
            (rating.promise.key().to_owned(), value)
        })
        .collect();
    let phases = it.worst().map(|worst| {
        let mut phases = serde_json::Map::new();
        for phase in Phase::ALL {
            phases.insert(format!("{}_s", phase.key()), worst.took(phase).as_seconds().into());
        }
        phases.insert("wrt_s".to_owned(), worst.work.as_seconds().into());
        phases
    });
    json!({
        "kind": wordings::kind(it.subject),
        "name": wordings::name(scenario, it.subject),
        "losses": it.recoveries.len(),
        "recovery_time_s": it.worst().map(|worst| worst.time.as_seconds()),
        "over": it.worst().is_none_or(|worst| !worst.open),
        "phases": phases,
        "cause": it.worst().and_then(crate::study::drill::Recovery::cause).map(|cause| cause.label(scenario)),
        "recovery_point_s": it.point.map(|(age, _)| age.as_seconds()),
        "source": it.point.and_then(|(_, point)| point).map(|(source, _)| trace_data::source_name(scenario, source)),
        "point_at": iso(findings, it.point.and_then(|(_, point)| point).map(|(_, at)| at)),
        "gone": it.gone,
        "data_lost_bytes": it.lost_bytes,
        "light": it.light().key(),
        "objectives": ratings,
    })
}

fn spread(spread: &Spread) -> Value {
    json!({
        "n": spread.len(),
        "mean": spread.mean(),
        "p50": spread.quantile(0.5),
        "p90": spread.quantile(0.9),
        "p95": spread.quantile(0.95),
        "max": spread.quantile(1.0),
    })
}

fn drawn_json(findings: &DrillFindings, drawn: &Drawn) -> Value {
    let subject = |it: &crate::study::drill::DrawnSubject| {
        let kept: serde_json::Map<String, Value> = [Promise::Rto, Promise::Rpo, Promise::Mtd]
            .into_iter()
            .zip(it.kept)
            .map(|(promise, (kept, judged))| (promise.key().to_owned(), json!({ "kept": kept, "judged": judged })))
            .collect();
        json!({
            "kind": wordings::kind(it.subject),
            "name": wordings::name(&findings.scenario, it.subject),
            "recovery_time_s": spread(&it.recovery),
            "recovery_point_s": spread(&it.point),
            "not_back": it.open,
            "kept": kept,
        })
    };
    json!({ "trials": drawn.trials, "subjects": drawn.subjects.iter().map(subject).collect::<Vec<_>>() })
}

fn sweep_json(findings: &DrillFindings, sweep: &Sweep) -> Value {
    let extremes = |found: Option<Extremes>| {
        found.map(|found| {
            json!({
                "best_s": found.best.0.as_seconds(),
                "best_at": iso(findings, Some(found.best.1)),
                "mean_s": found.mean,
                "worst_s": found.worst.0.as_seconds(),
                "worst_at": iso(findings, Some(found.worst.1)),
            })
        })
    };
    let subjects: Vec<Value> = sweep
        .subjects
        .iter()
        .enumerate()
        .map(|(nth, subject)| {
            json!({
                "kind": wordings::kind(*subject),
                "name": wordings::name(&findings.scenario, *subject),
                "recovery_time": extremes(sweep.recovery(nth)),
                "recovery_point": extremes(sweep.point(nth)),
                "moments_not_back": sweep.moments.iter().filter(|moment| moment.open[nth]).count(),
            })
        })
        .collect();
    json!({
        "moments": sweep.moments.len(),
        "cycle_begins": iso(findings, Some(sweep.cycle.0)),
        "cycle_s": sweep.cycle.1.as_seconds(),
        "worst_at": iso(findings, sweep.worst()),
        "best_at": iso(findings, sweep.best()),
        "subjects": subjects,
    })
}

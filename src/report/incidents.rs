//! `incidents.csv`: losses of services and datasets in the chosen trials, phase by phase, against what was promised.

use crate::model::{DatasetId, Scenario, ServiceId};
use crate::quantity::{MICROSECONDS_PER_SECOND, SimTime, Span};
use crate::report::csv::{Table, number, seconds, text};
use crate::report::number::duration;
use crate::report::trace_data::{moment, source_name};
use crate::report::{trace, wording};
use crate::simulation::{DataHappening, Happening, Incident, Trace};
use crate::study::Findings;

const HEADS: [&str; 31] = [
    "trial",
    "which",
    "subject",
    "name",
    "cause",
    "lost_at",
    "detected_at",
    "decided_at",
    "acted_at",
    "recovered_at",
    "caught_up_at",
    "detect_s",
    "decide_s",
    "act_s",
    "verify_s",
    "wrt_s",
    "recovery_time_s",
    "rto_s",
    "rto_met",
    "rto_margin_s",
    "recovery_point_s",
    "rpo_s",
    "rpo_met",
    "rpo_margin_s",
    "mtd_s",
    "mtd_met",
    "mtd_margin_s",
    "source",
    "point_at",
    "data_lost_bytes",
    "why",
];

/// One row per incident of the chosen trials; empty where a moment did not come or nothing was promised. Margins are negative when missed; an
/// incident that is still open has missed an objective once it lasts longer, by at least the margin shown.
#[must_use]
pub fn incidents(findings: &Findings) -> String {
    let chosen = findings.chosen.iter().map(|chosen| (wording::which(chosen.which), &chosen.trace));
    of_trials(&findings.scenario, chosen)
}

/// The same of any trials of a scenario, each with the word that says which it is.
#[must_use]
pub fn of_trials<'a>(scenario: &Scenario, trials: impl IntoIterator<Item = (&'static str, &'a Trace)>) -> String {
    let mut table = Table::new(&HEADS);
    for (which, trace) in trials {
        for incident in &trace.incidents {
            let mut row = vec![trace.trial.to_string(), which.to_owned()];
            row.extend(Told::of(scenario, trace, incident).row());
            table.row(&row);
        }
    }
    table.end()
}

/// One objective against one incident.
#[derive(Clone, Copy, Default)]
struct Kept {
    promised: Option<Span>,
    /// `None` when nothing was promised, or it is not known yet.
    met: Option<bool>,
    /// Promised less what happened, microseconds; negative when missed.
    margin: Option<i128>,
}

impl Kept {
    /// `open` is how long it has lasted where it has no end.
    fn of(promised: Option<Span>, happened: Option<Span>, open: Option<Span>) -> Self {
        let Some(limit) = promised else { return Self::default() };
        let margin = |length: Span| i128::from(limit.as_microseconds()) - i128::from(length.as_microseconds());
        let margin = happened.map(margin).or_else(|| open.map(margin).filter(|margin| *margin < 0));
        Self { promised, met: margin.map(|margin| margin >= 0), margin }
    }

    fn cells(self) -> [String; 3] {
        let margin = self.margin.map(|margin| margin as f64 / MICROSECONDS_PER_SECOND as f64);
        [
            span(self.promised),
            self.met.map(|met| met.to_string()).unwrap_or_default(),
            margin.map(number).unwrap_or_default(),
        ]
    }
}

/// An incident with what follows from its moments.
struct Told<'a> {
    scenario: &'a Scenario,
    incident: &'a Incident,
    subject: &'static str,
    name: &'a str,
    phases: [Option<Span>; 4],
    wrt: Option<Span>,
    recovery: Option<Span>,
    /// How long it has lasted at the end of the trial, when it has no end.
    open: Option<Span>,
    point: Option<Span>,
    /// True when nothing was left to restore from.
    gone: bool,
    rto: Kept,
    rpo: Kept,
    mtd: Kept,
}

impl<'a> Told<'a> {
    fn of(scenario: &'a Scenario, trace: &Trace, incident: &'a Incident) -> Self {
        let service = |id: ServiceId| &scenario.services[id];
        let dataset = |id: DatasetId| &scenario.datasets[id];
        let (subject, name, rto, rpo, mtd) = match (incident.service, incident.dataset) {
            (Some(id), _) => {
                let promised = &service(id).objective;
                ("service", service(id).name.as_str(), promised.rto, promised.rpo, promised.mtd)
            }
            (None, Some(id)) => ("dataset", dataset(id).name.as_str(), dataset(id).rto, dataset(id).rpo, None),
            (None, None) => ("", "", None, None, None),
        };
        let between = |from: Option<SimTime>, to: Option<SimTime>| Some(to?.since(from?));
        let moments = [Some(incident.lost), incident.detected, incident.decided, incident.acted, incident.recovered];
        let phases = std::array::from_fn(|nth| between(moments[nth], moments[nth + 1]));
        // Without work to catch up with, it is caught up at once.
        let nothing_to_do =
            incident.service.is_some_and(|id| service(id).catch_up.is_none() && service(id).re_enter == 0.0);
        let caught_up = incident.caught_up.or(incident.recovered.filter(|_| nothing_to_do));
        let whole = between(Some(incident.lost), caught_up);
        let lasts = (SimTime::ZERO + scenario.horizon).since(incident.lost);
        let recovery = between(Some(incident.lost), incident.recovered);
        let point = incident.point.map(|(_, at)| incident.lost.since(at));
        let mut rpo = Kept::of(rpo, point, None);
        // What is still under way at the end of the trial has not lost anything yet.
        let gone = point.is_none() && incident.dataset.is_some_and(|id| gave_up(trace, id, incident.lost));
        if gone {
            // Nothing came back: no age to measure, and no promise that allows it.
            rpo.met = rpo.promised.map(|_| false);
        }
        Self {
            scenario,
            incident,
            subject,
            name,
            phases,
            wrt: incident.service.and(between(incident.recovered, caught_up)),
            recovery,
            open: recovery.is_none().then_some(lasts),
            point,
            gone,
            rto: Kept::of(rto, recovery, recovery.is_none().then_some(lasts)),
            rpo,
            mtd: Kept::of(mtd, whole, whole.is_none().then_some(lasts)),
        }
    }

    fn row(&self) -> Vec<String> {
        let incident = self.incident;
        let clock = |at: Option<SimTime>| {
            at.and_then(|at| trace::clock(self.scenario, at)).map(|at| trace::iso(&at)).unwrap_or_default()
        };
        let cause = incident.cause.map(|cause| cause.label(self.scenario)).unwrap_or_default();
        let mut row = vec![self.subject.to_owned(), text(self.name), text(&cause)];
        row.extend(
            [
                Some(incident.lost),
                incident.detected,
                incident.decided,
                incident.acted,
                incident.recovered,
                incident.caught_up,
            ]
            .map(clock),
        );
        row.extend(self.phases.map(span));
        row.extend([span(self.wrt), span(self.recovery)]);
        row.extend(self.rto.cells());
        row.push(span(self.point));
        row.extend(self.rpo.cells());
        row.extend(self.mtd.cells());
        row.push(text(&incident.point.map(|(source, _)| source_name(self.scenario, source)).unwrap_or_default()));
        row.push(clock(incident.point.map(|(_, at)| at)));
        let open = self.point.is_none() && !self.gone && incident.dataset.is_some();
        row.push(if open { String::new() } else { incident.lost_bytes.to_string() });
        row.push(text(&self.why()));
        row
    }

    /// What made it what it was: the cause, the longest phase, the point, and what did not end.
    fn why(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.incident.cause.map(|cause| trace::why(self.scenario, cause)));
        let words = ["detection", "decision", "the action itself", "verification"];
        let longest = words.into_iter().zip(self.phases).filter_map(|(word, phase)| Some((word, phase?)));
        // The first of equally long ones.
        let longest = longest.filter(|(_, phase)| *phase > Span::ZERO).reduce(|a, b| if b.1 > a.1 { b } else { a });
        match (longest, self.recovery) {
            (Some((word, phase)), Some(all)) => {
                let (phase, all) = (duration(phase.as_seconds()), duration(all.as_seconds()));
                parts.push(format!("{word} took {phase} of {all}"));
            }
            (_, None) => {
                let lasts = self.open.map_or(0.0, Span::as_seconds);
                parts.push(format!("not over when the trial ended, {} after the loss", duration(lasts)));
            }
            (None, Some(_)) => {}
        }
        match (self.incident.point, self.point) {
            (Some((source, at)), Some(age)) => {
                let (source, at) = (source_name(self.scenario, source), moment(self.scenario, at));
                parts.push(format!("{source} gave the data of {at}, {} before the loss", duration(age.as_seconds())));
            }
            _ if self.gone => parts.push("nothing was left to restore from".to_owned()),
            _ => {}
        }
        parts.join("; ")
    }
}

/// True when the first thing that ends this loss is that nobody tries any more.
fn gave_up(trace: &Trace, dataset: DatasetId, lost: SimTime) -> bool {
    let ended = trace.entries.iter().filter(|entry| entry.at >= lost).find_map(|entry| match entry.what {
        Happening::Data(DataHappening::GaveUp(id)) if id == dataset => Some(true),
        Happening::Data(DataHappening::DataWhole(id)) if id == dataset => Some(false),
        _ => None,
    });
    ended == Some(true)
}

/// Exact seconds; empty for none.
fn span(span: Option<Span>) -> String {
    span.map(|span| seconds(SimTime::ZERO + span)).unwrap_or_default()
}

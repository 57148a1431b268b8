//! A plan walked on paper: one event at one moment, nothing else happens, and every step takes a known time.
//!
//! [`fixed`] makes a scenario certain, [`walk`] plays the event, [`sweep()`] strikes at every moment of the backup cycle, [`drawn()`] draws the
//! times again. What they find is arithmetic on the incidents that the simulation writes down.

mod drawn;
mod fix;
mod judge;
mod sweep;
#[cfg(test)]
mod tests;

pub use drawn::{Drawn, DrawnSubject, Spread, drawn};
pub use fix::{At, aftermath, fixed, quiet, strike};
pub use judge::{Change, Light, Promise, Rating, Shortfall};
pub use sweep::{Extremes, Moment, Sweep, cycle, moments, sweep};

use crate::id::Id;
use crate::model::{Cause, DatasetId, Disruption, Occurs, Phase, Scenario, ServiceId, StaffId, Subject, ThreatId};
use crate::quantity::{Rate, SimTime, Span};
use crate::simulation::{
    DataEventKind, DataHappening, Happening, Incident, PlanHappening, PointSource, Simulator, Trace,
};
use std::sync::Arc;

/// What is drilled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Event {
    /// Which threat.
    pub threat: ThreatId,
    /// When it strikes.
    pub strike: SimTime,
}

/// A stretch of a recovery.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PhaseSpan {
    /// What is going on.
    pub phase: Phase,
    /// From when.
    pub from: SimTime,
    /// Until when.
    pub to: SimTime,
}

/// What one recovery took. Moments that the incident lacks belong to the phase that follows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recovery {
    /// The incident it is read from.
    pub incident: Incident,
    /// Its phases in order, without those that took no time.
    pub phases: Vec<PhaseSpan>,
    /// From the loss to users at work; to the end of the trial when it is not over.
    pub time: Span,
    /// True when it was not over at the end of the trial, or never will be.
    pub open: bool,
    /// From users at work to all work caught up.
    pub work: Span,
    /// How old the data are that came back.
    pub point: Option<Span>,
}

/// What a drill does to one service or dataset.
#[derive(Clone, PartialEq, Debug)]
pub struct Affected {
    /// Which.
    pub subject: Subject,
    /// Its losses in order.
    pub recoveries: Vec<Recovery>,
    /// Age of the data that came back, the oldest of all losses; with it where they came from, and from when.
    pub point: Option<(Span, Option<(PointSource, SimTime)>)>,
    /// True when nothing was left to come back to.
    pub gone: bool,
    /// Bytes lost for good.
    pub lost_bytes: f64,
    /// Objectives against what happened: RTO, then RPO, then MTD.
    pub ratings: Vec<Rating>,
}

impl Affected {
    /// The recovery that took longest; one that never ended before all others.
    #[must_use]
    pub fn worst(&self) -> Option<&Recovery> {
        self.recoveries.iter().rev().max_by_key(|recovery| (recovery.open, recovery.time))
    }

    /// The worst of its lights.
    #[must_use]
    pub fn light(&self) -> Light {
        self.ratings.iter().map(|rating| rating.light).max().unwrap_or(Light::Unpromised)
    }
}

/// One step of a plan as it was walked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepTaken {
    /// Position of the plan and of the step in it.
    pub step: (crate::model::PlanId, u32),
    /// Its beginning.
    pub from: SimTime,
    /// Its end, or that of the trial.
    pub to: SimTime,
    /// Who did it, and how many of them.
    pub who: Option<(StaffId, u32)>,
}

/// One event played from end to end.
#[derive(Clone, PartialEq, Debug)]
pub struct Walk {
    /// What happened, in order.
    pub trace: Trace,
    /// Every service, then every dataset.
    pub affected: Vec<Affected>,
    /// Steps of plans in order of their beginning.
    pub steps: Vec<StepTaken>,
    /// End of what was watched.
    pub end: SimTime,
}

impl Walk {
    /// The worst light over everything.
    #[must_use]
    pub fn light(&self) -> Light {
        self.affected.iter().map(Affected::light).max().unwrap_or(Light::Unpromised)
    }
}

/// How likely a threat is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Likelihood {
    /// By chance, this often.
    Rate(Rate),
    /// Written into the scenario, so many times.
    Scripted(usize),
    /// Only set off by others.
    Triggered,
}

/// A row of the risk register.
#[derive(Clone, PartialEq, Debug)]
pub struct Risk {
    /// Which threat.
    pub threat: ThreatId,
    /// How likely.
    pub likelihood: Likelihood,
    /// What disruption it is planned as.
    pub disruption: Disruption,
    /// Longest recovery, whose, and whether it was not over.
    pub recovery: Option<(Subject, Span, bool)>,
    /// Oldest point and whose; `None` for the age when nothing came back.
    pub point: Option<(DatasetId, Option<Span>)>,
    /// The worst light.
    pub light: Light,
}

/// Everything a drill found.
#[derive(Clone, Debug)]
pub struct DrillFindings {
    /// The scenario as written.
    pub scenario: Arc<Scenario>,
    /// What was drilled.
    pub event: Event,
    /// At which quantile it was walked; `None`: a trial of those drawn, the median one by its longest recovery.
    pub at: Option<At>,
    /// The walk.
    pub walk: Walk,
    /// Distributions, when they were asked for.
    pub drawn: Option<Drawn>,
    /// The event struck at every moment of the cycle, when that was asked for.
    pub sweep: Option<Sweep>,
    /// Every threat of the scenario struck at the same moment, all times at the median.
    pub register: Vec<Risk>,
}

/// The threat that a drill means when none is named: the first that is scripted, else the first.
#[must_use]
pub fn default_threat(scenario: &Scenario) -> Option<ThreatId> {
    let scripted = |id: &ThreatId| matches!(&scenario.threats[*id].occurs, Occurs::At(times) if !times.is_empty());
    scenario.threats.ids().find(scripted).or_else(|| scenario.threats.ids().next())
}

/// When a drill strikes unless it is told: when the scenario says; else in the middle of the season, or 35 days from the start, within the
/// first half of the horizon, on the next Wednesday at 14:00 if there is one.
#[must_use]
pub fn default_strike(scenario: &Scenario, threat: ThreatId) -> SimTime {
    const DAY: f64 = 86_400.0;
    let season = match &scenario.threats[threat].occurs {
        Occurs::At(times) => match times.first() {
            Some(at) => return *at,
            None => None,
        },
        Occurs::Randomly { season, .. } => *season,
        Occurs::Triggered => None,
    };
    let middle = season.map(|season| (season.begins + season.lasts / 2.0).fract() * crate::quantity::SECONDS_PER_YEAR);
    let half = scenario.horizon.as_seconds() / 2.0;
    let warned = scenario.threats[threat].warning.as_seconds();
    let earliest = middle.unwrap_or(35.0 * DAY).max(warned + DAY).min(half);
    let wednesday = (0..8).find_map(|days| {
        let local = scenario.start.checked_add(jiff::SignedDuration::from_secs(earliest as i64)).ok()?;
        let day = local.date().checked_add(jiff::Span::new().days(days)).ok()?;
        let at = day.at(14, 0, 0, 0);
        let since = at.duration_since(scenario.start).as_secs_f64();
        let fits = day.weekday() == jiff::civil::Weekday::Wednesday && since >= earliest;
        (fits && since < scenario.horizon.as_seconds() * 0.75).then_some(since)
    });
    SimTime::ZERO + Span::from_seconds(wednesday.unwrap_or(earliest))
}

/// Plays an event in a scenario made certain by [`fixed`].
#[must_use]
pub fn walk(fixed: &Scenario, event: Event) -> Walk {
    let mut scenario = fixed.clone();
    strike(&mut scenario, event.threat, event.strike);
    play(&scenario, event, 0)
}

/// One trial of a scenario in which only the drilled threat strikes.
fn play(scenario: &Scenario, event: Event, trial: u64) -> Walk {
    let mut simulator = Simulator::new(scenario);
    let warning = scenario.threats[event.threat].warning.as_microseconds();
    let since = SimTime::from_microseconds(event.strike.as_microseconds().saturating_sub(warning));
    let (tally, trace) = simulator.run_traced_from(scenario.seed, trial, since);
    let end = SimTime::ZERO + scenario.horizon;
    let services = scenario.services.ids().map(|id| of_service(scenario, &trace, id, since, end));
    let mut affected: Vec<Affected> = services.collect();
    for id in scenario.datasets.ids() {
        let ages = tally.data_events.iter().filter(|it| it.dataset == id && it.kind == DataEventKind::Point);
        let oldest = ages.map(|event| event.length).max();
        affected.push(of_dataset(scenario, &trace, id, (since, end), oldest, tally.datasets[id].lost_bytes));
    }
    judge::rate(scenario, &trace, &mut affected);
    let steps = steps(scenario, &trace, end);
    Walk { trace, affected, steps, end }
}

fn of_service(scenario: &Scenario, trace: &Trace, id: ServiceId, since: SimTime, end: SimTime) -> Affected {
    let own = trace.incidents.iter().filter(|incident| incident.service == Some(id) && incident.lost >= since);
    let mut recoveries: Vec<Recovery> = own.map(|incident| Recovery::read(incident, end)).collect();
    recoveries.sort_by_key(|recovery| recovery.incident.lost);
    debug_assert!(id.index() < scenario.services.len());
    Affected {
        subject: Subject::Service(id),
        recoveries,
        point: None,
        gone: false,
        lost_bytes: 0.0,
        ratings: Vec::new(),
    }
}

fn of_dataset(
    scenario: &Scenario,
    trace: &Trace,
    id: DatasetId,
    (since, end): (SimTime, SimTime),
    oldest: Option<Span>,
    lost_bytes: f64,
) -> Affected {
    let own = trace.incidents.iter().filter(|incident| incident.dataset == Some(id) && incident.lost >= since);
    let mut recoveries: Vec<Recovery> = own.map(|incident| Recovery::read(incident, end)).collect();
    recoveries.sort_by_key(|recovery| recovery.incident.lost);
    let restored = recoveries.iter().filter_map(|it| Some((it.point?, it.incident.point))).max_by_key(|(age, _)| *age);
    // A mirror that took over with its service leaves no incident of its own. The first one after the strike: a later one is the way back.
    let struck = struck(trace).unwrap_or(since);
    let promoted = trace.entries.iter().filter(|entry| entry.at >= struck).find_map(|entry| match entry.what {
        Happening::Data(DataHappening::Promoted(copy)) if scenario.copies[copy].dataset == id => Some(copy),
        _ => None,
    });
    let from_copy = oldest.map(|age| {
        let source = promoted.map(|copy| {
            (
                PointSource::Copy(copy),
                SimTime::from_microseconds(struck.as_microseconds().saturating_sub(age.as_microseconds())),
            )
        });
        (age, source)
    });
    let point = restored.or(from_copy);
    let gave_up = |entry: &crate::simulation::TraceEntry| matches!(entry.what, Happening::Data(DataHappening::GaveUp(other)) if other == id);
    let gone = trace.entries.iter().any(gave_up);
    Affected { subject: Subject::Dataset(id), recoveries, point, gone, lost_bytes, ratings: Vec::new() }
}

/// When a threat first strikes; a loss that is not written down is counted from there.
fn struck(trace: &Trace) -> Option<SimTime> {
    trace.entries.iter().find(|entry| matches!(entry.what, Happening::Struck(_))).map(|entry| entry.at)
}

impl Recovery {
    /// Reads the phases of an incident; `end` is where the trial ended.
    #[must_use]
    pub fn read(incident: &Incident, end: SimTime) -> Self {
        let until = incident.recovered.unwrap_or(end);
        let mut phases = Vec::new();
        let mut from = incident.lost;
        let moments = [incident.detected, incident.decided, incident.acted, Some(until)];
        for (phase, moment) in Phase::ALL.into_iter().zip(moments) {
            let Some(to) = moment else { continue };
            let to = to.clamp(from, until.max(from));
            // What never came to an end is named by the first thing that is missing.
            let missing = incident.recovered.is_none() && phase == Phase::Verify;
            let phase = if missing { first_missing(incident) } else { phase };
            if to > from {
                phases.push(PhaseSpan { phase, from, to });
            }
            from = to;
        }
        let time = until.since(incident.lost);
        Self {
            phases,
            time,
            open: incident.recovered.is_none(),
            work: incident.caught_up.map_or(Span::ZERO, |at| at.since(until)),
            point: incident.point.map(|(_, at)| incident.lost.since(at)),
            incident: incident.clone(),
        }
    }

    /// How long a phase took.
    #[must_use]
    pub fn took(&self, phase: Phase) -> Span {
        let spans = self.phases.iter().filter(|span| span.phase == phase);
        spans.fold(Span::ZERO, |sum, span| sum + span.to.since(span.from))
    }

    /// The phase that took longest.
    #[must_use]
    pub fn longest(&self) -> Option<Phase> {
        Phase::ALL.into_iter().rev().max_by_key(|phase| self.took(*phase)).filter(|_| !self.phases.is_empty())
    }

    /// What caused it.
    #[must_use]
    pub const fn cause(&self) -> Option<Cause> {
        self.incident.cause
    }
}

/// The phase that an incident is still in. Without any moment it is being acted on: nothing says that it was to be noticed first.
fn first_missing(incident: &Incident) -> Phase {
    match (incident.detected, incident.decided, incident.acted) {
        (_, _, Some(_)) => Phase::Verify,
        (Some(_), None, None) => Phase::Decide,
        (None, _, None) | (Some(_), Some(_), None) => Phase::Act,
    }
}

/// Steps of plans from the happenings of a trace.
fn steps(scenario: &Scenario, trace: &Trace, end: SimTime) -> Vec<StepTaken> {
    let mut steps: Vec<StepTaken> = Vec::new();
    for entry in &trace.entries {
        let Happening::Plan(what) = entry.what else { continue };
        match what {
            PlanHappening::StepBegan(plan, nth) if !steps.iter().any(|it| it.step == (plan, nth) && it.to == end) => {
                let who = scenario.plans[plan].steps.get(nth as usize).and_then(|step| step.who);
                steps.push(StepTaken { step: (plan, nth), from: entry.at, to: end, who });
            }
            PlanHappening::StepDone(plan, nth) => {
                if let Some(step) = steps.iter_mut().rev().find(|step| step.step == (plan, nth)) {
                    step.to = entry.at;
                }
            }
            PlanHappening::StepBegan(..)
            | PlanHappening::Began(_)
            | PlanHappening::StepWaits(..)
            | PlanHappening::StepFailed(..) => {}
        }
    }
    steps
}

/// Walks every threat at the same moment, all times at the median.
#[must_use]
pub fn register(scenario: &Scenario, strike: SimTime) -> Vec<Risk> {
    let fixed = fixed(scenario, At::Median);
    let risk = |threat: ThreatId| {
        let model = &scenario.threats[threat];
        let walk = walk(&fixed, Event { threat, strike });
        let worst = walk.affected.iter().filter_map(|it| it.worst().map(|worst| (it.subject, worst.time, worst.open)));
        let points = walk.affected.iter().filter_map(|it| match it.subject {
            Subject::Dataset(id) if it.gone => Some((id, None)),
            Subject::Dataset(id) => it.point.map(|(age, _)| (id, Some(age))),
            Subject::Service(_) | Subject::Domain(_) | Subject::Scenario | Subject::Cost => None,
        });
        Risk {
            threat,
            likelihood: match &model.occurs {
                Occurs::Randomly { rate, .. } => Likelihood::Rate(*rate),
                Occurs::At(times) => Likelihood::Scripted(times.len()),
                Occurs::Triggered => Likelihood::Triggered,
            },
            disruption: model.disruption,
            recovery: worst.max_by_key(|(_, time, open)| (*open, *time)),
            point: points.max_by_key(|(_, age)| age.unwrap_or(Span::MAX)),
            light: walk.light(),
        }
    };
    scenario.threats.ids().map(risk).collect()
}

//! Objectives against what happened in a drill, and what would have to change: arithmetic, no guess beyond it.

use super::{Affected, Recovery};
use crate::model::{Phase, Scenario, Subject};
use crate::quantity::{SimTime, Span};
use crate::simulation::{DataHappening, Happening, Trace};

/// Share of an objective up to which it is green.
const GREEN: f64 = 0.8;

/// What was promised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Promise {
    /// Recovery time objective.
    Rto,
    /// Recovery point objective.
    Rpo,
    /// Maximum tolerable downtime: recovery time and work recovery time together.
    Mtd,
}

impl Promise {
    /// Name in keys and tables.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Rto => "rto",
            Self::Rpo => "rpo",
            Self::Mtd => "mtd",
        }
    }
}

/// Red, amber, green; mildest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Light {
    /// Nothing was promised.
    Unpromised,
    /// At most 80 % of the objective, or not touched at all.
    Green,
    /// Over 80 % of it.
    Amber,
    /// Beyond it.
    Red,
}

impl Light {
    /// Name in keys and tables.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Unpromised => "no-objective",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }

    fn of(measured: Span, promised: Span) -> Self {
        if measured > promised {
            Self::Red
        } else if measured.as_seconds() > GREEN * promised.as_seconds() {
            Self::Amber
        } else {
            Self::Green
        }
    }
}

/// One objective against what happened.
#[derive(Clone, PartialEq, Debug)]
pub struct Rating {
    /// Which.
    pub promise: Promise,
    /// How long or how old at most; `None`: nothing promised.
    pub promised: Option<Span>,
    /// What it was; `None`: not touched, or nothing came back at all.
    pub measured: Option<Span>,
    /// True when the figure is a lower bound, or nothing came back: it was not over.
    pub open: bool,
    /// The light.
    pub light: Light,
    /// What would have to change, when it is red.
    pub change: Option<Change>,
}

/// What a missed objective comes down to.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// The recovery is too long by this much.
    Shrink(Shortfall),
    /// The maximum tolerable downtime is broken: by the recovery itself, by the work after it, or by both together.
    Sum {
        /// From loss to users at work.
        recovery: Span,
        /// From there to caught up.
        work: Span,
        /// True when the recovery broke it: it alone is too long, or longer than its own objective.
        recovery_broke: bool,
        /// True when the work broke it: it alone is too long, or the recovery kept its own objective.
        work_broke: bool,
        /// Too long by.
        over: Span,
    },
    /// The point that came back is too old: it would have to be of this moment or later.
    Younger {
        /// The oldest moment that would do.
        since: SimTime,
    },
    /// Nothing was left to come back to.
    Nothing,
    /// It was not over when the scenario ended.
    Unended(Option<Phase>),
}

/// By how much a recovery is too long, and where.
#[derive(Clone, PartialEq, Debug)]
pub struct Shortfall {
    /// Too long by.
    pub over: Span,
    /// The phase that took longest.
    pub phase: Phase,
    /// How long it took.
    pub took: Span,
    /// How long it may take when the others stay as they are; `None`: even without it the recovery is too long.
    pub may_take: Option<Span>,
    /// What was moved in it: bytes, for how long, and how long it may take when all else stays as it is.
    pub transfer: Option<Transfer>,
}

/// Data moved by a restore.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Transfer {
    /// Size of the dataset.
    pub bytes: f64,
    /// From the beginning of the restore until the data were there.
    pub took: Span,
    /// How long it may take when all else stays as it is; `None`: even without it the recovery is too long.
    pub may_take: Option<Span>,
}

impl Transfer {
    /// Bits per second on average.
    #[must_use]
    pub fn rate(&self) -> f64 {
        8.0 * self.bytes / self.took.as_seconds()
    }

    /// Bits per second that would do.
    #[must_use]
    pub fn needed(&self) -> Option<f64> {
        self.may_take.filter(|span| *span > Span::ZERO).map(|span| 8.0 * self.bytes / span.as_seconds())
    }
}

/// Rates every subject by its worst recovery. Datasets come after the services, whose recovery points are those of the data they use.
pub(super) fn rate(scenario: &Scenario, trace: &Trace, affected: &mut [Affected]) {
    let points: Vec<(Subject, PointFound)> = affected
        .iter()
        .map(|it| (it.subject, PointFound { age: it.point.map(|(age, _)| age), gone: it.gone }))
        .collect();
    for each in affected.iter_mut() {
        let worst = each.worst().cloned();
        each.ratings = match each.subject {
            Subject::Service(id) => {
                let (service, promised) = (&scenario.services[id], &scenario.services[id].objective);
                let used = |(subject, _): &&(Subject, PointFound)| matches!(subject, Subject::Dataset(data) if service.uses.contains(data));
                let point = points.iter().filter(used).map(|(_, found)| *found).max().unwrap_or_default();
                vec![
                    recovery_rating(scenario, trace, each, worst.as_ref(), promised.rto),
                    point_rating(promised.rpo, point, worst.as_ref()),
                    downtime_rating(promised.mtd, promised.rto, worst.as_ref()),
                ]
            }
            Subject::Dataset(id) => {
                let dataset = &scenario.datasets[id];
                let point = PointFound { age: each.point.map(|(age, _)| age), gone: each.gone };
                vec![
                    recovery_rating(scenario, trace, each, worst.as_ref(), dataset.rto),
                    point_rating(dataset.rpo, point, worst.as_ref()),
                ]
            }
            Subject::Domain(_) | Subject::Scenario | Subject::Cost => Vec::new(),
        };
        if matches!(each.subject, Subject::Service(id) if scenario.services[id].uses.is_empty()) {
            each.ratings.retain(|rating| rating.promise != Promise::Rpo || rating.promised.is_some());
        }
    }
}

/// What came back, older before younger, nothing last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
struct PointFound {
    gone: bool,
    age: Option<Span>,
}

fn untouched(promise: Promise, promised: Option<Span>) -> Rating {
    let light = if promised.is_some() { Light::Green } else { Light::Unpromised };
    Rating { promise, promised, measured: None, open: false, light, change: None }
}

fn recovery_rating(
    scenario: &Scenario,
    trace: &Trace,
    each: &Affected,
    worst: Option<&Recovery>,
    promised: Option<Span>,
) -> Rating {
    let Some(worst) = worst else { return untouched(Promise::Rto, promised) };
    let light =
        promised.map_or(Light::Unpromised, |limit| if worst.open { Light::Red } else { Light::of(worst.time, limit) });
    let change = (light == Light::Red).then(|| {
        if worst.open {
            return Change::Unended(worst.phases.last().map(|span| span.phase));
        }
        let over = worst.time.saturating_sub(promised.unwrap_or_default());
        Change::Shrink(shortfall(worst, over, transfer(scenario, trace, each.subject, worst)))
    });
    Rating { promise: Promise::Rto, promised, measured: Some(worst.time), open: worst.open, light, change }
}

/// Where a recovery that is too long would have to be shorter.
pub(super) fn shortfall(recovery: &Recovery, over: Span, moved: Option<(f64, Span)>) -> Shortfall {
    let phase = recovery.longest().unwrap_or(Phase::Act);
    let took = recovery.took(phase);
    let left = |took: Span| (took > over).then(|| took.saturating_sub(over));
    let transfer = moved.map(|(bytes, took)| Transfer { bytes, took, may_take: left(took) });
    Shortfall { over, phase, took, may_take: left(took), transfer: transfer.filter(|_| phase == Phase::Act) }
}

/// The restore that a recovery waited for: bytes and how long they were under way.
fn transfer(scenario: &Scenario, trace: &Trace, subject: Subject, recovery: &Recovery) -> Option<(f64, Span)> {
    let own = |id: &crate::model::DatasetId| match subject {
        Subject::Dataset(data) => *id == data,
        Subject::Service(service) => scenario.services[service].uses.contains(id),
        Subject::Domain(_) | Subject::Scenario | Subject::Cost => false,
    };
    let until = recovery.incident.recovered?;
    let mut began: Vec<(crate::model::DatasetId, SimTime)> = Vec::new();
    let mut longest: Option<(f64, Span)> = None;
    for entry in trace.entries.iter().filter(|entry| entry.at >= recovery.incident.lost && entry.at <= until) {
        match entry.what {
            Happening::Data(DataHappening::RestoreBegan(id, ..)) if own(&id) => {
                began.retain(|(other, _)| *other != id);
                began.push((id, entry.at));
            }
            Happening::Data(DataHappening::DataBack(id)) if own(&id) => {
                let from = began.iter().find(|(other, _)| *other == id).map(|(_, from)| *from);
                let took = from.map(|from| entry.at.since(from)).filter(|took| *took > Span::ZERO);
                if let Some(took) = took.filter(|took| longest.is_none_or(|(_, other)| *took > other)) {
                    longest = Some((scenario.datasets[id].size.get() as f64, took));
                }
            }
            _ => {}
        }
    }
    longest
}

fn point_rating(promised: Option<Span>, point: PointFound, worst: Option<&Recovery>) -> Rating {
    let PointFound { gone, age } = point;
    let Some(limit) = promised.filter(|_| gone || age.is_some()) else {
        return Rating { measured: age, open: gone, ..untouched(Promise::Rpo, promised) };
    };
    if gone {
        let change = Some(Change::Nothing);
        return Rating { promise: Promise::Rpo, promised, measured: None, open: true, light: Light::Red, change };
    }
    let measured = age.unwrap_or_default();
    let light = Light::of(measured, limit);
    let change = (light == Light::Red).then(|| {
        // Without an incident of its own the loss is the youngest moment known: that of the point plus its age.
        let lost = worst.map(|it| it.incident.lost.as_microseconds());
        let since = lost.map_or(0, |lost| lost.saturating_sub(limit.as_microseconds()));
        Change::Younger { since: SimTime::from_microseconds(since) }
    });
    Rating { promise: Promise::Rpo, promised, measured: age, open: false, light, change }
}

pub(super) fn downtime_rating(promised: Option<Span>, rto: Option<Span>, worst: Option<&Recovery>) -> Rating {
    let Some(worst) = worst else { return untouched(Promise::Mtd, promised) };
    let sum = worst.time + worst.work;
    let light = promised.map_or(Light::Unpromised, |limit| if worst.open { Light::Red } else { Light::of(sum, limit) });
    let change = promised.filter(|_| light == Light::Red).map(|limit| {
        if worst.open {
            return Change::Unended(worst.phases.last().map(|span| span.phase));
        }
        let (recovery, work) = (worst.time, worst.work);
        let late = rto.is_some_and(|rto| recovery > rto);
        let (alone, work_alone) = (recovery > limit, work > limit);
        Change::Sum {
            recovery,
            work,
            recovery_broke: alone || late || (rto.is_none() && !work_alone),
            work_broke: work_alone || (!alone && !late),
            over: sum.saturating_sub(limit),
        }
    });
    Rating { promise: Promise::Mtd, promised, measured: Some(sum), open: worst.open, light, change }
}

//! What stands in the rows of a timeline: states of services, and of datasets as a trace tells them.

use crate::id::Id;
use crate::model::{Cause, DatasetId, ServiceId};
use crate::quantity::{SimTime, Span};
use crate::report::wording;
use crate::simulation::{DataHappening, Happening, Status, Trace};
use crate::study::Findings;
use std::cmp::Reverse;

/// Most rows: more make the picture taller than a page.
const MOST_ROWS: usize = 12;
/// Most services among them.
const MOST_SERVICES: usize = 10;
/// Most datasets among them.
const MOST_DATASETS: usize = 4;

/// How a state looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Look {
    /// All is well.
    Up,
    /// Degraded, or spoiled without anybody knowing.
    Degraded,
    /// Down, or data that cannot be read.
    Down,
    /// Data are being restored.
    Restoring,
    /// Restored data are being checked.
    Verifying,
}

/// A stretch of one look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Mark {
    pub from: SimTime,
    pub to: SimTime,
    pub look: Look,
}

impl Mark {
    pub(super) const fn length(&self) -> Span {
        self.to.since(self.from)
    }
}

/// Whose row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Row {
    Service(ServiceId),
    Dataset(DatasetId),
}

impl Row {
    pub(super) fn name(self, findings: &Findings) -> &str {
        match self {
            Self::Service(id) => {
                let service = &findings.scenario.services[id];
                wording::titled(&service.title, &service.name)
            }
            Self::Dataset(id) => {
                let dataset = &findings.scenario.datasets[id];
                wording::titled(&dataset.title, &dataset.name)
            }
        }
    }

    /// Its states over a trial.
    pub(super) fn marks(self, findings: &Findings, trace: &Trace) -> Vec<Mark> {
        match self {
            Self::Service(id) => {
                let look = |status| match status {
                    Status::Up => Look::Up,
                    Status::Degraded => Look::Degraded,
                    Status::Down => Look::Down,
                };
                let stretches = trace.stretches.get(id.index()).map(Vec::as_slice).unwrap_or_default();
                stretches.iter().map(|each| Mark { from: each.from, to: each.to, look: look(each.status) }).collect()
            }
            Self::Dataset(id) => states(trace, id, SimTime::ZERO + findings.scenario.horizon),
        }
    }

    /// Times without service, or from the loss of data until they could be used again.
    pub(super) fn outages(self, findings: &Findings, trace: &Trace) -> Vec<Mark> {
        let marks = self.marks(findings, trace);
        match self {
            Self::Service(_) => marks.into_iter().filter(|mark| mark.look == Look::Down).collect(),
            Self::Dataset(_) => {
                let mut whole: Vec<Mark> = Vec::new();
                for mark in marks.into_iter().filter(|mark| !matches!(mark.look, Look::Up | Look::Degraded)) {
                    match whole.last_mut() {
                        Some(last) if last.to == mark.from => last.to = mark.to,
                        _ => whole.push(Mark { look: Look::Down, ..mark }),
                    }
                }
                whole
            }
        }
    }

    /// The first reason that the trial gives for an outage that begins at this moment.
    pub(super) fn reason(self, trace: &Trace, began: SimTime) -> Option<Cause> {
        trace.entries.iter().filter(|entry| entry.at == began).find_map(|entry| match (self, entry.what) {
            (Self::Service(id), Happening::Became(other, Status::Down, cause)) if other == id => cause,
            (Self::Dataset(id), Happening::Data(DataHappening::DataLost(other, cause))) if other == id => cause,
            _ => None,
        })
    }
}

/// States of a dataset from the happenings of a trial.
fn states(trace: &Trace, dataset: DatasetId, end: SimTime) -> Vec<Mark> {
    let mut marks = Vec::new();
    let (mut from, mut look) = (SimTime::ZERO, Look::Up);
    for entry in &trace.entries {
        let Happening::Data(what) = entry.what else { continue };
        let (whose, becomes) = match what {
            DataHappening::Spoiled(id, _) if look == Look::Up => (id, Look::Degraded),
            DataHappening::DataLost(id, _) | DataHappening::RestoreFailed(id, ..) | DataHappening::GaveUp(id) => {
                (id, Look::Down)
            }
            DataHappening::RestoreBegan(id, ..) => (id, Look::Restoring),
            DataHappening::DataBack(id) => (id, Look::Verifying),
            DataHappening::DataWhole(id) => (id, Look::Up),
            _ => continue,
        };
        if whose == dataset && becomes != look && entry.at <= end {
            if entry.at > from {
                marks.push(Mark { from, to: entry.at, look });
            }
            (from, look) = (entry.at, becomes);
        }
    }
    marks.push(Mark { from, to: end, look });
    marks
}

/// Rows of the panels: all services, or those with most downtime over the chosen trials; then datasets to which something happened.
pub(super) fn rows(findings: &Findings) -> Vec<Row> {
    let down = |row: &Row| -> u64 {
        let outages = findings.chosen.iter().flat_map(|chosen| row.outages(findings, &chosen.trace));
        outages.map(|mark| mark.length().as_microseconds()).fold(0, u64::saturating_add)
    };
    let touched = |row: &Row| {
        let all = findings.chosen.iter().flat_map(|chosen| row.marks(findings, &chosen.trace));
        all.into_iter().any(|mark| mark.look != Look::Up)
    };
    let worst = |mut rows: Vec<Row>, most: usize| {
        if rows.len() > most {
            rows.sort_by_key(|row| Reverse(down(row)));
            rows.truncate(most);
            rows.sort();
        }
        rows
    };
    let datasets = worst(findings.scenario.datasets.ids().map(Row::Dataset).filter(touched).collect(), MOST_DATASETS);
    let most = MOST_SERVICES.min(MOST_ROWS - datasets.len());
    let mut rows = worst(findings.scenario.services.ids().map(Row::Service).collect(), most);
    rows.extend(datasets);
    rows
}

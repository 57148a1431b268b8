//! One trial: the scenario replayed event by event.
//!
//! Formats no text; every random number comes from a stream keyed by what it is for.

mod blame;
mod calm;
mod condition;
mod data;
mod disaster;
mod domain;
mod draw;
mod event;
mod failover;
mod failure;
mod incurred;
mod layout;
mod ledger;
mod network;
mod plan;
mod plant;
mod repair;
mod replica;
mod service;
mod staff;
mod state;
mod tally;
mod trace;
mod trial;
mod work;

pub use incurred::{Away, DataLoss, Incurred, YEAR};
pub use tally::{
    DataEvent, DataEventKind, DatasetTally, DomainTally, EventKind, EventTotals, PROFILE_BINS, ScenarioTally,
    ServiceTally, TallyEvent, TrialTally,
};
pub use trace::{DataHappening, Happening, Incident, PlanHappening, PointSource, Status, Stretch, Trace, TraceEntry};
pub use trial::Simulator;

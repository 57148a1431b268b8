//! One trial: the scenario replayed event by event.
//!
//! Formats no text; every random number comes from a stream keyed by what it is for.

mod tally;
mod trace;

pub use tally::{
    DomainTally, EventKind, EventTotals, PROFILE_BINS, ScenarioTally, ServiceTally, TallyEvent, TrialTally,
};
pub use trace::{Happening, Status, Stretch, Trace, TraceEntry};

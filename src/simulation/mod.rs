//! One trial: the scenario replayed event by event.
//!
//! Formats no text; every random number comes from a stream keyed by what it is for.

mod tally;
mod trace;

pub use tally::{DomainTally, EventTotals, ScenarioTally, ServiceTally};
pub use trace::{Happening, Status, Stretch, Trace, TraceEntry};

//! Closed forms and small exact solvers: what must come out where mathematics knows it.
//!
//! Never sees an outcome and shares no code with `simulation`, so that the cross-check is independent.

mod prediction;

pub use prediction::Prediction;

//! Closed forms and small exact solvers: what must come out where mathematics knows it.
//!
//! Never sees an outcome and shares no code with `simulation`, so that the cross-check is independent.

pub mod availability;
pub mod diagram;
pub mod markov;
mod prediction;
pub mod quadrature;
pub mod repair;
pub mod structure;
pub mod transient;

pub use prediction::Prediction;

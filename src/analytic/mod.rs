//! Closed forms and small exact solvers: what must come out where mathematics knows it.
//!
//! Never sees an outcome and shares no code with `simulation`, so that the cross-check is independent.
//! Formulas, their conditions and their sources are in [`crate::docs::models`].

pub mod availability;
pub mod backup_cycle;
mod block;
mod cost;
pub mod diagram;
pub mod durability;
mod independent;
pub mod latent;
#[cfg(test)]
mod latent_tests;
pub mod local_code;
pub mod loss_chain;
pub mod markov;
mod outage;
pub mod placement;
#[cfg(test)]
mod placement_tests;
mod predict;
#[cfg(test)]
mod predict_tests;
mod prediction;
pub mod quadrature;
mod queue;
pub mod rebuild_window;
mod redundancy;
pub mod repair;
pub mod replication;
pub mod retention;
pub mod schedule;
pub mod structure;
#[cfg(test)]
mod support;
pub mod transient;
mod world;

pub use predict::{Predictions, predictions};
pub use prediction::Prediction;

//! drsim: a disaster-recovery simulator for data centres.

pub mod analytic;
pub mod engine;
pub mod estimate;
pub mod id;
pub mod metric;
pub mod model;
pub mod montecarlo;
pub mod quantity;
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod study;

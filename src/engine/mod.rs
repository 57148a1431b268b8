//! The discrete-event engine: a queue ordered by (time, sequence), keyed random streams, pooled populations, flows that share resources.
//!
//! Has no domain word in it: it knows times, numbers and payloads.

mod pool;
mod queue;
mod sharing;
mod streams;

pub use pool::{Pool, PoolGroup};
pub use queue::Queue;
pub use sharing::{FlowId, ResourceId, Sharing};
pub use streams::{Rng, TrialKey, name_key};

//! Many trials in parallel, added up in a fixed order.
//!
//! Trials go in pieces of 32, each summed in order by one worker; the pieces of a block of 1024 are summed in order; blocks combine by one fixed
//! binary tree over the block index. Threads and shards therefore change nothing, not the last bit.

mod fold;
mod outcomes;
mod paired;
mod run;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod toy;

pub use fold::{CostFold, Counts, Fold, ServiceRow, Shape, SubjectFold};
pub use outcomes::{MergeError, Outcomes, Prefix, Stopped, Subtree, merge};
pub use paired::{PairFold, Paired, PairedOutcomes, PairedPlan, run_paired};
pub use run::{Plan, RunError, TrialRunner, Until, run};

/// Trials in a block: the unit of shards, stopping rules and the tree of sums.
pub const BLOCK: u64 = 1024;

/// Trials in a piece: the unit of work.
pub const PIECE: u64 = 32;

/// Trials that get a row of their own in the table of trials.
pub const ROWS: u64 = 10_000;

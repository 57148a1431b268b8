//! Both sides run, compared and judged; [`crate::docs::methodology`] says how.

mod account;
pub mod compare;
mod crosscheck;
pub mod design;
pub mod drill;
mod findings;
pub mod front;
pub mod optimise;
pub mod recommend;
mod run;
mod simulate;
pub mod sweep;
#[cfg(test)]
mod tests;
mod verdict;
mod verdict_data;

pub use crosscheck::FAMILY_LEVEL;
pub use findings::{
    Attribution, Bin, Check, ChosenTrial, Convergence, CostFindings, Expected, Findings, ItemCost, Judgement, Measured,
    Promiser, ServiceCost, Stopped, SubjectFindings, TrialRow, Verdict, Which,
};
pub use run::{chosen_trials, findings};
pub use simulate::{conclude, simulate};

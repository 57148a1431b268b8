//! Both sides run, compared and judged.

mod findings;

pub use findings::{
    Attribution, Bin, Check, ChosenTrial, Convergence, Expected, Findings, Judgement, Measured, Stopped,
    SubjectFindings, TrialRow, Verdict, Which,
};

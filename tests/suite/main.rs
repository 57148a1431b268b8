//! The integration tests: one binary, a module per question.

mod architecture;
mod behaviour;
mod cli;
mod diagnostics;
mod properties;
mod support;

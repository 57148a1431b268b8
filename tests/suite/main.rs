//! The integration tests: one binary, a module per question.

mod architecture;
mod behaviour;
mod cli;
mod diagnostics;
mod examples;
mod properties;
mod support;

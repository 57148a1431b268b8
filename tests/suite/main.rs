//! The integration tests: one binary, a module per question.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod architecture;
mod behaviour;
mod cli;
mod diagnostics;
mod meaning;
mod open;
mod properties;
mod support;

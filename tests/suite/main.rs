//! The integration tests: one binary, a module per question.

mod architecture;
mod cli;

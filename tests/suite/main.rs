//! One binary for all integration tests, a module per question.

#[cfg(test)]
mod diagnostics;

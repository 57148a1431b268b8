//! One binary for all integration tests, a module per question.

mod diagnostics;

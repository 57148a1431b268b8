//! One integration binary, a module per question.

mod behaviour;
mod properties;
mod support;

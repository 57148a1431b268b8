//! The integration tests: one binary, a module per question.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod architecture;
mod audit;
mod audit_data;
mod auditor;
mod auditor_data;
mod backups;
mod behaviour;
mod cli;
mod compare;
mod corners;
mod corners_data;
mod data;
mod determinism;
mod diagnostics;
mod durability;
mod exhaustive;
mod expectations;
mod generator;
mod generator_data;
mod golden;
mod meaning;
mod metric_keys;
mod oracle;
mod outside;
mod overlaps;
mod plans;
mod prices;
mod properties;
mod reference;
mod sharing;
mod support;
mod sweep;

//! Findings to text: every renderer is `&Findings -> String`.
//!
//! Computes no statistic and reads nothing; [`folder::write`] alone touches the file system.

pub mod advice;
mod brief;
mod brief_cost;
mod brief_data;
pub mod compare;
pub mod costs;
pub mod csv;
pub mod drill;
pub mod folder;
pub mod incidents;
pub mod journal;
pub mod json;
pub mod markdown;
pub mod number;
pub mod optimise;
pub mod plot;
pub mod sweep;
pub mod text;
pub mod trace;
mod trace_data;
pub mod wording;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod fixtures_cost;
#[cfg(test)]
mod fixtures_data;
#[cfg(test)]
mod tests;

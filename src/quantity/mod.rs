//! Numbers that know their unit: parse, print, range.
//!
//! Knows nothing of scenarios; every quantity refuses a bare number.

mod chance;
mod data;
mod energy;
mod money;
mod parse;
mod quoted;
mod rate;
mod time;
pub mod words;

pub use chance::Probability;
pub use data::{Bandwidth, Bytes};
pub use energy::{CarbonIntensity, Power};
pub use money::{Currency, Money, PerData, PerDataTime, PerEnergy, PerTime, Quoted};
pub use parse::{QuantityError, number_and_unit};
pub use rate::Rate;
pub use time::{MICROSECONDS_PER_SECOND, SECONDS_PER_YEAR, SimTime, Span};

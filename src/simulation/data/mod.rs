//! Data: where they lie, how they move, how they are lost and how they come back.
//!
//! `placement` says where fragments lie, `fragments` what every copy has lost and what of it can be read, over the books of `stripes`;
//! `rebuild` makes lost fragments again, `latent` finds bad places; `transfer` moves bytes; `replication`, `job` and `point` keep
//! what is apart from the data up to date; `recovery` and `restore` bring them back; `spoil` makes them wrong; `account` keeps the books, `streams`
//! those of what crosses links; `calm` is a short way through all of it.

mod account;
mod calm;
mod fragments;
mod job;
mod latent;
mod placement;
mod point;
mod rebuild;
mod recovery;
mod replication;
mod restore;
mod spoil;
mod state;
mod streams;
mod stripes;
mod transfer;

pub(super) use fragments::CopyState;
pub(super) use state::{DataStage, DataState};
pub(super) use transfer::{TransferId, Transfers};

#[cfg(test)]
mod tests;

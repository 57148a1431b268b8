//! The one list of what is computed. CSV columns, JSON keys, `explain` and the cross-check follow from it.

mod about;

pub use about::{About, Better, Unit};

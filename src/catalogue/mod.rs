//! Figures of others that a scenario can take by name, one row each, with their source and date.
//!
//! Knows no scenario. Terms and prices of providers change: a row says what stood where on which day, and how sure that is.

mod promise;
mod tariff;

pub use promise::{PROMISES, Promise, promise};
pub use tariff::{Band, ObjectTariff, TARIFFS, tariff};

/// How sure a figure is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Read in the text of the provider.
    Read,
    /// Read in texts of others that report it.
    Reported,
    /// Partly from memory: check before anything depends on it.
    Unchecked,
}

impl Standing {
    /// In words, for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Read => "read in the provider's text",
            Self::Reported => "as reported by others",
            Self::Unchecked => "in part not checked against a text",
        }
    }
}

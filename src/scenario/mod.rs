//! Text to scenario: read, laid over its bases, typed with places, checked and lowered to [`crate::model`].
//!
//! Alone knows TOML. Every mistake is reported at once, each at its place; nothing is drawn here.

#![expect(
    clippy::single_match_else,
    reason = "one arm that goes on beside one that notes a problem reads best as a match"
)]

mod choices;
mod codes;
mod diagnostic;
mod draft;
mod kinds;
mod lower;
mod merge;
mod path;
mod source;
mod tree;
mod written;

pub use codes::{CODES, explain_code};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use draft::Draft;
pub use lower::METRIC_KEYS;
pub use source::{Source, Sources};

use crate::model::Scenario;
use std::str::FromStr;
use written::File;
use written::read::{Definitions, Read as _};

/// A value set from outside, as `--set path=value` does.
///
/// ```
/// use drsim::scenario::Override;
/// let set: Override = "services.pay.up.at-least=3".parse().unwrap();
/// assert_eq!((set.path.as_str(), set.value.as_str()), ("services.pay.up.at-least", "3"));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Override {
    /// Dotted path; a part in double quotes may hold dots.
    pub path: String,
    /// TOML if it reads as TOML, a text otherwise.
    pub value: String,
}

impl FromStr for Override {
    type Err = String;

    /// Splits at the first `=`.
    ///
    /// # Errors
    /// No `=`, or nothing before it.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((path, value)) if !path.trim().is_empty() => {
                Ok(Self { path: path.trim().to_owned(), value: value.trim().to_owned() })
            }
            _ => Err(format!("`{text}` is not `path=value`, such as `services.pay.up.at-least=3`")),
        }
    }
}

/// A scenario ready to be run, and how it came about.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// As meant.
    pub scenario: Scenario,
    /// Doubtful but allowed.
    pub warnings: Diagnostics,
    /// As TOML again, bases and overrides merged in.
    pub resolved: String,
    /// Everything that was read.
    pub sources: Sources,
}

/// Reads a scenario.
///
/// ```
/// use drsim::scenario::{Source, load};
/// let text = r#"
/// format = 1
/// name = "one-node"
/// horizon = "10 years"
/// [sites.a]
/// nodes = 1
/// class = "server"
/// [classes.server]
/// life = { exponential = { mttf = "99 days" } }
/// repair = "1 day"
/// [services.web]
/// replicas = { a = 1 }
/// "#;
/// let loaded = load(&Source::from_text("one-node.toml", text), &[]).unwrap();
/// assert_eq!(loaded.scenario.unit_count(), 1);
/// ```
///
/// # Errors
/// Every mistake that was found, sorted by place.
pub fn load(source: &Source, overrides: &[Override]) -> Result<Loaded, Diagnostics> {
    Draft::read(source)?.with(overrides)
}

/// JSON Schema (draft 7) of a scenario file, for editors.
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(&drsim::scenario::schema()).unwrap();
/// assert!(schema["properties"]["services"].is_object());
/// ```
#[must_use]
pub fn schema() -> String {
    let mut definitions = Definitions::new();
    File::schema(&mut definitions);
    let mut root = definitions.remove("File").unwrap_or_default();
    if let Some(object) = root.as_object_mut() {
        object.insert("$schema".to_owned(), "http://json-schema.org/draft-07/schema#".into());
        object.insert("title".to_owned(), "drsim scenario, format 1".into());
        // `horizon` is wanted too, but may come from a base, which a schema cannot see.
        object.insert("required".to_owned(), serde_json::json!(["format", "name"]));
        object.insert("definitions".to_owned(), definitions.into());
    }
    let mut text = serde_json::to_string_pretty(&root).unwrap_or_default();
    text.push('\n');
    text
}

/// Hash over all texts in the order of laying, whatever they are called: FNV-1a with their lengths in between.
fn hash(sources: &Sources) -> String {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |bytes: &[u8]| {
        for byte in bytes {
            state = (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for source in sources.iter() {
        take(&(source.text.len() as u64).to_le_bytes());
        take(source.text.as_bytes());
    }
    format!("{state:016x}")
}

#[cfg(test)]
mod tests;

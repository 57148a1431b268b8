//! Designs: one scenario with different values set. What sweeps, comparisons and searches are made of.
//!
//! A [`Grid`] says which values each design sets, [`Designs`] turns them into scenarios, one at a time and only when asked for: a grid of a million
//! designs costs what one costs. Designs share trials and seed, so that the same failures meet them all.

mod grid;
mod levels;

pub use grid::{Axis, DESIGNS_MAX, Grid};
pub use levels::{Dimension, Levels, size, sizes};

use crate::model::Scenario;
use crate::scenario::{Diagnostics, Draft, Override, Source};
use std::sync::Arc;

/// Keys that belong to the whole study and not to one design.
const OF_THE_STUDY: [(&str, &str); 5] = [
    ("seed", "all designs meet the same random numbers: give `--seed`"),
    ("trials", "all designs have the same trials: give `--trials`"),
    ("name", "the name is that of the whole study: give `--output`"),
    ("base", "sweep each base by itself"),
    ("format", "this version reads `format = 1`"),
];

/// A scenario with values set, ready to be run.
#[derive(Clone, Debug)]
pub struct Design {
    /// What is set, in few words; `as written` when nothing is.
    pub name: String,
    /// What is set.
    pub settings: Vec<Override>,
    /// As meant.
    pub scenario: Arc<Scenario>,
    /// As TOML again, bases and settings merged in.
    pub resolved: String,
    /// Doubtful but allowed.
    pub warnings: Diagnostics,
}

/// Values that make no scenario.
#[derive(Clone, Debug)]
pub struct Refused {
    /// What was set, in few words.
    pub name: String,
    /// What was set.
    pub settings: Vec<Override>,
    /// Why not.
    pub problems: Diagnostics,
}

impl Refused {
    /// The first mistake in one line: `k-over-n: 3 of 2 replicas are needed`.
    #[must_use]
    pub fn first(&self) -> String {
        let errors = || self.problems.items().iter().filter(|item| item.severity == crate::scenario::Severity::Error);
        let more = errors().count().saturating_sub(1);
        let first = errors().next().map_or_else(String::new, |item| format!("{}: {}", item.code, item.message));
        if more == 0 { first } else { format!("{first} (and {more} more)") }
    }
}

/// Makes designs of one scenario.
///
/// ```
/// use drsim::scenario::Source;
/// use drsim::study::design::{Designs, Grid};
/// let text = r#"
/// format = 1
/// name = "one-node"
/// horizon = "10 years"
/// [sites.a]
/// nodes = 2
/// class = "server"
/// [classes.server]
/// life = { exponential = { mttf = "99 days" } }
/// repair = "1 day"
/// [services.web]
/// replicas = { a = 2 }
/// "#;
/// let designs = Designs::read(&Source::from_text("one-node.toml", text)).unwrap();
/// let grid = Grid::full(vec!["services.web.replicas.a=1,2,3".parse().unwrap()]).unwrap();
/// designs.check(grid.axes()).unwrap();
/// assert_eq!(designs.design(grid.settings(0)).unwrap().name, "web.replicas.a=1");
/// assert_eq!(designs.own(&grid.axes()[0]).as_deref(), Some("2"));
/// ```
#[derive(Clone, Debug)]
pub struct Designs {
    draft: Draft,
}

impl Designs {
    /// Reads the scenario once.
    ///
    /// # Errors
    /// Every mistake that keeps the text from being read; a text that can be read may still be no scenario.
    pub fn read(source: &Source) -> Result<Self, Diagnostics> {
        Draft::read(source).map(|draft| Self { draft })
    }

    /// The same scenario with these values set in all designs.
    ///
    /// # Errors
    /// As [`Draft::check`].
    pub fn set(self, overrides: &[Override]) -> Result<Self, Diagnostics> {
        overrides.iter().try_for_each(|set| self.draft.check(set))?;
        Ok(Self { draft: self.draft.set_for_all(overrides)? })
    }

    /// Is there a path for each parameter, and can it hold each of its values? Looks at every value by itself, a thousand of each parameter at most.
    ///
    /// # Errors
    /// The first value that no scenario can have there, or a key that belongs to the study as a whole.
    pub fn check(&self, axes: &[Axis]) -> Result<(), CheckError> {
        for axis in axes {
            if let Some((key, why)) = OF_THE_STUDY.iter().find(|(key, _)| *key == axis.path.trim_matches('"')) {
                return Err(CheckError::OfTheStudy { key, why });
            }
            let looked = |value: String| self.draft.check(&Override { path: axis.path.clone(), value });
            let (first, last) = axis.ends();
            [first.clone(), last].into_iter().chain(axis.values().take(1000)).try_for_each(looked)?;
            // A name that stands in the path, such as a place, is only looked up when the whole is put together.
            let set = Override { path: axis.path.clone(), value: first };
            if let Err(problems) = self.draft.with(&[set]) {
                let unknown =
                    |item: &crate::scenario::Diagnostic| item.file == "--set" && item.code.starts_with("unknown-");
                if problems.items().iter().any(unknown) {
                    return Err(problems.into());
                }
            }
        }
        Ok(())
    }

    /// What the scenario itself says for a parameter; `None` when it leaves it to the default.
    #[must_use]
    pub fn own(&self, axis: &Axis) -> Option<String> {
        self.draft.written(&axis.path)
    }

    /// The scenario with these values set.
    ///
    /// # Errors
    /// Values that make no scenario together.
    pub fn design(&self, settings: Vec<Override>) -> Result<Design, Box<Refused>> {
        let name = name(&settings);
        match self.draft.with(&settings) {
            Ok(loaded) => Ok(Design {
                name,
                settings,
                scenario: Arc::new(loaded.scenario),
                resolved: loaded.resolved,
                warnings: loaded.warnings,
            }),
            Err(problems) => Err(Box::new(Refused { name, settings, problems })),
        }
    }
}

/// Why a grid cannot be made of a scenario.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CheckError {
    /// A path or value that no scenario can have.
    #[error("{0}")]
    Value(#[from] Diagnostics),
    /// A key that belongs to the whole study.
    #[error("`{key}` cannot differ between designs: {why}")]
    OfTheStudy {
        /// The key.
        key: &'static str,
        /// What to do instead.
        why: &'static str,
    },
}

/// What is set, in few words.
#[must_use]
pub fn name(settings: &[Override]) -> String {
    let short = |set: &Override| {
        let label = set.path.split_once('.').map_or(set.path.as_str(), |(_, rest)| rest);
        format!("{label}={}", set.value)
    };
    if settings.is_empty() {
        "as written".to_owned()
    } else {
        settings.iter().map(short).collect::<Vec<_>>().join(", ")
    }
}

//! drsim: a disaster-recovery simulator for data centres.
//!
//! A scenario file says where things are, how they break and get mended, what people notice, which disasters strike and what was promised. The
//! crate replays it many times and says what stays up, how sure that is, and what mathematics says where it says anything.
//!
//! # The straight line
//!
//! Text becomes a [`Scenario`] ([`load`]): laid over its bases, typed with places, checked, every mistake reported at once. The scenario is fixed
//! before the first trial and shared by all threads. From there two roads lead on that share no code: [`simulate`] runs trials in parallel and adds
//! them up in a fixed order into [`Outcomes`]; [`analytic`] derives closed forms where the scenario allows them. [`conclude`] sets one beside the
//! other, judges objectives and expectations, runs the median, the p95 and the worst trial again with the trace on, and gives [`Findings`], which
//! [`report`] turns into text, tables and plots. No value goes back to an earlier stage.
//!
//! ```
//! use drsim::{Plan, Source, conclude, load, simulate};
//! use std::sync::{Arc, atomic::AtomicBool};
//!
//! let text = r#"
//! format  = 1
//! name    = "one-node"
//! horizon = "10 years"
//!
//! [sites.lab]
//! nodes = 1
//! class = "server"
//!
//! [classes.server]
//! life   = { exponential = { mttf = "99 h" } }
//! repair = { exponential = { mean = "1 h" } }
//! age    = "stationary"
//!
//! [services.web]
//! replicas = { lab = 1 }
//! "#;
//! let scenario = Arc::new(load(&Source::from_text("one-node.toml", text), &[])?.scenario);
//! let plan = Plan::whole(200, 2); // trials, threads
//! let outcomes = simulate(&scenario, scenario.seed, &plan, &|_finished| (), &AtomicBool::new(false))?;
//! let findings = conclude(&scenario, &outcomes);
//!
//! let unavailability = findings.services[0].1.metric("unavailability").unwrap();
//! assert!((unavailability.exact.unwrap() - 0.01).abs() < 1e-12); // 1 h / (99 h + 1 h)
//! let (point, error) = (unavailability.estimate.point.unwrap(), unavailability.estimate.std_error.unwrap());
//! assert!((point - 0.01).abs() < 4.0 * error && error < 1e-4);
//! assert!(findings.checks.iter().all(|check| check.agrees == Some(true)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Layers
//!
//! A module uses those below it and none above; a test reads the imports.
//!
//! | | |
//! |---|---|
//! | [`report`] | findings to text: terminal, CSV, JSON, Markdown, SVG; computes no statistic |
//! | [`study`] | both roads run, compared and judged |
//! | [`montecarlo`], [`metric`] | trials in parallel, added up in a fixed order; the one list of what is computed |
//! | [`cost`] | prices applied to what a trial leaves behind |
//! | [`scenario`], [`simulation`], [`analytic`] | text to scenario; one trial, event by event; closed forms |
//! | [`catalogue`] | figures of others that a scenario can take by name, with source and date |
//! | [`engine`], [`model`], [`estimate`] | queue, streams and pools without a word of the domain; the scenario as meant; numbers with intervals |
//! | [`quantity`], [`id`] | numbers that know their unit; typed ids |
//!
//! The program of the same name (feature `cli`, on by default) is a layer above: it alone prints, reads the clock and asks for threads.
//!
//! # Pages
//!
//! [`docs::format`] is the reference of scenario files, [`docs::methodology`] says how numbers are made, [`docs::models`] lists the closed
//! forms with their conditions, [`docs::limits`] says why a result may be wrong.

pub mod analytic;
pub mod catalogue;
pub mod cost;
pub mod engine;
pub mod estimate;
pub mod id;
pub mod metric;
pub mod model;
pub mod montecarlo;
pub mod quantity;
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod study;

pub use estimate::Estimate;
pub use model::Scenario;
pub use montecarlo::{Outcomes, Plan};
pub use scenario::{Diagnostics, Override, Source, load};
pub use study::{Findings, conclude, simulate};

/// Pages to read; their examples are tests.
pub mod docs {
    #[doc = include_str!("docs/format.md")]
    pub mod format {}

    #[doc = include_str!("docs/data.md")]
    pub mod data {}

    #[doc = include_str!("docs/methodology.md")]
    pub mod methodology {}

    #[doc = include_str!("docs/models.md")]
    pub mod models {}

    #[doc = include_str!("docs/recovery.md")]
    pub mod recovery {}

    #[doc = include_str!("docs/cost.md")]
    pub mod cost {}

    #[doc = include_str!("docs/limits.md")]
    pub mod limits {}

    #[cfg(test)]
    mod tests {
        use serde_json::Value;
        use std::collections::BTreeSet;

        /// Keys and words of a schema and everything in it.
        fn words(schema: &Value, found: &mut BTreeSet<String>) {
            match schema {
                Value::Object(object) => {
                    if let Some(Value::Object(properties)) = object.get("properties") {
                        found.extend(properties.keys().cloned());
                    }
                    if let Some(Value::Array(list)) = object.get("enum") {
                        found.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    object.values().for_each(|value| words(value, found));
                }
                Value::Array(list) => list.iter().for_each(|value| words(value, found)),
                _ => {}
            }
        }

        #[test]
        fn the_format_page_has_every_key() {
            let schema: Value = serde_json::from_str(&crate::scenario::schema()).unwrap();
            let mut found = BTreeSet::new();
            words(&schema, &mut found);
            assert!(found.len() > 150, "only {} keys in the schema", found.len());
            let page = include_str!("docs/format.md");
            let part = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
            let said: BTreeSet<&str> = page.split(|letter: char| !part(letter)).collect();
            let missing: Vec<_> = found.iter().filter(|word| !said.contains(word.as_str())).collect();
            assert!(missing.is_empty(), "not on the page: {missing:?}");
        }
    }
}

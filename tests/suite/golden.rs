//! Is every byte of the output what it was? One busy study as a snapshot, one whole folder as an example to look at.
//!
//! `DRSIM_BLESS=1` writes both anew: read the difference before it is committed.

use crate::support::{BUSY, root, scenario, study};
use drsim::report::{folder, json};
use drsim::scenario::{Override, Source, load};
use std::fs;
use std::path::Path;

fn bless() -> bool {
    std::env::var_os("DRSIM_BLESS").is_some()
}

/// Every metric, verdict and cause of a scenario with a little of everything.
#[test]
fn the_summary_of_a_busy_study_is_as_agreed() {
    let summary = json::summary(&study(scenario(BUSY), 64), "0.0.0");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("busy-summary", summary));
}

/// The scenario behind `output/example`, and how many trials of it.
const EXAMPLE: (&str, &str) = ("scenarios/quickstart/single-site.toml", "100");

/// Most bytes of the example, so that it stays something to look at.
const EXAMPLE_MOST: usize = 300_000;

/// The files of the example, as `drsim run` writes them; facts of the machine are left out of `run.json`.
fn example() -> Vec<(String, String)> {
    let (file, trials) = EXAMPLE;
    let source = Source::read(root().join(file)).unwrap();
    let trials = Override { path: "trials".to_owned(), value: trials.to_owned() };
    let loaded = load(&source, std::slice::from_ref(&trials)).unwrap();
    let findings = study(loaded.scenario.clone(), loaded.scenario.trials);
    let run = format!(
        "{{\n  \"command\": [\"drsim\", \"run\", \"{file}\", \"--set\", \"trials={}\", \"--output\", \"output/example\"],\n  \"drsim_version\": \"{}\"\n}}\n",
        trials.value,
        env!("CARGO_PKG_VERSION")
    );
    folder::files(&findings, env!("CARGO_PKG_VERSION"), &loaded.resolved, &run)
}

fn names_below(folder: &Path, before: &str) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        let name = format!("{before}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            names.extend(names_below(&entry.path(), &format!("{name}/")));
        } else {
            names.push(name);
        }
    }
    names.sort();
    names
}

#[test]
fn the_example_is_what_the_program_writes() {
    let folder = root().join("output/example");
    let files = example();
    let bytes: usize = files.iter().map(|(_, content)| content.len()).sum();
    assert!(bytes < EXAMPLE_MOST, "{bytes} bytes: fewer trials make it smaller");
    if bless() {
        folder::write(&folder, &files, true).unwrap();
    }
    let mut names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    names.sort();
    assert_eq!(names_below(&folder, ""), names, "DRSIM_BLESS=1 writes the example anew");
    for (name, content) in files {
        let kept = fs::read_to_string(folder.join(&name)).unwrap();
        assert!(kept == content, "output/example/{name} differs: DRSIM_BLESS=1 writes the example anew");
    }
}

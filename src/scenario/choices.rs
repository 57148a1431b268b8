//! What may be chosen: paths checked against what a scenario can say, values kept as they are written.

use super::diagnostic::Problems;
use super::merge::split;
use super::path;
use super::source::Place;
use super::tree::Table;
use super::written::File;
use crate::model::Choice;
use std::collections::BTreeSet;

/// Most values of one choice.
const VALUES_MAX: usize = 10_000;
/// What belongs to a study and is no part of a design.
const NOT_OF_A_DESIGN: [&str; 13] = [
    "format",
    "name",
    "title",
    "question",
    "horizon",
    "start",
    "timezone",
    "trials",
    "seed",
    "base",
    "expect",
    "choices",
    "requirements",
];

/// The choices of a file, in written order.
pub(super) fn choices(file: &File, written: &Table, problems: &mut Problems) -> Vec<Choice> {
    let list = file.choices.as_ref().map_or(&[][..], |choices| choices.value.0.as_slice());
    let mut found: Vec<Choice> = Vec::new();
    for item in list.iter().filter(|item| !item.broken) {
        let parts = split(&item.name);
        check_path(&parts, item.place, written, problems);
        let inside = |other: &Choice| {
            let other = split(&other.path);
            other.starts_with(&parts) || parts.starts_with(&other)
        };
        if let Some(other) = found.iter().find(|other| inside(other)) {
            let (part, whole) = if parts.len() >= split(&other.path).len() {
                (&item.name, &other.path)
            } else {
                (&other.path, &item.name)
            };
            let message = format!("`{part}` is a part of what `{whole}` chooses");
            problems.error("named-twice", item.place, message).help("choose the whole, or its parts");
        }
        let values = &item.value.0;
        match values.as_slice() {
            [] => {
                problems.error("no-choice", item.place, format!("`{}` has no value to choose", item.name)).help(MORE);
            }
            [only] => {
                let message = format!("`{}` has one value, which leaves nothing to choose", item.name);
                problems.error("no-choice", only.place, message).help(MORE);
            }
            [.., last] if values.len() > VALUES_MAX => {
                let message = format!("`{}` has more than 10 000 values", item.name);
                problems.error("too-many", last.place, message);
            }
            values => {
                let mut seen = BTreeSet::new();
                for value in values.iter().filter(|value| !seen.insert(value.value.as_str())) {
                    let message = format!("`{}` is offered twice for `{}`", value.value, item.name);
                    problems.error("named-twice", value.place, message).help("offer it once");
                }
            }
        }
        let values = values.iter().map(|value| value.value.clone()).collect();
        found.push(Choice { path: item.name.clone(), values });
    }
    found
}

const MORE: &str = "offer at least two values, or set it where it stands";

/// Notes a path that no scenario can have, or that names something this one does not have.
fn check_path(parts: &[String], place: Place, written: &Table, problems: &mut Problems) {
    let shown = parts.join(".");
    if parts.first().is_some_and(|first| NOT_OF_A_DESIGN.contains(&first.as_str())) {
        problems
            .error("unknown-path", place, format!("`{shown}` is not a part of a design"))
            .help("choose among things, such as `services.NAME.replicas.PLACE`");
    } else if let Err((message, help)) = path::check(written, parts) {
        problems.error("unknown-path", place, message).help(help);
    } else if parts.len() < 3 {
        problems
            .error("unknown-path", place, format!("`{shown}` is a table, not a value"))
            .help("write `section.name.key`, as in `--set`");
    }
}

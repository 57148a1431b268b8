//! What may be chosen: paths checked against what a scenario can say, values kept as they are written.

use super::diagnostic::{Problems, nearest};
use super::merge::{SECTIONS, split};
use super::source::Place;
use super::tree::Table;
use super::written::File;
use super::written::read::{Definitions, Read as _};
use crate::model::Choice;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Most values of one choice.
const VALUES_MAX: usize = 10_000;
/// What belongs to a study and is no part of a design.
const NOT_OF_A_DESIGN: [&str; 13] = [
    "format", "name", "title", "question", "horizon", "start", "timezone", "trials", "seed", "base", "expect",
    "choices", "requirements",
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
            let message = format!("`{}` is a part of what `{}` chooses", item.name, other.path);
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
    let first = parts.first().map_or("", String::as_str);
    if NOT_OF_A_DESIGN.contains(&first) {
        problems
            .error("unknown-path", place, format!("`{shown}` is not a part of a design"))
            .help("choose among things, such as `services.NAME.replicas.PLACE`");
        return;
    }
    let named = SECTIONS.contains(&first).then(|| written.get(first)).flatten();
    let mut at = vec![root()];
    for (depth, part) in parts.iter().enumerate() {
        let mut next = Vec::new();
        let mut keys = Vec::new();
        let mut named_things = false;
        for node in at.into_iter().flat_map(alternatives) {
            if let Some(Json::Object(properties)) = node.get("properties") {
                keys.extend(properties.keys().map(String::as_str));
                next.extend(properties.get(part));
            }
            if let Some(more @ Json::Object(_)) = node.get("additionalProperties") {
                named_things = true;
                next.push(more);
            }
        }
        if next.is_empty() {
            let message = if keys.is_empty() {
                format!("`{}` has nothing below it", parts[..depth].join("."))
            } else {
                format!("`{shown}` is no path: there is no `{part}`")
            };
            problems.error("unknown-path", place, message).help(nearest(part, keys.into_iter()));
            return;
        }
        // A thing that has a table of its own must be there.
        if let (1, true, Some(entry)) = (depth, named_things, named)
            && let super::tree::Value::Table(things) = &entry.node.value
            && things.get(part).is_none()
        {
            let known = things.entries.iter().map(|entry| entry.key.as_str());
            let help = nearest(part, known);
            problems.error("unknown-path", place, format!("`{first}` has no `{part}`")).help(help);
            return;
        }
        at = next;
    }
    if parts.len() < 2 || (named.is_none() && SECTIONS.contains(&first)) {
        let message = format!("`{shown}` is nothing that can be set");
        problems.error("unknown-path", place, message).help("write `section.name.key`, as in `--set`");
    }
}

/// What a node of the schema may be: references followed, alternatives laid out.
fn alternatives(node: &'static Json) -> Vec<&'static Json> {
    let mut found = Vec::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if let Some(Json::String(reference)) = node.get("$ref") {
            open.extend(reference.strip_prefix("#/definitions/").and_then(|name| definitions().get(name)));
        }
        for key in ["anyOf", "allOf"] {
            if let Some(Json::Array(list)) = node.get(key) {
                open.extend(list);
            }
        }
        found.push(node);
    }
    found
}

fn definitions() -> &'static Definitions {
    static SCHEMA: OnceLock<Definitions> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let mut definitions = Definitions::new();
        File::schema(&mut definitions);
        definitions
    })
}

fn root() -> &'static Json {
    definitions().get("File").unwrap_or(&Json::Null)
}

//! Which paths a scenario can have, and which one a mistyped path may have meant.

use super::diagnostic::closest;
use super::merge::quote;
use super::tree::{Table, Value};
use super::written::File;
use super::written::read::{Definitions, Read as _};
use serde_json::Value as Json;
use std::sync::LazyLock;

/// Most paths of a scenario that are compared with a mistyped one.
const PATHS_MAX: usize = 20_000;

/// The schema's definitions by type, and the name of the outermost.
static SCHEMA: LazyLock<(Definitions, Json)> = LazyLock::new(|| {
    let mut definitions = Definitions::new();
    let root = File::schema(&mut definitions);
    (definitions, root)
});

/// What may stand below one point of a path.
#[derive(Default)]
struct Below {
    /// Keys with what stands below each.
    keys: Vec<(&'static str, &'static Json)>,
    /// Things with names of their own.
    named: Option<&'static Json>,
    /// A list: set as a whole.
    list: bool,
}

/// Follows references and alternatives of a schema to what may stand below it.
fn below(schema: &'static Json, found: &mut Below) {
    let name = schema["$ref"].as_str().and_then(|text| text.rsplit('/').next());
    if let Some(definition) = name.and_then(|name| SCHEMA.0.get(name)) {
        below(definition, found);
    }
    for list in ["allOf", "anyOf", "oneOf"] {
        schema[list].as_array().into_iter().flatten().for_each(|choice| below(choice, found));
    }
    found.keys.extend(schema["properties"].as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value)));
    let more = &schema["additionalProperties"];
    if more.is_object() {
        found.named = Some(more);
    }
    found.list |= schema["type"] == "array";
}

fn below_of(schema: &'static Json) -> Below {
    let mut found = Below::default();
    below(schema, &mut found);
    found
}

/// Is there such a path? Names are those that the tree has.
///
/// # Errors
/// A message and what may have been meant.
pub(super) fn check(root: &Table, parts: &[String]) -> Result<(), (String, String)> {
    let mut schema = &SCHEMA.1;
    let mut table = Some(root);
    for (depth, part) in parts.iter().enumerate() {
        let around = joined(&parts[..depth]);
        let next = below_of(schema);
        let written = || table.into_iter().flat_map(|table| &table.entries).map(|entry| entry.key.as_str());
        let keyed = next.keys.iter().find(|(key, _)| key == part).map(|(_, schema)| *schema);
        // A thing with keys of its own must be there to have one set; a number by place may be new.
        let thing = |schema: &'static Json| !below_of(schema).keys.is_empty();
        let named = next.named.filter(|schema| !thing(schema) || written().any(|key| key == part));
        if let Some(found) = keyed.or(named) {
            schema = found;
            table = table.and_then(|table| table.get(part)).and_then(|entry| match &entry.node.value {
                Value::Table(inner) => Some(inner),
                _ => None,
            });
            continue;
        }
        let message = match (depth, next.list) {
            (_, true) => {
                return Err((format!("`{around}` is a list"), "a list is set as a whole: `path=[1, 2]`".to_owned()));
            }
            (0, _) => format!("a scenario has no `{part}`"),
            (_, _) if next.keys.is_empty() && next.named.is_none() => format!("nothing stands below `{around}`"),
            _ => format!("`{around}` has no `{part}`"),
        };
        let names: Vec<&str> =
            next.keys.iter().map(|(key, _)| *key).chain(next.named.into_iter().flat_map(|_| written())).collect();
        let fixed = closest(part, names.iter().copied()).map(|name| {
            let mut fixed = parts.to_vec();
            name.clone_into(&mut fixed[depth]);
            fixed
        });
        // One part may be mistyped, or one left out in front.
        let help = match fixed
            .filter(|fixed| check(root, fixed).is_ok())
            .map(|fixed| joined(&fixed))
            .or_else(|| similar(root, parts))
        {
            Some(path) => format!("did you mean `{path}`?"),
            None if names.is_empty() => String::new(),
            None if names.len() < 25 => format!("known are `{}`", names.join("`, `")),
            None => "`drsim schema` lists all keys".to_owned(),
        };
        return Err((message, help));
    }
    Ok(())
}

/// The path of the tree that ends with these parts, or is nearest to them as a text.
fn similar(root: &Table, parts: &[String]) -> Option<String> {
    let mut paths = Vec::new();
    collect(root, &mut Vec::new(), &mut paths);
    let ending = paths.iter().find(|path| path.ends_with(parts)).map(|path| joined(path));
    ending.or_else(|| {
        let texts: Vec<String> = paths.iter().map(|path| joined(path)).collect();
        closest(&joined(parts), texts.iter().map(String::as_str)).map(str::to_owned)
    })
}

fn collect(table: &Table, around: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    for entry in &table.entries {
        if paths.len() >= PATHS_MAX {
            return;
        }
        around.push(entry.key.clone());
        paths.push(around.clone());
        if let Value::Table(inner) = &entry.node.value {
            collect(inner, around, paths);
        }
        around.pop();
    }
}

fn joined(parts: &[String]) -> String {
    parts.iter().map(|part| quote_name(part)).collect::<Vec<_>>().join(".")
}

/// Chinese names need no quotes in a path of `--set`; dots do.
fn quote_name(part: &str) -> String {
    if !part.is_empty() && part.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '/')) {
        part.to_owned()
    } else {
        quote(part)
    }
}

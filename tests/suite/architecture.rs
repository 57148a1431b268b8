//! Does every module keep to its layer? The import table of the design, checked against the source text.

#![expect(clippy::unwrap_used, reason = "what cannot be read fails the test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each module of the library may import, besides itself. A module that is missing here fails the test.
const IMPORTS: &[(&str, &[&str])] = &[
    ("quantity", &[]),
    ("id", &[]),
    ("engine", &["quantity", "id"]),
    ("estimate", &["quantity", "id"]),
    ("model", &["quantity", "id"]),
    ("catalogue", &["quantity", "id", "model"]),
    ("scenario", &["quantity", "id", "model", "catalogue"]),
    ("simulation", &["quantity", "id", "engine", "model", "catalogue"]),
    ("analytic", &["quantity", "id", "model", "catalogue"]),
    ("cost", &["quantity", "id", "model", "simulation"]),
    ("metric", &["quantity", "id", "model", "engine", "estimate", "simulation", "cost"]),
    ("montecarlo", &["quantity", "id", "model", "engine", "estimate", "simulation", "cost", "metric"]),
    (
        "study",
        &[
            "quantity",
            "id",
            "model",
            "engine",
            "estimate",
            "catalogue",
            "scenario",
            "simulation",
            "analytic",
            "cost",
            "metric",
            "montecarlo",
        ],
    ),
    ("report", &["quantity", "id", "model", "estimate", "catalogue", "simulation", "cost", "metric", "study"]),
];

/// Words that must not occur in the code of a folder, with the reason.
const ABSENT: &[(&str, &[&str], &str)] = &[
    (
        "engine",
        &[
            "node", "nodes", "site", "sites", "rack", "disaster", "service", "services", "replica", "backup", "plant",
            "outage", "scenario", "threat", "repair", "failover", "domain",
        ],
        "the engine knows no word of the domain",
    ),
    ("model", &["rand", "rand_distr", "rand_xoshiro", "fs", "File"], "the model draws nothing and reads nothing"),
    ("quantity", &["serde", "toml", "rand", "fs"], "quantities are numbers with units and no more"),
    ("simulation", &["format", "write", "writeln", "Display", "fs"], "the simulation formats no text"),
    ("estimate", &["model", "Scenario", "simulation", "rand"], "the estimators see no scenario"),
    ("analytic", &["simulation", "montecarlo", "Outcome", "Outcomes", "engine"], "closed forms see no outcome"),
    ("report", &["montecarlo", "rand", "Instant", "SystemTime"], "the report computes no statistic"),
];

/// Words that only one place of the crate may use.
const ONLY: &[(&str, &[&str])] = &[
    ("toml", &["scenario"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("println", &["cli", "main"]),
    ("eprintln", &["cli", "main"]),
    ("stdout", &["cli", "main"]),
    ("stderr", &["cli", "main"]),
    ("stdin", &["cli", "main"]),
    ("Instant", &["cli", "main"]),
    ("SystemTime", &["cli", "main"]),
    ("rayon", &["montecarlo", "study"]),
];

/// Longest file.
const LINES: usize = 600;

/// One source file, as the checks see it.
struct Source {
    path: PathBuf,
    /// First folder or file below `src`.
    module: String,
    /// Without comments, text in quotes and test modules.
    code: String,
    lines: usize,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !is_test(path.strip_prefix(&root).unwrap())
            {
                let text = fs::read_to_string(&path).unwrap();
                let below = path.strip_prefix(&root).unwrap();
                let first = below.components().next().unwrap().as_os_str().to_string_lossy();
                let module = first.trim_end_matches(".rs").to_owned();
                found.push(Source { module, code: code_of(&text), lines: text.lines().count(), path });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 20, "only {} source files found below {}", found.len(), root.display());
    found
}

/// Unit tests in a file of their own may use whatever they like.
fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "tests") || path.components().any(|part| part.as_os_str() == "tests")
}

/// The code without its test modules, comments, strings and character literals: what is left are names and marks.
fn code_of(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        if rest.starts_with(&['/', '/']) {
            at += rest.iter().position(|&c| c == '\n').unwrap_or(rest.len());
        } else if rest.starts_with(&['r', '#', '"']) {
            let end = rest[3..].windows(2).position(|pair| pair == ['"', '#']);
            at += end.map_or(rest.len(), |end| 3 + end + 2);
            out.push(' ');
        } else if rest[0] == '"' {
            at += 1;
            while at < chars.len() && chars[at] != '"' {
                at += if chars[at] == '\\' { 2 } else { 1 };
            }
            at += 1;
            out.push(' ');
        } else if rest.starts_with(&['\'', '"', '\'']) {
            at += 3;
        } else {
            out.push(rest[0]);
            at += 1;
        }
    }
    out
}

/// Names in code: `crate::model::Scenario` has three.
fn names(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|name| !name.is_empty())
}

/// Modules that code names by `crate::…` or `drsim::…`, also in nested lists: `use crate::{id, model::Scenario}`.
fn imports(code: &str, root: &str) -> Vec<String> {
    let mut found = Vec::new();
    let compact: String = code.split_whitespace().collect::<Vec<_>>().join(" ").replace(":: ", "::");
    for piece in compact.split(&format!("{root}::")).skip(1) {
        if let Some(list) = piece.strip_prefix('{') {
            let mut depth = 0;
            let mut fresh = true;
            let mut name = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        found.push(std::mem::take(&mut name));
                        fresh = true;
                    }
                    c if depth == 0 && fresh && (c.is_alphanumeric() || c == '_') => name.push(c),
                    ' ' => {}
                    _ => fresh = false,
                }
            }
            found.push(name);
        } else {
            found.push(piece.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

#[test]
fn modules_import_lower_layers_only() {
    let allowed: BTreeMap<_, _> = IMPORTS.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        if matches!(source.module.as_str(), "lib" | "main" | "cli") {
            continue;
        }
        let Some(lower) = allowed.get(source.module.as_str()) else {
            wrong.push(format!("`{}` has no row in the import table", source.module));
            continue;
        };
        for name in imports(&source.code, "crate") {
            let itself = name == source.module;
            // What is imported from the crate's root by a macro or type name is not a layer.
            let layer = allowed.contains_key(name.as_str()) || matches!(name.as_str(), "cli" | "main");
            if layer && !itself && !lower.contains(&name.as_str()) {
                wrong.push(format!("{} imports `{name}`", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_import_table_has_no_cycle() {
    for (index, (module, lower)) in IMPORTS.iter().enumerate() {
        for name in *lower {
            let below = IMPORTS.iter().position(|(module, _)| module == name);
            assert!(below.is_some_and(|below| below < index), "`{module}` may import `{name}`, which is not below it");
        }
    }
}

#[test]
fn what_a_layer_must_not_know_is_absent() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (_, words, why) in ABSENT.iter().filter(|(module, ..)| *module == source.module) {
            for word in names(&source.code).filter(|name| words.contains(name)) {
                wrong.push(format!("{} says `{word}`: {why}", source.path.display()));
            }
        }
        for (word, places) in ONLY.iter().filter(|(_, places)| !places.contains(&source.module.as_str())) {
            if names(&source.code).any(|name| name == *word) {
                wrong.push(format!("{} says `{word}`, which belongs to {places:?}", source.path.display()));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short_enough_to_read() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|source| source.lines > LINES)
        .map(|source| format!("{} has {} lines: does it hold two things?", source.path.display(), source.lines))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// The checks above rest on these two readers of code.
#[test]
fn the_readers_of_code_see_what_is_there() {
    let code = code_of(
        "use crate::{id::Id, model}; // crate::study\nlet a = \"crate::report \\\" x\"; '\"'; crate::engine::Queue",
    );
    assert_eq!(imports(&code, "crate"), ["id", "model", "engine"]);
    assert_eq!(imports("use crate::{id::{Id, IdVec}, quantity::Span,};", "crate"), ["id", "quantity"]);
    assert_eq!(code_of("a\n#[cfg(test)]\nmod tests { rand }"), "a\n");
    assert_eq!(code_of("#[cfg(test)]\nmod twin;\nmod b;"), "#[cfg(test)]\nmod twin;\nmod b;");
    assert_eq!(code_of("a(r#\"b \"c\" d\"#, '\"', e)"), "a( , , e)");
    assert_eq!(names("rand::Rng as _").collect::<Vec<_>>(), ["rand", "Rng", "as", "_"]);
}

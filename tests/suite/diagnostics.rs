//! How is every mistake explained, and does every scenario that is shipped load?
//!
//! `tests/mistakes/NAME.toml` has one kind of mistake each, `NAME.txt` what is said about it. `DRSIM_BLESS=1` writes the texts anew: read them.

use drsim::scenario::{CODES, Severity, Source, explain_code, load, schema};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn files(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    found.sort();
    found
}

/// All scenario files below `scenarios/`, whatever their folder.
fn scenarios() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut found = Vec::new();
    for folder in std::fs::read_dir(root).unwrap() {
        let folder = folder.unwrap();
        if folder.path().is_dir() {
            found.extend(files(&format!("scenarios/{}", folder.file_name().to_str().unwrap())));
        }
    }
    found
}

/// Read under a name without a folder, so that texts do not depend on where the tests run.
fn read(path: &Path) -> Source {
    let mut source = Source::read(path).unwrap();
    path.file_name().unwrap().to_str().unwrap().clone_into(&mut source.name);
    source
}

#[test]
fn every_mistake_is_explained_as_agreed() {
    let bless = std::env::var_os("DRSIM_BLESS").is_some();
    let mut wrong = Vec::new();
    let mistakes = files("tests/mistakes");
    assert!(mistakes.len() >= 40);
    for path in &mistakes {
        let found = match load(&read(path), &[]) {
            Ok(loaded) => loaded.warnings,
            Err(found) => found,
        };
        let text = found.render(false);
        let agreed = path.with_extension("txt");
        if bless {
            std::fs::write(&agreed, &text).unwrap();
        } else if std::fs::read_to_string(&agreed).unwrap_or_default() != text {
            wrong.push(format!("{}\n{text}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "differs from what is agreed (DRSIM_BLESS=1 writes it anew):\n{}", wrong.join("\n"));
}

#[test]
fn every_message_keeps_the_style() {
    let mut seen = BTreeSet::new();
    for path in files("tests/mistakes") {
        let found = load(&read(&path), &[]).map_or_else(|found| found, |loaded| loaded.warnings);
        assert!(!found.items().is_empty(), "{} has no mistake", path.display());
        for item in found.items() {
            seen.insert(item.code);
            let first = item.message.chars().next().unwrap();
            assert!(!first.is_uppercase() || item.message.starts_with("RTO"), "{}", item.message);
            assert!(!item.message.ends_with('.') && !item.help.ends_with('.'), "{} / {}", item.message, item.help);
            assert!(explain_code(item.code).is_some(), "{}", item.code);
            let json = found.to_json();
            assert!(json[0]["code"].is_string() && json[0]["severity"].is_string());
        }
    }
    let known: BTreeSet<&str> = CODES.iter().map(|(code, _)| *code).collect();
    assert!(seen.is_subset(&known));
    assert!(seen.len() * 10 > known.len() * 8, "codes without a mistake: {:?}", known.difference(&seen));
}

/// Scenarios whose point is a mistake that can be seen beforehand, and what is said about it. Nothing else that is shipped is warned of.
const FORESEEN: [(&str, &[&str]); 10] = [
    ("backup-restore", &["rpo-out-of-reach", "rto-out-of-reach"]),
    ("cloudnordic-2023", &["backups-in-reach", "store-beside-data"]),
    ("cloudnordic-2023-separate-networks", &["store-beside-data"]),
    ("company", &["rpo-out-of-reach"]),
    ("edge-sites", &["rto-out-of-reach"]),
    ("factory", &["rto-out-of-reach"]),
    ("hospital", &["rpo-out-of-reach", "rto-out-of-reach"]),
    ("kyoto-2021", &["store-beside-data"]),
    ("ovh-strasbourg-2021", &["store-in-blast-radius"]),
    ("unisuper-2024-one-provider", &["store-in-blast-radius"]),
];

#[test]
fn every_scenario_loads_and_fits_the_schema() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let scenarios = scenarios();
    assert!(scenarios.len() >= 20);
    for path in scenarios {
        let source = Source::read(&path).unwrap();
        let table: toml::Table = source.text.parse().unwrap();
        if !table.contains_key("base") {
            // TOML has dates, JSON has texts.
            let text = serde_json::to_string(&table).unwrap().replace("\"$__toml_private_datetime\"", "\"date\"");
            let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
            undate(&mut json);
            let faults: Vec<String> =
                validator.iter_errors(&json).map(|error| format!("{error} at {}", error.instance_path())).collect();
            assert!(faults.is_empty(), "{}: {faults:?}", path.display());
        }
        let loaded = load(&source, &[]).unwrap_or_else(|wrong| panic!("{}\n{wrong}", path.display()));
        let warnings = loaded.warnings.items();
        assert!(warnings.iter().all(|item| item.severity == Severity::Warning));
        let foreseen = FORESEEN.iter().find(|(name, _)| *name == loaded.scenario.name).map(|(_, codes)| *codes);
        let codes: BTreeSet<&str> = warnings.iter().map(|item| item.code).collect();
        let foreseen: BTreeSet<&str> = foreseen.unwrap_or_default().iter().copied().collect();
        assert_eq!(codes, foreseen, "{}\n{}", path.display(), loaded.warnings);
    }
}

fn undate(value: &mut serde_json::Value) {
    if let Some(date) = value.as_object().filter(|object| object.len() == 1).and_then(|object| object.get("date")) {
        *value = date.clone();
        return;
    }
    match value {
        serde_json::Value::Object(object) => object.values_mut().for_each(undate),
        serde_json::Value::Array(list) => list.iter_mut().for_each(undate),
        _ => {}
    }
}

#[test]
fn the_schema_refuses_what_load_refuses() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for name in
        ["unknown-key", "missing-unit", "wrong-type", "unknown-variant", "unknown-kind", "weibull-without-shape"]
    {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/mistakes/{name}.toml"));
        let table: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        assert!(!validator.is_valid(&serde_json::to_value(table).unwrap()), "{name}");
    }
}

/// Bytes of a valid scenario are changed at random, with a fixed seed: whatever comes, an answer comes back.
#[test]
fn no_text_makes_it_panic() {
    let good =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/quickstart/two-sites.toml")).unwrap();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let (mut loaded, mut refused) = (0, 0);
    for _ in 0..3000 {
        let mut bytes = good.clone();
        for _ in 0..=next(3) {
            let at = next(bytes.len());
            match next(5) {
                0 => bytes[at] = b" \"'{}[]=.,#0129-\n%aZ"[next(20)],
                1 => {
                    bytes.remove(at);
                }
                2 => {
                    let end = (at + next(60)).min(bytes.len());
                    bytes.drain(at..end);
                }
                3 => {
                    let end = (at + next(60)).min(bytes.len());
                    let copy = bytes[at..end].to_vec();
                    let to = next(bytes.len());
                    bytes.splice(to..to, copy);
                }
                _ => {
                    let digits: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()).collect();
                    bytes[digits[next(digits.len())]] = b"0159"[next(4)];
                }
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match load(&Source::from_text("fuzz.toml", text), &[]) {
            Ok(_) => loaded += 1,
            Err(found) => {
                refused += 1;
                assert!(!found.items().is_empty());
                assert!(!found.render(refused % 2 == 0).is_empty());
            }
        }
    }
    assert!(loaded > 100 && refused > 1000, "{loaded} loaded, {refused} refused");
}

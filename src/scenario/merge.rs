//! One file laid over another, and single values set from the command line, before anything has a type.

use super::Override;
use super::diagnostic::{Problems, nearest};
use super::source::{Place, Source, Sources, read_text};
use super::tree::{Entry, Node, Table, Value, parse};
use std::path::{Component, Path, PathBuf};

/// Longest chain of bases.
const BASES_MAX: usize = 8;
/// Keys whose table holds one choice: another choice replaces it.
const CHOICES: [&str; 32] = [
    "life",
    "repair",
    "logistics",
    "restart",
    "takes",
    "switch",
    "scale-up",
    "lasts",
    "replaced",
    "election",
    "person",
    "decide",
    "start-up",
    "after",
    "kind",
    "failover",
    "up",
    "strikes",
    "placement",
    "protect",
    "mirror",
    "detect",
    "prepare",
    "resume",
    "anew",
    "medium",
    "access",
    "transport",
    "catch-up",
    "answer",
    "parts",
    "found",
];
/// Tables of named things.
const SECTIONS: [&str; 14] = [
    "regions", "sites", "classes", "plant", "links", "crews", "services", "threats", "datasets", "stores", "backups",
    "staff", "plans", "expect",
];

/// The whole scenario as one tree, before anything is set from the command line.
pub(super) fn assemble(source: &Source, sources: &mut Sources, problems: &mut Problems) -> Option<Table> {
    // The chain is found from the top down and laid from the bottom up, so that places ascend in the order of laying.
    let mut chain = vec![source.clone()];
    let mut seen: Vec<PathBuf> = Vec::new();
    if let Some(folder) = &source.folder {
        seen.extend(folder.join(Path::new(&source.name).file_name().unwrap_or_default()).canonicalize());
    }
    let mut broken = None;
    while let Some(next) = chain.last().and_then(base_of) {
        match find_base(source, chain.last().unwrap_or(source), &next.path, &mut seen, chain.len()) {
            Ok(base) => chain.push(base),
            Err(fault) => {
                broken = Some((chain.len() - 1, next.place, fault));
                break;
            }
        }
    }
    let mut laid: Option<Table> = None;
    for (level, source) in chain.iter().enumerate().rev() {
        let offset = sources.push(source.clone());
        let table = parse(&source.text, offset, problems);
        if let Some((_, place, fault)) = broken.take_if(|(at, ..)| *at == level) {
            let place = Place::new(offset + place.start as usize, offset + place.end as usize);
            problems.error(fault.code, place, fault.message).help(fault.help);
        }
        laid = Some(match laid {
            None => table,
            Some(mut under) => {
                under.entries.retain(|entry| entry.key != "name" && entry.key != "expect" && entry.key != "base");
                lay(&mut under, table, &[]);
                under
            }
        });
    }
    laid.filter(|_| !problems.any_error())
}

/// Sets values on the tree, which from then on stands alone.
pub(super) fn finish(overrides: &[Override], table: &mut Table, sources: &mut Sources, problems: &mut Problems) {
    for set in overrides {
        apply(set, table, sources, problems);
    }
    table.entries.retain(|entry| entry.key != "base" || !matches!(entry.node.value, Value::Text(_)));
}

struct Next {
    path: String,
    place: Place,
}

/// The base that a text names, if it can be read so far; its faults are found when it is read in earnest.
fn base_of(source: &Source) -> Option<Next> {
    if !source.text.contains("base") {
        return None;
    }
    let table = parse(&source.text, 0, &mut Problems::default());
    let entry = table.get("base")?;
    match &entry.node.value {
        Value::Text(path) => Some(Next { path: path.clone(), place: entry.node.place }),
        _ => None,
    }
}

struct Fault {
    code: &'static str,
    message: String,
    help: String,
}

fn find_base(
    top: &Source,
    source: &Source,
    path: &str,
    seen: &mut Vec<PathBuf>,
    depth: usize,
) -> Result<Source, Fault> {
    let fault = |code, message: String, help: &str| Fault { code, message, help: help.to_owned() };
    if depth > BASES_MAX {
        return Err(fault("base-depth", format!("more than {BASES_MAX} bases on top of one another"), ""));
    }
    let (full, shown) = inside(top, source, path)
        .map_err(|message| fault("outside-folder", message, "a base lies in the folder of the scenario or below it"))?;
    let text = read_text(&full, &shown).map_err(|(message, help)| Fault { code: "unreadable-file", message, help })?;
    if let Ok(canonical) = full.canonicalize() {
        if seen.contains(&canonical) {
            return Err(fault("base-cycle", format!("`{path}` is laid over itself"), "remove one `base`"));
        }
        seen.push(canonical);
    }
    Ok(Source { name: shown, text, folder: full.parent().map(Path::to_path_buf) })
}

/// Full path and shown path of a file that a source names, if it lies within the folder of the top source.
pub(super) fn inside(top: &Source, source: &Source, path: &str) -> Result<(PathBuf, String), String> {
    let (Some(root), Some(folder)) = (&top.folder, &source.folder) else {
        return Err(format!("`{path}` cannot be found: the scenario is not read from a file"));
    };
    let relative = Path::new(path);
    let escapes = || format!("`{path}` lies outside the scenario's folder");
    if relative.components().any(|part| matches!(part, Component::RootDir | Component::Prefix(_))) {
        return Err(escapes());
    }
    let full = folder.join(relative);
    // Links count: what a path really leads to must lie inside. A missing file is reported as missing.
    match (full.canonicalize(), root.canonicalize()) {
        (Ok(real), Ok(root)) if !real.starts_with(&root) => Err(escapes()),
        (Err(_), _) if relative.components().any(|part| matches!(part, Component::ParentDir)) => Err(escapes()),
        _ => {
            let shown = Path::new(&source.name).parent().map_or_else(|| relative.to_path_buf(), |at| at.join(relative));
            Ok((full, shown.display().to_string()))
        }
    }
}

/// True when the table of this key holds one choice; `around` is the path to it.
fn is_choice(around: &[&str], key: &str) -> bool {
    match around {
        // A recovery is verified for a time, a backup by rules.
        [.., "recover"] if key == "verify" => true,
        // A promise is a preset or has bounds of its own; half of each would be neither.
        ["prices", "sla"] => true,
        _ => CHOICES.contains(&key),
    }
}

/// Lays `over` on `under`: tables merge by key, everything else is replaced, a choice replaces a choice.
fn lay(under: &mut Table, over: Table, around: &[&str]) {
    let mut positions: std::collections::BTreeMap<String, usize> =
        under.entries.iter().enumerate().map(|(at, entry)| (entry.key.clone(), at)).collect();
    for entry in over.entries {
        let Some(position) = positions.get(&entry.key).copied() else {
            positions.insert(entry.key.clone(), under.entries.len());
            under.entries.push(entry);
            continue;
        };
        let below = &mut under.entries[position];
        let choice = is_choice(around, &entry.key);
        match (&mut below.node.value, entry.node.value) {
            (Value::Table(lower), Value::Table(upper)) if !choice => {
                lay(lower, upper, &[around, &[entry.key.as_str()]].concat());
            }
            (_, value) => below.node = Node { place: entry.node.place, value },
        }
    }
}

/// Sets one value.
fn apply(set: &Override, table: &mut Table, sources: &mut Sources, problems: &mut Problems) {
    let parts = split(&set.path);
    let path: Vec<String> = parts.iter().map(|part| quote(part)).collect();
    let path = path.join(".");
    let attempt = |value: &str, sources: &Sources| {
        let text = format!("{path} = {value}");
        let mut trial = Problems::default();
        let mut end = sources.clone();
        let offset = end.push(Source::from_text("--set", text.clone()));
        let read = parse(&text, offset, &mut trial);
        (trial.items.is_empty() && read.entries.len() == 1 && !value.contains('\n')).then_some((read, end))
    };
    let quoted = toml::Value::String(set.value.clone()).to_string();
    let Some((read, end)) = attempt(&set.value, sources).or_else(|| attempt(&quoted, sources)) else {
        let offset = sources.push(Source::from_text("--set", set.path.clone()));
        let place = Place::new(offset, offset + set.path.len());
        problems
            .error("unknown-path", place, format!("`{}` is not a path", set.path))
            .help("write `section.name.key=value`");
        return;
    };
    *sources = end;
    let mut chain = read;
    let (mut target, mut depth) = (table, 0);
    while let Some(Entry { key, place, node }) = chain.entries.pop() {
        let named = depth == 1 && SECTIONS.contains(&parts[0].as_str());
        if named && parts[0] != "expect" && target.get(&key).is_none() {
            let help = nearest(&key, target.entries.iter().map(|entry| entry.key.as_str()));
            problems.error("unknown-path", place, format!("`{}` has no `{key}`", parts[0])).help(help);
            return;
        }
        depth += 1;
        let last = depth == parts.len();
        let position = target.entries.iter().position(|entry| entry.key == key);
        match node.value {
            Value::Table(inner) if !last => {
                let place = node.place;
                let at = position.unwrap_or_else(|| {
                    let value = Value::Table(Table::default());
                    target.entries.push(Entry { key: key.clone(), place, node: Node { place, value } });
                    target.entries.len() - 1
                });
                let around: Vec<&str> = parts[..depth - 1].iter().map(String::as_str).collect();
                let choice = is_choice(&around, &key);
                let wanted = inner.entries.first().map(|entry| entry.key.clone()).unwrap_or_default();
                let below = &mut target.entries[at].node;
                let fits = match &below.value {
                    Value::Table(table) => !choice || table.get(&wanted).is_some(),
                    _ => false,
                };
                if !fits {
                    *below = Node { place, value: Value::Table(Table::default()) };
                }
                let Value::Table(next) = &mut target.entries[at].node.value else { return };
                target = next;
                chain = inner;
            }
            value => {
                let node = Node { place: node.place, value };
                match position {
                    Some(at) => target.entries[at].node = node,
                    None => target.entries.push(Entry { key, place, node }),
                }
                return;
            }
        }
    }
}

/// The parts of a dotted path; a part in quotes may hold dots.
pub(super) fn split(path: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for letter in path.chars() {
        match letter {
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(String::new()),
            _ => {
                if let Some(part) = parts.last_mut() {
                    part.push(letter);
                }
            }
        }
    }
    parts
}

pub(super) fn quote(part: &str) -> String {
    let bare = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if bare { part.to_owned() } else { toml::Value::String(part.to_owned()).to_string() }
}

#[cfg(test)]
mod tests {
    use super::super::tree::write;
    use super::*;

    fn tree(text: &str, offset: usize) -> Table {
        parse(text, offset, &mut Problems::default())
    }

    fn written(table: Table) -> String {
        write(&Node { place: Place::default(), value: Value::Table(table) })
    }

    #[test]
    fn tables_merge_and_choices_replace() {
        let mut under = tree(
            "[services.pay]\nreplicas = { a = 4, b = 2 }\nup = \"all\"\n[classes.c]\nlife = { weibull = { shape = 2.0 } }",
            0,
        );
        let over =
            "[services.pay]\nreplicas = { c = 1, a = 5 }\n[classes.c]\nlife = { exponential = { mttf = \"1 year\" } }";
        lay(&mut under, tree(over, 1000), &[]);
        let text = written(under);
        assert!(text.contains("replicas = { a = 5, b = 2, c = 1 }"), "{text}");
        assert!(text.contains("life = { exponential = { mttf = \"1 year\" } }"), "{text}");
    }

    #[test]
    fn prices_merge_by_name_and_a_promise_is_replaced_whole() {
        let mut under = tree(
            "[prices]\ndowntime = { pay = { per = \"1 CNY / h\", cap = \"9 CNY\" }, web = \"2 CNY / h\" }\nsla.pay = { preset = \"a\", charges = \"1 CNY / month\" }",
            0,
        );
        let over =
            "[prices]\ndowntime = { pay = { cap = \"5 CNY\" } }\nsla.pay = { bands = [], charges = \"2 CNY / month\" }";
        lay(&mut under, tree(over, 1000), &[]);
        let text = written(under);
        assert!(text.contains("pay = { per = \"1 CNY / h\", cap = \"5 CNY\" }") && text.contains("web = "), "{text}");
        assert!(!text.contains("preset"), "{text}");
    }

    #[test]
    fn set_reaches_into_choices() {
        let mut table = tree("[classes.c]\nlife = { weibull = { shape = 2.0, mean = \"1 year\" } }", 0);
        let (mut sources, mut problems) = (Sources::default(), Problems::default());
        for text in ["classes.c.life.weibull.mean=2 years", "classes.c.room=3", "classes.x.room=3"] {
            apply(&text.parse().unwrap(), &mut table, &mut sources, &mut problems);
        }
        let text = written(table);
        assert!(text.contains("life = { weibull = { shape = 2.0, mean = \"2 years\" } }\nroom = 3"), "{text}");
        assert_eq!(problems.items[0].code, "unknown-path");
    }

    #[test]
    fn chinese_and_quoted_parts_are_one_part() {
        assert_eq!(split("services.支付.replicas.\"a/b.c\""), ["services", "支付", "replicas", "a/b.c"]);
    }
}

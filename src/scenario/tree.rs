//! TOML as a tree that keeps the written order and the place of everything; no meaning yet.

use super::diagnostic::Problems;
use super::source::Place;
use std::fmt::Write as _;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

/// Deepest nesting of values.
const DEPTH_MAX: usize = 20;
/// Longest text, in bytes.
const TEXT_MAX: usize = 10_000;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Moment(Datetime),
    List(Vec<Node>),
    Table(Table),
}

/// One key of a table; `place` is that of the key.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) node: Node,
}

/// Keys in the order in which they were written.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
}

impl Table {
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

impl Node {
    /// What it is, in words.
    pub(super) const fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "a text",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Boolean(_) => "true or false",
            Value::Moment(_) => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// Reads a text; syntax errors are noted and what could be read is returned.
pub(super) fn parse(text: &str, offset: usize, problems: &mut Problems) -> Table {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut reported = std::collections::BTreeSet::new();
    for error in errors.iter().take(100) {
        let range = error.span().unwrap_or(0..0);
        // What follows on the same line follows from the first.
        let from = super::source::boundary(text, range.start);
        let line_start = text[..from].rfind('\n').map_or(0, |newline| newline + 1);
        if !reported.insert(line_start) {
            continue;
        }
        let place = Place::new(offset + range.start, offset + range.end);
        let bare =
            text[from..].starts_with(|letter: char| !letter.is_ascii()) && error.message().contains("unquoted key");
        let help = if bare { quoted_name(text, from) } else { String::new() };
        problems.error("syntax", place, syntax_message(error.message())).help(help);
    }
    let mut tree = Tree { offset, problems };
    tree.table(root.into_inner(), 0)
}

/// How to write the name that holds a letter at `at` which no bare key may hold.
fn quoted_name(text: &str, at: usize) -> String {
    let part = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    let begin = text[..at]
        .rfind(|letter| !part(letter))
        .map_or(0, |before| before + text[before..].chars().next().map_or(0, char::len_utf8));
    let end = text[at..].find(|letter| !part(letter)).map_or(text.len(), |length| at + length);
    format!("put the name into quotes: `\"{}\"`", &text[begin..end])
}

/// The parser's words in one line.
fn syntax_message(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    words.join(" ")
}

struct Tree<'p> {
    offset: usize,
    problems: &'p mut Problems,
}

impl Tree<'_> {
    fn place(&self, range: &std::ops::Range<usize>) -> Place {
        Place::new(self.offset + range.start, self.offset + range.end)
    }

    fn table(&mut self, table: DeTable<'_>, depth: usize) -> Table {
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            let place = self.place(&key.span());
            if key.get_ref().len() > TEXT_MAX {
                self.problems.error("too-long", place, "key is longer than 10 000 bytes");
                continue;
            }
            let range = value.span();
            if let Some(node) = self.node(value.into_inner(), &range, depth + 1) {
                entries.push(Entry { key: key.into_inner().into_owned(), place, node });
            }
        }
        entries.sort_by_key(|entry| entry.place);
        Table { entries }
    }

    fn node(&mut self, value: DeValue<'_>, range: &std::ops::Range<usize>, depth: usize) -> Option<Node> {
        let place = self.place(range);
        if depth > DEPTH_MAX {
            self.problems.error("too-deep", place, "nested deeper than 20 levels");
            return None;
        }
        let value = match value {
            DeValue::String(text) if text.len() > TEXT_MAX => {
                self.problems.error("too-long", place, "text is longer than 10 000 bytes");
                return None;
            }
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::Integer(number),
                Err(_) => {
                    self.problems.error("out-of-range", place, "number does not fit into 64 bits");
                    return None;
                }
            },
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => Value::Float(number),
                _ => {
                    self.problems.error("out-of-range", place, "number is not finite");
                    return None;
                }
            },
            DeValue::Boolean(value) => Value::Boolean(value),
            DeValue::Datetime(moment) => Value::Moment(moment),
            DeValue::Array(list) => {
                let items = list.into_iter().filter_map(|item| {
                    let range = item.span();
                    self.node(item.into_inner(), &range, depth + 1)
                });
                Value::List(items.collect())
            }
            DeValue::Table(table) => Value::Table(self.table(table, depth)),
        };
        Some(Node { place, value })
    }
}

/// Puts observed values in the place of the file that they come from, so that the tree stands alone.
pub(super) fn replace_file(node: &mut Node, place: Place, seconds: &[f64]) {
    match &mut node.value {
        Value::Table(table) => {
            if !table.entries.iter().any(|entry| entry.key == "file" && entry.node.place == place) {
                table.entries.iter_mut().for_each(|entry| replace_file(&mut entry.node, place, seconds));
                return;
            }
            let text = |seconds: &f64| Node { place, value: Value::Text(format!("{seconds} s")) };
            let values = Node { place, value: Value::List(seconds.iter().map(text).collect()) };
            table.entries = vec![Entry { key: "values".to_owned(), place, node: values }];
        }
        Value::List(items) => items.iter_mut().for_each(|item| replace_file(item, place, seconds)),
        _ => {}
    }
}

/// The tree as TOML again: plain keys, then one header per named thing, values inline.
pub(super) fn write(root: &Node) -> String {
    let Value::Table(root) = &root.value else { return String::new() };
    let mut text = String::new();
    let is_section = |entry: &&Entry| matches!(entry.node.value, Value::Table(_));
    for entry in root.entries.iter().filter(|entry| !is_section(entry)) {
        let _ = writeln!(text, "{} = {}", key(&entry.key), inline(&entry.node));
    }
    for section in root.entries.iter().filter(is_section) {
        let Value::Table(table) = &section.node.value else { continue };
        // What has no table of its own comes first, below the section's own header.
        for (nth, field) in table.entries.iter().filter(|entry| !is_section(entry)).enumerate() {
            if nth == 0 {
                let _ = write!(text, "\n[{}]\n", key(&section.key));
            }
            let _ = writeln!(text, "{} = {}", key(&field.key), inline(&field.node));
        }
        for item in table.entries.iter().filter(is_section) {
            let Value::Table(fields) = &item.node.value else { continue };
            let _ = write!(text, "\n[{}.{}]\n", key(&section.key), key(&item.key));
            for field in &fields.entries {
                let _ = writeln!(text, "{} = {}", key(&field.key), inline(&field.node));
            }
        }
    }
    text
}

fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if bare { name.to_owned() } else { toml::Value::String(name.to_owned()).to_string() }
}

/// A value as TOML in one line.
pub(super) fn inline(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => toml::Value::String(text.clone()).to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => toml::Value::Float(*number).to_string(),
        Value::Boolean(value) => value.to_string(),
        Value::Moment(moment) => moment.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Table(table) if table.entries.is_empty() => "{}".to_owned(),
        Value::Table(table) => {
            let fields = table.entries.iter().map(|entry| format!("{} = {}", key(&entry.key), inline(&entry.node)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_order_survives_and_text_comes_back() {
        let text =
            "name = \"x\"\n\n[services.pay]\nreplicas = { z = 1, a = 2 }\nup = { at-least = 1 }\n\n[services.\"洪\"]\n";
        let mut problems = Problems::default();
        let tree = parse(text, 0, &mut problems);
        assert!(problems.items.is_empty());
        assert_eq!(write(&Node { place: Place::default(), value: Value::Table(tree) }), text);
    }

    #[test]
    fn deep_nesting_is_refused() {
        let mut problems = Problems::default();
        let text = format!("a = {}1{}", "[".repeat(30), "]".repeat(30));
        parse(&text, 0, &mut problems);
        assert_eq!(problems.items[0].code, "too-deep");
    }
}

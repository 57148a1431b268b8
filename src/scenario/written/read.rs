//! From a tree to typed fields, collecting every mistake on the way; the same declarations yield the schema.
//!
//! Not serde: it stops at the first mistake, while here one table reports them all, in one pass and with places.

use crate::quantity::{
    Bandwidth, Bytes, CarbonIntensity, Currency, Money, PerData, PerDataTime, PerEnergy, PerTime, Power, Probability,
    QuantityError, Quoted, Rate, Span,
};
use crate::scenario::diagnostic::{Problems, nearest};
use crate::scenario::source::Place;
use crate::scenario::tree::{Entry, Node, Value};
use serde_json::{Map, Value as Json, json};
use std::str::FromStr;

/// Definitions of a schema by the name of their type.
pub(in crate::scenario) type Definitions = Map<String, Json>;

/// Something that can be written in a scenario.
pub(in crate::scenario) trait Read: Sized {
    /// The value, or `None` after noting why not.
    fn read(node: &Node, problems: &mut Problems) -> Option<Self>;
    /// Its JSON schema; named types are put into `definitions`.
    fn schema(definitions: &mut Definitions) -> Json;
}

/// A value with its place.
#[derive(Clone, Copy, Debug)]
pub(in crate::scenario) struct At<T> {
    pub(in crate::scenario) place: Place,
    pub(in crate::scenario) value: T,
}

impl<T: Read> Read for At<T> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        T::read(node, problems).map(|value| Self { place: node.place, value })
    }
    fn schema(definitions: &mut Definitions) -> Json {
        T::schema(definitions)
    }
}

/// A named thing.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Item<T> {
    pub(in crate::scenario) name: String,
    /// Place of the name.
    pub(in crate::scenario) place: Place,
    /// Something below it could not be read.
    pub(in crate::scenario) broken: bool,
    pub(in crate::scenario) value: T,
}

/// Named things in written order; a thing that could not be read keeps its name and is empty.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Named<T>(pub(in crate::scenario) Vec<Item<T>>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Read + Default> Read for Named<T> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut items = Vec::new();
        for entry in entries(node, problems)? {
            if good_name(entry, problems) {
                items.push(item(entry, problems));
            }
        }
        Some(Self(items))
    }
    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "type": "object", "additionalProperties": T::schema(definitions) })
    }
}

/// Values by a key that is a path and not a name of its own.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct ByPath<T>(pub(in crate::scenario) Vec<Item<T>>);

impl<T> Default for ByPath<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Read + Default> Read for ByPath<T> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        entries(node, problems).map(|entries| Self(entries.iter().map(|entry| item(entry, problems)).collect()))
    }
    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "type": "object", "additionalProperties": T::schema(definitions) })
    }
}

fn item<T: Read + Default>(entry: &Entry, problems: &mut Problems) -> Item<T> {
    let before = problems.items.len();
    let value = T::read(&entry.node, problems).unwrap_or_default();
    Item { name: entry.key.clone(), place: entry.place, broken: problems.items.len() > before, value }
}

fn good_name(entry: &Entry, problems: &mut Problems) -> bool {
    let name = &entry.key;
    let good = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    let ok = !name.is_empty() && name.chars().count() <= 100 && name.chars().all(good);
    if !ok {
        let shown: String = name.chars().take(40).collect();
        problems
            .error("bad-name", entry.place, format!("`{}` cannot be a name", shown.escape_debug()))
            .help("use up to 100 letters (Chinese too), digits, `-` and `_`");
    }
    ok
}

/// The entries of a table, or a note that it is none.
pub(super) fn entries<'n>(node: &'n Node, problems: &mut Problems) -> Option<&'n [Entry]> {
    match &node.value {
        Value::Table(table) => Some(&table.entries),
        _ => {
            wrong_type(node, "a table", problems);
            None
        }
    }
}

/// Notes that something else was wanted.
pub(super) fn wrong_type(node: &Node, wanted: &str, problems: &mut Problems) {
    problems.error("wrong-type", node.place, format!("expected {wanted}, found {}", node.kind()));
}

/// Notes a key that does not exist.
pub(super) fn unknown_key(entry: &Entry, keys: &[&'static str], problems: &mut Problems) {
    let later = match entry.key.as_str() {
        "jobs" | "pipelines" => Some("this version simulates availability, data and cost; training jobs are not in it"),
        _ => None,
    };
    let help = later.map_or_else(|| nearest(&entry.key, keys.iter().copied()), str::to_owned);
    problems.error("unknown-key", entry.place, format!("unknown key `{}`", entry.key)).help(help);
}

impl Read for String {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Text(text) => Some(text.clone()),
            _ => {
                wrong_type(node, "a text", problems);
                None
            }
        }
    }
    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "string" })
    }
}

impl Read for bool {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match node.value {
            Value::Boolean(value) => Some(value),
            _ => {
                wrong_type(node, "`true` or `false`", problems);
                None
            }
        }
    }
    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "boolean" })
    }
}

impl Read for u64 {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match node.value {
            Value::Integer(number) => u64::try_from(number).ok().or_else(|| {
                problems.error("out-of-range", node.place, format!("`{number}` is negative"));
                None
            }),
            _ => {
                wrong_type(node, "a whole number", problems);
                None
            }
        }
    }
    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "integer", "minimum": 0 })
    }
}

impl Read for u32 {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        u64::read(node, problems).and_then(|number| {
            u32::try_from(number).ok().or_else(|| {
                problems.error("out-of-range", node.place, format!("`{number}` is over {}", u32::MAX));
                None
            })
        })
    }
    fn schema(definitions: &mut Definitions) -> Json {
        u64::schema(definitions)
    }
}

impl Read for f64 {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match node.value {
            Value::Integer(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            _ => {
                wrong_type(node, "a number", problems);
                None
            }
        }
    }
    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "number" })
    }
}

/// What could not be read is nothing; for values of tables by name.
impl<T: Read> Read for Option<T> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        T::read(node, problems).map(Some)
    }
    fn schema(definitions: &mut Definitions) -> Json {
        T::schema(definitions)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::List(items) => Some(items.iter().filter_map(|item| T::read(item, problems)).collect()),
            _ => {
                wrong_type(node, "a list in `[ ]`", problems);
                None
            }
        }
    }
    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "type": "array", "items": T::schema(definitions) })
    }
}

/// Reads a quantity from its text.
pub(super) fn quantity<T: FromStr<Err = QuantityError>>(
    node: &Node,
    wanted: &str,
    example: &str,
    problems: &mut Problems,
) -> Option<T> {
    match &node.value {
        Value::Text(text) => text.parse().map_err(|error: QuantityError| error.to_string()).map_or_else(
            |message| {
                problems.error("bad-quantity", node.place, message);
                None
            },
            Some,
        ),
        Value::Integer(_) | Value::Float(_) => {
            let number = match node.value {
                Value::Float(number) => number.to_string(),
                Value::Integer(number) => number.to_string(),
                _ => String::new(),
            };
            problems
                .error("missing-unit", node.place, format!("`{number}` has no unit"))
                .help(format!("write {wanted} as a text with its unit, such as `\"{example}\"`"));
            None
        }
        _ => {
            wrong_type(node, &format!("{wanted} such as `\"{example}\"`"), problems);
            None
        }
    }
}

macro_rules! quantities {
    ($($type:ty: $wanted:literal, $example:literal;)+) => {$(
        impl Read for $type {
            fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
                quantity(node, $wanted, $example, problems)
            }
            fn schema(_: &mut Definitions) -> Json {
                json!({ "type": "string", "description": concat!($wanted, ", for example ", $example) })
            }
        }
    )+};
}

quantities! {
    Span: "a duration", "4h";
    Probability: "a share", "95 %";
    Rate: "a rate", "0.5 / year";
    Bandwidth: "a data rate", "10 Gbps";
    Bytes: "a size", "10 TB";
    Power: "a power", "180 W";
    CarbonIntensity: "a carbon intensity", "550 g / kWh";
    Currency: "a currency", "CNY";
    Quoted<Money>: "an amount of money", "500 CNY";
    Quoted<PerTime>: "a price", "12000 CNY / month";
    Quoted<PerData>: "a price", "0.02 CNY / GB";
    Quoted<PerDataTime>: "a price", "0.12 CNY / GB / month";
    Quoted<PerEnergy>: "a price", "0.7 CNY / kWh";
}

/// Declares a table with fixed keys. Every field is an `Option` with its place; `broken` tells that some key could not be read.
macro_rules! record {
    ($(#[doc = $doc:literal])* $name:ident { $(#[doc = $text:literal] $key:literal $field:ident: $type:ty $(, $required:ident)?;)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default)]
        pub(in crate::scenario) struct $name {
            /// Some key could not be read.
            pub(in crate::scenario) broken: bool,
            $(#[doc = $text] pub(in crate::scenario) $field: Option<$crate::scenario::written::read::At<$type>>,)*
        }

        impl $crate::scenario::written::read::Read for $name {
            fn read(
                node: &$crate::scenario::tree::Node,
                problems: &mut $crate::scenario::diagnostic::Problems,
            ) -> Option<Self> {
                let entries = $crate::scenario::written::read::entries(node, problems)?;
                let mut record = Self::default();
                for entry in entries {
                    match entry.key.as_str() {
                        $($key => {
                            record.$field = $crate::scenario::written::read::Read::read(&entry.node, problems);
                            record.broken |= record.$field.is_none();
                        })*
                        _ => {
                            record.broken = true;
                            $crate::scenario::written::read::unknown_key(entry, &[$($key),*], problems);
                        }
                    }
                }
                $($(
                    $crate::scenario::written::read::$required!();
                    if record.$field.is_none() && !entries.iter().any(|entry| entry.key == $key) {
                        record.broken = true;
                        problems.error("missing-key", node.place, concat!("`", $key, "` is missing"));
                    }
                )?)*
                Some(record)
            }

            fn schema(definitions: &mut $crate::scenario::written::read::Definitions) -> serde_json::Value {
                let name = stringify!($name);
                if !definitions.contains_key(name) {
                    definitions.insert(name.to_owned(), serde_json::Value::Null);
                    let mut properties = serde_json::Map::new();
                    $(
                        let mut property = <$type as $crate::scenario::written::read::Read>::schema(definitions);
                        $crate::scenario::written::read::describe(&mut property, $text);
                        properties.insert($key.to_owned(), property);
                    )*
                    let required: &[&str] = &[$($(
                        { $crate::scenario::written::read::$required!(); $key },
                    )?)*];
                    let required: Vec<&str> = required.to_vec();
                    definitions.insert(name.to_owned(), serde_json::json!({
                        "type": "object", "description": concat!($($doc),*).trim(), "properties": properties,
                        "required": required, "additionalProperties": false,
                    }));
                }
                serde_json::json!({ "$ref": format!("#/definitions/{name}") })
            }
        }
    };
}
pub(super) use record;

/// Marks a key of a [`record`] that must be written.
macro_rules! required {
    () => {};
}
pub(super) use required;

/// Adds what a key means; beside a `$ref` nothing may stand in draft 7, so it is wrapped.
pub(super) fn describe(property: &mut Json, text: &str) {
    if property.get("$ref").is_some() {
        *property = json!({ "allOf": [property.take()] });
    }
    if let Some(object) = property.as_object_mut() {
        let text = text.trim();
        let described = object.get("description").and_then(Json::as_str).map(|more| format!("{text} ({more})"));
        object.insert("description".to_owned(), json!(described.unwrap_or_else(|| text.to_owned())));
    }
}

/// Declares a choice, externally tagged: `"word"` or `{ word = value }`.
macro_rules! choice {
    ($(#[doc = $doc:literal])* $name:ident { $(#[doc = $text:literal] $key:literal $variant:ident $(($type:ty))?;)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        pub(in crate::scenario) enum $name {
            $(#[doc = $text] $variant $(($type))?,)*
        }

        impl $crate::scenario::written::read::Read for $name {
            fn read(
                node: &$crate::scenario::tree::Node,
                problems: &mut $crate::scenario::diagnostic::Problems,
            ) -> Option<Self> {
                let tag = $crate::scenario::written::read::tag(node, &[$($key),*], problems)?;
                match tag.word {
                    $($key => $crate::scenario::written::read::payload!(tag, problems, $variant $(($type))?),)*
                    _ => None,
                }
            }

            fn schema(definitions: &mut $crate::scenario::written::read::Definitions) -> serde_json::Value {
                let name = stringify!($name);
                if !definitions.contains_key(name) {
                    definitions.insert(name.to_owned(), serde_json::Value::Null);
                    let word = serde_json::json!({ "enum": [$($key),*] });
                    let tagged = [$($crate::scenario::written::read::variant_schema!(definitions, $text, $key $(, $type)?)),*];
                    let variants: Vec<serde_json::Value> = std::iter::once(word).chain(tagged.into_iter().flatten()).collect();
                    definitions.insert(name.to_owned(), serde_json::json!({
                        "description": concat!($($doc),*).trim(), "anyOf": variants,
                    }));
                }
                serde_json::json!({ "$ref": format!("#/definitions/{name}") })
            }
        }
    };
}
pub(super) use choice;

macro_rules! payload {
    ($tag:ident, $problems:ident, $variant:ident) => {
        $tag.alone($problems).then_some(Self::$variant)
    };
    ($tag:ident, $problems:ident, $variant:ident ($type:ty)) => {
        <$type as $crate::scenario::written::read::Read>::read(&$tag.node, $problems).map(Self::$variant)
    };
}
pub(super) use payload;

macro_rules! variant_schema {
    ($definitions:ident, $text:literal, $key:literal) => {
        None::<serde_json::Value>
    };
    ($definitions:ident, $text:literal, $key:literal, $type:ty) => {{
        let payload = <$type as $crate::scenario::written::read::Read>::schema($definitions);
        Some(serde_json::json!({
            "type": "object", "description": $text.trim(), "properties": { $key: payload },
            "required": [$key], "additionalProperties": false,
        }))
    }};
}
pub(super) use variant_schema;

/// The word of a choice and what stands behind it; a bare word has an empty table behind it.
pub(super) struct Tag<'n> {
    pub(super) word: &'n str,
    pub(super) node: std::borrow::Cow<'n, Node>,
    bare: bool,
}

impl Tag<'_> {
    /// True when nothing stands behind the word; notes it otherwise.
    pub(super) fn alone(&self, problems: &mut Problems) -> bool {
        if !self.bare {
            let message = format!("`{}` takes no value", self.word);
            problems.error("wrong-type", self.node.place, message).help(format!("write `\"{}\"`", self.word));
        }
        self.bare
    }
}

/// Finds the word of a choice among `words`.
pub(super) fn tag<'n>(node: &'n Node, words: &[&'static str], problems: &mut Problems) -> Option<Tag<'n>> {
    let (word, place, inner, bare) = match &node.value {
        Value::Text(word) => {
            let empty = Node { place: node.place, value: Value::Table(crate::scenario::tree::Table::default()) };
            (word.as_str(), node.place, std::borrow::Cow::Owned(empty), true)
        }
        Value::Table(table) => match table.entries.as_slice() {
            [entry] => (entry.key.as_str(), entry.place, std::borrow::Cow::Borrowed(&entry.node), false),
            entries => {
                let known = words.join("`, `");
                problems
                    .error("one-of", node.place, format!("expected exactly one key, found {}", entries.len()))
                    .help(format!("write one of `{known}`"));
                return None;
            }
        },
        _ => {
            wrong_type(node, &format!("one of `{}`", words.join("`, `")), problems);
            return None;
        }
    };
    if !words.contains(&word) {
        let help = nearest(word, words.iter().copied());
        let shown: String = word.chars().take(60).collect();
        problems.error("unknown-variant", place, format!("unknown choice `{shown}`")).help(help);
        return None;
    }
    Some(Tag { word, node: inner, bare })
}

//! Stores, backups and their schedules, as written.

use super::Time;
use super::price::StoragePrice;
use super::read::{Definitions, Read, choice, record, wrong_type};
use crate::quantity::{Bandwidth, Bytes, Probability, SECONDS_PER_YEAR, Span};
use crate::scenario::diagnostic::Problems;
use crate::scenario::tree::{Node, Value};
use serde_json::{Value as Json, json};

record! {
    /// Where backups lie.
    Store {
        /// Shown instead of the name.
        "title" title: String;
        /// Where it stands; elsewhere, out of reach of every disaster, without it.
        "at" at: String;
        /// What it is made of; default disk.
        "medium" medium: MediumWord;
        /// Points younger than this can be neither changed nor deleted.
        "immutable" immutable: Span;
        /// Not connected: nobody reaches what has been written.
        "offline" offline: bool;
        /// Network segment.
        "segment" segment: String;
        /// Price of what lies in it.
        "price" price: StoragePrice;
    }
}

choice! {
    /// What a store is made of.
    MediumWord {
        /// Disks.
        "disk" Disk(MediumFields);
        /// Object store.
        "object" Object(MediumFields);
        /// Tape library.
        "tape" Tape(MediumFields);
        /// A vault whose content must be fetched.
        "vault" Vault(MediumFields);
    }
}

record! {
    /// The numbers of a medium.
    MediumFields {
        /// Writes at most so fast, over all drives.
        "write" write: Bandwidth;
        /// Reads at most so fast, over all drives.
        "read" read: Bandwidth;
        /// Jobs and restores at once; default no limit, of tape 1.
        "drives" drives: u32;
        /// Before the first byte of a restore, once for each link of a chain; default of tape 2 min.
        "access" access: Time;
        /// Fetching it, once for a restore; default of a vault 4 to 24 hours.
        "transport" transport: Time;
        /// Room; default no limit.
        "capacity" capacity: Bytes;
    }
}

record! {
    /// What is backed up when.
    Backup {
        /// Shown instead of the name.
        "title" title: String;
        /// Dataset.
        "of" of: String;
        /// Backup whose points are copied, instead of a dataset.
        "copies" copies: String;
        /// Store.
        "to" to: String, required;
        /// Fills what is not written.
        "preset" preset: PresetWord;
        /// When everything is taken.
        "full" full: Schedule;
        /// When what changed since the last job of any kind is taken.
        "incremental" incremental: Schedule;
        /// When what changed since the last full is taken.
        "differential" differential: Schedule;
        /// When a view is taken beside the data.
        "snapshot" snapshot: Schedule;
        /// Log is shipped so often.
        "log" log: Every;
        /// Bytes of data for each byte stored.
        "reduces" reduces: ReducesFields;
        /// Most that a job reads from the dataset.
        "rate" rate: Bandwidth;
        /// Most that can be encrypted.
        "encrypts" encrypts: Bandwidth;
        /// Most that can be compressed.
        "compresses" compresses: Bandwidth;
        /// Chance that the key is not there when it is needed; default 0.
        "key-lost" key_lost: Probability;
        /// How long points are kept; default for ever.
        "keep" keep: Keep;
        /// Test restores.
        "verify" verify: TestFields;
        /// Jobs that fail.
        "fails" fails: FailsFields;
        /// A job should be done so long after its start.
        "window" window: Span;
        /// When a job is due while the one before still runs; default wait.
        "overrun" overrun: OverrunWord;
        /// Share of its speed that a service loses while a job of its data runs; default 0.
        "slows" slows: Probability;
    }
}

choice! {
    /// Schedules and retention of a class of data.
    PresetWord {
        /// Full on Sundays, incremental on other days, log every quarter of an hour.
        "critical-daily" CriticalDaily;
        /// Full on Sundays, differential on other days.
        "ordinary-weekly" OrdinaryWeekly;
        /// Full on the first of the month.
        "archive-monthly" ArchiveMonthly;
    }
}

record! {
    /// Ratios by which data shrink, each at least 1.
    ReducesFields {
        /// Compression.
        "compression" compression: f64;
        /// Deduplication.
        "deduplication" deduplication: f64;
    }
}

record! {
    /// Rules that keep a point; one is enough.
    Keep {
        /// Every point younger than this.
        "all" all: Span;
        /// The newest so many.
        "last" last: u32;
        /// The last one of each of so many days.
        "days" days: u32;
        /// Of each of so many weeks.
        "weeks" weeks: u32;
        /// Of each of so many months.
        "months" months: u32;
        /// Of each of so many years.
        "years" years: u32;
    }
}

record! {
    /// Test restores.
    TestFields {
        /// How often.
        "restore-test" restore_test: Every, required;
        /// Chance that a bad point is found; default 100 %.
        "catches" catches: Probability;
    }
}

record! {
    /// Jobs that fail.
    FailsFields {
        /// Chance to fail and say so; default 0.
        "loudly" loudly: Probability;
        /// Chance to fail and say nothing; default 0.
        "silently" silently: Probability;
    }
}

choice! {
    /// When a job is due while the one before still runs.
    OverrunWord {
        /// It starts when the other is done.
        "wait" Wait;
        /// It is left out.
        "skip" Skip;
        /// Both run.
        "overlap" Overlap;
    }
}

/// When jobs start.
#[derive(Clone, Debug)]
pub(in crate::scenario) enum Schedule {
    /// A cron line of five fields, checked later.
    Cron(String),
    /// So often, from the start on.
    Every(Span),
}

/// Words for cron lines.
const CRON_WORDS: [(&str, &str); 5] = [
    ("hourly", "0 * * * *"),
    ("daily", "0 0 * * *"),
    ("nightly", "0 1 * * *"),
    ("weekly", "0 0 * * SUN"),
    ("monthly", "0 0 1 * *"),
];

impl Read for Schedule {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Text(text) = &node.value else {
            wrong_type(node, "a schedule such as `\"0 1 * * SUN\"` or `\"every 6 h\"`", problems);
            return None;
        };
        let text = text.trim();
        if let Some((_, line)) = CRON_WORDS.iter().find(|(word, _)| *word == text) {
            return Some(Self::Cron((*line).to_owned()));
        }
        if let Some(span) = text.strip_prefix("every ") {
            return interval(node, span, problems).map(Self::Every);
        }
        if text.split_ascii_whitespace().count() == 5 {
            return Some(Self::Cron(text.to_owned()));
        }
        problems
            .error("bad-schedule", node.place, format!("`{text}` is not a schedule"))
            .help("write a cron line of five fields (`\"0 1 * * SUN\"`), `\"every 6 h\"`, or `\"hourly\"`, `\"daily\"`, `\"nightly\"`, `\"weekly\"`, `\"monthly\"`");
        None
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "string", "description": "a cron line of five fields, `every 6 h`, or hourly, daily, nightly, weekly, monthly" })
    }
}

/// Time between two of something.
#[derive(Clone, Copy, Debug)]
pub(in crate::scenario) struct Every(pub(in crate::scenario) Span);

/// Words for intervals, in seconds.
const INTERVAL_WORDS: [(&str, f64); 6] = [
    ("hourly", 3600.0),
    ("daily", 86_400.0),
    ("weekly", 604_800.0),
    ("monthly", SECONDS_PER_YEAR / 12.0),
    ("quarterly", SECONDS_PER_YEAR / 4.0),
    ("yearly", SECONDS_PER_YEAR),
];

impl Read for Every {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Text(text) = &node.value else { return interval(node, "", problems).map(Self) };
        let text = text.trim();
        if let Some((_, seconds)) = INTERVAL_WORDS.iter().find(|(word, _)| *word == text) {
            return Some(Self(Span::from_seconds(*seconds)));
        }
        interval(node, text.strip_prefix("every ").unwrap_or(text), problems).map(Self)
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "string", "description": "`every 15 min`, a duration, or hourly, daily, weekly, monthly, quarterly, yearly" })
    }
}

/// A span above zero.
fn interval(node: &Node, text: &str, problems: &mut Problems) -> Option<Span> {
    let span = match &node.value {
        Value::Text(_) => Span::read(&Node { place: node.place, value: Value::Text(text.to_owned()) }, problems)?,
        _ => Span::read(node, problems)?,
    };
    if span == Span::ZERO {
        problems.error("zero-interval", node.place, "an interval of zero").help("give it some time");
        return None;
    }
    Some(span)
}

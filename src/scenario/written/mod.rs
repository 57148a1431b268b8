//! The scenario as written: typed, optional everywhere, with the place of every value.

pub(super) mod backup;
pub(super) mod data;
pub(super) mod law;
pub(super) mod network;
pub(super) mod plan;
pub(super) mod price;
pub(super) mod read;
pub(super) mod service;
pub(super) mod site;
pub(super) mod threat;

use backup::{Backup, Store};
use data::Dataset;
use law::Law;
use network::{Gated, Link};
use plan::{Plan, Staff};
use price::{Price, Prices};
use read::{ByPath, Named, choice, record};
use service::Service;
use site::{ClassFields, Region, Site};
use threat::Threat;
use toml::value::Datetime;

record! {
    /// A disaster-recovery scenario.
    File {
        /// Version of the format: 1.
        "format" format: u64;
        /// Names the output folder.
        "name" name: String;
        /// Shown above every result; any language.
        "title" title: String;
        /// What the scenario is meant to answer.
        "question" question: String;
        /// How long one trial lasts.
        "horizon" horizon: crate::quantity::Span;
        /// Local date and time at which a trial begins; default 2026-01-01 00:00.
        "start" start: Moment;
        /// IANA time zone of `start`; default UTC.
        "timezone" timezone: String;
        /// Trials; default 1000.
        "trials" trials: u64;
        /// Seed of all random numbers; default 1.
        "seed" seed: u64;
        /// Scenario file that this one is laid over.
        "base" base: String;
        /// Areas that share weather, grid or law.
        "regions" regions: Named<Region>;
        /// Data centres.
        "sites" sites: Named<Site>;
        /// Component classes.
        "classes" classes: Named<ClassFields>;
        /// Shared plant: feeds, generators, batteries, cooling, DNS.
        "plant" plant: Named<Gated>;
        /// Network links.
        "links" links: Named<Link>;
        /// Repair crews.
        "crews" crews: Named<Crew>;
        /// Services.
        "services" services: Named<Service>;
        /// What happens.
        "threats" threats: Named<Threat>;
        /// Data that must not be lost.
        "datasets" datasets: Named<Dataset>;
        /// Where backups lie.
        "stores" stores: Named<Store>;
        /// What is backed up when.
        "backups" backups: Named<Backup>;
        /// People who answer a call.
        "staff" staff: Named<Staff>;
        /// What is done when a threat strikes.
        "plans" plans: Named<Plan>;
        /// What things and incidents cost.
        "prices" prices: Prices;
        /// What must come out: `"services.NAME.METRIC"`, `"datasets.NAME.METRIC"`, `"domains.PATH.METRIC"`, `"scenario.METRIC"`, `"cost.METRIC"`.
        "expect" expect: ByPath<Expect>;
        /// What may be chosen, for `drsim optimise`: values by path, as in `--set`.
        "choices" choices: ByPath<Values>;
        /// What every choice has to keep beside the objectives.
        "requirements" requirements: Requirements;
    }
}

record! {
    /// People who repair.
    Crew {
        /// Shown instead of the name.
        "title" title: String;
        /// Repairs they can do at once; default 2.
        "people" people: u32;
        /// What each of them costs.
        "price" price: Price;
    }
}

record! {
    /// A value that must come out.
    Expect {
        /// The value in the metric's unit.
        "value" value: f64, required;
        /// How far off it may be.
        "within" within: f64, required;
        /// Why: the calculation in words, or the source.
        "because" because: String, required;
    }
}

record! {
    /// What a design has to keep, and what makes it better than another.
    Requirements {
        /// Most that may be paid whatever happens: running cost.
        "budget" budget: price::Price;
        /// Places within which the replicas of a service or the copies and backups of a dataset may lie.
        "residency" residency: ByPath<Texts>;
        /// Sites that a service or a dataset has to be at, at least.
        "sites" sites: ByPath<u32>;
        /// Largest values of metrics: `{ "services.NAME.METRIC" = 2.0 }`.
        "at-most" at_most: ByPath<f64>;
        /// Smallest values of metrics.
        "at-least" at_least: ByPath<f64>;
        /// Chance that the answer is right; default 95 %.
        "confidence" confidence: crate::quantity::Probability;
        /// Path of the metric that is to be small, or `nodes`; default `cost.total_cost`, or `nodes` where nothing has a price.
        "minimise" minimise: String;
    }
}

choice! {
    /// Where on each host the replicas go.
    Placement {
        /// As far apart as possible.
        "spread" Spread;
        /// As few nodes as possible; needs `room` on the class.
        "pack" Pack;
        /// Onto these nodes.
        "pinned" Pinned(Vec<read::At<String>>);
    }
}

/// A local date with or without a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment(pub(super) jiff::civil::DateTime);

impl Moment {
    fn from_toml(moment: Datetime) -> Option<Self> {
        let date = moment.date.filter(|_| moment.offset.is_none())?;
        let (hour, minute, second) =
            moment.time.map_or((0, 0, 0), |time| (time.hour, time.minute, time.second.unwrap_or(0)));
        let (year, month, day) = (i16::try_from(date.year).ok()?, date.month.cast_signed(), date.day.cast_signed());
        let (hour, minute, second) = (hour.cast_signed(), minute.cast_signed(), second.cast_signed());
        jiff::civil::DateTime::new(year, month, day, hour, minute, second, 0).ok().map(Self)
    }
}

impl read::Read for Moment {
    fn read(node: &super::tree::Node, problems: &mut super::diagnostic::Problems) -> Option<Self> {
        if let super::tree::Value::Moment(moment) = &node.value {
            let read = Self::from_toml(*moment);
            if read.is_none() {
                problems
                    .error("wrong-type", node.place, format!("`{moment}` is not a local date and time"))
                    .help("write `2026-01-01 00:00`, without an offset, and set `timezone`");
            }
            return read;
        }
        read::wrong_type(node, "a date such as `2026-01-01 00:00`", problems);
        None
    }

    fn schema(_: &mut read::Definitions) -> serde_json::Value {
        serde_json::json!({ "description": "a date, with or without a time of day", "type": "string" })
    }
}

/// A whole count or a table of named things.
#[derive(Clone, Debug)]
pub(super) enum CountOr<T> {
    /// So many.
    Count(u32),
    /// These.
    Listed(Named<T>),
}

impl<T: read::Read + Default> read::Read for CountOr<T> {
    fn read(node: &super::tree::Node, problems: &mut super::diagnostic::Problems) -> Option<Self> {
        match &node.value {
            super::tree::Value::Integer(_) => u32::read(node, problems).map(Self::Count),
            super::tree::Value::Table(_) => Named::read(node, problems).map(Self::Listed),
            _ => {
                read::wrong_type(node, "a whole number or a table of names", problems);
                None
            }
        }
    }

    fn schema(definitions: &mut read::Definitions) -> serde_json::Value {
        serde_json::json!({ "anyOf": [u32::schema(definitions), Named::<T>::schema(definitions)] })
    }
}

/// One text or several.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts(pub(super) Vec<read::At<String>>);

impl read::Read for Texts {
    fn read(node: &super::tree::Node, problems: &mut super::diagnostic::Problems) -> Option<Self> {
        match &node.value {
            super::tree::Value::Text(_) => read::At::read(node, problems).map(|text| Self(vec![text])),
            _ => Vec::read(node, problems).map(Self),
        }
    }

    fn schema(definitions: &mut read::Definitions) -> serde_json::Value {
        serde_json::json!({ "anyOf": [{ "type": "string" }, Vec::<String>::schema(definitions)] })
    }
}

/// Values that may be chosen, as TOML, each with its place.
#[derive(Clone, Debug, Default)]
pub(super) struct Values(pub(super) Vec<read::At<String>>);

impl read::Read for Values {
    fn read(node: &super::tree::Node, problems: &mut super::diagnostic::Problems) -> Option<Self> {
        match &node.value {
            super::tree::Value::List(items) => Some(Self(
                items.iter().map(|item| read::At { place: item.place, value: super::tree::inline(item) }).collect(),
            )),
            super::tree::Value::Table(_) => {
                problems
                    .error("wrong-type", node.place, "expected a list of values, found a table")
                    .help("put the whole path into quotes: `\"services.pay.replicas.north\" = [1, 2]`");
                None
            }
            _ => {
                read::wrong_type(node, "a list of values such as `[1, 2, 4]`", problems);
                None
            }
        }
    }

    fn schema(_: &mut read::Definitions) -> serde_json::Value {
        serde_json::json!({ "type": "array", "minItems": 2 })
    }
}

/// Names with their places.
pub(super) type Names = Vec<read::At<String>>;

/// A time that is drawn.
pub(super) type Time = Law;

//! Threats, as written.

use super::data::SpoilFields;
use super::read::{At, Definitions, Read, choice, record, wrong_type};
use super::site::Point;
use super::{Moment, Names, Texts, Time};
use crate::quantity::{Probability, Rate, Span};
use crate::scenario::diagnostic::Problems;
use crate::scenario::kinds::KINDS;
use crate::scenario::tree::{Node, Value};
use serde_json::{Map, Value as Json, json};

record! {
    /// Something that happens.
    Threat {
        /// Shown instead of the name.
        "title" title: String;
        /// Threat from which everything that is not written here is taken.
        "like" like: String;
        /// By chance.
        "occurs" occurs: OccursFields;
        /// At these moments.
        "at" at: Moments;
        /// What it strikes.
        "strikes" strikes: Strikes;
        /// A preset over effects.
        "kind" kind: KindWord;
        /// Effects of its own instead of a kind.
        "effects" effects: Vec<At<EffectWord>>;
        /// Notice before it strikes.
        "warning" warning: Span;
        /// Kind of disruption its incidents count as.
        "disruption" disruption: DisruptionWord;
        /// What it sets off.
        "then" then: Vec<At<Then>>;
    }
}

record! {
    /// How often, exactly one of rate and mean-interval.
    OccursFields {
        /// Average rate over the year.
        "rate" rate: Rate;
        /// Mean time between two.
        "mean-interval" mean_interval: Span;
        /// Part of the year, such as Jul-Sep.
        "season" season: String;
    }
}

record! {
    /// A selection of things.
    Selection {
        /// One of a level, drawn at each strike: node, rack, room or site.
        "any" any: LevelWord;
        /// Where it is drawn; default everywhere.
        "in" within_domain: Texts;
        /// Plant.
        "plant" plant: Texts;
        /// Links.
        "links" links: Texts;
        /// Services.
        "services" services: Texts;
        /// All sites of a provider.
        "provider" provider: String;
        /// All sites of a network segment.
        "segment" segment: String;
        /// All sites under a law.
        "jurisdiction" jurisdiction: String;
        /// Sites within so many kilometres of the epicentre.
        "within" within: Length;
        /// Middle of the area in which the epicentre lies.
        "of" of: Point;
        /// The epicentre is drawn within so many kilometres of it; default 0.
        "scatter" scatter: Length;
    }
}

choice! {
    /// A level of the tree of failure domains.
    LevelWord {
        /// Nodes.
        "node" Node;
        /// Racks.
        "rack" Rack;
        /// Rooms.
        "room" Room;
        /// Sites.
        "site" Site;
        /// Regions.
        "region" Region;
    }
}

choice! {
    /// Kind of disruption.
    DisruptionWord {
        /// Bad release, operator error, overload.
        "software" Software;
        /// A node.
        "node" Node;
        /// A rack or room.
        "rack" Rack;
        /// A site.
        "site" Site;
        /// A region.
        "region" Region;
    }
}

choice! {
    /// One effect.
    EffectWord {
        /// Gone until replaced.
        "destroy" Destroy(DestroyFields);
        /// Down for a while.
        "suspend" Suspend(Lasting);
        /// Up but unreachable.
        "sever" Sever(Lasting);
        /// Slow for a while.
        "slow" Slow(SlowFields);
        /// Data go wrong, hardware stays fine.
        "spoil" Spoil(SpoilFields);
    }
}

record! {
    /// Destruction.
    DestroyFields {
        /// Chance for each node, part or line; default 100 %.
        "share" share: Probability;
        /// Until replaced.
        "lasts" lasts: Time, required;
    }
}

record! {
    /// For how long.
    Lasting {
        /// How long.
        "lasts" lasts: Time, required;
    }
}

record! {
    /// Slowness.
    SlowFields {
        /// Share of capacity that is left.
        "to" to: Probability, required;
        /// How long.
        "lasts" lasts: Time, required;
    }
}

record! {
    /// A threat that is set off.
    Then {
        /// Which.
        "threat" threat: String, required;
        /// With which chance; default 100 %.
        "chance" chance: Probability;
        /// How much later; default at once.
        "after" after: Time;
    }
}

record! {
    /// What a kind may change of its preset.
    KindFields {
        /// How long things are down, unreachable or slow.
        "lasts" lasts: Time;
        /// Chance for each node, part or line to be lost.
        "destroys" destroys: Probability;
        /// How long until what is lost is replaced.
        "replaced" replaced: Time;
        /// Share of capacity that is left.
        "to" to: Probability;
        /// Time until wrong data show.
        "found" found: Time;
        /// Which data go wrong.
        "spoils" spoils: Names;
        /// Network segments that an intruder is in.
        "segments" segments: Names;
    }
}

/// A kind and its own numbers.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct KindWord {
    pub(in crate::scenario) index: usize,
    pub(in crate::scenario) fields: KindFields,
}

impl Read for KindWord {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let words: Vec<&'static str> = KINDS.iter().map(|kind| kind.key).collect();
        let tag = super::read::tag(node, &words, problems)?;
        let index = words.iter().position(|word| *word == tag.word)?;
        KindFields::read(&tag.node, problems).map(|fields| Self { index, fields })
    }

    fn schema(definitions: &mut Definitions) -> Json {
        let fields = KindFields::schema(definitions);
        let words: Vec<&str> = KINDS.iter().map(|kind| kind.key).collect();
        let properties: Map<String, Json> = KINDS
            .iter()
            .map(|kind| (kind.key.to_owned(), json!({ "allOf": [fields], "description": kind.about })))
            .collect();
        let tagged = json!({
            "type": "object", "properties": properties, "additionalProperties": false,
            "minProperties": 1, "maxProperties": 1,
        });
        definitions.insert("Kind".to_owned(), json!({ "anyOf": [{ "enum": words }, tagged] }));
        json!({ "$ref": "#/definitions/Kind" })
    }
}

/// What a threat strikes.
#[derive(Clone, Debug)]
pub(in crate::scenario) enum Strikes {
    /// Domains by path.
    Domains(Names),
    /// A selection.
    Selected(Box<Selection>),
}

impl Read for Strikes {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Table(_) => Selection::read(node, problems).map(|selection| Self::Selected(Box::new(selection))),
            Value::Text(_) | Value::List(_) => Texts::read(node, problems).map(|texts| Self::Domains(texts.0)),
            _ => {
                wrong_type(node, "a place, a list of places or a selection such as `{ any = \"rack\" }`", problems);
                None
            }
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [Texts::schema(definitions), Selection::schema(definitions)] })
    }
}

/// One moment or several, by date or counted from the start.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Moments(pub(in crate::scenario) Vec<At<When>>);

/// A moment.
#[derive(Clone, Copy, Debug)]
pub(in crate::scenario) enum When {
    /// By the calendar.
    Date(Moment),
    /// So long after the start.
    After(Span),
}

impl Read for When {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Moment(_) => Moment::read(node, problems).map(Self::Date),
            _ => Span::read(node, problems).map(Self::After),
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [Moment::schema(definitions), Span::schema(definitions)] })
    }
}

impl Read for Moments {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::List(_) => Vec::read(node, problems).map(Self),
            _ => At::read(node, problems).map(|when| Self(vec![when])),
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        let when = When::schema(definitions);
        json!({ "anyOf": [when, { "type": "array", "items": when }] })
    }
}

/// Kilometres, written `30 km`.
#[derive(Clone, Copy, Debug)]
pub(in crate::scenario) struct Length(pub(in crate::scenario) f64);

impl Read for Length {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Text(text) = &node.value else {
            wrong_type(node, "a distance such as `\"30 km\"`", problems);
            return None;
        };
        let text = text.trim();
        let (number, scale) = text
            .strip_suffix("km")
            .or_else(|| text.strip_suffix("公里"))
            .map(|number| (number, 1.0))
            .or_else(|| text.strip_suffix('m').map(|number| (number, 1e-3)))
            .unwrap_or(("", 1.0));
        match number.trim().parse::<f64>() {
            Ok(number) if (0.0..=40_000.0).contains(&(number * scale)) => Some(Self(number * scale)),
            _ => {
                let message = format!("`{text}` is not a distance between 0 and 40 000 km");
                problems.error("bad-quantity", node.place, message).help("write `\"30 km\"` or `\"500 m\"`");
                None
            }
        }
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "string", "description": "a distance, for example 30 km" })
    }
}

//! Datasets, as written.

use super::price::StoragePrice;
use super::read::{At, Definitions, Read, choice, record, wrong_type};
use super::{Names, Time};
use crate::quantity::{Bandwidth, Bytes, Probability, Rate, Span};
use crate::scenario::diagnostic::Problems;
use crate::scenario::tree::{Node, Value};
use serde_json::{Value as Json, json};

record! {
    /// Data that belong together.
    Dataset {
        /// Shown instead of the name.
        "title" title: String;
        /// How much there is.
        "size" size: Bytes, required;
        /// How fast it is written; default 0.
        "writes" writes: Bandwidth;
        /// Unique change: a data rate, or a share of the size per time; default `writes`.
        "changes" changes: Changes;
        /// Where the primary copy lies.
        "on" on: String, required;
        /// Class of the nodes that hold it; default the storage nodes of the place, or else its compute nodes.
        "class" class: String;
        /// How a copy is protected; default single.
        "protect" protect: Protect;
        /// How lost fragments are made again.
        "rebuild" rebuild: RebuildFields;
        /// Unreadable places that nobody notices.
        "latent" latent: LatentErrorsFields;
        /// Further copies elsewhere.
        "mirror" mirror: Mirrors;
        /// How it comes back when it is lost.
        "recover" recover: RecoverFields;
        /// What was promised; default the strictest of the services that use it.
        "objective" objective: DataObjective;
        /// Price of what lies in its copies.
        "price" price: StoragePrice;
    }
}

/// A data rate or a share of the size per time.
#[derive(Clone, Copy, Debug)]
pub(in crate::scenario) enum Changes {
    /// So fast.
    Rate(Bandwidth),
    /// This share of the size in each second.
    SharePerSecond(f64),
}

impl Read for Changes {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Text(text) = &node.value else { return Bandwidth::read(node, problems).map(Self::Rate) };
        let Some((share, unit)) = text.split_once('/').filter(|(share, _)| share.contains(['%', '％'])) else {
            return Bandwidth::read(node, problems).map(Self::Rate);
        };
        match (share.trim().parse::<Probability>(), format!("1 {}", unit.trim()).parse::<Span>()) {
            (Ok(share), Ok(span)) if span > Span::ZERO => Some(Self::SharePerSecond(share.get() / span.as_seconds())),
            _ => {
                problems
                    .error("bad-quantity", node.place, format!("`{text}` is not a share per time"))
                    .help("write `\"2 % / day\"`, or a data rate such as `\"6 MB/s\"`");
                None
            }
        }
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "string", "description": "a data rate such as 6 MB/s, or a share per time such as 2 % / day" })
    }
}

/// Declares a record that has the keys of placement beside its own.
macro_rules! spreading {
    ($(#[doc = $doc:literal])* $name:ident { $($own:tt)* }) => {
        record! {
            $(#[doc = $doc])*
            $name {
                $($own)*
                /// Fragments of a stripe lie in different domains of this level; default node.
                "spread" spread: SpreadWord;
                /// Makes copysets: nodes that share a stripe with a node, about.
                "copysets" copysets: u32;
                /// Makes declustered pools of so many nodes.
                "pool" pool: u32;
                /// Cuts the nodes into pools of one stripe's width.
                "clustered" clustered: bool;
                /// Stripes: the grains in which data are lost.
                "stripes" stripes: u32;
            }
        }

        impl $name {
            /// The keys of placement.
            pub(in crate::scenario) fn spreading(&self) -> Spreading {
                Spreading {
                    spread: self.spread.clone(),
                    copysets: self.copysets,
                    pool: self.pool,
                    clustered: self.clustered,
                    stripes: self.stripes,
                }
            }
        }
    };
}

/// Which nodes hold the fragments of a stripe, as written.
#[derive(Clone, Debug, Default)]
pub(in crate::scenario) struct Spreading {
    pub(in crate::scenario) spread: Option<At<SpreadWord>>,
    pub(in crate::scenario) copysets: Option<At<u32>>,
    pub(in crate::scenario) pool: Option<At<u32>>,
    pub(in crate::scenario) clustered: Option<At<bool>>,
    pub(in crate::scenario) stripes: Option<At<u32>>,
}

choice! {
    /// How a copy is protected.
    Protect {
        /// One fragment for each stripe.
        "single" Single(PlainFields);
        /// Two fragments for each stripe.
        "mirror" Mirror(PlainFields);
        /// Several whole fragments.
        "replicas" Replicas(ReplicasFields);
        /// Data and parity fragments.
        "erasure" Erasure(ErasureFields);
        /// A local reconstruction code.
        "local" Local(LocalFields);
    }
}

spreading! {
    /// Placement of single fragments or pairs.
    PlainFields {}
}

spreading! {
    /// Whole fragments.
    ReplicasFields {
        /// How many.
        "copies" copies: u32, required;
    }
}

spreading! {
    /// An erasure code.
    ErasureFields {
        /// Data fragments.
        "data" data: u32, required;
        /// Parity fragments.
        "parity" parity: u32, required;
    }
}

spreading! {
    /// A local reconstruction code.
    LocalFields {
        /// Data fragments.
        "data" data: u32, required;
        /// Groups of data fragments with a parity each.
        "groups" groups: u32, required;
        /// Parities over all.
        "global" global: u32, required;
    }
}

choice! {
    /// How far apart the fragments of a stripe lie.
    SpreadWord {
        /// On different nodes.
        "node" Node;
        /// In different racks.
        "rack" Rack;
        /// In different rooms.
        "room" Room;
        /// At different sites.
        "site" Site;
    }
}

record! {
    /// How lost fragments are made again.
    RebuildFields {
        /// From loss to the start; default 0.
        "after" after: Span;
        /// Where; default on the mended node.
        "onto" onto: OntoWord;
        /// Most that the rebuild of one node may write.
        "rate" rate: Bandwidth;
    }
}

choice! {
    /// Where lost fragments are made again.
    OntoWord {
        /// On the node itself, once it is mended or replaced.
        "replacement" Replacement;
        /// On other nodes at once.
        "others" Others;
    }
}

record! {
    /// Unreadable places.
    LatentErrorsFields {
        /// Errors of one node.
        "errors" errors: Rate, required;
        /// Time between two scrubs; never scrubbed without it.
        "scrub-every" scrub_every: Span;
    }
}

record! {
    /// A further copy.
    MirrorFields {
        /// Where.
        "to" to: String, required;
        /// A write counts when it is there too.
        "sync" sync: bool;
        /// It follows some way behind.
        "async" follows: AsyncFields;
        /// How this copy is protected; default as the primary one.
        "protect" protect: Protect;
    }
}

record! {
    /// An asynchronous mirror.
    AsyncFields {
        /// How far behind when nothing is in the way.
        "lag" lag: Span, required;
    }
}

/// One mirror or several.
#[derive(Clone, Debug, Default)]
pub(in crate::scenario) struct Mirrors(pub(in crate::scenario) Vec<At<MirrorFields>>);

impl Read for Mirrors {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::List(_) => Vec::read(node, problems).map(Self),
            Value::Table(_) => At::read(node, problems).map(|mirror| Self(vec![mirror])),
            _ => {
                wrong_type(node, "a mirror such as `{ to = \"south\", sync = true }`, or a list of them", problems);
                None
            }
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        let mirror = MirrorFields::schema(definitions);
        json!({ "anyOf": [mirror, { "type": "array", "items": mirror }] })
    }
}

record! {
    /// How a dataset comes back.
    RecoverFields {
        /// From loss until somebody knows; default 30 s.
        "detect" detect: Time;
        /// From there until it is decided to restore; default 0.
        "decide" decide: Time;
        /// Where to restore while the primary place cannot take it.
        "to" to: String;
        /// Time to set the system up before the data can go in.
        "prepare" prepare: Time;
        /// Most that the restore can take in: decrypting, decompressing, loading.
        "rate" rate: Bandwidth;
        /// Log is replayed this fast; default as fast as it arrives.
        "replay" replay: Bandwidth;
        /// Checking what came back.
        "verify" verify: Time;
        /// From verified data to a running system.
        "resume" resume: Time;
        /// Chance that one attempt works; default 100 %.
        "works" works: Probability;
        /// Attempts with one point before an older one is taken; default 1.
        "attempts" attempts: u32;
        /// Restores with a lower number go first, 0 to 255; default 100.
        "order" order: u32;
        /// Who restores.
        "staff" staff: String;
        /// From giving up until users work again without what was lost; default never.
        "anew" anew: Time;
    }
}

record! {
    /// What was promised about data.
    DataObjective {
        /// Recovery point objective.
        "rpo" rpo: Span;
        /// Recovery time objective.
        "rto" rto: Span;
    }
}

record! {
    /// Data that go wrong.
    SpoilFields {
        /// Which; default those that lie in what is struck or are used by it.
        "datasets" datasets: Names;
        /// Time until it shows; default at once.
        "found" found: Time;
        /// What it destroys of the backups when it shows; default nothing.
        "reaches" reaches: ReachWord;
        /// Network segments that an intruder is in.
        "segments" segments: Names;
    }
}

choice! {
    /// What spoiling destroys of the backups.
    ReachWord {
        /// Nothing.
        "nothing" Nothing;
        /// Snapshots beside the data.
        "snapshots" Snapshots;
        /// Whatever is online and mutable in the intruder's segments.
        "online" Online;
        /// Whatever lies in the places that are struck.
        "place" Place;
    }
}

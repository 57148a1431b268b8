//! What must not be lost: datasets, where their copies lie and how those are protected.

use super::{CopyId, DatasetId, Distribution, DomainId, Level, UnitId};
use crate::id::IdRange;
use crate::quantity::{Bandwidth, Bytes, Probability, Span};

/// Data that belong together: restored, replicated and backed up as one.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Name in the scenario.
    pub name: String,
    /// Shown instead of the name where there is room.
    pub title: String,
    /// How much there is.
    pub size: Bytes,
    /// How fast it is written: what a recovery point in the past loses.
    pub writes: Bandwidth,
    /// Unique change: how fast an incremental backup grows, at most `writes`.
    pub changes: Bandwidth,
    /// Its copies, the primary one first; the others mirror it.
    pub copies: IdRange<CopyId>,
    /// How it comes back when it is lost.
    pub recovery: Recovery,
    /// Recovery point objective: its own, or the strictest of the services that use it.
    pub rpo: Option<Span>,
    /// Recovery time objective: its own, or the strictest of the services that use it.
    pub rto: Option<Span>,
}

impl Dataset {
    /// Bytes written over a time, at most all there is: what a recovery point so far back loses.
    #[must_use]
    pub fn written(&self, over: Span) -> f64 {
        self.at_most_all(self.writes, over)
    }

    /// Bytes that changed over a time, at most all there is: what an incremental backup takes.
    #[must_use]
    pub fn changed(&self, over: Span) -> f64 {
        self.at_most_all(self.changes, over)
    }

    fn at_most_all(&self, rate: Bandwidth, over: Span) -> f64 {
        (rate.bytes_per_second() * over.as_seconds()).min(self.size.get() as f64)
    }
}

/// One copy of a dataset: fragments of stripes spread over nodes.
#[derive(Clone, Debug)]
pub struct DataCopy {
    /// Whose.
    pub dataset: DatasetId,
    /// Where.
    pub domain: DomainId,
    /// Nodes that hold its fragments, ascending.
    pub hosts: Vec<UnitId>,
    /// How it follows the primary copy.
    pub role: CopyRole,
    /// Fragments of a stripe and how many of them may be missing.
    pub scheme: Scheme,
    /// Which nodes hold the fragments of a stripe.
    pub placement: Placement,
    /// Stripes, at least 1: the grains in which data are lost.
    pub stripes: u32,
    /// How lost fragments are made again.
    pub rebuild: Rebuild,
    /// Unreadable places that nobody notices before a scrub or a read.
    pub latent: Option<LatentErrors>,
}

/// How a copy follows the primary one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CopyRole {
    /// The one that is read and written.
    Primary,
    /// A write counts when it is here too: nothing is lost with the primary copy, and every write waits for the round trip.
    Synchronous,
    /// Follows this far behind, further when the link is too slow or cut.
    Asynchronous {
        /// Behind when nothing is in the way.
        lag: Span,
    },
    /// Room at another place: empty until the dataset is restored there.
    Spare,
}

impl CopyRole {
    /// How far it is behind when nothing is in the way; zero unless it is asynchronous.
    ///
    /// ```
    /// use drsim::model::CopyRole;
    /// use drsim::quantity::Span;
    /// let lag = Span::from_seconds(5.0);
    /// assert_eq!(CopyRole::Asynchronous { lag }.lag(), lag);
    /// assert_eq!(CopyRole::Synchronous.lag(), Span::ZERO);
    /// ```
    #[must_use]
    pub const fn lag(self) -> Span {
        match self {
            Self::Asynchronous { lag } => lag,
            Self::Primary | Self::Synchronous | Self::Spare => Span::ZERO,
        }
    }
}

/// Fragments of a stripe.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    /// `copies` whole fragments, 1 to 255; one is enough. One is a single copy, two a mirror.
    Replicas {
        /// How many.
        copies: u32,
    },
    /// `data` + `parity` fragments; any `data` of them are enough.
    Erasure {
        /// Fragments needed.
        data: u32,
        /// Further fragments.
        parity: u32,
    },
    /// A local reconstruction code: `data` fragments in `groups` equal groups, each with a parity of its own, and `global` parities over all.
    Local {
        /// Data fragments.
        data: u32,
        /// Groups, each with one local parity.
        groups: u32,
        /// Global parities.
        global: u32,
    },
}

impl Scheme {
    /// Fragments of a stripe.
    ///
    /// ```
    /// use drsim::model::Scheme;
    /// assert_eq!(Scheme::Erasure { data: 6, parity: 3 }.width(), 9);
    /// assert_eq!(Scheme::Local { data: 12, groups: 2, global: 2 }.width(), 16);
    /// ```
    #[must_use]
    pub const fn width(self) -> u32 {
        match self {
            Self::Replicas { copies } => copies,
            Self::Erasure { data, parity } => data + parity,
            Self::Local { data, groups, global } => data + groups + global,
        }
    }

    /// Missing fragments that are always survived.
    #[must_use]
    pub const fn tolerance(self) -> u32 {
        match self {
            Self::Replicas { copies } => copies - 1,
            Self::Erasure { parity, .. } => parity,
            Self::Local { global, .. } => global + 1,
        }
    }

    /// Size of a fragment as a share of the stripe's data.
    #[must_use]
    pub fn fragment_share(self) -> f64 {
        match self {
            Self::Replicas { .. } => 1.0,
            Self::Erasure { data, .. } | Self::Local { data, .. } => 1.0 / f64::from(data),
        }
    }

    /// Fragments that must be read to make a lost one again.
    #[must_use]
    pub const fn repair_reads(self) -> u32 {
        match self {
            Self::Replicas { .. } => 1,
            Self::Erasure { data, .. } => data,
            Self::Local { data, groups, .. } => data / groups,
        }
    }

    /// Bytes stored for each byte of data.
    #[must_use]
    pub fn overhead(self) -> f64 {
        f64::from(self.width()) * self.fragment_share()
    }
}

/// Which nodes hold the fragments of a stripe.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Placement {
    /// Any that differ.
    Random,
    /// In as many different domains of this level as there are; [`Level::Node`] is the same as random.
    Spread(Level),
    /// In one of a few fixed sets, so that few combinations of failures lose anything.
    Copysets {
        /// Nodes that share a stripe with a node, about.
        scatter: u32,
    },
    /// The nodes are cut into pools of one stripe's width; a stripe lies in one pool.
    Clustered,
    /// Spread evenly over all nodes of a pool this wide, so that all of them help to rebuild.
    Declustered {
        /// Nodes of a pool, at least the width of a stripe.
        pool: u32,
    },
}

/// How lost fragments are made again.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rebuild {
    /// From loss to the start: until it is noticed.
    pub after: Span,
    /// Where.
    pub onto: RebuildTarget,
    /// Most that the rebuild of one node may write.
    pub rate: Option<Bandwidth>,
}

/// Where lost fragments are made again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RebuildTarget {
    /// On the node itself, once it is mended or replaced.
    Replacement,
    /// On other nodes at once.
    Others,
}

/// Unreadable places that nobody notices.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LatentErrors {
    /// Mean time between errors of one node, seconds.
    pub mean_seconds: f64,
    /// Time between two scrubs; `None`: never scrubbed.
    pub scrub_every: Option<Span>,
}

/// How a dataset comes back from a mirror or a backup.
#[derive(Clone, Debug)]
pub struct Recovery {
    /// From loss until somebody knows.
    pub detect: Distribution,
    /// From there until it is decided to restore.
    pub decide: Distribution,
    /// Time to set the system up, before the data can go in.
    pub prepare: Option<Distribution>,
    /// Most that the restore can take in: decrypting, decompressing, loading.
    pub rate: Option<Bandwidth>,
    /// Log is replayed this fast; `None`: as fast as it arrives.
    pub replay: Option<Bandwidth>,
    /// Checking what came back.
    pub verify: Option<Distribution>,
    /// From verified data to a running system.
    pub resume: Option<Distribution>,
    /// Chance that one attempt works.
    pub works: Probability,
    /// Attempts with one point before an older one is taken, at least 1.
    pub attempts: u32,
    /// Restores with a lower number go first.
    pub order: u8,
    /// Who restores, if hands are limited.
    pub staff: Option<super::StaffId>,
    /// From giving up until users work again without what was lost; `None`: they do not.
    pub anew: Option<Distribution>,
}

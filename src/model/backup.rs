//! Copies at a point in time, apart: what is taken when, where it lies, and how long it is kept.

use super::{BackupId, DatasetId, Distribution, DomainId, StoreId};
use crate::quantity::{Bandwidth, Bytes, Probability, SimTime, Span};
use std::sync::Arc;

/// Where backups lie.
#[derive(Clone, Debug)]
pub struct Store {
    /// Name in the scenario.
    pub name: String,
    /// Shown instead of the name where there is room.
    pub title: String,
    /// Where it stands; `None`: elsewhere, out of reach of every disaster.
    pub domain: Option<DomainId>,
    /// What it is made of.
    pub medium: Medium,
    /// Writes at most so fast, over all drives.
    pub write_rate: Option<Bandwidth>,
    /// Reads at most so fast, over all drives.
    pub read_rate: Option<Bandwidth>,
    /// Drives: jobs and restores that can run at once.
    pub drives: Option<u32>,
    /// Time to load, find and fetch before the first byte of a restore, once for each link of a chain.
    pub access: Option<Distribution>,
    /// Time to bring it from where it is kept, once for a restore.
    pub transport: Option<Distribution>,
    /// Points younger than this can be neither changed nor deleted.
    pub immutable: Option<Span>,
    /// Not connected: nobody reaches what has been written.
    pub offline: bool,
    /// Network segment; an intruder reaches stores of the segments he is in.
    pub segment: Option<String>,
    /// Room; `None`: no limit.
    pub capacity: Option<Bytes>,
}

/// What a store is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Medium {
    /// Disks.
    Disk,
    /// Object store.
    Object,
    /// Tape library.
    Tape,
    /// A vault whose content must be fetched.
    Vault,
}

impl Medium {
    /// Name in keys and tables.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Disk => "disk",
            Self::Object => "object",
            Self::Tape => "tape",
            Self::Vault => "vault",
        }
    }
}

/// What is backed up when.
#[derive(Clone, Debug)]
pub struct Backup {
    /// Name in the scenario.
    pub name: String,
    /// Shown instead of the name where there is room.
    pub title: String,
    /// What.
    pub of: DatasetId,
    /// Where to.
    pub to: StoreId,
    /// Set when it copies the points of another backup instead of reading the dataset.
    pub copies: Option<BackupId>,
    /// Jobs by kind.
    pub jobs: Vec<Job>,
    /// Log shipped between them: a point every so often.
    pub log: Option<Span>,
    /// Bytes of data for each byte stored: compression times deduplication, at least 1.
    pub reduction: f64,
    /// Most that a job reads from the dataset: compressing, encrypting.
    pub rate: Option<Bandwidth>,
    /// Chance that the key is not there when it is needed: then nothing of it can be read.
    pub key_lost: Probability,
    /// How long points are kept.
    pub keep: Retention,
    /// Test restores.
    pub verify: Option<Verification>,
    /// Chance that a job fails and says so.
    pub fails_loudly: Probability,
    /// Chance that a job fails and says nothing: its point cannot be restored.
    pub fails_silently: Probability,
    /// A job should be done so long after its start.
    pub window: Option<Span>,
    /// What happens when a job is due while the one before still runs.
    pub overrun: Overrun,
    /// Share of its speed that a service loses while a job of its data runs.
    pub slows: Probability,
}

/// Jobs of one kind.
#[derive(Clone, Debug)]
pub struct Job {
    /// What they take.
    pub kind: JobKind,
    /// When they start, ascending, within the horizon.
    pub starts: Arc<[SimTime]>,
}

/// What a job takes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum JobKind {
    /// Everything.
    Full,
    /// What changed since the last full.
    Differential,
    /// What changed since the last job of any kind.
    Incremental,
    /// A view of the data as they are, beside them: taken at once, lost with them.
    Snapshot,
}

impl JobKind {
    /// Name in keys and tables.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Differential => "differential",
            Self::Incremental => "incremental",
            Self::Snapshot => "snapshot",
        }
    }
}

/// What happens when a job is due while the one before still runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Overrun {
    /// It starts when the other is done.
    Wait,
    /// It is left out.
    Skip,
    /// Both run.
    Overlap,
}

/// How long points are kept. A point goes when no rule keeps it and no point that is kept needs it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Retention {
    /// Every point younger than this.
    pub all: Option<Span>,
    /// The newest so many points.
    pub last: u32,
    /// The last point of each of the newest so many days that have one; likewise weeks, months and years (grandfather-father-son).
    pub days: u32,
    /// Weeks of seven days.
    pub weeks: u32,
    /// Months of 30.4375 days.
    pub months: u32,
    /// Years of 365.25 days.
    pub years: u32,
}

/// Test restores.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Verification {
    /// Between two of them; the newest point is tried.
    pub every: Span,
    /// Chance that a bad point is found to be bad; it is then taken again at once.
    pub catches: Probability,
}

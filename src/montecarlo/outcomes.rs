//! What a run of trials leaves: mergeable, exact, the same however it was computed.
//!
//! Blocks combine as the nodes of one fixed binary tree over the block index. A run of blocks that is not a whole subtree is kept as the few
//! largest subtrees in it, so that shards can be put together later to the very bits of a single run.

use super::{BLOCK, Counts, Fold, Shape};
use crate::metric::{DATASET_METRICS, DOMAIN_METRICS, SCENARIO_METRICS, SERVICE_METRICS, Sums, position};
use crate::quantity::Span;
use serde::{Deserialize, Serialize};

/// Version of the crate that ran the trials: part of what makes results comparable.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why the trials ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Stopped {
    /// All planned trials were run.
    Planned,
    /// The wanted precision was reached.
    Precise,
    /// The cap came before the wanted precision.
    Capped,
    /// The user interrupted; finished blocks are kept.
    Interrupted,
}

/// A whole subtree of blocks, added up.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Subtree {
    /// First block: a multiple of `blocks`.
    pub first: u64,
    /// Number of blocks: a power of two.
    pub blocks: u64,
    /// Their sums.
    pub fold: Fold,
}

/// Sums of availability over the first trials of a study.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Prefix {
    /// Trials.
    pub trials: u64,
    /// By service, in id order.
    pub services: Vec<Sums>,
    /// By dataset, in id order.
    pub datasets: Vec<Sums>,
    /// By named domain, in id order.
    pub domains: Vec<Sums>,
    /// Over everything.
    pub whole: Sums,
}

impl Prefix {
    pub(crate) fn of(fold: &Fold) -> Self {
        let row = |position: Option<usize>| position.expect("every subject has an availability");
        let service = row(position(&SERVICE_METRICS, "availability"));
        let dataset = row(position(&DATASET_METRICS, "availability"));
        let domain = row(position(&DOMAIN_METRICS, "availability"));
        let whole = row(position(&SCENARIO_METRICS, "availability"));
        Self {
            trials: fold.trials,
            services: fold.services.iter().map(|subject| subject.sums[service]).collect(),
            datasets: fold.datasets.iter().map(|subject| subject.sums[dataset]).collect(),
            domains: fold.domains.iter().map(|subject| subject.sums[domain]).collect(),
            whole: fold.whole.sums[whole],
        }
    }
}

/// The outcomes of a run of whole blocks of a study; the last block of the study may be short.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outcomes {
    /// Version of the crate that ran the trials.
    pub version: String,
    /// Hash of the scenario.
    pub hash: String,
    /// Seed.
    pub seed: u64,
    /// Length of a trial in microseconds.
    pub horizon: u64,
    /// Trials of the whole study, of which these may be a shard.
    pub planned: u64,
    /// First block.
    pub first_block: u64,
    /// Trials held.
    pub trials: u64,
    /// Why the run ended.
    pub stopped: Stopped,
    /// The largest whole subtrees of the blocks held, ascending.
    pub subtrees: Vec<Subtree>,
    /// Availability after a growing number of trials; only for runs that begin at the first trial.
    pub prefixes: Vec<Prefix>,
    /// Histograms, exemplars and rows.
    pub counts: Counts,
}

impl Outcomes {
    /// Outcomes of no trial yet.
    pub(super) fn start(shape: &Shape, planned: u64, first_block: u64) -> Self {
        Self {
            version: VERSION.to_owned(),
            hash: shape.hash.clone(),
            seed: shape.seed,
            horizon: shape.horizon.as_microseconds(),
            planned,
            first_block,
            trials: 0,
            stopped: Stopped::Planned,
            subtrees: Vec::new(),
            prefixes: Vec::new(),
            counts: Counts::start(shape),
        }
    }

    /// Length of a trial.
    #[must_use]
    pub const fn horizon(&self) -> Span {
        Span::from_microseconds(self.horizon)
    }

    /// Number of blocks held.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        self.subtrees.iter().map(|subtree| subtree.blocks).sum()
    }

    /// Sums over all trials held; `None` without any.
    #[must_use]
    pub fn total(&self) -> Option<Fold> {
        let (first, later) = self.subtrees.split_first()?;
        let mut total = first.fold.clone();
        for subtree in later {
            total.merge(&subtree.fold);
        }
        Some(total)
    }

    /// Appends the subtree that follows the last one and joins what has become whole.
    pub(super) fn append(&mut self, subtree: Subtree) {
        self.trials += subtree.fold.trials;
        let mut right = subtree;
        while let Some(left) =
            self.subtrees.pop_if(|left| left.blocks == right.blocks && left.first % (2 * left.blocks) == 0)
        {
            let mut fold = left.fold;
            fold.merge(&right.fold);
            if left.first == 0 {
                self.prefixes.push(Prefix::of(&fold));
            }
            right = Subtree { first: left.first, blocks: 2 * left.blocks, fold };
        }
        self.subtrees.push(right);
    }

    /// Trials as a range, for messages.
    fn range(&self) -> (u64, u64) {
        let first = self.first_block * BLOCK;
        (first, first + self.trials)
    }
}

/// Why shards do not make a study.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MergeError {
    /// No shard was given.
    #[error("nothing to merge: give at least one shard")]
    Nothing,
    /// Two shards come from different studies.
    #[error("shards differ in {what}: `{left}` and `{right}`; merge only shards of one study")]
    Foreign {
        /// What differs.
        what: &'static str,
        /// As in the first shard.
        left: String,
        /// As in the other.
        right: String,
    },
    /// A shard was made by another version of this program.
    #[error("a shard was made by drsim {theirs}, this is drsim {ours}; run it again with this version")]
    Version {
        /// Version in the shard.
        theirs: String,
        /// Version of this program.
        ours: &'static str,
    },
    /// Trials are missing.
    #[error("trials {from} to {to} are missing: run the shard that holds them")]
    Gap {
        /// First missing trial.
        from: u64,
        /// Last missing trial.
        to: u64,
    },
    /// Trials come twice.
    #[error("trials {from} to {to} come twice: give each shard once")]
    Overlap {
        /// First double trial.
        from: u64,
        /// Last double trial.
        to: u64,
    },
    /// A shard's parts do not fit together.
    #[error("the shard from trial {from} is damaged: {why}")]
    Damaged {
        /// First trial of the shard.
        from: u64,
        /// What does not fit.
        why: &'static str,
    },
}

/// Puts the shards of one study together, to the bits of a single run; the order in which they are given does not matter.
///
/// # Errors
/// When a shard is of another scenario, seed, size or version, when trials are missing or come twice, or when a shard contradicts itself.
pub fn merge(mut shards: Vec<Outcomes>) -> Result<Outcomes, MergeError> {
    shards.sort_by_key(|shard| (shard.first_block, shard.trials));
    let mut shards = shards.into_iter();
    let first = shards.next().ok_or(MergeError::Nothing)?;
    check(&first)?;
    if first.first_block > 0 {
        return Err(MergeError::Gap { from: 0, to: first.first_block * BLOCK - 1 });
    }
    let mut whole = first;
    for shard in shards {
        check(&shard)?;
        same_study(&whole, &shard)?;
        let (end, (from, to)) = (whole.trials, shard.range());
        if from < end {
            return Err(MergeError::Overlap { from, to: end.min(to).max(from + 1) - 1 });
        }
        if from > end {
            return Err(MergeError::Gap { from: end, to: from - 1 });
        }
        // Only the first shard that is not empty has any.
        whole.prefixes.extend(shard.prefixes);
        shard.subtrees.into_iter().for_each(|subtree| whole.append(subtree));
        whole.counts.merge(&shard.counts);
    }
    if whole.trials < whole.planned {
        return Err(MergeError::Gap { from: whole.trials, to: whole.planned - 1 });
    }
    whole.stopped = Stopped::Planned;
    Ok(whole)
}

fn same_study(left: &Outcomes, right: &Outcomes) -> Result<(), MergeError> {
    let foreign = |what, left: &dyn ToString, right: &dyn ToString| {
        Err(MergeError::Foreign { what, left: left.to_string(), right: right.to_string() })
    };
    if left.hash != right.hash {
        return foreign("scenario hash", &left.hash, &right.hash);
    }
    if left.seed != right.seed {
        return foreign("seed", &left.seed, &right.seed);
    }
    if left.planned != right.planned {
        return foreign("number of trials of the study", &left.planned, &right.planned);
    }
    let shape = |shard: &Outcomes| {
        shard.subtrees.first().map(|subtree| {
            let fold = &subtree.fold;
            (
                shard.horizon,
                fold.services.len(),
                fold.datasets.len(),
                fold.domains.len(),
                fold.services.first().map(|fold| fold.charges.len()),
                fold.cost.as_ref().map(|cost| cost.items.len()),
            )
        })
    };
    match (shape(left), shape(right)) {
        (Some(left), Some(right)) if left != right => foreign("shape", &format!("{left:?}"), &format!("{right:?}")),
        _ => Ok(()),
    }
}

/// A file may have been cut or edited: its subtrees must be whole, adjacent and full.
fn check(shard: &Outcomes) -> Result<(), MergeError> {
    if shard.version != VERSION {
        return Err(MergeError::Version { theirs: shard.version.clone(), ours: VERSION });
    }
    let damaged = |why| Err(MergeError::Damaged { from: shard.range().0, why });
    let mut block = shard.first_block;
    for subtree in &shard.subtrees {
        if !subtree.blocks.is_power_of_two() || subtree.first != block || !block.is_multiple_of(subtree.blocks) {
            return damaged("its blocks are not in place");
        }
        block += subtree.blocks;
    }
    let held: u64 = shard.subtrees.iter().map(|subtree| subtree.fold.trials).sum();
    let end = (block * BLOCK).min(shard.planned);
    if held != shard.trials || shard.range().1 != end.max(shard.range().0) {
        return damaged("its number of trials is not that of its blocks");
    }
    Ok(())
}

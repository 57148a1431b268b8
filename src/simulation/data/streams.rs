//! What crosses links for the account: pieces on their way, and the steady streams to mirrors and of log, which cost no event.

use super::super::state::World;
use super::super::trace::PointSource;
use super::DataStage;
use super::transfer::{Moves, TransferId};
use crate::engine::ResourceId;
use crate::id::{Id, IdVec};
use crate::model::{BackupId, CopyId, CopyRole, DatasetId, DomainId, LinkId, Scenario};
use crate::quantity::Span;

/// Bytes that flow all the time.
#[derive(Clone, Debug, Default)]
struct Stream {
    /// Bytes a second; zero while it stands still.
    rate: f64,
    route: Vec<ResourceId>,
}

/// The streams of all datasets; empty unless what crosses links is billed.
#[derive(Debug, Default)]
pub(in crate::simulation) struct Streams {
    mirrors: IdVec<CopyId, Stream>,
    logs: IdVec<BackupId, Stream>,
}

impl Streams {
    pub fn new(scenario: &Scenario) -> Self {
        if scenario.prices.as_ref().is_none_or(|prices| prices.carried.is_empty()) {
            return Self::default();
        }
        Self {
            mirrors: IdVec::filled(Stream::default(), scenario.copies.len()),
            logs: IdVec::filled(Stream::default(), scenario.backups.len()),
        }
    }

    pub fn reset(&mut self) {
        self.mirrors.iter_mut().chain(&mut self.logs).for_each(|stream| stream.rate = 0.0);
    }
}

impl World<'_> {
    /// Books what the streams of a dataset carried in a stretch, before anything about it changes.
    pub(super) fn incur_streams(&mut self, dataset: DatasetId, passed: Span) {
        let streams = &self.data.streams;
        let mirrors = self.scenario.datasets[dataset].copies.iter().map(|copy| &streams.mirrors[copy]);
        let logs = self.data.backed_up[dataset].iter().map(|backup| &streams.logs[*backup]);
        for stream in mirrors.chain(logs).filter(|stream| stream.rate > 0.0) {
            for side in &stream.route {
                let (link, way) = (LinkId::new(side.index() / 2), side.index() % 2);
                self.tally.incurred.carried[link][way] += stream.rate * passed.as_seconds();
            }
        }
    }

    /// Looks anew at where the streams of a dataset flow.
    pub(super) fn follow_streams(&mut self, dataset: DatasetId) {
        let (model, state) = (&self.scenario.datasets[dataset], &self.data.datasets[dataset]);
        let active = state.active;
        let written = state.stage == DataStage::Fine && state.readable;
        let (from, writes) = (self.scenario.copies[active].domain, model.writes.bits_per_second());
        for copy in model.copies.iter() {
            let (role, follow) = (self.scenario.copies[copy].role, &self.data.follow[copy]);
            let follows = copy != active && role != CopyRole::Spare && follow.fresh && follow.cut_since.is_none();
            let to = (written && follows).then(|| self.scenario.copies[copy].domain);
            self.data.streams.mirrors[copy] = self.stream(from, to, writes);
        }
        for nth in 0..self.data.backed_up[dataset].len() {
            let backup = self.data.backed_up[dataset][nth];
            let model = &self.scenario.backups[backup];
            let ships =
                written && model.log.is_some() && model.copies.is_none() && self.data.backups[backup].log_cut.is_none();
            let to = self.scenario.stores[model.to].domain.filter(|_| ships);
            self.data.streams.logs[backup] = self.stream(from, to, writes / model.reduction);
        }
    }

    /// A stream of so many bits a second, or of what the links carry of it.
    fn stream(&self, from: DomainId, to: Option<DomainId>, bits: f64) -> Stream {
        let Some(to) = to else { return Stream::default() };
        let route = self.route_between(from, to);
        let bits = route.iter().map(|side| self.link_rate(*side)).fold(bits, f64::min);
        Stream { rate: bits / 8.0, route }
    }

    /// Books bytes of a transfer that have arrived.
    pub(super) fn incur_moved(&mut self, transfer: TransferId, bytes: u64) {
        if !self.layout.wants.any || bytes == 0 {
            return;
        }
        let (moves, route) = self.data.transfers.under_way(transfer);
        if self.layout.wants.carried {
            let links = self.scenario.links.len();
            for side in route.iter().filter(|side| side.index() < 2 * links) {
                let (link, way) = (LinkId::new(side.index() / 2), side.index() % 2);
                self.tally.incurred.carried[link][way] += bytes as f64;
            }
        }
        if let Some(Moves::Restore { dataset }) = moves
            && let Some((PointSource::Backup(backup), _)) = self.data.datasets[dataset].point
        {
            self.incur_retrieval(self.scenario.backups[backup].to, bytes);
        }
    }
}

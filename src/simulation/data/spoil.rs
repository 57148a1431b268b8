//! Data that go wrong, and what happens to the backups when that shows.

use super::super::draw::{Purpose, chance};
use super::super::state::World;
use super::super::trace::{DataHappening, Happening};
use super::DataStage;
use crate::model::{Cause, DatasetId, DomainId, JobKind, Reach, Spoil, StoreId, ThreatId};
use crate::quantity::Probability;

impl World<'_> {
    /// A threat makes data wrong; nobody knows yet.
    pub(in crate::simulation) fn begin_spoil(&mut self, threat: ThreatId, spoil: &Spoil) {
        for dataset in &spoil.datasets {
            let state = &mut self.data.datasets[*dataset];
            if state.stage == DataStage::Fine {
                state.spoiled = Some(state.spoiled.map_or(self.now, |since| since.min(self.now)));
                self.note(Happening::Data(DataHappening::Spoiled(*dataset, threat)));
            }
        }
    }

    /// It shows: what the threat reaches of the backups is gone, and the data have to come back from before it struck.
    pub(in crate::simulation) fn end_spoil(&mut self, threat: ThreatId, spoil: &Spoil, struck: &[DomainId]) {
        for dataset in &spoil.datasets {
            self.destroy_points(*dataset, spoil, struck);
        }
        for dataset in &spoil.datasets {
            let Some(since) = self.data.datasets[*dataset].spoiled else { continue };
            let state = &self.data.datasets[*dataset];
            if state.stage != DataStage::Fine && !state.wanted {
                continue;
            }
            // What was taken since is known to be wrong.
            for nth in 0..self.data.backed_up[*dataset].len() {
                let backup = self.data.backed_up[*dataset][nth];
                self.forget_points(backup, |point| point.at >= since);
            }
            self.lose_data(*dataset, Some(Cause::Threat(threat)));
            self.data.touch(*dataset);
        }
    }

    /// Points of a dataset that a spoiling threat destroys.
    fn destroy_points(&mut self, dataset: DatasetId, spoil: &Spoil, struck: &[DomainId]) {
        let scenario = self.scenario;
        let now = self.now;
        for nth in 0..self.data.backed_up[dataset].len() {
            let backup = self.data.backed_up[dataset][nth];
            let store = &scenario.stores[scenario.backups[backup].to];
            let held = |domain: DomainId| struck.iter().any(|hit| scenario.domains[*hit].subtree.contains(domain));
            let stored = match spoil.reach {
                Reach::Nothing => continue,
                Reach::Snapshots => false,
                Reach::Online => {
                    let segment = store.segment.as_deref();
                    let inside = spoil.segments.is_empty()
                        || segment.is_none_or(|own| spoil.segments.iter().any(|name| name == own));
                    !store.offline && inside
                }
                Reach::Place => store.domain.is_some_and(held),
            };
            let before = self.data.backups[backup].points.iter().count();
            let shielded = store.immutable.filter(|_| spoil.reach == Reach::Online);
            self.forget_points(backup, |point| {
                let locked = shielded.is_some_and(|lock| now - point.done < lock);
                point.kind == JobKind::Snapshot && spoil.reach != Reach::Nothing || stored && !locked
            });
            if self.data.backups[backup].points.iter().count() < before {
                self.note(Happening::Data(DataHappening::StoreSpoiled(scenario.backups[backup].to)));
            }
        }
    }

    /// A destroying strike takes each store at the place with its chance.
    pub(in crate::simulation) fn destroy_stores(
        &mut self,
        threat: ThreatId,
        nth: u32,
        share: Probability,
        struck: &[DomainId],
    ) {
        let scenario = self.scenario;
        for store in scenario.stores.ids() {
            let Some(domain) = scenario.stores[store].domain else { continue };
            if !struck.iter().any(|hit| scenario.domains[*hit].subtree.contains(domain)) {
                continue;
            }
            let key = self.layout.threat_keys[threat].wrapping_add(self.layout.store_keys[store]);
            let mut rng = self.key.stream(Purpose::DestroysStore as u64, key, u64::from(nth));
            if chance(share.get(), &mut rng) {
                self.empty_store(store);
            }
        }
    }

    fn empty_store(&mut self, store: StoreId) {
        self.note(Happening::Data(DataHappening::StoreSpoiled(store)));
        for backup in self.scenario.backups.ids() {
            if self.scenario.backups[backup].to == store {
                self.forget_points(backup, |point| point.kind != JobKind::Snapshot);
                self.data.backups[backup].log_from = self.now;
                self.data.touch(self.scenario.backups[backup].of);
            }
        }
    }
}

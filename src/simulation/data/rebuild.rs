//! Making lost fragments again: on the node itself once it is back and empty, or on others at once.
//!
//! A host that has lost its data is rebuilt fragment by fragment, those first whose stripe is closest to loss. Each stretch of equal urgency is
//! one transfer; what it has made is counted when something else happens to the copy, so that a rebuild that is broken off, or overtaken by
//! another loss, counts for what it has done. A fragment whose stripe cannot be decoded now waits until somebody comes back.

use super::super::draw::Purpose;
use super::super::state::World;
use super::super::trace::{DataHappening, Happening};
use super::fragments::{CopyState, Progress, Standing};
use super::placement::below;
use super::transfer::{Freight, Moves};
use super::{DataStage, TransferId};
use crate::engine::{Rng, name_key};
use crate::model::{CopyId, DataCopy, DomainId, Placement, RebuildTarget, Scenario, UnitId};
use crate::quantity::{Bandwidth, Span};
use std::cmp::Reverse;

/// Restores go before rebuilds, which go before what merely follows.
const PRIORITY: u8 = 150;

/// Draws for a new host before the rest is looked through in order.
const TRIES: usize = 32;

impl World<'_> {
    /// A node that may hold fragments runs or is reached, or no more.
    pub(in crate::simulation) fn host_changed(&mut self, unit: UnitId) {
        let away = !self.host_serves(unit);
        for nth in 0..self.data.held[unit].len() {
            let (copy, host) = self.data.held[unit][nth];
            if self.data.copies[copy].hosts[host as usize].away != away {
                self.host_away(copy, host as usize, away);
                let dataset = self.scenario.copies[copy].dataset;
                if !self.at_rest(dataset) {
                    self.data.touch(dataset); // it may have waited for this node
                }
            }
        }
    }

    /// The same for everything below a place.
    pub(in crate::simulation) fn hosts_below_changed(&mut self, domain: DomainId) {
        for unit in self.scenario.domains[domain].units.iter() {
            self.host_changed(unit);
        }
    }

    fn host_away(&mut self, copy: CopyId, host: usize, away: bool) {
        let before = self.standing(copy);
        if away {
            self.settle_rebuilds(copy, host);
            if self.in_place(copy) {
                self.halt_rebuild(copy, host);
            }
        }
        self.data.copies[copy].set_away(host, away);
        self.think_over(copy);
        if !away {
            for waiting in self.data.copies[copy].blocked() {
                if waiting != host {
                    self.plan_rebuild(copy, waiting);
                }
            }
            self.plan_rebuild(copy, host);
        }
        self.tell_standing(copy, before);
    }

    /// What a node stored is gone.
    pub(in crate::simulation) fn unit_data_lost(&mut self, unit: UnitId) {
        for nth in 0..self.data.held[unit].len() {
            let (copy, host) = self.data.held[unit][nth];
            self.host_lost(copy, host as usize);
        }
    }

    fn host_lost(&mut self, copy: CopyId, host: usize) {
        let (model, now) = (&self.scenario.copies[copy], self.now);
        let before = self.standing(copy);
        self.settle_rebuilds(copy, host);
        self.halt_rebuild(copy, host);
        if let Some(law) = model.latent {
            let rng = self.data.copies[copy].latents.rng.take();
            let rng = rng.unwrap_or_else(|| self.copy_stream(copy, Purpose::LatentError));
            self.data.copies[copy].latents.rng = Some(rng);
            self.data.copies[copy].draw_latent(law, now);
        }
        let state = &mut self.data.copies[copy];
        state.hosts[host].rebuild.credit = 0.0;
        state.hosts[host].rebuild.ready_at = now + model.rebuild.after;
        state.lose(host);
        if model.latent.is_some() {
            state.find_latent(host);
        }
        self.think_over(copy);
        self.plan_rebuild(copy, host);
        self.tell_standing(copy, before);
    }

    /// A copy has been written anew: every node that runs has what it should hold.
    pub(in crate::simulation) fn copy_restored(&mut self, copy: CopyId) {
        let before = self.standing(copy);
        for nth in 0..self.data.copies[copy].running.len() {
            let host = self.data.copies[copy].running[nth] as usize;
            if let Some(transfer) = self.data.copies[copy].hosts[host].rebuild.transfer {
                self.cancel_transfer(transfer);
            }
        }
        self.data.copies[copy].mend_all();
        // Nodes that are away got nothing: what they held is rebuilt when they are back.
        for host in 0..self.data.copies[copy].hosts.len() {
            if self.data.copies[copy].hosts[host].away {
                self.host_lost(copy, host);
            }
        }
        self.note(Happening::Data(DataHappening::CopyWhole(copy)));
        self.tell_standing(copy, before);
    }

    /// A transfer of a rebuild has arrived.
    pub(super) fn rebuilt(&mut self, copy: CopyId, unit: UnitId) {
        let held = &self.data.held[unit];
        let Some((_, host)) = held.iter().find(|(of, _)| *of == copy).copied() else { return };
        let host = host as usize;
        let before = self.standing(copy);
        let in_place = self.in_place(copy);
        let state = &mut self.data.copies[copy];
        let end = state.hosts[host].rebuild.end;
        state.forget_transfer(host);
        let mut stuck = false;
        if !(in_place && state.mend_whole(host)) {
            state.unfold();
            stuck = self.make_fragments(copy, host, end) == 0 && self.data.copies[copy].hosts[host].rebuild.blocked;
        }
        self.data.copies[copy].hosts[host].rebuild.credit = 0.0;
        if !stuck {
            self.plan_rebuild(copy, host); // else it waits for somebody to come back
        }
        self.tell_standing(copy, before);
    }

    /// True when lost fragments are made again on the node that lost them.
    fn in_place(&self, copy: CopyId) -> bool {
        self.data.copies[copy].in_place
    }

    fn copy_stream(&self, copy: CopyId, purpose: Purpose) -> Rng {
        let dataset = self.scenario.copies[copy].dataset;
        let copies = self.scenario.datasets[dataset].copies.positions();
        let nth = crate::id::Id::index(copy) - copies.start;
        self.key.stream(purpose as u64, name_key(&self.scenario.datasets[dataset].name), nth as u64)
    }

    /// How a copy stands, with everything up to now booked: something is about to happen to it.
    fn standing(&mut self, copy: CopyId) -> Standing {
        self.book_data(self.scenario.copies[copy].dataset);
        self.data.copies[copy].standing()
    }

    /// Has a dataset looked at when something about its copy changed that anybody may see.
    fn tell_standing(&mut self, copy: CopyId, before: Standing) {
        let now = self.data.copies[copy].standing();
        if now != before {
            if before.lost_stripes == 0 && now.lost_stripes > 0 {
                self.note(Happening::Data(DataHappening::CopyLost(copy)));
                self.stop_resync(copy);
                let dataset = self.scenario.copies[copy].dataset;
                if self.data.datasets[dataset].active == copy {
                    self.forget_snapshots(dataset);
                }
            }
            let dataset = self.scenario.copies[copy].dataset;
            let unseen = self.data.copies[copy].plain && self.data.datasets[dataset].stage == DataStage::Fine;
            if !(unseen && now.reads_like(before)) {
                self.data.touch(dataset);
            }
        }
    }

    /// Counts what all rebuilds of a copy have made so far, before something happens to `host`.
    fn settle_rebuilds(&mut self, copy: CopyId, host: usize) {
        let state = &mut self.data.copies[copy];
        if state.running.is_empty() || state.is_whole(host) {
            return;
        }
        state.unfold();
        for nth in 0..self.data.copies[copy].running.len() {
            let running = self.data.copies[copy].running[nth] as usize;
            self.settle_rebuild(copy, running);
        }
    }

    /// Counts what a rebuild has made so far; the bytes of the fragment that it is at.
    fn settle_rebuild(&mut self, copy: CopyId, host: usize) -> f64 {
        let Progress { transfer: Some(transfer), first, end, credit, bytes, .. } =
            self.data.copies[copy].hosts[host].rebuild
        else {
            return 0.0;
        };
        let moved = credit + (bytes - self.transfer_left(transfer).min(bytes)) as f64;
        let fragment = self.data.copies[copy].fragment_bytes;
        // A transfer counts whole bytes: what is within a thousandth of a fragment of its end is at its end.
        let count = libm::floor(moved / fragment + 1e-3);
        let whole = (first + count as usize).min(end);
        if !self.data.copies[copy].is_whole(host) {
            self.make_fragments(copy, host, whole);
        }
        (moved - count * fragment).max(0.0)
    }

    /// Stops a rebuild for now; it goes on from there.
    fn halt_rebuild(&mut self, copy: CopyId, host: usize) {
        let Some(transfer) = self.data.copies[copy].hosts[host].rebuild.transfer else { return };
        if self.data.copies[copy].is_whole(host) {
            self.data.copies[copy].unfold();
        }
        let credit = self.settle_rebuild(copy, host);
        self.cancel_transfer(transfer);
        self.data.copies[copy].forget_transfer(host);
        self.data.copies[copy].hosts[host].rebuild.credit = credit;
    }

    /// Puts the fragments of the queue of a host up to `end` where they belong; how many found their place.
    fn make_fragments(&mut self, copy: CopyId, host: usize, end: usize) -> usize {
        if self.in_place(copy) {
            let state = &mut self.data.copies[copy];
            let done = state.hosts[host].done;
            state.mend_stretch(host, done..end.max(done));
            state.hosts[host].done = done.max(end);
            return end.saturating_sub(done);
        }
        let mut made = 0;
        for nth in self.data.copies[copy].hosts[host].done..end {
            let slot = self.data.copies[copy].hosts[host].queue[nth];
            if !self.data.copies[copy].is_lost(slot) {
                continue;
            }
            made += 1;
            if let Some(to) = self.choose_host(copy, slot) {
                self.data.copies[copy].mend_on(slot, to);
            } else if !self.data.copies[copy].hosts[host].away {
                self.data.copies[copy].mend(slot); // nobody else has room: the node itself is back
            } else {
                // It stays lost, and is tried again when somebody comes back.
                made -= 1;
                let state = &mut self.data.copies[copy].hosts[host];
                state.queue.push(slot);
                state.ascends = state.queue.len();
                state.rebuild.blocked = true;
                self.data.copies[copy].any_blocked = true;
            }
        }
        let state = &mut self.data.copies[copy].hosts[host];
        state.done = state.done.max(end);
        made
    }

    /// A host for a fragment: there, and without another fragment of the stripe; of the same pool, and in a domain of its own, if it can be.
    fn choose_host(&mut self, copy: CopyId, slot: u32) -> Option<usize> {
        if self.data.copies[copy].chooser.is_none() {
            self.data.copies[copy].chooser = Some(self.copy_stream(copy, Purpose::RebuildHost));
        }
        let mut rng = self.data.copies[copy].chooser.take()?;
        let state = &self.data.copies[copy];
        let all = 0..state.hosts.len();
        let pool = match self.scenario.copies[copy].placement {
            Placement::Declustered { pool } => {
                let size = (pool as usize).clamp(state.placed.width as usize, all.end);
                let first = state.placed.hosts[slot as usize] as usize / size * size;
                first..(first + size).min(all.end)
            }
            Placement::Random | Placement::Spread(_) | Placement::Copysets { .. } | Placement::Clustered => all.clone(),
        };
        let mut chosen = None;
        for strict in [true, false] {
            let mut draws = (0..TRIES).map(|_| pool.start + below(pool.len(), &mut rng));
            chosen = chosen.or_else(|| draws.find(|host| state.has_room(*host, slot, strict)));
        }
        let chosen = chosen
            .or_else(|| pool.clone().find(|host| state.has_room(*host, slot, false)))
            .or_else(|| all.clone().find(|host| state.has_room(*host, slot, false)));
        self.data.copies[copy].chooser = Some(rng);
        chosen
    }

    /// Thinks over the rebuilds that have a stripe that came closer to loss.
    fn think_over(&mut self, copy: CopyId) {
        while let Some(host) = self.data.copies[copy].next_urgent() {
            let state = &self.data.copies[copy].hosts[host];
            let only = state.done + 1 == state.queue.len();
            if only && state.rebuild.transfer.is_some() && self.data.copies[copy].can_mend(state.queue[state.done]) {
                continue; // nothing to put in another order
            }
            self.plan_rebuild(copy, host);
        }
    }

    /// Begins, or begins anew, the rebuild of a host with what is most urgent.
    pub(super) fn plan_rebuild(&mut self, copy: CopyId, host: usize) {
        let state = &self.data.copies[copy];
        if !state.has_lost(host) && !state.hosts[host].rebuild.begun {
            return;
        }
        self.halt_rebuild(copy, host);
        let state = &mut self.data.copies[copy];
        if state.in_place && state.hosts[host].away {
            return;
        }
        let (count, left) = state.line_up(host);
        let (fragment, whole) = (state.fragment_bytes, state.is_whole(host));
        let (unit, now) = (self.scenario.copies[copy].hosts[host], self.now);
        let state = &mut state.hosts[host];
        let (first, progress) = (if whole { 0 } else { state.done }, &mut state.rebuild);
        if left == 0 {
            if std::mem::take(&mut progress.begun) {
                self.note(Happening::Data(DataHappening::Rebuilt(copy, unit)));
            }
            return;
        }
        if count == 0 {
            return;
        }
        (progress.first, progress.end) = (first, first + count);
        progress.bytes = libm::ceil((count as f64 * fragment - progress.credit).max(0.0)) as u64;
        let (bytes, after) = (progress.bytes, progress.ready_at.since(now.min(progress.ready_at)));
        let first_time = !std::mem::replace(&mut progress.begun, true);
        if first_time && self.trace.is_some() {
            let all = libm::ceil(left as f64 * fragment) as u64;
            self.note(Happening::Data(DataHappening::RebuildBegan(copy, unit, all)));
        }
        let transfer = self.send_rebuild(copy, host, bytes, after);
        let state = &mut self.data.copies[copy];
        state.hosts[host].rebuild.transfer = Some(transfer);
        state.running.push(host as u32);
    }

    /// Sets the bytes of a rebuild on their way: as fast as its own rate and the disk it writes to are, over what all rebuilds of its pool share.
    fn send_rebuild(&mut self, copy: CopyId, host: usize, bytes: u64, after: Span) -> TransferId {
        let model = &self.scenario.copies[copy];
        let unit = model.hosts[host];
        let disk = self.scenario.class_of(unit).disk.filter(|_| model.rebuild.onto == RebuildTarget::Replacement);
        let cap = Bandwidth::least([model.rebuild.rate, disk]);
        let pool = pool_size(model).and_then(|size| self.data.transfers.pool_side(copy, host / size));
        let freight = Freight { bytes, cap, priority: PRIORITY, sides: [pool, None], between: None };
        self.begin_transfer(Moves::Rebuild { copy, unit }, freight, after)
    }
}

/// Nodes whose disks work for each other's rebuilds; `None` when every rebuild has a disk of its own to wait for.
fn pool_size(copy: &DataCopy) -> Option<usize> {
    let (all, width) = (copy.hosts.len(), copy.scheme.width() as usize);
    match (copy.rebuild.onto, copy.placement) {
        (RebuildTarget::Replacement, Placement::Clustered) => Some(width),
        (RebuildTarget::Replacement, _) => None,
        (RebuildTarget::Others, Placement::Declustered { pool }) => Some((pool as usize).clamp(width, all)),
        (RebuildTarget::Others, _) => Some(all),
    }
}

/// Bytes per second that the disks of each pool of a copy can make again, all rebuilds together. In a pool of one stripe's width all the others
/// are read from end to end: as fast as one disk. Where fragments are made on other nodes all disks share the reads of a repair and the write.
pub(super) fn pool_rates(scenario: &Scenario, copy: CopyId) -> impl Iterator<Item = f64> {
    let model = &scenario.copies[copy];
    let size = pool_size(model).unwrap_or(usize::MAX);
    let disks = match model.rebuild.onto {
        RebuildTarget::Replacement => 1.0,
        RebuildTarget::Others => size.saturating_sub(1) as f64 / f64::from(model.scheme.repair_reads() + 1),
    };
    let limited = model.hosts.iter().all(|unit| scenario.class_of(*unit).disk.is_some());
    let pools = if limited && pool_size(model).is_some() { model.hosts.len() / size } else { 0 };
    model.hosts.chunks(size).take(pools).map(move |hosts| {
        let rates = hosts.iter().filter_map(|unit| scenario.class_of(*unit).disk);
        rates.map(|rate| rate.bytes_per_second() * disks).fold(f64::INFINITY, f64::min)
    })
}

impl CopyState {
    /// Puts what a host has lost into the order in which it is made again: what is half made, then by urgency, then what cannot be made now.
    /// Returns how many of them make the first transfer and how many there are.
    pub(super) fn line_up(&mut self, host: usize) -> (usize, usize) {
        if self.is_whole(host) {
            let count = self.count_on(host);
            return (count, count);
        }
        let (mut queue, mut done) = (std::mem::take(&mut self.hosts[host].queue), self.hosts[host].done);
        if self.hosts[host].untidy || 2 * done > queue.len() {
            queue.drain(..done);
            self.hosts[host].ascends = self.hosts[host].ascends.saturating_sub(done);
            done = 0;
        }
        let half_made = queue
            .get(done)
            .copied()
            .filter(|slot| self.hosts[host].rebuild.credit > 0.0 && self.is_lost(*slot) && self.can_mend(*slot));
        if self.hosts[host].untidy {
            queue.retain(|slot| self.is_lost(*slot) && self.placed.hosts[*slot as usize] as usize == host);
            self.hosts[host].untidy = !queue.is_empty();
            self.hosts[host].ascends = queue.len();
        }
        // Where no stripe misses more than one fragment all are of one urgency, and in their order.
        let left = queue.len() - done;
        let (count, blocked) = if self.in_danger() {
            self.order(host, &mut queue, done, half_made.is_some())
        } else {
            self.hosts[host].alarmed.clear();
            (left, false)
        };
        self.any_blocked |= blocked;
        let state = &mut self.hosts[host];
        (state.queue, state.done, state.rebuild.blocked) = (queue, done, blocked);
        if half_made.is_none() {
            state.rebuild.credit = 0.0;
        }
        (count, left)
    }

    /// Sorts what is left of a queue by urgency, what is equal as it was; the first one stays there when it is half made. Returns how many make
    /// the first transfer, and whether the last ones cannot be made now.
    ///
    /// Nearly all of them miss one fragment, and come in ascending order after a few that do not. Only the others are taken out and sorted; what
    /// is left closes up behind them.
    fn order(&mut self, host: usize, queue: &mut [u32], done: usize, half_made: bool) -> (usize, bool) {
        let (first, all) = (done + usize::from(half_made), queue.len());
        let known = self.hosts[host].ascends.max(first);
        // Without any redundancy none is like the others.
        let (usual, ascends) = if self.tolerance > 0 { (1, known.min(all)) } else { (0, all) };
        let mut alarmed = std::mem::take(&mut self.hosts[host].alarmed);
        alarmed.sort_unstable();
        alarmed.dedup();
        alarmed.retain_mut(|slot| {
            let place = queue[ascends..].binary_search(slot).ok().filter(|_| self.level_of(*slot) != usual);
            *slot = place.map_or(0, |place| (ascends + place) as u32);
            place.is_some()
        });
        let mut others = std::mem::take(&mut self.scratch);
        others.clear();
        others.extend(alarmed.iter().rev().map(|place| queue[*place as usize]));
        for (nth, place) in alarmed.iter().enumerate().rev() {
            let from = if nth == 0 { ascends } else { alarmed[nth - 1] as usize + 1 };
            queue.copy_within(from..*place as usize, from + alarmed.len() - nth);
        }
        let behind = ascends + alarmed.len();
        let mut place = behind;
        for from in (first..ascends).rev() {
            let slot = queue[from];
            if self.level_of(slot) == usual {
                place -= 1;
                queue[place] = slot;
            } else {
                others.push(slot);
            }
        }
        others.reverse();
        others.sort_by_key(|slot| {
            let blocked = !self.can_mend(*slot);
            (blocked, Reverse(if blocked { 0 } else { self.level_of(*slot) }))
        });
        let (urgent, blocked) = others.split_at(others.partition_point(|slot| self.can_mend(*slot)));
        let usual = first + urgent.len();
        queue[first..usual].copy_from_slice(urgent);
        if !blocked.is_empty() {
            queue.copy_within(place.., usual);
            queue[all - blocked.len()..].copy_from_slice(blocked);
        }
        let count = match urgent.first() {
            Some(most) => urgent.partition_point(|slot| self.level_of(*slot) == self.level_of(*most)),
            None => all - first - blocked.len(),
        };
        let result = (first - done + count, !blocked.is_empty());
        self.hosts[host].ascends = if blocked.is_empty() { behind } else { all };
        alarmed.clear();
        self.hosts[host].alarmed = alarmed;
        self.scratch = others;
        result
    }

    /// True when a fragment may be put on a host.
    fn has_room(&self, host: usize, slot: u32, strict: bool) -> bool {
        if self.hosts[host].away || self.is_whole(host) {
            return false;
        }
        let stripe = self.placed.stripe(slot);
        let mut others =
            self.slots_of(stripe).filter(|other| *other != slot).map(|other| self.placed.hosts[other as usize]);
        if strict && !self.domain_of.is_empty() {
            let domain = self.domain_of[host];
            return others.all(|other| other as usize != host && self.domain_of[other as usize] != domain);
        }
        others.all(|other| other as usize != host) && self.placed.hosts[slot as usize] as usize != host
    }

    fn forget_transfer(&mut self, host: usize) {
        if self.hosts[host].rebuild.transfer.take().is_some()
            && let Some(place) = self.running.iter().position(|other| *other as usize == host)
        {
            self.running.swap_remove(place);
        }
    }
}

//! What every copy has lost, and what of it can be read.
//!
//! A fragment is lost until it is rebuilt, and missing while it is lost or its node is away; a stripe can be read while what is missing of it
//! can be decoded. Most of the time at most one node of a copy is away or has lost its data. Then nothing is counted per stripe: all that this
//! says is known without. The books of the stripes are opened (`unfold`) when a second node follows.
//!
//! Knows no time and moves no byte: `rebuild` says when a fragment is lost, made again or put elsewhere.

mod absence;

use super::TransferId;
use super::latent::Latents;
use super::placement::{Placed, domains};
use super::stripes::Stripes;
use crate::engine::Rng;
use crate::model::{CopyId, Placement, RebuildTarget, Scenario};
use crate::quantity::SimTime;

/// One copy.
#[derive(Clone, Debug)]
pub(in crate::simulation) struct CopyState {
    pub(super) placed: Placed,
    pub(super) fragment_bytes: f64,
    pub(super) hosts: Vec<Host>,
    tolerance: u8,
    /// The only host that is away or has lost its data, while the books of the stripes are closed.
    sole: Option<u32>,
    lost: Stripes,
    missing: Stripes,
    /// One bit for each slot that is lost, books open.
    lost_bits: Vec<u64>,
    lost_slots: u32,
    /// Hosts with fragments that are away.
    away_hosts: u32,
    /// The host that went away last, books open, while it is counted only where it matters: see `go_lightly`.
    light: Option<u32>,
    /// Slots of the light host that are counted among the missing.
    counted: Vec<u32>,
    /// Hosts that something happened to since the trial began.
    stirred: Vec<u32>,
    /// Hosts whose rebuild moves bytes.
    pub(super) running: Vec<u32>,
    /// Hosts whose rebuild should be thought over, as one of its stripes is closer to loss than before.
    pub(super) urgent: Vec<u32>,
    /// Stripes that crossed the border to loss; some may have come back.
    crossed: Vec<u32>,
    /// Slots that have moved, and where from.
    moves: Vec<(u32, u32)>,
    /// What each host that has a list of its own holds.
    guests: Vec<Vec<u32>>,
    /// Domain of each host at the level that the placement spreads over; empty when nothing is rebuilt elsewhere.
    pub(super) domain_of: Vec<u32>,
    pub(super) latents: Latents,
    /// Chooses new hosts; begun with the first one in a trial.
    pub(super) chooser: Option<Rng>,
    pub(super) scratch: Vec<u32>,
}

/// A node as one copy sees it.
#[derive(Clone, Default, Debug)]
pub(super) struct Host {
    pub away: bool,
    /// Everything is lost, books closed.
    whole: bool,
    stirred: bool,
    urgent: bool,
    /// It has a list of its own, some of which may have moved on, and holds so many more than designed.
    own: bool,
    stale: bool,
    moved: isize,
    /// Something was written off: what is in the queue may not be lost.
    pub untidy: bool,
    /// Lost slots in the order in which they are rebuilt, books open; those before `done` are rebuilt.
    pub queue: Vec<u32>,
    pub done: usize,
    pub rebuild: Progress,
}

/// Where the rebuild of a host stands.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Progress {
    pub transfer: Option<TransferId>,
    /// What the transfer moves: slots `first..end` of the queue, less the bytes that the first one has already.
    pub first: usize,
    pub end: usize,
    pub credit: f64,
    pub bytes: u64,
    /// Nobody notices before.
    pub ready_at: SimTime,
    /// Some slots have to wait for others to come back.
    pub blocked: bool,
    /// It has begun, and is not done.
    pub begun: bool,
}

/// What the rest of the world may see change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Standing {
    pub lost_stripes: u32,
    unreadable_stripes: u32,
    degree: u32,
}

impl CopyState {
    pub fn new(scenario: &Scenario, id: CopyId) -> Self {
        let copy = &scenario.copies[id];
        let placed = Placed::new(scenario, id);
        let (hosts, stripes, slots) = (copy.hosts.len(), placed.stripes(), placed.hosts.len());
        let size = scenario.datasets[copy.dataset].size.get() as f64;
        let elsewhere = copy.rebuild.onto == RebuildTarget::Others;
        let mut domain_of = Vec::new();
        if let (true, Placement::Spread(level)) = (elsewhere, copy.placement) {
            domain_of.resize(hosts, 0);
            for (nth, members) in domains(scenario, copy, level).iter().enumerate() {
                for host in members {
                    domain_of[*host as usize] = nth as u32;
                }
            }
        }
        Self {
            placed,
            fragment_bytes: size * copy.scheme.fragment_share() / f64::from(copy.stripes),
            hosts: vec![Host::default(); hosts],
            tolerance: copy.scheme.tolerance() as u8,
            sole: None,
            lost: Stripes::new(copy.scheme, stripes),
            missing: Stripes::new(copy.scheme, stripes),
            lost_bits: vec![0; slots.div_ceil(64)],
            lost_slots: 0,
            away_hosts: 0,
            light: None,
            counted: Vec::new(),
            stirred: Vec::new(),
            running: Vec::new(),
            urgent: Vec::new(),
            crossed: Vec::new(),
            moves: Vec::new(),
            guests: vec![Vec::new(); if elsewhere { hosts } else { 0 }],
            domain_of,
            latents: Latents::default(),
            chooser: None,
            scratch: Vec::new(),
        }
    }

    /// Everything as at the start of a trial; costs as much as has happened.
    pub fn reset(&mut self) {
        for nth in 0..self.stirred.len() {
            let host = &mut self.hosts[self.stirred[nth] as usize];
            for slot in &host.queue {
                self.lost_bits[*slot as usize / 64] = 0;
            }
            let mut queue = std::mem::take(&mut host.queue);
            queue.clear();
            *host = Host { queue, ..Host::default() };
        }
        self.stirred.clear();
        self.sole = None;
        self.light = None;
        self.counted.clear();
        self.lost.reset();
        self.missing.reset();
        (self.lost_slots, self.away_hosts) = (0, 0);
        self.running.clear();
        self.urgent.clear();
        self.crossed.clear();
        while let Some((slot, from)) = self.moves.pop() {
            self.placed.hosts[slot as usize] = from;
        }
        self.latents.reset();
        self.chooser = None;
    }

    /// True while no stripe has lost too much.
    pub fn intact(&self) -> bool {
        self.lost.over() == 0
    }

    /// True while every stripe can be read.
    pub fn readable(&self) -> bool {
        self.missing.over() == 0
    }

    /// True when all of it could be read if it were written anew now: no stripe has more on hosts that are away than it can do without.
    pub fn can_be_written(&self) -> bool {
        if self.away_hosts <= u32::from(self.tolerance) {
            return true;
        }
        let mut away = std::collections::BTreeMap::new();
        for host in self.stirred.iter().map(|host| *host as usize).filter(|host| self.hosts[*host].away) {
            let list = if self.hosts[host].own { &self.guests[host] } else { self.placed.of_host(host) };
            for slot in list.iter().filter(|slot| self.placed.hosts[**slot as usize] as usize == host) {
                let count = away.entry(self.placed.stripe(*slot)).or_insert(0_u8);
                *count += 1;
                if *count > self.tolerance {
                    return false;
                }
            }
        }
        true
    }

    /// Share of the stripes that has lost too much.
    pub fn lost_share(&self) -> f64 {
        f64::from(self.lost.over()) / self.placed.stripes() as f64
    }

    /// Further nodes that may go missing, whichever they are.
    pub fn degree(&self) -> u32 {
        let least = u8::from(self.sole.is_some() || self.light.is_some());
        let worst = self.missing.worst().max(least);
        u32::from(self.tolerance.saturating_sub(worst))
    }

    /// Takes the stripes that have lost too much for empty ones, so that each counts once; how many they were.
    pub fn write_off(&mut self) -> u32 {
        let mut count = 0;
        for stripe in std::mem::take(&mut self.crossed) {
            if !self.lost.is_over(stripe) {
                continue;
            }
            count += 1;
            for slot in self.slots_of(stripe) {
                if self.is_lost(slot) {
                    self.mend(slot);
                    let host = &mut self.hosts[self.placed.hosts[slot as usize] as usize];
                    host.untidy = true;
                    // What is being rebuilt right now can be decoded, and so is not among what is written off.
                    let from = if host.rebuild.transfer.is_some() { host.rebuild.end } else { host.done };
                    if let Some(place) = host.queue[from..].iter().position(|other| *other == slot) {
                        host.queue.remove(from + place);
                    }
                }
            }
        }
        count
    }

    pub(super) fn standing(&self) -> Standing {
        Standing { lost_stripes: self.lost.over(), unreadable_stripes: self.missing.over(), degree: self.degree() }
    }

    /// The slots of a stripe.
    pub(super) const fn slots_of(&self, stripe: u32) -> std::ops::Range<u32> {
        stripe * self.placed.width..(stripe + 1) * self.placed.width
    }

    /// Number of fragments that lie on a host now.
    pub(super) fn count_on(&self, host: usize) -> usize {
        self.placed.of_host(host).len().strict_add_signed(self.hosts[host].moved)
    }

    /// The fragments that lie on a host now, into `list`.
    fn list_on(&mut self, host: usize, list: &mut Vec<u32>) {
        list.clear();
        if self.hosts[host].own {
            self.purge(host);
            list.extend_from_slice(&self.guests[host]);
        } else {
            list.extend_from_slice(self.placed.of_host(host));
        }
    }

    /// Gives a host that something moves to or from a list of its own, instead of the one that it has by design.
    fn own_list(&mut self, host: usize) {
        self.stir(host);
        if !std::mem::replace(&mut self.hosts[host].own, true) {
            self.guests[host].clear();
            self.guests[host].extend_from_slice(self.placed.of_host(host));
        }
    }

    /// Strikes off the list of a host what has moved on.
    fn purge(&mut self, host: usize) {
        if std::mem::take(&mut self.hosts[host].stale) {
            let hosts = &self.placed.hosts;
            self.guests[host].retain(|slot| hosts[*slot as usize] == host as u32);
        }
    }

    #[inline]
    pub(super) fn is_lost(&self, slot: u32) -> bool {
        self.lost_bits[slot as usize / 64] >> (slot % 64) & 1 == 1
    }

    /// True when a host has lost something, books open or closed.
    pub(super) fn has_lost(&self, host: usize) -> bool {
        self.hosts[host].whole || self.hosts[host].done < self.hosts[host].queue.len()
    }

    /// True when a host has lost all it had and nothing else has happened.
    pub(super) fn is_whole(&self, host: usize) -> bool {
        self.hosts[host].whole
    }

    /// True when some stripe misses more than one fragment or more than it can, books open.
    pub(super) fn in_danger(&self) -> bool {
        self.missing.worst() > u8::from(self.tolerance > 0)
    }

    /// True when a slot can be made again now: enough others are there.
    #[inline]
    pub(super) fn can_mend(&self, slot: u32) -> bool {
        !self.missing.is_over(self.placed.stripe(slot))
    }

    /// How close to loss the stripe of a slot is.
    #[inline]
    pub(super) fn level_of(&self, slot: u32) -> u8 {
        self.missing.level(self.placed.stripe(slot))
    }

    /// True when a stripe has lost something, books open.
    pub(super) fn has_gap(&self, stripe: u32) -> bool {
        self.lost.level(stripe) > 0
    }

    fn stir(&mut self, host: usize) {
        if !std::mem::replace(&mut self.hosts[host].stirred, true) {
            self.stirred.push(host as u32);
        }
    }

    /// All that a host stored is gone.
    pub(super) fn lose(&mut self, host: usize) {
        self.stir(host);
        if self.count_on(host) == 0 {
            return;
        }
        let idle = self.away_hosts == 0 && self.lost_slots == 0;
        match self.sole {
            Some(sole) if sole as usize == host => {
                self.hosts[host].whole = true;
                return;
            }
            Some(_) => self.unfold(),
            None if idle && self.tolerance > 0 => {
                self.sole = Some(host as u32);
                self.hosts[host].whole = true;
                return;
            }
            None => {}
        }
        let light = self.light == Some(host as u32);
        if light {
            self.come_lightly();
        }
        let counted = self.hosts[host].away && !light;
        let mut list = std::mem::take(&mut self.scratch);
        self.list_on(host, &mut list);
        for slot in &list {
            self.lose_from(host, *slot, counted);
        }
        self.scratch = list;
    }

    /// One fragment is gone, books open.
    pub(super) fn lose_slot(&mut self, slot: u32) {
        let host = self.placed.hosts[slot as usize] as usize;
        self.stir(host);
        if self.light == Some(host as u32) {
            self.count_light();
        }
        self.lose_from(host, slot, self.hosts[host].away);
    }

    /// The same where it is known which host it lies on, and whether it is counted among the missing.
    fn lose_from(&mut self, host: usize, slot: u32, counted: bool) {
        if self.is_lost(slot) {
            return;
        }
        let (stripe, position) = self.place_of(slot);
        self.count_light_in(stripe);
        self.lost_bits[slot as usize / 64] |= 1 << (slot % 64);
        self.lost_slots += 1;
        self.hosts[host].queue.push(slot);
        let was_over = self.lost.is_over(stripe);
        self.lost.take(stripe, position);
        if self.lost.is_over(stripe) && !was_over {
            self.crossed.push(stripe);
        }
        if !counted {
            self.missing.take(stripe, position);
        }
        if self.missing.level(stripe) > 1 {
            self.alarm(stripe);
        }
    }

    /// A lost fragment is there again, where it was.
    pub(super) fn mend(&mut self, slot: u32) {
        self.mend_at(self.placed.hosts[slot as usize] as usize, slot);
    }

    /// The same where it is known which host it lies on: looking that up takes longer than all the rest.
    pub(super) fn mend_at(&mut self, host: usize, slot: u32) {
        let (stripe, position) = self.place_of(slot);
        self.lost_bits[slot as usize / 64] &= !(1 << (slot % 64));
        self.lost_slots -= 1;
        self.lost.give(stripe, position);
        if !self.hosts[host].away {
            self.missing.give(stripe, position);
        }
    }

    /// A lost fragment is there again, on another host that is there.
    pub(super) fn mend_on(&mut self, slot: u32, to: usize) {
        let (stripe, position) = self.place_of(slot);
        let from = self.placed.hosts[slot as usize];
        self.own_list(from as usize);
        self.own_list(to);
        self.purge(to);
        self.placed.hosts[slot as usize] = to as u32;
        self.moves.push((slot, from));
        self.guests[to].push(slot);
        self.hosts[from as usize].stale = true;
        self.hosts[from as usize].moved -= 1;
        self.hosts[to].moved += 1;
        if self.hosts[from as usize].away && self.count_on(from as usize) == 0 {
            self.away_hosts -= 1;
        }
        self.lost_bits[slot as usize / 64] &= !(1 << (slot % 64));
        self.lost_slots -= 1;
        self.lost.give(stripe, position);
        self.missing.give(stripe, position);
    }

    /// The only host that had lost its data has them again; true when that was all.
    pub(super) fn mend_whole(&mut self, host: usize) -> bool {
        if self.sole != Some(host as u32) {
            return false;
        }
        self.hosts[host].whole = false;
        if !self.hosts[host].away {
            self.sole = None;
        }
        true
    }

    /// Everything that was lost is there again.
    pub(super) fn mend_all(&mut self) {
        for nth in 0..self.stirred.len() {
            let host = self.stirred[nth] as usize;
            if self.hosts[host].whole {
                self.mend_whole(host);
            }
            for slot in std::mem::take(&mut self.hosts[host].queue) {
                if self.is_lost(slot) {
                    self.mend(slot);
                }
            }
            self.hosts[host].done = 0;
            self.hosts[host].rebuild = Progress::default();
        }
        self.crossed.clear();
        self.running.clear();
    }

    /// Opens the books of the stripes.
    pub(super) fn unfold(&mut self) {
        let Some(sole) = self.sole.take() else { return };
        let mut list = std::mem::take(&mut self.scratch);
        self.list_on(sole as usize, &mut list);
        let whole = std::mem::take(&mut self.hosts[sole as usize].whole);
        for slot in &list {
            let (stripe, position) = self.place_of(*slot);
            self.missing.take(stripe, position);
            if whole {
                self.lost.take(stripe, position);
                self.lost_bits[*slot as usize / 64] |= 1 << (slot % 64);
            }
        }
        if whole {
            self.lost_slots += list.len() as u32;
            let host = &mut self.hosts[sole as usize];
            host.queue.clear();
            host.queue.extend_from_slice(&list);
            host.done = 0;
        }
        self.scratch = list;
    }

    #[inline]
    fn place_of(&self, slot: u32) -> (u32, u32) {
        let stripe = self.placed.stripe(slot);
        (stripe, slot - stripe * self.placed.width)
    }

    /// A stripe is closer to loss than before: its rebuilds are thought over.
    fn alarm(&mut self, stripe: u32) {
        if !self.has_gap(stripe) {
            return;
        }
        for slot in self.slots_of(stripe) {
            let host = self.placed.hosts[slot as usize];
            if self.is_lost(slot) && !std::mem::replace(&mut self.hosts[host as usize].urgent, true) {
                self.urgent.push(host);
            }
        }
    }

    /// A host whose rebuild should be thought over, if there is one.
    pub(super) fn next_urgent(&mut self) -> Option<usize> {
        let host = self.urgent.pop()? as usize;
        self.hosts[host].urgent = false;
        Some(host)
    }

    /// Hosts that wait for others to come back.
    pub(super) fn blocked(&self) -> Vec<usize> {
        let all = self.stirred.iter().map(|host| *host as usize);
        all.filter(|host| self.hosts[*host].rebuild.blocked).collect()
    }
}

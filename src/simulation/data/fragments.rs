//! What every copy has lost, and what of it can be read.
//!
//! A fragment is lost until it is rebuilt, and missing while it is lost or its node is away; a stripe can be read while what is missing of it
//! can be decoded. Most of the time at most one node of a copy is away or has lost its data, or two are away that have lost nothing. Then nothing
//! is counted per stripe: all that this says is known without. The books of the stripes are opened (`unfold`) when another node follows. What is
//! counted is what is missing; how much of a stripe is lost is asked only where too much of it is missing.
//!
//! Knows no time and moves no byte: `rebuild` says when a fragment is lost, made again or put elsewhere.

mod absence;
mod books;
mod losses;

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
    /// What is lost is made again where it was.
    pub(super) in_place: bool,
    pub(super) hosts: Vec<Host>,
    pub(super) tolerance: u8,
    /// Nobody but the books asks how many more nodes may go: there is no other copy, and no backup.
    pub(super) plain: bool,
    /// It is plain, and of one missing node there is nothing to say that is not known beforehand: see `calm`.
    pub(super) calm: bool,
    /// The only host that is away or has lost its data, while the books of the stripes are closed.
    sole: Option<u32>,
    /// Another one that is away, while neither has lost anything; and whether they share a stripe.
    second: Option<(u32, bool)>,
    missing: Stripes,
    /// One bit for each slot that is lost, books open.
    lost_bits: Vec<u64>,
    lost_slots: u32,
    /// Stripes that have lost too much.
    lost_stripes: u32,
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
    /// Some host may wait for others to come back.
    pub(super) any_blocked: bool,
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
    /// From here on the queue ascends.
    pub ascends: usize,
    /// Lost slots whose stripe came closer to loss since the queue was last put in order: the only ones of those that ascend that are urgent.
    pub alarmed: Vec<u32>,
    pub rebuild: Progress,
}

impl Host {
    /// Slots have been lost, in this order; none of its own list, which need not, if they ascend.
    fn queue_up(&mut self, slots: &[u32]) {
        if self.own {
            self.ascends = self.queue.len() + slots.len();
        } else if self.queue.last() > slots.first() {
            self.ascends = self.queue.len();
        }
        self.queue.extend_from_slice(slots);
    }
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

/// The fragments that lie on a host now, if what has moved on is struck off its own list.
fn list_of<'a>(placed: &'a Placed, guests: &'a [Vec<u32>], hosts: &[Host], host: usize) -> &'a [u32] {
    if hosts[host].own { &guests[host] } else { placed.of_host(host) }
}

#[inline]
fn has_bit(bits: &[u64], slot: u32) -> bool {
    bits[slot as usize / 64] >> (slot % 64) & 1 == 1
}

impl Standing {
    /// True when two differ in how many more nodes may go, if in anything.
    pub fn reads_like(self, other: Self) -> bool {
        Self { degree: other.degree, ..self } == other
    }
}

impl CopyState {
    pub fn new(scenario: &Scenario, id: CopyId) -> Self {
        let copy = &scenario.copies[id];
        let placed = Placed::new(scenario, id);
        let (hosts, stripes, slots) = (copy.hosts.len(), placed.stripes(), placed.hosts.len());
        let dataset = &scenario.datasets[copy.dataset];
        let size = dataset.size.get() as f64;
        let plain = dataset.copies.len() == 1 && scenario.backups.iter().all(|backup| backup.of != copy.dataset);
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
            in_place: !elsewhere,
            tolerance: copy.scheme.tolerance() as u8,
            plain,
            calm: plain && !elsewhere && copy.latent.is_none() && copy.scheme.tolerance() > 0,
            sole: None,
            second: None,
            missing: Stripes::new(copy.scheme, stripes),
            lost_bits: vec![0; slots.div_ceil(64)],
            lost_slots: 0,
            lost_stripes: 0,
            away_hosts: 0,
            light: None,
            counted: Vec::new(),
            stirred: Vec::new(),
            running: Vec::new(),
            urgent: Vec::new(),
            any_blocked: false,
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
            let (mut queue, mut alarmed) = (std::mem::take(&mut host.queue), std::mem::take(&mut host.alarmed));
            queue.clear();
            alarmed.clear();
            *host = Host { queue, alarmed, ..Host::default() };
        }
        self.stirred.clear();
        (self.sole, self.second, self.light) = (None, None, None);
        self.counted.clear();
        self.missing.reset();
        (self.lost_slots, self.lost_stripes, self.away_hosts) = (0, 0, 0);
        self.any_blocked = false;
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
        self.lost_stripes == 0
    }

    /// True while nothing is missing.
    pub fn untouched(&self) -> bool {
        self.away_hosts == 0 && self.lost_slots == 0 && self.sole.is_none()
    }

    /// True while nothing is missing but what one host holds, which is away.
    pub fn misses_only(&self, host: usize) -> bool {
        self.sole == Some(host as u32) && self.second.is_none() && self.hosts[host].away
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
        f64::from(self.lost_stripes) / self.placed.stripes() as f64
    }

    /// Further nodes that may go missing, whichever they are.
    pub fn degree(&self) -> u32 {
        let least = u8::from(self.sole.is_some() || self.light.is_some());
        let least = least + u8::from(self.second.is_some_and(|(_, shares)| shares));
        let worst = self.missing.worst().max(least);
        u32::from(self.tolerance.saturating_sub(worst))
    }

    #[inline]
    pub(super) fn standing(&self) -> Standing {
        Standing { lost_stripes: self.lost_stripes, unreadable_stripes: self.missing.over(), degree: self.degree() }
    }

    /// The slots of a stripe.
    pub(super) const fn slots_of(&self, stripe: u32) -> std::ops::Range<u32> {
        stripe * self.placed.width..(stripe + 1) * self.placed.width
    }

    /// Number of fragments that lie on a host now.
    #[inline]
    pub(super) fn count_on(&self, host: usize) -> usize {
        self.placed.count_of(host).strict_add_signed(self.hosts[host].moved)
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
        has_bit(&self.lost_bits, slot)
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
        self.slots_of(stripe).any(|slot| self.is_lost(slot))
    }

    fn stir(&mut self, host: usize) {
        if !std::mem::replace(&mut self.hosts[host].stirred, true) {
            self.stirred.push(host as u32);
        }
    }

    #[inline]
    fn place_of(&self, slot: u32) -> (u32, u32) {
        self.placed.place_of(slot)
    }

    /// A stripe is closer to loss than before: its rebuilds are thought over.
    fn alarm(&mut self, stripe: u32) {
        if self.lost_slots == 0 {
            return;
        }
        for slot in self.slots_of(stripe) {
            if self.is_lost(slot) {
                let host = self.placed.hosts[slot as usize];
                let state = &mut self.hosts[host as usize];
                state.alarmed.push(slot);
                if !std::mem::replace(&mut state.urgent, true) {
                    self.urgent.push(host);
                }
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
    pub(super) fn blocked(&mut self) -> Vec<usize> {
        if !self.any_blocked {
            return Vec::new();
        }
        let all = self.stirred.iter().map(|host| *host as usize);
        let blocked: Vec<usize> = all.filter(|host| self.hosts[*host].rebuild.blocked).collect();
        self.any_blocked = !blocked.is_empty();
        blocked
    }
}

//! Fragments that are lost, made again, or written off, one after the other.

use super::{CopyState, Progress};

impl CopyState {
    /// One fragment is gone, books open.
    pub(in crate::simulation::data) fn lose_slot(&mut self, slot: u32) {
        let host = self.placed.hosts[slot as usize] as usize;
        self.stir(host);
        if self.light == Some(host as u32) {
            self.count_light();
        }
        if self.is_lost(slot) {
            return;
        }
        let (stripe, position) = self.place_of(slot);
        self.count_light_in(stripe);
        self.lost_bits[slot as usize / 64] |= 1 << (slot % 64);
        self.lost_slots += 1;
        self.hosts[host].queue_up(&[slot]);
        if !self.hosts[host].away {
            self.missing.take(stripe, position);
        }
        self.heed(slot);
    }

    /// A fragment has just been lost: its stripe may be closer to loss than before, or beyond.
    pub(super) fn heed(&mut self, slot: u32) {
        let stripe = self.placed.stripe(slot);
        // What is lost is missing: only here can too much of it be lost.
        let over = self.missing.is_over(stripe) && self.is_beyond(stripe, None);
        if over && !self.is_beyond(stripe, Some(slot)) {
            self.lost_stripes += 1;
            self.crossed.push(stripe);
        }
        if self.missing.level(stripe) > 1 {
            self.alarm(stripe);
        }
    }

    /// True when too much of a stripe is lost, one of its slots not counted.
    fn is_beyond(&self, stripe: u32, without: Option<u32>) -> bool {
        let lost = self.slots_of(stripe).filter(|slot| Some(*slot) != without && self.is_lost(*slot));
        self.missing.level_of(lost.map(|slot| self.placed.place_of(slot).1)) > self.tolerance
    }

    /// A fragment is lost no more.
    fn regain(&mut self, slot: u32) {
        let stripe = self.placed.stripe(slot);
        if self.lost_stripes > 0 && self.is_beyond(stripe, None) && !self.is_beyond(stripe, Some(slot)) {
            self.lost_stripes -= 1;
        }
        self.lost_bits[slot as usize / 64] &= !(1 << (slot % 64));
        self.lost_slots -= 1;
    }

    /// A lost fragment is there again, where it was.
    pub(in crate::simulation::data) fn mend(&mut self, slot: u32) {
        self.mend_at(self.placed.hosts[slot as usize] as usize, slot);
    }

    /// The same where it is known which host it lies on: looking that up takes longer than all the rest.
    pub(in crate::simulation::data) fn mend_at(&mut self, host: usize, slot: u32) {
        let (stripe, position) = self.place_of(slot);
        self.regain(slot);
        if !self.hosts[host].away {
            self.missing.give(stripe, position);
        }
    }

    /// A lost fragment is there again, on another host that is there.
    pub(in crate::simulation::data) fn mend_on(&mut self, slot: u32, to: usize) {
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
        self.regain(slot);
        self.missing.give(stripe, position);
    }

    /// The only host that had lost its data has them again; true when that was all.
    pub(in crate::simulation::data) fn mend_whole(&mut self, host: usize) -> bool {
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
    pub(in crate::simulation::data) fn mend_all(&mut self) {
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
            (self.hosts[host].done, self.hosts[host].ascends) = (0, 0);
            self.hosts[host].rebuild = Progress::default();
        }
        self.crossed.clear();
        self.running.clear();
    }

    /// Takes the stripes that have lost too much for empty ones, so that each counts once; how many they were.
    pub fn write_off(&mut self) -> u32 {
        let mut count = 0;
        for stripe in std::mem::take(&mut self.crossed) {
            if !self.is_beyond(stripe, None) {
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
}

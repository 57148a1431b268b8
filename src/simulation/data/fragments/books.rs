//! The books of the stripes: opened when a second host follows the first, and kept for whole hosts at a time.

use super::{CopyState, has_bit, list_of};

impl CopyState {
    /// Opens the books of the stripes.
    pub(in crate::simulation::data) fn unfold(&mut self) {
        let Some(sole) = self.sole.take() else { return };
        let host = sole as usize;
        self.purge(host);
        let (placed, missing) = (&self.placed, &mut self.missing);
        let list = list_of(placed, &self.guests, &self.hosts, host);
        missing.take_all(list.iter().map(|slot| placed.place_of(*slot)));
        if self.hosts[host].whole {
            for slot in list {
                self.lost_bits[*slot as usize / 64] |= 1 << (slot % 64);
            }
            self.lost_slots += list.len() as u32;
            let host = &mut self.hosts[host];
            (host.whole, host.done, host.ascends) = (false, 0, 0);
            host.queue.clear();
            host.queue_up(list);
        }
        if let Some((second, _)) = self.second.take() {
            self.go_lightly(second as usize);
        }
    }

    /// All that a host stored is gone.
    pub(in crate::simulation::data) fn lose(&mut self, host: usize) {
        self.stir(host);
        if self.count_on(host) == 0 {
            return;
        }
        let idle = self.away_hosts == 0 && self.lost_slots == 0;
        match self.sole {
            Some(sole) if sole as usize == host && self.second.is_none() => {
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
        self.count_light();
        self.lose_all(host, self.hosts[host].away && !light);
    }

    /// All that a host has not lost yet is, books open; `counted` when it is among the missing already.
    fn lose_all(&mut self, host: usize, counted: bool) {
        self.purge(host);
        let list = list_of(&self.placed, &self.guests, &self.hosts, host);
        let mut queue = std::mem::take(&mut self.scratch);
        queue.clear();
        if self.has_lost(host) {
            queue.extend(list.iter().filter(|slot| !has_bit(&self.lost_bits, **slot)));
        } else {
            queue.extend_from_slice(list);
        }
        for slot in &queue {
            self.lost_bits[*slot as usize / 64] |= 1 << (slot % 64);
        }
        self.lost_slots += queue.len() as u32;
        self.hosts[host].queue_up(&queue);
        if !counted {
            let (placed, missing) = (&self.placed, &mut self.missing);
            missing.take_all(queue.iter().map(|slot| placed.place_of(*slot)));
        }
        for slot in &queue {
            // Most of its stripes have lost nothing else.
            if self.tolerance == 0 || self.level_of(*slot) > 1 {
                self.heed(*slot);
            }
        }
        self.scratch = queue;
    }

    /// What is lost of a stretch of the queue of a host is there again, where it was.
    pub(in crate::simulation::data) fn mend_stretch(&mut self, host: usize, stretch: std::ops::Range<usize>) {
        // After something was written off not all of it may be lost.
        if self.lost_stripes > 0 || self.hosts[host].untidy {
            for nth in stretch {
                let slot = self.hosts[host].queue[nth];
                if self.is_lost(slot) {
                    self.mend_at(host, slot);
                }
            }
            return;
        }
        let queue = &self.hosts[host].queue[stretch];
        self.lost_slots -= queue.len() as u32;
        for slot in queue {
            self.lost_bits[*slot as usize / 64] &= !(1 << (slot % 64));
        }
        if !self.hosts[host].away {
            let (placed, missing) = (&self.placed, &mut self.missing);
            missing.give_all(queue.iter().map(|slot| placed.place_of(*slot)));
        }
    }
}

//! Hosts that go away and come back with all they hold: most of them touch no stripe.

use super::{CopyState, has_bit, list_of};

impl CopyState {
    /// A host goes away or comes back.
    pub(in crate::simulation::data) fn set_away(&mut self, host: usize, away: bool) {
        if self.hosts[host].away == away {
            return;
        }
        self.stir(host);
        self.hosts[host].away = away;
        if self.count_on(host) == 0 {
            return; // and none can come to lie there while it is away
        }
        let idle = self.away_hosts == 0 && self.lost_slots == 0;
        self.away_hosts = self.away_hosts + u32::from(away) - u32::from(!away);
        match self.sole {
            Some(sole) if sole as usize == host => {
                if !away && !self.hosts[host].whole {
                    self.sole = self.second.take().map(|(second, _)| second);
                }
                return;
            }
            Some(_) if self.second.is_some_and(|(second, _)| second as usize == host) => {
                self.second = None;
                return;
            }
            Some(sole) if self.keeps_two() && !self.hosts[sole as usize].whole => {
                self.second = Some((host as u32, self.share_a_stripe(sole as usize, host)));
                return;
            }
            Some(_) => self.unfold(),
            None if idle && self.tolerance > 0 => {
                self.sole = Some(host as u32);
                return;
            }
            None => {}
        }
        if self.light == Some(host as u32) {
            return self.come_lightly();
        }
        if away {
            self.count_light();
            if self.tolerance > 0 && !self.has_lost(host) {
                return self.go_lightly(host);
            }
        } else if self.lost_slots == 0 && self.away_hosts == u32::from(self.light.is_some()) {
            self.counted.clear();
            return self.missing.reset();
        }
        self.purge(host);
        let (lost, bits) = (self.has_lost(host), &self.lost_bits);
        let list = list_of(&self.placed, &self.guests, &self.hosts, host);
        let kept = list.iter().filter(|slot| !(lost && has_bit(bits, **slot)));
        if !away {
            let (placed, missing) = (&self.placed, &mut self.missing);
            return missing.give_all(kept.map(|slot| placed.place_of(*slot)));
        }
        let kept: Vec<u32> = kept.copied().collect();
        for slot in kept {
            let (stripe, position) = self.place_of(slot);
            if self.missing.take(stripe, position) > 1 {
                self.alarm(stripe);
            }
        }
    }

    /// True when two hosts that are away, and have lost nothing, are known well enough by whether they share a stripe: nothing is rebuilt, every
    /// stripe can be read, and the further failures that are survived are one fewer if they do.
    fn keeps_two(&self) -> bool {
        self.second.is_none() && self.tolerance > 1 && self.missing.is_count() && self.guests.is_empty()
    }

    /// True when a stripe has fragments on both hosts, which hold what they do by design; most that share any share one of the first.
    fn share_a_stripe(&self, one: usize, other: usize) -> bool {
        let mut others = self.placed.of_host(other).iter().map(|slot| self.placed.stripe(*slot)).peekable();
        self.placed.of_host(one).iter().any(|slot| {
            let stripe = self.placed.stripe(*slot);
            while others.next_if(|other| *other < stripe).is_some() {}
            others.peek() == Some(&stripe)
        })
    }

    /// The host that went away last, and has lost nothing, is counted only where something else is missing: of its other stripes it is known
    /// that they miss one fragment. Most absences end before another begins, and then there is little to take back.
    pub(super) fn go_lightly(&mut self, host: usize) {
        self.light = Some(host as u32);
        self.purge(host);
        let (placed, missing) = (&self.placed, &self.missing);
        let list = list_of(placed, &self.guests, &self.hosts, host);
        let first = self.counted.len();
        let level = |slot: &u32| missing.level(placed.stripe(*slot));
        // Few stripes have anything to count: four at a time are passed over.
        for some in list.chunks(4).filter(|some| some.iter().fold(0, |any, slot| any | level(slot)) > 0) {
            self.counted.extend(some.iter().filter(|slot| level(slot) > 0));
        }
        for nth in first..self.counted.len() {
            let (stripe, position) = self.place_of(self.counted[nth]);
            if self.missing.take(stripe, position) > 1 {
                self.alarm(stripe);
            }
        }
    }

    /// The light host is back.
    pub(super) fn come_lightly(&mut self) {
        self.light = None;
        while let Some(slot) = self.counted.pop() {
            let (stripe, position) = self.place_of(slot);
            self.missing.give(stripe, position);
        }
    }

    /// Counts the light host everywhere.
    pub(super) fn count_light(&mut self) {
        let Some(light) = self.light.take() else { return };
        self.counted.clear();
        self.purge(light as usize);
        let (placed, missing) = (&self.placed, &mut self.missing);
        let list = list_of(placed, &self.guests, &self.hosts, light as usize);
        // Where something else is missing it is counted already.
        missing.take_clear(list.iter().map(|slot| placed.place_of(*slot)));
    }

    /// Counts the light host in a stripe that is about to lose its first fragment.
    pub(super) fn count_light_in(&mut self, stripe: u32) {
        let Some(light) = self.light.filter(|_| self.missing.level(stripe) == 0) else { return };
        let slot = self.slots_of(stripe).find(|slot| self.placed.hosts[*slot as usize] == light);
        if let Some(slot) = slot {
            self.missing.take(stripe, self.place_of(slot).1);
            self.counted.push(slot);
        }
    }
}

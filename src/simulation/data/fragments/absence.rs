//! Hosts that go away and come back with all they hold: most of them touch no stripe.

use super::CopyState;

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
                    self.sole = None;
                }
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
        let mut list = std::mem::take(&mut self.scratch);
        self.list_on(host, &mut list);
        for slot in &list {
            if self.is_lost(*slot) {
                continue;
            }
            let (stripe, position) = self.place_of(*slot);
            if !away {
                self.missing.give(stripe, position);
            } else if self.missing.take(stripe, position) > 1 {
                self.alarm(stripe);
            }
        }
        self.scratch = list;
    }

    /// The host that went away last, and has lost nothing, is counted only where something else is missing: of its other stripes it is known
    /// that they miss one fragment. Most absences end before another begins, and then there is little to take back.
    pub(super) fn go_lightly(&mut self, host: usize) {
        self.light = Some(host as u32);
        let mut list = std::mem::take(&mut self.scratch);
        self.list_on(host, &mut list);
        for slot in &list {
            let (stripe, position) = self.place_of(*slot);
            if self.missing.level(stripe) > 0 {
                self.counted.push(*slot);
                if self.missing.take(stripe, position) > 1 {
                    self.alarm(stripe);
                }
            }
        }
        self.scratch = list;
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
        let mut list = std::mem::take(&mut self.scratch);
        self.list_on(light as usize, &mut list);
        for slot in &list {
            let (stripe, position) = self.place_of(*slot);
            // Where something else is missing it is counted already.
            if self.missing.level(stripe) == 0 {
                self.missing.take(stripe, position);
            }
        }
        self.scratch = list;
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

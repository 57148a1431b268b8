//! Flows that meet nobody: they have what they cross for themselves, and need no tier to say how fast they are.
//!
//! A flow is *lone* while no other, of whatever class, crosses a resource of its own. It runs at its cap or at the lowest capacity on its way; its
//! work is counted in the same units as that of a tier. As soon as somebody else comes it enters the tiers with what it has left, and stays there:
//! filling then gives it the rate that it has, so that nobody can tell since when it is there.

use super::tier::NONE;
use super::{CAPACITY_MAX, Sharing};
use crate::id::Id as _;

/// What a lone flow is like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lone {
    pub priority: u8,
    pub cap: Option<u64>,
    pub level: u64,
    /// Work to be done from `since` on.
    pub left: u128,
    pub since: u64,
}

impl Lone {
    /// Work still to be done at `now`.
    pub fn left_at(&self, now: u64) -> u128 {
        self.left.saturating_sub(u128::from(self.level) * u128::from(now - self.since))
    }

    /// When it is done, if ever.
    fn end(&self) -> Option<u64> {
        let wait = match u64::try_from(self.left) {
            Ok(0) => 0,
            _ if self.level == 0 => return None,
            // Most are small enough for a division that takes a third of the time.
            Ok(left) => left.div_ceil(self.level),
            Err(_) => u64::try_from(self.left.div_ceil(u128::from(self.level))).ok()?,
        };
        self.since.checked_add(wait)
    }
}

impl Sharing {
    /// True when no flow crosses a resource.
    pub(super) fn is_idle(&self, resource: usize) -> bool {
        let resource = &self.resources[resource];
        resource.lone == NONE && resource.tiers.iter().all(|tier| self.tiers[*tier as usize].members.is_empty())
    }

    /// A flow over resources that are idle sets out.
    pub(super) fn set_out_alone(&mut self, slot: u32, left: u128, cap: Option<u64>, priority: u8) {
        for &resource in &self.flows[slot as usize].route {
            self.resources[resource.index()].lone = slot;
        }
        self.flows[slot as usize].lone = Some(Lone { priority, cap, level: 0, left, since: self.now });
        self.pace(slot);
    }

    /// Gives a lone flow the rate that it has from now on.
    pub(super) fn pace(&mut self, slot: u32) {
        let flow = &mut self.flows[slot as usize];
        let Some(lone) = &mut flow.lone else { return };
        lone.left = lone.left_at(self.now);
        lone.since = self.now;
        let capacities = flow.route.iter().map(|resource| self.resources[resource.index()].capacity);
        lone.level = capacities.chain(lone.cap).min().unwrap_or(CAPACITY_MAX);
        let end = lone.end().filter(|_| !flow.endless);
        self.lone_ends.set(slot, end.map(|end| (end, flow.sequence)));
    }

    /// Takes a flow off what it has for itself.
    pub(super) fn part(&mut self, slot: u32) -> Option<Lone> {
        let flow = &mut self.flows[slot as usize];
        let lone = flow.lone.take()?;
        for resource in &flow.route {
            self.resources[resource.index()].lone = NONE;
        }
        self.lone_ends.set(slot, None);
        Some(lone)
    }

    /// Somebody else comes to a resource: the lone flow there, if there is one, enters the tiers.
    pub(super) fn meet(&mut self, resource: usize) {
        let slot = self.resources[resource].lone;
        if slot != NONE
            && let Some(lone) = self.part(slot)
        {
            self.enter(slot, lone.left_at(self.now), lone.cap, lone.priority);
            self.settle();
        }
    }
}

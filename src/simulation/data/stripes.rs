//! How many fragments of every stripe are gone, and how bad that is.
//!
//! The *level* of a stripe is the number of arbitrary failures that its pattern of missing fragments is worth: it can be decoded while the
//! level is at most the tolerance of its scheme, and `tolerance - level` further failures are survived whichever they are.

use crate::model::Scheme;

/// Missing fragments of all stripes of a copy.
#[derive(Clone, Debug)]
pub(super) struct Stripes {
    tolerance: u8,
    levels: Vec<u8>,
    /// Only for local codes, where the level is not just the number of missing fragments: those of each group, and of the global parities.
    local: Option<Local>,
    /// Stripes at each level.
    at_level: Vec<u32>,
    /// Stripes that left level 0 since all were clear, unless they are too many to be worth a list.
    marks: Vec<u32>,
    listed: bool,
}

impl Stripes {
    pub fn new(scheme: Scheme, stripes: usize) -> Self {
        let local = match scheme {
            Scheme::Local { data, groups, .. } => {
                let parts = groups as usize + 1;
                Some(Local { group: data / groups + 1, parts, missing: vec![0; stripes * parts] })
            }
            Scheme::Replicas { .. } | Scheme::Erasure { .. } => None,
        };
        let mut at_level = vec![0; scheme.width() as usize + 2];
        at_level[0] = stripes as u32;
        let (tolerance, levels) = (scheme.tolerance() as u8, vec![0; stripes]);
        Self { tolerance, levels, local, at_level, marks: Vec::new(), listed: true }
    }

    /// Nothing is missing; costs as much as there was to forget.
    pub fn reset(&mut self) {
        if self.is_clear() {
            return;
        }
        if self.listed {
            for stripe in &self.marks {
                self.levels[*stripe as usize] = 0;
                if let Some(local) = &mut self.local {
                    local.of(*stripe).fill(0);
                }
            }
        } else {
            self.levels.fill(0);
            if let Some(local) = &mut self.local {
                local.missing.fill(0);
            }
        }
        self.at_level.fill(0);
        self.at_level[0] = self.levels.len() as u32;
        self.forget_marks();
    }

    fn forget_marks(&mut self) {
        self.marks.clear();
        self.listed = true;
    }

    /// Gives up the list of marks when it has become too long.
    fn shorten_marks(&mut self) {
        if self.marks.len() > self.levels.len() / 8 + 16 {
            self.marks.clear();
            self.listed = false;
        }
    }

    /// True while nothing is missing.
    #[inline]
    pub fn is_clear(&self) -> bool {
        self.at_level[0] as usize == self.levels.len()
    }

    #[inline]
    pub fn level(&self, stripe: u32) -> u8 {
        self.levels[stripe as usize]
    }

    /// True when too much of a stripe is missing.
    #[inline]
    pub fn is_over(&self, stripe: u32) -> bool {
        self.levels[stripe as usize] > self.tolerance
    }

    /// Stripes of which too much is missing.
    pub fn over(&self) -> u32 {
        if self.is_clear() { 0 } else { self.at_level[usize::from(self.tolerance) + 1..].iter().sum() }
    }

    /// Highest level of any stripe.
    pub fn worst(&self) -> u8 {
        if self.is_clear() {
            return 0;
        }
        self.at_level.iter().rposition(|count| *count > 0).unwrap_or(0) as u8
    }

    /// One more fragment of a stripe is missing; its new level.
    #[inline]
    pub fn take(&mut self, stripe: u32, position: u32) -> u8 {
        let was = self.levels[stripe as usize];
        if was == 0 && self.listed {
            self.marks.push(stripe);
            self.shorten_marks();
        }
        let now = match &mut self.local {
            None => was + 1,
            Some(local) => local.change(stripe, position, 1),
        };
        self.moved(stripe, was, now);
        now
    }

    /// A fragment of a stripe is there again.
    #[inline]
    pub fn give(&mut self, stripe: u32, position: u32) {
        let was = self.levels[stripe as usize];
        let now = match &mut self.local {
            None => was - 1,
            Some(local) => local.change(stripe, position, -1),
        };
        self.moved(stripe, was, now);
        if now == 0 && self.is_clear() {
            self.forget_marks();
        }
    }

    /// [`Self::take`] for many stripes, each once: nearly all of them miss nothing yet, and need not be counted one by one.
    #[inline]
    pub fn take_all(&mut self, places: impl Iterator<Item = (u32, u32)>) {
        if self.local.is_some() {
            return places.for_each(|(stripe, position)| _ = self.take(stripe, position));
        }
        let mut fresh = 0;
        for (stripe, _) in places {
            let level = &mut self.levels[stripe as usize];
            let was = *level;
            *level += 1;
            if was > 0 {
                self.at_level[was as usize] -= 1;
                self.at_level[was as usize + 1] += 1;
                continue;
            }
            fresh += 1;
            if self.listed {
                self.marks.push(stripe);
            }
        }
        self.at_level[0] -= fresh;
        self.at_level[1] += fresh;
        self.shorten_marks();
    }

    /// [`Self::take`] for those of many stripes, each once, that miss nothing yet.
    #[inline]
    pub fn take_clear(&mut self, places: impl Iterator<Item = (u32, u32)>) {
        let mut fresh = 0;
        for (stripe, position) in places {
            if self.levels[stripe as usize] > 0 {
                continue;
            }
            // One missing fragment is worth one failure, local code or not.
            self.levels[stripe as usize] = 1;
            if let Some(local) = &mut self.local {
                local.change(stripe, position, 1);
            }
            fresh += 1;
            if self.listed {
                self.marks.push(stripe);
            }
        }
        self.at_level[0] -= fresh;
        self.at_level[1] += fresh;
        self.shorten_marks();
    }

    /// [`Self::give`] for many stripes, each once: nearly all of them miss nothing else.
    #[inline]
    pub fn give_all(&mut self, places: impl Iterator<Item = (u32, u32)>) {
        if self.local.is_some() {
            return places.for_each(|(stripe, position)| self.give(stripe, position));
        }
        let mut clear = 0;
        for (stripe, _) in places {
            let level = &mut self.levels[stripe as usize];
            let was = *level;
            *level -= 1;
            if was > 1 {
                self.at_level[was as usize] -= 1;
                self.at_level[was as usize - 1] += 1;
            } else {
                clear += 1;
            }
        }
        self.at_level[1] -= clear;
        self.at_level[0] += clear;
        if self.is_clear() {
            self.forget_marks();
        }
    }

    /// True when the level of a stripe is the number of its missing fragments.
    pub const fn is_count(&self) -> bool {
        self.local.is_none()
    }

    /// The level of a stripe of which the fragments at these positions were all that is missing.
    pub fn level_of(&self, positions: impl Iterator<Item = u32>) -> u8 {
        let Some(local) = &self.local else { return positions.count() as u8 };
        let mut missing = vec![0; local.parts];
        positions.for_each(|position| missing[local.part(position)] += 1);
        local_level(&missing)
    }

    #[inline]
    fn moved(&mut self, stripe: u32, was: u8, now: u8) {
        self.levels[stripe as usize] = now;
        self.at_level[was as usize] -= 1;
        self.at_level[now as usize] += 1;
    }
}

/// Missing fragments of a local code by group. Positions: the groups one after the other, each with its parity at its end, then the global
/// parities.
#[derive(Clone, Debug)]
struct Local {
    /// Fragments of a group.
    group: u32,
    /// Groups, and one more for the global parities.
    parts: usize,
    /// Missing fragments of each part of each stripe.
    missing: Vec<u8>,
}

impl Local {
    fn of(&mut self, stripe: u32) -> &mut [u8] {
        &mut self.missing[stripe as usize * self.parts..][..self.parts]
    }

    /// The part that a position belongs to.
    fn part(&self, position: u32) -> usize {
        (position / self.group).min(self.parts as u32 - 1) as usize
    }

    /// Counts a fragment in or out; the new level of its stripe.
    fn change(&mut self, stripe: u32, position: u32, change: i8) -> u8 {
        let part = self.part(position);
        let missing = self.of(stripe);
        missing[part] = missing[part].strict_add_signed(change);
        local_level(missing)
    }
}

/// The level of a stripe of a local code, from the missing fragments of its groups and, last, of the global parities.
///
/// The code is taken to be maximally recoverable: every pattern is decoded that information theory allows (Gopalan, Huang, Simitci and
/// Yekhanin, "On the locality of codeword symbols", 2012). Each group mends one missing fragment itself; what is missing beyond that in the
/// groups, and missing global parities, must not be more than there are global parities.
pub(super) fn local_level(missing: &[u8]) -> u8 {
    let Some((global, groups)) = missing.split_last() else { return 0 };
    let beyond: u8 = groups.iter().map(|missing| missing.saturating_sub(1)).sum();
    // The first failure in a group costs nothing while no group has had one: that one failure more is survived, whichever it is.
    let any = groups.iter().any(|missing| *missing > 0);
    global + beyond + u8::from(any)
}

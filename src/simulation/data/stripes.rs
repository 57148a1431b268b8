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
    /// Stripes that left level 0 since the last reset; `None` once they are too many to be worth a list.
    marks: Option<Vec<u32>>,
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
        Self { tolerance: scheme.tolerance() as u8, levels: vec![0; stripes], local, at_level, marks: Some(Vec::new()) }
    }

    /// Nothing is missing; costs as much as there was to forget.
    pub fn reset(&mut self) {
        if let Some(marks) = &mut self.marks {
            for stripe in marks.drain(..) {
                self.levels[stripe as usize] = 0;
                if let Some(local) = &mut self.local {
                    local.of(stripe).fill(0);
                }
            }
        } else {
            self.levels.fill(0);
            if let Some(local) = &mut self.local {
                local.missing.fill(0);
            }
            self.marks = Some(Vec::new());
        }
        self.at_level.fill(0);
        self.at_level[0] = self.levels.len() as u32;
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
        if was == 0
            && let Some(marks) = &mut self.marks
        {
            marks.push(stripe);
            if marks.len() > self.levels.len() / 8 + 16 {
                self.marks = None;
            }
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
        if now == 0
            && self.is_clear()
            && let Some(marks) = &mut self.marks
        {
            marks.clear();
        }
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

    /// Counts a fragment in or out; the new level of its stripe.
    fn change(&mut self, stripe: u32, position: u32, change: i8) -> u8 {
        let part = (position / self.group).min(self.parts as u32 - 1) as usize;
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

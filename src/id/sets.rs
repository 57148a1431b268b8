//! What hangs together: positions joined into sets, two at a time.

/// Sets of positions, each of which is in exactly one; named by their lowest member.
///
/// ```
/// use drsim::id::DisjointSets;
/// let mut sets = DisjointSets::new(4);
/// sets.join(3, 1);
/// sets.join(2, 3);
/// assert!(sets.together(1, 2) && !sets.together(0, 1));
/// assert_eq!(sets.lowest(3), 1);
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DisjointSets {
    /// A lower member of the same set, or itself.
    lower: Vec<u32>,
}

impl DisjointSets {
    /// `count` sets of one; panics above `u32::MAX`.
    #[must_use]
    pub fn new(count: usize) -> Self {
        let count = u32::try_from(count).expect("fewer than 2^32 of a kind");
        Self { lower: (0..count).collect() }
    }

    /// The lowest member of the set that `at` is in, found with ever shorter ways.
    pub fn lowest(&mut self, mut at: usize) -> usize {
        while self.lower[at] as usize != at {
            self.lower[at] = self.lower[self.lower[at] as usize];
            at = self.lower[at] as usize;
        }
        at
    }

    /// Makes the sets of two members one.
    pub fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.lowest(one), self.lowest(other));
        self.lower[one.max(other)] = one.min(other) as u32;
    }

    /// True when both are in the same set.
    pub fn together(&mut self, one: usize, other: usize) -> bool {
        self.lowest(one) == self.lowest(other)
    }
}

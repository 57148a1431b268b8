//! The smallest of many keys that change one at a time: a tournament.

/// A key that never wins.
const NEVER: (u64, u64) = (u64::MAX, u64::MAX);

/// Keys by position; the root of the tree knows the winner.
#[derive(Debug, Default)]
pub(super) struct Soonest {
    /// The keys' positions are the leaves `[size..2 size]`, each inner place holds the smaller of its two children.
    tree: Vec<((u64, u64), u32)>,
    size: usize,
}

impl Soonest {
    /// Forgets all keys, keeps the memory.
    pub fn clear(&mut self) {
        if self.first().is_some() {
            self.tree.fill((NEVER, 0));
        }
    }

    /// Sets the key at `position`; `None` never wins.
    pub fn set(&mut self, position: u32, key: Option<(u64, u64)>) {
        if position as usize >= self.size {
            self.grow(position as usize + 1);
        }
        let mut place = self.size + position as usize;
        let entry = (key.unwrap_or(NEVER), position);
        if self.tree[place] == entry {
            return;
        }
        self.tree[place] = entry;
        while place > 1 {
            place /= 2;
            let winner = self.tree[2 * place].min(self.tree[2 * place + 1]);
            if self.tree[place] == winner {
                return;
            }
            self.tree[place] = winner;
        }
    }

    /// The smallest key and its position.
    pub fn first(&self) -> Option<((u64, u64), u32)> {
        self.tree.get(1).copied().filter(|entry| entry.0 != NEVER)
    }

    fn grow(&mut self, count: usize) {
        let leaves: Vec<_> = self.tree.get(self.size..).unwrap_or_default().to_vec();
        self.size = count.next_power_of_two().max(2);
        self.tree.clear();
        self.tree.resize(2 * self.size, (NEVER, 0));
        self.tree[self.size..self.size + leaves.len()].copy_from_slice(&leaves);
        for place in (1..self.size).rev() {
            self.tree[place] = self.tree[2 * place].min(self.tree[2 * place + 1]);
        }
    }
}

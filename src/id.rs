//! Typed dense ids: an index that cannot be used in the wrong list.
//!
//! Knows nothing of what is being counted.

mod sets;

pub use sets::DisjointSets;

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A dense index with a type of its own.
pub trait Id: Copy + Eq + Ord {
    /// The id of position `index`; panics above `u32::MAX`.
    fn new(index: usize) -> Self;
    /// The position in the list that the id belongs to.
    fn index(self) -> usize;
}

/// Declares id types: `ids! { /// docs  DomainId }`.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(u32);
        impl $crate::id::Id for $name {
            #[inline]
            fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("fewer than 2^32 of a kind"))
            }
            #[inline]
            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}
pub(crate) use ids;

/// A list indexed by its own id type.
#[derive(Clone, PartialEq)]
pub struct IdVec<I, T> {
    items: Vec<T>,
    kind: PhantomData<fn(I)>,
}

impl<I: Id, T> IdVec<I, T> {
    /// An empty list.
    #[must_use]
    pub const fn new() -> Self {
        Self { items: Vec::new(), kind: PhantomData }
    }

    /// A list of `len` clones of `value`.
    #[must_use]
    pub fn filled(value: T, len: usize) -> Self
    where
        T: Clone,
    {
        Self { items: vec![value; len], kind: PhantomData }
    }

    /// Appends `item` and returns its id.
    pub fn push(&mut self, item: T) -> I {
        let id = I::new(self.items.len());
        self.items.push(item);
        id
    }

    /// Forgets all items, keeps the memory.
    pub fn clear(&mut self) {
        self.items.clear();
    }

    /// Number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// All ids in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I, T> {
        (0..self.items.len()).map(I::new)
    }

    /// All items in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    /// All items in order, mutably.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.items.iter_mut()
    }

    /// Ids and items in order.
    #[must_use]
    pub fn enumerate(&self) -> impl DoubleEndedIterator<Item = (I, &T)> + ExactSizeIterator {
        self.items.iter().enumerate().map(|(index, item)| (I::new(index), item))
    }

    /// The items as a slice.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.items
    }

    /// The items as a mutable slice.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.items
    }

    /// The item, or `None` past the end.
    #[must_use]
    pub fn get(&self, id: I) -> Option<&T> {
        self.items.get(id.index())
    }
}

impl<I: Id, T> Default for IdVec<I, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I, T: fmt::Debug> fmt::Debug for IdVec<I, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(formatter)
    }
}

impl<I: Id, T> FromIterator<T> for IdVec<I, T> {
    fn from_iter<A: IntoIterator<Item = T>>(items: A) -> Self {
        Self { items: items.into_iter().collect(), kind: PhantomData }
    }
}

impl<I: Id, T> Index<I> for IdVec<I, T> {
    type Output = T;
    #[inline]
    fn index(&self, id: I) -> &T {
        &self.items[id.index()]
    }
}

impl<I: Id, T> IndexMut<I> for IdVec<I, T> {
    #[inline]
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.items[id.index()]
    }
}

impl<'a, I: Id, T> IntoIterator for &'a mut IdVec<I, T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.iter_mut()
    }
}

impl<'a, I: Id, T> IntoIterator for &'a IdVec<I, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// A run of consecutive ids.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IdRange<I> {
    start: u32,
    end: u32,
    kind: PhantomData<fn(I)>,
}

impl<I: Id> IdRange<I> {
    /// Ids `start..end`; panics unless `start <= end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        assert!(start <= end, "id range {start}..{end} runs backwards");
        let (start, end) = (u32::try_from(start), u32::try_from(end));
        Self { start: start.expect("fits"), end: end.expect("fits"), kind: PhantomData }
    }

    /// Number of ids.
    #[must_use]
    pub const fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True when there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// True when `id` lies within.
    #[must_use]
    pub fn contains(self, id: I) -> bool {
        (self.start as usize..self.end as usize).contains(&id.index())
    }

    /// The `n`-th id of the run; panics past the end.
    #[must_use]
    pub fn nth(self, n: usize) -> I {
        assert!(n < self.len(), "id {n} of a run of {}", self.len());
        I::new(self.start as usize + n)
    }

    /// The ids in order.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I> {
        (self.start as usize..self.end as usize).map(I::new)
    }

    /// The positions, for slicing.
    #[must_use]
    pub const fn positions(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    ids! { BoxId }

    #[test]
    fn ids_index_their_own_list() {
        let mut boxes: IdVec<BoxId, &str> = IdVec::new();
        let first = boxes.push("a");
        let second = boxes.push("b");
        assert_eq!((boxes[first], boxes[second], boxes.len()), ("a", "b", 2));
        assert!(IdRange::<BoxId>::new(0, 2).contains(second));
        assert!(!IdRange::<BoxId>::new(0, 1).contains(second));
    }
}

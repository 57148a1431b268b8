//! Where a queue keeps what it has not looked into: lists of chunks in one array, so that memory freed by one bucket serves the next.

/// Events per chunk of the store.
pub const CHUNK: usize = 16;
/// No chunk.
pub const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
pub struct Entry<E> {
    pub at: u64,
    pub event: E,
}

/// A list of chunks of the store in order of arrival.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    pub first: u32,
    pub last: u32,
    pub len: usize,
}

/// Chunks of [`CHUNK`] events, linked by number; freed ones are linked too.
#[derive(Debug)]
pub struct Store<E> {
    pub entries: Vec<Entry<E>>,
    pub links: Vec<u32>,
    pub free: u32,
}

impl Bucket {
    pub const EMPTY: Self = Self { first: NONE, last: NONE, len: 0 };
}

impl<E: Copy> Store<E> {
    #[inline]
    pub fn push(&mut self, bucket: &mut Bucket, entry: Entry<E>) {
        let place = bucket.len % CHUNK;
        if place == 0 {
            self.chain(bucket, entry);
        }
        self.entries[bucket.last as usize * CHUNK + place] = entry;
        bucket.len += 1;
    }

    /// Hangs one more chunk on a bucket.
    fn chain(&mut self, bucket: &mut Bucket, filler: Entry<E>) {
        let chunk = if self.free == NONE {
            self.entries.resize(self.entries.len() + CHUNK, filler);
            self.links.push(NONE);
            (self.links.len() - 1) as u32
        } else {
            let rest = self.links[self.free as usize];
            std::mem::replace(&mut self.free, rest)
        };
        self.links[chunk as usize] = NONE;
        match bucket.last {
            NONE => bucket.first = chunk,
            last => self.links[last as usize] = chunk,
        }
        bucket.last = chunk;
    }

    /// The events of a bucket, chunk by chunk.
    pub fn chunks(&self, bucket: Bucket) -> impl Iterator<Item = &[Entry<E>]> {
        let known = |chunk: u32| (chunk != NONE).then_some(chunk);
        let mut left = bucket.len;
        std::iter::successors(known(bucket.first), move |&chunk| known(self.links[chunk as usize])).map(move |chunk| {
            let count = left.min(CHUNK);
            left -= count;
            &self.entries[chunk as usize * CHUNK..][..count]
        })
    }

    /// Returns the chunks of a bucket to the store, which does not touch their contents.
    pub fn release(&mut self, bucket: Bucket) {
        if bucket.last != NONE {
            self.links[bucket.last as usize] = self.free;
            self.free = bucket.first;
        }
    }
}

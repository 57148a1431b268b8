//! Amounts of data and how fast they move.

/// Bytes; KB, MB, TB are powers of ten, KiB, MiB, TiB powers of two.
///
/// ```
/// use drsim::quantity::Bytes;
/// assert_eq!("10 TB".parse::<Bytes>().unwrap().get(), 10_000_000_000_000);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Bytes(u64);

impl Bytes {
    /// `bytes` bytes.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// Number of bytes.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Bits per second; `Mbps` counts bits, `MB/s` bytes.
///
/// ```
/// use drsim::quantity::Bandwidth;
/// let line: Bandwidth = "100 Mbps".parse().unwrap();
/// let disk: Bandwidth = "12.5 MB/s".parse().unwrap();
/// assert_eq!(line, disk);
/// ```
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct Bandwidth(f64);

impl Bandwidth {
    /// `bits` per second, or `None` when negative or not finite.
    #[must_use]
    pub fn from_bits_per_second(bits: f64) -> Option<Self> {
        (bits >= 0.0 && bits.is_finite()).then_some(Self(bits))
    }

    /// Bits per second.
    #[must_use]
    pub const fn bits_per_second(self) -> f64 {
        self.0
    }
}

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

    /// `bytes` per second, or `None` when negative or not finite.
    #[must_use]
    pub fn from_bytes_per_second(bytes: f64) -> Option<Self> {
        Self::from_bits_per_second(bytes * 8.0)
    }

    /// Bits per second.
    #[must_use]
    pub const fn bits_per_second(self) -> f64 {
        self.0
    }

    /// Bytes per second.
    ///
    /// ```
    /// use drsim::quantity::Bandwidth;
    /// assert_eq!("100 Mbps".parse::<Bandwidth>().unwrap().bytes_per_second(), 12.5e6);
    /// ```
    #[must_use]
    pub const fn bytes_per_second(self) -> f64 {
        self.0 / 8.0
    }

    /// `factor` times as fast; `factor` is at least 0 and finite.
    ///
    /// ```
    /// use drsim::quantity::Bandwidth;
    /// let line: Bandwidth = "1 Gbps".parse().unwrap();
    /// assert_eq!(line.scaled(0.8), "100 MB/s".parse().unwrap());
    /// ```
    #[must_use]
    pub const fn scaled(self, factor: f64) -> Self {
        Self((self.0 * factor).clamp(0.0, f64::MAX))
    }

    /// The least of those that are limited at all: what a chain of them carries. `None` when nothing limits it.
    ///
    /// ```
    /// use drsim::quantity::Bandwidth;
    /// let (disk, line) = ("200 MB/s".parse().unwrap(), "1 Gbps".parse().unwrap());
    /// assert_eq!(Bandwidth::least([Some(disk), None, Some(line)]), Some(line));
    /// assert_eq!(Bandwidth::least([None]), None);
    /// ```
    #[must_use]
    pub fn least(rates: impl IntoIterator<Item = Option<Self>>) -> Option<Self> {
        rates.into_iter().flatten().min_by(|left, right| left.0.total_cmp(&right.0))
    }
}

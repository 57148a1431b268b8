//! Simulated time as integers of one microsecond: exact, ordered, the same on every machine.

use std::ops::{Add, AddAssign, Sub};

/// Microseconds in a second.
pub const MICROSECONDS_PER_SECOND: u64 = 1_000_000;

/// Seconds in a year of 365.25 days.
pub const SECONDS_PER_YEAR: f64 = 31_557_600.0;

/// A moment of simulated time: microseconds since the scenario's start.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct SimTime(u64);

/// A length of time: microseconds, never negative, up to half a million years.
///
/// ```
/// use drsim::quantity::Span;
/// assert_eq!(Span::from_seconds(1.5).as_microseconds(), 1_500_000);
/// assert_eq!("1h 30m".parse::<Span>().unwrap(), Span::from_seconds(5400.0));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span(u64);

impl SimTime {
    /// The scenario's start.
    pub const ZERO: Self = Self(0);
    /// Later than every event.
    pub const NEVER: Self = Self(u64::MAX);

    /// A moment `microseconds` after the start.
    #[must_use]
    pub const fn from_microseconds(microseconds: u64) -> Self {
        Self(microseconds)
    }

    /// Microseconds since the start.
    #[must_use]
    pub const fn as_microseconds(self) -> u64 {
        self.0
    }

    /// Seconds since the start.
    #[must_use]
    pub fn as_seconds(self) -> f64 {
        Span(self.0).as_seconds()
    }

    /// Time since `earlier`, zero if that lies in the future.
    #[must_use]
    #[inline]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time.
    pub const ZERO: Self = Self(0);
    /// Longer than any horizon.
    pub const MAX: Self = Self(u64::MAX);

    /// A length of `microseconds`.
    #[must_use]
    pub const fn from_microseconds(microseconds: u64) -> Self {
        Self(microseconds)
    }

    /// Nearest microsecond to `seconds`; zero below 0 and for NaN, [`Span::MAX`] above the range.
    #[must_use]
    #[inline]
    pub fn from_seconds(seconds: f64) -> Self {
        Self((seconds * MICROSECONDS_PER_SECOND as f64 + 0.5) as u64)
    }

    /// Microseconds.
    #[must_use]
    #[inline]
    pub const fn as_microseconds(self) -> u64 {
        self.0
    }

    /// Seconds.
    #[must_use]
    #[inline]
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / MICROSECONDS_PER_SECOND as f64
    }

    /// Years of 365.25 days.
    #[must_use]
    pub fn as_years(self) -> f64 {
        self.as_seconds() / SECONDS_PER_YEAR
    }

    /// What is left after `other` is taken away, zero if nothing is.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// `count` times as long.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count))
    }
}

impl Add<Span> for SimTime {
    type Output = Self;
    #[inline]
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub for SimTime {
    type Output = Span;
    /// Panics in debug builds when `earlier` is later.
    #[inline]
    fn sub(self, earlier: Self) -> Span {
        debug_assert!(earlier <= self, "time runs backwards: {earlier:?} after {self:?}");
        Span(self.0 - earlier.0)
    }
}

impl Add for Span {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

//! A probability, or a share of a whole: between 0 and 1.

/// A probability or a share, 0 to 1.
///
/// ```
/// use drsim::quantity::Probability;
/// assert_eq!("99.5 %".parse::<Probability>().unwrap().get(), 0.995);
/// assert!(Probability::new(1.2).is_none());
/// ```
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct Probability(f64);

impl Probability {
    /// Impossible.
    pub const ZERO: Self = Self(0.0);
    /// Certain.
    pub const ONE: Self = Self(1.0);

    /// `value`, or `None` outside 0 to 1.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value))
    }

    /// The value, 0 to 1.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The chance that it does not happen.
    #[must_use]
    pub fn complement(self) -> Self {
        Self(1.0 - self.0)
    }
}

//! How often something happens.

/// Events per unit of time, kept per second; zero or more.
///
/// ```
/// use drsim::quantity::Rate;
/// assert_eq!("900 / s".parse::<Rate>().unwrap().per_second(), 900.0);
/// assert_eq!("1.35 / year".parse::<Rate>().unwrap().per_year(), 1.35);
/// ```
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct Rate(f64);

impl Rate {
    /// `value` per second, or `None` when negative or not finite.
    #[must_use]
    pub fn new_per_second(value: f64) -> Option<Self> {
        (value >= 0.0 && value.is_finite()).then_some(Self(value))
    }

    /// Events per second.
    #[must_use]
    pub const fn per_second(self) -> f64 {
        self.0
    }

    /// Events per year of 365.25 days.
    #[must_use]
    pub fn per_year(self) -> f64 {
        self.0 * super::SECONDS_PER_YEAR
    }
}

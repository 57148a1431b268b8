//! Amounts of money, exact to a millionth of a unit, and what is paid per unit of time, data or energy.
//!
//! Sums are sums of integers: the order of charges and the number of threads change nothing. A charge is rounded once, half to even.

use super::{Bytes, Span};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

/// Millionths in one unit of a currency.
const MICROS: i128 = 1_000_000;

/// An amount in millionths of one unit of some currency; may be negative.
///
/// ```
/// use drsim::quantity::Money;
/// let price = Money::from_units(90_000);
/// assert_eq!(price.scaled(1, 8), Money::from_units(11_250));
/// assert_eq!((price + Money::from_micros(500_000)).as_units(), 90_000.5);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Money(i128);

/// Three capital letters such as `CNY`: a label, as in ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// A price in some currency, as a person writes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quoted<P> {
    /// The currency.
    pub currency: Currency,
    /// The price.
    pub price: P,
}

/// Paid for each `per` that passes: `12000 CNY / month`, `90000 CNY / 5 years`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerTime {
    /// The amount.
    pub amount: Money,
    /// Above zero.
    pub per: Span,
}

/// Paid for each `per` that moves or is lost: `0.02 CNY / GB`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerData {
    /// The amount.
    pub amount: Money,
    /// Above zero.
    pub per: Bytes,
}

/// Paid for each `data` kept for each `time`: `0.12 CNY / GB / month`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerDataTime {
    /// The amount.
    pub amount: Money,
    /// Above zero.
    pub data: Bytes,
    /// Above zero.
    pub time: Span,
}

/// Paid for each `watt_hours` used: `0.7 CNY / kWh`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerEnergy {
    /// The amount.
    pub amount: Money,
    /// Above zero.
    pub watt_hours: u64,
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many whole units.
    #[must_use]
    pub const fn from_units(units: i64) -> Self {
        Self(units as i128 * MICROS)
    }

    /// So many millionths of a unit.
    #[must_use]
    pub const fn from_micros(micros: i128) -> Self {
        Self(micros)
    }

    /// Millionths of a unit.
    #[must_use]
    pub const fn as_micros(self) -> i128 {
        self.0
    }

    /// Units, as near as a double comes: for statistics and plots.
    #[must_use]
    pub fn as_units(self) -> f64 {
        self.0 as f64 / MICROS as f64
    }

    /// `numerator / denominator` of it, rounded once, half to even; nothing when the denominator is zero.
    #[must_use]
    pub fn scaled(self, numerator: u64, denominator: u64) -> Self {
        let denominator = i128::from(denominator);
        if denominator == 0 {
            return Self::ZERO;
        }
        match self.0.checked_mul(i128::from(numerator)) {
            Some(product) => Self(rounded(product, denominator)),
            // Beyond any economy: near enough.
            None => self.times(numerator as f64 / denominator as f64),
        }
    }

    /// `factor` times it, to the nearest millionth; for quantities that are doubles themselves, such as bytes times seconds.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self(libm::rint(self.0 as f64 * factor) as i128)
    }

    /// The larger of zero and it.
    #[must_use]
    pub fn or_nothing(self) -> Self {
        self.max(Self::ZERO)
    }
}

/// `value / by` for `by` above zero, half to even.
fn rounded(value: i128, by: i128) -> i128 {
    let (quotient, rest) = (value.div_euclid(by), value.rem_euclid(by));
    match (2 * rest).cmp(&by) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + (quotient & 1),
    }
}

impl Currency {
    /// Three capital letters.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        let code: [u8; 3] = code.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Self(code))
    }

    /// ISO 4217's code of no currency, for accounts in which nothing is paid.
    pub const NONE: Self = Self(*b"XXX");

    /// The letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl PerTime {
    /// What a time costs.
    ///
    /// ```
    /// use drsim::quantity::{Money, PerTime, Span};
    /// let rent: PerTime = PerTime { amount: Money::from_units(12), per: Span::from_seconds(60.0) };
    /// assert_eq!(rent.over(Span::from_seconds(90.0)), Money::from_units(18));
    /// ```
    #[must_use]
    pub fn over(self, time: Span) -> Money {
        self.amount.scaled(time.as_microseconds(), self.per.as_microseconds())
    }
}

impl PerData {
    /// What so many bytes cost.
    #[must_use]
    pub fn of(self, bytes: f64) -> Money {
        self.amount.times(bytes / self.per.get() as f64)
    }
}

impl PerDataTime {
    /// What so many bytes times seconds cost.
    #[must_use]
    pub fn of(self, byte_seconds: f64) -> Money {
        self.amount.times(byte_seconds / self.time.as_seconds() / self.data.get() as f64)
    }
}

impl PerEnergy {
    /// What so many watt-hours cost.
    #[must_use]
    pub fn of(self, watt_hours: f64) -> Money {
        self.amount.times(watt_hours / self.watt_hours as f64)
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_side_and_nothing_is_lost() {
        let micro = Money::from_micros;
        for (amount, expected) in [(1, 0), (3, 2), (5, 2), (7, 4), (-1, 0), (-3, -2)] {
            assert_eq!(micro(amount).scaled(1, 2), micro(expected), "{amount} / 2");
        }
        let third = Money::from_units(100).scaled(1, 3);
        assert_eq!(third.as_micros(), 33_333_333);
        assert_eq!(Money::from_units(7).scaled(1, 0), Money::ZERO);
    }

    #[test]
    fn amounts_beyond_any_economy_do_not_overflow() {
        let all = Money::from_micros(i128::MAX / 4);
        assert!(all.scaled(u64::MAX, 3) > Money::ZERO);
        assert_eq!(Money::from_micros(i128::MAX) + Money::from_units(1), Money::from_micros(i128::MAX));
    }

    #[test]
    fn prices_per_data_and_energy() {
        let storage = PerDataTime {
            amount: Money::from_micros(120_000),
            data: Bytes::new(1_000_000_000),
            time: Span::from_seconds(2_629_800.0),
        };
        // 1 TB for a year at 0.12 per GB and month.
        assert_eq!(storage.of(1e12 * crate::quantity::SECONDS_PER_YEAR), Money::from_units(1440));
        let energy = PerEnergy { amount: Money::from_micros(700_000), watt_hours: 1000 };
        assert_eq!(energy.of(10_000.0), Money::from_units(7));
        assert_eq!(Currency::new("CNY").map(|code| code.to_string()).as_deref(), Some("CNY"));
        assert_eq!(Currency::new("yen"), None);
    }
}

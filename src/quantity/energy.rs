//! Power and what energy emits.

use super::parse::{QuantityError, number_and_unit};
use std::str::FromStr;

/// Most watts of one thing: the largest power stations have 2e10.
const WATTS_MAX: f64 = 1e12;
/// Most grams for a kilowatt-hour: coal has about a thousand.
const GRAMS_MAX: f64 = 100_000.0;

/// Electric power, watts, zero or more.
///
/// ```
/// use drsim::quantity::Power;
/// assert_eq!("0.45 kW".parse::<Power>().unwrap().watts(), 450.0);
/// ```
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct Power(f64);

/// What a kilowatt-hour emits, grams of carbon dioxide equivalent, zero or more.
///
/// ```
/// use drsim::quantity::CarbonIntensity;
/// assert_eq!("0.55 kg / kWh".parse::<CarbonIntensity>().unwrap().grams_per_kilowatt_hour(), 550.0);
/// ```
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug, Default)]
pub struct CarbonIntensity(f64);

impl Power {
    /// Watts.
    #[must_use]
    pub const fn watts(self) -> f64 {
        self.0
    }
}

impl CarbonIntensity {
    /// Grams for each kilowatt-hour.
    #[must_use]
    pub const fn grams_per_kilowatt_hour(self) -> f64 {
        self.0
    }
}

impl FromStr for Power {
    type Err = QuantityError;

    /// A number with a unit of power: `180 W`, `1.2 kW`.
    ///
    /// # Errors
    /// A missing or unknown unit, a negative or absurd value.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let wrong = || QuantityError::new(format!("`{text}` is not a power such as `180 W` or `1.2 kW`"));
        let (number, unit) = number_and_unit(text).ok_or_else(wrong)?;
        let scale = match unit {
            "W" => 1.0,
            "kW" => 1e3,
            "MW" => 1e6,
            _ => return Err(wrong()),
        };
        if !(0.0..=WATTS_MAX).contains(&(number * scale)) {
            return Err(QuantityError::new(format!("power `{text}` is out of range")));
        }
        Ok(Self(number * scale))
    }
}

impl FromStr for CarbonIntensity {
    type Err = QuantityError;

    /// A mass for each unit of energy: `550 g / kWh`, `0.55 t / MWh`.
    ///
    /// # Errors
    /// Missing or unknown units, a negative or absurd value.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let wrong = || QuantityError::new(format!("`{text}` is not a carbon intensity such as `550 g / kWh`"));
        let (mass, energy) = text.split_once('/').ok_or_else(wrong)?;
        let (number, unit) = number_and_unit(mass).ok_or_else(wrong)?;
        let scale = match (unit, energy.trim()) {
            ("g", "kWh") | ("kg", "MWh") => 1.0,
            ("kg", "kWh") | ("t", "MWh") => 1e3,
            _ => return Err(wrong()),
        };
        if !(0.0..=GRAMS_MAX).contains(&(number * scale)) {
            return Err(QuantityError::new(format!("carbon intensity `{text}` is out of range")));
        }
        Ok(Self(number * scale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_and_carbon_need_their_units() {
        assert_eq!("2 MW".parse::<Power>().unwrap().watts(), 2e6);
        for wrong in ["180", "180 w", "-1 W", "180 kWh", "1e15 W"] {
            assert!(wrong.parse::<Power>().is_err(), "{wrong}");
        }
        assert_eq!("0.5 t / MWh".parse::<CarbonIntensity>().unwrap().grams_per_kilowatt_hour(), 500.0);
        for wrong in ["550", "550 g", "-1 g / kWh", "550 g / GB", "1e9 kg / kWh"] {
            assert!(wrong.parse::<CarbonIntensity>().is_err(), "{wrong}");
        }
    }
}

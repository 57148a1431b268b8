//! Text to prices: an amount, a currency and what it is paid for, every decimal read exactly.

use super::parse::{QuantityError, number_and_unit};
use super::{Bytes, Currency, Money, PerData, PerDataTime, PerEnergy, PerTime, Quoted, SECONDS_PER_YEAR, Span};
use std::str::FromStr;

/// Decimals of the smallest amount of money.
const DECIMALS: u32 = 6;
/// Most that a price may be, in units of its currency: beyond the product of the world in any of them.
const UNITS_MAX: i128 = 1_000_000_000_000_000_000;
/// Most digits of an amount.
const DIGITS_MAX: usize = 30;
/// Units of energy and their watt-hours.
const ENERGY_UNITS: [(&str, u64); 4] = [("Wh", 1), ("kWh", 1_000), ("MWh", 1_000_000), ("GWh", 1_000_000_000)];
/// Signs and words that stand for money, and what to write instead.
const SIGNS: [(&str, &str); 19] = [
    ("$", "USD"),
    ("¥", "CNY` or `JPY"),
    ("￥", "CNY` or `JPY"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("₩", "KRW"),
    ("₹", "INR"),
    ("元", "CNY"),
    ("块", "CNY"),
    ("人民币", "CNY"),
    ("美元", "USD"),
    ("yuan", "CNY"),
    ("rmb", "CNY"),
    ("dollar", "USD"),
    ("dollars", "USD"),
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("pounds", "GBP"),
    ("yen", "JPY"),
];

/// What a price is paid for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Per {
    Time(Span),
    Data(Bytes),
    Energy(u64),
}

/// A price as it is written, before it is known what it must be for.
struct Written {
    currency: Currency,
    /// Whole number of units over ten to the power of `decimals`.
    digits: i128,
    decimals: u32,
    per: Vec<Per>,
}

impl Written {
    /// The amount, and how many times as much of what is paid for it is the amount of: 1 unless the decimals go below the smallest amount.
    fn amount(&self) -> Option<(Money, u64)> {
        let ten = |power: u32| 10_i128.checked_pow(power);
        if self.decimals <= DECIMALS {
            return Some((Money::from_micros(self.digits.checked_mul(ten(DECIMALS - self.decimals)?)?), 1));
        }
        let factor = ten(self.decimals - DECIMALS)?;
        Some((Money::from_micros(self.digits), u64::try_from(factor).ok()?))
    }
}

/// Reads `NUMBER CODE` and what follows it behind slashes.
fn written(text: &str) -> Result<Written, QuantityError> {
    let mut parts = text.split('/');
    let (digits, decimals, currency) = amount(text, parts.next().unwrap_or_default().trim())?;
    let per = parts.map(|part| per(text, part.trim())).collect::<Result<_, _>>()?;
    Ok(Written { currency, digits, decimals, per })
}

fn wrong(message: impl Into<String>) -> QuantityError {
    QuantityError::new(message)
}

/// An amount of money as digits and the number of decimals among them, and its currency.
fn amount(text: &str, part: &str) -> Result<(i128, u32, Currency), QuantityError> {
    if let Some((sign, code)) = SIGNS.iter().find(|(sign, _)| part.trim_start_matches('-').starts_with(sign)) {
        let rest = part.trim_start_matches('-').trim_start_matches(sign).trim();
        let rest = if rest.is_empty() { "500" } else { rest };
        let both = code.split("` or `").map(|code| format!("`{rest} {code}`")).collect::<Vec<_>>().join(" or ");
        return Err(wrong(format!("`{sign}` does not say which currency, write {both}")));
    }
    if part.starts_with(['-', '−']) {
        return Err(wrong(format!("price `{text}` is negative")));
    }
    let end = part.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_'))).unwrap_or(part.len());
    let (number, code) = (&part[..end], part[end..].trim());
    if number.is_empty() {
        return Err(wrong(format!("`{text}` is not a price such as `500 CNY` or `12000 CNY / month`")));
    }
    if code.starts_with([',', '，']) {
        return Err(wrong(format!("`{part}` has a comma, write thousands as in `90_000` and decimals as in `0.5`")));
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: String = whole.chars().chain(fraction.chars()).filter(|c| *c != '_').collect();
    let decimals = fraction.chars().filter(|c| *c != '_').count();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong(format!("`{number}` is not a number")));
    }
    if digits.len() > DIGITS_MAX {
        return Err(wrong(format!("`{number}` has more than {DIGITS_MAX} digits")));
    }
    let currency = currency(text, number, code)?;
    let too_large = || wrong(format!("`{text}` is more money than there is, at most 10^18 are taken"));
    let digits: i128 = digits.parse().map_err(|_| too_large())?;
    if digits / 10_i128.pow(decimals as u32) > UNITS_MAX {
        return Err(too_large());
    }
    Ok((digits, decimals as u32, currency))
}

fn currency(text: &str, number: &str, code: &str) -> Result<Currency, QuantityError> {
    if let Some(currency) = Currency::new(code) {
        return Ok(currency);
    }
    if code.is_empty() {
        return Err(wrong(format!("`{text}` has no currency, write it as in `{number} CNY`")));
    }
    let small = code.to_lowercase();
    if let Some((_, right)) = SIGNS.iter().find(|(sign, _)| *sign == small) {
        return Err(wrong(format!("`{code}` is not the code of a currency, write `{number} {right}`")));
    }
    if let Some(currency) = Currency::new(&code.to_uppercase()) {
        return Err(wrong(format!("currencies are written in capital letters, write `{number} {currency}`")));
    }
    let mut words = code.split_whitespace();
    if let (Some(first), Some("per"), rest) = (words.next(), words.next(), words.collect::<Vec<_>>().join(" "))
        && !rest.is_empty()
    {
        return Err(wrong(format!("write `/` for `per`, as in `{number} {first} / {rest}`")));
    }
    Err(wrong(format!("`{code}` is not the code of a currency, three capital letters such as `CNY`")))
}

/// What stands behind a slash: a time, an amount of data or of energy, each perhaps with a number before it.
fn per(text: &str, part: &str) -> Result<Per, QuantityError> {
    let (count, unit) = number_and_unit(part).unwrap_or((1.0, part));
    let zero = || wrong(format!("`{text}` is paid for nothing, write what it is for, such as `/ month`"));
    if unit.is_empty() {
        return Err(zero());
    }
    let found = if let Some((_, watt_hours)) = ENERGY_UNITS.iter().find(|(name, _)| *name == unit) {
        let total = count * *watt_hours as f64;
        if !(0.0..=1e18).contains(&total) {
            return Err(wrong(format!("`{part}` is out of range")));
        }
        Per::Energy(total.round() as u64)
    } else if let Ok(bytes) = format!("{count} {unit}").parse::<Bytes>() {
        Per::Data(bytes)
    } else if matches!(unit, "mo" | "month" | "months" | "月" | "个月") {
        if !(0.0..=1_200_000.0).contains(&count) {
            return Err(wrong(format!("`{part}` is out of range")));
        }
        Per::Time(Span::from_seconds(count * SECONDS_PER_YEAR / 12.0))
    } else if let Ok(span) = format!("{count} {unit}").parse::<Span>() {
        Per::Time(span)
    } else {
        return Err(wrong(format!(
            "nothing is paid per `{part}`, use a time (h, day, month, year), an amount of data (GB, TB) or energy (kWh)"
        )));
    };
    match found {
        Per::Time(Span::ZERO) | Per::Energy(0) => Err(zero()),
        Per::Data(bytes) if bytes.get() == 0 => Err(zero()),
        found => Ok(found),
    }
}

/// Why what a price is paid for is not what is wanted here.
fn other(text: &str, written: &Written, wanted: &str, example: &str) -> QuantityError {
    let bare = text.split('/').next().unwrap_or_default().trim();
    if written.per.is_empty() {
        wrong(format!("`{text}` does not say per which {wanted}, write `{bare} / {example}`"))
    } else {
        wrong(format!("`{text}` is not a price per {wanted}, write `{bare} / {example}`"))
    }
}

fn too_fine(text: &str) -> QuantityError {
    wrong(format!("`{text}` has more decimals than can be counted, write it for a larger amount"))
}

impl FromStr for Currency {
    type Err = QuantityError;

    /// Three capital letters.
    ///
    /// # Errors
    /// Anything else.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        currency(text, "500", text.trim())
            .map_err(|_| wrong(format!("`{text}` is not the code of a currency, three capital letters such as `CNY`")))
    }
}

impl FromStr for Quoted<Money> {
    type Err = QuantityError;

    /// An amount, `500 CNY`; at most six decimals.
    ///
    /// ```
    /// use drsim::quantity::{Money, Quoted};
    /// let repair: Quoted<Money> = "1_500.25 CNY".parse().unwrap();
    /// assert_eq!((repair.price, repair.currency.as_str()), (Money::from_micros(1_500_250_000), "CNY"));
    /// let wrong = "$5".parse::<Quoted<Money>>().unwrap_err();
    /// assert_eq!(wrong.to_string(), "`$` does not say which currency, write `5 USD`");
    /// ```
    ///
    /// # Errors
    /// No currency, a sign or word instead of its code, a negative or absurd amount, something that it is paid for.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let written = written(text)?;
        if !written.per.is_empty() {
            let bare = text.split('/').next().unwrap_or_default().trim();
            return Err(wrong(format!("`{text}` is paid again and again, here it is paid once, write `{bare}`")));
        }
        match written.amount() {
            Some((price, 1)) => Ok(Self { currency: written.currency, price }),
            _ => Err(wrong(format!("`{text}` has more than {DECIMALS} decimals"))),
        }
    }
}

impl FromStr for Quoted<PerTime> {
    type Err = QuantityError;

    /// An amount per time, `90000 CNY / 5 years`; a month is the twelfth part of a year of 365.25 days.
    ///
    /// # Errors
    /// As for an amount; nothing that it is paid for, or something that is no time.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let written = written(text)?;
        let [Per::Time(per)] = written.per[..] else { return Err(other(text, &written, "time", "month")) };
        let (amount, factor) = written.amount().ok_or_else(|| too_fine(text))?;
        let per = per.as_microseconds().checked_mul(factor).ok_or_else(|| too_fine(text))?;
        Ok(Self { currency: written.currency, price: PerTime { amount, per: Span::from_microseconds(per) } })
    }
}

impl FromStr for Quoted<PerData> {
    type Err = QuantityError;

    /// An amount per data, `0.02 CNY / GB`.
    ///
    /// # Errors
    /// As for an amount; nothing that it is paid for, or something that is no amount of data.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let written = written(text)?;
        let [Per::Data(per)] = written.per[..] else { return Err(other(text, &written, "amount of data", "GB")) };
        let (amount, factor) = written.amount().ok_or_else(|| too_fine(text))?;
        let per = per.get().checked_mul(factor).ok_or_else(|| too_fine(text))?;
        Ok(Self { currency: written.currency, price: PerData { amount, per: Bytes::new(per) } })
    }
}

impl FromStr for Quoted<PerDataTime> {
    type Err = QuantityError;

    /// An amount per data kept and time, `0.12 CNY / GB / month`.
    ///
    /// # Errors
    /// As for an amount; anything but data and time that it is paid for.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let written = written(text)?;
        let [Per::Data(data), Per::Time(time)] = written.per[..] else {
            return Err(other(text, &written, "amount of data and time", "GB / month"));
        };
        let (amount, factor) = written.amount().ok_or_else(|| too_fine(text))?;
        let data = data.get().checked_mul(factor).ok_or_else(|| too_fine(text))?;
        Ok(Self { currency: written.currency, price: PerDataTime { amount, data: Bytes::new(data), time } })
    }
}

impl FromStr for Quoted<PerEnergy> {
    type Err = QuantityError;

    /// An amount per energy, `0.7 CNY / kWh`.
    ///
    /// # Errors
    /// As for an amount; nothing that it is paid for, or something that is no energy.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let written = written(text)?;
        let [Per::Energy(per)] = written.per[..] else { return Err(other(text, &written, "energy", "kWh")) };
        let (amount, factor) = written.amount().ok_or_else(|| too_fine(text))?;
        let watt_hours = per.checked_mul(factor).ok_or_else(|| too_fine(text))?;
        Ok(Self { currency: written.currency, price: PerEnergy { amount, watt_hours } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> i128 {
        text.parse::<Quoted<Money>>().unwrap().price.as_micros()
    }

    #[track_caller]
    fn said<P>(text: &str, message: &str)
    where
        Quoted<P>: FromStr<Err = QuantityError> + std::fmt::Debug,
    {
        assert_eq!(text.parse::<Quoted<P>>().unwrap_err().to_string(), message);
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(micros("0.1 CNY"), 100_000);
        assert_eq!(micros("0.000001 CNY"), 1);
        assert_eq!(micros("999999999999999.999999 CNY"), 999_999_999_999_999_999_999);
        assert_eq!(micros("90_000 CNY"), micros("90000.00CNY"));
        assert_eq!(micros("1000000000000000000 VND"), 10_i128.pow(24));
    }

    #[test]
    fn decimals_below_the_smallest_amount_are_kept_by_a_larger_unit() {
        let fine: Quoted<PerDataTime> = "0.0000005 USD / GB / month".parse().unwrap();
        assert_eq!((fine.price.amount, fine.price.data.get()), (Money::from_micros(5), 10_000_000_000));
        let fine: Quoted<PerTime> = "0.12345678 USD / h".parse().unwrap();
        assert_eq!(fine.price.over(Span::from_seconds(360_000.0)), Money::from_micros(12_345_678));
        assert!("0.1234567 USD".parse::<Quoted<Money>>().is_err());
    }

    #[test]
    fn a_month_is_the_twelfth_part_of_a_year() {
        let rent: Quoted<PerTime> = "12000 CNY / month".parse().unwrap();
        assert_eq!(rent.price.over(Span::from_seconds(SECONDS_PER_YEAR)), Money::from_units(144_000));
        let node: Quoted<PerTime> = "90000 CNY / 5 years".parse().unwrap();
        assert_eq!(node.price.over(Span::from_seconds(SECONDS_PER_YEAR)), Money::from_units(18_000));
        for text in ["12000 CNY/month", "12000 CNY / 个月", "24000 CNY / 2 months", "144000 CNY / 年"] {
            let same: Quoted<PerTime> = text.parse().unwrap();
            let year = Span::from_seconds(SECONDS_PER_YEAR);
            assert_eq!(same.price.over(year), Money::from_units(144_000), "{text}");
        }
    }

    #[test]
    fn what_is_paid_for_has_its_unit() {
        let storage: Quoted<PerDataTime> = "0.12 CNY / GB / month".parse().unwrap();
        assert_eq!((storage.price.data.get(), storage.price.time), (1_000_000_000, Span::from_seconds(2_629_800.0)));
        let energy: Quoted<PerEnergy> = "0.7 CNY / kWh".parse().unwrap();
        assert_eq!((energy.price.amount, energy.price.watt_hours), (Money::from_micros(700_000), 1_000));
        let moved: Quoted<PerData> = "15 EUR / 10 TiB".parse().unwrap();
        assert_eq!(moved.price.per.get(), 10 * 1_099_511_627_776);
    }

    #[test]
    fn mistakes_name_what_would_be_right() {
        said::<Money>("¥100", "`¥` does not say which currency, write `100 CNY` or `100 JPY`");
        said::<Money>("100 yuan", "`yuan` is not the code of a currency, write `100 CNY`");
        said::<Money>("100 元", "`元` is not the code of a currency, write `100 CNY`");
        said::<Money>("100 cny", "currencies are written in capital letters, write `100 CNY`");
        said::<Money>("100", "`100` has no currency, write it as in `100 CNY`");
        said::<Money>("-5 CNY", "price `-5 CNY` is negative");
        said::<Money>(
            "90,000 CNY",
            "`90,000 CNY` has a comma, write thousands as in `90_000` and decimals as in `0.5`",
        );
        said::<Money>("1e6 CNY", "`e6 CNY` is not the code of a currency, three capital letters such as `CNY`");
        said::<Money>("cheap", "`cheap` is not a price such as `500 CNY` or `12000 CNY / month`");
        said::<Money>("9 CNY / h", "`9 CNY / h` is paid again and again, here it is paid once, write `9 CNY`");
        said::<PerTime>("500 CNY", "`500 CNY` does not say per which time, write `500 CNY / month`");
        said::<PerTime>("500 CNY per month", "write `/` for `per`, as in `500 CNY / month`");
        said::<PerTime>("5 CNY / GB", "`5 CNY / GB` is not a price per time, write `5 CNY / month`");
        said::<PerTime>("5 CNY / 0 h", "`5 CNY / 0 h` is paid for nothing, write what it is for, such as `/ month`");
        said::<PerDataTime>(
            "5 CNY / month",
            "`5 CNY / month` is not a price per amount of data and time, write `5 CNY / GB / month`",
        );
        said::<PerEnergy>(
            "5 CNY / kW",
            "nothing is paid per `kW`, use a time (h, day, month, year), an amount of data (GB, TB) or energy (kWh)",
        );
        for absurd in ["1000000000000000001 CNY", "99999999999999999999999999999 CNY", "1.2.3 CNY", "_ CNY", ". CNY"] {
            assert!(absurd.parse::<Quoted<Money>>().is_err(), "{absurd}");
        }
        assert!("RMBX".parse::<Currency>().is_err() && "CNY".parse::<Currency>().is_ok());
    }
}

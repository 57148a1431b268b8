//! Every price into the one currency of the account.

use super::Lowering;
use crate::quantity::{Bytes, Currency, Money, PerData, PerDataTime, PerEnergy, PerTime, Quoted, Span};
use crate::scenario::source::Place;
use crate::scenario::written::price::Prices as Written;
use crate::scenario::written::read::Item;
use std::collections::{BTreeMap, BTreeSet};

/// Longest chain of rates.
const CHAIN_MAX: usize = 20;

/// What one unit of a currency is worth: a numerator and a denominator, both above zero.
type Worth = (i128, i128);

/// Rates as written with the places of their currencies; `None`: noted as wrong.
type Rates = BTreeMap<Currency, (Place, Option<Quoted<Money>>)>;

/// The currency of the account and what the others are worth in it.
#[derive(Default)]
pub(super) struct Account {
    /// That of the scenario, or of the first price.
    currency: Option<Currency>,
    /// The scenario says it.
    stated: bool,
    /// `None`: noted as wrong.
    rates: BTreeMap<Currency, Option<Worth>>,
    /// Currencies without a rate that were noted, and whether a mixture was.
    missing: BTreeSet<Currency>,
    mixed: bool,
}

impl Account {
    /// What the account is in, once a price was read.
    pub(super) const fn currency(&self) -> Option<Currency> {
        self.currency
    }
}

/// A price that can be told in another currency.
pub(super) trait Exchange {
    /// As many units of the other currency as this one is worth.
    fn exchanged(self, worth: Worth) -> Self;
}

impl Exchange for Money {
    fn exchanged(self, (over, under): Worth) -> Self {
        match (u64::try_from(over), u64::try_from(under)) {
            (Ok(over), Ok(under)) => self.scaled(over, under),
            _ => self.times(over as f64 / under as f64),
        }
    }
}

impl Exchange for PerTime {
    fn exchanged(self, worth: Worth) -> Self {
        let (amount, per) = exact(self.amount, self.per.as_microseconds(), worth);
        Self { amount, per: Span::from_microseconds(per) }
    }
}

impl Exchange for PerData {
    fn exchanged(self, worth: Worth) -> Self {
        let (amount, per) = exact(self.amount, self.per.get(), worth);
        Self { amount, per: Bytes::new(per) }
    }
}

impl Exchange for PerDataTime {
    fn exchanged(self, worth: Worth) -> Self {
        let (amount, data) = exact(self.amount, self.data.get(), worth);
        Self { amount, data: Bytes::new(data), time: self.time }
    }
}

impl Exchange for PerEnergy {
    fn exchanged(self, worth: Worth) -> Self {
        let (amount, watt_hours) = exact(self.amount, self.watt_hours, worth);
        Self { amount, watt_hours }
    }
}

/// An amount per unit in another currency without rounding: where millionths do not suffice, it is told for more units.
fn exact(amount: Money, unit: u64, (over, under): Worth) -> (Money, u64) {
    let exact = || {
        let product = amount.as_micros().checked_mul(over)?;
        let common = gcd(product, under);
        let unit = unit.checked_mul(u64::try_from(under / common).ok()?)?;
        Some((Money::from_micros(product / common), unit))
    };
    exact().unwrap_or_else(|| (amount.exchanged((over, under)), unit))
}

/// Greatest common divisor of a number and one above zero.
fn gcd(mut left: i128, mut right: i128) -> i128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left.max(1)
}

impl<'a> Lowering<'a> {
    /// The currency of the account and all rates into it.
    pub(super) fn account(&mut self, written: Option<&'a Written>) -> Account {
        let mut account = Account::default();
        let Some(written) = written else { return account };
        account.currency = written.currency.as_ref().map(|currency| currency.value);
        // Where something could not be read it may be the currency: what follows from that is no mistake of its own.
        account.stated = account.currency.is_some();
        account.mixed = written.broken;
        let items = self.items(written.rates.as_ref(), "rates");
        let mut direct = Rates::new();
        for item in items {
            let Some(code) = Currency::new(&item.name) else {
                let message = format!("`{}` is not the code of a currency", item.name);
                self.problems
                    .error("bad-quantity", item.place, message)
                    .help("use three capital letters such as `USD`");
                continue;
            };
            if account.currency == Some(code) {
                self.problems
                    .error("rate-cycle", item.place, format!("`{code}` is what the account is in and has no rate"))
                    .help(format!("say what the others are worth, such as `USD = \"7.2 {code}\"`"));
                continue;
            }
            direct.insert(code, (item.place, self.rate(item)));
        }
        let codes: Vec<Currency> = direct.keys().copied().collect();
        for code in codes {
            let worth = self.worth(code, account.currency, &direct);
            account.rates.insert(code, worth);
        }
        account
    }

    fn rate(&mut self, item: &Item<Option<Quoted<Money>>>) -> Option<Quoted<Money>> {
        let value = item.value?;
        if value.price == Money::ZERO {
            self.problems
                .error("out-of-range", item.place, format!("`{}` is worth nothing", item.name))
                .help("say what one unit of it is worth");
            return None;
        }
        Some(value)
    }

    /// Follows the rates from a currency to that of the account.
    fn worth(&mut self, code: Currency, account: Option<Currency>, direct: &Rates) -> Option<Worth> {
        let mut chain = vec![code];
        let (mut over, mut under) = (1_i128, 1_i128);
        loop {
            let at = *chain.last()?;
            let (place, rate) = direct.get(&at)?;
            let rate = (*rate)?;
            let common = gcd(rate.price.as_micros(), 1_000_000);
            let product = over
                .checked_mul(rate.price.as_micros() / common)
                .zip(under.checked_mul(1_000_000 / common))
                .filter(|_| chain.len() <= CHAIN_MAX);
            let Some((above, below)) = product else {
                self.problems.error("out-of-range", *place, format!("the rates from `{code}` on cannot be multiplied"));
                return None;
            };
            let common = gcd(above, below);
            (over, under) = (above / common, below / common);
            let to = rate.currency;
            if account == Some(to) {
                return Some((over, under));
            }
            if chain.contains(&to) {
                // Once for the circle, at the first of its currencies.
                let from = chain.iter().position(|one| *one == to)?;
                let circle = &chain[from..];
                if to == code && circle.iter().min() == Some(&code) {
                    let shown: Vec<String> = circle.iter().chain([&to]).map(|one| format!("`{one}`")).collect();
                    self.problems
                        .error("rate-cycle", *place, format!("rates lead in a circle: {}", shown.join(" > ")))
                        .help("let every chain of rates end at the currency of the account");
                }
                return None;
            }
            if !direct.contains_key(&to) {
                if let Some(account) = account.filter(|_| chain.len() == 1) {
                    self.problems
                        .error("missing-rate", *place, format!("`{at}` is told in `{to}`, which has no rate"))
                        .help(format!(
                            "write what one `{at}` is worth in `{account}`, or add `{to} = \"… {account}\"`"
                        ));
                }
                return None;
            }
            chain.push(to);
        }
    }

    /// A price in the currency of the account; the first price sets it where the scenario does not.
    pub(super) fn exchanged<P: Exchange>(
        &mut self,
        account: &mut Account,
        place: Place,
        quoted: Quoted<P>,
    ) -> Option<P> {
        let code = quoted.currency;
        let into = *account.currency.get_or_insert(code);
        if into == code {
            return Some(quoted.price);
        }
        if !account.stated {
            if !account.mixed {
                account.mixed = true;
                self.problems
                    .error("mixed-currencies", place, format!("prices are in `{into}` and in `{code}`"))
                    .help(format!(
                        "say in `[prices]` what the account is in, such as `currency = \"{into}\"`, and `rates = {{ {code} = \"… {into}\" }}`"
                    ));
            }
            return None;
        }
        match account.rates.get(&code) {
            Some(worth) => worth.map(|worth| quoted.price.exchanged(worth)),
            None => {
                if account.missing.insert(code) {
                    self.problems
                        .error("missing-rate", place, format!("a price is in `{code}`, which has no rate"))
                        .help(format!("add `rates = {{ {code} = \"… {into}\" }}` to `[prices]`"));
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_by_exchange() {
        // 0.00099 per GB at 7.1234: 0.007052166, told for a thousand GB.
        let price = PerData { amount: Money::from_micros(990), per: Bytes::new(1_000_000_000) };
        let other = price.exchanged((35_617, 5_000));
        assert_eq!(other.of(1e12), Money::from_micros(7_052_166));
        assert!(other.per.get() > 1_000_000_000);
        let plain = Money::from_units(100).exchanged((36, 5));
        assert_eq!(plain, Money::from_units(720));
    }
}

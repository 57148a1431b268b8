//! Prices by amount and by length: tariffs of stores, steps of outages, credits of promises.

use super::Lowering;
use super::currency::{Account, Exchange};
use super::price::{Ground, by_id, items};
use crate::catalogue::{self, PROMISES, TARIFFS};
use crate::model::{DatasetId, Downtime, ServiceId, Sla, StoreId, Tariff};
use crate::quantity::{
    Bytes, Currency, Money, PerDataTime, PerTime, Probability, Quoted, SECONDS_PER_YEAR, Span, words,
};
use crate::scenario::source::Place;
use crate::scenario::written::price::{
    CreditBand, DowntimeFields, DowntimePrice, Prices as Written, SlaFields, Steps, StoragePrice,
};
use crate::scenario::written::read::{At, ByPath};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of a TB.
const TERABYTE: u64 = 1_000_000_000_000;

/// A band or step as written: where it begins and ends, and its price.
struct BandText<B, P> {
    place: Place,
    beyond: Option<At<B>>,
    up_to: Option<At<B>>,
    price: Option<At<Quoted<P>>>,
}

/// How the borders of bands are shown and what they are called.
struct Words<B> {
    shown: fn(B) -> String,
    /// A band, in a message.
    band: &'static str,
    /// The key of its price.
    price: &'static str,
}

impl Lowering<'_> {
    /// What lies in stores: at the stores themselves or in `[prices]`.
    pub(super) fn store_tariffs(
        &mut self,
        account: &mut Account,
        written: &Written,
        ground: &Ground<'_>,
    ) -> Vec<(StoreId, Tariff)> {
        let mut found: BTreeMap<StoreId, Tariff> = BTreeMap::new();
        let mut own = BTreeSet::new();
        let file = self.file;
        for item in file.stores.as_ref().map_or(&[][..], |stores| stores.value.0.as_slice()) {
            let (Some(id), Some(price)) = (ground.stores.get(&item.name), &item.value.price) else { continue };
            own.insert(*id);
            found.extend(self.tariff(account, price.place, &price.value).map(|tariff| (*id, tariff)));
        }
        for item in items(written.storage.as_ref()) {
            let Some(id) = self.thing(item, ground.stores, ("unknown-store", "store")) else { continue };
            if own.contains(&id) {
                self.problems
                    .error("two-prices", item.place, format!("store `{}` has a `price` of its own too", item.name))
                    .help("keep one of the two");
                continue;
            }
            let Some(price) = &item.value else { continue };
            found.extend(self.tariff(account, item.place, price).map(|tariff| (id, tariff)));
        }
        found.into_iter().collect()
    }

    /// What lies in the copies of datasets.
    pub(super) fn dataset_tariffs(&mut self, account: &mut Account, ground: &Ground<'_>) -> Vec<(DatasetId, Tariff)> {
        let mut found = Vec::new();
        let file = self.file;
        for item in file.datasets.as_ref().map_or(&[][..], |datasets| datasets.value.0.as_slice()) {
            let (Some(id), Some(price)) = (ground.datasets.get(&item.name), &item.value.price) else { continue };
            found.extend(self.tariff(account, price.place, &price.value).map(|tariff| (*id, tariff)));
        }
        by_id(found)
    }

    fn tariff(&mut self, account: &mut Account, place: Place, written: &StoragePrice) -> Option<Tariff> {
        let bands = match written {
            StoragePrice::Flat(price) => vec![(None, self.exchanged(account, place, *price)?)],
            StoragePrice::Preset(key) => self.catalogued(account, place, key)?,
            StoragePrice::Bands(bands) => {
                let bands = bands
                    .iter()
                    .map(|At { place, value }| BandText {
                        place: *place,
                        beyond: value.beyond,
                        up_to: value.up_to,
                        price: value.price,
                    })
                    .collect();
                let words =
                    Words { shown: |bytes: Bytes| words::bytes(bytes.get() as f64), band: "band", price: "price" };
                self.bands(account, place, bands, &words)?
            }
        };
        Some(Tariff { bands })
    }

    /// The bands of a tariff of the catalogue.
    fn catalogued(
        &mut self,
        account: &mut Account,
        place: Place,
        key: &str,
    ) -> Option<Vec<(Option<Bytes>, PerDataTime)>> {
        let Some(row) = catalogue::tariff(key) else {
            self.problems.unknown("unknown-preset", place, "tariff", key, TARIFFS.iter().map(|row| row.key));
            return None;
        };
        let currency = Currency::new(row.currency)?;
        let price = |micros: i64| PerDataTime {
            amount: Money::from_micros(i128::from(micros)),
            data: Bytes::new(TERABYTE / 1000),
            time: month(),
        };
        row.bands
            .iter()
            .map(|band| {
                let price = self.exchanged(account, place, Quoted { currency, price: price(band.micros) })?;
                Some((band.up_to.map(|end| Bytes::new(end * TERABYTE)), price))
            })
            .collect()
    }

    /// Bands that begin at nothing, each where the one before ends, the last without an end.
    fn bands<B: Copy + Default + PartialOrd, P: Exchange + Copy>(
        &mut self,
        account: &mut Account,
        place: Place,
        written: Vec<BandText<B, P>>,
        words: &Words<B>,
    ) -> Option<Vec<(Option<B>, P)>> {
        let Words { shown, band, price } = *words;
        if written.is_empty() {
            self.problems.error("empty-list", place, format!("no {band} at all")).help("write at least one price");
            return None;
        }
        let (mut bands, mut good) = (Vec::new(), true);
        let (mut begin, count) = (B::default(), written.len());
        for (nth, written) in written.into_iter().enumerate() {
            if let Some(beyond) = written.beyond.filter(|beyond| beyond.value != begin) {
                let message = if nth == 0 {
                    format!("the first {band} begins at {} and leaves out what is below", shown(beyond.value))
                } else {
                    format!("a {band} begins at {} but the one before it ends at {}", shown(beyond.value), shown(begin))
                };
                self.problems
                    .error("out-of-order", beyond.place, message)
                    .help(format!("write every {band} in order, each `beyond` the `up-to` of the one before"));
                return None;
            }
            let end = written.up_to.map(|end| end.value);
            match written.up_to {
                Some(end) if end.value <= begin => {
                    self.problems
                        .error(
                            "out-of-order",
                            end.place,
                            format!("a {band} ends at {} but begins at {}", shown(end.value), shown(begin)),
                        )
                        .help(format!("let every `up-to` be more than that of the {band} before"));
                    return None;
                }
                Some(end) if nth + 1 == count => {
                    self.problems
                        .error("no-open-end", end.place, format!("what lies beyond {} has no price", shown(end.value)))
                        .help(format!("end with `{{ beyond = \"{}\", {price} = … }}`", shown(end.value)));
                    return None;
                }
                None if nth + 1 < count => {
                    self.problems
                        .error("no-open-end", written.place, format!("a {band} without an end stands before others"))
                        .help("give it an `up-to`, or put it last");
                    return None;
                }
                Some(end) => begin = end.value,
                None => {}
            }
            match self.paid(account, written.price.as_ref()) {
                Some(price) => bands.push((end, price)),
                None => good = false,
            }
        }
        good.then_some(bands)
    }

    /// Prices of outages: by the service's own name, or else by its tier.
    pub(super) fn downtime(
        &mut self,
        account: &mut Account,
        written: Option<&At<ByPath<Option<DowntimePrice>>>>,
        ground: &Ground<'_>,
    ) -> Vec<(ServiceId, Downtime)> {
        let file = self.file;
        let services = file.services.as_ref().map_or(&[][..], |services| services.value.0.as_slice());
        let tiers: BTreeSet<&str> =
            services.iter().filter_map(|item| item.value.tier.as_ref()).map(|tier| tier.value.as_str()).collect();
        let mut by_name: BTreeMap<&str, Option<Downtime>> = BTreeMap::new();
        for item in items(written) {
            if !ground.services.contains_key(&item.name) && !tiers.contains(item.name.as_str()) {
                let known = ground.services.keys().map(String::as_str).chain(tiers.iter().copied());
                self.problems.unknown("unknown-service", item.place, "service or tier", &item.name, known);
                continue;
            }
            let price = item.value.as_ref().and_then(|DowntimePrice(fields)| self.outage(account, item.place, fields));
            by_name.insert(&item.name, price);
        }
        let mut found = Vec::new();
        for item in services {
            let tier = item.value.tier.as_ref();
            if let Some(tier) = tier.filter(|tier| !by_name.contains_key(tier.value.as_str())) {
                let message = format!("tier `{}` has no effect: no price of an outage is given for it", tier.value);
                self.problems
                    .warn("no-effect", tier.place, message)
                    .help(format!("add `downtime = {{ {} = \"3000 CNY / h\" }}` to `[prices]`", tier.value));
            }
            let own = by_name.get(item.name.as_str());
            let price = own.or_else(|| by_name.get(tier?.value.as_str()));
            if let (Some(id), Some(Some(price))) = (ground.services.get(&item.name), price) {
                found.push((*id, price.clone()));
            }
        }
        by_id(found)
    }

    fn outage(&mut self, account: &mut Account, place: Place, fields: &DowntimeFields) -> Option<Downtime> {
        if fields.per.is_none() && fields.each.is_none() && !fields.broken {
            self.problems
                .error("missing-key", place, "an outage has no price")
                .help("add `per = \"3000 CNY / h\"` or `each = \"5000 CNY\"`");
        }
        let steps = match fields.per.as_ref().map(|per| (&per.value, per.place)) {
            None => vec![(None, PerTime { amount: Money::ZERO, per: Span::from_seconds(3600.0) })],
            Some((Steps::Flat(price), _)) => vec![(None, self.paid(account, Some(price))?)],
            Some((Steps::List(steps), place)) => {
                let steps = steps
                    .iter()
                    .map(|At { place, value }| BandText {
                        place: *place,
                        beyond: value.beyond,
                        up_to: value.up_to,
                        price: value.per,
                    })
                    .collect();
                let words =
                    Words { shown: |span: Span| words::duration(span.as_seconds()), band: "step", price: "per" };
                self.bands(account, place, steps, &words)?
            }
        };
        let each = self.paid(account, fields.each.as_ref()).unwrap_or(Money::ZERO);
        Some(Downtime { steps, each, cap: self.paid(account, fields.cap.as_ref()) })
    }

    /// Promises to customers.
    pub(super) fn slas(
        &mut self,
        account: &mut Account,
        written: Option<&At<ByPath<SlaFields>>>,
        ground: &Ground<'_>,
    ) -> Vec<Sla> {
        let mut slas = Vec::new();
        let months = if written.is_some() { ground.clock.calendar_months(ground.horizon) } else { Vec::new() };
        if let Some(written) = written.filter(|written| !written.value.0.is_empty() && months.is_empty()) {
            self.problems
                .warn("no-window", written.place, "the horizon holds no full calendar month: nothing is credited")
                .help("let a trial last longer, or `start` on the first of a month");
        }
        for item in items(written) {
            let Some(service) = self.thing(item, ground.services, ("unknown-service", "service")) else { continue };
            let bands = self.credits(item.place, &item.value);
            let charges = item.value.charges.as_ref().filter(|charges| {
                let monthly = charges.value.price.per == month();
                if !monthly {
                    self.problems
                        .error("out-of-range", charges.place, "charges of a promise are per calendar month")
                        .help("write what the customers pay each month, such as `80000 CNY / month`");
                }
                monthly
            });
            let charges = charges.and_then(|charges| {
                let Quoted { currency, price } = charges.value;
                self.exchanged(account, charges.place, Quoted { currency, price: price.amount })
            });
            if let (Some(charges), Some(bands)) = (charges, bands) {
                slas.push(Sla { service, charges, bands, months: months.clone() });
            }
        }
        slas.sort_by_key(|sla| sla.service);
        slas
    }

    fn credits(&mut self, place: Place, written: &SlaFields) -> Option<Vec<(Probability, Probability)>> {
        match (&written.preset, &written.bands) {
            (Some(preset), None) => {
                let Some(row) = catalogue::promise(&preset.value) else {
                    let known = PROMISES.iter().map(|row| row.key);
                    self.problems.unknown("unknown-preset", preset.place, "promise", &preset.value, known);
                    return None;
                };
                let share = |percent: f64| Probability::new(percent / 100.0);
                row.bands.iter().map(|(below, credit)| Some((share(*below)?, share(*credit)?))).collect()
            }
            (None, Some(bands)) => self.credit_bands(bands),
            _ if written.broken => None,
            _ => {
                self.problems
                    .error("one-of", place, "a promise needs exactly one of `preset` and `bands`")
                    .help("write `bands = [{ below = \"99.9 %\", credit = \"10 %\" }]` or the name of a preset");
                None
            }
        }
    }

    fn credit_bands(&mut self, written: &At<Vec<At<CreditBand>>>) -> Option<Vec<(Probability, Probability)>> {
        if written.value.is_empty() {
            self.problems.error("empty-list", written.place, "no bound at all").help("write at least one");
            return None;
        }
        let mut bands: Vec<(Probability, Probability)> = Vec::new();
        for At { value: band, .. } in &written.value {
            let (below, credit) = (band.below.as_ref()?, band.credit.as_ref()?);
            if let Some((above, owed)) = bands.last() {
                if below.value.get() >= above.get() {
                    self.problems
                        .error("out-of-order", below.place, "a bound is not lower than the one before it")
                        .help("write the bounds from the highest down");
                    return None;
                }
                if credit.value.get() < owed.get() {
                    self.problems
                        .error("out-of-order", credit.place, "less availability owes less than more of it")
                        .help("let the credit grow from bound to bound");
                    return None;
                }
            }
            bands.push((below.value, credit.value));
        }
        Some(bands)
    }
}

/// The month of prices.
fn month() -> Span {
    Span::from_seconds(SECONDS_PER_YEAR / 12.0)
}

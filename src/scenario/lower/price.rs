//! Prices: what stands at things and in `[prices]`, in one currency and by id.

use super::calendar::Clock;
use super::currency::{Account, Exchange};
use super::{Lowering, Names};
use crate::id::Id;
use crate::model::{
    ClassId, CrewId, DataLost, DatasetId, DomainId, Energy, Fine, LinkId, Offence, PlantId, Prices, ServiceId, StaffId,
    StoreId, Watts,
};
use crate::quantity::{Currency, Money, PerTime, Probability, Quoted, SECONDS_PER_YEAR, Span};
use crate::scenario::diagnostic::Problems;
use crate::scenario::source::Place;
use crate::scenario::written::price::{
    EnergyFields, FineFields, LostPrice, PowerFields, Price, Prices as Written, StandbyPrice, StandbyWord,
    TransferPrice,
};
use crate::scenario::written::read::{At, ByPath, Item, Named};

/// Largest power usage effectiveness that makes sense.
const PUE_MAX: f64 = 100.0;

/// What prices refer to.
pub(super) struct Ground<'g> {
    pub(super) places: &'g [(DomainId, At<Price>)],
    pub(super) plants: &'g Names<PlantId>,
    pub(super) links: &'g Names<LinkId>,
    pub(super) crews: &'g Names<CrewId>,
    pub(super) staff: &'g Names<StaffId>,
    pub(super) services: &'g Names<ServiceId>,
    pub(super) datasets: &'g Names<DatasetId>,
    pub(super) stores: &'g Names<StoreId>,
    pub(super) clock: &'g Clock,
    pub(super) horizon: Span,
}

impl<'a> Lowering<'a> {
    /// All prices; `None` when nothing is paid.
    pub(super) fn prices(&mut self, ground: &Ground<'_>) -> Option<Prices> {
        let file = self.file;
        let nothing = Written::default();
        let all = file.prices.as_ref().map(|prices| &prices.value);
        let mut account = self.account(all);
        let written = all.unwrap_or(&nothing);
        let account = &mut account;
        let places: Vec<_> =
            ground.places.iter().filter_map(|(id, price)| Some((*id, self.paid(account, Some(price))?))).collect();
        let (nodes, watts, repairs) = self.class_prices(account);
        let standby = self.standby(written.standby.as_ref(), nodes.is_empty());
        // A budget is in the account's currency, or in one with a rate, like everything else.
        let requirements = file.requirements.as_ref();
        self.budget = self.paid(account, requirements.and_then(|required| required.value.budget.as_ref()));
        let prices = Prices {
            places,
            standby,
            plants: self.priced(account, file.plant.as_ref(), ground.plants, |plant| plant.price.as_ref()),
            links: self.priced(account, file.links.as_ref(), ground.links, |link| link.price.as_ref()),
            crews: self.priced(account, file.crews.as_ref(), ground.crews, |crew| crew.price.as_ref()),
            staff: self.priced(account, file.staff.as_ref(), ground.staff, |staff| staff.price.as_ref()),
            services: self.priced(account, file.services.as_ref(), ground.services, |service| service.price.as_ref()),
            stores: self.store_tariffs(account, written, ground),
            datasets: self.dataset_tariffs(account, ground),
            carried: self.carried(account, written, ground),
            retrieved: self.by_name(account, written.retrieval.as_ref(), ground.stores, ("unknown-store", "store")),
            energy: self.energy(account, written.energy.as_ref(), watts),
            restores: self.by_name(account, written.restore.as_ref(), ground.datasets, ("unknown-dataset", "dataset")),
            downtime: self.downtime(account, written.downtime.as_ref(), ground),
            data_lost: self.data_lost(account, written, ground),
            slas: self.slas(account, written.sla.as_ref(), ground),
            fines: self.fines(account, written, ground),
            nodes,
            repairs,
            // What nothing is paid in does not matter; see below.
            currency: account.currency().unwrap_or(Currency::NONE),
        };
        if pays(&prices) {
            return Some(prices);
        }
        if let Some(prices) = &file.prices
            && !self.problems.any_error()
        {
            self.problems
                .warn("no-effect", prices.place, "nothing has a price")
                .help("give classes, stores, services … a `price`, or say here what an outage costs");
        }
        None
    }

    /// A price in the currency of the account.
    pub(super) fn paid<P: Exchange + Copy>(
        &mut self,
        account: &mut Account,
        written: Option<&At<Quoted<P>>>,
    ) -> Option<P> {
        written.and_then(|written| self.exchanged(account, written.place, written.value))
    }

    /// Prices of things of a kind, by id.
    fn priced<T, I: Id>(
        &mut self,
        account: &mut Account,
        things: Option<&'a At<Named<T>>>,
        ids: &Names<I>,
        price: impl Fn(&T) -> Option<&At<Price>>,
    ) -> Vec<(I, PerTime)> {
        let mut found = Vec::new();
        for item in things.map_or(&[][..], |named| named.value.0.as_slice()) {
            if let (Some(id), Some(price)) = (ids.get(&item.name), self.paid(account, price(&item.value))) {
                found.push((*id, price));
            }
        }
        by_id(found)
    }

    /// What each node costs, its power, and what a repair costs, by class.
    #[expect(clippy::type_complexity, reason = "three lists of the model, taken apart at once")]
    fn class_prices(
        &mut self,
        account: &mut Account,
    ) -> (Vec<(ClassId, PerTime)>, Vec<(ClassId, Watts)>, Vec<(ClassId, Money)>) {
        let (mut nodes, mut watts, mut repairs) = (Vec::new(), Vec::new(), Vec::new());
        let stated = self.file.prices.as_ref().is_some_and(|prices| prices.value.energy.is_some());
        for (id, fields) in std::mem::take(&mut self.priced_classes) {
            let bought = self.paid(account, fields.price.as_ref());
            let running = self.paid(account, fields.running.as_ref());
            nodes.extend(joined(bought, running).map(|price| (id, price)));
            repairs.extend(self.paid(account, fields.repair_price.as_ref()).map(|price| (id, price)));
            if let Some(power) = &fields.power {
                watts.extend(self.power(power, stated).map(|power| (id, power)));
            }
        }
        (nodes, watts, repairs)
    }

    fn power(&mut self, written: &At<PowerFields>, energy: bool) -> Option<Watts> {
        let (idle, busy) = (written.value.idle.as_ref()?, written.value.busy.as_ref()?);
        if busy.value < idle.value {
            let message = format!(
                "a busy node takes less ({} W) than an idle one ({} W)",
                busy.value.watts(),
                idle.value.watts()
            );
            self.problems.error("out-of-order", busy.place, message).help("make `busy` at least `idle`");
            return None;
        }
        if !energy {
            self.problems
                .warn("no-effect", written.place, "`power` has no effect: energy has no price")
                .help("add `energy = { price = \"0.7 CNY / kWh\" }` to `[prices]`");
        }
        Some(Watts { idle: idle.value.watts(), busy: busy.value.watts() })
    }

    fn energy(
        &mut self,
        account: &mut Account,
        written: Option<&At<EnergyFields>>,
        nodes: Vec<(ClassId, Watts)>,
    ) -> Option<Energy> {
        let At { place, value: written } = written?;
        let pue = written.pue.as_ref().map_or(1.0, |pue| pue.value);
        if let Some(written) = written.pue.as_ref().filter(|_| !(1.0..=PUE_MAX).contains(&pue)) {
            let message = format!("a power usage effectiveness of `{pue}` is not between 1 and {PUE_MAX}");
            self.problems
                .error("out-of-range", written.place, message)
                .help("it is all power over that of the nodes, so at least 1; 1.5 is usual");
        }
        if nodes.is_empty() && !self.problems.any_error() {
            self.problems
                .warn("no-effect", *place, "the price of energy has no effect: no class says its `power`")
                .help("add `power = { idle = \"180 W\", busy = \"450 W\" }` to a class");
        }
        let price = self.paid(account, written.price.as_ref())?;
        let carbon = written.carbon.as_ref().map(|carbon| carbon.value.grams_per_kilowatt_hour());
        Some(Energy { price, pue, carbon, nodes })
    }

    fn standby(&mut self, written: Option<&At<StandbyPrice>>, free: bool) -> [Option<Probability>; 5] {
        let owned = [Some(Probability::ONE); 5];
        let Some(At { place, value }) = written else { return owned };
        if free && !self.problems.any_error() {
            self.problems.warn("no-effect", *place, "`standby` has no effect: no class has a `price`");
        }
        match value {
            StandbyPrice::Word(StandbyWord::Owned) => owned,
            StandbyPrice::Word(StandbyWord::Rented) => {
                [Some(Probability::ZERO), None, None, Some(Probability::ONE), Some(Probability::ONE)]
            }
            StandbyPrice::ByMode(modes) => {
                let share = |mode: Option<&At<Probability>>| Some(mode.map_or(Probability::ONE, |share| share.value));
                [
                    share(modes.backup_restore.as_ref()),
                    share(modes.pilot_light.as_ref()),
                    share(modes.warm_standby.as_ref()),
                    share(modes.hot_standby.as_ref()),
                    Some(Probability::ONE),
                ]
            }
        }
    }

    /// Prices by the name of a thing.
    fn by_name<P: Exchange + Copy, I: Id>(
        &mut self,
        account: &mut Account,
        written: Option<&At<ByPath<Option<Quoted<P>>>>>,
        ids: &Names<I>,
        unknown: (&'static str, &'static str),
    ) -> Vec<(I, P)> {
        let mut found = Vec::new();
        for item in items(written) {
            let Some(id) = self.thing(item, ids, unknown) else { continue };
            let quoted = item.value.map(|value| At { place: item.place, value });
            found.extend(self.paid(account, quoted.as_ref()).map(|price| (id, price)));
        }
        by_id(found)
    }

    /// The thing that a price is for.
    pub(super) fn thing<T, I: Id>(
        &mut self,
        item: &Item<T>,
        ids: &Names<I>,
        (code, kind): (&'static str, &'static str),
    ) -> Option<I> {
        named(self.problems, &item.name, item.place, ids, code, kind)
    }

    fn carried(
        &mut self,
        account: &mut Account,
        written: &Written,
        ground: &Ground<'_>,
    ) -> Vec<(LinkId, [Option<crate::quantity::PerData>; 2])> {
        let mut found = Vec::new();
        for item in items(written.transfer.as_ref()) {
            let Some(id) = self.thing(item, ground.links, ("unknown-link", "link")) else { continue };
            let directions = match &item.value {
                None => continue,
                Some(TransferPrice::Both(price)) => {
                    let price = self.exchanged(account, item.place, *price);
                    [price, price]
                }
                Some(TransferPrice::Directed(fields)) => {
                    [self.paid(account, fields.forward.as_ref()), self.paid(account, fields.backward.as_ref())]
                }
            };
            if directions.iter().any(Option::is_some) {
                found.push((id, directions));
            }
        }
        by_id(found)
    }

    fn data_lost(
        &mut self,
        account: &mut Account,
        written: &Written,
        ground: &Ground<'_>,
    ) -> Vec<(DatasetId, DataLost)> {
        let mut found = Vec::new();
        for item in items(written.data_lost.as_ref()) {
            let Some(id) = self.thing(item, ground.datasets, ("unknown-dataset", "dataset")) else { continue };
            let LostPrice(fields) = &item.value;
            if fields.by_work.is_none() && fields.by_amount.is_none() {
                if !item.broken {
                    self.problems
                        .error("missing-key", item.place, format!("lost data of `{}` have no price", item.name))
                        .help("add `by-work = \"2000000 CNY / h\"` or `by-amount = \"5 CNY / GB\"`");
                }
                continue;
            }
            let lost = DataLost {
                by_amount: self.paid(account, fields.by_amount.as_ref()),
                by_work: self.paid(account, fields.by_work.as_ref()),
                cap: self.paid(account, fields.cap.as_ref()),
            };
            found.push((id, lost));
        }
        by_id(found)
    }

    fn fines(&mut self, account: &mut Account, written: &Written, ground: &Ground<'_>) -> Vec<Fine> {
        let mut fines = Vec::new();
        for At { place, value: fine } in written.fines.iter().flat_map(|fines| &fines.value) {
            let FineFields { service, down, dataset, lost, amount, broken } = fine;
            let when = match (service, down, dataset, lost) {
                (Some(service), Some(down), None, None) => {
                    named(self.problems, &service.value, service.place, ground.services, "unknown-service", "service")
                        .map(|service| Offence::Down(service, down.value))
                }
                (None, None, Some(dataset), Some(lost)) => {
                    named(self.problems, &dataset.value, dataset.place, ground.datasets, "unknown-dataset", "dataset")
                        .map(|dataset| Offence::Lost(dataset, lost.value))
                }
                _ if *broken => None,
                _ => {
                    self.problems
                        .error("one-of", *place, "a fine is due for an outage or for lost data")
                        .help("write `service` and `down`, or `dataset` and `lost`");
                    None
                }
            };
            let amount = self.paid(account, amount.as_ref());
            if let (Some(when), Some(amount)) = (when, amount) {
                fines.push(Fine { when, amount });
            }
        }
        fines
    }
}

/// True when something has a price.
fn pays(prices: &Prices) -> bool {
    let Prices { currency: _, standby: _, energy, .. } = prices;
    let running = !prices.nodes.is_empty()
        || !prices.places.is_empty()
        || !prices.plants.is_empty()
        || !prices.links.is_empty()
        || !prices.crews.is_empty()
        || !prices.staff.is_empty()
        || !prices.services.is_empty()
        || !prices.stores.is_empty()
        || !prices.datasets.is_empty()
        || !prices.carried.is_empty()
        || energy.is_some();
    running
        || !prices.retrieved.is_empty()
        || !prices.repairs.is_empty()
        || !prices.restores.is_empty()
        || !prices.downtime.is_empty()
        || !prices.data_lost.is_empty()
        || !prices.slas.is_empty()
        || !prices.fines.is_empty()
}

/// The items of a table by name.
pub(super) fn items<T>(written: Option<&At<ByPath<T>>>) -> &[Item<T>] {
    written.map_or(&[], |written| &written.value.0)
}

/// In the order of ids.
pub(super) fn by_id<I: Id, T>(mut list: Vec<(I, T)>) -> Vec<(I, T)> {
    list.sort_by_key(|(id, _)| id.index());
    list
}

fn named<I: Id>(
    problems: &mut Problems,
    name: &str,
    place: Place,
    ids: &Names<I>,
    code: &'static str,
    kind: &str,
) -> Option<I> {
    let id = ids.get(name).copied();
    if id.is_none() {
        problems.unknown(code, place, kind, name, ids.keys().map(String::as_str));
    }
    id
}

/// Two prices of one thing as one, exact where a common time for both can be counted.
fn joined(left: Option<PerTime>, right: Option<PerTime>) -> Option<PerTime> {
    let (Some(left), Some(right)) = (left, right) else { return left.or(right) };
    let (one, other) = (left.per.as_microseconds(), right.per.as_microseconds());
    let exact = || {
        let common = one.checked_mul(other / gcd(one, other))?;
        let times = |price: PerTime, per: u64| price.amount.as_micros().checked_mul(i128::from(common / per));
        let amount = Money::from_micros(times(left, one)?.checked_add(times(right, other)?)?);
        Some(PerTime { amount, per: Span::from_microseconds(common) })
    };
    let year = Span::from_seconds(SECONDS_PER_YEAR);
    Some(exact().unwrap_or_else(|| PerTime { amount: left.over(year) + right.over(year), per: year }))
}

/// Greatest common divisor of two numbers above zero.
const fn gcd(mut left: u64, mut right: u64) -> u64 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_prices_of_one_thing_add_up_exactly() {
        let price = |text: &str| Some(text.parse::<Price>().unwrap().price);
        let both = joined(price("90000 CNY / 7 years"), price("100 CNY / month")).unwrap();
        assert_eq!(both.over("7 years".parse().unwrap()), Money::from_units(90_000 + 8_400));
        let odd = joined(price("1 CNY / 499999.3 years"), price("1 CNY / 77777.777777 s")).unwrap();
        assert!((odd.over(Span::from_seconds(77_777.777_777)).as_units() - 1.0).abs() < 1e-6);
    }
}

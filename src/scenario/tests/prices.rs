//! Prices through `load`: what is written becomes what is meant, in one currency.

use super::*;
use crate::model::{Downtime, Offence, Prices};
use crate::quantity::{Bytes, Currency, Money, PerTime, Probability, SECONDS_PER_YEAR, SimTime, Span};

const PRICED: &str = include_str!("../../../scenarios/textbook/priced-outages.toml");
const THINGS: &str = "[sites.a]\nrooms = { hall = { racks = { left = { nodes = 2, price = \"10 CNY / h\" } }, price = \"20 CNY / h\" } }\nclass = \"c\"
price = \"30 CNY / h\"\n[sites.b]\ncount = 2\nnodes = 2\nclass = \"d\"\nprice = \"40 CNY / h\"\n[classes.c]\nprice = \"50 CNY / h\"\nrunning = \"5 CNY / h\"
power = { idle = \"0.1 kW\", busy = \"300 W\" }\nrepair-price = \"500 CNY\"\n[classes.d]\nlike = \"c\"\nprice = \"60 CNY / h\"
[plant.feed]\nprice = \"70 CNY / h\"\n[links.metro]\nbetween = [\"a\", \"b-1\"]\nprice = \"80 CNY / h\"\n[crews.k]\nprice = \"90 CNY / h\"
[staff.s]\nprice = \"100 CNY / h\"\n[datasets.ledger]\nsize = \"1 TB\"\non = \"a\"\nprice = \"0.1 CNY / GB / h\"\n[stores.vault]\n[stores.glacier]
price = \"aws-s3-standard\"\n[backups.n]\nof = \"ledger\"\nto = \"vault\"\nfull = \"daily\"\n[backups.g]\nof = \"ledger\"\nto = \"glacier\"\nfull = \"daily\"
[services.web]\nreplicas = { a = 2 }\nneeds = [\"feed\"]\nprice = \"110 CNY / h\"\ntier = \"gold\"\n[services.pay]\nreplicas = { a = 2 }\ntier = \"gold\"\n";

#[track_caller]
fn prices(text: &str) -> Prices {
    loaded(text).prices.expect("something has a price")
}

/// For an hour.
fn hourly<I: Copy>(list: &[(I, PerTime)]) -> Vec<i128> {
    list.iter().map(|(_, price)| price.over(Span::from_seconds(3600.0)).as_micros() / 1_000_000).collect()
}

#[test]
fn every_thing_has_its_price() {
    let text = format!(
        "{THINGS}[prices]\ncurrency = \"CNY\"\nrates = {{ USD = \"7.2 CNY\" }}\nenergy = {{ price = \"0.7 CNY / kWh\", pue = 1.5 }}"
    );
    let scenario = loaded(&text);
    let prices = scenario.prices.as_ref().unwrap();
    let places: Vec<&str> = prices.places.iter().map(|(id, _)| scenario.domains[*id].name.as_str()).collect();
    assert_eq!(places, ["a", "a/hall", "a/hall/left", "b-1", "b-2"]);
    assert_eq!(hourly(&prices.places), [30, 20, 10, 40, 40]);
    // The second class takes from the first what it does not say: the price of running, of a repair, the power.
    assert_eq!(hourly(&prices.nodes), [55, 65]);
    assert_eq!(prices.repairs.iter().map(|(_, price)| *price).collect::<Vec<_>>(), [Money::from_units(500); 2]);
    let energy = prices.energy.as_ref().unwrap();
    assert_eq!(
        (energy.nodes.len(), energy.nodes[1].1.idle, energy.nodes[1].1.busy, energy.pue),
        (2, 100.0, 300.0, 1.5)
    );
    assert_eq!(hourly(&prices.plants), [70]);
    assert_eq!(hourly(&prices.links), [80]);
    assert_eq!(hourly(&prices.crews), [90]);
    assert_eq!(hourly(&prices.staff), [100]);
    assert_eq!(hourly(&prices.services), [110]);
    assert_eq!(scenario.services[prices.services[0].0].name, "web");
    assert_eq!(prices.datasets[0].1.bands[0].1.of(1e12 * 3600.0), Money::from_units(100));
    assert_eq!(prices.standby, [Some(Probability::ONE); 5]);
}

#[test]
fn presets_are_told_in_the_currency_of_the_account() {
    let text = format!("{THINGS}[prices]\ncurrency = \"CNY\"\nrates = {{ USD = \"0.9 EUR\", EUR = \"8 CNY\" }}");
    let problems = try_load(&format!("{HEAD}{text}")).unwrap();
    assert!(problems.warnings.items().iter().any(|item| item.message.contains("energy has no price")));
    let prices = problems.scenario.prices.unwrap();
    let bands = &prices.stores[0].1.bands;
    let ends: Vec<Option<u64>> = bands.iter().map(|(end, _)| end.map(Bytes::get)).collect();
    assert_eq!(ends, [Some(50_000_000_000_000), Some(500_000_000_000_000), None]);
    // 0.023 USD at 0.9 EUR at 8 CNY, for a GB and a month: 0.1656 CNY; a TB and a year twelve thousand times as much.
    assert_eq!(bands[0].1.of(1e12 * SECONDS_PER_YEAR), Money::from_micros(1_987_200_000));
}

#[test]
fn the_currency_is_that_of_all_prices() {
    let text = THINGS.replace("price = \"aws-s3-standard\"\n", "");
    assert_eq!(prices(&text).currency, Currency::new("CNY").unwrap());
    assert!(codes(THINGS).contains(&"mixed-currencies"));
    assert!(codes(&format!("{THINGS}[prices]\ncurrency = \"CNY\"")).contains(&"missing-rate"));
}

#[test]
fn outages_losses_and_promises() {
    let text = format!(
        "{THINGS}[prices]\ncurrency = \"CNY\"\nrates = {{ USD = \"7 CNY\" }}\nstorage = {{ vault = [{{ up-to = \"50 TB\", price = \"0.2 CNY / GB / month\" }}, {{ price = \"0.1 CNY / GB / month\" }}] }}
transfer = {{ metro = {{ backward = \"0.02 CNY / GB\" }} }}\nretrieval = {{ vault = \"0.03 CNY / GB\" }}\nrestore = {{ ledger = \"8000 CNY\" }}\nstandby = \"rented\"
downtime = {{ gold = [{{ up-to = \"30 min\", per = \"6 CNY / h\" }}, {{ beyond = \"30 min\", per = \"9 CNY / h\" }}], pay = {{ each = \"5 CNY\", cap = \"7 CNY\" }} }}
data-lost = {{ ledger = {{ by-work = \"2 CNY / h\", by-amount = \"5 CNY / GB\", cap = \"100 CNY\" }} }}
sla = {{ pay = {{ bands = [{{ below = \"99.9 %\", credit = \"10 %\" }}], charges = \"80 CNY / month\" }} }}
fines = [{{ service = \"pay\", down = \"4h\", amount = \"9 CNY\" }}, {{ dataset = \"ledger\", lost = \"1 GB\", amount = \"8 CNY\" }}]"
    );
    let scenario = loaded(&text);
    let prices = scenario.prices.as_ref().unwrap();
    assert_eq!(prices.stores.len(), 2);
    assert_eq!(prices.carried[0].1.map(|price| price.map(|price| price.amount.as_micros())), [None, Some(20_000)]);
    assert_eq!(prices.retrieved[0].1.of(1e9), Money::from_micros(30_000));
    assert_eq!(prices.restores[0].1, Money::from_units(8000));
    assert_eq!(prices.standby, [Some(Probability::ZERO), None, None, Some(Probability::ONE), Some(Probability::ONE)]);
    let named = |name: &str| -> &Downtime {
        &prices.downtime.iter().find(|(id, _)| scenario.services[*id].name == name).unwrap().1
    };
    // The own name wins over the tier.
    assert_eq!(
        named("web").steps.iter().map(|(end, _)| *end).collect::<Vec<_>>(),
        [Some(Span::from_seconds(1800.0)), None]
    );
    assert_eq!(
        (named("pay").steps.len(), named("pay").each, named("pay").cap),
        (1, Money::from_units(5), Some(Money::from_units(7)))
    );
    let lost = prices.data_lost[0].1;
    assert!(lost.by_work.is_some() && lost.by_amount.is_some() && lost.cap == Some(Money::from_units(100)));
    let sla = &prices.slas[0];
    assert_eq!((sla.charges, sla.months.len()), (Money::from_units(80), 13));
    assert_eq!((sla.months[0], sla.months[1]), (SimTime::ZERO, SimTime::ZERO + Span::from_seconds(31.0 * 86_400.0)));
    assert!(matches!(prices.fines[0].when, Offence::Down(..)) && matches!(prices.fines[1].when, Offence::Lost(..)));
}

#[test]
fn without_a_price_there_is_no_account() {
    assert!(loaded(&format!("{NODES}[services.web]\nreplicas = {{ a = 1 }}")).prices.is_none());
    assert_eq!(
        codes(&format!("{NODES}[services.web]\nreplicas = {{ a = 1 }}\n[prices]\ncurrency = \"CNY\"")),
        ["no-effect"]
    );
}

#[test]
fn prices_are_set_and_laid_over_like_all_else() {
    let set = |path: &str| path.parse::<Override>().unwrap();
    let overrides = [
        set("prices.downtime.gold.cap=2 CNY"),
        set("classes.server.price=1 CNY / h"),
        set("prices.energy.pue=2.0"),
        set("prices.standby.hot-standby=40 %"),
        set("prices.sla.pay.charges=1 CNY / month"),
    ];
    let prices = load(&Source::from_text("test.toml", PRICED), &overrides).unwrap().scenario.prices.unwrap();
    assert_eq!(prices.downtime[0].1.cap, Some(Money::from_units(2)));
    assert_eq!(prices.downtime[0].1.steps.len(), 2, "the rest of the table stays");
    assert_eq!(prices.energy.unwrap().pue, 2.0);
    assert_eq!(prices.standby[3], Probability::new(0.4));
    assert_eq!((prices.slas[0].charges, prices.slas[0].bands.len()), (Money::from_units(1), 3));
}

#[test]
fn the_priced_scenario_reads_as_it_says() {
    let scenario = load(&Source::from_text("priced-outages.toml", PRICED), &[]).unwrap();
    assert!(scenario.warnings.items().is_empty(), "{}", scenario.warnings);
    let scenario = scenario.scenario;
    let prices = scenario.prices.unwrap();
    let year = Span::from_seconds(SECONDS_PER_YEAR);
    assert_eq!(prices.places[0].1.over(year), Money::from_units(12_000));
    assert_eq!(prices.nodes[0].1.over(year), Money::from_units(24_000));
    assert_eq!(prices.services[0].1.over(year), Money::from_units(24_000));
    let pay = &prices.downtime[0].1;
    assert_eq!((pay.steps.len(), pay.each, pay.cap), (2, Money::from_units(5_000), Some(Money::from_units(1_000_000))));
    assert_eq!(prices.slas[0].charges, Money::from_units(72_000));
    assert_eq!(prices.slas[0].bands[0], (Probability::new(0.995).unwrap(), Probability::new(0.1).unwrap()));
    assert_eq!(prices.slas[0].months.len(), 13);
}

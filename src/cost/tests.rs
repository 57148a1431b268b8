//! Accounts that can be checked by hand, and what must hold of all of them.

use super::*;
use crate::id::Id as _;
use crate::model::{
    ClassId, DataLost, DatasetId, DomainId, Downtime, Energy, Fine, LinkId, ServiceId, Sla, StoreId, Tariff, Watts,
};
use crate::quantity::{Bytes, PerData, PerDataTime, PerEnergy, PerTime, Probability, SECONDS_PER_YEAR, SimTime};
use crate::scenario::{Source, load};
use crate::simulation::{Simulator, YEAR};

const HOUR: f64 = 3600.0;
const YEARS: f64 = SECONDS_PER_YEAR;

fn units(amount: i64) -> Money {
    Money::from_units(amount)
}

fn span(seconds: f64) -> Span {
    Span::from_seconds(seconds)
}

fn at(seconds: f64) -> SimTime {
    SimTime::ZERO + span(seconds)
}

fn per(amount: i64, seconds: f64) -> PerTime {
    PerTime { amount: units(amount), per: span(seconds) }
}

fn share(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

fn gigabyte(micros: i128) -> PerData {
    PerData { amount: Money::from_micros(micros), per: Bytes::new(1_000_000_000) }
}

/// No price at all.
fn nothing() -> Prices {
    Prices {
        currency: Currency::new("CNY").unwrap(),
        nodes: Vec::new(),
        standby: [Some(Probability::ONE); 5],
        places: Vec::new(),
        plants: Vec::new(),
        links: Vec::new(),
        crews: Vec::new(),
        staff: Vec::new(),
        services: Vec::new(),
        stores: Vec::new(),
        datasets: Vec::new(),
        carried: Vec::new(),
        retrieved: Vec::new(),
        energy: None,
        repairs: Vec::new(),
        restores: Vec::new(),
        downtime: Vec::new(),
        data_lost: Vec::new(),
        slas: Vec::new(),
        fines: Vec::new(),
    }
}

fn scenario(text: &str, prices: Prices) -> Scenario {
    let text = format!("format = 1\nname = \"t\"\nstart = 2026-01-01 00:00\n{text}");
    match load(&Source::from_text("t.toml", text), &[]) {
        Ok(loaded) => Scenario { prices: Some(prices), ..loaded.scenario },
        Err(problems) => panic!("{}", problems.render(false)),
    }
}

/// The account of one trial.
fn account(scenario: &Scenario, trial: u64) -> (Pricing, CostTally) {
    let pricing = Pricing::of(scenario).unwrap();
    let mut account = pricing.blank();
    pricing.charge(Simulator::new(scenario).run(1, trial), &mut account);
    let sum: Money = account.items.iter().copied().sum();
    assert_eq!(sum, account.total(), "the lines are the whole");
    (pricing, account)
}

fn amount(pricing: &Pricing, account: &CostTally, item: CostItem) -> Money {
    account.items[pricing.line(item).unwrap()]
}

/// The only service.
fn web() -> ServiceId {
    ServiceId::new(0)
}

/// Two years: 10 nodes of 90 000 over 5 years, a hall of 1000 a year, 180 W each at 0.7 / kWh and a PUE of 1.5.
#[test]
fn an_idle_site() {
    let prices = Prices {
        nodes: vec![(ClassId::new(0), per(90_000, 5.0 * YEARS))],
        places: vec![(DomainId::new(0), per(1000, YEARS))],
        energy: Some(Energy {
            price: PerEnergy { amount: Money::from_micros(700_000), watt_hours: 1000 },
            pue: 1.5,
            carbon: Some(550.0),
            nodes: vec![(ClassId::new(0), Watts { idle: 180.0, busy: 450.0 })],
        }),
        ..nothing()
    };
    let scenario = scenario("horizon = \"2 years\"\n[sites.s]\nnodes = 10\nclass = \"n\"\n[classes.n]\n", prices);
    let (pricing, account) = account(&scenario, 0);
    // 1.8 kW x 1.5 x 8766 h = 23 668.2 kWh a year; x 0.7 = 16 567.74; x 0.55 kg.
    assert_eq!(amount(&pricing, &account, CostItem::Nodes(ClassId::new(0))), units(360_000));
    assert_eq!(amount(&pricing, &account, CostItem::Place(DomainId::new(0))), units(2000));
    assert_eq!(amount(&pricing, &account, CostItem::Energy), Money::from_micros(33_135_480_000));
    assert_eq!((account.running, account.loss), (Money::from_micros(395_135_480_000), Money::ZERO));
    assert!((account.energy_kwh - 47_336.4).abs() < 1e-6 && (account.carbon_kg - 26_035.02).abs() < 1e-6);
    let year = YearlyCost { running: Money::from_micros(197_567_740_000), loss: Money::ZERO };
    assert_eq!(account.by_year, [year, year]);
    assert_eq!(pricing.fixed_part(Yearly::Total), units(181_000), "energy depends on what happens");
}

/// A site that is off for two hours from noon on 10 July 2026.
const OFF: &str = "[sites.s]\nnodes = 2\nclass = \"n\"\n[classes.n]\n[services.web]\nreplicas = { s = 2 }\n\
    [threats.cut]\nat = 2026-07-10 12:00\nstrikes = \"s\"\neffects = [{ suspend = { lasts = \"2h\" } }]\n";

fn steps(cap: Option<i64>) -> Downtime {
    Downtime {
        steps: vec![(Some(span(HOUR / 2.0)), per(60_000, HOUR)), (None, per(400_000, HOUR))],
        each: units(5000),
        cap: cap.map(units),
    }
}

#[test]
fn an_outage_climbs_the_steps_up_to_its_cap() {
    let of = |length: f64, cap| incidents::of_outage(&steps(cap), span(length));
    assert_eq!(of(HOUR / 4.0, None), units(5000 + 15_000));
    assert_eq!(of(HOUR / 2.0, None), units(5000 + 30_000));
    assert_eq!(of(2.0 * HOUR, None), units(5000 + 30_000 + 600_000));
    assert_eq!(of(2.0 * HOUR, Some(500_000)), units(500_000));
}

/// The outage falls into the first of three years, its fine too; what runs when it happened counts in every year.
#[test]
fn a_loss_belongs_to_the_year_in_which_it_began() {
    let fine = |hours: f64, amount| Fine { when: Offence::Down(web(), span(hours * HOUR)), amount: units(amount) };
    let prices = Prices {
        services: vec![(web(), per(100, YEARS))],
        downtime: vec![(web(), steps(None))],
        fines: vec![fine(1.0, 7000), fine(2.0, 50_000), fine(1.9, 1000)],
        ..nothing()
    };
    let scenario = scenario(&format!("horizon = \"1100 days\"\n{OFF}"), prices);
    let (pricing, account) = account(&scenario, 0);
    assert_eq!(amount(&pricing, &account, CostItem::Downtime(web())), units(635_000));
    assert_eq!(amount(&pricing, &account, CostItem::DownFines(web())), units(8000), "two hours are not more than two");
    assert_eq!(
        account.by_year.iter().map(|year| year.loss).collect::<Vec<_>>(),
        [units(643_000), Money::ZERO, Money::ZERO]
    );
    assert_eq!(account.by_year[2].running, units(100));
    // All of it is due to the threat, the first of the causes after classes (4 rows), crews, plants and links.
    let threat = Cause::Threat(crate::model::ThreatId::new(0)).index(&scenario);
    assert!((account.causes[0][threat] - 635_000.0).abs() < 1e-6, "{:?}", account.causes);
}

#[test]
fn an_outage_that_is_open_at_the_end_is_charged_up_to_the_end() {
    let prices = Prices {
        downtime: vec![(web(), Downtime { steps: vec![(None, per(10, HOUR))], each: Money::ZERO, cap: None })],
        ..nothing()
    };
    // 190.5 days from 1 January on are over at noon on 10 July; another hour follows.
    let scenario = scenario(&format!("horizon = \"4573 h\"\n{OFF}"), prices);
    let (_, account) = account(&scenario, 0);
    assert_eq!((account.loss, account.by_year.len()), (units(10), 0), "and no year is whole");
}

/// 4.32 minutes of 30 days are 99.99 %, 4.464 of 31: to the microsecond above it nothing is owed, one more and it is.
#[test]
fn a_month_owes_what_the_lowest_bound_says_that_it_stays_below() {
    let bands = vec![(share(0.9999), share(0.1)), (share(0.99), share(0.3)), (share(0.95), Probability::ONE)];
    let day = 86_400.0;
    let months = vec![at(0.0), at(31.0 * day), at(61.0 * day)];
    let prices = Prices { slas: vec![Sla { service: web(), charges: units(80_000), bands, months }], ..nothing() };
    let scenario = scenario(
        "horizon = \"62 days\"\n[sites.s]\nnodes = 1\nclass = \"n\"\n[classes.n]\n[services.web]\nreplicas = { s = 1 }\n",
        prices,
    );
    let pricing = Pricing::of(&scenario).unwrap();
    let mut simulator = Simulator::new(&scenario);
    let quiet = simulator.run(1, 0).clone();
    let owed = |outages: &[(f64, f64)]| {
        let mut tally = quiet.clone();
        tally.events = outages
            .iter()
            .map(|(began, length)| crate::simulation::TallyEvent {
                service: web(),
                kind: crate::simulation::EventKind::Outage,
                began: at(*began),
                length: span(*length),
            })
            .collect();
        let mut account = pricing.blank();
        pricing.charge(&tally, &mut account);
        assert_eq!(account.credits, account.loss);
        account.credits
    };
    assert_eq!(owed(&[]), Money::ZERO);
    assert_eq!(owed(&[(day, 267.84)]), Money::ZERO, "31 days");
    assert_eq!(owed(&[(day, 267.840_001)]), units(8000));
    assert_eq!(owed(&[(32.0 * day, 259.2)]), Money::ZERO, "30 days");
    assert_eq!(owed(&[(32.0 * day, 259.200_001)]), units(8000));
    assert_eq!(owed(&[(day, 200.0), (2.0 * day, 67.840_001)]), units(8000), "outages of a month add up");
    assert_eq!(owed(&[(31.0 * day - 250.0, 500.0)]), Money::ZERO, "250 s in each of two months");
    assert_eq!(owed(&[(31.0 * day - 260.0, 520.0)]), units(8000), "260 s are too much for 30 days only");
    assert_eq!(owed(&[(32.0 * day, 0.3 * day)]), Money::ZERO + units(8000), "99 % of 30 days are kept exactly");
    assert_eq!(owed(&[(32.0 * day, 0.300_001 * day)]), units(24_000));
    assert_eq!(owed(&[(0.0, 20.0 * day)]), units(80_000));
    assert_eq!(owed(&[(61.0 * day, day)]), Money::ZERO, "the third month is not full");
}

#[test]
fn lost_data_are_charged_by_amount_or_by_work() {
    let loss = |bytes: f64, age: Option<f64>| crate::simulation::DataLoss {
        dataset: DatasetId::new(0),
        at: at(100.0 * HOUR),
        bytes,
        age: age.map(span),
    };
    let price = DataLost { by_amount: Some(gigabyte(5_000_000)), by_work: Some(per(2000, HOUR)), cap: None };
    let of = |price: DataLost, loss| incidents::of_loss(&price, &loss, 1e12);
    assert_eq!(of(price, loss(2e9, Some(3.0 * HOUR))), units(10 + 6000));
    assert_eq!(of(price, loss(1e12, None)), units(5000 + 200_000), "nothing came back: all work since the start");
    assert_eq!(of(price, loss(1e11, None)), units(500 + 20_000), "a tenth of it");
    assert_eq!(of(DataLost { cap: Some(units(1000)), ..price }, loss(1e12, None)), units(1000));
    assert_eq!(of(DataLost::default(), loss(1e12, None)), Money::ZERO);
}

/// A backup at midnight each day over a line, a single node destroyed at 06:00 on 11 January: 6 h of work, 21.6 GB.
const NIGHTLY: &str = "horizon = \"20 days\"\n[sites.here]\nnodes = 1\nclass = \"disk\"\n[sites.there]\nnodes = 1\nclass = \"disk\"\n\
    [classes.disk]\nrole = \"storage\"\n[links.line]\nbetween = [\"there\", \"here\"]\nbandwidth = \"80 Gbps\"\n\
    [stores.vault]\nat = \"there\"\n[datasets.books]\nsize = \"1 TB\"\nwrites = \"1 MB/s\"\nchanges = \"1 MB/s\"\non = \"here\"\n\
    recover = { detect = \"0 s\", decide = \"0 s\" }\n\
    [backups.nightly]\nof = \"books\"\nto = \"vault\"\nfull = \"0 0 * * *\"\nkeep = { last = 1 }\n\
    [threats.fire]\nat = 2026-01-11 06:00\nstrikes = \"here\"\neffects = [{ destroy = { lasts = \"1h\" } }]\n";

#[test]
fn a_nightly_backup_and_a_fire() {
    let (dataset, store, link) = (DatasetId::new(0), StoreId::new(0), LinkId::new(0));
    let month = span(2_629_800.0);
    let prices = Prices {
        stores: vec![(
            store,
            Tariff {
                bands: vec![(None, PerDataTime { amount: units(1), data: Bytes::new(1_000_000_000), time: month })],
            },
        )],
        carried: vec![(link, [Some(gigabyte(20_000)), Some(gigabyte(10_000))])],
        retrieved: vec![(store, gigabyte(30_000))],
        restores: vec![(dataset, units(8000))],
        data_lost: vec![(
            dataset,
            DataLost { by_amount: Some(gigabyte(5_000_000)), by_work: Some(per(2000, HOUR)), cap: None },
        )],
        fines: vec![
            Fine { when: Offence::Lost(dataset, Bytes::new(21_000_000_000)), amount: units(1) },
            Fine { when: Offence::Lost(dataset, Bytes::new(22_000_000_000)), amount: units(10) },
        ],
        ..nothing()
    };
    let scenario = scenario(NIGHTLY, prices);
    let (pricing, account) = account(&scenario, 0);
    let of = |item| amount(&pricing, &account, item);
    assert_eq!(of(CostItem::DataLost(dataset)), units(6 * 2000 + 108));
    assert_eq!(of(CostItem::Restores(dataset)), units(8000));
    assert_eq!(of(CostItem::Retrieved(store)), units(30), "1 TB at 0.03 a GB");
    assert_eq!(of(CostItem::LossFines(dataset)), units(1), "more than 21 GB, not more than 22");
    // 19 fulls from the second night on (or 20 from the first) go backwards, from `here` to `there`; the restore goes forwards.
    let jobs = (of(CostItem::Carried(link)).as_units() - 20.0) / 10.0;
    assert!(jobs == 19.0 || jobs == 20.0, "{jobs}");
    // A full lies there from its arrival on, the new one beside the old one never: about a terabyte for 19 to 20 days.
    let stored = of(CostItem::Store(store)).as_units() / 1000.0 * 30.4375;
    assert!((18.9..20.1).contains(&stored), "{stored}");
}

/// Streams cost no event and cross all the same: a mirror for ten days but for one in which its line is cut, which it then catches up with.
#[test]
fn what_a_mirror_is_sent_crosses_the_link() {
    let text = "horizon = \"10 days\"\n[sites.here]\nnodes = 1\nclass = \"disk\"\n[sites.there]\nnodes = 1\nclass = \"disk\"\n\
        [classes.disk]\nrole = \"storage\"\n[links.line]\nbetween = [\"here\", \"there\"]\nbandwidth = \"80 Gbps\"\n\
        [datasets.books]\nsize = \"1 TB\"\nwrites = \"1 MB/s\"\nchanges = \"1 MB/s\"\non = \"here\"\nmirror = { to = \"there\", async = { lag = \"0 s\" } }\n\
        [threats.digger]\nat = 2026-01-04 00:00\nstrikes = { links = [\"line\"] }\neffects = [{ sever = { lasts = \"1 day\" } }]\n";
    let link = LinkId::new(0);
    let prices =
        Prices { carried: vec![(link, [Some(gigabyte(1_000_000)), Some(gigabyte(1_000_000_000))])], ..nothing() };
    let scenario = scenario(text, prices);
    let (pricing, account) = account(&scenario, 0);
    // 864 GB in all: nine days as a stream, one as a piece afterwards, and what is written while that crosses.
    let carried = amount(&pricing, &account, CostItem::Carried(link)).as_units();
    assert!((carried - 864.0).abs() < 0.1, "{carried}");
}

/// Rented and standing by at a tenth of the price: in full for the four hours of the failover.
#[test]
fn rented_nodes_are_paid_in_full_while_they_serve() {
    let text = "horizon = \"1000 h\"\n[sites.a]\nnodes = 2\nclass = \"n\"\n[sites.b]\nnodes = 2\nclass = \"n\"\n[classes.n]\n\
        [services.web]\nreplicas = { a = 2, b = 1 }\n\
        failover = { warm-standby = { switch = \"1h\", scale-up = \"0 s\", failback = { after = \"1h\", takes = \"0 s\" } } }\n\
        detection = { person = \"0 s\" }\n\
        [threats.cut]\nat = 2026-01-10 12:00\nstrikes = \"a\"\neffects = [{ suspend = { lasts = \"4h\" } }]\n";
    let class = ClassId::new(0);
    let with = |standby: Option<f64>| {
        let prices = Prices { nodes: vec![(class, per(1, HOUR))], standby: [standby.map(share); 5], ..nothing() };
        let scenario = scenario(text, prices);
        let (pricing, account) = account(&scenario, 0);
        amount(&pricing, &account, CostItem::Nodes(class))
    };
    // Lost at 0, there at 1 h, back at 4 h, an hour whole at 5 h: four hours away. One of four nodes stands by, one has nothing to do.
    assert_eq!(with(Some(1.0)), units(4000), "owned");
    assert_eq!(with(Some(0.1)), Money::from_micros(2_000_000_000 + 4_000_000 + 99_600_000));
    assert_eq!(with(Some(0.0)), units(2004));
    assert_eq!(with(None), Money::from_micros(2_504_000_000 - 2_000_000), "half, as warm standby runs by default");
}

/// Two nodes at half load: 100 W idle, 300 W busy, 200 W each; off for two hours of ten days.
#[test]
fn energy_follows_load_and_outages() {
    let energy = |load: &str| {
        let prices = Prices {
            energy: Some(Energy {
                price: PerEnergy { amount: units(1), watt_hours: 1000 },
                pue: 1.0,
                carbon: None,
                nodes: vec![(ClassId::new(0), Watts { idle: 100.0, busy: 300.0 })],
            }),
            ..nothing()
        };
        let text =
            OFF.replace("replicas = { s = 2 }", &format!("replicas = {{ s = 2 }}{load}")).replace("07-10", "01-05");
        let (_, account) = account(&scenario(&format!("horizon = \"240 h\"\n{text}"), prices), 0);
        account.energy_kwh
    };
    let half = energy("\nload = { requests = \"100 / s\", per-replica = \"100 / s\" }");
    assert!((half - 238.0 * 0.4).abs() < 1e-9, "{half}");
    assert!((energy("") - 238.0 * 0.6).abs() < 1e-9, "without a load a replica keeps its node busy");
}

/// A part that fails every 1000 h and is back after 24 h: repairs at 1024 h, 2048 h … of 10 000.
#[test]
fn repairs_are_charged_when_they_are_done() {
    let text = "horizon = \"10000 h\"\n[sites.s]\nnodes = 2\nclass = \"n\"\n[classes.n]\nlife = { fixed = \"1000 h\" }\nrepair = \"24h\"\n";
    let prices = Prices { repairs: vec![(ClassId::new(0), units(500))], ..nothing() };
    let (_, account) = account(&scenario(text, prices), 0);
    assert_eq!(account.loss, units(2 * 9 * 500));
    assert_eq!(account.by_year[0].loss, units(2 * 8 * 500), "8192 h are within the first 8766, 9216 h are not");
}

/// A pooled population on the short way of the event loop: as many repairs as the trial counts.
#[test]
fn the_short_way_of_the_event_loop_forgets_no_repair() {
    let text = "horizon = \"3 years\"\n[sites.s]\nnodes = 20\nclass = \"n\"\n[classes.n]\nlife = { exponential = { mttf = \"30 days\" } }\n\
        repair = { exponential = { mean = \"1 h\" } }\n[services.web]\nreplicas = { s = 20 }\nup = { at-least = 2 }\n";
    let prices = Prices { repairs: vec![(ClassId::new(0), units(1))], ..nothing() };
    let scenario = scenario(text, prices);
    let tally = Simulator::new(&scenario).run(1, 0).clone();
    assert!(tally.scenario.repairs > 500);
    let (_, account) = account(&scenario, 0);
    assert_eq!(account.loss, units(tally.scenario.repairs.cast_signed()));
    assert_eq!(tally.incurred.repairs[ClassId::new(0)].len(), (3.0_f64).ceil() as usize);
}

/// Failing nodes, failovers, a store, a link: something of everything, at random.
const MIXED: &str = "horizon = \"3 years\"\n[sites.a]\nnodes = 3\nclass = \"n\"\n[sites.b]\nnodes = 2\nclass = \"n\"\n\
    [classes.n]\nlife = { exponential = { mttf = \"60 days\" } }\nrepair = { exponential = { mean = \"30 h\" } }\n\
    [links.line]\nbetween = [\"a\", \"b\"]\nbandwidth = \"10 Gbps\"\n[services.web]\nreplicas = { a = 2, b = 2 }\nup = { at-least = 2 }\n\
    failover = { warm-standby = { failback = { after = \"1h\", takes = \"1 min\" } } }\nuses = [\"books\"]\n\
    load = { requests = \"100 / s\", per-replica = \"80 / s\" }\n[stores.vault]\nat = \"b\"\n\
    [datasets.books]\nsize = \"1 TB\"\nwrites = \"1 MB/s\"\non = \"a\"\n[backups.daily]\nof = \"books\"\nto = \"vault\"\nfull = \"every 24 h\"\nkeep = { last = 3 }\n";

fn everything() -> Prices {
    let (class, dataset, store, link) = (ClassId::new(0), DatasetId::new(0), StoreId::new(0), LinkId::new(0));
    let month = span(2_629_800.0);
    let months = (0..36).map(|nth| at(f64::from(nth) * 30.0 * 86_400.0)).collect();
    Prices {
        nodes: vec![(class, per(90_000, 5.0 * YEARS))],
        standby: [Some(share(0.25)); 5],
        services: vec![(web(), per(777, 1e6))],
        stores: vec![(
            store,
            Tariff {
                bands: vec![(None, PerDataTime { amount: units(1), data: Bytes::new(7_000_000_000), time: month })],
            },
        )],
        carried: vec![(link, [Some(gigabyte(20_000)), Some(gigabyte(33_333))])],
        retrieved: vec![(store, gigabyte(30_000))],
        energy: Some(Energy {
            price: PerEnergy { amount: Money::from_micros(700_000), watt_hours: 1000 },
            pue: 1.37,
            carbon: Some(550.0),
            nodes: vec![(class, Watts { idle: 180.0, busy: 451.0 })],
        }),
        repairs: vec![(class, units(311))],
        restores: vec![(dataset, units(8000))],
        downtime: vec![(web(), steps(Some(2_000_000)))],
        data_lost: vec![(
            dataset,
            DataLost { by_amount: Some(gigabyte(5_000_000)), by_work: Some(per(2000, HOUR)), cap: None },
        )],
        slas: vec![Sla {
            service: web(),
            charges: units(80_000),
            bands: vec![(share(0.999), share(0.1)), (share(0.99), share(0.3))],
            months,
        }],
        fines: vec![Fine { when: Offence::Down(web(), span(HOUR)), amount: units(500) }],
        ..nothing()
    }
}

/// Every amount of all prices by a factor.
fn scaled(mut prices: Prices, factor: u64) -> Prices {
    let by = |amount: &mut Money| *amount = amount.scaled(factor, 1);
    let timed = [&mut prices.nodes].into_iter().flatten().map(|(_, price)| &mut price.amount);
    timed.for_each(by);
    prices.services.iter_mut().for_each(|(_, price)| by(&mut price.amount));
    prices.stores.iter_mut().flat_map(|(_, tariff)| &mut tariff.bands).for_each(|(_, price)| by(&mut price.amount));
    prices.carried.iter_mut().flat_map(|(_, prices)| prices).flatten().for_each(|price| by(&mut price.amount));
    prices.retrieved.iter_mut().for_each(|(_, price)| by(&mut price.amount));
    prices.energy.iter_mut().for_each(|energy| by(&mut energy.price.amount));
    prices.repairs.iter_mut().for_each(|(_, price)| by(price));
    prices.restores.iter_mut().for_each(|(_, price)| by(price));
    for (_, downtime) in &mut prices.downtime {
        downtime.steps.iter_mut().for_each(|(_, price)| by(&mut price.amount));
        by(&mut downtime.each);
        downtime.cap.iter_mut().for_each(by);
    }
    for (_, lost) in &mut prices.data_lost {
        lost.by_amount.iter_mut().for_each(|price| by(&mut price.amount));
        lost.by_work.iter_mut().for_each(|price| by(&mut price.amount));
    }
    prices.slas.iter_mut().for_each(|sla| by(&mut sla.charges));
    prices.fines.iter_mut().for_each(|fine| by(&mut fine.amount));
    prices
}

#[test]
fn twice_the_prices_are_twice_the_cost() {
    let (once, twice) = (scenario(MIXED, everything()), scenario(MIXED, scaled(everything(), 2)));
    for trial in 0..5 {
        let (pricing, one) = account(&once, trial);
        let (_, two) = account(&twice, trial);
        assert!(one.loss > units(100_000) && one.credits > Money::ZERO && one.energy_kwh > 0.0);
        for (nth, item) in pricing.items().iter().enumerate() {
            let (one, two) = (one.items[nth].scaled(2, 1), two.items[nth]);
            let off = (one - two).as_micros().unsigned_abs();
            // Each charge is rounded to a millionth: no more than half of one per charge, twice.
            assert!(off < 10_000, "{item:?}: {one:?} {two:?}");
        }
        assert!(one.items.iter().all(|amount| *amount > Money::ZERO), "{:?} {:?}", pricing.items(), one.items);
    }
}

#[test]
fn an_account_does_not_depend_on_what_was_charged_before() {
    let scenario = scenario(MIXED, everything());
    let pricing = Pricing::of(&scenario).unwrap();
    let mut simulator = Simulator::new(&scenario);
    let (mut reused, mut fresh) = (pricing.blank(), Vec::new());
    for trial in 0..4 {
        let mut account = pricing.blank();
        pricing.charge(simulator.run(1, trial), &mut account);
        fresh.push(account);
    }
    for trial in [3, 0, 2, 1] {
        pricing.charge(simulator.run(1, trial), &mut reused);
        assert_eq!(reused, fresh[trial as usize]);
    }
}

/// Prices ask for books and change nothing else.
#[test]
fn what_happens_does_not_depend_on_prices() {
    let priced = scenario(MIXED, everything());
    let free = Scenario { prices: None, ..priced.clone() };
    for trial in 0..4 {
        let (mut with, mut without) = (Simulator::new(&priced), Simulator::new(&free));
        let (with, without) = (with.run(1, trial), without.run(1, trial));
        assert_eq!(with.services, without.services);
        assert_eq!(with.datasets, without.datasets);
        assert_eq!((&with.scenario, &with.events), (&without.scenario, &without.events));
        assert_eq!(without.incurred, crate::simulation::Incurred::default());
    }
}

#[test]
fn the_years_of_a_trial_add_up() {
    let scenario = scenario(MIXED, everything());
    let (_, account) = account(&scenario, 1);
    assert_eq!(account.by_year.len(), 3);
    let loss: Money = account.by_year.iter().map(|year| year.loss).sum();
    assert_eq!(loss, account.loss, "three whole years: nothing is left over");
    assert!((account.by_year[0].running.scaled(3, 1) - account.running).as_micros().abs() <= 3);
    assert_eq!(YEAR.as_seconds(), SECONDS_PER_YEAR);
    let causes: f64 = account.causes[0].iter().sum();
    let pricing = Pricing::of(&scenario).unwrap();
    let downtime = amount(&pricing, &account, CostItem::Downtime(web())).as_units();
    assert!((causes / downtime - 1.0).abs() < 1e-12, "{causes} {downtime}");
}

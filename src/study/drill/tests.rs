//! Drills of small scenarios whose answers one can work out by hand.

use super::*;
use crate::scenario::{Source, load};
use crate::simulation::Incident;

fn scenario(text: &str) -> Scenario {
    let head = "format = 1\nname = \"t\"\nhorizon = \"60 days\"\nstart = 2026-01-05 00:00\n"; // a Monday
    let loaded = load(&Source::from_text("t.toml", format!("{head}{text}")), &[]);
    loaded.unwrap_or_else(|problems| panic!("{}", problems.render(false))).scenario
}

const SITES: &str = r#"
[sites.a]
nodes = 2
class = "server"
[sites.b]
nodes = 2
class = "server"
[classes.server]
life = { exponential = { mttf = "10 days" } }
repair = { fixed = "1 day" }
[threats.blackout]
strikes = "a"
occurs = { rate = "2 / year" }
kind = { power-loss = { lasts = { triangular = { min = "1h", mode = "2h", max = "3h" } } } }
[threats.other]
strikes = "b"
at = 2026-01-20 12:00
effects = [{ suspend = { lasts = "1h" } }]
"#;

const PAY: &str = r#"
[services.pay]
replicas = { a = 1, b = 1 }
up = { at-least = 1 }
failover = { hot-standby = { switch = { exponential = { mean = "10 min" } }, works = "80 %" } }
detection = { heartbeat = { every = "10 s", missed = 3 }, decide = { triangular = { min = "0 s", mode = "10 min", max = "20 min" } } }
objective = { rto = "18 min", mtd = "30 min" }
"#;

fn hours(count: f64) -> Span {
    Span::from_seconds(3600.0 * count)
}

fn drill(scenario: &Scenario, threat: &str, at: At) -> Walk {
    let threat = scenario.threats.enumerate().find(|(_, it)| it.name == threat).unwrap().0;
    walk(&fixed(scenario, at), Event { threat, strike: SimTime::ZERO + hours(240.0) })
}

#[test]
fn a_failover_is_walked_at_the_median_of_each_step() {
    let walk = drill(&scenario(&format!("{SITES}{PAY}")), "blackout", At::Median);
    let pay = &walk.affected[0];
    assert_eq!(pay.recoveries.len(), 1, "nothing else happens: {:?}", pay.recoveries);
    let worst = pay.worst().unwrap();
    let took = Phase::ALL.map(|phase| worst.took(phase).as_seconds());
    // Two intervals of 10 s and half of one; the middle of 0 to 20 min; 10 min times ln 2, at the first attempt.
    let expected = [25.0, 600.0, 600.0 * std::f64::consts::LN_2, 0.0];
    for (took, expected) in took.into_iter().zip(expected) {
        assert!((took - expected).abs() < 1e-3, "{took} against {expected}");
    }
    // 17 min 21 s of 18 min are over 80 %, of 30 min they are not.
    assert_eq!(pay.ratings.iter().map(|it| it.light).collect::<Vec<_>>(), [Light::Amber, Light::Green]);
    assert_eq!(walk.light(), Light::Amber);
}

#[test]
fn a_pessimistic_walk_takes_the_ninth_decile_and_a_second_attempt() {
    let walk = drill(&scenario(&format!("{SITES}{PAY}")), "blackout", At::Pessimistic);
    let worst = walk.affected[0].worst().unwrap().clone();
    let decide = 1200.0 - (0.1f64 * 1200.0 * 600.0).sqrt(); // triangular, from above
    let switch = 2.0 * 600.0 * 10.0f64.ln();
    let took = [worst.took(Phase::Detect), worst.took(Phase::Decide), worst.took(Phase::Act)].map(Span::as_seconds);
    for (took, expected) in took.into_iter().zip([29.0, decide, switch]) {
        assert!((took - expected).abs() < 1e-3, "{took} against {expected}");
    }
    let rating = &walk.affected[0].ratings[0];
    assert_eq!(rating.light, Light::Red);
    let Some(Change::Shrink(short)) = &rating.change else { panic!("{:?}", rating.change) };
    let over = 29.0 + decide + switch - 18.0 * 60.0;
    assert!((short.over.as_seconds() - over).abs() < 1e-3);
    assert_eq!(short.phase, Phase::Act);
    assert!((short.may_take.unwrap().as_seconds() - (switch - over)).abs() < 1e-3);
    assert!(short.transfer.is_none());
}

#[test]
fn only_the_drilled_threat_strikes() {
    let scenario = scenario(&format!("{SITES}{PAY}"));
    let walk = drill(&scenario, "other", At::Median);
    assert!(walk.affected[0].recoveries.is_empty(), "the standby group is hit, nobody notices");
    assert!(walk.affected[0].ratings.iter().all(|it| it.light == Light::Green && it.measured.is_none()));
    let strikes = walk.trace.entries.iter().filter(|it| matches!(it.what, Happening::Struck(_))).count();
    assert_eq!(strikes, 1);
    assert_eq!(default_threat(&scenario).map(Id::index), Some(1), "the scripted one");
    assert_eq!(default_strike(&scenario, ThreatId::new(1)), SimTime::ZERO + hours(15.0 * 24.0 + 12.0));
    // Drawn at random, so on a Wednesday at 14:00 within the first half: 30 days from a Monday are a Wednesday.
    assert_eq!(default_strike(&scenario, ThreatId::new(0)), SimTime::ZERO + hours(30.0 * 24.0 + 14.0));
}

#[test]
fn drawn_trials_spread_around_the_walk() {
    let scenario = scenario(&format!("{SITES}{PAY}"));
    let event = Event { threat: ThreatId::new(0), strike: SimTime::ZERO + hours(240.0) };
    let (found, walk) = drawn(&scenario, event, 400, 2).unwrap();
    let (again, _) = drawn(&scenario, event, 400, 1).unwrap();
    assert_eq!(found, again, "threads do not show");
    let pay = &found.subjects[0];
    assert_eq!((pay.recovery.len(), pay.open), (400, 0));
    let [low, middle, high] = [0.1, 0.5, 0.9].map(|level| pay.recovery.quantile(level).unwrap());
    assert!(low < middle && middle < high);
    // Mean: 25 s, 10 min, and 10 min for each of 1 / 0.8 attempts on average; cut off where the power is back first.
    assert!((pay.recovery.mean().unwrap() - (25.0 + 600.0 + 750.0)).abs() < 120.0, "{:?}", pay.recovery.mean());
    assert_eq!(walk.affected[0].worst().unwrap().time.as_seconds(), middle);
    assert_eq!(pay.kept[0].1, 400);
}

fn incident(moments: [Option<f64>; 5]) -> Incident {
    let at = |hour: Option<f64>| hour.map(|hour| SimTime::ZERO + hours(hour));
    Incident {
        service: Some(ServiceId::new(0)),
        dataset: None,
        cause: None,
        lost: SimTime::ZERO + hours(10.0),
        detected: at(moments[0]),
        decided: at(moments[1]),
        acted: at(moments[2]),
        recovered: at(moments[3]),
        caught_up: at(moments[4]),
        point: None,
        lost_bytes: 0,
    }
}

#[test]
fn phases_add_up_and_missing_moments_belong_to_the_next() {
    let end = SimTime::ZERO + hours(100.0);
    let took = |moments| {
        let recovery = Recovery::read(&incident(moments), end);
        let lengths = Phase::ALL.map(|phase| recovery.took(phase).as_seconds() / 3600.0);
        assert!((lengths.iter().sum::<f64>() * 3600.0 - recovery.time.as_seconds()).abs() < 1e-6);
        (lengths, recovery.open, recovery.work.as_seconds() / 3600.0)
    };
    let whole = [Some(11.0), Some(13.0), Some(16.0), Some(20.0), Some(25.0)];
    assert_eq!(took(whole), ([1.0, 2.0, 3.0, 4.0], false, 5.0));
    assert_eq!(took([None, None, Some(16.0), Some(16.0), Some(16.0)]), ([0.0, 0.0, 6.0, 0.0], false, 0.0));
    assert_eq!(took([Some(11.0), None, None, None, None]), ([1.0, 89.0, 0.0, 0.0], true, 0.0));
    assert_eq!(took([None; 5]), ([0.0, 0.0, 90.0, 0.0], true, 0.0));
    // Back by itself while it was still being decided.
    assert_eq!(took([Some(11.0), Some(30.0), None, Some(12.0), None]), ([1.0, 1.0, 0.0, 0.0], false, 0.0));
}

#[test]
fn what_is_too_long_must_shrink_by_what_is_over() {
    let end = SimTime::ZERO + hours(100.0);
    let recovery = Recovery::read(&incident([Some(11.0), Some(13.0), Some(92.0), Some(93.0), None]), end);
    // 83 h of 24 h: 59 too many; acting takes 79, so it may take 20. Of those, 40 TB took 75 h and may take 16.
    let short = judge::shortfall(&recovery, hours(59.0), Some((40e12, hours(75.0))));
    assert_eq!((short.phase, short.took, short.may_take), (Phase::Act, hours(79.0), Some(hours(20.0))));
    let moved = short.transfer.unwrap();
    assert!((moved.rate() - 8.0 * 40e12 / (75.0 * 3600.0)).abs() < 1.0);
    assert!((moved.needed().unwrap() - 8.0 * 40e12 / (16.0 * 3600.0)).abs() < 1.0);
    assert_eq!(judge::shortfall(&recovery, hours(80.0), None).may_take, None, "more is over than it takes");
}

const BANK: &str = r#"
[sites.a]
nodes = 2
class = "server"
[sites.b]
nodes = 2
class = "server"
[classes.server]
repair = { fixed = "20 days" }
[services.reports]
replicas = { a = 1, b = 1 }
up = { at-least = 1 }
failover = "hot-standby"
detection = { heartbeat = { every = "10 s", missed = 3 }, decide = "10 min" }
uses = ["books"]
objective = { rto = "2h", mtd = "3h" }
[datasets.books]
size = "20 GB"
writes = "6 MB/s"
on = "a"
recover = { detect = "5 min", decide = "30 min", to = "b", prepare = "1h", verify = "2h" }
objective = { rpo = "8h", rto = "2h" }
[stores.vault]
at = "b"
[backups.nightly]
of = "books"
to = "vault"
full = "0 1 * * *"
[threats.fire]
at = 2026-01-20 14:00
strikes = "a"
effects = [{ destroy = { share = "100 %", lasts = "30 days" } }]
"#;

#[test]
fn data_come_back_from_last_night_and_the_phase_to_shrink_is_named() {
    let scenario = scenario(BANK);
    let threat = ThreatId::new(0);
    let walk = walk(&fixed(&scenario, At::Median), Event { threat, strike: default_strike(&scenario, threat) });
    let books = &walk.affected[1];
    let (age, source) = books.point.unwrap();
    assert_eq!((age, source.unwrap().0), (hours(13.0), PointSource::Backup(crate::model::BackupId::new(0))));
    assert_eq!(books.lost_bytes, 20e9, "6 MB/s over 13 h is more than there is");
    let worst = books.worst().unwrap();
    let took = Phase::ALL.map(|phase| (worst.took(phase).as_seconds() / 60.0).round());
    assert_eq!(took, [5.0, 30.0, 60.0, 120.0]);
    let lights = |nth: usize| walk.affected[nth].ratings.iter().map(|it| (it.promise, it.light)).collect::<Vec<_>>();
    assert_eq!(lights(1), [(Promise::Rto, Light::Red), (Promise::Rpo, Light::Red)]);
    let service = [(Promise::Rto, Light::Red), (Promise::Rpo, Light::Unpromised), (Promise::Mtd, Light::Red)];
    assert_eq!(lights(0), service, "the RPO was promised of the data, not of the service");
    assert_eq!(walk.affected[0].ratings[1].measured, Some(age));
    let Some(Change::Younger { since }) = &books.ratings[1].change else { panic!("{:?}", books.ratings[1]) };
    assert_eq!(*since, SimTime::ZERO + hours(15.0 * 24.0 + 6.0));
}

#[test]
fn a_sweep_finds_the_sawtooth_of_a_daily_backup() {
    let scenario = scenario(BANK);
    let found = sweep(&scenario, ThreatId::new(0), 2).unwrap();
    assert_eq!(found.cycle.1, hours(7.0 * 24.0));
    let point = found.point(1).unwrap();
    // A backup of no time at one in the morning: from a second to a day and a second old, half a day on average.
    assert!(point.best.0 < Span::from_seconds(120.0), "{point:?}");
    assert!((point.worst.0.as_seconds() - 86_400.0).abs() < 120.0, "{point:?}");
    assert!((point.mean - 43_200.0).abs() < 120.0, "{point:?}");
    assert_eq!(found.worst(), Some(point.worst.1));
    let recovery = found.recovery(1).unwrap();
    assert!(recovery.worst.0.saturating_sub(recovery.best.0) < Span::from_seconds(5.0), "{recovery:?}");
    assert_eq!(found, sweep(&scenario, ThreatId::new(0), 1).unwrap(), "threads do not show");
}

#[test]
fn what_broke_the_tolerable_downtime_is_named() {
    let rating = |recovery: f64, work: f64, rto: f64| {
        let end = Some(10.0 + recovery);
        let done = Some(10.0 + recovery + work);
        let read = Recovery::read(&incident([Some(10.0), Some(10.0), end, end, done]), SimTime::ZERO + hours(100.0));
        judge::downtime_rating(Some(hours(8.0)), Some(hours(rto)), Some(&read))
    };
    let broke = |rating: Rating| match rating.change {
        Some(Change::Sum { recovery_broke, work_broke, over, .. }) => (recovery_broke, work_broke, over),
        other => panic!("{other:?}"),
    };
    assert_eq!(broke(rating(4.0, 5.0, 4.0)), (false, true, hours(1.0)), "within its RTO: the work is too long");
    assert_eq!(broke(rating(5.0, 4.0, 4.0)), (true, false, hours(1.0)), "beyond its RTO");
    assert_eq!(broke(rating(9.0, 0.0, 12.0)), (true, false, hours(1.0)), "alone too long");
    assert_eq!(broke(rating(9.0, 9.0, 12.0)), (true, true, hours(10.0)), "each alone too long");
    assert_eq!(rating(4.0, 2.0, 4.0).light, Light::Green);
    assert_eq!(rating(4.0, 4.0, 4.0).light, Light::Amber);
}

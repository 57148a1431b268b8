//! Backups by chance: the closed forms of `analytic::{schedule, backup_cycle, durability, replication}` against simulated scenarios, so that a mistake
//! in either shows; and what must hold trial by trial under the same random streams.

use crate::support::{HOUR, scenario, study};
use drsim::analytic::backup_cycle::{Chain, Cycle, Overlap};
use drsim::analytic::durability::{Rebuild, Stripe};
use drsim::analytic::replication::Replication;
use drsim::analytic::schedule::Periodic;
use drsim::id::Id as _;
use drsim::model::DatasetId;
use drsim::simulation::{Simulator, TrialTally};
use std::fmt::Write as _;

fn the_books() -> DatasetId {
    DatasetId::new(0)
}

/// Sites `a` and `b` with one node each and a dataset `books` at `a`; `keys` are its own.
fn world(horizon_h: f64, keys: &str, more: &str) -> String {
    format!(
        "horizon = \"{horizon_h} h\"\n[sites.a]\nnodes = 1\nclass = \"node\"\n[sites.b]\nnodes = 1\nclass = \"node\"\n[classes.node]\n\
         [stores.far]\n[datasets.books]\non = \"a\"\n{keys}\n{more}"
    )
}

/// Once in a trial the node at `a` is lost, at `from` hours and then at a moment that is uniform over `over` hours.
fn one_loss(from_h: f64, over_h: f64) -> String {
    let phases = 997;
    let values: Vec<String> = (0..phases)
        .map(|nth| format!("\"{} s\"", (f64::from(nth) + 0.5) / f64::from(phases) * over_h * HOUR))
        .collect();
    format!(
        "[threats.clock]\nat = \"{from_h} h\"\nstrikes = \"b\"\neffects = [{{ slow = {{ to = \"99 %\", lasts = \"1 s\" }} }}]\n\
         then = [{{ threat = \"blow\", after = {{ empirical = {{ values = [{}] }} }} }}]\n\
         [threats.blow]\nstrikes = \"a\"\neffects = [{{ destroy = {{ lasts = \"1 s\" }} }}]\n",
        values.join(", ")
    )
}

fn tallies(text: &str, trials: u64) -> Vec<TrialTally> {
    let scenario = scenario(text);
    let mut simulator = Simulator::new(&scenario);
    (0..trials).map(|trial| simulator.run(scenario.seed, trial).clone()).collect()
}

/// Hours of the only recovery point of each trial, ascending.
fn points(text: &str, trials: u64) -> Vec<f64> {
    let mut points: Vec<f64> = tallies(text, trials)
        .iter()
        .map(|tally| {
            let books = &tally.datasets[the_books()];
            assert_eq!(books.points.count, 1, "one loss, and something came back");
            books.points.sum.as_seconds() / HOUR
        })
        .collect();
    points.sort_by(f64::total_cmp);
    points
}

/// The mean of independent figures lies within four standard errors of `exact`.
#[track_caller]
fn mean_is(figures: &[f64], exact: f64, what: &str) {
    let n = figures.len() as f64;
    let mean = figures.iter().sum::<f64>() / n;
    let error = (figures.iter().map(|figure| (figure - mean).powi(2)).sum::<f64>() / n / n).sqrt();
    assert!((mean - exact).abs() < 4.0 * error + 1e-9 * exact, "{what}: {mean} ± {error} against {exact}");
}

/// The share of trials lies within four standard errors of `exact`.
#[track_caller]
fn share_is(count: usize, trials: usize, exact: f64, what: &str) {
    let (share, n) = (count as f64 / trials as f64, trials as f64);
    let error = (exact * (1.0 - exact) / n).sqrt();
    assert!((share - exact).abs() < 4.0 * error + 1.5 / n, "{what}: {share} ± {error} against {exact}");
}

/// `D + T (1/2 + f / (1 - f))` and the whole law beside the mean, for failures that are noticed and for those that are not.
#[test]
fn recovery_points_of_periodic_backups() {
    let trials = 3000;
    for (interval, duration, failure) in [(24.0, 2.0, 0.0), (6.0, 1.0, 0.1), (24.0, 5.0, 0.4), (4.0, 3.5, 0.2)] {
        let model = Periodic::new(interval * HOUR, duration * HOUR, failure).unwrap();
        for loudness in ["loudly", "silently"] {
            // 100 MB/s: 360 GB an hour.
            let keys = format!(
                "size = \"{} GB\"\n[backups.full]\nof = \"books\"\nto = \"far\"\nfull = \"every {interval} h\"\nrate = \"100 MB/s\"\n\
                 fails = {{ {loudness} = \"{failure}\" }}",
                360.0 * duration
            );
            let points = points(&world(42.0 * interval, &keys, &one_loss(30.0 * interval, interval)), trials);
            let what = format!("every {interval} h, {duration} h long, {failure} fail {loudness}");
            mean_is(&points, model.mean_s() / HOUR, &what);
            for share in [0.1, 0.5, 0.9, 0.95] {
                let quantile = model.quantile_s(share).unwrap() / HOUR;
                let below = points.iter().filter(|point| **point <= quantile).count();
                share_is(below, points.len(), share, &format!("{what}, p{share}"));
            }
            assert!(
                points[0] > duration && model.worst_s().is_none_or(|worst| points.iter().all(|p| p * HOUR < worst))
            );
        }
    }
}

/// Bad links of chains: how often the newest point comes back, and how old the one is that does.
#[test]
fn recovery_points_of_chains() {
    let trials = 3000;
    for (chain, key) in [(Chain::Incremental, "incremental"), (Chain::Differential, "differential")] {
        for (slots, failure) in [(4u32, 0.1), (7, 0.05), (3, 0.3)] {
            let (days, good) = (f64::from(slots), 1.0 - failure);
            let keys = format!(
                "size = \"1 TB\"\nchanges = \"1 % / day\"\n[backups.chain]\nof = \"books\"\nto = \"far\"\nfull = \"every {slots} days\"\n\
                 {key} = \"every 1 day\"\nfails = {{ silently = \"{failure}\" }}"
            );
            let text = world(24.0 * 14.0 * days, &keys, &one_loss(24.0 * 12.0 * days, 24.0 * days));
            let points = points(&text, trials);
            let cycle = Cycle::new(chain, slots, 1e12, 1e10, Overlap::None).unwrap();
            let over = |figure: &dyn Fn(u32) -> f64| (0..slots).map(figure).sum::<f64>() / days;
            let age = over(&|slot| cycle.mean_age_slots(slot, good).unwrap());
            let what = format!("{key}, {slots} a cycle, {failure} bad");
            mean_is(&points, 24.0 * (0.5 + age), &what);
            let newest = points.iter().filter(|point| **point <= 24.0).count();
            share_is(newest, points.len(), over(&|slot| cycle.restorable(slot, good).unwrap()), &what);
        }
    }
}

/// A restore takes the time of its chain: bytes over the rate and five minutes for each link, on each day of the cycle.
#[test]
fn restore_times_of_chains() {
    let kinds = [(Chain::Incremental, "incremental"), (Chain::Differential, "differential"), (Chain::Full, "full")];
    for (chain, key) in kinds {
        let slots = 7;
        let jobs = match chain {
            Chain::Full => "full = \"every 1 day\"".to_owned(),
            Chain::Incremental | Chain::Differential => format!("full = \"every 7 days\"\n{key} = \"every 1 day\""),
        };
        let keys = format!(
            "size = \"1 TB\"\nchanges = \"2 % / day\"\nrecover = {{ detect = \"1h\" }}\n[backups.chain]\nof = \"books\"\nto = \"shelf\"\n{jobs}\n\
             [stores.shelf]\nmedium = {{ disk = {{ read = \"100 MB/s\", access = \"5 min\" }} }}"
        );
        let cycle = Cycle::new(chain, slots, 1e12, 2e10, Overlap::None).unwrap();
        let mut times = Vec::new();
        for day in 0..slots {
            // Nothing is drawn: at noon of that day of the third week.
            let loss = format!(
                "[threats.blow]\nat = \"{} h\"\nstrikes = \"a\"\neffects = [{{ destroy = {{ lasts = \"1 s\" }} }}]\n",
                24 * (14 + day) + 12
            );
            let text = world(24.0 * 30.0, &keys, &loss).replace("[stores.far]\n", "");
            let books = &tallies(&text, 1)[0].datasets[the_books()];
            times.push(books.phases[2].sum.as_seconds());
            let exact = cycle.restore_s(day, 1e8, 300.0).unwrap();
            assert!(
                (times[day as usize] - exact).abs() < 1e-3,
                "{key} on day {day}: {} against {exact}",
                times[day as usize]
            );
        }
        let mean = times.iter().sum::<f64>() / f64::from(slots);
        assert!((mean - cycle.mean_restore_s(1e8, 300.0)).abs() < 1e-3);
        assert!((times[6] - cycle.worst_restore_s(1e8, 300.0)).abs() < 1e-3);
    }
}

/// Replicas and codes on nodes that are mended at once or by one crew in turn: the chance of loss is that of the Markov chain.
#[test]
fn losses_of_replicas_and_codes() {
    let trials = 3000;
    let stripes = [
        (1u32, 1u32, "mirror = {}"),
        (1, 2, "replicas = { copies = 3 }"),
        (4, 2, "erasure = { data = 4, parity = 2 }"),
    ];
    for (data, parity, protect) in stripes {
        for (targets, crew) in [(Rebuild::Parallel, ""), (Rebuild::Serial, "crew = \"one\"\n[crews.one]\npeople = 1\n")]
        {
            let text = format!(
                "horizon = \"3000 h\"\n[sites.a]\nnodes = {}\nclass = \"node\"\n[datasets.books]\nsize = \"1 TB\"\non = \"a\"\nprotect = {{ {protect} }}\n\
                 [classes.node]\nlife = {{ exponential = {{ mttf = \"1000 h\" }} }}\nrepair = {{ exponential = {{ mean = \"100 h\" }} }}\n{crew}",
                data + parity
            );
            let lost = tallies(&text, trials).iter().filter(|tally| tally.datasets[the_books()].losses > 0).count();
            let exact = Stripe::code(data, parity, 1e-3, 1e-2, targets).unwrap().loss_by(3000.0).unwrap();
            share_is(lost, trials as usize, exact, &format!("{data}+{parity} {targets:?}"));
        }
    }
}

/// Writes faster than the line: the queue grows from the start on. The simulation counts what is on the way at the rate of writing, the closed form at
/// that of the line: they differ by less than the lag.
#[test]
fn what_has_not_crossed_is_lost() {
    for (writes, line, lag, hours) in [(100.0, 40.0, 30.0, 50.0), (50.0, 100.0, 30.0, 50.0), (12.0, 10.0, 5.0, 200.0)] {
        let keys = format!(
            "size = \"900 TB\"\nwrites = \"{writes} MB/s\"\nmirror = {{ to = \"b\", async = {{ lag = \"{lag} s\" }} }}\n\
             [links.line]\nbetween = [\"a\", \"b\"]\nbandwidth = \"{} Mbps\"",
            8.0 * line
        );
        let loss = format!(
            "[threats.blow]\nat = \"{hours} h\"\nstrikes = \"a\"\neffects = [{{ destroy = {{ lasts = \"1 s\" }} }}]\n"
        );
        let text = world(2.0 * hours, &keys, &loss).replace("[stores.far]\n", "");
        let books = &tallies(&text, 1)[0].datasets[the_books()];
        let model = Replication { write_rate: writes * 1e6, link_rate: line * 1e6, lag_s: lag };
        let (point, exact) = (books.points.sum.as_seconds(), model.recovery_point_s(hours * HOUR));
        assert!(point >= exact - 1e-3 && point - exact < lag, "{writes} over {line}: {point} against {exact}");
        if writes < line {
            assert!((point - exact).abs() < 1e-3, "without a queue the lag alone: {point} against {exact}");
        }
    }
}

/// Lost bytes of each trial under worlds that get better from one to the next; every step must help somewhere.
#[track_caller]
fn never_worse(worlds: &[String], trials: u64) {
    let lost: Vec<Vec<f64>> = worlds
        .iter()
        .map(|text| tallies(text, trials).iter().map(|tally| tally.datasets[the_books()].lost_bytes).collect())
        .collect();
    for (step, pair) in lost.windows(2).enumerate() {
        for (trial, (worse, better)) in pair[0].iter().zip(&pair[1]).enumerate() {
            assert!(better <= &(worse + 1.0), "step {step}, trial {trial}: {better} bytes lost instead of {worse}");
        }
        assert!(pair[0].iter().zip(&pair[1]).any(|(worse, better)| better < worse), "step {step} changes nothing");
    }
}

/// Three rooms whose nodes break and are mended, whatever lies on them.
fn rooms(keys: &str) -> String {
    format!(
        "horizon = \"1 year\"\n[sites.s]\nrooms = {{ a = {{ nodes = 1, class = \"node\" }}, b = {{ nodes = 1, class = \"node\" }}, c = {{ nodes = 1, class = \"node\" }} }}\n\
         [classes.node]\nlife = {{ exponential = {{ mttf = \"40 days\" }} }}\nrepair = {{ exponential = {{ mean = \"3 days\" }} }}\n\
         [services.web]\nreplicas = {{ \"s/c\" = 1 }}\n[datasets.books]\nsize = \"1 TB\"\nwrites = \"1 MB/s\"\non = \"s/a\"\n{keys}"
    )
}

#[test]
fn more_copies_never_lose_more() {
    let worlds = [
        "",
        "mirror = { to = \"s/b\", sync = true }\n",
        "mirror = [{ to = \"s/b\", sync = true }, { to = \"s/c\", sync = true }]\n",
    ];
    never_worse(&worlds.map(rooms), 300);
}

#[test]
fn shorter_intervals_never_lose_more() {
    let worlds = [48, 24, 12, 3].map(|hours| {
        rooms(&format!("[stores.far]\n[backups.full]\nof = \"books\"\nto = \"far\"\nfull = \"every {hours} h\"\n"))
    });
    never_worse(&worlds, 100);
}

/// Data go wrong once and it shows days later: who keeps longer still has a clean point.
#[test]
fn longer_retention_never_loses_more() {
    let bug = one_loss(24.0 * 30.0, 24.0 * 20.0).replace(
        "{ destroy = { lasts = \"1 s\" } }",
        "{ spoil = { datasets = [\"books\"], found = { triangular = { min = \"1h\", mode = \"2 days\", max = \"10 days\" } }, reaches = \"nothing\" } }",
    );
    let worlds = [1, 3, 6, 12].map(|days| {
        let keys = format!(
            "size = \"1 TB\"\nwrites = \"100 kB/s\"\n[backups.full]\nof = \"books\"\nto = \"far\"\nfull = \"every 1 day\"\nkeep = {{ all = \"{days} days\" }}"
        );
        world(24.0 * 80.0, &keys, &bug)
    });
    never_worse(&worlds, 200);
}

/// The site with the first copy is destroyed and the service is switched to the mirror: whoever decides that decides for the data, too. The 30 min that
/// the dataset by itself would wait for a decision do not count: 30 s of heartbeats and a minute to switch.
#[test]
fn a_mirror_takes_over_with_its_service() {
    let text = "horizon = \"40 days\"\n[sites.a]\nnodes = 1\nclass = \"node\"\n[sites.b]\nnodes = 1\nclass = \"node\"\n[classes.node]\n\
        [services.web]\nreplicas = { a = 1, b = 1 }\nuses = [\"books\"]\nfailover = { hot-standby = { switch = \"1 min\" } }\n\
        detection = { heartbeat = { every = \"10 s\", missed = 3 } }\n\
        [datasets.books]\nsize = \"1 TB\"\nwrites = \"1 MB/s\"\non = \"a\"\nmirror = { to = \"b\", async = { lag = \"20 s\" } }\nrecover = { decide = \"30 min\" }\n\
        [threats.blow]\nat = \"20 days\"\nstrikes = \"a\"\neffects = [{ destroy = { lasts = \"2 days\" } }]\n";
    let tally = tallies(text, 1).remove(0);
    let down = tally.services[drsim::model::ServiceId::new(0)].down.as_seconds();
    assert!((80.0..=90.0 + 1e-3).contains(&down), "{down}");
    assert_eq!(tally.datasets[the_books()].points.sum.as_seconds(), 20.0);
}

/// Common random numbers: a backup, a mirror, another dataset change nothing about when nodes fail, and titles change nothing at all.
#[test]
fn what_is_added_leaves_the_rest_alone() {
    let backup = "[stores.far]\n[backups.full]\nof = \"books\"\nto = \"far\"\nfull = \"every 1 day\"\nfails = { silently = \"10 %\" }\nverify = { restore-test = \"weekly\", catches = \"50 %\" }\n";
    let plain = tallies(&rooms(""), 40);
    let mut failures = 0;
    for more in [
        backup.to_owned(),
        format!("mirror = {{ to = \"s/b\", sync = true }}\n{backup}"),
        format!("{backup}[datasets.notes]\nsize = \"2 TB\"\non = \"s/b\"\n"),
    ] {
        for (bare, added) in plain.iter().zip(&tallies(&rooms(&more), 40)) {
            assert_eq!(bare.domains, added.domains);
            assert_eq!(
                (bare.scenario.failures, bare.scenario.repairs),
                (added.scenario.failures, added.scenario.repairs)
            );
            assert_eq!(
                bare.services[drsim::model::ServiceId::new(0)].down,
                added.services[drsim::model::ServiceId::new(0)].down
            );
            failures += bare.scenario.failures;
        }
    }
    assert!(failures > 1000);
    let named = rooms(backup);
    let titled = named
        .replace("[datasets.books]\n", "[datasets.books]\ntitle = \"账本\"\n")
        .replace("[stores.far]\n", "[stores.far]\ntitle = \"远处\"\n")
        .replace("[backups.full]\n", "[backups.full]\ntitle = \"每日全量\"\n");
    assert_eq!(tallies(&named, 40), tallies(&titled, 40));
    let mut another = String::new();
    write!(another, "{named}[datasets.notes]\nsize = \"2 TB\"\non = \"s/b\"\n[stores.near]\n[backups.notes]\nof = \"notes\"\nto = \"near\"\nfull = \"30 * * * *\"\n").unwrap();
    for (alone, beside) in tallies(&named, 40).iter().zip(&tallies(&another, 40)) {
        let mut here = beside.datasets[the_books()].clone();
        here.stored.truncate(1); // the other store holds nothing of it
        assert_eq!(alone.datasets[the_books()], here, "a dataset beside it is none of its business");
    }
}

/// A node is destroyed about every five hundred days, and what is on it comes back from a backup: the mean recovery point of the study is the one that the
/// schedule says, and the simulation agrees.
#[test]
fn studies_of_periodic_backups_carry_their_recovery_points() {
    let blow = "[threats.blow]\noccurs = { mean-interval = \"500 days\" }\nstrikes = \"a\"\neffects = [{ destroy = { lasts = \"1 s\" } }]\n";
    let keys = |jobs: &str| {
        format!(
            "size = \"360 GB\"\nrecover = {{ detect = \"1 s\" }}\n[backups.full]\nof = \"books\"\nto = \"far\"\n{jobs}"
        )
    };
    let found = |jobs: &str| study(scenario(&world(24.0 * 1000.0, &keys(jobs), blow)), 120);
    let periodic = |duration: f64, failure: f64| Periodic::new(2.0 * HOUR, duration * HOUR, failure).unwrap().mean_s();
    let cases = [
        ("full = \"every 2 h\"", periodic(0.0, 0.0)),
        ("full = \"every 2 h\"\nrate = \"100 MB/s\"", periodic(1.0, 0.0)),
        (
            "full = \"every 2 h\"\nrate = \"200 MB/s\"\nfails = { loudly = \"10 %\", silently = \"10 %\" }",
            periodic(0.5, 0.19),
        ),
        ("full = \"every 8 h\"\nincremental = \"every 2 h\"", periodic(0.0, 0.0)),
        ("full = \"every 2 h\"\nlog = \"15 min\"", 450.0),
    ];
    for (jobs, mean) in cases {
        let found = found(jobs);
        let check = found
            .checks
            .iter()
            .find(|check| check.about.key == "recovery_point_s")
            .unwrap_or_else(|| panic!("{jobs}: {:?}", found.unchecked));
        assert!((check.exact / mean - 1.0).abs() < 2e-3, "{jobs}: {} against {mean}", check.exact);
        assert_eq!(check.agrees, Some(true), "{jobs}: {check:?}");
        assert!(check.simulated.n >= 100, "{jobs}: {check:?}");
    }
    for (jobs, reason) in [
        ("full = \"every 8 h\"\nincremental = \"every 2 h\"\nfails = { silently = \"1 %\" }", "break chains"),
        ("full = \"every 2 h\"\nsnapshot = \"every 1 h\"", "snapshots"),
        ("full = \"every 10 days\"", "jobs are missed"),
        ("full = \"every 2 h\"\nencrypts = \"1 GB/s\"\nkey-lost = \"1 %\"", "key"),
    ] {
        let found = found(jobs);
        let told = |why: &str| why.starts_with("recovery point: ") && why.contains(reason);
        assert!(found.unchecked.iter().any(|(_, why)| told(why)), "{jobs}: {:?}", found.unchecked);
        assert!(!found.checks.iter().any(|check| check.about.key == "recovery_point_s"), "{jobs}");
    }
}

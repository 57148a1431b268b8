//! Are datasets, backups, staff and plans what was written?

use super::super::{Source, load};
use crate::id::Id as _;
use crate::model::{
    Action, CopyRole, DatasetId, Distribution, Does, JobKind, Medium, Overrun, Phase, Placement, Reach, RebuildTarget,
    Retention, Scenario, Scheme, StoreId,
};
use crate::quantity::{SimTime, Span};

const HEAD: &str = "format = 1\nname = \"data\"\nhorizon = \"60 days\"\nstart = 2026-03-01\ntimezone = \"Europe/Berlin\"\n\
    [sites.a]\nrooms = { hall = { racks = 4, nodes = 3, class = \"disk\" }, office = { nodes = 2, class = \"server\" } }\n\
    [sites.b]\nnodes = 6\nclass = \"disk\"\n\
    [sites.c]\nnodes = 2\nclass = \"server\"\n\
    [classes.disk]\nrole = \"storage\"\ndisk = \"200 MB/s\"\nloses-data = \"40 %\"\n[classes.server]\n\
    [services.pay]\nreplicas = { \"a/office\" = 2 }\nuses = [\"ledger\"]\ncatch-up = \"1h\"\nre-enter = \"50 %\"\nobjective = { rto = \"4h\", rpo = \"15 min\" }\n\
    [services.web]\nreplicas = { \"a/office\" = 2 }\nuses = [\"ledger\", \"log\"]\nobjective = { rto = \"2h\", rpo = \"1h\" }\n\
    [staff.dba]\npeople = 2\nhours = { weekdays = \"08:00-20:00\", weekends = \"10:00-16:00\" }\nanswer = \"30 min\"\n\
    [staff.guard]\nhours = { weekdays = \"22:00-06:00\" }\n\
    [stores.near]\nat = \"a\"\n\
    [stores.cloud]\nmedium = \"object\"\nimmutable = \"30 days\"\nsegment = \"cloud\"\n\
    [stores.safe]\nat = \"b\"\nmedium = { tape = { drives = 2, write = \"300 MB/s\" } }\noffline = true\n\
    [datasets.ledger]\nsize = \"2 TB\"\nwrites = \"6 MB/s\"\nchanges = \"2 % / day\"\non = \"a\"\n\
    protect = { erasure = { data = 4, parity = 2, spread = \"rack\" } }\n\
    rebuild = { after = \"10 min\", onto = \"others\", rate = \"50 MB/s\" }\nlatent = { errors = \"1 / year\", scrub-every = \"14 days\" }\n\
    mirror = [{ to = \"b\", sync = true }, { to = \"c\", async = { lag = \"5 s\" }, protect = \"single\" }]\n\
    recover = { detect = \"1 min\", to = \"b\", rate = \"1 Gbps\", staff = \"dba\", order = 5, attempts = 3 }\n\
    [datasets.log]\nsize = \"100 GB\"\non = \"c\"\nobjective = { rpo = \"1 day\" }\n\
    [backups.daily]\nof = \"ledger\"\nto = \"near\"\npreset = \"critical-daily\"\nkeep = { days = 7, weeks = 4, months = 12 }\n\
    reduces = { compression = 2.0, deduplication = 1.5 }\nrate = \"400 MB/s\"\nencrypts = \"100 MB/s\"\nfails = { loudly = \"1 %\", silently = \"0.1 %\" }\n\
    verify = { restore-test = \"monthly\", catches = \"90 %\" }\nwindow = \"6h\"\noverrun = \"skip\"\n\
    [backups.second]\ncopies = \"daily\"\nto = \"safe\"\nfull = \"0 9 * * MON\"\n\
    [backups.plain]\nof = \"log\"\nto = \"cloud\"\nfull = \"every 10 days\"\nsnapshot = \"hourly\"\n\
    [threats.crypto]\noccurs = { rate = \"1 / year\" }\nstrikes = { services = \"pay\" }\nkind = { ransomware = { found = \"3 days\", spoils = [\"ledger\"], segments = [\"office\"] } }\n\
    [threats.slip]\noccurs = { rate = \"1 / year\" }\nstrikes = \"c\"\neffects = [{ spoil = { datasets = [\"log\"], reaches = \"snapshots\" } }]\n\
    [plans.fire]\nfor = \"slip\"\nsteps = [{ name = \"back\", does = \"restore\", of = \"log\", after = [\"call\"], who = \"dba\", people = 2 }, \
    { name = \"call\", phase = \"detect\", takes = \"10 min\" }]\n";

fn scenario() -> Scenario {
    load(&Source::from_text("data.toml", HEAD), &[]).unwrap_or_else(|wrong| panic!("{wrong}")).scenario
}

fn days(at: SimTime) -> f64 {
    at.as_seconds() / 86_400.0
}

#[test]
fn a_dataset_has_its_copies() {
    let scenario = scenario();
    let ledger = &scenario.datasets[DatasetId::new(0)];
    assert_eq!((ledger.size.get(), ledger.writes.bits_per_second()), (2_000_000_000_000, 48e6));
    assert!((ledger.changes.bits_per_second() - 0.02 * 2e12 * 8.0 / 86_400.0).abs() < 1e-3);
    assert_eq!((ledger.rpo, ledger.rto), (Some(Span::from_seconds(900.0)), Some(Span::from_seconds(7200.0))));
    assert_eq!(scenario.datasets[DatasetId::new(1)].rpo, Some(Span::from_seconds(86_400.0)));
    let copies: Vec<_> = ledger.copies.iter().map(|id| &scenario.copies[id]).collect();
    // Twelve storage nodes at `a`, not its two servers; six at `b`; `c` has only servers.
    assert_eq!(
        copies.iter().map(|copy| copy.hosts.len()).collect::<Vec<_>>(),
        [12, 6, 2, 6],
        "and room at `b` to restore to"
    );
    assert_eq!(copies[0].scheme, Scheme::Erasure { data: 4, parity: 2 });
    assert_eq!((copies[0].placement, copies[0].stripes), (Placement::Spread(crate::model::Level::Rack), 200));
    // Six nodes for a stripe of six: one set, one stripe.
    assert_eq!((copies[1].role, copies[1].stripes), (CopyRole::Synchronous, 1));
    assert_eq!(copies[2].role, CopyRole::Asynchronous { lag: Span::from_seconds(5.0) });
    assert_eq!((copies[2].scheme, copies[2].stripes), (Scheme::Replicas { copies: 1 }, 200));
    assert_eq!(copies[0].rebuild.onto, RebuildTarget::Others);
    assert!((copies[0].latent.unwrap().mean_seconds - 31_557_600.0).abs() < 1.0);
    assert_eq!((ledger.recovery.order, ledger.recovery.attempts, ledger.recovery.staff.is_some()), (5, 3, true));
    assert_eq!(scenario.services.iter().map(|service| service.uses.len()).collect::<Vec<_>>(), [1, 2]);
    let disk = scenario.class_of(copies[0].hosts[0]);
    assert_eq!((disk.disk.unwrap().bits_per_second(), disk.loses_data.get()), (1.6e9, 0.4));
}

#[test]
fn backups_have_moments_of_the_calendar() {
    let scenario = scenario();
    let [daily, second, plain] = scenario.backups.as_slice() else { panic!("three backups") };
    // 1 March 2026 is a Sunday; summer time begins on the 29th.
    let starts = |backup: &crate::model::Backup, kind| -> Vec<f64> {
        backup
            .jobs
            .iter()
            .filter(|job| job.kind == kind)
            .flat_map(|job| job.starts.iter().map(|at| days(*at)))
            .collect()
    };
    let fulls = starts(daily, JobKind::Full);
    let hour = 1.0 / 24.0;
    let expected: Vec<f64> =
        (0..9).map(|week| f64::from(7 * week) + hour - if week > 4 { hour } else { 0.0 }).collect();
    assert!(fulls.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-9) && fulls.len() == 9, "{fulls:?}");
    assert_eq!(starts(daily, JobKind::Incremental).len(), 60 - 9);
    assert_eq!((daily.log, daily.reduction), (Some(Span::from_seconds(900.0)), 3.0));
    assert_eq!(daily.rate.unwrap().bits_per_second(), 8e8);
    assert_eq!(daily.keep, Retention { days: 7, weeks: 4, months: 12, ..Retention::default() });
    assert_eq!((daily.overrun, daily.window), (Overrun::Skip, Some(Span::from_seconds(21_600.0))));
    assert!((daily.verify.unwrap().every.as_seconds() - 31_557_600.0 / 12.0).abs() < 1.0);
    assert_eq!((second.of, second.copies.map(crate::id::Id::index)), (DatasetId::new(0), Some(0)));
    assert_eq!(starts(second, JobKind::Full).len(), 9, "Mondays");
    assert_eq!(starts(plain, JobKind::Full), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]);
    // Sixty days of 24 hours: the hour that summer time takes is none, and the last day ends an hour later.
    assert_eq!(starts(plain, JobKind::Snapshot).len(), 1440);
    let safe = &scenario.stores[StoreId::new(2)];
    assert_eq!((safe.medium, safe.drives, safe.offline), (Medium::Tape, Some(2), true));
    assert_eq!(safe.access, Some(Distribution::Fixed { value: 120.0 }));
}

#[test]
fn staff_are_there_in_their_hours() {
    let scenario = scenario();
    let [dba, guard] = scenario.staff.as_slice() else { panic!("two") };
    let at = |day: f64, hour: f64| SimTime::ZERO + Span::from_seconds(86_400.0 * day + 3600.0 * hour);
    // Sunday, then Monday.
    assert!(!dba.on_duty(at(0.0, 9.9)) && dba.on_duty(at(0.0, 10.0)) && !dba.on_duty(at(0.0, 16.0)));
    assert!(dba.on_duty(at(1.0, 8.0)) && !dba.on_duty(at(1.0, 7.99)));
    // After the change on 29 March the clock runs an hour ahead.
    assert!(dba.on_duty(at(29.0, 7.0)) && !dba.on_duty(at(29.0, 19.0)));
    // Over midnight into Saturday, but not from Sunday into Monday.
    assert!(guard.on_duty(at(6.0, 5.9)) && !guard.on_duty(at(6.0, 6.0)) && !guard.on_duty(at(1.0, 5.0)));
}

#[test]
fn plans_are_in_the_order_of_waiting() {
    let scenario = scenario();
    let plan = &scenario.plans.as_slice()[0];
    let [call, back] = plan.steps.as_slice() else { panic!("two steps") };
    assert_eq!((call.name.as_str(), call.phase, back.phase), ("call", Phase::Detect, Phase::Act));
    assert_eq!((back.after.as_slice(), back.who.map(|(_, people)| people)), (&[0][..], Some(2)));
    assert_eq!(back.does, Does::Restore(vec![DatasetId::new(1)]));
}

#[test]
fn spoiling_threats_say_what_they_reach() {
    let scenario = scenario();
    let spoils: Vec<_> = scenario
        .threats
        .iter()
        .flat_map(|threat| &threat.effects)
        .map(|effect| match &effect.action {
            Action::Spoil(spoil) => (spoil.datasets.len(), spoil.reach, spoil.segments.len(), effect.lasts.mean()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(spoils, [(1, Reach::Online, 1, 3.0 * 86_400.0), (1, Reach::Snapshots, 0, 0.0)]);
}

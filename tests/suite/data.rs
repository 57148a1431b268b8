//! What happens to data, one small scenario at a time, against arithmetic that fits into a comment. Nothing here is drawn.

use crate::support::{HOUR, scenario};
use drsim::id::Id as _;
use drsim::model::{DatasetId, ServiceId};
use drsim::simulation::{DataHappening, Happening, Incident, Simulator, Trace, TrialTally};

pub const DAY: f64 = 24.0 * HOUR;

/// Two sites with one node each, a line of 800 Mbps (100 MB/s) between them, a terabyte at `a`, a service on it. `more` says the rest.
pub fn world(more: &str) -> String {
    format!(
        "horizon = \"40 days\"\n[sites.a]\nnodes = 1\nclass = \"node\"\n[sites.b]\nnodes = 1\nclass = \"node\"\n\
         [classes.node]\n[links.line]\nbetween = [\"a\", \"b\"]\nbandwidth = \"800 Mbps\"\n\
         [services.web]\nreplicas = {{ b = 1 }}\nuses = [\"books\"]\n\
         [datasets.books]\nsize = \"1 TB\"\nwrites = \"1 MB/s\"\non = \"a\"\n{more}"
    )
}

/// The node at `a` is destroyed on day 20 at 14:00 and replaced after an hour.
pub const LOSS: &str =
    "[threats.blow]\nat = \"20 days 14h\"\nstrikes = \"a\"\neffects = [{ destroy = { lasts = \"1h\" } }]\n";

pub const DAILY: &str =
    "[stores.vault]\nat = \"b\"\n[backups.nightly]\nof = \"books\"\nfull = \"daily\"\nto = \"vault\"\n";

pub fn walk(text: &str) -> (TrialTally, Trace) {
    let scenario = scenario(text);
    let mut simulator = Simulator::new(&scenario);
    let (tally, trace) = simulator.run_traced(1, 0);
    (tally.clone(), trace)
}

fn incident(text: &str) -> (TrialTally, Incident) {
    let (tally, trace) = walk(text);
    let mut of_data = trace.incidents.into_iter().filter(|incident| incident.dataset.is_some());
    let first = of_data.next().expect("an incident");
    assert!(of_data.next().is_none(), "one incident only");
    (tally, first)
}

#[track_caller]
fn close(value: f64, exact: f64) {
    assert!((value - exact).abs() < 1e-5 + 1e-9 * exact.abs(), "{value} against {exact}");
}

/// Hours from the loss to a moment.
fn hours(incident: &Incident, at: Option<drsim::quantity::SimTime>) -> f64 {
    at.expect("it came").since(incident.lost).as_seconds() / HOUR
}

/// A full a day at midnight takes 1 TB / 100 MB/s = 10 000 s. Lost at 14:00: the point is 14 h old. The node is back after an hour; found out after
/// 30 s, decided at once, the restore begins when there is somewhere to put it and takes another 10 000 s.
#[test]
fn the_newest_full_comes_back_over_the_line() {
    let (tally, incident) = incident(&world(&format!("{DAILY}{LOSS}")));
    let books = &tally.datasets[DatasetId::new(0)];
    close(books.points.sum.as_seconds(), 14.0 * HOUR);
    close(books.lost_bytes, 14.0 * HOUR * 1e6);
    close(books.recoveries.sum.as_seconds(), HOUR + 10_000.0);
    close(hours(&incident, incident.detected), 30.0 / HOUR);
    close(books.phases[2].sum.as_seconds(), HOUR + 10_000.0 - 30.0);
    // Forty jobs are due; the service is down exactly as long as the data are.
    assert_eq!(books.backups, (40, 40));
    assert_eq!(books.restores, (1, 1));
    close(tally.services[ServiceId::new(0)].down.as_seconds(), HOUR + 10_000.0);
}

/// Every step of a recovery has its time: found out 10 min, decided 20 min, set up 30 min, moved 10 000 s, checked 40 min, resumed 50 min.
#[test]
fn every_step_of_a_recovery_takes_its_time() {
    let recover = "recover = { detect = \"10 min\", decide = \"1h 20m\", prepare = \"30 min\", verify = \"40 min\", resume = \"50 min\" }\n";
    let (tally, incident) = incident(&world(&format!("{recover}{DAILY}{LOSS}")));
    let act = 30.0 / 60.0 + 10_000.0 / HOUR;
    close(hours(&incident, incident.detected), 10.0 / 60.0);
    close(hours(&incident, incident.decided), 1.5);
    close(hours(&incident, incident.acted), 1.5 + act);
    close(hours(&incident, incident.recovered), 1.5 + act + 1.5);
    let phases = tally.datasets[DatasetId::new(0)].phases.map(|phase| phase.sum.as_seconds() / HOUR);
    for (phase, exact) in phases.into_iter().zip([10.0 / 60.0, 80.0 / 60.0, act, 1.5]) {
        close(phase, exact);
    }
}

/// Full on day 14 and every week, incremental daily at midnight: the chain of day 20 is the full and six incrementals of 86.4 GB each:
/// 1 TB + 6 * 86.4 GB = 1518.4 GB at 100 MB/s.
#[test]
fn a_chain_is_walked_from_its_full() {
    let backup = "[stores.vault]\nat = \"b\"\n[backups.nightly]\nof = \"books\"\nfull = \"every 7 days\"\nincremental = \"every 1 day\"\nto = \"vault\"\n";
    let (tally, incident) = incident(&world(&format!("{backup}{LOSS}")));
    close(tally.datasets[DatasetId::new(0)].points.sum.as_seconds(), 14.0 * HOUR);
    close(hours(&incident, incident.acted), 1.0 + 1_518_400.0 / 100.0 / HOUR);
}

/// The same with differentials: the full and the last differential of six days, which is as much to move: 518.4 GB.
/// On a store that needs ten minutes for each link the difference shows: two links against seven.
#[test]
fn a_differential_needs_its_full_only() {
    let with = |kind: &str| {
        format!(
            "[stores.vault]\nat = \"b\"\nmedium = {{ tape = {{ access = \"10 min\", drives = 2 }} }}\n\
             [backups.nightly]\nof = \"books\"\nfull = \"every 7 days\"\n{kind} = \"every 1 day\"\nto = \"vault\"\n"
        )
    };
    let (_, seven) = incident(&world(&format!("{}{LOSS}", with("incremental"))));
    let (_, two) = incident(&world(&format!("{}{LOSS}", with("differential"))));
    let moved = 1_518_400.0 / 100.0 / HOUR;
    close(hours(&seven, seven.acted), 1.0 + 70.0 / 60.0 + moved);
    close(hours(&two, two.acted), 1.0 + 20.0 / 60.0 + moved);
}

/// Log every quarter of an hour: lost at 14:07, so seven minutes are gone; 14 h of log are moved with the full (50.4 GB) and replayed at 10 MB/s.
#[test]
fn log_takes_the_point_to_the_last_quarter_of_an_hour() {
    let loss = LOSS.replace("14h", "14h 7m");
    let text = format!("recover = {{ replay = \"10 MB/s\" }}\n{DAILY}log = \"15 min\"\n{loss}");
    let (tally, incident) = incident(&world(&text));
    close(tally.datasets[DatasetId::new(0)].points.sum.as_seconds(), 7.0 * 60.0);
    close(hours(&incident, incident.acted), 1.0 + (1_050_400.0 / 100.0 + 5_040.0) / HOUR);
}

/// The loss comes at 01:00 while the job of midnight still runs (it needs until 02:46:40): the point is that of the day before, 25 h old.
#[test]
fn a_job_that_is_not_done_leaves_no_point() {
    let loss = LOSS.replace("14h", "1h");
    let (tally, _) = incident(&world(&format!("{DAILY}{loss}")));
    let books = &tally.datasets[DatasetId::new(0)];
    close(books.points.sum.as_seconds(), 25.0 * HOUR);
    assert_eq!(books.backups, (39, 40), "the job under way failed with its source");
}

/// Compression and deduplication of 2.5 together: job and restore move 0.4 TB in 4 000 s.
#[test]
fn what_is_reduced_moves_faster_both_ways() {
    let text = format!("{DAILY}reduces = {{ compression = 2.0, deduplication = 1.25 }}\nwindow = \"2h\"\n{LOSS}");
    let (tally, incident) = incident(&world(&text));
    close(hours(&incident, incident.acted), 1.0 + 4_000.0 / HOUR);
    let (used, had) = tally.datasets[DatasetId::new(0)].window_use;
    close(used / had, 4_000.0 / (2.0 * HOUR));
}

/// A synchronous mirror takes over at once: nothing is lost and nobody notices. The replaced node is then written anew, and mirrors.
#[test]
fn a_synchronous_mirror_loses_nothing() {
    let (tally, trace) = walk(&world(&format!("mirror = {{ to = \"b\", sync = true }}\n{LOSS}")));
    let books = &tally.datasets[DatasetId::new(0)];
    assert_eq!((books.losses, books.points.count, books.unreadable.as_seconds()), (0, 0, 0.0));
    assert_eq!(tally.services[ServiceId::new(0)].outages.count, 0);
    let whole = trace.entries.iter().find(|entry| matches!(entry.what, Happening::Data(DataHappening::CopyWhole(_))));
    close(whole.expect("written anew").at.as_seconds(), 20.0 * DAY + 15.0 * HOUR + 10_000.0);
}

/// An asynchronous one loses its lag, and its recovery is found out and decided like any other.
#[test]
fn an_asynchronous_mirror_loses_its_lag() {
    let text = format!(
        "mirror = {{ to = \"b\", async = {{ lag = \"20 s\" }} }}\nrecover = {{ detect = \"1 min\", decide = \"4 min\" }}\n{LOSS}"
    );
    let (tally, incident) = incident(&world(&text));
    let books = &tally.datasets[DatasetId::new(0)];
    close(books.points.sum.as_seconds(), 20.0);
    close(books.lost_bytes, 20e6);
    close(hours(&incident, incident.recovered), 5.0 / 60.0);
}

/// The line carries 0.4 MB/s of the 1 MB/s that are written: after 20 days and 14 h 60 % of that time has not crossed.
#[test]
fn a_line_too_slow_lets_the_queue_grow() {
    let text = format!("mirror = {{ to = \"b\", async = {{ lag = \"20 s\" }} }}\n{LOSS}");
    let slow = world(&text).replace("800 Mbps", "3.2 Mbps");
    let (tally, _) = incident(&slow);
    close(tally.datasets[DatasetId::new(0)].points.sum.as_seconds(), 20.0 + 0.6 * (20.0 * DAY + 14.0 * HOUR));
}

/// The line is cut at noon; what was written since has not crossed when the site is lost two hours later.
#[test]
fn a_cut_line_leaves_the_mirror_behind() {
    let cut = "[threats.cut]\nat = \"20 days 12h\"\nstrikes = { links = [\"line\"] }\neffects = [{ sever = { lasts = \"5h\" } }]\n";
    let text = format!("mirror = {{ to = \"b\", async = {{ lag = \"20 s\" }} }}\n{cut}{LOSS}");
    let (tally, _) = incident(&world(&text));
    close(tally.datasets[DatasetId::new(0)].points.sum.as_seconds(), 2.0 * HOUR + 20.0);
}

/// Data go wrong on day 18 at noon and it shows two days and two hours later, on day 20 at 14:00: the backups of days 19 and 20 are wrong too, the newest clean
/// one is of midnight before day 18's noon: 2 days and 14 h old.
#[test]
fn what_was_taken_since_the_data_went_wrong_is_wrong() {
    let spoil = "[threats.bug]\nat = \"18 days 12h\"\nstrikes = { services = [\"web\"] }\n\
         effects = [{ spoil = { datasets = [\"books\"], found = \"2 days 2h\", reaches = \"nothing\" } }]\n";
    let (tally, incident) = incident(&world(&format!("{DAILY}{spoil}")));
    close(incident.lost.as_seconds(), 20.0 * DAY + 14.0 * HOUR);
    close(tally.datasets[DatasetId::new(0)].points.sum.as_seconds(), 2.0 * DAY + 14.0 * HOUR);
}

/// Ransomware that waited from day 18 on takes what is online and can be changed. Immutable for seven days: the point of day 18 is out of its reach.
/// Without that everything is gone, and with it the data.
#[test]
fn immutable_points_survive_the_intruder() {
    let spoil = "[threats.intruder]\nat = \"18 days 12h\"\nstrikes = \"a\"\n\
         effects = [{ spoil = { datasets = [\"books\"], found = \"2 days 2h\", reaches = \"online\" } }]\n";
    let with = |store: &str| {
        let daily = DAILY.replace("at = \"b\"\n", &format!("at = \"b\"\n{store}"));
        walk(&world(&format!("{daily}{spoil}"))).0.datasets[DatasetId::new(0)].clone()
    };
    close(with("immutable = \"7 days\"\n").points.sum.as_seconds(), 2.0 * DAY + 14.0 * HOUR);
    close(with("offline = true\n").points.sum.as_seconds(), 2.0 * DAY + 14.0 * HOUR);
    let gone = with("");
    assert_eq!((gone.points.count, gone.recoveries.count, gone.losses), (0, 0, 1));
    close(gone.lost_bytes, 1e12);
    let short = with("immutable = \"1 day\"\n");
    assert_eq!(short.points.count, 0, "what was clean was no longer locked");
}

/// The store burns with the site: nothing is left. In another place it would have been.
#[test]
fn a_store_in_the_blast_radius_is_no_backup() {
    let here = DAILY.replace("at = \"b\"", "at = \"a\"");
    let gone = walk(&world(&format!("{here}{LOSS}"))).0;
    close(gone.datasets[DatasetId::new(0)].lost_bytes, 1e12);
    close(gone.services[ServiceId::new(0)].down.as_seconds(), 19.0 * DAY + 10.0 * HOUR);
    let kept = walk(&world(&format!("{DAILY}{LOSS}"))).0;
    assert_eq!(kept.datasets[DatasetId::new(0)].recoveries.count, 1);
}

/// A bad point shows when it is checked; the older one is good. Every job of this backup is bad, those of the other are not.
#[test]
fn a_bad_point_costs_its_time_and_an_older_one_is_taken() {
    let good = "[backups.weekly]\nof = \"books\"\nfull = \"every 7 days\"\nto = \"vault\"\n";
    let text = format!("recover = {{ verify = \"1h\" }}\n{DAILY}fails = {{ silently = \"100 %\" }}\n{good}{LOSS}");
    let (tally, incident) = incident(&world(&text));
    let books = &tally.datasets[DatasetId::new(0)];
    // The nightly points of days 20 to 14 are tried, all bad, before the weekly one of day 14.
    assert_eq!(books.restores, (1, 8));
    let tried = 8;
    close(books.points.sum.as_seconds(), 6.0 * DAY + 14.0 * HOUR);
    close(hours(&incident, incident.recovered), 1.0 + f64::from(tried) * (10_000.0 / HOUR + 1.0));
}

/// Two restores share the line: 1 TB and 0.5 TB begin together at 50 MB/s each; the smaller is done after 10 000 s, the larger after 15 000 s.
#[test]
fn restores_share_the_line_fairly() {
    let second = "[datasets.notes]\nsize = \"500 GB\"\non = \"a\"\n[backups.notes]\nof = \"notes\"\nfull = \"daily\"\nto = \"vault\"\n";
    let (tally, _) = walk(&world(&format!("{DAILY}{second}{LOSS}")));
    close(tally.datasets[DatasetId::new(0)].recoveries.sum.as_seconds(), HOUR + 15_000.0);
    close(tally.datasets[DatasetId::new(1)].recoveries.sum.as_seconds(), HOUR + 10_000.0);
}

/// With an order the first goes first: 5 000 s for the smaller, and the larger is done when both are.
#[test]
fn what_comes_first_goes_first() {
    let second = "[datasets.notes]\nsize = \"500 GB\"\non = \"a\"\nrecover = { order = 1 }\n[backups.notes]\nof = \"notes\"\nfull = \"daily\"\nto = \"vault\"\n";
    let (tally, _) = walk(&world(&format!("{DAILY}{second}{LOSS}")));
    close(tally.datasets[DatasetId::new(1)].recoveries.sum.as_seconds(), HOUR + 5_000.0);
    close(tally.datasets[DatasetId::new(0)].recoveries.sum.as_seconds(), HOUR + 15_000.0);
}

/// A full every week takes 10 000 s, an incremental is due every two hours: the one that falls into the full waits for it or is left out. Six
/// fulls in forty days; a full and an incremental of the same moment are one job.
#[test]
fn a_job_that_is_due_while_another_runs_waits_or_is_left_out() {
    let with = |rule: &str| {
        let jobs = "full = \"every 7 days\"\nincremental = \"every 2 h\"";
        let text = format!("{}overrun = \"{rule}\"\n", DAILY.replace("full = \"daily\"", jobs));
        walk(&world(&text)).0.datasets[DatasetId::new(0)].clone()
    };
    let (waiting, skipping, both) = (with("wait"), with("skip"), with("overlap"));
    assert_eq!((waiting.backups, waiting.overruns), ((480, 480), 6));
    assert_eq!((skipping.backups, skipping.overruns), ((474, 480), 6));
    assert_eq!((both.backups, both.overruns), ((480, 480), 0));
}

/// Retention: seven daily fulls of 1 TB are kept; the integral is that of one more each day until the eighth replaces the first.
#[test]
fn a_store_holds_what_is_kept() {
    let text = format!("{DAILY}keep = {{ last = 7 }}\n");
    let tally = walk(&world(&text)).0;
    // Job n is done 10 000 s after midnight of day n; from the seventh on there are seven.
    let (day, late) = (DAY, 10_000.0);
    let ramp: f64 = (0..6).map(|n| f64::from(n + 1) * day).sum();
    let level = 7.0 * (40.0 * day - 6.0 * day - late);
    close(tally.datasets[DatasetId::new(0)].stored[0] / 1e12, ramp + level);
}

/// A copy that lost half of its stripes is written anew when the node that held them is back, not before, and then takes over in its turn.
#[test]
fn a_copy_with_a_node_away_is_not_level() {
    let text = "horizon = \"40 days\"\n[sites.a]\nracks = 2\nnodes = 1\nclass = \"node\"\n[sites.b]\nracks = 2\nnodes = 1\nclass = \"node\"\n[classes.node]\n\
        [datasets.books]\nsize = \"1 TB\"\nwrites = \"1 MB/s\"\non = \"a\"\nmirror = { to = \"b\", sync = true }\n\
        [threats.one]\nat = \"10 days\"\nstrikes = \"a/rack-1\"\neffects = [{ destroy = { lasts = \"1 day\" } }]\n\
        [threats.two]\nat = \"20 days\"\nstrikes = \"b/rack-1\"\neffects = [{ destroy = { lasts = \"1 day\" } }]\n";
    let (tally, trace) = walk(text);
    assert_eq!(tally.datasets[DatasetId::new(0)].losses, 0);
    let whole = trace.entries.iter().find(|entry| matches!(entry.what, Happening::Data(DataHappening::CopyWhole(_))));
    close(whole.expect("level again").at.as_seconds(), 11.0 * DAY);
    let takeovers =
        trace.entries.iter().filter(|entry| matches!(entry.what, Happening::Data(DataHappening::Promoted(_))));
    assert_eq!(takeovers.count(), 2);
}

/// Data that cannot be reached are not lost: the service waits, nothing is restored.
#[test]
fn what_is_only_away_comes_back_by_itself() {
    let cut = "[threats.dark]\nat = \"20 days 14h\"\nstrikes = \"a\"\neffects = [{ suspend = { lasts = \"3h\" } }]\n";
    let (tally, trace) = walk(&world(&format!("{DAILY}{cut}")));
    let books = &tally.datasets[DatasetId::new(0)];
    assert_eq!((books.losses, books.points.count), (0, 0));
    close(books.unreadable.as_seconds(), 3.0 * HOUR);
    close(tally.services[ServiceId::new(0)].down.as_seconds(), 3.0 * HOUR);
    assert!(trace.incidents.iter().all(|incident| incident.dataset.is_none()));
}

/// Bytes at risk between two jobs: a point is 10 000 s old when it is there and a day older than that when the next is.
#[test]
fn what_is_at_risk_grows_until_the_next_point() {
    let tally = walk(&world(DAILY)).0;
    let (day, late, days) = (DAY, 10_000.0, 40.0);
    // Until the first point is there everything since the start is at risk; then a saw between `late` and `day + late`, the last one cut at the horizon.
    let ramp = late * late / 2.0;
    let saw = f64::midpoint(late, day + late) * day * (days - 1.0);
    let last = f64::midpoint(late, day) * (day - late);
    close(tally.datasets[DatasetId::new(0)].at_risk / 1e6 / 1e9, (ramp + saw + last) / 1e9);
}

/// A mirror takes over before or while the service is switched: one incident, with the phases of the service.
#[test]
fn a_service_whose_data_are_back_first_has_phases_of_its_own() {
    for detect in ["30 s", "15 min"] {
        let mirror =
            format!("mirror = {{ to = \"b\", async = {{ lag = \"5 s\" }} }}\nrecover = {{ detect = \"{detect}\" }}\n");
        let text = world(&mirror).replace(
            "replicas = { b = 1 }",
            "replicas = { a = 1, b = 1 }\nfailover = { hot-standby = { switch = \"10 min\" } }\ndetection = { decide = \"10 min\" }",
        );
        let (_, trace) = walk(&format!("{text}{LOSS}"));
        let of_service: Vec<_> = trace.incidents.iter().filter(|incident| incident.service.is_some()).collect();
        assert_eq!(of_service.len(), 1);
        let (detected, decided) = (of_service[0].detected.unwrap(), of_service[0].decided.unwrap());
        close((decided - detected).as_seconds(), 600.0);
        close(of_service[0].recovered.unwrap().since(decided).as_seconds(), 600.0);
        assert_eq!(of_service[0].acted, of_service[0].recovered, "the switch, not the mirror that took over before it");
    }
}

/// A copy of a copy takes 1 TB / 5 MB/s = 200 000 s from 04:00 of day 18 on: it carries the full of that day, not those taken meanwhile.
#[test]
fn a_copy_carries_what_was_there_when_it_began() {
    let copy = "[stores.shelf]\nmedium = { tape = { write = \"5 MB/s\" } }\noffline = true\n\
                [backups.second]\ncopies = \"nightly\"\nto = \"shelf\"\nfull = \"0 4 19 1 *\"\n";
    let both = LOSS.replace("strikes = \"a\"", "strikes = [\"a\", \"b\"]");
    let (tally, _) = incident(&world(&format!("{DAILY}{copy}{both}")));
    close(tally.datasets[DatasetId::new(0)].points.sum.as_seconds(), 2.0 * DAY + 14.0 * HOUR);
}

//! Corners in which two rules about data meet. Each was found by random trials or by reading, and waited for ever or was plainly wrong.

use crate::data::{DAILY, DAY, LOSS, walk, world};
use crate::support::HOUR;
use drsim::id::Id as _;
use drsim::model::DatasetId;
use drsim::simulation::{DataHappening, DatasetTally, Happening};

fn books(text: &str) -> DatasetTally {
    walk(text).0.datasets[DatasetId::new(0)].clone()
}

#[track_caller]
fn close(value: f64, exact: f64) {
    assert!((value - exact).abs() < 1e-3, "{value} against {exact}");
}

const CUT: &str = "[threats.cut]\nat = \"20 days 12h\"\nstrikes = { links = [\"line\"] }\neffects = [{ suspend = { lasts = \"1 h\" } }]\n";
const MIRROR: &str = "mirror = { to = \"b\", sync = true }\n";

/// Without its key a backup is worth nothing.
#[test]
fn a_lost_key_loses_the_backup() {
    let gone = books(&world(&format!("{DAILY}key-lost = \"100 %\"\n{LOSS}")));
    assert_eq!((gone.recoveries.count, gone.losses), (0, 1));
}

/// Cut for an hour, then sent what it lacks: an hour later it takes over without loss.
#[test]
fn a_synchronous_mirror_follows_again_after_a_cut() {
    let after = books(&world(&format!("{MIRROR}{CUT}{LOSS}")));
    assert_eq!((after.losses, after.points.count, after.unreadable.as_seconds()), (0, 0, 0.0));
}

/// Cut at noon and still cut when the primary copy is lost at two: two hours were never there.
#[test]
fn a_synchronous_mirror_that_was_cut_off_lacks_what_was_written_since() {
    let during = books(&world(&format!("{MIRROR}{}{LOSS}", CUT.replace("1 h", "4 h"))));
    assert_eq!(during.points.count, 1);
    close(during.points.sum.as_seconds(), 2.0 * HOUR);
    close(during.lost_bytes, 2.0 * HOUR * 1e6);
}

/// Data go wrong at noon and nobody knows for days; at two the primary copy is lost, and the mirror, as wrong as that, takes over.
#[test]
fn a_mirror_takes_over_what_nobody_knows_to_be_wrong() {
    let spoil = "[threats.release]\nat = \"20 days 12h\"\nstrikes = \"a\"\neffects = [{ spoil = { datasets = [\"books\"], found = \"2 days\" } }]\n";
    let (tally, trace) = walk(&world(&format!("{MIRROR}{DAILY}{spoil}{LOSS}")));
    let lost: Vec<f64> = trace
        .entries
        .iter()
        .filter(|entry| matches!(entry.what, Happening::Data(DataHappening::DataLost(..))))
        .map(|entry| entry.at.as_seconds() / DAY)
        .collect();
    assert_eq!(lost, [22.5]);
    assert_eq!(tally.datasets[DatasetId::new(0)].recoveries.count, 1);
}

const NOTES: &str = "[datasets.notes]\nsize = \"100 GB\"\non = \"b\"\n[stores.shelf]\n[backups.notes]\nof = \"notes\"\nfull = \"daily\"\nto = \"shelf\"\n";

/// A plan restores the books for hours; the notes, which the same step is for, are lost meanwhile, and nobody but the plan looks after them.
#[test]
fn a_plan_restores_what_is_lost_while_it_restores() {
    let second = LOSS.replace("threats.blow", "threats.second").replace("14h", "16h").replace("\"a\"", "\"b\"");
    let plan =
        "[plans.p]\nfor = [\"blow\"]\nsteps = [{ name = \"back\", does = \"restore\", of = [\"books\", \"notes\"] }]\n";
    let daily = DAILY.replace("at = \"b\"\n", "");
    let slow = "recover = { rate = \"20 MB/s\" }\n";
    let tally = walk(&world(&format!("{slow}{daily}{NOTES}{LOSS}{second}{plan}"))).0;
    assert_eq!(tally.datasets[DatasetId::new(1)].recoveries.count, 1, "the notes");
    assert_eq!(tally.datasets[DatasetId::new(0)].recoveries.count, 1, "the books");
}

/// The only team comes for a step whose data wait for the same team: it does the restore that it came for.
#[test]
fn people_do_not_wait_for_themselves() {
    let plan = "[staff.team]\n[plans.p]\nfor = [\"blow\"]\nsteps = [\n\
        { name = \"alone\", does = \"restore\", of = [\"books\"] },\n\
        { name = \"with\", does = \"restore\", of = [\"books\"], who = \"team\" },\n]\n";
    let tally = books(&world(&format!("recover = {{ staff = \"team\" }}\n{DAILY}{LOSS}{plan}")));
    assert_eq!(tally.recoveries.count, 1);
}

/// One team on its way to the less urgent restore, one drive for which the more urgent one goes first: neither waits for what the other has.
#[test]
fn a_restore_that_goes_second_keeps_nobody_from_the_first() {
    let tape = DAILY.replace("at = \"b\"\n", "medium = \"tape\"\n");
    let urgent = "[datasets.notes]\nsize = \"100 GB\"\non = \"b\"\nrecover = { order = 1, staff = \"team\" }\n\
        [backups.notes]\nof = \"notes\"\nfull = \"daily\"\nto = \"vault\"\n";
    let second = LOSS.replace("threats.blow", "threats.second").replace("14h", "16h").replace("\"a\"", "\"b\"");
    let team = "[staff.team]\nhours = { weekdays = \"03:00-03:01\" }\nanswer = \"8h\"\n";
    let tally =
        walk(&world(&format!("recover = {{ order = 2, staff = \"team\" }}\n{tape}{urgent}{team}{LOSS}{second}"))).0;
    assert_eq!(tally.datasets[DatasetId::new(1)].recoveries.count, 1, "the notes");
    assert_eq!(tally.datasets[DatasetId::new(0)].recoveries.count, 1, "the books");
}

/// Snapshots burn with the copy that they lie beside; that the copy was restored since does not bring them back.
#[test]
fn snapshots_do_not_outlive_their_copy() {
    let backup = DAILY.replace("full = \"daily\"", "full = \"every 7 days\"\nsnapshot = \"every 6 h\"");
    let spoil = "[threats.slip]\nat = \"20 days 17h 55m\"\nstrikes = \"a\"\neffects = [{ spoil = { datasets = [\"books\"], reaches = \"nothing\" } }]\n";
    let tally = books(&world(&format!("{backup}{LOSS}{spoil}")));
    assert_eq!(tally.points.count, 2);
    close(tally.points.longest.as_seconds(), 6.0 * DAY + (17.0 + 55.0 / 60.0) * HOUR);
}

/// Suspended, a plan wants it elsewhere and there is no elsewhere; then it burns. It comes back when its place does.
#[test]
fn what_was_away_and_then_is_lost_is_restored() {
    let dark = "[threats.dark]\nat = \"20 days\"\nstrikes = \"a\"\neffects = [{ suspend = { lasts = \"3 days\" } }]\n\
        [plans.p]\nfor = [\"dark\"]\nsteps = [{ name = \"back\", does = \"restore\", of = [\"books\"] }]\n";
    let tally = books(&world(&format!("{DAILY}{dark}{LOSS}")));
    assert_eq!(tally.recoveries.count, 1);
    close(tally.unreadable.as_seconds(), 3.0 * DAY + 10_000.0);
}

/// Wrong data that show while the dataset is away and wanted elsewhere are lost data all the same.
#[test]
fn what_is_away_when_it_is_found_wrong_is_restored() {
    let dark = "[threats.dark]\nat = \"20 days\"\nstrikes = \"a\"\neffects = [{ suspend = { lasts = \"3 days\" } }]\n\
        [plans.p]\nfor = [\"dark\"]\nsteps = [{ name = \"back\", does = \"restore\", of = [\"books\"] }]\n\
        [threats.release]\nat = \"19 days 12h\"\nstrikes = \"b\"\neffects = [{ spoil = { datasets = [\"books\"], found = \"1 day\", reaches = \"nothing\" } }]\n";
    let tally = books(&world(&format!("{DAILY}{dark}")));
    assert_eq!(tally.recoveries.count, 1);
    close(tally.points.sum.as_seconds(), DAY);
}

/// A point that a job under way builds on does not expire beneath it.
#[test]
fn retention_leaves_what_a_job_builds_on() {
    let backup = DAILY.replace(
        "full = \"daily\"",
        "full = \"every 7 days\"\nincremental = \"every 1 day\"\nsnapshot = \"every 1 h\"\nrate = \"10 MB/s\"\nkeep = { last = 1 }",
    );
    let (_, trace) = walk(&world(&backup));
    let failed =
        |entry: &&drsim::simulation::TraceEntry| matches!(entry.what, Happening::Data(DataHappening::JobFailed(..)));
    assert_eq!(trace.entries.iter().filter(failed).count(), 0);
}

/// Three nodes hold the books, each a third. One burns and is replaced after a day: what lay there cannot be written before.
#[test]
fn what_is_restored_can_be_read() {
    let text = world(&format!("protect = {{ replicas = {{ copies = 1, stripes = 30 }} }}\n{DAILY}{LOSS}"))
        .replace(
            "[sites.a]\nnodes = 1",
            "[sites.a]\nrooms = { x = { nodes = 1, class = \"node\" }, y = { nodes = 2, class = \"node\" } }\n#",
        )
        .replace("strikes = \"a\"", "strikes = \"a/x\"")
        .replace("lasts = \"1h\"", "lasts = \"1 day\"")
        .replace("#\nclass = \"node\"", "");
    let (tally, _) = walk(&text);
    let books = &tally.datasets[DatasetId::new(0)];
    assert_eq!(books.recoveries.count, 1);
    close(books.recoveries.sum.as_seconds(), DAY + 10_000.0);
    assert_eq!(books.unreadable, books.recoveries.sum);
}

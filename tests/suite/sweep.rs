//! Do sweeps say what single runs say, whatever the threads, and also after being stopped? What is said to those who ask for nonsense?

#![expect(clippy::unwrap_used, reason = "what cannot be started or read fails the test")]

use assert_cmd::Command;
use drsim::report;
use drsim::report::journal::{Head, Journal};
use drsim::scenario::{Override, Source};
use drsim::study::design::{Axis, Designs, Grid};
use drsim::study::sweep::{self, Choice, Job, Measure, Row, Status, SweepFindings, Watched, swings};
use drsim::{Plan, conclude, load, simulate};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tempfile::TempDir;

/// Two of three nodes with one crew: quick, and never without an outage.
const TEXT: &str = r#"
format = 1
name = "trio"
title = "三节点 <trio>"
horizon = "2 years"
trials = 64
[sites.a]
nodes = 4
class = "server"
[classes.server]
life = { exponential = { mttf = "60 days" } }
repair = "2 days"
crew = "field"
[crews.field]
people = 2
[services.pay]
title = "支付"
replicas = { a = 3 }
up = { at-least = 2 }
objective = { rto = "30h" }
"#;

fn axes(texts: &[&str]) -> Vec<Axis> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn job(choice: Choice, threads: usize) -> Job {
    let designs = Designs::read(&Source::from_text("trio.toml", TEXT)).unwrap();
    let written = designs.design(Vec::new()).unwrap().scenario;
    Job { watched: Watched::usual(&written), designs, choice, trials: 64, seed: 5, threads }
}

fn grid(texts: &[&str]) -> Choice {
    Choice::Grid(Grid::full(axes(texts)).unwrap())
}

fn rows(job: &Job, done: Vec<Row>) -> Vec<Row> {
    let ended = sweep::run(job, done, &|_| Ok(()), &|_| (), &AtomicBool::new(false)).unwrap();
    assert!(ended.whole);
    ended.rows
}

fn found(job: &Job) -> SweepFindings {
    SweepFindings::new(job, job.designs.design(Vec::new()).unwrap().scenario, rows(job, Vec::new()))
}

/// Some of every kind: a line, words, a map with invalid designs, three parameters, a sample, one at a time.
fn kinds() -> Vec<(&'static str, Choice)> {
    let words = "services.pay.up=any,majority,all";
    let many = ["classes.server.repair=log 1h..9 days", "crews.field.people=1..3", words];
    vec![
        ("line", grid(&["classes.server.repair=log 1h..10 days/5"])),
        ("words", grid(&[words])),
        ("heat", grid(&["services.pay.replicas.a=1..4", "classes.server.repair=1 day,2 days,4 days"])),
        ("three", grid(&["services.pay.replicas.a=2..4", words, "crews.field.people=1,2"])),
        ("sample", Choice::Grid(Grid::latin(axes(&many), 30, 1).unwrap())),
        ("tornado", Choice::one_at_a_time(axes(&many)).unwrap()),
    ]
}

#[test]
fn threads_change_no_byte() {
    for (name, choice) in kinds() {
        let files = |threads| report::sweep::files(&found(&job(choice.clone(), threads)), "0", "", "{}");
        // Two threads run these designs side by side, and eight run trials side by side.
        let alone = files(1);
        assert!(alone == files(2) && alone == files(8), "{name}");
    }
}

#[test]
fn a_design_of_a_sweep_is_a_run_of_its_own() {
    let job = job(grid(&["services.pay.replicas.a=1..4", "classes.server.repair=1 day,4 days"]), 2);
    let rows = rows(&job, Vec::new());
    let keys = ["unavailability", "recovery_time_s", "outage_probability", "rto_met_share", "downtime_s_per_year"];
    assert_eq!((rows.len(), job.watched.len()), (8, keys.len()));
    for row in &rows {
        let Choice::Grid(grid) = &job.choice else { panic!() };
        let loaded = load(&Source::from_text("trio.toml", TEXT), &grid.settings(row.nth));
        let Some(ran) = row.ran() else {
            assert_eq!(row.settings[0], "1", "two of one replica");
            assert_eq!(loaded.unwrap_err().items()[0].code, "k-over-n");
            continue;
        };
        let scenario = Arc::new(loaded.unwrap().scenario);
        assert_eq!(ran.hash, scenario.hash);
        let outcomes = simulate(&scenario, 5, &Plan::whole(64, 1), &|_| (), &AtomicBool::new(false)).unwrap();
        let found = conclude(&scenario, &outcomes);
        for (key, measure) in keys.iter().zip(&ran.measures) {
            let estimate = found.services[0].1.metric(key).unwrap().estimate;
            let point =
                if *key == "recovery_time_s" { estimate.quantiles.map(|it| it.p95.point) } else { estimate.point };
            assert_eq!(measure.point, point, "{key}");
        }
    }
}

#[test]
fn a_sweep_that_is_continued_is_a_sweep_that_was_not_stopped() {
    for (name, choice) in kinds() {
        let job = job(choice, 2);
        let whole = rows(&job, Vec::new());
        for most in [1, 3] {
            let (kept, count) = (std::sync::Mutex::new(Vec::new()), AtomicU64::new(0));
            let each = |rows: &[Row]| {
                let journey =
                    rows.iter().map(|row| serde_json::from_str(&serde_json::to_string(row).unwrap()).unwrap());
                kept.lock().unwrap().extend(journey);
                if count.fetch_add(1, Ordering::Relaxed) + 1 >= most {
                    Err("the disk is full".to_owned())
                } else {
                    Ok(())
                }
            };
            let stopped = sweep::run(&job, Vec::new(), &each, &|_| (), &AtomicBool::new(false));
            if let Err(why) = &stopped {
                assert_eq!(why, "the disk is full");
            }
            let kept = kept.into_inner().unwrap();
            assert!(!kept.is_empty() && job.left(&kept) < job.left(&[]), "{name}");
            assert_eq!(rows(&job, kept), whole, "{name}");
        }
        let cancelled = sweep::run(&job, Vec::new(), &|_| Ok(()), &|_| (), &AtomicBool::new(true)).unwrap();
        assert!(!cancelled.whole && cancelled.rows.is_empty());
    }
}

/// With what the scenario says itself there is no difference at all; a longer repair is worse, and on the same trials that is plain.
#[test]
fn one_at_a_time_is_compared_on_the_same_trials() {
    let choice =
        Choice::one_at_a_time(axes(&["crews.field.people=2,3", "classes.server.repair=2 days..4 days"])).unwrap();
    let found = found(&job(choice, 2));
    let of = |nth: usize| found.rows[nth].ran().unwrap();
    assert_eq!(of(1).measures, of(0).measures, "two people are what is written");
    let same = of(1).differences[0].unwrap();
    assert_eq!((same.point, same.low, same.high), (0.0, 0.0, 0.0));
    assert_eq!(of(3).measures, of(0).measures, "two days are what is written");
    let longer = of(4).differences[0].unwrap();
    assert!(longer.low > 0.0 && longer.high > longer.low, "{longer:?}");
    let (base, there) = (of(0).measures[0], of(4).measures[0]);
    assert!((longer.point - (there.point.unwrap() - base.point.unwrap())).abs() < 1e-12);
    let alone = (there.high.unwrap() - there.low.unwrap()) / 2.0;
    assert!((longer.high - longer.low) / 2.0 < alone, "pairing narrows the interval");
    assert_eq!(of(4).differences[1], None, "a quantile has no paired interval");
    let swings = swings(&found, 0);
    assert_eq!((swings[0].axis, swings[0].most.value.as_str()), (1, "4 days"));
    assert!(swings[0].size > swings[1].size);
}

/// Every picture of every kind can be read, and everything lies on its sheet.
#[test]
fn pictures_are_sound() {
    for (name, choice) in kinds() {
        let mut found = found(&job(choice, 2));
        // Some designs that could not be measured, or were never seen to fail.
        let nothing = Measure::NOTHING;
        if let Some(Status::Ran(ran)) = found.rows.last_mut().map(|row| &mut row.status) {
            ran.measures.fill(nothing);
        }
        let plots = report::plot::sweep::all(&found);
        assert!(!plots.is_empty(), "{name}");
        for (file, svg) in plots {
            if let Some(folder) = std::env::var_os("DRSIM_TEST_PICTURES") {
                fs::write(Path::new(&folder).join(format!("{name}-{}", file.replace('/', "-"))), &svg).unwrap();
            }
            let document = roxmltree::Document::parse(&svg).unwrap();
            let size = |side: &str| document.root_element().attribute(side).unwrap().parse::<f64>().unwrap();
            for node in document.descendants().filter(roxmltree::Node::is_element) {
                for (sides, limit) in
                    [(["x", "x1", "x2", "cx"], size("width")), (["y", "y1", "y2", "cy"], size("height"))]
                {
                    for at in sides.into_iter().filter_map(|side| node.attribute(side)) {
                        assert!((-1.0..=limit + 1.0).contains(&at.parse::<f64>().unwrap()), "{name} {file}: {at}");
                    }
                }
            }
        }
    }
}

fn drsim(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drsim"));
    command.current_dir(folder);
    for variable in ["TRIALS", "SEED", "THREADS", "OUTPUT"] {
        command.env_remove(format!("DRSIM_{variable}"));
    }
    command
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("trio.toml"), TEXT).unwrap();
    folder
}

fn ended(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// What a result folder holds but for the facts of the run.
fn result(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = ["", "plots"]
        .iter()
        .flat_map(|part| fs::read_dir(folder.join(part)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && !path.ends_with("run.json"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[cfg(unix)]
#[test]
fn a_sweep_that_is_killed_goes_on_where_it_stopped() {
    let set = ["sweep", "trio.toml", "--trials", "3000", "--set", "classes.server.repair=1h..60h/1h"];
    let undisturbed = folder();
    assert_eq!(ended(drsim(&undisturbed).args(set)).0, 0);
    let whole = result(&undisturbed.path().join("output/trio-sweep"));
    for signal in ["-INT", "-KILL"] {
        let folder = folder();
        let journal = folder.path().join("output/.trio-sweep.unfinished");
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_drsim"));
        let null = std::process::Stdio::null;
        let mut child = child.current_dir(&folder).args(set).stdout(null()).stderr(null()).spawn().unwrap();
        while fs::read_to_string(&journal).map_or(0, |text| text.lines().count()) < 5 {
            assert!(child.try_wait().unwrap().is_none(), "over before it could be stopped");
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let stop = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(stop.success());
        let status = child.wait().unwrap();
        if signal == "-INT" {
            assert_eq!(status.code(), Some(130));
        }
        assert!(!folder.path().join("output/trio-sweep").exists(), "half a result");
        let other = ended(drsim(&folder).args(set).args(["--seed", "9"]));
        assert!(other.0 == 2 && other.2.contains("seed `1`, now `9`"), "{}", other.2);
        let (code, _, said) = ended(drsim(&folder).args(set));
        assert!(code == 0 && said.contains("going on with an unfinished sweep"), "{said}");
        assert_eq!(result(&folder.path().join("output/trio-sweep")), whole, "{signal}");
        assert!(!journal.exists());
    }
}

#[test]
fn another_scenario_starts_over_only_when_forced() {
    let folder = folder();
    let head = Head {
        drsim_version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario_hash: "of-yesterday".to_owned(),
        seed: 1,
        trials: 64,
        settings: vec!["crews.field.people=1,2".to_owned()],
        metrics: Vec::new(),
    };
    drop(Journal::open(&folder.path().join("output/trio-sweep"), &head, false).unwrap());
    let set = ["sweep", "trio.toml", "--set", "crews.field.people=1,2"];
    let (code, out, said) = ended(drsim(&folder).args(set));
    assert!(
        code == 2 && out.is_empty() && said.contains("scenario `of-yesterday`") && said.contains("--force"),
        "{said}"
    );
    assert_eq!(ended(drsim(&folder).args(set).arg("--force")).0, 0);
}

#[test]
fn nonsense_is_told_what_would_be_right_and_writes_nothing() {
    let folder = folder();
    for (arguments, right) in [
        (&[][..], "name values"),
        (&["--set", "services.pay.replicas.a"], "is not `path=value`"),
        (&["--set", "services.pay.replicas.a="], "has no values"),
        (&["--set", "services.pay.replicas.a=1"], "use `drsim run`"),
        (&["--set", "services.pay.replica.a=1,2"], "did you mean `services.pay.replicas.a`?"),
        (&["--set", "services.pay.replicas.b=1,2"], "unknown place `b`"),
        (&["--set", "pay.replicas.a=1,2"], "did you mean `services.pay.replicas.a`?"),
        (&["--set", "services.pay.objective.rto=1h,3"], "has no unit"),
        (&["--set", "services.pay.objective.rto=1 GB,3h"], "unknown unit of time `GB`"),
        (&["--set", "crews.field.people=1,many"], "expected a whole number"),
        (&["--set", "crews.field.people=3..1"], "runs backwards"),
        (&["--set", "classes.server.repair=1h..4h"], "--sample latin:1000"),
        (&["--set", "crews.field.people=1,2", "--set", "crews.field.people=3,4"], "is set twice"),
        (&["--set", "crews.field.people=0..999999999"], "1 000 000 000 designs are more than 1 000 000"),
        (&["--set", "seed=1,2"], "give `--seed`"),
        (&["--set", "crews.field.people=1,2", "--sample", "10"], "latin:N"),
        (&["--set", "crews.field.people=1,2", "--metric", "unavailabilty"], "did you mean `unavailability`?"),
        (&["--set", "crews.field.people=1,2", "--metric", "services.pya.unavailability"], "known are `pay`"),
        (&["--set", "services.pay.up.at-least=4,5"], "none of the 2 designs is a valid scenario"),
        (&["--set", "crews.field.people=1,2", "--trials", "1e15"], "fewer values or trials"),
    ] {
        let (code, out, said) = ended(drsim(&folder).args(["sweep", "trio.toml"]).args(arguments));
        assert!(code == 2 && out.is_empty() && said.contains(right), "{arguments:?} ended with {code}: {said}");
    }
    assert!(!folder.path().join("output/trio-sweep").exists());
}

#[test]
fn the_document_and_the_table_hold_every_design() {
    let folder = folder();
    let set =
        ["sweep", "-", "--json", "-o", "there", "--set", "services.pay.replicas.a=1,3,4", "--metric", "unavailability"];
    let (code, out, _) = ended(drsim(&folder).args(set).write_stdin(TEXT));
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0);
    assert_eq!(out.as_bytes(), fs::read(folder.path().join("there/sweep.json")).unwrap());
    let designs = document["designs"].as_array().unwrap();
    assert_eq!(designs.iter().map(|it| it["status"].as_str().unwrap()).collect::<Vec<_>>(), ["invalid", "ok", "ok"]);
    assert_eq!(document["as_written"], 1);
    let table = fs::read_to_string(folder.path().join("there/designs.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
    let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(head[..4], ["design", "services.pay.replicas.a", "status", "problem"]);
    for (row, design) in reader.records().map(Result::unwrap).zip(designs) {
        let point = design["metrics"]["services.pay.unavailability"]["point"].as_f64();
        assert_eq!(row[4].parse::<f64>().ok(), point);
        assert_eq!(row[1], *design["settings"]["services.pay.replicas.a"].as_str().unwrap());
    }
}

/// A sweep watches what a person names, also of what the settings leave alone.
#[test]
fn settings_of_all_designs_are_part_of_the_scenario() {
    let designs = Designs::read(&Source::from_text("trio.toml", TEXT)).unwrap();
    let more: Override = "classes.server.repair=4 days".parse().unwrap();
    let set = designs.clone().set(std::slice::from_ref(&more)).unwrap();
    let by_set = set.design(Vec::new()).unwrap();
    let by_run = load(&Source::from_text("trio.toml", TEXT), &[more]).unwrap();
    assert_eq!((by_set.scenario.hash.as_str(), by_set.resolved), (by_run.scenario.hash.as_str(), by_run.resolved));
    assert!(designs.set(&["classes.server.repare=4 days".parse().unwrap()]).is_err());
}

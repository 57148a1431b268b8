//! Does `drsim compare` say what it should, write what it says, and refuse what makes no sense?

#![expect(clippy::unwrap_used, reason = "what cannot be started or read fails the test")]

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

/// A node that fails every 100 days and is mended in so many hours.
fn scenario(name: &str, repair: &str) -> String {
    format!(
        r#"
format = 1
name = "{name}"
horizon = "1 year"
trials = 300
[sites.a]
nodes = 2
class = "server"
[classes.server]
life = {{ exponential = {{ mttf = "100 days" }} }}
repair = {{ fixed = "{repair}" }}
[services.pay]
replicas = {{ a = 2 }}
up = "all"
objective = {{ rto = "10h" }}
"#
    )
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, repair) in [("slow", "24 h"), ("middle", "12 h"), ("fast", "6 h")] {
        fs::write(folder.path().join(format!("{name}.toml")), scenario(name, repair)).unwrap();
    }
    folder
}

/// Exit code, standard output and standard error of `drsim compare` in a folder.
fn compare(folder: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drsim"));
    command.current_dir(folder).arg("compare").args(arguments);
    for variable in ["DRSIM_TRIALS", "DRSIM_SEED", "DRSIM_THREADS", "DRSIM_OUTPUT", "NO_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn names_in(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_result_is_the_same_on_any_number_of_threads() {
    let folder = folder();
    let (code, out, err) = compare(&folder, &["slow.toml", "middle.toml", "fast.toml", "-o", "x", "--threads", "1"]);
    assert_eq!(code, 0, "{err}");
    for said in ["3 designs compared", "baseline: slow", "services.pay.unavailability", "● better", "tested together"]
    {
        assert!(out.contains(said), "{said}:\n{out}");
    }
    assert!(err.contains("wrote x (10 files), start with compare.md"), "{err}");
    assert_eq!(compare(&folder, &["slow.toml", "middle.toml", "fast.toml", "-o", "y", "--threads", "3"]).0, 0);
    for file in [
        "compare.md",
        "compare.json",
        "compare.csv",
        "designs.csv",
        "scenario-1.toml",
        "scenario-3.toml",
        "plots/pareto-availability.svg",
        "plots/pareto-recovery-time.svg",
    ] {
        let read = |at: &str| fs::read_to_string(folder.path().join(at).join(file)).unwrap();
        assert_eq!(read("x"), read("y"), "{file}");
    }
    // The default folder, and an earlier result in it replaced.
    for _ in 0..2 {
        assert_eq!(compare(&folder, &["slow.toml", "fast.toml", "-n", "40"]).0, 0);
    }
    assert!(folder.path().join("output/slow-compare/compare.md").exists());
}

#[test]
fn one_document_with_json_and_what_is_asked_for() {
    let folder = folder();
    let arguments =
        ["slow.toml", "fast.toml", "--json", "-o", "x", "--metric", "unavailability", "--metric", "scenario.mttr_s"];
    let (code, out, _) = compare(&folder, &arguments);
    let document: Value = serde_json::from_str(&out).unwrap();
    let paths: Vec<&str> =
        document["metrics"].as_array().unwrap().iter().map(|row| row["path"].as_str().unwrap()).collect();
    assert_eq!((code, paths), (0, vec!["services.pay.unavailability", "scenario.mttr_s"]));
    let difference = &document["metrics"][0]["differences"][0];
    assert_eq!((&difference["verdict"], &difference["better"]), (&"real".into(), &true.into()));
    // The service needs both nodes: down 24 of 1224 h or 6 of 1206 h, about, and down a little less because it begins new.
    let point = difference["point"].as_f64().unwrap();
    let truth = 12.0 / 2412.0 - 48.0 / 2448.0;
    assert!((point - truth).abs() < 0.15 * truth.abs(), "{point} and {truth}");
    assert!(difference["trials_saved_factor"].as_f64().unwrap() > 1.0);
    assert_eq!(compare(&folder, &["slow.toml", "fast.toml", "-o", "y", "--strict"]).0, 3);
    let until = ["slow.toml", "fast.toml", "-o", "z", "--json", "--until", "scenario.mttr_s=50%"];
    let (code, out, err) = compare(&folder, &until);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &document["stopped"], &document["trials"]), (0, &"precise".into(), &4096.into()), "{err}");
}

#[test]
fn what_makes_no_sense_is_refused_and_nothing_is_written() {
    let folder = folder();
    let put = |name: &str, text: String| fs::write(folder.path().join(name), text).unwrap();
    put("copy.toml", scenario("fast", "6 h"));
    put("longer.toml", scenario("longer", "6 h").replace("1 year", "2 years"));
    put("other.toml", scenario("other", "6 h").replace("services.pay", "services.web"));
    put("broken.toml", scenario("broken", "6 parsecs"));
    let before = names_in(&folder);
    for (arguments, said, help) in [
        (&["slow.toml"][..], "a comparison needs at least two designs", "drsim compare before.toml after.toml"),
        (&["slow.toml", "./slow.toml"], "`./slow.toml` is given twice", "name each design once"),
        (&["fast.toml", "copy.toml"], "are the same scenario", "name each design once"),
        (&["slow.toml", "longer.toml"], "differ in horizon: 1 year and 2 years", "`--set horizon=VALUE`"),
        (&["slow.toml", "other.toml"], "no service and no dataset in common", "the same name"),
        (
            &["slow.toml", "fast.toml", "--metric", "unavailabilty"],
            "no metric `unavailabilty`",
            "did you mean `unavailability`?",
        ),
        (
            &["slow.toml", "fast.toml", "--metric", "services.pay.otage_s"],
            "a service has no metric `otage_s` in `slow`",
            "`outage_s`",
        ),
        (&["slow.toml", "fast.toml", "--metric", "services.pya.mttr_s"], "no service `pya` in `slow`", "`pay`"),
        (&["slow.toml", "fast.toml", "--metric", "services.pay.outage_s.p95"], "no paired interval", "compare.csv"),
        (&["slow.toml", "fast.toml", "--metric", "cost.total_cost"], "no prices", "[prices]"),
        (&["slow.toml", "fast.toml", "--until", "beauty=5%"], "no metric `beauty`", "drsim explain"),
        (&["slow.toml", "broken.toml"], "", "parsecs"),
    ] {
        let (code, out, err) = compare(&folder, arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(said) && err.contains(help), "{arguments:?}:\n{err}");
        assert_eq!(names_in(&folder), before, "{arguments:?} wrote something");
    }
    let (code, out, _) = compare(&folder, &["slow.toml", "--json"]);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &document["error"]["exit_code"]), (2, &2.into()));
    assert_eq!(compare(&folder, &["slow.toml", "gone.toml"]).0, 2);
}

#[test]
fn settings_reach_all_designs_and_a_folder_means_what_is_in_it() {
    let folder = folder();
    fs::create_dir(folder.path().join("both")).unwrap();
    for name in ["slow", "fast"] {
        fs::rename(folder.path().join(format!("{name}.toml")), folder.path().join(format!("both/{name}.toml")))
            .unwrap();
    }
    let (code, out, err) = compare(&folder, &["both", "--set", "horizon='90 days'", "-o", "x", "--json"]);
    let document: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {err}"));
    assert_eq!((code, document["horizon_s"].as_f64()), (0, Some(90.0 * 86_400.0)));
    assert_eq!(document["baseline"], "fast", "in the order of their names");
}

/// The picture in the README of the designs is the one that the command draws.
#[test]
fn the_five_strategies_are_drawn_as_shown() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/designs");
    let (folder, names) = (
        tempfile::tempdir().unwrap(),
        ["backup-restore", "pilot-light", "warm-standby", "hot-standby", "active-active"],
    );
    let files: Vec<String> = names.iter().map(|name| root.join(format!("{name}.toml")).display().to_string()).collect();
    let mut arguments: Vec<&str> = files.iter().map(String::as_str).collect();
    arguments.extend(["--metric", "cost.total_cost", "--output", "out"]);
    let (code, _, errors) = compare(&folder, &arguments);
    assert_eq!(code, 0, "{errors}");
    let drawn = fs::read_to_string(folder.path().join("out/plots/pareto-recovery-time.svg")).unwrap();
    let kept = root.join("recovery-time-against-cost.svg");
    if std::env::var_os("DRSIM_BLESS").is_some() {
        fs::write(&kept, &drawn).unwrap();
    }
    assert!(drawn == fs::read_to_string(kept).unwrap(), "it differs: DRSIM_BLESS=1 draws it anew");
}

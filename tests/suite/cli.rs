//! Does the program behave as a guest in a shell should? Help, exit codes, streams, files.

#![expect(clippy::unwrap_used, reason = "what cannot be started or read fails the test")]

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use tempfile::TempDir;

/// A scenario that runs in no time: two nodes, a year.
const SMALL: &str = r#"
format = 1
name = "small"
horizon = "1 year"
trials = 50
[sites.a]
nodes = 2
class = "server"
[classes.server]
life = { exponential = { mttf = "100 days" } }
repair = { fixed = "1 day" }
[services.pay]
replicas = { a = 2 }
objective = { rto = "1h" }
"#;

/// The program in a folder of its own, without what the caller's environment might say.
fn drsim(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drsim"));
    command.current_dir(folder);
    for variable in ["TRIALS", "SEED", "THREADS", "OUTPUT"] {
        command.env_remove(format!("DRSIM_{variable}"));
    }
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A folder with the small scenario in it.
fn with_small() -> TempDir {
    let folder = folder();
    fs::write(folder.path().join("small.toml"), SMALL).unwrap();
    folder
}

/// Exit code, standard output and standard error.
fn ended(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("not one JSON document: {error}\n{text}"))
}

fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn help_shows_examples_before_options() {
    let folder = folder();
    for subcommand in
        ["", "new", "check", "run", "drill", "compare", "merge", "trace", "explain", "schema", "completions", "man"]
    {
        let arguments: Vec<_> = [subcommand, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let (code, out, err) = ended(drsim(&folder).args(arguments));
        assert_eq!((code, err.as_str()), (0, ""), "{subcommand}");
        let place = |text: &str| out.find(text).unwrap_or_else(|| panic!("`{subcommand}` has no {text}:\n{out}"));
        assert!(place("Examples:") < place("Usage:") && place("Usage:") < place("Options:"), "{subcommand}");
    }
}

#[test]
fn a_mistyped_word_gets_a_suggestion() {
    let folder = folder();
    for (arguments, meant) in [(&["runn"][..], "'run'"), (&["run", "x", "--trails", "5"], "'--trials'")] {
        let (code, out, err) = ended(drsim(&folder).args(arguments));
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains(meant), "{err}");
    }
    let (code, _, err) = ended(drsim(&folder).args(["explain", "avalability"]));
    assert!(code == 2 && err.contains("`availability`"), "{err}");
    let (code, _, err) = ended(drsim(&folder).args(["new", "--template", "two-cities"]));
    assert!(code == 2 && err.contains("`two-sites`"), "{err}");
}

#[test]
fn wrong_numbers_are_refused_with_what_would_be_right() {
    let folder = with_small();
    for (arguments, right) in [
        (["--trials", "0"], "1000, 10_000 or 1e6"),
        (["--trials", "many"], "1000, 10_000 or 1e6"),
        (["--until", "unavailability"], "METRIC=SHARE"),
        (["--shard", "9/8"], "I from 1 to K"),
        (["--threads", "0"], "1..=1024"),
        (["--seed", "-1"], "from 0 to 18446744073709551615"),
        (["--until", "unavailability=5"], "write 5% or 0.05"),
    ] {
        let (code, out, err) = ended(drsim(&folder).args(["run", "small.toml", "-o", "x"]).args(arguments));
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains(right), "{arguments:?}: {err}");
    }
    let (code, _, err) = ended(drsim(&folder).args(["run", "small.toml", "--shard", "1/2"]));
    assert!(code == 2 && err.contains("--output"), "{err}");
    let (code, _, err) =
        ended(drsim(&folder).args("run small.toml -o x --shard 1/2 --until unavailability=5%".split(' ')));
    assert!(code == 2 && err.contains("cannot be used with"), "{err}");
}

#[test]
fn what_is_not_there_is_wrong_use() {
    let folder = folder();
    for command in ["check", "run", "trace"] {
        let (code, out, err) = ended(drsim(&folder).args([command, "nothing.toml"]));
        assert_eq!((code, out.as_str()), (2, ""), "{command}");
        assert!(err.contains("no such file `nothing.toml`") && err.contains("drsim new"), "{err}");
        let (code, _, err) = ended(drsim(&folder).args([command, "-"]).write_stdin("\n"));
        assert!(code == 2 && err.contains("standard input is empty"), "{command}: {err}");
    }
    let (code, _, err) = ended(drsim(&folder).args(["run", "."]));
    assert!(code == 2 && err.contains("no `*.toml` below"), "{err}");
    let (code, _, err) = ended(drsim(&folder).args(["merge", "part-1.json"]));
    assert!(code == 2 && err.contains("no such file `part-1.json`"), "{err}");
    let (code, _, err) = ended(drsim(&folder).arg("xyz"));
    assert!(code == 2 && err.contains("commands: new, check, run"), "{err}");
}

#[test]
fn a_missing_file_does_not_keep_others_from_being_checked() {
    let folder = with_small();
    let (code, out, err) = ended(drsim(&folder).args(["check", "nothing.toml", "small.toml"]));
    assert!(code == 2 && out.contains("small.toml: valid"), "{out}{err}");
    assert!(err.contains("no such file `nothing.toml`"), "{err}");
    let (code, out, _) = ended(drsim(&folder).args(["check", "--json", "nothing.toml", "small.toml"]));
    let files = document(&out)["files"].as_array().unwrap().clone();
    assert_eq!((code, files.len()), (2, 2), "{out}");
    assert_eq!((&files[0]["valid"], &files[1]["valid"]), (&Value::Bool(false), &Value::Bool(true)), "{out}");
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_before_the_trials() {
    let folder = with_small();
    let (code, out, err) = ended(drsim(&folder).args(["run", "small.toml", "-o", "small.toml/result"]));
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("cannot write to `") && err.contains("small.toml`"), "{err}");
    assert_eq!(files_below(folder.path()), ["small.toml"]);
}

#[cfg(unix)]
#[test]
fn a_device_is_no_folder() {
    let (code, _, err) = ended(drsim(&with_small()).args(["run", "small.toml", "--force", "-o", "/dev/null"]));
    assert!(code == 2 && err.contains("`/dev/null` is not a folder"), "{err}");
}

#[test]
fn colour_is_where_it_was_asked_for() {
    let folder = folder();
    let coloured = |command: &mut Command| {
        let (_, out, err) = ended(command);
        (out + &err).contains('\u{1b}')
    };
    let wrong = ["run", "nothing.toml"];
    assert!(!coloured(drsim(&folder).args(wrong)), "a pipe is no terminal");
    assert!(coloured(drsim(&folder).args(wrong).args(["--color", "always"])));
    assert!(coloured(drsim(&folder).args(["--color=always", "--help"])));
    assert!(coloured(drsim(&folder).args(wrong).env("CLICOLOR_FORCE", "1")));
    assert!(!coloured(drsim(&folder).args(wrong).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")));
    assert!(!coloured(drsim(&folder).args(wrong).args(["--color", "never"]).env("CLICOLOR_FORCE", "1")));
}

#[test]
fn completions_for_four_shells() {
    let folder = folder();
    for (shell, sign) in [
        ("bash", "complete -F _drsim"),
        ("zsh", "#compdef drsim"),
        ("fish", "complete -c drsim"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let (code, out, err) = ended(drsim(&folder).args(["completions", shell]));
        assert_eq!((code, err.as_str()), (0, ""), "{shell}");
        assert!(out.contains(sign) && out.contains("trial-limit"), "{shell}");
    }
}

#[test]
fn the_manual_page_is_roff() {
    let folder = folder();
    let (code, out, err) = ended(drsim(&folder).arg("man"));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains(".TH drsim 1") && out.contains("SUBCOMMANDS"), "{out}");
    let (code, out, _) = ended(drsim(&folder).args(["man", "run"]));
    assert!(code == 0 && out.contains("drsim\\-run"), "{out}");
    assert_eq!(ended(drsim(&folder).args(["man", "rum"])).0, 2);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = folder();
    for arguments in [&["completions", "zsh"][..], &["explain"], &["--help"]] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_drsim"))
            .args(arguments)
            .current_dir(&folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        // A fast child may have said everything before the reader left, its hint included; a complaint would be wrong either way.
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {err}");
        assert!(!err.contains("error") && !err.contains("panic"), "{arguments:?}: {err}");
    }
}

#[test]
fn new_writes_a_commented_scenario_once() {
    let folder = folder();
    let (code, out, err) = ended(drsim(&folder).args(["new", "支付", "--template", "single-site"]));
    assert_eq!((code, out.as_str()), (0, "支付.toml\n"));
    assert!(err.contains("next: drsim run 支付.toml"), "{err}");
    let path = folder.path().join("支付.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("#:schema ") && text.contains("= \"支付\"") && text.contains("\n# "), "{text}");

    fs::write(&path, "mine").unwrap();
    let (code, _, err) = ended(drsim(&folder).args(["new", "支付"]));
    assert!(code == 2 && err.contains("--force"), "{err}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    assert_eq!(ended(drsim(&folder).args(["new", "支付", "--force"])).0, 0);
    assert_ne!(fs::read_to_string(&path).unwrap(), "mine");

    for name in ["../x", "a/b", "Pay"] {
        assert_eq!(ended(drsim(&folder).args(["new", name])).0, 2, "{name}");
    }
    assert_eq!(files_below(folder.path()), ["支付.toml"]);
}

#[test]
fn new_lists_its_templates() {
    let (code, out, _) = ended(drsim(&folder()).args(["new", "--template", "list"]));
    let names: Vec<_> = out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!((code, names), (0, vec!["single-site", "two-sites", "three-zones", "city-bank"]));
}

#[test]
fn explain_knows_terms_codes_and_exits() {
    let folder = folder();
    for (word, english, chinese) in [
        ("rto", "promised", "恢复"),
        ("温备", "warm-standby", "扩容"),
        ("exit-4", "disagrees", "不符"),
        ("redundancy degree", "survivable", "冗余度"),
    ] {
        let (code, out, err) = ended(drsim(&folder).args(["explain", word]));
        assert_eq!((code, err.as_str()), (0, ""), "{word}");
        assert!(out.contains(english) && out.contains(chinese), "{word}: {out}");
    }
    let (code, out, _) = ended(drsim(&folder).arg("explain"));
    assert!(code == 0 && out.contains("RTO") && out.contains("exit-130"), "{out}");
}

#[test]
fn json_is_one_document_also_when_it_fails() {
    let folder = folder();
    for (arguments, code) in [(&["run", "nothing.toml", "--json"][..], 2), (&["trace", "nothing.toml", "--json"], 2)] {
        let (ended_with, out, err) = ended(drsim(&folder).args(arguments));
        assert_eq!((ended_with, err.as_str()), (code, ""));
        assert_eq!(document(&out)["error"]["exit_code"], code);
    }
    fs::write(folder.path().join("part.json"), "{}").unwrap();
    let (code, out, _) = ended(drsim(&folder).args(["merge", "part.json", "--json"]));
    assert_eq!(code, 2);
    assert!(document(&out)["error"]["message"].as_str().unwrap().contains("not a part"), "{out}");
}

// From here on the tests need every layer of the program.

#[test]
fn every_template_is_valid() {
    for template in ["single-site", "two-sites", "three-zones", "city-bank"] {
        let folder = folder();
        assert_eq!(ended(drsim(&folder).args(["new", "x", "--template", template])).0, 0);
        let (code, out, err) = ended(drsim(&folder).args(["check", "x.toml"]));
        assert_eq!(code, 0, "{template}: {err}");
        assert!(out.starts_with("x.toml: valid: "), "{out}");
    }
}

#[test]
fn explain_knows_metrics() {
    let (code, out, _) = ended(drsim(&folder()).args(["explain", "unavailability"]));
    assert!(code == 0 && out.contains("(metric of a service)"), "{out}");
    let (code, _, err) = ended(drsim(&with_small()).args(["run", "small.toml", "--until", "unavailabilty=5%"]));
    assert!(code == 2 && err.contains("`unavailability`"), "{err}");
}

#[test]
fn the_schema_is_json() {
    let (code, out, err) = ended(drsim(&folder()).arg("schema"));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(document(&out).get("properties").is_some());
}

#[test]
fn check_names_the_place_of_every_problem() {
    let folder = with_small();
    let (code, out, _) = ended(drsim(&folder).args(["check", "small.toml"]));
    assert_eq!((code, out.lines().count()), (0, 1));
    fs::write(folder.path().join("wrong.toml"), SMALL.replace("horizon", "horizn").replace("1 day", "1")).unwrap();
    let (code, out, err) = ended(drsim(&folder).args(["check", "small.toml", "wrong.toml"]));
    assert_eq!(code, 2);
    assert!(out.contains("small.toml: valid") && out.contains("wrong.toml: not valid"), "{out}");
    assert!(err.contains("wrong.toml:4") && err.contains("wrong.toml:11") && err.contains("`horizon`"), "{err}");

    let (code, out, err) = ended(drsim(&folder).args(["check", ".", "--json"]));
    assert_eq!((code, err.as_str()), (2, ""));
    let document = document(&out);
    assert_eq!(document["valid"], false);
    let problems = document["files"][1]["diagnostics"].as_array().unwrap();
    assert!(problems.len() >= 2 && problems.iter().all(|problem| problem["code"].is_string()), "{out}");
}

#[test]
fn a_scenario_may_come_from_standard_input() {
    let folder = folder();
    let (code, out, err) = ended(drsim(&folder).args(["run", "-", "--json", "--trials", "20"]).write_stdin(SMALL));
    assert_eq!(code, 0, "{err}");
    let summary = document(&out);
    assert_eq!((summary["scenario"].as_str(), summary["trials"].as_u64()), (Some("small"), Some(20)));
    let (code, ..) = ended(drsim(&folder).arg("check").write_stdin(SMALL));
    assert_eq!(code, 0, "without an argument, too");
}

#[test]
fn run_writes_a_folder_and_replaces_only_its_own() {
    let folder = with_small();
    let (code, out, err) = ended(drsim(&folder).args(["run", "small.toml"]));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("pay") && err.trim_end().lines().last().unwrap().starts_with("next: "), "{out}{err}");
    let files = files_below(&folder.path().join("output/small"));
    let written =
        format!("wrote {} ({} files), start with report.md", Path::new("output/small").display(), files.len());
    assert!(err.lines().any(|line| line == written), "{written}: {err}");
    for file in ["run.json", "scenario.toml", "summary.json", "services.csv", "trials.csv"] {
        assert!(files.iter().any(|found| found == file), "no {file} among {files:?}");
    }
    assert_eq!(ended(drsim(&folder).args(["run", "small.toml"])).0, 0, "a result may be replaced");

    fs::create_dir(folder.path().join("thesis")).unwrap();
    fs::write(folder.path().join("thesis/chapter.md"), "mine").unwrap();
    let (code, out, err) = ended(drsim(&folder).args(["run", "small.toml", "--output", "thesis"]));
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("--force"), "{err}");
    assert_eq!(files_below(&folder.path().join("thesis")), ["chapter.md"]);
}

#[test]
fn flags_beat_environment_beats_file() {
    let folder = with_small();
    let trials = |command: &mut Command| {
        let (code, out, err) = ended(command.args(["run", "small.toml", "--json"]));
        assert_eq!(code, 0, "{err}");
        document(&out)["trials"].as_u64().unwrap()
    };
    assert_eq!(trials(&mut drsim(&folder)), 50);
    assert_eq!(trials(drsim(&folder).env("DRSIM_TRIALS", "30")), 30);
    let (_, out, _) =
        ended(drsim(&folder).env("DRSIM_TRIALS", "30").args("run small.toml --json --trials 20".split(' ')));
    assert_eq!(document(&out)["trials"], 20);
    let (code, ..) = ended(drsim(&folder).env("DRSIM_OUTPUT", "there").args(["run", "small.toml"]));
    assert!(code == 0 && folder.path().join("there/summary.json").is_file());
}

#[test]
fn threads_do_not_change_a_byte() {
    let folder = with_small();
    for threads in ["1", "2", "4"] {
        let (code, _, err) =
            ended(drsim(&folder).args(["run", "small.toml", "--threads", threads, "--trials", "3000", "-o", threads]));
        assert_eq!(code, 0, "{err}");
    }
    for file in files_below(&folder.path().join("1")) {
        if file != "run.json" {
            let read = |threads: &str| fs::read(folder.path().join(threads).join(&file)).unwrap();
            assert!(read("1") == read("2") && read("1") == read("4"), "{file} differs");
        }
    }
}

#[test]
fn parts_merge_to_the_bytes_of_the_whole() {
    let folder = with_small();
    let run = |arguments: &str| {
        let (code, _, err) = ended(drsim(&folder).args(arguments.split(' ')));
        assert_eq!(code, 0, "{arguments}: {err}");
    };
    run("run small.toml --trials 5000 -o whole");
    for part in 1..=3 {
        run(&format!("run small.toml --trials 5000 --shard {part}/3 -o part-{part}.json"));
    }
    run("merge part-3.json part-1.json part-2.json -o merged");
    let read = |place: &str| fs::read_to_string(folder.path().join(place).join("summary.json")).unwrap();
    assert_eq!(read("merged"), read("whole"));

    for (arguments, why) in [
        ("merge part-1.json part-2.json", "are missing"),
        ("merge part-1.json part-2.json part-3.json part-2.json", "come twice"),
    ] {
        let (code, _, err) = ended(drsim(&folder).args(arguments.split(' ')));
        assert!(code == 2 && err.contains(why), "{err}");
    }
    run("run small.toml --trials 5000 --seed 2 --shard 3/3 -o other.json");
    let (code, _, err) = ended(drsim(&folder).args(["merge", "part-1.json", "part-2.json", "other.json"]));
    assert!(code == 2 && err.contains("differ in"), "{err}");
}

#[test]
fn a_folder_is_run_file_by_file_and_the_worst_ending_counts() {
    let folder = with_small();
    fs::create_dir(folder.path().join("more")).unwrap();
    fs::write(folder.path().join("more/other.toml"), SMALL.replace("\"small\"", "\"other\"")).unwrap();
    let (code, out, err) = ended(drsim(&folder).args(["run", "."]));
    assert_eq!(code, 0, "{err}");
    assert!(out.lines().count() == 2 && out.contains("other") && out.contains("small"), "{out}");
    assert!(folder.path().join("output/other/summary.json").is_file());

    fs::write(folder.path().join("more/wrong.toml"), "format = 1").unwrap();
    let (code, out, _) = ended(drsim(&folder).args(["run", ".", "--json"]));
    assert_eq!(code, 2);
    assert_eq!(document(&out)["scenarios"].as_array().unwrap().len(), 3);
}

#[test]
fn strict_and_verify_have_their_own_exit_codes() {
    let folder = with_small();
    // One replica and a repair of a day can not keep an objective of an hour.
    let weak = SMALL.replace("replicas = { a = 2 }", "replicas = { a = 1 }");
    fs::write(folder.path().join("weak.toml"), &weak).unwrap();
    assert_eq!(ended(drsim(&folder).args(["run", "weak.toml"])).0, 0);
    assert_eq!(ended(drsim(&folder).args(["run", "weak.toml", "--strict"])).0, 3);

    // Of 101 days one is down, up to the start, where nothing is: about 0.99.
    let expecting = |value: &str| {
        let line = format!(
            "\n[expect]\n\"services.pay.availability\" = {{ value = {value}, within = 0.002, because = \"100 / 101\" }}\n"
        );
        fs::write(folder.path().join("expect.toml"), weak.clone() + &line).unwrap();
        ended(drsim(&folder).args(["run", "expect.toml", "--verify"]))
    };
    let (code, _, err) = expecting("0.9902");
    assert_eq!(code, 0, "{err}");
    assert_eq!(expecting("0.95").0, 4);
}

#[test]
fn absurd_runs_are_refused_with_how_long_they_would_take() {
    let folder = with_small();
    let (code, out, err) = ended(drsim(&folder).args(["run", "small.toml", "--trials", "1e15"]));
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("about") && err.contains("years") && err.contains("--force"), "{err}");
}

#[test]
fn a_trace_tells_one_trial() {
    let folder = with_small();
    let (code, out, err) = ended(drsim(&folder).args(["trace", "small.toml", "--trial", "3"]));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("a/node-1"), "{out}");
    let (code, out, _) = ended(drsim(&folder).args(["trace", "small.toml", "--trial", "worst", "--json"]));
    let trace = document(&out);
    assert_eq!(code, 0);
    assert!(!trace["events"].as_array().unwrap().is_empty() && trace["scenario"] == "small", "{out}");
    let (_, again, _) =
        ended(drsim(&folder).args(["trace", "small.toml", "--json", "--trial"]).arg(trace["trial"].to_string()));
    assert_eq!(document(&again)["events"], trace["events"], "a trial alone is the trial of the study");
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_is_finished() {
    let folder = with_small();
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_drsim"))
        .args("run small.toml --trials 2e9 --force".split(' '))
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_secs(3));
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{err}");
    assert!(err.contains("interrupted"), "{err}");
    let summary = fs::read_to_string(folder.path().join("output/small/summary.json")).unwrap();
    let trials = document(&summary)["trials"].as_u64().unwrap();
    assert!(trials > 0 && trials < 2_000_000_000 && trials.is_multiple_of(32), "{trials}");
}

/// Two sites, one scripted event that takes longer than promised, one that is nobody's concern.
const DRILLED: &str = r#"
format = 1
name = "drilled"
horizon = "60 days"
start = 2026-01-05 00:00
[sites.a]
nodes = 1
class = "server"
[sites.b]
nodes = 1
class = "server"
[classes.server]
life = { exponential = { mttf = "5 days" } }
repair = { fixed = "1 day" }
[services.pay]
title = "支付"
replicas = { a = 1 }
objective = { rto = "1h", mtd = "4h" }
[threats.blackout]
strikes = "a"
at = 2026-01-20 14:00
effects = [{ suspend = { lasts = "2h" } }]
[threats.elsewhere]
strikes = "b"
occurs = { rate = "1 / year" }
effects = [{ suspend = { lasts = "2h" } }]
"#;

#[test]
fn a_drill_is_walked_written_and_judged() {
    let folder = folder();
    fs::write(folder.path().join("drilled.toml"), DRILLED).unwrap();
    let (code, out, err) = ended(drsim(&folder).args(["drill", "drilled.toml"]));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("2026-01-20 Tue 14:00:00") && out.contains("1 h too long"), "{out}");
    assert!(err.contains("wrote output/drilled-drill") && err.contains("--when worst"), "{err}");
    let written = files_below(&folder.path().join("output/drilled-drill"));
    let expected = [
        "drill.json",
        "drill.md",
        "incidents.csv",
        "plots/gantt.svg",
        "ratings.csv",
        "run.json",
        "scenario.toml",
        "timeline.csv",
    ];
    assert_eq!(written, expected);
    let (code, out, _) = ended(drsim(&folder).args("drill drilled.toml --when worst --json --strict".split(' ')));
    assert_eq!(code, 3, "an objective is missed");
    let found = document(&out);
    assert_eq!(found["subjects"][0]["recovery_time_s"], 7200.0);
    assert_eq!(found["sweep"]["subjects"][0]["recovery_time"]["worst_s"], 7200.0);
    let written = files_below(&folder.path().join("output/drilled-drill"));
    assert!(written.contains(&"sweep.csv".to_owned()) && written.contains(&"plots/recovery-point.svg".to_owned()));
    // Struck where nobody lives, nothing is missed.
    let line = "drill drilled.toml --threat elsewhere --strike 2026-01-12T09:00 --at p90 --strict --json";
    let (code, out, _) = ended(drsim(&folder).args(line.split(' ')));
    assert_eq!((code, document(&out)["strike"].as_str()), (0, Some("2026-01-12T09:00:00.000")));
    let (code, out, _) = ended(drsim(&folder).args("drill drilled.toml --at drawn --trials 20 --json".split(' ')));
    assert_eq!((code, document(&out)["drawn"]["subjects"][0]["recovery_time_s"]["n"].as_u64()), (0, Some(20)));
}

#[test]
fn a_drill_that_cannot_be_says_why() {
    let folder = folder();
    fs::write(folder.path().join("drilled.toml"), DRILLED).unwrap();
    fs::write(folder.path().join("small.toml"), SMALL).unwrap();
    for (line, why) in [
        ("drill drilled.toml --threat blakout", "`blackout`"),
        ("drill drilled.toml --strike 2027-01-01T00:00", "it runs from 2026-01-05 00:00 to 2026-03-06 00:00"),
        ("drill drilled.toml --strike noon", "10 days"),
        ("drill drilled.toml --strike 10d --when worst", "cannot be used with"),
        ("drill small.toml", "no threat to drill"),
        ("drill .", "not of a folder"),
    ] {
        let (code, out, err) = ended(drsim(&folder).args(line.split(' ')));
        assert_eq!((code, out.as_str()), (2, ""), "{line}");
        assert!(err.contains(why), "{line}: {err}");
    }
    assert!(!folder.path().join("output").exists());
}

/// Two nodes are never short of one; one is down a hundredth of the time, which is too much.
const OFFER: &str = r#"
[choices]
"services.pay.replicas.a" = [1, 2]
"services.pay.up" = ["any", "al"]
[requirements]
at-most = { "services.pay.unavailability" = 0.005 }
"#;

#[test]
fn optimise_chooses_explains_and_writes_the_design() {
    let folder = with_small();
    let (code, _, complaint) = ended(drsim(&folder).args(["optimise", "small.toml"]));
    assert_eq!(code, 2);
    assert!(complaint.contains("[choices]"), "{complaint}");
    let text = SMALL
        .replace("objective = { rto = \"1h\" }\n", "")
        .replace("repair = { fixed = \"1 day\" }", "repair = { exponential = { mean = \"1 day\" } }")
        + OFFER;
    fs::write(folder.path().join("offer.toml"), text).unwrap();
    let answer = |threads: &str, output: &str| {
        let arguments = ["optimise", "offer.toml", "--json", "--threads", threads, "-o", output];
        let (code, out, _) = ended(drsim(&folder).args(arguments));
        assert_eq!(code, 0, "{out}");
        document(&out)
    };
    let found = answer("1", "one");
    assert_eq!(found["chosen"]["settings"]["services.pay.replicas.a"], "2");
    assert_eq!((found["counts"]["invalid"].as_u64(), found["sure"].as_bool()), (Some(2), Some(true)));
    assert_eq!(found, answer("2", "two"));
    for file in ["optimise.json", "designs.csv", "optimise.md", "chosen.toml"] {
        let read = |from: &str| fs::read_to_string(folder.path().join(from).join(file)).unwrap();
        assert_eq!(read("one"), read("two"), "{file}");
    }
    let (code, _, _) = ended(drsim(&folder).args(["run", "one/chosen.toml", "-o", "again"]));
    assert_eq!(code, 0);
}

#[test]
fn recommendations_are_simulated_and_can_be_copied() {
    let folder = folder();
    let text = SMALL
        .replace("replicas = { a = 2 }", "replicas = { a = 1 }")
        .replace("rto = \"1h\"", "availability = \"99.9 % / year\"");
    fs::write(folder.path().join("short.toml"), text).unwrap();
    let (code, out, _) = ended(drsim(&folder).args(["run", "short.toml", "--recommend"]));
    assert_eq!(code, 0);
    assert!(out.contains("--set services.pay.replicas.a=2"), "{out}");
    let (_, out, _) =
        ended(drsim(&folder).args(["run", "short.toml", "--recommend", "--set", "services.pay.replicas.a=2"]));
    assert!(out.contains("no objective is missed"), "{out}");
}

use super::fixtures::{empty, evil, ordinary};
use super::fixtures_cost::{account, spoil, with_cost};
use super::fixtures_data::with_data;
use super::*;
use crate::study::Findings;
use std::path::Path;

fn each() -> [(&'static str, Findings); 6] {
    let mut spoilt = with_cost();
    spoilt.cost.iter_mut().for_each(spoil);
    [
        ("ordinary", ordinary()),
        ("data", with_data()),
        ("cost", with_cost()),
        ("empty", empty()),
        ("evil", evil()),
        ("spoilt", spoilt),
    ]
}

#[test]
fn the_account_is_told_in_every_format() {
    let (with, without) = (with_cost(), ordinary());
    let table = costs::costs(&with).unwrap();
    assert_eq!(
        table.lines().next(),
        Some("item,of,cause,kind,cost_per_year_cny,cost_per_year_cny_low,cost_per_year_cny_high")
    );
    let sum = |kinds: &[&str]| -> f64 {
        let rows = table.lines().skip(1).map(|row| row.split(',').collect::<Vec<_>>());
        rows.filter(|row| kinds.contains(&row[3])).map(|row| row[4].parse::<f64>().unwrap()).sum()
    };
    assert!((sum(&["running", "loss"]) - 530_000.0).abs() < 1e-6, "parts are no lines of their own: {table}");
    assert!((sum(&["part"]) - 28_800.0).abs() < 1e-6);
    assert!(costs::costs(&without).is_none());

    let text = text::summary(&with, text::unpainted);
    for word in ["what it costs, CNY per year", "530 000 (519 400–540 600)", "980 000", "nodes", "1 more in costs.csv"]
    {
        assert!(text.contains(word), "{word} is not in\n{text}");
    }
    assert!(!text::summary(&without, text::unpainted).contains("costs"));
    let young = Findings { cost: Some(crate::study::CostFindings { years: Vec::new(), ..account() }), ..ordinary() };
    assert!(text::summary(&young, text::unpainted).contains("shorter than a year"));
    assert!(markdown::report(&young, "0.1.0", &[]).contains("shorter than a year"));

    let report = markdown::report(&with, "0.1.0", &[]);
    for word in ["## Cost", "| downtime | ", "| running |", "`costs.csv`", "What the time down costs by cause"] {
        assert!(report.contains(word), "{word} is not in\n{report}");
    }
    let json: serde_json::Value = serde_json::from_str(&json::summary(&with, "0.1.0")).unwrap();
    assert_eq!(json["cost"]["currency"], "CNY");
    assert_eq!(json["cost"]["metrics"]["total_cost"]["p95"]["point"], 640_000.0);
    assert_eq!(json["cost"]["items"][3]["kind"], "loss");
    let without: serde_json::Value = serde_json::from_str(&json::summary(&without, "0.1.0")).unwrap();
    assert!(without.get("cost").is_none());
}

#[test]
fn every_picture_is_well_formed_and_holds_only_numbers() {
    for (name, findings) in each() {
        let pictures = plot::all(&findings);
        assert_eq!(pictures.is_empty(), name == "empty");
        for (file, svg) in pictures {
            if let Some(folder) = std::env::var_os("DRSIM_PICTURES") {
                let path = Path::new(&folder).join(name).join(&file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, &svg).unwrap();
            }
            let document = roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{name} {file}: {error}"));
            let size = |side: &str| document.root_element().attribute(side).unwrap().parse::<f64>().unwrap();
            let (width, height) = (size("width"), size("height"));
            assert!(width <= 1000.0 && height <= 1500.0, "{name} {file} is {width} x {height}");
            for node in document.descendants().filter(roxmltree::Node::is_element) {
                assert!(!matches!(node.tag_name().name(), "script" | "b" | "i"), "{name} {file}");
                for attribute in node.attributes() {
                    let value = attribute.value();
                    assert!(!value.contains("NaN") && !value.contains("inf"), "{name} {file}: {value}");
                }
                for (sides, limit) in [(["x", "x1", "x2", "cx"], width), (["y", "y1", "y2", "cy"], height)] {
                    for at in sides.into_iter().filter_map(|side| node.attribute(side)) {
                        let at: f64 = at.parse().unwrap();
                        assert!((-1.0..=limit + 1.0).contains(&at), "{name} {file}: {at} beyond {limit}");
                    }
                }
            }
            assert!(svg.len() < 400_000, "{name} {file} has {} bytes", svg.len());
        }
    }
}

#[test]
fn the_same_findings_give_the_same_bytes() {
    for (_, findings) in each() {
        let all = || folder::files(&findings, "0.1.0", "format = 1\n", "{}\n");
        assert_eq!(all(), all());
    }
}

#[test]
fn tables_read_back_with_equal_rows_and_no_formula() {
    for (name, findings) in each() {
        for (file, text) in folder::files(&findings, "0.1.0", "", "{}") {
            if Path::new(&file).extension().is_none_or(|extension| extension != "csv") {
                continue;
            }
            let mut reader = ::csv::Reader::from_reader(text.as_bytes());
            let columns = reader.headers().unwrap().len();
            for record in reader.records() {
                let record = record.unwrap();
                assert_eq!(record.len(), columns, "{name} {file}");
                for cell in &record {
                    let formula = cell.starts_with(['=', '+', '-', '@', '\t']) && cell.parse::<f64>().is_err();
                    assert!(!formula, "{name} {file}: {cell}");
                }
            }
        }
    }
}

#[test]
fn the_summary_is_json_and_keeps_every_key() {
    for (_, findings) in each() {
        let value: serde_json::Value = serde_json::from_str(&json::summary(&findings, "0.1.0")).unwrap();
        assert_eq!(value["trials"], findings.trials);
        assert_eq!(value["services"].as_object().unwrap().len(), findings.services.len());
        assert_eq!(value["checks"].as_array().unwrap().len(), findings.checks.len());
    }
}

#[test]
fn names_from_the_scenario_stay_text_in_markdown() {
    let report = markdown::report(&evil(), "0.1.0", &[]);
    assert!(!report.contains('<'), "markup from the scenario");
    // Every row of a table has as many cells as its head.
    let mut head = None;
    for line in report.lines() {
        if line.starts_with('|') {
            let bars = line.replace("\\|", "").matches('|').count();
            assert_eq!(*head.get_or_insert(bars), bars, "{line}");
        } else {
            head = None;
        }
    }
}

#[test]
fn short_horizons_are_counted_by_the_trial() {
    let mut findings = ordinary();
    let yearly = text::summary(&findings, text::unpainted);
    assert!(yearly.contains("downtime / yr") && !yearly.contains("/ trial"), "{yearly}");
    let scenario = std::sync::Arc::make_mut(&mut findings.scenario);
    scenario.horizon = crate::quantity::Span::from_seconds(crate::quantity::SECONDS_PER_YEAR / 100.0);
    let service = &mut findings.services[0].1;
    let downtime = service.metrics.iter_mut().find(|measured| measured.about.key == wording::DOWNTIME).unwrap();
    downtime.estimate.point = Some(360_000.0);
    service.attribution[0].seconds_per_year = 720_000.0;
    let text = text::summary(&findings, text::unpainted);
    let row = text.lines().find(|line| line.starts_with("pay ")).unwrap();
    assert!(text.contains("downtime / trial") && row.contains("  1 h  "), "{text}");
    assert!(text.contains("(2 h / trial)") && !text.contains("/ yr)"), "{text}");
    let report = markdown::report(&findings, "0.1.0", &[]);
    assert!(report.contains("| downtime / trial |"), "{report}");
    assert!(plot::attribution(&findings, findings.services[0].0).unwrap().contains("2 h / trial"));
}

#[test]
fn a_kind_of_disruption_is_told_only_where_it_is_worse_than_all_together() {
    use crate::model::Disruption;
    use crate::study::Judgement::{self, AtRisk, Met, Missed};
    let mut findings = ordinary();
    let like = findings.verdicts[0].clone();
    let mut told = |all: Judgement, kind: Judgement| {
        let verdict =
            |disruption, judgement| crate::study::Verdict { disruption, judgement, objective: "rto", ..like.clone() };
        findings.verdicts = vec![verdict(None, all), verdict(Some(Disruption::Site), kind)];
        brief::troubled(&findings).len()
    };
    assert_eq!([told(Missed, Missed), told(Missed, AtRisk), told(AtRisk, AtRisk)], [1, 1, 1]);
    assert_eq!([told(Met, Missed), told(AtRisk, Missed), told(Met, Met)], [1, 2, 0]);
}

#[test]
fn checks_that_repeat_others_give_way() {
    let mut findings = ordinary();
    let like = findings.checks[0].clone();
    let about = |key: &str| {
        let row = crate::metric::position(&crate::metric::SERVICE_METRICS, key).unwrap();
        &crate::metric::SERVICE_METRICS[row].about
    };
    let check = |key, agrees| crate::study::Check { about: about(key), agrees: Some(agrees), ..like.clone() };
    findings.checks = vec![
        check("redundancy_degree", true),
        check("unavailability", true),
        check("availability", true),
        check("downtime_s_per_year", false),
    ];
    let told = |most| -> Vec<&str> { brief::telling(&findings, most).0.iter().map(|check| check.about.key).collect() };
    assert_eq!(
        told(9),
        ["downtime_s_per_year", "redundancy_degree", "availability"],
        "differing ones are never left out"
    );
    assert_eq!(told(2), ["downtime_s_per_year", "availability"]);
    assert_eq!(brief::telling(&findings, 2).1, 2);
}

#[test]
fn many_short_outages_do_not_look_like_one_long_one() {
    use crate::quantity::SimTime;
    use crate::simulation::{Status, Stretch};
    let mut findings = ordinary();
    let dark = |findings: &Findings| {
        let svg = plot::timeline(findings).unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let size = |node: &roxmltree::Node, side: &str| node.attribute(side).unwrap().parse::<f64>().unwrap();
        let bars = document.descendants().filter(|node| node.attribute("fill") == Some("#7A1424"));
        // The overview only: what is enlarged beside it begins further right.
        let left = bars.filter(|node| size(node, "x") < 600.0 && size(node, "y") > 140.0);
        left.map(|node| size(&node, "width") * size(&node, "height")).sum::<f64>()
    };
    // A tenth of the time down, in many pieces or in few.
    let horizon = findings.scenario.horizon.as_microseconds();
    let mut down = |pieces: u64| {
        let piece = horizon / pieces;
        let at = |nth: u64, part: u64| SimTime::from_microseconds(nth * piece + part * (piece / 10));
        let each = |nth: u64| {
            [(0, 1, Status::Down), (1, 10, Status::Up)].map(|(from, to, status)| Stretch {
                from: at(nth, from),
                to: at(nth, to),
                status,
            })
        };
        findings.chosen.truncate(1);
        findings.chosen[0].trace.stretches = vec![(0..pieces).flat_map(each).collect(), Vec::new(), Vec::new()];
        dark(&findings)
    };
    let (few, many) = (down(4), down(2000));
    assert!(many < 2.0 * few && many > few / 2.0, "{many} px down in many pieces, {few} in few");
}

#[test]
fn the_curve_of_outages_passes_its_quantiles() {
    use crate::estimate::{Quantile, Quantiles};
    use crate::study::Bin;
    let mut findings = ordinary();
    let service = findings.services[0].0;
    let found = &mut findings.services[0].1;
    // Nine in ten last a minute, one ends with the trial: the wide bin that holds it begins long before.
    found.outages = vec![Bin { from: 59.0, to: 61.0, count: 90 }, Bin { from: 8_000.0, to: 12_000.0, count: 10 }];
    let at = |point| Quantile { point, low: None, high: None };
    let quantiles = Quantiles { p50: at(60.0), p95: at(9_000.0), p99: at(9_000.0), max: 9_000.0 };
    let length = found.metrics.iter_mut().find(|measured| measured.about.key == wording::OUTAGE_LENGTH).unwrap();
    length.estimate.quantiles = Some(quantiles);
    let svg = plot::outages(&findings, service).unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let number = |text: &str| text.parse::<f64>().unwrap();
    let path = document.descendants().find(|node| node.tag_name().name() == "polyline").unwrap();
    let curve: Vec<(f64, f64)> = path
        .attribute("points")
        .unwrap()
        .split_whitespace()
        .map(|point| point.split_once(',').map(|(x, y)| (number(x), number(y))).unwrap())
        .collect();
    let p95 = document.descendants().filter(|node| node.tag_name().name() == "circle").nth(2).unwrap();
    let (x, y) = (number(p95.attribute("cx").unwrap()), number(p95.attribute("cy").unwrap()));
    // Level until the last bin begins, and down at the longest outage, where the ring is: not a slope that passes it by.
    let beside = curve.windows(2).any(|pair| (pair[0].1..=pair[1].1).contains(&y) && (pair[1].0 - x).abs() <= 1.0);
    assert!(beside, "({x}, {y}) beside {curve:?}");
    assert!(curve.windows(2).any(|pair| pair[0].1 == pair[1].1 && pair[1].0 - pair[0].0 > 100.0), "{curve:?}");
}

#[test]
fn what_never_recovered_is_named_beside_the_curve() {
    let mut findings = ordinary();
    let (service, found) = &mut findings.services[0];
    let service = *service;
    let like = found.metrics[0].clone();
    let row = crate::metric::position(&crate::metric::SERVICE_METRICS, "unrecovered_per_year").unwrap();
    let about = &crate::metric::SERVICE_METRICS[row].about;
    found.metrics.retain(|measured| measured.about.key != about.key);
    assert!(!plot::recovery(&findings, service).unwrap().contains("still open"));
    let per_year = 3.0 / findings.scenario.horizon.as_years() / findings.trials as f64;
    let estimate = crate::estimate::Estimate { point: Some(per_year), ..like.estimate };
    findings.services[0].1.metrics.push(crate::study::Measured { about, estimate, exact: None });
    assert!(plot::recovery(&findings, service).unwrap().contains("试验结束时未恢复: 3"));
}

#[test]
fn pictures_of_nothing_are_not_drawn() {
    let mut findings = ordinary();
    assert!(plot::checks(&findings).is_some());
    findings.checks.iter_mut().for_each(|check| check.deviation = None);
    assert!(plot::checks(&findings).is_none());
}

#[test]
fn a_day_on_the_clock_of_the_scenario() {
    let findings = ordinary();
    let text = trace::trace_text(&findings.scenario, &findings.chosen[0].trace);
    insta::assert_snapshot!("trace", text);
}

#[test]
fn ordinary_findings_in_every_format() {
    let findings = ordinary();
    insta::assert_snapshot!("summary.json", json::summary(&findings, "0.1.0"));
    insta::assert_snapshot!("services.csv", csv::services(&findings));
    insta::assert_snapshot!("verdicts.csv", csv::verdicts(&findings));
    insta::assert_snapshot!("checks.csv", csv::checks(&findings));
    insta::assert_snapshot!("attribution.csv", csv::attribution(&findings));
    insta::assert_snapshot!("trials.csv", csv::trials(&findings));
    insta::assert_snapshot!("events.csv", csv::events(&findings));
    insta::assert_snapshot!("text", text::summary(&findings, text::unpainted));
    insta::assert_snapshot!("report.md", markdown::report(&findings, "0.1.0", &["plots/availability.svg".to_owned()]));
    insta::assert_snapshot!("availability.svg", plot::availability(&findings).unwrap());
    insta::assert_snapshot!("empty", text::summary(&empty(), text::unpainted));
}

#[test]
fn datasets_in_every_format() {
    let findings = with_data();
    insta::assert_snapshot!("datasets.csv", csv::datasets(&findings));
    insta::assert_snapshot!("storage.csv", csv::storage(&findings));
    insta::assert_snapshot!("incidents.csv", incidents::incidents(&findings));
    insta::assert_snapshot!("data verdicts.csv", csv::verdicts(&findings));
    insta::assert_snapshot!("data text", text::summary(&findings, text::unpainted));
    insta::assert_snapshot!("data report.md", markdown::report(&findings, "0.1.0", &[]));
    let summary: serde_json::Value = serde_json::from_str(&json::summary(&findings, "0.1.0")).unwrap();
    assert_eq!(summary["datasets"]["orders"]["recovery_point_s"]["p95"]["point"], 39_600.0);
    assert_eq!(summary["datasets"]["config"]["mttdl_s"]["low"], 2.1e12);
    let verdict = &summary["verdicts"][4];
    assert_eq!((verdict["dataset"].as_str(), verdict["disruption"].as_str()), (Some("orders"), Some("data")));
    assert_eq!(verdict.get("service"), None);
}

/// Phases and margins by hand: the second incident of the median trial is the loss of the orders, 9 000 s long.
#[test]
fn a_quantile_beyond_what_ever_came_back_is_marked_so() {
    let mut findings = with_data();
    assert!(text::summary(&findings, text::unpainted).contains("  11 h / 15 min"));
    let orders = findings.verdicts.iter_mut().find(|it| it.objective == "rpo" && it.measured.is_some()).unwrap();
    orders.measured = None;
    let told = text::summary(&findings, text::unpainted);
    assert!(told.contains("  > 11 h / 15 min") && told.contains("  6 h / 4 h"), "{told}");
}

#[test]
fn a_low_durability_says_what_it_means() {
    let mut findings = with_data();
    assert!(!text::summary(&findings, text::unpainted).contains("not one byte"), "94.8 % speak for themselves");
    let durability = findings.datasets[0].1.metrics.iter_mut().find(|it| it.about.key == "durability").unwrap();
    durability.estimate.point = Some(0.2);
    assert!(text::summary(&findings, text::unpainted).contains("not one byte"));
    assert!(markdown::report(&findings, "1.2.3", &[]).contains("not one byte"));
}

#[test]
fn incidents_are_told_phase_by_phase() {
    let table = incidents::incidents(&with_data());
    let mut reader = ::csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
    let heads = reader.headers().unwrap().clone();
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cell = |row: usize, head: &str| rows[row].get(heads.iter().position(|each| each == head).unwrap()).unwrap();
    let phases = ["detect_s", "decide_s", "act_s", "verify_s", "recovery_time_s"].map(|head| cell(1, head));
    assert_eq!(phases, ["60", "1290", "5850", "1800", "9000"]);
    assert_eq!((cell(1, "rto_met"), cell(1, "rto_margin_s")), ("true", "5400"));
    assert_eq!(
        (cell(1, "recovery_point_s"), cell(1, "rpo_met"), cell(1, "rpo_margin_s")),
        ("72000", "false", "-71100")
    );
    assert_eq!((cell(1, "wrt_s"), cell(1, "mtd_s")), ("", ""), "a dataset has no work of its own");
    assert_eq!((cell(0, "wrt_s"), cell(0, "mtd_met"), cell(0, "mtd_margin_s")), ("4500", "true", "900"));
    assert_eq!((cell(0, "rto_met"), cell(0, "rto_margin_s")), ("false", "-7200"));
    assert_eq!((cell(0, "lost_at"), cell(0, "source")), ("2029-06-27T03:33:20.000", ""));
    // Nothing was left to restore from, and nothing was promised of its recovery.
    let gone = rows.len() - 1;
    assert_eq!((cell(gone, "name"), cell(gone, "recovered_at"), cell(gone, "rto_met")), ("archive", "", ""));
    assert_eq!((cell(gone, "rpo_met"), cell(gone, "rpo_margin_s")), ("false", ""));
    assert!(cell(gone, "why").ends_with("nothing was left to restore from"), "{}", cell(gone, "why"));
    assert_eq!(cell(gone, "data_lost_bytes"), "200000000000000");
}

/// A restore that is under way when the trial ends has lost nothing yet, and what it will be old is not known.
#[test]
fn an_open_restore_has_lost_nothing_yet() {
    let mut findings = with_data();
    let trace = &mut findings.chosen[2].trace;
    trace.entries.retain(|entry| {
        use crate::simulation::{DataHappening, Happening};
        !matches!(entry.what, Happening::Data(DataHappening::GaveUp(_)))
    });
    let table = incidents::incidents(&findings);
    let last = table.lines().last().unwrap();
    assert!(last.ends_with("86400,,,,,,,,,\"not over when the trial ended, 6.76 years after the loss\""), "{last}");
}

/// Lost, restoring, verifying: one bar each in the overview of the worst trial, and the archive is lost to the end.
#[test]
fn a_timeline_tells_what_happens_to_data() {
    let (with, without) = (plot::timeline(&with_data()).unwrap(), plot::timeline(&ordinary()).unwrap());
    let bars = |svg: &str, colour: &str| svg.matches(&format!("fill=\"{colour}\"")).count();
    assert!(bars(&with, "#BCD4E6") > bars(&without, "#BCD4E6"), "restoring");
    assert!(bars(&with, "#1F5F8B") > bars(&without, "#1F5F8B"), "verifying");
    assert!(with.contains("恢复中") && !without.contains("恢复中"));
    assert!(!with.contains("config"), "nothing happens to it");
}

#[test]
fn columns_stand_below_each_other_in_any_script() {
    use unicode_width::UnicodeWidthStr;
    let mut findings = ordinary();
    let mut scenario = findings.scenario.as_ref().clone();
    "支付网关".clone_into(&mut scenario.services.as_mut_slice()[0].name);
    findings.scenario = std::sync::Arc::new(scenario);
    let text = text::summary(&findings, text::unpainted);
    let rows: Vec<&str> = text.lines().skip(3).take(5).collect();
    let status = rows[0].find("status").unwrap();
    for row in &rows[2..] {
        let symbol = row.find(['●', '▲', '✖', '–']).unwrap();
        assert_eq!(row[..symbol].width(), status, "{row}");
    }
}

#[test]
fn a_terminal_gets_short_lines_without_control_characters() {
    let text = text::summary(&evil(), text::unpainted);
    for line in text.lines() {
        assert!(line.chars().count() < 260 && !line.contains(|c: char| c.is_control()), "{line}");
    }
    assert!(text.lines().count() < 100);
}

#[test]
fn figures_of_services_with_alike_names_have_files_of_their_own() {
    let mut findings = ordinary();
    let mut scenario = findings.scenario.as_ref().clone();
    for (service, name) in scenario.services.iter_mut().zip(["a b", "x", "a-b-1"]) {
        name.clone_into(&mut service.name);
    }
    findings.scenario = std::sync::Arc::new(scenario);
    let mut names: Vec<String> = plot::all(&findings).into_iter().map(|(name, _)| name).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
    assert!(names.contains(&"plots/recovery-a-b-1.svg".to_owned()), "{names:?}");
    assert!(names.contains(&"plots/recovery-a-b-1-again.svg".to_owned()), "{names:?}");
}

#[test]
fn the_written_list_is_complete_and_every_name_is_accepted() {
    let home = tempfile::tempdir().unwrap();
    for (name, findings) in each() {
        let files = folder::files(&findings, "0.1.0", "format = 1\n", "{\"drsim_version\":\"0.1.0\"}");
        for wanted in ["summary.json", "services.csv", "domains.csv", "verdicts.csv", "checks.csv", "attribution.csv"] {
            assert!(files.iter().any(|(file, _)| file == wanted), "{name} lacks {wanted}");
        }
        let paths = folder::write(&home.path().join(name), &files, false).unwrap();
        assert!(paths.len() == files.len() && paths.iter().all(|path| path.is_file()));
    }
}

mod writing {
    use super::folder::{WriteError, write};
    use std::fs;

    fn result(text: &str) -> Vec<(String, String)> {
        [("summary.json", text), ("plots/a.svg", "<svg/>"), ("run.json", "{\"drsim_version\":\"0.1.0\"}")]
            .map(|(name, content)| (name.to_owned(), content.to_owned()))
            .to_vec()
    }

    /// Names below a folder, hidden ones too.
    fn names(folder: &std::path::Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_result_replaces_the_one_before_and_keeps_what_the_user_added() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("output/study");
        let paths = write(&folder, &result("one"), false).unwrap();
        assert_eq!(paths[1], folder.join("plots/a.svg"));
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        fs::write(folder.join("plots/old.svg"), "stale").unwrap();
        write(&folder, &result("two"), false).unwrap();
        assert_eq!(fs::read_to_string(folder.join("summary.json")).unwrap(), "two");
        assert_eq!(fs::read_to_string(folder.join("notes.txt")).unwrap(), "mine");
        assert_eq!(names(&folder.join("plots")), ["a.svg"]);
        assert_eq!(names(&home.path().join("output")), ["study"]);
    }

    #[test]
    fn a_foreign_folder_is_refused_and_set_aside_by_force() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("thesis");
        fs::create_dir(&folder).unwrap();
        write(&folder, &result("an empty folder is free"), false).unwrap();
        fs::write(folder.join("run.json"), "{\"program\":\"other\"}").unwrap();
        assert!(matches!(write(&folder, &result("x"), false), Err(WriteError::Foreign(_))));
        write(&folder, &result("forced"), true).unwrap();
        assert_eq!(names(home.path()), ["thesis", "thesis.before-1"]);
        let kept = fs::read_to_string(home.path().join("thesis.before-1/summary.json")).unwrap();
        assert_eq!(kept, "an empty folder is free");
    }

    #[test]
    fn names_that_leave_the_folder_are_refused_before_anything_is_written() {
        let home = tempfile::tempdir().unwrap();
        for name in ["../x", "/x", "a/b", "plots/../x", "plots/a/b", "", ".", "..", "plots/", ".hidden", "a\\b", "c:x"]
        {
            let outcome = write(&home.path().join("study"), &[(name.to_owned(), String::new())], false);
            assert!(matches!(outcome, Err(WriteError::Name(_))), "{name}");
        }
        assert!(names(home.path()).is_empty());
    }

    #[test]
    fn a_failure_half_way_leaves_the_previous_result() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("study");
        write(&folder, &result("good"), false).unwrap();
        // The same name twice: the second file cannot be created.
        let mut twice = result("bad");
        twice.push(("summary.json".to_owned(), "again".to_owned()));
        let Err(WriteError::Io { path, .. }) = write(&folder, &twice, false) else { panic!("written twice") };
        assert_eq!(path, folder.join("summary.json"), "the person never heard of the sibling");
        assert_eq!(fs::read_to_string(folder.join("summary.json")).unwrap(), "good");
        assert_eq!(names(home.path()), ["study"]);
    }
}

//! A comparison as text: what must be said, and files that parse.

use super::*;
use crate::montecarlo::PairedPlan;
use crate::report::text::unpainted;
use crate::scenario::{Source, load};
use crate::study::compare::{Candidate, Comparison};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

fn text(nodes: u32, extra: &str) -> String {
    format!(
        "format = 1\nname = \"x\"\ntitle = \"数据 | {nodes}\"\nhorizon = \"1 year\"\n[sites.lab]\nnodes = {nodes}\nclass = \"server\"\n\
         [classes.server]\nlife = {{ exponential = {{ mttf = \"30 days\" }} }}\nrepair = {{ exponential = {{ mean = \"12 h\" }} }}\n\
         [services.web]\nreplicas = {{ lab = {nodes} }}\nup = \"any\"\nobjective = {{ rto = \"10 days\", availability = \"99 % / year\" }}\n{extra}"
    )
}

fn compared(counts: &[u32]) -> Compared {
    let candidates = counts.iter().map(|&nodes| {
        let extra = if nodes == 2 { "[services.mail]\nreplicas = { lab = 1 }\n" } else { "" };
        let scenario = load(&Source::from_text("x", text(nodes, extra)), &[]).unwrap().scenario;
        Candidate { name: format!("=设计 {nodes}"), scenario: Arc::new(scenario) }
    });
    let comparison = Comparison::new(candidates.collect(), &[]).unwrap();
    let plan = PairedPlan { trials: 400, most: 400, threads: 2 };
    let outcomes = comparison.simulate(1, &plan, None, &|_| (), &AtomicBool::new(false)).unwrap();
    comparison.conclude(&outcomes)
}

#[test]
fn every_renderer_tells_the_same_story() {
    let compared = compared(&[1, 2, 3]);
    let text = summary(&compared, unpainted);
    for said in [
        "3 designs compared  on the same 400 trials of 1 year each, seed 1",
        "baseline: =设计 1",
        "services.web.unavailability",
        "● better",
        "a nine more from =设计 1 to =设计 2 costs",
        "cheapest design that keeps every promise: =设计 2",
        "not compared: service mail is only in =设计 2",
        "tested together",
        "figures come from a model",
    ] {
        assert!(text.contains(said), "`{said}` is not in\n{text}");
    }
    let files = files(&compared, "9.9.9", &["a".to_owned(), "b".to_owned(), "c".to_owned()], "{}");
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names[..8],
        [
            "compare.md",
            "compare.json",
            "compare.csv",
            "designs.csv",
            "run.json",
            "scenario-1.toml",
            "scenario-2.toml",
            "scenario-3.toml"
        ]
    );
    assert!(names.contains(&"plots/pareto-availability.svg") && names.contains(&"plots/pareto-recovery-time.svg"));
    for (name, content) in &files {
        if name.starts_with("plots/") {
            let document = roxmltree::Document::parse(content).unwrap();
            let words: String = document.descendants().filter_map(|node| node.text()).collect();
            assert!((1..=3).all(|nodes| words.contains(&format!("=设计 {nodes}"))), "{name}");
        }
    }
    let page = &files[0].1;
    assert!(page.contains("数据 \\| 2") && page.contains("![pareto-availability](<plots/pareto-availability.svg>)"));
}

#[test]
fn data_files_hold_every_row_and_design() {
    let compared = compared(&[1, 2]);
    let json: serde_json::Value = serde_json::from_str(&json(&compared, "9.9.9")).unwrap();
    let metrics = json["metrics"].as_array().unwrap();
    assert_eq!(metrics.len(), compared.rows.len());
    assert_eq!((&json["schema_version"], &json["method"], &json["trials"]), (&1.into(), &"holm".into(), &400.into()));
    let point = |row: usize| metrics[row]["differences"][0]["point"].as_f64();
    assert_eq!(point(0), compared.rows[0].versus[0].difference.map(|it| it.point));
    assert_eq!(json["designs"][1]["nodes"], 2);
    let csv = rows_csv(&compared);
    let csv = csv.trim_start_matches('\u{feff}');
    let mut reader = ::csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2 * compared.rows.len());
    assert_eq!((&rows[1][1], &rows[1][19], &rows[0][10]), ("'=设计 2", "real", ""), "no formula in a spreadsheet");
    assert_eq!(rows[1][10].parse::<f64>().ok(), point(0));
    let designs = designs_csv(&compared);
    assert_eq!(designs.lines().count(), 3);
    assert!(designs.lines().nth(2).unwrap().contains(",2,,"), "no prices: {designs}");
}

/// A picture of two and of eight designs, names from the same alphabet as the designs.
#[test]
fn the_same_findings_give_the_same_pictures() {
    let (two, eight) = (compared(&[1, 2]), compared(&[1, 2, 3, 4, 5, 6, 7, 8]));
    assert_eq!(figures(&two), figures(&compared(&[1, 2])));
    assert!(!figures(&eight).is_empty());
    let designs = words::designs(&eight);
    assert_eq!((designs.1.len(), designs.0.len()), (8, designs.1[0].len()));
}

#[test]
fn differences_are_said_in_units_that_people_know() {
    use crate::estimate::Difference;
    use crate::metric::Unit;
    let of = |point: f64, ends: Option<(f64, f64)>| Difference {
        point,
        low: ends.map(|ends| ends.0),
        high: ends.map(|ends| ends.1),
        std_error: None,
        chance: None,
        correlation: None,
        saved: None,
        differing: 5,
        n: 10,
    };
    let said = |unit, point, ends| words::interval(unit, &of(point, ends));
    assert_eq!(said(Unit::Share, -0.000_185, Some((-0.000_2, -0.000_17))), "-0.0185 pp (-0.02 to -0.017)");
    assert_eq!(said(Unit::SecondsPerYear, 3600.0, Some((1800.0, 5400.0))), "+1 h / yr (+30 min to +1 h 30 min)");
    assert_eq!(said(Unit::PerYear, 0.5, Some((0.5, 0.5))), "+0.5 / yr exactly");
    assert_eq!(said(Unit::MoneyPerYear, -12_345.6, None), "-12 346 / yr");
}

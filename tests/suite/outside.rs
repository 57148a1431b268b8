//! What a scenario says it took from public data is what the data say. Skipped, and said so, where the data are not at hand.

use crate::support::{root, scenario_in};
use drsim::model::{Distribution, Life};
use std::path::PathBuf;

/// A file of the outside data; `None`, with a word about it, when `DRSIM_TEST_DATA` names no folder that has it.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn outside(file: &str) -> Option<PathBuf> {
    let path = std::env::var_os("DRSIM_TEST_DATA").map(|folder| PathBuf::from(folder).join(file));
    let found = path.filter(|path| path.exists());
    if found.is_none() {
        println!("skipped: no {file} in the folder that DRSIM_TEST_DATA names");
    }
    found
}

/// Outages of system 20 in the log of Los Alamos: minutes down, in order of the file.
fn outages(path: &PathBuf) -> Vec<f64> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (system, down) = (column("System"), column("Down Time"));
    let rows = reader.records().map(Result::unwrap).filter(|row| &row[system] == "20");
    rows.map(|row| row[down].parse().unwrap()).collect()
}

/// Median and mean of the repair, and their product with the rate, are those of the log: 2 478 outages, 75 and 210 minutes.
#[test]
fn los_alamos_repairs_are_those_of_the_log() {
    let Some(path) = outside("lanl/lanl-failures-calibration.csv") else { return };
    let mut minutes = outages(&path);
    assert_eq!(minutes.len(), 2478);
    minutes.sort_by(f64::total_cmp);
    let (median, mean) = (minutes[minutes.len() / 2], minutes.iter().sum::<f64>() / minutes.len() as f64);
    let scenario = scenario_in(&root().join("scenarios/calibrated/lanl-system-20.toml"));
    let class = scenario.classes.iter().find(|class| class.name == "node").unwrap();
    let Distribution::LogNormal { mu, .. } = &class.repair else { panic!("the repair is log-normal") };
    assert!(
        (mu.exp() / 60.0 - median).abs() < 1.0,
        "median {median} min in the log, {} in the scenario",
        mu.exp() / 60.0
    );
    assert!((class.repair.mean() / 60.0 - mean).abs() < 1.0, "mean {mean} min in the log");
    let Life::Drawn(life) = &class.life else { panic!("nodes fail") };
    let rate = 525_960.0 / ((life.mean() + class.repair.mean()) / 60.0);
    assert!((rate - 1.30).abs() < 0.005, "{rate} failures per node-year");
}

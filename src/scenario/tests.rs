//! Whole texts through `load`.

use super::*;
use crate::id::Id as _;
use crate::model::{Life, PlantKind, PopulationKind};

const TWO_SITES: &str = include_str!("../../scenarios/quickstart/two-sites.toml");

fn try_load(text: &str) -> Result<Loaded, Diagnostics> {
    load(&Source::from_text("test.toml", text), &[])
}

#[track_caller]
fn loaded(text: &str) -> Scenario {
    try_load(text).unwrap_or_else(|wrong| panic!("{wrong}")).scenario
}

#[track_caller]
fn codes(text: &str) -> Vec<&'static str> {
    let head = "format = 1\nname = \"t\"\nhorizon = \"1 year\"\n";
    let found = try_load(&format!("{head}{text}")).map_or_else(|wrong| wrong, |loaded| loaded.warnings);
    found.items().iter().map(|item| item.code).collect()
}

#[test]
fn two_sites_loads() {
    let scenario = loaded(TWO_SITES);
    assert_eq!(scenario.services.len(), 3);
}

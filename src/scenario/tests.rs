//! Whole texts through `load`: merging, several mistakes at once, what the model may rely on.

mod data;
mod prices;

use super::*;
use crate::id::Id as _;
use crate::model::{Cause, FailoverMode, Level, Life, Occurs, PlantKind, PopulationKind, ServiceId, UnitId};
use std::fmt::Write as _;

const TWO_SITES: &str = include_str!("../../scenarios/quickstart/two-sites.toml");
const HEAD: &str = "format = 1\nname = \"t\"\nhorizon = \"1 year\"\n";
const NODES: &str = "[classes.c]\nlife = { exponential = { mttf = \"1 year\" } }\nrepair = \"4h\"\n[sites.a]\nnodes = 6\nclass = \"c\"\n";

fn try_load(text: &str) -> Result<Loaded, Diagnostics> {
    load(&Source::from_text("test.toml", text), &[])
}

#[track_caller]
fn loaded(text: &str) -> Scenario {
    try_load(&format!("{HEAD}{text}")).unwrap_or_else(|wrong| panic!("{wrong}")).scenario
}

#[track_caller]
fn codes(text: &str) -> Vec<&'static str> {
    let found = try_load(&format!("{HEAD}{text}")).map_or_else(|wrong| wrong, |loaded| loaded.warnings);
    found.items().iter().map(|item| item.code).collect()
}

/// What `model` promises to those who read it.
fn keeps_its_promises(scenario: &Scenario) {
    for (id, domain) in scenario.domains.enumerate() {
        assert_eq!(domain.subtree.positions().start, id.index());
        for below in domain.subtree.iter().skip(1) {
            let inner = &scenario.domains[below];
            assert!(inner.parent.is_some_and(|parent| domain.subtree.contains(parent)), "{}", inner.name);
            assert!(domain.units.positions().start <= inner.units.positions().start);
            assert!(domain.units.positions().end >= inner.units.positions().end);
        }
    }
    let mut covered = 0;
    for (id, population) in scenario.populations.enumerate() {
        assert_eq!(population.units.positions().start, covered, "{} follows its neighbour", population.name);
        covered = population.units.positions().end;
        assert!(population.units.iter().all(|unit| scenario.unit_population[unit] == id));
        let rank = |kind| match kind {
            PopulationKind::Nodes | PopulationKind::Node => 0,
            PopulationKind::Plant(_) => 1,
            PopulationKind::Link(_) => 2,
        };
        if id.index() > 0 {
            let before = &scenario.populations.as_slice()[id.index() - 1];
            assert!(rank(before.kind) <= rank(population.kind), "nodes, then plant, then lines");
        }
    }
    assert_eq!(covered, scenario.unit_count());
    for (id, plant) in scenario.plants.enumerate() {
        assert!(plant.needs.iter().all(|need| *need < id));
        if let PlantKind::Gate(gate) = &plant.kind {
            assert!(gate.of.iter().all(|member| *member < id) && gate.need >= 1);
        }
    }
    for (id, service) in scenario.services.enumerate() {
        assert!(service.hard.iter().chain(&service.soft).all(|other| *other < id));
        for (at, group) in service.groups.iter().enumerate() {
            for replica in group.replicas.iter() {
                assert_eq!(scenario.replica_home[replica], (id, at));
                assert!(group.hosts.contains(scenario.replica_host[replica]));
            }
        }
    }
    assert_eq!(Cause::all(scenario).len(), Cause::count(scenario));
}

#[test]
fn the_quickstart_keeps_the_promises_of_the_model() {
    let scenario = try_load(TWO_SITES).unwrap_or_else(|wrong| panic!("{wrong}")).scenario;
    keeps_its_promises(&scenario);
    let payments = scenario.services.iter().find(|service| service.name == "payments").unwrap();
    assert_eq!(payments.failover.mode, FailoverMode::WarmStandby);
    assert_eq!(payments.objective.availability.as_ref().unwrap().ends.len(), 5);
    assert_eq!(scenario.hash.len(), 16);
    let server = scenario.classes.iter().find(|class| class.name == "monitor").unwrap();
    assert!(server.crew.is_some(), "taken from `like`");
}

#[test]
fn what_is_resolved_loads_to_the_same() {
    let first = try_load(TWO_SITES).unwrap();
    let again = try_load(&first.resolved).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(format!("{:?}", first.scenario.services), format!("{:?}", again.scenario.services));
    assert_eq!(first.resolved, again.resolved);
}

#[test]
fn counted_and_listed_things_have_their_names() {
    let text = "[classes.c]\n[sites.s]\ncount = 2\nclass = \"c\"\nrooms = { hall = { count = 2, racks = 2, nodes = 3 }, noc = { nodes = { ann = {} } } }\n[services.w]\nreplicas = { \"s-2/hall-1\" = 4 }\n";
    let scenario = loaded(text);
    keeps_its_promises(&scenario);
    let names: Vec<&str> = scenario.domains.iter().map(|domain| domain.name.as_str()).collect();
    assert_eq!(&names[..4], ["s-1", "s-1/hall-1", "s-1/hall-1/rack-1", "s-1/hall-1/rack-2"]);
    assert!(!scenario.domains.as_slice()[2].named && scenario.domains.as_slice()[1].named);
    assert_eq!(scenario.populations.as_slice()[0].name, "s-1/hall-1");
    assert_eq!(scenario.unit_name(UnitId::new(3)), "s-1/hall-1/rack-2/node-1");
    assert_eq!(scenario.unit_name(UnitId::new(12)), "s-1/noc/ann");
    let hosts: Vec<String> = scenario.replica_host.iter().map(|unit| scenario.unit_name(*unit)).collect();
    let expected = ["rack-1/node-1", "rack-2/node-1", "rack-1/node-2", "rack-2/node-2"];
    assert_eq!(hosts, expected.map(|host| format!("s-2/hall-1/{host}")));
}

#[test]
fn the_first_place_written_is_the_active_one() {
    let text = "[classes.c]\n[sites.z]\nnodes = 2\nclass = \"c\"\n[sites.b]\nnodes = 2\nclass = \"c\"\n[services.w]\nreplicas = { z = 2, b = 1 }\nfailover = \"hot-standby\"\nup = \"all\"\n";
    let scenario = loaded(text);
    let service = &scenario.services[ServiceId::new(0)];
    assert_eq!(scenario.domains[service.groups[0].domain].name, "z");
    assert_eq!(service.need, 2, "of the active group");
}

#[test]
fn laws_have_one_form() {
    let mean = |law: &str| {
        let scenario = loaded(&format!(
            "{NODES}[services.w]\nreplicas = {{ a = 1 }}\n[classes.x]\nrepair = \"1h\"\nlife = {law}\n"
        ));
        match &scenario.classes.as_slice()[1].life {
            Life::Drawn(law) => law.mean(),
            other => panic!("{other:?}"),
        }
    };
    let hour = 3600.0;
    assert_eq!(mean("\"4h\""), 4.0 * hour);
    assert!((mean("{ exponential = { half-life = \"1h\" } }") - hour / 2f64.ln()).abs() < 1e-6);
    assert!((mean("{ exponential = { afr = \"50 %\" } }") - 31_557_600.0 / 2f64.ln()).abs() < 1e-3);
    assert!((mean("{ weibull = { shape = 0.7, mean = \"10h\", location = \"1h\" } }") - 10.0 * hour).abs() < 1e-6);
    assert!((mean("{ lognormal = { median = \"1h\", mean = \"3h\" } }") - 3.0 * hour).abs() < 1e-6);
    assert!((mean("{ gamma = { shape = 2, mean = \"3h\" } }") - 3.0 * hour).abs() < 1e-6);
    assert_eq!(mean("{ empirical = { values = [\"1h\", \"3h\"] } }"), 2.0 * hour);
    // 95 % lie below p95, half below the median.
    let scenario = loaded(&format!(
        "{NODES}[services.w]\nreplicas = {{ a = 1 }}\n[classes.x]\nrepair = {{ lognormal = {{ median = \"2h\", p95 = \"12h\" }} }}\n"
    ));
    let repair = &scenario.classes.as_slice()[1].repair;
    assert!((repair.cdf(2.0 * hour) - 0.5).abs() < 1e-9 && (repair.cdf(12.0 * hour) - 0.95).abs() < 1e-9);
}

#[test]
fn several_mistakes_in_one_table_are_all_found() {
    let text = format!(
        "{NODES}lat = 3\nregion = \"x\"\ncount = 0\n[services.w]\nreplicas = {{ a = 9, b = 1 }}\nup = \"most\"\nneeds = [\"p\", \"q\"]\n"
    );
    let mut found = codes(&text);
    found.sort_unstable();
    let expected = [
        "out-of-range",
        "unknown-key",
        "unknown-place",
        "unknown-plant",
        "unknown-plant",
        "unknown-region",
        "unknown-variant",
    ];
    assert_eq!(found, expected);
}

#[test]
fn overrides_reach_the_scenario_and_its_hash() {
    let source = Source::from_text("a.toml", TWO_SITES);
    let plain = load(&source, &[]).unwrap().scenario;
    let set = |text: &str| load(&source, &[text.parse().unwrap()]);
    let changed = set("services.payments.replicas.\"hz-b/hall-1\"=4").unwrap().scenario;
    assert_eq!(changed.replica_host.len(), plain.replica_host.len() + 2);
    assert_ne!(changed.hash, plain.hash);
    assert_eq!(set("horizon=2 years").unwrap().scenario.horizon, "2 years".parse().unwrap());
    let wrong = set("services.payment.up.at-least=3").unwrap_err();
    assert_eq!((wrong.items()[0].code, wrong.items()[0].help.as_str()), ("unknown-path", "did you mean `payments`?"));
    let wrong = set("services.payments.uq=3").unwrap_err();
    assert_eq!((wrong.items()[0].code, wrong.items()[0].file.as_str()), ("unknown-key", "--set"));
}

#[test]
fn a_base_lies_below_and_lends_no_name() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    put(
        "base.toml",
        &format!(
            "{TWO_SITES}\n[expect]\n\"services.payments.availability\" = {{ value = 1, within = 1, because = \"x\" }}\n"
        ),
    );
    put(
        "top.toml",
        "base = \"base.toml\"\nname = \"top\"\n[services.payments]\nfailover = \"hot-standby\"\nup = \"any\"\n",
    );
    let scenario = load(&Source::read(folder.path().join("top.toml")).unwrap(), &[]).unwrap().scenario;
    assert_eq!((scenario.name.as_str(), scenario.expectations.len()), ("top", 0));
    let top = Source::read(folder.path().join("top.toml")).unwrap();
    try_load(&load(&top, &[]).unwrap().resolved)
        .unwrap_or_else(|wrong| panic!("what is resolved stands alone\n{wrong}"));
    let payments = scenario.services.iter().find(|service| service.name == "payments").unwrap();
    assert_eq!((payments.failover.mode, payments.need), (FailoverMode::HotStandby, 1));
    put("top.toml", "base = \"base.toml\"\n");
    let wrong = load(&Source::read(folder.path().join("top.toml")).unwrap(), &[]).unwrap_err();
    assert_eq!(wrong.items()[0].code, "missing-key");
}

#[test]
fn the_hash_does_not_know_paths() {
    let at = |name: &str| load(&Source::from_text(name, TWO_SITES), &[]).unwrap().scenario.hash;
    assert_eq!(at("a.toml"), at("/elsewhere/b.toml"));
}

#[test]
fn seasons_are_counted_from_the_start() {
    let text = format!(
        "{NODES}[services.w]\nreplicas = {{ a = 1 }}\n[threats.f]\noccurs = {{ rate = \"1 / year\", season = \"Jul-Sep\" }}\nstrikes = \"a\"\nkind = \"flood\"\n"
    );
    let scenario = loaded(&text);
    let Occurs::Randomly { season: Some(season), .. } = scenario.threats.as_slice()[0].occurs else { panic!() };
    assert!((season.begins - 181.0 / 365.25).abs() < 1e-9 && (season.lasts - 92.0 / 365.25).abs() < 1e-9);
}

#[test]
fn room_moves_replicas_on() {
    let text = format!("{NODES}[services.u]\nreplicas = {{ a = 4 }}\n[services.w]\nreplicas = {{ a = 2 }}\n")
        .replace("repair", "room = 1\nrepair");
    let scenario = loaded(&text);
    let hosts: std::collections::BTreeSet<_> = scenario.replica_host.iter().collect();
    assert_eq!(hosts.len(), 6);
}

#[test]
fn ten_thousand_listed_nodes_are_one_pass() {
    let mut text = "[classes.c]\n[sites.a]\nclass = \"c\"\n[sites.a.nodes]\n".to_owned();
    for nth in 0..10_000 {
        writeln!(text, "n{nth} = {{}}").unwrap();
    }
    text.push_str("[services.w]\nreplicas = { a = 1 }\n");
    let scenario = loaded(&text);
    keeps_its_promises(&scenario);
    assert_eq!(scenario.unit_count(), 10_000);
    assert_eq!(scenario.domains.iter().filter(|domain| domain.level == Level::Site).count(), 1);
}

#[test]
fn the_schema_is_the_same_each_time() {
    assert_eq!(schema(), schema());
    assert!(!schema().contains("null"), "every definition is filled in");
}

#[test]
fn codes_are_sorted_and_unique() {
    assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
}

#[test]
fn observed_values_come_from_a_file_and_stay_in_what_is_resolved() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("repairs.csv"), "cause, hours\ndisk, 1.5\nboard, 4\nnone,\n").unwrap();
    let law = "repair = { empirical = { file = \"repairs.csv\", column = \"hours\", unit = \"h\" } }";
    let text = format!("{HEAD}{NODES}[services.w]\nreplicas = {{ a = 1 }}\n").replace("repair = \"4h\"", law);
    std::fs::write(folder.path().join("a.toml"), text).unwrap();
    let load_it = || load(&Source::read(folder.path().join("a.toml")).unwrap(), &[]).unwrap();
    let first = load_it();
    assert_eq!(first.scenario.classes.as_slice()[0].repair.mean(), 2.75 * 3600.0);
    let again = try_load(&first.resolved).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(again.scenario.classes.as_slice()[0].repair, first.scenario.classes.as_slice()[0].repair);
    std::fs::write(folder.path().join("repairs.csv"), "hours\n3\n").unwrap();
    assert_ne!(load_it().scenario.hash, first.scenario.hash, "what is read belongs to the hash");
}

#[test]
fn what_would_never_end_is_refused_and_what_is_large_is_not() {
    let service = "[services.s]\nreplicas = { a = 1 }\n";
    let nodes = |count: u32, life: &str| {
        format!("[classes.c]\nlife = {life}\nrepair = \"4h\"\n[sites.a]\nnodes = {count}\nclass = \"c\"\n{service}")
    };
    assert!(codes(&nodes(1_000_000, "{ exponential = { mttf = \"2 years\" } }")).is_empty());
    assert!(codes(&nodes(1_000_000, "{ weibull = { shape = 0.7, mean = \"2 years\" } }")).is_empty());
    // Its mean comes from lives longer than the trial: within the trial there are a thousand failures a node, not one.
    let tail = "{ weibull = { shape = 0.05, mean = \"1 year\" } }";
    assert!(codes(&nodes(1000, tail)).is_empty());
    assert_eq!(codes(&nodes(2_000_000, tail)), ["too-many-events"]);
    assert_eq!(codes(&nodes(1_000_000, "{ exponential = { mttf = \"3 days\" } }")), ["many-events"]);
    assert_eq!(codes(&nodes(5_000_000, "{ exponential = { mttf = \"12 h\" } }")), ["too-many-events"]);
    let alarms = |rate: &str| {
        format!(
            "{NODES}[sites.b]\nnodes = 2\nclass = \"c\"\n[services.s]\nreplicas = {{ a = 1, b = 1 }}\nfailover = \"hot-standby\"\ndetection = {{ person = \"1 h\", false-alarms = \"{rate}\" }}\n"
        )
    };
    assert!(codes(&alarms("1 / h")).is_empty());
    assert_eq!(codes(&alarms("1e9 / s")), ["too-many-events"]);
}

#[test]
fn accounts_that_do_not_fit_into_memory_are_refused() {
    let mut text = NODES.to_owned();
    for nth in 0..10_000 {
        let _ = write!(
            text,
            "[services.s{nth}]\nreplicas = {{ a = 1 }}\n[threats.t{nth}]\nat = \"1 day\"\nstrikes = \"a\"\nkind = \"storm\"\n"
        );
    }
    assert_eq!(codes(&text).first(), Some(&"too-large"));
}

#[test]
fn the_schema_leaves_the_horizon_to_a_base() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    assert_eq!(schema["required"], serde_json::json!(["format", "name"]));
}

//! May `[expect]` name exactly what is computed, and is what it names found?

use crate::support::{scenario, study};
use drsim::metric;
use drsim::scenario::{METRIC_KEYS, Source, load};
use std::collections::BTreeSet;

/// The scenario layer keeps a list of its own, because it may not see the metrics.
#[test]
fn expectations_may_name_every_metric_and_no_other() {
    let computed: BTreeSet<_> = metric::all().map(|(subject, about)| (subject, about.key)).collect();
    let accepted: BTreeSet<_> =
        METRIC_KEYS.iter().flat_map(|(subject, keys)| keys.iter().map(move |key| (*subject, *key))).collect();
    assert_eq!(computed, accepted);
    let listed: usize = METRIC_KEYS.iter().map(|(_, keys)| keys.len()).sum();
    assert_eq!(listed, accepted.len(), "a key is listed twice");
}

const PLAIN: &str = "format = 1\nname = \"keys\"\nhorizon = \"100 days\"\n[sites.s]\nnodes = 2\nclass = \"node\"\n[classes.node]\n\
    life = { exponential = { mttf = \"10 days\" } }\nrepair = \"1 day\"\n[services.web]\nreplicas = { s = 2 }\nup = \"all\"\n\
    [datasets.orders]\nsize = \"1 TB\"\nwrites = \"1 MB/s\"\non = \"s\"\n[prices]\nsla = { web = { preset = \"aws-s3-standard\", charges = \"1 CNY / month\" } }\n\
    energy = { price = \"1 CNY / kWh\", pue = 1.5, carbon = \"1 g / kWh\" }\n[expect]\n";

fn line(path: &str) -> String {
    format!("\"{path}\" = {{ value = 0, within = 1e300, because = \"any value will do\" }}\n")
}

fn path(subject: &str, key: &str) -> String {
    match subject {
        "service" => format!("services.web.{key}"),
        "dataset" => format!("datasets.orders.{key}"),
        "domain" => format!("domains.s.{key}"),
        "cost" => format!("cost.{key}"),
        _ => format!("scenario.{key}"),
    }
}

/// A line for each metric: all are accepted, and each finds its own estimate.
#[test]
fn every_metric_can_be_expected() {
    let lines: String = metric::all().map(|(subject, about)| line(&path(subject, about.key))).collect();
    let findings = study(scenario(&(PLAIN.to_owned() + &lines)), 40);
    assert_eq!(findings.expected.len(), metric::all().count());
    for (expected, (subject, about)) in findings.expected.iter().zip(metric::all()) {
        assert_eq!(expected.expectation.written, path(subject, about.key));
        let measured = match subject {
            "service" => findings.services[0].1.metric(about.key),
            "dataset" => findings.datasets[0].1.metric(about.key),
            "domain" => findings.domains[0].1.metric(about.key),
            "cost" => findings.cost.as_ref().and_then(|cost| cost.metric(about.key)),
            _ => findings.whole.metric(about.key),
        };
        assert_eq!(
            expected.measured,
            measured.and_then(|measured| measured.estimate.point),
            "{}",
            expected.expectation.written
        );
        // Nothing is detected, promised or failed over here, so some metrics have no value.
        assert_eq!(expected.holds.is_some(), expected.measured.is_some(), "{}", expected.expectation.written);
    }
    assert!(findings.expected.iter().filter(|line| line.holds == Some(true)).count() > 30);
}

/// Points belong to distributions, and a metric belongs to its kind of subject.
#[test]
fn what_cannot_be_answered_is_refused() {
    let loads = |path: &str| load(&Source::from_text("keys.toml", PLAIN.to_owned() + &line(path)), &[]).is_ok();
    for (subject, about) in metric::all() {
        for point in ["p50", "p95", "p99", "max"] {
            let path = path(subject, about.key) + "." + point;
            assert_eq!(loads(&path), about.distribution, "{path}");
        }
        for other in ["service", "dataset", "domain", "scenario", "cost"] {
            let there = metric::all().any(|(kind, metric)| kind == other && metric.key == about.key);
            assert_eq!(loads(&path(other, about.key)), there, "{}", path(other, about.key));
        }
    }
}

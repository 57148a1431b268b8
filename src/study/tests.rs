//! Findings of the toy, whose laws are known.

use super::{Findings, chosen_trials, findings};
use crate::analytic::{Prediction, Predictions};
use crate::estimate::Estimate;
use crate::id::Id as _;
use crate::id::IdRange;
use crate::model::{
    DatasetId, Disruption, Domain, DomainId, Expectation, Medium, MetricPath, Objective, Scenario, Service, ServiceId,
    Subject, by_hand,
};
use crate::montecarlo::toy::{HORIZON, LOSS, MEAN, OLDEST, SIZE, Toy};
use crate::montecarlo::{Plan, Stopped, run};
use crate::quantity::{SECONDS_PER_YEAR, Span};
use crate::simulation::PROFILE_BINS;
use crate::study::Judgement;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

fn service(name: &str, rto: Option<Span>) -> Service {
    let none = IdRange::new(0, 0);
    let service = by_hand::service(name, DomainId::new(1), none, IdRange::new(0, 0));
    Service { objective: Objective { rto, ..Objective::default() }, ..service }
}

/// The scenario whose trials the toy runs: two services, of two domains the second named.
fn scenario() -> Scenario {
    let expectation = Expectation {
        written: "services.shop.outages_per_year".into(),
        path: MetricPath {
            subject: Subject::Service(ServiceId::new(0)),
            metric: "outages_per_year".into(),
            point: None,
        },
        value: 1.0,
        within: 0.05,
        because: "none, one or two with equal chance".into(),
    };
    let mut archive = by_hand::dataset("archive", IdRange::new(0, 0));
    (archive.rpo, archive.rto) = (Some(Span::from_seconds(OLDEST)), Some(Span::from_seconds(MEAN)));
    let rack = Domain { named: false, ..by_hand::site("north/rack-1", 0, IdRange::new(0, 0)) };
    Scenario {
        trials: 1000,
        seed: 17,
        domains: [rack, by_hand::site("north", 1, IdRange::new(0, 0))].into_iter().collect(),
        services: [service("shop", Some(Span::from_seconds(7200.0))), service("site", None)].into_iter().collect(),
        datasets: std::iter::once(archive).collect(),
        stores: [by_hand::store("near", Medium::Disk), by_hand::store("far", Medium::Tape)].into_iter().collect(),
        expectations: vec![expectation],
        ..by_hand::scenario("toy", HORIZON.as_seconds())
    }
}

fn study(trials: u64, predictions: &[Prediction]) -> Findings {
    let outcomes =
        run(&Toy::shape(17), &Plan::whole(trials, 2), || Toy::new(17), &|_| (), &AtomicBool::new(false)).unwrap();
    findings(Arc::new(scenario()), &outcomes, &known(predictions), Vec::new())
}

fn known(list: &[Prediction]) -> Predictions {
    Predictions { list: list.to_vec(), skipped: vec![(Subject::Scenario, "nobody asked".into())] }
}

fn prediction(metric: &'static str, value: f64) -> Prediction {
    Prediction { subject: Subject::Service(ServiceId::new(0)), metric, value, within: 0.0, method: "by hand".into() }
}

/// What the toy's laws say: one outage a year of an hour each, none in a third of the trials.
#[test]
fn findings_agree_with_the_laws_of_the_toy() {
    let predictions = [
        prediction("availability", 1.0 - MEAN / SECONDS_PER_YEAR),
        prediction("outage_probability", 2.0 / 3.0),
        prediction("outages_per_year", 1.0),
        prediction("mttr_s", MEAN),
        prediction("mtbf_s", SECONDS_PER_YEAR),
        prediction("recovery_time_s", MEAN),
        prediction("redundancy_degree", 2.0),
        Prediction { subject: Subject::Service(ServiceId::new(1)), ..prediction("outage_probability", 1e-5) },
        Prediction {
            subject: Subject::Domain(DomainId::new(1)),
            ..prediction("unavailability", MEAN / SECONDS_PER_YEAR / 4.0)
        },
        Prediction { subject: Subject::Scenario, ..prediction("downtime_s_per_year", MEAN) },
        Prediction { subject: Subject::Domain(DomainId::new(0)), ..prediction("unavailability", 0.5) },
    ];
    let study = study(20_000, &predictions);
    assert_eq!(study.checks.len(), 10, "the unnamed domain is not reported");
    for check in &study.checks {
        assert_eq!(check.agrees, Some(true), "{} {:?}", check.about.key, check);
    }
    let shop = &study.services[0].1;
    assert_eq!(shop.metric("mttr_s").unwrap().exact, Some(MEAN));
    let quantiles = shop.metric("outage_s").unwrap().estimate.quantiles.unwrap();
    for (quantile, level) in [(quantiles.p50, 0.5), (quantiles.p95, 0.95), (quantiles.p99, 0.99)] {
        let exact = -MEAN * libm::log1p(-level);
        assert!((quantile.point / exact - 1.0).abs() < 0.05, "{level}: {quantile:?} against {exact}");
        assert!(quantile.low.unwrap() < exact && exact < quantile.high.unwrap(), "{level}: {quantile:?}");
    }
    assert_eq!(study.expected[0].holds, Some(true));
    assert_eq!(study.domains.len(), 1);
    assert_eq!(study.domains[0].0, DomainId::new(1));
}

/// One trial of ten loses data, up to a day of it and evenly, and mends it in two hours on average.
#[test]
fn datasets_agree_with_the_laws_of_the_toy() {
    let of = |metric, value| Prediction { subject: Subject::Dataset(DatasetId::new(0)), ..prediction(metric, value) };
    let predictions = [
        of("availability", 1.0 - LOSS * 2.0 * MEAN / SECONDS_PER_YEAR),
        of("durability", 1.0 - LOSS),
        of("data_loss_probability", LOSS),
        of("recovery_point_s", OLDEST / 2.0),
        of("data_lost_bytes", LOSS * 1e6 * OLDEST / 2.0),
        of("nomdl", LOSS * 1e6 * OLDEST / 2.0 / SIZE),
        of("rpo_met_share", 0.5),
        of("recovery_time_s", 2.0 * MEAN),
        of("act_s", 2.0 * MEAN),
        of("rto_met_share", -libm::expm1(-1.0)),
        of("mttdl_s", SECONDS_PER_YEAR / LOSS - 2.0 * MEAN),
        of("restore_success_share", 0.5),
        of("backup_success_share", 364.0 / 365.0),
        of("storage_bytes", 2.0 * SIZE),
        of("backup_storage_bytes", 4.0 * SIZE),
        of("at_risk_bytes", 4e10),
    ];
    let study = study(20_000, &predictions);
    assert_eq!(study.checks.len(), predictions.len());
    for check in &study.checks {
        assert_eq!(check.agrees, Some(true), "{} {:?}", check.about.key, check);
    }
    let archive = &study.datasets[0].1;
    let quantiles = archive.metric("recovery_point_s").unwrap().estimate.quantiles.unwrap();
    assert!((quantiles.p95.point / (0.95 * OLDEST) - 1.0).abs() < 0.02, "{quantiles:?}");
    let losses = archive.metric("recovery_point_s").unwrap().estimate.n;
    assert_eq!(archive.points.iter().map(|bin| bin.count).sum::<u64>(), losses);
    assert_eq!(archive.recoveries.iter().map(|bin| bin.count).sum::<u64>(), losses);
    assert!(
        archive.at_risk.len() == PROFILE_BINS && archive.at_risk.iter().all(|bytes| (bytes / 4e10 - 1.0).abs() < 1e-9)
    );
    let stored: Vec<f64> = archive.stored.iter().map(|(_, bytes)| (bytes / SIZE * 1e6).round() / 1e6).collect();
    assert_eq!(stored, [1.0, 3.0]);
    assert!(archive.outages.is_empty() && archive.attribution.is_empty());
    let judged = |objective| {
        study.verdicts.iter().find(|verdict| verdict.class() == Some("data") && verdict.objective == objective)
    };
    assert_eq!(judged("rpo").unwrap().judgement, Judgement::AtRisk, "95 % of the promised day");
    assert_eq!(judged("rto").unwrap().judgement, Judgement::Missed, "p95 of two hours on average is six hours");
}

#[test]
fn wrong_predictions_are_refuted() {
    let wrong = [
        prediction("mttr_s", 1.1 * MEAN),
        prediction("outage_probability", 0.6),
        prediction("availability", 1.0 - 1.1 * MEAN / SECONDS_PER_YEAR),
        prediction("redundancy_degree", 2.01), // 20 000 alike samples refute a difference of one in 200, not of one in 2 million
        Prediction { subject: Subject::Service(ServiceId::new(1)), ..prediction("outage_probability", 1e-2) },
    ];
    assert!(study(20_000, &wrong).checks.iter().all(|check| check.agrees == Some(false)));
}

#[test]
fn parts_add_up() {
    let study = study(3000, &[]);
    let shop = &study.services[0].1;
    let downtime = shop.metric("downtime_s_per_year").unwrap().estimate.point.unwrap();
    // The toy charges to causes 0 and 1, which the scenario has: detection and decision come after its two services.
    let charged: f64 = shop.attribution.iter().map(|part| part.seconds_per_year).sum();
    assert!((charged / downtime - 1.0).abs() < 1e-9, "{charged} against {downtime}");
    assert!((shop.attribution.iter().map(|part| part.share).sum::<f64>() - 1.0).abs() < 1e-12);
    assert!(shop.attribution.windows(2).all(|pair| pair[0].share >= pair[1].share));
    assert_eq!(study.whole.attribution.len(), shop.attribution.len());
    let events = shop.metric("outage_s").unwrap().estimate.n;
    assert_eq!(shop.outages.iter().map(|bin| bin.count).sum::<u64>(), events);
    assert_eq!(shop.recoveries, shop.outages, "every outage of the toy is a recovery");
    assert!(study.services[1].1.outages.is_empty());
    assert!(shop.redundancy.len() == PROFILE_BINS && shop.redundancy.iter().all(|degree| (degree - 2.0).abs() < 1e-9));
    assert_eq!(study.rows.len(), 3000);
    let down: f64 = study.rows.iter().map(|row| row.services[0].0).sum();
    assert!((down / 3000.0 / downtime - 1.0).abs() < 1e-9);
    let last = shop.convergence.last().unwrap();
    assert_eq!((last.trials, Some(last.point)), (3000, shop.metric("availability").unwrap().estimate.point));
}

#[test]
fn verdicts_cover_every_service() {
    let study = study(3000, &[]);
    let judged = |service: usize, disruption| {
        let mut all = study.verdicts.iter();
        let mut verdict =
            all.by_ref().filter(|verdict| verdict.of == super::Promiser::Service(ServiceId::new(service)));
        verdict.find(|verdict| verdict.disruption == disruption && verdict.objective == "rto").unwrap().judgement
    };
    assert_eq!(judged(0, Some(Disruption::Node)), Judgement::Missed, "p95 of an hour on average is three hours");
    assert_eq!(judged(0, Some(Disruption::Site)), Judgement::NotApplicable);
    assert_eq!(judged(1, None), Judgement::NoObjective);
}

#[test]
fn chosen_trials_are_those_of_the_table() {
    let plan = Plan::whole(5000, 2);
    let outcomes = run(&Toy::shape(17), &plan, || Toy::new(17), &|_| (), &AtomicBool::new(false)).unwrap();
    let mut down: Vec<u64> = outcomes.counts.rows.chunks(2).map(|row| row[0].down + row[1].down).collect();
    let chosen = chosen_trials(&outcomes);
    for (which, trial, downtime) in &chosen {
        assert_eq!(down[*trial as usize], downtime.as_microseconds(), "{which:?}");
    }
    down.sort_unstable();
    let microseconds = |nth: usize| chosen[nth].2.as_microseconds() as f64;
    assert!((microseconds(0) / down[2499] as f64 - 1.0).abs() < 0.01);
    assert!((microseconds(1) / down[4749] as f64 - 1.0).abs() < 0.01);
    assert_eq!(chosen[2].2.as_microseconds(), down[4999]);
}

#[test]
fn an_interrupted_study_has_findings_too() {
    let outcomes =
        run(&Toy::shape(17), &Plan::whole(500, 1), || Toy::new(17), &|_| (), &AtomicBool::new(true)).unwrap();
    let study = findings(Arc::new(scenario()), &outcomes, &known(&[prediction("mttr_s", MEAN)]), Vec::new());
    assert_eq!((study.trials, study.stopped), (0, Stopped::Interrupted));
    assert_eq!(study.services[0].1.metric("availability").unwrap().estimate, Estimate::NOTHING);
    assert_eq!((study.checks[0].agrees, study.expected[0].holds), (None, None));
    assert!(chosen_trials(&outcomes).is_empty());
}

#[test]
fn what_has_no_closed_form_says_why_and_static_blocks_are_known() {
    let outcomes =
        run(&Toy::shape(17), &Plan::whole(64, 1), || Toy::new(17), &|_| (), &AtomicBool::new(false)).unwrap();
    let of = |method: &str, value: f64| {
        let prediction = Prediction { method: method.into(), ..prediction("outage_probability", value) };
        let study = findings(Arc::new(scenario()), &outcomes, &known(&[prediction]), Vec::new());
        assert_eq!(study.unchecked, [(Subject::Scenario, "nobody asked".to_owned())]);
        study.fixed.len()
    };
    let told = "static: up or down through the whole trial";
    assert_eq!((of(told, 0.2), of(told, 0.0), of("absorbing chain over 4 states", 0.2)), (1, 0, 0));
}

/// The words that closed forms say of static blocks are the words that findings look for.
#[test]
fn a_static_scenario_is_known_as_such() {
    let text = r#"
        format = 1
        name = "blocks"
        horizon = "1 year"
        [sites.lab]
        nodes = 2
        class = "block"
        [classes.block]
        works = "90 %"
        [services.web]
        replicas = { lab = 2 }
    "#;
    let loaded = crate::scenario::load(&crate::scenario::Source::from_text("blocks", text), &[]).unwrap();
    let scenario = Arc::new(loaded.scenario);
    let cancel = AtomicBool::new(false);
    let outcomes = super::simulate(&scenario, 1, &Plan::whole(64, 1), &|_| (), &cancel).unwrap();
    assert_eq!(super::conclude(&scenario, &outcomes).fixed, [ServiceId::new(0)]);
}

//! Findings made by hand of a study with datasets.

use super::fixtures::{HOUR, bins, interval, measured, moment, ordinary, spread};
use crate::estimate::{Basis, Estimate, proportion};
use crate::id::{Id, IdRange};
use crate::metric::{DATASET_METRICS, position};
use crate::model::*;
use crate::quantity::{Bandwidth, Bytes, SimTime, Span};
use crate::simulation::{DataHappening, Happening, Incident, PointSource, Trace, TraceEntry};
use crate::study::*;
use std::sync::Arc;

/// The datasets of the study: one with a mirror and a backup, one in a single copy, one that nothing happens to.
pub fn add_datasets(scenario: &mut Scenario) {
    let megabytes = |rate: f64| Bandwidth::from_bytes_per_second(1e6 * rate).unwrap();
    let near = scenario.stores.push(by_hand::store("nas", Medium::Disk));
    scenario.stores.push(by_hand::store("vault", Medium::Vault));
    let orders = Dataset {
        title: "订单 Orders".to_owned(),
        size: Bytes::new(2_000_000_000_000),
        writes: megabytes(6.0),
        rpo: Some(Span::from_seconds(900.0)),
        rto: Some(Span::from_seconds(4.0 * HOUR)),
        ..by_hand::dataset("orders", IdRange::new(0, 2))
    };
    let archive = Dataset {
        size: Bytes::new(200_000_000_000_000),
        writes: megabytes(20.0),
        rpo: Some(Span::from_seconds(24.0 * HOUR)),
        ..by_hand::dataset("archive", IdRange::new(2, 3))
    };
    let quiet = by_hand::dataset("config", IdRange::new(3, 4));
    scenario.datasets = [orders, archive, quiet].into_iter().collect();
    for (dataset, site) in [(0, 0), (0, 1), (1, 0), (2, 0)] {
        scenario.copies.push(DataCopy {
            dataset: DatasetId::new(dataset),
            domain: DomainId::new(site),
            hosts: vec![UnitId::new(2 * site)],
            role: if site == 0 { CopyRole::Primary } else { CopyRole::Asynchronous { lag: Span::from_seconds(5.0) } },
            scheme: Scheme::Replicas { copies: 1 },
            placement: Placement::Random,
            stripes: 1,
            rebuild: Rebuild { after: Span::ZERO, onto: RebuildTarget::Replacement, rate: None },
            latent: None,
        });
    }
    scenario.backups.push(by_hand::backup("nightly", DatasetId::new(0), near));
    let pay = &mut scenario.services[ServiceId::new(0)];
    (pay.uses, pay.re_enter) = (vec![DatasetId::new(0)], 0.5);
}

fn of(key: &str, estimate: Estimate) -> Measured {
    measured(&DATASET_METRICS[position(&DATASET_METRICS, key).unwrap()].about, estimate, None)
}

fn never(low: f64, high: f64) -> Estimate {
    let point = if high > 0.5 { 1.0 } else { 0.0 };
    Estimate { point: Some(point), low: Some(low), high: Some(high), basis: Basis::Bound, ..Estimate::NOTHING }
}

/// What was found of a dataset that is lost in so many of 20 000 trials, with points of this median age.
fn lossy(losses: u64, age: f64, hours: f64, at_risk: Vec<f64>, stored: [f64; 3]) -> SubjectFindings {
    let lost = proportion(losses, 20_000);
    let kept = Estimate {
        point: lost.point.map(|share| 1.0 - share),
        low: lost.high.map(|share| 1.0 - share),
        high: lost.low.map(|share| 1.0 - share),
        ..lost
    };
    SubjectFindings {
        metrics: vec![
            of("availability", interval(0.9996, 0.0001)),
            of("recovery_point_s", spread(age, 2.2)),
            of("data_lost_bytes", interval(4.1e9, 3e8)),
            of("rpo_met_share", interval(0.41, 0.02)),
            of("recovery_time_s", spread(hours * HOUR, 2.0)),
            of("act_s", spread(hours * HOUR * 0.8, 2.0)),
            of("rto_met_share", interval(0.62, 0.02)),
            of("durability", kept),
            of("data_loss_probability", lost),
            of("nomdl", interval(0.002, 1.5e-4)),
            of("mttdl_s", interval(6.0e9, 1.9e8)),
            of("backup_window_use", interval(1.12, 0.01)),
            of("redundancy_degree", interval(0.98, 0.01)),
            of("at_risk_bytes", interval(at_risk.iter().sum::<f64>() / at_risk.len() as f64, 1e9)),
            of("storage_bytes", interval(stored[0], 1.0)),
        ],
        recoveries: bins(hours * HOUR, 2.0, losses as f64),
        points: bins(age, 2.2, losses as f64),
        at_risk,
        stored: vec![(StoreId::new(0), stored[1]), (StoreId::new(1), stored[2])],
        ..SubjectFindings::default()
    }
}

fn at(seconds: f64, what: DataHappening) -> TraceEntry {
    TraceEntry { at: moment(seconds), what: Happening::Data(what) }
}

/// Adds the loss of the orders and its mending to a trial.
fn tell(trace: &mut Trace, begins: f64, lasts: f64, mended: bool) {
    let orders = DatasetId::new(0);
    let source = PointSource::Backup(BackupId::new(0));
    let point = moment(begins - 20.0 * HOUR);
    let cause = Cause::Threat(ThreatId::new(0));
    trace.entries.extend([
        at(begins, DataHappening::DataLost(orders, Some(cause))),
        at(begins + 60.0, DataHappening::LossKnown(orders)),
        at(begins + lasts * 0.15, DataHappening::RestoreDecided(orders)),
        at(begins + lasts * 0.2, DataHappening::RestoreBegan(orders, source, point)),
        at(begins + lasts * 0.8, DataHappening::DataBack(orders)),
        at(begins + lasts, DataHappening::DataWhole(orders)),
    ]);
    trace.entries.sort_by_key(|entry| entry.at);
    let part = |share: f64| Some(moment(begins + lasts * share));
    let service = Incident {
        service: Some(ServiceId::new(0)),
        dataset: None,
        cause: Some(cause),
        lost: moment(begins),
        detected: Some(moment(begins + 60.0)),
        decided: part(0.15),
        acted: part(0.8),
        recovered: part(1.0),
        caught_up: part(1.5),
        point: None,
        lost_bytes: 0,
    };
    let data = Incident {
        service: None,
        dataset: Some(orders),
        point: Some((source, point)),
        lost_bytes: 432_000_000_000,
        caught_up: None,
        ..service.clone()
    };
    trace.incidents = vec![service, data];
    if !mended {
        let archive = DatasetId::new(1);
        trace.entries.push(at(begins + lasts * 2.0, DataHappening::DataLost(archive, None)));
        trace.entries.push(at(begins + lasts * 2.1, DataHappening::GaveUp(archive)));
        trace.incidents.push(Incident {
            service: None,
            dataset: Some(archive),
            cause: None,
            lost: moment(begins + lasts * 2.0),
            detected: part(2.05),
            decided: None,
            acted: None,
            recovered: None,
            caught_up: None,
            point: None,
            lost_bytes: 200_000_000_000_000,
        });
    }
}

/// The ordinary study with three datasets.
pub fn with_data() -> Findings {
    let mut findings = ordinary();
    let mut scenario = findings.scenario.as_ref().clone();
    "flood-2-sites-data".clone_into(&mut scenario.name);
    add_datasets(&mut scenario);
    let daily = |slice: u32| 2.6e11 * (1.0 + 0.2 * f64::from(slice).sin()) * if slice == 0 { 0.4 } else { 1.0 };
    let mut quiet = lossy(2, 900.0, 2.0, vec![0.0; 50], [2e12, 0.0, 0.0]);
    quiet.metrics = vec![
        of("availability", never(0.999_85, 1.0)),
        of("recovery_point_s", Estimate::NOTHING),
        of("data_lost_bytes", never(0.0, 1.5e8)),
        of("recovery_time_s", Estimate::NOTHING),
        of("durability", never(0.999_85, 1.0)),
        of("mttdl_s", Estimate { low: Some(2.1e12), basis: Basis::Bound, ..Estimate::NOTHING }),
        of("at_risk_bytes", interval(0.0, 0.0)),
        of("storage_bytes", interval(1e12, 0.0)),
    ];
    (quiet.points, quiet.recoveries) = (Vec::new(), Vec::new());
    findings.datasets = vec![
        (DatasetId::new(0), lossy(1_040, 5.0 * HOUR, 3.0, (0..50).map(daily).collect(), [4e12, 9.3e12, 2.1e12])),
        (DatasetId::new(1), lossy(63, 300.0 * HOUR, 90.0, vec![2e14; 50], [2e14, 0.0, 0.0])),
        (DatasetId::new(2), quiet),
    ];
    let verdict = |dataset, objective, judgement, promised, measured, reason: &str| Verdict {
        of: Promiser::Dataset(DatasetId::new(dataset)),
        disruption: None,
        objective,
        judgement,
        promised: Some(promised),
        measured,
        reason: reason.to_owned(),
    };
    findings.verdicts.extend([
        verdict(0, "rpo", Judgement::Missed, 900.0, Some(39_600.0), "p95 of 1 040 recovery points is 11 h"),
        verdict(0, "rto", Judgement::AtRisk, 4.0 * HOUR, Some(13_000.0), "p95 of 1 040 recoveries is 3 h 37 min"),
        verdict(2, "rpo", Judgement::NotApplicable, 60.0, None, "no data were lost in 20 000 trials"),
    ]);
    for (chosen, (begins, lasts)) in
        findings.chosen.iter_mut().zip([(1.1e8, 9_000.0), (2.3e8, 61_000.0), (0.9e8, 6.1e6)])
    {
        tell(&mut chosen.trace, begins, lasts, chosen.which != Which::Worst);
    }
    findings.scenario = Arc::new(scenario);
    findings
}

/// Makes the datasets of the study as nasty as its services.
pub fn spoil(findings: &mut Findings, scenario: &mut Scenario) {
    add_datasets(scenario);
    let nasty = ["=1+1", "<svg onload=x>", "../名字"];
    let bad = [f64::NAN, f64::INFINITY, -1.0, 1e308];
    *findings = Findings { datasets: with_data().datasets, ..findings.clone() };
    for (nth, dataset) in scenario.datasets.iter_mut().enumerate() {
        dataset.name = format!("{}{}", nasty[nth % 3], "长名".repeat(60));
        dataset.title = if nth == 1 { "<i>|`\u{1}W".repeat(90) } else { String::new() };
        dataset.rpo = Some(Span::from_microseconds(if nth == 0 { 0 } else { u64::MAX }));
    }
    scenario.stores[StoreId::new(0)].name = "@|<b>".to_owned();
    for (nth, (_, found)) in findings.datasets.iter_mut().enumerate() {
        for (row, measured) in found.metrics.iter_mut().enumerate() {
            measured.estimate.point = Some(bad[(row + nth) % bad.len()]);
            measured.estimate.low = Some(bad[row % bad.len()]);
            if let Some(quantiles) = &mut measured.estimate.quantiles {
                (quantiles.p95.point, quantiles.max) = (bad[row % bad.len()], bad[nth]);
            }
        }
        found.points.push(Bin { from: 0.0, to: bad[nth], count: 4 });
        found.at_risk = if nth == 0 { vec![f64::NAN; 3] } else { vec![1e308, 5e-324, 0.0] };
        found.stored[0].1 = f64::NAN;
    }
    if let Some(chosen) = findings.chosen.first_mut() {
        tell(&mut chosen.trace, 8e4, 1e15, false);
        chosen.trace.incidents.push(Incident {
            service: None,
            dataset: Some(DatasetId::new(0)),
            cause: Some(Cause::Class(ClassId::new(0))),
            lost: SimTime::NEVER,
            detected: Some(SimTime::ZERO),
            decided: Some(SimTime::NEVER),
            acted: None,
            recovered: Some(SimTime::NEVER),
            caught_up: None,
            point: Some((PointSource::Copy(CopyId::new(1)), SimTime::ZERO)),
            lost_bytes: u64::MAX,
        });
    }
}

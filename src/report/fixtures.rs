//! Findings made by hand: an ordinary study, an empty one, and one that tries to break every renderer.

use crate::estimate::{Basis, Estimate, Quantile, Quantiles};
use crate::id::{Id, IdRange, IdVec};
use crate::metric::{About, Better, Unit};
use crate::model::*;
use crate::quantity::{Probability, SimTime, Span};
use crate::simulation::{Happening, Status, Stretch, Trace, TraceEntry};
use crate::study::*;
use std::sync::Arc;

const fn about(
    key: &'static str,
    label: &'static str,
    label_zh: &'static str,
    unit: Unit,
    distribution: bool,
) -> About {
    About { key, label, label_zh, unit, better: Better::Neither, definition: "made up", distribution }
}

pub static AVAILABILITY: About = about("availability", "availability", "可用性", Unit::Share, false);
static OUTAGES: About = about("outages_per_year", "outages", "中断次数", Unit::PerYear, false);
static DOWNTIME: About = about("downtime_s_per_year", "downtime", "停机时间", Unit::SecondsPerYear, false);
static OUTAGE: About = about("outage_s", "length of an outage", "中断时长", Unit::Seconds, true);
static RECOVERY: About = about("recovery_time_s", "recovery time", "恢复时间", Unit::Seconds, true);
static RTO_MET: About = about("rto_met_share", "recoveries within the RTO", "RTO 达成率", Unit::Share, false);
static MTD_MET: About = about("mtd_met_share", "recoveries within the MTD", "MTD 达成率", Unit::Share, false);
static REDUNDANCY: About = about("redundancy_degree", "redundancy degree", "冗余度", Unit::Count, false);
static EXPOSURE: About = about("exposure_share", "time exposed", "暴露时间", Unit::Share, false);

pub const HOUR: f64 = 3600.0;

pub fn scenario(name: &str, title: &str) -> Scenario {
    Scenario {
        title: title.to_owned(),
        question: "Does the payment service survive a flood of one site?".to_owned(),
        trials: 20_000,
        seed: 7,
        ..by_hand::scenario(name, 10.0 * crate::quantity::SECONDS_PER_YEAR)
    }
}

fn service(name: &str, title: &str, domain: DomainId, replicas: IdRange<ReplicaId>, hosts: IdRange<UnitId>) -> Service {
    Service { title: title.to_owned(), ..by_hand::service(name, domain, replicas, hosts) }
}

/// Two sites of two nodes, a utility, a line, a flood, and three services.
fn plain_scenario() -> Scenario {
    let mut scenario = scenario("flood-2-sites", "Two sites, one river 同城双中心洪水演练");
    let server = scenario.classes.push(by_hand::class(
        "server",
        Life::Drawn(Distribution::Exponential { mean: 1e8 }),
        Distribution::Fixed { value: HOUR },
    ));
    scenario.crews.push(Crew { name: "field".to_owned(), title: String::new(), people: 2 });
    for (site, nth) in [("sh-a", 0), ("hz-b", 1)] {
        scenario.domains.push(by_hand::site(site, nth, IdRange::new(2 * nth, 2 * nth + 2)));
        let domain = DomainId::new(nth);
        let population = scenario.populations.push(Population {
            name: site.to_owned(),
            class: server,
            units: IdRange::new(2 * nth, 2 * nth + 2),
            kind: PopulationKind::Nodes,
        });
        for _ in 0..2 {
            scenario.unit_population.push(population);
            scenario.unit_domain.push(Some(domain));
        }
    }
    let utility = scenario.populations.push(Population {
        name: "power-a".to_owned(),
        class: server,
        units: IdRange::new(4, 5),
        kind: PopulationKind::Plant(PlantId::new(0)),
    });
    scenario.unit_population.push(utility);
    scenario.unit_domain.push(None);
    scenario.plants.push(Plant {
        name: "power-a".to_owned(),
        title: String::new(),
        within: None,
        needs: Vec::new(),
        kind: PlantKind::Parts { population: utility, need: 1, standby: None },
    });
    scenario.links.push(Link {
        name: "line-1".to_owned(),
        title: String::new(),
        between: [Endpoint::Domain(DomainId::new(0)), Endpoint::Outside],
        bandwidth: None,
        latency: Span::ZERO,
        efficiency: Probability::ONE,
        line: None,
    });
    scenario.threats.push(Threat {
        name: "flood".to_owned(),
        title: String::new(),
        kind: "flood",
        disruption: Disruption::Site,
        occurs: Occurs::Triggered,
        target: Target {
            pick: Pick::All,
            domains: vec![DomainId::new(0)],
            nodes_below: Vec::new(),
            plants: Vec::new(),
            links: Vec::new(),
            services: Vec::new(),
            circle: None,
        },
        warning: Span::ZERO,
        effects: Vec::new(),
        then: Vec::new(),
    });
    for (nth, (name, title)) in
        [("pay", "支付 Payments"), ("portal", ""), ("reports", "月度报表")].into_iter().enumerate()
    {
        let replicas = IdRange::new(2 * nth, 2 * nth + 2);
        let id = scenario.services.push(service(name, title, DomainId::new(0), replicas, IdRange::new(0, 2)));
        for host in 0..2 {
            scenario.replica_home.push((id, 0));
            scenario.replica_host.push(UnitId::new(host));
        }
    }
    let pay = &mut scenario.services[ServiceId::new(0)].objective;
    pay.rto = Some(Span::from_seconds(1800.0));
    pay.mtd = Some(Span::from_seconds(4.0 * HOUR));
    pay.availability = Some(AvailabilityObjective {
        share: Probability::new(0.9995).unwrap(),
        period: Period::Year,
        ends: Vec::new(),
    });
    let reports = &mut scenario.services[ServiceId::new(2)].objective;
    reports.rto = Some(Span::from_seconds(24.0 * HOUR));
    reports.availability =
        Some(AvailabilityObjective { share: Probability::new(0.99).unwrap(), period: Period::Month, ends: Vec::new() });
    scenario
}

pub fn interval(point: f64, half: f64) -> Estimate {
    Estimate {
        point: Some(point),
        low: Some(point - half),
        high: Some(point + half),
        std_error: Some(half / 1.96),
        n: 20_000,
        basis: Basis::Interval,
        quantiles: None,
    }
}

pub fn spread(median: f64, factor: f64) -> Estimate {
    let quantile = |point: f64| Quantile { point, low: Some(point * 0.97), high: Some(point * 1.04) };
    let quantiles = Quantiles {
        p50: quantile(median),
        p95: quantile(median * factor),
        p99: quantile(median * factor * factor.sqrt()),
        max: median * factor.powi(2),
    };
    Estimate { quantiles: Some(quantiles), ..interval(median * 1.4, median * 0.02) }
}

/// Counts of a log-normal shape between `median / 20` and `median * factor²`.
pub fn bins(median: f64, factor: f64, total: f64) -> Vec<Bin> {
    let sigma = factor.ln() / 1.645;
    let mut list = Vec::new();
    let step: f64 = 1.12;
    let mut from = median / 20.0;
    while from < median * factor * factor {
        let z = ((from * step.sqrt()) / median).ln() / sigma;
        let count = (total * (-z * z / 2.0).exp() * step.ln() / sigma / 2.5066).round() as u64;
        list.push(Bin { from, to: from * step, count });
        from *= step;
    }
    list
}

pub fn measured(about: &'static About, estimate: Estimate, exact: Option<f64>) -> Measured {
    Measured { about, estimate, exact }
}

fn subject(unavailability: f64, median: f64, factor: f64, attribution: Vec<Attribution>) -> SubjectFindings {
    let availability = interval(1.0 - unavailability, unavailability * 0.08);
    let year = crate::quantity::SECONDS_PER_YEAR;
    let convergence = (0..8).map(|doubling| {
        let trials = 128u64 << doubling;
        let half = unavailability * 0.08 * (20_000.0 / trials as f64).sqrt();
        let wobble = half * 0.5 * f64::from(doubling).cos();
        let point = 1.0 - unavailability + wobble;
        Convergence { trials, point, low: point - half, high: (point + half).min(1.0) }
    });
    SubjectFindings {
        metrics: vec![
            measured(&AVAILABILITY, availability, Some(1.0 - unavailability * 0.97)),
            measured(&OUTAGES, interval(unavailability * year / median / 1.4, 0.01), None),
            measured(&DOWNTIME, interval(unavailability * year, unavailability * year * 0.08), None),
            measured(&OUTAGE, spread(median, factor), None),
            measured(&RECOVERY, spread(median, factor), None),
            measured(&RTO_MET, interval(0.973, 0.002), None),
            measured(&MTD_MET, interval(0.9991, 0.0004), None),
            measured(&REDUNDANCY, interval(0.96, 0.01), None),
            measured(&EXPOSURE, interval(0.041, 0.002), None),
        ],
        attribution,
        outages: bins(median, factor, 9_000.0),
        recoveries: bins(median, factor, 9_000.0),
        redundancy: (0..60).map(|slice| 1.0 - 0.08 * (1.0 - (-f64::from(slice) / 6.0).exp())).collect(),
        convergence: convergence.collect(),
        ..SubjectFindings::default()
    }
}

pub fn moment(seconds: f64) -> SimTime {
    SimTime::ZERO + Span::from_seconds(seconds)
}

fn stretches(horizon: f64, marks: &[(f64, f64, Status)]) -> Vec<Stretch> {
    let mut list = Vec::new();
    let mut now = 0.0;
    for (from, to, status) in marks {
        list.push(Stretch { from: moment(now), to: moment(*from), status: Status::Up });
        list.push(Stretch { from: moment(*from), to: moment(*to), status: *status });
        now = *to;
    }
    list.push(Stretch { from: moment(now), to: moment(horizon), status: Status::Up });
    list
}

fn trial(trial: u64, horizon: f64, at: f64, lasts: f64) -> Trace {
    let (down, degraded) = (Status::Down, Status::Degraded);
    let pay = stretches(
        horizon,
        &[(at * 0.3, at * 0.3 + 900.0, down), (at, at + lasts, down), (at + lasts, at + lasts * 1.2, degraded)],
    );
    // The stretch of `Up` with no length between two marks is what a hand-made list gives: harmless.
    let portal =
        stretches(horizon, &[(at * 0.5, at * 0.5 + 3e6, degraded), (at + lasts * 0.1, at + lasts * 0.7, down)]);
    let what = [
        (at - 7200.0, Happening::Warned(ThreatId::new(0), Span::from_seconds(7200.0))),
        (at, Happening::Struck(ThreatId::new(0))),
        (at, Happening::Destroyed(UnitId::new(1), ThreatId::new(0))),
        (at, Happening::DomainOff(DomainId::new(0))),
        (at, Happening::Became(ServiceId::new(0), down, Some(Cause::Threat(ThreatId::new(0))))),
        (at + 0.25, Happening::OnStore(PlantId::new(0), Span::from_seconds(480.0))),
        (at + 30.0, Happening::Detected(ServiceId::new(0))),
        (at + 600.0, Happening::Decided(ServiceId::new(0))),
        (at + lasts, Happening::SwitchedTo(ServiceId::new(0), 0)),
        (at + lasts, Happening::Became(ServiceId::new(0), degraded, Some(Cause::Class(ClassId::new(0))))),
        (at + lasts, Happening::Rescheduled(ReplicaId::new(3), UnitId::new(2))),
        (at + lasts * 1.2, Happening::Became(ServiceId::new(0), Status::Up, None)),
    ];
    let entries = what.into_iter().map(|(at, what)| TraceEntry { at: moment(at), what }).collect();
    Trace { trial, entries, dropped: 0, stretches: vec![pay, portal, stretches(horizon, &[])], incidents: Vec::new() }
}

/// An ordinary study of three services.
pub fn ordinary() -> Findings {
    let scenario = plain_scenario();
    let horizon = scenario.horizon.as_seconds();
    let charge = |cause, share: f64, total: f64| Attribution { cause, seconds_per_year: share * total, share };
    let pay = vec![
        charge(Cause::Threat(ThreatId::new(0)), 0.62, 6900.0),
        charge(Cause::Plant(PlantId::new(0)), 0.21, 6900.0),
        charge(Cause::Detection, 0.12, 6900.0),
        charge(Cause::Class(ClassId::new(0)), 0.046, 6900.0),
        charge(Cause::Restart, 0.004, 6900.0),
    ];
    let reports = vec![charge(Cause::Dependency(ServiceId::new(0)), 1.0, 410_000.0)];
    let mut quiet = subject(1e-5, 60.0, 3.0, Vec::new());
    quiet.metrics[0].estimate = Estimate {
        point: Some(1.0),
        low: Some(0.999_985),
        high: Some(1.0),
        std_error: None,
        n: 20_000,
        basis: Basis::Bound,
        quantiles: None,
    };
    for nth in 1..5 {
        quiet.metrics[nth].estimate = Estimate::NOTHING;
    }
    quiet.metrics[0].exact = None;
    quiet.outages.clear();
    quiet.recoveries.clear();
    quiet.convergence.clear();
    let verdict = |service, disruption, objective, judgement, promised, measured, reason: &str| Verdict {
        of: Promiser::Service(ServiceId::new(service)),
        disruption,
        objective,
        judgement,
        promised: Some(promised),
        measured,
        reason: reason.to_owned(),
    };
    let check = |service, about, simulated: Estimate, exact: f64, deviation: Option<f64>, agrees| Check {
        subject: service,
        about,
        simulated,
        exact,
        method: "k-of-n, two states each".to_owned(),
        deviation,
        agrees,
    };
    let expectation = |written: &str, value, within| Expectation {
        written: written.to_owned(),
        path: MetricPath {
            subject: Subject::Service(ServiceId::new(0)),
            metric: "availability".to_owned(),
            point: None,
        },
        value,
        within,
        because: "8 h / 4 years".to_owned(),
    };
    Findings {
        trials: 20_000,
        seed: 7,
        stopped: Stopped::Planned,
        services: vec![
            (ServiceId::new(0), subject(2.2e-4, 900.0, 4.0, pay)),
            (ServiceId::new(1), quiet),
            (ServiceId::new(2), subject(1.3e-2, 90.0 * HOUR, 2.0, reports)),
        ],
        datasets: Vec::new(),
        domains: vec![(
            DomainId::new(0),
            SubjectFindings {
                metrics: vec![measured(&AVAILABILITY, interval(0.9991, 0.0002), None)],
                ..SubjectFindings::default()
            },
        )],
        whole: SubjectFindings {
            metrics: vec![measured(&AVAILABILITY, interval(0.9865, 0.001), None)],
            ..SubjectFindings::default()
        },
        cost: None,
        verdicts: vec![
            verdict(
                0,
                Some(Disruption::Site),
                "rto",
                Judgement::AtRisk,
                1800.0,
                Some(1620.0),
                "p95 takes 90 % of the RTO",
            ),
            verdict(0, None, "availability", Judgement::Met, 0.9995, Some(0.99978), "above what was promised"),
            verdict(
                2,
                Some(Disruption::Node),
                "rto",
                Judgement::Missed,
                86_400.0,
                Some(349_200.0),
                "restoring takes 89 h",
            ),
            verdict(1, Some(Disruption::Region), "mtd", Judgement::NotApplicable, 60.0, None, "never seen"),
        ],
        checks: vec![
            check(
                Subject::Service(ServiceId::new(0)),
                &AVAILABILITY,
                interval(0.999_78, 1.8e-5),
                0.999_787,
                Some(-0.8),
                Some(true),
            ),
            check(
                Subject::Domain(DomainId::new(0)),
                &AVAILABILITY,
                interval(0.9991, 2e-4),
                0.998,
                Some(10.8),
                Some(false),
            ),
            check(Subject::Scenario, &OUTAGES, Estimate::NOTHING, 0.001, None, None),
        ],
        unchecked: vec![
            (Subject::Service(ServiceId::new(1)), "links decide what can be reached".to_owned()),
            (Subject::Service(ServiceId::new(0)), "redundancy: replicas share a node".to_owned()),
        ],
        fixed: vec![ServiceId::new(0)],
        expected: vec![
            Expected {
                expectation: expectation("services.pay.availability", 0.9998, 0.0001),
                measured: Some(0.99978),
                std_error: Some(9e-6),
                holds: Some(true),
            },
            Expected {
                expectation: expectation("services.pay.outage_s.p95", 3600.0, 60.0),
                measured: None,
                std_error: None,
                holds: None,
            },
        ],
        rows: (0..3)
            .map(|trial| TrialRow { trial, services: vec![(12.5, 2, 10.0), (0.0, 0, 0.0), (400.0, 1, 400.0)] })
            .collect(),
        chosen: vec![
            ChosenTrial {
                which: Which::Median,
                downtime: Span::from_seconds(16_000.0),
                trace: trial(4711, horizon, 1.1e8, 9_000.0),
            },
            ChosenTrial {
                which: Which::P95,
                downtime: Span::from_seconds(90_000.0),
                trace: trial(17, horizon, 2.3e8, 61_000.0),
            },
            ChosenTrial {
                which: Which::Worst,
                downtime: Span::from_seconds(9.4e6),
                trace: trial(902, horizon, 0.9e8, 6.1e6),
            },
        ],
        scenario: Arc::new(scenario),
    }
}

/// A scenario without services, and no result at all.
pub fn empty() -> Findings {
    Findings {
        scenario: Arc::new(scenario("empty", "")),
        trials: 0,
        seed: 1,
        stopped: Stopped::Interrupted,
        services: Vec::new(),
        datasets: Vec::new(),
        domains: Vec::new(),
        whole: SubjectFindings::default(),
        cost: None,
        verdicts: Vec::new(),
        checks: Vec::new(),
        unchecked: Vec::new(),
        fixed: Vec::new(),
        expected: Vec::new(),
        rows: Vec::new(),
        chosen: Vec::new(),
    }
}

/// Markup, formulas, control characters and very long names; 300 services; numbers that are none.
pub fn evil() -> Findings {
    let mut findings = ordinary();
    let mut scenario = plain_scenario();
    "evil".clone_into(&mut scenario.name);
    scenario.title = format!("</text><script>alert(\"1\")</script> & 'x' \u{1}\u{FFFE}\n{}", "很长的标题".repeat(60));
    "<b>|`why`|</b>\nsecond line".clone_into(&mut scenario.question);
    scenario.classes[ClassId::new(0)].name = format!("=cmd|'/c calc'!A0 <&\"{}", "名".repeat(200));
    scenario.services = IdVec::new();
    let nasty = ["=1+1", "@sum", "-2", "+3", "<svg onload=x>", "a/../b", "名字", "NAME", "name", "\t"];
    let bad = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0, 1e308, 5e-324];
    findings.services.clear();
    for nth in 0..300usize {
        let name = format!(
            "{}{}",
            nasty[nth % nasty.len()],
            if nth < 10 { String::new() } else { format!(" {nth} {}", "长名".repeat(40)) }
        );
        let title = if nth % 3 == 0 { format!("<i>{}</i>", "W".repeat(300)) } else { String::new() };
        let id =
            scenario.services.push(service(&name, &title, DomainId::new(0), IdRange::new(0, 2), IdRange::new(0, 2)));
        scenario.services[id].objective.rto = Some(Span::from_microseconds(if nth % 2 == 0 { 0 } else { u64::MAX }));
        scenario.services[id].objective.availability = Some(AvailabilityObjective {
            share: if nth % 2 == 0 { Probability::ONE } else { Probability::ZERO },
            period: Period::Month,
            ends: Vec::new(),
        });
        let (one, two) = (bad[nth % bad.len()], bad[(nth / 7) % bad.len()]);
        let mut found = subject(
            0.3,
            900.0,
            4.0,
            vec![Attribution { cause: Cause::Class(ClassId::new(0)), seconds_per_year: one, share: two }; 40],
        );
        found.attribution.push(Attribution {
            cause: Cause::Spare(ClassId::new(0)),
            seconds_per_year: 10.0,
            share: 0.5,
        });
        for measured in &mut found.metrics {
            measured.estimate.point = Some(one);
            measured.estimate.low = Some(two);
            measured.estimate.high = Some(bad[nth % 5]);
            measured.exact = Some(two);
            if let Some(quantiles) = &mut measured.estimate.quantiles {
                quantiles.p50.point = one;
                quantiles.p95.point = two;
                quantiles.max = one;
            }
        }
        found.outages.push(Bin { from: 0.0, to: one, count: u64::from(nth % 2 == 0) });
        found.recoveries = vec![Bin { from: two, to: one, count: 3 }, Bin { from: 0.0, to: 0.0, count: 1 }];
        found.redundancy.push(one.abs());
        found.convergence.push(Convergence { trials: u64::MAX, point: one, low: two, high: two });
        found.convergence.push(Convergence { trials: u64::MAX, point: 0.5, low: 0.5, high: 0.5 });
        findings.services.push((id, found));
    }
    for check in &mut findings.checks {
        check.deviation = Some(f64::NEG_INFINITY);
        check.exact = f64::NAN;
        check.method = "<&\u{7}>".repeat(100);
    }
    for nth in 0..100 {
        let mut check = findings.checks[nth % 3].clone();
        check.deviation = Some(nth as f64 * 1e200 - 50.0);
        findings.checks.push(check);
    }
    for chosen in &mut findings.chosen {
        chosen.trace.dropped = 5;
        let third = chosen.trace.stretches[0].clone();
        chosen.trace.stretches.resize(200, third);
        // Twenty thousand flaps on one row.
        chosen.trace.stretches[1] = (0..20_000u64)
            .map(|nth| Stretch {
                from: moment(nth as f64 * 1000.0),
                to: moment((nth + 1) as f64 * 1000.0),
                status: [Status::Up, Status::Down, Status::Degraded][nth as usize % 3],
            })
            .collect();
        chosen.trace.entries.push(TraceEntry { at: SimTime::NEVER, what: Happening::Struck(ThreatId::new(0)) });
    }
    super::fixtures_data::spoil(&mut findings, &mut scenario);
    for row in &mut findings.rows {
        row.services.resize(300, (f64::NAN, u64::MAX, -1.0));
    }
    findings.scenario = Arc::new(scenario);
    findings
}

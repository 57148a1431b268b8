//! `summary.json`: every estimate of a study at full precision, keys in table order.

use crate::estimate::{Basis, Estimate, Quantile};
use crate::model::Subject;
use crate::report::{brief_cost, csv, wording};
use crate::study::{
    Attribution, Check, CostFindings, Expected, Findings, Measured, Promiser, SubjectFindings, Verdict,
};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// Raised when a key changes its meaning or goes away.
pub const SCHEMA_VERSION: u32 = 1;

/// The whole study as one JSON document, ending in a line feed; missing values are `null`.
#[must_use]
pub fn summary(findings: &Findings, version: &str) -> String {
    let scenario = &findings.scenario;
    let services = || findings.services.iter().map(|(id, found)| (scenario.services[*id].name.as_str(), found));
    let document = Document {
        schema_version: SCHEMA_VERSION,
        drsim_version: version,
        scenario: &scenario.name,
        title: &scenario.title,
        question: &scenario.question,
        scenario_hash: &scenario.hash,
        seed: findings.seed,
        trials: findings.trials,
        stopped: wording::stopped(findings.stopped),
        horizon_s: scenario.horizon.as_seconds(),
        start: scenario.start.to_string(),
        trials_csv: TrialsCsv { trials: csv::trials_listed(findings), of: findings.trials },
        services: services().map(|(name, found)| (name, metrics(found))).collect(),
        datasets: findings
            .datasets
            .iter()
            .map(|(id, found)| (scenario.datasets[*id].name.as_str(), metrics(found)))
            .collect(),
        domains: findings
            .domains
            .iter()
            .map(|(id, found)| (scenario.domains[*id].name.as_str(), metrics(found)))
            .collect(),
        scenario_metrics: metrics(&findings.whole),
        cost: findings.cost.as_ref().map(|cost| account(findings, cost)),
        attribution: Attributed {
            rule: wording::ATTRIBUTION_RULE,
            services: services().map(|(name, found)| (name, charges(findings, found))).collect(),
            scenario: charges(findings, &findings.whole),
        },
        verdicts: findings.verdicts.iter().map(|verdict| judged(findings, verdict)).collect(),
        checks: findings.checks.iter().map(|check| checked(findings, check)).collect(),
        unchecked: findings
            .unchecked
            .iter()
            .map(|(whose, reason)| Unchecked { subject: subject(findings, *whose), reason })
            .collect(),
        expectations: findings.expected.iter().map(expected).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("a document of strings and numbers is valid JSON");
    text.push('\n');
    text
}

/// An object whose keys keep the order of the list, whatever the map type of the JSON crate does.
struct Table<'a, T>(Vec<(&'a str, T)>);

impl<'a, T> FromIterator<(&'a str, T)> for Table<'a, T> {
    fn from_iter<I: IntoIterator<Item = (&'a str, T)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl<T: Serialize> Serialize for Table<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    drsim_version: &'a str,
    scenario: &'a str,
    title: &'a str,
    question: &'a str,
    scenario_hash: &'a str,
    seed: u64,
    trials: u64,
    stopped: &'static str,
    horizon_s: f64,
    start: String,
    trials_csv: TrialsCsv,
    services: Table<'a, Table<'a, Value>>,
    datasets: Table<'a, Table<'a, Value>>,
    domains: Table<'a, Table<'a, Value>>,
    scenario_metrics: Table<'a, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Account<'a>>,
    attribution: Attributed<'a>,
    verdicts: Vec<Judged<'a>>,
    checks: Vec<Checked<'a>>,
    unchecked: Vec<Unchecked<'a>>,
    expectations: Vec<Kept<'a>>,
}

/// Amounts per year of 365.25 days.
#[derive(Serialize)]
struct Account<'a> {
    currency: String,
    metrics: Table<'a, Value>,
    items: Vec<Line<'a>>,
    rule: &'static str,
    causes: Vec<CauseCost>,
    services: Table<'a, ServiceLines>,
}

#[derive(Serialize)]
struct Line<'a> {
    item: &'static str,
    of: &'a str,
    kind: &'static str,
    per_year: f64,
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Serialize)]
struct CauseCost {
    cause: String,
    per_year: f64,
}

#[derive(Serialize)]
struct ServiceLines {
    running: f64,
    loss: f64,
}

#[derive(Serialize)]
struct TrialsCsv {
    trials: u64,
    of: u64,
}

#[derive(Serialize)]
struct Value {
    point: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    std_error: Option<f64>,
    n: u64,
    basis: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_form: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p50: Option<Point>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p95: Option<Point>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p99: Option<Point>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
}

#[derive(Serialize)]
struct Point {
    #[serde(rename = "point")]
    at: f64,
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Serialize)]
struct Attributed<'a> {
    rule: &'static str,
    services: Table<'a, Vec<Charge>>,
    scenario: Vec<Charge>,
}

#[derive(Serialize)]
struct Charge {
    cause: String,
    seconds_per_year: f64,
    share: f64,
}

#[derive(Serialize)]
struct Judged<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dataset: Option<&'a str>,
    disruption: Option<&'static str>,
    objective: &'a str,
    judgement: &'static str,
    unit: &'static str,
    promised: Option<f64>,
    measured: Option<f64>,
    reason: &'a str,
}

#[derive(Serialize)]
struct Checked<'a> {
    subject: String,
    metric: &'a str,
    simulated: Value,
    exact: f64,
    method: &'a str,
    deviation_std_errors: Option<f64>,
    agrees: Option<bool>,
}

#[derive(Serialize)]
struct Unchecked<'a> {
    subject: String,
    reason: &'a str,
}

#[derive(Serialize)]
struct Kept<'a> {
    expectation: &'a str,
    value: f64,
    within: f64,
    because: &'a str,
    measured: Option<f64>,
    std_error: Option<f64>,
    holds: Option<bool>,
}

fn metrics(found: &SubjectFindings) -> Table<'static, Value> {
    let closed = |measured: &Measured| value(&measured.estimate, measured.exact);
    found.metrics.iter().map(|measured| (measured.about.key, closed(measured))).collect()
}

fn account<'a>(findings: &'a Findings, cost: &'a CostFindings) -> Account<'a> {
    let scenario = &findings.scenario;
    let line = |line: &crate::study::ItemCost| Line {
        item: brief_cost::key(line.item),
        of: brief_cost::of(scenario, line.item),
        kind: brief_cost::kind(line.item),
        per_year: line.yearly,
        low: line.low,
        high: line.high,
    };
    let told = |measured: &Measured| (measured.about.key, value(&measured.estimate, measured.exact));
    Account {
        currency: cost.currency.to_string(),
        metrics: cost.metrics.iter().map(told).collect(),
        items: cost.items.iter().map(line).collect(),
        rule: brief_cost::CAUSE_RULE,
        causes: cost
            .causes
            .iter()
            .map(|(cause, per_year)| CauseCost { cause: cause.label(scenario), per_year: *per_year })
            .collect(),
        services: cost
            .services
            .iter()
            .map(|it| {
                (scenario.services[it.service].name.as_str(), ServiceLines { running: it.running, loss: it.loss })
            })
            .collect(),
    }
}

fn value(estimate: &Estimate, closed_form: Option<f64>) -> Value {
    let point = |quantile: Quantile| Point { at: quantile.point, low: quantile.low, high: quantile.high };
    Value {
        point: estimate.point,
        low: estimate.low,
        high: estimate.high,
        std_error: estimate.std_error,
        n: estimate.n,
        basis: match estimate.basis {
            Basis::Interval => "interval",
            Basis::Bound => "bound",
            Basis::Extreme => "extreme",
            Basis::Nothing => "nothing",
        },
        closed_form,
        p50: estimate.quantiles.map(|quantiles| point(quantiles.p50)),
        p95: estimate.quantiles.map(|quantiles| point(quantiles.p95)),
        p99: estimate.quantiles.map(|quantiles| point(quantiles.p99)),
        max: estimate.quantiles.map(|quantiles| quantiles.max),
    }
}

fn charges(findings: &Findings, found: &SubjectFindings) -> Vec<Charge> {
    let charge = |part: &Attribution| Charge {
        cause: part.cause.label(&findings.scenario),
        seconds_per_year: part.seconds_per_year,
        share: part.share,
    };
    found.attribution.iter().map(charge).collect()
}

fn judged<'a>(findings: &'a Findings, verdict: &'a Verdict) -> Judged<'a> {
    let name = wording::promiser(&findings.scenario, verdict.of);
    let (service, dataset) = match verdict.of {
        Promiser::Service(_) => (Some(name), None),
        Promiser::Dataset(_) => (None, Some(name)),
    };
    Judged {
        service,
        dataset,
        disruption: verdict.class(),
        objective: verdict.objective,
        judgement: wording::judgement_key(verdict.judgement),
        unit: wording::objective_unit(verdict),
        promised: verdict.promised,
        measured: verdict.measured,
        reason: &verdict.reason,
    }
}

fn checked<'a>(findings: &Findings, check: &'a Check) -> Checked<'a> {
    Checked {
        subject: subject(findings, check.subject),
        metric: check.about.key,
        simulated: value(&check.simulated, None),
        exact: check.exact,
        method: &check.method,
        deviation_std_errors: check.deviation,
        agrees: check.agrees,
    }
}

fn subject(findings: &Findings, subject: Subject) -> String {
    wording::subject(&findings.scenario, subject)
}

fn expected(line: &Expected) -> Kept<'_> {
    Kept {
        expectation: &line.expectation.written,
        value: line.expectation.value,
        within: line.expectation.within,
        because: &line.expectation.because,
        measured: line.measured,
        std_error: line.std_error,
        holds: line.holds,
    }
}

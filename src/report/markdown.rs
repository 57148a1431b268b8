//! `report.md`: the summary for wikis and pandoc, with the pictures of the `plots` folder.

use crate::report::brief::{self, Per};
use crate::report::brief_cost;
use crate::report::brief_data;
use crate::report::number::{self, duration, percent};
use crate::report::wording;
use crate::study::{Findings, Judgement, Verdict};
use std::fmt::Write as _;

/// Most services in one table; the worst are shown.
const MOST_SERVICES: usize = 200;
/// Most causes of what outages cost.
const MOST_CAUSES: usize = 20;

/// The report as Markdown; `plots` are the names of the pictures beside it, `plots/availability.svg`.
#[must_use]
pub fn report(findings: &Findings, version: &str, plots: &[String]) -> String {
    let scenario = &findings.scenario;
    let mut out = String::new();
    let title = wording::titled(&scenario.title, &scenario.name);
    let _ = writeln!(out, "# {}\n", escape(title));
    if !scenario.question.trim().is_empty() {
        let _ = writeln!(out, "> {}\n", escape(&scenario.question));
    }
    let _ = writeln!(
        out,
        "Scenario `{}`: {}. drsim {version}, scenario hash `{}`, begins {} local time.\n",
        code(&scenario.name),
        brief::basis(findings),
        code(&scenario.hash),
        scenario.start.strftime("%Y-%m-%d %H:%M"),
    );
    let _ = writeln!(out, "Note: {}.\n", wording::CAVEAT);
    services(findings, &mut out);
    datasets(findings, &mut out);
    verdicts(findings, &mut out);
    attribution(findings, &mut out);
    cost(findings, &mut out);
    checks(findings, &mut out);
    expectations(findings, &mut out);
    if !plots.is_empty() {
        out.push_str("## Figures\n\n");
        for plot in plots {
            let name = plot.trim_start_matches("plots/").trim_end_matches(".svg");
            let _ = writeln!(out, "![{}](<{}>)\n", escape(name), plot);
        }
    }
    let _ = writeln!(
        out,
        "Tables of this study: `services.csv`, `domains.csv`, `verdicts.csv`, `checks.csv`, `attribution.csv`, \
         `trials.csv` (first {} of {} trials), `events.csv`, `incidents.csv`{}{}; every number at full precision: `summary.json`.",
        number::count(crate::report::csv::trials_listed(findings)),
        number::count(findings.trials),
        if findings.datasets.is_empty() { "" } else { ", `datasets.csv`, `storage.csv`" },
        if findings.cost.is_none() { "" } else { ", `costs.csv`" },
    );
    out
}

fn services(findings: &Findings, out: &mut String) {
    out.push_str("## Services\n\n");
    let (rows, left) = brief::rows(findings, MOST_SERVICES);
    if rows.is_empty() {
        out.push_str("No service in this scenario.\n\n");
        return;
    }
    table(out, &brief::heads(findings), rows.into_iter().map(|row| row.cells.to_vec()).collect());
    if left > 0 {
        let _ = writeln!(out, "{left} services with more availability are in `services.csv`.\n");
    }
}

fn datasets(findings: &Findings, out: &mut String) {
    let (rows, left) = brief_data::rows(findings, MOST_SERVICES);
    if rows.is_empty() {
        return;
    }
    out.push_str("## Datasets\n\n");
    table(out, &brief_data::HEADS, rows.into_iter().map(|row| row.cells.to_vec()).collect());
    if left > 0 {
        let _ = writeln!(out, "{left} datasets that lose less are in `datasets.csv`.\n");
    }
    if brief_data::wants_words(findings) {
        let _ = writeln!(out, "{}.\n", brief_data::DURABILITY);
    }
    let mut rows = Vec::new();
    for (id, found) in findings.datasets.iter().take(MOST_SERVICES) {
        let name = &findings.scenario.datasets[*id].name;
        if let Some(live) = found.metric("storage_bytes").and_then(|measured| measured.estimate.point) {
            rows.push(vec![name.clone(), "live copies".to_owned(), number::bytes(live)]);
        }
        for (store, mean) in found.stored.iter().filter(|(_, mean)| *mean > 0.0) {
            let store = &findings.scenario.stores[*store];
            rows.push(vec![name.clone(), format!("{} ({})", store.name, store.medium.key()), number::bytes(*mean)]);
        }
    }
    if !rows.is_empty() {
        out.push_str("Where the bytes lie, mean over the horizon:\n\n");
        table(out, &["dataset", "where", "bytes"], rows);
    }
}

fn verdicts(findings: &Findings, out: &mut String) {
    if findings.verdicts.iter().all(|verdict| verdict.judgement == Judgement::NoObjective) {
        return;
    }
    out.push_str(
        "## Objectives\n\nAt risk: over 80 % of the objective is used. \
         Kinds of disruption that were not seen are in `verdicts.csv`.\n\n",
    );
    // A kind of disruption that nobody saw says nothing, and there are many kinds.
    let unseen = |verdict: &Verdict| verdict.judgement == Judgement::NotApplicable && verdict.disruption.is_some();
    let judged = |verdict: &&Verdict| verdict.judgement != Judgement::NoObjective && !unseen(verdict);
    let rows = findings.verdicts.iter().filter(judged).map(|verdict| {
        vec![
            brief::about(findings, verdict),
            wording::judgement(verdict.judgement).to_owned(),
            wording::objective_value(verdict, verdict.promised),
            wording::objective_value(verdict, verdict.measured),
            verdict.reason.clone(),
        ]
    });
    table(out, &["objective", "verdict", "promised", "measured", "reason"], rows.collect());
}

fn attribution(findings: &Findings, out: &mut String) {
    let per = Per::of(findings);
    let mut rows = Vec::new();
    for (id, found) in brief::worst(findings, MOST_SERVICES) {
        for part in found.attribution.iter().take(5) {
            rows.push(vec![
                findings.scenario.services[id].name.clone(),
                part.cause.label(&findings.scenario),
                percent(part.share),
                duration(per.amount(part.seconds_per_year)),
            ]);
        }
    }
    if !rows.is_empty() {
        let _ = writeln!(out, "## What causes the downtime\n\nRule: {}.\n", wording::ATTRIBUTION_RULE);
        table(out, &["service", "cause", "share", &format!("downtime / {}", per.word())], rows);
    }
}

fn cost(findings: &Findings, out: &mut String) {
    let Some(cost) = &findings.cost else { return };
    let _ = writeln!(out, "## Cost\n\nAll amounts are in {} per year of 365.25 days.\n", cost.currency);
    table(out, &brief_cost::SUMS, brief_cost::sums(cost).into_iter().map(Vec::from).collect());
    if cost.years.is_empty() {
        let _ = writeln!(out, "Note: {}.\n", brief_cost::NO_YEARS);
    }
    let beside = brief_cost::beside(cost);
    if !beside.is_empty() {
        let _ = writeln!(out, "{}.\n", escape(&beside.join("; ")));
    }
    let total: f64 = cost.items.iter().map(|line| line.yearly).sum();
    let rows: Vec<Vec<String>> = brief_cost::dearest(findings)
        .into_iter()
        .take(MOST_SERVICES)
        .map(|line| {
            vec![
                brief_cost::key(line.item).to_owned(),
                brief_cost::of(&findings.scenario, line.item).to_owned(),
                brief_cost::kind(line.item).to_owned(),
                brief_cost::with_interval(Some(line.yearly), line.low, line.high),
                percent(line.yearly / total),
            ]
        })
        .collect();
    if !rows.is_empty() {
        out.push_str("What the money goes to:\n\n");
        table(out, &["item", "of", "kind", "per year", "share"], rows);
    }
    if !cost.causes.is_empty() {
        let _ = writeln!(out, "What the time down costs by cause ({}):\n", brief_cost::CAUSE_RULE);
        let rows = cost
            .causes
            .iter()
            .take(MOST_CAUSES)
            .map(|(cause, yearly)| vec![cause.label(&findings.scenario), brief_cost::money(*yearly)]);
        table(out, &["cause", "per year"], rows.collect());
    }
}

fn checks(findings: &Findings, out: &mut String) {
    if findings.checks.is_empty() && findings.unchecked.is_empty() {
        return;
    }
    out.push_str("## Simulated against exact\n\n");
    for id in &findings.fixed {
        let _ = writeln!(out, "`{}`: {}.\n", code(&findings.scenario.services[*id].name), wording::FIXED);
    }
    let rows = brief::checks(findings).into_iter().map(|check| {
        vec![
            wording::subject(&findings.scenario, check.subject),
            check.about.label.to_owned(),
            number::estimate(check.about.unit, &check.simulated),
            brief::exact(check),
            check.deviation.filter(|off| off.is_finite()).map_or(number::NOTHING.to_owned(), number::deviation),
            wording::agreement(check.agrees).to_owned(),
            check.method.clone(),
        ]
    });
    let heads = ["subject", "metric", "simulated", "exact", "standard errors apart", "verdict", "method"];
    if !findings.checks.is_empty() {
        table(out, &heads, rows.collect());
    }
    if !findings.unchecked.is_empty() {
        out.push_str("Without a closed form:\n\n");
        let rows = findings
            .unchecked
            .iter()
            .map(|(subject, why)| vec![wording::subject(&findings.scenario, *subject), why.clone()]);
        table(out, &["subject", "reason"], rows.collect());
    }
}

fn expectations(findings: &Findings, out: &mut String) {
    if findings.expected.is_empty() {
        return;
    }
    out.push_str("## Expectations of the scenario\n\n");
    let rows = findings.expected.iter().map(|line| {
        let expectation = &line.expectation;
        vec![
            expectation.written.clone(),
            expectation.value.to_string(),
            expectation.within.to_string(),
            line.measured.map_or(number::NOTHING.to_owned(), |value| value.to_string()),
            brief::holds(line.holds).to_owned(),
            expectation.because.clone(),
        ]
    });
    table(out, &["expectation", "value", "within", "measured", "verdict", "because"], rows.collect());
}

pub(super) fn table(out: &mut String, heads: &[&str], rows: Vec<Vec<String>>) {
    let _ = writeln!(out, "| {} |", heads.join(" | "));
    let _ = writeln!(out, "|{}", " --- |".repeat(heads.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| escape(cell)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out.push('\n');
}

/// Text from the scenario must neither become markup nor break a table row.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '|' | '`' | '*' | '_' | '~' | '[' | ']' | '\\' | '#' | '$' => {
                safe.push('\\');
                safe.push(character);
            }
            control if control.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}

/// Text between back ticks.
pub(super) fn code(text: &str) -> String {
    text.chars().map(|c| if c == '`' || c.is_control() { ' ' } else { c }).collect()
}

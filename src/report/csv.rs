//! Tables for pandas, R and spreadsheets: UTF-8, one header row, units in names, empty where a value is missing. A table with anything beyond
//! ASCII begins with a byte order mark.

use crate::estimate::Estimate;
use crate::metric::About;
use crate::quantity::{MICROSECONDS_PER_SECOND, SimTime};
use crate::report::{trace, wording};
use crate::study::{Attribution, Findings, Promiser, SubjectFindings};
use ::csv::Writer;

/// Most rows of `trials.csv` over all services.
pub const TRIAL_ROWS: usize = 100_000;

/// How many trials `trials.csv` lists: whole trials only, as many as fit into [`TRIAL_ROWS`], at least one.
#[must_use]
pub fn trials_listed(findings: &Findings) -> u64 {
    let per_trial = findings.scenario.services.len().max(1);
    findings.rows.len().min((TRIAL_ROWS / per_trial).max(1)) as u64
}

/// One row per service, three columns per metric, four more for a distribution.
#[must_use]
pub fn services(findings: &Findings) -> String {
    let scenario = &findings.scenario;
    let named = |(id, found)| {
        let service: &crate::model::Service = &scenario.services[id];
        (vec![text(&service.name), text(&service.title)], found)
    };
    subjects(&["service", "title"], findings.services.iter().map(|(id, found)| named((*id, found))).collect())
}

/// One row per dataset, columns as in `services.csv`.
#[must_use]
pub fn datasets(findings: &Findings) -> String {
    let scenario = &findings.scenario;
    let rows = findings.datasets.iter().map(|(id, found)| {
        let dataset = &scenario.datasets[*id];
        (vec![text(&dataset.name), text(&dataset.title)], found)
    });
    subjects(&["dataset", "title"], rows.collect())
}

/// Mean bytes of each dataset by where they lie: `live` for all its copies, then store by store.
#[must_use]
pub fn storage(findings: &Findings) -> String {
    let mut table = Table::new(&["dataset", "tier", "store", "mean_bytes"]);
    for (id, found) in &findings.datasets {
        let name = text(&findings.scenario.datasets[*id].name);
        let live = found.metric("storage_bytes").and_then(|measured| measured.estimate.point);
        table.row(&[name.clone(), "live".to_owned(), String::new(), maybe(live)]);
        for (store, mean) in &found.stored {
            let store = &findings.scenario.stores[*store];
            table.row(&[name.clone(), store.medium.key().to_owned(), text(&store.name), number(*mean)]);
        }
    }
    table.end()
}

/// One row per named domain, columns as in `services.csv`.
#[must_use]
pub fn domains(findings: &Findings) -> String {
    let scenario = &findings.scenario;
    let rows = findings.domains.iter().map(|(id, found)| {
        let domain = &scenario.domains[*id];
        (vec![text(&domain.name), text(&domain.title)], found)
    });
    subjects(&["domain", "title"], rows.collect())
}

fn subjects(heads: &[&str], rows: Vec<(Vec<String>, &SubjectFindings)>) -> String {
    let mut columns: Vec<&'static About> = Vec::new();
    for measured in rows.iter().flat_map(|(_, found)| &found.metrics) {
        if !columns.iter().any(|about| about.key == measured.about.key) {
            columns.push(measured.about);
        }
    }
    let mut header: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    for about in &columns {
        let suffixes: &[&str] = if about.distribution {
            &["", "_low", "_high", "_p50", "_p95", "_p99", "_max"]
        } else {
            &["", "_low", "_high"]
        };
        header.extend(suffixes.iter().map(|suffix| format!("{}{suffix}", about.key)));
    }
    let mut table = Table::new(&header);
    for (mut row, found) in rows {
        for about in &columns {
            let estimate = found.metric(about.key).map_or(Estimate::NOTHING, |measured| measured.estimate);
            row.extend([maybe(estimate.point), maybe(estimate.low), maybe(estimate.high)]);
            if about.distribution {
                let of = estimate.quantiles;
                row.extend([of.map(|q| q.p50.point), of.map(|q| q.p95.point), of.map(|q| q.p99.point)].map(maybe));
                row.push(maybe(of.map(|q| q.max)));
            }
        }
        table.row(&row);
    }
    table.end()
}

/// One row per verdict; `disruption` is empty where it is over all of them.
#[must_use]
pub fn verdicts(findings: &Findings) -> String {
    let mut table = Table::new(&[
        "service",
        "dataset",
        "disruption",
        "objective",
        "judgement",
        "unit",
        "promised",
        "measured",
        "reason",
    ]);
    for verdict in &findings.verdicts {
        let name = text(wording::promiser(&findings.scenario, verdict.of));
        let (service, dataset) = match verdict.of {
            Promiser::Service(_) => (name, String::new()),
            Promiser::Dataset(_) => (String::new(), name),
        };
        table.row(&[
            service,
            dataset,
            verdict.class().unwrap_or_default().to_owned(),
            verdict.objective.to_owned(),
            wording::judgement_key(verdict.judgement).to_owned(),
            wording::objective_unit(verdict).to_owned(),
            maybe(verdict.promised),
            maybe(verdict.measured),
            text(&verdict.reason),
        ]);
    }
    table.end()
}

/// One row per comparison of the simulation with a closed form.
#[must_use]
pub fn checks(findings: &Findings) -> String {
    let mut table = Table::new(&[
        "subject",
        "metric",
        "simulated",
        "simulated_low",
        "simulated_high",
        "simulated_std_error",
        "exact",
        "deviation_std_errors",
        "agrees",
        "method",
    ]);
    for check in &findings.checks {
        table.row(&[
            text(&wording::subject(&findings.scenario, check.subject)),
            check.about.key.to_owned(),
            maybe(check.simulated.point),
            maybe(check.simulated.low),
            maybe(check.simulated.high),
            maybe(check.simulated.std_error),
            number(check.exact),
            maybe(check.deviation),
            check.agrees.map(|agrees| agrees.to_string()).unwrap_or_default(),
            text(&check.method),
        ]);
    }
    table.end()
}

/// One row per service and cause, then the whole scenario with an empty service.
#[must_use]
pub fn attribution(findings: &Findings) -> String {
    let mut table = Table::new(&["service", "cause", "downtime_s_per_year", "share"]);
    let scenario = &findings.scenario;
    let mut add = |service: &str, parts: &[Attribution]| {
        for part in parts {
            let cause = text(&part.cause.label(scenario));
            table.row(&[text(service), cause, number(part.seconds_per_year), number(part.share)]);
        }
    };
    for (id, found) in &findings.services {
        add(&scenario.services[*id].name, &found.attribution);
    }
    add("", &findings.whole.attribution);
    table.end()
}

/// One row per trial and service; the first [`trials_listed`] trials.
#[must_use]
pub fn trials(findings: &Findings) -> String {
    let mut table = Table::new(&["trial", "service", "downtime_s", "outages", "longest_outage_s"]);
    for row in findings.rows.iter().take(trials_listed(findings) as usize) {
        for ((id, _), (down, outages, longest)) in findings.services.iter().zip(&row.services) {
            table.row(&[
                row.trial.to_string(),
                text(&findings.scenario.services[*id].name),
                number(*down),
                outages.to_string(),
                number(*longest),
            ]);
        }
    }
    table.end()
}

/// What happened in the chosen trials, in order.
#[must_use]
pub fn events(findings: &Findings) -> String {
    let mut table = Table::new(&["trial", "which", "time_s", "clock", "event", "subject", "text"]);
    for chosen in &findings.chosen {
        for entry in &chosen.trace.entries {
            let told = trace::tell(&findings.scenario, entry.what);
            table.row(&[
                chosen.trace.trial.to_string(),
                wording::which(chosen.which).to_owned(),
                seconds(entry.at),
                trace::clock(&findings.scenario, entry.at).map(|at| trace::iso(&at)).unwrap_or_default(),
                told.event.to_owned(),
                text(&told.subject),
                text(&told.text),
            ]);
        }
    }
    table.end()
}

/// Exact to the microsecond, without the rounding of a double.
pub(super) fn seconds(at: SimTime) -> String {
    let (whole, rest) =
        (at.as_microseconds() / MICROSECONDS_PER_SECOND, at.as_microseconds() % MICROSECONDS_PER_SECOND);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:06}").trim_end_matches('0').to_owned() }
}

/// A cell that no spreadsheet takes for a formula: a leading `=`, `+`, `-`, `@`, tab or return gets an apostrophe
/// (OWASP, "CSV Injection").
pub(super) fn text(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// Shortest text that reads back as the same double; empty when it is not a number.
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        String::new()
    } else if value != 0.0 && !(1e-6..1e16).contains(&value.abs()) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

pub(super) fn maybe(value: Option<f64>) -> String {
    value.map(number).unwrap_or_default()
}

/// A table under construction.
pub(super) struct Table(Writer<Vec<u8>>);

impl Table {
    pub(super) fn new<S: AsRef<[u8]>>(header: &[S]) -> Self {
        let mut table = Self(Writer::from_writer(Vec::new()));
        table.row(header);
        table
    }

    pub(super) fn row<S: AsRef<[u8]>>(&mut self, cells: &[S]) {
        self.0.write_record(cells).expect("rows of one table are equally long, and memory takes them all");
    }

    pub(super) fn end(self) -> String {
        let bytes = self.0.into_inner().expect("memory takes all rows");
        let text = String::from_utf8(bytes).expect("cells are strings");
        // Spreadsheets take a table without the mark for one in the local code page, and Chinese for gibberish.
        if text.is_ascii() { text } else { format!("\u{feff}{text}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_numbers_stay_numbers() {
        assert_eq!(text("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(text("@cmd"), "'@cmd");
        assert_eq!(text("支付"), "支付");
        assert_eq!(number(-2.5), "-2.5");
        assert_eq!(number(f64::NAN), "");
        assert_eq!(number(1e-9), "1e-9");
    }

    #[test]
    fn spreadsheets_are_told_of_letters_beyond_ascii() {
        let table = |cell: &str| {
            let mut table = Table::new(&["service"]);
            table.row(&[cell]);
            table.end()
        };
        assert_eq!(table("pay"), "service\npay\n");
        assert_eq!(table("支付"), "\u{feff}service\n支付\n");
    }

    #[test]
    fn moments_are_exact() {
        assert_eq!(seconds(SimTime::from_microseconds(9_007_199_254_740_993)), "9007199254.740993");
        assert_eq!(seconds(SimTime::from_microseconds(3_500_000)), "3.5");
    }
}

//! The account as rows, for the terminal and for Markdown alike.

use crate::model::{CostItem, CostKind, Scenario};
use crate::quantity::words::{count, plain};
use crate::report::number;
use crate::study::{CostFindings, Findings, ItemCost};

/// Heads of the table of sums.
pub(super) const SUMS: [&str; 5] = ["per year", "mean (95 % interval)", "median year", "p95 year", "p99 year"];

/// Said where a trial is too short for a bad year.
pub(super) const NO_YEARS: &str = "a trial is shorter than a year: no bad year can be told";

/// How downtime is split by cause.
pub(super) const CAUSE_RULE: &str =
    "the cost of time down is split among its causes in proportion to the time that is charged to each";

/// An amount of money for people: whole units in groups of three, two decimals below a thousand, millions from a million on.
pub(super) fn money(amount: f64) -> String {
    let size = amount.abs();
    if !amount.is_finite() {
        number::NOTHING.to_owned()
    } else if size >= 1e9 {
        format!("{} M", plain(amount / 1e6))
    } else if size >= 999.5 {
        let sign = if amount < 0.0 { "-" } else { "" };
        format!("{sign}{}", count((size + 0.5) as u64))
    } else {
        format!("{amount:.2}")
    }
}

/// An amount with its interval.
pub(super) fn with_interval(point: Option<f64>, low: Option<f64>, high: Option<f64>) -> String {
    match (point, low, high) {
        (Some(point), Some(low), Some(high)) if low < high => {
            format!("{} ({}–{})", money(point), money(low), money(high))
        }
        (Some(point), ..) => money(point),
        (None, ..) => number::NOTHING.to_owned(),
    }
}

/// Total, running cost and loss, with the years.
pub(super) fn sums(cost: &CostFindings) -> Vec<[String; 5]> {
    let keys = ["total_cost", "running_cost", "expected_loss"];
    let told = keys.iter().filter_map(|key| cost.metric(key));
    told.map(|measured| {
        let estimate = &measured.estimate;
        let year = |of: fn(&crate::estimate::Quantiles) -> f64| {
            estimate.quantiles.as_ref().map_or(number::NOTHING.to_owned(), |quantiles| money(of(quantiles)))
        };
        [
            format!("{} {}", measured.about.label, measured.about.label_zh),
            with_interval(estimate.point, estimate.low, estimate.high),
            year(|it| it.p50.point),
            year(|it| it.p95.point),
            year(|it| it.p99.point),
        ]
    })
    .collect()
}

/// Energy, carbon and credits in words, where they are told.
pub(super) fn beside(cost: &CostFindings) -> Vec<String> {
    ["sla_credits", "energy_kwh", "carbon_kg"]
        .iter()
        .filter_map(|key| cost.metric(key))
        .map(|measured| {
            let (about, estimate) = (measured.about, &measured.estimate);
            let amount = if about.key == "sla_credits" {
                format!("{} / yr", with_interval(estimate.point, estimate.low, estimate.high))
            } else {
                number::estimate(about.unit, estimate)
            };
            format!("{} {}: {amount}", about.label, about.label_zh)
        })
        .collect()
}

/// Lines of the account that cost anything, dearest first.
pub(super) fn dearest(findings: &Findings) -> Vec<&ItemCost> {
    let mut lines: Vec<&ItemCost> = findings.cost.iter().flat_map(|cost| &cost.items).collect();
    lines.retain(|line| line.yearly > 0.0);
    // Stable: equal amounts stay in the order of the account.
    lines.sort_by(|left, right| right.yearly.total_cmp(&left.yearly));
    lines
}

/// What a line is for, as data files write it.
pub(super) const fn key(item: CostItem) -> &'static str {
    match item {
        CostItem::Nodes(_) => "nodes",
        CostItem::Place(_) => "place",
        CostItem::Plant(_) => "plant",
        CostItem::Link(_) => "link",
        CostItem::Crew(_) => "crew",
        CostItem::Staff(_) => "staff",
        CostItem::Service(_) => "service",
        CostItem::Store(_) => "store",
        CostItem::Dataset(_) => "dataset",
        CostItem::Energy => "energy",
        CostItem::Carried(_) => "transfer",
        CostItem::Retrieved(_) => "retrieval",
        CostItem::Repairs(_) => "repairs",
        CostItem::Restores(_) => "restores",
        CostItem::Downtime(_) => "downtime",
        CostItem::DataLost(_) => "data-lost",
        CostItem::Credits(_) => "sla-credits",
        CostItem::DownFines(_) => "downtime-fines",
        CostItem::LossFines(_) => "data-loss-fines",
    }
}

/// The same in Chinese.
const fn kind_zh(item: CostItem) -> &'static str {
    match item {
        CostItem::Nodes(_) => "节点",
        CostItem::Place(_) => "场地",
        CostItem::Plant(_) => "公用设施",
        CostItem::Link(_) => "链路",
        CostItem::Crew(_) => "维修队",
        CostItem::Staff(_) => "值班人员",
        CostItem::Service(_) => "许可与运维",
        CostItem::Store(_) => "备份存储",
        CostItem::Dataset(_) => "在线存储",
        CostItem::Energy => "电力",
        CostItem::Carried(_) => "传输",
        CostItem::Retrieved(_) => "取回",
        CostItem::Repairs(_) => "维修",
        CostItem::Restores(_) => "恢复",
        CostItem::Downtime(_) => "停机",
        CostItem::DataLost(_) => "数据丢失",
        CostItem::Credits(_) => "SLA 赔付",
        CostItem::DownFines(_) => "停机罚款",
        CostItem::LossFines(_) => "数据丢失罚款",
    }
}

/// Name of what a line is for; empty for electricity.
pub(super) fn of(scenario: &Scenario, item: CostItem) -> &str {
    match item {
        CostItem::Nodes(id) | CostItem::Repairs(id) => &scenario.classes[id].name,
        CostItem::Place(id) => &scenario.domains[id].name,
        CostItem::Plant(id) => &scenario.plants[id].name,
        CostItem::Link(id) | CostItem::Carried(id) => &scenario.links[id].name,
        CostItem::Crew(id) => &scenario.crews[id].name,
        CostItem::Staff(id) => &scenario.staff[id].name,
        CostItem::Service(id) | CostItem::Downtime(id) | CostItem::Credits(id) | CostItem::DownFines(id) => {
            &scenario.services[id].name
        }
        CostItem::Store(id) | CostItem::Retrieved(id) => &scenario.stores[id].name,
        CostItem::Dataset(id) | CostItem::Restores(id) | CostItem::DataLost(id) | CostItem::LossFines(id) => {
            &scenario.datasets[id].name
        }
        CostItem::Energy => "",
    }
}

/// A line for people, in one language after the other: `停机 downtime pay`.
pub(super) fn label(scenario: &Scenario, item: CostItem) -> String {
    format!("{} {} {}", kind_zh(item), key(item), of(scenario, item)).trim_end().to_owned()
}

/// `running` or `loss`.
pub(super) const fn kind(item: CostItem) -> &'static str {
    match item.kind() {
        CostKind::Running => "running",
        CostKind::Loss => "loss",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_no_more_digits_than_people_read() {
        for (amount, text) in
            [(0.0, "0.00"), (12.5, "12.50"), (999.6, "1 000"), (-1234.4, "-1 234"), (2.5e9, "2 500 M")]
        {
            assert_eq!(money(amount), text);
        }
        assert_eq!(with_interval(Some(5e6), Some(4e6), Some(6e6)), "5 000 000 (4 000 000–6 000 000)");
        assert_eq!(with_interval(Some(12.0), Some(12.0), Some(12.0)), "12.00");
        assert_eq!(with_interval(None, None, None), "–");
    }
}

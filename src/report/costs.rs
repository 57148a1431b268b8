//! `costs.csv`: the account line by line, per year.

use super::brief_cost;
use super::csv::{Table, maybe, number, text};
use crate::study::Findings;

/// One row per line of the account, `kind` saying whether it is `running` or `loss`. Rows of kind `part` follow the downtime of a service and split it
/// by cause: they are in it already. `None` for a scenario without prices.
#[must_use]
pub fn costs(findings: &Findings) -> Option<String> {
    let cost = findings.cost.as_ref()?;
    let scenario = &findings.scenario;
    let amount = format!("cost_per_year_{}", cost.currency.as_str().to_lowercase());
    let ends = ["low", "high"].map(|end| format!("{amount}_{end}"));
    let heads = ["item", "of", "cause", "kind", &amount, &ends[0], &ends[1]];
    let mut table = Table::new(&heads);
    for line in &cost.items {
        let (item, of) = (brief_cost::key(line.item), text(brief_cost::of(scenario, line.item)));
        table.row(&[
            item.to_owned(),
            of.clone(),
            String::new(),
            brief_cost::kind(line.item).to_owned(),
            number(line.yearly),
            maybe(line.low),
            maybe(line.high),
        ]);
        if let crate::model::CostItem::Downtime(service) = line.item {
            for (_, cause, yearly) in cost.parts.iter().filter(|(other, ..)| *other == service) {
                table.row(&[
                    item.to_owned(),
                    of.clone(),
                    text(&cause.label(scenario)),
                    "part".to_owned(),
                    number(*yearly),
                    String::new(),
                    String::new(),
                ]);
            }
        }
    }
    Some(table.end())
}

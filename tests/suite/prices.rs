//! Do prices leave everything but the account alone?

use crate::support::{BUSY, scenario, study};
use drsim::model::Scenario;
use drsim::study::{Findings, SubjectFindings};

/// Something is paid for everything that [`BUSY`] has.
const PRICES: &str = "[prices]\ncurrency = \"CNY\"\nenergy = { price = \"0.7 CNY / kWh\", pue = 1.5, carbon = \"550 g / kWh\" }\nstandby = \"rented\"\n\
    transfer = { metro = \"0.02 CNY / GB\" }\n\
    downtime = { pay = [{ up-to = \"30 min\", per = \"60000 CNY / h\" }, { beyond = \"30 min\", per = \"400000 CNY / h\" }], gold = { per = \"3000 CNY / h\", each = \"5 CNY\", cap = \"9000 CNY\" } }\n\
    sla = { pay = { preset = \"aws-compute-region\", charges = \"80000 CNY / month\" } }\nfines = [{ service = \"web\", down = \"1h\", amount = \"500 CNY\" }]\n";

/// [`BUSY`] with its prices.
fn priced() -> String {
    let mut text = BUSY.to_owned();
    for (table, keys) in [
        ("[sites.a]", "price = \"1000 CNY / month\""),
        ("[plant.feed]", "price = \"2000 CNY / year\""),
        ("[links.metro]", "price = \"3000 CNY / month\""),
        ("[crews.field]", "price = \"20000 CNY / month\""),
        ("[services.pay]", "price = \"100000 CNY / year\""),
        ("[services.web]", "tier = \"gold\""),
        (
            "[classes.node]",
            "price = \"90000 CNY / 5 years\"\nrunning = \"1 CNY / h\"\nrepair-price = \"500 CNY\"\npower = { idle = \"180 W\", busy = \"450 W\" }",
        ),
        ("[classes.worn]", "price = \"3 CNY / h\""),
    ] {
        assert!(text.contains(table), "{table}");
        text = text.replace(table, &format!("{table}\n{keys}"));
    }
    text + PRICES
}

/// All that was measured, but for what it costs.
fn measured(findings: &Findings) -> Vec<String> {
    let subjects =
        |list: Vec<&SubjectFindings>| list.into_iter().map(|subject| format!("{:?}", subject.metrics)).collect();
    let mut all: Vec<String> = subjects(findings.services.iter().map(|(_, found)| found).collect());
    all.extend::<Vec<String>>(subjects(findings.domains.iter().map(|(_, found)| found).collect()));
    all.extend::<Vec<String>>(subjects(vec![&findings.whole]));
    all.extend(findings.verdicts.iter().map(|verdict| format!("{verdict:?}")));
    all
}

#[test]
fn prices_draw_nothing_and_move_nothing() {
    let (without, with): (Scenario, Scenario) = (scenario(BUSY), scenario(&priced()));
    assert!(without.prices.is_none());
    let prices = with.prices.as_ref().expect("priced");
    // Three years of 365.25 days end a quarter of a day before the leap year does: 35 full months.
    assert_eq!((prices.nodes.len(), prices.downtime.len(), prices.slas[0].months.len()), (2, 2, 36));
    let (without, with) = (study(without, 40), study(with, 40));
    assert_eq!(measured(&without), measured(&with));
    assert!(measured(&without).len() > 4);
}

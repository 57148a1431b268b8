//! What is computed of the account of a scenario with prices.

use super::sample::{Metric, Sample};
use super::{About, Better, Unit};
use crate::cost::{CostTally, Yearly};
use crate::quantity::Money;

fn yearly(account: &CostTally, amount: Money) -> f64 {
    amount.as_units() / account.years
}

/// All metrics of the account, in the order in which they are shown.
pub static COST_METRICS: [Metric<CostTally>; 6] = [
    Metric {
        about: About {
            key: "total_cost",
            label: "total cost",
            label_zh: "总成本",
            unit: Unit::MoneyPerYear,
            better: Better::Lower,
            definition: "running cost and loss per year of 365.25 days, mean over trials; quantiles over single years",
            distribution: true,
        },
        sample: Sample::Yearly(|account| yearly(account, account.total()), Yearly::Total),
    },
    Metric {
        about: About {
            key: "running_cost",
            label: "running cost",
            label_zh: "运行成本",
            unit: Unit::MoneyPerYear,
            better: Better::Lower,
            definition: "what is paid by time, energy and traffic, whatever happens, per year of 365.25 days, mean over trials",
            distribution: true,
        },
        sample: Sample::Yearly(|account| yearly(account, account.running), Yearly::Running),
    },
    Metric {
        about: About {
            key: "expected_loss",
            label: "expected loss",
            label_zh: "预期损失",
            unit: Unit::MoneyPerYear,
            better: Better::Lower,
            definition: "what incidents cost (time down, lost data, repairs, restores, credits, fines) per year of 365.25 days, mean over trials",
            distribution: true,
        },
        sample: Sample::Yearly(|account| yearly(account, account.loss), Yearly::Loss),
    },
    Metric {
        about: About {
            key: "sla_credits",
            label: "credits to customers",
            label_zh: "SLA 赔付",
            unit: Unit::MoneyPerYear,
            better: Better::Lower,
            definition: "credits owed for full calendar months below the promise, per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Mean(|account| yearly(account, account.credits)),
    },
    Metric {
        about: About {
            key: "energy_kwh",
            label: "energy",
            label_zh: "用电量",
            unit: Unit::KilowattHoursPerYear,
            better: Better::Lower,
            definition: "electricity of the nodes times the power usage effectiveness, per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Mean(|account| account.energy_kwh / account.years),
    },
    Metric {
        about: About {
            key: "carbon_kg",
            label: "carbon",
            label_zh: "碳排放",
            unit: Unit::KilogramsPerYear,
            better: Better::Lower,
            definition: "carbon dioxide equivalent of that electricity, per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Mean(|account| account.carbon_kg / account.years),
    },
];

//! What is computed of a failure domain.

use super::sample::{Metric, Sample, Shown};
use super::{About, Better, Unit};
use crate::simulation::DomainTally;

fn nodes(tally: &DomainTally) -> (f64, f64) {
    (tally.unit_down, tally.units as f64 * tally.horizon.as_seconds())
}

fn off(tally: &DomainTally) -> f64 {
    tally.off.sum.as_seconds() / tally.horizon.as_seconds()
}

/// All metrics of a domain, in the order in which they are shown.
pub static DOMAIN_METRICS: [Metric<DomainTally>; 8] = [
    Metric {
        about: About {
            key: "availability",
            label: "availability of nodes",
            label_zh: "节点可用性",
            unit: Unit::Share,
            better: Better::Higher,
            definition: "node time up below the domain over node time, whatever the reason",
            distribution: false,
        },
        sample: Sample::Part(nodes, Shown::Complement),
    },
    Metric {
        about: About {
            key: "unavailability",
            label: "unavailability of nodes",
            label_zh: "节点不可用性",
            unit: Unit::Share,
            better: Better::Lower,
            definition: "node time down below the domain over node time, whatever the reason",
            distribution: false,
        },
        sample: Sample::Part(nodes, Shown::Plain),
    },
    Metric {
        about: About {
            key: "outage_probability",
            label: "chance of going off",
            label_zh: "整体中断概率",
            unit: Unit::Probability,
            better: Better::Lower,
            definition: "trials in which the domain as a whole was off at least once over all trials",
            distribution: false,
        },
        sample: Sample::Proportion(|tally| tally.off.count > 0, Shown::Plain),
    },
    Metric {
        about: About {
            key: "off_share",
            label: "time off",
            label_zh: "整体中断时间占比",
            unit: Unit::Share,
            better: Better::Lower,
            definition: "time in which the domain as a whole was off over the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Share(off, Shown::Plain),
    },
    Metric {
        about: About {
            key: "downtime_s_per_year",
            label: "time off per year",
            label_zh: "年整体中断时间",
            unit: Unit::SecondsPerYear,
            better: Better::Lower,
            definition: "time in which the domain as a whole was off per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Share(off, Shown::SecondsPerYear),
    },
    Metric {
        about: About {
            key: "outages_per_year",
            label: "times off",
            label_zh: "年整体中断次数",
            unit: Unit::PerYear,
            better: Better::Lower,
            definition: "intervals in which the domain as a whole was off per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Events(|tally| tally.off.count as f64),
    },
    Metric {
        about: About {
            key: "mtbf_s",
            label: "time between outages",
            label_zh: "平均中断间隔",
            unit: Unit::Seconds,
            better: Better::Higher,
            definition: "simulated time over the number of intervals in which the domain as a whole was off",
            distribution: false,
        },
        sample: Sample::PerEvent(|tally| (tally.horizon.as_seconds(), tally.off.count as f64)),
    },
    Metric {
        about: About {
            key: "mttr_s",
            label: "time to restore",
            label_zh: "平均恢复时间",
            unit: Unit::Seconds,
            better: Better::Lower,
            definition: "time in which the domain as a whole was off over the number of such intervals",
            distribution: false,
        },
        sample: Sample::PerEvent(|tally| (tally.off.sum.as_seconds(), tally.off.count as f64)),
    },
];

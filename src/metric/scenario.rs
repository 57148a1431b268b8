//! What is computed of the scenario as a whole.

use super::sample::{Metric, Sample, Shown};
use super::{About, Better, Unit};
use crate::simulation::ScenarioTally;

fn any_down(tally: &ScenarioTally) -> f64 {
    tally.any_down.sum.as_seconds() / tally.horizon.as_seconds()
}

/// All metrics of the whole, in the order in which they are shown.
pub static SCENARIO_METRICS: [Metric<ScenarioTally>; 14] = [
    Metric {
        about: About {
            key: "availability",
            label: "availability of all",
            label_zh: "整体可用性",
            unit: Unit::Share,
            better: Better::Higher,
            definition: "time in which no service was down over the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Share(any_down, Shown::Complement),
    },
    Metric {
        about: About {
            key: "unavailability",
            label: "unavailability of any",
            label_zh: "任一服务不可用性",
            unit: Unit::Share,
            better: Better::Lower,
            definition: "time with at least one service down over the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Share(any_down, Shown::Plain),
    },
    Metric {
        about: About {
            key: "outage_probability",
            label: "chance of any outage",
            label_zh: "任一服务中断概率",
            unit: Unit::Probability,
            better: Better::Lower,
            definition: "trials with at least one outage of any service over all trials",
            distribution: false,
        },
        sample: Sample::Proportion(|tally| tally.any_down.count > 0, Shown::Plain),
    },
    Metric {
        about: About {
            key: "downtime_s_per_year",
            label: "time with a service down",
            label_zh: "年停机时间",
            unit: Unit::SecondsPerYear,
            better: Better::Lower,
            definition: "time with at least one service down per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Share(any_down, Shown::SecondsPerYear),
    },
    Metric {
        about: About {
            key: "outages_per_year",
            label: "outages of any service",
            label_zh: "年中断次数",
            unit: Unit::PerYear,
            better: Better::Lower,
            definition: "intervals with at least one service down per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Events(|tally| tally.any_down.count as f64),
    },
    Metric {
        about: About {
            key: "mtbf_s",
            label: "time between outages",
            label_zh: "平均中断间隔",
            unit: Unit::Seconds,
            better: Better::Higher,
            definition: "simulated time over the number of intervals with at least one service down",
            distribution: false,
        },
        sample: Sample::PerEvent(|tally| (tally.horizon.as_seconds(), tally.any_down.count as f64)),
    },
    Metric {
        about: About {
            key: "mttr_s",
            label: "time to restore",
            label_zh: "平均恢复时间",
            unit: Unit::Seconds,
            better: Better::Lower,
            definition: "time with at least one service down over the number of such intervals",
            distribution: false,
        },
        sample: Sample::PerEvent(|tally| (tally.any_down.sum.as_seconds(), tally.any_down.count as f64)),
    },
    Metric {
        about: About {
            key: "failures_per_year",
            label: "failures of units",
            label_zh: "年部件故障次数",
            unit: Unit::PerYear,
            better: Better::Lower,
            definition: "failures of nodes, plant and links per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Events(|tally| tally.failures as f64),
    },
    Metric {
        about: About {
            key: "repairs_per_year",
            label: "repairs",
            label_zh: "年修复次数",
            unit: Unit::PerYear,
            better: Better::Neither,
            definition: "repairs completed per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Events(|tally| tally.repairs as f64),
    },
    Metric {
        about: About {
            key: "spare_waits",
            label: "repairs that waited for a part",
            label_zh: "等待备件比例",
            unit: Unit::Share,
            better: Better::Lower,
            definition: "repairs that had to wait for a spare part over repairs that needed one",
            distribution: false,
        },
        sample: Sample::Part(|tally| (tally.spare_waits as f64, tally.spare_uses as f64), Shown::Plain),
    },
    Metric {
        about: About {
            key: "utilisation",
            label: "crews at work",
            label_zh: "维修人员利用率",
            unit: Unit::Share,
            better: Better::Neither,
            definition: "crew time at work over crew time, all crews together",
            distribution: false,
        },
        sample: Sample::Part(
            |tally| (tally.crew_busy, tally.crew_people as f64 * tally.horizon.as_seconds()),
            Shown::Plain,
        ),
    },
    Metric {
        about: About {
            key: "maintenance_preventive_share",
            label: "preventive maintenance",
            label_zh: "预防性维护占比",
            unit: Unit::Share,
            better: Better::Neither,
            definition: "turns of planned work over planned work and repairs together",
            distribution: false,
        },
        sample: Sample::Part(
            |tally| (tally.maintenances as f64, (tally.maintenances + tally.repairs) as f64),
            Shown::Plain,
        ),
    },
    Metric {
        about: About {
            key: "strikes_per_year",
            label: "strikes of threats",
            label_zh: "年灾害发生次数",
            unit: Unit::PerYear,
            better: Better::Lower,
            definition: "strikes of all threats per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Events(|tally| tally.strikes.iter().sum::<u64>() as f64),
    },
    Metric {
        about: About {
            key: "events_per_trial",
            label: "events per trial",
            label_zh: "每次试验事件数",
            unit: Unit::Count,
            better: Better::Neither,
            definition: "events that the simulator processed in a trial, mean over trials",
            distribution: false,
        },
        sample: Sample::Mean(|tally| tally.events as f64),
    },
];

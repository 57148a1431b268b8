//! What is computed of a service.

use super::sample::{Lengths, Metric, Sample, Shown};
use super::{About, Better, Unit};
use crate::simulation::{EventTotals, ServiceTally};

fn down(tally: &ServiceTally) -> f64 {
    tally.down.as_seconds() / tally.horizon.as_seconds()
}

fn recoveries(tally: &ServiceTally) -> EventTotals {
    let mut all = EventTotals::default();
    for class in &tally.recoveries {
        all.count += class.count;
        all.sum += class.sum;
        all.longest = all.longest.max(class.longest);
    }
    all
}

/// What is left of a whole; what rounding leaves of it is nothing.
fn lost(kept: f64, whole: f64) -> f64 {
    let lost = whole - kept;
    if lost <= whole * 1e-12 { 0.0 } else { lost }
}

pub(super) fn missed((met, judged): (u64, u64)) -> (f64, f64) {
    ((judged - met) as f64, judged as f64)
}

/// All metrics of a service, in the order in which they are shown.
pub static SERVICE_METRICS: [Metric<ServiceTally>; 26] = [
    Metric {
        about: About {
            key: "availability",
            label: "availability",
            label_zh: "可用性",
            unit: Unit::Share,
            better: Better::Higher,
            definition: "time in which the service was up or degraded over the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Share(down, Shown::Complement),
    },
    Metric {
        about: About {
            key: "unavailability",
            label: "unavailability",
            label_zh: "不可用性",
            unit: Unit::Share,
            better: Better::Lower,
            definition: "time down, planned or not, over the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Share(down, Shown::Plain),
    },
    Metric {
        about: About {
            key: "outage_probability",
            label: "chance of an outage",
            label_zh: "中断概率",
            unit: Unit::Probability,
            better: Better::Lower,
            definition: "trials with at least one outage within the horizon over all trials",
            distribution: false,
        },
        sample: Sample::Proportion(|tally| tally.outages.count > 0, Shown::Plain),
    },
    Metric {
        about: About {
            key: "downtime_s_per_year",
            label: "downtime",
            label_zh: "年停机时间",
            unit: Unit::SecondsPerYear,
            better: Better::Lower,
            definition: "time down per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Share(down, Shown::SecondsPerYear),
    },
    Metric {
        about: About {
            key: "outages_per_year",
            label: "outages",
            label_zh: "年中断次数",
            unit: Unit::PerYear,
            better: Better::Lower,
            definition: "intervals down, planned or not, per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Events(|tally| tally.outages.count as f64),
    },
    Metric {
        about: About {
            key: "mtbf_s",
            label: "time between outages",
            label_zh: "平均中断间隔",
            unit: Unit::Seconds,
            better: Better::Higher,
            definition: "simulated time, up or down, over the number of outages: the mean time from one outage's start to the next",
            distribution: false,
        },
        sample: Sample::PerEvent(|tally| (tally.horizon.as_seconds(), tally.outages.count as f64)),
    },
    Metric {
        about: About {
            key: "mttr_s",
            label: "time to restore",
            label_zh: "平均恢复时间",
            unit: Unit::Seconds,
            better: Better::Lower,
            definition: "time down over the number of outages, planned ones and those cut off by the end of the trial included",
            distribution: false,
        },
        sample: Sample::PerEvent(|tally| (tally.down.as_seconds(), tally.outages.count as f64)),
    },
    Metric {
        about: About {
            key: "outage_s",
            label: "length of an outage",
            label_zh: "单次中断时长",
            unit: Unit::Seconds,
            better: Better::Lower,
            definition: "length of an interval down, planned or not, over all of them",
            distribution: true,
        },
        sample: Sample::Length(|tally| tally.outages, Lengths::Outages),
    },
    Metric {
        about: About {
            key: "recovery_time_s",
            label: "recovery time",
            label_zh: "恢复时间",
            unit: Unit::Seconds,
            better: Better::Lower,
            definition: "from loss of service to service, detection included, over unplanned outages that ended within the trial",
            distribution: true,
        },
        sample: Sample::Length(recoveries, Lengths::Recoveries),
    },
    Metric {
        about: About {
            key: "detection_s",
            label: "detection time",
            label_zh: "检测时间",
            unit: Unit::Seconds,
            better: Better::Lower,
            definition: "from loss of the active group to its detection, over all detections",
            distribution: true,
        },
        sample: Sample::Length(|tally| tally.detections, Lengths::Detections),
    },
    Metric {
        about: About {
            key: "wrt_s",
            label: "work recovery time",
            label_zh: "业务追补时间",
            unit: Unit::Seconds,
            better: Better::Lower,
            definition: "from service to all work caught up, over the outages that left work to catch up with",
            distribution: true,
        },
        sample: Sample::Length(|tally| tally.catch_ups, Lengths::CatchUps),
    },
    Metric {
        about: About {
            key: "unrecovered_per_year",
            label: "outages still open",
            label_zh: "期末未恢复中断",
            unit: Unit::PerYear,
            better: Better::Lower,
            definition: "unplanned outages still open when the trial ended, per year of 365.25 days simulated",
            distribution: false,
        },
        sample: Sample::Events(|tally| tally.unrecovered as f64),
    },
    Metric {
        about: About {
            key: "rto_met_share",
            label: "recoveries within the RTO",
            label_zh: "RTO 达标率",
            unit: Unit::Share,
            better: Better::Higher,
            definition: "unplanned outages recovered within the recovery time objective over those judged, open ones judged once beyond it",
            distribution: false,
        },
        sample: Sample::Part(|tally| missed(tally.rto), Shown::Complement),
    },
    Metric {
        about: About {
            key: "mtd_met_share",
            label: "recoveries within the MTD",
            label_zh: "MTD 达标率",
            unit: Unit::Share,
            better: Better::Higher,
            definition: "unplanned outages recovered within the maximum tolerable downtime over those judged, open ones judged once beyond it",
            distribution: false,
        },
        sample: Sample::Part(|tally| missed(tally.mtd), Shown::Complement),
    },
    Metric {
        about: About {
            key: "windows_met_share",
            label: "windows within the availability objective",
            label_zh: "可用性目标达标窗口占比",
            unit: Unit::Share,
            better: Better::Higher,
            definition: "full calendar months or years that kept the promised availability over all full ones",
            distribution: false,
        },
        sample: Sample::Part(|tally| missed(tally.windows), Shown::Complement),
    },
    Metric {
        about: About {
            key: "degraded_share",
            label: "time degraded",
            label_zh: "降级时间占比",
            unit: Unit::Share,
            better: Better::Lower,
            definition: "time in which the service served less than all over the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Share(|tally| tally.degraded.as_seconds() / tally.horizon.as_seconds(), Shown::Plain),
    },
    Metric {
        about: About {
            key: "served_share",
            label: "load served",
            label_zh: "负载服务比例",
            unit: Unit::Share,
            better: Better::Higher,
            definition: "share of the load that was served, averaged over the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Share(
            |tally| lost(tally.served, tally.horizon.as_seconds()) / tally.horizon.as_seconds(),
            Shown::Complement,
        ),
    },
    Metric {
        about: About {
            key: "resilience_index",
            label: "resilience index",
            label_zh: "韧性指数",
            unit: Unit::Share,
            better: Better::Higher,
            definition: "share of the load that was served over the time in which the service was not fully up",
            distribution: false,
        },
        sample: Sample::Part(
            |tally| {
                let incident = tally.down.as_seconds() + tally.degraded.as_seconds();
                (lost(tally.served_in_incidents, incident), incident)
            },
            Shown::Complement,
        ),
    },
    Metric {
        about: About {
            key: "utilisation",
            label: "utilisation",
            label_zh: "利用率",
            unit: Unit::Share,
            better: Better::Neither,
            definition: "requests served over the capacity of the available replicas, averaged over the time up or degraded",
            distribution: false,
        },
        sample: Sample::Part(
            // Without a load there is nothing to divide, although time was counted.
            |tally| (tally.utilised, if tally.utilised > 0.0 { tally.utilised_time.as_seconds() } else { 0.0 }),
            Shown::Plain,
        ),
    },
    Metric {
        about: About {
            key: "redundancy_degree",
            label: "redundancy degree",
            label_zh: "冗余度",
            unit: Unit::Count,
            better: Better::Higher,
            definition: "further failures of one redundancy unit that the service would survive, averaged over the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Mean(|tally| tally.degree / tally.horizon.as_seconds()),
    },
    Metric {
        about: About {
            key: "redundancy_degree_least",
            label: "least redundancy degree",
            label_zh: "最低冗余度",
            unit: Unit::Count,
            better: Better::Higher,
            definition: "smallest redundancy degree at any time of any trial",
            distribution: false,
        },
        sample: Sample::Least(|tally| f64::from(tally.degree_least)),
    },
    Metric {
        about: About {
            key: "exposure_share",
            label: "time exposed",
            label_zh: "零冗余时间占比",
            unit: Unit::Share,
            better: Better::Lower,
            definition: "time with no further failure survivable, time down included, over the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Share(|tally| tally.exposed.as_seconds() / tally.horizon.as_seconds(), Shown::Plain),
    },
    Metric {
        about: About {
            key: "failovers_per_year",
            label: "failovers",
            label_zh: "年切换次数",
            unit: Unit::PerYear,
            better: Better::Neither,
            definition: "failovers tried per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Events(|tally| tally.failovers as f64),
    },
    Metric {
        about: About {
            key: "failover_success_share",
            label: "failovers that worked",
            label_zh: "切换成功率",
            unit: Unit::Share,
            better: Better::Higher,
            definition: "failovers that worked over failovers tried",
            distribution: false,
        },
        sample: Sample::Part(|tally| (tally.failovers_failed as f64, tally.failovers as f64), Shown::Complement),
    },
    Metric {
        about: About {
            key: "false_alarms_per_year",
            label: "needless failovers",
            label_zh: "年误切换次数",
            unit: Unit::PerYear,
            better: Better::Lower,
            definition: "failovers that nothing called for per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Events(|tally| tally.false_alarms as f64),
    },
    Metric {
        about: About {
            key: "split_brain_s_per_year",
            label: "split brain",
            label_zh: "年脑裂时间",
            unit: Unit::SecondsPerYear,
            better: Better::Lower,
            definition: "time with two sides active per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Share(
            |tally| tally.split_brain.as_seconds() / tally.horizon.as_seconds(),
            Shown::SecondsPerYear,
        ),
    },
];

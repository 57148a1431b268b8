//! What is computed of a dataset.

use super::sample::{Lengths, Metric, Of, Sample, Shown};
use super::service::missed;
use super::{About, Better, Unit};
use crate::model::Phase;
use crate::simulation::DatasetTally;

const fn lost(tally: &DatasetTally) -> (f64, f64) {
    (tally.lost_bytes, tally.size)
}

/// All metrics of a dataset, in the order in which they are shown.
pub static DATASET_METRICS: [Metric<DatasetTally>; 24] = [
    Metric {
        about: About {
            key: "availability",
            label: "readable",
            label_zh: "可读时间占比",
            unit: Unit::Share,
            better: Better::Higher,
            definition: "time in which the dataset could be read over the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Share(|tally| tally.unreadable.as_seconds() / tally.horizon.as_seconds(), Shown::Complement),
    },
    Metric {
        about: About {
            key: "recovery_point_s",
            label: "recovery point",
            label_zh: "恢复点",
            unit: Unit::Seconds,
            better: Better::Lower,
            definition: "age of the point that came back at the moment of the loss, over losses that something came back from",
            distribution: true,
        },
        sample: Sample::Length(|tally| tally.points, Lengths::Points),
    },
    Metric {
        about: About {
            key: "data_lost_bytes",
            label: "data lost",
            label_zh: "丢失数据量",
            unit: Unit::Bytes,
            better: Better::Lower,
            definition: "bytes lost for good within the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Lost(lost, Of::Trial),
    },
    Metric {
        about: About {
            key: "rpo_met_share",
            label: "recovery points within the RPO",
            label_zh: "RPO 达标率",
            unit: Unit::Share,
            better: Better::Higher,
            definition: "losses with a recovery point within the objective over those judged; nothing that came back is never within it",
            distribution: false,
        },
        sample: Sample::Part(|tally| missed(tally.rpo), Shown::Complement),
    },
    Metric {
        about: About {
            key: "recovery_time_s",
            label: "recovery time",
            label_zh: "恢复时间",
            unit: Unit::Seconds,
            better: Better::Lower,
            definition: "from loss of the data to users at work, detection and decision included, over losses that were mended",
            distribution: true,
        },
        sample: Sample::Length(|tally| tally.recoveries, Lengths::Recoveries),
    },
    Metric {
        about: About {
            key: "detect_s",
            label: "time to detect",
            label_zh: "发现用时",
            unit: Unit::Seconds,
            better: Better::Lower,
            definition: "from loss of the data until somebody knew, over the same recoveries",
            distribution: true,
        },
        sample: Sample::Length(|tally| tally.phases[Phase::Detect as usize], Lengths::Phase(Phase::Detect)),
    },
    Metric {
        about: About {
            key: "decide_s",
            label: "time to decide",
            label_zh: "决策用时",
            unit: Unit::Seconds,
            better: Better::Lower,
            definition: "from knowing to the decision what to do, over the same recoveries",
            distribution: true,
        },
        sample: Sample::Length(|tally| tally.phases[Phase::Decide as usize], Lengths::Phase(Phase::Decide)),
    },
    Metric {
        about: About {
            key: "act_s",
            label: "time to act",
            label_zh: "执行用时",
            unit: Unit::Seconds,
            better: Better::Lower,
            definition: "from the decision until the data were back, unchecked, over the same recoveries",
            distribution: true,
        },
        sample: Sample::Length(|tally| tally.phases[Phase::Act as usize], Lengths::Phase(Phase::Act)),
    },
    Metric {
        about: About {
            key: "verify_s",
            label: "time to verify",
            label_zh: "验证用时",
            unit: Unit::Seconds,
            better: Better::Lower,
            definition: "from the data being back until users worked again, over the same recoveries",
            distribution: true,
        },
        sample: Sample::Length(|tally| tally.phases[Phase::Verify as usize], Lengths::Phase(Phase::Verify)),
    },
    Metric {
        about: About {
            key: "rto_met_share",
            label: "recoveries within the RTO",
            label_zh: "RTO 达标率",
            unit: Unit::Share,
            better: Better::Higher,
            definition: "losses mended within the recovery time objective over those judged, open ones judged once beyond it",
            distribution: false,
        },
        sample: Sample::Part(|tally| missed(tally.rto), Shown::Complement),
    },
    Metric {
        about: About {
            key: "durability",
            label: "durability",
            label_zh: "持久性",
            unit: Unit::Probability,
            better: Better::Higher,
            definition: "trials in which nothing was lost for good within the horizon over all trials",
            distribution: false,
        },
        sample: Sample::Proportion(|tally| tally.losses > 0, Shown::Complement),
    },
    Metric {
        about: About {
            key: "data_loss_probability",
            label: "chance of losing data",
            label_zh: "数据丢失概率",
            unit: Unit::Probability,
            better: Better::Lower,
            definition: "trials in which anything was lost for good within the horizon over all trials",
            distribution: false,
        },
        sample: Sample::Proportion(|tally| tally.losses > 0, Shown::Plain),
    },
    Metric {
        about: About {
            key: "nomdl",
            label: "magnitude of data loss per byte",
            label_zh: "单位容量数据丢失量",
            unit: Unit::Share,
            better: Better::Lower,
            definition: "bytes lost for good within the horizon over bytes in the dataset: the normalised magnitude of data loss",
            distribution: false,
        },
        sample: Sample::Lost(lost, Of::Whole),
    },
    Metric {
        about: About {
            key: "mttdl_s",
            label: "time to data loss",
            label_zh: "平均数据丢失时间",
            unit: Unit::Seconds,
            better: Better::Higher,
            definition: "time in which the data could be read, and so be lost, over the number of losses; without a loss at least a third of it",
            distribution: false,
        },
        sample: Sample::TimeTo(|tally| {
            (tally.horizon.saturating_sub(tally.unreadable).as_seconds(), tally.losses as f64)
        }),
    },
    Metric {
        about: About {
            key: "restore_success_share",
            label: "restores that worked",
            label_zh: "恢复成功率",
            unit: Unit::Share,
            better: Better::Higher,
            definition: "restores from backups that worked over those tried; falling back to an older point is another try",
            distribution: false,
        },
        sample: Sample::Part(|tally| missed(tally.restores), Shown::Complement),
    },
    Metric {
        about: About {
            key: "backup_success_share",
            label: "backups that worked",
            label_zh: "备份成功率",
            unit: Unit::Share,
            better: Better::Higher,
            definition: "backup jobs that left a good point over those that were due",
            distribution: false,
        },
        sample: Sample::Part(|tally| missed(tally.backups), Shown::Complement),
    },
    Metric {
        about: About {
            key: "backup_overruns_per_year",
            label: "backups that overran",
            label_zh: "年备份超时次数",
            unit: Unit::PerYear,
            better: Better::Lower,
            definition: "backup jobs left out or held up because the one before still ran, per year of 365.25 days, mean over trials",
            distribution: false,
        },
        sample: Sample::Events(|tally| tally.overruns as f64),
    },
    Metric {
        about: About {
            key: "backup_window_use",
            label: "use of backup windows",
            label_zh: "备份窗口利用率",
            unit: Unit::Share,
            better: Better::Lower,
            definition: "time of the backup jobs that have a window over the windows they had; above 1 they overran",
            distribution: false,
        },
        sample: Sample::Ratio(|tally| tally.window_use),
    },
    Metric {
        about: About {
            key: "redundancy_degree",
            label: "redundancy degree",
            label_zh: "冗余度",
            unit: Unit::Count,
            better: Better::Higher,
            definition: "further failures of nodes that are always survived, averaged over the horizon, mean over trials",
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
            definition: "time with no further failure survivable, time unreadable included, over the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Share(|tally| tally.exposed.as_seconds() / tally.horizon.as_seconds(), Shown::Plain),
    },
    Metric {
        about: About {
            key: "at_risk_bytes",
            label: "data at risk",
            label_zh: "暴露数据量",
            unit: Unit::Bytes,
            better: Better::Lower,
            definition: "bytes that would be lost with the primary copy, averaged over the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Mean(|tally| tally.at_risk / tally.horizon.as_seconds()),
    },
    Metric {
        about: About {
            key: "storage_bytes",
            label: "live storage",
            label_zh: "在线存储量",
            unit: Unit::Bytes,
            better: Better::Lower,
            definition: "bytes that all copies of the dataset take with their redundancy, averaged over the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Mean(|tally| tally.stored_live / tally.horizon.as_seconds()),
    },
    Metric {
        about: About {
            key: "backup_storage_bytes",
            label: "backup storage",
            label_zh: "备份存储量",
            unit: Unit::Bytes,
            better: Better::Lower,
            definition: "bytes that backups of the dataset take in all stores, averaged over the horizon, mean over trials",
            distribution: false,
        },
        sample: Sample::Mean(|tally| tally.stored.iter().sum::<f64>() / tally.horizon.as_seconds()),
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::{Basis, Estimate};
    use crate::metric::position;
    use crate::quantity::Span;

    const YEAR: Span = Span::from_microseconds(31_557_600_000_000);

    fn quiet() -> DatasetTally {
        DatasetTally { horizon: YEAR, size: 1e12, stored: vec![0.0; 2], ..DatasetTally::default() }
    }

    fn of(key: &str, trials: &[DatasetTally]) -> Estimate {
        let sample = &DATASET_METRICS[position(&DATASET_METRICS, key).unwrap()].sample;
        let mut sums = sample.start();
        for trial in trials {
            sample.add(&mut sums, trial);
        }
        sample.estimate(&sums, YEAR, None)
    }

    /// One loss in four years, half a year each without data: by hand.
    #[test]
    fn a_loss_by_hand() {
        let mut lossy = quiet();
        lossy.unreadable = Span::from_seconds(YEAR.as_seconds() / 2.0);
        (lossy.losses, lossy.lost_bytes) = (1, 4e11);
        lossy.points.add(Span::from_seconds(3600.0));
        lossy.recoveries.add(Span::from_seconds(7200.0));
        lossy.phases[Phase::Act as usize].add(Span::from_seconds(7000.0));
        (lossy.rpo, lossy.rto, lossy.restores) = ((0, 1), (1, 1), (1, 3));
        (lossy.backups, lossy.overruns, lossy.window_use) = ((362, 365), 2, (30.0, 20.0));
        lossy.stored = vec![1e12 * YEAR.as_seconds(), 3e12 * YEAR.as_seconds()];
        let trials = [quiet(), lossy, quiet(), quiet()];
        let point = |key| of(key, &trials).point.unwrap();
        assert_eq!((point("availability"), point("durability"), point("data_loss_probability")), (0.875, 0.75, 0.25));
        assert_eq!((point("data_lost_bytes"), point("nomdl")), (1e11, 0.1));
        assert_eq!(point("mttdl_s"), 3.5 * YEAR.as_seconds(), "what is gone cannot be lost again");
        assert_eq!((point("recovery_point_s"), point("recovery_time_s"), point("act_s")), (3600.0, 7200.0, 7000.0));
        assert_eq!((point("rpo_met_share"), point("rto_met_share")), (0.0, 1.0));
        assert!((point("restore_success_share") - 1.0 / 3.0).abs() < 1e-12);
        assert!((point("backup_success_share") - 362.0 / 365.0).abs() < 1e-12);
        assert_eq!((point("backup_overruns_per_year"), point("backup_window_use")), (0.5, 1.5));
        assert_eq!(point("backup_storage_bytes"), 1e12, "of both stores, mean over four trials");
    }

    #[test]
    fn what_was_never_lost_is_bounded_and_not_perfect() {
        let trials = vec![quiet(); 300];
        assert_eq!((of("durability", &trials).low, of("durability", &trials).basis), (Some(0.99), Basis::Bound));
        assert_eq!(of("data_lost_bytes", &trials).high, Some(1e10));
        assert_eq!(of("mttdl_s", &trials).low, Some(100.0 * YEAR.as_seconds()));
        assert_eq!(of("recovery_point_s", &trials), Estimate::NOTHING);
    }
}

//! Services, as written.

use super::price::Price;
use super::read::{ByPath, Definitions, Read, choice, record, wrong_type};
use super::{Names, Placement, Time};
use crate::quantity::{Probability, QuantityError, Rate, Span};
use crate::scenario::diagnostic::Problems;
use crate::scenario::tree::{Node, Value};
use serde_json::{Value as Json, json};

record! {
    /// A service.
    Service {
        /// Shown instead of the name.
        "title" title: String;
        /// Replicas by place; the first place is the active one.
        "replicas" replicas: ByPath<u32>;
        /// Class of the nodes that may host it; default every compute node.
        "class" class: String;
        /// How replicas are placed; default spread.
        "placement" placement: Placement;
        /// How many replicas it needs; default any.
        "up" up: Up;
        /// Replicas elect a leader by majority.
        "quorum" quorum: QuorumFields;
        /// Other services.
        "depends" depends: Depends;
        /// Plant it is down without.
        "needs" needs: Names;
        /// Datasets it is down without.
        "uses" uses: Names;
        /// Time from service to caught up.
        "catch-up" catch_up: Time;
        /// Time to enter lost work again, as a share of the time over which it was done; default 0.
        "re-enter" re_enter: Probability;
        /// Requests against capacity.
        "load" load: LoadFields;
        /// How it moves to a standby place; default active-active.
        "failover" failover: FailoverWord;
        /// How a loss is noticed.
        "detection" detection: DetectionFields;
        /// Time to come up once everything is back.
        "start-up" start_up: Time;
        /// Moving a lost replica to another host.
        "reschedule" reschedule: RescheduleFields;
        /// What was promised.
        "objective" objective: ObjectiveFields;
        /// Unit of the redundancy degree; default node.
        "redundancy" redundancy: RedundancyWord;
        /// Licences and operation.
        "price" price: Price;
        /// Class of services that share the price of an outage.
        "tier" tier: String;
    }
}

choice! {
    /// How many replicas a service needs.
    Up {
        /// So many.
        "at-least" AtLeast(u32);
        /// One.
        "any" Any;
        /// All.
        "all" All;
        /// More than half.
        "majority" Majority;
    }
}

record! {
    /// Leader election.
    QuorumFields {
        /// Time without a leader.
        "election" election: Time, required;
        /// Chance that both sides of a partition go on; default 0.
        "split-brain" split_brain: Probability;
    }
}

record! {
    /// Dependencies on other services.
    Depends {
        /// Down with it.
        "hard" hard: Names;
        /// Degraded without it.
        "soft" soft: Names;
    }
}

record! {
    /// Requests against capacity.
    LoadFields {
        /// Requests that come in.
        "requests" requests: Rate, required;
        /// Requests that one replica can serve.
        "per-replica" per_replica: Rate, required;
        /// How requests are spread; default round-robin.
        "balance" balance: BalanceWord;
    }
}

choice! {
    /// How a balancer spreads requests.
    BalanceWord {
        /// Evenly.
        "round-robin" RoundRobin;
        /// To the replica with least work.
        "least-connections" LeastConnections;
        /// By key.
        "hash" Hash;
    }
}

choice! {
    /// Failover mode, with or without numbers of its own.
    FailoverWord {
        /// Restore everything at the other place.
        "backup-restore" BackupRestore(Switching);
        /// A small core runs at the other place.
        "pilot-light" PilotLight(Switching);
        /// A smaller copy runs at the other place.
        "warm-standby" WarmStandby(Switching);
        /// A full copy waits.
        "hot-standby" HotStandby(Switching);
        /// Another name of hot-standby.
        "active-passive" ActivePassive(Switching);
        /// All places serve at once.
        "active-active" ActiveActive;
    }
}

record! {
    /// The numbers of a failover.
    Switching {
        /// From decision to service.
        "switch" switch: Time;
        /// From service to full capacity.
        "scale-up" scale_up: Time;
        /// Share of capacity until scaled up.
        "capacity" capacity: Probability;
        /// Chance that an attempt works; default 100 %.
        "works" works: Probability;
        /// Planned return; none by default.
        "failback" failback: FailbackFields;
    }
}

record! {
    /// Planned return to the first place.
    FailbackFields {
        /// The first place must have been whole for so long.
        "after" after: Span, required;
        /// Interruption by the return.
        "takes" takes: Time, required;
    }
}

record! {
    /// How a loss is noticed and who decides.
    DetectionFields {
        /// A heartbeat.
        "heartbeat" heartbeat: Heartbeat;
        /// A threshold on a noisy signal.
        "threshold" threshold: Threshold;
        /// Time until a person notices.
        "person" person: Time;
        /// From detection to decision.
        "decide" decide: Time;
        /// Needless failovers.
        "false-alarms" false_alarms: Rate;
        /// Places with monitoring nodes.
        "monitors" monitors: Names;
    }
}

record! {
    /// Missed beats.
    Heartbeat {
        /// Between beats; default 10 s.
        "every" every: Span;
        /// Beats missed in a row; default 3.
        "missed" missed: u32;
        /// Chance that a series is recognised; default 100 %.
        "detects" detects: Probability;
    }
}

record! {
    /// Alarm when samples in a row exceed median + iqr times the interquartile range.
    Threshold {
        /// Between samples.
        "every" every: Span, required;
        /// Samples in a row; default 1.
        "in-a-row" in_a_row: u32;
        /// Height of the threshold in interquartile ranges.
        "iqr" iqr: f64, required;
        /// How far a failure shifts the signal, in interquartile ranges.
        "shift" shift: f64, required;
    }
}

record! {
    /// Moving a lost replica.
    RescheduleFields {
        /// How long the host must be gone.
        "after" after: Span, required;
        /// Time to start elsewhere.
        "takes" takes: Time, required;
    }
}

record! {
    /// What was promised.
    ObjectiveFields {
        /// Recovery time objective.
        "rto" rto: Span;
        /// Recovery point objective of the datasets it uses.
        "rpo" rpo: Span;
        /// Maximum tolerable downtime.
        "mtd" mtd: Span;
        /// Availability per month or year.
        "availability" availability: Promise;
    }
}

choice! {
    /// Unit of the redundancy degree.
    RedundancyWord {
        /// Replicas.
        "node" Node;
        /// Racks.
        "rack" Rack;
        /// Rooms.
        "room" Room;
        /// Sites.
        "site" Site;
    }
}

/// `99.95 % / year` or `99.9 % / month`.
#[derive(Clone, Copy, Debug)]
pub(in crate::scenario) struct Promise {
    pub(in crate::scenario) share: Probability,
    pub(in crate::scenario) monthly: bool,
}

impl Read for Promise {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Text(text) = &node.value else {
            wrong_type(node, "an availability such as `\"99.95 % / year\"`", problems);
            return None;
        };
        let (share, period) =
            text.split_once('/').map_or((text.as_str(), ""), |(share, period)| (share, period.trim()));
        let monthly = match period {
            "month" | "月" => true,
            "year" | "年" => false,
            _ => {
                problems
                    .error("bad-quantity", node.place, format!("`{text}` does not say over which time"))
                    .help("write `\"99.95 % / year\"` or `\"99.9 % / month\"`");
                return None;
            }
        };
        match share.trim().parse() {
            Ok(share) => Some(Self { share, monthly }),
            Err(error) => {
                let error: QuantityError = error;
                problems.error("bad-quantity", node.place, error.to_string());
                None
            }
        }
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "string", "description": "for example 99.95 % / year" })
    }
}

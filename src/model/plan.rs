//! What people do: staff with shifts, and plans as graphs of steps.

use super::{DatasetId, Distribution, ServiceId, StaffId, ThreatId};
use crate::quantity::{Probability, SimTime};
use std::sync::Arc;

/// People who answer a call.
#[derive(Clone, Debug)]
pub struct Staff {
    /// Name in the scenario.
    pub name: String,
    /// Shown instead of the name where there is room.
    pub title: String,
    /// How many steps or restores they can do at once, at least 1.
    pub people: u32,
    /// Extra time before they begin when a step calls them outside their hours.
    pub answer: Option<Distribution>,
    /// Their hours as (begin, end), ascending, over the horizon; empty: always there.
    pub hours: Arc<[(SimTime, SimTime)]>,
}

impl Staff {
    /// True when they are at work.
    #[must_use]
    pub fn on_duty(&self, at: SimTime) -> bool {
        let next = self.hours.partition_point(|(begin, _)| *begin <= at);
        self.hours.is_empty() || (next > 0 && at < self.hours[next - 1].1)
    }
}

/// What is done when one of these threats strikes.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Name in the scenario.
    pub name: String,
    /// Shown instead of the name where there is room.
    pub title: String,
    /// For which threats.
    pub threats: Vec<ThreatId>,
    /// Steps, those that are waited for before those that wait.
    pub steps: Vec<Step>,
}

/// One step of a plan.
#[derive(Clone, Debug)]
pub struct Step {
    /// Name within the plan.
    pub name: String,
    /// Which phase of the recovery it counts as.
    pub phase: Phase,
    /// What it sets going when it begins.
    pub does: Does,
    /// How long it takes beside what it sets going.
    pub takes: Option<Distribution>,
    /// Positions of the steps that must be done before.
    pub after: Vec<usize>,
    /// Who does it, and how many of them.
    pub who: Option<(StaffId, u32)>,
    /// Time for the parts that it needs to arrive.
    pub parts: Option<Distribution>,
    /// Chance that it works; otherwise it is done again.
    pub succeeds: Probability,
}

/// Phase of a recovery.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Phase {
    /// Until somebody knows.
    Detect,
    /// Until it is decided.
    Decide,
    /// Until it runs again.
    Act,
    /// Until it is released to users.
    Verify,
}

impl Phase {
    /// All phases in order.
    pub const ALL: [Self; 4] = [Self::Detect, Self::Decide, Self::Act, Self::Verify];

    /// Name in keys and tables.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::Decide => "decide",
            Self::Act => "act",
            Self::Verify => "verify",
        }
    }

    /// Name in Chinese.
    #[must_use]
    pub const fn title_zh(self) -> &'static str {
        match self {
            Self::Detect => "发现",
            Self::Decide => "决策",
            Self::Act => "处置",
            Self::Verify => "验证",
        }
    }
}

/// What a step sets going; the step is done when that is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Does {
    /// Nothing but its own time.
    Work,
    /// Failover of these services to their next group.
    Failover(Vec<ServiceId>),
    /// Restore of these datasets.
    Restore(Vec<DatasetId>),
    /// Return of these services to their first group.
    Failback(Vec<ServiceId>),
}

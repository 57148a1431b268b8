//! Staff and recovery plans, as written.

use super::price::Price;
use super::read::{At, Definitions, Read, choice, record, wrong_type};
use super::{Texts, Time};
use crate::quantity::Probability;
use crate::scenario::diagnostic::Problems;
use crate::scenario::tree::{Node, Value};
use serde_json::{Value as Json, json};

record! {
    /// People who answer a call.
    Staff {
        /// Shown instead of the name.
        "title" title: String;
        /// How many steps or restores they can do at once; default 1.
        "people" people: u32;
        /// When they are at work; default always.
        "hours" hours: Hours;
        /// Extra time before they begin when called outside their hours; default 0.
        "answer" answer: Time;
        /// What each of them costs.
        "price" price: Price;
    }
}

record! {
    /// Working hours.
    Hours {
        /// Monday to Friday.
        "weekdays" weekdays: TimeOfDay;
        /// Saturday and Sunday.
        "weekends" weekends: TimeOfDay;
    }
}

/// A part of the day in minutes from midnight; over midnight when it ends before it begins.
#[derive(Clone, Copy, Debug)]
pub(in crate::scenario) struct TimeOfDay {
    pub(in crate::scenario) begin: u16,
    pub(in crate::scenario) end: u16,
}

impl Read for TimeOfDay {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Text(text) = &node.value else {
            wrong_type(node, "hours such as `\"08:00-20:00\"`", problems);
            return None;
        };
        let minutes = |text: &str| {
            let (hours, minutes) = text.trim().split_once(':')?;
            let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            let (hours, minutes) =
                (digits(hours) && digits(minutes)).then(|| (hours.parse::<u16>().ok(), minutes.parse::<u16>().ok()))?;
            let total = 60 * hours? + minutes.filter(|minutes| *minutes < 60)?;
            (total <= 24 * 60).then_some(total)
        };
        let range = text.split_once(['-', '–']).and_then(|(begin, end)| Some((minutes(begin)?, minutes(end)?)));
        match range {
            Some((begin, end)) if begin != end && begin < 24 * 60 => Some(Self { begin, end }),
            _ => {
                problems.error("bad-hours", node.place, format!("`{text}` is not a part of the day")).help(
                    "write `\"08:00-20:00\"`; `\"22:00-06:00\"` runs over midnight, `\"00:00-24:00\"` is all day",
                );
                None
            }
        }
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({ "type": "string", "description": "hours, for example 08:00-20:00" })
    }
}

record! {
    /// What is done when a threat strikes.
    Plan {
        /// Shown instead of the name.
        "title" title: String;
        /// For which threats.
        "for" threats: Texts, required;
        /// What is done.
        "steps" steps: Vec<At<Step>>, required;
    }
}

record! {
    /// One step of a plan.
    Step {
        /// Name within the plan.
        "name" name: String, required;
        /// Phase it counts as; default act.
        "phase" phase: PhaseWord;
        /// How long it takes beside what it sets going.
        "takes" takes: Time;
        /// Who does it.
        "who" who: String;
        /// How many of them; default 1.
        "people" people: u32;
        /// Steps that must be done before.
        "after" after: Texts;
        /// What it sets going; default nothing but its own time.
        "does" does: DoesWord;
        /// Services or datasets.
        "of" of: Texts;
        /// Time for the parts that it needs to arrive.
        "parts" parts: Time;
        /// Chance that it works; default 100 %.
        "succeeds" succeeds: Probability;
    }
}

choice! {
    /// Phase of a recovery.
    PhaseWord {
        /// Until somebody knows.
        "detect" Detect;
        /// Until it is decided.
        "decide" Decide;
        /// Until it runs again.
        "act" Act;
        /// Until it is released to users.
        "verify" Verify;
    }
}

choice! {
    /// What a step sets going.
    DoesWord {
        /// Nothing but its own time.
        "work" Work;
        /// Failover of services.
        "failover" Failover;
        /// Restore of datasets.
        "restore" Restore;
        /// Return of services to their first place.
        "failback" Failback;
    }
}

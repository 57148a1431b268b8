//! A drill in the order of the clock: what happened, and who does what.

use super::who;
use crate::model::{Scenario, UnitId};
use crate::quantity::SimTime;
use crate::report::{number, trace, wording};
use crate::simulation::{DataHappening, Happening};
use crate::study::drill::DrillFindings;
use std::cmp::Ordering;
use std::fmt::Write as _;

/// What a line of the timeline is to those who play.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Told by the facilitator.
    Inject,
    /// Expected of the players.
    Action,
    /// What users notice.
    State,
}

impl Part {
    /// Name in keys and tables.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Inject => "inject",
            Self::Action => "action",
            Self::State => "state",
        }
    }
}

/// One line of the timeline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// When.
    pub at: SimTime,
    /// What it is to the players.
    pub part: Part,
    /// Key of what happened, `failover-decided`.
    pub event: &'static str,
    /// To what.
    pub subject: String,
    /// One sentence.
    pub text: String,
    /// Who does it, empty when nobody does.
    pub who: String,
}

/// All lines of a drill in order. The same thing at the same moment to many nodes is one line; backup jobs are left out.
#[must_use]
pub fn lines(findings: &DrillFindings) -> Vec<Line> {
    let scenario = &findings.scenario;
    let mut lines: Vec<Line> = Vec::new();
    let mut groups: Vec<(usize, Vec<UnitId>)> = Vec::new();
    for entry in &findings.walk.trace.entries {
        let Some(part) = part(scenario, entry.what) else { continue };
        let told = trace::tell(scenario, entry.what);
        let unit = unit(entry.what);
        // The first line of its kind at this moment stands for all units.
        let same =
            |(line, _): &&mut (usize, Vec<UnitId>)| lines[*line].at == entry.at && lines[*line].event == told.event;
        if let Some(unit) = unit
            && let Some((_, units)) = groups.iter_mut().rev().take(8).find(same)
        {
            units.push(unit);
            continue;
        }
        groups.extend(unit.map(|unit| (lines.len(), vec![unit])));
        let who = who::of(findings, entry.at, entry.what);
        lines.push(Line { at: entry.at, part, event: told.event, subject: told.subject, text: told.text, who });
    }
    for (nth, units) in groups.into_iter().filter(|(_, units)| units.len() > 1) {
        let line = &mut lines[nth];
        let rest = line.text.strip_prefix(&line.subject).unwrap_or(&line.text).to_owned();
        let classes: Vec<&str> = units.iter().map(|unit| scenario.class_of(*unit).name.as_str()).collect();
        let alike = classes.windows(2).all(|pair| pair[0] == pair[1]);
        let what = if alike { format!("units of class {}", classes[0]) } else { "units".to_owned() };
        line.subject = format!("{} {what}", units.len());
        line.text = format!("each of {} (first {}){rest}", line.subject, scenario.unit_name(units[0]));
    }
    lines
}

/// What a happening is to the players; `None` where it would only be noise.
fn part(scenario: &Scenario, what: Happening) -> Option<Part> {
    Some(match what {
        Happening::Became(..) | Happening::CaughtUp(_) => Part::State,
        // Racks made from a count go with the room around them.
        Happening::DomainOff(id) | Happening::DomainOn(id) | Happening::DomainRestarting(id, _)
            if !scenario.domains[id].named =>
        {
            return None;
        }
        Happening::Data(
            DataHappening::JobBegan(..)
            | DataHappening::JobDone(..)
            | DataHappening::JobFailed(..)
            | DataHappening::JobOverran(..),
        ) => return None,
        Happening::Data(DataHappening::DataLost(..) | DataHappening::DataWhole(_) | DataHappening::GaveUp(_)) => {
            Part::State
        }
        Happening::Detected(_)
        | Happening::Decided(_)
        | Happening::SwitchedTo(..)
        | Happening::FailoverFailed(_)
        | Happening::RepairBegan(..)
        | Happening::Repaired(_)
        | Happening::Rescheduled(..)
        | Happening::Plan(_)
        | Happening::Data(
            DataHappening::LossKnown(_)
            | DataHappening::RestoreDecided(_)
            | DataHappening::RestoreBegan(..)
            | DataHappening::RestoreFailed(..)
            | DataHappening::DataBack(_)
            | DataHappening::Promoted(_),
        ) => Part::Action,
        _ => Part::Inject,
    })
}

/// The unit of a happening that often comes to many at once.
fn unit(what: Happening) -> Option<UnitId> {
    match what {
        Happening::Failed(unit)
        | Happening::Destroyed(unit, _)
        | Happening::AwaitsSpare(unit)
        | Happening::AwaitsCrew(unit)
        | Happening::RepairBegan(unit, _)
        | Happening::Repaired(unit)
        | Happening::Uncovered(unit)
        | Happening::TakenDown(unit)
        | Happening::Rescheduled(_, unit)
        | Happening::Data(DataHappening::RebuildBegan(_, unit, _) | DataHappening::Rebuilt(_, unit)) => Some(unit),
        _ => None,
    }
}

/// Time since the event: `+19 min`, `-12 h` before it.
#[must_use]
pub fn since(findings: &DrillFindings, at: SimTime) -> String {
    let strike = findings.event.strike;
    match at.cmp(&strike) {
        Ordering::Less => format!("-{}", number::duration(strike.since(at).as_seconds())),
        Ordering::Equal => "0".to_owned(),
        Ordering::Greater => format!("+{}", number::duration(at.since(strike).as_seconds())),
    }
}

/// The clock with its weekday: `Tue 14:19:25`, the date first when it is not that of the event.
#[must_use]
pub fn clock(findings: &DrillFindings, at: SimTime) -> String {
    let scenario = &findings.scenario;
    let Some(local) = trace::clock(scenario, at) else { return number::NOTHING.to_owned() };
    local.strftime("%Y-%m-%d %a %H:%M:%S").to_string()
}

/// Rows and columns for a terminal: time since the event, clock, what, who.
#[must_use]
pub fn text(findings: &DrillFindings) -> String {
    let mut out = format!("{:>14}  {:<23}  what happens (who)\n", "since event", "clock");
    for line in lines(findings) {
        let mark = match (line.part, line.event) {
            (_, "service-down" | "data-lost" | "data-gone") => "✖",
            (_, "service-up" | "data-whole" | "caught-up") => "●",
            (_, "service-degraded") => "▲",
            (Part::Inject, _) => "!",
            (Part::Action, _) => "→",
            (Part::State, _) => " ",
        };
        let who = if line.who.is_empty() { String::new() } else { format!(" ({})", line.who) };
        let _ = writeln!(
            out,
            "{:>14}  {:<23}  {mark} {}{who}",
            since(findings, line.at),
            clock(findings, line.at),
            wording::shorten(&line.text, 110),
        );
    }
    out
}

//! Who does what in a drill: the people of the plan where one leads, those the scenario names elsewhere, and else a role.

use crate::model::{DatasetId, Does, Phase, Scenario, ServiceId, StaffId, Step, Subject};
use crate::quantity::SimTime;
use crate::report::wording;
use crate::simulation::{DataHappening, Happening, PlanHappening};
use crate::study::drill::DrillFindings;

/// Who does it, as far as the scenario says; empty when nobody does.
pub(super) fn of(findings: &DrillFindings, at: SimTime, what: Happening) -> String {
    let scenario = &findings.scenario;
    if let Some((subject, phase)) = asked(scenario, what)
        && let Some(who) = leading(findings, at, subject, phase)
    {
        return staff(scenario, who);
    }
    match what {
        Happening::Detected(id) => {
            let detection = &scenario.services[id].detection;
            match (detection.probes.is_empty(), detection.person.is_some()) {
                (true, _) => "on-call person".to_owned(),
                (false, false) => "monitoring".to_owned(),
                (false, true) => "monitoring or on-call person".to_owned(),
            }
        }
        Happening::SwitchedTo(..) | Happening::FailoverFailed(_) => "service team".to_owned(),
        Happening::RepairBegan(unit, _) | Happening::Repaired(unit) | Happening::AwaitsCrew(unit) => {
            scenario.class_of(unit).crew.map_or_else(String::new, |crew| {
                let crew = &scenario.crews[crew];
                wording::titled(&crew.title, &crew.name).to_owned()
            })
        }
        Happening::Plan(
            PlanHappening::StepBegan(plan, nth)
            | PlanHappening::StepWaits(plan, nth)
            | PlanHappening::StepFailed(plan, nth)
            | PlanHappening::StepDone(plan, nth),
        ) => scenario.plans[plan].steps.get(nth as usize).map_or_else(String::new, |step| of_step(scenario, step)),
        Happening::Data(
            DataHappening::RestoreBegan(id, ..) | DataHappening::RestoreFailed(id, ..) | DataHappening::DataBack(id),
        ) => scenario.datasets[id].recovery.staff.map_or_else(|| "data team".to_owned(), |id| staff(scenario, (id, 1))),
        Happening::Decided(_) | Happening::Data(DataHappening::RestoreDecided(_)) => "incident commander".to_owned(),
        Happening::Data(DataHappening::LossKnown(_)) => "on-call person".to_owned(),
        _ => String::new(),
    }
}

/// People by their title, with their number when there are several.
pub(super) fn staff(scenario: &Scenario, (id, people): (StaffId, u32)) -> String {
    let staff = &scenario.staff[id];
    let title = wording::titled(&staff.title, &staff.name);
    if people > 1 { format!("{title} × {people}") } else { title.to_owned() }
}

/// Who does a step: its own people, or those who restore its datasets; empty when nobody is named.
pub(in crate::report) fn of_step(scenario: &Scenario, step: &Step) -> String {
    if let Some(who) = step.who {
        return staff(scenario, who);
    }
    let Does::Restore(datasets) = &step.does else { return String::new() };
    let mut names: Vec<String> = Vec::new();
    for id in datasets.iter().filter_map(|id| scenario.datasets[*id].recovery.staff) {
        let name = staff(scenario, (id, 1));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

/// What a happening is about, and in which phase somebody sees to it.
fn asked(scenario: &Scenario, what: Happening) -> Option<(Subject, Phase)> {
    Some(match what {
        Happening::Detected(id) => (Subject::Service(id), Phase::Detect),
        Happening::Decided(id) => (Subject::Service(id), Phase::Decide),
        Happening::SwitchedTo(id, ..) | Happening::FailoverFailed(id) => (Subject::Service(id), Phase::Act),
        Happening::Data(DataHappening::LossKnown(id)) => (Subject::Dataset(id), Phase::Detect),
        Happening::Data(DataHappening::RestoreDecided(id)) => (Subject::Dataset(id), Phase::Decide),
        Happening::Data(DataHappening::Promoted(copy)) => {
            let of = |id: &DatasetId| scenario.datasets[*id].copies.iter().any(|one| one == copy);
            (Subject::Dataset(scenario.datasets.ids().find(of)?), Phase::Act)
        }
        Happening::Data(
            DataHappening::RestoreBegan(id, ..) | DataHappening::RestoreFailed(id, ..) | DataHappening::DataBack(id),
        ) => (Subject::Dataset(id), Phase::Act),
        _ => return None,
    })
}

/// Who leads a plan at that moment: of the phases detect and decide whoever has just done a step of that phase, or has just begun the step that
/// names the subject; of the others whoever is at the step that names it.
fn leading(findings: &DrillFindings, at: SimTime, subject: Subject, phase: Phase) -> Option<(StaffId, u32)> {
    let early = matches!(phase, Phase::Detect | Phase::Decide);
    let mut who = None;
    for entry in findings.walk.trace.entries.iter().take_while(|entry| entry.at <= at) {
        let Happening::Plan(what) = entry.what else { continue };
        let (PlanHappening::StepBegan(plan, nth) | PlanHappening::StepDone(plan, nth)) = what else { continue };
        let steps = &findings.scenario.plans[plan].steps;
        let Some(step) = steps.get(nth as usize) else { continue };
        let begins = matches!(what, PlanHappening::StepBegan(..));
        let now = entry.at == at;
        if names(step, subject) {
            match (begins, early) {
                // What ends and what begins at that very moment: it is the work of the former.
                (true, early) if (!now && !early) || (now && who.is_none()) => who = step.who,
                (false, false) if !now => who = None,
                (true | false, _) => {}
            }
        } else if early && now && !begins && step.phase == phase && steps.iter().any(|step| names(step, subject)) {
            who = step.who;
        }
    }
    who
}

/// True when a step sees to this service or dataset.
fn names(step: &Step, subject: Subject) -> bool {
    let service = |ids: &[ServiceId]| matches!(subject, Subject::Service(id) if ids.contains(&id));
    match &step.does {
        Does::Work => false,
        Does::Failover(ids) | Does::Failback(ids) => service(ids),
        Does::Restore(ids) => matches!(subject, Subject::Dataset(id) if ids.contains(&id)),
    }
}

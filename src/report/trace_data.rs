//! What happens to data and in recovery plans, in plain English.

use super::trace::{Told, clock, why};
use crate::model::{BackupId, CopyId, DatasetId, PlanId, Scenario};
use crate::quantity::SimTime;
use crate::report::number::{bytes, duration};
use crate::simulation::{DataHappening, PlanHappening, PointSource};

/// Name of a copy: its dataset and where it lies.
#[must_use]
pub fn copy_name(scenario: &Scenario, id: CopyId) -> String {
    let copy = &scenario.copies[id];
    format!("{} at {}", scenario.datasets[copy.dataset].name, scenario.domains[copy.domain].name)
}

/// Name of where restored data came from.
#[must_use]
pub fn source_name(scenario: &Scenario, source: PointSource) -> String {
    match source {
        PointSource::Copy(id) => format!("the copy at {}", scenario.domains[scenario.copies[id].domain].name),
        PointSource::Backup(id) => format!("backup {}", scenario.backups[id].name),
    }
}

/// A moment on the calendar, or as time since the start beyond the calendar's end.
#[must_use]
pub fn moment(scenario: &Scenario, at: SimTime) -> String {
    clock(scenario, at).map_or_else(
        || duration(at.since(SimTime::ZERO).as_seconds()),
        |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

/// What happened to data.
#[must_use]
pub fn tell_data(scenario: &Scenario, what: DataHappening) -> Told {
    let dataset = |id: DatasetId| scenario.datasets[id].name.clone();
    let backup = |id: BackupId| scenario.backups[id].name.clone();
    let copy = |id: CopyId| copy_name(scenario, id);
    let (event, subject, rest) = match what {
        DataHappening::CopyLost(id) => ("copy-lost", copy(id), "has lost more than its scheme survives".to_owned()),
        DataHappening::CopyWhole(id) => ("copy-whole", copy(id), "is whole again".to_owned()),
        DataHappening::RebuildBegan(id, unit, moved) => (
            "rebuild-began",
            copy(id),
            format!("rebuilds what {} held, {} to move", scenario.unit_name(unit), bytes(moved as f64)),
        ),
        DataHappening::Rebuilt(id, unit) => {
            ("rebuilt", copy(id), format!("has rebuilt what {} held", scenario.unit_name(unit)))
        }
        DataHappening::DataLost(id, cause) => (
            "data-lost",
            dataset(id),
            cause.map_or_else(
                || "cannot be read".to_owned(),
                |cause| format!("cannot be read: {}", why(scenario, cause)),
            ),
        ),
        DataHappening::Spoiled(id, by) => {
            ("data-spoiled", dataset(id), format!("is spoiled by {}; nobody knows yet", scenario.threats[by].name))
        }
        DataHappening::LossKnown(id) => ("data-loss-known", dataset(id), "is known to be lost".to_owned()),
        DataHappening::RestoreDecided(id) => {
            ("restore-decided", dataset(id), "is to be restored: the decision is made".to_owned())
        }
        DataHappening::Promoted(id) => ("copy-promoted", copy(id), "takes over".to_owned()),
        DataHappening::RestoreBegan(id, source, point) => (
            "restore-began",
            dataset(id),
            format!("is being restored from {}, point {}", source_name(scenario, source), moment(scenario, point)),
        ),
        DataHappening::RestoreFailed(id, source, point) => (
            "restore-failed",
            dataset(id),
            format!("cannot be restored from {}, point {}", source_name(scenario, source), moment(scenario, point)),
        ),
        DataHappening::DataBack(id) => ("data-back", dataset(id), "is there again and is being checked".to_owned()),
        DataHappening::DataWhole(id) => ("data-whole", dataset(id), "can be used again".to_owned()),
        DataHappening::GaveUp(id) => {
            ("data-gone", dataset(id), "is lost for good: nothing is left to restore from".to_owned())
        }
        DataHappening::JobBegan(id, kind) => ("job-began", backup(id), format!("begins: {}", kind.key())),
        DataHappening::JobDone(id, kind, point) => {
            ("job-done", backup(id), format!("is done: {} with the data of {}", kind.key(), moment(scenario, point)))
        }
        DataHappening::JobFailed(id, kind) => ("job-failed", backup(id), format!("fails: {}", kind.key())),
        DataHappening::JobOverran(id, kind) => {
            ("job-overran", backup(id), format!("is due while the job before still runs: {}", kind.key()))
        }
        DataHappening::BadPointFound(id, point) => (
            "bad-point-found",
            backup(id),
            format!("is found to have a bad point, that of {}", moment(scenario, point)),
        ),
        DataHappening::StoreSpoiled(id) => {
            ("store-spoiled", scenario.stores[id].name.clone(), "loses what lies in it".to_owned())
        }
    };
    let text = format!("{subject} {rest}");
    Told { event, subject, text }
}

/// What happened in a recovery plan.
#[must_use]
pub fn tell_plan(scenario: &Scenario, what: PlanHappening) -> Told {
    let step = |plan: PlanId, nth: u32| {
        let plan = &scenario.plans[plan];
        let name = plan.steps.get(nth as usize).map_or("", |step| step.name.as_str());
        format!("{}/{name}", plan.name)
    };
    let (event, subject, rest) = match what {
        PlanHappening::Began(id) => ("plan-began", scenario.plans[id].name.clone(), "is called up"),
        PlanHappening::StepBegan(id, nth) => ("step-began", step(id, nth), "begins"),
        PlanHappening::StepWaits(id, nth) => ("step-waits", step(id, nth), "waits for people"),
        PlanHappening::StepFailed(id, nth) => ("step-failed", step(id, nth), "did not work and is done again"),
        PlanHappening::StepDone(id, nth) => ("step-done", step(id, nth), "is done"),
    };
    let text = format!("{subject} {rest}");
    Told { event, subject, text }
}

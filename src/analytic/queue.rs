//! Identical units that queue for one crew, as a scenario has them.
//!
//! A crew with people for all its units makes nobody wait and is no concern here.

use super::markov::STATES_MAX;
use super::repair::MachineRepair;
use super::world::{World, class_obstacle};
use crate::id::Id;
use crate::model::{Age, CrewId, Life, UnitId};

/// Units of one crew that is too small for all of them at once; all alike, exponential, new at the start.
#[derive(Debug)]
pub(super) struct CrewGroup {
    /// Units that the crew serves.
    pub(super) machines: usize,
    /// Repairs at a time.
    pub(super) people: usize,
    /// Failures per second of one unit.
    pub(super) failure: f64,
    /// The model, rates per second.
    pub(super) model: MachineRepair,
}

/// The group behind these hosts; `None` when no host waits for a crew.
pub(super) fn crew_group(world: &World<'_>, hosts: &[UnitId]) -> Result<Option<CrewGroup>, String> {
    let waits = |unit: &UnitId| match world.scenario.class_of(*unit).life {
        Life::Drawn(_) => world.short_crew(*unit),
        Life::Endless | Life::Static(_) => None,
    };
    let crews: Vec<Option<CrewId>> = hosts.iter().map(waits).collect();
    let Some(crew) = crews.iter().copied().flatten().next() else { return Ok(None) };
    let name = &world.scenario.crews[crew].name;
    if crews.iter().any(|other| *other != Some(crew)) {
        return Err(format!("only some of its hosts wait for crew `{name}`"));
    }
    let users = &world.crew_users[crew.index()];
    let unlike = || format!("the units of crew `{name}` are not all alike, exponential and new");
    let mut rates = None;
    for unit in users {
        let class = world.scenario.class_of(*unit);
        if let Some(reason) = class_obstacle(class).or_else(|| world.unit_obstacle(*unit)) {
            return Err(reason);
        }
        let Life::Drawn(life) = &class.life else { return Err(unlike()) };
        // A stationary start would have to be that of the queue, not of each unit alone.
        let plain = life.is_memoryless()
            && class.repair.is_memoryless()
            && class.logistics.is_none()
            && class.age != Age::Stationary;
        let own = (1.0 / life.mean(), 1.0 / class.repair.mean());
        if !plain || rates.is_some_and(|first| first != own) {
            return Err(unlike());
        }
        rates = Some(own);
    }
    let (failure, repair) = rates.ok_or_else(unlike)?;
    let people = world.scenario.crews[crew].people as usize;
    let model = MachineRepair::new(users.len(), people, failure, repair).ok_or_else(unlike)?;
    if users.len() >= STATES_MAX {
        return Err(format!("over {STATES_MAX} units wait for crew `{name}`"));
    }
    Ok(Some(CrewGroup { machines: users.len(), people, failure, model }))
}

impl CrewGroup {
    /// All units work.
    pub(super) fn start(&self) -> Vec<f64> {
        let mut start = vec![0.0; self.machines + 1];
        start[0] = 1.0;
        start
    }

    /// Share of `[0, horizon]` with `0, 1 ..` units down.
    pub(super) fn shares(&self, horizon: f64) -> Result<Vec<f64>, String> {
        let shares = self.model.chain().occupancy(&self.start(), horizon);
        shares.ok_or_else(|| "too many events within the horizon".to_owned())
    }
}

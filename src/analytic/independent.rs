//! How one service or node hangs on independent blocks: the diagram over them.
//!
//! Repairs are taken to go on while a domain is suspended or without power; a life with `ages = "always"` does too.

use super::block::{Block, Law};
use super::diagram::{Diagram, Function, Part};
use super::world::World;
use crate::id::Id;
use crate::model::{DomainId, Life, Pick, PlantId, PlantKind, ServiceId, Threat, ThreatId, UnitId};
use std::collections::BTreeMap;

/// Most nodes of a diagram.
const NODES_MAX: usize = 60_000;

const TOO_LARGE: &str = "its structure is too large for an exact diagram";

/// Blocks and the diagram over them, grown as structures are asked for.
#[derive(Debug)]
pub(super) struct Builder<'a> {
    world: &'a World<'a>,
    pub(super) diagram: Diagram,
    pub(super) blocks: Vec<Block>,
    units: BTreeMap<UnitId, usize>,
    strikes: BTreeMap<(ThreatId, usize), Function>,
    places: BTreeMap<DomainId, Function>,
    plants: BTreeMap<PlantId, Function>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(world: &'a World<'a>) -> Self {
        Self {
            world,
            diagram: Diagram::new(NODES_MAX),
            blocks: Vec::new(),
            units: BTreeMap::new(),
            strikes: BTreeMap::new(),
            places: BTreeMap::new(),
            plants: BTreeMap::new(),
        }
    }

    /// Position of the unit's block.
    pub(super) fn unit(&mut self, unit: UnitId) -> Result<usize, String> {
        if let Some(known) = self.units.get(&unit) {
            return Ok(*known);
        }
        if let Some(reason) = self.world.unit_obstacle(unit) {
            return Err(reason);
        }
        let class = self.world.scenario.class_of(unit);
        if let (Some(crew), Life::Drawn(_)) = (self.world.short_crew(unit), &class.life) {
            let crew = &self.world.scenario.crews[crew];
            return Err(format!("repairs may wait for crew `{}`", crew.name));
        }
        self.blocks.push(Block::of_unit(class)?);
        self.units.insert(unit, self.blocks.len() - 1);
        Ok(self.blocks.len() - 1)
    }

    /// Works while the node works and its domains have what they need and are not suspended.
    pub(super) fn node(&mut self, unit: UnitId) -> Result<Function, String> {
        let place = match self.world.scenario.unit_domain[unit] {
            Some(domain) => self.place(domain)?,
            None => Function::UP,
        };
        let own = self.unit(unit)?;
        let own = self.block(own)?;
        self.both(place, own)
    }

    /// Works while no domain around lacks plant or is suspended.
    pub(super) fn place(&mut self, domain: DomainId) -> Result<Function, String> {
        if let Some(known) = self.places.get(&domain) {
            return Ok(*known);
        }
        let scenario = self.world.scenario;
        let mut works = Function::UP;
        let mut restarts = None;
        let mut at = Some(domain);
        while let Some(around) = at {
            let here = &scenario.domains[around];
            for plant in &here.needs {
                let delivers = self.plant(*plant)?;
                works = self.both(works, delivers)?;
            }
            let struck = self.struck(|threat| position(&threat.target.domains, &around))?;
            works = self.both(works, struck)?;
            if here.restart.is_some() {
                restarts = Some(&here.name);
            }
            at = here.parent;
        }
        if let (true, Some(name)) = (works != Function::UP, restarts) {
            return Err(format!("domain `{name}` takes time to restart"));
        }
        self.places.insert(domain, works);
        Ok(works)
    }

    /// Works while the service is not down, soft dependencies and load aside.
    pub(super) fn service(&mut self, id: ServiceId) -> Result<Function, String> {
        let (rest, replicas) = self.demands(id)?;
        self.with_replicas(id, rest, &replicas, 0)
    }

    /// For 1, 2 .. as many as there are replicas beyond those needed: works while the service would survive that many
    /// more losses of a replica.
    pub(super) fn spare_replicas(&mut self, id: ServiceId) -> Result<Vec<Function>, String> {
        let (rest, replicas) = self.demands(id)?;
        let spare = replicas.len().saturating_sub(self.world.scenario.services[id].need as usize);
        (1..=spare).map(|spare| self.with_replicas(id, rest, &replicas, spare)).collect()
    }

    fn with_replicas(
        &mut self,
        id: ServiceId,
        rest: Function,
        replicas: &[Function],
        spare: usize,
    ) -> Result<Function, String> {
        let need = self.world.scenario.services[id].need as usize + spare;
        let enough = self.diagram.at_least(need, replicas).ok_or(TOO_LARGE)?;
        self.both(rest, enough)
    }

    /// What a service hangs on beside its replicas, and each replica.
    fn demands(&mut self, id: ServiceId) -> Result<(Function, Vec<Function>), String> {
        let scenario = self.world.scenario;
        let service = &scenario.services[id];
        if let Some(reason) = self.world.service_obstacle(id) {
            return Err(reason);
        }
        let hosts = self.world.hosts(id);
        // Shared things first: diagrams stay small when what many paths share is asked first.
        let mut works = self.struck(|threat| position(&threat.target.services, &id))?;
        for plant in &service.needs {
            let delivers = self.plant(*plant)?;
            works = self.both(works, delivers)?;
        }
        for domain in hosts.iter().filter_map(|host| scenario.unit_domain[*host]) {
            self.place(domain)?;
        }
        for dependency in &service.hard {
            let other =
                self.service(*dependency).map_err(|why| format!("`{}`: {why}", scenario.services[*dependency].name))?;
            works = self.both(works, other)?;
        }
        let replicas: Vec<Function> = hosts.iter().map(|host| self.node(*host)).collect::<Result<_, _>>()?;
        Ok((works, replicas))
    }

    fn plant(&mut self, id: PlantId) -> Result<Function, String> {
        if let Some(known) = self.plants.get(&id) {
            return Ok(*known);
        }
        let plant = &self.world.scenario.plants[id];
        let works = match &plant.kind {
            PlantKind::Parts { need, .. } => {
                let parts = self.working_parts(id)?;
                self.diagram.at_least(*need as usize, &parts).ok_or(TOO_LARGE)?
            }
            PlantKind::Gate(gate) => {
                self.plant_obstacle(id)?;
                if gate.hold_up.as_microseconds() > 0 {
                    return Err(format!("plant `{}` lives on a store for a while", plant.name));
                }
                let mut members = Vec::new();
                for member in &gate.of {
                    match self.world.scenario.plants[*member].kind {
                        PlantKind::Parts { .. } => members.extend(self.working_parts(*member)?),
                        PlantKind::Gate(_) => members.push(self.plant(*member)?),
                    }
                }
                let enough = self.diagram.at_least(gate.need as usize, &members).ok_or(TOO_LARGE)?;
                self.with_needs(id, enough)?
            }
        };
        self.plants.insert(id, works);
        Ok(works)
    }

    /// One function per part: it works, and the plant has what it needs itself.
    fn working_parts(&mut self, id: PlantId) -> Result<Vec<Function>, String> {
        self.plant_obstacle(id)?;
        let plant = &self.world.scenario.plants[id];
        let PlantKind::Parts { population, standby, .. } = &plant.kind else { return Ok(Vec::new()) };
        if standby.is_some() {
            return Err(format!("plant `{}` runs only on demand", plant.name));
        }
        let units = self.world.scenario.populations[*population].units;
        let mut parts = Vec::with_capacity(units.len());
        for unit in units.iter() {
            let own = self.unit(unit).map_err(|why| format!("plant `{}`: {why}", plant.name))?;
            let own = self.block(own)?;
            parts.push(self.with_needs(id, own)?);
        }
        Ok(parts)
    }

    fn with_needs(&mut self, id: PlantId, mut works: Function) -> Result<Function, String> {
        for need in &self.world.scenario.plants[id].needs {
            let delivers = self.plant(*need)?;
            works = self.both(works, delivers)?;
        }
        Ok(works)
    }

    fn plant_obstacle(&self, id: PlantId) -> Result<(), String> {
        let scenario = self.world.scenario;
        let plant = &scenario.plants[id];
        let around = |domain: DomainId| plant.within.is_some_and(|at| scenario.domains[domain].subtree.contains(at));
        match scenario
            .threats
            .iter()
            .find(|threat| threat.target.plants.contains(&id) || World::struck_domains(threat).any(around))
        {
            Some(threat) => Err(format!("threat `{}` touches plant `{}`", threat.name, plant.name)),
            None => Ok(()),
        }
    }

    /// Not held down by any plain threat that has a target at the position that `aims` finds.
    fn struck(&mut self, aims: impl Fn(&Threat) -> Option<usize>) -> Result<Function, String> {
        let mut works = Function::UP;
        for (id, threat) in self.world.scenario.threats.enumerate() {
            let (Some(target), Some((rate, lasts))) = (aims(threat), &self.world.strikes[id.index()]) else { continue };
            let target = if threat.target.pick == Pick::All { 0 } else { target };
            let calm = if let Some(known) = self.strikes.get(&(id, target)) {
                *known
            } else if *rate > 0.0 {
                self.blocks.push(Block { law: Law::Strikes { rate: *rate, lasts: lasts.clone() }, rates: None });
                let calm = self.block(self.blocks.len() - 1)?;
                self.strikes.insert((id, target), calm);
                calm
            } else {
                Function::UP
            };
            works = self.both(works, calm)?;
        }
        Ok(works)
    }

    /// The function of one block; a block that always works is no variable.
    fn block(&mut self, block: usize) -> Result<Function, String> {
        match self.blocks[block].law {
            Law::Constant(Part { down: 0.0, failing: 0.0, .. }) => Ok(Function::UP),
            _ => self.diagram.part(block).ok_or_else(|| TOO_LARGE.to_owned()),
        }
    }

    fn both(&mut self, one: Function, other: Function) -> Result<Function, String> {
        self.diagram.all(&[one, other]).ok_or_else(|| TOO_LARGE.to_owned())
    }
}

fn position<T: PartialEq>(list: &[T], item: &T) -> Option<usize> {
    list.iter().position(|each| each == item)
}

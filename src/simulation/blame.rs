//! What holds a service down, and how wide the disruption behind it is.

use super::state::{Stage, World};
use super::trace::Status;
use crate::model::{Cause, Disruption, DomainId, Level, ServiceId};

impl World<'_> {
    /// How wide the disruption behind a cause is.
    pub(super) fn disruption_of(&self, cause: Cause, service: ServiceId) -> Disruption {
        match cause {
            Cause::Class(_) | Cause::Crew(_) | Cause::Spare(_) | Cause::Maintenance(_) | Cause::WrongRepair(_) => {
                Disruption::Node
            }
            Cause::Plant(plant) => self.widest_off(service, plant),
            Cause::Link(_) => Disruption::Site,
            Cause::Threat(threat) => self.scenario.threats[threat].disruption,
            Cause::Dependency(other) => self.services[other].disruption,
            Cause::Detection
            | Cause::Decision
            | Cause::Failover
            | Cause::StartUp
            | Cause::Election
            | Cause::Data(_)
            | Cause::Restore
            | Cause::Verification => Disruption::Software,
            Cause::Restart => Disruption::Rack,
        }
    }

    /// Widest domain that is off around a replica of the service; software when the plant serves the service itself.
    fn widest_off(&self, service: ServiceId, plant: crate::model::PlantId) -> Disruption {
        if self.scenario.services[service].needs.contains(&plant) {
            return Disruption::Software;
        }
        let mut widest = Disruption::Rack;
        for replica in self.scenario.replicas_of(service).iter() {
            let mut around = self.scenario.unit_domain[self.replicas[replica].host];
            while let Some(domain) = around {
                if self.domains[domain].off {
                    widest = widest.max(match self.scenario.domains[domain].level {
                        Level::Region => Disruption::Region,
                        Level::Site => Disruption::Site,
                        Level::Room | Level::Rack | Level::Node => Disruption::Rack,
                    });
                }
                around = self.scenario.domains[domain].parent;
            }
        }
        widest
    }

    /// Everything that holds a service down right now, without repetition.
    pub(super) fn causes(&self, service: ServiceId) -> Vec<Cause> {
        let (model, state) = (&self.scenario.services[service], &self.services[service]);
        let mut causes = Vec::new();
        match state.stage {
            Stage::Serving | Stage::Moving(_) if self.nothing_runs_yet(service) => causes.push(Cause::Failover),
            Stage::Serving | Stage::Moving(_) => {}
            Stage::Unnoticed => causes.push(Cause::Detection),
            Stage::Deciding => causes.push(Cause::Decision),
            Stage::Waiting | Stage::Switching(_) | Stage::Returning => causes.push(Cause::Failover),
            Stage::StartingUp => causes.push(Cause::StartUp),
            Stage::Electing => causes.push(Cause::Election),
        }
        if !self.enough(service) {
            let groups =
                if self.layout.standby[service] { state.active..state.active + 1 } else { 0..model.groups.len() };
            for replica in model.groups[groups].iter().flat_map(|group| group.replicas.iter()) {
                self.replica_causes(replica, &mut causes);
            }
        }
        causes.extend(
            model
                .hard
                .iter()
                .filter(|other| self.services[**other].status == Status::Down)
                .map(|other| Cause::Dependency(*other)),
        );
        for need in model.needs.iter().filter(|need| !self.plants[**need].delivers) {
            let before = causes.len();
            self.plant_causes(*need, &mut causes);
            if causes.len() == before {
                causes.push(Cause::Plant(*need));
            }
        }
        for dataset in model.uses.iter().filter(|dataset| !self.data.datasets[**dataset].readable) {
            self.data_causes(*dataset, &mut causes);
        }
        if state.suspended > 0 {
            causes.extend(self.service_suspenders(service).map(Cause::Threat));
        }
        causes.sort_unstable();
        causes.dedup();
        causes
    }

    /// Why one replica does not serve.
    fn replica_causes(&self, replica: crate::model::ReplicaId, causes: &mut Vec<Cause>) {
        let state = &self.replicas[replica];
        if state.moving {
            causes.push(Cause::StartUp);
        }
        causes.extend(self.unit_cause(state.host));
        let Some(domain) = self.scenario.unit_domain[state.host] else { return };
        self.place_causes(domain, causes);
        // A replica that counts is reached; voters count on every side, and may be on the wrong one.
        let votes = self.scenario.services[self.scenario.replica_home[replica].0].quorum.is_some();
        if self.layout.networked && (votes || !state.available) && self.host_serves(state.host) {
            self.link_causes(domain, causes);
        }
    }

    /// Why nothing at a place can be used: it is off or cut off as a whole.
    pub(super) fn place_causes(&self, domain: DomainId, causes: &mut Vec<Cause>) {
        if self.domains[domain].off {
            self.domain_causes(domain, causes);
        }
        if self.domains[domain].severed > 0 {
            let mut around = Some(domain);
            while let Some(here) = around {
                causes.extend(self.suspenders(here).map(Cause::Threat));
                around = self.scenario.domains[here].parent;
            }
        }
    }

    /// Finds out anew what holds a service down.
    pub(super) fn find_causes(&mut self, service: ServiceId) {
        let scenario = self.scenario;
        let causes = self.causes(service);
        if self.services[service].planned && causes.iter().any(|cause| is_trouble(*cause)) {
            self.services[service].planned = false; // it began as planned work and went wrong on the way
        }
        let found = causes.into_iter().map(|cause| cause.index(scenario) as u32);
        if !found.clone().eq(self.services[service].causes.iter().copied()) {
            self.accrue(service);
            self.services[service].causes = found.collect();
        }
    }
}

/// True for what nobody plans, and what does not merely follow from planned work.
const fn is_trouble(cause: Cause) -> bool {
    match cause {
        Cause::Class(_)
        | Cause::Crew(_)
        | Cause::Spare(_)
        | Cause::WrongRepair(_)
        | Cause::Plant(_)
        | Cause::Link(_)
        | Cause::Threat(_) => true,
        Cause::Maintenance(_)
        | Cause::Dependency(_)
        | Cause::Detection
        | Cause::Decision
        | Cause::Failover
        | Cause::StartUp
        | Cause::Election
        | Cause::Restart
        | Cause::Data(_)
        | Cause::Restore
        | Cause::Verification => false,
    }
}

//! Losses of services, from the loss to the end of their recovery. Written down only while the trace is on.

use super::state::World;
use super::trace::{DataHappening, Happening, Incident, Status};
use crate::model::{Cause, DatasetId, ServiceId};
use crate::quantity::SimTime;

impl World<'_> {
    /// Carries a happening into the incidents that it belongs to.
    pub(super) fn follow_incidents(&mut self, what: Happening) {
        let now = self.now;
        match what {
            Happening::Became(service, Status::Down, cause) => self.open_incident(service, cause),
            Happening::Became(service, Status::Up | Status::Degraded, _) => self.recover(service),
            Happening::Detected(service) => first(self.open(service).map(|it| &mut it.detected), now),
            Happening::Decided(service) => first(self.open(service).map(|it| &mut it.decided), now),
            Happening::CaughtUp(service) => self.end_incident(service, true),
            Happening::Data(DataHappening::LossKnown(dataset)) => {
                self.users_of(dataset, |incident| first(Some(&mut incident.detected), now));
            }
            Happening::Data(DataHappening::RestoreDecided(dataset)) => {
                self.users_of(dataset, |incident| first(Some(&mut incident.decided), now));
            }
            // The last one counts: what comes back first waits for the others, or is found to be no good.
            Happening::Data(DataHappening::DataBack(dataset)) => {
                self.users_of(dataset, |incident| incident.acted = Some(now));
            }
            _ => {}
        }
    }

    /// Incidents that the end of the trial cuts off.
    pub(super) fn cut_incidents(&mut self) {
        for incident in std::mem::take(&mut self.incidents) {
            self.note_whole(incident);
        }
    }

    /// The incident of a service that is down.
    fn open(&mut self, service: ServiceId) -> Option<&mut Incident> {
        self.incidents.iter_mut().find(|incident| incident.service == Some(service) && incident.recovered.is_none())
    }

    fn users_of(&mut self, dataset: DatasetId, mut change: impl FnMut(&mut Incident)) {
        let scenario = self.scenario;
        for incident in self.incidents.iter_mut().filter(|incident| incident.recovered.is_none()) {
            if incident.service.is_some_and(|service| scenario.services[service].uses.contains(&dataset)) {
                change(incident);
            }
        }
    }

    fn open_incident(&mut self, service: ServiceId, cause: Option<Cause>) {
        if self.services[service].planned {
            return;
        }
        self.end_incident(service, false); // lost again before it had caught up
        self.incidents.push(Incident {
            service: Some(service),
            dataset: None,
            cause,
            lost: self.now,
            detected: None,
            decided: None,
            acted: None,
            recovered: None,
            caught_up: None,
            point: None,
            lost_bytes: 0,
        });
    }

    fn recover(&mut self, service: ServiceId) {
        let (now, model) = (self.now, &self.scenario.services[service]);
        let catches_up = model.catch_up.is_some() || model.re_enter > 0.0;
        let Some(incident) = self.open(service) else { return };
        if incident.lost == now {
            // An instant between two events of the same moment.
            self.incidents.retain(|other| other.service != Some(service));
            return;
        }
        incident.recovered = Some(now);
        first(Some(&mut incident.acted), now);
        if !catches_up {
            self.end_incident(service, true);
        }
    }

    /// Takes the incident of a service off the list of those at hand.
    fn end_incident(&mut self, service: ServiceId, caught_up: bool) {
        if let Some(at) = self.incidents.iter().position(|it| it.service == Some(service) && it.recovered.is_some()) {
            let mut incident = self.incidents.remove(at);
            incident.caught_up = caught_up.then_some(self.now);
            self.note_whole(incident);
        }
    }
}

/// Keeps the first moment.
fn first(slot: Option<&mut Option<SimTime>>, now: SimTime) {
    if let Some(slot) = slot {
        slot.get_or_insert(now);
    }
}

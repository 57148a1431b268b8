//! Replicas: which are available, and moving a lost one to another host.

use super::draw::{Purpose, draw};
use super::event::{Event, Incarnation};
use super::state::{Phase, World};
use super::trace::Happening;
use crate::id::Id;
use crate::model::{ReplicaId, UnitId};

impl World<'_> {
    /// True when a node runs, has power and can be reached.
    #[inline]
    pub(super) fn host_serves(&self, unit: UnitId) -> bool {
        self.host_runs(unit) && self.scenario.unit_domain[unit].is_none_or(|domain| self.domains[domain].severed == 0)
    }

    /// True when a node runs and has power, reached or not.
    #[inline]
    fn host_runs(&self, unit: UnitId) -> bool {
        self.units[unit].phase == Phase::Working
            && self.scenario.unit_domain[unit].is_none_or(|domain| !self.domains[domain].off)
    }

    /// Looks at a replica again and counts it in or out.
    #[inline]
    pub(super) fn refresh_replica(&mut self, replica: ReplicaId) {
        let state = &self.replicas[replica];
        let (service, group, host, was) = (state.service, state.group as usize, state.host, state.available);
        // Voters only need each other; whether users reach their side is asked when the sides are known.
        let serves = if self.layout.networked && self.scenario.services[service].quorum.is_some() {
            self.host_runs(host)
        } else {
            self.host_serves(host) && (!self.layout.networked || self.reached_by_users(host))
        };
        let available = serves && !state.moving;
        if available == was {
            if self.services[service].status == super::trace::Status::Down {
                self.touch_service(service); // what holds it down may have changed
            }
            return;
        }
        self.replicas[replica].available = available;
        let counts = &mut self.services[service];
        if available {
            counts.up += 1;
            counts.group_up[group] += 1;
        } else {
            counts.up -= 1;
            counts.group_up[group] -= 1;
        }
        self.count_changed(service);
        if let Some(reschedule) = &self.scenario.services[service].reschedule {
            let state = &mut self.replicas[replica];
            if available {
                if std::mem::take(&mut state.move_pending) {
                    state.incarnation += 1;
                }
            } else if !state.moving && !state.move_pending {
                state.move_pending = true;
                state.incarnation += 1;
                let incarnation = state.incarnation;
                self.schedule_in(reschedule.after, Event::MoveDue { replica, incarnation });
            }
        }
    }

    /// A replica has been gone for long enough: it starts on another host with room, or waits for one.
    pub(super) fn move_due(&mut self, replica: ReplicaId, incarnation: Incarnation) {
        if self.replicas[replica].incarnation != incarnation || !self.replicas[replica].move_pending {
            return;
        }
        let (service, _) = self.scenario.replica_home[replica];
        let Some(reschedule) = &self.scenario.services[service].reschedule else { return };
        let Some(host) = self.find_host(replica) else {
            self.unplaced.push((replica, incarnation));
            return;
        };
        self.unhost(replica);
        let state = &mut self.replicas[replica];
        state.host = host;
        state.moving = true;
        state.move_pending = false;
        state.moves += 1;
        state.incarnation += 1;
        let (incarnation, nth) = (state.incarnation, u64::from(state.moves));
        state.next = self.units[host].hosted.replace(replica);
        let key = self.layout.replica_keys[replica];
        let takes = draw(&reschedule.takes, &mut self.key.stream(Purpose::Reschedule as u64, key, nth));
        self.note(Happening::Rescheduled(replica, host));
        self.schedule_in(takes, Event::Moved { replica, incarnation });
    }

    /// Lets the replicas that found no host look again, now that one may have room.
    pub(super) fn place_again(&mut self) {
        for (replica, incarnation) in std::mem::take(&mut self.unplaced) {
            self.schedule(self.now, Event::MoveDue { replica, incarnation });
        }
    }

    /// A moved replica runs at its new host.
    pub(super) fn moved(&mut self, replica: ReplicaId, incarnation: Incarnation) {
        if self.replicas[replica].incarnation == incarnation && self.replicas[replica].moving {
            self.replicas[replica].moving = false;
            self.refresh_replica(replica);
            // Its new host may have been lost on the way: then the wait begins anew.
            if !self.replicas[replica].available {
                let (service, _) = self.scenario.replica_home[replica];
                if let Some(reschedule) = &self.scenario.services[service].reschedule {
                    self.replicas[replica].move_pending = true;
                    self.schedule_in(reschedule.after, Event::MoveDue { replica, incarnation });
                }
            }
        }
    }

    /// The first node of the group's place that serves, is of the same class, has room and does not host the service yet.
    fn find_host(&self, replica: ReplicaId) -> Option<UnitId> {
        let (service, group) = self.scenario.replica_home[replica];
        let class = self.scenario.populations[self.scenario.unit_population[self.scenario.replica_host[replica]]].class;
        self.scenario.services[service].groups[group].hosts.iter().find(|unit| {
            let population = &self.scenario.populations[self.scenario.unit_population[*unit]];
            population.class == class && self.host_serves(*unit) && {
                let (hosted, same) = self.hosted(*unit, service);
                !same && hosted < self.scenario.classes[class].room
            }
        })
    }

    /// Replicas on a node, and whether one of them belongs to a service.
    fn hosted(&self, unit: UnitId, service: crate::model::ServiceId) -> (u32, bool) {
        let (mut count, mut same, mut next) = (0, false, self.units[unit].hosted);
        while let Some(replica) = next {
            count += 1;
            same |= self.scenario.replica_home[replica].0 == service;
            next = self.replicas[replica].next;
        }
        (count, same)
    }

    /// Takes a replica out of the list of its host.
    fn unhost(&mut self, replica: ReplicaId) {
        self.room_made = true;
        let host = self.replicas[replica].host;
        let after = self.replicas[replica].next.take();
        if self.units[host].hosted == Some(replica) {
            self.units[host].hosted = after;
            return;
        }
        let mut at = self.units[host].hosted;
        while let Some(here) = at {
            if self.replicas[here].next == Some(replica) {
                self.replicas[here].next = after;
                return;
            }
            at = self.replicas[here].next;
        }
        unreachable!("replica {} is in the list of its host", replica.index());
    }
}

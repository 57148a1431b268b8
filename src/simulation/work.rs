//! What users still have to do once a service is back: lost work is entered again, queues are worked off.

use super::draw::{Purpose, draw};
use super::event::{Event, Incarnation};
use super::state::World;
use super::tally::{EventKind, TallyEvent};
use super::trace::{Happening, Incident, PointSource};
use crate::model::{DatasetId, ServiceId};
use crate::quantity::{SimTime, Span};

impl World<'_> {
    /// A service is back from an unplanned outage: how long until all is caught up. Booked as soon as it is known.
    pub(super) fn begin_catch_up(&mut self, service: ServiceId) -> Span {
        let model = &self.scenario.services[service];
        let lost = std::mem::take(&mut self.services[service].work_lost);
        let key = self.layout.service_keys[service];
        let nth = u64::from(self.services[service].incidents);
        let law = model.catch_up.as_ref();
        let queue = law.map_or(Span::ZERO, |law| draw(law, &mut self.key.stream(Purpose::CatchUp as u64, key, nth)));
        let length = queue + Span::from_seconds(model.re_enter * lost.as_seconds());
        if law.is_some() || model.re_enter > 0.0 {
            self.tally.services[service].catch_ups.add(length);
            self.tally.events.push(TallyEvent { service, kind: EventKind::CatchUp, began: self.now, length });
        }
        let incident = self.trace.is_some().then(|| Box::new(self.service_incident(service, Some(self.now))));
        let state = &mut self.services[service];
        state.catching_up = incident;
        state.work_incarnation += 1;
        if length > Span::ZERO {
            let incarnation = state.work_incarnation;
            self.schedule_in(length, Event::CaughtUp { service, incarnation });
        } else {
            self.close_incident(service, Some(self.now));
        }
        length
    }

    /// All is caught up, unless another outage came before.
    pub(super) fn caught_up(&mut self, service: ServiceId, incarnation: Incarnation) {
        if self.services[service].work_incarnation == incarnation {
            self.note(Happening::CaughtUp(service));
            self.close_incident(service, Some(self.now));
        }
    }

    /// The incident of a service is over: caught up, or broken off by the next one or the end of the trial.
    pub(super) fn close_incident(&mut self, service: ServiceId, caught_up: Option<SimTime>) {
        self.services[service].work_incarnation += 1;
        if let Some(incident) = self.services[service].catching_up.take() {
            self.note_whole(Incident { caught_up, ..*incident });
        }
    }

    /// The outage of a service as an incident.
    pub(super) fn service_incident(&self, service: ServiceId, recovered: Option<SimTime>) -> Incident {
        let (state, uses) = (&self.services[service], &self.scenario.services[service].uses);
        let lost = state.down_since;
        let within = |at: Option<SimTime>| at.filter(|at| *at >= lost);
        // Data restored in this outage stood there unchecked before users had them; a mirror that took over is at work at once.
        let restored =
            |dataset: &&DatasetId| matches!(self.data.datasets[**dataset].point, Some((PointSource::Backup(_), _)));
        let back = uses.iter().filter(restored).filter_map(|dataset| within(self.data.datasets[*dataset].back)).max();
        let found = uses.iter().filter_map(|dataset| within(self.data.datasets[*dataset].detected)).min();
        let chosen = uses.iter().filter_map(|dataset| within(self.data.datasets[*dataset].decided)).max();
        let decided = within(state.decided).or(chosen);
        // What was there before anybody decided for the service itself is no part of what was decided.
        let back = back.filter(|back| decided.is_none_or(|decided| *back >= decided));
        Incident {
            service: Some(service),
            dataset: None,
            cause: state.first_cause,
            lost,
            detected: within(state.detected).or(found),
            decided,
            acted: recovered.map(|at| back.unwrap_or(at)),
            recovered,
            caught_up: None,
            point: None,
            lost_bytes: 0,
        }
    }
}

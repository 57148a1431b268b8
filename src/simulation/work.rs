//! What users still have to do once a service is back: lost work is entered again, queues are worked off.

use super::draw::{Purpose, draw};
use super::event::{Event, Incarnation};
use super::state::World;
use super::tally::{EventKind, TallyEvent};
use super::trace::Happening;
use crate::model::ServiceId;
use crate::quantity::Span;

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
            self.tally.events.push(TallyEvent { service, kind: EventKind::CatchUp, length });
            let state = &mut self.services[service];
            state.work_incarnation += 1;
            let incarnation = state.work_incarnation;
            self.schedule_in(length, Event::CaughtUp { service, incarnation });
        }
        length
    }

    /// All is caught up, unless another outage came before.
    pub(super) fn caught_up(&mut self, service: ServiceId, incarnation: Incarnation) {
        if self.services[service].work_incarnation == incarnation {
            self.note(Happening::CaughtUp(service));
        }
    }
}

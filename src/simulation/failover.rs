//! From the loss of the active group to service at another one, and back.

use super::draw::{Purpose, chance, draw};
use super::event::{Event, Incarnation};
use super::state::{Stage, World};
use super::tally::{EventKind, TallyEvent};
use super::trace::{Happening, Status};
use crate::engine::Rng;
use crate::id::IdRange;
use crate::model::{DomainId, Probe, ServiceId, UnitId};
use crate::quantity::Span;
use rand::RngExt as _;
use rand_distr::{Distribution as _, Exp1};

impl World<'_> {
    /// The stream for the current incident of a service.
    fn incident_stream(&self, purpose: Purpose, service: ServiceId) -> Rng {
        let state = &self.services[service];
        let nth = u64::from(state.incidents) << 16 | u64::from(state.attempts & 0xffff);
        self.key.stream(purpose as u64, self.layout.service_keys[service], nth)
    }

    fn move_stage(&mut self, service: ServiceId, stage: Stage) -> Incarnation {
        let state = &mut self.services[service];
        state.stage = stage;
        state.incarnation += 1;
        state.incarnation
    }

    /// The active group is lost: the clock of the detection starts.
    pub(super) fn lose_group(&mut self, service: ServiceId) {
        self.services[service].incidents += 1;
        self.services[service].attempts = 0;
        self.services[service].lost_since = self.now;
        (self.services[service].detected, self.services[service].decided) = (None, None);
        self.services[service].ordered = false;
        let incarnation = self.move_stage(service, Stage::Unnoticed);
        if self.services[service].led == 0 {
            self.await_detection_of(service, incarnation, 0);
        }
    }

    fn await_detection_of(&mut self, service: ServiceId, incarnation: Incarnation, round: u32) {
        let (probe, person) = self.detection_delays(service, round);
        let probe = probe.filter(|_| self.is_watched(service));
        if let Some(delay) = probe.into_iter().chain(person).min() {
            self.schedule_in(delay, Event::Detected { service, incarnation });
        }
    }

    /// True while some monitoring node serves, or when monitoring is not modelled.
    fn is_watched(&self, service: ServiceId) -> bool {
        let monitors = &self.scenario.services[service].detection.monitors;
        monitors.is_empty() || monitors.iter().any(|range| range.iter().any(|unit| self.host_serves(unit)))
    }

    /// Time until the quickest probe and until a person notices; `None` when that never happens. Probes begin anew in each round.
    fn detection_delays(&self, service: ServiceId, round: u32) -> (Option<Span>, Option<Span>) {
        let detection = &self.scenario.services[service].detection;
        let nth = u64::from(self.services[service].incidents) << 16 | u64::from(round & 0xffff);
        let mut rng = self.key.stream(Purpose::Detection as u64, self.layout.service_keys[service], nth);
        let probes: Vec<Span> = detection.probes.iter().filter_map(|probe| probe_delay(probe, &mut rng)).collect();
        (probes.into_iter().min(), detection.person.as_ref().map(|law| draw(law, &mut rng)))
    }

    /// Monitoring nodes may have come back: probes of services that nobody watched begin anew.
    pub(super) fn watchers_back(&mut self, back: IdRange<UnitId>) {
        if self.down.is_empty() {
            return;
        }
        for service in self.scenario.services.ids() {
            let monitors = &self.scenario.services[service].detection.monitors;
            let state = &self.services[service];
            if state.stage != Stage::Unnoticed || monitors.is_empty() || state.led > 0 {
                continue;
            }
            let mut serving = monitors.iter().flat_map(|range| range.iter()).filter(|unit| self.host_serves(*unit));
            if self.is_watched(service) && serving.all(|unit| back.contains(unit)) {
                let incarnation = state.incarnation;
                self.services[service].attempts += 1;
                if let (Some(delay), _) = self.detection_delays(service, self.services[service].attempts) {
                    self.schedule_in(delay, Event::Detected { service, incarnation });
                }
            }
        }
    }

    /// The loss is noticed, unless it is a probe that finds itself without a monitoring node to see it.
    pub(super) fn detected(&mut self, service: ServiceId, incarnation: Incarnation) {
        let state = &self.services[service];
        if state.incarnation != incarnation || state.stage != Stage::Unnoticed || state.led > 0 {
            return;
        }
        if !self.is_watched(service) {
            let person = self.detection_delays(service, 0).1.map(|delay| state.lost_since + delay);
            if person.is_none_or(|at| at > self.now) {
                if let Some(at) = person {
                    self.schedule(at, Event::Detected { service, incarnation });
                }
                return;
            }
        }
        self.loss_is_known(service);
    }

    fn loss_is_known(&mut self, service: ServiceId) {
        let began = self.services[service].lost_since;
        let length = self.now - began;
        self.tally.services[service].detections.add(length);
        self.tally.events.push(TallyEvent { service, kind: EventKind::Detection, began, length });
        self.note(Happening::Detected(service));
        self.services[service].detected = Some(self.now);
        let incarnation = self.move_stage(service, Stage::Deciding);
        if self.services[service].led == 0 {
            self.await_decision_of(service, incarnation);
        }
        self.touch_service(service);
    }

    fn await_decision_of(&mut self, service: ServiceId, incarnation: Incarnation) {
        let decide = self.scenario.services[service].detection.decide.as_ref();
        let takes = decide.map_or(Span::ZERO, |law| draw(law, &mut self.incident_stream(Purpose::Decision, service)));
        self.schedule_in(takes, Event::Decided { service, incarnation });
    }

    /// The failover is decided: it starts as soon as there is a group to go to.
    pub(super) fn decided(&mut self, service: ServiceId, incarnation: Incarnation) {
        let state = &self.services[service];
        if state.incarnation == incarnation && state.stage == Stage::Deciding && state.led == 0 {
            self.begin_failover(service);
        }
    }

    fn decide(&mut self, service: ServiceId) {
        if self.services[service].decided.is_none() {
            self.services[service].decided = Some(self.now);
            self.note(Happening::Decided(service));
        }
    }

    fn begin_failover(&mut self, service: ServiceId) {
        self.decide(service);
        self.move_stage(service, Stage::Waiting);
        self.touch_service(service);
    }

    /// While a failover is being prepared: the group may come back by itself, or a target may turn up.
    pub(super) fn pursue(&mut self, service: ServiceId, enough: bool) {
        let called_for = self.services[service].ordered && self.services[service].data_missing > 0;
        if enough && !called_for {
            self.services[service].ordered = false;
            self.move_stage(service, Stage::Serving);
            if self.services[service].status == Status::Down && self.unobstructed(service) {
                self.start_up(service);
            }
        } else if self.services[service].stage == Stage::Waiting
            && let Some(target) = self.standby_target(service, |_| true)
        {
            self.switch_to(service, target);
        }
    }

    /// The first other group with enough replicas at a place that will do; calling on it brings its hidden failures to light.
    fn standby_target(&mut self, service: ServiceId, will_do: impl Fn(DomainId) -> bool) -> Option<usize> {
        let (need, active) = (self.scenario.services[service].need, self.services[service].active);
        for (group, place) in self.scenario.services[service].groups.iter().enumerate() {
            if group == active || !will_do(place.domain) {
                continue;
            }
            for replica in place.replicas.iter() {
                self.uncover(self.replicas[replica].host);
            }
            if self.services[service].group_up[group] >= need {
                return Some(group);
            }
        }
        None
    }

    fn switch_to(&mut self, service: ServiceId, target: usize) {
        self.services[service].attempts += 1;
        self.tally.services[service].failovers += 1;
        let law = &self.scenario.services[service].failover.switch;
        let takes = draw(law, &mut self.incident_stream(Purpose::Switch, service));
        let incarnation = self.move_stage(service, Stage::Switching(target as u32));
        self.schedule_in(takes, Event::Switched { service, incarnation });
    }

    /// A switch, a move or a return is done.
    pub(super) fn switched(&mut self, service: ServiceId, incarnation: Incarnation) {
        if self.services[service].incarnation != incarnation {
            return;
        }
        match self.services[service].stage {
            Stage::Switching(target) => self.arrive(service, target as usize),
            Stage::Moving(target) => {
                if self.services[service].group_up[target as usize] >= self.scenario.services[service].need {
                    self.settle_at(service, target as usize);
                } else {
                    self.move_stage(service, Stage::Serving);
                }
            }
            Stage::Returning => {
                self.services[service].scaled = true;
                self.settle_at(service, 0);
            }
            Stage::Serving
            | Stage::Unnoticed
            | Stage::Deciding
            | Stage::Waiting
            | Stage::StartingUp
            | Stage::Electing => {}
        }
        self.touch_service(service);
    }

    /// The switch is done: it worked, or it is tried again.
    fn arrive(&mut self, service: ServiceId, target: usize) {
        let failover = &self.scenario.services[service].failover;
        let works = chance(failover.works.get(), &mut self.incident_stream(Purpose::Works, service));
        let there = self.services[service].group_up[target] >= self.scenario.services[service].need;
        if works && there {
            self.settle_at(service, target);
        } else {
            self.tally.services[service].failovers_failed += 1;
            self.note(Happening::FailoverFailed(service));
            self.move_stage(service, Stage::Waiting);
        }
    }

    /// The service runs at a group, at first with what is running there.
    fn settle_at(&mut self, service: ServiceId, target: usize) {
        self.move_stage(service, Stage::Serving);
        self.incur_away(service);
        self.services[service].active = target;
        self.services[service].failback_pending = false;
        self.services[service].ordered = false;
        self.note(Happening::SwitchedTo(service, target as u32));
        if self.data.any {
            self.data_follows(service, self.scenario.services[service].groups[target].domain);
        }
        let failover = &self.scenario.services[service].failover;
        match &failover.scale_up {
            Some(law) if target > 0 => {
                let takes = draw(law, &mut self.incident_stream(Purpose::ScaleUp, service));
                self.services[service].scaled = false;
                self.services[service].scale_incarnation += 1;
                let incarnation = self.services[service].scale_incarnation;
                self.schedule_in(takes, Event::ScaledUp { service, incarnation });
            }
            _ => self.services[service].scaled = true,
        }
    }

    /// The standby group has its full capacity.
    pub(super) fn scaled_up(&mut self, service: ServiceId, incarnation: Incarnation) {
        if !self.services[service].scaled && self.services[service].scale_incarnation == incarnation {
            self.services[service].scaled = true;
            self.note(Happening::ScaledUp(service));
            self.touch_service(service);
        }
    }

    /// While a standby group serves: once the first group is whole the wait for the return begins, and ends when it is not.
    pub(super) fn follow_first_group(&mut self, service: ServiceId) {
        let Some(failback) = &self.scenario.services[service].failover.failback else { return };
        let whole = self.first_group_ready(service);
        let state = &self.services[service];
        if state.active == 0 || !whole || state.stage != Stage::Serving {
            self.services[service].failback_pending = false;
        } else if !state.failback_pending {
            let state = &mut self.services[service];
            state.failback_pending = true;
            state.failback_incarnation += 1;
            let incarnation = state.failback_incarnation;
            self.schedule_in(failback.after, Event::FailbackDue { service, incarnation });
        }
    }

    /// The first group has been whole for long enough.
    pub(super) fn failback_due(&mut self, service: ServiceId, incarnation: Incarnation) {
        let state = &self.services[service];
        if !state.failback_pending || state.failback_incarnation != incarnation || state.stage != Stage::Serving {
            return;
        }
        self.begin_return(service);
    }

    /// The planned return: at once when nothing is said of how long it takes.
    fn begin_return(&mut self, service: ServiceId) {
        self.services[service].failback_pending = false;
        let failback = self.scenario.services[service].failover.failback.as_ref();
        let takes =
            failback.map(|failback| draw(&failback.takes, &mut self.incident_stream(Purpose::Failback, service)));
        let takes = takes.unwrap_or(Span::ZERO);
        let incarnation = self.move_stage(service, Stage::Returning);
        self.schedule_in(takes, Event::Switched { service, incarnation });
        self.touch_service(service);
    }

    /// True when the first group is whole and its data are there.
    fn first_group_ready(&self, service: ServiceId) -> bool {
        let first = &self.scenario.services[service].groups[0];
        let up = self.services[service].group_up[0] as usize;
        up == first.replicas.len() && self.data_ready_at(service, first.domain)
    }

    /// A plan says from now on when the loss of a group is known and decided, or no more: then the service finds out for itself.
    pub(super) fn lead_service(&mut self, service: ServiceId, leads: bool) {
        let state = &mut self.services[service];
        state.led = if leads { state.led + 1 } else { state.led - 1 };
        let (led, stage, incarnation) = (state.led, state.stage, state.incarnation);
        match stage {
            Stage::Unnoticed if led == 0 => {
                self.services[service].attempts += 1; // a round of its own
                self.await_detection_of(service, incarnation, self.services[service].attempts);
            }
            Stage::Deciding if led == 0 => self.await_decision_of(service, incarnation),
            Stage::Unnoticed
            | Stage::Deciding
            | Stage::Serving
            | Stage::Waiting
            | Stage::Switching(_)
            | Stage::Moving(_)
            | Stage::Returning
            | Stage::StartingUp
            | Stage::Electing => {}
        }
    }

    /// A plan found out that the group of a service is lost.
    pub(super) fn service_known(&mut self, service: ServiceId) {
        if self.services[service].stage == Stage::Unnoticed {
            self.loss_is_known(service);
        }
    }

    /// A plan decided on a failover that a later step begins.
    pub(super) fn service_decided(&mut self, service: ServiceId) {
        if self.services[service].stage == Stage::Deciding {
            self.decide(service);
        }
    }

    /// A plan switches a service that has lost its group, or that is down for want of data; any other is left alone.
    pub(super) fn order_failover(&mut self, service: ServiceId) {
        self.service_known(service);
        match self.services[service].stage {
            Stage::Deciding => self.begin_failover(service),
            Stage::Serving | Stage::StartingUp => {
                let state = &self.services[service];
                if self.layout.standby[service] && state.data_missing > 0 && !state.ordered {
                    self.services[service].ordered = true;
                    self.services[service].attempts = 0;
                    self.services[service].detected.get_or_insert(self.now);
                    self.begin_failover(service);
                }
            }
            Stage::Unnoticed
            | Stage::Waiting
            | Stage::Switching(_)
            | Stage::Moving(_)
            | Stage::Returning
            | Stage::Electing => {}
        }
    }

    /// True while a service has lost its group and is not at another.
    pub(super) fn failing_over(&self, service: ServiceId) -> bool {
        matches!(
            self.services[service].stage,
            Stage::Unnoticed | Stage::Deciding | Stage::Waiting | Stage::Switching(_) | Stage::Moving(_)
        )
    }

    /// True when a service is at its first group, or could return to it now.
    pub(super) fn may_return(&self, service: ServiceId) -> bool {
        let state = &self.services[service];
        state.active == 0 || state.stage == Stage::Serving && self.first_group_ready(service)
    }

    /// A plan has a service return to its first group, if it is elsewhere and can.
    pub(super) fn order_return(&mut self, service: ServiceId) {
        if self.services[service].active != 0 && self.may_return(service) {
            self.begin_return(service);
        }
    }

    /// True until a service is at its first group.
    pub(super) fn returning(&self, service: ServiceId) -> bool {
        self.services[service].active != 0
    }

    /// Plans the next needless failover.
    pub(super) fn plan_false_alarm(&mut self, service: ServiceId) {
        let rate = self.scenario.services[service].detection.false_alarms.per_second();
        if rate > 0.0 && self.layout.standby[service] {
            let nth = u64::from(self.services[service].false_alarms);
            let mut rng = self.key.stream(Purpose::FalseAlarm as u64, self.layout.service_keys[service], nth);
            let unit: f64 = Exp1.sample(&mut rng);
            self.schedule_in(Span::from_seconds(unit / rate), Event::FalseAlarm { service });
        }
    }

    /// A failover that nothing called for.
    pub(super) fn false_alarm(&mut self, service: ServiceId) {
        self.services[service].false_alarms += 1;
        self.plan_false_alarm(service);
        let state = &self.services[service];
        if state.stage != Stage::Serving || state.status == Status::Down {
            return;
        }
        if let Some(target) = self.standby_target(service, |_| true) {
            self.tally.services[service].false_alarms += 1;
            self.services[service].incidents += 1; // draws of its own, not those of the incident before it
            self.note(Happening::FalseAlarm(service));
            self.services[service].attempts = 0;
            self.switch_to(service, target);
            self.touch_service(service);
        }
    }

    /// A threat to these domains is announced: a service whose active group lies there moves to a group that does not, without an
    /// outage if it is done in time.
    pub(super) fn evacuate(&mut self, domains: &[DomainId]) {
        let scenario = self.scenario;
        let threatened =
            |place: DomainId| domains.iter().any(|domain| scenario.domains[*domain].subtree.contains(place));
        if domains.is_empty() {
            return;
        }
        for service in scenario.services.ids() {
            let state = &self.services[service];
            let groups = &scenario.services[service].groups;
            if !self.layout.standby[service]
                || state.stage != Stage::Serving
                || !threatened(groups[state.active].domain)
            {
                continue;
            }
            let Some(target) = self.standby_target(service, |place| !threatened(place)) else { continue };
            self.services[service].incidents += 1;
            let model = &self.scenario.services[service];
            let mut rng = self.incident_stream(Purpose::Decision, service);
            let decide = model.detection.decide.as_ref().map_or(Span::ZERO, |law| draw(law, &mut rng));
            let switch = draw(&model.failover.switch, &mut self.incident_stream(Purpose::Switch, service));
            let incarnation = self.move_stage(service, Stage::Moving(target as u32));
            self.schedule_in(decide + switch, Event::Switched { service, incarnation });
        }
    }
}

/// Delay of one probe: the loss falls at a uniform phase, so many probes must fail, and the series must be recognised.
fn probe_delay(probe: &Probe, rng: &mut Rng) -> Option<Span> {
    let phase: f64 = rng.random();
    if probe.detects.get() <= 0.0 {
        return None;
    }
    // Series that go unrecognised before the first one that is: geometric, by inversion.
    let extra = if probe.detects.get() >= 1.0 {
        0.0
    } else {
        libm::floor(libm::log1p(-rng.random::<f64>()) / libm::log1p(-probe.detects.get()))
    };
    let missed = f64::from(probe.missed.max(1) - 1) + extra;
    Some(Span::from_seconds(probe.every.as_seconds() * (phase + missed)))
}

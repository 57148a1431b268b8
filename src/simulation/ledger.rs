//! The books of a service: what each stretch of time was worth, its outages, the windows of its promise.

use super::state::{ServiceState, World, slice_end};
use super::tally::{EventKind, PROFILE_BINS, ServiceTally, TallyEvent, TrialTally};
use super::trace::Status;
use crate::model::{Disruption, ServiceId};
use crate::quantity::{MICROSECONDS_PER_SECOND, SimTime, Span};

/// Microseconds of a stretch within a trial. The signed conversion costs a fifth of the unsigned one.
#[inline]
pub(super) fn reckoned(stretch: Span) -> f64 {
    stretch.as_microseconds().cast_signed() as f64
}

impl ServiceState {
    /// Books the time since the last change under the state that held.
    #[inline(never)]
    pub fn accrue(&mut self, service: ServiceId, now: SimTime, tally: &mut TrialTally) {
        let since = std::mem::replace(&mut self.since, now);
        if since == now {
            return;
        }
        self.degree_least = self.degree_least.min(self.degree);
        if now <= self.slice_end {
            self.slice_degree += f64::from(self.degree) * reckoned(now - since);
        } else {
            self.cross_slices(since, now, tally.scenario.horizon, &mut tally.redundancy[service]);
        }
        // Whoever is up, could lose another, and carries no load has nothing else to book: the common case.
        if self.status != Status::Up || self.degree == 0 || self.split || self.utilised > 0.0 {
            self.accrue_trouble(now - since, &mut tally.services[service]);
        }
    }

    /// The redundancy degree over a stretch that runs into later slices of the horizon.
    fn cross_slices(&mut self, mut from: SimTime, now: SimTime, horizon: Span, profile: &mut [f64]) {
        while from < now {
            let until = now.min(self.slice_end);
            self.slice_degree += f64::from(self.degree) * reckoned(until - from);
            from = until;
            if self.slice_end <= from && self.slice + 1 < PROFILE_BINS {
                self.close_slice(profile);
                self.slice += 1;
                self.slice_end = slice_end(horizon, self.slice);
            }
        }
    }

    fn close_slice(&mut self, profile: &mut [f64]) {
        let degree = std::mem::take(&mut self.slice_degree) / MICROSECONDS_PER_SECOND as f64;
        profile[self.slice] += degree;
    }

    /// What there is to book beside the redundancy degree.
    fn accrue_trouble(&self, passed: Span, tally: &mut ServiceTally) {
        let seconds = passed.as_seconds();
        if self.degree == 0 {
            tally.exposed += passed;
        }
        if self.split {
            tally.split_brain += passed;
        }
        match self.status {
            Status::Up => {}
            Status::Degraded => {
                tally.degraded += passed;
                tally.served_in_incidents += self.share * seconds;
            }
            Status::Down => {
                tally.down += passed;
                let part = seconds / self.causes.len().max(1) as f64;
                for cause in &self.causes {
                    tally.charged[*cause as usize] += part;
                }
            }
        }
        if self.status != Status::Down {
            tally.utilised += self.utilised * seconds;
        }
    }
}

impl World<'_> {
    /// Books the time since the last change of a service under the state that held.
    pub(super) fn accrue(&mut self, service: ServiceId) {
        self.services[service].accrue(service, self.now, &mut self.tally);
    }

    /// Books an outage that ended, or that the end of the trial cuts off.
    pub(super) fn close_outage(&mut self, service: ServiceId, recovered: bool) {
        let state = &self.services[service];
        if self.now == state.down_since {
            return; // an instant between two events of the same moment
        }
        let (length, planned, disruption, since) =
            (self.now - state.down_since, state.planned, state.disruption, state.down_since);
        self.book_windows(service, since, self.now);
        let tally = &mut self.tally.services[service];
        tally.outages.add(length);
        self.tally.events.push(TallyEvent { service, kind: EventKind::Outage, began: since, length });
        if planned {
            return;
        }
        let work = if recovered { self.begin_catch_up(service) } else { Span::ZERO };
        if !recovered && self.trace.is_some() {
            let incident = self.service_incident(service, None);
            self.note_whole(incident);
        }
        let objective = &self.scenario.services[service].objective;
        let judge = |(met, judged): (u64, u64), length: Span, limit: Option<Span>| match limit {
            Some(limit) if recovered || length > limit => (met + u64::from(length <= limit), judged + 1),
            _ => (met, judged),
        };
        let tally = &mut self.tally.services[service];
        tally.rto = judge(tally.rto, length, objective.rto);
        // What is tolerable ends only when all work is caught up.
        tally.mtd = judge(tally.mtd, length + work, objective.mtd);
        if recovered {
            let class = Disruption::ALL.iter().position(|other| *other == disruption).unwrap_or(0);
            tally.recoveries[class].add(length);
            self.tally.events.push(TallyEvent { service, kind: EventKind::Recovery(disruption), began: since, length });
        } else {
            tally.unrecovered += 1;
        }
    }

    /// Books an outage into the windows over which availability is promised.
    fn book_windows(&mut self, service: ServiceId, since: SimTime, until: SimTime) {
        let Some(objective) = &self.scenario.services[service].objective.availability else { return };
        let mut from = since;
        while from < until {
            let Some(end) = objective.ends.get(self.services[service].window) else { return };
            if *end <= from {
                self.close_window(service);
                continue;
            }
            let part = until.min(*end);
            self.services[service].window_down += part - from;
            from = part;
        }
    }

    fn close_window(&mut self, service: ServiceId) {
        let Some(objective) = &self.scenario.services[service].objective.availability else { return };
        let state = &mut self.services[service];
        let begin = if state.window == 0 { SimTime::ZERO } else { objective.ends[state.window - 1] };
        let length = objective.ends[state.window] - begin;
        let up = 1.0 - state.window_down.as_seconds() / length.as_seconds();
        state.window += 1;
        state.window_down = Span::ZERO;
        let (met, judged) = &mut self.tally.services[service].windows;
        *met += u64::from(up >= objective.share.get());
        *judged += 1;
    }

    /// Closes the books at the end of a trial.
    pub(super) fn settle_ledgers(&mut self) {
        if !self.down.is_empty() {
            self.tally.scenario.any_down.add(self.now - self.any_down_since);
        }
        for service in self.scenario.services.ids() {
            self.accrue(service);
            if self.services[service].status == Status::Down {
                self.close_outage(service, false);
            }
            self.close_incident(service, None);
            let ends = self.scenario.services[service].objective.availability.as_ref().map_or(0, |it| it.ends.len());
            while self.services[service].window < ends {
                self.close_window(service);
            }
            self.services[service].close_slice(&mut self.tally.redundancy[service]);
            let degree: f64 = self.tally.redundancy[service].iter().sum();
            let tally = &mut self.tally.services[service];
            tally.degree = degree;
            tally.degree_least = self.services[service].degree_least;
            if self.scenario.services[service].load.is_some() {
                tally.utilised_time = tally.horizon.saturating_sub(tally.down);
            }
            let whole = tally.horizon.saturating_sub(tally.down + tally.degraded);
            tally.served = whole.as_seconds() + tally.served_in_incidents;
        }
        for crew in self.scenario.crews.ids() {
            self.occupy(crew, 0);
            self.tally.scenario.crew_busy += self.crews[crew].busy_seconds;
        }
    }
}

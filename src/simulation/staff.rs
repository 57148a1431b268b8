//! People who are called: they come in order of priority, then first come; at night and at weekends later.
//!
//! Nobody is taken in the middle of an event: calls of one moment are looked at together, so that the most urgent goes first.

use super::draw::{Purpose, draw};
use super::event::Event;
use super::plan::StepId;
use super::state::World;
use crate::id::Id;
use crate::model::{DatasetId, StaffId};
use crate::quantity::Span;

/// What people are called for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Duty {
    /// A step of a plan.
    Step(StepId),
    /// The restore of a dataset.
    Restore(DatasetId),
}

/// Somebody waits for people. No more of them than there are steps and datasets.
#[derive(Clone, Copy, Debug)]
struct Call {
    duty: Duty,
    people: u32,
    /// A lower number goes first.
    order: u8,
    /// The trace knows that it waits.
    noted: bool,
}

/// One staff.
#[derive(Clone, Debug, Default)]
pub(super) struct StaffState {
    busy: u32,
    /// Calls in the order in which they came.
    calls: Vec<Call>,
    /// People who are there outside their hours: whoever was called stays until there is nothing left to do.
    there: u32,
    /// Shifts that had begun when they came: they go home with the next one.
    shift: usize,
    /// The calls will be looked at in an event of this moment.
    looking: bool,
}

impl StaffState {
    pub fn reset(&mut self) {
        self.calls.clear();
        let calls = std::mem::take(&mut self.calls);
        *self = Self { calls, ..Self::default() };
    }
}

impl World<'_> {
    /// Calls people; the duty begins when they are there.
    pub(super) fn call_staff(&mut self, staff: StaffId, people: u32, order: u8, duty: Duty) {
        self.staff[staff].calls.push(Call { duty, people, order, noted: false });
        self.look_at_calls(staff);
    }

    /// True while people have been called for it and have not been sent.
    pub(super) fn is_called(&self, staff: StaffId, duty: Duty) -> bool {
        self.staff[staff].calls.iter().any(|call| call.duty == duty)
    }

    /// Whoever waits needs nobody any more.
    pub(super) fn withdraw_call(&mut self, staff: StaffId, duty: Duty) {
        self.staff[staff].calls.retain(|call| call.duty != duty);
        self.look_at_calls(staff);
    }

    /// People are free again.
    pub(super) fn release_staff(&mut self, staff: StaffId, people: u32) {
        self.staff[staff].busy -= people;
        self.look_at_calls(staff);
    }

    fn look_at_calls(&mut self, staff: StaffId) {
        if !std::mem::replace(&mut self.staff[staff].looking, true) {
            self.schedule_in(Span::ZERO, Event::StaffCalled { staff });
        }
    }

    /// Sends people to whoever is first; nobody overtakes a call that needs more of them than are free.
    pub(super) fn staff_called(&mut self, staff: StaffId) {
        self.staff[staff].looking = false;
        loop {
            let state = &mut self.staff[staff];
            let first = state.calls.iter().enumerate().min_by_key(|(nth, call)| (call.order, *nth));
            let Some((nth, call)) = first.map(|(nth, call)| (nth, *call)) else { break };
            if state.busy + call.people > self.scenario.staff[staff].people {
                break;
            }
            state.calls.remove(nth);
            let answer = self.answer_time(staff, call);
            let state = &mut self.staff[staff];
            state.busy += call.people;
            state.there = state.there.max(state.busy);
            match call.duty {
                Duty::Step(step) => self.step_staffed(step, answer),
                Duty::Restore(dataset) => self.restore_staffed(dataset, staff, answer),
            }
        }
        for nth in 0..self.staff[staff].calls.len() {
            let call = &mut self.staff[staff].calls[nth];
            if let (false, Duty::Step(step)) = (std::mem::replace(&mut call.noted, true), call.duty) {
                self.step_waits(step);
            }
        }
        self.send_home(staff);
    }

    /// How long until they begin: nothing in their hours, or when enough of them are there already.
    fn answer_time(&mut self, staff: StaffId, call: Call) -> Span {
        let (model, now) = (&self.scenario.staff[staff], self.now);
        let shift = model.hours.partition_point(|(begin, _)| *begin <= now);
        let state = &mut self.staff[staff];
        if state.shift != shift {
            state.shift = shift;
            state.there = state.busy;
        }
        if model.on_duty(now) || state.busy + call.people <= state.there {
            return Span::ZERO;
        }
        let (key, nth) = match call.duty {
            Duty::Step(step) => self.step_stream(step),
            Duty::Restore(dataset) => {
                let state = &self.data.datasets[dataset];
                let nth = u64::from(state.incidents) << 16 | u64::from(state.tries & 0xffff);
                (self.layout.dataset_keys[dataset], nth)
            }
        };
        let law = model.answer.as_ref();
        law.map_or(Span::ZERO, |law| draw(law, &mut self.key.stream(Purpose::PlanAnswer as u64, key, nth)))
    }

    /// People with nothing to do go home, unless a plan that counts on them is still running.
    pub(super) fn send_home(&mut self, staff: StaffId) {
        let state = &self.staff[staff];
        if state.busy == 0 && state.there > 0 && state.calls.is_empty() && !self.plan_counts_on(staff) {
            self.staff[staff].there = 0;
        }
    }

    /// Sends everybody home who only waited for the end of a plan.
    pub(super) fn send_all_home(&mut self) {
        for staff in (0..self.staff.len()).map(StaffId::new) {
            self.send_home(staff);
        }
    }
}

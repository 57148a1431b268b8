//! Recovery plans: what people do once a threat shows.
//!
//! A step goes through its stages by events: it waits for the steps before it, for its parts, for its people, does its work and what it
//! sets going side by side, and is done when both are.

use super::draw::{Purpose, chance, draw};
use super::event::{Event, Incarnation};
use super::staff::Duty;
use super::state::World;
use super::trace::{Happening, PlanHappening};
use crate::engine::name_key;
use crate::id::{Id, IdVec, ids};
use crate::model::{Action, DatasetId, Does, Phase, Plan, PlanId, Scenario, ServiceId, StaffId, Step, ThreatId};
use crate::quantity::Span;

ids! {
    /// A step among those of all plans.
    StepId,
}

/// A step that did not work so often is given up, and the plan goes on without it: at a chance of 1 % or more it happens once in 20 000
/// times, and a smaller chance would keep people and the plan busy for ever.
const ATTEMPTS_MAX: u32 = 1000;

/// Calls of steps that restore nothing are as urgent as restores are by default.
const ORDER: u8 = 100;

/// Where a step stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Doing {
    /// Not its turn.
    Nothing,
    /// All before it is done, but its services cannot return yet.
    Held,
    /// Its turn.
    Ready,
    /// Its parts are on their way.
    Parts,
    /// Its people are called.
    Called,
    /// They are on their way.
    Answering,
    /// Its time runs.
    Working,
    /// Its time is over, what it set going is not.
    Pending,
    /// Over.
    Done,
}

/// One step.
#[derive(Clone, Debug)]
struct StepState {
    plan: PlanId,
    nth: usize,
    key: u64,
    /// Steps that wait for it.
    next: Vec<StepId>,
    doing: Doing,
    incarnation: Incarnation,
    /// Steps that it still waits for.
    waits: usize,
    attempts: u32,
}

/// One plan.
#[derive(Clone, Debug, Default)]
struct PlanState {
    /// Its first step among all.
    first: usize,
    /// Steps to go; none while it does not run.
    left: usize,
    /// How often it was called up.
    runs: u32,
}

/// All plans.
#[derive(Debug)]
pub(super) struct PlanStates {
    plans: IdVec<PlanId, PlanState>,
    steps: IdVec<StepId, StepState>,
    /// Plans that a threat calls up, and whether it shows only when the data that it spoiled are found.
    called_by: IdVec<ThreatId, Vec<PlanId>>,
    shows_late: IdVec<ThreatId, bool>,
    /// Plans that run.
    running: usize,
    /// Steps that wait for something other than an event of their own.
    watched: Vec<StepId>,
}

impl PlanStates {
    pub fn new(scenario: &Scenario) -> Self {
        let (mut plans, mut steps): (IdVec<PlanId, PlanState>, IdVec<StepId, StepState>) = (IdVec::new(), IdVec::new());
        let mut called_by = IdVec::filled(Vec::new(), scenario.threats.len());
        for (id, plan) in scenario.plans.enumerate() {
            let first = steps.len();
            plans.push(PlanState { first, ..PlanState::default() });
            for threat in &plan.threats {
                called_by[*threat].push(id);
            }
            for (nth, step) in plan.steps.iter().enumerate() {
                let new = steps.push(StepState {
                    plan: id,
                    nth,
                    key: name_key(&plan.name).wrapping_add(name_key(&step.name).rotate_left(1)),
                    next: Vec::new(),
                    doing: Doing::Nothing,
                    incarnation: Incarnation::FIRST,
                    waits: 0,
                    attempts: 0,
                });
                for before in &step.after {
                    steps[StepId::new(first + before)].next.push(new);
                }
            }
        }
        let late = |threat: &crate::model::Threat| {
            !threat.effects.is_empty() && threat.effects.iter().all(|effect| matches!(effect.action, Action::Spoil(_)))
        };
        let shows_late = scenario.threats.iter().map(late).collect();
        Self { plans, steps, called_by, shows_late, running: 0, watched: Vec::new() }
    }

    pub fn reset(&mut self) {
        for plan in &mut self.plans {
            (plan.left, plan.runs) = (0, 0);
        }
        for step in &mut self.steps {
            step.doing = Doing::Nothing;
        }
        self.running = 0;
        self.watched.clear();
    }
}

impl<'a> World<'a> {
    fn step_model(&self, step: StepId) -> &'a Step {
        let state = &self.plans.steps[step];
        &self.scenario.plans[state.plan].steps[state.nth]
    }

    /// A threat strikes, or what it spoiled is `found`: its plans are called up, except those that run already.
    pub(super) fn call_up_plans(&mut self, threat: ThreatId, found: bool) {
        if self.plans.shows_late[threat] != found {
            return;
        }
        for nth in 0..self.plans.called_by[threat].len() {
            let plan = self.plans.called_by[threat][nth];
            if self.plans.plans[plan].left == 0 {
                self.begin_plan(plan);
            }
        }
    }

    fn begin_plan(&mut self, plan: PlanId) {
        self.note(Happening::Plan(PlanHappening::Began(plan)));
        let model = &self.scenario.plans[plan];
        let first = self.plans.plans[plan].first;
        self.plans.plans[plan].left = model.steps.len();
        self.plans.plans[plan].runs += 1;
        self.plans.running += 1;
        for (nth, step) in model.steps.iter().enumerate() {
            let id = StepId::new(first + nth);
            let state = &mut self.plans.steps[id];
            state.waits = step.after.len();
            state.attempts = 0;
            self.lead(step, true);
            if step.after.is_empty() {
                self.go_on(id, Doing::Ready, Span::ZERO);
            }
        }
    }

    /// A plan says from now on when the services and datasets of a step are known and decided, or no more.
    fn lead(&mut self, step: &Step, leads: bool) {
        match &step.does {
            Does::Work | Does::Failback(_) => {}
            Does::Failover(services) => {
                for service in services {
                    self.lead_service(*service, leads);
                }
            }
            Does::Restore(datasets) => {
                for dataset in datasets {
                    self.lead_dataset(*dataset, leads);
                }
            }
        }
    }

    /// Has a step do something for a while.
    fn go_on(&mut self, step: StepId, doing: Doing, takes: Span) {
        let state = &mut self.plans.steps[step];
        state.doing = doing;
        state.incarnation += 1;
        let incarnation = state.incarnation;
        self.schedule_in(takes, Event::StepMoves { step, incarnation });
    }

    /// The time of what a step is doing is over.
    pub(super) fn step_moves(&mut self, step: StepId, incarnation: Incarnation) {
        let state = &self.plans.steps[step];
        if state.incarnation != incarnation {
            return;
        }
        match state.doing {
            Doing::Ready if !self.can_return(step) => {
                self.plans.steps[step].doing = Doing::Held;
                self.plans.watched.push(step);
            }
            Doing::Ready => self.order_parts(step),
            Doing::Parts => self.call_people(step),
            Doing::Answering => self.begin_step(step, false),
            Doing::Working => {
                self.plans.steps[step].doing = Doing::Pending;
                self.plans.watched.push(step); // looked at when the event is dealt with
            }
            Doing::Nothing | Doing::Held | Doing::Called | Doing::Pending | Doing::Done => {}
        }
    }

    /// A planned return waits until all of its services can return.
    fn can_return(&self, step: StepId) -> bool {
        match &self.step_model(step).does {
            Does::Failback(services) => services.iter().all(|service| self.may_return(*service)),
            Does::Work | Does::Failover(_) | Does::Restore(_) => true,
        }
    }

    fn order_parts(&mut self, step: StepId) {
        let (key, nth) = self.step_stream(step);
        match &self.step_model(step).parts {
            Some(law) => {
                let takes = draw(law, &mut self.key.stream(Purpose::PlanStep as u64, key, nth | 0xffff));
                self.go_on(step, Doing::Parts, takes);
            }
            None => self.call_people(step),
        }
    }

    fn call_people(&mut self, step: StepId) {
        let model = self.step_model(step);
        let Some((staff, people)) = model.who else { return self.begin_step(step, false) };
        let order = match &model.does {
            Does::Restore(datasets) => {
                datasets.iter().map(|dataset| self.scenario.datasets[*dataset].recovery.order).min().unwrap_or(ORDER)
            }
            Does::Work | Does::Failover(_) | Does::Failback(_) => ORDER,
        };
        self.plans.steps[step].doing = Doing::Called;
        self.call_staff(staff, people, order, Duty::Step(step));
    }

    /// The people of a step are sent; they are there after a while.
    pub(super) fn step_staffed(&mut self, step: StepId, answer: Span) {
        self.go_on(step, Doing::Answering, answer);
    }

    /// The people of a step are busy elsewhere.
    pub(super) fn step_waits(&mut self, step: StepId) {
        let state = &self.plans.steps[step];
        self.note(Happening::Plan(PlanHappening::StepWaits(state.plan, state.nth as u32)));
    }

    /// Key and number of the streams of a step in this run of its plan; the lowest sixteen bits are free.
    pub(super) fn step_stream(&self, step: StepId) -> (u64, u64) {
        let state = &self.plans.steps[step];
        (state.key, u64::from(self.plans.plans[state.plan].runs) << 16)
    }

    fn begin_step(&mut self, step: StepId, again: bool) {
        let state = &self.plans.steps[step];
        let (plan, at, attempts) = (state.plan, state.nth, u64::from(state.attempts));
        if !again {
            self.note(Happening::Plan(PlanHappening::StepBegan(plan, at as u32)));
        }
        let model = self.step_model(step);
        match &model.does {
            Does::Work => {}
            Does::Failover(services) => services.iter().for_each(|service| self.order_failover(*service)),
            Does::Restore(datasets) => {
                for dataset in datasets {
                    self.order_restore(*dataset, model.who.is_some());
                }
            }
            Does::Failback(services) => services.iter().for_each(|service| self.order_return(*service)),
        }
        let (key, nth) = self.step_stream(step);
        let mut rng = self.key.stream(Purpose::PlanStep as u64, key, nth | attempts);
        let takes = model.takes.as_ref().map_or(Span::ZERO, |law| draw(law, &mut rng));
        self.go_on(step, Doing::Working, takes);
    }

    /// True while something that a step set going is not done.
    fn is_pending(&self, step: StepId) -> bool {
        match &self.step_model(step).does {
            Does::Work => false,
            Does::Failover(services) => services.iter().any(|service| self.failing_over(*service)),
            Does::Restore(datasets) => datasets.iter().any(|dataset| self.restoring(*dataset)),
            Does::Failback(services) => services.iter().any(|service| self.returning(*service)),
        }
    }

    /// Looks at the steps that wait for services and data; true when one of them went on.
    pub(super) fn follow_plans(&mut self) -> bool {
        let mut any = false;
        let mut nth = 0;
        while nth < self.plans.watched.len() {
            let step = self.plans.watched[nth];
            let held = self.plans.steps[step].doing == Doing::Held;
            if if held { !self.can_return(step) } else { self.is_pending(step) } {
                self.hurry(step);
                nth += 1;
                continue;
            }
            self.plans.watched.remove(nth);
            any = true;
            if held { self.order_parts(step) } else { self.conclude_step(step) }
        }
        any
    }

    /// True while `follow_plans` has something to look at.
    pub(super) fn plans_wait(&self) -> bool {
        !self.plans.watched.is_empty()
    }

    /// A service that lost its new group as well, or whose return came to nothing, is told again, and so is whoever restores.
    fn hurry(&mut self, step: StepId) {
        if self.plans.steps[step].doing == Doing::Pending {
            match &self.step_model(step).does {
                Does::Failover(services) => services.iter().for_each(|service| self.order_failover(*service)),
                Does::Failback(services) => services.iter().for_each(|service| self.order_return(*service)),
                // One that was lost after the step began: nobody else would notice it.
                Does::Restore(datasets) => {
                    for dataset in datasets {
                        if self.restoring(*dataset) {
                            self.order_restore(*dataset, self.step_model(step).who.is_some());
                        }
                    }
                }
                Does::Work => {}
            }
        }
    }

    /// Work and what it set going are over: it worked, or it is done again.
    fn conclude_step(&mut self, step: StepId) {
        let state = &mut self.plans.steps[step];
        state.attempts += 1;
        let (plan, nth, attempts) = (state.plan, state.nth, state.attempts);
        let model = &self.scenario.plans[plan].steps[nth];
        let (key, run) = self.step_stream(step);
        // Beside the stream of its time: a law that draws more or less leaves the chance alone.
        let luck = run | u64::from(attempts - 1) | 1 << 15;
        let mut rng = self.key.stream(Purpose::PlanStep as u64, key, luck);
        if !chance(model.succeeds.get(), &mut rng) && attempts < ATTEMPTS_MAX {
            self.note(Happening::Plan(PlanHappening::StepFailed(plan, nth as u32)));
            return self.begin_step(step, true);
        }
        self.finish_step(step);
    }

    fn finish_step(&mut self, step: StepId) {
        let (plan, nth) = (self.plans.steps[step].plan, self.plans.steps[step].nth);
        let scenario = self.scenario;
        let (model, first) = (&scenario.plans[plan], self.plans.plans[plan].first);
        self.plans.steps[step].doing = Doing::Done;
        self.note(Happening::Plan(PlanHappening::StepDone(plan, nth as u32)));
        match model.steps[nth].phase {
            phase @ (Phase::Detect | Phase::Decide) => self.mark_later(model, first, nth, phase),
            Phase::Act | Phase::Verify => {}
        }
        self.lead(&model.steps[nth], false);
        for index in 0..self.plans.steps[step].next.len() {
            let next = self.plans.steps[step].next[index];
            self.plans.steps[next].waits -= 1;
            if self.plans.steps[next].waits == 0 {
                self.go_on(next, Doing::Ready, Span::ZERO);
            }
        }
        // Whoever is next has its turn before the people are given away: calls of one moment are looked at together.
        if let Some((staff, people)) = model.steps[nth].who {
            self.release_staff(staff, people);
        }
        self.plans.plans[plan].left -= 1;
        if self.plans.plans[plan].left == 0 {
            self.plans.running -= 1;
            self.send_all_home();
        }
    }

    /// What later steps, that wait for this one, fail over and restore is now known, or decided.
    fn mark_later(&mut self, plan: &Plan, first: usize, nth: usize, phase: Phase) {
        let mut follows = vec![false; plan.steps.len()];
        for (later, step) in plan.steps.iter().enumerate().skip(nth + 1) {
            follows[later] = step.after.iter().any(|before| *before == nth || follows[*before]);
            if !follows[later] || self.plans.steps[StepId::new(first + later)].doing == Doing::Done {
                continue;
            }
            match &step.does {
                Does::Work | Does::Failback(_) => {}
                Does::Failover(services) => services.iter().for_each(|service| self.mark_service(*service, phase)),
                Does::Restore(datasets) => datasets.iter().for_each(|dataset| self.mark_dataset(*dataset, phase)),
            }
        }
    }

    fn mark_service(&mut self, service: ServiceId, phase: Phase) {
        self.service_known(service);
        if phase == Phase::Decide {
            self.service_decided(service);
        }
    }

    fn mark_dataset(&mut self, dataset: DatasetId, phase: Phase) {
        self.dataset_known(dataset);
        if phase == Phase::Decide {
            self.dataset_decided(dataset);
        }
    }

    /// True while a plan that runs names these people.
    pub(super) fn plan_counts_on(&self, staff: StaffId) -> bool {
        if self.plans.running == 0 {
            return false;
        }
        let names = |plan: &Plan| plan.steps.iter().any(|step| step.who.is_some_and(|(who, _)| who == staff));
        self.plans.plans.enumerate().any(|(id, state)| state.left > 0 && names(&self.scenario.plans[id]))
    }
}

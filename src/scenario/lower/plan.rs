//! Staff and recovery plans.

use super::calendar::Clock;
use super::component::title;
use super::{Lowering, Names};
use crate::id::IdVec;
use crate::model::{DatasetId, Distribution, Does, Phase, Plan, PlanId, ServiceId, Staff, StaffId, Step, ThreatId};
use crate::quantity::{Probability, Span};
use crate::scenario::source::Place;
use crate::scenario::written::Texts;
use crate::scenario::written::plan::{DoesWord, PhaseWord, Plan as Written, Step as WrittenStep};
use crate::scenario::written::read::{At, Item};
use std::collections::{BTreeMap, BTreeSet};

/// Most steps of all plans together.
const STEPS_MAX: usize = 100_000;

/// What plans refer to.
#[derive(Clone, Copy)]
pub(super) struct Ground<'g> {
    pub(super) threats: &'g Names<ThreatId>,
    pub(super) services: &'g Names<ServiceId>,
    pub(super) datasets: &'g Names<DatasetId>,
    /// Datasets with a backup or a mirror.
    pub(super) restorable: &'g BTreeSet<DatasetId>,
    pub(super) staff_ids: &'g Names<StaffId>,
    pub(super) staff: &'g IdVec<StaffId, Staff>,
}

impl Lowering<'_> {
    pub(super) fn staff(&mut self, clock: &Clock, horizon: Span) -> (IdVec<StaffId, Staff>, Names<StaffId>) {
        let (mut staff, mut names) = (IdVec::new(), Names::new());
        for item in self.items(self.file.staff.as_ref(), "staff") {
            self.problems.muted = item.broken;
            let written = &item.value;
            let people = written.people.as_ref().map_or(1, |people| people.value);
            if let (Some(written), false) = (&written.people, (1..=1_000_000).contains(&people)) {
                self.problems
                    .error("out-of-range", written.place, format!("staff of `{people}`"))
                    .help("use 1 to 1 000 000");
            }
            if let (Some(answer), None) = (&written.answer, &written.hours) {
                self.problems
                    .warn(
                        "no-effect",
                        answer.place,
                        format!("`answer` has no effect: `{}` are always there", item.name),
                    )
                    .help("say when they are at work: `hours = { weekdays = \"08:00-20:00\" }`");
            }
            let id = staff.push(Staff {
                name: item.name.clone(),
                title: title(written.title.as_ref(), &item.name),
                people: people.max(1),
                answer: self.maybe_law(written.answer.as_ref()),
                hours: self.shifts(written.hours.as_ref(), clock, horizon),
            });
            names.insert(item.name.clone(), id);
        }
        self.problems.muted = false;
        (staff, names)
    }

    pub(super) fn plans(&mut self, ground: Ground<'_>) -> IdVec<PlanId, Plan> {
        let mut plans = IdVec::new();
        let mut steps = 0;
        for item in self.items(self.file.plans.as_ref(), "plans") {
            self.problems.muted = item.broken;
            steps += item.value.steps.as_ref().map_or(0, |steps| steps.value.len());
            if steps > STEPS_MAX {
                self.problems.error("too-many", item.place, "more than 100 000 steps of plans");
                break;
            }
            let plan = self.plan(item, ground);
            plans.push(plan);
        }
        self.problems.muted = false;
        plans
    }

    fn plan(&mut self, item: &Item<Written>, ground: Ground<'_>) -> Plan {
        let written = &item.value;
        let list = |texts: &Option<At<Texts>>| texts.as_ref().map(|texts| texts.value.0.clone());
        let threats = self.named(list(&written.threats).as_deref(), ground.threats, "unknown-threat", "threat");
        if let Some(of) = written.threats.as_ref().filter(|of| of.value.0.is_empty()) {
            self.problems
                .follows("empty-list", of.place, format!("plan `{}` is for no threat", item.name))
                .help("name the threats that set it going");
        }
        let steps = written.steps.as_ref().map_or(&[][..], |steps| steps.value.as_slice());
        if let Some(written) = written.steps.as_ref().filter(|steps| steps.value.is_empty()) {
            self.problems
                .follows("empty-list", written.place, format!("plan `{}` has no step", item.name))
                .help("write `steps = [{ name = \"fail over\", does = \"failover\", of = \"SERVICE\" }]`");
        }
        let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, step) in steps.iter().enumerate() {
            let Some(name) = &step.value.name else { continue };
            if positions.insert(&name.value, at).is_some() {
                self.problems
                    .error(
                        "named-twice",
                        name.place,
                        format!("two steps of `{}` are called `{}`", item.name, name.value),
                    )
                    .help("`after` names steps: each needs a name of its own");
            }
        }
        let edges: Vec<Vec<(usize, Place)>> = steps
            .iter()
            .map(|step| {
                let mut before = Vec::new();
                for name in step.value.after.iter().flat_map(|after| &after.value.0) {
                    match positions.get(name.value.as_str()) {
                        Some(at) => before.push((*at, name.place)),
                        None => {
                            let known = positions.keys().copied();
                            self.problems.unknown("unknown-step", name.place, "step", &name.value, known);
                        }
                    }
                }
                before
            })
            .collect();
        let names: Vec<&str> =
            steps.iter().map(|step| step.value.name.as_ref().map_or("", |name| name.value.as_str())).collect();
        let order = self.ordered(&names, &edges, "step-cycle", "steps wait for each other in a circle");
        let mut place_of = vec![0; steps.len()];
        for (position, at) in order.iter().enumerate() {
            place_of[*at] = position;
        }
        let lowered = order
            .iter()
            .map(|at| {
                let mut after: Vec<usize> = edges[*at].iter().map(|(before, _)| place_of[*before]).collect();
                after.sort_unstable();
                after.dedup();
                self.step(&steps[*at], after, ground)
            })
            .collect();
        Plan { name: item.name.clone(), title: title(written.title.as_ref(), &item.name), threats, steps: lowered }
    }

    fn step(&mut self, step: &At<WrittenStep>, after: Vec<usize>, ground: Ground<'_>) -> Step {
        let written = &step.value;
        let name = written.name.as_ref().map_or_else(String::new, |name| name.value.clone());
        let does = self.does(step, &name, ground);
        if let Some(succeeds) = written.succeeds.as_ref().filter(|share| share.value == Probability::ZERO) {
            self.problems
                .error("out-of-range", succeeds.place, format!("step `{name}` never works and would be done for ever"))
                .help("use more than 0 %");
        }
        let phase = match written.phase.as_ref().map(|phase| &phase.value) {
            Some(PhaseWord::Detect) => Phase::Detect,
            Some(PhaseWord::Decide) => Phase::Decide,
            Some(PhaseWord::Verify) => Phase::Verify,
            None | Some(PhaseWord::Act) => Phase::Act,
        };
        Step {
            who: self.hands(step, &name, ground),
            name,
            phase,
            does,
            takes: self.maybe_law(written.takes.as_ref()),
            after,
            parts: self.maybe_law(written.parts.as_ref()),
            succeeds: written.succeeds.as_ref().map_or(Probability::ONE, |share| share.value),
        }
    }

    /// What a step sets going.
    fn does(&mut self, step: &At<WrittenStep>, name: &str, ground: Ground<'_>) -> Does {
        let written = &step.value;
        let of = written.of.as_ref().map(|of| of.value.0.as_slice());
        let word = written.does.as_ref().map(|does| (&does.value, does.place));
        let key = match word {
            None | Some((DoesWord::Work, _)) => {
                if let Some(of) = &written.of {
                    self.problems
                        .error("foreign-key", of.place, format!("step `{name}` says `of` but not what it does to them"))
                        .help("add `does = \"failover\"`, `\"restore\"` or `\"failback\"`, or drop `of`");
                }
                if let (None, None, false) = (&written.takes, &written.parts, written.broken) {
                    self.problems
                        .warn("no-effect", step.place, format!("step `{name}` takes no time and does nothing"))
                        .help("say how long it takes: `takes = \"30 min\"`");
                }
                return Does::Work;
            }
            Some((DoesWord::Failover, _)) => "failover",
            Some((DoesWord::Restore, _)) => "restore",
            Some((DoesWord::Failback, _)) => "failback",
        };
        let what = if key == "restore" { "DATASET" } else { "SERVICE" };
        if of.is_none_or(<[_]>::is_empty) && !written.broken {
            let place = written.of.as_ref().map(|of| of.place).or(word.map(|(_, place)| place)).unwrap_or(step.place);
            self.problems
                .error("does-without-of", place, format!("step `{name}` does a {key} of nothing"))
                .help(format!("say of what: `does = \"{key}\", of = \"{what}\"`"));
        }
        match key {
            "restore" => {
                for name in of.unwrap_or_default() {
                    if ground.datasets.get(&name.value).is_some_and(|id| !ground.restorable.contains(id)) {
                        self.problems
                            .error(
                                "nothing-to-restore",
                                name.place,
                                format!("`{}` has neither backup nor mirror to come back from", name.value),
                            )
                            .help("add `[backups.NAME]` with `of` and `to`, or a `mirror` to another place");
                    }
                }
                Does::Restore(self.named(of, ground.datasets, "unknown-dataset", "dataset"))
            }
            "failover" => Does::Failover(self.named(of, ground.services, "unknown-service", "service")),
            _ => Does::Failback(self.named(of, ground.services, "unknown-service", "service")),
        }
    }

    /// Who does a step, and how many of them.
    fn hands(&mut self, step: &At<WrittenStep>, name: &str, ground: Ground<'_>) -> Option<(StaffId, u32)> {
        let written = &step.value;
        let people = written.people.as_ref().map_or(1, |people| people.value);
        let Some(who) = &written.who else {
            if let Some(people) = &written.people {
                self.problems
                    .error("foreign-key", people.place, format!("step `{name}` says how many people but not who"))
                    .help("add `who = \"STAFF\"`");
            }
            return None;
        };
        let id = self.staff_named(who, ground.staff_ids)?;
        let there = ground.staff[id].people;
        if let Some(written) = written.people.as_ref().filter(|_| !(1..=there).contains(&people)) {
            self.problems
                .error(
                    "nobody-can",
                    written.place,
                    format!("step `{name}` needs {people} people, `{}` has {there}", who.value),
                )
                .help(format!("use 1 to {there}, or give the staff more `people`"));
        }
        Some((id, people.clamp(1, there)))
    }
}

/// A law's median, in seconds; every law has one.
pub(super) fn median(law: &Distribution) -> f64 {
    match law {
        Distribution::Fixed { value } => *value,
        Distribution::Exponential { mean } => mean * std::f64::consts::LN_2,
        Distribution::Weibull { shape, scale, location } => {
            location + scale * libm::pow(std::f64::consts::LN_2, 1.0 / shape)
        }
        Distribution::LogNormal { mu, .. } => libm::exp(*mu),
        Distribution::Triangular { min, mode, max } => {
            let (low, high) = (mode - min, max - mode);
            let half = (max - min) / 2.0;
            if low >= half {
                min + libm::sqrt((max - min) * low / 2.0)
            } else {
                max - libm::sqrt((max - min) * high / 2.0)
            }
        }
        Distribution::Empirical { values } => values[values.len() / 2],
        Distribution::Gamma { .. } => halved(law),
    }
}

/// The median by halving an interval.
fn halved(law: &Distribution) -> f64 {
    let (mut low, mut high) = (0.0, law.mean() * 2.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if law.cdf(middle) < 0.5 { low = middle } else { high = middle }
    }
    high
}

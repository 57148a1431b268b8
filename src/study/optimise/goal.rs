//! What a design has to keep, each promise as a mean per trial that must not be above zero.
//!
//! A p95 of at most four hours means that at most one recovery in twenty takes longer: the recoveries that took longer, less a twentieth of all, are
//! zero or less in the mean. So every promise has the same form, can be tested with the same bound, and is added up in any order.

use crate::analytic::Predictions;
use crate::cost::{CostTally, Pricing, Yearly};
use crate::estimate::RatioMoments;
use crate::id::Id as _;
use crate::metric::{Unit, Watch};
use crate::model::{
    CopyId, DatasetId, Disruption, DomainId, Level, Period, Requirements, Scenario, ServiceId, Subject, Tenant,
};
use crate::quantity::words::{duration, percent, plain};
use crate::quantity::{SECONDS_PER_YEAR, Span};
use crate::simulation::{EventKind, TrialTally};
use std::collections::BTreeSet;

/// Share of recoveries, and of recovery points, that may be beyond the RTO and the RPO: those are promised of their p95.
pub(super) const BEYOND_P95: f64 = 0.05;
/// The same of the MTD, which is promised of the p99.
const BEYOND_P99: f64 = 0.01;

/// A promise as people name it: what is dropped when it is asked what the promise costs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Promise {
    /// `services.pay.availability`, `services.pay.rto`, `budget`, `residency.ledger`.
    pub key: String,
    /// What is promised: `99.95 % a year`, `4 h`.
    pub words: String,
}

/// One test of a promise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goal {
    /// Position of its promise.
    pub promise: usize,
    kind: Kind,
    /// The exact value of what is tested, above zero when the promise is broken.
    pub exact: Option<f64>,
    /// Promises of one class of disruption are judged by what was seen of it: a site is lost too rarely to be sure of its p95.
    pub by_sight: bool,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Down { service: ServiceId, allowed: f64 },
    Recovery { service: ServiceId, mtd: bool, beyond: f64 },
    Class { service: ServiceId, class: Disruption, within: Span, beyond: f64 },
    Point { dataset: DatasetId },
    Mended { dataset: DatasetId },
    Limit { watch: Watch, value: f64, least: bool },
}

impl Goal {
    /// What a trial adds above and below the line, and how much of the lower one the upper may be.
    pub(super) fn sample(&self, tally: &TrialTally, account: Option<&CostTally>) -> (f64, f64, f64) {
        let missed = |(met, judged): (u64, u64)| ((judged - met) as f64, judged as f64);
        match self.kind {
            Kind::Down { service, allowed } => {
                let service = &tally.services[service];
                (service.down.as_seconds() / service.horizon.as_seconds(), 1.0, allowed)
            }
            Kind::Recovery { service, mtd, beyond } => {
                let service = &tally.services[service];
                let (x, y) = missed(if mtd { service.mtd } else { service.rto });
                (x, y, beyond)
            }
            Kind::Class { service, class, within, beyond } => {
                let of_class = |event: &&crate::simulation::TallyEvent| {
                    event.service == service && event.kind == EventKind::Recovery(class)
                };
                let (mut late, mut all) = (0.0, 0.0);
                for event in tally.events.iter().filter(of_class) {
                    all += 1.0;
                    late += f64::from(u8::from(event.length > within));
                }
                (late, all, beyond)
            }
            Kind::Point { dataset } => {
                let (x, y) = missed(tally.datasets[dataset].rpo);
                (x, y, BEYOND_P95)
            }
            Kind::Mended { dataset } => {
                let (x, y) = missed(tally.datasets[dataset].rto);
                (x, y, BEYOND_P95)
            }
            Kind::Limit { watch, value, least } => {
                let (x, y) = watch.sample(tally, account);
                let mut one = RatioMoments::default();
                one.add(x, y);
                // The metric is `offset + factor * x / y`: turned so that more is worse.
                let (offset, factor) = watch.line(&one, tally.scenario.horizon);
                let (bound, sign) = ((value - offset) / factor, if least == (factor > 0.0) { -1.0 } else { 1.0 });
                (sign * x, y, sign * bound)
            }
        }
    }

    /// Values of shares lie within one of each other even when none was seen yet.
    pub(super) const fn widest(&self) -> f64 {
        match self.kind {
            Kind::Down { .. } => 1.0,
            Kind::Recovery { .. }
            | Kind::Class { .. }
            | Kind::Point { .. }
            | Kind::Mended { .. }
            | Kind::Limit { .. } => 0.0,
        }
    }

    /// What is measured, as the promise names it, from the mean above and below the line; `None` where it was never put to the test.
    pub(super) fn measured(&self, x: f64, y: f64, horizon: Span) -> Option<f64> {
        if y == 0.0 {
            return None;
        }
        Some(match self.kind {
            Kind::Down { .. } => 1.0 - x / y,
            Kind::Limit { watch, value: _, least } => {
                let mut one = RatioMoments::default();
                one.add(x, y);
                let (offset, factor) = watch.line(&one, horizon);
                let sign = if least == (factor > 0.0) { -1.0 } else { 1.0 };
                offset + factor * sign * x / y
            }
            Kind::Recovery { .. } | Kind::Class { .. } | Kind::Point { .. } | Kind::Mended { .. } => x / y,
        })
    }

    /// What is measured when the exact value of what is tested is known.
    pub(super) const fn known_by(&self, exact: f64) -> f64 {
        match self.kind {
            Kind::Down { allowed, .. } => 1.0 - (exact + allowed),
            Kind::Limit { value, least: true, .. } => value - exact,
            Kind::Limit { value, .. } => value + exact,
            Kind::Recovery { beyond, .. } | Kind::Class { beyond, .. } => beyond + exact,
            Kind::Point { .. } | Kind::Mended { .. } => BEYOND_P95 + exact,
        }
    }

    /// The same in all designs.
    pub(super) fn name(&self) -> (usize, &'static str) {
        (self.promise, self.words())
    }

    /// The value that [`Goal::measured`] may not pass.
    pub(super) const fn allowed(&self) -> f64 {
        match self.kind {
            Kind::Down { allowed, .. } => 1.0 - allowed,
            Kind::Recovery { beyond, .. } | Kind::Class { beyond, .. } => beyond,
            Kind::Point { .. } | Kind::Mended { .. } => BEYOND_P95,
            Kind::Limit { value, .. } => value,
        }
    }

    /// How many times what is allowed the measure is: above 1 when the promise is broken.
    pub(super) fn times(&self, measured: f64) -> f64 {
        match self.kind {
            Kind::Down { allowed, .. } => (1.0 - measured) / allowed,
            Kind::Limit { value, least, .. } if least => value / measured,
            Kind::Limit { value, .. } => measured / value,
            Kind::Recovery { .. } | Kind::Class { .. } | Kind::Point { .. } | Kind::Mended { .. } => {
                measured / self.allowed()
            }
        }
    }

    /// What the measure is of, for people.
    pub(super) fn words(&self) -> &'static str {
        match self.kind {
            Kind::Down { .. } => "availability",
            Kind::Recovery { mtd: false, .. } => "recoveries beyond the RTO",
            Kind::Recovery { mtd: true, .. } => "recoveries beyond the MTD",
            Kind::Class { class, .. } => match class {
                Disruption::Software => "late recoveries from software disruptions",
                Disruption::Node => "late recoveries from node disruptions",
                Disruption::Rack => "late recoveries from rack disruptions",
                Disruption::Site => "late recoveries from site disruptions",
                Disruption::Region => "late recoveries from region disruptions",
            },
            Kind::Point { .. } => "losses with a point beyond the RPO",
            Kind::Mended { .. } => "losses mended beyond the RTO",
            Kind::Limit { watch, .. } => watch.about().label,
        }
    }

    /// True where the measure is a share.
    pub(super) fn unit(&self) -> Unit {
        match self.kind {
            Kind::Limit { watch, .. } => watch.about().unit,
            Kind::Down { .. }
            | Kind::Recovery { .. }
            | Kind::Class { .. }
            | Kind::Point { .. }
            | Kind::Mended { .. } => Unit::Share,
        }
    }
}

/// Promises in the order in which designs make them; those of different designs with one key are one.
#[derive(Clone, Default, Debug)]
pub(super) struct Promises(pub Vec<Promise>);

impl Promises {
    fn position(&mut self, key: String, words: impl FnOnce() -> String) -> usize {
        self.0.iter().position(|promise| promise.key == key).unwrap_or_else(|| {
            self.0.push(Promise { key, words: words() });
            self.0.len() - 1
        })
    }

    /// Takes in the promises of a design; by position there, the position here.
    pub(super) fn take_in(&mut self, design: Self) -> Vec<usize> {
        design.0.into_iter().map(|promise| self.position(promise.key, || promise.words)).collect()
    }

    /// All tests of a design.
    pub(super) fn goals(&mut self, scenario: &Scenario, exact: &Predictions) -> Vec<Goal> {
        let mut goals = Vec::new();
        for (id, service) in scenario.services.enumerate() {
            let objective = &service.objective;
            if let Some(promised) = &objective.availability {
                let period = match promised.period {
                    Period::Month => "month",
                    Period::Year => "year",
                };
                let words = || format!("{} a {period}", percent(promised.share.get()));
                let promise = self.position(format!("services.{}.availability", service.name), words);
                let allowed = 1.0 - promised.share.get();
                let down = exact.value(Subject::Service(id), "unavailability");
                let kind = Kind::Down { service: id, allowed };
                goals.push(Goal { promise, kind, exact: down.map(|down| down - allowed), by_sight: false });
            }
            for (name, promised, beyond) in [("rto", objective.rto, BEYOND_P95), ("mtd", objective.mtd, BEYOND_P99)] {
                let Some(within) = promised else { continue };
                let promise =
                    self.position(format!("services.{}.{name}", service.name), || duration(within.as_seconds()));
                let kind = Kind::Recovery { service: id, mtd: name == "mtd", beyond };
                goals.push(Goal { promise, kind, exact: None, by_sight: false });
                for class in Disruption::ALL {
                    let kind = Kind::Class { service: id, class, within, beyond };
                    goals.push(Goal { promise, kind, exact: None, by_sight: true });
                }
            }
        }
        for (id, dataset) in scenario.datasets.enumerate() {
            for (name, promised, kind) in
                [("rpo", dataset.rpo, Kind::Point { dataset: id }), ("rto", dataset.rto, Kind::Mended { dataset: id })]
            {
                let Some(within) = promised else { continue };
                let promise =
                    self.position(format!("datasets.{}.{name}", dataset.name), || duration(within.as_seconds()));
                goals.push(Goal { promise, kind, exact: None, by_sight: false });
            }
        }
        self.limits(scenario, exact, &mut goals);
        goals
    }

    fn limits(&mut self, scenario: &Scenario, exact: &Predictions, goals: &mut Vec<Goal>) {
        let pricing = Pricing::of(scenario);
        let running = Watch::named(scenario, "cost.running_cost").ok();
        if let (Some(budget), Some(pricing), Some(watch)) = (scenario.requirements.budget, &pricing, running) {
            let value = budget.over(Span::from_seconds(SECONDS_PER_YEAR)).as_units();
            let words = || format!("{} {} a year for running", plain(value), pricing.currency());
            let promise = self.position("budget".to_owned(), words);
            // What is fixed alone may be too much.
            let fixed = pricing.fixed_part(Yearly::Running).as_units();
            let over = exact.value(Subject::Cost, "running_cost").map(|cost| cost - value);
            let over = over.or_else(|| (fixed > value).then_some(fixed - value));
            goals.push(Goal {
                promise,
                kind: Kind::Limit { watch, value, least: false },
                exact: over,
                by_sight: false,
            });
        }
        for limit in &scenario.requirements.limits {
            let Ok(watch) = Watch::new(scenario, &limit.path) else { continue };
            let kind = Kind::Limit { watch, value: limit.value, least: limit.least };
            let side = if limit.least { "at least" } else { "at most" };
            let promise = self.position(limit.written.clone(), || format!("{side} {}", plain(limit.value)));
            let sign = if limit.least { -1.0 } else { 1.0 };
            let known = exact.value(limit.path.subject, &limit.path.metric).map(|value| sign * (value - limit.value));
            goals.push(Goal { promise, kind, exact: known, by_sight: false });
        }
    }

    /// Rules that a design breaks by what it is, whatever happens: the promise and the reason.
    pub(super) fn broken(&mut self, scenario: &Scenario) -> Vec<(usize, String)> {
        let Requirements { residency, sites, .. } = &scenario.requirements;
        let mut broken = Vec::new();
        for (tenant, places) in residency {
            let name = tenant_name(scenario, *tenant);
            let names: Vec<&str> = places.iter().map(|place| scenario.domains[*place].name.as_str()).collect();
            let promise = self.position(format!("residency.{name}"), || format!("only in {}", names.join(", ")));
            let allowed = |at: Option<DomainId>| {
                at.is_some_and(|at| places.iter().any(|place| scenario.domains[*place].subtree.contains(at)))
            };
            let outside = lies_at(scenario, *tenant).into_iter().find(|(at, _)| !allowed(*at));
            broken.extend(outside.map(|(_, what)| (promise, what)));
        }
        for (tenant, least) in sites {
            let name = tenant_name(scenario, *tenant);
            let promise = self.position(format!("sites.{name}"), || format!("at {least} sites at least"));
            let at: BTreeSet<DomainId> =
                lies_at(scenario, *tenant).into_iter().filter_map(|(at, _)| site_of(scenario, at?)).collect();
            if (at.len() as u32) < *least {
                broken.push((promise, format!("it is at {} of {least} sites", at.len())));
            }
        }
        broken
    }
}

fn tenant_name(scenario: &Scenario, tenant: Tenant) -> &str {
    match tenant {
        Tenant::Service(id) => &scenario.services[id].name,
        Tenant::Dataset(id) => &scenario.datasets[id].name,
    }
}

/// Where a service or a dataset has something, `None` for a store that lies nowhere in particular; with words for each.
fn lies_at(scenario: &Scenario, tenant: Tenant) -> Vec<(Option<DomainId>, String)> {
    let place = |domain: DomainId| scenario.domains[domain].name.as_str();
    match tenant {
        Tenant::Service(id) => {
            let groups = scenario.services[id].groups.iter();
            groups.map(|group| (Some(group.domain), format!("replicas at {}", place(group.domain)))).collect()
        }
        Tenant::Dataset(id) => {
            let copies = scenario.datasets[id].copies.iter().map(|copy: CopyId| {
                let domain = scenario.copies[copy].domain;
                (Some(domain), format!("a copy at {}", place(domain)))
            });
            let backups = scenario.backups.iter().filter(|backup| backup.of == id).map(|backup| {
                let store = &scenario.stores[backup.to];
                (store.domain, format!("backups in store {}", store.name))
            });
            copies.chain(backups).collect()
        }
    }
}

fn site_of(scenario: &Scenario, mut at: DomainId) -> Option<DomainId> {
    while scenario.domains[at].level != Level::Site {
        at = scenario.domains[at].parent?;
    }
    Some(at)
}

/// Nodes that host a replica or hold data.
pub(in crate::study) fn nodes_in_use(scenario: &Scenario) -> u64 {
    let mut used = vec![false; scenario.unit_count()];
    for host in &scenario.replica_host {
        used[host.index()] = true;
    }
    for host in scenario.copies.iter().flat_map(|copy| &copy.hosts) {
        used[host.index()] = true;
    }
    used.into_iter().filter(|used| *used).count() as u64
}

//! Single changes that may keep a promise that is missed: made from what the scenario says, by kind, each as a person would write it.

use crate::id::Id as _;
use crate::model::{CrewId, DatasetId, FailoverMode, Scenario, ServiceId, StaffId};
use crate::quantity::Span;
use crate::quantity::words::{duration, plain};
use crate::scenario::{Draft, Override};
use std::collections::BTreeSet;

/// One change, and in words what it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Change {
    pub set: Override,
    pub words: String,
    /// Of changes of one family the smallest that helps is enough.
    pub family: usize,
}

/// Changes of a scenario, small ones of a family first.
pub(super) struct Changes<'a> {
    draft: &'a Draft,
    scenario: &'a Scenario,
    list: Vec<Change>,
    families: usize,
}

impl<'a> Changes<'a> {
    pub(super) const fn new(draft: &'a Draft, scenario: &'a Scenario) -> Self {
        Self { draft, scenario, list: Vec::new(), families: 0 }
    }

    pub(super) fn into_list(self) -> Vec<Change> {
        let mut seen = BTreeSet::new();
        self.list
            .into_iter()
            .filter(|change| seen.insert((change.set.path.clone(), change.set.value.clone())))
            .collect()
    }

    fn family(&mut self, changes: Vec<(String, String, String)>) {
        self.families += 1;
        for (path, value, words) in changes {
            let set = Override { path, value };
            // What the scenario could not say is nothing to recommend.
            if self.draft.check(&set).is_ok() {
                self.list.push(Change { set, words, family: self.families });
            }
        }
    }

    /// What may help a service: detection, failover, people who repair it, replicas, and the data that it uses.
    pub(super) fn of_service(&mut self, id: ServiceId) {
        let scenario = self.scenario;
        let service = &scenario.services[id];
        let name = quoted(&service.name);
        let at = |key: &str| format!("services.{name}.{key}");
        if service.groups.len() > 1 {
            if let Some(every) = service.detection.probes.first().map(|probe| probe.every) {
                let faster = |by: u64| {
                    let every = Span::from_microseconds((every.as_microseconds() / by).max(1));
                    let words = format!("look whether `{}` is up every {}", service.name, duration(every.as_seconds()));
                    (at("detection.heartbeat.every"), written(every), words)
                };
                self.family(vec![faster(2), faster(10)]);
            } else {
                let words = format!("watch `{}` with a heartbeat", service.name);
                self.family(vec![(at("detection.heartbeat.every"), "10 s".to_owned(), words)]);
            }
            if service.detection.decide.is_some() {
                let words = format!("fail `{}` over without asking anybody", service.name);
                self.family(vec![(at("detection.decide"), "0 s".to_owned(), words)]);
            }
            let modes = [
                (FailoverMode::PilotLight, "pilot-light"),
                (FailoverMode::WarmStandby, "warm-standby"),
                (FailoverMode::HotStandby, "hot-standby"),
                (FailoverMode::ActiveActive, "active-active"),
            ];
            let hotter = modes.into_iter().filter(|(mode, _)| *mode > service.failover.mode);
            let hotter: Vec<_> = hotter
                .map(|(_, word)| (at("failover"), word.to_owned(), format!("keep `{}` in {word}", service.name)))
                .collect();
            self.family(hotter);
        }
        for group in &service.groups {
            let place = &scenario.domains[group.domain].name;
            let (path, now) = (at(&format!("replicas.{}", quoted(place))), group.replicas.len());
            let more = |by: usize| {
                let words = format!("{} more at `{place}` for `{}`", replicas(by), service.name);
                (path.clone(), (now + by).to_string(), words)
            };
            self.family(vec![more(1), more(2)]);
        }
        let crews: BTreeSet<CrewId> = service
            .groups
            .iter()
            .flat_map(|group| group.hosts.iter())
            .filter_map(|host| scenario.class_of(host).crew)
            .collect();
        for crew in crews {
            let crew = &scenario.crews[crew];
            let words = format!("one more person in crew `{}`", crew.name);
            let path = format!("crews.{}.people", quoted(&crew.name));
            self.family(vec![(path, (crew.people + 1).to_string(), words)]);
        }
        for dataset in &service.uses {
            self.of_dataset(*dataset);
        }
        self.of_plans();
    }

    /// What may help a dataset: backups more often, a faster way back, people, lines.
    pub(super) fn of_dataset(&mut self, id: DatasetId) {
        let scenario = self.scenario;
        let dataset = &scenario.datasets[id];
        for backup in scenario.backups.iter().filter(|backup| backup.of == id && backup.copies.is_none()) {
            let path = format!("backups.{}.log", quoted(&backup.name));
            let log = |every: Span| {
                let words = format!("ship the log of `{}` every {}", backup.name, duration(every.as_seconds()));
                (path.clone(), written(every), words)
            };
            let now = backup.log.map_or(7_200_000_000, Span::as_microseconds);
            self.family([2, 8, 24].map(|by| log(Span::from_microseconds((now / by).max(1)))).into());
        }
        if let Some(rate) = dataset.recovery.rate {
            let path = format!("datasets.{}.recover.rate", quoted(&dataset.name));
            let faster = |by: f64| {
                let words = format!("take `{}` in {by} times as fast", dataset.name);
                (path.clone(), format!("{} MB/s", by * rate.bytes_per_second() / 1e6), words)
            };
            self.family(vec![faster(2.0), faster(10.0)]);
        }
        self.of_staff(dataset.recovery.staff);
        for link in &scenario.links {
            let Some(bandwidth) = link.bandwidth else { continue };
            let path = format!("links.{}.bandwidth", quoted(&link.name));
            let wider = |by: f64| {
                let bits = 8.0 * by * bandwidth.bytes_per_second();
                let words = format!("{} Mbps on `{}`, {by} times as much", plain(bits / 1e6), link.name);
                (path.clone(), format!("{} Mbps", bits / 1e6), words)
            };
            self.family(vec![wider(2.0), wider(10.0)]);
        }
        self.of_plans();
    }

    fn of_staff(&mut self, staff: Option<StaffId>) {
        let Some(staff) = staff.map(|id| &self.scenario.staff[id]) else { return };
        let words = format!("one more of `{}`", staff.name);
        let (path, people) = (format!("staff.{}.people", quoted(&staff.name)), staff.people + 1);
        self.family(vec![(path, people.to_string(), words)]);
    }

    /// Everybody that a plan calls.
    fn of_plans(&mut self) {
        let called: BTreeSet<usize> = self
            .scenario
            .plans
            .iter()
            .flat_map(|plan| &plan.steps)
            .filter_map(|step| step.who.map(|(staff, _)| staff.index()))
            .collect();
        for staff in called {
            self.of_staff(Some(StaffId::new(staff)));
        }
    }
}

fn replicas(number: usize) -> String {
    if number == 1 { "one replica".to_owned() } else { format!("{number} replicas") }
}

/// A part of a path.
fn quoted(part: &str) -> String {
    if part.contains(['.', '/', ' ']) { format!("\"{part}\"") } else { part.to_owned() }
}

/// A time as a scenario has it.
fn written(span: Span) -> String {
    let micros = span.as_microseconds();
    let units = [("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000), ("ms", 1000)];
    let whole = units.into_iter().find(|(_, size)| micros.is_multiple_of(*size));
    whole.map_or_else(|| format!("{micros} us"), |(unit, size)| format!("{} {unit}", micros / size))
}

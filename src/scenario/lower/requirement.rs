//! What every choice has to keep, and what makes one design better than another.

use super::topology::Topology;
use super::{Lowering, Names};
use crate::id::IdVec;
use crate::model::{Aim, DatasetId, Domain, DomainId, Level, Limit, Requirements, ServiceId, Tenant};
use crate::scenario::diagnostic::nearest;
use crate::scenario::source::Place;
use crate::scenario::written::read::{At, ByPath};
use std::collections::BTreeSet;

impl Lowering<'_> {
    pub(super) fn requirements(
        &mut self,
        services: &Names<ServiceId>,
        datasets: &Names<DatasetId>,
        tree: &Topology,
        priced: bool,
    ) -> Requirements {
        let mut found = Requirements::default();
        let Some(written) = &self.file.requirements else { return found };
        let written = &written.value;
        found.budget = self.budget.filter(|_| priced);
        if let (Some(budget), false) = (&written.budget, priced) {
            self.problems
                .error("no-effect", budget.place, "a budget, but nothing has a price")
                .help("give classes, sites, stores … a `price`, or leave the budget out");
        }
        for item in list(written.residency.as_ref()) {
            let tenant = self.tenant(&item.name, item.place, services, datasets);
            let mut places = Vec::new();
            for place in &item.value.0 {
                places.extend(self.domain_named(place, tree));
            }
            if item.value.0.is_empty() && !item.broken {
                self.problems
                    .error("empty-list", item.place, format!("`{}` may lie nowhere", item.name))
                    .help("name the places where it may lie");
            }
            found.residency.extend(tenant.map(|tenant| (tenant, places)));
        }
        let sites = site_count(&tree.domains);
        for item in list(written.sites.as_ref()) {
            let tenant = self.tenant(&item.name, item.place, services, datasets);
            if !item.broken && !(1..=sites).contains(&item.value) {
                let message = format!("`{}` of {sites} sites cannot be required", item.value);
                self.problems.error("out-of-range", item.place, message).help("there are no more sites");
            }
            found.sites.extend(tenant.map(|tenant| (tenant, item.value)));
        }
        let mut seen = BTreeSet::new();
        for (limits, least) in [(written.at_most.as_ref(), false), (written.at_least.as_ref(), true)] {
            for item in list(limits).iter().filter(|item| !item.broken) {
                let Some(path) = self.metric_path(&item.name, item.place, services, datasets, &tree.paths) else {
                    continue;
                };
                if path.point.is_some() {
                    self.pointed(&item.name, item.place);
                } else if seen.insert((item.name.clone(), least)) {
                    found.limits.push(Limit { written: item.name.clone(), path, value: item.value, least });
                }
            }
        }
        if let Some(confidence) = &written.confidence {
            found.confidence = confidence.value.get();
            if found.confidence <= 0.0 || found.confidence >= 1.0 {
                self.problems
                    .error("out-of-range", confidence.place, "no answer is that sure")
                    .help("use a confidence above 0 and below 100 %, such as `\"95 %\"`");
            }
        }
        if let Some(aim) = &written.minimise {
            if aim.value.starts_with("cost.") && !priced && !self.shaky {
                self.problems
                    .error("no-effect", aim.place, format!("`{}` cannot be small: nothing has a price", aim.value))
                    .help("give things a `price`, or write `minimise = \"nodes\"`");
            }
            found.minimise = match aim.value.as_str() {
                "nodes" => Aim::Nodes,
                "cost.total_cost" => Aim::Cost,
                path => match self.metric_path(path, aim.place, services, datasets, &tree.paths) {
                    Some(path) if path.point.is_some() => {
                        self.pointed(&aim.value, aim.place);
                        Aim::Nodes
                    }
                    Some(path) => Aim::Metric(path),
                    None => Aim::Nodes,
                },
            };
        }
        found
    }

    /// A point of a distribution has no paired interval.
    fn pointed(&mut self, written: &str, place: Place) {
        self.problems
            .error("unknown-metric", place, format!("`{written}` is a point of a distribution, not a mean"))
            .help("promise it as `objective.rto` or `objective.rpo`, or use a share such as `rto_met_share`");
    }

    /// A service or dataset by its name; `services.NAME` and `datasets.NAME` where both have it.
    fn tenant(
        &mut self,
        name: &str,
        place: Place,
        services: &Names<ServiceId>,
        datasets: &Names<DatasetId>,
    ) -> Option<Tenant> {
        let service = |name: &str| services.get(name).copied().map(Tenant::Service);
        let dataset = |name: &str| datasets.get(name).copied().map(Tenant::Dataset);
        let found = match (name.strip_prefix("services."), name.strip_prefix("datasets.")) {
            (Some(name), _) => service(name),
            (_, Some(name)) => dataset(name),
            (None, None) if services.contains_key(name) && datasets.contains_key(name) => {
                self.problems
                    .error("same-name", place, format!("`{name}` is a service and a dataset"))
                    .help(format!("write `\"services.{name}\"` or `\"datasets.{name}\"`"));
                return None;
            }
            (None, None) => service(name).or_else(|| dataset(name)),
        };
        if found.is_none() {
            let known = services.keys().chain(datasets.keys()).map(String::as_str);
            let help = nearest(name.rsplit('.').next().unwrap_or(name), known);
            self.problems
                .error("unknown-path", place, format!("`{name}` is neither a service nor a dataset"))
                .help(help);
        }
        found
    }
}

fn list<T>(written: Option<&At<ByPath<T>>>) -> &[crate::scenario::written::read::Item<T>] {
    written.map_or(&[], |written| written.value.0.as_slice())
}

fn site_count(domains: &IdVec<DomainId, Domain>) -> u32 {
    domains.iter().filter(|domain| domain.level == Level::Site).count() as u32
}

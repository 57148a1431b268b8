//! Whether designs can be compared, and what they have in common.

use super::found::Alone;
use crate::metric::{
    self, COST_METRICS, DATASET_METRICS, DOMAIN_METRICS, SCENARIO_METRICS, SERVICE_METRICS, Watch, WatchError, position,
};
use crate::model::Scenario;
use crate::quantity::words::duration;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Compared of every service that all designs have, unless metrics are named; objectives only where all promise something.
pub const SERVICE_KEYS: [&str; 7] = [
    "unavailability",
    "downtime_s_per_year",
    "outage_probability",
    "outages_per_year",
    "recovery_time_s",
    "rto_met_share",
    "mtd_met_share",
];

/// Compared of every dataset that all designs have, unless metrics are named; objectives only where all promise something.
pub const DATASET_KEYS: [&str; 6] = [
    "recovery_point_s",
    "rpo_met_share",
    "recovery_time_s",
    "rto_met_share",
    "data_loss_probability",
    "data_lost_bytes",
];

/// Compared of the account where all designs have prices, unless metrics are named.
pub const COST_KEYS: [&str; 3] = ["total_cost", "running_cost", "expected_loss"];

/// A design that is to be compared.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What it is called in results.
    pub name: String,
    /// As meant.
    pub scenario: Arc<Scenario>,
}

/// Why designs cannot be compared.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CompareError {
    /// One design, or none.
    #[error("a comparison needs at least two designs")]
    TooFew,
    /// Two designs were read from the same bytes.
    #[error("`{first}` and `{second}` are the same scenario")]
    Twice {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// Two different designs have one name.
    #[error("two designs are called `{name}`")]
    Named {
        /// The name.
        name: String,
    },
    /// Designs that are not about the same time or in the same money.
    #[error("`{first}` and `{second}` differ in {what}: {left} and {right}")]
    Differ {
        /// `horizon`, `start` or `currency`.
        what: &'static str,
        /// The baseline.
        first: String,
        /// The other design.
        second: String,
        /// Of the baseline.
        left: String,
        /// Of the other.
        right: String,
    },
    /// A metric that is asked for cannot be compared in a design.
    #[error("{error} in `{design}`")]
    Metric {
        /// The design.
        design: String,
        /// Why not.
        error: WatchError,
    },
    /// Nothing has a metric of this name.
    #[error("no metric `{key}`")]
    Unknown {
        /// As written.
        key: String,
    },
    /// No service and no dataset has the same name in all designs.
    #[error("the designs have no service and no dataset in common")]
    NothingInCommon,
}

impl CompareError {
    /// What would be right.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::TooFew => "name two or more scenarios: `drsim compare before.toml after.toml`".to_owned(),
            Self::Twice { .. } => "name each design once; a variant can be laid over it with `base`".to_owned(),
            Self::Named { .. } => "give each a `name` of its own".to_owned(),
            Self::Differ { what: "currency", .. } => "write `[prices] currency` alike in all designs".to_owned(),
            Self::Differ { what, .. } => format!("write `{what}` alike in all designs, or `--set {what}=VALUE` for all"),
            Self::Metric { error: WatchError::Unpriced { .. }, .. } => "see `[prices]` on the page `format`".to_owned(),
            Self::Metric { error: WatchError::NoSum { .. }, .. } => {
                "compare the mean or the share within an objective; quantiles of each design are in compare.csv".to_owned()
            }
            Self::Metric { .. } | Self::Unknown { .. } => {
                "write `services.NAME.METRIC`, `datasets.NAME.METRIC`, `domains.PATH.METRIC`, `scenario.METRIC`, `cost.METRIC` or `METRIC`"
                    .to_owned()
            }
            Self::NothingInCommon => {
                "things are the same when they have the same name; `--metric scenario.unavailability` compares the whole"
                    .to_owned()
            }
        }
    }
}

/// One metric in all designs.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// As one writes it, the same in all designs.
    pub(super) path: String,
    /// By design.
    pub(super) watches: Vec<Watch>,
}

/// Refuses designs that are not about the same question.
pub(super) fn comparable(candidates: &[Candidate]) -> Result<(), CompareError> {
    let Some((first, others)) = candidates.split_first().filter(|(_, others)| !others.is_empty()) else {
        return Err(CompareError::TooFew);
    };
    for (nth, second) in candidates.iter().enumerate() {
        for first in &candidates[..nth] {
            if first.scenario.hash == second.scenario.hash {
                let names = (first.name.clone(), second.name.clone());
                return Err(CompareError::Twice { first: names.0, second: names.1 });
            }
            if first.name == second.name {
                return Err(CompareError::Named { name: second.name.clone() });
            }
        }
    }
    for second in others {
        let of = |candidate: &Candidate| {
            let scenario = &candidate.scenario;
            let currency = scenario.prices.as_ref().map(|prices| prices.currency.to_string());
            let start = scenario.start.strftime("%Y-%m-%d %H:%M:%S").to_string();
            let horizon = scenario.horizon;
            [
                ("horizon", horizon.as_microseconds().to_string(), duration(horizon.as_seconds())),
                ("start", start.clone(), start),
            ]
            .into_iter()
            .chain(currency.map(|currency| ("currency", currency.clone(), currency)))
            .collect::<Vec<_>>()
        };
        let pairs = of(first).into_iter().zip(of(second));
        for ((what, left, shown), (_, right, shown_right)) in pairs {
            if left != right {
                let (first, second) = (first.name.clone(), second.name.clone());
                return Err(CompareError::Differ { what, first, second, left: shown, right: shown_right });
            }
        }
    }
    Ok(())
}

/// Names of things of one kind.
type Names = fn(&Scenario) -> Vec<&str>;

/// Names that all designs have, in the order of the first.
fn shared(candidates: &[Candidate], names: Names) -> Vec<String> {
    let others: Vec<BTreeSet<&str>> =
        candidates.iter().skip(1).map(|candidate| names(&candidate.scenario).into_iter().collect()).collect();
    let first = candidates.first().map(|candidate| names(&candidate.scenario)).unwrap_or_default();
    first.into_iter().filter(|name| others.iter().all(|other| other.contains(name))).map(str::to_owned).collect()
}

fn services(scenario: &Scenario) -> Vec<&str> {
    scenario.services.iter().map(|service| service.name.as_str()).collect()
}

fn datasets(scenario: &Scenario) -> Vec<&str> {
    scenario.datasets.iter().map(|dataset| dataset.name.as_str()).collect()
}

fn domains(scenario: &Scenario) -> Vec<&str> {
    scenario.domains.iter().filter(|domain| domain.named).map(|domain| domain.name.as_str()).collect()
}

/// What only some designs have: services, then datasets, by name, then prices.
pub(super) fn alone(candidates: &[Candidate]) -> Vec<Alone> {
    let mut found = Vec::new();
    let kinds: [(&'static str, Names); 2] = [("service", services), ("dataset", datasets)];
    for (kind, names) in kinds {
        let all: BTreeSet<&str> = candidates.iter().flat_map(|candidate| names(&candidate.scenario)).collect();
        for name in all {
            let has = |nth: &usize| names(&candidates[*nth].scenario).contains(&name);
            let designs: Vec<usize> = (0..candidates.len()).filter(has).collect();
            if designs.len() < candidates.len() {
                found.push(Alone { kind, name: name.to_owned(), designs });
            }
        }
    }
    let priced = |nth: &usize| candidates[*nth].scenario.prices.is_some();
    let designs: Vec<usize> = (0..candidates.len()).filter(priced).collect();
    if !designs.is_empty() && designs.len() < candidates.len() {
        found.push(Alone { kind: "table", name: "prices".to_owned(), designs });
    }
    found
}

/// What is compared: the keys asked for, or what is usual.
pub(super) fn lines(candidates: &[Candidate], keys: &[String]) -> Result<Vec<Line>, CompareError> {
    let exists = |key: &String| key.contains('.') || metric::all().any(|(_, about)| about.key == key);
    if let Some(key) = keys.iter().find(|key| !exists(key)) {
        return Err(CompareError::Unknown { key: key.clone() });
    }
    let paths: Vec<String> = if keys.is_empty() {
        usual(candidates)
    } else {
        keys.iter()
            .flat_map(|key| if key.contains('.') { vec![key.clone()] } else { everywhere(candidates, key) })
            .collect()
    };
    let mut seen = BTreeSet::new();
    let mut lines = Vec::new();
    for path in paths.into_iter().filter(|path| seen.insert(path.clone())) {
        let watch = |candidate: &Candidate| {
            Watch::named(&candidate.scenario, &path)
                .map_err(|error| CompareError::Metric { design: candidate.name.clone(), error })
        };
        let watches = candidates.iter().map(watch).collect::<Result<Vec<_>, _>>()?;
        lines.push(Line { path, watches });
    }
    if lines.is_empty() { Err(CompareError::NothingInCommon) } else { Ok(lines) }
}

fn usual(candidates: &[Candidate]) -> Vec<String> {
    let promised =
        |promise: &dyn Fn(&Scenario) -> bool| candidates.iter().all(|candidate| promise(&candidate.scenario));
    let mut paths = Vec::new();
    for name in shared(candidates, services) {
        let objective = |has: fn(&crate::model::Objective) -> bool| {
            promised(&|scenario| scenario.services.iter().any(|it| it.name == name && has(&it.objective)))
        };
        let wanted = SERVICE_KEYS.into_iter().filter(|key| match *key {
            "rto_met_share" => objective(|objective| objective.rto.is_some()),
            "mtd_met_share" => objective(|objective| objective.mtd.is_some()),
            _ => true,
        });
        paths.extend(wanted.map(|key| format!("services.{name}.{key}")));
    }
    for name in shared(candidates, datasets) {
        let objective = |has: fn(&crate::model::Dataset) -> bool| {
            promised(&|scenario| scenario.datasets.iter().any(|it| it.name == name && has(it)))
        };
        let wanted = DATASET_KEYS.into_iter().filter(|key| match *key {
            "rpo_met_share" => objective(|dataset| dataset.rpo.is_some()),
            "rto_met_share" => objective(|dataset| dataset.rto.is_some()),
            _ => true,
        });
        paths.extend(wanted.map(|key| format!("datasets.{name}.{key}")));
    }
    if promised(&|scenario| scenario.prices.is_some()) {
        paths.extend(COST_KEYS.map(|key| format!("cost.{key}")));
    }
    paths
}

/// A bare key: of the account, else of the services and datasets in common that have it, else of the whole, else of the places.
fn everywhere(candidates: &[Candidate], key: &str) -> Vec<String> {
    let of = |names: Names, word: &str| -> Vec<String> {
        shared(candidates, names).iter().map(|name| format!("{word}.{name}.{key}")).collect()
    };
    let mut paths = Vec::new();
    if position(&COST_METRICS, key).is_some() {
        paths.push(format!("cost.{key}"));
    }
    if position(&SERVICE_METRICS, key).is_some() {
        paths.extend(of(services, "services"));
    }
    if position(&DATASET_METRICS, key).is_some() {
        paths.extend(of(datasets, "datasets"));
    }
    if paths.is_empty() && position(&SCENARIO_METRICS, key).is_none() && position(&DOMAIN_METRICS, key).is_some() {
        paths.extend(of(domains, "domains"));
    }
    if paths.is_empty() && position(&SCENARIO_METRICS, key).is_some() {
        paths.push(format!("scenario.{key}"));
    }
    paths
}

//! Pictures of the findings as SVG: one figure per file, each `&Findings -> Option<String>`.
//!
//! `None` where there is nothing to draw. The same findings give the same bytes.

mod at_risk;
mod attribution;
mod availability;
mod axis;
mod canvas;
mod checks;
mod convergence;
mod cost_items;
mod cost_years;
mod gantt;
mod lengths;
mod outages;
mod pareto;
mod recovery;
mod redundancy;
mod sheet;
mod striking;
mod strips;
pub mod sweep;
mod timeline;
mod timeline_rows;

pub use at_risk::at_risk;
pub use attribution::attribution;
pub use availability::availability;
pub use checks::checks;
pub use convergence::convergence;
pub use cost_items::cost_items;
pub use cost_years::cost_years;
pub use gantt::gantt;
pub use outages::outages;
pub use pareto::{Mark, Pareto, Upright, pareto};
pub use recovery::{data_recovery, recovery, recovery_point};
pub use redundancy::redundancy;
pub use striking::striking;
pub use timeline::timeline;

use crate::id::Id;
use crate::model::{DatasetId, ServiceId};
use crate::report::brief;
use crate::study::Findings;

/// Services, and datasets, that get figures of their own: beyond, those with the least availability, and the first ones.
pub const MOST_SERVICES: usize = 16;

type Whole = fn(&Findings) -> Option<String>;
type PerService = fn(&Findings, ServiceId) -> Option<String>;

type PerDataset = fn(&Findings, DatasetId) -> Option<String>;

const WHOLE: [(&str, Whole); 7] = [
    ("availability", availability),
    ("timeline", timeline),
    ("redundancy", redundancy),
    ("at-risk", at_risk),
    ("cost-items", cost_items),
    ("cost-years", cost_years),
    ("checks", checks),
];

const PER_SERVICE: [(&str, PerService); 4] =
    [("outages", outages), ("recovery", recovery), ("attribution", attribution), ("convergence", convergence)];

const PER_DATASET: [(&str, PerDataset); 2] = [("recovery-point", recovery_point), ("data-recovery", data_recovery)];

/// Every figure that has something to show, as (`plots/NAME.svg`, content).
#[must_use]
pub fn all(findings: &Findings) -> Vec<(String, String)> {
    let mut figures = Vec::new();
    for (name, draw) in WHOLE {
        figures.extend(draw(findings).map(|svg| (format!("plots/{name}.svg"), svg)));
    }
    let services: Vec<ServiceId> = brief::worst(findings, MOST_SERVICES).into_iter().map(|(id, _)| id).collect();
    for (name, draw) in PER_SERVICE {
        for &service in &services {
            let Some(svg) = draw(findings, service) else { continue };
            let names = findings.scenario.services.iter().map(|service| service.name.as_str());
            add(&mut figures, name, &slug(names, service.index()), svg);
        }
    }
    for (name, draw) in PER_DATASET {
        for &(dataset, _) in findings.datasets.iter().take(MOST_SERVICES) {
            let Some(svg) = draw(findings, dataset) else { continue };
            let names = findings.scenario.datasets.iter().map(|dataset| dataset.name.as_str());
            add(&mut figures, name, &slug(names, dataset.index()), svg);
        }
    }
    figures
}

/// Adds a figure under a name that no other one has.
fn add(figures: &mut Vec<(String, String)>, name: &str, slug: &str, svg: String) {
    let mut file = format!("plots/{name}-{slug}.svg");
    while figures.iter().any(|(other, _)| other.to_lowercase() == file.to_lowercase()) {
        file.insert_str(file.len() - ".svg".len(), "-again");
    }
    figures.push((file, svg));
}

/// One of `names` as part of a file name: letters of any script and digits stay; made distinct by its number where
/// that changes or shortens it.
fn slug<'a>(mut names: impl Iterator<Item = &'a str> + Clone, nth: usize) -> String {
    let name = names.clone().nth(nth).unwrap_or_default();
    let plain = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '-' };
    let slug: String = name.chars().map(plain).take(40).collect();
    // Some file systems do not tell capitals from small letters.
    let alike = |other: &str| other.to_lowercase() == name.to_lowercase() && other != name;
    if slug == name && !names.any(alike) { slug } else { format!("{slug}-{}", nth + 1) }
}

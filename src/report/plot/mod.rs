//! Pictures of the findings as SVG: one figure per file, each `&Findings -> Option<String>`.
//!
//! `None` where there is nothing to draw. The same findings give the same bytes.

mod attribution;
mod availability;
mod axis;
mod canvas;
mod checks;
mod convergence;
mod gantt;
mod outages;
mod recovery;
mod redundancy;
mod sheet;
mod striking;
mod timeline;

pub use attribution::attribution;
pub use availability::availability;
pub use checks::checks;
pub use convergence::convergence;
pub use gantt::gantt;
pub use outages::outages;
pub use recovery::recovery;
pub use redundancy::redundancy;
pub use striking::striking;
pub use timeline::timeline;

use crate::id::Id;
use crate::model::ServiceId;
use crate::report::brief;
use crate::study::Findings;

/// Services that get figures of their own: beyond, those with the least availability.
pub const MOST_SERVICES: usize = 16;

type Whole = fn(&Findings) -> Option<String>;
type PerService = fn(&Findings, ServiceId) -> Option<String>;

const WHOLE: [(&str, Whole); 4] =
    [("availability", availability), ("timeline", timeline), ("redundancy", redundancy), ("checks", checks)];

const PER_SERVICE: [(&str, PerService); 4] =
    [("outages", outages), ("recovery", recovery), ("attribution", attribution), ("convergence", convergence)];

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
            let mut file = format!("plots/{name}-{}.svg", slug(findings, service));
            while figures.iter().any(|(other, _): &(String, String)| other.to_lowercase() == file.to_lowercase()) {
                file.insert_str(file.len() - ".svg".len(), "-again");
            }
            figures.push((file, svg));
        }
    }
    figures
}

/// A service's name as part of a file name: letters of any script and digits stay; made distinct by its number where
/// that changes or shortens it.
fn slug(findings: &Findings, service: ServiceId) -> String {
    let name = &findings.scenario.services[service].name;
    let plain = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '-' };
    let slug: String = name.chars().map(plain).take(40).collect();
    // Some file systems do not tell capitals from small letters.
    let alike = |other: &str| other.to_lowercase() == name.to_lowercase() && other != name;
    if slug == *name && !findings.scenario.services.iter().any(|other| alike(&other.name)) {
        slug
    } else {
        format!("{slug}-{}", service.index() + 1)
    }
}

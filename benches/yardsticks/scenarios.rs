//! The same models as scenarios, through the public API with all accounting on.

use drsim::id::Id as _;
use drsim::model::{DomainId, Scenario, ServiceId};
use drsim::scenario::{Source, load};
use drsim::simulation::Simulator;

/// A scenario from text.
pub fn scenario(text: &str) -> Scenario {
    load(&Source::from_text("bench.toml", text), &[])
        .unwrap_or_else(|problems| panic!("{}", problems.render(false)))
        .scenario
}

/// Three replicas with lives of Exp(1000 h) and repairs of Exp(10 h), one is enough, ten years of 87 600 h.
pub const KOFN: &str = r#"
format = 1
name = "kofn"
horizon = "87600 h"
[sites.s]
nodes = 3
class = "node"
[classes.node]
life = { exponential = { mttf = "1000 h" } }
repair = { exponential = { mean = "10 h" } }
[services.data]
replicas = { s = 3 }
"#;

/// Five voters, majority, 30 days, a failure every 8 h per node, 15 min of repair.
pub const QUORUM: &str = r#"
format = 1
name = "quorum"
horizon = "30 days"
[sites.s]
nodes = 5
class = "node"
[classes.node]
life = { exponential = { mttf = "8 h" } }
repair = { exponential = { mean = "15 min" } }
[services.data]
replicas = { s = 5 }
up = "majority"
"#;

/// A thousand machines with lives of Exp(1000 h) and repairs of Exp(10 h) by twelve crews.
pub fn repair(hours: f64) -> String {
    format!(
        r#"
format = 1
name = "repair"
horizon = "{hours} h"
[sites.s]
nodes = 1000
class = "machine"
[crews.field]
people = 12
[classes.machine]
life = {{ exponential = {{ mttf = "1000 h" }} }}
repair = {{ exponential = {{ mean = "10 h" }} }}
crew = "field"
"#
    )
}

/// What a scenario's trials have seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Failures and repairs.
    pub events: u64,
    /// Share of time the first service was down.
    pub service_down: f64,
    /// Node time down over the time simulated.
    pub nodes_down: f64,
}

/// Runs trials `first..first + trials`.
pub fn run(simulator: &mut Simulator<'_>, horizon_seconds: f64, first: u64, trials: u64) -> Seen {
    let mut seen = Seen::default();
    for trial in first..first + trials {
        let tally = simulator.run(1, trial);
        seen.events += tally.scenario.failures + tally.scenario.repairs;
        seen.nodes_down += tally.domains[DomainId::new(0)].unit_down;
        if !tally.services.is_empty() {
            seen.service_down += tally.services[ServiceId::new(0)].down.as_seconds();
        }
    }
    let time = horizon_seconds * trials as f64;
    Seen { events: seen.events, service_down: seen.service_down / time, nodes_down: seen.nodes_down / time }
}

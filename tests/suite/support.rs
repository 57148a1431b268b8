//! What the tests share: scenarios from text and from files, studies of them, means with standard errors.

use drsim::id::Id as _;
use drsim::model::{Scenario, ServiceId};
use drsim::montecarlo::Plan;
use drsim::scenario::{Source, load};
use drsim::simulation::{ServiceTally, Simulator, TrialTally};
use drsim::study::{Findings, conclude, simulate};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A little of everything that a scenario can say: plant with a store and a generator, a link, crews, spares, hidden failures, wrong repairs,
/// planned work, failover, quorum, dependencies, and threats that destroy, suspend, slow and cut.
pub const BUSY: &str = "horizon = \"3 years\"\n[sites.a]\nneeds = [\"power\"]\nrestart = \"10 min\"\nrooms = { r = { racks = 2, nodes = 3, class = \"node\" } }\n\
    [sites.b]\nrooms = { r = { racks = 2, nodes = 3, class = \"worn\" } }\n\
    [plant.feed]\nlife = { exponential = { mttf = \"100 days\" } }\nrepair = { lognormal = { median = \"2h\", p95 = \"12h\" } }\n\
    [plant.generator]\nstarts = \"90 %\"\nstart-delay = \"15 s\"\nlife = { exponential = { mttf = \"60 h\" } }\nrepair = \"2 days\"\nages = \"operating\"\n\
    [plant.power]\nany = 1\nof = [\"feed\", \"generator\"]\nhold-up = \"8 min\"\nrecharge = \"4h\"\n\
    [links.metro]\nbetween = [\"a\", \"b\"]\nlife = { exponential = { mttf = \"200 days\" } }\nrepair = \"6h\"\n\
    [crews.field]\npeople = 1\n\
    [classes.node]\nlife = { exponential = { mttf = \"40 days\" } }\nrepair = { exponential = { mean = \"9h\" } }\ncrew = \"field\"\nspares = { stock = 1, lead-time = \"3 days\" }\nlatent = { share = \"10 %\", scrub-every = \"7 days\" }\nwrong-repair = \"5 %\"\nlogistics = \"30 min\"\nroom = 4\n\
    [classes.worn]\nlife = { weibull = { shape = 1.6, mean = \"60 days\" } }\nrepair = { gamma = { shape = 2.0, mean = \"12h\" } }\nage = \"stationary\"\nages = \"operating\"\nmaintenance = { every = \"90 days\", takes = \"4h\", at-a-time = 1, renews = true }\n\
    [services.pay]\nreplicas = { a = 4, b = 4 }\nup = { at-least = 2 }\nload = { requests = \"700 / s\", per-replica = \"250 / s\" }\nfailover = { warm-standby = { switch = \"5 min\", scale-up = \"10 min\", works = \"90 %\", failback = { after = \"1h\", takes = \"1 min\" } } }\ndetection = { heartbeat = { every = \"10 s\", missed = 3, detects = \"95 %\" }, decide = { triangular = { min = \"1 min\", mode = \"5 min\", max = \"20 min\" } }, false-alarms = \"1 / year\" }\nreschedule = { after = \"30 min\", takes = \"2 min\" }\nobjective = { rto = \"30 min\", mtd = \"4h\", availability = \"99.9 % / month\" }\n\
    [services.db]\nreplicas = { a = 3, b = 2 }\nquorum = { election = \"10 s\", split-brain = \"5 %\" }\n\
    [services.web]\nreplicas = { a = 2, b = 2 }\ndepends = { hard = [\"pay\"], soft = [\"db\"] }\nstart-up = \"2 min\"\nredundancy = \"rack\"\n\
    [threats.flood]\noccurs = { mean-interval = \"2 years\", season = \"Jul-Sep\" }\nstrikes = \"a\"\nwarning = \"6h\"\nkind = { flood = { lasts = { triangular = { min = \"12h\", mode = \"36h\", max = \"10 days\" } }, destroys = \"30 %\" } }\n\
    [threats.heat]\noccurs = { rate = \"1 / year\" }\nstrikes = { any = \"rack\", in = \"b\" }\neffects = [{ slow = { to = \"40 %\", lasts = \"5h\" } }]\n\
    [threats.cut]\noccurs = { rate = \"1 / year\" }\nstrikes = { links = [\"metro\"] }\nkind = { fibre-cut = { lasts = \"8h\" } }\n";

/// A scenario from text; panics with the diagnostics.
pub fn scenario(text: &str) -> Scenario {
    let head = if text.contains("format") { String::new() } else { "format = 1\nname = \"test\"\n".to_owned() };
    match load(&Source::from_text("test.toml", head + text), &[]) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(false)),
    }
}

/// Mean and standard error.
#[derive(Clone, Copy, Debug)]
pub struct Mean {
    pub value: f64,
    pub error: f64,
}

impl Mean {
    /// Within `sigmas` standard errors of `exact`, or equal to it to nine digits.
    #[track_caller]
    pub fn is(self, exact: f64, sigmas: f64) {
        let off = (self.value - exact).abs();
        assert!(
            off <= sigmas * self.error || off <= 1e-9 * exact.abs(),
            "{} ± {} against {exact}: {:.2} standard errors",
            self.value,
            self.error,
            off / self.error
        );
    }
}

/// Mean of a figure over trials.
pub fn mean(scenario: &Scenario, trials: u64, mut figure: impl FnMut(&TrialTally) -> f64) -> Mean {
    let mut simulator = Simulator::new(scenario);
    let (mut sum, mut squares) = (0.0, 0.0);
    for trial in 0..trials {
        let value = figure(simulator.run(scenario.seed, trial));
        sum += value;
        squares += value * value;
    }
    let n = trials as f64;
    let value = sum / n;
    Mean { value, error: ((squares / n - value * value).max(0.0) / (n - 1.0).max(1.0)).sqrt() }
}

/// Mean of a figure of the first service over trials.
pub fn service_mean(scenario: &Scenario, trials: u64, mut figure: impl FnMut(&ServiceTally) -> f64) -> Mean {
    mean(scenario, trials, |tally| figure(&tally.services[ServiceId::new(0)]))
}

/// Tally of the only trial of a deterministic scenario, first service.
pub fn only(scenario: &Scenario) -> ServiceTally {
    Simulator::new(scenario).run(scenario.seed, 0).services[ServiceId::new(0)].clone()
}

/// Hours.
pub const HOUR: f64 = 3600.0;

/// The folder of the crate.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder of the crate that end in `.toml`, sorted.
pub fn scenario_files(folder: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "toml") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no scenario below `{folder}`");
    found
}

/// The scenario in a file; panics with the diagnostics.
pub fn scenario_in(path: &Path) -> Scenario {
    match load(&Source::read(path).unwrap(), &[]) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(false)),
    }
}

/// The first `trials` trials of a scenario under its own seed, on one thread, set beside the closed forms.
pub fn study(scenario: Scenario, trials: u64) -> Findings {
    let scenario = Arc::new(scenario);
    let plan = Plan::whole(trials, 1);
    let outcomes = simulate(&scenario, scenario.seed, &plan, &|_| (), &AtomicBool::new(false)).unwrap();
    conclude(&scenario, &outcomes)
}

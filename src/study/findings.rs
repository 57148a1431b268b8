//! Everything a study found, ready to be shown: `report` only formats it.

use crate::estimate::Estimate;
use crate::metric::About;
use crate::model::{
    Cause, CostItem, DatasetId, Disruption, DomainId, Expectation, Scenario, ServiceId, StoreId, Subject,
};
pub use crate::montecarlo::Stopped;
use crate::quantity::{Currency, Span};
use crate::simulation::Trace;
use std::sync::Arc;

/// The result of one study.
#[derive(Clone, Debug)]
pub struct Findings {
    /// What was studied.
    pub scenario: Arc<Scenario>,
    /// Trials that count.
    pub trials: u64,
    /// Seed in use: the scenario's or the command line's.
    pub seed: u64,
    /// Why it ended.
    pub stopped: Stopped,
    /// Per service, in id order.
    pub services: Vec<(ServiceId, SubjectFindings)>,
    /// Per dataset, in id order.
    pub datasets: Vec<(DatasetId, SubjectFindings)>,
    /// Per named domain, in id order.
    pub domains: Vec<(DomainId, SubjectFindings)>,
    /// Over the whole scenario.
    pub whole: SubjectFindings,
    /// The account; `None` for a scenario without prices.
    pub cost: Option<CostFindings>,
    /// Per service and disruption class, then per dataset.
    pub verdicts: Vec<Verdict>,
    /// Simulated against exact.
    pub checks: Vec<Check>,
    /// What has no closed form, or not for all its metrics, and why: a fragment in lower case.
    pub unchecked: Vec<(Subject, String)>,
    /// Services that are up or down through a whole trial, by a chance: static blocks and nothing else.
    pub fixed: Vec<ServiceId>,
    /// `[expect]`, line by line.
    pub expected: Vec<Expected>,
    /// First trials, one row each; at most [`Findings::ROWS`].
    pub rows: Vec<TrialRow>,
    /// Median, p95 and worst trial by total downtime of all services, then by bytes lost.
    pub chosen: Vec<ChosenTrial>,
}

impl Findings {
    /// Most rows in `trials.csv`.
    pub const ROWS: usize = crate::montecarlo::ROWS as usize;
}

/// What was found of one service, dataset, domain or the whole.
#[derive(Clone, Debug, Default)]
pub struct SubjectFindings {
    /// All metrics of the subject in table order.
    pub metrics: Vec<Measured>,
    /// Downtime by cause, largest first; empty for datasets and domains.
    pub attribution: Vec<Attribution>,
    /// Histogram of the lengths of outages; empty without any, and for datasets.
    pub outages: Vec<Bin>,
    /// Histogram of recovery times; empty without any.
    pub recoveries: Vec<Bin>,
    /// Mean redundancy degree in equal slices of the horizon; empty but for services.
    pub redundancy: Vec<f64>,
    /// Histogram of the ages of the points that came back; empty but for datasets.
    pub points: Vec<Bin>,
    /// Mean bytes at risk in equal slices of the horizon; empty but for datasets.
    pub at_risk: Vec<f64>,
    /// Mean bytes in each store, in id order; empty but for datasets.
    pub stored: Vec<(StoreId, f64)>,
    /// Availability against the number of trials.
    pub convergence: Vec<Convergence>,
}

impl SubjectFindings {
    /// The metric with this key.
    #[must_use]
    pub fn metric(&self, key: &str) -> Option<&Measured> {
        self.metrics.iter().find(|measured| measured.about.key == key)
    }
}

/// The account over all trials. Amounts are per year of 365.25 days, in one currency.
#[derive(Clone, Debug)]
pub struct CostFindings {
    /// What every amount is in.
    pub currency: Currency,
    /// The metrics of the account that the prices allow to tell, in table order.
    pub metrics: Vec<Measured>,
    /// Lines of the account, running costs first.
    pub items: Vec<ItemCost>,
    /// Cost of time down by cause, all services together, largest first.
    pub causes: Vec<(Cause, f64)>,
    /// The same by service, each largest first.
    pub parts: Vec<(ServiceId, Cause, f64)>,
    /// What each service has to do with: licences and operation, and what its outages cost; services without either are left out.
    pub services: Vec<ServiceCost>,
    /// Whole years by what they cost; empty when a trial is shorter than a year.
    pub years: Vec<Bin>,
    /// What every year costs at least, whatever happens.
    pub fixed: f64,
}

impl CostFindings {
    /// The metric with this key.
    #[must_use]
    pub fn metric(&self, key: &str) -> Option<&Measured> {
        self.metrics.iter().find(|measured| measured.about.key == key)
    }
}

/// One line of the account, per year of 365.25 days.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ItemCost {
    /// Which line.
    pub item: CostItem,
    /// Mean over trials.
    pub yearly: f64,
    /// Lower end of its 95 % interval; `None` for a single trial.
    pub low: Option<f64>,
    /// Upper end of its 95 % interval; `None` for a single trial.
    pub high: Option<f64>,
}

/// What one service costs per year of 365.25 days.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ServiceCost {
    /// Which service.
    pub service: ServiceId,
    /// Licences and operation.
    pub running: f64,
    /// Time down, credits and fines.
    pub loss: f64,
}

/// One metric of one subject.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Which metric.
    pub about: &'static About,
    /// What the simulation says.
    pub estimate: Estimate,
    /// What mathematics says, where it says anything.
    pub exact: Option<f64>,
}

/// Part of the downtime.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Attribution {
    /// The cause.
    pub cause: Cause,
    /// Seconds per year of 365.25 days charged to it.
    pub seconds_per_year: f64,
    /// Its share of the downtime, 0 to 1.
    pub share: f64,
}

/// One bin of a histogram of lengths.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bin {
    /// Lower edge in seconds.
    pub from: f64,
    /// Upper edge in seconds.
    pub to: f64,
    /// Events.
    pub count: u64,
}

/// The estimate of availability after some trials.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Convergence {
    /// Trials so far.
    pub trials: u64,
    /// Point estimate.
    pub point: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

/// How an objective fared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Judgement {
    /// Kept.
    Met,
    /// Kept, but over 80 % of it is used.
    AtRisk,
    /// Not kept.
    Missed,
    /// Nothing was promised.
    NoObjective,
    /// No such disruption was seen.
    NotApplicable,
}

/// Who made a promise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Promiser {
    /// A service.
    Service(ServiceId),
    /// A dataset, whose losses are a class of disruption of their own: `data`.
    Dataset(DatasetId),
}

/// Judgement of one service under one kind of disruption, or of one dataset under the loss of data.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The service or dataset.
    pub of: Promiser,
    /// Kind of disruption; `None` is over all of them (availability), and for datasets.
    pub disruption: Option<Disruption>,
    /// What was promised, `rto`, `rpo`, `mtd`, `availability`.
    pub objective: &'static str,
    /// How it fared.
    pub judgement: Judgement,
    /// Promised value: seconds, or a share for availability.
    pub promised: Option<f64>,
    /// Measured value: p95 in seconds, or a share.
    pub measured: Option<f64>,
    /// One sentence.
    pub reason: String,
}

impl Verdict {
    /// Class of disruption in keys and tables: `node`, `data`; `None` over all of them.
    #[must_use]
    pub const fn class(&self) -> Option<&'static str> {
        match (self.of, self.disruption) {
            (Promiser::Dataset(_), _) => Some("data"),
            (Promiser::Service(_), Some(disruption)) => Some(disruption.key()),
            (Promiser::Service(_), None) => None,
        }
    }
}

/// Simulated against exact.
#[derive(Clone, Debug)]
pub struct Check {
    /// Whose.
    pub subject: Subject,
    /// Which metric.
    pub about: &'static About,
    /// What the simulation says.
    pub simulated: Estimate,
    /// What mathematics says.
    pub exact: f64,
    /// How that was obtained.
    pub method: String,
    /// Difference in standard errors, when there are any.
    pub deviation: Option<f64>,
    /// `Some(true)` within the family-wise bound, `Some(false)` outside, `None` when there is too little to tell.
    pub agrees: Option<bool>,
}

/// One line of `[expect]`, judged.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The line.
    pub expectation: Expectation,
    /// What came out.
    pub measured: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// `Some(true)` holds, `Some(false)` fails, `None` inconclusive: four standard errors do not fit into `within`.
    pub holds: Option<bool>,
}

/// One trial in `trials.csv`.
#[derive(Clone, Debug)]
pub struct TrialRow {
    /// Number of the trial.
    pub trial: u64,
    /// Per service: seconds down, outages, longest outage in seconds.
    pub services: Vec<(f64, u64, f64)>,
}

/// Which trial was chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// The median by total downtime.
    Median,
    /// The 95th percentile.
    P95,
    /// The worst.
    Worst,
}

/// A trial that was run again with the trace on.
#[derive(Clone, Debug)]
pub struct ChosenTrial {
    /// Why this one.
    pub which: Which,
    /// Total downtime of all services; without a service, time in which datasets could not be read.
    pub downtime: Span,
    /// What happened.
    pub trace: Trace,
}

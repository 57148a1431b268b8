//! A toy in place of a simulator: two services whose outages follow known laws and a dataset that is lost now and then. For tests only.

use super::{Shape, TrialRunner};
use crate::engine::TrialKey;
use crate::id::{Id as _, IdVec};
use crate::model::{DatasetId, Disruption, DomainId, Phase, ServiceId};
use crate::quantity::{SimTime, Span};
use crate::simulation::{
    DataEvent, DataEventKind, DatasetTally, DomainTally, EventKind, PROFILE_BINS, ScenarioTally, ServiceTally,
    TallyEvent, TrialTally,
};
use rand::RngExt as _;

/// Outages of the first service in a trial: none, one or two with equal chance, exponential with a mean of an hour; the second is never down.
///
/// In one trial of ten the dataset is lost and comes back after two hours on average, from a point that is up to a day old.
#[derive(Debug)]
pub struct Toy {
    tally: TrialTally,
    seed: u64,
}

/// One year.
pub const HORIZON: Span = Span::from_microseconds(31_557_600_000_000);

/// Size of the dataset in bytes.
pub const SIZE: f64 = 1e12;

/// Chance that it is lost in a trial.
pub const LOSS: f64 = 0.1;

/// Oldest point that it comes back from, in seconds; all ages up to it are alike.
pub const OLDEST: f64 = 86_400.0;

/// Mean of an outage in seconds.
pub const MEAN: f64 = 3600.0;

impl Toy {
    pub fn new(seed: u64) -> Self {
        Self { tally: TrialTally::default(), seed }
    }

    pub fn shape(seed: u64) -> Shape {
        let domains = vec![DomainId::new(1)];
        Shape {
            hash: "0123456789abcdef".into(),
            seed,
            horizon: HORIZON,
            services: 2,
            datasets: 1,
            stores: 2,
            domains,
            causes: 3,
            pricing: None,
        }
    }
}

impl TrialRunner for Toy {
    fn run(&mut self, trial: u64) -> &TrialTally {
        let mut stream = TrialKey::new(self.seed, trial).stream(1, 2, 3);
        let seconds = HORIZON.as_seconds();
        let fresh = |degree: u32| ServiceTally {
            horizon: HORIZON,
            served: seconds,
            degree: f64::from(degree) * seconds,
            degree_least: degree,
            charged: vec![0.0; 3],
            ..ServiceTally::default()
        };
        let mut first = fresh(2);
        self.tally.events.clear();
        for nth in 0..stream.random_range(0..3_usize) {
            let length = Span::from_seconds(-MEAN * libm::log1p(-stream.random::<f64>()));
            let class = Disruption::ALL[1 + nth];
            first.down += length;
            first.outages.add(length);
            first.recoveries[class as usize].add(length);
            first.charged[nth] += length.as_seconds();
            let service = ServiceId::new(0);
            let event = |kind| TallyEvent { service, kind, began: SimTime::ZERO, length };
            self.tally.events.extend([event(EventKind::Outage), event(EventKind::Recovery(class))]);
        }
        first.served -= first.down.as_seconds();
        self.tally.datasets = std::iter::once(dataset(&mut self.tally.data_events, &mut stream)).collect();
        let scenario = ScenarioTally {
            horizon: HORIZON,
            any_down: first.outages,
            events: 10 + first.outages.count,
            ..ScenarioTally::default()
        };
        let domain =
            DomainTally { horizon: HORIZON, units: 4, unit_down: first.down.as_seconds(), ..DomainTally::default() };
        let slice = seconds / PROFILE_BINS as f64;
        self.tally.services = [first, fresh(1)].into_iter().collect();
        self.tally.domains = [DomainTally::default(), domain].into_iter().collect();
        self.tally.scenario = scenario;
        self.tally.redundancy =
            [2.0, 1.0].map(|degree| vec![degree * slice; PROFILE_BINS]).into_iter().collect::<IdVec<_, _>>();
        &self.tally
    }
}

/// The dataset in one trial: at a rate of a megabyte a second, what was written since the point is lost.
fn dataset(events: &mut Vec<DataEvent>, stream: &mut impl rand::Rng) -> DatasetTally {
    events.clear();
    let seconds = HORIZON.as_seconds();
    let slice = seconds / PROFILE_BINS as f64;
    let mut tally = DatasetTally {
        horizon: HORIZON,
        size: SIZE,
        backups: (364, 365),
        degree: seconds,
        degree_least: 1,
        at_risk: 4e10 * seconds,
        at_risk_profile: vec![4e10 * slice; PROFILE_BINS],
        stored_live: 2.0 * SIZE * seconds,
        stored: vec![SIZE * seconds, 3.0 * SIZE * seconds],
        ..DatasetTally::default()
    };
    if stream.random::<f64>() < LOSS {
        let point = Span::from_seconds(OLDEST * stream.random::<f64>());
        let recovery = Span::from_seconds(-2.0 * MEAN * libm::log1p(-stream.random::<f64>()));
        tally.unreadable = recovery;
        tally.losses = 1;
        tally.lost_bytes = 1e6 * point.as_seconds();
        tally.points.add(point);
        tally.recoveries.add(recovery);
        tally.phases[Phase::Act as usize].add(recovery);
        tally.rpo = (u64::from(point <= Span::from_seconds(OLDEST / 2.0)), 1);
        tally.rto = (u64::from(recovery <= Span::from_seconds(2.0 * MEAN)), 1);
        tally.restores = (1, 2);
        (tally.degree_least, tally.exposed) = (0, recovery);
        let event = |kind, length| DataEvent { dataset: DatasetId::new(0), kind, length };
        events.extend([
            event(DataEventKind::Point, point),
            event(DataEventKind::Recovery, recovery),
            event(DataEventKind::Phase(Phase::Act), recovery),
        ]);
    }
    tally
}

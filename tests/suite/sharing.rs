//! Do shared flows run as they should? Against a plain twin that works everything out again at every change, and against what max-min fairness means.
//!
//! Rates may differ by 1e-9 of the rate and 0.01 bytes per second, as the twin calculates in floating point and the engine rounds down to 2^-16 bytes
//! per second; ends by 3 microseconds and what these differences make of the whole size.

#[path = "../../benches/yardsticks/sharing.rs"]
mod plain;

use drsim::engine::{FlowId, ResourceId, Sharing};
use drsim::id::Id as _;
use drsim::quantity::SimTime;
use plain::Flows;
use rand::RngExt as _;
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

/// Bytes per second that count as none, and beyond the relative difference allowed.
const NONE: f64 = 0.01;

/// The highest capacity, bytes per second.
const FAST: f64 = 1e8;

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.max(other) + NONE
}

/// The engine and its twin on one random script.
struct Script {
    rng: Xoshiro256PlusPlus,
    ours: Sharing,
    twin: Flows,
    /// Live flows under both names, with the bytes moved so far and those to move.
    live: Vec<Live>,
    /// Microseconds.
    now: u64,
    routes: Vec<Vec<usize>>,
    priorities: u8,
    ends: u32,
}

struct Live {
    ours: FlowId,
    twin: u64,
    moved: f64,
    bytes: u64,
}

/// A rate out of a few, so that levels tie, or any.
fn rate(rng: &mut Xoshiro256PlusPlus) -> f64 {
    match rng.random_range(0..3) {
        0 => 1e6 * f64::from(rng.random_range(1_u32..5)),
        1 => 12e6,
        _ => 1e6 * (1.0 + 99.0 * rng.random::<f64>()),
    }
}

impl Script {
    fn new(seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let resources = rng.random_range(1..12);
        let capacities: Vec<f64> = (0..resources).map(|_| rate(&mut rng)).collect();
        let routes = (0..rng.random_range(1..16)).map(|_| {
            let mut route: Vec<usize> = (0..rng.random_range(1..5)).map(|_| rng.random_range(0..resources)).collect();
            route.sort_unstable();
            route.dedup();
            route
        });
        let routes = routes.collect();
        let (ours, twin) = (Sharing::new(&capacities), Flows::new(&capacities));
        let priorities = rng.random_range(1..4);
        Self { rng, ours, twin, live: Vec::new(), now: 0, routes, priorities, ends: 0 }
    }

    fn time(&self) -> SimTime {
        SimTime::from_microseconds(self.now)
    }

    fn twin_of(&self, id: u64) -> &plain::Flow {
        self.twin.flows.iter().find(|flow| flow.id == id).unwrap()
    }

    fn start(&mut self) {
        let rng = &mut self.rng;
        let route = self.routes[rng.random_range(0..self.routes.len())].clone();
        let bytes = if rng.random_bool(0.1) { u64::MAX } else { 1 << rng.random_range(10..40) };
        let cap = rng.random_bool(0.3).then(|| rate(rng));
        let priority = rng.random_range(0..self.priorities);
        let ids: Vec<ResourceId> = route.iter().map(|&resource| ResourceId::new(resource)).collect();
        let ours = self.ours.start(self.time(), &ids, bytes, cap, priority);
        let size = if bytes == u64::MAX { f64::INFINITY } else { bytes as f64 };
        let twin = self.twin.start(&route, size, cap.unwrap_or(f64::INFINITY), priority);
        self.live.push(Live { ours, twin, moved: 0.0, bytes });
    }

    fn cancel(&mut self) {
        let live = self.live.remove(self.rng.random_range(0..self.live.len()));
        let left = self.ours.cancel(self.time(), live.ours);
        let gone = self.twin.remove(live.twin);
        if live.bytes == u64::MAX {
            assert_eq!(left, u64::MAX);
        } else {
            assert!(
                (left as f64 - gone.bytes).abs() <= 1.0 + 1e-9 * live.bytes as f64 + 3e-6 * FAST,
                "{left} left, {gone:?}"
            );
        }
    }

    fn set_capacity(&mut self) {
        let resource = self.rng.random_range(0..self.twin.capacities.len());
        let capacity = if self.rng.random_bool(0.2) { 0.0 } else { rate(&mut self.rng) };
        self.ours.set_capacity(self.time(), ResourceId::new(resource), capacity);
        self.twin.capacities[resource] = capacity;
        self.twin.share();
    }

    fn advance(&mut self, now: u64) {
        for live in &mut self.live {
            live.moved += self.ours.rate(live.ours) * (now - self.now) as f64 / 1e6;
        }
        self.now = now;
        self.twin.advance(now as f64 / 1e6);
    }

    /// Goes on to the next end, or part of the way.
    fn pass(&mut self) {
        let near = |wait: &f64| *wait < 1e15;
        let ours = self.ours.next().map(|(time, _)| time.as_microseconds() as f64 - self.now as f64).filter(near);
        let twin = self.twin.next().map(|(time, _)| (time - self.twin.now) * 1e6).filter(near);
        let (Some(ours), Some(twin)) = (ours, twin) else {
            assert!(ours.or(twin).is_none_or(|wait| wait > 1e12), "{ours:?} and {twin:?} microseconds to the next end");
            return;
        };
        let first = self.twin.next().unwrap().1;
        let (rate, bytes) = (self.twin_of(first).rate, self.live.iter().find(|live| live.twin == first).unwrap().bytes);
        let error = 3.0 + 1e-9 * bytes as f64 / rate * 1e6 + NONE / rate * twin;
        assert!(
            (ours - twin).abs() <= error,
            "{ours} and {twin} microseconds to the next end: {:?}",
            self.twin_of(first)
        );
        if self.rng.random_bool(0.4) {
            let part = self.rng.random::<f64>() * ours;
            self.advance(self.now + part as u64);
            return;
        }
        let (end, first) = self.ours.next().unwrap();
        self.advance(end.as_microseconds());
        let mut done = Vec::new();
        self.ours.finish(end, &mut done);
        assert!(done.contains(&first));
        let places: Vec<usize> =
            done.iter().map(|id| self.live.iter().position(|live| live.ours == *id).unwrap()).collect();
        assert!(places.is_sorted(), "ends of one moment come in the order of the starts");
        for place in places.into_iter().rev() {
            let live = self.live.remove(place);
            let flow = self.twin.remove(live.twin);
            // Nothing lost, nothing gained: what passed is the size, and at most a microsecond's worth more.
            let over = live.moved - live.bytes as f64;
            assert!(
                over >= -1e-9 * live.bytes as f64 && over <= 1e-9 * live.bytes as f64 + 1e-6 * FAST,
                "{over} bytes too many"
            );
            assert!(flow.bytes.abs() <= 1e-9 * live.bytes as f64 + 3e-6 * FAST, "{flow:?}");
            self.ends += 1;
        }
    }

    fn step(&mut self) {
        match self.rng.random_range(0..10) {
            0..4 if self.live.len() < 40 => self.start(),
            4 if !self.live.is_empty() => self.cancel(),
            5 => self.set_capacity(),
            _ => self.pass(),
        }
        for live in &self.live {
            let (ours, twin) = (self.ours.rate(live.ours), self.twin_of(live.twin).rate);
            assert!(close(ours, twin), "{ours} against {twin} of {:?}\n{:#?}", self.twin_of(live.twin), self.twin);
        }
    }
}

#[test]
fn shared_flows_run_like_their_plain_twin() {
    let mut ends = 0;
    for seed in 0..400 {
        let mut script = Script::new(seed);
        for _ in 0..250 {
            script.step();
        }
        ends += script.ends;
    }
    assert!(ends > 10_000, "only {ends} flows ended");
}

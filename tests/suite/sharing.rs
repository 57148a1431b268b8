//! Do shared flows run as they should? Against a plain twin that works everything out again at every change, and against what max-min fairness means.
//!
//! Rates may differ by 1e-9 of the rate and 0.01 bytes per second, as the twin calculates in floating point and the engine rounds down to 2^-16 bytes
//! per second; ends by 3 microseconds and what these differences make of the whole size.

#[path = "../../benches/yardsticks/sharing.rs"]
mod plain;

use drsim::engine::{FlowId, ResourceId, Sharing};
use drsim::id::Id as _;
use drsim::quantity::SimTime;
use plain::Twin;
use rand::RngExt as _;
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

/// Bytes per second that count as none, and beyond the relative difference allowed.
const NONE: f64 = 0.01;

/// The highest capacity, bytes per second.
const FAST: f64 = 1e8;

/// A rate in whole steps of the smallest one.
fn units(rate: f64) -> u128 {
    (rate * 65536.0) as u128
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.max(other) + NONE
}

/// The engine and its twin on one random script.
struct Script {
    rng: Xoshiro256PlusPlus,
    ours: Sharing,
    twin: Twin,
    /// Live flows under both names, with the bytes moved so far and those to move.
    live: Vec<Live>,
    /// Microseconds.
    now: u64,
    routes: Vec<Vec<usize>>,
    priorities: u8,
    /// Flows at a time.
    most: usize,
    ends: u32,
}

struct Live {
    ours: FlowId,
    twin: u64,
    /// In units of the smallest rate times a microsecond.
    moved: u128,
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
    fn new(seed: u64, resources: usize, most: usize) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let resources = rng.random_range(1..resources);
        let capacities: Vec<f64> = (0..resources).map(|_| rate(&mut rng)).collect();
        let routes = (0..rng.random_range(1..16.max(most))).map(|_| {
            let mut route: Vec<usize> = (0..rng.random_range(1..5)).map(|_| rng.random_range(0..resources)).collect();
            route.sort_unstable();
            route.dedup();
            route
        });
        let routes = routes.collect();
        let (ours, twin) = (Sharing::new(&capacities), Twin::new(&capacities));
        let priorities = rng.random_range(1..4);
        Self { rng, ours, twin, live: Vec::new(), now: 0, routes, priorities, most, ends: 0 }
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
        self.live.push(Live { ours, twin, moved: 0, bytes });
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
            live.moved += units(self.ours.rate(live.ours)) * u128::from(now - self.now);
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
            // Nothing lost, nothing gained: what passed is the size, and less than a microsecond's worth more.
            let size = u128::from(live.bytes) * 65_536_000_000;
            assert!((size..size + units(FAST)).contains(&live.moved), "{} moved of {size}", live.moved);
            assert!(flow.bytes.abs() <= 1e-9 * live.bytes as f64 + 3e-6 * FAST, "{flow:?}");
            self.ends += 1;
        }
    }

    fn step(&mut self) {
        match self.rng.random_range(0..10) {
            0..4 if self.live.len() < self.most => self.start(),
            4 if !self.live.is_empty() => self.cancel(),
            5 => self.set_capacity(),
            _ => self.pass(),
        }
    }

    fn compare(&self) {
        for live in &self.live {
            let (ours, twin) = (self.ours.rate(live.ours), self.twin_of(live.twin));
            assert!(close(ours, twin.rate), "{ours} against {twin:?}\n{:#?}", self.twin);
        }
    }

    /// Max-min fairness by its definition: no resource is over its capacity; whoever does not run at its cap crosses a resource that it and the classes
    /// above it have filled, where nobody of its class is faster.
    fn check_fairness(&self) {
        let flows: Vec<(&plain::Flow, f64)> =
            self.live.iter().map(|live| (self.twin_of(live.twin), self.ours.rate(live.ours))).collect();
        let crossing = |resource: usize| flows.iter().filter(move |(flow, _)| flow.route.contains(&resource));
        for (resource, &capacity) in self.twin.capacities.iter().enumerate() {
            let used: u128 = crossing(resource).map(|(_, rate)| units(*rate)).sum();
            assert!(used <= units(capacity), "{used} of {} used", units(capacity));
        }
        for &(flow, rate) in &flows {
            assert!(rate <= flow.cap, "{rate} of {flow:?}");
            let held_up = |&resource: &usize| {
                let up_to = crossing(resource).filter(|(other, _)| other.priority <= flow.priority);
                let (count, used) = up_to.fold((0, 0), |(count, used), (_, rate)| (count + 1, used + units(*rate)));
                let mut peers = crossing(resource).filter(|(other, _)| other.priority == flow.priority);
                // A division leaves less than one step for each.
                used + count >= units(self.twin.capacities[resource]) && peers.all(|(_, other)| *other <= rate)
            };
            assert!(
                units(rate) == units(flow.cap) || flow.route.iter().any(held_up),
                "nothing holds up {flow:?} at {rate}\n{:#?}",
                self.twin
            );
        }
    }
}

#[test]
fn shared_flows_run_like_their_plain_twin() {
    let mut ends = 0;
    for seed in 0..300 {
        let mut script = Script::new(seed, 12, 40);
        for _ in 0..250 {
            script.step();
            script.compare();
        }
        ends += script.ends;
    }
    for seed in 0..8 {
        let mut script = Script::new(seed, 80, 300);
        for step in 0..1500 {
            script.step();
            if step % 10 == 0 {
                script.compare();
            }
        }
        ends += script.ends;
    }
    assert!(ends > 10_000, "only {ends} flows ended");
}

#[test]
fn shared_flows_are_max_min_fair() {
    for seed in 1000..1100 {
        let mut script = Script::new(seed, 12, 40);
        for _ in 0..250 {
            script.step();
            script.check_fairness();
        }
    }
}

//! As many flows as there were at first: when one ends the next one starts. Over the plain twin and over drsim.

use crate::plain::gap;
use crate::sharing::Twin;
use drsim::engine::{ResourceId, Sharing};
use drsim::id::Id as _;
use drsim::quantity::SimTime;
use rand::RngExt as _;
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

/// Where flows go.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// All through one resource, a third of them capped.
    OneLink,
    /// From one of 400 disks over one of 8 uplinks to another disk; both hold flows up.
    Disks,
    /// The same with uplinks so narrow that they alone hold flows up.
    Uplinks,
}

const DISKS: usize = 400;
const UPLINKS: usize = 8;

impl Shape {
    /// Bytes per second.
    fn capacities(self) -> Vec<f64> {
        let disks = |uplink: f64| [vec![uplink; UPLINKS], vec![200e6; DISKS]].concat();
        match self {
            Self::OneLink => vec![10e9],
            Self::Disks => disks(6e9),
            Self::Uplinks => disks(1.25e9),
        }
    }

    /// Route, bytes and cap of the next flow.
    fn draw(self, rng: &mut Xoshiro256PlusPlus) -> (Vec<usize>, u64, Option<f64>) {
        let bytes = gap(rng, 1e12).max(1);
        match self {
            Self::OneLink => (vec![0], bytes, rng.random_bool(0.33).then_some(8e6)),
            Self::Disks | Self::Uplinks => {
                let uplink = rng.random_range(0..UPLINKS);
                let [from, to] = [0, 1].map(|half| UPLINKS + DISKS / 2 * half + rng.random_range(0..DISKS / 2));
                (vec![from, uplink, to], bytes, None)
            }
        }
    }
}

/// Seed of the generator, the same for both.
const SEED: u64 = 11;

/// The plain twin.
#[derive(Debug)]
pub struct PlainFlows {
    shape: Shape,
    flows: Twin,
    rng: Xoshiro256PlusPlus,
}

impl PlainFlows {
    /// `count` flows.
    pub fn new(shape: Shape, count: usize) -> Self {
        let rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
        let mut plain = Self { shape, flows: Twin::new(&shape.capacities()), rng };
        (0..count).for_each(|_| plain.start());
        plain
    }

    fn start(&mut self) {
        let (route, bytes, cap) = self.shape.draw(&mut self.rng);
        self.flows.start(&route, bytes as f64, cap.unwrap_or(f64::INFINITY), 0);
    }

    /// Lets `steps` flows end and others start; the seconds since the beginning.
    pub fn run(&mut self, steps: usize) -> f64 {
        for _ in 0..steps {
            let (time, flow) = self.flows.next().expect("every flow moves");
            self.flows.advance(time);
            self.flows.remove(flow);
            self.start();
        }
        self.flows.now
    }
}

/// drsim.
#[derive(Debug)]
pub struct SharedFlows {
    shape: Shape,
    sharing: Sharing,
    rng: Xoshiro256PlusPlus,
    now: SimTime,
    /// Flows that ended and have no successor yet.
    ended: usize,
    done: Vec<drsim::engine::FlowId>,
}

impl SharedFlows {
    /// `count` flows.
    pub fn new(shape: Shape, count: usize) -> Self {
        let rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
        let sharing = Sharing::new(&shape.capacities());
        let mut shared = Self { shape, sharing, rng, now: SimTime::ZERO, ended: 0, done: Vec::new() };
        (0..count).for_each(|_| shared.start());
        shared
    }

    fn start(&mut self) {
        let (route, bytes, cap) = self.shape.draw(&mut self.rng);
        let mut ids = [ResourceId::new(0); 3];
        ids.iter_mut().zip(&route).for_each(|(id, &resource)| *id = ResourceId::new(resource));
        self.sharing.start(self.now, &ids[..route.len()], bytes, cap, 0);
    }

    /// See [`PlainFlows::run`].
    pub fn run(&mut self, steps: usize) -> f64 {
        for _ in 0..steps {
            if self.ended == 0 {
                let (time, _) = self.sharing.next().expect("every flow moves");
                self.now = time;
                self.done.clear();
                self.sharing.finish(time, &mut self.done);
                self.ended = self.done.len();
            }
            self.ended -= 1;
            self.start();
        }
        self.now.as_seconds()
    }
}

use drsim::engine::Queue;
use drsim::quantity::SimTime;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

fn gap(rng: &mut Xoshiro256PlusPlus) -> u64 {
    let unit: f64 = Exp1.sample(rng);
    (unit * 1e9 + 0.5) as u64
}

struct H {
    heap: BinaryHeap<Reverse<u128>>,
    seq: u32,
    rng: Xoshiro256PlusPlus,
}
impl H {
    fn new(n: usize) -> Self {
        let mut h = H { heap: BinaryHeap::new(), seq: 0, rng: Xoshiro256PlusPlus::seed_from_u64(7) };
        for i in 0..n {
            let t = gap(&mut h.rng);
            h.push(t, i as u32);
        }
        h
    }
    fn push(&mut self, t: u64, p: u32) {
        self.heap.push(Reverse(u128::from(t) << 64 | u128::from(self.seq) << 32 | u128::from(p)));
        self.seq = self.seq.wrapping_add(1);
    }
    fn run(&mut self, steps: usize) -> u64 {
        let mut sum = 0u64;
        for _ in 0..steps {
            let Reverse(k) = self.heap.pop().unwrap();
            let t = (k >> 64) as u64;
            sum = sum.wrapping_mul(31).wrapping_add(t);
            let g = gap(&mut self.rng);
            self.push(t + g, k as u32);
        }
        sum
    }
}
struct D<E> {
    q: Queue<E>,
    rng: Xoshiro256PlusPlus,
}
impl<E: Copy> D<E> {
    fn new(n: usize, e: impl Fn(u32) -> E) -> Self {
        let mut h = D { q: Queue::new(), rng: Xoshiro256PlusPlus::seed_from_u64(7) };
        for i in 0..n {
            let t = gap(&mut h.rng);
            h.q.push(SimTime::from_microseconds(t), e(i as u32));
        }
        h
    }
    fn run(&mut self, steps: usize) -> u64 {
        let mut sum = 0u64;
        for _ in 0..steps {
            let (t, e) = self.q.pop().unwrap();
            let t = t.as_microseconds();
            sum = sum.wrapping_mul(31).wrapping_add(t);
            let g = gap(&mut self.rng);
            self.q.push(SimTime::from_microseconds(t + g), e);
        }
        sum
    }
}
fn main() {
    for n in [2usize, 3, 4, 5, 6, 7, 8, 12, 20, 48, 1000] {
        let steps = if n >= 100_000 { n * 2 } else { 1_000_000 };
        let (mut h, mut d8, mut d12) = (H::new(n), D::new(n, |i| [i, 0]), D::new(n, |i| [i, 0, 0]));
        let (mut th, mut t8, mut t12) = (vec![], vec![], vec![]);
        let passes = if n >= 1_000_000 {
            2
        } else if n >= 100_000 {
            5
        } else {
            9
        };
        for _ in 0..passes {
            let c = std::time::Instant::now();
            let a = h.run(steps);
            th.push(c.elapsed().as_nanos() as f64 / steps as f64);
            let c = std::time::Instant::now();
            let b = d8.run(steps);
            t8.push(c.elapsed().as_nanos() as f64 / steps as f64);
            assert_eq!(a, b);
            let c = std::time::Instant::now();
            let b = d12.run(steps);
            t12.push(c.elapsed().as_nanos() as f64 / steps as f64);
            assert_eq!(a, b);
        }
        let m = |v: &mut Vec<f64>| {
            v.sort_by(f64::total_cmp);
            v[v.len() / 2]
        };
        let (a, b, c) = (m(&mut th), m(&mut t8), m(&mut t12));
        println!("{n:>8} heap {a:6.1} ladder8 {b:6.1} ladder12 {c:6.1}  ratio {:.2} {:.2}", a / b, a / c);
    }
}

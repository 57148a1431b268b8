//! Systems whose paths share parts: ordered binary decision diagrams, exact and without multiplying blindly.
//!
//! Source: Bryant 1986 (reduced ordered diagrams); Birnbaum importance gives the frequency of failures (Barlow and
//! Proschan). Parts are numbered `0..`; nobody here knows what a part is.

use std::collections::HashMap;

/// A function of the parts: a node of a [`Diagram`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Function(u32);

impl Function {
    /// Never works.
    pub const DOWN: Self = Self(0);
    /// Always works.
    pub const UP: Self = Self(1);
}

/// Most parts: the recursion is as deep as there are parts.
pub const PARTS_MAX: usize = 2_000;

/// Level of the two constants, below every part.
const CONSTANT: u32 = u32::MAX;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Node {
    part: u32,
    low: Function,
    high: Function,
}

/// Functions under construction; they share what they have in common.
///
/// ```
/// use drsim::analytic::diagram::{Diagram, Part};
/// // Two replicas that share a database: the database is counted once.
/// let mut diagram = Diagram::new(1000);
/// let [a, b, database] = [0, 1, 2].map(|part| diagram.part(part).unwrap());
/// let with_a = diagram.all(&[a, database]).unwrap();
/// let with_b = diagram.all(&[b, database]).unwrap();
/// let service = diagram.at_least(1, &[with_a, with_b]).unwrap();
/// let parts = [Part::fixed(0.9), Part::fixed(0.8), Part::fixed(0.99)];
/// let value = diagram.structure(service).evaluate(&parts);
/// assert!((value.up - 0.98 * 0.99).abs() < 1e-15);
/// ```
#[derive(Debug)]
pub struct Diagram {
    nodes: Vec<Node>,
    unique: HashMap<Node, Function>,
    chosen: HashMap<(Function, Function, Function), Function>,
    nodes_max: usize,
}

/// State of one part at one moment.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Part {
    /// Chance that it works.
    pub up: f64,
    /// Chance that it does not: kept beside `up` because small ones would lose their digits.
    pub down: f64,
    /// Failures per unit of time.
    pub failing: f64,
}

impl Part {
    /// A part that works with this chance and does not change.
    #[must_use]
    pub fn fixed(up: f64) -> Self {
        Self { up, down: 1.0 - up, failing: 0.0 }
    }
}

impl Diagram {
    /// An empty diagram that gives up beyond `nodes_max` nodes.
    #[must_use]
    pub fn new(nodes_max: usize) -> Self {
        let constant = |value| Node { part: CONSTANT, low: value, high: value };
        Self {
            nodes: vec![constant(Function::DOWN), constant(Function::UP)],
            unique: HashMap::new(),
            chosen: HashMap::new(),
            nodes_max,
        }
    }

    /// Works when this part works. Here and below `None` means that the diagram grew beyond its bounds.
    pub fn part(&mut self, part: usize) -> Option<Function> {
        let part = u32::try_from(part).ok().filter(|_| part < PARTS_MAX)?;
        self.node(part, Function::DOWN, Function::UP)
    }

    /// Works when all of `of` work.
    pub fn all(&mut self, of: &[Function]) -> Option<Function> {
        of.iter().try_fold(Function::UP, |all, each| self.choose(*each, all, Function::DOWN))
    }

    /// Works when at least `need` of `of` work; the same function may stand there several times.
    pub fn at_least(&mut self, need: usize, of: &[Function]) -> Option<Function> {
        // enough[k]: at least k of those behind the one at hand.
        let mut enough = vec![Function::DOWN; need + 1];
        enough[0] = Function::UP;
        for (behind, each) in of.iter().rev().enumerate() {
            // More than `behind + 1` cannot be had behind, fewer than what is left in front are never asked for.
            let most = need.min(behind + 1);
            let least = need.saturating_sub(of.len() - behind - 1).max(1);
            for k in (least..=most).rev() {
                enough[k] = self.choose(*each, enough[k - 1], enough[k])?;
            }
        }
        Some(enough[need])
    }

    /// `then` where `condition` works, `otherwise` where it does not.
    fn choose(&mut self, condition: Function, then: Function, otherwise: Function) -> Option<Function> {
        if condition == Function::UP || then == otherwise {
            return Some(then);
        }
        if condition == Function::DOWN {
            return Some(otherwise);
        }
        if then == Function::UP && otherwise == Function::DOWN {
            return Some(condition);
        }
        let key = (condition, then, otherwise);
        if let Some(known) = self.chosen.get(&key) {
            return Some(*known);
        }
        let top = self.top(condition).min(self.top(then)).min(self.top(otherwise));
        let [low, high] = [false, true].map(|side| {
            let [c, t, o] = [condition, then, otherwise].map(|function| self.side(function, top, side));
            self.choose(c, t, o)
        });
        let result = self.node(top, low?, high?)?;
        self.chosen.insert(key, result);
        Some(result)
    }

    fn node(&mut self, part: u32, low: Function, high: Function) -> Option<Function> {
        if low == high {
            return Some(low);
        }
        let node = Node { part, low, high };
        if let Some(known) = self.unique.get(&node) {
            return Some(*known);
        }
        if self.nodes.len() >= self.nodes_max {
            return None;
        }
        let function = Function(u32::try_from(self.nodes.len()).ok()?);
        self.nodes.push(node);
        self.unique.insert(node, function);
        Some(function)
    }

    fn top(&self, function: Function) -> u32 {
        self.nodes[function.0 as usize].part
    }

    fn side(&self, function: Function, part: u32, high: bool) -> Function {
        let node = self.nodes[function.0 as usize];
        match node.part == part {
            true if high => node.high,
            true => node.low,
            false => function,
        }
    }

    /// The nodes that one function needs, ready to be evaluated again and again.
    #[must_use]
    pub fn structure(&self, root: Function) -> Structure {
        let mut needed = vec![false; self.nodes.len()];
        needed[root.0 as usize] = true;
        needed[0] = true;
        needed[1] = true;
        // Children are made before their parents.
        for index in (2..self.nodes.len()).rev().filter(|index| *index <= root.0 as usize) {
            if needed[index] {
                needed[self.nodes[index].low.0 as usize] = true;
                needed[self.nodes[index].high.0 as usize] = true;
            }
        }
        let mut place = vec![0; self.nodes.len()];
        let mut nodes = Vec::new();
        for (index, node) in self.nodes.iter().enumerate().filter(|(index, _)| needed[*index]) {
            place[index] = nodes.len();
            nodes.push((node.part as usize, place[node.low.0 as usize], place[node.high.0 as usize]));
        }
        Structure { root: place[root.0 as usize], nodes }
    }
}

/// A function of the parts, closed: a list of (part, place if it is down, place if it works), children first.
#[derive(Clone, Debug)]
pub struct Structure {
    nodes: Vec<(usize, usize, usize)>,
    root: usize,
}

/// What a structure does at one moment.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Evaluation {
    /// Chance that it works.
    pub up: f64,
    /// Chance that it does not, accurate however small.
    pub down: f64,
    /// Failures of the whole per unit of time: each part's failures times the chance that it is critical.
    pub failing: f64,
}

impl Structure {
    /// Number of nodes, the two constants included.
    #[must_use]
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// The parts on which the function depends, ascending.
    #[must_use]
    pub fn parts(&self) -> Vec<usize> {
        let mut parts: Vec<usize> = self.nodes[2..].iter().map(|(part, _, _)| *part).collect();
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    /// True when the whole works, given which parts do.
    #[must_use]
    pub fn works(&self, part_works: impl Fn(usize) -> bool) -> bool {
        let mut at = self.root;
        while at > 1 {
            let (part, low, high) = self.nodes[at];
            at = if part_works(part) { high } else { low };
        }
        at == 1
    }

    /// Chances and frequency of failures, for independent parts. The frequency holds for functions that more working
    /// parts never harm, which is all that [`Diagram`] can build.
    #[must_use]
    pub fn evaluate(&self, parts: &[Part]) -> Evaluation {
        let mut chances = vec![(0.0, 1.0), (1.0, 0.0)];
        for &(part, low, high) in &self.nodes[2..] {
            let Part { up, down, .. } = parts[part];
            let (low, high): ((f64, f64), (f64, f64)) = (chances[low], chances[high]);
            chances.push((up * high.0 + down * low.0, up * high.1 + down * low.1));
        }
        let mut reached = vec![0.0; self.nodes.len()];
        reached[self.root] = 1.0;
        let mut failing = 0.0;
        for (index, &(part, low, high)) in self.nodes.iter().enumerate().skip(2).rev() {
            let here: f64 = reached[index];
            reached[low] += here * parts[part].down;
            reached[high] += here * parts[part].up;
            // Up with the part minus up without it; the smaller pair of numbers keeps more digits.
            let (low, high) = (chances[low], chances[high]);
            let critical = if low.1 < 0.5 { low.1 - high.1 } else { high.0 - low.0 };
            failing += here * critical * parts[part].failing;
        }
        let (up, down) = chances[self.root];
        Evaluation { up, down, failing }
    }
}

#[cfg(test)]
mod tests {
    use super::super::structure::k_of_n_down;
    use super::*;

    fn parts(count: usize) -> Vec<Part> {
        (0..count)
            .map(|part| {
                let down = 0.02 + 0.07 * part as f64;
                Part { up: 1.0 - down, down, failing: 0.3 + 0.1 * part as f64 }
            })
            .collect()
    }

    /// All 2^n states: (up, failing).
    fn enumerate(parts: &[Part], works: impl Fn(usize) -> bool) -> (f64, f64) {
        let (mut up, mut failing) = (0.0, 0.0);
        for state in (0..1usize << parts.len()).filter(|state| works(*state)) {
            let chance = |skip: usize| -> f64 {
                (0..parts.len())
                    .filter(|part| *part != skip)
                    .map(|part| if state >> part & 1 == 1 { parts[part].up } else { parts[part].down })
                    .product()
            };
            up += chance(usize::MAX);
            for (part, rates) in parts.iter().enumerate().filter(|(part, _)| state >> part & 1 == 1) {
                if !works(state & !(1 << part)) {
                    failing += chance(part) * rates.failing;
                }
            }
        }
        (up, failing)
    }

    #[test]
    fn every_k_of_n_against_all_states() {
        for n in 1..=6usize {
            for k in 1..=n {
                let mut diagram = Diagram::new(10_000);
                let each: Vec<Function> = (0..n).map(|part| diagram.part(part).unwrap()).collect();
                let root = diagram.at_least(k, &each).unwrap();
                let parts = parts(n);
                let value = diagram.structure(root).evaluate(&parts);
                let (up, failing) = enumerate(&parts, |state| state.count_ones() as usize >= k);
                assert!((value.up - up).abs() < 1e-14 && (value.down - (1.0 - up)).abs() < 1e-14, "{k} of {n}");
                assert!((value.failing - failing).abs() < 1e-13, "{k} of {n}: {} {failing}", value.failing);
            }
        }
    }

    #[test]
    fn shared_parts_against_all_states() {
        // 2 of 3 replicas, two of them on one node (part 0), behind plant 2-of-3 (parts 2, 3, 4) that the second shares.
        let mut diagram = Diagram::new(10_000);
        let p: Vec<Function> = (0..5).map(|part| diagram.part(part).unwrap()).collect();
        let plant = diagram.at_least(2, &p[2..]).unwrap();
        let second = diagram.all(&[p[1], plant]).unwrap();
        let service = diagram.at_least(2, &[p[0], p[0], second]).unwrap();
        let root = diagram.all(&[service, plant]).unwrap();
        let works = |state: usize| {
            let bit = |part: usize| usize::from(state >> part & 1 == 1);
            let plant = bit(2) + bit(3) + bit(4) >= 2;
            2 * bit(0) + bit(1) * usize::from(plant) >= 2 && plant
        };
        let structure = diagram.structure(root);
        let parts = parts(5);
        let value = structure.evaluate(&parts);
        let (up, failing) = enumerate(&parts, works);
        assert!((value.up - up).abs() < 1e-14 && (value.failing - failing).abs() < 1e-13);
        for state in 0..32usize {
            assert_eq!(structure.works(|part| state >> part & 1 == 1), works(state));
        }
        assert_eq!(structure.parts(), [0, 2, 3, 4]); // the second replica can never decide
    }

    #[test]
    fn tiny_unavailabilities_keep_their_digits() {
        let mut diagram = Diagram::new(100_000);
        let each: Vec<Function> = (0..8).map(|part| diagram.part(part).unwrap()).collect();
        let root = diagram.at_least(1, &each).unwrap();
        let part = Part { up: 1.0 - 1e-6, down: 1e-6, failing: 2.0 };
        let value = diagram.structure(root).evaluate(&[part; 8]);
        assert!((value.down / 1e-48 - 1.0).abs() < 1e-13);
        assert!((value.failing / (8.0 * 2.0 * 1e-42) - 1.0).abs() < 1e-13);
    }

    #[test]
    fn hundreds_of_parts_and_the_bound() {
        let mut diagram = Diagram::new(100_000);
        let each: Vec<Function> = (0..500).map(|part| diagram.part(part).unwrap()).collect();
        let root = diagram.at_least(490, &each).unwrap();
        let part = Part { up: 0.99, down: 0.01, failing: 0.0 };
        let value = diagram.structure(root).evaluate(&vec![part; 500]);
        assert!((value.down / k_of_n_down(490, 500, 0.01).unwrap() - 1.0).abs() < 1e-11);
        assert_eq!(diagram.at_least(250, &[]), Some(Function::DOWN));
        let mut small = Diagram::new(20);
        let each: Vec<Function> = (0..9).map(|part| small.part(part).unwrap()).collect();
        assert_eq!(small.at_least(5, &each), None);
        assert!(small.part(PARTS_MAX).is_none());
    }

    #[test]
    fn the_deepest_recursion_fits_a_small_stack() {
        let mut diagram = Diagram::new(100_000);
        let each: Vec<Function> = (0..PARTS_MAX).map(|part| diagram.part(part).unwrap()).collect();
        let all = diagram.at_least(PARTS_MAX, &each).unwrap();
        let most = diagram.at_least(PARTS_MAX - 3, &each).unwrap();
        assert_eq!(diagram.all(&[most, all]), Some(all)); // all implies most, found at the bottom
    }
}

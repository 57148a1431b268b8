//! The designs that a scenario's choices make: all of them, or a sample.

use crate::model::Choice;
use crate::scenario::{Diagnostics, Draft, Loaded, Override};
use rand::RngExt as _;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng as _;
use std::collections::BTreeSet;

/// Which value of each choice a design takes.
pub(super) type Picks = Vec<usize>;

/// A scenario with what may be chosen of it.
pub(super) struct Space {
    draft: Draft,
    /// Set for every design.
    fixed: Vec<Override>,
    choices: Vec<Choice>,
}

impl Space {
    pub(super) const fn new(draft: Draft, fixed: Vec<Override>, choices: Vec<Choice>) -> Self {
        Self { draft, fixed, choices }
    }

    /// Number of designs.
    pub(super) fn size(&self) -> u128 {
        self.choices.iter().fold(1, |size, choice| size.saturating_mul(choice.values.len() as u128))
    }

    /// Every design, the last choice changing fastest; for spaces that fit into memory.
    pub(super) fn all(&self) -> Vec<Picks> {
        let mut designs = vec![Vec::new()];
        for choice in &self.choices {
            let longer = |picks: &Picks| {
                let picks = picks.clone();
                (0..choice.values.len()).map(move |pick| picks.iter().copied().chain([pick]).collect())
            };
            designs = designs.iter().flat_map(longer).collect();
        }
        designs
    }

    /// So many different designs, each as likely as any other, ascending.
    pub(super) fn sample(&self, count: usize, seed: u64) -> Vec<Picks> {
        let mut draw = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut found = BTreeSet::new();
        while (found.len() as u128) < self.size().min(count as u128) {
            let picks: Picks = self.choices.iter().map(|choice| draw.random_range(0..choice.values.len())).collect();
            found.insert(picks);
        }
        found.into_iter().collect()
    }

    /// The designs that differ from one in a single choice.
    pub(super) fn neighbours(&self, picks: &Picks) -> Vec<Picks> {
        let one = |(at, choice): (usize, &Choice)| {
            let (picks, own) = (picks.clone(), picks[at]);
            (0..choice.values.len()).filter(move |pick| *pick != own).map(move |pick| {
                let mut other = picks.clone();
                other[at] = pick;
                other
            })
        };
        self.choices.iter().enumerate().flat_map(one).collect()
    }

    /// What a design sets, as `--set` takes it.
    pub(super) fn settings(&self, picks: &Picks) -> Vec<Override> {
        let set = |(choice, pick): (&Choice, &usize)| Override {
            path: choice.path.clone(),
            value: choice.values[*pick].clone(),
        };
        self.choices.iter().zip(picks).map(set).collect()
    }

    /// The scenario of a design.
    pub(super) fn load(&self, picks: &Picks) -> Result<Loaded, Diagnostics> {
        self.draft.with(&[self.fixed.clone(), self.settings(picks)].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Source;

    fn space(counts: &[usize]) -> Space {
        let draft = Draft::read(&Source::from_text("a.toml", "format = 1")).unwrap();
        let choice = |(nth, count): (usize, &usize)| Choice {
            path: format!("sites.s{nth}.nodes"),
            values: (0..*count).map(|value| value.to_string()).collect(),
        };
        Space::new(draft, Vec::new(), counts.iter().enumerate().map(choice).collect())
    }

    #[test]
    fn every_design_comes_once() {
        let space = space(&[2, 3]);
        assert_eq!(space.size(), 6);
        assert_eq!(space.all(), [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
        let values: Vec<String> = space.settings(&vec![1, 2]).into_iter().map(|set| set.value).collect();
        assert_eq!(values, ["1", "2"]);
        assert_eq!(space.neighbours(&vec![1, 2]), [[0, 2], [1, 0], [1, 1]]);
    }

    #[test]
    fn a_sample_is_of_different_designs_and_the_same_for_a_seed() {
        let space = space(&[10; 6]);
        let (one, again, other) = (space.sample(500, 7), space.sample(500, 7), space.sample(500, 8));
        assert_eq!(one, again);
        assert_ne!(one, other);
        assert_eq!(one.iter().collect::<BTreeSet<_>>().len(), 500);
        let first: usize = one.iter().map(|picks| picks[0]).sum();
        // Mean 4.5, standard error 0.13.
        assert!((first as f64 / 500.0 - 4.5).abs() < 0.5, "{first}");
    }
}

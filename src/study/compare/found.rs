//! What a comparison found, ready to be shown.

use crate::estimate::{Difference, Estimate};
use crate::metric::{About, Better};
use crate::study::findings::{Findings, Stopped};
use crate::study::front::Front;

/// The result of a comparison.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Trials of each design.
    pub trials: u64,
    /// Seed of all designs.
    pub seed: u64,
    /// Why it ended.
    pub stopped: Stopped,
    /// The designs, baseline first.
    pub contenders: Vec<Contender>,
    /// What was compared.
    pub rows: Vec<Row>,
    /// Differences that were tested together.
    pub family: usize,
    /// What only some designs have.
    pub alone: Vec<Alone>,
    /// Fronts for the goals that can be measured.
    pub fronts: Vec<Front>,
    /// The design on which least is spent among those that keep every promise.
    pub cheapest: Option<usize>,
}

impl Compared {
    /// How many differences are of each kind, in the order of [`Proof::ALL`].
    #[must_use]
    pub fn counts(&self) -> [usize; Proof::ALL.len()] {
        let all = || self.rows.iter().flat_map(|row| &row.versus);
        Proof::ALL.map(|proof| all().filter(|versus| versus.proof == proof).count())
    }
}

/// One design.
#[derive(Clone, Debug)]
pub struct Contender {
    /// Its name.
    pub name: String,
    /// Everything that was found of it, as a run of it alone with so many trials finds it, without chosen trials.
    pub findings: Findings,
}

/// One metric of all designs.
#[derive(Clone, Debug)]
pub struct Row {
    /// `services.pay.unavailability`.
    pub path: String,
    /// Which metric.
    pub about: &'static About,
    /// By design.
    pub estimates: Vec<Estimate>,
    /// Every design but the baseline against it.
    pub versus: Vec<Versus>,
}

/// One design against the baseline.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Versus {
    /// Which design.
    pub design: usize,
    /// That design minus the baseline; `None` when either has nothing to measure.
    pub difference: Option<Difference>,
    /// Whether it is real.
    pub proof: Proof,
}

impl Versus {
    /// True when the design is better than the baseline, false when it is worse; `None` where neither can be said.
    #[must_use]
    pub fn is_better(&self, about: &About) -> Option<bool> {
        let point = self.difference.filter(|_| self.proof == Proof::Real)?.point;
        match about.better {
            Better::Higher => Some(point > 0.0),
            Better::Lower => Some(point < 0.0),
            Better::Neither => None,
        }
    }
}

/// Whether a difference is real.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proof {
    /// It is, at the level of the whole family.
    Real,
    /// The trials do not show it.
    NotShown,
    /// There is none in any trial, not in the last bit.
    Same,
    /// What is counted was seen in neither design.
    Unseen,
    /// One of the two has nothing to measure.
    Nothing,
}

impl Proof {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Real, Self::NotShown, Self::Same, Self::Unseen, Self::Nothing];

    /// Key in data files.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::NotShown => "not-shown",
            Self::Same => "same",
            Self::Unseen => "unseen",
            Self::Nothing => "nothing",
        }
    }
}

/// Something that only some designs have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alone {
    /// `service`, `dataset` or `table`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Designs that have it.
    pub designs: Vec<usize>,
}

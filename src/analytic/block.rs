//! One independent block: a unit, or a threat that strikes by chance, over time.

use super::availability::point_unavailability;
use super::diagram::Part;
use crate::model::{Age, Class, Distribution, Life};

/// How one independent block behaves over time; times in seconds.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Law {
    /// The same at every moment: endless, static, or a renewal process in its stationary state.
    Constant(Part),
    /// Works at the start, exponential life and repair.
    Fresh {
        /// Failures per second while up.
        failure: f64,
        /// Repairs per second while down.
        repair: f64,
    },
    /// Poisson strikes, each holding it down for a while; strikes may overlap; none under way at the start.
    Strikes {
        /// Strikes per second.
        rate: f64,
        /// Fixed or exponential.
        lasts: Distribution,
    },
}

/// An independent block.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Block {
    /// How it behaves.
    pub(super) law: Law,
    /// (failure, repair) per second when both are exponential; zeros when it never changes.
    pub(super) rates: Option<(f64, f64)>,
}

impl Block {
    fn constant(part: Part, rates: Option<(f64, f64)>) -> Self {
        Self { law: Law::Constant(part), rates }
    }

    /// State at `t` seconds.
    pub(super) fn at(&self, t: f64) -> Part {
        match &self.law {
            Law::Constant(part) => *part,
            Law::Fresh { failure, repair } => {
                let down = point_unavailability(*failure, *repair, t).unwrap_or(0.0);
                Part { up: 1.0 - down, down, failing: failure * (1.0 - down) }
            }
            Law::Strikes { rate, lasts } => {
                // M/G/infinity from empty: exp(-rate * integral of 1 - F over [0, t]).
                let open = match lasts {
                    Distribution::Exponential { mean } => -mean * libm::expm1(-t / mean),
                    other => t.min(other.mean()),
                };
                let (up, down) = (libm::exp(-rate * open), -libm::expm1(-rate * open));
                Part { up, down, failing: rate * up }
            }
        }
    }

    /// Shortest time in which it changes by itself; `None` when it does not.
    pub(super) fn fastest(&self) -> Option<f64> {
        match &self.law {
            Law::Constant(_) => None,
            Law::Fresh { failure, repair } => Some(1.0 / (failure + repair)),
            Law::Strikes { lasts, .. } => Some(lasts.mean()),
        }
    }

    /// The block of a unit of the class that neither waits nor is touched by anything else.
    pub(super) fn of_unit(class: &Class) -> Result<Self, String> {
        let life = match &class.life {
            Life::Endless => return Ok(Self::constant(Part::fixed(1.0), Some((0.0, 0.0)))),
            Life::Static(works) => return Ok(Self::constant(Part::fixed(works.get()), Some((0.0, 0.0)))),
            Life::Drawn(life) => life,
        };
        let logistics = class.logistics.as_ref().map_or(0.0, Distribution::mean);
        let (mttf, mttr) = (life.mean(), class.repair.mean() + logistics);
        if mttf <= 0.0 || mttr <= 0.0 || !mttf.is_finite() || !mttr.is_finite() {
            return Err(format!("mean life or repair of class `{}` is zero or not finite", class.name));
        }
        let memoryless = life.is_memoryless() && class.repair.is_memoryless() && logistics == 0.0;
        let rates = memoryless.then(|| (1.0 / mttf, 1.0 / mttr));
        match (class.age, rates) {
            (Age::Stationary, _) => {
                let cycle = mttf + mttr;
                Ok(Self::constant(Part { up: mttf / cycle, down: mttr / cycle, failing: 1.0 / cycle }, rates))
            }
            (Age::New | Age::Of(_), Some((failure, repair))) => Ok(Self { law: Law::Fresh { failure, repair }, rates }),
            (Age::New | Age::Of(_), None) => Err(format!(
                "class `{}` does not start in its stationary state and is not exponential throughout",
                class.name
            )),
        }
    }
}

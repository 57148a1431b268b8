//! Draws from the model's distributions. Every transcendental goes through `libm`, so that a seed means the same on every machine.

use crate::engine::Rng;
use crate::model::Distribution;
use crate::quantity::Span;
use rand::RngExt as _;
use rand_distr::{Distribution as _, Exp1, Gamma, StandardNormal};

/// What a stream is for. The numbers are part of the determinism contract: append, never reorder.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub(super) enum Purpose {
    Pool = 1,
    Life,
    Repair,
    Logistics,
    Latent,
    WrongRepair,
    Maintenance,
    InitialState,
    Start,
    Restart,
    Strike,
    Effect,
    Victim,
    Cascade,
    Detection,
    Decision,
    Switch,
    Works,
    ScaleUp,
    StartUp,
    Election,
    SplitBrain,
    FalseAlarm,
    Failback,
    Reschedule,
    Static,
    LosesData,
    DataDetect,
    DataDecide,
    DataPrepare,
    DataAccess,
    DataVerify,
    DataWorks,
    DataResume,
    Job,
    TestRestore,
    DestroysStore,
    CatchUp,
    PlanStep,
    PlanAnswer,
    RebuildHost,
    LatentError,
    KeyLost,
}

/// A uniform number in (0, 1].
#[inline]
fn positive_uniform(rng: &mut Rng) -> f64 {
    1.0 - rng.random::<f64>()
}

/// One draw in seconds.
fn seconds(law: &Distribution, rng: &mut Rng) -> f64 {
    match law {
        Distribution::Fixed { value } => *value,
        Distribution::Exponential { mean } => {
            let unit: f64 = Exp1.sample(rng);
            unit * mean
        }
        Distribution::Weibull { shape, scale, location } => {
            let unit: f64 = Exp1.sample(rng);
            location + scale * power(unit, 1.0 / shape)
        }
        Distribution::LogNormal { mu, sigma } => {
            let unit: f64 = StandardNormal.sample(rng);
            libm::exp(mu + sigma * unit)
        }
        Distribution::Gamma { shape, scale } => gamma(*shape, rng) * scale,
        Distribution::Triangular { min, mode, max } => {
            let (uniform, width) = (rng.random::<f64>(), max - min);
            let split = (mode - min) / width;
            if uniform < split {
                min + libm::sqrt(uniform * width * (mode - min))
            } else {
                max - libm::sqrt((1.0 - uniform) * width * (max - mode))
            }
        }
        Distribution::Empirical { values } => values[rng.random_range(0..values.len())],
    }
}

/// `base` to the power of `exponent`, zero for zero.
fn power(base: f64, exponent: f64) -> f64 {
    if base > 0.0 { libm::exp(libm::log(base) * exponent) } else { 0.0 }
}

/// A gamma variate with scale 1.
fn gamma(shape: f64, rng: &mut Rng) -> f64 {
    Gamma::new(shape, 1.0).map_or(0.0, |law| law.sample(rng))
}

/// One draw.
pub(super) fn draw(law: &Distribution, rng: &mut Rng) -> Span {
    Span::from_seconds(seconds(law, rng))
}

/// One draw of an exponential law: inlined, unlike the others, for it is most draws of most scenarios.
#[expect(clippy::inline_always, reason = "see `calm.rs`")]
#[inline(always)]
pub(super) fn draw_exponential(mean: f64, rng: &mut Rng) -> Span {
    let unit: f64 = Exp1.sample(rng);
    Span::from_seconds(unit * mean)
}

/// True with chance `share`.
#[inline]
pub(super) fn chance(share: f64, rng: &mut Rng) -> bool {
    share >= 1.0 || rng.random::<f64>() < share
}

/// What is left of a life that has reached `age`: drawn from the law given that it exceeds the age.
pub(super) fn remaining(law: &Distribution, age: Span, rng: &mut Rng) -> Span {
    let age = age.as_seconds();
    if law.is_memoryless() || age <= 0.0 {
        return draw(law, rng);
    }
    if let Distribution::Weibull { shape, scale, location } = law
        && age >= *location
    {
        let hazard = power((age - location) / scale, *shape);
        let unit: f64 = Exp1.sample(rng);
        return Span::from_seconds((location + scale * power(hazard + unit, 1.0 / shape) - age).max(0.0));
    }
    let dead = law.cdf(age);
    if dead >= 1.0 {
        return Span::ZERO; // older than the law allows: it fails at once
    }
    let target = dead + (1.0 - dead) * rng.random::<f64>();
    let (mut low, mut high) = (age, (age + law.mean()).max(1e-6));
    while law.cdf(high) < target && high < 1e15 {
        (low, high) = (high, high * 2.0);
    }
    for _ in 0..80 {
        let middle = low + (high - low) / 2.0;
        if law.cdf(middle) < target { low = middle } else { high = middle }
    }
    Span::from_seconds(high - age)
}

/// What is left of an interval that is met at a random moment of a long run: a uniform part of a length-biased draw
/// (Feller, volume II, XI.4).
pub(super) fn equilibrium_residual(law: &Distribution, rng: &mut Rng) -> Span {
    let length = length_biased(law, rng);
    Span::from_seconds(length * positive_uniform(rng))
}

/// A draw weighted by its own length, in seconds.
fn length_biased(law: &Distribution, rng: &mut Rng) -> f64 {
    match law {
        Distribution::Fixed { value } => *value,
        Distribution::Exponential { mean } => gamma(2.0, rng) * mean,
        Distribution::Weibull { shape, scale, location } => {
            // With weight location : mean of the rest, the length-biased law is the law itself or that of the biased rest.
            if rng.random::<f64>() * law.mean() < *location {
                return seconds(law, rng);
            }
            location + scale * power(gamma(1.0 + 1.0 / shape, rng), 1.0 / shape)
        }
        Distribution::LogNormal { mu, sigma } => {
            let unit: f64 = StandardNormal.sample(rng);
            libm::exp(mu + sigma * sigma + sigma * unit)
        }
        Distribution::Gamma { shape, scale } => gamma(shape + 1.0, rng) * scale,
        Distribution::Triangular { max, .. } => loop {
            let length = seconds(law, rng);
            if rng.random::<f64>() * max <= length {
                return length;
            }
        },
        Distribution::Empirical { values } => {
            let mut left = rng.random::<f64>() * values.iter().sum::<f64>();
            for value in values {
                left -= value;
                if left <= 0.0 {
                    return *value;
                }
            }
            values.last().copied().unwrap_or(0.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::TrialKey;

    fn mean_of(n: u64, mut sample: impl FnMut(&mut Rng) -> f64) -> (f64, f64) {
        let (mut sum, mut squares) = (0.0, 0.0);
        for trial in 0..n {
            let value = sample(&mut TrialKey::new(7, trial).stream(1, 2, 3));
            sum += value;
            squares += value * value;
        }
        let mean = sum / n as f64;
        (mean, ((squares / n as f64 - mean * mean) / n as f64).sqrt())
    }

    fn laws() -> Vec<Distribution> {
        vec![
            Distribution::Exponential { mean: 50.0 },
            Distribution::Weibull { shape: 1.7, scale: 40.0, location: 12.0 },
            Distribution::Weibull { shape: 0.8, scale: 40.0, location: 0.0 },
            Distribution::LogNormal { mu: 3.0, sigma: 0.7 },
            Distribution::Gamma { shape: 0.6, scale: 80.0 },
            Distribution::Triangular { min: 10.0, mode: 20.0, max: 90.0 },
            Distribution::Empirical { values: Box::new([1.0, 4.0, 9.0, 50.0]) },
        ]
    }

    /// Within four and a half standard errors each: about 1e-5 per law.
    #[test]
    fn draws_have_the_mean_of_their_law() {
        for law in laws() {
            let (mean, error) = mean_of(40_000, |rng| seconds(&law, rng));
            assert!((mean - law.mean()).abs() < 4.5 * error, "{law:?}: {mean} against {}", law.mean());
        }
    }

    /// The mean residual in equilibrium is E[X²] / (2 E[X]).
    #[test]
    fn equilibrium_residuals_have_the_renewal_mean() {
        for law in laws() {
            let (square, square_error) = mean_of(200_000, |rng| seconds(&law, rng).powi(2));
            let (mean, error) = mean_of(40_000, |rng| equilibrium_residual(&law, rng).as_seconds());
            let (exact, slack) = (square / 2.0 / law.mean(), square_error / 2.0 / law.mean());
            assert!((mean - exact).abs() < 4.5 * (error + slack), "{law:?}: {mean} against {exact}");
        }
    }

    /// Survivors of an age, drawn the slow way by rejection, have the same mean remaining life.
    #[test]
    fn remaining_life_is_the_law_given_survival() {
        for law in laws() {
            let age = 15.0;
            let (mean, error) = mean_of(40_000, |rng| remaining(&law, Span::from_seconds(age), rng).as_seconds());
            let (slow, slow_error) = mean_of(40_000, |rng| {
                loop {
                    let life = seconds(&law, rng);
                    if life > age {
                        break life - age;
                    }
                }
            });
            assert!((mean - slow).abs() <= 4.5 * (error + slow_error), "{law:?}: {mean} against {slow}");
        }
    }
}

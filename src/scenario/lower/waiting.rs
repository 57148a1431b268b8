//! Means of what a horizon cuts off.

use crate::model::Distribution;
use statrs::function::erf::erfc;
use statrs::function::gamma::gamma_lr;

/// Mean of the smaller of a time and the horizon, in seconds: what a long tail does to a trial of finite length.
///
/// A renewal process with lives cut at `t` has the same renewals up to `t`, so that by Wald's identity their expected number lies between
/// `t / m - 1` and `2 t / m`, with `m` this mean (Feller, An Introduction to Probability Theory and Its Applications, volume II, chapter XI).
pub(super) fn within(law: &Distribution, horizon: f64) -> f64 {
    let cut = match law {
        Distribution::Fixed { value } => *value,
        Distribution::Exponential { mean } => -mean * libm::expm1(-horizon / mean),
        Distribution::Weibull { shape, scale, location } => {
            let beyond = libm::pow((horizon - location).max(0.0) / scale, *shape);
            location + (law.mean() - location) * lower(1.0 / shape, beyond)
        }
        Distribution::LogNormal { mu, sigma } if *sigma > 0.0 => {
            let z = (libm::log(horizon) - mu) / sigma;
            law.mean() * normal(z - sigma) + horizon * normal(-z)
        }
        Distribution::LogNormal { mu, .. } => libm::exp(*mu),
        Distribution::Gamma { shape, scale } => {
            let beyond = horizon / scale;
            law.mean() * lower(shape + 1.0, beyond) + horizon * (1.0 - lower(*shape, beyond))
        }
        Distribution::Triangular { .. } => law.mean(),
        Distribution::Empirical { values } => {
            values.iter().map(|value| value.min(horizon)).sum::<f64>() / values.len() as f64
        }
    };
    cut.min(horizon)
}

/// Regularised lower incomplete gamma function.
fn lower(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if x > 1e6 {
        1.0
    } else {
        gamma_lr(shape, x)
    }
}

fn normal(z: f64) -> f64 {
    erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the integral of the survival function, on a grid that is fine near zero.
    #[test]
    fn cut_means_are_integrals_of_survival() {
        let horizon = 7.0;
        for law in [
            Distribution::Fixed { value: 5.0 },
            Distribution::Exponential { mean: 5.0 },
            Distribution::Weibull { shape: 0.3, scale: 0.5, location: 1.0 },
            Distribution::Weibull { shape: 3.0, scale: 5.0, location: 0.0 },
            Distribution::LogNormal { mu: 1.0, sigma: 1.5 },
            Distribution::Gamma { shape: 0.2, scale: 30.0 },
            Distribution::Empirical { values: Box::new([1.0, 5.0, 9.0]) },
        ] {
            let steps = 200_000;
            let at = |step: i32| horizon * (f64::from(step) / f64::from(steps)).powi(3);
            let integral: f64 = (0..steps)
                .map(|step| (1.0 - law.cdf(f64::midpoint(at(step), at(step + 1)))) * (at(step + 1) - at(step)))
                .sum();
            assert!(
                (within(&law, horizon) / integral - 1.0).abs() < 1e-3,
                "{law:?} {} {integral}",
                within(&law, horizon)
            );
        }
    }
}

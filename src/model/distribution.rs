//! How long something takes or lives: distributions of a time, in seconds.
//!
//! Draws nothing; `simulation::draw` does.

use statrs::distribution::{ContinuousCDF, Gamma, LogNormal, Normal};
use statrs::function::gamma::gamma;

/// A distribution of a non-negative time. Parameters are seconds unless they have no unit.
#[derive(Clone, PartialEq, Debug)]
pub enum Distribution {
    /// Always the same.
    Fixed {
        /// Seconds, 0 or more.
        value: f64,
    },
    /// Memoryless.
    Exponential {
        /// Mean in seconds, above 0.
        mean: f64,
    },
    /// `location` plus a Weibull time.
    Weibull {
        /// Shape, above 0; below 1 the hazard falls with age.
        shape: f64,
        /// Scale in seconds, above 0.
        scale: f64,
        /// Least value in seconds, 0 or more.
        location: f64,
    },
    /// The logarithm of the seconds is normal.
    LogNormal {
        /// Mean of the logarithm of seconds.
        mu: f64,
        /// Standard deviation of the logarithm, 0 or more.
        sigma: f64,
    },
    /// Gamma.
    Gamma {
        /// Shape, above 0.
        shape: f64,
        /// Scale in seconds, above 0.
        scale: f64,
    },
    /// Triangular.
    Triangular {
        /// Least seconds.
        min: f64,
        /// Most likely seconds.
        mode: f64,
        /// Most seconds, above `min`.
        max: f64,
    },
    /// Observed values, each as likely as the others.
    Empirical {
        /// Seconds, ascending, not empty, at least one above 0.
        values: Box<[f64]>,
    },
}

impl Distribution {
    /// Mean in seconds.
    ///
    /// ```
    /// use drsim::model::Distribution;
    /// let repair = Distribution::Triangular { min: 60.0, mode: 120.0, max: 300.0 };
    /// assert_eq!(repair.mean(), 160.0); // (60 + 120 + 300) / 3
    /// ```
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Fixed { value } => *value,
            Self::Exponential { mean } => *mean,
            Self::Weibull { shape, scale, location } => location + scale * gamma(1.0 + 1.0 / shape),
            Self::LogNormal { mu, sigma } => libm::exp(mu + sigma * sigma / 2.0),
            Self::Gamma { shape, scale } => shape * scale,
            Self::Triangular { min, mode, max } => (min + mode + max) / 3.0,
            Self::Empirical { values } => values.iter().sum::<f64>() / values.len() as f64,
        }
    }

    /// Probability of at most `seconds`.
    ///
    /// ```
    /// use drsim::model::Distribution;
    /// let life = Distribution::Exponential { mean: 100.0 };
    /// assert!((life.cdf(100.0) - (1.0 - (-1.0f64).exp())).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn cdf(&self, seconds: f64) -> f64 {
        if seconds < 0.0 {
            return 0.0;
        }
        match self {
            Self::Fixed { value } => f64::from(u8::from(seconds >= *value)),
            Self::Exponential { mean } => -libm::expm1(-seconds / mean),
            Self::Weibull { shape, scale, location } => {
                let beyond = (seconds - location).max(0.0) / scale;
                -libm::expm1(-libm::pow(beyond, *shape))
            }
            Self::LogNormal { mu, sigma } if *sigma > 0.0 => {
                LogNormal::new(*mu, *sigma).map_or(f64::NAN, |law| law.cdf(seconds))
            }
            Self::LogNormal { mu, .. } => f64::from(u8::from(seconds >= libm::exp(*mu))),
            Self::Gamma { shape, scale } => Gamma::new(*shape, 1.0 / scale).map_or(f64::NAN, |law| law.cdf(seconds)),
            Self::Triangular { min, mode, max } => {
                if seconds <= *min {
                    0.0
                } else if seconds <= *mode {
                    (seconds - min).powi(2) / ((max - min) * (mode - min))
                } else if seconds < *max {
                    1.0 - (max - seconds).powi(2) / ((max - min) * (max - mode))
                } else {
                    1.0
                }
            }
            Self::Empirical { values } => {
                values.partition_point(|value| *value <= seconds) as f64 / values.len() as f64
            }
        }
    }

    /// The least number of seconds within which it is over with this probability: 0 below 0, infinite at 1 where there is no longest time.
    ///
    /// ```
    /// use drsim::model::Distribution;
    /// let repair = Distribution::Exponential { mean: 100.0 };
    /// assert!((repair.quantile(0.5) - 69.314_718_056).abs() < 1e-9); // 100 ln 2
    /// let travel = Distribution::Empirical { values: Box::new([10.0, 20.0, 90.0]) };
    /// assert_eq!((travel.quantile(0.5), travel.quantile(0.9)), (20.0, 90.0));
    /// ```
    #[must_use]
    pub fn quantile(&self, probability: f64) -> f64 {
        let p = probability.clamp(0.0, 1.0);
        match self {
            Self::Fixed { value } => *value,
            Self::Exponential { mean } => -mean * libm::log1p(-p),
            Self::Weibull { shape, scale, location } => location + scale * libm::pow(-libm::log1p(-p), 1.0 / shape),
            Self::LogNormal { mu, sigma } if *sigma > 0.0 => libm::exp(mu + sigma * Normal::standard().inverse_cdf(p)),
            Self::LogNormal { mu, .. } => libm::exp(*mu),
            Self::Gamma { .. } => self.bisected(p),
            Self::Triangular { min, mode, max } => {
                let width = max - min;
                if p * width < mode - min {
                    min + libm::sqrt(p * width * (mode - min))
                } else {
                    max - libm::sqrt((1.0 - p) * width * (max - mode))
                }
            }
            Self::Empirical { values } => {
                let nth = libm::ceil(p * values.len() as f64 - 1e-9).max(1.0) as usize;
                values[nth.min(values.len()) - 1]
            }
        }
    }

    /// The quantile by halving, where it has no formula: exact to the last bits of a double.
    fn bisected(&self, p: f64) -> f64 {
        if p >= 1.0 {
            return f64::INFINITY;
        }
        let (mut low, mut high) = (0.0, self.mean().max(f64::MIN_POSITIVE));
        while self.cdf(high) < p {
            (low, high) = (high, high * 2.0);
        }
        for _ in 0..200 {
            let middle = low + (high - low) / 2.0;
            if self.cdf(middle) < p { low = middle } else { high = middle }
        }
        high
    }

    /// True when the future does not depend on the age.
    #[must_use]
    pub const fn is_memoryless(&self) -> bool {
        matches!(self, Self::Exponential { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_follow_their_closed_forms() {
        let close = |law: Distribution, mean: f64| assert!((law.mean() / mean - 1.0).abs() < 1e-9, "{law:?}");
        close(Distribution::Weibull { shape: 0.5, scale: 3.0, location: 1.0 }, 7.0); // 1 + 3 * 2!
        close(Distribution::LogNormal { mu: 0.0, sigma: 2.0 }, std::f64::consts::E.powi(2));
        close(Distribution::Gamma { shape: 2.5, scale: 4.0 }, 10.0);
        close(Distribution::Empirical { values: Box::new([1.0, 2.0, 6.0]) }, 3.0);
    }

    #[test]
    fn quantiles_invert_the_distribution_function() {
        let continuous = [
            Distribution::Exponential { mean: 5.0 },
            Distribution::Weibull { shape: 0.7, scale: 5.0, location: 2.0 },
            Distribution::LogNormal { mu: 1.0, sigma: 0.8 },
            Distribution::Gamma { shape: 0.6, scale: 8.0 },
            Distribution::Triangular { min: 1.0, mode: 4.0, max: 20.0 },
            Distribution::Triangular { min: 1.0, mode: 1.0, max: 3.0 },
            Distribution::Triangular { min: 1.0, mode: 3.0, max: 3.0 },
        ];
        for law in continuous {
            for p in [0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999] {
                let back = law.cdf(law.quantile(p));
                assert!((back - p).abs() < 1e-9, "{law:?}: {p} becomes {back}");
            }
        }
        let jumps = [
            Distribution::Fixed { value: 5.0 },
            Distribution::LogNormal { mu: 1.0, sigma: 0.0 },
            Distribution::Empirical { values: Box::new([1.0, 5.0, 5.0, 9.0]) },
        ];
        for law in jumps {
            for p in [0.001, 0.25, 0.5, 0.51, 0.75, 0.9, 1.0] {
                let at = law.quantile(p);
                assert!(law.cdf(at) >= p && law.cdf(at - 1e-9) < p, "{law:?}: {p} at {at}");
            }
        }
        assert_eq!(Distribution::Exponential { mean: 5.0 }.quantile(1.0), f64::INFINITY);
        assert_eq!(Distribution::Gamma { shape: 0.6, scale: 8.0 }.quantile(1.0), f64::INFINITY);
    }

    #[test]
    fn distribution_functions_climb_from_zero_to_one() {
        for law in [
            Distribution::Fixed { value: 5.0 },
            Distribution::Exponential { mean: 5.0 },
            Distribution::Weibull { shape: 0.7, scale: 5.0, location: 2.0 },
            Distribution::LogNormal { mu: 1.0, sigma: 0.8 },
            Distribution::Gamma { shape: 0.6, scale: 8.0 },
            Distribution::Triangular { min: 1.0, mode: 4.0, max: 20.0 },
            Distribution::Empirical { values: Box::new([1.0, 5.0, 5.0, 9.0]) },
        ] {
            assert_eq!(law.cdf(-1.0), 0.0);
            let climb: Vec<f64> = (0..2000).map(|step| law.cdf(f64::from(step) / 4.0)).collect();
            assert!(climb.windows(2).all(|pair| pair[0] <= pair[1]), "{law:?}");
            assert!(climb[1999] > 0.999, "{law:?} reaches {}", climb[1999]);
        }
    }
}

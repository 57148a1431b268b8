//! How far a mean may be from what was seen of it.
//!
//! Bounds are those of Maurer and Pontil (Empirical Bernstein Bounds and Sample Variance Penalization, COLT 2009, theorem 4): they hold for every law
//! within a known range, whatever its shape. Here the range is the widest that was seen of the quantity in any design, which is what makes rare and
//! long outages count: a design that was lucky so far is not believed to be without them.

/// Sums of one quantity over the trials of one design.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Line {
    pub n: u64,
    pub sum: f64,
    pub squares: f64,
    pub least: f64,
    pub most: f64,
}

impl Line {
    pub(super) const EMPTY: Self = Self { n: 0, sum: 0.0, squares: 0.0, least: f64::INFINITY, most: f64::NEG_INFINITY };

    #[inline]
    pub(super) fn add(&mut self, value: f64) {
        self.n += 1;
        self.sum += value;
        self.squares += value * value;
        self.least = self.least.min(value);
        self.most = self.most.max(value);
    }

    pub(super) fn merge(&mut self, later: &Self) {
        self.n += later.n;
        self.sum += later.sum;
        self.squares += later.squares;
        self.least = self.least.min(later.least);
        self.most = self.most.max(later.most);
    }

    pub(super) fn mean(&self) -> f64 {
        self.sum / self.n.max(1) as f64
    }

    /// Widest distance seen.
    pub(super) fn reach(&self) -> f64 {
        (self.most - self.least).max(0.0)
    }

    fn variance(&self) -> f64 {
        let scatter = self.squares - self.sum * self.sum / self.n as f64;
        // What rounding leaves of equal values is no scatter.
        if scatter <= 1e-12 * self.squares { 0.0 } else { scatter / (self.n - 1) as f64 }
    }

    /// How far the true mean may be from the one seen, with chance `2 e^-doubt`, when values lie within `reach` of one another.
    pub(super) fn half(&self, reach: f64, doubt: f64) -> f64 {
        if self.n < 2 {
            return f64::INFINITY;
        }
        let n = self.n as f64;
        if self.reach() == 0.0 {
            // Nothing but one value: what happens to one trial in so many is not seen with the chance e^-doubt.
            return reach * doubt / n;
        }
        (2.0 * self.variance() * doubt / n).sqrt() + 7.0 * reach * doubt / (3.0 * (n - 1.0))
    }
}

/// The doubt at which `statements` hold together with `confidence`: each may fail with an equal part of what is left (Bonferroni).
pub(super) fn doubt(confidence: f64, statements: f64) -> f64 {
    libm::log(2.0 * statements.max(1.0) / (1.0 - confidence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt as _;
    use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

    /// Rare and long: one trial in fifty loses something, mean 0.02 * 0.5. At 95 % the bound may fail in 5 of 100; it fails in far fewer.
    #[test]
    fn the_bound_holds_for_rare_events() {
        let mut failed = 0;
        for seed in 0..200 {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let mut line = Line::EMPTY;
            for _ in 0..128 {
                let hit = rng.random::<f64>() < 0.02;
                let size = rng.random::<f64>();
                line.add(if hit { size } else { 0.0 });
            }
            failed += u32::from((line.mean() - 0.01).abs() > line.half(1.0, doubt(0.95, 1.0)));
        }
        assert!(failed <= 10, "{failed} of 200");
    }

    #[test]
    fn the_bound_shrinks_as_it_should() {
        let mut line = Line::EMPTY;
        assert_eq!(line.half(1.0, 3.0), f64::INFINITY);
        (0..10_000).for_each(|trial| line.add(f64::from(trial % 2)));
        // By hand: root of 2 * 0.250025 * 3 / 10 000 and 7 * 3 / (3 * 9 999).
        assert!((line.half(1.0, 3.0) - (0.012_248 + 0.000_700)).abs() < 1e-5, "{}", line.half(1.0, 3.0));
        let mut same = Line::EMPTY;
        (0..1000).for_each(|_| same.add(0.1));
        assert_eq!(same.half(0.0, 3.0), 0.0);
        assert!((same.half(1.0, 3.0) - 0.003).abs() < 1e-12, "the rule of three at 95 %");
    }

    #[test]
    fn merging_is_adding() {
        let (mut whole, mut left, mut right) = (Line::EMPTY, Line::EMPTY, Line::EMPTY);
        for trial in 0..10_u8 {
            let value = f64::from(trial * 3 % 7);
            whole.add(value);
            if trial < 4 { left.add(value) } else { right.add(value) }
        }
        left.merge(&right);
        assert_eq!(left, whole);
    }
}

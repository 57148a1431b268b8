//! What nothing else beats: the points from which one coordinate improves only where another gets worse.

/// Positions of the points that no other point beats, ascending by their coordinates; less is better in every coordinate.
///
/// A point beats another when it is nowhere worse and somewhere better (Pareto); points that are alike stand together. Points with a coordinate
/// that is not a number are left out.
///
/// ```
/// let points = [[10.0, 5.0], [20.0, 1.0], [15.0, 6.0], [10.0, 5.0]];
/// assert_eq!(drsim::estimate::front(&points), [0, 3, 1]);
/// ```
#[must_use]
pub fn front<const N: usize>(points: &[[f64; N]]) -> Vec<usize> {
    let known = |point: &[f64; N]| !point.iter().any(|value| value.is_nan());
    let mut order: Vec<usize> = (0..points.len()).filter(|&nth| known(&points[nth])).collect();
    // Ascending by coordinates, then by position: whatever beats a point stands before it.
    order.sort_by(|&left, &right| {
        let pairs = points[left].iter().zip(&points[right]);
        pairs.map(|(left, right)| left.total_cmp(right)).find(|order| order.is_ne()).unwrap_or(left.cmp(&right))
    });
    let mut unbeaten: Vec<usize> = Vec::new();
    for nth in order {
        if !unbeaten.iter().any(|&other| beats(&points[other], &points[nth])) {
            unbeaten.push(nth);
        }
    }
    unbeaten
}

fn beats<const N: usize>(one: &[f64; N], other: &[f64; N]) -> bool {
    let pairs = || one.iter().zip(other);
    pairs().all(|(one, other)| one <= other) && pairs().any(|(one, other)| one < other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt as _;
    use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

    /// The definition, point against point.
    fn plain<const N: usize>(points: &[[f64; N]]) -> Vec<usize> {
        let unbeaten = |nth: &usize| !points.iter().any(|other| beats(other, &points[*nth]));
        (0..points.len()).filter(unbeaten).collect()
    }

    #[test]
    fn the_front_is_what_the_definition_says() {
        for seed in 0..200 {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            // Few values, so that many coordinates are equal.
            let mut draw = || f64::from(rng.random_range(0..6_u8));
            let flat: Vec<[f64; 2]> = (0..20).map(|_| [draw(), draw()]).collect();
            let deep: Vec<[f64; 3]> = (0..20).map(|_| [draw(), draw(), draw()]).collect();
            for (mut found, expected) in [(front(&flat), plain(&flat)), (front(&deep), plain(&deep))] {
                found.sort_unstable();
                assert_eq!(found, expected, "seed {seed}");
            }
        }
    }

    #[test]
    fn the_front_goes_from_cheap_to_good() {
        let points =
            [[3.0, 1.0], [1.0, 9.0], [2.0, 4.0], [2.0, 5.0], [f64::NAN, 0.0], [f64::INFINITY, 0.5], [0.0, 9.5]];
        assert_eq!(front(&points), [6, 1, 2, 0, 5]);
        assert_eq!(front::<2>(&[]), Vec::<usize>::new());
        assert_eq!(front(&[[-0.0, 1.0], [0.0, 1.0]]).len(), 2, "alike");
    }
}

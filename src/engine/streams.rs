//! One random stream per (seed, trial, purpose, entity, occurrence), in any order, at the cost of a few mixes.
//!
//! Trial 4711 alone therefore equals trial 4711 in a batch, and adding an entity leaves the draws of the others alone.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// The only generator of the crate.
pub type Rng = Xoshiro256PlusPlus;

/// Increment of `SplitMix64`: 2^64 divided by the golden ratio, made odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The output function of `SplitMix64` (Steele, Lea and Flood 2014): a bijection that spreads every bit.
#[inline]
const fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// A stable key for a name: FNV-1a over its bytes, then mixed. Part of the determinism contract: never changes.
///
/// ```
/// assert_ne!(drsim::engine::name_key("hall-1"), drsim::engine::name_key("hall-2"));
/// ```
#[must_use]
pub const fn name_key(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0100_0000_01b3);
        index += 1;
    }
    mix(hash)
}

/// The key of one trial of one study.
#[derive(Clone, Copy, Debug)]
pub struct TrialKey {
    first: u64,
    second: u64,
}

impl TrialKey {
    /// Key of `trial` under `seed`.
    #[must_use]
    pub const fn new(seed: u64, trial: u64) -> Self {
        let first = mix(seed.wrapping_add(GOLDEN)) ^ mix(trial.wrapping_mul(GOLDEN).wrapping_add(1));
        Self { first: mix(first), second: mix(first.wrapping_add(GOLDEN) ^ seed.rotate_left(32)) }
    }

    /// The stream of the `occurrence`-th event of `purpose` at `entity`.
    ///
    /// ```
    /// use drsim::engine::TrialKey;
    /// use rand::Rng as _;
    /// let key = TrialKey::new(1, 4711);
    /// assert_eq!(key.stream(2, 3, 0).next_u64(), key.stream(2, 3, 0).next_u64());
    /// assert_ne!(key.stream(2, 3, 0).next_u64(), key.stream(2, 3, 1).next_u64());
    /// ```
    #[must_use]
    #[inline]
    pub fn stream(self, purpose: u64, entity: u64, occurrence: u64) -> Rng {
        let event = mix(entity ^ mix(purpose.wrapping_mul(GOLDEN).wrapping_add(occurrence.rotate_left(24))));
        let (left, right) = (mix(self.first ^ event), mix(self.second.wrapping_add(event)));
        // Both are random words already; the other half of the state only has to be no linear image of them.
        let words = [
            left,
            right,
            (left ^ (left >> 32)).wrapping_mul(0xbf58_476d_1ce4_e5b9),
            (right ^ (right >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb),
        ];
        let mut seed = [0; 32];
        for (bytes, word) in seed.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Rng::from_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng as _;

    /// Neighbouring keys must not correlate: the mean of 1e5 products of centred first words is zero within five standard errors.
    #[test]
    fn neighbouring_streams_are_uncorrelated() {
        let centred = |word: u64| word as f64 / u64::MAX as f64 - 0.5;
        let n = 100_000;
        for axis in 0..4 {
            let mut sum = 0.0;
            for step in 0..n {
                let at = |k: u64| match axis {
                    0 => TrialKey::new(1, k).stream(1, 1, 1),
                    1 => TrialKey::new(1, 1).stream(k, 1, 1),
                    2 => TrialKey::new(1, 1).stream(1, k, 1),
                    _ => TrialKey::new(1, 1).stream(1, 1, k),
                };
                sum += centred(at(step).next_u64()) * centred(at(step + 1).next_u64());
            }
            let bound = 5.0 * (1.0 / 12.0) * (n as f64).sqrt(); // sd of a product of two centred uniforms is 1/12
            assert!(sum.abs() < bound, "axis {axis}: {sum} beyond {bound}");
        }
    }

    /// The first two words of streams over a grid of small keys, as models use them: one axis of the key against trials.
    fn grid(trials: u64, keys: u64) -> impl Iterator<Item = (u64, u64)> {
        (0..3).flat_map(move |axis| {
            (0..trials).flat_map(move |trial| {
                let trial = TrialKey::new(1, trial);
                // The grids share the key (1, 1, 1) and no other.
                (0..keys).filter(move |&key| axis == 0 || key != 1).map(move |key| {
                    let mut stream = match axis {
                        0 => trial.stream(key, 1, 1),
                        1 => trial.stream(1, key, 1),
                        _ => trial.stream(1, 1, key),
                    };
                    (stream.next_u64(), stream.next_u64())
                })
            })
        })
    }

    /// Half a million structured keys give words without a repetition in 64 bits, with as many in 32 bits as chance has it.
    #[test]
    fn structured_keys_collide_as_chance_has_it() {
        let mut firsts: Vec<u64> = grid(400, 400).map(|(first, _)| first).collect();
        let n = firsts.len() as f64;
        firsts.sort_unstable();
        assert!(firsts.windows(2).all(|pair| pair[0] != pair[1]));
        for shift in [0, 16, 32] {
            let mut words: Vec<u32> = firsts.iter().map(|word| (word >> shift) as u32).collect();
            words.sort_unstable();
            let repeated = words.windows(2).filter(|pair| pair[0] == pair[1]).count() as f64;
            let expected = n * n / 2.0 / 2_f64.powi(32); // Poisson
            assert!((repeated - expected).abs() < 5.0 * expected.sqrt(), "{repeated} repetitions, {expected} expected");
        }
    }

    /// The top four bits of the first two draws fill their 256 cells evenly: chi-square within five standard deviations.
    #[test]
    fn structured_keys_fill_the_square_evenly() {
        let mut cells = [0_u32; 256];
        let mut n = 0.0;
        for (first, second) in grid(300, 300) {
            cells[(first >> 60 << 4 | second >> 60) as usize] += 1;
            n += 1.0;
        }
        let expected = n / 256.0;
        let chi_square: f64 = cells.iter().map(|&cell| (f64::from(cell) - expected).powi(2) / expected).sum();
        assert!((chi_square - 255.0).abs() < 5.0 * 510_f64.sqrt(), "{chi_square}");
    }

    /// Flipping one bit of any part of the key flips each bit of the first word in half of the cases.
    #[test]
    fn every_bit_of_the_key_reaches_every_bit_of_the_stream() {
        let n = 1000_u32;
        let first = |key: [u64; 5]| TrialKey::new(key[0], key[1]).stream(key[2], key[3], key[4]).next_u64();
        for part in 0..5 {
            for bit in 0..64 {
                let mut flips = [0_u32; 64];
                for base in 0..u64::from(n) {
                    let key = [base, base / 2, base % 7, base % 31, base % 3];
                    let mut other = key;
                    other[part] ^= 1 << bit;
                    let changed = first(key) ^ first(other);
                    flips.iter_mut().enumerate().for_each(|(out, count)| *count += (changed >> out & 1) as u32);
                }
                // 20 480 counts are looked at: six standard deviations.
                let bound = 6.0 * (f64::from(n) / 4.0).sqrt();
                for count in flips {
                    assert!(
                        (f64::from(count) - f64::from(n) / 2.0).abs() < bound,
                        "part {part}, bit {bit}: {count} of {n}"
                    );
                }
            }
        }
    }

    /// Names as scenarios generate them have different keys.
    #[test]
    fn generated_names_do_not_collide() {
        let mut keys: Vec<u64> = (0..20)
            .flat_map(|hall| (0..50).flat_map(move |rack| (0..100).map(move |node| (hall, rack, node))))
            .map(|(hall, rack, node)| name_key(&format!("north/hall-{hall}/rack-{rack}/node-{node}")))
            .chain((0..100_000).map(|node| name_key(&format!("{node}"))))
            .collect();
        keys.sort_unstable();
        assert!(keys.windows(2).all(|pair| pair[0] != pair[1]));
    }
}

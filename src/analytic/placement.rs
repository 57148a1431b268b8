//! Chance that nodes which fail at one instant take some data with them, by how the data are placed.
//!
//! Pure counting: which nodes fail is uniform over all sets of that many; no time, no rebuild.

use super::durability::any_of;

/// Chances of `0, 1 .. drawn` marked ones among `drawn` taken without return from `population`, of which `marked` are.
///
/// Ratios of neighbours from the most likely count outwards: every entry keeps its digits. `None` when more are marked or
/// drawn than there are.
///
/// ```
/// let chances = drsim::analytic::placement::hypergeometric(5, 2, 2).unwrap();
/// assert!((chances[2] - 0.1).abs() < 1e-15 && (chances[0] - 0.3).abs() < 1e-15); // 1 and 3 of 10 pairs
/// ```
#[must_use]
pub fn hypergeometric(population: u32, marked: u32, drawn: u32) -> Option<Vec<f64>> {
    if marked > population || drawn > population {
        return None;
    }
    let (total, marked, draws) = (f64::from(population), f64::from(marked), f64::from(drawn));
    // P(count + 1) / P(count); 0 beyond the end, and below 0 before the beginning.
    let ratio =
        |count: f64| (marked - count) * (draws - count) / ((count + 1.0) * (total - marked - draws + count + 1.0));
    let mode = ((marked + 1.0) * (draws + 1.0) / (total + 2.0)).floor().min(marked).min(draws);
    let mut chances = vec![0.0; drawn as usize + 1];
    chances[mode as usize] = 1.0;
    let mut weight = 1.0;
    for count in mode as u32..drawn {
        weight *= ratio(f64::from(count));
        chances[count as usize + 1] = weight;
    }
    weight = 1.0;
    for count in (0..mode as u32).rev() {
        let step = ratio(f64::from(count));
        // Where the next higher count is the least one possible the ratio has no value.
        weight = if step.is_finite() && step > 0.0 { weight / step } else { 0.0 };
        chances[count as usize] = weight;
    }
    let sum: f64 = chances.iter().sum();
    for chance in &mut chances {
        *chance /= sum;
    }
    Some(chances)
}

/// Chance that a stripe on `units` nodes drawn at random is lost when `failed` of `nodes` nodes are gone.
///
/// Hypergeometric: more than `tolerates` of its units are among the failed. Exact. `None` unless
/// `tolerates < units <= nodes` and `failed <= nodes`.
///
/// ```
/// // Three replicas, 50 of 5000 nodes: C(50, 3) / C(5000, 3) = 19 600 / 20 820 835 000.
/// let lost = drsim::analytic::placement::stripe_lost(5000, 50, 3, 2).unwrap();
/// assert!((lost / (19_600.0 / 20_820_835_000.0) - 1.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn stripe_lost(nodes: u32, failed: u32, units: u32, tolerates: u32) -> Option<f64> {
    let chances = hypergeometric(nodes, failed, units).filter(|_| tolerates < units)?;
    Some(chances[tolerates as usize + 1..].iter().sum())
}

/// Chance that at least one of `stripes` stripes is lost, each placed at random on its own: `1 - (1 - p)^stripes`.
///
/// Exact for independent random placement, whichever nodes fail. `None` as for [`stripe_lost`].
///
/// ```
/// // RAMCloud with ten million chunks at random on 5000 nodes, 1 % gone: data are lost nearly surely.
/// let lost = drsim::analytic::placement::random_loss(5000, 50, 3, 2, 1e7).unwrap();
/// assert!((lost - 0.9999).abs() < 5e-5);
/// ```
#[must_use]
pub fn random_loss(nodes: u32, failed: u32, units: u32, tolerates: u32, stripes: f64) -> Option<f64> {
    any_of(stripe_lost(nodes, failed, units, tolerates)?, stripes)
}

/// Expected number of different node sets that `stripes` random ones of `units` nodes occupy: `K (1 - (1 - 1/K)^stripes)`.
///
/// `K = C(nodes, units)`. `None` unless `units <= nodes` and `stripes` is 0 or more.
///
/// ```
/// // Three draws from the three pairs of three nodes: 3 (1 - (2/3)^3) = 19/9.
/// let sets = drsim::analytic::placement::distinct_sets(3, 2, 3.0).unwrap();
/// assert!((sets - 19.0 / 9.0).abs() < 1e-14);
/// ```
#[must_use]
pub fn distinct_sets(nodes: u32, units: u32, stripes: f64) -> Option<f64> {
    let all = combinations(nodes, units);
    if all < 1.0 {
        return None;
    }
    // More sets than a float can count: none is met twice.
    if all.is_infinite() {
        Some(stripes).filter(|stripes| *stripes >= 0.0)
    } else {
        Some(all * any_of(1.0 / all, stripes)?)
    }
}

/// Replicas on few, chosen node sets: random permutations of the nodes cut into sets, as many as the scatter width asks.
///
/// Source: Cidon and others, *Copysets: reducing the frequency of data loss in cloud storage*, USENIX ATC 2013.
///
/// ```
/// use drsim::analytic::placement::Copysets;
/// let few = Copysets { nodes: 5000, replicas: 3, scatter_width: 2 };
/// assert_eq!((few.permutations(), few.sets()), (1, 1666));
/// assert!((few.loss(50).unwrap() - 0.001_567).abs() < 5e-7); // published as 0.15 %
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Copysets {
    /// Nodes of the cluster.
    pub nodes: u32,
    /// Replicas of each chunk, at least 2.
    pub replicas: u32,
    /// Other nodes on which the copies of one node's chunks lie.
    pub scatter_width: u32,
}

impl Copysets {
    /// Permutations needed: `ceil(S / (R - 1))`, for each gives a node `R - 1` new partners if none repeats.
    #[must_use]
    pub fn permutations(&self) -> u32 {
        self.scatter_width.div_ceil(self.replicas.saturating_sub(1).max(1))
    }

    /// Node sets in use: permutations times `floor(N / R)`, repeats not subtracted.
    #[must_use]
    pub fn sets(&self) -> u64 {
        u64::from(self.permutations()) * u64::from(self.nodes.checked_div(self.replicas).unwrap_or(0))
    }

    /// Chance that some set is gone whole when `failed` nodes are: `1 - (1 - C(F, R) / C(N, R))^sets`, as published.
    ///
    /// Sets that share a permutation are disjoint, not independent: [`clustered_loss`] is exact for one permutation and a
    /// little larger or smaller. `None` without replicas or unless `replicas` and `failed` are at most `nodes`.
    #[must_use]
    pub fn loss(&self, failed: u32) -> Option<f64> {
        random_loss(self.nodes, failed, self.replicas, self.replicas.checked_sub(1)?, self.sets() as f64)
    }
}

/// Chance that more than `spare` of `groups` disjoint groups of `size` nodes are lost when `failed` of `nodes` are gone.
///
/// A group with `f` failed nodes is lost with chance `lost_given(f)`, independently of the others given the counts. The
/// groups are gone through one by one, the count in each hypergeometric given what is left: exact, no subtraction.
/// `spare` above 0 is a second level of coding over the groups. `None` when groups and failures do not fit into the nodes.
///
/// ```
/// use drsim::analytic::placement::groups_loss;
/// // Three groups of 6+2, three failures: all in one group, 3 C(8, 3) / C(24, 3).
/// let lost = groups_loss(24, 3, 8, 3, 0, |failed| f64::from(u8::from(failed > 2))).unwrap();
/// assert!((lost - 168.0 / 2024.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn groups_loss(
    nodes: u32,
    groups: u32,
    size: u32,
    failed: u32,
    spare: u32,
    lost_given: impl Fn(u32) -> f64,
) -> Option<f64> {
    if groups.checked_mul(size).is_none_or(|used| used > nodes) || failed > nodes {
        return None;
    }
    let given: Vec<f64> = (0..=size).map(lost_given).collect();
    let spare = spare as usize;
    // alive[failures met][groups lost so far]
    let mut alive = vec![vec![0.0; spare + 1]; failed as usize + 1];
    alive[0][0] = 1.0;
    let mut gone = 0.0;
    for group in 0..groups {
        let mut next = vec![vec![0.0; spare + 1]; failed as usize + 1];
        for (met, row) in alive.iter().enumerate().filter(|(_, row)| row.iter().any(|chance| *chance > 0.0)) {
            let left = nodes - group * size;
            // Fewer nodes than failures left cannot be reached with a chance above 0.
            let counts = hypergeometric(left, failed - met as u32, size)?;
            for (count, share) in counts.iter().enumerate().filter(|(_, share)| **share > 0.0) {
                for (lost, chance) in row.iter().enumerate() {
                    next[met + count][lost] += chance * share * (1.0 - given[count]);
                    let falls = chance * share * given[count];
                    match next[met + count].get_mut(lost + 1) {
                        Some(one_more) => *one_more += falls,
                        None => gone += falls,
                    }
                }
            }
        }
        alive = next;
    }
    Some(gone)
}

/// Chance of loss with clustered parity: every stripe of `units` nodes stays within one of the disjoint groups.
///
/// As many groups as fit; a group is lost with more than `tolerates` failures, however few stripes it holds. `None` unless
/// `0 < units <= nodes` and `failed <= nodes`.
///
/// ```
/// // Mirrored pairs on four nodes, two failures: 2 of the 6 pairs of nodes hold both copies.
/// let lost = drsim::analytic::placement::clustered_loss(4, 2, 2, 1).unwrap();
/// assert!((lost - 1.0 / 3.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn clustered_loss(nodes: u32, failed: u32, units: u32, tolerates: u32) -> Option<f64> {
    let groups = nodes.checked_div(units)?;
    groups_loss(nodes, groups, units, failed, 0, |down| f64::from(u8::from(down > tolerates)))
}

/// Chance of loss with declustered parity: stripes lie at random within disjoint pools of `pool` nodes.
///
/// Each pool holds `stripes` independent random stripes of `units` nodes; `1 - (1 - p)^stripes` given its failures. One
/// pool of all nodes is random placement. `None` unless `tolerates < units <= pool <= nodes` and `failed <= nodes`.
///
/// ```
/// use drsim::analytic::placement::{declustered_loss, random_loss};
/// let one_pool = declustered_loss(50, 50, 4, 10, 2, 500.0).unwrap();
/// assert!((one_pool / random_loss(50, 4, 10, 2, 500.0).unwrap() - 1.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn declustered_loss(nodes: u32, pool: u32, failed: u32, units: u32, tolerates: u32, stripes: f64) -> Option<f64> {
    let each: Vec<f64> =
        (0..=pool).map(|down| random_loss(pool, down, units, tolerates, stripes)).collect::<Option<_>>()?;
    groups_loss(nodes, nodes.checked_div(pool)?, pool, failed, 0, |down| each[down as usize])
}

/// Chance of loss when `failed` nodes fail at once in exactly `racks` racks of `size` nodes, at least one in each.
///
/// A rack with `f` failed nodes loses data with chance `lost_given(f)`; all sets of failed nodes that touch every one of
/// the racks are equally likely. `None` unless `racks <= failed <= racks * size` and `racks` is above 0.
///
/// ```
/// use drsim::analytic::placement::rack_burst_loss;
/// // Three failures in two racks of two: always one rack whole, 1.
/// let lost = rack_burst_loss(2, 2, 3, |failed| f64::from(u8::from(failed > 1))).unwrap();
/// assert!((lost - 1.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn rack_burst_loss(racks: u32, size: u32, failed: u32, lost_given: impl Fn(u32) -> f64) -> Option<f64> {
    let nodes = racks.checked_mul(size)?;
    if racks == 0 || failed < racks || failed > nodes {
        return None;
    }
    let given: Vec<f64> = (0..=size.min(failed)).map(lost_given).collect();
    // (nothing lost, something lost) by failures met, racks without a failure left out.
    let mut seen = vec![(0.0, 0.0); failed as usize + 1];
    seen[0] = (1.0, 0.0);
    for rack in 0..racks {
        let mut next = vec![(0.0, 0.0); failed as usize + 1];
        for (met, (whole, lost)) in seen.iter().enumerate().filter(|(_, (whole, lost))| whole + lost > 0.0) {
            let counts = hypergeometric(nodes - rack * size, failed - met as u32, size)?;
            for (count, share) in counts.iter().enumerate().skip(1).filter(|(_, share)| **share > 0.0) {
                next[met + count].0 += whole * share * (1.0 - given[count]);
                next[met + count].1 += share * (lost + whole * given[count]);
            }
        }
        seen = next;
    }
    let (whole, lost) = seen[failed as usize];
    Some(lost / (whole + lost))
}

/// Number of ways to choose `some` of `all`, as a float; 0 when there are fewer.
///
/// ```
/// assert_eq!(drsim::analytic::placement::combinations(5000, 3), 20_820_835_000.0);
/// ```
#[must_use]
pub fn combinations(all: u32, some: u32) -> f64 {
    if some > all {
        return 0.0;
    }
    // Each partial product is itself a number of ways: exact while it fits into 53 bits.
    (0..some.min(all - some)).fold(1.0, |ways, nth| ways * f64::from(all - nth) / f64::from(nth + 1))
}

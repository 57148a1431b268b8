//! Are the books of a copy those of a plain recount, and is everything placed as designed?

mod whole;

use super::CopyState;
use super::placement::Placed;
use super::stripes::local_level;
use crate::engine::{Rng, TrialKey};
use crate::id::Id as _;
use crate::model::{CopyId, DatasetId, Level, Placement, RebuildTarget, Scenario, Scheme};
use crate::scenario::{Source, load};
use rand::RngExt as _;

/// Racks of so many nodes each, and one copy on all of them.
fn scenario(racks: &[usize], scheme: Scheme, placement: Placement, stripes: u32, onto: RebuildTarget) -> Scenario {
    use std::fmt::Write as _;
    let mut text =
        "format = 1\nname = \"t\"\nhorizon = \"1 year\"\n[classes.n]\n[sites.s]\nclass = \"n\"\nracks = {".to_owned();
    for (nth, nodes) in racks.iter().enumerate() {
        write!(text, "{} r{nth} = {{ nodes = {nodes} }}", if nth > 0 { "," } else { "" }).unwrap();
    }
    text += " }\n[datasets.d]\nsize = \"1 TB\"\non = \"s\"\n";
    let mut scenario = match load(&Source::from_text("t.toml", text), &[]) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(false)),
    };
    let copy = &mut scenario.copies[CopyId::new(0)];
    (copy.scheme, copy.placement, copy.stripes, copy.rebuild.onto) = (scheme, placement, stripes, onto);
    scenario
}

fn placed(racks: &[usize], width: u32, placement: Placement, stripes: u32) -> Placed {
    let scheme = Scheme::Replicas { copies: width };
    Placed::new(&scenario(racks, scheme, placement, stripes, RebuildTarget::Replacement), CopyId::new(0))
}

/// Fragments per host, once it is sure that no stripe has two on one host.
fn loads(placed: &Placed, hosts: usize) -> Vec<usize> {
    let mut loads = vec![0; hosts];
    for stripe in placed.hosts.chunks(placed.width as usize) {
        let mut members = stripe.to_vec();
        members.sort_unstable();
        members.dedup();
        assert_eq!(members.len(), placed.width as usize, "{stripe:?}");
        for host in members {
            loads[host as usize] += 1;
        }
    }
    for (host, load) in loads.iter().enumerate() {
        assert_eq!(placed.of_host(host).len(), *load);
        assert!(placed.of_host(host).iter().all(|slot| placed.hosts[*slot as usize] == host as u32));
        assert!(placed.of_host(host).iter().all(|slot| placed.stripe(*slot) == slot / placed.width));
    }
    loads
}

#[test]
fn every_placement_keeps_the_fragments_of_a_stripe_apart_and_the_nodes_evenly_loaded() {
    let racks = [5, 5, 5, 5, 5, 5];
    for (placement, off) in [
        (Placement::Random, 90.0), // binomial: 400 on each, a standard deviation of 18.6
        (Placement::Spread(Level::Rack), 20.0),
        (Placement::Spread(Level::Site), 1.0),       // one site: dealt in turn
        (Placement::Copysets { scatter: 8 }, 116.0), // 21 sets of 143 stripes: three sets or two
        (Placement::Clustered, 400.0),
        (Placement::Declustered { pool: 10 }, 1.0),
    ] {
        let loads = loads(&placed(&racks, 4, placement, 3000), 30);
        let even = 400.0;
        assert!(loads.iter().all(|load| (*load as f64 - even).abs() <= off), "{placement:?}: {loads:?}");
    }
}

/// The place of a fragment is a matter of names.
#[test]
fn placement_depends_on_names_alone() {
    let base = scenario(&[4, 4], Scheme::Replicas { copies: 3 }, Placement::Random, 50, RebuildTarget::Others);
    let of = |scenario: &Scenario| Placed::new(scenario, CopyId::new(0)).hosts;
    let mut other = base.clone();
    other.seed += 1;
    other.title = "another".to_owned();
    assert_eq!(of(&base), of(&other));
    other.datasets[DatasetId::new(0)].name = "e".to_owned();
    assert_ne!(of(&base), of(&other));
}

#[test]
fn a_spread_uses_as_many_domains_as_there_are() {
    let rack_of = |racks: &[usize], host: u32| {
        let mut end = 0;
        racks.iter().position(|nodes| {
            end += nodes;
            (host as usize) < end
        })
    };
    for (racks, width) in [(vec![4; 9], 6), (vec![3, 3, 3], 7), (vec![1, 5, 9], 5), (vec![2, 2, 8, 8], 4)] {
        let placed = placed(&racks, width, Placement::Spread(Level::Rack), 2000);
        loads(&placed, racks.iter().sum());
        for stripe in placed.hosts.chunks(width as usize) {
            let mut counts = vec![0; racks.len()];
            for host in stripe {
                counts[rack_of(&racks, *host).unwrap()] += 1;
            }
            let used = counts.iter().filter(|count| **count > 0).count();
            assert_eq!(used, racks.len().min(width as usize), "{stripe:?}");
            // Nobody has two more than another that has room left.
            for (one, count) in counts.iter().enumerate() {
                assert!(
                    counts
                        .iter()
                        .enumerate()
                        .all(|(other, more)| *more <= count + 1 || *count == racks[one] || one == other)
                );
            }
        }
    }
}

/// Pairs of racks meet about equally often: 6 of 9 racks, 15 of 36 pairs in each of 4 000 stripes.
#[test]
fn a_spread_brings_every_pair_of_domains_together() {
    let placed = placed(&[2; 9], 6, Placement::Spread(Level::Rack), 4000);
    let mut pairs = [[0_u32; 9]; 9];
    for stripe in placed.hosts.chunks(6) {
        for one in stripe {
            for other in stripe.iter().filter(|other| one < other) {
                pairs[*one as usize / 2][*other as usize / 2] += 1;
            }
        }
    }
    let expected = 4000.0 * 15.0 / 36.0;
    for one in 0..9 {
        for other in one + 1..9 {
            assert!((f64::from(pairs[one][other]) - expected).abs() < 0.1 * expected, "{pairs:?}");
        }
    }
}

/// Two permutations of 30 nodes cut into sets of 3: twenty sets, and each node meets four others at most.
#[test]
fn copysets_are_as_few_as_the_scatter_width_wants() {
    let placed = placed(&[30], 3, Placement::Copysets { scatter: 4 }, 1000);
    let mut sets: Vec<Vec<u32>> = placed.hosts.chunks(3).map(<[u32]>::to_vec).collect();
    for set in &mut sets {
        set.sort_unstable();
    }
    sets.sort_unstable();
    sets.dedup();
    assert_eq!(sets.len(), 20);
    for host in 0..30 {
        let mut met: Vec<u32> = sets.iter().filter(|set| set.contains(&host)).flatten().copied().collect();
        met.sort_unstable();
        met.dedup();
        assert!((3..=5).contains(&met.len()), "{met:?}");
    }
}

/// 5 000 nodes, 1 % of which stay away after a loss of power: with copysets of a scatter width of 2 data are lost with chance
/// 1 - (1 - C(50,3) / C(5000,3))^1666 = 0.1567 %; the paper prints 0.15 % (Cidon et al. 2013, figure 2).
#[test]
fn copysets_lose_as_seldom_as_published() {
    let placed = placed(&[5000], 3, Placement::Copysets { scatter: 2 }, 1666);
    let trials = 200_000;
    let mut rng = TrialKey::new(11, 0).stream(1, 2, 3);
    let (mut dead, mut pack): (Vec<bool>, Vec<u32>) = (vec![false; 5000], (0..5000).collect());
    let mut losses = 0;
    for _ in 0..trials {
        for place in 0..50 {
            let other = rng.random_range(place..5000);
            pack.swap(place, other);
            dead[pack[place] as usize] = true;
        }
        let lost = |host: &u32| {
            let stripes = placed.of_host(*host as usize).iter().map(|slot| placed.stripe(*slot) as usize);
            stripes.into_iter().any(|stripe| placed.hosts[stripe * 3..][..3].iter().all(|host| dead[*host as usize]))
        };
        losses += u32::from(pack[..50].iter().any(lost));
        pack[..50].iter().for_each(|host| dead[*host as usize] = false);
    }
    let (share, exact) = (f64::from(losses) / f64::from(trials), 0.001_567);
    let error = (exact / f64::from(trials)).sqrt();
    assert!((share - exact).abs() < 4.0 * error, "{share} against {exact} ± {error}");
}

/// Everything that a copy says, counted anew from what is lost and away.
struct Plain {
    scheme: Scheme,
    hosts: Vec<u32>,
    lost: Vec<bool>,
    away: Vec<bool>,
}

impl Plain {
    fn gone(&self, slot: usize) -> bool {
        self.lost[slot] || self.away[self.hosts[slot] as usize]
    }

    fn stripes(&self) -> std::ops::Range<usize> {
        0..self.hosts.len() / self.scheme.width() as usize
    }

    fn of(&self, stripe: usize) -> std::ops::Range<usize> {
        let width = self.scheme.width() as usize;
        stripe * width..(stripe + 1) * width
    }

    fn count(&self, bad: impl Fn(usize) -> bool) -> usize {
        self.stripes().filter(|stripe| !decodable(self.scheme, &self.of(*stripe).map(&bad).collect::<Vec<_>>())).count()
    }

    /// Further failures of any nodes that the weakest stripe survives: tried one after the other.
    fn degree(&self) -> usize {
        let weakest = self.stripes().map(|stripe| {
            let gone: Vec<bool> = self.of(stripe).map(|slot| self.gone(slot)).collect();
            (0..=gone.len()).take_while(|more| survives_any(self.scheme, &gone, *more, 0)).count().saturating_sub(1)
        });
        weakest.min().unwrap()
    }
}

/// True when a stripe is still decodable whichever `more` of its fragments go too.
fn survives_any(scheme: Scheme, gone: &[bool], more: usize, from: usize) -> bool {
    if more == 0 {
        return decodable(scheme, gone);
    }
    (from..gone.len()).filter(|next| !gone[*next]).all(|next| {
        let mut with = gone.to_vec();
        with[next] = true;
        survives_any(scheme, &with, more - 1, next + 1)
    })
}

const PRIME: u64 = (1 << 31) - 1;

/// True when the missing fragments follow from the others: the columns of a parity-check matrix of random coefficients are independent.
fn decodable(scheme: Scheme, gone: &[bool]) -> bool {
    let mut rows: Vec<Vec<u64>> = Vec::new();
    let mut rng = TrialKey::new(1, 2).stream(3, 4, 5);
    let mut row = |covers: &dyn Fn(usize) -> bool| -> Vec<u64> {
        (0..gone.len()).map(|column| if covers(column) { rng.random_range(1..PRIME) } else { 0 }).collect()
    };
    match scheme {
        Scheme::Replicas { copies } => rows.extend((1..copies).map(|_| row(&|_| true))),
        Scheme::Erasure { parity, .. } => rows.extend((0..parity).map(|_| row(&|_| true))),
        Scheme::Local { data, groups, global } => {
            let size = (data / groups + 1) as usize;
            rows.extend((0..groups as usize).map(|group| row(&|column| column / size == group)));
            rows.extend((0..global).map(|_| row(&|_| true)));
        }
    }
    let columns: Vec<usize> = (0..gone.len()).filter(|column| gone[*column]).collect();
    for (rank, column) in columns.iter().enumerate() {
        let Some(pivot) = (rank..rows.len()).find(|row| rows[*row][*column] != 0) else { return false };
        rows.swap(rank, pivot);
        let inverse = power(rows[rank][*column], PRIME - 2);
        for below in rank + 1..rows.len() {
            let factor = rows[below][*column] * inverse % PRIME;
            let (above, rest) = rows.split_at_mut(below);
            for (cell, pivot) in rest[0].iter_mut().zip(&above[rank]) {
                *cell = (*cell + PRIME * PRIME - factor * pivot) % PRIME;
            }
        }
    }
    true
}

fn power(base: u64, exponent: u64) -> u64 {
    let (mut result, mut base, mut exponent) = (1, base, exponent);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    result
}

/// The level of a local code is what it means: over the tolerance exactly when the stripe cannot be decoded.
#[test]
fn local_codes_are_decoded_whenever_anything_could_decode_them() {
    let scheme = Scheme::Local { data: 6, groups: 2, global: 2 };
    for pattern in 0..1_u32 << 10 {
        let gone: Vec<bool> = (0..10).map(|position| pattern >> position & 1 == 1).collect();
        let of = |range: std::ops::Range<usize>| gone[range].iter().filter(|gone| **gone).count() as u8;
        let level = local_level(&[of(0..4), of(4..8), of(8..10)]);
        assert_eq!(u32::from(level) <= scheme.tolerance(), decodable(scheme, &gone), "{gone:?}");
    }
}

/// One random change after the other, in the fast books and in the plain ones.
fn compare(scheme: Scheme, placement: Placement, onto: RebuildTarget, seed: u64) {
    let scenario = scenario(&[4, 4, 4], scheme, placement, 9, onto);
    let mut fast = CopyState::new(&scenario, CopyId::new(0));
    let design = fast.placed.hosts.clone();
    for trial in 0..6 {
        fast.reset();
        assert_eq!(fast.placed.hosts, design);
        let mut rng = TrialKey::new(seed, trial).stream(7, 7, 7);
        let mut plain = Plain { scheme, hosts: design.clone(), lost: vec![false; design.len()], away: vec![false; 12] };
        let mut first = None;
        for _ in 0..40 {
            change(&mut fast, &mut plain, onto, &mut first, &mut rng);
            let lost = plain.count(|slot| plain.lost[slot]);
            assert_eq!(fast.intact(), lost == 0);
            assert!((fast.lost_share() - lost as f64 / 9.0).abs() < 1e-12, "{scheme:?}");
            assert_eq!(fast.readable(), plain.count(|slot| plain.gone(slot)) == 0);
            assert_eq!(fast.degree() as usize, plain.degree(), "{scheme:?} {placement:?}");
        }
    }
}

fn change(fast: &mut CopyState, plain: &mut Plain, onto: RebuildTarget, first: &mut Option<u32>, rng: &mut Rng) {
    let host = rng.random_range(0..12);
    let lost: Vec<u32> = (0..plain.lost.len() as u32).filter(|slot| plain.lost[*slot as usize]).collect();
    match rng.random_range(0..9) {
        0..=1 => {
            let away = !plain.away[host];
            plain.away[host] = away;
            fast.set_away(host, away);
        }
        2 => {
            fast.lose(host);
            for slot in 0..plain.lost.len() {
                plain.lost[slot] |= plain.hosts[slot] as usize == host;
            }
        }
        3..=5 if !lost.is_empty() => {
            fast.unfold();
            let slot = lost[rng.random_range(0..lost.len())];
            let stripe = plain.of(fast.placed.stripe(slot) as usize);
            let free = !plain.away[host] && stripe.into_iter().all(|other| plain.hosts[other] as usize != host);
            if onto == RebuildTarget::Others && free {
                fast.mend_on(slot, host);
                plain.hosts[slot as usize] = host as u32;
            } else {
                fast.mend(slot);
            }
            plain.lost[slot as usize] = false;
        }
        6 => {
            let over: Vec<usize> = plain
                .stripes()
                .filter(|stripe| {
                    let gone: Vec<bool> = plain.of(*stripe).map(|slot| plain.lost[slot]).collect();
                    !decodable(plain.scheme, &gone)
                })
                .collect();
            assert_eq!(fast.write_off() as usize, over.len());
            for stripe in over {
                for slot in plain.of(stripe) {
                    plain.lost[slot] = false;
                }
            }
        }
        7 if first.is_none() => {
            fast.mend_all();
            plain.lost.fill(false);
            *first = Some(0);
        }
        // The only host that is not as it should be gets everything back.
        8 if fast.is_whole(host) => {
            assert!(fast.mend_whole(host));
            plain.lost.fill(false);
        }
        _ => {}
    }
}

#[test]
fn fast_books_are_the_plain_ones() {
    let schemes = [
        Scheme::Replicas { copies: 1 },
        Scheme::Replicas { copies: 3 },
        Scheme::Erasure { data: 3, parity: 2 },
        Scheme::Local { data: 4, groups: 2, global: 1 },
    ];
    let placements = [
        Placement::Random,
        Placement::Spread(Level::Rack),
        Placement::Copysets { scatter: 8 },
        Placement::Clustered,
        Placement::Declustered { pool: 9 },
    ];
    for (nth, scheme) in schemes.into_iter().enumerate() {
        for placement in placements {
            for onto in [RebuildTarget::Replacement, RebuildTarget::Others] {
                compare(scheme, placement, onto, nth as u64);
            }
        }
    }
}

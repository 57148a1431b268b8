//! Placements counted set by set, and the published bursts.

use super::placement::*;
use super::support::uniform;

fn above(tolerates: u32) -> impl Fn(u32) -> f64 {
    move |failed| f64::from(u8::from(failed > tolerates))
}

/// Share of all sets of `failed` of `nodes` nodes (at most 24) for which something holds.
fn share_of_sets(nodes: u32, failed: u32, holds: impl Fn(u32) -> bool) -> f64 {
    let (mut all, mut some) = (0u32, 0u32);
    for set in (0u32..1 << nodes).filter(|set| set.count_ones() == failed) {
        all += 1;
        some += u32::from(holds(set));
    }
    f64::from(some) / f64::from(all)
}

/// A random set of `some` of `nodes` (at most 64) nodes.
fn random_set(state: &mut u64, nodes: u32, some: u32) -> u64 {
    let mut set = 0u64;
    while set.count_ones() < some {
        set |= 1 << (uniform(state) * f64::from(nodes)) as u32;
    }
    set
}

#[test]
fn hypergeometric_against_all_draws() {
    for nodes in 1..=9u32 {
        for marked in 0..=nodes {
            for drawn in 0..=nodes {
                let ours = hypergeometric(nodes, marked, drawn).unwrap();
                for (count, chance) in ours.iter().enumerate() {
                    let low = (1u32 << marked) - 1;
                    let share = share_of_sets(nodes, drawn, |set| (set & low).count_ones() as usize == count);
                    assert!((chance - share).abs() < 1e-14, "{nodes} {marked} {drawn} {count}: {chance} {share}");
                }
            }
        }
    }
    // The rarest entry: C(50, 50) / C(5000, 50), by products.
    let exact = (0..50).fold(1.0, |chance, nth| chance * f64::from(50 - nth) / f64::from(5000 - nth));
    let ours = hypergeometric(5000, 50, 50).unwrap()[50];
    assert!((ours / exact - 1.0).abs() < 1e-11, "{ours:e} {exact:e}");
    assert_eq!((hypergeometric(3, 4, 1), hypergeometric(3, 1, 4)), (None, None));
}

#[test]
fn random_placement_against_a_loop() {
    // 12 nodes, 4 failed, 20 stripes of 3+2: 20 000 placements, five standard errors.
    let (nodes, failed, units, tolerates, stripes) = (12, 4, 5, 2, 20);
    let exact = random_loss(nodes, failed, units, tolerates, f64::from(stripes)).unwrap();
    let mut state = 3;
    let runs = 20_000;
    let mut lost = 0;
    for _ in 0..runs {
        let gone = random_set(&mut state, nodes, failed);
        let sets: Vec<u64> = (0..stripes).map(|_| random_set(&mut state, nodes, units)).collect();
        lost += u32::from(sets.iter().any(|set| (set & gone).count_ones() > tolerates));
    }
    let seen = f64::from(lost) / f64::from(runs);
    let sigma = (exact * (1.0 - exact) / f64::from(runs)).sqrt();
    assert!((seen - exact).abs() < 5.0 * sigma, "{seen} {exact}");
    assert_eq!(stripe_lost(12, 4, 5, 5), None);
    assert_eq!(random_loss(12, 13, 5, 2, 1.0), None);
}

#[test]
fn distinct_sets_by_enumeration() {
    // Three stripes on the ten pairs of five nodes: all 1000 ways.
    let mut sum = 0;
    for a in 0..10 {
        for b in 0..10 {
            for c in 0..10 {
                sum += 1 + u32::from(b != a) + u32::from(c != a && c != b);
            }
        }
    }
    assert!((distinct_sets(5, 2, 3.0).unwrap() - f64::from(sum) / 1000.0).abs() < 1e-13);
    assert_eq!(distinct_sets(2, 3, 1.0), None);
    assert_eq!((distinct_sets(5000, 900, 7.0), distinct_sets(5000, 900, -7.0)), (Some(7.0), None));
    assert_eq!(combinations(2, 3), 0.0);
    // 50 million chunks of three on 5000 nodes hardly ever meet.
    assert!((distinct_sets(5000, 3, 5e7).unwrap() / 4.994e7 - 1.0).abs() < 1e-4);
}

#[test]
fn cidon_and_others_2013() {
    // 1 % of 5000 nodes: random 99.99 %, one permutation 0.15 % (0.1567 % by the printed formula).
    let copysets = Copysets { nodes: 5000, replicas: 3, scatter_width: 2 };
    assert!((copysets.loss(50).unwrap() - 0.001_567).abs() < 5e-7);
    assert!(random_loss(5000, 50, 3, 2, 1e7).unwrap() > 0.9999);
    // The sets of one permutation are disjoint, which the formula does not know: 0.1 % of the value.
    let exact = clustered_loss(5000, 50, 3, 2).unwrap();
    assert!((exact / copysets.loss(50).unwrap() - 1.0).abs() < 1e-3, "{exact}");
    let wide = Copysets { scatter_width: 10, ..copysets };
    assert_eq!((wide.permutations(), wide.sets()), (5, 8330));
    assert_eq!(Copysets { replicas: 0, ..copysets }.loss(50), None);
}

#[test]
fn copysets_built_and_broken() {
    // 30 nodes, 3 replicas, two permutations: 20 sets. Build them, break 6 nodes, 40 000 times.
    let copysets = Copysets { nodes: 30, replicas: 3, scatter_width: 4 };
    let (runs, mut lost, mut state) = (40_000, 0, 17);
    for _ in 0..runs {
        let gone = random_set(&mut state, 30, 6);
        let mut any = false;
        for _ in 0..copysets.permutations() {
            let mut order: Vec<u32> = (0..30).collect();
            for last in (1..30).rev() {
                order.swap(last, (uniform(&mut state) * (last + 1) as f64) as usize);
            }
            any |= order.chunks(3).any(|set| set.iter().all(|node| gone >> node & 1 == 1));
        }
        lost += u32::from(any);
    }
    let seen = f64::from(lost) / f64::from(runs);
    let formula = copysets.loss(6).unwrap();
    let sigma = (formula * (1.0 - formula) / f64::from(runs)).sqrt();
    assert!((seen - formula).abs() < 5.0 * sigma, "{seen} {formula}");
}

#[test]
fn groups_against_all_sets() {
    for (nodes, groups, size, tolerates, spare) in
        [(14, 2, 7, 1, 0), (16, 5, 3, 2, 0), (16, 4, 4, 1, 1), (13, 3, 4, 0, 2), (15, 5, 3, 1, 1)]
    {
        for failed in 0..=nodes {
            let share = share_of_sets(nodes, failed, |set| {
                let low = (1u32 << size) - 1;
                (0..groups).filter(|group| (set >> (group * size) & low).count_ones() > tolerates).count() > spare
            });
            let ours = groups_loss(nodes, groups, size, failed, spare as u32, above(tolerates)).unwrap();
            assert!((ours - share).abs() < 1e-13, "{nodes} {groups}x{size} {failed}: {ours} {share}");
        }
    }
    assert_eq!(groups_loss(10, 4, 3, 1, 0, above(1)), None);
    assert_eq!(clustered_loss(4, 2, 0, 1), None);
}

#[test]
fn pools_against_a_loop() {
    // Two pools of 8 nodes with 6 stripes of 2+1 each, 4 failures: 30 000 worlds, five standard errors.
    let exact = declustered_loss(16, 8, 4, 3, 1, 6.0).unwrap();
    let (runs, mut lost, mut state) = (30_000, 0, 23);
    for _ in 0..runs {
        let gone = random_set(&mut state, 16, 4);
        let mut any = false;
        for pool in 0..2 {
            for _ in 0..6 {
                any |= (random_set(&mut state, 8, 3) << (8 * pool) & gone).count_ones() > 1;
            }
        }
        lost += u32::from(any);
    }
    let seen = f64::from(lost) / f64::from(runs);
    let sigma = (exact * (1.0 - exact) / f64::from(runs)).sqrt();
    assert!((seen - exact).abs() < 5.0 * sigma, "{seen} {exact}");
    assert_eq!(declustered_loss(16, 2, 4, 3, 1, 6.0), None);
}

#[test]
fn racks_against_all_sets() {
    for (racks, size, failed) in [(2, 6, 4), (3, 5, 4), (3, 5, 9), (4, 4, 5)] {
        let low = (1u32 << size) - 1;
        let in_rack = |set: u32, rack: u32| (set >> (rack * size) & low).count_ones();
        let touches = |set: u32| (0..racks).all(|rack| in_rack(set, rack) > 0);
        let all = share_of_sets(racks * size, failed, touches);
        let some =
            share_of_sets(racks * size, failed, |set| touches(set) && (0..racks).any(|rack| in_rack(set, rack) > 2));
        let ours = rack_burst_loss(racks, size, failed, above(2)).unwrap();
        assert!((ours - some / all).abs() < 1e-13, "{racks}x{size} {failed}: {ours}");
    }
    assert_eq!(rack_burst_loss(3, 5, 2, above(1)), None);
    assert_eq!(rack_burst_loss(0, 5, 0, above(1)), None);
}

/// Equal to the printed value, within half of its last digit or so.
fn printed(ours: Option<f64>, printed: f64, within: f64) {
    let ours = ours.unwrap();
    assert!((ours - printed).abs() <= within, "{ours} {printed}");
}

#[test]
fn mlec_sim_bursts_in_groups() {
    // Three plain groups of 6+2; half of the last printed digit.
    for (failed, value, within) in [
        (3, 0.083_004, 5e-7),
        (4, 0.272_727_272_7, 5e-11),
        (5, 0.557_312_253, 5e-10),
        (6, 0.836_905, 5e-7),
        (7, 1.0, 1e-12),
    ] {
        printed(groups_loss(24, 3, 8, failed, 0, above(2)), value, within);
    }
    // Two levels, 2+1 over 6+2.
    for (failed, value) in [
        (6, 0.069_898_065_32),
        (7, 0.285_417_100_1),
        (8, 0.659_577_332_1),
        (9, 0.868_243_615_3),
        (10, 0.960_755_760_6),
        (11, 0.991_923_542_9),
        (12, 0.999_130_227_7),
        (13, 1.0),
    ] {
        printed(groups_loss(24, 3, 8, failed, 1, above(2)), value, 6e-11);
    }
    // Two levels, 2+1 over 6+1, and three plain groups of 6+1 (the repository swaps the two folders).
    for (failed, value) in [
        (4, 0.221_052_631_6),
        (5, 0.671_826_625_4),
        (6, 0.888_544_891_6),
        (7, 0.970_897_832_8),
        (8, 0.994_736_842_1),
        (9, 0.999_499_880_9),
        (10, 1.0),
    ] {
        printed(groups_loss(21, 3, 7, failed, 1, above(1)), value, 6e-11);
    }
    for (failed, value) in [(2, 0.3), (3, 0.742_105_263_2), (4, 1.0)] {
        printed(groups_loss(21, 3, 7, failed, 0, above(1)), value, 6e-11);
    }
}

#[test]
fn mlec_sim_bursts_in_two_racks() {
    // 80 groups of 8+2 in each of two racks of 800 disks; printed to five digits or more.
    for (failed, value) in [
        (4u32, 6.4493e-5),
        (5, 2.246_67e-4),
        (6, 5.051_05e-4),
        (10, 3.284_324e-3),
        (20, 3.009_060_3e-2),
        (30, 0.100_689_552_5),
        (40, 0.223_227_874_8),
    ] {
        let rack: Vec<f64> = (0..=failed).map(|down| groups_loss(800, 80, 10, down, 0, above(2)).unwrap()).collect();
        let ours = rack_burst_loss(2, 800, failed, |down| rack[down as usize]).unwrap();
        assert!((ours / value - 1.0).abs() < 1e-5, "{failed}: {ours} {value}");
    }
}

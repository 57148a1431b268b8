//! What is done for whole hosts at a time is what is done fragment by fragment.

use super::super::CopyState;
use super::super::stripes::Stripes;
use crate::engine::{Rng, TrialKey};
use crate::id::Id as _;
use crate::model::{CopyId, Scheme};
use crate::scenario::{Source, load};
use rand::RngExt as _;

const CODE: Scheme = Scheme::Erasure { data: 3, parity: 3 };

fn same(one: &Stripes, other: &Stripes, stripes: u32) {
    assert!((0..stripes).all(|stripe| one.level(stripe) == other.level(stripe)));
    assert_eq!((one.over(), one.worst(), one.is_clear()), (other.over(), other.worst(), other.is_clear()));
}

#[test]
fn many_stripes_are_counted_like_one_after_the_other() {
    for scheme in [CODE, Scheme::Local { data: 4, groups: 2, global: 1 }] {
        let (stripes, width) = (100, scheme.width());
        let (mut bulk, mut single) = (Stripes::new(scheme, 100), Stripes::new(scheme, 100));
        let mut rng = TrialKey::new(3, 0).stream(1, 2, 3);
        let mut gone = vec![false; (stripes * width) as usize];
        for step in 0..3000 {
            let share = rng.random::<f64>();
            // One place in each of some stripes.
            let chosen = |wanted: bool, rng: &mut Rng| -> Vec<(u32, u32)> {
                let some = (0..stripes).filter(|_| rng.random::<f64>() < share).collect::<Vec<_>>();
                let places = some.into_iter().map(|stripe| (stripe, rng.random_range(0..width)));
                places.filter(|(stripe, position)| gone[(stripe * width + position) as usize] == wanted).collect()
            };
            match rng.random_range(0..7) {
                0..=1 => {
                    let places = chosen(false, &mut rng);
                    bulk.take_all(places.iter().copied());
                    for (stripe, position) in places {
                        single.take(stripe, position);
                        gone[(stripe * width + position) as usize] = true;
                    }
                }
                2 => {
                    let places = chosen(false, &mut rng);
                    bulk.take_clear(places.iter().copied());
                    for (stripe, position) in
                        places.into_iter().filter(|place| single.level(place.0) == 0).collect::<Vec<_>>()
                    {
                        single.take(stripe, position);
                        gone[(stripe * width + position) as usize] = true;
                    }
                }
                3..=5 => {
                    let places = chosen(true, &mut rng);
                    bulk.give_all(places.iter().copied());
                    for (stripe, position) in places {
                        single.give(stripe, position);
                        gone[(stripe * width + position) as usize] = false;
                    }
                }
                _ if step % 5 == 0 => {
                    gone.fill(false);
                    bulk.reset();
                    single = Stripes::new(scheme, 100);
                }
                _ => {}
            }
            same(&bulk, &single, stripes);
        }
    }
}

fn copy() -> CopyState {
    let text = "format = 1\nname = \"t\"\nhorizon = \"1 year\"\n[classes.n]\n[sites.s]\nclass = \"n\"\nnodes = 12\n[datasets.d]\n\
        size = \"1 TB\"\non = \"s\"\nprotect = { erasure = { data = 3, parity = 3, stripes = 200 } }\n";
    let loaded =
        load(&Source::from_text("t.toml", text), &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    CopyState::new(&loaded.scenario, CopyId::new(0))
}

/// Some hosts away, some empty, some of it made again.
fn stir(state: &mut CopyState, rng: &mut Rng) {
    let host = rng.random_range(0..12);
    match rng.random_range(0..5) {
        0 => state.lose(host),
        1..=3 => state.set_away(host, !state.hosts[host].away),
        _ => {
            state.unfold();
            let (done, all) = (state.hosts[host].done, state.hosts[host].queue.len());
            let end = rng.random_range(done..=all);
            state.mend_stretch(host, done..end);
            state.hosts[host].done = end;
        }
    }
}

/// The order of a rebuild is that of a stable sort: what is half made, then the most urgent, at last what cannot be made.
#[test]
fn rebuilds_go_by_urgency() {
    let mut seen = [0; 3];
    for trial in 0..200 {
        let (mut state, mut rng) = (copy(), TrialKey::new(5, trial).stream(1, 2, 3));
        for _ in 0..30 {
            stir(&mut state, &mut rng);
            let host = rng.random_range(0..12);
            if state.is_whole(host) {
                continue;
            }
            let half_made = rng.random::<bool>();
            state.hosts[host].rebuild.credit = f64::from(u8::from(half_made));
            let mut plain = state.hosts[host].queue[state.hosts[host].done..].to_vec();
            let half = plain.first().copied().filter(|slot| half_made && state.can_mend(*slot));
            let rank = |slot: u32| match (half == Some(slot), state.can_mend(slot)) {
                (true, _) => 0,
                (false, true) => 300 - u32::from(state.level_of(slot)),
                (false, false) => 400,
            };
            plain.sort_by_key(|slot| rank(*slot));
            let first = plain.iter().map(|slot| rank(*slot)).find(|rank| *rank > 0);
            let count =
                plain.iter().filter(|slot| rank(**slot) == 0 || Some(rank(**slot)) == first.filter(|rank| *rank < 400));
            let expected = (count.count(), plain.len());
            let blocked = plain.iter().any(|slot| rank(*slot) == 400);
            assert_eq!(state.line_up(host), expected);
            assert_eq!(state.hosts[host].queue[state.hosts[host].done..], plain);
            assert_eq!(state.hosts[host].rebuild.blocked, blocked);
            assert!(!blocked || state.blocked().contains(&host));
            seen = [
                seen[0] + u32::from(half.is_some()),
                seen[1] + u32::from(blocked),
                seen[2] + u32::from(expected.0 < expected.1),
            ];
        }
    }
    assert!(seen.iter().all(|count| *count > 100), "{seen:?}");
}

#[test]
fn a_stretch_is_mended_like_one_after_the_other() {
    let mut over = 0;
    for trial in 0..200 {
        let (mut state, mut rng) = (copy(), TrialKey::new(7, trial).stream(1, 2, 3));
        for _ in 0..20 {
            stir(&mut state, &mut rng);
        }
        state.unfold();
        over += u32::from(!state.intact());
        let mut single = state.clone();
        for host in 0..12 {
            let (done, all) = (state.hosts[host].done, state.hosts[host].queue.len());
            let end = rng.random_range(done..=all);
            state.mend_stretch(host, done..end);
            for nth in done..end {
                single.mend(single.hosts[host].queue[nth]);
            }
            assert!((0..1200).all(|slot| state.is_lost(slot) == single.is_lost(slot)));
            assert!((0..1200).all(|slot| state.level_of(slot) == single.level_of(slot)));
            assert_eq!((state.standing(), state.lost_share()), (single.standing(), single.lost_share()));
        }
    }
    assert!((20..180).contains(&over), "{over} of 200 have lost too much");
}

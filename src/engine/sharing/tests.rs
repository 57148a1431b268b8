//! Cases one can calculate by hand.

use super::*;

const LINK: ResourceId = ResourceId(0);

fn at(seconds: f64) -> SimTime {
    SimTime::from_microseconds((seconds * 1e6) as u64)
}

fn rates(sharing: &Sharing, flows: &[FlowId]) -> Vec<f64> {
    flows.iter().map(|&flow| sharing.rate(flow)).collect()
}

/// Lets everything end: (seconds, flow) in order.
fn run_out(sharing: &mut Sharing) -> Vec<(f64, FlowId)> {
    let mut ends = Vec::new();
    while let Some((time, _)) = sharing.next() {
        let mut done = Vec::new();
        sharing.finish(time, &mut done);
        ends.extend(done.into_iter().map(|flow| (time.as_seconds(), flow)));
    }
    ends
}

#[test]
fn what_one_flow_leaves_the_other_takes() {
    let mut sharing = Sharing::new(&[100.0]);
    let long = sharing.start(at(0.0), &[LINK], 1000, None, 0);
    let short = sharing.start(at(2.0), &[LINK], 100, None, 0);
    assert_eq!(rates(&sharing, &[long, short]), [50.0, 50.0]);
    assert_eq!((sharing.remaining(at(3.0), long), sharing.remaining(at(3.0), short)), (750, 50));
    // 200 bytes alone, then 100 each in 2 s, then 700 alone in 7 s.
    assert_eq!(run_out(&mut sharing), [(4.0, short), (11.0, long)]);
}

#[test]
fn a_long_way_gets_what_its_narrowest_part_gives() {
    let links = [0, 1, 2].map(ResourceId);
    let mut sharing = Sharing::new(&[100.0, 60.0, 30.0]);
    let long = sharing.start(at(0.0), &links, u64::MAX, None, 0);
    assert_eq!(sharing.rate(long), 30.0);
    let flows = links.map(|link| sharing.start(at(0.0), &[link], u64::MAX, None, 0));
    assert_eq!(rates(&sharing, &flows), [85.0, 45.0, 15.0]);
    assert_eq!(sharing.rate(long), 15.0);
    // Four flows on the second link: now 60 / 5 = 12 is the narrowest.
    let more = [0; 3].map(|_| sharing.start(at(0.0), &links[1..2], u64::MAX, None, 0));
    assert_eq!(rates(&sharing, &more), [12.0; 3]);
    assert_eq!(rates(&sharing, &flows), [88.0, 12.0, 18.0]);
    assert_eq!(sharing.cancel(at(5.0), long), u64::MAX);
    assert_eq!(rates(&sharing, &flows), [100.0, 15.0, 30.0]);
    assert_eq!(sharing.next(), None);
}

#[test]
fn a_cap_leaves_its_rest_to_others() {
    let mut sharing = Sharing::new(&[100.0]);
    let capped = sharing.start(at(0.0), &[LINK], 100, Some(10.0), 0);
    let free = [0, 1].map(|_| sharing.start(at(0.0), &[LINK], 900, None, 0));
    assert_eq!((sharing.rate(capped), rates(&sharing, &free)), (10.0, vec![45.0, 45.0]));
    // Four more: 100 / 7 is still above the cap; eight more: it is not.
    let four = [0; 4].map(|_| sharing.start(at(0.0), &[LINK], u64::MAX, None, 0));
    assert_eq!((sharing.rate(capped), sharing.rate(four[3])), (10.0, 15.0));
    let eight = [0; 4].map(|_| sharing.start(at(0.0), &[LINK], u64::MAX, None, 0));
    assert_eq!(sharing.rate(capped), f64::floor(65536.0 * 100.0 / 11.0) / 65536.0);
    for flow in four.into_iter().chain(eight) {
        sharing.cancel(at(0.0), flow);
    }
    // 450 bytes each at 45 per second, then 450 at 50.
    assert_eq!(run_out(&mut sharing), [(10.0, capped), (19.0, free[0]), (19.0, free[1])]);
    // Without a resource the cap alone says how fast.
    let alone = sharing.start(at(19.0), &[], 10, Some(4.0), 0);
    assert_eq!(run_out(&mut sharing), [(21.5, alone)]);
}

#[test]
fn lower_numbers_are_served_first() {
    let mut sharing = Sharing::new(&[100.0]);
    let last = sharing.start(at(0.0), &[LINK], 700, None, 9);
    let first = sharing.start(at(0.0), &[LINK], 300, Some(30.0), 1);
    assert_eq!(rates(&sharing, &[first, last]), [30.0, 70.0]);
    let urgent = sharing.start(at(1.0), &[LINK], 400, None, 0);
    assert_eq!(rates(&sharing, &[urgent, first, last]), [100.0, 0.0, 0.0]);
    assert_eq!(sharing.next(), Some((at(5.0), urgent)));
    // 270 and 630 bytes are left at 5 s: 9 s at 30 and 70.
    assert_eq!(run_out(&mut sharing), [(5.0, urgent), (14.0, last), (14.0, first)]);
}

/// What the upper class cannot use because of another resource, the lower class can.
#[test]
fn a_class_held_up_elsewhere_leaves_the_rest() {
    let (wide, narrow) = (ResourceId(0), ResourceId(1));
    let mut sharing = Sharing::new(&[100.0, 20.0]);
    let low = sharing.start(at(0.0), &[wide], u64::MAX, None, 1);
    let high = [0, 1].map(|_| sharing.start(at(0.0), &[wide, narrow], u64::MAX, None, 0));
    assert_eq!((sharing.rate(low), rates(&sharing, &high)), (80.0, vec![10.0, 10.0]));
    sharing.set_capacity(at(1.0), narrow, 60.0);
    assert_eq!((sharing.rate(low), rates(&sharing, &high)), (40.0, vec![30.0, 30.0]));
    sharing.set_capacity(at(2.0), wide, 50.0);
    assert_eq!((sharing.rate(low), rates(&sharing, &high)), (0.0, vec![25.0, 25.0]));
    sharing.cancel(at(3.0), high[0]);
    sharing.cancel(at(3.0), high[1]);
    assert_eq!(sharing.rate(low), 50.0);
}

#[test]
fn a_cut_stops_flows_until_it_is_mended() {
    let mut sharing = Sharing::new(&[100.0]);
    let flow = sharing.start(at(0.0), &[LINK], 1000, None, 0);
    sharing.set_capacity(at(4.0), LINK, 0.0);
    assert_eq!((sharing.rate(flow), sharing.next(), sharing.remaining(at(100.0), flow)), (0.0, None, 600));
    let other = sharing.start(at(100.0), &[LINK], 50, None, 0);
    sharing.set_capacity(at(1000.0), LINK, 50.0);
    assert_eq!(run_out(&mut sharing), [(1002.0, other), (1013.0, flow)]);
}

#[test]
fn ends_are_rounded_up_and_keep_the_order_of_starts() {
    let mut sharing = Sharing::new(&[30.0]);
    let flows = [3, 1, 2, 1].map(|bytes| sharing.start(at(0.0), &[LINK], bytes, None, 0));
    // The first byte takes 4/30 s; 133 333.3 becomes 133 334 microseconds.
    let (time, first) = sharing.next().unwrap();
    assert_eq!((time.as_microseconds(), first), (133_334, flows[1]));
    let mut done = Vec::new();
    sharing.finish(SimTime::from_microseconds(133_333), &mut done);
    assert!(done.is_empty());
    sharing.finish(time, &mut done);
    assert_eq!(done, [flows[1], flows[3]]);
    let empty = sharing.start(time, &[LINK], 0, None, 0);
    assert_eq!(sharing.next(), Some((time, empty)));
    // Late, all three are done; the one of two bytes was so before the one of three.
    done.clear();
    sharing.finish(at(9.0), &mut done);
    assert_eq!(done, [flows[0], flows[2], empty]);
}

/// A hundred thousand changes of rate in odd steps: what is left is exact.
#[test]
fn no_byte_is_lost_or_won() {
    let mut sharing = Sharing::new(&[1e6, 1e6]);
    let size = 1_u64 << 50;
    let route = [0, 1].map(ResourceId);
    let flow = sharing.start(at(0.0), &route, size, None, 0);
    let (mut now, mut moved, mut other) = (0, 0_u128, None);
    for step in 0..100_000_u64 {
        let span = 1 + step * 7919 % 1013;
        moved += (sharing.rate(flow) * 65536.0) as u128 * u128::from(span);
        now += span;
        let time = SimTime::from_microseconds(now);
        match other.take() {
            Some(other) if step % 3 == 0 => drop(sharing.cancel(time, other)),
            None => other = Some(sharing.start(time, &route[step as usize % 2..], u64::MAX, None, (step % 2) as u8)),
            Some(kept) => {
                sharing.set_capacity(time, route[step as usize % 2], 1e6 / (3 + step % 11) as f64);
                other = Some(kept);
            }
        }
    }
    let left = (u128::from(size) * 65_536_000_000 - moved).div_ceil(65_536_000_000);
    assert!(moved > 10 << 36, "it moved");
    assert_eq!(u128::from(sharing.remaining(SimTime::from_microseconds(now), flow)), left);
}

#[test]
fn a_cleared_one_is_like_new() {
    let capacities = [100.0, 70.0];
    let script = |sharing: &mut Sharing| {
        sharing.set_capacity(at(1.0), LINK, 90.0);
        for nth in 0..20_u64 {
            let route = [ResourceId(nth as u32 % 2), ResourceId(nth as u32 / 7 % 2)];
            sharing.start(at(1.0), &route, 100 + nth * 37 % 50, (nth % 3 == 0).then_some(4.0), (nth % 2) as u8);
        }
        let slots = |(time, flow): (f64, FlowId)| (time, flow.slot);
        run_out(sharing).into_iter().map(slots).collect::<Vec<_>>()
    };
    let (mut new, mut used) = (Sharing::new(&capacities), Sharing::new(&capacities));
    let first = script(&mut new);
    assert_eq!(first.len(), 20);
    for _ in 0..2 {
        for nth in 0..40 {
            used.start(at(0.5), &[ResourceId(1)], 1 + nth, Some(0.5), (nth % 4) as u8);
        }
        used.set_capacity(at(60.0), ResourceId(1), 50.0);
        used.clear();
        assert_eq!(used.next(), None);
        assert_eq!(script(&mut used), first);
        used.clear();
    }
}

#[test]
#[should_panic(expected = "is over")]
fn an_id_dies_with_its_flow() {
    let mut sharing = Sharing::new(&[1.0]);
    let flow = sharing.start(at(0.0), &[LINK], 5, None, 0);
    assert_eq!(sharing.cancel(at(2.0), flow), 3);
    sharing.start(at(2.0), &[LINK], 5, None, 0);
    let _ = sharing.rate(flow);
}

#[test]
#[should_panic(expected = "time runs backwards")]
fn time_does_not_run_backwards() {
    let mut sharing = Sharing::new(&[1.0]);
    sharing.start(at(2.0), &[LINK], 5, None, 0);
    sharing.set_capacity(at(1.0), LINK, 2.0);
}

#[test]
#[should_panic(expected = "neither a resource nor a cap")]
fn something_must_bound_the_rate() {
    Sharing::new(&[]).start(at(0.0), &[], 5, None, 0);
}

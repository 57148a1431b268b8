//! Blocks over time: averages over the horizon, and the chance of any outage within it.

use super::block::Block;
use super::diagram::{Function, Part};
use super::independent::Builder;
use super::markov::Chain;
use super::quadrature;
use super::repair::MachineRepair;
use super::structure::up_counts;

/// Most blocks of a chain over all their states.
const CHAIN_BLOCKS_MAX: usize = 8;

/// All blocks at `t` seconds.
pub(super) fn parts_at(blocks: &[Block], t: f64) -> Vec<Part> {
    blocks.iter().map(|block| block.at(t)).collect()
}

/// Means over the horizon of what `values` makes of the blocks.
pub(super) fn over_time<const N: usize>(
    blocks: &[Block],
    used: &[usize],
    horizon: f64,
    values: impl Fn(&[Part]) -> [f64; N],
) -> Result<[f64; N], String> {
    let fastest = used.iter().filter_map(|block| blocks[*block].fastest()).fold(f64::INFINITY, f64::min);
    if fastest.is_infinite() {
        return Ok(values(&parts_at(blocks, 0.0)));
    }
    // A fixed length of suspensions makes a corner; for other laws the edge does no harm.
    let kinks: Vec<f64> = used.iter().filter_map(|block| blocks[*block].fastest()).collect();
    quadrature::mean(horizon, fastest, &kinks, |t| values(&parts_at(blocks, t)))
        .ok_or_else(|| "the horizon is empty".to_owned())
}

/// Chance of at least one moment down within the horizon.
pub(super) fn outage_probability(
    builder: &mut Builder<'_>,
    root: Function,
    horizon: f64,
) -> Result<(f64, String), String> {
    let structure = builder.diagram.structure(root);
    let blocks = &builder.blocks;
    let used = structure.parts();
    let start = parts_at(blocks, 0.0);
    let rates: Option<Vec<(f64, f64)>> = used.iter().map(|block| blocks[*block].rates).collect();
    let rates = rates.ok_or("not every block is exponential in life and repair")?;
    if rates.iter().all(|(failure, _)| *failure == 0.0) {
        return Ok((structure.evaluate(&start).down, "static: up or down through the whole trial".to_owned()));
    }
    if used.len() > CHAIN_BLOCKS_MAX {
        return alike(builder, root, &used, horizon);
    }
    let states = 1usize << used.len();
    let mut chain = Chain::new(states);
    let mut first = vec![0.0; states];
    let mut down = vec![false; states];
    for state in 0..states {
        let up = |nth: usize| state >> nth & 1 == 1;
        first[state] =
            used.iter().enumerate().map(|(nth, b)| if up(nth) { start[*b].up } else { start[*b].down }).product();
        down[state] = !structure.works(|block| used.binary_search(&block).is_ok_and(up));
        for (nth, (failure, repair)) in rates.iter().enumerate() {
            let rate = if up(nth) { *failure } else { *repair };
            if rate > 0.0 {
                chain.add(state, state ^ (1 << nth), rate);
            }
        }
    }
    let chance = chain.ever_within(&first, &down, horizon).ok_or("too many events within the horizon")?;
    Ok((chance, format!("absorbing chain over {states} states, uniformisation")))
}

/// The same for many blocks that are all alike and count one each: the chain over their number.
pub(super) fn alike(
    builder: &mut Builder<'_>,
    root: Function,
    used: &[usize],
    horizon: f64,
) -> Result<(f64, String), String> {
    let n = used.len();
    let structure = builder.diagram.structure(root);
    let need = (1..=n).find(|k| structure.works(|block| used[..*k].binary_search(&block).is_ok()));
    // Diagrams are canonical: the service is k-of-n exactly when it is the same function.
    let each: Option<Vec<Function>> = used.iter().map(|block| builder.diagram.part(*block)).collect();
    let threshold = need.zip(each).and_then(|(need, each)| builder.diagram.at_least(need, &each));
    let first = &builder.blocks[used[0]];
    let same = threshold == Some(root) && used.iter().all(|block| builder.blocks[*block] == *first);
    let (Some(need), Some((failure, repair)), true) = (need, first.rates, same) else {
        return Err(format!("over {CHAIN_BLOCKS_MAX} blocks that are not all alike"));
    };
    let model = MachineRepair::new(n, n, failure, repair).ok_or("rates are not above zero")?;
    let start = first.at(0.0);
    let mut first = up_counts(&vec![(start.up, start.down); n]);
    first.reverse();
    let down: Vec<bool> = (0..=n).map(|down| n - down < need).collect();
    let chance = model.chain().ever_within(&first, &down, horizon).ok_or("too many events within the horizon")?;
    Ok((chance, format!("absorbing birth-death chain over {} states, uniformisation", n + 1)))
}

//! Averages over time of smooth curves with fast beginnings: adaptive Gauss-Legendre on growing panels.

/// Nodes and weights of the ten-point Gauss-Legendre rule on [-1, 1], the positive half (Abramowitz and Stegun, 25.4).
const RULE: [(f64, f64); 5] = [
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_9),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];

/// So many halvings are made in all: rounding noise must not be chased for ever.
const HALVINGS_MAX: u32 = 400;

/// Mean over `[0, end]` of several curves at once, each to about 1e-12 of itself.
///
/// `fastest` is the shortest time in which a curve changes: panels start at half of it and double, so that a quick
/// beginning is not stepped over. `kinks` are moments at which a curve has a corner. `None` unless both times are above 0.
///
/// ```
/// use drsim::analytic::quadrature::mean;
/// let [falling] = mean(100.0, 1.0, &[], |t| [(-t).exp()]).unwrap();
/// assert!((falling / 0.01 - 1.0).abs() < 1e-12); // (1 - exp(-100)) / 100
/// ```
pub fn mean<const N: usize>(
    end: f64,
    fastest: f64,
    kinks: &[f64],
    mut curve: impl FnMut(f64) -> [f64; N],
) -> Option<[f64; N]> {
    if end.is_nan() || end <= 0.0 || fastest.is_nan() || fastest <= 0.0 {
        return None;
    }
    let mut edges = vec![0.0];
    let mut edge = fastest / 2.0;
    while edge < end {
        edges.push(edge);
        edge *= 2.0;
    }
    edges.extend(kinks.iter().copied().filter(|kink| *kink > 0.0 && *kink < end));
    edges.push(end);
    edges.sort_by(f64::total_cmp);
    let mut total = [0.0; N];
    let mut halvings = HALVINGS_MAX;
    for panel in edges.windows(2).filter(|panel| panel[1] > panel[0]) {
        let whole = rule(panel[0], panel[1], &mut curve);
        let part = refine(panel[0], panel[1], whole, &mut halvings, &mut curve);
        add(&mut total, &part);
    }
    for value in &mut total {
        *value /= end;
    }
    Some(total)
}

fn refine<const N: usize>(
    from: f64,
    to: f64,
    whole: [f64; N],
    halvings: &mut u32,
    curve: &mut impl FnMut(f64) -> [f64; N],
) -> [f64; N] {
    let middle = f64::midpoint(from, to);
    let (left, right) = (rule(from, middle, curve), rule(middle, to, curve));
    let mut halves = left;
    add(&mut halves, &right);
    let close = halves.iter().zip(&whole).all(|(fine, coarse)| (fine - coarse).abs() <= 1e-13 * fine.abs());
    if close || *halvings == 0 {
        return halves;
    }
    *halvings -= 1;
    let mut sum = refine(from, middle, left, halvings, curve);
    add(&mut sum, &refine(middle, to, right, halvings, curve));
    sum
}

fn rule<const N: usize>(from: f64, to: f64, curve: &mut impl FnMut(f64) -> [f64; N]) -> [f64; N] {
    let (middle, half) = (f64::midpoint(from, to), (to - from) / 2.0);
    let mut sum = [0.0; N];
    for (node, weight) in RULE {
        for t in [middle - half * node, middle + half * node] {
            for (total, value) in sum.iter_mut().zip(curve(t)) {
                *total += weight * half * value;
            }
        }
    }
    sum
}

fn add<const N: usize>(sum: &mut [f64; N], part: &[f64; N]) {
    for (total, value) in sum.iter_mut().zip(part) {
        *total += value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_is_exact_for_polynomials_up_to_degree_19() {
        for power in 0..20 {
            let [value] = rule(0.0, 2.0, &mut |t: f64| [libm::pow(t, f64::from(power))]);
            let exact = libm::pow(2.0, f64::from(power + 1)) / f64::from(power + 1);
            assert!((value / exact - 1.0).abs() < 1e-14, "{power}: {value} {exact}");
        }
    }

    #[test]
    fn a_quick_beginning_is_seen() {
        let [value, flat] = mean(1e6, 1e-2, &[], |t| [-libm::expm1(-t * 100.0), 3.0]).unwrap();
        assert!((1.0 - value - 1e-8).abs() < 1e-14, "{value}");
        assert!((flat / 3.0 - 1.0).abs() < 1e-14);
    }

    #[test]
    fn corners_are_edges() {
        let mut asked = 0;
        let [value] = mean(10.0, 10.0, &[3.3], |t| {
            asked += 1;
            [t.min(3.3)]
        })
        .unwrap();
        assert_eq!(asked, 3 * 30, "three panels, none halved twice");
        assert!((value - (3.3 * 3.3 / 2.0 + 3.3 * 6.7) / 10.0).abs() < 1e-13);
        assert_eq!(mean(0.0, 1.0, &[], |t| [t]), None);
    }
}

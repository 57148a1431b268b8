//! Designs by what is spent on them and what comes of it: the front, names that do not overlap, the cheapest design that keeps every promise ringed.

use super::availability::short;
use super::axis::{Scale, round_ticks, time_range, time_ticks};
use super::canvas::{Anchor, BLUE, Canvas, GRID, INK, MUTED, ORANGE, fit, text_width};
use super::sheet::{MARGIN, Sheet, TOP, WIDTH};
use crate::quantity::SECONDS_PER_YEAR;

const BODY: f64 = 470.0;
const LEFT: f64 = MARGIN + 96.0;
const RIGHT: f64 = WIDTH - MARGIN - 24.0;
/// Size of names.
const SIZE: f64 = 12.0;
/// Widest a name may be.
const NAME: f64 = 190.0;
/// More nines than this are not drawn.
const LEAST_SHARE: f64 = 1e-12;

/// What stands on the upright axis; it is logarithmic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Upright {
    /// Share of time down, named in nines: up is better.
    Nines,
    /// Seconds: down is better.
    Time,
}

/// One design.
#[derive(Clone, PartialEq, Debug)]
pub struct Mark {
    /// Its name.
    pub name: String,
    /// What is spent.
    pub spend: f64,
    /// What comes of it, above zero.
    pub value: f64,
    /// Ends of the 95 % interval.
    pub ends: Option<(f64, f64)>,
    /// Nothing was seen: the value is what it stays below at 95 %.
    pub bound: bool,
}

/// A picture of designs.
#[derive(Clone, PartialEq, Debug)]
pub struct Pareto {
    /// Above everything.
    pub title: String,
    /// Caption in English.
    pub english: String,
    /// Caption in Chinese.
    pub chinese: String,
    /// What is spent, in both languages, with its unit.
    pub spend: String,
    /// Whether what is spent comes in whole pieces only.
    pub whole: bool,
    /// What stands on the upright axis.
    pub upright: Upright,
    /// Its name in both languages.
    pub value: String,
    /// The designs.
    pub marks: Vec<Mark>,
    /// Those that no other beats, cheapest first.
    pub best: Vec<usize>,
    /// The cheapest that keeps every promise.
    pub ringed: Option<usize>,
    /// Notes for the footer.
    pub notes: Vec<String>,
    /// What it rests on.
    pub basis: String,
}

/// The picture; `None` with fewer than two designs to show.
#[must_use]
pub fn pareto(pareto: &Pareto) -> Option<String> {
    let finite = |mark: &Mark| mark.spend.is_finite() && mark.value.is_finite() && mark.value > 0.0;
    if pareto.marks.iter().filter(|mark| finite(mark)).count() < 2 {
        return None;
    }
    let mut sheet = Sheet::titled(&pareto.title, BODY, &pareto.english, &pareto.chinese);
    let (top, bottom) = (TOP + 26.0, TOP + BODY - 52.0);
    let canvas = &mut sheet.canvas;
    let across = across(canvas, pareto, (top, bottom));
    let upright = upright(canvas, pareto, (top, bottom));
    let place = |mark: &Mark| (across.at(mark.spend), upright.at(mark.value.max(LEAST_SHARE)));
    // Bounds are not reached values: no line leads to them.
    let reached = pareto.best.iter().map(|&nth| &pareto.marks[nth]).filter(|mark| !mark.bound && finite(mark));
    let stairs = stairs(&reached.map(place).collect::<Vec<_>>());
    canvas.path(stairs.clone(), BLUE, 2);
    for mark in pareto.marks.iter().filter(|mark| finite(mark)) {
        let (x, _) = place(mark);
        if let Some((low, high)) = mark.ends.filter(|(low, high)| low < high) {
            let (from, to) = (upright.at(low.max(LEAST_SHARE)), upright.at(high));
            canvas.line((x, from), (x, to), MUTED, 1);
            for end in [from, to] {
                canvas.line((x - 4.0, end), (x + 4.0, end), MUTED, 1);
            }
        }
    }
    for (nth, mark) in pareto.marks.iter().enumerate().filter(|(_, mark)| finite(mark)) {
        let at = place(mark);
        if pareto.ringed == Some(nth) {
            canvas.ring(at, 12, ORANGE);
        }
        if mark.bound {
            arrow(canvas, at, if pareto.upright == Upright::Nines { -1.0 } else { 1.0 });
        }
        if pareto.best.contains(&nth) { canvas.dot(at, 6, BLUE) } else { canvas.ring(at, 5, MUTED) }
    }
    let points: Vec<(f64, f64)> = pareto.marks.iter().map(place).collect();
    let names: Vec<String> = pareto.marks.iter().map(|mark| fit(&mark.name, SIZE, NAME)).collect();
    let room = [LEFT + 4.0, top - 12.0, RIGHT + 22.0, bottom - 4.0];
    // Points with their rings, arrows and ends of intervals.
    let taken = |(mark, &(x, y)): (&Mark, &(f64, f64))| {
        let reach = match (mark.bound, pareto.upright) {
            (true, Upright::Nines) => (28.0, 9.0),
            (true, Upright::Time) => (9.0, 28.0),
            (false, _) => (9.0, 9.0),
        };
        [x - 9.0, y - reach.0, x + 9.0, y + reach.1]
    };
    let taken: Vec<[f64; 4]> = pareto.marks.iter().zip(&points).map(taken).collect();
    for (nth, slip) in names_placed(&points, &names, &taken, &stairs, room).into_iter().enumerate() {
        if !finite(&pareto.marks[nth]) {
            continue;
        }
        let middle = slip.middle();
        let point = points[nth];
        if slip.far {
            canvas.line(point, slip.nearest(point), MUTED, 1);
        }
        let color = if pareto.best.contains(&nth) { INK } else { MUTED };
        canvas.label(middle, &names[nth], SIZE, Anchor::Middle, color);
    }
    sheet.note("dot: front 前沿 · ring: beaten 被支配");
    if pareto.ringed.is_some() {
        sheet.note("large ring: cheapest keeping all promises 满足全部目标且最省");
    }
    if pareto.marks.iter().any(|mark| mark.bound) {
        sheet.note("arrow: unseen, a bound 未见，仅为界");
    }
    for note in &pareto.notes {
        sheet.note(note.clone());
    }
    Some(sheet.finish_with(&pareto.basis))
}

/// The axis of what is spent.
fn across(canvas: &mut Canvas, pareto: &Pareto, (top, bottom): (f64, f64)) -> Scale {
    let spends = || pareto.marks.iter().map(|mark| mark.spend).filter(|spend| spend.is_finite());
    let (least, most) = (spends().fold(f64::INFINITY, f64::min), spends().fold(f64::NEG_INFINITY, f64::max));
    let pad = if most > least { 0.08 * (most - least) } else { 0.1 * most.abs().max(1.0) };
    let low = if least >= 0.0 { (least - pad).max(0.0) } else { least - pad };
    let scale = Scale::linear((low, most + pad), (LEFT, RIGHT));
    for tick in round_ticks(low, most + pad, 8.0).into_iter().filter(|tick| !pareto.whole || tick.fract() == 0.0) {
        let x = scale.at(tick);
        canvas.line((x, top), (x, bottom), GRID, 1);
        canvas.text((x, bottom + 14.0), &amount(tick), 12.0, Anchor::Middle, INK);
    }
    canvas.text((f64::midpoint(LEFT, RIGHT), bottom + 34.0), &pareto.spend, 12.0, Anchor::Middle, MUTED);
    scale
}

/// A round number on an axis.
fn amount(value: f64) -> String {
    let units = [(1e9, " G"), (1e6, " M"), (1e3, " k")];
    let size = value.abs();
    let (by, unit) = units.into_iter().find(|(by, _)| size >= 10.0 * by).unwrap_or((1.0, ""));
    crate::report::number::plain(value / by) + unit
}

/// The axis of what comes of it, with its rulings.
fn upright(canvas: &mut Canvas, pareto: &Pareto, (top, bottom): (f64, f64)) -> Scale {
    canvas.text((MARGIN, TOP - 8.0), &pareto.value, 12.0, Anchor::Start, MUTED);
    let values = pareto.marks.iter().flat_map(|mark| {
        let ends = mark.ends.map_or([None, None], |(low, high)| [Some(low), Some(high)]);
        [Some(mark.value)].into_iter().chain(ends).flatten()
    });
    let values = values.filter(|value| value.is_finite() && *value > 0.0);
    let scale = match pareto.upright {
        Upright::Time => {
            let scale = Scale::log(time_range(values), (bottom, top));
            for (y, name) in time_ticks(&scale, 22.0) {
                canvas.line((LEFT, y), (RIGHT, y), GRID, 1);
                canvas.text((LEFT - 10.0, y), &name, 12.0, Anchor::End, INK);
            }
            scale
        }
        Upright::Nines => {
            let values: Vec<f64> = values.map(|value| value.max(LEAST_SHARE)).collect();
            let least = values.iter().copied().fold(1.0, f64::min);
            let most = values.iter().copied().fold(LEAST_SHARE, f64::max);
            let (from, to) = (libm::floor(libm::log10(least) + 1e-9), libm::ceil(libm::log10(most) - 1e-9).min(0.0));
            let from = from.min(to - 1.0);
            let scale = Scale::log((libm::pow(10.0, from), libm::pow(10.0, to)), (top, bottom));
            for whole in from as i32..=to as i32 {
                ruling(canvas, &scale, libm::pow(10.0, f64::from(whole)), whole, true);
                // Few decades leave room for names between them.
                for part in [2.0, 5.0] {
                    let named = to - from <= 2.0;
                    if f64::from(whole) < to && (named || to - from <= 5.0) {
                        ruling(canvas, &scale, part * libm::pow(10.0, f64::from(whole)), whole, named);
                    }
                }
            }
            scale
        }
    };
    canvas.line((LEFT, top), (LEFT, bottom), MUTED, 1);
    canvas.line((LEFT, bottom), (RIGHT, bottom), MUTED, 1);
    scale
}

/// One share of time down: as an availability, and as time down per year below it.
fn ruling(canvas: &mut Canvas, scale: &Scale, share: f64, power: i32, named: bool) {
    let y = scale.at(share);
    canvas.line((if named { LEFT } else { LEFT - 4.0 }, y), (if named { RIGHT } else { LEFT }, y), GRID, 1);
    if named {
        let decimals = (-power - 2).max(0) as usize;
        canvas.text((LEFT - 10.0, y - 6.0), &format!("{:.decimals$} %", (1.0 - share) * 100.0), 12.0, Anchor::End, INK);
        let down = format!("{} / yr", short(share * SECONDS_PER_YEAR));
        canvas.text((LEFT - 10.0, y + 8.0), &down, 10.0, Anchor::End, MUTED);
    }
}

/// The front as stairs: what is known to be reached for what is spent.
fn stairs(front: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut path: Vec<(f64, f64)> = Vec::new();
    for &(x, y) in front {
        if let Some(&(_, before)) = path.last() {
            path.push((x, before));
        }
        path.push((x, y));
    }
    path
}

/// It goes on in this direction: -1 up, 1 down.
fn arrow(canvas: &mut Canvas, (x, y): (f64, f64), way: f64) {
    canvas.line((x, y), (x, y + 22.0 * way), BLUE, 2);
    let (tip, base) = (y + 28.0 * way, y + 18.0 * way);
    canvas.polygon(vec![(x, tip), (x - 5.0, base), (x + 5.0, base), (x, tip)], BLUE);
}

/// Where a name stands.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Slip {
    /// Left, top, right, bottom.
    edges: [f64; 4],
    /// So far from its point that a line must join them.
    far: bool,
}

impl Slip {
    fn middle(&self) -> (f64, f64) {
        (f64::midpoint(self.edges[0], self.edges[2]), f64::midpoint(self.edges[1], self.edges[3]))
    }

    /// Point of the slip that is nearest to a point.
    fn nearest(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (x.clamp(self.edges[0], self.edges[2]), y.clamp(self.edges[1], self.edges[3]))
    }

    fn meets(&self, other: &[f64; 4]) -> bool {
        let [left, top, right, bottom] = self.edges;
        left < other[2] && other[0] < right && top < other[3] && other[1] < bottom
    }
}

/// A place for every name: beside its point if that is free, else farther out, never over another name or a point, and over the front's line only where
/// there is no other place.
fn names_placed(
    points: &[(f64, f64)],
    names: &[String],
    taken: &[[f64; 4]],
    stairs: &[(f64, f64)],
    room: [f64; 4],
) -> Vec<Slip> {
    let lines: Vec<[f64; 4]> = stairs.windows(2).filter_map(|ends| line_between(ends.first()?, ends.last()?)).collect();
    let mut placed: Vec<Slip> = Vec::new();
    for (&(x, y), name) in points.iter().zip(names) {
        let (width, height) = (text_width(name, SIZE) * 0.92 + 4.0, SIZE * 1.3);
        let slip = |dx: f64, dy: f64, far: bool| {
            // The near edge of the slip, not its middle, is at this distance.
            let (across, down) = (x + dx * (16.0 + width / 2.0), y + dy);
            let edges = [across - width / 2.0, down - height / 2.0, across + width / 2.0, down + height / 2.0];
            Slip { edges, far }
        };
        let near = [
            (1.0, 0.0),
            (1.0, -14.0),
            (1.0, 14.0),
            (-1.0, 0.0),
            (-1.0, -14.0),
            (-1.0, 14.0),
            (0.0, -24.0),
            (0.0, 24.0),
        ];
        let far = (2..40).flat_map(|ring| {
            let dy = 16.0 * f64::from(ring);
            [(1.0, -dy), (1.0, dy), (-1.0, -dy), (-1.0, dy), (0.0, -dy), (0.0, dy)]
        });
        let free = |slip: &Slip| {
            let [left, top, right, bottom] = slip.edges;
            let inside = left >= room[0] && top >= room[1] && right <= room[2] && bottom <= room[3];
            inside && !taken.iter().any(|it| slip.meets(it)) && !placed.iter().any(|it| slip.meets(&it.edges))
        };
        let clear = |slip: &Slip| free(slip) && !lines.iter().any(|it| slip.meets(it));
        let near = near.map(|(dx, dy)| slip(dx, dy, false));
        let far: Vec<Slip> = far.map(|(dx, dy)| slip(dx, dy, true)).collect();
        let all = || near.iter().chain(&far);
        let found = all().find(|slip| clear(slip)).or_else(|| all().find(|slip| free(slip)));
        placed.push(found.copied().unwrap_or(near[0]));
    }
    placed
}

/// A level or upright line as a thin rectangle.
fn line_between(from: &(f64, f64), to: &(f64, f64)) -> Option<[f64; 4]> {
    let edges = [from.0.min(to.0) - 2.0, from.1.min(to.1) - 2.0, from.0.max(to.0) + 2.0, from.1.max(to.1) + 2.0];
    edges.iter().all(|edge| edge.is_finite()).then_some(edges)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(name: &str, spend: f64, value: f64) -> Mark {
        Mark { name: name.into(), spend, value, ends: None, bound: false }
    }

    fn picture(marks: Vec<Mark>, upright: Upright) -> Pareto {
        Pareto {
            title: "t".into(),
            english: "e".into(),
            chinese: "c".into(),
            spend: "nodes".into(),
            whole: true,
            upright,
            value: "v".into(),
            marks,
            best: vec![0],
            ringed: None,
            notes: Vec::new(),
            basis: "b".into(),
        }
    }

    #[test]
    fn names_never_overlap() {
        let room = [0.0, 0.0, 800.0, 400.0];
        // Twelve designs in two heaps, with long names.
        let points: Vec<(f64, f64)> =
            (0..12).map(|nth| (400.0 + f64::from(nth % 3) * 3.0, 150.0 + f64::from(nth / 6) * 60.0)).collect();
        let names: Vec<String> = (0..12).map(|nth| format!("a design with a long name {nth}")).collect();
        let taken: Vec<[f64; 4]> = points.iter().map(|&(x, y)| [x - 9.0, y - 9.0, x + 9.0, y + 9.0]).collect();
        let line = [(100.0, 150.0), (700.0, 150.0)];
        let slips = names_placed(&points, &names, &taken, &line, room);
        for (nth, slip) in slips.iter().enumerate() {
            assert!(slip.edges[0] >= 0.0 && slip.edges[2] <= 800.0, "{slip:?}");
            for other in &slips[..nth] {
                assert!(!slip.meets(&other.edges), "{slip:?} over {other:?}");
            }
            for point in &taken {
                assert!(!slip.meets(point), "{slip:?} over a point");
            }
            assert!(!slip.meets(&[100.0, 149.0, 700.0, 151.0]), "{slip:?} over the front");
        }
        assert!(slips.iter().any(|slip| slip.far) && !slips[0].far);
        // No room but on the line: better there than over a point.
        let narrow = names_placed(&points[..1], &names[..1], &taken[..1], &line, [0.0, 140.0, 800.0, 160.0]);
        assert!(!narrow[0].meets(&taken[0]) && narrow[0].meets(&[100.0, 149.0, 700.0, 151.0]));
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        let two = vec![mark("a", 1.0, 1e-3), mark("b", 2.0, 1e-5)];
        for upright in [Upright::Nines, Upright::Time] {
            let svg = pareto(&picture(two.clone(), upright)).unwrap();
            assert!(svg.contains(">\na\n<") || svg.contains(">a<"), "{svg}");
            let broken = vec![mark("a", f64::NAN, 1e-3), mark("b", 2.0, 0.0), mark("c", 2.0, 1.0)];
            assert_eq!(pareto(&picture(broken, upright)), None);
            let same = vec![mark("a", 2.0, 60.0), mark("b", 2.0, 60.0)];
            assert!(pareto(&picture(same, upright)).is_some());
        }
        assert_eq!([0.0, 12.0, 20_000.0, 3e7].map(amount), ["0", "12", "20 k", "30 M"]);
    }
}

//! Pictures of sweeps: a line over one parameter, a heat map over two, points of a sample, a tornado of one parameter at a time.

mod curve;
mod heat;
mod scatter;
mod shade;
mod tornado;
mod worth;

use super::add;
use crate::study::sweep::{Choice, SweepFindings};

/// Most metrics that get a figure.
const MOST: usize = 12;

/// Every figure that has something to show, as (`plots/NAME.svg`, content).
#[must_use]
pub fn all(findings: &SweepFindings) -> Vec<(String, String)> {
    let mut figures = Vec::new();
    let (order, moving) = findings.telling();
    // What is the same everywhere is a picture of nothing, unless everything is.
    let drawn = if moving > 0 { moving } else { order.len() };
    for metric in order.into_iter().take(drawn) {
        if figures.len() >= MOST {
            break;
        }
        let (name, drawn) = match &findings.choice {
            Choice::OneAtATime { .. } => ("tornado", tornado::tornado(findings, metric)),
            Choice::Grid(grid) if grid.is_sample() => ("sample", scatter::scatter(findings, metric)),
            Choice::Grid(grid) if grid.axes().len() == 1 => ("line", curve::curve(findings, metric)),
            Choice::Grid(_) => ("heat", heat::heat(findings, metric)),
        };
        let Some(svg) = drawn else { continue };
        let plain = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '-' };
        let path = &findings.watched[metric].path;
        let whose = path.split_once('.').map_or(path.as_str(), |(_, rest)| rest);
        let slug: String = whose.chars().map(plain).take(60).collect();
        add(&mut figures, name, &slug, svg);
    }
    figures
}

//! The front as a picture: what designs cost against their time down.

use super::{counts, short};
use crate::report::plot::{Mark, Pareto, Upright, pareto};
use crate::report::wording::shorten;
use crate::study::optimise::{Fate, Known, OptimiseFindings};

/// Most designs in the picture: the front, and of the others the cheapest.
const MOST: usize = 24;

pub(super) fn front(found: &OptimiseFindings) -> Option<String> {
    let shown = shown(found);
    let mark = |nth: &usize| {
        let design = &found.designs[*nth];
        let (spend, down) = (design.worth?.point(), design.unavailability?);
        let (value, ends, bound) = match down {
            Known::Exact(value) => (value, None, false),
            Known::Seen(0.0, _, high) => (high, None, true),
            Known::Seen(value, low, high) => (value, Some((low, high)), false),
        };
        // Only the front and the answer are named: the others are listed on the page.
        let named = found.front.contains(nth) || design.fate == Fate::Chosen;
        let values: Vec<&str> = design.values.iter().map(|value| value.trim_matches('"')).collect();
        let name = if named { shorten(&values.join(" · "), 36) } else { String::new() };
        Some(Mark { name, spend, value, ends, bound })
    };
    let paths: Vec<&str> = found.choices.iter().map(|choice| short(found, &choice.path)).collect();
    let marks: Vec<Mark> = shown.iter().filter_map(mark).collect();
    let position = |nth: usize| shown.iter().position(|other| *other == nth);
    let (spend, spend_zh) = (&found.aim.label, &found.aim.label_zh);
    let unit = found.aim.currency.as_ref().map_or_else(String::new, |currency| format!(", {currency} / yr"));
    pareto(&Pareto {
        title: found.scenario.title.clone(),
        english: format!("Availability against {spend}"),
        chinese: format!("可用性与{spend_zh}"),
        spend: format!("{spend} {spend_zh}{unit}; up and left is better 左上更优"),
        upright: Upright::Nines,
        value: "available 可用 · down a year 年停机".to_owned(),
        best: found.front.iter().filter_map(|nth| position(*nth)).collect(),
        ringed: found.chosen.and_then(position),
        notes: Vec::new(),
        basis: shorten(&format!("{}; names 名称: {}", counts(found), paths.join(" · ")), 150),
        marks,
    })
}

/// Designs of the picture, all with something to show, ascending.
fn shown(found: &OptimiseFindings) -> Vec<usize> {
    let known = |nth: &usize| {
        let design = &found.designs[*nth];
        let drawable = |down: Known| match down {
            Known::Exact(value) => value > 0.0,
            Known::Seen(_, _, high) => high > 0.0,
        };
        design.worth.is_some_and(|worth| worth.point().is_finite()) && design.unavailability.is_some_and(drawable)
    };
    let mut shown: Vec<usize> = found.front.iter().copied().chain(found.chosen).filter(known).collect();
    shown.truncate(MOST);
    let mut others: Vec<usize> = (0..found.designs.len()).filter(known).filter(|nth| !shown.contains(nth)).collect();
    let rule = |nth: &usize| matches!(found.designs[*nth].fate, Fate::Rule(..));
    others.retain(|nth| !rule(nth));
    others.sort_by(|left, right| {
        let cost = |nth: &usize| found.designs[*nth].worth.map_or(f64::INFINITY, Known::point);
        cost(left).total_cmp(&cost(right)).then(left.cmp(right))
    });
    // What costs far more than anything on the front would only squeeze it.
    let cost = |nth: &usize| found.designs[*nth].worth.map_or(f64::INFINITY, Known::point);
    let (least, most) =
        shown.iter().map(cost).fold((f64::INFINITY, 0.0_f64), |(least, most), at| (least.min(at), most.max(at)));
    if shown.len() > 1 {
        others.retain(|nth| cost(nth) <= most + 0.5 * (most - least));
    }
    let room = MOST - shown.len();
    shown.extend(others.into_iter().take(room));
    shown.sort_unstable();
    shown.dedup();
    shown
}

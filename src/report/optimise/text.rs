//! The answer for a terminal.

use super::{amount, available, certainty, counts, hardest, judged, known, measure, name};
use crate::quantity::words::{count, plain};
use crate::report::text::{Paint, Tone};
use crate::report::wording::shorten;
use crate::study::optimise::{Fate, GoalFindings, OptimiseFindings};
use unicode_width::UnicodeWidthStr as _;

/// Most lines of a list.
const MOST: usize = 12;
/// Widest a design's name may be.
const WIDTH: usize = 100;

/// The whole summary, ending in a line feed.
#[must_use]
pub fn summary(found: &OptimiseFindings, paint: Paint) -> String {
    let mut lines = vec![
        format!("{}  {}", paint(Tone::Strong, &found.scenario.name), shorten(&found.scenario.title, 80)),
        paint(Tone::Faint, &counts(found)),
        String::new(),
    ];
    match found.chosen {
        Some(chosen) => answer(found, chosen, paint, &mut lines),
        None => nothing(found, paint, &mut lines),
    }
    front(found, paint, &mut lines);
    lines.push(String::new());
    lines.join("\n")
}

fn answer(found: &OptimiseFindings, chosen: usize, paint: Paint, lines: &mut Vec<String>) {
    let design = &found.designs[chosen];
    lines.push(format!("{} {}", paint(Tone::Strong, "choose"), shorten(&name(found, design), WIDTH)));
    if let Some(worth) = design.worth {
        lines.push(format!("       {} {}", found.aim.label, known(found, worth)));
    }
    let tone = if found.sure { Tone::Good } else { Tone::Warning };
    lines.push(format!("       {}", paint(tone, &certainty(found))));
    lines.push(String::new());
    promises(found, chosen, paint, lines);
    if let Some((trials, missed)) = judged(found) {
        let run = format!("a plain run of {} trials", count(trials));
        if missed.is_empty() {
            lines.push(paint(Tone::Faint, &format!("  {run} misses no objective")));
        }
        lines.extend(missed.iter().map(|line| paint(Tone::Warning, &format!("  {run} misses {line}"))));
        lines.push(String::new());
    }
    if let Some(second) = &found.runner_up {
        let why = if second.alike {
            "the same in what is compared; written later".to_owned()
        } else if second.more.1 > 0.0 {
            format!("{} more", amount(found, second.more.0))
        } else {
            format!(
                "{} more, and perhaps from {} to {}",
                amount(found, second.more.0),
                amount(found, second.more.1),
                amount(found, second.more.2)
            )
        };
        lines.push(format!(
            "{} {}: {why}",
            paint(Tone::Strong, "runner-up"),
            shorten(&name(found, &found.designs[second.design]), WIDTH)
        ));
    }
    let costs: Vec<String> = found
        .relaxed
        .iter()
        .filter_map(|relaxed| {
            let (design, saves) = (relaxed.design?, relaxed.saves?);
            let key = &found.promises[relaxed.promise].key;
            let sure = if relaxed.sure { "" } else { ", as far as was seen" };
            Some(if design == chosen {
                format!("{key} costs nothing{sure}")
            } else {
                format!(
                    "{key} costs {}{sure}: without it {}",
                    amount(found, saves),
                    name(found, &found.designs[design])
                )
            })
        })
        .collect();
    list("what each promise costs", costs, paint, lines);
}

fn promises(found: &OptimiseFindings, design: usize, paint: Paint, lines: &mut Vec<String>) {
    let tests = hardest(found, &found.designs[design]);
    let width = found.promises.iter().map(|promise| promise.key.width()).max().unwrap_or(0);
    for (promise, goal) in found.promises.iter().zip(tests) {
        let gap = " ".repeat(width - promise.key.width());
        let (tone, words) = match goal {
            None => (Tone::Good, "kept".to_owned()),
            Some(goal) => (tone(goal), told(found, goal)),
        };
        lines.push(format!("  {}{gap}  {}: {}", promise.key, promise.words, paint(tone, &words)));
    }
    lines.push(String::new());
}

fn tone(goal: &GoalFindings) -> Tone {
    match goal.kept {
        Some(true) => Tone::Good,
        Some(false) => Tone::Bad,
        None => Tone::Warning,
    }
}

/// `recoveries beyond the RTO 1.2 %, at most 5 %`.
fn told(found: &OptimiseFindings, goal: &GoalFindings) -> String {
    let Some(measured) = goal.measured else { return "never put to the test".to_owned() };
    let exact = if goal.exact { " exact" } else { "" };
    let sure = if goal.kept.is_none() { ", not sure" } else { "" };
    format!(
        "{} {}{exact}, allowed {}{sure}",
        goal.words,
        measure(found, goal, measured),
        measure(found, goal, goal.allowed)
    )
}

fn nothing(found: &OptimiseFindings, paint: Paint, lines: &mut Vec<String>) {
    lines.push(paint(Tone::Bad, "no design keeps every promise"));
    lines.push(format!("       {}", certainty(found)));
    lines.push(String::new());
    for short in &found.shortfalls {
        let promise = &found.promises[short.promise];
        let line = match &short.goal {
            _ if short.kept_by > 0 => {
                format!("{} ({}): kept by {} designs", promise.key, promise.words, short.kept_by)
            }
            Some(goal) => format!(
                "{} ({}): kept by none; best {}{} by {}",
                promise.key,
                promise.words,
                told(found, goal),
                goal.times.map_or(String::new(), |times| format!(", {} times that", plain(times))),
                shorten(&name(found, &found.designs[short.best]), WIDTH)
            ),
            None => format!("{} ({}): kept by none", promise.key, promise.words),
        };
        let tone = if short.kept_by > 0 { Tone::Faint } else { Tone::Bad };
        lines.push(format!("  {}", paint(tone, &line)));
    }
    lines.push(String::new());
    if let Some(nearest) = found.nearest {
        let design = &found.designs[nearest];
        lines.push(format!("{} {}", paint(Tone::Strong, "nearest"), shorten(&name(found, design), WIDTH)));
        if let Some(worth) = design.worth {
            lines.push(format!("        {} {}", found.aim.label, known(found, worth)));
        }
        promises(found, nearest, paint, lines);
    }
    let without: Vec<String> = found
        .relaxed
        .iter()
        .filter_map(|relaxed| {
            let design = &found.designs[relaxed.design?];
            let worth = design.worth.map_or(String::new(), |worth| format!(" at {}", known(found, worth)));
            Some(format!("without {}: {}{worth}", found.promises[relaxed.promise].key, name(found, design)))
        })
        .collect();
    list("what would be possible", without, paint, lines);
}

fn front(found: &OptimiseFindings, paint: Paint, lines: &mut Vec<String>) {
    if found.front.len() < 2 {
        return;
    }
    let rows = found.front.iter().filter_map(|nth| {
        let design = &found.designs[*nth];
        let mark = if design.fate == Fate::Chosen { " <" } else { "" };
        let (worth, down) = (design.worth?, design.unavailability?);
        Some(format!("{}  {}  {}{mark}", amount(found, worth.point()), available(down), name(found, design)))
    });
    list("the front, from cheap to good (availability of all services)", rows.collect(), paint, lines);
}

fn list(title: &str, items: Vec<String>, paint: Paint, lines: &mut Vec<String>) {
    if items.is_empty() {
        return;
    }
    lines.push(paint(Tone::Strong, title));
    let more = items.len().saturating_sub(MOST);
    lines.extend(items.into_iter().take(MOST).map(|item| format!("  {}", shorten(&item, WIDTH + 40))));
    if more > 0 {
        lines.push(paint(Tone::Faint, &format!("  and {more} more in optimise.md")));
    }
    lines.push(String::new());
}

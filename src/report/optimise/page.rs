//! The answer as a page.

use super::{amount, available, certainty, counts, hardest, judged, known, measure, name};
use crate::quantity::words::{count, percent};
use crate::study::optimise::{Fate, OptimiseFindings};
use std::fmt::Write as _;

/// Most designs in the table; `designs.csv` has all.
const MOST: usize = 60;

pub(super) fn page(found: &OptimiseFindings, version: &str, picture: bool) -> String {
    let mut text = format!("# {}\n\n", found.scenario.title);
    let _ = writeln!(text, "Which design to choose 选择哪个方案. {}.\n", counts(found));
    if let Some(chosen) = found.chosen {
        let _ = writeln!(text, "## Choose 选择\n");
        design(found, chosen, &mut text);
        let _ = writeln!(text, "**{}.**\n", capital(&certainty(found)));
        if let Some(second) = &found.runner_up {
            let _ = writeln!(
                text,
                "Runner-up 次优: {}; {} more ({} to {}).\n",
                name(found, &found.designs[second.design]),
                amount(found, second.more.0),
                amount(found, second.more.1),
                amount(found, second.more.2)
            );
        }
    } else {
        let _ = writeln!(text, "## No design keeps every promise 没有方案满足全部目标\n");
        let _ = writeln!(text, "**{}.**\n", capital(&certainty(found)));
        text.push_str("| promise 目标 | promised 承诺 | kept by 满足的方案 | best 最好 |\n|---|---|---|---|\n");
        for short in &found.shortfalls {
            let promise = &found.promises[short.promise];
            let best = short.goal.and_then(|goal| Some((goal, goal.measured?)));
            let best = best
                .map_or_else(String::new, |(goal, value)| format!("{} {}", goal.words, measure(found, &goal, value)));
            let _ = writeln!(text, "| {} | {} | {} | {best} |", promise.key, promise.words, short.kept_by);
        }
        text.push('\n');
        if let Some(nearest) = found.nearest {
            let _ = writeln!(text, "The nearest 最接近:\n");
            design(found, nearest, &mut text);
        }
    }
    if let Some((trials, missed)) = judged(found) {
        let told = if missed.is_empty() { "no objective 无".to_owned() } else { missed.join("; ") };
        let _ = writeln!(text, "A plain run of {} trials misses 普通运行未达标: {told}.\n", count(trials));
    }
    costs(found, &mut text);
    if picture {
        let _ = writeln!(text, "## The front 前沿\n\n![front](plots/front.svg)\n");
    }
    table(found, &mut text);
    let _ = writeln!(
        text,
        "All statements about designs, promises and differences hold at once with a chance of {} (Bonferroni over designs, tests and looks; empirical \
         Bernstein bounds). Promises of one class of disruption are judged by what was seen of it. Seed {}, at most {} trials of a design; drsim {version}.",
        percent(found.confidence),
        found.seed,
        count(found.cap)
    );
    text
}

fn design(found: &OptimiseFindings, nth: usize, text: &mut String) {
    let design = &found.designs[nth];
    text.push_str("```toml\n");
    for (choice, value) in found.choices.iter().zip(&design.values) {
        let _ = writeln!(text, "{} = {value}", choice.path);
    }
    text.push_str("```\n\n");
    if let Some(worth) = design.worth {
        let _ = writeln!(text, "{} {}: {}\n", capital(&found.aim.label), found.aim.label_zh, known(found, worth));
    }
    text.push_str(
        "| promise 目标 | promised 承诺 | test 检验 | measured 实测 | allowed 允许 | |\n|---|---|---|---|---|---|\n",
    );
    for (promise, goal) in found.promises.iter().zip(hardest(found, design)) {
        let (words, measured, allowed, kept) = goal.map_or_else(
            || ("", String::new(), String::new(), "kept 满足"),
            |goal| {
                let exact = if goal.exact { " exact 精确" } else { "" };
                let measured = goal.measured.map(|value| format!("{}{exact}", measure(found, goal, value)));
                let kept = match goal.kept {
                    Some(true) => "kept 满足",
                    Some(false) => "missed 未满足",
                    None => "not sure 未定",
                };
                let never = || "never put to the test 未触发".to_owned();
                (goal.words, measured.unwrap_or_else(never), measure(found, goal, goal.allowed), kept)
            },
        );
        let _ = writeln!(text, "| {} | {} | {words} | {measured} | {allowed} | {kept} |", promise.key, promise.words);
    }
    text.push('\n');
}

fn costs(found: &OptimiseFindings, text: &mut String) {
    if found.relaxed.is_empty() {
        return;
    }
    text.push_str("## What each promise costs 每个目标的代价\n\n| without 去掉 | saves 节省 | design 方案 | |\n|---|---|---|---|\n");
    for relaxed in &found.relaxed {
        let saves = relaxed.saves.map_or_else(String::new, |saves| amount(found, saves));
        let design = relaxed.design.map_or_else(|| "none 无".to_owned(), |nth| name(found, &found.designs[nth]));
        let sure = if relaxed.sure { "" } else { "as far as was seen 就所见而言" };
        let _ = writeln!(text, "| {} | {saves} | {design} | {sure} |", found.promises[relaxed.promise].key);
    }
    text.push('\n');
}

fn table(found: &OptimiseFindings, text: &mut String) {
    text.push_str("## Designs 方案\n\n| design 方案 | | compared by 比较 | available 可用 | trials 试验 |\n|---|---|---|---|---|\n");
    let mut order: Vec<usize> = (0..found.designs.len()).collect();
    let key = |nth: usize| {
        let design = &found.designs[nth];
        let chosen = design.fate == Fate::Chosen;
        (!chosen, design.worth.map_or(f64::INFINITY, crate::study::optimise::Known::point))
    };
    order.sort_by(|left, right| {
        let ((one, cheap), (other, dear)) = (key(*left), key(*right));
        one.cmp(&other).then(cheap.total_cmp(&dear)).then(left.cmp(right))
    });
    for nth in order.iter().take(MOST) {
        let design = &found.designs[*nth];
        let fate = match &design.fate {
            Fate::Invalid(why) => format!("invalid: {why}"),
            Fate::Rule(promise, why) => format!("rule: {}: {why}", found.promises[*promise].key),
            Fate::Formula(promise) => format!("formula: misses {}", found.promises[*promise].key),
            Fate::Missed(promise) => format!("trials: misses {}", found.promises[*promise].key),
            other => other.key().to_owned(),
        };
        let worth = design.worth.map_or_else(String::new, |worth| known(found, worth));
        let down = design.unavailability.map_or_else(String::new, available);
        let _ = writeln!(text, "| {} | {fate} | {worth} | {down} | {} |", name(found, design), count(design.trials));
    }
    if found.designs.len() > MOST {
        let _ = writeln!(text, "\n{} more are in designs.csv.", found.designs.len() - MOST);
    }
    text.push('\n');
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

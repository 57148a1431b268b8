//! Differences in words and cells, the same for the terminal and the page.

use crate::estimate::Difference;
use crate::metric::{About, Unit};
use crate::quantity::Currency;
use crate::report::number::{self, NOTHING, count, duration, plain};
use crate::report::{brief, wording};
use crate::study::compare::{Compared, Proof, Row, Versus};
use crate::study::front::{self, Front, FrontPoint, Goal, Spend, nodes};
use crate::study::{Findings, Judgement};

/// Heads of the cells of [`row`].
pub(super) const HEADS: [&str; 6] =
    ["metric, design", "value (95 %)", "difference (paired 95 %)", "relative", "real?", "saved"];

/// What the columns mean.
pub(super) const LEGEND: &str = "better, worse: really so, at 5 % for all differences together (Holm) · pp: percentage points · \
    saved: so many times the trials would unrelated runs need for an interval as narrow";

/// Name of a design.
pub(super) fn name(compared: &Compared, design: usize) -> &str {
    compared.contenders.get(design).map_or(NOTHING, |contender| contender.name.as_str())
}

/// Trials, horizon and seed.
pub(super) fn basis(compared: &Compared) -> String {
    let of = compared.contenders.first().map(|contender| brief::basis(&contender.findings));
    format!("on the same {}", of.unwrap_or_default())
}

/// True when at least one design has something to show.
pub(super) fn is_measured(row: &Row) -> bool {
    row.estimates.iter().any(|estimate| estimate.point.or(estimate.low).is_some())
}

/// The designs with what they need and reach: heads and rows.
pub(super) fn designs(compared: &Compared) -> (Vec<String>, Vec<Vec<String>>) {
    let currency = currency(compared);
    let mut heads = vec!["design".to_owned(), "nodes".to_owned()];
    heads.extend(currency.map(|currency| format!("{currency} / yr")));
    heads.extend(compared.fronts.iter().map(|front| goal(front.goal).to_owned()));
    heads.push("promises".to_owned());
    let rows = compared.contenders.iter().enumerate().map(|(design, contender)| {
        let mut cells = vec![named(compared, design), count(nodes(&contender.findings.scenario) as u64)];
        cells.extend(currency.map(|currency| plain(front::spent(&contender.findings, Spend::Cost(currency)))));
        for front in &compared.fronts {
            let point = front.points.iter().find(|point| point.design == design);
            cells.push(point.map_or_else(|| NOTHING.to_owned(), |point| reached(front.goal, point)));
        }
        cells.push(promises(&contender.findings).to_owned());
        cells
    });
    let rows = rows.collect();
    (heads, rows)
}

/// Name of a design, the baseline marked.
fn named(compared: &Compared, design: usize) -> String {
    let name = name(compared, design);
    if design == 0 { format!("{name} (baseline)") } else { name.to_owned() }
}

fn reached(goal: Goal, point: &FrontPoint) -> String {
    let value = match goal {
        Goal::Unavailability => number::percent(point.value),
        Goal::RecoveryTime | Goal::RecoveryPoint => duration(point.value),
    };
    if point.bound { format!("< {value}") } else { value }
}

/// How a design does on all it promises.
pub(super) fn promises(findings: &Findings) -> &'static str {
    let any = |judgement| findings.verdicts.iter().any(|verdict| verdict.judgement == judgement);
    let worst = [Judgement::Missed, Judgement::AtRisk, Judgement::Met].into_iter().find(|judgement| any(*judgement));
    wording::judgement(worst.unwrap_or(Judgement::NoObjective))
}

/// What is weighed.
pub(super) const fn goal(goal: Goal) -> &'static str {
    match goal {
        Goal::Unavailability => "unavailability",
        Goal::RecoveryTime => "recovery time p95",
        Goal::RecoveryPoint => "recovery point p95",
    }
}

/// What is spent.
pub(super) fn spend(spend: Spend) -> String {
    match spend {
        Spend::Cost(currency) => format!("{currency} a year"),
        Spend::Nodes => "nodes".to_owned(),
    }
}

/// The currency of all designs, where all have prices.
fn currency(compared: &Compared) -> Option<Currency> {
    let all: Vec<&Findings> = compared.contenders.iter().map(|contender| &contender.findings).collect();
    match front::spend_of(&all) {
        Spend::Cost(currency) => Some(currency),
        Spend::Nodes => None,
    }
}

/// Path of a row, with the currency where its values are money.
pub(super) fn path(compared: &Compared, row: &Row) -> String {
    match currency(compared) {
        Some(currency) if row.about.unit == Unit::MoneyPerYear => format!("{} ({currency})", row.path),
        _ => row.path.clone(),
    }
}

/// One line for each design: its name, value, difference, relative difference, verdict, factor in trials.
pub(super) fn row(compared: &Compared, row: &Row) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    for (design, estimate) in row.estimates.iter().enumerate() {
        let mut cells = vec![format!("  {}", named(compared, design)), number::estimate(row.about.unit, estimate)];
        let versus = design.checked_sub(1).and_then(|nth| row.versus.get(nth));
        cells.extend(match versus {
            None => [const { String::new() }; 4],
            Some(versus) => {
                let base = row.estimates[0].point;
                let difference = versus.difference.filter(|difference| difference.differing > 0);
                [
                    difference.map_or_else(String::new, |difference| interval(row.about.unit, &difference)),
                    difference.map_or_else(String::new, |difference| relative(&difference, base)),
                    proof(row.about, versus),
                    difference.map_or_else(String::new, |difference| saved(&difference)),
                ]
            }
        });
        lines.push(cells);
    }
    lines
}

/// A difference with its sign: shares in percentage points.
fn signed(unit: Unit, value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "+" };
    match unit {
        // Digits of the difference itself, not of what is missing to a whole.
        Unit::Share | Unit::Probability => format!("{sign}{} pp", plain(value.abs() * 100.0)),
        Unit::Seconds
        | Unit::SecondsPerYear
        | Unit::PerYear
        | Unit::Count
        | Unit::Bytes
        | Unit::MoneyPerYear
        | Unit::KilowattHoursPerYear
        | Unit::KilogramsPerYear => {
            format!("{sign}{}", number::value(unit, value.abs()))
        }
    }
}

/// `-54 min / yr (-60 min to -48 min)`.
pub(super) fn interval(unit: Unit, difference: &Difference) -> String {
    let point = signed(unit, difference.point);
    match (difference.low, difference.high) {
        (Some(low), Some(high)) if low < high => {
            let plain = |value| signed(unit, value).trim_end_matches(" / yr").trim_end_matches(" pp").to_owned();
            format!("{point} ({} to {})", plain(low), plain(high))
        }
        (Some(_), Some(_)) => format!("{point} exactly"),
        _ => point,
    }
}

fn relative(difference: &Difference, base: Option<f64>) -> String {
    match base {
        Some(base) if base > 0.0 => {
            let share = difference.point / base;
            if share.abs() < 9.995 {
                let decimals = usize::from(share.abs() < 0.0995);
                format!("{:+.decimals$} %", share * 100.0)
            } else {
                format!("{share:+.0} times")
            }
        }
        _ => String::new(),
    }
}

fn saved(difference: &Difference) -> String {
    match difference.saved {
        Some(saved) if saved.is_infinite() => "∞".to_owned(),
        Some(saved) if saved >= 99.5 => format!("{}×", plain(saved)),
        Some(saved) => format!("{saved:.1}×"),
        None => String::new(),
    }
}

/// Whether a difference is real, and for better or worse.
pub(super) fn proof(about: &About, versus: &Versus) -> String {
    let text = match (versus.proof, versus.is_better(about)) {
        (Proof::Real, Some(true)) => "● better",
        (Proof::Real, Some(false)) => "✖ worse",
        (Proof::Real, None) => "● differs",
        (Proof::NotShown, _) => match versus.difference {
            Some(difference) if difference.differing < 10 => {
                let trials = if difference.differing == 1 { "trial differs" } else { "trials differ" };
                return format!("– not shown: {} {trials}", difference.differing);
            }
            Some(_) | None => "– not shown",
        },
        (Proof::Same, _) => "= the same to the last bit",
        (Proof::Unseen, _) => "– seen in neither",
        (Proof::Nothing, _) => "– nothing to compare",
    };
    text.to_owned()
}

/// How many differences are real.
pub(super) fn verdict(compared: &Compared) -> String {
    let [real, not_shown, same, unseen, nothing] = compared.counts();
    let all = real + not_shown + same + unseen + nothing;
    let mut parts =
        vec![format!("{real} of {all} differences are real, at 5 % for all {} tested together", compared.family)];
    let others = [
        (not_shown, "not shown"),
        (same, "the same to the last bit"),
        (unseen, "seen in neither"),
        (nothing, "with nothing to compare"),
    ];
    parts.extend(others.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    parts.join("; ")
}

/// One sentence for each design: what it is really better and worse at.
pub(super) fn statements(compared: &Compared) -> Vec<String> {
    let baseline = name(compared, 0);
    (1..compared.contenders.len())
        .map(|design| {
            let of = |wanted: Option<bool>| -> Vec<&str> {
                let real = compared.rows.iter().filter(|row| {
                    let versus = &row.versus[design - 1];
                    versus.proof == Proof::Real && versus.is_better(row.about) == wanted
                });
                real.map(|row| row.path.as_str()).collect()
            };
            let parts: Vec<String> = [(Some(true), "better in"), (Some(false), "worse in"), (None, "different in")]
                .into_iter()
                .map(|(wanted, word)| (word, of(wanted)))
                .filter(|(_, paths)| !paths.is_empty())
                .map(|(word, paths)| format!("really {word} {}", grouped(&paths)))
                .collect();
            let name = name(compared, design);
            if parts.is_empty() {
                format!("{name}: no difference to {baseline} is shown")
            } else {
                format!("{name} against {baseline}: {}", parts.join("; "))
            }
        })
        .collect()
}

/// `services.pay: unavailability, outages_per_year; cost: total_cost`.
fn grouped(paths: &[&str]) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for path in paths {
        let (whose, key) = path.rsplit_once('.').unwrap_or(("", path));
        match groups.last_mut().filter(|(last, _)| *last == whose) {
            Some((_, keys)) => keys.push(key),
            None => groups.push((whose, vec![key])),
        }
    }
    let group = |(whose, keys): &(&str, Vec<&str>)| format!("{whose} ({})", keys.join(", "));
    groups.iter().map(group).collect::<Vec<_>>().join(", ")
}

/// What the fronts say: who is on them, what a nine costs, which design is the cheapest that keeps all.
pub(super) fn fronts(compared: &Compared) -> Vec<String> {
    let mut lines: Vec<String> = compared.fronts.iter().map(|front| on_the_front(compared, front)).collect();
    for front in &compared.fronts {
        for step in &front.steps {
            let bound = if step.at_least { "at most " } else { "" };
            lines.push(format!(
                "a nine more from {} to {} costs {bound}{} {}",
                name(compared, step.from),
                name(compared, step.to),
                plain(step.per_nine()),
                spend(front.spend),
            ));
        }
    }
    let judged = compared.contenders.iter().any(|contender| front::keeps_all(&contender.findings));
    match compared.cheapest {
        Some(design) => lines.push(format!("cheapest design that keeps every promise: {}", name(compared, design))),
        None if !judged && compared.contenders.iter().any(|it| promises(&it.findings) != promises_nothing()) => {
            lines.push("no design keeps every promise".to_owned());
        }
        None => {}
    }
    lines
}

const fn promises_nothing() -> &'static str {
    wording::judgement(Judgement::NoObjective)
}

fn on_the_front(compared: &Compared, front: &Front) -> String {
    let names: Vec<&str> = front.best.iter().map(|&nth| name(compared, front.points[nth].design)).collect();
    format!("front of {} against {}: {}", goal(front.goal), spend(front.spend), names.join(" → "))
}

/// What only some designs have.
pub(super) fn alone(compared: &Compared) -> Vec<String> {
    let line = |alone: &crate::study::compare::Alone| {
        let designs: Vec<&str> = alone.designs.iter().map(|&design| name(compared, design)).collect();
        format!("{} {} is only in {}", alone.kind, alone.name, designs.join(", "))
    };
    compared.alone.iter().map(line).collect()
}

//! Recommendations for a terminal: what was simulated, what it keeps, what it costs.

use crate::estimate::Difference;
use crate::quantity::words::{count, duration, plain};
use crate::report::text::{Paint, Tone};
use crate::study::recommend::{Advice, Kept, Recommendation};

/// Up to three changes, each with a `--set` to copy; without a missed promise one line says so.
#[must_use]
pub fn text(advice: &Advice, paint: Paint) -> String {
    if advice.missed == 0 {
        return format!("{}\n", paint(Tone::Good, "nothing to recommend: no objective is missed"));
    }
    let basis = format!("{} single changes simulated on the same {} trials", advice.tried, count(advice.trials));
    if advice.changes.is_empty() {
        let words =
            format!("no single change keeps a missed objective ({basis}); `drsim optimise` tries several at once");
        return format!("{}\n", paint(Tone::Warning, &words));
    }
    let mut lines = vec![format!("{} {}", paint(Tone::Strong, "recommended"), paint(Tone::Faint, &basis))];
    for (nth, change) in advice.changes.iter().enumerate() {
        lines.push(format!("{}. {}", nth + 1, paint(Tone::Strong, &change.words)));
        lines.push(format!("   --set {}", argument(change)));
        lines.push(format!("   {}", price(advice, change)));
        lines.extend(change.kept.iter().map(|kept| format!("   {}", effect(kept))));
        if change.still_missed > 0 {
            let words = format!("   {} other objectives stay missed", change.still_missed);
            lines.push(paint(Tone::Warning, &words));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// As a shell takes it.
fn argument(change: &Recommendation) -> String {
    let set = format!("{}={}", change.set.path, change.set.value);
    if set.contains([' ', '"', '{', '[']) { format!("'{set}'") } else { set }
}

fn price(advice: &Advice, change: &Recommendation) -> String {
    match (&advice.currency, change.cost) {
        (Some(currency), Some(cost)) => {
            let range = range(&cost, plain);
            let side = if cost.point <= 0.0 { "saves" } else { "costs" };
            format!("{side} {} {currency} a year{range}", plain(cost.point.abs()))
        }
        _ => match change.nodes {
            0 => "no more nodes".to_owned(),
            1 => "one more node".to_owned(),
            nodes => format!("{nodes} more nodes"),
        },
    }
}

fn effect(kept: &Kept) -> String {
    let class = kept.class.map_or_else(String::new, |class| format!(" ({class})"));
    let down = kept.downtime_s.filter(|_| kept.objective == "availability").map_or_else(String::new, |down| {
        let less = duration(down.point.abs());
        let side = if down.point <= 0.0 { "less" } else { "more" };
        let range =
            range(&down, |seconds| format!("{}{}", if seconds < 0.0 { "-" } else { "+" }, duration(seconds.abs())));
        format!("; {less} {side} down a year{range}")
    });
    format!("{} {}{class}: {}{down}", kept.name, kept.objective, kept.after)
}

fn range(difference: &Difference, words: impl Fn(f64) -> String) -> String {
    match (difference.low, difference.high) {
        (Some(low), Some(high)) => format!(" ({} to {})", words(low), words(high)),
        _ => String::new(),
    }
}

//! What the money goes to.

use super::canvas::{Anchor, BLUE, GRID, INK, MUTED, ORANGE, fit};
use super::sheet::{MARGIN, Sheet, TOP, WIDTH};
use crate::model::CostKind;
use crate::report::brief_cost;
use crate::report::number::percent;
use crate::study::{Findings, ItemCost};

const MOST_ROWS: usize = 18;
const ROW: f64 = 30.0;
const KEY: f64 = 30.0;
const LEFT: f64 = 280.0;
const RIGHT: f64 = 700.0;

/// One bar per line of the account, dearest first, running costs and losses apart by colour; `None` when nothing costs anything.
#[must_use]
pub fn cost_items(findings: &Findings) -> Option<String> {
    let cost = findings.cost.as_ref()?;
    let lines: Vec<&ItemCost> =
        brief_cost::dearest(findings).into_iter().filter(|line| line.yearly.is_finite()).collect();
    let total: f64 = cost.items.iter().map(|line| line.yearly).filter(|yearly| yearly.is_finite()).sum();
    let dearest = lines.first()?.yearly;
    let shown = &lines[..lines.len().min(MOST_ROWS)];
    let rest: f64 = lines[shown.len()..].iter().map(|line| line.yearly).sum();
    let rows = shown.len() + usize::from(rest > 0.0);
    let body = KEY + rows as f64 * ROW + 12.0;
    let currency = cost.currency;
    let mut sheet = Sheet::new(
        findings,
        body,
        &format!("What the money goes to: {currency} per year, mean over trials"),
        &format!("钱花在哪里：每年 {currency}，各次试验平均"),
    );
    let canvas = &mut sheet.canvas;
    let key = [(LEFT, BLUE, "running 运行"), (LEFT + 150.0, ORANGE, "from incidents 事故损失")];
    for (at, color, word) in key {
        canvas.rect((at, TOP + 4.0), (14.0, 12.0), color);
        canvas.text((at + 20.0, TOP + 10.0), word, 12.0, Anchor::Start, INK);
    }
    let longest = dearest.max(rest);
    let mut bar = |nth: usize, label: &str, yearly: f64, color| {
        let y = TOP + KEY + 6.0 + (nth as f64 + 0.5) * ROW;
        canvas.text((LEFT - 14.0, y), &fit(label, 13.0, LEFT - 14.0 - MARGIN), 13.0, Anchor::End, INK);
        let width = (yearly / longest * (RIGHT - LEFT)).max(1.0);
        canvas.rect((LEFT, y - 8.0), (width, 16.0), color);
        let share = yearly / total;
        let share = if share >= 0.1 { format!("{:.0} %", share * 100.0) } else { percent(share) };
        let text = format!("{} · {share}", brief_cost::money(yearly));
        let room = WIDTH - MARGIN - LEFT - width - 10.0;
        canvas.text((LEFT + width + 10.0, y), &fit(&text, 13.0, room), 13.0, Anchor::Start, INK);
    };
    for (nth, line) in shown.iter().enumerate() {
        let color = match line.item.kind() {
            CostKind::Running => BLUE,
            CostKind::Loss => ORANGE,
        };
        bar(nth, &brief_cost::label(&findings.scenario, line.item), line.yearly, color);
    }
    if rest > 0.0 {
        bar(shown.len(), &format!("其他 {} other lines", lines.len() - shown.len()), rest, MUTED);
    }
    canvas.line((LEFT, TOP + KEY + 2.0), (LEFT, TOP + body - 2.0), GRID, 2);
    sheet.note(format!("total 合计: {} {currency} / yr", brief_cost::money(total)));
    Some(sheet.finish(findings))
}

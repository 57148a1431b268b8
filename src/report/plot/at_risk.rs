//! How many bytes would be lost with the primary copy, over the horizon.

use super::axis::Scale;
use super::canvas::{Anchor, GRID, INK, MUTED, ORANGE, fit};
use super::sheet::{MARGIN, Sheet, WIDTH};
use super::strips::Strips;
use crate::report::number::{bytes, duration};
use crate::report::wording;
use crate::study::{Findings, SubjectFindings};

const MOST_ROWS: usize = 8;
const ROW: f64 = 132.0;
const LEFT: f64 = 270.0;
const RIGHT: f64 = 740.0;
/// A range beyond so many times is shown on a logarithmic axis.
const DECADES: f64 = 20.0;

/// One strip per dataset, averaged over trials, with what an RPO allows; `None` when nothing is at risk anywhere.
#[must_use]
pub fn at_risk(findings: &Findings) -> Option<String> {
    let fine = |found: &SubjectFindings| {
        found.at_risk.iter().all(|value| value.is_finite() && *value >= 0.0)
            && found.at_risk.iter().any(|value| *value > 0.0)
    };
    let mean = |found: &SubjectFindings| found.at_risk.iter().sum::<f64>() / found.at_risk.len().max(1) as f64;
    let mut rows: Vec<_> = findings.datasets.iter().filter(|(_, found)| fine(found)).collect();
    let all = rows.len();
    if rows.len() > MOST_ROWS {
        rows.sort_by(|(_, a), (_, b)| mean(b).total_cmp(&mean(a)));
        rows.truncate(MOST_ROWS);
        rows.sort_by_key(|(id, _)| *id);
    }
    if rows.is_empty() {
        return None;
    }
    let strips = Strips { rows: rows.len(), row: ROW, left: LEFT, right: RIGHT };
    let mut sheet = Sheet::new(
        findings,
        strips.body(),
        "Data at risk over time: bytes that would be lost with the primary copy, mean over trials",
        "暴露数据量随时间的变化：主拷贝此刻丢失将损失的字节数（各试验平均）",
    );
    let canvas = &mut sheet.canvas;
    strips.time_axis(canvas, findings.scenario.horizon.as_seconds());
    let (mut promised, mut logarithmic) = (false, false);
    for (nth, (id, found)) in rows.iter().enumerate() {
        let dataset = &findings.scenario.datasets[*id];
        let (top, floor) = strips.within(nth, 16.0, 12.0);
        let middle = f64::midpoint(top, floor);
        let name = wording::titled(&dataset.title, &dataset.name);
        canvas.text((LEFT - 78.0, middle - 9.0), &fit(name, 13.0, LEFT - 78.0 - MARGIN), 13.0, Anchor::End, INK);
        let size = format!("of 共 {}", bytes(dataset.size.get() as f64));
        canvas.text((LEFT - 78.0, middle + 9.0), &size, 11.0, Anchor::End, MUTED);
        let rate = dataset.writes.bytes_per_second();
        let allowed = dataset.rpo.map(|rpo| (rpo.as_seconds() * rate, rpo)).filter(|(allowed, _)| *allowed > 0.0);
        let values = || found.at_risk.iter().copied().chain(allowed.map(|(allowed, _)| allowed));
        let most = values().fold(0.0, f64::max);
        let least = values().filter(|value| *value > 0.0).fold(most, f64::min);
        let (y, ticks, log) = axis((least, most), (floor, top));
        logarithmic |= log;
        for tick in ticks {
            canvas.line((LEFT, y.at(tick)), (RIGHT, y.at(tick)), GRID, 1);
            canvas.text((LEFT - 8.0, y.at(tick)), &bytes(tick), 11.0, Anchor::End, MUTED);
        }
        strips.area(canvas, &found.at_risk, &y, floor);
        let text = format!("mean 平均 {}", bytes(mean(found)));
        canvas.text((RIGHT + 12.0, middle - 18.0), &text, 13.0, Anchor::Start, INK);
        if let Some((allowed, rpo)) = allowed {
            promised = true;
            canvas.dashed((LEFT, y.at(allowed)), (RIGHT, y.at(allowed)), ORANGE, 2);
            canvas.diamond((RIGHT, y.at(allowed)), 5.0, ORANGE, false);
            let room = WIDTH - MARGIN - RIGHT - 12.0;
            let text = fit(&format!("RPO {}", duration(rpo.as_seconds())), 13.0, room);
            canvas.text((RIGHT + 12.0, middle + 2.0), &text, 13.0, Anchor::Start, ORANGE);
            let text = fit(&format!("allows 允许 {}", bytes(allowed)), 13.0, room);
            canvas.text((RIGHT + 12.0, middle + 20.0), &text, 13.0, Anchor::Start, ORANGE);
        }
    }
    if all > rows.len() {
        sheet.note(format!("the {} datasets with most at risk of {all} 仅列暴露最多者", rows.len()));
    }
    if promised {
        sheet.note("dashes: what is written within the RPO 虚线：RPO 时间内写入的数据量");
    }
    if logarithmic {
        sheet.note("axis in powers of ten: logarithmic 十的幂为对数坐标");
    }
    Some(sheet.finish(findings))
}

/// A straight axis from nothing, or a logarithmic one where the range spans decades; with few ticks.
fn axis((least, most): (f64, f64), pixels: (f64, f64)) -> (Scale, Vec<f64>, bool) {
    if most / least.max(f64::MIN_POSITIVE) < DECADES {
        let power = libm::pow(10.0, libm::floor(libm::log10(most.max(1.0))));
        let top = [1.0, 2.0, 5.0, 10.0].into_iter().map(|by| by * power).find(|top| *top >= most).unwrap_or(most);
        return (Scale::linear((0.0, top), pixels), vec![0.0, top / 2.0, top], false);
    }
    let (low, high) = (libm::floor(libm::log10(least)), libm::ceil(libm::log10(most)));
    let every = libm::ceil((high - low) / 4.0).max(1.0);
    let ticks = (0..5).map(|nth| high - f64::from(nth) * every).filter(|power| *power >= low);
    let ticks = ticks.map(|power| libm::pow(10.0, power)).collect();
    (Scale::log((libm::pow(10.0, low), libm::pow(10.0, high)), pixels), ticks, true)
}

//! How fast services and datasets recover, and how old the data are that come back, against the objectives.

use super::lengths::{Lengths, Promise, lengths};
use super::sheet::named;
use crate::model::{DatasetId, ServiceId};
use crate::quantity::Span;
use crate::report::number::count;
use crate::report::wording;
use crate::study::{Findings, SubjectFindings};

/// Share of recoveries done within a time, with RTO and MTD; `None` when nothing had to recover.
#[must_use]
pub fn recovery(findings: &Findings, service: ServiceId) -> Option<String> {
    let found = wording::of_service(findings, service)?;
    let of = &findings.scenario.services[service];
    let name = named(wording::titled(&of.title, &of.name));
    let promises = [
        promise(found, "RTO", of.objective.rto, "rto_met_share", false),
        promise(found, "MTD", of.objective.mtd, "mtd_met_share", true),
    ];
    let mut sheet = lengths(
        findings,
        &Lengths {
            english: format!("How fast {name} recovers: share of recoveries done within the time below"),
            chinese: format!("{name} 的恢复时间：在横轴时间内完成的恢复所占比例，对照 RTO 与 MTD"),
            bins: &found.recoveries,
            quantiles: found.metric(wording::RECOVERY_TIME).and_then(|measured| measured.estimate.quantiles),
            promises: promises.into_iter().flatten().collect(),
            foot: "time from loss of service to service (bars: how often) 从服务中断到恢复（柱：频次）",
            seen: "recoveries seen 恢复次数",
            largest: "slowest 最慢",
        },
    )?;
    // What never recovered is in no curve.
    let unrecovered = found.metric("unrecovered_per_year").and_then(|measured| measured.estimate.point).unwrap_or(0.0);
    let open = (unrecovered * findings.scenario.horizon.as_years() * findings.trials as f64).round();
    if open >= 1.0 {
        sheet.note(format!(
            "still open at the end of their trial, not in the curve 试验结束时未恢复: {}",
            count(open as u64)
        ));
    }
    Some(sheet.finish(findings))
}

/// Share of losses of a dataset that were mended within a time, with the RTO; `None` when nothing had to be mended.
#[must_use]
pub fn data_recovery(findings: &Findings, dataset: DatasetId) -> Option<String> {
    let found = wording::of_dataset(findings, dataset)?;
    let of = &findings.scenario.datasets[dataset];
    let name = named(wording::titled(&of.title, &of.name));
    let mut sheet = lengths(
        findings,
        &Lengths {
            english: format!("How fast {name} comes back: share of recoveries done within the time below"),
            chinese: format!("{name} 的数据恢复时间：在横轴时间内完成的恢复所占比例，对照 RTO"),
            bins: &found.recoveries,
            quantiles: found.metric(wording::RECOVERY_TIME).and_then(|measured| measured.estimate.quantiles),
            promises: promise(found, "RTO", of.rto, "rto_met_share", false).into_iter().collect(),
            foot: "time from loss of data to users at work (bars: how often) 从数据丢失到恢复使用（柱：频次）",
            seen: "recoveries seen 恢复次数",
            largest: "slowest 最慢",
        },
    )?;
    if of.rto.is_some() {
        sheet.note("what was not mended counts as not kept 未能恢复者计为未达标");
    }
    Some(sheet.finish(findings))
}

/// Share of losses after which the data were no older than a time, with the RPO; `None` when nothing ever came back.
#[must_use]
pub fn recovery_point(findings: &Findings, dataset: DatasetId) -> Option<String> {
    let found = wording::of_dataset(findings, dataset)?;
    let of = &findings.scenario.datasets[dataset];
    let name = named(wording::titled(&of.title, &of.name));
    let mut sheet = lengths(
        findings,
        &Lengths {
            english: format!(
                "How old {name} is when it comes back: share of recoveries that lost no more than this time"
            ),
            chinese: format!("{name} 的恢复点：已恢复者中丢失不超过横轴时间的比例，对照 RPO"),
            bins: &found.points,
            quantiles: found.metric(wording::RECOVERY_POINT).and_then(|measured| measured.estimate.quantiles),
            promises: promise(found, "RPO", of.rpo, "rpo_met_share", false).into_iter().collect(),
            foot: "time from the point that came back to the loss (bars: how often) 从恢复点到丢失时刻（柱：频次）",
            seen: "losses that something came back from 有恢复点的丢失次数",
            largest: "oldest 最旧",
        },
    )?;
    // The share that kept the objective counts what the curve cannot show.
    if of.rpo.is_some() {
        sheet.note("nothing that came back counts as not kept 无可恢复者计为未达标");
    }
    Some(sheet.finish(findings))
}

fn promise(
    found: &SubjectFindings,
    word: &'static str,
    promised: Option<Span>,
    met: &str,
    filled: bool,
) -> Option<Promise> {
    let met = found.metric(met).and_then(|measured| measured.estimate.point);
    Some(Promise { word, seconds: promised?.as_seconds(), met, filled })
}

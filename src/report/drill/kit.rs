//! `drill.md`: the hand-out of a tabletop drill. Parts and their order follow the exercise guides NIST SP 800-84 (tabletop: scenario, objectives,
//! events, questions, after-action report) and HSEEP (master scenario events list, exercise evaluation, after-action report and improvement
//! plan); tables of impact and risk follow NIST SP 800-34.

use super::timeline::{self, Part};
use super::{bia, wordings};
use crate::report::markdown::{code, escape, table};
use crate::report::number::{bytes, duration, percent};
use crate::report::wording;
use crate::study::drill::{At, DrillFindings, Light, Promise, Spread};
use std::fmt::Write as _;

/// Most rows of the list of events; the rest is in `timeline.csv`.
const MOST_EVENTS: usize = 60;

/// The hand-out; `plots` are the names of the pictures beside it.
#[must_use]
pub fn handout(findings: &DrillFindings, version: &str, plots: &[&str]) -> String {
    let mut out = String::new();
    cover(findings, version, &mut out);
    objectives(findings, &mut out);
    for plot in plots {
        let name = plot.trim_start_matches("plots/").trim_end_matches(".svg");
        let _ = writeln!(out, "![{name}](<{plot}>)\n");
    }
    injects(findings, &mut out);
    actions(findings, &mut out);
    results(findings, &mut out);
    spread(findings, &mut out);
    sweep(findings, &mut out);
    changes(findings, &mut out);
    page(&mut out);
    out.push_str("## 8. Business impact analysis 业务影响分析 (BIA)\n\nColumns in the order of NIST SP 800-34. Priority: what others need first, then the least MTD, then the least RTO.\n\n");
    bia::analysis(findings, &mut out);
    out.push_str("## 9. Risk register 风险登记表\n\nLikelihood from the rate in the scenario (a year: frequent from 1, likely from 0.1, possible from 0.01, else rare). Consequence: each threat struck at the moment of this drill, every time at its median.\n\n");
    bia::register(findings, &mut out);
    record(findings, &mut out);
    after_action(findings, &mut out);
    out
}

/// A new page where the hand-out is printed from a browser.
fn page(out: &mut String) {
    out.push_str("<div style=\"break-before: page\"></div>\n\n");
}

fn cover(findings: &DrillFindings, version: &str, out: &mut String) {
    let scenario = &findings.scenario;
    let title = wording::titled(&scenario.title, &scenario.name);
    let _ = writeln!(out, "# Drill 演练: {} – {}\n", escape(wordings::threat(findings)), escape(title));
    let _ = writeln!(out, "> **Caution.** {}\n", wordings::CAUTION);
    let _ = writeln!(out, "## 1. Scenario 场景\n");
    if !scenario.question.trim().is_empty() {
        let _ = writeln!(out, "{}\n", escape(&scenario.question));
    }
    let threat = &scenario.threats[findings.event.threat];
    let rows = vec![
        vec!["event 事件".to_owned(), format!("{} ({})", wordings::threat(findings), wordings::occurs(findings))],
        vec!["strikes 发生时刻".to_owned(), format!("{} local time", timeline::clock(findings, findings.event.strike))],
        vec!["disruption 中断类别".to_owned(), wordings::disruption(threat.disruption)],
        vec!["walked 推演方式".to_owned(), wordings::walked(findings.at).to_owned()],
        vec!["overall 总体".to_owned(), wordings::light(findings.walk.light()).to_owned()],
    ];
    table(out, &["", ""], rows);
    let _ = writeln!(
        out,
        "Scenario `{}`, hash `{}`, seed {}, drsim {version}. Nothing but this event happens: no other failure, no planned work, no false alarm.\n",
        code(&scenario.name),
        code(&scenario.hash),
        scenario.seed
    );
    let _ = writeln!(out, "| date 日期 | place 地点 | facilitator 主持 | observer 观察员 | participants 参演人员 |");
    let _ = writeln!(out, "| --- | --- | --- | --- | --- |\n| &nbsp; | | | | |\n");
}

fn objectives(findings: &DrillFindings, out: &mut String) {
    out.push_str("## 2. Objectives 目标\n\n1. Walk the recovery of every service below against its RTO, RPO and MTD. 按目标逐项推演恢复。\n2. Confirm for each step who acts, on what information, and within what time. 确认每一步的负责人、依据与时限。\n3. Find what is missing in plans, contacts and access. 找出预案、联络与权限的缺口。\n\n");
    let scenario = &findings.scenario;
    let promised = findings.walk.affected.iter().map(|it| {
        let of = |promise| {
            let rating = it.ratings.iter().find(|rating| rating.promise == promise);
            wordings::promised(rating.and_then(|rating| rating.promised))
        };
        vec![
            wordings::titled(scenario, it.subject),
            wordings::kind(it.subject).to_owned(),
            of(Promise::Rto),
            of(Promise::Rpo),
            of(Promise::Mtd),
        ]
    });
    table(
        out,
        &["name 名称", "kind 类别", "RTO 恢复时间目标", "RPO 恢复点目标", "MTD 最大可容忍中断"],
        promised.collect(),
    );
}

fn injects(findings: &DrillFindings, out: &mut String) {
    out.push_str(
        "## 3. Injects 注入事件 (master scenario events list)\n\nThe facilitator reads each one out at its time.\n\n",
    );
    let lines = timeline::lines(findings);
    let told = lines.iter().filter(|line| line.part != Part::Action);
    let rows: Vec<Vec<String>> = told
        .enumerate()
        .map(|(nth, line)| {
            vec![
                (nth + 1).to_string(),
                timeline::since(findings, line.at),
                timeline::clock(findings, line.at),
                line.text.clone(),
                String::new(),
            ]
        })
        .collect();
    cut(out, &["no.", "since event 事件后", "clock 时钟", "inject 注入", "told to 告知对象"], rows);
}

fn actions(findings: &DrillFindings, out: &mut String) {
    out.push_str("## 4. Expected actions 预期行动\n\nThe observer fills in the last two columns.\n\n");
    let lines = timeline::lines(findings);
    let rows: Vec<Vec<String>> = lines
        .iter()
        .filter(|line| line.part == Part::Action)
        .map(|line| {
            vec![
                timeline::since(findings, line.at),
                timeline::clock(findings, line.at),
                line.text.clone(),
                line.who.clone(),
                String::new(),
                String::new(),
            ]
        })
        .collect();
    if rows.is_empty() {
        out.push_str("Nobody has to act: what is struck comes back by itself, or is not missed.\n\n");
        return;
    }
    let heads =
        ["since event 事件后", "clock 时钟", "expected 预期", "who 负责人", "observed at 实际时刻", "observation 观察"];
    cut(out, &heads, rows);
}

/// A table of at most [`MOST_EVENTS`] rows.
fn cut(out: &mut String, heads: &[&str], mut rows: Vec<Vec<String>>) {
    let more = rows.len().saturating_sub(MOST_EVENTS);
    rows.truncate(MOST_EVENTS);
    table(out, heads, rows);
    if more > 0 {
        let _ = writeln!(out, "{more} more are in `timeline.csv`.\n");
    }
}

fn results(findings: &DrillFindings, out: &mut String) {
    let _ = writeln!(out, "## 5. Ratings 评级\n\n{}\n", wordings::LIGHTS);
    let scenario = &findings.scenario;
    let mut rows = Vec::new();
    for it in &findings.walk.affected {
        for rating in &it.ratings {
            rows.push(vec![
                wordings::titled(scenario, it.subject),
                wordings::promise(rating.promise).to_owned(),
                wordings::promised(rating.promised),
                wordings::measured(it, rating),
                wordings::light(rating.light).to_owned(),
                String::new(),
            ]);
        }
    }
    table(
        out,
        &["name 名称", "objective 目标", "promised 承诺", "in this drill 推演", "light 等级", "observed 实际"],
        rows,
    );
    out.push_str("RTO runs from the loss to users at work, detection and decision included; MTD bounds the recovery time and the work recovery time (WRT 补录时间) together.\n\n");
    let lost = findings.walk.affected.iter().filter(|it| !it.recoveries.is_empty() || it.point.is_some() || it.gone);
    let rows: Vec<Vec<String>> = lost
        .map(|it| {
            let is_data = it.point.is_some() || it.gone;
            vec![
                wordings::titled(scenario, it.subject),
                wordings::phases(it),
                wordings::point(scenario, it),
                if is_data { bytes(it.lost_bytes) } else { crate::report::number::NOTHING.to_owned() },
            ]
        })
        .collect();
    if !rows.is_empty() {
        table(out, &["name 名称", "phases 阶段", "data from 数据来源", "lost 丢失"], rows);
    }
}

fn spread(findings: &DrillFindings, out: &mut String) {
    let Some(drawn) = &findings.drawn else { return };
    let _ = writeln!(
        out,
        "### Distribution 分布\n\nThe event struck {} times at this moment with every time drawn.\n",
        drawn.trials
    );
    let cell = |spread: &Spread, level| {
        spread.quantile(level).map_or_else(|| crate::report::number::NOTHING.to_owned(), duration)
    };
    let share = |(kept, judged): (u64, u64)| {
        if judged == 0 { crate::report::number::NOTHING.to_owned() } else { percent(kept as f64 / judged as f64) }
    };
    let rows = drawn.subjects.iter().map(|it| {
        vec![
            wordings::titled(&findings.scenario, it.subject),
            cell(&it.recovery, 0.5),
            cell(&it.recovery, 0.9),
            cell(&it.recovery, 1.0),
            share(it.kept[0]),
            cell(&it.point, 0.5),
            cell(&it.point, 1.0),
            share(it.kept[1]),
            it.open.to_string(),
        ]
    });
    let heads = [
        "name 名称",
        "recovery p50",
        "p90",
        "longest",
        "RTO kept",
        "point p50",
        "oldest",
        "RPO kept",
        "not back 未恢复",
    ];
    table(out, &heads, rows.collect());
}

fn sweep(findings: &DrillFindings, out: &mut String) {
    out.push_str("## 6. When it strikes 发生时刻的影响\n\n");
    let Some(sweep) = &findings.sweep else {
        out.push_str("Struck at this one moment. `--when sweep` strikes at every moment of the backup cycle and shows the best and the worst of them. 本次只推演一个时刻。\n\n");
        return;
    };
    let _ = writeln!(
        out,
        "The event struck at {} moments of a cycle of {} from {}, every time at its median.\n",
        sweep.moments.len(),
        duration(sweep.cycle.1.as_seconds()),
        timeline::clock(findings, sweep.cycle.0)
    );
    let mut rows = Vec::new();
    for (nth, subject) in sweep.subjects.iter().enumerate() {
        for (what, found) in
            [("recovery point 恢复点", sweep.point(nth)), ("recovery time 恢复时间", sweep.recovery(nth))]
        {
            let Some(found) = found else { continue };
            rows.push(vec![
                wordings::titled(&findings.scenario, *subject),
                what.to_owned(),
                duration(found.best.0.as_seconds()),
                duration(found.mean),
                duration(found.worst.0.as_seconds()),
                timeline::clock(findings, found.worst.1),
            ]);
        }
    }
    if rows.is_empty() {
        out.push_str("Nothing is lost at any moment.\n\n");
        return;
    }
    table(out, &["name 名称", "what 指标", "best 最好", "mean 平均", "worst 最差", "worst at 最差时刻"], rows);
}

fn changes(findings: &DrillFindings, out: &mut String) {
    out.push_str("## 7. What would have to change 需要改变什么\n\n");
    let changes = wordings::changes(findings);
    if changes.is_empty() {
        out.push_str("Every objective is kept in this drill.\n\n");
        return;
    }
    out.push_str("Arithmetic on this drill, all else as it is; which measure is right is for the team to decide.\n\n");
    for change in changes {
        let _ = writeln!(out, "- {}", escape(&change));
    }
    out.push('\n');
}

fn record(findings: &DrillFindings, out: &mut String) {
    page(out);
    out.push_str("## 10. Drill record 演练记录\n\n");
    let scenario = &findings.scenario;
    let touched = findings.walk.affected.iter().filter(|it| !it.recoveries.is_empty());
    let names: Vec<String> = touched.map(|it| wordings::label(scenario, it.subject)).collect();
    let last = findings
        .walk
        .affected
        .iter()
        .flat_map(|it| &it.recoveries)
        .map(|it| it.incident.lost + it.time + it.work)
        .max();
    let lasts = last.map_or_else(
        || "nothing to recover".to_owned(),
        |last| duration(last.since(findings.event.strike).as_seconds()),
    );
    let ratings = findings.walk.affected.iter().flat_map(|it| &it.ratings);
    let missed = ratings.filter(|rating| rating.light == Light::Red).count();
    let how = match findings.at {
        Some(At::Median) => "median",
        Some(At::Pessimistic) => "90 % quantile",
        None => "drawn",
    };
    let rows = vec![
        vec![
            "hypothesis 假设".to_owned(),
            format!("when {} strikes, every objective of section 2 is kept", wordings::threat(findings)),
        ],
        vec![
            "scope 范围".to_owned(),
            if names.is_empty() { "nothing is touched".to_owned() } else { names.join(", ") },
        ],
        vec!["duration 时长".to_owned(), format!("{lasts} from the event to the last recovery")],
        vec!["target 目标".to_owned(), scenario.threats[findings.event.threat].name.clone()],
        vec!["environment 环境".to_owned(), format!("model {}, hash {}, times at {how}", scenario.name, scenario.hash)],
        vec!["observation 观察".to_owned(), String::new()],
        vec![
            "result 结果".to_owned(),
            match missed {
                0 => "on paper: confirmed; in the room: ____".to_owned(),
                1 => "on paper: 1 objective missed; in the room: ____".to_owned(),
                many => format!("on paper: {many} objectives missed; in the room: ____"),
            },
        ],
        vec!["to do 待办".to_owned(), String::new()],
    ];
    table(out, &["", ""], rows);
}

fn after_action(findings: &DrillFindings, out: &mut String) {
    out.push_str("## 11. After-action report 事后总结\n\n### Overview 概述\n\n| strengths 做得好的 | areas for improvement 待改进 |\n| --- | --- |\n| 1. | 1. |\n| 2. | 2. |\n| 3. | 3. |\n\n");
    out.push_str("### Findings per objective 各目标的发现\n\nP performed 完成 · S performed with some challenges 略有困难 · M performed with major challenges 困难较大 · U unable to be performed 无法完成\n\n");
    let rows = findings.walk.affected.iter().flat_map(|it| {
        let promised = it.ratings.iter().filter(|rating| rating.promised.is_some());
        promised.map(|rating| {
            let name = wordings::label(&findings.scenario, it.subject);
            vec![
                format!("{name} {} {}", wordings::promise(rating.promise), wordings::promised(rating.promised)),
                wordings::light(rating.light).to_owned(),
                "P / S / M / U".to_owned(),
                String::new(),
            ]
        })
    });
    table(out, &["objective 目标", "on paper 推演", "in the room 实际", "finding 发现"], rows.collect());
    out.push_str("### Improvement plan 改进计划\n\n");
    let mut rows: Vec<Vec<String>> = wordings::changes(findings)
        .into_iter()
        .map(|change| vec![change, String::new(), String::new(), String::new(), String::new()])
        .collect();
    while rows.len() < 3 {
        rows.push(vec![String::new(); 5]);
    }
    table(out, &["issue 问题", "corrective action 纠正措施", "owner 负责人", "start 开始", "end 完成"], rows);
    out.push_str("Signed 签字: ____________________  Date 日期: ____________\n");
}

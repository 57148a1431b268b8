//! Fronts as pictures.

use super::words;
use crate::report::plot::{Mark, Pareto, Upright, pareto};
use crate::study::compare::Compared;
use crate::study::front::{Front, Goal, Spend};

/// Pictures of a comparison as (`plots/NAME.svg`, content).
#[must_use]
pub fn figures(compared: &Compared) -> Vec<(String, String)> {
    let draw = |front: &Front| Some((format!("plots/{}.svg", file(front.goal)), pareto(&picture(compared, front))?));
    compared.fronts.iter().filter_map(draw).collect()
}

const fn file(goal: Goal) -> &'static str {
    match goal {
        Goal::Unavailability => "pareto-availability",
        Goal::RecoveryTime => "pareto-recovery-time",
        Goal::RecoveryPoint => "pareto-recovery-point",
    }
}

fn picture(compared: &Compared, front: &Front) -> Pareto {
    let (spend, spend_zh, axis) = match front.spend {
        Spend::Cost(currency) => {
            ("total cost", "总成本", format!("total cost, {currency} a year 总成本（{currency}/年）"))
        }
        Spend::Nodes => ("nodes", "节点数", "nodes 节点数".to_owned()),
    };
    let (english, chinese, upright, value) = match front.goal {
        Goal::Unavailability => {
            ("Availability against {}", "可用性与{}", Upright::Nines, "available 可用 · down a year 年停机")
        }
        Goal::RecoveryTime => {
            ("Recovery time (p95) against {}", "恢复时间（p95）与{}", Upright::Time, "recovery time p95 恢复时间 p95")
        }
        Goal::RecoveryPoint => {
            ("Recovery point (p95) against {}", "恢复点（p95）与{}", Upright::Time, "recovery point p95 恢复点 p95")
        }
    };
    let better = match upright {
        Upright::Nines => ("up and left is better", "左上更优"),
        Upright::Time => ("down and left is better", "左下更优"),
    };
    let mark = |point: &crate::study::front::FrontPoint| Mark {
        name: words::name(compared, point.design).to_owned(),
        spend: point.spend,
        value: point.value,
        ends: point.low.zip(point.high),
        bound: point.bound,
    };
    let shown = |design: usize| front.points.iter().position(|point| point.design == design);
    let missing: Vec<&str> = (0..compared.contenders.len())
        .filter(|&design| shown(design).is_none())
        .map(|design| words::name(compared, design))
        .collect();
    let notes = if missing.is_empty() {
        Vec::new()
    } else {
        vec![format!("nothing seen, not drawn 未见，未绘: {}", missing.join(", "))]
    };
    let names: Vec<&str> = compared.contenders.iter().map(|contender| contender.name.as_str()).collect();
    Pareto {
        title: names.join(" · "),
        english: format!("{}, worst of what all designs have; {}", english.replace("{}", spend), better.0),
        chinese: format!("{}（取各方案共有项中最差者）；{}", chinese.replace("{}", spend_zh), better.1),
        spend: axis,
        whole: front.spend == Spend::Nodes,
        upright,
        value: value.to_owned(),
        marks: front.points.iter().map(mark).collect(),
        best: front.best.clone(),
        ringed: compared.cheapest.and_then(shown),
        notes,
        basis: words::basis(compared),
    }
}

//! What designs are worth for what is spent on them: fronts, steps along a front, the cheapest design that keeps every promise.

use super::findings::{Findings, Judgement, SubjectFindings};
use crate::estimate::{Basis, front};
use crate::model::{PopulationKind, Scenario};
use crate::quantity::Currency;

/// What is weighed against what is spent; less is better. Of several services or datasets the worst that all designs have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    /// Share of time in which a service is down, 0 to 1.
    Unavailability,
    /// 95th percentile of recovery times, seconds.
    RecoveryTime,
    /// 95th percentile of recovery points, seconds.
    RecoveryPoint,
}

/// What is spent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spend {
    /// Money a year, running costs and expected losses together, where every design has prices.
    Cost(Currency),
    /// Nodes: what is left to count where nothing has a price.
    Nodes,
}

/// One design on the way from cheap to good.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FrontPoint {
    /// Which design, counted from 0.
    pub design: usize,
    /// What is spent.
    pub spend: f64,
    /// What comes of it; where nothing was seen, what it stays below at 95 %, though it is compared as zero.
    pub value: f64,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end of its 95 % interval.
    pub high: Option<f64>,
    /// True where nothing was seen and the value is a bound.
    pub bound: bool,
}

/// From one design on the front to the next dearer one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FrontStep {
    /// The cheaper design.
    pub from: usize,
    /// The dearer one.
    pub to: usize,
    /// What more is spent.
    pub spend: f64,
    /// Nines of availability gained: powers of ten by which unavailability falls.
    pub nines: f64,
    /// True where the dearer design was never down: at least so many nines.
    pub at_least: bool,
}

impl FrontStep {
    /// What one more nine costs on this step; at most that where nines are at least.
    #[must_use]
    pub fn per_nine(&self) -> f64 {
        self.spend / self.nines
    }
}

/// Designs by what is spent and one goal.
#[derive(Clone, PartialEq, Debug)]
pub struct Front {
    /// What comes of it.
    pub goal: Goal,
    /// What is spent.
    pub spend: Spend,
    /// Designs for which there is something to show, in order.
    pub points: Vec<FrontPoint>,
    /// Positions in `points` of those that no other beats, by the point estimates, cheapest first.
    pub best: Vec<usize>,
    /// Steps between neighbours on the front; empty but for unavailability.
    pub steps: Vec<FrontStep>,
}

/// A front for each goal that at least two designs can be measured by.
#[must_use]
pub fn fronts(designs: &[&Findings]) -> Vec<Front> {
    let goals = [Goal::Unavailability, Goal::RecoveryTime, Goal::RecoveryPoint];
    goals.into_iter().map(|goal| front_of(designs, goal)).filter(|front| front.points.len() > 1).collect()
}

fn front_of(designs: &[&Findings], goal: Goal) -> Front {
    let spend = spend_of(designs);
    let found = designs.iter().enumerate().filter_map(|(design, findings)| {
        let subjects = common(designs, findings, goal);
        let (value, low, high, bound) = subjects
            .iter()
            .filter_map(|found| measured(found, goal))
            .max_by(|left, right| left.0.total_cmp(&right.0))?;
        Some(FrontPoint { design, spend: spent(findings, spend), value, low, high, bound })
    });
    let points: Vec<FrontPoint> = found.collect();
    let best = best(&points);
    let steps = if goal == Goal::Unavailability { steps(&points, &best) } else { Vec::new() };
    Front { goal, spend, points, best, steps }
}

/// The front by point estimates: that of something never seen is zero.
fn best(points: &[FrontPoint]) -> Vec<usize> {
    let value = |point: &FrontPoint| if point.bound { 0.0 } else { point.value };
    front(&points.iter().map(|point| [point.spend, value(point)]).collect::<Vec<_>>())
}

/// What a design has of the services or datasets that a goal is about and that all designs have.
fn common<'f>(designs: &[&Findings], own: &'f Findings, goal: Goal) -> Vec<&'f SubjectFindings> {
    let has_service = |scenario: &Scenario, name: &str| scenario.services.iter().any(|service| service.name == name);
    let has_dataset = |scenario: &Scenario, name: &str| scenario.datasets.iter().any(|dataset| dataset.name == name);
    let services = || {
        let list = own.services.iter();
        list.filter(|(id, _)| {
            let name = &own.scenario.services[*id].name;
            designs.iter().all(|design| has_service(&design.scenario, name))
        })
    };
    let datasets = || {
        let list = own.datasets.iter();
        list.filter(|(id, _)| {
            let name = &own.scenario.datasets[*id].name;
            designs.iter().all(|design| has_dataset(&design.scenario, name))
        })
    };
    match goal {
        Goal::Unavailability => services().map(|(_, found)| found).collect(),
        Goal::RecoveryTime if services().next().is_some() => services().map(|(_, found)| found).collect(),
        Goal::RecoveryTime | Goal::RecoveryPoint => datasets().map(|(_, found)| found).collect(),
    }
}

/// Value, ends of its interval, and whether it is a bound.
fn measured(found: &SubjectFindings, goal: Goal) -> Option<(f64, Option<f64>, Option<f64>, bool)> {
    let estimate = |key: &str| found.metric(key).map(|measured| measured.estimate);
    let key = match goal {
        Goal::Unavailability => {
            let estimate = estimate("unavailability")?;
            return match estimate.basis {
                Basis::Bound => Some((estimate.high?, None, None, true)),
                Basis::Interval | Basis::Extreme | Basis::Nothing => {
                    Some((estimate.point?, estimate.low, estimate.high, false))
                }
            };
        }
        Goal::RecoveryTime => "recovery_time_s",
        Goal::RecoveryPoint => "recovery_point_s",
    };
    let p95 = estimate(key)?.quantiles?.p95;
    Some((p95.point, p95.low, p95.high, false))
}

/// What all designs can be measured by.
#[must_use]
pub fn spend_of(designs: &[&Findings]) -> Spend {
    let priced = designs.iter().all(|findings| cost(findings).is_some());
    let currency = designs.first().and_then(|findings| findings.cost.as_ref()).map(|cost| cost.currency);
    currency.filter(|_| priced).map_or(Spend::Nodes, Spend::Cost)
}

/// What is spent on a design; not a number where it has no prices and money is asked for.
#[must_use]
pub fn spent(findings: &Findings, spend: Spend) -> f64 {
    match spend {
        Spend::Cost(_) => cost(findings).unwrap_or(f64::NAN),
        Spend::Nodes => nodes(&findings.scenario) as f64,
    }
}

fn cost(findings: &Findings) -> Option<f64> {
    findings.cost.as_ref()?.metric("total_cost")?.estimate.point
}

/// Nodes of a scenario, counted and named ones.
#[must_use]
pub fn nodes(scenario: &Scenario) -> usize {
    let is_node = |kind| matches!(kind, PopulationKind::Nodes | PopulationKind::Node);
    scenario.unit_population.iter().filter(|population| is_node(scenario.populations[**population].kind)).count()
}

fn steps(points: &[FrontPoint], best: &[usize]) -> Vec<FrontStep> {
    let pairs = best.windows(2).map(|pair| (points[pair[0]], points[pair[1]]));
    pairs
        .filter_map(|(from, to)| {
            let nines = libm::log10(from.value / to.value);
            let measurable = !from.bound && nines.is_finite() && nines > 0.0;
            let spend = to.spend - from.spend;
            measurable.then_some(FrontStep { from: from.design, to: to.design, spend, nines, at_least: to.bound })
        })
        .collect()
}

/// True when a design promises something that was judged and keeps all of it.
#[must_use]
pub fn keeps_all(findings: &Findings) -> bool {
    let any = |judgement| findings.verdicts.iter().any(|verdict| verdict.judgement == judgement);
    !any(Judgement::Missed) && (any(Judgement::Met) || any(Judgement::AtRisk))
}

/// The design on which least is spent among those that keep every promise; of several alike the first.
#[must_use]
pub fn cheapest(designs: &[&Findings]) -> Option<usize> {
    let spend = spend_of(designs);
    let kept = designs.iter().enumerate().filter(|(_, findings)| keeps_all(findings));
    let spent = kept.map(|(design, findings)| (design, spent(findings, spend)));
    spent.min_by(|left, right| left.1.total_cmp(&right.1).then(left.0.cmp(&right.0))).map(|(design, _)| design)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(design: usize, spend: f64, value: f64, bound: bool) -> FrontPoint {
        FrontPoint { design, spend, value, low: None, high: None, bound }
    }

    /// 1 % to 0.1 % for ten more is ten a nine; 0.1 % to at most 0.001 % for ten more at most five.
    #[test]
    fn a_nine_costs_what_a_step_costs_over_the_nines_it_gains() {
        let points = [
            point(0, 10.0, 1e-2, false),
            point(1, 20.0, 1e-3, false),
            point(2, 25.0, 5e-3, false),
            point(3, 30.0, 1e-5, true),
            point(4, 40.0, 1e-5, true),
        ];
        let best = best(&points);
        assert_eq!(best, [0, 1, 3], "of two that were never down the cheaper one");
        let steps = steps(&points, &best);
        let found: Vec<_> = steps.iter().map(|step| (step.from, step.to, step.per_nine(), step.at_least)).collect();
        assert_eq!(found.len(), 2);
        assert!((found[0].2 - 10.0).abs() < 1e-9 && (found[1].2 - 5.0).abs() < 1e-9, "{found:?}");
        assert_eq!((found[0].0, found[0].1, found[0].3, found[1].3), (0, 1, false, true));
        // Too few trials: the bound lies above what another design reaches, and nothing can be said of nines.
        let vague = [point(0, 10.0, 1e-4, false), point(1, 20.0, 1e-2, true)];
        assert!(super::steps(&vague, &super::best(&vague)).is_empty());
    }
}

//! An account of what never was, for the tests of the renderers.

use super::fixtures::{bins, interval, measured, ordinary};
use crate::estimate::{Basis, Estimate, Quantile, Quantiles};
use crate::id::Id as _;
use crate::metric::{COST_METRICS, position};
use crate::model::{Cause, ClassId, CostItem, DomainId, ServiceId};
use crate::quantity::Currency;
use crate::study::{Bin, CostFindings, Findings, ItemCost, ServiceCost};

fn of(key: &str, estimate: Estimate) -> crate::study::Measured {
    measured(&COST_METRICS[position(&COST_METRICS, key).unwrap()].about, estimate, None)
}

fn years(mean: f64, levels: [f64; 3], max: f64) -> Estimate {
    let at = |point: f64| Quantile { point, low: Some(point * 0.95), high: Some(point * 1.05) };
    let quantiles = Quantiles { p50: at(levels[0]), p95: at(levels[1]), p99: at(levels[2]), max };
    Estimate { quantiles: Some(quantiles), ..interval(mean, mean * 0.02) }
}

/// An account of two services; most years are quiet.
pub fn account() -> CostFindings {
    let (pay, reports) = (ServiceId::new(0), ServiceId::new(2));
    let line = |item, yearly: f64, spread: f64| ItemCost {
        item,
        yearly,
        low: Some(yearly - spread),
        high: Some(yearly + spread),
    };
    let mut spread: Vec<Bin> = bins(60_000.0, 6.0, 4000.0);
    for bin in &mut spread {
        (bin.from, bin.to) = (bin.from + 500_000.0, bin.to + 500_000.0);
    }
    spread.insert(0, Bin { from: 500_000.0, to: 500_000.5, count: 16_000 });
    let dearest = spread.iter().map(|bin| bin.to).fold(0.0, f64::max);
    CostFindings {
        currency: Currency::new("CNY").unwrap(),
        metrics: vec![
            of("total_cost", years(530_000.0, [500_000.0, 640_000.0, 980_000.0], dearest)),
            of("running_cost", years(500_000.0, [500_000.0; 3], 500_000.0)),
            of("expected_loss", years(30_000.0, [0.0, 140_000.0, 480_000.0], dearest - 500_000.0)),
            of("sla_credits", interval(1200.0, 80.0)),
            of("energy_kwh", Estimate { point: Some(23_668.2), basis: Basis::Interval, ..Estimate::NOTHING }),
        ],
        items: vec![
            line(CostItem::Nodes(ClassId::new(0)), 420_000.0, 0.0),
            line(CostItem::Place(DomainId::new(0)), 63_432.26, 0.0),
            line(CostItem::Energy, 16_567.74, 12.0),
            line(CostItem::Downtime(pay), 22_000.0, 1500.0),
            line(CostItem::Downtime(reports), 6800.0, 300.0),
            line(CostItem::Credits(pay), 1200.0, 80.0),
        ],
        causes: vec![(Cause::Class(ClassId::new(0)), 26_000.0), (Cause::Detection, 2800.0)],
        parts: vec![
            (pay, Cause::Class(ClassId::new(0)), 20_000.0),
            (pay, Cause::Detection, 2000.0),
            (reports, Cause::Class(ClassId::new(0)), 6000.0),
            (reports, Cause::Detection, 800.0),
        ],
        services: vec![
            ServiceCost { service: pay, running: 0.0, loss: 23_200.0 },
            ServiceCost { service: reports, running: 0.0, loss: 6800.0 },
        ],
        years: spread,
        fixed: 483_432.26,
    }
}

/// The ordinary findings with an account.
pub fn with_cost() -> Findings {
    Findings { cost: Some(account()), ..ordinary() }
}

/// An account with everything that can go wrong with numbers.
pub fn spoil(cost: &mut CostFindings) {
    for (nth, line) in cost.items.iter_mut().enumerate() {
        line.yearly = [f64::NAN, f64::INFINITY, 1e300, 0.0][nth % 4];
        line.low = Some(f64::NAN);
    }
    cost.metrics[0].estimate = Estimate { high: Some(f64::INFINITY), ..years(f64::NAN, [f64::NAN; 3], 1e308) };
    cost.years.push(Bin { from: f64::NAN, to: 1.0, count: 3 });
    cost.years.push(Bin { from: 1e300, to: f64::INFINITY, count: u64::MAX / 1_000_000 });
}

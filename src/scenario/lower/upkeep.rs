//! How much there is to do for data: jobs, test restores, rebuilds and plans, as expectations.

use super::volume::{Places, Roots, Sum, times, turns};
use crate::id::Id as _;
use crate::model::{Action, Scenario};
use crate::quantity::words::duration;

/// Events of a backup job: due, under way, done, and the log after it.
const JOB_EVENTS: f64 = 4.0;
/// Events of a lost fragment set: noticed, under way, whole again.
const REBUILD_EVENTS: f64 = 4.0;
/// Fragments of a node that are gone through in the time of an event.
const GONE_THROUGH: f64 = 100.0;
/// Events of a recovery from loss to resumption.
const RECOVERY_EVENTS: f64 = 12.0;

/// What data cost in events.
pub(super) fn data(scenario: &Scenario, places: &Places, roots: &Roots, sum: &mut Sum) {
    let horizon = scenario.horizon.as_seconds();
    for backup in &scenario.backups {
        let jobs: usize = backup.jobs.iter().map(|job| job.starts.len()).sum();
        let tests = backup.verify.map_or(0.0, |verify| turns(horizon, verify.every.as_seconds()));
        sum.add(JOB_EVENTS * jobs as f64 + 2.0 * tests, places.backup(&backup.name), |count| {
            format!("`{}` would have {count} events in a trial: {jobs} jobs over {}", backup.name, duration(horizon))
        });
    }
    for copy in &scenario.copies {
        let dataset = &scenario.datasets[copy.dataset];
        let fragments = f64::from(copy.stripes) * f64::from(copy.scheme.width());
        let each = (fragments / copy.hosts.len().max(1) as f64 / GONE_THROUGH).max(1.0);
        let mut losses = 0.0;
        for host in &copy.hosts {
            let class = scenario.populations[scenario.unit_population[*host]].class;
            losses += roots.losses[class] + roots.destroyed[host.index()];
        }
        let nodes = copy.hosts.len() as f64;
        let hidden = copy.latent.map_or(0.0, |latent| {
            let scrubs = latent.scrub_every.map_or(0.0, |every| turns(horizon, every.as_seconds()));
            2.0 * nodes * turns(horizon, latent.mean_seconds) + scrubs
        });
        sum.add(times(losses, REBUILD_EVENTS * each) + hidden, places.dataset(&dataset.name), |count| {
            format!(
                "`{}` would have {count} events in a trial: {} nodes that lose {} fragments each time, over {}",
                dataset.name,
                super::grouped(copy.hosts.len() as u64),
                super::grouped((fragments / nodes.max(1.0)) as u64),
                duration(horizon)
            )
        });
    }
    for (id, threat) in scenario.threats.enumerate() {
        let spoiled: usize = threat
            .effects
            .iter()
            .map(|effect| if let Action::Spoil(spoil) = &effect.action { spoil.datasets.len() } else { 0 })
            .sum();
        sum.add(times(roots.strikes[id], RECOVERY_EVENTS * spoiled as f64), places.threats[id.index()], |count| {
            format!("`{}` would have {spoiled} datasets restored in {count} events of a trial", threat.name)
        });
    }
    for plan in &scenario.plans {
        let calls: f64 = plan.threats.iter().map(|threat| roots.strikes[*threat]).sum();
        let tries: f64 = plan.steps.iter().map(|step| 3.0 / step.succeeds.get()).sum();
        sum.add(times(calls, tries), places.plan(&plan.name), |count| {
            format!("plan `{}` would make {count} events in a trial: {} steps each time", plan.name, plan.steps.len())
        });
    }
}

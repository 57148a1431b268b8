//! How old the point of a periodic backup is when a dataset of a scenario is lost at a random moment.

use super::Prediction;
use super::data_loss::{host_rates, lone_copy};
use super::world::World;
use crate::model::{
    Action, Backup, DataCopy, Dataset, DatasetId, Distribution, JobKind, Occurs, Retention, Store, Subject,
};
use crate::quantity::{Bandwidth, Span};

/// Above this share of itself by which losses in quick succession may move it, the mean is not given.
const MOVED_MAX: f64 = 0.02;

/// Shares of points below this are left out of the sum over failed jobs.
const SHARE_MIN: f64 = 1e-15;

/// Recovery time counts so many times in the bound: what is waited for is not worked out here.
const WAITS: f64 = 3.0;

/// Jobs of a backup as they run when nothing goes wrong.
struct Jobs {
    /// When they start, seconds, ascending.
    starts: Vec<f64>,
    /// Seconds that each takes.
    takes: f64,
    /// Chance that one fails.
    fails: f64,
    /// Seconds between two pieces of log.
    log: Option<f64>,
}

/// Mean recovery point of a dataset with one periodic backup that is lost by chance.
///
/// A loss at a uniformly random moment of the horizon finds the newest point whose job was done. Losses that follow each other so quickly that
/// jobs were missed in between are not covered but bounded: the value is right to within that. `None` without a backup.
pub(super) fn recovery_point(world: &World<'_>, id: DatasetId) -> Result<Option<Prediction>, String> {
    let scenario = world.scenario;
    let mut backups = scenario.backups.iter().filter(|backup| backup.of == id);
    let backup = match (backups.next(), backups.next()) {
        (Some(backup), None) => backup,
        (None, _) => return Ok(None),
        (Some(_), Some(_)) => return Err("it has several backups".to_owned()),
    };
    let (copy, dataset) = (lone_copy(world, id)?, &scenario.datasets[id]);
    let jobs = jobs(world, copy, dataset, backup)?;
    let horizon = scenario.horizon.as_seconds();
    let (rate, mended) = losses(world, copy)?;
    let mean = jobs.mean_age(horizon).ok_or("no job is done within the horizon")?;
    let gap = jobs.starts.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    let recovery = recovery_s(world, dataset, backup) + mended;
    // A loss within this time after another may find jobs missing, and then a point that is older by about as much; and no moment is rarer or
    // likelier for a loss than that leaves it. Where fragments are mended the first losses come a little later than the rest.
    let cycle = 2.0 * gap + jobs.takes + WAITS * recovery;
    let settling = if copy.scheme.tolerance() > 0 { 10.0 * mended / horizon } else { 0.0 };
    let within = rate * cycle * (mean + cycle) + settling * mean;
    if within > MOVED_MAX * mean {
        return Err("it is lost so often that jobs are missed".to_owned());
    }
    let method = format!("newest of {} jobs at a random moment, right to {:.2} %", jobs.starts.len(), {
        // Rounded upwards.
        libm::ceil(within / mean * 1e4) / 100.0
    });
    Ok(Some(Prediction { subject: Subject::Dataset(id), metric: "recovery_point_s", value: mean, within, method }))
}

impl Jobs {
    /// Mean age of the newest good point over all moments up to the horizon that have one; `None` where none has.
    fn mean_age(&self, horizon: f64) -> Option<f64> {
        let (mut ages, mut time) = (0.0, 0.0);
        for (nth, start) in self.starts.iter().enumerate() {
            let from = start + self.takes;
            let until = self.starts.get(nth + 1).map_or(horizon, |next| (next + self.takes).min(horizon));
            if from >= until {
                break;
            }
            if let Some(log) = self.log {
                let since = |age: f64| {
                    let pieces = libm::floor(age / log);
                    let rest = age - pieces * log;
                    0.5 * (pieces * log * log + rest * rest)
                };
                ages += since(until - start) - since(from - start);
                time += until - from;
                continue;
            }
            // This one is good, or it failed and the one before is, and so on.
            let mut share = 1.0 - self.fails;
            for point in self.starts[..=nth].iter().rev() {
                ages += share * (until - from) * (f64::midpoint(from, until) - point);
                time += share * (until - from);
                share *= self.fails;
                if share < SHARE_MIN {
                    break;
                }
            }
        }
        (time > 0.0).then(|| ages / time)
    }
}

fn jobs(world: &World<'_>, copy: &DataCopy, dataset: &Dataset, backup: &Backup) -> Result<Jobs, String> {
    let scenario = world.scenario;
    let store = &scenario.stores[backup.to];
    let fails = 1.0 - backup.fails_loudly.complement().get() * backup.fails_silently.complement().get();
    let fulls = backup.jobs.iter().all(|job| job.kind == JobKind::Full);
    let shared = scenario.backups.iter().filter(|other| other.to == backup.to).count() > 1;
    let limit = Bandwidth::least([
        backup.rate,
        scenario.disk_rate(dataset.copies.nth(0)),
        store.write_rate.map(|rate| rate.scaled(backup.reduction)),
    ]);
    let obstacles = [
        (copy.latent.is_some(), "bad places show late"),
        (backup.copies.is_some(), "its backup copies another"),
        (backup.jobs.iter().any(|job| job.kind == JobKind::Snapshot), "snapshots are lost with the data"),
        (backup.key_lost.get() > 0.0, "the key of its backup can be lost"),
        (store.domain.is_some(), "the store of its backup can be out of reach"),
        (shared, "other backups go to the same store"),
        (store.capacity.is_some(), "the store of its backup has limited room"),
        (limit.is_some() && !fulls, "its jobs take different times"),
        (
            fails > 0.0 && !(fulls && backup.keep == Retention::default()),
            "bad points break chains or outlive good ones",
        ),
        (fails > 0.0 && backup.log.is_some(), "its log builds on points that can be bad"),
        (backup.fails_silently.get() > 0.0 && backup.verify.is_some(), "bad points are found by restore tests"),
        (dataset.recovery.works.get() < 1.0, "restores fall back to older points"),
        (dataset.recovery.staff.is_some(), "its restores wait for people"),
    ];
    if let Some((_, reason)) = obstacles.iter().find(|(holds, _)| *holds) {
        return Err((*reason).to_owned());
    }
    let mut starts: Vec<f64> =
        backup.jobs.iter().flat_map(|job| job.starts.iter().map(|start| start.as_seconds())).collect();
    starts.sort_by(f64::total_cmp);
    let takes = limit.map_or(0.0, |rate| dataset.size.get() as f64 / rate.bytes_per_second());
    if starts.windows(2).any(|pair| pair[1] - pair[0] < takes) {
        return Err("jobs are due before the last is done".to_owned());
    }
    Ok(Jobs { starts, takes, fails, log: backup.log.map(Span::as_seconds) })
}

/// Most losses per second, and the longest mean time until a node is there again.
fn losses(world: &World<'_>, copy: &DataCopy) -> Result<(f64, f64), String> {
    let scenario = world.scenario;
    if copy.hosts.iter().any(|unit| world.short_crew(*unit).is_some()) {
        return Err("repairs of its nodes may wait for a crew".to_owned());
    }
    let (mut rate, mut mended) = match host_rates(world, copy)? {
        None => (0.0, 0.0),
        Some((failure, mended)) => (failure * copy.hosts.len() as f64, 1.0 / mended),
    };
    for (id, threat) in scenario.threats.enumerate() {
        if !copy.hosts.iter().any(|unit| world.strikes_unit(threat, *unit)) {
            continue;
        }
        let ([effect], Occurs::Randomly { rate: often, season: None }) = (threat.effects.as_slice(), &threat.occurs)
        else {
            return Err(format!("threat `{}` strikes it otherwise than by destroying at a random moment", threat.name));
        };
        let triggered = scenario.threats.iter().any(|other| other.then.iter().any(|next| next.threat == id));
        if !matches!(effect.action, Action::Destroy(_)) || triggered {
            return Err(format!("threat `{}` strikes it otherwise than by destroying at a random moment", threat.name));
        }
        rate += often.per_second();
        mended = mended.max(effect.lasts.mean());
    }
    if rate > 0.0 { Ok((rate, mended)) } else { Err("nothing destroys it at a random moment".to_owned()) }
}

/// About how long a recovery takes once the nodes are there, in seconds.
fn recovery_s(world: &World<'_>, dataset: &Dataset, backup: &Backup) -> f64 {
    let store: &Store = &world.scenario.stores[backup.to];
    let of = |law: Option<&Distribution>| law.map_or(0.0, Distribution::mean);
    let all: usize = backup.jobs.iter().map(|job| job.starts.len()).sum();
    let fulls = backup.jobs.iter().find(|job| job.kind == JobKind::Full).map_or(1, |job| job.starts.len().max(1));
    let links = libm::ceil(all as f64 / fulls as f64);
    let recovery = &dataset.recovery;
    let limit = Bandwidth::least([
        recovery.rate,
        world.scenario.disk_rate(dataset.copies.nth(0)),
        store.read_rate.map(|rate| rate.scaled(backup.reduction)),
    ]);
    // The full and all that builds on it, each at most everything; and as much log.
    let bytes = links * dataset.size.get() as f64;
    let moving = limit.map_or(0.0, |rate| bytes / rate.bytes_per_second());
    let replaying = recovery.replay.map_or(0.0, |rate| dataset.size.get() as f64 / rate.bytes_per_second());
    let steps = [&recovery.prepare, &recovery.verify, &recovery.resume].map(|law| of(law.as_ref()));
    recovery.detect.mean()
        + recovery.decide.mean()
        + steps.iter().sum::<f64>()
        + of(store.transport.as_ref())
        + links * of(store.access.as_ref())
        + moving
        + replaying
}

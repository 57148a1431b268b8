//! Failover and detection.

use super::Lowering;
use super::topology::Topology;
use crate::id::{IdRange, IdVec};
use crate::model::{Class, ClassId, Detection, Distribution, Failback, Failover, FailoverMode, Probe, Role, UnitId};
use crate::quantity::{Probability, Rate, Span};
use crate::scenario::written::read::{At, Item};
use crate::scenario::written::service::{FailoverWord, Service as Written, Switching, Threshold};

/// An interquartile range of the normal law in standard deviations: 2 · 0.6745.
const IQR: f64 = 1.348_979_500_392_163_5;

impl Lowering<'_> {
    pub(super) fn failover(&mut self, item: &Item<Written>, places: usize) -> Failover {
        let fixed = |minutes: f64| Some(Distribution::Fixed { value: 60.0 * minutes });
        // Defaults are assumptions of this project; the order of magnitude is what each mode is chosen for.
        let (mode, written, switch, scale_up, capacity) = match item.value.failover.as_ref().map(|word| &word.value) {
            None | Some(FailoverWord::ActiveActive) => (FailoverMode::ActiveActive, None, fixed(0.0), None, 1.0),
            Some(FailoverWord::BackupRestore(own)) => (FailoverMode::BackupRestore, Some(own), None, None, 1.0),
            Some(FailoverWord::PilotLight(own)) => (FailoverMode::PilotLight, Some(own), fixed(10.0), fixed(30.0), 0.1),
            Some(FailoverWord::WarmStandby(own)) => {
                (FailoverMode::WarmStandby, Some(own), fixed(5.0), fixed(10.0), 0.5)
            }
            Some(FailoverWord::HotStandby(own) | FailoverWord::ActivePassive(own)) => {
                (FailoverMode::HotStandby, Some(own), fixed(1.0), None, 1.0)
            }
        };
        if let (Some(word), true, 1) = (&item.value.failover, mode != FailoverMode::ActiveActive, places) {
            self.problems
                .follows(
                    "standby-without-place",
                    word.place,
                    format!("`{}` has one place and nothing to fail over to", item.name),
                )
                .help("add a second place to `replicas`, or use `active-active`");
        }
        let empty = Switching::default();
        let own = written.unwrap_or(&empty);
        let switch = self.maybe_law(own.switch.as_ref()).or(switch);
        let switch = switch.unwrap_or_else(|| {
            // Where it uses data, their restore is what takes the time.
            if let (Some(word), None) = (&item.value.failover, &item.value.uses) {
                self.problems
                    .follows("missing-key", word.place, "`switch` is missing: how long the whole restore takes")
                    .help(
                        "write `failover = { backup-restore = { switch = \"12h\" } }`, or name the datasets in `uses`",
                    );
            }
            Distribution::Fixed { value: 0.0 }
        });
        let capacity = match &own.capacity {
            None => Probability::new(capacity).unwrap_or(Probability::ONE),
            Some(written) => written.value,
        };
        if let (Some(written), true) =
            (&own.works, own.works.as_ref().is_some_and(|works| works.value == Probability::ZERO))
        {
            self.problems
                .error("out-of-range", written.place, "a failover that never works would be tried for ever")
                .help("use more than 0 %");
        }
        Failover {
            mode,
            switch,
            scale_up: self.maybe_law(own.scale_up.as_ref()).or(scale_up),
            standby_capacity: capacity,
            works: own.works.as_ref().map_or(Probability::ONE, |works| works.value),
            failback: own.failback.as_ref().and_then(|failback| {
                let after = failback.value.after.as_ref()?.value;
                Some(Failback { after, takes: self.law(failback.value.takes.as_ref()?)? })
            }),
        }
    }

    pub(super) fn detection(
        &mut self,
        item: &Item<Written>,
        tree: &Topology,
        classes: &IdVec<ClassId, Class>,
        standby: bool,
    ) -> Detection {
        let default = Probe { every: Span::from_seconds(10.0), missed: 3, detects: Probability::ONE };
        let nothing = Rate::default();
        let Some(written) = &item.value.detection else {
            return Detection {
                probes: vec![default],
                person: None,
                decide: None,
                false_alarms: nothing,
                monitors: Vec::new(),
            };
        };
        if !standby {
            self.problems
                .warn(
                    "no-effect",
                    written.place,
                    format!("`detection` has no effect: `{}` is active-active", item.name),
                )
                .help("only a failover waits for detection");
        }
        let written = &written.value;
        let mut probes = Vec::new();
        let mut alarms = written.false_alarms.as_ref().map_or(0.0, |rate| rate.value.per_second());
        if let Some(heartbeat) = &written.heartbeat {
            let own = &heartbeat.value;
            let probe = Probe {
                every: own.every.as_ref().map_or(default.every, |every| every.value),
                missed: own.missed.as_ref().map_or(default.missed, |missed| missed.value),
                detects: own.detects.as_ref().map_or(default.detects, |detects| detects.value),
            };
            if probe.every == Span::ZERO || probe.missed == 0 {
                let message = "a heartbeat needs an interval and at least one missed beat";
                self.problems
                    .error("zero-interval", heartbeat.place, message)
                    .help("use `every = \"10 s\", missed = 3`");
            }
            if probe.detects == Probability::ZERO {
                self.problems
                    .error("out-of-range", heartbeat.place, "a heartbeat that never detects")
                    .help("leave it out, or use more than 0 %");
            }
            probes.push(probe);
        }
        if let Some(threshold) = &written.threshold
            && let Some((probe, false_alarms)) = self.threshold(threshold)
        {
            probes.push(probe);
            alarms += false_alarms;
        }
        if probes.is_empty() && written.person.is_none() {
            probes.push(default);
        }
        Detection {
            probes,
            person: self.maybe_law(written.person.as_ref()),
            decide: self.maybe_law(written.decide.as_ref()),
            false_alarms: Rate::new_per_second(alarms).unwrap_or(nothing),
            monitors: self.monitors(written.monitors.as_ref(), tree, classes),
        }
    }

    /// A threshold rule as a probe, and its false alarms per second.
    fn threshold(&mut self, threshold: &At<Threshold>) -> Option<(Probe, f64)> {
        let written = &threshold.value;
        let (every, iqr, shift) = (written.every.as_ref()?, written.iqr.as_ref()?, written.shift.as_ref()?);
        let missed = written.in_a_row.as_ref().map_or(1, |in_a_row| in_a_row.value);
        if every.value == Span::ZERO || missed == 0 || missed > 1000 {
            self.problems
                .error(
                    "zero-interval",
                    threshold.place,
                    "a threshold rule needs an interval and 1 to 1000 samples in a row",
                )
                .help("use `every = \"1 min\", in-a-row = 2`");
            return None;
        }
        for value in [iqr, shift] {
            if !(0.0..=1000.0).contains(&value.value) {
                let message = format!("`{}` interquartile ranges are not between 0 and 1000", value.value);
                self.problems
                    .error("out-of-range", value.place, message)
                    .help("3 is a usual threshold, 6 a clear shift");
                return None;
            }
        }
        let power = |chance: f64| libm::pow(chance, f64::from(missed));
        let detects = power(normal_cdf(IQR * (shift.value - iqr.value)));
        let alarm = power(normal_cdf(-IQR * iqr.value));
        let Some(detects) = Probability::new(detects).filter(|detects| detects.get() > 1e-12) else {
            self.problems
                .error("out-of-range", threshold.place, "the rule practically never sees a failure")
                .help("make `shift` larger than `iqr`");
            return None;
        };
        Some((Probe { every: every.value, missed, detects }, alarm / every.value.as_seconds()))
    }

    fn monitors(
        &mut self,
        names: Option<&At<crate::scenario::written::Names>>,
        tree: &Topology,
        classes: &IdVec<ClassId, Class>,
    ) -> Vec<IdRange<UnitId>> {
        let mut ranges = Vec::new();
        for name in names.map_or(&[][..], |names| names.value.as_slice()) {
            if let Some(unit) = tree.nodes.get(&name.value) {
                let at = crate::id::Id::index(*unit);
                ranges.push(IdRange::new(at, at + 1));
                continue;
            }
            let Some(domain) = self.domain_named(name, tree) else { continue };
            let units = tree.domains[domain].units;
            let (units, before) = (units.positions(), ranges.len());
            let first = tree
                .populations
                .as_slice()
                .partition_point(|population| population.units.positions().end <= units.start);
            for population in &tree.populations.as_slice()[first..] {
                let inside = population.units.positions();
                if inside.start >= units.end {
                    break;
                }
                if classes[population.class].role == Role::Monitoring {
                    ranges.push(IdRange::new(inside.start.max(units.start), inside.end.min(units.end)));
                }
            }
            if ranges.len() == before {
                self.problems
                    .error("no-monitor", name.place, format!("`{}` has no monitoring nodes", name.value))
                    .help("give its nodes a class with `role = \"monitoring\"`");
            }
        }
        ranges
    }
}

/// Distribution function of the standard normal law.
fn normal_cdf(z: f64) -> f64 {
    libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_lies_beyond_half_an_interquartile_range() {
        assert!((normal_cdf(-IQR / 2.0) - 0.25).abs() < 1e-12);
    }
}

//! Threats: when, where, what they do and what they set off.

use super::calendar::Clock;
use super::component::title;
use super::strike::widest;
use super::topology::Topology;
use super::{Lowering, Names};
use crate::id::{Id as _, IdVec};
use crate::model::{
    Action, Cascade, DatasetId, Disruption, Distribution, Effect, LinkId, Occurs, PlantId, Reach, ServiceId, Spoil,
    Threat, ThreatId,
};
use crate::quantity::{Probability, Rate, SimTime, Span};
use crate::scenario::kinds::{Hours, KINDS, Passing};
use crate::scenario::source::Place;
use crate::scenario::written::Names as WrittenNames;
use crate::scenario::written::data::{ReachWord, SpoilFields};
use crate::scenario::written::read::{At, Item};
use crate::scenario::written::threat::{DisruptionWord, EffectWord, KindWord, OccursFields, Threat as Written, When};

/// What threats refer to.
pub(super) struct Ground<'g> {
    pub(super) tree: &'g Topology,
    pub(super) plants: &'g Names<PlantId>,
    pub(super) links: &'g Names<LinkId>,
    pub(super) services: &'g Names<ServiceId>,
    pub(super) datasets: &'g Names<DatasetId>,
    pub(super) threats: Names<ThreatId>,
    pub(super) clock: &'g Clock,
    pub(super) horizon: Span,
}

impl Lowering<'_> {
    pub(super) fn threats(&mut self, mut ground: Ground<'_>) -> (IdVec<ThreatId, Threat>, Names<ThreatId>) {
        let items = self.items(self.file.threats.as_ref(), "threats");
        ground.threats = items.iter().enumerate().map(|(at, item)| (item.name.clone(), ThreatId::new(at))).collect();
        let all: Vec<(Written, bool)> = items.iter().map(|item| self.like(item, items, &ground.threats)).collect();
        let triggered: std::collections::BTreeSet<&str> = all
            .iter()
            .flat_map(|(written, _)| written.then.iter().flat_map(|then| &then.value))
            .filter_map(|then| then.value.threat.as_ref().map(|threat| threat.value.as_str()))
            .collect();
        let mut lowered = IdVec::new();
        for (item, (written, broken)) in items.iter().zip(&all) {
            self.problems.muted = *broken;
            let threat = self.threat(item, written, &ground);
            let dateless = written.occurs.is_none() && written.at.is_none();
            if dateless && !triggered.contains(item.name.as_str()) {
                self.problems
                    .warn("never-happens", item.place, format!("threat `{}` never happens", item.name))
                    .help("give it `occurs` or `at`, or name it in `then` of another threat");
            }
            lowered.push(threat);
        }
        self.problems.muted = false;
        let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
        let edges: Vec<Vec<(usize, Place)>> = all
            .iter()
            .map(|(written, _)| {
                let then = written.then.iter().flat_map(|then| &then.value);
                let named = then.filter_map(|then| then.value.threat.as_ref());
                named.filter_map(|name| Some((ground.threats.get(&name.value)?.index(), name.place))).collect()
            })
            .collect();
        self.ordered(&names, &edges, "cascade-cycle", "threats set each other off in a circle");
        (lowered, ground.threats)
    }

    /// The fields of a threat with those of the threats it is like.
    fn like(&mut self, item: &Item<Written>, items: &[Item<Written>], names: &Names<ThreatId>) -> (Written, bool) {
        let (mut own, mut broken) = (item.value.clone(), item.broken);
        let mut seen = vec![item.name.as_str()];
        let mut like = item.value.like.as_ref();
        while let Some(At { place, value }) = like {
            let Some(other) = names.get(value).map(|id| &items[id.index()]) else {
                if seen.len() == 1 {
                    self.problems.unknown("unknown-threat", *place, "threat", value, names.keys().map(String::as_str));
                }
                return (own, true);
            };
            if seen.contains(&other.name.as_str()) || seen.len() > 50 {
                // Once for the circle, at the one written first.
                let first =
                    seen.iter().all(|name| names.get(*name).is_some_and(|id| items[id.index()].place >= item.place));
                if (other.name == item.name && first) || seen.len() > 50 {
                    let chain = format!("{}` > `{}", seen.join("` > `"), other.name);
                    self.problems.error(
                        "like-cycle",
                        *place,
                        format!("threats are like each other in a circle: `{chain}`"),
                    );
                }
                return (own, true);
            }
            seen.push(&other.name);
            broken |= other.broken;
            let lower = &other.value;
            // A scripted copy of a stochastic threat happens only when it is scripted, and the other way round.
            if own.occurs.is_none() && own.at.is_none() {
                own.occurs.clone_from(&lower.occurs);
                own.at.clone_from(&lower.at);
            }
            if own.kind.is_none() && own.effects.is_none() {
                own.kind.clone_from(&lower.kind);
                own.effects.clone_from(&lower.effects);
            }
            macro_rules! inherit {
                ($($field:ident)+) => { $(if own.$field.is_none() { own.$field.clone_from(&lower.$field); })+ };
            }
            inherit!(title strikes warning disruption then);
            like = lower.like.as_ref();
        }
        (own, broken)
    }

    fn threat(&mut self, item: &Item<Written>, written: &Written, ground: &Ground<'_>) -> Threat {
        let target = self.target(item, written, ground);
        let (kind, effects) = self.effects(item, written, ground);
        let disruption = match written.disruption.as_ref().map(|word| &word.value) {
            Some(DisruptionWord::Software) => Disruption::Software,
            Some(DisruptionWord::Node) => Disruption::Node,
            Some(DisruptionWord::Rack) => Disruption::Rack,
            Some(DisruptionWord::Site) => Disruption::Site,
            Some(DisruptionWord::Region) => Disruption::Region,
            None => kind.and_then(|kind| KINDS[kind].disruption).unwrap_or_else(|| widest(&target, ground.tree)),
        };
        let then = written.then.as_ref().map_or(&[][..], |then| then.value.as_slice());
        let then = then.iter().filter_map(|then| self.cascade(&then.value, ground)).collect();
        Threat {
            name: item.name.clone(),
            title: title(written.title.as_ref(), &item.name),
            kind: kind.map_or("effects", |kind| KINDS[kind].key),
            disruption,
            occurs: self.occurs(item, written, ground),
            target,
            warning: written.warning.as_ref().map_or(Span::ZERO, |warning| warning.value),
            effects,
            then,
        }
    }

    fn cascade(&mut self, then: &crate::scenario::written::threat::Then, ground: &Ground<'_>) -> Option<Cascade> {
        let name = then.threat.as_ref()?;
        let Some(threat) = ground.threats.get(&name.value).copied() else {
            let known = ground.threats.keys().map(String::as_str);
            self.problems.unknown("unknown-threat", name.place, "threat", &name.value, known);
            return None;
        };
        Some(Cascade {
            threat,
            chance: then.chance.as_ref().map_or(Probability::ONE, |chance| chance.value),
            after: self.maybe_law(then.after.as_ref()).unwrap_or(Distribution::Fixed { value: 0.0 }),
        })
    }

    fn occurs(&mut self, item: &Item<Written>, written: &Written, ground: &Ground<'_>) -> Occurs {
        match (&written.occurs, &written.at) {
            (Some(occurs), Some(at)) => {
                self.problems
                    .error(
                        "at-and-occurs",
                        at.place.max(occurs.place),
                        format!("`{}` has both `at` and `occurs`", item.name),
                    )
                    .help("make two threats; the second may be `like` the first");
                Occurs::Triggered
            }
            (Some(occurs), None) => self.randomly(&occurs.value, occurs.place, ground),
            (None, Some(at)) => {
                let mut moments = Vec::new();
                for when in &at.value.0 {
                    let moment = match when.value {
                        When::After(span) => Some(SimTime::ZERO + span),
                        When::Date(date) => {
                            self.skipped_hour(date.0, when.place, ground.clock);
                            ground.clock.moment(date.0)
                        }
                    };
                    match moment {
                        None => {
                            self.problems
                                .error("before-start", when.place, "this moment lies before the start")
                                .help("strike later, or set `start` earlier");
                        }
                        Some(moment) if moment.since(SimTime::ZERO) >= ground.horizon => {
                            self.problems
                                .warn("after-horizon", when.place, "this moment lies after the horizon and never comes")
                                .help("strike earlier, or make `horizon` longer");
                        }
                        Some(moment) => moments.push(moment),
                    }
                }
                moments.sort_unstable();
                moments.dedup();
                Occurs::At(moments)
            }
            (None, None) => Occurs::Triggered,
        }
    }

    fn randomly(&mut self, occurs: &OccursFields, place: Place, ground: &Ground<'_>) -> Occurs {
        let season = occurs.season.as_ref().and_then(|season| self.season(season, ground.clock));
        let rate = match (&occurs.rate, &occurs.mean_interval) {
            (Some(rate), None) => Some((rate.value, rate.place)),
            (None, Some(interval)) => {
                let rate = 1.0 / interval.value.as_seconds();
                match Rate::new_per_second(rate) {
                    Some(rate) => Some((rate, interval.place)),
                    None => {
                        self.problems
                            .error("zero-interval", interval.place, "a mean interval of zero")
                            .help("say how much time lies between two on average");
                        None
                    }
                }
            }
            (rate, _) => {
                let found = if rate.is_some() { "both" } else { "none" };
                if rate.is_some() || !occurs.broken {
                    self.problems
                        .error(
                            "one-of",
                            place,
                            format!("expected exactly one of `rate`, `mean-interval`, found {found}"),
                        )
                        .help("write `occurs = { mean-interval = \"60 years\" }`");
                }
                None
            }
        };
        let Some((rate, place)) = rate else { return Occurs::Triggered };
        // More than one strike a second is a slip of the unit and would run for ever.
        if rate.per_second() > 1.0 {
            self.problems.error("out-of-range", place, "more than one strike per second").help("check the unit");
        } else if rate.per_second() == 0.0 {
            self.problems.warn("never-happens", place, "a rate of zero never happens");
        }
        Occurs::Randomly { rate, season }
    }

    fn effects(
        &mut self,
        item: &Item<Written>,
        written: &Written,
        ground: &Ground<'_>,
    ) -> (Option<usize>, Vec<Effect>) {
        match (&written.kind, &written.effects) {
            (Some(kind), None) => (Some(kind.value.index), self.preset(&kind.value, ground)),
            (None, Some(effects)) => {
                if effects.value.is_empty() {
                    self.problems
                        .follows("empty-list", effects.place, format!("threat `{}` does nothing", item.name))
                        .help("list at least one of `destroy`, `suspend`, `sever`, `slow`, `spoil`");
                }
                (None, effects.value.iter().filter_map(|effect| self.effect(&effect.value, ground)).collect())
            }
            (Some(kind), Some(effects)) => {
                self.problems
                    .error(
                        "kind-and-effects",
                        effects.place.max(kind.place),
                        format!("`{}` has both `kind` and `effects`", item.name),
                    )
                    .help("keep one of them");
                (None, Vec::new())
            }
            (None, None) => {
                self.problems
                    .follows("missing-key", item.place, format!("threat `{}` does nothing", item.name))
                    .help("write `kind = \"flood\"` or `effects = [{ suspend = { lasts = \"4h\" } }]`");
                (None, Vec::new())
            }
        }
    }

    fn effect(&mut self, effect: &EffectWord, ground: &Ground<'_>) -> Option<Effect> {
        let (action, lasts) = match effect {
            EffectWord::Destroy(own) => {
                let share = own.share.as_ref().map_or(Probability::ONE, |share| share.value);
                (Action::Destroy(share), own.lasts.as_ref()?)
            }
            EffectWord::Suspend(own) => (Action::Suspend, own.lasts.as_ref()?),
            EffectWord::Sever(own) => (Action::Sever, own.lasts.as_ref()?),
            EffectWord::Slow(own) => (Action::Slow(own.to.as_ref()?.value), own.lasts.as_ref()?),
            EffectWord::Spoil(own) => return Some(self.spoil(own, ground)),
        };
        Some(Effect { action, lasts: self.law(lasts)? })
    }

    /// Data that go wrong; its length is the time until it shows.
    fn spoil(&mut self, own: &SpoilFields, ground: &Ground<'_>) -> Effect {
        let reach = match own.reaches.as_ref().map(|word| &word.value) {
            None | Some(ReachWord::Nothing) => Reach::Nothing,
            Some(ReachWord::Snapshots) => Reach::Snapshots,
            Some(ReachWord::Online) => Reach::Online,
            Some(ReachWord::Place) => Reach::Place,
        };
        if let (Some(segments), false) = (&own.segments, reach == Reach::Online) {
            self.problems
                .error("foreign-key", segments.place, "`segments` belongs to `reaches = \"online\"`")
                .help("drop it, or let the threat reach what is online");
        }
        let spoil = self.spoiled(own.datasets.as_ref(), own.segments.as_ref(), reach, ground);
        let lasts = self.maybe_law(own.found.as_ref()).unwrap_or(Distribution::Fixed { value: 0.0 });
        Effect { action: Action::Spoil(spoil), lasts }
    }

    fn spoiled(
        &mut self,
        datasets: Option<&At<WrittenNames>>,
        segments: Option<&At<WrittenNames>>,
        reach: Reach,
        ground: &Ground<'_>,
    ) -> Spoil {
        let names = datasets.map(|names| names.value.as_slice());
        let segments = segments.iter().flat_map(|names| &names.value).map(|name| name.value.clone()).collect();
        Spoil { datasets: self.named(names, ground.datasets, "unknown-dataset", "dataset"), reach, segments }
    }

    /// The effects of a kind with the scenario's own numbers.
    fn preset(&mut self, written: &KindWord, ground: &Ground<'_>) -> Vec<Effect> {
        let (kind, own) = (&KINDS[written.index], &written.fields);
        let foreign = [
            ("destroys", own.destroys.as_ref().map(|at| at.place), kind.destroys.is_some()),
            ("replaced", own.replaced.as_ref().map(|at| at.place), kind.destroys.is_some()),
            (
                "lasts",
                own.lasts.as_ref().map(|at| at.place),
                !matches!(kind.passing, Passing::None | Passing::Spoil(_)),
            ),
            ("to", own.to.as_ref().map(|at| at.place), matches!(kind.passing, Passing::Slow(_))),
            ("found", own.found.as_ref().map(|at| at.place), matches!(kind.passing, Passing::Spoil(_))),
            ("spoils", own.spoils.as_ref().map(|at| at.place), matches!(kind.passing, Passing::Spoil(_))),
            ("segments", own.segments.as_ref().map(|at| at.place), kind.passing == Passing::Spoil(Reach::Online)),
        ];
        for (key, place, fits) in foreign {
            if let (Some(place), false) = (place, fits) {
                let known: Vec<&str> = foreign.iter().filter(|(.., fits)| *fits).map(|(key, ..)| *key).collect();
                self.problems
                    .error("foreign-key", place, format!("`{key}` means nothing for a `{}`", kind.key))
                    .help(format!("it takes `{}`; for anything else write `effects`", known.join("`, `")));
            }
        }
        let mut effects = Vec::new();
        if let Some((share, replaced)) = kind.destroys {
            let share = own.destroys.as_ref().map(|share| share.value).or_else(|| Probability::new(share));
            let lasts = self.maybe_law(own.replaced.as_ref()).unwrap_or_else(|| default_law(replaced));
            let share = share.unwrap_or(Probability::ONE);
            if share > Probability::ZERO {
                effects.push(Effect { action: Action::Destroy(share), lasts });
            }
        }
        let action = match kind.passing {
            Passing::None => None,
            Passing::Suspend => Some(Action::Suspend),
            Passing::Sever => Some(Action::Sever),
            Passing::Slow(to) => {
                let to = own.to.as_ref().map(|to| to.value).or_else(|| Probability::new(to));
                Some(Action::Slow(to.unwrap_or(Probability::ZERO)))
            }
            Passing::Spoil(reach) => {
                Some(Action::Spoil(self.spoiled(own.spoils.as_ref(), own.segments.as_ref(), reach, ground)))
            }
        };
        if let Some(action) = action {
            let lasts =
                self.maybe_law(own.lasts.as_ref().or(own.found.as_ref())).unwrap_or_else(|| default_law(kind.lasts));
            effects.push(Effect { action, lasts });
        }
        effects
    }
}

fn default_law(Hours(min, mode, max): Hours) -> Distribution {
    let [min, mode, max] = [min, mode, max].map(|hours| hours * 3600.0);
    if min < max { Distribution::Triangular { min, mode, max } } else { Distribution::Fixed { value: mode } }
}

//! Crews and component classes.

use super::{ClassIds, Lowering, Names};
use crate::id::IdVec;
use crate::model::{
    Age, Ages, Class, ClassId, Crew, CrewId, Distribution, Latent, Life, Maintenance, Role, Spares, WrongRepair,
};
use crate::quantity::Span;
use crate::scenario::source::Place;
use crate::scenario::written::law::AgeText;
use crate::scenario::written::read::{At, Item};
use crate::scenario::written::site::{AgesWord, ClassFields, Component, RoleWord};

/// Takes from `like` what is not written.
macro_rules! inherit {
    ($own:ident from $other:expr; $($field:ident)+) => {
        $(if $own.$field.is_none() { $own.$field.clone_from(&$other.$field); })+
    };
}

impl Lowering<'_> {
    pub(super) fn crews(&mut self) -> (IdVec<CrewId, Crew>, Names<CrewId>) {
        let mut crews = IdVec::new();
        let mut names = Names::new();
        for item in self.items(self.file.crews.as_ref(), "crews") {
            let people = item.value.people.as_ref().map_or(2, |people| people.value);
            if people == 0 || people > 1_000_000 {
                let place = item.value.people.as_ref().map_or(item.place, |people| people.place);
                self.problems.error("out-of-range", place, format!("a crew of `{people}`")).help("use 1 to 1 000 000");
            }
            let id = crews.push(Crew {
                name: item.name.clone(),
                title: title(item.value.title.as_ref(), &item.name),
                people,
            });
            names.insert(item.name.clone(), id);
        }
        (crews, names)
    }

    pub(super) fn classes(&mut self, crews: &Names<CrewId>) -> (IdVec<ClassId, Class>, ClassIds) {
        let items = self.items(self.file.classes.as_ref(), "classes");
        let positions: std::collections::BTreeMap<&str, usize> =
            items.iter().enumerate().map(|(at, item)| (item.name.as_str(), at)).collect();
        let mut classes = IdVec::new();
        let mut names = ClassIds::new();
        for item in items {
            let (fields, broken) = self.inherited(item, items, &positions);
            self.problems.muted = broken;
            let component = fields.component();
            let mut class = self.component(&component, &item.name, item.place, crews);
            self.problems.muted = false;
            class.title = title(fields.title.as_ref(), &item.name);
            class.role = match fields.role.as_ref().map(|role| &role.value) {
                None | Some(RoleWord::Compute) => Role::Compute,
                Some(RoleWord::Storage) => Role::Storage,
                Some(RoleWord::Network) => Role::Network,
                Some(RoleWord::Monitoring) => Role::Monitoring,
            };
            if let Some(room) = &fields.room {
                class.room = room.value;
                if room.value == 0 {
                    self.problems
                        .error("out-of-range", room.place, "a node with room for no replica")
                        .help("use a role such as `storage` for nodes that host nothing");
                }
            }
            class.disk = self.speed(fields.disk.as_ref());
            if let Some(share) = &fields.loses_data {
                class.loses_data = share.value;
            }
            let id = classes.push(class);
            if fields.price.is_some()
                || fields.running.is_some()
                || fields.power.is_some()
                || fields.repair_price.is_some()
            {
                self.priced_classes.push((id, fields));
            }
            names.insert(item.name.clone(), id);
        }
        (classes, names)
    }

    /// The fields of a class with those of the classes it is like.
    fn inherited(
        &mut self,
        item: &Item<ClassFields>,
        items: &[Item<ClassFields>],
        positions: &std::collections::BTreeMap<&str, usize>,
    ) -> (ClassFields, bool) {
        let (mut fields, mut broken) = (item.value.clone(), item.broken);
        let mut seen = vec![item.name.as_str()];
        let mut like = item.value.like.as_ref();
        while let Some(At { place, value }) = like {
            let Some(other) = positions.get(value.as_str()).map(|at| &items[*at]) else {
                if seen.len() == 1 {
                    self.problems.unknown("unknown-class", *place, "class", value, positions.keys().copied());
                }
                broken = true;
                break;
            };
            if seen.contains(&other.name.as_str()) {
                // Once for the circle, at the one written first.
                if other.name == item.name && seen.iter().all(|name| items[positions[name]].place >= item.place) {
                    let chain = format!("{}` > `{}", seen.join("` > `"), other.name);
                    self.problems.error(
                        "like-cycle",
                        *place,
                        format!("classes are like each other in a circle: `{chain}`"),
                    );
                }
                broken = true;
                break;
            }
            if seen.len() > 50 {
                self.problems.error("like-cycle", *place, "more than 50 classes are like one another in a row");
                broken = true;
                break;
            }
            seen.push(&other.name);
            broken |= other.broken;
            let lower = &other.value;
            // `works` and `life` exclude each other: writing one drops the inherited other.
            let exclusive = (fields.life.is_some(), fields.works.is_some());
            inherit!(fields from lower; title role room disk loses_data age ages logistics crew spares latent maintenance wrong_repair repair);
            inherit!(fields from lower; price running power repair_price);
            if !exclusive.1 {
                inherit!(fields from lower; life);
            }
            if !exclusive.0 {
                inherit!(fields from lower; works);
            }
            like = other.value.like.as_ref();
        }
        (fields, broken)
    }

    /// A class from the keys that nodes, plant and links share.
    pub(super) fn component(&mut self, written: &Component, name: &str, place: Place, crews: &Names<CrewId>) -> Class {
        if let (Some(life), Some(works)) = (&written.life, &written.works) {
            self.problems
                .error("works-and-life", works.place.max(life.place), format!("`{name}` has both `life` and `works`"))
                .help("keep `works` for a block that is up or down for a whole trial, `life` for one that breaks and is mended");
        }
        let life = match (&written.life, &written.works) {
            (Some(life), _) => self.positive_law(life, "the life").map_or(Life::Endless, Life::Drawn),
            (None, Some(works)) => Life::Static(works.value),
            (None, None) => Life::Endless,
        };
        if let (Some(life), None) = (&written.life, &written.repair) {
            self.problems
                .follows("missing-repair", life.place, format!("`{name}` has a `life` but no `repair`"))
                .help("say how long a repair takes, such as `repair = \"4h\"`");
        }
        if let (None, Some(age)) = (&written.life, &written.age) {
            self.problems.warn("no-effect", age.place, format!("`age` has no effect: `{name}` has no `life`"));
        }
        let repair =
            written.repair.as_ref().and_then(|law| self.law(law)).unwrap_or(Distribution::Fixed { value: 0.0 });
        let crew = written.crew.as_ref().and_then(|crew| {
            let id = crews.get(&crew.value).copied();
            if id.is_none() {
                self.problems.unknown(
                    "unknown-crew",
                    crew.place,
                    "crew",
                    &crew.value,
                    crews.keys().map(String::as_str),
                );
            }
            id
        });
        let age = match written.age.as_ref().map(|age| age.value) {
            None | Some(AgeText::New) => Age::New,
            Some(AgeText::Stationary) => Age::Stationary,
            Some(AgeText::Of(span)) => Age::Of(span),
        };
        Class {
            name: name.to_owned(),
            title: name.to_owned(),
            role: Role::Compute,
            life,
            age,
            ages: match written.ages.as_ref().map(|ages| &ages.value) {
                None | Some(AgesWord::Always) => Ages::Always,
                Some(AgesWord::Operating) => Ages::Operating,
            },
            repair,
            logistics: self.maybe_law(written.logistics.as_ref()),
            crew,
            spares: written.spares.as_ref().and_then(|spares| {
                let (stock, lead_time) = (spares.value.stock.as_ref()?.value, spares.value.lead_time.as_ref()?.value);
                Some(Spares { stock, lead_time })
            }),
            latent: self.latent(written, place),
            maintenance: self.maintenance(written),
            wrong_repair: written.wrong_repair.as_ref().map(|chance| WrongRepair { chance: chance.value }),
            room: u32::MAX,
            disk: None,
            loses_data: crate::quantity::Probability::ONE,
        }
    }

    fn latent(&mut self, written: &Component, place: Place) -> Option<Latent> {
        let latent = written.latent.as_ref()?;
        let (share, scrub_every) = (latent.value.share.as_ref()?, latent.value.scrub_every.as_ref()?);
        if scrub_every.value == Span::ZERO {
            self.problems.error("zero-interval", scrub_every.place, "scrubs without a pause").help("give it some time");
            return None;
        }
        if written.life.is_none() {
            self.problems.warn("no-effect", latent.place.max(place), "`latent` has no effect without a `life`");
        }
        Some(Latent { share: share.value, scrub_every: scrub_every.value })
    }

    fn maintenance(&mut self, written: &Component) -> Option<Maintenance> {
        let maintenance = &written.maintenance.as_ref()?.value;
        let (every, takes) = (maintenance.every.as_ref()?, maintenance.takes.as_ref()?);
        let lowered = self.law(takes)?;
        if every.value == Span::ZERO || lowered.mean() >= every.value.as_seconds() {
            self.problems
                .error("zero-interval", every.place, "maintenance is due again before it is done")
                .help("make `every` longer than `takes`");
            return None;
        }
        let at_a_time = maintenance.at_a_time.as_ref().map_or(1, |count| count.value);
        if let (0, Some(written)) = (at_a_time, &maintenance.at_a_time) {
            self.problems
                .error("out-of-range", written.place, "maintenance of no unit at a time")
                .help("use 1 or more");
        }
        let renews = maintenance.renews.as_ref().is_none_or(|renews| renews.value);
        Some(Maintenance { every: every.value, takes: lowered, at_a_time: at_a_time.max(1), renews })
    }
}

/// The title, or the name where none is written.
pub(super) fn title(written: Option<&At<String>>, name: &str) -> String {
    written.map_or_else(|| name.to_owned(), |title| title.value.clone())
}

//! A scenario read once, from which many are made: what a sweep and a comparison start from.

use super::choices::choices;
use super::diagnostic::{Diagnostic, Diagnostics, Problems};
use super::merge::{assemble, finish, split};
use super::path::check;
use super::source::{Place, Source, Sources};
use super::tree::{Node, Table, Value, inline, replace_file, write};
use super::written::File;
use super::written::read::Read as _;
use super::{Loaded, Override, hash, lower};

/// A scenario laid over its bases, before anything has a type.
///
/// ```
/// use drsim::scenario::{Draft, Override, Source};
/// let text = r#"
/// format = 1
/// name = "one-node"
/// horizon = "10 years"
/// [sites.a]
/// nodes = 1
/// class = "server"
/// [classes.server]
/// life = { exponential = { mttf = "99 days" } }
/// repair = "1 day"
/// [services.web]
/// replicas = { a = 1 }
/// "#;
/// let draft = Draft::read(&Source::from_text("one-node.toml", text)).unwrap();
/// let more: Override = "sites.a.nodes=3".parse().unwrap();
/// assert_eq!(draft.with(&[more]).unwrap().scenario.unit_count(), 3);
/// assert_eq!(draft.with(&[]).unwrap().scenario.unit_count(), 1);
/// assert_eq!(draft.written("classes.server.repair").as_deref(), Some("1 day"));
/// ```
#[derive(Clone, Debug)]
pub struct Draft {
    source: Source,
    sources: Sources,
    table: Table,
    noted: Vec<Diagnostic>,
}

impl Draft {
    /// Reads a scenario and its bases.
    ///
    /// # Errors
    /// Every mistake that keeps the text from being a tree: syntax, bases that cannot be read.
    pub fn read(source: &Source) -> Result<Self, Diagnostics> {
        let (mut sources, mut problems) = (Sources::default(), Problems::default());
        match assemble(source, &mut sources, &mut problems) {
            Some(table) => Ok(Self { source: source.clone(), sources, table, noted: problems.items }),
            None => Err(Diagnostics::new(problems.items, sources)),
        }
    }

    /// The scenario with these values set, the same as [`super::load`] makes of them.
    ///
    /// # Errors
    /// Every mistake that was found, sorted by place.
    pub fn with(&self, overrides: &[Override]) -> Result<Loaded, Diagnostics> {
        let (mut root, mut sources, mut problems) = self.set(overrides);
        let file = File::read(&root, &mut problems).unwrap_or_default();
        let (mut scenario, observed) = lower::lower(&file, &self.source, &mut sources, &mut problems);
        if let Value::Table(table) = &root.value {
            scenario.choices = choices(&file, table, &mut problems);
        }
        if problems.any_error() {
            return Err(Diagnostics::new(problems.items, sources));
        }
        scenario.hash = hash(&sources);
        for (place, values) in &observed {
            replace_file(&mut root, *place, values);
        }
        let resolved = write(&root);
        let warnings = Diagnostics::new(problems.items, sources.clone());
        Ok(Loaded { scenario, warnings, resolved, sources })
    }

    /// The draft with values set for all that is made of it.
    ///
    /// # Errors
    /// A path that is none, or a name that the scenario does not have.
    pub fn set_for_all(&self, overrides: &[Override]) -> Result<Self, Diagnostics> {
        let (root, sources, problems) = self.set(overrides);
        match root.value {
            Value::Table(table) if !problems.any_error() => {
                Ok(Self { source: self.source.clone(), sources, table, noted: problems.items })
            }
            _ => Err(Diagnostics::new(problems.items, sources)),
        }
    }

    /// Is there such a path, and is the value of a kind that it can hold? What the value means beside the others is not asked.
    ///
    /// # Errors
    /// A path that no scenario can have, a name that this one does not have, each with the nearest path that exists; a value of
    /// another kind or unit.
    pub fn check(&self, set: &Override) -> Result<(), Diagnostics> {
        if let Err((message, help)) = check(&self.table, &split(&set.path)) {
            let mut sources = self.sources.clone();
            let offset = sources.push(Source::from_text("--set", set.path.clone()));
            let mut problems = Problems::default();
            problems.error("unknown-path", Place::new(offset, offset + set.path.len()), message).help(help);
            return Err(Diagnostics::new(problems.items, sources));
        }
        let (root, sources, mut problems) = self.set(std::slice::from_ref(set));
        let _ = File::read(&root, &mut problems);
        // Mistakes elsewhere in the file are not those of the value.
        let set_here = |item: &Diagnostic| sources.find(item.place).is_some_and(|(source, _)| source.name == "--set");
        problems.items.retain(set_here);
        if problems.any_error() { Err(Diagnostics::new(problems.items, sources)) } else { Ok(()) }
    }

    /// What the scenario says at a path: a text as it is, anything else as TOML in one line; `None` when it leaves the path to its default.
    #[must_use]
    pub fn written(&self, path: &str) -> Option<String> {
        let mut table = &self.table;
        let parts = split(path);
        let (last, around) = parts.split_last()?;
        for part in around {
            match &table.get(part)?.node.value {
                Value::Table(inner) => table = inner,
                _ => return None,
            }
        }
        let node = &table.get(last)?.node;
        Some(match &node.value {
            Value::Text(text) => text.clone(),
            _ => inline(node),
        })
    }

    fn set(&self, overrides: &[Override]) -> (Node, Sources, Problems) {
        let (mut table, mut sources) = (self.table.clone(), self.sources.clone());
        let mut problems = Problems { items: self.noted.clone(), ..Problems::default() };
        finish(overrides, &mut table, &mut sources, &mut problems);
        (Node { place: Place::new(0, 0), value: Value::Table(table) }, sources, problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        format = 1
        name = "pair"
        horizon = "1 year"
        [sites.north]
        rooms = { hall = { nodes = 2, class = "server" } }
        [classes.server]
        life = { weibull = { shape = 2.0, mean = "1 year" } }
        repair = "1 day"
        [services.pay]
        replicas = { north = 2 }
        objective = { rto = "1h" }
    "#;

    fn problem(set: &str) -> Option<(&'static str, String)> {
        let draft = Draft::read(&Source::from_text("pair.toml", TEXT)).unwrap();
        let found = draft.check(&set.parse().unwrap()).err()?;
        let first = &found.items()[0];
        Some((first.code, if first.help.is_empty() { first.message.clone() } else { first.help.clone() }))
    }

    #[test]
    fn paths_and_kinds_are_checked_before_anything_runs() {
        for good in [
            "services.pay.replicas.north=3",
            "services.pay.objective.mtd=4h",
            "services.pay.failover={ hot-standby = { switch = \"1 min\" } }",
            "classes.server.life.exponential.mttf=2 years",
            "classes.server.crew=day",
            "sites.north.rooms.hall.nodes=0",
            "horizon=2 years",
        ] {
            assert_eq!(problem(good), None, "{good}");
        }
        let meant = |path: &str| Some(("unknown-path", format!("did you mean `{path}`?")));
        assert_eq!(problem("service.pay.replicas.north=3"), meant("services.pay.replicas.north"));
        assert_eq!(problem("services.pya.replicas.north=3"), meant("services.pay.replicas.north"));
        assert_eq!(problem("services.pay.objectiv.rto=3h"), meant("services.pay.objective.rto"));
        assert_eq!(problem("services.pay.objective.rot=3h"), meant("services.pay.objective.rto"));
        assert_eq!(problem("pay.replicas.north=3"), meant("services.pay.replicas.north"));
        assert_eq!(problem("hall.nodes=3"), meant("sites.north.rooms.hall.nodes"));
        assert_eq!(problem("classes.server.life.weibul.shape=3"), meant("classes.server.life.weibull.shape"));
        assert_eq!(problem("services.pay.objective.rto=3").unwrap().0, "missing-unit");
        assert_eq!(problem("services.pay.objective.rto=3 GB").unwrap().0, "bad-quantity");
        assert_eq!(problem("services.pay.replicas.north=many").unwrap().0, "wrong-type");
    }

    #[test]
    fn a_draft_makes_what_load_makes() {
        let source = Source::from_text("pair.toml", TEXT);
        let set = ["services.pay.replicas.north=1", "classes.server.repair=2 days"].map(|text| text.parse().unwrap());
        let (one, other) =
            (Draft::read(&source).unwrap().with(&set).unwrap(), super::super::load(&source, &set).unwrap());
        assert_eq!(one.resolved, other.resolved);
        assert_eq!(one.scenario.hash, other.scenario.hash);
    }

    #[test]
    fn mistakes_of_the_file_are_not_those_of_a_value() {
        let text = TEXT.replace("rto", "rot");
        let draft = Draft::read(&Source::from_text("pair.toml", text)).unwrap();
        assert!(draft.check(&"services.pay.replicas.north=1".parse().unwrap()).is_ok());
        assert!(draft.with(&[]).is_err());
    }
}

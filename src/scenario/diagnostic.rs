//! What is wrong with a scenario: a code, a place, a message and what would be right, all of them at once.

use super::source::{Place, Sources};
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use serde_json::json;
use std::fmt::{self, Write as _};

/// Most problems shown.
const SHOWN: usize = 50;
/// Longest line that is quoted, in bytes.
const LINE_MAX: usize = 1000;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// The scenario cannot be run.
    Error,
    /// The scenario can be run but is probably not what was meant.
    Warning,
}

impl Severity {
    /// Name in messages and JSON.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Stable kebab-case code, explained by [`super::explain_code`].
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Name of the source.
    pub file: String,
    /// Line from 1; 0 when the problem has no place.
    pub line: usize,
    /// Column from 1 in characters; 0 when the problem has no place.
    pub column: usize,
    /// What would be right; may be empty.
    pub help: String,
    pub(super) place: Place,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}[{}]: {}", self.severity.key(), self.code, self.message)?;
        if self.line > 0 {
            write!(formatter, " ({}:{}:{})", self.file, self.line, self.column)?;
        }
        Ok(())
    }
}

/// All problems of a scenario in the order of their places.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
    sources: Sources,
}

impl Diagnostics {
    pub(super) fn new(mut items: Vec<Diagnostic>, sources: Sources) -> Self {
        items.sort_by_key(|item| (item.place, item.severity));
        items.dedup();
        let mut counted = LineCounter::default();
        for item in &mut items {
            (item.file, item.line, item.column) = counted.locate(&sources, item.place);
        }
        Self { items, sources }
    }

    /// The problems, sorted by place.
    #[must_use]
    pub fn items(&self) -> &[Diagnostic] {
        &self.items
    }

    /// As text with the lines they are about; at most fifty, then how many more.
    ///
    /// ```
    /// use drsim::scenario::{Source, load};
    /// let wrong = load(&Source::from_text("a.toml", "format = 1\nnaem = \"a\"\nhorizon = \"1 year\""), &[]).unwrap_err();
    /// assert!(wrong.render(false).contains("did you mean `name`"));
    /// ```
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for item in self.items.iter().take(SHOWN) {
            text.push_str(&self.render_one(item, &renderer));
            text.push_str("\n\n");
        }
        if self.items.len() > SHOWN {
            let _ = writeln!(text, "and {} more", self.items.len() - SHOWN);
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }

    fn render_one(&self, item: &Diagnostic, renderer: &Renderer) -> String {
        let level = match item.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(item.message.as_str()).id(item.code);
        let found = if item.line == 0 { None } else { self.sources.find(item.place) };
        let Some((source, range)) = found else {
            let mut group = annotate_snippets::Group::with_title(title);
            if !item.help.is_empty() {
                group = group.element(Level::HELP.message(item.help.as_str()));
            }
            return renderer.render(&[group]);
        };
        // Only the line in question is handed on, and no endless one: the cost must not grow with the file.
        let line_start = source.text[..range.start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = source.text[range.start..].find('\n').map_or(source.text.len(), |newline| range.start + newline);
        if line_end - line_start > LINE_MAX {
            let origin = Origin::path(source.name.as_str()).line(item.line).char_column(item.column);
            let mut group = title.element(origin);
            if !item.help.is_empty() {
                group = group.element(Level::HELP.message(item.help.as_str()));
            }
            return renderer.render(&[group]);
        }
        let line = &source.text[line_start..line_end];
        let marked = range.start - line_start..range.end.clamp(range.start, line_end) - line_start;
        let annotation = AnnotationKind::Primary.span(marked);
        let snippet = Snippet::source(line).line_start(item.line).path(source.name.as_str()).annotation(annotation);
        let mut group = title.element(snippet);
        if !item.help.is_empty() {
            group = group.element(Level::HELP.message(item.help.as_str()));
        }
        renderer.render(&[group])
    }

    /// As a JSON list of objects with `code`, `severity`, `message`, `file`, `line`, `column` and `help`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        self.items
            .iter()
            .map(|item| {
                let some = |number: usize| (number > 0).then_some(number);
                json!({
                    "code": item.code, "severity": item.severity.key(), "message": item.message,
                    "file": item.file, "line": some(item.line), "column": some(item.column),
                    "help": (!item.help.is_empty()).then_some(&item.help),
                })
            })
            .collect()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(item: Diagnostic) -> Self {
        Self { items: vec![item], sources: Sources::default() }
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

/// Finds lines and columns of ascending places, going over each text once.
#[derive(Default)]
struct LineCounter {
    file: usize,
    byte: usize,
    line: usize,
    column: usize,
}

impl LineCounter {
    fn locate(&mut self, sources: &Sources, place: Place) -> (String, usize, usize) {
        let Some((source, range)) = sources.find(place) else { return <_>::default() };
        let file = source.text.as_ptr() as usize;
        if file != self.file || range.start < self.byte || self.line == 0 {
            *self = Self { file, byte: 0, line: 1, column: 1 };
        }
        let between = &source.text[self.byte..range.start];
        match between.rfind('\n') {
            None => self.column += between.chars().count(),
            Some(newline) => {
                self.line += between.matches('\n').count();
                self.column = between[newline + 1..].chars().count() + 1;
            }
        }
        self.byte = range.start;
        (source.name.clone(), self.line, self.column)
    }
}

/// Collects problems while a scenario is read.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    pub(super) items: Vec<Diagnostic>,
    /// While set, only mistakes that stand on their own are kept: what is missing may be missing because it could not be read.
    pub(super) muted: bool,
}

/// A problem under construction; see [`Problems::error`].
pub(crate) struct Noted<'a>(Option<&'a mut Diagnostic>);

impl Noted<'_> {
    pub(super) fn help(self, help: impl Into<String>) {
        if let Some(item) = self.0 {
            item.help = help.into();
        }
    }
}

impl Problems {
    /// Most problems kept.
    const KEPT: usize = 10_000;

    fn push(&mut self, severity: Severity, code: &'static str, place: Place, message: String) -> Noted<'_> {
        debug_assert!(super::explain_code(code).is_some(), "code `{code}` is not explained");
        if self.items.len() >= Self::KEPT {
            return Noted(None);
        }
        let (file, help) = (String::new(), String::new());
        self.items.push(Diagnostic { code, severity, message, file, line: 0, column: 0, help, place });
        Noted(self.items.last_mut())
    }

    /// Notes a mistake.
    pub(super) fn error(&mut self, code: &'static str, place: Place, message: impl Into<String>) -> Noted<'_> {
        self.push(Severity::Error, code, place, message.into())
    }

    /// Notes a mistake that may only follow from another one in the same table.
    pub(super) fn follows(&mut self, code: &'static str, place: Place, message: impl Into<String>) -> Noted<'_> {
        if self.muted {
            return Noted(None);
        }
        self.push(Severity::Error, code, place, message.into())
    }

    /// Notes something doubtful.
    pub(super) fn warn(&mut self, code: &'static str, place: Place, message: impl Into<String>) -> Noted<'_> {
        if self.muted {
            return Noted(None);
        }
        self.push(Severity::Warning, code, place, message.into())
    }

    /// Notes a name that does not exist, with the nearest one that does.
    pub(super) fn unknown<'n>(
        &mut self,
        code: &'static str,
        place: Place,
        kind: &str,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) {
        let help = if self.items.len() < SHOWN { nearest(name, known) } else { String::new() };
        self.error(code, place, format!("unknown {kind} `{name}`")).help(help);
    }

    /// True when something forbids going on.
    pub(super) fn any_error(&self) -> bool {
        self.items.iter().any(|item| item.severity == Severity::Error)
    }
}

/// "did you mean", or the list when it is short.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let known: Vec<&str> = known.collect();
    match closest(name, known.iter().copied()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None if known.is_empty() => "none is defined".to_owned(),
        None if known.len() < 25 => format!("known are `{}`", known.join("`, `")),
        None => String::new(),
    }
}

/// The name that this one is likely to be a mistyping of; the first of equals.
pub(super) fn closest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let mut best: Option<(usize, &str)> = None;
    let length = name.chars().count();
    let bound = (length / 3 + 1).min(length.saturating_sub(1));
    for candidate in known {
        if candidate.len().abs_diff(name.len()) <= 3 * bound {
            let distance = distance(name, candidate);
            if distance <= bound && best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, candidate));
            }
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Edit distance with neighbouring letters swapped counted once (optimal string alignment), over characters; long names are cut.
fn distance(a: &str, b: &str) -> usize {
    let letters = |text: &str| text.chars().take(80).flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (a, b) = (letters(a), letters(b));
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_letters_are_one_step() {
        assert_eq!(distance("pya", "pay"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("洪水", "洪"), 1);
    }

    #[test]
    fn a_single_letter_is_like_no_other() {
        assert_eq!(nearest("c", ["a"].into_iter()), "known are `a`");
        assert_eq!(nearest("aa", ["a"].into_iter()), "did you mean `a`?");
    }

    #[test]
    fn places_on_endless_lines_are_named_but_not_quoted() {
        let mut sources = Sources::default();
        sources.push(super::super::Source::from_text("long.toml", format!("x\n{}洪y", "a".repeat(2000))));
        let mut problems = Problems::default();
        problems.error("syntax", Place::new(2005, 2006), "odd");
        problems.error("syntax", Place::new(2, 3), "odd too");
        let text = Diagnostics::new(problems.items, sources).render(false);
        assert!(
            text.contains("--> long.toml:2:2002") && text.contains("--> long.toml:2:1") && text.len() < 200,
            "{text}"
        );
    }

    #[test]
    fn the_nearest_name_is_suggested_or_all_are_listed() {
        assert_eq!(nearest("pya", ["ledger", "pay"].into_iter()), "did you mean `pay`?");
        assert_eq!(nearest("zzz", ["ledger", "pay"].into_iter()), "known are `ledger`, `pay`");
        assert_eq!(nearest("zzz", [].into_iter()), "none is defined");
    }
}

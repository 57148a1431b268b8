//! What all figures have in common: the scenario's title, a caption in two languages, a footer, and room in between.

use super::canvas::{Anchor, Canvas, GRID, INK, MUTED, fit};
use crate::model::Scenario;
use crate::report::brief;
use crate::report::wording;
use crate::study::Findings;

/// Width of every figure in pixels.
pub(super) const WIDTH: f64 = 960.0;
/// Free on the left and on the right.
pub(super) const MARGIN: f64 = 32.0;
/// Where the body begins.
pub(super) const TOP: f64 = 112.0;
/// Room below the body for notes.
const FOOT: f64 = 52.0;

/// A figure under construction.
pub(super) struct Sheet {
    /// Where the body is drawn, from [`TOP`] down.
    pub canvas: Canvas,
    caption: String,
    notes: Vec<String>,
}

impl Sheet {
    /// A sheet with room for a body of this height and the captions above it.
    pub(super) fn new(findings: &Findings, body: f64, english: &str, chinese: &str) -> Self {
        Self::of(&findings.scenario, body, english, chinese)
    }

    /// The same for what is not a study.
    pub(super) fn of(scenario: &Scenario, body: f64, english: &str, chinese: &str) -> Self {
        Self::titled(wording::titled(&scenario.title, &scenario.name), body, english, chinese)
    }

    /// The same for what is not of one scenario.
    pub(super) fn titled(title: &str, body: f64, english: &str, chinese: &str) -> Self {
        let mut canvas = Canvas::new(WIDTH, TOP + body + FOOT);
        let room = WIDTH - 2.0 * MARGIN;
        canvas.bold((MARGIN, 32.0), &fit(title, 20.0, room), 20.0, Anchor::Start, INK);
        canvas.text((MARGIN, 58.0), &fit(english, 14.0, room), 14.0, Anchor::Start, INK);
        canvas.text((MARGIN, 79.0), &fit(chinese, 14.0, room), 14.0, Anchor::Start, MUTED);
        let caption = format!("{title}: {english}");
        Self { canvas, caption, notes: Vec::new() }
    }

    /// Something to say in the footer, such as how many rows did not fit.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// The document.
    pub(super) fn finish(self, findings: &Findings) -> String {
        self.finish_with(&format!("{}: {}", findings.scenario.name, brief::basis(findings)))
    }

    /// The document, with what it rests on in its last line.
    pub(super) fn finish_with(mut self, basis: &str) -> String {
        let height = self.canvas.height();
        let room = WIDTH - 2.0 * MARGIN;
        self.canvas.line((MARGIN, height - 42.0), (WIDTH - MARGIN, height - 42.0), GRID, 1);
        let notes = self.notes.join(" · ");
        self.canvas.text((MARGIN, height - 28.0), &fit(&notes, 11.0, room), 11.0, Anchor::Start, MUTED);
        let line = if notes.is_empty() { height - 26.0 } else { height - 12.0 };
        self.canvas.text((MARGIN, line), &fit(basis, 11.0, room), 11.0, Anchor::Start, MUTED);
        self.canvas.finish(&self.caption)
    }
}

/// A name short enough to stand within a caption.
pub(super) fn named(name: &str) -> String {
    fit(name, 14.0, 260.0)
}

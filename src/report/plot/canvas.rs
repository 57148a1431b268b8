//! The sheet that every figure is drawn on: shapes and text in pixels, to SVG.
//!
//! Knows no findings. Coordinates that are not finite are refused here, once for all figures.

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};
use unicode_width::UnicodeWidthChar;

/// Families in order of preference; the viewer picks, so that Chinese needs no font here.
const FONTS: &str = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, WenQuanYi Micro Hei, sans-serif";

/// Text and axes.
pub(super) const INK: RGBColor = RGBColor(0x1F, 0x29, 0x33);
/// Captions and notes.
pub(super) const MUTED: RGBColor = RGBColor(0x5B, 0x67, 0x75);
/// Rulings.
pub(super) const GRID: RGBColor = RGBColor(0xD3, 0xDB, 0xE3);
/// What was simulated.
pub(super) const BLUE: RGBColor = RGBColor(0x1F, 0x5F, 0x8B);
/// Intervals and bodies of histograms.
pub(super) const PALE: RGBColor = RGBColor(0xBC, 0xD4, 0xE6);
/// Objectives and bounds.
pub(super) const ORANGE: RGBColor = RGBColor(0xC2, 0x5A, 0x12);
/// Large areas under a curve.
pub(super) const FAINT: RGBColor = RGBColor(0xDF, 0xEA, 0xF3);
/// Time up.
pub(super) const UP: RGBColor = RGBColor(0xE6, 0xEE, 0xF3);
/// Time degraded.
pub(super) const DEGRADED: RGBColor = RGBColor(0xE9, 0xB4, 0x5E);
/// Time down.
pub(super) const DOWN: RGBColor = RGBColor(0x7A, 0x14, 0x24);
/// Paper.
pub(super) const PAPER: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);

/// Where a text stands relative to its point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Anchor {
    /// Begins at the point.
    Start,
    /// Centred on it.
    Middle,
    /// Ends at it.
    End,
}

/// An SVG under construction.
pub(super) struct Canvas {
    width: f64,
    height: f64,
    draw: Vec<Stroke>,
}

/// One thing drawn. Kept until the end because the backend borrows its buffer for as long as it lives.
enum Stroke {
    Line([f64; 4], RGBColor, u32),
    Path(Vec<(f64, f64)>, RGBColor, u32),
    Polygon(Vec<(f64, f64)>, RGBColor),
    Circle(f64, f64, u32, RGBColor, bool),
    Rect([f64; 4], RGBColor),
    Text(f64, f64, String, f64, Anchor, RGBColor, bool),
}

impl Canvas {
    /// A white sheet of so many pixels.
    pub(super) const fn new(width: f64, height: f64) -> Self {
        Self { width, height, draw: Vec::new() }
    }

    pub(super) const fn height(&self) -> f64 {
        self.height
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), color: RGBColor, width: u32) {
        self.push(&[from, to], Stroke::Line([from.0, from.1, to.0, to.1], color, width));
    }

    /// Dashes of six pixels with gaps of four; horizontal or vertical only.
    pub(super) fn dashed(&mut self, from: (f64, f64), to: (f64, f64), color: RGBColor, width: u32) {
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        if !(length.is_finite() && length > 0.0) {
            return;
        }
        let unit = ((to.0 - from.0) / length, (to.1 - from.1) / length);
        let at = |way: f64| (from.0 + unit.0 * way, from.1 + unit.1 * way);
        let mut way = 0.0;
        while way < length {
            self.line(at(way), at((way + 6.0).min(length)), color, width);
            way += 10.0;
        }
    }

    pub(super) fn path(&mut self, points: Vec<(f64, f64)>, color: RGBColor, width: u32) {
        if points.len() > 1 {
            self.push(&points.clone(), Stroke::Path(points, color, width));
        }
    }

    pub(super) fn polygon(&mut self, points: Vec<(f64, f64)>, color: RGBColor) {
        if points.len() > 2 {
            self.push(&points.clone(), Stroke::Polygon(points, color));
        }
    }

    /// A filled circle.
    pub(super) fn dot(&mut self, at: (f64, f64), radius: u32, color: RGBColor) {
        self.push(&[at], Stroke::Circle(at.0, at.1, radius, color, true));
    }

    /// A circle with paper inside.
    pub(super) fn ring(&mut self, at: (f64, f64), radius: u32, color: RGBColor) {
        self.push(&[at], Stroke::Circle(at.0, at.1, radius, PAPER, true));
        self.push(&[at], Stroke::Circle(at.0, at.1, radius, color, false));
    }

    /// A small rhombus with paper inside: an objective.
    pub(super) fn diamond(&mut self, (x, y): (f64, f64), radius: f64, color: RGBColor, filled: bool) {
        let corners = vec![(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y), (x, y - radius)];
        self.polygon(corners.clone(), if filled { color } else { PAPER });
        self.path(corners, color, 2);
    }

    /// A cross: something is wrong here.
    pub(super) fn cross(&mut self, (x, y): (f64, f64), radius: f64, color: RGBColor) {
        self.line((x - radius, y - radius), (x + radius, y + radius), color, 2);
        self.line((x - radius, y + radius), (x + radius, y - radius), color, 2);
    }

    /// A filled rectangle by its corner and size.
    pub(super) fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), color: RGBColor) {
        self.push(&[(x, y), (width, height)], Stroke::Rect([x, y, x + width, y + height], color));
    }

    /// Diagonal lines over a rectangle, so that it is told from its neighbours without colour.
    pub(super) fn hatch(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), color: RGBColor) {
        if !(width.is_finite() && height.is_finite()) || width < 3.0 {
            return;
        }
        let mut from = -height + 5.0;
        while from < width {
            let start = if from < 0.0 { (x, y + height + from) } else { (x + from, y + height) };
            let to = from + height;
            let end = if to > width { (x + width, y + to - width) } else { (x + to, y) };
            self.line(start, end, color, 1);
            from += 6.0;
        }
    }

    /// Text centred vertically on the point.
    pub(super) fn text(&mut self, at: (f64, f64), text: &str, size: f64, anchor: Anchor, color: RGBColor) {
        self.letters(at, text, size, anchor, color, false);
    }

    pub(super) fn bold(&mut self, at: (f64, f64), text: &str, size: f64, anchor: Anchor, color: RGBColor) {
        self.letters(at, text, size, anchor, color, true);
    }

    /// Text on a slip of paper, so that it can be read over lines and bars.
    pub(super) fn label(&mut self, at: (f64, f64), text: &str, size: f64, anchor: Anchor, color: RGBColor) {
        let width = text_width(text, size) * 0.9;
        let left = match anchor {
            Anchor::Start => at.0 - 2.0,
            Anchor::Middle => at.0 - width / 2.0,
            Anchor::End => at.0 - width + 2.0,
        };
        self.rect((left, at.1 - size * 0.6), (width, size * 1.2), PAPER);
        self.text(at, text, size, anchor, color);
    }

    fn letters(&mut self, at: (f64, f64), text: &str, size: f64, anchor: Anchor, color: RGBColor, bold: bool) {
        // Control characters are not allowed in XML at all.
        let clean: String = text.chars().map(|c| if is_xml(c) { c } else { ' ' }).collect();
        self.push(&[at], Stroke::Text(at.0, at.1, clean, size, anchor, color, bold));
    }

    fn push(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        if points.iter().all(|(x, y)| x.is_finite() && y.is_finite()) {
            self.draw.push(stroke);
        }
    }

    /// The document; `name` is read out by screen readers.
    pub(super) fn finish(self, name: &str) -> String {
        let mut svg = String::new();
        {
            let mut backend = SVGBackend::with_string(&mut svg, (self.width as u32, self.height as u32));
            let paper = ShapeStyle { color: PAPER.to_rgba(), filled: true, stroke_width: 1 };
            let all = (self.width as i32, self.height as i32);
            backend.draw_rect((0, 0), all, &paper, true).expect("a string takes everything");
            for stroke in self.draw {
                stroke.onto(&mut backend).expect("a string takes everything");
            }
            backend.present().expect("a string takes everything");
        }
        let name: String = name.chars().map(|c| if is_xml(c) { c } else { ' ' }).collect();
        let name = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        svg.replacen(">\n", &format!(" role=\"img\">\n<title>{name}</title>\n"), 1)
    }
}

impl Stroke {
    fn onto(self, backend: &mut SVGBackend) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let style = |color: RGBColor, stroke_width| ShapeStyle { color: color.to_rgba(), filled: true, stroke_width };
        match self {
            Self::Line([x1, y1, x2, y2], color, width) => {
                backend.draw_line(pixel((x1, y1)), pixel((x2, y2)), &style(color, width))?;
            }
            Self::Path(points, color, width) => {
                backend.draw_path(points.into_iter().map(pixel), &style(color, width))?;
            }
            Self::Polygon(points, color) => backend.fill_polygon(points.into_iter().map(pixel), &style(color, 1))?,
            Self::Circle(x, y, radius, color, fill) => {
                backend.draw_circle(pixel((x, y)), radius, &style(color, 2), fill)?;
            }
            Self::Rect([x1, y1, x2, y2], color) => {
                let (from, to) = (pixel((x1, y1)), pixel((x2, y2)));
                // A sliver is a pixel wide at least: what is there must be seen.
                let to = (to.0.max(from.0 + 1), to.1.max(from.1 + 1));
                backend.draw_rect(from, to, &style(color, 1), true)?;
            }
            Self::Text(x, y, text, size, anchor, color, bold) => {
                let weight = if bold { FontStyle::Bold } else { FontStyle::Normal };
                // The backend divides the size by 1.24.
                let font = FontDesc::new(FontFamily::Name(FONTS), size * 1.24, weight);
                let horizontal = match anchor {
                    Anchor::Start => HPos::Left,
                    Anchor::Middle => HPos::Center,
                    Anchor::End => HPos::Right,
                };
                let style = TextStyle::from(font).color(&color).pos(Pos::new(horizontal, VPos::Center));
                backend.draw_text(&text, &style, pixel((x, y)))?;
            }
        }
        Ok(())
    }
}

fn pixel((x, y): (f64, f64)) -> (i32, i32) {
    (x.round() as i32, y.round() as i32)
}

/// Characters that XML 1.0 allows (section 2.2), without line breaks.
fn is_xml(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

/// About how wide a text is; on the wide side, because the viewer's font is not known here.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    let ems = |c: char| match c.width() {
        Some(2) => 1.0,
        Some(0) | None => 0.0,
        _ if matches!(c, 'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | '(' | ')' | '/') => 0.36,
        Some(_) if matches!(c, 'W' | 'M' | '@' | '%' | '…' | '—') => 1.0,
        Some(_) if c.is_uppercase() || matches!(c, 'm' | 'w') => 0.8,
        _ => 0.6,
    };
    text.chars().map(ems).sum::<f64>() * size
}

/// The text, or its beginning with an ellipsis that fits into so many pixels.
pub(super) fn fit(text: &str, size: f64, width: f64) -> String {
    let text: String = text.chars().map(|c| if is_xml(c) { c } else { ' ' }).collect();
    let text = text.trim();
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        kept.push(character);
        if text_width(&kept, size) + size > width {
            kept.pop();
            break;
        }
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_drawn_where_there_is_no_place() {
        let empty = Canvas::new(100.0, 100.0).finish("");
        let mut canvas = Canvas::new(100.0, 100.0);
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            canvas.line((bad, 1.0), (2.0, 2.0), INK, 1);
            canvas.path(vec![(1.0, 1.0), (2.0, bad)], INK, 1);
            canvas.polygon(vec![(1.0, 1.0), (2.0, bad), (3.0, 3.0)], INK);
            canvas.rect((1.0, 1.0), (bad, 2.0), INK);
            canvas.hatch((1.0, 1.0), (bad, 2.0), INK);
            canvas.dashed((1.0, 1.0), (1.0, bad), INK, 1);
            canvas.dot((bad, 1.0), 3, INK);
            canvas.text((1.0, bad), "x", 12.0, Anchor::Start, INK);
        }
        assert_eq!(canvas.finish(""), empty);
    }

    #[test]
    fn texts_are_cut_to_their_room() {
        assert_eq!(fit("short", 10.0, 100.0), "short");
        for text in ["a long name of some service", "很长很长很长很长的名字", "WWWWWWWWWWWWWWWWWWW"] {
            let cut = fit(text, 10.0, 60.0);
            assert!(cut.ends_with('…') && text_width(&cut, 10.0) <= 60.0, "{cut}");
        }
    }
}

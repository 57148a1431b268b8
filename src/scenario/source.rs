//! Texts that a scenario is read from, laid end to end so that one number names a place in any of them.
//!
//! The only part of the crate that opens scenario files.

use super::diagnostic::{Diagnostic, Severity};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Most bytes in one file.
const BYTES_MAX: u64 = 16_000_000;

/// One text, with the name it is shown under.
///
/// ```
/// let source = drsim::scenario::Source::from_text("<stdin>", "format = 1");
/// assert_eq!(source.name, "<stdin>");
/// ```
#[derive(Clone, Debug)]
pub struct Source {
    /// As shown in messages: a path, or `<stdin>`.
    pub name: String,
    /// The text.
    pub text: String,
    /// Where `base` and empirical files are looked for; `None` when the text is not a file.
    pub folder: Option<PathBuf>,
}

impl Source {
    /// A text that is not a file; it can have no base.
    #[must_use]
    pub fn from_text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), folder: None }
    }

    /// Reads a scenario file of up to 16 MB.
    ///
    /// # Errors
    /// A missing file, a folder, a file that is too large or not UTF-8.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Diagnostic> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let text = read_text(path, &name).map_err(|(message, help)| Diagnostic {
            code: "unreadable-file",
            severity: Severity::Error,
            message,
            file: name.clone(),
            line: 0,
            column: 0,
            help,
            place: Place::default(),
        })?;
        let folder = path
            .parent()
            .map(|parent| if parent.as_os_str().is_empty() { PathBuf::from(".") } else { parent.to_path_buf() });
        Ok(Self { name, text, folder })
    }
}

/// The text of a file, or a message and what would be right.
pub(super) fn read_text(path: &Path, shown: &str) -> Result<String, (String, String)> {
    let fail = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => (format!("there is no file `{shown}`"), String::new()),
        std::io::ErrorKind::PermissionDenied => (format!("`{shown}` may not be read"), String::new()),
        _ => (format!("cannot read `{shown}`: {}", error.to_string().to_lowercase()), String::new()),
    };
    if path.is_dir() {
        return Err((format!("`{shown}` is a folder"), "name a scenario file, such as `scenario.toml`".to_owned()));
    }
    let file = File::open(path).map_err(fail)?;
    let mut bytes = Vec::new();
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err((format!("`{shown}` is larger than 16 MB"), "use counts instead of single entries".to_owned()));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
        let (line, column) = line_and_column(&before, good);
        let byte = error.as_bytes()[good];
        (
            format!("`{shown}` is not UTF-8: byte 0x{byte:02x} at line {line}, column {column}"),
            "save the file as UTF-8".to_owned(),
        )
    })
}

/// The last start of a character up to `byte`.
pub(super) fn boundary(text: &str, byte: usize) -> usize {
    (0..=byte.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Line and column of a byte, both from 1, the column in characters.
fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = &text[..boundary(text, byte)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// A run of bytes in the map of all sources.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Place {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Place {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end.max(start) as u32 }
    }
}

/// All sources of one scenario, the deepest base first, `--set` texts last.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<(usize, Source)>,
}

impl Sources {
    /// Appends a source and returns the offset of its first byte.
    pub(super) fn push(&mut self, source: Source) -> usize {
        let offset = self.list.last().map_or(0, |(offset, last)| offset + last.text.len() + 1);
        self.list.push((offset, source));
        offset
    }

    /// The sources in the order in which they were laid over one another.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.list.iter().map(|(_, source)| source)
    }

    /// The source around a place, and the place within it.
    pub(super) fn find(&self, place: Place) -> Option<(&Source, std::ops::Range<usize>)> {
        let index = self.list.partition_point(|(offset, _)| *offset <= place.start as usize).checked_sub(1)?;
        let (offset, source) = &self.list[index];
        let within = |byte: u32| boundary(&source.text, byte as usize - offset);
        Some((source, within(place.start)..within(place.end.max(place.start))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        assert_eq!(line_and_column("a\n洪水x", 8), (2, 3));
    }

    #[test]
    fn places_are_found_in_their_own_source() {
        let mut sources = Sources::default();
        sources.push(Source::from_text("a", "12345"));
        let offset = sources.push(Source::from_text("b", "x\ny"));
        let (source, range) = sources.find(Place::new(offset + 2, offset + 3)).unwrap();
        assert_eq!((source.name.as_str(), range), ("b", 2..3));
        assert_eq!(sources.find(Place::new(4, 5)).unwrap().0.name, "a");
    }

    #[test]
    fn unreadable_files_say_why() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Source::read(folder.path()).unwrap_err().message.ends_with("is a folder"));
        let path = folder.path().join("bad.toml");
        std::fs::write(&path, b"name = \"\n\xe6\xb4\xaa\xff\"").unwrap();
        assert!(Source::read(&path).unwrap_err().message.ends_with("byte 0xff at line 2, column 2"));
        assert!(Source::read(folder.path().join("none")).unwrap_err().message.starts_with("there is no file"));
    }
}

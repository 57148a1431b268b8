//! Where text goes: results to standard output, everything else to standard error.

use super::exit::{Exit, Failure};
use anstyle::{AnsiColor, Style};
use std::io::Write;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default();

/// When to colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colour {
    /// Applies to everything printed from here on.
    pub fn apply(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::AlwaysAnsi,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

/// Prints a result, with a line end if it has none.
///
/// # Errors
/// Standard output cannot be written; a reader that went away is [`Exit::Done`].
pub fn result(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| if text.ends_with('\n') { Ok(()) } else { out.write_all(b"\n") })
        .and_then(|()| out.flush())
        .map_err(|error| Failure::printing(&error))
}

/// Prints one JSON document.
///
/// # Errors
/// As [`result`].
pub fn json(document: &serde_json::Value) -> Result<(), Failure> {
    result(&format!("{document:#}"))
}

/// Says something beside the result. Nobody can be told when standard error is gone, so that is passed over.
pub fn note(text: &str) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{}", text.trim_end_matches('\n'));
}

/// Says which command to try next.
pub fn next(command: &str) {
    note(&format!("{HELP}next:{HELP:#} {command}"));
}

/// Says that something may not be as meant.
pub fn warn(text: &str) {
    note(&format!("{WARNING}warning:{WARNING:#} {text}"));
}

/// Says why a command ended, to people.
pub fn complain(failure: &Failure) {
    if let Some(problems) = &failure.problems {
        note(&problems.text);
    }
    if !failure.message.is_empty() {
        let label = if failure.exit == Exit::Interrupted { "interrupted" } else { "error" };
        note(&format!("{ERROR}{label}:{ERROR:#} {}", failure.message));
    }
    if let Some(help) = &failure.help {
        note(&format!("{HELP}help:{HELP:#} {help}"));
    }
}

/// The same for programs: one JSON document.
pub fn failure_json(failure: &Failure) -> serde_json::Value {
    serde_json::json!({ "error": {
        "exit_code": failure.exit.code(),
        "message": failure.message,
        "help": failure.help,
        "diagnostics": failure.problems.as_ref().map(|problems| &problems.json),
    }})
}

//! How a command ends: the exit codes in one list, and what is said when it does not go well.

use super::wire::Problems;
use std::fmt::Display;
use std::io;
use std::path::Path;

/// How a command ended, mildest first: of several scenarios the worst one counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Exit {
    /// All went well; a missed objective is a result, not a failure.
    Done,
    /// An objective is missed, and `--strict` was given.
    Missed,
    /// An expectation or a closed form disagrees or stays inconclusive, and `--verify` was given.
    Disagrees,
    /// The command line or a scenario is not valid.
    Usage,
    /// Input, output or the program itself failed.
    Failed,
    /// Ended by Ctrl-C; what was finished was kept.
    Interrupted,
}

impl Exit {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::Failed, Self::Usage, Self::Missed, Self::Disagrees, Self::Interrupted];

    /// The number the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Missed => 3,
            Self::Disagrees => 4,
            Self::Interrupted => 130,
        }
    }

    /// What it means, in English and Chinese.
    pub const fn meaning(self) -> (&'static str, &'static str) {
        match self {
            Self::Done => ("done; a missed objective is a result, not a failure", "完成"),
            Self::Failed => ("failed: input, output or an internal fault", "失败：读写或内部错误"),
            Self::Usage => ("wrong use, or an invalid scenario", "用法错误或场景无效"),
            Self::Missed => ("an objective is missed (only with `--strict`)", "未达目标（仅 `--strict`）"),
            Self::Disagrees => (
                "an `[expect]` line or a closed form disagrees, or stays inconclusive (only with `--verify`)",
                "与预期或解析解不符，或无法判定（仅 `--verify`）",
            ),
            Self::Interrupted => ("interrupted; what was finished was kept", "被中断，已完成的部分保留"),
        }
    }
}

/// Why a command cannot go on.
#[derive(Clone, Debug)]
pub struct Failure {
    /// How the command ends.
    pub exit: Exit,
    /// One line, lower case; empty when nothing needs to be said.
    pub message: String,
    /// What would be right, when it is known.
    pub help: Option<String>,
    /// Problems of a scenario, each at its place.
    pub problems: Option<Problems>,
}

impl Failure {
    /// The command line asks for something that cannot be done.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into(), help: None, problems: None }
    }

    /// Something went wrong that the user could not have written better.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, ..Self::usage(message) }
    }

    /// A scenario that does not hold.
    pub fn invalid(problems: Problems) -> Self {
        Self { problems: Some(problems), ..Self::usage("") }
    }

    /// A scenario file that cannot be read: the file is at fault, or the name on the command line.
    pub fn unreadable(problem: &drsim::scenario::Diagnostic) -> Self {
        let failure = Self::usage(problem.message.clone());
        if problem.help.is_empty() { failure } else { failure.help(problem.help.clone()) }
    }

    /// Reading or writing `path` failed.
    pub fn at(path: &Path, error: &dyn Display) -> Self {
        Self::failed(format!("`{}`: {error}", path.display()))
    }

    /// Adds what would be right.
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Printing failed: silent success when the reader has gone away, as `| head` does.
    pub fn printing(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self { exit: Exit::Done, ..Self::usage("") }
        } else {
            Self::failed(format!("cannot print: {error}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_listed_once_in_ascending_order() {
        let codes = Exit::ALL.map(Exit::code);
        assert_eq!(codes, [0, 1, 2, 3, 4, 130]);
        assert!(Exit::Failed > Exit::Usage && Exit::Usage > Exit::Disagrees && Exit::Disagrees > Exit::Missed);
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        let gone = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::printing(&gone).exit, Exit::Done);
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(Failure::printing(&full).exit, Exit::Failed);
    }
}

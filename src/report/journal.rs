//! What a long study has finished so far, line by line in a file beside its folder, so that it can be stopped and continued.
//!
//! The folder itself is written once, at the end; until then an earlier result in it stays as it is.

use crate::study::sweep::Row;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use thiserror::Error;

/// What makes two sweeps the same: rows of one can stand beside rows of the other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Head {
    /// Version of the program.
    pub drsim_version: String,
    /// Hash of the scenario as written, with what is set in all designs.
    pub scenario_hash: String,
    /// Seed of all designs.
    pub seed: u64,
    /// Trials of each design.
    pub trials: u64,
    /// Parameters and values as written, and whether and how a sample of them is drawn.
    pub settings: Vec<String>,
    /// What is watched.
    pub metrics: Vec<String>,
}

impl Head {
    /// What differs from another one: `seed 1, now 2`.
    #[must_use]
    pub fn differs(&self, now: &Self) -> Option<String> {
        let pairs = [
            ("drsim", self.drsim_version.clone(), now.drsim_version.clone()),
            ("scenario", self.scenario_hash.clone(), now.scenario_hash.clone()),
            ("seed", self.seed.to_string(), now.seed.to_string()),
            ("trials", self.trials.to_string(), now.trials.to_string()),
            ("settings", self.settings.join(" "), now.settings.join(" ")),
            ("metrics", self.metrics.join(" "), now.metrics.join(" ")),
        ];
        let found = pairs.into_iter().find(|(_, then, now)| then != now)?;
        Some(format!("{} `{}`, now `{}`", found.0, found.1, found.2))
    }
}

/// Why a journal cannot be used.
#[derive(Debug, Error)]
pub enum JournalError {
    /// It belongs to another sweep.
    #[error("an unfinished sweep in `{}` is another one: {what}", path.display())]
    Other {
        /// Where.
        path: PathBuf,
        /// What differs.
        what: String,
    },
    /// Another process is at it.
    #[error("`{}` is in use: the same sweep is being run by another process", .0.display())]
    Busy(PathBuf),
    /// The file system refused.
    #[error("cannot write `{}`: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// An open journal; the file is locked while it lives.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

/// Where the journal of a folder is: `.NAME.unfinished` beside it.
#[must_use]
pub fn path_of(folder: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(folder.file_name().unwrap_or_default());
    name.push(".unfinished");
    folder.with_file_name(name)
}

impl Journal {
    /// Opens the journal of a folder, or begins one; with the rows that it holds. A last line that was cut short is dropped. With `anew` the journal of
    /// another sweep gives way; one of the same is gone on with all the same.
    ///
    /// # Errors
    /// It belongs to another sweep, is in use, or cannot be read or written.
    pub fn open(folder: &Path, head: &Head, anew: bool) -> Result<(Self, Vec<Row>), JournalError> {
        let path = path_of(folder);
        let refused = |source| JournalError::Io { path: path.clone(), source };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(refused)?;
        }
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(refused)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::Busy(path)),
            // A file system without locks: two sweeps at once are then the user's to avoid.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(source)) => return Err(refused(source)),
        }
        let text = fs::read(&path).map_err(refused)?;
        let mut lines = text.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
        let mut rows = Vec::new();
        let mut good = 0;
        if let Some(first) = lines.next() {
            let then: Option<Head> = serde_json::from_slice(first).ok();
            good = first.len();
            for line in lines {
                let Ok(row) = serde_json::from_slice::<Row>(line) else { break };
                rows.push(row);
                good += line.len();
            }
            let known = then.is_some();
            if let Some(what) = then.map_or(Some("it cannot be read".to_owned()), |then| then.differs(head)) {
                // Nothing is lost with a journal in which nothing is finished.
                if !(anew || known && rows.is_empty()) {
                    return Err(JournalError::Other { path, what });
                }
                (good, rows) = (0, Vec::new());
            }
        }
        file.set_len(good as u64).map_err(refused)?;
        file.seek(SeekFrom::Start(good as u64)).map_err(refused)?;
        if good == 0 {
            file.write_all(&line_of(head)).map_err(refused)?;
        }
        Ok((Self { path, file: Mutex::new(file) }, rows))
    }

    /// Appends rows that were finished together.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn append(&self, rows: &[Row]) -> Result<(), JournalError> {
        let text: Vec<u8> = rows.iter().flat_map(line_of).collect();
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&text).map_err(|source| JournalError::Io { path: self.path.clone(), source })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes it away: the folder holds everything now.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn end(self) -> Result<(), JournalError> {
        fs::remove_file(&self.path).map_err(|source| JournalError::Io { path: self.path.clone(), source })
    }
}

fn line_of<T: Serialize>(value: &T) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).expect("rows are strings and finite numbers");
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::sweep::Status;

    fn head(seed: u64) -> Head {
        Head {
            drsim_version: "0.0.0".to_owned(),
            scenario_hash: "ab".to_owned(),
            seed,
            trials: 10,
            settings: vec!["a.b=1,2".to_owned()],
            metrics: Vec::new(),
        }
    }

    fn row(nth: u64) -> Row {
        Row { nth, settings: vec!["1".to_owned()], status: Status::Invalid { problem: "k-over-n: 2 of 1".to_owned() } }
    }

    #[test]
    fn a_journal_gives_back_what_was_finished_and_drops_what_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("pay-sweep");
        let (journal, rows) = Journal::open(&target, &head(1), false).unwrap();
        assert!(rows.is_empty());
        journal.append(&[row(0)]).unwrap();
        journal.append(&[row(3), row(4)]).unwrap();
        assert!(matches!(Journal::open(&target, &head(1), false), Err(JournalError::Busy(_))));
        let path = journal.path().to_owned();
        drop(journal);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 5]).unwrap();
        let (journal, rows) = Journal::open(&target, &head(1), false).unwrap();
        assert_eq!(rows, [row(0), row(3)]);
        journal.append(&[row(4)]).unwrap();
        drop(journal);
        assert_eq!(fs::read(&path).unwrap(), whole);
        let (journal, _) = Journal::open(&target, &head(1), false).unwrap();
        journal.end().unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn another_sweep_is_refused_unless_it_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("pay-sweep");
        Journal::open(&target, &head(1), false).unwrap().0.append(&[row(0)]).unwrap();
        let why = Journal::open(&target, &head(2), false).unwrap_err().to_string();
        assert!(why.ends_with("seed `1`, now `2`"), "{why}");
        assert_eq!(Journal::open(&target, &head(1), true).unwrap().1, [row(0)], "the same sweep goes on");
        assert!(Journal::open(&target, &head(2), true).unwrap().1.is_empty());
        assert!(Journal::open(&target, &head(1), false).unwrap().1.is_empty(), "nothing was finished");
        fs::write(path_of(&target), "what is this\n").unwrap();
        assert!(matches!(Journal::open(&target, &head(1), false), Err(JournalError::Other { .. })));
    }
}

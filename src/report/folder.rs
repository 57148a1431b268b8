//! The output folder: which files it holds, and how they get there without ever leaving half a result.

use crate::report::{costs, csv, incidents, json, markdown, plot};
use crate::study::Findings;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use thiserror::Error;

/// File by which a folder is known to be ours.
const MARK: &str = "run.json";

/// Why a result could not be written; the previous one is intact.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The folder holds something that drsim did not write.
    #[error("`{}` exists and was not written by drsim, choose another folder or use --force", .0.display())]
    Foreign(PathBuf),
    /// A name that would leave the folder.
    #[error("`{0}` is not a plain file name")]
    Name(String),
    /// The file system refused.
    #[error("cannot write `{}`: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// Every file of a result as (name, content): data, report, pictures, the scenario as run and the facts of the run.
#[must_use]
pub fn files(findings: &Findings, version: &str, resolved: &str, run_json: &str) -> Vec<(String, String)> {
    let plots = plot::all(findings);
    let names: Vec<String> = plots.iter().map(|(name, _)| name.clone()).collect();
    let mut files = vec![
        ("summary.json".to_owned(), json::summary(findings, version)),
        ("services.csv".to_owned(), csv::services(findings)),
        ("domains.csv".to_owned(), csv::domains(findings)),
        ("verdicts.csv".to_owned(), csv::verdicts(findings)),
        ("checks.csv".to_owned(), csv::checks(findings)),
        ("attribution.csv".to_owned(), csv::attribution(findings)),
        ("trials.csv".to_owned(), csv::trials(findings)),
        ("events.csv".to_owned(), csv::events(findings)),
        ("incidents.csv".to_owned(), incidents::incidents(findings)),
        ("report.md".to_owned(), markdown::report(findings, version, &names)),
        ("scenario.toml".to_owned(), resolved.to_owned()),
        (MARK.to_owned(), run_json.to_owned()),
    ];
    if !findings.datasets.is_empty() {
        files.push(("datasets.csv".to_owned(), csv::datasets(findings)));
        files.push(("storage.csv".to_owned(), csv::storage(findings)));
    }
    files.extend(costs::costs(findings).map(|table| ("costs.csv".to_owned(), table)));
    files.extend(plots);
    files
}

/// Puts `files` into `folder`, replacing an earlier result as a whole; returns the paths written, in order.
///
/// Everything goes to a temporary sibling first, which then takes the folder's place. Files that the user put beside
/// ours stay; with `force`, a folder that is not ours is set aside as `NAME.before-1`.
///
/// # Errors
/// A folder that drsim did not write (unless `force`), a file name that would leave the folder, or a file system
/// that refuses; whatever was in the folder before is still there then, and the temporary sibling is gone.
pub fn write(folder: &Path, files: &[(String, String)], force: bool) -> Result<Vec<PathBuf>, WriteError> {
    for (name, _) in files {
        check_name(name)?;
    }
    let exists = match fs::symlink_metadata(folder) {
        Ok(_) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(source) => return Err(WriteError::Io { path: folder.to_owned(), source }),
    };
    if exists && !force && !is_ours(folder)? {
        return Err(WriteError::Foreign(folder.to_owned()));
    }
    let fresh = sibling(folder, "new")?;
    let result = fill(&fresh, files).and_then(|()| replace(folder, &fresh, exists, files));
    if result.is_err() {
        // The error that matters is the first one; a rest that cannot be removed has a name that says what it is.
        let _ = fs::remove_dir_all(&fresh);
    }
    // The person asked for the folder and never heard of its sibling.
    let result = result.map_err(|error| match error {
        WriteError::Io { path, source } => match path.strip_prefix(&fresh) {
            Ok(inside) if inside.as_os_str().is_empty() => WriteError::Io { path: folder.to_owned(), source },
            Ok(inside) => WriteError::Io { path: folder.join(inside), source },
            Err(_) => WriteError::Io { path, source },
        },
        other => other,
    });
    result.map(|()| files.iter().map(|(name, _)| folder.join(name)).collect())
}

fn refused(path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |source| WriteError::Io { path, source }
}

/// One plain component, or one below `plots/`; no `..`, no hidden file, nothing that another system reads as a path.
fn check_name(name: &str) -> Result<(), WriteError> {
    let base = name.strip_prefix("plots/").unwrap_or(name);
    let plain = {
        let mut parts = Path::new(base).components();
        matches!(parts.next(), Some(Component::Normal(_))) && parts.next().is_none()
    };
    let strange = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    if plain && !base.starts_with('.') && !base.contains(strange) && base.len() <= 255 {
        Ok(())
    } else {
        Err(WriteError::Name(name.to_owned()))
    }
}

/// An empty folder, or one whose `run.json` names drsim.
fn is_ours(folder: &Path) -> Result<bool, WriteError> {
    if !fs::symlink_metadata(folder).map_err(refused(folder))?.is_dir() {
        return Ok(false);
    }
    let mark = folder.join(MARK);
    match fs::read_to_string(&mark) {
        Ok(text) => Ok(serde_json::from_str::<serde_json::Value>(&text)
            .ok()
            .and_then(|value| value.as_object().map(|object| object.contains_key("drsim_version")))
            .unwrap_or(false)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok(fs::read_dir(folder).map_err(refused(folder))?.next().is_none())
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(false),
        Err(source) => Err(WriteError::Io { path: mark, source }),
    }
}

/// A name beside the folder that nobody uses.
fn sibling(folder: &Path, suffix: &str) -> Result<PathBuf, WriteError> {
    let name = folder.file_name().ok_or_else(|| WriteError::Name(folder.display().to_string()))?;
    let process = std::process::id();
    for attempt in 0u32.. {
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{suffix}-{process}-{attempt}"));
        let path = folder.with_file_name(hidden);
        if fs::symlink_metadata(&path).is_err() {
            return Ok(path);
        }
    }
    Err(WriteError::Name(folder.display().to_string()))
}

fn fill(fresh: &Path, files: &[(String, String)]) -> Result<(), WriteError> {
    fs::create_dir_all(fresh).map_err(refused(fresh))?;
    for (name, content) in files {
        let path = fresh.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(refused(parent))?;
        }
        let write = || {
            let mut file = File::create_new(&path)?;
            file.write_all(content.as_bytes())?;
            // A full disk may show only here.
            file.sync_all()
        };
        write().map_err(refused(&path))?;
    }
    Ok(())
}

fn replace(folder: &Path, fresh: &Path, exists: bool, files: &[(String, String)]) -> Result<(), WriteError> {
    if !exists {
        return fs::rename(fresh, folder).map_err(refused(folder));
    }
    let ours = is_ours(folder)?;
    let old = sibling(folder, "old")?;
    fs::rename(folder, &old).map_err(refused(folder))?;
    if let Err(source) = fs::rename(fresh, folder) {
        let _ = fs::rename(&old, folder);
        return Err(WriteError::Io { path: folder.to_owned(), source });
    }
    if ours {
        carry_over(&old, folder, files)?;
        fs::remove_dir_all(&old).map_err(refused(&old))
    } else {
        // Forced: what drsim did not write is set aside under a visible name, never deleted.
        let aside = set_aside(folder)?;
        fs::rename(&old, &aside).map_err(refused(&aside))
    }
}

/// Moves what the user put beside our files into the new folder.
fn carry_over(old: &Path, folder: &Path, files: &[(String, String)]) -> Result<(), WriteError> {
    for entry in fs::read_dir(old).map_err(refused(old))? {
        let name = entry.map_err(refused(old))?.file_name();
        let known = name == "plots" || files.iter().any(|(file, _)| name == file.as_str());
        if !known {
            fs::rename(old.join(&name), folder.join(&name)).map_err(refused(&folder.join(&name)))?;
        }
    }
    Ok(())
}

fn set_aside(folder: &Path) -> Result<PathBuf, WriteError> {
    let name = folder.file_name().ok_or_else(|| WriteError::Name(folder.display().to_string()))?;
    for attempt in 1u32.. {
        let mut visible = name.to_owned();
        visible.push(format!(".before-{attempt}"));
        let path = folder.with_file_name(visible);
        if fs::symlink_metadata(&path).is_err() {
            return Ok(path);
        }
    }
    Err(WriteError::Name(folder.display().to_string()))
}

//! From the argument to the scenarios it means: a file, a folder with everything below it, or standard input.

use super::exit::Failure;
use super::wire::{self, Loaded};
use drsim::scenario::Source;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

/// One scenario to read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Standard,
}

impl Input {
    /// What to call it in messages.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Standard => "standard input".to_owned(),
        }
    }

    /// Reads and checks it.
    ///
    /// # Errors
    /// It cannot be read, or is not a valid scenario.
    pub fn load(&self, overrides: &[String]) -> Result<Loaded, Failure> {
        match self {
            Self::File(path) => wire::load_file(path, overrides),
            Self::Standard => wire::load_text("standard input", &standard()?, None, overrides),
        }
    }

    /// Its text, not checked yet.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn source(&self) -> Result<Source, Failure> {
        match self {
            Self::File(path) => wire::source_file(path),
            Self::Standard => Ok(Source::from_text("standard input", standard()?)),
        }
    }
}

/// All of standard input.
fn standard() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| Failure::failed(format!("standard input: {error}")))?;
    if text.trim().is_empty() {
        return Err(Failure::usage("standard input is empty").help("name a scenario file, or pipe one in"));
    }
    Ok(text)
}

/// Standard input without an argument, unless a person sits there waiting.
pub fn standard_unless_terminal() -> Option<Input> {
    (!std::io::stdin().is_terminal()).then_some(Input::Standard)
}

/// What an argument means, and whether it is a folder.
///
/// # Errors
/// Nothing is there, it cannot be read, or a folder holds no scenario.
pub fn expand(argument: &Path) -> Result<(Vec<Input>, bool), Failure> {
    if argument == Path::new("-") {
        return Ok((vec![Input::Standard], false));
    }
    if !argument.is_dir() {
        if !argument.exists() {
            return Err(Failure::usage(format!("no such file `{}`", argument.display()))
                .help("`drsim new pay --template two-sites` writes a scenario to start from"));
        }
        return Ok((vec![Input::File(argument.to_owned())], false));
    }
    let mut found = Vec::new();
    collect(argument, &mut found)?;
    if found.is_empty() {
        return Err(Failure::usage(format!("no `*.toml` below `{}`", argument.display())));
    }
    found.sort();
    Ok((found.into_iter().map(Input::File).collect(), true))
}

/// Scenario files below `folder`; hidden folders, links and earlier results are passed over.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| Failure::at(folder, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| Failure::at(folder, &error))?;
        let kind = entry.file_type().map_err(|error| Failure::at(&entry.path(), &error))?;
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if kind.is_dir() && !hidden && !path.join("run.json").exists() {
            collect(&path, found)?;
        } else if kind.is_file() && !hidden && path.extension().is_some_and(|extension| extension == "toml") {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_means_every_scenario_below_it_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for path in
            ["b.toml", "a/z.toml", "a/notes.md", ".hidden/x.toml", "output/b/run.json", "output/b/scenario.toml"]
        {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let (found, many) = expand(folder.path()).unwrap();
        let names: Vec<_> = ["a/z.toml", "b.toml"].map(|name| Input::File(folder.path().join(name))).into();
        assert_eq!((found, many), (names, true));
        assert!(expand(&folder.path().join(".hidden/none.toml")).is_err());
        assert_eq!(expand(Path::new("-")).unwrap(), (vec![Input::Standard], false));
    }
}

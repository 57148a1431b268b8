//! `drsim man`: the manual page.

use super::args::{Cli, TEMPLATE};
use super::exit::{Exit, Failure};
use super::terminal;
use clap::CommandFactory as _;

/// Arguments of `man`.
#[derive(clap::Args, Debug)]
#[command(
    help_template = TEMPLATE,
    before_help = "Examples:
  drsim man > ~/.local/share/man/man1/drsim.1
  drsim man run | man -l -               the page of one subcommand\n\n"
)]
pub struct Args {
    /// The subcommand to describe instead of the whole program
    command: Option<String>,
}

/// Prints the page in roff.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let mut whole = Cli::command();
    whole.build();
    let described = match &args.command {
        None => whole,
        Some(name) => whole.find_subcommand(name).cloned().ok_or_else(|| {
            let names: Vec<_> = whole.get_subcommands().map(clap::Command::get_name).collect();
            Failure::usage(format!("no subcommand `{name}`")).help(format!("there are {}", names.join(", ")))
        })?,
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(described).render(&mut page).map_err(|error| Failure::printing(&error))?;
    terminal::result(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}

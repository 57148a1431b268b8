//! `drsim completions`: what the shell should offer after Tab.

use super::args::{Cli, TEMPLATE};
use super::exit::{Exit, Failure};
use super::terminal;
use clap::CommandFactory as _;
use clap_complete::Shell;

/// Arguments of `completions`.
#[derive(clap::Args, Debug)]
#[command(
    help_template = TEMPLATE,
    before_help = "Examples:
  drsim completions bash > ~/.local/share/bash-completion/completions/drsim
  drsim completions zsh > ~/.zfunc/_drsim
  drsim completions fish > ~/.config/fish/completions/drsim.fish\n\n"
)]
pub struct Args {
    /// For which shell
    shell: Shell,
}

/// Prints completions.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "drsim", &mut script);
    terminal::result(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

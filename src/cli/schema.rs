//! `drsim schema`: what a scenario file may say, for editors.

use super::args::TEMPLATE;
use super::exit::{Exit, Failure};
use super::{terminal, wire};

/// Arguments of `schema`.
#[derive(clap::Args, Debug)]
#[command(
    help_template = TEMPLATE,
    before_help = "Examples:
  drsim schema > drsim.schema.json      beside the scenarios that say `#:schema ./drsim.schema.json`\n\n"
)]
pub struct Args {}

/// Prints the schema.
pub fn run(_: &Args) -> Result<Exit, Failure> {
    terminal::result(&wire::schema())?;
    Ok(Exit::Done)
}

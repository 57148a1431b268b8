//! The command line: arguments in, exit code out. One file per subcommand.
//!
//! Only this layer prints, reads the clock, reads the environment and asks for threads; it computes nothing itself.

mod args;
mod check;
mod clock;
mod compare;
mod completions;
mod drill;
mod effort;
mod exit;
mod explain;
mod glossary;
mod inputs;
mod man;
mod merge;
mod new;
mod optimise;
mod outcome;
mod progress;
mod run;
mod schema;
mod study;
mod sweep;
mod terminal;
mod trace;
mod wire;

use args::{Cli, Command};
use clap::{CommandFactory, FromArgMatches, ValueEnum as _};
use exit::{Exit, Failure};
use std::process::ExitCode;
use terminal::Colour;

/// Runs the program.
pub fn main() -> ExitCode {
    // Before parsing: clap prints help and mistakes itself, and should know about colour by then.
    colour_of(std::env::args()).apply();
    let parsed = Cli::command().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let exit = match parsed {
        Ok(cli) => dispatch(&cli),
        Err(error) => {
            // The reader may have gone away; there is nobody left to tell.
            let _ = error.print();
            let lost = error.kind() == clap::error::ErrorKind::InvalidSubcommand;
            if lost && error.get(clap::error::ContextKind::SuggestedSubcommand).is_none() {
                let command = Cli::command();
                let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
                terminal::note(&format!("commands: {}", names.join(", ")));
            }
            if error.use_stderr() { Exit::Usage } else { Exit::Done }
        }
    };
    ExitCode::from(exit.code())
}

fn dispatch(cli: &Cli) -> Exit {
    cli.color.apply();
    let (json, ended) = match &cli.command {
        Command::New(args) => (false, new::run(args)),
        Command::Check(args) => (args.json, check::run(args)),
        Command::Run(args) => (args.show.json, run::run(args)),
        Command::Drill(args) => (args.show.json, drill::run(args)),
        Command::Compare(args) => (args.show.json, compare::run(args)),
        Command::Sweep(args) => (args.show.json, sweep::run(args)),
        Command::Optimise(args) => (args.show.json, optimise::run(args)),
        Command::Merge(args) => (args.show.json, merge::run(args)),
        Command::Trace(args) => (args.json, trace::run(args)),
        Command::Explain(args) => (false, explain::run(args)),
        Command::Schema(args) => (false, schema::run(args)),
        Command::Completions(args) => (false, completions::run(args)),
        Command::Man(args) => (false, man::run(args)),
    };
    ended.unwrap_or_else(|failure| end(&failure, json))
}

/// Says why a command could not go on, in the form that was asked for.
fn end(failure: &Failure, json: bool) -> Exit {
    if json && failure.exit != Exit::Done {
        // When even this cannot be printed there is nowhere left to say so; the exit code remains.
        let _ = terminal::json(&terminal::failure_json(failure));
    } else {
        terminal::complain(failure);
    }
    failure.exit
}

/// The value of `--color` among raw arguments; a wrong value is left to the parser to explain.
fn colour_of(arguments: impl Iterator<Item = String>) -> Colour {
    let mut arguments = arguments.skip(1).take_while(|argument| argument != "--");
    while let Some(argument) = arguments.next() {
        let value = match argument.strip_prefix("--color") {
            Some("") => arguments.next(),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        if let Some(colour) = value.and_then(|value| Colour::from_str(&value, false).ok()) {
            return colour;
        }
    }
    Colour::Auto
}

/// Prints the help of one subcommand: its argument is missing and a person sits at the terminal.
fn help_of(name: &str) -> Failure {
    let mut command = Cli::command();
    command.build();
    if let Some(subcommand) = command.find_subcommand_mut(name) {
        terminal::note(&subcommand.render_help().ansi().to_string());
    }
    Failure::usage("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_known_before_the_arguments_are_parsed() {
        let colour = |line: &str| colour_of(line.split(' ').map(str::to_owned));
        assert_eq!(colour("drsim run x --color never"), Colour::Never);
        assert_eq!(colour("drsim --color=always run x"), Colour::Always);
        assert_eq!(colour("drsim run -- --color never"), Colour::Auto);
        assert_eq!(colour("drsim run --color pink"), Colour::Auto);
    }
}

//! The command line as a tree of types; each subcommand keeps its own arguments in its own file.

use super::terminal::Colour;
use super::{check, compare, completions, drill, explain, man, merge, new, optimise, run, schema, sweep, trace};
use clap::{Parser, Subcommand};

/// Help with the examples above the list of options, where people look first.
pub const TEMPLATE: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// Replay node failures, disasters and recoveries of data centres, and see what stays up
#[derive(Parser, Debug)]
#[command(
    name = "drsim",
    version,
    max_term_width = 110,
    help_template = TEMPLATE,
    before_help = "Examples:
  drsim new pay --template two-sites    write a scenario to start from
  drsim check pay.toml                  is it valid? every problem at its place
  drsim run pay.toml                    replay it many times, write the report
  drsim drill pay.toml                  one event walked on paper, a hand-out to print
  drsim compare before.toml after.toml  what really differs, on the same failures
  drsim sweep pay.toml --set services.pay.replicas.sh-a=2..6
                                        how the answer moves with a number
  drsim optimise shop.toml              the cheapest of what `[choices]` offers that keeps every promise
  drsim trace pay.toml --trial worst    what happened in the worst trial
  drsim explain recovery_time_s         what a word means 术语解释",
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong use or invalid scenario, 3 an objective is missed (--strict),
4 an expectation or closed form disagrees (--verify), 130 interrupted.",
    arg_required_else_help = true
)]
pub struct Cli {
    /// Colours: auto, always or never; `NO_COLOR` turns `auto` off
    #[arg(long, global = true, value_enum, default_value_t, hide_possible_values = true, display_order = 900)]
    #[arg(value_name = "WHEN")]
    pub color: Colour,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Write a commented scenario to start from
    New(new::Args),
    /// Say whether scenarios are valid, and every problem at its place
    Check(check::Args),
    /// Replay a scenario many times and report what stays up
    Run(run::Args),
    /// Walk one event on paper: who does what when, which objective is missed, a hand-out to print
    Drill(drill::Args),
    /// Compare designs on the same failures: which differences are real, what more buys
    Compare(compare::Args),
    /// Run many designs of one scenario: every combination of some values, a sample, or one at a time
    Sweep(sweep::Args),
    /// Find the cheapest design that keeps every promise, and what each promise costs
    Optimise(optimise::Args),
    /// Put the shards of one study together
    Merge(merge::Args),
    /// Tell one trial event by event
    Trace(trace::Args),
    /// Explain a metric, an error code or a term 解释指标、错误代码或术语
    Explain(explain::Args),
    /// Print the JSON schema of scenario files, for completion in an editor
    Schema(schema::Args),
    /// Print completions for a shell
    Completions(completions::Args),
    /// Print the manual page
    Man(man::Args),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_subcommand_shows_examples() {
        for command in Cli::command().get_subcommands() {
            let examples = command.get_before_help().map(ToString::to_string).unwrap_or_default();
            assert!(examples.starts_with("Examples:\n  drsim "), "{}: {examples:?}", command.get_name());
        }
    }
}

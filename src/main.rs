//! The command `drsim`: everything it does is in the library; this reads arguments, prints and exits.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}

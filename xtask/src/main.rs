//! What CI calls: one subcommand per file, in Rust, with nothing to install first.

mod bench;
mod cargo;
mod contracts;
mod debian;
mod fuzz;
mod kill_test;
mod npm;
mod outcome;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use outcome::Outcome;

/// The chores of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run every test and every check, and say at the end what was skipped and why
    Test(test::Arguments),
    /// Measure, and compare with what it may cost; fails where it costs more
    Bench(bench::Arguments),
    /// Kill workers at random moments while they drive swaps, and count what was lost or doubled
    KillTest(kill_test::Arguments),
    /// Feed every parser and every verifier with whatever a fuzzer finds
    Fuzz(fuzz::Arguments),
    /// Compile the sandbox's contracts again and compare every byte with what is committed
    Contracts(contracts::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Test(arguments) => test::run(&arguments).map_err(Into::into),
        Command::Bench(arguments) => bench::run(&arguments).map_err(Into::into),
        Command::KillTest(arguments) => kill_test::run(&arguments).map_err(Into::into),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Contracts(arguments) => contracts::run(&arguments).map_err(Into::into),
    };
    outcome::report(outcome)
}

/// Why a chore failed. Each chore has an error type of its own; this is only its text.
type Failure = Box<dyn std::error::Error>;

/// What a chore came to, or why it failed.
type Finished = Result<Outcome, Failure>;

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
        let parse = |line: &str| Arguments::try_parse_from(line.split(' '));
        assert!(parse("xtask test --only tests --only docs").is_ok());
        assert!(parse("xtask bench evm --quick").is_ok());
        assert!(parse("xtask bench").is_err());
        assert!(parse("xtask kill-test --kills 1000 --seed 7 --store sqlite").is_ok());
        assert!(parse("xtask kill-test --deposits --kills 200").is_ok());
        assert!(parse("xtask kill-test --store everywhere").is_err());
        assert!(parse("xtask test --only everything").is_err());
    }
}

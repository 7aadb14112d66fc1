//! The `countersign` command.

mod arguments;
mod commands;
mod connection;
mod exit;
mod files;
mod journal;
mod keyring;
mod moment;
mod output;
mod refunds;
mod secrets;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use countersign::keys::harden_process;
use tracing_subscriber::EnvFilter;

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    // Before there is a secret. Where the system does not let us, there is nothing else to do.
    let _ = harden_process();
    let arguments = Arguments::parse();
    log_to_stderr(arguments.verbose);
    let json = arguments.command.json();
    let ended = match arguments.command {
        Command::Swap(swap) => commands::swap::run(&swap),
        Command::Resume(resume) => commands::resume::run(&resume),
        Command::Cancel(cancel) => commands::cancel::run(&cancel),
        Command::Work(work) => commands::work::run(&work),
        Command::Check(check) => commands::check::run(&check),
        Command::Statement(statement) => commands::statement::run(&statement),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(sandbox) => commands::sandbox::run(&sandbox),
        Command::Status(status) => commands::status::run(&status),
        Command::Networks(networks) => commands::networks::run(&networks),
        Command::Tokens(tokens) => commands::tokens::run(&tokens),
        Command::Quote(quote) => commands::quote::run(&quote),
        Command::Allowances(allowances) => commands::allowances::run(&allowances),
        Command::Allowance(allowance) => commands::allowance::run(&allowance),
        Command::Swaps(swaps) => commands::swaps::run(&swaps),
        Command::Audit(audit) => commands::audit::run(&audit),
        Command::Keys(keys) => commands::keys::run(&keys),
        Command::Refund(refund) => commands::refund::run(&refund),
        Command::Completions(completions) => commands::completions::run(&completions),
        Command::Man(man) => commands::man::run(&man),
    };
    exit::report(ended, json)
}

/// Logs go to standard error, and only where they are asked for: `RUST_LOG` wins over `-v`.
fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => "error",
        1 => "warn",
        2 => "info,countersign=debug",
        _ => "debug,countersign=trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .init();
}

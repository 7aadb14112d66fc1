//! `cargo xtask fuzz`: every fuzz target for a share of the time.

use std::process::Command;

use clap::Args;

use crate::outcome::Outcome;
use crate::{Failure, Finished};

/// The targets of `fuzz/Cargo.toml`.
const TARGETS: [&str; 9] = [
    "api_types",
    "evm_verify",
    "bitcoin_decode",
    "bitcoin_verify",
    "solana_decode",
    "solana_verify",
    "quote_prove",
    "intent_verify",
    "check",
];

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How long to fuzz in all, in seconds
    #[arg(long, default_value_t = 120)]
    seconds: u32,
}

pub(crate) fn run(arguments: &Arguments) -> Finished {
    if !can("cargo", &["+nightly", "fuzz", "--version"]) {
        return Ok(Outcome::Skipped("needs cargo-fuzz and a nightly compiler".to_owned()));
    }
    let count = u32::try_from(TARGETS.len())?;
    let each = arguments.seconds.checked_div(count).unwrap_or(1).max(1);
    for target in TARGETS {
        fuzz(target, each)?;
    }
    Ok(Outcome::Done(format!("{count} targets, {each} s each, no crash")))
}

fn fuzz(target: &str, seconds: u32) -> Result<(), Failure> {
    eprintln!("== fuzz {target}");
    let limit = format!("-max_total_time={seconds}");
    // Findings of this run stay out of the committed corpus, which holds the seeds.
    let found = format!("fuzz/target/corpus/{target}");
    std::fs::create_dir_all(&found)?;
    let seeds = format!("fuzz/corpus/{target}");
    let status = Command::new("cargo")
        .args(["+nightly", "fuzz", "run", target, &found, &seeds, "--"])
        .args([&limit, "-print_final_stats=1", "-timeout=10"])
        .status()?;
    if status.success() { Ok(()) } else { Err(format!("{target} ended with {status}").into()) }
}

fn can(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

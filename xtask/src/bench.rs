//! `cargo xtask bench`: measures, and compares with what it may cost.

mod bitcoin;
mod estimates;
mod fit;
mod flow;
mod judged;
mod keys;
mod medians;
mod quote;
mod ratio;
mod solana;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::cargo::cargo;
use crate::outcome::Outcome;
use estimates::Estimates;
use flow::Flow;
use judged::Judged;
use medians::Medians;
use ratio::{EVM, Ratio};

/// The arguments of `cargo xtask bench`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What to measure
    suite: Suite,
    /// Measure for a short time: to see that it works, not how fast it is
    #[arg(long)]
    quick: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Suite {
    /// Permit2: verification and approval beside a raw signature
    Evm,
    /// PSBTs of 10 to 1,000 inputs: verification and approval beside raw signatures
    Bitcoin,
    /// Transactions to co-sign: verification and approval beside raw signatures, and throughput
    Solana,
    /// Quotes: the proof of one beside the verification of its signature
    Quote,
    /// Keys: look-ups among a million addresses, and signatures beside those of bare keys
    Keys,
    /// Whole swaps: with a journal beside without one, and how soon a long journal answers
    Flow,
}

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// Something could not be run or written.
    #[error("cannot {action}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The benchmark did not come to its end.
    #[error("the benchmark failed")]
    Failed,
    /// Cargo did not say where it builds.
    #[error("expected cargo metadata to name its target directory")]
    NoTarget,
    /// A measurement is missing.
    #[error("expected a median of {id} in {}", path.display())]
    NoMedian {
        /// The benchmark's name.
        id: &'static str,
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A benchmark wrote something else than measurements.
    #[error("expected the name of a measurement and a median, each once, found {0:?}")]
    Line(String),
    /// A benchmark left a measurement out.
    #[error("expected a measurement of {name}, found none")]
    NoLine {
        /// What had to be measured.
        name: String,
    },
}

/// Runs a suite, and judges what it measured.
///
/// # Errors
///
/// Returns a [`BenchError`] if it can't be run or measures nothing.
pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, BenchError> {
    match arguments.suite {
        Suite::Evm => evm(arguments.quick),
        Suite::Bitcoin => bitcoin(arguments.quick),
        Suite::Solana => solana(arguments.quick),
        Suite::Quote => quote(arguments.quick),
        Suite::Keys => keys(arguments.quick),
        Suite::Flow => flow(arguments.quick),
    }
}

fn evm(quick: bool) -> Result<Outcome, BenchError> {
    let estimates = Estimates::new(&target()?);
    // What an earlier run measured must not be taken for what this one did.
    estimates.forget(&EVM)?;
    let mut command = bench("countersign-evm", "permit");
    if quick {
        command.args(["--warm-up-time=0.5", "--measurement-time=1"]);
    }
    measure(command.env("CRITERION_HOME", estimates.folder()))?;
    judge(&EVM, &estimates)
}

fn bitcoin(quick: bool) -> Result<Outcome, BenchError> {
    let medians = medians(bench("countersign-bitcoin", "psbt"), quick, &bitcoin::names())?;
    report(bitcoin::describe(&medians), &bitcoin::judge(&medians))
}

fn solana(quick: bool) -> Result<Outcome, BenchError> {
    let medians = medians(bench("countersign-solana", "cosign"), quick, &solana::names())?;
    report(solana::describe(&medians), &solana::judge(&medians))
}

fn quote(quick: bool) -> Result<Outcome, BenchError> {
    let medians = medians(bench("countersign-near", "quote"), quick, &quote::names())?;
    report(quote::describe(&medians), &quote::judge(&medians))
}

fn keys(quick: bool) -> Result<Outcome, BenchError> {
    let medians = medians(bench("countersign-keys", "keys"), quick, &keys::names())?;
    report(keys::describe(&medians), &keys::judge(&medians))
}

fn flow(quick: bool) -> Result<Outcome, BenchError> {
    let flow = Flow::read(&written(bench("countersign-tests", "flow"), quick)?)?;
    report(flow.describe(), &flow.judge())
}

/// Runs a benchmark of our own, which writes what it measured.
fn medians(bench: Command, quick: bool, names: &[String]) -> Result<Medians, BenchError> {
    Medians::read(&written(bench, quick)?, names)
}

fn written(mut bench: Command, quick: bool) -> Result<String, BenchError> {
    measure(bench.args(quick.then_some("--quick")).stdout(Stdio::piped()))
}

fn report(mut lines: Vec<String>, judged: &[Judged]) -> Result<Outcome, BenchError> {
    lines.extend(judged.iter().map(ToString::to_string));
    write(&lines)?;
    Ok(Outcome::Written { good: judged.iter().all(Judged::holds) })
}

fn bench(package: &str, bench: &str) -> Command {
    let mut command = cargo();
    command.args(["bench", "--locked", "--package", package, "--bench", bench, "--"]);
    command
}

/// Runs a benchmark, and returns what it wrote where that is captured.
fn measure(command: &mut Command) -> Result<String, BenchError> {
    let run = command.spawn().and_then(Child::wait_with_output);
    let output = run.map_err(|source| BenchError::Io { action: "run cargo bench", source })?;
    if !output.status.success() {
        return Err(BenchError::Failed);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn judge(ratios: &[Ratio], estimates: &Estimates) -> Result<Outcome, BenchError> {
    let median = |id| estimates.median(id);
    let mut lines = Vec::new();
    for id in ratio::ids(ratios) {
        lines.push(format!("median {id} {:.2} µs", median(id)? / 1_000.0));
    }
    let mut good = true;
    for ratio in ratios {
        let judged = ratio.judge(median)?;
        good &= judged.holds();
        lines.push(judged.to_string());
    }
    write(&lines)?;
    Ok(Outcome::Written { good })
}

fn write(lines: &[String]) -> Result<(), BenchError> {
    let written = lines.iter().try_for_each(|line| writeln!(io::stdout(), "{line}"));
    written.map_err(|source| BenchError::Io { action: "write to the standard output", source })
}

/// Asks cargo where it builds: a configuration or `CARGO_TARGET_DIR` may have moved it.
fn target() -> Result<PathBuf, BenchError> {
    let output = cargo().args(["metadata", "--no-deps", "--format-version=1"]).output();
    let output =
        output.map_err(|source| BenchError::Io { action: "run cargo metadata", source })?;
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|_| BenchError::NoTarget)?;
    let target = metadata.get("target_directory").and_then(serde_json::Value::as_str);
    target.map(PathBuf::from).ok_or(BenchError::NoTarget)
}

//! The list of checks, and how each is run.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use super::reader::Reader;
use super::tally::Tally;
use super::{anvil, bitcoind, keystores, moto, softhsm2};
use crate::cargo::{cargo, root};
use crate::contracts;
use crate::outcome::{Outcome, explain};

/// A part of the whole that can be run alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Part {
    /// Unit, integration, example and documentation tests
    Tests,
    /// The keys alone, with all their sources: a part of the tests and of clippy
    Keys,
    /// Format and clippy
    Lints,
    /// The documentation, without a warning
    Docs,
    /// The command without the sandbox
    Production,
    /// The contracts' artifacts
    Contracts,
    /// Dependencies: licences, bans, sources
    Deny,
}

impl Part {
    /// Says whether other parts have it too, so that it runs only where it is asked for.
    pub(super) const fn is_in_others(self) -> bool {
        matches!(self, Self::Keys)
    }
}

/// One check.
pub(super) struct Check {
    pub(super) part: Part,
    pub(super) name: &'static str,
    /// Runs it; takes its name.
    pub(super) run: fn(&str) -> io::Result<Tally>,
}

/// The sources of keys that no package of the workspace has by default. With them in the one build
/// that the checks share, none of them is built a second time for the keys alone.
const SOURCES: &str = "--features=countersign-tests/aws-kms,countersign-examples/aws-kms";
/// The same, and the command with them: its tests are of what is built by default.
const ALL_SOURCES: &str = "--features=countersign-tests/aws-kms,countersign-examples/aws-kms,\
                           countersign-cli/aws-kms,countersign-cli/pkcs11,countersign-cli/remote";
/// What tests are told: all of them run to the end, and say what was skipped.
const TO_THE_END: [&str; 3] = ["--no-fail-fast", "--", "--show-output"];

/// All checks, the quick ones first.
pub(super) const CHECKS: &[Check] = &[
    Check { part: Part::Lints, name: "format", run: format },
    Check { part: Part::Tests, name: "tests", run: tests },
    Check { part: Part::Tests, name: "redaction off", run: unredacted },
    Check { part: Part::Keys, name: "keys", run: keys },
    Check { part: Part::Lints, name: "clippy", run: clippy },
    Check { part: Part::Docs, name: "docs", run: docs },
    Check { part: Part::Production, name: "production build", run: production },
    Check { part: Part::Contracts, name: "contracts", run: contracts },
    Check { part: Part::Deny, name: "deny", run: deny },
];

fn format(name: &str) -> io::Result<Tally> {
    judge(name, cargo().args(["fmt", "--all", "--check"]))
}

/// Runs all tests to the end. Their output is shown as it comes.
fn tests(name: &str) -> io::Result<Tally> {
    let mut command = cargo();
    command.args(["test", "--workspace", "--locked", SOURCES]).args(TO_THE_END);
    command.envs(anvil::find().map(|program| (anvil::VARIABLE, program)));
    command.envs(bitcoind::find().map(|program| (bitcoind::VARIABLE, program)));
    find_sources(&mut command);
    tested(name, &mut command)
}

/// Searches for secrets in what crates without redaction show, of which some have to be found.
fn unredacted(name: &str) -> io::Result<Tally> {
    if !cfg!(target_os = "linux") {
        return Ok(Tally::skipped(name, "needs Linux"));
    }
    let mut command = cargo();
    command.env("RUSTC_WORKSPACE_WRAPPER", root().canonicalize()?.join("xtask").join("unredacted"));
    command.args(["test", "--workspace", "--locked", SOURCES, "--test=secrets", "unredacted"]);
    let tally = tested(name, command.args(TO_THE_END))?;
    // Crates that were built as always have no such test.
    Ok(if tally.passed == 0 { Tally::failed(name) } else { tally })
}

/// Runs the keys' own tests, the swaps with keys in tokens and services, the examples of those, and the
/// command over all sources.
fn keys(name: &str) -> io::Result<Tally> {
    let mut own = cargo();
    own.args(["test", "--package=countersign-keys", "--all-features", "--locked"]);
    let mut swaps = cargo();
    swaps.args(["test", "--package=countersign-tests", "--package=countersign-examples"]);
    swaps.args(["--locked", SOURCES, "--test=keystores", "--test=outside_keys"]);
    swaps.args(["--example=hsm_softhsm", "--example=kms_signer", "--example=remote_signer"]);
    let mut command = cargo();
    command.args(["test", "--package=countersign-cli", "--package=countersign-tests"]);
    command.args(["--package=countersign-examples", "--locked", "--test=sources", ALL_SOURCES]);
    let mut tally = Tally::default();
    for mut command in [own, swaps, command] {
        find_sources(command.args(TO_THE_END));
        tally.add(&tested(name, &mut command)?);
    }
    // A source must not be missed where its feature is off.
    for features in ["--all-features", "--no-default-features"] {
        let mut clippy = cargo();
        clippy.args(["clippy", "--package=countersign-keys", features, "--all-targets"]);
        tally.add(&judge(name, clippy.args(["--locked", "--", "-D", "warnings"]))?);
    }
    Ok(tally)
}

/// Tells tests where the software is that keys of theirs are in.
fn find_sources(command: &mut Command) {
    command.envs(keystores::find().map(|folder| (keystores::VARIABLE, folder)));
    command.envs(softhsm2::find().map(|library| (softhsm2::VARIABLE, library)));
    command.envs(moto::find().map(|python| (moto::VARIABLE, python)));
}

/// Runs tests, shows their output as it comes, and counts them.
fn tested(name: &str, command: &mut Command) -> io::Result<Tally> {
    show(command)?;
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut reader = Reader::default();
    if let Some(output) = child.stdout.take() {
        copy(BufReader::new(output), &mut reader)?;
    }
    Ok(reader.finish(name, child.wait()?.success()))
}

fn clippy(name: &str) -> io::Result<Tally> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--locked", ALL_SOURCES];
    judge(name, cargo().args(arguments).args(["--", "-D", "warnings"]))
}

fn docs(name: &str) -> io::Result<Tally> {
    let arguments = ["doc", "--workspace", "--no-deps", "--locked", ALL_SOURCES];
    judge(name, cargo().args(arguments).env("RUSTDOCFLAGS", "-D warnings"))
}

fn production(name: &str) -> io::Result<Tally> {
    judge(
        name,
        cargo().args(["build", "-p", "countersign-cli", "--no-default-features", "--locked"]),
    )
}

fn contracts(name: &str) -> io::Result<Tally> {
    writeln!(io::stdout(), "cargo xtask contracts")?;
    Ok(match contracts::run(&contracts::Arguments::default()) {
        Ok(Outcome::Skipped(why)) => Tally::skipped(name, &why),
        Ok(_) => Tally::passed(),
        Err(error) => {
            explain(&error);
            Tally::failed(name)
        }
    })
}

fn deny(name: &str) -> io::Result<Tally> {
    let mut version = cargo();
    let version = version.args(["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    if !version.status()?.success() {
        return Ok(Tally::skipped(name, "needs cargo-deny"));
    }
    // Duplicates are worth a look now and then, and pages long.
    let checks = ["bans", "licenses", "sources"];
    judge(name, cargo().args(["deny", "--locked", "check", "--allow=duplicate"]).args(checks))
}

/// Runs a command whose exit status is the whole answer.
fn judge(name: &str, command: &mut Command) -> io::Result<Tally> {
    show(command)?;
    let good = command.status()?.success();
    Ok(if good { Tally::passed() } else { Tally::failed(name) })
}

fn show(command: &Command) -> io::Result<()> {
    let arguments: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    writeln!(io::stdout(), "cargo {}", arguments.join(" "))
}

fn copy(mut output: impl BufRead, reader: &mut Reader) -> io::Result<()> {
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        if reader.take(String::from_utf8_lossy(&line).trim_end()) {
            io::stdout().write_all(&line)?;
        }
        line.clear();
    }
    Ok(())
}

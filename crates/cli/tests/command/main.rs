//! The command as scripts use it: what it prints where, and its exit status.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

#[cfg(feature = "sandbox")]
mod allowance;
#[cfg(feature = "sandbox")]
mod apis;
mod audit;
#[cfg(feature = "sandbox")]
mod batch;
#[cfg(feature = "sandbox")]
mod cancel;
mod check;
#[cfg(feature = "sandbox")]
mod choose;
#[cfg(feature = "sandbox")]
mod coins;
mod generate;
#[cfg(feature = "sandbox")]
mod journalled;
#[cfg(feature = "sandbox")]
mod keyring;
mod keys;
#[cfg(feature = "sandbox")]
mod lists;
mod live;
#[cfg(feature = "sandbox")]
mod means;
mod nodes;
#[cfg(feature = "sandbox")]
mod postgres;
mod sample;
#[cfg(feature = "sandbox")]
mod served;
mod server;
#[cfg(feature = "sandbox")]
mod solana;
#[cfg(feature = "sandbox")]
mod swap;
mod swaps;
#[cfg(feature = "sandbox")]
mod tamper;
#[cfg(feature = "sandbox")]
mod work;

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

pub(crate) fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_owned());
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    // A command that does not read its input closes it, which is no failure here.
    let _ = writer.join().unwrap();
    output
}

/// Returns the command with these arguments and nothing from the environment.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(arguments);
    for variable in
        ["RUST_LOG", "COUNTERSIGN_API_KEY", "COUNTERSIGN_API_URL", "COUNTERSIGN_JOURNAL"]
    {
        command.env_remove(variable);
    }
    command
}

pub(crate) fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

pub(crate) fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Writes a file that its owner alone can read, and returns its path.
pub(crate) fn private_file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    set_mode(&path, 0o600);
    path.display().to_string()
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

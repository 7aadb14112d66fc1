//! The pinned Solidity compiler: installed by npm under `target/`, run by node.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};

use super::Folders;
use super::artifact::Artifact;
use super::error::{self, ContractsError};

/// The contracts, each in the file of its name.
const CONTRACTS: [&str; 2] = ["SandboxToken", "SandboxEscrow"];
/// The files that pin the compiler and everything it depends on.
const PINS: [&str; 2] = ["package.json", "package-lock.json"];

/// Says whether npm answers here.
pub(super) fn has_npm() -> bool {
    let mut npm = Command::new("npm");
    let version = npm.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    run_status(version).is_some()
}

/// Installs exactly what the lock file names, unless that is there already.
///
/// # Errors
///
/// Returns a [`ContractsError`] if a file cannot be copied or npm fails.
pub(super) fn install(folders: &Folders) -> Result<(), ContractsError> {
    let target = &folders.compiler;
    if target.join("node_modules").is_dir() && same_pins(folders) {
        return Ok(());
    }
    fs::create_dir_all(target).map_err(|source| error::file(target, source))?;
    for pin in PINS {
        error::write(&target.join(pin), &error::read(&folders.contracts.join(pin))?)?;
    }
    let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    let mut npm = Command::new("npm");
    run_status(npm.args(install).current_dir(target)).ok_or(ContractsError::Install)
}

/// Compiles all contracts in one run of the compiler.
///
/// # Errors
///
/// Returns a [`ContractsError`] if the compiler cannot be run or reports an error.
pub(super) fn compile(folders: &Folders) -> Result<Vec<Artifact>, ContractsError> {
    let answer = run_solc(&folders.compiler, &standard_input(&folders.contracts)?)?;
    // The wrapper may write a remark before the answer.
    let json = answer.find('{').and_then(|start| answer.get(start..)).unwrap_or_default();
    let output: Value = serde_json::from_str(json).map_err(ContractsError::Json)?;
    if let Some(message) = first_error(&output) {
        return Err(ContractsError::Compile { message });
    }
    CONTRACTS.iter().map(|name| Artifact::from_output(&output, name)).collect()
}

fn same_pins(folders: &Folders) -> bool {
    PINS.iter().all(|pin| {
        let ours = fs::read(folders.contracts.join(pin));
        let installed = fs::read(folders.compiler.join(pin));
        matches!((ours, installed), (Ok(ours), Ok(installed)) if ours == installed)
    })
}

/// Builds the compiler's input. Sources are named without a folder: their names are compiled in.
fn standard_input(contracts: &Path) -> Result<String, ContractsError> {
    let settings = error::read(&contracts.join("settings.json"))?;
    let settings: Value = serde_json::from_str(&settings).map_err(ContractsError::Json)?;
    let mut sources = Map::new();
    for name in CONTRACTS {
        let file = format!("{name}.sol");
        let content = error::read(&contracts.join(&file))?;
        sources.insert(file, json!({ "content": content }));
    }
    Ok(json!({ "language": "Solidity", "sources": sources, "settings": settings }).to_string())
}

fn run_solc(folder: &Path, input: &str) -> Result<String, ContractsError> {
    let script = folder.join("node_modules/solc/solc.js");
    let mut child = Command::new("node")
        .arg(script)
        .arg("--standard-json")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(ContractsError::Run)?;
    // Dropped at the end of the statement, which closes the pipe: the compiler reads to its end.
    child
        .stdin
        .take()
        .map_or(Ok(()), |mut pipe| pipe.write_all(input.as_bytes()))
        .map_err(ContractsError::Run)?;
    let output = child.wait_with_output().map_err(ContractsError::Run)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn first_error(output: &Value) -> Option<String> {
    let errors = output.get("errors")?.as_array()?;
    let error = errors
        .iter()
        .find(|error| error.get("severity").is_some_and(|severity| severity == "error"))?;
    Some(error.get("formattedMessage").and_then(Value::as_str).unwrap_or("no message").to_owned())
}

fn run_status(command: &mut Command) -> Option<()> {
    command.status().ok().filter(std::process::ExitStatus::success).map(drop)
}

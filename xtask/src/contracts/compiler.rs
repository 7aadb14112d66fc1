//! The pinned Solidity compiler, run by node.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};

use super::Folders;
use super::artifact::Artifact;
use super::error::{self, ContractsError};

/// The contracts, each in the file of its name.
const CONTRACTS: [&str; 2] = ["SandboxToken", "SandboxEscrow"];

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

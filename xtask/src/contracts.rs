//! `cargo xtask contracts`: proves that the committed artifacts are what the sources compile to.

mod artifact;
mod compiler;
mod error;

use std::path::PathBuf;

use crate::npm;
use crate::outcome::Outcome;
use artifact::Artifact;
use error::ContractsError;

/// The arguments of `cargo xtask contracts`.
#[derive(Default, clap::Args)]
pub(crate) struct Arguments {
    /// Write what was compiled over the committed artifacts
    #[arg(long)]
    write: bool,
}

/// Compiles the contracts with the pinned compiler, and compares or writes the artifacts.
///
/// # Errors
///
/// Returns a [`ContractsError`] if the compiler cannot be installed or run, a source does not
/// compile, or an artifact differs from what is committed.
pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, ContractsError> {
    let folders = Folders::new();
    if !npm::is_here() {
        return Ok(Outcome::Skipped("needs npm".to_owned()));
    }
    npm::install(&folders.contracts, &folders.compiler)?;
    let artifacts = compiler::compile(&folders)?;
    if arguments.write { write(&folders, &artifacts) } else { compare(&folders, &artifacts) }
}

/// Where the sources lie and where the compiler is put.
struct Folders {
    contracts: PathBuf,
    compiler: PathBuf,
}

impl Folders {
    fn new() -> Self {
        let root = crate::cargo::root();
        Self { contracts: root.join("contracts"), compiler: root.join("target").join("solc") }
    }

    fn artifact(&self, artifact: &Artifact) -> PathBuf {
        self.contracts.join("artifacts").join(format!("{}.json", artifact.name))
    }
}

fn write(folders: &Folders, artifacts: &[Artifact]) -> Result<Outcome, ContractsError> {
    for artifact in artifacts {
        error::write(&folders.artifact(artifact), &artifact.text())?;
    }
    Ok(Outcome::Done(format!("wrote {} artifacts", artifacts.len())))
}

fn compare(folders: &Folders, artifacts: &[Artifact]) -> Result<Outcome, ContractsError> {
    for artifact in artifacts {
        let path = folders.artifact(artifact);
        let committed = error::read(&path)?;
        if let Some(offset) = first_difference(&committed, &artifact.text()) {
            return Err(ContractsError::Differs { path, offset });
        }
    }
    Ok(Outcome::Done(format!("{} artifacts compile to the committed bytes", artifacts.len())))
}

fn first_difference(left: &str, right: &str) -> Option<usize> {
    let shared = left.bytes().zip(right.bytes()).take_while(|(one, other)| one == other).count();
    (left.len() != shared || right.len() != shared).then_some(shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_byte_that_differs() {
        assert_eq!(first_difference("abc", "abc"), None);
        assert_eq!(first_difference("abc", "abd"), Some(2));
        assert_eq!(first_difference("abc", "abcd"), Some(3));
        assert_eq!(first_difference("", "a"), Some(0));
    }
}

//! Why the contracts could not be proven.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::npm::NpmError;

/// Why the contracts could not be compiled or compared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ContractsError {
    /// A file could not be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The pinned compiler could not be installed.
    #[error(transparent)]
    Install(#[from] NpmError),
    /// The compiler could not be started or talked to.
    #[error("cannot run the compiler by node")]
    Run(#[source] io::Error),
    /// The settings or the compiler's answer is no JSON.
    #[error("expected JSON")]
    Json(#[source] serde_json::Error),
    /// A source does not compile.
    #[error("the compiler refuses the sources: {message}")]
    Compile {
        /// The compiler's own words.
        message: String,
    },
    /// The compiler's answer lacks a contract.
    #[error("the compiler's answer holds no interface and code of {contract}")]
    Output {
        /// The contract.
        contract: String,
    },
    /// An artifact is not what its source compiles to.
    #[error("{} differs from what compiling gives, from byte {offset} on; update it with --write", path.display())]
    Differs {
        /// The committed artifact.
        path: PathBuf,
        /// The first byte that differs.
        offset: usize,
    },
}

/// Wraps what the system said about a file.
pub(super) fn file(path: &Path, source: io::Error) -> ContractsError {
    ContractsError::File { path: path.to_owned(), source }
}

/// Reads a text file.
///
/// # Errors
///
/// Returns [`ContractsError::File`] if it cannot be read.
pub(super) fn read(path: &Path) -> Result<String, ContractsError> {
    fs::read_to_string(path).map_err(|source| file(path, source))
}

/// Writes a text file.
///
/// # Errors
///
/// Returns [`ContractsError::File`] if it cannot be written.
pub(super) fn write(path: &Path, text: &str) -> Result<(), ContractsError> {
    fs::write(path, text).map_err(|source| file(path, source))
}

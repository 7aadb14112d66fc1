//! From arguments to a client, a configuration and a key.

use std::fs;
use std::path::{Path, PathBuf};

use countersign::approval::ConfigError;
use countersign::evm::{LocalSigner, ParseKeyError};
use countersign::http_client::{
    ConfigError as ClientConfigError, DefiClient, ExposeSecret, SecretString,
};
use countersign::{ConfigFileError, DefiApi};

use crate::arguments::Api;

const API_KEY_VARIABLE: &str = "COUNTERSIGN_API_KEY";

/// Why a command can't begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    #[error("expected --api-url, or the API's base URL in COUNTERSIGN_API_URL")]
    NoUrl,
    #[error("expected --api-key-file, or the API key in {API_KEY_VARIABLE}")]
    NoApiKey,
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}: expected a file that only its owner can read, found mode {mode:o}", path.display())]
    ReadableByOthers { path: PathBuf, mode: u32 },
    #[error("{}: {source}", path.display())]
    Key { path: PathBuf, source: ParseKeyError },
    #[error("expected {0}")]
    Missing(&'static str),
    #[error(transparent)]
    Client(#[from] ClientConfigError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    ConfigFile(#[from] ConfigFileError),
}

/// Makes a client of the API that the arguments name, with the key that they name.
pub(crate) fn api(arguments: &Api) -> Result<DefiApi, SetupError> {
    let key = match &arguments.key_file {
        Some(path) => read_secret(path)?,
        None => std::env::var(API_KEY_VARIABLE).map_err(|_| SetupError::NoApiKey)?.into(),
    };
    api_with_key(arguments, key)
}

/// Makes a client of the API that the arguments name.
pub(crate) fn api_with_key(arguments: &Api, key: SecretString) -> Result<DefiApi, SetupError> {
    let url = arguments.url.as_deref().ok_or(SetupError::NoUrl)?;
    Ok(DefiApi::new(DefiClient::builder(url).api_key(key).profile(arguments.profile).build()?))
}

/// Reads a private key from its file.
pub(crate) fn key(path: &Path) -> Result<LocalSigner, SetupError> {
    let text = read_secret(path)?;
    LocalSigner::from_hex(text.expose_secret())
        .map_err(|source| SetupError::Key { path: path.to_owned(), source })
}

/// Reads a secret from a file that others can't read, without the line break at its end.
fn read_secret(path: &Path) -> Result<SecretString, SetupError> {
    let unreadable = |source| SetupError::Unreadable { path: path.to_owned(), source };
    check_mode(path, &fs::metadata(path).map_err(unreadable)?)?;
    let mut text = fs::read_to_string(path).map_err(unreadable)?;
    text.truncate(text.trim_end().len());
    Ok(text.into())
}

#[cfg(unix)]
fn check_mode(path: &Path, metadata: &fs::Metadata) -> Result<(), SetupError> {
    use std::os::unix::fs::PermissionsExt;
    const OTHERS: u32 = 0o077;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    Err(SetupError::ReadableByOthers { path: path.to_owned(), mode })
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &fs::Metadata) -> Result<(), SetupError> {
    Ok(())
}

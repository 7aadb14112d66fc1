//! From arguments to a client, a configuration and a key.

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};

use countersign::ConfigFileError;
#[cfg(feature = "sandbox")]
use countersign::api_types::defi::Profile;
use countersign::approval::{ConfigError, Registry};
use countersign::evm::{LocalSigner, ParseKeyError};
use countersign::http_client::{
    ConfigError as ClientConfigError, DefiClient, ExposeSecret, RsaAuth, SecretString, SigningRule,
};
#[cfg(feature = "sandbox")]
use countersign_sandbox::Sandbox;

use crate::arguments::Api;

const API_URL_VARIABLE: &str = "COUNTERSIGN_API_URL";
const API_KEY_VARIABLE: &str = "COUNTERSIGN_API_KEY";

/// Why a command can't begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    #[error("expected --api-url, or the API's base URL in {API_URL_VARIABLE}")]
    NoUrl,
    #[error("expected --api-key-file, --rsa-key-file, or the API key in {API_KEY_VARIABLE}")]
    NoApiKey,
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}: expected a file that only its owner can read, found mode {mode:o}", path.display())]
    ReadableByOthers { path: PathBuf, mode: u32 },
    #[error("{}: {source}", path.display())]
    Key { path: PathBuf, source: ParseKeyError },
    #[error("{}: {source}", path.display())]
    RsaKey { path: PathBuf, source: ClientConfigError },
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
pub(crate) fn client(arguments: &Api) -> Result<DefiClient, SetupError> {
    let url = arguments.url.clone().or_else(|| std::env::var(API_URL_VARIABLE).ok());
    let builder = DefiClient::builder(&url.ok_or(SetupError::NoUrl)?).profile(arguments.profile);
    let builder = match &arguments.rsa_key_file {
        Some(path) => builder.signed_requests(rsa_key(path, &arguments.signing_rules)?),
        None => builder.api_key(api_key(arguments.key_file.as_deref())?),
    };
    Ok(builder.build()?)
}

/// Makes a client of a sandbox, which knows how its requests are to be proved.
#[cfg(feature = "sandbox")]
pub(crate) fn with_sandbox(sandbox: &Sandbox, profile: Profile) -> Result<DefiClient, SetupError> {
    let builder = DefiClient::builder(sandbox.url()).profile(profile);
    let builder = match sandbox.rsa_private_key_pem() {
        Some(pem) => builder.signed_requests(RsaAuth::from_pem(&pem.to_owned().into())?),
        None => builder.api_key(sandbox.api_key().to_owned().into()),
    };
    Ok(builder.build()?)
}

/// Reads a registry from its file, which only its owner may write.
pub(crate) fn registry(path: &Path) -> Result<Registry, SetupError> {
    const OTHERS_WRITE: u32 = 0o022;
    let writable = |mode| ConfigFileError::WritableByOthers { path: path.to_owned(), mode }.into();
    Ok(Registry::from_toml(&read(path, OTHERS_WRITE, writable)?)?)
}

fn rsa_key(path: &Path, rules: &[SigningRule]) -> Result<RsaAuth, SetupError> {
    let key = RsaAuth::from_pem(&read_secret(path)?);
    let key = key.map_err(|source| SetupError::RsaKey { path: path.to_owned(), source })?;
    Ok(key.with_rules(rules.iter().copied().collect()))
}

fn api_key(path: Option<&Path>) -> Result<SecretString, SetupError> {
    match path {
        Some(path) => read_secret(path),
        None => Ok(std::env::var(API_KEY_VARIABLE).map_err(|_| SetupError::NoApiKey)?.into()),
    }
}

/// Reads a private key from its file.
pub(crate) fn key(path: &Path) -> Result<LocalSigner, SetupError> {
    let text = read_secret(path)?;
    LocalSigner::from_hex(text.expose_secret())
        .map_err(|source| SetupError::Key { path: path.to_owned(), source })
}

/// Reads a secret from a file that others can't read, without the line break at its end.
fn read_secret(path: &Path) -> Result<SecretString, SetupError> {
    const OTHERS: u32 = 0o077;
    let readable = |mode| SetupError::ReadableByOthers { path: path.to_owned(), mode };
    let mut text = read(path, OTHERS, readable)?;
    text.truncate(text.trim_end().len());
    Ok(text.into())
}

/// Reads a file that has none of the mode bits that are refused; they are those of the very file
/// that is read.
fn read(
    path: &Path,
    refused: u32,
    refuse: impl FnOnce(u32) -> SetupError,
) -> Result<String, SetupError> {
    let unreadable = |source| SetupError::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let mode = mode(&file.metadata().map_err(unreadable)?);
    if mode & refused != 0 {
        return Err(refuse(mode));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

#[cfg(unix)]
fn mode(metadata: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o777
}

#[cfg(not(unix))]
const fn mode(_: &Metadata) -> u32 {
    0
}

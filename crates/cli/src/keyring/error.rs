use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use countersign::approval::Environment;
use countersign::keys::{ConfigError, ImportError, KeyringError, KeystoreError, SourceError};

/// Why there is no key to work with. It holds no secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    #[error("{}: {}", path.display(), Whole(source))]
    Config { path: PathBuf, source: ConfigError },
    #[error("keyring: source {name}: {}", Whole(source))]
    Settings { name: String, source: ConfigError },
    #[error(
        "keyring: source {name}: expected keystore, pkcs11, kms or remote, found {}",
        countersign::approval::excerpt(kind)
    )]
    Kind { name: String, kind: String },
    #[error(
        "keyring: source {name}: this program was built without {feature}: cargo build --features \
         {feature}"
    )]
    Feature { name: String, feature: &'static str },
    /// A token, a KMS or a service is not there, or does not let us in.
    #[error("keyring: source {name}: {reason}")]
    #[cfg_attr(
        not(any(feature = "aws-kms", feature = "pkcs11", feature = "remote")),
        expect(dead_code, reason = "there are none")
    )]
    Source { name: String, reason: String },
    #[error("keyring: {0}")]
    Keyring(#[from] KeyringError),
    #[error("{}: {}", path.display(), Whole(source))]
    Keystore { path: PathBuf, source: KeystoreError },
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error("the key {key} signs on {expected}, this is on {found}")]
    Environment { key: String, expected: Environment, found: Environment },
    #[error("the key {key} does not sign for {found}")]
    Scope { key: String, found: String },
    #[error(
        "--owner: expected the account that pays, as several of the keyring sign on {network}: {} \
         and {}, for example", keys.0, keys.1
    )]
    Which { network: String, keys: (String, String) },
}

impl KeysError {
    /// Returns the exit status: bad input, or something that failed.
    pub(crate) fn status(&self) -> u8 {
        match self {
            Self::Keyring(KeyringError::Source { reason: SourceError::NoKey { .. }, .. }) => 2,
            Self::Source { .. }
            | Self::Keyring(KeyringError::Source { .. })
            | Self::Import(ImportError::Random(_)) => 1,
            // What can't be read is bad input, what can't be written is not.
            Self::Keystore { source: KeystoreError::Io { action, .. }, .. } => {
                if *action == "read" { 2 } else { 1 }
            }
            _ => 2,
        }
    }
}

/// Says which file an error is of.
pub(crate) fn in_file(path: &Path) -> impl FnOnce(KeystoreError) -> KeysError {
    let path = path.to_owned();
    move |source| KeysError::Keystore { path, source }
}

/// An error with its causes, in one line.
struct Whole<'a>(&'a (dyn Error + 'static));

impl fmt::Display for Whole<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let causes = std::iter::successors(self.0.source(), |error| (*error).source());
        let mut said = self.0.to_string();
        formatter.write_str(&said.replace('\n', " "))?;
        for cause in causes {
            let text = cause.to_string();
            // What is transparent says what its cause does.
            if !said.contains(&text) {
                write!(formatter, ": {}", text.replace('\n', " "))?;
            }
            said = text;
        }
        Ok(())
    }
}

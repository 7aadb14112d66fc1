//! The sources of a keyring: what their settings are, and how each is opened.

#[cfg(feature = "remote")]
mod remote;

use std::path::{Path, PathBuf};

use countersign::keys::{KeySource, KeyringConfig, SourceConfig};
use serde::Deserialize;

use super::KeysError;
use crate::arguments::Unlock;
use crate::exit::Failure;

/// What a source is.
pub(super) enum Kind {
    Keystore(KeystoreAt),
    #[cfg_attr(
        not(any(feature = "aws-kms", feature = "pkcs11", feature = "remote")),
        expect(dead_code, reason = "there is none")
    )]
    Outside(Outside),
}

/// Where a keystore is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeystoreAt {
    /// As it is seen from the keyring's file.
    pub(super) path: PathBuf,
}

/// A source that is no file; each is a feature.
pub(super) enum Outside {
    #[cfg(feature = "pkcs11")]
    Token(countersign::keys::pkcs11::TokenSettings),
    #[cfg(feature = "aws-kms")]
    Kms(countersign::keys::kms::KmsSettings),
    #[cfg(feature = "remote")]
    Remote(remote::ServiceAt),
}

/// By what sources are opened.
#[derive(Clone, Copy)]
pub(super) struct Opening<'a> {
    /// Where the keyring's file is.
    pub(super) folder: &'a Path,
    #[cfg_attr(
        not(any(feature = "pkcs11", feature = "remote")),
        expect(dead_code, reason = "none is opened by a secret")
    )]
    pub(super) unlock: &'a Unlock,
}

impl Opening<'_> {
    /// Returns a path as it is seen from the keyring's file.
    pub(super) fn beside(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}

/// Reads what sources there are, before any of them is opened.
pub(super) fn kinds(config: &KeyringConfig) -> Result<Vec<(&str, Kind)>, KeysError> {
    let sources = config.sources.iter();
    sources.map(|(name, source)| Ok((name.as_str(), Kind::of(name, source)?))).collect()
}

impl Kind {
    fn of(name: &str, source: &SourceConfig) -> Result<Self, KeysError> {
        let wrong = |source| KeysError::Settings { name: name.to_owned(), source };
        Ok(match source.kind.as_str() {
            "keystore" => Self::Keystore(source.read().map_err(wrong)?),
            #[cfg(feature = "pkcs11")]
            "pkcs11" => Self::Outside(Outside::Token(source.read().map_err(wrong)?)),
            #[cfg(feature = "aws-kms")]
            "kms" => Self::Outside(Outside::Kms(source.read().map_err(wrong)?)),
            #[cfg(feature = "remote")]
            "remote" => Self::Outside(Outside::Remote(source.read().map_err(wrong)?)),
            other => return Err(unknown(name, other)),
        })
    }

    /// Says whether a passphrase, a PIN or another secret opens it.
    pub(super) fn takes_secret(&self) -> bool {
        match self {
            Self::Keystore(_) => true,
            Self::Outside(outside) => outside.takes_secret(),
        }
    }
}

/// Says why a source of this kind is not opened here: it is a feature, or there is none.
fn unknown(name: &str, kind: &str) -> KeysError {
    let features = [("pkcs11", "pkcs11"), ("kms", "aws-kms"), ("remote", "remote")];
    let found = features.into_iter().find(|(known, _)| *known == kind);
    let name = name.to_owned();
    match found {
        Some((_, feature)) => KeysError::Feature { name, feature },
        None => KeysError::Kind { name, kind: kind.to_owned() },
    }
}

impl Outside {
    fn takes_secret(&self) -> bool {
        match *self {
            #[cfg(feature = "pkcs11")]
            Self::Token(_) => true,
            #[cfg(feature = "aws-kms")]
            Self::Kms(_) => false,
            #[cfg(feature = "remote")]
            Self::Remote(ref service) => service.takes_secret(),
        }
    }

    /// Opens the source.
    #[cfg_attr(
        not(any(feature = "aws-kms", feature = "pkcs11")),
        expect(clippy::unused_async, reason = "nothing is asked")
    )]
    #[cfg_attr(
        not(any(feature = "aws-kms", feature = "pkcs11", feature = "remote")),
        expect(unused_variables, reason = "there is nothing to open")
    )]
    pub(super) async fn open(self, name: &str, opening: Opening<'_>) -> Result<KeySource, Failure> {
        match self {
            #[cfg(feature = "pkcs11")]
            Self::Token(settings) => {
                let pin = opening.unlock.open(name, "the PIN")?;
                let opened =
                    countersign::keys::pkcs11::Pkcs11Source::open(name, settings, Some(pin)).await;
                Ok(opened.map_err(|error| failed(name, &error))?.into_source())
            }
            #[cfg(feature = "aws-kms")]
            Self::Kms(settings) => {
                let opened = countersign::keys::kms::KmsSource::connect(name, &settings).await;
                Ok(opened.map_err(|error| failed(name, &error))?.into_source())
            }
            #[cfg(feature = "remote")]
            Self::Remote(service) => service.open(name, opening),
        }
    }
}

/// Says that a source did not open.
#[cfg(any(feature = "aws-kms", feature = "pkcs11", feature = "remote"))]
fn failed(name: &str, error: &dyn std::fmt::Display) -> KeysError {
    KeysError::Source { name: name.to_owned(), reason: error.to_string() }
}

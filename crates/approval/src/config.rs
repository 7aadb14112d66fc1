use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// SHA-256 of the policy's and of the registry's text.
///
/// Stands in every statement, so that a reviewer and an audit know what a payload was judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "there is a policy and a registry")]
pub struct ConfigDigest {
    /// SHA-256 of the policy's text.
    #[serde(with = "crate::wire::hex")]
    pub policy: [u8; 32],
    /// SHA-256 of the registry's text.
    #[serde(with = "crate::wire::hex")]
    pub registry: [u8; 32],
}

/// Why a policy or a registry was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The text is not TOML, or has an unknown key, or a value of the wrong type.
    #[error("{file}: {reason}")]
    Toml {
        /// `policy` or `registry`.
        file: &'static str,
        /// What the reader said, with the line.
        reason: String,
    },
    /// A value has the right type and makes no sense.
    #[error("{file}: {member}: expected {expected}, found {found}")]
    Value {
        /// `policy` or `registry`.
        file: &'static str,
        /// The path of the key.
        member: String,
        /// What it has to be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
}

impl ConfigError {
    pub(crate) fn value(
        file: &'static str,
        member: impl Into<String>,
        expected: &'static str,
        found: impl fmt::Display,
    ) -> Self {
        Self::Value {
            file,
            member: member.into(),
            expected,
            found: crate::excerpt(&found.to_string()),
        }
    }
}

/// Reads TOML and remembers its digest.
pub(crate) fn read<T: DeserializeOwned>(
    file: &'static str,
    text: &str,
) -> Result<(T, [u8; 32]), ConfigError> {
    let value = toml::from_str(text).map_err(|error| ConfigError::Toml {
        file,
        reason: error.to_string().trim_end().to_owned(),
    })?;
    Ok((value, Sha256::digest(text).into()))
}

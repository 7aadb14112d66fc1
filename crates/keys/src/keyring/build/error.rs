use std::fmt;

use crate::{DeriveError, SourceError};

/// Why there is no keyring.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// A key or an account is in a source that isn't there.
    #[error("{name}: there is no source {wanted}")]
    NoSource {
        /// The key's name.
        name: String,
        /// The source's name.
        wanted: String,
    },
    /// Two sources have one name.
    #[error("there are two sources {name}")]
    TwoSources {
        /// The name.
        name: String,
    },
    /// A member of the configuration makes no sense.
    #[error("{name}: {member}: expected {expected}, found {found}")]
    Value {
        /// The key's name.
        name: String,
        /// The member.
        member: &'static str,
        /// What it has to be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// The source doesn't say what the public half is before it is opened.
    #[error("{name}: expected {member}, as the source {wanted} does not say it")]
    NoPublicKey {
        /// The key's name.
        name: String,
        /// The member that is missing.
        member: &'static str,
        /// The source's name.
        wanted: String,
    },
    /// The configuration does not say a public half, and says that it must.
    #[error("{name}: expected {member} in the configuration, as it has require_pinned")]
    NotPinned {
        /// The key's name.
        name: String,
        /// The member that is missing.
        member: &'static str,
    },
    /// The source has another key there than the configuration says.
    #[error("{name}: expected the key {expected} in its source, found {found}")]
    OtherKey {
        /// The key's name.
        name: String,
        /// The public half in the configuration.
        expected: String,
        /// The public half in the source.
        found: String,
    },
    /// Two keys have one address, so that it would not be clear which one signs.
    #[error("{name} and {other} have one address, {address}")]
    Twice {
        /// A key's name.
        name: String,
        /// The other's.
        other: String,
        /// The address.
        address: String,
    },
    /// A key can't be derived.
    #[error("{name}: {reason}")]
    Derive {
        /// The key's name.
        name: String,
        /// Why not.
        reason: DeriveError,
    },
    /// The source was asked for a public half, and did not answer.
    #[error("{name}: {reason}")]
    Source {
        /// The key's name.
        name: String,
        /// Why not.
        reason: SourceError,
    },
}

/// Says what is wrong with a member of a key.
pub(super) fn value(
    name: &str,
    member: &'static str,
    expected: &'static str,
    found: impl fmt::Display,
) -> KeyringError {
    KeyringError::Value { name: name.to_owned(), member, expected, found: found.to_string() }
}

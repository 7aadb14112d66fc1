use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::DerivationPath;

/// The curve of a key, which says what it can sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "a source must know all that it may be asked for")]
pub enum Curve {
    /// ECDSA, and Schnorr's scheme of BIP-340.
    Secp256k1,
    /// `EdDSA`.
    Ed25519,
}

/// The public half of a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "one for each curve")]
pub enum PublicKey {
    /// A point of secp256k1, compressed.
    Secp256k1([u8; 33]),
    /// A point of Ed25519, as RFC 8032 writes it.
    Ed25519([u8; 32]),
}

/// Which key of a source is meant.
///
/// It holds no secret. Cloning it is cheap.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KeyRef {
    pub(crate) id: Arc<str>,
    pub(crate) path: KeyPath,
    pub(crate) public_key: PublicKey,
}

/// How a key follows from what its source keeps under a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a source must know all that it may be asked for")]
pub enum KeyPath {
    /// It is the key of that name.
    Single,
    /// It is derived from the seed of that name.
    Derived {
        /// The whole path.
        path: DerivationPath,
    },
    /// It is derived from the seed of that name: an account's path, a chain and an index.
    Child {
        /// The path of the account.
        account: DerivationPath,
        /// The chain: 0 for addresses that are given out, 1 for change.
        chain: u32,
        /// The index in the chain.
        index: u32,
    },
}

impl Curve {
    /// Returns the name, as it stands in configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secp256k1 => "secp256k1",
            Self::Ed25519 => "ed25519",
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl PublicKey {
    /// Returns the curve.
    pub const fn curve(&self) -> Curve {
        match self {
            Self::Secp256k1(_) => Curve::Secp256k1,
            Self::Ed25519(_) => Curve::Ed25519,
        }
    }

    /// Returns the bytes.
    pub const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Secp256k1(bytes) => bytes,
            Self::Ed25519(bytes) => bytes,
        }
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{self}", self.curve())
    }
}

impl KeyRef {
    /// Returns the source's own name of the key: a label, an ARN, an entry of a keystore.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns how the key follows from what stands there.
    pub const fn path(&self) -> &KeyPath {
        &self.path
    }

    /// Returns the public key that is expected there.
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }
}

impl fmt::Display for KeyRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.id)
    }
}

impl fmt::Debug for KeyRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyRef({}, {:?}, {:?})", self.id, self.path, self.public_key)
    }
}

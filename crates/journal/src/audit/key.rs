use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use crate::{Digest, StoreError};

/// The key that signs checkpoints, by Ed25519 (RFC 8032). It signs nothing else.
///
/// Its `Debug` form shows the public key.
pub struct AuditKey(Ed25519KeyPair);

/// What checkpoints are verified by: 32 bytes, written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AuditPublicKey(Digest);

/// What was given is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct AuditKeyError(&'static str);

impl AuditKey {
    /// Makes a new key.
    ///
    /// # Errors
    ///
    /// Returns an [`AuditKeyError`] if the system gives no random bytes.
    pub fn generate() -> Result<Self, AuditKeyError> {
        let pair = Ed25519KeyPair::generate();
        pair.map(Self).map_err(|_| AuditKeyError("random bytes from the system"))
    }

    /// Takes a key from its 32 secret bytes.
    ///
    /// # Errors
    ///
    /// Returns an [`AuditKeyError`] if they are none.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, AuditKeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed);
        pair.map(Self).map_err(|_| AuditKeyError("a secret key of Ed25519"))
    }

    /// Takes a key from PKCS#8, as it is kept in a file.
    ///
    /// # Errors
    ///
    /// Returns an [`AuditKeyError`] if it is of another form.
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, AuditKeyError> {
        let pair = Ed25519KeyPair::from_pkcs8(bytes);
        pair.map(Self).map_err(|_| AuditKeyError("a key of Ed25519 in PKCS#8"))
    }

    /// Writes the key, with its secret, as PKCS#8.
    ///
    /// # Errors
    ///
    /// Returns an [`AuditKeyError`] if it can't be written.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>, AuditKeyError> {
        let document = self.0.to_pkcs8().map_err(|_| AuditKeyError("a key that can be kept"))?;
        Ok(document.as_ref().to_vec())
    }

    /// Returns what checkpoints are verified by.
    pub fn public_key(&self) -> AuditPublicKey {
        let bytes = self.0.public_key().as_ref().try_into();
        AuditPublicKey(Digest::new(bytes.unwrap_or_default()))
    }

    /// Signs, and verifies what came out before it leaves.
    pub(super) fn sign(&self, message: &[u8]) -> Result<[u8; 64], StoreError> {
        let signature = self.0.try_sign(message).map_err(|_| StoreError::NotSigned)?;
        let signature = signature.as_ref().try_into().map_err(|_| StoreError::NotSigned)?;
        if self.public_key().verifies(message, &signature) {
            return Ok(signature);
        }
        Err(StoreError::NotSigned)
    }
}

impl AuditPublicKey {
    /// Wraps the key's bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(Digest::new(bytes))
    }

    /// Returns the key's bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.as_bytes()).verify(message, signature).is_ok()
    }
}

impl FromStr for AuditPublicKey {
    type Err = AuditKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = AuditKeyError("64 lower-case hex digits");
        Digest::from_hex(text).map(Self).ok_or(wrong)
    }
}

impl fmt::Display for AuditPublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl fmt::Debug for AuditPublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AuditPublicKey({self})")
    }
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AuditKey({})", self.public_key())
    }
}

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::memory_lock::scrub_deep;
use crate::source::{Brief, EcdsaSignature, Message, Prehash, SchnorrTweak, Source};
use crate::vault::{Ed25519Secret, Item, SecpSecret, Seed, Tree, Vault};
use crate::{
    AccountKey, Curve, DerivationPath, KeyPath, KeyRef, KeySource, PublicKey, SourceError,
    SourceKind,
};

/// Keys in memory: for tests, the sandbox, and small sums.
///
/// The keys are erased when the last keyring with them is dropped, are kept out of the swap where
/// the system allows, are never shown, and can't be taken out again.
#[derive(Debug)]
pub struct MemoryKeys {
    vault: Vault,
}

/// Bytes are no secret of that kind. It does not say what they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The bytes are no private key.
    #[error("expected a secp256k1 private key of 32 bytes, from 1 to the order of the curve")]
    Secp256k1,
    /// The bytes are no seed.
    #[error("expected a seed of 16 to 64 bytes")]
    Seed,
}

impl MemoryKeys {
    /// Begins with no keys; the name stands in errors and in a keyring's configuration.
    pub fn new(name: &str) -> Self {
        Self { vault: Vault::new(name) }
    }

    /// Adds a private key of secp256k1. The caller erases the bytes.
    ///
    /// # Errors
    ///
    /// Returns [`SecretError::Secp256k1`] if the bytes are not in the range of a key.
    pub fn secp256k1(mut self, id: &str, key: &[u8; 32]) -> Result<Self, SecretError> {
        let secret = SecpSecret::new(key).ok_or(SecretError::Secp256k1)?;
        self.vault.insert(id, Item::Secp256k1(secret));
        scrub_deep();
        Ok(self)
    }

    /// Adds a private key of Ed25519. The caller erases the bytes.
    #[must_use]
    pub fn ed25519(mut self, id: &str, key: &[u8; 32]) -> Self {
        self.vault.insert(id, Item::Ed25519(Ed25519Secret::new(key)));
        scrub_deep();
        self
    }

    /// Adds a seed, from which keys are derived. The caller erases the bytes.
    ///
    /// # Errors
    ///
    /// Returns [`SecretError::Seed`] if it has fewer than 16 or more than 64 bytes.
    pub fn seed(mut self, id: &str, seed: &[u8]) -> Result<Self, SecretError> {
        let seed = Seed::new(seed).ok_or(SecretError::Seed)?;
        self.vault.insert(id, Item::Seed(Tree::new(seed)));
        scrub_deep();
        Ok(self)
    }

    /// Makes a source of it.
    pub fn into_source(self) -> KeySource {
        KeySource::new(VaultSource::open(Arc::new(self.vault), SourceKind::Memory))
    }
}

/// A source that has its secrets in memory.
pub(crate) struct VaultSource {
    vault: Arc<Vault>,
    kind: SourceKind,
}

impl VaultSource {
    pub(crate) const fn open(vault: Arc<Vault>, kind: SourceKind) -> Self {
        Self { vault, kind }
    }
}

#[async_trait]
impl Source for VaultSource {
    fn name(&self) -> &str {
        self.vault.name()
    }

    fn kind(&self) -> SourceKind {
        self.kind
    }

    fn deadline(&self) -> Option<Duration> {
        None
    }

    async fn public_key(&self, id: &str, _: Curve) -> Result<PublicKey, SourceError> {
        self.vault.public_key(id)
    }

    fn known(&self, id: &str, curve: Curve, path: &KeyPath) -> Option<PublicKey> {
        match path {
            KeyPath::Single => self.vault.public_key(id).ok(),
            KeyPath::Derived { path } => self.vault.derived(id, curve, path).ok(),
            KeyPath::Child { .. } => None,
        }
    }

    fn account(&self, id: &str, path: &DerivationPath) -> Option<AccountKey> {
        self.vault.account(id, path, false).ok()
    }

    async fn sign_ecdsa(
        &self,
        key: &KeyRef,
        digest: Prehash<'_>,
        _: &Brief,
    ) -> Result<EcdsaSignature, SourceError> {
        self.vault.sign_ecdsa(key, digest)
    }

    async fn sign_schnorr(
        &self,
        key: &KeyRef,
        tweak: SchnorrTweak,
        digest: Prehash<'_>,
        _: &Brief,
    ) -> Result<[u8; 64], SourceError> {
        self.vault.sign_schnorr(key, tweak, digest)
    }

    async fn sign_ed25519(
        &self,
        key: &KeyRef,
        message: Message<'_>,
        _: &Brief,
    ) -> Result<[u8; 64], SourceError> {
        self.vault.sign_ed25519(key, message)
    }
}

impl fmt::Debug for VaultSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}({:?})", self.kind, self.vault)
    }
}

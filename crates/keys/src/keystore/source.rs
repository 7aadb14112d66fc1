use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use super::{KeystoreEntry, KeystoreError, KeystoreFile, OpenKeystore};
use crate::source::{Brief, EcdsaSignature, Message, Prehash, SchnorrTweak, Source};
use crate::vault::Vault;
use crate::{
    AccountKey, Curve, DerivationPath, KeyPath, KeyRef, KeySource, PublicKey, SourceError,
    SourceKind,
};

/// A keystore as a source of keys, which can be opened and locked while a keyring has it.
///
/// Addresses are found while it is locked; to sign, it must be open. Cloning it is cheap, and all
/// clones are open or locked together.
#[derive(Clone, Debug)]
pub struct LockedKeystore {
    shared: Arc<Shared>,
}

/// What the source of a keyring and its owner have in common.
struct Shared {
    name: String,
    file: KeystoreFile,
    vault: RwLock<Option<Arc<Vault>>>,
}

impl LockedKeystore {
    /// Takes a file; the name is that of the source in a keyring's configuration.
    pub fn new(name: &str, file: KeystoreFile) -> Self {
        let shared = Shared { name: name.to_owned(), file, vault: RwLock::default() };
        Self { shared: Arc::new(shared) }
    }

    /// Opens the secrets, as [`KeystoreFile::open`] does.
    ///
    /// # Errors
    ///
    /// Returns what that returns; the keystore stays as it was.
    pub fn unlock(&self, passphrase: &SecretString) -> Result<(), KeystoreError> {
        let OpenKeystore { mut vault, .. } = self.shared.file.open(passphrase)?;
        if let Some(vault) = Arc::get_mut(&mut vault) {
            vault.rename(&self.shared.name);
        }
        *self.shared.vault.write().unwrap_or_else(PoisonError::into_inner) = Some(vault);
        Ok(())
    }

    /// Erases the secrets from memory, as soon as no signature is being made.
    pub fn lock(&self) {
        self.shared.vault.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Says whether the secrets are in memory.
    pub fn is_locked(&self) -> bool {
        self.shared.vault.read().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Returns the source for a keyring.
    pub fn source(&self) -> KeySource {
        KeySource::new(Self::clone(self))
    }
}

impl Shared {
    fn vault(&self) -> Result<Arc<Vault>, SourceError> {
        let vault = self.vault.read().unwrap_or_else(PoisonError::into_inner).clone();
        vault.ok_or_else(|| SourceError::Locked { source_name: self.name.clone() })
    }
}

#[async_trait]
impl Source for LockedKeystore {
    fn name(&self) -> &str {
        &self.shared.name
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Keystore
    }

    fn deadline(&self) -> Option<Duration> {
        None
    }

    async fn public_key(&self, id: &str, curve: Curve) -> Result<PublicKey, SourceError> {
        let known = self.known(id, curve, &KeyPath::Single);
        let (source_name, key) = (self.shared.name.clone(), id.to_owned());
        known.ok_or(SourceError::NoKey { source_name, key })
    }

    fn known(&self, id: &str, curve: Curve, path: &KeyPath) -> Option<PublicKey> {
        match (self.shared.file.entry(id)?, path) {
            (KeystoreEntry::Key { curve: known, public_key, .. }, KeyPath::Single) => {
                public_key.read(*known)
            }
            (KeystoreEntry::Seed { derived, .. }, KeyPath::Derived { path }) => {
                let mut derived = derived.iter();
                let known = derived.find(|key| key.path == *path && key.curve == curve)?;
                known.public_key.read(curve)
            }
            _ => None,
        }
    }

    fn account(&self, id: &str, path: &DerivationPath) -> Option<AccountKey> {
        let KeystoreEntry::Seed { accounts, .. } = self.shared.file.entry(id)? else {
            return None;
        };
        accounts.iter().find(|account| account.path == *path).map(|account| account.xpub)
    }

    async fn sign_ecdsa(
        &self,
        key: &KeyRef,
        digest: Prehash<'_>,
        _: &Brief,
    ) -> Result<EcdsaSignature, SourceError> {
        self.shared.vault()?.sign_ecdsa(key, digest)
    }

    async fn sign_schnorr(
        &self,
        key: &KeyRef,
        tweak: SchnorrTweak,
        digest: Prehash<'_>,
        _: &Brief,
    ) -> Result<[u8; 64], SourceError> {
        self.shared.vault()?.sign_schnorr(key, tweak, digest)
    }

    async fn sign_ed25519(
        &self,
        key: &KeyRef,
        message: Message<'_>,
        _: &Brief,
    ) -> Result<[u8; 64], SourceError> {
        self.shared.vault()?.sign_ed25519(key, message)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Keystore({}, {} secrets)", self.name, self.file.keys().len())
    }
}

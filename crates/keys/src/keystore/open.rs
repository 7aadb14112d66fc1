use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::file::{KnownAccount, KnownKey, PublicKeyText};
use super::sealed::{Kind, Secret, Secrets};
use super::{KeystoreEntry, KeystoreError, KeystoreFile, WorkFactor};
use crate::import::SecretKind;
use crate::memory_lock::scrub_deep;
use crate::vault::{Ed25519Secret, Item, SecpSecret, Seed, Tree, Vault};
use crate::{AccountKey, Curve, DerivationPath, ImportedSecret, PublicKey};

/// A passphrase below this is no protection; a good one is far longer.
const SHORTEST_PASSPHRASE: usize = 8;
const LONGEST_NAME: usize = 64;

/// A keystore whose secrets are in memory: to add to it, to write it down, or to sign by it.
///
/// The secrets are kept out of the swap where the system allows, and erased when it is dropped.
pub struct OpenKeystore {
    pub(super) vault: Arc<Vault>,
    /// What is public, by name.
    pub(super) public: BTreeMap<String, KeystoreEntry>,
}

impl OpenKeystore {
    /// Begins with no secrets.
    pub fn new() -> Self {
        Self { vault: Arc::new(Vault::new("keystore")), public: BTreeMap::new() }
    }

    /// Takes what was decrypted, and compares what stands in the clear with it.
    pub(super) fn of_file(
        public: Vec<KeystoreEntry>,
        secrets: &Secrets,
    ) -> Result<Self, KeystoreError> {
        let mut keystore = Self::new();
        for secret in secrets.content()?.secrets {
            let item = item_of(&secret)?;
            keystore.insert(secret.id, item)?;
        }
        scrub_deep();
        let secret_ids = keystore.public.len();
        if public.len() != secret_ids {
            let found = format!("{} public entries for {secret_ids} secrets", public.len());
            return Err(KeystoreError::Damaged(found));
        }
        for entry in public {
            keystore.compare(&entry)?;
            keystore.public.insert(entry.id().to_owned(), entry);
        }
        Ok(keystore)
    }

    /// Requires that a public entry follows from its secret.
    fn compare(&self, entry: &KeystoreEntry) -> Result<(), KeystoreError> {
        let altered = |member: &dyn fmt::Display| KeystoreError::Altered {
            id: entry.id().to_owned(),
            member: member.to_string(),
        };
        let Some(derived) = self.public.get(entry.id()) else { return Err(altered(&"name")) };
        let KeystoreEntry::Seed { id, accounts, derived: keys } = entry else {
            return if entry == derived { Ok(()) } else { Err(altered(&"public_key")) };
        };
        if !matches!(derived, KeystoreEntry::Seed { .. }) {
            return Err(altered(&"kind"));
        }
        for account in accounts {
            let ours = self.vault.account(id, &account.path, account.xpub.is_test());
            if ours.ok().as_ref() != Some(&account.xpub) {
                return Err(altered(&account.path));
            }
        }
        for key in keys {
            let ours = self.vault.derived(id, key.curve, &key.path).ok();
            if ours.is_none() || ours != key.public_key.read(key.curve) {
                return Err(altered(&key.path));
            }
        }
        Ok(())
    }

    /// Adds a secret under a name.
    ///
    /// # Errors
    ///
    /// Returns [`KeystoreError::Exists`] if there is one of that name, or [`KeystoreError::Name`].
    pub fn add(&mut self, id: &str, secret: &ImportedSecret) -> Result<(), KeystoreError> {
        let bytes = || secret.bytes.as_slice().try_into().ok();
        let item = match secret.kind {
            SecretKind::Seed => Seed::new(&secret.bytes).map(|seed| Item::Seed(Tree::new(seed))),
            SecretKind::Key(Curve::Secp256k1) => {
                bytes().and_then(SecpSecret::new).map(Item::Secp256k1)
            }
            SecretKind::Key(Curve::Ed25519) => {
                bytes().map(|bytes| Item::Ed25519(Ed25519Secret::new(bytes)))
            }
        };
        let item =
            item.ok_or(KeystoreError::NoSecret { id: id.to_owned(), expected: "a secret" })?;
        let added = self.insert(id, item);
        scrub_deep();
        added
    }

    fn insert(&mut self, id: &str, item: Item) -> Result<(), KeystoreError> {
        require_name(id)?;
        if self.public.contains_key(id) {
            return Err(KeystoreError::Exists { id: id.to_owned() });
        }
        let entry = entry_of(id, &item);
        self.vault_mut(id)?.insert(id, item);
        self.public.insert(id.to_owned(), entry);
        Ok(())
    }

    /// A keystore that signs already is not changed.
    fn vault_mut(&mut self, id: &str) -> Result<&mut Vault, KeystoreError> {
        let expected = "a place in a keystore that is not in use";
        let wrong = || KeystoreError::NoSecret { id: id.to_owned(), expected };
        Arc::get_mut(&mut self.vault).ok_or_else(wrong)
    }

    /// Derives an account of a seed on secp256k1, and lists its public half, from which its addresses
    /// are found without the passphrase.
    ///
    /// # Errors
    ///
    /// Returns [`KeystoreError::NoSecret`] if there is no seed of that name, or
    /// [`KeystoreError::Source`].
    pub fn list_account(
        &mut self,
        id: &str,
        path: &DerivationPath,
        test_network: bool,
    ) -> Result<AccountKey, KeystoreError> {
        let xpub = self.vault.account(id, path, test_network)?;
        let Some(KeystoreEntry::Seed { accounts, .. }) = self.public.get_mut(id) else {
            return Err(KeystoreError::NoSecret { id: id.to_owned(), expected: "a seed" });
        };
        accounts.retain(|account| account.path != *path);
        accounts.push(KnownAccount { path: path.clone(), xpub });
        Ok(xpub)
    }

    /// Derives a key of a seed, and lists its public half.
    ///
    /// # Errors
    ///
    /// Returns [`KeystoreError::NoSecret`] if there is no seed of that name, or
    /// [`KeystoreError::Source`], as where Ed25519 is to take a step that is not hardened.
    pub fn list_key(
        &mut self,
        id: &str,
        curve: Curve,
        path: &DerivationPath,
    ) -> Result<PublicKey, KeystoreError> {
        let public_key = self.vault.derived(id, curve, path)?;
        let Some(KeystoreEntry::Seed { derived, .. }) = self.public.get_mut(id) else {
            return Err(KeystoreError::NoSecret { id: id.to_owned(), expected: "a seed" });
        };
        derived.retain(|key| (&key.path, key.curve) != (path, curve));
        let text = PublicKeyText::new(&public_key);
        derived.push(KnownKey { path: path.clone(), curve, public_key: text });
        Ok(public_key)
    }

    /// Returns what is public of each secret, in the order of the names.
    pub fn keys(&self) -> impl Iterator<Item = &KeystoreEntry> {
        self.public.values()
    }

    /// Says how many pages hold secrets in memory, and how many of them the system keeps out of its
    /// swap: one for each secret, and one for each chain of an account that was signed for.
    pub fn locked_pages(&self) -> (usize, usize) {
        self.vault.locked()
    }

    /// Encrypts all of it, for the file.
    ///
    /// # Errors
    ///
    /// Returns [`KeystoreError::ShortPassphrase`] if it has fewer than 8 characters.
    pub fn seal(
        &self,
        passphrase: &SecretString,
        work: WorkFactor,
    ) -> Result<KeystoreFile, KeystoreError> {
        let passphrase = passphrase.expose_secret();
        if passphrase.chars().count() < SHORTEST_PASSPHRASE {
            return Err(KeystoreError::ShortPassphrase { least: SHORTEST_PASSPHRASE });
        }
        let secret = Secrets::of_vault(&self.vault)?.seal(passphrase, work)?;
        Ok(KeystoreFile::new(self.public.values().cloned().collect(), secret))
    }
}

/// Says whether a name is short and of plain signs.
pub(crate) fn is_plain(name: &str) -> bool {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
    (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(plain)
}

/// Names stand in configuration, in paths of names and in messages.
fn require_name(id: &str) -> Result<(), KeystoreError> {
    if is_plain(id) {
        return Ok(());
    }
    Err(KeystoreError::Name { found: countersign_approval::excerpt(id) })
}

fn item_of(secret: &Secret<'_>) -> Result<Item, KeystoreError> {
    let damaged = || KeystoreError::Damaged(format!("{}: the secret is none", secret.id));
    let mut bytes = Zeroizing::new([0; 64]);
    let length = secret.hex.len() / 2;
    let place = bytes.get_mut(..length).ok_or_else(damaged)?;
    hex::decode_to_slice(secret.hex, place).map_err(|_| damaged())?;
    let bytes = bytes.get(..length).unwrap_or_default();
    let key = || bytes.try_into().ok();
    let item = match secret.kind {
        Kind::Seed => Seed::new(bytes).map(|seed| Item::Seed(Tree::new(seed))),
        Kind::Secp256k1 => key().and_then(SecpSecret::new).map(Item::Secp256k1),
        Kind::Ed25519 => key().map(|key| Item::Ed25519(Ed25519Secret::new(key))),
    };
    item.ok_or_else(damaged)
}

fn entry_of(id: &str, item: &Item) -> KeystoreEntry {
    let id = id.to_owned();
    let public_key = match item {
        Item::Seed(_) => {
            return KeystoreEntry::Seed { id, accounts: Vec::new(), derived: Vec::new() };
        }
        Item::Secp256k1(secret) => PublicKey::Secp256k1(secret.public_key()),
        Item::Ed25519(secret) => PublicKey::Ed25519(secret.public_key()),
    };
    let (curve, public_key) = (public_key.curve(), PublicKeyText::new(&public_key));
    KeystoreEntry::Key { id, curve, public_key }
}

impl Default for OpenKeystore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for OpenKeystore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("OpenKeystore").field(&self.public).finish()
    }
}

//! Keys that are taken out of a keystore, for other software.

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::{KeystoreError, OpenKeystore};
use crate::Web3Cost;
use crate::import::{write_solana, write_web3, write_wif};
use crate::vault::Item;

impl OpenKeystore {
    /// Writes a key of secp256k1 in the form of Web3 Secret Storage, for other software.
    ///
    /// # Errors
    ///
    /// Returns [`KeystoreError::NoSecret`] if there is no such key, or [`KeystoreError::Import`].
    pub fn export_web3(
        &self,
        id: &str,
        passphrase: &SecretString,
        cost: Web3Cost,
    ) -> Result<String, KeystoreError> {
        let key = self.secp256k1(id)?;
        Ok(write_web3(&key, passphrase.expose_secret(), cost)?)
    }

    /// Writes a key of Ed25519 in the clear, as the Solana command line does.
    ///
    /// # Errors
    ///
    /// Returns [`KeystoreError::NoSecret`] if there is no such key.
    pub fn export_solana(&self, id: &str) -> Result<Zeroizing<String>, KeystoreError> {
        match self.item(id) {
            Some(Item::Ed25519(secret)) => Ok(write_solana(&secret.expose())),
            _ => Err(no_secret(id, "a key of Ed25519")),
        }
    }

    /// Writes a key of secp256k1 in the clear, in the wallet import format of Bitcoin.
    ///
    /// # Errors
    ///
    /// Returns [`KeystoreError::NoSecret`] if there is no such key.
    pub fn export_wif(
        &self,
        id: &str,
        test_network: bool,
    ) -> Result<Zeroizing<String>, KeystoreError> {
        Ok(write_wif(&*self.secp256k1(id)?, test_network))
    }

    fn secp256k1(&self, id: &str) -> Result<Zeroizing<[u8; 32]>, KeystoreError> {
        match self.item(id) {
            Some(Item::Secp256k1(secret)) => Ok(secret.expose()),
            _ => Err(no_secret(id, "a key of secp256k1")),
        }
    }

    fn item(&self, id: &str) -> Option<&Item> {
        self.vault.items().find_map(|(name, item)| (name == id).then_some(item))
    }
}

fn no_secret(id: &str, expected: &'static str) -> KeystoreError {
    KeystoreError::NoSecret { id: id.to_owned(), expected }
}

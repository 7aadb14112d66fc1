//! Keys as other software keeps them.

mod mnemonic;
mod solana;
mod web3;
mod wif;

use std::fmt;

use zeroize::Zeroizing;

use crate::Curve;
pub use mnemonic::{MnemonicLength, generate_mnemonic};
pub(crate) use solana::write as write_solana;
pub use web3::Web3Cost;
pub(crate) use web3::write as write_web3;
pub(crate) use wif::write as write_wif;

/// A secret that was read from what other software wrote, on its way into a keystore.
///
/// It is erased when it is dropped and never shown.
pub struct ImportedSecret {
    pub(crate) kind: SecretKind,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

/// What a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretKind {
    Seed,
    Key(Curve),
}

/// Why a secret was not read. It does not say what the text was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The text is not of that form.
    #[error("{form}: expected {expected}")]
    Form {
        /// The form that was asked for.
        form: &'static str,
        /// What has to be there.
        expected: &'static str,
    },
    /// The text ends too early.
    #[error("{form}: the text ends before it is complete")]
    Truncated {
        /// The form that was asked for.
        form: &'static str,
    },
    /// The form is known, and something in it is not supported.
    #[error("{form}: {member}: expected {expected}, found {found}")]
    Unsupported {
        /// The form that was asked for.
        form: &'static str,
        /// What is not supported.
        member: &'static str,
        /// What is.
        expected: &'static str,
        /// What was found.
        found: String,
    },
    /// The passphrase is another one, or the file was damaged: by this form they look the same.
    #[error("{form}: the passphrase is wrong, or the file is damaged")]
    WrongPassphrase {
        /// The form that was asked for.
        form: &'static str,
    },
    /// The key is not that of the address that the file names.
    #[error("{form}: expected the key of {expected}, found that of {found}")]
    OtherAddress {
        /// The form that was asked for.
        form: &'static str,
        /// The address in the file.
        expected: String,
        /// The address of the key.
        found: String,
    },
    /// Opening it would take more memory or time than any honest file asks for.
    #[error("{form}: expected a cost of at most {most}, found {found}")]
    TooCostly {
        /// The form that was asked for.
        form: &'static str,
        /// What is allowed.
        most: u64,
        /// What it asks for.
        found: u64,
    },
    /// The system gave no random bytes.
    #[error("no random bytes: {0}")]
    Random(String),
}

impl ImportedSecret {
    pub(crate) fn new(kind: SecretKind, bytes: &[u8]) -> Self {
        Self { kind, bytes: Zeroizing::new(bytes.to_vec()) }
    }

    /// Reads a keystore of [Web3 Secret Storage], version 3, as geth, foundry and ethers write it.
    ///
    /// [Web3 Secret Storage]: https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage
    ///
    /// # Errors
    ///
    /// Returns an [`ImportError`] if the text is not that, costs too much to open, or the passphrase
    /// is wrong.
    pub fn web3(json: &str, passphrase: &str) -> Result<Self, ImportError> {
        web3::read(json, passphrase)
    }

    /// Reads a key pair as the Solana command line writes it: a JSON list of 64 bytes.
    ///
    /// # Errors
    ///
    /// Returns an [`ImportError`] if the text is not that, or its halves are of two keys.
    pub fn solana(json: &str) -> Result<Self, ImportError> {
        solana::read(json)
    }

    /// Reads a private key in the wallet import format of Bitcoin, of the main network or a test
    /// network.
    ///
    /// Keys with an uncompressed public half are refused: their coins are not those of `SegWit` and
    /// taproot, which alone are signed for.
    ///
    /// # Errors
    ///
    /// Returns an [`ImportError`] if the text is not that.
    pub fn wif(text: &str) -> Result<Self, ImportError> {
        wif::read(text)
    }

    /// Reads a mnemonic of [BIP-39] in English, and makes the seed of it and of its passphrase.
    ///
    /// A mnemonic has a seed for each passphrase, all of which look right: compare an address.
    ///
    /// [BIP-39]: https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki
    ///
    /// # Errors
    ///
    /// Returns an [`ImportError`] if the words are not 12 to 24 of the list, or their checksum is
    /// wrong.
    pub fn mnemonic(words: &str, passphrase: &str) -> Result<Self, ImportError> {
        mnemonic::read(words, passphrase)
    }

    /// Reads a private key of 64 hex digits, with or without `0x`.
    ///
    /// # Errors
    ///
    /// Returns an [`ImportError`] if the text is not that, or not in the range of a key.
    pub fn hex(curve: Curve, text: &str) -> Result<Self, ImportError> {
        let wrong =
            || ImportError::Form { form: "hex", expected: "a private key of 64 hex digits" };
        let mut bytes = Zeroizing::new([0; 32]);
        let digits = text.strip_prefix("0x").unwrap_or(text);
        hex::decode_to_slice(digits, bytes.as_mut_slice()).map_err(|_| wrong())?;
        if curve == Curve::Secp256k1 && !is_secp256k1(&bytes) {
            return Err(wrong());
        }
        Ok(Self::new(SecretKind::Key(curve), bytes.as_slice()))
    }

    /// Makes a new private key.
    ///
    /// # Errors
    ///
    /// Returns [`ImportError::Random`] if the system gives no random bytes.
    pub fn generate(curve: Curve) -> Result<Self, ImportError> {
        loop {
            let mut bytes = Zeroizing::new([0; 32]);
            fill_random(bytes.as_mut_slice())?;
            // All but one of 2^128 are in the range.
            if curve == Curve::Ed25519 || is_secp256k1(&bytes) {
                return Ok(Self::new(SecretKind::Key(curve), bytes.as_slice()));
            }
        }
    }
}

pub(crate) fn is_secp256k1(bytes: &[u8; 32]) -> bool {
    let key = bitcoin::secp256k1::SecretKey::from_slice(bytes);
    key.map(|mut key| key.non_secure_erase()).is_ok()
}

pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), ImportError> {
    use rand::TryRngCore;
    let filled = rand::rngs::OsRng.try_fill_bytes(bytes);
    filled.map_err(|error| ImportError::Random(error.to_string()))
}

impl fmt::Debug for ImportedSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ImportedSecret({:?}, ..)", self.kind)
    }
}

#[cfg(test)]
mod tests;

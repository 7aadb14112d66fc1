//! Where keys live, and one keyring over all of them.
//!
//! A [`Keyring`] resolves an address to a handle that signs for it. Addresses are found by an index
//! that needs no secret; a handle implements the signing traits of the chain crates, so it signs
//! what those have verified and nothing else.
//!
//! ```text
//! address ─► Keyring ─► handle ─► chain and environment of the evidence fit the key? ─► source
//!                                                                        memory, keystore, HSM, KMS, remote
//! ```
//!
//! A source of keys is a [`KeySource`]. What a source is asked for, no caller can make: digests and
//! messages come out of the chains' evidence alone, beside one fixed challenge that tests a key.

mod address;
mod challenge;
mod derive;
mod error;
mod evidence;
#[cfg(any(feature = "aws-kms", feature = "pkcs11", feature = "remote"))]
mod foreign;
mod handle;
mod import;
mod key;
mod keyring;
mod keystore;
#[cfg(feature = "aws-kms")]
pub mod kms;
mod memory;
mod memory_lock;
#[cfg(any(feature = "aws-kms", feature = "pkcs11"))]
mod millis;
mod own_file;
#[cfg(feature = "pkcs11")]
pub mod pkcs11;
mod process;
#[cfg(feature = "remote")]
pub mod remote;
mod scope;
mod secp;
mod source;
mod vault;

pub use address::CoinForm;
pub use challenge::Challenge;
pub use derive::{AccountKey, DerivationPath, DeriveError, ParseAccountKeyError, ParsePathError};
pub use error::SourceError;
pub use evidence::{ChainKind, KeyEvidence};
pub use handle::{
    BitcoinKey, EvmKey, Key, KeyError, KeyTest, NearKey, SolanaKey, TestError, TestedScheme,
};
pub use import::{ImportError, ImportedSecret, MnemonicLength, Web3Cost, generate_mnemonic};
pub use key::{Curve, KeyPath, KeyRef, PublicKey};
pub use keyring::{
    AccountConfig, ConfigError, KeyConfig, Keyring, KeyringConfig, KeyringError, SourceConfig,
};
pub use keystore::{
    KeystoreEntry, KeystoreError, KeystoreFile, KnownAccount, KnownKey, LockedKeystore,
    OpenKeystore, PublicKeyText, WorkFactor,
};
pub use memory::{MemoryKeys, SecretError};
pub use process::{Hardening, harden_process};
pub use scope::{Scope, ScopeError};
pub use source::{KeySource, SourceKind};

#[cfg(test)]
mod tests;

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

mod challenge;
mod derive;
mod error;
mod evidence;
mod key;
mod memory;
mod memory_lock;
mod process;
mod secp;
mod source;
mod vault;

pub use challenge::Challenge;
pub use derive::{AccountKey, DerivationPath, DeriveError, ParseAccountKeyError, ParsePathError};
pub use error::SourceError;
pub use evidence::{ChainKind, KeyEvidence};
pub use key::{Curve, KeyPath, KeyRef, PublicKey};
pub use memory::{MemoryKeys, SecretError};
pub use process::{Hardening, harden_process};
pub use source::{KeySource, SourceKind};

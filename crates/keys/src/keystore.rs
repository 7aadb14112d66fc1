//! A file of keys, encrypted by a passphrase.
//!
//! The file is JSON. What is secret in it is one text of [age], encrypted by a passphrase with
//! scrypt, which other programs open too. Public keys and the extended public keys of accounts stand
//! beside it in the clear, so that addresses are found without the passphrase; when the secrets are
//! opened, each of them is derived again and compared.
//!
//! [age]: https://age-encryption.org/v1

mod error;
mod export;
mod file;
mod open;
mod sealed;
mod source;

pub use error::KeystoreError;
pub use file::{KeystoreEntry, KeystoreFile, KnownAccount, KnownKey, PublicKeyText};
pub use open::OpenKeystore;
pub(crate) use open::is_plain;
pub use sealed::WorkFactor;
pub use source::LockedKeystore;

#[cfg(test)]
mod tests;

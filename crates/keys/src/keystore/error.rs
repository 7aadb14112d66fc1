use std::path::PathBuf;

use crate::{ImportError, SourceError};

/// Why a keystore was not read, opened, changed or written. It holds no secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeystoreError {
    /// The file is of another kind.
    #[error("keystore: expected {expected}, found {found}")]
    Foreign {
        /// What it has to be.
        expected: &'static str,
        /// What it looks like.
        found: String,
    },
    /// The file ends too early.
    #[error("keystore: the file ends before it is complete")]
    Truncated,
    /// The file is of this kind, and something in it was changed by accident or on purpose.
    #[error("keystore: the file is damaged: {0}")]
    Damaged(String),
    /// The passphrase is another one.
    #[error("keystore: the passphrase is wrong")]
    WrongPassphrase,
    /// Opening it would take more memory and time than any honest file asks for.
    #[error("keystore: expected a work factor of at most {most}, found {found}")]
    TooCostly {
        /// What is allowed: the power of two.
        most: u8,
        /// What it asks for.
        found: u8,
    },
    /// What stands in the clear does not follow from the secrets: somebody changed it.
    #[error("keystore: {id}: what stands in the clear is not that of the secret: {member}")]
    Altered {
        /// The secret's name.
        id: String,
        /// What was compared.
        member: String,
    },
    /// The keystore has no secret of that name and kind.
    #[error("keystore: expected {expected} of the name {id}")]
    NoSecret {
        /// The name.
        id: String,
        /// What was asked for.
        expected: &'static str,
    },
    /// The keystore has a secret of that name already.
    #[error("keystore: there is a secret of the name {id} already")]
    Exists {
        /// The name.
        id: String,
    },
    /// A name is none.
    #[error(
        "keystore: expected a name of 1 to 64 letters, digits, '-', '_' and '.', found {found}"
    )]
    Name {
        /// What it is.
        found: String,
    },
    /// The passphrase is too short to protect anything.
    #[error("keystore: expected a passphrase of at least {least} characters")]
    ShortPassphrase {
        /// How long it has to be.
        least: usize,
    },
    /// The file can't be read or written.
    #[error("keystore: cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not the one that was read: somebody has written it since.
    #[error("{} was changed meanwhile; nothing was written", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Others than the owner can write the file.
    #[error("keystore: expected {} to be writable by its owner alone, found mode {mode:o}", path.display())]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Somebody else owns the file, and can write it.
    #[error(
        "keystore: expected {} to be a file of this user or of root, found one of user {owner}",
        path.display()
    )]
    Owner {
        /// The file.
        path: PathBuf,
        /// The number of its owner.
        owner: u32,
    },
    /// A secret was not read from what other software wrote.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A key can't be derived.
    #[error(transparent)]
    Source(#[from] SourceError),
}

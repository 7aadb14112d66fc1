use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::sealed::{self, Sealed};
use super::{KeystoreError, OpenKeystore};
use crate::own_file::{Foreign, require_own};
use crate::{AccountKey, Curve, DerivationPath, PublicKey};

/// What says that a file is one of ours.
const FORMAT: &str = "countersign-keystore";
const VERSION: u32 = 1;
/// A file is no longer than this: a hundred thousand keys.
const LONGEST: u64 = 64 << 20;

/// A keystore as it stands on disk: what is public in it can be read, what is secret can't.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeystoreFile {
    format: String,
    version: u32,
    keys: Vec<KeystoreEntry>,
    secret: String,
}

/// What is public of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "these are the kinds of secrets of version 1")]
pub enum KeystoreEntry {
    /// A seed, and what has been derived from it.
    Seed {
        /// Its name.
        id: String,
        /// Accounts on secp256k1.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        accounts: Vec<KnownAccount>,
        /// Single keys.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        derived: Vec<KnownKey>,
    },
    /// A key.
    Key {
        /// Its name.
        id: String,
        /// Its curve.
        curve: Curve,
        /// The public half in hex.
        public_key: PublicKeyText,
    },
}

/// An account of a seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "this is all that version 1 has")]
pub struct KnownAccount {
    /// Its path.
    pub path: DerivationPath,
    /// Its public half.
    pub xpub: AccountKey,
}

/// A key that was derived from a seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "this is all that version 1 has")]
pub struct KnownKey {
    /// Its path.
    pub path: DerivationPath,
    /// Its curve.
    pub curve: Curve,
    /// Its public half in hex.
    pub public_key: PublicKeyText,
}

/// A public key as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublicKeyText(String);

impl PublicKeyText {
    pub(super) fn new(key: &PublicKey) -> Self {
        Self(key.to_string())
    }

    /// Reads it as a key of a curve; nothing if it is none.
    pub fn read(&self, curve: Curve) -> Option<PublicKey> {
        match curve {
            Curve::Secp256k1 => {
                let mut bytes = [0; 33];
                hex::decode_to_slice(&self.0, &mut bytes).ok()?;
                Some(PublicKey::Secp256k1(bytes))
            }
            Curve::Ed25519 => {
                let mut bytes = [0; 32];
                hex::decode_to_slice(&self.0, &mut bytes).ok()?;
                Some(PublicKey::Ed25519(bytes))
            }
        }
    }
}

impl KeystoreEntry {
    /// Returns the name.
    pub fn id(&self) -> &str {
        match self {
            Self::Seed { id, .. } | Self::Key { id, .. } => id,
        }
    }
}

impl KeystoreFile {
    pub(super) fn new(keys: Vec<KeystoreEntry>, secret: String) -> Self {
        Self { format: FORMAT.to_owned(), version: VERSION, keys, secret }
    }

    /// Reads the text of a keystore.
    ///
    /// # Errors
    ///
    /// Returns [`KeystoreError::Foreign`], [`KeystoreError::Truncated`] or
    /// [`KeystoreError::Damaged`].
    pub fn parse(text: &str) -> Result<Self, KeystoreError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let head: Head = serde_json::from_str(text).map_err(|error| unread(text, &error))?;
        if head.format != FORMAT {
            let found = format!("the format {}", countersign_approval::excerpt(&head.format));
            return Err(KeystoreError::Foreign { expected: "a keystore of countersign", found });
        }
        if head.version != VERSION {
            let found = format!("version {}", head.version);
            return Err(KeystoreError::Foreign { expected: "version 1", found });
        }
        serde_json::from_str(text).map_err(|error| KeystoreError::Damaged(error.to_string()))
    }

    /// Writes the text.
    pub fn to_text(&self) -> String {
        // Strings and lists of them are always written.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Returns [`KeystoreError::Io`], [`KeystoreError::Permissions`] or [`KeystoreError::Owner`] if
    /// others than the user of this process and root can write it, or what [`parse`](Self::parse)
    /// returns.
    pub fn read(path: &Path) -> Result<Self, KeystoreError> {
        let failed = |source| io("read", path, source);
        let file = File::open(path).map_err(failed)?;
        require_own(&file.metadata().map_err(failed)?).map_err(|found| foreign(path, found))?;
        let mut text = String::new();
        file.take(LONGEST).read_to_string(&mut text).map_err(|error| match error.kind() {
            ErrorKind::InvalidData => {
                let found = "bytes that are no text".to_owned();
                KeystoreError::Foreign { expected: "a keystore of countersign", found }
            }
            _ => failed(error),
        })?;
        Self::parse(&text)
    }

    /// Writes a file in the place of one that was read before, unless that is another by now: what
    /// somebody else has added meanwhile is not lost.
    ///
    /// # Errors
    ///
    /// Returns [`KeystoreError::Changed`], or [`KeystoreError::Io`] also where somebody else is
    /// writing at this moment.
    pub fn replace(&self, path: &Path, before: &Self) -> Result<(), KeystoreError> {
        let locked =
            File::open(folder_of(path)).map_err(|source| io("open the folder of", path, source))?;
        let held = |error: TryLockError| io("lock the folder of", path, error.into());
        locked.try_lock().map_err(held)?;
        if Self::read(path)? != *before {
            return Err(KeystoreError::Changed { path: path.to_owned() });
        }
        self.write(path)
    }

    /// Writes a file that only its owner can read, whatever stands there. Either all of it is there
    /// afterwards or what was there before. A symbolic link stays one.
    ///
    /// # Errors
    ///
    /// Returns [`KeystoreError::Io`]. Where the folder's list of names can't be written down, the file
    /// is replaced already.
    pub fn write(&self, path: &Path) -> Result<(), KeystoreError> {
        let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let beside = beside(path);
        let written = self
            .write_new(&beside)
            .and_then(|()| fs::rename(&beside, path).map_err(|source| io("replace", path, source)));
        if written.is_err() {
            // Nothing but ciphertext is in there.
            let _ = fs::remove_file(&beside);
        }
        written?;
        sync_folder(path)
    }

    /// Writes a file that only its owner can read, where there is none yet.
    ///
    /// # Errors
    ///
    /// Returns [`KeystoreError::Io`]; its source says `AlreadyExists` where there is one.
    pub fn write_new(&self, path: &Path) -> Result<(), KeystoreError> {
        let failed = |source| io("write", path, source);
        let open = File::options().write(true).create_new(true).mode(0o600).open(path);
        let mut file = open.map_err(failed)?;
        let written = file.write_all(self.to_text().as_bytes()).and_then(|()| file.sync_all());
        if written.is_err() {
            // Half a file would be in the way of the next attempt.
            let _ = fs::remove_file(path);
        }
        written.map_err(failed)?;
        sync_folder(path)
    }

    /// Returns what is public of each secret.
    pub fn keys(&self) -> &[KeystoreEntry] {
        &self.keys
    }

    /// Opens the secrets, and compares what stands in the clear with them.
    ///
    /// It takes about a second and 256 megabytes, which is what stops others from trying
    /// passphrases; it doesn't yield, so a service opens its keystores before it serves.
    ///
    /// # Errors
    ///
    /// Returns [`KeystoreError::WrongPassphrase`], [`KeystoreError::Truncated`],
    /// [`KeystoreError::Damaged`], [`KeystoreError::TooCostly`] or [`KeystoreError::Altered`].
    pub fn open(&self, passphrase: &SecretString) -> Result<OpenKeystore, KeystoreError> {
        let secrets = sealed::open(&Sealed(&self.secret), passphrase.expose_secret())?;
        OpenKeystore::of_file(self.keys.clone(), &secrets)
    }

    pub(super) fn entry(&self, id: &str) -> Option<&KeystoreEntry> {
        self.keys.iter().find(|entry| entry.id() == id)
    }
}

/// Names the file that is written before it takes the place of another.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", uuid::Uuid::new_v4()));
    path.with_file_name(name)
}

/// Has the folder's list of names written down, without which a new file may be lost.
fn sync_folder(path: &Path) -> Result<(), KeystoreError> {
    let synced = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
    synced.map_err(|source| io("write the folder of", path, source))
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn io(action: &'static str, path: &Path, source: std::io::Error) -> KeystoreError {
    KeystoreError::Io { action, path: path.to_owned(), source }
}

fn foreign(path: &Path, found: Foreign) -> KeystoreError {
    let path = path.to_owned();
    match found {
        Foreign::Mode(mode) => KeystoreError::Permissions { path, mode },
        Foreign::Owner(owner) => KeystoreError::Owner { path, owner },
    }
}

fn unread(text: &str, error: &serde_json::Error) -> KeystoreError {
    let expected = "a keystore of countersign";
    if error.is_eof() && text.trim_start().starts_with('{') {
        return KeystoreError::Truncated;
    }
    let found = if text.trim().is_empty() {
        "an empty file"
    } else if text.trim_start().starts_with('{') {
        "JSON of another kind"
    } else {
        "a text that is no JSON"
    };
    KeystoreError::Foreign { expected, found: found.to_owned() }
}

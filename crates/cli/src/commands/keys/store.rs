//! A keystore that is changed: opened, or begun where there is none, and written back.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use countersign::http_client::SecretString;
use countersign::keys::{
    ImportedSecret, KeystoreEntry, KeystoreError, KeystoreFile, OpenKeystore, WorkFactor,
};

use super::place;
use crate::arguments::{Into, Sealing, Unlock};
use crate::exit::Failure;
use crate::keyring::{KeysError, in_file};

/// A keystore whose secrets are in memory, and what it takes to write it.
pub(super) struct Store {
    path: PathBuf,
    /// What stood there when it was opened.
    before: Option<KeystoreFile>,
    passphrase: SecretString,
    work: WorkFactor,
    pub(super) keystore: OpenKeystore,
}

impl Store {
    /// Opens the keystore, or begins one with a new passphrase.
    pub(super) fn open_or_begin(into: &Into) -> Result<Self, Failure> {
        into.unlock.require_sources(&[])?;
        match KeystoreFile::read(&into.keystore) {
            Err(KeystoreError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
                Ok(Self {
                    path: into.keystore.clone(),
                    before: None,
                    passphrase: into.unlock.choose(&into.keystore)?,
                    work: work(into.sealing),
                    keystore: OpenKeystore::new(),
                })
            }
            read => {
                let file = read.map_err(in_file(&into.keystore))?;
                Self::open(&into.keystore, file, &into.unlock, into.sealing)
            }
        }
    }

    /// Opens a keystore that was read.
    pub(super) fn open(
        path: &Path,
        file: KeystoreFile,
        unlock: &Unlock,
        sealing: Sealing,
    ) -> Result<Self, Failure> {
        unlock.require_sources(&[])?;
        let passphrase = unlock.of_file(path)?;
        let keystore = file.open(&passphrase).map_err(in_file(path))?;
        let (path, before, work) = (path.to_owned(), Some(file), work(sealing));
        Ok(Self { path, before, passphrase, work, keystore })
    }

    /// Puts a secret under a name. The usual accounts of a seed are listed with it.
    pub(super) fn add(
        &mut self,
        name: &str,
        secret: &ImportedSecret,
        into: &Into,
    ) -> Result<(), KeysError> {
        let path = self.path.clone();
        self.keystore.add(name, secret).map_err(in_file(&path))?;
        let entry = self.keystore.keys().find(|entry| entry.id() == name);
        if matches!(entry, Some(KeystoreEntry::Seed { .. })) {
            let listed = place::list_usual(&mut self.keystore, name, into.shown.environment);
            listed.map_err(in_file(&path))?;
        }
        Ok(())
    }

    /// Writes the keystore, if nobody else has changed it since it was read.
    pub(super) fn save(&self) -> Result<KeystoreFile, Failure> {
        let file = self.keystore.seal(&self.passphrase, self.work);
        let file = file.map_err(in_file(&self.path))?;
        let Some(before) = &self.before else {
            file.write_new(&self.path).map_err(in_file(&self.path))?;
            return Ok(file);
        };
        file.replace(&self.path, before).map_err(in_file(&self.path))?;
        Ok(file)
    }
}

fn work(sealing: Sealing) -> WorkFactor {
    sealing.work_factor.unwrap_or(WorkFactor::STANDARD)
}

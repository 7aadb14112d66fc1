//! From a keyring's file to a keyring that signs.

mod error;
mod sources;

use std::path::Path;

use countersign::keys::{Keyring, KeyringConfig, KeystoreFile, LockedKeystore};

use crate::arguments::{KeyringAt, Unlock};
use crate::connection::SetupError;
use crate::exit::Failure;
pub(crate) use error::{KeysError, in_file};
use sources::{Kind, Opening};

/// Opens the keyring that the arguments name, if they name one.
pub(crate) async fn if_named(at: &KeyringAt) -> Result<Option<Keyring>, Failure> {
    let Some(path) = &at.keyring else {
        let missing = SetupError::Missing("--keyring with --passphrase-…");
        return if at.unlock.is_given() { Err(missing.into()) } else { Ok(None) };
    };
    open(path, &at.unlock).await.map(Some)
}

/// Opens a keyring and all of its sources. Nobody is asked for a passphrase before all else is right.
pub(crate) async fn open(path: &Path, unlock: &Unlock) -> Result<Keyring, Failure> {
    let config = KeyringConfig::read(path);
    let config = config.map_err(|source| KeysError::Config { path: path.to_owned(), source })?;
    let opening = Opening { folder: path.parent().unwrap_or(Path::new("")), unlock };
    let kinds = sources::kinds(&config)?;
    let opened: Vec<&str> =
        kinds.iter().filter(|(_, kind)| kind.takes_secret()).map(|(name, _)| *name).collect();
    unlock.require_sources(&opened)?;
    let (mut keystores, mut sources) = (Vec::new(), Vec::new());
    for (name, kind) in kinds {
        match kind {
            Kind::Keystore(settings) => {
                let path = opening.beside(&settings.path);
                let file = KeystoreFile::read(&path).map_err(in_file(&path))?;
                let keystore = LockedKeystore::new(name, file);
                sources.push(keystore.source());
                keystores.push((name, path, keystore));
            }
            Kind::Outside(outside) => sources.push(outside.open(name, opening).await?),
        }
    }
    let keyring = Keyring::new(&config, sources).await.map_err(KeysError::from)?;
    for (name, path, keystore) in keystores {
        let passphrase = unlock.open(name, "the passphrase")?;
        keystore.unlock(&passphrase).map_err(in_file(&path))?;
    }
    Ok(keyring)
}

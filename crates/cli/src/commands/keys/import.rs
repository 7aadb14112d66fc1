//! `countersign keys import`.

use countersign::http_client::{ExposeSecret as _, SecretString};
use countersign::keys::ImportedSecret;
use serde::Serialize;

use super::row::{self, Row};
use super::store::Store;
use crate::arguments::{ImportKey, SecretForm};
use crate::exit::{Ended, Failure};
use crate::keyring::KeysError;
use crate::output;
use crate::secrets::{Wanted, asked, from_file};

/// What was imported, as `--json` shows it.
#[derive(Serialize)]
struct Report {
    keys: Vec<Row>,
}

pub(super) fn run(arguments: &ImportKey) -> Result<Ended, Failure> {
    let secret = read(arguments)?;
    let mut store = Store::open_or_begin(&arguments.into)?;
    store.add(&arguments.name, &secret, &arguments.into)?;
    let file = store.save()?;
    let entry = file.keys().iter().find(|entry| entry.id() == arguments.name);
    let environment = arguments.into.shown.environment;
    let keys = entry.map(|entry| Row::of(entry, environment)).unwrap_or_default();
    if arguments.json {
        output::json(&Report { keys })?;
    } else {
        row::print(&keys)?;
    }
    Ok(Ended::Done)
}

fn read(arguments: &ImportKey) -> Result<ImportedSecret, Failure> {
    let text = match &arguments.from {
        Some(path) => from_file(path)?,
        None => asked(&Wanted { what: "the secret, in one line", flags: "--from" })?,
    };
    let text = text.expose_secret();
    let secret = match arguments.form {
        SecretForm::Web3 => {
            let passphrase = own_passphrase(arguments)?.map_or_else(
                || {
                    let flags = "--secret-passphrase-file";
                    asked(&Wanted { what: "the passphrase of the Web3 file", flags })
                },
                Ok,
            )?;
            ImportedSecret::web3(text, passphrase.expose_secret())
        }
        SecretForm::Mnemonic => {
            let passphrase = own_passphrase(arguments)?;
            let passphrase = passphrase.as_ref().map_or("", |secret| secret.expose_secret());
            ImportedSecret::mnemonic(text, passphrase)
        }
        SecretForm::Solana => ImportedSecret::solana(text),
        SecretForm::Wif => ImportedSecret::wif(text),
        SecretForm::Hex => ImportedSecret::hex(arguments.curve, text),
    };
    Ok(secret.map_err(KeysError::from)?)
}

fn own_passphrase(arguments: &ImportKey) -> Result<Option<SecretString>, Failure> {
    arguments.secret_passphrase_file.as_deref().map(from_file).transpose()
}

//! `countersign keys address`.

use countersign::keys::{CoinForm, KeystoreEntry, KeystoreError, KeystoreFile, PublicKey};
use serde::Serialize;

use super::place::Place;
use super::store::Store;
use crate::arguments::{AddressOf, KeyOf, Sealing};
use crate::connection::SetupError;
use crate::exit::{Ended, Failure};
use crate::keyring::{KeysError, in_file};
use crate::output;

/// An address, as `--json` shows it.
#[derive(Serialize)]
struct Report<'a> {
    name: &'a str,
    chain: &'static str,
    path: Option<String>,
    public_key: String,
    address: String,
}

pub(super) fn run(arguments: &AddressOf) -> Result<Ended, Failure> {
    let of = &arguments.of;
    let file = KeystoreFile::read(&of.keystore).map_err(in_file(&of.keystore))?;
    let (key, path) = match entry_of(&file, of)? {
        KeystoreEntry::Key { curve, public_key, .. } => {
            require_single(arguments)?;
            let damaged = || KeystoreError::Damaged(format!("{}: no public key", of.name));
            (public_key.read(*curve).ok_or_else(damaged).map_err(in_file(&of.keystore))?, None)
        }
        seed @ KeystoreEntry::Seed { .. } => {
            let place = Place::of(of)?;
            let key = match place.known(seed, of.change, arguments.index) {
                Some(key) => key,
                None => derive(arguments, file.clone(), &place)?,
            };
            (key, Some(place.path(of.change, arguments.index)?))
        }
    };
    let form = form_of(of, path.as_ref().and_then(CoinForm::of_path));
    let address = address(&key, of, form)?;
    if !arguments.json {
        return output::result(format_args!("{address}")).map(|()| Ended::Done);
    }
    let (name, chain) = (of.name.as_str(), of.chain.as_str());
    let (path, public_key) = (path.map(|path| path.to_string()), key.to_string());
    output::json(&Report { name, chain, path, public_key, address }).map(|()| Ended::Done)
}

/// Finds what the arguments name.
pub(super) fn entry_of<'a>(
    file: &'a KeystoreFile,
    of: &KeyOf,
) -> Result<&'a KeystoreEntry, KeysError> {
    let entry = file.keys().iter().find(|entry| entry.id() == of.name);
    let missing = || KeystoreError::NoSecret { id: of.name.clone(), expected: "a secret" };
    entry.ok_or_else(missing).map_err(in_file(&of.keystore))
}

/// Says how an address locks coins: as the arguments say, and else as the path does.
pub(super) fn form_of(of: &KeyOf, by_path: Option<CoinForm>) -> CoinForm {
    of.form.or(by_path).unwrap_or(CoinForm::P2wpkh)
}

/// Returns the address of a key on the chain that is named.
pub(super) fn address(key: &PublicKey, of: &KeyOf, form: CoinForm) -> Result<String, KeysError> {
    let address = key.address(of.chain, form, of.shown.environment);
    let found = || format!("{}: it is of {}", of.chain.as_str(), key.curve());
    address.ok_or_else(|| KeysError::Scope { key: of.name.clone(), found: found() })
}

fn require_single(arguments: &AddressOf) -> Result<(), SetupError> {
    let of = &arguments.of;
    if of.path.is_none() && of.account == 0 && arguments.index == 0 && !of.change {
        return Ok(());
    }
    let name = &of.name;
    let message =
        format!("{name} is a single key: expected no --path, --account, --index, --change");
    Err(SetupError::Argument(message))
}

/// Opens the keystore for a key that it does not list.
fn derive(arguments: &AddressOf, file: KeystoreFile, place: &Place) -> Result<PublicKey, Failure> {
    let of = &arguments.of;
    let sealing = Sealing { work_factor: None };
    let mut store = Store::open(&of.keystore, file, &arguments.unlock, sealing)?;
    let whose = (of.name.as_str(), of.shown.environment);
    let key = place.list(&mut store.keystore, whose, (of.change, arguments.index));
    key.map_err(|error| error.in_file(&of.keystore))
}

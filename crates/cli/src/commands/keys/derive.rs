//! `countersign keys derive`.

use countersign::keys::{CoinForm, KeystoreEntry, KeystoreError, KeystoreFile, PublicKey};
use serde::Serialize;

use super::address::{address, entry_of, form_of};
use super::place::Place;
use super::store::Store;
use crate::arguments::Derive;
use crate::connection::SetupError;
use crate::exit::{Ended, Failure};
use crate::keyring::in_file;
use crate::output;

/// Addresses of an account, as `--json` shows them.
#[derive(Serialize)]
struct Report<'a> {
    name: &'a str,
    chain: &'static str,
    /// Whether the keystore has them in the clear now.
    listed: bool,
    addresses: Vec<Derived>,
}

#[derive(Serialize)]
struct Derived {
    path: String,
    public_key: String,
    address: String,
}

pub(super) fn run(arguments: &Derive) -> Result<Ended, Failure> {
    let of = &arguments.of;
    let file = KeystoreFile::read(&of.keystore).map_err(in_file(&of.keystore))?;
    let KeystoreEntry::Seed { .. } = entry_of(&file, of)? else {
        let (id, expected) = (of.name.clone(), "a seed");
        return Err(in_file(&of.keystore)(KeystoreError::NoSecret { id, expected }).into());
    };
    let place = Place::of(of)?;
    let end = arguments.first.checked_add(arguments.count.get());
    let too_many = || SetupError::Argument("--count: expected indices below 2^31".to_owned());
    let indices = arguments.first..end.filter(|end| *end <= 1 << 31).ok_or_else(too_many)?;
    let (keys, listed) = keys(arguments, file, &place, indices.clone())?;
    let addresses = indices.zip(&keys).map(|(index, key)| {
        let path = place.path(of.change, index)?;
        let form = form_of(of, CoinForm::of_path(&path));
        let address = address(key, of, form)?;
        Ok(Derived { path: path.to_string(), public_key: key.to_string(), address })
    });
    let addresses = addresses.collect::<Result<Vec<_>, Failure>>()?;
    let (name, chain) = (of.name.as_str(), of.chain.as_str());
    let report = Report { name, chain, listed, addresses };
    if arguments.json { output::json(&report) } else { report.print() }.map(|()| Ended::Done)
}

/// Returns the public keys, and whether they are listed: by then what was missing is added to the
/// keystore, unless it is to stay as it is.
fn keys(
    arguments: &Derive,
    file: KeystoreFile,
    place: &Place,
    indices: std::ops::Range<u32>,
) -> Result<(Vec<PublicKey>, bool), Failure> {
    let of = &arguments.of;
    let entry = entry_of(&file, of)?;
    let known = indices.clone().map(|index| place.known(entry, of.change, index));
    if let Some(known) = known.collect::<Option<Vec<_>>>() {
        return Ok((known, true));
    }
    let mut store = Store::open(&of.keystore, file, &arguments.unlock, arguments.sealing)?;
    let whose = (of.name.as_str(), of.shown.environment);
    let keys = indices.map(|index| {
        let key = place.list(&mut store.keystore, whose, (of.change, index));
        key.map_err(|error| error.in_file(&of.keystore))
    });
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    if !arguments.dry_run {
        store.save()?;
    }
    Ok((keys, !arguments.dry_run))
}

impl Report<'_> {
    /// Writes the addresses for people.
    fn print(&self) -> Result<(), Failure> {
        let lines = self.addresses.iter().map(|one| [one.path.clone(), one.address.clone()]);
        output::table(["path", "address"], &lines.collect::<Vec<_>>())
    }
}

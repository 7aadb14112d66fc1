//! `countersign keys export-public`.

use countersign::approval::Environment;
use countersign::keys::{KeystoreError, KeystoreFile};
use serde::Serialize;

use super::row::Row;
use crate::arguments::ExportPublic;
use crate::exit::{Ended, Failure};
use crate::keyring::in_file;
use crate::output;

/// Public halves, as `--json` shows them.
#[derive(Serialize)]
struct Report<'a> {
    keys: Vec<Half<'a>>,
}

/// A public half: `xpub` of an account, and else the key itself, in hex.
#[derive(Serialize)]
struct Half<'a> {
    name: &'a str,
    path: &'a str,
    public: &'a str,
}

pub(super) fn run(arguments: &ExportPublic) -> Result<Ended, Failure> {
    let path = &arguments.keystore;
    let file = KeystoreFile::read(path).map_err(in_file(path))?;
    let wanted = |name: &str| arguments.name.as_deref().is_none_or(|wanted| wanted == name);
    let entries = file.keys().iter().filter(|entry| wanted(entry.id()));
    let rows: Vec<Row> = entries.flat_map(|entry| Row::of(entry, Environment::Mainnet)).collect();
    if let (Some(name), true) = (&arguments.name, rows.is_empty()) {
        let (id, expected) = (name.clone(), "a secret");
        return Err(in_file(path)(KeystoreError::NoSecret { id, expected }).into());
    }
    let public = rows.iter().filter(|row| !row.public().is_empty()).map(|row| {
        let (name, path) = row.place();
        Half { name, path, public: row.public() }
    });
    let keys: Vec<_> = public.collect();
    if arguments.json {
        output::json(&Report { keys })?;
    } else {
        let lines = keys.iter().map(|key| [key.name, key.path, key.public].map(str::to_owned));
        output::table(["name", "path", "public key"], &lines.collect::<Vec<_>>())?;
    }
    Ok(Ended::Done)
}

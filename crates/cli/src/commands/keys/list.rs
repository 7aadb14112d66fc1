//! `countersign keys list`.

use countersign::keys::KeystoreFile;
use serde::Serialize;

use super::row::{self, Row};
use crate::arguments::ListKeys;
use crate::exit::{Ended, Failure};
use crate::keyring::in_file;
use crate::output;

/// The keys of a keystore, as `--json` shows them.
#[derive(Serialize)]
struct Report {
    keys: Vec<Row>,
}

pub(super) fn run(arguments: &ListKeys) -> Result<Ended, Failure> {
    let file = KeystoreFile::read(&arguments.keystore).map_err(in_file(&arguments.keystore))?;
    let environment = arguments.shown.environment;
    let keys: Vec<Row> = file.keys().iter().flat_map(|key| Row::of(key, environment)).collect();
    if arguments.json {
        output::json(&Report { keys })?;
    } else {
        row::print(&keys)?;
    }
    Ok(Ended::Done)
}

//! `countersign audit export`.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use countersign::journal::Store;
use countersign::journal::audit::{ExportError, export};

use crate::arguments::AuditExport;
use crate::exit::{Ended, Failure};
use crate::files;
use crate::journal::Journal;

pub(super) async fn run(arguments: &AuditExport) -> Result<Ended, Failure> {
    let journal = Journal::look_into(&arguments.journal).await?;
    let store = journal.store();
    let exported = match &arguments.out {
        Some(path) => to_file(store.as_ref(), path).await,
        None => to(store.as_ref(), &mut io::stdout(), "standard output").await,
    };
    journal.close().await;
    exported.map(|()| Ended::Done)
}

async fn to_file(store: &dyn Store, path: &Path) -> Result<(), Failure> {
    let name = path.display().to_string();
    let mut file = files::create_private(path).map_err(Failure::io(&name))?;
    let written = to(store, &mut file, &name).await;
    let written = written.and_then(|()| files::sync(&file, path).map_err(Failure::io(&name)));
    if written.is_err() {
        // What is there is no export, and would stand in the way of the next one.
        let _ = std::fs::remove_file(path);
    }
    written
}

/// Writes the journal to a place that has this name.
async fn to(store: &dyn Store, place: &mut (dyn Write + Send), name: &str) -> Result<(), Failure> {
    export(store, &mut BufWriter::new(place)).await.map_err(|error| failure(error, name))
}

pub(super) fn failure(error: ExportError, name: &str) -> Failure {
    match error {
        ExportError::Store(error) => error.into(),
        ExportError::Io(error) => Failure::io(name)(error),
        other => Failure::io(name)(io::Error::other(other)),
    }
}

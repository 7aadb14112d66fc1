//! `countersign audit verify`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter};
use std::path::Path;

use countersign::journal::audit::{Audited, ExportError, VerifyError, export, verify};
use countersign::journal::{Anchor, AuditPublicKey};
use serde::Serialize;

use super::checkpoint::written;
use super::export::failure;
use crate::arguments::AuditVerify;
use crate::exit::{Ended, Failure};
use crate::journal::Journal;
use crate::output::{self, shown};

/// By what an export is verified.
#[derive(Clone, Copy)]
struct Proof {
    key: AuditPublicKey,
    known: Option<Anchor>,
}

/// What was found, as `--json` shows it.
#[derive(Serialize)]
struct Report {
    verified: bool,
    /// What is not as it was written.
    changed: Option<String>,
    checkpoints: u64,
    swaps: u64,
    entries: u64,
    committed: u64,
    /// The latest checkpoint, for `--anchor`.
    latest: Option<String>,
}

pub(super) async fn run(arguments: &AuditVerify) -> Result<Ended, Failure> {
    let proof = Proof { key: arguments.public_key, known: arguments.anchor };
    let found = if let Some(path) = &arguments.file {
        let input = |source| Failure::Input { what: path.display().to_string(), source };
        proof.check(&mut *open(path).map_err(input)?)
    } else {
        let journal = Journal::look_into(&arguments.journal).await?;
        let found = proof.check_journal(&journal).await;
        journal.close().await;
        found?
    };
    let report = Report::new(found)?;
    let told = if arguments.json { output::json(&report) } else { report.print() };
    told.map(|()| if report.verified { Ended::Done } else { Ended::Changed })
}

fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    Ok(Box::new(BufReader::new(File::open(path)?)))
}

impl Proof {
    fn check(self, export: &mut dyn BufRead) -> Result<Audited, VerifyError> {
        verify(export, &self.key, self.known)
    }

    /// Verifies what a journal would be exported as, while it is.
    async fn check_journal(
        self,
        journal: &Journal,
    ) -> Result<Result<Audited, VerifyError>, Failure> {
        let pipe = || Failure::io("a pipe");
        let (reader, writer) = io::pipe().map_err(pipe())?;
        let verified = tokio::task::spawn_blocking(move || self.check(&mut BufReader::new(reader)));
        let exported = export(journal.store().as_ref(), &mut BufWriter::new(writer)).await;
        let found = verified.await.map_err(|error| pipe()(io::Error::other(error)))?;
        match exported {
            // Whoever verifies stops at the first thing that is wrong, and closes the pipe.
            Err(ExportError::Io(_)) if found.is_err() => Ok(found),
            Err(error) => Err(failure(error, "a pipe")),
            Ok(()) => Ok(found),
        }
    }
}

impl Report {
    fn new(found: Result<Audited, VerifyError>) -> Result<Self, Failure> {
        let (audited, changed) = match found {
            Ok(audited) => (audited, None),
            Err(VerifyError::Io(source)) => {
                return Err(Failure::Input { what: "the export".to_owned(), source });
            }
            Err(error) => (Audited::default(), Some(error.to_string())),
        };
        // Chains alone prove nothing: who can write the journal can make them anew.
        let unproven = || "expected a checkpoint that the key signed, found none".to_owned();
        let nothing = changed.is_none() && audited.latest.is_none();
        let changed = changed.or_else(|| nothing.then(unproven));
        Ok(Self {
            verified: changed.is_none(),
            changed,
            checkpoints: audited.checkpoints,
            swaps: audited.swaps,
            entries: audited.entries,
            committed: audited.committed,
            latest: audited.latest.map(written),
        })
    }

    /// Writes what was found for people.
    fn print(&self) -> Result<(), Failure> {
        if let Some(changed) = &self.changed {
            return output::result(format_args!("not verified: {}", shown(changed)));
        }
        let Self { checkpoints, swaps, entries, committed, .. } = self;
        let later = entries.saturating_sub(*committed);
        output::result(format_args!(
            "verified: {entries} entries of {swaps} swaps, by {checkpoints} checkpoints"
        ))?;
        if later > 0 {
            output::result(format_args!(
                "{later} of the entries are later than the latest checkpoint, which proves nothing \
                 of them"
            ))?;
        }
        let latest = self.latest.as_deref().unwrap_or_default();
        output::result(format_args!("latest checkpoint: {latest}"))
    }
}

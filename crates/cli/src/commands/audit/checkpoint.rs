//! `countersign audit checkpoint`.

use countersign::journal::{Anchor, Checkpoint};
use countersign::units::UnixMillis;
use countersign::{Clock, SystemClock};
use serde::Serialize;

use super::key;
use crate::arguments::AuditCheckpoint;
use crate::exit::{Ended, Failure};
use crate::journal::Journal;
use crate::moment::utc;
use crate::output;

/// A checkpoint, as `--json` shows it; all but the public key is absent where nothing had changed.
#[derive(Serialize)]
struct Report {
    public_key: String,
    checkpoint: Option<Made>,
}

#[derive(Serialize)]
struct Made {
    /// What to keep elsewhere, for `--anchor`.
    anchor: String,
    number: u64,
    hash: String,
    at_ms: u64,
    swaps: u64,
    entries: u64,
    heads: u64,
}

pub(super) async fn run(arguments: &AuditCheckpoint) -> Result<Ended, Failure> {
    let key = key::read(&arguments.key)?;
    let journal = Journal::look_into(&arguments.journal).await?;
    let made = journal.store().checkpoint(&key, SystemClock.now()).await?;
    journal.close().await;
    let made = made.as_ref().map(Made::from);
    if arguments.json {
        let public_key = key.public_key().to_string();
        output::json(&Report { public_key, checkpoint: made })?;
        return Ok(Ended::Done);
    }
    match made {
        Some(made) => made.print()?,
        None => output::say(format_args!("nothing changed since the last checkpoint")),
    }
    Ok(Ended::Done)
}

impl Made {
    fn print(&self) -> Result<(), Failure> {
        let Self { anchor, at_ms, swaps, entries, .. } = self;
        let at = utc(UnixMillis::new(*at_ms));
        output::say(format_args!("{at}: {entries} entries of {swaps} swaps; keep this elsewhere:"));
        output::result(format_args!("{anchor}"))
    }
}

impl From<&Checkpoint> for Made {
    fn from(checkpoint: &Checkpoint) -> Self {
        let (anchor, made) = (checkpoint.anchor(), &checkpoint.commitment);
        Self {
            anchor: written(anchor),
            number: anchor.number,
            hash: anchor.hash.to_string(),
            at_ms: made.at.value(),
            swaps: made.swaps,
            entries: made.entries,
            heads: made.heads,
        }
    }
}

/// Writes a checkpoint as `--anchor` reads it.
pub(crate) fn written(anchor: Anchor) -> String {
    format!("{}:{}", anchor.number, anchor.hash)
}

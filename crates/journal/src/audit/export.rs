use std::io::{self, Write};

use sha2::{Digest as _, Sha256};

use super::line::{Line, VERSION};
use crate::{Digest, Page, RawEntry, Store, StoreError, Which};

/// How many swaps are read at a time.
const PAGE: u32 = 256;

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The journal can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file can't be written.
    #[error("the export can't be written: {0}")]
    Io(#[from] io::Error),
}

/// Writes lines, and counts and hashes them.
struct Lines<'a> {
    to: &'a mut (dyn Write + Send),
    count: u64,
    hasher: Sha256,
}

impl Lines<'_> {
    fn write(&mut self, line: &Line) -> io::Result<()> {
        let bytes = line.to_bytes();
        self.hasher.update(&bytes);
        self.count = self.count.saturating_add(1);
        self.to.write_all(&bytes)
    }
}

/// Writes the whole journal as lines of JSON, which [`verify`](super::verify) reads alone: the
/// checkpoints first, then the entries.
///
/// What is written to the journal meanwhile may be in it or not. The entries hold approvals that may
/// be live: the file is for auditors, not for the public.
///
/// # Errors
///
/// Returns an [`ExportError`].
pub async fn export(store: &dyn Store, to: &mut (dyn Write + Send)) -> Result<(), ExportError> {
    let mut lines = Lines { to, count: 0, hasher: Sha256::new() };
    lines.write(&Line::CountersignJournal { version: VERSION })?;
    // Checkpoints first: what is appended meanwhile only lengthens what they commit to.
    write_checkpoints(store, &mut lines).await?;
    write_swaps(store, &mut lines).await?;
    let sha256 = Digest::new(lines.hasher.clone().finalize().into());
    lines.write(&Line::End { lines: lines.count, sha256 })?;
    Ok(lines.to.flush()?)
}

async fn write_checkpoints(store: &dyn Store, lines: &mut Lines<'_>) -> Result<(), ExportError> {
    for number in 0.. {
        let Some((checkpoint, heads)) = store.read_checkpoint(number).await? else { break };
        let (commitment, signature) = (checkpoint.commitment, hex::encode(checkpoint.signature));
        lines.write(&Line::Checkpoint { commitment, signature })?;
        for head in heads {
            lines.write(&Line::Head(head))?;
        }
    }
    Ok(())
}

async fn write_swaps(store: &dyn Store, lines: &mut Lines<'_>) -> Result<(), ExportError> {
    let mut page = Page { which: Which::All, after: None, most: PAGE };
    loop {
        let swaps = store.list(page).await?;
        let Some(last) = swaps.last() else { return Ok(()) };
        // A swap that was opened since the list was read may be among them, whole.
        for entry in store.read_raw(page.after, last.swap_id).await? {
            write_entry(entry, lines)?;
        }
        page.after = Some(last.swap_id);
    }
}

fn write_entry(entry: RawEntry, lines: &mut Lines<'_>) -> Result<(), ExportError> {
    let RawEntry { swap_id, sequence, hash, bytes } = entry;
    let wrong = |_| StoreError::corrupted("an entry", "text", "other bytes");
    let entry = String::from_utf8(bytes).map_err(wrong)?;
    Ok(lines.write(&Line::Entry { swap_id, sequence, hash, entry })?)
}

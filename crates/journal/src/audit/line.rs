//! The lines of an export.

use countersign_approval::SwapId;
use serde::{Deserialize, Serialize};

use super::Commitment;
use crate::{Digest, SwapHead};

/// The version of the form.
pub(super) const VERSION: u64 = 1;

/// One line: JSON in one form only, as that of an entry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Line {
    /// The first line: which form it is.
    CountersignJournal { version: u64 },
    /// A checkpoint, in its number's place, followed by its heads.
    Checkpoint { commitment: Commitment, signature: String },
    /// A head that the checkpoint above commits to.
    Head(SwapHead),
    /// An entry, sorted by swap and number.
    Entry { swap_id: SwapId, sequence: u64, hash: Digest, entry: String },
    /// The last line: how many there are before it, and SHA-256 of all of them.
    End { lines: u64, sha256: Digest },
}

impl Line {
    /// Writes the line, with its end.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Reads a line with its end, in its one form.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let line: Self = serde_json::from_slice(bytes).ok()?;
        (line.to_bytes() == bytes).then_some(line)
    }
}

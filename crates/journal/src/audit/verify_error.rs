use std::io;

use countersign_approval::SwapId;

use crate::{ChainError, Digest};

/// Why an export is not what was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It can't be read.
    #[error("the export can't be read: {0}")]
    Io(#[from] io::Error),
    /// A line is not what has to be there.
    #[error("line {line}: expected {expected}")]
    Line {
        /// Which line, from 1.
        line: u64,
        /// What has to be there.
        expected: &'static str,
    },
    /// The key did not sign a checkpoint.
    #[error("checkpoint {0}: expected a signature by the key, found another")]
    Signature(u64),
    /// A checkpoint does not follow from the one before, or from its heads.
    #[error("checkpoint {number}: {member}: expected {expected}, found {found}")]
    Checkpoint {
        /// Which one.
        number: u64,
        /// Which member.
        member: &'static str,
        /// What has to be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A swap's entries are no chain.
    #[error("line {line}: {source}")]
    Chain {
        /// Which line, from 1.
        line: u64,
        /// Why.
        source: ChainError,
    },
    /// A swap's chain is not the one that a checkpoint commits to.
    #[error("swap {swap_id}: expected entry {count} to have hash {expected}, found {found}")]
    Head {
        /// The swap.
        swap_id: SwapId,
        /// How many entries the checkpoint saw.
        count: u64,
        /// The hash that the checkpoint saw.
        expected: Digest,
        /// The hash that is there.
        found: Digest,
    },
    /// Entries are missing that a checkpoint commits to.
    #[error("swap {swap_id}: expected at least {expected} entries, found {found}")]
    Missing {
        /// The swap.
        swap_id: SwapId,
        /// How many entries the checkpoint saw.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// The journal is older than a checkpoint that is known, or not the same one.
    #[error("expected checkpoint {number} with hash {expected}, found {found}")]
    Anchor {
        /// The number of the checkpoint that is known.
        number: u64,
        /// Its hash.
        expected: Digest,
        /// The hash that is there, or that it is not there.
        found: String,
    },
}

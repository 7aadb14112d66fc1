use countersign_units::UnixMillis;
use serde::{Deserialize, Serialize};

use super::{AuditKey, AuditPublicKey};
use crate::{Digest, StoreError, SwapHead};

/// What a signature and a checkpoint's hash begin with.
const TAG: &[u8] = b"countersign/journal/checkpoint/1\n";
/// What the hash of a list of heads begins with.
const HEADS_TAG: &[u8] = b"countersign/journal/heads/1\n";

/// A signed commitment to where the chains of all swaps ended at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checkpoint {
    /// What was signed.
    pub commitment: Commitment,
    /// The signature over a tag and the commitment's canonical bytes.
    pub signature: [u8; 64],
}

/// What a checkpoint commits to: the heads that changed since the one before, and that one. So the
/// latest commits to all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Commitment {
    /// Its number, from 0.
    pub number: u64,
    /// When it was made, by the clock of who made it.
    pub at: UnixMillis,
    /// The hash of the checkpoint before; zeros before the first.
    pub previous: Digest,
    /// How many swaps all checkpoints to here commit to.
    pub swaps: u64,
    /// How many entries they commit to.
    pub entries: u64,
    /// How many heads changed since the one before.
    pub heads: u64,
    /// SHA-256 over a tag and those heads, sorted by swap: the id as text, the number of entries in 8
    /// bytes, the hash of the last one.
    pub root: Digest,
}

/// A checkpoint that somebody knows of: no journal that is older is the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a checkpoint is known by these two")]
pub struct Anchor {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: Digest,
}

impl Commitment {
    /// Writes the commitment in its canonical form, which is that of an [`Entry`](crate::Entry).
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a commitment from its canonical form, and from no other.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let commitment: Self = serde_json::from_slice(bytes).ok()?;
        (commitment.to_bytes() == bytes).then_some(commitment)
    }

    /// Returns what the next checkpoint is bound to.
    pub fn hash(&self) -> Digest {
        Digest::of(&self.message())
    }

    fn message(&self) -> Vec<u8> {
        [TAG, &self.to_bytes()].concat()
    }

    pub(crate) fn sign(self, key: &AuditKey) -> Result<Checkpoint, StoreError> {
        let signature = key.sign(&self.message())?;
        Ok(Checkpoint { commitment: self, signature })
    }
}

impl Checkpoint {
    /// Says whether the key signed it.
    pub fn is_signed_by(&self, key: &AuditPublicKey) -> bool {
        key.verifies(&self.commitment.message(), &self.signature)
    }

    /// Returns what to keep elsewhere, so that a journal that was set back is found out.
    pub fn anchor(&self) -> Anchor {
        Anchor { number: self.commitment.number, hash: self.commitment.hash() }
    }
}

/// Hashes heads in the order in which they are given.
pub(crate) fn root<'a>(heads: impl IntoIterator<Item = &'a SwapHead>) -> Digest {
    let mut bytes = HEADS_TAG.to_vec();
    for SwapHead { swap_id, head } in heads {
        bytes.extend_from_slice(swap_id.to_string().as_bytes());
        bytes.extend_from_slice(&head.count.to_be_bytes());
        bytes.extend_from_slice(head.hash.as_bytes());
    }
    Digest::of(&bytes)
}

//! The hash chain of a swap's entries.

use countersign_approval::SwapId;
use serde::{Deserialize, Serialize};

use crate::{Digest, Entry, Impossible, State};

/// What an entry's hash begins with, so that it can't be the hash of something else.
const TAG: &[u8] = b"countersign/journal/entry/1\n";

/// An entry in its place: numbered, and bound to the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// Its number in the swap, from 0.
    pub sequence: u64,
    /// SHA-256 over a tag, the swap's id as text, the number in 8 bytes, the hash of the entry before
    /// (zeros before the first), and the canonical bytes.
    pub hash: Digest,
    /// The entry.
    pub entry: Entry,
}

/// Where a swap's chain ends: how many entries there are, and the hash of the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a head is these two things")]
pub struct Head {
    /// How many entries there are: the number of the next one.
    pub count: u64,
    /// The hash of the last one.
    pub hash: Digest,
}

/// A swap and all that happened in it, checked: the chain holds, and the state follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct History {
    /// Our own id of the swap.
    pub swap_id: SwapId,
    /// Where it is.
    pub state: State,
    /// Where the chain ends.
    pub head: Head,
    /// The entries, in their order.
    pub links: Vec<Link>,
}

/// Why stored entries are no history.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// The bytes are no entry in its canonical form.
    #[error(
        "swap {swap_id}, entry {sequence}: expected an entry in its canonical form, found {found}"
    )]
    NotAnEntry {
        /// The swap.
        swap_id: SwapId,
        /// The entry.
        sequence: u64,
        /// What the reader said.
        found: String,
    },
    /// An entry is missing, doubled, or in another's place.
    #[error("swap {swap_id}: expected entry {expected}, found {found}")]
    Sequence {
        /// The swap.
        swap_id: SwapId,
        /// The number that had to follow.
        expected: u64,
        /// The number that follows.
        found: u64,
    },
    /// An entry, or one before it, is not what was written.
    #[error("swap {swap_id}, entry {sequence}: expected hash {expected}, found {found}")]
    Hash {
        /// The swap.
        swap_id: SwapId,
        /// The entry.
        sequence: u64,
        /// The hash that follows from what is there.
        expected: Digest,
        /// The hash that is there.
        found: Digest,
    },
    /// The entries are in an order in which nothing can happen.
    #[error("swap {swap_id}, entry {sequence}: {source}")]
    Order {
        /// The swap.
        swap_id: SwapId,
        /// The entry.
        sequence: u64,
        /// Why.
        source: Impossible,
    },
}

impl Entry {
    /// Writes the entry in its canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        // There is no map with other keys than strings in an entry, and no other way to fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads an entry from its canonical form, and from no other.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the bytes, which the text does not repeat.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let entry: Self = serde_json::from_slice(bytes).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            format!("JSON of another form at line {line}, column {column}")
        })?;
        let same = entry.to_bytes() == bytes;
        same.then_some(entry).ok_or_else(|| "JSON that is written in another way".to_owned())
    }
}

impl Head {
    /// Where a chain without entries ends.
    pub const START: Self = Self { count: 0, hash: Digest::NONE };

    /// Returns where the chain ends after one more entry.
    #[must_use]
    pub fn after(self, swap_id: SwapId, bytes: &[u8]) -> Self {
        let (id, number) = (swap_id.to_string(), self.count.to_be_bytes());
        let before = self.hash.as_bytes();
        let hash = Digest::of_parts(&[TAG, id.as_bytes(), &number, before, bytes]);
        Self { count: self.count.saturating_add(1), hash }
    }
}

/// Follows a swap's chain, one stored entry after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Follower {
    swap_id: SwapId,
    head: Head,
    state: Option<State>,
}

impl Follower {
    pub(crate) const fn new(swap_id: SwapId) -> Self {
        Self { swap_id, head: Head::START, state: None }
    }

    pub(crate) const fn head(&self) -> Head {
        self.head
    }

    pub(crate) const fn state(&self) -> Option<State> {
        self.state
    }

    /// Takes the next entry, with the number and the hash that stand beside it.
    pub(crate) fn take(
        &mut self,
        found: u64,
        hash: Digest,
        bytes: &[u8],
    ) -> Result<Link, ChainError> {
        let (swap_id, sequence) = (self.swap_id, self.head.count);
        if found != sequence {
            return Err(ChainError::Sequence { swap_id, expected: sequence, found });
        }
        let head = self.head.after(swap_id, bytes);
        if head.hash != hash {
            let (expected, found) = (head.hash, hash);
            return Err(ChainError::Hash { swap_id, sequence, expected, found });
        }
        let wrong = |found| ChainError::NotAnEntry { swap_id, sequence, found };
        let entry = Entry::from_bytes(bytes).map_err(wrong)?;
        let state = State::after(self.state, &entry.what).map_err(|source| ChainError::Order {
            swap_id,
            sequence,
            source,
        })?;
        (self.head, self.state) = (head, Some(state));
        Ok(Link { sequence, hash, entry })
    }
}

use countersign_approval::{Environment, LedgerError, SwapId};
use countersign_units::UnixMillis;

use crate::{ChainError, Impossible, TextError};

/// Why a store did not do what it was asked to.
///
/// Nothing that was acknowledged is lost by any of them. After [`Gone`](Self::Gone) it is unknown
/// whether the last write is there; the same write may be made again, and is there once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no room for another entry: nothing was written.
    #[error("expected room for another entry, found a full disk: {0}")]
    Full(String),
    /// The store can be read and not written.
    #[error("expected a journal that can be written, found one that can't: {0}")]
    ReadOnly(String),
    /// The store can't be reached, or went away in the middle of something.
    #[error("the journal is not there: {0}")]
    Gone(String),
    /// Others use the store and did not let go of it in time: nothing was written.
    #[error("the journal is busy: {0}")]
    Busy(String),
    /// The server acknowledges what is not on disk yet.
    #[error("expected a server that has written what it acknowledges, found {0} = off")]
    NotDurable(&'static str),
    /// The store was made by another version.
    #[error("expected a journal of schema {expected} or older, found {found}; use a newer version")]
    Schema {
        /// The newest schema that this version knows.
        expected: u64,
        /// The schema that is there.
        found: u64,
    },
    /// The idempotency key stands for another request.
    #[error("the idempotency key belongs to swap {swap_id}, which is for another request")]
    KeyTaken {
        /// The swap that has it.
        swap_id: SwapId,
    },
    /// There is no such swap.
    #[error("expected swap {0} in the journal, found none")]
    UnknownSwap(SwapId),
    /// Somebody else has written to the swap.
    #[error("swap {swap_id}: expected to write entry {expected}, found that {found} is next")]
    Conflict {
        /// The swap.
        swap_id: SwapId,
        /// The number that the writer took for the next one.
        expected: u64,
        /// The number that is the next one.
        found: u64,
    },
    /// The lease is over, or somebody else has one: whoever held it must stop.
    #[error("swap {swap_id}: lease {token} is over; the latest is {latest}, until {until}")]
    LeaseLost {
        /// The swap.
        swap_id: SwapId,
        /// The fencing token that the writer holds.
        token: u64,
        /// The latest fencing token.
        latest: u64,
        /// When the latest lease ends, in Unix milliseconds.
        until: UnixMillis,
    },
    /// Somebody else holds the swap's lease.
    #[error("swap {swap_id} is leased until {until}")]
    Leased {
        /// The swap.
        swap_id: SwapId,
        /// When that ends, in Unix milliseconds.
        until: UnixMillis,
    },
    /// The entry can't follow what is there, or is written by another call.
    #[error(transparent)]
    Impossible(#[from] Impossible),
    /// A limit, or another approval, stands against the claim.
    #[error(transparent)]
    Ledger(LedgerError),
    /// The approval is for another environment than the swap.
    #[error("swap {swap_id}: expected an approval for {expected}, found one for {found}")]
    Environment {
        /// The swap.
        swap_id: SwapId,
        /// Where the swap takes place.
        expected: Environment,
        /// Where the approval would be used.
        found: Environment,
    },
    /// A value is larger than the store can hold.
    #[error("{member}: expected at most {most}, found {found}")]
    TooLarge {
        /// Which value.
        member: &'static str,
        /// The most that fits.
        most: u64,
        /// What was to be stored.
        found: u64,
    },
    /// A text does not have the form that an entry needs.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The history of a swap is not what was written.
    #[error("corrupted: {0}")]
    Chain(#[from] ChainError),
    /// What is stored is not what was written.
    #[error("corrupted: {what}: expected {expected}, found {found}")]
    Corrupted {
        /// What it is about.
        what: &'static str,
        /// What has to be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// The audit key did not sign.
    #[error("the audit key did not sign")]
    NotSigned,
}

impl StoreError {
    pub(crate) fn corrupted(
        what: &'static str,
        expected: impl std::fmt::Display,
        found: impl std::fmt::Display,
    ) -> Self {
        Self::Corrupted { what, expected: expected.to_string(), found: found.to_string() }
    }

    /// Returns the error's stable name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Full(_) => "full",
            Self::ReadOnly(_) => "read_only",
            Self::Gone(_) => "gone",
            Self::Busy(_) => "busy",
            Self::NotDurable(_) => "not_durable",
            Self::Schema { .. } => "schema",
            Self::KeyTaken { .. } => "key_taken",
            Self::UnknownSwap(_) => "unknown_swap",
            Self::Conflict { .. } => "conflict",
            Self::LeaseLost { .. } => "lease_lost",
            Self::Leased { .. } => "leased",
            Self::Impossible(_) => "impossible",
            Self::Ledger(_) => "ledger",
            Self::Environment { .. } => "environment",
            Self::TooLarge { .. } => "too_large",
            Self::Text(_) => "text",
            Self::Chain(_) | Self::Corrupted { .. } => "corrupted",
            Self::NotSigned => "not_signed",
        }
    }
}

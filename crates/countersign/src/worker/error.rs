use countersign_approval::{Environment, SwapId};
use countersign_journal::{StoreError, TextError};
use countersign_units::UnixSeconds;

use crate::FlowError;

/// Why a swap in the journal did not go on.
///
/// Where it stands is in the journal: the same call with the same key, or a later worker, goes on
/// from there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkError {
    /// A step failed.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// The journal can't be read or written, or has something against it. What it did not take was
    /// not done.
    #[error("journal: {0}")]
    Journal(#[from] StoreError),
    /// A text can't be an entry: an id, an address or an answer that is far too long.
    #[error("journal: {0}")]
    Text(#[from] TextError),
    /// The journal holds something that this version can't make sense of.
    #[error("expected {0} in the journal that can be read, found another form")]
    Unreadable(&'static str),
    /// The swap takes place elsewhere. It is left to a worker of that environment.
    #[error("swap {swap_id}: expected one of {expected}, found one of {found}")]
    Environment {
        /// The swap.
        swap_id: SwapId,
        /// Where this worker works.
        expected: Environment,
        /// Where the swap takes place.
        found: Environment,
    },
    /// The swap was begun with another API. It is left to a worker of that one.
    #[error("swap {swap_id}: expected one of the API {expected}, found one of {found}")]
    Api {
        /// The swap.
        swap_id: SwapId,
        /// The APIs that this worker works with.
        expected: String,
        /// The API that the swap was begun with.
        found: String,
    },
    /// The swap's approval can't be made useless before its time, or not with what is at hand. It is
    /// left as it is.
    #[error("swap {swap_id} can't be cancelled: {reason}")]
    NotCancellable {
        /// The swap.
        swap_id: SwapId,
        /// Why.
        reason: NotCancellable,
    },
    /// A step panicked: a mistake in this program, or in what it was set up with. The swap is left
    /// until its lease is over.
    #[error("a step of swap {0} panicked")]
    Panicked(SwapId),
    /// The lease is over by our own clock, so nothing is sent: another worker may have the swap.
    #[error("the lease of swap {0} is over")]
    LeaseOver(SwapId),
}

/// Why an approval is not made useless before its time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotCancellable {
    /// A signed intent can't be taken back: it ends by itself.
    #[error(
        "a signed intent ends by itself, at {until} in Unix seconds; after that, ask again under \
         another key"
    )]
    EndsByItself {
        /// Its deadline.
        until: UnixSeconds,
    },
    /// A transaction with a durable nonce does not die by itself, and only its nonce account's
    /// authority can move that on.
    #[error("it lives by a durable nonce, which its authority has to advance")]
    DurableNonce,
    /// What it takes to cancel is not at hand.
    #[error("it takes {0}; give it, and cancel again")]
    Lacks(String),
    /// What was reserved has no form that this version knows.
    #[error("expected a nonce, coins or a message that was reserved, found another form")]
    Unreadable,
}

impl WorkError {
    /// Returns the error's stable name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Flow(_) => "flow",
            Self::Journal(error) => error.code(),
            Self::Text(_) => "text",
            Self::Unreadable(_) => "unreadable",
            Self::Environment { .. } => "environment",
            Self::Api { .. } => "api",
            Self::NotCancellable { .. } => "not_cancellable",
            Self::Panicked(_) => "panicked",
            Self::LeaseOver(_) => "lease_lost",
        }
    }

    /// Says whether somebody else has the swap now.
    pub const fn is_lease_lost(&self) -> bool {
        matches!(
            self,
            Self::LeaseOver(_)
                | Self::Journal(
                    StoreError::LeaseLost { .. }
                        | StoreError::Leased { .. }
                        | StoreError::Conflict { .. }
                )
        )
    }
}

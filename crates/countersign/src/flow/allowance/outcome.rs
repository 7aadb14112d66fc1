//! What became of an `approve` call of our own.

use std::time::Duration;

use countersign_approval::BroadcastError;
use countersign_units::{EvmAddress, Lots};

/// An `approve` call of ours that was mined, and did what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a caller reads all of it")]
pub struct AllowanceChange {
    /// The network's name in the registry.
    pub network: String,
    /// The EIP-155 chain id.
    pub chain_id: u64,
    /// Whose allowance it is.
    pub owner: EvmAddress,
    /// The token contract.
    pub token: EvmAddress,
    /// The Permit2 contract that may move the token.
    pub permit2: EvmAddress,
    /// How much it may move from then on, in base units.
    pub amount: Lots,
    /// The transaction's hash.
    pub transaction: [u8; 32],
    /// The height of its block.
    pub block: u64,
}

/// An `approve` call that was signed, and did not do what it says as far as we know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("approve on {network}, transaction 0x{}: {why}", hex::encode(transaction))]
#[expect(clippy::exhaustive_structs, reason = "a caller reads all of it")]
pub struct AllowanceError {
    /// The network's name in the registry.
    pub network: String,
    /// The transaction's hash.
    pub transaction: [u8; 32],
    /// What became of it.
    pub why: NotChanged,
}

/// What became of a call that changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotChanged {
    /// The node does not take it, however often it is asked.
    #[error("not sent: {0}")]
    Declined(BroadcastError),
    /// It failed in its block.
    #[error("it failed in block {block}")]
    Failed {
        /// The block's height.
        block: u64,
    },
    /// It waits still, and may be mined later.
    #[error("not mined after {after:?}; it may be mined later")]
    Waits {
        /// How long it was waited for.
        after: Duration,
    },
}

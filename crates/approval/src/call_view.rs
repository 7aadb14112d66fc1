use async_trait::async_trait;
use countersign_units::EvmAddress;

use crate::{AccountNonce, CallFacts, CallFactsQuery, ChainViewError};

/// Reads what a transaction of our own on an EVM chain needs to know, passes it on, and tells what
/// became of it.
#[async_trait]
pub trait CallChainView: Send + Sync {
    /// Counts the transactions of an account, so that the next one can be allotted a nonce.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the chain can't be asked, or is another one.
    async fn account_nonce(
        &self,
        chain_id: u64,
        owner: EvmAddress,
    ) -> Result<AccountNonce, ChainViewError>;

    /// Reads all facts about one transaction, as of one block.
    ///
    /// A fact that this view can't know stays absent; what it should know and could not read is
    /// an error.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the chain can't be asked, or is another one.
    async fn call_facts(&self, query: &CallFactsQuery) -> Result<CallFacts, ChainViewError>;

    /// Passes a signed transaction on to the network, and returns once the node has it. The same one
    /// may be passed on again.
    ///
    /// # Errors
    ///
    /// Returns a [`BroadcastError`]. Only with [`BroadcastError::View`] it is not known whether the
    /// node has it.
    async fn broadcast(&self, chain_id: u64, transaction: &[u8]) -> Result<(), BroadcastError>;

    /// Tells what became of a transaction, by its hash.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the chain can't be asked, or is another one.
    async fn call_state(&self, chain_id: u64, hash: [u8; 32]) -> Result<CallState, ChainViewError>;
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a caller must decide about all three")]
pub enum CallState {
    /// The node does not know it. It may still be mined.
    Unknown,
    /// It waits.
    Pending,
    /// It is in a block of the chain, as the chain is now.
    Mined {
        /// Whether it succeeded. One that failed has paid its fee and used its account nonce.
        succeeded: bool,
        /// The block's height.
        block: u64,
        /// How many blocks there are from that one on; 1 for the latest.
        confirmations: u64,
    },
}

/// Why a node did not take a transaction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BroadcastError {
    /// Another transaction with this account nonce was mined, so this one never will be.
    #[error("another transaction of the account with this nonce was mined")]
    NonceTooLow,
    /// The node keeps no transaction whose account nonce is not the next one, and has not seen the one
    /// before it yet. Nothing arrived.
    #[error("the node wants the transaction with the nonce before it first: {0}")]
    NonceTooHigh(String),
    /// The gas price is too low: for the node, for the latest block, or to replace the transaction
    /// with this account nonce that waits.
    #[error("the node wants a higher gas price: {0}")]
    Underpriced(String),
    /// The account can't pay for it.
    #[error("the account has less than value and fee: {0}")]
    InsufficientFunds(String),
    /// The node does not take it for another reason.
    #[error("the node declined the transaction: {0}")]
    Declined(String),
    /// There is no answer, so that it may have been taken.
    #[error(transparent)]
    View(#[from] ChainViewError),
}

#[cfg(test)]
struct _DynCompatible(Box<dyn CallChainView>);

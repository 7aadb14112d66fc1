use async_trait::async_trait;
use countersign_units::{EvmAddress, U256};

use crate::{BitcoinNetwork, Coin, EvmFacts};

/// Reads the facts of an EVM chain that the checks of a Permit2 approval need.
#[async_trait]
pub trait EvmChainView: Send + Sync {
    /// Reads all facts about one approval, as of one block.
    ///
    /// A fact that this view can't know stays absent; what it should know and could not read is
    /// an error.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the chain can't be asked, or is another one.
    async fn facts(&self, query: &EvmFactsQuery) -> Result<EvmFacts, ChainViewError>;
}

/// Which approval facts are asked about. Nothing in here has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain reads all of it")]
pub struct EvmFactsQuery {
    /// The EIP-155 chain id that the view must be of.
    pub chain_id: u64,
    /// The Permit2 contract.
    pub permit2: EvmAddress,
    /// The account whose tokens would move.
    pub owner: EvmAddress,
    /// The token.
    pub token: EvmAddress,
    /// The contract that would spend the permit.
    pub spender: EvmAddress,
    /// The permit's nonce.
    pub nonce: U256,
}

/// Reads the coins of a Bitcoin chain, and passes transactions on to it.
#[async_trait]
pub trait BitcoinChainView: Send + Sync {
    /// Reads the unspent coins that some scripts lock, as of one height.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the chain can't be asked, or is another one.
    async fn coins(
        &self,
        network: BitcoinNetwork,
        scripts: &[Vec<u8>],
    ) -> Result<SeenCoins, ChainViewError>;

    /// Passes a signed transaction on to the network. The same one may be passed on again.
    ///
    /// # Errors
    ///
    /// Returns [`ChainViewError::Declined`] with the node's reason if it does not take it, and
    /// another [`ChainViewError`] where that is not known.
    async fn broadcast(
        &self,
        network: BitcoinNetwork,
        transaction: &[u8],
    ) -> Result<(), ChainViewError>;
}

/// What a view of a Bitcoin chain sees of some scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain fills in all of it")]
pub struct SeenCoins {
    /// The height of the chain.
    pub height: u32,
    /// Each coin with its confirmations; none has not been mined.
    pub coins: Vec<(Coin, u32)>,
}

/// Why there are no facts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainViewError {
    /// The node can't be reached, or does not answer in a readable form.
    #[error("the chain can't be asked: {0}")]
    Unavailable(String),
    /// The node is of another chain.
    #[error("expected a node of chain {expected}, found one of chain {found}")]
    OtherChain {
        /// The chain id that was asked for.
        expected: u64,
        /// The chain id that the node says.
        found: U256,
    },
    /// The node is of another Bitcoin network.
    #[error("expected a node of {expected}, found one of {found}")]
    OtherNetwork {
        /// The network that was asked for.
        expected: BitcoinNetwork,
        /// What the node says of itself.
        found: String,
    },
    /// The node does not take a transaction.
    #[error("the node declined the transaction: {0}")]
    Declined(String),
}

#[cfg(test)]
struct _DynCompatible(Box<dyn EvmChainView>, Box<dyn BitcoinChainView>);

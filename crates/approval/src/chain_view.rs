use async_trait::async_trait;
use countersign_units::{EvmAddress, SolanaAddress, SolanaHash, U256, UnixSeconds};

use crate::{
    BitcoinNetwork, Coin, CoinId, EvmFacts, FeeRate, LatestBlockhash, MempoolConflict,
    SeenLifetime, SolanaFacts, TransferFacts,
};

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

    /// Asks whether Permit2 has used up a nonce, as of one block.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the chain can't be asked, is another one, or the view does not
    /// read nonces.
    async fn nonce(&self, query: &NonceQuery) -> Result<NonceState, ChainViewError> {
        let NonceQuery { chain_id, permit2, owner, nonce } = *query;
        let (token, spender) = (permit2, permit2);
        let query = EvmFactsQuery { chain_id, permit2, owner, token, spender, nonce };
        let facts = self.facts(&query).await?;
        let unread = || ChainViewError::Unavailable("it does not read nonces".to_owned());
        let word = facts.nonce_bitmap.ok_or_else(unread)?;
        Ok(NonceState::new(word, nonce, facts.block_time))
    }

    /// Asks whether a permit may have been used before its nonce was spent by something else, in a
    /// block that the caller knows. Permit2 spends a nonce that is spent already without a word, so
    /// that a transaction which does so is no proof by itself.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the chain can't be asked, is another one, does not know any
    /// more what was so before the block, or the view does not look back.
    async fn seen_use(&self, _query: &UseQuery) -> Result<SeenUse, ChainViewError> {
        Err(ChainViewError::Unavailable("it does not look back".to_owned()))
    }
}

/// Which permit is asked about, and before which block it may have been used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain reads all of it")]
pub struct UseQuery {
    /// The permit's nonce.
    pub nonce: NonceQuery,
    /// The token that it would move.
    pub token: EvmAddress,
    /// The height of the block in which the nonce was spent by something else.
    pub block: u64,
}

/// What a chain says of how a permit may have been used up to a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "these are the two ways in which it may have been")]
pub struct SeenUse {
    /// Whether its nonce was spent before the block.
    pub before: bool,
    /// Whether the token left the owner within the block, by whatever.
    pub within: bool,
}

/// Which nonce is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain reads all of it")]
pub struct NonceQuery {
    /// The EIP-155 chain id that the view must be of.
    pub chain_id: u64,
    /// The Permit2 contract.
    pub permit2: EvmAddress,
    /// The account whose nonce it is.
    pub owner: EvmAddress,
    /// The nonce.
    pub nonce: U256,
}

/// What a chain says of a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NonceState {
    /// Whether it is used up.
    pub used: bool,
    /// The time of the block that this is of.
    pub block_time: Option<UnixSeconds>,
}

impl NonceState {
    /// Reads the bit of a nonce in its word, which it shares with 255 others.
    pub fn new(word: U256, nonce: U256, block_time: Option<UnixSeconds>) -> Self {
        Self { used: word.bit(usize::from(nonce.byte(0))), block_time }
    }
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

    /// Asks by which fee rate a transaction is likely to be mined within some blocks; nothing where
    /// the view can't tell.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the chain can't be asked, or is another one.
    async fn fee_rate(
        &self,
        _network: BitcoinNetwork,
        _blocks: u16,
    ) -> Result<Option<FeeRate>, ChainViewError> {
        Ok(None)
    }

    /// Asks which of some coins are spent by transactions that wait to be mined, and what those pay.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the chain can't be asked, is another one, or the view does not
    /// see what waits.
    async fn conflict(
        &self,
        _network: BitcoinNetwork,
        _coins: &[CoinId],
    ) -> Result<MempoolConflict, ChainViewError> {
        Err(ChainViewError::Unavailable("it does not see what waits to be mined".to_owned()))
    }

    /// Reads those of some coins that lie in a block and that no block spends, whether or not a
    /// transaction that waits to be mined does.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the chain can't be asked, is another one, or the view does not
    /// read single coins.
    async fn mined_coins(
        &self,
        _network: BitcoinNetwork,
        _coins: &[CoinId],
    ) -> Result<Vec<Coin>, ChainViewError> {
        Err(ChainViewError::Unavailable("it does not read single coins".to_owned()))
    }
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

/// Reads the facts of a Solana cluster that the checks of a transaction to co-sign need.
#[async_trait]
pub trait SolanaChainView: Send + Sync {
    /// Reads all facts about one transaction, from finalised state where that can be.
    ///
    /// A fact that this view can't know stays absent; what it should know and could not read is
    /// an error.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the cluster can't be asked, or is another one.
    async fn facts(&self, query: &SolanaFactsQuery) -> Result<SolanaFacts, ChainViewError>;
}

/// Reads what a transfer of our own on Solana needs, and passes it on to the cluster.
///
/// Each question names the cluster by the hash of its first block.
#[async_trait]
pub trait SolanaTransferView: Send + Sync {
    /// Returns a blockhash to build on, which the cluster has voted for.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the cluster can't be asked, or is another one.
    async fn latest_blockhash(
        &self,
        genesis_hash: SolanaHash,
    ) -> Result<LatestBlockhash, ChainViewError>;

    /// Returns the price of a compute unit, in millionths of a lamport, for which three of four
    /// recent blocks took a transaction that writes to all of these accounts.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the cluster can't be asked, or is another one.
    async fn compute_unit_price(
        &self,
        genesis_hash: SolanaHash,
        writable: &[SolanaAddress],
    ) -> Result<u64, ChainViewError>;

    /// Reads all facts about one transfer.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the cluster can't be asked, or is another one.
    async fn transfer_facts(
        &self,
        query: &TransferFactsQuery,
    ) -> Result<TransferFacts, ChainViewError>;

    /// Passes a signed transaction on to the cluster. The same one may be passed on again.
    ///
    /// # Errors
    ///
    /// Returns [`ChainViewError::Declined`] with the node's reason if it does not take it, and
    /// another [`ChainViewError`] where that is not known.
    async fn send(
        &self,
        genesis_hash: SolanaHash,
        transaction: &[u8],
    ) -> Result<(), ChainViewError>;

    /// Asks what became of a transaction, by its first signature, and whether its blockhash still
    /// lives. Without a signature only the latter is told.
    ///
    /// # Errors
    ///
    /// Returns a [`ChainViewError`] if the cluster can't be asked, or is another one.
    async fn lifetime(&self, query: &LifetimeQuery) -> Result<SeenLifetime, ChainViewError>;
}

/// Which facts of a transfer of our own are asked about. Nothing in here has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain reads all of it")]
pub struct TransferFactsQuery {
    /// What is asked about any transaction.
    pub transaction: SolanaFactsQuery,
    /// Our key.
    pub owner: SolanaAddress,
    /// The wallet that is paid.
    pub recipient: SolanaAddress,
}

/// Which transaction is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain reads all of it")]
pub struct LifetimeQuery {
    /// The hash of the first block of the cluster that the view must be of.
    pub genesis_hash: SolanaHash,
    /// The blockhash that the transaction names.
    pub blockhash: SolanaHash,
    /// Its first signature, which is the fee payer's and the transaction's name.
    pub signature: Option<[u8; 64]>,
}

/// Which transaction facts are asked about. Nothing in here has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain reads all of it")]
pub struct SolanaFactsQuery {
    /// The hash of the first block of the cluster that the view must be of.
    pub genesis_hash: SolanaHash,
    /// The transaction as it would be sent; signatures may be missing in it.
    pub transaction: Vec<u8>,
    /// The blockhash that it names.
    pub blockhash: SolanaHash,
    /// The accounts of its own list that it may write to.
    pub writable: Vec<SolanaAddress>,
    /// The lookup tables that it uses.
    pub tables: Vec<TableUse>,
    /// The mint of the token, where a token moves.
    pub mint: Option<SolanaAddress>,
    /// The account that the tokens leave.
    pub source: Option<SolanaAddress>,
    /// The account that the tokens go to.
    pub destination: Option<SolanaAddress>,
}

/// What a transaction takes from a lookup table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a view of a chain reads all of it")]
pub struct TableUse {
    /// The table.
    pub table: SolanaAddress,
    /// The entries that it may write to.
    pub writable: Vec<u8>,
    /// The entries that it only reads.
    pub readonly: Vec<u8>,
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
    /// The node is of another Solana cluster.
    #[error("expected a node of the cluster {expected}, found one of {found}")]
    OtherCluster {
        /// The genesis hash that was asked for.
        expected: SolanaHash,
        /// The genesis hash that the node says.
        found: SolanaHash,
    },
    /// The node does not take a transaction.
    #[error("the node declined the transaction: {0}")]
    Declined(String),
}

#[cfg(test)]
struct _DynCompatible(
    Box<dyn EvmChainView>,
    Box<dyn BitcoinChainView>,
    Box<dyn SolanaChainView>,
    Box<dyn SolanaTransferView>,
);

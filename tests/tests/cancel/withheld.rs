//! Approvals that are let out and don't arrive, until somebody has them arrive.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use countersign::approval::{
    AccountNonce, BitcoinChainView, BitcoinNetwork, BroadcastError, CallChainView, CallFacts,
    CallFactsQuery, CallState, ChainViewError, Coin, CoinId, FeeRate, LatestBlockhash,
    LifetimeQuery, MempoolConflict, SeenCoins, SeenLifetime, SolanaTransferView, TransferFacts,
    TransferFactsQuery,
};
use countersign::chain_rpc::{Esplora, EvmRpc, SolanaRpc};
use countersign::units::{EvmAddress, SolanaAddress, SolanaHash, UnixMillis};
use countersign::{ApiError, Intent, Offer, Order, Submission, SwapApi, SwapStatus, Takes};

/// What was let out first: it is kept, and does not arrive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Withheld(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    submission: Option<(String, Submission)>,
    transaction: Option<Vec<u8>>,
    /// How many transactions that were let out later arrived.
    passed_on: u32,
    /// Whether no transaction is kept.
    lets_all_through: bool,
}

impl Withheld {
    /// Returns the first submission to the API.
    pub(crate) fn submission(&self) -> (String, Submission) {
        self.lock().submission.clone().unwrap()
    }

    /// Returns the first transaction that was to go to a chain.
    pub(crate) fn transaction(&self) -> Vec<u8> {
        self.lock().transaction.clone().unwrap()
    }

    /// Returns how many transactions arrived on a chain.
    pub(crate) fn passed_on(&self) -> u32 {
        self.lock().passed_on
    }

    /// Has each transaction arrive on its chain.
    pub(crate) fn let_all_through(&self) {
        self.lock().lets_all_through = true;
    }

    /// Says whether a transaction is kept: the first one always is.
    fn keeps(&self, transaction: &[u8]) -> bool {
        let mut kept = self.lock();
        if kept.lets_all_through {
            return false;
        }
        let first = kept.transaction.get_or_insert_with(|| transaction.to_vec()) == transaction;
        if !first {
            kept.passed_on = kept.passed_on.saturating_add(1);
        }
        first
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something that what is let out goes through.
pub(crate) struct Withholding<T> {
    pub(crate) inner: T,
    pub(crate) withheld: Withheld,
}

#[async_trait]
impl<A: SwapApi> SwapApi for Withholding<A> {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn takes(&self) -> Takes {
        self.inner.takes()
    }

    async fn quote(&self, order: &Order) -> Result<Offer, ApiError> {
        self.inner.quote(order).await
    }

    async fn create(&self, order: &Order, offer: &Offer) -> Result<Intent, ApiError> {
        self.inner.create(order, offer).await
    }

    async fn submit(&self, intent_id: &str, submission: &Submission) -> Result<(), ApiError> {
        let mut kept = self.withheld.lock();
        kept.submission.get_or_insert_with(|| (intent_id.to_owned(), submission.clone()));
        Ok(())
    }

    async fn status(&self, intent_id: &str) -> Result<SwapStatus, ApiError> {
        self.inner.status(intent_id).await
    }

    async fn created_since(
        &self,
        order: &Order,
        since: UnixMillis,
    ) -> Result<Option<Vec<String>>, ApiError> {
        self.inner.created_since(order, since).await
    }
}

#[async_trait]
impl CallChainView for Withholding<EvmRpc> {
    async fn account_nonce(
        &self,
        chain_id: u64,
        owner: EvmAddress,
    ) -> Result<AccountNonce, ChainViewError> {
        self.inner.account_nonce(chain_id, owner).await
    }

    async fn call_facts(&self, query: &CallFactsQuery) -> Result<CallFacts, ChainViewError> {
        self.inner.call_facts(query).await
    }

    async fn broadcast(&self, chain_id: u64, transaction: &[u8]) -> Result<(), BroadcastError> {
        if self.withheld.keeps(transaction) {
            return Ok(());
        }
        self.inner.broadcast(chain_id, transaction).await
    }

    async fn call_state(&self, chain_id: u64, hash: [u8; 32]) -> Result<CallState, ChainViewError> {
        self.inner.call_state(chain_id, hash).await
    }
}

#[async_trait]
impl BitcoinChainView for Withholding<Esplora> {
    async fn coins(
        &self,
        network: BitcoinNetwork,
        scripts: &[Vec<u8>],
    ) -> Result<SeenCoins, ChainViewError> {
        self.inner.coins(network, scripts).await
    }

    async fn broadcast(
        &self,
        network: BitcoinNetwork,
        transaction: &[u8],
    ) -> Result<(), ChainViewError> {
        if self.withheld.keeps(transaction) {
            return Ok(());
        }
        self.inner.broadcast(network, transaction).await
    }

    async fn fee_rate(
        &self,
        network: BitcoinNetwork,
        blocks: u16,
    ) -> Result<Option<FeeRate>, ChainViewError> {
        self.inner.fee_rate(network, blocks).await
    }

    async fn conflict(
        &self,
        network: BitcoinNetwork,
        coins: &[CoinId],
    ) -> Result<MempoolConflict, ChainViewError> {
        self.inner.conflict(network, coins).await
    }

    async fn mined_coins(
        &self,
        network: BitcoinNetwork,
        coins: &[CoinId],
    ) -> Result<Vec<Coin>, ChainViewError> {
        self.inner.mined_coins(network, coins).await
    }
}

#[async_trait]
impl SolanaTransferView for Withholding<SolanaRpc> {
    async fn latest_blockhash(
        &self,
        genesis_hash: SolanaHash,
    ) -> Result<LatestBlockhash, ChainViewError> {
        self.inner.latest_blockhash(genesis_hash).await
    }

    async fn compute_unit_price(
        &self,
        genesis_hash: SolanaHash,
        writable: &[SolanaAddress],
    ) -> Result<u64, ChainViewError> {
        self.inner.compute_unit_price(genesis_hash, writable).await
    }

    async fn transfer_facts(
        &self,
        query: &TransferFactsQuery,
    ) -> Result<TransferFacts, ChainViewError> {
        self.inner.transfer_facts(query).await
    }

    async fn send(
        &self,
        genesis_hash: SolanaHash,
        transaction: &[u8],
    ) -> Result<(), ChainViewError> {
        if self.withheld.keeps(transaction) {
            return Ok(());
        }
        self.inner.send(genesis_hash, transaction).await
    }

    async fn lifetime(&self, query: &LifetimeQuery) -> Result<SeenLifetime, ChainViewError> {
        self.inner.lifetime(query).await
    }
}

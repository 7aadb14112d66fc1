//! A node of Solana that can keep what it is sent to itself, that can be away, and whose history goes back
//! to the first block, as that of an archive does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use countersign::approval::{
    ChainViewError, LatestBlockhash, LifetimeQuery, SeenLifetime, SolanaTransferView,
    TransferFacts, TransferFactsQuery,
};
use countersign::chain_rpc::SolanaRpc;
use countersign::units::{SolanaAddress, SolanaHash};
use countersign_tests::Scene;

/// Such a node. Its clones are one node.
#[derive(Clone)]
pub(crate) struct Cluster {
    node: Arc<SolanaRpc>,
    /// Whether it takes transactions, and tells nobody.
    pub(crate) swallows: Arc<AtomicBool>,
    /// Whether it can't be asked what became of them.
    pub(crate) is_away: Arc<AtomicBool>,
    /// How many it was sent.
    pub(crate) sent: Arc<AtomicUsize>,
    /// How often it was asked what became of one.
    pub(crate) asked: Arc<AtomicUsize>,
    /// How often it answers that without having the blocks of late.
    pub(crate) lags: Arc<AtomicUsize>,
    /// Whether it has no history that goes back to anything.
    pub(crate) is_cut_off: Arc<AtomicBool>,
}

impl Cluster {
    pub(crate) fn of(scene: &Scene) -> Self {
        let url = scene.sandbox.rpc_url("solana").unwrap().parse().unwrap();
        Self {
            node: Arc::new(SolanaRpc::connect(url).unwrap()),
            swallows: Arc::default(),
            is_away: Arc::default(),
            sent: Arc::default(),
            asked: Arc::default(),
            lags: Arc::default(),
            is_cut_off: Arc::default(),
        }
    }
}

#[async_trait]
impl SolanaTransferView for Cluster {
    async fn latest_blockhash(
        &self,
        genesis_hash: SolanaHash,
    ) -> Result<LatestBlockhash, ChainViewError> {
        self.node.latest_blockhash(genesis_hash).await
    }

    async fn compute_unit_price(
        &self,
        genesis_hash: SolanaHash,
        writable: &[SolanaAddress],
    ) -> Result<u64, ChainViewError> {
        self.node.compute_unit_price(genesis_hash, writable).await
    }

    async fn transfer_facts(
        &self,
        query: &TransferFactsQuery,
    ) -> Result<TransferFacts, ChainViewError> {
        self.node.transfer_facts(query).await
    }

    async fn send(
        &self,
        genesis_hash: SolanaHash,
        transaction: &[u8],
    ) -> Result<(), ChainViewError> {
        self.sent.fetch_add(1, Ordering::SeqCst);
        if self.swallows.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.node.send(genesis_hash, transaction).await
    }

    async fn lifetime(&self, query: &LifetimeQuery) -> Result<SeenLifetime, ChainViewError> {
        if self.is_away.load(Ordering::SeqCst) {
            return Err(ChainViewError::Unavailable("away".to_owned()));
        }
        let seen = self.node.lifetime(query).await?;
        self.asked.fetch_add(1, Ordering::SeqCst);
        let left = |left: usize| left.checked_sub(1);
        let lags = self.lags.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left).is_ok();
        let transaction = seen.transaction.filter(|_| !lags);
        let from = if self.is_cut_off.load(Ordering::SeqCst) { u64::MAX } else { 1 };
        let history_from_slot = seen.history_from_slot.map(|_| from);
        Ok(SeenLifetime { history_from_slot, transaction, ..seen })
    }
}

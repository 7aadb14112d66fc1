use async_trait::async_trait;
use countersign::approval::{
    AccountNonce, BitcoinChainView, BitcoinNetwork, BroadcastError, CallChainView, CallFacts,
    CallFactsQuery, CallState, ChainViewError, CoinId, FeeRate, LatestBlockhash, LifetimeQuery,
    MempoolConflict, SeenCoins, SeenLifetime, SeenTronCall, SolanaTransferView, TransferFacts,
    TransferFactsQuery, TronCallFacts, TronCallFactsQuery, TronCallView,
};
use countersign::chain_rpc::{Esplora, EvmRpc, SolanaRpc, TronRpc};
use countersign::units::{EvmAddress, SolanaAddress, SolanaHash};

use super::Faults;
use crate::watched::Around as _;

/// A view of coins at whose broadcasts a process may crash.
#[derive(Debug)]
pub struct FaultCoins {
    view: Esplora,
    faults: Faults,
}

impl FaultCoins {
    /// Stands before a view.
    pub const fn new(view: Esplora, faults: Faults) -> Self {
        Self { view, faults }
    }
}

#[async_trait]
impl BitcoinChainView for FaultCoins {
    async fn coins(
        &self,
        network: BitcoinNetwork,
        scripts: &[Vec<u8>],
    ) -> Result<SeenCoins, ChainViewError> {
        self.view.coins(network, scripts).await
    }

    async fn broadcast(
        &self,
        network: BitcoinNetwork,
        transaction: &[u8],
    ) -> Result<(), ChainViewError> {
        self.faults.around("chain:broadcast", self.view.broadcast(network, transaction)).await
    }
    async fn fee_rate(
        &self,
        network: BitcoinNetwork,
        blocks: u16,
    ) -> Result<Option<FeeRate>, ChainViewError> {
        self.view.fee_rate(network, blocks).await
    }

    async fn conflict(
        &self,
        network: BitcoinNetwork,
        coins: &[CoinId],
    ) -> Result<MempoolConflict, ChainViewError> {
        self.view.conflict(network, coins).await
    }
}

/// A view of an EVM chain at whose broadcasts a process may crash.
#[derive(Debug)]
pub struct FaultCalls {
    view: EvmRpc,
    faults: Faults,
}

impl FaultCalls {
    /// Stands before a view.
    pub const fn new(view: EvmRpc, faults: Faults) -> Self {
        Self { view, faults }
    }
}

#[async_trait]
impl CallChainView for FaultCalls {
    async fn account_nonce(
        &self,
        chain_id: u64,
        owner: EvmAddress,
    ) -> Result<AccountNonce, ChainViewError> {
        self.view.account_nonce(chain_id, owner).await
    }

    async fn call_facts(&self, query: &CallFactsQuery) -> Result<CallFacts, ChainViewError> {
        self.view.call_facts(query).await
    }

    async fn broadcast(&self, chain_id: u64, transaction: &[u8]) -> Result<(), BroadcastError> {
        let sent = CallChainView::broadcast(&self.view, chain_id, transaction);
        self.faults.around("chain:broadcast", sent).await
    }

    async fn call_state(&self, chain_id: u64, hash: [u8; 32]) -> Result<CallState, ChainViewError> {
        self.view.call_state(chain_id, hash).await
    }
}

/// A node of Tron at whose broadcasts a process may crash.
#[derive(Debug)]
pub struct FaultTron {
    node: TronRpc,
    faults: Faults,
}

impl FaultTron {
    /// Stands before a node.
    pub const fn new(node: TronRpc, faults: Faults) -> Self {
        Self { node, faults }
    }
}

#[async_trait]
impl TronCallView for FaultTron {
    async fn tron_call_facts(
        &self,
        query: &TronCallFactsQuery,
    ) -> Result<TronCallFacts, ChainViewError> {
        self.node.tron_call_facts(query).await
    }

    async fn broadcast(&self, chain_id: u64, transaction: &[u8]) -> Result<(), BroadcastError> {
        let sent = self.node.broadcast(chain_id, transaction);
        self.faults.around("chain:broadcast", sent).await
    }

    async fn tron_call_state(
        &self,
        chain_id: u64,
        id: [u8; 32],
    ) -> Result<SeenTronCall, ChainViewError> {
        self.node.tron_call_state(chain_id, id).await
    }
}

/// A view of a Solana cluster at whose broadcasts a process may crash.
#[derive(Debug)]
pub struct FaultTransfers {
    view: SolanaRpc,
    faults: Faults,
}

impl FaultTransfers {
    /// Stands before a view.
    pub const fn new(view: SolanaRpc, faults: Faults) -> Self {
        Self { view, faults }
    }
}

#[async_trait]
impl SolanaTransferView for FaultTransfers {
    async fn latest_blockhash(
        &self,
        genesis_hash: SolanaHash,
    ) -> Result<LatestBlockhash, ChainViewError> {
        self.view.latest_blockhash(genesis_hash).await
    }

    async fn compute_unit_price(
        &self,
        genesis_hash: SolanaHash,
        writable: &[SolanaAddress],
    ) -> Result<u64, ChainViewError> {
        self.view.compute_unit_price(genesis_hash, writable).await
    }

    async fn transfer_facts(
        &self,
        query: &TransferFactsQuery,
    ) -> Result<TransferFacts, ChainViewError> {
        self.view.transfer_facts(query).await
    }

    async fn send(
        &self,
        genesis_hash: SolanaHash,
        transaction: &[u8],
    ) -> Result<(), ChainViewError> {
        let sent = self.view.send(genesis_hash, transaction);
        self.faults.around("chain:broadcast", sent).await
    }

    async fn lifetime(&self, query: &LifetimeQuery) -> Result<SeenLifetime, ChainViewError> {
        self.view.lifetime(query).await
    }
}

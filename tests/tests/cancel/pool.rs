//! A node that lets transactions wait for their turn.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alloy::primitives::keccak256;
use async_trait::async_trait;
use countersign::approval::{
    AccountNonce, BroadcastError, CallChainView, CallFacts, CallFactsQuery, CallState,
    ChainViewError,
};
use countersign::chain_rpc::EvmRpc;
use countersign::evm::SentCall;
use countersign::units::EvmAddress;

/// What waits with a node, by account nonce.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    sent: BTreeMap<u64, Vec<u8>>,
    /// Whether nothing is mined.
    is_dear: bool,
    /// Whether what is sent is forgotten at once.
    loses: bool,
    /// Whether nothing is taken.
    is_away: bool,
}

impl Pool {
    /// Sets whether all that waits offers too little to be mined.
    pub(crate) fn is_dear(&self, is_dear: bool) {
        self.lock().is_dear = is_dear;
    }

    /// Sets whether what is sent is forgotten at once.
    pub(crate) fn loses(&self, loses: bool) {
        self.lock().loses = loses;
    }

    /// Sets whether the node can be asked, and takes nothing.
    pub(crate) fn is_away(&self, is_away: bool) {
        self.lock().is_away = is_away;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what has its turn.
    fn next(&self, mined: u64) -> Option<Vec<u8>> {
        let mut waiting = self.lock();
        if waiting.is_dear { None } else { waiting.sent.remove(&mined) }
    }
}

/// A node over another one that lets nothing wait.
pub(crate) struct Pooling {
    pub(crate) node: EvmRpc,
    pub(crate) owner: EvmAddress,
    pub(crate) pool: Pool,
}

impl Pooling {
    /// Has everything mined whose turn it is.
    async fn run(&self, chain_id: u64) -> Result<AccountNonce, ChainViewError> {
        loop {
            let counted = self.node.account_nonce(chain_id, self.owner).await?;
            let Some(next) = self.pool.next(counted.mined) else { return Ok(counted) };
            self.node.broadcast(chain_id, &next).await.unwrap();
        }
    }
}

#[async_trait]
impl CallChainView for Pooling {
    async fn account_nonce(
        &self,
        chain_id: u64,
        owner: EvmAddress,
    ) -> Result<AccountNonce, ChainViewError> {
        assert_eq!(owner, self.owner);
        let AccountNonce { mined, .. } = self.run(chain_id).await?;
        let waiting = self.pool.lock();
        let pending = (mined..u64::MAX).find(|nonce| !waiting.sent.contains_key(nonce)).unwrap();
        Ok(AccountNonce { mined, pending })
    }

    async fn call_facts(&self, query: &CallFactsQuery) -> Result<CallFacts, ChainViewError> {
        let AccountNonce { mined, pending } =
            self.account_nonce(query.chain_id, self.owner).await?;
        let facts = self.node.call_facts(query).await?;
        Ok(CallFacts { account_nonce: Some(AccountNonce { mined, pending }), ..facts })
    }

    async fn broadcast(&self, chain_id: u64, transaction: &[u8]) -> Result<(), BroadcastError> {
        let AccountNonce { mined, .. } = self.run(chain_id).await?;
        let SentCall { account_nonce, price, .. } = SentCall::read(transaction).unwrap();
        if account_nonce < mined {
            return Err(BroadcastError::NonceTooLow);
        }
        {
            let mut waiting = self.pool.lock();
            if waiting.is_away {
                return Err(ChainViewError::Unavailable("it takes nothing".to_owned()).into());
            }
            if waiting.loses {
                return Ok(());
            }
            let before = waiting.sent.get(&account_nonce).map(|sent| SentCall::read(sent).unwrap());
            let dearer = before.is_none_or(|sent| {
                price.max_fee_per_gas > sent.price.max_fee_per_gas
                    && price.max_priority_fee_per_gas > sent.price.max_priority_fee_per_gas
            });
            if dearer {
                waiting.sent.insert(account_nonce, transaction.to_vec());
            } else if waiting.sent.get(&account_nonce).is_none_or(|sent| sent != transaction) {
                return Err(BroadcastError::Underpriced("it replaces nothing".to_owned()));
            }
        }
        self.run(chain_id).await?;
        Ok(())
    }

    async fn call_state(&self, chain_id: u64, hash: [u8; 32]) -> Result<CallState, ChainViewError> {
        self.run(chain_id).await?;
        let waits = self.pool.lock().sent.values().any(|sent| keccak256(sent).0 == hash);
        if waits { Ok(CallState::Pending) } else { self.node.call_state(chain_id, hash).await }
    }
}

use async_trait::async_trait;
use countersign_approval::{
    AccountNonce, BroadcastError, CallChainView, CallFacts, CallFactsQuery, CallState,
    ChainViewError,
};
use countersign_units::EvmAddress;

use super::EvmRpc;
use super::calls::{Questions, pending};
use crate::rpc::{RpcError, small};

#[async_trait]
impl CallChainView for EvmRpc {
    async fn account_nonce(
        &self,
        chain_id: u64,
        owner: EvmAddress,
    ) -> Result<AccountNonce, ChainViewError> {
        let questions = |about: &Questions| vec![about.mined(owner), pending(owner)];
        let (_, answers) = self.reading.at_latest(chain_id, questions).await?;
        let [mined, pending] = answers.as_slice() else {
            let found = answers.len().to_string();
            return Err(RpcError::Malformed { expected: "two answers", found }.into());
        };
        let count = |answer| small(answer, "eth_getTransactionCount");
        Ok(AccountNonce { mined: count(mined)?, pending: count(pending)? })
    }

    async fn call_facts(&self, query: &CallFactsQuery) -> Result<CallFacts, ChainViewError> {
        Ok(self.reading.call_facts(query).await?)
    }

    async fn broadcast(&self, chain_id: u64, transaction: &[u8]) -> Result<(), BroadcastError> {
        self.reading.broadcast(chain_id, transaction).await
    }

    async fn call_state(&self, chain_id: u64, hash: [u8; 32]) -> Result<CallState, ChainViewError> {
        Ok(self.reading.call_state(chain_id, hash).await?)
    }
}

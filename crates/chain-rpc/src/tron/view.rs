use std::fmt;

use async_trait::async_trait;
use countersign_approval::{
    BroadcastError, ChainViewError, SeenTronCall, TronCallFacts, TronCallFactsQuery, TronCallView,
};
use countersign_http_client::ConfigError;
use countersign_http_client::transport::{Auth, Limits};

use super::node::Node;
use crate::rpc::{Rest, RpcUrl};

/// A view of Tron through the HTTP API of one node. The node is believed, but read strictly.
///
/// It is about transactions of our own. What permits are judged by is read through the same node's
/// JSON-RPC, by [`EvmRpc`](crate::EvmRpc).
pub struct TronRpc {
    node: Node,
}

impl TronRpc {
    /// Makes a view through the node at a URL such as `https://tron.example.com`, under which its
    /// `/wallet` and `/walletsolidity` are.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Client`] if there is no TLS to be had.
    pub fn connect(
        url: RpcUrl,
        auth: impl Into<Auth>,
        limits: Limits,
    ) -> Result<Self, ConfigError> {
        Ok(Self { node: Node { rest: Rest::new(url, auth.into(), limits)? } })
    }
}

#[async_trait]
impl TronCallView for TronRpc {
    async fn tron_call_facts(
        &self,
        query: &TronCallFactsQuery,
    ) -> Result<TronCallFacts, ChainViewError> {
        Ok(self.node.facts(query).await?)
    }

    async fn broadcast(&self, chain_id: u64, transaction: &[u8]) -> Result<(), BroadcastError> {
        self.node.broadcast(chain_id, transaction).await
    }

    async fn tron_call_state(
        &self,
        chain_id: u64,
        id: [u8; 32],
    ) -> Result<SeenTronCall, ChainViewError> {
        Ok(self.node.state(chain_id, id).await?)
    }
}

impl fmt::Debug for TronRpc {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TronRpc").finish_non_exhaustive()
    }
}

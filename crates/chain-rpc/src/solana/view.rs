use std::fmt;

use async_trait::async_trait;
use countersign_approval::{ChainViewError, SolanaChainView, SolanaFacts, SolanaFactsQuery};
use countersign_http_client::ConfigError;
use countersign_http_client::transport::{Auth, Limits};
use countersign_units::SolanaAddress;

use super::SolanaRpcSettings;
use super::cluster::Cluster;
use super::questions::ACCOUNTS;
use super::settled::{Settled, named};
use super::watched::watched;
use super::{mint, table, token};
use crate::rpc::{HttpRpc, JsonRpcTransport, Node, RpcError, RpcUrl};

/// A view of a Solana cluster through one node. The node is believed.
///
/// Lookup tables, mint and token accounts are told as they are for good, all as of one slot.
/// Blockhash and simulation are told as of another, which is the same or later: a node that lags
/// behind what it told before is an error. One that lags behind its whole cluster knows no blockhash
/// that is young, and says so.
///
/// Where a node's error means that it won't run the transaction, the simulation tells it. A
/// blockhash that is a durable nonce is no blockhash: the node says that it is not valid.
///
/// It is a [`SolanaTransferView`](countersign_approval::SolanaTransferView) too: it passes transfers
/// of our own on, and tells when they are dead.
pub struct SolanaRpc {
    pub(super) cluster: Cluster,
}

impl SolanaRpc {
    /// Makes a view through a node, which is asked as most nodes can be.
    pub fn new(transport: impl JsonRpcTransport + 'static) -> Self {
        Self::with_settings(transport, SolanaRpcSettings::default())
    }

    /// Makes a view through the node at a URL, with the room that accounts take.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Client`] if there is no TLS to be had.
    pub fn connect(url: RpcUrl) -> Result<Self, ConfigError> {
        let limits = Limits { max_body: 1 << 24, ..Limits::default() };
        Ok(Self::new(HttpRpc::new(url, Auth::None, limits)?))
    }

    /// Makes a view through a node that needs settings of its own.
    pub fn with_settings(
        transport: impl JsonRpcTransport + 'static,
        settings: SolanaRpcSettings,
    ) -> Self {
        Self { cluster: Cluster { node: Node::new(Box::new(transport)), settings } }
    }
}

#[async_trait]
impl SolanaChainView for SolanaRpc {
    async fn facts(&self, query: &SolanaFactsQuery) -> Result<SolanaFacts, ChainViewError> {
        let settled = self.cluster.settled(query.genesis_hash, named(query)).await?;
        let tables = table::seen(&settled, &query.tables)?;
        let facts = token_facts(query, &settled)?;
        let watched = watched(query, &tables)?;
        let run = self.cluster.run(query, &watched, settled.slot).await?;
        let (blockhash, simulation) = (Some(run.blockhash), Some(run.simulation));
        Ok(SolanaFacts { tables: Some(tables), blockhash, simulation, ..facts })
    }
}

/// Reads the facts about the token, where one moves.
pub(super) fn token_facts(
    query: &SolanaFactsQuery,
    settled: &Settled,
) -> Result<SolanaFacts, RpcError> {
    let Some(mint) = query.mint else {
        return Ok(SolanaFacts::default());
    };
    let held = |address: Option<SolanaAddress>| {
        let account = |address| token::token_account(settled.account(address), ACCOUNTS);
        address.map(account).transpose()
    };
    Ok(SolanaFacts {
        mint: Some(mint::facts(settled.account(mint))?),
        source: held(query.source)?,
        destination: held(query.destination)?,
        ..SolanaFacts::default()
    })
}

impl fmt::Debug for SolanaRpc {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SolanaRpc")
            .field("settings", &self.cluster.settings)
            .finish_non_exhaustive()
    }
}

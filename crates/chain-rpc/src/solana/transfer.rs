//! What a transfer of our own needs, and how it is passed on.

use async_trait::async_trait;
use countersign_approval::{
    AccountSnapshot, ChainViewError, LatestBlockhash, LifetimeQuery, Rent, SeenLifetime,
    SeenTables, SolanaFacts, SolanaTransferView, TransferFacts, TransferFactsQuery,
};
use countersign_units::{SolanaAddress, SolanaHash};
use serde::de::DeserializeOwned;

use super::SolanaRpc;
use super::answers::{AsOf, Latest, Price};
use super::cluster::Cluster;
use super::mint;
use super::questions::{
    ACCOUNTS, Current, HEIGHT, LATEST, PRICES, RENT, SEND, latest_blockhash, prices, rent, send,
};
use super::settled::{Settled, named};
use super::token::snapshot;
use super::view::token_facts;
use super::watched::watched;
use crate::rpc::{Call, RpcError, read};

/// The errors by which a node says that it won't pass a transaction on: the run of it failed, its
/// signatures or their number are wrong, or it can't be read.
const DECLINED: [i64; 6] = [-32_002, -32_003, -32_006, -32_013, -32_015, -32_602];
/// What a node says of a transaction that is in a block by now.
const IS_THERE: &str = "already been processed";

#[async_trait]
impl SolanaTransferView for SolanaRpc {
    async fn latest_blockhash(
        &self,
        genesis_hash: SolanaHash,
    ) -> Result<LatestBlockhash, ChainViewError> {
        let expected = "a blockhash and its last height";
        let call = latest_blockhash();
        let latest: AsOf<Latest> =
            self.cluster.ask_for(genesis_hash, call, (LATEST, expected)).await?;
        let Latest { blockhash, last_valid_block_height } = latest.value;
        Ok(LatestBlockhash { blockhash, last_valid_block_height })
    }

    async fn compute_unit_price(
        &self,
        genesis_hash: SolanaHash,
        writable: &[SolanaAddress],
    ) -> Result<u64, ChainViewError> {
        let call = prices(writable);
        let taken: Vec<Price> =
            self.cluster.ask_for(genesis_hash, call, (PRICES, "prices of slots")).await?;
        Ok(three_of_four(taken.iter().map(|price| price.prioritization_fee).collect()))
    }

    async fn transfer_facts(
        &self,
        query: &TransferFactsQuery,
    ) -> Result<TransferFacts, ChainViewError> {
        let asked = &query.transaction;
        let mut accounts = named(asked);
        accounts.extend([query.owner, query.recipient]);
        let settled = self.cluster.settled(asked.genesis_hash, accounts).await?;
        let facts = token_facts(asked, &settled)?;
        let owner = account(&settled, query.owner)?;
        let recipient = account(&settled, query.recipient)?;
        let (rent, block_height) = self.cluster.rent_and_height(query, &settled).await?;
        let watched = watched(asked, &SeenTables::default())?;
        let run = self.cluster.run(asked, &watched, settled.slot).await?;
        let (blockhash, simulation) = (Some(run.blockhash), Some(run.simulation));
        let transaction = SolanaFacts { blockhash, simulation, ..facts };
        let (owner, recipient) = (Some(owner), Some(recipient));
        let (rent, block_height) = (Some(rent), Some(block_height));
        Ok(TransferFacts { transaction, owner, recipient, rent, block_height })
    }

    async fn send(
        &self,
        genesis_hash: SolanaHash,
        transaction: &[u8],
    ) -> Result<(), ChainViewError> {
        // Not in one request: it must not be sent where it does not belong.
        self.cluster.ask(genesis_hash, []).await?;
        let call = send(transaction);
        let sent: Result<String, RpcError> =
            self.cluster.node.ask_one(&call, "the transaction's name").await;
        match sent {
            Ok(name) => Ok(require_name(&name, transaction)?),
            Err(RpcError::Node { message, .. }) if message.contains(IS_THERE) => Ok(()),
            Err(RpcError::Node { code, message, .. }) if DECLINED.contains(&code) => {
                Err(ChainViewError::Declined(message))
            }
            Err(other) => Err(other.into()),
        }
    }

    async fn lifetime(&self, query: &LifetimeQuery) -> Result<SeenLifetime, ChainViewError> {
        Ok(self.cluster.lifetime(query).await?)
    }
}

impl Cluster {
    /// Asks one question about a cluster.
    async fn ask_for<T: DeserializeOwned>(
        &self,
        genesis_hash: SolanaHash,
        call: Call,
        (method, expected): (&'static str, &str),
    ) -> Result<T, RpcError> {
        let said = self.ask(genesis_hash, [call]).await?.pop();
        read(&said.ok_or(RpcError::Unanswered { method })??, method, expected)
    }

    /// Asks what accounts keep to be there, and for the height of the chain.
    async fn rent_and_height(
        &self,
        query: &TransferFactsQuery,
        settled: &Settled,
    ) -> Result<(Rent, u64), RpcError> {
        let asked = &query.transaction;
        let mint = asked.mint.and_then(|mint| settled.account(mint));
        let bytes = mint.and_then(mint::account_bytes);
        let height = Current { min_slot: settled.slot }.height();
        let calls = [height, rent(0)].into_iter().chain(bytes.map(rent));
        let mut said = self.ask(asked.genesis_hash, calls).await?.into_iter();
        let mut next = |method: &'static str| {
            let said = said.next().ok_or(RpcError::Unanswered { method })??;
            read::<u64>(&said, method, "a number")
        };
        let height = next(HEIGHT)?;
        let wallet = next(RENT)?;
        let token_account = bytes.map(|_| next(RENT)).transpose()?;
        Ok((Rent { wallet, token_account }, height))
    }
}

fn account(settled: &Settled, address: SolanaAddress) -> Result<Option<AccountSnapshot>, RpcError> {
    settled.account(address).map(|account| snapshot(account, ACCOUNTS)).transpose()
}

/// A node answers with the name of what it sent, which is its first signature.
fn require_name(name: &str, transaction: &[u8]) -> Result<(), RpcError> {
    // The number of signatures is one byte, for as many as fit into a transaction.
    let signature = transaction.get(1..65).unwrap_or_default();
    let expected = bs58::encode(signature).into_string();
    if name == expected {
        return Ok(());
    }
    Err(RpcError::value(SEND, &expected, "another name"))
}

/// Returns the lowest price that was enough in three of four blocks.
fn three_of_four(mut prices: Vec<u64>) -> u64 {
    prices.sort_unstable();
    let place = prices.len().saturating_mul(3).div_ceil(4).saturating_sub(1);
    prices.get(place).copied().unwrap_or_default()
}

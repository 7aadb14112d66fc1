use std::fmt;

use alloy::primitives::keccak256;
use async_trait::async_trait;
use countersign_approval::{
    ChainViewError, EvmChainView, EvmFacts, EvmFactsQuery, NonceQuery, NonceState, SeenUse,
    TypedDataStandard, UseQuery,
};
use countersign_http_client::ConfigError;
use countersign_http_client::transport::{Auth, Limits};
use countersign_units::{EvmAddress, Lots, U256};
use serde_json::Value;

use super::EvmRpcSettings;
use super::block::Block;
use super::calls::Questions;
use super::reading::Reading;
use crate::rpc::{Call, HttpRpc, JsonRpcTransport, Node, RpcError, RpcUrl, data, word};

/// What calls of contracts are asked by.
pub(super) const CALL: &str = "eth_call";

/// A view of an EVM chain through one node. The node is believed.
pub struct EvmRpc {
    pub(super) reading: Reading,
}

impl EvmRpc {
    /// Makes a view through a node, which is asked as most nodes can be.
    pub fn new(transport: impl JsonRpcTransport + 'static) -> Self {
        Self::with_settings(transport, EvmRpcSettings::default())
    }

    /// Makes a view through the node at a URL, which is asked as nodes of its kind of chain can be.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Client`] if there is no TLS to be had.
    pub fn connect(url: RpcUrl, standard: TypedDataStandard) -> Result<Self, ConfigError> {
        let node = HttpRpc::new(url, Auth::None, Limits::default())?;
        let settings = match standard {
            TypedDataStandard::Eip712 => EvmRpcSettings::default(),
            TypedDataStandard::Tip712 => EvmRpcSettings::TRON,
        };
        Ok(Self::with_settings(node, settings))
    }

    /// Makes a view through a node that needs settings of its own.
    pub fn with_settings(
        transport: impl JsonRpcTransport + 'static,
        settings: EvmRpcSettings,
    ) -> Self {
        Self { reading: Reading { node: Node::new(Box::new(transport)), settings } }
    }

    fn read_facts(&self, block: Block, answers: &[Value]) -> Result<EvmFacts, RpcError> {
        let most = self.reading.settings.max_code;
        let [owner, spender, implementation, beacon, balance, allowance, bitmap, separator] =
            answers
        else {
            let found = answers.len().to_string();
            return Err(RpcError::Malformed { expected: "eight answers", found });
        };
        Ok(EvmFacts {
            owner_code: Some(data(owner, "eth_getCode", most)?),
            spender_code_hash: Some(keccak256(data(spender, "eth_getCode", most)?).0),
            spender_implementation: Some(forwards_to(implementation, beacon)?),
            balance: Some(lots(balance)?),
            allowance: Some(lots(allowance)?),
            domain_separator: Some(word(separator, CALL)?),
            nonce_bitmap: Some(U256::from_be_bytes(word(bitmap, CALL)?)),
            block_time: Some(block.time),
            block_number: u64::try_from(block.number).ok(),
        })
    }
}

#[async_trait]
impl EvmChainView for EvmRpc {
    async fn facts(&self, query: &EvmFactsQuery) -> Result<EvmFacts, ChainViewError> {
        let questions = |about: &Questions| facts_calls(about, query);
        let (block, answers) = self.reading.at_latest(query.chain_id, questions).await?;
        Ok(self.read_facts(block, &answers)?)
    }

    async fn nonce(&self, query: &NonceQuery) -> Result<NonceState, ChainViewError> {
        let NonceQuery { chain_id, permit2, owner, nonce } = *query;
        let questions = |about: &Questions| vec![about.nonce_bitmap(permit2, owner, nonce)];
        let (block, answers) = self.reading.at_latest(chain_id, questions).await?;
        let [bitmap] = answers.as_slice() else {
            let found = answers.len().to_string();
            return Err(RpcError::Malformed { expected: "one answer", found }.into());
        };
        let bitmap = U256::from_be_bytes(word(bitmap, CALL)?);
        Ok(NonceState::new(bitmap, nonce, Some(block.time)))
    }

    async fn seen_use(&self, query: &UseQuery) -> Result<SeenUse, ChainViewError> {
        Ok(self.reading.seen_use(query).await?)
    }
}

impl fmt::Debug for EvmRpc {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EvmRpc")
            .field("settings", &self.reading.settings)
            .finish_non_exhaustive()
    }
}

/// Asks for each fact, in the order in which they are read.
fn facts_calls(about: &Questions, query: &EvmFactsQuery) -> Vec<Call> {
    let EvmFactsQuery { permit2, owner, token, spender, nonce, .. } = *query;
    vec![
        about.code(owner),
        about.code(spender),
        about.implementation(spender),
        about.beacon(spender),
        about.balance(token, owner),
        about.allowance(token, owner, permit2),
        about.nonce_bitmap(permit2, owner, nonce),
        about.domain_separator(permit2),
    ]
}

/// Reads an amount that a contract returned.
pub(super) fn lots(answer: &Value) -> Result<Lots, RpcError> {
    Ok(Lots::new(U256::from_be_bytes(word(answer, CALL)?)))
}

/// Reads what a proxy forwards to: its implementation, else its beacon; zero for no proxy.
fn forwards_to(implementation: &Value, beacon: &Value) -> Result<EvmAddress, RpcError> {
    let (implementation, beacon) = (address_in(implementation)?, address_in(beacon)?);
    Ok(if implementation == EvmAddress::ZERO { beacon } else { implementation })
}

/// Reads a slot that holds an address and nothing else.
fn address_in(answer: &Value) -> Result<EvmAddress, RpcError> {
    const METHOD: &str = "eth_getStorageAt";
    let slot = word(answer, METHOD)?;
    let (above, address) = slot.split_last_chunk::<20>().unwrap_or((&[], &[0; 20]));
    if above.iter().any(|byte| *byte != 0) {
        let found = format!("0x{}", hex::encode(slot));
        return Err(RpcError::value(METHOD, "an address in the slot", found));
    }
    Ok(EvmAddress::new(*address))
}

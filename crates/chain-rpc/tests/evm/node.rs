//! A node that knows one account, one token and one contract, and can be told to lie.

use alloy::primitives::{Bytes, keccak256};
pub(crate) use countersign_approval::EvmChainView as ChainView;
use countersign_approval::{ChainViewError, EvmFacts, EvmFactsQuery};
pub(crate) use countersign_chain_rpc::EvmRpc as View;
use countersign_chain_rpc::EvmRpcSettings;
use countersign_units::U256;
use serde_json::{Value, json};

use crate::fake::{self, Chain};

pub(crate) const CHAIN_ID: u64 = 31_337;
pub(crate) const BLOCK_TIME: u64 = 1_795_248_000;
pub(crate) const PERMIT2: &str = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
pub(crate) const OWNER: &str = "0xC62169ACcCE6daf88b36975f4BFFD66B0D0057c9";
pub(crate) const TOKEN: &str = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
pub(crate) const SPENDER: &str = "0x5047df89E1A7EB370B5f9d7604BB5dF2278ca63E";

pub(crate) type Script = fake::Script<Evm>;
pub(crate) type FakeNode = fake::FakeNode<Evm>;

/// What the node knows.
#[derive(Default)]
pub(crate) struct Evm;

impl Script {
    /// Replaces the result of a method.
    pub(crate) fn result(method: &'static str, result: Value) -> Self {
        Self::one(move |question, mut answer| {
            if question["method"] == method {
                answer["result"] = result.clone();
            }
            answer
        })
    }
}

impl FakeNode {
    pub(crate) fn view(&self, settings: EvmRpcSettings) -> View {
        View::with_settings(self.http(""), settings)
    }
}

pub(crate) fn query() -> EvmFactsQuery {
    EvmFactsQuery {
        chain_id: CHAIN_ID,
        permit2: PERMIT2.parse().unwrap(),
        owner: OWNER.parse().unwrap(),
        token: TOKEN.parse().unwrap(),
        spender: SPENDER.parse().unwrap(),
        nonce: U256::from(0x2a05),
    }
}

/// Reads the facts from a node with this script, in the usual way.
pub(crate) async fn facts_of(script: Script) -> Result<EvmFacts, ChainViewError> {
    let node = FakeNode::start(script).await;
    node.view(EvmRpcSettings::default()).facts(&query()).await
}

pub(crate) fn word(value: u64) -> String {
    format!("0x{value:0>64x}")
}

pub(crate) fn block(number: u64) -> Value {
    let (number, time) = (format!("{number:#x}"), format!("{BLOCK_TIME:#x}"));
    let hash = format!("0x{}", "b1".repeat(32));
    json!({"hash": hash, "number": number, "timestamp": time, "baseFeePerGas": "0x4a817c800", "transactions": []})
}

impl Chain for Evm {
    fn result(&self, method: &str, params: &Value) -> Value {
        match method {
            "eth_chainId" => json!(format!("{CHAIN_ID:#x}")),
            "eth_getBlockByNumber" => block(9),
            "eth_getCode" if params[0] == OWNER => json!("0x"),
            "eth_getCode" => json!("0x6001"),
            "eth_getStorageAt" => json!(word(0)),
            "eth_call" => json!(called(params[0]["data"].as_str().unwrap())),
            "eth_getTransactionCount" if params[1] == "pending" => json!("0x9"),
            "eth_getTransactionCount" => json!("0x7"),
            "eth_getBalance" => json!("0xde0b6b3a7640000"),
            "eth_maxPriorityFeePerGas" => json!("0x3b9aca00"),
            "eth_estimateGas" => json!("0xea60"),
            "eth_blockNumber" => json!("0xb"),
            "eth_getTransactionByHash" | "eth_getTransactionReceipt" => json!(null),
            "eth_sendRawTransaction" => {
                let bytes: Bytes = params[0].as_str().unwrap().parse().unwrap();
                json!(keccak256(bytes).to_string())
            }
            method => json!(format!("unknown: {method}")),
        }
    }
}

/// Answers a call of a contract by its selector.
fn called(data: &str) -> String {
    match data.get(..10).unwrap_or(data) {
        "0x" => "0x".to_owned(),
        "0x70a08231" => word(5_000),
        "0xa9059cbb" => word(1),
        "0xdd62ed3e" => word(4_000),
        "0x4fe02b44" => word(0b10_0000),
        "0x3644e515" => format!("0x{}", "d5".repeat(32)),
        other => format!("unknown: {other}"),
    }
}

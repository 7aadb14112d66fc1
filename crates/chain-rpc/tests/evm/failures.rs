//! Nodes that lie, stammer, hang or are of another chain: no facts come of it.

use std::sync::atomic::{AtomicU64, Ordering};

use countersign_approval::{ChainViewError, EvmChainView};
use countersign_chain_rpc::EvmRpcSettings;
use countersign_units::U256;
use serde_json::{Value, json};

use crate::fake::assert_unavailable;
use crate::node::{CHAIN_ID, FakeNode, OWNER, PERMIT2, Script, facts_of, query, word};

#[tokio::test]
async fn another_chain_is_named() {
    let error = facts_of(Script::result("eth_chainId", json!("0x1"))).await.unwrap_err();
    let found = U256::from(1);
    assert_eq!(error, ChainViewError::OtherChain { expected: CHAIN_ID, found });
}

#[tokio::test]
async fn one_view_is_of_one_chain() {
    let node = FakeNode::start(Script::honest()).await;
    let view = node.view(EvmRpcSettings::default());
    view.facts(&query()).await.unwrap();
    let mut other = query();
    other.chain_id = 1;
    let error = view.facts(&other).await.unwrap_err();
    let found = U256::from(CHAIN_ID);
    assert_eq!(error, ChainViewError::OtherChain { expected: 1, found });
    assert!(view.facts(&query()).await.is_ok());
}

#[tokio::test]
async fn a_gateway_that_changes_its_chain_is_noticed() {
    let asked = AtomicU64::new(0);
    let changing = Script::one(move |question, mut answer| {
        if question["method"] == "eth_chainId" && asked.fetch_add(1, Ordering::SeqCst) > 0 {
            answer["result"] = json!("0x1");
        }
        answer
    });
    let node = FakeNode::start(changing).await;
    let view = node.view(EvmRpcSettings::default());
    view.facts(&query()).await.unwrap();
    let expected = ChainViewError::OtherChain { expected: CHAIN_ID, found: U256::from(1) };
    assert_eq!(view.facts(&query()).await.unwrap_err(), expected);
    let [owner, permit2] = [OWNER, PERMIT2].map(|text| text.parse().unwrap());
    let allowances = view.allowances(CHAIN_ID, owner, permit2, &[]).await;
    assert_eq!(allowances.unwrap_err(), expected);
}

#[tokio::test]
async fn answers_of_another_form_are_no_facts() {
    let short = format!("0x{}", "00".repeat(31));
    let dirty = format!("0x01{}", "00".repeat(31));
    let huge = format!("0x{}", "00".repeat(24_577));
    for (method, result, told) in [
        ("eth_call", json!(short), "eth_call: expected a word of 32 bytes, found 31 bytes"),
        ("eth_call", json!("0x"), "eth_call: expected a word of 32 bytes, found 0 bytes"),
        ("eth_call", json!(format!("{}00", word(1))), "expected at most 32 bytes"),
        ("eth_call", json!(null), "eth_call: expected bytes in hex, found null"),
        ("eth_call", json!(5), "found a number without quotes"),
        ("eth_getStorageAt", json!("0x0"), "eth_getStorageAt: expected"),
        ("eth_getStorageAt", json!(dirty), "expected an address in the slot"),
        ("eth_getCode", json!(huge), "expected at most 24576 bytes, found 24577 bytes"),
        ("eth_getCode", json!("6001"), "eth_getCode: expected bytes in hex"),
        ("eth_getCode", json!("0x600"), "eth_getCode: expected bytes in hex"),
        ("eth_chainId", json!("31337"), "eth_chainId: expected a number in hex"),
        ("eth_chainId", json!(31_337), "eth_chainId: expected a number in hex"),
        ("eth_getBlockByNumber", json!(null), "expected a block"),
        ("eth_getBlockByNumber", json!({"hash": word(1), "number": "0x1"}), "without timestamp"),
        ("eth_getBlockByNumber", json!({"hash": "0x1", "number": "0x1"}), "expected"),
    ] {
        assert_unavailable(Script::result(method, result), told).await;
    }
}

#[tokio::test]
async fn a_batch_that_is_cut_short_is_no_facts() {
    let partial = Script::whole(|_, mut answer| {
        if let Some(batch) = answer.as_array_mut() {
            batch.truncate(7);
        }
        answer
    });
    assert_unavailable(partial, "eth_call: expected an answer, found none").await;
}

#[tokio::test]
async fn one_failure_fails_the_whole() {
    let failing = Script::one(|question, answer| {
        if question["method"] != "eth_getStorageAt" {
            return answer;
        }
        let error = json!({"code": -32000, "message": "header not found\n"});
        json!({"jsonrpc": "2.0", "id": question["id"], "error": error})
    });
    let told = r"eth_getStorageAt: the node answers with error -32000: header not found\n";
    assert_unavailable(failing, told).await;
    let refused = Script::whole(|request, answer| {
        let too_many = json!({"code": -32600, "message": "batch too large"});
        match request {
            Value::Array(_) => json!({"jsonrpc": "2.0", "id": null, "error": too_many}),
            _ => answer,
        }
    });
    assert_unavailable(refused, "batch: the node answers with error -32600").await;
}

//! What is not of its form is an error, whatever it says, and no panic.

use std::time::{Duration, Instant};

use countersign_approval::{ChainViewError, TronCallView};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::node::{CHAIN_ID, HEAD, Node, block, native_query, token_query};

/// Requires that a lie at one path makes an error that tells.
async fn assert_told(path: &'static str, lie: Value, told: &str) {
    let node = Node::lying(path, lie.clone()).await;
    let error = node.view().tron_call_facts(&token_query()).await.unwrap_err();
    assert!(matches!(error, ChainViewError::Unavailable(_)), "{lie}: {error:?}");
    assert!(error.to_string().contains(told), "{path} {lie}: {error}");
}

#[tokio::test]
async fn accounts_contracts_and_prices_are_read_strictly() {
    let other = format!("41{}", "bb".repeat(20));
    for (path, lie, told) in [
        ("wallet/getaccount", json!({"address": other, "balance": 1}), "getaccount: expected 41aa"),
        ("wallet/getaccount", json!({"balance": 1}), "getaccount: expected an address"),
        ("wallet/getaccount", json!({"balance": -1}), "getaccount: expected an answer"),
        ("wallet/getaccount", json!({"balance": "1"}), "getaccount: expected an answer"),
        ("wallet/getaccount", json!({"balance": 1.5}), "getaccount: expected an answer"),
        ("wallet/getaccount", json!([]), "getaccount: expected an answer"),
        ("wallet/getcontractinfo", json!({"runtimecode": "0x60"}), "bytes in hex"),
        ("wallet/getcontractinfo", json!({"runtimecode": "6"}), "bytes in hex"),
        ("wallet/getcontractinfo", json!({"runtimecode": 6}), "expected an answer"),
        (
            "wallet/getcontractinfo",
            json!({"runtimecode": "60".repeat(65_537)}),
            "at most 65536 bytes",
        ),
        ("wallet/getenergyprices", json!({}), "getenergyprices: expected an answer"),
        ("wallet/getenergyprices", json!({"prices": ""}), "moments and prices"),
        ("wallet/getenergyprices", json!({"prices": "0:-1"}), "moments and prices"),
        ("wallet/getenergyprices", json!({"prices": "9999999999999:1"}), "moments and prices"),
        ("wallet/getenergyprices", json!({"Error": "class x : y"}), "class x : y"),
    ] {
        assert_told(path, lie, told).await;
    }
}

#[tokio::test]
async fn blocks_are_read_strictly() {
    let mut higher = block(HEAD);
    higher["block_header"]["raw_data"]["number"] = json!(HEAD + 1);
    for (path, lie, told) in [
        ("walletsolidity/getblock", json!({}), "expected the latest block, found none"),
        ("walletsolidity/getblock", json!({"blockID": "00"}), "an id and a header"),
        ("walletsolidity/getblock", higher, "an id that begins with the height"),
        ("wallet/getblock", block(HEAD), "expected block 0"),
        ("wallet/getblock", json!({}), "expected the first block"),
    ] {
        assert_told(path, lie, told).await;
    }
}

#[tokio::test]
async fn what_was_tried_is_read_strictly() {
    let path = "wallet/triggerconstantcontract";
    let result = json!({"result": true});
    for (lie, told) in [
        (json!({}), "expected an answer"),
        (json!({"result": {"code": "OTHER_ERROR", "message": "6f6f6d"}}), "OTHER_ERROR oom"),
        (json!({"result": result}), "expected one result, found 0"),
        (json!({"result": result, "constant_result": ["", ""]}), "expected one result, found 2"),
        (json!({"result": result, "constant_result": ["zz"]}), "bytes in hex"),
        (json!({"result": result, "constant_result": ["01"]}), "energy_used"),
        (
            json!({"result": result, "constant_result": ["01"], "energy_used": 1}),
            "a balance, in a word of 32 bytes, found 1 bytes",
        ),
        (
            json!({"result": result, "constant_result": ["00".repeat(5_000)], "energy_used": 1}),
            "at most 4096 bytes",
        ),
    ] {
        assert_told(path, lie, told).await;
    }
}

#[tokio::test]
async fn no_body_that_is_too_large_is_read() {
    let node = Node::saying(200, format!("{{\"x\":\"{}\"}}", "a".repeat(1 << 18))).await;
    let error = node.view().tron_call_facts(&native_query()).await.unwrap_err();
    assert!(matches!(error, ChainViewError::Unavailable(_)), "{error:?}");
    assert!(!error.to_string().contains("aaaa"), "{error}");
}

#[tokio::test]
async fn a_node_that_is_slow_or_down_is_given_up() {
    let began = Instant::now();
    let node = Node::slow(Duration::from_mins(1)).await;
    let error = node.view().tron_call_state(CHAIN_ID, [7; 32]).await.unwrap_err();
    assert!(matches!(error, ChainViewError::Unavailable(_)), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(20));
    for (status, body) in [(500, "{}"), (404, ""), (200, ""), (200, "<html>"), (302, "{}")] {
        let error = Node::saying(status, body).await.view();
        let error = error.tron_call_state(CHAIN_ID, [7; 32]).await.unwrap_err();
        assert!(matches!(error, ChainViewError::Unavailable(_)), "{status} {body}: {error:?}");
    }
}

#[tokio::test]
async fn a_member_twice_is_an_error() {
    for body in [
        r#"{"blockID":"00","blockID":"01","block_header":{"raw_data":{}}}"#,
        r#"{"Error":"a","Error":"b"}"#,
    ] {
        let view = Node::saying(200, body).await.view();
        let error = view.tron_call_state(CHAIN_ID, [7; 32]).await.unwrap_err();
        assert!(error.to_string().contains("expected an answer of a node of Tron"), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_answer_panics(
        place in 0_usize..6,
        text in "\\PC{0,40}|\\{\"[a-z_A-Z]{1,12}\":[-0-9a-f\"\\[\\]{}]{0,20}\\}",
    ) {
        let paths = [
            "wallet/getblock",
            "wallet/getaccount",
            "wallet/getcontractinfo",
            "wallet/triggerconstantcontract",
            "wallet/gettransactioninfobyid",
            "walletsolidity/getblock",
        ];
        let lie = serde_json::from_str(&text).unwrap_or(Value::String(text));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let view = Node::lying(paths[place], lie).await.view();
            let _ = view.tron_call_facts(&token_query()).await;
            let _ = view.tron_call_state(CHAIN_ID, [7; 32]).await;
        });
    }
}

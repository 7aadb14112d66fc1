//! What became of a transaction: nothing is dead while a node only does not know it.

use std::sync::atomic::{AtomicU64, Ordering};

use countersign_approval::{MinedTronCall, SeenTronCall, TronCallView, TronMoment};
use countersign_units::UnixMillis;
use serde_json::{Value, json};

use crate::node::{CHAIN_ID, HEAD, HEAD_TIME, Node, SOLID, block};

const ID: [u8; 32] = [0x1d; 32];
const SOLID_INFO: &str = "walletsolidity/gettransactioninfobyid";
const HEAD_INFO: &str = "wallet/gettransactioninfobyid";

fn info(extra: &Value) -> Value {
    let mut info = json!({"id": hex::encode(ID), "blockNumber": SOLID - 1, "contractResult": [""]});
    for (name, value) in extra.as_object().unwrap() {
        info[name] = value.clone();
    }
    info
}

async fn seen(node: &Node) -> Option<MinedTronCall> {
    let SeenTronCall { solid, mined } = node.view().tron_call_state(CHAIN_ID, ID).await.unwrap();
    let time = UnixMillis::new(HEAD_TIME - (HEAD - SOLID) * 3_000);
    assert_eq!(solid, TronMoment { number: SOLID, time });
    mined
}

#[tokio::test]
async fn what_no_block_has_is_told_with_the_latest_block_that_stays() {
    let node = Node::honest().await;
    assert_eq!(seen(&node).await, None);
    for path in [SOLID_INFO, HEAD_INFO] {
        assert_eq!(node.asked(path), [json!({"value": hex::encode(ID)})], "{path}");
    }
}

/// The node that found nothing may stand further back than the one that told the time.
#[tokio::test]
async fn the_earlier_block_of_two_nodes_counts() {
    let asked = AtomicU64::new(0);
    let node = Node::with(move |path, _, answer| {
        let first = path == "walletsolidity/getblock" && asked.fetch_add(1, Ordering::Relaxed) == 0;
        if first { block(SOLID + 40) } else { answer }
    })
    .await;
    assert_eq!(seen(&node).await, None);
}

#[tokio::test]
async fn what_a_block_has_that_may_be_undone_is_no_end() {
    let node = Node::lying(HEAD_INFO, info(&json!({}))).await;
    let mined = MinedTronCall { succeeded: true, block: SOLID - 1, solid: false };
    assert_eq!(seen(&node).await, Some(mined));
}

#[tokio::test]
async fn success_and_failure_are_told_apart() {
    for (extra, succeeded) in [
        (json!({}), true),
        (json!({"receipt": {"net_usage": 268}}), true),
        (json!({"receipt": {"result": "SUCCESS"}}), true),
        (json!({"result": "FAILED", "receipt": {"result": "REVERT"}}), false),
        (json!({"result": "FAILED", "receipt": {"result": "OUT_OF_ENERGY"}}), false),
        (json!({"result": "FAILED"}), false),
    ] {
        let node = Node::lying(SOLID_INFO, info(&extra)).await;
        let mined = MinedTronCall { succeeded, block: SOLID - 1, solid: true };
        assert_eq!(seen(&node).await, Some(mined), "{extra}");
    }
}

#[tokio::test]
async fn what_contradicts_itself_is_an_error() {
    for (lie, told) in [
        (info(&json!({"receipt": {"result": "REVERT"}})), "a result that fits its receipt"),
        (info(&json!({"result": "PERHAPS"})), "a result that fits its receipt"),
        (info(&json!({"id": "00".repeat(32)})), "gettransactioninfobyid: expected 1d1d"),
        (info(&json!({"id": "1d"})), "32 bytes in hex"),
        (json!({"blockNumber": 7}), "expected an id"),
        (json!({"id": hex::encode(ID)}), "the height of a block"),
    ] {
        for path in [SOLID_INFO, HEAD_INFO] {
            let node = Node::lying(path, lie.clone()).await;
            let error = node.view().tron_call_state(CHAIN_ID, ID).await.unwrap_err();
            assert!(error.to_string().contains(told), "{lie}: {error}");
        }
    }
}

//! Nodes that lie, stammer, hang or are of another cluster: no facts come of it.

use std::sync::atomic::{AtomicU64, Ordering};

use countersign_approval::{ChainViewError, SolanaChainView};
use countersign_chain_rpc::SolanaRpcSettings;
use countersign_units::SolanaHash;
use serde_json::{Value, json};

use crate::fake::assert_unavailable;
use crate::node::{FakeNode, Script, facts_of};
use crate::sample::{DEVNET, GENESIS, SETTLED_SLOT, SOURCE, query};

const GENESIS_HASH: &str = "getGenesisHash";
const ACCOUNTS: &str = "getMultipleAccounts";
const BLOCKHASH: &str = "isBlockhashValid";
const SIMULATE: &str = "simulateTransaction";

#[tokio::test]
async fn another_cluster_is_named() {
    let error = facts_of(Script::part(GENESIS_HASH, "/result", json!(DEVNET))).await.unwrap_err();
    let found = DEVNET.parse().unwrap();
    assert_eq!(error, ChainViewError::OtherCluster { expected: GENESIS, found });
}

#[tokio::test]
async fn one_view_is_of_one_cluster() {
    let node = FakeNode::start(Script::honest()).await;
    let view = node.view(SolanaRpcSettings::default());
    view.facts(&query()).await.unwrap();
    let mut other = query();
    other.genesis_hash = SolanaHash::new([1; 32]);
    let expected = ChainViewError::OtherCluster { expected: other.genesis_hash, found: GENESIS };
    assert_eq!(view.facts(&other).await.unwrap_err(), expected);
    assert!(view.facts(&query()).await.is_ok());
}

#[tokio::test]
async fn a_gateway_that_changes_its_cluster_is_noticed() {
    let asked = AtomicU64::new(0);
    let changing = Script::one(move |question, mut answer| {
        if question["method"] == GENESIS_HASH && asked.fetch_add(1, Ordering::SeqCst) > 0 {
            answer["result"] = json!(DEVNET);
        }
        answer
    });
    let found = DEVNET.parse().unwrap();
    let error = facts_of(changing).await.unwrap_err();
    assert_eq!(error, ChainViewError::OtherCluster { expected: GENESIS, found });
}

#[tokio::test]
async fn a_node_that_lags_is_noticed() {
    let old = json!(SETTLED_SLOT - 1);
    for method in [BLOCKHASH, SIMULATE] {
        let lagging = Script::part(method, "/result/context/slot", old.clone());
        let told = format!("answers from slot {SETTLED_SLOT} on, found one of slot 348192999");
        assert_unavailable(lagging, &told).await;
    }
    let lagging = Script::one(move |question, mut answer| {
        if question["params"][1]["commitment"] == "confirmed" && question["method"] == ACCOUNTS {
            answer["result"]["context"]["slot"] = old.clone();
        }
        answer
    });
    assert_unavailable(lagging, "found one of slot 348192999").await;
    // The slot itself is not too old.
    let same = Script::one(|_, mut answer| {
        if let Some(slot) = answer.pointer_mut("/result/context/slot") {
            *slot = json!(SETTLED_SLOT);
        }
        answer
    });
    assert!(facts_of(same).await.is_ok());
    let message = "Minimum context slot has not been reached";
    for method in [ACCOUNTS, BLOCKHASH, SIMULATE] {
        assert_unavailable(Script::failing(method, -32_016, message), message).await;
    }
}

#[tokio::test]
async fn answers_of_another_form_are_no_facts() {
    for (method, part, value, told) in [
        (GENESIS_HASH, "/result", json!(null), "getGenesisHash: expected a hash in base58"),
        (GENESIS_HASH, "/result", json!("0x00"), "getGenesisHash: expected a hash in base58"),
        (GENESIS_HASH, "/result", json!([]), "getGenesisHash: expected a hash in base58"),
        (BLOCKHASH, "/result", json!(true), "isBlockhashValid: expected whether it is valid"),
        (BLOCKHASH, "/result/value", json!(null), "isBlockhashValid: expected"),
        (BLOCKHASH, "/result/value", json!("true"), "isBlockhashValid: expected"),
        (BLOCKHASH, "/result/value", json!(1), "isBlockhashValid: expected"),
        (BLOCKHASH, "/result/context", json!(null), "isBlockhashValid: expected"),
        (BLOCKHASH, "/result/context/slot", json!(-1), "isBlockhashValid: expected"),
        (BLOCKHASH, "/result/context/slot", json!("348193032"), "isBlockhashValid: expected"),
        (ACCOUNTS, "/result", json!(null), "getMultipleAccounts: expected accounts"),
        (ACCOUNTS, "/result/value", json!(null), "getMultipleAccounts: expected accounts"),
        (ACCOUNTS, "/result/value", json!({}), "getMultipleAccounts: expected accounts"),
        (ACCOUNTS, "/result/value", json!([]), "getMultipleAccounts: expected 4 accounts"),
        (ACCOUNTS, "/result/value/0", json!(5), "getMultipleAccounts: expected accounts"),
        (ACCOUNTS, "/result/context/slot", json!(1.5), "getMultipleAccounts: expected accounts"),
        (SIMULATE, "/result", json!(null), "simulateTransaction: expected what"),
        (SIMULATE, "/result/value", json!(null), "simulateTransaction: expected what"),
        (SIMULATE, "/result/value/accounts", json!({}), "simulateTransaction: expected what"),
        (SIMULATE, "/result/value/accounts/0", json!([]), "simulateTransaction: expected"),
        (SIMULATE, "/result/context", json!({}), "simulateTransaction: expected what"),
    ] {
        assert_unavailable(Script::part(method, part, value), told).await;
    }
}

#[tokio::test]
async fn accounts_of_another_form_are_no_facts() {
    let too_many: Value = serde_json::from_str("18446744073709551616").unwrap();
    for (member, value) in [
        ("lamports", json!(null)),
        ("lamports", json!(-1)),
        ("lamports", json!(1.5)),
        ("lamports", json!(1e3)),
        ("lamports", json!("1000")),
        ("lamports", too_many),
        ("owner", json!(null)),
        ("owner", json!("1111")),
        ("owner", json!(0)),
        ("data", json!(null)),
        ("data", json!("")),
        ("data", json!([""])),
        ("data", json!(["", "base64", ""])),
        ("data", json!(["", "base58"])),
        ("data", json!(["!", "base64"])),
        ("data", json!(["AAA", "base64"])),
        ("data", json!(["AAB=", "base64"])),
        ("data", json!({"parsed": {}, "program": "spl-token"})),
    ] {
        let mut account = crate::sample::account(crate::sample::SYSTEM, 1, &[]);
        account[member] = value;
        let script = Script::at(SOURCE, &account);
        assert_unavailable(script, "getMultipleAccounts: expected accounts as of a slot").await;
    }
    for member in ["lamports", "owner", "data"] {
        let without = Script::without(SIMULATE, "/result/value/accounts/0", member);
        assert_unavailable(without, "simulateTransaction: expected what").await;
    }
}

#[tokio::test]
async fn a_member_twice_is_no_fact() {
    for (member, other) in [("\"err\":null", "\"err\":1"), ("\"value\":true", "\"value\":false")] {
        let doubled =
            Script::http(move |body| (200, body.replace(member, &format!("{other},{member}"))));
        assert_unavailable(doubled, "expected").await;
    }
}

#[tokio::test]
async fn a_batch_that_is_cut_short_is_no_facts() {
    let partial = Script::whole(|_, mut answer| {
        answer.as_array_mut().unwrap().truncate(3);
        answer
    });
    assert_unavailable(partial, "simulateTransaction: expected an answer, found none").await;
}

#[tokio::test]
async fn one_failure_fails_the_whole() {
    for method in [GENESIS_HASH, ACCOUNTS, BLOCKHASH] {
        let told = format!(r"{method}: the node answers with error -32005: Node is behind\n");
        assert_unavailable(Script::failing(method, -32_005, "Node is behind\n"), &told).await;
    }
    let refused = Script::whole(|_, _| {
        let error = json!({"code": -32_600, "message": "no batches"});
        json!({"jsonrpc": "2.0", "id": null, "error": error})
    });
    assert_unavailable(refused, "batch: the node answers with error -32600").await;
}

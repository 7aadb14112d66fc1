//! Facts are read as of one block, and nothing that is not of its form is one.

use std::sync::atomic::{AtomicU64, Ordering};

use countersign_approval::{CallOutcome, ChainViewError, TronBlock, TronCallView};
use countersign_units::{Lots, U256, UnixSeconds};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::node::{
    CHAIN_ID, HEAD, HEAD_TIME, Node, OWNER, SOLID, TOKEN, block, block_id, in_hex, native_query,
    token_query, tried,
};

#[tokio::test]
async fn all_facts_of_a_call_are_read() {
    let node = Node::honest().await;
    let facts = node.view().tron_call_facts(&token_query()).await.unwrap();
    assert_eq!(facts.reference, Some(TronBlock { number: SOLID, id: block_id(SOLID) }));
    let call = facts.call;
    assert_eq!((call.owner_code, call.recipient_code), (Some(vec![]), Some(vec![])));
    assert_eq!(call.native_balance, Some(Lots::from(5_000_000_000)));
    assert_eq!(call.balance, Some(Lots::from(77)));
    // A price that is to come does not count yet.
    assert_eq!((call.base_fee, call.gas), (Some(210), Some(64_285)));
    let one = U256::ONE.to_be_bytes::<32>().to_vec();
    assert_eq!(call.simulation, Some(CallOutcome::Returned(one)));
    assert_eq!(call.block_time, Some(UnixSeconds::new(HEAD_TIME / 1_000)));
    assert_eq!(call.block_number, Some(HEAD));
    assert!(call.contract_code_hash.is_some_and(|hash| hash != [0; 32]));
    assert_eq!(call.account_nonce, None);
    let [asked, ..] = &node.asked("wallet/getaccount")[..] else { panic!("nothing was asked") };
    assert_eq!(*asked, json!({"address": in_hex(OWNER), "visible": false}));
    let tried = node.asked("wallet/triggerconstantcontract");
    assert!(tried.iter().all(|tried| tried["contract_address"] == in_hex(TOKEN)), "{tried:?}");
}

#[tokio::test]
async fn what_moves_trx_alone_is_not_run() {
    let node = Node::honest().await;
    let call = node.view().tron_call_facts(&native_query()).await.unwrap().call;
    assert_eq!((call.gas, call.simulation, call.balance), (None, None, None));
    assert_eq!(call.contract_code_hash, None);
    assert_eq!(call.recipient_code, Some(vec![]));
    assert_eq!(node.asked("wallet/triggerconstantcontract"), Vec::<Value>::new());
}

#[tokio::test]
async fn an_account_that_is_not_there_has_nothing() {
    let node = Node::lying("wallet/getaccount", json!({})).await;
    let call = node.view().tron_call_facts(&native_query()).await.unwrap().call;
    assert_eq!(call.native_balance, Some(Lots::ZERO));
}

#[tokio::test]
async fn a_block_that_is_named_is_found_by_the_end_of_its_height() {
    for named in [HEAD, SOLID, HEAD - 65_535] {
        let [.., high, low] = named.to_be_bytes();
        let query = countersign_approval::TronCallFactsQuery {
            reference: Some([high, low]),
            ..native_query()
        };
        let facts = Node::honest().await.view().tron_call_facts(&query).await.unwrap();
        assert_eq!(facts.reference, Some(TronBlock { number: named, id: block_id(named) }));
    }
}

#[tokio::test]
async fn a_call_that_fails_is_told_with_its_reason() {
    let reverted = json!({
        "result": {"result": true, "message": hex::encode("REVERT opcode executed")},
        "energy_used": 900,
        "constant_result": [""],
        "transaction": {"ret": [{"ret": "FAILED"}]},
    });
    let invalid = json!({
        "result": {"code": "CONTRACT_VALIDATE_ERROR", "message": hex::encode("no contract")},
    });
    let mut quiet = tried(&format!("{:064x}", 1));
    quiet["transaction"]["ret"] = json!([{"ret": "FAILED"}]);
    for (answer, told) in
        [(reverted, "REVERT opcode"), (invalid, "CONTRACT_VALIDATE_ERROR no contract"), (quiet, "")]
    {
        let node = Node::with(move |path, question, honest| {
            let data = question["data"].as_str().unwrap_or_default();
            let transfer = path.ends_with("constantcontract") && data.starts_with("a9059cbb");
            if transfer { answer.clone() } else { honest }
        });
        let call = node.await.view().tron_call_facts(&token_query()).await.unwrap().call;
        let Some(CallOutcome::Failed(reason)) = &call.simulation else { panic!("{call:?}") };
        assert!(reason.contains(told), "{reason}");
        assert_eq!(call.gas, None);
    }
}

#[tokio::test]
async fn a_node_of_another_chain_is_none() {
    let node = Node::honest().await;
    let mut query = token_query();
    query.call.chain_id = 1;
    let error = node.view().tron_call_facts(&query).await.unwrap_err();
    let expected = ChainViewError::OtherChain { expected: 1, found: U256::from(CHAIN_ID) };
    assert_eq!(error, expected);
    assert_eq!(node.asked("wallet/getaccount"), Vec::<Value>::new());
}

#[tokio::test]
async fn facts_of_two_blocks_are_asked_for_again_and_not_for_ever() {
    let moves = |until: u64| {
        let count = AtomicU64::new(0);
        Node::with(move |path, question, honest| {
            if path != "wallet/getblock" || question.get("id_or_num").is_some() {
                return honest;
            }
            block(HEAD + count.fetch_add(1, Ordering::SeqCst).min(until))
        })
    };
    let facts = moves(2).await.view().tron_call_facts(&native_query()).await.unwrap();
    assert_eq!(facts.call.block_number, Some(HEAD + 2));
    let error = moves(1_000).await.view().tron_call_facts(&native_query()).await.unwrap_err();
    assert!(error.to_string().contains("the chain moved on, 3 times"), "{error}");
}

#[tokio::test]
async fn the_code_of_a_contract_is_hashed_as_the_chain_hashes_it() {
    let node = Node::honest().await;
    let call = node.view().tron_call_facts(&token_query()).await.unwrap().call;
    let sha: [u8; 32] = Sha256::digest([0x60, 0x80, 0x60, 0x40]).into();
    assert_ne!(call.contract_code_hash, Some(sha));
    let keccak = alloy::primitives::keccak256([0x60, 0x80, 0x60, 0x40]).0;
    assert_eq!(call.contract_code_hash, Some(keccak));
}

//! What is asked, and what is made of the answers.

use std::sync::atomic::{AtomicU64, Ordering};

use alloy::primitives::{KECCAK256_EMPTY, keccak256};
use countersign_approval::{EvmChainView, EvmFacts, EvmFactsQuery, Fact, NonceQuery};
use countersign_chain_rpc::{BlockSelector, EvmRpcSettings};
use countersign_units::{EvmAddress, Lots, U256, UnixSeconds};
use serde_json::{Value, json};

use crate::node::{BLOCK_TIME, FakeNode, OWNER, SPENDER, Script, block, facts_of, query};

fn settings(block: BlockSelector) -> EvmRpcSettings {
    EvmRpcSettings { block, ..EvmRpcSettings::default() }
}

fn honest_facts() -> EvmFacts {
    EvmFacts {
        owner_code: Some(vec![]),
        spender_code_hash: Some(keccak256([0x60, 0x01]).0),
        spender_implementation: Some(EvmAddress::ZERO),
        balance: Some(Lots::from(5_000)),
        allowance: Some(Lots::from(4_000)),
        domain_separator: Some([0xd5; 32]),
        nonce_bitmap: Some(U256::from(0b10_0000)),
        block_time: Some(UnixSeconds::new(BLOCK_TIME)),
        block_number: Some(9),
    }
}

#[tokio::test]
async fn reads_every_fact() {
    let facts = facts_of(Script::honest()).await.unwrap();
    for fact in Fact::EVM {
        assert!(facts.has(fact), "{fact}");
    }
    assert_eq!(facts, honest_facts());
}

#[tokio::test]
async fn asks_in_two_requests_and_for_the_chain_each_time() {
    let node = FakeNode::start(Script::honest()).await;
    let view = node.view(EvmRpcSettings::default());
    for _ in 0..2 {
        view.facts(&query()).await.unwrap();
    }
    let asked = node.asked();
    let methods = |request: &Value| -> Vec<String> {
        let list = request.as_array().cloned().unwrap_or_else(|| vec![request.clone()]);
        list.iter().map(|question| question["method"].as_str().unwrap().to_owned()).collect()
    };
    let facts = [
        "eth_getCode",
        "eth_getCode",
        "eth_getStorageAt",
        "eth_getStorageAt",
        "eth_call",
        "eth_call",
        "eth_call",
        "eth_call",
    ];
    assert_eq!(asked.len(), 4);
    for pair in asked.chunks(2) {
        assert_eq!(methods(&pair[0]), ["eth_getBlockByNumber", "eth_chainId"]);
        assert_eq!(methods(&pair[1]), facts);
    }
}

#[tokio::test]
async fn asks_exactly_what_is_to_be_known() {
    let node = FakeNode::start(Script::honest()).await;
    node.view(EvmRpcSettings::default()).facts(&query()).await.unwrap();
    let asked = node.asked();
    let hash = format!("0x{}", "b1".repeat(32));
    let at = json!({"blockHash": hash, "requireCanonical": true});
    let owner = "c62169accce6daf88b36975f4bffd66b0d0057c9";
    let permit2 = "000000000022d473030f116ddee9f6b43ac78ba3";
    let slot = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
    let beacon = "0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50";
    let questions = asked[1].as_array().unwrap();
    assert_eq!(questions[0]["params"], json!([OWNER, at]));
    assert_eq!(questions[1]["params"], json!([SPENDER, at]));
    assert_eq!(questions[2]["params"], json!([SPENDER, slot, at]));
    assert_eq!(questions[3]["params"], json!([SPENDER, beacon, at]));
    let data: Vec<_> = questions[4..].iter().map(|call| &call["params"][0]["data"]).collect();
    assert_eq!(
        data,
        [
            &format!("0x70a08231{owner:0>64}"),
            &format!("0xdd62ed3e{owner:0>64}{permit2:0>64}"),
            // The nonce 0x2a05 is bit 5 of word 0x2a.
            &format!("0x4fe02b44{owner:0>64}{:0>64}", "2a"),
            "0x3644e515",
        ]
    );
    assert!(questions[4..].iter().all(|call| call["params"][1] == at));
}

#[tokio::test]
async fn names_the_block_as_the_node_takes_it() {
    for (selector, name, questions) in
        [(BlockSelector::Number, json!("0x9"), 9), (BlockSelector::Latest, json!("latest"), 9)]
    {
        let node = FakeNode::start(Script::honest()).await;
        node.view(settings(selector)).facts(&query()).await.unwrap();
        let asked = node.asked();
        let batch = asked[1].as_array().unwrap();
        assert_eq!(batch.len(), questions);
        assert_eq!(batch[0]["params"], json!([OWNER, name]));
        // The block is asked for again, behind the facts.
        assert_eq!(batch[8]["params"], json!([name, false]));
    }
}

#[tokio::test]
async fn asks_again_while_the_chain_moves_on() {
    let moving = |stops: u64| {
        let asked = AtomicU64::new(0);
        Script::one(move |question, mut answer| {
            if question["method"] == "eth_getBlockByNumber" {
                answer["result"] = block(asked.fetch_add(1, Ordering::SeqCst).min(stops));
            }
            answer
        })
    };
    for selector in [BlockSelector::Latest, BlockSelector::Number] {
        let node = FakeNode::start(moving(3)).await;
        assert!(node.view(settings(selector)).facts(&query()).await.is_ok());
        assert_eq!(node.asked().len(), 6, "the chain moved on twice");

        let node = FakeNode::start(moving(u64::MAX)).await;
        let error = node.view(settings(selector)).facts(&query()).await.unwrap_err();
        assert!(error.to_string().contains("the chain moved on, 3 times"), "{error}");
    }
}

#[tokio::test]
async fn asks_one_by_one_where_batches_are_not_taken() {
    let node = FakeNode::start(Script::honest()).await;
    let settings = EvmRpcSettings { max_batch: 1, ..EvmRpcSettings::default() };
    let one_by_one = node.view(settings).facts(&query()).await.unwrap();
    assert_eq!(one_by_one, facts_of(Script::honest()).await.unwrap());
    let asked = node.asked();
    assert_eq!(asked.len(), 10);
    assert!(asked.iter().all(Value::is_object));
}

#[tokio::test]
async fn takes_a_batch_in_any_order() {
    let reversed = Script::whole(|_, mut answer| {
        if let Some(batch) = answer.as_array_mut() {
            batch.reverse();
        }
        answer
    });
    assert_eq!(facts_of(reversed).await.unwrap(), facts_of(Script::honest()).await.unwrap());
}

#[tokio::test]
async fn an_account_without_code_hashes_as_the_empty_code() {
    let facts = facts_of(Script::result("eth_getCode", json!("0x"))).await.unwrap();
    assert_eq!(facts.spender_code_hash, Some(KECCAK256_EMPTY.0));
}

#[tokio::test]
async fn a_proxy_is_seen_and_an_owner_with_code() {
    let [none, first, second] = [0, 0x11, 0x22].map(|byte| EvmAddress::new([byte; 20]));
    for (implementation, beacon, seen) in [
        (none, none, none),
        (first, none, first),
        (none, second, second),
        // What is in use where a proxy keeps both is the proxy's own affair: the nearer one is told.
        (first, second, first),
    ] {
        let slots = Script::one(move |question, mut answer| {
            let held = match question["params"][1].as_str() {
                Some(slot) if slot.starts_with("0x360894a1") => implementation,
                Some(slot) if slot.starts_with("0xa3f0ad74") => beacon,
                _ => return answer,
            };
            answer["result"] = json!(format!("0x{:0>64}", hex::encode(held.as_bytes())));
            answer
        });
        let facts = facts_of(slots).await.unwrap();
        assert_eq!(facts.spender_implementation, Some(seen), "{implementation} {beacon}");
    }

    let delegated = format!("0xef0100{}", "22".repeat(20));
    let facts = facts_of(Script::result("eth_getCode", json!(delegated))).await.unwrap();
    assert_eq!(facts.owner_code.unwrap().len(), 23);
}

#[tokio::test]
async fn reads_a_nonce_alone() {
    let node = FakeNode::start(Script::honest()).await;
    let view = node.view(EvmRpcSettings::default());
    let EvmFactsQuery { chain_id, permit2, owner, .. } = query();
    let ask = async |nonce: u64| {
        let nonce = U256::from(nonce);
        view.nonce(&NonceQuery { chain_id, permit2, owner, nonce }).await.unwrap()
    };
    let (fifth, sixth) = (ask(5).await, ask(6).await);
    assert!(fifth.used && !sixth.used, "{fifth:?} {sixth:?}");
    assert_eq!(fifth.block_time, Some(UnixSeconds::new(BLOCK_TIME)));
}

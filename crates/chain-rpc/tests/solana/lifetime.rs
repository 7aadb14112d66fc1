//! What became of a transaction, and when its blockhash is dead.

use countersign_approval::{
    ChainViewError, Finality, LifetimeQuery, SeenLifetime, SeenTransaction, SolanaFate,
    SolanaTransferView,
};
use countersign_chain_rpc::SolanaRpcSettings;
use serde_json::{Value, json};

use crate::node::{FakeNode, Script};
use crate::sample::{BLOCKHASH, GENESIS, SETTLED_HEIGHT, SETTLED_SLOT, SLOT};

const QUERY: LifetimeQuery =
    LifetimeQuery { genesis_hash: GENESIS, blockhash: BLOCKHASH, signature: Some([0xab; 64]) };

async fn seen(script: Script) -> Result<SeenLifetime, ChainViewError> {
    let node = FakeNode::start(script).await;
    node.view(SolanaRpcSettings::default()).lifetime(&QUERY).await
}

/// A cluster that does not take the blockhash any more, and tells this of the transaction.
fn dead(status: Value) -> Script {
    Script::one(move |question, mut answer| {
        match question["method"].as_str().unwrap() {
            "isBlockhashValid" => answer["result"]["value"] = json!(false),
            "getSignatureStatuses" => answer["result"]["value"] = json!([status]),
            _ => {}
        }
        answer
    })
}

fn status(stage: &str, err: &Value) -> Value {
    json!({
        "slot": SLOT,
        "confirmations": null,
        "err": err,
        "status": {"Ok": null},
        "confirmationStatus": stage,
    })
}

#[tokio::test]
async fn a_young_blockhash_lives() {
    let seen = seen(Script::honest()).await.unwrap();
    let expected = SeenLifetime {
        finalized_height: SETTLED_HEIGHT,
        blockhash_valid: true,
        finalized_slot: SETTLED_SLOT,
        transaction: None,
        history_from_slot: Some(1),
    };
    assert_eq!(seen, expected);
    assert_eq!(seen.fate(SETTLED_HEIGHT - 1), SolanaFate::Live);
}

#[tokio::test]
async fn what_no_block_has_is_dead_once_the_last_height_has_passed() {
    let seen = seen(dead(json!(null))).await.unwrap();
    assert_eq!(seen.fate(SETTLED_HEIGHT), SolanaFate::Live);
    let SolanaFate::Expired(proof) = seen.fate(SETTLED_HEIGHT - 1) else {
        panic!("{seen:?}");
    };
    assert_eq!(proof.seen_height(), SETTLED_HEIGHT);
    assert_eq!(proof.last_valid_block_height(), SETTLED_HEIGHT - 1);
}

#[tokio::test]
async fn a_block_tells_whether_it_was_executed() {
    for (stage, finality) in
        [("processed", Finality::Processed), ("confirmed", Finality::Confirmed)]
    {
        let seen = seen(dead(status(stage, &json!(null)))).await.unwrap();
        assert_eq!(seen.transaction.as_ref().unwrap().finality, finality);
        assert_eq!(seen.fate(1), SolanaFate::Live);
    }
    let executed = SeenTransaction { slot: SLOT, finality: Finality::Finalized, error: None };
    let seen_once = seen(dead(status("finalized", &json!(null)))).await.unwrap();
    assert_eq!(seen_once.fate(1), SolanaFate::Executed(executed));
    let error = json!({"InstructionError": [2, {"Custom": 1}]});
    let failed = seen(dead(status("finalized", &error))).await.unwrap();
    let SolanaFate::Failed(failed) = failed.fate(1) else { panic!("{failed:?}") };
    assert!(failed.error.unwrap().contains("InstructionError"));
}

/// Else the transaction could get into a block between the two.
#[tokio::test]
async fn the_height_is_asked_for_before_the_transaction() {
    let node = FakeNode::start(Script::honest()).await;
    node.view(SolanaRpcSettings::default()).lifetime(&QUERY).await.unwrap();
    let asked = node.asked();
    let methods = asked.iter().map(|request| {
        let all = request.as_array().unwrap().iter();
        all.map(|one| one["method"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    });
    let expected = [
        vec!["getGenesisHash", "getEpochInfo", "isBlockhashValid"],
        vec![
            "getGenesisHash",
            "getSignatureStatuses",
            "getFirstAvailableBlock",
            "isBlockhashValid",
            "getEpochInfo",
        ],
    ];
    assert_eq!(methods.collect::<Vec<_>>(), expected);
    let [first, second] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(first[1]["params"][0]["commitment"], "finalized");
    assert_eq!(first[2]["params"][1]["commitment"], "finalized");
    assert_eq!(second[1]["params"][1]["searchTransactionHistory"], true);
    assert_eq!(second[3]["params"][1]["minContextSlot"], SETTLED_SLOT);
}

#[tokio::test]
async fn a_node_that_lags_behind_or_forgets_proves_nothing() {
    let lagging = Script::one(|question, mut answer| {
        if question["params"][1]["minContextSlot"] == SETTLED_SLOT {
            answer["result"]["context"]["slot"] = json!(SETTLED_SLOT - 1);
        }
        answer
    });
    let behind = Script::part("getSignatureStatuses", "/result/context/slot", json!(1));
    let silent = Script::failing("getSignatureStatuses", -32_011, "history is not available");
    let strange = Script::part("getSignatureStatuses", "/result/value", json!([]));
    let unknown = dead(status("rooted", &json!(null)));
    for (script, told) in [
        (lagging, "answers from slot"),
        (behind, "answers from slot"),
        (silent, "history is not available"),
        (strange, "the status of one transaction"),
        (unknown, "the status of one transaction"),
        (Script::without("getSignatureStatuses", "/result", "value"), "the status of one"),
        (Script::part("getEpochInfo", "/result", json!(null)), "a slot and a height"),
        (Script::without("getEpochInfo", "/result", "absoluteSlot"), "a slot and a height"),
        (ahead(), "answers from slot"),
    ] {
        match seen(script).await {
            Err(ChainViewError::Unavailable(reason)) => assert!(reason.contains(told), "{reason}"),
            other => panic!("{told}: {other:?}"),
        }
    }
}

/// A node whose first height is that of a later block than another one's answers are of.
fn ahead() -> Script {
    Script::one(|question, mut answer| {
        let first = question["params"][0]["minContextSlot"] == 0;
        match question["method"].as_str().unwrap() {
            "isBlockhashValid" => answer["result"]["value"] = json!(false),
            "getEpochInfo" if first => {
                answer["result"] = json!({
                    "absoluteSlot": SETTLED_SLOT + 150,
                    "blockHeight": SETTLED_HEIGHT + 150,
                });
            }
            _ => {}
        }
        answer
    })
}

#[tokio::test]
async fn the_lower_height_of_two_nodes_counts() {
    let script = Script::one(|question, mut answer| {
        let first = question["params"][0]["minContextSlot"] == 0;
        match question["method"].as_str().unwrap() {
            "isBlockhashValid" => answer["result"]["value"] = json!(false),
            "getEpochInfo" if first => {
                answer["result"]["blockHeight"] = json!(SETTLED_HEIGHT + 150);
            }
            _ => {}
        }
        answer
    });
    let seen = seen(script).await.unwrap();
    assert_eq!(seen.finalized_height, SETTLED_HEIGHT);
    assert_eq!(seen.fate(SETTLED_HEIGHT), SolanaFate::Live);
}

#[tokio::test]
async fn a_blockhash_that_one_of_two_nodes_takes_lives() {
    for knows in [true, false] {
        let script = Script::one(move |question, mut answer| {
            let first = question["params"][1]["minContextSlot"] == 0;
            if question["method"] == "isBlockhashValid" {
                answer["result"]["value"] = json!(first == knows);
            }
            answer
        });
        let seen = seen(script).await.unwrap();
        assert!(seen.blockhash_valid, "the first one knows it: {knows}");
        assert_eq!(seen.fate(SETTLED_HEIGHT - 1), SolanaFate::Live);
    }
}

/// The slot is that of the height, whatever slot the blockhash was looked for in.
#[tokio::test]
async fn what_ran_is_looked_for_from_the_slot_of_the_height_on() {
    let node = FakeNode::start(Script::part(
        "isBlockhashValid",
        "/result/context/slot",
        json!(SETTLED_SLOT + 1),
    ))
    .await;
    let view = node.view(SolanaRpcSettings::default());
    view.lifetime(&QUERY).await.unwrap_err();
    let asked = node.asked();
    assert_eq!(asked[1][3]["params"][1]["minContextSlot"], SETTLED_SLOT + 1);
    assert_eq!(asked[1][4]["params"][0]["minContextSlot"], SETTLED_SLOT + 1);
}

#[tokio::test]
async fn without_a_signature_it_is_over_and_no_more_is_known() {
    let node = FakeNode::start(dead(json!(null))).await;
    let query = LifetimeQuery { signature: None, ..QUERY };
    let seen = node.view(SolanaRpcSettings::default()).lifetime(&query).await.unwrap();
    assert_eq!(node.asked().len(), 1);
    assert!(matches!(seen.fate(SETTLED_HEIGHT - 1), SolanaFate::Over(_)));
    assert_eq!(seen.fate(SETTLED_HEIGHT), SolanaFate::Live);
}

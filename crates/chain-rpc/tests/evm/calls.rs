//! What a transaction of our own needs to know, and what becomes of it.

use alloy::primitives::keccak256;
use countersign_approval::{
    AccountNonce, BroadcastError, CallChainView, CallFacts, CallFactsQuery, CallOutcome, CallState,
    ChainViewError, Fact,
};
use countersign_chain_rpc::EvmRpcSettings;
use countersign_units::{EvmAddress, Lots, UnixSeconds};
use serde_json::{Value, json};

use crate::node::{BLOCK_TIME, CHAIN_ID, FakeNode, OWNER, Script, TOKEN};

const DEPOSIT: EvmAddress = EvmAddress::new([0xde; 20]);

fn token_query() -> CallFactsQuery {
    let data = [hex::decode("a9059cbb").unwrap(), vec![0; 64]].concat();
    let token = TOKEN.parse().unwrap();
    CallFactsQuery {
        chain_id: CHAIN_ID,
        owner: OWNER.parse().unwrap(),
        to: token,
        value: Lots::ZERO,
        data,
        token: Some(token),
        recipient: Some(DEPOSIT),
    }
}

async fn facts(script: Script, query: &CallFactsQuery) -> Result<CallFacts, ChainViewError> {
    let node = FakeNode::start(script).await;
    node.view(EvmRpcSettings::default()).call_facts(query).await
}

/// Answers a method with an error.
fn fails(method: &'static str, code: i64, message: &'static str) -> Script {
    Script::one(move |question, answer| {
        // A balance is read by a call too, but by none that comes from somebody.
        let read = method == "eth_call" && question["params"][0]["from"].is_null();
        if question["method"] != method || read {
            return answer;
        }
        let error = json!({"code": code, "message": message});
        json!({"jsonrpc": "2.0", "id": question["id"], "error": error})
    })
}

#[tokio::test]
async fn every_fact_is_read() {
    let query = token_query();
    let expected = CallFacts {
        owner_code: Some(vec![]),
        account_nonce: Some(AccountNonce { mined: 7, pending: 9 }),
        native_balance: Some(Lots::from(1_000_000_000_000_000_000)),
        balance: Some(Lots::from(5_000)),
        recipient_code: Some(vec![0x60, 0x01]),
        contract_code_hash: Some(keccak256([0x60, 0x01]).0),
        base_fee: Some(20_000_000_000),
        priority_fee: Some(1_000_000_000),
        gas: Some(60_000),
        simulation: Some(CallOutcome::Returned([vec![0; 31], vec![1]].concat())),
        block_time: Some(UnixSeconds::new(BLOCK_TIME)),
        block_number: Some(9),
    };
    assert_eq!(facts(Script::honest(), &query).await, Ok(expected.clone()));
    assert!(Fact::CALL.into_iter().all(|fact| expected.has(fact)));
    let native = CallFactsQuery { to: DEPOSIT, data: vec![], token: None, ..query };
    let expected = CallFacts {
        balance: None,
        contract_code_hash: None,
        simulation: Some(CallOutcome::Returned(vec![])),
        ..expected
    };
    assert_eq!(facts(Script::honest(), &native).await, Ok(expected));
}

#[tokio::test]
async fn a_call_that_fails_is_a_fact() {
    for (code, message) in [
        (3, "execution reverted: ERC20: transfer amount exceeds balance"),
        (-32_000, "insufficient funds for transfer"),
        (-32_015, "VM execution error: Reverted 0x"),
    ] {
        let found = facts(fails("eth_call", code, message), &token_query()).await.unwrap();
        assert_eq!(found.simulation, Some(CallOutcome::Failed(message.to_owned())));
        let found = facts(fails("eth_estimateGas", code, message), &token_query()).await.unwrap();
        assert_eq!(found.gas, None);
    }
}

#[tokio::test]
async fn a_node_that_fails_tells_no_fact() {
    for method in ["eth_call", "eth_estimateGas", "eth_getBalance", "eth_getTransactionCount"] {
        let found = facts(fails(method, -32_005, "limit exceeded"), &token_query()).await;
        assert!(matches!(found, Err(ChainViewError::Unavailable(_))), "{method}: {found:?}");
    }
    let found = facts(fails("eth_maxPriorityFeePerGas", -32_601, "no"), &token_query()).await;
    assert_eq!(found.unwrap().priority_fee, None);
    for (method, result) in [
        ("eth_getBalance", json!("1")),
        ("eth_estimateGas", json!("0x10000000000000000")),
        ("eth_maxPriorityFeePerGas", json!(format!("0x1{}", "0".repeat(32)))),
        ("eth_call", json!(format!("0x{}", "00".repeat(5_000)))),
    ] {
        let found = facts(Script::result(method, result), &token_query()).await;
        assert!(matches!(found, Err(ChainViewError::Unavailable(_))), "{method}: {found:?}");
    }
}

async fn broadcast(script: Script) -> Result<(), BroadcastError> {
    let node = FakeNode::start(script).await;
    node.view(EvmRpcSettings::default()).broadcast(CHAIN_ID, &[2, 0xc0]).await
}

#[tokio::test]
async fn what_a_node_says_of_a_transaction() {
    const SEND: &str = "eth_sendRawTransaction";
    assert_eq!(broadcast(Script::honest()).await, Ok(()));
    assert_eq!(broadcast(fails(SEND, -32_000, "already known")).await, Ok(()));
    let used = broadcast(fails(SEND, -32_000, "nonce too low")).await;
    assert_eq!(used, Err(BroadcastError::NonceTooLow));
    let limited = broadcast(fails(SEND, -32_005, "limit exceeded")).await;
    assert!(matches!(limited, Err(BroadcastError::View(_))), "{limited:?}");
    let other = broadcast(Script::result(SEND, json!(format!("0x{}", "00".repeat(32))))).await;
    assert!(matches!(other, Err(BroadcastError::View(_))), "{other:?}");
    let other = broadcast(Script::result("eth_chainId", json!("0x1"))).await;
    assert!(matches!(other, Err(BroadcastError::View(ChainViewError::OtherChain { .. }))));
}

#[tokio::test]
async fn a_nonce_that_this_very_transaction_used_is_no_failure() {
    let mined = Script::one(|question, mut answer| {
        match question["method"].as_str() {
            Some("eth_sendRawTransaction") => {
                let error = json!({"code": -32_000, "message": "nonce too low"});
                return json!({"jsonrpc": "2.0", "id": question["id"], "error": error});
            }
            Some("eth_getTransactionByHash") => answer["result"] = json!({}),
            _ => {}
        }
        answer
    });
    assert_eq!(broadcast(mined).await, Ok(()));
}

fn receipt(status: &str, hash: [u8; 32]) -> Value {
    let hash = format!("0x{}", hex::encode(hash));
    json!({"transactionHash": hash, "blockNumber": "0x9", "status": status})
}

async fn state(script: Script) -> Result<CallState, ChainViewError> {
    let node = FakeNode::start(script).await;
    node.view(EvmRpcSettings::default()).call_state(CHAIN_ID, [7; 32]).await
}

#[tokio::test]
async fn what_became_of_a_transaction() {
    let of = |receipt| Script::result("eth_getTransactionReceipt", receipt);
    assert_eq!(state(Script::honest()).await, Ok(CallState::Unknown));
    let pending = Script::result("eth_getTransactionByHash", json!({}));
    assert_eq!(state(pending).await, Ok(CallState::Pending));
    for (status, succeeded) in [("0x1", true), ("0x0", false)] {
        let mined = CallState::Mined { succeeded, block: 9, confirmations: 3 };
        assert_eq!(state(of(receipt(status, [7; 32]))).await, Ok(mined));
    }
    for wrong in [receipt("0x1", [8; 32]), receipt("0x2", [7; 32]), json!({}), json!("0x")] {
        assert!(state(of(wrong)).await.is_err());
    }
}

#[tokio::test]
async fn the_transactions_of_an_account_are_counted() {
    let node = FakeNode::start(Script::honest()).await;
    let view = node.view(EvmRpcSettings::default());
    let found = view.account_nonce(CHAIN_ID, OWNER.parse().unwrap()).await;
    assert_eq!(found, Ok(AccountNonce { mined: 7, pending: 9 }));
}

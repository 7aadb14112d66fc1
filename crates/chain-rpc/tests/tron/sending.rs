//! A transaction is taken, declined, or nobody knows: three answers that are not mixed up.

use countersign_approval::{BroadcastError, TronCallView};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::node::{CHAIN_ID, HEAD, Node};

const SEND: &str = "wallet/broadcasthex";

/// What is hashed of a transaction: it names a block, and an end.
fn raw() -> Vec<u8> {
    let mut raw = vec![0x0a, 2, 0x2f, 0xfb, 0x22, 8, 1, 2, 3, 4, 5, 6, 7, 8];
    raw.extend([0x40, 0xe0, 0xbf, 0x8c, 0xe9, 0x9f, 0x34]);
    raw
}

fn transaction() -> Vec<u8> {
    let raw = raw();
    let mut bytes = vec![0x0a, u8::try_from(raw.len()).unwrap()];
    bytes.extend(raw);
    bytes.extend([0x12, 65]);
    bytes.extend([9; 65]);
    bytes
}

fn id() -> String {
    hex::encode(Sha256::digest(raw()))
}

async fn sent(node: &Node) -> Result<(), BroadcastError> {
    node.view().broadcast(CHAIN_ID, &transaction()).await
}

#[tokio::test]
async fn what_is_taken_or_known_is_sent() {
    for answer in [
        json!({"result": true}),
        json!({"result": true, "code": "SUCCESS", "message": "", "txid": id()}),
        json!({"result": false, "code": "DUP_TRANSACTION_ERROR", "message": "Dup transaction."}),
        json!({"code": "DUP_TRANSACTION_ERROR", "txid": id()}),
    ] {
        let node = Node::lying(SEND, answer).await;
        assert_eq!(sent(&node).await, Ok(()));
        assert_eq!(node.asked(SEND), [json!({"transaction": hex::encode(transaction())})]);
    }
}

#[tokio::test]
async fn what_is_declined_is_told_with_the_reason() {
    let words = hex::encode("Validate signature error");
    for (answer, told) in [
        (json!({"code": "SIGERROR", "message": words}), "SIGERROR: Validate signature error"),
        (json!({"code": "TAPOS_ERROR", "message": "Tapos check error."}), "Tapos check error."),
        (json!({"code": "TRANSACTION_EXPIRATION_ERROR"}), "TRANSACTION_EXPIRATION_ERROR"),
        (json!({"code": "CONTRACT_VALIDATE_ERROR", "message": "no contract"}), "no contract"),
    ] {
        let error = sent(&Node::lying(SEND, answer).await).await.unwrap_err();
        let BroadcastError::Declined(reason) = &error else { panic!("{error:?}") };
        assert!(reason.contains(told), "{reason}");
    }
    let poor =
        "Contract validate error : Validate TransferContract error, balance is not sufficient.";
    for answer in [
        json!({"code": "CONTRACT_VALIDATE_ERROR", "message": poor}),
        json!({"code": "BANDWITH_ERROR", "message": "account has insufficient bandwidth"}),
    ] {
        let error = sent(&Node::lying(SEND, answer).await).await.unwrap_err();
        assert!(matches!(error, BroadcastError::InsufficientFunds(_)), "{error:?}");
    }
}

#[tokio::test]
async fn what_says_nothing_of_the_transaction_leaves_it_open() {
    for answer in [
        json!({}),
        json!({"result": false}),
        json!({"code": "SERVER_BUSY"}),
        json!({"code": "NO_CONNECTION", "message": "no connection"}),
        json!({"code": "OTHER_ERROR", "message": "x"}),
        json!({"code": "SOMETHING_NEW"}),
        json!({"Error": "class java.lang.NullPointerException : null"}),
        json!({"result": true, "txid": "00".repeat(32)}),
        json!({"result": "true"}),
    ] {
        let error = sent(&Node::lying(SEND, answer.clone()).await).await.unwrap_err();
        assert!(matches!(error, BroadcastError::View(_)), "{answer}: {error:?}");
    }
}

#[tokio::test]
async fn what_is_mined_already_was_not_declined() {
    let node = Node::with(|path, _, honest| match path {
        SEND => json!({"code": "TRANSACTION_EXPIRATION_ERROR"}),
        "wallet/gettransactioninfobyid" => json!({"id": id(), "blockNumber": HEAD}),
        _ => honest,
    });
    assert_eq!(sent(&node.await).await, Ok(()));
}

#[tokio::test]
async fn nothing_is_sent_to_another_chain_or_of_another_form() {
    let node = Node::honest().await;
    let error = node.view().broadcast(1, &transaction()).await.unwrap_err();
    assert!(matches!(error, BroadcastError::View(_)), "{error:?}");
    for bytes in [&[][..], &[0x0a, 0], &[0xff; 40]] {
        let error = node.view().broadcast(CHAIN_ID, bytes).await.unwrap_err();
        assert!(matches!(error, BroadcastError::Declined(_)), "{error:?}");
    }
    assert_eq!(node.asked(SEND), Vec::<Value>::new());
}

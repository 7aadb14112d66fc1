//! What wallets ask about coins.

use bitcoin::consensus::encode::deserialize_hex;
use bitcoin::hashes::{Hash, sha256};
use bitcoin::{Address, Transaction};
use countersign_sandbox::HtlcTemplate;
use serde_json::{Value, json};

use crate::bitcoin::{Finish, Swap, psbt, quick, sign};
use crate::client::{Answer, Dialect, send, wait_for};

async fn ask(swap: &Swap, path: &str) -> Answer {
    send(&swap.sandbox, &format!("GET /esplora/bitcoin{path}"), None, "").await
}

async fn coins(swap: &Swap) -> Vec<Value> {
    let path = format!("/address/{}/utxo", swap.user.address);
    ask(swap, &path).await.json().as_array().unwrap().clone()
}

async fn swap() -> Swap {
    Swap::new(quick(HtlcTemplate::P2wshV1), Dialect::G2, "default").await
}

#[tokio::test]
async fn lists_coins_by_address_and_by_script() {
    let swap = swap().await;
    let found = coins(&swap).await;
    let total: u64 = found.iter().map(|coin| coin["value"].as_u64().unwrap()).sum();
    assert_eq!(total, swap.balance(&swap.user.address));
    let height: u64 = ask(&swap, "/blocks/tip/height").await.body.parse().unwrap();
    for coin in &found {
        assert_eq!(coin["status"]["confirmed"], true);
        assert!(coin["status"]["block_height"].as_u64().unwrap() <= height);
        assert_eq!(coin["status"]["block_hash"].as_str().unwrap().len(), 64);
    }
    let address = swap.user.address.parse::<Address<_>>().unwrap().assume_checked();
    let mut hash = sha256::Hash::hash(address.script_pubkey().as_bytes()).to_byte_array();
    for _ in 0..2 {
        let listed = ask(&swap, &format!("/scripthash/{}/utxo", hex::encode(hash))).await;
        assert_eq!(listed.json(), json!(found));
        hash.reverse();
    }
}

#[tokio::test]
async fn shows_transactions_and_what_spends_them() {
    let swap = swap().await;
    let coin = coins(&swap).await.swap_remove(0);
    let (txid, vout) = (coin["txid"].as_str().unwrap(), &coin["vout"]);
    let raw = ask(&swap, &format!("/tx/{txid}/hex")).await.body;
    let transaction: Transaction = deserialize_hex(&raw).unwrap();
    assert_eq!(transaction.compute_txid().to_string(), txid);
    let outspend = format!("/tx/{txid}/outspend/{vout}");
    assert_eq!(ask(&swap, &outspend).await.json(), json!({ "spent": false }));

    let intent = swap.open().await;
    let signed = sign(&swap.user, psbt(&intent), Finish::Final);
    swap.approve(&intent, &signed).await;
    wait_for(&swap.sandbox, &intent, "Finished").await;
    let spent = ask(&swap, &outspend).await.json();
    assert_eq!(spent["spent"], true);
    assert_eq!(spent["txid"], signed.unsigned_tx.compute_txid().to_string());
    assert_eq!(spent["vin"], 0);
    let status = ask(&swap, &format!("/tx/{txid}/status")).await.json();
    assert_eq!(status, coin["status"]);

    let spender = ask(&swap, &format!("/tx/{}", spent["txid"].as_str().unwrap())).await.json();
    assert_eq!(spender["status"], spent["status"]);
    let psbt_fee = signed.fee().unwrap().to_sat();
    assert_eq!(spender["fee"], psbt_fee);
    let virtual_bytes = spender["weight"].as_u64().unwrap().div_ceil(4);
    assert!(psbt_fee >= virtual_bytes, "{spender}");
}

#[tokio::test]
async fn estimates_fees() {
    let rates = ask(&swap().await, "/fee-estimates").await;
    assert!(rates.body.contains("\"6\":2.0"), "{}", rates.body);
    assert_eq!(rates.json().as_object().unwrap().len(), 7);
}

#[tokio::test]
async fn begins_as_regtest_does() {
    let swap = swap().await;
    let genesis = ask(&swap, "/block-height/0").await.body;
    assert_eq!(genesis, "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206");
    assert_eq!(ask(&swap, "/blocks/tip/hash").await.body.len(), 64);
    assert_eq!(swap.sandbox.esplora_url("ethereum"), None);
}

#[tokio::test]
async fn answers_what_it_cannot_find_with_404() {
    let swap = swap().await;
    let unknown = "00".repeat(32);
    for path in [
        "/address/nothing/utxo".to_owned(),
        "/address/bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4/utxo".to_owned(),
        "/scripthash/00/utxo".to_owned(),
        format!("/tx/{unknown}/hex"),
        format!("/tx/{unknown}/outspend/0"),
        "/tx/nothing/status".to_owned(),
    ] {
        assert_eq!(ask(&swap, &path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn refuses_transactions_in_the_words_of_bitcoin_core() {
    let swap = swap().await;
    let intent = swap.open().await;
    let signed = sign(&swap.user, psbt(&intent), Finish::Final).extract_tx().unwrap();
    let change = |change: fn(&mut Transaction)| {
        let mut transaction = signed.clone();
        change(&mut transaction);
        bitcoin::consensus::encode::serialize_hex(&transaction)
    };
    for (transaction, reason) in [
        ("nothing".to_owned(), "TX decode failed"),
        (change(|tx| tx.output.clear()), "bad-txns-vout-empty"),
        (change(|tx| tx.input.push(tx.input[0].clone())), "bad-txns-inputs-duplicate"),
        (change(|tx| tx.output[1].value = bitcoin::Amount::from_sat(293)), "dust"),
        (
            change(|tx| tx.output[0].value = bitcoin::Amount::MAX_MONEY),
            "bad-txns-txouttotal-toolarge",
        ),
        (change(|tx| tx.output[0].value *= 10), "bad-txns-in-belowout"),
        (change(|tx| tx.input[0].previous_output.vout = 77), "bad-txns-inputs-missingorspent"),
        (
            change(|tx| tx.lock_time = bitcoin::absolute::LockTime::from_consensus(4_102_444_800)),
            "non-final",
        ),
        (change(|tx| tx.input[0].sequence = bitcoin::Sequence(50)), "non-BIP68-final"),
        (change(|tx| tx.output[0].value -= bitcoin::Amount::ONE_SAT), "mandatory-script-verify"),
    ] {
        let refused = send(&swap.sandbox, "POST /esplora/bitcoin/tx", None, &transaction).await;
        assert_eq!(refused.status, 400, "{reason}: {refused:?}");
        assert!(refused.body.contains(reason), "{reason}: {refused:?}");
    }
    let sent = send(&swap.sandbox, "POST /esplora/bitcoin/tx", None, &change(|_| ())).await;
    assert_eq!((sent.status, sent.body), (200, signed.compute_txid().to_string()));
}

//! Esplora: each script is asked about, and all of it as of one height.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use countersign_approval::{BitcoinChainView, BitcoinNetwork, ChainViewError, SeenCoins};
use countersign_chain_rpc::Esplora;
use countersign_http_client::transport::{Auth, Limits};
use serde_json::{Value, json};

use crate::sample::{COIN, REGTEST, TXID, assert_unavailable, coin, script, transaction};
use crate::server::{Asked, Server, limits};

const GENESIS: &str = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206";
/// SHA-256 of the script, as it is.
const HASH: &str = "0ea2d48fdf09b1521eba65fa69ce789da92c0eebd5089508cbaa977032da3209";

fn honest(asked: &Asked) -> (u16, String) {
    let path = asked.uri.strip_prefix("/api/").unwrap();
    match path {
        "block-height/0" => (200, GENESIS.to_owned()),
        "blocks/tip/height" => (200, "120".to_owned()),
        "tx" => (200, TXID.to_owned()),
        _ if path == format!("scripthash/{HASH}/utxo") => (200, json!([utxo()]).to_string()),
        _ if path.starts_with("scripthash/") => (200, "[]".to_owned()),
        other => panic!("unknown: {other}"),
    }
}

fn utxo() -> Value {
    let block = "ee".repeat(32);
    let status =
        json!({"confirmed": true, "block_height": 117, "block_hash": block, "block_time": 1});
    json!({"txid": COIN, "vout": 1, "value": 30_000_001, "status": status})
}

/// Answers what ends in `path` otherwise.
async fn server(path: &'static str, status: u16, body: impl Into<String>) -> Server {
    let body = body.into();
    Server::start(
        move |asked| {
            if asked.uri.ends_with(path) { (status, body.clone()) } else { honest(asked) }
        },
    )
    .await
}

async fn coins_of(server: &Server) -> Result<SeenCoins, ChainViewError> {
    server.esplora().coins(REGTEST, &[script()]).await
}

async fn send(server: &Server) -> Result<(), ChainViewError> {
    server.esplora().broadcast(REGTEST, &transaction()).await
}

#[tokio::test]
async fn coins_are_told_as_of_one_height() {
    let server = Server::start(honest).await;
    let scripts = [script(), vec![0x51], script()];
    let seen = server.esplora().coins(REGTEST, &scripts).await.unwrap();
    assert_eq!(seen, SeenCoins { height: 120, coins: vec![(coin(30_000_001), 4)] });
    let asked = server.asked();
    let scripts = asked.iter().filter(|asked| asked.uri.contains("scripthash")).count();
    assert_eq!(scripts, 2, "each script once");
    let tips: Vec<_> = asked.iter().map(|asked| asked.uri.ends_with("blocks/tip/height")).collect();
    assert_eq!(tips, [false, true, false, false, true], "the tip before and after");
}

#[tokio::test]
async fn a_coin_that_is_not_mined_has_no_confirmations() {
    let mut waiting = utxo();
    waiting["status"] = json!({"confirmed": false});
    let server = server("/utxo", 200, json!([waiting]).to_string()).await;
    assert_eq!(coins_of(&server).await.unwrap().coins, [(coin(30_000_001), 0)]);
}

#[tokio::test]
async fn another_network_is_named_and_nothing_else_is_asked() {
    let main = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";
    for (genesis, found) in
        [(main, "mainnet"), ("ab", "an unknown network"), ("", "an unknown network")]
    {
        let server = server("block-height/0", 200, genesis).await;
        let error = ChainViewError::OtherNetwork { expected: REGTEST, found: found.to_owned() };
        assert_eq!(coins_of(&server).await, Err(error.clone()));
        assert_eq!(send(&server).await, Err(error));
        assert_eq!(server.asked().len(), 2);
    }
    let server = Server::start(honest).await;
    let error = server.esplora().coins(BitcoinNetwork::Mainnet, &[]).await.unwrap_err();
    assert!(matches!(error, ChainViewError::OtherNetwork { .. }), "{error}");
}

#[tokio::test]
async fn answers_of_another_form_are_no_coins() {
    let with = |member: &str, value: Value| {
        let mut coin = utxo();
        coin[member] = value;
        json!([coin]).to_string()
    };
    let list = "expected a list of coins";
    for (path, body, told) in [
        ("/utxo", "<html>Too many requests</html>".to_owned(), list),
        ("/utxo", String::new(), list),
        ("/utxo", "{}".to_owned(), list),
        ("/utxo", with("value", json!(0.3)), list),
        ("/utxo", with("value", json!("30000001")), list),
        ("/utxo", with("value", json!(-1)), list),
        ("/utxo", with("vout", json!(4_294_967_296_u64)), list),
        ("/utxo", with("value", json!(2_100_000_000_000_001_u64)), "expected an amount"),
        ("/utxo", with("txid", json!("ab")), "expected a transaction's id"),
        ("/utxo", with("status", json!({"confirmed": true})), "expected a height"),
        ("/utxo", with("status", json!({"confirmed": false, "block_height": 1})), "a height"),
        ("/utxo", json!([utxo(), utxo()]).to_string(), "expected each coin once"),
        ("/height", "-1".to_owned(), "expected a height"),
        ("/height", "120.0".to_owned(), "expected a height"),
        ("/height", "<html>".to_owned(), "expected a height"),
    ] {
        assert_unavailable(coins_of(&server(path, 200, body).await).await, told);
    }
    let doubled = json!([utxo()]).to_string().replace("\"vout\":1", "\"vout\":1,\"vout\":0");
    assert_unavailable(coins_of(&server("/utxo", 200, doubled).await).await, list);
    for path in ["/utxo", "/height", "block-height/0"] {
        let server = server(path, 404, "Not found").await;
        assert_unavailable(coins_of(&server).await, "expected status 200, found 404");
    }
}

#[tokio::test]
async fn amounts_never_overflow() {
    let mut second = utxo();
    second["vout"] = json!(2);
    second["value"] = json!(2_100_000_000_000_000_u64);
    let server = server("/utxo", 200, json!([utxo(), second]).to_string()).await;
    assert_unavailable(coins_of(&server).await, "expected at most all bitcoin");
}

#[tokio::test]
async fn all_is_asked_again_when_a_block_came_between() {
    let times = AtomicU32::new(0);
    let once = Server::start(move |asked| {
        let tip = asked.uri.ends_with("height") && times.fetch_add(1, Ordering::Relaxed) == 0;
        if tip { (200, "119".to_owned()) } else { honest(asked) }
    })
    .await;
    assert_eq!(coins_of(&once).await.unwrap().height, 120);
    // A coin above the tip is of a block that came between.
    let behind = server("/height", 200, "116").await;
    assert_unavailable(coins_of(&behind).await, "the chain moved on, 3 times");
    let times = AtomicU32::new(120);
    let always = Server::start(move |asked| {
        if asked.uri.ends_with("height") {
            return (200, times.fetch_add(1, Ordering::Relaxed).to_string());
        }
        honest(asked)
    })
    .await;
    assert_unavailable(coins_of(&always).await, "the chain moved on, 3 times");
}

#[tokio::test]
async fn a_transaction_is_posted_as_text() {
    let server = Server::start(honest).await;
    send(&server).await.unwrap();
    let posted = server.asked().pop().unwrap();
    assert_eq!((posted.method.as_str(), posted.uri.as_str()), ("POST", "/api/tx"));
    assert_eq!(posted.content_type, "text/plain");
    assert_eq!(posted.body, hex::encode(transaction()));
}

#[tokio::test]
async fn what_the_server_refuses_is_declined_in_its_words() {
    let reason = r#"sendrawtransaction RPC error: {"code":-26,"message":"non-final"}"#;
    let sent = send(&server("/tx", 400, reason).await).await;
    assert_eq!(sent, Err(ChainViewError::Declined(reason.to_owned())));
    for known in [
        r#"sendrawtransaction RPC error: {"code":-27,"message":"Transaction already in block chain"}"#,
        "sendrawtransaction RPC error -27: Transaction outputs already in utxo set",
    ] {
        assert_eq!(send(&server("/tx", 400, known).await).await, Ok(()));
    }
}

#[tokio::test]
async fn other_failures_leave_open_whether_it_was_passed_on() {
    for (status, body, told) in [
        (400, "<html>Bad Request</html>", "found 400"),
        (404, "Not found", "found 404"),
        (429, "Too many requests", "found 429"),
        (502, "Bad Gateway", "found 502"),
        (200, COIN, "expected the transaction's id"),
        (200, "", "expected the transaction's id"),
    ] {
        assert_unavailable(send(&server("/tx", status, body).await).await, told);
    }
}

#[tokio::test]
async fn a_server_that_hangs_or_never_ends_is_left() {
    let endless = server("/utxo", 200, " ".repeat(2 << 20)).await;
    assert_unavailable(coins_of(&endless).await, "at most 1048576 bytes");
    let hanging = Server::slow(Duration::from_mins(1), honest).await;
    assert_unavailable(coins_of(&hanging).await, "within");
}

#[tokio::test]
async fn all_questions_together_have_a_deadline() {
    let server = Server::slow(Duration::from_millis(100), honest).await;
    let limits = Limits { total: Duration::from_millis(250), ..limits() };
    let view = Esplora::connect(server.url("/api"), Auth::None, limits).unwrap();
    let scripts: Vec<Vec<u8>> = (0..200).map(|byte| vec![byte]).collect();
    assert_unavailable(view.coins(REGTEST, &scripts).await, "within 1000 ms");
}

#[tokio::test]
async fn too_many_scripts_are_not_asked_about() {
    let server = Server::start(honest).await;
    let scripts: Vec<Vec<u8>> = (0..1_001_u16).map(|n| n.to_be_bytes().to_vec()).collect();
    assert_unavailable(server.esplora().coins(REGTEST, &scripts).await, "at most 1000 scripts");
    assert_unavailable(server.core().coins(REGTEST, &scripts).await, "at most 1000 scripts");
    assert!(server.asked().is_empty());
}

//! Bitcoin Core: what it tells is read to the digit, and whatever else it says is no coin.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use countersign_approval::{BitcoinChainView, BitcoinNetwork, ChainViewError, SeenCoins};
use serde_json::{Value, json};

use crate::sample::{COIN, REGTEST, TXID, assert_unavailable, coin, script, transaction};
use crate::server::{Asked, Server};

const TIP: &str = "5c";

/// Answers a question with JSON in which numbers stay as they are written.
fn honest(method: &str) -> String {
    match method {
        "getblockchaininfo" => {
            json!({"chain": "regtest", "blocks": 120, "headers": 120, "initialblockdownload": false})
                .to_string()
        }
        "scantxoutset" => scan(&unspent("0.30000001")),
        "gettxspendingprevout" => json!([{"txid": COIN, "vout": 1}]).to_string(),
        "getbestblockhash" => json!(TIP).to_string(),
        "sendrawtransaction" => json!(TXID).to_string(),
        "testmempoolaccept" => json!([{"txid": TXID, "allowed": true}]).to_string(),
        other => panic!("unknown: {other}"),
    }
}

fn unspent(amount: &str) -> String {
    let script = hex::encode(script());
    format!(
        r#"{{"txid": "{COIN}", "vout": 1, "scriptPubKey": "{script}", "desc": "raw()", "amount": {amount}, "coinbase": false, "height": 117}}"#
    )
}

fn scan(unspents: &str) -> String {
    format!(
        r#"{{"success": true, "txouts": 9, "height": 120, "bestblock": "{TIP}", "unspents": [{unspents}], "total_amount": 0.3}}"#
    )
}

fn question(asked: &Asked) -> (Value, String) {
    let question: Value = serde_json::from_str(&asked.body).unwrap();
    let method = question["method"].as_str().unwrap().to_owned();
    (question["id"].clone(), method)
}

/// Answers one method otherwise.
async fn node(changed: &'static str, result: impl Into<String>) -> Server {
    let result = result.into();
    Server::start(move |asked| {
        let (id, method) = question(asked);
        let result = if method == changed { result.clone() } else { honest(&method) };
        (200, format!(r#"{{"jsonrpc": "2.0", "id": {id}, "result": {result}}}"#))
    })
    .await
}

async fn failing(changed: &'static str, code: i64, message: &'static str) -> Server {
    Server::start(move |asked| {
        let (id, method) = question(asked);
        if method == changed {
            let error = json!({"code": code, "message": message});
            return (200, json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string());
        }
        let result = honest(&method);
        (200, format!(r#"{{"jsonrpc": "2.0", "id": {id}, "result": {result}}}"#))
    })
    .await
}

async fn coins_of(server: &Server) -> Result<SeenCoins, ChainViewError> {
    server.core().coins(REGTEST, &[script()]).await
}

#[tokio::test]
async fn coins_are_told_as_of_one_height() {
    let server = node("", "").await;
    let scripts = [script(), vec![0x51], script()];
    let seen = server.core().coins(REGTEST, &scripts).await.unwrap();
    assert_eq!(seen, SeenCoins { height: 120, coins: vec![(coin(30_000_001), 4)] });
    let asked: Value = serde_json::from_str(&server.asked()[1].body).unwrap();
    let descriptors = [script(), vec![0x51]].map(|script| format!("raw({})", hex::encode(script)));
    assert_eq!(asked["params"], json!(["start", descriptors]), "each script once");
    let methods = ["getblockchaininfo", "scantxoutset", "gettxspendingprevout", "getbestblockhash"];
    assert_eq!(server.methods(), methods);
}

#[tokio::test]
async fn amounts_are_read_from_their_text() {
    for (text, sats) in
        [("0.00000001", 1), ("20999999.97690001", 2_099_999_997_690_001), ("3", 300_000_000)]
    {
        let seen = coins_of(&node("scantxoutset", scan(&unspent(text))).await).await.unwrap();
        assert_eq!(seen.coins, [(coin(sats), 4)], "{text}");
    }
    for text in ["1e-8", "-0.1", "0.000000001", "21000000.00000001", "\"0.1\"", "null", "[]"] {
        let server = node("scantxoutset", scan(&unspent(text))).await;
        assert_unavailable(coins_of(&server).await, "expected an amount of bitcoin");
    }
}

#[tokio::test]
async fn a_coin_that_waits_to_be_spent_is_not_told() {
    let spending = json!([{"txid": COIN, "vout": 1, "spendingtxid": TXID}]);
    let seen = coins_of(&node("gettxspendingprevout", spending.to_string()).await).await.unwrap();
    assert_eq!(seen.coins, []);
}

#[tokio::test]
async fn another_network_is_named_and_nothing_else_is_asked() {
    for (chain, network) in [
        ("main", BitcoinNetwork::Mainnet),
        ("test", BitcoinNetwork::Testnet),
        ("testnet4", BitcoinNetwork::Testnet),
        ("signet", BitcoinNetwork::Signet),
    ] {
        let info = json!({"chain": chain, "blocks": 1, "initialblockdownload": false});
        let server = node("getblockchaininfo", info.to_string()).await;
        let error = ChainViewError::OtherNetwork { expected: REGTEST, found: chain.to_owned() };
        assert_eq!(coins_of(&server).await, Err(error.clone()));
        assert_eq!(server.core().broadcast(REGTEST, &transaction()).await, Err(error.clone()));
        assert_eq!(server.core().test_accept(REGTEST, &transaction()).await, Err(error));
        assert_eq!(server.methods(), ["getblockchaininfo"; 3]);
        assert!(server.core().coins(network, &[]).await.is_ok(), "{chain}");
    }
}

#[tokio::test]
async fn a_node_that_still_downloads_knows_no_coins() {
    let info = json!({"chain": "regtest", "blocks": 1, "initialblockdownload": true});
    let server = node("getblockchaininfo", info.to_string()).await;
    assert_unavailable(coins_of(&server).await, "expected a node that has caught up");
}

#[tokio::test]
async fn answers_of_another_form_are_no_coins() {
    let one = unspent("0.1");
    let other_script = one.replace("0014", "0015");
    let later = one.replace("117", "121");
    for (method, result, told) in [
        ("scantxoutset", scan(&format!("{one}, {one}")), "2 answers"),
        ("scantxoutset", scan(&other_script), "expected coins of the scripts"),
        ("scantxoutset", scan(&later), "a block up to the tip"),
        ("scantxoutset", scan(&one.replace(COIN, "ab")), "in the order"),
        ("scantxoutset", scan(&one.replace(": 1,", ": -1,")), "the coins of some scripts"),
        ("scantxoutset", scan(&one.replace(": 1,", ": 1.0,")), "the coins of some scripts"),
        ("scantxoutset", scan(&one.replace("\"vout\": 1,", "")), "the coins of some scripts"),
        ("scantxoutset", scan("").replace("true", "false"), "expected a whole scan"),
        ("scantxoutset", "null".to_owned(), "the coins of some scripts"),
        ("gettxspendingprevout", "[]".to_owned(), "expected 1 answers, found 0"),
        ("gettxspendingprevout", json!([{"txid": TXID, "vout": 1}]).to_string(), "in the order"),
        ("gettxspendingprevout", json!([{"txid": COIN, "vout": 0}]).to_string(), "in the order"),
        ("getbestblockhash", "5".to_owned(), "expected the hash of a block"),
        ("getblockchaininfo", "{}".to_owned(), "expected the state of a chain"),
    ] {
        assert_unavailable(coins_of(&node(method, result).await).await, told);
    }
}

#[tokio::test]
async fn a_coin_twice_or_more_than_all_bitcoin_is_no_coin() {
    let (one, spends) = (unspent("21000000.0"), json!({"txid": COIN, "vout": 1}));
    let next = one.replace("\"vout\": 1,", "\"vout\": 2,");
    let after = json!({"txid": COIN, "vout": 2});
    for (coins, spending, told) in [
        (
            [one.clone(), one.clone()],
            [spends.clone(), spends.clone()],
            "expected at most all bitcoin",
        ),
        ([unspent("0.1"), unspent("0.1")], [spends.clone(), spends.clone()], "each coin once"),
        ([one, next], [spends, after], "expected at most all bitcoin"),
    ] {
        let server = Server::start(move |asked| {
            let (id, method) = question(asked);
            let result = match method.as_str() {
                "scantxoutset" => scan(&coins.join(",")),
                "gettxspendingprevout" => json!(spending).to_string(),
                other => honest(other),
            };
            (200, format!(r#"{{"jsonrpc": "2.0", "id": {id}, "result": {result}}}"#))
        })
        .await;
        assert_unavailable(coins_of(&server).await, told);
    }
}

#[tokio::test]
async fn all_is_asked_again_when_a_block_came_between() {
    let times = AtomicU32::new(0);
    let server = Server::start(move |asked| {
        let (id, method) = question(asked);
        let moved = method == "getbestblockhash" && times.fetch_add(1, Ordering::Relaxed) < 2;
        let result = if moved { "\"5d\"".to_owned() } else { honest(&method) };
        (200, format!(r#"{{"jsonrpc": "2.0", "id": {id}, "result": {result}}}"#))
    })
    .await;
    assert_eq!(coins_of(&server).await.unwrap().height, 120);
    assert_eq!(server.methods().iter().filter(|method| *method == "scantxoutset").count(), 3);
    let moving = node("getbestblockhash", "\"5d\"").await;
    assert_unavailable(coins_of(&moving).await, "the chain moved on, 3 times");
}

#[tokio::test]
async fn what_the_node_refuses_is_declined_in_its_words() {
    for code in [-22, -25, -26] {
        let server = failing("sendrawtransaction", code, "non-final").await;
        let sent = server.core().broadcast(REGTEST, &transaction()).await;
        assert_eq!(sent, Err(ChainViewError::Declined("non-final".to_owned())));
    }
    let answer = json!([{"txid": TXID, "allowed": false, "reject-reason": "dust"}]).to_string();
    let tested = node("testmempoolaccept", answer).await;
    let tested = tested.core().test_accept(REGTEST, &transaction()).await;
    assert_eq!(tested, Err(ChainViewError::Declined("dust".to_owned())));
    let server = node("", "").await;
    let sent = server.core().broadcast(REGTEST, b"no transaction").await;
    assert!(matches!(sent, Err(ChainViewError::Declined(_))), "{sent:?}");
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn what_the_node_has_already_was_passed_on() {
    for (code, message) in [
        (-27, "Transaction outputs already in utxo set"),
        (-27, "Transaction already in block chain"),
        (-26, "txn-already-in-mempool"),
        (-26, "txn-already-known"),
    ] {
        let server = failing("sendrawtransaction", code, message).await;
        assert_eq!(server.core().broadcast(REGTEST, &transaction()).await, Ok(()), "{message}");
    }
}

#[tokio::test]
async fn other_failures_leave_open_whether_it_was_passed_on() {
    for code in [-28, -32_601, -1, 0] {
        let server = failing("sendrawtransaction", code, "already in mempool").await;
        assert_unavailable(server.core().broadcast(REGTEST, &transaction()).await, "error");
    }
    let other = node("sendrawtransaction", json!(COIN).to_string()).await;
    let sent = other.core().broadcast(REGTEST, &transaction()).await;
    assert_unavailable(sent, "expected the transaction's id, found another");
    let nothing = node("testmempoolaccept", "[]").await;
    let tested = nothing.core().test_accept(REGTEST, &transaction()).await;
    assert_unavailable(tested, "expected one answer");
}

#[tokio::test]
async fn servers_that_are_no_nodes_tell_nothing() {
    let page = Server::start(|_| (200, "<html>Sign in</html>".to_owned())).await;
    assert_unavailable(coins_of(&page).await, "expected a JSON-RPC answer");
    let shut = Server::start(|_| (401, String::new())).await;
    assert_unavailable(coins_of(&shut).await, "expected status 200, found 401");
    let endless = Server::start(|_| (200, " ".repeat(2 << 20))).await;
    assert_unavailable(coins_of(&endless).await, "at most 1048576 bytes");
    let hanging = Server::slow(Duration::from_mins(1), |_| (200, String::new())).await;
    assert_unavailable(coins_of(&hanging).await, "within");
}

#[tokio::test]
async fn a_node_makes_one_scan_at_a_time() {
    let scans = std::sync::Arc::new(AtomicU32::new(0));
    let running = std::sync::Arc::clone(&scans);
    let server = Server::slow(Duration::from_millis(20), move |asked| {
        let (id, method) = question(asked);
        running.fetch_add(u32::from(method == "scantxoutset"), Ordering::Relaxed);
        let result = honest(&method);
        (200, format!(r#"{{"jsonrpc": "2.0", "id": {id}, "result": {result}}}"#))
    })
    .await;
    let (view, scripts) = (server.core(), [script()]);
    let (first, second) =
        tokio::join!(view.coins(REGTEST, &scripts), view.coins(REGTEST, &scripts));
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(scans.load(Ordering::Relaxed), 2);
    // The second scan begins after the last question of the first.
    let methods = server.methods();
    let tip = methods.iter().position(|method| method == "getbestblockhash").unwrap();
    let last = methods.iter().rposition(|method| method == "scantxoutset").unwrap();
    assert!(tip < last, "{methods:?}");
}

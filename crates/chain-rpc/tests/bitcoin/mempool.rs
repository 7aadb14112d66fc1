//! What waits to be mined and what it pays: read to the satoshi, from both kinds of server.

use std::sync::atomic::{AtomicU32, Ordering};

use countersign_approval::{BitcoinChainView, CoinId, FeeRate, MempoolConflict, Sats};
use serde_json::{Value, json};

use crate::sample::{COIN, REGTEST, TXID, assert_unavailable, coin};
use crate::server::{Asked, Server};

const GENESIS: &str = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206";

fn coins() -> [CoinId; 2] {
    let first = coin(1).id;
    [first, CoinId { vout: 2, ..first }]
}

fn rate(sats_per_kvb: u64) -> FeeRate {
    FeeRate::from_sats_per_kvb(sats_per_kvb)
}

/// Answers as a node does, but for one method.
async fn node(changed: &'static str, result: impl Into<String>) -> Server {
    let result = result.into();
    Server::start(move |asked| {
        let (id, method) = question(asked);
        let result = if method == changed { result.clone() } else { core(&method) };
        (200, format!(r#"{{"jsonrpc": "2.0", "id": {id}, "result": {result}}}"#))
    })
    .await
}

fn question(asked: &Asked) -> (Value, String) {
    let question: Value = serde_json::from_str(&asked.body).unwrap();
    (question["id"].clone(), question["method"].as_str().unwrap().to_owned())
}

fn core(method: &str) -> String {
    let text = match method {
        "getblockchaininfo" => {
            r#"{"chain": "regtest", "blocks": 120, "initialblockdownload": false}"#
        }
        "estimatesmartfee" => r#"{"feerate": 0.00012345, "blocks": 6}"#,
        "getmempoolinfo" => {
            r#"{"size": 1, "mempoolminfee": 0.00001000, "minrelaytxfee": 0.00000100}"#
        }
        "gettxspendingprevout" => return spending(2),
        "getmempoolentry" => {
            r#"{"vsize": 200, "fees": {"base": 0.00002001, "ancestor": 0.1, "descendant": 0.00005001}}"#
        }
        other => panic!("unknown: {other}"),
    };
    text.to_owned()
}

/// Says that the first of so many coins waits to be spent.
fn spending(count: usize) -> String {
    let first = json!({"txid": COIN, "vout": 1, "spendingtxid": TXID});
    let all = [first, json!({"txid": COIN, "vout": 2})];
    json!(all[..count]).to_string()
}

#[tokio::test]
async fn a_node_estimates_and_is_not_paid_less_than_it_asks_for() {
    let server = node("", "").await;
    assert_eq!(server.core().fee_rate(REGTEST, 6).await, Ok(Some(rate(12_345))));
    let asked: Value = serde_json::from_str(&server.asked()[1].body).unwrap();
    assert_eq!(asked["params"], json!([6, "conservative"]));
    let busy = r#"{"mempoolminfee": 0.00020000, "minrelaytxfee": 0.00000100}"#;
    let server = node("getmempoolinfo", busy).await;
    assert_eq!(server.core().fee_rate(REGTEST, u16::MAX).await, Ok(Some(rate(20_000))));
    let asked: Value = serde_json::from_str(&server.asked()[1].body).unwrap();
    assert_eq!(asked["params"], json!([1_008, "conservative"]));
    let none = r#"{"errors": ["Insufficient data or no feerate found"], "blocks": 0}"#;
    assert_eq!(node("estimatesmartfee", none).await.core().fee_rate(REGTEST, 6).await, Ok(None));
    for wrong in [r#"{"feerate": 1e-5}"#, r#"{"feerate": -1}"#, r#"{"feerate": "0.1"}"#] {
        let outcome = node("estimatesmartfee", wrong).await.core().fee_rate(REGTEST, 6).await;
        assert_unavailable(outcome, "expected a fee rate");
    }
}

#[tokio::test]
async fn a_node_tells_what_waits_with_all_that_builds_on_it() {
    let conflict = node("", "").await.core().conflict(REGTEST, &coins()).await.unwrap();
    let fees = Sats::new(5_001).unwrap();
    assert_eq!(
        conflict,
        MempoolConflict { coins: vec![coins()[0]], fees, rate: rate(10_005) },
        "the rate is its own, the fees are with its descendants"
    );
    let both = json!([
        {"txid": COIN, "vout": 1, "spendingtxid": TXID},
        {"txid": COIN, "vout": 2, "spendingtxid": TXID}
    ]);
    let server = node("gettxspendingprevout", both.to_string()).await;
    let conflict = server.core().conflict(REGTEST, &coins()).await.unwrap();
    assert_eq!((conflict.coins, conflict.fees), (coins().to_vec(), fees), "it is paid once");
    let none = json!([{"txid": COIN, "vout": 1}, {"txid": COIN, "vout": 2}]).to_string();
    let conflict =
        node("gettxspendingprevout", none).await.core().conflict(REGTEST, &coins()).await;
    assert_eq!(conflict, Ok(MempoolConflict::default()));
    let no_coins = node("", "").await.core().conflict(REGTEST, &[]).await;
    assert_eq!(no_coins, Ok(MempoolConflict::default()));
}

#[tokio::test]
async fn other_answers_about_what_waits_are_no_conflict() {
    let of = async |changed, result: String, told: &str| {
        let outcome = node(changed, result).await.core().conflict(REGTEST, &coins()).await;
        assert_unavailable(outcome, told);
    };
    of("gettxspendingprevout", spending(1), "2 answers").await;
    let turned = json!([{"txid": COIN, "vout": 2}, {"txid": COIN, "vout": 1}]);
    of("gettxspendingprevout", turned.to_string(), "in the order of the coins").await;
    let entry = |base: &str, vsize: u32| {
        format!(r#"{{"vsize": {vsize}, "fees": {{"base": {base}, "descendant": 0.1}}}}"#)
    };
    of("getmempoolentry", entry("1e-5", 100), "an amount of bitcoin").await;
    of("getmempoolentry", entry("0.1", 0), "a size").await;
}

#[tokio::test]
async fn what_left_meanwhile_is_asked_about_again() {
    let asked = AtomicU32::new(0);
    let server = Server::start(move |question_| {
        let (id, method) = question(question_);
        if method == "getmempoolentry" && asked.fetch_add(1, Ordering::SeqCst) == 0 {
            let error = json!({"code": -5, "message": "Transaction not in mempool"});
            return (200, json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string());
        }
        (200, format!(r#"{{"jsonrpc": "2.0", "id": {id}, "result": {}}}"#, core(&method)))
    })
    .await;
    let conflict = server.core().conflict(REGTEST, &coins()).await.unwrap();
    assert_eq!(conflict.rate, rate(10_005));
}

/// Answers as Esplora does, but for what ends in `path`.
async fn esplora(path: &'static str, body: impl Into<String>) -> Server {
    let body = body.into();
    Server::start(move |asked| {
        if !path.is_empty() && asked.uri.ends_with(path) {
            return (200, body.clone());
        }
        let text = match asked.uri.strip_prefix("/api/").unwrap() {
            "block-height/0" => GENESIS.to_owned(),
            "fee-estimates" => r#"{"1": 30.5, "6": 12.3451, "144": 1.0, "1008": 1}"#.to_owned(),
            uri if uri == format!("tx/{COIN}/outspend/1") => {
                json!({"spent": true, "txid": TXID, "vin": 0, "status": {"confirmed": false}})
                    .to_string()
            }
            uri if uri == format!("tx/{COIN}/outspend/2") => json!({"spent": false}).to_string(),
            uri if uri == format!("tx/{TXID}") => json!({"fee": 2_001, "weight": 797}).to_string(),
            other => panic!("unknown: {other}"),
        };
        (200, text)
    })
    .await
}

#[tokio::test]
async fn a_server_estimates_by_blocks() {
    let server = esplora("", "").await;
    for (blocks, found) in
        [(0, None), (1, Some(30_500)), (5, Some(30_500)), (6, Some(12_346)), (500, Some(1_000))]
    {
        let estimated = server.esplora().fee_rate(REGTEST, blocks).await;
        assert_eq!(estimated, Ok(found.map(rate)), "{blocks}");
    }
    let nothing = esplora("fee-estimates", "{}").await.esplora().fee_rate(REGTEST, 6).await;
    assert_eq!(nothing, Ok(None));
    for body in [r#"{"1": "5"}"#, r#"{"1": -5}"#, r#"{"1": 1e9}"#] {
        let outcome = esplora("fee-estimates", body).await.esplora().fee_rate(REGTEST, 6).await;
        assert_unavailable(outcome, "expected a fee rate");
    }
    for body in [r#"{"soon": 5}"#, "[]", ""] {
        let outcome = esplora("fee-estimates", body).await.esplora().fee_rate(REGTEST, 6).await;
        assert_unavailable(outcome, "expected rates by blocks");
    }
}

#[tokio::test]
async fn a_server_tells_what_waits() {
    let conflict = esplora("", "").await.esplora().conflict(REGTEST, &coins()).await.unwrap();
    let fees = Sats::new(2_001).unwrap();
    assert_eq!(conflict, MempoolConflict { coins: vec![coins()[0]], fees, rate: rate(10_005) });
    let status = json!({"confirmed": true, "block_height": 119});
    let mined = json!({"spent": true, "txid": TXID, "status": status}).to_string();
    let conflict = esplora("outspend/1", mined).await.esplora().conflict(REGTEST, &coins()).await;
    assert_eq!(conflict, Ok(MempoolConflict::default()), "what is mined waits no longer");
    for (path, body, told) in [
        ("outspend/1", r#"{"spent": true}"#, "expected what spends the coin"),
        ("outspend/1", r#"{"spent": true, "txid": "00"}"#, "expected a transaction's id"),
        ("outspend/1", "no", "expected what spends a coin"),
        (TXID, r#"{"fee": 1, "weight": 0}"#, "expected a fee and a size"),
        (TXID, r#"{"fee": 2100000000000001, "weight": 4}"#, "expected a fee and a size"),
    ] {
        let outcome = esplora(path, body).await.esplora().conflict(REGTEST, &coins()).await;
        assert_unavailable(outcome, told);
    }
}

//! Esplora's REST API over Bitcoin: what wallets ask about coins, and where they send
//! transactions. It needs no key.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bitcoin::consensus::encode::{deserialize_hex, serialize_hex};
use bitcoin::{OutPoint, Transaction, TxOut, Txid};

use super::error::json;
use crate::bitcoin::{Block, Coin, Ledger, script_of};
use crate::clock;
use crate::json::Json;
use crate::shared::Shared;

/// In satoshis for a virtual byte.
const FEE_RATE: &str = "2.0";
/// For how many blocks rates are told.
const ESTIMATED_BLOCKS: [u16; 7] = [1, 2, 3, 6, 25, 144, 1008];

type Found = Option<Response>;

/// Builds the routes under a network.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/address/{address}/utxo", get(of_address))
        .route("/scripthash/{hash}/utxo", get(of_script_hash))
        .route("/tx", post(send))
        .route("/fee-estimates", get(fee_estimates))
        .route("/tx/{txid}", get(described))
        .route("/tx/{txid}/hex", get(transaction))
        .route("/tx/{txid}/status", get(transaction_status))
        .route("/tx/{txid}/outspend/{vout}", get(outspend))
        .route("/blocks/tip/height", get(tip_height))
        .route("/blocks/tip/hash", get(tip_hash))
        .route("/block-height/0", get(genesis))
}

async fn of_address(State(shared): State<Arc<Shared>>, Path(address): Path<String>) -> Response {
    look(&shared, |ledger| Some(coins(&ledger.coins_of(&script_of(&address)?))))
}

/// The hash is SHA-256 of the script, in either order of its bytes: Esplora and Electrum differ.
async fn of_script_hash(State(shared): State<Arc<Shared>>, Path(hash): Path<String>) -> Response {
    look(&shared, |ledger| {
        let hash: [u8; 32] = hex::decode(hash).ok()?.try_into().ok()?;
        let mut reversed = hash;
        reversed.reverse();
        let found = [hash, reversed].map(|hash| ledger.coins_of_hash(hash)).concat();
        Some(coins(&found))
    })
}

async fn transaction(State(shared): State<Arc<Shared>>, Path(txid): Path<String>) -> Response {
    look(&shared, |ledger| {
        let mined = ledger.transaction(&txid.parse().ok()?)?;
        Some(serialize_hex(&mined.transaction).into_response())
    })
}

/// Writes what a transaction pays, and how much room it takes.
async fn described(State(shared): State<Arc<Shared>>, Path(txid): Path<String>) -> Response {
    look(&shared, |ledger| {
        let mined = ledger.transaction(&txid.parse().ok()?)?;
        let transaction = &mined.transaction;
        Some(json(
            StatusCode::OK,
            &Json::object([
                ("txid", Json::text(transaction.compute_txid())),
                ("fee", Json::from(ledger.fee(transaction))),
                ("size", Json::number(transaction.total_size())),
                ("weight", Json::from(transaction.weight().to_wu())),
                ("vout", Json::list(transaction.output.iter().map(output))),
                ("status", status(mined.block)),
            ]),
        ))
    })
}

fn output(output: &TxOut) -> Json {
    Json::object([
        ("scriptpubkey", Json::text(output.script_pubkey.to_hex_string())),
        ("value", Json::from(output.value.to_sat())),
    ])
}

/// Writes the rates at which a transaction is in a block within some blocks: everywhere the one
/// that the sandbox itself pays.
async fn fee_estimates() -> Response {
    let rate = |blocks: &u16| (blocks.to_string(), Json::Number(FEE_RATE.to_owned()));
    json(StatusCode::OK, &Json::object(ESTIMATED_BLOCKS.iter().map(rate)))
}

async fn transaction_status(
    State(shared): State<Arc<Shared>>,
    Path(txid): Path<String>,
) -> Response {
    look(&shared, |ledger| {
        let mined = ledger.transaction(&txid.parse().ok()?)?;
        Some(json(StatusCode::OK, &status(mined.block)))
    })
}

async fn outspend(
    State(shared): State<Arc<Shared>>,
    Path((txid, vout)): Path<(String, u32)>,
) -> Response {
    look(&shared, |ledger| {
        let outpoint = OutPoint { txid: txid.parse().ok()?, vout };
        let Some((txid, vin)) = ledger.spender(&outpoint) else {
            ledger.coin(&outpoint)?;
            return Some(json(StatusCode::OK, &Json::object([("spent", Json::from(false))])));
        };
        Some(json(StatusCode::OK, &spent(ledger, txid, vin)?))
    })
}

async fn tip_height(State(shared): State<Arc<Shared>>) -> Response {
    look(&shared, |ledger| Some(ledger.tip().height.to_string().into_response()))
}

async fn tip_hash(State(shared): State<Arc<Shared>>) -> Response {
    look(&shared, |ledger| Some(ledger.tip().hash.to_string().into_response()))
}

async fn genesis(State(shared): State<Arc<Shared>>) -> Response {
    look(&shared, |ledger| Some(ledger.genesis().hash.to_string().into_response()))
}

/// Takes a transaction in hex, and answers its txid, or why it is refused.
async fn send(State(shared): State<Arc<Shared>>, body: String) -> Response {
    let Ok(transaction) = deserialize_hex::<Transaction>(body.trim()) else {
        return refused(-22, "TX decode failed. Make sure the tx has at least one input.");
    };
    let now = clock::seconds(clock::now());
    match shared.change(|state| state.world.bitcoin_mut().ledger.submit(now, transaction)) {
        Ok(txid) => txid.to_string().into_response(),
        Err(reason) => refused(-26, &reason.to_string()),
    }
}

fn refused(code: i32, message: &str) -> Response {
    let error = Json::object([("code", Json::number(code)), ("message", Json::from(message))]);
    let text = format!("sendrawtransaction RPC error: {error}");
    (StatusCode::BAD_REQUEST, text).into_response()
}

fn look(shared: &Shared, look: impl FnOnce(&Ledger) -> Found) -> Response {
    let found = shared.change(|state| {
        let ledger = &mut state.world.bitcoin_mut().ledger;
        ledger.tick(clock::seconds(clock::now()));
        look(ledger)
    });
    found.unwrap_or_else(|| (StatusCode::NOT_FOUND, "not found").into_response())
}

fn coins(coins: &[(OutPoint, &Coin)]) -> Response {
    let coin = |(outpoint, coin): &(OutPoint, &Coin)| {
        Json::object([
            ("txid", Json::text(outpoint.txid)),
            ("vout", Json::number(outpoint.vout)),
            ("value", Json::from(coin.output.value.to_sat())),
            ("status", status(coin.block)),
        ])
    };
    json(StatusCode::OK, &Json::list(coins.iter().map(coin)))
}

fn spent(ledger: &Ledger, txid: Txid, vin: usize) -> Option<Json> {
    Some(Json::object([
        ("spent", Json::from(true)),
        ("txid", Json::text(txid)),
        ("vin", Json::number(vin)),
        ("status", status(ledger.transaction(&txid)?.block)),
    ]))
}

fn status(block: Block) -> Json {
    Json::object([
        ("confirmed", Json::from(true)),
        ("block_height", Json::number(block.height)),
        ("block_hash", Json::text(block.hash)),
        ("block_time", Json::number(block.time)),
    ])
}

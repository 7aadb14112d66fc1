//! The HTTP API of Tron's nodes, as far as one who sends a transaction needs it. It needs no key.
//!
//! No block is ever undone here, so each state is the solid one at once.

mod render;

use std::sync::Arc;

use alloy::primitives::{Address, B256, Bytes, TxKind, U256, keccak256};
use axum::Router;
use axum::body::Bytes as Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{any, post};
use countersign_units::UnixMillis;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::json;
use crate::chain::{BlockId, Call, Outcome};
use crate::clock;
use crate::json::Json;
use crate::network::TRON;
use crate::shared::Shared;
use crate::tron::{ENERGY_PRICE, Refused};
use crate::world::World;

use render::read_address;

/// What a question has no answer for.
type Answered = Result<Json, String>;

/// Builds the routes under a network.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/wallet/getnowblock", any(now_block))
        .route("/wallet/getblockbynum", post(block_by_number))
        .route("/wallet/getblock", post(any_block))
        .route("/walletsolidity/getnowblock", any(now_block))
        .route("/walletsolidity/getblock", post(any_block))
        .route("/wallet/getaccount", post(account))
        .route("/wallet/getcontractinfo", post(contract))
        .route("/wallet/getenergyprices", any(energy_prices))
        .route("/wallet/triggerconstantcontract", post(call))
        .route("/wallet/broadcasthex", post(broadcast))
        .route("/wallet/gettransactionbyid", post(transaction))
        .route("/wallet/gettransactioninfobyid", post(transaction_info))
        .route("/walletsolidity/gettransactionbyid", post(transaction))
        .route("/walletsolidity/gettransactioninfobyid", post(transaction_info))
}

/// A block that is asked for.
#[derive(Deserialize)]
struct BlockQuery {
    num: u64,
}

/// A block that is asked for by its height or its id; the latest without either.
#[derive(Deserialize)]
struct AnyBlockQuery {
    id_or_num: Option<String>,
}

/// A contract that is asked for.
#[derive(Deserialize)]
struct ContractQuery {
    value: String,
    #[serde(default)]
    visible: bool,
}

/// An account that is asked for.
#[derive(Deserialize)]
struct AccountQuery {
    address: String,
    #[serde(default)]
    visible: bool,
}

/// A transaction that is asked for.
#[derive(Deserialize)]
struct TransactionQuery {
    value: String,
}

/// A transaction that is sent.
#[derive(Deserialize)]
struct Broadcast {
    transaction: String,
}

/// A call that is to be tried.
#[derive(Deserialize)]
struct CallQuery {
    owner_address: String,
    contract_address: String,
    function_selector: Option<String>,
    #[serde(default)]
    parameter: String,
    data: Option<String>,
    #[serde(default)]
    call_value: u64,
}

async fn now_block(State(shared): State<Arc<Shared>>) -> Response {
    answer(&shared, |world| block(world, BlockId::Latest))
}

async fn block_by_number(State(shared): State<Arc<Shared>>, body: Body) -> Response {
    about(&shared, &body, |world, BlockQuery { num }| block(world, BlockId::Number(num)))
}

async fn any_block(State(shared): State<Arc<Shared>>, body: Body) -> Response {
    about(&shared, &body, |world, AnyBlockQuery { id_or_num }| {
        let Some(named) = id_or_num else { return block(world, BlockId::Latest) };
        match (named.parse(), named.parse()) {
            (Ok(number), _) => block(world, BlockId::Number(number)),
            (_, Ok(hash)) => block(world, BlockId::Hash(hash)),
            _ => Err("expected the height or the id of a block".to_owned()),
        }
    })
}

async fn contract(State(shared): State<Arc<Shared>>, body: Body) -> Response {
    about(&shared, &body, |world, ContractQuery { value, visible }| {
        let address = read_address(&value).ok_or("expected an address")?;
        let chain = world.chain_named(TRON.name).ok_or("no chain runs")?;
        let block = chain.block(clock::seconds(clock::now()), BlockId::Latest).ok_or("no block")?;
        let code = chain.code(block, address).map_err(|error| error.to_string())?;
        Ok(if code.is_empty() { nothing() } else { render::contract((address, visible), &code) })
    })
}

async fn account(State(shared): State<Arc<Shared>>, body: Body) -> Response {
    about(&shared, &body, |world, AccountQuery { address, visible }| {
        let owner = read_address(&address).ok_or("expected an address")?;
        let chain = world.chain_named(TRON.name).ok_or("no chain runs")?;
        let sun = chain.balance(None, owner).map_err(|error| error.to_string())?;
        let there = !sun.is_zero();
        Ok(if there { render::account((owner, visible), sun) } else { nothing() })
    })
}

async fn energy_prices() -> Response {
    let prices = format!("0:{ENERGY_PRICE}");
    json(StatusCode::OK, &Json::object([("prices", Json::from(prices))]))
}

async fn transaction(State(shared): State<Arc<Shared>>, body: Body) -> Response {
    about(&shared, &body, |world, TransactionQuery { value }| {
        let mined = world.mined_on_tron(&id(&value)?);
        Ok(mined.map_or_else(nothing, render::transaction))
    })
}

async fn transaction_info(State(shared): State<Arc<Shared>>, body: Body) -> Response {
    about(&shared, &body, |world, TransactionQuery { value }| {
        let mined = world.mined_on_tron(&id(&value)?);
        Ok(mined.map_or_else(nothing, render::transaction_info))
    })
}

async fn broadcast(State(shared): State<Arc<Shared>>, body: Body) -> Response {
    about(&shared, &body, |world, Broadcast { transaction }| {
        let bytes = hex::decode(transaction).map_err(|_| "expected a transaction in hex")?;
        let taken = submit(world, clock::now(), &bytes);
        Ok(render::broadcast(&taken))
    })
}

/// Runs a call without keeping what it changes.
async fn call(State(shared): State<Arc<Shared>>, body: Body) -> Response {
    about(&shared, &body, |world, query: CallQuery| {
        let call = query.read()?;
        let chain = world.chain_named(TRON.name).ok_or("no chain runs")?;
        let now = clock::seconds(clock::now());
        let block = chain.block(now, BlockId::Latest).ok_or("no block")?;
        let outcome = chain.call_at(block, call.clone()).map_err(|error| error.to_string())?;
        let energy = chain.estimate(block, &call).map_err(|error| error.to_string())?;
        Ok(render::tried(&outcome, energy.ok()))
    })
}

impl CallQuery {
    fn read(self) -> Result<Call, String> {
        let from = read_address(&self.owner_address).ok_or("expected the owner's address")?;
        let to: Address = read_address(&self.contract_address).ok_or("expected a contract")?;
        let in_hex = |text: &str| hex::decode(text).map_err(|_| "expected hex".to_owned());
        let data = match (&self.data, &self.function_selector) {
            (Some(data), _) => in_hex(data)?,
            (None, Some(function)) => {
                let selector = keccak256(function).iter().take(4).copied().collect::<Vec<_>>();
                [selector, in_hex(&self.parameter)?].concat()
            }
            (None, None) => return Err("expected data or a function".to_owned()),
        };
        let (to, value) = (TxKind::Call(to), U256::from(self.call_value));
        Ok(Call { from, to, value, data: Bytes::from(data) })
    }
}

fn submit(world: &mut World, now: UnixMillis, bytes: &[u8]) -> Result<B256, Refused> {
    world.submit_to_tron(now, &TRON, bytes)
}

fn block(world: &mut World, id: BlockId) -> Answered {
    let chain = world.chain_named(TRON.name).ok_or("no chain runs")?;
    let block = chain.block(clock::seconds(clock::now()), id);
    Ok(block.map_or_else(nothing, render::block))
}

fn id(text: &str) -> Result<B256, String> {
    text.parse().map_err(|_| "expected the id of a transaction".to_owned())
}

/// What nodes answer of what is not there.
fn nothing() -> Json {
    Json::Object(Vec::new())
}

fn about<Q: DeserializeOwned>(
    shared: &Shared,
    body: &[u8],
    look: impl FnOnce(&mut World, Q) -> Answered,
) -> Response {
    match serde_json::from_slice(body) {
        Ok(query) => answer(shared, |world| look(world, query)),
        Err(error) => failed(&error.to_string()),
    }
}

fn answer(shared: &Shared, look: impl FnOnce(&mut World) -> Answered) -> Response {
    match shared.change(|state| look(&mut state.world)) {
        Ok(answer) => json(StatusCode::OK, &answer),
        Err(reason) => failed(&reason),
    }
}

/// Nodes say so with status 200.
fn failed(reason: &str) -> Response {
    json(StatusCode::OK, &Json::object([("Error", Json::from(reason))]))
}

/// Says how a call ended, as nodes write it.
fn result_name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Returned(_) => "SUCCESS",
        Outcome::Reverted(_) => "REVERT",
        Outcome::Halted(reason) if reason.starts_with("OutOfGas") => "OUT_OF_ENERGY",
        Outcome::Halted(_) => "UNKNOWN",
    }
}

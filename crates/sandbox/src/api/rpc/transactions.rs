//! Transactions that clients send to a chain that an EVM runs, and what became of them.

use alloy::eips::eip2930::AccessListItem;
use alloy::primitives::{Address, B256, Bloom, Bytes, Log};
use serde_json::Value;

use super::error::RpcError;
use super::methods::quantity;
use super::params;
use crate::chain::{Chain, Mined};
use crate::clock;
use crate::json::Json;
use crate::network::Network;
use crate::world::World;

/// The type of all of them (EIP-1559).
const TYPE: &str = "0x2";
/// Each is alone in its block.
const INDEX: &str = "0x0";

/// Takes a transaction into a block, and answers its hash.
///
/// # Errors
///
/// Returns an [`RpcError`] if the chain does not take it.
pub(super) fn send(world: &mut World, network: &Network, params: Value) -> Result<Json, RpcError> {
    let [bytes]: [Bytes; 1] = params::read(params, "a signed transaction in hex")?;
    let now = clock::seconds(clock::now());
    Ok(Json::text(world.submit(now, network, &bytes)?))
}

/// Answers a transaction, or `null` where there is none of that hash.
///
/// # Errors
///
/// Returns an [`RpcError`] if the parameters are others.
pub(super) fn by_hash(chain: &Chain, params: Value) -> Result<Json, RpcError> {
    let mined = mined(chain, params)?;
    Ok(mined.map_or(Json::Null, |mined| write(chain, mined)))
}

/// Answers what became of a transaction, or `null` where there is none of that hash.
///
/// # Errors
///
/// Returns an [`RpcError`] if the parameters are others.
pub(super) fn receipt(chain: &Chain, params: Value) -> Result<Json, RpcError> {
    let mined = mined(chain, params)?;
    Ok(mined.map_or(Json::Null, |mined| write_receipt(chain, mined)))
}

/// Writes a transaction with its block.
pub(super) fn write(chain: &Chain, mined: &Mined) -> Json {
    let transaction = mined.call.transaction();
    let signature = mined.call.signed.signature();
    let parity = quantity(u8::from(signature.v()));
    let mut json = Json::object([
        ("hash", Json::text(mined.call.id())),
        ("type", Json::from(TYPE)),
        ("chainId", quantity(transaction.chain_id)),
        ("nonce", quantity(transaction.nonce)),
        ("gas", quantity(transaction.gas_limit)),
        ("gasPrice", quantity(mined.gas_price(chain.base_fee()))),
        ("maxFeePerGas", quantity(transaction.max_fee_per_gas)),
        ("maxPriorityFeePerGas", quantity(transaction.max_priority_fee_per_gas)),
        ("value", quantity(transaction.value)),
        ("input", Json::text(&transaction.input)),
        ("accessList", Json::list(transaction.access_list.iter().map(access))),
        ("r", quantity(signature.r())),
        ("s", quantity(signature.s())),
        ("v", parity.clone()),
        ("yParity", parity),
    ]);
    json.extend(place(mined));
    json
}

fn access(item: &AccessListItem) -> Json {
    Json::object([
        ("address", Json::text(item.address)),
        ("storageKeys", Json::list(item.storage_keys.iter().map(Json::text))),
    ])
}

fn mined(chain: &Chain, params: Value) -> Result<Option<&Mined>, RpcError> {
    let [id]: [B256; 1] = params::read(params, "a transaction's hash")?;
    Ok(chain.mined(&id))
}

fn write_receipt(chain: &Chain, mined: &Mined) -> Json {
    let ran = &mined.ran;
    let bloom = ran.logs.iter().collect::<Bloom>();
    let mut json = Json::object([
        ("transactionHash", Json::text(mined.call.id())),
        ("type", Json::from(TYPE)),
        ("status", quantity(u8::from(ran.succeeded))),
        ("gasUsed", quantity(ran.gas_used)),
        ("cumulativeGasUsed", quantity(ran.gas_used)),
        ("effectiveGasPrice", quantity(mined.gas_price(chain.base_fee()))),
        ("contractAddress", ran.created.map(Json::text).into()),
        ("logs", Json::list((0_u64..).zip(&ran.logs).map(|log| write_log(mined, log)))),
        ("logsBloom", Json::text(bloom)),
    ]);
    json.extend(place(mined));
    json
}

fn write_log(mined: &Mined, (index, log): (u64, &Log)) -> Json {
    let mut json = Json::object([
        ("address", Json::text(log.address)),
        ("topics", Json::list(log.topics().iter().map(Json::text))),
        ("data", Json::text(&log.data.data)),
        ("transactionHash", Json::text(mined.call.id())),
        ("logIndex", quantity(index)),
        ("removed", Json::from(false)),
    ]);
    json.extend(in_block(mined));
    json
}

/// Says who sent a transaction to whom, and in which block it is.
fn place(mined: &Mined) -> Json {
    let to: Option<Address> = mined.call.transaction().to.to().copied();
    let mut json =
        Json::object([("from", Json::text(mined.call.from)), ("to", to.map(Json::text).into())]);
    json.extend(in_block(mined));
    json
}

fn in_block(mined: &Mined) -> Json {
    Json::object([
        ("blockHash", Json::text(mined.block.hash)),
        ("blockNumber", quantity(mined.block.number)),
        ("transactionIndex", Json::from(INDEX)),
    ])
}

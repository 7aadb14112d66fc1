//! The methods of Solana's nodes, each with its parameters.

mod accounts;
mod fees;
mod params;
mod transactions;

use serde_json::Value;
use solana_sdk::hash::Hash;

use self::params::{Config, Params};
use super::error::RpcError;
use crate::clock;
use crate::json::Json;
use crate::solana::{BLOCKHASH_SLOTS, Block, Engine};

/// Calls a method.
///
/// # Errors
///
/// Returns an [`RpcError`] if there is no such method, it takes other parameters, or the cluster
/// refuses.
pub(super) fn call(engine: &mut Engine, method: &str, params: Value) -> Result<Json, RpcError> {
    engine.tick(clock::seconds(clock::now()));
    let params = Params::read(params)?;
    match method {
        "getGenesisHash" => Ok(Json::text(engine.genesis())),
        "getHealth" => Ok(Json::from("ok")),
        "getSlot" => at(engine, &params, 0).map(|_| Json::from(engine.latest().slot)),
        "getBlockHeight" => at(engine, &params, 0).map(|_| Json::from(engine.latest().height)),
        "getEpochInfo" => at(engine, &params, 0).map(|_| epoch(engine.latest())),
        "getLatestBlockhash" => {
            at(engine, &params, 0)?;
            Ok(in_context(engine, blockhash(engine.latest())))
        }
        "isBlockhashValid" => {
            at(engine, &params, 1)?;
            let hash: Hash = params.parsed(0, "a blockhash")?;
            Ok(in_context(engine, Json::from(engine.recent(&hash).is_some())))
        }
        "getAccountInfo" => accounts::one(engine, &params),
        "getMultipleAccounts" => accounts::several(engine, &params),
        "getBalance" => accounts::lamports(engine, &params),
        "getTokenAccountBalance" => accounts::tokens(engine, &params),
        "getMinimumBalanceForRentExemption" => {
            at(engine, &params, 1)?;
            let bytes = params.required(0, "a length in bytes")?;
            Ok(Json::from(engine.rent(bytes)))
        }
        "getFirstAvailableBlock" => Ok(Json::from(engine.first_slot())),
        "getRecentPrioritizationFees" => fees::recent(engine, &params),
        "getFeeForMessage" => fees::of_message(engine, &params),
        "simulateTransaction" => transactions::simulate(engine, &params),
        "sendTransaction" => transactions::send(engine, &params),
        "getSignatureStatuses" => transactions::statuses(engine, &params),
        _ => Err(RpcError::method(method)),
    }
}

/// Reads the configuration at a place, and sees that the chain is as far as it demands.
fn at(engine: &Engine, params: &Params, index: usize) -> Result<Config, RpcError> {
    let config = params.config(index)?;
    let slot = engine.latest().slot;
    if config.min_context_slot.is_some_and(|wanted| wanted > slot) {
        return Err(RpcError::too_early(slot));
    }
    Ok(config)
}

/// Says besides a value as of which slot it is so.
fn in_context(engine: &Engine, value: Json) -> Json {
    let context = Json::object([
        ("apiVersion", Json::from("4.2.2")),
        ("slot", Json::from(engine.latest().slot)),
    ]);
    Json::object([("context", context), ("value", value)])
}

/// Tells the latest block. All of the chain is in one epoch, which is longer than it will ever be.
fn epoch(latest: Block) -> Json {
    Json::object([
        ("absoluteSlot", Json::from(latest.slot)),
        ("blockHeight", Json::from(latest.height)),
        ("epoch", Json::from(0_u64)),
        ("slotIndex", Json::from(latest.slot)),
        ("slotsInEpoch", Json::from(u64::MAX)),
    ])
}

fn blockhash(block: Block) -> Json {
    let last = block.height.saturating_add(BLOCKHASH_SLOTS);
    Json::object([
        ("blockhash", Json::text(block.hash)),
        ("lastValidBlockHeight", Json::from(last)),
    ])
}

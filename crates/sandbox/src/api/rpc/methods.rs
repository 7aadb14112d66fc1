//! The methods, each with its parameters.

use serde_json::Value;

use super::error::RpcError;
use super::params::{self, AddressParam, BlockParam, CallParam, OneOrTwo, SlotParam};
use super::{fees, logs, transactions};
use crate::chain::{BLOCK_GAS, Block, BlockId, Call, Chain, Outcome};
use crate::clock;
use crate::json::Json;

/// Calls a method.
///
/// # Errors
///
/// Returns an [`RpcError`] if there is no such method, it takes other parameters, or the chain
/// refuses.
pub(super) fn call(chain: &mut Chain, method: &str, params: Value) -> Result<Json, RpcError> {
    match method {
        "eth_chainId" => Ok(quantity(chain.id())),
        "eth_blockNumber" => found(chain, BlockId::Latest).map(|block| quantity(block.number)),
        "eth_getBlockByNumber" => {
            let expected = "a block's tag or number, and a boolean";
            let (BlockParam(id), whole) = params::read(params, expected)?;
            Ok(block(chain, (id, whole)))
        }
        "eth_getBlockByHash" => {
            let (hash, whole) = params::read(params, "a block's hash, and a boolean")?;
            Ok(block(chain, (BlockId::Hash(hash), whole)))
        }
        "eth_call" => simulate(chain, params),
        "eth_getCode" => {
            let (AddressParam(address), block) = account(chain, params)?;
            Ok(Json::text(chain.code(block, address)?))
        }
        "eth_getBalance" => {
            let (AddressParam(address), block) = account(chain, params)?;
            Ok(quantity(chain.coins(block, address)?))
        }
        "eth_getStorageAt" => storage(chain, params),
        "eth_getTransactionCount" => {
            let (AddressParam(address), block) = account(chain, params)?;
            Ok(quantity(chain.sent(block, address)?))
        }
        "eth_estimateGas" => estimate(chain, params),
        "eth_gasPrice" => Ok(quantity(fees::gas_price(chain))),
        "eth_maxPriorityFeePerGas" => Ok(quantity(fees::TIP)),
        "eth_feeHistory" => fees::history(chain, params),
        "eth_getLogs" => logs::find(chain, params),
        "eth_getTransactionByHash" => transactions::by_hash(chain, params),
        "eth_getTransactionReceipt" => transactions::receipt(chain, params),
        _ => Err(RpcError::method(method)),
    }
}

fn simulate(chain: &mut Chain, params: Value) -> Result<Json, RpcError> {
    let (block, call) = call_after(chain, params)?;
    ended(chain.call_at(block, call)?)
}

fn estimate(chain: &mut Chain, params: Value) -> Result<Json, RpcError> {
    let (block, call) = call_after(chain, params)?;
    chain.estimate(block, &call)?.map_or_else(ended, |gas| Ok(quantity(gas)))
}

/// Reads what is to be run, and after which block.
fn call_after(chain: &mut Chain, params: Value) -> Result<(Block, Call), RpcError> {
    let expected = "an object with to and data, and perhaps a block";
    let (call, id): (CallParam, _) = match params::read(params, expected)? {
        OneOrTwo::Two(call, BlockParam(id)) => (call, id),
        OneOrTwo::One([call]) => (call, BlockId::Latest),
    };
    Ok((found(chain, id)?, call.into_call()))
}

/// Writes how a call ended.
fn ended(outcome: Outcome) -> Result<Json, RpcError> {
    match outcome {
        Outcome::Returned(output) => Ok(Json::text(output)),
        Outcome::Reverted(output) => Err(RpcError::reverted(output)),
        Outcome::Halted(reason) => Err(RpcError::halted(&reason)),
    }
}

fn storage(chain: &mut Chain, params: Value) -> Result<Json, RpcError> {
    let expected = "an address, a slot and a block";
    let (AddressParam(address), SlotParam(slot), BlockParam(id)) = params::read(params, expected)?;
    let block = found(chain, id)?;
    Ok(Json::text(chain.storage(block, (address, slot))?))
}

fn account(chain: &mut Chain, params: Value) -> Result<(AddressParam, Block), RpcError> {
    let (address, BlockParam(id)) = params::read(params, "an address and a block")?;
    Ok((address, found(chain, id)?))
}

pub(super) fn found(chain: &mut Chain, id: BlockId) -> Result<Block, RpcError> {
    chain.block(clock::seconds(clock::now()), id).ok_or_else(RpcError::block)
}

/// Writes a block, or `null` for one that is not there.
fn block(chain: &mut Chain, (id, whole): (BlockId, bool)) -> Json {
    let Ok(block) = found(chain, id) else { return Json::Null };
    let mined = chain.mined_in(block);
    let transactions = mined.map(|mined| {
        if whole { transactions::write(chain, mined) } else { Json::text(mined.call.id()) }
    });
    Json::object([
        ("number", quantity(block.number)),
        ("hash", Json::text(block.hash)),
        ("parentHash", Json::text(block.parent)),
        ("timestamp", quantity(block.time)),
        ("baseFeePerGas", quantity(chain.base_fee())),
        ("gasLimit", quantity(BLOCK_GAS)),
        ("gasUsed", quantity(mined.map_or(0, |mined| mined.ran.gas_used))),
        ("transactions", Json::list(transactions)),
    ])
}

pub(super) fn quantity(value: impl std::fmt::LowerHex) -> Json {
    Json::from(format!("{value:#x}"))
}

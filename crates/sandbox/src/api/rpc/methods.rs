//! The methods, each with its parameters.

use serde_json::Value;

use super::error::RpcError;
use super::params::{self, AddressParam, BlockParam, CallParam, SlotParam};
use crate::chain::{Block, BlockId, Chain, Outcome};
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
            let (BlockParam(id), _): (_, bool) = params::read(params, expected)?;
            Ok(block(chain, id))
        }
        "eth_getBlockByHash" => {
            let (hash, _): (_, bool) = params::read(params, "a block's hash, and a boolean")?;
            Ok(block(chain, BlockId::Hash(hash)))
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
        _ => Err(RpcError::method(method)),
    }
}

fn simulate(chain: &mut Chain, params: Value) -> Result<Json, RpcError> {
    let expected = "an object with to and data, and a block";
    let (call, BlockParam(id)): (CallParam, _) = params::read(params, expected)?;
    let block = found(chain, id)?;
    match chain.call_at(block, (call.from, call.to), call.data)? {
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

fn found(chain: &mut Chain, id: BlockId) -> Result<Block, RpcError> {
    chain.block(clock::seconds(clock::now()), id).ok_or_else(RpcError::block)
}

/// Writes a block, or `null` for one that is not there.
fn block(chain: &mut Chain, id: BlockId) -> Json {
    let Ok(block) = found(chain, id) else { return Json::Null };
    Json::object([
        ("number", quantity(block.number)),
        ("hash", Json::text(block.hash)),
        ("parentHash", Json::text(block.parent)),
        ("timestamp", quantity(block.time)),
        ("transactions", Json::List(Vec::new())),
    ])
}

fn quantity(value: impl std::fmt::LowerHex) -> Json {
    Json::from(format!("{value:#x}"))
}

//! What gas costs.

use serde_json::Value;

use super::error::RpcError;
use super::methods::{found, quantity};
use super::params::{self, BlockParam, CountParam};
use crate::chain::{BLOCK_GAS, Block, BlockId, Chain};
use crate::json::Json;

/// What is advised to be given for a unit of gas to whoever makes the block.
pub(super) const TIP: u64 = 100_000_000;
/// How many blocks are told about at most.
const LONGEST: u64 = 1_024;

/// Returns what to offer for a unit of gas in all.
pub(super) const fn gas_price(chain: &Chain) -> u64 {
    chain.base_fee().saturating_add(TIP)
}

/// Tells what gas cost in the latest blocks up to one, and will cost in the next: always the same.
///
/// # Errors
///
/// Returns an [`RpcError`] if the parameters are others, or the block is not there.
pub(super) fn history(chain: &mut Chain, params: Value) -> Result<Json, RpcError> {
    let expected = "a count, a block, and percentiles";
    let (count, BlockParam(id), percentiles): (CountParam, _, Option<Vec<f64>>) =
        params::read(params, expected)?;
    let newest = found(chain, id)?.number;
    let count = count.value().clamp(1, LONGEST).min(newest.saturating_add(1));
    let oldest = newest.saturating_add(1).saturating_sub(count);
    let blocks: Vec<_> =
        (oldest..=newest).filter_map(|number| found(chain, BlockId::Number(number)).ok()).collect();
    let fee = quantity(chain.base_fee());
    let fees = std::iter::repeat_n(fee, blocks.len().saturating_add(1));
    let used = blocks.iter().map(|block| used(chain, *block));
    let mut history = Json::object([
        ("oldestBlock", quantity(oldest)),
        ("baseFeePerGas", Json::list(fees)),
        ("gasUsedRatio", Json::list(used)),
    ]);
    if let Some(percentiles) = percentiles.filter(|percentiles| !percentiles.is_empty()) {
        let each = Json::list(percentiles.iter().map(|_| quantity(TIP)));
        history.push("reward", Json::list(blocks.iter().map(|_| each.clone())));
    }
    Ok(history)
}

/// Writes which part of a block's gas was used, in millionths.
fn used(chain: &Chain, block: Block) -> Json {
    let gas = chain.mined_in(block).map_or(0, |mined| mined.ran.gas_used);
    let millionths = gas.saturating_mul(1_000_000).div_euclid(BLOCK_GAS).min(999_999);
    Json::number(format_args!("0.{millionths:06}"))
}

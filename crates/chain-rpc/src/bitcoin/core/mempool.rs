//! What waits to be mined, and what it takes to get there.

use std::collections::BTreeSet;

use countersign_approval::{CoinId, FeeRate, MempoolConflict, Sats};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::CoreRpc;
use super::answers::{outpoint, sats};
use super::view::SPENDING;
use crate::bitcoin::seen::txid;
use crate::rpc::{Call, RpcError};

const ESTIMATE: &str = "estimatesmartfee";
const MEMPOOL: &str = "getmempoolinfo";
const ENTRY: &str = "getmempoolentry";
/// How many blocks ahead a node estimates.
const MOST_BLOCKS: u16 = 1_008;
/// A node's error about a transaction that does not wait to be mined.
const UNKNOWN: i64 = -5;

impl CoreRpc {
    /// Asks for the rate for some blocks, at least what the node passes on.
    pub(super) async fn estimate(&self, blocks: u16) -> Result<Option<FeeRate>, RpcError> {
        let blocks = blocks.clamp(1, MOST_BLOCKS);
        let call = Call { method: ESTIMATE, params: json!([blocks, "conservative"]) };
        let estimate: Estimate = self.quick(&call, "an estimate of fees").await?;
        let Some(rate) = estimate.rate(ESTIMATE)? else { return Ok(None) };
        let call = Call { method: MEMPOOL, params: json!([]) };
        let info: MempoolInfo = self.quick(&call, "what the node asks for").await?;
        Ok(Some(rate.max(info.least(MEMPOOL)?)))
    }

    /// Asks what waits and spends some coins; nothing if one of it waits no longer.
    pub(super) async fn waiting(
        &self,
        coins: &[CoinId],
    ) -> Result<Option<MempoolConflict>, RpcError> {
        let spending = self.spending(coins.iter().copied().map(outpoint).collect()).await?;
        let mut conflict = MempoolConflict::default();
        let mut spenders = BTreeSet::new();
        for (coin, spending) in coins.iter().zip(&spending) {
            if let Some(spender) = spending.spender(*coin, SPENDING)? {
                conflict.coins.push(*coin);
                spenders.insert(txid(spender, SPENDING)?);
            }
        }
        for mut spender in spenders {
            spender.reverse();
            let call = Call { method: ENTRY, params: json!([hex::encode(spender)]) };
            let entry: MempoolEntry = match self.quick(&call, "what waits to be mined").await {
                Err(RpcError::Node { code: UNKNOWN, .. }) => return Ok(None),
                entry => entry?,
            };
            let (fees, rate) = entry.pays(ENTRY)?;
            conflict.fees = conflict.fees.checked_add(fees).unwrap_or(Sats::MAX);
            conflict.rate = conflict.rate.max(rate);
        }
        Ok(Some(conflict))
    }
}

/// The answer to `estimatesmartfee`; a node that has seen too little has no rate.
#[derive(Deserialize)]
struct Estimate {
    /// In bitcoin for a thousand virtual bytes.
    feerate: Option<Box<RawValue>>,
}

/// The answer to `getmempoolinfo`: what the node asks for at least.
#[derive(Deserialize)]
struct MempoolInfo {
    mempoolminfee: Box<RawValue>,
    minrelaytxfee: Box<RawValue>,
}

impl Estimate {
    /// Returns the rate, where there is one.
    ///
    /// # Errors
    ///
    /// Returns [`RpcError::Value`] if it is none.
    fn rate(&self, method: &'static str) -> Result<Option<FeeRate>, RpcError> {
        self.feerate.as_deref().map(|rate| read_rate(rate, method)).transpose()
    }
}

impl MempoolInfo {
    /// Returns the least rate that the node passes on.
    ///
    /// # Errors
    ///
    /// Returns [`RpcError::Value`] if it is none.
    fn least(&self, method: &'static str) -> Result<FeeRate, RpcError> {
        let rate = |text| read_rate(text, method);
        Ok(rate(&self.mempoolminfee)?.max(rate(&self.minrelaytxfee)?))
    }
}

/// The answer to `getmempoolentry`.
#[derive(Deserialize)]
struct MempoolEntry {
    vsize: u64,
    fees: MempoolFees,
}

/// In bitcoin.
#[derive(Deserialize)]
struct MempoolFees {
    base: Box<RawValue>,
    /// With the fees of those that build on it.
    descendant: Box<RawValue>,
}

impl MempoolEntry {
    /// Returns what goes with it if it is replaced, and the rate that it pays by itself.
    ///
    /// # Errors
    ///
    /// Returns [`RpcError::Value`] if these are none.
    fn pays(&self, method: &'static str) -> Result<(Sats, FeeRate), RpcError> {
        let amount = |text: &RawValue| {
            let wrong = || RpcError::value(method, "an amount of bitcoin", "another");
            sats(text.get()).ok_or_else(wrong)
        };
        let rate = FeeRate::of(amount(&self.fees.base)?, self.vsize);
        let rate = rate.ok_or_else(|| RpcError::value(method, "a size", "none"))?;
        Ok((amount(&self.fees.descendant)?, rate))
    }
}

/// Reads a rate, which is written in bitcoin for a thousand virtual bytes.
fn read_rate(text: &RawValue, method: &'static str) -> Result<FeeRate, RpcError> {
    let rate = sats(text.get()).map(|sats| FeeRate::from_sats_per_kvb(sats.value()));
    rate.ok_or_else(|| RpcError::value(method, "a fee rate", "another value"))
}

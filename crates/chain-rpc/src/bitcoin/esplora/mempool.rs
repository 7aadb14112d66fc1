//! What waits to be mined, and what it takes to get there.

use std::collections::{BTreeMap, BTreeSet};

use countersign_approval::{CoinId, FeeRate, MempoolConflict, Sats};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Esplora;
use super::answers::Status;
use super::view::{TX, read};
use crate::bitcoin::seen::txid;
use crate::rpc::RpcError;

const ESTIMATES: &str = "fee-estimates";
pub(super) const OUTSPEND: &str = "tx/outspend";

impl Esplora {
    /// Asks for the rate for some blocks, or for fewer.
    pub(super) async fn estimate(&self, blocks: u16) -> Result<Option<FeeRate>, RpcError> {
        let body = self.rest.get(&["fee-estimates"]).await?;
        let estimates: Estimates = read(&body, ESTIMATES, "rates by blocks")?;
        estimates.within(blocks, ESTIMATES)
    }

    /// Asks for each coin what waits and spends it, and what that pays.
    pub(super) async fn waiting(&self, coins: &[CoinId]) -> Result<MempoolConflict, RpcError> {
        let mut conflict = MempoolConflict::default();
        let mut spenders = BTreeSet::new();
        for coin in coins {
            let vout = coin.vout.to_string();
            let body = self.rest.get(&["tx", &people(coin.txid), "outspend", &vout]).await?;
            let outspend: Outspend = read(&body, OUTSPEND, "what spends a coin")?;
            if let Some(spender) = outspend.waiting(OUTSPEND)? {
                conflict.coins.push(*coin);
                spenders.insert(spender);
            }
        }
        for spender in spenders {
            let body = self.rest.get(&["tx", &people(spender)]).await?;
            let (fee, rate) = read::<Paying>(&body, TX, "a transaction")?.pays(TX)?;
            conflict.fees = conflict.fees.checked_add(fee).unwrap_or(Sats::MAX);
            conflict.rate = conflict.rate.max(rate);
        }
        Ok(conflict)
    }
}

/// Writes a transaction's id as people read it.
pub(super) fn people(mut txid: [u8; 32]) -> String {
    txid.reverse();
    hex::encode(txid)
}

/// What a coin was spent by.
#[derive(Deserialize)]
pub(super) struct Outspend {
    spent: bool,
    txid: Option<String>,
    status: Option<Status>,
}

impl Outspend {
    /// Says whether a block holds what spends the coin.
    pub(super) fn is_mined(&self) -> bool {
        self.spent && self.status.as_ref().is_some_and(|status| status.confirmed)
    }

    /// Returns the id of the transaction that waits to be mined and spends the coin.
    ///
    /// # Errors
    ///
    /// Returns [`RpcError::Value`] if there is a spender without an id.
    fn waiting(&self, method: &'static str) -> Result<Option<[u8; 32]>, RpcError> {
        if !self.spent || self.is_mined() {
            return Ok(None);
        }
        let wrong = || RpcError::value(method, "what spends the coin", "nothing");
        txid(self.txid.as_deref().ok_or_else(wrong)?, method).map(Some)
    }
}

/// A transaction.
#[derive(Deserialize)]
struct Paying {
    /// In satoshis.
    fee: u64,
    weight: u64,
}

impl Paying {
    /// Returns its fee and its rate.
    ///
    /// # Errors
    ///
    /// Returns [`RpcError::Value`] if these are none.
    fn pays(&self, method: &'static str) -> Result<(Sats, FeeRate), RpcError> {
        let fee = Sats::new(self.fee);
        let rate = fee.and_then(|fee| FeeRate::of(fee, self.weight.div_ceil(4)));
        let wrong = || RpcError::value(method, "a fee and a size", "other numbers");
        fee.zip(rate).ok_or_else(wrong)
    }
}

/// The rates by how many blocks it is likely to take, in satoshis for a virtual byte. They are kept
/// as they are written: a float would round them.
#[derive(Deserialize)]
#[serde(transparent)]
struct Estimates(BTreeMap<u16, Box<RawValue>>);

impl Estimates {
    /// Returns the rate for some blocks, or for fewer; nothing if the server has none for so few.
    ///
    /// # Errors
    ///
    /// Returns [`RpcError::Value`] if it is none.
    fn within(&self, blocks: u16, method: &'static str) -> Result<Option<FeeRate>, RpcError> {
        let found = self.0.range(..=blocks).next_back();
        let wrong = || RpcError::value(method, "a fee rate", "another value");
        found.map(|(_, rate)| read_rate(rate.get()).ok_or_else(wrong)).transpose()
    }
}

/// Reads a decimal number of satoshis for a virtual byte, rounded up to the thousandth.
fn read_rate(text: &str) -> Option<FeeRate> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return None;
    }
    let (shown, rest) = part.split_at_checked(3).unwrap_or((part, ""));
    let thousandths: u64 = format!("{shown:0<3}").parse().ok()?;
    let more = u64::from(rest.bytes().any(|byte| byte != b'0'));
    let whole = whole.parse::<u64>().ok()?.checked_mul(1_000)?;
    whole.checked_add(thousandths)?.checked_add(more).map(FeeRate::from_sats_per_kvb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_rounded_up_to_the_thousandth() {
        for (text, found) in [
            ("1", Some(1_000)),
            ("87.882", Some(87_882)),
            ("1.5", Some(1_500)),
            ("1.0009999999999999", Some(1_001)),
            ("0.1010000000", Some(101)),
            ("2.", Some(2_000)),
            ("", None),
            (".5", None),
            ("-1", None),
            ("1e-5", None),
            ("\"1\"", None),
            ("18446744073709551615", None),
        ] {
            assert_eq!(read_rate(text).map(FeeRate::sats_per_kvb), found, "{text}");
        }
    }
}

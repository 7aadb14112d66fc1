//! What Bitcoin Core answers, read strictly.
//!
//! Source: [Bitcoin Core RPC](https://bitcoincore.org/en/doc/28.0.0/).

use countersign_approval::{BitcoinNetwork, CoinId, Sats};
use countersign_units::Lots;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::bitcoin::seen::{Told, txid};
use crate::rpc::RpcError;

/// A bitcoin has this many decimals.
const DECIMALS: u8 = 8;

/// The answer to `getblockchaininfo`.
#[derive(Deserialize)]
pub(super) struct ChainInfo {
    pub(super) chain: String,
    pub(super) blocks: u32,
    pub(super) initialblockdownload: bool,
}

impl ChainInfo {
    /// Says whether the node is of a network.
    pub(super) fn is_of(&self, network: BitcoinNetwork) -> bool {
        let named = match self.chain.as_str() {
            "main" => Some(BitcoinNetwork::Mainnet),
            "test" | "testnet4" => Some(BitcoinNetwork::Testnet),
            "signet" => Some(BitcoinNetwork::Signet),
            "regtest" => Some(BitcoinNetwork::Regtest),
            _ => None,
        };
        named == Some(network)
    }
}

/// The answer to `scantxoutset`.
#[derive(Deserialize)]
pub(super) struct Scan {
    pub(super) success: bool,
    pub(super) height: u32,
    pub(super) bestblock: String,
    pub(super) unspents: Vec<Unspent>,
}

#[derive(Deserialize)]
pub(super) struct Unspent {
    txid: String,
    vout: u32,
    #[serde(rename = "scriptPubKey")]
    script: String,
    /// In bitcoin, as it is written: a float would round it.
    amount: Box<RawValue>,
    height: u32,
}

impl Unspent {
    /// Returns the coin's script.
    ///
    /// # Errors
    ///
    /// Returns [`RpcError::Value`] if it is none.
    pub(super) fn script(&self, method: &'static str) -> Result<Vec<u8>, RpcError> {
        hex::decode(&self.script)
            .map_err(|_| RpcError::value(method, "a script in hex", "other text"))
    }

    /// Returns what the node tells of the coin.
    pub(super) fn told<'t>(&'t self, script: &'t [u8]) -> Told<'t> {
        let Self { txid, vout, amount, height, .. } = self;
        Told { txid, vout: *vout, amount: sats(amount.get()), script, height: Some(*height) }
    }

    /// Names the coin in a question.
    pub(super) fn outpoint(&self) -> Value {
        json!({"txid": self.txid, "vout": self.vout})
    }
}

/// One answer to `gettxspendingprevout`.
#[derive(Deserialize)]
pub(super) struct Spending {
    txid: String,
    vout: u32,
    spendingtxid: Option<String>,
}

impl Spending {
    /// Says whether a transaction that waits to be mined spends the coin.
    ///
    /// # Errors
    ///
    /// Returns [`RpcError::Value`] if this is about another coin.
    pub(super) fn spends(&self, coin: &Unspent, method: &'static str) -> Result<bool, RpcError> {
        if (&self.txid, self.vout) == (&coin.txid, coin.vout) {
            return Ok(self.spendingtxid.is_some());
        }
        Err(RpcError::value(method, "answers in the order of the coins", "another order"))
    }

    /// Returns the transaction that waits to be mined and spends a coin.
    ///
    /// # Errors
    ///
    /// Returns [`RpcError::Value`] if this is about another coin.
    pub(super) fn spender(
        &self,
        coin: CoinId,
        method: &'static str,
    ) -> Result<Option<&str>, RpcError> {
        let id = CoinId { txid: txid(&self.txid, method)?, vout: self.vout };
        if id == coin {
            return Ok(self.spendingtxid.as_deref());
        }
        Err(RpcError::value(method, "answers in the order of the coins", "another order"))
    }
}

/// Names a coin in a question.
pub(super) fn outpoint(coin: CoinId) -> Value {
    let CoinId { mut txid, vout } = coin;
    txid.reverse();
    json!({"txid": hex::encode(txid), "vout": vout})
}

/// The answer to `testmempoolaccept` about one transaction.
#[derive(Deserialize)]
pub(super) struct Acceptance {
    pub(super) allowed: bool,
    #[serde(rename = "reject-reason")]
    pub(super) reject_reason: Option<String>,
}

/// Reads an amount of bitcoin from its decimal text, exactly or not at all.
pub(super) fn sats(text: &str) -> Option<Sats> {
    let lots = Lots::from_decimal(text, DECIMALS).ok()?;
    Sats::new(lots.value().try_into().ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_to_the_satoshi() {
        for (text, found) in [
            ("0.00000001", Some(1)),
            ("0.1", Some(10_000_000)),
            ("0.30000000", Some(30_000_000)),
            ("20999999.97690000", Some(2_099_999_997_690_000)),
            ("21000000.00000000", Some(2_100_000_000_000_000)),
            ("21000000.00000001", None),
            ("184467440737.09551617", None),
            ("0.000000001", None),
            ("1e-8", None),
            ("1E3", None),
            ("-0.5", None),
            ("\"0.5\"", None),
            ("null", None),
            ("0.5 ", None),
        ] {
            assert_eq!(sats(text).map(Sats::value), found, "{text}");
        }
    }

    proptest! {
        #[test]
        fn amounts_round_trip(value in 0..=Sats::MAX.value()) {
            let text = format!("{}.{:08}", value / 100_000_000, value % 100_000_000);
            prop_assert_eq!(sats(&text), Sats::new(value));
        }
    }
}

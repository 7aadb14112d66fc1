//! What Esplora answers, read strictly.
//!
//! Source: [Esplora HTTP API](https://github.com/Blockstream/esplora/blob/master/API.md).

use bitcoin::Network;
use bitcoin::constants::genesis_block;
use countersign_approval::{BitcoinNetwork, Sats};
use serde::Deserialize;

use crate::bitcoin::seen::Told;
use crate::rpc::RpcError;

/// The networks by the first block of their chain.
const NETWORKS: [(Network, BitcoinNetwork); 5] = [
    (Network::Bitcoin, BitcoinNetwork::Mainnet),
    (Network::Testnet, BitcoinNetwork::Testnet),
    (Network::Testnet4, BitcoinNetwork::Testnet),
    (Network::Signet, BitcoinNetwork::Signet),
    (Network::Regtest, BitcoinNetwork::Regtest),
];

/// A coin of a script.
#[derive(Deserialize)]
pub(super) struct Utxo {
    txid: String,
    vout: u32,
    /// In satoshis.
    value: u64,
    status: Status,
}

#[derive(Deserialize)]
pub(super) struct Status {
    pub(super) confirmed: bool,
    block_height: Option<u32>,
}

impl Utxo {
    /// Returns the height of the coin's block; none has not been mined.
    ///
    /// # Errors
    ///
    /// Returns [`RpcError::Value`] if it can't be both.
    pub(super) fn height(&self, method: &'static str) -> Result<Option<u32>, RpcError> {
        match (self.status.confirmed, self.status.block_height) {
            (true, Some(height)) => Ok(Some(height)),
            (false, None) => Ok(None),
            _ => Err(RpcError::value(method, "a height if it is confirmed", "one without other")),
        }
    }

    /// Returns what the server tells of the coin.
    pub(super) fn told<'t>(&'t self, script: &'t [u8], height: Option<u32>) -> Told<'t> {
        let Self { txid, vout, value, .. } = self;
        Told { txid, vout: *vout, amount: Sats::new(*value), script, height }
    }
}

/// Returns the network whose chain begins with a block.
pub(super) fn network_of(genesis: &str) -> Option<BitcoinNetwork> {
    let begins = |network: Network| genesis_block(network).block_hash().to_string() == genesis;
    let found = NETWORKS.into_iter().find(|(network, _)| begins(*network));
    found.map(|(_, network)| network)
}

/// Reads a height.
///
/// # Errors
///
/// Returns [`RpcError::Value`] if it is anything but digits.
pub(super) fn height(text: &str, method: &'static str) -> Result<u32, RpcError> {
    let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let height = digits.and_then(|digits| digits.parse().ok());
    height
        .ok_or_else(|| RpcError::value(method, "a height", format!("text of {} bytes", text.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_block_names_the_network() {
        for (genesis, network) in [
            (
                "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
                Some(BitcoinNetwork::Mainnet),
            ),
            (
                "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943",
                Some(BitcoinNetwork::Testnet),
            ),
            (
                "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043",
                Some(BitcoinNetwork::Testnet),
            ),
            (
                "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6",
                Some(BitcoinNetwork::Signet),
            ),
            (
                "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
                Some(BitcoinNetwork::Regtest),
            ),
            ("", None),
        ] {
            assert_eq!(network_of(genesis), network, "{genesis}");
        }
    }

    #[test]
    fn a_height_is_digits_alone() {
        assert_eq!(height("840000", "m").unwrap(), 840_000);
        for text in ["", "+1", "-1", "1.0", " 1", "1\n", "4294967296", "<html>", "٣"] {
            assert!(height(text, "m").is_err(), "{text:?}");
        }
    }
}

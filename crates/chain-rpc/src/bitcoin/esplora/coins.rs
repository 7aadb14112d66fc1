//! Single coins, whatever waits to be mined.

use countersign_approval::{Coin, CoinId, Sats};
use serde::Deserialize;

use super::Esplora;
use super::answers::Status;
use super::mempool::{OUTSPEND, Outspend, people};
use super::view::{TX, read};
use crate::rpc::RpcError;

/// A transaction, and what it pays.
#[derive(Deserialize)]
struct Paid {
    vout: Vec<Output>,
    status: Status,
}

#[derive(Deserialize)]
struct Output {
    #[serde(rename = "scriptpubkey")]
    script: String,
    /// In satoshis.
    value: u64,
}

impl Esplora {
    /// Reads those of some coins that lie in a block and that no block spends.
    pub(super) async fn unspent_in_blocks(&self, coins: &[CoinId]) -> Result<Vec<Coin>, RpcError> {
        let mut found = Vec::new();
        for coin in coins {
            let txid = people(coin.txid);
            let body = match self.rest.get(&["tx", &txid]).await {
                Err(RpcError::Status { status: 404 }) => continue,
                body => body?,
            };
            let paid: Paid = read(&body, TX, "a transaction")?;
            if !paid.status.confirmed {
                continue;
            }
            let vout = coin.vout.to_string();
            let body = self.rest.get(&["tx", &txid, "outspend", &vout]).await?;
            let outspend: Outspend = read(&body, OUTSPEND, "what spends a coin")?;
            if !outspend.is_mined() {
                found.push(paid.output(*coin)?);
            }
        }
        Ok(found)
    }
}

impl Paid {
    fn output(&self, id: CoinId) -> Result<Coin, RpcError> {
        let wrong = || RpcError::value(TX, "an output with a script and an amount", "another");
        let place = usize::try_from(id.vout).ok();
        let output = place.and_then(|place| self.vout.get(place)).ok_or_else(wrong)?;
        let script_pubkey = hex::decode(&output.script).map_err(|_| wrong())?;
        let amount = Sats::new(output.value).ok_or_else(wrong)?;
        Ok(Coin { id, amount, script_pubkey, public_key: None })
    }
}

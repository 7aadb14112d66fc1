//! Single coins, whatever waits to be mined.

use countersign_approval::{Coin, CoinId};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::CoreRpc;
use super::answers::sats;
use crate::rpc::{Call, RpcError};

const COIN: &str = "gettxout";

/// The answer to `gettxout` about a coin that is there.
#[derive(Deserialize)]
struct Output {
    /// In bitcoin, as it is written: a float would round it.
    value: Box<RawValue>,
    #[serde(rename = "scriptPubKey")]
    script: Script,
}

#[derive(Deserialize)]
struct Script {
    hex: String,
}

impl CoreRpc {
    /// Reads those of some coins that lie in a block and that no block spends.
    pub(super) async fn unspent_in_blocks(&self, coins: &[CoinId]) -> Result<Vec<Coin>, RpcError> {
        let mut found = Vec::new();
        for coin in coins {
            let CoinId { mut txid, vout } = *coin;
            txid.reverse();
            // What waits to be mined is left out.
            let call = Call { method: COIN, params: json!([hex::encode(txid), vout, false]) };
            let output: Option<Output> = self.quick(&call, "a coin, or nothing").await?;
            found.extend(output.map(|output| output.coin(*coin)).transpose()?);
        }
        Ok(found)
    }
}

impl Output {
    fn coin(&self, id: CoinId) -> Result<Coin, RpcError> {
        let wrong = || RpcError::value(COIN, "an amount and a script", "another");
        let amount = sats(self.value.get()).ok_or_else(wrong)?;
        let script_pubkey = hex::decode(&self.script.hex).map_err(|_| wrong())?;
        Ok(Coin { id, amount, script_pubkey, public_key: None })
    }
}

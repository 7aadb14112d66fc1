use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use countersign_approval::{
    BitcoinChainView, BitcoinNetwork, ChainViewError, Coin, CoinId, FeeRate, MempoolConflict,
    SeenCoins, excerpt,
};
use countersign_http_client::ConfigError;
use countersign_http_client::transport::{Auth, Limits};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::answers::{Acceptance, ChainInfo, Scan, Spending, Unspent};
use crate::bitcoin::asking::{until_unmoved, within};
use crate::bitcoin::scripts::distinct;
use crate::bitcoin::seen::Seen;
use crate::bitcoin::transaction::{Raw, is_known};
use crate::rpc::{Call, HttpRpc, JsonRpcTransport, Node, RpcError, RpcUrl};

const INFO: &str = "getblockchaininfo";
const SCAN: &str = "scantxoutset";
pub(super) const SPENDING: &str = "gettxspendingprevout";
const SEND: &str = "sendrawtransaction";
const TEST: &str = "testmempoolaccept";
/// How long a scan of all coins there are may take: minutes, on the main network.
const SCAN_TIME: Duration = Duration::from_mins(5);
/// How long any other answer may take.
const QUICK_TIME: Duration = Duration::from_secs(30);

/// A view of Bitcoin through one node of Bitcoin Core, 28 or later. The node is believed.
///
/// It needs neither a wallet nor an index: coins are found by a scan of all that are unspent. A
/// coin that a transaction in the node's memory spends is not told, and neither is one that has not
/// been mined. A node makes one scan at a time, so that questions wait for each other.
pub struct CoreRpc {
    node: Node,
    /// Held for as long as the node scans.
    scanning: Mutex<()>,
}

impl CoreRpc {
    /// Makes a view through a node.
    pub fn new(transport: impl JsonRpcTransport + 'static) -> Self {
        Self { node: Node::new(Box::new(transport)), scanning: Mutex::new(()) }
    }

    /// Makes a view through the node at a URL, with the time and the room that scans take.
    ///
    /// A node wants the name and the password from its configuration or its cookie file:
    /// [`StaticKey::basic`](countersign_http_client::transport::StaticKey::basic).
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Client`] if there is no TLS to be had.
    pub fn connect(url: RpcUrl, auth: impl Into<Auth>) -> Result<Self, ConfigError> {
        let (attempt, max_body) = (SCAN_TIME, 1 << 24);
        let limits = Limits { attempt, total: SCAN_TIME, max_body, ..Limits::default() };
        Ok(Self::new(HttpRpc::new(url, auth, limits)?))
    }

    /// Asks whether the node would take a transaction now.
    ///
    /// # Errors
    ///
    /// Returns [`ChainViewError::Declined`] with the node's reason if it would not, and another
    /// [`ChainViewError`] where that is not known.
    pub async fn test_accept(
        &self,
        network: BitcoinNetwork,
        transaction: &[u8],
    ) -> Result<(), ChainViewError> {
        let raw = Raw::read(transaction)?;
        self.info(network).await?;
        let call = Call { method: TEST, params: json!([[raw.hex]]) };
        let tested: Vec<Acceptance> = self.quick(&call, "a list of one answer").await?;
        let [answer] = tested.as_slice() else {
            let found = format!("{}", tested.len());
            return Err(RpcError::value(TEST, "one answer", found).into());
        };
        let reason = answer.reject_reason.as_deref().unwrap_or_default();
        if answer.allowed || is_known(reason) {
            return Ok(());
        }
        Err(ChainViewError::Declined(excerpt(reason)))
    }

    /// Asks of which chain the node is, and that it has caught up with it.
    async fn info(&self, network: BitcoinNetwork) -> Result<ChainInfo, ChainViewError> {
        let call = Call { method: INFO, params: json!([]) };
        let info: ChainInfo = self.quick(&call, "the state of a chain").await?;
        if !info.is_of(network) {
            let found = excerpt(&info.chain);
            return Err(ChainViewError::OtherNetwork { expected: network, found });
        }
        if info.initialblockdownload {
            let found = "one that still downloads blocks";
            return Err(RpcError::value(INFO, "a node that has caught up", found).into());
        }
        Ok(info)
    }

    /// Asks what a node answers at once.
    pub(super) async fn quick<T: DeserializeOwned>(
        &self,
        call: &Call,
        expected: &str,
    ) -> Result<T, RpcError> {
        within(QUICK_TIME, self.node.ask_one(call, expected)).await
    }

    /// Reads the coins; nothing if the chain moved on meanwhile.
    async fn scan(&self, scripts: &BTreeSet<&[u8]>) -> Result<Option<SeenCoins>, RpcError> {
        let descriptors: Vec<_> =
            scripts.iter().map(|script| format!("raw({})", hex::encode(script))).collect();
        let call = Call { method: SCAN, params: json!(["start", descriptors]) };
        let scan: Scan = self.node.ask_one(&call, "the coins of some scripts").await?;
        if !scan.success {
            return Err(RpcError::value(SCAN, "a whole scan", "one that was broken off"));
        }
        let outpoints = scan.unspents.iter().map(Unspent::outpoint).collect();
        let spending = self.spending(outpoints).await?;
        let tip = Call { method: "getbestblockhash", params: json!([]) };
        let tip: String = self.quick(&tip, "the hash of a block").await?;
        if tip != scan.bestblock {
            return Ok(None);
        }
        let coins = unspent(&scan, &spending, scripts)?.into_coins();
        Ok(Some(SeenCoins { height: scan.height, coins }))
    }

    /// Asks which coins transactions that wait to be mined spend.
    pub(super) async fn spending(&self, outpoints: Vec<Value>) -> Result<Vec<Spending>, RpcError> {
        if outpoints.is_empty() {
            return Ok(Vec::new());
        }
        let count = outpoints.len();
        let call = Call { method: SPENDING, params: json!([outpoints]) };
        let spending: Vec<Spending> = self.quick(&call, "what spends some coins").await?;
        if spending.len() == count {
            return Ok(spending);
        }
        let found = spending.len().to_string();
        Err(RpcError::value(SPENDING, &format!("{count} answers"), found))
    }
}

/// Takes the coins that are of the scripts and that nothing spends.
fn unspent(
    scan: &Scan,
    spending: &[Spending],
    scripts: &BTreeSet<&[u8]>,
) -> Result<Seen, RpcError> {
    let mut seen = Seen::new(SCAN, scan.height);
    for (coin, spending) in scan.unspents.iter().zip(spending) {
        let script = coin.script(SCAN)?;
        if !scripts.contains(script.as_slice()) {
            return Err(RpcError::value(SCAN, "coins of the scripts", "one of another script"));
        }
        if !spending.spends(coin, SPENDING)? {
            seen.take(&coin.told(&script))?;
        }
    }
    Ok(seen)
}

#[async_trait]
impl BitcoinChainView for CoreRpc {
    async fn coins(
        &self,
        network: BitcoinNetwork,
        scripts: &[Vec<u8>],
    ) -> Result<SeenCoins, ChainViewError> {
        let scripts = distinct(scripts)?;
        let info = self.info(network).await?;
        if scripts.is_empty() {
            return Ok(SeenCoins { height: info.blocks, coins: Vec::new() });
        }
        let _alone = self.scanning.lock().await;
        Ok(until_unmoved(|| self.scan(&scripts)).await?)
    }

    async fn broadcast(
        &self,
        network: BitcoinNetwork,
        transaction: &[u8],
    ) -> Result<(), ChainViewError> {
        let raw = Raw::read(transaction)?;
        self.info(network).await?;
        let call = Call { method: SEND, params: json!([raw.hex]) };
        match self.quick::<String>(&call, "a transaction's id").await {
            Ok(txid) if txid == raw.txid => Ok(()),
            Ok(_) => Err(RpcError::value(SEND, "the transaction's id", "another").into()),
            Err(RpcError::Node { code, message, .. }) if is_verdict(code) => {
                if is_known(&message) {
                    Ok(())
                } else {
                    Err(ChainViewError::Declined(message))
                }
            }
            Err(other) => Err(other.into()),
        }
    }

    async fn fee_rate(
        &self,
        network: BitcoinNetwork,
        blocks: u16,
    ) -> Result<Option<FeeRate>, ChainViewError> {
        self.info(network).await?;
        Ok(self.estimate(blocks).await?)
    }

    async fn conflict(
        &self,
        network: BitcoinNetwork,
        coins: &[CoinId],
    ) -> Result<MempoolConflict, ChainViewError> {
        self.info(network).await?;
        Ok(until_unmoved(|| self.waiting(coins)).await?)
    }

    async fn mined_coins(
        &self,
        network: BitcoinNetwork,
        coins: &[CoinId],
    ) -> Result<Vec<Coin>, ChainViewError> {
        self.info(network).await?;
        Ok(self.unspent_in_blocks(coins).await?)
    }
}

/// Says whether a node's error is about the transaction: that it can't be read (-22), can't be
/// checked (-25), is refused (-26), or is in the chain already (-27).
const fn is_verdict(code: i64) -> bool {
    matches!(code, -27..=-25 | -22)
}

impl fmt::Debug for CoreRpc {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CoreRpc").finish_non_exhaustive()
    }
}

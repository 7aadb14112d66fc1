use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use bitcoin::hashes::{Hash, sha256};
use countersign_approval::{
    BitcoinChainView, BitcoinNetwork, ChainViewError, Coin, CoinId, FeeRate, MempoolConflict,
    SeenCoins, excerpt,
};
use countersign_http_client::ConfigError;
use countersign_http_client::transport::{Answer, Auth, Limits};
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;

use super::answers::{Utxo, height, network_of};
use crate::bitcoin::asking::{until_unmoved, within};
use crate::bitcoin::scripts::distinct;
use crate::bitcoin::seen::Seen;
use crate::bitcoin::transaction::{Raw, is_known};
use crate::rpc::{Rest, RpcError, RpcUrl};

const TIP: &str = "blocks/tip/height";
const UTXO: &str = "scripthash/utxo";
pub(super) const TX: &str = "tx";
/// How many scripts are asked about at the same time.
const AT_ONCE: usize = 4;

/// A view of Bitcoin through a server of Esplora's API. The server is believed.
///
/// Coins that have not been mined are told with no confirmations; those that a waiting transaction
/// spends are not told.
pub struct Esplora {
    pub(super) rest: Rest,
}

impl Esplora {
    /// Makes a view through the server at a URL such as `https://explorer.example.com/api`.
    ///
    /// All questions about one set of coins together have four times the limits' total time.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Client`] if there is no TLS to be had.
    pub fn connect(
        url: RpcUrl,
        auth: impl Into<Auth>,
        limits: Limits,
    ) -> Result<Self, ConfigError> {
        Ok(Self { rest: Rest::new(url, auth.into(), limits)? })
    }

    /// Compares the first block of the server's chain with the network's.
    async fn check(&self, network: BitcoinNetwork) -> Result<(), ChainViewError> {
        let genesis = self.rest.get(&["block-height", "0"]).await?;
        let found = network_of(&genesis);
        if found == Some(network) {
            return Ok(());
        }
        let found = found.map_or("an unknown network", BitcoinNetwork::as_str).to_owned();
        Err(ChainViewError::OtherNetwork { expected: network, found })
    }

    async fn tip(&self) -> Result<u32, RpcError> {
        height(&self.rest.get(&["blocks", "tip", "height"]).await?, TIP)
    }

    /// Reads the coins of all scripts; nothing if the chain moved on meanwhile.
    async fn seen(&self, scripts: &BTreeSet<&[u8]>) -> Result<Option<SeenCoins>, RpcError> {
        let height = self.tip().await?;
        let Some(seen) = self.seen_at(height, scripts).await? else { return Ok(None) };
        let is_unmoved = self.tip().await? == height;
        Ok(is_unmoved.then(|| SeenCoins { height, coins: seen.into_coins() }))
    }

    /// Reads the coins of all scripts; nothing if one is of a later block.
    async fn seen_at(
        &self,
        height: u32,
        scripts: &BTreeSet<&[u8]>,
    ) -> Result<Option<Seen>, RpcError> {
        let questions: Vec<_> = scripts.iter().map(|script| self.coins_of(script)).collect();
        let coins = stream::iter(questions).buffered(AT_ONCE);
        let coins: Vec<Vec<Utxo>> = coins.try_collect().await?;
        let mut seen = Seen::new(UTXO, height);
        for (script, coins) in scripts.iter().zip(&coins) {
            for coin in coins {
                let mined = coin.height(UTXO)?;
                if mined > Some(height) {
                    return Ok(None);
                }
                seen.take(&coin.told(script, mined))?;
            }
        }
        Ok(Some(seen))
    }

    async fn coins_of(&self, script: &[u8]) -> Result<Vec<Utxo>, RpcError> {
        // Unlike Electrum, Esplora takes the hash as it is, not in reverse.
        let hash = hex::encode(sha256::Hash::hash(script).to_byte_array());
        let body = self.rest.get(&["scripthash", &hash, "utxo"]).await?;
        read(&body, UTXO, "a list of coins")
    }

    fn judge(&self, raw: &Raw, answer: &Answer) -> Result<(), ChainViewError> {
        let text = answer.body.trim();
        match answer.status {
            200 if text == raw.txid => Ok(()),
            200 => Err(RpcError::value(TX, "the transaction's id", "other text").into()),
            400 if is_known(text) => Ok(()),
            // A page is from something before the server, which knows nothing of transactions.
            400 if !text.starts_with('<') => {
                Err(ChainViewError::Declined(excerpt(&self.rest.redact(text))))
            }
            status => Err(RpcError::Status { status }.into()),
        }
    }
}

#[async_trait]
impl BitcoinChainView for Esplora {
    async fn coins(
        &self,
        network: BitcoinNetwork,
        scripts: &[Vec<u8>],
    ) -> Result<SeenCoins, ChainViewError> {
        let scripts = distinct(scripts)?;
        self.check(network).await?;
        let limit = self.rest.limits().total.saturating_mul(4);
        Ok(within(limit, until_unmoved(|| self.seen(&scripts))).await?)
    }

    async fn broadcast(
        &self,
        network: BitcoinNetwork,
        transaction: &[u8],
    ) -> Result<(), ChainViewError> {
        let raw = Raw::read(transaction)?;
        self.check(network).await?;
        let answer = self.rest.post(&["tx"], &raw.hex).await?;
        self.judge(&raw, &answer)
    }

    async fn fee_rate(
        &self,
        network: BitcoinNetwork,
        blocks: u16,
    ) -> Result<Option<FeeRate>, ChainViewError> {
        self.check(network).await?;
        Ok(self.estimate(blocks).await?)
    }

    /// The server does not tell what builds on a transaction, so that the fees are those of the
    /// spending transactions alone.
    async fn conflict(
        &self,
        network: BitcoinNetwork,
        coins: &[CoinId],
    ) -> Result<MempoolConflict, ChainViewError> {
        self.check(network).await?;
        Ok(self.waiting(coins).await?)
    }

    async fn mined_coins(
        &self,
        network: BitcoinNetwork,
        coins: &[CoinId],
    ) -> Result<Vec<Coin>, ChainViewError> {
        self.check(network).await?;
        Ok(self.unspent_in_blocks(coins).await?)
    }
}

/// Reads JSON. Its own errors may repeat what the server sent.
pub(super) fn read<T: DeserializeOwned>(
    body: &str,
    method: &'static str,
    expected: &str,
) -> Result<T, RpcError> {
    serde_json::from_str(body).map_err(|error| {
        let found = format!("other text at line {} column {}", error.line(), error.column());
        RpcError::value(method, expected, found)
    })
}

impl fmt::Debug for Esplora {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Esplora").finish_non_exhaustive()
    }
}

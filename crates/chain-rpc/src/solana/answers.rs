//! What a node answers, read strictly.
//!
//! Source: [Solana RPC structures](https://solana.com/docs/rpc/json-structures).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_units::{SolanaAddress, SolanaHash};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An answer and the slot that it is of.
#[derive(Deserialize)]
pub(super) struct AsOf<T> {
    context: Context,
    pub(super) value: T,
}

#[derive(Deserialize)]
struct Context {
    slot: u64,
}

impl<T> AsOf<T> {
    pub(super) const fn slot(&self) -> u64 {
        self.context.slot
    }
}

/// An account that is there.
#[derive(Debug, Deserialize)]
pub(super) struct Account {
    pub(super) lamports: u64,
    pub(super) owner: SolanaAddress,
    #[serde(deserialize_with = "bytes")]
    pub(super) data: Vec<u8>,
}

/// The answer to `getMultipleAccounts`, or a part of another: accounts in the order in which they
/// were asked for, `null` for one that is not there.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Accounts(Vec<Option<Account>>);

impl Accounts {
    /// Returns what is there of each account; nothing if these are not `count` accounts.
    ///
    /// What holds no lamports is not there: the cluster forgets it at the end of the transaction.
    pub(super) fn of(self, count: usize) -> Option<Vec<Option<Account>>> {
        let there = |account: Option<Account>| account.filter(|account| account.lamports > 0);
        (self.0.len() == count).then(|| self.0.into_iter().map(there).collect())
    }
}

/// The answer to `simulateTransaction`.
#[derive(Deserialize)]
pub(super) struct Simulated {
    /// Why it fails; `null` where it does not. It has to be there.
    err: Value,
    /// What the accounts are then; all are `null` where it fails.
    pub(super) accounts: Option<Accounts>,
}

impl Simulated {
    /// Returns why the transaction fails, where it does.
    pub(super) fn error(&self) -> Option<String> {
        error(&self.err)
    }
}

/// The answer to `getEpochInfo`: the latest block.
#[derive(Deserialize)]
pub(super) struct LatestBlock {
    #[serde(rename = "absoluteSlot")]
    pub(super) slot: u64,
    #[serde(rename = "blockHeight")]
    pub(super) height: u64,
}

/// The answer to `getLatestBlockhash`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Latest {
    pub(super) blockhash: SolanaHash,
    pub(super) last_valid_block_height: u64,
}

/// What one of the recent blocks took for a compute unit.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Price {
    pub(super) prioritization_fee: u64,
}

/// What became of a transaction.
#[derive(Deserialize)]
pub(super) struct Status {
    pub(super) slot: u64,
    /// Why it failed; `null` where it did not. It has to be there.
    err: Value,
    #[serde(rename = "confirmationStatus")]
    pub(super) stage: Stage,
}

/// How far a block has come.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Stage {
    Processed,
    Confirmed,
    Finalized,
}

impl Status {
    /// Returns why the transaction failed, where it did.
    pub(super) fn error(&self) -> Option<String> {
        error(&self.err)
    }
}

/// Reads why a transaction failed: a name, or JSON with the details.
fn error(err: &Value) -> Option<String> {
    match err {
        Value::Null => None,
        Value::String(name) => Some(name.clone()),
        details => Some(details.to_string()),
    }
}

/// Reads data in base64, which stands beside the name of its encoding.
fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let (text, encoding) = <(String, String)>::deserialize(deserializer)?;
    if encoding != "base64" {
        return Err(D::Error::custom("expected base64"));
    }
    STANDARD.decode(text).map_err(|_| D::Error::custom("expected base64"))
}

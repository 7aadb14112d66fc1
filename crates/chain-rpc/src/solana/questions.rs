//! The questions to a node.
//!
//! Source: [Solana RPC methods](https://solana.com/docs/rpc/http).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_units::{SolanaAddress, SolanaHash};
use serde_json::{Value, json};

use crate::rpc::Call;

pub(super) const GENESIS: &str = "getGenesisHash";
pub(super) const ACCOUNTS: &str = "getMultipleAccounts";
pub(super) const BLOCKHASH: &str = "isBlockhashValid";
pub(super) const SIMULATE: &str = "simulateTransaction";
pub(super) const LATEST: &str = "getLatestBlockhash";
pub(super) const EPOCH: &str = "getEpochInfo";
pub(super) const HEIGHT: &str = "getBlockHeight";
pub(super) const RENT: &str = "getMinimumBalanceForRentExemption";
pub(super) const PRICES: &str = "getRecentPrioritizationFees";
pub(super) const SEND: &str = "sendTransaction";
pub(super) const STATUSES: &str = "getSignatureStatuses";
pub(super) const HISTORY: &str = "getFirstAvailableBlock";
/// How many accounts a node tells of in one answer.
pub(super) const MOST_ACCOUNTS: usize = 100;

/// Asks for the cluster, by the hash of its first block.
pub(super) fn genesis() -> Call {
    Call { method: GENESIS, params: json!([]) }
}

/// Asks for accounts as they are for good.
pub(super) fn settled(addresses: &[SolanaAddress]) -> Call {
    let settings = json!({"commitment": "finalized", "encoding": "base64"});
    Call { method: ACCOUNTS, params: json!([texts(addresses), settings]) }
}

/// Asks for a blockhash to build on, of a block that the cluster has voted for.
pub(super) fn latest_blockhash() -> Call {
    Call { method: LATEST, params: json!([{"commitment": "confirmed"}]) }
}

/// Asks what recent blocks took for a compute unit where transactions write to all of these.
pub(super) fn prices(writable: &[SolanaAddress]) -> Call {
    Call { method: PRICES, params: json!([texts(writable)]) }
}

/// Asks what an account of some bytes keeps to be there.
pub(super) fn rent(bytes: usize) -> Call {
    Call { method: RENT, params: json!([bytes, {"commitment": "confirmed"}]) }
}

/// Asks to pass a transaction on, once it was run without being sent.
pub(super) fn send(transaction: &[u8]) -> Call {
    let settings =
        json!({"encoding": "base64", "skipPreflight": false, "preflightCommitment": "confirmed"});
    Call { method: SEND, params: json!([STANDARD.encode(transaction), settings]) }
}

/// Asks what became of a transaction, over all of the node's history.
pub(super) fn status(signature: &[u8; 64]) -> Call {
    let name = bs58::encode(signature).into_string();
    Call { method: STATUSES, params: json!([[name], {"searchTransactionHistory": true}]) }
}

/// Asks from which slot on the node's history goes.
pub(super) fn history() -> Call {
    Call { method: HISTORY, params: json!([]) }
}

/// Asks about the state that can't be undone any more, not older than one slot.
pub(super) struct Final {
    pub(super) min_slot: u64,
}

impl Final {
    /// Asks for the height and the slot of the latest block, in one answer: two could be of two nodes.
    pub(super) fn latest(&self) -> Call {
        Call { method: EPOCH, params: json!([self.settings()]) }
    }

    /// Asks whether a blockhash can be used.
    pub(super) fn blockhash(&self, blockhash: SolanaHash) -> Call {
        Call { method: BLOCKHASH, params: json!([blockhash.to_string(), self.settings()]) }
    }

    fn settings(&self) -> Value {
        json!({"commitment": "finalized", "minContextSlot": self.min_slot})
    }
}

/// Asks about the state that the cluster has voted for, not older than one slot.
pub(super) struct Current {
    pub(super) min_slot: u64,
}

impl Current {
    /// Asks for accounts.
    pub(super) fn accounts(&self, addresses: &[SolanaAddress]) -> Call {
        let settings = self.settings(json!({"encoding": "base64"}));
        Call { method: ACCOUNTS, params: json!([texts(addresses), settings]) }
    }

    /// Asks whether a blockhash can be used.
    pub(super) fn blockhash(&self, blockhash: SolanaHash) -> Call {
        let settings = self.settings(json!({}));
        Call { method: BLOCKHASH, params: json!([blockhash.to_string(), settings]) }
    }

    /// Asks for the height of the latest block.
    pub(super) fn height(&self) -> Call {
        Call { method: HEIGHT, params: json!([self.settings(json!({}))]) }
    }

    /// Asks what a transaction does to accounts, as it stands: with its own blockhash, and whether
    /// or not all have signed it.
    pub(super) fn simulate(&self, transaction: &[u8], watched: &[SolanaAddress]) -> Call {
        let settings = self.settings(json!({
            "encoding": "base64",
            "sigVerify": false,
            "replaceRecentBlockhash": false,
            "accounts": {"encoding": "base64", "addresses": texts(watched)},
        }));
        Call { method: SIMULATE, params: json!([STANDARD.encode(transaction), settings]) }
    }

    /// Adds which state is asked about.
    ///
    /// Not `processed`: that may be of a fork which the cluster leaves, with blockhashes that nobody
    /// else will know. A blockhash that expires in the slot or two by which this is older is no
    /// loss: the transaction then fails, and moves nothing.
    fn settings(&self, mut settings: Value) -> Value {
        if let Some(members) = settings.as_object_mut() {
            members.insert("commitment".to_owned(), json!("confirmed"));
            members.insert("minContextSlot".to_owned(), json!(self.min_slot));
        }
        settings
    }
}

fn texts(addresses: &[SolanaAddress]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

//! A node that knows some accounts and one transaction, and can be told to lie.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
pub(crate) use countersign_approval::SolanaChainView as ChainView;
use countersign_approval::{ChainViewError, SolanaFacts};
pub(crate) use countersign_chain_rpc::SolanaRpc as View;
use countersign_chain_rpc::SolanaRpcSettings;
use countersign_units::SolanaAddress;
use serde_json::{Value, json};

use crate::fake::{self, Chain};
pub(crate) use crate::sample::query;
use crate::sample::{
    BLOCKHASH, GENESIS, HEIGHT, LAST_HEIGHT, SETTLED_HEIGHT, SETTLED_SLOT, SLOT, after, before,
};

type Accounts = BTreeMap<SolanaAddress, Value>;

pub(crate) type Script = fake::Script<Solana>;
pub(crate) type FakeNode = fake::FakeNode<Solana>;

/// The accounts that the node knows, before and after the transaction.
pub(crate) struct Solana {
    before: Accounts,
    after: Accounts,
}

impl Default for Solana {
    fn default() -> Self {
        Self { before: before(), after: after() }
    }
}

impl Script {
    /// Has something else at an address; `null` for nothing.
    pub(crate) fn with(mut self, address: SolanaAddress, before: Value, after: Value) -> Self {
        self.chain.before.insert(address, before);
        self.chain.after.insert(address, after);
        self
    }

    /// Has something else at an address, that the transaction leaves as it is.
    pub(crate) fn at(address: SolanaAddress, account: &Value) -> Self {
        Self::honest().with(address, account.clone(), account.clone())
    }

    /// Replaces a part of the answers to a method.
    pub(crate) fn part(method: &'static str, pointer: &'static str, part: Value) -> Self {
        Self::one(move |question, mut answer| {
            if question["method"] == method {
                *answer.pointer_mut(pointer).unwrap() = part.clone();
            }
            answer
        })
    }

    /// Takes a member out of a part of the answers to a method.
    pub(crate) fn without(
        method: &'static str,
        pointer: &'static str,
        member: &'static str,
    ) -> Self {
        Self::one(move |question, mut answer| {
            if question["method"] == method {
                let part = answer.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
                assert!(part.remove(member).is_some(), "there is {pointer}/{member}");
            }
            answer
        })
    }

    /// Fails each question of a method.
    pub(crate) fn failing(method: &'static str, code: i64, message: &'static str) -> Self {
        Self::one(move |question, answer| {
            if question["method"] != method {
                return answer;
            }
            let error = json!({"code": code, "message": message});
            json!({"jsonrpc": "2.0", "id": question["id"], "error": error})
        })
    }
}

impl Chain for Solana {
    fn result(&self, method: &str, params: &Value) -> Value {
        let [asked, settings] = [0, 1].map(|index| &params[index]);
        match method {
            "getGenesisHash" => json!(GENESIS.to_string()),
            "getMultipleAccounts" => as_of(settings, &told(&self.before, asked)),
            "isBlockhashValid" => as_of(settings, &json!(true)),
            "simulateTransaction" => {
                let accounts = told(&self.after, &settings["accounts"]["addresses"]);
                as_of(settings, &simulated(&json!(null), &accounts))
            }
            "getLatestBlockhash" => {
                let latest = json!({
                    "blockhash": BLOCKHASH.to_string(),
                    "lastValidBlockHeight": LAST_HEIGHT,
                });
                as_of(asked, &latest)
            }
            "getEpochInfo" => {
                let settled = asked["commitment"] == "finalized";
                let (slot, height) =
                    if settled { (SETTLED_SLOT, SETTLED_HEIGHT) } else { (SLOT, HEIGHT) };
                json!({"absoluteSlot": slot, "blockHeight": height, "epoch": 805})
            }
            "getBlockHeight" => {
                let settled = asked["commitment"] == "finalized";
                json!(if settled { SETTLED_HEIGHT } else { HEIGHT })
            }
            "getMinimumBalanceForRentExemption" => {
                let bytes = asked.as_u64().unwrap();
                json!(bytes.saturating_add(128).saturating_mul(6_960))
            }
            "getRecentPrioritizationFees" => {
                let taken = [7, 0, 1_000, 20].into_iter();
                taken.map(|fee| json!({"slot": SLOT, "prioritizationFee": fee})).collect()
            }
            "sendTransaction" => json!(first_signature(asked)),
            "getSignatureStatuses" => as_of(settings, &json!([null])),
            "getFirstAvailableBlock" => json!(1),
            method => json!(format!("unknown: {method}")),
        }
    }
}

impl FakeNode {
    pub(crate) fn view(&self, settings: SolanaRpcSettings) -> View {
        View::with_settings(self.http(""), settings)
    }
}

/// Reads the facts from a node with this script, in the usual way.
pub(crate) async fn facts_of(script: Script) -> Result<SolanaFacts, ChainViewError> {
    let node = FakeNode::start(script).await;
    node.view(SolanaRpcSettings::default()).facts(&query()).await
}

/// Writes what a node tells of a transaction that it ran.
pub(crate) fn simulated(error: &Value, accounts: &Value) -> Value {
    json!({
        "accounts": accounts,
        "err": error,
        "innerInstructions": null,
        "loadedAccountsDataSize": 134_822,
        "logs": ["Program 11111111111111111111111111111111 invoke [1]"],
        "replacementBlockhash": null,
        "returnData": null,
        "unitsConsumed": 405,
    })
}

fn told(known: &Accounts, addresses: &Value) -> Value {
    let addresses = addresses.as_array().unwrap().iter();
    let of = |address: &Value| known.get(&address.as_str().unwrap().parse().unwrap()).cloned();
    addresses.map(of).collect()
}

/// Returns the name of a transaction that is sent in base64.
fn first_signature(sent: &Value) -> String {
    let wire = STANDARD.decode(sent.as_str().unwrap()).unwrap();
    bs58::encode(&wire[1..65]).into_string()
}

fn as_of(settings: &Value, value: &Value) -> Value {
    let settled = settings["commitment"] == "finalized";
    let slot = if settled { SETTLED_SLOT } else { SLOT };
    json!({"context": {"apiVersion": "4.2.2", "slot": slot}, "value": value})
}

use countersign_units::{EvmAddress, Lots, UnixSeconds};
use serde::{Deserialize, Serialize};

use crate::Fact;

/// What a signed NEAR intent has to say: one transfer to a deposit address, and nothing else.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "terms are data that the facade fills in")]
pub struct IntentTerms {
    /// The standard that was asked for.
    pub standard: IntentStandard,
    /// The pinned contract that executes the intent.
    pub verifying_contract: String,
    /// Our account inside that contract.
    pub signer_id: String,
    /// The key that signs for it.
    pub key: IntentKey,
    /// The proven deposit address.
    pub receiver_id: String,
    /// The names of the agreed asset, one of which must be moved.
    pub tokens: Vec<String>,
    /// How much of it, exactly.
    pub amount: Lots,
    /// The memo that was agreed on; absent means that there must be none.
    pub memo: Option<String>,
    /// The message for the receiver's contract that was agreed on; absent means that there must be
    /// none.
    pub msg: Option<String>,
    /// The last moment at which the deposit may be made, by the proven quote.
    pub fund_by: UnixSeconds,
    /// The last deadline of the intent that is allowed.
    pub latest_deadline: UnixSeconds,
    /// The member of the policy that the last deadline keeps to, where a policy bounds it.
    pub bound: Option<IntentBound>,
    /// How many seconds must be left to make the deposit.
    pub min_remaining: u64,
    /// Which nonces are taken.
    pub nonce: IntentNonceRule,
    /// The facts without which nothing is signed.
    pub require_facts: Vec<Fact>,
    /// How far, in seconds, the clock and the latest block may differ.
    pub max_clock_skew: u64,
}

/// The member of a policy that bounds the deadline of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "a policy bounds it by one of these")]
pub enum IntentBound {
    /// The one for all deadlines: the policy says nothing of intents.
    MaxDeadlineSeconds,
    /// The one for signed intents.
    MaxIntentSeconds,
}

/// The way in which an intent is hashed and signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "a signer must know all that it can be asked for")]
pub enum IntentStandard {
    /// [NEP-413](https://github.com/near/NEPs/blob/master/neps/nep-0413.md), by an Ed25519 key.
    Nep413,
    /// [ERC-191](https://eips.ethereum.org/EIPS/eip-191), by a secp256k1 key.
    Erc191,
    /// TIP-191, Tron's twin of ERC-191, by a secp256k1 key.
    Tip191,
    /// The text as it is, by an Ed25519 key.
    RawEd25519,
}

/// The public half of the key that signs an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "these are the kinds of key that we hold")]
pub enum IntentKey {
    /// An Ed25519 public key.
    Ed25519(#[serde(with = "crate::wire::hex")] [u8; 32]),
    /// The end of the hash of a secp256k1 public key, to which a signature recovers.
    Secp256k1(EvmAddress),
}

/// Which nonces of an intent are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "a nonce is either of the known form or not")]
pub enum IntentNonceRule {
    /// Those of version 1, which carry the deadline and one of these salts of the contract. With no
    /// salt here, the contract's own view must be given.
    Versioned {
        /// The pinned salts.
        salts: Vec<[u8; 4]>,
    },
    /// Any 32 bytes: they can be used for as long as the contract does not know them.
    Any,
}

impl IntentBound {
    /// Returns the name in the policy.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MaxDeadlineSeconds => "max_deadline_seconds",
            Self::MaxIntentSeconds => "deposits.max_intent_seconds",
        }
    }
}

impl IntentStandard {
    /// Returns the API's own word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nep413 => "nep413",
            Self::Erc191 => "erc191",
            Self::Tip191 => "tip191",
            Self::RawEd25519 => "raw_ed25519",
        }
    }

    /// Says whether a key can sign by this standard.
    pub const fn takes(self, key: &IntentKey) -> bool {
        match self {
            Self::Nep413 | Self::RawEd25519 => matches!(key, IntentKey::Ed25519(_)),
            Self::Erc191 | Self::Tip191 => matches!(key, IntentKey::Secp256k1(_)),
        }
    }
}

//! What is sent, and what is answered.

use countersign_approval::ConfigDigest;
use countersign_units::UnixMillis;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Curve;

/// The version of the form.
pub(super) const VERSION: u8 = 1;

/// A request to sign.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignRequest {
    pub(super) version: u8,
    /// When it was made, in Unix milliseconds.
    pub(super) time: UnixMillis,
    /// What no other request has.
    pub(super) nonce: String,
    pub(super) key: KeyName,
    pub(super) scheme: Scheme,
    /// The 32 bytes or the message that the caller wants signed, in hex.
    pub(super) message: String,
    pub(super) evidence: Box<RawValue>,
}

/// Which key.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyName {
    pub(super) id: String,
    pub(super) curve: Curve,
    /// The public half, in hex.
    pub(super) public_key: String,
}

/// How it is signed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Scheme {
    /// ECDSA over secp256k1, of 32 bytes.
    Ecdsa,
    /// BIP-340, of 32 bytes.
    Bip340,
    /// BIP-340, of 32 bytes, by the key tweaked as BIP-86 has it.
    Bip340Bip86,
    /// Ed25519, of a message.
    Ed25519,
}

/// What was verified, and by what.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EvidenceFile {
    pub(super) kind: Kind,
    /// What was verified, as it came: JSON, or a draft in hex.
    pub(super) payload: String,
    /// What it was compared with; refunds and challenges have no terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) terms: Option<Box<RawValue>>,
    /// The digests of the policy and the registry that the terms were made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) policy: Option<ConfigDigest>,
    /// What a signature allows, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) statement: Option<String>,
}

/// What kind of evidence it is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Permit,
    Call,
    TronCall,
    Psbt,
    Payment,
    Refund,
    Cosign,
    Transfer,
    Intent,
    Challenge,
}

/// How a refund was planned.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RefundFile {
    pub(super) recipe: countersign_bitcoin::RefundRecipe,
    pub(super) outpoint: countersign_approval::CoinId,
    /// In satoshis per virtual byte.
    pub(super) fee_rate: u64,
}

/// What a service that signed answers.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signed {
    pub(super) nonce: String,
    /// `r` and `s`, or the 64 bytes of the scheme, in hex.
    pub(super) signature: String,
}

/// What a service that did not sign answers.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refused {
    pub(super) code: String,
    pub(super) reason: String,
}

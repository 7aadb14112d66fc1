//! Quotes that an API of our own makes, and the terms that they answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_approval::{QuoteTerms, Refusal, Terms};
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(super) use super::terms::{DEADLINE_SECONDS, NOW, OURS, USDC, terms};
use crate::{ProvenQuote, QuoteAnswer, QuoteKeys, prove};

pub(super) const DEADLINE: &str = "2026-11-21T08:30:00.000Z";
pub(super) const INACTIVE: &str = "2026-11-24T08:30:00.000Z";
pub(super) const DEPOSIT: &str = "9d3c1f6ab2e84570c5d1e7f3a6b8092c4e5f60718293a4b5c6d7e8f901234567";

/// The key of the API that the tests are.
pub(super) fn api_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub(super) fn keys() -> QuoteKeys {
    let key = bs58::encode(api_key().verifying_key().as_bytes()).into_string();
    QuoteKeys::new([format!("ed25519:{key}").as_str()]).unwrap()
}

/// An answer without its signature.
pub(super) fn unsigned() -> Value {
    json!({
        "correlationId": "c0ffee",
        "timestamp": "2026-11-21T08:00:00.021Z",
        "quoteRequest": {
            "dry": false,
            "depositMode": "SIMPLE",
            "swapType": "EXACT_INPUT",
            "slippageTolerance": 100,
            "originAsset": USDC,
            "depositType": "INTENTS",
            "destinationAsset": "nep141:sol.omft.near",
            "amount": "100000000",
            "refundTo": OURS,
            "refundType": "INTENTS",
            "recipient": "7v91N7iZ9mNicL8WfG6cgSCKyRXydQjLh6UYBWwm6y1Q",
            "recipientType": "DESTINATION_CHAIN",
            "deadline": DEADLINE,
            "confidentiality": "public",
            "referral": "countersign",
            "quoteWaitingTimeMs": 0,
            "insured": false,
            "appFees": [
                { "recipient": "platform.near", "fee": 20, "limitOrderId": null },
                { "recipient": "ours.near", "fee": 5 },
            ],
        },
        "quote": {
            "amountIn": "100000000",
            "amountInFormatted": "100.0",
            "amountInUsd": "99.990000000000",
            "minAmountIn": "100000000",
            "amountOut": "678000123",
            "amountOutFormatted": "0.678000123",
            "amountOutUsd": "99.120000000000",
            "minAmountOut": "671220121",
            "timeEstimate": 37,
            "refundFee": "318834",
            "withdrawFee": "32000",
            "deadline": INACTIVE,
            "timeWhenInactive": INACTIVE,
            "depositAddress": DEPOSIT,
        },
    })
}

const REQUEST: [&str; 12] = [
    "dry",
    "swapType",
    "slippageTolerance",
    "originAsset",
    "depositType",
    "destinationAsset",
    "amount",
    "refundTo",
    "refundType",
    "recipient",
    "recipientType",
    "deadline",
];
const REQUEST_UNLESS_FALSY: [&str; 5] = [
    "quoteWaitingTimeMs",
    "referral",
    "virtualChainRecipient",
    "virtualChainRefundRecipient",
    "customRecipientMsg",
];
const QUOTE: [&str; 8] = [
    "amountIn",
    "amountInFormatted",
    "amountInUsd",
    "minAmountIn",
    "amountOut",
    "amountOutFormatted",
    "amountOutUsd",
    "minAmountOut",
];
const QUOTE_UNLESS_FALSY: [&str; 10] = [
    "depositAddress",
    "depositMemo",
    "deadline",
    "timeWhenInactive",
    "timeEstimate",
    "virtualChainRecipient",
    "virtualChainRefundRecipient",
    "customRecipientMsg",
    "refundFee",
    "withdrawFee",
];

/// Writes the text that is signed, by the documented object and a library's own writer.
pub(super) fn canonical(answer: &Value, whole: bool) -> String {
    let is_falsy = |value: &Value| {
        value.is_null() || *value == "" || *value == false || value.as_f64() == Some(0.0)
    };
    let (request, quote) = (&answer["quoteRequest"], &answer["quote"]);
    let mut members = BTreeMap::new();
    for name in REQUEST {
        members.insert(name, &request[name]);
    }
    for name in REQUEST_UNLESS_FALSY.into_iter().filter(|name| !is_falsy(&request[name])) {
        members.insert(name, &request[name]);
    }
    for name in QUOTE {
        members.insert(name, &quote[name]);
    }
    if whole && request["dry"] == false {
        for name in QUOTE_UNLESS_FALSY {
            members.remove(name);
            if !is_falsy(&quote[name]) {
                members.insert(name, &quote[name]);
            }
        }
    }
    members.insert("timestamp", &answer["timestamp"]);
    serde_json::to_string(&members).unwrap()
}

pub(super) fn sign(mut answer: Value) -> Value {
    let text = canonical(&answer, true);
    answer["signature"] = signature(&text).into();
    answer
}

pub(super) fn signature(text: &str) -> String {
    let message = bs58::encode(Sha256::digest(text)).into_string();
    let signature = api_key().sign(message.as_bytes()).to_bytes();
    format!("ed25519:{}", bs58::encode(signature).into_string())
}

/// An answer that is what was asked for.
pub(super) fn answer() -> Value {
    sign(unsigned())
}

pub(super) fn prove_json(answer: &Value, terms: Terms<QuoteTerms>) -> Result<ProvenQuote, Refusal> {
    prove(QuoteAnswer::new(answer.to_string()), &Arc::new(terms), &keys(), NOW)
}

pub(super) fn proven() -> ProvenQuote {
    prove_json(&answer(), terms()).unwrap()
}

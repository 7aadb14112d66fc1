//! Intents that an API of our own generates, and the terms that they meet.

use std::sync::LazyLock;

use countersign_approval::{
    IntentNonceRule, IntentStandard, IntentTerms, NearFacts, SwapId, Terms,
};
use serde_json::{Value, json};

use super::honest::{DEPOSIT, INACTIVE, NOW, USDC, proven};
use crate::{
    IntentOwner, IntentPayload, IntentSigner, LocalEd25519Signer, LocalSecp256k1Signer,
    ProvenQuote, VerifiedIntent, VerifyError, implicit_account, intent_terms, verify_intent,
};

pub(super) const ALL: [IntentStandard; 4] = [
    IntentStandard::Nep413,
    IntentStandard::Erc191,
    IntentStandard::Tip191,
    IntentStandard::RawEd25519,
];
pub(super) const SALT: [u8; 4] = [0x25, 0x28, 0x12, 0xb3];
/// Of version 1, with the salt and the moment at which the deposit address dies.
pub(super) const NONCE: &str = "Vij2xgAlKBKzAFAEKOzt6hgBAgMEBQYHCAkKCwwNDg8=";
pub(super) const KEY: &str = "5a1e77b2c0d94f3865e2a19b7c4d80f36be5172a9d0c483f61b7e85d24a90c3f";

pub(super) fn signer(standard: IntentStandard) -> Box<dyn IntentSigner> {
    match standard {
        IntentStandard::Nep413 | IntentStandard::RawEd25519 => {
            Box::new(LocalEd25519Signer::from_seed_hex(KEY).unwrap())
        }
        IntentStandard::Erc191 | IntentStandard::Tip191 => {
            Box::new(LocalSecp256k1Signer::from_hex(KEY).unwrap())
        }
    }
}

pub(super) fn owner(standard: IntentStandard) -> IntentOwner {
    let key = signer(standard).key();
    IntentOwner {
        standard,
        key,
        signer_id: implicit_account(&key),
        verifying_contract: "intents.near".to_owned(),
        nonce: IntentNonceRule::Versioned { salts: vec![SALT] },
        latest_deadline: None,
        bound: None,
        min_remaining: 60,
        require_facts: vec![],
        max_clock_skew: 300,
    }
}

/// Makes terms for a swap of its own.
pub(super) fn intent_terms_for(standard: IntentStandard) -> Terms<IntentTerms> {
    // To prove the quote again for each of many intents would take most of the time.
    static QUOTE: LazyLock<ProvenQuote> = LazyLock::new(proven);
    let mut terms = intent_terms(&QUOTE, owner(standard)).unwrap();
    terms.swap_id = SwapId::generate();
    terms
}

/// What all standards say in their own places.
pub(super) fn message(standard: IntentStandard) -> Value {
    json!({
        "signer_id": implicit_account(&signer(standard).key()),
        "deadline": INACTIVE,
        "intents": [
            { "intent": "transfer", "receiver_id": DEPOSIT, "tokens": { USDC: "100000000" } },
        ],
    })
}

/// Writes a message as the API does.
pub(super) fn generated(standard: IntentStandard, message: &Value) -> String {
    let payload = if standard == IntentStandard::Nep413 {
        json!({ "message": message.to_string(), "nonce": NONCE, "recipient": "intents.near" })
    } else {
        let mut message = message.clone();
        message["verifying_contract"] = "intents.near".into();
        message["nonce"] = NONCE.into();
        message.to_string().into()
    };
    let intent = json!({ "standard": standard.as_str(), "payload": payload });
    json!({ "intent": intent, "correlationId": "c0ffee" }).to_string()
}

pub(super) fn payload(standard: IntentStandard) -> String {
    generated(standard, &message(standard))
}

pub(super) fn verify(standard: IntentStandard, json: &str) -> Result<VerifiedIntent, VerifyError> {
    verify_json(json, intent_terms_for(standard), &NearFacts::default())
}

pub(super) fn verify_json(
    json: &str,
    terms: Terms<IntentTerms>,
    facts: &NearFacts,
) -> Result<VerifiedIntent, VerifyError> {
    verify_intent(IntentPayload::new(json), &terms.into(), facts, NOW)
}

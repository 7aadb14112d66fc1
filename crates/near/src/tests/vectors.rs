//! What other implementations signed, where it is at hand.

use std::sync::Arc;

use countersign_approval::{
    IntentKey, IntentNonceRule, IntentStandard, IntentTerms, NearFacts, Terms,
};
use countersign_units::{EvmAddress, Lots, UnixSeconds};
use serde_json::{Value, json};

use super::fixtures::read;
use super::payloads::{ALL, intent_terms_for, payload, verify_json};
use crate::intent::{Nep413, Signed, check, hash_of};
use crate::{
    IntentDigest, IntentPayload, ToSign, UncheckedIntentSignature, VerifyError, verify_intent,
};

fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
}

fn base58<const N: usize>(value: &Value) -> [u8; N] {
    let text = value.as_str().unwrap().trim_start_matches("ed25519:");
    bs58::decode(text).into_vec().unwrap().try_into().unwrap()
}

/// Says whether an Ed25519 signature is one over `message`, and over no other.
fn is_ed25519(signature: [u8; 64], message: &[u8], key: [u8; 32]) -> bool {
    let check = |message: &[u8]| {
        let signature = UncheckedIntentSignature::Ed25519(signature);
        check(&signature, ToSign::Ed25519(message), &IntentKey::Ed25519(key)).is_ok()
    };
    (0..message.len()).step_by(1 + message.len() / 32).all(|place| {
        let mut changed = message.to_vec();
        changed[place] ^= 1;
        !check(&changed)
    }) && check(message)
}

#[test]
fn nep413_and_raw_ed25519_of_the_contract_verify() {
    let Some(vectors) = read("defuse-multipayload-vectors.json") else { return };
    let vector = &vectors["nep413"];
    let text = |name: &str| vector["payload"][name].as_str().unwrap();
    let payload = Nep413 { message: text("message"), nonce: "", recipient: text("recipient") };
    let nonce = bytes(&vector["payload"]["nonce_hex"]);
    let hash = hash_of(IntentStandard::Nep413, Signed::Nep413(payload), &nonce).unwrap();
    let (signature, key) = (bytes(&vector["signature_hex"]), bytes(&vector["public_key_hex"]));
    assert!(is_ed25519(signature, &hash, key));

    let vector = &vectors["raw_ed25519"]["multipayload"];
    let text = vector["payload"].as_str().unwrap();
    let (signature, key) = (base58(&vector["signature"]), base58(&vector["public_key"]));
    assert!(is_ed25519(signature, text.as_bytes(), key));
    let hash = hash_of(IntentStandard::RawEd25519, Signed::Text(text), &[0; 32]).unwrap();
    let written = IntentDigest::new(hash).to_string();
    assert_eq!(written, vectors["raw_ed25519"]["hash_base58"].as_str().unwrap());
}

#[test]
fn erc191_and_tip191_of_the_contract_recover() {
    let Some(vectors) = read("defuse-multipayload-vectors.json") else { return };
    for standard in [IntentStandard::Erc191, IntentStandard::Tip191] {
        let vector = &vectors[standard.as_str()];
        let key: [u8; 64] = bytes(&vector["public_key_hex"]);
        let address = EvmAddress::new(alone(&key));
        let signature: [u8; 65] = bytes(&vector["signature_rsv_hex"]);
        let [compact @ .., v] = signature;
        let text = vector["message"].as_str().unwrap();
        let judge = |text: &str, y_parity| {
            let hash = hash_of(standard, Signed::Text(text), &[0; 32]).unwrap();
            let unchecked = UncheckedIntentSignature::Secp256k1 { compact, y_parity };
            let digest = IntentDigest::new(hash);
            check(&unchecked, ToSign::Secp256k1(&digest), &IntentKey::Secp256k1(address))
        };
        let written = judge(text, v == 1).unwrap();
        let bytes = bs58::decode(written.strip_prefix("secp256k1:").unwrap()).into_vec().unwrap();
        assert_eq!(bytes, signature);
        assert!(judge(text, v == 0).is_err());
        assert!(judge(&text.replace('!', "?"), v == 1).is_err());
    }
}

#[test]
fn the_contracts_other_standards_are_none_that_we_sign_by() {
    let Some(vectors) = read("defuse-multipayload-vectors.json") else { return };
    for name in vectors.as_object().unwrap().keys().filter(|name| *name != "note") {
        let ours = ALL.iter().any(|standard| standard.as_str() == name);
        assert_eq!(ours, !["sep53", "ton_connect"].contains(&name.as_str()), "{name}");
        let asked = intent_terms_for(IntentStandard::RawEd25519);
        let named = payload(IntentStandard::RawEd25519).replacen("raw_ed25519", name, 1);
        let refused = verify_json(&named, asked, &NearFacts::default());
        assert_eq!(refused.is_ok(), name == "raw_ed25519", "{name}");
    }
}

/// Hashes a public key to its address.
fn alone(key: &[u8; 64]) -> [u8; 20] {
    use sha3::Digest as _;
    let hash: [u8; 32] = sha3::Keccak256::digest(key).into();
    *hash.last_chunk().unwrap()
}

/// What whoever submitted the sample must have agreed to.
fn agreed(request: &Value) -> (Terms<IntentTerms>, UnixSeconds) {
    let message = request["payload"]["message"].as_str().unwrap();
    let message: Value = serde_json::from_str(message).unwrap();
    let transfer = &message["intents"][0];
    let (token, amount) = transfer["tokens"].as_object().unwrap().iter().next().unwrap();
    let amount: Lots = amount.as_str().unwrap().parse().unwrap();
    let mut terms = intent_terms_for(IntentStandard::Nep413);
    let deadline = message["deadline"].as_str().unwrap();
    let deadline = crate::moment::Moment::parse(deadline).unwrap().to_seconds();
    terms.source.amount = amount;
    terms.approval = IntentTerms {
        signer_id: message["signer_id"].as_str().unwrap().to_owned(),
        receiver_id: transfer["receiver_id"].as_str().unwrap().to_owned(),
        tokens: vec![token.clone()],
        amount,
        key: IntentKey::Ed25519(base58(&request["public_key"])),
        fund_by: deadline,
        latest_deadline: deadline,
        ..terms.approval
    };
    (terms, UnixSeconds::new(deadline.value() - 3_600))
}

#[test]
fn a_real_intent_is_verified_and_its_hash_is_the_answered_one() {
    let Some(sample) = read("1click-submit-intent-nep413-2026-06-18.json") else { return };
    let request = &sample["request"]["signedData"];
    let (mut terms, now) = agreed(request);
    let generated = json!({"standard": request["standard"], "payload": request["payload"]});
    let nonce = request["payload"]["nonce"].as_str().unwrap();
    let nonce = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, nonce).unwrap();
    terms.approval.nonce =
        IntentNonceRule::Versioned { salts: vec![nonce[5..9].try_into().unwrap()] };
    let payload = IntentPayload::new(generated.to_string());
    let intent =
        verify_intent(payload, &Arc::new(terms.clone()), &NearFacts::default(), now).unwrap();
    assert_eq!(intent.digest().to_string(), sample["response"]["intentHash"].as_str().unwrap());
    let (signature, key) = (base58(&request["signature"]), base58(&request["public_key"]));
    assert!(is_ed25519(signature, intent.digest().as_bytes(), key));
    // Of its account, its key is the implicit one.
    assert_eq!(crate::implicit_account(&terms.approval.key), intent.signer_id());
}

#[test]
fn the_documented_example_does_something_else() {
    let Some(example) = read("1click-generate-intent-docs-example.json") else { return };
    let terms = intent_terms_for(IntentStandard::Nep413);
    let refused = verify_json(&example.to_string(), terms, &NearFacts::default()).unwrap_err();
    let VerifyError::Refused(refusal) = refused else { panic!("{refused}") };
    assert!(refusal.has(countersign_approval::Code::IntentKind), "{refusal}");
}

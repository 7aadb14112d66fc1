use async_trait::async_trait;
use countersign_approval::{
    Claim, IntentKey, IntentStandard, MemoryLedger, Policy, Registry, Reservation, reserve,
};
use countersign_units::{Lots, UnixSeconds};
use ed25519_dalek::{Signature, VerifyingKey};
use futures::executor::block_on;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{Message, SECP256K1};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sha3::Keccak256;

use super::honest::{DEADLINE_SECONDS, NOW};
use super::payloads::{ALL, KEY, message, payload, signer, verify};
use crate::{
    IntentSigner, LocalEd25519Signer, LocalSecp256k1Signer, ParseKeyError, SignError, SignIntent,
    SignatureError, SignedIntent, SignerError, UncheckedIntentSignature, VerifiedIntent,
    implicit_account, sign_intent,
};

const REGISTRY: &str = r#"
environment = "mainnet"
[networks.ethereum]
kind = "evm"
api_network_id = 1
chain_id = 1
[tokens.USDC]
network = "ethereum"
address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
decimals = 6
"#;

fn policy(paused: bool) -> Policy {
    let text = format!(
        "paused = {paused}\nmax_deadline_seconds = 3600\nmax_slippage_bps = 100\nrequire_facts = []\n[limits.USDC]\nper_swap = \"1000000\"\nper_day = \"1000000\""
    );
    Policy::from_toml(&text, &Registry::from_toml(REGISTRY).unwrap()).unwrap()
}

fn reserved(intent: &VerifiedIntent) -> Reservation {
    block_on(reserve(&MemoryLedger::new(), intent.claim(), &policy(false), NOW)).unwrap()
}

fn verified(standard: IntentStandard) -> VerifiedIntent {
    verify(standard, &payload(standard)).unwrap()
}

fn sign_at(
    standard: IntentStandard,
    signer: &dyn IntentSigner,
    now: UnixSeconds,
) -> Result<SignedIntent, SignError> {
    let intent = verified(standard);
    let reservation = reserved(&intent);
    block_on(sign_intent(&intent, &reservation, &policy(false), signer, now))
}

/// Reads `curve:` and base58.
fn bytes(value: &Value, curve: &str) -> Vec<u8> {
    bs58::decode(value.as_str().unwrap().strip_prefix(curve).unwrap()).into_vec().unwrap()
}

fn recovered(digest: [u8; 32], signature: &[u8]) -> String {
    let (scalars, v) = signature.split_at(64);
    let id = if v == [1] { RecoveryId::One } else { RecoveryId::Zero };
    let signature = RecoverableSignature::from_compact(scalars, id).unwrap();
    let key = SECP256K1.recover_ecdsa(&Message::from_digest(digest), &signature).unwrap();
    let hash = Keccak256::digest(&key.serialize_uncompressed()[1..]);
    format!("0x{}", hex::encode(&hash[12..]))
}

#[test]
fn what_is_submitted_is_the_payload_as_it_came_and_a_signature_over_it() {
    for standard in ALL {
        let sent: Value = serde_json::from_str(&payload(standard)).unwrap();
        let signed = sign_at(standard, &*signer(standard), NOW).unwrap();
        let written: Value = serde_json::from_str(signed.as_json()).unwrap();
        assert_eq!(written["standard"], standard.as_str());
        assert_eq!(written["payload"], sent["intent"]["payload"]);
        let text = written["payload"].as_str().unwrap_or_default();
        let signer_id = message(standard)["signer_id"].as_str().unwrap().to_owned();
        match standard {
            IntentStandard::Erc191 | IntentStandard::Tip191 => {
                let chain = if standard == IntentStandard::Erc191 { "Ethereum" } else { "TRON" };
                let text = format!("\x19{chain} Signed Message:\n{}{text}", text.len());
                let digest: [u8; 32] = Keccak256::digest(text).into();
                let signature = bytes(&written["signature"], "secp256k1:");
                assert_eq!(recovered(digest, &signature), signer_id);
                assert!(written.get("public_key").is_none());
                assert_eq!(signed.digest().as_bytes(), &digest);
            }
            IntentStandard::RawEd25519 | IntentStandard::Nep413 => {
                let key: [u8; 32] = bytes(&written["public_key"], "ed25519:").try_into().unwrap();
                assert_eq!(hex::encode(key), signer_id);
                let signature = bytes(&written["signature"], "ed25519:");
                let signature = Signature::from_slice(&signature).unwrap();
                let key = VerifyingKey::from_bytes(&key).unwrap();
                let message = match standard {
                    IntentStandard::RawEd25519 => text.as_bytes(),
                    _ => signed.digest().as_bytes(),
                };
                key.verify_strict(message, &signature).unwrap();
                if standard == IntentStandard::RawEd25519 {
                    let hash: [u8; 32] = Sha256::digest(text).into();
                    assert_eq!(signed.digest().as_bytes(), &hash);
                }
            }
        }
    }
}

#[test]
fn the_payload_is_written_byte_for_byte_where_that_can_be() {
    let standard = IntentStandard::Nep413;
    let text = payload(standard).replacen(r#""recipient":"#, r#" "recipient" :  "#, 1);
    let intent = verify(standard, &text).unwrap();
    let (key, reservation) = (signer(standard), reserved(&intent));
    let policy = policy(false);
    let signed = block_on(sign_intent(&intent, &reservation, &policy, &*key, NOW)).unwrap();
    assert!(signed.as_json().contains(r#" "recipient" :  "intents.near""#), "{}", signed.as_json());
}

#[test]
fn the_answered_hash_is_compared_with_our_own() {
    let signed = sign_at(IntentStandard::Erc191, &*signer(IntentStandard::Erc191), NOW).unwrap();
    assert!(signed.require_hash(&signed.digest().to_string()).is_ok());
    for other in ["", "6rL9mF7KCFZj2SkNUKkyjS4rnKvcS7F43Kwv4rJQWDdL"] {
        assert_eq!(signed.require_hash(other).unwrap_err().expected, *signed.digest());
    }
}

#[test]
fn the_key_must_be_the_agreed_one() {
    let strangers: [Box<dyn IntentSigner>; 2] = [
        Box::new(LocalEd25519Signer::from_seed_hex(&"11".repeat(32)).unwrap()),
        Box::new(LocalSecp256k1Signer::from_hex(&"11".repeat(32)).unwrap()),
    ];
    for standard in ALL {
        for stranger in &strangers {
            let error = sign_at(standard, &**stranger, NOW).unwrap_err();
            let (expected, found) = (signer(standard).key(), stranger.key());
            let [expected, found] = [expected, found].map(|key| implicit_account(&key));
            assert_eq!(error, SignError::OtherKey { expected, found });
        }
    }
}

#[test]
fn a_reservation_is_for_the_whole_claim() {
    let standard = IntentStandard::Nep413;
    let (intent, other, signer) = (verified(standard), verified(standard), signer(standard));
    let cheap = Claim { amount: Lots::ZERO, ..intent.claim() };
    let cheap = block_on(reserve(&MemoryLedger::new(), cheap, &policy(false), NOW)).unwrap();
    for reservation in [reserved(&other), cheap] {
        let result = block_on(sign_intent(&intent, &reservation, &policy(false), &*signer, NOW));
        assert_eq!(result.unwrap_err(), SignError::OtherReservation);
    }
}

#[test]
fn no_two_swaps_fund_one_deposit() {
    let ledger = MemoryLedger::new();
    let (one, other) = (verified(IntentStandard::Nep413), verified(IntentStandard::Erc191));
    let _kept = block_on(reserve(&ledger, one.claim(), &policy(false), NOW)).unwrap();
    let result = block_on(reserve(&ledger, other.claim(), &policy(false), NOW));
    assert!(result.unwrap_err().to_string().contains("replay"));
}

#[test]
fn evidence_goes_out_of_date_and_policy_may_pause() {
    let standard = IntentStandard::Nep413;
    let until = UnixSeconds::new(DEADLINE_SECONDS);
    let last = UnixSeconds::new(DEADLINE_SECONDS - 60);
    let late = UnixSeconds::new(DEADLINE_SECONDS - 59);
    let signer = signer(standard);
    assert!(sign_at(standard, &*signer, last).is_ok());
    let error = sign_at(standard, &*signer, late).unwrap_err();
    assert_eq!(error, SignError::OutOfDate { until, now: late });
    let intent = verified(standard);
    let (reservation, paused) = (reserved(&intent), policy(true));
    let result = block_on(sign_intent(&intent, &reservation, &paused, &*signer, NOW));
    assert_eq!(result.unwrap_err(), SignError::Paused);
}

/// Claims to be the agreed key and changes what a key returns.
struct Broken {
    claimed: IntentKey,
    key: Box<dyn IntentSigner>,
    change: fn(UncheckedIntentSignature) -> UncheckedIntentSignature,
}

#[async_trait]
impl IntentSigner for Broken {
    fn key(&self) -> IntentKey {
        self.claimed
    }

    async fn sign_intent(
        &self,
        request: &SignIntent<'_>,
    ) -> Result<UncheckedIntentSignature, SignerError> {
        Ok((self.change)(self.key.sign_intent(request).await?))
    }
}

fn high_s(signature: UncheckedIntentSignature) -> UncheckedIntentSignature {
    let UncheckedIntentSignature::Secp256k1 { compact, y_parity } = signature else { panic!() };
    let mut s = secp256k1::SecretKey::from_slice(&compact[32..]).unwrap();
    s = s.negate();
    let mut compact = compact;
    compact[32..].copy_from_slice(&s.secret_bytes());
    UncheckedIntentSignature::Secp256k1 { compact, y_parity: !y_parity }
}

fn flipped(signature: UncheckedIntentSignature) -> UncheckedIntentSignature {
    match signature {
        UncheckedIntentSignature::Secp256k1 { compact, y_parity } => {
            UncheckedIntentSignature::Secp256k1 { compact, y_parity: !y_parity }
        }
        UncheckedIntentSignature::Ed25519(mut bytes) => {
            bytes[40] ^= 1;
            UncheckedIntentSignature::Ed25519(bytes)
        }
    }
}

#[test]
fn a_signature_is_verified_before_it_leaves() {
    let fails = |standard, key, change| {
        let broken = Broken { claimed: signer(standard).key(), key, change };
        match sign_at(standard, &broken, NOW).unwrap_err() {
            SignError::Signature(error) => error,
            other => panic!("{other}"),
        }
    };
    let stranger = "11".repeat(32);
    for standard in ALL {
        let key: Box<dyn IntentSigner> = match standard {
            IntentStandard::Nep413 | IntentStandard::RawEd25519 => {
                Box::new(LocalEd25519Signer::from_seed_hex(&stranger).unwrap())
            }
            _ => Box::new(LocalSecp256k1Signer::from_hex(&stranger).unwrap()),
        };
        assert_eq!(fails(standard, key, |signature| signature), SignatureError::OtherSigner);
        assert_eq!(fails(standard, signer(standard), flipped), SignatureError::OtherSigner);
        let other_kind = |signature| match signature {
            UncheckedIntentSignature::Ed25519(compact) => {
                UncheckedIntentSignature::Secp256k1 { compact, y_parity: false }
            }
            UncheckedIntentSignature::Secp256k1 { compact, .. } => {
                UncheckedIntentSignature::Ed25519(compact)
            }
        };
        assert_eq!(fails(standard, signer(standard), other_kind), SignatureError::OtherKind);
    }
    for standard in [IntentStandard::Erc191, IntentStandard::Tip191] {
        assert_eq!(fails(standard, signer(standard), high_s), SignatureError::HighS);
    }
}

#[test]
fn a_key_of_another_kind_declines() {
    let key = signer(IntentStandard::Erc191).key();
    let other = LocalEd25519Signer::from_seed_hex(KEY).unwrap();
    let broken = Broken { claimed: key, key: Box::new(other), change: |signature| signature };
    let error = sign_at(IntentStandard::Erc191, &broken, NOW).unwrap_err();
    assert_eq!(error, SignError::Backend(SignerError::OtherKind));
}

#[test]
fn keys_are_read_in_their_forms_and_never_shown() {
    let seed = [0x5a; 32];
    let pair = ed25519_dalek::SigningKey::from_bytes(&seed).to_keypair_bytes();
    let near = format!("ed25519:{}", bs58::encode(pair).into_string());
    let key = LocalEd25519Signer::from_near(&near).unwrap();
    let same = LocalEd25519Signer::from_seed_hex(&format!("0x{}", hex::encode(seed))).unwrap();
    assert_eq!(key.key(), same.key());
    let shown = format!("{key:?}{:?}", LocalSecp256k1Signer::from_hex(KEY).unwrap());
    assert!(!shown.contains(&hex::encode(seed)) && !shown.contains(KEY), "{shown}");
    let mut other = pair;
    other[63] ^= 1;
    let other = format!("ed25519:{}", bs58::encode(other).into_string());
    for text in ["", "ed25519:", &near.replace("ed25519:", ""), &other] {
        assert_eq!(LocalEd25519Signer::from_near(text).unwrap_err(), ParseKeyError::Pair);
    }
    assert_eq!(LocalEd25519Signer::from_seed_hex("00").unwrap_err(), ParseKeyError::Seed);
    for text in ["", &"00".repeat(32), &"ff".repeat(32)] {
        let error = LocalSecp256k1Signer::from_hex(text).unwrap_err();
        assert_eq!(error, ParseKeyError::Secp256k1);
    }
}

#[test]
fn accounts_are_named_by_their_keys() {
    // The key 1, whose address everybody knows.
    let one = LocalSecp256k1Signer::from_hex(&format!("{:064x}", 1)).unwrap();
    let address = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf";
    assert_eq!(implicit_account(&one.key()), address);
    assert_eq!(implicit_account(&IntentKey::Ed25519([0xab; 32])), "ab".repeat(32));
}

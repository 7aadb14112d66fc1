use std::sync::Arc;

use aws_lc_rs::digest::{Digest, SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256K1_SHA256_FIXED, ED25519, UnparsedPublicKey};
use cryptoki::object::{Attribute, AttributeInfo, AttributeType, ObjectClass};
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use sha3::Digest as _;

use super::failures::extractable;
use super::softhsm::{LABEL, SoftHsm, alone, pin};
use crate::pkcs11::{Pkcs11Source, TokenKey};
use crate::source::{Brief, Message, Prehash, SchnorrTweak, Source as _};
use crate::{Curve, ImportedSecret, KeyPath, KeyRef, PublicKey};

/// How many signatures each kind of key makes.
const SIGNATURES: u32 = 10_000;
/// Of how many of them one has its key recovered.
const EACH_RECOVERED: u32 = 100;
/// How many are asked for at once.
const AT_ONCE: u32 = 8;
/// Half the order of secp256k1: the largest `s` of the lower ones.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

pub(super) async fn open(hsm: &SoftHsm) -> Pkcs11Source {
    Pkcs11Source::open("hsm", hsm.settings(), Some(pin())).await.unwrap()
}

/// Makes a key and refers to it.
pub(super) async fn made(source: &Pkcs11Source, label: &str, curve: Curve) -> KeyRef {
    let id = label.as_bytes().to_vec();
    let public_key = source.generate(label, id, curve).await.unwrap();
    reference(label, public_key)
}

pub(super) fn reference(id: &str, public_key: PublicKey) -> KeyRef {
    KeyRef { id: id.into(), path: KeyPath::Single, public_key }
}

/// Runs a task for each number, some of them at once.
async fn all(task: impl Fn(u32) -> tokio::task::JoinHandle<()>) {
    for first in (0..SIGNATURES).step_by(usize::try_from(AT_ONCE).unwrap()) {
        let tasks: Vec<_> =
            (first..SIGNATURES).take(usize::try_from(AT_ONCE).unwrap()).map(&task).collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
}

/// Has the token sign digests of a chain's kind, and judges each signature. Neither the library of
/// the code under test nor the token's is asked for that.
async fn judge_ecdsa(hsm: SoftHsm, digest_of: fn(u32) -> [u8; 32]) {
    let source = open(&hsm.with_token(LABEL)).await;
    let key = made(&source, "hot", Curve::Secp256k1).await;
    let public = UnparsedPublicKey::new(&ECDSA_P256K1_SHA256_FIXED, key.public_key().as_bytes());
    let judge = public.parse().unwrap();
    let shared = Arc::new((source, key, judge));
    all(|number| {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let (source, key, judge) = &*shared;
            let bytes = digest_of(number);
            let made = source.sign_ecdsa(key, Prehash::new(&bytes), &Brief::none()).await.unwrap();
            assert!(made.compact[32..] <= HALF_ORDER[..], "{number}");
            let digest = Digest::import_less_safe(&bytes, &SHA256).unwrap();
            judge.verify_digest_sig(&digest, &made.compact).unwrap();
            // A third one recovers the key. It is slow where it is not optimised.
            if number.is_multiple_of(EACH_RECOVERED) {
                let signature = Signature::from_slice(&made.compact).unwrap();
                let id = RecoveryId::new(made.y_parity, false);
                let found = VerifyingKey::recover_from_prehash(&bytes, &signature, id).unwrap();
                let public = key.public_key().as_bytes();
                assert_eq!(found, VerifyingKey::from_sec1_bytes(public).unwrap());
            }
        })
    })
    .await;
}

#[test]
fn ten_thousand_signatures_for_evm_are_valid_and_low() {
    alone("signing::ten_thousand_signatures_for_evm_are_valid_and_low", async |hsm| {
        judge_ecdsa(hsm, |number| sha3::Keccak256::digest(number.to_be_bytes()).into()).await;
    });
}

#[test]
fn ten_thousand_signatures_for_bitcoin_are_valid_and_low() {
    alone("signing::ten_thousand_signatures_for_bitcoin_are_valid_and_low", async |hsm| {
        let twice = |number: u32| {
            let once = digest(&SHA256, &number.to_be_bytes());
            digest(&SHA256, once.as_ref()).as_ref().try_into().unwrap()
        };
        judge_ecdsa(hsm, twice).await;
    });
}

#[test]
fn ten_thousand_ed25519_signatures_are_valid() {
    alone("signing::ten_thousand_ed25519_signatures_are_valid", async |hsm| {
        let source = open(&hsm.with_token(LABEL)).await;
        let key = made(&source, "solana", Curve::Ed25519).await;
        let shared = Arc::new((source, key));
        all(|number| {
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                let (source, key) = &*shared;
                let mut message = b"message ".to_vec();
                message.extend(number.to_be_bytes());
                let brief = Brief::none();
                let made = source.sign_ed25519(key, Message::new(&message), &brief).await.unwrap();
                // Neither the library of the code under test nor the token's.
                let judge = UnparsedPublicKey::new(&ED25519, key.public_key().as_bytes());
                judge.verify(&message, &made).unwrap();
            })
        })
        .await;
    });
}

#[test]
fn finds_keys_by_label_and_by_id() {
    alone("signing::finds_keys_by_label_and_by_id", async |hsm| {
        let source = open(&hsm.with_token(LABEL)).await;
        for (label, curve) in [("first", Curve::Secp256k1), ("second", Curve::Ed25519)] {
            let key = made(&source, label, curve).await;
            let id = TokenKey::Id(label.as_bytes().to_vec());
            for name in [label.to_owned(), id.to_string()] {
                assert_eq!(source.public_key(&name, curve).await.unwrap(), *key.public_key());
            }
        }
        let digest = [7; 32];
        let by_id = source.public_key("id:6669727374", Curve::Secp256k1).await.unwrap();
        let key = reference("id:6669727374", by_id);
        source.sign_ecdsa(&key, Prehash::new(&digest), &Brief::none()).await.unwrap();
    });
}

/// Asks the token for the secret of each private key on it.
fn taken_out(hsm: &SoftHsm) -> Vec<AttributeInfo> {
    let module = hsm.module();
    let slots = module.get_slots_with_initialized_token().unwrap();
    let session = module.open_ro_session(slots[0]).unwrap();
    let keys = session.find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)]).unwrap();
    let taken =
        keys.into_iter().map(|key| session.get_attribute_info(key, &[AttributeType::Value]));
    taken.flat_map(Result::unwrap).collect()
}

#[test]
fn no_key_leaves_the_token() {
    alone("signing::no_key_leaves_the_token", async |hsm| {
        let hsm = hsm.with_token(LABEL);
        let source = open(&hsm).await;
        for curve in [Curve::Secp256k1, Curve::Ed25519] {
            made(&source, &format!("made {curve}"), curve).await;
            let secret = ImportedSecret::hex(curve, &"17".repeat(32)).unwrap();
            let label = format!("brought {curve}");
            source.import(label.clone(), label, curve, secret).await.unwrap();
        }
        let taken = taken_out(&hsm);
        assert_eq!(taken.len(), 4);
        let stays = |info: &AttributeInfo| matches!(info, AttributeInfo::Sensitive);
        assert!(taken.iter().all(stays), "{taken:?}");
        // It is told where one could be taken out.
        extractable(&hsm);
        let loose = taken_out(&hsm).into_iter().find(|info| !stays(info));
        assert!(matches!(loose, Some(AttributeInfo::Available(32))), "{loose:?}");
    });
}

#[test]
fn a_key_that_was_brought_signs_and_stays() {
    alone("signing::a_key_that_was_brought_signs_and_stays", async |hsm| {
        let source = open(&hsm.with_token(LABEL)).await;
        let hex = "19c0192d7f611485813005a36041dfc3e0d143ed87378da97c84f3f65dd64182";
        for (label, curve) in [("first", Curve::Secp256k1), ("second", Curve::Ed25519)] {
            let secret = || ImportedSecret::hex(curve, hex).unwrap();
            let id = label.as_bytes();
            let public_key = source.import(label, id, curve, secret()).await.unwrap();
            let key = reference(label, public_key);
            let brief = Brief::none();
            let done = match curve {
                Curve::Secp256k1 => {
                    source.sign_ecdsa(&key, Prehash::new(&[7; 32]), &brief).await.map(drop)
                }
                Curve::Ed25519 => {
                    source.sign_ed25519(&key, Message::new(b"text"), &brief).await.map(drop)
                }
            };
            done.unwrap();
            assert!(source.import(label, id, curve, secret()).await.is_err());
        }
        let other = ImportedSecret::hex(Curve::Ed25519, hex).unwrap();
        let refused = source.import("third", *b"3", Curve::Secp256k1, other).await;
        assert!(refused.unwrap_err().to_string().starts_with("expected a private key of secp"));
    });
}

#[test]
fn says_what_a_token_lacks_for_taproot() {
    alone("signing::says_what_a_token_lacks_for_taproot", async |hsm| {
        let source = open(&hsm.with_token(LABEL)).await;
        let key = made(&source, "btc", Curve::Secp256k1).await;
        let prehash = Prehash::new(&[7; 32]);
        let refused = source.sign_schnorr(&key, SchnorrTweak::Bip86, prehash, &Brief::none()).await;
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("it lacks Schnorr signatures by BIP-340: PKCS#11"), "{text}");
    });
}

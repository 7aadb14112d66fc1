use aws_lc_rs::signature::{ECDSA_P256K1_SHA256_FIXED, ED25519, UnparsedPublicKey};
use aws_sdk_kms::types::KeySpec;
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use sha3::Digest as _;

use super::moto::Moto;
use crate::kms::KmsError;
use crate::source::{Brief, Message, Prehash, SchnorrTweak, Source as _};
use crate::{Curve, SourceError};

/// How many signatures each kind of key makes. Each is a call over HTTP.
const SIGNATURES: u32 = 200;

#[tokio::test]
async fn ecdsa_signatures_are_valid_low_and_recover() {
    let Some(moto) = Moto::start() else { return };
    let source = moto.source();
    let key = moto.key(&source, Curve::Secp256k1).await;
    let public = key.public_key().as_bytes();
    let judge = UnparsedPublicKey::new(&ECDSA_P256K1_SHA256_FIXED, public);
    for number in 0..SIGNATURES {
        let text = number.to_be_bytes();
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &text);
        let digest: [u8; 32] = hash.as_ref().try_into().unwrap();
        let made = source.sign_ecdsa(&key, Prehash::new(&digest), &Brief::none()).await.unwrap();
        judge.verify(&text, &made.compact).unwrap();
        let signature = Signature::from_slice(&made.compact).unwrap();
        assert_eq!(signature.normalize_s(), None, "{number}");
        let id = RecoveryId::new(made.y_parity, false);
        let found = VerifyingKey::recover_from_prehash(&digest, &signature, id).unwrap();
        assert_eq!(found, VerifyingKey::from_sec1_bytes(public).unwrap());
    }
}

#[tokio::test]
async fn ed25519_signatures_are_valid() {
    let Some(moto) = Moto::start() else { return };
    let source = moto.source();
    let key = moto.key(&source, Curve::Ed25519).await;
    let judge = UnparsedPublicKey::new(&ED25519, key.public_key().as_bytes());
    for number in 0..SIGNATURES {
        let message = [b"message ".as_slice(), &number.to_be_bytes()].concat();
        let brief = Brief::none();
        let made = source.sign_ed25519(&key, Message::new(&message), &brief).await.unwrap();
        judge.verify(&message, &made).unwrap();
    }
    let long = vec![0; 4097];
    let refused = source.sign_ed25519(&key, Message::new(&long), &Brief::none()).await;
    assert!(matches!(refused, Err(SourceError::Unsupported { .. })), "{refused:?}");
}

#[tokio::test]
async fn alloys_own_signer_finds_the_same_account() {
    use countersign_evm::PermitSigner as _;

    let Some(moto) = Moto::start() else { return };
    let source = moto.source();
    let key = moto.key(&source, Curve::Secp256k1).await;
    let account = source.evm_signer(key.id()).await.unwrap().address();
    let point = VerifyingKey::from_sec1_bytes(key.public_key().as_bytes()).unwrap();
    let point = point.to_encoded_point(false);
    let hash = sha3::Keccak256::digest(&point.as_bytes()[1..]);
    assert_eq!(account.as_bytes(), &hash[12..]);
}

#[tokio::test]
async fn names_keys_that_are_not_there_or_are_others() {
    let Some(moto) = Moto::start() else { return };
    let source = moto.source();
    let absent = "00000000-0000-0000-0000-000000004242";
    let error = source.find(absent, Curve::Secp256k1).await.unwrap_err();
    assert_eq!(error, KmsError::NoKey { key: absent.to_owned() });
    let p256 = moto.make(&source, KeySpec::EccNistP256).await;
    let ed = moto.make(&source, KeySpec::EccNistEdwards25519).await;
    for (id, curve) in [(&p256, Curve::Secp256k1), (&ed, Curve::Secp256k1), (&p256, Curve::Ed25519)]
    {
        let error = source.find(id, curve).await.unwrap_err();
        assert!(matches!(error, KmsError::OtherKey { .. }), "{error}");
    }
    // The key of the configuration is not the one that signs.
    let mut key = moto.key(&source, Curve::Secp256k1).await;
    let other = moto.key(&source, Curve::Secp256k1).await;
    key.public_key = other.public_key;
    let signed = source.sign_ecdsa(&key, Prehash::new(&[7; 32]), &Brief::none()).await;
    assert!(matches!(signed, Err(SourceError::BadAnswer { .. })), "{signed:?}");
}

#[tokio::test]
async fn says_what_kms_lacks_for_taproot() {
    let Some(moto) = Moto::start() else { return };
    let source = moto.source();
    let key = moto.key(&source, Curve::Secp256k1).await;
    let prehash = Prehash::new(&[7; 32]);
    let refused = source.sign_schnorr(&key, SchnorrTweak::Bip86, prehash, &Brief::none()).await;
    let text = refused.unwrap_err().to_string();
    assert!(text.contains("it lacks Schnorr signatures by BIP-340"), "{text}");
}

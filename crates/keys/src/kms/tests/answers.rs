//! Answers that are signatures, and answers that are none.

use k256::ecdsa::signature::hazmat::PrehashSigner as _;
use k256::ecdsa::{Signature, SigningKey};

use super::hostile::{Hostile, der, key, sign, signature, signed};
use crate::kms::KmsError;
use crate::source::{Brief, Prehash, Source as _};
use crate::{Curve, SourceError};

/// The other signature of the same pair: `s` taken from the order.
fn high(signature: &Signature) -> Signature {
    let s = signature.s().negate();
    Signature::from_scalars(signature.r().to_bytes(), s.to_bytes()).unwrap()
}

#[tokio::test]
async fn either_of_the_two_signatures_is_brought_into_the_one_form() {
    let low = signature();
    for answered in [low, high(&low)] {
        let hostile = Hostile::start(200, &signed(&der(&answered))).await;
        let source = hostile.source();
        let prehash = Prehash::new(&[7; 32]);
        let made = source.sign_ecdsa(&key(), prehash, &Brief::none()).await.unwrap();
        assert_eq!(made.compact.as_slice(), low.to_bytes().as_slice());
    }
}

#[tokio::test]
async fn no_other_bytes_are_taken_for_der() {
    let good = der(&signature());
    let cut = |length: usize| good[..length].to_vec();
    let changed = |place: usize, byte: u8| {
        let mut der = good.clone();
        der[place] = byte;
        der
    };
    let mut forms = vec![
        changed(0, 0x31),
        changed(1, good[1].wrapping_add(1)),
        changed(2, 0x03),
        changed(3, 0x80),
        changed(3, 0xff),
        [good.clone(), vec![0]].concat(),
        signature().to_bytes().to_vec(),
        vec![0xff; 3000],
        // No number at all, and zeros.
        vec![0x30, 0x04, 0x02, 0x00, 0x02, 0x00],
        vec![0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00],
    ];
    forms.extend((0..good.len()).map(cut));
    for form in forms {
        let hostile = Hostile::start(200, &signed(&form)).await;
        let error = sign(&hostile.source()).await.unwrap_err();
        assert!(matches!(error, SourceError::BadAnswer { .. }), "{form:02x?}: {error}");
        assert_eq!(hostile.asked(), 1);
    }
}

#[tokio::test]
async fn a_signature_by_another_key_or_over_another_digest_is_refused() {
    let other = SigningKey::from_slice(&[9; 32]).unwrap();
    let by_another: Signature = other.sign_prehash(&[7; 32]).unwrap();
    let mut secret = [0; 32];
    secret[31] = 1;
    let ours = SigningKey::from_slice(&secret).unwrap();
    let over_another: Signature = ours.sign_prehash(&[8; 32]).unwrap();
    for answered in [by_another, over_another] {
        let hostile = Hostile::start(200, &signed(&der(&answered))).await;
        let text = sign(&hostile.source()).await.unwrap_err().to_string();
        assert!(text.contains("expected a signature by the key, found one that is not"), "{text}");
        assert_eq!(hostile.asked(), 1);
    }
}

#[tokio::test]
async fn answers_that_are_none_are_told_apart() {
    for (body, expected) in [
        (r#"{"Signature":"AAAA"}"#, "expected an ECDSA signature in DER, found 3 other bytes"),
        ("{}", "expected an ECDSA signature in DER, found 0 other bytes"),
    ] {
        let error = sign(&Hostile::start(200, body).await.source()).await.unwrap_err();
        assert!(matches!(error, SourceError::BadAnswer { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    for body in ["<html>", "", r#"{"Signature":17}"#] {
        let error = sign(&Hostile::start(200, body).await.source()).await.unwrap_err();
        let known =
            matches!(error, SourceError::Unavailable { .. } | SourceError::BadAnswer { .. });
        assert!(known, "{body}: {error}");
    }
    let empty = Hostile::start(200, "{}").await;
    let error = empty.source().find("alias/hot", Curve::Secp256k1).await.unwrap_err();
    assert!(matches!(error, KmsError::OtherKey { .. }), "{error}");
}

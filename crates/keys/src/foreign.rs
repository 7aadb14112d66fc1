//! Signatures that were made outside of this process: brought into the one form, and checked.

#[cfg(feature = "remote")]
use bitcoin::key::TapTweak as _;
use bitcoin::secp256k1::ecdsa::{RecoverableSignature, RecoveryId, Signature};
use bitcoin::secp256k1::{self, Message};
use ed25519_dalek::VerifyingKey;

use crate::secp::secp;
use crate::source::EcdsaSignature;
#[cfg(feature = "remote")]
use crate::source::SchnorrTweak;
use crate::{KeyPath, KeyRef, SourceError};

/// Requires that a key is the one of its name: what is kept outside is not derived any further.
pub(crate) fn require_single(key: &KeyRef, source: &str) -> Result<(), SourceError> {
    if matches!(key.path(), KeyPath::Single) {
        return Ok(());
    }
    let lacks = "derivation: each of its keys has a name of its own".to_owned();
    Err(SourceError::Unsupported { source_name: source.to_owned(), lacks })
}

/// Takes `r` and `s`, either of the two that there are, and finds the recovery id by trial. Returns
/// nothing if this is no signature by the key over the digest.
pub(crate) fn ecdsa(
    compact: &[u8; 64],
    digest: &[u8; 32],
    key: &[u8; 33],
) -> Option<EcdsaSignature> {
    let key = secp256k1::PublicKey::from_slice(key).ok()?;
    let mut signature = Signature::from_compact(compact).ok()?;
    signature.normalize_s();
    let compact = signature.serialize_compact();
    let message = Message::from_digest(*digest);
    [false, true].into_iter().find_map(|y_parity| {
        let id = if y_parity { RecoveryId::from_i32(1) } else { RecoveryId::from_i32(0) };
        let signature = RecoverableSignature::from_compact(&compact, id.ok()?).ok()?;
        let recovered = secp().recover_ecdsa(&message, &signature).ok()?;
        (recovered == key).then_some(EcdsaSignature { compact, y_parity })
    })
}

/// Takes `r` and `s` out of DER.
#[cfg(feature = "aws-kms")]
pub(crate) fn compact_of_der(der: &[u8]) -> Option<[u8; 64]> {
    Some(Signature::from_der(der).ok()?.serialize_compact())
}

/// Returns a signature by BIP-340 if it is one by the key, tweaked or not, over the digest.
#[cfg(feature = "remote")]
pub(crate) fn schnorr(
    signature: &[u8; 64],
    digest: &[u8; 32],
    key: &[u8; 33],
    tweak: SchnorrTweak,
) -> Option<[u8; 64]> {
    let (key, _) = secp256k1::PublicKey::from_slice(key).ok()?.x_only_public_key();
    let key = match tweak {
        SchnorrTweak::None => key,
        SchnorrTweak::Bip86 => key.tap_tweak(secp(), None).0.to_x_only_public_key(),
    };
    let parsed = secp256k1::schnorr::Signature::from_slice(signature).ok()?;
    let message = Message::from_digest(*digest);
    secp().verify_schnorr(&parsed, &message, &key).ok().map(|()| *signature)
}

/// Returns an Ed25519 signature if it is one by the key over the message.
pub(crate) fn ed25519(signature: &[u8; 64], message: &[u8], key: &[u8; 32]) -> Option<[u8; 64]> {
    let key = VerifyingKey::from_bytes(key).ok()?;
    let parsed = ed25519_dalek::Signature::from_bytes(signature);
    key.verify_strict(message, &parsed).ok().map(|()| *signature)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};
    use k256::ecdsa::SigningKey as K256Key;

    use super::*;

    fn signed() -> ([u8; 64], [u8; 32], [u8; 33]) {
        let key = K256Key::from_slice(&[7; 32]).unwrap();
        let digest = [9; 32];
        let (signature, _) = key.sign_prehash_recoverable(&digest).unwrap();
        let public = key.verifying_key().to_encoded_point(true);
        (signature.to_bytes().into(), digest, public.as_bytes().try_into().unwrap())
    }

    /// Returns the other signature of the same pair: `s` taken from the order.
    fn with_high_s(compact: &[u8; 64]) -> [u8; 64] {
        let signature = k256::ecdsa::Signature::from_slice(compact).unwrap();
        let s = signature.s().negate();
        k256::ecdsa::Signature::from_scalars(signature.r().to_bytes(), s.to_bytes())
            .unwrap()
            .to_bytes()
            .into()
    }

    #[test]
    fn takes_the_lower_s_and_finds_the_recovery_id() {
        let (compact, digest, key) = signed();
        let high = with_high_s(&compact);
        assert_ne!(compact, high);
        let low = ecdsa(&compact, &digest, &key).unwrap();
        assert_eq!(low.compact, compact);
        assert_eq!(ecdsa(&high, &digest, &key), Some(low));
        let id = k256::ecdsa::RecoveryId::new(low.y_parity, false);
        let signature = k256::ecdsa::Signature::from_slice(&low.compact).unwrap();
        let found = k256::ecdsa::VerifyingKey::recover_from_prehash(&digest, &signature, id);
        assert_eq!(found.unwrap().to_encoded_point(true).as_bytes(), key);
    }

    #[test]
    fn takes_nothing_by_another_key_or_over_another_digest() {
        let (compact, digest, key) = signed();
        let mut other = key;
        other[0] ^= 1;
        assert_eq!(ecdsa(&compact, &digest, &other), None);
        assert_eq!(ecdsa(&compact, &[8; 32], &key), None);
        for garbage in [[0; 64], [0xff; 64]] {
            assert_eq!(ecdsa(&garbage, &digest, &key), None);
        }
    }

    #[test]
    fn takes_an_ed25519_signature_of_the_key_alone() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let signature = key.sign(b"text").to_bytes();
        let public = key.verifying_key().to_bytes();
        assert_eq!(ed25519(&signature, b"text", &public), Some(signature));
        assert_eq!(ed25519(&signature, b"other", &public), None);
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes();
        assert_eq!(ed25519(&signature, b"text", &other), None);
        assert_eq!(ed25519(&[0; 64], b"text", &public), None);
    }
}

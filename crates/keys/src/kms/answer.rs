//! What KMS answers, read strictly.

use aws_sdk_kms::operation::get_public_key::GetPublicKeyOutput;
use aws_sdk_kms::types::KeyUsageType;
use bitcoin::secp256k1;

use super::KmsError;
use crate::{Curve, PublicKey};

/// What stands before a point of secp256k1 in its `SubjectPublicKeyInfo`.
const SECP256K1: &[u8] = &[
    0x30, 0x56, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
    0x81, 0x04, 0x00, 0x0a, 0x03, 0x42, 0x00,
];
/// What stands before a key of Ed25519 in its `SubjectPublicKeyInfo`.
const ED25519: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Reads the public half of a key that signs on the curve.
pub(super) fn public_key(
    answer: &GetPublicKeyOutput,
    key: &str,
    curve: Curve,
) -> Result<PublicKey, KmsError> {
    let expected = match curve {
        Curve::Secp256k1 => "a signing key of ECC_SECG_P256K1",
        Curve::Ed25519 => "a signing key of ECC_NIST_EDWARDS25519",
    };
    let other = |found: String| KmsError::OtherKey { key: key.to_owned(), expected, found };
    let usage = answer.key_usage();
    if usage != Some(&KeyUsageType::SignVerify) {
        return Err(other(format!("one for {}", usage.map_or("nothing", KeyUsageType::as_str))));
    }
    // The form of the key says which curve it is on.
    let der = answer.public_key().map_or(&[][..], AsRef::as_ref);
    point(der, curve).ok_or_else(|| other(format!("{} other bytes in DER", der.len())))
}

fn point(der: &[u8], curve: Curve) -> Option<PublicKey> {
    match curve {
        Curve::Secp256k1 => {
            let point: &[u8; 65] = der.strip_prefix(SECP256K1)?.try_into().ok()?;
            let key = secp256k1::PublicKey::from_slice(point).ok()?;
            Some(PublicKey::Secp256k1(key.serialize()))
        }
        Curve::Ed25519 => {
            let key = der.strip_prefix(ED25519)?.try_into().ok()?;
            ed25519_dalek::VerifyingKey::from_bytes(&key).ok()?;
            Some(PublicKey::Ed25519(key))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINT: &str = "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798\
                         483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    const ED: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    fn der(prefix: &[u8], hex: &str) -> Vec<u8> {
        [prefix, &hex::decode(hex).unwrap()].concat()
    }

    #[test]
    fn reads_keys_of_both_curves() {
        let key = point(&der(SECP256K1, POINT), Curve::Secp256k1).unwrap();
        assert!(key.to_string().starts_with("0279be667e"));
        let key = point(&der(ED25519, ED), Curve::Ed25519).unwrap();
        assert_eq!(key.to_string(), ED);
    }

    #[test]
    fn takes_nothing_else_for_a_key() {
        for (der, curve) in [
            (Vec::new(), Curve::Secp256k1),
            (der(ED25519, ED), Curve::Secp256k1),
            (der(SECP256K1, POINT), Curve::Ed25519),
            (der(SECP256K1, ED), Curve::Secp256k1),
            ([der(ED25519, ED), vec![0]].concat(), Curve::Ed25519),
        ] {
            assert_eq!(point(&der, curve), None, "{der:?}");
        }
    }
}

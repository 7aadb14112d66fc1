use countersign_approval::IntentKey;
use countersign_units::EvmAddress;
use ed25519_dalek::{Signature, VerifyingKey};
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{Message, PublicKey, SECP256K1};
use sha3::{Digest as _, Keccak256};

use super::signer::ToSign;

/// Half the order of secp256k1, the largest `s` that is taken.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

/// A signature as a key backend returned it. Nothing about it has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "these are the kinds of signature that are taken")]
pub enum UncheckedIntentSignature {
    /// An ECDSA signature over secp256k1.
    Secp256k1 {
        /// The `r` scalar and then `s`, the lower one of the two, each big endian.
        compact: [u8; 64],
        /// Whether the `y` coordinate of the nonce point is odd.
        y_parity: bool,
    },
    /// An Ed25519 signature.
    Ed25519([u8; 64]),
}

/// Why a signature that a backend returned is not let out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// `s` is in the upper half of the curve's order, so the signature is malleable.
    #[error("expected s in the lower half of the order, found the upper one")]
    HighS,
    /// The signature is of another kind of key.
    #[error("expected a signature of our kind of key, found one of another kind")]
    OtherKind,
    /// Another key signed, or something else was signed.
    #[error("expected a signature of our key over the intent, found another")]
    OtherSigner,
}

/// Verifies a signature by our own digest and the expected key, and writes it as the contract takes
/// it.
pub(crate) fn check(
    unchecked: &UncheckedIntentSignature,
    to_sign: ToSign<'_>,
    key: &IntentKey,
) -> Result<String, SignatureError> {
    match (unchecked, to_sign, key) {
        (
            UncheckedIntentSignature::Secp256k1 { compact, y_parity },
            ToSign::Secp256k1(digest),
            IntentKey::Secp256k1(address),
        ) => check_secp256k1(compact, *y_parity, digest.as_bytes(), *address),
        (
            UncheckedIntentSignature::Ed25519(signature),
            ToSign::Ed25519(message),
            IntentKey::Ed25519(key),
        ) => check_ed25519(signature, message, key),
        _ => Err(SignatureError::OtherKind),
    }
}

fn check_secp256k1(
    compact: &[u8; 64],
    y_parity: bool,
    digest: &[u8; 32],
    address: EvmAddress,
) -> Result<String, SignatureError> {
    if compact.last_chunk().is_some_and(|s: &[u8; 32]| *s > HALF_ORDER) {
        return Err(SignatureError::HighS);
    }
    let parity = if y_parity { RecoveryId::One } else { RecoveryId::Zero };
    let recovered = RecoverableSignature::from_compact(compact, parity)
        .and_then(|signature| SECP256K1.recover_ecdsa(&Message::from_digest(*digest), &signature));
    if !recovered.is_ok_and(|key| address_of(&key) == address) {
        return Err(SignatureError::OtherSigner);
    }
    let mut bytes = [u8::from(y_parity); 65];
    if let Some(scalars) = bytes.first_chunk_mut() {
        *scalars = *compact;
    }
    Ok(format!("secp256k1:{}", bs58::encode(bytes).into_string()))
}

fn check_ed25519(
    signature: &[u8; 64],
    message: &[u8],
    key: &[u8; 32],
) -> Result<String, SignatureError> {
    let key = VerifyingKey::from_bytes(key).map_err(|_| SignatureError::OtherSigner)?;
    key.verify_strict(message, &Signature::from_bytes(signature))
        .map_err(|_| SignatureError::OtherSigner)?;
    Ok(format!("ed25519:{}", bs58::encode(signature).into_string()))
}

/// Returns the address of a public key: the end of its hash.
pub(crate) fn address_of(key: &PublicKey) -> EvmAddress {
    let uncompressed = key.serialize_uncompressed();
    let hash: [u8; 32] = Keccak256::digest(uncompressed.get(1..).unwrap_or_default()).into();
    EvmAddress::new(hash.last_chunk().copied().unwrap_or_default())
}

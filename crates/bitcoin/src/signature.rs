use bitcoin::secp256k1::{Message, PublicKey, XOnlyPublicKey, ecdsa, schnorr};

use crate::InputSighash;
use crate::secp::secp;

/// A key backend returned a signature that is not one of the key over the sighash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("input {input}: expected a signature of {key} over {sighash}, found another")]
pub struct SignatureError {
    /// The input.
    pub input: usize,
    /// The public key that had to sign, in hex.
    pub key: String,
    /// What had to be signed.
    pub sighash: InputSighash,
}

/// Takes a signature of ECDSA with the lower `s`, if it is right.
pub(crate) fn check_ecdsa(
    signature: [u8; 64],
    sighash: &InputSighash,
    key: &PublicKey,
) -> Option<ecdsa::Signature> {
    let mut signature = ecdsa::Signature::from_compact(&signature).ok()?;
    signature.normalize_s();
    let message = Message::from_digest(*sighash.as_bytes());
    secp().verify_ecdsa(&message, &signature, key).ok().map(|()| signature)
}

/// Takes a Schnorr signature, if it is right.
pub(crate) fn check_schnorr(
    signature: [u8; 64],
    sighash: &InputSighash,
    key: &XOnlyPublicKey,
) -> Option<schnorr::Signature> {
    let signature = schnorr::Signature::from_slice(&signature).ok()?;
    let message = Message::from_digest(*sighash.as_bytes());
    secp().verify_schnorr(&signature, &message, key).ok().map(|()| signature)
}

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use countersign_units::SolanaAddress;

/// Says whether a signature is one of this key over these bytes.
pub(crate) fn is_signed(key: &SolanaAddress, message: &[u8], signature: &[u8; 64]) -> bool {
    UnparsedPublicKey::new(&ED25519, key.as_bytes()).verify(message, signature).is_ok()
}

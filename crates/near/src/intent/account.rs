use countersign_approval::IntentKey;

/// Returns the account that a key controls without being registered for it.
///
/// Of an Ed25519 key its 64 hex digits, of a secp256k1 key the `0x` address in lower case.
pub fn implicit_account(key: &IntentKey) -> String {
    match key {
        IntentKey::Ed25519(key) => hex::encode(key),
        IntentKey::Secp256k1(address) => format!("0x{}", hex::encode(address.as_bytes())),
    }
}

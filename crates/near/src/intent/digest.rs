use std::fmt;

use countersign_approval::IntentStandard;
use sha2::Sha256;
use sha3::{Digest as _, Keccak256};

use super::payload::{Nep413, Signed};

/// 2^31 + 413: marks a NEP-413 message as none of NEAR's transactions.
const NEP413_TAG: u32 = 2_147_484_061;

/// The hash of a verified intent, by its standard: its name inside the contract.
///
/// Its bytes may be read by anyone. Only [`verify`](crate::verify_intent) makes one. `Display` writes
/// it as the API does, in base58.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct IntentDigest([u8; 32]);

impl IntentDigest {
    pub(crate) const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for IntentDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&bs58::encode(self.0).into_string())
    }
}

impl fmt::Debug for IntentDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Hashes what is signed; `None` where it is not of the standard's form.
pub(crate) fn hash_of(
    standard: IntentStandard,
    signed: Signed<'_>,
    nonce: &[u8; 32],
) -> Option<[u8; 32]> {
    match (standard, signed) {
        (IntentStandard::Nep413, Signed::Nep413(payload)) => nep413(payload, nonce),
        (IntentStandard::Erc191, Signed::Text(text)) => Some(prefixed("Ethereum", text)),
        (IntentStandard::Tip191, Signed::Text(text)) => Some(prefixed("TRON", text)),
        (IntentStandard::RawEd25519, Signed::Text(text)) => Some(Sha256::digest(text).into()),
        _ => None,
    }
}

/// Hashes as wallets of EVM chains and of Tron do: a prefix, the length, the text.
fn prefixed(chain: &str, text: &str) -> [u8; 32] {
    let mut hasher = Keccak256::new();
    hasher.update(format!("\x19{chain} Signed Message:\n{}", text.len()));
    hasher.update(text);
    hasher.finalize().into()
}

/// Hashes the tag and the members in borsh: strings with their length, and no callback.
fn nep413(payload: Nep413<'_>, nonce: &[u8; 32]) -> Option<[u8; 32]> {
    const NO_CALLBACK: [u8; 1] = [0];
    let Nep413 { message, recipient, .. } = payload;
    let length = |text: &str| u32::try_from(text.len()).ok().map(u32::to_le_bytes);
    let mut hasher = Sha256::new();
    hasher.update(NEP413_TAG.to_le_bytes());
    hasher.update(length(message)?);
    hasher.update(message);
    hasher.update(nonce);
    hasher.update(length(recipient)?);
    hasher.update(recipient);
    hasher.update(NO_CALLBACK);
    Some(hasher.finalize().into())
}

use std::fmt;

use countersign_approval::IntentKey;

use super::{IntentDigest, VerifiedIntent};
use crate::quote::write_key;

/// A signed intent as the API takes it, with a signature that was verified.
#[derive(Clone)]
#[must_use = "a signature that is dropped has still been made"]
pub struct SignedIntent {
    json: String,
    digest: IntentDigest,
}

/// The API names another intent than the one that was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the intent hash {expected}, found {found:?}")]
pub struct OtherHash {
    /// Our own hash.
    pub expected: IntentDigest,
    /// What the API answered.
    pub found: String,
}

impl SignedIntent {
    /// Writes the payload as it came, beside the signature.
    pub(crate) fn new(intent: &VerifiedIntent, signature: &str) -> Self {
        let (standard, payload) = (intent.standard().as_str(), intent.payload_json());
        let public_key = match &intent.terms().approval.key {
            IntentKey::Ed25519(key) => format!(r#""public_key":"{}","#, write_key(key)),
            // A contract recovers it from the signature.
            IntentKey::Secp256k1(_) => String::new(),
        };
        let json = format!(
            r#"{{"standard":"{standard}","payload":{payload},{public_key}"signature":"{signature}"}}"#
        );
        Self { json, digest: *intent.digest() }
    }

    /// Returns the JSON that is submitted.
    pub fn as_json(&self) -> &str {
        &self.json
    }

    /// Returns the hash of the intent.
    pub const fn digest(&self) -> &IntentDigest {
        &self.digest
    }

    /// Compares the hash that the API answers with our own.
    ///
    /// # Errors
    ///
    /// Returns [`OtherHash`] if it is another.
    pub fn require_hash(&self, found: &str) -> Result<(), OtherHash> {
        if found == self.digest.to_string() {
            return Ok(());
        }
        let found = countersign_approval::excerpt(found);
        Err(OtherHash { expected: self.digest, found })
    }
}

impl fmt::Debug for SignedIntent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SignedIntent({})", self.digest)
    }
}

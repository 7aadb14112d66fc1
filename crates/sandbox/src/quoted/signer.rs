//! The key that signs quotes.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

/// An Ed25519 key, made at start.
pub(crate) struct QuoteSigner {
    key: Option<Ed25519KeyPair>,
    public_key: String,
}

impl QuoteSigner {
    pub(super) fn random() -> Self {
        let seed: [u8; 32] = rand::random();
        // Any seed of 32 bytes is a key.
        let key = Ed25519KeyPair::from_seed_unchecked(&seed).ok();
        let public_key = key.as_ref().map(|key| in_base58(key.public_key().as_ref()));
        Self { key, public_key: public_key.unwrap_or_default() }
    }

    /// Returns the public half: `ed25519:` and base58.
    pub(super) fn public_key(&self) -> &str {
        &self.public_key
    }

    /// Signs a text, and writes the signature as `ed25519:` and base58.
    pub(super) fn sign(&self, text: &str) -> String {
        let signature = self.key.as_ref().map(|key| in_base58(key.sign(text.as_bytes()).as_ref()));
        signature.unwrap_or_default()
    }
}

fn in_base58(bytes: &[u8]) -> String {
    format!("ed25519:{}", bs58::encode(bytes).into_string())
}

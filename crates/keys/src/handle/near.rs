use async_trait::async_trait;
use countersign_approval::IntentKey;
use countersign_near::{IntentSigner, SignIntent, SignerError, ToSign, UncheckedIntentSignature};

use super::{Key, KeyError};
use crate::error::Failure;
use crate::source::{Message, Prehash};
use crate::{KeyEvidence, PublicKey, address};

/// A key of an account of NEAR intents, on either curve.
#[derive(Clone, Debug)]
pub struct NearKey {
    key: Key,
    public: IntentKey,
}

impl NearKey {
    /// Takes a key; nothing if its public half is no point.
    pub fn new(key: Key) -> Option<Self> {
        let public = match key.public_key() {
            PublicKey::Ed25519(bytes) => IntentKey::Ed25519(*bytes),
            PublicKey::Secp256k1(bytes) => IntentKey::Secp256k1(address::evm(bytes)?),
        };
        Some(Self { key, public })
    }

    /// Returns the key.
    pub const fn key(&self) -> &Key {
        &self.key
    }
}

#[async_trait]
impl IntentSigner for NearKey {
    fn key(&self) -> IntentKey {
        self.public
    }

    async fn sign_intent(
        &self,
        request: &SignIntent<'_>,
    ) -> Result<UncheckedIntentSignature, SignerError> {
        let evidence = KeyEvidence::Intent(request.intent());
        match (request.to_sign(), self.public) {
            (ToSign::Secp256k1(digest), IntentKey::Secp256k1(_)) => {
                let signed = self.key.ecdsa(evidence, Prehash::new(digest.as_bytes())).await;
                let signature = signed.map_err(failed)?;
                let (compact, y_parity) = (signature.compact, signature.y_parity);
                Ok(UncheckedIntentSignature::Secp256k1 { compact, y_parity })
            }
            (ToSign::Ed25519(message), IntentKey::Ed25519(_)) => {
                let signed = self.key.ed25519(evidence, Message::new(message)).await;
                signed.map(UncheckedIntentSignature::Ed25519).map_err(failed)
            }
            _ => Err(SignerError::OtherKind),
        }
    }
}

fn failed(error: KeyError) -> SignerError {
    match error.into() {
        Failure::Declined(reason) => SignerError::Declined(reason),
        Failure::Unavailable(reason) => SignerError::Unavailable(reason),
    }
}

use async_trait::async_trait;
use countersign_approval::IntentKey;

use super::{IntentDigest, UncheckedIntentSignature, VerifiedIntent};

/// Signs intents that verification accepted: a key, wherever it is kept.
///
/// An implementation signs what it is handed as it is, or declines. What it returns is verified
/// before it is let out, so a backend that signs something else achieves nothing.
#[async_trait]
pub trait IntentSigner: Send + Sync {
    /// Returns the public half of the key.
    fn key(&self) -> IntentKey;

    /// Signs what the request says, without hashing or prefixing it.
    ///
    /// # Errors
    ///
    /// Returns a [`SignerError`] if the backend declines or can't be reached.
    async fn sign_intent(
        &self,
        request: &SignIntent<'_>,
    ) -> Result<UncheckedIntentSignature, SignerError>;
}

#[async_trait]
impl<S: IntentSigner + ?Sized> IntentSigner for Box<S> {
    fn key(&self) -> IntentKey {
        self.as_ref().key()
    }

    async fn sign_intent(
        &self,
        request: &SignIntent<'_>,
    ) -> Result<UncheckedIntentSignature, SignerError> {
        self.as_ref().sign_intent(request).await
    }
}

/// A request to sign one verified and reserved intent. Only [`sign`](crate::sign_intent) makes one.
#[derive(Clone, Copy, Debug)]
pub struct SignIntent<'a> {
    intent: &'a VerifiedIntent,
}

/// What a key signs, by its kind.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a signer must know what it may be asked for")]
pub enum ToSign<'a> {
    /// By ECDSA over secp256k1, with the recovery id: these 32 bytes.
    Secp256k1(&'a IntentDigest),
    /// By Ed25519: these bytes, as a message.
    Ed25519(&'a [u8]),
}

impl<'a> SignIntent<'a> {
    pub(crate) const fn new(intent: &'a VerifiedIntent) -> Self {
        Self { intent }
    }

    /// Returns what is to be signed.
    pub fn to_sign(&self) -> ToSign<'a> {
        self.intent.to_sign()
    }

    /// Returns the evidence, for a backend that verifies by itself or shows a person what it signs.
    pub const fn intent(&self) -> &'a VerifiedIntent {
        self.intent
    }
}

/// Why a key backend did not sign. Its texts must hold no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// The backend signs nothing of this kind.
    #[error("the key backend has no key of this kind")]
    OtherKind,
    /// The backend decided not to sign.
    #[error("the key backend declined: {0}")]
    Declined(String),
    /// The backend can't be reached, or did not answer in time.
    #[error("the key backend is not available: {0}")]
    Unavailable(String),
}

#[cfg(test)]
struct _DynCompatible(Box<dyn IntentSigner>);

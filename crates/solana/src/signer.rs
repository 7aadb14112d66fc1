use async_trait::async_trait;
use countersign_units::SolanaAddress;

use crate::{CosignMessage, VerifiedCosign};

/// Holds keys, wherever they are kept, and signs messages that were verified.
///
/// It takes a [`CosignRequest`], which [`sign`](crate::sign) alone makes, where the ecosystem's traits
/// for keys (`solana_signer::Signer`, and the asynchronous one of `solana-keychain`) sign any
/// bytes, and some backends of the latter rewrite the transaction or send it on their own. A signer
/// of the first kind is held inside a [`SolanaSignerAdapter`](crate::SolanaSignerAdapter); one of
/// the second that signs bytes as they are is a few lines of this trait.
///
/// An implementation signs the bytes as they are, or declines. What it returns is verified before
/// it is let out, so a backend that signs something else achieves nothing.
#[async_trait]
pub trait CosignSigner: Send + Sync {
    /// Signs the request's message by the key of its user, with Ed25519.
    ///
    /// # Errors
    ///
    /// Returns a [`SignerError`] if the backend has no such key, declines, or can't be reached.
    async fn sign_message(&self, request: &CosignRequest<'_>) -> Result<[u8; 64], SignerError>;
}

/// A request to sign one verified and reserved transaction. Only [`sign`](crate::sign) makes one.
#[derive(Clone, Debug)]
pub struct CosignRequest<'a> {
    cosign: &'a VerifiedCosign,
    message: CosignMessage,
}

impl<'a> CosignRequest<'a> {
    pub(crate) fn new(cosign: &'a VerifiedCosign) -> Self {
        Self { cosign, message: cosign.message() }
    }

    /// Returns the account whose key is to sign.
    pub fn user(&self) -> SolanaAddress {
        self.cosign.terms().approval.user
    }

    /// Returns what is to be signed.
    pub const fn message(&self) -> &CosignMessage {
        &self.message
    }

    /// Returns the evidence, for a backend that verifies by itself or shows a person what it signs.
    pub const fn cosign(&self) -> &'a VerifiedCosign {
        self.cosign
    }
}

/// Why a key backend did not sign. Its texts must hold no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// The backend has no key of this address.
    #[error("the key backend has no key of {address}")]
    NoKey {
        /// The address.
        address: SolanaAddress,
    },
    /// The backend decided not to sign.
    #[error("the key backend declined: {0}")]
    Declined(String),
    /// The backend can't be reached, or did not answer in time.
    #[error("the key backend is not available: {0}")]
    Unavailable(String),
}

#[cfg(test)]
struct _DynCompatible(Box<dyn CosignSigner>);
